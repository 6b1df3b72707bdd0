//! Logging in and out.

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post};
use desk::{Devices, Login, Session};
use serde_json::{Value, json};

use super::caller::{self, Anybody, Caller};
use super::input::{self, answer, success};
use super::trouble::{Answer, Code, Problem};
use crate::cookies;
use crate::room::{Approach, SESSION_COOKIE, Web};

/// When the login of a phone ends, as Central tells it: never.
const NEVER: &str = "9999-12-31T23:59:59.000Z";

pub(super) fn routes() -> Router<Web> {
    Router::new()
        .route("/sessions", post(begin))
        .route("/sessions/restore", get(restore))
        .route("/sessions/current", delete(end_own))
        .route("/sessions/{token}", delete(end))
}

/// A value as Central quotes it in its sentence about what is missing.
fn quoted(value: Option<&Value>) -> String {
    match value {
        None => "undefined".to_owned(),
        Some(Value::String(text)) => format!("'{text}'"),
        Some(other) => other.to_string(),
    }
}

/// Logs in. The answer's token is sent with every further request as `Authorization: Bearer`. Whoever sends a password
/// has unlocked: what their keys open can be read with the token until it has been idle for too long. An account with a
/// second factor sends `code` as well; Central has no such field.
async fn begin(
    State(web): State<Web>,
    approach: Approach,
    headers: HeaderMap,
    body: Body,
) -> Answer<Response> {
    let sent: Value = input::from_json(body).await?;
    let blank = |name: &str| matches!(sent.get(name), None | Some(Value::Null)) || sent[name] == "";
    if blank("email") || blank("password") {
        let message = format!(
            "Required parameters missing. Expected (email, password), got (email: {}, password: {}).",
            quoted(sent.get("email")),
            quoted(sent.get("password"))
        );
        let got: serde_json::Map<String, Value> = ["email", "password"]
            .into_iter()
            .filter_map(|name| Some((name.to_owned(), sent.get(name)?.clone())))
            .collect();
        let details = json!({ "expected": ["email", "password"], "got": got });
        return Err(Problem::new(Code::MISSING_PARAMETERS, message).with(details));
    }
    let Some(email) = sent["email"].as_str() else {
        let message = "Invalid input data type: expected (email) to be (string)";
        let details = json!({ "field": "email", "expected": "string" });
        return Err(Problem::new(Code::WRONG_TYPE, message).with(details));
    };
    let password = sent["password"].as_str().ok_or_else(Problem::not_authenticated)?;
    let address = &approach.client;
    let login = Login { email, password, code: sent["code"].as_str(), address, unlock: true };
    let (token, session) = web.desk.log_in(login).await?;
    let mut response = answer(&json!({
        "token": token,
        "csrf": session.csrf(),
        "createdAt": desk::time(session.created_at()),
        "expiresAt": desk::time(session.expires_at()),
    }));
    // A foreign page must not be able to log somebody in as somebody else.
    if caller::from_our_pages(&headers) {
        for cookie in both_cookies(&token, &session, approach.secure) {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
    }
    Ok(response)
}

/// The session's cookie, and the one that Central's pages read and send along.
fn both_cookies(token: &str, session: &Session, secure: bool) -> Vec<HeaderValue> {
    let expires = jiff::Timestamp::from_millisecond(session.expires_at()).unwrap_or_default();
    let expires = expires.strftime("%a, %d %b %Y %H:%M:%S GMT");
    let (prefix, suffix) = if secure { ("__Host-", " Secure;") } else { ("", "") };
    let own = format!(
        "{prefix}{SESSION_COOKIE}={token}; Path=/; Expires={expires}; HttpOnly;{suffix} SameSite=Strict"
    );
    let csrf = format!("__csrf={}; Path=/; Expires={expires};{suffix} SameSite=Strict", session.csrf());
    [own, csrf].iter().filter_map(|cookie| HeaderValue::try_from(cookie).ok()).collect()
}

async fn restore(State(web): State<Web>, parts: axum::http::request::Parts) -> Answer<Response> {
    if let Some(token) = caller::key_of(&parts) {
        let phone = web.desk.phone(&token).await?;
        let created = desk::time(phone.device().created_at);
        return Ok(answer(&json!({ "createdAt": created, "expiresAt": NEVER })));
    }
    let mut parts = parts;
    let anybody =
        <Anybody as axum::extract::FromRequestParts<Web>>::from_request_parts(&mut parts, &web).await?;
    let session = anybody.session.ok_or_else(Problem::not_found)?;
    Ok(answer(&json!({
        "createdAt": desk::time(session.created_at()),
        "expiresAt": desk::time(session.expires_at()),
    })))
}

/// An answer after which a browser forgets the session.
fn forgetting(mut response: Response) -> Response {
    for cookie in [
        "session=null; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; Secure; SameSite=Strict",
        "__csrf=null; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Secure; SameSite=Strict",
    ] {
        response.headers_mut().append(header::SET_COOKIE, HeaderValue::from_static(cookie));
    }
    response
}

async fn end_own(caller: Caller) -> Answer<Response> {
    caller.desk().log_out(&caller.session).await?;
    let mut response = forgetting(success());
    if let Some(cookie) = cookies::forget(SESSION_COOKIE, caller.approach.secure) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// Ends the session of a token: one's own, as an administrator anybody's, as who manages phones a phone's or link's.
async fn end(caller: Caller, Path(token): Path<String>) -> Answer<Response> {
    let desk = caller.desk();
    match desk.session(&token).await {
        Ok(session) => {
            if session.member().id != caller.session.member().id && !caller.session.member().administrator {
                return Err(Problem::no_rights());
            }
            let own = session.same_as(&caller.session);
            desk.log_out(&session).await?;
            Ok(if own { forgetting(success()) } else { success().into_response() })
        }
        Err(desk::Error::Refused(_)) => {
            let (mandate, device) = desk.device_of_token(&token).await.map_err(|_| Problem::no_rights())?;
            let seat = caller.seat(&mandate.to_string()).await?;
            desk.revoke_device(&seat.may::<Devices>()?, device).await?;
            Ok(success())
        }
        Err(error) => Err(error.into()),
    }
}
