//! A conflict: two versions made without knowledge of one another. A person looks at both and decides by property, or
//! finds that nothing needs to change.

use std::collections::BTreeSet;

use axum::Router;
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use desk::protocol::Right;
use desk::xforms::Class;
use desk::{EntryChange, EntryVersionDetail, Review};
use serde_json::{Map, Value};

use crate::answer::{Answer, Refusal};
use crate::locale::Locale;
use crate::moment::moment;
use crate::pages::entry::Shown;
use crate::patterns::{
    Choice, Comparison, Field, Form, Markup, Notice, Opened, Opening, Prose, SealedValue, Section,
    SmallButton, Tone,
};
use crate::room::{Seated, Web};
use crate::sent::Sent;
use crate::sheet::{Sheet, see};

/// Routes of this group.
pub fn router() -> Router<Web> {
    Router::new()
        .route("/m/{mandate}/registries/{registry}/entries/{entry}/conflict", get(page).post(look))
        .route("/m/{mandate}/registries/{registry}/entries/{entry}/conflict/choose", post(choose))
        .route("/m/{mandate}/registries/{registry}/entries/{entry}/conflict/settle", post(settle))
}

/// The sides of a conflict, by property: what both authors saw, what others had made of it, what this update set.
struct Conflict<'a> {
    update: &'a EntryVersionDetail,
    /// The version that the update was made on.
    base: i64,
    before: Map<String, Value>,
    there: Map<String, Value>,
    /// The properties that either side changed.
    properties: Vec<String>,
}

impl<'a> Conflict<'a> {
    /// The newest version that came in conflict.
    fn of(shown: &'a Shown<'_>) -> Option<Conflict<'a>> {
        let versions = &shown.detail.versions;
        let update = versions.iter().rev().find(|detail| detail.version.conflict.is_some())?;
        let (number, base) = (update.version.number, update.version.base_number?);
        let since = versions.iter().filter(|detail| (base + 1..=number).contains(&detail.version.number));
        let changed: BTreeSet<&str> =
            since.flat_map(|detail| detail.changed.iter().map(String::as_str)).collect();
        let properties = shown.properties().filter(|name| changed.contains(name)).map(str::to_owned);
        Some(Conflict {
            update,
            base,
            before: shown.detail.values_at(base),
            there: shown.detail.values_at(number - 1),
            properties: properties.collect(),
        })
    }

    /// What a property says on each side: before, there, and after the update.
    fn sides(&self, property: &str) -> [Option<&str>; 3] {
        let before = self.before.get(property).and_then(Value::as_str);
        let there = self.there.get(property).and_then(Value::as_str);
        let update = match self.sets(property) {
            true => self.update.values.get(property).and_then(Value::as_str),
            false => before,
        };
        [before, there, update]
    }

    fn sets(&self, property: &str) -> bool {
        self.update.changed.iter().any(|changed| changed == property)
    }

    /// Whether a property of either side is closed to this reader.
    fn is_closed(&self, shown: &Shown<'_>, property: &str) -> bool {
        let versions = shown.detail.versions.iter();
        versions.filter(|detail| detail.version.number <= self.update.version.number).any(|detail| {
            detail.changed.iter().any(|changed| changed == property) && !detail.values.contains_key(property)
        })
    }
}

async fn page(seated: Seated, Path((_, registry, entry)): Path<(i64, String, String)>) -> Answer<Sheet> {
    seated.seat.may::<Review>()?;
    sheet(&Shown::find(&seated, &registry, &entry, None).await?)
}

/// The same page with identity open.
async fn look(
    seated: Seated,
    Path((_, registry, entry)): Path<(i64, String, String)>,
    sent: Sent,
) -> Answer<Sheet> {
    seated.seat.may::<Review>()?;
    sheet(&Shown::find(&seated, &registry, &entry, Some(sent.get("reason"))).await?)
}

fn who_and_when(l: Locale, shown: &Shown<'_>, detail: &EntryVersionDetail) -> String {
    format!("{} · {}", shown.author(detail), moment(l, detail.version.received_at))
}

