//! What went wrong: what, where, what to do, in that order; never a bare code.

use askama::Template;

use crate::locale::Locale;

/// Where in a file a problem is; whatever is known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    /// The sheet of a workbook.
    pub sheet: Option<String>,
    /// The row as a spreadsheet counts it, from 1.
    pub row: Option<u32>,
    /// The column's heading or letter.
    pub column: Option<String>,
    /// The field's name.
    pub field: Option<String>,
}

/// One problem.
#[derive(Debug, Clone, Template)]
#[template(path = "patterns/problem.html")]
pub struct Problem {
    locale: Locale,
    what: String,
    place: Place,
    next: Option<String>,
    fault: Option<String>,
}
finished_html!(Problem);

impl Problem {
    /// Says what is wrong.
    pub fn new(locale: Locale, what: impl Into<String>) -> Problem {
        Problem { locale, what: what.into(), place: Place::default(), next: None, fault: None }
    }

    /// Says where.
    pub fn at(mut self, place: Place) -> Problem {
        self.place = place;
        self
    }

    /// Says what to do.
    pub fn next(mut self, next: impl Into<String>) -> Problem {
        self.next = Some(next.into());
        self
    }

    /// Shows the id under which the log has the cause.
    pub fn fault(mut self, id: impl Into<String>) -> Problem {
        self.fault = Some(id.into());
        self
    }

    /// The known parts of the place, in words.
    fn places(&self) -> Vec<String> {
        let Place { sheet, row, column, field } = &self.place;
        let say = |id, value: &Option<String>| {
            value.as_ref().map(|value| self.locale.text_with_one(id, "name", value))
        };
        [
            say("problem-sheet", sheet),
            row.map(|row| self.locale.text_with_one("problem-row", "row", row.to_string())),
            say("problem-column", column),
            say("problem-field", field),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}
