//! PostgreSQL, perhaps shared by several servers.

use std::collections::HashMap;
use std::error::Error;
use std::ops::ControlFlow;
use std::time::Duration;

use postgres::config::SslMode;
use postgres::error::SqlState;
use postgres::fallible_iterator::FallibleIterator;
use postgres::types::private::BytesMut;
use postgres::types::{FromSql, IsNull, ToSql, Type};
use postgres::{Client, Config, NoTls, Statement};

use crate::database::{Connection, Each, Engine, brief};
use crate::link::Role;
use crate::row::{Inner, Row};
use crate::{Fault, Value, ValueRef};

/// Statements kept prepared on each connection; when there are more, all are dropped and it starts again.
const PREPARED: usize = 256;

/// An operator may have turned synchronous_commit off for the cluster; an acknowledgement from us means that it is
/// on the disk, so it is turned on for our sessions, and left alone where it promises more than that.
const SESSION: &str = "
    SET client_min_messages = warning;
    SET lock_timeout = '10s';
    SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off';
";

/// Reads are planned each time by the size that tables have then: a plan that was made while a table was small would
/// read all of it later, where nobody's statistics tell the server to plan anew. Writes find single rows by their keys.
const READING: &str = "SET plan_cache_mode = force_custom_plan;";

pub(crate) struct Postgres {
    client: Client,
    prepared: HashMap<String, Statement>,
}

/// Reads a `postgres://` URL. Messages never repeat it, for it may hold a password.
pub(crate) fn configure(url: &str) -> Result<Config, Fault> {
    let mut config: Config = url.parse().map_err(|_| Fault::Unusable {
        what: "the database must be given as postgres://user@host/name, or postgres:///name?host=/run/postgresql"
            .to_owned(),
    })?;
    if !matches!(config.get_ssl_mode(), SslMode::Disable | SslMode::Prefer) {
        let what = "sslmode=require is not supported: reach PostgreSQL by its socket, on this machine, or in a tunnel";
        return Err(Fault::Unusable { what: what.to_owned() });
    }
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(Duration::from_secs(5));
    }
    config.tcp_user_timeout(Duration::from_secs(30)).keepalives_idle(Duration::from_secs(30));
    config.application_name("deungdae");
    Ok(config)
}

impl Postgres {
    pub(crate) fn open(config: &Config, role: Role) -> Result<Self, Fault> {
        let connect = || {
            let mut client = config.connect(NoTls)?;
            client.batch_execute(SESSION)?;
            if role == Role::Read {
                client.batch_execute(READING)?;
            }
            Ok(Postgres { client, prepared: HashMap::new() })
        };
        connect().map_err(|error: postgres::Error| {
            let source = error.source().map_or_else(|| error.to_string(), ToString::to_string);
            Fault::unavailable(format!("connecting to PostgreSQL: {source}"))
        })
    }

    fn statement(&mut self, sql: &str) -> Result<Statement, Fault> {
        if let Some(statement) = self.prepared.get(sql) {
            return Ok(statement.clone());
        }
        if self.prepared.len() >= PREPARED {
            self.prepared.clear();
        }
        let statement = self.client.prepare(sql).map_err(|error| fault(&error, sql))?;
        self.prepared.insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }

