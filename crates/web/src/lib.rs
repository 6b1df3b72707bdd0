#![doc = include_str!("../README.md")]

pub mod address;
pub mod answer;
pub mod assets;
pub mod cookies;
pub mod fill;
pub mod frame;
#[cfg(debug_assertions)]
pub mod gallery;
pub mod headers;
pub mod locale;
pub mod moment;
pub mod odk;
pub mod pages;
pub mod patterns;
pub mod release_report;
pub mod room;
pub mod sent;
pub mod sheet;

use axum::Router;
use tower::ServiceExt as _;

/// Everything that this server answers.
pub fn router(web: room::Web) -> Router {
    let rooms = pages::router(web.clone()).merge(odk::router().with_state(web));
    // Addresses are changed before a route is looked for.
    Router::new().fallback_service(rooms.map_request(odk::caller::key_aside))
}
