//! Answers of browsers, right ones and each kind of wrong one.

mod authenticator;

use authenticator::{Authenticator, cbor_bytes};
use ed25519_dalek::Signer as _;
use passkey::{Added, AnswerError, Challenge, KeyError, Known, Owner, PublicKey, Site, Used};
use proptest::prelude::*;
use rsa::pkcs8::DecodePrivateKey;
use rsa::traits::PublicKeyParts;
use serde_json::{Value, json};

const ORIGIN: &str = "https://monitor.example.org";
const HANDLE: &[u8] = b"opaque";

fn site() -> Site {
    Site::of(ORIGIN).unwrap()
}

fn challenge(number: u8) -> Challenge {
    Challenge::from_bytes([number; 32])
}

fn options_to_make() -> String {
    passkey::creation(&site(), &challenge(1), &Owner { handle: HANDLE, name: "lee@example.org" }, &[])
}

fn options_to_use() -> String {
    passkey::request(&site(), &challenge(2), &[vec![7; 20]])
}

fn known(added: &Added) -> Known<'_> {
    Known { id: &added.id, public_key: &added.public_key, counter: added.counter, flags: added.flags }
}

fn made(authenticator: &mut Authenticator) -> Added {
    passkey::add(&site(), &challenge(1), &authenticator.make(&options_to_make(), ORIGIN)).unwrap()
}

#[test]
fn a_passkey_is_made_and_used_and_counts() {
    let mut authenticator = Authenticator::number(7);
    let mut added = made(&mut authenticator);
    assert_eq!((added.id.as_slice(), added.counter, added.flags), (&[7; 20][..], 0, 0x45));
    assert_eq!(added.public_key, authenticator.public_key());
    for expected in 1..4 {
        let answer = authenticator.answer(&options_to_use(), ORIGIN);
        assert_eq!(passkey::id_of(&answer).unwrap(), added.id);
        let used = passkey::used(&site(), &challenge(2), &known(&added), HANDLE, &answer);
        assert_eq!(used, Ok(Used { counter: expected }));
        added.counter = expected;
        let again = passkey::used(&site(), &challenge(2), &known(&added), HANDLE, &answer);
        assert_eq!(again, Err(AnswerError::CounterWentBack), "the same answer again");
    }
}

#[test]
fn an_authenticator_that_does_not_count_stays_at_zero() {
    let mut authenticator = Authenticator::number(7);
    let added = made(&mut authenticator);
    let answer = authenticator.answer_spoiled(&options_to_use(), ORIGIN, &|_, data| {
        data.truncate(33);
        data.extend([0; 4]);
    });
    let used = passkey::used(&site(), &challenge(2), &known(&added), HANDLE, &answer);
    assert_eq!(used, Ok(Used { counter: 0 }));
}

#[test]
fn a_spoiled_answer_makes_no_passkey() {
    use AnswerError::{NotPresent, OtherHost, OtherQuestion, Unreadable};
    type Spoil = fn(&mut Value, &mut Vec<u8>);
    let cases: [(Spoil, AnswerError); 12] = [
        (|client, _| client["type"] = json!("webauthn.get"), OtherQuestion("its type")),
        (|client, _| client["challenge"] = json!("AAAA"), OtherQuestion("its challenge")),
        (|client, _| client["origin"] = json!("https://evil.example"), OtherQuestion("its origin")),
        (|client, _| client["origin"] = json!("http://monitor.example.org"), OtherQuestion("its origin")),
        (|client, _| client["crossOrigin"] = json!(true), OtherQuestion("a frame of another site")),
        (|client, _| *client = json!([]), Unreadable("clientDataJSON")),
        (|_, data| data[0] ^= 1, OtherHost),
        (|_, data| data[32] &= !1, NotPresent),
        (|_, data| data[32] |= 0x10, Unreadable("backup flags")),
        (|_, data| data.push(0), Unreadable("authenticator data")),
        (|_, data| data[54] = 1, Unreadable("authenticator data")),
        (|_, data| data.truncate(36), Unreadable("authenticator data")),
    ];
    for (number, (spoil, error)) in cases.into_iter().enumerate() {
        let answer = Authenticator::number(7).make_spoiled(&options_to_make(), ORIGIN, &spoil);
        let refused = passkey::add(&site(), &challenge(1), &answer).unwrap_err();
        // A length that was changed leads into the key.
        let fits = refused == error || number == 10;
        assert!(fits, "case {number}: {refused:?}");
    }
    let mut other = Authenticator::number(8);
    let answer = other.make(&options_to_make(), ORIGIN);
    other.id[0] = 0;
    let mut named: Value = serde_json::from_str(&answer).unwrap();
    named["rawId"] = json!("AAAA");
    let refused = passkey::add(&site(), &challenge(1), &named.to_string());
    assert_eq!(refused, Err(Unreadable("rawId")));
    assert_eq!(passkey::add(&site(), &challenge(9), &answer), Err(OtherQuestion("its challenge")));
    let elsewhere = Site::of("https://monitor.example.org:8443").unwrap();
    assert_eq!(passkey::add(&elsewhere, &challenge(1), &answer), Err(OtherQuestion("its origin")));
}

