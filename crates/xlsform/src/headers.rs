//! From column headers as people write them to named, grouped values.
//!
//! `label::French` groups the column under `label`; `relevance` is an older name of `bind::relevant`.

use indexmap::IndexMap;

use crate::aliases::Target;
use crate::problem::{Failure, Problem};
use crate::python;
use crate::value::{Map, Value};
use crate::workbook::Sheet;

/// A header cut at its colons: `["label", "French"]`.
pub(crate) type Path = Vec<String>;

/// More parts than any header of XLSForm has.
const MAX_PARTS: usize = 8;

/// What a sheet is called and which headers it knows.
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    pub(crate) alias: fn(&str) -> Option<Target>,
    pub(crate) is_column: fn(&str) -> bool,
    /// The header without which the sheet means nothing.
    pub(crate) required: Option<&'static str>,
    /// Whether runs of spaces inside cells become one.
    pub(crate) collapse_spaces: bool,
}

/// A sheet whose headers have been understood.
pub(crate) struct Grouped {
    /// The distinct paths, in the order of the columns.
    pub(crate) headers: Vec<Path>,
    /// The rows in order; the first is row 2 of the sheet.
    pub(crate) rows: Vec<Map>,
}

/// Understands the headers of a sheet and groups the cells of each row by them.
pub(crate) fn group(sheet: &Sheet, kind: &Kind, default_language: &str) -> Result<Grouped, Failure> {
    let double_colons = sheet.header.iter().any(|h| h.contains("::"));
    let mut paths: Vec<Path> = Vec::with_capacity(sheet.header.len());
    let mut first_header: IndexMap<Path, &str> = IndexMap::new();
    for header in &sheet.header {
        let (same_name, path) = understand(header, double_colons, kind)?;
        if let Some(other) = first_header.get(&path)
            && !same_name
        {
            return Err(Problem::new(format!(
                "Invalid headers provided for sheet: '{}'. Headers that are different names for the same column \
                 were found: '{other}', '{header}'. Rename or remove one of these columns.",
                kind.name
            ))
            .sheet(kind.name)
            .row(1)
            .column(header)
            .into());
        }
        first_header.insert(path.clone(), header);
        paths.push(path);
    }

    let mut rows = Vec::with_capacity(sheet.rows.len());
    for row in &sheet.rows {
        let mut grouped = Map::with_capacity(row.len());
        for (column, value) in row {
            let Some(path) = paths.get(*column) else {
                return Err(missing_header(kind.name, "unknown"));
            };
            add(&mut grouped, path, cleaned(value, kind.collapse_spaces), default_language);
        }
        rows.push(grouped);
    }

    if let Some(required) = kind.required
        && (!rows.is_empty() || kind.name == "survey")
        && !first_header.keys().any(|path| path.first().is_some_and(|p| p == required))
    {
        return Err(Problem::new(format!(
            "Invalid headers provided for sheet: '{}'. One or more required column headers were not found: \
             '{required}'. Learn more: https://xlsform.org/en/#setting-up-your-worksheets",
            kind.name
        ))
        .sheet(kind.name)
        .row(1)
        .into());
    }
    Ok(Grouped { headers: first_header.into_keys().collect(), rows })
}

/// pyxform's words for a cell without a header above it.
pub(crate) fn missing_header(sheet: &str, header: &str) -> Failure {
    Problem::new(format!(
        "Invalid headers provided for sheet: '{sheet}'. For XLSForms, this may be due a missing header row, in which \
         case add a header row as per the reference template https://xlsform.org/en/ref-table/. For internal API \
         usage, may be due to a missing mapping for '{header}', in which case ensure that the full set of headers \
         appear within the first 100 rows, or specify the header row in '{sheet}_header'."
    ))
    .sheet(sheet)
    .row(1)
    .into()
}

/// Words joined by underscores, in lower case.
fn snake_case(text: &str) -> String {
    python::words(text).collect::<Vec<_>>().join("_").to_lowercase()
}

