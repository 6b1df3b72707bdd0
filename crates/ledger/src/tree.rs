//! The growing tree, held as its peaks: all that is needed to append and to know the root.

use crate::hash::{Hash, empty_root, node_hash};

/// The largest tree this crate will speak of. Far beyond any log, and sums of two sizes do not overflow.
pub const MAX_SIZE: u64 = 1 << 62;

/// A node that an append completed. It never changes again, so the store writes it once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewNode {
    /// Height above the entries: 0 is an entry's own hash.
    pub level: u8,
    /// Position within the level, from the left; the node covers entries
    /// `index << level .. (index + 1) << level`.
    pub index: u64,
    /// The node's hash.
    pub hash: Hash,
}

/// The head of a log as a compact range: its size and the roots of its perfect subtrees, largest first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tree {
    size: u64,
    peaks: Vec<Hash>,
}

/// A stored head that is not one.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error(
    "the stored head of the ledger is damaged ({length} bytes for size {size}): restore it from a backup, or rebuild it from the ledger's entries"
)]
pub struct TreeError {
    /// Bytes given.
    pub length: usize,
    /// The size the bytes speak of.
    pub size: u64,
}

impl Tree {
    /// A log without entries.
    pub fn new() -> Self {
        Self::default()
    }

    /// Number of entries.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Roots of the perfect subtrees, one for each set bit of the size, largest first.
    pub fn peaks(&self) -> &[Hash] {
        &self.peaks
    }

    /// Adds one entry by its leaf hash. Answers the nodes completed by it, level 0 first: two on average.
    pub fn append(&mut self, leaf: Hash) -> Vec<NewNode> {
        let mut new = NewNode { level: 0, index: self.size, hash: leaf };
        let mut completed = vec![new];
        // Each trailing one bit of the size is a finished left brother that waits for this right one.
        for _ in 0..self.size.trailing_ones() {
            let Some(left) = self.peaks.pop() else { break };
            new = NewNode { level: new.level + 1, index: new.index >> 1, hash: node_hash(left, new.hash) };
            completed.push(new);
        }
        self.peaks.push(new.hash);
        self.size += 1;
        completed
    }

    /// The Merkle tree hash of all entries, RFC 6962 §2.1.
    pub fn root(&self) -> Hash {
        self.peaks
            .iter()
            .rev()
            .copied()
            .reduce(|right, left| node_hash(left, right))
            .unwrap_or_else(empty_root)
    }

    /// u64be(size) followed by the peaks: at most 8 + 62 · 32 bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = self.size.to_be_bytes().to_vec();
        for peak in &self.peaks {
            bytes.extend_from_slice(&peak.0);
        }
        bytes
    }

    /// Reads what [`Tree::to_bytes`] wrote.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, TreeError> {
        let (head, rest) =
            bytes.split_first_chunk::<8>().ok_or(TreeError { length: bytes.len(), size: 0 })?;
        let size = u64::from_be_bytes(*head);
        let (peaks, odd) = rest.as_chunks::<32>();
        if size > MAX_SIZE || !odd.is_empty() || peaks.len() != size.count_ones() as usize {
            return Err(TreeError { length: bytes.len(), size });
        }
        Ok(Self { size, peaks: peaks.iter().map(|peak| Hash(*peak)).collect() })
    }
}

/// The largest power of two below `size` (RFC 6962's k), for a size of at least 2.
pub(crate) fn split(size: u64) -> u64 {
    1 << (u64::BITS - 1 - (size - 1).leading_zeros())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::leaf_hash;

    #[test]
    fn the_head_survives_a_row_in_the_database() {
        let mut tree = Tree::new();
        for n in 0..300u64 {
            let again = Tree::from_bytes(&tree.to_bytes()).unwrap();
            assert_eq!(again, tree);
            tree.append(leaf_hash(&n.to_be_bytes()));
        }
        let bytes = tree.to_bytes();
        for cut in 0..bytes.len() {
            assert!(Tree::from_bytes(&bytes[..cut]).is_err(), "cut at {cut}");
        }
        assert!(Tree::from_bytes(&u64::MAX.to_be_bytes()).is_err());
    }

    #[test]
    fn every_node_is_completed_once_and_by_its_last_entry() {
        let mut tree = Tree::new();
        let mut seen = std::collections::BTreeSet::new();
        for n in 0..64u64 {
            for node in tree.append(leaf_hash(&n.to_be_bytes())) {
                assert_eq!(((node.index + 1) << node.level) - 1, n);
                assert!(seen.insert((node.level, node.index)));
            }
        }
        assert_eq!(seen.len(), 127);
    }
}
