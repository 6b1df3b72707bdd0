//! Brings a database to the shape this version expects.
//!
//! A migration is a numbered text in `migrations/`; each runs once, in one transaction with the note that it ran. A
//! published migration is never changed: the next one changes what it made.

use crate::database::Connection;
use crate::ids::Ids;
use crate::{Engine, Fault, Tx, params};

/// Number, name and text, in order.
const MIGRATIONS: &[(i64, &str, &str)] = &[(1, "house", include_str!("../migrations/0001_house.sql"))];

/// Any number will do, as long as all our servers use the same: they start one after the other.
const ADVISORY_LOCK: i64 = 0x6465_756e_6764_6165;

/// Runs what has not run yet. Safe when several servers start at once: the second waits and finds nothing to do.
pub(crate) fn bring_up_to_date(connection: &mut dyn Connection, ids: &Ids) -> Result<(), Fault> {
    apply(connection, ids, MIGRATIONS)
}

fn apply(connection: &mut dyn Connection, ids: &Ids, migrations: &[(i64, &str, &str)]) -> Result<(), Fault> {
    match connection.engine() {
        Engine::Sqlite => connection.batch("BEGIN IMMEDIATE")?,
        Engine::Postgres => {
            connection.batch(&format!("BEGIN; SELECT pg_advisory_xact_lock({ADVISORY_LOCK})"))?
        }
    }
    let mut tx = Tx::new(connection, ids);
    tx.define(
        "CREATE TABLE IF NOT EXISTS schema_migration (
             version BIGINT PRIMARY KEY, name TEXT NOT NULL, applied_at BIGINT NOT NULL)",
    )?;
    let done =
        tx.one("SELECT COALESCE(MAX(version), 0) FROM schema_migration", &[], |row| row.get::<i64>(0))?;
    let newest = migrations.last().map_or(0, |(version, _, _)| *version);
    if done > newest {
        let what = format!(
            "its database was written by a newer deungdae (schema {done}, this one knows {newest}); use that version"
        );
        return Err(Fault::Unusable { what });
    }
    for (version, name, text) in migrations.iter().filter(|(version, _, _)| *version > done) {
        tx.define(text).map_err(|fault| Fault::Unusable {
            what: format!("migration {version} ({name}) failed: {}", fault.cause()),
        })?;
        let now = tx.now();
        tx.execute("INSERT INTO schema_migration VALUES ($1, $2, $3)", params![*version, *name, now])?;
    }
    connection.batch("COMMIT")
}

/// Turns our type words into those of the database and drops the lines meant for the other one.
///
/// Only whole words in capitals outside quotes and comments are touched. TEXT gets the collation "C" on PostgreSQL,
/// so that text sorts and compares by code point on both; an id that is a `BIGINT PRIMARY KEY` becomes SQLite's own
/// row number.
pub(crate) fn translate(sql: &str, engine: Engine) -> String {
    let mut out = String::with_capacity(sql.len() + sql.len() / 4);
    let mut keep = true;
    for line in sql.split_inclusive('\n') {
        match line.trim() {
            "-- only sqlite" => keep = engine == Engine::Sqlite,
            "-- only postgres" => keep = engine == Engine::Postgres,
            "-- end only" => keep = true,
            _ if keep => translate_line(line, engine, &mut out),
            _ => {}
        }
    }
    out
}

fn translate_line(line: &str, engine: Engine, out: &mut String) {
    let (code, comment) = line.split_once("--").map_or((line, ""), |(code, comment)| (code, comment));
    for (index, part) in code.split('\'').enumerate() {
        if index > 0 {
            out.push('\'');
        }
        // Every second part stands between quotes.
        if index % 2 == 1 {
            out.push_str(part);
            continue;
        }
        let mut rest = part;
        while let Some(start) = rest.find(is_word) {
            let (before, tail) = rest.split_at(start);
            let (word, after) = tail.split_at(tail.find(|c| !is_word(c)).unwrap_or(tail.len()));
            out.push_str(before);
            out.push_str(word_for(word, engine));
            rest = after;
        }
        out.push_str(rest);
    }
    if !comment.is_empty() && line.ends_with('\n') {
        out.push('\n');
    }
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

fn word_for(word: &str, engine: Engine) -> &str {
    match (engine, word) {
        (Engine::Sqlite, "BIGINT") => "INTEGER",
        (Engine::Sqlite, "JSON") => "TEXT",
        (Engine::Postgres, "BLOB") => "BYTEA",
        (Engine::Postgres, "TEXT") => "TEXT COLLATE \"C\"",
        _ => word,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::link::Role;
    use crate::sqlite::Sqlite;

    const TEXT: &str =
        "CREATE TABLE a (id BIGINT PRIMARY KEY, t TEXT, b BLOB, o JSON, k TEXT DEFAULT 'TEXT'); -- TEXT
-- only sqlite
CREATE INDEX s ON a (t);
-- end only
-- only postgres
CREATE INDEX p ON a (t);
-- end only
";

    #[test]
    fn words_become_those_of_each_database() {
        assert_eq!(
            translate(TEXT, Engine::Sqlite),
            "CREATE TABLE a (id INTEGER PRIMARY KEY, t TEXT, b BLOB, o TEXT, k TEXT DEFAULT 'TEXT'); \n\
             CREATE INDEX s ON a (t);\n"
        );
        assert_eq!(
            translate(TEXT, Engine::Postgres),
            "CREATE TABLE a (id BIGINT PRIMARY KEY, t TEXT COLLATE \"C\", b BYTEA, o JSON, \
             k TEXT COLLATE \"C\" DEFAULT 'TEXT'); \nCREATE INDEX p ON a (t);\n"
        );
    }

    #[test]
    fn each_migration_runs_once_and_a_newer_database_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let mut connection = Sqlite::open(&folder.path().join("t.db"), Role::Write).unwrap();
        let ids = Ids::new(|| 0, 0);
        let both = [(1, "one", TEXT), (2, "two", "ALTER TABLE a ADD COLUMN z TEXT")];
        apply(&mut connection, &ids, &both[..1]).unwrap();
        apply(&mut connection, &ids, &both).unwrap();
        apply(&mut connection, &ids, &both).unwrap();
        let refused = apply(&mut connection, &ids, &both[..1]).unwrap_err();
        assert!(refused.to_string().contains("newer deungdae (schema 2, this one knows 1)"), "{refused}");
    }
}
