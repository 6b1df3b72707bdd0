//! Translations: texts and media by language, kept in the model's `itext`.

use std::borrow::Cow;

use indexmap::{IndexMap, IndexSet};

use crate::problem::{Failure, Problem};
use crate::reference::has_reference;
use crate::rows::is_choice_file;
use crate::survey::{Class, Element, Id, Kind, Survey};
use crate::value::{Map, Value};
use crate::xml::Xml;

/// Most texts that filling in for missing languages may make.
const MAX_TEXTS: usize = 5_000_000;

/// Most kinds of media of one text.
const MAX_FORMS: usize = 32;

/// A text and the element that its references are read from.
#[derive(Debug, Clone)]
struct Text {
    value: String,
    element: Option<Id>,
}

/// The forms of one text: `long`, `guidance`, `image` and so on.
type Forms = IndexMap<Cow<'static, str>, Text>;

/// Texts by language and by id.
#[derive(Debug, Clone, Default)]
pub(crate) struct Translations {
    languages: IndexMap<String, IndexMap<String, Forms>>,
}

impl Translations {
    pub(crate) fn is_empty(&self) -> bool {
        self.languages.is_empty()
    }

    pub(crate) fn languages(&self) -> impl Iterator<Item = &str> {
        self.languages.keys().map(String::as_str)
    }

    fn put(&mut self, language: &str, id: &str, form: impl Into<Cow<'static, str>>, text: Text) {
        let texts = match self.languages.get_mut(language) {
            Some(texts) => texts,
            None => self.languages.entry(language.to_owned()).or_default(),
        };
        let forms = match texts.get_mut(id) {
            Some(forms) => forms,
            None => texts.entry(id.to_owned()).or_default(),
        };
        forms.insert(form.into(), text);
    }
}

/// Collects the translations of a survey; selects with `search()` lose their itemset on the way.
pub(crate) fn collect(survey: &mut Survey) -> Result<Translations, Failure> {
    let mut translations = Translations::default();
    for (name, list) in survey.lists.iter().filter(|(_, list)| list.requires_itext) {
        for (i, choice) in list.choices.iter().enumerate() {
            collect_choice(&mut translations, &survey.default_language, &format!("{name}-{i}"), choice)?;
        }
    }
    redirect_searches(survey)?;
    for (id, element) in survey.elements.iter().enumerate() {
        if element.is_question() || element.is_section() {
            collect_element(&mut translations, survey, id, element)?;
        }
    }
    for element in survey.elements.iter().filter(|e| e.is_question() || e.is_section()) {
        collect_media(&mut translations, survey, element)?;
    }
    fill_in(survey, &mut translations)?;
    Ok(translations)
}

fn collect_choice(
    translations: &mut Translations,
    default_language: &str,
    id: &str,
    choice: &Map,
) -> Result<(), Failure> {
    let mut put = |language: &str, form: &str, value: &Value| {
        let Value::Text(text) = value else {
            return Err(Failure::from(
                Problem::new(format!(
                    "On the 'choices' sheet, a translated column of the choice '{id}' has too many parts. \
                     Write the header as 'label::language' or 'media::image::language'."
                ))
                .sheet("choices"),
            ));
        };
        let form: Cow<'static, str> = if form == "long" { "long".into() } else { form.to_owned().into() };
        translations.put(language, id, form, Text { value: text.clone(), element: None });
        Ok(())
    };
    match choice.get("label") {
        Some(Value::Map(labels)) => {
            for (language, value) in labels {
                match value {
                    Value::Map(parts) => {
                        parts.iter().try_for_each(|(inner, value)| put(inner, language, value))?;
                    }
                    Value::Text(_) => put(language, "long", value)?,
                }
            }
        }
        Some(label) => put(default_language, "long", label)?,
        None => {}
    }
    for (kind, value) in choice.get("media").and_then(Value::map).into_iter().flatten() {
        match value {
            Value::Map(files) => files.iter().try_for_each(|(language, file)| put(language, kind, file))?,
            Value::Text(_) => put(default_language, kind, value)?,
        }
    }
    Ok(())
}

