use std::fmt;

/// One fault of a protocol folder: where it is, what is wrong, and what to do next.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// Path inside the folder, `forms/worker_interview.md`.
    pub file: String,
    /// Sheet of a form, `survey`.
    pub sheet: Option<String>,
    /// Line of `protocol.toml`, or row of the sheet (the header is row 1).
    pub row: Option<u32>,
    /// Column of the sheet, or key of `protocol.toml`.
    pub column: Option<String>,
    /// The field, property, role or compartment that it is about.
    pub field: Option<String>,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub what_to_do: String,
}

impl Problem {
    pub(crate) fn new(file: &str, message: impl Into<String>, what_to_do: impl Into<String>) -> Problem {
        Problem {
            file: file.to_owned(),
            sheet: None,
            row: None,
            column: None,
            field: None,
            message: message.into(),
            what_to_do: what_to_do.into(),
        }
    }

    pub(crate) fn row(mut self, row: Option<u32>) -> Problem {
        self.row = row;
        self
    }

    pub(crate) fn sheet(mut self, sheet: &str) -> Problem {
        self.sheet = Some(sheet.to_owned());
        self
    }

    pub(crate) fn column(mut self, column: &str) -> Problem {
        self.column = Some(column.to_owned());
        self
    }

    pub(crate) fn field(mut self, field: &str) -> Problem {
        self.field = Some(field.to_owned());
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(sheet) = &self.sheet {
            write!(f, ", {sheet}")?;
        }
        if let Some(row) = self.row {
            write!(f, ", {} {row}", if self.sheet.is_some() { "row" } else { "line" })?;
        }
        if let Some(column) = &self.column {
            write!(f, ", {column}")?;
        }
        if let Some(field) = &self.field {
            write!(f, ", {field}")?;
        }
        write!(f, ": {}. {}.", self.message, self.what_to_do)
    }
}
