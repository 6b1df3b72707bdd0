//! Two hundred draws, honest and forged, judged by this crate and by a verifier in another language that was written from
//! the protocol's description.

use std::path::Path;
use std::process::Command;

use draw::{Attempt, CallList, Message, Why};
use serde_json::{Value, json};

use crate::played::{self, DRAW, Played};
use crate::whole_draws::with;

/// One forgery: a name and what it does to a finished draw.
type Forgery = (&'static str, fn(&mut Played));

fn set(played: &mut Played, file: &str, name: &str, value: Value) {
    played.rewrite(file, |message| {
        message.body.insert(name.to_owned(), value);
    });
}

const FORGERIES: &[Forgery] = &[
    ("another design", |played| {
        played.rewrite("design.json", |message| message.body["frame"] = "another list".into())
    }),
    ("another root", |played| set(played, "roster-commitment.json", "root", hex::encode([1; 32]).into())),
    ("another size", |played| set(played, "roster-commitment.json", "size", 9.into())),
    ("another key", |played| {
        let key = draw::Suite::Ecvrf.secret(DRAW, &[1; 32]).unwrap().public();
        set(played, "key.json", "key", hex::encode(key).into());
    }),
    ("a copied commitment", |played| {
        let copied = played.message("commit-authority-a.json").body["commitment"].clone();
        set(played, "commit-authority-b.json", "commitment", copied);
    }),
    ("a reveal of another value", |played| {
        set(played, "reveal-authority-a.json", "random", hex::encode([1; 32]).into())
    }),
    ("a reveal before the monitor's", |played| {
        played.rewrite("reveal-monitor.json", |message| message.at += 1)
    }),
    ("a reveal too late, counted", |played| {
        played.rewrite("reveal-authority-b.json", |message| message.at = played::DEADLINE + 1)
    }),
    ("a dropped reveal", |played| {
        played.files.files.remove("reveal-authority-b.json");
    }),
    ("another seed", |played| set(played, "beacon.json", "seed", hex::encode([1; 32]).into())),
    ("a forged announcement", |played| set(played, "announce.json", "announce", hex::encode([1; 32]).into())),
    ("an unsigned announcement", |played| {
        let mut message = played.message("announce.json");
        message.signatures.remove("authority-a");
        played.files.put("announce.json", &message).unwrap();
    }),
    ("a changed message under its old signature", |played| {
        let mut message: Message = played.message("commit-monitor.json");
        message.at += 1;
        played.files.put("commit-monitor.json", &message).unwrap();
    }),
    ("another sealed root", |played| set(played, "sealed.json", "sealed_root", hex::encode([1; 32]).into())),
    ("more selected than designed", |played| {
        played.rewrite("sealed.json", |message| {
            let stratum = message.body["strata"].as_object_mut().unwrap().values_mut().next().unwrap();
            stratum["n"] = (stratum["n"].as_u64().unwrap() + 1).into();
        });
    }),
    ("an exchanged call list", |played| {
        let list = played.call_list.as_mut().unwrap();
        list.called.retain(|(_, why)| *why == Why::Drawn);
    }),
    ("a friend on the call list", |played| {
        let list: &mut CallList = played.call_list.as_mut().unwrap();
        list.called.push(("friend".into(), Why::Drawn));
        let salt = list.salt;
        list.called.sort_by_key(|(number, _)| draw::h("call-order", &[&salt, number.as_bytes()]));
        let commitment = list.commitment(DRAW).unwrap();
        set(played, "call-list.json", "commitment", hex::encode(commitment).into());
    }),
    ("a re-coded refusal", |played| played.attempts[0].code = "refused".into()),
    ("an attempt that was not logged", |played| {
        let again: Attempt = played.attempts[0].clone();
        played.attempts.push(again);
    }),
    ("a changed head", |played| set(played, "field.json", "head", hex::encode([1; 32]).into())),
    ("other counts", |played| set(played, "close.json", "responses", json!({"interviewed": 1}))),
    ("another verdict's root", |played| {
        set(played, "audit.json", "sealed_root", hex::encode([1; 32]).into())
    }),
    ("an invented output", |played| {
        let other = draw::Suite::Ecvrf.secret(DRAW, &[1; 32]).unwrap();
        if let Some(first) = played.drawn.first_mut().filter(|first| !first.proof.is_empty()) {
            first.proof = other.draw(&[0; 32]).unwrap().1;
        } else {
            played.drawn.pop();
        }
    }),
    ("a line of the roster changed", |played| {
        let unit = &mut played.roster.units[1];
        unit.record = unit.record.replace("W00002", "W00002x");
    }),
];

fn write(folder: &Path, played: &Played) {
    for sub in ["public", "opened"] {
        std::fs::create_dir_all(folder.join(sub)).unwrap();
    }
    for (name, content) in &played.files.files {
        std::fs::write(folder.join("public").join(name), content).unwrap();
    }
    let opened = played.opened_field();
    let attempts: Vec<Value> = opened.attempts.iter().map(Attempt::to_value).collect();
    std::fs::write(folder.join("opened/opening.jsonl"), opening_text(played)).unwrap();
    std::fs::write(folder.join("opened/call-list.json"), opened.call_list.to_value().to_string()).unwrap();
    std::fs::write(folder.join("opened/attempts.json"), json!({ "attempts": attempts }).to_string()).unwrap();
}

/// The opened file as it is, also where a forgery has damaged it.
fn opening_text(played: &Played) -> String {
    let suite = played.message("key.json").body["suite"].clone();
    let drawing_key = played::bytes(played.story, "drawing key");
    let key = (suite == "hmac-commit").then_some(&drawing_key);
    let mut text = draw::opening::heading(DRAW, key, played.start.as_deref(), played.roster.len()).unwrap();
    let salt_key = played::bytes(played.story, "salt key");
    for line in draw::opening::lines(DRAW, &salt_key, &played.roster, &played.drawn) {
        text.push_str(&line.unwrap());
    }
    text
}

/// What this crate says of the folder: honest, or the first lie.
fn judged(played: &Played) -> Result<(), String> {
    let text = opening_text(played);
    let opening =
        draw::Opening::read(text.lines().map(str::as_bytes)).map_err(|refusal| refusal.to_string())?;
    let report = draw::audit(
        &played.files,
        draw::Trust::default(),
        &opening,
        &played.opened_field(),
        draw::Work::quiet(2),
    )
    .0;
    match report.first_lie() {
        Some(step) => Err(step.detail.clone()),
        None => Ok(()),
    }
}

#[test]
fn a_verifier_in_python_agrees_on_two_hundred_draws() {
    let Ok(python) = std::env::var("DEUNGDAE_PYTHON") else {
        eprintln!(
            "skipped: DEUNGDAE_PYTHON names no Python with `cryptography` (scripts/install_test_needs.sh makes one)"
        );
        return;
    };
    let root = tempfile::tempdir().unwrap();
    let (mut expected, mut lies) = (Vec::new(), 0);
    for number in 0..200_usize {
        let scheme = ["srs", "stratified-srs", "pps-systematic", "systematic"][number % 4];
        let suite = if number % 8 < 4 { "ecvrf" } else { "hmac-commit" };
        let mut plan = with(number as u64, scheme, suite);
        if number.is_multiple_of(16) {
            plan["result"] = "public".into();
        }
        let mut played = Played::begin(number as u64, DRAW, plan, played::roster(14 + number % 9)).unwrap();
        played.dice = number % 5 == 4;
        played.after_commitments();
        // Every second draw is forged, all forgeries in turn, in every scheme and suite.
        let forgery = (number / 4 % 2 == 1 || number % 16 == 3)
            .then(|| FORGERIES[(number * 7 + number / 8) % FORGERIES.len()]);
        if let Some((_, forge)) = forgery {
            forge(&mut played);
        }
        let folder = root.path().join(format!("{number:03}"));
        write(&folder, &played);
        let verdict = judged(&played);
        if let Some((name, _)) = forgery {
            assert!(verdict.is_err(), "{number}: “{name}” was not noticed");
            lies += 1;
        } else {
            assert_eq!(verdict, Ok(()), "{number}");
        }
        expected.push((folder, verdict, forgery.map_or("honest", |(name, _)| name)));
    }
    assert!((60..140).contains(&lies), "{lies} forged draws");
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/verify_draw.py");
    let folders: Vec<_> = expected.iter().map(|(folder, ..)| folder.clone()).collect();
    let output = Command::new(python).arg(script).args(folders).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let answers: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(answers.len(), expected.len());
    for (answer, (folder, verdict, what)) in answers.iter().zip(&expected) {
        assert_eq!(
            answer["passed"] == true,
            verdict.is_ok(),
            "{} ({what}): Python says {answer}, we say {verdict:?}",
            folder.display()
        );
    }
}
