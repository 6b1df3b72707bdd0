//! One list: its columns found by their headings, every line checked, every fault told.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use unicode_normalization::UnicodeNormalization;

/// Most lines of one list. A site has thousands, a whole zone tens of thousands.
pub const MOST_LINES: usize = 100_000;
/// Most faults told; a list with more is of another kind altogether.
pub const MOST_FAULTS: usize = 200;
/// Longest value, in characters.
const LONGEST_VALUE: usize = 200;

/// A row of a table, as a person counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The sheet of a workbook.
    pub sheet: Option<String>,
    /// The row, from 1.
    pub number: u64,
    /// Its cells from the first column on.
    pub cells: Vec<String>,
}

/// A column that is looked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Column {
    /// What its values are called here.
    pub property: String,
    /// What its heading may be; compared without case, spaces and punctuation.
    pub headings: Vec<String>,
    /// Whether every list must have it and every line a value.
    pub required: bool,
    /// The value of lines that have none.
    pub otherwise: Option<String>,
    /// The values it may have: what people may write, and what it is called here. Empty if any will do.
    pub choices: Vec<(String, String)>,
}

/// What a list looks like.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Shape {
    /// Its columns; others are left where they are.
    pub columns: Vec<Column>,
    /// The property that tells people apart.
    pub number: String,
    /// Whether a number may stand on several lines, as in three months of payroll.
    pub repeats: bool,
}

/// Property and value.
pub type Line = BTreeMap<String, String>;

/// A list that was read without a fault, sorted by number, each once.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct List {
    /// Lines by number.
    pub lines: BTreeMap<String, Line>,
    /// How many rows it had.
    pub rows: u64,
}

/// Something that is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("row {row}: {kind}")]
pub struct Fault {
    /// The sheet of a workbook.
    pub sheet: Option<String>,
    /// The row, from 1.
    pub row: u64,
    /// The heading of the column.
    pub column: Option<String>,
    /// What.
    pub kind: Kind,
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Kind {
    /// It cannot be read.
    #[error("it cannot be read")]
    Unreadable,
    /// UTF-16.
    #[error("the file is UTF-16, not UTF-8")]
    Utf16,
    /// Bytes of another encoding, such as CP949.
    #[error("there are bytes that are not UTF-8")]
    NotUtf8,
    /// A quote that is never closed.
    #[error("a quote is opened and never closed")]
    QuoteOpen,
    /// A row of more than 64 KiB.
    #[error("the row is longer than 64 KiB")]
    RowTooLong,
    /// There is no line.
    #[error("there are no lines")]
    NoLines,
    /// More lines than are taken.
    #[error("more than {MOST_LINES} lines")]
    TooManyLines,
    /// A column that must be there is not.
    #[error("there is no column for {0}")]
    ColumnMissing(String),
    /// Two columns for the same.
    #[error("two columns are for {0}")]
    ColumnTwice(String),
    /// A value that must be there is not.
    #[error("it is empty")]
    Empty,
    /// A number that stood in an earlier row.
    #[error("the number stands in row {0} already")]
    Twice(u64),
    /// A number that stood in an earlier row, with another value here.
    #[error("row {0} has the same number and another value")]
    Differs(u64),
    /// A value that is none of the choices.
    #[error("the value is not known")]
    UnknownChoice,
    /// Longer than 200 characters, or with control characters.
    #[error("the value is too long or has control characters")]
    BadText,
    /// Cells beyond the last heading.
    #[error("there are more cells than headings")]
    MoreCells,
}

/// Without case, spaces and punctuation, and composed, as headings and choices are compared.
pub(crate) fn folded(text: &str) -> String {
    text.nfkc().flat_map(char::to_lowercase).filter(|c| c.is_alphanumeric()).collect()
}

/// Where each column of a shape stands, by the headings of a row.
fn places(shape: &Shape, headings: &Row, faults: &mut Vec<Fault>) -> Vec<Option<usize>> {
    let written: Vec<String> = headings.cells.iter().map(|cell| folded(cell)).collect();
    let mut places = Vec::new();
    for column in &shape.columns {
        let known: Vec<String> = column.headings.iter().map(|heading| folded(heading)).collect();
        let mut found = (0..).zip(&written).filter(|(_, text)| known.contains(text)).map(|(at, _)| at);
        let place = found.next();
        let mut fault = |column: Option<&String>, kind| {
            let (sheet, row) = (headings.sheet.clone(), headings.number);
            faults.push(Fault { sheet, row, column: column.cloned(), kind });
        };
        if let Some(second) = found.next() {
            fault(headings.cells.get(second), Kind::ColumnTwice(column.property.clone()));
        }
        if place.is_none() && column.required {
            fault(None, Kind::ColumnMissing(column.property.clone()));
        }
        places.push(place);
    }
    places
}

/// Reads a list. The first row that is not empty holds the headings.
///
/// # Errors
/// Every fault, up to [`MOST_FAULTS`]; nothing is read by halves.
pub fn read(shape: &Shape, rows: impl IntoIterator<Item = Result<Row, Fault>>) -> Result<List, Vec<Fault>> {
    let choices = shape.columns.iter();
    let choices = choices.map(|column| {
        column.choices.iter().map(|(written, name)| (folded(written), name.as_str())).collect()
    });
    let mut reading = Reading {
        shape,
        choices: choices.collect(),
        places: Vec::new(),
        list: List::default(),
        first: BTreeMap::new(),
    };
    let mut faults = Vec::new();
    let mut headings: Option<Row> = None;
    for row in rows {
        let row = match row {
            Ok(row) => row,
            Err(fault) => {
                faults.push(fault);
                break;
            }
        };
        if row.cells.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        // Each sheet of a workbook has headings of its own.
        if headings.as_ref().is_none_or(|known| known.sheet != row.sheet) {
            reading.places = places(shape, &row, &mut faults);
            headings = Some(row);
            continue;
        }
        reading.list.rows += 1;
        if reading.list.rows > MOST_LINES as u64 {
            let kind = Kind::TooManyLines;
            faults.push(Fault { sheet: row.sheet, row: row.number, column: None, kind });
            break;
        }
        if let Some(headings) = &headings {
            reading.line(headings, row, &mut faults);
        }
        if faults.len() >= MOST_FAULTS {
            break;
        }
    }
    if faults.is_empty() && reading.list.lines.is_empty() {
        faults.push(Fault { sheet: None, row: 1, column: None, kind: Kind::NoLines });
    }
    if faults.is_empty() { Ok(reading.list) } else { Err(faults) }
}

struct Reading<'a> {
    shape: &'a Shape,
    /// The choices of each column, by what people may write.
    choices: Vec<BTreeMap<String, &'a str>>,
    places: Vec<Option<usize>>,
    list: List,
    /// The row in which each number came first.
    first: BTreeMap<String, u64>,
}

