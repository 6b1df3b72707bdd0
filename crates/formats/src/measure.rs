//! What the rows hold, found by going through them once: then every format knows how wide its columns are.

use std::collections::{BTreeMap, BTreeSet};

use crate::table::{Choice, Column, Kind, Table};
use crate::{FormatError, Take, calendar};

/// Answers outside the choices that are given a number of their own; with more of them the column is text.
const MOST_OTHERS: usize = 1_000;

/// One column of a file: a column of the table or a part of one.
pub(crate) struct Slot {
    /// Which column of the table it comes from.
    pub source: usize,
    /// Which part of it.
    pub part: Part,
    /// Where the value stands in the form, with the part after a slash: `foods/rice`, `site/latitude`.
    pub path: String,
    /// What people read.
    pub label: String,
    /// What its values are.
    pub content: Content,
    /// Bytes of the longest text.
    pub longest: usize,
    /// How many texts there are that are not empty.
    pub filled: u64,
    /// Bytes of all texts.
    pub bytes: u64,
}

/// Which part of a column.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Part {
    /// All of it.
    Whole,
    /// Whether this choice is among those given.
    Chosen(String),
    /// The number at this position of a place.
    Coordinate(usize),
}

/// What the values of a slot are.
pub(crate) enum Content {
    /// Any text.
    Text,
    /// Whole numbers from the least to the most.
    Integer { least: i64, most: i64 },
    /// Finite numbers.
    Decimal,
    /// Days.
    Date,
    /// Moments.
    Moment,
    /// Yes or no.
    Flag,
    /// One of these.
    Choice(Codes),
}

/// Choices with a number each: their code where all codes are numbers, else their position from 1.
pub(crate) struct Codes {
    /// Number, code and label, in the order of the form; then answers outside the choices, by code.
    pub entries: Vec<(i32, String, String)>,
    place: BTreeMap<String, usize>,
}

impl Codes {
    fn new(choices: &[Choice], others: &BTreeSet<String>) -> Codes {
        let mut known: Vec<(&str, &str)> = Vec::new();
        let mut seen = BTreeSet::new();
        let offered = choices.iter().map(|choice| (choice.code.as_str(), choice.label.as_str()));
        for (code, label) in offered.chain(others.iter().map(|other| (other.as_str(), other.as_str()))) {
            if seen.insert(code) {
                known.push((code, label));
            }
        }
        let numbers: Option<Vec<i32>> = known.iter().map(|(code, _)| canonical(code)).collect();
        let fits = |number: &i32| (-1_000_000..=1_000_000).contains(number);
        let numbers = numbers.filter(|numbers| numbers.iter().all(fits));
        let numbers = numbers.unwrap_or_else(|| (1..).take(known.len()).collect());
        let entries: Vec<_> = (numbers.into_iter().zip(known))
            .map(|(number, (code, label))| (number, code.to_owned(), label.to_owned()))
            .collect();
        let place = entries.iter().enumerate().map(|(place, (_, code, _))| (code.clone(), place)).collect();
        Codes { entries, place }
    }

    fn entry(&self, code: &str) -> Option<&(i32, String, String)> {
        self.entries.get(*self.place.get(code)?)
    }
}

/// One value of a slot.
pub(crate) enum Value<'v> {
    /// There is no answer.
    Missing,
    /// A text.
    Text(&'v str),
    /// A whole number.
    Integer(i64),
    /// A number.
    Decimal(f64),
    /// Days since 1970-01-01.
    Date(i32),
    /// Milliseconds since 1970.
    Moment(i64),
    /// Yes or no.
    Flag(bool),
    /// A choice: its number and label.
    Choice(i32, &'v str),
}

impl Slot {
    fn new(source: usize, part: Part, column: &Column, content: Content) -> Slot {
        let (path, label) = match &part {
            Part::Whole => (column.path.clone(), column.label.clone()),
            Part::Chosen(code) => {
                let label = column.choices.iter().find(|choice| choice.code == *code);
                let label = label.map_or(code.as_str(), |choice| choice.label.as_str());
                (format!("{}/{code}", column.path), format!("{}: {label}", column.label))
            }
            Part::Coordinate(place) => {
                let name = COORDINATES.get(*place).copied().unwrap_or_default();
                (format!("{}/{name}", column.path), format!("{}: {name}", column.label))
            }
        };
        Slot { source, part, path, label, content, longest: 0, filled: 0, bytes: 0 }
    }

    /// The slot's text in a row: for a part of a column, that part.
    pub fn text<'r>(&self, row: &[&'r str]) -> &'r str {
        let text = row.get(self.source).copied().unwrap_or_default();
        match self.part {
            Part::Coordinate(place) => text.split_ascii_whitespace().nth(place).unwrap_or_default(),
            Part::Whole | Part::Chosen(_) => text,
        }
    }

    /// The slot's value in a row. A text that is not what the slot holds is [`Value::Text`]; after measuring there is
    /// none.
    pub fn value<'r>(&'r self, row: &[&'r str]) -> Value<'r> {
        let text = self.text(row);
        if text.is_empty() {
            return Value::Missing;
        }
        let value = match &self.content {
            Content::Text => None,
            Content::Integer { .. } => canonical(text).map(Value::Integer),
            Content::Decimal => decimal(text).map(Value::Decimal),
            Content::Date => calendar::days(text).map(Value::Date),
            Content::Moment => calendar::moment(text).map(Value::Moment),
            Content::Flag => Some(Value::Flag(match &self.part {
                Part::Chosen(code) => text.split_ascii_whitespace().any(|given| given == code),
                Part::Whole | Part::Coordinate(_) => text == "true",
            })),
            Content::Choice(codes) => {
                codes.entry(text).map(|(number, _, label)| Value::Choice(*number, label))
            }
        };
        value.unwrap_or(Value::Text(text))
    }
}

