//! SPSS system files (`.sav`), UTF-8, little-endian, compressed by bytecode. Source: *PSPP Developers' Guide*, "System
//! File Format".
//!
//! Everything is a multiple of eight bytes. A text of more than 255 bytes is stored as several variables ("segments")
//! that one record puts together again.

use std::collections::BTreeSet;
use std::io::Write;

use crate::calendar::{self, SPSS_SECONDS};
use crate::measure::{Content, Measured, Slot, Value, measure};
use crate::names::{beginning, unique};
use crate::{FormatError, Table, Take};

/// Bytes of the longest text.
const MOST_TEXT: usize = 32_767;
/// Variables with their segments; SPSS takes 2^31, other readers less.
const MOST_COLUMNS: usize = 32_767;
/// Bytes of a segment, of which all but the last are declared this wide.
const SEGMENT: usize = 255;
/// Bytes that a segment stands for when they are counted.
const COUNTED: usize = 252;
/// "No number".
const MISSING: f64 = -f64::MAX;
/// What the bytecode adds to small whole numbers.
const BIAS: f64 = 100.0;

/// How a column is stored.
enum Storage {
    Number,
    /// A text of so many bytes, at least 1.
    Text(usize),
}

impl Storage {
    fn of(slot: &Slot) -> Storage {
        match slot.content {
            Content::Text => Storage::Text(slot.longest.max(1)),
            _ => Storage::Number,
        }
    }

    /// Declared widths of its segments; 0 is a number.
    fn segments(&self) -> Vec<usize> {
        match *self {
            Storage::Number => vec![0],
            Storage::Text(bytes) if bytes <= SEGMENT => vec![bytes],
            Storage::Text(bytes) => {
                let count = bytes.div_ceil(COUNTED);
                let mut widths = vec![SEGMENT; count - 1];
                widths.push(bytes - (count - 1) * COUNTED);
                widths
            }
        }
    }
}

