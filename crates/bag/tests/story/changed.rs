//! What happens to bags on their way: bytes flip, files vanish, somebody slips something in.

use std::sync::LazyLock;

use bag::{Files, Found, MANIFEST, Means, PROOF, Report, Verdict, verify};
use proptest::prelude::*;

use crate::example::{self, trust};

static BAG: LazyLock<Files> = LazyLock::new(|| example::published().bag);
static CENSUS: LazyLock<Files> = LazyLock::new(|| example::census().bag);

fn check(files: &Files) -> Report {
    let trust = trust();
    verify(files, Means { trust: Some(&trust), ..Means::default() })
}

/// Fails and names one of these files.
fn names(files: &Files, culprits: &[&str]) -> Report {
    let report = check(files);
    assert_eq!(report.verdict(), Verdict::Fails, "{report}");
    let lie = report.first_lie().unwrap();
    assert!(culprits.contains(&lie.file.as_str()), "{culprits:?} changed, named is {}:\n{report}", lie.file);
    report
}

fn with(files: &Files, path: &str, change: impl FnOnce(&mut Vec<u8>)) -> Files {
    let mut files = files.clone();
    if let Some(Found::File(bytes)) = files.0.get_mut(path) {
        change(bytes);
    }
    files
}

fn paths() -> Vec<String> {
    BAG.0.keys().cloned().collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn one_flipped_bit_anywhere_is_noticed_and_the_file_named(
        path in prop::sample::select(paths()), at in any::<prop::sample::Index>(), bit in 0u8..8
    ) {
        let changed = with(&BAG, &path, |bytes| {
            let at = at.index(bytes.len());
            bytes[at] ^= 1 << bit;
        });
        names(&changed, &[&path]);
    }

    #[test]
    fn a_file_cut_short_or_lengthened_is_noticed_and_named(
        path in prop::sample::select(paths()), at in any::<prop::sample::Index>(), more in any::<Option<u8>>()
    ) {
        let changed = with(&BAG, &path, |bytes| match more {
            Some(byte) => bytes.insert(at.index(bytes.len() + 1), byte),
            None => bytes.truncate(at.index(bytes.len())),
        });
        names(&changed, &[&path]);
    }

    #[test]
    fn two_files_in_each_others_place_are_noticed(
        one in prop::sample::select(paths()), other in prop::sample::select(paths())
    ) {
        prop_assume!(BAG.0.get(&one) != BAG.0.get(&other));
        let mut changed = BAG.clone();
        let (first, second) = (changed.0.remove(&one), changed.0.remove(&other));
        changed.0.extend(second.map(|found| (one.clone(), found)));
        changed.0.extend(first.map(|found| (other.clone(), found)));
        names(&changed, &[&one, &other]);
    }
}

/// The files on which everything hangs, byte by byte.
#[test]
fn every_byte_outside_the_content_counts() {
    for path in ["bagit.txt", "bag-info.txt", "trust/policy.txt", MANIFEST, PROOF] {
        for at in 0..CENSUS.bytes(path).unwrap().len() {
            for bit in [0, 5] {
                names(&with(&CENSUS, path, |bytes| bytes[at] ^= 1 << bit), &[path]);
            }
        }
    }
}

#[test]
fn a_missing_file_is_named() {
    for path in paths() {
        let mut files = BAG.clone();
        files.0.remove(&path);
        names(&files, &[&path]);
    }
}

/// Every fault of form, with the sentence that it gets.
#[test]
fn what_no_bag_may_have_gets_its_sentence() {
    let table = "data/tables/answers.csv";
    let file = || Found::File(b"x".to_vec());
    let slipped_in: [(&str, Found); 18] = [
        ("data/tables/extra.csv", file()),
        ("data/names.csv", file()),
        ("README", file()),
        ("data/../../.ssh/authorized_keys", file()),
        ("/etc/passwd", file()),
        ("C:/windows/system.ini", file()),
        ("data\\tables\\x.csv", file()),
        ("data//method.md", file()),
        ("data/tables/con.csv", file()),
        ("data/tables./x.csv", file()),
        ("data/Method.md", file()),
        ("data/tables/ans\u{200b}wers.csv", file()),
        ("data/\u{1b}[2J\nThis release holds.", file()),
        ("data/tables/link.csv", Found::Link),
        ("data/tables/pipe.csv", Found::Special),
        ("data/tables/odd\u{fffd}.csv", Found::OddName),
        ("data/tables/huge.csv", Found::TooLarge(9_999_999_999)),
        ("data/tables/closed.csv", Found::Unreadable("permission denied".into())),
    ];
    let mut said = Vec::new();
    for (path, found) in slipped_in {
        let mut files = CENSUS.clone();
        files.0.insert(path.to_owned(), found);
        let shown =
            path.replace('\u{200b}', "\\u{200b}").replace('\u{1b}', "\\u{1b}").replace('\n', "\\u{a}");
        let report = names(&files, &[&shown, "data/method.md"]);
        said.push(format!("{}: It {}.", report.first_lie().unwrap().file, report.first_lie().unwrap().what));
    }
    type Change = (&'static str, fn(&mut Vec<u8>));
    let changes: [Change; 9] = [
        (table, |bytes| bytes.clear()),
        (table, |bytes| *bytes = String::from_utf8_lossy(bytes).replace('\n', "\r\n").into()),
        (table, |bytes| drop(bytes.splice(0..0, *b"\xef\xbb\xbf"))),
        (table, |bytes| bytes.push(b'\n')),
        (MANIFEST, |bytes| *bytes = String::from_utf8_lossy(bytes).replace('\n', "\r\n").into()),
        (MANIFEST, |bytes| drop(bytes.splice(0..0, *b"\xff\xfe"))),
        (MANIFEST, |bytes| {
            *bytes = String::from_utf8_lossy(bytes).replace("data/method.md", "../../method.md").into()
        }),
        ("bag-info.txt", |bytes| bytes.extend(b"Contact-Name: somebody\n")),
        (PROOF, |bytes| bytes.extend("— stranger.example.org AAAAAAAAAAA=\n".as_bytes())),
    ];
    for (path, change) in changes {
        let report = names(&with(&CENSUS, path, change), &[path]);
        said.push(format!("{path}: It {}.", report.first_lie().unwrap().what));
    }
    let nothing = check(&Files::default());
    said.push(nothing.to_string());
    insta::assert_snapshot!("faults_of_form", said.join("\n"));
}

#[test]
fn a_state_changes_one_byte() {
    let changed = with(&BAG, "data/tables/card_kept.csv", |bytes| {
        let at = bytes.windows(2).position(|two| two == b"20").unwrap();
        bytes[at] = b'1';
    });
    insta::assert_snapshot!("one_byte", names(&changed, &["data/tables/card_kept.csv"]));
}
