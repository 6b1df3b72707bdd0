//! The primary instance: the empty record with its repeats and their templates.

use crate::expression::default_is_dynamic;
use crate::problem::{Failure, Problem};
use crate::replace::Context;
use crate::survey::{Id, Kind, Survey};
use crate::value::Value;
use crate::xml::Xml;

/// The root of the record with what the settings say about it.
pub(crate) fn root<'a>(survey: &'a Survey, id: &'a str) -> Result<Xml<'a>, Failure> {
    let settings = &survey.settings;
    let mut root = section(survey, 0, false)?;
    for (name, value) in settings.values.get("attribute").and_then(Value::map).into_iter().flatten() {
        let Value::Text(value) = value else {
            return Err(Problem::new(format!(
                "On the 'settings' sheet, the 'attribute::{name}' value is invalid. Write the header as \
                 'attribute::name'."
            ))
            .sheet("settings")
            .into());
        };
        root.set(name.as_str(), value.as_str());
    }
    root.set("id", id);
    for (setting, attribute) in [
        ("instance_xmlns", "xmlns"),
        ("version", "version"),
        ("prefix", "odk:prefix"),
        ("delimiter", "odk:delimiter"),
    ] {
        if let Some(value) = settings.text(setting).filter(|v| !v.is_empty()) {
            root.set(attribute, value);
        }
    }
    Ok(root)
}

/// A group, repeat or entity. Within a template no repeat gets a template of its own.
fn section<'a>(survey: &'a Survey, id: Id, mut in_template: bool) -> Result<Xml<'a>, Failure> {
    let element = &survey.elements[id];
    let mut xml = Xml::new(element.name.as_str());
    add_attributes(survey, id, &mut xml)?;
    for child in &element.children {
        let (child, child_id) = (&survey.elements[*child], *child);
        let mut template_of_child = None;
        match child.kind {
            Kind::External => continue,
            _ if child.is_flat => {
                flat(survey, child_id, &mut xml)?;
            }
            Kind::Attribute => xml.set(child.name.as_str(), child.value.as_str()),
            Kind::EntityLabel => xml.add(Xml::new(child.name.as_str())),
            Kind::Question(_) => xml.add(question(survey, child_id)?),
            Kind::Repeat if !in_template => {
                in_template = true;
                template_of_child = Some(template(survey, child_id)?);
                xml.add(section(survey, child_id, true)?);
            }
            Kind::Survey | Kind::Group | Kind::Repeat | Kind::Entity => {
                xml.add(section(survey, child_id, in_template)?);
            }
        }
        if let Some(template) = template_of_child {
            in_template = false;
            xml.add_before_last(template);
        }
    }
    Ok(xml)
}

/// What a new repetition starts from.
fn template<'a>(survey: &'a Survey, id: Id) -> Result<Xml<'a>, Failure> {
    let mut xml = Xml::new(survey.elements[id].name.as_str()).with("jr:template", "");
    for child_id in &survey.elements[id].children {
        let child = &survey.elements[*child_id];
        match child.kind {
            Kind::Repeat => xml.add(template(survey, *child_id)?),
            Kind::Question(_) => xml.add(question(survey, *child_id)?),
            Kind::External => {
                return Err(child
                    .problem(format!(
                        "The file '{}' is declared inside of a repeat. Declare it outside of repeats.",
                        child.name
                    ))
                    .into());
            }
            Kind::Attribute => xml.set(child.name.as_str(), child.value.as_str()),
            Kind::EntityLabel => xml.add(Xml::new(child.name.as_str())),
            Kind::Survey | Kind::Group | Kind::Entity => xml.add(section(survey, *child_id, false)?),
        }
    }
    Ok(xml)
}

/// The content of a group that leaves no trace.
fn flat<'a>(survey: &'a Survey, id: Id, xml: &mut Xml<'a>) -> Result<(), Failure> {
    for child_id in &survey.elements[id].children {
        let child = &survey.elements[*child_id];
        match child.kind {
            _ if child.is_flat => flat(survey, *child_id, xml)?,
            Kind::Question(_) => xml.add(question(survey, *child_id)?),
            Kind::External => {
                return Err(child
                    .problem(format!("The file '{}' is declared inside of a flat group.", child.name))
                    .into());
            }
            _ => xml.add(section(survey, *child_id, false)?),
        }
    }
    Ok(())
}

fn question<'a>(survey: &'a Survey, id: Id) -> Result<Xml<'a>, Failure> {
    let element = &survey.elements[id];
    let mut xml = Xml::new(element.name.as_str());
    if let Some(default) = &element.default {
        let is_dynamic = default.text().is_some_and(|text| default_is_dynamic(text, &element.type_name));
        if !is_dynamic {
            xml = xml.with_text(default.to_text());
        }
    }
    add_attributes(survey, id, &mut xml)?;
    Ok(xml)
}

fn add_attributes<'a>(survey: &'a Survey, id: Id, xml: &mut Xml<'a>) -> Result<(), Failure> {
    for (name, value) in survey.elements[id].instance.iter().flatten() {
        xml.add_attribute(name, survey.value_paths(value, Context::of(id))?);
    }
    Ok(())
}
