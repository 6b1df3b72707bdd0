//! `data/datapackage.json`: what a program needs to read the tables (Frictionless Data Package v1). It follows from the
//! description and the files, and is refused unless it does.

use serde_json::{Map, Value, json};

use crate::manifest::hash_of;
use crate::place::{Format, Place};

/// Its path.
pub(crate) const PACKAGE: &str = "data/datapackage.json";

/// What a release says about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Description {
    /// Its name, for ever the same: `a-z 0-9 . _ -`.
    pub name: String,
    /// Its title, for people; one line.
    pub title: String,
    /// Who publishes it; one line.
    pub publisher: String,
    /// When, in UTC: `2026-11-25T09:00:00Z`.
    pub created: String,
    /// The licence's name: `CC-BY-4.0`.
    pub licence: String,
}

impl Description {
    /// What is wrong with it.
    pub(crate) fn fault(&self) -> Option<String> {
        let is_name = |name: &str| {
            !name.is_empty()
                && name.len() <= 100
                && name.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'_' | b'-'))
        };
        let is_line = |text: &str| {
            !text.trim().is_empty()
                && text.len() <= 500
                && text.trim() == text
                && !text.chars().any(char::is_control)
        };
        if !is_name(&self.name) {
            return Some(format!("the name “{}” is not of a-z, 0-9, “.”, “_” and “-”", self.name));
        }
        if !is_time(&self.created) {
            return Some(format!("“{}” is no time such as 2026-11-25T09:00:00Z", self.created));
        }
        let lines = [("title", &self.title), ("publisher", &self.publisher), ("licence", &self.licence)];
        let (what, text) = lines.into_iter().find(|(_, text)| !is_line(text))?;
        Some(format!("the {what} “{text}” is not one line of text"))
    }
}

fn is_time(text: &str) -> bool {
    let form = "dddd-dd-ddTdd:dd:ddZ";
    text.len() == form.len()
        && text.bytes().zip(form.bytes()).all(|(b, f)| if f == b'd' { b.is_ascii_digit() } else { b == f })
}

/// Writes it for these payload files (itself passed over) and this `trust/policy.txt`.
pub(crate) fn write<'a>(
    description: &Description,
    policy: &[u8],
    payload: impl Iterator<Item = (&'a str, &'a [u8])>,
) -> String {
    let Description { name, title, publisher, created, licence } = description;
    let resources: Vec<Value> = payload
        .filter(|(path, _)| *path != PACKAGE)
        .filter_map(|(path, bytes)| resource(path, bytes))
        .collect();
    let package = json!({
        "profile": "data-package",
        "name": name,
        "title": title,
        "created": created,
        "licenses": [{ "name": licence }],
        "contributors": [{ "title": publisher, "role": "publisher" }],
        "deungdae": { "release": 1, "trust_policy": format!("sha256:{}", hash_of(policy)) },
        "resources": resources,
    });
    serde_json::to_string_pretty(&package).unwrap_or_default() + "\n"
}

/// Reads what it says about the release; everything else in it is written again and compared.
pub(crate) fn read(bytes: &[u8]) -> Result<Description, String> {
    let text = crate::info::text_of(bytes)?;
    let value: Value = serde_json::from_str(text).map_err(|error| format!("is not JSON ({error})"))?;
    let text = |value: Option<&Value>, what: &str| {
        value.and_then(Value::as_str).map(str::to_owned).ok_or_else(|| format!("lacks {what}"))
    };
    let first = |list: &str| value.get(list).and_then(|list| list.get(0));
    let description = Description {
        name: text(value.get("name"), "its name")?,
        title: text(value.get("title"), "its title")?,
        publisher: text(first("contributors").and_then(|one| one.get("title")), "its publisher")?,
        created: text(value.get("created"), "the time of publication")?,
        licence: text(first("licenses").and_then(|one| one.get("name")), "its licence")?,
    };
    match description.fault() {
        Some(fault) => Err(format!("describes the release wrongly: {fault}")),
        None => Ok(description),
    }
}

fn resource(path: &str, bytes: &[u8]) -> Option<Value> {
    let place = Place::of(path)?;
    let inside = path.strip_prefix("data/")?;
    let mut one = Map::new();
    let mut say = |name: &str, value: Value| one.insert(name.to_owned(), value);
    let name = inside.replace('/', ".");
    let name = match place {
        Place::Table(table) => table.to_owned(),
        _ => name,
    };
    say("name", name.into());
    say("path", inside.into());
    let is_table = matches!(place, Place::Table(_) | Place::Microdata);
    if is_table {
        say("profile", "tabular-data-resource".into());
    }
    let (format, mediatype) = match place {
        Place::Table(_) | Place::Microdata => ("csv", "text/csv"),
        Place::Report(_, Format::Html) => ("html", "text/html"),
        Place::Report(_, Format::Pdf) => ("pdf", "application/pdf"),
        Place::Method => ("md", "text/markdown"),
        Place::QuestionnaireText => ("md", "text/markdown"),
        Place::Questionnaire => ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        _ => ("json", "application/json"),
    };
    say("format", format.into());
    say("mediatype", mediatype.into());
    if place.is_text() {
        say("encoding", "utf-8".into());
    }
    say("bytes", (bytes.len() as u64).into());
    say("hash", format!("sha256:{}", hash_of(bytes)).into());
    if is_table {
        say("schema", schema(bytes));
    }
    Some(one.into())
}

/// The columns. A count is text, because it may be `x` (suppressed) or `5-9` (a band).
fn schema(bytes: &[u8]) -> Value {
    let mut reader = csv::Reader::from_reader(bytes);
    let header = reader.headers().cloned().unwrap_or_default();
    let fields: Vec<Value> = header
        .iter()
        .map(|name| {
            let kind = match name {
                "percent" | "n" => "integer",
                "estimate" | "low" | "high" => "number",
                _ => "string",
            };
            json!({ "name": name, "type": kind })
        })
        .collect();
    json!({ "fields": fields, "missingValues": [""] })
}
