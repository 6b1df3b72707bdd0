//! Seeing, opening, reviewing and erasing submissions.

use std::io;
use std::sync::Arc;

use serde_json::{Map, Value};
use store::form::Form;
use store::submission::{self, Attachment, List, Listed, Note, Submission, SubmissionVersion};
use store::{Fault, FileName, Tx};
use xforms::{Class, Values};

use crate::Desk;
use crate::answer::{Answer, Error, Kind, Refusal};
use crate::entries::object;
use crate::files::{content_place, name_place};
use crate::forms::FormModel;
use crate::intake::Sealed;
use crate::keyring::Keyring;
use crate::may::{Manage, May, OpenIdentity, Read, Review};
use crate::receive::{DEVICE_ID, Origin, USER_AGENT, version_place};
use crate::record::{self, Done};

/// How much of a submission is opened.
#[derive(Clone, Copy)]
pub enum Opening<'a> {
    /// Open fields, and sensitive ones if the session is unlocked.
    Sensitive,
    /// Identity too. The reason is logged before anything is shown.
    Identity(&'a May<'a, OpenIdentity>, &'a str),
}

/// A submission in a list.
pub struct SubmissionRow {
    /// As stored.
    pub listed: Listed,
    /// Its values, as far as the session can open them.
    pub values: Values,
    /// Whether sensitive values stayed closed.
    pub closed: bool,
}

/// One version of a submission, opened as far as the session can.
pub struct VersionDetail {
    /// As stored.
    pub version: SubmissionVersion,
    /// The form version it answers.
    pub model: Arc<FormModel>,
    /// Values by path.
    pub values: Values,
    /// Whether sensitive values stayed closed.
    pub sensitive_closed: bool,
    /// Whether identity values stayed closed.
    pub identity_closed: bool,
    /// Its files.
    pub files: Vec<FileDetail>,
}

/// A file of a submission, before it is opened.
pub struct FileDetail {
    /// Number.
    pub id: i64,
    /// Its name, if that could be opened.
    pub name: Option<String>,
    /// Bytes before sealing; none until the file arrives.
    pub size: Option<i64>,
    /// Whose key opens it: sensitive or identity.
    pub class: Class,
}

/// A submission with its history.
pub struct SubmissionDetail {
    /// The form.
    pub form: Form,
    /// The submission.
    pub submission: Submission,
    /// Its versions, oldest first.
    pub versions: Vec<VersionDetail>,
    /// Notes and reviews: the text if it could be opened.
    pub notes: Vec<(Note, Option<String>)>,
}

pub(crate) fn note_place(note: &str) -> seal::Place<'_> {
    seal::Place::new("note", note, "body")
}

impl Desk {
    /// A page of a form's submissions, and how many there are in all.
    pub async fn submissions(
        &self,
        may: &May<'_, Read>,
        form: &Form,
        mut list: List,
    ) -> Answer<(Vec<SubmissionRow>, i64)> {
        if form.mandate != may.mandate().id {
            return Err(Refusal::not_found().into());
        }
        list.form = form.id;
        let keyring = self.keyring(may.session());
        Ok(self
            .store
            .read(move |tx| {
                let mut keyring = keyring;
                let found = submission::find(tx, &list)?;
                let mut page = Vec::new();
                found.list(tx, &list, |listed| {
                    page.push(listed);
                    Ok(())
                })?;
                let mut rows = Vec::with_capacity(page.len());
                for listed in page {
                    let opened = open_version(tx, keyring.as_mut(), &listed.version, false)?;
                    rows.push(SubmissionRow {
                        listed,
                        values: opened.values,
                        closed: opened.sensitive_closed,
                    });
                }
                Ok::<_, Fault>((rows, found.count(tx)?))
            })
            .await?)
    }

    /// How many submissions of a form are in each review state.
    pub async fn review_counts(&self, may: &May<'_, Read>, form: &Form) -> Answer<Vec<(String, i64)>> {
        if form.mandate != may.mandate().id {
            return Err(Refusal::not_found().into());
        }
        let id = form.id;
        Ok(self.store.read(move |tx| submission::count_by_state(tx, id)).await?)
    }

