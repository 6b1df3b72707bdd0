//! Forms, their versions and the files they need.

use crate::{Fault, Row, Tx, params};

/// A form of a mandate, whatever its version.
#[derive(Clone)]
pub struct Form {
    /// Number.
    pub id: i64,
    /// The mandate.
    pub mandate: i64,
    /// The ODK form id (`xmlFormId`).
    pub form_id: String,
    /// `open`, `closing` (no new ones, started ones may be sent) or `closed`.
    pub state: String,
    /// The published version that phones get.
    pub current_version: Option<i64>,
    /// A version being prepared.
    pub draft_version: Option<i64>,
    /// How many submissions are there, removed ones not counted.
    pub submissions: i64,
    /// When it was made (ms).
    pub created_at: i64,
    /// Who made it.
    pub created_by: Option<i64>,
    /// When its state last changed (ms).
    pub updated_at: Option<i64>,
    /// The token with which the draft is tried out.
    pub draft_token: Option<String>,
    /// Whether clients are told to fill it with web forms.
    pub web_forms: bool,
}

const COLUMNS: &str = "id, mandate, form_id, state, current_version, draft_version, submissions, created_at, created_by, \
                       updated_at, draft_token, web_forms";

fn read(row: &Row) -> Result<Form, Fault> {
    Ok(Form {
        id: row.get(0)?,
        mandate: row.get(1)?,
        form_id: row.get(2)?,
        state: row.get(3)?,
        current_version: row.get(4)?,
        draft_version: row.get(5)?,
        submissions: row.get(6)?,
        created_at: row.get(7)?,
        created_by: row.get(8)?,
        updated_at: row.get(9)?,
        draft_token: row.get(10)?,
        web_forms: row.get::<i64>(11)? != 0,
    })
}

/// Adds a form. A form id already used in the mandate is a [`Fault::Conflict`].
pub fn add(tx: &mut Tx, form: &Form) -> Result<(), Fault> {
    tx.execute(
        "INSERT INTO form (id, mandate, form_id, state, current_version, draft_version, submissions, ordinals, gathered, \
         created_at, created_by, removed, draft_token, web_forms) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, 0, 0, $8, $9, 0, $10, $11)",
        params![
            form.id,
            form.mandate,
            &form.form_id,
            &form.state,
            form.current_version,
            form.draft_version,
            form.submissions,
            form.created_at,
            form.created_by,
            form.draft_token.as_deref(),
            i64::from(form.web_forms)
        ],
    )?;
    Ok(())
}

/// Changes state, current and draft version, and the draft's token.
pub fn update(tx: &mut Tx, form: &Form) -> Result<(), Fault> {
    tx.execute(
        "UPDATE form SET state = $1, current_version = $2, draft_version = $3, updated_at = $4, draft_token = $5, \
         web_forms = $6 WHERE id = $7",
        params![
            &form.state,
            form.current_version,
            form.draft_version,
            form.updated_at,
            form.draft_token.as_deref(),
            i64::from(form.web_forms),
            form.id
        ],
    )?;
    Ok(())
}

/// A form that an actor was assigned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// The form.
    pub form: i64,
    /// A phone.
    pub actor: i64,
    /// One of ODK Central's roles, by its name.
    pub role: String,
}

/// Assigns a form to an actor (ms); tells whether that is new.
pub fn assign(tx: &mut Tx, assignment: &Assignment, at: i64) -> Result<bool, Fault> {
    Ok(tx.execute(
        "INSERT INTO form_assignment (form, actor, role, since) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (form, actor, role) DO NOTHING",
        params![assignment.form, assignment.actor, &assignment.role, at],
    )? > 0)
}

/// Takes a form from an actor; tells whether they had it.
pub fn unassign(tx: &mut Tx, assignment: &Assignment) -> Result<bool, Fault> {
    Ok(tx.execute(
        "DELETE FROM form_assignment WHERE form = $1 AND actor = $2 AND role = $3",
        params![assignment.form, assignment.actor, &assignment.role],
    )? > 0)
}

/// Takes every form from an actor.
pub fn unassign_all(tx: &mut Tx, actor: i64) -> Result<(), Fault> {
    tx.execute("DELETE FROM form_assignment WHERE actor = $1", params![actor])?;
    Ok(())
}

