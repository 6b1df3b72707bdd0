//! Changes to registry entries: from submissions, from offline phones out of order, and by members.
//!
//! A change is never refused because somebody else was quicker: it becomes the next version, and the entry is marked
//! until a person has looked. The rules are ODK's: an update names the version its author saw (`base`), and a chain of
//! offline updates names its branch.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use store::mandate;
use store::registry::{self, Entry, EntryVersion, HeldUpdate, Property, Registry};
use store::registry_life as life;
use store::{Fault, Tx};
use xforms::Class;

use crate::answer::Answer;
use crate::desk::hex;
use crate::entry_problems::{EntityProblem, EntryRefusal};
use crate::record::{self, Done};
use crate::{Desk, mandates};

/// A registry with its properties.
#[derive(Clone)]
pub(crate) struct RegistryModel {
    pub(crate) registry: Registry,
    pub(crate) properties: Vec<Property>,
    /// The compartment whose key phones hold.
    pub(crate) devices: i64,
}

/// The name under which an entry's label stands among its properties.
pub(crate) const LABEL: &str = "label";

impl RegistryModel {
    pub(crate) fn read(tx: &mut Tx, registry: Registry) -> Result<Self, Fault> {
        let compartments = mandate::compartments(tx, registry.mandate)?;
        let devices = compartments.iter().find(|compartment| compartment.kind == mandates::DEVICES);
        let devices = devices.map(|compartment| compartment.id);
        Ok(RegistryModel {
            properties: registry::properties(tx, registry.id)?,
            devices: devices.ok_or_else(|| Fault::internal("no devices' compartment"))?,
            registry,
        })
    }

    pub(crate) fn class_of(&self, property: &str) -> Class {
        if property == LABEL {
            return class(&self.registry.label_class);
        }
        let found = self.properties.iter().find(|known| known.name == property);
        found.map_or(Class::Sensitive, |known| class(&known.class))
    }

    pub(crate) fn on_device(&self, property: &str) -> bool {
        if property == LABEL {
            return self.registry.label_on_device || self.class_of(LABEL) == Class::Open;
        }
        self.properties
            .iter()
            .any(|known| known.name == property && (known.on_device || known.class == "open"))
    }
}

/// A stored class; anything unknown is taken for the highest.
pub(crate) fn class(stored: &str) -> Class {
    stored.parse().unwrap_or(Class::Identity)
}

/// What is to be done to one entry.
#[derive(Clone)]
pub struct EntryChange {
    /// ODK entity id.
    pub uuid: String,
    /// Make it if it is not there.
    pub create: bool,
    /// Change it if it is there.
    pub update: bool,
    /// The version that its author saw.
    pub base: Option<i64>,
    /// Offline work: the server's version when the branch began.
    pub trunk: Option<i64>,
    /// Offline work: the branch.
    pub branch: Option<String>,
    /// Property, value, and the class that the field gave it. The label is the property `label`.
    pub values: Vec<(String, String, Class)>,
}

/// Who makes a change, and when.
#[derive(Clone, Default)]
pub(crate) struct Author {
    pub(crate) member: Option<i64>,
    pub(crate) device: Option<i64>,
    pub(crate) submission_version: Option<i64>,
    /// The list that it comes with.
    pub(crate) source: Option<i64>,
    /// The program that sends it.
    pub(crate) user_agent: Option<String>,
    pub(crate) at: i64,
}

/// A change, sealed and ready to be applied in a transaction.
pub(crate) struct SealedChange {
    registry: Registry,
    uuid: String,
    create: bool,
    update: bool,
    version: EntryVersion,
    data_keys: Vec<mandate::DataKey>,
    salt: [u8; 32],
}

/// What became of a change.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Applied {
    Created,
    Updated {
        version: i64,
    },
    /// It waits for an update before it.
    Held,
    /// It waits for its submission to be approved.
    Waiting,
    Refused(EntryRefusal),
}

