//! Drafts of forms: setting, publishing, discarding, their files.

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, RawQuery};
use axum::http::{HeaderMap, header};
use axum::response::Response;
use axum::routing::{get, post};
use desk::Forms;
use serde_json::Value;

use super::asker::{Asker, Which};
use super::caller::Caller;
use super::input::{self, answer, success};
use super::manifest;
use super::openrosa::parameter;
use super::rest_forms::{Sent, notes, show, version_exists};
use super::trouble::{Answer, Code, Problem};
use crate::room::Web;

/// The most bytes of a file that belongs to a form.
const MOST_FILE: usize = 100 << 20;

pub(super) fn routes() -> Router<Web> {
    let form = "/projects/{project}/forms/{form}";
    Router::new()
        .route(&format!("{form}/draft"), get(one).post(set).delete(discard))
        .route(&format!("{form}/draft.xml"), get(definition))
        .route(&format!("{form}/draft.xls"), get(xls))
        .route(&format!("{form}/draft.xlsx"), get(xlsx))
        .route(&format!("{form}/draft/publish"), post(publish))
        .route(
            &format!("{form}/draft/attachments/{{name}}"),
            get(manifest::file).post(put_file).delete(clear_file).patch(link_file),
        )
}

async fn shown(asker: &Asker, form_id: &str, ending: &str, headers: &HeaderMap) -> Answer<Response> {
    let found = asker.form(form_id, Which::Draft).await?;
    show(asker, found, ending, headers).await
}

async fn one(asker: Asker, Path((_, form)): Path<(String, String)>, headers: HeaderMap) -> Answer<Response> {
    if super::rest_forms::is_trial(&asker) {
        return Err(Problem::no_rights());
    }
    shown(&asker, &form, "", &headers).await
}

async fn definition(
    asker: Asker,
    Path((_, form)): Path<(String, String)>,
    headers: HeaderMap,
) -> Answer<Response> {
    shown(&asker, &form, "xml", &headers).await
}

async fn xls(asker: Asker, Path((_, form)): Path<(String, String)>, headers: HeaderMap) -> Answer<Response> {
    shown(&asker, &form, "xls", &headers).await
}

async fn xlsx(asker: Asker, Path((_, form)): Path<(String, String)>, headers: HeaderMap) -> Answer<Response> {
    shown(&asker, &form, "xlsx", &headers).await
}

/// A new draft: of what is sent, or with an empty body of what is published.
async fn set(
    caller: Caller,
    Path((project, form)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Body,
) -> Answer<Response> {
    let seat = caller.seat(&project).await?;
    let desk = caller.desk();
    let form = desk.form(seat.mandate().id, &form).await?;
    let may = seat.may::<Forms>()?;
    let sent = Sent::read(&headers, body).await?;
    if sent.bytes.is_empty() {
        if form.current_version.is_none() {
            return Err(Problem::missing("xml"));
        }
        desk.draft_again(&may, &form).await?;
        return Ok(success());
    }
    sent.examine(desk, &may, Some(&form), &query).await?;
    desk.upload_form(&may, sent.upload(), Some(&form)).await.map_err(|error| sent.explain(error))?;
    Ok(success())
}

async fn discard(caller: Caller, Path((project, form)): Path<(String, String)>) -> Answer<Response> {
    let seat = caller.seat(&project).await?;
    let form = caller.desk().form(seat.mandate().id, &form).await?;
    let may = seat.may::<Forms>()?;
    if form.draft_version.is_none() {
        return Err(Problem::not_found());
    }
    if form.current_version.is_none() {
        let message = "The draft cannot be deleted because this form has no published version; delete the form instead.";
        return Err(Problem::new(Code::NO_PUBLISHED_VERSION, message));
    }
    caller.desk().drop_draft(&may, &form).await?;
    Ok(success())
}

/// Publishes the draft, with `?version=` under another version name.
async fn publish(
    caller: Caller,
    Path((project, form)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Answer<Response> {
    let seat = caller.seat(&project).await?;
    let desk = caller.desk();
    let form = desk.form(seat.mandate().id, &form).await?;
    let may = seat.may::<Forms>()?;
    let model = desk.draft(&form).await?.ok_or_else(Problem::not_found)?;
    let wanted = parameter(&query, "version").filter(|version| !version.is_empty());
    let version = wanted.as_deref().unwrap_or(&model.version.version);
    let published = desk.publish_form_as(&may, &form, wanted.as_deref(), notes(&headers).as_deref()).await;
    published.map_err(|error| match error {
        desk::Error::Refused(refusal) if refusal.message == "refusal-version-published" => {
            version_exists(&form.form_id, version)
        }
        error => error.into(),
    })?;
    Ok(success())
}

/// A file that the draft names: a picture, a list.
async fn put_file(
    caller: Caller,
    Path((project, form, name)): Path<(String, String, String)>,
    headers: HeaderMap,
    body: Body,
) -> Answer<Response> {
    let seat = caller.seat(&project).await?;
    let form = caller.desk().form(seat.mandate().id, &form).await?;
    let may = seat.may::<Forms>()?;
    if form.draft_version.is_none() {
        return Err(Problem::not_found());
    }
    let content = input::bytes(body, MOST_FILE).await?;
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let kind = kind.and_then(|kind| kind.split(';').next()).unwrap_or("application/octet-stream").trim();
    caller.desk().put_form_file(&may, &form, &name, kind, content.to_vec()).await?;
    Ok(success())
}

async fn clear_file(
    caller: Caller,
    Path((project, form, name)): Path<(String, String, String)>,
) -> Answer<Response> {
    let seat = caller.seat(&project).await?;
    let form = caller.desk().form(seat.mandate().id, &form).await?;
    caller.desk().clear_form_file(&seat.may::<Forms>()?, &form, &name).await?;
    Ok(success())
}

/// Lets the entity list that a file is named after fill it (`{"dataset": true}`), or no longer.
async fn link_file(
    caller: Caller,
    Path((project, form, name)): Path<(String, String, String)>,
    body: Body,
) -> Answer<Response> {
    let seat = caller.seat(&project).await?;
    let desk = caller.desk();
    let form = desk.form(seat.mandate().id, &form).await?;
    let may = seat.may::<Forms>()?;
    let model = desk.draft(&form).await?.ok_or_else(Problem::not_found)?;
    let sent: Value = input::from_json(body).await?;
    let linked = input::flag(&sent, "dataset")?.ok_or_else(|| Problem::missing("dataset"))?;
    let file = model.form.files.iter().find(|file| file.name == name).ok_or_else(Problem::not_found)?;
    if linked && file.kind != desk::xforms::FileKind::File {
        let message = "Dataset can only be linked to attachments with \"Data File\" type.";
        return Err(Problem::new(Code::DATASET_LINK, message));
    }
    desk.link_form_file(&may, &form, &name, linked).await?;
    let files = desk.form_files(&model).await?;
    let file = files.into_iter().find(|file| file.name == name).ok_or_else(Problem::not_found)?;
    Ok(answer(&serde_json::json!({
        "name": file.name,
        "type": "file",
        "exists": file.md5.is_some(),
        "blobExists": file.uploaded,
        "datasetExists": file.registry.is_some(),
        "updatedAt": input::time(file.changed_at),
        "hash": file.md5,
    })))
}
