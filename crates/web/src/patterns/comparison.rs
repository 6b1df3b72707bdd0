//! Two or more versions side by side: what is the same, what differs and where inside the word, what is missing.

use askama::Template;
use similar::{ChangeTag, TextDiff};

use crate::locale::Locale;
use crate::patterns::Markup;

/// One side of a comparison: a record, a version, a candidate.
#[derive(Debug, Clone)]
pub struct Side {
    /// What it is: "Version 3".
    pub title: String,
    /// Who and when: "Kim Minji, 23 Nov 2026".
    pub note: String,
}

/// One compared line.
#[derive(Debug, Clone)]
pub struct Compared {
    label: String,
    cells: Vec<Vec<Piece>>,
    verdict: Verdict,
}

#[derive(Clone, PartialEq, Eq)]
struct Piece {
    text: String,
    differs: bool,
}

// The text can be an opened value, so it does not show itself.
impl std::fmt::Debug for Piece {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Piece").field("differs", &self.differs).finish_non_exhaustive()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Same,
    Differs,
    Missing,
}

impl Verdict {
    fn id(self) -> &'static str {
        match self {
            Verdict::Same => "comparison-same",
            Verdict::Differs => "comparison-differs",
            Verdict::Missing => "comparison-missing",
        }
    }

    fn class(self) -> &'static str {
        match self {
            Verdict::Same => "same",
            Verdict::Differs => "differs",
            Verdict::Missing => "missing",
        }
    }
}

impl Compared {
    /// Compares the values of one field, one value for each side. Letters that differ from the first side's are
    /// marked; an absent or empty value is missing.
    pub fn new(label: impl Into<String>, values: &[Option<&str>]) -> Compared {
        let values: Vec<&str> = values.iter().map(|value| value.unwrap_or_default()).collect();
        let first = values.first().copied().unwrap_or_default();
        let verdict =
            if values.iter().any(|value| value.is_empty()) && values.iter().any(|value| !value.is_empty()) {
                Verdict::Missing
            } else if values.iter().all(|value| *value == first) {
                Verdict::Same
            } else {
                Verdict::Differs
            };
        let second = values.get(1).copied().unwrap_or(first);
        let mark = verdict == Verdict::Differs;
        let cells = values
            .iter()
            .enumerate()
            .map(
                |(side, value)| {
                    if mark { pieces(value, if side == 0 { second } else { first }) } else { whole(value) }
                },
            )
            .collect();
        Compared { label: label.into(), cells, verdict }
    }
}

fn whole(text: &str) -> Vec<Piece> {
    if text.is_empty() { Vec::new() } else { vec![Piece { text: text.to_owned(), differs: false }] }
}

/// Splits a text into pieces that it shares with the other and pieces that it does not.
fn pieces(text: &str, other: &str) -> Vec<Piece> {
    // Texts this long are read, not spelled out; letter by letter would say little and take long.
    const LONGEST: usize = 2_000;
    if text.len().max(other.len()) > LONGEST {
        return vec![Piece { text: text.to_owned(), differs: text != other }];
    }
    let mut pieces: Vec<Piece> = Vec::new();
    for change in TextDiff::from_chars(other, text).iter_all_changes() {
        let differs = match change.tag() {
            ChangeTag::Delete => continue,
            ChangeTag::Insert => true,
            ChangeTag::Equal => false,
        };
        match pieces.last_mut() {
            Some(last) if last.differs == differs => last.text.push_str(change.value()),
            _ => pieces.push(Piece { text: change.value().to_owned(), differs }),
        }
    }
    pieces
}

/// The comparison: one column for each side, one row for each field.
#[derive(Debug, Clone, Template)]
#[template(path = "patterns/comparison.html")]
pub struct Comparison {
    locale: Locale,
    caption: String,
    sides: Vec<Side>,
    rows: Vec<Compared>,
    choices: Vec<Markup>,
}
finished_html!(Comparison);

impl Comparison {
    /// An empty comparison under a caption.
    pub fn new(locale: Locale, caption: impl Into<String>) -> Comparison {
        Comparison {
            locale,
            caption: caption.into(),
            sides: Vec::new(),
            rows: Vec::new(),
            choices: Vec::new(),
        }
    }

    /// Adds a side.
    pub fn side(mut self, title: impl Into<String>, note: impl Into<String>) -> Comparison {
        self.sides.push(Side { title: title.into(), note: note.into() });
        self
    }

    /// Adds a field, with one value for each side.
    pub fn row(mut self, label: impl Into<String>, values: &[Option<&str>]) -> Comparison {
        self.rows.push(Compared::new(label, values));
        self
    }

    /// Adds what can be chosen under a side (a form with "keep this one"), in the order of the sides.
    pub fn choice(mut self, choice: impl Into<Markup>) -> Comparison {
        self.choices.push(choice.into());
        self
    }

    fn side_title(&self, side: &usize) -> &str {
        self.sides.get(*side).map_or("", |side| side.title.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_are_found_inside_the_word() {
        let row = Compared::new("name", &[Some("김영희"), Some("김영휘")]);
        assert_eq!(row.verdict, Verdict::Differs);
        let right = row.cells.last().unwrap();
        assert_eq!(
            right,
            &[Piece { text: "김영".into(), differs: false }, Piece { text: "휘".into(), differs: true }]
        );
    }

    #[test]
    fn missing_is_not_a_difference() {
        assert_eq!(Compared::new("born", &[Some("1984"), None]).verdict, Verdict::Missing);
        assert_eq!(Compared::new("born", &[None, None]).verdict, Verdict::Same);
        assert_eq!(Compared::new("born", &[Some("1984"), Some("1984")]).verdict, Verdict::Same);
    }
}
