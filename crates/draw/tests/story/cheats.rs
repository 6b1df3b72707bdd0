//! Every row of the protocol's table of cheats: the cheat is attempted and caught, or, where people are needed, shown in
//! the record.

use std::collections::BTreeMap;

use draw::ceremony::{Beacon, commitment, seed};
use draw::design::Design;
use draw::field::{CallList, Why};
use draw::select::{Ranked, draw_all, ticket};
use draw::{Hash, Message, Roster, Slip, Suite, Trust, acts, verify};
use serde_json::json;

use crate::played::{self, DEADLINE, DRAW, Played, ROUND_TIME, START, bytes, design, lie, worker};

fn slip_of(played: &Played, number: &str) -> Slip {
    let i = played.roster.units.iter().position(|unit| unit.number == number).expect("they are listed");
    Slip {
        draw: played.draw.clone(),
        i: i as u64,
        salt: draw::roster::salt(&bytes(played.story, "salt key"), &played.draw, number),
        path: played.leaves.path(i as u64).unwrap(),
        record: played.roster.units[i].record.clone(),
    }
}

#[test]
fn employer_omits_or_adds_workers() {
    // Omits: the worker who was on the list that a slip was made from is not in the list that E signed.
    let full = Played::begin(1, DRAW, design(1), played::roster(40)).unwrap();
    let short = Played::begin(1, DRAW, design(1), played::roster(39)).unwrap();
    let (root, size) = short.known().roster.unwrap();
    let slip = Slip::parse(&slip_of(&full, "W00040").to_text()).unwrap();
    let refusal = slip.check(DRAW, &root, size).unwrap_err().to_string();
    assert!(refusal.contains("left off") && refusal.contains("tell the auditor"), "{refusal}");
    let (root, size) = full.known().roster.unwrap();
    slip.check(DRAW, &root, size).unwrap();

    // Adds: somebody who does not exist gets their code, and the count is public and audited.
    let mut padded = Played::begin(2, DRAW, design(2), played::roster(40)).unwrap();
    padded.until_seed();
    padded.select().unwrap();
    padded.seal().unwrap();
    padded.attempt("F", 0, "no-such-person");
    padded.field().unwrap();
    padded.finish().unwrap();
    assert_eq!(padded.known().audited.unwrap()["no-such-person"], 1);

    // E cannot say afterwards that this was not the roster: it is signed, and another root does not fit the signature.
    let mut denied = Played::whole(3, DRAW, design(3), played::roster(40));
    let mut message = denied.message("roster-commitment.json");
    message.body.insert("size".into(), 41.into());
    message.sign("monitor", &played::key(3, "monitor")).unwrap();
    denied.files.put("roster-commitment.json", &message).unwrap();
    let (file, sentence) = lie(&denied.report());
    assert_eq!(file, "roster-commitment.json");
    assert!(sentence.contains("signature of employer does not fit"), "{sentence}");
}

#[test]
fn employer_works_out_who_was_selected_from_the_seed() {
    let played = Played::whole(4, DRAW, design(4), played::roster(60));
    // E knows the whole roster and every public message. No public message holds a number, an output, a proof or a salt.
    for (name, content) in &played.files.files {
        let text = String::from_utf8(content.clone()).unwrap();
        for (unit, drawn) in played.roster.units.iter().zip(&played.drawn) {
            assert!(!text.contains(&unit.number), "{name} names {}", unit.number);
            assert!(
                !text.contains(&hex::encode(&drawn.proof)) && !text.contains(&hex::encode(drawn.beta)),
                "{name}"
            );
        }
        for other in ["V-101", "interviewed\"", "salt"] {
            let in_design = name == "design.json" || name == "audit.json" || name == "close.json";
            assert!(in_design || !text.contains(other), "{name} says {other}");
        }
    }
    // E even learns the salts from all workers' slips and tries keys of its own: the sealed root does not follow.
    let known = played.known();
    let (design, seed, sealed) = (known.design.unwrap(), known.seed.unwrap(), known.sealed.unwrap().0);
    for guess in 0..20 {
        for suite in [Suite::Ecvrf, Suite::HmacCommit] {
            let own = suite.secret(DRAW, &bytes(guess, "E's own key")).unwrap();
            let drawn = draw_all(&played.roster, &played.leaves, &seed, &*own, draw::Work::quiet(1)).unwrap();
            let betas: Vec<_> = drawn.iter().map(|drawn| drawn.beta).collect();
            let guessed = draw::select(&design, &played.roster, &seed, &betas, None).unwrap();
            assert_ne!(guessed.seal().root().0, sealed);
        }
    }
}

