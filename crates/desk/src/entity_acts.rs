//! Making and changing entities through the API: one or many at once, on top of a known version or by force.

use std::collections::BTreeSet;

use store::registry::{self, Entry};
use store::registry_life::{self as life, Source};
use store::{Fault, Tx};
use xforms::Class;

use crate::Desk;
use crate::answer::{Answer, Error, Refusal};
use crate::entries::{self, Applied, Author, EntryChange, LABEL};
use crate::may::{May, Review};
use crate::record::{self, Done};

/// An entity to be made.
#[derive(Clone)]
pub struct NewEntity {
    /// Its uuid; a fresh one if there is none.
    pub uuid: Option<String>,
    /// Its label.
    pub label: String,
    /// Property and value.
    pub data: Vec<(String, String)>,
}

/// The list that entities come with.
#[derive(Clone)]
pub struct EntityList {
    /// Name of the file.
    pub name: String,
    /// Size of the file in bytes.
    pub size: Option<i64>,
}

/// What became of entities that were to be made. Either all are made or none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AddedEntities {
    /// They are there; their uuids in the order in which they came.
    Added(Vec<String>),
    /// One with the first of these uuids is there already, or they stand twice in the list.
    Taken(Vec<String>),
    /// These belong to entities that were removed.
    Removed(Vec<String>),
}

/// What is to be changed of an entity.
#[derive(Clone, Default)]
pub struct EntityPatch {
    /// Property and new value; the label is the property `label`.
    pub values: Vec<(String, String)>,
    /// The version that it was made on, as the client wrote it.
    pub base: Option<String>,
    /// Change it whatever the version.
    pub force: bool,
    /// Mark its conflict as looked at.
    pub resolve: bool,
    /// The program that sends it.
    pub user_agent: Option<String>,
}

/// What became of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Patched {
    /// It is done.
    Done,
    /// The entity is at another version than the client said: this one.
    VersionConflict(i64),
    /// There was no conflict to be resolved.
    NoConflict,
}

impl Desk {
    /// Makes entities, all or none.
    pub async fn add_entities(
        &self,
        may: &May<'_, Review>,
        name: &str,
        new: Vec<NewEntity>,
        list: Option<EntityList>,
        user_agent: Option<String>,
    ) -> Answer<AddedEntities> {
        let model = self.registry_model(may.mandate().id, name).await?;
        let (member, now, mandate) = (may.session().member().id, self.now(), may.mandate().id);
        let source = list.map(|EntityList { name, size }| Source {
            id: self.store.new_id(),
            registry: model.registry.id,
            name,
            size,
            entries: new.len() as i64,
            member,
            user_agent: user_agent.clone(),
            received_at: now,
        });
        let author = Author {
            member: Some(member),
            source: source.as_ref().map(|source| source.id),
            user_agent,
            at: now,
            ..Author::default()
        };
        let (mut uuids, mut twice) = (Vec::with_capacity(new.len()), Vec::new());
        let mut seen = BTreeSet::new();
        let mut changes = Vec::with_capacity(new.len());
        for entity in new {
            let uuid = entity.uuid.unwrap_or_else(|| self.fresh_uuid());
            if !seen.insert(uuid.clone()) {
                twice.push(uuid.clone());
            }
            let label = (LABEL.to_owned(), entity.label, Class::Open);
            let data = entity.data.into_iter().map(|(name, value)| (name, value, Class::Open));
            let change = EntryChange {
                uuid: uuid.clone(),
                create: true,
                update: false,
                base: None,
                trunk: None,
                branch: None,
                values: std::iter::once(label).chain(data).collect(),
            };
            changes.push(self.seal_change(&model, change, author.clone()).await?);
            uuids.push(uuid);
        }
        if !twice.is_empty() {
            return Ok(AddedEntities::Taken(twice));
        }
        let registry = model.registry.id;
        self.store
            .write(move |tx| {
                registry::take(tx, registry)?;
                let (mut taken, mut removed) = (Vec::new(), Vec::new());
                for uuid in &uuids {
                    match registry::entry(tx, registry, uuid)? {
                        Some(entry) if entry.removed_at.is_some() => removed.push(uuid.clone()),
                        Some(_) => taken.push(uuid.clone()),
                        None => {}
                    }
                }
                if !removed.is_empty() {
                    return Ok(AddedEntities::Removed(removed));
                }
                if !taken.is_empty() {
                    return Ok(AddedEntities::Taken(taken));
                }
                if let Some(source) = &source {
                    life::add_source(tx, source)?;
                    let done = Done::new(now, Some(member), "entity.bulk.create").in_mandate(mandate);
                    let done = done.about("registry", registry).with("source", source.id);
                    record::audit(tx, done.with("count", source.entries))?;
                }
                for change in changes {
                    if let Applied::Refused(problem) = entries::apply(tx, change)? {
                        return Err(Fault::internal(format!("a new entity was refused: {problem}")).into());
                    }
                }
                Ok::<_, Error>(AddedEntities::Added(uuids))
            })
            .await
    }

