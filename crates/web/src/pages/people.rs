//! Who works in a mandate, in which role, and who holds which key.

use axum::Router;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use desk::protocol::{Protocol, Right};
use desk::store::member::Member;
use desk::{CompartmentState, Members};

use super::compartments::{holds, in_words, title};
use crate::address::InPath;
use crate::answer::{Answer, Refusal};
use crate::frame::{Action, Frame, Link};
use crate::locale::Locale;
use crate::patterns::{
    Cell, Choice, Column, Confirmation, Facts, Field, Form, Markup, Notice, Prose, Section, Table, Tag, Tone,
};
use crate::room::{Room, Seated, Web};
use crate::sent::Sent;
use crate::sheet::{Sheet, come_back, see};

/// Routes of this group.
pub fn router() -> Router<Web> {
    Router::new()
        .route("/m/{mandate}/people", get(people))
        .route("/m/{mandate}/people/add", get(add_page).post(add))
        .route("/m/{mandate}/people/{member}", get(person))
        .route("/m/{mandate}/people/{member}/role", get(role_page).post(change_role))
        .route("/m/{mandate}/people/{member}/leave", get(leave_page).post(leave))
}

/// Address of a person's page.
pub(super) fn address(seated: &Seated, member: i64) -> String {
    format!("{}/{member}", Room::People.address(seated.mandate()))
}

/// A person of the mandate, with their role.
pub(super) async fn find(seated: &Seated, member: i64) -> Answer<(Member, String)> {
    let people = seated.desk().people(&seated.seat).await?;
    Ok(people.into_iter().find(|(known, _)| known.id == member).ok_or_else(Refusal::not_found)?)
}

fn role_title<'a>(protocol: &'a Protocol, l: Locale, role: &'a str) -> &'a str {
    protocol.role(role).map_or(role, |known| known.title.get(l.code()))
}

/// A name, with a mark where the account is closed.
fn name_of(l: Locale, member: &Member) -> Markup {
    match member.left_at {
        Some(_) => Tag::new(Tone::Warning, l.text_with_one("people-closed", "name", &member.name)).into(),
        None => member.name.as_str().into(),
    }
}

async fn people(seated: Seated) -> Answer<Sheet> {
    let l = seated.visitor.reader.locale;
    let protocol = seated.seat.protocol();
    let here = &seated.visitor.reader.here;
    let people = seated.desk().people(&seated.seat).await?;
    let states = seated.desk().compartments(&seated.seat).await?;
    let may_change = seated.seat.has(Right::Members);
    let mut table = Table::new(l, here, l.text("people-here"), l.text("people-empty"))
        .column(Column::new(l.text("profile-name")))
        .column(Column::new(l.text("people-role")))
        .column(Column::new(l.text("people-keys")));
    for (member, role) in &people {
        let held = states.iter().filter(|state| state.members.contains(&member.id));
        let held: Vec<String> = held.map(|state| title(protocol, l, &state.compartment.name)).collect();
        let keys: Markup = match held.is_empty() {
            true => Tag::new(Tone::Plain, l.text("people-no-keys")).into(),
            false => held.join(", ").into(),
        };
        let name = match may_change {
            true => Cell::link(&member.name, address(&seated, member.id)),
            false => name_of(l, member).into(),
        };
        table = table.row([name, role_title(protocol, l, role).into(), keys.into()]);
    }
    let mut frame = seated.frame(Room::People, l.text("room-people"));
    if may_change {
        let add = format!("{}/add", Room::People.address(seated.mandate()));
        frame = frame.action(Action::open(l.text("people-add"), add));
    }
    let mut sheet = Sheet::new(frame);
    for (member, _) in people.iter().filter(|(member, _)| member.left_at.is_some()) {
        let text = l.text_with_one("people-closed-notice", "name", &member.name);
        let mut notice = Notice::new(Tone::Warning, text);
        if may_change {
            notice = notice.link(l.text("people-take-out"), format!("{}/leave", address(&seated, member.id)));
        }
        sheet = sheet.part(notice);
    }
    Ok(sheet.part(table).part(compartments(&seated, &states, &people)))
}