#[test]
fn a_spoiled_answer_confirms_nothing() {
    use AnswerError::{NotPresent, NotVerified, OtherHost, OtherKind, OtherQuestion, Unreadable};
    type Spoil = fn(&mut Value, &mut Vec<u8>);
    let cases: [(Spoil, AnswerError); 9] = [
        (|client, _| client["type"] = json!("webauthn.create"), OtherQuestion("its type")),
        (|client, _| client["challenge"] = json!("AAAA"), OtherQuestion("its challenge")),
        (|client, _| client["origin"] = json!("https://evil.example"), OtherQuestion("its origin")),
        (|client, _| client["crossOrigin"] = json!(true), OtherQuestion("a frame of another site")),
        (|_, data| data[31] ^= 1, OtherHost),
        (|_, data| data[32] &= !1, NotPresent),
        (|_, data| data[32] &= !4, NotVerified),
        (|_, data| data[32] |= 8, OtherKind),
        (|_, data| data.push(0), Unreadable("authenticator data")),
    ];
    let mut authenticator = Authenticator::number(7);
    let added = made(&mut authenticator);
    for (number, (spoil, error)) in cases.into_iter().enumerate() {
        let answer = authenticator.answer_spoiled(&options_to_use(), ORIGIN, &spoil);
        let refused = passkey::used(&site(), &challenge(2), &known(&added), HANDLE, &answer);
        assert_eq!(refused, Err(error), "case {number}");
    }
    let right = authenticator.answer(&options_to_use(), ORIGIN);
    let used =
        |answer: &Value| passkey::used(&site(), &challenge(2), &known(&added), HANDLE, &answer.to_string());
    let right: Value = serde_json::from_str(&right).unwrap();
    assert!(used(&right).is_ok());
    // Whatever byte of the signed data, the browser's words or the signature is another, nothing is confirmed.
    for part in ["authenticatorData", "clientDataJSON", "signature"] {
        let text = right["response"][part].as_str().unwrap().to_owned();
        for place in 0..text.len() - 1 {
            let mut changed = text.clone().into_bytes();
            changed[place] = if changed[place] == b'A' { b'B' } else { b'A' };
            let mut answer = right.clone();
            answer["response"][part] = json!(String::from_utf8(changed).unwrap());
            assert!(used(&answer).is_err(), "{part} at {place}");
        }
    }
    let mut owned = right.clone();
    owned["response"]["userHandle"] = json!("b3BhcXVl");
    assert!(used(&owned).is_ok(), "the owner's handle, as some authenticators add it");
    owned["response"]["userHandle"] = json!("b3RoZXI");
    assert_eq!(used(&owned), Err(OtherQuestion("its owner")));
    // Another key under the same id.
    let mut forger = Authenticator::number(9);
    forger.id = authenticator.id.clone();
    let forged = forger.answer(&options_to_use(), ORIGIN);
    let refused = passkey::used(&site(), &challenge(2), &known(&added), HANDLE, &forged);
    assert_eq!(refused, Err(AnswerError::Signature));
}

#[test]
fn a_passkey_that_never_verified_need_not() {
    let mut authenticator = Authenticator::number(7);
    authenticator.flags = 0x01;
    let added = made(&mut authenticator);
    let answer = authenticator.answer(&options_to_use(), ORIGIN);
    assert!(passkey::used(&site(), &challenge(2), &known(&added), HANDLE, &answer).is_ok());
}

