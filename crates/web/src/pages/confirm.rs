//! The second page of logging in: confirm with a passkey, or with a code instead.

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use desk::passkey::Site;

use super::login::{begin, login_form, login_sheet, next};
use super::passkeys::no_passkeys_here;
use crate::address::Address;
use crate::answer::{Answer, Refusal, Trouble};
use crate::cookies;
use crate::frame::{Frame, Link, Reader};
use crate::locale::Locale;
use crate::patterns::{Field, Form, Notice, PasskeyForm, Prose, Section, Tone};
use crate::room::{Approach, Web};
use crate::sent::Sent;
use crate::sheet::{Sheet, come_back};

/// The cookie that holds the token of a login that waits to be confirmed.
const CONFIRM_COOKIE: &str = "confirm";

/// Routes of this group.
pub fn router() -> Router<Web> {
    Router::new().route("/login/confirm", get(confirm_page).post(confirm))
}

/// Leads to the second page, with the token of the login that waits.
pub(super) fn lead_there(token: &str, next: &Address, approach: &Approach) -> Answer<Response> {
    let there = Address::new("/login/confirm").with("next", &next.to_string());
    let mut response = Redirect::to(&there.to_string()).into_response();
    let cookie = cookies::session(CONFIRM_COOKIE, token, approach.secure).ok_or_else(Refusal::not_found)?;
    response.headers_mut().append(header::SET_COOKIE, cookie);
    Ok(response)
}

fn passkey_form(l: Locale, next: &Address) -> Form {
    Form::new(l, "/login/confirm", l.text("confirm-submit"))
        .field(Field::hidden("next", next.to_string()))
        .back(l.text("confirm-other-account"), Address::new("/login").with("next", &next.to_string()))
}

fn code_form(l: Locale, next: &Address) -> Form {
    Form::new(l, "/login/confirm", l.text("confirm-code-submit"))
        .field(Field::hidden("next", next.to_string()))
        .field(
            Field::figures("code", l.text("login-code"), 8)
                .hint(l.text("second-factor-code-hint"))
                .autocomplete("one-time-code")
                .longest(9),
        )
}

/// What was refused, if this page follows a refusal.
enum Refused {
    No,
    Passkey(desk::Refusal),
    Code(desk::Refusal),
}

/// The page with a new challenge. Where the login waits no longer, the first page again, with the reason.
async fn sheet(
    web: &Web,
    reader: &Reader,
    approach: &Approach,
    token: &str,
    next: &Address,
    refused: Refused,
) -> Answer<Response> {
    let l = reader.locale;
    let site = Site::of(&approach.server);
    let ways = match web.desk.confirmations(token, site.as_ref().ok()).await {
        Ok(ways) => ways,
        Err(error) => return late(reader, next, error),
    };
    let mut sheet = Sheet::new(Frame::new(reader, l.text("confirm-title")));
    let mut code = code_form(l, next);
    match refused {
        Refused::No => {}
        Refused::Code(refusal) => code.refuse(&refusal.into(), "code"),
        Refused::Passkey(refusal) => {
            let refusal = Refusal::from(refusal);
            let sentence = format!("{} {}", refusal.what(l), refusal.next(l).unwrap_or_default());
            sheet = sheet.status(refusal.status).part(Notice::new(Tone::Warning, sentence.trim_end()));
        }
    }
    if let Err(error) = site {
        sheet = sheet.part(no_passkeys_here(l, error, approach));
    }
    if let Some(options) = ways.options {
        sheet = sheet
            .part(Prose::new(l.text("confirm-what")))
            .part(PasskeyForm::using(l, options, passkey_form(l, next)))
            .passkeys();
    } else if site.is_ok() || !ways.elsewhere.is_empty() {
        let hosts = ways.elsewhere.join(", ");
        sheet = sheet.part(Notice::new(Tone::Warning, l.text_with_one("confirm-elsewhere", "hosts", hosts)));
    }
    if ways.code {
        sheet = sheet.form_in(Section::new(l.text("confirm-code")), &code);
    }
    let lost = Section::new(l.text("confirm-lost"))
        .say(l.text("confirm-lost-what"))
        .links([Link::new(l.text("login-lost-recover"), "/recover")]);
    Ok(sheet.part(lost).into_response())
}

/// Five minutes are over, or the password was changed meanwhile: the first page says so.
fn late(reader: &Reader, next: &Address, error: desk::Error) -> Answer<Response> {
    let nothing = Sent::default();
    let form = come_back(login_form(reader.locale, next), &nothing, error, "email")?;
    Ok(login_sheet(reader, &form).into_response())
}

async fn confirm_page(
    State(web): State<Web>,
    reader: Reader,
    approach: Approach,
    headers: HeaderMap,
) -> Answer<Response> {
    let next = next(reader.here.get("next"));
    let token = cookies::read(&headers, CONFIRM_COOKIE).unwrap_or_default();
    sheet(&web, &reader, &approach, token, &next, Refused::No).await
}

async fn confirm(
    State(web): State<Web>,
    reader: Reader,
    approach: Approach,
    headers: HeaderMap,
    sent: Sent,
) -> Answer<Response> {
    let next = next(Some(sent.get("next")));
    let token = cookies::read(&headers, CONFIRM_COOKIE).unwrap_or_default();
    let code = sent.has("code");
    let done = if code {
        web.desk.confirm_with_code(token, sent.get("code"), &approach.client).await
    } else {
        let site = Site::of(&approach.server).map_err(|_| Refusal::not_found())?;
        web.desk.confirm_with_passkey(token, &site, sent.get("answer"), &approach.client).await
    };
    match done {
        Ok((token, session)) => {
            let mut response = Redirect::to(&next.to_string()).into_response();
            begin(&mut response, &token, &approach, &headers, &session.member().language)?;
            if let Some(cookie) = cookies::forget(CONFIRM_COOKIE, approach.secure) {
                response.headers_mut().append(header::SET_COOKIE, cookie);
            }
            Ok(response)
        }
        Err(desk::Error::Refused(refusal)) => {
            let refused = if code { Refused::Code(refusal) } else { Refused::Passkey(refusal) };
            sheet(&web, &reader, &approach, token, &next, refused).await
        }
        Err(fault) => Err(Trouble::from(fault)),
    }
}
