//! Bad input: each gets a sentence that says what is wrong, where, and what to do.

use draw::ceremony::Beacon;
use draw::design::Design;
use draw::{CHAINS, Message, Record, Refusal, Roster, Slip, Transcript, Trust, acts, verify};
use serde_json::{Value, json};

use crate::played::{self, DRAW, Played, ROUND_TIME, START, design, lie, worker};

fn freeze(lines: Vec<(u64, Value)>) -> Result<Roster, Refusal> {
    let design = Design::read(DRAW, &design(1)).unwrap();
    Roster::freeze(&design, lines.into_iter().map(|(row, line)| Ok((row, line.as_object().unwrap().clone()))))
}

fn line(number: &str) -> Value {
    json!({"no": number, "sex": "F"})
}

#[test]
fn a_roster_with_bad_lines_is_refused_by_row() {
    let twice = freeze(vec![(2, line("W1")), (3, line("W2")), (9, line("W1"))]).unwrap_err().to_string();
    assert_eq!(
        twice,
        "roster, row 9: number “W1” stands in row 2 already: find out whether that is one person or two, and correct the list"
    );
    let missing = freeze(vec![(2, json!({"no": "W1"}))]).unwrap_err().to_string();
    assert!(missing.starts_with("roster, row 2: there is no “sex”"), "{missing}");
    let empty = freeze(vec![(2, line("W1")), (3, json!({"no": "", "sex": "F"}))]).unwrap_err().to_string();
    assert!(empty.starts_with("roster, row 3: “no” is empty"), "{empty}");
    let odd = freeze(vec![(2, json!({"no": "W1", "sex": "F", "wage": 1.5}))]).unwrap_err().to_string();
    assert!(odd.contains("row 2") && odd.contains("1.5"), "{odd}");
    let slash = freeze(vec![(2, json!({"no": "W1", "sex": "F/M"}))]).unwrap_err().to_string();
    assert!(slash.contains("no stratum may"), "{slash}");
    let long = freeze(vec![(2, json!({"no": "W1", "sex": "F", "note": "x".repeat(5_000)}))])
        .unwrap_err()
        .to_string();
    assert!(long.contains("leave only the columns"), "{long}");
    let nobody = freeze(vec![]).unwrap_err().to_string();
    assert!(nobody.contains("ask the employer"), "{nobody}");
}

#[test]
fn the_order_of_the_lines_does_not_matter() {
    let forwards = freeze((1..=50).map(|n| (n, worker(n as usize).into())).collect()).unwrap();
    let backwards = freeze((1..=50).rev().map(|n| (n, worker(n as usize).into())).collect()).unwrap();
    assert_eq!(forwards, backwards);
    assert_eq!(forwards.commit(DRAW, &[1; 32]).root(), backwards.commit(DRAW, &[1; 32]).root());
}

#[test]
fn ten_million_lines_stop_at_the_limit() {
    let mut read = 0_u64;
    let mut plan = design(1);
    plan["scheme"] = "srs".into();
    plan["strata"] = json!([]);
    let design = Design::read(DRAW, &plan).unwrap();
    let lines = (1..=10_000_000_u64).map(|n| {
        read = n;
        let mut record = Record::new();
        record.insert("no".into(), n.into());
        Ok((n + 1, record))
    });
    let refusal = Roster::freeze(&design, lines).unwrap_err().to_string();
    assert!(
        refusal.contains("more than 1000000 lines")
            && refusal.contains("draw establishments or villages first"),
        "{refusal}"
    );
    assert_eq!(read, 1_000_001, "nothing beyond the limit was read");
}

#[test]
fn designs_that_cannot_be_carried_out_are_refused() {
    let refused = |change: &dyn Fn(&mut Value)| {
        let mut plan = design(1);
        change(&mut plan);
        Design::read(DRAW, &plan).unwrap_err().to_string()
    };
    assert!(refused(&|plan| plan["n"] = json!(2.5)).contains("2.5"));
    assert!(refused(&|plan| plan["n"] = json!(0)).contains("say how many"));
    assert!(refused(&|plan| plan["suite"] = json!("rsa")).contains("ecvrf or hmac-commit"));
    assert!(refused(&|plan| plan["strata"] = json!([])).contains("name the columns"));
    assert!(refused(&|plan| plan["scheme"] = json!("pps-systematic")).contains("take them out"));
    assert!(refused(&|plan| plan["nn"] = json!(3)).contains("nn"));
    assert!(refused(&|plan| plan["dispositions"] = json!({"refused": "replace"})).contains("interviewed"));
    assert!(
        refused(&|plan| plan["parties"]["authority-b"] = plan["parties"]["authority-a"].clone())
            .contains("same key")
    );
    assert!(
        refused(&|plan| {
            plan["parties"].as_object_mut().unwrap().remove("auditor");
        })
        .contains("exactly one auditor")
    );
    for id in ["x", "x/y", "x/y/0", "x/y/01", "../y/1", "x/Y/1", "x/y/z/1", "x//1"] {
        assert!(Design::read(id, &design(1)).unwrap_err().to_string().contains("no id of a draw"), "{id}");
    }
    // A minimum that n cannot meet.
    let mut plan = design(1);
    plan["n"] = 3.into();
    let mut played = Played::begin(1, DRAW, plan, played::roster(40)).unwrap();
    played.until_seed();
    let refusal = played.select().unwrap_err().to_string();
    assert!(refusal.contains("2 strata with a minimum of 2 need 4"), "{refusal}");
    let late =
        acts::design(DRAW, design(1).as_object().unwrap().clone(), ROUND_TIME).unwrap_err().to_string();
    assert!(late.contains("reveal_deadline has passed"), "{late}");
}

