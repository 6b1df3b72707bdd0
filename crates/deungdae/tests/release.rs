//! A release between four parties: a monitor publishes, two authorities witness, a fourth verifies.

#[path = "../../bag/tests/story/example.rs"]
mod example;

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};

use example::{AT, Log};
use ledger::note::Signature;
use ledger::{Checkpoint, Growth, Leaf, commitment, consistency_proof, leaf::kind};

fn deungdae(arguments: &[&str], folder: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_deungdae")).args(arguments).current_dir(folder).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Answers what was printed, for a run that ended so.
fn said(arguments: &[&str], folder: &Path, code: i32) -> String {
    let output = deungdae(arguments, folder);
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(code), "{arguments:?}\n{out}{err}");
    if out.is_empty() { err } else { out }
}

fn write(files: &BTreeMap<String, Vec<u8>>, to: &Path) {
    let _ = fs::remove_dir_all(to);
    for (path, bytes) in files {
        let path = to.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
}

fn later(log: &mut Log, what: &str) {
    log.add(&Leaf::new(kind::SUBMISSION, AT + 100, commitment(&[5; 32], &[what.as_bytes()])));
}

#[test]
fn a_monitor_publishes_two_authorities_witness_and_a_fourth_verifies() {
    let place = tempfile::tempdir().unwrap();
    let here = place.path();
    let log_key = example::log_key().verifier_key().to_string();
    let mut policy = format!("log {log_key}\n");
    for name in ["authority-a", "authority-b", "ngo"] {
        let full = format!("{name}.example.org");
        let key = said(&["witness", "init", name, "--name", &full, "--log", &log_key], here, 0);
        policy.push_str(&format!("witness {name} {}\n", key.trim()));
        assert_eq!(fs::metadata(here.join(name).join("key")).unwrap().permissions().mode() & 0o777, 0o600);
    }
    policy.push_str("group enough 2 authority-a authority-b ngo\nquorum enough\n");
    fs::write(here.join("policy.txt"), &policy).unwrap();

    // The monitor writes the release, enters it in the ledger and exports that; each authority signs on its own laptop.
    let (tables, draws) = (example::tables(), example::draws());
    let mut release = example::release(&tables, &draws);
    release.policy = policy;
    let unsealed = bag::write(release).unwrap();
    let mut log = example::log();
    let leaf = unsealed.leaf(AT);
    let index = log.add(&leaf);
    write(&log.exported(), &here.join("ledger"));
    let mut proof = log.proof(index, &[]);
    for name in ["authority-a", "authority-b"] {
        let line = said(&["witness", "cosign", name, "ledger"], here, 0);
        proof.checkpoint.add(Signature::parse(line.trim()).unwrap());
    }
    let (files, report) = unsealed.seal(&leaf, proof).unwrap();
    assert_eq!(report.verdict(), bag::Verdict::Holds, "{report}");
    let files = files.readable().map(|(path, bytes)| (path.to_owned(), bytes.to_vec())).collect();
    write(&files, &here.join("zone"));

    // The fourth has the bag, the policy on paper, and a newer copy of the ledger.
    later(&mut log, "one more");
    write(&log.exported(), &here.join("newer"));
    let arguments = ["verify", "zone", "--trust", "policy.txt", "--ledger", "newer"];
    let told = said(&arguments, here, 0);
    assert!(told.contains("This release holds. Not checked: 7."), "{told}");
    let outsider = deungdae_verify::Arguments {
        bag: here.join("zone"),
        trust: Some(here.join("policy.txt")),
        ledger: Some(here.join("newer")),
        ..deungdae_verify::Arguments::default()
    };
    assert_eq!(deungdae_verify::run(&outsider).unwrap(), (told, 0), "both programs say the same");
    assert!(said(&["verify", "zone"], here, 2).contains("Undecided"));
    assert!(said(&["verify", "zone", "--key", &log_key], here, 2).contains("cannot be used with"));
    // A ledger alone is verified as before.
    said(&["verify", "--ledger", "newer", "--key", &log_key], here, 0);

    // A state changes one byte.
    let table = here.join("zone/data/tables/card_kept.csv");
    let changed = fs::read_to_string(&table).unwrap().replacen("20", "10", 1);
    fs::write(&table, changed).unwrap();
    let told = said(&["verify", "zone", "--trust", "policy.txt", "--json"], here, 1);
    let told: serde_json::Value = serde_json::from_str(&told).unwrap();
    assert_eq!(told["first_lie"]["file"], "data/tables/card_kept.csv");
}

#[test]
fn a_witness_follows_a_ledger_and_keeps_the_evidence_of_a_fork() {
    let place = tempfile::tempdir().unwrap();
    let here = place.path();
    let log_key = example::log_key().verifier_key().to_string();
    said(&["witness", "init", "ngo", "--name", "ngo.example.org", "--log", &log_key], here, 0);
    let size = |expected: u64| {
        let told = said(&["witness", "show", "ngo", "--json"], here, 0);
        let told: serde_json::Value = serde_json::from_str(&told).unwrap();
        assert_eq!(told["size"], expected, "{told}");
        told["evidence"].as_array().unwrap().len()
    };
    let mut log = Log::of(300);
    fs::write(here.join("head"), log.signed(&[]).to_string()).unwrap();
    said(&["witness", "cosign", "ngo", "head", "--output", "cosigned"], here, 0);
    assert!(fs::read_to_string(here.join("cosigned")).unwrap().contains("— ngo.example.org "));
    // The same head again is signed again.
    said(&["witness", "cosign", "ngo", "head"], here, 0);
    let old = log.clone();

    // It grows: by a file with the proof, then by the exported folder.
    later(&mut log, "second");
    let proof = consistency_proof(300, 301, |level, index| log.node(level, index)).unwrap();
    let growth = Growth { old: 300, proof, checkpoint: log.signed(&[]) };
    fs::write(here.join("growth"), growth.to_string()).unwrap();
    said(&["witness", "cosign", "ngo", "growth"], here, 0);
    later(&mut log, "third");
    // A bare checkpoint shows no growth; an old proof starts elsewhere.
    fs::write(here.join("head"), log.signed(&[]).to_string()).unwrap();
    assert!(said(&["witness", "cosign", "ngo", "head"], here, 1).contains("ask for one from 301"));
    write(&log.exported(), &here.join("ledger"));
    said(&["witness", "cosign", "ngo", "ledger"], here, 0);
    assert_eq!(size(302), 0);

    // An older copy is refused, and is no fork.
    write(&old.exported(), &here.join("old"));
    assert!(said(&["witness", "cosign", "ngo", "old"], here, 1).contains("ask for a newer one"));
    assert_eq!(size(302), 0);

    // Another history of the same length, and a longer one: as a folder, and as a file with some proof.
    let mut fork = old.clone();
    later(&mut fork, "second");
    later(&mut fork, "something else");
    write(&fork.exported(), &here.join("fork"));
    let told = said(&["witness", "cosign", "ngo", "fork"], here, 1);
    assert!(told.contains("the ledger was forked: its head of 302"), "{told}");
    assert_eq!(size(302), 1);
    later(&mut fork, "fourth");
    write(&fork.exported(), &here.join("fork"));
    let told = said(&["witness", "cosign", "ngo", "fork", "--json"], here, 1);
    let told: serde_json::Value = serde_json::from_str(&told).unwrap();
    assert_eq!(size(302), 2);
    let evidence = here.join(told["evidence"].as_str().unwrap());
    for (file, log) in [("shown-now", &fork), ("signed-before", &log)] {
        let note = ledger::SignedNote::parse(&fs::read(evidence.join(file)).unwrap()).unwrap();
        let keys = example::trust().keys();
        let (checkpoint, _) = Checkpoint::open(&note, &keys[..1], example::ORIGIN).unwrap();
        assert_eq!(checkpoint.root, log.tree.root(), "{file}");
    }
    later(&mut fork, "fifth");
    let proof = consistency_proof(302, 304, |level, index| fork.node(level, index)).unwrap();
    let growth = Growth { old: 302, proof, checkpoint: fork.signed(&[]) };
    fs::write(here.join("growth"), growth.to_string()).unwrap();
    assert!(
        said(&["witness", "cosign", "ngo", "growth"], here, 1).contains("forked, or the proof is damaged")
    );
    assert_eq!(size(302), 3);

    // Its memory and its key are looked after.
    said(&["witness", "init", "ngo", "--name", "ngo.example.org", "--log", &log_key], here, 2);
    fs::set_permissions(here.join("ngo/key"), fs::Permissions::from_mode(0o644)).unwrap();
    assert!(said(&["witness", "cosign", "ngo", "ledger"], here, 2).contains("chmod 600"));
    fs::write(here.join("ngo/checkpoint"), log.signed(&[]).to_string()).unwrap();
    assert!(said(&["witness", "show", "ngo"], here, 2).contains("memory is damaged"));
}

#[test]
fn an_exported_folder_that_is_damaged_is_no_fork() {
    let place = tempfile::tempdir().unwrap();
    let here = place.path();
    let log_key = example::log_key().verifier_key().to_string();
    said(&["witness", "init", "a", "--name", "a.example.org", "--log", &log_key], here, 0);
    let mut log = Log::of(10);
    write(&log.exported(), &here.join("ledger"));
    said(&["witness", "cosign", "a", "ledger"], here, 0);
    later(&mut log, "more");
    let mut files = log.exported();
    files.get_mut("tile/entries/000.p/11").unwrap()[20] ^= 1;
    write(&files, &here.join("ledger"));
    assert!(said(&["witness", "cosign", "a", "ledger"], here, 2).contains("fetch the ledger again"));
    assert!(!here.join("a/evidence").exists());
    // Another log's checkpoint is none of its business.
    said(
        &[
            "witness",
            "init",
            "b",
            "--name",
            "b.example.org",
            "--log",
            &example::witness("x").verifier_key().to_string(),
        ],
        here,
        0,
    );
    said(&["witness", "cosign", "b", "ledger"], here, 1);
}
