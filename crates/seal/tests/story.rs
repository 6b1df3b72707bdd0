//! What members and a thief see, told from the outside.

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use seal::*;

fn dice(seed: u8) -> ChaCha20Rng {
    ChaCha20Rng::from_seed([seed; 32])
}

const COST: Cost = Cost::WEAK_FOR_TESTS;

#[test]
fn a_member_logs_in_reads_and_locks() {
    let rng = &mut dice(1);
    let member = SecretKey::fresh(rng);
    let locked = lock_with_password(&member, "등대 2026", COST, rng).unwrap();
    let (identity, working) = (SecretKey::fresh(rng), SecretKey::fresh(rng));
    let at = |field| Place::new("membership", "m1", field);
    let sealed_identity = identity.sealed_to(&member.public(), &at("identity"), rng);
    let sealed_working = working.sealed_to(&member.public(), &at("working"), rng);

    // Log in: the password gives the member's key, that gives the compartments', and they wait in
    // the session under the cookie's key.
    let member = unlock_with_password(&locked, "등대 2026").unwrap();
    let token = Token::fresh(rng);
    let keys = vec![
        (7, SecretKey::open(&member, &at("identity"), &sealed_identity).unwrap()),
        (8, SecretKey::open(&member, &at("working"), &sealed_working).unwrap()),
    ];
    let mut session = SessionBox::lock(&token, keys, rng);

    // A later request brings the cookie.
    let cookie = token.expose().to_owned();
    let token = Token::parse(&cookie).unwrap();
    assert!(session.open_one(&token, 7).unwrap().same_as(&identity));
    let all = session.open(&token).unwrap();
    assert_eq!(session.ids().collect::<Vec<_>>(), [7, 8]);
    assert!(all.iter().any(|(id, key)| *id == 8 && key.same_as(&working)));

    // A new epoch during the session.
    let newer = SecretKey::fresh(rng);
    session.add(&token, 8, &newer, rng);
    assert!(session.open_one(&token, 8).unwrap().same_as(&newer));
    assert_eq!(session.ids().count(), 2);

    // Another cookie opens nothing; a compartment she is not in is not there.
    let other = Token::fresh(rng);
    assert_eq!(session.open_one(&other, 7).err(), Some(SessionError::WrongToken));
    assert_eq!(session.open(&other).err(), Some(SessionError::WrongToken));
    assert_eq!(session.open_one(&token, 9).err(), Some(SessionError::NoSuchKey(9)));
}

#[test]
fn passwords_are_read_alike_on_every_keyboard() {
    let rng = &mut dice(2);
    let key = SecretKey::fresh(rng);
    let locked = lock_with_password(&key, "등대 Path1", COST, rng).unwrap();
    // Decomposed Hangul, and full-width Latin from an input method left switched on.
    for typed in ["등대 Path1", "\u{1103}\u{1173}\u{11bc}\u{1103}\u{1162} Path1", "등대 Ｐａｔｈ１"]
    {
        assert!(unlock_with_password(&locked, typed).unwrap().same_as(&key));
    }
    for typed in ["등대 path1", "등대 Path1 ", "", "등대"] {
        assert_eq!(unlock_with_password(&locked, typed).err(), Some(PasswordError::WrongPassword));
    }
}

