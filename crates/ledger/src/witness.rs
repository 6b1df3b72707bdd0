//! What a witness does: it remembers the largest head it has seen of a log and signs only what continues it
//! (c2sp.org/tlog-witness, from files instead of requests).

use crate::checkpoint::{Checkpoint, CheckpointError, decimal};
use crate::hash::Hash;
use crate::key::{Signer, VerifierKey};
use crate::note::SignedNote;

/// A checkpoint together with the proof that it continues an older one: the body of a request to a witness.
///
/// ```text
/// old 20
/// PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=
///
/// ledger.example.org/north
/// 21
/// …
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Growth {
    /// The size that the proof starts from.
    pub old: u64,
    /// The consistency proof.
    pub proof: Vec<Hash>,
    /// The checkpoint.
    pub checkpoint: SignedNote,
}

/// Why a witness does not sign.
#[derive(Debug, Clone, thiserror::Error, PartialEq, Eq)]
pub enum WitnessRefusal {
    /// Not readable as a request.
    #[error("this is not a checkpoint with its proof ({0}): ask whoever keeps the ledger for it again")]
    Form(&'static str),
    /// Not this log's, or not signed by it.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointErrorText),
    /// The log has been seen larger.
    #[error(
        "this checkpoint has {size} entries, and this witness has signed one of {seen}: ask for a newer one"
    )]
    Older {
        /// Its size.
        size: u64,
        /// The size signed before.
        seen: u64,
    },
    /// The proof is from another size than the one seen.
    #[error(
        "the proof starts from {old} entries, and this witness last signed {seen}: ask for one from {seen}"
    )]
    ProofFrom {
        /// Where it starts.
        old: u64,
        /// Where it should.
        seen: u64,
    },
    /// Two heads of the same log that exclude each other, or a proof that does not lead from one to the other.
    #[error(
        "{certainty}: its head of {size} entries does not continue the one of {seen} entries that this witness signed. Do not sign; keep both and show them to the other witnesses"
    )]
    Fork {
        /// `the ledger was forked`, or `the ledger was forked, or the proof is damaged`.
        certainty: &'static str,
        /// The head seen before.
        seen: u64,
        /// The head shown now.
        size: u64,
    },
}

/// A [`CheckpointError`] as its sentence, so that refusals can be compared and cloned.
#[derive(Debug, Clone, thiserror::Error, PartialEq, Eq)]
#[error("{0}")]
pub struct CheckpointErrorText(String);

impl From<CheckpointError> for WitnessRefusal {
    fn from(error: CheckpointError) -> Self {
        WitnessRefusal::Checkpoint(CheckpointErrorText(error.to_string()))
    }
}

impl Growth {
    /// Reads a request.
    pub fn parse(bytes: &[u8]) -> Result<Self, WitnessRefusal> {
        let text = str::from_utf8(bytes).map_err(|_| WitnessRefusal::Form("not UTF-8"))?;
        let (head, note) = text.split_once("\n\n").ok_or(WitnessRefusal::Form("no empty line"))?;
        let mut lines = head.split('\n');
        let old = lines.next().and_then(|line| line.strip_prefix("old ")).and_then(decimal);
        let old = old.ok_or(WitnessRefusal::Form("its first line is not “old” and a size"))?;
        let proof = lines.map(Hash::from_base64).collect::<Option<Vec<_>>>();
        let proof = proof.filter(|proof| proof.len() <= 63);
        let proof = proof.ok_or(WitnessRefusal::Form("a line of the proof is not a hash"))?;
        let checkpoint = SignedNote::parse(note.as_bytes()).map_err(CheckpointError::from)?;
        Ok(Self { old, proof, checkpoint })
    }
}

impl std::fmt::Display for Growth {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "old {}", self.old)?;
        self.proof.iter().try_for_each(|hash| writeln!(f, "{}", hash.base64()))?;
        write!(f, "\n{}", self.checkpoint)
    }
}

