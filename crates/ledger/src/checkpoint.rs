//! Checkpoints: the signed head of a log (c2sp.org/tlog-checkpoint), and what a witness adds to one
//! (c2sp.org/tlog-cosignature).

use std::fmt;

use crate::hash::Hash;
use crate::key::{MAX_TIME, Signer, VerifierKey};
use crate::note::{NoteError, SignedNote, Verified, is_plain_text};
use crate::proof::{ProofError, verify_consistency};
use crate::tree::{MAX_SIZE, Tree};

/// What a log says about itself at one moment: these entries, in this order, and no others before them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// The log's name, for ever the same: a URL without its scheme.
    pub origin: String,
    /// Number of entries.
    pub size: u64,
    /// Root of the RFC 6962 tree over them.
    pub root: Hash,
    /// Further lines, of no meaning to this crate. The specification advises against them.
    pub extension: Vec<String>,
}

/// A checkpoint that cannot be read, believed or cosigned.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum CheckpointError {
    /// Not in the form of a checkpoint.
    #[error("this is not a checkpoint ({0}): fetch it again from where it was published")]
    Form(&'static str),
    /// Unreadable, or not signed as it should be.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// Another log's checkpoint.
    #[error("this checkpoint is of “{got}”, not of “{expected}”: check which ledger the file came from")]
    Origin {
        /// The log that was asked for.
        expected: String,
        /// The log that it is of.
        got: String,
    },
    /// Trusted keys signed it, but not the log's own.
    #[error(
        "the ledger “{0}” itself did not sign this checkpoint with a trusted key: check that the key is the right one"
    )]
    NotByTheLog(String),
    /// It does not continue what the witness saw before.
    #[error(
        "this checkpoint does not continue the one of size {seen} seen before: the ledger was rewritten. Keep both and say so"
    )]
    Rewritten {
        /// Size of the head seen before.
        seen: u64,
        /// What was wrong with the proof.
        #[source]
        cause: ProofError,
    },
    /// A time beyond what a cosignature can state.
    #[error("the time {0} cannot be stated in a cosignature: check the clock")]
    Time(u64),
}

impl Checkpoint {
    /// The head of a tree under its log's name.
    pub fn of(origin: &str, tree: &Tree) -> Self {
        Self { origin: origin.to_owned(), size: tree.size(), root: tree.root(), extension: Vec::new() }
    }

    /// Reads the text of a note. It says nothing about who signed it.
    pub fn parse(text: &str) -> Result<Self, CheckpointError> {
        let body = text.strip_suffix('\n').ok_or(CheckpointError::Form("its last line does not end"))?;
        let mut lines = body.split('\n');
        let (Some(origin), Some(size), Some(root)) = (lines.next(), lines.next(), lines.next()) else {
            return Err(CheckpointError::Form("fewer than three lines"));
        };
        let size = decimal(size).filter(|size| *size <= MAX_SIZE);
        let size = size.ok_or(CheckpointError::Form("the second line is not a size"))?;
        let root =
            Hash::from_base64(root).ok_or(CheckpointError::Form("the third line is not a root hash"))?;
        let extension: Vec<String> = lines.map(str::to_owned).collect();
        let is_line = |line: &str| !line.is_empty() && is_plain_text(line);
        if !is_line(origin) || !extension.iter().all(|line| is_line(line)) {
            return Err(CheckpointError::Form("an empty line or a control character"));
        }
        Ok(Self { origin: origin.to_owned(), size, root, extension })
    }

    /// The checkpoint as a note signed by the log, whose name should be the origin.
    pub fn sign(&self, log: &Signer) -> Result<SignedNote, CheckpointError> {
        let text = self.to_string();
        // An origin with a line break in it would say something else than was meant.
        if Self::parse(&text)? != *self {
            return Err(CheckpointError::Form("an origin or extension with a line break"));
        }
        let mut note = SignedNote::new(&text)?;
        note.sign(log);
        Ok(note)
    }

    /// Reads a checkpoint of the log `origin` and checks that it is signed by a trusted key of that name.
    /// Answers all signatures by trusted keys: the log's and those of witnesses.
    pub fn open<'a>(
        note: &SignedNote,
        trusted: &'a [VerifierKey],
        origin: &str,
    ) -> Result<(Self, Vec<Verified<'a>>), CheckpointError> {
        let verified = note.verify(trusted)?;
        let checkpoint = Self::parse(note.text())?;
        if checkpoint.origin != origin {
            return Err(CheckpointError::Origin { expected: origin.to_owned(), got: checkpoint.origin });
        }
        if !verified.iter().any(|signature| signature.key.name() == origin) {
            return Err(CheckpointError::NotByTheLog(origin.to_owned()));
        }
        Ok((checkpoint, verified))
    }

    /// Checks that this checkpoint continues an earlier one of the same log.
    pub fn continues(&self, earlier: &Self, proof: &[Hash]) -> Result<(), CheckpointError> {
        if self.origin != earlier.origin {
            let (expected, got) = (earlier.origin.clone(), self.origin.clone());
            return Err(CheckpointError::Origin { expected, got });
        }
        verify_consistency(earlier.size, earlier.root, self.size, self.root, proof)
            .map_err(|cause| CheckpointError::Rewritten { seen: earlier.size, cause })
    }
}

/// The text of the note: three lines and the extension lines.
impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n{}\n{}\n", self.origin, self.size, self.root.base64())?;
        self.extension.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

impl SignedNote {
    /// Adds a witness's cosignature over a checkpoint, at a time in Unix seconds.
    ///
    /// The witness thereby says that this is the largest head it has seen of the log: it must have checked
    /// the log's signature ([`Checkpoint::open`]) and the growth ([`Checkpoint::continues`]) before.
    pub fn cosign(&mut self, witness: &Signer, at: u64) -> Result<(), CheckpointError> {
        Checkpoint::parse(self.text())?;
        if at > MAX_TIME {
            return Err(CheckpointError::Time(at));
        }
        self.add(witness.cosign(self.text(), at));
        Ok(())
    }
}

/// An ASCII decimal without leading zeros.
pub(crate) fn decimal(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    (digits && (text == "0" || !text.starts_with('0'))).then(|| text.parse().ok())?
}
