//! What an act answers when it does not do what was asked.
//!
//! A [`Refusal`] is the person's side: it says what is wrong and what to do, in their language. A fault is ours: the
//! person sees an id, the log holds the cause.

use std::fmt;

/// Why nothing was done.
#[derive(Debug)]
pub enum Error {
    /// The person's side.
    Refused(Refusal),
    /// Ours: the database, a file, a broken invariant.
    Fault(store::Fault),
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Error::Refused(refusal)
    }
}

impl From<store::Fault> for Error {
    fn from(fault: store::Fault) -> Self {
        Error::Fault(fault)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Error::Refused(refusal) => refusal.fmt(f),
            Error::Fault(fault) => fault.fmt(f),
        }
    }
}

impl std::error::Error for Error {}

/// The sort of refusal; a branch of the web turns it into its own status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Nobody is logged in, or the login is wrong.
    NotLoggedIn,
    /// Logged in, but not allowed.
    NotAllowed,
    /// The member's keys are locked.
    Locked,
    /// There is no such thing.
    NotFound,
    /// What was sent cannot be right.
    Invalid,
    /// It contradicts what is there.
    Conflict,
    /// Too large, too deep, too many fields.
    TooLarge,
    /// Too many attempts.
    TooMany,
}

/// A refusal: its Fluent message, the message's arguments, and the faults found in what was sent.
#[derive(Debug, Clone)]
pub struct Refusal {
    /// The sort.
    pub kind: Kind,
    /// Fluent id of the message, `refusal-…`.
    pub message: &'static str,
    /// Arguments of the message.
    pub arguments: Vec<(&'static str, String)>,
    /// What is wrong where, when several things are.
    pub problems: Vec<Problem>,
}

/// One thing that is wrong in what was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The field, row or file, as the person knows it; empty if the whole is meant.
    pub place: String,
    /// Where in a workbook, if it is there; `place` says the same in words.
    pub cell: Option<Cell>,
    /// What is wrong and what to do, in English when it comes from a standard's own messages.
    pub message: String,
}

/// A place in a workbook, as far as it is known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cell {
    /// The sheet.
    pub sheet: Option<String>,
    /// The row as a spreadsheet counts it, from 1.
    pub row: Option<u32>,
    /// The column's heading.
    pub column: Option<String>,
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let row = self.row.map(|row| format!("row {row}"));
        let parts = [self.sheet.as_ref(), row.as_ref(), self.column.as_ref()];
        let parts: Vec<&str> = parts.into_iter().flatten().map(String::as_str).collect();
        f.write_str(&parts.join(" · "))
    }
}

impl Refusal {
    /// A refusal without arguments.
    pub fn new(kind: Kind, message: &'static str) -> Self {
        Refusal { kind, message, arguments: Vec::new(), problems: Vec::new() }
    }

    /// With one more argument of the message.
    pub fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.arguments.push((name, value.to_string()));
        self
    }

    /// With one more problem.
    pub fn problem(mut self, place: impl Into<String>, message: impl Into<String>) -> Self {
        self.problems.push(Problem { place: place.into(), cell: None, message: message.into() });
        self
    }

    /// With one more problem, in a workbook.
    pub fn problem_in(mut self, cell: Cell, message: impl Into<String>) -> Self {
        let place = cell.to_string();
        self.problems.push(Problem { place, cell: Some(cell), message: message.into() });
        self
    }

    /// There is no such thing, or none that this person may know of.
    pub fn not_found() -> Self {
        Refusal::new(Kind::NotFound, "refusal-not-found")
    }

    /// What was sent cannot be right.
    pub fn invalid(message: &'static str) -> Self {
        Refusal::new(Kind::Invalid, message)
    }

    /// It contradicts what is there.
    pub fn conflict(message: &'static str) -> Self {
        Refusal::new(Kind::Conflict, message)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(self.message)?;
        for (name, value) in &self.arguments {
            write!(f, " {name}={value}")?;
        }
        for problem in &self.problems {
            write!(f, "; {}: {}", problem.place, problem.message)?;
        }
        Ok(())
    }
}

/// What every act returns.
pub type Answer<T> = Result<T, Error>;
