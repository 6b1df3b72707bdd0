//! The frame and the draw of a visit on their pages, without a screen: bad lists, who may not, and what is downloaded.

mod house;

use std::io::Read as _;

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use desk::draw::{PartyKey, Transcript, Trust, verify};
use desk::{NewCase, NewFact, Read};
use house::{Browser, House, Seen, now};

struct Visit {
    house: House,
    at: String,
}

async fn visit() -> Visit {
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
    let new = NewCase { workflow: "visit", title: "Haneul Garment", parent: None };
    let code = house.desk.begin_case(&lead.may::<Read>().unwrap(), new).await.unwrap();
    let facts = [("access_requested", ""), ("mandate_signed", "first"), ("mandate_signed", "second")];
    for (kind, authority) in facts {
        let mut fact = NewFact { kind: kind.to_owned(), at: now(), ..NewFact::default() };
        if !authority.is_empty() {
            fact.values.insert("authority".to_owned(), authority.to_owned());
        }
        house.desk.put_fact(&lead, "visit", &code, fact).await.unwrap();
    }
    Visit { at: format!("/m/{mandate}/cases/visit/{code}"), house }
}

/// Sends a form with a file.
async fn send(browser: &mut Browser, path: &str, parts: &[(&str, &[u8])]) -> Seen {
    let mut body = Vec::new();
    for (name, bytes) in parts {
        let file = if *name == "list" { "; filename=\"list.csv\"" } else { "" };
        let head = format!("--edge\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n");
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--edge--\r\n");
    let request = Request::post(path)
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=edge")
        .header(header::ORIGIN, "http://deungdae.example")
        .body(Body::from(body))
        .unwrap();
    browser.ask(request).await
}

#[tokio::test]
async fn every_bad_list_gets_a_sentence_and_changes_nothing() {
    let visit = visit().await;
    let list = format!("{}/frame/list", visit.at);
    let mut lena = visit.house.unlocked("Lena").await;
    let seen = send(&mut lena, &list, &[("kind", b"roster"), ("list", b"badge,name\nB1,Kim\n")]).await;
    assert_eq!(seen.status, StatusCode::FORBIDDEN, "{}", seen.text());
    assert!(seen.says("This is for whoever holds the key of the roster."), "{}", seen.text());
    let mut locked = visit.house.logged_in("Dora").await;
    let seen = send(&mut locked, &list, &[("kind", b"roster"), ("list", b"badge,name\nB1,Kim\n")]).await;
    assert!(seen.leads_to().is_some_and(|next| next.starts_with("/unlock")), "{}", seen.text());

    let mut dora = visit.house.unlocked("Dora").await;
    let utf16: Vec<u8> = "badge,name\nB1,김\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let many = format!("badge,name\n{}", "B,K\n".repeat(100_001)).into_bytes();
    let huge = format!("badge,name\n{}", "B1234567,Kim\n".repeat(3_000_000)).into_bytes();
    let lists: [(&[u8], StatusCode, &str); 7] = [
        (b"badge,name\nB1,\xb1\xe8\n", StatusCode::BAD_REQUEST, "save the file as “CSV UTF-8”"),
        (&utf16, StatusCode::BAD_REQUEST, "The file is UTF-16"),
        (b"badge,name\nB1,Kim\nB1,Ri\n", StatusCode::BAD_REQUEST, "The number stands in row 2 already"),
        (b"nr,name\n1,Kim\n", StatusCode::BAD_REQUEST, "No column is for “badge”"),
        (b"badge,name\n", StatusCode::BAD_REQUEST, "nobody below them"),
        (&many, StatusCode::BAD_REQUEST, "The number stands in row 2 already"),
        (&huge, StatusCode::PAYLOAD_TOO_LARGE, "A list has at most 100,000 lines. Nothing was changed."),
    ];
    for (bytes, status, says) in lists {
        let seen = send(&mut dora, &list, &[("kind", b"roster"), ("list", bytes)]).await;
        assert_eq!(seen.status, status, "{says}: {}", seen.text());
        assert!(seen.says(says), "{says}: {}", seen.text());
    }
    let lines: String = (0..100_001).map(|number| format!("B{number},Kim\n")).collect();
    let many = format!("badge,name\n{lines}");
    let seen = send(&mut dora, &list, &[("kind", b"roster"), ("list", many.as_bytes())]).await;
    assert!(seen.says("More than 100,000 lines: draw establishments first"), "{}", seen.text());
    let seen = dora.get(&format!("{}/frame", visit.at)).await;
    assert!(seen.says("No list yet."), "{}", seen.text());
    let seen =
        send(&mut dora, &list, &[("kind", b"roster"), ("list", "이름,번호\n김,B1\n".as_bytes())]).await;
    assert_eq!(seen.leads_to().as_deref(), Some(&*format!("{}/frame?done=frame-list", visit.at)));
}

#[tokio::test]
async fn the_public_folder_is_downloaded_and_a_message_that_does_not_hold_is_refused() {
    let visit = visit().await;
    let mut dora = visit.house.unlocked("Dora").await;
    let at = |rest: &str| format!("{}{rest}", visit.at);
    let lines: String = (0..24).map(|number| format!("B{number},Kim {number},leader\n")).collect();
    let roster = format!("badge,name,stratum\n{lines}");
    send(&mut dora, &at("/frame/list"), &[("kind", b"roster"), ("list", roster.as_bytes())]).await;
    let mut heads = Vec::new();
    for place in ["1", "2", "3"] {
        heads.extend([
            (format!("workshop.{place}"), place.to_owned()),
            (format!("roster.{place}"), "8".to_owned()),
            (format!("counted.{place}"), "8".to_owned()),
        ]);
    }
    let heads: Vec<(&str, &str)> =
        heads.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let seen = dora.send(&at("/frame/heads"), &heads).await;
    assert!(seen.says("The count is on record: the roster passes."), "{}", seen.text());
    let seen = dora.send(&at("/frame/freeze"), &[]).await;
    assert!(seen.says("The frame is frozen; its hash is on record."), "{}", seen.text());
    let keys = [1, 2, 3].map(|number| PartyKey::from_seed(&[number; 32]).public());
    let mut design =
        vec![("n", "6"), ("others", "4"), ("hours", "2"), ("scheme", "stratified"), ("suite", "hmac")];
    design.extend([("authority.0.name", "authority-a"), ("authority.0.key", &keys[0])]);
    design.extend([("authority.1.name", "authority-b"), ("authority.1.key", "not a key")]);
    design.extend([("auditor.name", "auditor"), ("auditor.key", &keys[2])]);
    let seen = dora.send(&at("/draw/new"), &design).await;
    assert!(seen.says("the key of authority-b is not 64 hexadecimal digits"), "{}", seen.text());
    assert!(seen.body.contains("value=\"authority-a\""), "nothing that was written is lost");
    for field in &mut design {
        if field.0 == "authority.1.key" {
            field.1 = &keys[1];
        }
    }
    let seen = dora.send(&at("/draw/new"), &design).await;
    assert!(seen.says("Still to commit: authority-a, authority-b."), "{}", seen.text());

    let seen = dora.get(&at("/draw/1/folder.zip")).await;
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(seen.bytes)).unwrap();
    let mut files = Transcript::default();
    for place in 0..zip.len() {
        let mut file = zip.by_index(place).unwrap();
        let name = file.name().unwrap().rsplit('/').next().unwrap().to_owned();
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).unwrap();
        files.files.insert(name, bytes);
    }
    let names: Vec<&String> = files.files.keys().collect();
    assert_eq!(names, ["commit-monitor.json", "design.json", "key.json", "roster-commitment.json"]);
    assert_eq!(verify(&files, Trust::default()).first_lie(), None);
    let design = String::from_utf8(files.files["design.json"].clone()).unwrap();
    assert!(design.contains("disclosure_policy"), "the policy is fixed before the data: {design}");
    let seen = dora.get(&at("/draw/1/files/key.json")).await;
    assert_eq!(seen.bytes, files.files["key.json"]);
    let pasted = String::from_utf8(files.files["commit-monitor.json"].clone()).unwrap();
    for (text, says) in [
        (pasted.replace("monitor", "authority-a"), "The signature of authority-a does not hold"),
        (pasted.clone(), "is on record already"),
        ("{}".to_owned(), "The draw does not take this, and nothing was changed."),
        (String::new(), "Choose a file, or paste its text."),
    ] {
        // A browser sends line ends as CR LF.
        let text = text.replace('\n', "\r\n");
        let seen = send(&mut dora, &at("/draw/1/message"), &[("text", text.as_bytes())]).await;
        assert!(seen.says(says), "{says}: {}", seen.text());
    }
    let seen = dora.get(&at("/draw/1/screen?follow=yes&lang=ko")).await;
    assert!(seen.body.contains("http-equiv=\"refresh\""), "{}", seen.text());
    assert!(seen.says("모두가 비밀 수를 약속"), "{}", seen.text());
    dora.get(&at("/draw/1?lang=en")).await;

    // Files: not before people are announced; an address that names no draw.
    let seen = dora.get(&at("/draw")).await;
    assert!(seen.says("No draw of files yet.") && seen.says("a draw of its own"), "{}", seen.text());
    let seen = dora.get(&at("/draw/new-files")).await;
    assert!(seen.says("announce the draw of people first"), "{}", seen.text());
    let mut files: Vec<(&str, &str)> = vec![("hours", "2"), ("scheme", "stratified"), ("suite", "hmac")];
    files.extend([("authority.0.name", "authority-a"), ("authority.0.key", &keys[0])]);
    files.extend([("auditor.name", "auditor"), ("auditor.key", &keys[2])]);
    let seen = dora.send(&at("/draw/new-files"), &files).await;
    assert!(seen.says("announce the draw of people first"), "{}", seen.text());
    assert_eq!(dora.get(&at("/draw/files-1")).await.status, StatusCode::NOT_FOUND);
    assert_eq!(dora.get(&at("/draw/1/files")).await.status, StatusCode::OK);
    let mut marta = visit.house.unlocked("Marta").await;
    let seen = marta.send(&at("/draw/1/files"), &[("reason", "curious")]).await;
    assert!(
        seen.says("There is no list of files"),
        "whom the interviews chose stays closed: {}",
        seen.text()
    );

    let seen = dora.send(&at("/draw/1/void"), &[("reason", "a key was lost")]).await;
    assert!(seen.says("Void: a key was lost"), "{}", seen.text());
    let mut ada = visit.house.logged_in("Ada").await;
    assert_eq!(ada.get(&at("/draw/1")).await.status, StatusCode::OK, "everybody who reads may follow");
}
