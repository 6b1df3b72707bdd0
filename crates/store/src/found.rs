//! What a list of submissions has: its filters to a set of ordinals, its order to a walk.

use std::collections::BTreeMap;

use crate::ordinals::Ordinals;
use crate::sets::{self, Shown, Walk};
use crate::submission::{
    COLUMN_COUNT, COLUMNS, FieldTest, Key, List, Listed, Order, VERSION_COLUMN_COUNT, VERSION_COLUMNS, read,
    read_version_at,
};
use crate::{Fault, Row, Tx, Value, params, texts};

/// The submissions that a list has, whatever its order and limit. It holds within one transaction.
pub struct Found {
    form: i64,
    /// None: all that are in sight.
    set: Option<Ordinals>,
    /// Those that are in no set yet, where it matters.
    fresh: Vec<Shown>,
}

/// Finds what the filters of a list leave.
pub fn find(tx: &mut Tx, list: &List) -> Result<Found, Fault> {
    let mut found = Found { form: list.form, set: None, fresh: Vec::new() };
    if let Some(state) = &list.review_state {
        found.keep(sets::union(tx, "text = $2", params![list.form, sets::state(state)])?);
    }
    if let Some(device) = list.device {
        found.keep(sets::union(tx, "text = $2", params![list.form, sets::device(device)])?);
    }
    if list.from.is_some() || list.until.is_some() {
        found.keep(arrived(tx, list)?);
    }
    for filter in &list.fields {
        let with_value = match sets::field(tx, list.form, &filter.path)? {
            Some(field) => with_value(tx, field, &filter.test)?,
            None => Ordinals::default(),
        };
        found.keep(with_value);
    }
    if found.set.is_some() || list.order != Order::Received {
        found.fresh = sets::fresh(tx, list.form)?;
    }
    if let Some(set) = &mut found.set {
        let on = found.fresh.iter().filter(|shown| is_on(shown, list));
        on.for_each(|shown| set.insert(shown.ordinal));
    }
    Ok(found)
}

/// Whether the filters of a list leave a submission: what the sets tell of the others.
fn is_on(shown: &Shown, list: &List) -> bool {
    list.review_state.as_ref().is_none_or(|state| *state == shown.review_state)
        && list.device.is_none_or(|device| shown.device == Some(device))
        && list.from.is_none_or(|from| shown.created_at >= from)
        && list.until.is_none_or(|until| shown.created_at < until)
        && list.fields.iter().all(|filter| holds(shown.text(&filter.path), &filter.test))
}

fn holds(text: &str, test: &FieldTest) -> bool {
    let number = || sets::number_of(text);
    !text.is_empty()
        && match test {
            FieldTest::Is(value) => text == value,
            FieldTest::Contains(part) => text.to_ascii_lowercase().contains(&part.to_ascii_lowercase()),
            FieldTest::AtLeast(least) => number().is_finite() && number() >= *least,
            FieldTest::AtMost(most) => number().is_finite() && number() <= *most,
        }
}

/// Those that arrived in the time of a list: whole days by their sets, and what lies on its edges one by one.
fn arrived(tx: &mut Tx, list: &List) -> Result<Ordinals, Fault> {
    let (from, until) = (list.from.unwrap_or(0).max(0), list.until.unwrap_or(i64::MAX));
    if from >= until {
        return Ok(Ordinals::default());
    }
    // The days that the time touches, and of these the ones that it does not fill.
    let (first, last) = (from / sets::DAY, (until - 1) / sets::DAY);
    let days = |tx: &mut Tx, first, last| {
        sets::union(tx, "text >= $2 AND text <= $3", params![list.form, sets::day(first), sets::day(last)])
    };
    let mut arrived = days(tx, first, last)?;
    let mut ragged = Vec::new();
    if from % sets::DAY != 0 {
        ragged.push(first);
    }
    if until % sets::DAY != 0 && until != i64::MAX {
        ragged.push(last);
    }
    ragged.dedup();
    for day in ragged {
        let set = days(tx, day, day)?;
        let (Some(least), Some(greatest)) = (set.next(None, true), set.next(None, false)) else { continue };
        tx.each(
            "SELECT ordinal FROM submission WHERE form = $1 AND removed_at IS NULL AND ordinal >= $2 AND ordinal <= $3 \
             AND (created_at < $4 OR created_at >= $5)",
            params![list.form, least, greatest, from, until],
            |row| {
                arrived.remove(row.get(0)?);
                Ok::<_, Fault>(())
            },
        )?;
    }
    Ok(arrived)
}

/// So many sets are found one by one; for more it takes less to pass over all of the field's texts.
const ONE_BY_ONE: i64 = 20_000;

