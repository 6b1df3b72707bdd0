//! Registries and their entries: what a protocol or a form declares, what members see and change, what phones fetch.

use serde_json::{Value, json};
use store::form::Form;
use store::mandate::{self, Holder, Mandate};
use store::registry::{self, Property, Registry};
use store::{Fault, Tx, registry_life as life, setting};
use xforms::Class;

use crate::Desk;
use crate::answer::{Answer, Error, Kind, Refusal};
use crate::devices::Phone;
use crate::entries::{self, Applied, Author, EntryChange, LABEL, RegistryModel, class, object};
use crate::entry_reading::{Part, open_parts};
use crate::forms::FormModel;
use crate::keyring::Keyring;
use crate::may::{Manage, May, Read, Review};
use crate::receive::Sender;
use crate::record::{self, Done};

/// Makes the registries of a protocol in a mandate that has just begun.
pub(crate) fn install(
    tx: &mut Tx,
    mandate: i64,
    protocol: &protocol::Protocol,
    now: i64,
) -> Result<(), Fault> {
    for shipped in &protocol.registries {
        let (identity, sensitive) = sealing(tx, mandate, Some(&shipped.sealing), &protocol.other_forms)?;
        let id = setting::next_number(tx, "registry")?;
        registry::add(
            tx,
            &Registry {
                id,
                mandate,
                name: shipped.name.clone(),
                titles: texts(&shipped.title),
                label_class: shipped.label_class.as_str().to_owned(),
                label_on_device: shipped.label_class == Class::Open,
                identity_compartment: identity,
                sensitive_compartment: sensitive,
                entries: 0,
                changes: 0,
                approval_required: false,
                owner_only: false,
                created_at: now,
                changed_at: now,
                removed_at: None,
            },
        )?;
        for (position, property) in (0..).zip(&shipped.properties) {
            registry::add_property(
                tx,
                &Property {
                    registry: id,
                    name: property.name.clone(),
                    position,
                    labels: texts(&property.title),
                    kind: property.kind.as_str().to_owned(),
                    class: property.class.as_str().to_owned(),
                    on_device: property.on_device,
                    created_at: now,
                },
            )?;
        }
    }
    Ok(())
}

fn texts(texts: &protocol::Texts) -> String {
    json!({ "en": texts.en, "ko": texts.ko, "ja": texts.ja }).to_string()
}

pub(crate) fn sealing(
    tx: &mut Tx,
    mandate: i64,
    own: Option<&protocol::Sealing>,
    other: &protocol::Sealing,
) -> Result<(i64, i64), Fault> {
    let all = mandate::compartments(tx, mandate)?;
    let find = |class: Class| {
        let name = own
            .and_then(|own| own.compartment(class))
            .or_else(|| other.compartment(class))
            .unwrap_or_default();
        let found = all.iter().find(|compartment| compartment.name == name);
        found
            .map(|compartment| compartment.id)
            .ok_or_else(|| Fault::internal(format!("mandate {mandate} has no compartment “{name}”")))
    };
    Ok((find(Class::Identity)?, find(Class::Sensitive)?))
}

/// Makes or widens the registries that a form's entity declarations name. What a foreign form declares may go back to
/// the phones it came from; it is sealed all the same.
pub(crate) fn declare(tx: &mut Tx, mandate: i64, model: &FormModel, now: i64, by: i64) -> Result<(), Fault> {
    for declared in &model.form.entities {
        let known = registry::by_name(tx, mandate, &declared.dataset)?;
        let new = known.is_none();
        let mut added = Vec::new();
        let id = match known {
            Some(registry) => registry.id,
            None => {
                let id = setting::next_number(tx, "registry")?;
                let label_class = declared.label_class.unwrap_or(Class::Sensitive);
                registry::add(
                    tx,
                    &Registry {
                        id,
                        mandate,
                        name: declared.dataset.clone(),
                        titles: "{}".to_owned(),
                        label_class: label_class.as_str().to_owned(),
                        label_on_device: label_class < Class::Identity,
                        identity_compartment: model.version.identity_compartment,
                        sensitive_compartment: model.version.sensitive_compartment,
                        entries: 0,
                        changes: 0,
                        approval_required: false,
                        owner_only: false,
                        created_at: now,
                        changed_at: now,
                        removed_at: None,
                    },
                )?;
                id
            }
        };
        let first = registry::properties(tx, id)?.len() as i64;
        for (position, (name, path)) in (first..).zip(&declared.properties) {
            let field = model.form.field(path);
            let class = field.map_or(Class::Sensitive, |field| field.class_or(Class::Sensitive));
            let kind = field.map_or("text", |field| field.odk_type.as_str());
            let labels = field.map(|field| json!(field.label)).unwrap_or_else(|| json!({}));
            let is_new = registry::add_property(
                tx,
                &Property {
                    registry: id,
                    name: name.clone(),
                    position,
                    labels: labels.to_string(),
                    kind: kind.to_owned(),
                    class: class.as_str().to_owned(),
                    on_device: class < Class::Identity,
                    created_at: now,
                },
            )?;
            if is_new {
                added.push(name.clone());
            }
        }
        if new || !added.is_empty() {
            life::changed(tx, id)?;
            let action = if new { "dataset.create" } else { "dataset.update" };
            let done = Done::new(now, Some(by), action).in_mandate(mandate).about("registry", id);
            record::audit(tx, done.with("properties", json!(added)))?;
        }
    }
    Ok(())
}

