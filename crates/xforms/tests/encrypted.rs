//! Submissions encrypted on the phone are opened, and everything that does not fit is said.

mod collect;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use serde_json::Value;
use std::collections::HashMap;
use xforms::{
    EncryptionError, Envelope, Limits, PrivateKey, SignatureCheck, Submission, SubmissionError, open,
};

/// Made by other software, see `vectors/make_encrypted.py`.
struct Phone {
    vector: Value,
    envelope: Envelope,
    files: HashMap<String, Vec<u8>>,
}

impl Phone {
    fn new() -> Phone {
        let vector: Value = serde_json::from_str(include_str!("vectors/encrypted.json")).expect("it is JSON");
        let xml = vector["envelope"].as_str().expect("it is text");
        let submission = Submission::read(xml.as_bytes(), &Limits::SUBMISSION).expect("it is a submission");
        let envelope = submission.encrypted.expect("it is encrypted");
        let files = vector["files"].as_object().expect("it is a map");
        let files = files.iter().map(|(name, data)| (name.clone(), decode(data))).collect();
        Phone { vector, envelope, files }
    }

    fn key(&self, kind: &str) -> PrivateKey {
        PrivateKey::from_pem(self.vector[kind].as_str().expect("it is text")).expect("it is a key")
    }

    fn open(&self) -> Result<xforms::OpenedSubmission, EncryptionError> {
        open(&self.envelope, &self.key("pkcs8"), |name| self.files.get(name).cloned(), &mut dice())
    }
}

fn dice() -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(7)
}

fn decode(data: &Value) -> Vec<u8> {
    STANDARD.decode(data.as_str().expect("it is text")).expect("it is base64")
}

#[test]
fn the_holder_of_the_key_opens_it_with_all_its_files() {
    let phone = Phone::new();
    for kind in ["pkcs1", "pkcs8"] {
        let opened =
            open(&phone.envelope, &phone.key(kind), |name| phone.files.get(name).cloned(), &mut dice())
                .unwrap_or_else(|error| panic!("{kind}: {error}"));
        assert_eq!(opened.signature, SignatureCheck::Matches);
        assert_eq!(opened.missing, [""; 0]);
        assert_eq!(opened.xml.as_slice(), phone.vector["xml"].as_str().expect("it is text").as_bytes());
        assert_eq!(opened.media.len(), 18);
        for (name, bytes) in &opened.media {
            assert_eq!(bytes.as_slice(), decode(&phone.vector["media"][name]), "{name}");
        }
        let submission = opened.submission(&Limits::SUBMISSION).expect("it is a submission");
        assert_eq!(submission.root.child("site").map(|site| site.text.as_str()), Some("남포"));
    }
}

