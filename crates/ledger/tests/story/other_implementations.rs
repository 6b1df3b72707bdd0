//! The same logs through other people's implementations of the same specifications.

use ct_merkle::mem_backed_tree::MemoryBackedTree;
use ledger::tile::{Content, Tile, nodes_from_tiles};
use ledger::{Hash, SignedNote, consistency_proof, inclusion_proof};
use sha2::Sha256;
use signed_note::{StandardVerifier, VerifierList};
use tlog_tiles::{HashReader, TileHashReader};

use crate::kept_log::{Files, KeptLog, ORIGIN, entry, log_signer};

#[test]
fn ct_merkle_has_the_same_roots_and_proofs() {
    let mut ours = KeptLog::default();
    let mut theirs: MemoryBackedTree<Sha256, Vec<u8>> = MemoryBackedTree::new();
    for size in 1..=67 {
        ours.grow_to(size);
        theirs.push(entry(size - 1));
        assert_eq!(ours.tree.root().0, theirs.root().as_bytes()[..]);
        for index in 0..size {
            let path = inclusion_proof(index, size, |level, at| ours.node(level, at)).unwrap();
            assert_eq!(bytes(&path), theirs.prove_inclusion(index as usize).as_bytes());
            let proof = consistency_proof(index + 1, size, |level, at| ours.node(level, at)).unwrap();
            let additions = (size - index - 1) as usize;
            assert_eq!(bytes(&proof), theirs.prove_consistency(additions).as_bytes(), "{index} {size}");
        }
    }
}

#[test]
fn signed_note_and_tlog_tiles_read_our_checkpoint() {
    let note = KeptLog::of(70).signed();
    let theirs = signed_note::Note::from_bytes(note.to_string().as_bytes()).unwrap();
    assert_eq!(theirs.to_bytes(), note.to_string().as_bytes());
    let verifier = StandardVerifier::new(&log_signer().verifier_key().to_string()).unwrap();
    let (verified, others) = theirs.verify(&VerifierList::new(vec![Box::new(verifier)])).unwrap();
    assert_eq!((verified.len(), others.len()), (1, 1), "the log's signature, and the witness's unknown one");
    let checkpoint = tlog_tiles::Checkpoint::from_bytes(theirs.text()).unwrap();
    assert_eq!((checkpoint.origin(), checkpoint.size()), (ORIGIN, 70));
    assert_eq!(checkpoint.hash().0, KeptLog::of(70).tree.root().0);
}

#[test]
fn both_refuse_the_same_malformed_notes() {
    let good = KeptLog::of(3).signed().to_string();
    let bent = [
        good.clone(),
        good.replace("\n\n", "\n"),
        good.replace("\n\n", "\n\n\n"),
        good.replace("— ", "- "),
        good.replace("— ", "—  "),
        good.replace("example", "exa mple"),
        good.replace("example", "exa+mple"),
        good.replace("example", "exa\tmple"),
        good.replace('3', "\r3"),
        good.trim_end().to_owned(),
        format!("{good}\n"),
        format!("{good}— x\n"),
        format!("{good}— x AAAA\n"),
        format!("{good}— x AAAAAA==\n"),
        format!("{good}— x AAAAAAE=\n"),
        format!("{good}— x AAAAAAF=\n"),
        format!("{good}— x AAAAAAE\n"),
        String::new(),
        "\n\n".to_owned(),
        "\n\n\n".to_owned(),
    ];
    for note in bent {
        let (ours, theirs) =
            (SignedNote::parse(note.as_bytes()), signed_note::Note::from_bytes(note.as_bytes()));
        assert_eq!(ours.is_ok(), theirs.is_ok(), "{note:?}");
    }
}

/// Answers tlog_tiles from our exported files.
struct Published<'a>(&'a Files);

impl tlog_tiles::TileReader for Published<'_> {
    fn height(&self) -> u8 {
        8
    }

    fn read_tiles(&self, tiles: &[tlog_tiles::Tile]) -> Result<Vec<Vec<u8>>, tlog_tiles::Error> {
        // Their paths name the height, as in the Go checksum database.
        let path = |tile: &tlog_tiles::Tile| tile.path().replacen("tile/8/", "tile/", 1);
        Ok(tiles.iter().map(|tile| self.0[&path(tile)].clone()).collect())
    }

    fn save_tiles(&self, _: &[tlog_tiles::Tile], _: &[Vec<u8>]) {}
}

#[test]
fn tlog_tiles_follows_our_exported_files() {
    for size in [1, 2, 255, 256, 257, 513, 1000] {
        let log = KeptLog::of(size);
        let files = log.exported();
        let published = Published(&files);
        let reader = TileHashReader::new(size, tlog_tiles::Hash(log.tree.root().0), &published);
        assert_eq!(tlog_tiles::tree_hash(size, &reader).unwrap().0, log.tree.root().0);
        for index in [0, size / 2, size - 1] {
            let leaf = reader.read_hashes(&[tlog_tiles::stored_hash_index(0, index)]).unwrap();
            assert_eq!(leaf[0].0, log.node(0, index).unwrap().0);
            let theirs = tlog_tiles::prove_record(size, index, &reader).unwrap();
            let ours = inclusion_proof(index, size, |level, at| log.node(level, at)).unwrap();
            let from_files = nodes_from_tiles(size, |path| files.get(path).cloned());
            assert_eq!(inclusion_proof(index, size, from_files).unwrap(), ours);
            assert_eq!(
                ours.iter().map(|hash| hash.0).collect::<Vec<_>>(),
                theirs.iter().map(|hash| hash.0).collect::<Vec<_>>()
            );

            let theirs = tlog_tiles::prove_tree(size, index + 1, &reader).unwrap();
            let from_files = nodes_from_tiles(size, |path| files.get(path).cloned());
            let ours = consistency_proof(index + 1, size, from_files).unwrap();
            assert_eq!(
                ours.iter().map(|hash| hash.0).collect::<Vec<_>>(),
                theirs.iter().map(|hash| hash.0).collect::<Vec<_>>()
            );
        }
    }
}

#[test]
fn the_same_files_are_new_when_a_log_grows() {
    for (from, to) in [(0, 1), (0, 256), (1, 300), (255, 257), (256, 256), (300, 70_000), (65_535, 65_537)] {
        let mut theirs: Vec<String> = tlog_tiles::Tile::new_tiles(8, from, to)
            .iter()
            .map(|tile| tile.path().replacen("tile/8/", "tile/", 1))
            .collect();
        let hashes = |tile: &Tile| tile.content != Content::Entries;
        let mut ours: Vec<String> = Tile::grown(from, to).filter(hashes).map(|tile| tile.path()).collect();
        theirs.sort();
        ours.sort();
        assert_eq!(ours, theirs, "{from} to {to}");
        assert!(ours.iter().all(|path| Tile::parse(path).is_some_and(|tile| tile.path() == *path)));
    }
}

fn bytes(hashes: &[Hash]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| hash.0).collect()
}