    fn count(statement: &Statement, values: &[Value<'_>], sql: &str) -> Result<(), Fault> {
        let (count, given) = (statement.params().len(), values.len());
        if count == given {
            return Ok(());
        }
        Err(Fault::internal(format!("{given} values were given for {count}; in: {}", brief(sql))))
    }
}

fn dynamic<'v>(values: &'v [Value<'_>]) -> impl ExactSizeIterator<Item = &'v (dyn ToSql + Sync)> {
    values.iter().map(|value| value as &(dyn ToSql + Sync))
}

impl Connection for Postgres {
    fn engine(&self) -> Engine {
        Engine::Postgres
    }

    fn execute(&mut self, sql: &str, values: &[Value<'_>]) -> Result<u64, Fault> {
        let statement = self.statement(sql)?;
        Self::count(&statement, values, sql)?;
        let values: Vec<_> = dynamic(values).collect();
        self.client.execute(&statement, &values).map_err(|error| fault(&error, sql))
    }

    fn query(&mut self, sql: &str, values: &[Value<'_>], each: Each<'_>) -> Result<(), Fault> {
        let statement = self.statement(sql)?;
        Self::count(&statement, values, sql)?;
        let mut rows =
            self.client.query_raw(&statement, dynamic(values)).map_err(|error| fault(&error, sql))?;
        while let Some(row) = rows.next().map_err(|error| fault(&error, sql))? {
            if let ControlFlow::Break(()) = each(&Row { inner: Inner::Postgres(&row) })? {
                break;
            }
        }
        Ok(())
    }

    fn batch(&mut self, sql: &str) -> Result<(), Fault> {
        self.client.batch_execute(sql).map_err(|error| fault(&error, sql))
    }

    fn in_transaction(&mut self) -> bool {
        !self.client.is_closed()
    }

    fn reset(&mut self) -> bool {
        !self.client.is_closed() && self.client.batch_execute("ROLLBACK").is_ok()
    }

    fn forget(&mut self) -> Result<bool, Fault> {
        // Its vacuum does this in its own time; SECURITY.md says so.
        Ok(true)
    }
}

/// The bytes of a column whatever its type.
struct Bytes<'r>(&'r [u8]);

impl<'r> FromSql<'r> for Bytes<'r> {
    fn from_sql(_: &Type, bytes: &'r [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Bytes(bytes))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

pub(crate) fn value(row: &postgres::Row, index: usize) -> Result<ValueRef<'_>, Fault> {
    let (Some(column), Ok(bytes)) = (row.columns().get(index), row.try_get::<_, Option<Bytes<'_>>>(index))
    else {
        return Err(Fault::internal(format!("the answer has no column {index}")));
    };
    let Some(Bytes(bytes)) = bytes else {
        return Ok(ValueRef::Null);
    };
    decode(column.type_(), bytes).ok_or_else(|| {
        let (name, kind) = (column.name(), column.type_());
        Fault::internal(format!(
            "column {index} ({name}) has the type {kind}: CAST it to BIGINT, TEXT or the like"
        ))
    })
}

fn decode<'r>(kind: &Type, bytes: &'r [u8]) -> Option<ValueRef<'r>> {
    Some(match *kind {
        Type::BOOL => ValueRef::Int(i64::from(*bytes.first()? != 0)),
        Type::INT2 => ValueRef::Int(i16::from_be_bytes(bytes.try_into().ok()?).into()),
        Type::INT4 => ValueRef::Int(i32::from_be_bytes(bytes.try_into().ok()?).into()),
        Type::INT8 => ValueRef::Int(i64::from_be_bytes(bytes.try_into().ok()?)),
        Type::FLOAT4 => ValueRef::Real(f32::from_be_bytes(bytes.try_into().ok()?).into()),
        Type::FLOAT8 => ValueRef::Real(f64::from_be_bytes(bytes.try_into().ok()?)),
        Type::TEXT | Type::VARCHAR | Type::BPCHAR | Type::NAME | Type::UNKNOWN | Type::JSON => {
            ValueRef::Text(std::str::from_utf8(bytes).ok()?)
        }
        Type::BYTEA => ValueRef::Blob(bytes),
        _ => return None,
    })
}

/// Encodes by the type that PostgreSQL deduced for the place, as SQLite would convert by affinity.
impl ToSql for Value<'_> {
    fn to_sql(&self, kind: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match (self, kind) {
            (Value::Null, _) => return Ok(IsNull::Yes),
            (Value::Int(number), &Type::INT8) => out.extend_from_slice(&number.to_be_bytes()),
            (Value::Int(number), &Type::INT4) => {
                out.extend_from_slice(&i32::try_from(*number)?.to_be_bytes())
            }
            (Value::Int(number), &Type::INT2) => {
                out.extend_from_slice(&i16::try_from(*number)?.to_be_bytes())
            }
            (Value::Int(number), &Type::FLOAT8) => out.extend_from_slice(&(*number as f64).to_be_bytes()),
            (Value::Int(0 | 1), &Type::BOOL) => out.extend_from_slice(&[u8::from(*self == Value::Int(1))]),
            (Value::Real(number), &Type::FLOAT8) => out.extend_from_slice(&number.to_be_bytes()),
            (
                Value::Text(text),
                &(Type::TEXT | Type::VARCHAR | Type::BPCHAR | Type::JSON | Type::UNKNOWN),
            ) => {
                out.extend_from_slice(text.as_bytes());
            }
            (Value::Blob(bytes), &Type::BYTEA) => out.extend_from_slice(bytes),
            (value, kind) => return Err(format!("{value:?} does not fit the type {kind}").into()),
        }
        Ok(IsNull::No)
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    fn to_sql_checked(
        &self,
        kind: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        self.to_sql(kind, out)
    }
}

/// PostgreSQL's messages may quote values; only those about the text of the statement (class 42) do not.
fn fault(error: &postgres::Error, sql: &str) -> Fault {
    let Some(said) = error.as_db_error() else {
        let cause = error.source().map_or_else(|| error.to_string(), |source| format!("{error}: {source}"));
        let away = error.is_closed() || error.source().is_some_and(|source| source.is::<std::io::Error>());
        return if away {
            Fault::unavailable(format!("PostgreSQL: {cause}"))
        } else {
            Fault::internal(format!("PostgreSQL: {cause}; in: {}", brief(sql)))
        };
    };
    let code = said.code();
    if *code == SqlState::UNIQUE_VIOLATION {
        return Fault::Conflict { constraint: said.constraint().unwrap_or("unnamed").to_owned() };
    }
    let passing = [
        SqlState::T_R_SERIALIZATION_FAILURE,
        SqlState::T_R_DEADLOCK_DETECTED,
        SqlState::LOCK_NOT_AVAILABLE,
        SqlState::READ_ONLY_SQL_TRANSACTION,
    ];
    let name =
        |part: Option<&str>, word: &str| part.map(|part| format!(", {word} {part}")).unwrap_or_default();
    let place = format!(
        "{}{}{}",
        name(said.table(), "table"),
        name(said.column(), "column"),
        name(said.constraint(), "constraint")
    );
    match code.code().get(..2) {
        // Connection lost, out of disk, memory or connections, shut down by the operator, failed disk.
        Some("08" | "53" | "57" | "58") => Fault::unavailable(format!("PostgreSQL: {}", said.message())),
        Some("XX") => Fault::Damaged { what: format!("PostgreSQL: error {}", code.code()) },
        _ if passing.contains(code) => Fault::unavailable(format!("PostgreSQL: {}", said.message())),
        Some("42") => Fault::internal(format!("PostgreSQL: {}; in: {}", said.message(), brief(sql))),
        _ => Fault::internal(format!("PostgreSQL: error {}{place}; in: {}", code.code(), brief(sql))),
    }
}
