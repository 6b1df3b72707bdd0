//! Programs that send their password with every request: quick, and leaving nothing to guess against.

mod house;

use std::rc::Rc;

use desk::{Desk, Error, Login, NewMember, Session};
use house::{Home, PASSWORD, on_both, wait_minutes};

const EMAIL: &str = "program@example.org";

fn login(password: &str) -> Login<'_> {
    Login { email: EMAIL, password, code: None, address: "192.0.2.1", unlock: true }
}

async fn call(desk: &Desk) -> Session {
    desk.log_in_each_time(login(PASSWORD)).await.unwrap()
}

async fn sessions(home: &Home) -> Vec<Vec<u8>> {
    let store = home.store();
    let rows = store.read(|tx| {
        tx.rows("SELECT token_hash FROM session ORDER BY created_at", desk::store::params![], |row| {
            row.get(0)
        })
    });
    rows.await.unwrap()
}

#[test]
fn one_login_serves_many_requests_and_its_salt_is_forgotten() {
    on_both(many_requests);
}

async fn many_requests(home: Rc<Home>) {
    let desk = home.desk().await;
    let new = NewMember { email: EMAIL, name: "", password: PASSWORD, administrator: false, language: "" };
    desk.add_member(new).await.unwrap();
    for _ in 0..3 {
        let session = call(&desk).await;
        assert!(desk.minutes_unlocked(&session).is_some());
    }
    let wrong = desk.log_in_each_time(login("another password")).await;
    assert!(matches!(wrong, Err(Error::Refused(refusal)) if refusal.message == "refusal-login-wrong"));
    call(&desk).await;
    assert_eq!(sessions(&home).await.len(), 1, "one login");

    // The same password under another salt: what the database has says nothing about the password.
    let other = home.desk().await;
    call(&other).await;
    wait_minutes(10);
    call(&desk).await;
    assert_eq!(sessions(&home).await.len(), 2, "still the first login, because it was used");
    wait_minutes(10);
    call(&desk).await;
    call(&other).await;
    assert_eq!(sessions(&home).await.len(), 3, "idle for twenty minutes: its salt is gone");
    wait_minutes(16);
    desk.lock_idle();
    call(&desk).await;
    let mut hashes = sessions(&home).await;
    hashes.sort();
    hashes.dedup();
    assert_eq!(hashes.len(), 4, "and every login has another hash");

    let session = call(&desk).await;
    desk.log_out(&session).await.unwrap();
    call(&desk).await;
    for _ in 0..10 {
        assert!(desk.log_in_each_time(login("another password")).await.is_err());
    }
    let waits = desk.log_in_each_time(login("another password")).await;
    assert!(matches!(waits, Err(Error::Refused(refusal)) if refusal.message == "refusal-too-many-attempts"));
    call(&desk).await;
}
