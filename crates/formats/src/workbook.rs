//! An Excel workbook (ECMA-376 part 1, SpreadsheetML): rows with labels, then a codebook.
//!
//! Texts stand in their cells as inline strings, so that nothing is a formula and no list of all texts is kept. The
//! archive is written as a stream: rows first, then what explains them.

use std::fmt::Write as _;
use std::io::Write;

use zip::write::{SimpleFileOptions, ZipWriter};
use zip::{CompressionMethod, result::ZipError};

use crate::calendar::EXCEL_DAYS;
use crate::measure::{Content, Measured, Part, Slot, Value, measure};
use crate::names::beginning;
use crate::{FormatError, Table, Take};

/// Rows of one sheet; what is more goes on the next.
const MOST_ROWS: u64 = 1_048_576;
/// Columns of a sheet.
const MOST_COLUMNS: usize = 16_384;
/// Characters (UTF-16 units) in a cell.
const MOST_CHARACTERS: usize = 32_767;
/// Whole numbers that Excel shows with all their digits.
const MOST_DIGITS: i64 = 999_999_999_999_999;

impl From<ZipError> for FormatError {
    fn from(error: ZipError) -> FormatError {
        match error {
            ZipError::Io(error) => FormatError::Io(error),
            error => FormatError::Io(std::io::Error::other(error)),
        }
    }
}

type Zip<'o> = ZipWriter<zip::write::StreamWriter<&'o mut (dyn Write + Send)>>;

fn part(zip: &mut Zip<'_>, name: &str, content: &str) -> Result<(), FormatError> {
    begin(zip, name)?;
    Ok(zip.write_all(content.as_bytes())?)
}

fn begin(zip: &mut Zip<'_>, name: &str) -> Result<(), FormatError> {
    // Level 1 costs a third of the default's time and a tenth more bytes.
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(1))
        .large_file(true);
    Ok(zip.start_file(name, options)?)
}

const SHEET: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><sheetFormatPr defaultRowHeight="15"/><cols><col min="1" max="16384" width="18" customWidth="1"/></cols><sheetData>"#;
const SHEET_END: &str = "</sheetData></worksheet>";

