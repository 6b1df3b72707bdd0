//! An honest bag, changed: whatever is changed, swapped or taken away is noticed, and the file named if it is one.
//! Content of a publisher's own that was entered in the ledger as it should be may hold or not; it is read to its end.
#![no_main]

#[path = "../../crates/bag/tests/story/example.rs"]
mod example;

use std::collections::BTreeSet;
use std::sync::LazyLock;

use bag::{Files, Found, Means, Verdict, verify};
use libfuzzer_sys::fuzz_target;

static BAG: LazyLock<Files> = LazyLock::new(|| example::census().bag);
static PATHS: LazyLock<Vec<String>> = LazyLock::new(|| BAG.0.keys().cloned().collect());
static TRUST: LazyLock<ledger::Policy> = LazyLock::new(example::trust);

/// Whose content is read by more than a hash.
const READ: [&str; 5] = [
    "data/disclosure.json",
    "data/tables/answers.csv",
    "data/draw/site-0007/2026-w48/1.json",
    "data/method.md",
    "data/report.fr.html",
];

fuzz_target!(|bytes: &[u8]| {
    let means = Means { trust: Some(&TRUST), ..Means::default() };
    if let Some((&[what, path, _, _, _], content)) = bytes.split_first_chunk()
        && what >= 6
    {
        let mut files = BAG.clone();
        files.put(READ[usize::from(path) % READ.len()], content);
        verify(&example::entered_again(files), means);
        return;
    }
    let (mut files, mut touched, mut rest) = (BAG.clone(), BTreeSet::new(), bytes);
    while let Some((&[what, file, high, low, value], after)) = rest.split_first_chunk() {
        rest = after;
        let path = &PATHS[usize::from(file) % PATHS.len()];
        let at = usize::from(u16::from_be_bytes([high, low]));
        change(&mut files, path, what, at, value, &mut rest, &mut touched);
    }
    let report = verify(&files, means);
    if files == *BAG {
        assert_eq!(report.verdict(), Verdict::Holds, "an honest bag is refused: {report}");
        return;
    }
    assert_eq!(report.verdict(), Verdict::Fails, "a changed bag passes: {report}");
    if touched.len() == 1 {
        let lie = report.first_lie().expect("it fails");
        assert!(touched.contains(&lie.file), "{touched:?} was changed, and {} is named: {report}", lie.file);
    }
});

fn change(
    files: &mut Files,
    path: &str,
    what: u8,
    at: usize,
    value: u8,
    rest: &mut &[u8],
    touched: &mut BTreeSet<String>,
) {
    touched.insert(path.to_owned());
    match what % 6 {
        0 => {
            files.0.remove(path);
        }
        1 => {
            let other = &PATHS[usize::from(value) % PATHS.len()];
            touched.insert(other.clone());
            let (one, two) = (files.0.remove(path), files.0.remove(other));
            files.0.extend(two.map(|found| (path.to_owned(), found)));
            files.0.extend(one.map(|found| (other.clone(), found)));
        }
        2 => {
            let name = String::from_utf8_lossy(rest).into_owned();
            touched.extend([name.clone(), String::new()]);
            files.0.insert(
                name,
                [Found::Link, Found::Special, Found::File(vec![value; at % 40])][at % 3].clone(),
            );
            *rest = &[];
        }
        kind => {
            let Some(Found::File(bytes)) = files.0.get_mut(path) else { return };
            let at = at % (bytes.len() + 1);
            match kind {
                3 => bytes.truncate(at),
                4 => bytes.insert(at, value),
                _ => bytes.get_mut(at).into_iter().for_each(|byte| *byte ^= value),
            }
        }
    }
}
