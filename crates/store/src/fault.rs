//! What can go wrong on our side of the counter.

use thiserror::Error;

/// A failure of the store itself, told to the operator. No text here ever contains a bound value: only
/// statements, table, column and constraint names, and what the system said.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Fault {
    /// The database or the disk cannot be used at the moment; nothing of the request was stored. It becomes
    /// a 503, and the same request may be sent again.
    #[error("the store cannot be used now: {what}; nothing of this request was kept, it may be sent again")]
    Unavailable {
        /// The cause, as far as it is known.
        what: String,
    },
    /// The database or a file is not what was written.
    #[error("the store is damaged: {what}; stop the server and restore the last backup")]
    Damaged {
        /// What was found to be damaged.
        what: String,
    },
    /// Something with the same unique value is already there.
    #[error("already there ({constraint})")]
    Conflict {
        /// The violated constraint, named as PostgreSQL names it, on both databases:
        /// `<table>_<column>_…_key` for a unique constraint, `<table>_pkey` for a primary key.
        constraint: String,
    },
    /// The store was found in a state that needs the operator before the server can start.
    #[error("the store cannot be opened: {what}")]
    Unusable {
        /// What is wrong and what to do.
        what: String,
    },
    /// A mistake in our code.
    #[error("fault in the store: {what}")]
    Internal {
        /// What happened, and in which statement.
        what: String,
    },
}

impl Fault {
    /// The disk or the database is away.
    pub(crate) fn unavailable(what: impl Into<String>) -> Self {
        Fault::Unavailable { what: what.into() }
    }

    /// A mistake in our code, for example a row that does not have the shape its reader expects.
    pub fn internal(what: impl Into<String>) -> Self {
        Fault::Internal { what: what.into() }
    }

    /// Whether this is the unique constraint of that name.
    #[must_use]
    pub fn is_conflict(&self, name: &str) -> bool {
        matches!(self, Fault::Conflict { constraint } if constraint == name)
    }

    /// The cause alone, to be told again in the words of another fault.
    pub(crate) fn cause(&self) -> &str {
        match self {
            Fault::Unavailable { what }
            | Fault::Damaged { what }
            | Fault::Unusable { what }
            | Fault::Internal { what } => what,
            Fault::Conflict { constraint } => constraint,
        }
    }

    /// What the disk said while doing `act`.
    pub(crate) fn disk(act: &str, error: &std::io::Error) -> Self {
        Fault::unavailable(format!("{act}: {error}"))
    }
}

impl From<std::io::Error> for Fault {
    fn from(error: std::io::Error) -> Self {
        Fault::unavailable(error.to_string())
    }
}
