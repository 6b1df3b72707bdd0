//! From drafts to the elements of a survey: question types get their rules, loops are rolled out.

use std::cell::Cell;
use std::collections::{HashMap, HashSet};

use indexmap::IndexMap;

use crate::choices::Lists;
use crate::draft::Draft;
use crate::loops;
use crate::names::is_xml_tag;
use crate::problem::{Failure, Problem};
use crate::question_types;
use crate::rows::duplicate_name;
use crate::settings::Settings;
use crate::survey::{ChoiceList, Class, Element, Id, Kind, Named, Survey};
use crate::value::{Map, Value, map_of};

/// Most elements that a form may have; loops within loops make many.
pub(crate) const MAX_ELEMENTS: usize = 100_000;
/// Most bytes that references and paths may fill.
const BUDGET: usize = 64 << 20;

/// Builds the survey and checks its names.
pub(crate) fn build(
    root_name: &str,
    settings: Settings,
    default_language: String,
    lists: Lists,
    children: Vec<Draft>,
    entity_version: Option<&'static str>,
) -> Result<Survey, Failure> {
    if let Some((name, _)) = lists
        .iter()
        .find(|(_, choices)| choices.iter().any(|c| matches!(c.get("media"), Some(Value::Text(_)))))
    {
        return Err(Problem::new(format!(
            "On the 'choices' sheet, the 'media' value in the list '{name}' is invalid. \
             Name the kind of media in the header: 'media::image'."
        ))
        .sheet("choices")
        .column("media")
        .into());
    }
    let survey = Survey {
        elements: Vec::new(),
        lists: lists.into_iter().map(|(name, choices)| (name, ChoiceList::new(choices))).collect(),
        default_language,
        names: HashMap::new(),
        set_values: HashMap::new(),
        set_geopoints: HashMap::new(),
        entity_version,
        budget: Cell::new(BUDGET),
        settings,
    };
    let add_none = survey.settings.yes_no("add_none_option").unwrap_or(false);
    let root_fields = survey.settings.values.clone();
    let mut builder = Builder { survey, add_none, none_added: HashSet::new() };
    let root = Draft { fields: root_fields, ..Draft::new("survey", root_name) };
    let root = builder.element(root, Kind::Survey, None)?;
    for child in children {
        builder.add(child, root)?;
    }
    let mut survey = builder.survey;
    check_names(&survey)?;
    index_names(&mut survey);
    Ok(survey)
}

pub(crate) struct Builder {
    pub(crate) survey: Survey,
    add_none: bool,
    /// Lists to which "None" was added already.
    none_added: HashSet<String>,
}

impl Builder {
    /// Adds a draft and all below it.
    pub(crate) fn add(&mut self, mut draft: Draft, parent: Id) -> Result<(), Failure> {
        let kind = match draft.kind.as_str() {
            "group" => Kind::Group,
            "repeat" => Kind::Repeat,
            "loop" => {
                let columns = draft.columns.take();
                let children = std::mem::take(&mut draft.children);
                let id = self.element(draft, Kind::Group, Some(parent))?;
                return loops::roll_out(self, columns.as_deref(), &children, id);
            }
            "entity" => return self.add_entity(draft, parent),
            "csv-external" | "xml-external" => Kind::External,
            _ => return self.add_question(draft, parent),
        };
        let children = std::mem::take(&mut draft.children);
        let id = self.element(draft, kind, Some(parent))?;
        children.into_iter().try_for_each(|child| self.add(child, id))
    }

    fn add_entity(&mut self, mut draft: Draft, parent: Id) -> Result<(), Failure> {
        let children = std::mem::take(&mut draft.children);
        let id = self.element(draft, Kind::Entity, Some(parent))?;
        for child in children {
            let kind = if child.kind == "attribute" { Kind::Attribute } else { Kind::EntityLabel };
            self.element(child, kind, Some(id))?;
        }
        Ok(())
    }

