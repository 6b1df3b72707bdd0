//! Registries and entries beyond their versions: settings, removal and return, the lists that entries came with, and
//! what waits for a submission to be approved.

use std::collections::HashMap;

use crate::held::{HELD_COLUMNS, read_held};
use crate::registry::{
    COLUMNS, ENTRY_COLUMNS, Entry, EntryVersion, HeldUpdate, Registry, VERSION_COLUMNS, count_change, read,
    read_entry, read_version,
};
use crate::{Fault, Tx, params};

/// One registry of a mandate whose name differs from this one at most in capitals.
pub fn by_similar_name(tx: &mut Tx, mandate: i64, name: &str) -> Result<Option<Registry>, Fault> {
    let lower = name.to_lowercase();
    let all = crate::registry::all(tx, mandate)?;
    Ok(all.into_iter().find(|known| known.name.to_lowercase() == lower))
}

/// The registries of a mandate that were removed.
pub fn removed(tx: &mut Tx, mandate: i64) -> Result<Vec<Registry>, Fault> {
    tx.rows(
        &format!("SELECT {COLUMNS} FROM registry WHERE mandate = $1 AND removed <> 0 ORDER BY id"),
        params![mandate],
        read,
    )
}

/// Whether entries wait for approval, and whether a phone gets only its own.
pub fn set_rules(tx: &mut Tx, registry: i64, approval: bool, owner_only: bool) -> Result<(), Fault> {
    tx.execute(
        "UPDATE registry SET approval_required = $1, owner_only = $2 WHERE id = $3",
        params![i64::from(approval), i64::from(owner_only), registry],
    )?;
    count_change(tx, registry, 0)?;
    Ok(())
}

/// Counts a change of the registry itself.
pub fn changed(tx: &mut Tx, registry: i64) -> Result<(), Fault> {
    count_change(tx, registry, 0).map(drop)
}

/// Removes a registry from sight; its entries stay.
pub fn remove(tx: &mut Tx, registry: i64, at: i64) -> Result<(), Fault> {
    tx.execute("UPDATE registry SET removed = id, removed_at = $1 WHERE id = $2", params![at, registry])?;
    Ok(())
}

/// Takes a property out of a registry.
pub fn remove_property(tx: &mut Tx, registry: i64, name: &str) -> Result<(), Fault> {
    tx.execute("DELETE FROM registry_property WHERE registry = $1 AND name = $2", params![registry, name])?;
    count_change(tx, registry, 0)?;
    Ok(())
}

/// When the newest entry in sight was made (ms).
pub fn newest_at(tx: &mut Tx, registry: i64) -> Result<Option<i64>, Fault> {
    tx.one(
        "SELECT MAX(created_at) FROM entry WHERE registry = $1 AND removed_at IS NULL",
        params![registry],
        |row| row.get(0),
    )
}

/// Which entries to read, newest first.
#[derive(Clone, Copy, Debug, Default)]
pub struct Newest {
    /// Only those older than the entry with this number.
    pub before: Option<i64>,
    /// Those in sight, those removed, or (none) both.
    pub removed: Option<bool>,
    /// Without the first so many.
    pub skip: i64,
    /// At most so many.
    pub limit: i64,
}

/// Entries of a registry, newest first.
pub fn newest(tx: &mut Tx, registry: i64, list: Newest) -> Result<Vec<Entry>, Fault> {
    let removed = match list.removed {
        Some(false) => " AND removed_at IS NULL",
        Some(true) => " AND removed_at IS NOT NULL",
        None => "",
    };
    tx.rows(
        &format!(
            "SELECT {ENTRY_COLUMNS} FROM entry WHERE registry = $1{removed} AND id < $2 ORDER BY id DESC \
             LIMIT $3 OFFSET $4"
        ),
        params![registry, list.before.unwrap_or(i64::MAX), list.limit, list.skip],
        read_entry,
    )
}

/// What lists of entries are filtered and ordered by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// The entry.
    pub id: i64,
    /// Its ODK id.
    pub uuid: String,
    /// `soft` or `hard` until a person has looked.
    pub conflict: Option<String>,
    /// When it was made (ms).
    pub created_at: i64,
    /// When it last changed (ms), if it ever did.
    pub updated_at: Option<i64>,
    /// When it was removed from sight (ms).
    pub removed_at: Option<i64>,
    /// The member or phone that made it.
    pub creator: Option<i64>,
}

