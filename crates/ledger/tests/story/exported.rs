//! The exported log, whole and tampered with.

use std::sync::OnceLock;

use ledger::{Check, Checkpoint, Expected, Leaf, Outcome, SignedNote, leaf::kind, verify_exported};
use proptest::prelude::*;

use crate::kept_log::{Files, KeptLog, ORIGIN, check, log_signer, trusted, witness};

/// One log that was published at 3, 5 and then `size` entries, with the files of all three times.
fn published_thrice(size: u64) -> Files {
    let (mut log, mut files) = (KeptLog::default(), Files::new());
    for (from, to) in [(0, 3), (3, 5), (5, size)] {
        log.grow_to(to);
        log.export_into(&mut files, from);
    }
    files
}

#[test]
fn an_honest_log_passes() {
    for size in [0, 1, 2, 5, 255, 256, 257, 512, 700] {
        let report = check(&KeptLog::of(size).exported());
        assert!(report.passed(), "{size}: {report}");
        assert!(report.steps.iter().all(|step| step.outcome == Outcome::Ok || step.check == Check::Earlier));
        assert_eq!(report.checkpoint.unwrap().size, size);
    }
    insta::assert_snapshot!(check(&published_thrice(300)));
}

#[test]
fn every_changed_byte_of_every_file_is_noticed_and_its_file_named() {
    let files = published_thrice(7);
    assert!(check(&files).passed());
    assert_eq!(files.len(), 7, "a checkpoint; entries and hashes of 3, 5 and 7");
    let expect = |changed: Files, path: &str, what: &str| {
        let report = check(&changed);
        assert!(!report.passed(), "{path}, {what}");
        assert_eq!(report.culprit(), Some(path), "{what}\n{report}");
    };
    for (path, bytes) in &files {
        for at in 0..bytes.len() {
            for bit in 0..8 {
                let mut changed = files.clone();
                changed.get_mut(path).unwrap()[at] ^= 1 << bit;
                expect(changed, path, &format!("byte {at}, bit {bit}"));
            }
        }
        let mut cut = files.clone();
        cut.get_mut(path).unwrap().pop();
        expect(cut, path, "cut");
        let mut longer = files.clone();
        longer.get_mut(path).unwrap().push(0);
        expect(longer, path, "longer");
        if path == "checkpoint" || path.ends_with("/7") {
            let mut missing = files.clone();
            missing.remove(path);
            expect(missing, path, "missing");
        }
    }
}

fn big() -> &'static Files {
    static FILES: OnceLock<Files> = OnceLock::new();
    FILES.get_or_init(|| published_thrice(1_100))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_changed_byte_of_a_bigger_log_is_noticed_and_its_file_named(
        file: prop::sample::Index, at: prop::sample::Index, change in 1u8..,
    ) {
        let mut files = big().clone();
        let path = file.get(&files.keys().cloned().collect::<Vec<_>>()).clone();
        let bytes = files.get_mut(&path).unwrap();
        let at = at.index(bytes.len());
        bytes[at] ^= change;
        let report = check(&files);
        prop_assert!(!report.passed());
        prop_assert_eq!(report.culprit(), Some(path.as_str()), "{}", report);
    }

    #[test]
    fn several_changed_files_are_noticed(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), 1u8..), 2..5),
    ) {
        let mut files = big().clone();
        let paths = files.keys().cloned().collect::<Vec<_>>();
        for (file, at, change) in changes {
            let bytes = files.get_mut(file.get(&paths)).unwrap();
            let at = at.index(bytes.len());
            bytes[at] ^= change;
        }
        prop_assume!(files != *big());
        prop_assert!(!check(&files).passed());
    }
}

#[test]
fn several_liars_are_told_apart_by_the_tiles_above() {
    let mut files = big().clone();
    files.get_mut("tile/0/000").unwrap()[40] ^= 1;
    files.get_mut("tile/entries/002").unwrap()[40] ^= 1;
    let report = check(&files);
    let failed: Vec<_> = report.steps.iter().filter_map(|step| step.file.as_deref()).collect();
    assert_eq!(failed, ["tile/entries/002", "tile/0/000"], "{report}");
}

