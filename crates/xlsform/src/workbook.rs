//! The sheets of a form as tables of text, however they were stored.

mod csv;
mod markdown;
mod xlsx;
mod xlsx_number;

use indexmap::{IndexMap, IndexSet};

use crate::problem::{Failure, Problem};
use crate::python;
use crate::spelling;

/// Stands for the column of a cell that has no header above it.
pub(crate) const NO_HEADER: usize = usize::MAX;

/// After this many empty rows or columns a sheet is taken to be over.
const EMPTY_ROWS: usize = 60;
const EMPTY_COLUMNS: usize = 20;
/// The last row of a spreadsheet.
const MAX_ROWS: usize = 1_048_576;

/// The sheets of an XLSForm.
#[derive(Debug, Clone, Default)]
pub struct Workbook {
    /// In the order of the file, with their names as written.
    sheets: Vec<Sheet>,
    /// The form's id when its settings give none, as the file is named.
    pub(crate) fallback_name: Option<String>,
}

/// A table of text.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sheet {
    pub(crate) name: String,
    /// Distinct headers, in the order of the columns.
    pub(crate) header: Vec<String>,
    /// The cells that hold something: the index of the header, and the text.
    pub(crate) rows: Vec<Vec<(usize, String)>>,
}

/// A row of a plain table: its number as a spreadsheet shows it, and its cells from the first column on.
pub type TableRow = (u64, Vec<String>);

/// Reads the sheets of an `.xlsx` file as plain tables of text, for files that are no forms.
///
/// Memory is bounded as in [`Workbook::from_xlsx`].
pub fn tables(bytes: &[u8]) -> Result<Vec<(String, Vec<TableRow>)>, Failure> {
    let plain = |row: GridRow| {
        let mut cells = Vec::new();
        for (column, text) in row.cells {
            if cells.len() <= column {
                cells.resize(column + 1, String::new());
            }
            if let Some(cell) = cells.get_mut(column) {
                *cell = text;
            }
        }
        (row.number as u64, cells)
    };
    let grids = xlsx::grids(bytes, |_, _| true)?;
    Ok(grids.into_iter().map(|(name, rows)| (name, rows.into_iter().map(plain).collect())).collect())
}

impl Workbook {
    /// Reads a form from a file of any supported kind: `.xlsx`, a Markdown table or `.csv`, told apart by content.
    ///
    /// `file_name` gives the form its id when the settings sheet does not.
    pub fn read(file_name: &str, bytes: &[u8]) -> Result<Workbook, Failure> {
        let mut workbook = if bytes.starts_with(b"PK") {
            Workbook::from_xlsx(bytes)?
        } else if bytes.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]) {
            return Err(Problem::new(
                "This is a workbook in the old .xls format. Open it in a spreadsheet program, save it as .xlsx, \
                 and use that file.",
            )
            .into());
        } else {
            let text = std::str::from_utf8(bytes).map_err(|_| unrecognised())?;
            let start: String = text.chars().take(5000).collect();
            if start.matches('|').count() >= 5 {
                Workbook::from_markdown(text)?
            } else if start.matches(',').count() >= 4 {
                Workbook { sheets: csv::read(text)?, fallback_name: None }
            } else {
                return Err(unrecognised());
            }
        };
        let name = file_name.rsplit(['/', '\\']).next().unwrap_or(file_name);
        let stem = python::split_extension(name).0;
        workbook.fallback_name = (!stem.is_empty()).then(|| stem.to_owned());
        Ok(workbook)
    }

    /// Reads the bytes of an `.xlsx` file.
    ///
    /// Memory is bounded whatever the file claims: a file that unpacks to more than 64 MiB is refused.
    pub fn from_xlsx(bytes: &[u8]) -> Result<Workbook, Failure> {
        Ok(Workbook { sheets: xlsx::read(bytes)?, fallback_name: None })
    }

    /// Reads a Markdown table: a row whose first cell is a name starts a sheet, its first row of cells is the header.
    ///
    /// ```
    /// let form = "
    /// | survey |      |      |       |
    /// |        | type | name | label |
    /// |        | text | who  | Who?  |
    /// ";
    /// xlsform::Workbook::from_markdown(form).unwrap();
    /// ```
    pub fn from_markdown(text: &str) -> Result<Workbook, Failure> {
        Ok(Workbook { sheets: markdown::read(text)?, fallback_name: None })
    }

    /// Takes sheets as rows of cells; the first row of a sheet is its header, an empty text is an empty cell.
    pub fn from_sheets<S, R>(sheets: S) -> Result<Workbook, Failure>
    where
        S: IntoIterator<Item = (String, R)>,
        R: IntoIterator<Item = Vec<String>>,
    {
        let mut read = Vec::new();
        for (name, rows) in sheets {
            let mut rows = rows.into_iter();
            let header = rows.next().unwrap_or_default();
            read.push(Sheet::from_rows(name, header, rows)?);
        }
        Ok(Workbook { sheets: read, fallback_name: None })
    }

    /// The rows of a sheet below its header, each with its number as a spreadsheet shows it and its filled cells,
    /// header and text. A sheet that is not there has none.
    pub fn rows(&self, sheet: &str) -> impl Iterator<Item = (u32, impl Iterator<Item = (&str, &str)>)> {
        let sheet = self.sheet(sheet);
        let rows = sheet.into_iter().flat_map(|sheet| sheet.rows.iter().map(move |cells| (sheet, cells)));
        (2..).zip(rows).map(|(number, (sheet, cells))| {
            let named = cells.iter().filter_map(|(column, text)| Some((sheet.header.get(*column)?, text)));
            (number, named.map(|(header, text)| (header.as_str(), text.as_str())))
        })
    }

    /// The same form with a setting as if its settings sheet said so.
    ///
    /// With `allow_choice_duplicates` = `yes`, forms convert that were made when lists could repeat a choice.
    pub fn with_setting(mut self, name: &str, value: &str) -> Workbook {
        // A single sheet is the survey whatever its name; beside another it must be called so.
        if let [only] = self.sheets.as_mut_slice()
            && !spelling::is_known_sheet(&only.name.to_lowercase())
        {
            "survey".clone_into(&mut only.name);
        }
        let is_settings = |sheet: &Sheet| sheet.name.to_lowercase() == "settings";
        let at = self.sheets.iter().rposition(is_settings).unwrap_or_else(|| {
            self.sheets.push(Sheet { name: "settings".to_owned(), ..Sheet::default() });
            self.sheets.len() - 1
        });
        let Some(sheet) = self.sheets.get_mut(at) else { return self };
        let column = sheet.header.iter().position(|h| h == name).unwrap_or_else(|| {
            sheet.header.push(name.to_owned());
            sheet.header.len() - 1
        });
        if sheet.rows.is_empty() {
            sheet.rows.push(Vec::new());
        }
        if let Some(row) = sheet.rows.first_mut() {
            row.retain(|(c, _)| *c != column);
            row.push((column, value.to_owned()));
        }
        self
    }

    /// The names of all sheets, as written.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.sheets.iter().map(|s| s.name.as_str())
    }

    /// The sheet with this name in any case; a workbook with a single sheet of unknown name has that as its survey.
    pub(crate) fn sheet(&self, name: &str) -> Option<&Sheet> {
        if let [only] = self.sheets.as_slice()
            && name == "survey"
            && !spelling::is_known_sheet(&only.name.to_lowercase())
        {
            return Some(only);
        }
        self.sheets.iter().rev().find(|s| s.name.to_lowercase() == name)
    }
}

