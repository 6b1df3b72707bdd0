//! Stories of passkeys on the pages and at the phone's door, with an authenticator in software.

#[path = "../../passkey/tests/authenticator/mod.rs"]
mod authenticator;
mod house;

use std::sync::Arc;

use authenticator::Authenticator;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use base64::Engine;
use house::{Browser, House, PASSWORD, Seen};
use web::room::WebOptions;

const ORIGIN: &str = "https://monitor.example.org";

/// A house that is reached over https.
async fn house() -> House {
    let mut house = House::new().await;
    let options = WebOptions { address: Some(ORIGIN.to_owned()), behind_proxy: false };
    house.web.options = Arc::new(options);
    house
}

/// The options that a page holds for its script.
fn options(page: &Seen) -> String {
    let after = page.body.split("data-options=\"").nth(1).expect("the page asks for a passkey");
    after.split('"').next().unwrap().replace("&#34;", "\"").replace("&quot;", "\"").replace("&#38;", "&")
}

fn policy(page: &Seen) -> String {
    page.headers.get(header::CONTENT_SECURITY_POLICY).unwrap().to_str().unwrap().to_owned()
}

async fn add(browser: &mut Browser, authenticator: &mut Authenticator, name: &str) -> Seen {
    let page = browser.get("/account/passkeys").await;
    let answer = authenticator.make(&options(&page), ORIGIN);
    browser.send("/account/passkeys", &[("name", name), ("answer", &answer)]).await
}

async fn log_in(browser: &mut Browser, email: &str) -> Seen {
    let fields = [("email", email), ("password", PASSWORD), ("next", "/account")];
    browser.send("/login", &fields).await
}

