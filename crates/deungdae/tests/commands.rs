//! The command line as a new user meets it.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

fn deungdae(arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_deungdae"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A verb that refuses its arguments ends before it reads.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn path(folder: &Path, name: &str) -> String {
    folder.join(name).to_str().unwrap().to_owned()
}

const PASSWORD: &str = "a long sentence\n";

#[test]
fn an_installation_is_made_filled_copied_and_its_ledger_verified() {
    let folder = tempfile::tempdir().unwrap();
    let data = path(folder.path(), "house");
    let made =
        deungdae(&["init", "--data", &data, "--email", "Ann@Example.org", "--password-stdin"], PASSWORD);
    assert!(made.status.success(), "{}", text(&made.stderr));
    assert!(text(&made.stdout).contains("deungdae serve --data"), "it says what is next");
    let again =
        deungdae(&["init", "--data", &data, "--email", "x@example.org", "--password-stdin"], PASSWORD);
    assert_eq!(again.status.code(), Some(2));
    assert!(text(&again.stderr).contains("member add"));

    let add =
        ["member", "add", "--data", &data, "--email", "bo@example.org", "--name", "Bo", "--password-stdin"];
    assert!(deungdae(&add, PASSWORD).status.success());
    let twice = deungdae(&add, PASSWORD);
    assert_eq!(twice.status.code(), Some(2));
    assert!(text(&twice.stderr).contains("bo@example.org"), "{}", text(&twice.stderr));
    let short = deungdae(
        &["member", "add", "--data", &data, "--email", "c@example.org", "--name", "C", "--password-stdin"],
        "short\n",
    );
    assert_eq!(short.status.code(), Some(2));
    assert!(
        !text(&short.stderr).contains("short\n") && !text(&short.stderr).contains('⟦'),
        "{}",
        text(&short.stderr)
    );

    let files = path(folder.path(), "ledger");
    assert!(deungdae(&["export-ledger", "--data", &data, "--to", &files], "").status.success());
    let sound = deungdae(&["verify", "--ledger", &files], "");
    assert!(sound.status.success(), "{}", text(&sound.stdout));
    let checkpoint = folder.path().join("ledger/checkpoint");
    let changed = std::fs::read_to_string(&checkpoint).unwrap().replacen("\n2\n", "\n3\n", 1);
    std::fs::write(&checkpoint, changed).unwrap();
    let lie = deungdae(&["verify", "--ledger", &files, "--json"], "");
    assert_eq!(lie.status.code(), Some(1));
    assert!(text(&lie.stdout).contains("checkpoint"), "the file that lies is named: {}", text(&lie.stdout));

    let copy = path(folder.path(), "copy");
    let restored = path(folder.path(), "restored");
    assert!(deungdae(&["backup", "--data", &data, "--to", &copy], "").status.success());
    let back = deungdae(&["restore", "--from", &copy, "--data", &restored], "");
    assert!(back.status.success(), "{}", text(&back.stderr));
    let known = deungdae(
        &[
            "member",
            "add",
            "--data",
            &restored,
            "--email",
            "bo@example.org",
            "--name",
            "Bo",
            "--password-stdin",
        ],
        PASSWORD,
    );
    assert_eq!(known.status.code(), Some(2), "the copy knows its members");
    assert_eq!(deungdae(&["restore", "--from", &copy, "--data", &restored], "").status.code(), Some(2));
}

