//! Registries as ODK's clients see them: entity lists with the forms that write and read them.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::json;
use store::registry::{self, Property, Registry};
use store::registry_life as life;
use store::{Fault, Tx, form, setting};
use xforms::Class;

use crate::answer::{Answer, Error, Refusal};
use crate::may::{Manage, May, Read, Seat};
use crate::record::{self, Done};
use crate::{Desk, FormModel, entries, registries};

/// A form, as one that writes or reads a registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormName {
    /// Its ODK id.
    pub form_id: String,
    /// Its title, or its id where it has none.
    pub name: String,
}

/// A property and the forms that write it.
pub struct DatasetProperty {
    /// As stored.
    pub property: Property,
    /// The forms, in their published versions.
    pub forms: Vec<FormName>,
}

/// A registry with the forms around it.
pub struct Dataset {
    /// As stored.
    pub registry: Registry,
    /// Its properties, in order.
    pub properties: Vec<DatasetProperty>,
    /// Forms that make or change its entries.
    pub sources: Vec<FormName>,
    /// Forms whose lists it fills.
    pub linked: Vec<FormName>,
    /// Drafts that would make or change its entries.
    pub draft_sources: Vec<FormName>,
    /// Drafts whose lists it would fill.
    pub draft_linked: Vec<FormName>,
}

impl Dataset {
    /// Whether any form needs it.
    pub fn in_use(&self) -> bool {
        [&self.sources, &self.linked, &self.draft_sources, &self.draft_linked]
            .into_iter()
            .any(|forms| !forms.is_empty())
    }
}

/// A registry in a list.
pub struct ListedDataset {
    /// As stored.
    pub registry: Registry,
    /// When its newest entry was made (ms).
    pub newest_at: Option<i64>,
    /// How many entries wait for a conflict to be resolved.
    pub conflicts: i64,
}

/// What became of a registry that was to be made.
pub enum AddedDataset {
    /// It is there.
    Added(Registry),
    /// There is one of this name.
    Taken,
    /// There is one whose name differs in capitals only: this.
    Similar(String),
}

/// What became of a property that was to be made.
pub enum AddedProperty {
    /// It is there.
    Added,
    /// There is one of this name, but perhaps for capitals: this.
    Taken(String),
}

/// What became of a change of rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RulesSet {
    /// It is done.
    Done,
    /// So many submissions wait for approval, and it was not said what becomes of them.
    Waiting(i64),
}

/// Changes of a registry's rules; what is none stays.
#[derive(Debug, Clone, Copy, Default)]
pub struct Rules {
    /// A submission makes an entry only once it is approved.
    pub approval_required: Option<bool>,
    /// A phone gets only the entries that it made.
    pub owner_only: Option<bool>,
    /// Whether what waits for approval is to become entries now, once none is needed any more.
    pub convert: Option<bool>,
}

/// What a form does to one registry.
pub struct DatasetDiff {
    /// The registry's name.
    pub name: String,
    /// Whether publishing the form will make it.
    pub is_new: bool,
    /// Its properties: those that the form does not write first.
    pub properties: Vec<PropertyDiff>,
}

/// What a form does to one property.
pub struct PropertyDiff {
    /// Its name.
    pub name: String,
    /// Whether publishing the form will make it.
    pub is_new: bool,
    /// Whether the form writes it.
    pub in_form: bool,
}

