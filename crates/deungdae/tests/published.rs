//! What a server published is taken out as a folder, and holds; with one byte changed anywhere it does not, and the file
//! is named.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn deungdae(arguments: &[&str], folder: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_deungdae")).args(arguments).current_dir(folder).output().unwrap()
}

fn said(arguments: &[&str], folder: &Path, code: i32) -> String {
    let output = deungdae(arguments, folder);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(code), "{arguments:?}\n{out}{err}");
    if out.is_empty() { err } else { out }
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap().flatten() {
        if entry.path().is_dir() {
            files(&entry.path(), found);
        } else {
            found.push(entry.path());
        }
    }
}

#[test]
fn what_the_demo_published_holds_and_every_changed_byte_is_told() {
    let place = tempfile::tempdir().unwrap();
    let here = place.path();
    let made = said(&["demo", "--data", "demo", "--no-serve"], here, 0);
    let (covered, of) = made
        .lines()
        .find_map(|line| {
            let rest = line.strip_prefix("Of ")?;
            let (all, rest) = rest.split_once(" intervals")?;
            let covered = rest.split_once("visit, ")?.1.split_once(' ')?.0;
            Some((covered.parse::<u32>().ok()?, all.parse::<u32>().ok()?))
        })
        .unwrap_or_else(|| panic!("{made}"));
    // The draw is a real one, and different each time; the intervals of one draw share its luck. How often they cover is
    // counted over many draws, in `whole_way`.
    assert!(of >= 30 && covered <= of && covered * 3 >= of, "{covered} of {of}");

    let wrong = said(&["export-release", "nothing", "--data", "demo", "--to", "bag"], here, 2);
    let names = wrong.rsplit_once("there are: ").expect(&wrong).1.trim().to_owned();
    // The newest is the visit whose interviews were held.
    let name = names.split(", ").next().unwrap();
    said(&["export-release", name, "--data", "demo", "--to", "bag"], here, 0);
    let again = said(&["export-release", name, "--data", "demo", "--to", "bag"], here, 2);
    assert!(again.contains("is not empty"), "{again}");
    said(&["export-ledger", "--data", "demo", "--to", "ledger"], here, 0);
    fs::copy(here.join("bag/trust/policy.txt"), here.join("policy.txt")).unwrap();
    let arguments = ["verify", "bag", "--trust", "policy.txt", "--ledger", "ledger"];
    let holds = said(&arguments, here, 0);
    // The draw that chose the establishment goes on while others of its round are visited, and cannot be published yet.
    assert!(holds.contains("This release holds. Not checked: 4, 6, 7."), "{holds}");
    assert!(holds.contains("not looked at: m1/r-"), "{holds}");
    assert!(holds.contains("7 tables") && holds.contains("not retracted"), "{holds}");

    let mut all = Vec::new();
    files(&here.join("bag"), &mut all);
    assert!(all.len() >= 20, "{all:?}");
    for path in all {
        let honest = fs::read(&path).unwrap();
        let mut changed = honest.clone();
        let middle = changed.len() / 2;
        changed[middle] ^= 1;
        fs::write(&path, changed).unwrap();
        let told = said(&arguments, here, 1);
        let file = path.strip_prefix(here.join("bag")).unwrap().display().to_string();
        assert!(told.contains(&format!("File      {file}")), "{file}: {told}");
        fs::write(&path, honest).unwrap();
    }
}
