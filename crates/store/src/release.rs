//! Releases: sealed drafts, the signatures of two people, and the files that are public.

use crate::{Fault, Row, Tx, params};

/// A release.
#[derive(Clone)]
pub struct Release {
    /// Number.
    pub id: i64,
    /// The mandate.
    pub mandate: i64,
    /// The case that it is about.
    pub case: i64,
    /// Its name in addresses, for ever.
    pub name: String,
    /// Its title; empty until it is signed.
    pub title: String,
    /// Whether it is the access record and nothing else.
    pub only_access: bool,
    /// H("package", manifest-sha256.txt), in hexadecimal: what both people sign.
    pub package: String,
    /// Who drafted it.
    pub drafted_by: i64,
    /// When (ms).
    pub drafted_at: i64,
    /// Who signed first, and when (ms).
    pub prepared: Option<(i64, i64)>,
    /// Who signed second, and when (ms).
    pub signed: Option<(i64, i64)>,
    /// Its leaf in the ledger.
    pub leaf: Option<i64>,
    /// The proof of that leaf, with the cosignatures that have come.
    pub proof: Option<String>,
    /// When enough witnesses had cosigned (ms).
    pub published_at: Option<i64>,
    /// Who asked for its retraction, and why, for everybody.
    pub retraction: Option<(i64, String)>,
    /// Who agreed to that, and when (ms).
    pub retracted: Option<(i64, i64)>,
}

const COLUMNS: &str = "id, mandate, in_case, name, title, only_access, package, drafted_by, drafted_at, prepared_by, \
                       prepared_at, signed_by, signed_at, leaf, proof, published_at, retraction_by, \
                       retraction_reason, retracted_by, retracted_at";

fn read(row: &Row) -> Result<Release, Fault> {
    let pair = |at: usize| -> Result<Option<(i64, i64)>, Fault> {
        Ok(row.get::<Option<i64>>(at)?.zip(row.get::<Option<i64>>(at + 1)?))
    };
    Ok(Release {
        id: row.get(0)?,
        mandate: row.get(1)?,
        case: row.get(2)?,
        name: row.get(3)?,
        title: row.get(4)?,
        only_access: row.get::<i64>(5)? != 0,
        package: row.get(6)?,
        drafted_by: row.get(7)?,
        drafted_at: row.get(8)?,
        prepared: pair(9)?,
        signed: pair(11)?,
        leaf: row.get(13)?,
        proof: row.get(14)?,
        published_at: row.get(15)?,
        retraction: row.get::<Option<i64>>(16)?.zip(row.get::<Option<String>>(17)?),
        retracted: pair(18)?,
    })
}

/// Keeps a draft with its sealed copies: compartment and content each.
pub fn add(
    tx: &mut Tx,
    release: &Release,
    copies: impl IntoIterator<Item = (i64, Vec<u8>)>,
) -> Result<(), Fault> {
    tx.execute(
        "INSERT INTO case_release (id, mandate, in_case, name, title, only_access, package, drafted_by, drafted_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        params![
            release.id,
            release.mandate,
            release.case,
            &release.name,
            &release.title,
            i64::from(release.only_access),
            &release.package,
            release.drafted_by,
            release.drafted_at
        ],
    )?;
    for (compartment, sealed) in copies {
        tx.execute(
            "INSERT INTO release_copy (case_release, compartment, sealed) VALUES ($1, $2, $3)",
            params![release.id, compartment, &sealed],
        )?;
    }
    Ok(())
}

/// Removes a draft that nobody will sign. A signed release stays.
pub fn drop_draft(tx: &mut Tx, id: i64) -> Result<(), Fault> {
    tx.execute("DELETE FROM release_copy WHERE case_release = $1", params![id])?;
    tx.execute("DELETE FROM case_release WHERE id = $1 AND signed_at IS NULL", params![id])?;
    Ok(())
}

/// The sealed copies of a draft.
pub fn copies(tx: &mut Tx, id: i64) -> Result<Vec<Vec<u8>>, Fault> {
    tx.rows(
        "SELECT sealed FROM release_copy WHERE case_release = $1 ORDER BY compartment",
        params![id],
        |row| row.get(0),
    )
}

/// The releases of a case, newest first.
pub fn of_case(tx: &mut Tx, case: i64) -> Result<Vec<Release>, Fault> {
    tx.rows(
        &format!("SELECT {COLUMNS} FROM case_release WHERE in_case = $1 ORDER BY id DESC"),
        params![case],
        read,
    )
}