impl Sheet {
    /// A sheet whose every row counts, with headers and cells taken as they are.
    fn from_rows(
        name: String,
        header: Vec<String>,
        rows: impl Iterator<Item = Vec<String>>,
    ) -> Result<Sheet, Failure> {
        let mut distinct: IndexMap<String, usize> = IndexMap::new();
        let mut columns = Vec::with_capacity(header.len());
        let used = header.iter().rposition(|h| !python::strip(h).is_empty()).map_or(0, |i| i + 1);
        for cell in header.iter().take(used) {
            if python::strip(cell).is_empty() {
                columns.push(NO_HEADER);
            } else {
                let next = distinct.len();
                columns.push(*distinct.entry(cell.to_owned()).or_insert(next));
            }
        }
        let mut read = Vec::new();
        for row in rows {
            // Of two columns with the same header the later cell counts.
            let mut cells: IndexMap<usize, String> = IndexMap::new();
            for (i, cell) in row.into_iter().enumerate() {
                if !python::strip(&cell).is_empty() {
                    cells.insert(columns.get(i).copied().unwrap_or(NO_HEADER), cell);
                }
            }
            read.push(cells.into_iter().collect());
        }
        Ok(Sheet { name, header: distinct.into_keys().collect(), rows: read })
    }

    /// A sheet as spreadsheets have them: numbered rows, ended by a run of empty ones; columns without header ignored.
    fn from_grid(name: String, rows: impl Iterator<Item = GridRow>) -> Result<Sheet, Failure> {
        let mut rows = rows.peekable();
        let header = rows.next_if(|row| row.number == 1).map(|row| row.cells).unwrap_or_default();
        let mut names: IndexSet<String> = IndexSet::new();
        let mut columns: IndexMap<usize, usize> = IndexMap::new();
        let mut expected = 0;
        for (column, text) in header {
            if python::strip(&text).is_empty() {
                continue;
            }
            if column > expected + EMPTY_COLUMNS {
                break;
            }
            expected = column + 1;
            if names.contains(&text) {
                return Err(Problem::new(format!("Duplicate column header: {text}"))
                    .sheet(&name)
                    .row(1)
                    .column(&text)
                    .into());
            }
            let (index, _) = names.insert_full(collapsed(python::strip(&text)));
            columns.insert(column, index);
        }
        let mut read: Vec<Vec<(usize, String)>> = Vec::new();
        let mut filled = 0;
        for row in rows {
            let cells: Vec<(usize, String)> = row
                .cells
                .into_iter()
                .filter_map(|(column, text)| {
                    let text = python::strip(&text);
                    let column = *columns.get(&column)?;
                    (!text.is_empty()).then(|| (column, text.replace('\u{a0}', " ")))
                })
                .collect();
            if cells.is_empty() {
                continue;
            }
            // Row 2 is the first.
            let index = row.number.saturating_sub(2);
            if index > filled + EMPTY_ROWS || index > MAX_ROWS {
                break;
            }
            // A file may give one row twice; the second is taken to follow.
            read.resize_with(index.max(filled), Vec::new);
            read.push(cells);
            filled = read.len();
        }
        Ok(Sheet { name, header: names.into_iter().collect(), rows: read })
    }
}

/// A row of a spreadsheet: its number from 1, and its filled cells by column from 0.
struct GridRow {
    number: usize,
    cells: Vec<(usize, String)>,
}

/// One space for each run of spaces.
fn collapsed(text: &str) -> String {
    let mut before = 'x';
    text.chars()
        .filter(|c| {
            let keep = *c != ' ' || before != ' ';
            before = *c;
            keep
        })
        .collect()
}

fn unrecognised() -> Failure {
    Problem::new(
        "Argument 'definition' was not recognized as a supported type. Must be one of: .xlsx, .xlsm, .md, .csv",
    )
    .into()
}
