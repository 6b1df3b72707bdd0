//! The frame and the draw of a visit in a real browser: a list that is refused and one that is taken, the freeze, the
//! design, a commitment from elsewhere, and the page for the screen in the room.

use desk::draw::{PartyKey, Transcript, Trust, acts, verify};
use desk::{NewCase, NewFact, Read};
use fantoccini::Locator;

use crate::harness::{Browser, serve};
use crate::house::{House, PASSWORD, now};

async fn fill(browser: &Browser, id: &str, text: &str) {
    let field = browser.client.find(Locator::Id(&format!("field-{id}"))).await.unwrap();
    field.clear().await.unwrap();
    field.send_keys(text).await.unwrap();
}

async fn choose(browser: &Browser, name: &str, value: &str) {
    let css = format!("input[name='{name}'][value='{value}']");
    browser.client.find(Locator::Css(&css)).await.unwrap().click().await.unwrap();
}

#[tokio::test]
async fn a_list_becomes_a_draw_on_the_pages() {
    let Some(browser) = Browser::start().await else { return };
    let house = House::new().await;
    house.member("Ada", true).await;
    let mut people = Vec::new();
    for (name, role) in [
        ("Lena", "visit_lead"),
        ("Dora", "draw_officer"),
        ("Rita", "reconciler"),
        ("Marta", "record_reviewer"),
    ] {
        people.push((house.member(name, false).await, role));
    }
    let mandate = house.mandate("Ada", "workplace", &people).await;
    let lead = house.desk.seat(&house.session("Lena", false).await, mandate).await.unwrap();
    let new = NewCase { workflow: "visit", title: "Haneul Garment 하늘피복", parent: None };
    let code = house.desk.begin_case(&lead.may::<Read>().unwrap(), new).await.unwrap();
    for (kind, authority) in
        [("access_requested", ""), ("mandate_signed", "first"), ("mandate_signed", "second")]
    {
        let mut fact = NewFact { kind: kind.to_owned(), at: now(), ..NewFact::default() };
        if !authority.is_empty() {
            fact.values.insert("authority".to_owned(), authority.to_owned());
        }
        house.desk.put_fact(&lead, "visit", &code, fact).await.unwrap();
    }
    let server = serve(web::pages::router(house.web.clone())).await;
    let visit = format!("/m/{mandate}/cases/visit/{code}");
    browser.open(&server.url("/login?lang=en&next=/account")).await;
    fill(&browser, "email", "dora@example.org").await;
    fill(&browser, "password", PASSWORD).await;
    browser.client.find(Locator::Id("field-unlock-1")).await.unwrap().click().await.unwrap();
    browser.go("main button.primary").await;
    browser.check(&server.url(&format!("{visit}/frame")), "frame-empty-en").await;

    // A bad list comes back with every fault by its row, and nothing is taken.
    let file = |name: &str, text: &str| {
        let path = house.folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let bad = file("bad.csv", "badge,name,stratum\nB1,Kim,astronaut\n,Ri,\nB4,Pak,leader,x\n");
    let mut csv = String::from("성명,번호표,직종,직장\n");
    for number in 1..=30 {
        let stratum = if number % 3 == 0 { "leader" } else { "women_operator" };
        csv.push_str(&format!("김{number},B{number:02},{stratum},{}\n", number % 4 + 1));
    }
    let good = file("roster.csv", &csv);
    let gate = file("gate.csv", "badge,name\nB01,김1\nB02,김둘\nB03,김3\nX1,김4\n");
    for (path, kind, ends, name) in [
        (bad, "roster", "/list", "frame-faults"),
        (good, "roster", "/frame", "frame-list"),
        (gate, "gate", "/frame", "frame-lists"),
    ] {
        browser.open(&server.url(&format!("{visit}/frame/list"))).await;
        choose(&browser, "kind", kind).await;
        browser.client.find(Locator::Id("field-list")).await.unwrap().send_keys(&path).await.unwrap();
        browser.go("main button.primary").await;
        browser.wait_until(name, &format!("return location.pathname.endsWith('{ends}')")).await;
        browser.screenshot(name).await;
    }
    let source = browser.client.source().await.unwrap();
    assert!(!source.contains("김1"), "no name is on the page of the frame");
    browser.check(&server.url(&format!("{visit}/frame")), "frame-en").await;
    browser.check(&server.url(&format!("{visit}/frame/odd?lang=en")), "frame-odd-ask").await;
    browser.open(&server.url(&format!("{visit}/frame/odd"))).await;
    fill(&browser, "reason", "comparing the two lists").await;
    browser.go("main button.primary").await;
    browser.screenshot("frame-odd").await;
    browser.check(&server.url(&format!("{visit}/frame/list?lang=ko")), "frame-list-ko").await;
    browser.check(&server.url(&format!("{visit}/frame/heads?lang=en")), "frame-heads-en").await;
    browser.open(&server.url(&format!("{visit}/frame/heads"))).await;
    for place in 1..=3 {
        let roster = browser.client.find(Locator::Id(&format!("field-roster.{place}"))).await.unwrap();
        let expected = roster.prop("value").await.unwrap().unwrap();
        fill(&browser, &format!("counted.{place}"), &expected).await;
    }
    browser.go("main button.primary").await;
    browser.check(&server.url(&format!("{visit}/frame/freeze?lang=en")), "frame-freeze-en").await;
    browser.open(&server.url(&format!("{visit}/frame/freeze"))).await;
    browser.go("main form button").await;
    browser.wait_until("it is frozen", "return location.pathname.endsWith('/frame')").await;
    browser.check(&server.url(&format!("{visit}/frame?lang=ja")), "frame-frozen-ja").await;
    browser.open(&server.url(&format!("{visit}/frame/walk?lang=en"))).await;
    for (id, text) in [("workshop", "2"), ("rows", "12"), ("seats", "30")] {
        fill(&browser, id, text).await;
    }
    browser.go("main button.primary").await;
    browser.screenshot("walk").await;

    // The design, with keys that were made elsewhere.
    let keys = [1, 2, 3].map(|number| PartyKey::from_seed(&[number; 32]));
    browser.check(&server.url(&format!("{visit}/draw/new?lang=en")), "draw-new-en").await;
    browser.open(&server.url(&format!("{visit}/draw/new"))).await;
    fill(&browser, "n", "8").await;
    fill(&browser, "others", "6").await;
    for (field, key) in
        [("authority.0.key", &keys[0]), ("authority.1.key", &keys[1]), ("auditor.key", &keys[2])]
    {
        fill(&browser, field, &key.public()).await;
    }
    browser.go("main button.primary").await;
    browser.wait_until("the draw is begun", "return location.pathname.endsWith('/draw/1')").await;
    browser.check(&server.url(&format!("{visit}/draw/1?lang=en")), "draw-begun-en").await;
    browser.check(&server.url(&format!("{visit}/draw/1/message?lang=en")), "draw-message-en").await;

    // Authority A commits on its own computer; the message is pasted here. One that was changed is refused.
    let officer = house.desk.seat(&house.session("Dora", true).await, mandate).await.unwrap();
    let may = officer.may::<Read>().unwrap();
    let seconds = || u64::try_from(now() / 1000).unwrap();
    let public = async || house.desk.draw(&may, "visit", &code, 1).await.unwrap().transcript;
    let says = |files: &Transcript, at: usize, act: &str| {
        let known = verify(files, Trust::default()).known;
        let name = ["authority-a", "authority-b"][at];
        let random = [7 + u8::try_from(at).unwrap(); 32];
        let made = match act {
            "commit" => acts::commit(&known, name, &random, seconds()).unwrap().1,
            "reveal" => acts::reveal(&known, name, &random, seconds()).unwrap().1,
            file => files.message(file).unwrap().unwrap(),
        };
        let mut message = made;
        message.sign(name, &keys[at]).unwrap();
        message.to_text().unwrap()
    };
    let commit = says(&public().await, 0, "commit");
    let forged = commit.replacen("\"commitment\": \"", "\"commitment\": \"0", 1);
    for (text, ends, name) in [(forged, "/message", "draw-forged"), (commit, "/draw/1", "draw-commit")] {
        browser.open(&server.url(&format!("{visit}/draw/1/message"))).await;
        let paste = "document.getElementById('field-text').value = arguments[0]";
        browser.client.execute(paste, vec![text.into()]).await.unwrap();
        browser.go("main button.primary").await;
        browser.wait_until(name, &format!("return location.pathname.endsWith('{ends}')")).await;
        browser.screenshot(name).await;
    }
    // The rest by the desk; the pages show it.
    let receive = async |text: String| {
        house.desk.receive_draw_message(&may, "visit", &code, 1, text.as_bytes()).await.unwrap();
    };
    receive(says(&public().await, 1, "commit")).await;
    browser.check(&server.url(&format!("{visit}/draw/1/announce?lang=en")), "draw-announce-en").await;
    house.desk.announce_draw(&may, "visit", &code, 1, desk::Randomness::Dice).await.unwrap();
    let announced = public().await;
    for at in [0, 1] {
        receive(says(&announced, at, "announce.json")).await;
    }
    browser.open(&server.url(&format!("{visit}/draw/1/reveal"))).await;
    browser.screenshot("draw-reveal").await;
    browser.go("main form button").await;
    for at in [0, 1] {
        receive(says(&public().await, at, "reveal")).await;
    }
    browser.check(&server.url(&format!("{visit}/draw/1/beacon?lang=ko")), "draw-beacon-ko").await;
    browser.open(&server.url(&format!("{visit}/draw/1/beacon?lang=en"))).await;
    fill(&browser, "dice", "73901148265503972486").await;
    browser.go("main button.primary").await;
    let thrown = public().await;
    for at in [0, 1] {
        receive(says(&thrown, at, "beacon.json")).await;
    }
    browser.check(&server.url(&format!("{visit}/draw/1/select?lang=en")), "draw-select-en").await;
    browser.open(&server.url(&format!("{visit}/draw/1/select"))).await;
    browser.go("main button.primary").await;
    browser.wait_until("it is selected", "return location.pathname.endsWith('/draw/1')").await;
    for language in ["en", "ko", "ja"] {
        browser
            .check(&server.url(&format!("{visit}/draw/1?lang={language}")), &format!("draw-{language}"))
            .await;
        let screen = server.url(&format!("{visit}/draw/1/screen?lang={language}"));
        browser.check(&screen, &format!("draw-screen-{language}")).await;
    }
    browser.open(&server.url(&format!("{visit}/draw/1/screen?follow=yes"))).await;
    let again = browser.client.find(Locator::Css("meta[http-equiv='refresh'][content='10']")).await;
    assert!(again.is_ok(), "it asks for itself again where that was asked for");
    browser.check(&server.url(&format!("{visit}/draw/1/attempt?lang=en")), "draw-attempt-en").await;
    browser.open(&server.url(&format!("{visit}/draw/1/calls"))).await;
    fill(&browser, "reason", "calling the people drawn").await;
    browser.go("main button.primary").await;
    browser.screenshot("draw-calls").await;
    let source = browser.client.source().await.unwrap();
    assert!(source.contains("김"), "the call list has names");
    browser.open(&server.url(&format!("{visit}/draw/1/slip"))).await;
    fill(&browser, "number", "B07").await;
    browser.go("main button.primary").await;
    browser.screenshot("draw-slip").await;
    browser.check(&server.url(&format!("{visit}?lang=en")), "visit-drawn-en").await;
    browser.check(&server.url(&format!("{visit}/draw?lang=en")), "draws-en").await;
    browser.quit().await;
}
