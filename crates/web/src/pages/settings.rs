//! A mandate's name, description, and whether it is archived.

use axum::Router;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use desk::Manage;

use crate::answer::Answer;
use crate::moment::day;
use crate::patterns::{Choice, Facts, Field, Form};
use crate::room::{Room, Seated, Web};
use crate::sent::Sent;
use crate::sheet::{Sheet, come_back, see};

/// Routes of this group.
pub fn router() -> Router<Web> {
    Router::new().route("/m/{mandate}/settings", get(settings_page).post(change))
}

fn form(seated: &Seated) -> Form {
    let l = seated.visitor.reader.locale;
    let mandate = seated.seat.mandate();
    let archive = Choice::new("yes", l.text("settings-archived")).hint(l.text("settings-archived-hint"));
    let mut archived = Field::checkboxes("archived", l.text("settings-archive"), vec![archive]);
    if mandate.archived_at.is_some() {
        archived = archived.value("yes");
    }
    Form::new(l, Room::Settings.address(mandate.id), l.text("settings-submit"))
        .field(Field::line("name", l.text("mandate-name")).value(&mandate.name).longest(200))
        .field(
            Field::text("description", l.text("mandate-description"), 3)
                .value(&mandate.description)
                .optional(),
        )
        .field(archived)
}

fn sheet(seated: &Seated, form: &Form) -> Sheet {
    let l = seated.visitor.reader.locale;
    let (mandate, protocol) = (seated.seat.mandate(), seated.seat.protocol());
    let facts = Facts::new()
        .fact(l.text("mandate-protocol"), protocol.title.get(l.code()))
        .fact(l.text("settings-version"), protocol.version.as_str())
        .fact(l.text("settings-begun"), day(l, mandate.created_at));
    let mut frame = seated.frame(Room::Settings, l.text("room-settings"));
    if let Some(at) = mandate.archived_at {
        frame = frame.state(l.text_with_one("settings-archived-since", "day", day(l, at)));
    }
    Sheet::new(frame).part(facts).form(form)
}

async fn settings_page(seated: Seated) -> Answer<Sheet> {
    seated.seat.may::<Manage>()?;
    Ok(sheet(&seated, &form(&seated)))
}

async fn change(seated: Seated, sent: Sent) -> Answer<Response> {
    let may = seated.seat.may::<Manage>()?;
    let (name, description) = (sent.get("name"), sent.get("description"));
    match seated.desk().change_mandate(&may, name, description, sent.ticked("archived")).await {
        Ok(()) => Ok(see(Room::Settings.address(seated.mandate()), "done-settings")),
        Err(error) => {
            let form = come_back(form(&seated), &sent, error, "name")?;
            Ok(sheet(&seated, &form).into_response())
        }
    }
}
