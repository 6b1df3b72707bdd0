//! The body of the form: what people see, in order.

use crate::draft::VALUE_CHANGED;
use crate::itemset;
use crate::model::actions;
use crate::problem::{Failure, Problem};
use crate::replace::Context;
use crate::survey::{Class, Element, Id, Kind, Survey, Triggered};
use crate::value::Value;
use crate::xml::Xml;

/// The `h:body` element.
pub(crate) fn body<'a>(survey: &'a Survey) -> Result<Xml<'a>, Failure> {
    let mut body = Xml::new("h:body");
    if let Some(style) = survey.settings.text("style").filter(|s| !s.is_empty()) {
        body.set("class", style);
    }
    add_controls(survey, 0, &mut body)?;
    Ok(body)
}

fn add_controls<'a>(survey: &'a Survey, id: Id, xml: &mut Xml<'a>) -> Result<(), Failure> {
    for child in &survey.elements[id].children {
        let control = match survey.elements[*child].kind {
            Kind::Question(class) => question(survey, *child, class)?,
            Kind::Group => group(survey, *child)?,
            Kind::Repeat => Some(repeat(survey, *child)?),
            _ => None,
        };
        if let Some(control) = control {
            xml.add(control);
        }
    }
    Ok(())
}

fn group<'a>(survey: &'a Survey, id: Id) -> Result<Option<Xml<'a>>, Failure> {
    let element = &survey.elements[id];
    if element.is_bodyless || element.control.as_ref().is_some_and(|c| c.contains_key("bodyless")) {
        return Ok(None);
    }
    let mut xml = Xml::new("group");
    for (name, value) in element.control.iter().flatten() {
        let value = if name == "appearance" {
            value.to_text()
        } else {
            survey.value_paths(value, Context::of(id))?
        };
        xml.add_attribute(name, value);
    }
    if !element.is_flat {
        xml.set("ref", element.xpath.as_str());
    }
    if element.label.is_some() {
        xml.add(label(survey, id)?);
    }
    add_controls(survey, id, &mut xml)?;
    Ok(Some(xml))
}

fn repeat<'a>(survey: &'a Survey, id: Id) -> Result<Xml<'a>, Failure> {
    let element = &survey.elements[id];
    let mut repeat = Xml::new("repeat").with("nodeset", element.xpath.as_str());
    for (name, value) in element.control.iter().flatten() {
        repeat.add_attribute(name, survey.value_paths(value, Context::of(id))?);
    }
    add_controls(survey, id, &mut repeat)?;
    add_new_repeat_actions(survey, id, &mut repeat)?;
    Ok(Xml::new("group")
        .with("ref", element.xpath.as_str())
        .with_child(label(survey, id)?)
        .with_child(repeat))
}

/// What happens when a repetition is added; repeats further inside see to their own.
fn add_new_repeat_actions<'a>(survey: &'a Survey, id: Id, repeat: &mut Xml<'a>) -> Result<(), Failure> {
    for child in &survey.elements[id].children {
        let element = &survey.elements[*child];
        match element.kind {
            Kind::Question(_) | Kind::Attribute => {
                for action in actions(survey, *child, true)? {
                    repeat.add(action);
                }
            }
            Kind::Repeat => {}
            _ => add_new_repeat_actions(survey, *child, repeat)?,
        }
    }
    Ok(())
}

fn question<'a>(survey: &'a Survey, id: Id, class: Class) -> Result<Option<Xml<'a>>, Failure> {
    let element = &survey.elements[id];
    let has_text = element.label.is_some() || element.hint.is_some();
    let is_computed = element.bind_part("calculate").is_some() || element.is_triggered;
    if element.type_name == "calculate" || (is_computed && !has_text) {
        if let Some((target, _)) = survey.set_values.get(&element.name).and_then(|targets| targets.first()) {
            return Err(element
                .problem(format!(
                    "The question ${{{}}} is not user-visible so it can't be used as a calculation trigger for \
                     question ${{{target}}}.",
                    element.name
                ))
                .into());
        }
        return Ok(None);
    }
    let Some(mut xml) = control(survey, id, class)? else { return Ok(None) };
    add_triggered(survey, id, &survey.set_values, "setvalue", &mut xml)?;
    add_triggered(survey, id, &survey.set_geopoints, "odk:setgeopoint", &mut xml)?;
    Ok(Some(xml))
}

/// The actions that a change of this question sets off.
fn add_triggered<'a>(
    survey: &'a Survey,
    id: Id,
    triggered: &'a Triggered,
    action: &'static str,
    xml: &mut Xml<'a>,
) -> Result<(), Failure> {
    for (target, value) in triggered.get(&survey.elements[id].name).into_iter().flatten() {
        let target = &survey.elements[survey.named(target, "")?];
        let value = survey.paths(value, Context::of(id))?;
        let mut element = Xml::new(action).with("ref", target.xpath.as_str()).with("event", VALUE_CHANGED);
        if action == "setvalue" && !value.is_empty() {
            element.set("value", value);
        }
        xml.add(element);
    }
    Ok(())
}

