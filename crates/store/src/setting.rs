//! Small numbers that count up, and the server's own settings.

use crate::{Fault, Tx, params};

/// The next number of a named sequence: 1, 2, 3 …
pub fn next_number(tx: &mut Tx, name: &str) -> Result<i64, Fault> {
    tx.one(
        "INSERT INTO counter (name, value) VALUES ($1, 1) \
         ON CONFLICT (name) DO UPDATE SET value = counter.value + 1 RETURNING value",
        params![name],
        |row| row.get(0),
    )
}

/// A setting of this installation.
pub fn get(tx: &mut Tx, name: &str) -> Result<Option<Vec<u8>>, Fault> {
    tx.maybe("SELECT value FROM setting WHERE name = $1", params![name], |row| row.get(0))
}

/// Keeps a setting, unless it is there already; returns the one that is kept.
pub fn get_or_put(tx: &mut Tx, name: &str, value: &[u8]) -> Result<Vec<u8>, Fault> {
    tx.execute(
        "INSERT INTO setting (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING",
        params![name, value],
    )?;
    Ok(get(tx, name)?.unwrap_or_default())
}

/// Keeps a setting.
pub fn put(tx: &mut Tx, name: &str, value: &[u8]) -> Result<(), Fault> {
    tx.execute(
        "INSERT INTO setting (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        params![name, value],
    )?;
    Ok(())
}
