//! Findings over HTTP: the board across visits, a finding as it will be printed with its reply beside it, what is refused,
//! and the law gap table.

mod house;
mod zone;

use zone::zone;

#[tokio::test]
async fn the_board_shows_what_presses_and_how_places_are_rated() {
    let zone = zone().await;
    let mut rita = zone.house.logged_in("Rita").await;
    let board = format!("/m/{}/findings", zone.mandate);
    let seen = rita.get(&board).await;
    for says in [
        "2 rows",
        "ILO C155 · Safe and healthy",
        "ILO C29",
        "late by",
        "RatingE",
        "Zero-tolerance finding, or access",
    ] {
        assert!(seen.says(says), "{says}: {}", seen.text());
    }
    let place = |text: &str| seen.body.find(text).unwrap_or_else(|| panic!("{text}: {}", seen.text()));
    assert!(place("Passports kept") < place("Emergency exit locked"), "people at risk come first");
    let seen = rita.get(&format!("{board}?grade=critical")).await;
    assert!(seen.says("1 row") && !seen.says("Passports"), "{}", seen.text());
    let seen = rita.get(&format!("{board}?right=forced_labour&lang=ja")).await;
    assert!(seen.says("強制労働の廃止") && !seen.says("ILO C155 ·"), "{}", seen.text());
    let seen = rita.get(&format!("{board}?place=E-0002&lang=en")).await;
    assert!(seen.says("Nothing here matches") || !seen.says("Passports"), "{}", seen.text());
}

#[tokio::test]
async fn a_finding_stands_beside_the_reply_and_rests_on_groups() {
    let zone = zone().await;
    let mut rita = zone.house.logged_in("Rita").await;
    let finding = format!("/m/{}/cases/finding/{}", zone.mandate, zone.finding);
    let seen = rita.get(&finding).await;
    for says in [
        "Reasonable grounds to believe",
        "In workshop 2 the emergency exit was locked",
        "The exit was locked by mistake",
        "Workshop 2, women, operators",
        "61.5",
        "Fit panic bars to every exit.",
    ] {
        assert!(seen.says(says), "{says}: {}", seen.text());
    }
    // Yardsticks are chosen from a list; evidence from four people is refused at its field, and nothing is lost.
    let seen = rita.get(&format!("{finding}/record/finding_graded")).await;
    assert!(seen.body.contains("<select") && seen.says("ILO C87"), "{}", seen.text());
    let now = [("at-day", "1"), ("at-month", "11"), ("at-year", "2026")];
    let evidence = [
        ("v.source", "records"),
        ("v.group", "Payroll, workshop 3"),
        ("v.count", "4"),
        ("v.first_hand", "yes"),
        ("v.reliability", "b"),
        ("v.credibility", "2"),
    ];
    let sent: Vec<(&str, &str)> = now.iter().chain(&evidence).copied().collect();
    let seen = rita.post(&format!("{finding}/record/evidence_added"), &sent).await;
    assert!(seen.says("names a group of at least 5"), "{}", seen.text());
    assert!(seen.body.contains("Payroll, workshop 3"), "{}", seen.text());
}

#[tokio::test]
async fn the_gap_table_says_what_is_asked_and_what_is_missing() {
    let zone = zone().await;
    let mut rita = zone.house.logged_in("Rita").await;
    let seen = rita.get(&format!("/m/{}/gaps", zone.mandate)).await;
    for says in ["ILO C87", "Absent: no right to organise or to strike.", "14 rows", "high"] {
        assert!(seen.says(says), "{says}: {}", seen.text());
    }
    let seen = rita.get(&format!("/m/{}/gaps?lang=ko", zone.mandate)).await;
    assert!(seen.says("단결권도 파업권도 없다"), "{}", seen.text());
}
