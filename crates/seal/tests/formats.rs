//! What the first version stored must open for ever: databases and printed codes outlive programs.
//! `formats.txt` was written by format 1 and never changes; `formats.py` opens the same file with
//! another language's ciphers, by the README's description alone.

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use seal::*;
use std::collections::BTreeMap;

const STORED: &str = include_str!("formats.txt");
const PASSWORD: &str = "등대 Path1";
const EPOCH: Place<'static> = Place::new("epoch", "1", "data key");
const RECORD: Place<'static> = Place::new("submission", "uuid:1", "identity key");
const FIELD: Place<'static> = Place::new("submission", "uuid:1", "identity");
const FILE: Place<'static> = Place::new("attachment", "uuid:1", "voice.m4a");
const VALUE: &str = "리영희, 李泳禧";
const VOICE: [u8; 300] = [0x5a; 300];

#[test]
fn format_1_opens() {
    let lines: BTreeMap<&str, &str> = STORED.lines().filter_map(|l| l.split_once(": ")).collect();
    let text = |name| *lines.get(name).unwrap_or_else(|| panic!("{name} is missing"));
    let bytes = |name| hex::decode(text(name)).unwrap();

    let token = Token::parse(text("token")).unwrap();
    assert!(token.has_hash(&bytes("token hash")));
    let key = token.secret_key();
    let public = PublicKey::from_slice(&bytes("public key")).unwrap();
    assert_eq!(key.public(), public);

    let mut data_key = DataKey::open(&key, &EPOCH, &bytes("data key")).unwrap();
    data_key.advance();
    let record_key = RecordKey::unwrap(&data_key, &RECORD, &bytes("record key")).unwrap();
    let value = open_value(&record_key, &FIELD, &bytes("value")).unwrap();
    assert_eq!(value.expose_text(), Some(VALUE));
    let mut voice = Vec::new();
    open_stream(&record_key, &FILE, bytes("file").as_slice(), &mut voice).unwrap();
    assert_eq!(voice, VOICE);

    let by_password = unlock_with_password(&bytes("locked with password"), PASSWORD).unwrap();
    let code = text("recovery code").parse().unwrap();
    let by_code = unlock_with_code(&bytes("locked with code"), &code).unwrap();
    let shares = ["share 1", "share 3"].map(|name| text(name).parse::<Share>().unwrap());
    let by_shares = combine(&shares, &public).unwrap();
    assert!([by_password, by_code, by_shares].iter().all(|k| k.same_as(&key)));
}

/// Writes a file like `formats.txt` to the temporary directory: for the next format, beside this one.
#[test]
#[ignore = "writes a new file of stored forms"]
fn write_stored_forms() {
    let rng = &mut ChaCha20Rng::from_seed([1; 32]);
    let token = Token::fresh(rng);
    let key = token.secret_key();
    let public = key.public();
    let mut data_key = DataKey::fresh(rng);
    let sealed_data_key = data_key.sealed_to(&public, &EPOCH, rng);
    data_key.advance();
    let record_key = RecordKey::fresh(rng);
    let mut file = Vec::new();
    seal_stream(&record_key, &FILE, VOICE.as_slice(), &mut file, rng).unwrap();
    let cost = Cost::new(64, 2, 1).unwrap();
    let code = RecoveryCode::fresh(rng);
    let mut lines = vec![
        ("token", token.expose().to_owned()),
        ("token hash", hex::encode(token.hash())),
        ("public key", hex::encode(public.to_bytes())),
        ("data key", hex::encode(sealed_data_key)),
        ("record key", hex::encode(record_key.wrap(&data_key, &RECORD, rng))),
        ("value", hex::encode(seal_value(&record_key, &FIELD, VALUE.as_bytes(), rng))),
        ("file", hex::encode(file)),
        ("locked with password", hex::encode(lock_with_password(&key, PASSWORD, cost, rng).unwrap())),
        ("recovery code", code.to_string()),
        ("locked with code", hex::encode(lock_with_code(&key, &code, rng))),
    ];
    let shares = split(&key, 2, 3, rng).unwrap();
    for (name, share) in ["share 1", "share 2", "share 3"].into_iter().zip(&shares) {
        lines.push((name, share.to_string()));
    }
    let text: String = lines.iter().map(|(name, value)| format!("{name}: {value}\n")).collect();
    std::fs::write(std::env::temp_dir().join("formats.txt"), text).unwrap();
}
