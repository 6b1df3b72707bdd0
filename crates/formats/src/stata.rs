//! Stata's `.dta`, format 118 (Stata 14 and later): UTF-8, little-endian. Source: Stata's `help dta`.
//!
//! The file begins with a map of offsets. Measuring tells how wide rows are and how long all long texts together, so
//! that every offset is known before the first byte is written.

use std::io::Write;

use crate::calendar::{self, STATA_DAYS};
use crate::measure::{Content, Measured, Slot, Value, measure};
use crate::names::{beginning, unique};
use crate::{FormatError, Table, Take};

/// Columns that the format can count.
const MOST_COLUMNS: usize = 32_767;
/// Bytes of a text that stands in its row; longer ones stand behind all rows.
const MOST_IN_ROW: usize = 2_045;
/// Bytes of a text that stands behind the rows.
const MOST_TEXT: usize = 2_000_000_000;

/// How a column is stored: the type's number, its bytes in a row, and how values are shown.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Storage {
    Byte,
    Int,
    Long,
    Double,
    Text(u16),
    LongText,
}

impl Storage {
    fn of(slot: &Slot) -> Storage {
        match slot.content {
            // Stata has no text of width 0.
            Content::Text if slot.longest <= MOST_IN_ROW => Storage::Text(slot.longest.max(1) as u16),
            Content::Text => Storage::LongText,
            // The largest values of each type mean "missing".
            Content::Integer { least, most } => match (least, most) {
                (-127.., ..=100) => Storage::Byte,
                (-32_767.., ..=32_740) => Storage::Int,
                (-2_147_483_647.., ..=2_147_483_620) => Storage::Long,
                _ => Storage::Double,
            },
            Content::Decimal | Content::Moment => Storage::Double,
            Content::Date | Content::Choice(_) => Storage::Long,
            Content::Flag => Storage::Byte,
        }
    }

    fn number(self) -> u16 {
        match self {
            Storage::Text(bytes) => bytes,
            Storage::LongText => 32_768,
            Storage::Double => 65_526,
            Storage::Long => 65_528,
            Storage::Int => 65_529,
            Storage::Byte => 65_530,
        }
    }

    fn bytes(self) -> u64 {
        match self {
            Storage::Byte => 1,
            Storage::Int => 2,
            Storage::Long => 4,
            Storage::Double | Storage::LongText => 8,
            Storage::Text(bytes) => u64::from(bytes),
        }
    }
}

fn shown(slot: &Slot, storage: Storage) -> String {
    match (&slot.content, storage) {
        (Content::Date, _) => "%td".to_owned(),
        (Content::Moment, _) => "%tc".to_owned(),
        (_, Storage::Text(bytes)) => format!("%{}s", bytes.min(32)),
        (_, Storage::LongText) => "%9s".to_owned(),
        (_, Storage::Double) => "%10.0g".to_owned(),
        (_, Storage::Long) => "%12.0g".to_owned(),
        (_, Storage::Int | Storage::Byte) => "%8.0g".to_owned(),
    }
}

/// Counts what is written.
struct Counted<'o> {
    out: &'o mut (dyn Write + Send),
    written: u64,
}

impl Counted<'_> {
    fn put(&mut self, bytes: &[u8]) -> Result<(), FormatError> {
        self.out.write_all(bytes)?;
        self.written += bytes.len() as u64;
        Ok(())
    }
}

/// A text in a field of fixed width, ended and filled by zeros.
fn field(text: &str, width: usize) -> Vec<u8> {
    let mut bytes = beginning(text, width - 1).as_bytes().to_vec();
    bytes.resize(width, 0);
    bytes
}

