//! Every field of a form has a class, and somewhere to be sealed.

use crate::form::ProtocolForm;
use crate::problem::Problem;
use crate::rows::Rows;
use xforms::Class;

/// The column that gives a field its class.
pub(crate) const COLUMN: &str = "bind::dg:class";

/// Words in the class column that are no classes. They are reported here, because a form with one is refused whole.
pub(crate) fn unknown_words(file: &str, rows: &Rows, problems: &mut Vec<Problem>) -> Vec<String> {
    let mut words = Vec::new();
    for row in &rows.survey {
        let word = row.get(COLUMN).trim();
        if word.is_empty() || word.parse::<Class>().is_ok() {
            continue;
        }
        words.push(word.to_owned());
        problems.push(
            Problem::new(file, format!("“{word}” is not a class"), "Write identity, sensitive or open")
                .sheet("survey")
                .row(Some(row.number))
                .column(COLUMN)
                .field(row.get("name")),
        );
    }
    words
}

pub(crate) fn check(form: &ProtocolForm, rows: &Rows, problems: &mut Vec<Problem>) {
    for field in form.form.unclassed() {
        let row = rows.at(&field.path);
        if row.is_some_and(|row| !row.get(COLUMN).trim().is_empty()) {
            continue;
        }
        problems.push(
            Problem::new(
                &form.file,
                "the field has no class",
                "Write identity, sensitive or open; when in doubt, the higher one",
            )
            .sheet("survey")
            .row(row.map(|row| row.number))
            .column(COLUMN)
            .field(&field.name),
        );
    }
    for (class, key) in [(Class::Identity, "identity"), (Class::Sensitive, "sensitive")] {
        let first = form.form.fields.iter().find(|field| field.class == Some(class));
        if let Some(field) = first.filter(|_| form.sealing.compartment(class).is_none()) {
            problems.push(
                Problem::new(
                    &form.file,
                    format!(
                        "“{}” is {class}, and the form has no compartment that takes {class} values",
                        field.name
                    ),
                    format!("Add {key} = \"…\" to the form in protocol.toml, or change the class"),
                )
                .field(&field.name),
            );
        }
    }
}
