use crate::classes;
use crate::compartment::{Compartment, Sealing};
use crate::consent::{self, Consent};
use crate::gaps::GAPS_TOML;
use crate::problem::Problem;
use crate::reconciliation::RECONCILIATION_TOML;
use crate::release::RELEASE_TOML;
use crate::rows::Rows;
use crate::texts::Texts;
use crate::toml_section::{PROTOCOL_TOML, Section};
use crate::words::Subject;
use crate::workflow::workflow_name;
use crate::yardstick::YARDSTICKS_TOML;
use crate::{leaks, translations};
use std::collections::BTreeMap;

/// A form of the protocol: its source, what phones receive, and how its values are sealed.
#[derive(Clone, Debug)]
pub struct ProtocolForm {
    /// The form's id.
    pub id: String,
    /// The form's version.
    pub version: String,
    /// Its path in the folder, `forms/worker_interview.md`.
    pub file: String,
    /// Its title.
    pub title: Texts,
    /// When it is used, for the person who looks for the right form.
    pub when: Texts,
    /// What it is about.
    pub subject: Subject,
    /// Which compartments take its sealed values.
    pub sealing: Sealing,
    /// How it asks consent, where it is about a person.
    pub consent: Option<Consent>,
    /// The XLSForm as it lies in the folder.
    pub source: Vec<u8>,
    /// The XForm that it converts to.
    pub xform: String,
    /// That XForm, read.
    pub form: xforms::Form,
    /// Files that go to phones beside it, by name, registries excepted.
    pub attachments: BTreeMap<String, Vec<u8>>,
    /// What the conversion warns of.
    pub warnings: Vec<String>,
}

/// A form that was read, with what later checks need.
pub(crate) struct ReadForm {
    pub form: ProtocolForm,
    pub rows: Rows,
}

/// The forms that could be read, in the order of the work, and every problem of all of them.
pub(crate) fn read(
    root: &Section,
    files: &BTreeMap<String, Vec<u8>>,
    compartments: &[Compartment],
    problems: &mut Vec<Problem>,
) -> Vec<ReadForm> {
    let mut forms: Vec<ReadForm> = Vec::new();
    for section in root.sections("form", problems) {
        let file = section.text("file", problems).value;
        let section = section.named(format!("form {file}"));
        if forms.iter().any(|known| known.form.file == file) {
            problems.push(section.problem("file", "the file is listed twice", "Remove one"));
            continue;
        }
        let Some(read) = one(&section, &file, files, compartments, problems) else { continue };
        if let Some(twin) = forms.iter().find(|known| known.form.id == read.form.id) {
            let message = format!("the form has the same form_id as {}", twin.form.file);
            problems.push(Problem::new(&file, message, "Give it a form_id of its own").sheet("settings"));
        }
        forms.push(read);
    }
    forms
}

fn one(
    section: &Section,
    file: &str,
    files: &BTreeMap<String, Vec<u8>>,
    compartments: &[Compartment],
    problems: &mut Vec<Problem>,
) -> Option<ReadForm> {
    let title = section.translated("title", problems);
    let when = section.translated("when", problems);
    let subject = section.word("subject", problems);
    let sealing = Sealing::read(section, compartments, problems);
    let asks = section.section("consent", problems);
    section.finish(problems);
    if subject == Some(Subject::Person) && asks.is_none() {
        problems.push(section.problem(
            "consent",
            "the form is about a person and has no consent",
            "Add a section [form.consent] that names the question, the levels and the notes of the consent text",
        ));
    }
    let Some(source) = files.get(file) else {
        if !file.is_empty() {
            problems.push(section.problem(
                "file",
                "there is no such file",
                "Add the file, or correct its path",
            ));
        }
        return None;
    };
    let (converted, rows, form) = convert(file, source, problems)?;
    let version = form.version.clone().filter(|version| !version.trim().is_empty());
    if version.is_none() {
        problems.push(
            Problem::new(file, "the form has no version", "Write one, such as 2026112301")
                .sheet("settings")
                .column("version"),
        );
    }
    let read = ProtocolForm {
        id: form.form_id.clone(),
        version: version.unwrap_or_default(),
        file: file.to_owned(),
        title,
        when,
        subject: subject.unwrap_or(Subject::Person),
        sealing,
        consent: asks.map(|asks| consent::read(&asks, file, &form, problems)),
        source: source.clone(),
        xform: converted.xform,
        attachments: attachments(file, files, converted.itemsets),
        warnings: converted.warnings,
        form,
    };
    classes::check(&read, &rows, problems);
    leaks::check(&read, &rows, problems);
    translations::check(file, &read.form.languages, &rows, problems);
    Some(ReadForm { form: read, rows })
}