pub(crate) fn version_place<'a>(version: &'a str, field: &'a str) -> seal::Place<'a> {
    seal::Place::new("entry_version", version, field)
}

impl Desk {
    /// Seals a change's values, each to the compartment of its property's class; what phones may see also to theirs.
    pub(crate) async fn seal_change(
        &self,
        model: &RegistryModel,
        change: EntryChange,
        author: Author,
    ) -> Answer<SealedChange> {
        let id = self.store.new_id();
        let record = id.to_string();
        let mut parts: [Map<String, Value>; 3] = Default::default();
        let mut for_devices = Map::new();
        let mut changed = Vec::new();
        for (name, value, given) in change.values {
            let class = model.class_of(&name).max(if name == LABEL {
                Class::Open
            } else {
                given.min(Class::Sensitive)
            });
            let class = if model.class_of(&name) == Class::Open { Class::Open } else { class };
            if class != Class::Open && model.on_device(&name) {
                for_devices.insert(name.clone(), Value::from(value.as_str()));
            }
            let part = match class {
                Class::Open => 0,
                Class::Sensitive => 1,
                Class::Identity => 2,
            };
            changed.push(Value::from(name.as_str()));
            if let Some(part) = parts.get_mut(part) {
                part.insert(name, Value::from(value));
            }
        }
        let [open, sensitive, identity] = parts;
        let mut data_keys = Vec::new();
        let mut sealed = Vec::new();
        for (compartment, field, values) in [
            (model.registry.sensitive_compartment, "sensitive", sensitive),
            (model.registry.identity_compartment, "identity", identity),
            (model.devices, "device", for_devices),
        ] {
            if values.is_empty() {
                sealed.push(None);
                continue;
            }
            let place = version_place(&record, field);
            let fresh = self.fresh_key(compartment, &place).await?;
            let text = zeroize::Zeroizing::new(Value::Object(values).to_string());
            sealed.push(Some(fresh.seal(&place, text.as_bytes(), &mut self.dice())));
            data_keys.push(fresh.data_key);
        }
        let mut sealed = sealed.into_iter();
        let version = EntryVersion {
            id,
            entry: 0,
            number: 0,
            base_number: change.base,
            trunk_version: change.trunk,
            branch_base: change.branch.as_ref().map(|_| change.base.unwrap_or(0)),
            branch_id: change.branch,
            conflict: None,
            changed: Value::from(changed).to_string(),
            open_values: Value::Object(open).to_string(),
            sealed_sensitive: sealed.next().flatten(),
            sealed_identity: sealed.next().flatten(),
            sealed_device: sealed.next().flatten(),
            submission_version: author.submission_version,
            source: author.source,
            user_agent: author.user_agent,
            device: author.device,
            member: author.member,
            received_at: author.at,
            leaf: 0,
        };
        Ok(SealedChange {
            registry: model.registry.clone(),
            uuid: change.uuid,
            create: change.create,
            update: change.update,
            version,
            data_keys,
            salt: self.salt(),
        })
    }

    /// Applies offline updates that have waited too long for a predecessor, on top of what is there. The roof calls it
    /// now and then.
    pub async fn apply_overdue(&self) -> Answer<usize> {
        let (now, salt) = (self.now(), self.salt());
        Ok(self
            .store
            .write(move |tx| {
                let overdue = registry::held_since(tx, now - HOLD_AT_MOST)?;
                let mut applied = 0;
                for held in overdue {
                    let Some(row) = registry::by_id(tx, held.registry)? else { continue };
                    registry::take(tx, row.id)?;
                    if let Some(entry) = registry::entry(tx, row.id, &held.uuid)? {
                        let base = entry.version;
                        registry::drop_held(tx, held.id)?;
                        add_version(tx, &row, entry, held.version, base, &salt, now)?;
                        applied += 1;
                    }
                }
                Ok::<_, Fault>(applied)
            })
            .await?)
    }
}

