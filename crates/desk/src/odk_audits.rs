//! The record of what was done as ODK Central's clients read it.

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use store::audit::{self, AuditEntry};
use store::form::Form;
use store::{Fault, Tx, submission};

use crate::Desk;
use crate::answer::Answer;
use crate::desk::hex;
use crate::entities::Actor;
use crate::files::name_hash;
use crate::keyring::Keyring;
use crate::may::{Administrator, May, Read};
use crate::submission_heads::actors;
use crate::submissions::open_name;

/// What we do that Central does as well: our action, and Central's name of it. What is not here is our house's own, and
/// no client of Central hears of it.
const ACTIONS: &[(&str, &str)] = &[
    ("user.create", "user.create"),
    ("user.update", "user.update"),
    ("user.delete", "user.delete"),
    ("user.assignment.create", "user.assignment.create"),
    ("user.assignment.delete", "user.assignment.delete"),
    ("user.session.create", "user.session.create"),
    ("project.create", "project.create"),
    ("project.update", "project.update"),
    ("project.delete", "project.delete"),
    ("field_key.create", "field_key.create"),
    ("field_key.delete", "field_key.delete"),
    ("field_key.assignment.create", "field_key.assignment.create"),
    ("field_key.assignment.delete", "field_key.assignment.delete"),
    ("field_key.session.end", "field_key.session.end"),
    ("public_link.create", "public_link.create"),
    ("public_link.delete", "public_link.delete"),
    ("public_link.session.end", "public_link.session.end"),
    ("public_link.assignment.create", "public_link.assignment.create"),
    ("form.create", "form.create"),
    ("form.update", "form.update"),
    ("form.delete", "form.delete"),
    ("form.restore", "form.restore"),
    ("form.attachment.update", "form.attachment.update"),
    ("form.submission.export", "form.submission.export"),
    ("form.update.draft.set", "form.update.draft.set"),
    ("form.update.draft.delete", "form.update.draft.delete"),
    ("form.update.publish", "form.update.publish"),
    ("submission.create", "submission.create"),
    ("submission.update", "submission.update"),
    ("submission.update.version", "submission.update.version"),
    ("submission.attachment.update", "submission.attachment.update"),
    ("submission.delete", "submission.delete"),
    ("submission.restore", "submission.restore"),
    ("submission.erase", "submission.purge"),
    ("dataset.create", "dataset.create"),
    ("dataset.update", "dataset.update"),
    ("dataset.delete", "dataset.delete"),
    ("entity.create", "entity.create"),
    ("entity.update.version", "entity.update.version"),
    ("entity.update.resolve", "entity.update.resolve"),
    ("entity.delete", "entity.delete"),
    ("entity.restore", "entity.restore"),
    ("entity.error", "entity.error"),
    ("entity.bulk.create", "entity.bulk.create"),
    ("entity.bulk.delete", "entity.bulk.delete"),
];

/// Kinds of actions that are asked for together, by how Central's names begin.
const GROUPS: &[(&str, &[&str])] = &[
    ("user", &["user."]),
    ("project", &["project."]),
    ("form", &["form."]),
    ("submission", &["submission."]),
    ("dataset", &["dataset."]),
    ("entity", &["entity."]),
    ("field_key", &["field_key."]),
    ("public_link", &["public_link."]),
    ("nonverbose", &["user.", "project.", "field_key.", "public_link.", "form.", "dataset."]),
];

/// An entry as Central tells it.
pub struct OdkAudit {
    /// Who did it.
    pub actor: Option<i64>,
    /// The same, by name.
    pub told_actor: Option<Actor>,
    /// What, in Central's words.
    pub action: &'static str,
    /// An id of what it was done to, always the same for the same thing.
    pub actee_id: Option<String>,
    /// What it was done to.
    pub actee: Option<Actee>,
    /// More.
    pub details: Option<Value>,
    /// When (ms).
    pub at: i64,
}

