//! What lists of submissions are read from: for every value that a list can be filtered or ordered by, the set of the
//! submissions that have it.
//!
//! A submission's ordinal is its place among those of its form. A filter is then a union of sets, several filters are
//! their intersection, the count is that of its members, exactly, and an order by a field is a walk along its values.
//! All of it is one table read in the order of its key; nothing is left to the statistics of a planner, and no value
//! is too frequent or too rare. See the migration for the table. What holds for more values than can be fetched one by
//! one is found in the texts themselves (`texts.rs`).
//!
//! Sets hold the submissions in sight, in their present version. They are changed in the transaction that changes the
//! submission, under the lock of the form's row. The newest submissions are not in them yet: to write each set for each
//! submission would cost intake more than all the rest, so they are gathered some hundred at a time, and until then
//! every list looks at each of them.

use std::collections::{BTreeMap, HashSet};

use serde_json::Value as Json;
use sha2::{Digest, Sha256};

use crate::ordinals::{self, Ordinals, Run};
use crate::{Fault, Row, Tx, Value, params, texts};

/// Longer texts are told apart by a hash (characters): a set's text is in two indexes, and PostgreSQL's hold 2,700 bytes.
const CUT: usize = 120;
/// Fields with a longer path cannot be filtered by (bytes).
const LONGEST_PATH: usize = 1000;
/// So many submissions of a form wait until they are put into their sets together. Until then lists look at each.
const FRESH: i64 = 256;
/// Milliseconds in a day.
pub(crate) const DAY: i64 = 86_400_000;

/// That a submission is in one set.
#[derive(Clone, PartialEq)]
struct Mark {
    /// The open field; or the form, for what is known of each submission.
    field: i64,
    text: String,
    number: f64,
}

impl Mark {
    fn known(form: i64, text: String) -> Mark {
        Mark { field: form, text, number: f64::NEG_INFINITY }
    }

    fn open(field: i64, text: &str) -> Mark {
        Mark { field, number: number_of(text), text: cut(text) }
    }
}

/// The text under which a value's set is found: itself, or its beginning and a hash.
pub(crate) fn cut(text: &str) -> String {
    match text.char_indices().nth(CUT) {
        None => text.to_owned(),
        Some((end, _)) => {
            let hash = hex::encode(Sha256::digest(text));
            format!("{}{}", text.get(..end).unwrap_or_default(), hash.get(..32).unwrap_or_default())
        }
    }
}

/// The number that a text holds, if it is not too long for one; texts without one come before all numbers.
pub(crate) fn number_of(text: &str) -> f64 {
    let plain = |byte| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E');
    let number = if text.len() <= CUT && text.bytes().all(plain) { text.parse().ok() } else { None };
    // Added to zero, -0 is 0: both databases take them for equal.
    number.filter(|number: &f64| number.is_finite()).map_or(f64::NEG_INFINITY, |number| number + 0.0)
}

pub(crate) fn state(state: &str) -> String {
    format!("state {state}")
}

pub(crate) fn device(device: i64) -> String {
    format!("device {device}")
}

/// Of as many digits for each day (since 1970, UTC), so that days are in order.
pub(crate) fn day(day: i64) -> String {
    format!("day {:09}", day.clamp(0, 999_999_999))
}

/// The open fields that are text and stand once, as `xforms` splits submissions: a repeat is an array, a field met again
/// where the form has it once has a number in brackets.
pub(crate) fn open_texts(open_values: &str) -> BTreeMap<String, String> {
    let all: BTreeMap<String, Json> = serde_json::from_str(open_values).unwrap_or_default();
    let texts = all.into_iter().filter_map(|(path, value)| match value {
        Json::String(text) if path.len() <= LONGEST_PATH && !path.contains('[') => Some((path, text)),
        _ => None,
    });
    texts.collect()
}

