//! The entities sheet: which records a submission creates or updates, and which questions feed them.

use std::collections::HashMap;

use indexmap::IndexMap;

use crate::aliases;
use crate::draft::{Action, Draft, FIRST_LOAD};
use crate::entity_places::{References, Source, Way};
use crate::headers;
use crate::names::is_xml_tag;
use crate::problem::{Failure, Problem};
use crate::reference;
use crate::value::{Map, Value, map_of};
use crate::workbook::Sheet;

const NAME_RULES: &str = "Names must begin with a letter or underscore. After the first character, names may contain \
    letters, digits, underscores, hyphens, or periods.";

/// One row of the entities sheet.
pub(crate) struct Declaration {
    pub(crate) row: u32,
    /// The element `entity` with its attributes.
    pub(crate) draft: Draft,
}

/// All declarations by list name, and what the survey says about them so far.
#[derive(Default)]
pub(crate) struct Entities {
    pub(crate) declarations: IndexMap<String, Declaration>,
    /// The lists whose declaration refers to a question, by the question's name.
    by_question: HashMap<String, Vec<String>>,
    pub(crate) references: IndexMap<String, References>,
}

impl Entities {
    pub(crate) fn read(sheet: &Sheet) -> Result<Entities, Failure> {
        let kind = headers::Kind {
            name: "entities",
            alias: aliases::entities_header,
            is_column: aliases::is_entities_column,
            required: None,
            collapse_spaces: false,
        };
        let grouped = headers::group(sheet, &kind, "default")?;
        let mut entities = Entities::default();
        for (row, cells) in (2..).zip(&grouped.rows) {
            let (list, draft, mentioned) = declaration(cells, row)?;
            if entities.declarations.contains_key(&list) {
                return Err(at(
                    row,
                    "list_name",
                    "On the 'entities' sheet, the 'list_name' value is invalid. \
                     The 'list_name' column must not have any duplicate names.",
                ));
            }
            for name in mentioned {
                entities.by_question.entry(name).or_default().push(list.clone());
            }
            entities.declarations.insert(list, Declaration { row, draft });
        }
        Ok(entities)
    }

    /// Notes what a row of the survey has to do with entities; a list's name is taken off its `save_to`.
    pub(crate) fn note(
        &mut self,
        row: &mut Map,
        number: u32,
        question: Option<&str>,
        is_container: bool,
        way: &Way,
    ) -> Result<(), Problem> {
        if let Some(Value::Map(bind)) = row.get_mut("bind")
            && let Some(save_to) = bind.get_mut("entities:saveto")
        {
            let Value::Text(property) = save_to else {
                return Err(Problem::wrong_shape(number, "save_to"));
            };
            let list = self.list_of(property, number)?;
            if let Some((_, bare)) = property.split_once('#') {
                *property = bare.to_owned();
            }
            let property = property.clone();
            let references = self.references_of(&list, number)?;
            check_property(&property, number, is_container, references)?;
            references.properties.insert(property, number);
            references.sources.push(Source { way: way.clone(), row: number, question: None });
        }
        let Some(question) = question else { return Ok(()) };
        for list in self.by_question.get(question).cloned().unwrap_or_default() {
            let source = Source { way: way.clone(), row: number, question: Some(question.to_owned()) };
            self.references_of(&list, number)?.sources.push(source);
        }
        Ok(())
    }

