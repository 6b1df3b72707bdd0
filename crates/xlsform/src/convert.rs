//! The whole way from a workbook to an XForm.

use indexmap::IndexMap;

use crate::aliases;
use crate::body;
use crate::build;
use crate::choices;
use crate::draft::{Draft, meta_group};
use crate::entities::Entities;
use crate::entity_places;
use crate::flat;
use crate::headers;
use crate::itext;
use crate::language;
use crate::model;
use crate::names::is_xml_tag;
use crate::problem::{Failure, Problem};
use crate::reference_check;
use crate::rows::Rows;
use crate::settings::{SUPPRESS_SPELLING, Settings};
use crate::spelling;
use crate::survey::Survey;
use crate::translation_check::{Translations, missing_translations};
use crate::value::{Map, Value, map_of};
use crate::workbook::Workbook;
use crate::xml::Xml;

/// The namespace of our own attributes, such as `dg:class`.
const DEUNGDAE: &str = "https://deungdae.org/xforms";

/// A form as phones read it, and what was noticed on the way.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Converted {
    /// The XForm: an XML document without indentation.
    pub xform: String,
    /// What identifies the form on a phone.
    pub form_id: String,
    /// What people call it.
    pub title: String,
    /// The version from the settings; empty when they give none.
    pub version: String,
    /// What works but may not be meant, in pyxform's words.
    pub warnings: Vec<String>,
    /// The content of `itemsets.csv`, which goes with a form that uses `select_one_external`.
    pub itemsets: Option<String>,
    /// The names of the files that the form reads: choices, `pulldata()`, media. Sorted, without duplicates.
    pub files: Vec<String>,
}

