//! One registry: its entries page by page, and searching them, sealed values included.

use axum::Router;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use desk::protocol::Right;
use desk::store::registry::{EntryList, Property, Registry};
use desk::xforms::Class;
use desk::{EntryRow, Found, OpenIdentity, Read, Search};

use crate::answer::{Answer, Refusal, Trouble};
use crate::frame::{Action, Frame, Link};
use crate::locale::Locale;
use crate::moment::moment_cell;
use crate::pages::forms::form_address;
use crate::pages::wording::{entry_address, in_language, property_label, registry_address, registry_title};
use crate::patterns::{
    Cell, Choice, Column, Field, Finder, Form, LinkText, Markup, Notice, Opening, SealedValue, Section,
    Table, Tag, Tone,
};
use crate::room::{Room, Seated, Web};
use crate::sent::Sent;
use crate::sheet::Sheet;

/// Routes of this group.
pub fn router() -> Router<Web> {
    Router::new()
        .route("/m/{mandate}/registries/{registry}", get(entries))
        .route("/m/{mandate}/registries/{registry}/search", get(back_to_list).post(search))
}

/// Entries on a page.
const ROWS: i64 = 50;
/// A table with more properties scrolls in its own box.
const NARROW: usize = 4;

/// A registry as this reader looks at it.
struct Looking<'a> {
    seated: &'a Seated,
    registry: Registry,
    properties: Vec<Property>,
}

impl Looking<'_> {
    async fn at<'a>(seated: &'a Seated, name: &str) -> Answer<Looking<'a>> {
        let (registry, properties) = seated.desk().registry(seated.mandate(), name).await?;
        Ok(Looking { seated, registry, properties })
    }

    fn l(&self) -> Locale {
        self.seated.visitor.reader.locale
    }

    fn address(&self) -> String {
        registry_address(self.seated.mandate(), &self.registry.name)
    }

    fn is_locked(&self) -> bool {
        self.seated.desk().minutes_unlocked(&self.seated.visitor.session).is_none()
    }

    fn frame(&self) -> Frame {
        let l = self.l();
        let mut frame = self.seated.frame(Room::Registries, registry_title(&self.registry, l));
        if self.seated.seat.has(Right::Review) {
            let new = format!("{}/new", self.address());
            frame = frame.action(Action::open(l.text("entry-add"), new));
        }
        frame
    }

    /// The line to search by; what was searched for is put back.
    fn finder(&self, may: &desk::May<'_, Read>, sent: Option<&Sent>) -> Finder {
        let l = self.l();
        let action = format!("{}/search", self.address());
        let mut finder = Finder::new(action, l.text("registry-search"), l.text("registry-search-verb"));
        if let Some(sent) = sent {
            finder = finder.value(sent.get("text"));
        }
        if self.seated.seat.has(Right::OpenIdentity) {
            let given = self.seated.desk().reason_given(may, &self.registry);
            let on = sent.map_or(given, |sent| sent.ticked("identity"));
            let ask = (!given).then(|| l.text("registry-search-reason"));
            finder = finder.with_identity(l.text("registry-search-identity"), on, ask);
        }
        finder
    }

    fn table(&self, rows: &[EntryRow], caption: String, empty: String) -> Table {
        let l = self.l();
        let mut table = Table::new(l, &self.seated.visitor.reader.here, caption, empty)
            .column(Column::new(l.text("entry-label")));
        for property in &self.properties {
            table = table.column(Column::new(property_label(property, l)));
        }
        table =
            table.column(Column::new(l.text("entry-changed"))).column(Column::new(l.text("entry-conflict")));
        if self.properties.len() > NARROW {
            table = table.wide();
        }
        for row in rows {
            table = table.row(self.cells(row));
        }
        table
    }

    fn cells(&self, row: &EntryRow) -> Vec<Cell> {
        let l = self.l();
        let value = |name: &str| row.values.get(name).and_then(|value| value.as_str());
        let closed = |name: &str| row.closed.iter().any(|closed| closed == name);
        let href = entry_address(self.seated.mandate(), &self.registry.name, &row.entry.uuid);
        let label = match value("label").filter(|label| !label.is_empty() && !closed("label")) {
            None => Cell::link(nameless(l, &row.entry.uuid), &href),
            Some(label) if desk::label_class(&self.registry) == Class::Open => Cell::link(label, &href),
            Some(label) => {
                let link = LinkText::new(label, &href);
                Cell::new(SealedValue::opened(l, l.text("entry-label"), link).short())
            }
        };
        let mut cells = vec![label];
        for property in &self.properties {
            let class = desk::property_class(property);
            let label = property_label(property, l);
            let shown = value(&property.name);
            cells.push(Cell::new(short_value(l, &label, class, shown, closed(&property.name))));
        }
        cells.push(moment_cell(l, row.entry.updated_at));
        cells.push(match row.entry.conflict.as_deref() {
            None => "–".into(),
            Some(kind) => Cell::new(conflict_tag(l, kind)),
        });
        cells
    }

    /// Why values are closed, where some are.
    fn why_closed(&self, rows: &[EntryRow]) -> Option<Notice> {
        let l = self.l();
        if rows.iter().all(|row| row.closed.is_empty()) {
            return None;
        }
        if self.is_locked() {
            let notice = Notice::new(Tone::Plain, l.text("registry-locked"));
            let unlock = crate::address::Address::new("/unlock").with("next", &self.address());
            return Some(notice.link(l.text("frame-unlock"), unlock));
        }
        let id = if self.seated.seat.has(Right::OpenIdentity) {
            "registry-identity-closed"
        } else {
            "registry-not-yours"
        };
        Some(Notice::new(Tone::Plain, l.text(id)))
    }
}

