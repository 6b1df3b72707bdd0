//! A form filled in the browser: opened, filled, sent, from this server alone.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::{get, post};
use fantoccini::Locator;
use web::fill::FillPage;
use web::frame::{Frame, Reader};

use crate::harness::{Browser, Server, serve};

/// The bodies that were sent.
type Sent = Arc<Mutex<Vec<String>>>;

async fn server(form: String, title: &'static str) -> (Server, Sent) {
    let sent = Sent::default();
    let received = sent.clone();
    let page = move |reader: Reader| async move {
        FillPage {
            frame: Frame::new(&reader, title),
            form: "/form.xml".to_owned(),
            media: "/media/".to_owned(),
            submit: Some("/submission".to_owned()),
            done: None,
            device: Some("browser".to_owned()),
            username: None,
        }
    };
    let pages = Router::new()
        .route("/fill", get(page))
        .route("/form.xml", get(|| async { ([(header::CONTENT_TYPE, "text/xml")], form) }))
        .route(
            "/submission",
            post(|body: String| async move {
                let refused = body.contains("거절");
                received.lock().unwrap().push(body);
                match refused {
                    false => StatusCode::CREATED.into_response(),
                    true => (
                        StatusCode::BAD_REQUEST,
                        r#"<OpenRosaResponse xmlns="http://openrosa.org/http/response"><message>이 답은 받을 수 없습니다</message></OpenRosaResponse>"#,
                    )
                        .into_response(),
                }
            }),
        );
    (serve(web::headers::with_page_layers(pages).merge(web::assets::router())).await, sent)
}

const STATUS: &str = "document.querySelector('.form-status').textContent";

async fn click_send(browser: &Browser) {
    let send = browser.client.find(Locator::Css(".footer button")).await.unwrap();
    send.click().await.unwrap();
}

#[tokio::test]
async fn a_korean_form_opens_in_korean_and_is_sent() {
    let Some(browser) = Browser::start().await else { return };
    let (server, sent) = server(include_str!("korean.xml").to_owned(), "노동자 면담").await;
    browser.width(360).await;
    browser.open(&server.url("/fill?lang=ko")).await;
    browser.wait_until("the form is open", "return !!document.querySelector('.odk-form')").await;
    let text = browser.client.find(Locator::Css("#web-form")).await.unwrap().text().await.unwrap();
    assert!(text.contains("사업장 이름") && !text.contains("Name of the site"), "{text}");
    assert!(text.contains("보내기"), "{text}");

    // Nothing is sent while a question that needs an answer has none.
    click_send(&browser).await;
    browser
        .wait_until("the error shows", "return document.body.textContent.includes('답이 필요한 질문입니다')")
        .await;
    assert!(sent.lock().unwrap().is_empty());

    // A refusal shows its reason and keeps the answers.
    let site =
        browser.client.find(Locator::Css("#web-form input[type=text], #web-form textarea")).await.unwrap();
    site.send_keys("거절").await.unwrap();
    browser.client.find(Locator::Css("#web-form input[type=radio]")).await.unwrap().click().await.unwrap();
    click_send(&browser).await;
    browser
        .wait_until("the refusal shows", &format!("return {STATUS}.includes('이 답은 받을 수 없습니다')"))
        .await;

    site.send_keys(" 제재소").await.unwrap();
    sent.lock().unwrap().clear();
    browser
        .client
        .execute("document.querySelector('#web-form input').dispatchEvent(new Event('change'))", vec![])
        .await
        .unwrap();
    let clear = "const field = document.querySelector('#web-form input[type=text], #web-form textarea'); field.focus(); field.select();";
    browser.client.execute(clear, vec![]).await.unwrap();
    site.send_keys("가 제재소").await.unwrap();
    click_send(&browser).await;
    browser
        .wait_until("it says that it was sent", &format!("return {STATUS}.includes('서버가 받았습니다')"))
        .await;
    let body = sent.lock().unwrap().first().cloned().unwrap();
    assert!(body.contains(r#"name="xml_submission_file""#), "{body}");
    assert!(body.contains("가 제재소") && body.contains("uuid:"), "{body}");

    browser.screenshot("fill-korean-360").await;
    let foreign: Vec<_> =
        browser.requests().await.into_iter().filter(|url| !url.starts_with(server.origin())).collect();
    assert_eq!(foreign, Vec::<String>::new(), "asked of other servers");
    let said: Vec<_> =
        browser.said().await.into_iter().filter(|line| !line.contains("400 (Bad Request)")).collect();
    assert_eq!(said, Vec::<String>::new());
    browser.quit().await;
}

#[tokio::test]
async fn a_form_of_pyxforms_opens() {
    let shared = std::env::var_os("DEUNGDAE_SHARED").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared")),
        PathBuf::from,
    );
    let file = shared.join("tools/bench.xml");
    let Ok(form) = std::fs::read_to_string(&file) else {
        eprintln!("skipped: {} not found", file.display());
        return;
    };
    let Some(browser) = Browser::start().await else { return };
    let (server, sent) = server(form, "Food aid visit").await;
    for (dark, width) in [(true, 1280), (false, 720), (true, 360), (false, 360), (false, 1280)] {
        browser.dark(dark).await;
        browser.width(width).await;
        browser.open(&server.url("/fill?lang=en")).await;
        browser.wait_until("the form is open", "return !!document.querySelector('.odk-form')").await;
        browser.screenshot(&format!("fill-bench-{width}-{}", if dark { "dark" } else { "light" })).await;
        assert_eq!(browser.overflow().await, Vec::<String>::new(), "at {width}");
        assert_eq!(browser.axe().await, Vec::<String>::new(), "at {width}");
    }
    let text = browser.client.find(Locator::Css("#web-form")).await.unwrap().text().await.unwrap();
    for label in ["Site name", "Date of visit", "Kind of place", "Children under five", "Photo"] {
        assert!(text.contains(label), "{label} is missing in {text}");
    }
    assert!(sent.lock().unwrap().is_empty());
    assert!(browser.requests().await.iter().all(|url| url.starts_with(server.origin())));
    assert_eq!(browser.said().await, Vec::<String>::new());
    browser.quit().await;
}
