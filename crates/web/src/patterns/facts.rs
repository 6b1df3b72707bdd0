//! Small patterns: facts of a thing, its history, a notice, a tag.

use askama::Template;

use crate::patterns::Markup;

/// A list of facts: name and value.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "patterns/facts.html")]
pub struct Facts {
    facts: Vec<(String, Markup, Option<crate::frame::Link>)>,
}
finished_html!(Facts, History, Notice, Tag);

impl Facts {
    /// An empty list.
    pub fn new() -> Facts {
        Facts::default()
    }

    /// Adds a fact; the value is text or another pattern.
    pub fn fact(mut self, name: impl Into<String>, value: impl Into<Markup>) -> Facts {
        self.facts.push((name.into(), value.into(), None));
        self
    }

    /// Adds a fact with a link to where it can be changed.
    pub fn changeable(
        mut self,
        name: impl Into<String>,
        value: impl Into<Markup>,
        verb: impl Into<String>,
        href: impl ToString,
    ) -> Facts {
        self.facts.push((name.into(), value.into(), Some(crate::frame::Link::new(verb, href))));
        self
    }
}

/// One line of a history.
#[derive(Debug, Clone)]
pub struct HistoryEntry {
    /// When, in the reader's words and time zone.
    pub when: String,
    /// Who; a member's name is shown as it was given.
    pub who: String,
    /// What happened.
    pub what: Markup,
}

/// What happened to a thing, newest first.
#[derive(Debug, Clone, Template)]
#[template(path = "patterns/history.html")]
pub struct History {
    heading: String,
    entries: Vec<HistoryEntry>,
}

impl History {
    /// An empty history under a heading.
    pub fn new(heading: impl Into<String>) -> History {
        History { heading: heading.into(), entries: Vec::new() }
    }

    /// Adds the next older line.
    pub fn entry(
        mut self,
        when: impl Into<String>,
        who: impl Into<String>,
        what: impl Into<Markup>,
    ) -> History {
        self.entries.push(HistoryEntry { when: when.into(), who: who.into(), what: what.into() });
        self
    }
}

/// How a tag or notice looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tone {
    /// A plain fact.
    #[default]
    Plain,
    /// Something that went well or is finished.
    Done,
    /// Something to look at.
    Warning,
    /// A person at risk, and nothing else.
    Risk,
}

impl Tone {
    fn class(self) -> &'static str {
        match self {
            Tone::Plain => "plain",
            Tone::Done => "done",
            Tone::Warning => "warning",
            Tone::Risk => "risk",
        }
    }
}

/// A sentence across the page about what just happened or what stands in the way.
#[derive(Debug, Clone, Template)]
#[template(path = "patterns/notice.html")]
pub struct Notice {
    tone: Tone,
    text: String,
    link: Option<crate::frame::Link>,
}

impl Notice {
    /// A notice.
    pub fn new(tone: Tone, text: impl Into<String>) -> Notice {
        Notice { tone, text: text.into(), link: None }
    }

    /// Adds a way on.
    pub fn link(mut self, label: impl Into<String>, href: impl ToString) -> Notice {
        self.link = Some(crate::frame::Link::new(label, href));
        self
    }
}

/// A state in a word or two, for tables and titles.
#[derive(Debug, Clone, Template)]
#[template(source = r#"<span class="tag {{ tone.class() }}">{{ text }}</span>"#, ext = "html")]
pub struct Tag {
    tone: Tone,
    text: String,
}

impl Tag {
    /// A tag.
    pub fn new(tone: Tone, text: impl Into<String>) -> Tag {
        Tag { tone, text: text.into() }
    }
}
