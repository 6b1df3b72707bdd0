//! The frame around every page: who reads, where the page is, what state it is in, and whether keys are open.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};

use crate::address::Address;
use crate::assets;
use crate::cookies;
use crate::locale::Locale;

/// The cookie that remembers the language; it holds nothing else.
pub const LANGUAGE_COOKIE: &str = "language";

/// Who asks, as far as the request itself says: the language and the address of the page.
///
/// The language is that of `?lang=`, else of the cookie, else of `Accept-Language`, else English.
#[derive(Debug, Clone, Default)]
pub struct Reader {
    /// The language to answer in.
    pub locale: Locale,
    /// The page that was asked for, without `lang` and `done`.
    pub here: Address,
    /// The Fluent id of the notice that the address asks for: `?done=role-given` is `done-role-given`.
    pub done: Option<String>,
}

impl Reader {
    /// Reads language and address from the head of a request.
    pub fn of(uri: &axum::http::Uri, headers: &HeaderMap) -> Reader {
        let address = Address::from_uri(uri);
        let header = |name| headers.get(name).and_then(|value: &axum::http::HeaderValue| value.to_str().ok());
        let locale = address
            .get("lang")
            .and_then(Locale::from_code)
            .or_else(|| cookies::read(headers, LANGUAGE_COOKIE).and_then(Locale::from_code))
            .or_else(|| header(header::ACCEPT_LANGUAGE).and_then(Locale::from_accept_language))
            .unwrap_or_default();
        let is_word = |word: &&str| word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
        let done = address.get("done").filter(is_word).map(|word| format!("done-{word}"));
        Reader { locale, here: address.without("lang").without("done"), done }
    }
}

impl<S: Sync> FromRequestParts<S> for Reader {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Reader, Infallible> {
        // A nested router sees a shortened address; the page's own is the one that was asked for.
        let uri =
            parts.extensions.get::<axum::extract::OriginalUri>().map_or(&parts.uri, |original| &original.0);
        Ok(Reader::of(uri, &parts.headers))
    }
}

/// A word that leads somewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// What the reader sees, in the reader's language.
    pub label: String,
    /// Where it leads.
    pub href: String,
}

impl Link {
    /// A link; the address may be an [`Address`] or text.
    pub fn new(label: impl Into<String>, href: impl ToString) -> Link {
        Link { label: label.into(), href: href.to_string() }
    }
}

/// One line of the rail.
#[derive(Debug, Clone)]
pub struct RailEntry {
    /// The room's name in the reader's language.
    pub label: String,
    /// The room's first page.
    pub href: String,
    /// Whether this page is in that room.
    pub current: bool,
    /// How many things in that room wait for this member; nothing is shown for zero.
    pub waiting: u32,
}

/// The keys of this session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lock {
    /// Nobody is logged in, or this member holds no keys: nothing is shown.
    #[default]
    NoKeys,
    /// The keys are forgotten: a link offers to unlock.
    Locked,
    /// The keys are in memory; the button locks at once.
    Unlocked {
        /// Whole minutes until the session locks itself when idle.
        minutes_left: u32,
    },
}

/// The page's one primary action.
#[derive(Debug, Clone)]
pub struct Action {
    /// A verb, in the reader's language.
    pub label: String,
    /// Where the link or the form leads.
    pub href: String,
    /// Whether it changes something (a POST) or only opens a page (a link).
    pub changes: bool,
}

impl Action {
    /// An action that opens another page.
    pub fn open(label: impl Into<String>, href: impl ToString) -> Action {
        Action { label: label.into(), href: href.to_string(), changes: false }
    }

    /// An action that changes something at once.
    pub fn change(label: impl Into<String>, href: impl ToString) -> Action {
        Action { label: label.into(), href: href.to_string(), changes: true }
    }
}