/// A release by its name.
pub fn by_name(tx: &mut Tx, name: &str) -> Result<Option<Release>, Fault> {
    tx.maybe(&format!("SELECT {COLUMNS} FROM case_release WHERE name = $1"), params![name], read)
}

/// Every release that is public, newest first.
pub fn published(tx: &mut Tx) -> Result<Vec<Release>, Fault> {
    tx.rows(
        &format!("SELECT {COLUMNS} FROM case_release WHERE published_at IS NOT NULL ORDER BY published_at DESC, id DESC"),
        params![],
        read,
    )
}

/// Puts the first signature under a draft.
pub fn prepare(tx: &mut Tx, id: i64, by: i64, at: i64) -> Result<(), Fault> {
    tx.execute(
        "UPDATE case_release SET prepared_by = $1, prepared_at = $2 WHERE id = $3",
        params![by, at, id],
    )?;
    Ok(())
}

/// Puts the second signature under a draft: its files become what they are, and the sealed copies go.
pub fn sign<'f>(
    tx: &mut Tx,
    release: &Release,
    (by, at, leaf): (i64, i64, i64),
    files: impl IntoIterator<Item = (&'f str, &'f [u8])>,
) -> Result<(), Fault> {
    tx.execute(
        "UPDATE case_release SET signed_by = $1, signed_at = $2, leaf = $3, title = $4 WHERE id = $5",
        params![by, at, leaf, &release.title, release.id],
    )?;
    tx.execute("DELETE FROM release_copy WHERE case_release = $1", params![release.id])?;
    for (path, content) in files {
        put_file(tx, release.id, path, content)?;
    }
    Ok(())
}

/// Keeps the proof of its leaf, and when it came to be public with that.
pub fn put_proof(tx: &mut Tx, id: i64, proof: &str, published_at: Option<i64>) -> Result<(), Fault> {
    tx.execute(
        "UPDATE case_release SET proof = $1, published_at = $2 WHERE id = $3",
        params![proof, published_at, id],
    )?;
    Ok(())
}

/// Gives up a proof, so that another is made.
pub fn drop_proof(tx: &mut Tx, id: i64) -> Result<(), Fault> {
    tx.execute("UPDATE case_release SET proof = NULL WHERE id = $1 AND published_at IS NULL", params![id])?;
    Ok(())
}

/// Keeps a public file.
pub fn put_file(tx: &mut Tx, id: i64, path: &str, content: &[u8]) -> Result<(), Fault> {
    tx.execute(
        "INSERT INTO release_file (case_release, path, content) VALUES ($1, $2, $3) \
         ON CONFLICT (case_release, path) DO UPDATE SET content = excluded.content",
        params![id, path, content],
    )?;
    Ok(())
}

/// The public files of a release: path and content, by path.
pub fn files(tx: &mut Tx, id: i64) -> Result<Vec<(String, Vec<u8>)>, Fault> {
    tx.rows(
        "SELECT path, content FROM release_file WHERE case_release = $1 ORDER BY path",
        params![id],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )
}

/// The paths of the public files of a release, with the number of their bytes.
pub fn paths(tx: &mut Tx, id: i64) -> Result<Vec<(String, i64)>, Fault> {
    tx.rows(
        "SELECT path, CAST(length(content) AS BIGINT) FROM release_file WHERE case_release = $1 ORDER BY path",
        params![id],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )
}

/// One public file of a release.
pub fn file(tx: &mut Tx, id: i64, path: &str) -> Result<Option<Vec<u8>>, Fault> {
    tx.maybe(
        "SELECT content FROM release_file WHERE case_release = $1 AND path = $2",
        params![id, path],
        |row| row.get(0),
    )
}

/// Keeps who asked for its retraction, and why; nothing takes that away again but to ask for nothing.
pub fn ask_retraction(tx: &mut Tx, id: i64, by: i64, reason: &str) -> Result<(), Fault> {
    tx.execute(
        "UPDATE case_release SET retraction_by = $1, retraction_reason = $2 WHERE id = $3",
        params![by, reason, id],
    )?;
    Ok(())
}

/// Keeps who agreed to its retraction.
pub fn retract(tx: &mut Tx, id: i64, by: i64, at: i64, leaf: i64) -> Result<(), Fault> {
    tx.execute(
        "UPDATE case_release SET retracted_by = $1, retracted_at = $2, retraction_leaf = $3 WHERE id = $4",
        params![by, at, leaf, id],
    )?;
    Ok(())
}