#[test]
fn forms_are_converted_from_a_file_and_from_lines() {
    let folder = tempfile::tempdir().unwrap();
    let form = folder.path().join("visit.md");
    std::fs::write(&form, "| survey | | | |\n| | type | name | label |\n| | text | site | Site |\n| | integer | n | How many |\n")
        .unwrap();
    let out = path(folder.path(), "visit.xml");
    let converted = deungdae(&["form", "convert", form.to_str().unwrap(), "-o", &out], "");
    assert!(converted.status.success(), "{}", text(&converted.stderr));
    let xml = std::fs::read_to_string(&out).unwrap();
    assert!(xml.contains("<site/>") && xml.contains("type=\"int\""), "{xml}");

    std::fs::write(&form, "| survey | | | |\n| | type | name | label |\n| | txt | site | Site |\n").unwrap();
    let refused = deungdae(&["form", "convert", form.to_str().unwrap(), "--json"], "");
    assert_eq!(refused.status.code(), Some(1));
    let answer: serde_json::Value = serde_json::from_slice(&refused.stdout).unwrap();
    assert!(answer["xform"].is_null());
    assert!(answer["errors"][0]["message"].as_str().unwrap().contains("txt"), "{answer}");

    let lines = r#"{"id": 1, "name": "a", "sheets": {"survey": [["type", "name", "label"], ["text", "q", "Q"]]}}
{"id": 2, "name": "b", "sheets": {"survey": [["type", "name", "label"], ["nonsense", "q", "Q"]]}}
not json
"#;
    let answers = deungdae(&["form", "convert", "--jsonl"], lines);
    let answers: Vec<serde_json::Value> =
        text(&answers.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(answers.len(), 3, "every line has its answer");
    assert_eq!(answers[0]["id"], 1);
    assert!(answers[0]["xform"].as_str().unwrap().contains("<q/>") && answers[0]["error"].is_null());
    assert!(answers[1]["xform"].is_null() && answers[1]["error"].as_str().unwrap().contains("nonsense"));
    assert!(answers[2]["error"].is_string());
}

#[test]
fn a_protocol_folder_is_checked_and_installed() {
    let folder = tempfile::tempdir().unwrap();
    let shipped = concat!(env!("CARGO_MANIFEST_DIR"), "/../../protocols/general");
    assert!(deungdae(&["protocol", "check", shipped], "").status.success());

    let own = folder.path().join("own");
    std::fs::create_dir(&own).unwrap();
    let toml = std::fs::read_to_string(Path::new(shipped).join("protocol.toml")).unwrap();
    std::fs::write(own.join("protocol.toml"), toml.replace("name = \"general\"", "name = \"own\"")).unwrap();
    let data = path(folder.path(), "house");
    assert!(
        deungdae(&["init", "--data", &data, "--email", "a@example.org", "--password-stdin"], PASSWORD)
            .status
            .success()
    );
    let installed = deungdae(&["protocol", "install", own.to_str().unwrap(), "--data", &data], "");
    assert!(installed.status.success(), "{}", text(&installed.stderr));
    assert!(folder.path().join("house/protocols/own/protocol.toml").is_file());

    std::fs::write(own.join("protocol.toml"), format!("surprise = 1\n{toml}")).unwrap();
    let broken = deungdae(&["protocol", "check", own.to_str().unwrap(), "--json"], "");
    assert_eq!(broken.status.code(), Some(1));
    assert!(text(&broken.stdout).contains("surprise"), "{}", text(&broken.stdout));
    let refused = deungdae(&["protocol", "install", own.to_str().unwrap(), "--data", &data], "");
    assert_eq!(refused.status.code(), Some(2));
}

#[test]
fn what_cannot_be_done_says_what_to_do_in_one_line() {
    for (arguments, says) in [
        (vec!["serve", "--data", "/nowhere/at/all"], "deungdae init"),
        (vec!["init", "--data", "/tmp/never-made", "--email", "a@example.org"], "--password-stdin"),
        (vec!["verify", "--ledger", "/nowhere"], "export-ledger"),
        (vec!["restore", "--from", "/nowhere", "--data", "/tmp/never-made"], "no backup"),
        (vec!["form", "convert", "/nowhere.xlsx"], "/nowhere.xlsx"),
    ] {
        let answer = deungdae(&arguments, "");
        assert_eq!(answer.status.code(), Some(2), "{arguments:?}");
        let line = text(&answer.stderr);
        assert!(line.contains(says), "{arguments:?}: {line}");
        assert_eq!(line.trim_end().lines().count(), 1, "{line}");
    }
}
