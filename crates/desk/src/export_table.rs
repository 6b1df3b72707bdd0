//! Taking submissions out in the formats that statistics programs read: of a form, or of one of its repeats, with
//! labels in a chosen language.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use formats::{Choice, Column, Format, FormatError, Kind, Table, Take, Words};
use serde_json::{Map, Value};
use store::form::Form;
use store::submission::{self, Found, List, Listed};
use store::{Chunks, Fault, Tx};
use xforms::{Class, Field, Labels};

use crate::answer::{Answer, Error, Kind as RefusalKind, Refusal};
use crate::export::time;
use crate::forms::FormModel;
use crate::keyring::Keyring;
use crate::may::{Export as MayExport, May};
use crate::record::{self, Done};
use crate::session::Session;
use crate::submissions::open_version;
use crate::{Desk, Names};

/// What somebody wants to take out.
#[derive(Clone, Debug)]
pub struct TableRequest {
    /// The file's format.
    pub format: Format,
    /// The repeat of which every repetition is a row; none for a row of each submission.
    pub repeat: Option<String>,
    /// The language of labels, as the form names it.
    pub language: String,
    /// Which submissions.
    pub list: List,
    /// Heads of the columns that every form has, in the reader's language.
    pub heads: SystemHeads,
    /// For a workbook.
    pub words: Words,
}

