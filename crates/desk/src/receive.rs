//! Taking in a submission: read, split by class, seal, and keep it with its leaf and entries in one commit.

use sha2::{Digest, Sha256};
use store::form::{self, Form};
use store::mandate::{DataKey, Mandate};
use store::submission::{self, Attachment, Submission, SubmissionVersion};
use store::{Fault, Tx, mandate, registry, registry_life as life};
use xforms::{Class, Limits, SubmissionError, XmlError};

use crate::Desk;
use crate::answer::{Answer, Error, Kind, Refusal};
use crate::desk::hex;
use crate::devices::Phone;
use crate::entries::{self, Author, EntryChange, LABEL, RegistryModel, SealedChange};
use crate::entry_problems::EntityProblem;
use crate::files::{IncomingFile, SealedFile, content_place, name_hash, name_place};
use crate::forms::FormModel;
use crate::may::{Collect, May};
use crate::record::{self, Done};
use crate::resend::{Before, check_same, resend_check};
use crate::session::Session;

/// Who sends.
#[derive(Clone)]
pub enum Sender {
    /// A phone, with its token.
    Phone(Phone),
    /// A member who may fill forms.
    Member(Mandate, Session),
    /// Whoever tries out a draft with its token.
    Trial(Mandate),
}

impl Sender {
    /// A member who fills a form in the browser or sends through the API.
    pub fn member(may: &May<'_, Collect>) -> Self {
        Sender::Member(may.mandate().clone(), may.session().clone())
    }

    /// The mandate that it is for.
    pub fn mandate(&self) -> &Mandate {
        match self {
            Sender::Phone(phone) => &phone.mandate,
            Sender::Member(mandate, _) | Sender::Trial(mandate) => mandate,
        }
    }

    /// Whether it may fill a form, by the form's number.
    pub fn fills(&self, form: i64) -> bool {
        match self {
            Sender::Phone(phone) => phone.fills(form),
            Sender::Member(..) => true,
            Sender::Trial(_) => false,
        }
    }

    fn ids(&self) -> (Option<i64>, Option<i64>) {
        match self {
            Sender::Phone(phone) => (Some(phone.device.id), None),
            Sender::Member(_, session) => (None, Some(session.member().id)),
            Sender::Trial(_) => (None, None),
        }
    }
}

/// A file beside a submission.
pub type SentFile = IncomingFile;

/// What a client says of itself. It may tell who holds the phone, so it is sealed with the sensitive values.
#[derive(Debug, Clone, Default)]
pub struct Origin {
    /// The id that the app gave the device (`deviceID`).
    pub device_id: Option<String>,
    /// The `User-Agent`.
    pub user_agent: Option<String>,
}

/// Where an origin stands among the sensitive values; no field of a form can have such a path.
pub(crate) const DEVICE_ID: &str = "@deviceID";
pub(crate) const USER_AGENT: &str = "@userAgent";
/// The longest that is kept of either (characters).
const LONGEST_ORIGIN: usize = 1000;

impl Origin {
    fn values(&self) -> impl Iterator<Item = (String, serde_json::Value)> {
        let parts = [(DEVICE_ID, &self.device_id), (USER_AGENT, &self.user_agent)];
        parts.into_iter().filter_map(|(name, value)| {
            let value: String = value.as_ref()?.chars().take(LONGEST_ORIGIN).collect();
            (!value.is_empty()).then(|| (name.to_owned(), value.into()))
        })
    }
}

/// Who sends, in which mandate.
#[derive(Clone, Copy)]
struct From {
    mandate: i64,
    device: Option<i64>,
    member: Option<i64>,
    /// When it arrived elsewhere (ms), where its entities were made as well.
    moved: Option<i64>,
}

/// A submission that was taken in.
#[derive(Debug)]
pub struct Received {
    /// Number of the submission.
    pub submission: i64,
    /// Its instance id.
    pub instance_id: String,
    /// The form's id.
    pub form_id: String,
    /// Whether it had been there already.
    pub again: bool,
}

/// Where a version's sealed parts belong.
pub(crate) fn version_place<'a>(version: &'a str, field: &'a str) -> seal::Place<'a> {
    seal::Place::new("submission_version", version, field)
}

/// A file that a submission names, sealed if it came along.
struct Slot {
    attachment: Attachment,
    name: String,
    data_keys: Vec<DataKey>,
}