    /// One submission with its history.
    pub async fn submission(
        &self,
        may: &May<'_, Read>,
        form: &Form,
        instance_id: &str,
        opening: Opening<'_>,
    ) -> Answer<SubmissionDetail> {
        let found = self.find(may.mandate().id, form, instance_id).await?;
        let with_identity = match opening {
            Opening::Sensitive => false,
            Opening::Identity(right, reason) => {
                self.log_opening(right.session(), right.mandate().id, "submission", found.id, reason).await?;
                true
            }
        };
        let id = found.id;
        let models = self.store.read(move |tx| submission::versions(tx, id)).await?;
        let mut known = Vec::with_capacity(models.len());
        for version in &models {
            known.push(self.model(version.form_version).await?);
        }
        let keyring = self.keyring(may.session());
        let form = form.clone();
        Ok(self
            .store
            .read(move |tx| {
                let mut keyring = keyring;
                let mut versions = Vec::new();
                for (version, model) in models.into_iter().zip(known) {
                    let opened = open_version(tx, keyring.as_mut(), &version, with_identity)?;
                    let mut files = Vec::new();
                    for file in submission::attachments(tx, version.id)? {
                        let class = file.class.parse().unwrap_or(Class::Identity);
                        let may_open = with_identity || class != Class::Identity;
                        let name = match keyring.as_mut().filter(|_| may_open) {
                            Some(keyring) => open_name(tx, keyring, &file)?,
                            None => None,
                        };
                        files.push(FileDetail { id: file.id, name, size: file.size, class });
                    }
                    versions.push(VersionDetail {
                        version,
                        model,
                        values: opened.values,
                        sensitive_closed: opened.sensitive_closed,
                        identity_closed: opened.identity_closed,
                        files,
                    });
                }
                let mut notes = Vec::new();
                for note in submission::notes(tx, found.id)? {
                    let place = note.id.to_string();
                    let text = match (&note.sealed_body, keyring.as_mut()) {
                        (Some(sealed), Some(keyring)) => keyring
                            .open(tx, sealed, &note_place(&place))?
                            .and_then(|opened| opened.expose_text().map(str::to_owned)),
                        _ => None,
                    };
                    notes.push((note, text));
                }
                Ok::<_, Fault>(SubmissionDetail { form, submission: found, versions, notes })
            })
            .await?)
    }

    pub(crate) async fn find(&self, mandate: i64, form: &Form, instance_id: &str) -> Answer<Submission> {
        if form.mandate != mandate {
            return Err(Refusal::not_found().into());
        }
        let (id, instance) = (form.id, instance_id.to_owned());
        let found = self.store.read(move |tx| submission::by_instance_id(tx, id, &instance)).await?;
        Ok(found.filter(|found| found.removed_at.is_none()).ok_or_else(Refusal::not_found)?)
    }

