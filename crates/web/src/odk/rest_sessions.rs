//! Logging in and out, and who is logged in.

use axum::Router;
use axum::body::Body;
use axum::extract::{FromRequestParts, Path, Request, State};
use axum::response::Response;
use axum::routing::{delete, get, post};
use desk::protocol::Right;
use desk::{Login, Session};
use serde::Deserialize;
use serde_json::{Value, json};

use super::caller::Caller;
use super::input::{self, answer, success, time};
use super::trouble::{Answer, Code, Problem};
use crate::room::{Approach, Web};

pub(super) fn routes() -> Router<Web> {
    Router::new()
        .route("/sessions", post(begin))
        .route("/sessions/restore", get(restore))
        .route("/sessions/current", delete(end_own))
        .route("/sessions/{token}", delete(end))
        .route("/users/current", get(current))
}

#[derive(Deserialize)]
struct Credentials {
    email: Option<String>,
    password: Option<String>,
    /// The second factor, of accounts that have one. Central has no such field.
    code: Option<String>,
}

/// Logs in. The answer's token is sent with every further request as `Authorization: Bearer`. Whoever sends a password
/// has unlocked: what their keys open can be read with the token until it has been idle for too long.
async fn begin(State(web): State<Web>, approach: Approach, body: Body) -> Answer<Response> {
    let sent: Credentials = input::from_json(body).await?;
    let (Some(email), Some(password)) = (&sent.email, &sent.password) else {
        let message = "Required parameters missing. Expected (email, password).";
        return Err(Problem::new(Code(400, 3), message).with(json!({ "expected": ["email", "password"] })));
    };
    let address = &approach.client;
    let login = Login { email, password, code: sent.code.as_deref(), address, unlock: true };
    let (token, session) = web.desk.log_in(login).await?;
    Ok(answer(&json!({
        "token": token,
        "csrf": "",
        "createdAt": desk::time(web.desk.now()),
        "expiresAt": desk::time(session.expires_at()),
    })))
}

async fn restore(caller: Caller) -> Response {
    answer(&json!({ "createdAt": null, "expiresAt": desk::time(caller.session.expires_at()) }))
}

async fn end_own(caller: Caller) -> Answer<Response> {
    caller.desk().log_out(&caller.session).await?;
    Ok(success())
}

/// Ends the session of a token: whoever knows a token may end it.
async fn end(State(web): State<Web>, Path(token): Path<String>, request: Request) -> Answer<Response> {
    let (mut parts, _) = request.into_parts();
    Caller::from_request_parts(&mut parts, &web).await?;
    let message = "The authentication you provided does not have rights to perform that action.";
    let unknown = |_| Problem::new(Code::INSUFFICIENT_RIGHTS, message);
    let session = web.desk.session(&token).await.map_err(unknown)?;
    web.desk.log_out(&session).await?;
    Ok(success())
}

async fn current(caller: Caller) -> Response {
    answer(&user(&caller.session))
}

fn user(session: &Session) -> Value {
    let member = session.member();
    let mut verbs = vec!["session.end", "user.update"];
    if member.administrator {
        verbs.extend(["project.create", "project.list", "user.create", "user.list"]);
    }
    json!({
        "id": member.id,
        "type": "user",
        "displayName": member.name,
        "email": member.email,
        "createdAt": time(Some(member.created_at)),
        "updatedAt": null,
        "deletedAt": null,
        "lastLoginAt": null,
        "verbs": verbs,
    })
}

/// Central's names for what a right allows, for clients that look before they act.
pub(super) fn verbs(rights: impl Iterator<Item = Right>) -> Vec<&'static str> {
    let of = |right| -> &'static [&'static str] {
        match right {
            Right::Manage => &["project.update", "dataset.create", "dataset.update"],
            Right::Members => &["assignment.list", "assignment.create", "assignment.delete"],
            Right::Devices => &["field_key.list", "field_key.create", "field_key.delete"],
            Right::Forms => &["form.create", "form.update"],
            Right::Collect => &["open_form.list", "open_form.read", "submission.create"],
            Right::Read => &[
                "form.list",
                "form.read",
                "submission.list",
                "submission.read",
                "dataset.list",
                "entity.list",
            ],
            Right::Review => &["submission.update", "entity.create", "entity.update"],
            Right::Export | Right::OpenIdentity | Right::Visits => &[],
            Right::Ledger => &["audit.read"],
        }
    };
    let mut verbs = vec!["project.read"];
    verbs.extend(rights.flat_map(of));
    verbs
}
