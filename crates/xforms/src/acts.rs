//! What a submission does to entities.

use crate::{Class, Element, EntityDeclaration, Form, Submission};

/// One entity that a submission creates or updates.
///
/// With both flags set the receiver updates the entity if it has it and creates it otherwise; creating
/// without a label is then an [`EntityFault::Missing`] of `label`.
#[derive(Clone, PartialEq, Eq)]
pub struct EntityAct {
    /// The entity list, as the form declares it.
    pub dataset: String,
    /// UUID version 4, lower case, without `uuid:`.
    pub id: String,
    /// The label; `None` when the submission gives none (an update may).
    pub label: Option<String>,
    /// Class of the label.
    pub label_class: Class,
    /// Whether to create.
    pub create: bool,
    /// Whether to update.
    pub update: bool,
    /// The version of the entity that the phone had; always there for an update.
    pub base_version: Option<i64>,
    /// The last version from the server that the phone's own chain of offline updates began with.
    pub trunk_version: Option<i64>,
    /// The chain of offline updates, a UUID as in `id`.
    pub branch_id: Option<String>,
    /// Property, value (empty to clear it) and class, for every property in the submission. A property that
    /// was not relevant is absent.
    pub values: Vec<(String, String, Class)>,
}

impl std::fmt::Debug for EntityAct {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut shown = formatter.debug_struct("EntityAct");
        shown.field("dataset", &self.dataset).field("id", &self.id);
        shown.field("create", &self.create).field("update", &self.update);
        shown.field("base_version", &self.base_version).finish_non_exhaustive()
    }
}

/// What is wrong with an entity in a submission, in ODK Central's words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EntityFault {
    /// Nothing was given.
    #[error("Required parameter {0} missing.")]
    Missing(&'static str),
    /// Something of another type was given.
    #[error("Invalid input data type: expected ({field}) to be ({expected})")]
    Invalid {
        /// Which value.
        field: &'static str,
        /// What it has to be.
        expected: &'static str,
    },
    /// The form does not say that it does this.
    #[error(
        "The submission attempts an entity {action}, but the form does not permit that action. The form permits the following actions: {}.",
        permitted.join(", ")
    )]
    NotPermitted {
        /// `create` or `update`.
        action: &'static str,
        /// What the form says that it does.
        permitted: Vec<&'static str>,
    },
    /// The submission names another entity list than its form.
    #[error("The submission names another entity list than its form, which has ({0}).")]
    OtherDataset(String),
}

/// A submission whose entities cannot be taken over. The submission itself is kept.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("There was a problem with entity processing: {fault} (at {place})")]
pub struct EntityError {
    /// Where: `people[2]/meta/entity`.
    pub place: String,
    /// What.
    pub fault: EntityFault,
}

impl Form {
    /// Reads what a submission does to entities, one act for each entity that is to be created or updated.
    /// Either all of them can be read or none is returned. `default` is the class of unclassed fields.
    pub fn entity_acts(
        &self,
        submission: &Submission,
        default: Class,
    ) -> Result<Vec<EntityAct>, EntityError> {
        let mut acts = Vec::new();
        for declaration in &self.entities {
            let mut containers = Vec::new();
            find(&submission.root, "", &declaration.container, &mut containers);
            for (place, container) in containers {
                let Some(entity) = container.child("meta").and_then(|meta| meta.child("entity")) else {
                    continue;
                };
                match self.act(declaration, container, entity, default) {
                    Ok(act) => acts.extend(act),
                    Err(fault) => {
                        let place = crate::model::join(&place, "meta/entity");
                        return Err(EntityError { place, fault });
                    }
                }
            }
        }
        Ok(acts)
    }