pub(crate) fn write<E: From<FormatError>>(
    table: &Table,
    rows: &mut dyn FnMut(&mut Take<'_, E>) -> Result<(), E>,
    out: &mut (dyn Write + Send),
) -> Result<(), E> {
    let mut measured = measure(table, rows)?;
    for slot in &mut measured.slots {
        slot.text_unless(|number| number.abs() <= 1 << 53);
        if slot.longest > MOST_TEXT && matches!(slot.content, Content::Text) {
            let column = slot.path.clone();
            return Err(FormatError::TooLong {
                format: "SPSS",
                column,
                bytes: slot.longest,
                most: MOST_TEXT,
            }
            .into());
        }
    }
    let storages: Vec<Storage> = measured.slots.iter().map(Storage::of).collect();
    let columns = storages.iter().map(|storage| storage.segments().len()).sum();
    if columns > MOST_COLUMNS {
        return Err(FormatError::TooManyColumns { format: "SPSS", most: MOST_COLUMNS, columns }.into());
    }
    out.write_all(&dictionary(table, &measured, &storages)).map_err(FormatError::from)?;
    let mut code = Bytecode::default();
    let mut count = 0;
    rows(&mut |row| {
        count += 1;
        for (slot, storage) in measured.slots.iter().zip(&storages) {
            match storage {
                Storage::Number => code.number(number(slot, row)),
                Storage::Text(_) => code.text(slot.text(row), &storage.segments()),
            }
        }
        if code.done.len() >= 1 << 16 {
            out.write_all(&code.done).map_err(FormatError::from)?;
            code.done.clear();
        }
        Ok(())
    })?;
    if count != measured.rows {
        return Err(FormatError::Changed.into());
    }
    code.flush();
    out.write_all(&code.done).map_err(FormatError::from)?;
    Ok(())
}

fn number(slot: &Slot, row: &[&str]) -> f64 {
    match slot.value(row) {
        Value::Integer(number) => number as f64,
        Value::Decimal(number) => number,
        Value::Flag(flag) => f64::from(u8::from(flag)),
        Value::Choice(number, _) => f64::from(number),
        Value::Date(days) => f64::from(days) * 86_400.0 + SPSS_SECONDS,
        Value::Moment(moment) => moment as f64 / 1_000.0 + SPSS_SECONDS,
        Value::Missing | Value::Text(_) => MISSING,
    }
}

/// One code a block of eight bytes; eight codes stand before the blocks that could not be said by a code.
#[derive(Default)]
struct Bytecode {
    codes: Vec<u8>,
    blocks: Vec<u8>,
    done: Vec<u8>,
}

impl Bytecode {
    fn push(&mut self, code: u8, block: &[u8]) {
        self.codes.push(code);
        self.blocks.extend_from_slice(block);
        if self.codes.len() == 8 {
            self.flush();
        }
    }

    /// Ends the eight codes, filled by 0, which is skipped.
    fn flush(&mut self) {
        if !self.codes.is_empty() {
            self.codes.resize(8, 0);
            self.done.append(&mut self.codes);
            self.done.append(&mut self.blocks);
        }
    }

    fn number(&mut self, number: f64) {
        if number == MISSING {
            self.push(255, &[]);
        } else if number.fract() == 0.0
            && (1.0 - BIAS..=251.0 - BIAS).contains(&number)
            && !(number == 0.0 && number.is_sign_negative())
        {
            self.push((number + BIAS) as u8, &[]);
        } else {
            self.push(253, &number.to_le_bytes());
        }
    }

    /// A text, filled by blanks, 255 bytes in each segment but the last.
    fn text(&mut self, text: &str, segments: &[usize]) {
        let mut left = text.as_bytes();
        for width in segments {
            let (mine, rest) = left.split_at(left.len().min(*width));
            left = rest;
            for block in 0..width.div_ceil(8) {
                let mut eight = [b' '; 8];
                for (place, byte) in eight.iter_mut().enumerate() {
                    if let Some(given) = mine.get(block * 8 + place) {
                        *byte = *given;
                    }
                }
                if eight == [b' '; 8] { self.push(254, &[]) } else { self.push(253, &eight) }
            }
        }
    }
}

fn int(out: &mut Vec<u8>, number: i32) {
    out.extend_from_slice(&number.to_le_bytes());
}

/// A text in a field of so many bytes, filled by blanks.
fn field(out: &mut Vec<u8>, text: &str, width: usize) {
    let text = beginning(text, width);
    out.extend_from_slice(text.as_bytes());
    out.resize(out.len() + width - text.len(), b' ');
}

/// An extension record: its number, bytes of one element, and the elements.
fn extension(out: &mut Vec<u8>, subtype: i32, size: usize, content: &[u8]) {
    for number in [7, subtype, size as i32, (content.len() / size) as i32] {
        int(out, number);
    }
    out.extend_from_slice(content);
}

/// Names of at most eight bytes, which no reader shows: the long ones replace them.
fn short(place: usize, segment: usize) -> String {
    const DIGITS: &[u8; 36] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    let digit = |number: usize| DIGITS.get(number % 36).copied().map_or('0', char::from);
    let three = |number: usize| [digit(number / 1296), digit(number / 36), digit(number)];
    let mut name = String::from("V");
    name.extend(three(place));
    if segment > 0 {
        name.extend(three(segment));
    }
    name
}

fn dictionary(table: &Table, measured: &Measured, storages: &[Storage]) -> Vec<u8> {
    let slots = &measured.slots;
    let names = unique(slots.iter().map(|slot| slot.path.as_str()));
    let blocks: usize =
        storages.iter().flat_map(Storage::segments).map(|width| width.div_ceil(8).max(1)).sum();
    let mut out = b"$FL2".to_vec();
    field(&mut out, concat!("@(#) SPSS DATA FILE - written by Deungdae ", env!("CARGO_PKG_VERSION")), 60);
    let cases = i32::try_from(measured.rows).unwrap_or(-1);
    for number in [2, blocks as i32, 1, 0, cases] {
        int(&mut out, number);
    }
    out.extend_from_slice(&BIAS.to_le_bytes());
    let (day, month, year, hour, minute, second) = calendar::parts(table.written_at);
    field(&mut out, &format!("{day:02} {month} {:02}", year.rem_euclid(100)), 9);
    field(&mut out, &format!("{hour:02}:{minute:02}:{second:02}"), 8);
    field(&mut out, &table.title, 64);
    out.extend_from_slice(&[0; 3]);

    let (mut long_names, mut long_texts) = (String::new(), String::new());
    let mut firsts = Vec::new();
    let mut at = 1;
    let mut shown = Vec::new();
    for (place, ((slot, storage), name)) in slots.iter().zip(storages).zip(&names).enumerate() {
        firsts.push(at);
        let segments = storage.segments();
        for (segment, width) in segments.iter().enumerate() {
            variable(&mut out, slot, &short(place, segment), *width, segment == 0);
            at += width.div_ceil(8).max(1) as i32;
            // Measure (nominal or scale), columns on the screen, alignment.
            let scale = matches!(slot.content, Content::Integer { .. } | Content::Decimal);
            for number in [if scale { 3 } else { 1 }, 8, i32::from(*width == 0)] {
                int(&mut shown, number);
            }
        }
        let tab = if long_names.is_empty() { "" } else { "\t" };
        long_names.push_str(&format!("{tab}{}={name}", short(place, 0)));
        if let (Storage::Text(bytes), 2..) = (storage, segments.len()) {
            long_texts.push_str(&format!("{}={bytes:05}\0\t", short(place, 0)));
        }
    }
    for (slot, first) in slots.iter().zip(&firsts) {
        value_labels(&mut out, slot, *first);
    }
    let mut numbers = Vec::new();
    // Version 24.0.0, no machine's code, IEEE 754, compressed, little-endian, UTF-8.
    for number in [24, 0, 0, -1, 1, 1, 2, 65_001] {
        int(&mut numbers, number);
    }
    extension(&mut out, 3, 4, &numbers);
    let limits = [MISSING, f64::MAX, f64::from_bits(0xffef_ffff_ffff_fffe)];
    extension(&mut out, 4, 8, &limits.map(f64::to_le_bytes).concat());
    extension(&mut out, 11, 4, &shown);
    extension(&mut out, 13, 1, long_names.as_bytes());
    if !long_texts.is_empty() {
        extension(&mut out, 14, 1, long_texts.as_bytes());
    }
    extension(&mut out, 16, 8, &[1_u64, measured.rows].map(u64::to_le_bytes).concat());
    extension(&mut out, 20, 1, b"UTF-8");
    int(&mut out, 999);
    int(&mut out, 0);
    out
}

fn variable(out: &mut Vec<u8>, slot: &Slot, name: &str, width: usize, first: bool) {
    let label = if first { beginning(&slot.label, 252) } else { "" };
    // Type of the format, width, decimals: A, F, SDATE (year first), DATETIME.
    let (kind, columns, decimals) = match slot.content {
        Content::Text => (1, width.min(255), 0),
        Content::Decimal => (5, 12, 4),
        Content::Integer { .. } => (5, 12, 0),
        Content::Flag | Content::Choice(_) => (5, 8, 0),
        Content::Date => (39, 10, 0),
        Content::Moment => (22, 20, 0),
    };
    let format = kind << 16 | (columns as i32) << 8 | decimals;
    for number in [2, width as i32, i32::from(!label.is_empty()), 0, format, format] {
        int(out, number);
    }
    field(out, name, 8);
    if !label.is_empty() {
        int(out, label.len() as i32);
        field(out, label, label.len().next_multiple_of(4));
    }
    for _ in 1..width.div_ceil(8) {
        for number in [2, -1, 0, 0, 0, 0] {
            int(out, number);
        }
        field(out, "", 8);
    }
}

fn value_labels(out: &mut Vec<u8>, slot: &Slot, first: i32) {
    let entries: Vec<(i32, &str)> = match &slot.content {
        Content::Choice(codes) => {
            let mut seen = BTreeSet::new();
            let once = codes.entries.iter().filter(|(number, ..)| seen.insert(*number));
            once.map(|(number, _, label)| (*number, beginning(label, 120))).collect()
        }
        _ => return,
    };
    int(out, 3);
    int(out, entries.len() as i32);
    for (number, label) in entries {
        out.extend_from_slice(&f64::from(number).to_le_bytes());
        out.push(label.len() as u8);
        field(out, label, (label.len() + 1).next_multiple_of(8) - 1);
    }
    for number in [4, 1, first] {
        int(out, number);
    }
}