/// What the sets need to know of a submission in sight.
pub(crate) struct Shown {
    pub(crate) form: i64,
    pub(crate) ordinal: i64,
    pub(crate) review_state: String,
    pub(crate) device: Option<i64>,
    pub(crate) created_at: i64,
    /// The open texts of its present version.
    texts: BTreeMap<String, String>,
    /// Whether it is in the sets, or still to be gathered into them.
    gathered: bool,
}

impl Shown {
    /// The open text at a path; empty where there is none.
    pub(crate) fn text(&self, path: &str) -> &str {
        self.texts.get(path).map_or("", String::as_str)
    }

    fn marks(&self, fields: &[(i64, String)]) -> Vec<Mark> {
        let known = [state(&self.review_state), day(self.created_at.div_euclid(DAY))];
        let known = known.into_iter().chain(self.device.map(device));
        let known = known.map(|text| Mark::known(self.form, text));
        known.chain(fields.iter().map(|(id, path)| Mark::open(*id, self.text(path)))).collect()
    }
}

const SHOWN: &str = "SELECT submission.form, submission.ordinal, submission.review_state, submission.device, \
     submission.created_at, submission_version.open_values, form.gathered FROM submission \
     JOIN submission_version ON submission_version.id = submission.current_version \
     JOIN form ON form.id = submission.form WHERE submission.removed_at IS NULL";

fn read(row: &Row) -> Result<Shown, Fault> {
    let ordinal = row.get(1)?;
    Ok(Shown {
        form: row.get(0)?,
        ordinal,
        review_state: row.get(2)?,
        device: row.get(3)?,
        created_at: row.get(4)?,
        texts: open_texts(&row.get::<String>(5)?),
        gathered: ordinal <= row.get(6)?,
    })
}

/// One submission, if it is in sight.
pub(crate) fn shown(tx: &mut Tx, id: i64) -> Result<Option<Shown>, Fault> {
    tx.maybe(&format!("{SHOWN} AND submission.id = $1"), params![id], read)
}

/// The newest submissions of a form, which are in no set yet.
pub(crate) fn fresh(tx: &mut Tx, form: i64) -> Result<Vec<Shown>, Fault> {
    let gathered = gathered(tx, form)?;
    tx.rows(
        &format!("{SHOWN} AND submission.form = $1 AND submission.ordinal > $2 ORDER BY submission.ordinal"),
        params![form, gathered],
        read,
    )
}

/// The ordinal up to which submissions of a form are in the sets. It is asked for on its own, not in a subselect:
/// PostgreSQL would take a third of all submissions for newer ones, and read the whole table for them.
fn gathered(tx: &mut Tx, form: i64) -> Result<i64, Fault> {
    let gathered = tx.maybe("SELECT gathered FROM form WHERE id = $1", params![form], |row| row.get(0))?;
    Ok(gathered.unwrap_or_default())
}

/// After a submission came: when enough have come since, all of them are put into their sets, and so each set is
/// written once for many of them. A field that is met for the first time must be known at once, to be ordered by.
pub(crate) fn came(
    tx: &mut Tx,
    form: i64,
    ordinal: i64,
    gathered: i64,
    open_values: &str,
) -> Result<(), Fault> {
    if open_values != "{}" {
        fields(tx, form, open_texts(open_values).keys(), gathered)?;
    }
    if ordinal - gathered >= FRESH { gather(tx, form, gathered) } else { Ok(()) }
}

