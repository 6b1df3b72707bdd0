//! How questions and answers of a form are said to a reader: labels in the page's language, choices by their labels,
//! dates and places as people write them.

use desk::xforms::{Class, Field, Form, Kind, Values};
use jiff::civil::{Date, DateTime};
use serde_json::Value;

use crate::locale::Locale;

/// A form as a reader of one language knows it.
#[derive(Clone, Copy)]
pub struct Wording<'f> {
    /// The reader's language.
    pub locale: Locale,
    /// The form.
    pub form: &'f Form,
}

impl<'f> Wording<'f> {
    /// A form in a language.
    pub fn new(locale: Locale, form: &'f Form) -> Wording<'f> {
        Wording { locale, form }
    }

    /// The question, or the field's name where it has none. `${name}` is left as the form's author wrote it.
    pub fn question(&self, field: &Field) -> String {
        let label = self.form.text(&field.label, self.locale.code()).map(plain).unwrap_or_default();
        if label.is_empty() { field.name.clone() } else { label }
    }

    /// The question in at most so many letters, for the head of a table.
    pub fn heading(&self, field: &Field) -> String {
        shortened(&self.question(field), LONGEST_HEADING)
    }

    /// What a choice is called.
    pub fn choice(&self, field: &Field, value: &str) -> String {
        let found = field.choices.iter().find(|choice| choice.value == value);
        let label = found.and_then(|choice| self.form.text(&choice.label, self.locale.code())).map(plain);
        label.filter(|label| !label.is_empty()).unwrap_or_else(|| value.to_owned())
    }

    /// The value that a reader means who types a choice's label (in any language) or its value.
    pub fn meant(&self, field: &Field, typed: &str) -> String {
        let typed = typed.trim();
        let same = |label: &str| plain(label).to_lowercase() == typed.to_lowercase();
        let found = field
            .choices
            .iter()
            .find(|choice| choice.value == typed || choice.label.values().any(|label| same(label)));
        found.map_or(typed, |choice| choice.value.as_str()).to_owned()
    }

    /// An answer in words.
    pub fn answer(&self, field: &Field, text: &str) -> String {
        match field.kind {
            Kind::Select if !field.multiple => self.choice(field, text),
            Kind::Select | Kind::Rank => {
                let chosen = text.split_whitespace().map(|value| self.choice(field, value));
                chosen.collect::<Vec<_>>().join(" · ")
            }
            Kind::Date => match text.get(..10).unwrap_or(text).parse::<Date>() {
                Ok(date) => self.locale.short_date(date),
                Err(_) => text.to_owned(),
            },
            Kind::DateTime => moment(self.locale, text).unwrap_or_else(|| text.to_owned()),
            Kind::Time => text.split(['.', '+', 'Z']).next().unwrap_or(text).to_owned(),
            Kind::Geopoint => match Point::read(text) {
                Some(point) => point.to_string(),
                None => text.to_owned(),
            },
            Kind::Geotrace | Kind::Geoshape => {
                let points = text.split(';').filter(|point| !point.trim().is_empty()).count();
                self.locale.count("answer-points", points)
            }
            Kind::Acknowledge => self.locale.text("answer-acknowledged"),
            _ => text.to_owned(),
        }
    }

    /// What kind of answer a field takes.
    pub fn kind(&self, field: &Field) -> String {
        let id = match field.kind {
            Kind::Select if field.multiple => "kind-select-many",
            Kind::Select => "kind-select",
            Kind::Rank => "kind-rank",
            Kind::Integer => "kind-integer",
            Kind::Decimal => "kind-decimal",
            Kind::Boolean | Kind::Acknowledge => "kind-yes",
            Kind::Date => "kind-date",
            Kind::Time => "kind-time",
            Kind::DateTime => "kind-date-time",
            Kind::Geopoint => "kind-geopoint",
            Kind::Geotrace | Kind::Geoshape => "kind-geoline",
            Kind::Binary => "kind-file",
            Kind::Barcode => "kind-barcode",
            Kind::Group => "kind-group",
            Kind::Repeat => "kind-repeat",
            Kind::Note => "kind-note",
            Kind::Text if field.calculate.is_some() || field.preload.is_some() => "kind-computed",
            Kind::Text => "kind-text",
        };
        self.locale.text(id)
    }

    /// The word for a class.
    pub fn class(&self, class: Class) -> String {
        class_word(self.locale, class)
    }
}

/// The word for a class of field.
pub fn class_word(locale: Locale, class: Class) -> String {
    locale.text(match class {
        Class::Open => "class-open",
        Class::Sensitive => "class-sensitive",
        Class::Identity => "class-identity",
    })
}

/// Letters of a question in the head of a table.
const LONGEST_HEADING: usize = 48;

/// A text cut after so many letters, with a sign that it was.
pub fn shortened(text: &str, longest: usize) -> String {
    match text.char_indices().nth(longest) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or(text).trim_end()),
        None => text.to_owned(),
    }
}