#[test]
fn employer_sends_substitutes_or_absents_the_selected() {
    // People have to look; what they see is coded, cannot be re-coded, and is public as a count.
    let mut played = Played::begin(5, DRAW, design(5), played::roster(60)).unwrap();
    played.until_seed();
    played.select().unwrap();
    played.seal().unwrap();
    played.attempt("F", 0, "absent");
    played.attempt("F", 0, "no-such-person"); // somebody else came in their place
    played.attempt("F", 1, "left");
    played.field().unwrap();
    played.finish().unwrap();
    let counts = played.known().audited.unwrap();
    assert_eq!((counts["no-such-person"], counts["left"]), (1, 1));
    let end = played.message("close.json");
    assert_eq!(end.body["responses"]["left"], 1);
}

#[test]
fn an_authority_withholds_its_reveal() {
    let mut played = Played::begin(6, DRAW, design(6), played::roster(40)).unwrap();
    played.announce().unwrap();
    played.reveal(&["monitor", "authority-a"]).unwrap();
    // Before the deadline nobody may be skipped.
    let beacon = Beacon { signature: hex::decode(played::SIGNATURE).unwrap(), ..Beacon::default() };
    let early = acts::beacon(&played.known(), &beacon, DEADLINE - 1).unwrap_err().to_string();
    assert!(early.starts_with("authority-b: has not revealed"), "{early}");
    let waiting = verify(&played.files, Trust { now: Some(DEADLINE - 1), ..Trust::default() });
    assert!(waiting.passed() && waiting.to_string().contains("waiting for authority-b"), "{waiting}");
    // After it, the default rule: the empty string, and the name in the record.
    played.beacon().unwrap();
    assert_eq!(played.message("beacon.json").body["defaults"], json!(["authority-b"]));
    let report = played.report();
    assert!(report.passed() && report.to_string().contains("authority-b did not reveal in time"), "{report}");
    played.select().unwrap();
    played.seal().unwrap();
    played.field().unwrap();
    played.finish().unwrap();
    // Its late reveal changes nothing.
    let known = played.known();
    let late =
        acts::reveal(&known, "authority-b", &bytes(6, "authority-b"), DEADLINE + 1).unwrap_err().to_string();
    assert!(late.contains("default rule"), "{late}");
}

#[test]
fn authorities_and_employer_together_predict_or_steer() {
    // They know the roster, the salts and their own values, and not r_M and the beacon: each alone changes the seed.
    let an = [1; 32];
    let reveals = |m: u8| {
        BTreeMap::from([
            ("authority-a".to_owned(), Some([2; 32])),
            ("authority-b".to_owned(), Some([3; 32])),
            ("monitor".to_owned(), Some([m; 32])),
        ])
    };
    let beacon = |byte: u8| Beacon { signature: vec![byte; 48], ..Beacon::default() };
    let seeds = [
        seed(&an, &reveals(4), &beacon(5)),
        seed(&an, &reveals(6), &beacon(5)),
        seed(&an, &reveals(4), &beacon(7)),
    ];
    assert!(seeds[0] != seeds[1] && seeds[0] != seeds[2] && seeds[1] != seeds[2]);

    // B copies A's commitment: the name inside makes it useless, and it is seen.
    let mut copied = Played::begin(7, DRAW, design(7), played::roster(40)).unwrap();
    let theirs = copied.message("commit-authority-a.json").body.clone();
    copied.rewrite("commit-authority-b.json", |message| message.body = theirs);
    let (file, sentence) = lie(&copied.report());
    assert_eq!(file, "commit-authority-b.json");
    assert!(sentence.contains("commitment of authority-a, copied"), "{sentence}");
    assert_ne!(commitment(DRAW, "authority-a", &[9; 32]), commitment(DRAW, "authority-b", &[9; 32]));

    // B waits for M's reveal and opens another value.
    let mut other = Played::begin(8, DRAW, design(8), played::roster(40)).unwrap();
    other.announce().unwrap();
    other.reveal(&["monitor", "authority-a", "authority-b"]).unwrap();
    other.rewrite("reveal-authority-b.json", |message| {
        message.body.insert("random".into(), hex::encode([8; 32]).into());
    });
    let (file, sentence) = lie(&other.report());
    assert_eq!(file, "reveal-authority-b.json");
    assert!(sentence.contains("committed to another value"), "{sentence}");
    let refused =
        acts::reveal(&other.known(), "authority-b", &[8; 32], DEADLINE - 5).unwrap_err().to_string();
    assert!(refused.contains("not the one that was committed to"), "{refused}");

    // They agree to a round that is known already.
    let mut past = design(9);
    past["reveal_deadline"] = (DEADLINE + 1).into();
    let mut past = Played::begin(9, DRAW, past, played::roster(40)).unwrap();
    let refused = past.announce().unwrap_err().to_string();
    assert!(
        refused.contains("one hour after the reveal deadline") && refused.contains("announce round 124"),
        "{refused}"
    );
}

