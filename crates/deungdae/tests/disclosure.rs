//! Tables are protected and audited on the command line.

use std::path::Path;
use std::process::{Command, Output};

fn deungdae(arguments: &[&str], folder: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_deungdae")).args(arguments).current_dir(folder).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Four units, three answers; three people of one unit said yes.
fn respondents() -> String {
    let counts =
        [("sewing", [12, 20, 9]), ("cutting", [3, 18, 11]), ("packing", [16, 25, 8]), ("store", [7, 9, 14])];
    let mut text = "unit,answer\n".to_owned();
    for (unit, counts) in counts {
        for (answer, count) in ["yes", "no", "silent"].iter().zip(counts) {
            text.push_str(&format!("{unit},{answer}\n").repeat(count));
        }
    }
    text
}

#[test]
fn tables_are_protected_published_and_audited_by_a_reader() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    std::fs::write(here.join("respondents.csv"), respondents()).unwrap();
    let made = ["disclosure", "protect", "respondents.csv", "--table", "unit,answer", "--to", "release"];
    let made = deungdae(&made, here);
    assert!(made.status.success(), "{}", text(&made.stderr));
    assert!(text(&made.stdout).contains("4 cells suppressed"), "{}", text(&made.stdout));

    let audited = deungdae(&["disclosure", "audit", "release"], here);
    assert!(audited.status.success(), "{}", text(&audited.stdout));
    assert!(
        text(&audited.stdout).contains("unit_by_answer: cutting, yes: 0 to "),
        "{}",
        text(&audited.stdout)
    );
    // The table alone, without its description, tells the same.
    let table = here.join("release/tables/unit_by_answer.csv");
    let bare = deungdae(&["disclosure", "audit", "release/tables/unit_by_answer.csv", "--json"], here);
    assert!(bare.status.success(), "{}", text(&bare.stdout));
    let told: serde_json::Value = serde_json::from_slice(&bare.stdout).unwrap();
    assert_eq!(told["intervals"].as_array().unwrap().len(), 4);

    // The same laid out as a released bag.
    std::fs::create_dir_all(here.join("bag/data/tables")).unwrap();
    std::fs::copy(&table, here.join("bag/data/tables/unit_by_answer.csv")).unwrap();
    std::fs::copy(here.join("release/disclosure.json"), here.join("bag/data/disclosure.json")).unwrap();
    assert!(deungdae(&["disclosure", "audit", "bag"], here).status.success());

    // Somebody fills in one of the four: the small one follows.
    let published = std::fs::read_to_string(&table).unwrap();
    let line =
        published.lines().find(|line| line.ends_with(",x") && !line.starts_with("cutting,yes")).unwrap();
    let counts = [
        ("sewing,yes", 12),
        ("sewing,silent", 9),
        ("cutting,silent", 11),
        ("store,yes", 7),
        ("store,no", 9),
        ("cutting,no", 18),
        ("sewing,no", 20),
        ("packing,silent", 8),
        ("store,silent", 14),
        ("packing,yes", 16),
        ("packing,no", 25),
        ("cutting,total", 32),
        ("total,yes", 38),
        ("store,total", 30),
    ];
    let count = counts.iter().find(|(cell, _)| line.starts_with(cell)).unwrap().1;
    std::fs::write(&table, published.replacen(line, &line.replace(",x", &format!(",{count}")), 1)).unwrap();
    let leaking = deungdae(&["disclosure", "audit", "release"], here);
    assert_eq!(leaking.status.code(), Some(1));
    assert!(
        text(&leaking.stdout).contains("cutting, yes: 3 to 3, width 0  FOUND OUT"),
        "{}",
        text(&leaking.stdout)
    );
}

#[test]
fn what_cannot_be_read_is_refused_with_a_reason() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let refused = |arguments: &[&str], words: &str| {
        let output = deungdae(&[&["disclosure"], arguments].concat(), here);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(text(&output.stderr).contains(words), "{arguments:?}: {}", text(&output.stderr));
        assert_eq!(text(&output.stderr).lines().count(), 1);
    };
    refused(&["audit", "absent.csv"], "absent.csv");
    std::fs::write(here.join("odd.csv"), "unit,count\nsewing,many\n").unwrap();
    refused(&["audit", "odd.csv"], "odd, line 2");
    std::fs::write(here.join("sums.csv"), "unit,count\nsewing,20\ncutting,30\ntotal,51\n").unwrap();
    refused(&["audit", "sums.csv"], "contradict");
    refused(&["audit", "."], "has no disclosure.json");
    std::fs::write(here.join("people.csv"), respondents()).unwrap();
    refused(&["protect", "people.csv", "--table", "unit,colour", "--to", "out"], "colour");
    refused(
        &["protect", "people.csv", "--table", "unit", "--sensitive", "answer", "--to", "out"],
        "VARIABLE=ANSWER",
    );
    assert!(!here.join("out").exists(), "nothing is written");
}
