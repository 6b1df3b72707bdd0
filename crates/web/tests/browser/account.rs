//! The pages of people and keys in a real browser: the main path by keyboard and mouse, and how they look.

use fantoccini::Locator;

use crate::harness::{Browser, Server, WIDTHS, serve};
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

pub async fn type_into(browser: &Browser, field: &str, text: &str) {
    let field = browser.client.find(Locator::Id(&format!("field-{field}"))).await.unwrap();
    field.send_keys(text).await.unwrap();
}

/// Presses the button of the form and waits for the page that it leads to.
pub async fn press(browser: &Browser) {
    browser.go("main button.primary").await;
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

async fn seat(house: &House, mandate: i64) -> desk::Seat {
    let session = house.session("Lena", false).await;
    house.desk.seat(&session, mandate).await.unwrap()
}

/// Looks at a page that cannot be opened again, at every width.
async fn as_it_is(browser: &Browser, name: &str) {
    browser.dark(false).await;
    for width in WIDTHS {
        browser.width(width).await;
        browser.screenshot(&format!("{name}-{width}-light")).await;
        let faults = [browser.overflow().await, browser.axe().await].concat();
        assert!(faults.is_empty(), "{name} at {width}: {}", faults.join("\n"));
    }
}

#[tokio::test]
async fn a_phone_is_added_without_scripts() {
    let Some(browser) = Browser::start().await else { return };
    let (house, mandate, _) = house().await;
    let server = serve(web::pages::router(house.web.clone())).await;
    // Our policy forbids every script on these pages. Switching scripts off in the browser as well makes its driver
    // wait for ever now and then.
    log_in(&browser, &server, "Lena", false).await;
    browser.open(&server.url(&format!("/m/{mandate}/devices/add"))).await;
    type_into(&browser, "password", PASSWORD).await;
    press(&browser).await;
    type_into(&browser, "name", "Interviewer 3").await;
    press(&browser).await;
    let notice =
        browser.client.wait().for_element(Locator::Css(".notice.done")).await.unwrap().text().await.unwrap();
    assert!(notice.starts_with("The phone is added."), "{notice}");
    assert!(browser.client.find(Locator::Css(".qr svg")).await.is_ok());
    browser.quit().await;
}

#[tokio::test]
async fn the_pages_of_people_and_keys_fit_and_are_clean() {
    let Some(browser) = Browser::start().await else { return };
    let (house, mandate, rose) = house().await;
    let server = serve(web::pages::router(house.web.clone())).await;
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
    look("/members", "members", &["ko"]).await;
    look("/members/invite", "invite", &["ko"]).await;
    look("/mandates/new", "mandate-protocol", &["ko"]).await;
    look("/mandates/new/general", "mandate-new", &["en"]).await;
    look(&format!("/m/{mandate}/devices"), "phones-none", &["ko"]).await;

    log_in(&browser, &server, "Lena", true).await;
    look("/account", "account", &["en"]).await;
    look("/account/second-factor", "second-factor", &["ko"]).await;
    look("/account/recovery-code", "recovery-code", &["en"]).await;
    look(&format!("/m/{mandate}/people"), "people", &["en"]).await;
    look(&format!("/m/{mandate}/people/add"), "people-add", &["ko"]).await;
    look(&format!("/m/{mandate}/people/{rose}"), "person", &["ko"]).await;
    look(&format!("/m/{mandate}/people/{rose}/leave"), "leave", &["ja"]).await;
    look(&format!("/m/{mandate}/settings"), "settings", &["ko"]).await;
    browser.open(&server.url(&format!("/m/{mandate}/devices/add?lang=en"))).await;
    type_into(&browser, "name", "Interviewer 3").await;
    press(&browser).await;
    let phone = browser.client.current_url().await.unwrap().path().to_owned();
    look(&phone, "phone", &["ko"]).await;
    look(&format!("{phone}/revoke"), "phone-revoke", &["ko"]).await;

    // What is shown once, after a form was sent.
    let working = house.desk.compartments(&seat(&house, mandate).await).await.unwrap();
    let working = working.iter().find(|state| state.compartment.name == "working").unwrap().compartment.id;
    let shares = format!("/m/{mandate}/people/shares/{working}");
    look(&shares, "shares-none", &["ko"]).await;
    browser.open(&server.url(&format!("{shares}/make?lang=ko"))).await;
    type_into(&browser, "keepers", "한지수\n이다은\n정우진").await;
    press(&browser).await;
    as_it_is(&browser, "shares-papers-ko").await;
    look(&shares, "shares", &["en"]).await;
    browser.open(&server.url("/account/recovery-code?lang=ko")).await;
    press(&browser).await;
    as_it_is(&browser, "recovery-made-ko").await;
    log_in(&browser, &server, "Ada", false).await;
    browser.open(&server.url("/members/invite?lang=ko")).await;
    type_into(&browser, "email", "minji@example.org").await;
    press(&browser).await;
    as_it_is(&browser, "invited-ko").await;
    let link = browser.client.find(Locator::Css("pre.take")).await.unwrap().text().await.unwrap();
    browser.check(&format!("{link}?lang=ko"), "invitation-ko").await;
    browser.open(&server.url("/mandates/new/general?lang=ko")).await;
    type_into(&browser, "name", "접경 지역 2026").await;
    press(&browser).await;
    as_it_is(&browser, "mandate-unheld-ko").await;
    let role = browser.client.find(Locator::Css("select")).await.unwrap();
    role.select_by_value("lead").await.unwrap();
    press(&browser).await;
    as_it_is(&browser, "mandate-check-ko").await;
    browser.quit().await;
}
