//! Reading entries: pages of a registry, one entry with its history, and opening what a session can open.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use store::registry::{self, Entry, EntryList, EntryVersion, Property, Registry};
use store::{Fault, Tx};

use crate::Desk;
use crate::answer::{Answer, Refusal};
use crate::audit_pages::{names_of, source_of};
use crate::entries::{RegistryModel, names, object, version_place};
use crate::keyring::Keyring;
use crate::may::{May, OpenIdentity, Read};

/// An entry in a list. Values are by property.
pub struct EntryRow {
    /// The entry.
    pub entry: Entry,
    /// Opened values.
    pub values: Map<String, Value>,
    /// Names of the properties that are set but stayed closed to the session.
    pub closed: Vec<String>,
}

/// One version of an entry, opened as far as the session can.
pub struct EntryVersionDetail {
    /// As stored.
    pub version: EntryVersion,
    /// Names of the properties that it sets.
    pub changed: Vec<String>,
    /// Opened values.
    pub values: Map<String, Value>,
    /// The submission it came with: form id and instance id.
    pub source: Option<(String, String)>,
}

/// An entry with its history.
pub struct EntryDetail {
    /// The registry.
    pub registry: Registry,
    /// Its properties.
    pub properties: Vec<Property>,
    /// The entry.
    pub entry: Entry,
    /// Every version, oldest first.
    pub versions: Vec<EntryVersionDetail>,
    /// Values after the newest version, as far as they are open to the session.
    pub values: Map<String, Value>,
    /// Names of the properties that are set but stayed closed to the session.
    pub closed: Vec<String>,
    /// Names of the members and phones that made the versions, by number.
    pub names: BTreeMap<i64, String>,
}

impl EntryDetail {
    /// The class of a property, the label included.
    pub fn class_of(&self, property: &str) -> xforms::Class {
        if property == crate::entries::LABEL {
            return crate::label_class(&self.registry);
        }
        let known = self.properties.iter().find(|known| known.name == property);
        known.map_or(xforms::Class::Sensitive, crate::property_class)
    }

    /// Values as they stood after version `number`, as far as they are open to the session.
    pub fn values_at(&self, number: i64) -> Map<String, Value> {
        let mut values = Map::new();
        for version in self.versions.iter().filter(|version| version.version.number <= number) {
            values.extend(version.values.clone());
        }
        values
    }
}

impl Desk {
    /// A page of a registry's entries, oldest first, opened as far as the session can. Identity stays closed here; it is
    /// opened entry by entry, or by a search, with a reason.
    pub async fn entries(&self, may: &May<'_, Read>, name: &str, list: EntryList) -> Answer<Vec<EntryRow>> {
        let model = self.registry_model(may.mandate().id, name).await?;
        let keyring = self.keyring(may.session());
        Ok(self
            .store
            .read(move |tx| {
                let numbers = registry::list_numbers(tx, model.registry.id, &list)?;
                let found = registry::some_with_versions(tx, model.registry.id, &numbers)?;
                open_rows(tx, keyring, found, &[Part::Sensitive])
            })
            .await?)
    }

