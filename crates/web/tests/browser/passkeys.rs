//! A passkey in a real browser, with its own virtual authenticator.

use axum::http::Method;
use fantoccini::Locator;
use serde_json::{Value, json};

use crate::account::{press, type_into};
use crate::harness::{Browser, serve_as};
use crate::house::{House, PASSWORD};

/// A private key (PKCS #8, P-256) that is nobody's.
const OTHER_KEY: &str = "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgglG-mbS5LdRzYdaNgZTR5reb0azEb_vjHAghujOHeoWhRANCAAQpKTqIsTSd09XkmLfTkNQy9fqjj6etVNSNB9hbo3TJUQ2-H14vqpZxZ73ogBv7ac06MjtOXj0cZZCY5NLjEDEd";

/// Gives the browser's machine an authenticator, and its number.
async fn plug_in(browser: &Browser) -> String {
    let authenticator = json!({
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": true,
        "hasUserVerification": true, "isUserConsenting": true, "isUserVerified": true,
    });
    browser.authenticators(Method::POST, "", authenticator).await.as_str().unwrap().to_owned()
}

/// Types name and password and sends them.
async fn send_password(browser: &Browser, origin: &str) {
    browser.client.delete_all_cookies().await.unwrap();
    browser.open(&format!("{origin}/login?lang=en&next=/account")).await;
    type_into(browser, "email", "lena@example.org").await;
    type_into(browser, "password", PASSWORD).await;
    browser.client.find(Locator::Id("field-unlock-1")).await.unwrap().click().await.unwrap();
    press(browser).await;
}

/// Presses the button that asks for the passkey, where the page stays.
async fn ask(browser: &Browser) {
    browser.client.find(Locator::Css("#passkey button")).await.unwrap().click().await.unwrap();
}

async fn is_at(browser: &Browser, path: &str) {
    let here = format!("return location.pathname === {path:?}");
    browser.wait_until(&format!("the page {path} is there"), &here).await;
}

async fn says(browser: &Browser, sentence: &str) {
    let said = format!(
        "return [...document.querySelectorAll('.notice')].some((one) => !one.hidden && one.innerText.includes({sentence:?}))"
    );
    browser.wait_until(&format!("a notice says {sentence:?}"), &said).await;
}

#[tokio::test]
async fn a_passkey_is_added_used_refused_and_removed() {
    let Some(browser) = Browser::start().await else { return };
    let house = House::new().await;
    house.member("Lena", false).await;
    let server = serve_as("localhost", web::pages::router(house.web.clone())).await;
    let by_number = server.origin().replace("localhost", "127.0.0.1");
    send_password(&browser, &by_number).await;
    browser.open(&format!("{by_number}/account/passkeys")).await;
    says(&browser, "reached by a number").await;

    let authenticator = plug_in(&browser).await;
    send_password(&browser, server.origin()).await;
    browser.check(&server.url("/account?lang=ko"), "account-ko").await;
    for language in ["ko", "en"] {
        let page = server.url(&format!("/account/passkeys?lang={language}"));
        browser.check(&page, &format!("passkeys-none-{language}")).await;
    }
    type_into(&browser, "name", "Office laptop").await;
    ask(&browser).await;
    says(&browser, "The passkey is added.").await;
    for language in ["ko", "ja", "en"] {
        let page = server.url(&format!("/account/passkeys?lang={language}"));
        browser.check(&page, &format!("passkeys-{language}")).await;
    }
    type_into(&browser, "name", "The same again").await;
    ask(&browser).await;
    says(&browser, "This device has a passkey for this account already.").await;

    send_password(&browser, server.origin()).await;
    is_at(&browser, "/login/confirm").await;
    for language in ["ko", "ja", "en"] {
        let page = server.url(&format!("/login/confirm?lang={language}&next=/account"));
        browser.check(&page, &format!("confirm-{language}")).await;
    }
    ask(&browser).await;
    is_at(&browser, "/account").await;
    assert!(browser.client.find(Locator::Css("form.lock")).await.is_ok(), "unlocked, as was asked");

    // The passkey is taken out: the browser finds none, and the page says so.
    let kept = format!("/{authenticator}/credentials");
    let kept: Value = browser.authenticators(Method::GET, &kept, Value::Null).await[0].clone();
    let id = kept["credentialId"].as_str().unwrap();
    let one = format!("/{authenticator}/credentials/{id}");
    browser.authenticators(Method::DELETE, &one, Value::Null).await;
    send_password(&browser, server.origin()).await;
    is_at(&browser, "/login/confirm").await;
    ask(&browser).await;
    says(&browser, "The passkey did not answer").await;
    browser.width(360).await;
    browser.screenshot("confirm-no-passkey-en-360").await;

    // Another key under the same name signs, and the server refuses it.
    let add = format!("/{authenticator}/credential");
    let mut other = kept.clone();
    other["privateKey"] = json!(OTHER_KEY);
    browser.authenticators(Method::POST, &add, other).await;
    ask(&browser).await;
    says(&browser, "This passkey does not confirm the login.").await;
    browser.screenshot("confirm-refused-en-360").await;
    is_at(&browser, "/login/confirm").await;

    // A copy that has counted fewer signatures than the server has seen is refused as well.
    browser.authenticators(Method::DELETE, &one, Value::Null).await;
    let mut copy = kept.clone();
    copy["signCount"] = json!(0);
    browser.authenticators(Method::POST, &add, copy).await;
    ask(&browser).await;
    says(&browser, "somebody may have a copy of it").await;

    browser.authenticators(Method::DELETE, &one, Value::Null).await;
    browser.authenticators(Method::POST, &add, kept).await;
    ask(&browser).await;
    is_at(&browser, "/account").await;
    browser.open(&server.url("/account/passkeys")).await;
    let remove = browser.client.find(Locator::Css("a[href$='/remove']")).await.unwrap();
    let remove = remove.attr("href").await.unwrap().unwrap();
    browser.check(&server.url(&format!("{remove}?lang=ko")), "passkey-remove-ko").await;
    browser.open(&server.url(&format!("{remove}?lang=en"))).await;
    press(&browser).await;
    says(&browser, "The passkey is removed.").await;
    send_password(&browser, server.origin()).await;
    is_at(&browser, "/account").await;
    browser.quit().await;
}
