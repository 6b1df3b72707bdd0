//! Visits in a real browser: how the list, the page of a visit and the form of a fact look.

use fantoccini::Locator;

use crate::harness::{Browser, serve};
use crate::house::PASSWORD;
use crate::zone::zone;

#[tokio::test]
async fn answers_and_records_are_compared_by_a_press() {
    let Some(browser) = Browser::start().await else { return };
    let zone = zone().await;
    let server = serve(web::pages::router(zone.house.web.clone())).await;
    let address = format!("/m/{}/reconciliation", zone.mandate);
    browser.open(&server.url("/login?lang=en&next=/account")).await;
    for (id, text) in [("field-email", "rita@example.org"), ("field-password", PASSWORD)] {
        browser.client.find(Locator::Id(id)).await.unwrap().send_keys(text).await.unwrap();
    }
    browser.client.find(Locator::Id("field-unlock-1")).await.unwrap().click().await.unwrap();
    browser.go("main button.primary").await;
    browser.wait_until("Rita is logged in", "return location.pathname === '/account'").await;
    for language in ["en", "ja"] {
        browser
            .check(&server.url(&format!("{address}?lang={language}")), &format!("reconcile-{language}"))
            .await;
    }
    browser.go("main button.primary").await;
    browser
        .wait_until("the tests are told", "return document.querySelectorAll('main table').length === 10")
        .await;
    browser.screenshot("reconciled").await;
    browser.quit().await;
}

#[tokio::test]
async fn the_list_and_the_page_of_a_visit_fit_and_are_clean() {
    let Some(browser) = Browser::start().await else { return };
    let zone = zone().await;
    let server = serve(web::pages::router(zone.house.web.clone())).await;
    browser.open(&server.url("/login?lang=en&next=/account")).await;
    for (id, text) in [("field-email", "lena@example.org"), ("field-password", PASSWORD)] {
        browser.client.find(Locator::Id(id)).await.unwrap().send_keys(text).await.unwrap();
    }
    browser.client.find(Locator::Id("field-unlock-1")).await.unwrap().click().await.unwrap();
    browser.go("main button.primary").await;
    browser.wait_until("Lena is logged in", "return location.pathname === '/account'").await;
    for language in ["en", "ko"] {
        let look = async |path: String, name: &str| {
            let url = server.url(&format!("{path}?lang={language}"));
            browser.check(&url, &format!("{name}-{language}")).await;
        };
        look(zone.list(""), "visits").await;
        look(zone.visit(0, ""), "visit-frozen").await;
        look(zone.visit(2, ""), "visit-stopped").await;
        look(zone.visit(3, ""), "visit-published").await;
        look(zone.visit(2, "/record/visit_abandoned"), "visit-record").await;
        look(format!("/m/{}/cases/finding/{}", zone.mandate, zone.finding), "finding").await;
        let grade = format!("/m/{}/cases/finding/{}/record/finding_graded", zone.mandate, zone.finding);
        look(grade, "finding-grade").await;
        look(format!("/m/{}/findings", zone.mandate), "findings").await;
        look(format!("/m/{}/gaps", zone.mandate), "gaps").await;
    }
    browser.quit().await;
}
