//! Words and addresses for what the data itself names: registries, properties, entries.

use std::collections::BTreeMap;

use desk::store::registry::{Property, Registry};

use crate::address::part;
use crate::locale::Locale;
use crate::room::Room;

/// A text that comes in several languages, as JSON: its keys are codes (`ko`), names with codes (`한국어 (ko)`), or
/// empty where the language is not known.
pub fn in_language(texts: &str, locale: Locale) -> Option<String> {
    let texts: BTreeMap<String, String> = serde_json::from_str(texts).unwrap_or_default();
    let is = |key: &str, code: &str| key == code || key.ends_with(&format!("({code})"));
    let find = |code: &str| texts.iter().find(|(key, text)| is(key, code) && !text.is_empty());
    let found = find(locale.code()).or_else(|| find("")).or_else(|| find("default")).or_else(|| find("en"));
    found.or_else(|| texts.iter().find(|(_, text)| !text.is_empty())).map(|(_, text)| text.clone())
}

/// A registry's title, or its name where it has none.
pub fn registry_title(registry: &Registry, locale: Locale) -> String {
    in_language(&registry.titles, locale).unwrap_or_else(|| registry.name.clone())
}

/// A property's label, or its name where it has none.
pub fn property_label(property: &Property, locale: Locale) -> String {
    in_language(&property.labels, locale).unwrap_or_else(|| property.name.clone())
}

/// Address of a registry.
pub fn registry_address(mandate: i64, name: &str) -> String {
    format!("{}/{}", Room::Registries.address(mandate), part(name))
}

/// Address of an entry.
pub fn entry_address(mandate: i64, registry: &str, uuid: &str) -> String {
    format!("{}/entries/{}", registry_address(mandate, registry), part(uuid))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_found_in_the_readers_language_or_the_nearest() {
        let shipped = r#"{"en":"Persons","ko":"사람","ja":"人"}"#;
        assert_eq!(in_language(shipped, Locale::Korean).as_deref(), Some("사람"));
        let from_form = r#"{"English (en)":"Name","한국어 (ko)":"이름"}"#;
        assert_eq!(in_language(from_form, Locale::Korean).as_deref(), Some("이름"));
        assert_eq!(in_language(from_form, Locale::Japanese).as_deref(), Some("Name"));
        assert_eq!(in_language(r#"{"":"Sites"}"#, Locale::Korean).as_deref(), Some("Sites"));
        assert_eq!(in_language("{}", Locale::Korean), None);
    }
}
