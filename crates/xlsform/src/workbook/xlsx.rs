//! The parts of an `.xlsx` file that hold text: a zip of XML (ECMA-376).
//!
//! Read as a stream with every size bounded, since the file comes from outside: what it unpacks to, how many cells it
//! has, and how much text they share.

use std::io::{Cursor, Read};

use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;
use zip::ZipArchive;

use super::xlsx_number::{self, Look};
use super::{GridRow, Sheet};
use crate::problem::{Failure, Problem};
use crate::spelling;

/// Most bytes of XML that a workbook may unpack to, and most bytes of text that its cells may hold.
const MAX_BYTES: usize = 64 << 20;
/// Most cells with a value.
const MAX_CELLS: usize = 2_000_000;
/// The last column of a spreadsheet.
const MAX_COLUMN: usize = 16_384;

pub(super) fn read(bytes: &[u8]) -> Result<Vec<Sheet>, Failure> {
    let known = |name: &str, count: usize| spelling::is_known_sheet(&name.to_lowercase()) || count == 1;
    let grids = grids(bytes, known)?;
    grids.into_iter().map(|(name, rows)| Sheet::from_grid(name, rows.into_iter())).collect()
}

/// The cells of the sheets that are wanted, by name and number of sheets; the others are empty.
pub(super) fn grids(
    bytes: &[u8],
    wanted: impl Fn(&str, usize) -> bool,
) -> Result<Vec<(String, Vec<GridRow>)>, Failure> {
    let archive = ZipArchive::new(Cursor::new(bytes)).map_err(|e| damaged(&e.to_string()))?;
    let mut parts = Parts { archive, left: MAX_BYTES };
    let main = parts
        .relations("_rels/.rels", "")?
        .into_iter()
        .find(|r| r.kind.ends_with("/officeDocument"))
        .map_or_else(|| "xl/workbook.xml".to_owned(), |r| r.target);
    let (folder, file) = main.rsplit_once('/').unwrap_or(("", &main));
    let relations = parts.relations(&format!("{folder}/_rels/{file}.rels"), folder)?;
    let Some(workbook) = parts.xml(&main)? else {
        return Err(damaged("it has no workbook"));
    };
    let (names, since_1904) = contents(&workbook)?;
    let by_kind = |kind: &str| relations.iter().find(|r| r.kind.ends_with(kind)).map(|r| r.target.as_str());
    let mut cells =
        Cells { strings: Vec::new(), looks: Vec::new(), since_1904, left: MAX_CELLS, text_left: MAX_BYTES };
    if let Some(styles) = by_kind("/styles").map(|t| parts.xml(t)).transpose()?.flatten() {
        cells.looks = looks(&styles)?;
    }
    if let Some(strings) = by_kind("/sharedStrings").map(|t| parts.xml(t)).transpose()?.flatten() {
        cells.strings = shared_strings(&strings)?;
    }

    let count = names.len();
    let mut sheets = Vec::with_capacity(count);
    for (name, id) in names {
        if !wanted(&name, count) {
            sheets.push((name, Vec::new()));
            continue;
        }
        let part = relations.iter().find(|r| r.id == id).map(|r| parts.xml(&r.target)).transpose()?.flatten();
        let Some(part) = part else {
            return Err(damaged(&format!("the sheet '{name}' is missing")));
        };
        let rows = cells.rows(&part, &name)?;
        sheets.push((name, rows));
    }
    Ok(sheets)
}

fn damaged(what: &str) -> Failure {
    Problem::new(format!(
        "The file is not a readable .xlsx workbook: {what}. Open it in a spreadsheet program, save it again as .xlsx, \
         and use that file."
    ))
    .into()
}

fn too_large() -> Failure {
    Problem::new(
        "The workbook is too large: it may hold at most 64 MiB of text in 2,000,000 cells. \
         Move large lists into a CSV file and use select_one_from_file.",
    )
    .into()
}

struct Parts<'a> {
    archive: ZipArchive<Cursor<&'a [u8]>>,
    /// Bytes that may still be unpacked.
    left: usize,
}