/// Refuses a form whose registries or properties differ from known ones in capitals only, or that writes one property
/// from two fields.
pub(crate) fn check_declared(tx: &mut Tx, mandate: i64, form: &xforms::Form) -> Result<(), Error> {
    for declared in &form.entities {
        let known = life::by_similar_name(tx, mandate, &declared.dataset)?;
        let mut lower = BTreeSet::new();
        if !declared.properties.iter().all(|(name, _)| lower.insert(name.to_lowercase())) {
            return Err(Refusal::invalid("refusal-property-twice")
                .with("registry", &declared.dataset)
                .into());
        }
        let Some(known) = known else { continue };
        if known.name != declared.dataset {
            return Err(Refusal::conflict("refusal-registry-similar")
                .with("current", known.name)
                .with("provided", &declared.dataset)
                .into());
        }
        let properties = registry::properties(tx, known.id)?;
        let similar = |name: &str| {
            let exact = properties.iter().any(|known| known.name == name);
            let lower = name.to_lowercase();
            let found = properties.iter().find(|known| known.name.to_lowercase() == lower);
            found.filter(|_| !exact).map(|known| known.name.clone())
        };
        let mut refusal = Refusal::conflict("refusal-property-similar").with("registry", &known.name);
        for (name, _) in &declared.properties {
            if let Some(current) = similar(name) {
                refusal = refusal.problem(current, name.clone());
            }
        }
        if !refusal.problems.is_empty() {
            return Err(refusal.into());
        }
    }
    Ok(())
}

fn named(model: &FormModel) -> FormName {
    let form_id = model.form.form_id.clone();
    let title = &model.version.title;
    FormName { name: if title.is_empty() { form_id.clone() } else { title.clone() }, form_id }
}

impl Desk {
    /// The registries of a mandate by name.
    pub async fn datasets(&self, may: &May<'_, Read>) -> Answer<Vec<ListedDataset>> {
        let mandate = may.mandate().id;
        let mut listed = self
            .store
            .read(move |tx| {
                let mut listed = Vec::new();
                for registry in registry::all(tx, mandate)? {
                    let conflicts = registry::conflicts(tx, registry.id)?;
                    let newest_at = life::newest_at(tx, registry.id)?;
                    listed.push(ListedDataset { registry, newest_at, conflicts });
                }
                Ok::<_, Fault>(listed)
            })
            .await?;
        listed.sort_by(|a, b| a.registry.name.cmp(&b.registry.name));
        Ok(listed)
    }

    /// The registries of a mandate that were removed.
    pub async fn removed_datasets(&self, may: &May<'_, Read>) -> Answer<Vec<Registry>> {
        let mandate = may.mandate().id;
        Ok(self.store.read(move |tx| life::removed(tx, mandate)).await?)
    }

    /// A registry with its properties and the forms around it.
    pub async fn dataset(&self, may: &May<'_, Read>, name: &str) -> Answer<Dataset> {
        self.dataset_in(may.mandate().id, name).await
    }

    /// The same for whoever sits in the mandate: what a list is called and which forms use it tells nothing about people.
    pub async fn dataset_seen_from(&self, seat: &Seat, name: &str) -> Answer<Dataset> {
        self.dataset_in(seat.mandate().id, name).await
    }

    async fn dataset_in(&self, mandate: i64, name: &str) -> Answer<Dataset> {
        let model = self.registry_model(mandate, name).await?;
        let id = model.registry.id;
        let (forms, linked, draft_linked) = self
            .store
            .read(move |tx| {
                let linked = life::linked_forms(tx, id)?;
                Ok::<_, Fault>((form::all(tx, mandate)?, linked, life::linked_drafts(tx, id)?))
            })
            .await?;
        let mut dataset = Dataset {
            registry: model.registry,
            properties: Vec::new(),
            sources: Vec::new(),
            linked: Vec::new(),
            draft_sources: Vec::new(),
            draft_linked: Vec::new(),
        };
        let mut writers: Vec<(Arc<FormModel>, FormName)> = Vec::new();
        let declares =
            |model: &FormModel| model.form.entities.iter().any(|declared| declared.dataset == name);
        for form in forms {
            if let Some(version) = form.current_version {
                let model = self.model(version).await?;
                if declares(&model) {
                    dataset.sources.push(named(&model));
                    writers.push((model.clone(), named(&model)));
                }
                if linked.contains(&form.id) {
                    dataset.linked.push(named(&model));
                }
            }
            if let Some(version) = form.draft_version {
                let model = self.model(version).await?;
                if declares(&model) {
                    dataset.draft_sources.push(named(&model));
                }
                if draft_linked.contains(&form.id) {
                    dataset.draft_linked.push(named(&model));
                }
            }
        }
        for property in model.properties {
            let writes = |model: &FormModel| {
                model.form.entities.iter().any(|declared| {
                    declared.dataset == name
                        && declared.properties.iter().any(|(known, _)| *known == property.name)
                })
            };
            let forms =
                writers.iter().filter(|(model, _)| writes(model)).map(|(_, form)| form.clone()).collect();
            dataset.properties.push(DatasetProperty { property, forms });
        }
        Ok(dataset)
    }

