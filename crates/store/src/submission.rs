//! Submissions: every version as it was received, sealed; attachments; notes.

pub use crate::found::{Found, find};
use crate::sets::{self, Shown};
use crate::{Fault, Row, Tx, ledger, params};

/// A submission, whatever its version.
#[derive(Clone)]
pub struct Submission {
    /// Number; grows with time.
    pub id: i64,
    /// The form.
    pub form: i64,
    /// Instance id of the first version.
    pub instance_id: String,
    /// Row of the newest version.
    pub current_version: i64,
    /// How many versions there are.
    pub versions: i64,
    /// `received`, `edited`, `hasIssues`, `approved` or `rejected`.
    pub review_state: String,
    /// The phone that sent the first version.
    pub device: Option<i64>,
    /// Or the member who did.
    pub member: Option<i64>,
    /// When the first version came (ms).
    pub created_at: i64,
    /// When it last changed (ms).
    pub updated_at: i64,
    /// When it was removed from sight (ms).
    pub removed_at: Option<i64>,
    /// When its values were destroyed (ms).
    pub erased_at: Option<i64>,
}

pub(crate) const COLUMNS: &str = "submission.id, submission.form, submission.instance_id, submission.current_version, \
                       submission.versions, submission.review_state, submission.device, submission.member, \
                       submission.created_at, submission.updated_at, submission.removed_at, submission.erased_at";
pub(crate) const COLUMN_COUNT: usize = 12;

pub(crate) fn read(row: &Row) -> Result<Submission, Fault> {
    Ok(Submission {
        id: row.get(0)?,
        form: row.get(1)?,
        instance_id: row.get(2)?,
        current_version: row.get(3)?,
        versions: row.get(4)?,
        review_state: row.get(5)?,
        device: row.get(6)?,
        member: row.get(7)?,
        created_at: row.get(8)?,
        updated_at: row.get(9)?,
        removed_at: row.get(10)?,
        erased_at: row.get(11)?,
    })
}

/// One version of a submission, as it came.
#[derive(Clone)]
pub struct SubmissionVersion {
    /// Number of the row.
    pub id: i64,
    /// The submission.
    pub submission: i64,
    /// The form (repeated so that an instance id is unique within it).
    pub form: i64,
    /// 1, 2, 3 …
    pub number: i64,
    /// Instance id of this version.
    pub instance_id: String,
    /// The form version it was filled with.
    pub form_version: i64,
    /// When it came (ms).
    pub received_at: i64,
    /// The phone that sent it.
    pub device: Option<i64>,
    /// Or the member.
    pub member: Option<i64>,
    /// Open fields, JSON.
    pub open_values: String,
    /// Sensitive fields, sealed; none if there are none, or erased.
    pub sealed_sensitive: Option<Vec<u8>>,
    /// Identity fields, sealed.
    pub sealed_identity: Option<Vec<u8>>,
    /// The XML as it came, sealed.
    pub sealed_xml: Option<Vec<u8>>,
    /// Tells whether the same XML comes again.
    pub digest: Option<Vec<u8>>,
    /// An ODK encrypted submission, kept as it came.
    pub encrypted: bool,
    /// Its leaf in the ledger.
    pub leaf: i64,
}

pub(crate) const VERSION_COLUMNS: &str = "submission_version.id, submission_version.submission, submission_version.form, \
     submission_version.number, submission_version.instance_id, submission_version.form_version, \
     submission_version.received_at, submission_version.device, submission_version.member, \
     submission_version.open_values, submission_version.sealed_sensitive, submission_version.sealed_identity, \
     submission_version.sealed_xml, submission_version.digest, submission_version.encrypted, submission_version.leaf";

pub(crate) const VERSION_COLUMN_COUNT: usize = 16;

pub(crate) fn read_version_at(row: &Row, first: usize) -> Result<SubmissionVersion, Fault> {
    Ok(SubmissionVersion {
        id: row.get(first)?,
        submission: row.get(first + 1)?,
        form: row.get(first + 2)?,
        number: row.get(first + 3)?,
        instance_id: row.get(first + 4)?,
        form_version: row.get(first + 5)?,
        received_at: row.get(first + 6)?,
        device: row.get(first + 7)?,
        member: row.get(first + 8)?,
        open_values: row.get(first + 9)?,
        sealed_sensitive: row.get(first + 10)?,
        sealed_identity: row.get(first + 11)?,
        sealed_xml: row.get(first + 12)?,
        digest: row.get(first + 13)?,
        encrypted: row.get::<i64>(first + 14)? != 0,
        leaf: row.get(first + 15)?,
    })
}

