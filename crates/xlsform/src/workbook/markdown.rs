//! Forms as Markdown tables.

use indexmap::IndexMap;

use super::Sheet;
use crate::problem::{Failure, Problem};
use crate::python::{is_space, strip};
use crate::spelling;

pub(super) fn read(text: &str) -> Result<Vec<Sheet>, Failure> {
    let mut sheets: IndexMap<String, Vec<Vec<String>>> = IndexMap::new();
    let mut current: Option<String> = None;
    for line in text.split('\n') {
        let Some(inside) = table_line(line) else { continue };
        let mut cells = cells(inside);
        let first = cells.next().unwrap_or_default();
        let row: Vec<String> = cells.collect();
        if !first.is_empty() {
            sheets.insert(first.clone(), Vec::new());
            current = Some(first);
        }
        let Some(name) = &current else {
            return Err(Problem::new(
                "The table has rows before its first sheet. Start with a row whose first cell is 'survey'.",
            )
            .into());
        };
        if row.iter().any(|c| !c.is_empty())
            && let Some(rows) = sheets.get_mut(name)
        {
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
        let Some(header) = rows.next() else {
            return Err(Problem::new(format!(
                "The sheet '{name}' has no header row. Add a row with the column names, or remove the sheet."
            ))
            .sheet(&name)
            .into());
        };
        let width = header.len();
        let rows: Vec<Vec<String>> = rows.collect();
        for (i, row) in rows.iter().enumerate() {
            if row.iter().skip(width).any(|cell| !cell.is_empty()) {
                let number = u32::try_from(i + 2).unwrap_or(u32::MAX);
                return Err(Problem::new(format!(
                    "[row : {number}] On the '{name}' sheet, the row has more cells than the header. \
                     Check the '|' between the cells; inside a cell write it as '\\|'."
                ))
                .sheet(&name)
                .row(number)
                .into());
            }
        }
        read.push(Sheet::from_rows(name, header, rows.into_iter())?);
    }
    Ok(read)
}

/// What is between the first and the last `|` of a line of the table, without a comment at its end.
fn table_line(line: &str) -> Option<&str> {
    let start = line.trim_start_matches(is_space);
    if start.starts_with('#') {
        return None;
    }
    let line = without_comment(line);
    let start = line.trim_start_matches(is_space).strip_prefix('|')?;
    let inside = &start[..start.rfind('|')?];
    let separator = !inside.is_empty() && inside.chars().all(|c| matches!(c, '|' | '-'));
    (!separator).then_some(inside)
}

/// Cuts a comment: the last `#` that has text but no `|` after it.
fn without_comment(line: &str) -> &str {
    let after_table = line.rfind('|').map_or(0, |i| i + 1);
    let mut end = line.len();
    while let Some(at) = line[after_table..end].rfind('#') {
        let at = after_table + at;
        if at + 1 < line.len() {
            return &line[..at];
        }
        end = at;
    }
    line
}

/// The cells of a line; `\|` is a `|` inside a cell.
fn cells(line: &str) -> impl Iterator<Item = String> {
    let mut rest = Some(line);
    std::iter::from_fn(move || {
        let text = rest?;
        let mut from = 0;
        loop {
            let Some(at) = text[from..].find('|').map(|i| from + i) else {
                rest = None;
                return Some(cell(text));
            };
            if text[..at].ends_with('\\') {
                from = at + 1;
                continue;
            }
            rest = Some(&text[at + 1..]);
            return Some(cell(&text[..at]));
        }
    })
}

fn cell(text: &str) -> String {
    strip(text).replace("\\|", "|")
}
