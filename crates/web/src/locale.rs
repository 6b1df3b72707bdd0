//! Languages of the pages: every sentence is a Fluent message in `locales/<language>/<room>.ftl`.

use std::fmt;
use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::types::FluentNumber;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use jiff::civil::{Date, DateTime};

/// `(language, file, text)` of every Fluent file, listed at build time.
static SOURCES: &[(&str, &str, &str)] = include!(concat!(env!("OUT_DIR"), "/locales.rs"));

static BUNDLES: LazyLock<[FluentBundle<FluentResource>; 3]> = LazyLock::new(|| Locale::ALL.map(bundle));

/// A language the pages speak. Cheap to copy; the sentences are loaded once per process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Locale {
    /// English.
    #[default]
    English,
    /// 한국어.
    Korean,
    /// 日本語.
    Japanese,
}

impl Locale {
    /// Every language, in the order of the language switch.
    pub const ALL: [Locale; 3] = [Locale::English, Locale::Korean, Locale::Japanese];

    /// The BCP 47 code: `en`, `ko` or `ja`.
    pub fn code(self) -> &'static str {
        match self {
            Locale::English => "en",
            Locale::Korean => "ko",
            Locale::Japanese => "ja",
        }
    }

    /// The language's name in that language.
    pub fn own_name(self) -> &'static str {
        match self {
            Locale::English => "English",
            Locale::Korean => "한국어",
            Locale::Japanese => "日本語",
        }
    }

    /// Reads a language code, with or without a region (`ko`, `ko-KR`, `JA_jp`).
    pub fn from_code(code: &str) -> Option<Locale> {
        let language = code.split(['-', '_']).next()?.trim();
        Locale::ALL.into_iter().find(|locale| language.eq_ignore_ascii_case(locale.code()))
    }

    /// The language a browser likes best, from its `Accept-Language` header (RFC 9110 §12.5.4).
    pub fn from_accept_language(header: &str) -> Option<Locale> {
        let mut best: Option<(f32, Locale)> = None;
        for wish in header.split(',').take(20) {
            let mut parts = wish.split(';');
            let Some(locale) = parts.next().and_then(Locale::from_code) else { continue };
            let weight = parts
                .find_map(|part| part.trim().strip_prefix("q="))
                .map_or(1.0, |quality| quality.trim().parse().unwrap_or(0.0));
            if weight > best.map_or(0.0, |(weight, _)| weight) {
                best = Some((weight, locale));
            }
        }
        best.map(|(_, locale)| locale)
    }

    /// The sentence of this id.
    pub fn text(self, id: &str) -> String {
        self.text_with(id, &[])
    }

    /// The sentence of this id with one value: the shape that templates use most.
    pub fn text_with_one(self, id: &str, name: &'static str, value: impl Into<Argument>) -> String {
        self.text_with(id, &[(name, value.into())])
    }

    /// The sentence of this id with `{ $count }`, in the plural form that the language needs.
    pub fn count(self, id: &str, count: impl Into<Argument>) -> String {
        self.text_with(id, &[("count", count.into())])
    }

    /// The sentence of this id, with values for its `{ $names }`. `id.attribute` names an attribute of a message.
    /// An id that does not exist shows itself in brackets; a test finds it before a reader does.
    pub fn text_with(self, id: &str, values: &[(&'static str, Argument)]) -> String {
        self.find(id, values).unwrap_or_else(|| format!("⟦{id}⟧"))
    }

    /// As [`Locale::text_with`], or nothing where there is no such sentence.
    pub fn find(self, id: &str, values: &[(&'static str, Argument)]) -> Option<String> {
        let [english, korean, japanese] = &*BUNDLES;
        let bundle = match self {
            Locale::English => english,
            Locale::Korean => korean,
            Locale::Japanese => japanese,
        };
        let (message, attribute) =
            id.split_once('.').map_or((id, None), |(id, attribute)| (id, Some(attribute)));
        let message = bundle.get_message(message)?;
        let pattern = match attribute {
            Some(attribute) => message.get_attribute(attribute)?.value(),
            None => message.value()?,
        };
        let mut arguments = FluentArgs::with_capacity(values.len());
        for (name, value) in values {
            arguments.set(*name, value.fluent());
        }
        Some(bundle.format_pattern(pattern, Some(&arguments), &mut Vec::new()).into_owned())
    }

    /// A whole number with its thousands grouped.
    pub fn number(self, number: impl fmt::Display) -> String {
        group(&number.to_string())
    }

    /// A number with a fixed count of decimal places, its thousands grouped.
    pub fn decimal(self, number: f64, places: usize) -> String {
        group(&format!("{number:.places$}"))
    }

    /// A date as running text says it: "23 November 2026", "2026년 11월 23일".
    pub fn date(self, date: Date) -> String {
        self.text_with("date-in-words", &date_values(date))
    }

    /// A date as a table shows it: "23 Nov 2026", "2026. 11. 23.", "2026/11/23".
    pub fn short_date(self, date: Date) -> String {
        self.text_with("date-in-table", &date_values(date))
    }

    /// A local date and time as a table shows it, to the minute. The caller chooses the time zone.
    pub fn moment(self, moment: DateTime) -> String {
        format!("{} {:02}:{:02}", self.short_date(moment.date()), moment.hour(), moment.minute())
    }
}

/// A value for a `{ $name }` in a sentence.
#[derive(Debug, Clone, PartialEq)]
pub enum Argument {
    /// A word or a name, put in as it is.
    Text(String),
    /// A number: chooses the plural form and is shown with its thousands grouped.
    Number(f64),
}

impl Argument {
    fn fluent(&self) -> FluentValue<'_> {
        match self {
            Argument::Text(text) => FluentValue::from(text.as_str()),
            Argument::Number(number) => FluentValue::from(*number),
        }
    }
}

impl From<&str> for Argument {
    fn from(text: &str) -> Argument {
        Argument::Text(text.to_owned())
    }
}

impl From<String> for Argument {
    fn from(text: String) -> Argument {
        Argument::Text(text)
    }
}

impl From<&String> for Argument {
    fn from(text: &String) -> Argument {
        Argument::Text(text.clone())
    }
}

impl From<&&String> for Argument {
    fn from(text: &&String) -> Argument {
        Argument::Text((*text).clone())
    }
}

impl From<&&str> for Argument {
    fn from(text: &&str) -> Argument {
        Argument::Text((*text).to_owned())
    }
}

macro_rules! argument_from_numbers {
    ($($number:ty),*) => {$(
        impl From<$number> for Argument {
            fn from(number: $number) -> Argument { Argument::Number(number as f64) }
        }
        impl From<&$number> for Argument {
            fn from(number: &$number) -> Argument { Argument::Number(*number as f64) }
        }
        // Templates lend what they have already borrowed.
        impl From<&&$number> for Argument {
            fn from(number: &&$number) -> Argument { Argument::Number(**number as f64) }
        }
    )*};
}
argument_from_numbers!(i32, i64, u8, u16, u32, u64, usize, f64);

fn bundle(locale: Locale) -> FluentBundle<FluentResource> {
    let language = locale.code().parse().unwrap_or_default();
    let mut bundle = FluentBundle::new_concurrent(vec![language]);
    // Names are shown as they were given; the marks that isolate directions would travel along when copied.
    bundle.set_use_isolating(false);
    bundle.set_formatter(Some(|value, _| match value {
        FluentValue::Number(number) => Some(group(&FluentNumber::as_string(number))),
        _ => None,
    }));
    for (language, _, text) in SOURCES {
        if *language == locale.code() {
            let resource = match FluentResource::try_new((*text).to_owned()) {
                Ok(resource) | Err((resource, _)) => resource,
            };
            let _ = bundle.add_resource(resource);
        }
    }
    bundle
}

fn date_values(date: Date) -> [(&'static str, Argument); 3] {
    // The year is text: it is never grouped.
    [
        ("year", Argument::from(date.year().to_string())),
        ("month", Argument::from(i32::from(date.month()))),
        ("day", Argument::from(i32::from(date.day()))),
    ]
}

/// Puts commas between thousands; all three languages write figures this way.
fn group(figures: &str) -> String {
    let (whole, rest) = figures.find('.').map_or((figures, ""), |dot| figures.split_at(dot));
    let digits = whole.trim_start_matches('-');
    let mut grouped = String::with_capacity(figures.len() + 4);
    if whole.len() > digits.len() {
        grouped.push('−');
    }
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_browsers_wish_is_heard() {
        assert_eq!(Locale::from_accept_language("fr-FR, ko;q=0.8, en;q=0.9"), Some(Locale::English));
        assert_eq!(Locale::from_accept_language("ja-JP,ja;q=0.9,en-US;q=0.8"), Some(Locale::Japanese));
        assert_eq!(Locale::from_accept_language("ko;q=0, fr"), None);
        assert_eq!(Locale::from_accept_language(""), None);
    }

    #[test]
    fn numbers_and_dates_read_as_the_language_writes_them() {
        let date = jiff::civil::date(2026, 11, 23);
        assert_eq!(Locale::English.number(-1_234_567), "−1,234,567");
        assert_eq!(Locale::Korean.decimal(1234.5, 2), "1,234.50");
        assert_eq!(Locale::English.date(date), "23 November 2026");
        assert_eq!(Locale::Korean.date(date), "2026년 11월 23일");
        assert_eq!(Locale::Japanese.date(date), "2026年11月23日");
        assert_eq!(Locale::English.moment(date.at(4, 5, 0, 0)), "23 Nov 2026 04:05");
        assert_eq!(Locale::Japanese.short_date(date), "2026/11/23");
    }

    #[test]
    fn plurals_follow_the_language() {
        assert_eq!(Locale::English.count("table-count", 1), "1 row");
        assert_eq!(Locale::English.count("table-count", 12_345), "12,345 rows");
        assert_eq!(Locale::Korean.count("table-count", 12_345), "12,345건");
    }
}
