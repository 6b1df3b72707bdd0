//! Shares on paper: when every holder of a compartment's key is gone, enough of the people who keep a share can
//! recover it together.

use axum::Router;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use desk::store::mandate::ShareSet;
use desk::{CompartmentState, Members};

use super::account::unlocked;
use super::compartments::{in_words, title};
use super::keys::state_of;
use super::people::keepers;
use crate::address::InPath;
use crate::answer::{Answer, Refusal};
use crate::frame::{Frame, Link};
use crate::moment::day;
use crate::patterns::{
    Cell, Choice, CodeBlock, Column, Confirmation, Field, Form, Notice, Prose, Section, Table, Tone,
};
use crate::room::{Room, Seated, Web};
use crate::sent::Sent;
use crate::sheet::{Sheet, come_back, see};

/// Routes of this group.
pub fn router() -> Router<Web> {
    Router::new()
        .route("/m/{mandate}/people/shares/{compartment}", get(shares_page))
        .route("/m/{mandate}/people/shares/{compartment}/make", get(make_page).post(make))
        .route("/m/{mandate}/people/shares/{compartment}/{set}/recover", get(recover_page).post(recover))
        .route("/m/{mandate}/people/shares/{compartment}/{set}/drop", get(drop_page).post(drop_set))
}

fn address(seated: &Seated, state: &CompartmentState) -> String {
    format!("{}/shares/{}", Room::People.address(seated.mandate()), state.compartment.id)
}

fn name(seated: &Seated, state: &CompartmentState) -> String {
    title(seated.seat.protocol(), seated.visitor.reader.locale, &state.compartment.name)
}

fn heading(seated: &Seated, state: &CompartmentState) -> String {
    seated.visitor.reader.locale.text_with_one("shares-title", "compartment", name(seated, state))
}

/// A frame one level below the shares of a compartment.
fn frame(seated: &Seated, state: &CompartmentState, title: String) -> Frame {
    seated.frame(Room::People, title).under(heading(seated, state), address(seated, state))
}

fn set_of(state: &CompartmentState, set: i64) -> Answer<&ShareSet> {
    Ok(state.share_sets.iter().find(|known| known.id == set).ok_or_else(Refusal::not_found)?)
}

async fn shares_page(seated: Seated, InPath((_, compartment)): InPath<(i64, i64)>) -> Answer<Sheet> {
    seated.seat.may::<Members>()?;
    let l = seated.visitor.reader.locale;
    let state = state_of(&seated, compartment).await?;
    let own = address(&seated, &state);
    let mut table = Table::new(l, &seated.visitor.reader.here, l.text("shares-sets"), l.text("shares-empty"))
        .column(Column::new(l.text("shares-rule")))
        .column(Column::new(l.text("shares-keepers")))
        .column(Column::new(l.text("shares-made")))
        .column(Column::new(l.text("members-action")));
    for set in &state.share_sets {
        let names = keepers(&set.keepers);
        let values = [("least", set.threshold.into()), ("all", names.len().into())];
        table = table.row([
            l.text_with("shares-of", &values).into(),
            names.join(", ").into(),
            day(l, set.created_at).into(),
            Cell::link(l.text("shares-recover"), format!("{own}/{}/recover", set.id))
                .and(Cell::new("·"))
                .and(Cell::link(l.text("shares-drop"), format!("{own}/{}/drop", set.id))),
        ]);
    }
    let mut sheet = Sheet::new(seated.frame(Room::People, heading(&seated, &state)))
        .part(Prose::new(l.text("shares-what")))
        .part(table);
    let holds = state.members.contains(&seated.visitor.session.member().id);
    sheet = match holds {
        true => sheet.part(
            Section::new(l.text("shares-make"))
                .say(l.text("shares-make-what"))
                .links([Link::new(l.text("shares-make"), format!("{own}/make"))]),
        ),
        false => {
            let text = l.text_with_one("shares-not-yours", "compartment", name(&seated, &state));
            sheet.part(Notice::new(Tone::Plain, text))
        }
    };
    Ok(sheet)
}

fn make_form(seated: &Seated, state: &CompartmentState) -> Form {
    let l = seated.visitor.reader.locale;
    let own = address(seated, state);
    Form::new(l, format!("{own}/make"), l.text("shares-make-submit"))
        .field(Field::text("keepers", l.text("shares-keepers"), 5).hint(l.text("shares-keepers-hint")))
        .field(
            Field::figures("threshold", l.text("shares-threshold"), 2)
                .hint(l.text("shares-threshold-hint"))
                .value("2")
                .longest(2),
        )
        .back(l.text("go-back"), own)
}

fn make_sheet(seated: &Seated, state: &CompartmentState, form: &Form) -> Sheet {
    let l = seated.visitor.reader.locale;
    Sheet::new(frame(seated, state, l.text("shares-make")))
        .part(Prose::new(l.text("shares-make-what")))
        .form(form)
}

async fn make_page(seated: Seated, InPath((_, compartment)): InPath<(i64, i64)>) -> Answer<Sheet> {
    seated.seat.may::<Members>()?;
    unlocked(&seated.visitor)?;
    let state = state_of(&seated, compartment).await?;
    Ok(make_sheet(&seated, &state, &make_form(&seated, &state)))
}

