//! Submissions taken out in great numbers: found, opened as far as the session can, written, at constant memory.
//!
//! Rows are read page by page in one transaction; what is costly, opening and writing them, is done by other threads
//! while the next page is read. What comes out is in order.

use std::collections::{HashMap, VecDeque};
use std::io::Write;
use std::ops::ControlFlow;
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use odata::{Comparison, Filter, Order, Value};
use seal::RecordKey;
use store::feed::{self as rows, Known};
use store::form::Form;
use store::submission::{self, List};
use store::{Chunks, Fault, Tx};

use crate::Desk;
use crate::answer::{Answer, Refusal};
use crate::files::name_hash;
use crate::intake::Sealed;
use crate::keyring::Keyring;
use crate::may::{May, OpenIdentity, Read};
use crate::receive::version_place;
use crate::record::{self, Done};
use crate::rows::{Layout, Record};

/// What submissions can be filtered and ordered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SystemField {
    /// When it came.
    Created,
    /// When it last changed, if it did.
    Updated,
    /// Who sent it.
    Submitter,
    /// Where its review stands; absent until somebody has reviewed it.
    Review,
    /// When it was removed.
    Removed,
}

impl SystemField {
    fn value<'r>(self, known: &Known<'r>) -> Value<'r> {
        let time = |at: Option<i64>| at.map_or(Value::Null, Value::Time);
        match self {
            SystemField::Created => Value::Time(known.created_at),
            SystemField::Updated => {
                time(Some(known.updated_at).filter(|updated| *updated != known.created_at))
            }
            SystemField::Submitter => {
                known.submitter.map_or(Value::Null, |submitter| Value::Number(submitter as f64))
            }
            SystemField::Review if known.review_state == "received" => Value::Null,
            SystemField::Review => Value::text(known.review_state),
            SystemField::Removed => time(known.removed_at),
        }
    }
}

/// Which submissions, in which order.
#[derive(Clone, Debug, Default)]
pub struct FeedQuery {
    /// Only those for which this holds. Where it names the time of removal, removed ones are looked at too.
    pub filter: Option<Filter<SystemField>>,
    /// Ordered by; newest first where it says nothing.
    pub order: Vec<Order<SystemField>>,
    /// Only the one with this instance id, if it is in sight.
    pub only: Option<String>,
    /// Begin after the submission with this instance id.
    pub after: Option<String>,
    /// Pass over so many.
    pub skip: i64,
    /// At most so many.
    pub top: Option<i64>,
}

/// A submission on its way out.
pub struct FeedRow<'r> {
    /// As stored.
    pub stored: &'r rows::FeedRow,
    /// Its values, as far as they could be opened; none of one that was encrypted on the phone.
    pub record: Option<&'r Record<'r>>,
    /// Name of who sent it.
    pub submitter: Option<&'r str>,
    /// The version of the form that its first version answered.
    pub form_version: &'r str,
    /// The device's own id, as it sent the first version.
    pub device_id: Option<&'r str>,
    /// Of one that was encrypted on the phone: whether the file with its values has not come.
    pub missing_data: bool,
}

impl FeedRow<'_> {
    /// Who sent it.
    pub fn submitter_id(&self) -> Option<i64> {
        self.stored.submission.member.or(self.stored.submission.device)
    }

    /// Where its review stands, once somebody has reviewed it.
    pub fn review_state(&self) -> Option<&str> {
        Some(self.stored.submission.review_state.as_str()).filter(|state| *state != "received")
    }

    /// When it last changed, if it did.
    pub fn updated_at(&self) -> Option<i64> {
        let submission = &self.stored.submission;
        Some(submission.updated_at).filter(|at| *at != submission.created_at)
    }
}

/// What a few rows became, one after the other.
#[derive(Default)]
pub struct Piece {
    /// The text.
    pub text: Vec<u8>,
    /// Where each row that came out ends in it.
    pub ends: Vec<usize>,
    /// An id for each of them, where the writer gives ids.
    pub ids: Vec<String>,
}

impl Piece {
    /// Ends a row.
    pub fn end(&mut self) {
        self.ends.push(self.text.len());
    }
}

