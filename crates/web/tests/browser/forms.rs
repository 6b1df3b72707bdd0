//! The rooms of forms and submissions in a real browser: from an uploaded form to an answer on the screen, and how the
//! pages look.

use fantoccini::Locator;

use crate::harness::{Browser, Server, serve};
use crate::house::House;

const FORM: &[u8] = include_bytes!("../house/visit.md");

/// A house with a mandate of the general protocol, in which Lead holds every key and Reviewer not identity's.
async fn house() -> (House, i64) {
    let house = House::new().await;
    house.member("Ada", true).await;
    let lead = house.member("Lead", false).await;
    let reviewer = house.member("Reviewer", false).await;
    let mandate = house.mandate("Ada", "general", &[(lead, "lead"), (reviewer, "reviewer")]).await;
    (house, mandate)
}

/// Gives the browser a session that was begun without it.
async fn sit_down(browser: &Browser, server: &Server, house: &House, name: &str, unlock: bool) {
    let seat = if unlock { house.unlocked(name).await } else { house.logged_in(name).await };
    for (name, value) in &seat.cookies {
        let cookie = serde_json::json!({ "name": name, "value": value, "url": server.origin() });
        browser.cdp("Network.setCookie", cookie).await;
    }
}

async fn click(browser: &Browser, selector: &str) {
    browser.client.find(Locator::Css(selector)).await.unwrap().click().await.unwrap();
}

/// Presses a button and waits until the page that it leads to says this.
async fn press(browser: &Browser, selector: &str, says: &str) {
    click(browser, selector).await;
    let script =
        format!("return document.readyState === 'complete' && document.body.innerText.includes('{says}')");
    browser.wait_until(&format!("the page says {says}"), &script).await;
}

async fn answer(browser: &Browser, question: usize, text: &str) {
    let fields =
        browser.client.find_all(Locator::Css("#web-form input[type=text], #web-form textarea")).await;
    let field = fields.unwrap().into_iter().nth(question).unwrap();
    field.send_keys(text).await.unwrap();
}

#[tokio::test]
async fn a_form_is_uploaded_published_filled_in_korean_and_read() {
    let Some(browser) = Browser::start().await else { return };
    let (house, mandate) = house().await;
    let server = serve(web::router(house.web.clone())).await;
    sit_down(&browser, &server, &house, "Lead", true).await;
    browser.width(360).await;

    browser.open(&server.url(&format!("/m/{mandate}/forms?lang=ko"))).await;
    press(&browser, ".title .button", "XLSForm 또는 XForm").await;
    let file = house.folder.path().join("visit.md");
    std::fs::write(&file, FORM).unwrap();
    let field = browser.client.find(Locator::Css("input[type=file]")).await.unwrap();
    field.send_keys(file.to_str().unwrap()).await.unwrap();
    press(&browser, ".form button.primary", "초안으로 저장되었습니다").await;
    press(&browser, ".title button.primary", "양식을 게시했습니다").await;

    click(&browser, ".title .button").await;
    browser.wait_until("the form is open", "return !!document.querySelector('.odk-form')").await;
    let text = browser.client.find(Locator::Css("#web-form")).await.unwrap().text().await.unwrap();
    assert!(text.contains("장소 이름") && text.contains("학교"), "{text}");
    answer(&browser, 0, "남포 시장").await;
    click(&browser, "#web-form input[type=radio]").await;
    let picture = house.folder.path().join("market.png");
    std::fs::write(&picture, PICTURE).unwrap();
    let field = browser.client.find(Locator::Css("#web-form input[type=file]")).await.unwrap();
    field.send_keys(picture.to_str().unwrap()).await.unwrap();
    browser.wait_until("the picture is shown", "return !!document.querySelector('#web-form img')").await;
    assert_eq!(browser.axe().await, Vec::<String>::new());
    press(&browser, ".footer button", "보냈고 서버가 받았습니다").await;
    let path = browser.client.current_url().await.unwrap().path().to_owned();
    assert_eq!(path, format!("/m/{mandate}/submissions/visit%2F1"));
    let text = browser.client.find(Locator::Css("main")).await.unwrap().text().await.unwrap();
    assert!(text.contains("남포 시장") && text.contains("학교") && text.contains("Lead"), "{text}");
    press(&browser, "tbody a", "인스턴스 ID").await;
    let text = browser.client.find(Locator::Css("main")).await.unwrap().text().await.unwrap();
    assert!(text.contains("남포 시장") && text.contains("장소의 종류"), "{text}");
    let shown = "const picture = document.querySelector('main img');
        return !!picture && picture.complete && picture.naturalWidth > 0";
    browser.wait_until("the picture that was sent is shown", shown).await;

    // Trying a draft out leaves nothing behind.
    let form = format!("/m/{mandate}/forms/visit%2F1");
    let newer = String::from_utf8_lossy(FORM).replace("| visit/1 | 1 |", "| visit/1 | 2 |");
    std::fs::write(&file, newer).unwrap();
    browser.open(&server.url(&format!("/m/{mandate}/new-form"))).await;
    let field = browser.client.find(Locator::Css("input[type=file]")).await.unwrap();
    field.send_keys(file.to_str().unwrap()).await.unwrap();
    press(&browser, ".form button.primary", "초안으로 저장되었습니다").await;
    browser.open(&server.url(&format!("{form}/draft/preview"))).await;
    browser.wait_until("the form is open", "return !!document.querySelector('.odk-form')").await;
    answer(&browser, 0, "시험").await;
    press(&browser, ".footer button", "보관하지 않았습니다").await;
    browser.open(&server.url(&format!("/m/{mandate}/submissions/visit%2F1"))).await;
    let text = browser.client.find(Locator::Css("main")).await.unwrap().text().await.unwrap();
    assert!(text.contains("1건") && !text.contains("시험"), "{text}");
    let foreign: Vec<_> =
        browser.requests().await.into_iter().filter(|url| !url.starts_with(server.origin())).collect();
    assert_eq!(foreign, Vec::<String>::new(), "asked of other servers");
    browser.quit().await;
}