fn gather(tx: &mut Tx, form: i64, gathered: i64) -> Result<(), Fault> {
    let fresh = fresh(tx, form)?;
    let fields = fields(tx, form, [], gathered)?;
    // In the order of the table's key: neighbours are written together.
    let mut sets: BTreeMap<(i64, String), (Mark, Vec<i64>)> = BTreeMap::new();
    for shown in &fresh {
        for mark in shown.marks(&fields) {
            let set = sets.entry((mark.field, mark.text.clone())).or_insert((mark, Vec::new()));
            set.1.push(shown.ordinal);
        }
    }
    let (marks, more): (Vec<Mark>, Vec<Vec<i64>>) = sets.into_values().unzip();
    let held = held(tx, i64::MAX, &marks)?;
    let mut runs = Vec::with_capacity(marks.len());
    for ((mark, more), held) in marks.iter().zip(more).zip(held) {
        let (first, run) = held.unwrap_or_default();
        let extended = ordinals::extended(first, &run, &more);
        runs.extend(extended.into_iter().map(|(first, run)| (mark, first, run)));
    }
    write(tx, &runs)?;
    for (field, path) in &fields {
        let texts = fresh.iter().map(|shown| (shown.ordinal, shown.text(path)));
        texts::put(tx, *field, texts.filter(|(_, text)| !text.is_empty()))?;
    }
    tx.execute("UPDATE form SET gathered = ordinals WHERE id = $1", params![form])?;
    Ok(())
}

/// Takes a submission that goes out of sight from its sets.
pub(crate) fn remove(tx: &mut Tx, shown: &Shown) -> Result<(), Fault> {
    if !shown.gathered {
        return Ok(());
    }
    let fields = fields(tx, shown.form, [], i64::MAX)?;
    take(tx, shown.ordinal, &shown.marks(&fields))?;
    for (field, _) in fields.iter().filter(|(_, path)| !shown.text(path).is_empty()) {
        texts::put(tx, *field, [(shown.ordinal, "")])?;
    }
    Ok(())
}

/// Puts a submission that came back into sight into its sets.
pub(crate) fn restore(tx: &mut Tx, shown: &Shown) -> Result<(), Fault> {
    if !shown.gathered {
        return Ok(());
    }
    let fields = fields(tx, shown.form, [], i64::MAX)?;
    put(tx, shown.ordinal, &shown.marks(&fields))?;
    for (field, path) in fields.iter().filter(|(_, path)| !shown.text(path).is_empty()) {
        texts::put(tx, *field, [(shown.ordinal, shown.text(path))])?;
    }
    Ok(())
}

/// Moves a submission in review.
pub(crate) fn review(tx: &mut Tx, shown: &Shown, to: &str) -> Result<(), Fault> {
    if !shown.gathered || shown.review_state == to {
        return Ok(());
    }
    take(tx, shown.ordinal, &[Mark::known(shown.form, state(&shown.review_state))])?;
    put(tx, shown.ordinal, &[Mark::known(shown.form, state(to))])
}

/// Moves a submission whose open values have changed.
pub(crate) fn edit(tx: &mut Tx, shown: &Shown, open_values: &str) -> Result<(), Fault> {
    let to = open_texts(open_values);
    let gathered = gathered(tx, shown.form)?;
    let fields = fields(tx, shown.form, to.keys(), gathered)?;
    if !shown.gathered {
        return Ok(());
    }
    let (mut left, mut entered) = (Vec::new(), Vec::new());
    for (id, path) in &fields {
        let (before, after) = (shown.text(path), to.get(path).map_or("", String::as_str));
        if before != after {
            left.push(Mark::open(*id, before));
            entered.push(Mark::open(*id, after));
            texts::put(tx, *id, [(shown.ordinal, after)])?;
        }
    }
    take(tx, shown.ordinal, &left)?;
    put(tx, shown.ordinal, &entered)
}