    /// What a form version does to registries, against those that are there.
    pub async fn dataset_diff(&self, may: &May<'_, Read>, model: &FormModel) -> Answer<Vec<DatasetDiff>> {
        let mandate = may.mandate().id;
        let mut wanted: Vec<(String, Vec<String>)> = Vec::new();
        for declared in &model.form.entities {
            let properties = declared.properties.iter().map(|(name, _)| name.clone());
            match wanted.iter_mut().find(|(name, _)| *name == declared.dataset) {
                Some((_, known)) => known.extend(properties),
                None => wanted.push((declared.dataset.clone(), properties.collect())),
            }
        }
        Ok(self
            .store
            .read(move |tx| {
                let mut diffs = Vec::new();
                for (name, written) in wanted {
                    let known = registry::by_name(tx, mandate, &name)?;
                    let there = match &known {
                        Some(registry) => registry::properties(tx, registry.id)?,
                        None => Vec::new(),
                    };
                    let others = there.iter().filter(|known| !written.contains(&known.name));
                    let mut properties: Vec<PropertyDiff> = others
                        .map(|known| PropertyDiff { name: known.name.clone(), is_new: false, in_form: false })
                        .collect();
                    for name in written {
                        let is_new = !there.iter().any(|known| known.name == name);
                        properties.push(PropertyDiff { name, is_new, in_form: true });
                    }
                    diffs.push(DatasetDiff { name, is_new: known.is_none(), properties });
                }
                Ok::<_, Fault>(diffs)
            })
            .await?)
    }

    /// Makes an empty registry. Its entries' labels and properties are sensitive, as everything is that came without a
    /// class, and are sealed where the protocol seals other forms.
    pub async fn add_dataset(&self, may: &May<'_, Manage>, name: &str, rules: Rules) -> Answer<AddedDataset> {
        let (mandate, now, by) = (may.mandate().id, self.now(), may.session().member().id);
        let (protocol, name) = (may.protocol().clone(), name.to_owned());
        self.store
            .write(move |tx| {
                if let Some(known) = life::by_similar_name(tx, mandate, &name)? {
                    let same = known.name == name;
                    return Ok(if same { AddedDataset::Taken } else { AddedDataset::Similar(known.name) });
                }
                let (identity, sensitive) = registries::sealing(tx, mandate, None, &protocol.other_forms)?;
                let registry = Registry {
                    id: setting::next_number(tx, "registry")?,
                    mandate,
                    name,
                    titles: "{}".to_owned(),
                    label_class: Class::Sensitive.as_str().to_owned(),
                    label_on_device: true,
                    identity_compartment: identity,
                    sensitive_compartment: sensitive,
                    entries: 0,
                    changes: 0,
                    approval_required: rules.approval_required.unwrap_or_default(),
                    owner_only: rules.owner_only.unwrap_or_default(),
                    created_at: now,
                    changed_at: now,
                    removed_at: None,
                };
                registry::add(tx, &registry)?;
                let done = Done::new(now, Some(by), "dataset.create").in_mandate(mandate);
                record::audit(tx, done.about("registry", registry.id).with("properties", json!([])))?;
                Ok::<_, Error>(AddedDataset::Added(registry))
            })
            .await
    }