    /// Changes an entity on top of the version that the client knows, or by force.
    pub async fn patch_entity(
        &self,
        may: &May<'_, Review>,
        name: &str,
        uuid: &str,
        patch: EntityPatch,
    ) -> Answer<Patched> {
        let model = self.registry_model(may.mandate().id, name).await?;
        let (member, now, mandate) = (may.session().member().id, self.now(), may.mandate().id);
        let EntityPatch { values, base, force, resolve, user_agent } = patch;
        let author = Author { member: Some(member), user_agent, at: now, ..Author::default() };
        let change = match values.is_empty() {
            true => None,
            false => {
                let values = values.into_iter().map(|(name, value)| (name, value, Class::Open)).collect();
                let change = EntryChange {
                    uuid: uuid.to_owned(),
                    create: false,
                    update: true,
                    base: None,
                    trunk: None,
                    branch: None,
                    values,
                };
                Some(self.seal_change(&model, change, author).await?)
            }
        };
        let (registry, uuid) = (model.registry.id, uuid.to_owned());
        self.store
            .write(move |tx| {
                registry::take(tx, registry)?;
                let entry = in_sight(tx, registry, &uuid)?;
                if resolve && entry.conflict.is_none() {
                    return Ok(Patched::NoConflict);
                }
                if !force && base.as_deref() != Some(entry.version.to_string().as_str()) {
                    return Ok(Patched::VersionConflict(entry.version));
                }
                if let Some(change) = change
                    && let Applied::Refused(problem) = entries::apply(tx, change)?
                {
                    return Err(Fault::internal(format!("a known entity was refused: {problem}")).into());
                }
                if resolve {
                    registry::resolve(tx, registry, entry.id, now)?;
                    let done = Done::new(now, Some(member), "entity.update.resolve").in_mandate(mandate);
                    record::audit(tx, done.about("entry", entry.id))?;
                }
                Ok::<_, Error>(Patched::Done)
            })
            .await
    }

    /// Brings back an entity that was removed.
    pub async fn restore_entity(&self, may: &May<'_, Review>, name: &str, uuid: &str) -> Answer<()> {
        let model = self.registry_model(may.mandate().id, name).await?;
        let (member, now, mandate) = (may.session().member().id, self.now(), may.mandate().id);
        let (registry, uuid) = (model.registry.id, uuid.to_owned());
        self.store
            .write(move |tx| {
                let entry = registry::entry(tx, registry, &uuid)?.ok_or_else(Refusal::not_found)?;
                if !life::restore(tx, registry, entry.id, now)? {
                    return Err(Refusal::not_found().into());
                }
                let done = Done::new(now, Some(member), "entity.restore").in_mandate(mandate);
                record::audit(tx, done.about("entry", entry.id))?;
                Ok::<_, Error>(())
            })
            .await
    }

    /// Removes several entities from sight; those that are not there are passed over. Tells how many were removed.
    pub async fn remove_entities(
        &self,
        may: &May<'_, Review>,
        name: &str,
        uuids: Vec<String>,
    ) -> Answer<usize> {
        let model = self.registry_model(may.mandate().id, name).await?;
        let (member, now, mandate) = (may.session().member().id, self.now(), may.mandate().id);
        let registry = model.registry.id;
        self.store
            .write(move |tx| {
                registry::take(tx, registry)?;
                let mut removed = 0;
                for uuid in &uuids {
                    let Some(entry) = registry::entry(tx, registry, uuid)? else { continue };
                    if registry::remove_entry(tx, registry, entry.id, now)? {
                        removed += 1;
                    }
                }
                let done = Done::new(now, Some(member), "entity.bulk.delete").in_mandate(mandate);
                record::audit(tx, done.about("registry", registry).with("count", removed))?;
                Ok::<_, Error>(removed)
            })
            .await
    }
}

fn in_sight(tx: &mut Tx, registry: i64, uuid: &str) -> Result<Entry, Error> {
    let entry = registry::entry(tx, registry, uuid)?.filter(|entry| entry.removed_at.is_none());
    Ok(entry.ok_or_else(Refusal::not_found)?)
}
