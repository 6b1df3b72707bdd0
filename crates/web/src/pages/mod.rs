//! The pages for members, one file per group.

mod account;
mod answers;
mod compartments;
mod devices;
mod fill;
mod form;
mod form_draft;
mod forms;
mod keys;
mod login;
mod mandates;
mod members;
mod people;
mod settings;
mod shares;
mod submission;
mod submission_acts;
mod submission_answers;
mod submission_list;
mod submission_map;
mod submission_versions;
mod submissions;
mod unlock;

use axum::Router;

use crate::room::Web;
use crate::{assets, headers};

/// All pages with their layers and assets.
pub fn router(web: Web) -> Router {
    let pages = Router::new()
        .merge(account::router())
        .merge(devices::router())
        .merge(keys::router())
        .merge(login::router())
        .merge(mandates::router())
        .merge(members::router())
        .merge(people::router())
        .merge(settings::router())
        .merge(shares::router())
        .merge(unlock::router())
        .merge(fill::router())
        .merge(form::router())
        .merge(form_draft::router())
        .merge(forms::router())
        .merge(submission_acts::router())
        .merge(submissions::router());
    headers::with_page_layers(pages).with_state(web).merge(assets::router())
}