#[test]
fn monitor_grinds_its_key_roster_or_seed() {
    // After the announcement a new key, another roster, another random value: each is named.
    for (file, name, value) in [
        ("key.json", "key", hex::encode(Suite::Ecvrf.secret(DRAW, &[5; 32]).unwrap().public())),
        ("roster-commitment.json", "root", hex::encode([5; 32])),
        ("commit-monitor.json", "commitment", hex::encode([5; 32])),
    ] {
        let mut played = Played::whole(10, DRAW, design(10), played::roster(40));
        played.rewrite(file, |message| {
            message.body.insert(name.into(), value.into());
        });
        let (at, sentence) = lie(&played.report());
        assert_eq!(at, "announce.json", "{file}");
        assert!(sentence.contains("changed after the parties saw it"), "{sentence}");
    }
    // It waits with its own reveal until it has seen the others'.
    let mut last = Played::begin(11, DRAW, design(11), played::roster(40)).unwrap();
    last.announce().unwrap();
    let early =
        acts::reveal(&last.known(), "authority-a", &bytes(11, "authority-a"), DEADLINE - 200).unwrap_err();
    assert!(early.to_string().contains("the monitor reveals first"), "{early}");
    last.reveal(&["monitor", "authority-a", "authority-b"]).unwrap();
    last.rewrite("reveal-monitor.json", |message| message.at += 1);
    let (file, sentence) = lie(&last.report());
    assert_eq!(file, "reveal-authority-a.json");
    assert!(sentence.contains("the monitor reveals first"), "{sentence}");
    // It drops a value it does not like, or states a seed that it likes.
    let mut dropped = Played::whole(12, DRAW, design(12), played::roster(40));
    dropped.rewrite("beacon.json", |message| {
        message.body["reveals"]["authority-a"] = "".into();
        message.body["defaults"] = json!(["authority-a"]);
    });
    assert!(lie(&dropped.report()).1.contains("dropped or added a value"));
    let mut liked = Played::whole(13, DRAW, design(13), played::roster(40));
    liked.rewrite("beacon.json", |message| {
        message.body.insert("seed".into(), hex::encode([3; 32]).into());
    });
    assert!(lie(&liked.report()).1.contains("does not follow"));
}

#[test]
fn monitor_redraws_until_it_likes_the_result() {
    // A second draw that does not name the first is refused; one that names it shows the void.
    let second = "site-0007/2026-w48/2";
    let refused = Played::begin(14, second, design(14), played::roster(40)).err().unwrap().to_string();
    assert!(refused.contains("must list draws 1 to 1"), "{refused}");
    let mut first = Played::begin(14, DRAW, design(14), played::roster(40)).unwrap();
    first.until_seed();
    first.act(acts::void(&first.known(), "the hall burned down", ROUND_TIME + 200), &["monitor"]).unwrap();
    let report = first.report();
    assert!(report.passed() && report.to_string().contains("void: the hall burned down"), "{report}");
    let (_, hash) = report.known.end.unwrap();
    let mut again = design(15);
    again["earlier"] = json!([{"seq": 1, "state": "void", "message": hex::encode(hash)}]);
    for party in ["auditor", "authority-a", "authority-b", "employer", "monitor"] {
        again["parties"][party]["key"] = played::key(15, party).public().into();
    }
    let played = Played::whole(15, second, again.clone(), played::roster(40));
    let others = [first.files.clone()];
    let report = verify(&played.files, Trust { others: &others, ..Trust::default() });
    assert!(report.passed() && report.to_string().contains("1 before it, 1 of them void"), "{report}");
    assert!(played.report().to_string().contains("not looked at"), "without the first folder it says so");
    // Called done instead of void, it is a lie.
    again["earlier"][0]["state"] = "done".into();
    let hidden = Played::whole(15, second, again, played::roster(40));
    let report = verify(&hidden.files, Trust { others: &others, ..Trust::default() });
    assert!(lie(&report).1.contains("ended void"), "{report}");
}

