//! Tables as text: any of the usual separators, quotes, line ends, with or without a byte order mark. Never with another
//! encoding than UTF-8: a guessed name is a wrong name.

use std::io::{BufRead, Read};

use crate::list::{Fault, Kind, Row};

/// Most bytes of one row; a quote that is never closed would otherwise swallow the file.
const LONGEST_ROW: usize = 64 << 10;

/// Reads row after row, so that a list of any length needs the memory of one row. The separator is the one that the
/// first row has most of: a comma, a semicolon or a tab.
pub fn rows<R: BufRead>(input: R) -> Rows<R> {
    Rows { input, separator: None, next_row: 1, over: false }
}

/// See [`rows`].
pub struct Rows<R> {
    input: R,
    separator: Option<char>,
    next_row: u64,
    over: bool,
}

impl<R: BufRead> Iterator for Rows<R> {
    type Item = Result<Row, Fault>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.over {
            return None;
        }
        let row = self.next_row;
        match self.text(row) {
            Ok(None) => None,
            Ok(Some(text)) => {
                let separator = *self.separator.get_or_insert_with(|| separator_of(&text));
                Some(Ok(Row { sheet: None, number: row, cells: cells(&text, separator) }))
            }
            Err(fault) => {
                // What follows a row that cannot be read cannot be told apart.
                self.over = true;
                Some(Err(fault))
            }
        }
    }
}

impl<R: BufRead> Rows<R> {
    /// The text of one row: a line, or several where a quoted cell goes on.
    fn text(&mut self, row: u64) -> Result<Option<String>, Fault> {
        let refuse = |kind| Fault { sheet: None, row, column: None, kind };
        let mut bytes = Vec::new();
        loop {
            let before = bytes.len();
            let mut limited = Read::take(&mut self.input, (LONGEST_ROW + 1) as u64);
            limited.read_until(b'\n', &mut bytes).map_err(|_| refuse(Kind::Unreadable))?;
            if bytes.len() == before {
                return if bytes.is_empty() { Ok(None) } else { Err(refuse(Kind::QuoteOpen)) };
            }
            self.next_row += 1;
            if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) || bytes.contains(&0) {
                return Err(refuse(Kind::Utf16));
            }
            if bytes.len() > LONGEST_ROW {
                return Err(refuse(Kind::RowTooLong));
            }
            if bytes.iter().filter(|byte| **byte == b'"').count().is_multiple_of(2) {
                break;
            }
        }
        let text = String::from_utf8(bytes).map_err(|_| refuse(Kind::NotUtf8))?;
        let text = if row == 1 { text.trim_start_matches('\u{feff}') } else { &text };
        Ok(Some(text.trim_end_matches(['\r', '\n']).to_owned()))
    }
}

fn separator_of(first: &str) -> char {
    let count = |separator: char| first.matches(separator).count();
    [',', ';', '\t'].into_iter().max_by_key(|separator| (count(*separator), *separator == ',')).unwrap_or(',')
}

fn cells(text: &str, separator: char) -> Vec<String> {
    let (mut cells, mut cell, mut quoted) = (Vec::new(), String::new(), false);
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' if quoted && characters.peek() == Some(&'"') => {
                characters.next();
                cell.push('"');
            }
            '"' => quoted = !quoted,
            other if other == separator && !quoted => cells.push(std::mem::take(&mut cell)),
            other => cell.push(other),
        }
    }
    cells.push(cell);
    cells
}
