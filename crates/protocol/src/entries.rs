//! Forms and registries fit: what is saved to an entry, what phones look up, what choices a property has.

use crate::expressions;
use crate::form::{ProtocolForm, ReadForm};
use crate::problem::Problem;
use crate::registry::{Choice, Registry};
use crate::rows::{Rows, code};
use crate::texts::{LANGUAGES, Texts};
use crate::toml_section::PROTOCOL_TOML;
use crate::words::PropertyType;
use xforms::{Class, EntityDeclaration, Field};

/// `all_read`: whether every form of the protocol could be read, so that what none of them has is missing.
pub(crate) fn check(
    forms: &[ReadForm],
    all_read: bool,
    registries: &mut [Registry],
    problems: &mut Vec<Problem>,
) {
    for ReadForm { form, rows } in forms {
        for entity in &form.form.entities {
            check_entity(form, rows, entity, registries, problems);
        }
        check_files(form, rows, registries, problems);
        check_lookups(form, rows, registries, problems);
    }
    let entities = forms.iter().flat_map(|read| &read.form.form.entities);
    let all_known =
        entities.clone().all(|entity| registries.iter().any(|known| known.name == entity.dataset));
    fill_choices(forms, all_read && all_known, registries, problems);
}

fn names(registries: &[Registry]) -> String {
    registries.iter().map(|registry| registry.name.as_str()).collect::<Vec<_>>().join(", ")
}

fn check_entity(
    form: &ProtocolForm,
    rows: &Rows,
    entity: &EntityDeclaration,
    registries: &[Registry],
    problems: &mut Vec<Problem>,
) {
    let row = rows
        .entities
        .iter()
        .find(|row| [row.get("list_name"), row.get("dataset")].contains(&&*entity.dataset));
    let in_entities = |problem: Problem, column: &str| {
        problem.sheet("entities").row(row.map(|row| row.number)).column(column).field(&entity.dataset)
    };
    let Some(registry) = registries.iter().find(|registry| registry.name == entity.dataset) else {
        let message = format!("there is no registry “{}”", entity.dataset);
        let known = names(registries);
        let what_to_do = format!("Add it to protocol.toml, or name one of the registries: {known}");
        problems.push(in_entities(Problem::new(&form.file, message, what_to_do), "list_name"));
        return;
    };
    if entity.label.is_some() && entity.label_class > Some(registry.label_class) {
        let class = entity.label_class.unwrap_or(Class::Identity);
        problems.push(in_entities(
            Problem::new(
                &form.file,
                format!(
                    "the entry's label would be {class}, and the registry keeps labels as {}",
                    registry.label_class
                ),
                format!(
                    "Build the label from {} fields, or give the registry label_class = \"{class}\"",
                    registry.label_class
                ),
            ),
            "label",
        ));
    }
    for (property, path) in &entity.properties {
        let Some(field) = form.form.field(path) else { continue };
        check_save_to(form, rows, registry, property, field, problems);
    }
}

fn check_save_to(
    form: &ProtocolForm,
    rows: &Rows,
    registry: &Registry,
    name: &str,
    field: &Field,
    problems: &mut Vec<Problem>,
) {
    let here = |problem: Problem| {
        let row = rows.at(&field.path).map(|row| row.number);
        problem.sheet("survey").row(row).column("save_to").field(&field.name)
    };
    let Some(property) = registry.property(name) else {
        let known = registry.properties.iter().map(|p| p.name.as_str()).collect::<Vec<_>>().join(", ");
        problems.push(here(Problem::new(
            &form.file,
            format!("registry “{}” has no property “{name}”", registry.name),
            format!("Add it to protocol.toml, or name one of its properties: {known}"),
        )));
        return;
    };
    let Some(class) = field.class.filter(|class| *class != property.class) else { return };
    let who = match class > property.class {
        true => "the registry would keep openly what the form seals",
        false => "the form would keep openly what the registry seals",
    };
    let higher = class.max(property.class);
    problems.push(here(Problem::new(
        &form.file,
        format!(
            "leak: the field is {class} and property “{name}” of “{}” is {}; {who}",
            registry.name, property.class
        ),
        format!("Give both the class {higher}"),
    )));
}