/// How long an offline update waits for its predecessor (ms): five days, as ODK Central does.
const HOLD_AT_MOST: i64 = 5 * 24 * 3_600_000;

/// Applies a change within the transaction of the act it came with.
pub(crate) fn apply(tx: &mut Tx, change: SealedChange) -> Result<Applied, Fault> {
    apply_from(tx, change, None)
}

/// Applies a change that may come from a submission.
fn apply_from(tx: &mut Tx, change: SealedChange, submission: Option<i64>) -> Result<Applied, Fault> {
    let SealedChange { registry, uuid, create, update, version, data_keys, salt } = change;
    for key in &data_keys {
        mandate::add_data_key(tx, key)?;
    }
    registry::take(tx, registry.id)?;
    let now = version.received_at;
    match registry::entry(tx, registry.id, &uuid)? {
        None if update && version.branch_id.is_some() && submission.is_some() => {
            hold(tx, &registry, &uuid, version, submission)
        }
        None if create => {
            // The rule may have changed since the change was sealed.
            let rule = registry::by_id(tx, registry.id)?.is_some_and(|known| known.approval_required);
            if let (true, Some(submission)) = (rule, submission) {
                let held = HeldUpdate { id: version.id, registry: registry.id, uuid, version };
                life::wait(tx, submission, &held)?;
                return Ok(Applied::Waiting);
            }
            create_entry(tx, &registry, &uuid, version, &salt)?;
            release_first(tx, &registry, &uuid, &salt, now)?;
            Ok(Applied::Created)
        }
        None => Ok(Applied::Refused(EntryRefusal::NotFound)),
        Some(entry) if entry.removed_at.is_some() => {
            Ok(Applied::Refused(if update { EntryRefusal::Deleted } else { EntryRefusal::Exists }))
        }
        Some(_) if !update => Ok(Applied::Refused(EntryRefusal::Exists)),
        Some(entry) => match find_base(tx, &entry, &version)? {
            Base::Found(_) if version.trunk_version.is_some_and(|trunk| trunk > entry.version) => {
                Ok(Applied::Refused(EntryRefusal::NoTrunk(version.trunk_version.unwrap_or_default())))
            }
            Base::Found(base) => {
                let next = version.branch_id.clone().zip(version.branch_base);
                let number = add_version(tx, &registry, entry, version, base, &salt, now)?;
                if let Some((branch, base)) = next {
                    release_held(tx, &registry, &uuid, &branch, base + 1, &salt, now)?;
                }
                Ok(Applied::Updated { version: number })
            }
            Base::NotYet => hold(tx, &registry, &uuid, version, submission),
            Base::Unknown(base) => Ok(Applied::Refused(EntryRefusal::NoVersion(base))),
        },
    }
}

/// Applies what a submission does to entities: all of it or nothing. What is wrong goes into the record; the submission
/// is kept all the same.
pub(crate) fn apply_submission(
    tx: &mut Tx,
    changes: Vec<SealedChange>,
    submission: i64,
) -> Result<Option<EntityProblem>, Fault> {
    let count = changes.len();
    let done = tx.attempt(|tx| {
        let mut problems = Vec::new();
        for (index, change) in changes.into_iter().enumerate() {
            let (uuid, dataset) = (change.uuid.clone(), change.registry.name.clone());
            if let Applied::Refused(refusal) = apply_from(tx, change, Some(submission))? {
                problems.push((index, refusal.noted(&uuid, &dataset)));
            }
        }
        if problems.is_empty() { Ok(()) } else { Err(Stopped::Problems(problems)) }
    });
    match done {
        Ok(()) => Ok(None),
        Err(Stopped::Fault(fault)) => Err(fault),
        Err(Stopped::Problems(problems)) => Ok(Some(together(count, problems))),
    }
}

enum Stopped {
    Problems(Vec<(usize, EntityProblem)>),
    Fault(Fault),
}

