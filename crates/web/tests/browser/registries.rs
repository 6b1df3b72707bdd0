//! What waits, registries, the ledger and the record in a real browser: the main path without scripts, and how they
//! look.

use fantoccini::Locator;

use crate::harness::{Browser, Server, serve};
use crate::house::PASSWORD;
use crate::persons::{empty, filled};

async fn type_into(browser: &Browser, id: &str, text: &str) {
    browser.client.find(Locator::Id(id)).await.unwrap().send_keys(text).await.unwrap();
}

async fn press(browser: &Browser, css: &str) {
    browser.client.find(Locator::Css(css)).await.unwrap().click().await.unwrap();
}

async fn log_in(browser: &Browser, server: &Server, name: &str, unlock: bool) {
    browser.client.delete_all_cookies().await.unwrap();
    browser.open(&server.url("/login?lang=en&next=/account")).await;
    type_into(browser, "field-email", &format!("{}@example.org", name.to_lowercase())).await;
    type_into(browser, "field-password", PASSWORD).await;
    if unlock {
        press(browser, "#field-unlock-1").await;
    }
    browser.go("main button.primary").await;
    assert_eq!(browser.client.current_url().await.unwrap().path(), "/account", "{name} is logged in");
}

#[tokio::test]
async fn a_person_is_found_and_a_conflict_decided_without_scripts() {
    let Some(browser) = Browser::start().await else { return };
    let scene = filled().await;
    let server = serve(web::pages::router(scene.house.web.clone())).await;
    // Our policy forbids every script on these pages. Switching scripts off in the browser as well makes its driver
    // wait for ever now and then.
    log_in(&browser, &server, "Lena", true).await;
    browser.open(&server.url(&scene.at(""))).await;
    type_into(&browser, "finder-text", "철수").await;
    press(&browser, "#finder-identity").await;
    type_into(&browser, "finder-reason", "a family asks for a relative").await;
    browser.go(".finder button").await;
    let main = browser.client.find(Locator::Css("main")).await.unwrap().text().await.unwrap();
    assert!(main.contains("김철수") && main.contains("정철수") && main.contains("2 rows"), "{main}");
    let address = browser.client.current_url().await.unwrap();
    assert!(address.query().is_none(), "what was searched for stands in no address: {address}");
    browser.width(1280).await;
    browser.screenshot("registry-found-en-1280").await;
    browser.width(360).await;
    browser.screenshot("registry-found-en-360").await;
    browser.width(1280).await;

    browser.open(&server.url(&scene.person(2, "/conflict"))).await;
    press(&browser, "input[name='p.site'][value='there']").await;
    browser.go("main button.primary").await;
    let notice = browser.client.find(Locator::Css(".notice.done")).await.unwrap().text().await.unwrap();
    assert!(notice.contains("The conflict is settled."), "{notice}");
    browser.open(&server.url(&scene.person(3, ""))).await;
    press(&browser, ".reason summary").await;
    browser
        .client
        .find(Locator::Css(".reason input"))
        .await
        .unwrap()
        .send_keys("to arrange a meeting")
        .await
        .unwrap();
    browser.go(".reason button").await;
    browser.screenshot("entry-identity-en-1280").await;
    browser.quit().await;
}

#[tokio::test]
async fn today_registries_ledger_and_record_fit_and_are_clean() {
    let Some(browser) = Browser::start().await else { return };
    let scene = filled().await;
    let server = serve(web::pages::router(scene.house.web.clone())).await;
    let look = async |server: &Server, path: &str, name: &str, languages: &[&str]| {
        for language in languages {
            let mark = if path.contains('?') { '&' } else { '?' };
            let url = server.url(&format!("{path}{mark}lang={language}"));
            browser.check(&url, &format!("{name}-{language}")).await;
        }
    };
    let mandate = format!("/m/{}", scene.mandate);
    log_in(&browser, &server, "Lena", false).await;
    look(&server, "/", "home-locked", &["en", "ko", "ja"]).await;
    look(&server, &scene.at(""), "registry-locked", &["ko"]).await;
    look(&server, &scene.person(2, ""), "entry-locked", &["ko"]).await;
    log_in(&browser, &server, "Lena", true).await;
    look(&server, &mandate, "mandate-today", &["en", "ko"]).await;
    look(&server, &format!("{mandate}/registries"), "registries", &["en", "ko"]).await;
    look(&server, &format!("{mandate}/new-registry"), "registry-new", &["ko"]).await;
    look(&server, &scene.at(""), "registry", &["en", "ko", "ja"]).await;
    look(&server, &scene.at("/properties"), "properties", &["en", "ko"]).await;
    look(&server, &scene.at("/new"), "entry-new", &["ko"]).await;
    look(&server, &scene.person(2, ""), "entry", &["en", "ko"]).await;
    look(&server, &scene.person(2, "/edit"), "entry-edit", &["en"]).await;
    look(&server, &scene.person(2, "/conflict"), "conflict", &["en", "ko", "ja"]).await;
    look(&server, &scene.person(2, "/erase"), "entry-erase", &["en", "ko"]).await;
    look(&server, "/ledger", "ledger", &["en", "ko", "ja"]).await;
    look(&server, "/ledger/leaf/3", "ledger-leaf", &["en", "ko"]).await;
    look(&server, &format!("{mandate}/record"), "record", &["en", "ko"]).await;

    let scene = empty().await;
    let server = serve(web::pages::router(scene.house.web.clone())).await;
    log_in(&browser, &server, "Lena", true).await;
    look(&server, &format!("/m/{}", scene.mandate), "mandate-empty", &["en", "ko"]).await;
    look(&server, &scene.at(""), "registry-empty", &["ko"]).await;
    browser.quit().await;
}