/// The path that a header stands for, and whether the header is written in its proper form.
fn understand(header: &str, double_colons: bool, kind: &Kind) -> Result<(bool, Path), Failure> {
    let own = |name: &str| (kind.is_column)(name) && (kind.alias)(name).is_none();
    if own(header) {
        return Ok((true, vec![header.to_owned()]));
    }
    let normal = snake_case(header);
    if own(&normal) {
        return Ok((normal == header, vec![normal]));
    }
    let mut parts: Path = if double_colons {
        header.split("::").map(|p| python::strip(p).to_owned()).collect()
    } else {
        header.split(':').map(|p| python::strip(p).to_owned()).collect()
    };
    // `bind:jr:constraintMsg`: here the second colon belongs to the name.
    if !double_colons && let Some(at) = parts.iter().position(|p| p == "jr") {
        if at + 1 >= parts.len() {
            return Err(too_odd(header, kind.name));
        }
        let name = parts.remove(at + 1);
        parts[at] = format!("jr:{name}");
    }
    if parts.len() > MAX_PARTS {
        return Err(too_odd(header, kind.name));
    }
    let first = snake_case(parts.first().map_or("", String::as_str));
    if let Some(target) = (kind.alias)(&first) {
        let same = target == [header];
        let path = target.iter().map(|p| (*p).to_owned()).chain(parts.into_iter().skip(1)).collect();
        return Ok((same, path));
    }
    if (kind.is_column)(&first) {
        let same = first == header;
        let path = std::iter::once(first).chain(parts.into_iter().skip(1)).collect();
        return Ok((same, path));
    }
    // Unknown columns stay as they are: a choice filter may use them.
    Ok((true, parts))
}

fn too_odd(header: &str, sheet: &str) -> Failure {
    Problem::new(format!(
        "[row : 1] On the '{sheet}' sheet, the column header '{header}' could not be understood. \
         Write it as a column name, or as 'group::name' or 'column::language'."
    ))
    .sheet(sheet)
    .row(1)
    .column(header)
    .into()
}

fn add(row: &mut Map, path: &[String], value: String, default_language: &str) {
    match path {
        [] => {}
        [name] => {
            row.insert(name.clone(), Value::Text(value));
        }
        [name, rest @ ..] => {
            let value = nested(rest, value);
            let merged = match row.get_mut(name) {
                None => value,
                Some(slot) => {
                    merge(std::mem::replace(slot, Value::Text(String::new())), value, default_language)
                }
            };
            row.insert(name.clone(), merged);
        }
    }
}

fn nested(path: &[String], value: String) -> Value {
    match path {
        [] => Value::Text(value),
        [name, rest @ ..] => Value::Map(Map::from_iter([(name.clone(), nested(rest, value))])),
    }
}

/// Puts two values of one column together; a text without language belongs to the default language.
fn merge(a: Value, b: Value, default_language: &str) -> Value {
    if a.is_empty() {
        return b;
    }
    if b.is_empty() {
        return a;
    }
    let holds_default = |value: &Value| match value {
        Value::Text(text) => text.contains(default_language),
        Value::Map(map) => map.contains_key(default_language),
    };
    let a = match a {
        Value::Map(map) => map,
        Value::Text(text) => {
            if holds_default(&b) {
                return b;
            }
            Map::from_iter([(default_language.to_owned(), Value::Text(text))])
        }
    };
    let b = match b {
        Value::Map(map) => map,
        Value::Text(text) => {
            if a.contains_key(default_language) {
                return Value::Map(a);
            }
            Map::from_iter([(default_language.to_owned(), Value::Text(text))])
        }
    };
    let mut out = a;
    for (key, value) in b {
        let merged = match out.get_mut(&key) {
            None => value,
            Some(slot) => merge(std::mem::replace(slot, Value::Text(String::new())), value, default_language),
        };
        out.insert(key, merged);
    }
    Value::Map(out)
}

/// Straight quotes for typographic ones; with `collapse_spaces` also one space for a run of spaces.
fn cleaned(value: &str, collapse_spaces: bool) -> String {
    let mut text = if collapse_spaces { python::strip(value).to_owned() } else { value.to_owned() };
    if collapse_spaces && text.contains("  ") {
        let mut before = ' ';
        text.retain(|c| {
            let keep = c != ' ' || before != ' ';
            before = c;
            keep
        });
    }
    if !text.is_ascii() && text.contains(['\u{2018}', '\u{2019}', '\u{201c}', '\u{201d}']) {
        text = text.replace(['\u{2018}', '\u{2019}'], "'").replace(['\u{201c}', '\u{201d}'], "\"");
    }
    text
}