#[tokio::test]
async fn a_passkey_is_added_asked_for_and_removed() {
    let house = house().await;
    house.member("Dana", false).await;
    let mut blue = Authenticator::number(1);
    let mut dana = house.logged_in("Dana").await;
    let account = dana.get("/account").await;
    assert!(account.says("Passkeys") && policy(&account).contains("script-src 'none'"));
    let locked = dana.get("/account/passkeys").await.leads_to().unwrap();
    assert_eq!(locked, "/unlock?next=%2Faccount%2Fpasskeys");
    dana.post("/unlock", &[("password", PASSWORD)]).await;

    let page = dana.get("/account/passkeys").await;
    assert!(page.says("You have no passkey yet.") && page.says("It will work only at monitor.example.org."));
    assert!(page.body.contains("<noscript>") && page.body.contains("Passkeys need JavaScript"));
    let allowed = policy(&page);
    assert!(allowed.contains("script-src 'self';") && !allowed.contains("unsafe"), "{allowed}");
    let script = page.body.split("<script type=\"module\" src=\"").nth(1).unwrap().split('"').next().unwrap();
    assert_eq!(dana.get(script).await.status, StatusCode::OK);
    assert!(options(&page).contains(r#""id":"monitor.example.org""#));

    let without = dana.post("/account/passkeys", &[("name", "Blue key"), ("answer", "")]).await;
    assert!(without.status == StatusCode::BAD_REQUEST && without.says("The browser sent no passkey."));
    assert!(without.body.contains("value=\"Blue key\""), "nothing typed is lost");
    let added = add(&mut dana, &mut blue, "Blue <key>").await;
    assert!(added.says("The passkey is added."), "{}", added.text());
    assert!(added.body.contains("Blue &lt;key&gt;"), "{}", added.text());
    assert!(dana.get("/account").await.says("one"));

    let mut other = house.browser();
    let page = log_in(&mut other, "dana@example.org").await;
    assert!(page.says("Confirm with your passkey"), "{}", page.text());
    assert!(policy(&page).contains("script-src 'self';"));
    assert!(!page.body.contains("name=\"code\""), "there is no authenticator app to ask");
    assert!(other.get("/account").await.leads_to().unwrap().starts_with("/login"), "not in yet");
    let nothing = other.post("/login/confirm", &[("answer", ""), ("next", "/account")]).await;
    assert!(nothing.status == StatusCode::UNAUTHORIZED && nothing.says("does not confirm the login"));
    let mut forger = Authenticator::number(2);
    forger.id = blue.id.clone();
    let forged = forger.answer(&options(&nothing), ORIGIN);
    let refused = other.post("/login/confirm", &[("answer", &forged), ("next", "/account")]).await;
    assert!(refused.says("does not confirm the login"));
    let answer = blue.answer(&options(&refused), ORIGIN);
    let elsewhere = house.browser().post("/login/confirm", &[("answer", &answer)]).await;
    assert!(elsewhere.says("was begun in another browser"), "the cookie binds it to one browser");
    let sent = [("answer", answer.as_str()), ("next", "//evil.example")];
    let entered = other.post("/login/confirm", &sent).await;
    assert_eq!(entered.leads_to().as_deref(), Some("/"), "and it leads nowhere else");
    assert!(!other.cookies.contains_key("__Host-confirm"));
    assert!(other.get("/account").await.says("Dana"));
    let again = other.post("/login/confirm", &sent).await;
    assert!(again.says("waited for too long"), "an answer works once");

    let list = dana.get("/account/passkeys").await;
    let remove = list.body.split("href=\"/account/passkeys/").nth(1).unwrap().split('"').next().unwrap();
    let remove = format!("/account/passkeys/{remove}");
    let question = dana.get(&remove).await;
    assert!(question.says("It is your only second factor"));
    assert_eq!(other.post(&remove, &[]).await.leads_to().as_deref(), Some("/account/passkeys"));
    assert!(dana.send(&remove, &[]).await.says("The passkey is removed."));
    assert_eq!(dana.get(&remove).await.status, StatusCode::NOT_FOUND);
    assert!(log_in(&mut house.browser(), "dana@example.org").await.says("Dana"));
}

#[tokio::test]
async fn programs_do_not_get_in_by_the_password_alone() {
    let house = house().await;
    house.member("Eun", false).await;
    let mut eun = house.unlocked("Eun").await;
    let basic = base64::engine::general_purpose::STANDARD.encode(format!("eun@example.org:{PASSWORD}"));
    let ask = async || {
        let request =
            Request::get("/v1/users/current").header(header::AUTHORIZATION, format!("Basic {basic}"));
        house.browser().ask(request.body(Body::empty()).unwrap()).await
    };
    assert_eq!(ask().await.status, StatusCode::OK);
    add(&mut eun, &mut Authenticator::number(1), "Laptop").await;

    let refused = ask().await;
    assert_eq!(refused.status, StatusCode::UNAUTHORIZED, "also where it was in before");
    assert!(refused.body.contains("which only the log-in page can ask for"), "{}", refused.body);
    let body = format!(r#"{{"email":"eun@example.org","password":"{PASSWORD}"}}"#);
    let request = Request::post("/v1/sessions").header(header::CONTENT_TYPE, "application/json");
    let refused = house.browser().ask(request.body(Body::from(body)).unwrap()).await;
    assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
    assert!(refused.body.contains("passkey") && !refused.body.contains("token"), "{}", refused.body);

    // With an authenticator app as well, its code lets programs in, and does on the second page too.
    let page = eun.get("/account/second-factor").await;
    let secret = page.body.split("name=\"secret\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let shared = desk::totp_secret(secret).unwrap();
    let code = desk::totp_code(&shared, house::now()).unwrap();
    eun.post("/account/second-factor", &[("secret", secret), ("code", &code)]).await;
    let mut other = house.browser();
    let page = log_in(&mut other, "eun@example.org").await;
    assert!(page.says("With a code instead") && page.says("Confirm with a passkey"));
    let wrong = other.post("/login/confirm", &[("code", "000"), ("next", "/account")]).await;
    assert!(wrong.status == StatusCode::BAD_REQUEST && wrong.says("The code is wrong"), "{}", wrong.text());
    let entered = other.post("/login/confirm", &[("code", &code), ("next", "/account")]).await;
    assert_eq!(entered.leads_to().as_deref(), Some("/account"));
    house::wait_minutes(1);
    let code = desk::totp_code(&shared, house::now()).unwrap();
    let body = format!(r#"{{"email":"eun@example.org","password":"{PASSWORD}","code":"{code}"}}"#);
    let request = Request::post("/v1/sessions").header(header::CONTENT_TYPE, "application/json");
    let entered = house.browser().ask(request.body(Body::from(body)).unwrap()).await;
    assert_eq!(entered.status, StatusCode::OK, "{}", entered.body);
}

#[tokio::test]
async fn where_there_can_be_no_passkeys_the_page_says_why() {
    let mut house = house().await;
    house.member("Faye", false).await;
    let mut faye = house.unlocked("Faye").await;
    add(&mut faye, &mut Authenticator::number(1), "Phone").await;
    let recovery = faye.post("/account/recovery-code", &[]).await.code(0);
    for (address, sentence) in [
        ("http://monitor.example.org", "only over https"),
        ("https://192.0.2.1", "reached by a number"),
        ("monitor", "An administrator has to write it into server.toml"),
        ("https://moved.example.org", "They were made at: monitor.example.org."),
    ] {
        house.web.options = Arc::new(WebOptions { address: Some(address.to_owned()), behind_proxy: false });
        let mut browser = house.browser();
        let page = log_in(&mut browser, "faye@example.org").await;
        assert!(page.says(sentence) && !page.body.contains("<script"), "{address}: {}", page.text());
        assert!(page.says("Use my recovery code"));
    }
    let new = "a brand new password";
    let fields = [("email", "faye@example.org"), ("code", &recovery), ("password", new), ("again", new)];
    let mut browser = house.browser();
    assert!(browser.get("/recover").await.says("second factors (passkeys too) are removed"));
    assert!(browser.send("/recover", &fields).await.says("The new password is set."));
    let login = [("email", "faye@example.org"), ("password", new), ("unlock", "yes")];
    assert_eq!(browser.post("/login", &login).await.leads_to().as_deref(), Some("/"));
    assert!(browser.get("/account/passkeys").await.says("You have no passkey yet."));
}