/// Adds a submission with its first version, counts it, and puts it on the lists.
pub fn add(tx: &mut Tx, submission: &Submission, version: &SubmissionVersion) -> Result<(), Fault> {
    let (ordinal, gathered): (i64, i64) = tx.one(
        "UPDATE form SET submissions = submissions + 1, ordinals = ordinals + 1 WHERE id = $1 \
         RETURNING ordinals, gathered",
        params![submission.form],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    tx.execute(
        "INSERT INTO submission (id, form, ordinal, instance_id, current_version, versions, review_state, device, \
         member, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        params![
            submission.id,
            submission.form,
            ordinal,
            &submission.instance_id,
            submission.current_version,
            submission.versions,
            &submission.review_state,
            submission.device,
            submission.member,
            submission.created_at,
            submission.updated_at
        ],
    )?;
    insert_version(tx, version)?;
    sets::came(tx, submission.form, ordinal, gathered, &version.open_values)
}

/// Adds a later version and makes it the current one. The review state becomes `edited`.
pub fn add_version(tx: &mut Tx, version: &SubmissionVersion) -> Result<(), Fault> {
    let before = before_change(tx, version.submission)?;
    insert_version(tx, version)?;
    tx.execute(
        "UPDATE submission SET current_version = $1, versions = versions + 1, updated_at = $2, \
         review_state = 'edited' WHERE id = $3",
        params![version.id, version.received_at, version.submission],
    )?;
    if let Some(before) = before {
        sets::edit(tx, &before, &version.open_values)?;
        sets::review(tx, &before, "edited")?;
    }
    Ok(())
}

/// A submission in sight as it is before a change, while no other server can change one of its form. None when it is
/// out of sight: then it is on no list.
fn before_change(tx: &mut Tx, id: i64) -> Result<Option<Shown>, Fault> {
    // First the ledger, which intake takes first: servers that wait for each other both ways would wait for ever.
    ledger::take_head(tx)?;
    tx.execute(
        "UPDATE form SET ordinals = ordinals WHERE id = (SELECT form FROM submission WHERE id = $1)",
        params![id],
    )?;
    sets::shown(tx, id)
}

fn insert_version(tx: &mut Tx, version: &SubmissionVersion) -> Result<(), Fault> {
    tx.execute(
        "INSERT INTO submission_version (id, submission, form, number, instance_id, form_version, received_at, device, \
         member, open_values, sealed_sensitive, sealed_identity, sealed_xml, digest, encrypted, leaf) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
        params![
            version.id,
            version.submission,
            version.form,
            version.number,
            &version.instance_id,
            version.form_version,
            version.received_at,
            version.device,
            version.member,
            &version.open_values,
            version.sealed_sensitive.as_deref(),
            version.sealed_identity.as_deref(),
            version.sealed_xml.as_deref(),
            version.digest.as_deref(),
            i64::from(version.encrypted),
            version.leaf
        ],
    )?;
    Ok(())
}

/// One submission by number.
pub fn by_id(tx: &mut Tx, id: i64) -> Result<Option<Submission>, Fault> {
    tx.maybe(&format!("SELECT {COLUMNS} FROM submission WHERE id = $1"), params![id], read)
}

/// One submission of a form by the instance id of its first version.
pub fn by_instance_id(tx: &mut Tx, form: i64, instance_id: &str) -> Result<Option<Submission>, Fault> {
    tx.maybe(
        &format!("SELECT {COLUMNS} FROM submission WHERE form = $1 AND instance_id = $2"),
        params![form, instance_id],
        read,
    )
}

/// A version of a form's submission by the version's own instance id.
pub fn version_by_instance_id(
    tx: &mut Tx,
    form: i64,
    instance_id: &str,
) -> Result<Option<SubmissionVersion>, Fault> {
    tx.maybe(
        &format!("SELECT {VERSION_COLUMNS} FROM submission_version WHERE form = $1 AND instance_id = $2"),
        params![form, instance_id],
        |row| read_version_at(row, 0),
    )
}

/// All versions of a submission, oldest first.
pub fn versions(tx: &mut Tx, submission: i64) -> Result<Vec<SubmissionVersion>, Fault> {
    tx.rows(
        &format!("SELECT {VERSION_COLUMNS} FROM submission_version WHERE submission = $1 ORDER BY number"),
        params![submission],
        |row| read_version_at(row, 0),
    )
}

/// One version by number of its row.
pub fn version(tx: &mut Tx, id: i64) -> Result<Option<SubmissionVersion>, Fault> {
    tx.maybe(&format!("SELECT {VERSION_COLUMNS} FROM submission_version WHERE id = $1"), params![id], |row| {
        read_version_at(row, 0)
    })
}