/// How an entry is called whose label this reader cannot see.
pub fn nameless(l: Locale, uuid: &str) -> String {
    let start: String = uuid.chars().take(8).collect();
    l.text_with_one("entry-nameless", "start", start)
}

/// A conflict as a tag: the same property, or different ones.
pub fn conflict_tag(l: Locale, kind: &str) -> Tag {
    let id = if kind == "hard" { "conflict-hard" } else { "conflict-soft" };
    Tag::new(Tone::Warning, l.text(id))
}

/// A value in a list: plain, opened in the sealed colour, or bars.
fn short_value(l: Locale, label: &str, class: Class, value: Option<&str>, closed: bool) -> Markup {
    match value {
        _ if closed => SealedValue::closed(l, label, Opening::NotYours).short().into(),
        None | Some("") => "–".into(),
        Some(value) if class == Class::Open => value.into(),
        Some(value) => SealedValue::opened(l, label, value).short().into(),
    }
}

async fn entries(seated: Seated, Path((_, name)): Path<(i64, String)>) -> Answer<Sheet> {
    let l = seated.visitor.reader.locale;
    let may = seated.seat.may::<Read>()?;
    let looking = Looking::at(&seated, &name).await?;
    let here = &seated.visitor.reader.here;
    let key = |name: &str| here.get(name).and_then(|key| key.parse::<i64>().ok());
    let (after, before) = (key("after"), key("before"));
    let conflicts = here.get("conflict") == Some("yes");
    let list = EntryList { after, before, conflicts, limit: ROWS + 1 };
    let mut rows = seated.desk().entries(&may, &name, list).await?;
    let more = rows.len() as i64 > ROWS;
    match before {
        Some(_) if more => drop(rows.remove(0)),
        _ => rows.truncate(ROWS as usize),
    }
    let number = |row: Option<&EntryRow>| row.map(|row| row.entry.id.to_string());
    let first = if before.map_or(after.is_some(), |_| more) { number(rows.first()) } else { None };
    let last = if before.is_some() || more { number(rows.last()) } else { None };
    let count = if conflicts {
        let all = seated.desk().registries(&may).await?;
        all.iter().find(|(known, _)| known.id == looking.registry.id).map_or(0, |(_, count)| *count)
    } else {
        looking.registry.entries
    };
    let only =
        vec![Choice::new("", l.text("registry-all")), Choice::new("yes", l.text("registry-only-conflicts"))];
    let mut table = looking
        .table(&rows, l.text("registries-entries"), l.text("registry-empty"))
        .count(u64::try_from(count).unwrap_or(0))
        .turn(first.as_deref(), last.as_deref());
    if looking.registry.entries > 0 {
        table = table.filter(Field::select("conflict", l.text("entry-conflict"), only));
    }
    if seated.seat.has(Right::Review) {
        table = table.empty_link(l.text("entry-add"), format!("{}/new", looking.address()));
    }
    let mut sheet = Sheet::new(looking.frame());
    if let Some(notice) = looking.why_closed(&rows) {
        sheet = sheet.part(notice);
    }
    if !looking.is_locked() && looking.registry.entries > 0 {
        sheet = sheet.part(looking.finder(&may, None));
    }
    sheet = sheet.part(table);
    let forms = seated.desk().forms_of_registry(&may, &name).await?;
    let mut links = vec![Link::new(l.text("properties"), format!("{}/properties", looking.address()))];
    for form in &forms {
        let label = l.text_with_one("registry-form", "form", &form.form_id);
        links.push(Link::new(label, form_address(seated.mandate(), &form.form_id)));
    }
    let says = if forms.is_empty() { "registry-no-form" } else { "registry-forms-say" };
    Ok(sheet.part(Section::new(l.text("registry-about")).say(l.text(says)).links(links)))
}