#[test]
fn a_wrong_password_is_told_from_a_damaged_row() {
    let rng = &mut dice(3);
    let key = SecretKey::fresh(rng);
    let locked = lock_with_password(&key, "secret", COST, rng).unwrap();
    assert_eq!(locked.len(), 110);
    for bit in 0..locked.len() * 8 {
        let mut damaged = locked.clone();
        damaged[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(unlock_with_password(&damaged, "secret").err(), Some(PasswordError::Damaged));
    }
    for size in 0..locked.len() {
        assert_eq!(unlock_with_password(&locked[..size], "secret").err(), Some(PasswordError::Damaged));
    }
}

#[test]
fn costs_that_would_stop_the_server_are_refused() {
    assert_eq!(Cost::new(4 * 1024 * 1024, 1, 1), Err(BadCost));
    assert_eq!(Cost::new(1024, 1000, 1), Err(BadCost));
    assert_eq!(Cost::new(7, 1, 1), Err(BadCost));
    assert_eq!(Cost::new(8, 1, 2), Err(BadCost));
    assert!(Cost::new(46 * 1024, 1, 1).is_ok());
    assert_eq!(Cost::default(), Cost::DEFAULT);
}

#[test]
fn a_printed_code_opens_when_the_password_is_forgotten() {
    let rng = &mut dice(4);
    let key = SecretKey::fresh(rng);
    let code = RecoveryCode::fresh(rng);
    let locked = lock_with_code(&key, &code, rng);

    let printed = code.to_string();
    assert_eq!(printed.len(), 39, "eight groups of four: {}", printed.len());
    let typed = printed.to_lowercase().replace('-', " ").replace('0', "O");
    let code: RecoveryCode = typed.parse().unwrap();
    assert!(unlock_with_code(&locked, &code).unwrap().same_as(&key));

    let other = RecoveryCode::fresh(rng);
    assert_eq!(unlock_with_code(&locked, &other).err(), Some(RecoveryError::WrongCode));
    for bit in 0..locked.len() * 8 {
        let mut damaged = locked.clone();
        damaged[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(unlock_with_code(&damaged, &code).err(), Some(RecoveryError::Damaged));
    }
    assert!("".parse::<RecoveryCode>().is_err());
}

#[test]
fn shares_restore_together_and_not_alone() {
    let rng = &mut dice(5);
    let key = SecretKey::fresh(rng);
    let public = key.public();
    let printed: Vec<String> = split(&key, 3, 5, rng).unwrap().iter().map(Share::to_string).collect();
    assert!(printed.iter().all(|code| code.split('-').count() == 16));
    let share = |n: usize| printed[n].parse::<Share>().unwrap();

    let three = [share(4), share(0), share(2)];
    assert!(combine(&three, &public).unwrap().same_as(&key));
    assert_eq!((share(4).number(), share(4).threshold()), (5, 3));

    assert_eq!(
        combine(&[share(0), share(1), share(0)], &public).err(),
        Some(ShareError::TooFew { found: 2, needed: 3 })
    );
    assert_eq!(combine(&[], &public).err(), Some(ShareError::TooFew { found: 0, needed: 2 }));
    let other_set = split(&key, 3, 5, rng).unwrap();
    let mixed = [share(0), share(1), other_set[2].to_string().parse().unwrap()];
    assert!(matches!(combine(&mixed, &public).err(), Some(ShareError::MixedSets(..))));
    let other_key = SecretKey::fresh(rng).public();
    assert_eq!(combine(&three, &other_key).err(), Some(ShareError::WrongKey));
    for (threshold, count) in [(0, 3), (1, 3), (4, 3), (2, 0)] {
        assert!(split(&key, threshold, count, rng).is_err());
    }
    assert!("1234".parse::<Share>().is_err());
}

#[test]
fn a_device_is_its_token() {
    let rng = &mut dice(6);
    let token = Token::fresh(rng);
    assert_eq!(token.expose().len(), 64);
    let stored_hash = token.hash();
    let stored_public = token.secret_key().public();
    let place = Place::new("device", "d1", "entity key");
    let sealed = seal_to(&stored_public, &place, b"for the phone", rng);

    let called = Token::parse(token.expose()).unwrap();
    assert!(called.has_hash(&stored_hash));
    assert!(!called.has_hash(&stored_hash[1..]));
    assert!(!Token::fresh(rng).has_hash(&stored_hash));
    let opened = open_sealed(&called.secret_key(), &place, &sealed).unwrap();
    assert_eq!(opened.expose_text(), Some("for the phone"));

    for bad in ["", "short", &"%".repeat(64), &"é".repeat(32), &"a".repeat(65)] {
        assert_eq!(Token::parse(bad).err(), Some(BadToken));
    }
}

#[test]
fn the_memory_of_a_busy_server_does_not_open_what_it_received_before() {
    let rng = &mut dice(7);
    let compartment = SecretKey::fresh(rng);
    let epoch = Place::new("epoch", "1", "data key");
    let at = |n: usize| ["r0", "r1", "r2"][n];
    let mut in_memory = DataKey::fresh(rng);
    let stored = in_memory.sealed_to(&compartment.public(), &epoch, rng);
    let mut wrapped = Vec::new();
    for n in 0..3 {
        let key = RecordKey::fresh(rng);
        wrapped.push(key.wrap(&in_memory, &Place::new("s", at(n), "key"), rng));
        in_memory.advance();
    }
    for (n, wrapped) in wrapped.iter().enumerate() {
        assert!(RecordKey::unwrap(&in_memory, &Place::new("s", at(n), "key"), wrapped).is_err());
    }
    // The compartment reads them all, in order, from the epoch's first key.
    let mut reader = DataKey::open(&compartment, &epoch, &stored).unwrap();
    for (n, wrapped) in wrapped.iter().enumerate() {
        assert!(RecordKey::unwrap(&reader, &Place::new("s", at(n), "key"), wrapped).is_ok());
        reader.advance();
    }
}

#[test]
fn a_record_key_can_be_sealed_without_a_data_key() {
    let rng = &mut dice(8);
    let compartment = SecretKey::fresh(rng);
    let place = Place::new("submission", "r1", "key");
    let key = RecordKey::fresh(rng);
    let sealed = key.sealed_to(&compartment.public(), &place, rng);
    let value = seal_value(&key, &place, b"text", rng);
    let key = RecordKey::open(&compartment, &place, &sealed).unwrap();
    assert_eq!(open_value(&key, &place, &value).unwrap().expose(), b"text");
    // What holds another kind of thing is refused, not cut to fit.
    let long = seal_to(&compartment.public(), &place, &[0; 33], rng);
    assert!(RecordKey::open(&compartment, &place, &long).is_err());
    assert!(SecretKey::open(&compartment, &place, &long).is_err());
    assert!(DataKey::open(&compartment, &place, &long).is_err());
}

#[test]
fn debug_output_and_errors_show_no_secret() {
    let rng = &mut dice(9);
    let key = RecordKey::fresh(rng);
    let place = Place::new("submission", "r1", "identity");
    let sealed = seal_value(&key, &place, b"Ri Yeong-hui", rng);
    let opened = open_value(&key, &place, &sealed).unwrap();
    assert_eq!(format!("{opened:?}"), "Opened(…)");
    let upper = opened.map(|bytes| bytes.to_ascii_uppercase());
    assert_eq!(upper.expose_text(), Some("RI YEONG-HUI"));
    assert_eq!(format!("{:?}", Salt::fresh(rng)), "Salt(…)");
    let share = &split(&SecretKey::fresh(rng), 2, 2, rng).unwrap()[0];
    let shown = format!("{share:?}");
    assert!(shown.starts_with("Share(1 of set ") && shown.len() < 40);

    let elsewhere = Place::new("submission", "r2", "identity");
    let error = open_value(&key, &elsewhere, &sealed).unwrap_err();
    let message = error.to_string();
    assert!(message.contains("submission / r2 / identity"), "{message}");
    let newer = [&[9], &sealed[1..]].concat();
    assert!(matches!(open_value(&key, &place, &newer), Err(OpenError::UnknownFormat { version: 9, .. })));
    assert!(matches!(open_value(&key, &place, &sealed[..20]), Err(OpenError::CutShort { size: 20, .. })));
}

#[test]
fn salts_survive_storage() {
    let salt = Salt::fresh(&mut dice(10));
    assert_eq!(Salt::from_bytes(*salt.as_bytes()).as_bytes(), salt.as_bytes());
}

#[test]
fn a_password_leads_to_one_token_under_each_salt() {
    let token = |password: &str, salt: u8| Token::of_password(password, &[salt; 32], COST).unwrap().hash();
    assert_eq!(token("등대 2026", 1), token("등대 2026", 1));
    assert_eq!(
        token("등대 2026", 1),
        token("\u{1103}\u{1173}\u{11bc}\u{1103}\u{1162} 2026", 1),
        "however it is typed"
    );
    assert_ne!(token("등대 2026", 1), token("등대 2026", 2));
    assert_ne!(token("등대 2026", 1), token("등대 2027", 1));
}