/// How one open field is compared in a [`List`].
#[derive(Clone, Debug, PartialEq)]
pub struct FieldFilter {
    /// Field path, e.g. `people/n_children`.
    pub path: String,
    /// How.
    pub test: FieldTest,
}

/// A comparison with an open field's text.
#[derive(Clone, Debug, PartialEq)]
pub enum FieldTest {
    /// Equal to.
    Is(String),
    /// Contains, whatever the case (ASCII).
    Contains(String),
    /// At least this number.
    AtLeast(f64),
    /// At most this number.
    AtMost(f64),
}

/// What a list of submissions is ordered by.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Order {
    /// Time of arrival.
    #[default]
    Received,
    /// An open field, as text: by the first 120 characters. Those without a value come before all others.
    Text(String),
    /// An open field, as a number, and equal numbers as text. Those without a number come before all others.
    Number(String),
}

/// Which submissions of a form to list.
#[derive(Clone, Debug, Default)]
pub struct List {
    /// The form.
    pub form: i64,
    /// Only in this review state.
    pub review_state: Option<String>,
    /// Only from this device.
    pub device: Option<i64>,
    /// Only received at or after (ms).
    pub from: Option<i64>,
    /// Only received before (ms).
    pub until: Option<i64>,
    /// Only where these hold.
    pub fields: Vec<FieldFilter>,
    /// Ordered by.
    pub order: Order,
    /// Smallest or oldest first.
    pub ascending: bool,
    /// Begin after the row with this key, as [`Listed::key`] gave it.
    pub after: Option<Key>,
    /// At most so many.
    pub limit: i64,
}

/// Where a row stands in an ordered list.
#[derive(Clone, Debug, PartialEq)]
pub struct Key {
    /// The value ordered by, as text, a long one cut; empty when there is none, or ordered by arrival.
    pub value: String,
    /// The submission.
    pub id: i64,
}

/// A submission in a list, with its newest version.
#[derive(Clone)]
pub struct Listed {
    /// The submission.
    pub submission: Submission,
    /// Its newest version.
    pub version: SubmissionVersion,
    /// Where it stands, to go on from here.
    pub key: Key,
}

/// Calls `each` for every submission of the list, in order.
pub fn list(tx: &mut Tx, list: &List, each: impl FnMut(Listed) -> Result<(), Fault>) -> Result<(), Fault> {
    find(tx, list)?.list(tx, list, each)
}

/// How many submissions the list has, whatever its limit.
pub fn count(tx: &mut Tx, list: &List) -> Result<i64, Fault> {
    find(tx, list)?.count(tx)
}

/// How many submissions of a form are in each review state.
pub fn count_by_state(tx: &mut Tx, form: i64) -> Result<Vec<(String, i64)>, Fault> {
    Ok(sets::count_by_state(tx, form)?.into_iter().collect())
}

/// How many submissions of a form nobody has reviewed in their present version.
pub fn count_unreviewed(tx: &mut Tx, form: i64) -> Result<i64, Fault> {
    let counts = sets::count_by_state(tx, form)?;
    Ok(["received", "edited"].into_iter().filter_map(|state| counts.get(state)).sum())
}

/// Sets the review state.
pub fn review(tx: &mut Tx, id: i64, state: &str, at: i64) -> Result<(), Fault> {
    if let Some(before) = before_change(tx, id)? {
        sets::review(tx, &before, state)?;
    }
    tx.execute(
        "UPDATE submission SET review_state = $1, updated_at = $2 WHERE id = $3",
        params![state, at, id],
    )?;
    Ok(())
}

/// Takes a submission out of sight (ms), from where it can be restored. Tells whether it was in sight.
pub fn remove(tx: &mut Tx, id: i64, at: i64) -> Result<bool, Fault> {
    let Some(before) = before_change(tx, id)? else { return Ok(false) };
    sets::remove(tx, &before)?;
    tx.execute("UPDATE form SET submissions = submissions - 1 WHERE id = $1", params![before.form])?;
    tx.execute("UPDATE submission SET removed_at = $1 WHERE id = $2", params![at, id])?;
    Ok(true)
}

/// Brings a removed submission back into sight. Tells whether it was out of sight and is not erased.
pub fn restore(tx: &mut Tx, id: i64) -> Result<bool, Fault> {
    before_change(tx, id)?;
    let restored = tx.execute(
        "UPDATE submission SET removed_at = NULL WHERE id = $1 AND removed_at IS NOT NULL AND erased_at IS NULL",
        params![id],
    )?;
    if restored == 0 {
        return Ok(false);
    }
    if let Some(shown) = sets::shown(tx, id)? {
        sets::restore(tx, &shown)?;
        tx.execute("UPDATE form SET submissions = submissions + 1 WHERE id = $1", params![shown.form])?;
    }
    Ok(true)
}

