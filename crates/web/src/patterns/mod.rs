//! The patterns of the pages, each built once. Every pattern is a plain value with a template beside it; a page's
//! template prints it with `{{ name }}`.

use std::fmt;

use askama::Template;
use askama::filters::HtmlSafe;

/// A pattern is finished HTML: printing it in a template does not escape it again.
macro_rules! finished_html {
    ($($pattern:ty),* $(,)?) => {$(
        impl askama::filters::HtmlSafe for $pattern {}
        impl From<$pattern> for $crate::patterns::Markup {
            fn from(pattern: $pattern) -> $crate::patterns::Markup { $crate::patterns::Markup::of(&pattern) }
        }
    )*};
}

mod clock;
mod code;
mod comparison;
mod confirmation;
mod estimate;
mod facts;
mod form;
mod map;
mod method;
mod passkey;
mod problem;
mod progress;
mod sealed;
mod section;
mod steps;
mod table;
mod tasks;

pub use clock::Clock;
pub use code::{CodeBlock, QrBlock, QrTooLong};
pub use comparison::{Compared, Comparison, Side};
pub use confirmation::Confirmation;
pub use estimate::{Estimate, Estimates};
pub use facts::{Facts, History, HistoryEntry, Notice, Tag, Tone};
pub use form::{Choice, DateFault, ErrorSummary, Field, Form, read_date};
pub use map::{MapOfPoints, MapPoint};
pub use method::Method;
pub use passkey::PasskeyForm;
pub use problem::{Place, Problem};
pub use progress::Progress;
pub use sealed::{Opened, Opening, SealedValue};
pub use section::{Prose, Section, SmallButton};
pub use steps::{Screen, Step, StepState, Steps};
pub use table::{Cell, Column, Row, Table};
pub use tasks::{Advice, Board, Finder, LinkText, Tasks};

/// HTML that is finished: everything from outside in it is escaped already.
#[derive(Clone, Default)]
pub struct Markup(String);

impl Markup {
    /// A text, escaped.
    pub fn text(text: &str) -> Markup {
        let mut html = String::with_capacity(text.len());
        for letter in text.chars() {
            match letter {
                '&' => html.push_str("&amp;"),
                '<' => html.push_str("&lt;"),
                '>' => html.push_str("&gt;"),
                '"' => html.push_str("&quot;"),
                '\'' => html.push_str("&#39;"),
                other => html.push(other),
            }
        }
        Markup(html)
    }

    /// HTML that was finished before: a report as it was published.
    pub fn finished(html: impl Into<String>) -> Markup {
        Markup(html.into())
    }

    /// This, a space, and another.
    pub fn and(mut self, other: impl Into<Markup>) -> Markup {
        self.0.push(' ');
        self.0.push_str(&other.into().0);
        self
    }

    /// Several, one after the other with a space between.
    pub fn joined(parts: impl IntoIterator<Item = Markup>) -> Markup {
        let parts: Vec<String> = parts.into_iter().map(|part| part.0).collect();
        Markup(parts.join(" "))
    }

    /// A rendered template. A template that cannot be rendered leaves nothing.
    pub fn of(template: &impl Template) -> Markup {
        Markup(template.render().unwrap_or_default())
    }
}

impl fmt::Display for Markup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

// Markup can hold an opened value, so it does not show itself.
impl fmt::Debug for Markup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Markup({} bytes)", self.0.len())
    }
}

impl HtmlSafe for Markup {}

impl From<&str> for Markup {
    fn from(text: &str) -> Markup {
        Markup::text(text)
    }
}

impl From<String> for Markup {
    fn from(text: String) -> Markup {
        Markup::text(&text)
    }
}
