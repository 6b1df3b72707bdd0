//! Submissions in great numbers, for who takes them out: rows with what a table says of them, newest first, page by page.

use std::collections::BTreeMap;

use crate::submission::{COLUMN_COUNT, COLUMNS, Submission, read};
use crate::{Fault, Row, Tx, Value, params};

/// A submission with its newest version, as a table needs it.
#[derive(Clone)]
pub struct FeedRow {
    /// The submission.
    pub submission: Submission,
    /// Its place among those of its form.
    pub ordinal: i64,
    /// Row of the newest version's form version.
    pub form_version: i64,
    /// Open fields, JSON.
    pub open_values: String,
    /// Sensitive fields, sealed.
    pub sealed_sensitive: Option<Vec<u8>>,
    /// Identity fields, sealed; only where they were asked for.
    pub sealed_identity: Option<Vec<u8>>,
    /// An ODK encrypted submission.
    pub encrypted: bool,
    /// Files that the version names.
    pub files: i64,
    /// Those of them that have come.
    pub files_present: i64,
}

/// What of a submission decides whether a filter leaves it.
#[derive(Clone, Copy)]
pub struct Known<'r> {
    /// The submission.
    pub id: i64,
    /// When it came (ms).
    pub created_at: i64,
    /// When it last changed (ms).
    pub updated_at: i64,
    /// Who sent it: a member or a phone.
    pub submitter: Option<i64>,
    /// `received`, `edited`, `hasIssues`, `approved` or `rejected`.
    pub review_state: &'r str,
    /// When it was removed from sight (ms).
    pub removed_at: Option<i64>,
}

fn columns(identity: bool) -> String {
    let identity = if identity { "submission_version.sealed_identity" } else { "NULL" };
    format!(
        "{COLUMNS}, submission.ordinal, submission_version.form_version, submission_version.open_values, \
         submission_version.sealed_sensitive, {identity}, submission_version.encrypted, submission_version.files, \
         submission_version.files_present"
    )
}

fn read_row(row: &Row) -> Result<FeedRow, Fault> {
    let at = |place: usize| COLUMN_COUNT + place;
    Ok(FeedRow {
        submission: read(row)?,
        ordinal: row.get(at(0))?,
        form_version: row.get(at(1))?,
        open_values: row.get(at(2))?,
        sealed_sensitive: row.get(at(3))?,
        sealed_identity: row.get(at(4))?,
        encrypted: row.get::<i64>(at(5))? != 0,
        files: row.get(at(6))?,
        files_present: row.get(at(7))?,
    })
}

/// The newest submissions in sight before this ordinal, at most so many.
pub fn before(
    tx: &mut Tx,
    form: i64,
    ordinal: i64,
    limit: i64,
    identity: bool,
) -> Result<Vec<FeedRow>, Fault> {
    tx.rows(
        &format!(
            "SELECT {} FROM submission JOIN submission_version ON submission_version.id = submission.current_version \
             WHERE submission.form = $1 AND submission.removed_at IS NULL AND submission.ordinal < $2 \
             ORDER BY submission.ordinal DESC LIMIT $3",
            columns(identity)
        ),
        params![form, ordinal, limit],
        read_row,
    )
}

/// Submissions read by one statement.
const AT_ONCE: usize = 64;

/// Submissions by number, in this order, in sight or not.
pub fn some(tx: &mut Tx, ids: &[i64], identity: bool) -> Result<Vec<FeedRow>, Fault> {
    let mut found = Vec::with_capacity(ids.len());
    for ids in ids.chunks(AT_ONCE) {
        // Always of the same length, so that one text is kept prepared; no submission has a negative number.
        let padded = ids.iter().copied().chain(std::iter::repeat_n(-1, AT_ONCE)).take(AT_ONCE);
        let values: Vec<Value> = padded.map(Value::from).collect();
        let places = (1..=AT_ONCE).map(|place| format!("CAST(${place} AS BIGINT)"));
        let places = places.collect::<Vec<_>>().join(", ");
        let mut rows = BTreeMap::new();
        tx.each(
            &format!(
                "SELECT {} FROM submission \
                 JOIN submission_version ON submission_version.id = submission.current_version \
                 WHERE submission.id IN ({places})",
                columns(identity)
            ),
            &values,
            |row| {
                let row = read_row(row)?;
                rows.insert(row.submission.id, row);
                Ok::<_, Fault>(())
            },
        )?;
        found.extend(ids.iter().filter_map(|id| rows.remove(id)));
    }
    Ok(found)
}