impl Desk {
    /// The registries of a mandate, each with the number of entries that wait for a conflict to be resolved.
    pub async fn registries(&self, may: &May<'_, Read>) -> Answer<Vec<(Registry, i64)>> {
        let mandate = may.mandate().id;
        Ok(self
            .store
            .read(move |tx| {
                let mut listed = Vec::new();
                for registry in registry::all(tx, mandate)? {
                    let conflicts = registry::conflicts(tx, registry.id)?;
                    listed.push((registry, conflicts));
                }
                Ok::<_, Fault>(listed)
            })
            .await?)
    }

    /// A registry with its properties.
    pub async fn registry(&self, mandate: i64, name: &str) -> Answer<(Registry, Vec<Property>)> {
        let model = self.registry_model(mandate, name).await?;
        Ok((model.registry, model.properties))
    }

    pub(crate) async fn registry_model(&self, mandate: i64, name: &str) -> Answer<RegistryModel> {
        let name = name.to_owned();
        let found = self
            .store
            .read(move |tx| {
                let found = registry::by_name(tx, mandate, &name)?;
                found.map(|found| RegistryModel::read(tx, found)).transpose()
            })
            .await?;
        Ok(found.ok_or_else(Refusal::not_found)?)
    }

    /// Makes an empty registry.
    pub async fn add_registry(&self, may: &May<'_, Manage>, name: &str, title: &str) -> Answer<()> {
        let name = name.trim().to_owned();
        let first = name.chars().next();
        let plain = name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'))
            && first.is_some_and(|c| c.is_alphabetic() || c == '_')
            && !name.starts_with("__");
        if !plain {
            return Err(Refusal::invalid("refusal-registry-name").problem("name", name).into());
        }
        let (mandate, now, by) = (may.mandate().id, self.now(), may.session().member().id);
        let protocol = may.protocol().clone();
        let title = title.trim().to_owned();
        self.store
            .write(move |tx| {
                if registry::by_name(tx, mandate, &name)?.is_some() {
                    return Err(Refusal::conflict("refusal-registry-taken").problem("name", name).into());
                }
                let (identity, sensitive) = sealing(tx, mandate, None, &protocol.other_forms)?;
                let id = setting::next_number(tx, "registry")?;
                let titles = if title.is_empty() { json!({}) } else { json!({ "": title }) };
                registry::add(
                    tx,
                    &Registry {
                        id,
                        mandate,
                        name,
                        titles: titles.to_string(),
                        label_class: Class::Sensitive.as_str().to_owned(),
                        label_on_device: true,
                        identity_compartment: identity,
                        sensitive_compartment: sensitive,
                        entries: 0,
                        changes: 0,
                        approval_required: false,
                        owner_only: false,
                        created_at: now,
                        changed_at: now,
                        removed_at: None,
                    },
                )?;
                let done =
                    Done::new(now, Some(by), "dataset.create").in_mandate(mandate).about("registry", id);
                record::audit(tx, done)?;
                Ok::<_, Error>(())
            })
            .await
    }

    /// Adds a property to a registry.
    pub async fn add_property(
        &self,
        may: &May<'_, Manage>,
        registry: &str,
        name: &str,
        property_class: Class,
        on_device: bool,
    ) -> Answer<()> {
        let model = self.registry_model(may.mandate().id, registry).await?;
        let name = name.trim().to_owned();
        if name.is_empty() || name == LABEL || name == "name" || name.starts_with("__") {
            return Err(Refusal::invalid("refusal-property-name").problem("name", name).into());
        }
        let position = model.properties.len() as i64;
        let id = model.registry.id;
        let kind = "text".to_owned();
        let class = property_class.as_str().to_owned();
        let (labels, created_at) = ("{}".to_owned(), self.now());
        let property = Property { registry: id, name, position, labels, kind, class, on_device, created_at };
        let added = self.store.write(move |tx| registry::add_property(tx, &property)).await?;
        if added { Ok(()) } else { Err(Refusal::conflict("refusal-property-taken").into()) }
    }

