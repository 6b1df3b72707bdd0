//! Passkeys of members, on both databases.
#![allow(clippy::print_stdout)] // What was skipped.

mod databases;

use databases::on_both;
use store::member::{self, Member, Passkey};
use store::{Fault, Store};

fn member_numbered(id: i64) -> Member {
    Member {
        id,
        email: format!("{id}@example.org"),
        name: String::new(),
        administrator: false,
        language: String::new(),
        public_key: vec![1],
        password_lock: vec![2],
        recovery_lock: None,
        sealed_totp: None,
        created_at: 1,
        updated_at: None,
        last_login_at: None,
        left_at: None,
    }
}

fn passkey(id: i64, member: i64, credential: u8, counter: i64) -> Passkey {
    Passkey {
        id,
        member,
        name: "노트북".to_owned(),
        host: "monitor.example.org".to_owned(),
        credential: vec![credential; 20],
        public_key: vec![0, 255],
        counter,
        flags: 5,
        created_at: 9,
    }
}

fn uses(store: &Store, id: i64, counter: i64) -> bool {
    store.write_blocking(move |tx| member::use_passkey(tx, id, counter)).unwrap()
}

#[test]
fn a_passkey_belongs_to_one_member_and_its_counter_only_grows() {
    on_both(|home| {
        let store = home.open();
        store
            .write_blocking(|tx| {
                member::add(tx, &member_numbered(1))?;
                member::add(tx, &member_numbered(2))?;
                member::add_passkey(tx, &passkey(10, 1, 7, 0))?;
                member::add_passkey(tx, &passkey(11, 1, 8, 41))
            })
            .unwrap();
        let taken = store.write_blocking(|tx| member::add_passkey(tx, &passkey(12, 2, 7, 0)));
        assert!(matches!(taken, Err(Fault::Conflict { .. })), "{taken:?}");

        let kept = store.read_blocking(|tx| member::passkeys(tx, 1)).unwrap();
        let [first, second] = kept.as_slice() else { panic!("two passkeys") };
        assert_eq!((first.name.as_str(), first.host.as_str()), ("노트북", "monitor.example.org"));
        assert_eq!((first.credential.clone(), first.public_key.clone()), (vec![7; 20], vec![0, 255]));
        assert_eq!((second.counter, second.flags, second.created_at), (41, 5, 9));
        let with = store.read_blocking(member::with_passkeys).unwrap();
        assert_eq!(with.into_iter().collect::<Vec<_>>(), [1]);

        assert!(uses(&store, 10, 0) && uses(&store, 10, 0), "one that does not count");
        assert!(uses(&store, 11, 42));
        assert!(!uses(&store, 11, 42) && !uses(&store, 11, 1) && !uses(&store, 11, 0));
        assert!(!uses(&store, 99, 1), "one that is gone");

        let removed = store.write_blocking(|tx| member::remove_passkey(tx, 2, 10)).unwrap();
        assert!(!removed, "somebody else's");
        assert!(store.write_blocking(|tx| member::remove_passkey(tx, 1, 10)).unwrap());
        store.write_blocking(|tx| member::remove_passkeys_of(tx, 1)).unwrap();
        assert!(store.read_blocking(|tx| member::passkeys(tx, 1)).unwrap().is_empty());
    });
}
