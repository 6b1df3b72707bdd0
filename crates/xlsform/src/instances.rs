//! Secondary instances: lists of choices, files and the last saved record, each declared once.

use indexmap::IndexMap;

use crate::names::is_xml_tag;
use crate::problem::{Failure, Problem};
use crate::python::{is_space, split_extension};
use crate::reference::has_last_saved;
use crate::rows::is_choice_file;
use crate::survey::{ChoiceList, Class, Element, Kind, Survey};
use crate::value::{Map, Value};
use crate::xml::Xml;

/// The parts of a bind that are expressions. pyxform's own order is not fixed.
const EXPRESSIONS: [&str; 5] = ["calculate", "constraint", "readonly", "required", "relevant"];

/// Something that asks for an instance.
struct Wanted {
    kind: &'static str,
    context: String,
    name: String,
    source: Option<String>,
}

impl Wanted {
    fn file(kind: &'static str, survey: &Survey, element: &Element, name: &str, source: String) -> Self {
        let parent = element.parent.and_then(|p| survey.elements.get(p));
        let context =
            parent.map_or_else(String::new, |p| format!("[type: {}, name: {}]", p.type_name, p.name));
        Wanted { kind, context, name: name.to_owned(), source: Some(source) }
    }
}

/// The instance elements, in pyxform's order.
pub(crate) fn elements<'a>(survey: &'a Survey) -> Result<Vec<Xml<'a>>, Failure> {
    let mut wanted = Vec::new();
    let mut last_saved = false;
    for element in &survey.elements {
        match element.kind {
            Kind::Question(class) => {
                pulled(survey, element, &mut wanted);
                if class == Class::Select
                    && let Some(itemset) = &element.itemset
                    && let (name, extension) = split_extension(itemset)
                    && is_choice_file(extension)
                {
                    let folder = if extension == ".csv" { "file-csv" } else { "file" };
                    wanted.push(Wanted::file(
                        "file",
                        survey,
                        element,
                        name,
                        format!("jr://{folder}/{itemset}"),
                    ));
                }
                last_saved = last_saved || uses_last_saved(element)?;
            }
            Kind::External => {
                let extension = element.type_name.split('-').next().unwrap_or_default();
                let folder = if extension == "csv" { "file-csv" } else { "file" };
                let source = format!("jr://{folder}/{}.{extension}", element.name);
                wanted.push(Wanted::file("external", survey, element, &element.name, source));
            }
            Kind::Survey | Kind::Group | Kind::Repeat | Kind::Entity => pulled(survey, element, &mut wanted),
            Kind::Attribute | Kind::EntityLabel => {}
        }
    }
    if last_saved {
        wanted.push(Wanted {
            kind: "instance",
            context: "None".to_owned(),
            name: "__last-saved".to_owned(),
            source: Some("jr://instance/last-saved".to_owned()),
        });
    }
    for (name, _) in survey.lists.iter().filter(|(_, list)| !list.used_by_search) {
        wanted.push(Wanted {
            kind: "choice",
            context: "survey".to_owned(),
            name: name.clone(),
            source: None,
        });
    }
    check_external(&wanted)?;

    let mut declared: IndexMap<&str, &Wanted> = IndexMap::new();
    let mut elements = Vec::new();
    for instance in &wanted {
        if let Some(prior) = declared.get(instance.name.as_str()) {
            if prior.source != instance.source {
                return Err(conflict(prior, instance).into());
            }
            continue;
        }
        declared.insert(&instance.name, instance);
        let element = Xml::new("instance").with("id", instance.name.clone());
        elements.push(match &instance.source {
            Some(source) => element.with("src", source.clone()),
            None => match survey.lists.get(&instance.name) {
                Some(list) => element.with_child(items(&instance.name, list)?),
                None => element,
            },
        });
    }
    Ok(elements)
}

fn conflict(prior: &Wanted, instance: &Wanted) -> Problem {
    let source = |w: &Wanted| w.source.clone().unwrap_or_else(|| "None".to_owned());
    Problem::new(format!(
        "The same instance id will be generated for different external instance source URIs. Please check the form. \
         Instance name: '{}', Existing type: '{}', Existing URI: '{}', Duplicate type: '{}', Duplicate URI: '{}', \
         Duplicate context: '{}'.",
        instance.name,
        prior.kind,
        source(prior),
        instance.kind,
        source(instance),
        instance.context
    ))
}

