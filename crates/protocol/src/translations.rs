//! Every text that a person sees is there in English, Korean and Japanese.

use crate::problem::Problem;
use crate::rows::{Row, Rows, code};
use crate::texts::LANGUAGES;
use crate::toml_section::language_name;

/// Columns of the survey sheet that hold text for people.
const FAMILIES: [&str; 5] = ["label", "hint", "guidance_hint", "constraint_message", "required_message"];

/// Types of rows that are never shown.
const NEVER_SHOWN: [&str; 14] = [
    "start",
    "end",
    "today",
    "deviceid",
    "username",
    "phonenumber",
    "email",
    "audit",
    "calculate",
    "hidden",
    "start-geopoint",
    "background-audio",
    "xml-external",
    "csv-external",
];

pub(crate) fn check(file: &str, languages: &[String], rows: &Rows, problems: &mut Vec<Problem>) {
    let given: Vec<&str> = languages.iter().filter_map(|name| code(name)).collect();
    for language in LANGUAGES.iter().filter(|language| !given.contains(language)) {
        let name = language_name(language);
        problems.push(Problem::new(
            file,
            format!("the form has no {name}"),
            format!("Add columns such as label::{name} ({language}) to survey and choices"),
        ));
    }
    for row in &rows.survey {
        for family in FAMILIES {
            check_texts(file, "survey", row, family, row.get("name"), &given, problems);
        }
        check_label(file, row, problems);
    }
    for row in &rows.choices {
        let choice = format!("{} {}", row.get("list_name"), row.get("name"));
        check_texts(file, "choices", row, "label", &choice, &given, problems);
    }
}

/// A text given in one language is given in all.
fn check_texts(
    file: &str,
    sheet: &str,
    row: &Row,
    family: &str,
    field: &str,
    given: &[&str],
    problems: &mut Vec<Problem>,
) {
    let texts: Vec<_> = row.translations(family).filter(|(_, text)| !text.trim().is_empty()).collect();
    if texts.is_empty() {
        return;
    }
    let missing = given.iter().filter(|language| !texts.iter().any(|(code, _)| *code == Some(**language)));
    for language in missing {
        let name = language_name(language);
        problems.push(
            Problem::new(file, format!("the {family} has no {name}"), "Translate it")
                .sheet(sheet)
                .row(Some(row.number))
                .column(&format!("{family} ({language})"))
                .field(field),
        );
    }
}

/// A question without any label cannot be asked.
fn check_label(file: &str, row: &Row, problems: &mut Vec<Problem>) {
    let kind = row.get("type").trim();
    let group = kind.starts_with("begin") || kind.starts_with("end");
    let shown = !row.path.is_empty() && !group && !NEVER_SHOWN.contains(&kind);
    if shown && row.translations("label").all(|(_, text)| text.trim().is_empty()) {
        problems.push(
            Problem::new(
                file,
                "the question has no label",
                "Write the question in English, Korean and Japanese",
            )
            .sheet("survey")
            .row(Some(row.number))
            .column("label")
            .field(row.get("name")),
        );
    }
}
