//! What is wrong with a form, and where.

use std::fmt;

/// Why a workbook could not be converted: one problem or several, in the order in which they were found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Never empty. The first problem is the one that pyxform would report.
    pub problems: Vec<Problem>,
}

/// One thing that is wrong with a form.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Problem {
    /// The whole message, for the person who wrote the form; pyxform's wording where pyxform has one.
    pub message: String,
    /// The sheet that it is about, such as `survey`.
    pub sheet: Option<String>,
    /// The row of the sheet as a spreadsheet shows it: the header is row 1.
    pub row: Option<u32>,
    /// The column, by its header.
    pub column: Option<String>,
    /// Said by pyxform in one message with the problem before it.
    same_message: bool,
}

impl Problem {
    /// A problem that belongs to no single cell.
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Problem { message: message.into(), sheet: None, row: None, column: None, same_message: false }
    }

    pub(crate) fn sheet(mut self, sheet: &str) -> Self {
        self.sheet = Some(sheet.to_owned());
        self
    }

    pub(crate) fn row(mut self, row: u32) -> Self {
        self.row = Some(row);
        self
    }

    pub(crate) fn column(mut self, column: &str) -> Self {
        self.column = Some(column.to_owned());
        self
    }

    /// A problem of one row of the survey sheet, whose message starts with that row.
    pub(crate) fn in_row(row: u32, message: &str) -> Self {
        Problem::new(format!("{} {message}", row_prefix(row))).sheet("survey").row(row)
    }

    /// A cell that holds something of the wrong shape, such as a translated `name`.
    pub(crate) fn wrong_shape(row: u32, column: &str) -> Self {
        Problem::in_row(
            row,
            &format!(
                "On the 'survey' sheet, the '{column}' value is invalid. \
                 The column headers give this column parts or languages that it cannot have. \
                 Check the part of the header after the colons."
            ),
        )
        .column(column)
    }

    pub(crate) fn continued(mut self) -> Self {
        self.same_message = true;
        self
    }
}

impl Failure {
    /// The text that pyxform would give for this form: its first error.
    pub fn first_message(&self) -> String {
        let mut lines = self.problems.iter().enumerate().take_while(|(i, p)| *i == 0 || p.same_message);
        let mut text = lines.next().map(|(_, p)| p.message.clone()).unwrap_or_default();
        for (_, problem) in lines {
            text.push('\n');
            text.push_str(&problem.message);
        }
        text
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, problem) in self.problems.iter().enumerate() {
            if i > 0 {
                f.write_str("\n")?;
            }
            f.write_str(&problem.message)?;
        }
        Ok(())
    }
}

impl std::error::Error for Failure {}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Failure { problems: vec![problem] }
    }
}

/// `[row : 7]`, the way pyxform names a row.
pub(crate) fn row_prefix(row: u32) -> String {
    format!("[row : {row}]")
}
