//! The record of what was done, as ODK Central's clients read it.

use axum::Router;
use axum::extract::{Path, RawQuery};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::get;
use desk::{Actee, OdkAudit, OdkAuditQuery, Read};
use serde_json::{Value, json};

use super::caller::Caller;
use super::input::{answer, time};
use super::openrosa::parameter;
use super::place::{Place, extended};
use super::submissions::{Named, told_actor, unexpected};
use super::trouble::Answer;
use crate::room::Web;

pub(super) fn routes() -> Router<Web> {
    Router::new()
        .route("/audits", get(all))
        .route("/projects/{project}/forms/{form}/submissions/{instance}/audits", get(of_submission))
}

fn told(audit: &OdkAudit, extended: bool) -> Value {
    let mut told = json!({
        "actorId": audit.actor,
        "action": audit.action,
        "acteeId": audit.actee_id,
        "details": audit.details,
        "notes": null,
        "loggedAt": time(Some(audit.at)),
    });
    if let (true, Value::Object(told)) = (extended, &mut told) {
        if let Some(actor) = &audit.told_actor {
            told.insert("actor".to_owned(), told_actor(actor));
        }
        if let Some(actee) = &audit.actee {
            told.insert("actee".to_owned(), told_actee(actee));
        }
    }
    told
}

fn told_actee(actee: &Actee) -> Value {
    match actee {
        Actee::Actor(actor) => told_actor(actor),
        Actee::Form(form) => json!({
            "projectId": form.mandate,
            "xmlFormId": form.form_id,
            "state": form.state,
            "createdAt": time(Some(form.created_at)),
            "updatedAt": time(form.updated_at),
            "deletedAt": null,
            "enketoId": null,
            "enketoOnceId": null,
        }),
        Actee::Mandate(mandate) => json!({
            "id": mandate.id,
            "name": mandate.name,
            "description": mandate.description,
            "archived": mandate.archived_at.is_some(),
            "keyId": null,
            "createdAt": time(Some(mandate.created_at)),
            "updatedAt": null,
            "deletedAt": null,
        }),
        Actee::Registry(project, name) => json!({ "projectId": project, "name": name }),
    }
}

/// A date or a time as Central takes it: `2000-01-08Z`, `2000-01-08T12:00Z`, with an offset or none.
fn moment(query: &Option<String>, name: &str) -> Answer<Option<i64>> {
    let Some(text) = parameter(query, name).filter(|text| !text.trim().is_empty()) else { return Ok(None) };
    let plain = text.trim();
    let date = plain.trim_end_matches('Z');
    let found = plain
        .parse::<jiff::Timestamp>()
        .ok()
        .or_else(|| format!("{date}Z").parse().ok())
        .or_else(|| format!("{date}T00:00Z").parse().ok());
    let found = found.ok_or_else(|| unexpected(name, &text, "it is not a date"))?;
    Ok(Some(found.as_millisecond()))
}

async fn all(caller: Caller, RawQuery(query): RawQuery, headers: HeaderMap) -> Answer<Response> {
    let administrator = caller.desk().administrator(&caller.session)?;
    let number = |name: &str| parameter(&query, name).and_then(|text| text.parse::<i64>().ok());
    let wanted = OdkAuditQuery {
        action: parameter(&query, "action").filter(|action| !action.is_empty()),
        start: moment(&query, "start")?,
        end: moment(&query, "end")?,
        offset: number("offset").unwrap_or(0),
        limit: number("limit"),
    };
    let found = caller.desk().odk_audits(&administrator, wanted).await?;
    let extended = extended(&headers);
    Ok(answer(&found.iter().map(|audit| told(audit, extended)).collect()))
}

async fn of_submission(place: Place, Path(named): Path<Named>, headers: HeaderMap) -> Answer<Response> {
    let may = place.seat.may::<Read>()?;
    let form = place.kept().await?;
    let found = place.desk().odk_submission_audits(&may, &form, &named.instance).await?;
    let extended = extended(&headers);
    Ok(answer(&found.iter().map(|audit| told(audit, extended)).collect()))
}
