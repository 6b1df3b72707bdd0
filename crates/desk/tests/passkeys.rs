//! A passkey from the day it is added to the day it is removed, and everybody who tries to get in without it.

#[path = "../../passkey/tests/authenticator/mod.rs"]
mod authenticator;
mod house;

use std::rc::Rc;

use authenticator::Authenticator;
use desk::passkey::Site;
use desk::{Desk, Error, Login, LoginStep, NewMember, Session};
use house::{Home, PASSWORD, log_in, on_both};

const EMAIL: &str = "lee@example.org";
const ORIGIN: &str = "https://monitor.example.org";

fn site() -> Site {
    Site::of(ORIGIN).unwrap()
}

fn login<'a>(code: Option<&'a str>, unlock: bool) -> Login<'a> {
    Login { email: EMAIL, password: PASSWORD, code, address: "192.0.2.1", unlock }
}

fn refusal<T>(answer: Result<T, Error>) -> &'static str {
    match answer {
        Err(Error::Refused(refusal)) => refusal.message,
        Err(Error::Fault(fault)) => panic!("{fault}"),
        Ok(_) => "nothing was refused",
    }
}

async fn desk_with_lee(home: &Home) -> Desk {
    let desk = home.desk().await;
    let new = NewMember { email: EMAIL, name: "Lee", password: PASSWORD, administrator: true, language: "" };
    desk.add_member(new).await.unwrap();
    desk
}

async fn add(desk: &Desk, session: &Session, authenticator: &mut Authenticator) {
    let options = desk.begin_passkey(session, &site()).await.unwrap();
    let answer = authenticator.make(&options, ORIGIN);
    desk.add_passkey(session, &site(), "Blue key", &answer).await.unwrap();
}

/// Types the password; the token of the login that waits then.
async fn waits(desk: &Desk, unlock: bool) -> String {
    match desk.log_in_by_steps(login(None, unlock)).await.unwrap() {
        LoginStep::Confirm(token) => token,
        LoginStep::Done(..) => panic!("the password alone logged in"),
    }
}

async fn options(desk: &Desk, token: &str) -> String {
    desk.confirmations(token, Some(&site())).await.unwrap().options.unwrap()
}

#[test]
fn a_passkey_is_added_asked_for_and_removed() {
    on_both(added_asked_for_removed);
}

async fn added_asked_for_removed(home: Rc<Home>) {
    let desk = desk_with_lee(&home).await;
    let session = log_in(&desk, EMAIL).await;
    let (elsewhere, _) = desk.log_in(login(None, false)).await.unwrap();
    let each_time = desk.log_in_each_time(login(None, false)).await.unwrap();
    drop(each_time);
    let mut blue = Authenticator::number(1);

    desk.lock(&session);
    assert_eq!(refusal(desk.begin_passkey(&session, &site()).await), "refusal-locked");
    desk.unlock(&session, PASSWORD, "192.0.2.1").await.unwrap();
    let first = desk.begin_passkey(&session, &site()).await.unwrap();
    let second = desk.begin_passkey(&session, &site()).await.unwrap();
    let old = blue.make(&first, ORIGIN);
    let refused = desk.add_passkey(&session, &site(), "Blue key", &old).await;
    assert_eq!(refusal(refused), "refusal-passkey-not-added", "an earlier page's challenge");
    let answer = blue.make(&second, ORIGIN);
    let refused = desk.add_passkey(&session, &site(), "Blue key", &answer).await;
    assert_eq!(refusal(refused), "refusal-passkey-late", "each challenge takes one answer");
    assert_eq!(refusal(desk.add_passkey(&session, &site(), " ", "{}").await), "refusal-passkey-name");
    assert_eq!(refusal(desk.add_passkey(&session, &site(), "a", "").await), "refusal-passkey-none");
    add(&desk, &session, &mut blue).await;
    let options_now = desk.begin_passkey(&session, &site()).await.unwrap();
    assert!(options_now.contains("AQEBAQEBAQEBAQEBAQEBAQEBAQE"), "the browser is told what is there");
    let again = blue.make(&options_now, ORIGIN);
    let refused = desk.add_passkey(&session, &site(), "Again", &again).await;
    assert_eq!(refusal(refused), "refusal-passkey-there");

    assert_eq!(refusal(desk.session(&elsewhere).await), "refusal-not-logged-in", "other logins ended");
    assert_eq!(refusal(desk.log_in(login(None, true)).await), "refusal-passkey-needed");
    assert_eq!(refusal(desk.log_in(login(Some("123456"), true)).await), "refusal-passkey-needed");
    let refused = desk.log_in_each_time(login(None, true)).await;
    assert_eq!(refusal(refused), "refusal-passkey-needed", "also for a program that was in before");
    let wrong = Login { password: "another password", ..login(None, false) };
    assert_eq!(refusal(desk.log_in_by_steps(wrong).await), "refusal-login-wrong");

    let token = waits(&desk, false).await;
    let asked = options(&desk, &token).await;
    let answer = blue.answer(&asked, ORIGIN);
    let (_, locked) = desk.confirm_with_passkey(&token, &site(), &answer, "192.0.2.1").await.unwrap();
    assert!(desk.minutes_unlocked(&locked).is_none(), "keys stay locked unless it was asked for");
    let replayed = desk.confirm_with_passkey(&token, &site(), &answer, "192.0.2.1").await;
    assert_eq!(refusal(replayed), "refusal-confirm-late", "that login waits no more");

    let token = waits(&desk, true).await;
    let asked = options(&desk, &token).await;
    let answer = blue.answer(&asked, ORIGIN);
    let (_, open) = desk.confirm_with_passkey(&token, &site(), &answer, "192.0.2.1").await.unwrap();
    assert!(desk.minutes_unlocked(&open).is_some());

    let passkeys = desk.passkeys(&open).await.unwrap();
    assert_eq!((passkeys.len(), passkeys[0].name.as_str(), passkeys[0].counter), (1, "Blue key", 2));
    assert_eq!(refusal(desk.drop_passkey(&locked, passkeys[0].id).await), "refusal-locked");
    desk.drop_passkey(&open, passkeys[0].id).await.unwrap();
    assert!(desk.log_in(login(None, false)).await.is_ok());

    let administrator = desk.administrator(&open).unwrap();
    assert!(desk.with_passkeys(&administrator).await.unwrap().is_empty());
    let store = home.store();
    let entries = store.read(|tx| {
        tx.rows(
            "SELECT action, detail FROM audit WHERE about_kind = $1 ORDER BY id",
            desk::store::params!["passkey"],
            |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?)),
        )
    });
    let entries = entries.await.unwrap();
    let actions: Vec<&str> = entries.iter().map(|(action, _)| action.as_str()).collect();
    assert_eq!(actions, ["user.passkey.add", "user.passkey.drop"]);
    assert!(entries.iter().all(|(_, detail)| detail.contains("Blue key")));
}