#[test]
fn rounds_of_the_past_and_wrong_beacons_are_refused() {
    let chain = &CHAINS[0];
    assert_eq!(chain.time(123), Some(ROUND_TIME));
    assert_eq!(chain.round_from(ROUND_TIME), 123);
    assert_eq!(chain.round_from(ROUND_TIME + 1), 124);
    assert_eq!(chain.time(0), None);
    let past = chain.check_round(122, ROUND_TIME - 3600).unwrap_err().to_string();
    assert!(past.contains("announce round 123 or later"), "{past}");
    chain.check_round(123, ROUND_TIME - 3600).unwrap();
    assert!(chain.check_round(u64::MAX, ROUND_TIME).is_err());
    assert!(chain.check(123, &[1], &[2]).unwrap_err().to_string().contains("no previous signature"));
    assert!(CHAINS[1].check(123, &[], &[2]).unwrap_err().to_string().contains("round before as well"));

    let mut played = Played::begin(2, DRAW, design(2), played::roster(40)).unwrap();
    played.announce().unwrap();
    played.reveal(&["monitor", "authority-a", "authority-b"]).unwrap();
    let real = Beacon { signature: hex::decode(played::SIGNATURE).unwrap(), ..Beacon::default() };
    let early = acts::beacon(&played.known(), &real, ROUND_TIME - 1).unwrap_err().to_string();
    assert!(early.contains("not published yet"), "{early}");
    let dice = Beacon { dice: "12345678901234567890".into(), ..Beacon::default() };
    let instead = acts::beacon(&played.known(), &dice, ROUND_TIME + 1).unwrap_err().to_string();
    assert!(instead.contains("round 123 of drand was announced"), "{instead}");
}

#[test]
fn nobody_acts_out_of_turn() {
    let mut played = Played::begin(3, DRAW, design(3), played::roster(40)).unwrap();
    let known = played.known();
    let stranger = acts::commit(&known, "auditor", &[1; 32], START).unwrap_err().to_string();
    assert!(stranger.contains("only authority-a, authority-b, monitor contribute"), "{stranger}");
    for early in [
        acts::reveal(&known, "monitor", &[1; 32], START).map(|_| ()),
        acts::beacon(&known, &Beacon::default(), START).map(|_| ()),
        acts::close(&known, START).map(|_| ()),
        acts::field(&known, &[], START).map(|_| ()),
        acts::audit(&known, &[], 0, START).map(|_| ()),
    ] {
        assert!(early.unwrap_err().to_string().contains(" is missing: "));
    }
    played.announce().unwrap();
    played.reveal(&["monitor"]).unwrap();
    let blank = acts::void(&played.known(), " ", START).unwrap_err().to_string();
    assert!(blank.contains("the reason is public"), "{blank}");
}

#[test]
fn the_field_log_keeps_the_order_of_replacement() {
    let mut played = Played::begin(4, DRAW, design(4), played::roster(40)).unwrap();
    played.until_seed();
    played.select().unwrap();
    played.seal().unwrap();
    let n = played.selection.as_ref().unwrap().strata[0].n;
    let refused = |entries: &[(&str, u64, &str)]| {
        let mut copy = Played::begin(4, DRAW, design(4), played::roster(40)).unwrap();
        (copy.files, copy.selection, copy.call_list) =
            (played.files.clone(), played.selection.clone(), played.call_list.clone());
        copy.drawn = played.drawn.clone();
        for (stratum, rank, code) in entries {
            copy.attempt(stratum, *rank, code);
        }
        copy.field().unwrap();
        let report = copy.audit_report();
        report.first_lie().map(|step| step.detail.clone()).unwrap_or_default()
    };
    assert!(refused(&[("F", n, "interviewed")]).contains("reserve 1 of stratum “F” was opened while only 0"));
    assert!(refused(&[("F", 0, "refused"), ("F", n + 1, "interviewed")]).contains("reserve 2"));
    assert!(refused(&[("F", 0, "absent"), ("F", n, "interviewed")]).contains("only 0 before it"));
    assert!(refused(&[("F", 0, "interviewed"), ("F", n, "interviewed")]).contains("only 0 before it"));
    assert!(
        refused(&[("M", 0, "refused"), ("F", n, "interviewed")]).contains("only 0 before it"),
        "strata do not replace each other"
    );
    assert!(refused(&[("F", 0, "refused"), ("F", 0, "interviewed")]).contains("ended as “refused” already"));
    assert!(refused(&[("F", 0, "fled")]).contains("“fled” is not in the design: use one of absent"));
    assert!(refused(&[("F", 999, "absent")]).contains("neither selected nor in reserve"));
    assert!(refused(&[("X", 0, "absent")]).contains("there is no stratum “X”"));
    assert!(refused(&[("", 999, "absent")]).contains("not on the call list"));
    assert_eq!(
        refused(&[
            ("F", 0, "refused"),
            ("F", n, "absent"),
            ("F", n, "left"),
            ("F", n + 1, "interviewed"),
            ("", 0, "interviewed")
        ]),
        ""
    );

    // An entry changed after it was committed.
    played.attempt("F", 0, "refused");
    played.field().unwrap();
    played.attempts[0].code = "interviewed".into();
    assert!(lie(&played.audit_report()).1.contains("entry 1 is not what was committed"));
}

