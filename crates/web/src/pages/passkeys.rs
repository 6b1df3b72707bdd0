//! A member's passkeys: which there are, a new one, one less.

use axum::Router;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use desk::passkey::{Site, SiteError};
use desk::store::member::Passkey;

use super::account::{frame, unlocked};
use crate::address::InPath;
use crate::answer::{Answer, Refusal};
use crate::locale::Locale;
use crate::moment::day;
use crate::patterns::{
    Cell, Column, Confirmation, Field, Form, Notice, PasskeyForm, Prose, Section, Table, Tone,
};
use crate::room::{Approach, Visitor, Web};
use crate::sent::Sent;
use crate::sheet::{Sheet, come_back, see};

const ADDRESS: &str = "/account/passkeys";

/// Routes of this group.
pub fn router() -> Router<Web> {
    Router::new()
        .route(ADDRESS, get(passkeys_page).post(add))
        .route("/account/passkeys/{passkey}/remove", get(remove_page).post(remove))
}

/// Why browsers offer no passkeys under the address by which this server was reached, and what to do instead.
pub(super) fn no_passkeys_here(l: Locale, error: SiteError, approach: &Approach) -> Notice {
    let id = match error {
        SiteError::NotSecure => "passkeys-not-secure",
        SiteError::Number => "passkeys-number",
        SiteError::NoAddress => "passkeys-no-address",
    };
    Notice::new(Tone::Warning, l.text_with_one(id, "address", approach.server.as_str()))
}

fn add_form(l: Locale) -> Form {
    Form::new(l, ADDRESS, l.text("passkeys-add"))
        .field(
            Field::line("name", l.text("passkeys-name"))
                .hint(l.text("passkeys-name-hint"))
                .autocomplete("off")
                .longest(100),
        )
        .back(l.text("go-back"), "/account")
}

fn table(visitor: &Visitor, passkeys: &[Passkey]) -> Table {
    let l = visitor.reader.locale;
    let table = Table::new(l, &visitor.reader.here, l.text("passkeys-title"), l.text("passkeys-empty"))
        .column(Column::new(l.text("passkeys-name")))
        .column(Column::new(l.text("passkeys-host")))
        .column(Column::new(l.text("passkeys-since")))
        .column(Column::new(l.text("members-action")));
    passkeys.iter().fold(table, |table, passkey| {
        let remove = format!("{ADDRESS}/{}/remove", passkey.id);
        table.row([
            passkey.name.as_str().into(),
            passkey.host.as_str().into(),
            day(l, passkey.created_at).into(),
            Cell::link(l.text("passkeys-remove"), remove),
        ])
    })
}

/// What passkeys are, those that are there, and the form for another one with a challenge of its own.
async fn sheet(visitor: &Visitor, approach: &Approach, form: Form) -> Answer<Sheet> {
    let l = visitor.reader.locale;
    let passkeys = visitor.desk().passkeys(&visitor.session).await?;
    let sheet = Sheet::new(frame(visitor, "passkeys-title"))
        .part(Prose::new(l.text("passkeys-what")))
        .part(table(visitor, &passkeys));
    let section = Section::new(l.text("passkeys-add"));
    let site = match Site::of(&approach.server) {
        Ok(site) => site,
        Err(error) => {
            let totp = l.text("account-second-factor-set");
            let notice = no_passkeys_here(l, error, approach).link(totp, "/account/second-factor");
            return Ok(sheet.part(section.part(notice)));
        }
    };
    let options = visitor.desk().begin_passkey(&visitor.session, &site).await?;
    let section = section
        .say(l.text_with_one("passkeys-bound", "host", site.host()))
        .say(l.text("passkeys-ends-logins"))
        .part(PasskeyForm::make(l, options, form.clone()));
    Ok(sheet.errors_of(&form).part(section).passkeys())
}

async fn passkeys_page(visitor: Visitor, approach: Approach) -> Answer<Sheet> {
    unlocked(&visitor)?;
    sheet(&visitor, &approach, add_form(visitor.reader.locale)).await
}

async fn add(visitor: Visitor, approach: Approach, sent: Sent) -> Answer<Response> {
    let l = visitor.reader.locale;
    let site = Site::of(&approach.server).map_err(|_| Refusal::not_found())?;
    let (name, answer) = (sent.get("name"), sent.get("answer"));
    match visitor.desk().add_passkey(&visitor.session, &site, name, answer).await {
        Ok(()) => Ok(see(ADDRESS, "done-passkey-added")),
        Err(error) => {
            let form = come_back(add_form(l), &sent, error, "name")?;
            Ok(sheet(&visitor, &approach, form).await?.into_response())
        }
    }
}

async fn remove_page(visitor: Visitor, InPath(passkey): InPath<i64>) -> Answer<Sheet> {
    unlocked(&visitor)?;
    let l = visitor.reader.locale;
    let passkeys = visitor.desk().passkeys(&visitor.session).await?;
    let alone = passkeys.len() == 1 && visitor.session.member().sealed_totp.is_none();
    let passkey = passkeys.into_iter().find(|known| known.id == passkey).ok_or_else(Refusal::not_found)?;
    let question = Confirmation::new(
        l,
        l.text_with_one("passkeys-remove-question", "name", passkey.name.as_str()),
        l.text("passkeys-remove"),
        format!("{ADDRESS}/{}/remove", passkey.id),
        ADDRESS,
    )
    .consequence(l.text("passkeys-remove-what"));
    let question = match alone {
        true => question.consequence(l.text("passkeys-remove-last")),
        false => question,
    };
    let frame = frame(&visitor, "passkeys-remove-title").under(l.text("passkeys-title"), ADDRESS);
    Ok(Sheet::new(frame).part(question))
}

async fn remove(visitor: Visitor, InPath(passkey): InPath<i64>) -> Answer<Response> {
    if unlocked(&visitor).is_err() {
        // The page that unlocks leads back to the list, where nothing was removed.
        return Ok(Redirect::to(ADDRESS).into_response());
    }
    visitor.desk().drop_passkey(&visitor.session, passkey).await?;
    Ok(see(ADDRESS, "done-passkey-removed"))
}