/// What something was done to.
pub enum Actee {
    /// A form.
    Form(Form),
    /// A mandate: number, name, description, when it was made (ms).
    Mandate(store::mandate::Mandate),
    /// A member or a phone.
    Actor(Actor),
    /// A registry, by name, in a mandate.
    Registry(i64, String),
}

/// Which entries are wanted.
#[derive(Clone, Debug, Default)]
pub struct OdkAuditQuery {
    /// One of Central's actions, or a group of them.
    pub action: Option<String>,
    /// From then on (ms).
    pub start: Option<i64>,
    /// Until then (ms), it included.
    pub end: Option<i64>,
    /// Pass over so many.
    pub offset: i64,
    /// At most so many.
    pub limit: Option<i64>,
}

/// Our actions that a client asks for by Central's words.
fn wanted(action: Option<&str>) -> Vec<&'static str> {
    let begins =
        action.and_then(|action| GROUPS.iter().find(|(name, _)| *name == action)).map(|(_, begins)| *begins);
    let of = |central: &str| match (action, begins) {
        (None, _) => true,
        (_, Some(begins)) => {
            begins.iter().any(|begin| central.starts_with(begin)) && central != "form.submission.export"
        }
        (Some(action), None) => central == action,
    };
    ACTIONS.iter().filter(|(_, central)| of(central)).map(|(ours, _)| *ours).collect()
}

impl Desk {
    /// What was done on the whole server, newest first.
    pub async fn odk_audits(
        &self,
        administrator: &Administrator,
        query: OdkAuditQuery,
    ) -> Answer<Vec<OdkAudit>> {
        let keyring = self.keyring(administrator.session());
        Ok(self
            .store
            .read(move |tx| {
                let mut keyring = keyring;
                let actions = wanted(query.action.as_deref());
                let page = audit::Page {
                    actions: &actions,
                    from: query.start.unwrap_or(i64::MIN),
                    until: query.end.unwrap_or(i64::MAX),
                    offset: query.offset.max(0),
                    limit: query.limit.unwrap_or(i64::MAX).max(0),
                };
                let entries = audit::page(tx, &page)?;
                let mut told = Vec::with_capacity(entries.len());
                for entry in entries {
                    told.extend(tell(tx, keyring.as_mut(), entry)?);
                }
                Ok::<_, Fault>(told)
            })
            .await?)
    }

    /// What was done to a submission, newest first.
    pub async fn odk_submission_audits(
        &self,
        may: &May<'_, Read>,
        form: &Form,
        instance_id: &str,
    ) -> Answer<Vec<OdkAudit>> {
        let found = self.find(may.mandate().id, form, instance_id).await?;
        let keyring = self.keyring(may.session());
        Ok(self
            .store
            .read(move |tx| {
                let mut keyring = keyring;
                let mut told = Vec::new();
                for entry in audit::about(tx, "submission", found.id)?.into_iter().rev() {
                    told.extend(tell(tx, keyring.as_mut(), entry)?);
                }
                Ok::<_, Fault>(told)
            })
            .await?)
    }
}

/// A UUID that stands for one thing.
fn uuid_of(kind: &str, id: i64) -> String {
    let digits = hex(&Sha256::digest(format!("{kind} {id}")));
    let part = |from: usize, to: usize| digits.get(from..to).unwrap_or_default();
    format!("{}-{}-4{}-a{}-{}", part(0, 8), part(8, 12), part(13, 16), part(17, 20), part(20, 32))
}

