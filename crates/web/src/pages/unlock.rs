//! Opening a member's keys for this session, and forgetting them.

use axum::Router;
use axum::http::{HeaderMap, Uri, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};

use super::login::next;
use crate::address::Address;
use crate::answer::Answer;
use crate::frame::Link;
use crate::patterns::{Field, Form, Prose, Section};
use crate::room::{Approach, Visitor, Web};
use crate::sent::Sent;
use crate::sheet::{Sheet, come_back, see};

/// Routes of this group.
pub fn router() -> Router<Web> {
    Router::new().route("/unlock", get(unlock_page).post(unlock)).route("/lock", post(lock))
}

fn unlock_form(visitor: &Visitor, next: &Address) -> Form {
    let l = visitor.reader.locale;
    Form::new(l, "/unlock", l.text("unlock-submit"))
        .field(Field::hidden("next", next.to_string()))
        .field(Field::account(&visitor.session.member().email))
        .field(Field::password("password", l.text("unlock-password")))
        .back(l.text("unlock-not-now"), next)
}

fn unlock_sheet(visitor: &Visitor, next: &Address, form: &Form) -> Sheet {
    let l = visitor.reader.locale;
    let mut frame = visitor.frame(l.text("unlock-title"));
    // The way to unlock from here leads on to where the reader was going, not to this page.
    frame.here = Address::new("/unlock").with("next", &next.to_string());
    frame.lock = crate::frame::Lock::NoKeys;
    let lost = Section::new(l.text("login-lost"))
        .say(l.text("unlock-lost"))
        .links([Link::new(l.text("login-lost-recover"), "/recover")]);
    Sheet::new(frame).part(Prose::new(l.text("unlock-what"))).form(form).part(lost)
}

async fn unlock_page(visitor: Visitor) -> Response {
    let next = next(visitor.reader.here.get("next"));
    if visitor.desk().minutes_unlocked(&visitor.session).is_some() {
        return Redirect::to(&next.to_string()).into_response();
    }
    let form = unlock_form(&visitor, &next);
    unlock_sheet(&visitor, &next, &form).into_response()
}

async fn unlock(visitor: Visitor, approach: Approach, sent: Sent) -> Answer<Response> {
    let next = next(Some(sent.get("next")));
    let password = sent.exactly("password");
    match visitor.desk().unlock(&visitor.session, password, &approach.client).await {
        Ok(()) => Ok(Redirect::to(&next.to_string()).into_response()),
        Err(error) => {
            let form = come_back(unlock_form(&visitor, &next), &sent, error, "password")?;
            Ok(unlock_sheet(&visitor, &next, &form).into_response())
        }
    }
}

/// Forgets the keys. What was open on the screen is gone too: the next page is the one that unlocks, and it leads
/// back to where the reader was.
async fn lock(visitor: Visitor, headers: HeaderMap) -> Response {
    visitor.desk().lock(&visitor.session);
    let from = headers.get(header::REFERER).and_then(|value| value.to_str().ok());
    let from =
        from.and_then(|text| text.parse::<Uri>().ok()).map(|uri| Address::from_uri(&uri).without("done"));
    let back = from.and_then(|address| Address::local(&address.to_string()));
    let back = back.filter(|address| address.path() != "/unlock").unwrap_or_else(|| Address::new("/"));
    see(Address::new("/unlock").with("next", &back.to_string()), "done-locked")
}
