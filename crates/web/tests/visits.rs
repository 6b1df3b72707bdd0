//! Stories of visits over HTTP: the list, the page that says what is next, putting facts on record, and what is refused.

mod house;
mod zone;

use axum::http::StatusCode;
use zone::{WHY, zone};

#[tokio::test]
async fn a_visit_says_where_it_stands_and_who_must_act() {
    let zone = zone().await;
    let mut dora = zone.house.logged_in("Dora").await;
    let seen = dora.get(&zone.list("")).await;
    for says in [
        "4 rows",
        "Frame frozen; now: Draw committed and revealed",
        "Collect the commitments of both authorities, and commit — Draw officer",
        "Access refused",
        "suspended – compromised",
        "Anti-reprisal checks: 30 late by 55 days",
    ] {
        assert!(seen.says(says), "{says}: {}", seen.text());
    }
    let seen = dora.get(&zone.list("?state=stopped")).await;
    assert!(seen.says("1 row") && seen.says("Mirae") && !seen.says("Haneul"), "{}", seen.text());

    let seen = dora.get(&zone.visit(0, "")).await;
    assert!(seen.says(&format!("{} · Frame frozen; now: Draw committed", zone.visits[0])), "{}", seen.text());
    let draw = format!("{}\">Both authorities", zone.visit(0, "/draw"));
    assert!(seen.body.contains(&draw), "the draw officer is led on");
    assert!(!seen.body.contains("/record/access_published"), "what another role does is not offered");
    let mut rita = zone.house.logged_in("Rita").await;
    assert!(!rita.get(&zone.visit(0, "")).await.body.contains(&draw));
    let seen = rita.get(&zone.visit(3, "?lang=ko")).await;
    assert!(seen.says("즉시조치") && seen.says("로동자들이 위험해지지"), "{}", seen.text());

    // What waits stands on the first page of whose role acts.
    let today = format!("/m/{}", zone.mandate);
    let seen = dora.get(&today).await;
    assert!(seen.says("Haneul Garment 하늘피복: Collect the commitments"), "{}", seen.text());
    assert!(seen.says("Donghae 동해금속: Anti-reprisal checks: 30late by 55 days"), "{}", seen.text());
    assert!(!rita.get(&today).await.says("Collect the commitments"));
}

#[tokio::test]
async fn who_takes_part_and_does_not_read_sees_where_a_visit_stands_and_no_answer() {
    let zone = zone().await;
    let mut ines = zone.house.logged_in("Ines").await;
    let seen = ines.get(&zone.list("")).await;
    assert!(seen.says("4 rows") && seen.says("suspended – compromised"), "{}", seen.text());
    let seen = ines.get(&zone.visit(2, "")).await;
    assert!(seen.says("A supervisor entered the interview area"), "{}", seen.text());
    assert!(seen.says("Access record") && seen.says("may not be published: stopped"), "{}", seen.text());
    assert!(!seen.says("5d2c41f09ab7"), "what others put on record is theirs: {}", seen.text());
    let published = ines.get(&zone.visit(3, "")).await;
    assert!(published.says("Release signed") || published.says("Published"), "{}", published.text());
    assert!(!published.says("Emergency exit locked"), "no findings: {}", published.text());
    let finding = format!("/m/{}/cases/finding/{}", zone.mandate, zone.finding);
    assert_eq!(ines.get(&finding).await.status, StatusCode::NOT_FOUND);
    for page in ["findings", "gaps", "submissions/worker_interview"] {
        let seen = ines.get(&format!("/m/{}/{page}", zone.mandate)).await;
        assert_eq!(seen.status, StatusCode::FORBIDDEN, "{page}");
    }
    // What an interviewer reports is on record, with a reason that is sealed.
    let day = [("at-day", "1"), ("at-month", "11"), ("at-year", "2026"), ("reason", "A chief came in")];
    let seen = ines.send(&zone.visit(0, "/record/supervisor_stayed"), &day).await;
    assert!(seen.says("suspended – compromised"), "{}", seen.text());
}

#[tokio::test]
async fn a_long_list_is_turned_by_key_and_an_archived_mandate_takes_no_facts() {
    let zone = zone().await;
    let lena = zone.house.desk.seat(&zone.house.session("Lena", false).await, zone.mandate).await.unwrap();
    for place in 0..60 {
        let title = format!("Plant {place}");
        let new = desk::NewCase { workflow: "visit", title: &title, parent: None };
        zone.house.desk.begin_case(&lena.may::<desk::Read>().unwrap(), new).await.unwrap();
    }
    let mut dora = zone.house.logged_in("Dora").await;
    let seen = dora.get(&zone.list("")).await;
    assert!(seen.says("64 rows") && seen.says("Plant 59") && seen.says("Plant 10"), "{}", seen.text());
    assert!(!seen.says("Plant 9 ") && !seen.says("Haneul"), "{}", seen.text());
    let next = seen.body.split("rel=\"next\" href=\"").nth(1).and_then(|rest| rest.split('"').next());
    let seen = dora.get(&next.expect("there is more").replace("&amp;", "&")).await;
    assert!(seen.says("Haneul") && seen.says("Plant 9") && !seen.says("Plant 10"), "{}", seen.text());
    let seen = dora.get(&zone.list("?state=stopped")).await;
    assert!(seen.says("1 row") && seen.says("Mirae"), "the filter looks beyond one page: {}", seen.text());

    zone.house.desk.change_mandate(&lena.may().unwrap(), "Zone", "", true).await.unwrap();
    let day = [("at-day", "1"), ("at-month", "11"), ("at-year", "2026")];
    let seen = dora.post(&zone.visit(0, "/record/draw_committed"), &day).await;
    assert!(seen.says("This mandate is archived: its work is finished."), "{}", seen.text());
}