struct Relation {
    id: String,
    kind: String,
    target: String,
}

impl Parts<'_> {
    /// The XML text of one part, if the file has it.
    fn xml(&mut self, name: &str) -> Result<Option<String>, Failure> {
        let Ok(part) = self.archive.by_name(name.trim_start_matches('/')) else { return Ok(None) };
        let mut bytes = Vec::new();
        let limit = u64::try_from(self.left).unwrap_or(u64::MAX).saturating_add(1);
        part.take(limit).read_to_end(&mut bytes).map_err(|e| damaged(&e.to_string()))?;
        self.left = self.left.checked_sub(bytes.len()).ok_or_else(too_large)?;
        let text = String::from_utf8(bytes).map_err(|_| damaged("a part of it is not UTF-8"))?;
        Ok(Some(text))
    }

    /// What a part points to; a missing list is an empty one. Targets become names of parts.
    fn relations(&mut self, name: &str, folder: &str) -> Result<Vec<Relation>, Failure> {
        let Some(xml) = self.xml(name)? else { return Ok(Vec::new()) };
        let mut relations = Vec::new();
        let mut reader = Reader::from_str(&xml);
        loop {
            match next(&mut reader)? {
                Event::Start(e) | Event::Empty(e) if e.local_name().as_ref() == "Relationship" => {
                    let target = attribute(&e, "Target").unwrap_or_default();
                    relations.push(Relation {
                        id: attribute(&e, "Id").unwrap_or_default(),
                        kind: attribute(&e, "Type").unwrap_or_default(),
                        target: match target.strip_prefix('/') {
                            Some(absolute) => absolute.to_owned(),
                            None if folder.is_empty() => target,
                            None => format!("{folder}/{target}"),
                        },
                    });
                }
                Event::Eof => return Ok(relations),
                _ => {}
            }
        }
    }
}

fn next<'a>(reader: &mut Reader<&'a [u8]>) -> Result<Event<'a>, Failure> {
    match reader.read_event() {
        Ok(Event::DocType(_)) => Err(damaged("it declares a document type")),
        Ok(event) => Ok(event),
        Err(e) => Err(damaged(&e.to_string())),
    }
}

/// An attribute by its name without prefix.
fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    let found = element.attributes().flatten().find(|a| a.key.local_name().as_ref() == name)?;
    found.normalized_value(XmlVersion::Implicit1_0).ok().map(std::borrow::Cow::into_owned)
}

/// The sheets' names and relation ids, and whether dates count from 1904.
fn contents(xml: &str) -> Result<(Vec<(String, String)>, bool), Failure> {
    let mut sheets = Vec::new();
    let mut since_1904 = false;
    let mut reader = Reader::from_str(xml);
    loop {
        match next(&mut reader)? {
            Event::Start(e) | Event::Empty(e) => match e.local_name().as_ref() {
                "sheet" => {
                    let id = e
                        .attributes()
                        .flatten()
                        .find(|a| a.key.prefix().is_some() && a.key.local_name().as_ref() == "id")
                        .and_then(|a| {
                            a.normalized_value(XmlVersion::Implicit1_0).ok().map(std::borrow::Cow::into_owned)
                        });
                    sheets.push((attribute(&e, "name").unwrap_or_default(), id.unwrap_or_default()));
                }
                "workbookPr" => {
                    since_1904 =
                        attribute(&e, "date1904").is_some_and(|v| matches!(v.as_str(), "1" | "true"));
                }
                _ => {}
            },
            Event::Eof => return Ok((sheets, since_1904)),
            _ => {}
        }
    }
}

