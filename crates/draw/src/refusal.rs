//! Why something is refused: what is wrong, where, and what to do.

/// A sentence for the person who has to act. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// A line of the roster.
    #[error("roster, row {row}: {problem}")]
    Roster {
        /// Row as the person counts: the heading is row 1.
        row: u64,
        /// What is wrong and what to do.
        problem: String,
    },
    /// The roster as a whole.
    #[error("roster: {0}")]
    Frame(String),
    /// The design.
    #[error("design: {0}")]
    Design(String),
    /// A message in the public folder, by its file.
    #[error("{file}: {problem}")]
    Message {
        /// The file in the folder of the draw.
        file: String,
        /// What is wrong and what to do.
        problem: String,
    },
    /// A message that should be there.
    #[error("{file} is missing: {next}")]
    Missing {
        /// The file that is not there.
        file: String,
        /// Who has to do what.
        next: String,
    },
    /// A party did what it may not do now.
    #[error("{party}: {problem}")]
    Party {
        /// Who.
        party: String,
        /// What is wrong and what to do.
        problem: String,
    },
    /// The public randomness.
    #[error("beacon: {0}")]
    Beacon(String),
    /// Keys and proofs.
    #[error("key: {0}")]
    Key(String),
    /// What was opened to the auditor is not what was committed.
    #[error("opened material: {0}")]
    Opened(String),
    /// The field log.
    #[error("field log: {0}")]
    Field(String),
    /// A worker's slip.
    #[error("slip: {0}")]
    Slip(String),
}

impl Refusal {
    pub(crate) fn message(file: &str, problem: impl Into<String>) -> Self {
        Refusal::Message { file: file.to_owned(), problem: problem.into() }
    }

    pub(crate) fn party(party: &str, problem: impl Into<String>) -> Self {
        Refusal::Party { party: party.to_owned(), problem: problem.into() }
    }

    pub(crate) fn missing(file: &str, next: impl Into<String>) -> Self {
        Refusal::Missing { file: file.to_owned(), next: next.into() }
    }
}
