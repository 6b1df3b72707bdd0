//! A CSV file as columns (RFC 4180: quotes, commas and line breaks inside quotes), with errors by line and column.

use std::path::Path;

use crate::Trouble;
use crate::estimate::name_of;

/// The data of an estimate.
pub(crate) struct Table {
    name: String,
    names: Vec<String>,
    /// One column after the other.
    columns: Vec<Vec<String>>,
    /// The line of the file where each row begins, from 1.
    lines: Vec<usize>,
}

impl Table {
    /// Reads a file; `-` is the standard input.
    pub(crate) fn read(path: &Path) -> Result<Self, Trouble> {
        let name = name_of(path);
        let bytes = if path.as_os_str() == "-" {
            let mut bytes = Vec::new();
            std::io::Read::read_to_end(&mut std::io::stdin().lock(), &mut bytes)?;
            bytes
        } else {
            std::fs::read(path).map_err(|error| Trouble::new(format!("{name}: {error}")))?
        };
        let text = String::from_utf8(bytes).map_err(|error| {
            let before = error.as_bytes().iter().take(error.utf8_error().valid_up_to());
            let line = 1 + before.filter(|byte| **byte == b'\n').count();
            Trouble::new(format!("{name}: row {line} is not UTF-8: save the file as CSV in UTF-8"))
        })?;
        Self::parse(&name, text.trim_start_matches('\u{feff}'))
    }