/// Makes the shares and shows them, once: one block for each keeper, each on a sheet of its own when printed.
async fn make(seated: Seated, InPath((_, compartment)): InPath<(i64, i64)>, sent: Sent) -> Answer<Response> {
    let l = seated.visitor.reader.locale;
    let may = seated.seat.may::<Members>()?;
    let state = state_of(&seated, compartment).await?;
    let names: Vec<String> = sent.get("keepers").lines().map(str::to_owned).collect();
    let threshold = sent.get("threshold").parse().unwrap_or(0);
    match seated.desk().make_shares(&may, compartment, names, threshold).await {
        Ok(shares) => {
            let all = shares.len();
            let mut papers = Section::new(l.text("shares-papers")).say(l.text("shares-papers-what"));
            for (number, (keeper, code)) in shares.into_iter().enumerate() {
                let values = [
                    ("number", (number + 1).into()),
                    ("all", all.into()),
                    ("least", threshold.into()),
                    ("keeper", keeper.into()),
                    ("compartment", name(&seated, &state).into()),
                    ("mandate", seated.seat.mandate().name.as_str().into()),
                ];
                let block = CodeBlock::new(l.text_with("shares-paper", &values), code)
                    .note(l.text_with("shares-paper-note", &values));
                papers = papers.part(block);
            }
            let back = Section::new(l.text("shares-after"))
                .say(l.text("shares-after-what"))
                .links([Link::new(l.text("shares-handed"), address(&seated, &state))]);
            let made = frame(&seated, &state, l.text("shares-made-title"));
            Ok(Sheet::new(made).part(papers).part(back).into_response())
        }
        Err(error) => {
            let error = in_words(error, seated.seat.protocol(), l);
            let form = come_back(make_form(&seated, &state), &sent, error, "keepers")?;
            Ok(make_sheet(&seated, &state, &form).into_response())
        }
    }
}

async fn recover_form(seated: &Seated, state: &CompartmentState, set: &ShareSet) -> Answer<Form> {
    let l = seated.visitor.reader.locale;
    let own = address(seated, state);
    let people = seated.desk().people(&seated.seat).await?;
    let mut choices = vec![Choice::new("", l.text("people-choose"))];
    choices.extend(
        people
            .iter()
            .filter(|(member, _)| member.left_at.is_none() && !state.members.contains(&member.id))
            .map(|(member, _)| Choice::new(member.id.to_string(), &member.name)),
    );
    let mut form = Form::new(l, format!("{own}/{}/recover", set.id), l.text("shares-recover"));
    for number in 1..=set.threshold {
        let mut field = Field::line(&share_field(number), l.text_with_one("shares-share", "number", number));
        if number == 1 {
            field =
                field.hint(l.text_with_one("shares-share-hint", "keepers", keepers(&set.keepers).join(", ")));
        }
        form = form.field(field.autocomplete("off"));
    }
    Ok(form
        .field(Field::select("member", l.text("shares-to"), choices).hint(l.text("shares-to-hint")))
        .back(l.text("go-back"), own))
}

fn share_field(number: i64) -> String {
    format!("share-{number}")
}

fn recover_sheet(seated: &Seated, state: &CompartmentState, form: &Form) -> Sheet {
    let l = seated.visitor.reader.locale;
    Sheet::new(frame(seated, state, l.text("shares-recover-title")))
        .part(Prose::new(l.text("shares-recover-what")))
        .form(form)
}

async fn recover_page(
    seated: Seated,
    InPath((_, compartment, set)): InPath<(i64, i64, i64)>,
) -> Answer<Sheet> {
    seated.seat.may::<Members>()?;
    let state = state_of(&seated, compartment).await?;
    let form = recover_form(&seated, &state, set_of(&state, set)?).await?;
    Ok(recover_sheet(&seated, &state, &form))
}

async fn recover(
    seated: Seated,
    InPath((_, compartment, set)): InPath<(i64, i64, i64)>,
    sent: Sent,
) -> Answer<Response> {
    let l = seated.visitor.reader.locale;
    let may = seated.seat.may::<Members>()?;
    let state = state_of(&seated, compartment).await?;
    let set = set_of(&state, set)?;
    let mut form = recover_form(&seated, &state, set).await?.fill(sent.pairs());
    let Ok(member) = sent.get("member").parse() else {
        form.set_error("member", l.text("people-who-missing"));
        return Ok(recover_sheet(&seated, &state, &form).into_response());
    };
    let codes: Vec<String> =
        (1..=set.threshold).map(|number| sent.get(&share_field(number)).to_owned()).collect();
    match seated.desk().recover_compartment(&may, set.id, &codes, member).await {
        Ok(()) => Ok(see(super::people::address(&seated, member), "done-recovered-key")),
        Err(error) => {
            let error = in_words(error, seated.seat.protocol(), l);
            let form = come_back(form, &sent, error, &share_field(1))?;
            Ok(recover_sheet(&seated, &state, &form).into_response())
        }
    }
}

async fn drop_page(seated: Seated, InPath((_, compartment, set)): InPath<(i64, i64, i64)>) -> Answer<Sheet> {
    let l = seated.visitor.reader.locale;
    seated.seat.may::<Members>()?;
    let state = state_of(&seated, compartment).await?;
    let set = set_of(&state, set)?;
    let own = address(&seated, &state);
    let list = keepers(&set.keepers).join(", ");
    let question = Confirmation::new(
        l,
        l.text("shares-drop-question"),
        l.text("shares-drop"),
        format!("{own}/{}/drop", set.id),
        own,
    )
    .consequence(l.text_with_one("shares-drop-papers", "keepers", list))
    .consequence(l.text("shares-drop-backups"));
    Ok(Sheet::new(frame(&seated, &state, l.text("shares-drop"))).part(question))
}

async fn drop_set(
    seated: Seated,
    InPath((_, compartment, set)): InPath<(i64, i64, i64)>,
) -> Answer<Response> {
    let may = seated.seat.may::<Members>()?;
    let state = state_of(&seated, compartment).await?;
    seated.desk().drop_shares(&may, set).await?;
    Ok(see(address(&seated, &state), "done-shares-dropped"))
}
