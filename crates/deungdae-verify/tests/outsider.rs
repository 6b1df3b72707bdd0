//! An outsider with this program, a bag and a policy.

#[path = "../../bag/tests/story/example.rs"]
mod example;

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use deungdae_verify::{Arguments, run};

fn write(files: &bag::Files, to: &Path) {
    for (path, bytes) in files.readable() {
        let path = to.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
}

fn verify(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_deungdae-verify")).args(arguments).output().unwrap()
}

#[test]
fn an_outsider_verifies_and_notices_every_change() {
    let published = example::published();
    let place = tempfile::tempdir().unwrap();
    let (bag, policy, copy) =
        (place.path().join("zone-2026-w48"), place.path().join("policy.txt"), place.path().join("ledger"));
    write(&published.bag, &bag);
    fs::write(&policy, example::policy_text()).unwrap();
    for (path, bytes) in published.log.exported() {
        let path = copy.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    let (bag_text, policy_text, copy_text) =
        (bag.display().to_string(), policy.display().to_string(), copy.display().to_string());
    let holds = verify(&[&bag_text, "--trust", &policy_text, "--ledger", &copy_text]);
    let text = String::from_utf8(holds.stdout).unwrap();
    assert_eq!(holds.status.code(), Some(0), "{text}");
    assert!(text.contains("This release holds. Not checked: 7."), "{text}");
    // What the house's first command says is the same: it calls the same function.
    let arguments = Arguments {
        bag: bag.clone(),
        trust: Some(policy.clone()),
        ledger: Some(copy.clone()),
        ..Arguments::default()
    };
    assert_eq!(run(&arguments).unwrap(), (text, 0));

    let json = verify(&["--json", "--trust", &policy_text, &bag_text]);
    let json: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(json["verdict"], "holds");
    assert_eq!(verify(&[&bag_text]).status.code(), Some(2), "without a policy it is undecided");

    let fails = |what: &str| {
        let output = verify(&[&bag_text, "--trust", &policy_text]);
        let text = String::from_utf8(output.stdout).unwrap();
        assert_eq!(output.status.code(), Some(1), "{what}: {text}");
        text
    };
    let table = bag.join("data/tables/answers.csv");
    let honest = fs::read(&table).unwrap();
    let mut changed = honest.clone();
    *changed.last_mut().unwrap() ^= 1;
    fs::write(&table, changed).unwrap();
    assert!(fails("one bit").contains("File      data/tables/answers.csv"));
    #[cfg(unix)]
    {
        let elsewhere = place.path().join("elsewhere.csv");
        fs::write(&elsewhere, &honest).unwrap();
        fs::remove_file(&table).unwrap();
        std::os::unix::fs::symlink(&elsewhere, &table).unwrap();
        assert!(fails("a link").contains("is a link"));
    }
    fs::remove_file(&table).unwrap();
    assert!(fails("missing").contains("data/tables/answers.csv is missing"));
    fs::write(&table, &honest).unwrap();
    fs::write(bag.join("data/names.csv"), "name\n").unwrap();
    assert!(fails("extra").contains("data/names.csv is an extra file"));
    fs::write(bag.join("data/names.csv"), vec![0; 100_000]).unwrap();
    assert!(fails("extra and large").contains("data/names.csv is an extra file"));
    fs::remove_file(bag.join("data/names.csv")).unwrap();
    fs::write(&table, vec![b'x'; 17 << 20]).unwrap();
    assert!(fails("oversized").contains("at most 16777216 are read"));
}

#[test]
fn what_cannot_be_done_is_said_in_a_line() {
    for (arguments, line) in [
        (&["nowhere"][..], "nowhere is not a folder"),
        (&[][..], "give the folder of a release"),
        (&["--trust"][..], "--trust needs a value"),
        (&["--turst", "x"][..], "--turst is unknown"),
        (&["a", "b"][..], "more than one bag"),
        (&["/", "--party", "x"][..], "--party x: write the name"),
        (&["/", "--trust", "nowhere"][..], "nowhere: "),
        (&["/", "--ledger", "nowhere"][..], "nowhere has no file `checkpoint`"),
    ] {
        let output = verify(arguments);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.code(), said.lines().count()), (Some(2), 1), "{said}");
        assert!(said.contains(line), "{said}");
    }
    let help = verify(&["--help"]);
    assert!(String::from_utf8(help.stdout).unwrap().contains("Example: "));
}