    fn parse(name: &str, text: &str) -> Result<Self, Trouble> {
        let mut records = records(text).map_err(|line| {
            Trouble::new(format!(
                "{name}: row {line}: a quote is opened and never closed: close it, or double it"
            ))
        })?;
        if records.is_empty() {
            return Err(Trouble::new(format!("{name} is empty: its first line names the columns")));
        }
        let (_, names) = records.remove(0);
        for (at, own) in names.iter().enumerate() {
            if names.iter().take(at).any(|other| other == own) {
                return Err(Trouble::new(format!(
                    "{name}: row 1 names column \"{own}\" twice: rename one of them"
                )));
            }
        }
        if records.is_empty() {
            return Err(Trouble::new(format!("{name} has no rows under its column names")));
        }
        let mut columns = vec![Vec::with_capacity(records.len()); names.len()];
        let mut lines = Vec::with_capacity(records.len());
        for (line, fields) in records {
            if fields.len() != names.len() {
                return Err(Trouble::new(format!(
                    "{name}: row {line} has {} fields, the first line names {}: quote fields that hold commas",
                    fields.len(),
                    names.len()
                )));
            }
            for (column, field) in columns.iter_mut().zip(fields) {
                column.push(field);
            }
            lines.push(line);
        }
        Ok(Table { name: name.to_owned(), names, columns, lines })
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn rows(&self) -> usize {
        self.lines.len()
    }

    /// The line of the file of a row.
    pub(crate) fn line_of(&self, row: usize) -> usize {
        self.lines.get(row).copied().unwrap_or_default()
    }

    /// The names of all columns.
    pub(crate) fn names(&self) -> &[String] {
        &self.names
    }

    /// Whether a field stands for no answer.
    pub(crate) fn is_missing(&self, text: &str) -> bool {
        matches!(text, "" | "NA" | "NaN")
    }

    /// A column as it is written.
    pub(crate) fn texts(&self, name: &str) -> Result<Vec<&str>, Trouble> {
        let column = self.names.iter().zip(&self.columns).find(|(own, _)| *own == name);
        match column {
            Some((_, column)) => Ok(column.iter().map(String::as_str).collect()),
            None => Err(Trouble::new(format!(
                "{}: there is no column \"{name}\": choose from {}",
                self.name,
                self.names.join(", ")
            ))),
        }
    }

    /// A column of numbers, NaN where there is none; TRUE and FALSE count as 1 and 0.
    pub(crate) fn numbers(&self, name: &str) -> Result<Vec<f64>, Trouble> {
        let texts = self.texts(name)?;
        let mut numbers = Vec::with_capacity(texts.len());
        for (row, text) in texts.into_iter().enumerate() {
            numbers.push(match text {
                _ if self.is_missing(text) => f64::NAN,
                "TRUE" | "true" => 1.0,
                "FALSE" | "false" => 0.0,
                _ => match text.trim().parse::<f64>() {
                    Ok(number) if number.is_finite() => number,
                    _ => {
                        return Err(Trouble::new(format!(
                            "{}: row {}, column \"{name}\": \"{text}\" is no number: correct it, or leave it empty",
                            self.name,
                            self.line_of(row)
                        )));
                    }
                },
            });
        }
        Ok(numbers)
    }

    /// A column that needs a value in every row.
    pub(crate) fn complete(&self, name: &str) -> Result<Vec<&str>, Trouble> {
        let texts = self.texts(name)?;
        match texts.iter().position(|text| self.is_missing(text)) {
            Some(row) => Err(Trouble::new(format!(
                "{}: row {}, column \"{name}\" is empty: the design needs it in every row",
                self.name,
                self.line_of(row)
            ))),
            None => Ok(texts),
        }
    }

    /// A column that needs a number in every row.
    pub(crate) fn complete_numbers(&self, name: &str) -> Result<Vec<f64>, Trouble> {
        self.complete(name)?;
        self.numbers(name)
    }

    /// Keeps the rows that fulfil a condition: column=value, column!=value, column<number, and so on.
    pub(crate) fn only(&self, condition: &str, inside: &mut [bool]) -> Result<(), Trouble> {
        let operators = ["!=", "<=", ">=", "=", "<", ">"];
        let found = operators
            .iter()
            .filter_map(|operator| condition.find(operator).map(|at| (at, *operator)))
            .min_by_key(|(at, operator)| (*at, std::cmp::Reverse(operator.len())));
        let Some((at, operator)) = found else {
            return Err(Trouble::new(format!(
                "--where {condition} needs one of = != < <= > >=: --where stype=E"
            )));
        };
        let name = condition.get(..at).unwrap_or_default().trim();
        let value = condition.get(at + operator.len()..).unwrap_or_default().trim();
        if matches!(operator, "=" | "!=") {
            for (inside, text) in inside.iter_mut().zip(self.texts(name)?) {
                *inside &= !self.is_missing(text) && (text == value) == (operator == "=");
            }
            return Ok(());
        }
        let Ok(limit) = value.parse::<f64>() else {
            return Err(Trouble::new(format!("--where {condition}: \"{value}\" is no number")));
        };
        for (inside, number) in inside.iter_mut().zip(self.numbers(name)?) {
            *inside &= match operator {
                "<" => number < limit,
                "<=" => number <= limit,
                ">" => number > limit,
                _ => number >= limit,
            };
        }
        Ok(())
    }
}

/// The records of a CSV text with the line where each begins; or the line of a quote that is never closed.
fn records(text: &str) -> Result<Vec<(usize, Vec<String>)>, usize> {
    let mut records = Vec::new();
    let (mut fields, mut field) = (Vec::new(), String::new());
    let (mut line, mut begins, mut quoted_from) = (1, 1, None);
    let mut was_quoted = false;
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        if character == '\n' {
            line += 1;
        }
        if quoted_from.is_some() {
            match character {
                '"' if characters.peek() == Some(&'"') => {
                    characters.next();
                    field.push('"');
                }
                '"' => quoted_from = None,
                _ => field.push(character),
            }
            continue;
        }
        match character {
            '"' if field.is_empty() => {
                quoted_from = Some(line);
                was_quoted = true;
            }
            ',' => fields.push(std::mem::take(&mut field)),
            '\r' if characters.peek() == Some(&'\n') => {}
            '\n' => {
                if !(fields.is_empty() && field.is_empty() && !was_quoted) {
                    fields.push(std::mem::take(&mut field));
                    records.push((begins, std::mem::take(&mut fields)));
                }
                begins = line;
                was_quoted = false;
            }
            _ => field.push(character),
        }
    }
    if let Some(line) = quoted_from {
        return Err(line);
    }
    if !(fields.is_empty() && field.is_empty() && !was_quoted) {
        fields.push(field);
        records.push((begins, fields));
    }
    Ok(records)
}
