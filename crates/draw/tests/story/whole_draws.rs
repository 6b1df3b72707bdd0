//! Draws from the first message to the last, in every scheme and both suites.

use draw::{End, Fraction, Outcome, Transcript, Trust, verify};
use serde_json::{Value, json};

use crate::played::{self, DRAW, Played, design};

/// A design of another scheme.
pub fn with(story: u64, scheme: &str, suite: &str) -> Value {
    let mut plan = design(story);
    plan["scheme"] = scheme.into();
    plan["suite"] = suite.into();
    if scheme != "stratified-srs" {
        plan["strata"] = json!([]);
        plan["min_per_stratum"] = 0.into();
    }
    match scheme {
        "pps-systematic" => plan["size"] = "size".into(),
        "systematic" => {
            plan["n"] = 0.into();
            plan["every"] = 5.into();
        }
        _ => {}
    }
    plan
}

#[test]
fn every_scheme_in_both_suites_ends_done_and_verified() {
    let mut story = 100;
    for scheme in ["srs", "stratified-srs", "pps-systematic", "systematic"] {
        for suite in ["ecvrf", "hmac-commit"] {
            story += 1;
            let played = Played::whole(story, DRAW, with(story, scheme, suite), played::roster(41));
            let report = played.report();
            assert!(report.passed(), "{scheme} {suite}:\n{report}");
            assert!(matches!(report.known.end, Some((End::Done, _))));
            assert!(report.steps.iter().all(|step| step.outcome == Outcome::Ok), "{report}");
            let selection = played.selection.as_ref().unwrap();
            let n: u64 = selection.strata.iter().map(|stratum| stratum.n).sum();
            assert!(n == 8 || (scheme == "systematic" && n == 9), "{scheme}: {n}");

            // The bundle of a release is the same draw.
            let bundle = played.files.bundle().unwrap();
            let read = Transcript::from_bundle("draw.json", bundle.as_bytes()).unwrap();
            assert_eq!(read, played.files);
            assert_eq!(verify(&read, Trust::default()), report);
        }
    }
}

#[test]
fn a_public_stage_takes_its_start_from_the_seed() {
    let mut plan = with(120, "pps-systematic", "ecvrf");
    plan["result"] = "public".into();
    let mut played = Played::whole(120, "zone/2026-w48/1", plan, played::roster(30));
    // So the start needs no opening.
    played.start = None;
    assert!(played.audit_report().passed(), "{}", played.audit_report());
    let mut secret = Played::whole(121, DRAW, with(121, "pps-systematic", "ecvrf"), played::roster(30));
    secret.start = None;
    assert!(played::lie(&secret.audit_report()).1.contains("the proof of the start"));
}

#[test]
fn a_later_stage_carries_the_probability_of_the_first() {
    let first =
        Played::whole(122, "zone/2026-w48/1", with(122, "pps-systematic", "ecvrf"), played::roster(30));
    let stratum = &first.selection.as_ref().unwrap().strata[0];
    let site = stratum.probability(0).unwrap();
    let mut plan = with(123, "srs", "ecvrf");
    plan["first_stage"] = json!({
        "draw": "zone/2026-w48/1",
        "sealed_root": hex::encode(first.known().sealed.unwrap().0),
        "probability": site.to_string(),
    });
    let second = Played::whole(123, DRAW, plan.clone(), played::roster(40));
    let others = [first.files.clone()];
    let report = verify(&second.files, Trust { others: &others, ..Trust::default() });
    assert!(report.passed() && report.to_string().contains("first stage fits"), "{report}");
    let stated = second.message("sealed.json").body["strata"]["all"]["inclusion"].clone();
    assert_eq!(stated, site.and(Fraction::new(8, 40).unwrap()).unwrap().to_string());
    // Another result of the first stage does not fit.
    plan["first_stage"]["sealed_root"] = hex::encode([0; 32]).into();
    let other = Played::whole(123, DRAW, plan, played::roster(40));
    let report = verify(&other.files, Trust { others: &others, ..Trust::default() });
    assert!(played::lie(&report).1.contains("sealed another result"), "{report}");
    // A sealed probability that leaves out the first stage neither.
    let mut bare = second;
    bare.rewrite("sealed.json", |message| message.body["strata"]["all"]["inclusion"] = "1/5".into());
    assert!(played::lie(&bare.report()).1.contains("inclusion probability"));
}

#[test]
fn an_unfinished_draw_says_whose_turn_it_is() {
    let mut played = Played::begin(124, DRAW, design(124), played::roster(40)).unwrap();
    let last = |played: &Played| {
        let report = played.report();
        assert!(report.passed(), "{report}");
        report.steps.last().unwrap().detail.clone()
    };
    let commit = played.files.files.remove("commit-authority-b.json").unwrap();
    assert!(last(&played).contains("waiting for authority-b"));
    played.files.files.insert("commit-authority-b.json".into(), commit);
    assert!(last(&played).contains("waiting for the monitor to announce"));
    played.announce().unwrap();
    let mut partly = played.message("announce.json");
    partly.signatures.remove("authority-a");
    let whole = played.message("announce.json");
    played.files.put("announce.json", &partly).unwrap();
    assert!(last(&played).contains("waiting for authority-a to cosign"));
    played.files.put("announce.json", &whole).unwrap();
    played.reveal(&["monitor", "authority-a", "authority-b"]).unwrap();
    assert!(last(&played).contains("waiting for the public randomness"));
    played.beacon().unwrap();
    assert!(last(&played).contains("waiting for the monitor to select"));
    played.select().unwrap();
    played.seal().unwrap();
    assert!(last(&played).contains("waiting for fieldwork"));
    played.field().unwrap();
    assert!(last(&played).contains("waiting for auditor"));
    played.finish().unwrap();
    assert!(last(&played).starts_with("done; interviewed 8"));
}

#[test]
fn the_key_of_an_hmac_draw_may_be_published_after_its_embargo_only() {
    let mut plan = with(125, "srs", "hmac-commit");
    plan["embargo"] = (played::ROUND_TIME + 200_000).into();
    let mut played = Played::whole(125, DRAW, plan, played::roster(40));
    assert_eq!(played.message("close.json").body["key"], "kept-until-embargo");
    let release = |at: u64, key: [u8; 32]| {
        let body = json!({"key": hex::encode(key)}).as_object().unwrap().clone();
        Ok(("key-release.json".to_owned(), draw::Message::new("key-release", DRAW, "monitor", at, body)))
    };
    let key = played::bytes(125, "drawing key");
    played.act(release(played::ROUND_TIME + 200_001, key), &["monitor"]).unwrap();
    assert!(played.report().passed() && played.report().to_string().contains("after its embargo"));
    played.act(release(played::ROUND_TIME + 199_999, key), &["monitor"]).unwrap();
    assert!(!played.report().passed());
    played.act(release(played::ROUND_TIME + 200_001, [0; 32]), &["monitor"]).unwrap();
    assert!(!played.report().passed());
}
