//! A monitor publishes, a fourth party verifies, and what came later.

use bag::{Check, Means, Outcome, Verdict, retraction, verify};
use ledger::{Leaf, commitment, leaf::kind};

use crate::example::{self, AT, Log, publish, published, trust};

#[test]
fn a_monitor_publishes_and_a_fourth_verifies() {
    let published = published();
    assert_eq!(published.report.verdict(), Verdict::Holds, "{}", published.report);

    // The reader has the bag, and the policy that they got from somebody they trust.
    let trust = trust();
    let mut log = published.log.clone();
    log.add(&Leaf::new(kind::SUBMISSION, AT + 100, commitment(&[5; 32], &[b"later"])));
    let copy = log.exported();
    let newer = |path: &str| copy.get(path).cloned();
    let means = Means { trust: Some(&trust), newer: Some(&newer), ..Means::default() };
    let report = verify(&published.bag, means);
    insta::assert_snapshot!("holds", report);
    assert_eq!(report.verdict().exit_code(), 0);
    insta::assert_snapshot!("holds_for_machines", serde_json::to_string_pretty(&report.json()).unwrap());
    let paths: Vec<&str> = published.bag.0.keys().map(String::as_str).collect();
    insta::assert_snapshot!("files", paths.join("\n"));
    let text = |path: &str| String::from_utf8(published.bag.bytes(path).unwrap().to_vec()).unwrap();
    insta::assert_snapshot!("datapackage", text("data/datapackage.json"));
    insta::assert_snapshot!("bag_info", text("bag-info.txt"));
    assert!(!text("data/tables/card_kept.csv").contains("cutting,yes,3"));
}

#[test]
fn without_a_policy_of_ones_own_it_is_undecided() {
    let published = published();
    let report = verify(&published.bag, Means::default());
    assert_eq!(report.verdict(), Verdict::Undecided);
    assert_eq!(report.verdict().exit_code(), 2);
    insta::assert_snapshot!("undecided", report);
}

#[test]
fn keys_that_are_not_trusted_and_witnesses_who_are_missing_are_named() {
    let published = example::census();
    let other = example::policy_text().replace(
        &example::log_key().verifier_key().to_string(),
        &ledger::Signer::from_seed("other.example.org/log", &[8; 32]).unwrap().verifier_key().to_string(),
    );
    let same_name = example::policy_text().replace(
        &example::log_key().verifier_key().to_string(),
        &ledger::Signer::from_seed(example::ORIGIN, &[8; 32]).unwrap().verifier_key().to_string(),
    );
    let all_three = example::policy_text().replace("group enough 2", "group enough all");
    let mut said = Vec::new();
    for (text, check) in
        [(other, Check::Checkpoint), (same_name, Check::Checkpoint), (all_three, Check::Witnesses)]
    {
        let policy = ledger::Policy::parse(text.as_bytes()).unwrap();
        let report = verify(&published.bag, Means { trust: Some(&policy), ..Means::default() });
        assert_eq!(report.outcome(check), Some(Outcome::Failed), "{report}");
        let lie = report.first_lie().unwrap();
        assert_eq!(lie.file, "package.tlog-proof");
        said.push(lie.what.clone());
    }
    insta::assert_snapshot!("not_trusted", said.join("\n"));

    // The publisher could not even have sealed a bag that its own witnesses did not cosign.
    let tables = example::tables();
    let unsealed = bag::write(example::release(&tables, &[])).unwrap();
    let refused = publish(unsealed, Log::of(3), &["ngo"]).err().unwrap().to_string();
    assert!(refused.contains("cosigned by ngo, and the policy asks for 2 of"), "{refused}");
}

#[test]
fn a_retraction_shows_in_a_newer_ledger_and_only_there() {
    let published = published();
    let trust = trust();
    let mut log = published.log.clone();
    log.add(&retraction(published.package, "a figure was wrong", AT + 500));
    let (copy, old) = (log.exported(), Log::of(20).exported());
    let check = |files: &std::collections::BTreeMap<String, Vec<u8>>| {
        let newer = |path: &str| files.get(path).cloned();
        verify(&published.bag, Means { trust: Some(&trust), newer: Some(&newer), ..Means::default() })
    };
    let report = check(&copy);
    assert_eq!(report.outcome(Check::Retraction), Some(Outcome::Failed));
    assert!(report.first_lie().unwrap().what.contains("a figure was wrong"), "{report}");
    // Another release's retraction is none of ours.
    let mut other = published.log.clone();
    other.add(&retraction(ledger::Hash([7; 32]), "something else", AT + 500));
    assert_eq!(check(&other.exported()).verdict(), Verdict::Holds);
    // A copy that is too old says nothing, and is no failure.
    let report = check(&old);
    assert_eq!(report.outcome(Check::Retraction), Some(Outcome::Unchecked), "{report}");
    assert_eq!(report.verdict(), Verdict::Holds);
    // A ledger that was rewritten is a lie, whoever told it.
    let mut fork = Log::of(400);
    fork.add(&retraction(published.package, "never", AT));
    let report = check(&fork.exported());
    assert_eq!(report.outcome(Check::Retraction), Some(Outcome::Failed), "{report}");
    assert!(report.first_lie().unwrap().file.starts_with("ledger/"), "{report}");
}

#[test]
fn a_draw_that_the_ledger_knows_and_the_bag_hides_is_missed() {
    let (tables, draws) = (example::tables(), example::draws());
    let mut log = example::log();
    log.add(&example::draw_leaf("site-0007/2026-w48/3"));
    let unsealed = bag::write(example::release(&tables, &draws)).unwrap();
    let published = publish(unsealed, log, &["authority-a", "ngo"]).unwrap();
    let (trust, copy) = (trust(), published.log.exported());
    let newer = |path: &str| copy.get(path).cloned();
    let report =
        verify(&published.bag, Means { trust: Some(&trust), newer: Some(&newer), ..Means::default() });
    assert_eq!(report.outcome(Check::Draws), Some(Outcome::Failed), "{report}");
    assert_eq!(report.first_lie().unwrap().file, "data/draw/site-0007/2026-w48/3.json");
}

#[test]
fn a_party_whose_key_the_reader_knows_cannot_be_replaced() {
    let (published, trust) = (published(), trust());
    let check = |key: [u8; 32]| {
        let parties = [
            ("authority-b".to_owned(), example::party_key("authority-b")),
            ("employer".into(), hex::encode(key)),
        ];
        let parties = if key == [0; 32] { &parties[..1] } else { &parties[..] };
        verify(&published.bag, Means { trust: Some(&trust), parties, ..Means::default() })
    };
    let report = check([0; 32]);
    assert_eq!(report.verdict(), Verdict::Holds, "{report}");
    assert!(report.to_string().contains("where you vouch for the keys of authority-b"), "{report}");
    let report = check([5; 32]);
    assert_eq!(report.outcome(Check::Draws), Some(Outcome::Failed), "{report}");
    assert!(report.first_lie().unwrap().what.contains("another key for this party"), "{report}");
}

#[test]
fn estimates_are_recomputed_by_whoever_brings_an_engine() {
    let published = example::census();
    let report = &published.report;
    assert_eq!(report.outcome(Check::Estimates), Some(Outcome::Unchecked));
    assert!(report.to_string().contains("not recomputable"), "{report}");
}
