//! The head of the form: its title and its model with data, instances, bindings and actions.

use std::borrow::Cow;

use crate::aliases::yes_no_expression;
use crate::data;
use crate::draft::{Action, NEW_REPEAT};
use crate::instances;
use crate::itext::{self, Translations};
use crate::problem::Failure;
use crate::reference::has_reference;
use crate::replace::Context;
use crate::survey::{Id, Kind, Survey};
use crate::value::Value;
use crate::xml::Xml;

/// The `model` element.
pub(crate) fn model<'a>(
    survey: &'a Survey,
    form_id: &'a str,
    translations: &'a Translations,
) -> Result<Xml<'a>, Failure> {
    let mut model = Xml::new("model").with("odk:xforms-version", "1.0.0");
    if let Some(version) = survey.entity_version {
        model.set("entities:entities-version", version);
    }
    if let Some(submission) = submission(survey) {
        model.add(submission);
    }
    if !translations.is_empty() {
        model.add(itext::element(survey, translations)?);
    }
    model.add(Xml::new("instance").with_child(data::root(survey, form_id)?));
    for instance in instances::elements(survey)? {
        model.add(instance);
    }
    for (id, element) in survey.elements.iter().enumerate() {
        if let Some(bind) = bind(survey, id)? {
            model.add(bind);
        }
        if element.is_question() || element.kind == Kind::Attribute {
            for action in actions(survey, id, false)? {
                model.add(action);
            }
        }
    }
    Ok(model)
}

/// Where and how records are sent.
fn submission<'a>(survey: &'a Survey) -> Option<Xml<'a>> {
    let setting = |name: &str| survey.settings.text(name).filter(|v| !v.is_empty());
    let mut submission = Xml::new("submission");
    let mut is_needed = false;
    let mut set = |name: &'static str, value: Option<&'a str>| {
        if let Some(value) = value {
            submission.set(name, value);
            is_needed = true;
        }
    };
    let url = setting("submission_url");
    set("action", url);
    set("method", url.map(|_| "post"));
    set("base64RsaPublicKey", setting("public_key"));
    set("orx:auto-send", setting("auto_send"));
    set("orx:auto-delete", setting("auto_delete"));
    let editable = survey.settings.yes_no("client_editable") == Some(true);
    set("odk:client-editable", editable.then_some("true"));
    is_needed.then_some(submission)
}

/// What the model says about the value of an element.
fn bind<'a>(survey: &'a Survey, id: Id) -> Result<Option<Xml<'a>>, Failure> {
    let element = &survey.elements[id];
    if element.is_flat || element.kind == Kind::External {
        return Ok(None);
    }
    let Some(parts) = &element.bind else { return Ok(None) };
    let mut bind = Xml::new("bind").with("nodeset", element.xpath.as_str());
    for (part, value) in parts {
        // What a trigger computes is an action.
        if element.is_triggered && part == "calculate" {
            continue;
        }
        let may_refer = matches!(part.as_str(), "jr:constraintMsg" | "jr:requiredMsg");
        let is_translated = (may_refer || part == "jr:noAppErrorString") && value.is_map();
        if is_translated || (may_refer && value.text().is_some_and(has_reference)) {
            bind.add_attribute(part, format!("jr:itext('{}:{part}')", element.xpath));
            continue;
        }
        let is_expression =
            matches!(part.as_str(), "readonly" | "required" | "relevant" | "constraint" | "calculate");
        let converted = value.text().filter(|_| is_expression).and_then(yes_no_expression);
        bind.add_attribute(
            part,
            match converted {
                Some(converted) => converted.into(),
                None => survey.value_paths(value, Context::of(id))?,
            },
        );
    }
    Ok(Some(bind))
}

/// The actions of an element: those of the model, or those of the repeat around it.
pub(crate) fn actions<'a>(survey: &'a Survey, id: Id, in_repeat: bool) -> Result<Vec<Xml<'a>>, Failure> {
    let element = &survey.elements[id];
    let mut written = Vec::new();
    for action in element.actions.iter().filter(|a| (a.event == NEW_REPEAT) == in_repeat) {
        let value = match element.default.as_ref().and_then(Value::text).filter(|_| element.is_question()) {
            Some(default) => Some(if element.dynamic_default {
                survey.paths(default, Context::of(id))?
            } else {
                default.into()
            }),
            None => action.value.as_deref().map(Cow::from),
        };
        written.push(write(action, &element.xpath, value));
    }
    Ok(written)
}

fn write<'a>(action: &'a Action, target: &'a str, value: Option<Cow<'a, str>>) -> Xml<'a> {
    let mut xml = Xml::new(action.element).with("ref", target).with("event", action.event);
    if action.element == "setvalue"
        && let Some(value) = value.filter(|v| !v.is_empty())
    {
        xml.set("value", value);
    }
    if let Some(quality) = &action.quality {
        xml.set("odk:quality", quality.as_str());
    }
    xml
}
