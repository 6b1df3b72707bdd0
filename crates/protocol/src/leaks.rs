//! Classes hold only if no field of a lower class tells what a field of a higher class says.

use crate::expressions::{self, Role};
use crate::form::ProtocolForm;
use crate::problem::Problem;
use crate::rows::Rows;
use xforms::{Class, Field, Form};

pub(crate) fn check(form: &ProtocolForm, rows: &Rows, problems: &mut Vec<Problem>) {
    let expressions = expressions::read(&form.xform, &form.form.root);
    let mut told: Vec<(&str, Role)> = Vec::new();
    for expression in &expressions {
        for field in touched(&form.form, &expression.path) {
            let Some(class) = field.class else { continue };
            let read = expressions::reads(&expression.text, &expression.path, &form.form.root);
            let read =
                read.iter().filter_map(|path| form.form.field(path)).filter(|read| read.path != field.path);
            let Some(source) = read.filter(|read| read.class > Some(class)).max_by_key(|read| read.class)
            else {
                continue;
            };
            if told.contains(&(field.path.as_str(), expression.role)) {
                continue;
            }
            told.push((field.path.as_str(), expression.role));
            problems.push(describe(form, rows, field, class, source, expression.role));
        }
    }
    check_instance_name(form, &expressions, problems);
}

/// The fields that an expression at a path decides about: the field itself, or everything in the group.
fn touched<'f>(form: &'f Form, path: &str) -> Vec<&'f Field> {
    let inside = |field: &&Field| {
        field.path.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let of_people = |field: &&Field| field.kind.has_value() && !field.path.starts_with("meta/");
    form.fields.iter().filter(inside).filter(of_people).collect()
}

fn describe(
    form: &ProtocolForm,
    rows: &Rows,
    field: &Field,
    class: Class,
    source: &Field,
    role: Role,
) -> Problem {
    let higher = source.class.unwrap_or(Class::Sensitive);
    let article = if class == Class::Sensitive { "a" } else { "an" };
    let (how, instead) = match role {
        Role::Calculates => ("is calculated from", "calculate it without it"),
        Role::Shows => ("is there or not depending on", "make it depend on something else"),
        Role::Filters => ("has answers chosen by", "filter its answers by something else"),
    };
    Problem::new(
        &form.file,
        format!(
            "{article} {class} field {how} “{}”, which is {higher}: the one tells the other",
            source.name
        ),
        format!("Give this field the class {higher}, or {instead}"),
    )
    .sheet("survey")
    .row(rows.at(&field.path).map(|row| row.number))
    .column(role.column())
    .field(&field.name)
}

/// The phone shows the instance name in its list of saved forms.
fn check_instance_name(form: &ProtocolForm, found: &[expressions::Expression], problems: &mut Vec<Problem>) {
    let name = found.iter().filter(|expression| expression.path == "meta/instanceName");
    for expression in name {
        let read = expressions::reads(&expression.text, &expression.path, &form.form.root);
        let identity = read
            .iter()
            .filter_map(|path| form.form.field(path))
            .find(|field| field.class == Some(Class::Identity));
        if let Some(field) = identity {
            problems.push(
                Problem::new(
                    &form.file,
                    format!("the name of a saved form shows “{}”, which is identity", field.name),
                    "Build instance_name from codes",
                )
                .sheet("settings")
                .column("instance_name"),
            );
        }
    }
}