    /// The list that a `save_to` value belongs to.
    fn list_of(&self, property: &str, row: u32) -> Result<String, Problem> {
        let fault = |message: &str| {
            Err(Problem::in_row(
                row,
                &format!("On the 'survey' sheet, the 'save_to' value is invalid. {message}"),
            )
            .column("save_to"))
        };
        if self.declarations.is_empty() {
            return fault(
                "To save entity properties using the save_to column, add an entities sheet and declare an entity.",
            );
        }
        let list = match property.matches('#').count() {
            0 if self.declarations.len() > 1 => {
                return fault(
                    "When there is more than one entity declaration, 'save_to' names must be prefixed with the entity \
                     'list_name' that the property belongs to. Please either: add the entity 'list_name' prefix \
                     separated with a '#' e.g. my_list#my_save_to (where 'my_list' is the entity 'list_name', and \
                     'my_save_to' is the 'save_to' property name), or remove all but one entity declarations.",
                );
            }
            0 => self.declarations.keys().next().cloned().unwrap_or_default(),
            1 => property.split('#').next().unwrap_or_default().to_owned(),
            _ => {
                return fault(
                    "A 'save_to' value must have at most one '#' delimiter character. \
                     Please check the spelling of this 'save_to' value.",
                );
            }
        };
        if !self.declarations.contains_key(&list) {
            return fault(&format!(
                "The entity list name '{list}' was not found on the entities sheet. Please either: check the spelling \
                 of the list name in the save_to value, or on the entities sheet add a row for this entity list, or \
                 check the spelling of existing entity list names."
            ));
        }
        Ok(list)
    }

    fn references_of(&mut self, list: &str, row: u32) -> Result<&mut References, Problem> {
        let Some(declared) = self.declarations.get(list) else {
            return Err(Problem::in_row(row, &format!("There is no entity list named '{list}'.")));
        };
        Ok(self.references.entry(list.to_owned()).or_insert_with(|| References::new(declared.row)))
    }
}

fn check_property(
    property: &str,
    row: u32,
    is_container: bool,
    references: &References,
) -> Result<(), Problem> {
    let reason = if property.is_empty() {
        NAME_RULES.to_owned()
    } else if is_container {
        "Groups and repeats can't be saved as entity properties. \
         Either remove or move the save_to value in this row."
            .to_owned()
    } else if matches!(property.to_lowercase().as_str(), "name" | "label") {
        "Names used here must not be 'name' or 'label' (case-insensitive).".to_owned()
    } else if property.starts_with("__") {
        "Names used here must not begin with two underscores.".to_owned()
    } else if !is_xml_tag(property) {
        NAME_RULES.to_owned()
    } else if let Some(other) = references.properties.get(property) {
        format!(
            "The save_to property '{property}' is already assigned by row '{other}'. \
             Either remove or change one of these duplicate save_to property names."
        )
    } else {
        return Ok(());
    };
    Err(Problem::in_row(row, &format!("On the 'survey' sheet, the 'save_to' value is invalid. {reason}"))
        .column("save_to"))
}

fn at(row: u32, column: &str, message: &str) -> Failure {
    Problem::new(format!("[row : {row}] {message}")).sheet("entities").row(row).column(column).into()
}

/// Reads one row: the list's name, its element, and the questions that the row mentions.
///
/// An `entity_id` means update, `create_if` or no id means create, both together mean whichever applies.
fn declaration(cells: &Map, row: u32) -> Result<(String, Draft, Vec<String>), Failure> {
    let unknown: Vec<String> =
        cells.keys().filter(|k| !aliases::is_entities_column(k)).map(|k| format!("'{k}'")).collect();
    if !unknown.is_empty() {
        return Err(Problem::new(format!(
            "[row : 1] On the 'entities' sheet, one or more column names are invalid. \
             The following column(s) are not supported by this version of pyxform: {}. Please either: check the \
             spelling of the column names, remove the columns, or update pyxform.",
            unknown.join(", ")
        ))
        .sheet("entities")
        .row(1)
        .into());
    }
    let cell = |name: &str| match cells.get(name) {
        Some(Value::Map(_)) => Err(at(
            row,
            name,
            &format!(
                "On the 'entities' sheet, the '{name}' value is invalid. It cannot have languages or parts."
            ),
        )),
        Some(Value::Text(text)) => Ok(Some(text.as_str()).filter(|t| !t.is_empty())),
        None => Ok(None),
    };
    let list = list_name(cell("dataset")?, row)?;
    let (id, create_if, update_if, label) =
        (cell("entity_id")?, cell("create_if")?, cell("update_if")?, cell("label")?);
    let invalid = |column: &str, reason: String| {
        at(
            row,
            column,
            &format!(
                "On the 'entities' sheet, the entity declaration is invalid. The entity list name '{list}' {reason}"
            ),
        )
    };
    if id.is_none() && update_if.is_some() {
        return Err(invalid(
            "entity_id",
            "does not have an 'entity_id' expression, but an 'entity_id' is required when updating entities. Updating \
             entities is indicated by using 'entity_id' and/or 'update_if' expressions. Please either: add an \
             'entity_id' for this entity declaration, or to only create entities instead move the 'update_if' to \
             'create_if'."
                .to_owned(),
        ));
    }
    if id.is_some() && create_if.is_some() && update_if.is_none() {
        return Err(invalid(
            "update_if",
            "does not have an 'update_if' expression, but an 'update_if' is required when upserting entities. Upserting \
             entities is indicated by using 'create_if' and 'entity_id' expressions. Please either: add an 'update_if' \
             for this entity declaration, or to only create entities instead remove the 'entity_id' expression."
                .to_owned(),
        ));
    }
    if id.is_none() && label.is_none() {
        return Err(invalid(
            "label",
            "does not have a label, but a 'label' is required when creating entities. Creating entities is indicated \
             by using a 'create_if' expression, or by not using 'entity_id' expression. Please either: add a 'label' \
             for this entity declaration, or to update entities instead provide an 'entity_id' (and optionally \
             'update_if') expression."
                .to_owned(),
        ));
    }
    let mut mentioned: Vec<String> = Vec::new();
    for text in [id, create_if, update_if, label].into_iter().flatten() {
        for found in reference::references(text) {
            let found = found
                .map_err(|_| Problem::new("PyXForm reference - parsing failed").sheet("entities").row(row))?;
            mentioned.push(found.name.to_owned());
        }
    }
    mentioned.sort_unstable();
    mentioned.dedup();
    let draft = entity_element(&list, id, create_if, update_if, label);
    Ok((list, draft, mentioned))
}

