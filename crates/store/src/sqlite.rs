//! SQLite: a file in the data directory.

use std::ops::ControlFlow;
use std::path::Path;
use std::time::Duration;

use rusqlite::ErrorCode;
use rusqlite::ffi::{SQLITE_CONSTRAINT_PRIMARYKEY, SQLITE_CONSTRAINT_UNIQUE};
use rusqlite::types::{ToSqlOutput, ValueRef as SqliteValue};

use crate::database::{Connection, Each, Engine, brief};
use crate::link::Role;
use crate::row::{Inner, Row};
use crate::{Fault, Value, ValueRef};

/// How long a statement waits for another process (a second server, the command line) to finish.
const BUSY: Duration = Duration::from_secs(10);

/// Statements kept prepared on each connection.
const PREPARED: usize = 128;

/// Durable, forgetful and small:
/// - `synchronous=FULL`: a commit returns when the log is on the disk;
/// - `secure_delete`: deleted bytes are overwritten with zeros;
/// - `temp_store=MEMORY`: no temporary file ever holds a row;
/// - `journal_size_limit`: a log that grew once shrinks again at its next start from the beginning;
/// - no `mmap`: a disk that fails under a mapped file is a signal that kills the process, not an error;
/// - `case_sensitive_like`: as PostgreSQL does.
const PRAGMAS: &str = "
    PRAGMA synchronous = FULL;
    PRAGMA foreign_keys = ON;
    PRAGMA secure_delete = ON;
    PRAGMA temp_store = MEMORY;
    PRAGMA mmap_size = 0;
    PRAGMA journal_size_limit = 67108864;
    PRAGMA case_sensitive_like = ON;
";

pub(crate) struct Sqlite {
    connection: rusqlite::Connection,
    /// After a damaged page or a failed read of the disk the connection is opened anew.
    broken: bool,
}

impl Sqlite {
    pub(crate) fn open(path: &Path, role: Role) -> Result<Self, Fault> {
        let open = || {
            let connection = rusqlite::Connection::open(path)?;
            connection.busy_timeout(BUSY)?;
            connection.set_prepared_statement_cache_capacity(PREPARED);
            turn_on_log(&connection)?;
            connection.execute_batch(PRAGMAS)?;
            connection.execute_batch(match role {
                // Negative: KiB of page cache.
                Role::Write => "PRAGMA cache_size = -8192;",
                Role::Read => "PRAGMA cache_size = -4096; PRAGMA query_only = ON;",
            })?;
            Ok(Sqlite { connection, broken: false })
        };
        open().map_err(|error| fault(&error, &format!("opening {}", path.display())))
    }

    fn note(&mut self, error: &rusqlite::Error, sql: &str) -> Fault {
        self.broken |= matches!(
            error.sqlite_error_code(),
            Some(
                ErrorCode::SystemIoFailure
                    | ErrorCode::CannotOpen
                    | ErrorCode::DatabaseCorrupt
                    | ErrorCode::NotADatabase
            )
        );
        fault(error, sql)
    }
}

/// Two servers that start at once may find the file locked in the one moment where SQLite does not wait by itself.
fn turn_on_log(connection: &rusqlite::Connection) -> Result<(), rusqlite::Error> {
    let mut tries = 0;
    loop {
        match connection.pragma_update(None, "journal_mode", "WAL") {
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) && tries < 100 => {
                tries += 1;
                std::thread::sleep(Duration::from_millis(20));
            }
            other => return other,
        }
    }
}

impl Connection for Sqlite {
    fn engine(&self) -> Engine {
        Engine::Sqlite
    }

    fn execute(&mut self, sql: &str, values: &[Value<'_>]) -> Result<u64, Fault> {
        let run = || {
            let mut statement = self.connection.prepare_cached(sql)?;
            bind(&mut statement, values)?;
            statement.raw_execute()
        };
        let result = run();
        result.map(|changed| changed as u64).map_err(|error| self.note(&error, sql))
    }

    fn query(&mut self, sql: &str, values: &[Value<'_>], each: Each<'_>) -> Result<(), Fault> {
        let mut run = || -> Result<Result<(), Fault>, rusqlite::Error> {
            let mut statement = self.connection.prepare_cached(sql)?;
            bind(&mut statement, values)?;
            let mut rows = statement.raw_query();
            while let Some(row) = rows.next()? {
                match each(&Row { inner: Inner::Sqlite(row) }) {
                    Ok(ControlFlow::Continue(())) => {}
                    Ok(ControlFlow::Break(())) => break,
                    Err(fault) => return Ok(Err(fault)),
                }
            }
            Ok(Ok(()))
        };
        let result = run();
        result.unwrap_or_else(|error| Err(self.note(&error, sql)))
    }

    fn batch(&mut self, sql: &str) -> Result<(), Fault> {
        let result = self.connection.execute_batch(sql);
        result.map_err(|error| self.note(&error, sql))
    }

    fn in_transaction(&mut self) -> bool {
        !self.connection.is_autocommit()
    }

    fn reset(&mut self) -> bool {
        if !self.connection.is_autocommit() && self.connection.execute_batch("ROLLBACK").is_err() {
            self.broken = true;
        }
        !self.broken
    }

    fn forget(&mut self) -> Result<bool, Fault> {
        let run = || {
            // A long reader must not hold up the writer: ask again later instead.
            self.connection.busy_timeout(Duration::from_millis(50))?;
            let busy =
                self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, i64>(0));
            self.connection.busy_timeout(BUSY)?;
            Ok(busy? == 0)
        };
        run().map_err(|error| fault(&error, "wal_checkpoint"))
    }
}

/// To SQLite `$2` is a name, numbered by its first use; values are bound by that name so that a text which uses
/// `$2` before `$1` means the same on both databases.
fn bind(statement: &mut rusqlite::Statement<'_>, values: &[Value<'_>]) -> Result<(), rusqlite::Error> {
    let count = statement.parameter_count();
    if count != values.len() {
        return Err(rusqlite::Error::InvalidParameterCount(values.len(), count));
    }
    for index in 1..=count {
        let name = statement.parameter_name(index).unwrap_or_default();
        let value = name.get(1..).and_then(|number| number.parse::<usize>().ok());
        let value = value.and_then(|number| values.get(number.checked_sub(1)?));
        let Some(value) = value else {
            return Err(rusqlite::Error::InvalidParameterName(name.to_owned()));
        };
        statement.raw_bind_parameter(index, value)?;
    }
    Ok(())
}

