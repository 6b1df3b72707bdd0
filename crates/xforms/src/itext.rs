//! Translated text (`itext`) and labels that refer to it.

use crate::Labels;
use crate::model::{attribute, is_named};
use roxmltree::Node;
use std::collections::HashMap;

#[derive(Default)]
pub(crate) struct Itext {
    pub languages: Vec<String>,
    pub default_language: Option<String>,
    texts: HashMap<String, Labels>,
}

impl Itext {
    pub fn read(model: Node) -> Itext {
        let mut itext = Itext::default();
        let translations = model.children().filter(|node| is_named(*node, "itext"));
        for translation in translations.flat_map(|node| node.children()) {
            if !is_named(translation, "translation") {
                continue;
            }
            // pyxform writes lang="default" for text without a language.
            let language = match attribute(translation, "lang") {
                Some("default") | None => "",
                Some(language) => language,
            };
            if !language.is_empty() {
                itext.languages.push(language.to_owned());
                if attribute(translation, "default").is_some() {
                    itext.default_language = Some(language.to_owned());
                }
            }
            for text in translation.children().filter(|node| is_named(*node, "text")) {
                if let (Some(id), Some(shown)) = (attribute(text, "id"), plain_value(text)) {
                    itext.texts.entry(id.to_owned()).or_default().insert(language.to_owned(), shown);
                }
            }
        }
        itext.default_language = itext.default_language.or_else(|| itext.languages.first().cloned());
        itext
    }

    pub fn get(&self, id: &str) -> Labels {
        self.texts.get(id).cloned().unwrap_or_default()
    }

    /// The text of a control's `label` or `hint` child.
    pub fn of_child(&self, control: Node, tag: &str) -> Labels {
        let Some(child) = control.children().find(|node| is_named(*node, tag)) else {
            return Labels::new();
        };
        let referred = attribute(child, "ref").and_then(reference).map(|id| self.get(id)).unwrap_or_default();
        if referred.is_empty() { untranslated(shown_text(child)) } else { referred }
    }
}

pub(crate) fn untranslated(text: String) -> Labels {
    if text.trim().is_empty() { Labels::new() } else { Labels::from([(String::new(), text)]) }
}

/// The id in `jr:itext('id')`.
fn reference(expression: &str) -> Option<&str> {
    let inner = expression.trim().strip_prefix("jr:itext(")?.strip_suffix(')')?.trim();
    inner
        .strip_prefix('\'')
        .and_then(|id| id.strip_suffix('\''))
        .or_else(|| inner.strip_prefix('"')?.strip_suffix('"'))
}

/// The `value` that is shown as text; pyxform writes `-` where a translation is missing.
fn plain_value(text: Node) -> Option<String> {
    let values = || text.children().filter(|node| is_named(*node, "value"));
    let plain = values().find(|value| attribute(*value, "form").is_none());
    let long = || values().find(|value| matches!(attribute(*value, "form"), Some("long" | "short")));
    plain.or_else(long).map(shown_text).filter(|shown| shown != "-" && !shown.trim().is_empty())
}

/// Text with `<output value="/data/x"/>` written as `${x}`, as its author wrote it.
pub(crate) fn shown_text(node: Node) -> String {
    let mut shown = String::new();
    for part in node.children() {
        if part.is_text() {
            shown.push_str(part.text().unwrap_or_default());
        } else if is_named(part, "output") {
            let value =
                attribute(part, "value").or_else(|| attribute(part, "ref")).unwrap_or_default().trim();
            shown.push_str("${");
            shown.push_str(value.rsplit('/').next().unwrap_or(value));
            shown.push('}');
        }
    }
    shown
}
