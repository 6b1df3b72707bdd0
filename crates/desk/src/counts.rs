//! How much there is in a mandate, for clients that show it beside its name.

use store::form::Form;
use store::registry::{self, Registry};
use store::{Fault, form, mandate, submission};

use crate::Desk;
use crate::answer::Answer;
use crate::may::Seat;

/// How much there is in a mandate.
pub struct MandateCounts {
    /// Forms.
    pub forms: usize,
    /// Phones that were not removed.
    pub phones: usize,
    /// Registries.
    pub registries: usize,
    /// When the newest submission arrived (ms).
    pub last_submission: Option<i64>,
    /// When the newest entry was made (ms).
    pub last_entry: Option<i64>,
}

/// How much there is of a form.
#[derive(Default)]
pub struct FormCounts {
    /// Submissions.
    pub submissions: i64,
    /// Submissions that nobody has looked at.
    pub received: i64,
    /// Submissions with issues.
    pub has_issues: i64,
    /// Submissions that were changed.
    pub edited: i64,
    /// When the newest arrived (ms).
    pub last_submission: Option<i64>,
    /// Public links that can be used.
    pub links: usize,
}

/// How much there is in a registry.
pub struct RegistryCounts {
    /// The registry.
    pub registry: Registry,
    /// Entries with a conflict that nobody has resolved.
    pub conflicts: i64,
    /// When the newest entry was made (ms).
    pub last_entry: Option<i64>,
}

impl Desk {
    /// How much there is in a mandate.
    pub async fn mandate_counts(&self, seat: &Seat) -> Answer<MandateCounts> {
        let id = seat.mandate().id;
        Ok(self
            .store
            .read(move |tx| {
                let forms = form::all(tx, id)?;
                let mut last_submission = None;
                for form in &forms {
                    last_submission = last_submission.max(submission::last_received(tx, form.id)?);
                }
                let registries = registry::all(tx, id)?;
                let mut last_entry = None;
                for registry in &registries {
                    last_entry = last_entry.max(registry::last_made(tx, registry.id)?);
                }
                let phones = mandate::devices(tx, id)?;
                let phones = phones.iter().filter(|one| one.link_form.is_none() && one.removed_at.is_none());
                Ok::<_, Fault>(MandateCounts {
                    forms: forms.len(),
                    phones: phones.count(),
                    registries: registries.len(),
                    last_submission,
                    last_entry,
                })
            })
            .await?)
    }

    /// How much there is of a form, or of what tries out its draft.
    pub async fn form_counts(&self, seat: &Seat, form: &Form, draft: bool) -> Answer<FormCounts> {
        let (mandate, form) = (seat.mandate().id, form.clone());
        Ok(self
            .store
            .read(move |tx| {
                let links = mandate::devices(tx, mandate)?;
                let links =
                    links.iter().filter(|link| link.link_form == Some(form.id) && link.revoked_at.is_none());
                let links = links.count();
                let form = match form.draft_version.filter(|_| draft) {
                    Some(version) => form::rehearsal(tx, &form, version)?,
                    None => Some(form),
                };
                let Some(form) = form else { return Ok(FormCounts { links, ..FormCounts::default() }) };
                let states = submission::count_by_state(tx, form.id)?;
                let count = |state: &str| {
                    states.iter().find(|(name, _)| name == state).map_or(0, |(_, count)| *count)
                };
                Ok::<_, Fault>(FormCounts {
                    submissions: form.submissions,
                    received: count("received"),
                    has_issues: count("hasIssues"),
                    edited: count("edited"),
                    last_submission: submission::last_received(tx, form.id)?,
                    links,
                })
            })
            .await?)
    }

    /// The registries of a mandate, with what stands in them.
    pub async fn registry_counts(&self, seat: &Seat) -> Answer<Vec<RegistryCounts>> {
        let id = seat.mandate().id;
        Ok(self
            .store
            .read(move |tx| {
                let mut counts = Vec::new();
                for registry in registry::all(tx, id)? {
                    let conflicts = registry::conflicts(tx, registry.id)?;
                    let last_entry = registry::last_made(tx, registry.id)?;
                    counts.push(RegistryCounts { registry, conflicts, last_entry });
                }
                Ok::<_, Fault>(counts)
            })
            .await?)
    }
}
