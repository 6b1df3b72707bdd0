//! Offline updates of entries that wait for their predecessor.

use crate::registry::EntryVersion;
use crate::row::Row;
use crate::{Fault, Tx, params};

/// An offline update whose predecessor has not arrived yet.
#[derive(Clone)]
pub struct HeldUpdate {
    /// Number; the same as that of the version it will become.
    pub id: i64,
    /// The registry.
    pub registry: i64,
    /// The entry's uuid.
    pub uuid: String,
    /// What will become the entry's version; `entry`, `number`, `base_number`, `conflict` and `leaf` are not known yet.
    pub version: EntryVersion,
}

/// Holds an update back.
pub fn hold(tx: &mut Tx, held: &HeldUpdate) -> Result<(), Fault> {
    let version = &held.version;
    tx.execute(
        "INSERT INTO held_update (id, registry, uuid, branch_id, branch_base, trunk_version, changed, open_values, \
         sealed_sensitive, sealed_identity, sealed_device, submission_version, device, member, received_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
        params![
            held.id,
            held.registry,
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

/// Columns of an update that waits, in the order in which [`read_held`] reads them; `waiting_entry` has the same.
pub(crate) const HELD_COLUMNS: &str = "id, registry, uuid, branch_id, branch_base, trunk_version, changed, open_values, \
     sealed_sensitive, sealed_identity, sealed_device, submission_version, device, member, received_at";

pub(crate) fn read_held(row: &Row) -> Result<HeldUpdate, Fault> {
    Ok(HeldUpdate {
        id: row.get(0)?,
        registry: row.get(1)?,
        uuid: row.get(2)?,
        version: EntryVersion {
            // Its values are sealed to this number.
            id: row.get(0)?,
            entry: 0,
            number: 0,
            base_number: None,
            branch_id: row.get(3)?,
            branch_base: row.get(4)?,
            trunk_version: row.get(5)?,
            conflict: None,
            changed: row.get(6)?,
            open_values: row.get(7)?,
            sealed_sensitive: row.get(8)?,
            sealed_identity: row.get(9)?,
            sealed_device: row.get(10)?,
            submission_version: row.get(11)?,
            source: None,
            user_agent: None,
            device: row.get(12)?,
            member: row.get(13)?,
            received_at: row.get(14)?,
            leaf: 0,
        },
    })
}

/// Takes the held update that continues a branch on this base, if there is one.
pub fn take_held(
    tx: &mut Tx,
    registry: i64,
    uuid: &str,
    branch_id: &str,
    branch_base: i64,
) -> Result<Option<HeldUpdate>, Fault> {
    let held = tx.maybe(
        &format!(
            "SELECT {HELD_COLUMNS} FROM held_update WHERE registry = $1 AND uuid = $2 AND branch_id = $3 \
             AND branch_base = $4 ORDER BY id LIMIT 1"
        ),
        params![registry, uuid, branch_id, branch_base],
        read_held,
    )?;
    if let Some(held) = &held {
        tx.execute("DELETE FROM held_update WHERE id = $1", params![held.id])?;
    }
    Ok(held)
}

/// Updates held longer than this, oldest first; they are to be applied although something is missing.
pub fn held_since(tx: &mut Tx, before: i64) -> Result<Vec<HeldUpdate>, Fault> {
    tx.rows(
        &format!("SELECT {HELD_COLUMNS} FROM held_update WHERE received_at < $1 ORDER BY registry, uuid, branch_base, id"),
        params![before],
        read_held,
    )
}

/// How many updates of a registry are held back.
pub fn held_count(tx: &mut Tx, registry: i64) -> Result<i64, Fault> {
    tx.one("SELECT count(*) FROM held_update WHERE registry = $1", params![registry], |row| row.get(0))
}

/// Forgets one held update that has been applied.
pub fn drop_held(tx: &mut Tx, id: i64) -> Result<(), Fault> {
    tx.execute("DELETE FROM held_update WHERE id = $1", params![id])?;
    Ok(())
}
