//! The story of an analyst: takes a form's submissions out for Excel, R, Stata and SPSS, with labels in Korean.

mod house;

use std::process::Command;

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use house::{Browser, House};
use serde_json::{Value, json};

const FORM: &str = include_str!("house/visit.md");

/// A house with three visits: a lead who holds every key, an administrator who holds none.
async fn visits() -> (House, i64, Browser) {
    let house = House::new().await;
    house.member("Admin", true).await;
    let lead = house.member("Lead", false).await;
    let mandate = house.mandate("Admin", "general", &[(lead, "lead")]).await;
    let mut browser = house.unlocked("Lead").await;
    let mut body =
        "--story\r\nContent-Disposition: form-data; name=\"form\"; filename=\"visit.md\"\r\n\r\n".to_owned();
    body.push_str(FORM);
    body.push_str("\r\n--story--\r\n");
    let request = Request::post(format!("/m/{mandate}/new-form"))
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=story")
        .header(header::ORIGIN, "http://deungdae.example")
        .body(Body::from(body));
    browser.ask(request.unwrap()).await;
    let seen = browser.send(&format!("/m/{mandate}/forms/visit%2F1/draft/publish"), &[]).await;
    assert!(seen.says("The form is published."), "{}", seen.text());

    let session = house.session("lead", true).await;
    let seat = house.desk.seat(&session, mandate).await.unwrap();
    let sender = desk::Sender::member(&seat.may::<desk::Collect>().unwrap());
    for (number, (site, kind, people)) in
        [("남포", "school", 12), ("Wonsan", "hospital", 7), ("Sinuiju", "tent", 30)].into_iter().enumerate()
    {
        let xml = format!(
            r#"<data id="visit/1" version="1"><place><site>{site}</site><kind>{kind}</kind>
            <position>39.03 125.75 0 5</position></place><people>{people}</people><person>김영희</person>
            <account>at night {number}</account><meal><foods>rice maize</foods><cook>박철수</cook></meal>
            <meal><foods>maize</foods></meal><meta><instanceID>uuid:{number}</instanceID></meta></data>"#
        );
        house.desk.receive(&sender, xml.into_bytes(), Vec::new()).await.unwrap();
    }
    (house, mandate, browser)
}

/// What pyreadstat, openpyxl and pyarrow see in a file; nothing where they are not installed.
fn read(extension: &str, bytes: &[u8]) -> Option<Value> {
    let python = std::env::var("DEUNGDAE_PYTHON").ok()?;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(format!("table.{extension}"));
    std::fs::write(&path, bytes).unwrap();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../formats/tests/read.py");
    let output = Command::new(python).arg(script).arg(&path).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut seen: Value = serde_json::from_slice(&output.stdout).unwrap();
    Some(seen[extension].take())
}