#[test]
fn extensions_and_claims_about_the_maker_are_passed_over() {
    let answer = Authenticator::number(7).make_spoiled(&options_to_make(), ORIGIN, &|_, data| {
        data[32] |= 0x80;
        data.extend(b"\xa1\x6bcredProtect\x02");
    });
    assert!(passkey::add(&site(), &challenge(1), &answer).is_ok());
    let answer = Authenticator::number(7).make_spoiled(&options_to_make(), ORIGIN, &|_, data| {
        data[32] |= 0x80;
        data.push(0x02);
    });
    assert!(passkey::add(&site(), &challenge(1), &answer).is_err(), "extensions are a map");
}

#[test]
fn ed25519_and_rsa_sign_as_well() {
    let edwards = ed25519_dalek::SigningKey::from_bytes(&[5; 32]);
    let mut key = b"\xa4\x01\x01\x03\x27\x20\x06\x21\x58\x20".to_vec();
    key.extend(edwards.verifying_key().as_bytes());
    signs(&key, &|message| edwards.sign(message).to_bytes().to_vec());

    let rsa = rsa::PrivateKey::from_pkcs8_pem(include_str!("authenticator/rsa.pem")).unwrap();
    let mut key = b"\xa4\x01\x03\x03\x39\x01\x00\x20".to_vec();
    key.extend(cbor_bytes(&rsa.n().to_be_bytes()));
    key.extend(b"\x21\x43\x01\x00\x01");
    signs(&key, &|message| rsa.pkcs1v15_sign::<sha2::Sha256>(message).unwrap().to_vec());
}

fn signs(key: &[u8], sign: &dyn Fn(&[u8]) -> Vec<u8>) {
    let mut authenticator = Authenticator::number(7);
    let answer = authenticator.make_with_key(&options_to_make(), ORIGIN, key, &|_, _| {});
    let added = passkey::add(&site(), &challenge(1), &answer).unwrap();
    let used = |answer: &str| passkey::used(&site(), &challenge(2), &known(&added), HANDLE, answer);
    let right = authenticator.answer_signed(&options_to_use(), ORIGIN, &|_, _| {}, sign);
    assert_eq!(used(&right), Ok(Used { counter: 1 }));
    let other = authenticator
        .answer_signed(&options_to_use(), ORIGIN, &|_, _| {}, &|message| sign(&[message, b"!"].concat()));
    assert_eq!(used(&other), Err(AnswerError::Signature));
}

#[test]
fn unsound_keys_are_refused() {
    let good = Authenticator::number(7).public_key();
    assert!(PublicKey::read(&good).is_ok());
    let read = |key: &[u8]| PublicKey::read(key).err();
    let changed = |place: usize, byte: u8| {
        let mut key = good.clone();
        key[place] = byte;
        read(&key)
    };
    assert_eq!(changed(12, good[12] ^ 1), Some(KeyError::Unsound), "a point off the curve");
    assert_eq!(changed(4, 0x27), Some(KeyError::Unknown), "another algorithm for this curve");
    assert_eq!(changed(6, 0x02), Some(KeyError::Unknown), "another curve");
    assert_eq!(read(&[&good[..], &[0]].concat()), Some(KeyError::Unreadable), "more bytes behind it");
    assert_eq!(read(b"\xa2\x01\x02\x01\x02"), Some(KeyError::Unreadable), "a parameter twice");
    let identity = [b"\xa4\x01\x01\x03\x27\x20\x06\x21\x58\x20\x01".as_slice(), &[0; 31]].concat();
    assert_eq!(read(&identity), Some(KeyError::Unsound), "a point of small order");
    let mut short = b"\xa4\x01\x03\x03\x39\x01\x00\x20".to_vec();
    short.extend(cbor_bytes(&[0xff; 128]));
    short.extend(b"\x21\x43\x01\x00\x01");
    assert_eq!(read(&short), Some(KeyError::Unsound), "1024 bits");
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..300), text in ".{0,200}") {
        let _ = PublicKey::read(&bytes);
        let _ = passkey::add(&site(), &challenge(1), &text);
        let _ = Site::of(&text);
        let answer = Authenticator::number(7).make_spoiled(&options_to_make(), ORIGIN, &|_, data| {
            data.truncate(37);
            data[32] = bytes.first().copied().unwrap_or(0xc1);
            data.extend(&bytes);
        });
        let _ = passkey::add(&site(), &challenge(1), &answer);
    }
}
