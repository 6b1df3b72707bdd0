//! Reads `protocol.toml`, and the other TOML files of a folder, table by table and notes every fault on the way instead of stopping at the first.

use crate::problem::Problem;
use crate::texts::{LANGUAGES, Texts};
use crate::words::Word;
use std::cell::RefCell;
use std::collections::BTreeSet;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The file at the root of a protocol folder.
pub(crate) const PROTOCOL_TOML: &str = "protocol.toml";

/// A value with the line it stands on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct At<T> {
    pub value: T,
    pub row: Option<u32>,
}

/// One table of the file. Keys that nobody asked for are reported by [`Section::finish`].
pub(crate) struct Section<'t> {
    file: &'t str,
    source: &'t str,
    table: &'t DeTable<'t>,
    offset: usize,
    /// What the table describes, for messages: `role draw_officer`.
    what: String,
    asked: RefCell<BTreeSet<&'static str>>,
}

impl<'t> Section<'t> {
    /// The whole of a file.
    pub fn root(file: &'t str, source: &'t str, table: &'t Spanned<DeTable<'t>>, what: &str) -> Section<'t> {
        let (offset, table) = (table.span().start, table.get_ref());
        Section { file, source, table, offset, what: what.to_owned(), asked: RefCell::default() }
    }

    fn inner(&self, table: &'t DeTable<'t>, offset: usize, what: String) -> Section<'t> {
        Section { file: self.file, source: self.source, table, offset, what, asked: RefCell::default() }
    }

    pub fn named(mut self, what: String) -> Section<'t> {
        self.what = what;
        self
    }

    /// The line the table begins on.
    pub fn row(&self) -> Option<u32> {
        line(self.source, self.offset)
    }

    /// A problem at a key of this table.
    pub fn problem(&self, key: &str, message: impl Into<String>, what_to_do: impl Into<String>) -> Problem {
        let row =
            self.table.get(key).map_or_else(|| self.row(), |value| line(self.source, value.span().start));
        Problem::new(self.file, message, what_to_do).row(row).column(key).field(&self.what)
    }

    /// Whether a key is written here.
    pub fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    fn value(&self, key: &'static str) -> Option<&'t Spanned<DeValue<'t>>> {
        self.asked.borrow_mut().insert(key);
        self.table.get(key)
    }

    fn wrong_type(&self, key: &str, wanted: &str, problems: &mut Vec<Problem>) {
        problems.push(self.problem(key, format!("`{key}` is not {wanted}"), format!("Write {wanted} here")));
    }

    fn missing(&self, key: &str, problems: &mut Vec<Problem>) {
        problems.push(self.problem(
            key,
            format!("`{key}` is missing"),
            format!("Add `{key}` to {}", self.what),
        ));
    }

    /// A text that must be there; empty (and a problem) when it is not.
    pub fn text(&self, key: &'static str, problems: &mut Vec<Problem>) -> At<String> {
        let found = self.optional_text(key, problems);
        match found {
            Some(found) if !found.value.trim().is_empty() => found,
            Some(_) => {
                problems.push(self.problem(key, format!("`{key}` is empty"), "Write a text here"));
                At::default()
            }
            None => {
                if !self.table.contains_key(key) {
                    self.missing(key, problems);
                }
                At::default()
            }
        }
    }

    pub fn optional_text(&self, key: &'static str, problems: &mut Vec<Problem>) -> Option<At<String>> {
        let value = self.value(key)?;
        match value.get_ref().as_str() {
            Some(text) => Some(At { value: text.to_owned(), row: line(self.source, value.span().start) }),
            None => {
                self.wrong_type(key, "a text in quotes", problems);
                None
            }
        }
    }

    /// A word of a closed list.
    pub fn word<W: Word>(&self, key: &'static str, problems: &mut Vec<Problem>) -> Option<W> {
        if !self.table.contains_key(key) {
            self.missing(key, problems);
        }
        self.optional_word(key, problems)
    }

    pub fn optional_word<W: Word>(&self, key: &'static str, problems: &mut Vec<Problem>) -> Option<W> {
        let found = self.optional_text(key, problems)?;
        let word = W::of(&found.value);
        if word.is_none() {
            problems.push(self.problem(
                key,
                format!("“{}” is not known here", found.value),
                format!("Write one of: {}", W::words()),
            ));
        }
        word
    }

    /// A whole number from `least` to `most`.
    pub fn number(&self, key: &'static str, least: u32, most: u32, problems: &mut Vec<Problem>) -> u32 {
        let Some(value) = self.value(key) else {
            self.missing(key, problems);
            return least;
        };
        let integer = value.get_ref().as_integer();
        let Some(number) = integer.and_then(|n| u32::from_str_radix(n.as_str(), n.radix()).ok()) else {
            self.wrong_type(key, "a whole number", problems);
            return least;
        };
        if !(least..=most).contains(&number) {
            problems.push(self.problem(
                key,
                format!("{number} is out of bounds"),
                format!("Write a number from {least} to {most}"),
            ));
        }
        number
    }

    pub fn optional_flag(&self, key: &'static str, problems: &mut Vec<Problem>) -> Option<bool> {
        let value = self.value(key)?;
        let flag = value.get_ref().as_bool();
        if flag.is_none() {
            self.wrong_type(key, "true or false", problems);
        }
        flag
    }

    fn items(&self, key: &'static str, problems: &mut Vec<Problem>) -> Vec<&'t Spanned<DeValue<'t>>> {
        let Some(value) = self.value(key) else { return Vec::new() };
        match value.get_ref().as_array() {
            Some(array) => array.iter().collect(),
            None => {
                self.wrong_type(key, "a list in square brackets", problems);
                Vec::new()
            }
        }
    }

    /// A list of texts; an absent key is an empty list.
    pub fn texts_list(&self, key: &'static str, problems: &mut Vec<Problem>) -> Vec<At<String>> {
        let mut list: Vec<At<String>> = Vec::new();
        for item in self.items(key, problems) {
            match item.get_ref().as_str() {
                Some(text) if list.iter().any(|known| known.value == text) => problems.push(self.problem(
                    key,
                    format!("“{text}” is listed twice"),
                    "Remove one of them",
                )),
                Some(text) => {
                    list.push(At { value: text.to_owned(), row: line(self.source, item.span().start) });
                }
                None => self.wrong_type(key, "a list of texts in quotes", problems),
            }
        }
        list
    }

    /// A list of words of a closed list; the key must be there.
    pub fn words_list<W: Word>(&self, key: &'static str, problems: &mut Vec<Problem>) -> Vec<W> {
        if !self.table.contains_key(key) {
            self.missing(key, problems);
        }
        let mut words = Vec::new();
        for item in self.texts_list(key, problems) {
            match W::of(&item.value) {
                Some(word) => words.push(word),
                None => problems.push(
                    self.problem(
                        key,
                        format!("“{}” is not known here", item.value),
                        format!("Write one of: {}", W::words()),
                    )
                    .row(item.row),
                ),
            }
        }
        words
    }

    pub fn numbers_list(&self, key: &'static str, problems: &mut Vec<Problem>) -> Vec<u32> {
        let mut numbers = Vec::new();
        for item in self.items(key, problems) {
            match item.get_ref().as_integer().and_then(|n| u32::from_str_radix(n.as_str(), n.radix()).ok()) {
                Some(number) => numbers.push(number),
                None => self.wrong_type(key, "a list of whole numbers", problems),
            }
        }
        numbers
    }

    /// The sub-table at a key.
    pub fn section(&self, key: &'static str, problems: &mut Vec<Problem>) -> Option<Section<'t>> {
        let value = self.value(key)?;
        match value.get_ref().as_table() {
            Some(table) => Some(self.inner(table, value.span().start, format!("{key} of {}", self.what))),
            None => {
                self.wrong_type(key, "a table", problems);
                None
            }
        }
    }

    /// The tables of a list: every `[[key]]`, or a list of `{ … }`.
    pub fn sections(&self, key: &'static str, problems: &mut Vec<Problem>) -> Vec<Section<'t>> {
        let mut sections = Vec::new();
        for item in self.items(key, problems) {
            match item.get_ref().as_table() {
                Some(table) => {
                    sections.push(self.inner(table, item.span().start, format!("a {key}")));
                }
                None => self.wrong_type(key, "a list of tables", problems),
            }
        }
        sections
    }

    /// A text in every language, as a table of its own.
    pub fn translated(&self, key: &'static str, problems: &mut Vec<Problem>) -> Texts {
        let Some(section) = self.section(key, problems) else {
            if !self.table.contains_key(key) {
                self.missing(key, problems);
            }
            return Texts::default();
        };
        let texts = section.languages(problems);
        section.finish(problems);
        texts
    }

    /// A text in every language that may be left out.
    pub fn optional_translated(&self, key: &'static str, problems: &mut Vec<Problem>) -> Option<Texts> {
        self.value(key)?;
        Some(self.translated(key, problems))
    }

    /// A table whose keys are names of the protocol's own: each with its text, in the order in which they stand.
    pub fn named_texts(&self, key: &'static str, problems: &mut Vec<Problem>) -> Vec<(String, At<String>)> {
        let Some(section) = self.section(key, problems) else { return Vec::new() };
        let mut named = Vec::new();
        for (name, value) in section.table {
            let at = value.span().start;
            match value.get_ref().as_str() {
                Some(text) => {
                    let text = At { value: text.to_owned(), row: line(self.source, at) };
                    named.push((at, (name.get_ref().to_string(), text)));
                }
                None => section.wrong_type(name.get_ref(), "a text in quotes", problems),
            }
        }
        named.sort_by_key(|(at, _)| *at);
        named.into_iter().map(|(_, named)| named).collect()
    }

    /// A table whose keys are names of the protocol's own: each with its whole number, in the order in which they stand.
    pub fn named_numbers(&self, key: &'static str, problems: &mut Vec<Problem>) -> Vec<(String, u32)> {
        let Some(section) = self.section(key, problems) else { return Vec::new() };
        let mut named = Vec::new();
        for (name, value) in section.table {
            let number = value.get_ref().as_integer();
            match number.and_then(|number| u32::from_str_radix(number.as_str(), number.radix()).ok()) {
                Some(number) => named.push((value.span().start, (name.get_ref().to_string(), number))),
                None => section.wrong_type(name.get_ref(), "a whole number", problems),
            }
        }
        named.sort_by_key(|(at, _)| *at);
        named.into_iter().map(|(_, named)| named).collect()
    }

    /// A day written as `"2022-06-01"`.
    pub fn optional_day(&self, key: &'static str, problems: &mut Vec<Problem>) -> Option<jiff::civil::Date> {
        let text = self.optional_text(key, problems)?;
        let day = text.value.parse().ok();
        if day.is_none() {
            self.wrong_type(key, "a day in quotes, as \"2022-06-01\"", problems);
        }
        day
    }

    /// The languages given in this table itself.
    pub fn languages(&self, problems: &mut Vec<Problem>) -> Texts {
        let mut texts = Texts::default();
        for language in LANGUAGES {
            match self.optional_text(language, problems) {
                Some(text) if !text.value.trim().is_empty() => texts.set(language, &text.value),
                _ => problems.push(self.problem(
                    language,
                    format!("there is no text in {}", language_name(language)),
                    "Translate it; every text is given in English, Korean and Japanese",
                )),
            }
        }
        texts
    }

    /// Reports keys that nobody asked for.
    pub fn finish(&self, problems: &mut Vec<Problem>) {
        let asked = self.asked.borrow();
        for key in
            self.table.keys().map(|key| key.get_ref().as_ref()).filter(|key: &&str| !asked.contains(*key))
        {
            let known = asked.iter().copied().collect::<Vec<_>>().join(", ");
            problems.push(self.problem(
                key,
                format!("`{key}` means nothing here"),
                format!("Remove it or correct its name; what may stand here: {known}"),
            ));
        }
    }
}

/// Parses a TOML file; nothing when a problem was told.
pub(crate) fn parse<'s>(
    file: &str,
    bytes: &'s [u8],
    problems: &mut Vec<Problem>,
) -> Option<(&'s str, Spanned<DeTable<'s>>)> {
    let Ok(source) = std::str::from_utf8(bytes) else {
        problems.push(Problem::new(file, "the file is not UTF-8 text", "Save it as UTF-8"));
        return None;
    };
    let (table, errors) = DeTable::parse_recoverable(source);
    for error in &errors {
        let row = error.span().and_then(|span| line(source, span.start));
        let message = error.message().trim().replace('\n', "; ");
        problems.push(Problem::new(file, message, "Correct the line; the file is TOML").row(row));
    }
    errors.is_empty().then_some((source, table))
}

/// The language's English name.
pub(crate) fn language_name(language: &str) -> &'static str {
    match language {
        "ko" => "Korean",
        "ja" => "Japanese",
        _ => "English",
    }
}

/// The line, counted from 1, that a byte of the source stands on.
fn line(source: &str, offset: usize) -> Option<u32> {
    let before = source.as_bytes().get(..offset)?;
    u32::try_from(before.iter().filter(|byte| **byte == b'\n').count() + 1).ok()
}
