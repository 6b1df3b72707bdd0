//! Stories of people coming in: invitation, wrong passwords, second factor, recovery code, lock.

mod house;

use axum::http::StatusCode;
use house::{House, PASSWORD};

#[tokio::test]
async fn a_new_member_comes_from_the_invitation_to_unlocked_keys() {
    let house = House::new().await;
    house.member("Ada", true).await;
    let mut ada = house.logged_in("Ada").await;

    let page = ada.get("/members/invite").await;
    assert!(page.says("Nothing is sent to it."));
    let mistake = ada.post("/members/invite", &[("email", "minji"), ("name", "김민지")]).await;
    assert_eq!(mistake.status, StatusCode::BAD_REQUEST);
    assert!(mistake.says("This is not an e-mail address.") && mistake.body.contains("value=\"김민지\""));
    let link =
        ada.post("/members/invite", &[("email", "minji@example.org"), ("name", "김민지")]).await.code(0);
    let path = link.strip_prefix("http://deungdae.example").unwrap();
    let waiting = ada.get("/members").await;
    assert!(waiting.says("minji@example.org") && !waiting.body.contains(path), "the link is shown once");

    let mut minji = house.browser();
    let page = minji.get(&format!("{path}?lang=ko")).await;
    assert!(page.says("minji@example.org 주소로 초대받으셨습니다."));
    let short = [("name", "김민지"), ("password", "short"), ("again", "short"), ("language", "ko")];
    let short = minji.post(path, &short).await;
    assert!(short.status == StatusCode::BAD_REQUEST && short.says("10자 이상으로 쓰십시오."));
    assert!(!short.body.contains("value=\"short\""), "a password never comes back");
    let differs = [("name", "김민지"), ("password", PASSWORD), ("again", "other"), ("language", "ko")];
    assert!(minji.post(path, &differs).await.says("두 비밀번호가 다릅니다"));
    let good = [("name", "김민지"), ("password", PASSWORD), ("again", PASSWORD), ("language", "ko")];
    let welcome = minji.send(path, &good).await;
    assert!(welcome.says("계정이 준비되었고 열쇠의 잠금이 풀렸습니다."));
    assert!(welcome.says("복구 코드 만들기") && welcome.says("잠그기"), "{}", welcome.text());
    assert_eq!(house.browser().get(path).await.status, StatusCode::NOT_FOUND, "an invitation works once");

    let made = minji.post("/account/recovery-code", &[]).await;
    assert!(made.says("minji@example.org의 복구 코드"));
    assert!(!minji.get("/account").await.says("복구 코드가 없습니다"));
}

#[tokio::test]
async fn wrong_passwords_are_counted_and_the_limit_is_told() {
    let house = House::new().await;
    house.member("Bora", false).await;
    let mut browser = house.browser();
    let wrong = [("email", "bora@example.org"), ("password", "wrong password")];
    for _ in 0..10 {
        let seen = browser.post("/login", &wrong).await;
        assert_eq!(seen.status, StatusCode::BAD_REQUEST);
        assert!(seen.says("E-mail address or password is wrong."));
        assert!(seen.body.contains("value=\"bora@example.org\"") && !seen.body.contains("wrong password"));
    }
    let right = [("email", "bora@example.org"), ("password", PASSWORD)];
    let refused = browser.post("/login", &right).await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS, "even the right one waits now");
    assert!(refused.says("Try again in 15 min."), "{}", refused.text());
    let nobody = [("email", "nobody@example.org"), ("password", PASSWORD)];
    let unknown = house.browser().post("/login", &nobody).await;
    assert!(unknown.says("E-mail address or password is wrong."), "an unknown name is told nothing else");
}

