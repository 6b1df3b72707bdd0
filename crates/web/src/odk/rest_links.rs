//! Public links: whoever has one may fill the form that it is for.

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
use super::input::{self, answer, success};
use super::rest_devices::in_order;
use super::trouble::{Answer, Problem};
use crate::room::Web;

pub(super) fn routes() -> Router<Web> {
    Router::new()
        .route("/projects/{project}/forms/{form}/public-links", get(list).post(add))
        .route("/projects/{project}/forms/{form}/public-links/{link}", delete(remove))
}

fn told(link: &Device, token: Option<String>) -> Value {
    let mut told = device_actor(link);
    told["token"] = token.into();
    told["once"] = link.once.then_some(true).into();
    told["createdBy"] = link.created_by.into();
    told
}

/// The links of a form. A token is shown to who holds the devices' key, unlocked.
async fn list(
    caller: Caller,
    Path((project, form)): Path<(String, String)>,
    headers: HeaderMap,
) -> Answer<Response> {
    let seat = caller.seat(&project).await?;
    let form = caller.desk().form(seat.mandate().id, &form).await?;
    let may = seat.may::<Devices>()?;
    let mut links = caller.desk().links(&may, &form).await?;
    in_order(&mut links);
    let mut list = Vec::new();
    for link in links {
        let token = match link.revoked_at {
            None => caller.desk().device_token(&may, link.id).await.ok(),
            Some(_) => None,
        };
        let mut told = told(&link, token);
        if extended(&headers) {
            told["createdBy"] = maker(caller.desk(), &seat, link.created_by).await;
        }
        list.push(told);
    }
    Ok(answer(&list.into()))
}

async fn add(caller: Caller, Path((project, form)): Path<(String, String)>, body: Body) -> Answer<Response> {
    let seat = caller.seat(&project).await?;
    let form = caller.desk().form(seat.mandate().id, &form).await?;
    let may = seat.may::<Devices>()?;
    let sent: Value = input::from_json(body).await?;
    let name = input::text(&sent, "displayName")?.ok_or_else(|| Problem::missing("displayName"))?;
    let once = input::flag(&sent, "once")?.unwrap_or(false);
    let new = caller.desk().add_link(&may, &form, name, once).await?;
    let links = caller.desk().links(&may, &form).await?;
    let link = links.iter().find(|link| link.id == new.id).ok_or_else(Problem::not_found)?;
    Ok(answer(&told(link, Some(new.token))))
}

async fn remove(
    caller: Caller,
    Path((project, form, link)): Path<(String, String, String)>,
) -> Answer<Response> {
    let seat = caller.seat(&project).await?;
    let form = caller.desk().form(seat.mandate().id, &form).await?;
    let may = seat.may::<Devices>()?;
    let id = link.parse().map_err(|_| Problem::wrong_type(&link.as_str().into(), "integer"))?;
    let known = caller.desk().links(&may, &form).await?.iter().any(|link| link.id == id);
    if !known {
        return Err(Problem::not_found());
    }
    caller.desk().remove_device(&may, id).await?;
    Ok(success())
}
