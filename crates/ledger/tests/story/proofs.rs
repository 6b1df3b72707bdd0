//! What proofs must show, and must not.

use ledger::{
    Hash, ProofError, TlogProof, consistency_proof, inclusion_proof, leaf_hash, verify_consistency,
    verify_inclusion,
};
use proptest::prelude::*;

use crate::kept_log::{KeptLog, ORIGIN, log_signer, trusted};

fn bend(proof: &mut [Hash], which: usize, bit: usize) {
    let which = which % proof.len();
    proof[which].0[bit / 8 % 32] ^= 1 << (bit % 8);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn an_entry_is_proved_in_its_place_and_no_other(size in 1u64..700, at in any::<prop::sample::Index>(), which: usize, bit: usize) {
        let log = KeptLog::of(size);
        let index = at.index(size as usize) as u64;
        let leaf = log.node(0, index).unwrap();
        let root = log.tree.root();
        let mut path = inclusion_proof(index, size, |level, at| log.node(level, at)).unwrap();
        verify_inclusion(leaf, index, size, &path, root).unwrap();
        let other = (index + 1) % size;
        prop_assert!(size == 1 || verify_inclusion(leaf, other, size, &path, root).is_err());
        prop_assert!(verify_inclusion(leaf_hash(b"another"), index, size, &path, root).is_err());
        prop_assert!(verify_inclusion(leaf, size, size, &path, root).is_err());
        path.push(leaf);
        prop_assert!(verify_inclusion(leaf, index, size, &path, root).is_err());
        path.pop();
        if !path.is_empty() {
            prop_assert!(verify_inclusion(leaf, index, size, &path[1..], root).is_err());
            bend(&mut path, which, bit);
            prop_assert!(verify_inclusion(leaf, index, size, &path, root).is_err());
        }
    }

    #[test]
    fn growth_is_proved_and_a_rewritten_past_is_not(new in 1u64..700, at in any::<prop::sample::Index>(), which: usize, bit: usize) {
        let log = KeptLog::of(new);
        let old = at.index(new as usize + 1) as u64;
        let (old_root, root) = (KeptLog::of(old).tree.root(), log.tree.root());
        let mut proof = consistency_proof(old, new, |level, at| log.node(level, at)).unwrap();
        verify_consistency(old, old_root, new, root, &proof).unwrap();

        let mut rewritten = KeptLog::default();
        rewritten.append(b"something else".to_vec());
        rewritten.grow_to(old);
        if old > 0 {
            prop_assert!(verify_consistency(old, rewritten.tree.root(), new, root, &proof).is_err());
        }
        prop_assert!(verify_consistency(old, old_root, new, leaf_hash(b""), &proof).is_err() || old == 0);
        proof.push(root);
        prop_assert!(verify_consistency(old, old_root, new, root, &proof).is_err());
        proof.pop();
        if !proof.is_empty() {
            prop_assert!(verify_consistency(old, old_root, new, root, &proof[1..]).is_err());
            bend(&mut proof, which, bit);
            prop_assert!(verify_consistency(old, old_root, new, root, &proof).is_err());
        }
    }

    #[test]
    fn no_size_or_proof_makes_the_checkers_panic(
        a: u64, b: u64, proof in prop::collection::vec(any::<[u8; 32]>(), 0..70), small: bool,
    ) {
        let proof: Vec<Hash> = proof.into_iter().map(Hash).collect();
        let (a, b) = if small { (a % 100, b % 100) } else { (a, b) };
        prop_assert!(verify_inclusion(Hash([1; 32]), a, b, &proof, Hash([2; 32])).is_err());
        prop_assert!(verify_consistency(a, Hash([1; 32]), b, Hash([2; 32]), &proof).is_err());
    }

    #[test]
    fn no_bytes_make_the_readers_panic(bytes in prop::collection::vec(any::<u8>(), 0..300), text in "\\PC{0,60}") {
        for input in [&bytes[..], text.as_bytes()] {
            let _ = ledger::SignedNote::parse(input);
            let _ = ledger::Leaf::parse(input);
            let _ = ledger::Tree::from_bytes(input);
            let _ = ledger::tile::read_bundle(input, 3);
            let _ = TlogProof::parse(&[b"c2sp.org/tlog-proof@v1\n", input].concat());
        }
        let _ = ledger::VerifierKey::parse(&text);
        let _ = ledger::Checkpoint::parse(&text);
        let _ = ledger::tile::Tile::parse(&format!("tile/{text}"));
    }
}

#[test]
fn a_missing_node_or_an_entry_beyond_the_end_is_said() {
    let log = KeptLog::of(10);
    assert_eq!(
        inclusion_proof(10, 10, |level, at| log.node(level, at)),
        Err(ProofError::OutOfRange { at: 10, size: 10 })
    );
    let refused = inclusion_proof(9, 11, |level, at| log.node(level, at));
    assert_eq!(refused, Err(ProofError::MissingNode { level: 0, index: 10 }));
    assert!(consistency_proof(11, 10, |level, at| log.node(level, at)).is_err());
}

#[test]
fn one_file_proves_an_entry_offline() {
    let log = KeptLog::of(300);
    let path = inclusion_proof(257, 300, |level, at| log.node(level, at)).unwrap();
    let file = TlogProof { extra: None, index: 257, path, checkpoint: log.signed() }.to_string();
    insta::assert_snapshot!(file);
    let proof = TlogProof::parse(file.as_bytes()).unwrap();
    let trusted = trusted();
    let (checkpoint, verified) = proof.verify(&log.entries[257], &trusted, ORIGIN).unwrap();
    assert_eq!((checkpoint.size, verified.len()), (300, 2));

    // Another entry, another log, and a key that nobody trusts.
    assert!(proof.verify(&log.entries[256], &trusted, ORIGIN).is_err());
    assert!(proof.verify(&log.entries[257], &trusted, "ledger.example.org/south").is_err());
    assert!(proof.verify(&log.entries[257], &trusted[1..], ORIGIN).is_err(), "the witness alone is no log");
    assert!(proof.verify(&log.entries[257], &[], ORIGIN).is_err());

    // No byte of the file can be changed, dropped or added.
    let check = |bytes: &[u8]| {
        TlogProof::parse(bytes)
            .is_ok_and(|p| p.verify(&log.entries[257], &trusted, ORIGIN).is_ok_and(|(_, v)| v.len() == 2))
    };
    assert!(check(file.as_bytes()));
    for at in 0..file.len() {
        for bit in 0..8 {
            let mut bytes = file.clone().into_bytes();
            bytes[at] ^= 1 << bit;
            assert!(!check(&bytes), "byte {at}, bit {bit}");
        }
        let mut bytes = file.clone().into_bytes();
        bytes.remove(at);
        assert!(!check(&bytes), "without byte {at}");
    }
    assert!(!check(format!("{file}\n").as_bytes()));
    assert!(file.contains(log_signer().name()));
}