    /// A file of a submission, opened: its name and its bytes.
    pub async fn attachment(
        &self,
        may: &May<'_, Read>,
        form: &Form,
        instance_id: &str,
        file: i64,
        opening: Opening<'_>,
    ) -> Answer<(String, Vec<u8>)> {
        let found = self.find(may.mandate().id, form, instance_id).await?;
        let own = self.own_key_or_refuse(may.session())?;
        let member = may.session().member().id;
        let submission = found.id;
        let row = self
            .store
            .read(move |tx| {
                for version in submission::versions(tx, submission)? {
                    let files = submission::attachments(tx, version.id)?;
                    if let Some(row) = files.into_iter().find(|row| row.id == file) {
                        return Ok(Some(row));
                    }
                }
                Ok::<_, Fault>(None)
            })
            .await?
            .ok_or_else(Refusal::not_found)?;
        match (opening, row.class.as_str()) {
            (Opening::Identity(right, reason), _) => {
                self.log_opening(right.session(), right.mandate().id, "submission", found.id, reason).await?;
            }
            (Opening::Sensitive, "sensitive") => {}
            (Opening::Sensitive, _) => {
                return Err(Refusal::new(Kind::NotAllowed, "refusal-reason-needed").into());
            }
        }
        let files = self.store.clone();
        self.store
            .read(move |tx| {
                let mut keyring = Keyring::new(store::mandate::Holder::Member(member), own);
                let missing = || Error::from(Refusal::not_found());
                let (Some(content), Some(sealed_key)) = (&row.content, &row.sealed_key) else {
                    return Err(missing());
                };
                let closed = || Error::from(Refusal::new(Kind::NotAllowed, "refusal-closed"));
                let name = open_name(tx, &mut keyring, &row)?.ok_or_else(closed)?;
                let place = row.place.to_string();
                let key = keyring
                    .record_key(tx, &Sealed::read(sealed_key)?, &content_place(&place))?
                    .ok_or_else(closed)?;
                let file: FileName = content.parse().map_err(|_| missing())?;
                let mut source = io::BufReader::new(files.files().open_file(&file)?);
                let mut plain = Vec::new();
                seal::open_stream(&key, &content_place(&place), &mut source, &mut plain)
                    .map_err(|error| Fault::Damaged { what: error.to_string() })?;
                Ok((name, plain))
            })
            .await
    }

    /// Writes a note on a submission and, if a state is given, reviews it.
    pub async fn review(
        &self,
        may: &May<'_, Review>,
        form: &Form,
        instance_id: &str,
        state: Option<&str>,
        text: &str,
    ) -> Answer<()> {
        let states = ["received", "hasIssues", "approved", "rejected", "edited"];
        if state.is_some_and(|state| !states.contains(&state)) {
            return Err(Refusal::invalid("refusal-review-state")
                .problem("state", state.unwrap_or_default())
                .into());
        }
        let text = text.trim();
        if state.is_none() && text.is_empty() {
            return Err(Refusal::invalid("refusal-note-empty").problem("text", "").into());
        }
        let found = self.find(may.mandate().id, form, instance_id).await?;
        let model = self.model(self.form_version_of(found.current_version).await?).await?;
        let (now, by, mandate) = (self.now(), may.session().member().id, may.mandate().id);
        let id = self.store.new_id();
        let place = id.to_string();
        let (sealed_body, data_key) = if text.is_empty() {
            (None, None)
        } else {
            let fresh = self.fresh_key(model.version.sensitive_compartment, &note_place(&place)).await?;
            (Some(fresh.seal(&note_place(&place), text.as_bytes(), &mut self.dice())), Some(fresh.data_key))
        };
        let (state, salt) = (state.map(str::to_owned), self.salt());
        self.store
            .write(move |tx| {
                if let Some(key) = &data_key {
                    store::mandate::add_data_key(tx, key)?;
                }
                if let Some(state) = &state {
                    submission::review(tx, found.id, state, now)?;
                    if state == "approved" {
                        crate::entries::approved(tx, found.id, by, &salt)?;
                    }
                }
                let action = if state.is_some() { "submission.update" } else { "comment.create" };
                let done = Done::new(now, Some(by), action).in_mandate(mandate).about("submission", found.id);
                let done = match &state {
                    Some(state) => done.with("reviewState", state.as_str()),
                    None => done,
                };
                let note =
                    Note { id, submission: found.id, member: by, at: now, review_state: state, sealed_body };
                submission::add_note(tx, &note)?;
                record::audit(tx, done)
            })
            .await?;
        Ok(())
    }

    async fn form_version_of(&self, version: i64) -> Answer<i64> {
        let found = self.store.read(move |tx| submission::version(tx, version)).await?;
        Ok(found
            .map(|version| version.form_version)
            .ok_or_else(|| Fault::internal("a submission has no version"))?)
    }

