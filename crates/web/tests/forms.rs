//! The story of a form: uploaded with mistakes, put right, published, filled in, read, reviewed, taken out, erased.

mod house;

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use house::{Browser, House, PASSWORD, Seen};

const FORM: &str = include_str!("house/visit.md");
/// One pixel.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89\0\0\0\rIDATx\xdac\xf8\xcf\xc0\xf0\x1f\0\x05\0\x01\xff\xab\xce6\x89\0\0\0\0IEND\xaeB`\x82";

/// Chooses a file in a form and sends it.
async fn upload(browser: &mut Browser, path: &str, field: &str, name: &str, bytes: &[u8]) -> Seen {
    let mut body = format!(
        "--story\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\n\
         Content-Type: application/octet-stream\r\n\r\n"
    )
    .into_bytes();
    body.extend_from_slice(bytes);
    body.extend_from_slice(b"\r\n--story--\r\n");
    let request = Request::post(path)
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=story")
        .header(header::ORIGIN, "http://deungdae.example")
        .body(Body::from(body));
    let seen = browser.ask(request.unwrap()).await;
    match seen.leads_to() {
        Some(next) => browser.get(&next).await,
        None => seen,
    }
}

/// A submission as a phone writes it.
fn answers(id: &str, deprecated: Option<&str>, site: &str, kind: &str, people: u32) -> String {
    let deprecated = deprecated.map(|id| format!("<deprecatedID>{id}</deprecatedID>")).unwrap_or_default();
    format!(
        r#"<data id="visit/1" version="1"><place><site>{site}</site><kind>{kind}</kind>
        <position>39.03 125.75 0 5</position></place><people>{people}</people><person>김영희</person>
        <account>They were &lt;b&gt;moved&lt;/b&gt; at night.</account>
        <meal><foods>rice maize</foods><cook>박철수</cook></meal><meal><foods>maize</foods></meal>
        <picture>face.png</picture><meta><instanceID>{id}</instanceID>{deprecated}</meta></data>"#
    )
}

async fn send(house: &House, mandate: i64, xml: String, picture: Option<&[u8]>) {
    let session = house.session("lead", true).await;
    let seat = house.desk.seat(&session, mandate).await.unwrap();
    let sender = desk::Sender::member(&seat.may::<desk::Collect>().unwrap());
    let mut files = Vec::new();
    if let Some(bytes) = picture {
        let mut file = house.desk.incoming_file("face.png").unwrap();
        file.push(bytes).unwrap();
        files.push(file);
    }
    house.desk.receive(&sender, xml.into_bytes(), files).await.unwrap();
}

/// A house with a mandate of the general protocol: a lead who holds every key, a reviewer without identity, an
/// administrator without any.
async fn begin() -> (House, i64) {
    let house = House::new().await;
    house.member("Admin", true).await;
    let lead = house.member("Lead", false).await;
    let reviewer = house.member("Reviewer", false).await;
    let mandate = house.mandate("Admin", "general", &[(lead, "lead"), (reviewer, "reviewer")]).await;
    (house, mandate)
}

async fn publish(lead: &mut Browser, mandate: i64) {
    let seen = upload(lead, &format!("/m/{mandate}/new-form"), "form", "visit.md", FORM.as_bytes()).await;
    assert_eq!(seen.status, StatusCode::OK, "{}", seen.text());
    let seen = lead.send(&format!("/m/{mandate}/forms/visit%2F1/draft/publish"), &[]).await;
    assert!(seen.says("The form is published."), "{}", seen.text());
}