/// The assignments of a mandate's forms, in the order in which they were given.
pub fn assignments(tx: &mut Tx, mandate: i64) -> Result<Vec<Assignment>, Fault> {
    tx.rows(
        "SELECT form_assignment.form, form_assignment.actor, form_assignment.role FROM form_assignment \
         JOIN form ON form.id = form_assignment.form WHERE form.mandate = $1 AND form.removed = 0 \
         ORDER BY form_assignment.since, form_assignment.actor",
        params![mandate],
        |row| Ok(Assignment { form: row.get(0)?, actor: row.get(1)?, role: row.get(2)? }),
    )
}

/// The forms of an actor.
pub fn assigned_to(tx: &mut Tx, actor: i64) -> Result<Vec<i64>, Fault> {
    tx.rows(
        "SELECT DISTINCT form FROM form_assignment WHERE actor = $1 ORDER BY form",
        params![actor],
        |row| row.get(0),
    )
}

/// Removes a form from sight (ms); its submissions stay.
pub fn remove(tx: &mut Tx, id: i64, at: i64) -> Result<(), Fault> {
    tx.execute("UPDATE form SET removed = id, removed_at = $1 WHERE id = $2", params![at, id])?;
    Ok(())
}

/// Where submissions to a draft are kept: a form of its own, out of sight, that lasts as long as the draft. It is found
/// by the draft's number, so whatever replaces the draft begins with none.
pub fn rehearsal(tx: &mut Tx, form: &Form, draft: i64) -> Result<Option<Form>, Fault> {
    tx.maybe(
        &format!("SELECT {COLUMNS} FROM form WHERE mandate = $1 AND form_id = $2 AND removed = $3"),
        params![form.mandate, &form.form_id, -draft],
        read,
    )
}

/// Makes that form, if it is not there.
pub fn add_rehearsal(tx: &mut Tx, id: i64, form: &Form, draft: i64, at: i64) -> Result<(), Fault> {
    tx.execute(
        "INSERT INTO form (id, mandate, form_id, state, current_version, submissions, ordinals, gathered, created_at, \
         web_forms, removed) VALUES ($1, $2, $3, 'open', $4, 0, 0, 0, $5, 0, $6) ON CONFLICT (mandate, form_id, removed) DO NOTHING",
        params![id, form.mandate, &form.form_id, draft, at, -draft],
    )?;
    Ok(())
}

/// The forms of a mandate, oldest first.
pub fn all(tx: &mut Tx, mandate: i64) -> Result<Vec<Form>, Fault> {
    tx.rows(
        &format!("SELECT {COLUMNS} FROM form WHERE mandate = $1 AND removed = 0 ORDER BY id"),
        params![mandate],
        read,
    )
}

/// The forms of a mandate that were removed, newest removal first, each with when (ms).
pub fn removed(tx: &mut Tx, mandate: i64) -> Result<Vec<(Form, i64)>, Fault> {
    tx.rows(
        &format!(
            "SELECT {COLUMNS}, removed_at FROM form WHERE mandate = $1 AND removed > 0 \
             ORDER BY removed_at DESC, id DESC"
        ),
        params![mandate],
        |row| Ok((read(row)?, row.get::<Option<i64>>(12)?.unwrap_or(0))),
    )
}

/// Brings a removed form back into sight. Its id being used again meanwhile is a [`Fault::Conflict`].
pub fn restore(tx: &mut Tx, id: i64) -> Result<(), Fault> {
    tx.execute("UPDATE form SET removed = 0, removed_at = NULL WHERE id = $1", params![id])?;
    Ok(())
}

/// Whether a version was ever published under a form id, of forms that were removed too.
pub fn was_published(tx: &mut Tx, mandate: i64, form_id: &str, version: &str) -> Result<bool, Fault> {
    let found = tx.maybe(
        "SELECT form_version.id FROM form_version JOIN form ON form.id = form_version.form \
         WHERE form.mandate = $1 AND form.form_id = $2 AND form_version.version = $3 \
         AND form_version.published_at IS NOT NULL LIMIT 1",
        params![mandate, form_id, version],
        |row| row.get::<i64>(0),
    )?;
    Ok(found.is_some())
}

/// Where a draft is tried out, by its token, and the form.
pub fn by_draft_token(tx: &mut Tx, mandate: i64, token: &str) -> Result<Option<Form>, Fault> {
    tx.maybe(
        &format!("SELECT {COLUMNS} FROM form WHERE mandate = $1 AND draft_token = $2 AND removed = 0"),
        params![mandate, token],
        read,
    )
}

