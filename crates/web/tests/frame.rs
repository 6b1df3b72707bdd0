//! The frame around the pages, asked over HTTP without a network.
#![cfg(debug_assertions)]

use axum::body::Body;
use axum::http::{Request, Response, StatusCode, header};
use http_body_util::BodyExt;
use tower::ServiceExt;

async fn ask(request: axum::http::request::Builder) -> (Response<()>, String) {
    let request = request.body(Body::empty()).unwrap();
    let response = web::gallery::gallery_router().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    (Response::from_parts(parts, ()), String::from_utf8_lossy(&body).into_owned())
}

fn header(response: &Response<()>, name: header::HeaderName) -> &str {
    response.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

#[tokio::test]
async fn every_page_has_strict_headers_and_is_small() {
    let (response, body) = ask(Request::get("/gallery")).await;
    assert_eq!(response.status(), StatusCode::OK);
    let policy = header(&response, header::CONTENT_SECURITY_POLICY);
    assert!(policy.contains("default-src 'none'") && policy.contains("script-src 'none'"));
    assert!(!policy.contains("unsafe"));
    assert_eq!(header(&response, header::CACHE_CONTROL), "no-store");
    assert_eq!(header(&response, header::REFERRER_POLICY), "same-origin");
    assert_eq!(header(&response, header::X_CONTENT_TYPE_OPTIONS), "nosniff");
    assert!(!body.contains("<script") && !body.contains(" style=") && !body.contains("⟦"), "{body}");
    let stylesheet = web::assets::STYLESHEET.bytes().len();
    assert!(stylesheet <= 30_000, "the stylesheet has {stylesheet} bytes; 30,000 is the most");
    assert!(
        body.len() + stylesheet <= 100_000,
        "the page has {} bytes; 100,000 with its style is the most",
        body.len()
    );
}

#[tokio::test]
async fn the_language_is_asked_for_remembered_or_the_browsers() {
    let (_, body) = ask(Request::get("/gallery").header("accept-language", "ja,en;q=0.5")).await;
    assert!(body.contains("<html lang=\"ja\""));
    let (_, body) =
        ask(Request::get("/gallery").header("accept-language", "ja").header("cookie", "language=ko")).await;
    assert!(body.contains("<html lang=\"ko\""));
    let (response, body) = ask(Request::get("/gallery?q=a&lang=en").header("cookie", "language=ko")).await;
    assert!(body.contains("<html lang=\"en\""));
    assert!(body.contains("/gallery?q=a&#38;lang=ko"), "the switch keeps the query");
    assert!(header(&response, header::SET_COOKIE).starts_with("language=en; Path=/"));
}

#[tokio::test]
async fn a_form_from_another_site_is_refused_in_words() {
    let foreign = || Request::post("/gallery/form").header("host", "deungdae.example");
    let (response, body) = ask(foreign().header("sec-fetch-site", "cross-site")).await;
    assert_eq!(response.status(), StatusCode::FORBIDDEN);
    assert!(body.contains("another site"));
    let (response, _) = ask(foreign().header("origin", "https://evil.example")).await;
    assert_eq!(response.status(), StatusCode::FORBIDDEN);
    let (response, _) = ask(foreign().header("origin", "http://deungdae.example")).await;
    assert_eq!(response.status(), StatusCode::NOT_FOUND, "our own form gets through to the handler");
}

#[tokio::test]
async fn trouble_is_a_page_that_says_what_to_do() {
    let (response, body) = ask(Request::get("/nowhere").header("accept-language", "ko")).await;
    assert_eq!(response.status(), StatusCode::NOT_FOUND);
    assert!(body.contains("주소를 확인하거나"));
    let (response, body) = ask(Request::get("/gallery/fault")).await;
    assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
    assert!(body.contains("Id in the log"));
    let (response, body) = ask(Request::get("/gallery/panic")).await;
    assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
    assert!(body.contains("Id in the log") && !body.contains("made-up"));
    let (response, _) = ask(Request::put("/gallery")).await;
    assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn assets_are_kept_for_ever_and_sent_small() {
    let url = web::assets::STYLESHEET.url();
    let (response, body) = ask(Request::get(url)).await;
    assert_eq!(header(&response, header::CONTENT_TYPE), "text/css; charset=utf-8");
    assert!(header(&response, header::CACHE_CONTROL).contains("immutable"));
    assert_eq!(body.len(), web::assets::STYLESHEET.bytes().len());
    let (response, small) = ask(Request::get(url).header("accept-encoding", "br, gzip")).await;
    assert_eq!(header(&response, header::CONTENT_ENCODING), "gzip");
    assert!(small.len() < body.len());
    let (response, _) = ask(Request::get("/assets/0000000000000000/deungdae.css")).await;
    assert_eq!(response.status(), StatusCode::NOT_FOUND);
}