#[test]
fn wrong_answers_are_refused_and_counted() {
    on_both(wrong_answers);
}

async fn wrong_answers(home: Rc<Home>) {
    let desk = desk_with_lee(&home).await;
    let session = log_in(&desk, EMAIL).await;
    let mut blue = Authenticator::number(1);
    add(&desk, &session, &mut blue).await;
    let confirm = async |token: &str, answer: &str| {
        refusal(desk.confirm_with_passkey(token, &site(), answer, "192.0.2.1").await)
    };

    let token = waits(&desk, false).await;
    let mut forger = Authenticator::number(2);
    forger.id = blue.id.clone();
    let asked = options(&desk, &token).await;
    assert_eq!(confirm(&token, &forger.answer(&asked, ORIGIN)).await, "refusal-passkey-wrong");
    let late = blue.answer(&asked, ORIGIN);
    assert_eq!(confirm(&token, &late).await, "refusal-passkey-late", "the challenge is used up");
    let asked = options(&desk, &token).await;
    let stranger = Authenticator::number(3).answer(&asked, ORIGIN);
    assert_eq!(confirm(&token, &stranger).await, "refusal-passkey-wrong");
    let asked = options(&desk, &token).await;
    let phished = blue.answer(&asked, "https://monitor.example.org.evil.example");
    assert_eq!(confirm(&token, &phished).await, "refusal-passkey-wrong");
    let asked = options(&desk, &token).await;
    let unverified = blue.answer_spoiled(&asked, ORIGIN, &|_, data| data[32] &= !4);
    assert_eq!(confirm(&token, &unverified).await, "refusal-passkey-unverified");

    // A copy of the key that has not counted along.
    let mut copy = blue.clone();
    let asked = options(&desk, &token).await;
    let right = blue.answer(&asked, ORIGIN);
    assert_eq!(confirm(&token, &right).await, "nothing was refused");
    copy.counter = 0;
    let token = waits(&desk, false).await;
    let asked = options(&desk, &token).await;
    assert_eq!(confirm(&token, &copy.answer(&asked, ORIGIN)).await, "refusal-passkey-copied");

    // Another site asks for nothing, and says where the passkeys are.
    let other = Site::of("https://other.example").unwrap();
    let ways = desk.confirmations(&token, Some(&other)).await.unwrap();
    assert!(ways.options.is_none() && !ways.code);
    assert_eq!(ways.elsewhere, ["monitor.example.org"]);

    // The first login reset the count; one failure since. Nine more, and even the right one waits.
    for _ in 0..9 {
        let asked = options(&desk, &token).await;
        assert_eq!(confirm(&token, &forger.answer(&asked, ORIGIN)).await, "refusal-passkey-wrong");
    }
    let asked = options(&desk, &token).await;
    assert_eq!(confirm(&token, &blue.answer(&asked, ORIGIN)).await, "refusal-too-many-attempts");
    let refused = desk.log_in_by_steps(login(None, false)).await;
    assert_eq!(refusal(refused), "refusal-too-many-attempts");
}

