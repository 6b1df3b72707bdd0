//! Releases in a real browser: the preview before anything is public, two people who sign, and the public page.

use fantoccini::Locator;

use crate::harness::{Browser, Server, serve};
use crate::house::PASSWORD;
use crate::zone::zone;

async fn log_in(browser: &Browser, server: &Server, name: &str) {
    browser.client.delete_all_cookies().await.unwrap();
    browser.open(&server.url("/login?lang=en&next=/account")).await;
    let email = format!("{name}@example.org").to_lowercase();
    for (id, text) in [("field-email", email.as_str()), ("field-password", PASSWORD)] {
        browser.client.find(Locator::Id(id)).await.unwrap().send_keys(text).await.unwrap();
    }
    browser.client.find(Locator::Id("field-unlock-1")).await.unwrap().click().await.unwrap();
    browser.go("main button.primary").await;
    browser.wait_until("they are logged in", "return location.pathname === '/account'").await;
}

#[tokio::test]
async fn a_release_goes_from_its_draft_to_a_public_page_that_fits_and_is_clean() {
    let Some(browser) = Browser::start().await else { return };
    let zone = zone().await;
    let code = zone.reviewed(64).await;
    let server = serve(web::pages::router(zone.house.web.clone())).await;
    let release = format!("/m/{}/cases/visit/{code}/release", zone.mandate);
    log_in(&browser, &server, "Rita").await;
    browser.check(&server.url(&format!("{release}/new?lang=en")), "release-new").await;
    for (id, text) in [
        ("field-title", "Working conditions in one garment workplace"),
        ("field-place", "Kaesong"),
        ("field-size.women_operator", "400"),
        ("field-size.men_operator", "210"),
        ("field-limits", "Team leaders were heard apart and are no part of the figures."),
    ] {
        browser.client.find(Locator::Id(id)).await.unwrap().send_keys(text).await.unwrap();
    }
    let statement = browser.client.find(Locator::Css("textarea[name^='finding.']")).await.unwrap();
    statement
        .send_keys("Most pay sheets are signed unread; article 32 asks for direct payment.")
        .await
        .unwrap();
    browser.go("main form button.primary").await;
    browser
        .wait_until("the draft is there", "return document.querySelector('form.confirmation') !== null")
        .await;
    for language in ["en", "ko", "ja"] {
        let url = server.url(&format!("{release}?lang={language}"));
        browser.check(&url, &format!("release-preview-{language}")).await;
    }
    browser.open(&server.url(&format!("{release}?lang=en"))).await;
    browser.go("form.confirmation button.primary").await;
    log_in(&browser, &server, "Lena").await;
    browser.open(&server.url(&format!("{release}?lang=en"))).await;
    browser.go("form.confirmation button.primary").await;

    // Everybody else.
    browser.client.delete_all_cookies().await.unwrap();
    let page = format!("/releases/{}-1", code.to_lowercase());
    for language in ["en", "ko", "ja"] {
        browser
            .check(&server.url(&format!("/releases?lang={language}")), &format!("releases-{language}"))
            .await;
        browser.check(&server.url(&format!("{page}?lang={language}")), &format!("release-{language}")).await;
    }
    assert!(browser.client.get_all_cookies().await.unwrap().is_empty(), "a public page sets no cookie");
    browser.check(&server.url(&format!("{page}/files/data/report.en.html")), "report-en").await;
    browser.quit().await;
}