/// Heads of the columns that every form has.
#[derive(Clone, Debug)]
pub struct SystemHeads {
    /// When it was received.
    pub received: String,
    /// The submission's id, or the repetition's.
    pub key: String,
    /// The id of what a repetition is part of.
    pub parent: String,
    /// The review's state, and its five words by code.
    pub review: (String, Vec<(&'static str, String)>),
    /// How often it was edited.
    pub edits: String,
    /// The phone that sent it.
    pub device: String,
    /// The member who sent it.
    pub member: String,
}

/// A file on its way out.
pub struct TableExport {
    /// A name for it.
    pub file_name: String,
    /// Its first bytes.
    pub first: Vec<u8>,
    /// The others, in pieces.
    pub chunks: Chunks,
}

/// An export that is under way.
pub struct ExportUnderWay {
    member: i64,
    mandate: i64,
    /// The form.
    pub form_id: String,
    /// The format.
    pub format: Format,
    /// When it was begun, in milliseconds since 1970.
    pub begun_at: i64,
    total: AtomicU64,
    done: AtomicU64,
}

impl ExportUnderWay {
    /// Rows gone through and rows to go through; every row is gone through twice.
    pub fn rows(&self) -> (u64, u64) {
        (self.done.load(Ordering::Relaxed), self.total.load(Ordering::Relaxed))
    }
}

/// Exports under way; each is there for as long as somebody writes it.
#[derive(Default)]
pub(crate) struct UnderWay(Mutex<Vec<Weak<ExportUnderWay>>>);

impl UnderWay {
    fn begin(&self, export: ExportUnderWay) -> Arc<ExportUnderWay> {
        let export = Arc::new(export);
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|export| export.strong_count() > 0);
        all.push(Arc::downgrade(&export));
        export
    }
}

/// Why writing ended early.
enum Failed {
    Fault(Fault),
    Format(FormatError),
}

impl From<FormatError> for Failed {
    fn from(error: FormatError) -> Failed {
        Failed::Format(error)
    }
}

impl From<Fault> for Failed {
    fn from(fault: Fault) -> Failed {
        Failed::Fault(fault)
    }
}

impl Desk {
    /// A form's submissions as a table in a format of statistics programs, opened as far as the session can. Identity
    /// is never exported. The export is in the ledger, with the classes it holds, before its first byte.
    ///
    /// # Errors
    ///
    /// A refusal when the format has no room for the table; faults of the database.
    pub async fn export_table(
        &self,
        may: &May<'_, MayExport>,
        form: &Form,
        names: Names,
        request: TableRequest,
    ) -> Answer<TableExport> {
        if form.mandate != may.mandate().id {
            return Err(Refusal::not_found().into());
        }
        let model = self.published(form).await?;
        if let Some(repeat) = &request.repeat
            && !model.form.field(repeat).is_some_and(|field| field.kind == xforms::Kind::Repeat)
        {
            return Err(Refusal::not_found().into());
        }
        let keyring = self.keyring(may.session());
        let (now, by, salt) = (self.now(), may.session().member().id, self.salt());
        let classes = if keyring.is_some() { "open, sensitive" } else { "open" };
        let (mandate, id) = (may.mandate().id, form.id);
        let format = request.format;
        self.store
            .write(move |tx| {
                let done =
                    Done::new(now, Some(by), "form.submission.export").in_mandate(mandate).about("form", id);
                let done = done.with("classes", classes).with("format", format.extension());
                record::audit_with_leaf(tx, ledger::leaf::kind::EXPORT, &salt, done)
            })
            .await?;
        let under_way = self.exports.begin(ExportUnderWay {
            member: by,
            mandate,
            form_id: form.form_id.clone(),
            format,
            begun_at: now,
            total: AtomicU64::new(0),
            done: AtomicU64::new(0),
        });
        let plan = Plan::new(&model, names, &request);
        let table = Table {
            title: model.form.title.clone(),
            columns: plan.columns(),
            written_at: now,
            words: request.words,
        };
        let list = List { form: form.id, limit: PAGE, after: None, ..request.list };
        let refused: Arc<Mutex<Option<FormatError>>> = Arc::default();
        let reason = refused.clone();
        let mut chunks = self.store.stream(move |tx, outlet| {
            let mut keyring = keyring;
            let found = submission::find(tx, &list)?;
            let rows = u64::try_from(found.count(tx)?).unwrap_or(0);
            under_way.total.store(2 * rows, Ordering::Relaxed);
            let mut each = |take: &mut Take<'_, Failed>| -> Result<(), Failed> {
                go_through(tx, keyring.as_mut(), &found, &list, &plan, &under_way, take)
            };
            match formats::write(format, &table, &mut each, outlet) {
                Ok(()) => Ok(()),
                Err(Failed::Fault(fault)) => Err(fault),
                Err(Failed::Format(error)) => {
                    let what = format!("an export: {error}");
                    *reason.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
                    Err(Fault::Unavailable { what })
                }
            }
        })?;
        // Whatever a format has no room for is known before its first byte, so that a person reads why.
        let first = match chunks.recv().await {
            Some(Ok(first)) => first,
            None => Vec::new(),
            Some(Err(fault)) => {
                let refused = refused.lock().unwrap_or_else(PoisonError::into_inner).take();
                return Err(refused.and_then(refusal).map_or(Error::Fault(fault), Error::Refused));
            }
        };
        let part =
            request.repeat.as_deref().map(|path| format!("-{}", path.replace('/', "-"))).unwrap_or_default();
        let file_name = format!("{}{part}.{}", form.form_id, format.extension());
        Ok(TableExport { file_name, first, chunks })
    }

    /// The member's exports in a mandate that are under way.
    pub fn exports_under_way(&self, session: &Session, mandate: i64) -> Vec<Arc<ExportUnderWay>> {
        let all = self.exports.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mine =
            |export: &Arc<ExportUnderWay>| export.member == session.member().id && export.mandate == mandate;
        all.iter().filter_map(Weak::upgrade).filter(mine).collect()
    }
}

fn refusal(error: FormatError) -> Option<Refusal> {
    match error {
        FormatError::TooManyColumns { format, most, columns } => {
            let refusal = Refusal::new(RefusalKind::TooLarge, "refusal-export-columns");
            Some(refusal.with("format", format).with("most", most).with("columns", columns))
        }
        FormatError::TooLong { format, column, bytes, most } => {
            let refusal = Refusal::new(RefusalKind::TooLarge, "refusal-export-long");
            Some(
                refusal.with("format", format).with("column", column).with("bytes", bytes).with("most", most),
            )
        }
        FormatError::Io(_) | FormatError::Changed => None,
    }
}

