//! Entries as ODK's clients see them: entities with versions, who made them, what they came with, and where versions
//! contradict each other.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};
use store::audit::{self, AuditEntry};
use store::registry::{self, Entry, EntryVersion};
use store::registry_life::{self as life, Head, Newest, Source};
use store::{Fault, Tx, mandate, member, submission};

use crate::Desk;
use crate::answer::{Answer, Refusal};
use crate::entries::{LABEL, names, object};
use crate::entry_reading::{Part, open_parts};
use crate::keyring::Keyring;
use crate::may::{May, Read};

/// A member or a phone, as the maker of something.
#[derive(Debug, Clone)]
pub struct Actor {
    /// Number.
    pub id: i64,
    /// Name.
    pub name: String,
    /// Whether it is a phone.
    pub device: bool,
    /// When it was added (ms).
    pub created_at: i64,
}

/// What a version of an entity came with.
#[derive(Debug, Clone)]
pub enum EntitySource {
    /// A single call or a page.
    Single,
    /// A list of entities.
    List {
        /// Name of the file.
        name: String,
        /// Size of the file in bytes.
        size: Option<i64>,
        /// How many entities it had.
        count: i64,
        /// The program that sent it.
        user_agent: Option<String>,
    },
    /// A submission.
    Submission {
        /// Its form, if both are still in sight.
        form_id: Option<String>,
        /// Its instance id.
        instance_id: String,
        /// When it arrived (ms).
        created_at: i64,
        /// Who sent it.
        submitter: Option<i64>,
        /// Its review state.
        review_state: String,
    },
}

/// One version of an entity, with all values that the session can open. A value that is set and stays closed is null.
#[derive(Clone)]
pub struct EntityVersion {
    /// As stored.
    pub version: EntryVersion,
    /// The label after it; none while it stays closed.
    pub label: Option<String>,
    /// Values after it.
    pub data: Map<String, Value>,
    /// Values that it set, the label among them.
    pub received: Map<String, Value>,
    /// Properties to which it and versions between its base and it gave different values; none where nothing lay between.
    pub conflicting: Option<Vec<String>>,
    /// `soft` or `hard` if it was not made on top of the version before it.
    pub conflict: Option<&'static str>,
    /// Whether a person has looked at its conflict.
    pub resolved: bool,
    /// Properties that it changed, against the version that its author saw.
    pub base_diff: Vec<String>,
    /// Properties that it changed, against the version before it.
    pub server_diff: Vec<String>,
    /// Whether nobody has to look at anything up to here.
    pub last_good: bool,
    /// Whether it is needed to understand what waits to be looked at.
    pub relevant: bool,
    /// What it came with.
    pub source: EntitySource,
}

impl EntityVersion {
    /// Who made it.
    pub fn creator(&self) -> Option<i64> {
        self.version.device.or(self.version.member)
    }
}

/// An entity with its history.
#[derive(Clone)]
pub struct Entity {
    /// As stored.
    pub entry: Entry,
    /// Every version, oldest first; never empty.
    pub versions: Vec<EntityVersion>,
    /// `soft` or `hard` until a person has looked.
    pub conflict: Option<String>,
}

impl Entity {
    /// The newest version.
    pub fn current(&self) -> Option<&EntityVersion> {
        self.versions.last()
    }

    /// Who made the entity.
    pub fn creator(&self) -> Option<i64> {
        self.versions.first().and_then(EntityVersion::creator)
    }
}

/// A page of entities, and who made their versions.
#[derive(Clone, Default)]
pub struct EntityPage {
    /// The entities, newest first.
    pub entities: Vec<Entity>,
    /// Members and phones by number.
    pub actors: BTreeMap<i64, Actor>,
}

impl Desk {
    /// Entities of a registry, newest first, opened as far as the session can. Identity stays closed.
    pub async fn entities(&self, may: &May<'_, Read>, name: &str, list: Newest) -> Answer<EntityPage> {
        let model = self.registry_model(may.mandate().id, name).await?;
        self.entities_of(may, model.registry.id, list).await
    }

