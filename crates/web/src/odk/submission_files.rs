//! The files of submissions, one by one.

use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, OriginalUri, Path, Request};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use desk::store::form::Form;
use desk::{Read, Review};
use futures_util::{StreamExt, stream};
use serde_json::json;

use super::input::{answer, success};
use super::manifest::attachment;
use super::openrosa::not_modified;
use super::place::{Place, identity, reason};
use super::submissions::{Named, moved};
use super::trouble::{Answer, Problem};
use crate::room::Web;

pub(super) fn routes() -> Router<Web> {
    let both = |form: &str| {
        let files = format!("{form}/submissions/{{instance}}/attachments");
        let of_version = format!("{form}/submissions/{{instance}}/versions/{{version}}/attachments");
        Router::new()
            .route(&files, get(list))
            .route(&format!("{files}/{{name}}"), get(fetch).post(put).delete(clear))
            .route(&of_version, get(list))
            .route(&format!("{of_version}/{{name}}"), get(fetch))
    };
    let form = "/projects/{project}/forms/{form}";
    both(form).merge(both(&format!("{form}/draft"))).layer(DefaultBodyLimit::disable())
}

fn version(named: &Named) -> Option<&str> {
    Some(named.version.as_str()).filter(|version| !version.is_empty())
}

async fn or_moved(
    place: &Place,
    form: &Form,
    uri: &OriginalUri,
    named: &Named,
    error: desk::Error,
) -> Problem {
    if version(named).is_some() {
        return error.into();
    }
    moved(place, form, uri, &named.instance, error.into()).await
}

async fn list(place: Place, uri: OriginalUri, Path(named): Path<Named>) -> Answer<Response> {
    let may = place.seat.may::<Read>()?;
    let form = place.kept().await?;
    match place.desk().named_files(&may, &form, &named.instance, version(&named)).await {
        Ok(files) => {
            let told = files.iter().map(|file| json!({ "name": file.name, "exists": file.exists }));
            Ok(answer(&told.collect()))
        }
        Err(error) => Err(or_moved(&place, &form, &uri, &named, error).await),
    }
}

async fn fetch(
    place: Place,
    uri: OriginalUri,
    Path(named): Path<Named>,
    headers: HeaderMap,
) -> Answer<Response> {
    let may = place.seat.may::<Read>()?;
    let form = place.kept().await?;
    let reason = reason(&headers);
    let opening = identity(&place.seat, &reason);
    let opening = opening.as_ref().map(|(may, reason)| (may, *reason));
    let which = (named.instance.as_str(), version(&named));
    let found = match place.desk().named_file(&may, &form, which, &named.name, opening).await {
        Ok(found) => found,
        Err(error) => return Err(or_moved(&place, &form, &uri, &named, error).await),
    };
    let etag = found.md5.as_ref().map(|md5| format!("\"{md5}\""));
    if let Some(response) = etag.as_deref().and_then(|etag| not_modified(&headers, etag)) {
        return Ok(response);
    }
    let mut chunks = found.chunks;
    let media_type = match found.media_type {
        plain if plain.starts_with("text/") && !plain.contains("charset") => {
            format!("{plain}; charset=utf-8")
        }
        other => other,
    };
    let headers =
        [(header::CONTENT_TYPE, media_type), (header::CONTENT_DISPOSITION, attachment(&named.name))];
    let body = Body::from_stream(stream::poll_fn(move |context| chunks.poll_recv(context)));
    let mut response = (headers, body).into_response();
    if let Some(etag) = etag.and_then(|etag| etag.parse().ok()) {
        response.headers_mut().insert(header::ETAG, etag);
    }
    Ok(response)
}

async fn put(place: Place, Path(named): Path<Named>, request: Request) -> Answer<Response> {
    let form = place.kept().await?;
    let may = place.seat.may::<Review>()?;
    let mut file = place.desk().incoming_file(&named.name)?;
    let (parts, body) = request.into_parts();
    if let Some(kind) = parts.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()) {
        file.set_media_type(kind);
    }
    let mut pieces = body.into_data_stream();
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(|_| Problem::unparseable("a file", "it ended in the middle"))?;
        file.push(&piece)?;
    }
    place.desk().put_named_file(&may, &form, &named.instance, file).await?;
    Ok(success())
}

async fn clear(place: Place, Path(named): Path<Named>) -> Answer<Response> {
    let form = place.kept().await?;
    let may = place.seat.may::<Review>()?;
    place.desk().clear_named_file(&may, &form, &named.instance, &named.name).await?;
    Ok(success())
}