pub(crate) fn write<E: From<FormatError>>(
    table: &Table,
    rows: &mut dyn FnMut(&mut Take<'_, E>) -> Result<(), E>,
    out: &mut (dyn Write + Send),
) -> Result<(), E> {
    let mut measured = measure(table, rows)?;
    let columns = measured.slots.len();
    if columns > MOST_COLUMNS {
        return Err(FormatError::TooManyColumns { format: "Stata", most: MOST_COLUMNS, columns }.into());
    }
    for slot in &mut measured.slots {
        // A double holds whole numbers up to 2^53.
        slot.text_unless(|number| number.abs() <= 1 << 53);
        if slot.longest > MOST_TEXT {
            let column = slot.path.clone();
            return Err(FormatError::TooLong {
                format: "Stata",
                column,
                bytes: slot.longest,
                most: MOST_TEXT,
            }
            .into());
        }
    }
    let storages: Vec<Storage> = measured.slots.iter().map(Storage::of).collect();
    let mut out = Counted { out, written: 0 };
    let (described, end) = describe(table, &measured, &storages);
    out.put(&described)?;

    out.put(b"<data>")?;
    let mut line = Vec::new();
    let mut count = 0;
    rows(&mut |row| {
        count += 1;
        line.clear();
        for (position, (slot, storage)) in (1_u64..).zip(measured.slots.iter().zip(&storages)) {
            put_value(&mut line, slot, *storage, row, position, count);
        }
        Ok(out.put(&line)?)
    })?;
    if count != measured.rows {
        return Err(FormatError::Changed.into());
    }
    out.put(b"</data><strls>")?;
    if storages.contains(&Storage::LongText) {
        let mut observation = 0;
        rows(&mut |row| {
            observation += 1_u64;
            for (position, (slot, storage)) in (1_u32..).zip(measured.slots.iter().zip(&storages)) {
                let text = slot.text(row);
                if *storage == Storage::LongText && !text.is_empty() {
                    line.clear();
                    line.extend_from_slice(b"GSO");
                    line.extend_from_slice(&position.to_le_bytes());
                    line.extend_from_slice(&observation.to_le_bytes());
                    line.push(130); // text, ended by a zero
                    line.extend_from_slice(&(text.len() as u32 + 1).to_le_bytes());
                    line.extend_from_slice(text.as_bytes());
                    line.push(0);
                    out.put(&line)?;
                }
            }
            Ok(())
        })?;
    }
    out.put(b"</strls>")?;
    out.put(&value_labels(&measured))?;
    out.put(b"</stata_dta>")?;
    if end != out.written {
        return Err(FormatError::Changed.into());
    }
    Ok(())
}

fn put_value(line: &mut Vec<u8>, slot: &Slot, storage: Storage, row: &[&str], column: u64, row_number: u64) {
    let whole = match slot.value(row) {
        Value::Integer(number) => Some(number),
        Value::Flag(flag) => Some(i64::from(flag)),
        Value::Choice(number, _) => Some(i64::from(number)),
        Value::Date(days) => Some(i64::from(days) + i64::from(STATA_DAYS)),
        Value::Moment(moment) => Some(moment + i64::from(STATA_DAYS) * 86_400_000),
        Value::Missing | Value::Text(_) | Value::Decimal(_) => None,
    };
    match storage {
        Storage::Byte => line.push(whole.and_then(|number| i8::try_from(number).ok()).unwrap_or(101) as u8),
        Storage::Int => {
            let number = whole.and_then(|number| i16::try_from(number).ok()).unwrap_or(32_741);
            line.extend_from_slice(&number.to_le_bytes());
        }
        Storage::Long => {
            let number = whole.and_then(|number| i32::try_from(number).ok()).unwrap_or(2_147_483_621);
            line.extend_from_slice(&number.to_le_bytes());
        }
        Storage::Double => {
            let number = match slot.value(row) {
                Value::Decimal(number) => Some(number),
                _ => whole.map(|number| number as f64),
            };
            let number = number.unwrap_or(f64::from_bits(0x7fe0_0000_0000_0000));
            line.extend_from_slice(&number.to_le_bytes());
        }
        Storage::Text(bytes) => {
            let text = beginning(slot.text(row), usize::from(bytes));
            line.extend_from_slice(text.as_bytes());
            line.resize(line.len() + usize::from(bytes) - text.len(), 0);
        }
        Storage::LongText => {
            let there = !slot.text(row).is_empty();
            let reference = if there { column | row_number << 16 } else { 0 };
            line.extend_from_slice(&reference.to_le_bytes());
        }
    }
}

/// Everything before the rows, and where the file ends.
fn describe(table: &Table, measured: &Measured, storages: &[Storage]) -> (Vec<u8>, u64) {
    let slots = &measured.slots;
    let names = unique(slots.iter().map(|slot| slot.path.as_str()));
    let title = beginning(&table.title, 320);
    let title: String = title.chars().take(80).collect();
    let (day, month, year, hour, minute, _) = calendar::parts(table.written_at);

    let mut head = b"<stata_dta><header><release>118</release><byteorder>LSF</byteorder><K>".to_vec();
    head.extend_from_slice(&(slots.len() as u16).to_le_bytes());
    head.extend_from_slice(b"</K><N>");
    head.extend_from_slice(&measured.rows.to_le_bytes());
    head.extend_from_slice(b"</N><label>");
    head.extend_from_slice(&(title.len() as u16).to_le_bytes());
    head.extend_from_slice(title.as_bytes());
    head.extend_from_slice(b"</label><timestamp>\x11");
    head.extend_from_slice(format!("{day:02} {month} {year:04} {hour:02}:{minute:02}").as_bytes());
    head.extend_from_slice(b"</timestamp></header>");

    let each = |tag: &str, content: &mut dyn FnMut(usize, &Slot) -> Vec<u8>| {
        let mut section = format!("<{tag}>").into_bytes();
        for (place, slot) in slots.iter().enumerate() {
            section.extend(content(place, slot));
        }
        section.extend_from_slice(format!("</{tag}>").as_bytes());
        section
    };
    let storage = |place: usize| storages.get(place).copied().unwrap_or(Storage::Byte);
    let name = |place: usize| names.get(place).map(String::as_str).unwrap_or_default();
    let types = each("variable_types", &mut |place, _| storage(place).number().to_le_bytes().to_vec());
    let variables = each("varnames", &mut |place, _| field(name(place), 129));
    let mut sorted = b"<sortlist>".to_vec();
    sorted.resize(sorted.len() + 2 * (slots.len() + 1), 0);
    sorted.extend_from_slice(b"</sortlist>");
    let formats = each("formats", &mut |place, slot| field(&shown(slot, storage(place)), 57));
    let label_names = each("value_label_names", &mut |place, slot| {
        field(if matches!(slot.content, Content::Choice(_)) { name(place) } else { "" }, 129)
    });
    let labels = each("variable_labels", &mut |_, slot| {
        let label: String =
            slot.label.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
        field(&label.chars().take(80).collect::<String>(), 321)
    });
    let characteristics = b"<characteristics></characteristics>".to_vec();

    let row: u64 = storages.iter().map(|storage| storage.bytes()).sum();
    let data = 13 + row * measured.rows;
    let long = slots.iter().zip(storages).filter(|(_, storage)| **storage == Storage::LongText);
    let long_texts: u64 = 15 + long.map(|(slot, _)| 21 * slot.filled + slot.bytes).sum::<u64>();

    const MAP: u64 = 5 + 14 * 8 + 6;
    let mut map = b"<map>".to_vec();
    let mut at = 0_u64;
    let mut push = |bytes: u64| {
        map.extend_from_slice(&at.to_le_bytes());
        at += bytes;
    };
    push(head.len() as u64);
    push(MAP);
    for section in [&types, &variables, &sorted, &formats, &label_names, &labels, &characteristics] {
        push(section.len() as u64);
    }
    push(data);
    push(long_texts);
    push(value_labels(measured).len() as u64);
    push(b"</stata_dta>".len() as u64);
    push(0);
    map.extend_from_slice(b"</map>");
    let mut described = head;
    for section in [map, types, variables, sorted, formats, label_names, labels, characteristics] {
        described.extend(section);
    }
    (described, at)
}

fn value_labels(measured: &Measured) -> Vec<u8> {
    let names = unique(measured.slots.iter().map(|slot| slot.path.as_str()));
    let mut section = b"<value_labels>".to_vec();
    for (slot, name) in measured.slots.iter().zip(names) {
        let Content::Choice(codes) = &slot.content else { continue };
        let mut entries: Vec<(i32, &str)> =
            codes.entries.iter().map(|(number, _, label)| (*number, beginning(label, 32_000))).collect();
        entries.sort_unstable();
        let (mut offsets, mut numbers, mut texts) = (Vec::new(), Vec::new(), Vec::new());
        for (number, label) in &entries {
            offsets.extend_from_slice(&(texts.len() as i32).to_le_bytes());
            numbers.extend_from_slice(&number.to_le_bytes());
            texts.extend_from_slice(label.as_bytes());
            texts.push(0);
        }
        let bytes = 8 + offsets.len() + numbers.len() + texts.len();
        section.extend_from_slice(b"<lbl>");
        section.extend_from_slice(&(bytes as i32).to_le_bytes());
        section.extend(field(&name, 129));
        section.extend_from_slice(&[0; 3]);
        section.extend_from_slice(&(entries.len() as i32).to_le_bytes());
        section.extend_from_slice(&(texts.len() as i32).to_le_bytes());
        section.extend(offsets);
        section.extend(numbers);
        section.extend(texts);
        section.extend_from_slice(b"</lbl>");
    }
    section.extend_from_slice(b"</value_labels>");
    section
}
