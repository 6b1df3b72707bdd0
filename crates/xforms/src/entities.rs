//! Entity declarations, ODK XForms entities specification 2022.1 to 2025.1.

use crate::model::{Binds, attribute, entities_version, is_named, join};
use crate::{Class, Field, FormError};
use roxmltree::Node;

/// What a form says of the entities it creates or updates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntityDeclaration {
    /// Path of the `entity` element: `meta/entity`, or `people/meta/entity` inside a repeat.
    pub path: String,
    /// Path of the group or repeat that the entity is about; empty for the whole form.
    pub container: String,
    /// Path of the innermost repeat around it: one entity for each repetition.
    pub repeat: Option<String>,
    /// The entity list.
    pub dataset: String,
    /// Whether it can create.
    pub creates: bool,
    /// Whether it can update.
    pub updates: bool,
    /// The expression that decides whether it creates, when it does not always.
    pub create_if: Option<String>,
    /// The expression that decides whether it updates, when it does not always.
    pub update_if: Option<String>,
    /// The expression that computes the label.
    pub label: Option<String>,
    /// Class of the label: the highest class among the fields it is computed from, and the highest class in the
    /// form where that cannot be told.
    pub label_class: Option<Class>,
    /// Property and path of the field saved to it, in document order.
    pub properties: Vec<(String, String)>,
}

/// Reads the declarations and attaches every `save_to` to the nearest container around its field.
pub(crate) fn declarations(
    model: Node,
    root: Node,
    binds: &Binds,
    fields: &[Field],
) -> Result<Vec<EntityDeclaration>, FormError> {
    let mut declared: Vec<EntityDeclaration> = Vec::new();
    find(root, "", &mut |meta, container| {
        let mut entities = meta.children().filter(|node| is_named(*node, "entity"));
        let Some(entity) = entities.next() else { return Ok(()) };
        if entities.next().is_some() {
            return Err(refused("A meta block holds more than one entity."));
        }
        if declared.iter().all(|known| known.container != container) {
            declared.push(declaration(entity, container, binds, fields)?);
        }
        Ok(())
    })?;
    if declared.is_empty() {
        return Ok(declared);
    }

    let version =
        entities_version(model).ok_or_else(|| refused("Entities specification version is missing."))?;
    let repeats_allowed = match year_and_number(version) {
        Some(read) if ((2022, 1)..=(2025, 1)).contains(&read) => read >= (2025, 1),
        _ => return Err(refused(format!("Entities specification version [{version}] is not supported."))),
    };
    for field in fields {
        let Some(property) = &field.save_to else { continue };
        if !is_property_name(property) {
            return Err(refused("Invalid entity property name."));
        }
        if field.repeat.is_some() && !repeats_allowed {
            return Err(refused("Currently, entities cannot be populated from fields in repeat groups."));
        }
        let around = |entity: &&mut EntityDeclaration| is_inside(&field.path, &entity.container);
        if let Some(nearest) = declared.iter_mut().filter(around).max_by_key(|entity| entity.container.len())
        {
            nearest.properties.push((property.clone(), field.path.clone()));
        }
    }
    Ok(declared)
}

fn refused(reason: impl Into<String>) -> FormError {
    FormError::Entity { reason: reason.into() }
}

/// Calls `visit` with every `meta` element and the path of its container.
fn find(
    node: Node,
    path: &str,
    visit: &mut impl FnMut(Node, &str) -> Result<(), FormError>,
) -> Result<(), FormError> {
    for child in node.children().filter(Node::is_element) {
        if is_named(child, "meta") {
            visit(child, path)?;
        } else {
            find(child, &join(path, child.tag_name().name()), visit)?;
        }
    }
    Ok(())
}

fn declaration(
    entity: Node,
    container: &str,
    binds: &Binds,
    fields: &[Field],
) -> Result<EntityDeclaration, FormError> {
    let path = join(container, "meta/entity");
    let Some(dataset) = attribute(entity, "dataset").map(str::trim) else {
        return Err(refused("Dataset name is missing."));
    };
    if !is_dataset_name(dataset) {
        return Err(refused("Invalid dataset name."));
    }
    let creates = attribute(entity, "create").is_some();
    let updates = attribute(entity, "update").is_some();
    if !creates && !updates {
        return Err(refused(
            "The form must specify at least one entity action, for example, create or update.",
        ));
    }
    let expression =
        |place: &str| binds.at(&format!("{path}/{place}")).and_then(|bind| bind.calculate.clone());
    let repeat = fields.iter().find(|field| field.path == path).and_then(|field| field.repeat.clone());
    Ok(EntityDeclaration {
        container: container.to_owned(),
        repeat,
        dataset: dataset.to_owned(),
        creates,
        updates,
        create_if: expression("@create"),
        update_if: expression("@update"),
        label: expression("label"),
        label_class: None,
        properties: Vec::new(),
        path,
    })
}

pub(crate) fn is_inside(path: &str, container: &str) -> bool {
    container.is_empty() || path.strip_prefix(container).is_some_and(|rest| rest.starts_with('/'))
}

fn year_and_number(version: &str) -> Option<(u32, u32)> {
    let mut parts = version.split('.');
    let read = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    parts.next()?.parse::<u32>().ok()?;
    parts.next().is_none().then_some(read)
}

/// Letters, digits, `:`, `_` and `-`; not beginning with a digit, `-` or `__`.
fn is_dataset_name(name: &str) -> bool {
    let first = |character: char| character.is_alphabetic() || matches!(character, ':' | '_');
    !name.starts_with("__")
        && name.starts_with(first)
        && name.chars().all(|character| first(character) || character.is_ascii_digit() || character == '-')
}

/// Letters, digits, `_`, `-` and `.`; not `name` or `label`, not beginning with a digit, `-`, `.` or `__`.
fn is_property_name(name: &str) -> bool {
    let first = |character: char| character.is_alphabetic() || character == '_';
    let reserved = name.eq_ignore_ascii_case("name") || name.eq_ignore_ascii_case("label");
    !reserved
        && !name.starts_with("__")
        && name.starts_with(first)
        && name.chars().all(|c| first(c) || c.is_ascii_digit() || matches!(c, '-' | '.'))
}