#[test]
fn a_login_waits_for_one_browser_and_not_for_ever() {
    on_both(waiting);
}

async fn waiting(home: Rc<Home>) {
    let desk = desk_with_lee(&home).await;
    let session = log_in(&desk, EMAIL).await;
    let mut blue = Authenticator::number(1);
    add(&desk, &session, &mut blue).await;

    let first = waits(&desk, true).await;
    for _ in 0..3 {
        waits(&desk, true).await;
    }
    let refused = desk.confirmations(&first, Some(&site())).await;
    assert_eq!(refusal(refused), "refusal-confirm-late", "at most three wait");
    assert_eq!(refusal(desk.confirmations("guessed", None).await), "refusal-confirm-late");

    let token = waits(&desk, true).await;
    let asked = options(&desk, &token).await;
    house::wait_minutes(5);
    let answer = blue.answer(&asked, ORIGIN);
    let refused = desk.confirm_with_passkey(&token, &site(), &answer, "192.0.2.1").await;
    assert_eq!(refusal(refused), "refusal-confirm-late", "five minutes are over");

    let token = waits(&desk, true).await;
    let asked = options(&desk, &token).await;
    desk.change_password(&session, PASSWORD, "a brand new password", "192.0.2.1").await.unwrap();
    let answer = blue.answer(&asked, ORIGIN);
    let refused = desk.confirm_with_passkey(&token, &site(), &answer, "192.0.2.1").await;
    assert_eq!(refusal(refused), "refusal-confirm-late", "the password was changed meanwhile");
}

#[test]
fn a_code_does_instead_and_the_recovery_code_removes_both() {
    on_both(codes_and_recovery);
}

async fn codes_and_recovery(home: Rc<Home>) {
    let desk = desk_with_lee(&home).await;
    let session = log_in(&desk, EMAIL).await;
    let mut blue = Authenticator::number(1);
    add(&desk, &session, &mut blue).await;
    let token = waits(&desk, true).await;
    let refused = desk.confirm_with_code(&token, "123456", "192.0.2.1").await;
    assert_eq!(refusal(refused), "refusal-confirm-late", "there is no authenticator app yet");

    let shared = desk.fresh_totp();
    let code = |minutes: i64| desk::totp_code(&shared, desk.now() + minutes * 60_000).unwrap();
    desk.set_totp(&session, &shared, &code(0)).await.unwrap();
    assert_eq!(refusal(desk.log_in(login(None, true)).await), "refusal-code-needed");
    assert_eq!(refusal(desk.log_in_by_steps(login(Some("000"), true)).await), "refusal-code-wrong");
    let right = code(0);
    let entered = desk.log_in_by_steps(login(Some(&right), true)).await.unwrap();
    assert!(matches!(entered, LoginStep::Done(..)), "a code on the first page spares the second");

    let token = waits(&desk, true).await;
    assert!(desk.confirmations(&token, Some(&site())).await.unwrap().code);
    assert_eq!(refusal(desk.confirm_with_code(&token, "000", "192.0.2.1").await), "refusal-code-wrong");
    let used = desk.confirm_with_code(&token, &right, "192.0.2.1").await;
    assert_eq!(refusal(used), "refusal-code-wrong", "a code works once, on whichever page");
    house::wait_minutes(1);
    let (_, open) = desk.confirm_with_code(&token, &code(0), "192.0.2.1").await.unwrap();
    assert!(desk.minutes_unlocked(&open).is_some());

    let recovery = desk.make_recovery_code(&open).await.unwrap();
    let token = waits(&desk, false).await;
    desk.recover(EMAIL, &recovery, "a brand new password", "192.0.2.1").await.unwrap();
    let refused = desk.confirmations(&token, Some(&site())).await;
    assert_eq!(refusal(refused), "refusal-confirm-late", "what waited waits no more");
    let new = Login { password: "a brand new password", ..login(None, true) };
    let (_, session) = desk.log_in(new).await.unwrap();
    assert!(desk.passkeys(&session).await.unwrap().is_empty());
    assert!(desk.own_account(&session).await.unwrap().no_second_factor);
}
