//! A sealed value: closed, or open before this reader.

use askama::Template;

use crate::locale::Locale;
use crate::patterns::Markup;

/// How this reader can come to see a closed value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Opening {
    /// Not at all: none of the reader's compartments holds the key.
    NotYours,
    /// After unlocking: the address of the unlock page.
    AfterUnlock(String),
    /// At once: the address that opens it (POST).
    Now(String),
    /// With a reason, which is logged: the address that opens it (POST, field `reason`).
    WithReason(String),
}

/// A sealed value. It has no `Debug`, because it may hold the plaintext.
#[derive(Clone, Template)]
#[template(path = "patterns/sealed.html")]
pub struct SealedValue {
    locale: Locale,
    label: String,
    state: State,
    short: bool,
}
finished_html!(SealedValue, Opened);

#[derive(Clone)]
enum State {
    Closed(Opening),
    Opened(Markup),
}

impl SealedValue {
    /// A closed value; the label names the field, as "Name of the worker".
    pub fn closed(locale: Locale, label: impl Into<String>, opening: Opening) -> SealedValue {
        SealedValue { locale, label: label.into(), state: State::Closed(opening), short: false }
    }

    /// A value that the reader has open now; the opening is in the log already.
    pub fn opened(locale: Locale, label: impl Into<String>, value: impl Into<Markup>) -> SealedValue {
        SealedValue { locale, label: label.into(), state: State::Opened(value.into()), short: false }
    }

    /// The value or its bars alone, for lists and pages that hold many and say once how they come to be open.
    pub fn short(mut self) -> SealedValue {
        self.short = true;
        self
    }

    /// An id for the reason's field that is the same for the same form.
    fn reason_id(&self, address: &str) -> String {
        let name: String = address.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
        format!("reason{name}")
    }
}

/// A part of a page that holds opened values: a map, a comparison, a set of answers. A line says what is open.
#[derive(Clone, Template)]
#[template(
    source = r#"<section class="opened"><p class="says">{{ says }}</p>{{ content }}</section>"#,
    ext = "html"
)]
pub struct Opened {
    says: String,
    content: Markup,
}

impl Opened {
    /// Puts the sealed colour around a pattern; `says` tells what is open here.
    pub fn new(says: impl Into<String>, content: impl Into<Markup>) -> Opened {
        Opened { says: says.into(), content: content.into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_escaped_and_says_that_it_is_logged() {
        let html = SealedValue::opened(Locale::English, "Name", "<b>김영희").to_string();
        assert!(html.contains("&lt;b&gt;김영희"));
        assert!(html.contains("logged"));
    }

    #[test]
    fn identity_asks_for_a_reason() {
        let opening = Opening::WithReason("/open/7".to_owned());
        let html = SealedValue::closed(Locale::Korean, "이름", opening).to_string();
        assert!(html.contains(r#"name="reason""#) && html.contains(r#"action="/open/7""#));
    }
}