/// Every file that phones will ask for is a registry that may go to phones, or lies in the folder.
fn check_files(form: &ProtocolForm, rows: &Rows, registries: &[Registry], problems: &mut Vec<Problem>) {
    for file in &form.form.files {
        let asks = |row: &&crate::rows::Row| row.get("type").split_whitespace().any(|word| word == file.name);
        let row = rows.survey.iter().find(asks);
        let registry =
            file.name.strip_suffix(".csv").and_then(|name| registries.iter().find(|r| r.name == name));
        let problem = match registry {
            Some(registry) if !registry.on_device() => Problem::new(
                &form.file,
                format!(
                    "phones would need registry “{}”, whose label is {}",
                    registry.name, registry.label_class
                ),
                "Choose from a registry with an open label",
            ),
            Some(_) => continue,
            None if form.attachments.contains_key(&file.name) => continue,
            None => Problem::new(
                &form.file,
                format!(
                    "the form needs the file “{}”, and there is neither such a registry nor such a file",
                    file.name
                ),
                format!("Put it into {}, or correct the name", crate::form::media_folder(&form.file)),
            ),
        };
        problems.push(problem.sheet("survey").row(row.map(|row| row.number)).column("type"));
    }
}

/// A calculation that looks up a property which phones never receive is empty for ever.
fn check_lookups(form: &ProtocolForm, rows: &Rows, registries: &[Registry], problems: &mut Vec<Problem>) {
    for expression in expressions::read(&form.xform, &form.form.root) {
        for (list, name) in expressions::list_reads(&expression.text) {
            let Some(registry) = registries.iter().find(|registry| registry.name == list) else { continue };
            if !registry.on_device() {
                continue; // told by check_files
            }
            let sent = ["name", "label"].contains(&name.as_str())
                || registry.device_properties().any(|property| property.name == name);
            if sent {
                continue;
            }
            let row = rows.at(&expression.path);
            let what = match registry.property(&name) {
                Some(property) => {
                    format!("“{name}” of “{list}” is {}, so phones do not receive it", property.class)
                }
                None => format!("registry “{list}” has no property “{name}”"),
            };
            problems.push(
                Problem::new(&form.file, what, "Look up a property that phones receive")
                    .sheet("survey")
                    .row(row.map(|row| row.number))
                    .column(expression.role.column())
                    .field(expression.path.rsplit('/').next().unwrap_or_default()),
            );
        }
    }
}

/// Select properties without choices of their own take those of the question that is saved to them.
///
/// A property without any is a fault, but not while a form that may have them is faulty itself.
fn fill_choices(
    forms: &[ReadForm],
    complete: bool,
    registries: &mut [Registry],
    problems: &mut Vec<Problem>,
) {
    for registry in registries {
        for property in &mut registry.properties {
            let select = matches!(property.kind, PropertyType::Select | PropertyType::SelectMany);
            if !select || !property.choices.is_empty() {
                continue;
            }
            let asked = forms.iter().find_map(|read| question(&read.form, &registry.name, &property.name));
            match asked {
                Some(field) => property.choices = field.choices.iter().map(choice).collect(),
                None if !complete => {}
                None => problems.push(
                    Problem::new(
                        PROTOCOL_TOML,
                        "the property is a select, but it has no choices and no question with choices is saved to it",
                        "Add choices = [ … ], or save a select question to it",
                    )
                    .column("choices")
                    .field(&format!("{}/{}", registry.name, property.name)),
                ),
            }
        }
    }
}

fn question<'f>(form: &'f ProtocolForm, registry: &str, property: &str) -> Option<&'f Field> {
    let entities = form.form.entities.iter().filter(|entity| entity.dataset == registry);
    let saved = entities.flat_map(|entity| &entity.properties).filter(|(name, _)| name == property);
    saved.filter_map(|(_, path)| form.form.field(path)).find(|field| !field.choices.is_empty())
}

fn choice(choice: &xforms::Choice) -> Choice {
    let mut title = Texts::default();
    for language in LANGUAGES {
        let text = choice.label.iter().find(|(name, _)| code(name) == Some(language));
        title.set(language, text.map_or(&choice.value, |(_, text)| text));
    }
    Choice { name: choice.value.clone(), title }
}