impl Reading<'_> {
    fn line(&mut self, headings: &Row, row: Row, faults: &mut Vec<Fault>) {
        let heading = |place: Option<usize>| place.and_then(|place| headings.cells.get(place)).cloned();
        let fault = |place, kind| {
            let (sheet, row) = (row.sheet.clone(), row.number);
            Fault { sheet, row, column: heading(place), kind }
        };
        if row.cells.iter().skip(headings.cells.len()).any(|cell| !cell.trim().is_empty()) {
            faults.push(fault(None, Kind::MoreCells));
            return;
        }
        let told = faults.len();
        let mut line = Line::new();
        let columns = self.shape.columns.iter().zip(&self.choices).zip(&self.places);
        for ((column, choices), place) in columns {
            let text = place.and_then(|place| row.cells.get(place)).map_or("", |cell| cell.trim());
            match value(column, choices, text) {
                Ok(Some(value)) => {
                    line.insert(column.property.clone(), value);
                }
                Ok(None) => {}
                // A column that is not there was told once.
                Err(kind) if place.is_some() => faults.push(fault(*place, kind)),
                Err(_) => {}
            }
        }
        let Some(number) = line.get(&self.shape.number).cloned().filter(|_| faults.len() == told) else {
            return;
        };
        let number_place = self.shape.columns.iter().position(|column| column.property == self.shape.number);
        let number_place = number_place.and_then(|at| self.places.get(at).copied().flatten());
        match self.list.lines.entry(number.clone()) {
            Entry::Vacant(free) => {
                free.insert(line);
                self.first.insert(number, row.number);
            }
            Entry::Occupied(_) if !self.shape.repeats => {
                let first = self.first.get(&number).copied().unwrap_or_default();
                faults.push(fault(number_place, Kind::Twice(first)));
            }
            Entry::Occupied(mut known) => {
                let first = self.first.get(&number).copied().unwrap_or_default();
                for (property, value) in line {
                    let before = known.get_mut().entry(property.clone()).or_insert_with(|| value.clone());
                    let required = self
                        .shape
                        .columns
                        .iter()
                        .any(|column| column.property == property && column.required);
                    if required && folded(before) != folded(&value) {
                        faults.push(fault(number_place, Kind::Differs(first)));
                    }
                }
            }
        }
    }
}

fn value(column: &Column, choices: &BTreeMap<String, &str>, text: &str) -> Result<Option<String>, Kind> {
    if text.is_empty() {
        return match &column.otherwise {
            Some(otherwise) => Ok(Some(otherwise.clone())),
            None if column.required => Err(Kind::Empty),
            None => Ok(None),
        };
    }
    if text.chars().count() > LONGEST_VALUE || text.chars().any(char::is_control) {
        return Err(Kind::BadText);
    }
    let text: String = text.nfc().collect();
    if choices.is_empty() {
        return Ok(Some(text));
    }
    choices.get(&folded(&text)).map(|name| Some((*name).to_owned())).ok_or(Kind::UnknownChoice)
}
