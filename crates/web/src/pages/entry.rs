//! One entry: what is known of it, every version, and opening its identity with a reason.

use axum::Router;
use axum::extract::Path;
use axum::response::Redirect;
use axum::routing::get;
use desk::protocol::Right;
use desk::xforms::Class;
use desk::{EntryDetail, EntryVersionDetail, OpenIdentity, Read};

use crate::address::Address;
use crate::answer::Answer;
use crate::frame::{Action, Frame, Link};
use crate::locale::Locale;
use crate::moment::moment;
use crate::pages::registry::{conflict_tag, name_of, nameless};
use crate::pages::submissions::submission_address;
use crate::pages::wording::{entry_address, registry_address, registry_title};
use crate::patterns::{Facts, History, LinkText, Markup, Notice, Opening, SealedValue, Section, Tone};
use crate::room::{Room, Seated, Web};
use crate::sent::Sent;
use crate::sheet::Sheet;

/// Routes of this group.
pub fn router() -> Router<Web> {
    Router::new()
        .route("/m/{mandate}/registries/{registry}/entries/{entry}", get(page))
        .route("/m/{mandate}/registries/{registry}/entries/{entry}/identity", get(back).post(open))
}

/// An entry as this reader looks at it.
pub struct Shown<'a> {
    /// The reader's seat.
    pub seated: &'a Seated,
    /// What was found.
    pub detail: EntryDetail,
    /// Why identity is open on this page, if it is.
    pub reason: Option<String>,
}

impl<'a> Shown<'a> {
    /// Finds an entry; with a reason its identity is opened, which is logged.
    pub async fn find(
        seated: &'a Seated,
        registry: &str,
        entry: &str,
        reason: Option<&str>,
    ) -> Answer<Shown<'a>> {
        let may = seated.seat.may::<Read>()?;
        let right = match reason {
            Some(_) => Some(seated.seat.may::<OpenIdentity>()?),
            None => None,
        };
        let identity = right.as_ref().zip(reason);
        let detail = seated.desk().entry(&may, registry, entry, identity).await?;
        Ok(Shown { seated, detail, reason: reason.map(str::to_owned) })
    }

    /// The reader's language.
    pub fn l(&self) -> Locale {
        self.seated.visitor.reader.locale
    }

    /// The entry's page.
    pub fn address(&self) -> String {
        entry_address(self.seated.mandate(), &self.detail.registry.name, &self.detail.entry.uuid)
    }

    /// A value after the newest version, if it is open to this reader.
    pub fn value(&self, property: &str) -> Option<&str> {
        self.detail
            .values
            .get(property)
            .and_then(|value| value.as_str())
            .filter(|_| !self.is_closed(property))
    }

    /// Whether a value is there but closed to this reader.
    pub fn is_closed(&self, property: &str) -> bool {
        self.detail.closed.iter().any(|closed| closed == property)
    }

    /// Names of the label and the properties, in order.
    pub fn properties(&self) -> impl Iterator<Item = &str> {
        std::iter::once("label").chain(self.detail.properties.iter().map(|property| property.name.as_str()))
    }

    /// A property's name in words.
    pub fn name_of(&self, property: &str) -> String {
        name_of(self.l(), &self.detail.properties, property)
    }

    /// Whether entries of this session's seat are changed here: not when it is gone.
    pub fn may_change(&self) -> bool {
        self.seated.seat.has(Right::Review) && self.detail.entry.removed_at.is_none()
    }

    /// The frame of a page of this entry. The title shows a sealed label to nobody.
    pub fn frame(&self, title: Option<String>) -> Frame {
        let l = self.l();
        let registry = &self.detail.registry;
        let label = self.value("label").filter(|_| desk::label_class(registry) == Class::Open);
        let own = label.map_or_else(|| nameless(l, &self.detail.entry.uuid), str::to_owned);
        let whole = registry_address(self.seated.mandate(), &registry.name);
        let is_own = title.is_none();
        let frame = self.seated.frame(Room::Registries, title.unwrap_or_else(|| own.clone()));
        let frame = frame.under(registry_title(registry, l), whole);
        if is_own { frame } else { frame.under(own, self.address()) }
    }

    /// A value of this class as the page shows it.
    pub fn shown(&self, property: &str, value: Option<&str>, closed: bool) -> Markup {
        let l = self.l();
        let label = self.name_of(property);
        let class = self.detail.class_of(property);
        match value {
            _ if closed => SealedValue::closed(l, label, self.opening(class)).into(),
            None | Some("") => "–".into(),
            Some(value) if class == Class::Open => value.into(),
            Some(value) => SealedValue::opened(l, label, value).short().into(),
        }
    }

    /// How this reader could open a closed value.
    fn opening(&self, class: Class) -> Opening {
        let visitor = &self.seated.visitor;
        let identity = class == Class::Identity;
        if identity && !self.seated.seat.has(Right::OpenIdentity) {
            return Opening::NotYours;
        }
        if self.seated.desk().minutes_unlocked(&visitor.session).is_none() {
            return Opening::AfterUnlock(Address::new("/unlock").with("next", &self.address()).to_string());
        }
        if identity && self.reason.is_none() {
            return Opening::WithReason(format!("{}/identity", self.address()));
        }
        Opening::NotYours
    }

    /// Who made a version: a member or a phone.
    pub fn author(&self, version: &EntryVersionDetail) -> String {
        let id = version.version.member.or(version.version.device);
        let name = id.and_then(|id| self.detail.names.get(&id).cloned());
        name.unwrap_or_else(|| "–".to_owned())
    }
}

