//! Every sentence exists in every language, says the same values, and is used somewhere.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// The values that a sentence takes, by its id (`id.attribute` for attributes).
type Sentences = BTreeMap<String, BTreeSet<String>>;

fn files(under: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(under).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path, extension));
        } else if path.extension().is_some_and(|held| held == extension) {
            found.push(path);
        }
    }
    found
}

fn sentences(language: &str) -> Sentences {
    let mut sentences = Sentences::new();
    for file in files(&Path::new(ROOT).join("locales").join(language), "ftl") {
        let (mut message, mut current) = (String::new(), String::new());
        for line in fs::read_to_string(&file).unwrap().lines() {
            let name = line.split_once('=').map(|(name, _)| name.trim_end()).unwrap_or_default();
            let is_name = |name: &str| {
                !name.is_empty()
                    && name
                        .bytes()
                        .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
            };
            if is_name(name) {
                message = name.to_owned();
                current = name.to_owned();
                let fresh = sentences.insert(current.clone(), BTreeSet::new()).is_none();
                assert!(fresh, "{current} stands twice in {language}; the second is in {}", file.display());
            } else if let Some(attribute) = name.trim_start().strip_prefix('.').filter(|name| is_name(name)) {
                current = format!("{message}.{attribute}");
                sentences.insert(current.clone(), BTreeSet::new());
            }
            if line.starts_with('#') {
                continue;
            }
            for value in line.split('$').skip(1) {
                let value: String =
                    value.chars().take_while(|c| c.is_alphanumeric() || "-_".contains(*c)).collect();
                sentences.entry(current.clone()).or_default().insert(value);
            }
        }
    }
    sentences
}

fn sources() -> String {
    let mut text = String::new();
    // The desk names the sentences of its refusals.
    for (folder, extension) in [("src", "rs"), ("templates", "html"), ("../desk/src", "rs")] {
        for file in files(&Path::new(ROOT).join(folder), extension) {
            text.push_str(&fs::read_to_string(file).unwrap());
        }
    }
    text
}

#[test]
fn every_language_has_every_sentence_with_the_same_values() {
    let english = sentences("en");
    assert!(english.len() > 50);
    for language in ["ko", "ja"] {
        let other = sentences(language);
        let missing: Vec<_> = english.keys().filter(|id| !other.contains_key(*id)).collect();
        assert!(missing.is_empty(), "not in locales/{language}: {missing:?}");
        let extra: Vec<_> = other.keys().filter(|id| !english.contains_key(*id)).collect();
        assert!(extra.is_empty(), "only in locales/{language}: {extra:?}");
        for (id, values) in &english {
            assert_eq!(values, &other[id], "the values of {id} differ between en and {language}");
        }
    }
}

#[test]
fn every_sentence_is_used() {
    let sources = sources();
    let unused: Vec<_> = sentences("en")
        .into_keys()
        .filter(|id| !id.contains('.'))
        .filter(|id| !sources.contains(&format!("\"{id}\"")) && !sources.contains(&format!("\"{id}.")))
        .collect();
    assert!(unused.is_empty(), "no page says: {unused:?}");
}

#[test]
fn every_sentence_that_a_page_says_exists() {
    let (sources, english) = (sources(), sentences("en"));
    let squeezed: String = sources.split_whitespace().collect::<Vec<_>>().join(" ").replace("( \"", "(\"");
    let mut missing = BTreeSet::new();
    for call in ["text(\"", "text_with(\"", "text_with_one(\"", "count(\""] {
        for after in squeezed.split(call).skip(1) {
            let id = after.split('"').next().unwrap_or_default();
            let is_id = id
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-.".contains(&byte));
            if is_id && id.contains('-') && !english.contains_key(id) {
                missing.insert(id.to_owned());
            }
        }
    }
    assert!(missing.is_empty(), "said by a page, but in no locale: {missing:?}");
}

#[test]
fn every_refusal_says_what_to_do_next() {
    let english = sentences("en");
    let silent: Vec<_> = english
        .keys()
        .filter(|id| (id.starts_with("refusal-") || id.starts_with("fault-")) && !id.contains('.'))
        .filter(|id| !english.contains_key(&format!("{id}.next")))
        .collect();
    assert!(silent.is_empty(), "without .next: {silent:?}");
}
