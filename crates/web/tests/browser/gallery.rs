//! The gallery of patterns, in every language, width and colour.

use crate::harness::{Browser, serve};

#[tokio::test]
async fn every_pattern_fits_and_is_clean_in_every_language() {
    let Some(browser) = Browser::start().await else { return };
    let server = serve(web::gallery::gallery_router()).await;
    for language in ["en", "ko", "ja"] {
        browser
            .check(&server.url(&format!("/gallery?lang={language}")), &format!("gallery-{language}"))
            .await;
    }
    let filtered = "/gallery?lang=ja&state=new&q=%E8%A3%BD%E6%9D%90&since-year=2026&since-month=11&since-day=2&sort=-sent";
    browser.check(&server.url(filtered), "gallery-filtered-ja").await;
    browser.check(&server.url("/gallery/refusal?lang=ko"), "refusal-ko").await;
    browser.quit().await;
}

#[tokio::test]
async fn the_patterns_work_without_scripts() {
    let Some(browser) = Browser::start().await else { return };
    let server = serve(web::gallery::gallery_router()).await;
    browser.scripts(false).await;
    browser.open(&server.url("/gallery?lang=en&state=new")).await;
    browser.scripts(true).await;
    let focused = "return document.activeElement.className === 'errors'";
    assert_eq!(
        browser.client.execute(focused, Vec::new()).await.unwrap(),
        true,
        "the summary of errors has the focus"
    );
    browser.client.find(fantoccini::Locator::Css(".errors a")).await.unwrap().click().await.unwrap();
    let focused = "return location.hash === '#field-email'";
    assert_eq!(browser.client.execute(focused, Vec::new()).await.unwrap(), true, "it leads to the field");
    browser.go(".chips a").await;
    assert!(browser.client.current_url().await.unwrap().query().is_none(), "a chip removes its filter");
    browser.quit().await;
}

#[tokio::test]
async fn print_has_no_rail_and_no_buttons() {
    let Some(browser) = Browser::start().await else { return };
    let server = serve(web::gallery::gallery_router()).await;
    browser.width(720).await;
    browser.print(true).await;
    browser.open(&server.url("/gallery?lang=en")).await;
    browser.screenshot("gallery-en-print").await;
    let shown = "return ['.rail', '.tools', '.filters', '.turn'].filter((name) => \
                 [...document.querySelectorAll(name)].some((element) => element.offsetParent !== null)).length === 0";
    assert_eq!(browser.client.execute(shown, Vec::new()).await.unwrap(), true);
    assert_eq!(browser.overflow().await, Vec::<String>::new());
    browser.quit().await;
}