async fn page(seated: Seated, Path((_, registry, entry)): Path<(i64, String, String)>) -> Answer<Sheet> {
    let shown = Shown::find(&seated, &registry, &entry, None).await?;
    Ok(sheet(&shown))
}

async fn open(
    seated: Seated,
    Path((_, registry, entry)): Path<(i64, String, String)>,
    sent: Sent,
) -> Answer<Sheet> {
    let shown = Shown::find(&seated, &registry, &entry, Some(sent.get("reason"))).await?;
    Ok(sheet(&shown))
}

async fn back(seated: Seated, Path((_, registry, entry)): Path<(i64, String, String)>) -> Redirect {
    Redirect::to(&entry_address(seated.mandate(), &registry, &entry))
}

fn sheet(shown: &Shown<'_>) -> Sheet {
    let l = shown.l();
    let entry = &shown.detail.entry;
    let mut frame = shown.frame(None);
    if entry.erased_at.is_some() {
        frame = frame.state(l.text("entry-erased"));
    } else if entry.removed_at.is_some() {
        frame = frame.state(l.text("entry-removed"));
    } else {
        frame = frame.state(l.text_with_one("entry-version-state", "number", entry.version));
    }
    if shown.may_change() {
        frame = frame.action(Action::open(l.text("entry-edit"), format!("{}/edit", shown.address())));
    }
    let mut sheet = Sheet::new(frame);
    if let Some(kind) = entry.conflict.as_deref().filter(|_| entry.removed_at.is_none()) {
        let text = if kind == "hard" { "entry-conflict-hard" } else { "entry-conflict-soft" };
        let mut notice = Notice::new(Tone::Warning, l.text(text));
        if shown.may_change() {
            notice = notice.link(l.text("conflict-look"), format!("{}/conflict", shown.address()));
        }
        sheet = sheet.part(notice);
    }
    if let Some(reason) = &shown.reason {
        let text = l.text_with_one("entry-identity-open", "reason", reason);
        sheet =
            sheet.part(Notice::new(Tone::Plain, text).link(l.text("entry-identity-close"), shown.address()));
    }
    if entry.erased_at.is_none() {
        sheet = sheet.part(values(shown));
    } else {
        sheet = sheet.part(crate::patterns::Prose::new(l.text("entry-erased-says")));
    }
    sheet = sheet.part(history(shown));
    let mut links = Vec::new();
    if shown.may_change() {
        links.push(Link::new(l.text("entry-remove"), format!("{}/remove", shown.address())));
    }
    if shown.seated.seat.has(Right::Manage) && entry.erased_at.is_none() {
        links.push(Link::new(l.text("entry-erase"), format!("{}/erase", shown.address())));
    }
    if links.is_empty() {
        return sheet;
    }
    sheet.part(Section::new(l.text("entry-end")).say(l.text("entry-end-says")).links(links))
}

fn values(shown: &Shown<'_>) -> Facts {
    shown.properties().fold(Facts::new(), |facts, property| {
        let value = shown.shown(property, shown.value(property), shown.is_closed(property));
        facts.fact(shown.name_of(property), value)
    })
}

/// Every version, newest first: which properties it set, from where, on which version, and its place in the ledger.
fn history(shown: &Shown<'_>) -> History {
    let l = shown.l();
    let mut history = History::new(l.text("entry-history"));
    for detail in shown.detail.versions.iter().rev() {
        let version = &detail.version;
        let names: Vec<String> = detail.changed.iter().map(|name| shown.name_of(name)).collect();
        let mut parts: Vec<Markup> = Vec::new();
        let names = names.join(", ");
        let says = if version.number == 1 { "entry-history-made" } else { "entry-history-changed" };
        let says = l.text_with(says, &[("number", version.number.into()), ("names", names.into())]);
        parts.push(says.into());
        if let (Some(base), Some(kind)) = (version.base_number, version.conflict.as_deref()) {
            parts.push(conflict_tag(l, kind).into());
            parts.push(l.text_with_one("entry-history-base", "base", base).into());
        }
        if let Some((form, instance)) = &detail.source {
            let href = submission_address(shown.seated.mandate(), form, instance);
            parts.push(LinkText::new(l.text_with_one("entry-history-source", "form", form), href).into());
        }
        let leaf = l.text_with_one("ledger-leaf-link", "number", version.leaf.to_string());
        parts.push(LinkText::new(leaf, format!("/ledger/leaf/{}", version.leaf)).into());
        history = history.entry(moment(l, version.received_at), shown.author(detail), Markup::joined(parts));
    }
    history
}
