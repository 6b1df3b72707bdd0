//! App users: what Central calls a phone.

use axum::Router;
use axum::body::Body;
use axum::extract::Path;
use axum::response::Response;
use axum::routing::{delete, get, post};
use desk::Devices;
use desk::store::mandate::Device;
use serde::Deserialize;
use serde_json::{Value, json};

use super::caller::Caller;
use super::input::{self, answer, success, time};
use super::trouble::{Answer, Code, Problem};
use crate::room::Web;

pub(super) fn routes() -> Router<Web> {
    Router::new()
        .route("/projects/{project}/app-users", get(list).post(add))
        .route("/projects/{project}/app-users/{device}", delete(revoke))
        .route("/projects/{project}/assignments/{role}/{actor}", post(assign))
        .route("/projects/{project}/forms/{form}/assignments/{role}/{actor}", post(assign_to_form))
}

fn told(device: &Device, token: Option<String>) -> Value {
    json!({
        "projectId": device.mandate,
        "id": device.id,
        "type": "field_key",
        "displayName": device.name,
        "token": token,
        "lastUsed": time(device.last_seen_at),
        "createdAt": time(Some(device.created_at)),
        "updatedAt": null,
        "deletedAt": null,
    })
}

/// The phones. A token is shown to who holds the devices' key, unlocked; to others it is null, as a revoked one is.
async fn list(caller: Caller, Path(project): Path<String>) -> Answer<Response> {
    let seat = caller.seat(&project).await?;
    let may = seat.may::<Devices>()?;
    let mut devices = Vec::new();
    for device in caller.desk().devices(&may).await? {
        let token = match device.revoked_at {
            None => caller.desk().device_token(&may, device.id).await.ok(),
            Some(_) => None,
        };
        devices.push(told(&device, token));
    }
    Ok(answer(&devices.into()))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct NewAppUser {
    display_name: Option<String>,
}

async fn add(caller: Caller, Path(project): Path<String>, body: Body) -> Answer<Response> {
    let seat = caller.seat(&project).await?;
    let may = seat.may::<Devices>()?;
    let sent: NewAppUser = input::from_json(body).await?;
    let name = sent.display_name.ok_or_else(|| {
        Problem::new(Code::MISSING_PARAMETER, "Required parameter displayName missing.")
            .with(json!({ "field": "displayName" }))
    })?;
    let new = caller.desk().add_device(&may, &name).await?;
    let devices = caller.desk().devices(&may).await?;
    let device = devices.iter().find(|device| device.id == new.id).ok_or_else(Problem::not_found)?;
    Ok(answer(&told(device, Some(new.token))))
}

async fn revoke(caller: Caller, Path((project, device)): Path<(String, String)>) -> Answer<Response> {
    let seat = caller.seat(&project).await?;
    let device = device.parse().map_err(|_| Problem::not_found())?;
    caller.desk().revoke_device(&seat.may::<Devices>()?, device).await?;
    Ok(success())
}

async fn assign_to_form(
    caller: Caller,
    Path((project, form, role, actor)): Path<(String, String, String, String)>,
) -> Answer<Response> {
    let seat = caller.seat(&project).await?;
    caller.desk().form(seat.mandate().id, &form).await?;
    assign(caller, Path((project, role, actor))).await
}

/// Lets a phone fill a form: every phone of a mandate may fill every open form already, so that nothing is to do.
/// Central's id of the role `app-user` is 2.
async fn assign(
    caller: Caller,
    Path((project, role, actor)): Path<(String, String, String)>,
) -> Answer<Response> {
    let seat = caller.seat(&project).await?;
    let may = seat.may::<Devices>()?;
    if !matches!(role.as_str(), "app-user" | "2") {
        return Err(Problem::not_found());
    }
    let devices = caller.desk().devices(&may).await?;
    let known = devices.iter().any(|device| device.id.to_string() == actor);
    if known { Ok(success()) } else { Err(Problem::not_found()) }
}