#[tokio::test]
async fn an_analyst_takes_the_answers_to_the_program_she_knows() {
    let (_house, mandate, mut lead) = visits().await;
    let list = format!("/m/{mandate}/submissions/visit%2F1?where=people~min~10&sort=-received&col=people");
    let seen = lead.get(&list).await;
    let export = format!("/m/{mandate}/exports/visit%2F1");
    let after =
        seen.body.split(&format!("href=\"{export}/choose?")).nth(1).expect("the list leads to its export");
    let filters = after.split('"').next().unwrap().replace("&#38;", "&");
    let seen = lead.get(&format!("{export}/choose?{filters}")).await;
    assert_eq!(seen.status, StatusCode::OK);
    assert!(
        seen.says("Submissions 2") || seen.says("Submissions2"),
        "the list's filters hold: {}",
        seen.text()
    );
    assert!(
        seen.says("sensitive ones that you hold the key to") && seen.says("Stata 14 and later"),
        "{}",
        seen.text()
    );
    assert!(
        seen.body.contains(r#"value="people~min~10""#) && !seen.body.contains(r#"name="col""#),
        "{}",
        seen.body
    );
    let seen = lead.get(&format!("{export}/choose?lang=ko")).await;
    assert!(seen.says("이름표의 언어"), "{}", seen.text());
    lead.get("/?lang=en").await;

    let korean = "language=%ED%95%9C%EA%B5%AD%EC%96%B4+%28ko%29";
    let file = lead.get(&format!("{export}/file?format=xlsx&{korean}&where=people~min~10")).await;
    assert_eq!(file.status, StatusCode::OK, "{}", file.text());
    let name = file.headers[header::CONTENT_DISPOSITION].to_str().unwrap();
    assert_eq!(name, "attachment; filename*=UTF-8''visit%2F1.xlsx");
    let Some(book) = read("xlsx", &file.bytes) else {
        eprintln!("skipped: Python with pyreadstat, openpyxl and pyarrow is not there");
        return;
    };
    let rows = book["Submissions"].as_array().unwrap();
    assert_eq!(rows.len(), 3, "a head and two rows: {rows:?}");
    let column = |label: &str| rows[0].as_array().unwrap().iter().position(|head| head == label);
    let at = |row: usize, label: &str| {
        &rows[row][column(label).unwrap_or_else(|| panic!("{label} in {}", rows[0]))]
    };
    assert_eq!((at(1, "장소 이름"), at(2, "장소 이름")), (&json!("Sinuiju"), &json!("남포")));
    assert_eq!(at(2, "장소의 종류"), "학교");
    assert_eq!(at(1, "장소의 종류"), "tent", "an answer that the form does not offer stays");
    assert_eq!(at(1, "몇 명입니까?"), 30);
    assert_eq!(at(2, "무슨 일이 있었습니까?"), "at night 0");
    assert!(column("누가 말했습니까?").is_none(), "identity is never exported");

    for format in ["dta", "sav", "parquet"] {
        let file = lead.get(&format!("{export}/file?format={format}&rows=meal&{korean}")).await;
        assert_eq!(file.status, StatusCode::OK, "{}", file.text());
        let seen = read(format, &file.bytes).unwrap();
        let values = &seen["values"];
        assert_eq!(values["KEY"].as_array().unwrap().len(), 6, "{format}: two meals in each of three visits");
        assert!(values["KEY"].as_array().unwrap().contains(&json!("uuid:1/meal[2]")), "{format}: {values}");
        let parents = values["PARENT_KEY"].as_array().unwrap();
        assert_eq!(parents.iter().filter(|key| *key == "uuid:1").count(), 2, "{format}: {values}");
        let rice = if format == "parquet" { &values["meal/foods/rice"] } else { &values["rice"] };
        assert_eq!(
            rice.as_array()
                .unwrap()
                .iter()
                .filter(|rice| **rice == json!(true) || rice.as_f64() == Some(1.0))
                .count(),
            3
        );
        assert!(!seen.to_string().contains("박철수"), "{format}: identity is never exported");
    }

    let seen = lead.get(&format!("{export}/file?format=dta&rows=people")).await;
    assert_eq!(seen.status, StatusCode::NOT_FOUND, "only a repeat has rows of its own");
    let seen = lead.get(&format!("/m/{mandate}/record")).await;
    assert!(seen.says("xlsx") || seen.says("export"), "{}", seen.text());
}

#[tokio::test]
async fn what_is_sealed_stays_out_of_the_file() {
    let (house, mandate, mut lead) = visits().await;
    let file = format!("/m/{mandate}/exports/visit%2F1/file?format=parquet");
    lead.post("/lock", &[]).await;
    let seen = lead.get(&format!("/m/{mandate}/exports/visit%2F1/choose")).await;
    assert!(seen.says("Unlock first if the file is to hold them"), "{}", seen.text());
    let taken = lead.get(&file).await;
    assert_eq!(taken.status, StatusCode::OK);
    if let Some(seen) = read("parquet", &taken.bytes) {
        assert_eq!(seen["values"]["account"], json!([null, null, null]));
        assert_eq!(seen["values"]["people"].as_array().unwrap().len(), 3);
    }
    house.member("Lena", false).await;
    let mut lena = house.unlocked("Lena").await;
    assert_eq!(
        lena.get(&file).await.status,
        StatusCode::NOT_FOUND,
        "who does not sit in the mandate gets nothing"
    );
}
