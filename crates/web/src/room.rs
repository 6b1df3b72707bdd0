//! What every handler is given: the desk, the person who asks, and the mandate they sit in.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{ConnectInfo, FromRef, FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use desk::protocol::{ProtocolWorkflow, Right};
use desk::{Desk, Seat, Session};

use crate::address::part;
use crate::answer::{Refusal, Trouble};
use crate::cookies;
use crate::frame::{Frame, Link, Lock, RailEntry, Reader};

/// The cookie that holds a session's token.
pub const SESSION_COOKIE: &str = "session";

/// The state of all routes.
#[derive(Clone)]
pub struct Web {
    /// The desk, where everything is done.
    pub desk: Arc<Desk>,
    /// How this server is reached.
    pub options: Arc<WebOptions>,
}

/// How this server is reached.
#[derive(Debug, Clone, Default)]
pub struct WebOptions {
    /// Address as people and phones type it, `https://monitor.example.org`, without a slash at its end. Where it is
    /// not given, the `Host` of each request is used.
    pub address: Option<String>,
    /// Whether the last proxy's `X-Forwarded-For` and `X-Forwarded-Proto` are to be believed.
    pub behind_proxy: bool,
}

/// Where a request came from and how it reached us.
#[derive(Debug, Clone)]
pub struct Approach {
    /// Address of the client, for counting failed logins.
    pub client: String,
    /// Whether cookies may be marked secure.
    pub secure: bool,
    /// Address of this server as the client wrote it, without a slash at its end.
    pub server: String,
}

impl Approach {
    fn of(parts: &Parts, options: &WebOptions) -> Approach {
        let header = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok());
        let forwarded = |name: &str| header(name).filter(|_| options.behind_proxy);
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip().to_string());
        let client = forwarded("x-forwarded-for")
            .and_then(|list| list.rsplit(',').next())
            .map(|address| address.trim().to_owned())
            .or(peer)
            .unwrap_or_default();
        let scheme = forwarded("x-forwarded-proto").unwrap_or("http");
        let host = header("host").unwrap_or("localhost");
        let server = options.address.clone().unwrap_or_else(|| format!("{scheme}://{host}"));
        Approach { client, secure: server.starts_with("https://"), server }
    }
}

impl<S> FromRequestParts<S> for Approach
where
    S: Send + Sync,
    Web: FromRef<S>,
{
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Approach, Self::Rejection> {
        Ok(Approach::of(parts, &Web::from_ref(state).options))
    }
}

/// A person who is logged in. A handler that takes one answers nobody else: the reader is led to the log-in page.
pub struct Visitor {
    /// The desk and how we are reached.
    pub web: Web,
    /// Language and address of the page.
    pub reader: Reader,
    /// The login.
    pub session: Session,
}

impl<S> FromRequestParts<S> for Visitor
where
    S: Send + Sync,
    Web: FromRef<S>,
{
    type Rejection = Trouble;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Visitor, Trouble> {
        let web = Web::from_ref(state);
        let Ok(reader) = Reader::from_request_parts(parts, state).await;
        let token = cookies::read(&parts.headers, SESSION_COOKIE)
            .ok_or_else(|| Refusal::new(axum::http::StatusCode::UNAUTHORIZED, "refusal-not-logged-in"))?;
        let session = web.desk.session(token).await?;
        Ok(Visitor { web, reader, session })
    }
}

impl Visitor {
    /// The desk.
    pub fn desk(&self) -> &Desk {
        &self.web.desk
    }

    /// A frame with the member's name and lock, but no mandate.
    pub fn frame(&self, title: impl Into<String>) -> Frame {
        let lock = match self.desk().minutes_unlocked(&self.session) {
            Some(minutes) => Lock::Unlocked { minutes_left: u32::try_from(minutes).unwrap_or(0) },
            None => Lock::Locked,
        };
        let here = self.reader.here.path().to_owned();
        let entry = |id: &str, href: &str| RailEntry {
            label: self.reader.locale.text(id),
            href: href.to_owned(),
            current: here == href || (href != "/" && here.starts_with(href)),
            waiting: 0,
        };
        let mut cellar = vec![
            entry("releases-heading", "/releases"),
            entry("room-ledger", "/ledger"),
            entry("room-account", "/account"),
        ];
        if self.session.member().administrator {
            cellar.insert(0, entry("room-accounts", "/members"));
            cellar.insert(1, entry("record-server", "/record"));
        }
        Frame {
            member: Some(self.session.member().name.clone()),
            lock,
            rooms: vec![entry("room-today", "/")],
            cellar,
            ..Frame::new(&self.reader, title)
        }
    }
}

/// A person who is logged in and sits in the mandate that the page's address names (`/m/{mandate}/…`).
pub struct Seated {
    /// The person.
    pub visitor: Visitor,
    /// Their seat, from which rights are taken: `seated.seat.may::<desk::Read>()?`.
    pub seat: Seat,
}

impl<S> FromRequestParts<S> for Seated
where
    S: Send + Sync,
    Web: FromRef<S>,
{
    type Rejection = Trouble;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Seated, Trouble> {
        let visitor = Visitor::from_request_parts(parts, state).await?;
        let params =
            RawPathParams::from_request_parts(parts, state).await.map_err(|_| Refusal::not_found())?;
        let mandate =
            params.iter().find(|(name, _)| *name == "mandate").and_then(|(_, value)| value.parse().ok());
        let seat = visitor.desk().seat(&visitor.session, mandate.ok_or_else(Refusal::not_found)?).await?;
        Ok(Seated { visitor, seat })
    }
}