    fn act(
        &self,
        declaration: &EntityDeclaration,
        container: &Element,
        entity: &Element,
        default: Class,
    ) -> Result<Option<EntityAct>, EntityFault> {
        let wanted = |action| matches!(entity.attribute(action), Some("1" | "true"));
        let (create, update) = (wanted("create"), wanted("update"));
        if !create && !update {
            return Ok(None);
        }
        if entity.attribute("dataset").is_some_and(|named| named.trim() != declaration.dataset) {
            return Err(EntityFault::OtherDataset(declaration.dataset.clone()));
        }
        for (action, wanted, allowed) in
            [("create", create, declaration.creates), ("update", update, declaration.updates)]
        {
            if wanted && !allowed {
                let all = [("create", declaration.creates), ("update", declaration.updates)];
                let permitted =
                    all.into_iter().filter(|(_, allowed)| *allowed).map(|(name, _)| name).collect();
                return Err(EntityFault::NotPermitted { action, permitted });
            }
        }
        let id = uuid("uuid", entity.attribute("id"))?.ok_or(EntityFault::Missing("uuid"))?;
        let label =
            entity.child("label").map(|label| label.text.as_str()).filter(|label| !label.trim().is_empty());
        if create && !update && label.is_none() {
            return Err(EntityFault::Missing("label"));
        }
        let base_version = whole_number("baseVersion", entity.attribute("baseVersion"))?;
        if update && base_version.is_none() {
            return Err(EntityFault::Missing("baseVersion"));
        }
        let trunk_version = whole_number("trunkVersion", entity.attribute("trunkVersion"))?;
        let branch_id = uuid("branchId", entity.attribute("branchId"))?;
        if trunk_version.is_some() && branch_id.is_none() {
            return Err(EntityFault::Missing("branchId"));
        }
        let mut values = Vec::new();
        for (property, path) in &declaration.properties {
            let below = path.get(declaration.container.len()..).unwrap_or(path).trim_start_matches('/');
            let found = below.split('/').try_fold(container, |element, name| element.child(name));
            if let Some(found) = found {
                let class = self.field(path).map_or(default, |field| field.class_or(default));
                values.push((property.clone(), found.text.clone(), class));
            }
        }
        Ok(Some(EntityAct {
            dataset: declaration.dataset.clone(),
            id,
            label: label.map(str::to_owned),
            label_class: declaration.label_class.unwrap_or(default),
            create,
            update,
            base_version,
            trunk_version,
            branch_id,
            values,
        }))
    }
}

/// Every element at `path` below `element`, with its place; several of one name are numbered from 1.
fn find<'a>(element: &'a Element, place: &str, path: &str, found: &mut Vec<(String, &'a Element)>) {
    if path.is_empty() {
        found.push((place.to_owned(), element));
        return;
    }
    let (name, rest) = path.split_once('/').unwrap_or((path, ""));
    let named: Vec<&Element> = element.children.iter().filter(|child| child.name == name).collect();
    for (index, child) in named.iter().enumerate() {
        let step = if named.len() > 1 { format!("{name}[{}]", index + 1) } else { name.to_owned() };
        find(child, &crate::model::join(place, &step), rest, found);
    }
}

/// A UUID version 4 as the entities specification asks for, `uuid:` allowed before it.
fn uuid(field: &'static str, value: Option<&str>) -> Result<Option<String>, EntityFault> {
    let Some(value) = value.map(str::trim).filter(|value| !value.is_empty()) else { return Ok(None) };
    let value = value.to_ascii_lowercase();
    let plain = value.strip_prefix("uuid:").unwrap_or(&value);
    let right = plain.len() == 36
        && plain.bytes().enumerate().all(|(index, byte)| match index {
            8 | 13 | 18 | 23 => byte == b'-',
            14 => byte == b'4',
            19 => matches!(byte, b'8' | b'9' | b'a' | b'b'),
            _ => byte.is_ascii_hexdigit(),
        });
    if right {
        Ok(Some(plain.to_owned()))
    } else {
        Err(EntityFault::Invalid { field, expected: "valid version 4 UUID" })
    }
}

fn whole_number(field: &'static str, value: Option<&str>) -> Result<Option<i64>, EntityFault> {
    let Some(value) = value.map(str::trim).filter(|value| !value.is_empty()) else { return Ok(None) };
    let digits = value.bytes().all(|byte| byte.is_ascii_digit());
    let number = value.parse().ok().filter(|_| digits);
    number.map(Some).ok_or(EntityFault::Invalid { field, expected: "integer" })
}
