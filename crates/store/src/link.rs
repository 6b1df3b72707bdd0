//! A connection that comes back by itself.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use crate::database::Connection;
use crate::postgres::{Postgres, configure};
use crate::sqlite::Sqlite;
use crate::{Engine, Fault};

/// Pauses between attempts to reach a database that is away.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// What a connection is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Write,
    Read,
}

/// Where the database is.
#[derive(Clone)]
pub(crate) enum Target {
    Sqlite(PathBuf),
    Postgres(Box<::postgres::Config>),
}

impl Target {
    /// A `postgres://` URL, or else the file in the data directory.
    pub(crate) fn choose(database: Option<&str>, file: PathBuf) -> Result<Self, Fault> {
        match database {
            None => Ok(Target::Sqlite(file)),
            Some(url) => Ok(Target::Postgres(Box::new(configure(url)?))),
        }
    }

    pub(crate) fn connect(&self, role: Role) -> Result<Box<dyn Connection>, Fault> {
        Ok(match self {
            Target::Sqlite(file) => Box::new(Sqlite::open(file, role)?),
            Target::Postgres(config) => Box::new(Postgres::open(config, role)?),
        })
    }
}

/// One connection of one thread.
pub(crate) struct Link {
    target: Target,
    role: Role,
    connection: Option<Box<dyn Connection>>,
    pause: Duration,
    not_before: Option<Instant>,
}

impl Link {
    pub(crate) fn new(target: Target, role: Role) -> Self {
        Link { target, role, connection: None, pause: FIRST_PAUSE, not_before: None }
    }

    /// Begins a transaction, on a new connection when the old one has gone. While the database is known to be
    /// away, it says so at once instead of letting every request wait for a timeout.
    pub(crate) fn begin(&mut self) -> Result<&mut dyn Connection, Fault> {
        // A connection that the server has closed while we slept is only noticed by using it.
        if let Some(connection) = &mut self.connection
            && let Err(fault) = connection.batch(begin_text(connection.engine(), self.role))
        {
            if connection.reset() {
                return Err(fault);
            }
            self.connection = None;
        }
        if self.connection.is_none() {
            let mut fresh = self.connect()?;
            fresh.batch(begin_text(fresh.engine(), self.role))?;
            self.connection = Some(fresh);
        }
        let connection = self.connection.as_deref_mut();
        connection
            .map(|connection| connection as &mut dyn Connection)
            .ok_or_else(|| Fault::unavailable("no connection"))
    }

    /// After a failed transaction: keeps the connection only when it is as good as new.
    pub(crate) fn reset(&mut self) {
        if self.connection.as_mut().is_some_and(|connection| !connection.reset()) {
            self.connection = None;
        }
    }

    /// Completes an erasure, or says that it has to be tried again.
    pub(crate) fn forget(&mut self) -> bool {
        let Some(connection) = &mut self.connection else {
            return false;
        };
        connection.forget().unwrap_or_else(|fault| {
            tracing::warn!(%fault, "old copies of something erased are still there");
            false
        })
    }

    fn connect(&mut self) -> Result<Box<dyn Connection>, Fault> {
        if self.not_before.is_some_and(|instant| Instant::now() < instant) {
            return Err(Fault::unavailable("the database does not answer; trying again in a moment"));
        }
        match self.target.connect(self.role) {
            Ok(connection) => {
                self.pause = FIRST_PAUSE;
                self.not_before = None;
                Ok(connection)
            }
            Err(fault) => {
                tracing::error!(%fault, "connecting to the database failed");
                self.not_before = Some(Instant::now() + self.pause);
                self.pause = (self.pause * 2).min(LONGEST_PAUSE);
                Err(fault)
            }
        }
    }
}

/// Readers see one state of the database from their first statement to their last.
fn begin_text(engine: Engine, role: Role) -> &'static str {
    match (engine, role) {
        (Engine::Sqlite, Role::Write) => "BEGIN IMMEDIATE",
        (Engine::Sqlite, Role::Read) => "BEGIN",
        (Engine::Postgres, Role::Write) => "BEGIN ISOLATION LEVEL READ COMMITTED",
        (Engine::Postgres, Role::Read) => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
    }
}