    /// The same of a registry by number, removed ones too.
    pub async fn entities_of(&self, may: &May<'_, Read>, registry: i64, list: Newest) -> Answer<EntityPage> {
        let (keyring, mandate) = (self.keyring(may.session()), may.mandate().id);
        Ok(self
            .store
            .read(move |tx| {
                let entries = life::newest(tx, registry, list)?;
                tell(tx, mandate, keyring, entries)
            })
            .await?)
    }

    /// How many entities a list has.
    pub async fn count_entities(&self, _: &May<'_, Read>, registry: i64, list: Newest) -> Answer<i64> {
        Ok(self.store.read(move |tx| life::count(tx, registry, list)).await?)
    }

    /// The number of an entity, removed or not.
    pub async fn entity_number(&self, _: &May<'_, Read>, registry: i64, uuid: &str) -> Answer<Option<i64>> {
        let uuid = uuid.to_owned();
        Ok(self
            .store
            .read(move |tx| Ok::<_, Fault>(registry::entry(tx, registry, &uuid)?.map(|e| e.id)))
            .await?)
    }

    /// What the entities of a registry are filtered and ordered by, newest first.
    pub async fn entity_heads(&self, _: &May<'_, Read>, registry: i64, list: Newest) -> Answer<Vec<Head>> {
        Ok(self.store.read(move |tx| life::heads(tx, registry, list)).await?)
    }

    /// The entities with these numbers, in their order, as far as they belong to the registry.
    pub async fn some_entities(
        &self,
        may: &May<'_, Read>,
        registry: i64,
        numbers: Vec<i64>,
    ) -> Answer<EntityPage> {
        let (keyring, mandate) = (self.keyring(may.session()), may.mandate().id);
        Ok(self
            .store
            .read(move |tx| {
                let mut keyring = keyring;
                let mut page = EntityPage::default();
                for id in numbers {
                    let entry = registry::entry_by_id(tx, id)?.filter(|entry| entry.registry == registry);
                    tell_into(tx, mandate, keyring.as_mut(), entry.into_iter().collect(), &mut page)?;
                }
                Ok::<_, Fault>(page)
            })
            .await?)
    }

    /// One entity with its history; a removed one only if `removed` is asked for.
    pub async fn entity(
        &self,
        may: &May<'_, Read>,
        name: &str,
        uuid: &str,
        removed: bool,
    ) -> Answer<(Entity, BTreeMap<i64, Actor>)> {
        let model = self.registry_model(may.mandate().id, name).await?;
        let (keyring, mandate, uuid) = (self.keyring(may.session()), may.mandate().id, uuid.to_owned());
        let page = self
            .store
            .read(move |tx| {
                let found = registry::entry(tx, model.registry.id, &uuid)?;
                let found = found.filter(|entry| entry.removed_at.is_some() == removed);
                tell(tx, mandate, keyring, found.into_iter().collect())
            })
            .await?;
        let EntityPage { entities, actors } = page;
        let entity = entities.into_iter().next().ok_or_else(Refusal::not_found)?;
        Ok((entity, actors))
    }

    /// What was done to an entity, newest first, and who did it.
    pub async fn entity_audits(
        &self,
        may: &May<'_, Read>,
        entity: &Entity,
    ) -> Answer<(Vec<AuditEntry>, BTreeMap<i64, Actor>)> {
        let (id, mandate) = (entity.entry.id, may.mandate().id);
        Ok(self
            .store
            .read(move |tx| {
                let mut entries = audit::about(tx, "entry", id)?;
                entries.reverse();
                let mut actors = BTreeMap::new();
                for actor in entries.iter().filter_map(|entry| entry.device.or(entry.member)) {
                    note_actor(tx, mandate, actor, &mut actors)?;
                }
                Ok::<_, Fault>((entries, actors))
            })
            .await?)
    }

    /// Who made the entities of a registry.
    pub async fn entity_creators(&self, may: &May<'_, Read>, name: &str) -> Answer<Vec<Actor>> {
        let model = self.registry_model(may.mandate().id, name).await?;
        let mandate = may.mandate().id;
        Ok(self
            .store
            .read(move |tx| {
                let mut actors = BTreeMap::new();
                for id in life::creators(tx, model.registry.id)? {
                    note_actor(tx, mandate, id, &mut actors)?;
                }
                let mut actors: Vec<Actor> = actors.into_values().collect();
                actors.sort_by(|a, b| a.name.cmp(&b.name));
                Ok::<_, Fault>(actors)
            })
            .await?)
    }
}