#[test]
fn monitor_selects_others_than_were_drawn_or_adds_friends() {
    // It seals another order than its key gave.
    let mut swapped = Played::begin(16, DRAW, design(16), played::roster(40)).unwrap();
    swapped.until_seed();
    swapped.select().unwrap();
    let order = &mut swapped.selection.as_mut().unwrap().strata[0].order;
    let last = order.len() - 1;
    order.swap(0, last);
    swapped.seal().unwrap();
    swapped.field().unwrap();
    assert!(swapped.report().passed(), "the public cannot see who");
    assert!(lie(&swapped.audit_report()).1.contains("sealed others than were drawn"));

    // It invents outputs: the proofs do not hold.
    let mut invented = Played::begin(17, DRAW, design(17), played::roster(40)).unwrap();
    invented.until_seed();
    invented.select().unwrap();
    invented.seal().unwrap();
    invented.field().unwrap();
    let other = Suite::Ecvrf.secret(DRAW, &[1; 32]).unwrap();
    let known = invented.known();
    invented.drawn =
        draw_all(&invented.roster, &invented.leaves, &known.seed.unwrap(), &*other, draw::Work::quiet(2))
            .unwrap();
    assert!(lie(&invented.audit_report()).1.contains("the proof of unit 0 (number W00001) does not hold"));

    // It calls a friend as drawn, leaves somebody out, or calls more others than agreed.
    let honest = Played::whole(18, DRAW, design(18), played::roster(40));
    let (design, selection) = (honest.known().design.unwrap(), honest.selection.clone().unwrap());
    let list = honest.call_list.clone().unwrap();
    let check = |called: Vec<(String, Why)>| {
        let mut bent = CallList { salt: list.salt, called };
        bent.called.sort_by_key(|(number, _)| draw::h("call-order", &[&list.salt, number.as_bytes()]));
        bent.check(&design, &honest.roster, &selection).unwrap_err().to_string()
    };
    let with = |extra: &[(&str, Why)]| {
        let extra = extra.iter().map(|(number, why)| ((*number).to_owned(), *why));
        list.called.iter().cloned().chain(extra).collect::<Vec<_>>()
    };
    assert!(check(with(&[("V-999", Why::Drawn)])).contains("the draw did not select them"));
    assert!(check(with(&[("V-103", Why::Cover), ("V-104", Why::Cover)])).contains("the design allows 3"));
    let drawn = list.called.iter().position(|(_, why)| *why == Why::Drawn).unwrap();
    let mut short = list.called.clone();
    short.remove(drawn);
    assert!(check(short).contains("left them out"));
    let mut disguised = list.called.clone();
    disguised[drawn].1 = Why::Cover;
    assert!(check(disguised).contains("was drawn, but is called as cover"));
    // And the list that was committed is the only one that opens.
    let mut exchanged = Played::whole(19, DRAW, played::design(19), played::roster(40));
    exchanged.call_list.as_mut().unwrap().called.reverse();
    assert!(lie(&exchanged.audit_report()).1.contains("not the one that was committed"));
}