/// Those with a value for which a test holds.
fn with_value(tx: &mut Tx, field: i64, test: &FieldTest) -> Result<Ordinals, Fault> {
    let (least, greatest) = match test {
        FieldTest::Is(value) => {
            return sets::union(tx, "text = $2 AND text <> ''", params![field, sets::cut(value)]);
        }
        FieldTest::Contains(part) => return texts::containing(tx, field, part),
        FieldTest::AtLeast(value) => (*value, f64::MAX),
        FieldTest::AtMost(value) => (f64::MIN, *value),
    };
    if least.is_nan() || greatest.is_nan() {
        return Ok(Ordinals::default());
    }
    let least = least.max(f64::MIN);
    let sets_met: i64 = tx.one(
        "SELECT count(*) FROM (SELECT 1 FROM submission_set WHERE field = $1 AND number >= $2 AND number <= $3 \
         LIMIT $4) AS met",
        params![field, least, greatest, ONE_BY_ONE],
        |row| row.get(0),
    )?;
    if sets_met == ONE_BY_ONE {
        return texts::numbers(tx, field, least, greatest);
    }
    sets::union(tx, "number >= $2 AND number <= $3", params![field, least, greatest])
}

/// Up to so many submissions are read and sorted; among more, a walk along the values meets a page of them soon.
const SORTED: i64 = 2000;
/// Submissions read by one statement.
const AT_ONCE: usize = 64;

impl Found {
    fn keep(&mut self, set: Ordinals) {
        match &mut self.set {
            None => self.set = Some(set),
            Some(kept) => kept.intersect(&set),
        }
    }

    /// Their numbers, newest first; none when there is no filter, so that it has them all.
    pub fn ids(&self, tx: &mut Tx) -> Result<Option<Vec<i64>>, Fault> {
        let Some(set) = &self.set else { return Ok(None) };
        let all = std::iter::successors(set.next(None, false), |last| set.next(Some(*last), false));
        let all: Vec<i64> = all.collect();
        let mut ids = Vec::with_capacity(all.len());
        for some in all.chunks(AT_ONCE) {
            let mut found = BTreeMap::new();
            self.some(tx, some, "submission.ordinal, submission.id", |row| {
                found.insert(row.get::<i64>(0)?, row.get::<i64>(1)?);
                Ok(())
            })?;
            ids.extend(some.iter().filter_map(|ordinal| found.remove(ordinal)));
        }
        Ok(Some(ids))
    }

    /// How many there are.
    pub fn count(&self, tx: &mut Tx) -> Result<i64, Fault> {
        match &self.set {
            Some(set) => Ok(set.count()),
            None => {
                let found =
                    tx.maybe("SELECT submissions FROM form WHERE id = $1", params![self.form], |row| {
                        row.get(0)
                    });
                Ok(found?.unwrap_or_default())
            }
        }
    }

    /// Calls `each` for every submission of the list, in order.
    pub fn list(
        &self,
        tx: &mut Tx,
        list: &List,
        mut each: impl FnMut(Listed) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let limit = usize::try_from(list.limit).unwrap_or(0);
        let after = match &list.after {
            Some(after) => tx.maybe(
                "SELECT ordinal FROM submission WHERE id = $1 AND form = $2",
                params![after.id, list.form],
                |row| row.get::<i64>(0),
            )?,
            None => None,
        };
        let field = match &list.order {
            Order::Received => None,
            Order::Text(path) | Order::Number(path) => {
                sets::field(tx, list.form, path)?.map(|field| (field, path.as_str()))
            }
        };
        // A field that nobody ever filled orders nothing.
        let Some((field, path)) = field else {
            return match &self.set {
                Some(set) => {
                    let next = |last: &i64| set.next(Some(*last), list.ascending);
                    let page = std::iter::successors(set.next(after, list.ascending), next).take(limit);
                    let mut page = page.map(|ordinal| (String::new(), ordinal)).peekable();
                    while page.peek().is_some() {
                        let some = page.by_ref().take(AT_ONCE).collect();
                        self.read(tx, some, &mut each)?;
                    }
                    Ok(())
                }
                None => self.read_all(tx, list, after, &mut each),
            };
        };
        let walk = Walk {
            field,
            numbers: matches!(list.order, Order::Number(_)),
            ascending: list.ascending,
            after: list.after.as_ref().zip(after).map(|(key, ordinal)| (key.value.as_str(), ordinal)),
        };
        let wanted = |ordinal| self.set.as_ref().is_none_or(|set| set.contains(ordinal));
        let mut page = match &self.set {
            Some(set) if set.count() <= SORTED => self.values(tx, set, path)?,
            _ => {
                let mut page = walk.take(tx, limit, wanted)?;
                let fresh = self.fresh.iter().filter(|shown| wanted(shown.ordinal));
                page.extend(fresh.map(|shown| (sets::cut(shown.text(path)), shown.ordinal)));
                page
            }
        };
        page.retain(|(text, ordinal)| walk.is_beyond(text, *ordinal));
        page.sort_by(|one, other| walk.compare((&one.0, one.1), (&other.0, other.1)));
        if !list.ascending {
            page.reverse();
        }
        page.truncate(limit);
        while !page.is_empty() {
            let rest = page.split_off(page.len().min(AT_ONCE));
            self.read(tx, page, &mut each)?;
            page = rest;
        }
        Ok(())
    }