/// Every compartment: what it protects, who holds it, what would help if its holders are gone.
fn compartments(seated: &Seated, states: &[CompartmentState], people: &[(Member, String)]) -> Table {
    let l = seated.visitor.reader.locale;
    let protocol = seated.seat.protocol();
    let may_change = seated.seat.has(Right::Members);
    let mut table = Table::new(l, &seated.visitor.reader.here, l.text("compartments"), "")
        .column(Column::new(l.text("compartment")))
        .column(Column::new(l.text("compartment-protects")))
        .column(Column::new(l.text("compartment-held-by")))
        .column(Column::new(l.text("compartment-shares")));
    for state in states {
        let mut holders: Vec<String> = people
            .iter()
            .filter(|(member, _)| state.members.contains(&member.id))
            .map(|(member, _)| member.name.clone())
            .collect();
        if state.devices > 0 {
            holders.push(l.count("compartment-phones", state.devices));
        }
        let mut held_by = Markup::text(&holders.join(", "));
        if state.members.len() < 2 && state.share_sets.is_empty() {
            held_by = held_by.and(Tag::new(Tone::Warning, l.text("compartment-one-holder")));
        }
        let sets = state.share_sets.iter().map(|set| {
            let values = [("least", set.threshold.into()), ("all", keepers(&set.keepers).len().into())];
            l.text_with("shares-of", &values)
        });
        let mut sets: Vec<String> = sets.collect();
        if sets.is_empty() {
            sets.push(l.text("shares-none"));
        }
        let shares: Cell = match may_change {
            true => {
                let shares =
                    format!("{}/shares/{}", Room::People.address(seated.mandate()), state.compartment.id);
                Cell::link(sets.join(", "), shares)
            }
            false => sets.join(", ").into(),
        };
        table = table.row([
            title(protocol, l, &state.compartment.name).into(),
            holds(protocol, l, &state.compartment.name).into(),
            held_by.into(),
            shares,
        ]);
    }
    table
}

/// The names of a set's keepers, as they are stored.
pub(super) fn keepers(stored: &str) -> Vec<String> {
    serde_json::from_str(stored).unwrap_or_default()
}

fn roles(seated: &Seated) -> Vec<Choice> {
    let l = seated.visitor.reader.locale;
    let protocol = seated.seat.protocol();
    let choices = protocol.roles.iter().map(|role| {
        let keys: Vec<String> = role.compartments.iter().map(|name| title(protocol, l, name)).collect();
        let hint = match keys.is_empty() {
            true => l.text("people-role-no-keys"),
            false => l.text_with_one("people-role-keys", "compartments", keys.join(", ")),
        };
        Choice::new(&role.id, role.title.get(l.code())).hint(hint)
    });
    choices.collect()
}

async fn add_form(seated: &Seated) -> Answer<Form> {
    let l = seated.visitor.reader.locale;
    let may = seated.seat.may::<Members>()?;
    let mut people = vec![Choice::new("", l.text("people-choose"))];
    for member in seated.desk().candidates(&may).await? {
        people.push(Choice::new(member.id.to_string(), format!("{} · {}", member.name, member.email)));
    }
    let room = Room::People.address(seated.mandate());
    Ok(Form::new(l, format!("{room}/add"), l.text("people-add"))
        .field(Field::select("member", l.text("people-who"), people).hint(l.text("people-who-hint")))
        .field(Field::radios("role", l.text("people-role"), roles(seated)))
        .back(l.text("go-back"), room))
}

fn add_sheet(seated: &Seated, form: &Form) -> Sheet {
    let l = seated.visitor.reader.locale;
    Sheet::new(seated.frame(Room::People, l.text("people-add")))
        .part(Prose::new(l.text("people-add-what")))
        .form(form)
}

async fn add_page(seated: Seated) -> Answer<Sheet> {
    Ok(add_sheet(&seated, &add_form(&seated).await?))
}

async fn add(seated: Seated, sent: Sent) -> Answer<Response> {
    let l = seated.visitor.reader.locale;
    let may = seated.seat.may::<Members>()?;
    let mut form = add_form(&seated).await?.fill(sent.pairs());
    let Ok(member) = sent.get("member").parse() else {
        form.set_error("member", l.text("people-who-missing"));
        return Ok(add_sheet(&seated, &form).into_response());
    };
    if sent.get("role").is_empty() {
        form.set_error("role", l.text("people-role-missing"));
        return Ok(add_sheet(&seated, &form).into_response());
    }
    match seated.desk().give_role(&may, member, sent.get("role")).await {
        Ok(()) => Ok(see(address(&seated, member), "done-role-given")),
        Err(error) => {
            let form = come_back(form, &sent, error, "role")?;
            Ok(add_sheet(&seated, &form).into_response())
        }
    }
}

/// A frame one level below a person's page.
pub(super) fn frame(seated: &Seated, member: &Member, title: impl Into<String>) -> Frame {
    seated.frame(Room::People, title).under(&member.name, address(seated, member.id))
}