    /// Makes an entry, or changes one on top of the version that the member saw.
    pub async fn change_entry(&self, may: &May<'_, Review>, name: &str, change: EntryChange) -> Answer<()> {
        let model = self.registry_model(may.mandate().id, name).await?;
        let has_label =
            change.values.iter().any(|(name, value, _)| name == LABEL && !value.trim().is_empty());
        if change.create && !has_label {
            return Err(Refusal::invalid("refusal-entry-label").problem(LABEL, "").into());
        }
        let member = Some(may.session().member().id);
        let author = Author { member, at: self.now(), ..Author::default() };
        let sealed = self.seal_change(&model, change, author).await?;
        match self.store.write(move |tx| entries::apply(tx, sealed)).await? {
            Applied::Refused(problem) => {
                Err(Refusal::conflict("refusal-entry").problem(name, problem.to_string()).into())
            }
            _ => Ok(()),
        }
    }

    /// Marks an entry's conflict as looked at and settled.
    pub async fn resolve_conflict(&self, may: &May<'_, Review>, name: &str, uuid: &str) -> Answer<()> {
        self.with_entry(
            may.mandate(),
            may.session().member().id,
            name,
            uuid,
            "entity.update.resolve",
            registry::resolve,
        )
        .await
    }

    /// Removes an entry from sight; its history stays.
    pub async fn remove_entry(&self, may: &May<'_, Review>, name: &str, uuid: &str) -> Answer<()> {
        self.with_entry(
            may.mandate(),
            may.session().member().id,
            name,
            uuid,
            "entity.delete",
            |tx, r, e, at| registry::remove_entry(tx, r, e, at).map(drop),
        )
        .await
    }

    /// Destroys what an entry says. The ledger stays whole.
    pub async fn erase_entry(&self, may: &May<'_, Manage>, name: &str, uuid: &str) -> Answer<()> {
        let (salt, now) = (self.salt(), self.now());
        let (mandate, by) = (may.mandate().id, may.session().member().id);
        let (name, uuid) = (name.to_owned(), uuid.to_owned());
        self.store
            .write(move |tx| {
                let registry = registry::by_name(tx, mandate, &name)?.ok_or_else(Refusal::not_found)?;
                let entry = registry::entry(tx, registry.id, &uuid)?.ok_or_else(Refusal::not_found)?;
                registry::erase_entry(tx, registry.id, entry.id, now)?;
                tx.erased();
                let done =
                    Done::new(now, Some(by), "entity.erase").in_mandate(mandate).about("entry", entry.id);
                record::audit_with_leaf(tx, ledger::leaf::kind::ERASURE, &salt, done)?;
                Ok::<_, Error>(())
            })
            .await
    }

    async fn with_entry(
        &self,
        mandate: &Mandate,
        by: i64,
        name: &str,
        uuid: &str,
        action: &'static str,
        act: impl FnOnce(&mut Tx, i64, i64, i64) -> Result<(), Fault> + Send + 'static,
    ) -> Answer<()> {
        let (id, now) = (mandate.id, self.now());
        let (name, uuid) = (name.to_owned(), uuid.to_owned());
        self.store
            .write(move |tx| {
                let registry = registry::by_name(tx, id, &name)?.ok_or_else(Refusal::not_found)?;
                let entry = registry::entry(tx, registry.id, &uuid)?.ok_or_else(Refusal::not_found)?;
                act(tx, registry.id, entry.id, now)?;
                record::audit(tx, Done::new(now, Some(by), action).in_mandate(id).about("entry", entry.id))?;
                Ok::<_, Error>(())
            })
            .await
    }