/// Everything that the transaction needs, sealed.
struct Sealed {
    version: SubmissionVersion,
    deprecated: Option<String>,
    data_keys: Vec<DataKey>,
    slots: Vec<Slot>,
    changes: Vec<SealedChange>,
    entity_problem: Option<EntityProblem>,
    digest: [u8; 32],
    salt: [u8; 32],
}

impl Desk {
    /// Takes in a submission with the files that came beside it. The answer to the same submission sent again is the
    /// same; files that were still missing are added.
    pub async fn receive(&self, sender: &Sender, xml: Vec<u8>, files: Vec<SentFile>) -> Answer<Received> {
        self.receive_from(sender, &Origin::default(), xml, files).await
    }

    /// The same, with what the client says of itself.
    pub async fn receive_from(
        &self,
        sender: &Sender,
        origin: &Origin,
        xml: Vec<u8>,
        files: Vec<SentFile>,
    ) -> Answer<Received> {
        self.receive_at(sender, origin, xml, files, None).await
    }

    /// Takes in a submission that had arrived elsewhere at that time (ms), where its entities were made as well.
    pub(crate) async fn receive_at(
        &self,
        sender: &Sender,
        origin: &Origin,
        xml: Vec<u8>,
        files: Vec<SentFile>,
        moved: Option<i64>,
    ) -> Answer<Received> {
        let xml = zeroize::Zeroizing::new(xml);
        let read = xforms::Submission::read(&xml, &Limits::SUBMISSION).map_err(refuse)?;
        let instance_id = read.instance_id.clone().unwrap_or_else(|| instance_id_of(&xml));
        let (form, model, before) =
            self.form_answered(sender.mandate().id, &read, &instance_id, moved.is_some()).await?;
        if !sender.fills(form.id) {
            return Err(Refusal::new(Kind::NotAllowed, "refusal-form-not-assigned")
                .with("form", &form.form_id)
                .into());
        }
        let (device, member) = sender.ids();
        let from = From { mandate: sender.mandate().id, device, member, moved };
        self.take_in((from, origin), &form, &model, &read, instance_id, &xml, (before, files)).await
    }