#[tokio::test]
async fn a_form_with_mistakes_comes_back_with_the_places_of_the_mistakes() {
    let (house, mandate) = begin().await;
    let mut lead = house.unlocked("Lead").await;
    let room = format!("/m/{mandate}/forms");
    let seen = lead.get(&room).await;
    assert!(seen.says("There is no form here yet"), "{}", seen.text());

    let path = format!("/m/{mandate}/new-form");
    let seen = upload(&mut lead, &path, "form", "", b"").await;
    assert_eq!(seen.status, StatusCode::BAD_REQUEST);
    assert!(seen.says("Choose a file first."));

    let broken = FORM.replace("select_one kind", "select_one knid");
    let seen = upload(&mut lead, &path, "form", "visit.md", broken.as_bytes()).await;
    assert_eq!(seen.status, StatusCode::BAD_REQUEST);
    assert!(seen.says("sheet “survey”") && seen.says("row 4") && seen.says("knid"), "{}", seen.text());
    let seen = upload(&mut lead, &format!("{path}?lang=ko"), "form", "visit.md", broken.as_bytes()).await;
    assert!(seen.says("시트 ‘survey’") && seen.says("4행"), "{}", seen.text());

    let seen = upload(&mut lead, &format!("{path}?lang=en"), "form", "form.xml", b"<h:html>").await;
    assert_eq!(seen.status, StatusCode::BAD_REQUEST);
    let mut reviewer = house.logged_in("Reviewer").await;
    assert_eq!(reviewer.get(&path).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_draft_says_what_it_changes_and_a_new_version_replaces_the_old() {
    let (house, mandate) = begin().await;
    let mut lead = house.unlocked("Lead").await;
    publish(&mut lead, mandate).await;
    let form = format!("/m/{mandate}/forms/visit%2F1");
    let seen = lead.get(&form).await;
    assert!(
        seen.says("What happened?") && seen.says("sensitive") && seen.says("Identity"),
        "{}",
        seen.text()
    );
    assert!(lead.get(&form.replace("visit%2F1", "visit")).await.status == StatusCode::NOT_FOUND);

    let weaker = FORM
        .replace("Who told you? | 누가 말했습니까? | | identity", "Who said so? | 누가 말했습니까? | | open");
    let seen =
        upload(&mut lead, &format!("/m/{mandate}/new-form"), "form", "visit.md", weaker.as_bytes()).await;
    assert!(seen.says("One question would be kept less closely"), "{}", seen.text());
    assert!(seen.says("Give the draft another version"), "{}", seen.text());
    let seen = lead.send(&format!("{form}/draft/publish"), &[]).await;
    assert_eq!(seen.status, StatusCode::CONFLICT, "{}", seen.text());

    let newer =
        FORM.replace("| visit/1 | 1 |", "| visit/1 | 2 |").replace("What happened?", "What did you see?");
    let seen =
        upload(&mut lead, &format!("/m/{mandate}/new-form"), "form", "visit.md", newer.as_bytes()).await;
    assert!(seen.says("One question changes"), "{}", seen.text());
    let seen = lead.get(&format!("{form}/draft/preview")).await;
    assert!(seen.body.contains("data-form=\"/m/"), "{}", seen.body);
    assert!(lead.get(&form).await.says("A draft of this form waits"));
    let seen = lead.send(&format!("{form}/draft/publish"), &[]).await;
    assert!(seen.says("The form is published."), "{}", seen.text());
    let seen = lead.get(&format!("{form}/versions/published/xform")).await;
    assert!(seen.body.contains("What did you see?") && seen.body.contains("version=\"2\""));
    let seen = lead.get(&format!("{form}/versions/draft/xform")).await;
    assert_eq!(seen.status, StatusCode::NOT_FOUND);

    let seen = lead.send(&format!("{form}/state"), &[("state", "closed")]).await;
    assert!(seen.says("closed"), "{}", seen.text());
    assert_eq!(lead.get(&format!("{form}/fill")).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn what_came_in_is_listed_filtered_opened_reviewed_and_taken_out() {
    let (house, mandate) = begin().await;
    let mut lead = house.unlocked("Lead").await;
    publish(&mut lead, mandate).await;
    let list = format!("/m/{mandate}/submissions/visit%2F1");
    assert!(lead.get(&list).await.says("Nothing has come in for this form yet"));
    for (number, (site, kind)) in
        [("Nampo", "school"), ("남포 병원", "hospital"), ("Wonsan", "school")].iter().enumerate()
    {
        let xml = answers(&format!("uuid:{number}"), None, site, kind, number as u32 * 10);
        send(&house, mandate, xml, (number == 0).then_some(PNG)).await;
    }

    let seen = lead.get(&format!("/m/{mandate}/submissions")).await;
    assert!(seen.says("Submissions3 To review3"), "{}", seen.text());
    let seen = lead.get(&list).await;
    assert!(seen.says("3 rows") && seen.says("Hospital") && seen.says("Wonsan"), "{}", seen.text());
    assert!(!seen.body.contains("김영희"), "identity is not in the list");
    assert!(lead.get(&format!("{list}?lang=ko")).await.says("병원"));

    // A condition is made in a form, and stands in the address as one removable chip.
    let asked = format!("{list}?lang=en&state=received&field=place/kind&test=is&value=SCHOOL");
    let seen = lead.get(&asked).await;
    assert_eq!(seen.status, StatusCode::SEE_OTHER);
    let filtered = seen.leads_to().unwrap();
    let seen = lead.get(&filtered).await;
    assert!(seen.says("2 rows") && !seen.says("Hospital ") && seen.says("is School"), "{}", seen.text());
    let seen = lead.get(&format!("{list}?field=people&test=min&value=ten")).await;
    assert_eq!(seen.status, StatusCode::BAD_REQUEST);
    assert!(seen.says("need a number"));
    let seen = lead.get(&format!("{list}?where=people~min~10&sort=-field.people")).await;
    assert!(seen.says("2 rows"), "{}", seen.text());
    assert!(seen.body.find("Wonsan").unwrap() < seen.body.find("남포 병원").unwrap());
    // What is not open cannot be asked for by its value.
    let seen = lead.get(&format!("{list}?where=account~contains~night")).await;
    assert!(seen.says("3 rows"), "{}", seen.text());

    // The export is what is shown.
    let export =
        lead.get(&format!("/m/{mandate}/exports/visit%2F1?where=people~min~10&col=people&col=account")).await;
    assert_eq!(export.status, StatusCode::OK);
    assert!(export.body.contains("SubmissionDate,people,account,KEY"), "{}", export.body);
    assert_eq!(export.body.trim().lines().count(), 3, "{}", export.body);
    assert!(!export.body.contains("김영희"));

    let seen = lead.get(&format!("{list}?show=map")).await;
    assert!(seen.body.contains("<circle") && seen.says("You have them open now"), "{}", seen.text());
    let seen = lead.get(&format!("{list}?show=columns")).await;
    assert!(seen.says("What happened?") && !seen.says("Who told you?"), "{}", seen.text());

    // One submission: laid out as the form, identity behind a reason.
    let one = format!("{list}/uuid%3A0");
    let seen = lead.get(&one).await;
    assert!(
        seen.body.contains("They were &lt;b&gt;moved&lt;/b&gt; at night.") && seen.says("Rice · Maize"),
        "{}",
        seen.text()
    );
    assert!(seen.says("Position of ${site}"), "{}", seen.text());
    assert!(!seen.body.contains("김영희") && !seen.body.contains("박철수"));
    let picture = seen.body.split("<img src=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let seen = lead.get(&picture).await;
    assert_eq!(seen.headers[header::CONTENT_TYPE], "image/png");
    assert!(seen.headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap().contains("sandbox"));

    let seen = lead.post(&format!("{one}/identity"), &[("reason", " ")]).await;
    assert_eq!(seen.status, StatusCode::BAD_REQUEST);
    assert!(!seen.body.contains("김영희"));
    let seen = lead.post(&format!("{one}/identity"), &[("reason", "call back about the case")]).await;
    assert_eq!(seen.status, StatusCode::OK);
    assert!(
        seen.says("김영희") && seen.says("박철수") && seen.says("opened by you now, logged"),
        "{}",
        seen.text()
    );
    let seen = lead.get(&one).await;
    assert!(!seen.body.contains("김영희"), "it closes by itself");
    assert!(seen.says("Identity opened: “call back about the case”"), "{}", seen.text());

    let seen = lead.send(&format!("{one}/review"), &[("state", ""), ("text", " ")]).await;
    assert_eq!(seen.status, StatusCode::BAD_REQUEST);
    let review = [("state", "hasIssues"), ("text", "Which school?")];
    let seen = lead.send(&format!("{one}/review"), &review).await;
    assert!(seen.says("The review is saved.") && seen.says("Which school?"), "{}", seen.text());
    assert!(lead.get(&format!("{list}?state=hasIssues")).await.says("1 row"));

    // An edit shows what it changed.
    let edit = answers("uuid:0b", Some("uuid:0"), "Nampo", "hospital", 12);
    send(&house, mandate, edit, None).await;
    let seen = lead.get(&one).await;
    assert!(seen.says("2 answers differ") && seen.says("Version 2"), "{}", seen.text());
    assert_eq!(lead.get(&format!("{list}/uuid%3A0b")).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn without_the_key_there_are_bars_and_no_errors() {
    let (house, mandate) = begin().await;
    let mut lead = house.unlocked("Lead").await;
    publish(&mut lead, mandate).await;
    send(&house, mandate, answers("uuid:0", None, "Nampo", "school", 3), Some(PNG)).await;
    let list = format!("/m/{mandate}/submissions/visit%2F1");
    let one = format!("{list}/uuid%3A0");

    // The reviewer holds the working key but not identity's.
    let mut reviewer = house.unlocked("Reviewer").await;
    let seen = reviewer.get(&one).await;
    assert_eq!(seen.status, StatusCode::OK);
    assert!(
        seen.says("at night") && seen.says("▮▮▮▮") && seen.says("sealed to another compartment"),
        "{}",
        seen.text()
    );
    let seen = reviewer.post(&format!("{one}/identity"), &[("reason", "curious about it")]).await;
    assert_eq!(seen.status, StatusCode::FORBIDDEN);
    assert!(!seen.body.contains("김영희"));
    let seen = reviewer.get(&format!("/m/{mandate}/exports/visit%2F1")).await;
    assert_eq!(seen.status, StatusCode::FORBIDDEN);
    assert_eq!(reviewer.get(&format!("{one}/erase")).await.status, StatusCode::FORBIDDEN);

    // The administrator sees everything but what it says.
    for keys in [false, true] {
        let mut admin = if keys { house.unlocked("Admin").await } else { house.logged_in("Admin").await };
        for path in [&list, &one, &format!("{list}?show=map"), &format!("/m/{mandate}/forms/visit%2F1")] {
            let seen = admin.get(path).await;
            assert_eq!(seen.status, StatusCode::OK, "{path}");
            for secret in ["김영희", "박철수", "at night", "39.03", "face.png"] {
                assert!(!seen.body.contains(secret), "{path} tells {secret}");
            }
        }
        assert!(admin.get(&one).await.says("▮▮▮▮"));
        let seen = admin.get(&format!("/m/{mandate}/exports/visit%2F1?col=account")).await;
        assert!(!seen.body.contains("at night"), "{}", seen.body);
    }

    // Who locks sees bars too, and is led back after unlocking.
    lead.post("/lock", &[]).await;
    let seen = lead.get(&one).await;
    assert!(seen.says("Unlock to read") && !seen.body.contains("at night"), "{}", seen.text());
    let seen = lead.post(&format!("{one}/identity"), &[("reason", "call back about the case")]).await;
    let unlock = seen.leads_to().unwrap_or_else(|| panic!("{} {}", seen.status, seen.text()));
    assert!(unlock.starts_with("/unlock?next="), "{unlock}");
    let next = lead
        .get(&unlock)
        .await
        .body
        .split("name=\"next\" value=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap()
        .to_owned();
    let seen = lead.post("/unlock", &[("password", PASSWORD), ("next", &next)]).await;
    let back = seen.leads_to().unwrap();
    assert_eq!(lead.get(&back).await.leads_to().unwrap(), one);
}

#[tokio::test]
async fn what_the_phone_encrypted_opens_with_the_key_of_the_form() {
    use base64::Engine as _;
    let vectors: serde_json::Value =
        serde_json::from_str(include_str!("../../xforms/tests/vectors/encrypted.json")).unwrap();
    let (house, mandate) = begin().await;
    let mut lead = house.unlocked("Lead").await;
    let form = r#"| survey |
|  | type | name | label |
|  | text | site | Site |
|  | image | photo | Photo |
| settings |
|  | form_title | form_id | version |
|  | Household | household | 3 |
"#;
    upload(&mut lead, &format!("/m/{mandate}/new-form"), "form", "household.md", form.as_bytes()).await;
    lead.send(&format!("/m/{mandate}/forms/household/draft/publish"), &[]).await;

    let session = house.session("Lead", true).await;
    let seat = house.desk.seat(&session, mandate).await.unwrap();
    let sender = desk::Sender::member(&seat.may::<desk::Collect>().unwrap());
    let mut files = Vec::new();
    for (name, content) in vectors["files"].as_object().unwrap() {
        let bytes = base64::engine::general_purpose::STANDARD.decode(content.as_str().unwrap()).unwrap();
        let mut file = house.desk.incoming_file(name).unwrap();
        file.push(&bytes).unwrap();
        files.push(file);
    }
    let envelope = vectors["envelope"].as_str().unwrap().as_bytes().to_vec();
    let received = house.desk.receive(&sender, envelope, files).await.unwrap();

    let one = format!("/m/{mandate}/submissions/household/{}", received.instance_id.replace(':', "%3A"));
    let seen = lead.get(&one).await;
    assert!(seen.says("The phone encrypted this submission."), "{}", seen.text());
    assert!(!seen.body.contains("남포"));
    let seen = lead.post(&format!("{one}/key"), &[("key", "not a key")]).await;
    assert_eq!(seen.status, StatusCode::BAD_REQUEST);
    assert!(seen.says("This key does not open the submission."), "{}", seen.text());
    let key = vectors["pkcs8"].as_str().unwrap();
    let seen = lead.post(&format!("{one}/key"), &[("key", key)]).await;
    assert_eq!(seen.status, StatusCode::OK, "{}", seen.text());
    assert!(seen.says("Opened with your key.") && seen.body.contains("남포"), "{}", seen.text());
    assert!(!seen.body.contains(key.lines().nth(1).unwrap()), "the key is not given back");
    assert!(!lead.get(&one).await.body.contains("남포"), "nothing stays open");

    // Saved in one file: answers, and with a reason what no answer names and may therefore be a face.
    let saved = lead.post(&format!("{one}/key"), &[("key", key), ("files", "yes")]).await;
    assert_eq!(saved.status, StatusCode::OK);
    let names = zipped(&saved.bytes).into_iter().map(|(name, _)| name).collect::<Vec<_>>();
    assert_eq!(names, ["answers.json"]);
    let with_reason = [("key", key), ("files", "yes"), ("reason", "asked for by the family")];
    let saved = zipped(&lead.post(&format!("{one}/key"), &with_reason).await.bytes);
    assert_eq!(saved.len(), 19);
    assert!(String::from_utf8_lossy(&saved[0].1).contains("남포"));
    assert_eq!(saved[4], ("files/3.jpg".to_owned(), vec![3; 11]));
}

fn zipped(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).expect("a ZIP");
    (0..archive.len())
        .map(|index| {
            let mut file = archive.by_index(index).unwrap();
            let mut content = Vec::new();
            std::io::Read::read_to_end(&mut file, &mut content).unwrap();
            (file.name().unwrap().into_owned(), content)
        })
        .collect()
}

#[tokio::test]
async fn erasing_asks_why_and_leaves_nothing() {
    let (house, mandate) = begin().await;
    let mut lead = house.unlocked("Lead").await;
    publish(&mut lead, mandate).await;
    send(&house, mandate, answers("uuid:0", None, "Nampo", "school", 3), Some(PNG)).await;
    let list = format!("/m/{mandate}/submissions/visit%2F1");
    let one = format!("{list}/uuid%3A0");
    let seen = lead.get(&format!("{one}/erase")).await;
    assert!(seen.says("This cannot be undone.") && seen.says("Its file is destroyed."), "{}", seen.text());
    let seen = lead.send(&format!("{one}/erase"), &[("reason", "")]).await;
    assert_eq!(seen.status, StatusCode::BAD_REQUEST);
    let seen = lead.send(&format!("{one}/erase"), &[("reason", "consent withdrawn")]).await;
    assert!(seen.says("The submission is erased.") && seen.says("0 rows"), "{}", seen.text());
    assert_eq!(lead.get(&one).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn pages_turn_both_ways_by_key() {
    let (house, mandate) = begin().await;
    let mut lead = house.unlocked("Lead").await;
    publish(&mut lead, mandate).await;
    for number in 0..120u32 {
        let site = format!("S{:03}", number % 7);
        send(&house, mandate, answers(&format!("uuid:{number}"), None, &site, "school", number), None).await;
    }
    for order in ["", "sort=field.people&", "sort=-field.place%2Fsite&"] {
        let mut path = format!("/m/{mandate}/submissions/visit%2F1?{order}");
        let mut seen_rows = Vec::new();
        let mut pages = Vec::new();
        loop {
            let page = lead.get(&path).await.body;
            let rows: Vec<String> = page
                .split("/uuid%3A")
                .skip(1)
                .map(|part| part.split('"').next().unwrap().to_owned())
                .collect();
            pages.push(rows.clone());
            seen_rows.extend(rows);
            match link(&page, "next") {
                Some(next) => path = next,
                None => break,
            }
        }
        assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [50, 50, 20], "{order}");
        seen_rows.sort();
        seen_rows.dedup();
        assert_eq!(seen_rows.len(), 120);
        for expected in pages.iter().rev().skip(1) {
            let page = lead.get(&path).await.body;
            path = link(&page, "prev").unwrap();
            let page = lead.get(&path).await.body;
            let rows: Vec<String> = page
                .split("/uuid%3A")
                .skip(1)
                .map(|part| part.split('"').next().unwrap().to_owned())
                .collect();
            assert_eq!(&rows, expected, "{order}");
        }
        assert_eq!(link(&lead.get(&path).await.body, "prev"), None);
    }
}

/// The address of a link by its relation.
fn link(page: &str, relation: &str) -> Option<String> {
    let after = page.split(&format!("rel=\"{relation}\" href=\"")).nth(1)?;
    Some(after.split('"').next()?.replace("&#38;", "&"))
}