/// Submissions read at a time.
const PAGE: i64 = 500;

/// Goes through all rows of a table once.
fn go_through(
    tx: &mut Tx,
    mut keyring: Option<&mut Keyring>,
    found: &Found,
    list: &List,
    plan: &Plan,
    under_way: &ExportUnderWay,
    take: &mut Take<'_, Failed>,
) -> Result<(), Failed> {
    let mut list = list.clone();
    loop {
        // Rows are read a page at a time, because opening one may need the transaction for its data key.
        let mut page = Vec::new();
        found.list(tx, &list, |listed| {
            page.push(listed);
            Ok(())
        })?;
        let Some(last) = page.last() else { return Ok(()) };
        list.after = Some(last.key.clone());
        for listed in &page {
            let opened = open_version(tx, keyring.as_deref_mut(), &listed.version, false)?;
            match &plan.repeat {
                None => plan.row(listed, None, &opened.values, take)?,
                Some(repeat) => {
                    let key = &listed.submission.instance_id;
                    each_repetition(&opened.values, "", key, repeat, &mut |key, parent, values| {
                        plan.row(listed, Some((key, parent)), values, take)
                    })?;
                }
            }
            under_way.done.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// Takes a repetition: its key, its parent's key, and its values.
type FoundRepetition<'f> = dyn FnMut(&str, &str, &Map<String, Value>) -> Result<(), Failed> + 'f;

/// Goes through the repetitions of a repeat, those of the repeats around it in order. A repetition's key is its
/// parent's with its own place behind it, `uuid:…/child[2]/toy[1]`, as ODK Central writes it.
fn each_repetition(
    values: &Map<String, Value>,
    inside: &str,
    key: &str,
    wanted: &str,
    found: &mut FoundRepetition<'_>,
) -> Result<(), Failed> {
    for (path, value) in values {
        let Value::Array(repetitions) = value else { continue };
        let is_wanted = path == wanted;
        if !is_wanted && !wanted.strip_prefix(path.as_str()).is_some_and(|rest| rest.starts_with('/')) {
            continue;
        }
        let part = path.strip_prefix(inside).unwrap_or(path).trim_start_matches('/');
        for (number, repetition) in (1..).zip(repetitions.iter().filter_map(Value::as_object)) {
            let own = format!("{key}/{part}[{number}]");
            if is_wanted {
                found(&own, key, repetition)?;
            } else {
                each_repetition(repetition, path, &own, wanted, found)?;
            }
        }
    }
    Ok(())
}

/// Where each column of the table comes from.
struct Plan {
    repeat: Option<String>,
    columns: Vec<(Source, Column)>,
    names: Names,
}

enum Source {
    Received,
    Key,
    Parent,
    Review,
    Edits,
    Device,
    Member,
    Field(String),
    /// How many repetitions of a repeat there are.
    Count(String),
}

impl Plan {
    fn new(model: &FormModel, names: Names, request: &TableRequest) -> Plan {
        let heads = &request.heads;
        let system = |source, path: &str, label: &str, kind| {
            let column = Column { path: path.to_owned(), label: label.to_owned(), kind, choices: Vec::new() };
            (source, column)
        };
        let mut columns = vec![system(Source::Received, "SubmissionDate", &heads.received, Kind::Moment)];
        for field in model.form.fields.iter().filter(|field| field.repeat == request.repeat) {
            let label = || in_language(&field.label, &request.language).unwrap_or(&field.path).to_owned();
            if field.kind == xforms::Kind::Repeat {
                let column = Column {
                    path: format!("{}_count", field.path),
                    label: label(),
                    kind: Kind::Integer,
                    choices: Vec::new(),
                };
                columns.push((Source::Count(field.path.clone()), column));
            } else if field.kind.has_value() && field.class_or(Class::Sensitive) != Class::Identity {
                let column = Column {
                    path: field.path.clone(),
                    label: label(),
                    kind: kind(field),
                    choices: choices(field, &request.language),
                };
                columns.push((Source::Field(field.path.clone()), column));
            }
        }
        columns.push(system(Source::Key, "KEY", &heads.key, Kind::Text));
        if request.repeat.is_some() {
            columns.push(system(Source::Parent, "PARENT_KEY", &heads.parent, Kind::Text));
        }
        let (review, states) = &heads.review;
        let mut state = system(Source::Review, "ReviewState", review, Kind::Choice);
        let choice =
            |(code, label): &(&str, String)| Choice { code: (*code).to_owned(), label: label.clone() };
        state.1.choices = states.iter().map(choice).collect();
        columns.push(state);
        columns.push(system(Source::Edits, "Edits", &heads.edits, Kind::Integer));
        columns.push(system(Source::Device, "Device", &heads.device, Kind::Text));
        columns.push(system(Source::Member, "Submitter", &heads.member, Kind::Text));
        Plan { repeat: request.repeat.clone(), columns, names }
    }

    fn columns(&self) -> Vec<Column> {
        self.columns.iter().map(|(_, column)| column.clone()).collect()
    }

    fn row(
        &self,
        listed: &Listed,
        repetition: Option<(&str, &str)>,
        values: &Map<String, Value>,
        take: &mut Take<'_, Failed>,
    ) -> Result<(), Failed> {
        let submission = &listed.submission;
        let received = time(submission.created_at);
        let edits = (submission.versions - 1).to_string();
        let counts: Vec<String> = (self.columns.iter())
            .map(|(source, _)| match source {
                Source::Count(path) => {
                    values.get(path).and_then(Value::as_array).map(|all| all.len().to_string())
                }
                _ => None,
            })
            .map(Option::unwrap_or_default)
            .collect();
        let device = submission.device.and_then(|id| self.names.device(id)).unwrap_or_default();
        let member = submission.member.and_then(|id| self.names.member(id)).unwrap_or_default();
        let (key, parent) = repetition.unwrap_or((&submission.instance_id, ""));
        let row: Vec<&str> = (self.columns.iter().zip(&counts))
            .map(|((source, _), count)| match source {
                Source::Received => received.as_str(),
                Source::Key => key,
                Source::Parent => parent,
                Source::Review => submission.review_state.as_str(),
                Source::Edits => edits.as_str(),
                Source::Device => device,
                Source::Member => member,
                Source::Field(path) => values.get(path).and_then(Value::as_str).unwrap_or_default(),
                Source::Count(_) => count.as_str(),
            })
            .collect();
        take(&row)
    }
}

fn in_language<'l>(labels: &'l Labels, language: &str) -> Option<&'l str> {
    let of = |language: &str| labels.get(language).filter(|text| !text.is_empty());
    let any = || labels.values().find(|text| !text.is_empty());
    of(language).or_else(|| of("")).or_else(any).map(String::as_str)
}

fn choices(field: &Field, language: &str) -> Vec<Choice> {
    let choice = |choice: &xforms::Choice| Choice {
        code: choice.value.clone(),
        label: in_language(&choice.label, language).unwrap_or(&choice.value).to_owned(),
    };
    field.choices.iter().map(choice).collect()
}

fn kind(field: &Field) -> Kind {
    match field.kind {
        xforms::Kind::Integer => Kind::Integer,
        xforms::Kind::Decimal => Kind::Decimal,
        xforms::Kind::Date => Kind::Date,
        xforms::Kind::DateTime => Kind::Moment,
        xforms::Kind::Geopoint => Kind::Place,
        xforms::Kind::Select if field.multiple => Kind::Choices,
        xforms::Kind::Select => Kind::Choice,
        _ => Kind::Text,
    }
}