#[test]
fn what_is_opened_must_be_what_was_frozen() {
    let played = Played::whole(5, DRAW, design(5), played::roster(40));
    let text = played.opening_text();
    let bent = |text: String| {
        let opening = draw::Opening::read(text.lines().map(str::as_bytes));
        match opening {
            Err(refusal) => refusal.to_string(),
            Ok(opening) => {
                let report = draw::audit(
                    &played.files,
                    Trust::default(),
                    &opening,
                    &played.opened_field(),
                    draw::Work::quiet(2),
                )
                .0;
                lie(&report).1
            }
        }
    };
    assert!(bent(text.replace("cutting", "sewing")).contains("is not the roster that was frozen"));
    let dropped: String =
        text.lines().filter(|line| !line.contains("W00007")).map(|line| format!("{line}\n")).collect();
    assert!(bent(dropped).contains("speaks of 40 units and holds 39"));
    assert!(bent(text.replacen('{', "[", 1)).contains("line 1"));
    assert!(bent(text.replacen("\"proof\":\"", "\"proof\":\"zz", 1)).contains("line 2"));
    assert!(bent(String::new()).contains("line 1"));
    let hmac = Played::whole(6, DRAW, crate::whole_draws::with(6, "srs", "hmac-commit"), played::roster(40));
    let other =
        hmac.opening_text().replace(&hex::encode(played::bytes(6, "drawing key")), &hex::encode([1; 32]));
    let opening = draw::Opening::read(other.lines().map(str::as_bytes)).unwrap();
    let report =
        draw::audit(&hmac.files, Trust::default(), &opening, &hmac.opened_field(), draw::Work::quiet(2)).0;
    assert!(lie(&report).1.contains("not the key that was announced"));
}

#[test]
fn a_message_has_one_spelling_and_lies_in_its_own_file() {
    let played = Played::whole(7, DRAW, design(7), played::roster(40));
    let text = String::from_utf8(played.files.files["commit-monitor.json"].clone()).unwrap();
    for changed in [
        text.replace("  ", " "),
        text.replace('\n', "\r\n"),
        text.trim_end().to_owned(),
        format!("\u{feff}{text}"),
    ] {
        let refusal = Message::parse("commit-monitor.json", changed.as_bytes()).unwrap_err().to_string();
        assert!(refusal.starts_with("commit-monitor.json: not "), "{refusal}");
    }
    assert!(Message::parse("x.json", b"\xff").unwrap_err().to_string().contains("UTF-8"));
    let mut swapped = played.files.clone();
    let other = swapped.files["commit-authority-a.json"].clone();
    swapped.files.insert("commit-authority-b.json".into(), other);
    let (file, sentence) = lie(&verify(&swapped, Trust::default()));
    assert_eq!(file, "commit-authority-b.json");
    assert!(sentence.contains("wrong file or folder"), "{sentence}");
    let empty = verify(&Transcript::default(), Trust::default());
    assert!(lie(&empty).1.contains("not the folder of a draw"));
    let keys = [("authority-a".to_owned(), "00".repeat(32))];
    let other = verify(&played.files, Trust { keys: &keys, ..Trust::default() });
    assert!(lie(&other).1.contains("another key for this party than the one you trust"));
    let mut strange = played.files.clone();
    strange.files.insert("notes.txt".into(), b"x".to_vec());
    assert!(verify(&strange, Trust::default()).to_string().contains("notes.txt are not messages"));
}

#[test]
fn a_slip_is_read_whole_or_refused() {
    for text in ["", "deungdae-slip/1", "deungdae-slip/2 a 0 00  {}", "deungdae-slip/1 a x 00  {}"] {
        assert!(Slip::parse(text).unwrap_err().to_string().contains("scan it again"), "{text}");
    }
}
