//! A member's own account: name and language, password, second factor, recovery code.

use axum::Router;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use desk::{totp_address, totp_secret, totp_text};

use super::login::{new_password, same_twice};
use crate::answer::{Answer, Fault, Refusal};
use crate::cookies;
use crate::frame::{Action, Frame, Link};
use crate::locale::Locale;
use crate::patterns::{
    Choice, CodeBlock, Confirmation, Facts, Field, Form, Notice, Prose, QrBlock, Section, Tag, Tone,
};
use crate::room::{Approach, Visitor, Web};
use crate::sent::Sent;
use crate::sheet::{Sheet, come_back, see};

/// Routes of this group.
pub fn router() -> Router<Web> {
    Router::new()
        .route("/account", get(account))
        .route("/account/profile", get(profile_page).post(change_profile))
        .route("/account/password", get(password_page).post(change_password))
        .route("/account/second-factor", get(second_factor_page).post(set_second_factor))
        .route("/account/second-factor/drop", get(back_to_second_factor).post(drop_second_factor))
        .route("/account/recovery-code", get(recovery_page).post(make_recovery_code))
}

/// A page below the account.
pub(super) fn frame(visitor: &Visitor, title: &str) -> Frame {
    let l = visitor.reader.locale;
    visitor.frame(l.text(title)).under(l.text("room-account"), "/account")
}

/// Leads to the page that unlocks and back here, before anything is typed that would be lost.
pub(super) fn unlocked(visitor: &Visitor) -> Answer<()> {
    match visitor.desk().minutes_unlocked(&visitor.session) {
        Some(_) => Ok(()),
        None => Err(Refusal::new(axum::http::StatusCode::FORBIDDEN, "refusal-locked").into()),
    }
}

async fn account(visitor: Visitor) -> Answer<Sheet> {
    let l = visitor.reader.locale;
    let member = visitor.session.member();
    let change = l.text("account-change");
    let passkeys = visitor.desk().passkeys(&visitor.session).await?.len();
    let language = Locale::from_code(&member.language)
        .map_or_else(|| l.text("account-language-browser"), |locale| locale.own_name().to_owned());
    let (second_factor, second_verb) = match member.sealed_totp {
        Some(_) => (Tag::new(Tone::Done, l.text("account-on")), "account-second-factor-drop"),
        None => (Tag::new(Tone::Plain, l.text("account-off")), "account-second-factor-set"),
    };
    let (recovery, recovery_verb) = match member.recovery_lock {
        Some(_) => (Tag::new(Tone::Done, l.text("account-recovery-made")), "account-recovery-again"),
        None => (Tag::new(Tone::Warning, l.text("account-recovery-none")), "account-recovery-make"),
    };
    let facts = Facts::new()
        .changeable(l.text("profile-name"), member.name.as_str(), &change, "/account/profile")
        .fact(l.text("login-email"), member.email.as_str())
        .changeable(l.text("profile-language"), language, &change, "/account/profile")
        .changeable(l.text("login-password"), "••••••••••", &change, "/account/password")
        .changeable(
            l.text("account-authenticator"),
            second_factor,
            l.text(second_verb),
            "/account/second-factor",
        )
        .changeable(
            l.text("passkeys-title"),
            l.count("account-passkeys", passkeys),
            change,
            "/account/passkeys",
        )
        .changeable(l.text("account-recovery"), recovery, l.text(recovery_verb), "/account/recovery-code");
    let frame = visitor.frame(l.text("room-account")).action(Action::change(l.text("logout"), "/logout"));
    let sheet = Sheet::new(frame);
    let sheet = match member.recovery_lock {
        Some(_) => sheet,
        None => sheet.part(
            Notice::new(Tone::Warning, l.text("account-recovery-missing"))
                .link(l.text("account-recovery-make"), "/account/recovery-code"),
        ),
    };
    Ok(sheet.part(facts))
}

fn profile_form(visitor: &Visitor) -> Form {
    let l = visitor.reader.locale;
    let member = visitor.session.member();
    let languages = Locale::ALL.map(|locale| Choice::new(locale.code(), locale.own_name()));
    let now = Locale::from_code(&member.language).unwrap_or(l);
    Form::new(l, "/account/profile", l.text("profile-submit"))
        .field(
            Field::line("name", l.text("profile-name"))
                .hint(l.text("profile-name-hint"))
                .value(&member.name)
                .longest(200),
        )
        .field(Field::radios("language", l.text("profile-language"), languages.to_vec()).value(now.code()))
        .back(l.text("go-back"), "/account")
}

async fn profile_page(visitor: Visitor) -> Sheet {
    Sheet::new(frame(&visitor, "profile-title")).form(&profile_form(&visitor))
}

async fn change_profile(visitor: Visitor, sent: Sent) -> Answer<Response> {
    let language = Locale::from_code(sent.get("language")).unwrap_or(visitor.reader.locale).code();
    match visitor.desk().change_profile(&visitor.session, sent.get("name"), language).await {
        Ok(()) => {
            let mut response = see("/account", "done-profile");
            if let Some(cookie) = cookies::language(language) {
                response.headers_mut().append(axum::http::header::SET_COOKIE, cookie);
            }
            Ok(response)
        }
        Err(error) => {
            let form = come_back(profile_form(&visitor), &sent, error, "name")?;
            Ok(Sheet::new(frame(&visitor, "profile-title")).form(&form).into_response())
        }
    }
}

fn password_form(visitor: &Visitor) -> Form {
    let l = visitor.reader.locale;
    let form = Form::new(l, "/account/password", l.text("password-submit"))
        .field(Field::account(&visitor.session.member().email))
        .field(Field::password("old", l.text("password-old")));
    new_password(form, l).back(l.text("go-back"), "/account")
}