    /// Adds a sensitive property that phones get, as clients of ODK expect.
    pub async fn add_dataset_property(
        &self,
        may: &May<'_, Manage>,
        registry: &str,
        name: &str,
    ) -> Answer<AddedProperty> {
        let model = self.registry_model(may.mandate().id, registry).await?;
        let (mandate, now, by) = (may.mandate().id, self.now(), may.session().member().id);
        let (id, name) = (model.registry.id, name.to_owned());
        self.store
            .write(move |tx| {
                registry::take(tx, id)?;
                let known = registry::properties(tx, id)?;
                let lower = name.to_lowercase();
                if let Some(known) = known.iter().find(|known| known.name.to_lowercase() == lower) {
                    return Ok(AddedProperty::Taken(known.name.clone()));
                }
                let position = known.iter().map(|known| known.position + 1).max().unwrap_or(0);
                let done = Done::new(now, Some(by), "dataset.update").in_mandate(mandate);
                let done = done.about("registry", id).with("properties", json!([name]));
                let property = Property {
                    registry: id,
                    name,
                    position,
                    labels: "{}".to_owned(),
                    kind: "text".to_owned(),
                    class: Class::Sensitive.as_str().to_owned(),
                    on_device: true,
                    created_at: now,
                };
                registry::add_property(tx, &property)?;
                life::changed(tx, id)?;
                record::audit(tx, done)?;
                Ok::<_, Error>(AddedProperty::Added)
            })
            .await
    }

    /// Takes a property out of a registry.
    pub async fn remove_dataset_property(
        &self,
        may: &May<'_, Manage>,
        registry: &str,
        name: &str,
    ) -> Answer<()> {
        let model = self.registry_model(may.mandate().id, registry).await?;
        if !model.properties.iter().any(|property| property.name == name) {
            return Err(Refusal::not_found().into());
        }
        let (mandate, now, by) = (may.mandate().id, self.now(), may.session().member().id);
        let (id, name) = (model.registry.id, name.to_owned());
        self.store
            .write(move |tx| {
                life::remove_property(tx, id, &name)?;
                let done = Done::new(now, Some(by), "dataset.update").in_mandate(mandate);
                record::audit(tx, done.about("registry", id).with("deletedProperty", name.as_str()))?;
                Ok::<_, Error>(())
            })
            .await
    }

    /// Changes when submissions become entries, and what phones get.
    pub async fn set_dataset_rules(
        &self,
        may: &May<'_, Manage>,
        registry: &str,
        rules: Rules,
    ) -> Answer<RulesSet> {
        let model = self.registry_model(may.mandate().id, registry).await?;
        let (mandate, now, by, salt) = (may.mandate().id, self.now(), may.session().member().id, self.salt());
        let id = model.registry.id;
        self.store
            .write(move |tx| {
                registry::take(tx, id)?;
                let known = registry::by_id(tx, id)?.ok_or_else(Refusal::not_found)?;
                let approval = rules.approval_required.unwrap_or(known.approval_required);
                let owner_only = rules.owner_only.unwrap_or(known.owner_only);
                let waiting = life::waiting_in(tx, id)?;
                if rules.approval_required == Some(false) && rules.convert.is_none() && !waiting.is_empty() {
                    let submissions: std::collections::BTreeSet<_> =
                        waiting.iter().map(|held| held.version.submission_version).collect();
                    return Ok(RulesSet::Waiting(submissions.len() as i64));
                }
                life::set_rules(tx, id, approval, owner_only)?;
                let done = Done::new(now, Some(by), "dataset.update").in_mandate(mandate);
                record::audit(tx, done.about("registry", id).with("approvalRequired", approval))?;
                if rules.approval_required == Some(false) && rules.convert == Some(true) {
                    for held in waiting {
                        life::drop_waiting_one(tx, held.id)?;
                        entries::make_waiting(tx, &known, held, &salt)?;
                    }
                }
                Ok::<_, Error>(RulesSet::Done)
            })
            .await
    }

    /// Removes a registry that no form needs from sight.
    pub async fn remove_dataset(&self, may: &May<'_, Manage>, name: &str) -> Answer<()> {
        let model = self.registry_model(may.mandate().id, name).await?;
        let (mandate, now, by) = (may.mandate().id, self.now(), may.session().member().id);
        let id = model.registry.id;
        self.store
            .write(move |tx| {
                life::remove(tx, id, now)?;
                let done = Done::new(now, Some(by), "dataset.delete").in_mandate(mandate);
                record::audit(tx, done.about("registry", id))?;
                Ok::<_, Error>(())
            })
            .await
    }
}