/// The languages and texts of a value that may be translated.
fn texts<'a>(value: &'a Value, default_language: &'a str) -> Vec<(&'a str, &'a Value)> {
    match value {
        Value::Map(map) => map.iter().map(|(language, text)| (language.as_str(), text)).collect(),
        Value::Text(_) => vec![(default_language, value)],
    }
}

fn collect_element(
    translations: &mut Translations,
    survey: &Survey,
    id: Id,
    element: &Element,
) -> Result<(), Failure> {
    let mut put = |part: &str, language: &str, value: &Value| {
        let Value::Text(text) = value else {
            return Err(Failure::from(element.problem(format!(
                "A translated text of '{}' has too many parts. Write the header as 'column::language'.",
                element.name
            ))));
        };
        let path = format!("{}:{part}", element.xpath);
        survey.spend(path.len())?;
        let text = Text { value: text.clone(), element: Some(id) };
        // pyxform looks for the word in the whole path.
        if path.contains("guidance_hint") {
            translations.put(language, &path.replace("guidance_hint", "hint"), "guidance", text);
        } else {
            translations.put(language, &path, "long", text);
        }
        Ok(())
    };
    let default = survey.default_language.as_str();
    for (part, may_refer) in
        [("jr:constraintMsg", true), ("jr:requiredMsg", true), ("jr:noAppErrorString", false)]
    {
        let Some(message) = element.bind_part(part) else { continue };
        if message.is_map() || (may_refer && message.text().is_some_and(has_reference)) {
            texts(message, default).into_iter().try_for_each(|(language, text)| put(part, language, text))?;
        }
    }
    let guided = element.guidance_hint.is_some();
    for (part, value, needs_itext) in [
        ("label", &element.label, element.needs_itext()),
        ("hint", &element.hint, guided),
        ("guidance_hint", &element.guidance_hint, true),
    ] {
        let Some(value) = value.as_ref().filter(|v| v.is_map() || needs_itext) else { continue };
        texts(value, default).into_iter().try_for_each(|(language, text)| put(part, language, text))?;
    }
    Ok(())
}

fn collect_media(translations: &mut Translations, survey: &Survey, element: &Element) -> Result<(), Failure> {
    let Some(media) = element.media.as_ref().and_then(Value::map) else { return Ok(()) };
    let media = media.get("default").and_then(Value::map).unwrap_or(media);
    let path = format!("{}:label", element.xpath);
    for (kind, value) in media {
        if !matches!(kind.as_str(), "image" | "big-image" | "audio" | "video") {
            return Err(element.problem(format!("Media type: {kind} not supported")).into());
        }
        for (language, file) in texts(value, &survey.default_language) {
            let Value::Text(file) = file else {
                return Err(element
                    .problem(format!(
                        "The media of '{}' has too many parts. Write the header as 'media::{kind}::language'.",
                        element.name
                    ))
                    .into());
            };
            translations.put(language, &path, kind.clone(), Text { value: file.clone(), element: None });
        }
    }
    Ok(())
}

