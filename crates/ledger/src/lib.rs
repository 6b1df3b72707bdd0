#![doc = include_str!("../README.md")]

pub mod checkpoint;
pub mod hash;
pub mod json;
pub mod key;
pub mod leaf;
pub mod note;
pub mod policy;
pub mod proof;
pub mod report;
pub mod tile;
pub mod tlog_proof;
pub mod tree;
pub mod verify;
pub mod witness;

pub use checkpoint::{Checkpoint, CheckpointError};
pub use hash::{Hash, empty_root, leaf_hash, node_hash};
pub use key::{Algorithm, KeyError, Signer, VerifierKey};
pub use leaf::{Leaf, LeafError, commitment};
pub use note::{NoteError, Signature, SignedNote};
pub use policy::{Policy, PolicyError};
pub use proof::{
    ProofError, consistency_proof, inclusion_proof, root_from_inclusion, verify_consistency, verify_inclusion,
};
pub use report::{Check, Outcome, Report, Step};
pub use tlog_proof::{TlogProof, TlogProofError};
pub use tree::{NewNode, Tree, TreeError};
pub use verify::{Expected, verify_exported};
pub use witness::{Growth, WitnessRefusal};