    /// One entry with its history. Identity stays closed unless a reason is given, which is logged.
    pub async fn entry(
        &self,
        may: &May<'_, Read>,
        name: &str,
        uuid: &str,
        identity: Option<(&May<'_, OpenIdentity>, &str)>,
    ) -> Answer<EntryDetail> {
        let model = self.registry_model(may.mandate().id, name).await?;
        let uuid = uuid.to_owned();
        let registry = model.registry.id;
        let entry = self
            .store
            .read(move |tx| registry::entry(tx, registry, &uuid))
            .await?
            .ok_or_else(Refusal::not_found)?;
        if let Some((_, reason)) = identity {
            self.log_opening(may.session(), may.mandate().id, "entry", entry.id, reason).await?;
        }
        let parts = Part::shown(identity.is_some());
        let keyring = self.keyring(may.session());
        Ok(self
            .store
            .read(move |tx| {
                let mut keyring = keyring;
                let mut values = object(&entry.open_values);
                let mut versions = Vec::new();
                let mut closed = Vec::new();
                for version in registry::entry_versions(tx, entry.id)? {
                    let opened = open_parts(tx, keyring.as_mut(), &version, parts)?;
                    let mut own = object(&version.open_values);
                    own.extend(opened.values);
                    values.extend(own.clone());
                    note_closed(&version, &own, &mut closed);
                    let source = match version.submission_version {
                        Some(id) => source_of(tx, id)?,
                        None => None,
                    };
                    let changed = names(&version.changed);
                    versions.push(EntryVersionDetail { changed, values: own, version, source });
                }
                let ids = versions.iter().flat_map(|one| [one.version.member, one.version.device]).flatten();
                let mandate = Some(model.registry.mandate);
                let names = names_of(tx, ids.map(|id| (mandate, id)))?;
                let RegistryModel { registry, properties, .. } = model;
                Ok::<_, Fault>(EntryDetail { registry, properties, entry, versions, values, closed, names })
            })
            .await?)
    }
}

/// Notes which properties a version sets without showing them.
fn note_closed(version: &EntryVersion, shown: &Map<String, Value>, closed: &mut Vec<String>) {
    // An erased version still names what it had set.
    let sealed = version.sealed_sensitive.is_some() || version.sealed_identity.is_some();
    for name in names(&version.changed) {
        let known = closed.iter().position(|closed| *closed == name);
        match (shown.contains_key(&name), known) {
            (true, Some(place)) => drop(closed.remove(place)),
            (false, None) if sealed => closed.push(name),
            _ => {}
        }
    }
}

/// Opens entries for a list.
pub(crate) fn open_rows(
    tx: &mut Tx,
    mut keyring: Option<Keyring>,
    found: Vec<(Entry, Vec<EntryVersion>)>,
    parts: &[Part],
) -> Result<Vec<EntryRow>, Fault> {
    let mut rows = Vec::with_capacity(found.len());
    for (entry, versions) in found {
        let mut values = object(&entry.open_values);
        let mut closed = Vec::new();
        for version in &versions {
            let mut own = object(&version.open_values);
            own.extend(open_parts(tx, keyring.as_mut(), version, parts)?.values);
            note_closed(version, &own, &mut closed);
            values.extend(own);
        }
        rows.push(EntryRow { entry, values, closed });
    }
    Ok(rows)
}

/// A sealed part of an entry's version.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Sensitive,
    Identity,
    Device,
}

impl Part {
    /// What members are shown, with or without identity.
    pub(crate) fn shown(identity: bool) -> &'static [Part] {
        if identity { &[Part::Sensitive, Part::Identity] } else { &[Part::Sensitive] }
    }
}

pub(crate) struct OpenedParts {
    pub(crate) values: Map<String, Value>,
    pub(crate) closed: bool,
}

/// Opens the given parts of an entry's version as far as the keyring can.
pub(crate) fn open_parts(
    tx: &mut Tx,
    mut keyring: Option<&mut Keyring>,
    version: &EntryVersion,
    parts: &[Part],
) -> Result<OpenedParts, Fault> {
    let record = version.id.to_string();
    let mut opened = OpenedParts { values: Map::new(), closed: false };
    for part in parts {
        let (sealed, field) = match part {
            Part::Sensitive => (&version.sealed_sensitive, "sensitive"),
            Part::Identity => (&version.sealed_identity, "identity"),
            Part::Device => (&version.sealed_device, "device"),
        };
        let Some(sealed) = sealed else { continue };
        let plain = match keyring.as_deref_mut() {
            Some(keyring) => keyring.open(tx, sealed, &version_place(&record, field))?,
            None => None,
        };
        match plain.as_ref().and_then(|plain| plain.expose_text()) {
            Some(text) => opened.values.extend(object(text)),
            None => opened.closed = true,
        }
    }
    Ok(opened)
}