/// One form by its ODK form id.
pub fn by_form_id(tx: &mut Tx, mandate: i64, form_id: &str) -> Result<Option<Form>, Fault> {
    tx.maybe(
        &format!("SELECT {COLUMNS} FROM form WHERE mandate = $1 AND form_id = $2 AND removed = 0"),
        params![mandate, form_id],
        read,
    )
}

/// One form by number.
pub fn by_id(tx: &mut Tx, id: i64) -> Result<Option<Form>, Fault> {
    tx.maybe(&format!("SELECT {COLUMNS} FROM form WHERE id = $1"), params![id], read)
}

/// One version of a form: what was uploaded and what it became.
#[derive(Clone)]
pub struct FormVersion {
    /// Number.
    pub id: i64,
    /// The form.
    pub form: i64,
    /// The version text inside the form; may be empty.
    pub version: String,
    /// Title.
    pub title: String,
    /// XForm XML.
    pub xform: String,
    /// The XLSForm it was made from.
    pub xlsform: Option<Vec<u8>>,
    /// File name of that XLSForm.
    pub xlsform_name: Option<String>,
    /// MD5 of the XForm, lower-case hex, as OpenRosa wants it.
    pub md5: String,
    /// SHA-256 of the XForm, lower-case hex.
    pub sha256: String,
    /// Warnings of the conversion, a JSON array of texts.
    pub warnings: String,
    /// Compartment that identity fields are sealed to.
    pub identity_compartment: i64,
    /// Compartment that sensitive fields are sealed to.
    pub sensitive_compartment: i64,
    /// When it was uploaded (ms).
    pub created_at: i64,
    /// By whom.
    pub created_by: Option<i64>,
    /// When it was published (ms); none while a draft.
    pub published_at: Option<i64>,
    /// By whom it was published.
    pub published_by: Option<i64>,
    /// What they said of it.
    pub publish_note: Option<String>,
}

const VERSION_COLUMNS: &str = "id, form, version, title, xform, xlsform, xlsform_name, md5, sha256, warnings, \
                               identity_compartment, sensitive_compartment, created_at, created_by, published_at, \
                               published_by, publish_note";

fn read_version(row: &Row) -> Result<FormVersion, Fault> {
    Ok(FormVersion {
        id: row.get(0)?,
        form: row.get(1)?,
        version: row.get(2)?,
        title: row.get(3)?,
        xform: row.get(4)?,
        xlsform: row.get(5)?,
        xlsform_name: row.get(6)?,
        md5: row.get(7)?,
        sha256: row.get(8)?,
        warnings: row.get(9)?,
        identity_compartment: row.get(10)?,
        sensitive_compartment: row.get(11)?,
        created_at: row.get(12)?,
        created_by: row.get(13)?,
        published_at: row.get(14)?,
        published_by: row.get(15)?,
        publish_note: row.get(16)?,
    })
}

/// Adds a version.
pub fn add_version(tx: &mut Tx, version: &FormVersion) -> Result<(), Fault> {
    tx.execute(
        "INSERT INTO form_version (id, form, version, title, xform, xlsform, xlsform_name, md5, sha256, warnings, \
         identity_compartment, sensitive_compartment, created_at, created_by, published_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
        params![
            version.id,
            version.form,
            &version.version,
            &version.title,
            &version.xform,
            version.xlsform.as_deref(),
            version.xlsform_name.as_deref(),
            &version.md5,
            &version.sha256,
            &version.warnings,
            version.identity_compartment,
            version.sensitive_compartment,
            version.created_at,
            version.created_by,
            version.published_at
        ],
    )?;
    Ok(())
}

/// Publishes a version as it is given: its text may have got another version name in that moment.
pub fn publish_version(tx: &mut Tx, version: &FormVersion) -> Result<(), Fault> {
    tx.execute(
        "UPDATE form_version SET published_at = $1, published_by = $2, publish_note = $3, version = $4, xform = $5, \
         md5 = $6, sha256 = $7 WHERE id = $8",
        params![
            version.published_at,
            version.published_by,
            version.publish_note.as_deref(),
            &version.version,
            &version.xform,
            &version.md5,
            &version.sha256,
            version.id
        ],
    )?;
    Ok(())
}

