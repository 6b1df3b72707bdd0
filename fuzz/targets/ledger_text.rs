//! What a follower of the log reads: notes, checkpoints, entries, proofs, keys, tiles. Everything read has one
//! spelling: written again it gives the same bytes.
#![no_main]

use ledger::{Checkpoint, Growth, Leaf, Policy, SignedNote, TlogProof, VerifierKey, json, tile};
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

static TRUSTED: LazyLock<Vec<VerifierKey>> = LazyLock::new(|| {
    let signer = ledger::Signer::from_seed("ledger.example.org/north", &[7; 32]).expect("a good name");
    vec![signer.verifier_key().clone(), signer.cosigner_key().clone()]
});

fuzz_target!(|bytes: &[u8]| {
    if let Ok(leaf) = Leaf::parse(bytes) {
        assert_eq!(leaf.to_bytes().expect("it was read"), bytes, "an entry has two spellings");
    }
    if let Ok(value) = json::parse_canonical(bytes) {
        assert_eq!(json::canonical(&value).expect("it was read").as_bytes(), bytes);
    }
    if let Some(entries) = tile::read_bundle(bytes, 3) {
        assert_eq!(tile::write_bundle(&entries).expect("they were read"), bytes);
    }
    tile::read_hashes(bytes, 2);
    if let Ok(note) = SignedNote::parse(bytes) {
        assert_eq!(note.to_string().as_bytes(), bytes, "a note has two spellings");
        let _ = note.verify(&TRUSTED);
        let _ = Checkpoint::open(&note, &TRUSTED, "ledger.example.org/north");
    }
    if let Ok(proof) = TlogProof::parse(bytes) {
        assert_eq!(proof.to_string().as_bytes(), bytes, "a proof has two spellings");
        let _ = proof.verify(b"entry", &TRUSTED, "ledger.example.org/north");
    }
    if let Ok(growth) = Growth::parse(bytes) {
        assert_eq!(growth.to_string().as_bytes(), bytes, "a request to a witness has two spellings");
    }
    if let Ok(policy) = Policy::parse(bytes) {
        assert!(!policy.asks_for_witnesses() || !policy.is_satisfied(&[]), "nobody is enough");
    }
    let Ok(text) = str::from_utf8(bytes) else { return };
    if let Ok(checkpoint) = Checkpoint::parse(text) {
        assert_eq!(checkpoint.to_string(), text, "a checkpoint has two spellings");
    }
    if let Ok(key) = VerifierKey::parse(text) {
        assert_eq!(key.to_string(), text, "a key has two spellings");
    }
    if let Some(tile) = ledger::tile::Tile::parse(text) {
        assert_eq!(tile.path(), text, "a tile has two spellings");
    }
});