    fn add_question(&mut self, mut draft: Draft, parent: Id) -> Result<(), Failure> {
        let fault = |draft: &Draft, message: String| {
            let problem = Problem::new(message).sheet("survey").column("type");
            Failure::from(if draft.row > 0 { problem.row(draft.row) } else { problem })
        };
        self.save_trigger(&draft);
        if self.add_none && draft.kind.starts_with("select all that apply") {
            self.add_none_option(&mut draft).map_err(|message| fault(&draft, message))?;
        }
        let Some(rules) = question_types::question_type(&draft.kind) else {
            let message = format!("Unknown question type '{}'.", draft.kind);
            return Err(fault(&draft, message));
        };
        let class = match (draft.kind.as_str(), rules.control) {
            ("geopoint" | "geoshape" | "geotrace", _) => Class::Geo,
            (_, Some("input")) => Class::Input,
            (_, Some("select" | "select1" | "odk:rank")) => Class::Select,
            (_, Some("range")) => Class::Range,
            (_, Some("upload")) if rules.media == Some("osm/*") => Class::Osm,
            (_, Some("upload" | "trigger")) => Class::Plain,
            _ => Class::Hidden,
        };
        if let Some(tag) = rules.control {
            let mut control = map_of([("tag", tag)]);
            if let Some(media) = rules.media {
                control.insert("mediatype".to_owned(), media.into());
            }
            override_with(&mut draft.fields, "control", control);
        }
        if let Some(bind) = rules.bind {
            override_with(&mut draft.fields, "bind", bind);
        }
        if let Some(hint) = rules.hint {
            draft.fields.entry("hint".to_owned()).or_insert_with(|| hint.into());
        }
        let has_list = draft.fields.get("list_name").is_some_and(|l| !l.is_empty());
        let has_itemset = draft.fields.get("itemset").is_some_and(|l| !l.is_empty());
        if class == Class::Select && draft.itemset.is_none() && !has_list && !has_itemset {
            return Err(fault(
                &draft,
                "Arguments 'itemset' and 'list_name' must not both be None or empty.".to_owned(),
            ));
        }
        self.element(draft, Kind::Question(class), Some(parent)).map(|_| ())
    }

    fn save_trigger(&mut self, draft: &Draft) {
        let value = draft.part("bind", "calculate").map_or(String::new(), |v| v.to_text().into_owned());
        for trigger in &draft.triggers {
            let targets = if draft.kind == "background-geopoint" {
                &mut self.survey.set_geopoints
            } else {
                &mut self.survey.set_values
            };
            targets.entry(trigger.clone()).or_default().push((draft.name.clone(), value.clone()));
        }
    }

    /// The old setting `add_none_option`: "None" excludes every other choice.
    fn add_none_option(&mut self, draft: &mut Draft) -> Result<(), String> {
        const ALONE: &str = "(.='none' or not(selected(., 'none')))";
        let choices =
            draft.choices.as_ref().and_then(|list| Some((list, &self.survey.lists.get(list)?.choices)));
        let Some((list, choices)) = choices.filter(|(_, c)| !c.is_empty()) else {
            return Err("There should be choices for this question.".to_owned());
        };
        let none = map_of([("name", "none"), ("label", "None")]);
        if choices.contains(&none) || !self.none_added.insert(list.clone()) {
            return Ok(());
        }
        let constraint = match draft.part("bind", "constraint") {
            Some(own) => format!("{} and {ALONE}", own.to_text()),
            None => ALONE.to_owned(),
        };
        draft.set("bind", "constraint", constraint);
        Ok(())
    }