/// Deletes a draft that was never published, with its files.
pub fn drop_draft(tx: &mut Tx, id: i64) -> Result<(), Fault> {
    tx.execute("DELETE FROM form_file WHERE form_version = $1", params![id])?;
    // Submissions that try it out name it; then it stays, and nobody finds it.
    tx.execute(
        "DELETE FROM form_version WHERE id = $1 AND published_at IS NULL AND NOT EXISTS \
         (SELECT 1 FROM submission_version WHERE submission_version.form_version = form_version.id)",
        params![id],
    )?;
    Ok(())
}

/// One version by number.
pub fn version(tx: &mut Tx, id: i64) -> Result<Option<FormVersion>, Fault> {
    tx.maybe(&format!("SELECT {VERSION_COLUMNS} FROM form_version WHERE id = $1"), params![id], read_version)
}

/// The published versions of a form, newest first.
pub fn published_versions(tx: &mut Tx, form: i64) -> Result<Vec<FormVersion>, Fault> {
    tx.rows(
        &format!(
            "SELECT {VERSION_COLUMNS} FROM form_version WHERE form = $1 AND published_at IS NOT NULL \
             ORDER BY published_at DESC, id DESC"
        ),
        params![form],
        read_version,
    )
}

/// The published version of a form with this version text.
pub fn published_version(tx: &mut Tx, form: i64, version: &str) -> Result<Option<FormVersion>, Fault> {
    tx.maybe(
        &format!(
            "SELECT {VERSION_COLUMNS} FROM form_version WHERE form = $1 AND version = $2 \
             AND published_at IS NOT NULL ORDER BY id DESC LIMIT 1"
        ),
        params![form, version],
        read_version,
    )
}

/// Number of the published version of a form with this version text.
pub fn published_version_id(tx: &mut Tx, form: i64, version: &str) -> Result<Option<i64>, Fault> {
    tx.maybe(
        "SELECT id FROM form_version WHERE form = $1 AND version = $2 AND published_at IS NOT NULL \
         ORDER BY id DESC LIMIT 1",
        params![form, version],
        |row| row.get(0),
    )
}

/// A file that a form version names: media, a CSV, or a registry served as one.
#[derive(Clone)]
pub struct FormFile {
    /// The form version.
    pub form_version: i64,
    /// File name as the form spells it.
    pub name: String,
    /// Media type to serve it with.
    pub media_type: String,
    /// MD5 of the content, lower-case hex; none until uploaded.
    pub md5: Option<String>,
    /// The registry that fills this file, if one does.
    pub registry: Option<i64>,
    /// When it last changed (ms).
    pub changed_at: Option<i64>,
}

/// Adds a file, or replaces its content or registry.
pub fn put_file(tx: &mut Tx, file: &FormFile, content: Option<&[u8]>) -> Result<(), Fault> {
    tx.execute(
        "INSERT INTO form_file (form_version, name, media_type, md5, content, registry, changed_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (form_version, name) DO UPDATE SET \
         media_type = excluded.media_type, md5 = excluded.md5, content = excluded.content, \
         registry = excluded.registry, changed_at = excluded.changed_at",
        params![
            file.form_version,
            &file.name,
            &file.media_type,
            file.md5.as_deref(),
            content,
            file.registry,
            file.changed_at
        ],
    )?;
    Ok(())
}

/// The files of a form version, by name.
pub fn files(tx: &mut Tx, form_version: i64) -> Result<Vec<FormFile>, Fault> {
    tx.rows(
        "SELECT form_version, name, media_type, md5, registry, changed_at FROM form_file \
         WHERE form_version = $1 ORDER BY name",
        params![form_version],
        |row| {
            Ok(FormFile {
                form_version: row.get(0)?,
                name: row.get(1)?,
                media_type: row.get(2)?,
                md5: row.get(3)?,
                registry: row.get(4)?,
                changed_at: row.get(5)?,
            })
        },
    )
}

/// The content of a file, if it has been uploaded.
pub fn file_content(tx: &mut Tx, form_version: i64, name: &str) -> Result<Option<Vec<u8>>, Fault> {
    let found = tx.maybe(
        "SELECT content FROM form_file WHERE form_version = $1 AND name = $2",
        params![form_version, name],
        |row| row.get::<Option<Vec<u8>>>(0),
    )?;
    Ok(found.flatten())
}
