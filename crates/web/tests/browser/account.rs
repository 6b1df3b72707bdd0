//! The pages of people and keys in a real browser: the main path by keyboard and mouse, and how they look.

use fantoccini::Locator;

use crate::harness::{Browser, Server, serve};
use crate::house::{House, PASSWORD};

/// A house in which Ada administers, and Lena and Rose work in a mandate.
async fn house() -> (House, i64, i64) {
    let house = House::new().await;
    house.member("Ada", true).await;
    let lena = house.member("Lena", false).await;
    let rose = house.member("Rose", false).await;
    let mandate = house.mandate("Ada", "general", &[(lena, "lead"), (rose, "reviewer")]).await;
    (house, mandate, rose)
}

async fn type_into(browser: &Browser, field: &str, text: &str) {
    let field = browser.client.find(Locator::Id(&format!("field-{field}"))).await.unwrap();
    field.send_keys(text).await.unwrap();
}

async fn press(browser: &Browser) {
    browser.client.find(Locator::Css("main button.primary")).await.unwrap().click().await.unwrap();
}

async fn log_in(browser: &Browser, server: &Server, name: &str, unlock: bool) {
    browser.client.delete_all_cookies().await.unwrap();
    browser.open(&server.url("/login?lang=en&next=/account")).await;
    type_into(browser, "email", &format!("{}@example.org", name.to_lowercase())).await;
    type_into(browser, "password", PASSWORD).await;
    if unlock {
        browser.client.find(Locator::Id("field-unlock-1")).await.unwrap().click().await.unwrap();
    }
    press(browser).await;
    assert!(browser.client.current_url().await.unwrap().path() == "/account", "logged in");
}

#[tokio::test]
async fn a_phone_is_added_without_scripts() {
    let Some(browser) = Browser::start().await else { return };
    let (house, mandate, _) = house().await;
    let server = serve(web::pages::router(house.web.clone())).await;
    browser.scripts(false).await;
    log_in(&browser, &server, "Lena", false).await;
    browser.open(&server.url(&format!("/m/{mandate}/devices/add"))).await;
    type_into(&browser, "password", PASSWORD).await;
    press(&browser).await;
    type_into(&browser, "name", "Interviewer 3").await;
    press(&browser).await;
    let notice = browser.client.find(Locator::Css(".notice.done")).await.unwrap().text().await.unwrap();
    assert!(notice.starts_with("The phone is added."), "{notice}");
    assert!(browser.client.find(Locator::Css(".qr svg")).await.is_ok());
    browser.quit().await;
}

#[tokio::test]
async fn the_pages_of_people_and_keys_fit_and_are_clean() {
    let Some(browser) = Browser::start().await else { return };
    let (house, mandate, rose) = house().await;
    let server = serve(web::pages::router(house.web.clone())).await;
    browser.check(&server.url("/login?lang=en"), "login-en").await;
    browser.check(&server.url("/login?lang=ko"), "login-ko").await;
    browser.check(&server.url("/recover?lang=ja"), "recover-ja").await;

    log_in(&browser, &server, "Ada", false).await;
    let look = async |path: &str, name: &str, languages: &[&str]| {
        for language in languages {
            let url = server.url(&format!("{path}?lang={language}"));
            browser.check(&url, &format!("{name}-{language}")).await;
        }
    };
    look("/unlock", "unlock", &["ko"]).await;
    look("/members", "members", &["en", "ko"]).await;
    look("/members/invite", "invite", &["ko"]).await;
    look("/mandates/new", "mandate-protocol", &["ko"]).await;
    look("/mandates/new/general", "mandate-new", &["en"]).await;
    look(&format!("/m/{mandate}/devices"), "phones-none", &["ko"]).await;

    log_in(&browser, &server, "Lena", true).await;
    look("/account", "account", &["en", "ko"]).await;
    look("/account/second-factor", "second-factor", &["ko"]).await;
    look("/account/recovery-code", "recovery-code", &["en"]).await;
    look(&format!("/m/{mandate}/people"), "people", &["en", "ko"]).await;
    look(&format!("/m/{mandate}/people/add"), "people-add", &["ko"]).await;
    look(&format!("/m/{mandate}/people/{rose}"), "person", &["en", "ko"]).await;
    look(&format!("/m/{mandate}/people/{rose}/leave"), "leave", &["ja"]).await;
    look(&format!("/m/{mandate}/settings"), "settings", &["ko"]).await;
    browser.open(&server.url(&format!("/m/{mandate}/devices/add?lang=en"))).await;
    type_into(&browser, "name", "Interviewer 3").await;
    press(&browser).await;
    let phone = browser.client.current_url().await.unwrap().path().to_owned();
    look(&phone, "phone", &["en", "ko"]).await;
    look(&format!("{phone}/revoke"), "phone-revoke", &["ko"]).await;
    browser.quit().await;
}