#[test]
fn monitor_with_a_drand_cabal_knows_the_beacon_in_advance() {
    // Everything M and the cabal know at step 5 is the same; the honest authority's value alone gives another seed.
    let beacon = Beacon { signature: hex::decode(played::SIGNATURE).unwrap(), ..Beacon::default() };
    let mut seen = std::collections::BTreeSet::new();
    for honest in 0..100_u8 {
        let reveals = BTreeMap::from([
            ("authority-a".to_owned(), Some([honest; 32])),
            ("authority-b".to_owned(), Some([3; 32])),
            ("monitor".to_owned(), Some([4; 32])),
        ]);
        seen.insert(seed(&[1; 32], &reveals, &beacon));
    }
    assert_eq!(seen.len(), 100);
    // A signature other than the one there is does not pass, so the beacon is known at best, never chosen.
    let mut played = Played::begin(20, DRAW, design(20), played::roster(40)).unwrap();
    played.until_seed();
    played.rewrite("beacon.json", |message| {
        let forged = played::SIGNATURE.replacen("b75c", "b75d", 1);
        message.body.insert("signature".into(), forged.into());
    });
    let (file, sentence) = lie(&played.report());
    assert_eq!(file, "beacon.json");
    assert!(sentence.contains("somebody forged it"), "{sentence}");
}

#[test]
fn everybody_with_a_drand_cabal_has_one_bit_for_each_withheld_reveal_and_dice_take_it_away() {
    // With drand the last to reveal who knows the beacon chooses between two seeds, by name: the residual.
    let mut withheld = Played::begin(21, DRAW, design(21), played::roster(40)).unwrap();
    withheld.announce().unwrap();
    withheld.reveal(&["monitor", "authority-a"]).unwrap();
    withheld.beacon().unwrap();
    let mut revealed = Played::begin(21, DRAW, design(21), played::roster(40)).unwrap();
    revealed.until_seed();
    assert_ne!(withheld.known().seed, revealed.known().seed);
    assert_eq!(withheld.message("beacon.json").body["defaults"], json!(["authority-b"]));

    // With dice the choice is made before anybody can know them.
    let mut played = Played::begin(22, DRAW, design(22), played::roster(40)).unwrap();
    played.dice = true;
    played.announce().unwrap();
    assert_eq!(played.message("announce.json").body["round"], 0);
    played.reveal(&["monitor", "authority-a"]).unwrap();
    let dice = Beacon { dice: "93046158220417735996".into(), ..Beacon::default() };
    let early = acts::beacon(&played.known(), &dice, DEADLINE - 1).unwrap_err().to_string();
    assert!(early.contains("wait for the reveal or the deadline"), "{early}");
    let few = Beacon { dice: "1234567890123456789".into(), ..Beacon::default() };
    let few = acts::beacon(&played.known(), &few, DEADLINE + 1).unwrap_err().to_string();
    assert!(few.contains("at least 20 digits"), "{few}");
    played.beacon().unwrap();
    assert!(played.report().passed(), "{}", played.report());
    // Dice dated before the deadline while B could still reveal; dice that A did not sign.
    let mut hurried = Played::begin(22, DRAW, design(22), played::roster(40)).unwrap();
    hurried.files = played.files.clone();
    hurried.rewrite("beacon.json", |message| message.at = DEADLINE - 1);
    assert!(lie(&hurried.report()).1.contains("while somebody could still reveal"));
    let mut unsigned: Message = played.message("beacon.json");
    unsigned.signatures.remove("authority-a");
    played.files.put("beacon.json", &unsigned).unwrap();
    assert!(played.report().to_string().contains("waiting for authority-a to sign the dice"));
    let body = json!({"reason": "x"}).as_object().unwrap().clone();
    let sealed = Message::new("sealed", DRAW, "monitor", ROUND_TIME, body);
    played.files.put("sealed.json", &sealed).unwrap();
    let (file, sentence) = lie(&played.report());
    assert_eq!(file, "beacon.json");
    assert!(sentence.contains("went on without it"), "{sentence}");
}

#[test]
fn an_insider_leaks_the_call_list() {
    // Not solvable by cryptography. What the public commitments give an outsider who guesses: nothing without the salts.
    let played = Played::whole(23, DRAW, design(23), played::roster(40));
    let mut guess = played.call_list.clone().unwrap();
    let committed = played.known().call_list.unwrap();
    assert_eq!(guess.commitment(DRAW).unwrap(), committed);
    guess.salt = [0; 32];
    assert_ne!(
        guess.commitment(DRAW).unwrap(),
        committed,
        "the right list without its salt is confirmed by nobody"
    );
    let unit = &played.roster.units[0];
    let leaf = draw::roster::roster_leaf(DRAW, 0, &[0; 32], &unit.record);
    assert!(!played.leaves.leaves().contains(&leaf), "the right record without its salt neither");
    let mut attempt = played.attempts[0].clone();
    attempt.salt = [0; 32];
    assert!(!played.known().field.unwrap().0.contains(&attempt.commitment(DRAW, 1).unwrap()));
}