async fn person(seated: Seated, InPath((_, member)): InPath<(i64, i64)>) -> Answer<Sheet> {
    let l = seated.visitor.reader.locale;
    seated.seat.may::<Members>()?;
    let (member, role) = find(&seated, member).await?;
    let protocol = seated.seat.protocol();
    let own = address(&seated, member.id);
    let facts = Facts::new().fact(l.text("login-email"), member.email.as_str()).changeable(
        l.text("people-role"),
        role_title(protocol, l, &role),
        l.text("account-change"),
        format!("{own}/role"),
    );
    let meant = protocol.role(&role).map(|role| role.compartments.clone()).unwrap_or_default();
    let phones = protocol.role(&role).is_some_and(|role| role.may(Right::Devices));
    let mut table = Table::new(l, &seated.visitor.reader.here, l.text("people-keys"), "")
        .column(Column::new(l.text("compartment")))
        .column(Column::new(l.text("compartment-protects")))
        .column(Column::new(l.text("person-role-needs")))
        .column(Column::new(l.text("person-holds")))
        .column(Column::new(l.text("members-action")));
    for state in seated.desk().compartments(&seated.seat).await? {
        let name = &state.compartment.name;
        let needs = meant.contains(name) || (phones && name == desk::DEVICES);
        let held = state.members.contains(&member.id);
        let key = format!("{own}/keys/{}", state.compartment.id);
        let (needs_word, held_tag, verb) = match (needs, held) {
            (_, true) => (needs, Tag::new(Tone::Done, l.text("person-holds-yes")), "key-take"),
            (true, false) => (true, Tag::new(Tone::Warning, l.text("person-holds-missing")), "key-give"),
            (false, false) => (false, Tag::new(Tone::Plain, l.text("person-holds-no")), "key-give"),
        };
        let needs_word = if needs_word { "person-needs-yes" } else { "person-needs-no" };
        table = table.row([
            title(protocol, l, name).into(),
            holds(protocol, l, name).into(),
            l.text(needs_word).into(),
            Cell::new(held_tag),
            Cell::link(l.text(verb), key),
        ]);
    }
    let out = Section::new(l.text("people-take-out"))
        .say(l.text("people-take-out-what"))
        .links([Link::new(l.text("people-take-out"), format!("{own}/leave"))]);
    let mut frame = seated.frame(Room::People, &member.name);
    if member.left_at.is_some() {
        frame = frame.state(l.text("person-closed"));
    }
    Ok(Sheet::new(frame).part(facts).part(Prose::new(l.text("person-keys-what"))).part(table).part(out))
}

async fn role_form(seated: &Seated, member: i64) -> Answer<(Member, Form)> {
    let l = seated.visitor.reader.locale;
    seated.seat.may::<Members>()?;
    let (member, role) = find(seated, member).await?;
    let own = address(seated, member.id);
    let form = Form::new(l, format!("{own}/role"), l.text("people-role-submit"))
        .field(Field::radios("role", l.text("people-role"), roles(seated)).value(role))
        .back(l.text("go-back"), own);
    Ok((member, form))
}

fn role_sheet(seated: &Seated, member: &Member, form: &Form) -> Sheet {
    let l = seated.visitor.reader.locale;
    Sheet::new(frame(seated, member, l.text("people-role-title")))
        .part(Prose::new(l.text("people-role-what")))
        .form(form)
}

async fn role_page(seated: Seated, InPath((_, member)): InPath<(i64, i64)>) -> Answer<Sheet> {
    let (member, form) = role_form(&seated, member).await?;
    Ok(role_sheet(&seated, &member, &form))
}

async fn change_role(
    seated: Seated,
    InPath((_, member)): InPath<(i64, i64)>,
    sent: Sent,
) -> Answer<Response> {
    let may = seated.seat.may::<Members>()?;
    let (member, form) = role_form(&seated, member).await?;
    match seated.desk().give_role(&may, member.id, sent.get("role")).await {
        Ok(()) => Ok(see(address(&seated, member.id), "done-role-given")),
        Err(error) => {
            let form = come_back(form, &sent, error, "role")?;
            Ok(role_sheet(&seated, &member, &form).into_response())
        }
    }
}

async fn leave_page(seated: Seated, InPath((_, member)): InPath<(i64, i64)>) -> Answer<Sheet> {
    let l = seated.visitor.reader.locale;
    seated.seat.may::<Members>()?;
    let (member, _) = find(&seated, member).await?;
    let states = seated.desk().compartments(&seated.seat).await?;
    let own = address(&seated, member.id);
    let mut question = Confirmation::new(
        l,
        l.text_with_one("leave-question", "name", &member.name),
        l.text_with_one("leave-verb", "name", &member.name),
        format!("{own}/leave"),
        &own,
    )
    .consequence(l.text("leave-sees"));
    for state in states.iter().filter(|state| state.members.contains(&member.id)) {
        let name = title(seated.seat.protocol(), l, &state.compartment.name);
        question = question.consequence(l.text_with_one("leave-epoch", "compartment", name));
    }
    Ok(Sheet::new(frame(&seated, &member, l.text("people-take-out"))).part(question))
}

async fn leave(seated: Seated, InPath((_, member)): InPath<(i64, i64)>) -> Answer<Response> {
    let l = seated.visitor.reader.locale;
    let may = seated.seat.may::<Members>()?;
    let taken = seated.desk().take_role(&may, member).await;
    taken.map_err(|error| in_words(error, seated.seat.protocol(), l))?;
    Ok(see(Room::People.address(seated.mandate()), "done-left"))
}
