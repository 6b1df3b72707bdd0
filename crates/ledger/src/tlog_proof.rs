//! A proof in one file that an entry is in a log, to be checked offline (c2sp.org/tlog-proof).

use std::fmt;

use base64::{Engine, engine::general_purpose::STANDARD};

use crate::checkpoint::{Checkpoint, CheckpointError, decimal};
use crate::hash::{Hash, leaf_hash};
use crate::key::VerifierKey;
use crate::note::{NoteError, SignedNote, Verified};
use crate::proof::{ProofError, verify_inclusion};

const HEADER: &str = "c2sp.org/tlog-proof@v1";

/// An inclusion proof together with the signed checkpoint it leads to. Files end in `.tlog-proof`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlogProof {
    /// Bytes for the application's use. Nobody signed them.
    pub extra: Option<Vec<u8>>,
    /// Position of the entry, from 0.
    pub index: u64,
    /// The audit path, from the entry's brother up.
    pub path: Vec<Hash>,
    /// The checkpoint with its signatures.
    pub checkpoint: SignedNote,
}

/// A proof file that cannot be read, or does not prove.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum TlogProofError {
    /// Not in the form of a proof.
    #[error("this is not a proof of a ledger entry ({0}): fetch it again from where it was published")]
    Form(&'static str),
    /// Its last part is not a signed note.
    #[error("the proof's checkpoint: {0}")]
    Note(#[from] NoteError),
    /// The checkpoint is not signed as it should be.
    #[error("the proof's checkpoint: {0}")]
    Checkpoint(#[from] CheckpointError),
    /// The path leads elsewhere.
    #[error(transparent)]
    Proof(#[from] ProofError),
}

impl TlogProof {
    /// Reads a proof file. Printing it again gives the same bytes.
    pub fn parse(bytes: &[u8]) -> Result<Self, TlogProofError> {
        let text = str::from_utf8(bytes).map_err(|_| TlogProofError::Form("not UTF-8"))?;
        let (head, note) =
            text.split_once("\n\n").ok_or(TlogProofError::Form("no empty line before the checkpoint"))?;
        let mut lines = head.split('\n').peekable();
        if lines.next() != Some(HEADER) {
            return Err(TlogProofError::Form("the first line is another"));
        }
        let extra = lines
            .next_if(|line| line.starts_with("extra"))
            .map(|line| line.strip_prefix("extra ").and_then(|encoded| STANDARD.decode(encoded).ok()));
        let extra = match extra {
            Some(None) => return Err(TlogProofError::Form("the extra line is malformed")),
            Some(Some(bytes)) => Some(bytes),
            None => None,
        };
        let index = lines.next().and_then(|line| line.strip_prefix("index ")).and_then(decimal);
        let index = index.ok_or(TlogProofError::Form("the index line is missing or malformed"))?;
        let path = lines.map(Hash::from_base64).collect::<Option<Vec<_>>>();
        let path = path.ok_or(TlogProofError::Form("a line of the path is not a hash"))?;
        Ok(Self { extra, index, path, checkpoint: SignedNote::parse(note.as_bytes())? })
    }

    /// Checks that the entry is in the log `origin`, under a checkpoint signed by a trusted key of that name.
    /// Answers the checkpoint and the trusted signatures on it; how many witnesses are enough is for the
    /// caller to say.
    pub fn verify<'a>(
        &self,
        entry: &[u8],
        trusted: &'a [VerifierKey],
        origin: &str,
    ) -> Result<(Checkpoint, Vec<Verified<'a>>), TlogProofError> {
        let (checkpoint, verified) = Checkpoint::open(&self.checkpoint, trusted, origin)?;
        verify_inclusion(leaf_hash(entry), self.index, checkpoint.size, &self.path, checkpoint.root)?;
        Ok((checkpoint, verified))
    }
}

impl fmt::Display for TlogProof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEADER}")?;
        if let Some(extra) = &self.extra {
            writeln!(f, "extra {}", STANDARD.encode(extra))?;
        }
        writeln!(f, "index {}", self.index)?;
        self.path.iter().try_for_each(|hash| writeln!(f, "{}", hash.base64()))?;
        write!(f, "\n{}", self.checkpoint)
    }
}