#[test]
fn the_log_forks_its_history() {
    // Each message is an entry of the log. A log that shows B another history cannot prove that it only grew.
    let honest = Played::whole(24, DRAW, design(24), played::roster(40));
    let mut other = Played::whole(24, DRAW, design(24), played::roster(40));
    other.rewrite("sealed.json", |message| message.at += 1);
    let log = |played: &Played, files: &[&str]| {
        draw::Leaves::of(files.iter().map(|file| ledger::leaf_hash(&played.message(file).hash().unwrap())))
    };
    let files = ["design.json", "announce.json", "beacon.json", "sealed.json", "call-list.json"];
    let (seen_by_a, shown_to_b) = (log(&honest, &files[..4]), log(&other, &files));
    let node = |level: u8, index: u64| {
        let all: Vec<Hash> = shown_to_b.leaves().to_vec();
        let (from, to) = ((index << level) as usize, ((index + 1) << level) as usize);
        (to <= all.len()).then(|| draw::Leaves::of(all[from..to].iter().copied()).root())
    };
    let proof = ledger::consistency_proof(4, 5, node).unwrap();
    assert!(ledger::verify_consistency(4, seen_by_a.root(), 5, shown_to_b.root(), &proof).is_err());
    let honestly = log(&other, &files[..4]);
    ledger::verify_consistency(4, honestly.root(), 5, shown_to_b.root(), &proof).unwrap();
}

#[test]
fn a_worker_is_asked_whether_they_were_selected() {
    // A slip exists before the seed does, says the same afterwards, and looks alike for drawn and not drawn.
    let mut played = Played::begin(25, DRAW, design(25), played::roster(40)).unwrap();
    let before: Vec<String> =
        played.roster.units.iter().map(|unit| slip_of(&played, &unit.number).to_text()).collect();
    played.after_commitments();
    let after: Vec<String> =
        played.roster.units.iter().map(|unit| slip_of(&played, &unit.number).to_text()).collect();
    assert_eq!(before, after);
    let lengths: std::collections::BTreeSet<usize> =
        after.iter().map(|text| text.split(' ').nth(4).unwrap().len()).collect();
    assert_eq!(lengths.len(), 2, "paths differ by the place in the tree only");
    let (root, size) = played.known().roster.unwrap();
    for text in &after {
        Slip::parse(text).unwrap().check(DRAW, &root, size).unwrap();
    }
}

#[test]
fn an_implementer_takes_a_biased_remainder_or_breaks_ties_otherwise() {
    // Equal outputs go by place, never by chance of the sorting.
    let design = Design::read(DRAW, &{
        let mut plain = design(26);
        plain["scheme"] = "srs".into();
        plain["strata"] = json!([]);
        plain["min_per_stratum"] = 0.into();
        plain
    })
    .unwrap();
    let roster = Roster::freeze(&design, (1..=20).map(|n| Ok((n as u64, worker(n))))).unwrap();
    let selection = draw::select(&design, &roster, &[1; 32], &[[7; 64]; 20], None).unwrap();
    let places: Vec<u64> = selection.strata[0].selected().map(|unit: &Ranked| unit.i).collect();
    assert_eq!(places, (0..8).collect::<Vec<u64>>());
    // Two thirds of all 64-bit numbers: a plain remainder would take the lower half twice as often.
    let below = u64::MAX / 3 * 2;
    let low = (0..2_000_u64).filter(|n| draw::uniform(&n.to_be_bytes(), below).unwrap() < below / 2).count();
    assert!((900..1_100).contains(&low), "{low}");
    // Stratum, place and leaf are all in the ticket.
    let leaf = Hash([1; 32]);
    let tickets = [
        ticket(&[1; 32], "F", 1, &leaf),
        ticket(&[1; 32], "M", 1, &leaf),
        ticket(&[1; 32], "F", 2, &leaf),
        ticket(&[1; 32], "F", 1, &Hash([2; 32])),
        ticket(&[2; 32], "F", 1, &leaf),
    ];
    let different: std::collections::BTreeSet<_> = tickets.iter().collect();
    assert_eq!(different.len(), 5);
    let _ = START;
}