/// Reads the history of entries and opens it.
pub(crate) fn tell(
    tx: &mut Tx,
    mandate: i64,
    mut keyring: Option<Keyring>,
    entries: Vec<Entry>,
) -> Result<EntityPage, Fault> {
    let mut page = EntityPage::default();
    tell_into(tx, mandate, keyring.as_mut(), entries, &mut page)?;
    Ok(page)
}

fn tell_into(
    tx: &mut Tx,
    mandate: i64,
    mut keyring: Option<&mut Keyring>,
    entries: Vec<Entry>,
    page: &mut EntityPage,
) -> Result<(), Fault> {
    let mut lists: BTreeMap<i64, EntitySource> = BTreeMap::new();
    for (entry, versions) in life::with_versions(tx, entries)? {
        let mut told = Vec::with_capacity(versions.len());
        for version in versions {
            let mut received = object(&version.open_values);
            let opened = open_parts(tx, keyring.as_deref_mut(), &version, &[Part::Sensitive])?;
            received.extend(opened.values);
            for name in names(&version.changed) {
                received.entry(name).or_insert(Value::Null);
            }
            if let Some(actor) = version.device.or(version.member) {
                note_actor(tx, mandate, actor, &mut page.actors)?;
            }
            let source = source_of(tx, mandate, &version, &mut lists, &mut page.actors)?;
            told.push((version, received, source));
        }
        page.entities.push(entity(entry, told));
    }
    Ok(())
}

pub(crate) fn note_actor(
    tx: &mut Tx,
    mandate: i64,
    id: i64,
    actors: &mut BTreeMap<i64, Actor>,
) -> Result<(), Fault> {
    if actors.contains_key(&id) {
        return Ok(());
    }
    let found = match member::by_id(tx, id)? {
        Some(member) => Some(Actor { id, name: member.name, device: false, created_at: member.created_at }),
        None => mandate::device(tx, mandate, id)?.map(|device| Actor {
            id,
            name: device.name,
            device: true,
            created_at: device.created_at,
        }),
    };
    if let Some(actor) = found {
        actors.insert(id, actor);
    }
    Ok(())
}

fn source_of(
    tx: &mut Tx,
    mandate: i64,
    version: &EntryVersion,
    lists: &mut BTreeMap<i64, EntitySource>,
    actors: &mut BTreeMap<i64, Actor>,
) -> Result<EntitySource, Fault> {
    if let Some(id) = version.source {
        if let Some(known) = lists.get(&id) {
            return Ok(known.clone());
        }
        if let Some(Source { name, size, entries, user_agent, .. }) = life::source(tx, id)? {
            let source = EntitySource::List { name, size, count: entries, user_agent };
            lists.insert(id, source.clone());
            return Ok(source);
        }
    }
    let Some(id) = version.submission_version else { return Ok(EntitySource::Single) };
    let Some(sent) = submission::version(tx, id)? else { return Ok(EntitySource::Single) };
    let Some(found) = submission::by_id(tx, sent.submission)? else { return Ok(EntitySource::Single) };
    let form_id = match found.removed_at {
        None => store::form::by_id(tx, found.form)?.map(|form| form.form_id),
        Some(_) => None,
    };
    let submitter = found.device.or(found.member);
    if let Some(submitter) = submitter {
        note_actor(tx, mandate, submitter, actors)?;
    }
    Ok(EntitySource::Submission {
        form_id,
        instance_id: found.instance_id,
        created_at: found.created_at,
        submitter,
        review_state: found.review_state,
    })
}

/// A version as stored, the values that it set, and what it came with.
type Received = (EntryVersion, Map<String, Value>, EntitySource);