const COORDINATES: [&str; 4] = ["latitude", "longitude", "altitude", "accuracy"];

/// A whole number that is written as we would write it: `007` is a name, not a number.
fn canonical<N: std::str::FromStr + ToString>(text: &str) -> Option<N> {
    text.parse::<N>().ok().filter(|number| number.to_string() == text)
}

fn decimal(text: &str) -> Option<f64> {
    text.parse::<f64>().ok().filter(|number| number.is_finite())
}

/// The slots of a table and how many rows it has.
pub(crate) struct Measured {
    pub slots: Vec<Slot>,
    pub rows: u64,
}

/// Goes through all rows and finds what they hold.
pub(crate) fn measure<E: From<FormatError>>(
    table: &Table,
    rows: &mut dyn FnMut(&mut Take<'_, E>) -> Result<(), E>,
) -> Result<Measured, E> {
    let mut slots: Vec<Slot> = Vec::new();
    for (source, column) in table.columns.iter().enumerate() {
        let whole = |content| Slot::new(source, Part::Whole, column, content);
        match column.kind {
            Kind::Text => slots.push(whole(Content::Text)),
            Kind::Integer => slots.push(whole(Content::Integer { least: i64::MAX, most: i64::MIN })),
            Kind::Decimal => slots.push(whole(Content::Decimal)),
            Kind::Date => slots.push(whole(Content::Date)),
            Kind::Moment => slots.push(whole(Content::Moment)),
            Kind::Choice => slots.push(whole(Content::Choice(Codes::new(&column.choices, &BTreeSet::new())))),
            Kind::Choices => {
                slots.push(whole(Content::Text));
                let mut seen = BTreeSet::new();
                for choice in column.choices.iter().filter(|choice| seen.insert(choice.code.as_str())) {
                    slots.push(Slot::new(source, Part::Chosen(choice.code.clone()), column, Content::Flag));
                }
            }
            Kind::Place => {
                let part = |place| Slot::new(source, Part::Coordinate(place), column, Content::Decimal);
                slots.extend((0..COORDINATES.len()).map(part));
            }
        }
    }
    let mut others: Vec<BTreeSet<String>> = vec![BTreeSet::new(); slots.len()];
    let mut broken = vec![false; slots.len()];
    let mut count = 0;
    rows(&mut |row| {
        count += 1;
        for ((slot, others), broken) in slots.iter_mut().zip(&mut others).zip(&mut broken) {
            let text = slot.text(row);
            if text.is_empty() {
                continue;
            }
            slot.longest = slot.longest.max(text.len());
            slot.filled += 1;
            slot.bytes += text.len() as u64;
            if *broken {
                continue;
            }
            let fits = match (&mut slot.content, &slot.part) {
                (Content::Text | Content::Flag, _) => true,
                (Content::Integer { least, most }, _) => match canonical::<i64>(text) {
                    Some(number) => {
                        *least = number.min(*least);
                        *most = number.max(*most);
                        true
                    }
                    None => false,
                },
                (Content::Decimal, Part::Coordinate(_)) => {
                    let all = row.get(slot.source).copied().unwrap_or_default();
                    let mut parts = all.split_ascii_whitespace();
                    (2..=4).contains(&parts.clone().count()) && parts.all(|part| decimal(part).is_some())
                }
                (Content::Decimal, _) => decimal(text).is_some(),
                (Content::Date, _) => calendar::days(text).is_some(),
                (Content::Moment, _) => calendar::moment(text).is_some(),
                (Content::Choice(codes), _) => {
                    if codes.entry(text).is_none() {
                        others.insert(text.to_owned());
                    }
                    others.len() <= MOST_OTHERS
                }
            };
            *broken = !fits;
        }
        Ok(())
    })?;
    let broken_sources: BTreeSet<usize> =
        slots.iter().zip(&broken).filter(|(_, broken)| **broken).map(|(slot, _)| slot.source).collect();
    let mut told = BTreeSet::new();
    let mut measured = Vec::new();
    for (mut slot, others) in slots.into_iter().zip(others) {
        if broken_sources.contains(&slot.source) {
            // A place of which one is no place is one column of text again.
            if let (Part::Coordinate(_), Some(column)) = (&slot.part, table.columns.get(slot.source)) {
                if !told.insert(slot.source) {
                    continue;
                }
                let mut whole = Slot::new(slot.source, Part::Whole, column, Content::Text);
                rows(&mut |row| {
                    whole.measure_text(whole.text(row).len());
                    Ok(())
                })?;
                measured.push(whole);
                continue;
            }
            slot.content = Content::Text;
        } else if !others.is_empty()
            && let Some(column) = table.columns.get(slot.source)
        {
            slot.content = Content::Choice(Codes::new(&column.choices, &others));
        }
        if let Content::Choice(codes) = &slot.content
            && codes.entries.is_empty()
        {
            slot.content = Content::Text;
        }
        if let Content::Integer { least, most } = &mut slot.content
            && *least > *most
        {
            (*least, *most) = (0, 0);
        }
        measured.push(slot);
    }
    Ok(Measured { slots: measured, rows: count })
}

impl Slot {
    fn measure_text(&mut self, bytes: usize) {
        self.longest = self.longest.max(bytes);
        self.filled += u64::from(bytes > 0);
        self.bytes += bytes as u64;
    }

    /// Makes it a column of text where the format has no number that holds all its values.
    pub fn text_unless(&mut self, fits: impl Fn(i64) -> bool) {
        if let Content::Integer { least, most } = self.content
            && !(fits(least) && fits(most))
        {
            self.content = Content::Text;
        }
    }
}
