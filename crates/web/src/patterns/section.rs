//! A part of a page under its own heading: sentences, steps to follow, other patterns, and what can be done there.

use askama::Template;

use crate::frame::Link;
use crate::patterns::Markup;

/// A part of a page under its own heading.
#[derive(Debug, Clone, Template)]
#[template(path = "patterns/section.html")]
pub struct Section {
    heading: String,
    parts: Vec<Markup>,
}

/// A button that changes something at once, small enough for a row of a table.
#[derive(Debug, Clone, Template)]
#[template(
    source = r#"<form method="post" action="{{ href }}"><button class="small">{{ verb }}<span class="unseen"> · {{ what }}</span></button></form>"#,
    ext = "html"
)]
pub struct SmallButton {
    href: String,
    verb: String,
    what: String,
}
finished_html!(Section, SmallButton, Prose);

impl SmallButton {
    /// A verb, what it is done to (read out, not shown), and the address that does it (POST).
    pub fn new(verb: impl Into<String>, what: impl Into<String>, href: impl ToString) -> SmallButton {
        SmallButton { href: href.to_string(), verb: verb.into(), what: what.into() }
    }
}

/// A paragraph.
#[derive(Debug, Clone, Template)]
#[template(source = r#"<p class="reading">{{ text }}</p>"#, ext = "html")]
pub struct Prose {
    text: String,
}

impl Prose {
    /// A paragraph.
    pub fn new(text: impl Into<String>) -> Prose {
        Prose { text: text.into() }
    }
}

#[derive(Debug, Clone, Template)]
#[template(
    source = r#"<ol class="numbered">{% for line in lines %}<li>{{ line }}</li>{% endfor %}</ol>"#,
    ext = "html"
)]
struct Numbered {
    lines: Vec<String>,
}

#[derive(Debug, Clone, Template)]
#[template(source = r#"<div class="pair">{{ beside }}{{ numbered|safe }}</div>"#, ext = "html")]
struct NumberedBeside {
    numbered: Numbered,
    beside: Markup,
}

/// Links side by side, as buttons.
#[derive(Debug, Clone, Template)]
#[template(
    source = r#"<p class="buttons">{% for link in links %}<a class="button" href="{{ link.href }}">{{ link.label }}</a>{% endfor %}</p>"#,
    ext = "html"
)]
struct Links {
    links: Vec<Link>,
}

impl Section {
    /// An empty part.
    pub fn new(heading: impl Into<String>) -> Section {
        Section { heading: heading.into(), parts: Vec::new() }
    }

    /// Adds a paragraph.
    pub fn say(self, text: impl Into<String>) -> Section {
        self.part(Prose::new(text))
    }

    /// Adds things to do in this order.
    pub fn numbered(self, lines: impl IntoIterator<Item = String>) -> Section {
        self.part(Markup::of(&Numbered { lines: lines.into_iter().collect() }))
    }

    /// Adds things to do in this order, beside what they are done with.
    pub fn numbered_beside(
        self,
        lines: impl IntoIterator<Item = String>,
        beside: impl Into<Markup>,
    ) -> Section {
        let lines = lines.into_iter().collect();
        self.part(Markup::of(&NumberedBeside { numbered: Numbered { lines }, beside: beside.into() }))
    }

    /// Adds a pattern.
    pub fn part(mut self, part: impl Into<Markup>) -> Section {
        self.parts.push(part.into());
        self
    }

    /// Adds links that lead to what can be done here.
    pub fn links(self, links: impl IntoIterator<Item = Link>) -> Section {
        self.part(Markup::of(&Links { links: links.into_iter().collect() }))
    }
}