fn tell(tx: &mut Tx, keyring: Option<&mut Keyring>, entry: AuditEntry) -> Result<Option<OdkAudit>, Fault> {
    let Some((_, action)) = ACTIONS.iter().find(|(ours, _)| *ours == entry.action) else { return Ok(None) };
    let actor = entry.member.or(entry.device);
    let told_actor = match actor {
        Some(id) => actors(tx, entry.mandate, &[id])?.remove(&id),
        None => None,
    };
    let (mut kind, mut about) = (entry.about_kind.clone(), entry.about);
    let mut detail: Map<String, Value> = crate::entries::object(&entry.detail);
    for own in ["salt", "sealed", "classes"] {
        detail.remove(own);
    }
    if let (Some("submission"), Some(id)) = (kind.as_deref(), about)
        && let Some(found) = submission::by_id(tx, id)?
    {
        detail = of_submission(tx, keyring, &entry, &found, detail)?;
        (kind, about) = (Some("form".to_owned()), Some(found.form));
    }
    if *action == "form.submission.export" {
        detail.clear();
    }
    let actee = match (kind.as_deref(), about) {
        (Some("form"), Some(id)) => store::form::by_id(tx, id)?.map(Actee::Form),
        (Some("mandate"), Some(id)) => store::mandate::by_id(tx, id)?.map(Actee::Mandate),
        (Some("member" | "device"), Some(id)) => {
            actors(tx, entry.mandate, &[id])?.remove(&id).map(Actee::Actor)
        }
        (Some("registry"), Some(id)) => {
            store::registry::by_id(tx, id)?.map(|found| Actee::Registry(found.mandate, found.name))
        }
        _ => None,
    };
    let actee_id = kind.zip(about).map(|(kind, id)| uuid_of(&kind, id));
    let details =
        Some(Value::Object(detail)).filter(|detail| detail.as_object().is_some_and(|all| !all.is_empty()));
    Ok(Some(OdkAudit { actor, told_actor, action, actee_id, actee, details, at: entry.at }))
}

/// What Central says of a submission in its details.
fn of_submission(
    tx: &mut Tx,
    keyring: Option<&mut Keyring>,
    entry: &AuditEntry,
    found: &submission::Submission,
    detail: Map<String, Value>,
) -> Result<Map<String, Value>, Fault> {
    let mut told = Map::new();
    let mut put = |name: &str, value: Value| drop(told.insert(name.to_owned(), value));
    if entry.action == "submission.attachment.update" {
        let version = detail.get("version").and_then(Value::as_i64).unwrap_or_default();
        put("instanceId", found.instance_id.as_str().into());
        put("submissionDefId", version.into());
        let wanted = detail.get("new").or(detail.get("old")).and_then(Value::as_str).unwrap_or_default();
        let file =
            submission::attachments(tx, version)?.into_iter().find(|file| hex(&file.name_hash) == wanted);
        let name = match (keyring, &file) {
            (Some(keyring), Some(file)) if file.class == "sensitive" => open_name(tx, keyring, file)?,
            _ => None,
        };
        debug_assert!(name.as_ref().is_none_or(|name| hex(&name_hash(version, name)) == wanted));
        put("name", name.map_or(Value::Null, Value::from));
        let id = file.as_ref().map_or(Value::Null, |file| file.id.into());
        put("oldBlobId", if detail.contains_key("old") { id.clone() } else { Value::Null });
        if detail.contains_key("new") {
            put("newBlobId", id);
        }
        return Ok(told);
    }
    let number = detail.get("version").and_then(Value::as_i64);
    let versions = match number {
        Some(_) => submission::versions(tx, found.id)?,
        None => Vec::new(),
    };
    let version = versions.into_iter().find(|version| Some(version.number) == number);
    let instance_id = version.as_ref().map_or(&found.instance_id, |version| &version.instance_id);
    put("instanceId", instance_id.as_str().into());
    put("submissionId", found.id.into());
    if let Some(version) = version {
        put("submissionDefId", version.id.into());
    } else if entry.action == "submission.update" {
        put("submissionDefId", found.current_version.into());
    }
    if let Some(state) = detail.get("reviewState") {
        put("reviewState", if state == "received" { Value::Null } else { state.clone() });
    }
    if let Some(problem) = detail.get("problem") {
        put("problem", problem.clone());
    }
    Ok(told)
}