/// The rooms of a mandate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Room {
    /// What needs this member.
    Today,
    /// What came in.
    Submissions,
    /// Sites, workers, households …
    Registries,
    /// Who works here, and who holds which key.
    People,
    /// Forms.
    Forms,
    /// Phones.
    Devices,
    /// What was done.
    Record,
    /// Name, description, archive.
    Settings,
}

impl Room {
    /// The room's first page.
    pub fn address(self, mandate: i64) -> String {
        let room = match self {
            Room::Today => return format!("/m/{mandate}"),
            Room::Submissions => "submissions",
            Room::Registries => "registries",
            Room::People => "people",
            Room::Forms => "forms",
            Room::Devices => "devices",
            Room::Record => "record",
            Room::Settings => "settings",
        };
        format!("/m/{mandate}/{room}")
    }

    /// The Fluent id of the room's name.
    pub fn name(self) -> &'static str {
        match self {
            Room::Today => "room-today",
            Room::Submissions => "room-submissions",
            Room::Registries => "room-registries",
            Room::People => "room-people",
            Room::Forms => "room-forms",
            Room::Devices => "room-devices",
            Room::Record => "room-record",
            Room::Settings => "room-settings",
        }
    }

    fn right(self) -> Option<Right> {
        match self {
            Room::Today | Room::People => None,
            Room::Submissions | Room::Registries => Some(Right::Read),
            Room::Forms => Some(Right::Collect),
            Room::Devices => Some(Right::Devices),
            Room::Record => Some(Right::Ledger),
            Room::Settings => Some(Right::Manage),
        }
    }
}

/// Address of the cases of a workflow: a room of its own where the workflow stands by itself.
pub fn cases_address(mandate: i64, workflow: &str) -> String {
    format!("/m/{mandate}/cases/{}", part(workflow))
}

/// Address of the findings of all visits.
pub fn findings_address(mandate: i64) -> String {
    format!("/m/{mandate}/findings")
}

impl Seated {
    /// The desk.
    pub fn desk(&self) -> &Desk {
        self.visitor.desk()
    }

    /// Number of the mandate.
    pub fn mandate(&self) -> i64 {
        self.seat.mandate().id
    }

    /// A frame inside a room of the mandate, with the way there.
    pub fn frame(&self, room: Room, title: impl Into<String>) -> Frame {
        self.frame_in(Some(room), None, title)
    }

    /// A frame inside the room of a workflow's cases, with the way there. Cases that belong to others, as findings to
    /// visits, are in the room of those.
    pub fn frame_of_cases(&self, workflow: &ProtocolWorkflow, title: impl Into<String>) -> Frame {
        self.frame_in(None, Some(workflow.within.as_deref().unwrap_or(&workflow.workflow.id)), title)
    }

    /// A frame inside the room of findings.
    pub fn frame_of_findings(&self, title: impl Into<String>) -> Frame {
        let mut frame = self.frame_in(None, None, title);
        let address = findings_address(self.mandate());
        for entry in frame.rooms.iter_mut().filter(|entry| entry.href == address) {
            entry.current = true;
        }
        frame
    }

    /// A room for each workflow that stands by itself, called as the protocol calls it: name, address, id.
    fn rooms_of_cases(&self) -> impl Iterator<Item = (String, String, &str)> {
        let (locale, id) = (self.visitor.reader.locale, self.mandate());
        let workflows = self.seat.protocol().workflows.iter();
        workflows.filter(|workflow| workflow.within.is_none() && self.seat.has(Right::Visits)).map(
            move |ProtocolWorkflow { workflow, .. }| {
                let title = workflow.title.get(locale.code()).to_owned();
                (title, cases_address(id, &workflow.id), workflow.id.as_str())
            },
        )
    }

    fn frame_in(&self, room: Option<Room>, workflow: Option<&str>, title: impl Into<String>) -> Frame {
        let locale = self.visitor.reader.locale;
        let id = self.mandate();
        let entry = |other: Room| RailEntry {
            label: locale.text(other.name()),
            href: other.address(id),
            current: Some(other) == room,
            waiting: 0,
        };
        let seen = |rooms: &[Room]| -> Vec<RailEntry> {
            let allowed = |room: &Room| {
                let forms =
                    *room == Room::Forms && (self.seat.has(Right::Read) || self.seat.has(Right::Forms));
                forms || room.right().is_none_or(|right| self.seat.has(right))
            };
            rooms.iter().filter(|room| allowed(room)).map(|room| entry(*room)).collect()
        };
        let mut frame = self.visitor.frame(title);
        frame.mandate = Some(Link::new(&self.seat.mandate().name, Room::Today.address(id)));
        frame.rooms = seen(&[Room::Today]);
        for (label, href, id) in self.rooms_of_cases() {
            let current = workflow == Some(id);
            if current && self.visitor.reader.here.path() != href {
                frame = frame.under(&label, &href);
            }
            frame.rooms.push(RailEntry { label, href, current, waiting: 0 });
        }
        if self.seat.has(Right::Read) && self.seat.protocol().yardsticks.is_some() {
            let label = locale.text("room-findings");
            frame.rooms.push(RailEntry { label, href: findings_address(id), current: false, waiting: 0 });
        }
        frame.rooms.extend(seen(&[Room::Submissions, Room::Registries, Room::People]));
        let below = seen(&[Room::Forms, Room::Devices, Room::Record, Room::Settings]);
        frame.cellar.splice(0..0, below);
        match room.filter(|room| *room != Room::Today) {
            Some(room) if self.visitor.reader.here.path() != room.address(id) => {
                frame.under(locale.text(room.name()), room.address(id))
            }
            _ => frame,
        }
    }
}