impl From<Fault> for Stopped {
    fn from(fault: Fault) -> Self {
        Stopped::Fault(fault)
    }
}

/// One problem for a submission with one entity; a list for one with several.
fn together(total: usize, mut problems: Vec<(usize, EntityProblem)>) -> EntityProblem {
    if total == 1
        && let Some((_, problem)) = problems.pop()
    {
        return problem;
    }
    let count = problems.len();
    let said = problems.iter().map(|(index, problem)| format!("(Entity {}) {}", index + 1, problem.message));
    let message = format!(
        "Failed to process {count} of {total} entities in submission: {}",
        said.collect::<Vec<_>>().join(" ")
    );
    let errors: Value = problems
        .iter()
        .map(|(index, problem)| {
            json!({
                "index": index,
                "errorMessage": problem.message,
                "problem": { "problemCode": problem.code, "problemDetails": problem.details },
            })
        })
        .collect();
    let details = json!({ "count": count, "total": total, "errors": errors });
    EntityProblem { code: 400.43, message, details }
}

/// Notes a problem with a submission's entities in the record.
pub(crate) fn note_problem(
    tx: &mut Tx,
    mandate: i64,
    submission: i64,
    (at, member, device): (i64, Option<i64>, Option<i64>),
    problem: &EntityProblem,
) -> Result<(), Fault> {
    let done = Done { device, ..Done::new(at, member, "entity.error") };
    let done = done.in_mandate(mandate).about("submission", submission);
    let told = json!({ "problemCode": problem.code, "problemDetails": problem.details });
    record::audit(tx, done.with("errorMessage", problem.message.as_str()).with("problem", told))
}

/// Makes the entries that waited for a submission, now that it is approved.
pub(crate) fn approved(tx: &mut Tx, submission: i64, by: i64, salt: &[u8; 32]) -> Result<(), Fault> {
    let waiting = life::waiting_for(tx, submission)?;
    life::drop_waiting(tx, submission)?;
    let now = tx.now();
    for held in waiting {
        let Some(registry) = registry::by_id(tx, held.registry)? else { continue };
        let uuid = held.uuid.clone();
        if let Applied::Refused(refusal) = make_waiting(tx, &registry, held, salt)? {
            let problem = refusal.noted(&uuid, &registry.name);
            note_problem(tx, registry.mandate, submission, (now, Some(by), None), &problem)?;
        }
    }
    Ok(())
}

/// Where a version stood in the history of the entry that it is copied from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stood {
    pub(crate) number: i64,
    pub(crate) base: Option<i64>,
    pub(crate) branch_base: Option<i64>,
}

/// Adds a version that was made elsewhere, in its old place; one that is there already stays. Tells whether it was added.
pub(crate) fn replay(tx: &mut Tx, change: SealedChange, stood: Stood) -> Result<bool, Fault> {
    let SealedChange { registry, uuid, mut version, data_keys, salt, .. } = change;
    registry::take(tx, registry.id)?;
    let entry = registry::entry(tx, registry.id, &uuid)?;
    let at = version.received_at;
    version.branch_base = stood.branch_base;
    match entry {
        Some(entry) if entry.version >= stood.number => return Ok(false),
        Some(entry) if entry.version + 1 == stood.number => {
            for key in &data_keys {
                mandate::add_data_key(tx, key)?;
            }
            let base = stood.base.unwrap_or(entry.version);
            add_version(tx, &registry, entry, version, base, &salt, at)?;
        }
        None if stood.number == 1 => {
            for key in &data_keys {
                mandate::add_data_key(tx, key)?;
            }
            create_entry(tx, &registry, &uuid, version, &salt)?;
        }
        _ => return Err(Fault::internal(format!("version {} of entity {uuid} has no place", stood.number))),
    }
    Ok(true)
}

