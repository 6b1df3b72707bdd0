//! An honest log, exported, and then changed: whatever is changed, swapped or taken away is noticed.
#![no_main]

use ledger::leaf::kind;
use ledger::{
    Checkpoint, Expected, Leaf, Signer, Tree, VerifierKey, commitment, leaf_hash, tile, verify_exported,
};
use libfuzzer_sys::fuzz_target;
use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

type Files = BTreeMap<String, Vec<u8>>;

const ORIGIN: &str = "ledger.example.org/north";
/// A full tile and a partial one.
const SIZE: u64 = 261;

struct Log {
    files: Files,
    paths: Vec<String>,
    trusted: Vec<VerifierKey>,
}

static LOG: LazyLock<Log> = LazyLock::new(|| {
    let signer = Signer::from_seed(ORIGIN, &[7; 32]).expect("a good name");
    let (mut tree, mut nodes, mut entries) = (Tree::new(), HashMap::new(), Vec::new());
    for number in 0..SIZE {
        let of = commitment(&[number as u8; 32], &[&number.to_be_bytes()]);
        let entry = Leaf::new(kind::SUBMISSION, 1_795_392_000 + number, of).to_bytes().expect("a good entry");
        for node in tree.append(leaf_hash(&entry)) {
            nodes.insert((node.level, node.index), node.hash);
        }
        entries.push(entry);
    }
    let exported = tile::export(
        0,
        SIZE,
        |range| Some(entries[range.start as usize..range.end as usize].to_vec()),
        |level, range| range.map(|index| nodes.get(&(level, index)).copied()).collect(),
    );
    let mut files: Files = exported.collect::<Result<_, _>>().expect("everything is there");
    let checkpoint = Checkpoint::of(ORIGIN, &tree).sign(&signer).expect("a good checkpoint");
    files.insert("checkpoint".into(), checkpoint.to_string().into());
    let paths = files.keys().cloned().collect();
    Log { files, paths, trusted: vec![signer.verifier_key().clone()] }
});

fuzz_target!(|bytes: &[u8]| {
    let log = &*LOG;
    let mut files = log.files.clone();
    let mut rest = bytes;
    while let Some((&[what, file, high, low, value], after)) = rest.split_first_chunk() {
        rest = after;
        let path = &log.paths[usize::from(file) % log.paths.len()];
        let at = usize::from(u16::from_be_bytes([high, low]));
        change(&mut files, path, what, at, value, &log.paths, &mut rest);
    }
    let listing: Vec<String> = files.keys().cloned().collect();
    for listing in [None, Some(listing.as_slice())] {
        let expected = Expected { origin: ORIGIN, trusted: &log.trusted, listing, ..Expected::default() };
        let report = verify_exported(|path| files.get(path).cloned(), &expected);
        let same = log.files.iter().all(|(path, bytes)| files.get(path) == Some(bytes));
        // Files that the log does not speak of are reported as unchecked, and may or may not fail.
        if !same {
            assert!(!report.passed(), "a changed log passes: {report}");
        } else if files.len() == log.files.len() {
            assert!(report.passed(), "an honest log is refused: {report}");
        }
    }
});

fn change(files: &mut Files, path: &str, what: u8, at: usize, value: u8, paths: &[String], rest: &mut &[u8]) {
    match what % 6 {
        0 => {
            files.remove(path);
        }
        1 => {
            let other = &paths[usize::from(value) % paths.len()];
            let (one, two) = (files.remove(path), files.remove(other));
            files.extend(two.map(|bytes| (path.to_owned(), bytes)));
            files.extend(one.map(|bytes| (other.clone(), bytes)));
        }
        2 => files.extend([(String::from_utf8_lossy(rest).into_owned(), vec![value; at % 40])]),
        kind => {
            let Some(bytes) = files.get_mut(path) else { return };
            let at = at % (bytes.len() + 1);
            match kind {
                3 => bytes.truncate(at),
                4 => bytes.insert(at, value),
                _ => bytes.get_mut(at).into_iter().for_each(|byte| *byte ^= value),
            }
        }
    }
}