/// What the entries of a registry are filtered and ordered by, newest first.
pub fn heads(tx: &mut Tx, registry: i64, list: Newest) -> Result<Vec<Head>, Fault> {
    let removed = match list.removed {
        Some(false) => " AND entry.removed_at IS NULL",
        Some(true) => " AND entry.removed_at IS NOT NULL",
        None => "",
    };
    tx.rows(
        &format!(
            "SELECT entry.id, entry.uuid, entry.conflict, entry.created_at, entry.updated_at, entry.version, \
             entry.resolved, entry.removed_at, \
             (SELECT COALESCE(entry_version.device, entry_version.member) FROM entry_version \
              WHERE entry_version.entry = entry.id AND entry_version.number = 1) \
             FROM entry WHERE entry.registry = $1{removed} AND entry.id < $2 ORDER BY entry.id DESC LIMIT $3"
        ),
        params![registry, list.before.unwrap_or(i64::MAX), list.limit],
        |row| {
            let (created_at, updated_at) = (row.get::<i64>(3)?, row.get::<i64>(4)?);
            let changed = row.get::<i64>(5)? > 1 || row.get::<i64>(6)? > 0 || updated_at != created_at;
            Ok(Head {
                id: row.get(0)?,
                uuid: row.get(1)?,
                conflict: row.get(2)?,
                created_at,
                updated_at: changed.then_some(updated_at),
                removed_at: row.get(7)?,
                creator: row.get(8)?,
            })
        },
    )
}

/// How many entries of a registry are older than the one with this number.
pub fn count(tx: &mut Tx, registry: i64, list: Newest) -> Result<i64, Fault> {
    let removed = match list.removed {
        Some(false) => " AND removed_at IS NULL",
        Some(true) => " AND removed_at IS NOT NULL",
        None => "",
    };
    tx.one(
        &format!("SELECT count(*) FROM entry WHERE registry = $1{removed} AND id < $2"),
        params![registry, list.before.unwrap_or(i64::MAX)],
        |row| row.get(0),
    )
}

/// These entries, each with all its versions, oldest first.
pub fn with_versions(tx: &mut Tx, entries: Vec<Entry>) -> Result<Vec<(Entry, Vec<EntryVersion>)>, Fault> {
    let (Some(first), Some(last)) =
        (entries.iter().map(|entry| entry.id).min(), entries.iter().map(|entry| entry.id).max())
    else {
        return Ok(Vec::new());
    };
    let Some(registry) = entries.first().map(|entry| entry.registry) else { return Ok(Vec::new()) };
    // Numbers grow with time for every registry, so the range holds others' entries too; the join leaves them out.
    let columns = VERSION_COLUMNS.split(", ").map(|name| format!("entry_version.{name}"));
    let columns = columns.collect::<Vec<_>>().join(", ");
    let versions = tx.rows(
        &format!(
            "SELECT {columns} FROM entry CROSS JOIN entry_version WHERE entry_version.entry = entry.id \
             AND entry.registry = $1 AND entry.id >= $2 AND entry.id <= $3 \
             ORDER BY entry.id, entry_version.number"
        ),
        params![registry, first, last],
        read_version,
    )?;
    let mut by_entry: HashMap<i64, Vec<EntryVersion>> = HashMap::new();
    for version in versions {
        by_entry.entry(version.entry).or_default().push(version);
    }
    Ok(entries
        .into_iter()
        .map(|entry| {
            let versions = by_entry.remove(&entry.id).unwrap_or_default();
            (entry, versions)
        })
        .collect())
}

/// Brings an entry back that was removed; tells whether it was.
pub fn restore(tx: &mut Tx, registry: i64, entry: i64, at: i64) -> Result<bool, Fault> {
    let restored = tx.execute(
        "UPDATE entry SET removed_at = NULL, updated_at = $1 WHERE id = $2 AND removed_at IS NOT NULL \
         AND erased_at IS NULL",
        params![at, entry],
    )?;
    if restored > 0 {
        let change = count_change(tx, registry, 1)?;
        tx.execute("UPDATE entry SET change = $1 WHERE id = $2", params![change, entry])?;
    }
    Ok(restored > 0)
}

/// The members and phones that made the entries of a registry.
pub fn creators(tx: &mut Tx, registry: i64) -> Result<Vec<i64>, Fault> {
    tx.rows(
        "SELECT DISTINCT COALESCE(entry_version.device, entry_version.member) FROM entry CROSS JOIN entry_version \
         WHERE entry.registry = $1 AND entry_version.entry = entry.id AND entry_version.number = 1 \
         AND COALESCE(entry_version.device, entry_version.member) IS NOT NULL",
        params![registry],
        |row| row.get(0),
    )
}

/// A list of entries that came in one piece.
#[derive(Clone)]
pub struct Source {
    /// Number.
    pub id: i64,
    /// The registry.
    pub registry: i64,
    /// Name of the file.
    pub name: String,
    /// Size of the file in bytes.
    pub size: Option<i64>,
    /// How many entries it had.
    pub entries: i64,
    /// Who sent it.
    pub member: i64,
    /// The program that sent it.
    pub user_agent: Option<String>,
    /// When (ms).
    pub received_at: i64,
}

/// Adds a list.
pub fn add_source(tx: &mut Tx, source: &Source) -> Result<(), Fault> {
    tx.execute(
        "INSERT INTO entry_source (id, registry, name, size, entries, member, user_agent, received_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        params![
            source.id,
            source.registry,
            &source.name,
            source.size,
            source.entries,
            source.member,
            source.user_agent.as_deref(),
            source.received_at
        ],
    )?;
    Ok(())
}