    /// A registry as a phone gets it: CSV with `name`, `label`, `__version`, `__trunkVersion`, `__branchId` and the
    /// properties that phones may see. What is sealed is opened with the phone's own token.
    pub async fn registry_csv(&self, sender: &Sender, name: &str) -> Answer<Vec<u8>> {
        let model = self.registry_model(sender.mandate().id, name).await?;
        let keyring = match sender {
            Sender::Phone(phone) => Some(phone_keyring(phone)),
            Sender::Member(_, session) => self.keyring(session),
            Sender::Trial(_) => None,
        };
        // A phone gets only what it made, where the registry says so.
        let owner = match sender {
            Sender::Phone(phone) if model.registry.owner_only => Some(phone.device.id),
            _ => None,
        };
        let shown: Vec<String> = model
            .properties
            .iter()
            .filter(|property| model.on_device(&property.name))
            .map(|property| property.name.clone())
            .collect();
        Ok(self
            .store
            .read(move |tx| {
                let mut keyring = keyring;
                let mut csv = String::from("name,label,__version,__trunkVersion,__branchId");
                for name in &shown {
                    csv.push(',');
                    csv.push_str(&csv_cell(name));
                }
                csv.push('\n');
                let mut after = 0;
                loop {
                    let mut page = Vec::new();
                    registry::each_with_versions(tx, model.registry.id, after, PAGE, |entry, versions| {
                        page.push((entry, versions));
                        Ok(())
                    })?;
                    let Some((last, _)) = page.last() else { return Ok::<_, Fault>(csv.into_bytes()) };
                    after = last.id;
                    for (entry, versions) in page {
                        let first = versions.first().and_then(|first| first.device);
                        if owner.is_some() && first != owner {
                            continue;
                        }
                        let mut values = object(&entry.open_values);
                        for version in &versions {
                            values.extend(open_parts(tx, keyring.as_mut(), version, &[Part::Device])?.values);
                        }
                        let value = |name: &str| {
                            csv_cell(values.get(name).and_then(Value::as_str).unwrap_or_default())
                        };
                        csv.push_str(&format!(
                            "{},{},{},,",
                            csv_cell(&entry.uuid),
                            value(LABEL),
                            entry.version
                        ));
                        for name in &shown {
                            csv.push(',');
                            csv.push_str(&value(name));
                        }
                        csv.push('\n');
                    }
                }
            })
            .await?)
    }

    /// Which of the entries that a phone has were removed meanwhile: uuid and whether it is gone.
    pub async fn removed_entries(
        &self,
        sender: &Sender,
        name: &str,
        uuids: Vec<String>,
    ) -> Answer<Vec<(String, bool)>> {
        let model = self.registry_model(sender.mandate().id, name).await?;
        Ok(self.store.read(move |tx| registry::removed_among(tx, model.registry.id, &uuids)).await?)
    }

    /// The keys of a session, for one act; none while it is locked.
    pub(crate) fn keyring(&self, session: &crate::Session) -> Option<Keyring> {
        self.own_key(session).map(|own| Keyring::new(Holder::Member(session.member().id), own))
    }

    /// Logs that identity is opened: who, which record, why. It is written before anything is shown.
    pub(crate) async fn log_opening(
        &self,
        session: &crate::Session,
        mandate: i64,
        kind: &'static str,
        id: i64,
        reason: &str,
    ) -> Answer<()> {
        let reason = reason.trim().to_owned();
        if reason.chars().count() < SHORTEST_REASON {
            return Err(Refusal::invalid("refusal-reason").problem("reason", "").into());
        }
        if self.minutes_unlocked(session).is_none() {
            return Err(Refusal::new(Kind::Locked, "refusal-locked").into());
        }
        let (now, by, salt) = (self.now(), session.member().id, self.salt());
        self.store
            .write(move |tx| {
                let done = Done::new(now, Some(by), "identity.open").in_mandate(mandate).about(kind, id);
                record::audit_with_leaf(tx, ledger::leaf::kind::OPENING, &salt, done.with("reason", reason))
                    .map(drop)
            })
            .await?;
        Ok(())
    }

    /// The forms whose submissions change a registry's entries or whose lists it fills.
    pub async fn forms_of_registry(&self, may: &May<'_, Read>, name: &str) -> Answer<Vec<Form>> {
        let listed = self.listed_for(may).await?;
        let names_it = |model: &FormModel| {
            model.form.entities.iter().any(|declared| declared.dataset == name)
                || model.form.files.iter().any(|file| file.name.strip_suffix(".csv") == Some(name))
        };
        Ok(listed.into_iter().filter(|listed| names_it(&listed.model)).map(|listed| listed.form).collect())
    }

    async fn listed_for(&self, may: &May<'_, Read>) -> Answer<Vec<crate::ListedForm>> {
        self.forms(may).await
    }
}

/// Shortest reason taken for opening an identity, in characters.
const SHORTEST_REASON: usize = 5;
/// Entries read at a time.
const PAGE: i64 = 1000;

fn phone_keyring(phone: &Phone) -> Keyring {
    Keyring::new(Holder::Device(phone.device.id), phone.token.secret_key())
}

/// A cell of a CSV file (RFC 4180).
pub(crate) fn csv_cell(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

/// The class that a registry gives a property.
pub fn property_class(property: &Property) -> Class {
    class(&property.class)
}

/// The class that a registry gives its entries' labels.
pub fn label_class(registry: &Registry) -> Class {
    class(&registry.label_class)
}
