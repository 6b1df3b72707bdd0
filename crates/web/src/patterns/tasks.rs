//! What waits for somebody: a list of links, each with how much of it there is.

use askama::Template;

use crate::frame::Link;

/// A list of what waits.
#[derive(Debug, Clone, Template)]
#[template(
    source = r#"{% if tasks.is_empty() %}<p class="quiet">{{ empty }}</p>{% else %}<ul class="tasks">{% for (link, amount) in tasks %}<li><a href="{{ link.href }}">{{ link.label }}</a><span class="amount">{{ amount }}</span></li>{% endfor %}</ul>{% endif %}"#,
    ext = "html"
)]
pub struct Tasks {
    tasks: Vec<(Link, String)>,
    empty: String,
}
finished_html!(Tasks, Board, Advice, Finder, LinkText);

impl Tasks {
    /// An empty list; `empty` says that nothing waits.
    pub fn new(empty: impl Into<String>) -> Tasks {
        Tasks { tasks: Vec::new(), empty: empty.into() }
    }

    /// Adds something that waits: what it is, where it is dealt with, and how much of it there is.
    pub fn task(mut self, what: impl Into<String>, href: impl ToString, amount: impl Into<String>) -> Tasks {
        self.tasks.push((Link::new(what, href), amount.into()));
        self
    }

    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.tasks.is_empty()
    }
}

/// A place of work with what waits in it: a heading that leads there, a line about it, and the list.
#[derive(Debug, Clone, Template)]
#[template(
    source = r#"<section class="part"><h2><a href="{{ place.href }}">{{ place.label }}</a></h2><p class="quiet">{{ about }}</p>{{ tasks }}</section>"#,
    ext = "html"
)]
pub struct Board {
    place: Link,
    about: String,
    tasks: Tasks,
}

impl Board {
    /// A place, a line about it, and what waits there.
    pub fn new(place: Link, about: impl Into<String>, tasks: Tasks) -> Board {
        Board { place, about: about.into(), tasks }
    }
}

/// How to do something, and the way there: the body of a step.
#[derive(Debug, Clone, Template)]
#[template(
    source = r#"<p>{{ how }}</p>{% if !links.is_empty() %}<p class="way-on buttons">{% for link in links %}<a class="button" href="{{ link.href }}">{{ link.label }}</a>{% endfor %}</p>{% endif %}"#,
    ext = "html"
)]
pub struct Advice {
    how: String,
    links: Vec<Link>,
}

impl Advice {
    /// How to do it, and where, for who may go there; several links where one of several ways is enough.
    pub fn new(how: impl Into<String>, links: impl IntoIterator<Item = Link>) -> Advice {
        Advice { how: how.into(), links: links.into_iter().collect() }
    }
}

/// One line to look for something in what is sealed: sent by POST, so that what is looked for stands in no address.
// No `Debug`: what is looked for may be a name.
#[derive(Clone, Template)]
#[template(path = "patterns/finder.html")]
pub struct Finder {
    action: String,
    label: String,
    value: String,
    verb: String,
    /// Offers to look through identity too: its label, whether it is on, and the question for the reason, if that was
    /// not given yet.
    more: Option<(String, bool, Option<String>)>,
    error: Option<String>,
}

impl Finder {
    /// A line with its label and the verb on its button.
    pub fn new(action: impl ToString, label: impl Into<String>, verb: impl Into<String>) -> Finder {
        Finder {
            action: action.to_string(),
            label: label.into(),
            value: String::new(),
            verb: verb.into(),
            more: None,
            error: None,
        }
    }

    /// What is looked for.
    pub fn value(mut self, value: impl Into<String>) -> Finder {
        self.value = value.into();
        self
    }

    /// Offers to look through identity too (`identity=yes`), and asks for a reason (`reason`) where none was given.
    pub fn with_identity(mut self, label: impl Into<String>, on: bool, ask: Option<String>) -> Finder {
        self.more = Some((label.into(), on, ask));
        self
    }

    /// What is wrong with what was sent.
    pub fn error(mut self, error: impl Into<String>) -> Finder {
        self.error = Some(error.into());
        self
    }
}

/// A word that leads somewhere, where a pattern wants more than text.
#[derive(Clone, Template)]
#[template(source = r#"<a href="{{ href }}">{{ label }}</a>"#, ext = "html")]
pub struct LinkText {
    label: String,
    href: String,
}

impl LinkText {
    /// A word and where it leads.
    pub fn new(label: impl Into<String>, href: impl ToString) -> LinkText {
        LinkText { label: label.into(), href: href.to_string() }
    }
}
