//! One SQL text for two databases.
//!
//! What such a text may look like is told at [`Tx`].

use std::ops::ControlFlow;

use crate::ids::Ids;
use crate::{Fault, Row, Value, migrate};

/// Which database is behind the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// A file in the data directory.
    Sqlite,
    /// A server, perhaps shared with other servers of ours.
    Postgres,
}

/// Receives the rows of an answer one by one, and says whether it wants more.
pub(crate) type Each<'e> = &'e mut dyn FnMut(&Row<'_>) -> Result<ControlFlow<()>, Fault>;

/// What a database must be able to do for us.
pub(crate) trait Connection: Send {
    fn engine(&self) -> Engine;
    /// Runs one statement and returns the number of rows it changed.
    fn execute(&mut self, sql: &str, values: &[Value<'_>]) -> Result<u64, Fault>;
    /// Runs one statement and hands over its rows as they come; never collects them.
    fn query(&mut self, sql: &str, values: &[Value<'_>], each: Each<'_>) -> Result<(), Fault>;
    /// Runs statements without values.
    fn batch(&mut self, sql: &str) -> Result<(), Fault>;
    /// Whether the transaction that was begun is still there: a full disk or a lost server takes it away.
    fn in_transaction(&mut self) -> bool;
    /// Gives up what is left of a transaction. False when the connection is of no use any more.
    fn reset(&mut self) -> bool;
    /// After an erasure: destroys old copies that the database keeps for its own use, as far as it lets us. False
    /// when somebody still reads them.
    fn forget(&mut self) -> Result<bool, Fault>;
}

/// A transaction in progress: what all the nouns of the store take.
///
/// What a statement may look like so that SQLite and PostgreSQL both take it and mean the same:
///
/// - values are bound as `$1…$n`, numbered in the order of their first use;
/// - column types are BIGINT, TEXT, BLOB, JSON, DOUBLE PRECISION, in capitals, each of them turned into the
///   database's own word by [`Tx::define`]; ids are made by [`Tx::new_id`], instants are milliseconds in a BIGINT,
///   truth values are 0 and 1 in a BIGINT;
/// - `INSERT … ON CONFLICT … DO NOTHING | DO UPDATE … RETURNING …` instead of try and error;
/// - JSON columns are bound and read as text and keep it to the byte. `open ->> $1` takes a field by its name on
///   both; it is text on PostgreSQL, but a number is a number on SQLite, so say which is meant:
///   `CAST(open ->> $1 AS TEXT)`, `CAST(open ->> $1 AS DOUBLE PRECISION)`. Comparing whole JSON values needs
///   `CAST(open AS TEXT)`;
/// - sums of BIGINT are `CAST(SUM(x) AS BIGINT)`; text is ordered by code point, `LIKE` minds the case;
/// - `FOR UPDATE` does not exist on SQLite (nor is it needed there): add [`Tx::for_update`] to the text.
pub struct Tx<'c> {
    connection: &'c mut dyn Connection,
    ids: &'c Ids,
    /// The first statement that failed and was not undone by [`Tx::attempt`].
    failed: Option<Fault>,
    erased: bool,
    /// How many savepoints are open.
    depth: usize,
}

impl<'c> Tx<'c> {
    pub(crate) fn new(connection: &'c mut dyn Connection, ids: &'c Ids) -> Self {
        Tx { connection, ids, failed: None, erased: false, depth: 0 }
    }

    /// Which database this is, for the rare statement that must differ (text search).
    #[must_use]
    pub fn engine(&self) -> Engine {
        self.connection.engine()
    }

    /// Milliseconds since 1970, from the clock the store was opened with.
    #[must_use]
    pub fn now(&self) -> i64 {
        self.ids.now()
    }

    /// A new id: positive, rising with time, unique across servers that share the database.
    #[must_use]
    pub fn new_id(&self) -> i64 {
        self.ids.next()
    }

    /// The end of a SELECT whose rows must not change before this transaction ends: `FOR UPDATE` on
    /// PostgreSQL, nothing on SQLite, where one writer holds the whole file.
    #[must_use]
    pub fn for_update(&self) -> &'static str {
        match self.engine() {
            Engine::Sqlite => "",
            Engine::Postgres => " FOR UPDATE",
        }
    }

    /// Runs a statement and returns the number of rows it changed.
    ///
    /// # Errors
    /// [`Fault::Conflict`] when a unique value is taken, other faults as they come. After a fault the
    /// transaction accepts nothing more unless the statement ran inside [`Tx::attempt`].
    pub fn execute(&mut self, sql: &str, values: &[Value<'_>]) -> Result<u64, Fault> {
        let result = sound(values).and_then(|()| self.connection.execute(sql, values));
        self.remember(result)
    }

    /// Hands the rows over one by one, in constant memory. `each` may stop early by an error of its own.
    ///
    /// # Errors
    /// The first error of the statement or of `each`.
    pub fn each<E: From<Fault>>(
        &mut self,
        sql: &str,
        values: &[Value<'_>],
        mut each: impl FnMut(&Row<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut stopped = None;
        let mut step = |row: &Row<'_>| match each(row) {
            Ok(()) => Ok(ControlFlow::Continue(())),
            Err(error) => {
                stopped = Some(error);
                Ok(ControlFlow::Break(()))
            }
        };
        self.query(sql, values, &mut step)?;
        stopped.map_or(Ok(()), Err)
    }

    /// All rows of an answer that is known to be short.
    ///
    /// # Errors
    /// The first error of the statement or of `read`.
    pub fn rows<T>(
        &mut self,
        sql: &str,
        values: &[Value<'_>],
        mut read: impl FnMut(&Row<'_>) -> Result<T, Fault>,
    ) -> Result<Vec<T>, Fault> {
        let mut found = Vec::new();
        let mut step = |row: &Row<'_>| {
            found.push(read(row)?);
            Ok(ControlFlow::Continue(()))
        };
        self.query(sql, values, &mut step)?;
        Ok(found)
    }

    /// The first row, when there is one. With `LIMIT 1` where there may be many: PostgreSQL sends them all.
    ///
    /// # Errors
    /// The first error of the statement or of `read`.
    pub fn maybe<T>(
        &mut self,
        sql: &str,
        values: &[Value<'_>],
        mut read: impl FnMut(&Row<'_>) -> Result<T, Fault>,
    ) -> Result<Option<T>, Fault> {
        let mut found = None;
        let mut step = |row: &Row<'_>| {
            found = Some(read(row)?);
            Ok(ControlFlow::Break(()))
        };
        self.query(sql, values, &mut step)?;
        Ok(found)
    }

    /// The first row of an answer that always has one.
    ///
    /// # Errors
    /// The first error of the statement or of `read`; [`Fault::Internal`] when there is no row.
    pub fn one<T>(
        &mut self,
        sql: &str,
        values: &[Value<'_>],
        read: impl FnMut(&Row<'_>) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        self.maybe(sql, values, read)?
            .ok_or_else(|| Fault::internal(format!("no row came from: {}", brief(sql))))
    }

    /// Runs `work` in a savepoint: when it fails, only what it did is undone and the transaction goes on.
    ///
    /// # Errors
    /// The error of `work`; a fault when the savepoint itself cannot be made or ended.
    pub fn attempt<T, E: From<Fault>>(
        &mut self,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        // Named by depth: after a panic inside `work`, savepoints that it opened may still stand.
        let name = format!("attempt_{}", self.depth);
        self.connection.batch(&format!("SAVEPOINT {name}"))?;
        let (outside, depth) = (self.failed.take(), self.depth);
        self.depth += 1;
        let result = work(self);
        let result = match (result, self.failed.take()) {
            // PostgreSQL refuses to go on after a failed statement, so we refuse for both.
            (Ok(_), Some(fault)) => Err(E::from(fault)),
            (result, _) => result,
        };
        (self.failed, self.depth) = (outside, depth);
        let ended = self.connection.batch(&match result {
            Ok(_) => format!("RELEASE SAVEPOINT {name}"),
            Err(_) => format!("ROLLBACK TO SAVEPOINT {name}; RELEASE SAVEPOINT {name}"),
        });
        self.remember(ended)?;
        result
    }

    /// Runs data definitions: type words become those of the database, and lines between `-- only sqlite` or
    /// `-- only postgres` and `-- end only` are left out for the other one.
    ///
    /// # Errors
    /// The first error of a statement.
    pub fn define(&mut self, sql: &str) -> Result<(), Fault> {
        let text = migrate::translate(sql, self.engine());
        let result = self.connection.batch(&text);
        self.remember(result)
    }

    /// Says that this transaction destroyed something that must not be read again. SQLite then empties its
    /// write-ahead log after the commit, which would otherwise hold the erased bytes until it is written over.
    /// PostgreSQL keeps old row versions until its vacuum, and its own log as long as it is configured to.
    pub fn erased(&mut self) {
        self.erased = true;
    }

    pub(crate) fn has_erased(&self) -> bool {
        self.erased
    }

    pub(crate) fn lost(&mut self) -> bool {
        !self.connection.in_transaction()
    }

    pub(crate) fn connection(&mut self) -> &mut dyn Connection {
        self.connection
    }

    pub(crate) fn failure(&self) -> Option<&Fault> {
        self.failed.as_ref()
    }

    /// The fault that the work so far ran into and did not undo.
    pub(crate) fn take_failure(&mut self) -> Option<Fault> {
        self.failed.take()
    }

    fn query(&mut self, sql: &str, values: &[Value<'_>], each: Each<'_>) -> Result<(), Fault> {
        let result = sound(values).and_then(|()| self.connection.query(sql, values, each));
        self.remember(result)
    }

    fn remember<T>(&mut self, result: Result<T, Fault>) -> Result<T, Fault> {
        if let Err(fault) = &result
            && self.failed.is_none()
        {
            self.failed = Some(fault.clone());
        }
        result
    }
}

/// What only one of the two could keep is refused for both: PostgreSQL has no NUL in text, SQLite no NaN.
fn sound(values: &[Value<'_>]) -> Result<(), Fault> {
    for (index, value) in values.iter().enumerate() {
        let what = match value {
            Value::Text(text) if text.as_bytes().contains(&0) => "contains the character NUL",
            Value::Real(number) if number.is_nan() => "is not a number",
            _ => continue,
        };
        return Err(Fault::internal(format!("the value bound to ${} {what}", index + 1)));
    }
    Ok(())
}

/// The beginning of a statement on one line, for messages.
pub(crate) fn brief(sql: &str) -> String {
    let line = sql.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(160) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default()),
        None => line,
    }
}