/// A label without the HTML and the stars that forms use for emphasis, on one line.
fn plain(label: &str) -> String {
    let mut text = String::with_capacity(label.len());
    let mut rest = label;
    while let Some(open) = rest.find('<') {
        let (before, tag) = rest.split_at(open);
        text.push_str(before);
        let is_tag = tag
            .get(1..)
            .and_then(|inner| inner.chars().next())
            .is_some_and(|c| c.is_alphabetic() || c == '/');
        match tag.find('>').filter(|_| is_tag) {
            Some(close) => rest = tag.get(close + 1..).unwrap_or_default(),
            None => {
                text.push('<');
                rest = tag.get(1..).unwrap_or_default();
            }
        }
    }
    text.push_str(rest);
    let text = text.replace("**", "");
    let words: Vec<&str> = text.trim_start_matches('#').split_whitespace().collect();
    words.join(" ")
}

/// Date and time as the phone wrote them, with its offset: `2026-11-23T18:13:00.000+09:00`.
fn moment(locale: Locale, text: &str) -> Option<String> {
    let (date, time) = text.split_once('T')?;
    let end = time.find(['+', '-', 'Z']).unwrap_or(time.len());
    let (time, offset) = time.split_at(end);
    let at: DateTime = format!("{date}T{time}").parse().ok()?;
    let offset = if offset == "Z" { "" } else { offset };
    Some(format!("{} UTC{offset}", locale.moment(at)))
}

/// A place as a phone writes it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// Degrees north.
    pub latitude: f64,
    /// Degrees east.
    pub longitude: f64,
    /// Metres.
    pub accuracy: Option<f64>,
}

impl Point {
    /// Reads `latitude longitude altitude accuracy`.
    pub fn read(text: &str) -> Option<Point> {
        let mut numbers = text.split_whitespace().map(str::parse::<f64>);
        let latitude = numbers.next()?.ok().filter(|degrees| degrees.abs() <= 90.0)?;
        let longitude = numbers.next()?.ok().filter(|degrees| degrees.abs() <= 180.0)?;
        let accuracy = numbers.nth(1).and_then(Result::ok).filter(|metres| *metres > 0.0);
        Some(Point { latitude, longitude, accuracy })
    }
}

impl std::fmt::Display for Point {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:.5}, {:.5}", self.latitude, self.longitude)?;
        match self.accuracy {
            Some(metres) => write!(f, " (±{metres:.0} m)"),
            None => Ok(()),
        }
    }
}

/// Every text at a path, in all repetitions.
pub fn texts_at<'v>(values: &'v Values, path: &str) -> Vec<&'v str> {
    let mut found = Vec::new();
    gather(values, path, &mut found);
    found
}

fn gather<'v>(values: &'v Values, path: &str, found: &mut Vec<&'v str>) {
    if let Some(Value::String(text)) = values.get(path) {
        found.push(text);
    }
    for (around, value) in values {
        let is_around = path.strip_prefix(around.as_str()).is_some_and(|rest| rest.starts_with('/'));
        if let (true, Value::Array(repetitions)) = (is_around, value) {
            repetitions.iter().filter_map(Value::as_object).for_each(|inside| gather(inside, path, found));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_lose_their_dress_and_keep_their_words() {
        assert_eq!(plain("<b>Name</b> of ${place}"), "Name of ${place}");
        assert_eq!(plain("# **이름**\n(전체)"), "이름 (전체)");
        assert_eq!(plain("If age < 5 and > 2"), "If age < 5 and > 2");
        assert_eq!(shortened("노동자 면담", 3), "노동자…");
    }

    #[test]
    fn moments_keep_the_clock_of_the_phone() {
        let said = |text| moment(Locale::English, text).unwrap();
        assert_eq!(said("2026-11-23T18:13:00.000+09:00"), "23 Nov 2026 18:13 UTC+09:00");
        assert_eq!(said("2026-11-23T18:13:00Z"), "23 Nov 2026 18:13 UTC");
        assert_eq!(moment(Locale::English, "yesterday"), None);
    }

    #[test]
    fn places_are_read_or_left_alone() {
        let point = Point::read("39.0312 125.754 12 4.6").unwrap();
        assert_eq!(point.to_string(), "39.03120, 125.75400 (±5 m)");
        assert_eq!(Point::read("139 125"), None);
        assert_eq!(Point::read(""), None);
    }

    #[test]
    fn answers_in_repeats_are_found() {
        let values = serde_json::json!({
            "place": "1 2", "people": [{"people/place": "3 4"}, {"people/pets": [{"people/pets/place": "5 6"}]}]
        });
        let values = values.as_object().unwrap();
        assert_eq!(texts_at(values, "people/place"), ["3 4"]);
        assert_eq!(texts_at(values, "people/pets/place"), ["5 6"]);
        assert_eq!(texts_at(values, "place"), ["1 2"]);
    }
}