fn control<'a>(survey: &'a Survey, id: Id, class: Class) -> Result<Option<Xml<'a>>, Failure> {
    let element = &survey.elements[id];
    if class == Class::Hidden {
        return Ok(None);
    }
    if class == Class::Select {
        let data_type = element.bind_part("type").and_then(Value::text);
        if !matches!(data_type, Some("string" | "odk:rank")) {
            return Err(element
                .problem("Invalid value for `self.bind[\"type\"]`.")
                .column("bind::type")
                .into());
        }
    }
    let Some(parts) = &element.control else { return Ok(None) };
    let tag = parts.get("tag").map_or("input".into(), Value::to_text);
    let mut xml = Xml::new(tag);
    xml.set("ref", element.xpath.as_str());
    add_label_and_hint(survey, id, &mut xml)?;
    for (name, value) in parts.iter().filter(|(name, _)| *name != "tag") {
        xml.add_attribute(name, survey.value_paths(value, Context::of(id))?);
    }
    match class {
        Class::Input => {
            if let Some(query) = &element.query {
                let query = itemset::external_query(survey, id, query)?;
                xml.set("query", query);
            }
        }
        Class::Select if element.itemset.is_some() => xml.add(itemset::of_select(survey, id)?),
        Class::Select => itemset::add_searched_choices(survey, id, &mut xml)?,
        Class::Range if element.itemset.is_some() => xml.add(itemset::of_list(survey, id)),
        Class::Geo if element.itemset.is_some() => xml.add(itemset::of_geometry(survey, id)?),
        Class::Osm => {
            survey.spend(element.tags.len().saturating_mul(64))?;
            for tag in element.tags.iter() {
                xml.add(osm_tag(survey, element, tag)?);
            }
        }
        _ => {}
    }
    Ok(Some(xml))
}

fn osm_tag<'a>(
    survey: &'a Survey,
    element: &Element,
    tag: &'a crate::value::Map,
) -> Result<Xml<'a>, Failure> {
    let Some(Value::Text(key)) = tag.get("name") else {
        return Err(Problem::new(format!(
            "On the 'osm' sheet, a row of the list of '{}' has no name. Fill in its 'name'.",
            element.name
        ))
        .sheet("osm")
        .column("name")
        .into());
    };
    let label = match tag.get("label") {
        Some(Value::Map(_)) => Xml::new("label").with("ref", format!("jr:itext('/{key}:label')")),
        Some(Value::Text(text)) => Xml::new("label").with_content(survey.outputs("", text, None)?),
        None => Xml::new("label"),
    };
    Ok(Xml::new("tag").with("key", key.as_str()).with_child(label))
}

/// The label; an empty element when there is none.
fn label<'a>(survey: &'a Survey, id: Id) -> Result<Xml<'a>, Failure> {
    let element = &survey.elements[id];
    let label = Xml::new("label");
    if element.needs_itext() {
        return Ok(label.with("ref", format!("jr:itext('{}:label')", element.xpath)));
    }
    match &element.label {
        Some(Value::Text(text)) => Ok(label.with_content(survey.outputs("", text, Some(id))?)),
        Some(Value::Map(_)) => Ok(label),
        None => Ok(label),
    }
}

fn add_label_and_hint<'a>(survey: &'a Survey, id: Id, xml: &mut Xml<'a>) -> Result<(), Failure> {
    let element = &survey.elements[id];
    let has_hint = element.hint.is_some() || element.guidance_hint.is_some();
    let has_label = element.label.is_some() || element.media.is_some();
    // Guidance alone may be hidden, so it is not enough.
    if !has_label && element.hint.is_none() {
        return Err(element
            .problem(format!("The survey element named '{}' has no label or hint.", element.name))
            .column("label")
            .into());
    }
    let has_media = |kind: &str| match &element.media {
        Some(Value::Map(media)) => media.contains_key(kind),
        Some(Value::Text(text)) => text.contains(kind),
        None => false,
    };
    if has_media("big-image") && !has_media("image") {
        return Err(element
            .problem(format!(
                "To use big-image, you must also specify an image for the survey element named {}.",
                element.name
            ))
            .column("media::big-image")
            .into());
    }
    xml.add(label(survey, id)?);
    if has_hint {
        let hint = Xml::new("hint");
        xml.add(match &element.hint {
            Some(Value::Text(text)) if element.guidance_hint.is_none() => {
                hint.with_content(survey.outputs("", text, Some(id))?)
            }
            _ => hint.with("ref", format!("jr:itext('{}:hint')", element.xpath)),
        });
    }
    Ok(())
}