/// Checks that a checkpoint is the log's and continues what was seen. The caller stores it before signing, and
/// keeps it as evidence if this is [`WitnessRefusal::Fork`].
pub fn accept(
    growth: &Growth,
    log: &VerifierKey,
    seen: Option<&Checkpoint>,
) -> Result<Checkpoint, WitnessRefusal> {
    let (checkpoint, _) = Checkpoint::open(&growth.checkpoint, std::slice::from_ref(log), log.name())?;
    let Some(seen) = seen else { return Ok(checkpoint) };
    let fork = |certainty| WitnessRefusal::Fork { certainty, seen: seen.size, size: checkpoint.size };
    if checkpoint.size == seen.size {
        return if checkpoint.root == seen.root {
            Ok(checkpoint)
        } else {
            Err(fork("the ledger was forked"))
        };
    }
    if checkpoint.size < seen.size {
        return Err(WitnessRefusal::Older { size: checkpoint.size, seen: seen.size });
    }
    if growth.old != seen.size {
        return Err(WitnessRefusal::ProofFrom { old: growth.old, seen: seen.size });
    }
    match checkpoint.continues(seen, &growth.proof) {
        Ok(()) => Ok(checkpoint),
        Err(_) => Err(fork("the ledger was forked, or the proof is damaged")),
    }
}

/// The line that a witness adds: `— name base64`, and the checkpoint with it.
pub fn cosigned(growth: &Growth, witness: &Signer, at: u64) -> Result<(String, SignedNote), WitnessRefusal> {
    let mut note = growth.checkpoint.clone();
    note.cosign(witness, at)?;
    let line = note.to_string().lines().last().unwrap_or_default().to_owned();
    Ok((line, note))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Tree, consistency_proof, leaf_hash};
    use std::collections::HashMap;

    const ORIGIN: &str = "ledger.example.org/north";

    fn log() -> Signer {
        Signer::from_seed(ORIGIN, &[7; 32]).unwrap()
    }

    fn growth(old: u64, words: &[&str]) -> Growth {
        let (mut tree, mut nodes) = (Tree::new(), HashMap::new());
        for word in words {
            for node in tree.append(leaf_hash(word.as_bytes())) {
                nodes.insert((node.level, node.index), node.hash);
            }
        }
        let proof = consistency_proof(old.min(tree.size()), tree.size(), |level, index| {
            nodes.get(&(level, index)).copied()
        });
        let checkpoint = Checkpoint::of(ORIGIN, &tree).sign(&log()).unwrap();
        Growth { old, proof: proof.unwrap(), checkpoint }
    }

    fn shown(growth: &Growth, seen: Option<&Checkpoint>) -> Result<Checkpoint, WitnessRefusal> {
        // What is sent is a file, with one spelling.
        let read = Growth::parse(growth.to_string().as_bytes())?;
        assert_eq!(&read, growth);
        accept(&read, log().verifier_key(), seen)
    }

    #[test]
    fn only_what_continues_the_head_seen_before_is_signed() {
        let seen = shown(&growth(0, &["a", "b", "c"]), None).unwrap();
        for words in [&["a", "b", "c"][..], &["a", "b", "c", "d"], &["a", "b", "c", "d", "e", "f", "g"]] {
            assert_eq!(shown(&growth(3, words), Some(&seen)).unwrap().size, words.len() as u64);
        }
        let refused = |old, words: &[&str]| shown(&growth(old, words), Some(&seen)).unwrap_err();
        assert_eq!(refused(2, &["a", "b", "c", "d"]), WitnessRefusal::ProofFrom { old: 2, seen: 3 });
        assert_eq!(refused(0, &["a", "b"]), WitnessRefusal::Older { size: 2, seen: 3 });
        for words in [&["a", "b", "x"][..], &["a", "b", "x", "d"], &["x", "b", "c", "d", "e"]] {
            assert!(matches!(refused(3, words), WitnessRefusal::Fork { .. }), "{words:?}");
        }
        let stranger = Signer::from_seed(ORIGIN, &[8; 32]).unwrap();
        let mut forged = growth(3, &["a", "b", "c", "d"]);
        forged.checkpoint = Checkpoint::parse(forged.checkpoint.text()).unwrap().sign(&stranger).unwrap();
        assert!(matches!(shown(&forged, Some(&seen)), Err(WitnessRefusal::Checkpoint(_))));
    }

    #[test]
    fn what_is_no_request_is_refused() {
        let good = growth(2, &["a", "b", "c"]).to_string();
        for text in [
            good.replace("old 2", "old 02"),
            good.replace("old 2", "new 2"),
            good.replacen("\n\n", "\n", 1),
            good.replacen('\n', "\nAAAA\n", 1),
            good.replacen('\n', &format!("\n{}", format!("{}\n", "A".repeat(43) + "=").repeat(64)), 1),
            String::new(),
        ] {
            assert_ne!(text, good);
            assert!(Growth::parse(text.as_bytes()).is_err(), "{text}");
        }
        assert!(Growth::parse(b"\xff").is_err());
    }
}