/// The look of each cell style.
fn looks(xml: &str) -> Result<Vec<Look>, Failure> {
    let mut custom = std::collections::HashMap::new();
    let mut looks = Vec::new();
    let mut in_styles = false;
    let mut reader = Reader::from_str(xml);
    loop {
        match next(&mut reader)? {
            Event::Start(e) | Event::Empty(e) => match e.local_name().as_ref() {
                "numFmt" => {
                    let id: Option<u32> = attribute(&e, "numFmtId").and_then(|v| v.parse().ok());
                    if let (Some(id), Some(code)) = (id, attribute(&e, "formatCode")) {
                        custom.insert(id, xlsx_number::custom(&code));
                    }
                }
                "cellXfs" => in_styles = true,
                "xf" if in_styles => {
                    let id = attribute(&e, "numFmtId").and_then(|v| v.parse().ok()).unwrap_or(0);
                    looks.push(custom.get(&id).copied().unwrap_or_else(|| xlsx_number::built_in(id)));
                }
                _ => {}
            },
            Event::End(e) if e.local_name().as_ref() == "cellXfs" => in_styles = false,
            Event::Eof => return Ok(looks),
            _ => {}
        }
    }
}

fn shared_strings(xml: &str) -> Result<Vec<String>, Failure> {
    let mut strings = Vec::new();
    let mut reader = Reader::from_str(xml);
    loop {
        match next(&mut reader)? {
            Event::Start(e) if e.local_name().as_ref() == "si" => {
                strings.push(rich_text(&mut reader, "si")?.replace("x005F_", ""));
            }
            Event::Empty(e) if e.local_name().as_ref() == "si" => strings.push(String::new()),
            Event::Eof => return Ok(strings),
            _ => {}
        }
    }
}

/// The text of all `t` up to the end of `until`, without the readings of Japanese text.
fn rich_text(reader: &mut Reader<&[u8]>, until: &str) -> Result<String, Failure> {
    let mut text = String::new();
    let (mut in_text, mut in_reading) = (false, false);
    loop {
        match next(reader)? {
            Event::Start(e) => match e.local_name().as_ref() {
                "t" => in_text = true,
                "rPh" => in_reading = true,
                _ => {}
            },
            Event::End(e) => match e.local_name().as_ref() {
                "t" => in_text = false,
                "rPh" => in_reading = false,
                name if name == until => return Ok(text),
                _ => {}
            },
            Event::Eof => return Err(damaged("a text does not end")),
            event if in_text && !in_reading => add_text(&mut text, &event)?,
            _ => {}
        }
    }
}

fn add_text(text: &mut String, event: &Event<'_>) -> Result<(), Failure> {
    match event {
        Event::Text(part) => text.push_str(&part.xml10_content()),
        Event::CData(part) => text.push_str(&part.xml10_content()),
        Event::GeneralRef(reference) => match reference.resolve_char_ref() {
            Ok(Some(c)) => text.push(c),
            Ok(None) => match reference.xml10_content().as_ref() {
                "lt" => text.push('<'),
                "gt" => text.push('>'),
                "amp" => text.push('&'),
                "quot" => text.push('"'),
                "apos" => text.push('\''),
                other => return Err(damaged(&format!("it uses the unknown entity '{other}'"))),
            },
            Err(e) => return Err(damaged(&e.to_string())),
        },
        _ => {}
    }
    Ok(())
}

/// What is needed to read cells, and how many more there may be.
struct Cells {
    strings: Vec<String>,
    looks: Vec<Look>,
    since_1904: bool,
    left: usize,
    text_left: usize,
}

