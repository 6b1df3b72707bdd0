//! The pages for members, one file per group.

mod account;
mod answers;
mod case;
mod case_fact;
mod case_words;
mod cases;
mod compartments;
mod confirm;
mod devices;
mod entry;
mod entry_change;
mod entry_conflict;
mod export;
mod fill;
mod finding;
mod findings;
mod form;
mod form_draft;
mod forms;
mod home;
mod keys;
mod ledger;
mod login;
mod mandates;
mod members;
mod passkeys;
mod people;
mod public;
mod reconciliation;
mod record;
mod record_words;
mod registries;
mod registry;
mod release;
mod settings;
mod shares;
mod submission;
mod submission_acts;
mod submission_answers;
mod submission_list;
mod submission_map;
mod submission_record;
mod submission_versions;
mod submissions;
mod today;
mod unlock;
mod visit_draw;
mod visit_draw_acts;
mod visit_draw_slip;
mod visit_files;
mod visit_frame;
mod visit_sites;
mod witnesses;
mod wording;

use axum::Router;

use crate::room::Web;
use crate::{assets, headers};

pub(crate) use findings::gap_table;
pub use public::is_public;

/// All pages with their layers and assets.
pub fn router(web: Web) -> Router {
    let pages = Router::new()
        .merge(account::router())
        .merge(case::router())
        .merge(case_fact::router())
        .merge(cases::router())
        .merge(confirm::router())
        .merge(devices::router())
        .merge(entry::router())
        .merge(entry_change::router())
        .merge(entry_conflict::router())
        .merge(export::router())
        .merge(fill::router())
        .merge(findings::router())
        .merge(form::router())
        .merge(form_draft::router())
        .merge(forms::router())
        .merge(home::router())
        .merge(keys::router())
        .merge(ledger::router())
        .merge(login::router())
        .merge(mandates::router())
        .merge(members::router())
        .merge(passkeys::router())
        .merge(people::router())
        .merge(public::router())
        .merge(reconciliation::router())
        .merge(record::router())
        .merge(registries::router())
        .merge(registry::router())
        .merge(release::router())
        .merge(settings::router())
        .merge(shares::router())
        .merge(submission_acts::router())
        .merge(submissions::router())
        .merge(today::router())
        .merge(unlock::router())
        .merge(visit_draw::router())
        .merge(visit_draw_acts::router())
        .merge(visit_draw_slip::router())
        .merge(visit_files::router())
        .merge(visit_sites::router())
        .merge(visit_frame::router())
        .merge(witnesses::router());
    headers::with_page_layers(pages).with_state(web).merge(assets::router())
}
