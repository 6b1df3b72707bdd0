//! Giving a person the key of a compartment, and taking it: each with what it means.

use axum::Router;
use axum::response::{Redirect, Response};
use axum::routing::{get, post};
use desk::store::member::Member;
use desk::{CompartmentState, Members};

use super::account::unlocked;
use super::compartments::{holds, in_words, title};
use super::people::{address, find, frame};
use crate::address::InPath;
use crate::answer::{Answer, Refusal};
use crate::patterns::{Confirmation, Notice, Tone};
use crate::room::{Seated, Web};
use crate::sheet::{Sheet, see};

/// Routes of this group.
pub fn router() -> Router<Web> {
    Router::new()
        .route("/m/{mandate}/people/{member}/keys/{compartment}", get(key_page))
        .route("/m/{mandate}/people/{member}/keys/{compartment}/give", get(back_to_key).post(give))
        .route("/m/{mandate}/people/{member}/keys/{compartment}/take", post(take))
}

/// A compartment of the mandate with its holders.
pub(super) async fn state_of(seated: &Seated, compartment: i64) -> Answer<CompartmentState> {
    let states = seated.desk().compartments(&seated.seat).await?;
    let found = states.into_iter().find(|state| state.compartment.id == compartment);
    Ok(found.ok_or_else(Refusal::not_found)?)
}

async fn key_page(
    seated: Seated,
    InPath((_, member, compartment)): InPath<(i64, i64, i64)>,
) -> Answer<Sheet> {
    seated.seat.may::<Members>()?;
    let (member, _) = find(&seated, member).await?;
    let state = state_of(&seated, compartment).await?;
    match state.members.contains(&member.id) {
        true => Ok(take_sheet(&seated, &member, &state)),
        false => give_sheet(&seated, &member, &state),
    }
}

fn give_sheet(seated: &Seated, member: &Member, state: &CompartmentState) -> Answer<Sheet> {
    let l = seated.visitor.reader.locale;
    let protocol = seated.seat.protocol();
    let compartment = title(protocol, l, &state.compartment.name);
    let heading = l.text_with_one("key-give-title", "compartment", &compartment);
    let sheet = Sheet::new(frame(seated, member, heading));
    if !state.members.contains(&seated.visitor.session.member().id) {
        let text = l.text_with_one("key-give-not-yours", "compartment", compartment);
        let notice = Notice::new(Tone::Warning, text);
        return Ok(sheet.part(notice.link(l.text("go-back"), address(seated, member.id))));
    }
    unlocked(&seated.visitor)?;
    let own = address(seated, member.id);
    let values = [("name", member.name.as_str().into()), ("compartment", compartment.into())];
    let question = Confirmation::new(
        l,
        l.text_with("key-give-question", &values),
        l.text("key-give"),
        format!("{own}/keys/{}/give", state.compartment.id),
        &own,
    )
    .consequence(holds(protocol, l, &state.compartment.name))
    .consequence(l.text_with("key-give-all", &values))
    .consequence(l.text("key-give-logged"));
    Ok(sheet.part(question))
}

fn take_sheet(seated: &Seated, member: &Member, state: &CompartmentState) -> Sheet {
    let l = seated.visitor.reader.locale;
    let protocol = seated.seat.protocol();
    let compartment = title(protocol, l, &state.compartment.name);
    let own = address(seated, member.id);
    let values = [
        ("name", member.name.as_str().into()),
        ("compartment", compartment.as_str().into()),
        ("epoch", (state.epoch + 1).into()),
    ];
    let question = Confirmation::new(
        l,
        l.text_with("key-take-question", &values),
        l.text("key-take"),
        format!("{own}/keys/{}/take", state.compartment.id),
        &own,
    )
    .consequence(l.text_with("key-take-new", &values))
    .consequence(l.text_with("key-take-epoch", &values))
    .consequence(l.text_with("key-take-copies", &values));
    let heading = l.text_with_one("key-take-title", "compartment", &compartment);
    Sheet::new(frame(seated, member, heading)).part(question)
}

/// Where the page that unlocks leads back to when the keys were locked in between.
async fn back_to_key(seated: Seated, InPath((_, member, compartment)): InPath<(i64, i64, i64)>) -> Redirect {
    Redirect::to(&format!("{}/keys/{compartment}", address(&seated, member)))
}

async fn give(seated: Seated, InPath((_, member, compartment)): InPath<(i64, i64, i64)>) -> Answer<Response> {
    let l = seated.visitor.reader.locale;
    let may = seated.seat.may::<Members>()?;
    let given = seated.desk().give_key(&may, compartment, member).await;
    given.map_err(|error| in_words(error, seated.seat.protocol(), l))?;
    Ok(see(address(&seated, member), "done-key-given"))
}

async fn take(seated: Seated, InPath((_, member, compartment)): InPath<(i64, i64, i64)>) -> Answer<Response> {
    let l = seated.visitor.reader.locale;
    let may = seated.seat.may::<Members>()?;
    let taken = seated.desk().take_key(&may, compartment, member).await;
    taken.map_err(|error| in_words(error, seated.seat.protocol(), l))?;
    Ok(see(address(&seated, member), "done-key-taken"))
}
