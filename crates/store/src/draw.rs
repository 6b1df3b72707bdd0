//! Draws: their public messages, and the monitor's secrets, sealed.

use crate::{Fault, Row, Tx, params};

/// One draw of the sequence of a case. Where it stands follows from its messages.
#[derive(Clone)]
pub struct CaseDraw {
    /// Number.
    pub id: i64,
    /// The case.
    pub case: i64,
    /// What is drawn, `people` or `files`; each has a sequence of its own.
    pub units: String,
    /// What it is called in public, site/period/number.
    pub draw: String,
    /// Its place in the sequence, from 1.
    pub seq: i64,
    /// Who began it.
    pub member: i64,
    /// When (ms).
    pub at: i64,
}

/// A public message. One that was cosigned is a newer row of the same file.
#[derive(Clone)]
pub struct DrawMessage {
    /// Number; grows with time.
    pub id: i64,
    /// The draw.
    pub draw: i64,
    /// Its file in the folder of the draw.
    pub file: String,
    /// The file's text.
    pub content: String,
    /// Who brought it here.
    pub member: i64,
    /// When (ms).
    pub at: i64,
    /// Its leaf in the ledger.
    pub leaf: i64,
}

/// An attempt to hear somebody.
#[derive(Clone)]
pub struct DrawAttempt {
    /// Number.
    pub id: i64,
    /// The draw.
    pub draw: i64,
    /// Its place in the log, from 1.
    pub seq: i64,
    /// What became of it.
    pub code: String,
    /// Whether it was somebody in reserve.
    pub reserve: bool,
    /// Whom it was about, and the salt of its commitment, sealed.
    pub sealed: Vec<u8>,
}

fn read(row: &Row) -> Result<CaseDraw, Fault> {
    Ok(CaseDraw {
        id: row.get(0)?,
        case: row.get(1)?,
        units: row.get(2)?,
        draw: row.get(3)?,
        seq: row.get(4)?,
        member: row.get(5)?,
        at: row.get(6)?,
    })
}

/// Begins a draw.
pub fn add(tx: &mut Tx, draw: &CaseDraw) -> Result<(), Fault> {
    tx.execute(
        "INSERT INTO case_draw (id, in_case, units, draw, seq, member, at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        params![draw.id, draw.case, &draw.units, &draw.draw, draw.seq, draw.member, draw.at],
    )?;
    Ok(())
}

/// The draws of a case: of people before those of files, each in sequence.
pub fn of_case(tx: &mut Tx, case: i64) -> Result<Vec<CaseDraw>, Fault> {
    tx.rows(
        "SELECT id, in_case, units, draw, seq, member, at FROM case_draw WHERE in_case = $1 ORDER BY units DESC, seq",
        params![case],
        read,
    )
}

/// One draw of a case.
pub fn by_seq(tx: &mut Tx, case: i64, units: &str, seq: i64) -> Result<Option<CaseDraw>, Fault> {
    tx.maybe(
        "SELECT id, in_case, units, draw, seq, member, at FROM case_draw
         WHERE in_case = $1 AND units = $2 AND seq = $3",
        params![case, units, seq],
        read,
    )
}

/// A draw by what it is called in public.
pub fn by_name(tx: &mut Tx, draw: &str) -> Result<Option<CaseDraw>, Fault> {
    tx.maybe(
        "SELECT id, in_case, units, draw, seq, member, at FROM case_draw WHERE draw = $1",
        params![draw],
        read,
    )
}

/// Keeps a message.
pub fn add_message(tx: &mut Tx, message: &DrawMessage) -> Result<(), Fault> {
    tx.execute(
        "INSERT INTO draw_message (id, draw, file, content, member, at, leaf) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        params![
            message.id,
            message.draw,
            &message.file,
            &message.content,
            message.member,
            message.at,
            message.leaf
        ],
    )?;
    Ok(())
}

/// All messages of a draw in the order in which they came, earlier forms of cosigned ones included.
pub fn messages(tx: &mut Tx, draw: i64) -> Result<Vec<DrawMessage>, Fault> {
    tx.rows(
        "SELECT id, draw, file, content, member, at, leaf FROM draw_message WHERE draw = $1 ORDER BY id",
        params![draw],
        |row| {
            Ok(DrawMessage {
                id: row.get(0)?,
                draw: row.get(1)?,
                file: row.get(2)?,
                content: row.get(3)?,
                member: row.get(4)?,
                at: row.get(5)?,
                leaf: row.get(6)?,
            })
        },
    )
}

/// Keeps a secret of a draw under its name. False if there is one already.
pub fn add_secret(tx: &mut Tx, draw: i64, name: &str, sealed: &[u8]) -> Result<bool, Fault> {
    let added = tx.execute(
        "INSERT INTO draw_secret (draw, name, sealed) VALUES ($1, $2, $3) ON CONFLICT (draw, name) DO NOTHING",
        params![draw, name, sealed],
    )?;
    Ok(added > 0)
}

/// A secret of a draw.
pub fn secret(tx: &mut Tx, draw: i64, name: &str) -> Result<Option<Vec<u8>>, Fault> {
    tx.maybe("SELECT sealed FROM draw_secret WHERE draw = $1 AND name = $2", params![draw, name], |row| {
        row.get(0)
    })
}

/// Destroys a secret of a draw.
pub fn destroy_secret(tx: &mut Tx, draw: i64, name: &str) -> Result<(), Fault> {
    tx.execute("DELETE FROM draw_secret WHERE draw = $1 AND name = $2", params![draw, name])?;
    Ok(())
}

/// Adds an attempt to the log.
pub fn add_attempt(tx: &mut Tx, attempt: &DrawAttempt) -> Result<(), Fault> {
    tx.execute(
        "INSERT INTO draw_attempt (id, draw, seq, code, reserve, sealed) VALUES ($1, $2, $3, $4, $5, $6)",
        params![
            attempt.id,
            attempt.draw,
            attempt.seq,
            &attempt.code,
            attempt.reserve,
            attempt.sealed.as_slice()
        ],
    )?;
    Ok(())
}

/// The attempts of a draw, in order.
pub fn attempts(tx: &mut Tx, draw: i64) -> Result<Vec<DrawAttempt>, Fault> {
    tx.rows(
        "SELECT id, draw, seq, code, reserve, sealed FROM draw_attempt WHERE draw = $1 ORDER BY seq",
        params![draw],
        |row| {
            Ok(DrawAttempt {
                id: row.get(0)?,
                draw: row.get(1)?,
                seq: row.get(2)?,
                code: row.get(3)?,
                reserve: row.get(4)?,
                sealed: row.get(5)?,
            })
        },
    )
}
