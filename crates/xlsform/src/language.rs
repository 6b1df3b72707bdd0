//! Whether the languages of a form have codes that programs know.

use std::collections::HashSet;
use std::sync::LazyLock;

/// The language subtags of the IANA registry (RFC 5646).
static SUBTAGS: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| include_str!("language_subtags.txt").split_ascii_whitespace().collect());

/// The languages that do not end in a known code in brackets, such as `Korean (ko)`.
pub(crate) fn without_code<'a>(languages: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    languages
        .filter(|language| *language != "default" && language.chars().count() >= 3 && !has_code(language))
        .collect()
}

fn has_code(language: &str) -> bool {
    language
        .strip_suffix(')')
        .and_then(|rest| rest.split_once('('))
        .is_some_and(|(_, code)| SUBTAGS.contains(code))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_known() {
        let languages = ["default", "English (en)", "French", "Korean (ko)", "Klingon (xx)", "한국어 (kor)"];
        assert_eq!(without_code(languages.into_iter()), ["French", "Klingon (xx)", "한국어 (kor)"]);
    }
}