/// The open fields of a form, by path. One that is met for the first time is added: then no submission in the sets has
/// a value of it.
fn fields<'p>(
    tx: &mut Tx,
    form: i64,
    met: impl IntoIterator<Item = &'p String>,
    gathered: i64,
) -> Result<Vec<(i64, String)>, Fault> {
    let mut fields = tx.rows("SELECT id, path FROM open_field WHERE form = $1", params![form], |row| {
        Ok((row.get::<i64>(0)?, row.get::<String>(1)?))
    })?;
    let known: HashSet<&str> = fields.iter().map(|(_, path)| path.as_str()).collect();
    let new: Vec<&String> = met.into_iter().filter(|path| !known.contains(path.as_str())).collect();
    if new.is_empty() {
        return Ok(fields);
    }
    let before = tx.rows(
        "SELECT ordinal FROM submission WHERE form = $1 AND removed_at IS NULL AND ordinal <= $2 ORDER BY ordinal",
        params![form, gathered],
        |row| row.get(0),
    )?;
    for path in new {
        let id = tx.new_id();
        tx.execute("INSERT INTO open_field (id, form, path) VALUES ($1, $2, $3)", params![id, form, path])?;
        if !before.is_empty() {
            let none = Mark::open(id, "");
            let runs = ordinals::extended(0, &[], &before);
            write(tx, &runs.into_iter().map(|(first, run)| (&none, first, run)).collect::<Vec<_>>())?;
        }
        fields.push((id, path.clone()));
    }
    Ok(fields)
}

/// Statements take so many sets at a time: few texts to keep prepared, few ways to the database and back.
const SIZES: [usize; 8] = [64, 32, 16, 8, 4, 3, 2, 1];

/// Cuts a list into pieces of these sizes.
fn pieces<T>(mut list: &[T]) -> impl Iterator<Item = &[T]> {
    std::iter::from_fn(move || {
        let size = SIZES.into_iter().find(|size| *size <= list.len())?;
        let (piece, rest) = list.split_at_checked(size)?;
        list = rest;
        Some(piece)
    })
}

/// The runs that hold an ordinal in these sets, or would.
fn held(tx: &mut Tx, ordinal: i64, marks: &[Mark]) -> Result<Vec<Option<Run>>, Fault> {
    let mut found = Vec::with_capacity(marks.len());
    for piece in pieces(marks) {
        let mut values = vec![Value::from(ordinal)];
        let mut wanted = String::new();
        for (place, mark) in piece.iter().enumerate() {
            let comma = if place == 0 { "" } else { ", " };
            let (field, text) = (values.len() + 1, values.len() + 2);
            wanted += &format!("{comma}({place}, CAST(${field} AS BIGINT), CAST(${text} AS TEXT))");
            values.extend([Value::from(mark.field), Value::from(mark.text.as_str())]);
        }
        // Subselects, not a join: each is one walk down the index whatever the planner believes of the table.
        let below = "FROM submission_set WHERE submission_set.field = wanted.field \
                     AND submission_set.text = wanted.text AND first <= $1 ORDER BY first DESC LIMIT 1";
        let first = found.len();
        found.resize(first + piece.len(), None);
        tx.each(
            &format!(
                "WITH wanted (place, field, text) AS (VALUES {wanted}) \
                 SELECT place, (SELECT first {below}), (SELECT ordinals {below}) FROM wanted"
            ),
            &values,
            |row| {
                let place = usize::try_from(row.get::<i64>(0)?).unwrap_or(usize::MAX).saturating_add(first);
                if let (Some(first), Some(run)) = (row.get(1)?, row.get(2)?)
                    && let Some(slot) = found.get_mut(place)
                {
                    *slot = Some((first, run));
                }
                Ok::<_, Fault>(())
            },
        )?;
    }
    Ok(found)
}

fn write(tx: &mut Tx, rows: &[(&Mark, i64, Vec<u8>)]) -> Result<(), Fault> {
    for piece in pieces(rows) {
        let mut values = Vec::with_capacity(piece.len() * 5);
        let mut places = String::new();
        for (mark, first, run) in piece {
            let comma = if values.is_empty() { "" } else { ", " };
            let [field, text, first_at, number, run_at] = [1, 2, 3, 4, 5].map(|place| values.len() + place);
            places += &format!("{comma}(${field}, ${text}, ${first_at}, ${number}, ${run_at})");
            values.extend([
                Value::from(mark.field),
                Value::from(mark.text.as_str()),
                Value::from(*first),
                Value::from(mark.number),
                Value::from(run),
            ]);
        }
        tx.execute(
            &format!(
                "INSERT INTO submission_set (field, text, first, number, ordinals) VALUES {places} \
                 ON CONFLICT (field, text, first) DO UPDATE SET ordinals = excluded.ordinals"
            ),
            &values,
        )?;
    }
    Ok(())
}