/// Makes of an entry what a submission said that has now been approved.
pub(crate) fn make_waiting(
    tx: &mut Tx,
    registry: &Registry,
    held: HeldUpdate,
    salt: &[u8; 32],
) -> Result<Applied, Fault> {
    registry::take(tx, registry.id)?;
    let now = tx.now();
    match registry::entry(tx, registry.id, &held.uuid)? {
        Some(entry) if entry.removed_at.is_some() => Ok(Applied::Refused(EntryRefusal::Deleted)),
        Some(_) => Ok(Applied::Refused(EntryRefusal::Exists)),
        None => {
            let version = EntryVersion { received_at: now, ..held.version };
            create_entry(tx, registry, &held.uuid, version, salt)?;
            release_first(tx, registry, &held.uuid, salt, now)?;
            Ok(Applied::Created)
        }
    }
}

enum Base {
    Found(i64),
    NotYet,
    Unknown(i64),
}

/// Which of the entry's versions an update was made on.
fn find_base(tx: &mut Tx, entry: &Entry, update: &EntryVersion) -> Result<Base, Fault> {
    let known = |base: i64| (1..=entry.version).contains(&base);
    let Some(branch) = &update.branch_id else {
        let base = update.base_number.unwrap_or(entry.version);
        return Ok(if known(base) { Base::Found(base) } else { Base::Unknown(base) });
    };
    let base = update.branch_base.unwrap_or(0);
    // The first version is never made on a branch, whatever the branch is called.
    if base == 1 {
        return Ok(Base::Found(1));
    }
    if update.trunk_version == Some(base) {
        return Ok(if known(base) { Base::Found(base) } else { Base::NotYet });
    }
    Ok(match registry::version_on_branch(tx, entry.id, branch, base - 1)? {
        Some(before) => Base::Found(before.number),
        None => Base::NotYet,
    })
}

fn hold(
    tx: &mut Tx,
    registry: &Registry,
    uuid: &str,
    version: EntryVersion,
    submission: Option<i64>,
) -> Result<Applied, Fault> {
    let Some(submission) = submission else {
        return Ok(Applied::Refused(EntryRefusal::NoVersion(version.branch_base.unwrap_or(0))));
    };
    backlog(tx, registry, submission, &version, "submission.backlog.hold")?;
    registry::hold(
        tx,
        &HeldUpdate { id: version.id, registry: registry.id, uuid: uuid.to_owned(), version },
    )?;
    Ok(Applied::Held)
}

fn backlog(
    tx: &mut Tx,
    registry: &Registry,
    submission: i64,
    version: &EntryVersion,
    action: &str,
) -> Result<(), Fault> {
    let now = tx.now();
    let done = Done { device: version.device, ..Done::new(now, version.member, action) };
    let done = done.in_mandate(registry.mandate).about("registry", registry.id);
    record::audit(tx, done.with("submissionId", submission))
}

/// Applies the held updates that follow the first version of an entry, whatever their branch.
fn release_first(
    tx: &mut Tx,
    registry: &Registry,
    uuid: &str,
    salt: &[u8; 32],
    now: i64,
) -> Result<(), Fault> {
    for branch in life::first_branches(tx, registry.id, uuid)? {
        release_held(tx, registry, uuid, &branch, 1, salt, now)?;
    }
    Ok(())
}

/// Applies held updates of a branch for as long as each one's predecessor is there.
fn release_held(
    tx: &mut Tx,
    registry: &Registry,
    uuid: &str,
    branch: &str,
    mut base: i64,
    salt: &[u8; 32],
    now: i64,
) -> Result<(), Fault> {
    while let Some(held) = registry::take_held(tx, registry.id, uuid, branch, base)? {
        let Some(entry) = registry::entry(tx, registry.id, uuid)? else { return Ok(()) };
        if let Some(id) = held.version.submission_version
            && let Some(sent) = store::submission::version(tx, id)?
        {
            backlog(tx, registry, sent.submission, &held.version, "submission.backlog.reprocess")?;
        }
        if let Base::Found(found) = find_base(tx, &entry, &held.version)? {
            add_version(tx, registry, entry, held.version, found, salt, now)?;
        }
        base += 1;
    }
    Ok(())
}

