//! Coming in: logging in and out, accepting an invitation, setting a new password with the recovery code.

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use desk::store::member::Invitation;
use desk::{Login, LoginStep};

use super::confirm;
use crate::address::{Address, InPath};
use crate::answer::{Answer, Refusal};
use crate::cookies;
use crate::frame::{Frame, LANGUAGE_COOKIE, Link, Reader};
use crate::locale::Locale;
use crate::patterns::{Choice, Field, Form, Prose, Section};
use crate::room::{Approach, SESSION_COOKIE, Visitor, Web};
use crate::sent::Sent;
use crate::sheet::{Sheet, come_back, see};

/// Routes of this group.
pub fn router() -> Router<Web> {
    Router::new()
        .route("/login", get(login_page).post(log_in))
        .route("/logout", post(log_out))
        .route("/recover", get(recover_page).post(recover))
        .route("/invitation/{token}", get(invitation_page).post(accept_invitation))
}

/// Where to go on, if it is a page of this server.
pub(super) fn next(text: Option<&str>) -> Address {
    text.and_then(Address::local).unwrap_or_else(|| Address::new("/"))
}

pub(super) fn login_form(l: Locale, next: &Address) -> Form {
    Form::new(l, "/login", l.text("login-submit"))
        .field(Field::hidden("next", next.to_string()))
        .field(Field::email("email", l.text("login-email")))
        .field(Field::password("password", l.text("login-password")))
        .field(
            Field::figures("code", l.text("login-code"), 8)
                .hint(l.text("login-code-hint"))
                .autocomplete("one-time-code")
                .longest(9),
        )
        .field(Field::checkboxes(
            "unlock",
            l.text("login-keys"),
            vec![Choice::new("yes", l.text("login-unlock")).hint(l.text("login-unlock-hint"))],
        ))
}

pub(super) fn login_sheet(reader: &Reader, form: &Form) -> Sheet {
    let l = reader.locale;
    let lost = Section::new(l.text("login-lost"))
        .say(l.text("login-lost-what"))
        .links([Link::new(l.text("login-lost-recover"), "/recover")]);
    Sheet::new(Frame::new(reader, l.text("login-title"))).form(form).part(lost)
}

async fn login_page(reader: Reader) -> Sheet {
    let form = login_form(reader.locale, &next(reader.here.get("next")));
    login_sheet(&reader, &form)
}

async fn log_in(
    State(web): State<Web>,
    reader: Reader,
    approach: Approach,
    headers: HeaderMap,
    sent: Sent,
) -> Answer<Response> {
    let login = Login {
        email: sent.get("email"),
        password: sent.exactly("password"),
        code: Some(sent.get("code")).filter(|code| !code.is_empty()),
        address: &approach.client,
        unlock: sent.ticked("unlock"),
    };
    let next = next(Some(sent.get("next")));
    match web.desk.log_in_by_steps(login).await {
        Ok(LoginStep::Confirm(token)) => confirm::lead_there(&token, &next, &approach),
        Ok(LoginStep::Done(token, session)) => {
            let mut response = Redirect::to(&next.to_string()).into_response();
            begin(&mut response, &token, &approach, &headers, &session.member().language)?;
            Ok(response)
        }
        Err(error) => {
            let otherwise = match &error {
                desk::Error::Refused(refusal) if refusal.message.starts_with("refusal-code") => "code",
                _ => "email",
            };
            let form = come_back(login_form(reader.locale, &next), &sent, error, otherwise)?;
            Ok(login_sheet(&reader, &form).into_response())
        }
    }
}