/// Destroys what a submission says: sealed values, keys, digests and attachments' keys. Returns the names of the
/// sealed files that can now be deleted. The rows and their leaves stay.
pub fn erase(tx: &mut Tx, id: i64, at: i64) -> Result<Vec<String>, Fault> {
    if let Some(before) = before_change(tx, id)? {
        sets::remove(tx, &before)?;
        tx.execute("UPDATE form SET submissions = submissions - 1 WHERE id = $1", params![before.form])?;
    }
    let files = tx.rows(
        "SELECT attachment.content FROM attachment \
         JOIN submission_version ON submission_version.id = attachment.submission_version \
         WHERE submission_version.submission = $1 AND attachment.content IS NOT NULL",
        params![id],
        |row| row.get(0),
    )?;
    tx.execute(
        "UPDATE attachment SET sealed_name = NULL, sealed_key = NULL, content = NULL, size = NULL \
         WHERE submission_version IN (SELECT id FROM submission_version WHERE submission = $1)",
        params![id],
    )?;
    tx.execute(
        "UPDATE submission_version SET open_values = '{}', sealed_sensitive = NULL, sealed_identity = NULL, \
         sealed_xml = NULL, digest = NULL WHERE submission = $1",
        params![id],
    )?;
    tx.execute("UPDATE note SET sealed_body = NULL WHERE submission = $1", params![id])?;
    tx.execute(
        "UPDATE submission SET erased_at = $1, removed_at = COALESCE(removed_at, $1) WHERE id = $2 AND erased_at IS NULL",
        params![at, id],
    )?;
    Ok(files)
}

/// A file that belongs to one version of a submission.
#[derive(Clone)]
pub struct Attachment {
    /// Number.
    pub id: i64,
    /// The version.
    pub submission_version: i64,
    /// The number under which name, key and content were sealed; an edit keeps it.
    pub place: i64,
    /// Salted hash of the file's name.
    pub name_hash: Vec<u8>,
    /// The name, sealed.
    pub sealed_name: Option<Vec<u8>>,
    /// `identity` or `sensitive`: whose key its own key is sealed to.
    pub class: String,
    /// Its own key, sealed.
    pub sealed_key: Option<Vec<u8>>,
    /// Name of the sealed file; none until it arrives.
    pub content: Option<String>,
    /// Size before sealing, bytes.
    pub size: Option<i64>,
    /// When it arrived (ms).
    pub received_at: Option<i64>,
}

const ATTACHMENT_COLUMNS: &str =
    "id, submission_version, place, name_hash, sealed_name, class, sealed_key, content, size, received_at";

fn read_attachment(row: &Row) -> Result<Attachment, Fault> {
    Ok(Attachment {
        id: row.get(0)?,
        submission_version: row.get(1)?,
        place: row.get(2)?,
        name_hash: row.get(3)?,
        sealed_name: row.get(4)?,
        class: row.get(5)?,
        sealed_key: row.get(6)?,
        content: row.get(7)?,
        size: row.get(8)?,
        received_at: row.get(9)?,
    })
}

/// Adds an attachment slot, or fills one that is still empty. A filled one is left as it is. Tells whether
/// anything changed.
pub fn put_attachment(tx: &mut Tx, attachment: &Attachment) -> Result<bool, Fault> {
    let changed = tx.execute(
        "INSERT INTO attachment (id, submission_version, place, name_hash, sealed_name, class, sealed_key, content, size, \
         received_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) \
         ON CONFLICT (submission_version, name_hash) DO UPDATE SET place = excluded.place, sealed_name = excluded.sealed_name, \
         sealed_key = excluded.sealed_key, content = excluded.content, size = excluded.size, \
         received_at = excluded.received_at WHERE attachment.content IS NULL AND excluded.content IS NOT NULL",
        params![
            attachment.id,
            attachment.submission_version,
            attachment.place,
            &attachment.name_hash,
            attachment.sealed_name.as_deref(),
            &attachment.class,
            attachment.sealed_key.as_deref(),
            attachment.content.as_deref(),
            attachment.size,
            attachment.received_at
        ],
    )?;
    if changed > 0 {
        count_files(tx, attachment.submission_version)?;
    }
    Ok(changed > 0)
}

