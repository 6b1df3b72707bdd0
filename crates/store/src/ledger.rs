//! The ledger's rows: leaves, complete subtrees, and the head with its signed checkpoint.

use crate::{Fault, Tx, params};

/// One leaf as it was appended.
#[derive(Clone)]
pub struct LedgerLeaf {
    /// Place in the log, from 0.
    pub seq: i64,
    /// The leaf's canonical JSON.
    pub leaf: String,
    /// RFC 6962 leaf hash.
    pub hash: Vec<u8>,
}

/// The head: the tree's compact range and the newest signed checkpoint.
#[derive(Clone)]
pub struct Head {
    /// Compact range, as the `ledger` crate writes it.
    pub tree: Vec<u8>,
    /// Signed checkpoint; empty before the first.
    pub checkpoint: String,
}

/// The head, if the log has been begun.
pub fn head(tx: &mut Tx) -> Result<Option<Head>, Fault> {
    tx.maybe("SELECT tree, checkpoint FROM ledger_head WHERE id = 1", params![], |row| {
        Ok(Head { tree: row.get(0)?, checkpoint: row.get(1)? })
    })
}

/// Takes the head for appending: other servers wait until this transaction ends.
pub fn take_head(tx: &mut Tx) -> Result<Option<Head>, Fault> {
    tx.execute("UPDATE ledger_head SET id = 1 WHERE id = 1", params![])?;
    head(tx)
}

/// Keeps the head.
pub fn put_head(tx: &mut Tx, head: &Head) -> Result<(), Fault> {
    tx.execute(
        "INSERT INTO ledger_head (id, tree, checkpoint) VALUES (1, $1, $2) \
         ON CONFLICT (id) DO UPDATE SET tree = excluded.tree, checkpoint = excluded.checkpoint",
        params![&head.tree, &head.checkpoint],
    )?;
    Ok(())
}

/// Appends a leaf.
pub fn add_leaf(tx: &mut Tx, leaf: &LedgerLeaf) -> Result<(), Fault> {
    tx.execute(
        "INSERT INTO ledger_leaf (seq, leaf, hash) VALUES ($1, $2, $3)",
        params![leaf.seq, &leaf.leaf, &leaf.hash],
    )?;
    Ok(())
}

/// Keeps the hash of a complete subtree.
pub fn add_node(tx: &mut Tx, level: i64, position: i64, hash: &[u8]) -> Result<(), Fault> {
    tx.execute(
        "INSERT INTO ledger_node (level, position, hash) VALUES ($1, $2, $3) ON CONFLICT (level, position) DO NOTHING",
        params![level, position, hash],
    )?;
    Ok(())
}

/// The hash of a complete subtree; level 0 are the leaves.
pub fn node(tx: &mut Tx, level: i64, position: i64) -> Result<Option<Vec<u8>>, Fault> {
    if level == 0 {
        return tx.maybe("SELECT hash FROM ledger_leaf WHERE seq = $1", params![position], |row| row.get(0));
    }
    tx.maybe(
        "SELECT hash FROM ledger_node WHERE level = $1 AND position = $2",
        params![level, position],
        |row| row.get(0),
    )
}

/// Hashes of complete subtrees from `from` on, at most `limit`; level 0 are the leaves.
pub fn nodes(tx: &mut Tx, level: i64, from: i64, limit: i64) -> Result<Vec<Vec<u8>>, Fault> {
    if level == 0 {
        return tx.rows(
            "SELECT hash FROM ledger_leaf WHERE seq >= $1 ORDER BY seq LIMIT $2",
            params![from, limit],
            |row| row.get(0),
        );
    }
    tx.rows(
        "SELECT hash FROM ledger_node WHERE level = $1 AND position >= $2 ORDER BY position LIMIT $3",
        params![level, from, limit],
        |row| row.get(0),
    )
}

/// Leaves from `from` on, at most `limit`.
pub fn leaves(tx: &mut Tx, from: i64, limit: i64) -> Result<Vec<LedgerLeaf>, Fault> {
    tx.rows(
        "SELECT seq, leaf, hash FROM ledger_leaf WHERE seq >= $1 ORDER BY seq LIMIT $2",
        params![from, limit],
        |row| Ok(LedgerLeaf { seq: row.get(0)?, leaf: row.get(1)?, hash: row.get(2)? }),
    )
}
