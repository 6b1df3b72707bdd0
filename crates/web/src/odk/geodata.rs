//! Places in submissions as GeoJSON.

use axum::Router;
use axum::extract::RawQuery;
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::get;
use desk::store::form::Form;

use super::place::Place;
use super::trouble::{Answer, Problem};
use crate::room::Web;

pub(super) fn routes() -> Router<Web> {
    let form = "/projects/{project}/forms/{form}";
    Router::new()
        .route(&format!("{form}/submissions.geojson"), get(all))
        .route(&format!("{form}/draft/submissions.geojson"), get(all))
}

async fn all(_place: Place, RawQuery(_query): RawQuery, _headers: HeaderMap) -> Answer<Response> {
    Err(Problem::not_found())
}

pub(super) async fn of_submission(
    _place: &Place,
    _form: &Form,
    _instance: &str,
    _version: Option<&str>,
    _query: &Option<String>,
) -> Answer<Response> {
    Err(Problem::not_found())
}
