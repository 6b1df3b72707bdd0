//! Where the choices of a question come from: a list, a file, or earlier answers.

use crate::problem::Failure;
use crate::python::{split_extension, strip};
use crate::reference::has_reference;
use crate::replace::Context;
use crate::rows::is_choice_file;
use crate::survey::{ChoiceList, Id, Survey};
use crate::value::Value;
use crate::xml::Xml;

struct Itemset {
    nodeset: String,
    value: String,
    label: String,
    filter: Option<String>,
}

impl Itemset {
    fn element<'a>(mut self, survey: &'a Survey, id: Id) -> Result<Xml<'a>, Failure> {
        let element = &survey.elements[id];
        let refers = element.itemset.as_deref().is_some_and(has_reference);
        if let Some(filter) = &element.choice_filter {
            let context = Context { use_current: true, reference_parent: refers, ..Context::of(id) };
            let mut filter = survey.paths(filter, context)?.into_owned();
            if refers {
                filter =
                    filter.replace(&format!("current()/{}", self.nodeset), ".").replace(&self.nodeset, ".");
            }
            self.filter = Some(filter);
        }
        if let Some(filter) = &self.filter {
            self.nodeset = format!("{}[{filter}]", self.nodeset);
        }
        let parameter = |name: &str| element.parameters.as_ref().and_then(|p| p.get(name));
        if parameter("randomize").is_some_and(|v| v == "true") {
            self.nodeset = match parameter("seed") {
                Some(seed) => {
                    let seed = survey.paths(seed, Context::of(id))?;
                    format!("randomize({}, {})", self.nodeset, strip(&seed))
                }
                None => format!("randomize({})", self.nodeset),
            };
        }
        Ok(self.plain())
    }

    fn plain<'a>(self) -> Xml<'a> {
        Xml::new("itemset")
            .with("nodeset", self.nodeset)
            .with_child(Xml::new("value").with("ref", self.value))
            .with_child(Xml::new("label").with("ref", self.label))
    }
}

fn list_of(survey: &Survey, id: Id) -> Option<&ChoiceList> {
    survey.lists.get(survey.elements[id].choices.as_ref()?)
}

fn itemset_name(survey: &Survey, id: Id) -> &str {
    survey.elements[id].itemset.as_deref().unwrap_or_default()
}

fn from_list(survey: &Survey, id: Id) -> Itemset {
    let translated = list_of(survey, id).is_some_and(|list| list.requires_itext);
    Itemset {
        nodeset: format!("instance('{}')/root/item", itemset_name(survey, id)),
        value: "name".to_owned(),
        label: if translated { "jr:itext(itextId)" } else { "label" }.to_owned(),
        filter: None,
    }
}

/// A list as it is, for the ticks of a range.
pub(crate) fn of_list<'a>(survey: &'a Survey, id: Id) -> Xml<'a> {
    from_list(survey, id).plain()
}

/// The choices of a select: from a file, from a question in a repeat, or from a list.
pub(crate) fn of_select<'a>(survey: &'a Survey, id: Id) -> Result<Xml<'a>, Failure> {
    let name = itemset_name(survey, id);
    let (base, extension) = split_extension(name);
    let itemset = if is_choice_file(extension) {
        let is_map = extension == ".geojson";
        let parameters = survey.elements[id].parameters.as_ref();
        let reference = |parameter: &str, in_map: &str, in_list: &str| {
            let given = parameters.and_then(|p| p.get(parameter)).map(String::as_str);
            given.unwrap_or(if is_map { in_map } else { in_list }).to_owned()
        };
        Itemset {
            nodeset: format!("instance('{base}')/root/item"),
            value: reference("value", "id", "name"),
            label: reference("label", "title", "label"),
            filter: None,
        }
    } else if has_reference(name) {
        let path = repeat_path(survey, id, name)?;
        let (nodeset, question) = path.rsplit_once('/').unwrap_or(("", &path));
        Itemset {
            nodeset: nodeset.to_owned(),
            value: question.to_owned(),
            label: question.to_owned(),
            filter: Some(format!("./{question} != ''")),
        }
    } else {
        from_list(survey, id)
    };
    itemset.element(survey, id)
}

/// The places that a geometry is chosen from: those of a repeat, or of a list.
pub(crate) fn of_geometry<'a>(survey: &'a Survey, id: Id) -> Result<Xml<'a>, Failure> {
    let name = itemset_name(survey, id);
    let itemset = if has_reference(name) {
        Itemset {
            nodeset: repeat_path(survey, id, name)?,
            value: "geometry".to_owned(),
            label: "geometry".to_owned(),
            // Keeps Collect from narrowing the path to one repetition.
            filter: Some("./geometry != ''".to_owned()),
        }
    } else {
        from_list(survey, id)
    };
    itemset.element(survey, id)
}

fn repeat_path(survey: &Survey, id: Id, reference: &str) -> Result<String, Failure> {
    let context = Context { reference_parent: true, ..Context::of(id) };
    Ok(strip(&survey.paths(reference, context)?).to_owned())
}

/// The query of a select whose choices Collect keeps in a table of its own.
pub(crate) fn external_query(survey: &Survey, id: Id, list: &str) -> Result<String, Failure> {
    let query = format!("instance('{list}')/root/item");
    match &survey.elements[id].choice_filter {
        None => Ok(query),
        Some(filter) => {
            let context = Context { use_current: true, ..Context::of(id) };
            Ok(format!("{query}[{}]", survey.paths(filter, context)?))
        }
    }
}

/// The choices of a select with `search()`, which stand in the body.
pub(crate) fn add_searched_choices<'a>(survey: &'a Survey, id: Id, xml: &mut Xml<'a>) -> Result<(), Failure> {
    let element = &survey.elements[id];
    let Some((name, list)) = element.choices.as_ref().and_then(|name| Some((name, survey.lists.get(name)?)))
    else {
        return Ok(());
    };
    // These stand in the form once for each question.
    survey.spend(list.choices.len().saturating_mul(64))?;
    for (i, choice) in list.choices.iter().enumerate() {
        let label = Xml::new("label");
        let label = if list.requires_itext {
            label.with("ref", format!("jr:itext('{name}-{i}')"))
        } else if element.label.is_some() {
            let Some(Value::Text(text)) = choice.get("label") else {
                return Err(element
                    .problem(format!(
                        "Question '{}' uses 'search()', so every choice of the list '{name}' must have a label.",
                        element.name
                    ))
                    .into());
            };
            label.with_content(survey.outputs("", text, None)?)
        } else {
            label
        };
        let value = choice.get("name").and_then(Value::text).unwrap_or_default();
        xml.add(Xml::new("item").with_child(label).with_child(Xml::new("value").with_text(value)));
    }
    Ok(())
}
