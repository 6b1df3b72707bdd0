//! Warns of columns that exist in one language and not in another.

use indexmap::{IndexMap, IndexSet};

use crate::headers::Path;

/// The translatable columns of a sheet and the languages each exists in.
pub(crate) struct Translations {
    /// Columns by language.
    seen: IndexMap<String, Vec<&'static str>>,
    columns: IndexSet<&'static str>,
}

impl Translations {
    pub(crate) fn new(headers: &[Path], translatable: fn(&str) -> Option<&'static str>) -> Self {
        let mut found = Translations { seen: IndexMap::new(), columns: IndexSet::new() };
        for path in headers {
            let path: &[String] = match path.as_slice() {
                [first, rest @ ..] if !rest.is_empty() && (first == "media" || first == "bind") => rest,
                path => path,
            };
            let Some(column) = path.first().and_then(|first| translatable(first)) else { continue };
            found.columns.insert(column);
            match path {
                [_] => found.seen.entry("default".to_owned()).or_default().push(column),
                [_, language] => found.seen.entry(language.clone()).or_default().push(column),
                _ => {}
            }
        }
        found
    }

    /// Whether nothing is translated.
    pub(crate) fn only_default(&self) -> bool {
        self.seen.is_empty() || (self.seen.len() == 1 && self.seen.contains_key("default"))
    }

    fn missing(&self, sheet: &str) -> Option<String> {
        if self.only_default() {
            return None;
        }
        let mut languages: Vec<(&str, Vec<&str>)> = self
            .seen
            .iter()
            .map(|(language, has)| {
                let missing = self.columns.iter().copied().filter(|c| !has.contains(c)).collect();
                (language.as_str(), missing)
            })
            .filter(|(_, missing): &(&str, Vec<&str>)| !missing.is_empty())
            .collect();
        languages.sort_unstable();
        let lines: Vec<String> = languages
            .into_iter()
            .map(|(language, mut missing)| {
                missing.sort_unstable();
                let word = if missing.len() == 1 { "column" } else { "columns" };
                let missing = missing.join(", ");
                if word == "column" {
                    format!("Language '{language}' is missing the {sheet} {missing} column.")
                } else {
                    format!("Language '{language}' is missing the {sheet} columns {missing}.")
                }
            })
            .collect();
        (!lines.is_empty()).then(|| lines.join("\n"))
    }
}

/// One warning for both sheets.
pub(crate) fn missing_translations(survey: &Translations, choices: &Translations) -> Option<String> {
    let messages: Vec<String> =
        [survey.missing("survey"), choices.missing("choices")].into_iter().flatten().collect();
    (!messages.is_empty()).then(|| messages.join("\n"))
}