/// One list by number.
pub fn source(tx: &mut Tx, id: i64) -> Result<Option<Source>, Fault> {
    tx.maybe(
        "SELECT id, registry, name, size, entries, member, user_agent, received_at FROM entry_source WHERE id = $1",
        params![id],
        |row| {
            Ok(Source {
                id: row.get(0)?,
                registry: row.get(1)?,
                name: row.get(2)?,
                size: row.get(3)?,
                entries: row.get(4)?,
                member: row.get(5)?,
                user_agent: row.get(6)?,
                received_at: row.get(7)?,
            })
        },
    )
}

/// Keeps what a submission will make of an entry until it is approved.
pub fn wait(tx: &mut Tx, submission: i64, held: &HeldUpdate) -> Result<(), Fault> {
    let version = &held.version;
    tx.execute(
        "INSERT INTO waiting_entry (id, registry, submission, uuid, branch_id, branch_base, trunk_version, changed, \
         open_values, sealed_sensitive, sealed_identity, sealed_device, submission_version, device, member, \
         received_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
        params![
            held.id,
            held.registry,
            submission,
            &held.uuid,
            version.branch_id.as_deref(),
            version.branch_base,
            version.trunk_version,
            &version.changed,
            &version.open_values,
            version.sealed_sensitive.as_deref(),
            version.sealed_identity.as_deref(),
            version.sealed_device.as_deref(),
            version.submission_version,
            version.device,
            version.member,
            version.received_at
        ],
    )?;
    Ok(())
}

/// What waits for this submission.
pub fn waiting_for(tx: &mut Tx, submission: i64) -> Result<Vec<HeldUpdate>, Fault> {
    tx.rows(
        &format!("SELECT {HELD_COLUMNS} FROM waiting_entry WHERE submission = $1 ORDER BY id"),
        params![submission],
        read_held,
    )
}

/// What waits in this registry for submissions that nobody has rejected.
pub fn waiting_in(tx: &mut Tx, registry: i64) -> Result<Vec<HeldUpdate>, Fault> {
    let columns = HELD_COLUMNS.split(", ").map(|name| format!("waiting_entry.{name}"));
    let columns = columns.collect::<Vec<_>>().join(", ");
    tx.rows(
        &format!(
            "SELECT {columns} FROM waiting_entry JOIN submission ON submission.id = waiting_entry.submission \
             WHERE waiting_entry.registry = $1 AND submission.removed_at IS NULL \
             AND submission.review_state <> 'rejected' ORDER BY waiting_entry.id"
        ),
        params![registry],
        read_held,
    )
}

/// Forgets what waits for a submission.
pub fn drop_waiting(tx: &mut Tx, submission: i64) -> Result<(), Fault> {
    tx.execute("DELETE FROM waiting_entry WHERE submission = $1", params![submission])?;
    Ok(())
}

/// Forgets one change that waited.
pub fn drop_waiting_one(tx: &mut Tx, id: i64) -> Result<(), Fault> {
    tx.execute("DELETE FROM waiting_entry WHERE id = $1", params![id])?;
    Ok(())
}

/// Whether any version of an entry came with this submission.
pub fn made_by_submission(tx: &mut Tx, submission: i64) -> Result<bool, Fault> {
    tx.one(
        "SELECT count(*) FROM entry_version JOIN submission_version \
         ON submission_version.id = entry_version.submission_version WHERE submission_version.submission = $1",
        params![submission],
        |row| Ok(row.get::<i64>(0)? > 0),
    )
}

/// The published forms (numbers) that a registry fills a list of, in their present version.
pub fn linked_forms(tx: &mut Tx, registry: i64) -> Result<Vec<i64>, Fault> {
    tx.rows(
        "SELECT DISTINCT form.id FROM form_file JOIN form ON form.current_version = form_file.form_version \
         WHERE form_file.registry = $1 AND form.removed = 0 ORDER BY form.id",
        params![registry],
        |row| row.get(0),
    )
}

/// The drafts (forms' numbers) that a registry fills a list of.
pub fn linked_drafts(tx: &mut Tx, registry: i64) -> Result<Vec<i64>, Fault> {
    tx.rows(
        "SELECT DISTINCT form.id FROM form_file JOIN form ON form.draft_version = form_file.form_version \
         WHERE form_file.registry = $1 AND form.removed = 0 ORDER BY form.id",
        params![registry],
        |row| row.get(0),
    )
}

/// The branches of held updates that follow the first version of an entry.
pub fn first_branches(tx: &mut Tx, registry: i64, uuid: &str) -> Result<Vec<String>, Fault> {
    tx.rows(
        "SELECT DISTINCT branch_id FROM held_update WHERE registry = $1 AND uuid = $2 AND branch_base = 1",
        params![registry, uuid],
        |row| row.get(0),
    )
}

/// Whether any update that came with this submission is held back.
pub fn held_for(tx: &mut Tx, submission: i64) -> Result<bool, Fault> {
    tx.one(
        "SELECT count(*) FROM held_update JOIN submission_version \
         ON submission_version.id = held_update.submission_version WHERE submission_version.submission = $1",
        params![submission],
        |row| Ok(row.get::<i64>(0)? > 0),
    )
}