fn count_files(tx: &mut Tx, version: i64) -> Result<(), Fault> {
    tx.execute(
        "UPDATE submission_version SET \
         files = (SELECT count(*) FROM attachment WHERE attachment.submission_version = submission_version.id), \
         files_present = (SELECT count(content) FROM attachment WHERE attachment.submission_version = submission_version.id) \
         WHERE id = $1",
        params![version],
    )?;
    Ok(())
}

/// Empties an attachment's slot, whose name stays. Returns the name of the sealed file that was in it.
pub fn clear_attachment(tx: &mut Tx, attachment: &Attachment) -> Result<Option<String>, Fault> {
    tx.execute(
        "UPDATE attachment SET sealed_key = NULL, content = NULL, size = NULL, received_at = NULL WHERE id = $1",
        params![attachment.id],
    )?;
    count_files(tx, attachment.submission_version)?;
    Ok(attachment.content.clone())
}

/// One attachment by number.
pub fn attachment(tx: &mut Tx, id: i64) -> Result<Option<Attachment>, Fault> {
    tx.maybe(
        &format!("SELECT {ATTACHMENT_COLUMNS} FROM attachment WHERE id = $1"),
        params![id],
        read_attachment,
    )
}

/// The attachments of a version.
pub fn attachments(tx: &mut Tx, submission_version: i64) -> Result<Vec<Attachment>, Fault> {
    tx.rows(
        &format!("SELECT {ATTACHMENT_COLUMNS} FROM attachment WHERE submission_version = $1 ORDER BY id"),
        params![submission_version],
        read_attachment,
    )
}

/// Whether any attachment is kept in the sealed file of this name.
pub fn names_file(tx: &mut Tx, content: &str) -> Result<bool, Fault> {
    let found =
        tx.maybe("SELECT 1 FROM attachment WHERE content = $1 LIMIT 1", params![content], |_| Ok(()))?;
    Ok(found.is_some())
}

/// A comment on a submission or a review decision.
#[derive(Clone)]
pub struct Note {
    /// Number.
    pub id: i64,
    /// The submission.
    pub submission: i64,
    /// Who wrote it.
    pub member: i64,
    /// When (ms).
    pub at: i64,
    /// The review state it set, if it did.
    pub review_state: Option<String>,
    /// The text, sealed to the form's sensitive compartment.
    pub sealed_body: Option<Vec<u8>>,
}

/// Adds a note.
pub fn add_note(tx: &mut Tx, note: &Note) -> Result<(), Fault> {
    tx.execute(
        "INSERT INTO note (id, submission, member, at, review_state, sealed_body) VALUES ($1, $2, $3, $4, $5, $6)",
        params![
            note.id,
            note.submission,
            note.member,
            note.at,
            note.review_state.as_deref(),
            note.sealed_body.as_deref()
        ],
    )?;
    Ok(())
}

/// The notes on a submission, oldest first.
pub fn notes(tx: &mut Tx, submission: i64) -> Result<Vec<Note>, Fault> {
    tx.rows(
        "SELECT id, submission, member, at, review_state, sealed_body FROM note WHERE submission = $1 ORDER BY id",
        params![submission],
        |row| {
            Ok(Note {
                id: row.get(0)?,
                submission: row.get(1)?,
                member: row.get(2)?,
                at: row.get(3)?,
                review_state: row.get(4)?,
                sealed_body: row.get(5)?,
            })
        },
    )
}

/// When the newest submission of a form arrived (ms).
pub fn last_received(tx: &mut Tx, form: i64) -> Result<Option<i64>, Fault> {
    tx.maybe(
        "SELECT created_at FROM submission WHERE form = $1 AND removed_at IS NULL ORDER BY ordinal DESC LIMIT 1",
        params![form],
        |row| row.get(0),
    )
}

/// What is here of a form's submissions, for who copies them from elsewhere: instance id, that of the newest version, how
/// many versions, review state, how many notes with text, how many files of the newest version.
#[allow(clippy::type_complexity, reason = "one row of a query")]
pub fn moved(tx: &mut Tx, form: i64) -> Result<Vec<(String, String, i64, String, i64, i64)>, Fault> {
    tx.rows(
        "SELECT submission.instance_id, submission_version.instance_id, submission.versions, submission.review_state, \
         (SELECT count(*) FROM note WHERE note.submission = submission.id AND note.sealed_body IS NOT NULL), \
         (SELECT count(*) FROM attachment WHERE attachment.submission_version = submission_version.id \
          AND attachment.content IS NOT NULL) \
         FROM submission JOIN submission_version ON submission_version.id = submission.current_version \
         WHERE submission.form = $1 AND submission.removed_at IS NULL ORDER BY submission.id",
        params![form],
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?)),
    )
}