fn put(tx: &mut Tx, ordinal: i64, marks: &[Mark]) -> Result<(), Fault> {
    let mut runs = Vec::with_capacity(marks.len());
    for (mark, held) in marks.iter().zip(held(tx, ordinal, marks)?) {
        let (first, run) = held.unwrap_or_default();
        let (run, follows) = ordinals::with(&run, ordinal);
        runs.push((mark, first, run));
        runs.extend(follows.map(|(first, run)| (mark, first, run)));
    }
    write(tx, &runs)
}

/// A set that becomes empty goes, and with it the text: nothing of an erased value stays.
fn take(tx: &mut Tx, ordinal: i64, marks: &[Mark]) -> Result<(), Fault> {
    let mut runs = Vec::with_capacity(marks.len());
    for (mark, held) in marks.iter().zip(held(tx, ordinal, marks)?) {
        let Some((first, run)) = held else { continue };
        let run = ordinals::without(&run, ordinal);
        if run.is_empty() {
            tx.execute(
                "DELETE FROM submission_set WHERE field = $1 AND text = $2 AND first = $3",
                params![mark.field, mark.text.as_str(), first],
            )?;
        } else {
            runs.push((mark, first, run));
        }
    }
    write(tx, &runs)
}

/// Number of a form's open field; none if no submission ever had a value of it.
pub(crate) fn field(tx: &mut Tx, form: i64, path: &str) -> Result<Option<i64>, Fault> {
    tx.maybe("SELECT id FROM open_field WHERE form = $1 AND path = $2", params![form, path], |row| row.get(0))
}