#[tokio::test]
async fn a_fact_is_put_on_record_and_a_wrong_one_comes_back_with_what_to_do() {
    let zone = zone().await;
    let mut dora = zone.house.logged_in("Dora").await;
    let record = zone.visit(0, "/record/draw_committed");
    let seen = dora.get(&record).await;
    assert!(seen.says("When did it happen?") && seen.body.contains("name=\"at-day\""), "{}", seen.text());
    let seen = dora.post(&record, &[("at-day", "31"), ("at-month", "2"), ("at-year", "2026")]).await;
    assert_eq!(seen.status, StatusCode::BAD_REQUEST);
    assert!(seen.says("There is no such day.") && seen.body.contains("value=\"31\""), "{}", seen.text());
    let seen = dora.post(&record, &[("at-day", "1"), ("at-month", "1"), ("at-year", "2199")]).await;
    assert!(seen.says("This lies in the future. Put it on record when it has happened."), "{}", seen.text());
    let day = [("at-day", "1"), ("at-month", "11"), ("at-year", "2026")];
    let seen = dora.send(&record, &day).await;
    assert!(seen.says("It is on record."), "{}", seen.text());
    assert!(seen.says("Reveal the draw in public — Draw officer"), "{}", seen.text());
    let reviewed = zone.visit(0, "/record/records_reviewed");
    let seen = dora.post(&reviewed, &day).await;
    assert_eq!(seen.status, StatusCode::FORBIDDEN);
    assert!(seen.says("“Records reviewed” is put on record by: Record reviewer."), "{}", seen.text());
    let mut marta = zone.house.logged_in("Marta").await;
    let seen = marta.post(&reviewed, &day).await;
    assert!(seen.says("It is too early for “Records reviewed”: it waits for Site tour"), "{}", seen.text());

    // A choice is asked for by radios, with the words of the protocol.
    let mut lena = zone.house.unlocked("Lena").await;
    let seen = lena.get(&zone.visit(3, "/record/reprisal_checked?lang=ja")).await;
    assert!(seen.says("訪問後の日数") && seen.body.contains("type=\"radio\""), "{}", seen.text());
    lena.cookies.remove("language");
    let seen = lena.post(&zone.visit(3, "/record/reprisal_checked"), &day).await;
    assert!(seen.says("“Days after the visit” is not answered. Answer it."), "{}", seen.text());
}

#[tokio::test]
async fn a_reason_opens_to_who_holds_the_key_and_a_fact_is_withdrawn_with_one() {
    let zone = zone().await;
    let mut lena = zone.house.unlocked("Lena").await;
    let seen = lena.get(&zone.visit(2, "")).await;
    assert!(seen.says(WHY) && seen.says("Only this may still be put on record"), "{}", seen.text());
    assert!(seen.says("may not be published: stopped"), "{}", seen.text());
    let mut dora = zone.house.unlocked("Dora").await;
    let page = dora.get(&zone.visit(2, "")).await;
    assert!(page.says("suspended – compromised") && !page.says(WHY), "{}", page.text());

    let page = dora.get(&zone.visit(0, "")).await;
    let mut address = page.body.split("href=\"").filter_map(|part| part.split('"').next());
    let fact = address.find(|href| href.contains("/fact/")).expect("a fact can be corrected");
    let seen = dora.get(fact).await;
    assert!(seen.says("Withdraw it") && seen.body.contains("5d2c41f09ab7"), "{}", seen.text());
    let withdraw = format!("{fact}/withdraw");
    let seen = dora.post(&withdraw, &[("why", " ")]).await;
    assert!(seen.says("A reason is missing."), "{}", seen.text());
    let seen = dora.send(&withdraw, &[("why", "the wrong file was hashed")]).await;
    assert!(seen.says("It no longer counts.") && seen.says("now: Frame frozen"), "{}", seen.text());
    assert!(seen.says("withdrawn"), "what was withdrawn stays readable: {}", seen.text());
    assert!(!seen.says("the wrong file was hashed"), "the draw officer holds no key to reasons");
    assert!(lena.get(&zone.visit(0, "")).await.says("the wrong file was hashed"));
}

#[tokio::test]
async fn a_visit_and_its_finding_are_begun_by_their_roles() {
    let zone = zone().await;
    let mut lena = zone.house.logged_in("Lena").await;
    let new = zone.list("/new");
    let seen = lena.post(&new, &[("title", "")]).await;
    assert!(seen.says("The title is missing or too long."), "{}", seen.text());
    let seen = lena.send(&new, &[("title", "Hanbit Toys")]).await;
    assert!(seen.says("It is begun.") && seen.says("-005"), "{}", seen.text());
    let mut dora = zone.house.logged_in("Dora").await;
    assert_eq!(dora.get(&new).await.status, StatusCode::NOT_FOUND);
    let seen = dora.post(&new, &[("title", "Mine")]).await;
    assert!(seen.says("This is begun by: Visit lead or Authority liaison."), "{}", seen.text());

    let seen = lena.get(&zone.visit(3, "")).await;
    let (gravest, other) = (seen.body.find("Passports kept"), seen.body.find("Emergency exit"));
    assert!(gravest < other && gravest.is_some(), "the gravest finding stands first");
    let begin = format!("/m/{}/cases/finding/new", zone.mandate);
    let sent = [("title", "Payslips"), ("parent", zone.visits[3].as_str())];
    let seen = lena.send(&begin, &sent).await;
    assert!(seen.says("Grade the finding"), "{}", seen.text());
    assert!(seen.body.contains(&zone.visit(3, "")), "a finding leads back to its visit");
    assert_eq!(lena.post(&begin, &[("title", "Of no visit")]).await.status, StatusCode::NOT_FOUND);
}