/// What stands around the content of a page. A page's template holds it in a field named `frame` and begins with
/// `{% extends "layout.html" %}`; its content is the block `content`.
#[derive(Debug, Clone, Default)]
pub struct Frame {
    /// The language of every word on the page.
    pub locale: Locale,
    /// This page's address, for the language switch.
    pub here: Address,
    /// The thing this page is about: "Visit V-014".
    pub title: String,
    /// What was just done, in a sentence.
    pub done: Option<String>,
    /// Its state, after the title: "draw committed, waiting for authority B".
    pub state: Option<String>,
    /// The way here, outermost first, without this page.
    pub breadcrumb: Vec<Link>,
    /// The mandate the member works in, above the rail.
    pub mandate: Option<Link>,
    /// The rooms in the order of the work; only those this member may use.
    pub rooms: Vec<RailEntry>,
    /// The rooms below the line: forms, members, ledger, settings.
    pub cellar: Vec<RailEntry>,
    /// The name of the member who is logged in.
    pub member: Option<String>,
    /// The keys of this session.
    pub lock: Lock,
    /// The page's one primary action.
    pub action: Option<Action>,
    /// Asks the page again after so many seconds: for a page that shows progress.
    pub refresh_seconds: Option<u32>,
}

impl Frame {
    /// A frame for this reader, with no member and no rooms: the log-in page, a problem.
    pub fn new(reader: &Reader, title: impl Into<String>) -> Frame {
        Frame {
            locale: reader.locale,
            here: reader.here.clone(),
            done: reader.done.as_ref().and_then(|id| reader.locale.find(id, &[])),
            title: title.into(),
            ..Frame::default()
        }
    }

    /// Says the state of the thing after the title.
    pub fn state(mut self, state: impl Into<String>) -> Frame {
        self.state = Some(state.into());
        self
    }

    /// Adds the next outer page to the way here.
    pub fn under(mut self, label: impl Into<String>, href: impl ToString) -> Frame {
        self.breadcrumb.push(Link::new(label, href));
        self
    }

    /// Sets the page's one primary action.
    pub fn action(mut self, action: Action) -> Frame {
        self.action = Some(action);
        self
    }

    /// The sentence of this id in the reader's language.
    pub fn text(&self, id: &str) -> String {
        self.locale.text(id)
    }

    /// What the browser puts on the tab. It never holds a state, which could be a secret on a shared screen.
    pub fn tab(&self) -> String {
        format!("{} · {}", self.title, self.text("product"))
    }

    /// The languages and the addresses that show this page in them.
    pub fn languages(&self) -> impl Iterator<Item = (Locale, Address)> {
        Locale::ALL.into_iter().map(|locale| (locale, self.here.with("lang", locale.code())))
    }

    /// The name of the room this page is in, for the closed menu of a small screen.
    pub fn room(&self) -> Option<&str> {
        self.rooms.iter().chain(&self.cellar).find(|entry| entry.current).map(|entry| entry.label.as_str())
    }

    /// Whether there are rooms to show.
    pub fn has_rail(&self) -> bool {
        !self.rooms.is_empty() || !self.cellar.is_empty()
    }

    /// Whether this member's keys are there and forgotten.
    pub fn is_locked(&self) -> bool {
        self.lock == Lock::Locked
    }

    /// The minutes until an unlocked session locks itself.
    pub fn minutes_left(&self) -> Option<u32> {
        match self.lock {
            Lock::Unlocked { minutes_left } => Some(minutes_left),
            Lock::NoKeys | Lock::Locked => None,
        }
    }

    /// The unlock page, which leads back here.
    pub fn unlock_address(&self) -> Address {
        Address::new("/unlock").with("next", &self.here.to_string())
    }

    /// The address of the stylesheet.
    pub fn stylesheet(&self) -> &'static str {
        assets::STYLESHEET.url()
    }

    /// The address of the lighthouse.
    pub fn mark(&self) -> &'static str {
        assets::MARK.url()
    }
}
