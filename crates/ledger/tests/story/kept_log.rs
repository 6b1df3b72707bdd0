//! A log as a server would keep it, in memory.

use std::collections::{BTreeMap, HashMap};

use ledger::leaf::kind;
use ledger::{
    Checkpoint, Expected, Hash, Leaf, Report, SignedNote, Signer, Tree, VerifierKey, commitment, leaf_hash,
    tile, verify_exported,
};

pub const ORIGIN: &str = "ledger.example.org/north";

pub type Files = BTreeMap<String, Vec<u8>>;

#[derive(Default)]
pub struct KeptLog {
    pub tree: Tree,
    pub entries: Vec<Vec<u8>>,
    pub nodes: HashMap<(u8, u64), Hash>,
}

impl KeptLog {
    pub fn of(size: u64) -> Self {
        let mut log = Self::default();
        log.grow_to(size);
        log
    }

    pub fn grow_to(&mut self, size: u64) {
        while self.tree.size() < size {
            self.append(entry(self.tree.size()));
        }
    }

    pub fn append(&mut self, entry: Vec<u8>) {
        for node in self.tree.append(leaf_hash(&entry)) {
            assert_eq!(self.nodes.insert((node.level, node.index), node.hash), None, "a node never changes");
        }
        self.entries.push(entry);
    }

    pub fn node(&self, level: u8, index: u64) -> Option<Hash> {
        self.nodes.get(&(level, index)).copied()
    }

    pub fn checkpoint(&self) -> Checkpoint {
        Checkpoint::of(ORIGIN, &self.tree)
    }

    /// Signed by the log and cosigned by one witness.
    pub fn signed(&self) -> SignedNote {
        let mut note = self.checkpoint().sign(&log_signer()).unwrap();
        note.cosign(&witness("witness.example.net/a", 9), 1_795_392_060).unwrap();
        note
    }

    /// Writes what is new since `from`, and the checkpoint last.
    pub fn export_into(&self, files: &mut Files, from: u64) {
        let entries = |range: std::ops::Range<u64>| {
            Some(self.entries.get(range.start as usize..range.end as usize)?.to_vec())
        };
        let nodes = |level, range: std::ops::Range<u64>| range.map(|index| self.node(level, index)).collect();
        for file in tile::export(from, self.tree.size(), entries, nodes) {
            let (path, bytes) = file.unwrap();
            assert_eq!(files.insert(path.clone(), bytes), None, "{path} is written once");
        }
        files.insert("checkpoint".into(), self.signed().to_string().into());
    }

    pub fn exported(&self) -> Files {
        let mut files = Files::new();
        self.export_into(&mut files, 0);
        files
    }
}

/// A submission, or now and then a public message of a draw.
pub fn entry(number: u64) -> Vec<u8> {
    let salt = [number as u8; 32];
    let mut leaf =
        Leaf::new(kind::SUBMISSION, 1_795_392_000 + number, commitment(&salt, &[&number.to_be_bytes()]));
    if number % 4 == 3 {
        leaf.kind = kind::DRAW.to_owned();
        leaf.message = serde_json::json!({"draw": "공장-7/2026-11/1", "n": number}).as_object().cloned();
    }
    leaf.to_bytes().unwrap()
}

pub fn log_signer() -> Signer {
    Signer::from_seed(ORIGIN, &[7; 32]).unwrap()
}

pub fn witness(name: &str, seed: u8) -> Signer {
    Signer::from_seed(name, &[seed; 32]).unwrap()
}

pub fn trusted() -> Vec<VerifierKey> {
    vec![log_signer().verifier_key().clone(), witness("witness.example.net/a", 9).cosigner_key().clone()]
}

/// The check of an outsider who holds both keys, wants one witness, and lists the directory.
pub fn check(files: &Files) -> Report {
    let (trusted, listing) = (trusted(), files.keys().cloned().collect::<Vec<_>>());
    let expected =
        Expected { origin: ORIGIN, trusted: &trusted, witnesses: 1, earlier: None, listing: Some(&listing) };
    verify_exported(|path| files.get(path).cloned(), &expected)
}
