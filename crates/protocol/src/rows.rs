//! The rows of a form's sheets, so that a fault can be shown where it was written.

use crate::texts::LANGUAGES;

/// A row of a sheet with its cells by header.
#[derive(Clone, Debug, Default)]
pub(crate) struct Row {
    /// As a spreadsheet shows it: the header is row 1.
    pub number: u32,
    /// Where the row's field stands in the form: `interview/person/sex`. Empty outside the survey sheet.
    pub path: String,
    cells: Vec<(String, String)>,
}

impl Row {
    /// The cell under a header, empty when there is none.
    pub fn get(&self, header: &str) -> &str {
        let found = self.cells.iter().find(|(name, _)| name.eq_ignore_ascii_case(header));
        found.map_or("", |(_, text)| text.as_str())
    }

    /// The cells of one translated column, such as `label`, by language code; `None` for text without a language.
    pub fn translations<'r>(&'r self, family: &str) -> impl Iterator<Item = (Option<&'static str>, &'r str)> {
        self.cells.iter().filter_map(move |(header, text)| {
            let rest = header.get(..family.len()).filter(|start| start.eq_ignore_ascii_case(family))?;
            let rest = header.get(rest.len()..)?.trim();
            match rest.strip_prefix(':') {
                Some(language) => Some((code(language.trim_start_matches(':').trim()), text.as_str())),
                None if rest.is_empty() => Some((None, text.as_str())),
                None => None,
            }
        })
    }
}

/// `한국어 (ko)`, `ko` → `ko`.
pub(crate) fn code(language: &str) -> Option<&'static str> {
    let in_brackets = language.strip_suffix(')').and_then(|rest| rest.rsplit_once('(')).map(|(_, code)| code);
    let wanted = in_brackets.unwrap_or(language).trim();
    LANGUAGES.into_iter().find(|code| wanted.eq_ignore_ascii_case(code))
}

/// The sheets of a form that this crate looks into.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rows {
    pub survey: Vec<Row>,
    pub choices: Vec<Row>,
    pub entities: Vec<Row>,
}

impl Rows {
    pub fn of(workbook: &xlsform::Workbook) -> Rows {
        let mut survey = sheet(workbook, "survey");
        place(&mut survey);
        Rows { survey, choices: sheet(workbook, "choices"), entities: sheet(workbook, "entities") }
    }

    /// The row that made the field at a path.
    pub fn at(&self, path: &str) -> Option<&Row> {
        self.survey.iter().find(|row| row.path == path)
    }
}

fn sheet(workbook: &xlsform::Workbook, name: &str) -> Vec<Row> {
    let owned = |(header, text): (&str, &str)| (header.to_owned(), text.to_owned());
    let rows = workbook.rows(name);
    rows.map(|(number, cells)| Row { number, path: String::new(), cells: cells.map(owned).collect() })
        .collect()
}

/// Gives every row of the survey its path, following the groups and repeats around it.
fn place(survey: &mut [Row]) {
    let mut around: Vec<String> = Vec::new();
    for row in survey {
        let kind = row.get("type").trim().to_ascii_lowercase().replace('_', " ");
        let name = row.get("name").trim().to_owned();
        if kind.starts_with("end group") || kind.starts_with("end repeat") {
            around.pop();
            continue;
        }
        if name.is_empty() && !kind.starts_with("begin") {
            continue;
        }
        around.push(name);
        row.path = around.join("/");
        if !kind.starts_with("begin") {
            around.pop();
        }
    }
}
