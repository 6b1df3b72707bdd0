//! The phone's door: OpenRosa as ODK Collect speaks it, and the part of ODK Central's REST API that scripts need to set
//! up a server. Everything stands under `/v1`, as Central has it.
//!
//! A phone carries its token in the path (`/v1/key/{token}/projects/{project}/…`); a member shows a session token
//! (`Bearer`), a password (`Basic`) or the session's cookie. What cannot be done is answered in the caller's language:
//! OpenRosa XML for phones, Central's JSON for scripts (see [`trouble`]).

use axum::Router;
use axum::middleware;
use tower_http::catch_panic::CatchPanicLayer;

use crate::headers::panicked;
use crate::room::Web;

mod actors;
mod asker;
mod audits;
pub mod caller;
mod central;
mod edmx;
mod entities_csv;
mod entity_filter;
mod entity_geo;
mod geodata;
mod input;
pub mod manifest;
pub mod multipart;
mod odata;
mod odata_entities;
mod odata_query;
pub mod openrosa;
mod place;
mod rest_datasets;
mod rest_devices;
mod rest_drafts;
mod rest_entities;
mod rest_forms;
mod rest_links;
mod rest_projects;
mod rest_roles;
mod rest_sessions;
mod rest_users;
mod submission_files;
mod submissions;
mod tables;
pub mod trouble;
mod xml;

use trouble::{Code, Problem};

/// Everything under `/v1`, with its own layers. A token in the path, `Bearer` and `Basic` cannot be sent by a foreign
/// page unasked; where the cookie is used, [`caller`] asks that the request comes from our own pages.
pub fn router() -> Router<Web> {
    let versions = Router::new()
        .merge(openrosa::routes())
        .merge(rest_sessions::routes())
        .merge(rest_users::routes())
        .merge(rest_roles::routes())
        .merge(rest_projects::routes())
        .merge(rest_forms::routes())
        .merge(rest_drafts::routes())
        .merge(rest_devices::routes())
        .merge(rest_links::routes())
        .merge(rest_datasets::routes())
        .merge(rest_entities::routes())
        .merge(odata_entities::routes())
        .merge(submissions::routes())
        .merge(submission_files::routes())
        .merge(tables::routes())
        .merge(geodata::routes())
        .merge(audits::routes())
        .merge(entity_geo::routes())
        .fallback(odata::fallback)
        .method_not_allowed_fallback(|| async {
            Problem::new(Code::METHOD, "This address cannot be used with this method.")
        })
        .layer(CatchPanicLayer::custom(panicked))
        .layer(middleware::from_fn(trouble::answer));
    Router::new().nest("/v1", versions)
}
