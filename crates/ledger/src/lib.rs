//! Append-only Merkle log: checkpoints, proofs, tiles.
