//! Publishers who lie: everything is entered in the ledger and signed as it should be, and still does not hold.

use bag::{Check, Files, Means, Outcome, Report, Verdict, verify};

use crate::example::{self, entered_again, text, trust};

fn check(files: &Files) -> Report {
    let trust = trust();
    verify(files, Means { trust: Some(&trust), ..Means::default() })
}

fn caught(files: Files, check_that_fails: Check, file: &str) -> String {
    let report = check(&entered_again(files));
    assert_eq!(report.verdict(), Verdict::Fails, "{report}");
    assert_eq!(report.outcome(check_that_fails), Some(Outcome::Failed), "{report}");
    let lie = report.first_lie().unwrap();
    assert_eq!(lie.file, file, "{report}");
    format!("{}: It {}.", lie.file, lie.what)
}

fn changed(files: &Files, path: &str, from: &str, to: &str) -> Files {
    let before = text(files, path);
    let after = before.replacen(from, to, 1);
    assert_ne!(before, after, "{path} has no {from}");
    let mut files = files.clone();
    files.put(path, after);
    files
}

#[test]
fn every_lie_of_a_publisher_is_told() {
    let honest = example::published().bag;
    assert_eq!(
        check(&entered_again(honest.clone())).verdict(),
        Verdict::Holds,
        "the means of this test are honest"
    );
    let (first, second) = ("data/draw/site-0007/2026-w48/1.json", "data/draw/site-0007/2026-w48/2.json");
    let (table, stated, package) =
        ("data/tables/card_kept.csv", "data/disclosure.json", "data/datapackage.json");
    let mut said = Vec::new();

    // The void draw is left out, as if there had been one draw only.
    let mut files = honest.clone();
    files.0.remove(first);
    said.push(caught(files, Check::Draws, first));
    // A draw is exchanged for another one's record.
    let mut files = honest.clone();
    files.put(second, files.bytes(first).unwrap().to_vec());
    said.push(caught(files, Check::Draws, second));
    // More were drawn than were sealed.
    said.push(caught(changed(&honest, second, "\"n\": 8", "\"n\": 9"), Check::Draws, second));
    // The reason of the void is embellished.
    said.push(caught(changed(&honest, first, "the gate stayed closed", "holiday"), Check::Draws, first));

    // A suppressed cell is shown after all, as three or as another number.
    said.push(caught(changed(&honest, table, "cutting,yes,x", "cutting,yes,3"), Check::Disclosure, table));
    // So many cells are shown that the last follows from the margins.
    let table_text = text(&honest, table);
    let hidden: Vec<&str> = table_text.lines().filter(|line| line.ends_with(",x")).collect();
    assert_eq!(hidden.len(), 4, "{table_text}");
    let other =
        hidden.iter().find(|line| line.starts_with("cutting") && !line.starts_with("cutting,yes")).unwrap();
    let number = if other.starts_with("cutting,no") { 18 } else { 11 };
    let shown = other.replace(",x", &format!(",{number}"));
    said.push(caught(changed(&honest, table, other, &shown), Check::Disclosure, table));
    // The width of an interval is stated larger than it is.
    let width = text(&honest, stated);
    let width = width.lines().find(|line| line.contains("\"width\"")).unwrap().trim().to_owned();
    said.push(caught(changed(&honest, stated, &width, "\"width\": 999"), Check::Disclosure, stated));
    // The policy is made laxer after the data were seen.
    said.push(caught(changed(&honest, stated, "\"k\": 5", "\"k\": 2"), Check::Disclosure, stated));
    let lax = disclosure::Policy { k: 4, ..disclosure::Policy::default() };
    let files = changed(&honest, stated, "\"k\": 5", "\"k\": 4");
    let files = changed(&files, stated, &disclosure::Policy::default().hash(), &lax.hash());
    said.push(caught(files, Check::Disclosure, stated));
    // A total that no counts can give.
    said.push(caught(
        changed(&honest, table, "total,total,152", "total,total,300"),
        Check::Disclosure,
        stated,
    ));

    // The description calls a column something else.
    said.push(caught(
        changed(&honest, package, "\"name\": \"answer\"", "\"name\": \"reply\""),
        Check::Files,
        package,
    ));
    // A table in another encoding.
    let mut files = honest.clone();
    files.put("data/method.md", b"m\xe9thode\n".to_vec());
    said.push(caught(files, Check::Files, "data/method.md"));
    // The report tells a server who reads it.
    let pixel = "<img src=\"https://x.example/1.gif\"></title>";
    said.push(caught(
        changed(&honest, "data/report.en.html", "</title>", pixel),
        Check::Files,
        "data/report.en.html",
    ));
    insta::assert_snapshot!("lies_of_publishers", said.join("\n"));
}

#[test]
fn what_readers_would_refuse_is_never_entered_in_the_ledger() {
    let (tables, draws) = (example::tables(), example::draws());
    let only_second = &draws[1..];
    let refused = |release| bag::write(release).err().unwrap().to_string();
    let release = || example::release(&tables, &draws);
    let mut said = vec![refused(example::release(&tables, only_second))];
    let mut bad = release();
    bad.description.title = "two\nlines".into();
    said.push(refused(bad));
    let mut bad = release();
    bad.reports.push(("english".into(), bag::Format::Pdf, Vec::new()));
    said.push(refused(bad));
    let mut bad = release();
    bad.policy = "quorum none\n".into();
    said.push(refused(bad));
    let mut bad = release();
    bad.method = "one\r\ntwo\r\n".into();
    said.push(refused(bad));
    insta::assert_snapshot!("refused", said.join("\n"));
}
