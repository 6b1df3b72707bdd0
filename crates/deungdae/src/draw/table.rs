//! Rosters as people send them: CSV with any of the usual separators, quotes, line ends, with or without a byte order mark.
//! Never with another encoding: a guessed name is a wrong name.

use std::io::BufRead;

use ::draw::{Record, Refusal};

/// Most bytes of one row; a quote that is never closed would otherwise swallow the file.
const LONGEST_ROW: usize = 64 << 10;

/// Reads row after row, so that a list of any length needs the memory of one row.
pub(crate) struct Table<R> {
    input: R,
    separator: char,
    headings: Vec<String>,
    /// The row in which the last record began, as a person counts.
    row: u64,
    next_row: u64,
}

impl<R: BufRead> Table<R> {
    /// Reads the headings.
    pub(crate) fn open(input: R) -> Result<Self, Refusal> {
        let mut table = Self { input, separator: ',', headings: Vec::new(), row: 0, next_row: 1 };
        let Some(mut first) = table.record_text()? else {
            return Err(Refusal::Frame("the file is empty: ask for it again".into()));
        };
        if let Some(rest) = first.strip_prefix('\u{feff}') {
            first = rest.to_owned();
        }
        let count = |separator: char| first.matches(separator).count();
        table.separator = [',', ';', '\t']
            .into_iter()
            .max_by_key(|separator| (count(*separator), *separator == ','))
            .unwrap_or(',');
        table.headings = table.cells(&first);
        for (at, heading) in table.headings.iter().enumerate() {
            let twice = table.headings.iter().skip(at + 1).any(|other| other == heading);
            if heading.is_empty() || twice {
                return Err(table.refuse(format!(
                    "the heading of column {} is empty or stands there twice: name every column once",
                    at + 1
                )));
            }
        }
        Ok(table)
    }

    fn refuse(&self, problem: String) -> Refusal {
        Refusal::Roster { row: self.row, problem }
    }

    /// The text of one record: a line, or several where a quoted cell goes on.
    fn record_text(&mut self) -> Result<Option<String>, Refusal> {
        let mut bytes = Vec::new();
        self.row = self.next_row;
        loop {
            let before = bytes.len();
            let mut limited = std::io::Read::take(&mut self.input, (LONGEST_ROW + 1) as u64);
            limited.read_until(b'\n', &mut bytes).map_err(|error| self.refuse(error.to_string()))?;
            if bytes.len() == before {
                if bytes.is_empty() {
                    return Ok(None);
                }
                return Err(self.refuse("a quote \" is opened here and never closed: close it".into()));
            }
            self.next_row += 1;
            if bytes.len() > LONGEST_ROW {
                return Err(self.refuse(format!(
                    "more than {} KiB: a quote \" is probably not closed, or this is no CSV file",
                    LONGEST_ROW >> 10
                )));
            }
            if bytes.iter().filter(|byte| **byte == b'"').count().is_multiple_of(2) {
                break;
            }
        }
        if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) || bytes.contains(&0) {
            return Err(self.refuse("the file is UTF-16, not UTF-8: save it as “CSV UTF-8”".into()));
        }
        let text = String::from_utf8(bytes).map_err(|error| {
            let at = error.utf8_error().valid_up_to();
            let before: String = String::from_utf8_lossy(error.as_bytes().get(..at).unwrap_or_default()).chars().rev().take(20).collect();
            let before: String = before.chars().rev().collect();
            self.refuse(format!(
                "after “{before}” come bytes that are not UTF-8 (EUC-KR or Shift-JIS?): save the file as “CSV UTF-8”, names would be wrong otherwise"
            ))
        })?;
        Ok(Some(text.trim_end_matches(['\r', '\n']).to_owned()))
    }

    fn cells(&self, text: &str) -> Vec<String> {
        let (mut cells, mut cell, mut quoted) = (Vec::new(), String::new(), false);
        let mut characters = text.chars().peekable();
        while let Some(character) = characters.next() {
            match character {
                '"' if quoted && characters.peek() == Some(&'"') => {
                    characters.next();
                    cell.push('"');
                }
                '"' => quoted = !quoted,
                other if other == self.separator && !quoted => cells.push(std::mem::take(&mut cell)),
                other => cell.push(other),
            }
        }
        cells.push(cell);
        cells.into_iter().map(|cell| cell.trim().to_owned()).collect()
    }

    fn next_record(&mut self) -> Result<Option<(u64, Record)>, Refusal> {
        loop {
            let Some(text) = self.record_text()? else { return Ok(None) };
            let cells = self.cells(&text);
            if cells.iter().all(String::is_empty) {
                continue;
            }
            // Spreadsheets add empty cells at the end of rows.
            let extra = cells.iter().skip(self.headings.len()).any(|cell| !cell.is_empty());
            if extra || cells.len() < self.headings.len() {
                return Err(self.refuse(format!(
                    "{} cells, and there are {} headings: a separator is missing or too many",
                    cells.len(),
                    self.headings.len()
                )));
            }
            let record = self.headings.iter().cloned().zip(cells.into_iter().map(Into::into)).collect();
            return Ok(Some((self.row, record)));
        }
    }
}

impl<R: BufRead> Iterator for Table<R> {
    type Item = Result<(u64, Record), Refusal>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_record().transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Result<Vec<(u64, Record)>, String> {
        Table::open(bytes).and_then(|table| table.collect()).map_err(|refusal| refusal.to_string())
    }

    #[test]
    fn what_spreadsheets_write_is_read_alike() {
        let plain = read("no,name\nW1,Kim\nW2,\"Pak, Chol\"\n".as_bytes()).unwrap();
        assert_eq!(plain.len(), 2);
        assert_eq!(plain[1].1["name"], "Pak, Chol");
        for other in [
            "\u{feff}no;name;\r\n".replace(";\r", "\r") + "W1;Kim\r\nW2;Pak, Chol\r\n",
            "no\tname\nW1\tKim\n\nW2\tPak, Chol".to_owned(),
            "no,name\n W1 , Kim \n,,\nW2,\"Pak, Chol\",,\n".to_owned(),
        ] {
            let records: Vec<Record> =
                read(other.as_bytes()).unwrap().into_iter().map(|(_, record)| record).collect();
            assert_eq!(
                records,
                plain.iter().map(|(_, record)| record.clone()).collect::<Vec<_>>(),
                "{other:?}"
            );
        }
        let long = read(b"no,note\nW1,\"two\nlines and a \"\"quote\"\"\"\nW2,x\n").unwrap();
        assert_eq!(long[0].1["note"], "two\nlines and a \"quote\"");
        assert_eq!(long[1].0, 4, "rows are counted as the editor shows them");
    }

    #[test]
    fn what_cannot_be_read_is_named_by_row() {
        let says = |bytes: &[u8], words: &str| {
            let refusal = read(bytes).unwrap_err();
            assert!(refusal.contains(words), "{refusal}");
        };
        says(b"", "empty");
        says(b"no,no\n", "column 1");
        says(b"no,name\nW1,Kim\nW2,\xb1\xe8\n", "row 3: after “W2,” come bytes that are not UTF-8");
        says(b"\xff\xfen\0o\0", "UTF-16");
        says(b"no,name\nW1\n", "row 2: 1 cells, and there are 2 headings");
        says(b"no,name\nW1,a,b\n", "row 2: 3 cells");
        says(b"no,name\nW1,\"a\nW2,b\n", "row 2: a quote");
        let mut endless = b"no,name\nW1,\"".to_vec();
        endless.resize(200_000, b'x');
        says(&endless, "more than 64 KiB");
    }
}