/// Adds the versions up, and finds where they contradict each other.
fn entity(entry: Entry, received: Vec<Received>) -> Entity {
    let mut full: Vec<Map<String, Value>> = Vec::with_capacity(received.len());
    let mut versions: Vec<EntityVersion> = Vec::with_capacity(received.len());
    let mut branches: BTreeMap<String, i64> = BTreeMap::new();
    let mut last_good = 0;
    let mut relevant_bases = BTreeSet::new();
    for (version, received, source) in received {
        let mut after = full.last().cloned().unwrap_or_default();
        after.extend(received.clone());
        let number = version.number;
        let base = version.base_number.unwrap_or(number - 1);
        contiguous(&mut branches, &version);
        let at = |number: i64| usize::try_from(number - 1).ok().and_then(|index| full.get(index));
        let empty = Map::new();
        let (server, seen) = (at(number - 1).unwrap_or(&empty), at(base).unwrap_or(&empty));
        let between = |name: &str| {
            versions
                .iter()
                .any(|other: &EntityVersion| other.version.number > base && other.received.contains_key(name))
        };
        let conflicting = (number > 1 && base < number - 1).then(|| {
            let clash = |(name, value): &(&String, &Value)| {
                let changed = match (server.get(*name), seen.get(*name)) {
                    (Some(Value::Null), _) | (_, Some(Value::Null)) => between(name),
                    (now, then) => now.is_some() && now != then,
                };
                changed && (value.is_null() || server.get(*name) != Some(*value))
            };
            received.iter().filter(clash).map(|(name, _)| name.clone()).collect::<Vec<_>>()
        });
        let broken = version
            .branch_id
            .as_ref()
            .is_some_and(|branch| branches.get(branch).is_some_and(|contiguous| *contiguous < base));
        let conflict = (number > 1 && (base != number - 1 || broken)).then(|| {
            let hard = conflicting.as_ref().is_some_and(|names| !names.is_empty());
            if hard { "hard" } else { "soft" }
        });
        let resolved = conflict.is_some() && number <= entry.resolved;
        if conflict.is_some() && !resolved && last_good == 0 {
            last_good = number - 1;
            if let Some(before) = versions.last_mut() {
                before.last_good = true;
            }
        }
        if last_good > 0 && number > 1 {
            relevant_bases.insert(base);
        }
        let diff = |against: &Map<String, Value>| {
            let differs = |(name, value): &(&String, &Value)| against.get(*name) != Some(*value);
            received.iter().filter(differs).map(|(name, _)| name.clone()).collect::<Vec<_>>()
        };
        let (base_diff, server_diff) =
            if number > 1 { (diff(seen), diff(server)) } else { Default::default() };
        let mut data = after.clone();
        let label = data.remove(LABEL).and_then(|label| label.as_str().map(str::to_owned));
        full.push(after);
        versions.push(EntityVersion {
            version,
            label,
            data,
            received,
            conflicting,
            conflict,
            resolved,
            base_diff,
            server_diff,
            last_good: false,
            relevant: false,
            source,
        });
    }
    for version in &mut versions {
        let number = version.version.number;
        version.relevant = last_good > 0 && (number >= last_good || relevant_bases.contains(&number));
    }
    if let (0, Some(last)) = (last_good, versions.last_mut()) {
        last.last_good = true;
    }
    let open: Vec<&str> =
        versions.iter().filter(|version| !version.resolved).filter_map(|version| version.conflict).collect();
    let conflict = match entry.conflict.as_deref() {
        None => None,
        Some(_) if open.contains(&"hard") => Some("hard".to_owned()),
        Some(_) if !open.is_empty() => Some("soft".to_owned()),
        Some(stored) => Some(stored.to_owned()),
    };
    Entity { entry, versions, conflict }
}

/// Up to which version an offline branch follows the version that it began on, with nothing from elsewhere between.
fn contiguous(branches: &mut BTreeMap<String, i64>, version: &EntryVersion) {
    let Some(branch) = &version.branch_id else { return };
    let base = version.base_number.unwrap_or(version.number - 1);
    match branches.get_mut(branch) {
        Some(last) => {
            if base == *last && version.number == base + 1 {
                *last = version.number;
            }
        }
        None => {
            let first = match version.trunk_version {
                Some(trunk) if version.number == trunk + 1 => version.number,
                Some(_) => 0,
                None if version.number == 2 => 2,
                None => 1,
            };
            branches.insert(branch.clone(), first);
        }
    }
}