pub(crate) fn write<E: From<FormatError>>(
    table: &Table,
    rows: &mut dyn FnMut(&mut Take<'_, E>) -> Result<(), E>,
    out: &mut (dyn Write + Send),
) -> Result<(), E> {
    let mut measured = measure(table, rows)?;
    let columns = measured.slots.len();
    if columns > MOST_COLUMNS {
        return Err(FormatError::TooManyColumns { format: "Excel", most: MOST_COLUMNS, columns }.into());
    }
    for slot in &mut measured.slots {
        slot.text_unless(|number| number.abs() <= MOST_DIGITS);
    }
    let mut zip: Zip<'_> = ZipWriter::new_stream(out);
    let mut head = String::from("<row>");
    for slot in &measured.slots {
        text_cell(&mut head, &slot.label, 1);
    }
    head.push_str("</row>");
    let mut cut = vec![0_u64; columns];
    let mut sheets = 0;
    let mut on_sheet = MOST_ROWS;
    let mut line = String::new();
    let mut count = 0;
    rows(&mut |row| {
        count += 1;
        line.clear();
        if on_sheet == MOST_ROWS {
            if sheets > 0 {
                line.push_str(SHEET_END);
                zip.write_all(line.as_bytes()).map_err(FormatError::from)?;
                line.clear();
            }
            sheets += 1;
            on_sheet = 1;
            begin(&mut zip, &format!("xl/worksheets/sheet{sheets}.xml"))?;
            line.push_str(SHEET);
            line.push_str(&head);
        }
        on_sheet += 1;
        line.push_str("<row>");
        for (slot, cut) in measured.slots.iter().zip(&mut cut) {
            *cut += u64::from(cell(&mut line, table, slot, row));
        }
        line.push_str("</row>");
        Ok(zip.write_all(line.as_bytes()).map_err(FormatError::from)?)
    })?;
    if count != measured.rows {
        return Err(FormatError::Changed.into());
    }
    finish(zip, table, &measured, &head, sheets, &cut)?;
    Ok(())
}

fn finish(
    mut zip: Zip<'_>,
    table: &Table,
    measured: &Measured,
    head: &str,
    sheets: usize,
    cut: &[u64],
) -> Result<(), FormatError> {
    let sheets = if sheets == 0 {
        begin(&mut zip, "xl/worksheets/sheet1.xml")?;
        zip.write_all(SHEET.as_bytes())?;
        zip.write_all(head.as_bytes())?;
        1
    } else {
        sheets
    };
    zip.write_all(SHEET_END.as_bytes())?;
    let last = sheets + 1;
    part(&mut zip, &format!("xl/worksheets/sheet{last}.xml"), &codebook(table, measured, cut))?;

    let numbered = |number: usize| {
        let words = &table.words;
        match number {
            1 => words.rows.clone(),
            _ if number == last => words.codebook.clone(),
            _ => format!("{} {number}", words.rows),
        }
    };
    let mut book = String::from(
        r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>"#,
    );
    let mut relations = String::from(
        r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="styles" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/>"#,
    );
    let mut types = String::from(
        r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/>"#,
    );
    for number in 1..=last {
        let name: String =
            numbered(number).chars().filter(|letter| !"[]:*?/\\".contains(*letter)).take(31).collect();
        let _ = write!(book, r#"<sheet name="{}" sheetId="{number}" r:id="sheet{number}"/>"#, escaped(&name));
        let _ = write!(
            relations,
            r#"<Relationship Id="sheet{number}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet{number}.xml"/>"#
        );
        let _ = write!(
            types,
            r#"<Override PartName="/xl/worksheets/sheet{number}.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>"#
        );
    }
    book.push_str("</sheets></workbook>");
    relations.push_str("</Relationships>");
    types.push_str("</Types>");
    part(&mut zip, "xl/workbook.xml", &book)?;
    part(&mut zip, "xl/_rels/workbook.xml.rels", &relations)?;
    part(&mut zip, "xl/styles.xml", STYLES)?;
    part(
        &mut zip,
        "_rels/.rels",
        r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="book" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#,
    )?;
    part(&mut zip, "[Content_Types].xml", &types)?;
    zip.finish()?.into_inner().flush()?;
    Ok(())
}

/// Styles by number: 0 plain, 1 bold, 2 a day, 3 a moment.
const STYLES: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?><styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy\-mm\-dd"/><numFmt numFmtId="165" formatCode="yyyy\-mm\-dd\ hh:mm:ss"/></numFmts><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="4"><xf/><xf fontId="1" applyFont="1"/><xf numFmtId="164" applyNumberFormat="1"/><xf numFmtId="165" applyNumberFormat="1"/></cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>"#;

/// Writes a cell and tells whether its text had to be cut.
fn cell(line: &mut String, table: &Table, slot: &Slot, row: &[&str]) -> bool {
    match slot.value(row) {
        Value::Missing => {
            line.push_str("<c/>");
            false
        }
        Value::Integer(number) => number_cell(line, 0, number),
        Value::Decimal(number) => number_cell(line, 0, number),
        Value::Flag(flag) => number_cell(line, 0, u8::from(flag)),
        Value::Date(days) => number_cell(line, 2, days + EXCEL_DAYS),
        Value::Moment(moment) => number_cell(line, 3, moment as f64 / 86_400_000.0 + f64::from(EXCEL_DAYS)),
        Value::Choice(_, label) => text_cell(line, label, 0),
        Value::Text(text) => match table.columns.get(slot.source) {
            Some(column) if slot.part == Part::Whole && !column.choices.is_empty() => {
                text_cell(line, &labels(column, text), 0)
            }
            _ => text_cell(line, text, 0),
        },
    }
}

/// The labels of several choices.
fn labels(column: &crate::Column, text: &str) -> String {
    let mut labels = Vec::new();
    for code in text.split_ascii_whitespace() {
        let choice = column.choices.iter().find(|choice| choice.code == code);
        labels.push(choice.map_or(code, |choice| choice.label.as_str()));
    }
    labels.join("; ")
}

fn number_cell(line: &mut String, style: u8, number: impl std::fmt::Display) -> bool {
    let _ = write!(line, r#"<c s="{style}"><v>{number}</v></c>"#);
    false
}

fn text_cell(line: &mut String, text: &str, style: u8) -> bool {
    let cut = text.encode_utf16().count() > MOST_CHARACTERS;
    let mut text = text;
    if cut {
        // UTF-8 needs at least as many bytes as UTF-16 has units.
        text = beginning(text, MOST_CHARACTERS);
    }
    let _ = write!(
        line,
        r#"<c s="{style}" t="inlineStr"><is><t xml:space="preserve">{}</t></is></c>"#,
        escaped(text)
    );
    cut
}

/// XML's text, with the characters that XML has no place for as Excel writes them (`_x0001_`).
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (place, letter) in text.char_indices() {
        match letter {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\t' => out.push(letter),
            '\0'..='\x1f' | '\u{fffe}' | '\u{ffff}' => {
                let _ = write!(out, "_x{:04X}_", u32::from(letter));
            }
            // Otherwise a text that looks like such a character would become one.
            '_' if looks_escaped(text.get(place..).unwrap_or_default()) => out.push_str("_x005F_"),
            letter => out.push(letter),
        }
    }
    out
}

fn looks_escaped(text: &str) -> bool {
    let bytes = text.as_bytes();
    matches!(bytes, [b'_', b'x', digits @ .., ] if digits.len() >= 5
        && digits.iter().take(4).all(u8::is_ascii_hexdigit) && digits.get(4) == Some(&b'_'))
}

fn codebook(table: &Table, measured: &Measured, cut: &[u64]) -> String {
    let mut sheet = String::from(SHEET);
    sheet.push_str("<row>");
    for head in &table.words.heads {
        text_cell(&mut sheet, head, 1);
    }
    sheet.push_str("</row>");
    for (slot, cut) in measured.slots.iter().zip(cut) {
        let mut row = |code: &str, label: &str, cut: u64| {
            sheet.push_str("<row>");
            for text in [&slot.path, &slot.label, code, label] {
                text_cell(&mut sheet, text, 0);
            }
            if cut > 0 {
                number_cell(&mut sheet, 0, cut);
            }
            sheet.push_str("</row>");
        };
        row("", "", *cut);
        if let Content::Choice(codes) = &slot.content {
            for (_, code, label) in &codes.entries {
                row(code, label, 0);
            }
        }
        if let (Part::Chosen(code), Content::Flag) = (&slot.part, &slot.content) {
            row(code, "1", 0);
        }
    }
    sheet.push_str(SHEET_END);
    sheet
}