#[tokio::test]
async fn logging_in_leads_to_the_page_that_was_asked_for_and_nowhere_else() {
    let house = House::new().await;
    house.member("Chae", false).await;
    let mut browser = house.browser();
    let asked = browser.get("/account?x=1").await.leads_to().unwrap();
    assert_eq!(asked, "/login?next=%2Faccount%3Fx%3D1");
    let page = browser.get(&asked).await;
    assert!(page.body.contains(r#"name="next" value="/account?x=1""#));
    for (next, leads) in [("/account?x=1", "/account?x=1"), ("//evil.example/", "/"), ("", "/")] {
        let fields = [("email", "Chae@Example.org"), ("password", PASSWORD), ("next", next)];
        let seen = house.browser().post("/login", &fields).await;
        assert_eq!(seen.leads_to().as_deref(), Some(leads));
        let cookie = seen.headers.get("set-cookie").unwrap().to_str().unwrap();
        assert!(cookie.contains("HttpOnly; SameSite=Strict"));
    }
}

#[tokio::test]
async fn a_second_factor_is_set_up_asked_for_and_removed() {
    let house = House::new().await;
    house.member("Dana", false).await;
    let mut dana = house.logged_in("Dana").await;
    let locked = dana.get("/account/second-factor").await.leads_to().unwrap();
    assert_eq!(locked, "/unlock?next=%2Faccount%2Fsecond-factor");
    dana.post("/unlock", &[("password", PASSWORD)]).await;

    let page = dana.get("/account/second-factor").await;
    let secret =
        page.body.split("name=\"secret\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let shared = desk::totp_secret(&secret).unwrap();
    let wrong = dana.post("/account/second-factor", &[("secret", &secret), ("code", "000")]).await;
    assert!(
        wrong.status == StatusCode::BAD_REQUEST && wrong.body.contains(&secret),
        "the secret stays the same"
    );
    let code = desk::totp_code(&shared, house::now()).unwrap();
    let on = dana.send("/account/second-factor", &[("secret", &secret), ("code", &code)]).await;
    assert!(on.says("The second factor is on."), "{}", on.text());

    let mut other = house.browser();
    let without = [("email", "dana@example.org"), ("password", PASSWORD)];
    assert!(other.post("/login", &without).await.says("asks for a code"));
    let with = [("email", "dana@example.org"), ("password", PASSWORD), ("code", &code)];
    assert_eq!(other.post("/login", &with).await.status, StatusCode::SEE_OTHER);
    let again = house.browser().post("/login", &with).await;
    assert!(again.says("was used before"), "a code works once");

    assert!(dana.get("/account/second-factor").await.says("Remove the second factor?"));
    assert!(dana.send("/account/second-factor/drop", &[]).await.says("The second factor is removed."));
    assert_eq!(house.browser().post("/login", &without).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_lost_password_is_replaced_with_the_recovery_code_once() {
    let house = House::new().await;
    house.member("Eun", false).await;
    let mut eun = house.unlocked("Eun").await;
    let code = eun.post("/account/recovery-code", &[]).await.code(0);
    let typed = code.to_lowercase().replace('-', " ");
    let new = "another long password";
    let fields = [("email", "eun@example.org"), ("code", &typed), ("password", new), ("again", new)];

    let mut browser = house.browser();
    let other = "0000-0000-0000";
    let wrong = [("email", "eun@example.org"), ("code", other), ("password", new), ("again", new)];
    let wrong = browser.post("/recover", &wrong).await;
    assert!(wrong.status == StatusCode::BAD_REQUEST && wrong.says("recovery code is wrong"));
    assert!(browser.send("/recover", &fields).await.says("The new password is set."));
    assert!(eun.get("/account").await.leads_to().unwrap().starts_with("/login"), "every login has ended");
    let old = [("email", "eun@example.org"), ("password", PASSWORD)];
    assert_eq!(browser.post("/login", &old).await.status, StatusCode::BAD_REQUEST);
    let login = [("email", "eun@example.org"), ("password", new), ("unlock", "yes")];
    assert_eq!(browser.post("/login", &login).await.status, StatusCode::SEE_OTHER);
    assert!(browser.get("/account").await.says("You have no recovery code."), "it is used up");
    assert!(house.browser().post("/recover", &fields).await.says("recovery code is wrong"));
}

#[tokio::test]
async fn locking_closes_what_was_open_and_leads_back_after_unlocking() {
    let house = House::new().await;
    house.member("Faye", false).await;
    let mut faye = house.unlocked("Faye").await;
    assert!(faye.get("/account").await.says("Lock 15 min"));
    let request = axum::http::Request::post("/lock")
        .header("referer", "http://deungdae.example/account/profile")
        .header("origin", "http://deungdae.example")
        .body(axum::body::Body::empty())
        .unwrap();
    let locked = faye.ask(request).await.leads_to().unwrap();
    let page = faye.get(&locked).await;
    assert!(page.says("Locked. What was open is closed."));
    assert!(page.body.contains(r#"name="next" value="/account/profile""#));
    let wrong = faye.post("/unlock", &[("password", "no"), ("next", "/account/profile")]).await;
    assert!(wrong.status == StatusCode::BAD_REQUEST && wrong.says("The password is wrong."));
    let right = faye.post("/unlock", &[("password", PASSWORD), ("next", "/account/profile")]).await;
    assert_eq!(right.leads_to().as_deref(), Some("/account/profile"));
    assert!(faye.send("/logout", &[]).await.says("You have logged out."));
    assert!(faye.cookies.is_empty() && faye.get("/account").await.status == StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_password_and_a_name_are_changed_and_other_logins_end() {
    let house = House::new().await;
    house.member("Gyu", false).await;
    let mut gyu = house.logged_in("Gyu").await;
    let mut elsewhere = house.logged_in("Gyu").await;
    let new = "a brand new password";
    let wrong = gyu.post("/account/password", &[("old", "x"), ("password", new), ("again", new)]).await;
    assert!(wrong.says("The password is wrong."));
    let done = gyu.send("/account/password", &[("old", PASSWORD), ("password", new), ("again", new)]).await;
    assert!(done.says("The password is changed."));
    assert!(elsewhere.get("/account").await.leads_to().is_some());
    let named = gyu.send("/account/profile", &[("name", "규 <i>"), ("language", "ja")]).await;
    assert!(named.says("保存しました。") && named.body.contains("규 &#60;i&#62;"), "{}", named.text());
    assert!(
        gyu.post("/account/profile", &[("name", " "), ("language", "ja")]).await.says("名前がありません。")
    );
}

#[tokio::test]
async fn an_account_is_closed_by_an_administrator_and_only_by_one() {
    let house = House::new().await;
    let ada = house.member("Ada", true).await;
    let hana = house.member("Hana", false).await;
    let mut browser = house.logged_in("Ada").await;
    let mut gone = house.logged_in("Hana").await;
    assert_eq!(gone.get("/members").await.status, StatusCode::FORBIDDEN);
    assert_eq!(gone.post(&format!("/members/{ada}/close"), &[]).await.status, StatusCode::FORBIDDEN);
    let question = browser.get(&format!("/members/{hana}/close")).await;
    assert!(question.says("Close the account of Hana?") && question.says("works in no mandate"));
    assert!(browser.send(&format!("/members/{hana}/close"), &[]).await.says("The account is closed."));
    assert!(gone.get("/account").await.leads_to().unwrap().starts_with("/login"));
    assert_eq!(browser.post(&format!("/members/{ada}/close"), &[]).await.status, StatusCode::CONFLICT);
    let nowhere = browser.get("/members/nobody/close").await;
    assert!(nowhere.status == StatusCode::NOT_FOUND && nowhere.says("There is nothing at this address"));
}

#[tokio::test]
async fn an_invitation_is_withdrawn_or_runs_out() {
    let house = House::new().await;
    house.member("Ada", true).await;
    let mut ada = house.logged_in("Ada").await;
    let link = ada.post("/members/invite", &[("email", "ida@example.org")]).await.code(0);
    let path = link.strip_prefix("http://deungdae.example").unwrap();
    let list = ada.get("/members").await;
    let action = list.body.split("action=\"").find(|part| part.contains("/withdraw\"")).unwrap();
    let action = action.split('"').next().unwrap().to_owned();
    assert!(ada.send(&action, &[]).await.says("The invitation is withdrawn."));
    let gone = house.browser().get(path).await;
    assert!(gone.status == StatusCode::NOT_FOUND && gone.says("Ask the person who invited you"));
}
