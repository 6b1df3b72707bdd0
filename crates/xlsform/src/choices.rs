//! The choices sheet: lists of choices by name, checked and cleaned.

use std::collections::HashSet;

use indexmap::IndexMap;

use crate::headers::{self, Grouped, Path};
use crate::problem::{Failure, Problem};
use crate::value::{Map, Value};
use crate::workbook::{Sheet, Workbook};

/// The lists in the order of their first choice.
pub(crate) type Lists = IndexMap<String, Vec<Map>>;

const COLUMN: &str = "list name";

pub(crate) struct Choices {
    pub(crate) lists: Lists,
    pub(crate) headers: Vec<Path>,
}

/// Reads and checks the choices sheet.
pub(crate) fn read(
    workbook: &Workbook,
    default_language: &str,
    allow_duplicates: bool,
    warnings: &mut Vec<String>,
) -> Result<Choices, Failure> {
    let Some(sheet) = workbook.sheet("choices").filter(|s| !s.rows.is_empty()) else {
        return Ok(Choices { lists: Lists::new(), headers: Vec::new() });
    };
    let kind = headers::Kind {
        name: "choices",
        alias: crate::aliases::list_header,
        is_column: crate::aliases::is_choice_column,
        required: Some("name"),
        collapse_spaces: false,
    };
    let grouped = headers::group(sheet, &kind, default_language)?;
    let mut unusable = HashSet::new();
    for header in grouped.headers.iter().filter_map(|path| path.first()) {
        if header != COLUMN && (header.is_empty() || header.contains(' ')) {
            warnings.push(format!(
                "[row : 1] On the 'choices' sheet, the '{header}' value is invalid. Column headers must not be empty \
                 and must not contain spaces. Learn more: https://xlsform.org/en/#setting-up-your-worksheets"
            ));
            unusable.insert(header.clone());
        }
    }

    let mut lists: IndexMap<String, Vec<(u32, Map)>> = IndexMap::new();
    for (row, mut choice) in (2..).zip(grouped.rows) {
        let Some(list) = take_list_name(&mut choice, row, "choices")? else { continue };
        lists.entry(list).or_default().push((row, choice));
    }
    for choices in lists.values_mut() {
        check_list(choices, allow_duplicates, warnings)?;
        for (_, choice) in choices {
            if !unusable.is_empty() {
                choice.retain(|column, _| !unusable.contains(column));
            }
        }
    }
    let lists =
        lists.into_iter().map(|(n, c)| (n, c.into_iter().map(|(_, choice)| choice).collect())).collect();
    Ok(Choices { lists, headers: grouped.headers })
}

/// Reads a sheet of lists that are not checked: `external_choices`, `osm`.
pub(crate) fn read_unchecked(
    sheet: &Sheet,
    name: &'static str,
    default_language: &str,
) -> Result<Lists, Failure> {
    let kind = headers::Kind {
        name,
        alias: crate::aliases::list_header,
        is_column: crate::aliases::is_choice_column,
        required: None,
        collapse_spaces: false,
    };
    let Grouped { rows, .. } = headers::group(sheet, &kind, default_language)?;
    let mut lists = Lists::new();
    for (row, mut choice) in (2..).zip(rows) {
        if let Some(list) = take_list_name(&mut choice, row, name)? {
            lists.entry(list).or_default().push(choice);
        }
    }
    Ok(lists)
}

fn take_list_name(choice: &mut Map, row: u32, sheet: &str) -> Result<Option<String>, Failure> {
    match choice.shift_remove(COLUMN) {
        None => Ok(None),
        Some(Value::Text(list)) => Ok(Some(list)),
        Some(Value::Map(_)) => Err(Problem::new(format!(
            "[row : {row}] On the '{sheet}' sheet, the 'list_name' value is invalid. \
             A list name cannot have languages or parts."
        ))
        .sheet(sheet)
        .row(row)
        .column("list_name")
        .into()),
    }
}

fn check_list(
    choices: &[(u32, Map)],
    allow_duplicates: bool,
    warnings: &mut Vec<String>,
) -> Result<(), Failure> {
    let mut seen = HashSet::new();
    let mut duplicates = Vec::new();
    for (row, choice) in choices {
        let at = |message: String| Problem::new(message).sheet("choices").row(*row).column("name");
        let name = match choice.get("name") {
            None => {
                return Err(at(format!(
                    "[row : {row}] On the 'choices' sheet, the 'name' value is invalid. Choices must have a name. \
                     Learn more: https://xlsform.org/en/#setting-up-your-worksheets"
                ))
                .into());
            }
            Some(Value::Map(_)) => {
                return Err(at(format!(
                    "[row : {row}] On the 'choices' sheet, the 'name' value is invalid. \
                     The name of a choice is the same in all languages: keep one 'name' column."
                ))
                .into());
            }
            Some(Value::Text(name)) => name,
        };
        if !choice.contains_key("label") {
            warnings.push(format!(
                "[row : {row}] On the 'choices' sheet, the 'label' value is invalid. Choices should have a label. \
                 Learn more: https://xlsform.org/en/#setting-up-your-worksheets"
            ));
        }
        if !allow_duplicates && !seen.insert(name) {
            let problem = at(format!(
                "[row : {row}] On the 'choices' sheet, the 'name' value is invalid. \
                 Choice names must be unique for each choice list. \
                 If this is intentional, use the setting 'allow_choice_duplicates'. \
                 Learn more: https://xlsform.org/#choice-names."
            ));
            duplicates.push(if duplicates.is_empty() { problem } else { problem.continued() });
        }
    }
    if duplicates.is_empty() { Ok(()) } else { Err(Failure { problems: duplicates }) }
}
