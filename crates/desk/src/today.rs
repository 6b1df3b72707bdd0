//! What waits for a member: in a mandate, and in their own account.

use std::sync::Arc;

use protocol::Right;
use store::form::Form;
use store::mandate::Device;
use store::registry::Registry;
use store::submission::{self, List, Submission};
use store::{Fault, mandate, member, registry};

use crate::Desk;
use crate::answer::Answer;
use crate::cases::CaseDetail;
use crate::forms::FormModel;
use crate::may::{Seat, Visits};
use crate::session::Session;

/// A phone that was not seen for so long (ms) is told of: a week.
const SILENT_AFTER: i64 = 7 * 24 * 3_600_000;
/// How many of the latest submissions are shown.
const LATEST: usize = 8;

/// What waits in a mandate for the member who sits there. A list is empty where the member's role has no part in it.
#[derive(Default)]
pub struct Today {
    /// Forms with submissions that nobody has reviewed in their present version, and how many.
    pub unreviewed: Vec<(Form, Arc<FormModel>, i64)>,
    /// Registries with entries whose conflicts wait, and how many.
    pub conflicts: Vec<(Registry, i64)>,
    /// Forms whose draft is not published.
    pub drafts: Vec<(Form, Arc<FormModel>)>,
    /// Phones that were not seen for a week.
    pub silent: Vec<Device>,
    /// Cases in which the member's role must act, or can stop a clock that runs.
    pub cases: Vec<CaseDetail>,
    /// The newest submissions: the form, its model, the submission, and who sent it.
    pub latest: Vec<(Form, Arc<FormModel>, Submission, Option<String>)>,
    /// How many forms phones can fill.
    pub open_forms: usize,
    /// How many phones there are that may send.
    pub phones: usize,
    /// How many submissions there are.
    pub submissions: i64,
}

/// What a member's own account lacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OwnAccount {
    /// No recovery code was made.
    pub no_recovery_code: bool,
    /// Neither a second factor nor a passkey.
    pub no_second_factor: bool,
    /// The session's keys are forgotten.
    pub locked: bool,
}

/// Whether a case waits for the role of whoever sits here.
fn waits_for(detail: &CaseDetail, seat: &Seat) -> bool {
    let (Some(role), Some(standing)) = (seat.role(), detail.standing()) else { return false };
    let mut clocks = standing.clocks.iter().filter(|count| count.state.is_running());
    standing.next.iter().any(|next| next.roles.contains(&role))
        || clocks.any(|count| count.roles.contains(&role))
}

impl Desk {
    /// What waits in a mandate.
    pub async fn today(&self, seat: &Seat) -> Answer<Today> {
        let mut today = Today::default();
        let forms = self.forms_seen_from(seat).await?;
        let published = |form: &Form| form.current_version.is_some() && form.state == "open";
        today.open_forms = forms.iter().filter(|listed| published(&listed.form)).count();
        today.submissions = forms.iter().map(|listed| listed.form.submissions).sum();
        if seat.has(Right::Forms) {
            for listed in forms.iter().filter(|listed| listed.form.draft_version.is_some()) {
                if let Some(draft) = self.draft(&listed.form).await? {
                    today.drafts.push((listed.form.clone(), draft));
                }
            }
        }
        if !seat.protocol().workflows.is_empty()
            && let Ok(may) = seat.may::<Visits>()
        {
            let waiting = self.cases(&may, None).await?;
            today.cases = waiting.into_iter().filter(|detail| waits_for(detail, seat)).collect();
        }
        let (id, now) = (seat.mandate().id, self.now());
        let [reviews, reads] = [Right::Review, Right::Read].map(|right| seat.has(right));
        let sees_devices = seat.has(Right::Devices);
        Ok(self
            .store
            .read(move |tx| {
                for listed in forms.iter().filter(|listed| reviews && listed.form.submissions > 0) {
                    let waiting = submission::count_unreviewed(tx, listed.form.id)?;
                    if waiting > 0 {
                        today.unreviewed.push((listed.form.clone(), listed.model.clone(), waiting));
                    }
                }
                if reviews {
                    for found in registry::all(tx, id)? {
                        let waiting = registry::conflicts(tx, found.id)?;
                        if waiting > 0 {
                            today.conflicts.push((found, waiting));
                        }
                    }
                }
                let devices = mandate::devices(tx, id)?;
                let active = |device: &&Device| device.revoked_at.is_none();
                today.phones = devices.iter().filter(active).count();
                for listed in forms.iter().filter(|listed| reads && listed.form.submissions > 0) {
                    let list = List { form: listed.form.id, limit: LATEST as i64, ..List::default() };
                    submission::list(tx, &list, |found| {
                        let (form, model) = (listed.form.clone(), listed.model.clone());
                        today.latest.push((form, model, found.submission, None));
                        Ok(())
                    })?;
                }
                today.latest.sort_by_key(|(_, _, submission, _)| std::cmp::Reverse(submission.id));
                today.latest.truncate(LATEST);
                for (_, _, submission, who) in &mut today.latest {
                    *who = match (submission.device, submission.member) {
                        (Some(id), _) => {
                            devices.iter().find(|device| device.id == id).map(|device| device.name.clone())
                        }
                        (None, Some(id)) => member::by_id(tx, id)?.map(|member| member.name),
                        (None, None) => None,
                    };
                }
                if sees_devices {
                    let silent = |device: &Device| {
                        device.last_seen_at.unwrap_or(device.created_at) < now - SILENT_AFTER
                    };
                    let active = devices.into_iter().filter(|device| device.revoked_at.is_none());
                    today.silent = active.filter(silent).collect();
                }
                Ok::<_, Fault>(today)
            })
            .await?)
    }

    /// What a member's own account lacks.
    pub async fn own_account(&self, session: &Session) -> Answer<OwnAccount> {
        let passkeys = self.passkeys(session).await?;
        let member = session.member();
        Ok(OwnAccount {
            no_recovery_code: member.recovery_lock.is_none(),
            no_second_factor: member.sealed_totp.is_none() && passkeys.is_empty(),
            locked: self.minutes_unlocked(session).is_none(),
        })
    }
}