async fn back_to_list(seated: Seated, Path((_, name)): Path<(i64, String)>) -> Redirect {
    Redirect::to(&registry_address(seated.mandate(), &name))
}

async fn search(seated: Seated, Path((_, name)): Path<(i64, String)>, sent: Sent) -> Answer<Response> {
    let l = seated.visitor.reader.locale;
    let may = seated.seat.may::<Read>()?;
    let looking = Looking::at(&seated, &name).await?;
    let text = sent.get("text");
    if text.is_empty() {
        return Ok(Redirect::to(&looking.address()).into_response());
    }
    let right = match sent.ticked("identity") {
        true => Some(seated.seat.may::<OpenIdentity>()?),
        false => None,
    };
    let identity = right.as_ref().map(|right| (right, sent.get("reason")));
    let after = sent.get("after").parse().unwrap_or(0);
    let wanted = Search { text, identity, after, limit: ROWS as usize };
    let frame = looking.frame().under(registry_title(&looking.registry, l), looking.address());
    let frame = Frame { title: l.text("registry-found-title"), action: None, ..frame };
    let found = match seated.desk().search_entries(&may, &name, wanted).await {
        Ok(found) => found,
        Err(desk::Error::Refused(refusal)) if refusal.message == "refusal-reason" => {
            let refusal = Refusal::from(refusal);
            let error = format!("{} {}", refusal.what(l), refusal.next(l).unwrap_or_default());
            let finder = looking.finder(&may, Some(&sent)).error(error);
            return Ok((StatusCode::BAD_REQUEST, Sheet::new(frame).part(finder)).into_response());
        }
        Err(error) => return Err(Trouble::from(error)),
    };
    let Found { rows, count, next } = found;
    let table = looking
        .table(&rows, l.text("registries-entries"), l.text("registry-nothing-found"))
        .count(count as u64);
    let mut sheet = Sheet::new(frame).part(looking.finder(&may, Some(&sent)));
    if let Some(notice) = looking.why_closed(&rows) {
        sheet = sheet.part(notice);
    }
    sheet = sheet.part(table);
    if let Some(next) = next {
        let more = Form::new(l, format!("{}/search", looking.address()), l.text("table-next"))
            .field(Field::hidden("text", text))
            .field(Field::hidden("identity", sent.get("identity")))
            .field(Field::hidden("after", next.to_string()));
        sheet = sheet.part(more);
    }
    Ok(sheet.into_response())
}

/// A label of the entry's registry for a property by name, the label included.
pub fn name_of(l: Locale, properties: &[Property], name: &str) -> String {
    if name == "label" {
        return l.text("entry-label");
    }
    let known = properties.iter().find(|known| known.name == name);
    known.and_then(|known| in_language(&known.labels, l)).unwrap_or_else(|| name.to_owned())
}