/// Converts a workbook to an XForm.
///
/// `name` is the name of the root element of the data, usually `data`; the settings may override it. An empty name
/// means `data`.
pub fn convert(workbook: &Workbook, name: &str) -> Result<Converted, Failure> {
    let mut warnings = Vec::new();
    let Some(survey_sheet) = workbook.sheet("survey").filter(|s| !s.rows.is_empty() || !s.header.is_empty())
    else {
        let similar = spelling::similar_sheets("survey", workbook.names()).unwrap_or_default();
        return Err(Problem::new(format!("You must have a sheet named 'survey'. {similar}")).into());
    };
    if !name.is_empty() && !is_xml_tag(name) {
        return Err(Problem::new(
            "The 'form_name' value is invalid. Names must begin with a letter or underscore. After the first character, \
             names may contain letters, digits, underscores, hyphens, or periods.",
        )
        .into());
    }
    let mut settings = Settings::read(workbook, &mut warnings)?;
    let default_language = settings.text("default_language").unwrap_or("default").to_owned();
    let root_name = settings.text("name").unwrap_or(if name.is_empty() { "data" } else { name }).to_owned();

    let external_lists = match workbook.sheet("external_choices").filter(|s| !s.rows.is_empty()) {
        Some(sheet) => choices::read_unchecked(sheet, "external_choices", &default_language)?,
        None => choices::Lists::new(),
    };
    let allow_duplicates = settings.yes_no("allow_choice_duplicates") == Some(true);
    let mut lists = choices::read(workbook, &default_language, allow_duplicates, &mut warnings)?;
    let mut entities = match workbook.sheet("entities").filter(|s| !s.rows.is_empty()) {
        Some(sheet) => Entities::read(sheet)?,
        None => {
            if let Some(similar) = spelling::similar_sheets("entities", workbook.names()) {
                warnings.push(similar + SUPPRESS_SPELLING);
            }
            Entities::default()
        }
    };

    let kind = headers::Kind {
        name: "survey",
        alias: aliases::survey_header,
        is_column: aliases::is_survey_column,
        required: Some("type"),
        collapse_spaces: settings.yes_no("clean_text_values") != Some(false),
    };
    let grouped = headers::group(survey_sheet, &kind, &default_language)?;
    let survey_translations = Translations::new(&grouped.headers, aliases::translatable_survey_column);
    let choice_translations = Translations::new(&lists.headers, aliases::translatable_choices_column);
    warnings.extend(missing_translations(&survey_translations, &choice_translations));
    let osm = match workbook.sheet("osm").filter(|s| !s.rows.is_empty()) {
        Some(sheet) => Some(choices::read_unchecked(sheet, "osm", "default")?),
        None => None,
    };

    let rows = Rows::new(
        workbook,
        &mut settings,
        &root_name,
        &mut lists.lists,
        &external_lists,
        osm,
        &mut entities,
        &mut warnings,
    );
    let (mut children, mut found) = rows.read(grouped.rows)?;
    if found.or_other && !(survey_translations.only_default() && choice_translations.only_default()) {
        warnings.push(
            "This form uses or_other and translations, which is not recommended. An untranslated input question label \
             and choice label is generated for 'other'. Learn more: https://xlsform.org/en/#specify-other)."
                .to_owned(),
        );
    }
    if settings.text("flat").is_some_and(|f| !f.is_empty()) {
        flat::flatten(&mut children, "")?;
    }
    let mut meta = std::mem::take(&mut found.meta);
    if settings.yes_no("omit_instanceID") == Some(true) {
        if settings.text("public_key").is_some() {
            return Err(Problem::new("Cannot omit instanceID, it is required for encryption.")
                .sheet("settings")
                .into());
        }
    } else {
        let preload = settings.text("instance_id").unwrap_or("uid");
        let bind = map_of([("readonly", "true()"), ("jr:preload", preload)]);
        meta.push(Draft::new("calculate", "instanceID").with_map("bind", bind));
        *found.names.entry("instanceID".to_owned()).or_default() += 1;
    }
    if let Some(name) = settings.text("instance_name") {
        let bind = map_of([("calculate", name)]);
        meta.push(Draft::new("calculate", "instanceName").with_map("bind", bind));
    }
    let entity_version = if entities.declarations.is_empty() {
        None
    } else {
        Some(entity_places::apply(&mut entities, &mut children)?)
    };
    if !meta.is_empty() {
        match children.iter_mut().find(|c| c.name == "meta" && c.kind == "group") {
            Some(group) => group.children.append(&mut meta),
            None => children.push(meta_group(meta)),
        }
    }
    reference_check::check(workbook, &grouped.headers, &lists.headers, &found.names)?;

    let form_id = settings
        .text("id_string")
        .map(str::to_owned)
        .or_else(|| workbook.fallback_name.clone())
        .unwrap_or_else(|| "data".to_owned());
    if form_id == "None" {
        return Err(Problem::new("Survey cannot have an empty id_string").sheet("settings").into());
    }
    let uses_external = has_external_select(&children);
    let mut survey =
        build::build(&root_name, settings, default_language, lists.lists, children, entity_version)?;
    let (xform, title) = write(&mut survey, &form_id, &mut warnings)?;
    Ok(Converted {
        files: files(&xform),
        xform,
        title,
        version: survey.settings.text("version").unwrap_or_default().to_owned(),
        form_id,
        warnings,
        itemsets: uses_external.then(|| itemsets(workbook)).flatten(),
    })
}

fn write(
    survey: &mut Survey,
    form_id: &str,
    warnings: &mut Vec<String>,
) -> Result<(String, String), Failure> {
    let title = survey.settings.text("title").unwrap_or(form_id).to_owned();
    let translations = itext::collect(survey)?;
    let model = model::model(survey, form_id, &translations)?;
    let head = Xml::new("h:head").with_child(Xml::new("h:title").with_text(title.as_str())).with_child(model);
    let mut namespaces = namespaces(survey);
    let body = body::body(survey)?;
    if !namespaces.contains_key("xmlns:dg") && uses_our_prefix(survey) {
        namespaces.insert("xmlns:dg".to_owned(), DEUNGDAE.to_owned());
    }
    let mut html = Xml::new("h:html");
    for (prefix, address) in namespaces {
        html.set(prefix, address);
    }
    let xform = html.with_child(head).with_child(body).document()?;
    let unknown = language::without_code(translations.languages());
    if !unknown.is_empty() {
        warnings.push(format!(
            "The following language declarations do not contain valid machine-readable codes: {}. \
             Learn more: http://xlsform.org#multiple-language-support",
            unknown.join(", ")
        ));
    }
    Ok((xform, title))
}