    /// All in sight, by arrival.
    fn read_all(
        &self,
        tx: &mut Tx,
        list: &List,
        after: Option<i64>,
        each: &mut impl FnMut(Listed) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let (direction, beyond) = if list.ascending { ("ASC", ">") } else { ("DESC", "<") };
        let after = after.unwrap_or(if list.ascending { 0 } else { i64::MAX });
        tx.each(
            &format!(
                "SELECT {COLUMNS}, {VERSION_COLUMNS} FROM submission \
                 JOIN submission_version ON submission_version.id = submission.current_version \
                 WHERE submission.form = $1 AND submission.removed_at IS NULL AND submission.ordinal {beyond} $2 \
                 ORDER BY submission.ordinal {direction} LIMIT $3"
            ),
            params![self.form, after, list.limit],
            |row| {
                let submission = read(row)?;
                let key = Key { value: String::new(), id: submission.id };
                each(Listed { version: read_version_at(row, COLUMN_COUNT)?, submission, key })
            },
        )
    }

    /// These submissions, in this order, each with the value that it is ordered by.
    fn read(
        &self,
        tx: &mut Tx,
        page: Vec<(String, i64)>,
        each: &mut impl FnMut(Listed) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let ordinals: Vec<i64> = page.iter().map(|(_, ordinal)| *ordinal).collect();
        let mut rows = BTreeMap::new();
        self.some(tx, &ordinals, &format!("{COLUMNS}, {VERSION_COLUMNS}, submission.ordinal"), |row| {
            let ordinal: i64 = row.get(COLUMN_COUNT + VERSION_COLUMN_COUNT)?;
            rows.insert(ordinal, (read(row)?, read_version_at(row, COLUMN_COUNT)?));
            Ok(())
        })?;
        for (value, ordinal) in page {
            if let Some((submission, version)) = rows.remove(&ordinal) {
                let key = Key { value, id: submission.id };
                each(Listed { submission, version, key })?;
            }
        }
        Ok(())
    }

    /// The values of an open field that these have.
    fn values(&self, tx: &mut Tx, set: &Ordinals, path: &str) -> Result<Vec<(String, i64)>, Fault> {
        let all = std::iter::successors(set.next(None, true), |last| set.next(Some(*last), true));
        let all: Vec<i64> = all.collect();
        let mut values = Vec::with_capacity(all.len());
        for some in all.chunks(AT_ONCE) {
            self.some(tx, some, "submission.ordinal, submission_version.open_values", |row| {
                let text = sets::open_texts(&row.get::<String>(1)?).remove(path).unwrap_or_default();
                values.push((sets::cut(&text), row.get(0)?));
                Ok(())
            })?;
        }
        Ok(values)
    }

    /// Reads columns of at most [`AT_ONCE`] submissions in sight.
    fn some(
        &self,
        tx: &mut Tx,
        ordinals: &[i64],
        columns: &str,
        each: impl FnMut(&Row) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        // Always of the same length, so that one text is kept prepared; no submission has a negative ordinal.
        let padded = ordinals.iter().copied().chain(std::iter::repeat_n(-1, AT_ONCE)).take(AT_ONCE);
        let values: Vec<Value> = std::iter::once(self.form).chain(padded).map(Value::from).collect();
        let places = (2..AT_ONCE + 2).map(|place| format!("(CAST(${place} AS BIGINT))"));
        let places = places.collect::<Vec<_>>().join(", ");
        // A subselect, not a join or IN: it is one walk down the index whatever the planner believes of the table.
        tx.each(
            &format!(
                "WITH wanted (ordinal) AS (VALUES {places}) SELECT {columns} FROM wanted \
                 CROSS JOIN submission CROSS JOIN submission_version \
                 WHERE submission.id = (SELECT there.id FROM submission AS there WHERE there.form = $1 \
                 AND there.ordinal = wanted.ordinal AND there.removed_at IS NULL) \
                 AND submission_version.id = submission.current_version"
            ),
            &values,
            each,
        )
    }
}
