//! Places in submissions as GeoJSON.

use std::ops::ControlFlow;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::RawQuery;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use desk::store::form::Form;
use desk::{FeedQuery, GeoRows, Layout, MayExport, Read, unsent};
use futures_util::stream;
use serde_json::json;

use super::input::answer;
use super::odata_query::filter;
use super::openrosa::parameter;
use super::place::Place;
use super::submissions::unexpected;
use super::trouble::Answer;
use crate::room::Web;

pub(super) fn routes() -> Router<Web> {
    let form = "/projects/{project}/forms/{form}";
    Router::new()
        .route(&format!("{form}/submissions.geojson"), get(all))
        .route(&format!("{form}/draft/submissions.geojson"), get(all))
}

/// All values of a parameter.
fn values(query: &Option<String>, wanted: &str) -> Vec<String> {
    let text = query.as_deref().unwrap_or_default();
    let found = form_urlencoded::parse(text.as_bytes()).filter(|(name, _)| name == wanted);
    found.map(|(_, value)| value.into_owned()).filter(|value| !value.is_empty()).collect()
}

/// The parameters as a filter of the feed.
fn as_filter(query: &Option<String>) -> Answer<String> {
    let mut all = Vec::new();
    let submitters = values(query, "submitterId");
    if let Some(strange) = submitters.iter().find(|id| id.parse::<i64>().is_err()) {
        return Err(unexpected("submitterId", strange, "it is not a number"));
    }
    let any = |of: Vec<String>| (!of.is_empty()).then(|| format!("({})", of.join(" or ")));
    all.extend(any(submitters.iter().map(|id| format!("__system/submitterId eq {id}")).collect()));
    let state = |state: &String| match state.as_str() {
        "null" | "received" => "__system/reviewState eq null".to_owned(),
        state => format!("__system/reviewState eq '{}'", state.replace('\'', "''")),
    };
    all.extend(any(values(query, "reviewState").iter().map(state).collect()));
    for (name, comparison) in
        [("start__gt", "gt"), ("start__gte", "ge"), ("end__lt", "lt"), ("end__lte", "le")]
    {
        if let Some(at) = parameter(query, name) {
            all.push(format!("__system/submissionDate {comparison} {at}"));
        }
    }
    if parameter(query, "deleted").is_some_and(|deleted| deleted.eq_ignore_ascii_case("true")) {
        all.push("__system/deletedAt ne null".to_owned());
    }
    Ok(all.join(" and "))
}

async fn all(place: Place, RawQuery(query): RawQuery) -> Answer<Response> {
    let may = place.seat.may::<Read>()?;
    place.seat.may::<MayExport>()?;
    let form = place.kept().await?;
    let desk = place.desk();
    let model = desk.published(&form).await?;
    let layout = Arc::new(Layout::of(&model.form));
    let limit = super::odata_query::number(&query, "limit").unwrap_or(i64::MAX);
    let only = values(&query, "submissionID");
    let rows = GeoRows::new(layout.clone(), &values(&query, "fieldpath"), only);
    let of =
        FeedQuery { filter: filter(Some(&as_filter(&query)?), desk.now(), false)?, ..FeedQuery::default() };
    let action = if place.draft { "form.draft.geodata" } else { "form.submission.geodata" };
    desk.log_feed(&may, &form, action).await?;
    let feed = desk.feed(&may, &form, layout, of, None).await?;
    let mut chunks = desk.stream_feed(feed, move |feed, tx, out| {
        out.write_all(b"{\"type\":\"FeatureCollection\",\"features\":[").map_err(unsent)?;
        let mut written = 0;
        feed.each(tx, &rows, &mut |piece| {
            let mut from = 0;
            for end in piece.ends {
                if written == limit {
                    return Ok(ControlFlow::Break(()));
                }
                if written > 0 {
                    out.write_all(b",").map_err(unsent)?;
                }
                out.write_all(piece.text.get(from..end).unwrap_or_default()).map_err(unsent)?;
                (from, written) = (end, written + 1);
            }
            Ok(ControlFlow::Continue(()))
        })?;
        out.write_all(b"]}").map_err(unsent)
    })?;
    let body = Body::from_stream(stream::poll_fn(move |context| chunks.poll_recv(context)));
    Ok(([(header::CONTENT_TYPE, "application/json; charset=utf-8")], body).into_response())
}

/// The places of one submission, or of one of its versions.
pub(super) async fn of_submission(
    place: &Place,
    form: &Form,
    instance: &str,
    version: Option<&str>,
    query: &Option<String>,
) -> Answer<Response> {
    let may = place.seat.may::<Read>()?;
    let paths = values(query, "fieldpath");
    let feature = place.desk().version_feature(&may, form, instance, version, &paths).await?;
    let features: Vec<_> = feature.into_iter().collect();
    Ok(answer(&json!({ "type": "FeatureCollection", "features": features })))
}