/// The ordinal before which so many submissions in sight are passed over; none when there are not so many.
pub fn skip(tx: &mut Tx, form: i64, ordinal: i64, count: i64) -> Result<Option<i64>, Fault> {
    if count <= 0 {
        return Ok(Some(ordinal));
    }
    tx.maybe(
        "SELECT ordinal FROM submission WHERE form = $1 AND removed_at IS NULL AND ordinal < $2 \
         ORDER BY ordinal DESC LIMIT 1 OFFSET $3",
        params![form, ordinal, count - 1],
        |row| row.get(0),
    )
}

/// The ordinal of a submission, in sight or not.
pub fn ordinal(tx: &mut Tx, form: i64, instance_id: &str) -> Result<Option<i64>, Fault> {
    tx.maybe(
        "SELECT ordinal FROM submission WHERE form = $1 AND instance_id = $2",
        params![form, instance_id],
        |row| row.get(0),
    )
}

/// Calls `each` for every submission of a form, newest first: those in sight, or those that were removed and can be
/// restored.
pub fn known(
    tx: &mut Tx,
    form: i64,
    removed: bool,
    mut each: impl FnMut(i64, Known<'_>),
) -> Result<(), Fault> {
    let which = if removed { "removed_at IS NOT NULL AND erased_at IS NULL" } else { "removed_at IS NULL" };
    tx.each(
        &format!(
            "SELECT ordinal, id, created_at, updated_at, member, device, review_state, removed_at FROM submission \
             WHERE form = $1 AND {which} ORDER BY ordinal DESC"
        ),
        params![form],
        |row| {
            let member: Option<i64> = row.get(4)?;
            let device: Option<i64> = row.get(5)?;
            let crate::ValueRef::Text(review_state) = row.value(6)? else {
                return Err(Fault::Damaged { what: "a review state is no text".to_owned() });
            };
            let known = Known {
                id: row.get(1)?,
                created_at: row.get(2)?,
                updated_at: row.get(3)?,
                submitter: member.or(device),
                review_state,
                removed_at: row.get(7)?,
            };
            each(row.get(0)?, known);
            Ok::<_, Fault>(())
        },
    )
}

/// How many submissions of a form are in sight.
pub fn count(tx: &mut Tx, form: i64) -> Result<i64, Fault> {
    let found = tx.maybe("SELECT submissions FROM form WHERE id = $1", params![form], |row| row.get(0))?;
    Ok(found.unwrap_or_default())
}

/// Who sent the submissions of a form that are in sight: members and phones, each once.
pub fn submitters(tx: &mut Tx, form: i64) -> Result<Vec<i64>, Fault> {
    let found = tx.rows(
        "SELECT DISTINCT COALESCE(member, device) FROM submission WHERE form = $1 AND removed_at IS NULL",
        params![form],
        |row| row.get::<Option<i64>>(0),
    )?;
    Ok(found.into_iter().flatten().collect())
}

/// The form versions for which submissions in sight were encrypted on the phone, newest first.
pub fn encrypting_versions(tx: &mut Tx, form: i64) -> Result<Vec<i64>, Fault> {
    tx.rows(
        "SELECT DISTINCT submission_version.form_version FROM submission_version \
         JOIN submission ON submission.current_version = submission_version.id \
         WHERE submission.form = $1 AND submission_version.encrypted = 1 AND submission.removed_at IS NULL \
         ORDER BY 1 DESC",
        params![form],
        |row| row.get(0),
    )
}
