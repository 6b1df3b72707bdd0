//! App users: what Central calls a phone.

use axum::Router;
use axum::body::Body;
use axum::extract::Path;
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::{delete, get};
use desk::Devices;
use desk::store::mandate::Device;
use serde_json::Value;

use super::actors::{device_actor, extended, maker};
use super::caller::Caller;
use super::input::{self, answer, success, time};
use super::trouble::{Answer, Problem};
use crate::room::Web;

pub(super) fn routes() -> Router<Web> {
    Router::new()
        .route("/projects/{project}/app-users", get(list).post(add))
        .route("/projects/{project}/app-users/{device}", delete(remove))
}

fn told(device: &Device, token: Option<String>) -> Value {
    let mut told = device_actor(device);
    told["projectId"] = device.mandate.into();
    told["token"] = token.into();
    told["createdBy"] = device.created_by.into();
    told["lastUsed"] = time(device.last_seen_at);
    told
}

/// Clients are told of what can still be used first, the newest before.
pub(super) fn in_order(devices: &mut Vec<Device>) {
    devices.retain(|device| device.removed_at.is_none());
    devices.sort_by_key(|device| (device.revoked_at.is_some(), std::cmp::Reverse(device.id)));
}

/// The phones. A token is shown to who holds the devices' key, unlocked; to others it is null, as a revoked one is.
async fn list(caller: Caller, Path(project): Path<String>, headers: HeaderMap) -> Answer<Response> {
    let seat = caller.seat(&project).await?;
    let may = seat.may::<Devices>()?;
    let mut devices = caller.desk().devices(&may).await?;
    in_order(&mut devices);
    let mut list = Vec::new();
    for device in devices {
        let token = match device.revoked_at {
            None => caller.desk().device_token(&may, device.id).await.ok(),
            Some(_) => None,
        };
        let mut told = told(&device, token);
        if extended(&headers) {
            told["createdBy"] = maker(caller.desk(), &seat, device.created_by).await;
        }
        list.push(told);
    }
    Ok(answer(&list.into()))
}

async fn add(caller: Caller, Path(project): Path<String>, body: Body) -> Answer<Response> {
    let seat = caller.seat(&project).await?;
    let may = seat.may::<Devices>()?;
    let sent: Value = input::from_json(body).await?;
    let name = input::text(&sent, "displayName")?.ok_or_else(|| Problem::missing("displayName"))?;
    let new = caller.desk().add_app_user(&may, name).await?;
    let devices = caller.desk().devices(&may).await?;
    let device = devices.iter().find(|device| device.id == new.id).ok_or_else(Problem::not_found)?;
    Ok(answer(&told(device, Some(new.token))))
}

async fn remove(caller: Caller, Path((project, device)): Path<(String, String)>) -> Answer<Response> {
    let seat = caller.seat(&project).await?;
    let may = seat.may::<Devices>()?;
    let id = device.parse().map_err(|_| Problem::wrong_type(&device.as_str().into(), "integer"))?;
    let known = caller.desk().devices(&may).await?.iter().any(|device| device.id == id);
    if !known {
        return Err(Problem::not_found());
    }
    caller.desk().remove_device(&may, id).await?;
    Ok(success())
}