/// The union of the sets for which a condition on `submission_set` holds, whose values begin with the field.
pub(crate) fn union(tx: &mut Tx, condition: &str, values: &[Value<'_>]) -> Result<Ordinals, Fault> {
    let mut union = Ordinals::default();
    tx.each(
        &format!("SELECT ordinals FROM submission_set WHERE field = $1 AND {condition}"),
        values,
        |row| {
            if let crate::ValueRef::Blob(run) = row.value(0)? {
                ordinals::decode(run, |ordinal| union.insert(ordinal));
            }
            Ok::<_, Fault>(())
        },
    )?;
    Ok(union)
}

/// How many submissions of a form are in each review state.
pub(crate) fn count_by_state(tx: &mut Tx, form: i64) -> Result<BTreeMap<String, i64>, Fault> {
    let mut counts = BTreeMap::new();
    // Up to the character that follows the space.
    let (from, until) = (state(""), "state!");
    tx.each(
        "SELECT text, ordinals FROM submission_set WHERE field = $1 AND text >= $2 AND text < $3",
        params![form, from, until],
        |row| {
            let text: String = row.get(0)?;
            if let (Some(state), crate::ValueRef::Blob(run)) = (text.strip_prefix("state "), row.value(1)?) {
                *counts.entry(state.to_owned()).or_default() += ordinals::count(run);
            }
            Ok::<_, Fault>(())
        },
    )?;
    let gathered = gathered(tx, form)?;
    tx.each(
        "SELECT review_state, count(*) FROM submission WHERE form = $1 AND removed_at IS NULL \
         AND ordinal > $2 GROUP BY review_state",
        params![form, gathered],
        |row| {
            *counts.entry(row.get(0)?).or_default() += row.get::<i64>(1)?;
            Ok::<_, Fault>(())
        },
    )?;
    Ok(counts)
}

/// A walk along the values of a field and, within each, along the submissions that have it.
pub(crate) struct Walk<'w> {
    pub(crate) field: i64,
    /// Values are ordered as numbers, and only within equal numbers as texts.
    pub(crate) numbers: bool,
    pub(crate) ascending: bool,
    /// Begin beyond this text and ordinal.
    pub(crate) after: Option<(&'w str, i64)>,
}

/// Rows of a walk read by the first statement; each one after it reads four times as many, up to the most.
const STEP: i64 = 64;
const LONGEST_STEP: i64 = 4096;

impl Walk<'_> {
    /// The first so many submissions of the walk that are wanted, with their values.
    pub(crate) fn take(
        &self,
        tx: &mut Tx,
        limit: usize,
        wanted: impl Fn(i64) -> bool,
    ) -> Result<Vec<(String, i64)>, Fault> {
        let (direction, beyond) = if self.ascending { ("ASC", ">") } else { ("DESC", "<") };
        let mut found = Vec::new();
        let mut last: Option<(String, i64)> = None;
        let mut held = Vec::new();
        let mut step = STEP;
        while found.len() < limit {
            // From the first run on that may hold what comes after.
            let from = match (&last, self.after) {
                (Some((text, first)), _) => Some((text.clone(), *first, "")),
                (None, Some((text, _))) if self.ascending => Some((text.to_owned(), 0, "=")),
                (None, Some((text, ordinal))) => Some((text.to_owned(), ordinal, "=")),
                (None, None) => None,
            };
            let mut values = vec![Value::from(self.field), Value::from(step)];
            let mut condition = String::new();
            let by = if self.numbers { "number, text, first" } else { "text, first" };
            if let Some((text, first, or_there)) = &from {
                condition = if self.numbers {
                    format!(" AND ({by}) {beyond}{or_there} ($3, $4, $5)")
                } else {
                    format!(" AND ({by}) {beyond}{or_there} ($3, $4)")
                };
                if self.numbers {
                    values.push(Value::from(number_of(text)));
                }
                values.extend([Value::from(text.as_str()), Value::from(*first)]);
            }
            let order = by.split(", ").map(|column| format!("{column} {direction}"));
            let order = order.collect::<Vec<_>>().join(", ");
            let mut read = 0;
            tx.each(
                &format!(
                    "SELECT text, first, ordinals FROM submission_set WHERE field = $1{condition} \
                     ORDER BY {order} LIMIT $2"
                ),
                &values,
                |row| {
                    read += 1;
                    let crate::ValueRef::Text(text) = row.value(0)? else { return Ok(()) };
                    held.clear();
                    if let crate::ValueRef::Blob(run) = row.value(2)? {
                        ordinals::decode(run, |ordinal| held.push(ordinal));
                    }
                    if !self.ascending {
                        held.reverse();
                    }
                    for ordinal in &held {
                        if found.len() < limit && wanted(*ordinal) && self.is_beyond(text, *ordinal) {
                            found.push((text.to_owned(), *ordinal));
                        }
                    }
                    let (last_text, last_first) = last.get_or_insert_default();
                    text.clone_into(last_text);
                    *last_first = row.get(1)?;
                    Ok::<_, Fault>(())
                },
            )?;
            if read < step {
                break;
            }
            step = (step * 4).min(LONGEST_STEP);
        }
        Ok(found)
    }

    /// Whether a submission with this value comes after the one that the walk begins beyond.
    pub(crate) fn is_beyond(&self, text: &str, ordinal: i64) -> bool {
        let Some((after, after_ordinal)) = self.after else { return true };
        let order = self.compare((text, ordinal), (after, after_ordinal));
        if self.ascending { order.is_gt() } else { order.is_lt() }
    }

    /// The order of two submissions, the ascending one.
    pub(crate) fn compare(&self, one: (&str, i64), other: (&str, i64)) -> std::cmp::Ordering {
        let by_number = if self.numbers {
            number_of(one.0).total_cmp(&number_of(other.0))
        } else {
            std::cmp::Ordering::Equal
        };
        by_number.then_with(|| one.cmp(&other))
    }
}
