//! What people see of the record: who did what to which thing, newest first, with the names that the numbers stand for.

use std::collections::BTreeMap;

use store::audit::{self, AuditEntry};
use store::{Fault, Tx, case, form, mandate, member, registry, submission};

use crate::Desk;
use crate::answer::Answer;
use crate::may::{Administrator, Ledger, May};

/// The thing that something was done to, as a page can name it and lead to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum About {
    /// A mandate.
    Mandate {
        /// Its name.
        name: String,
    },
    /// A form.
    Form {
        /// Its ODK id.
        form_id: String,
    },
    /// A submission.
    Submission {
        /// The form's ODK id.
        form_id: String,
        /// Its instance id.
        instance_id: String,
    },
    /// A registry.
    Registry {
        /// Its name in forms.
        name: String,
    },
    /// An entry of a registry.
    Entry {
        /// The registry's name in forms.
        registry: String,
        /// The entry's ODK id.
        uuid: String,
    },
    /// A case.
    Case {
        /// Its workflow.
        workflow: String,
        /// What people call it.
        code: String,
    },
    /// A member or a phone.
    Actor {
        /// Its name.
        name: String,
    },
}

/// One line of the record.
pub struct AuditLine {
    /// As stored.
    pub entry: AuditEntry,
    /// Name of the member or phone that did it.
    pub who: Option<String>,
    /// What it was done to.
    pub about: Option<About>,
}

/// A page of the record, newest first.
pub struct AuditPage {
    /// Its lines.
    pub lines: Vec<AuditLine>,
    /// Where the next page begins; none on the last one.
    pub before: Option<i64>,
    /// Names of the mandates that the lines belong to, by number.
    pub mandates: BTreeMap<i64, String>,
}

/// Lines on a page.
const PAGE: i64 = 50;

impl Desk {
    /// The record of a mandate, newest first, below entry `before`, of one action or of all.
    pub async fn audit(
        &self,
        may: &May<'_, Ledger>,
        action: Option<&str>,
        before: Option<i64>,
    ) -> Answer<AuditPage> {
        self.audit_page(Some(may.mandate().id), action, before).await
    }

    /// The record of the whole server.
    pub async fn server_audit(
        &self,
        _: &Administrator,
        action: Option<&str>,
        before: Option<i64>,
    ) -> Answer<AuditPage> {
        self.audit_page(None, action, before).await
    }

    async fn audit_page(
        &self,
        mandate: Option<i64>,
        action: Option<&str>,
        before: Option<i64>,
    ) -> Answer<AuditPage> {
        let action = action.map(str::to_owned);
        Ok(self
            .store
            .read(move |tx| {
                let before = before.unwrap_or(i64::MAX);
                let mut entries = audit::list(tx, mandate, action.as_deref(), before, PAGE + 1)?;
                let more = entries.len() as i64 > PAGE;
                entries.truncate(PAGE as usize);
                let before = if more { entries.last().map(|entry| entry.id) } else { None };
                let actors = |entry: &AuditEntry| {
                    [entry.member, entry.device].map(|id| id.map(|id| (entry.mandate, id)))
                };
                let names = names_of(tx, entries.iter().flat_map(actors).flatten())?;
                let mut mandates = BTreeMap::new();
                for id in entries.iter().filter_map(|entry| entry.mandate) {
                    if !mandates.contains_key(&id)
                        && let Some(found) = mandate::by_id(tx, id)?
                    {
                        mandates.insert(id, found.name);
                    }
                }
                let mut lines = Vec::with_capacity(entries.len());
                for entry in entries {
                    let who = entry.member.or(entry.device).and_then(|id| names.get(&id).cloned());
                    lines.push(AuditLine { about: about(tx, &entry)?, who, entry });
                }
                Ok::<_, Fault>(AuditPage { lines, before, mandates })
            })
            .await?)
    }
}

fn about(tx: &mut Tx, entry: &AuditEntry) -> Result<Option<About>, Fault> {
    let (Some(kind), Some(id)) = (entry.about_kind.as_deref(), entry.about) else { return Ok(None) };
    Ok(match kind {
        "mandate" => mandate::by_id(tx, id)?.map(|found| About::Mandate { name: found.name }),
        "form" => form::by_id(tx, id)?.map(|found| About::Form { form_id: found.form_id }),
        "submission" => match submission::by_id(tx, id)? {
            Some(found) => form::by_id(tx, found.form)?
                .map(|form| About::Submission { form_id: form.form_id, instance_id: found.instance_id }),
            None => None,
        },
        "registry" => registry::by_id(tx, id)?.map(|found| About::Registry { name: found.name }),
        "entry" => match registry::entry_by_id(tx, id)? {
            Some(found) => registry::by_id(tx, found.registry)?
                .map(|registry| About::Entry { registry: registry.name, uuid: found.uuid }),
            None => None,
        },
        "case" => {
            case::by_id(tx, id)?.map(|found| About::Case { workflow: found.workflow, code: found.code })
        }
        "member" | "device" => {
            names_of(tx, [(entry.mandate, id)])?.remove(&id).map(|name| About::Actor { name })
        }
        _ => None,
    })
}

/// Names of members and of mandates' phones, which share one sequence of numbers. Each comes with the mandate in which
/// a phone of that number is looked for.
pub(crate) fn names_of(
    tx: &mut Tx,
    ids: impl IntoIterator<Item = (Option<i64>, i64)>,
) -> Result<BTreeMap<i64, String>, Fault> {
    let mut names = BTreeMap::new();
    for (mandate, id) in ids {
        if names.contains_key(&id) {
            continue;
        }
        let member = member::by_id(tx, id)?.map(|member| member.name);
        let name = match (member, mandate) {
            (None, Some(mandate)) => mandate::device(tx, mandate, id)?.map(|device| device.name),
            (member, _) => member,
        };
        if let Some(name) = name {
            names.insert(id, name);
        }
    }
    Ok(names)
}

/// The submission that a version belongs to: form id and instance id; none once it is out of sight.
pub(crate) fn source_of(tx: &mut Tx, version: i64) -> Result<Option<(String, String)>, Fault> {
    let Some(version) = submission::version(tx, version)? else { return Ok(None) };
    let Some(found) = submission::by_id(tx, version.submission)? else { return Ok(None) };
    if found.removed_at.is_some() {
        return Ok(None);
    }
    Ok(form::by_id(tx, found.form)?.map(|form| (form.form_id, found.instance_id)))
}