/// Declared files have names of their own.
fn check_external(wanted: &[Wanted]) -> Result<(), Failure> {
    let mut seen: IndexMap<&str, Vec<&Wanted>> = IndexMap::new();
    for instance in wanted.iter().filter(|w| w.kind == "external") {
        seen.entry(&instance.name).or_default().push(instance);
    }
    let messages: Vec<String> = seen
        .into_iter()
        .filter(|(_, copies)| copies.len() > 1)
        .map(|(name, copies)| {
            let contexts: Vec<String> = copies.iter().map(|c| format!("{}({})", c.context, c.kind)).collect();
            format!(
                "Instance names must be unique within a form. The name '{name}' was found {} time(s), under these \
                 contexts: {}",
                copies.len(),
                contexts.join(", ")
            )
        })
        .collect();
    if messages.is_empty() { Ok(()) } else { Err(Problem::new(messages.join("\n")).into()) }
}

/// The files that the element's expressions read with `pulldata()`.
fn pulled(survey: &Survey, element: &Element, wanted: &mut Vec<Wanted>) {
    let in_bind = EXPRESSIONS.iter().filter_map(|part| element.bind_part(part).and_then(Value::text));
    let own = [element.choice_filter.as_deref(), element.default.as_ref().and_then(Value::text)];
    let own = own.into_iter().flatten().filter(|_| element.is_question());
    for expression in in_bind.chain(own) {
        for name in pulldata_files(expression) {
            let source = format!("jr://file-csv/{name}.csv");
            wanted.push(Wanted::file("pulldata", survey, element, &name, source));
        }
    }
}

/// The first argument of each `pulldata(`, without its quotes.
fn pulldata_files(expression: &str) -> Vec<String> {
    let mut files = Vec::new();
    if !expression.contains("pulldata(") {
        return files;
    }
    let mut rest = expression;
    while let Some(at) = rest.find("pulldata") {
        rest = &rest[at + "pulldata".len()..];
        let Some(inside) = rest.trim_start_matches(is_space).strip_prefix('(') else { continue };
        let inside = inside.trim_start_matches(is_space);
        let Some(end) = inside.find([',', '\n']).filter(|end| inside[*end..].starts_with(',')) else {
            continue;
        };
        files.push(inside[..end].replace(['\'', '"'], "").trim_matches(is_space).to_owned());
        rest = &inside[end + 1..];
    }
    files
}

/// Whether an expression of the element refers to the last saved record; expressions have no languages.
fn uses_last_saved(element: &Element) -> Result<bool, Problem> {
    let parts = element.bind.iter().flatten().filter(|(part, _)| EXPRESSIONS.contains(&part.as_str()));
    let values = element.default.iter().map(|default| ("default", default));
    let values = values.chain(parts.map(|(part, value)| (part.as_str(), value)));
    for (column, value) in values {
        match value {
            Value::Map(_) => return Err(Problem::wrong_shape(element.row, column)),
            Value::Text(text) if has_last_saved(text) => return Ok(true),
            Value::Text(_) => {}
        }
    }
    Ok(element.choice_filter.as_deref().is_some_and(has_last_saved))
}

/// The choices of a list as data.
fn items<'a>(name: &str, list: &'a ChoiceList) -> Result<Xml<'a>, Failure> {
    let mut root = Xml::new("root");
    for (i, choice) in list.choices.iter().enumerate() {
        root.add(item(name, i, choice, list.requires_itext)?);
    }
    Ok(root)
}

fn item<'a>(list: &str, index: usize, choice: &'a Map, requires_itext: bool) -> Result<Xml<'a>, Failure> {
    let fault = |column: &str, reason: &str| {
        Problem::new(format!(
            "On the 'choices' sheet, the column '{column}' of the list '{list}' cannot become data: {reason}"
        ))
        .sheet("choices")
        .column(column)
    };
    let name = choice.get("name").and_then(Value::text).unwrap_or_default();
    let mut item = Xml::new("item");
    if requires_itext {
        item.add(Xml::new("itextId").with_text(format!("{list}-{index}")));
    }
    item.add(Xml::new("name").with_text(name));
    if let Some(Value::Text(label)) = choice.get("label").filter(|_| !requires_itext) {
        item.add(Xml::new("label").with_text(label.as_str()));
    }
    for (column, value) in choice {
        if matches!(column.as_str(), "name" | "label" | "media" | "sms_option") {
            continue;
        }
        let Value::Text(value) = value else {
            return Err(
                fault(column, "it has parts or languages. Only labels and media can be translated.").into()
            );
        };
        if !is_xml_tag(column) {
            return Err(fault(
                column,
                "its header is no name. Names must begin with a letter or underscore. After the first character, names \
                 may contain letters, digits, underscores, hyphens, or periods.",
            )
            .into());
        }
        item.add(Xml::new(column.as_str()).with_text(value.as_str()));
    }
    if let Some(Value::Text(sms)) = choice.get("sms_option") {
        item.add(Xml::new("sms_option").with_text(sms.as_str()));
    }
    Ok(item)
}