/// Large enough for a third level of tiles.
#[test]
fn a_lie_high_up_in_a_large_log_is_named() {
    let honest = KeptLog::of(65_800).exported();
    assert!(check(&honest).passed());
    for path in ["tile/1/000", "tile/1/001.p/1", "tile/2/000.p/1", "tile/0/200", "tile/entries/000"] {
        let mut files = honest.clone();
        files.get_mut(path).unwrap()[5] ^= 1;
        let report = check(&files);
        assert_eq!(report.culprit(), Some(path), "{report}");
    }
}

/// A thief of the server without its key: changes an entry and computes everything else again.
#[test]
fn a_log_rewritten_without_the_key_fails_against_the_signed_root() {
    let honest = KeptLog::of(300);
    let mut forged = KeptLog::default();
    for number in 0..300 {
        let mut entry = honest.entries[number].clone();
        if number == 17 {
            entry = Leaf::new(kind::SUBMISSION, 1, [0; 32]).to_bytes().unwrap();
        }
        forged.append(entry);
    }
    let mut files = forged.exported();
    files.insert("checkpoint".into(), honest.signed().to_string().into());
    let report = check(&files);
    insta::assert_snapshot!(report);
    assert!(!report.passed());
}

/// The owner of the key rewrites the log: only those who kept an older checkpoint can know.
#[test]
fn a_log_rewritten_with_the_key_fails_against_a_kept_checkpoint() {
    let kept = KeptLog::of(200).checkpoint();
    let mut rewritten = KeptLog::default();
    rewritten.append(Leaf::new(kind::SUBMISSION, 1, [0; 32]).to_bytes().unwrap());
    rewritten.grow_to(300);
    let trusted = trusted();
    let with = |log: &KeptLog, earlier: &Checkpoint| {
        let files = log.exported();
        let expected =
            Expected { origin: ORIGIN, trusted: &trusted, earlier: Some(earlier), ..Expected::default() };
        verify_exported(|path| files.get(path).cloned(), &expected)
    };
    assert!(with(&KeptLog::of(300), &kept).passed());
    assert!(with(&KeptLog::of(200), &kept).passed());
    assert!(with(&KeptLog::of(300), &KeptLog::of(0).checkpoint()).passed());
    assert!(check(&rewritten.exported()).passed(), "nothing shows by itself");
    assert_eq!(with(&rewritten, &kept).culprit(), Some("checkpoint"));
    assert!(!with(&KeptLog::of(199), &kept).passed(), "shrunk");
    let south = Checkpoint { origin: "ledger.example.org/south".into(), ..kept };
    assert!(!with(&KeptLog::of(300), &south).passed());
}

#[test]
fn signed_entries_that_are_no_entries_are_named() {
    let mut log = KeptLog::of(3);
    log.append(b"{\"name\": \"Hong Gildong\"}".to_vec());
    let report = check(&log.exported());
    assert_eq!(report.culprit(), Some("tile/entries/000.p/4"), "{report}");
}

#[test]
fn witnesses_are_counted_and_strangers_reported() {
    let log = KeptLog::of(4);
    let mut files = log.exported();
    let mut note = SignedNote::parse(&files["checkpoint"]).unwrap();
    note.cosign(&witness("stranger.example", 5), 1).unwrap();
    files.insert("checkpoint".into(), note.to_string().into());
    let mut trusted = trusted();
    trusted.push(witness("asleep.example.net", 6).cosigner_key().clone());
    let with = |witnesses| {
        let expected = Expected { origin: ORIGIN, trusted: &trusted, witnesses, ..Expected::default() };
        verify_exported(|path| files.get(path).cloned(), &expected)
    };
    let report = with(1);
    assert!(report.passed());
    insta::assert_snapshot!(report);
    assert!(!with(2).passed());

    // Without any key of the log nothing can be believed, whoever else signed.
    let expected = Expected { origin: ORIGIN, trusted: &trusted[1..], ..Expected::default() };
    let report = verify_exported(|path| files.get(path).cloned(), &expected);
    assert_eq!(report.culprit(), Some("checkpoint"));
    insta::assert_snapshot!(report);
    assert!(!ledger::Report::default().passed());
    assert_eq!(log_signer().verifier_key(), &trusted[0]);
}