impl rusqlite::ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Value::Null => SqliteValue::Null,
            Value::Int(number) => SqliteValue::Integer(*number),
            Value::Real(number) => SqliteValue::Real(*number),
            Value::Text(text) => SqliteValue::Text(text.as_bytes()),
            Value::Blob(bytes) => SqliteValue::Blob(bytes),
        }))
    }
}

pub(crate) fn value<'r>(row: &'r rusqlite::Row<'r>, index: usize) -> Result<ValueRef<'r>, Fault> {
    let value =
        row.get_ref(index).map_err(|_| Fault::internal(format!("the answer has no column {index}")))?;
    Ok(match value {
        SqliteValue::Null => ValueRef::Null,
        SqliteValue::Integer(number) => ValueRef::Int(number),
        SqliteValue::Real(number) => ValueRef::Real(number),
        SqliteValue::Text(bytes) => ValueRef::Text(
            std::str::from_utf8(bytes)
                .map_err(|_| Fault::Damaged { what: format!("column {index} is not UTF-8") })?,
        ),
        SqliteValue::Blob(bytes) => ValueRef::Blob(bytes),
    })
}

/// SQLite's messages name tables and columns, never values.
fn fault(error: &rusqlite::Error, sql: &str) -> Fault {
    let rusqlite::Error::SqliteFailure(code, message) = error else {
        return Fault::internal(format!("{error}; in: {}", brief(sql)));
    };
    let message = message.clone().unwrap_or_else(|| code.to_string());
    match code.code {
        ErrorCode::DatabaseBusy
        | ErrorCode::DatabaseLocked
        | ErrorCode::OutOfMemory
        | ErrorCode::ReadOnly
        | ErrorCode::OperationInterrupted
        | ErrorCode::SystemIoFailure
        | ErrorCode::DiskFull
        | ErrorCode::CannotOpen
        | ErrorCode::PermissionDenied
        | ErrorCode::FileLockingProtocolFailed => Fault::unavailable(format!("SQLite: {message}")),
        ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => {
            Fault::Damaged { what: format!("SQLite: {message}") }
        }
        ErrorCode::ConstraintViolation => match code.extended_code {
            SQLITE_CONSTRAINT_UNIQUE | SQLITE_CONSTRAINT_PRIMARYKEY => {
                let primary = code.extended_code == SQLITE_CONSTRAINT_PRIMARYKEY;
                Fault::Conflict { constraint: constraint(&message, primary) }
            }
            _ => Fault::internal(format!("SQLite: {message}; in: {}", brief(sql))),
        },
        _ => Fault::internal(format!("SQLite: {message}; in: {}", brief(sql))),
    }
}

/// The name PostgreSQL would have given to the constraint of `UNIQUE constraint failed: member.email, member.era`.
fn constraint(message: &str, primary: bool) -> String {
    let columns = message.rsplit(": ").next().unwrap_or(message);
    if let Some(index) = columns.strip_prefix("index ") {
        return index.trim_matches('\'').to_owned();
    }
    let mut columns = columns.split(", ").map(|column| column.split_once('.').unwrap_or(("", column)));
    let Some((table, first)) = columns.next() else {
        return message.to_owned();
    };
    if primary {
        return format!("{table}_pkey");
    }
    let rest: String = columns.map(|(_, column)| format!("_{column}")).collect();
    format!("{table}_{first}{rest}_key")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conflicts_have_the_names_that_postgres_gives() {
        assert_eq!(constraint("UNIQUE constraint failed: member.email", false), "member_email_key");
        assert_eq!(
            constraint("UNIQUE constraint failed: form.mandate, form.name", false),
            "form_mandate_name_key"
        );
        assert_eq!(constraint("UNIQUE constraint failed: form.id", true), "form_pkey");
        assert_eq!(constraint("UNIQUE constraint failed: index 'form_lower_key'", false), "form_lower_key");
    }
}