    /// Takes in a submission that tries out a form's draft. It is seen by nobody but who prepares the form, changes no
    /// registry, and is gone from sight with the draft. `by` is none where the draft's own address was used.
    pub async fn receive_draft(
        &self,
        by: Option<&Sender>,
        form: &Form,
        origin: &Origin,
        xml: Vec<u8>,
        files: Vec<SentFile>,
    ) -> Answer<Received> {
        let xml = zeroize::Zeroizing::new(xml);
        let read = xforms::Submission::read(&xml, &Limits::SUBMISSION).map_err(refuse)?;
        let instance_id = read.instance_id.clone().unwrap_or_else(|| instance_id_of(&xml));
        let rehearsal = self.begin_rehearsal(form).await?;
        let model = self.published(&rehearsal).await?;
        let (id, instance) = (rehearsal.id, instance_id.clone());
        let before = self.store.read(move |tx| Before::find(tx, id, &instance)).await?;
        let (device, member) = by.map_or((None, None), Sender::ids);
        let from = From { mandate: form.mandate, device, member, moved: None };
        self.take_in((from, origin), &rehearsal, &model, &read, instance_id, &xml, (before, files)).await
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one submission")]
    async fn take_in(
        &self,
        (from, origin): (From, &Origin),
        form: &Form,
        model: &FormModel,
        read: &xforms::Submission,
        instance_id: String,
        xml: &[u8],
        (before, mut files): (Option<Before>, Vec<SentFile>),
    ) -> Answer<Received> {
        if let Some(before) = before {
            if before.removed {
                return Err(Refusal::conflict("refusal-removed-submission")
                    .with("instance", &instance_id)
                    .into());
            }
            if read.deprecated_id.is_some() && before.check(xml).is_err() {
                return Err(Refusal::conflict("refusal-instance-taken")
                    .with("instance", &instance_id)
                    .into());
            }
            before.check(xml)?;
            files.retain(|file| before.waits_for(file.name()));
            if files.is_empty() {
                let Before { version, .. } = before;
                let (submission, form_id) = (version.submission, form.form_id.clone());
                return Ok(Received { submission, instance_id, form_id, again: true });
            }
        }
        let (mut sealed, pending) =
            self.seal_submission((from, origin), form, model, read, instance_id, xml, files).await?;
        if let Some(at) = from.moved {
            sealed.version.received_at = at;
            sealed.changes.clear();
            sealed.entity_problem = None;
        }
        let (mandate, now, form) = (from.mandate, self.now(), form.clone());
        let form_id = form.form_id.clone();
        let (submission, instance_id, again) =
            self.store.write_with(pending, move |tx| keep(tx, mandate, &form, sealed, now)).await?;
        Ok(Received { submission, instance_id, form_id, again })
    }

    /// The form that a submission answers, in the version that it names, and what is here already of the submission.
    async fn form_answered(
        &self,
        mandate: i64,
        read: &xforms::Submission,
        instance_id: &str,
        moved: bool,
    ) -> Answer<(Form, std::sync::Arc<FormModel>, Option<Before>)> {
        let (form_id, version) = (read.form_id.clone(), read.version.clone());
        let instance_id = instance_id.to_owned();
        let found = self
            .store
            .read(move |tx| {
                let Some(form) = form::by_form_id(tx, mandate, &form_id)? else { return Ok(None) };
                let id = form::published_version_id(tx, form.id, version.as_deref().unwrap_or_default())?;
                let id = id.or(if version.is_none() { form.current_version } else { None });
                let Some(id) = id else { return Ok(None) };
                let before = Before::find(tx, form.id, &instance_id)?;
                Ok::<_, Fault>(Some((form, id, before)))
            })
            .await?;
        let (form, version, before) = found.ok_or_else(|| {
            Refusal::new(Kind::NotFound, "refusal-form-unknown")
                .with("form", &read.form_id)
                .with("version", read.version.as_deref().unwrap_or("–"))
        })?;
        if form.state == "closed" && !moved {
            return Err(Refusal::new(Kind::NotAllowed, "refusal-form-closed")
                .with("form", &form.form_id)
                .into());
        }
        Ok((form, self.model(version).await?, before))
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one submission")]
    async fn seal_submission(
        &self,
        (from, origin): (From, &Origin),
        form: &Form,
        model: &FormModel,
        read: &xforms::Submission,
        instance_id: String,
        xml: &[u8],
        mut files: Vec<IncomingFile>,
    ) -> Answer<(Sealed, Vec<store::PendingFile>)> {
        let id = self.store.new_id();
        let record = id.to_string();
        let now = self.now();
        let From { device, member, mandate, .. } = from;
        let mut split = match &read.encrypted {
            Some(_) => xforms::Split::default(),
            None => model.form.split(read, Class::Sensitive),
        };
        split.sensitive.extend(origin.values());
        let mut data_keys = Vec::new();
        let mut seal = async |class: Class, field: &str, plaintext: &[u8]| -> Answer<Option<Vec<u8>>> {
            let Some(compartment) = model.compartment(class) else { return Ok(None) };
            let place = version_place(&record, field);
            let fresh = self.fresh_key(compartment, &place).await?;
            let sealed = fresh.seal(&place, plaintext, &mut self.dice());
            data_keys.push(fresh.data_key);
            Ok(Some(sealed))
        };
        let mut parts = [None, None];
        for (part, class, field) in [(0, Class::Sensitive, "sensitive"), (1, Class::Identity, "identity")] {
            let values = split.of(class);
            if !values.is_empty() {
                let text = zeroize::Zeroizing::new(serde_json::to_string(values).unwrap_or_default());
                if let Some(slot) = parts.get_mut(part) {
                    *slot = seal(class, field, text.as_bytes()).await?;
                }
            }
        }
        let sealed_xml = seal(model.highest_class(), "xml", xml).await?;
        let [sealed_sensitive, sealed_identity] = parts;

        let digest: [u8; 32] = Sha256::digest(xml).into();
        let salt = self.salt();
        let named: Vec<(String, Class)> = match &read.encrypted {
            Some(envelope) => envelope.files().map(|name| (name.to_owned(), Class::Sensitive)).collect(),
            None => split.binaries.iter().map(|file| (file.file_name.clone(), file.class)).collect(),
        };
        // What the submission does not name is thrown away before anybody waits for the disk.
        files.retain(|file| named.iter().any(|(name, _)| name == file.name()));
        let files = finish(files).await?;
        let (slots, pending) = self.seal_slots(id, model, named, files, now).await?;

        let author = Author { member, device, submission_version: Some(id), at: now, ..Author::default() };
        let (changes, entity_problem) = match read.encrypted {
            Some(_) => (Vec::new(), None),
            None if model.version.published_at.is_none() => (Vec::new(), None),
            None => self.seal_entities(mandate, model, read, author).await?,
        };
        let version = SubmissionVersion {
            id,
            submission: 0,
            form: form.id,
            number: 0,
            instance_id,
            form_version: model.version.id,
            received_at: now,
            device,
            member,
            open_values: serde_json::to_string(&split.open).unwrap_or_else(|_| "{}".to_owned()),
            sealed_sensitive,
            sealed_identity,
            sealed_xml,
            digest: None,
            encrypted: read.encrypted.is_some(),
            leaf: 0,
        };
        let deprecated = read.deprecated_id.clone();
        Ok((Sealed { version, deprecated, data_keys, slots, changes, entity_problem, digest, salt }, pending))
    }

    /// One slot for each file that the submission names; those that came along are filled.
    async fn seal_slots(
        &self,
        version: i64,
        model: &FormModel,
        named: Vec<(String, Class)>,
        files: Vec<SealedFile>,
        now: i64,
    ) -> Answer<(Vec<Slot>, Vec<store::PendingFile>)> {
        let mut files = files;
        let mut pending = Vec::new();
        let mut slots: Vec<Slot> = Vec::new();
        for (name, class) in named {
            if slots.iter().any(|slot| slot.name == name) {
                continue;
            }
            // A file is never open: what a picture shows cannot be known here.
            let class = class.max(Class::Sensitive);
            let compartment = match class {
                Class::Identity => model.version.identity_compartment,
                _ => model.version.sensitive_compartment,
            };
            let came =
                files.iter().position(|file| file.name == name).map(|position| files.swap_remove(position));
            let id = came.as_ref().map_or_else(|| self.store.new_id(), |file| file.id);
            let mut attachment = Attachment {
                id,
                submission_version: version,
                place: id,
                name_hash: name_hash(version, &name),
                sealed_name: None,
                class: class.as_str().to_owned(),
                sealed_key: None,
                content: None,
                size: None,
                received_at: None,
            };
            let mut data_keys = Vec::new();
            if let Some(file) = came {
                let place = id.to_string();
                let fresh = self.wrap(compartment, &content_place(&place), file.key).await?;
                let details = file.details.to_string();
                let sealed = fresh.seal(&content_place(&place), details.as_bytes(), &mut self.dice());
                attachment.sealed_key = Some(sealed);
                attachment.content = Some(file.pending.name().to_string());
                attachment.size = i64::try_from(file.size).ok();
                attachment.received_at = Some(now);
                data_keys.push(fresh.data_key);
                pending.push(file.pending);
            }
            slots.push(Slot { attachment, name, data_keys });
        }
        // Names are sealed apart, so that a slot that waits for its file can be listed too.
        for slot in &mut slots {
            let place = slot.attachment.id.to_string();
            let compartment = match slot.attachment.class.as_str() {
                "identity" => model.version.identity_compartment,
                _ => model.version.sensitive_compartment,
            };
            let fresh = self.fresh_key(compartment, &name_place(&place)).await?;
            let sealed = fresh.seal(&name_place(&place), slot.name.as_bytes(), &mut self.dice());
            slot.attachment.sealed_name = Some(sealed);
            slot.data_keys.push(fresh.data_key);
        }
        Ok((slots, pending))
    }

    /// The entries that a submission makes or changes, sealed. A fault in them does not lose the submission.
    async fn seal_entities(
        &self,
        mandate: i64,
        model: &FormModel,
        read: &xforms::Submission,
        author: Author,
    ) -> Answer<(Vec<SealedChange>, Option<EntityProblem>)> {
        if model.form.entities.is_empty() {
            return Ok((Vec::new(), None));
        }
        let acts = match model.form.entity_acts(read, Class::Sensitive) {
            Ok(acts) => acts,
            Err(problem) => return Ok((Vec::new(), Some(entity_problem(&problem)))),
        };
        let mut changes = Vec::new();
        for act in acts {
            let name = act.dataset.clone();
            let registry = self
                .store
                .read(move |tx| {
                    let found = registry::by_name(tx, mandate, &name)?;
                    found.map(|found| RegistryModel::read(tx, found)).transpose()
                })
                .await?;
            let Some(registry) = registry else {
                let details = serde_json::json!({ "datasetName": act.dataset });
                let message =
                    format!("The dataset ({}) specified in the submission does not exist.", act.dataset);
                return Ok((Vec::new(), Some(EntityProblem { code: 404.7, message, details })));
            };
            let mut values = act.values;
            if let Some(label) = act.label {
                values.push((LABEL.to_owned(), label, act.label_class));
            }
            let change = EntryChange {
                uuid: act.id,
                create: act.create,
                update: act.update,
                base: act.base_version,
                trunk: act.trunk_version,
                branch: act.branch_id,
                values,
            };
            changes.push(self.seal_change(&registry, change, author.clone()).await?);
        }
        Ok((changes, None))
    }
}

/// What is wrong with a submission's entities, with Central's code.
fn entity_problem(error: &xforms::EntityError) -> EntityProblem {
    use xforms::EntityFault;
    let (code, details) = match &error.fault {
        EntityFault::Missing(field) => (400.2, serde_json::json!({ "field": field })),
        EntityFault::Invalid { field, expected } => {
            (400.11, serde_json::json!({ "field": field, "expected": expected }))
        }
        EntityFault::NotPermitted { action, permitted } => {
            (403.2, serde_json::json!({ "action": action, "permitted": permitted }))
        }
        EntityFault::OtherDataset(dataset) => (404.7, serde_json::json!({ "datasetName": dataset })),
    };
    EntityProblem { code, message: error.fault.to_string(), details }
}

/// Ends the files that streamed in; waiting for the disk is not for the async threads.
async fn finish(files: Vec<IncomingFile>) -> Answer<Vec<SealedFile>> {
    if files.is_empty() {
        return Ok(Vec::new());
    }
    let finished = tokio::task::spawn_blocking(move || {
        files.into_iter().map(IncomingFile::finish).collect::<Answer<Vec<_>>>()
    });
    match finished.await {
        Ok(files) => files,
        Err(_) => Err(Fault::internal("finishing attachments was interrupted").into()),
    }
}

fn refuse(error: SubmissionError) -> Refusal {
    let kind = match &error {
        SubmissionError::Xml(
            XmlError::TooLong { .. } | XmlError::TooDeep { .. } | XmlError::TooMany { .. },
        ) => Kind::TooLarge,
        _ => Kind::Invalid,
    };
    Refusal::new(kind, "refusal-submission").problem("xml_submission_file", error.to_string())
}

/// An instance id for a submission that has none: the same bytes get the same one.
fn instance_id_of(xml: &[u8]) -> String {
    let digest = hex(&Sha256::digest(xml));
    let part = |from: usize, to: usize| digest.get(from..to).unwrap_or_default();
    format!("uuid:{}-{}-4{}-8{}-{}", part(0, 8), part(8, 12), part(13, 16), part(17, 20), part(20, 32))
}

/// Keeps a submission in one transaction: version, files, leaf, audit, entries. Returns its number, the instance id of
/// its first version, and whether it was there already.
fn keep(
    tx: &mut Tx,
    mandate: i64,
    form: &Form,
    sealed: Sealed,
    now: i64,
) -> Result<(i64, String, bool), Error> {
    let Sealed { mut version, deprecated, data_keys, slots, changes, entity_problem, digest, salt } = sealed;
    if let Some(before) = submission::version_by_instance_id(tx, form.id, &version.instance_id)? {
        check_same(&before, &digest)?;
        for slot in slots {
            let by = (version.device, version.member);
            add_slot(tx, mandate, by, (before.submission, before.id), slot, now)?;
        }
        return Ok((before.submission, version.instance_id, true));
    }
    for key in &data_keys {
        mandate::add_data_key(tx, key)?;
    }
    version.digest = Some(resend_check(&salt, &version.instance_id, &digest));
    let edited = match &deprecated {
        None => None,
        Some(deprecated) => Some(edited(tx, form.id, deprecated)?),
    };
    let new = edited.is_none();
    let submission = match edited {
        Some(submission) => submission,
        None => Submission {
            id: tx.new_id(),
            form: form.id,
            instance_id: version.instance_id.clone(),
            current_version: version.id,
            versions: 0,
            review_state: "received".to_owned(),
            device: version.device,
            member: version.member,
            created_at: version.received_at,
            updated_at: version.received_at,
            removed_at: None,
            erased_at: None,
        },
    };
    version.submission = submission.id;
    version.number = submission.versions + 1;

    let mut hash = Sha256::new();
    hash.update(&version.open_values);
    for sealed in
        [&version.sealed_sensitive, &version.sealed_identity, &version.sealed_xml].into_iter().flatten()
    {
        hash.update(sealed);
    }
    let (kind, action) = if new {
        (ledger::leaf::kind::SUBMISSION, "submission.create")
    } else {
        (ledger::leaf::kind::EDIT, "submission.update.version")
    };
    let done = Done { device: version.device, ..Done::new(now, version.member, action) };
    let done = done.in_mandate(mandate).about("submission", submission.id);
    let done = done.with("version", version.number).with("sealed", hex(&hash.finalize()));
    version.leaf = record::audit_with_leaf(tx, kind, &salt, done)?;

    if new {
        submission::add(tx, &Submission { versions: 1, ..submission.clone() }, &version)?;
    } else {
        submission::add_version(tx, &version)?;
    }
    let before = if new { None } else { Some(submission.current_version) };
    for slot in slots {
        let slot = match before {
            Some(before) if slot.attachment.content.is_none() => carried(tx, before, slot)?,
            _ => slot,
        };
        let by = (version.device, version.member);
        add_slot(tx, mandate, by, (submission.id, version.id), slot, now)?;
    }
    let entity_problem = match entity_problem {
        // What a submission did to entities once, its edits do not do again.
        _ if !new && entities_done(tx, submission.id)? => None,
        Some(problem) => Some(problem),
        None => entries::apply_submission(tx, changes, submission.id)?,
    };
    if let Some(problem) = entity_problem {
        let author = (version.received_at, version.member, version.device);
        entries::note_problem(tx, mandate, submission.id, author, &problem)?;
    }
    Ok((submission.id, submission.instance_id, false))
}

/// The submission whose newest version is to be replaced.
fn edited(tx: &mut Tx, form: i64, deprecated: &str) -> Result<Submission, Error> {
    let unknown = || Refusal::new(Kind::NotFound, "refusal-deprecated-unknown").with("instance", deprecated);
    let before = submission::version_by_instance_id(tx, form, deprecated)?.ok_or_else(unknown)?;
    let submission = submission::by_id(tx, before.submission)?;
    let submission = submission.filter(|found| found.removed_at.is_none()).ok_or_else(unknown)?;
    if submission.current_version != before.id {
        return Err(Refusal::conflict("refusal-deprecated-old").with("instance", deprecated).into());
    }
    Ok(submission)
}

/// Adds a slot, or fills it; a file that came is an entry of the audit.
fn add_slot(
    tx: &mut Tx,
    mandate: i64,
    (device, member): (Option<i64>, Option<i64>),
    (submission, version): (i64, i64),
    slot: Slot,
    now: i64,
) -> Result<(), Fault> {
    for key in &slot.data_keys {
        mandate::add_data_key(tx, key)?;
    }
    let name_hash = name_hash(version, &slot.name);
    let came = slot.attachment.received_at == Some(now) && slot.attachment.content.is_some();
    let attachment = Attachment { submission_version: version, name_hash, ..slot.attachment };
    if submission::put_attachment(tx, &attachment)? && came {
        let done = Done { device, ..Done::new(now, member, ATTACHMENT_UPDATE) };
        let done = done.in_mandate(mandate).about("submission", submission);
        let done = done.with("version", version).with("new", hex(&attachment.name_hash));
        record::audit(tx, done)?;
    }
    Ok(())
}

/// A file of a submission came, was replaced or was taken away. The entry names it by the hash of its name.
pub(crate) const ATTACHMENT_UPDATE: &str = "submission.attachment.update";

/// An edit keeps the files of the version before that it still names.
fn carried(tx: &mut Tx, before: i64, slot: Slot) -> Result<Slot, Fault> {
    let hash = name_hash(before, &slot.name);
    let kept = submission::attachments(tx, before)?.into_iter().find(|kept| kept.name_hash == hash);
    Ok(match kept.filter(|kept| kept.content.is_some()) {
        Some(kept) => {
            Slot { attachment: Attachment { id: slot.attachment.id, ..kept }, data_keys: Vec::new(), ..slot }
        }
        None => slot,
    })
}

/// Whether a submission's entities are made or held already. What waits for its approval is forgotten: the edit says it
/// anew.
fn entities_done(tx: &mut Tx, submission: i64) -> Result<bool, Fault> {
    life::drop_waiting(tx, submission)?;
    Ok(life::made_by_submission(tx, submission)? || life::held_for(tx, submission)?)
}
