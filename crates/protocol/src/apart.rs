//! Interviews and records share nothing that could stand for one person.

use crate::expressions::{self, Role};
use crate::form::{ProtocolForm, ReadForm};
use crate::problem::Problem;
use crate::registry::Registry;
use crate::words::Subject;
use xforms::{Class, Kind};

/// An interview and the record of the same person must not be joined: the two forms may share a place and answers from
/// lists, and nothing that could stand for one person.
pub(crate) fn check_no_person_key(forms: &[ReadForm], registries: &[Registry], problems: &mut Vec<Problem>) {
    let of = |subject| forms.iter().filter(move |read| read.form.subject == subject);
    for interview in of(Subject::Person) {
        let open_to_both = places(&interview.form, registries);
        for record in of(Subject::Records) {
            for field in &record.form.form.fields {
                let same = |other: &&xforms::Field| other.name == field.name && other.kind.has_value();
                if !interview.form.form.fields.iter().any(|other| same(&other)) {
                    continue;
                }
                let harmless = !field.kind.has_value()
                    || field.path.starts_with("meta/")
                    || field.preload.is_some()
                    || (field.kind == Kind::Select
                        && !names_identities(&record.form, &field.path, registries))
                    || is_prose(record, &field.path)
                    || open_to_both.contains(&field.name);
                if harmless {
                    continue;
                }
                problems.push(
                    Problem::new(
                        &record.form.file,
                        format!(
                            "“{}” is in {} as well: an interview could be joined with the record of the same person",
                            field.name, interview.form.id
                        ),
                        "Remove the field from one of the two forms; they may meet in a place and in answers from \
                         lists only",
                    )
                    .sheet("survey")
                    .row(record.rows.at(&field.path).map(|row| row.number))
                    .field(&field.name),
                );
            }
        }
    }
}

/// Names of fields that say a place: open properties of registries with open labels, and what these are calculated from.
fn places(form: &ProtocolForm, registries: &[Registry]) -> Vec<String> {
    let open = registries.iter().filter(|registry| registry.label_class == Class::Open);
    let properties: Vec<&str> = open
        .flat_map(|registry| &registry.properties)
        .filter(|property| property.class == Class::Open)
        .map(|property| property.name.as_str())
        .collect();
    let mut names: Vec<String> = Vec::new();
    let found = expressions::read(&form.xform, &form.form.root);
    for field in form.form.fields.iter().filter(|field| properties.contains(&field.name.as_str())) {
        names.push(field.name.clone());
        let calculates =
            found.iter().filter(|known| known.path == field.path && known.role == Role::Calculates);
        for expression in calculates {
            let read = expressions::reads(&expression.text, &expression.path, &form.form.root);
            names.extend(read.iter().filter_map(|path| form.form.field(path)).map(|read| read.name.clone()));
        }
    }
    names
}

/// Whether a question offers entries of a registry whose labels are identities.
fn names_identities(form: &ProtocolForm, path: &str, registries: &[Registry]) -> bool {
    let found = expressions::read(&form.xform, &form.form.root);
    let offers = found.iter().filter(|known| known.path == path && known.role == Role::Filters);
    let hidden = registries.iter().filter(|registry| registry.label_class != Class::Open);
    let names: Vec<String> = hidden.map(|registry| format!("instance('{}')", registry.name)).collect();
    offers.into_iter().any(|offer| names.iter().any(|name| offer.text.contains(name.as_str())))
}

/// Whether a text is prose: several lines, so no code.
fn is_prose(read: &ReadForm, path: &str) -> bool {
    read.rows
        .at(path)
        .is_some_and(|row| row.get("appearance").split_whitespace().any(|word| word == "multiline"))
}