/// What the picture of a submission shows: a grey square.
const PICTURE: &[u8] = include_bytes!("../house/picture.png");

async fn send(house: &House, mandate: i64, number: u32, deprecated: Option<&str>) {
    let (sites, kinds) =
        (["남포 제2학교", "Wonsan hospital", "함흥 탁아소"], ["school", "hospital", "school"]);
    let place = number as usize % 3;
    let (latitude, longitude) = (38.7 + f64::from(number % 5) * 0.21, 125.4 + f64::from(number % 7) * 0.33);
    let (site, kind) = (sites[place], kinds[place]);
    let deprecated = deprecated.map(|id| format!("<deprecatedID>{id}</deprecatedID>")).unwrap_or_default();
    let xml = format!(
        r#"<data id="visit/1" version="1"><place><site>{site}</site><kind>{kind}</kind>
        <position>{latitude} {longitude} 0 5</position></place><people>{}</people><person>김영희</person>
        <account>두 사람이 밤에 다른 곳으로 옮겨졌다고 한다. They were told not to speak about it.</account>
        <meal><foods>rice maize</foods><cook>박철수</cook></meal><meal><foods>maize</foods></meal>
        <picture>site.png</picture><meta><instanceID>uuid:{number}</instanceID>{deprecated}</meta></data>"#,
        number * 17 % 400
    );
    let session = house.session("Lead", true).await;
    let seat = house.desk.seat(&session, mandate).await.unwrap();
    let sender = desk::Sender::member(&seat.may::<desk::Collect>().unwrap());
    let mut file = house.desk.incoming_file("site.png").unwrap();
    file.push(PICTURE).unwrap();
    house.desk.receive(&sender, xml.into_bytes(), vec![file]).await.unwrap();
}

#[tokio::test]
async fn the_pages_of_forms_and_submissions_fit_and_are_clean() {
    let Some(browser) = Browser::start().await else { return };
    let (house, mandate) = house().await;
    let server = serve(web::router(house.web.clone())).await;
    let room = |path: &str| format!("/m/{mandate}/{path}");
    let look = async |path: &str, name: &str, languages: &[&str]| {
        for language in languages {
            let between = if path.contains('?') { '&' } else { '?' };
            let url = server.url(&format!("{path}{between}lang={language}"));
            browser.check(&url, &format!("{name}-{language}")).await;
        }
    };
    sit_down(&browser, &server, &house, "Lead", true).await;
    look(&room("forms"), "forms-none", &["ja"]).await;
    look(&room("new-form"), "form-upload", &["ko"]).await;

    let session = house.session("Lead", true).await;
    let seat = house.desk.seat(&session, mandate).await.unwrap();
    let may = seat.may::<desk::Forms>().unwrap();
    let keep = async |form: &[u8]| {
        let upload = desk::Upload { bytes: form, file_name: "visit.md", fallback_id: None };
        house.desk.upload_form(&may, upload, None).await.unwrap().form
    };
    let form = keep(FORM).await;
    house.desk.publish_form(&may, &form).await.unwrap();
    let newer = String::from_utf8_lossy(FORM)
        .replace("| visit/1 | 1 |", "| visit/1 | 2 |")
        .replace(
            "Who told you? | 누가 말했습니까? | | identity",
            "Who said so? | 누가 말했습니까? | | sensitive",
        )
        .replace(
            "What happened? | 무슨 일이 있었습니까?",
            "Did the person say back, in own words, what this conversation is for, who will see the answers, and that \
             one may stop at any time without giving a reason? | 이 대화의 목적과 누가 답을 보게 되는지, 언제든지 이유 \
             없이 그만둘 수 있다는 것을 본인이 자기 말로 되풀이하였습니까?",
        )
        .replace(
            "|  | image | picture",
            "|  | select_one_from_file towns.csv | town | Town | 읍 | | open |\n|  | image | picture",
        );
    keep(newer.as_bytes()).await;
    for number in 0..53 {
        send(&house, mandate, number, None).await;
    }
    send(&house, mandate, 100, Some("uuid:52")).await;
    let form = house.desk.form(mandate, "visit/1").await.unwrap();
    let review = seat.may::<desk::Review>().unwrap();
    let note = "Which school is meant? 어느 학교인지 확인 바랍니다.";
    house.desk.review(&review, &form, "uuid:52", Some("hasIssues"), note).await.unwrap();

    look(&room("forms"), "forms", &["ko"]).await;
    look(&room("forms/visit%2F1"), "form", &["en"]).await;
    look(&room("forms/visit%2F1/draft"), "draft", &["ko"]).await;
    look(&room("submissions"), "submissions", &["en"]).await;
    let filtered = "submissions/visit%2F1?where=place/kind~is~school&state=received";
    look(&room(filtered), "list-filtered", &["ko"]).await;
    look(&room("submissions/visit%2F1?show=map"), "map", &["ko"]).await;
    look(&room("submissions/visit%2F1?show=columns"), "columns", &["en"]).await;
    look(&room("submissions/visit%2F1/uuid%3A52"), "submission", &["en", "ko"]).await;
    look(&room("submissions/visit%2F1/uuid%3A52/erase"), "erase", &["ja"]).await;

    sit_down(&browser, &server, &house, "Lead", false).await;
    look(&room("submissions/visit%2F1"), "list-locked", &["en"]).await;
    sit_down(&browser, &server, &house, "Reviewer", true).await;
    look(&room("submissions/visit%2F1/uuid%3A52"), "submission-reviewer", &["ko"]).await;
    browser.quit().await;
}