fn convert(
    file: &str,
    source: &[u8],
    problems: &mut Vec<Problem>,
) -> Option<(xlsform::Converted, Rows, xforms::Form)> {
    let name = file.rsplit('/').next().unwrap_or(file);
    let converted = xlsform::Workbook::read(name, source)
        .and_then(|workbook| xlsform::convert(&workbook, "data").map(|converted| (workbook, converted)));
    let (workbook, converted) = match converted {
        Ok(converted) => converted,
        Err(failure) => {
            problems.extend(failure.problems.into_iter().map(|problem| from_xlsform(file, problem)));
            return None;
        }
    };
    let rows = Rows::of(&workbook);
    // A word that is no class is reported with its row; without it, the rest of the form can still be read.
    let mut readable = converted.xform.clone();
    for word in classes::unknown_words(file, &rows, problems) {
        readable = readable.replace(&format!(" dg:class=\"{word}\""), "");
    }
    match xforms::Form::read(&readable, &xforms::Limits::FORM) {
        Ok(form) => Some((converted, rows, form)),
        Err(error) => {
            problems.push(Problem::new(file, error.to_string(), "Correct the form"));
            None
        }
    }
}

fn from_xlsform(file: &str, problem: xlsform::Problem) -> Problem {
    // "[row : 7] …": the row is told beside the message.
    let message = match problem.message.strip_prefix("[row : ").and_then(|rest| rest.split_once("] ")) {
        Some((_, message)) => message,
        None => problem.message.as_str(),
    };
    let message = message.trim_end_matches('.');
    let mut found = Problem::new(file, message, "Correct the form").row(problem.row);
    found.sheet = problem.sheet;
    found.column = problem.column;
    found
}

/// The folder of a form's own files: `forms/visit-media/` for `forms/visit.md`, as XLSForm tools name it.
pub(crate) fn media_folder(file: &str) -> String {
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    format!("{stem}-media/")
}

fn attachments(
    file: &str,
    files: &BTreeMap<String, Vec<u8>>,
    itemsets: Option<String>,
) -> BTreeMap<String, Vec<u8>> {
    let folder = media_folder(file);
    let inside = files.iter().filter_map(|(path, content)| Some((path.strip_prefix(&folder)?, content)));
    let mut attachments: BTreeMap<_, _> =
        inside.map(|(name, content)| (name.to_owned(), content.clone())).collect();
    attachments.extend(itemsets.map(|choices| ("itemsets.csv".to_owned(), choices.into_bytes())));
    attachments
}

/// Reports files that the protocol never names.
pub(crate) fn check_unused(
    files: &BTreeMap<String, Vec<u8>>,
    forms: &[String],
    method: &str,
    problems: &mut Vec<Problem>,
) {
    let named = |path: &str| {
        path == PROTOCOL_TOML
            || path == RELEASE_TOML
            || path == method
            || path == YARDSTICKS_TOML
            || path == GAPS_TOML
            || path == RECONCILIATION_TOML
            || workflow_name(path).is_some()
            || forms.iter().any(|form| path == form || path.starts_with(&media_folder(form)))
    };
    for path in files.keys().filter(|path| !named(path)) {
        problems.push(Problem::new(
            path,
            "the protocol does not name this file",
            "Name it in protocol.toml, or remove it",
        ));
    }
}