/// Hands the session's token over, and the member's language if this browser knows none yet.
pub(super) fn begin(
    response: &mut Response,
    token: &str,
    approach: &Approach,
    headers: &HeaderMap,
    language: &str,
) -> Answer<()> {
    let cookie = cookies::session(SESSION_COOKIE, token, approach.secure).ok_or_else(Refusal::not_found)?;
    response.headers_mut().append(header::SET_COOKIE, cookie);
    let unknown = cookies::read(headers, LANGUAGE_COOKIE).is_none();
    if let Some(locale) = Locale::from_code(language).filter(|_| unknown)
        && let Some(cookie) = cookies::language(locale.code())
    {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(())
}

async fn log_out(visitor: Visitor, approach: Approach) -> Answer<Response> {
    visitor.desk().log_out(&visitor.session).await?;
    let mut response = see("/login", "done-logged-out");
    if let Some(cookie) = cookies::forget(SESSION_COOKIE, approach.secure) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// A new password, asked twice because nobody can see what is typed.
pub(super) fn new_password(form: Form, l: Locale) -> Form {
    form.field(
        Field::password("password", l.text("password-new"))
            .hint(l.text("password-hint"))
            .autocomplete("new-password"),
    )
    .field(Field::password("again", l.text("password-again")).autocomplete("new-password"))
}

/// Whether both are the same; if not, the form says so.
pub(super) fn same_twice(form: &mut Form, l: Locale, sent: &Sent) -> bool {
    let same = sent.exactly("password") == sent.exactly("again");
    if !same {
        form.set_error("again", l.text("password-differs"));
    }
    same
}

fn recover_form(l: Locale) -> Form {
    let form = Form::new(l, "/recover", l.text("recover-submit"))
        .field(Field::email("email", l.text("login-email")))
        .field(
            Field::line("code", l.text("recover-code")).hint(l.text("recover-code-hint")).autocomplete("off"),
        );
    new_password(form, l).back(l.text("go-back"), "/login")
}

fn recover_sheet(reader: &Reader, form: &Form) -> Sheet {
    let l = reader.locale;
    Sheet::new(Frame::new(reader, l.text("recover-title")))
        .part(Prose::new(l.text("recover-what")))
        .form(form)
        .part(Section::new(l.text("recover-none")).say(l.text("recover-none-what")))
}

async fn recover_page(reader: Reader) -> Sheet {
    recover_sheet(&reader, &recover_form(reader.locale))
}

async fn recover(State(web): State<Web>, reader: Reader, approach: Approach, sent: Sent) -> Answer<Response> {
    let l = reader.locale;
    let mut form = recover_form(l).fill(sent.pairs());
    if !same_twice(&mut form, l, &sent) {
        return Ok(recover_sheet(&reader, &form).into_response());
    }
    let (email, code) = (sent.get("email"), sent.get("code"));
    match web.desk.recover(email, code, sent.exactly("password"), &approach.client).await {
        Ok(()) => Ok(see("/login", "done-recovered")),
        Err(error) => {
            let form = come_back(form, &sent, error, "email")?;
            Ok(recover_sheet(&reader, &form).into_response())
        }
    }
}

fn invitation_form(reader: &Reader, invitation: &Invitation) -> Form {
    let l = reader.locale;
    let languages = Locale::ALL.map(|locale| Choice::new(locale.code(), locale.own_name()));
    let form = Form::new(l, reader.here.path(), l.text("invitation-submit"));
    let name = Field::line("name", l.text("profile-name")).hint(l.text("profile-name-hint"));
    let form = form
        .field(name.value(&invitation.name).autocomplete("name").longest(200))
        .field(Field::account(&invitation.email));
    new_password(form, l)
        .field(Field::radios("language", l.text("profile-language"), languages.to_vec()).value(l.code()))
}

fn invitation_sheet(reader: &Reader, email: &str, form: &Form) -> Sheet {
    let l = reader.locale;
    Sheet::new(Frame::new(reader, l.text("invitation-title")))
        .part(Prose::new(l.text_with_one("invitation-for", "email", email)))
        .part(Prose::new(l.text("invitation-password")))
        .form(form)
}

async fn invitation_page(
    State(web): State<Web>,
    reader: Reader,
    InPath(token): InPath<String>,
) -> Answer<Response> {
    let invitation = web.desk.invitation(&token).await?;
    let form = invitation_form(&reader, &invitation);
    Ok(invitation_sheet(&reader, &invitation.email, &form).into_response())
}

/// Makes the account and opens the door at once: the password was typed a moment ago. The first page is the recovery
/// code, because a member without one loses everything sealed to them with the password.
async fn accept_invitation(
    State(web): State<Web>,
    reader: Reader,
    approach: Approach,
    headers: HeaderMap,
    InPath(token): InPath<String>,
    sent: Sent,
) -> Answer<Response> {
    let l = reader.locale;
    let invitation = web.desk.invitation(&token).await?;
    let mut form = invitation_form(&reader, &invitation).fill(sent.pairs());
    if !same_twice(&mut form, l, &sent) {
        return Ok(invitation_sheet(&reader, &invitation.email, &form).into_response());
    }
    let language = Locale::from_code(sent.get("language")).unwrap_or(l).code();
    let password = sent.exactly("password");
    let made = web.desk.accept_invitation(&token, sent.get("name"), password, language).await;
    if let Err(error) = made {
        let form = come_back(form, &sent, error, "name")?;
        return Ok(invitation_sheet(&reader, &invitation.email, &form).into_response());
    }
    let login =
        Login { email: &invitation.email, password, code: None, address: &approach.client, unlock: true };
    let (token, _) = web.desk.log_in(login).await?;
    let mut response = see("/account/recovery-code", "done-welcome");
    begin(&mut response, &token, &approach, &headers, language)?;
    Ok(response)
}
