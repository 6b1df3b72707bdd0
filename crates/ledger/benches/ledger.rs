//! Appends a million entries and makes proofs; prints medians. `cargo bench -p ledger`
#![allow(clippy::print_stdout)]

use std::hint::black_box;
use std::time::{Duration, Instant};

use ledger::{
    Checkpoint, Expected, Hash, Leaf, Signer, Tree, consistency_proof, inclusion_proof, leaf::kind,
    leaf_hash, tile, verify_exported, verify_inclusion,
};

const ENTRIES: u64 = 1_000_000;

fn main() {
    // `cargo test --benches` runs this too, and wants to know only that it still compiles.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    println!("ledger, {cores} cores, load {}", load.trim());

    let entry = |n: u64| {
        let mut commitment = [0; 32];
        commitment[..8].copy_from_slice(&n.to_be_bytes());
        Leaf::new(kind::SUBMISSION, 1_795_392_000 + n, commitment).to_bytes().expect("a well-formed entry")
    };
    let mut nodes: Vec<Vec<Hash>> = Vec::new();
    let mut tree = Tree::new();
    let mut kept = Vec::new();
    let appending = median(5, || {
        (nodes, tree, kept) = (Vec::new(), Tree::new(), Vec::new());
        for n in 0..ENTRIES {
            let leaf = leaf_hash(&entry(n));
            kept.push(leaf);
            for node in tree.append(leaf) {
                if nodes.len() == usize::from(node.level) {
                    nodes.push(Vec::new());
                }
                nodes[usize::from(node.level)].push(node.hash);
            }
        }
    });
    println!("{ENTRIES} entries written as JSON, hashed and appended: {appending:?}");

    let node = |level: u8, index: u64| nodes.get(usize::from(level))?.get(index as usize).copied();
    let root = tree.root();
    let at = |n: u64| n * 7_919 % ENTRIES;
    let each = 10_000;
    let proving = median(5, || {
        for n in 0..each {
            black_box(inclusion_proof(at(n), ENTRIES, node).expect("all nodes are there"));
        }
    });
    println!("inclusion proof: {:?}", proving / each as u32);
    let path = inclusion_proof(123_456, ENTRIES, node).expect("all nodes are there");
    let checking = median(5, || {
        for _ in 0..each {
            black_box(verify_inclusion(kept[123_456], 123_456, ENTRIES, &path, root))
                .expect("it is in the log");
        }
    });
    println!("inclusion checked ({} hashes): {:?}", path.len(), checking / each as u32);
    let growing = median(5, || {
        for n in 0..each {
            black_box(consistency_proof(at(n), ENTRIES, node).expect("all nodes are there"));
        }
    });
    println!("consistency proof: {:?}", growing / each as u32);

    let log = Signer::from_seed("ledger.example.org/bench", &[7; 32]).expect("a good name");
    let checkpoint = Checkpoint::of("ledger.example.org/bench", &tree);
    let trusted = [log.verifier_key().clone()];
    let signing = median(5, || {
        for _ in 0..100 {
            black_box(checkpoint.sign(&log)).expect("a good checkpoint");
        }
    });
    println!("checkpoint signed: {:?}", signing / 100);
    let note = checkpoint.sign(&log).expect("a good checkpoint");
    let opening = median(5, || {
        for _ in 0..100 {
            black_box(note.verify(&trusted)).expect("signed");
        }
    });
    println!("checkpoint checked: {:?}", opening / 100);

    let mut files = std::collections::HashMap::new();
    let exporting = median(1, || {
        let entries = |range: std::ops::Range<u64>| Some(range.map(entry).collect());
        let nodes = |level, range: std::ops::Range<u64>| range.map(|index| node(level, index)).collect();
        for file in tile::export(0, ENTRIES, entries, nodes) {
            files.extend(file);
        }
    });
    files.insert("checkpoint".to_owned(), note.to_string().into_bytes());
    let bytes: usize = files.values().map(Vec::len).sum();
    println!("exported in memory: {} files, {} MB: {exporting:?}", files.len(), bytes / 1_000_000);
    let expected = Expected { origin: log.name(), trusted: &trusted, ..Expected::default() };
    let verifying = median(3, || {
        let report = verify_exported(|path| files.get(path).cloned(), &expected);
        assert!(report.passed(), "{report}");
    });
    println!("verified from the files: {verifying:?}");
}

fn median(times: usize, mut run: impl FnMut()) -> Duration {
    let mut taken: Vec<Duration> = (0..times)
        .map(|_| {
            let start = Instant::now();
            run();
            start.elapsed()
        })
        .collect();
    taken.sort();
    taken[times / 2]
}