/// Turns rows into text. It is asked from several threads, about one row at a time.
pub trait RowWriter: Send + Sync {
    /// Writes what a submission becomes in the table: one row, or one for each repetition.
    fn write(&self, row: &FeedRow<'_>, piece: &mut Piece);
}

/// A feed that was prepared: its submissions can be written, once or several times in one transaction.
pub struct Feed {
    pub(crate) store: store::Store,
    form: i64,
    query: FeedQuery,
    layout: std::sync::Arc<Layout>,
    pub(crate) keyring: Option<Keyring>,
    pub(crate) identity: bool,
    names: HashMap<i64, String>,
    versions: HashMap<i64, String>,
}

/// Where the walk through the submissions stands.
enum Source {
    /// All in sight, newest first, before this ordinal.
    All { before: i64 },
    /// These.
    These { ids: std::vec::IntoIter<i64> },
}

/// Rows that are opened and written together.
const BATCH: i64 = 128;
/// Batches under way at once.
const AHEAD: usize = 6;
/// Threads that open and write beside the one that reads.
const WORKERS: usize = 2;

impl Desk {
    /// Prepares to take out the submissions of a form. Sensitive values come out if the session is unlocked; identity
    /// only for who may open it and gives a reason, which is in the ledger before anything comes out.
    pub async fn feed(
        &self,
        may: &May<'_, Read>,
        form: &Form,
        layout: std::sync::Arc<Layout>,
        query: FeedQuery,
        identity: Option<(&May<'_, OpenIdentity>, &str)>,
    ) -> Answer<Feed> {
        if form.mandate != may.mandate().id {
            return Err(Refusal::not_found().into());
        }
        let keyring = self.keyring(may.session());
        if let Some((_, reason)) = identity {
            self.log_opening(may.session(), form.mandate, "form", form.id, reason).await?;
        }
        let (id, mandate, current) = (form.id, form.mandate, form.current_version);
        let (names, versions) = self
            .store
            .read(move |tx| {
                let members = store::member::all(tx)?.into_iter().map(|member| (member.id, member.name));
                let mut names: HashMap<i64, String> = members.collect();
                let devices = store::mandate::devices(tx, mandate)?;
                names.extend(devices.into_iter().map(|device| (device.id, device.name)));
                let mut versions: HashMap<i64, String> = store::form::published_versions(tx, id)?
                    .into_iter()
                    .map(|version| (version.id, version.version))
                    .collect();
                if let Some(version) = current
                    && let Some(found) = store::form::version(tx, version)?
                {
                    versions.insert(version, found.version);
                }
                Ok::<_, Fault>((names, versions))
            })
            .await?;
        let identity = identity.is_some();
        let store = self.store.clone();
        Ok(Feed { store, form: id, query, layout, keyring, identity, names, versions })
    }

    /// Records that a form's submissions are taken out: as what, and which classes.
    pub async fn log_feed(&self, may: &May<'_, Read>, form: &Form, action: &'static str) -> Answer<()> {
        let classes = if self.minutes_unlocked(may.session()).is_some() { "open, sensitive" } else { "open" };
        let (now, by, salt) = (self.now(), may.session().member().id, self.salt());
        let (mandate, id) = (may.mandate().id, form.id);
        self.store
            .write(move |tx| {
                let done = Done::new(now, Some(by), action).in_mandate(mandate).about("form", id);
                record::audit_with_leaf(tx, ledger::leaf::kind::EXPORT, &salt, done.with("classes", classes))
            })
            .await?;
        Ok(())
    }

    /// Runs `work` in a transaction and streams what it writes.
    pub fn stream_feed(
        &self,
        mut feed: Feed,
        work: impl FnOnce(&mut Feed, &mut Tx<'_>, &mut dyn Write) -> Result<(), Fault> + Send + 'static,
    ) -> Answer<Chunks> {
        Ok(self.store.stream(move |tx, outlet| work(&mut feed, tx, outlet))?)
    }

    /// The same for a short answer, whole.
    pub async fn whole_feed(
        &self,
        mut feed: Feed,
        work: impl FnOnce(&mut Feed, &mut Tx<'_>, &mut dyn Write) -> Result<(), Fault> + Send + 'static,
    ) -> Answer<Vec<u8>> {
        Ok(self
            .store
            .read(move |tx| {
                let mut text = Vec::new();
                work(&mut feed, tx, &mut text)?;
                Ok::<_, Fault>(text)
            })
            .await?)
    }
}

/// What could not be written, because nobody takes it any more.
pub fn unsent(error: std::io::Error) -> Fault {
    Fault::Unavailable { what: format!("sending an export: {error}") }
}

impl Feed {
    /// The tables that its rows are read into.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    pub(crate) fn shared_layout(&self) -> std::sync::Arc<Layout> {
        self.layout.clone()
    }

    /// Exchanges the filter, and gives the one before.
    pub(crate) fn replace_filter(
        &mut self,
        filter: Option<Filter<SystemField>>,
    ) -> Option<Filter<SystemField>> {
        std::mem::replace(&mut self.query.filter, filter)
    }

    /// How many submissions the query has, whatever it passes over and however many it wants.
    pub fn count(&self, tx: &mut Tx<'_>) -> Result<i64, Fault> {
        match self.chosen(tx)? {
            Some(ids) => Ok(i64::try_from(ids.len()).unwrap_or(i64::MAX)),
            None => rows::count(tx, self.form),
        }
    }

    /// Hands what the writer makes of the submissions to `take`, in order, until it has enough. Tells whether the query
    /// has more submissions than its `top`.
    pub fn each(
        &mut self,
        tx: &mut Tx<'_>,
        writer: &dyn RowWriter,
        take: &mut dyn FnMut(Piece) -> Result<ControlFlow<()>, Fault>,
    ) -> Result<bool, Fault> {
        let mut source = self.source(tx)?;
        let mut left = self.query.top.unwrap_or(i64::MAX).max(0);
        let first = self.page(tx, &mut source, left.min(BATCH))?;
        left -= first.rows.len() as i64;
        if (first.rows.len() as i64) < BATCH || left == 0 {
            let _ = take(made(self, &first, writer)?)?;
            return Ok(left == 0 && !self.page(tx, &mut source, 1)?.rows.is_empty());
        }
        self.each_beside(tx, (source, left, first), writer, take)
    }

    /// The same for many rows: other threads open and write them.
    fn each_beside(
        &mut self,
        tx: &mut Tx<'_>,
        (mut source, mut left, first): (Source, i64, Batch),
        writer: &dyn RowWriter,
        take: &mut dyn FnMut(Piece) -> Result<ControlFlow<()>, Fault>,
    ) -> Result<bool, Fault> {
        let (names, versions) = (self.names.clone(), self.versions.clone());
        let known = Names { layout: self.layout.clone(), names: &names, versions: &versions };
        let (to_workers, jobs) = sync_channel::<Job>(AHEAD);
        let jobs = Mutex::new(jobs);
        std::thread::scope(|scope| {
            for _ in 0..WORKERS {
                scope.spawn(|| work(&jobs, &known, writer));
            }
            // Dropped at the end of this block, so that the workers end.
            let to_workers = to_workers;
            let interrupted = || Fault::internal("writing rows was interrupted");
            let mut under_way: VecDeque<Receiver<Result<Piece, Fault>>> = VecDeque::new();
            let mut next = Some(first);
            loop {
                if let Some(batch) = next.take() {
                    let (done, result) = sync_channel(1);
                    under_way.push_back(result);
                    to_workers.send(Job { batch, done }).map_err(|_| interrupted())?;
                }
                if left > 0 && under_way.len() < AHEAD {
                    let batch = self.page(tx, &mut source, left.min(BATCH))?;
                    left = if batch.rows.is_empty() { 0 } else { left - batch.rows.len() as i64 };
                    next = Some(batch).filter(|batch| !batch.rows.is_empty());
                    continue;
                }
                let Some(oldest) = under_way.pop_front() else { return Ok(()) };
                let piece = oldest.recv().unwrap_or_else(|_| Err(interrupted()))?;
                if take(piece)?.is_break() {
                    return Ok::<_, Fault>(());
                }
            }
        })?;
        Ok(self.query.top.is_some() && !self.page(tx, &mut source, 1)?.rows.is_empty())
    }

    fn source(&self, tx: &mut Tx<'_>) -> Result<Source, Fault> {
        let none = Source::These { ids: Vec::new().into_iter() };
        let after = match &self.query.after {
            Some(instance_id) => match rows::ordinal(tx, self.form, instance_id)? {
                Some(ordinal) => Some(ordinal),
                None => return Ok(none),
            },
            None => None,
        };
        let skip = self.query.skip.max(0);
        Ok(match self.chosen(tx)? {
            Some(mut ids) => {
                if let (Some(after), Some(instance_id)) = (after, &self.query.after) {
                    // Where it stands itself, or would: numbers rise with ordinals but for servers' clocks.
                    let begin = match submission::by_instance_id(tx, self.form, instance_id)? {
                        Some(found) => ids.iter().position(|id| *id == found.id).map(|place| place + 1),
                        None => None,
                    };
                    match begin {
                        Some(begin) => drop(ids.drain(..begin)),
                        None => ids = older(tx, ids, after)?,
                    }
                }
                let skip = usize::try_from(skip).unwrap_or(usize::MAX).min(ids.len());
                ids.drain(..skip);
                Source::These { ids: ids.into_iter() }
            }
            None => match rows::skip(tx, self.form, after.unwrap_or(i64::MAX), skip)? {
                Some(before) => Source::All { before },
                None => none,
            },
        })
    }

    /// The submissions that a filter leaves, in the order wanted; none where there is neither.
    fn chosen(&self, tx: &mut Tx<'_>) -> Result<Option<Vec<i64>>, Fault> {
        let FeedQuery { filter, order, only, .. } = &self.query;
        if let Some(only) = only {
            let found = submission::by_instance_id(tx, self.form, only)?;
            let found = found.filter(|found| found.removed_at.is_none());
            return Ok(Some(found.into_iter().map(|found| found.id).collect()));
        }
        if filter.is_none() && order.is_empty() {
            return Ok(None);
        }
        if order.is_empty()
            && let Some(list) = filter.as_ref().and_then(|filter| as_list(self.form, filter))
        {
            return submission::find(tx, &list)?.ids(tx);
        }
        let with_removed =
            filter.as_ref().is_some_and(|filter| filter.names(|field| *field == SystemField::Removed));
        let mut found: Vec<(i64, i64, Vec<Value<'static>>)> = Vec::new();
        for removed in [false, true] {
            if removed && !with_removed {
                continue;
            }
            rows::known(tx, self.form, removed, |ordinal, known| {
                if filter.as_ref().is_none_or(|filter| filter.holds(&|field| field.value(&known))) {
                    let keys = order.iter().map(|order| match order.field.value(&known) {
                        Value::Text(text) => Value::Text(text.into_owned().into()),
                        Value::Time(at) => Value::Time(at),
                        Value::Number(number) => Value::Number(number),
                        _ => Value::Null,
                    });
                    found.push((ordinal, known.id, keys.collect()));
                }
            })?;
        }
        let last_ascending = order.last().is_some_and(|order| order.ascending);
        found.sort_by(|(one, _, one_keys), (other, _, other_keys)| {
            let by_keys = order.iter().zip(one_keys.iter().zip(other_keys)).map(|(order, (one, other))| {
                let compared = match (one, other) {
                    (Value::Null, Value::Null) => std::cmp::Ordering::Equal,
                    (Value::Null, _) => std::cmp::Ordering::Less,
                    (_, Value::Null) => std::cmp::Ordering::Greater,
                    (one, other) => one.compare(other).unwrap_or(std::cmp::Ordering::Equal),
                };
                if order.ascending { compared } else { compared.reverse() }
            });
            let by_age = if last_ascending { one.cmp(other) } else { other.cmp(one) };
            by_keys.fold(std::cmp::Ordering::Equal, std::cmp::Ordering::then).then(by_age)
        });
        Ok(Some(found.into_iter().map(|(_, id, _)| id).collect()))
    }

    /// Numbers of the submissions that come out, newest first (or in the order wanted).
    pub(crate) fn ids(&self, tx: &mut Tx<'_>) -> Result<Vec<i64>, Fault> {
        let mut source = self.source(tx)?;
        let mut ids = Vec::new();
        loop {
            match &mut source {
                Source::These { ids } => return Ok(ids.collect()),
                Source::All { before } => {
                    let page = rows::before(tx, self.form, *before, 1000, false)?;
                    let Some(last) = page.last() else { return Ok(ids) };
                    *before = last.ordinal;
                    ids.extend(page.iter().map(|row| row.submission.id));
                }
            }
        }
    }

    /// The next rows, with the keys that open them.
    fn page(&mut self, tx: &mut Tx<'_>, source: &mut Source, limit: i64) -> Result<Batch, Fault> {
        let found = match source {
            Source::All { before } => {
                let found = rows::before(tx, self.form, *before, limit, self.identity)?;
                *before = found.last().map_or(0, |row| row.ordinal);
                found
            }
            Source::These { ids } => {
                let ids: Vec<i64> = ids.by_ref().take(usize::try_from(limit).unwrap_or(0)).collect();
                rows::some(tx, &ids, self.identity)?
            }
        };
        let mut batch = Vec::with_capacity(found.len());
        for row in found {
            let place = row.submission.current_version.to_string();
            let mut key = |sealed: Option<&Vec<u8>>, field| -> Result<Option<RecordKey>, Fault> {
                let (Some(keyring), Some(sealed)) = (self.keyring.as_mut(), sealed) else { return Ok(None) };
                keyring.record_key(tx, &Sealed::read(sealed)?, &version_place(&place, field))
            };
            let sensitive = key(row.sealed_sensitive.as_ref(), "sensitive")?;
            let identity = key(row.sealed_identity.as_ref(), "identity")?;
            let first = if row.submission.versions > 1 { self.first(tx, row.submission.id)? } else { None };
            let missing_data = row.encrypted && !has_data(tx, row.submission.current_version)?;
            batch.push(Prepared { row, sensitive, identity, first, missing_data });
        }
        Ok(Batch { rows: batch })
    }

    /// What only the first version of a submission says: its form version and its device.
    fn first(&mut self, tx: &mut Tx<'_>, submission: i64) -> Result<Option<First>, Fault> {
        let Some(first) = submission::versions(tx, submission)?.into_iter().next() else { return Ok(None) };
        let opened = crate::submissions::open_version(tx, self.keyring.as_mut(), &first, false)?;
        Ok(Some(First { form_version: first.form_version, device_id: opened.origin.device_id }))
    }
}

/// Those of these submissions, which are newest first, that are older than an ordinal.
fn older(tx: &mut Tx<'_>, ids: Vec<i64>, ordinal: i64) -> Result<Vec<i64>, Fault> {
    let (mut low, mut high) = (0, ids.len());
    while low < high {
        let middle = low.midpoint(high);
        let row = match ids.get(middle) {
            Some(id) => rows::some(tx, &[*id], false)?.pop(),
            None => None,
        };
        if row.is_some_and(|row| row.ordinal < ordinal) { high = middle } else { low = middle + 1 }
    }
    Ok(ids.into_iter().skip(low).collect())
}

/// Whether the file with an encrypted submission's values has come.
fn has_data(tx: &mut Tx<'_>, version: i64) -> Result<bool, Fault> {
    let hash = name_hash(version, "submission.xml.enc");
    let files = submission::attachments(tx, version)?;
    Ok(files.iter().any(|file| file.name_hash == hash && file.content.is_some()))
}

/// A filter as a list of submissions, which is read from sets, where it says no more than such a list can.
fn as_list(form: i64, filter: &Filter<SystemField>) -> Option<List> {
    let (conditions, whole) = filter.conditions();
    if !whole || conditions.is_empty() {
        return None;
    }
    let mut list = List { form, ..List::default() };
    for condition in conditions {
        match (condition.field, condition.comparison, condition.value) {
            (SystemField::Review, Comparison::Equal, value) if list.review_state.is_none() => {
                list.review_state = Some(match value {
                    Value::Null => "received".to_owned(),
                    Value::Text(state) if state != "received" => state.clone().into_owned(),
                    _ => return None,
                });
            }
            (SystemField::Created, comparison, Value::Time(at)) => {
                let (from, until) = match comparison {
                    Comparison::Greater => (Some(at.saturating_add(1)), None),
                    Comparison::AtLeast => (Some(*at), None),
                    Comparison::Less => (None, Some(*at)),
                    Comparison::AtMost => (None, Some(at.saturating_add(1))),
                    Comparison::Equal => (Some(*at), Some(at.saturating_add(1))),
                    Comparison::Different => return None,
                };
                list.from = list.from.max(from);
                list.until = match (list.until, until) {
                    (Some(one), Some(other)) => Some(one.min(other)),
                    (one, other) => one.or(other),
                };
            }
            _ => return None,
        }
    }
    Some(list)
}

struct First {
    form_version: i64,
    device_id: Option<String>,
}

/// A row with what opens it.
struct Prepared {
    row: rows::FeedRow,
    sensitive: Option<RecordKey>,
    identity: Option<RecordKey>,
    first: Option<First>,
    missing_data: bool,
}

struct Batch {
    rows: Vec<Prepared>,
}

struct Job {
    batch: Batch,
    done: SyncSender<Result<Piece, Fault>>,
}

struct Names<'f> {
    layout: std::sync::Arc<Layout>,
    names: &'f HashMap<i64, String>,
    versions: &'f HashMap<i64, String>,
}

fn work(jobs: &Mutex<Receiver<Job>>, known: &Names<'_>, writer: &dyn RowWriter) {
    loop {
        let job = jobs.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).recv();
        let Ok(Job { batch, done }) = job else { return };
        // Whoever waited has gone when this fails.
        let _ = done.send(known.written(&batch, writer));
    }
}

fn made(feed: &Feed, batch: &Batch, writer: &dyn RowWriter) -> Result<Piece, Fault> {
    let known = Names { layout: feed.layout.clone(), names: &feed.names, versions: &feed.versions };
    known.written(batch, writer)
}

impl Names<'_> {
    fn written(&self, batch: &Batch, writer: &dyn RowWriter) -> Result<Piece, Fault> {
        let mut piece = Piece::default();
        for prepared in &batch.rows {
            let Prepared { row, sensitive, identity, first, missing_data } = prepared;
            let place = row.submission.current_version.to_string();
            let open = |key: &Option<RecordKey>, sealed: &Option<Vec<u8>>, field| {
                let (Some(key), Some(sealed)) = (key, sealed) else { return Ok(None) };
                let sealed = Sealed::read(sealed)?;
                seal::open_value(key, &version_place(&place, field), sealed.value)
                    .map(Some)
                    .map_err(|error| Fault::Damaged { what: error.to_string() })
            };
            let sensitive = open(sensitive, &row.sealed_sensitive, "sensitive")?;
            let identity = open(identity, &row.sealed_identity, "identity")?;
            let mut record = self.layout.empty(0);
            self.layout.read(&row.open_values, &mut record)?;
            for opened in [&sensitive, &identity].into_iter().flatten() {
                if let Some(text) = opened.expose_text() {
                    self.layout.read(text, &mut record)?;
                }
            }
            let submitter = row.submission.member.or(row.submission.device);
            let submitter = submitter.and_then(|id| self.names.get(&id)).map(String::as_str);
            let form_version = first.as_ref().map_or(row.form_version, |first| first.form_version);
            let device_id = match first {
                Some(first) => first.device_id.as_deref(),
                None => record.device_id.as_deref(),
            };
            writer.write(
                &FeedRow {
                    stored: row,
                    record: Some(&record).filter(|_| !row.encrypted),
                    submitter,
                    form_version: self.versions.get(&form_version).map_or("", String::as_str),
                    device_id,
                    missing_data: *missing_data,
                },
                &mut piece,
            );
        }
        Ok(piece)
    }
}
