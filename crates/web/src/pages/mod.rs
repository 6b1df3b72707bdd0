//! The pages for members, one file per group.

use axum::Router;

use crate::room::Web;
use crate::{assets, headers};

/// All pages with their layers and assets.
pub fn router(web: Web) -> Router {
    let pages = Router::new();
    headers::with_page_layers(pages).with_state(web).merge(assets::router())
}
