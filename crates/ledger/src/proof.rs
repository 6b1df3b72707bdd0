//! Proofs that an entry is in a tree, and that a tree only grew (RFC 6962 §2.1.1 and §2.1.2).
//!
//! The makers take a lookup of stored nodes by (level, index) and ask it for no more than about twice the
//! height of the tree. The checkers walk the tree in the same order as the makers, so that they read alike.

use crate::hash::{Hash, empty_root, node_hash};
use crate::tree::{MAX_SIZE, split};

/// Why a proof could not be made, or does not prove.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ProofError {
    /// The lookup had no such node.
    #[error(
        "the ledger's node {index} at level {level} is missing: its table is incomplete, rebuild it from the entries"
    )]
    MissingNode {
        /// Height above the entries.
        level: u8,
        /// Position within the level.
        index: u64,
    },
    /// There is nothing to prove.
    #[error(
        "the ledger of {size} entries has no entry or earlier head {at}: ask for one that lies before its end"
    )]
    OutOfRange {
        /// The index or older size asked for.
        at: u64,
        /// Size of the tree.
        size: u64,
    },
    /// More or fewer hashes than the tree's shape asks for.
    #[error(
        "the proof has {got} hashes, which does not fit the sizes it speaks of: it was cut, mixed up or made for another head"
    )]
    WrongLength {
        /// Hashes in the proof.
        got: usize,
    },
    /// The hashes lead elsewhere.
    #[error(
        "the proof leads to root {got}, not to {expected}: the entry or the older ledger is not part of this ledger"
    )]
    WrongRoot {
        /// The root that was to be shown.
        expected: Hash,
        /// The root that the proof leads to.
        got: Hash,
    },
}

/// The hash over entries `from..to`, from stored nodes. `from` is a multiple of the power of two that is not
/// less than the length, as it always is in RFC 6962's recursions.
pub(crate) fn range_hash(
    from: u64,
    to: u64,
    node: &mut impl FnMut(u8, u64) -> Option<Hash>,
) -> Result<Hash, ProofError> {
    let length = to - from;
    if length.is_power_of_two() {
        let (level, index) = (length.trailing_zeros() as u8, from >> length.trailing_zeros());
        return node(level, index).ok_or(ProofError::MissingNode { level, index });
    }
    let middle = from + split(length);
    Ok(node_hash(range_hash(from, middle, node)?, range_hash(middle, to, node)?))
}

/// The audit path of entry `index` in the tree of `size` entries: from the entry's brother up to the child of
/// the root.
pub fn inclusion_proof(
    index: u64,
    size: u64,
    mut node: impl FnMut(u8, u64) -> Option<Hash>,
) -> Result<Vec<Hash>, ProofError> {
    if index >= size || size > MAX_SIZE {
        return Err(ProofError::OutOfRange { at: index, size });
    }
    let (mut from, mut to) = (0, size);
    let mut path = Vec::new();
    while to - from > 1 {
        let middle = from + split(to - from);
        if index < middle {
            path.push(range_hash(middle, to, &mut node)?);
            to = middle;
        } else {
            path.push(range_hash(from, middle, &mut node)?);
            from = middle;
        }
    }
    path.reverse();
    Ok(path)
}

/// The root that an audit path leads to, for the entry with this leaf hash at `index` of `size` entries.
pub fn root_from_inclusion(leaf: Hash, index: u64, size: u64, path: &[Hash]) -> Result<Hash, ProofError> {
    if index >= size || size > MAX_SIZE {
        return Err(ProofError::OutOfRange { at: index, size });
    }
    let wrong_length = || ProofError::WrongLength { got: path.len() };
    // Going down, remember on which side the brother stands; then fold upwards.
    let (mut at, mut length) = (index, size);
    let mut brother_is_left = Vec::new();
    while length > 1 {
        let middle = split(length);
        brother_is_left.push(at >= middle);
        (at, length) = if at < middle { (at, middle) } else { (at - middle, length - middle) };
    }
    if brother_is_left.len() != path.len() {
        return Err(wrong_length());
    }
    Ok(brother_is_left.iter().rev().zip(path).fold(leaf, |hash, (&left, &brother)| {
        if left { node_hash(brother, hash) } else { node_hash(hash, brother) }
    }))
}

/// Checks that the entry with this leaf hash stands at `index` in the tree of `size` entries with this root.
pub fn verify_inclusion(
    leaf: Hash,
    index: u64,
    size: u64,
    path: &[Hash],
    root: Hash,
) -> Result<(), ProofError> {
    expect(root, root_from_inclusion(leaf, index, size, path)?)
}

/// The proof that the tree of `new` entries begins with the tree of `old` entries.
pub fn consistency_proof(
    old: u64,
    new: u64,
    mut node: impl FnMut(u8, u64) -> Option<Hash>,
) -> Result<Vec<Hash>, ProofError> {
    if old > new || new > MAX_SIZE {
        return Err(ProofError::OutOfRange { at: old, size: new });
    }
    let mut proof = Vec::new();
    if old == 0 || old == new {
        return Ok(proof);
    }
    // RFC 6962's SUBPROOF, from the root down; its hashes are listed from the bottom up.
    let (mut from, mut to, mut known) = (0, new, true);
    while old != to {
        let middle = from + split(to - from);
        if old <= middle {
            proof.push(range_hash(middle, to, &mut node)?);
            to = middle;
        } else {
            proof.push(range_hash(from, middle, &mut node)?);
            (from, known) = (middle, false);
        }
    }
    if !known {
        proof.push(range_hash(from, to, &mut node)?);
    }
    proof.reverse();
    Ok(proof)
}

/// Checks that the tree of `new` entries with `new_root` begins with the tree of `old` entries with
/// `old_root`.
pub fn verify_consistency(
    old: u64,
    old_root: Hash,
    new: u64,
    new_root: Hash,
    proof: &[Hash],
) -> Result<(), ProofError> {
    if old > new || new > MAX_SIZE {
        return Err(ProofError::OutOfRange { at: old, size: new });
    }
    if old == 0 || old == new {
        if !proof.is_empty() {
            return Err(ProofError::WrongLength { got: proof.len() });
        }
        return expect(old_root, if old == 0 { empty_root() } else { new_root });
    }
    let wrong_length = ProofError::WrongLength { got: proof.len() };
    let (mut at, mut length, mut known) = (old, new, true);
    let mut brother_is_left = Vec::new();
    while at != length {
        let middle = split(length);
        brother_is_left.push(at > middle);
        (at, length, known) =
            if at <= middle { (at, middle, known) } else { (at - middle, length - middle, false) };
    }
    let (start, brothers) = match proof.split_first() {
        _ if known => (old_root, proof),
        Some((first, rest)) => (*first, rest),
        None => return Err(wrong_length),
    };
    if brothers.len() != brother_is_left.len() {
        return Err(wrong_length);
    }
    // A right brother belongs to the new tree only; a left one to both.
    let (mut older, mut newer) = (start, start);
    for (&left, &brother) in brother_is_left.iter().rev().zip(brothers) {
        if left {
            (older, newer) = (node_hash(brother, older), node_hash(brother, newer));
        } else {
            newer = node_hash(newer, brother);
        }
    }
    expect(old_root, older)?;
    expect(new_root, newer)
}

fn expect(expected: Hash, got: Hash) -> Result<(), ProofError> {
    if expected == got { Ok(()) } else { Err(ProofError::WrongRoot { expected, got }) }
}
