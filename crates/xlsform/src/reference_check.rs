//! Every `${reference}` in a workbook means exactly one question.

use std::collections::{HashMap, HashSet};

use crate::aliases::translatable_choices_column;
use crate::headers::Path;
use crate::problem::{Failure, Problem};
use crate::reference;
use crate::workbook::{Sheet, Workbook};

/// After this many problems the search stops.
const MAX_PROBLEMS: usize = 50;

/// Checks the cells as they were written, so that the problem names the column as people know it.
pub(crate) fn check(
    workbook: &Workbook,
    survey_headers: &[Path],
    choices_headers: &[Path],
    names: &HashMap<String, usize>,
) -> Result<(), Failure> {
    let mut problems = Vec::new();
    if let Some(sheet) = workbook.sheet("settings") {
        // Where both old and new name are given, the old column is not used.
        let both = sheet.header.iter().any(|h| h == "form_id");
        check_sheet("settings", sheet, names, &mut problems, |i| !(both && sheet.header[i] == "id_string"));
    }
    if let Some(sheet) = workbook.sheet("entities") {
        let ignored = ["list name", "list_name", "repeat"];
        check_sheet("entities", sheet, names, &mut problems, |i| {
            !ignored.contains(&sheet.header[i].as_str())
        });
    }
    // Like pyxform this pairs headers and paths by position.
    let positions = |headers: &[Path], wanted: &dyn Fn(&str) -> bool| -> HashSet<usize> {
        let found = headers.iter().enumerate().filter(|(_, path)| path.first().is_some_and(|p| wanted(p)));
        found.map(|(i, _)| i).collect()
    };
    if let Some(sheet) = workbook.sheet("survey") {
        let ignored = positions(survey_headers, &|name| matches!(name, "type" | "name" | "trigger"));
        check_sheet("survey", sheet, names, &mut problems, |i| !ignored.contains(&i));
    }
    if let Some(sheet) = workbook.sheet("choices") {
        let shown = positions(choices_headers, &|name| translatable_choices_column(name).is_some());
        check_sheet("choices", sheet, names, &mut problems, |i| shown.is_empty() || shown.contains(&i));
    }
    if problems.is_empty() { Ok(()) } else { Err(Failure { problems }) }
}

fn check_sheet(
    name: &str,
    sheet: &Sheet,
    names: &HashMap<String, usize>,
    problems: &mut Vec<Problem>,
    is_checked: impl Fn(usize) -> bool,
) {
    for (row, cells) in (2..).zip(&sheet.rows) {
        for (index, text) in cells {
            let Some(column) = sheet.header.get(*index) else { continue };
            if !reference::is_candidate(text) || !is_checked(*index) {
                continue;
            }
            let reason = match reference::references(text).collect::<Result<Vec<_>, _>>() {
                Err(_) => "Reference variables must start with '${', then a question name, and end with '}'."
                    .to_owned(),
                Ok(found) => match found.iter().find(|r| names.get(r.name) != Some(&1)) {
                    None => continue,
                    Some(unclear) if names.contains_key(unclear.name) => format!(
                        "Reference variables names must be unique anywhere in the 'survey'. The name '{}' appears \
                         more than once.",
                        unclear.name
                    ),
                    Some(unknown) => format!(
                        "Reference variables must contain a name from the 'survey' sheet. Could not find the name \
                         '{}'.",
                        unknown.name
                    ),
                },
            };
            if problems.len() >= MAX_PROBLEMS {
                return;
            }
            problems.push(
                Problem::new(format!(
                    "[row : {row}] On the '{name}' sheet, the '{column}' value is invalid. {reason}"
                ))
                .sheet(name)
                .row(row)
                .column(column),
            );
        }
    }
}