fn sheet(shown: &Shown<'_>) -> Answer<Sheet> {
    let l = shown.l();
    let frame = shown.frame(Some(l.text("conflict-title")));
    let conflict = Conflict::of(shown).filter(|_| shown.detail.entry.conflict.is_some());
    let Some(conflict) = conflict else { return Err(Refusal::not_found().into()) };
    let hard = shown.detail.entry.conflict.as_deref() == Some("hard");
    let says = if hard { "conflict-hard-says" } else { "conflict-soft-says" };
    let mut sheet = Sheet::new(frame).part(Prose::new(l.text(says)));
    let at = |number: i64| shown.detail.versions.iter().find(|detail| detail.version.number == number);
    let note = |number: i64| at(number).map(|detail| who_and_when(l, shown, detail)).unwrap_or_default();
    let number = conflict.update.version.number;
    let version = |id: &str, number: i64| l.text_with_one(id, "number", number);
    let mut comparison = Comparison::new(l, l.text("conflict-versions"))
        .side(version("conflict-before", conflict.base), note(conflict.base))
        .side(version("conflict-there", number - 1), note(number - 1))
        .side(version("conflict-update", number), note(number));
    let (mut closed, mut opened) = (Vec::new(), false);
    for property in &conflict.properties {
        if conflict.is_closed(shown, property) {
            closed.push(shown.name_of(property));
            continue;
        }
        opened |= shown.detail.class_of(property) != Class::Open;
        comparison = comparison.row(shown.name_of(property), &conflict.sides(property));
    }
    if let Some(reason) = &shown.reason {
        let text = l.text_with_one("entry-identity-open", "reason", reason);
        sheet = sheet.part(Notice::new(Tone::Plain, text));
    }
    sheet = match opened {
        true => sheet.part(Opened::new(l.text("conflict-opened"), comparison)),
        false => sheet.part(comparison),
    };
    if !closed.is_empty() {
        let names = closed.join(", ");
        let may_open = shown.seated.seat.has(Right::OpenIdentity) && shown.reason.is_none();
        let opening = match may_open {
            true => Opening::WithReason(format!("{}/conflict", shown.address())),
            false => Opening::NotYours,
        };
        let bars = SealedValue::closed(l, &names, opening);
        sheet = sheet.part(Section::new(l.text("conflict-closed")).say(names).part(bars));
    }
    let choice: Markup = match opened {
        true => Opened::new(l.text("conflict-opened"), choosing(shown, &conflict)).into(),
        false => choosing(shown, &conflict).into(),
    };
    sheet =
        sheet.part(Section::new(l.text("conflict-decide")).say(l.text("conflict-decide-says")).part(choice));
    let settle = SmallButton::new(
        l.text("conflict-settle"),
        l.text("conflict-title"),
        format!("{}/conflict/settle", shown.address()),
    );
    Ok(sheet.part(Section::new(l.text("conflict-or")).say(l.text("conflict-settle-says")).part(settle)))
}

/// A question for each property on which the sides differ. Answers name a side, never a value.
fn choosing(shown: &Shown<'_>, conflict: &Conflict<'_>) -> Form {
    let l = shown.l();
    let number = conflict.update.version.number;
    let address = format!("{}/conflict/choose", shown.address());
    let mut form = Form::new(l, address, l.text("conflict-choose"))
        .field(Field::hidden("version", shown.detail.entry.version.to_string()));
    if let Some(reason) = &shown.reason {
        form = form.field(Field::hidden("reason", reason));
    }
    let sides = [("before", "conflict-before"), ("there", "conflict-there"), ("update", "conflict-update")];
    let numbers = [conflict.base, number - 1, number];
    for property in conflict.properties.iter().filter(|property| !conflict.is_closed(shown, property)) {
        let values = conflict.sides(property);
        if values.iter().all(|value| *value == values[0]) {
            continue;
        }
        let mut choices = vec![Choice::new("", l.text("conflict-as-it-is"))];
        for ((side, id), (value, number)) in sides.iter().zip(values.iter().zip(numbers)) {
            let shown_value = value.filter(|value| !value.is_empty());
            let shown_value = shown_value.map_or_else(|| l.text("comparison-nothing"), str::to_owned);
            let choice = Choice::new(*side, shown_value).hint(l.text_with_one(id, "number", number));
            choices.push(choice);
        }
        let field = Field::radios(&format!("p.{property}"), shown.name_of(property), choices);
        form = form.field(field.value(""));
    }
    form
}

async fn choose(
    seated: Seated,
    Path((_, registry, entry)): Path<(i64, String, String)>,
    sent: Sent,
) -> Answer<Response> {
    let may = seated.seat.may::<Review>()?;
    let reason = Some(sent.get("reason")).filter(|reason| !reason.is_empty());
    let shown = Shown::find(&seated, &registry, &entry, reason).await?;
    let now = shown.detail.entry.version;
    if sent.get("version") != now.to_string() {
        // Somebody was quicker: what was chosen may not be what is meant now.
        return Ok(see(format!("{}/conflict", shown.address()), "done-conflict-moved"));
    }
    let conflict = Conflict::of(&shown).ok_or_else(Refusal::not_found)?;
    let mut values = Vec::new();
    for property in conflict.properties.iter().filter(|property| !conflict.is_closed(&shown, property)) {
        let [before, there, update] = conflict.sides(property);
        let chosen = match sent.get(&format!("p.{property}")) {
            "before" => before,
            "there" => there,
            "update" => update,
            _ => continue,
        };
        let chosen = chosen.unwrap_or_default();
        if chosen != shown.value(property).unwrap_or_default() {
            values.push((property.clone(), chosen.to_owned(), shown.detail.class_of(property)));
        }
    }
    if !values.is_empty() {
        let change = EntryChange {
            uuid: entry.clone(),
            create: false,
            update: true,
            base: Some(now),
            trunk: None,
            branch: None,
            values,
        };
        seated.desk().change_entry(&may, &registry, change).await?;
    }
    seated.desk().resolve_conflict(&may, &registry, &entry).await?;
    Ok(see(shown.address(), "done-conflict-resolved").into_response())
}

async fn settle(seated: Seated, Path((_, registry, entry)): Path<(i64, String, String)>) -> Answer<Response> {
    let may = seated.seat.may::<Review>()?;
    let shown = Shown::find(&seated, &registry, &entry, None).await?;
    seated.desk().resolve_conflict(&may, &registry, &entry).await?;
    Ok(see(shown.address(), "done-conflict-resolved").into_response())
}