    /// Destroys what a submission says: keys, sealed values, files. The ledger stays whole.
    pub async fn erase_submission(
        &self,
        may: &May<'_, Manage>,
        form: &Form,
        instance_id: &str,
        reason: &str,
    ) -> Answer<()> {
        let reason = reason.trim().to_owned();
        if reason.is_empty() {
            return Err(Refusal::invalid("refusal-reason").problem("reason", "").into());
        }
        let found = self.find(may.mandate().id, form, instance_id).await?;
        let (now, by, mandate, salt) = (self.now(), may.session().member().id, may.mandate().id, self.salt());
        let files = self
            .store
            .write(move |tx| {
                let files = submission::erase(tx, found.id, now)?;
                tx.erased();
                let done = Done::new(now, Some(by), "submission.erase").in_mandate(mandate);
                let done = done.about("submission", found.id).with("reason", reason);
                record::audit_with_leaf(tx, ledger::leaf::kind::ERASURE, &salt, done)?;
                Ok::<_, Fault>(files)
            })
            .await?;
        for file in files {
            if let Ok(name) = file.parse::<FileName>() {
                self.store.files().remove(&name)?;
            }
        }
        Ok(())
    }

    /// What was done to a submission, oldest first.
    pub async fn submission_history(
        &self,
        _: &May<'_, Read>,
        submission: &Submission,
    ) -> Answer<Vec<store::audit::AuditEntry>> {
        let id = submission.id;
        Ok(self.store.read(move |tx| store::audit::about(tx, "submission", id)).await?)
    }
}

pub(crate) struct OpenedVersion {
    pub(crate) values: Values,
    /// What the client said of itself.
    pub(crate) origin: Origin,
    pub(crate) sensitive_closed: bool,
    pub(crate) identity_closed: bool,
}

/// Whether a submission's answers count in figures: nobody rejected or erased it.
pub(crate) fn counts(submission: &store::submission::Submission) -> bool {
    submission.review_state != "rejected" && submission.erased_at.is_none()
}

/// Opens a version as far as the keyring can; identity only when asked for.
pub(crate) fn open_version(
    tx: &mut Tx,
    mut keyring: Option<&mut Keyring>,
    version: &SubmissionVersion,
    with_identity: bool,
) -> Result<OpenedVersion, Fault> {
    let record = version.id.to_string();
    let open = object(&version.open_values);
    let mut parts: Vec<Map<String, Value>> = vec![open];
    let mut closed = [false, false];
    let sealed = [
        (&version.sealed_sensitive, "sensitive", true),
        (&version.sealed_identity, "identity", with_identity),
    ];
    for (closed, (sealed, field, wanted)) in closed.iter_mut().zip(sealed) {
        let Some(sealed) = sealed else { continue };
        let opened = match keyring.as_deref_mut().filter(|_| wanted) {
            Some(keyring) => keyring.open(tx, sealed, &version_place(&record, field))?,
            None => None,
        };
        match opened.as_ref().and_then(|opened| opened.expose_text()) {
            Some(text) => parts.push(object(text)),
            None => *closed = true,
        }
    }
    let [sensitive_closed, identity_closed] = closed;
    let parts: Vec<&Map<String, Value>> = parts.iter().collect();
    let mut values = xforms::merge(&parts);
    let mut take = |name| match values.remove(name) {
        Some(Value::String(text)) => Some(text),
        _ => None,
    };
    let origin = Origin { device_id: take(DEVICE_ID), user_agent: take(USER_AGENT) };
    Ok(OpenedVersion { values, origin, sensitive_closed, identity_closed })
}

pub(crate) fn open_name(
    tx: &mut Tx,
    keyring: &mut Keyring,
    file: &Attachment,
) -> Result<Option<String>, Fault> {
    let Some(sealed) = &file.sealed_name else { return Ok(None) };
    let place = file.place.to_string();
    let opened = keyring.open(tx, sealed, &name_place(&place))?;
    Ok(opened.and_then(|opened| opened.expose_text().map(str::to_owned)))
}