fn list_name(name: Option<&str>, row: u32) -> Result<String, Failure> {
    let Some(name) = name else {
        return Err(at(
            row,
            "list_name",
            "On the 'entities' sheet, the 'list_name' value is invalid. Entity lists must have a name.",
        ));
    };
    let reason = if name.starts_with("__") {
        "Names used here must not begin with two underscores."
    } else if name.contains('.') {
        "Names used here must not contain a period."
    } else if !is_xml_tag(name) {
        NAME_RULES
    } else {
        return Ok(name.to_owned());
    };
    Err(at(row, "list_name", &format!("On the 'entities' sheet, the 'dataset' value is invalid. {reason}")))
}

/// The element that ODK's entities specification asks for.
fn entity_element(
    list: &str,
    id: Option<&str>,
    create_if: Option<&str>,
    update_if: Option<&str>,
    label: Option<&str>,
) -> Draft {
    let attribute =
        |name: &str, value: &str| Draft { value: value.to_owned(), ..Draft::new("attribute", name) };
    let computed = |draft: Draft, expression: &str| {
        draft
            .with_map("bind", map_of([("calculate", expression), ("readonly", "true()"), ("type", "string")]))
    };
    let mut children = vec![attribute("dataset", list)];
    let mut id_attribute =
        attribute("id", "").with_map("bind", map_of([("readonly", "true()"), ("type", "string")]));
    if id.is_none() || create_if.is_some() {
        let create = attribute("create", "1");
        children.push(match create_if {
            Some(expression) => computed(create, expression),
            None => create,
        });
        if id.is_none() {
            let action = Action { value: Some("uuid()".to_owned()), ..Action::new("setvalue", FIRST_LOAD) };
            id_attribute.actions.push(action);
        }
    }
    if let Some(id) = id {
        let update = attribute("update", "1");
        children.push(match update_if {
            Some(expression) => computed(update, expression),
            None => update,
        });
        id_attribute.set("bind", "calculate", id);
        let stored = format!("instance('{list}')/root/item[name={id}]");
        for (name, property) in
            [("baseVersion", "__version"), ("trunkVersion", "__trunkVersion"), ("branchId", "__branchId")]
        {
            children.push(computed(attribute(name, ""), &format!("{stored}/{property}")));
        }
    }
    children.push(id_attribute);
    if let Some(label) = label {
        children.push(computed(Draft::new("entity label", "label"), label));
    }
    Draft { children, ..Draft::new("entity", "entity") }
}
