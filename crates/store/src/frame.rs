//! The frame of a case: lists that people are drawn from, sealed, and what is drawn during the tour.

use crate::{Fault, Row, Tx, params};

/// A list as it was read. The latest of its kind counts.
#[derive(Clone)]
pub struct FrameList {
    /// Number; grows with time.
    pub id: i64,
    /// The case.
    pub case: i64,
    /// Its kind in the protocol.
    pub kind: String,
    /// SHA-256 of the file as it came, hexadecimal.
    pub file_hash: String,
    /// How many people are on it.
    pub people: i64,
    /// Its lines, sealed.
    pub sealed: Vec<u8>,
    /// Who brought it.
    pub member: i64,
    /// When (ms).
    pub at: i64,
    /// Its leaf in the ledger.
    pub leaf: i64,
}

/// The lists together, frozen.
#[derive(Clone)]
pub struct Frame {
    /// Number.
    pub id: i64,
    /// The case.
    pub case: i64,
    /// SHA-256 of its lines, hexadecimal.
    pub hash: String,
    /// Root of the tree over its salted lines, hexadecimal.
    pub root: String,
    /// How many people are on it.
    pub people: i64,
    /// How many in each stratum, JSON.
    pub strata: String,
    /// Salt key and lines, sealed.
    pub sealed: Vec<u8>,
    /// Who froze it.
    pub member: i64,
    /// When (ms).
    pub at: i64,
    /// Its leaf in the ledger.
    pub leaf: i64,
}

/// A row and a seat drawn during the tour.
#[derive(Clone)]
pub struct WalkDraw {
    /// Number; grows with time.
    pub id: i64,
    /// The case.
    pub case: i64,
    /// Where.
    pub workshop: String,
    /// Of so many rows.
    pub of_rows: i64,
    /// Of so many seats in a row.
    pub of_seats: i64,
    /// Row and seat, sealed: they say who sat there.
    pub sealed: Vec<u8>,
    /// Who drew.
    pub member: i64,
    /// When (ms).
    pub at: i64,
    /// Its leaf in the ledger.
    pub leaf: i64,
}

/// Keeps a list.
pub fn add_list(tx: &mut Tx, list: &FrameList) -> Result<(), Fault> {
    tx.execute(
        "INSERT INTO frame_list (id, in_case, kind, file_hash, people, sealed, member, at, leaf) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        params![
            list.id,
            list.case,
            &list.kind,
            &list.file_hash,
            list.people,
            list.sealed.as_slice(),
            list.member,
            list.at,
            list.leaf
        ],
    )?;
    Ok(())
}

fn read_list(row: &Row) -> Result<FrameList, Fault> {
    Ok(FrameList {
        id: row.get(0)?,
        case: row.get(1)?,
        kind: row.get(2)?,
        file_hash: row.get(3)?,
        people: row.get(4)?,
        sealed: row.get(5)?,
        member: row.get(6)?,
        at: row.get(7)?,
        leaf: row.get(8)?,
    })
}

/// The lists of a case that count: the latest of each kind, in the order in which they came.
pub fn lists(tx: &mut Tx, case: i64) -> Result<Vec<FrameList>, Fault> {
    tx.rows(
        "SELECT id, in_case, kind, file_hash, people, sealed, member, at, leaf FROM frame_list \
         WHERE in_case = $1 AND id IN (SELECT MAX(id) FROM frame_list WHERE in_case = $1 GROUP BY kind) ORDER BY id",
        params![case],
        read_list,
    )
}

/// Whether a case has a list.
pub fn has_lists(tx: &mut Tx, case: i64) -> Result<bool, Fault> {
    let found = tx.maybe("SELECT MAX(id) FROM frame_list WHERE in_case = $1", params![case], |row| {
        row.get::<Option<i64>>(0)
    })?;
    Ok(found.flatten().is_some())
}

/// Keeps a frozen frame. False if the case has one.
pub fn add(tx: &mut Tx, frame: &Frame) -> Result<bool, Fault> {
    let added = tx.execute(
        "INSERT INTO frame (id, in_case, hash, root, people, strata, sealed, member, at, leaf) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (in_case) DO NOTHING",
        params![
            frame.id,
            frame.case,
            &frame.hash,
            &frame.root,
            frame.people,
            &frame.strata,
            frame.sealed.as_slice(),
            frame.member,
            frame.at,
            frame.leaf
        ],
    )?;
    Ok(added > 0)
}

/// The frozen frame of a case.
pub fn of_case(tx: &mut Tx, case: i64) -> Result<Option<Frame>, Fault> {
    tx.maybe(
        "SELECT id, in_case, hash, root, people, strata, sealed, member, at, leaf FROM frame WHERE in_case = $1",
        params![case],
        |row| {
            Ok(Frame {
                id: row.get(0)?,
                case: row.get(1)?,
                hash: row.get(2)?,
                root: row.get(3)?,
                people: row.get(4)?,
                strata: row.get(5)?,
                sealed: row.get(6)?,
                member: row.get(7)?,
                at: row.get(8)?,
                leaf: row.get(9)?,
            })
        },
    )
}

/// Keeps what was drawn during the tour.
pub fn add_walk(tx: &mut Tx, walk: &WalkDraw) -> Result<(), Fault> {
    tx.execute(
        "INSERT INTO walk_draw (id, in_case, workshop, of_rows, of_seats, sealed, member, at, leaf) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        params![
            walk.id,
            walk.case,
            &walk.workshop,
            walk.of_rows,
            walk.of_seats,
            walk.sealed.as_slice(),
            walk.member,
            walk.at,
            walk.leaf
        ],
    )?;
    Ok(())
}

/// What was drawn during the tour, in order.
pub fn walks(tx: &mut Tx, case: i64) -> Result<Vec<WalkDraw>, Fault> {
    tx.rows(
        "SELECT id, in_case, workshop, of_rows, of_seats, sealed, member, at, leaf FROM walk_draw \
         WHERE in_case = $1 ORDER BY id",
        params![case],
        |row| {
            Ok(WalkDraw {
                id: row.get(0)?,
                case: row.get(1)?,
                workshop: row.get(2)?,
                of_rows: row.get(3)?,
                of_seats: row.get(4)?,
                sealed: row.get(5)?,
                member: row.get(6)?,
                at: row.get(7)?,
                leaf: row.get(8)?,
            })
        },
    )
}