/// Every text exists in every language: where it is missing it is a hyphen.
fn fill_in(survey: &Survey, translations: &mut Translations) -> Result<(), Failure> {
    let mut all: IndexMap<&str, Vec<&Cow<'static, str>>> = IndexMap::new();
    for texts in translations.languages.values() {
        for (id, forms) in texts {
            let known = all.entry(id.as_str()).or_default();
            for form in forms.keys() {
                if !known.contains(&form) {
                    known.push(form);
                }
                if known.len() > MAX_FORMS {
                    return Err(Problem::new(format!(
                        "The text '{id}' has more than {MAX_FORMS} kinds of media. Remove columns."
                    ))
                    .into());
                }
            }
        }
    }
    if all.len().saturating_mul(translations.languages.len()) > MAX_TEXTS {
        return Err(Problem::new(format!(
            "The form has {} texts in {} languages, which is too many. Remove languages.",
            all.len(),
            translations.languages.len()
        ))
        .into());
    }
    let mut missing: Vec<(usize, String, Cow<'static, str>)> = Vec::new();
    for (language, texts) in translations.languages.values().enumerate() {
        for (id, forms) in &all {
            let there = texts.get(*id);
            let absent = forms.iter().filter(|form| there.is_none_or(|there| !there.contains_key(**form)));
            missing.extend(absent.map(|form| (language, (*id).to_owned(), (*form).clone())));
        }
    }
    for (language, id, form) in missing {
        survey.spend(id.len())?;
        if let Some((_, texts)) = translations.languages.get_index_mut(language) {
            texts.entry(id).or_default().insert(form, Text { value: "-".to_owned(), element: None });
        }
    }
    Ok(())
}

/// Whether an appearance has `search(…)`.
fn is_search(element: &Element) -> bool {
    let appearance = element.control.as_ref().and_then(|c| c.get("appearance")).and_then(Value::text);
    appearance.is_some_and(|a| {
        a.len() > 7
            && a.split('\n').any(|line| line.find("search(").is_some_and(|at| line[at..].contains(')')))
    })
}

/// Collect searches among choices that stand in the body; so they do not come from an instance.
fn redirect_searches(survey: &mut Survey) -> Result<(), Failure> {
    let mut searching: IndexSet<(String, Option<String>)> = IndexSet::new();
    let mut others: IndexSet<(String, Option<String>)> = IndexSet::new();
    for element in &mut survey.elements {
        if element.kind != Kind::Question(Class::Select) {
            continue;
        }
        let pair = (element.name.clone(), element.list_name.clone());
        if !is_search(element) {
            others.insert(pair);
            continue;
        }
        let itemset = element.itemset.take().unwrap_or_default();
        if is_choice_file(crate::python::split_extension(&itemset).1) {
            return Err(element
                .problem(format!(
                    "Question '{}' is a select from file type, using 'search()'. This combination is not supported. \
                     Remove the 'search()' usage, or change the select type.",
                    element.name
                ))
                .into());
        }
        let Some(list) = survey.lists.get_mut(&itemset) else {
            return Err(element
                .problem(format!(
                    "Question '{}' uses 'search()', which needs a list of the choices sheet.",
                    element.name
                ))
                .into());
        };
        list.used_by_search = true;
        searching.insert(pair);
    }
    for (name, list) in &searching {
        let conflicting: Vec<String> =
            others.iter().filter(|(_, other)| other == list).map(|(other, _)| format!("'{other}'")).collect();
        if !conflicting.is_empty() {
            let list = list.as_deref().unwrap_or("None");
            return Err(Problem::new(format!(
                "Question '{name}' uses 'search()', and its select type references the choice list name '{list}'. This \
                 choice list name is referenced by at least one other question that is not using 'search()', which \
                 will not work: {}. Either 1) use 'search()' for all questions using this choice list name, or 2) use \
                 a different choice list name for the question using 'search()'.",
                conflicting.join(", ")
            ))
            .sheet("survey")
            .into());
        }
    }
    Ok(())
}

/// The `itext` element.
pub(crate) fn element<'a>(survey: &'a Survey, translations: &'a Translations) -> Result<Xml<'a>, Failure> {
    let mut itext = Xml::new("itext");
    for (language, texts) in &translations.languages {
        let mut translation = Xml::new("translation").with("lang", language.as_str());
        if *language == survey.default_language {
            translation.set("default", "true()");
        }
        for (id, forms) in texts {
            let is_hint = id.split_once(':').is_some_and(|(_, part)| part == "hint");
            let mut text = Xml::new("text").with("id", id.as_str());
            for (form, content) in forms {
                if let Some(value) = value(survey, is_hint, form, content)? {
                    text.add(value);
                }
            }
            translation.add(text);
        }
        itext.add(translation);
    }
    Ok(itext)
}

fn value<'a>(
    survey: &'a Survey,
    is_hint: bool,
    form: &'a str,
    text: &'a Text,
) -> Result<Option<Xml<'a>>, Failure> {
    let plain = form == "long" || is_hint;
    // A key of pyxform's own, which a column can have by accident.
    if form == "type" || (!plain && text.value == "-") {
        return Ok(None);
    }
    let prefix = match form {
        _ if plain => String::new(),
        "image" | "big-image" => "jr://images/".to_owned(),
        other => format!("jr://{other}/"),
    };
    let mut value = Xml::new("value");
    if !plain || (is_hint && form == "guidance") {
        value.set("form", form);
    }
    Ok(Some(value.with_content(survey.outputs(&prefix, &text.value, text.element)?)))
}
