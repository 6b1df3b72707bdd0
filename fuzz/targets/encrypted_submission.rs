//! The envelope and the files of a submission that the phone encrypted.
//!
//! The first byte chooses: an envelope made of the rest, opened with the files of an honest phone; or the envelope
//! of that phone with the rest as one of its files.
#![no_main]

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use libfuzzer_sys::fuzz_target;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::LazyLock;
use xforms::{ContentKey, Envelope, Limits, PrivateKey, Submission, open};

struct Phone {
    files: BTreeMap<String, Vec<u8>>,
    private_key: PrivateKey,
    content_key: ContentKey,
}

static PHONE: LazyLock<Phone> = LazyLock::new(|| {
    let vector: Value =
        serde_json::from_str(include_str!("../../crates/xforms/tests/vectors/encrypted.json"))
            .expect("the vector is JSON");
    let text = |name: &str| vector[name].as_str().expect("it is text");
    let envelope = envelope(text("envelope").as_bytes()).expect("it is encrypted");
    let files = vector["files"].as_object().expect("it is a map").iter();
    let files = files.map(|(name, data)| {
        let data = STANDARD.decode(data.as_str().expect("it is text")).expect("it is base64");
        (name.clone(), data)
    });
    let private_key = PrivateKey::from_pem(text("pkcs8")).expect("it is a key");
    let content_key = ContentKey::open(&envelope, &private_key, &mut dice()).expect("it is the key");
    Phone { files: files.collect(), private_key, content_key }
});

fn envelope(xml: &[u8]) -> Option<Envelope> {
    Submission::read(xml, &Limits::SUBMISSION).ok()?.encrypted
}

fn dice() -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(7)
}

fuzz_target!(|bytes: &[u8]| {
    let Some((&choice, rest)) = bytes.split_first() else { return };
    let phone = &*PHONE;
    if choice == b'e' {
        let Some(envelope) = envelope(rest) else { return };
        if let Ok(opened) =
            open(&envelope, &phone.private_key, |name| phone.files.get(name).cloned(), &mut dice())
        {
            let _ = opened.submission(&Limits::SUBMISSION);
        }
    } else if let Some(opened) = phone.content_key.open_file(usize::from(choice), rest.to_vec()) {
        assert!(opened.len() < rest.len(), "something of the padding stayed");
        let _ = Submission::read(&opened, &Limits::SUBMISSION);
    }
});