fn create_entry(
    tx: &mut Tx,
    registry: &Registry,
    uuid: &str,
    mut version: EntryVersion,
    salt: &[u8; 32],
) -> Result<(), Fault> {
    let entry = Entry {
        id: tx.new_id(),
        registry: registry.id,
        uuid: uuid.to_owned(),
        version: 1,
        conflict: None,
        open_values: version.open_values.clone(),
        created_at: version.received_at,
        updated_at: version.received_at,
        removed_at: None,
        erased_at: None,
        resolved: 0,
    };
    version.entry = entry.id;
    version.number = 1;
    version.base_number = None;
    version.leaf = account(tx, registry, entry.id, &version, "entity.create", salt)?;
    registry::add_entry(tx, &entry, &version)
}

fn add_version(
    tx: &mut Tx,
    registry: &Registry,
    mut entry: Entry,
    mut version: EntryVersion,
    base: i64,
    salt: &[u8; 32],
    now: i64,
) -> Result<i64, Fault> {
    version.entry = entry.id;
    version.number = entry.version + 1;
    version.base_number = Some(base);
    if base < entry.version {
        let since: BTreeSet<String> = registry::entry_versions(tx, entry.id)?
            .iter()
            .filter(|other| other.number > base)
            .flat_map(|other| names(&other.changed))
            .collect();
        let same = names(&version.changed).iter().any(|name| since.contains(name));
        version.conflict = Some(if same { "hard" } else { "soft" }.to_owned());
    } else if let Some(branch) = &version.branch_id {
        // Somebody else came between this branch and the version that it began on.
        let trunk = version.trunk_version.unwrap_or(1);
        let between = |other: &EntryVersion| other.number > trunk && other.branch_id.as_ref() != Some(branch);
        if registry::entry_versions(tx, entry.id)?.iter().any(between) {
            version.conflict = Some("soft".to_owned());
        }
    }
    entry.version = version.number;
    entry.updated_at = now;
    entry.conflict = match (entry.conflict.as_deref(), version.conflict.as_deref()) {
        (Some("hard"), _) | (_, Some("hard")) => Some("hard".to_owned()),
        (None, None) => None,
        _ => Some("soft".to_owned()),
    };
    let mut open = object(&entry.open_values);
    open.extend(object(&version.open_values));
    entry.open_values = Value::Object(open).to_string();
    version.leaf = account(tx, registry, entry.id, &version, "entity.update.version", salt)?;
    registry::add_entry_version(tx, &entry, &version)?;
    Ok(version.number)
}

fn account(
    tx: &mut Tx,
    registry: &Registry,
    entry: i64,
    version: &EntryVersion,
    action: &str,
    salt: &[u8; 32],
) -> Result<i64, Fault> {
    let mut hash = Sha256::new();
    hash.update(&version.open_values);
    for sealed in
        [&version.sealed_sensitive, &version.sealed_identity, &version.sealed_device].into_iter().flatten()
    {
        hash.update(sealed);
    }
    let done = Done {
        device: version.device,
        detail: Map::from_iter([
            ("version".to_owned(), json!(version.number)),
            ("sealed".to_owned(), json!(hex(&hash.finalize()))),
        ]),
        ..Done::new(version.received_at, version.member, action)
    };
    record::audit_with_leaf(
        tx,
        ledger::leaf::kind::ENTRY,
        salt,
        done.in_mandate(registry.mandate).about("entry", entry),
    )
}

/// A JSON array of names.
pub(crate) fn names(text: &str) -> Vec<String> {
    serde_json::from_str(text).unwrap_or_default()
}

/// A JSON object.
pub(crate) fn object(text: &str) -> Map<String, Value> {
    serde_json::from_str(text).unwrap_or_default()
}
