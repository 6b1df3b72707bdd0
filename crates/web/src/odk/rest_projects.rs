//! Projects: what Central calls a mandate.

use axum::Router;
use axum::body::Body;
use axum::extract::Path;
use axum::response::Response;
use axum::routing::get;
use desk::protocol::Right;
use desk::store::mandate::Mandate;
use desk::{Manage, NewMandate};
use serde::Deserialize;
use serde_json::{Value, json};

use super::caller::Caller;
use super::input::{self, answer, time};
use super::rest_sessions::verbs;
use super::trouble::{Answer, Code, Problem};
use crate::room::Web;

/// The protocol of a project that is begun through the API: it brings its own forms.
const PROTOCOL: &str = "general";
/// The role of who begins it: holds every key, so that the project can be used at once.
const ROLE: &str = "lead";

pub(super) fn routes() -> Router<Web> {
    Router::new()
        .route("/projects", get(list).post(begin))
        .route("/projects/{project}", get(one).patch(change))
}

fn project(mandate: &Mandate) -> Value {
    json!({
        "id": mandate.id,
        "name": mandate.name,
        "description": mandate.description,
        "archived": mandate.archived_at.is_some(),
        "keyId": null,
        "createdAt": time(Some(mandate.created_at)),
        "updatedAt": null,
        "deletedAt": null,
    })
}

async fn list(caller: Caller) -> Answer<Response> {
    let mandates = caller.desk().mandates(&caller.session).await?;
    Ok(answer(&mandates.iter().map(|(mandate, _)| project(mandate)).collect()))
}

#[derive(Deserialize)]
struct NewProject {
    name: Option<String>,
    description: Option<String>,
}

async fn begin(caller: Caller, body: Body) -> Answer<Response> {
    let sent: NewProject = input::from_json(body).await?;
    let name = sent.name.filter(|name| !name.trim().is_empty()).ok_or_else(|| {
        Problem::new(Code::MISSING_PARAMETER, "Required parameter name missing.")
            .with(json!({ "field": "name" }))
    })?;
    let desk = caller.desk();
    let administrator = desk.administrator(&caller.session)?;
    let new = NewMandate {
        name,
        description: sent.description.unwrap_or_default(),
        protocol: PROTOCOL.to_owned(),
        people: vec![(caller.session.member().id, ROLE.to_owned())],
    };
    let id = desk.begin_mandate(&administrator, new).await?;
    Ok(answer(&project(desk.seat(&caller.session, id).await?.mandate())))
}

#[derive(Deserialize)]
struct Changes {
    name: Option<String>,
    description: Option<String>,
    archived: Option<bool>,
}

/// Changes what the body names and leaves the rest.
async fn change(caller: Caller, Path(id): Path<String>, body: Body) -> Answer<Response> {
    let seat = caller.seat(&id).await?;
    let may = seat.may::<Manage>()?;
    let sent: Changes = input::from_json(body).await?;
    let before = seat.mandate();
    let name = sent.name.as_deref().unwrap_or(&before.name);
    let description = sent.description.as_deref().unwrap_or(&before.description);
    let archived = sent.archived.unwrap_or(before.archived_at.is_some());
    caller.desk().change_mandate(&may, name, description, archived).await?;
    Ok(answer(&project(caller.seat(&id).await?.mandate())))
}

async fn one(caller: Caller, Path(id): Path<String>) -> Answer<Response> {
    let seat = caller.seat(&id).await?;
    let mut told = project(seat.mandate());
    if let Value::Object(told) = &mut told {
        let rights = Right::ALL.iter().copied().filter(|right| seat.has(*right));
        told.insert("verbs".to_owned(), verbs(rights).into());
    }
    Ok(answer(&told))
}