impl Cells {
    fn rows(&mut self, xml: &str, sheet: &str) -> Result<Vec<GridRow>, Failure> {
        let mut rows: Vec<GridRow> = Vec::new();
        let (mut row, mut column) = (0, 0);
        let mut reader = Reader::from_str(xml);
        loop {
            match next(&mut reader)? {
                Event::Start(e) | Event::Empty(e) if e.local_name().as_ref() == "row" => {
                    row = attribute(&e, "r").and_then(|r| r.parse().ok()).unwrap_or(row + 1);
                    column = 0;
                }
                Event::Start(e) if e.local_name().as_ref() == "c" => {
                    let place = attribute(&e, "r");
                    if let Some((at_row, at_column)) = place.as_deref().and_then(coordinates) {
                        (row, column) = (at_row, at_column);
                    } else {
                        column += 1;
                    }
                    let Some(text) = self.cell(&mut reader, &e).map_err(|failure| match failure {
                        CellFault::Failure(failure) => failure,
                        CellFault::Unreadable => damaged(&format!(
                            "the cell {} of the sheet '{sheet}' cannot be read",
                            place.unwrap_or_default()
                        )),
                    })?
                    else {
                        continue;
                    };
                    self.left = self.left.checked_sub(1).ok_or_else(too_large)?;
                    self.text_left = self.text_left.checked_sub(text.len()).ok_or_else(too_large)?;
                    if column == 0 || column > MAX_COLUMN {
                        continue;
                    }
                    match rows.last_mut() {
                        Some(last) if last.number == row => last.cells.push((column - 1, text)),
                        _ => rows.push(GridRow { number: row, cells: vec![(column - 1, text)] }),
                    }
                }
                Event::Empty(e) if e.local_name().as_ref() == "c" => {
                    column =
                        attribute(&e, "r").as_deref().and_then(coordinates).map_or(column + 1, |(_, c)| c);
                }
                Event::End(e) if e.local_name().as_ref() == "sheetData" => return Ok(rows),
                Event::Eof => return Ok(rows),
                _ => {}
            }
        }
    }

    /// Reads to the end of the cell; `None` when it is empty.
    fn cell(&self, reader: &mut Reader<&[u8]>, start: &BytesStart<'_>) -> Result<Option<String>, CellFault> {
        let kind = attribute(start, "t").unwrap_or_default();
        let style = attribute(start, "s").and_then(|s| s.parse::<usize>().ok()).unwrap_or(0);
        let mut raw = String::new();
        let mut in_value = false;
        loop {
            match next(reader)? {
                Event::Start(e) => match e.local_name().as_ref() {
                    "v" => in_value = true,
                    "is" => {
                        let text = rich_text(reader, "is")?;
                        if kind == "inlineStr" {
                            raw = text;
                        }
                    }
                    _ => {}
                },
                Event::End(e) => match e.local_name().as_ref() {
                    "v" => in_value = false,
                    "c" => break,
                    _ => {}
                },
                Event::Eof => return Err(damaged("a cell does not end").into()),
                event if in_value && kind != "inlineStr" => add_text(&mut raw, &event)?,
                _ => {}
            }
        }
        if raw.is_empty() {
            return Ok(None);
        }
        let text = match kind.as_str() {
            "" | "n" => {
                let look = self.looks.get(style).copied().unwrap_or(Look::Number);
                xlsx_number::text(&raw, look, self.since_1904).ok_or(CellFault::Unreadable)?
            }
            "s" => {
                let index: usize = raw.trim().parse().map_err(|_| CellFault::Unreadable)?;
                self.strings.get(index).ok_or(CellFault::Unreadable)?.clone()
            }
            "b" => match raw.trim().parse::<i64>() {
                Ok(0) => "FALSE".to_owned(),
                Ok(_) => "TRUE".to_owned(),
                Err(_) => return Err(CellFault::Unreadable),
            },
            // A date in ISO form: 2024-01-31T10:00:00.
            "d" => raw.trim_end_matches('Z').replacen('T', " ", 1),
            _ => raw,
        };
        Ok((!text.is_empty()).then_some(text))
    }
}

enum CellFault {
    Failure(Failure),
    Unreadable,
}

impl From<Failure> for CellFault {
    fn from(failure: Failure) -> Self {
        CellFault::Failure(failure)
    }
}

/// Row and column, both from 1, of a place such as `B7`.
fn coordinates(place: &str) -> Option<(usize, usize)> {
    let letters = place.bytes().take_while(u8::is_ascii_alphabetic).count();
    let (letters, digits) = place.split_at(letters);
    if letters.is_empty() || letters.len() > 3 {
        return None;
    }
    let column = letters.bytes().fold(0, |n, b| n * 26 + usize::from(b.to_ascii_uppercase() - b'A' + 1));
    Some((digits.parse().ok()?, column))
}