fn password_sheet(visitor: &Visitor, form: &Form) -> Sheet {
    let what = visitor.reader.locale.text("password-what");
    Sheet::new(frame(visitor, "password-title")).part(Prose::new(what)).form(form)
}

async fn password_page(visitor: Visitor) -> Sheet {
    password_sheet(&visitor, &password_form(&visitor))
}

async fn change_password(visitor: Visitor, approach: Approach, sent: Sent) -> Answer<Response> {
    let mut form = password_form(&visitor);
    if !same_twice(&mut form, visitor.reader.locale, &sent) {
        return Ok(password_sheet(&visitor, &form).into_response());
    }
    let (old, new) = (sent.exactly("old"), sent.exactly("password"));
    match visitor.desk().change_password(&visitor.session, old, new, &approach.client).await {
        Ok(()) => Ok(see("/account", "done-password")),
        Err(error) => {
            let form = come_back(form, &sent, error, "old")?;
            Ok(password_sheet(&visitor, &form).into_response())
        }
    }
}

fn second_factor_form(l: Locale, secret: &str) -> Form {
    Form::new(l, "/account/second-factor", l.text("second-factor-submit"))
        .field(Field::hidden("secret", secret))
        .field(
            Field::figures("code", l.text("second-factor-code"), 8)
                .hint(l.text("second-factor-code-hint"))
                .autocomplete("one-time-code")
                .longest(9),
        )
        .back(l.text("go-back"), "/account")
}

/// The steps, the secret as a picture and as text, and the field that proves that the app has it.
fn second_factor_sheet(visitor: &Visitor, shared: &[u8], form: &Form) -> Answer<Sheet> {
    let l = visitor.reader.locale;
    let address = totp_address(shared, &visitor.session.member().email);
    let qr = QrBlock::new(l, l.text("second-factor-qr"), &address).map_err(|cause| Fault::new(&cause))?;
    let steps = ["second-factor-step-app", "second-factor-step-scan", "second-factor-step-code"];
    let spaced: Vec<String> = totp_text(shared)
        .as_bytes()
        .chunks(4)
        .map(|four| String::from_utf8_lossy(four).into_owned())
        .collect();
    let how = Section::new(l.text("second-factor-how"))
        .numbered_beside(steps.map(|step| l.text(step)), qr.with_text(spaced.join(" ")));
    Ok(Sheet::new(frame(visitor, "second-factor-title"))
        .part(Prose::new(l.text("second-factor-what")))
        .part(how)
        .form(form))
}

async fn second_factor_page(visitor: Visitor) -> Answer<Response> {
    unlocked(&visitor)?;
    let l = visitor.reader.locale;
    if visitor.session.member().sealed_totp.is_some() {
        let drop = Confirmation::new(
            l,
            l.text("second-factor-drop-question"),
            l.text("second-factor-drop"),
            "/account/second-factor/drop",
            "/account",
        )
        .consequence(l.text("second-factor-drop-what"));
        return Ok(Sheet::new(frame(&visitor, "second-factor-title")).part(drop).into_response());
    }
    let shared = visitor.desk().fresh_totp();
    let form = second_factor_form(l, &totp_text(&shared));
    Ok(second_factor_sheet(&visitor, &shared, &form)?.into_response())
}

async fn set_second_factor(visitor: Visitor, sent: Sent) -> Answer<Response> {
    let shared = totp_secret(sent.get("secret")).ok_or_else(Refusal::not_found)?;
    match visitor.desk().set_totp(&visitor.session, &shared, sent.get("code")).await {
        Ok(()) => Ok(see("/account", "done-second-factor")),
        Err(error) => {
            let form = second_factor_form(visitor.reader.locale, sent.get("secret"));
            let form = come_back(form, &sent, error, "code")?;
            Ok(second_factor_sheet(&visitor, &shared, &form)?.into_response())
        }
    }
}

/// Where the page that unlocks leads back to when the keys were locked in between.
async fn back_to_second_factor() -> Redirect {
    Redirect::to("/account/second-factor")
}

async fn drop_second_factor(visitor: Visitor) -> Answer<Response> {
    visitor.desk().drop_totp(&visitor.session).await?;
    Ok(see("/account", "done-second-factor-dropped"))
}

async fn recovery_page(visitor: Visitor) -> Answer<Sheet> {
    unlocked(&visitor)?;
    let l = visitor.reader.locale;
    let made = visitor.session.member().recovery_lock.is_some();
    let sheet = Sheet::new(frame(&visitor, "recovery-title")).part(Prose::new(l.text("recovery-what")));
    let sheet = match made {
        true => sheet.part(Notice::new(Tone::Warning, l.text("recovery-replaces"))),
        false => sheet,
    };
    let verb = if made { "account-recovery-again" } else { "account-recovery-make" };
    let form =
        Form::new(l, "/account/recovery-code", l.text(verb)).back(l.text("recovery-later"), "/account");
    Ok(sheet.part(Prose::new(l.text("recovery-ready"))).form(&form))
}

async fn make_recovery_code(visitor: Visitor) -> Answer<Sheet> {
    let l = visitor.reader.locale;
    let code = visitor.desk().make_recovery_code(&visitor.session).await?;
    let email = &visitor.session.member().email;
    let block = CodeBlock::new(l.text_with_one("recovery-block", "email", email), code)
        .note(l.text("recovery-block-note"));
    let done = Section::new(l.text("recovery-next"))
        .numbered(["recovery-next-print", "recovery-next-keep", "recovery-next-use"].map(|id| l.text(id)))
        .links([Link::new(l.text("recovery-kept"), "/")]);
    Ok(Sheet::new(frame(&visitor, "recovery-made-title")).part(block).part(done))
}