/// Forms that others wrote and use (see the tests of the roof for their answers) open in the browser with nothing
/// missing and nothing said on the console.
#[tokio::test]
async fn forms_that_others_use_open_in_the_browser() {
    let shared = std::env::var_os("DEUNGDAE_SHARED").map_or_else(
        || std::path::PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared")),
        std::path::PathBuf::from,
    );
    let folder = shared.join("real");
    let Ok(files) = std::fs::read_dir(&folder) else {
        eprintln!("skipped: {} not found", folder.display());
        return;
    };
    let mut files: Vec<_> = files.map(|file| file.unwrap().path().canonicalize().unwrap()).collect();
    files.retain(|file| {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        name.ends_with(".xlsx") && !name.contains("raw_data")
    });
    files.sort();
    assert!(files.len() >= 4, "{files:?}");
    let Some(browser) = Browser::start().await else { return };
    let answered = "return document.readyState === 'complete' && (location.pathname.endsWith('/draft')
        || document.body.innerText.includes('allow_choice_duplicates'))";
    for file in files {
        let (house, mandate) = house().await;
        let server = serve(web::router(house.web.clone())).await;
        sit_down(&browser, &server, &house, "Lead", true).await;
        browser.width(1280).await;
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        browser.open(&server.url(&format!("/m/{mandate}/new-form?lang=en"))).await;
        let field = browser.client.find(Locator::Css("input[type=file]")).await.unwrap();
        field.send_keys(file.to_str().unwrap()).await.unwrap();
        click(&browser, ".form button.primary").await;
        browser.wait_until("it is a draft, or refused", answered).await;
        let path = browser.client.current_url().await.unwrap().path().to_owned();
        let path = if path.ends_with("/draft") {
            path
        } else {
            // The standard refuses it; the page names the row, and what it says to do works.
            let text = browser.client.find(Locator::Css("main")).await.unwrap().text().await.unwrap();
            assert!(text.contains("allow_choice_duplicates") && text.contains("row"), "{name}: {text}");
            let workbook = xlsform::Workbook::read(&name, &std::fs::read(&file).unwrap()).unwrap();
            let xform = xlsform::convert(&workbook.with_setting("allow_choice_duplicates", "yes"), &name);
            let remedied = house.folder.path().join(format!("{name}.xml"));
            std::fs::write(&remedied, xform.unwrap().xform).unwrap();
            browser.open(&server.url(&format!("/m/{mandate}/new-form?lang=en"))).await;
            let field = browser.client.find(Locator::Css("input[type=file]")).await.unwrap();
            field.send_keys(remedied.to_str().unwrap()).await.unwrap();
            click(&browser, ".form button.primary").await;
            browser.wait_until("it is a draft", answered).await;
            browser.client.current_url().await.unwrap().path().to_owned()
        };
        assert!(path.ends_with("/draft"), "{name}: {path}");
        let form = path.trim_end_matches("/draft");
        click(&browser, ".title button.primary").await;
        let published =
            format!("return document.readyState === 'complete' && location.pathname === '{form}'");
        browser.wait_until("it is published", &published).await;
        browser.said().await;
        browser.open(&server.url(&format!("{form}/fill"))).await;
        browser.wait_until("the form is open", "return !!document.querySelector('.odk-form')").await;
        let open =
            "return document.querySelectorAll('#web-form .question-container, #web-form input').length";
        let questions = browser.client.execute(open, Vec::new()).await.unwrap().as_u64().unwrap();
        assert!(questions > 0, "{name}: {questions} questions");
        browser.screenshot(&format!("real-{name}")).await;
        assert_eq!(browser.said().await, Vec::<String>::new(), "{name}");
    }
    browser.quit().await;
}