    pub(crate) fn element(&mut self, draft: Draft, kind: Kind, parent: Option<Id>) -> Result<Id, Failure> {
        let mut fields = draft.fields;
        let id = self.survey.elements.len();
        if id >= MAX_ELEMENTS {
            return Err(Problem::new(format!(
                "The form has more than {MAX_ELEMENTS} elements. Loops repeat their questions for every choice of \
                 their list; use a repeat instead."
            ))
            .into());
        }
        let mut take = |name: &str| fields.shift_remove(name).filter(|v| !v.is_empty());
        let text = |value: Option<Value>| value.and_then(|v| v.text().map(str::to_owned));
        let mut maps = ["bind", "control", "instance"].map(|name| match take(name) {
            Some(Value::Map(map)) => Some(map),
            _ => None,
        });
        let itemset = text(take("itemset"));
        let itemset = draft.itemset.or(itemset);
        let choices = itemset.clone().filter(|list| self.survey.lists.contains_key(list));
        let list_name = text(take("list_name"));
        let mut element = Element {
            kind,
            type_name: draft.kind,
            name: draft.name,
            row: draft.row,
            parent,
            children: Vec::new(),
            xpath: String::new(),
            label: take("label"),
            hint: take("hint"),
            // Groups have none.
            guidance_hint: take("guidance_hint").filter(|_| matches!(kind, Kind::Question(_))),
            media: take("media"),
            bind: maps[0].take(),
            control: maps[1].take(),
            instance: maps[2].take(),
            default: take("default"),
            dynamic_default: draft.dynamic_default,
            choice_filter: text(take("choice_filter")),
            parameters: draft.parameters,
            query: text(take("query")),
            is_triggered: !draft.triggers.is_empty() && matches!(kind, Kind::Question(_)),
            actions: draft.actions,
            list_name: draft.choices.or(list_name),
            itemset,
            choices,
            tags: draft.tags,
            is_flat: take("flat").is_some() && kind != Kind::Entity && !matches!(kind, Kind::Question(_)),
            is_bodyless: draft.bodyless,
            value: draft.value,
        };
        // A question that only labels the choices of those below it may have no text of its own.
        let labels =
            element.control.as_ref().and_then(|c| c.get("appearance")).and_then(Value::text) == Some("label");
        if labels && element.label.is_none() {
            element.label = Some(" ".into());
        }
        self.survey.elements.push(element);
        if let Some(parent) = parent.and_then(|p| self.survey.elements.get_mut(p)) {
            parent.children.push(id);
        }
        let xpath = self.survey.path(id, None);
        self.survey.spend(xpath.len())?;
        self.survey.elements[id].xpath = xpath;
        Ok(id)
    }
}

/// What the type says, overridden by what the row says.
fn override_with(fields: &mut Map, group: &str, mut rules: Map) {
    if let Some(Value::Map(own)) = fields.shift_remove(group) {
        rules.extend(own);
    }
    fields.insert(group.to_owned(), Value::Map(rules));
}

/// Generated names can clash where those of the sheet did not.
fn check_names(survey: &Survey) -> Result<(), Failure> {
    let mut repeats = HashSet::new();
    for element in &survey.elements {
        if !is_xml_tag(&element.name) {
            return Err(element
                .problem(
                    "The 'name' value is invalid. Names must begin with a letter or underscore. After the first \
                     character, names may contain letters, digits, underscores, hyphens, or periods.",
                )
                .into());
        }
        let mut seen = HashSet::new();
        for child in &element.children {
            let child = &survey.elements[*child];
            // The attributes and the label of an entity have names of their own kinds.
            if element.kind != Kind::Entity && !seen.insert(child.name.as_str()) {
                let message = if child.name == "meta" {
                    "[row : unknown] On the 'survey' sheet, the 'name' value 'meta' is invalid. \
                     The name 'meta' is reserved for form metadata."
                        .to_owned()
                } else {
                    format!("[row : unknown] {}", duplicate_name(&child.name))
                };
                return Err(child.problem(message).column("name").into());
            }
        }
    }
    let root = survey.elements.first().map_or("", |e| e.name.as_str());
    for repeat in survey.elements.iter().filter(|e| e.is_repeat()) {
        let reason = if repeat.name == root {
            "Repeat names must not be the same as the survey root (which defaults to 'data')."
        } else if !repeats.insert(repeat.name.as_str()) {
            "Repeat names must unique anywhere in the survey, at all levels of group or repeat nesting."
        } else {
            continue;
        };
        return Err(repeat
            .problem(format!(
                "[row : unknown] On the 'survey' sheet, the 'name' value '{}' is invalid. {reason}",
                repeat.name
            ))
            .column("name")
            .into());
    }
    Ok(())
}

fn index_names(survey: &mut Survey) {
    let mut names: IndexMap<String, Named> = IndexMap::new();
    for (id, element) in survey.elements.iter().enumerate() {
        if element.is_question() || element.is_section() {
            names.entry(element.name.clone()).and_modify(|n| *n = Named::Several).or_insert(Named::One(id));
        }
    }
    survey.names = names.into_iter().collect();
}
