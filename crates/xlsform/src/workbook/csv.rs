//! Forms as comma-separated text: a first column that names the sheet, then the cells.

use indexmap::IndexMap;

use super::Sheet;
use crate::problem::{Failure, Problem};
use crate::python::strip;
use crate::spelling;

pub(super) fn read(text: &str) -> Result<Vec<Sheet>, Failure> {
    let mut sheets: IndexMap<String, Vec<Vec<String>>> = IndexMap::new();
    let mut current: Option<String> = None;
    for record in records(text) {
        let mut cells = record.into_iter().map(|c| strip(&c).to_owned());
        let first = cells.next().unwrap_or_default();
        let row: Vec<String> = cells.collect();
        if !first.is_empty() {
            sheets.entry(first.clone()).or_default();
            current = Some(first);
        }
        if row.iter().any(|c| !c.is_empty()) {
            let Some(rows) = current.as_ref().and_then(|name| sheets.get_mut(name)) else {
                return Err(Problem::new(
                    "The file has rows before its first sheet. Put 'survey' into the first column of a row of its own.",
                )
                .into());
            };
            rows.push(row);
        }
    }
    let count = sheets.len();
    let mut read = Vec::with_capacity(count);
    for (name, rows) in sheets {
        if !spelling::is_known_sheet(&name.to_lowercase()) && count > 1 {
            read.push(Sheet { name, ..Sheet::default() });
            continue;
        }
        let mut rows = rows.into_iter();
        let header = rows.next().unwrap_or_default();
        let width = header.len();
        // Cells beyond the header are ignored.
        let rows = rows.map(|mut row: Vec<String>| {
            row.truncate(width);
            row
        });
        read.push(Sheet::from_rows(name, header, rows)?);
    }
    Ok(read)
}

/// The records of the text; a quoted cell may hold commas, line ends and doubled quotes.
fn records(text: &str) -> Vec<Vec<String>> {
    let mut records = Vec::new();
    let mut record = Vec::new();
    let mut cell = String::new();
    let mut quoted = false;
    let mut chars = text.trim_start_matches('\u{feff}').chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted => {
                if chars.peek() == Some(&'"') {
                    chars.next();
                    cell.push('"');
                } else {
                    quoted = false;
                }
            }
            '"' if cell.is_empty() => quoted = true,
            ',' if !quoted => record.push(std::mem::take(&mut cell)),
            '\r' if !quoted && chars.peek() == Some(&'\n') => {}
            '\n' | '\r' if !quoted => {
                record.push(std::mem::take(&mut cell));
                records.push(std::mem::take(&mut record));
            }
            c => cell.push(c),
        }
    }
    if !cell.is_empty() || !record.is_empty() {
        record.push(cell);
        records.push(record);
    }
    records
}
