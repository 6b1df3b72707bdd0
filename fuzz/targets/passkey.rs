//! What a browser and an authenticator answer: any JSON, and any bytes in the places that hold bytes. Nothing that was
//! not signed by the passkey's key is taken for a login.
#![no_main]

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use libfuzzer_sys::fuzz_target;
use passkey::{Challenge, Known, PublicKey, Site};
use std::sync::LazyLock;

static SITE: LazyLock<Site> = LazyLock::new(|| Site::of("https://monitor.example.org").expect("an address"));

/// The words of a browser that answers our question, so that what is below them is reached.
fn answer(kind: &str, response: &[(&str, &[u8])]) -> String {
    let challenge = URL_SAFE_NO_PAD.encode([7; 32]);
    let client =
        serde_json::json!({ "type": kind, "challenge": challenge, "origin": SITE.origin() }).to_string();
    let mut places = serde_json::Map::new();
    for (name, bytes) in [("clientDataJSON", client.as_bytes())].iter().chain(response) {
        places.insert((*name).to_owned(), URL_SAFE_NO_PAD.encode(bytes).into());
    }
    let id = URL_SAFE_NO_PAD.encode(b"id");
    serde_json::json!({ "id": id, "rawId": id, "type": "public-key", "response": places }).to_string()
}

fuzz_target!(|bytes: &[u8]| {
    let challenge = Challenge::from_bytes([7; 32]);
    if let Ok(text) = std::str::from_utf8(bytes) {
        let _ = passkey::id_of(text);
        let _ = passkey::add(&SITE, &challenge, text);
    }
    if let Ok(added) =
        passkey::add(&SITE, &challenge, &answer("webauthn.create", &[("attestationObject", bytes)]))
    {
        assert!(PublicKey::read(&added.public_key).is_ok(), "a key was added that cannot be read again");
    }
    let (head, tail) = bytes.split_at(bytes.len() / 2);
    let known = Known { id: b"id", public_key: tail, counter: 0, flags: 1 };
    let sent = answer("webauthn.get", &[("authenticatorData", head), ("signature", &[1; 64])]);
    assert!(
        passkey::used(&SITE, &challenge, &known, b"owner", &sent).is_err(),
        "a login without a signature"
    );
});