#[test]
fn any_number_and_length_of_files_comes_back() {
    let phone = Phone::new();
    for files in 0..40_usize {
        let media: Vec<_> = (0..files).map(|n| (format!("{n}.bin"), vec![n as u8; n * 7])).collect();
        let id = format!("uuid:{files}");
        let xml = format!(r#"<data id="f"><meta><instanceID>{id}</instanceID></meta></data>"#);
        let pem = phone.vector["pkcs8"].as_str().expect("it is text");
        let (envelope, sealed) =
            collect::seal_like_collect(pem, ("f", None, &id), xml.as_bytes(), &media, &mut dice());
        let envelope =
            Submission::read(envelope.as_bytes(), &Limits::SUBMISSION).expect("it is a submission");
        let envelope = envelope.encrypted.expect("it is encrypted");
        assert_eq!(envelope.files().count(), files + 1);
        let opened = open(&envelope, &phone.key("pkcs8"), |name| sealed.get(name).cloned(), &mut dice());
        let opened = opened.unwrap_or_else(|error| panic!("{files}: {error}"));
        assert_eq!(opened.signature, SignatureCheck::Matches);
        assert!(opened.submission(&Limits::SUBMISSION).is_ok());
        assert!(
            opened.media.iter().zip(&media).all(|(opened, sent)| opened.0 == sent.0 && *opened.1 == sent.1)
        );
    }
}

#[test]
fn a_missing_photo_is_named_and_the_rest_opened() {
    let mut phone = Phone::new();
    phone.files.remove("3.jpg.enc");
    let opened = phone.open().unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(opened.missing, ["3.jpg.enc"]);
    assert_eq!(opened.signature, SignatureCheck::FilesMissing);
    assert_eq!(opened.media.len(), 17);

    phone.files.remove("submission.xml.enc");
    let error = phone.open().err();
    assert_eq!(error, Some(EncryptionError::Missing { name: "submission.xml.enc".into() }));
}

#[test]
fn changed_files_do_not_match_the_signature() {
    let mut phone = Phone::new();
    phone.files.get_mut("5.jpg.enc").expect("it is there")[0] ^= 1;
    assert_eq!(phone.open().map(|opened| opened.signature).ok(), Some(SignatureCheck::Differs));

    let mut phone = Phone::new();
    phone.envelope.version = Some("4".into());
    assert_eq!(phone.open().map(|opened| opened.signature).ok(), Some(SignatureCheck::Differs));

    let mut phone = Phone::new();
    phone.envelope.signature_base64 = Some("bm90aGluZw==".into());
    assert_eq!(phone.open().map(|opened| opened.signature).ok(), Some(SignatureCheck::Differs));
    phone.envelope.signature_base64 = None;
    assert_eq!(phone.open().map(|opened| opened.signature).ok(), Some(SignatureCheck::Absent));
}

#[test]
fn a_cut_file_is_called_damaged() {
    for length in [0, 1, 15, 16] {
        let mut phone = Phone::new();
        phone.files.get_mut("submission.xml.enc").expect("it is there").truncate(length);
        let error = phone.open().err();
        assert_eq!(error, Some(EncryptionError::Damaged { name: "submission.xml.enc".into() }), "{length}");
    }
}

#[test]
fn another_submission_under_the_envelope_is_noticed() {
    let mut phone = Phone::new();
    phone.envelope.form_id = "other".into();
    let opened = phone.open().unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(opened.submission(&Limits::SUBMISSION).err(), Some(EncryptionError::OtherSubmission));
}

#[test]
fn another_key_does_not_open_it() {
    let phone = Phone::new();
    let mut envelope = phone.envelope.clone();
    envelope.encrypted_key_base64 = envelope.signature_base64.clone().expect("it is signed");
    let error = open(&envelope, &phone.key("pkcs8"), |_| None, &mut dice()).err();
    assert_eq!(error, Some(EncryptionError::WrongKey), "sixteen bytes are no AES-256 key");
    envelope.encrypted_key_base64 = "not base64".into();
    let error = open(&envelope, &phone.key("pkcs8"), |_| None, &mut dice()).err();
    assert_eq!(error, Some(EncryptionError::WrongKey));
}

#[test]
fn keys_that_cannot_be_used_are_explained() {
    let unreadable = PrivateKey::from_pem("hello").err();
    assert_eq!(unreadable, Some(EncryptionError::KeyUnreadable));
    let locked = PrivateKey::from_pem(
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIB\n-----END ENCRYPTED PRIVATE KEY-----",
    );
    assert_eq!(locked.err(), Some(EncryptionError::KeyHasPassword));
}

#[test]
fn an_envelope_without_its_parts_is_refused() {
    for (inside, missing) in [
        ("", "instanceID"),
        ("<meta><instanceID>uuid:1</instanceID></meta>", "base64EncryptedKey"),
        (
            "<meta><instanceID>uuid:1</instanceID></meta><base64EncryptedKey>AA==</base64EncryptedKey>",
            "encryptedXmlFile",
        ),
    ] {
        let xml = format!(r#"<data id="f" encrypted="yes">{inside}</data>"#);
        let error = Submission::read(xml.as_bytes(), &Limits::SUBMISSION).err();
        assert_eq!(error, Some(SubmissionError::Envelope { missing }));
    }
    let plain = Submission::read(br#"<data id="f" encrypted="no"/>"#, &Limits::SUBMISSION);
    assert!(plain.is_ok_and(|submission| submission.encrypted.is_none()));
}