/// The namespaces of every form, and those of the settings (`prefix="address" …`).
fn namespaces(survey: &Survey) -> IndexMap<String, String> {
    let mut namespaces: IndexMap<String, String> = [
        ("xmlns", "http://www.w3.org/2002/xforms"),
        ("xmlns:h", "http://www.w3.org/1999/xhtml"),
        ("xmlns:ev", "http://www.w3.org/2001/xml-events"),
        ("xmlns:xsd", "http://www.w3.org/2001/XMLSchema"),
        ("xmlns:jr", "http://openrosa.org/javarosa"),
        ("xmlns:orx", "http://openrosa.org/xforms"),
        ("xmlns:odk", "http://www.opendatakit.org/xforms"),
    ]
    .into_iter()
    .map(|(prefix, address)| (prefix.to_owned(), address.to_owned()))
    .collect();
    let fixed = namespaces.len();
    let own = survey.settings.text("namespaces").unwrap_or_default();
    let entities = survey.entity_version.map(|_| "entities=http://www.opendatakit.org/xforms/entities");
    for declaration in crate::python::words(own).chain(entities) {
        let Some((prefix, address)) = declaration.split_once('=') else { continue };
        if prefix.is_empty() || address.contains('=') {
            continue;
        }
        let prefix = format!("xmlns:{prefix}");
        if namespaces.get_index_of(&prefix).is_none_or(|i| i >= fixed) {
            namespaces.insert(prefix, address.replace(['"', '\''], ""));
        }
    }
    namespaces
}

/// Whether an attribute of the form is ours, such as `dg:class`.
fn uses_our_prefix(survey: &Survey) -> bool {
    let ours = |map: &Option<Map>| map.iter().flatten().any(|(name, _)| name.starts_with("dg:"));
    survey
        .settings
        .values
        .get("attribute")
        .and_then(Value::map)
        .is_some_and(|m| m.keys().any(|k| k.starts_with("dg:")))
        || survey.elements.iter().any(|e| ours(&e.bind) || ours(&e.control) || ours(&e.instance))
}

fn has_external_select(drafts: &[Draft]) -> bool {
    drafts.iter().any(|d| d.kind.starts_with("select one external") || has_external_select(&d.children))
}

/// The external choices as CSV, every cell in quotes.
fn itemsets(workbook: &Workbook) -> Option<String> {
    let sheet = workbook.sheet("external_choices").filter(|s| !s.rows.is_empty())?;
    let mut csv = String::new();
    let mut line = |cells: Vec<&str>| {
        let cells: Vec<String> = cells.iter().map(|c| format!("\"{}\"", c.replace('"', "\"\""))).collect();
        csv.push_str(&cells.join(","));
        csv.push_str("\r\n");
    };
    line(sheet.header.iter().map(String::as_str).collect());
    for row in &sheet.rows {
        let mut cells = vec![""; sheet.header.len()];
        for (column, text) in row {
            if let Some(cell) = cells.get_mut(*column) {
                *cell = text;
            }
        }
        line(cells);
    }
    Some(csv)
}

/// The files named by `jr://` addresses in the form.
fn files(xform: &str) -> Vec<String> {
    let mut files: Vec<String> = xform
        .split("jr://")
        .skip(1)
        .filter_map(|after| {
            let end = after.find(['"', '<', '&']).unwrap_or(after.len());
            let (folder, name) = after[..end].split_once('/')?;
            (folder != "instance" && !name.is_empty() && !name.contains(['\n', '$']))
                .then(|| name.trim().to_owned())
        })
        .collect();
    files.sort_unstable();
    files.dedup();
    files
}
