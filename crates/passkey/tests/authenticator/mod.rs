//! An authenticator in software, with the browser around it: answers options as both would, rightly or not.
#![allow(dead_code, reason = "each test file uses its own part")]

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p256::ecdsa::signature::Signer;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// A security key with one passkey (ES256).
#[derive(Clone)]
pub struct Authenticator {
    key: p256::ecdsa::SigningKey,
    /// By what it is known.
    pub id: Vec<u8>,
    /// Signatures made so far.
    pub counter: u32,
    /// 1 present, 4 verified, 8 may be copied.
    pub flags: u8,
}

/// What a test may spoil: the browser's words, and what the authenticator signs.
pub type Spoil<'a> = &'a dyn Fn(&mut Value, &mut Vec<u8>);

fn text(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn hash(bytes: &[u8]) -> Vec<u8> {
    Sha256::digest(bytes).to_vec()
}

/// A CBOR byte string of less than 65,536 bytes.
pub fn cbor_bytes(bytes: &[u8]) -> Vec<u8> {
    let mut all = vec![0x59];
    all.extend((bytes.len() as u16).to_be_bytes());
    all.extend(bytes);
    all
}

impl Authenticator {
    /// One of its own for each number.
    pub fn number(number: u8) -> Authenticator {
        let key = p256::ecdsa::SigningKey::from_slice(&[number; 32]).unwrap();
        Authenticator { key, id: vec![number; 20], counter: 0, flags: 0x05 }
    }

    /// Its public key (COSE_Key).
    pub fn public_key(&self) -> Vec<u8> {
        let point = self.key.verifying_key().to_sec1_point(false);
        let mut key = vec![0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20];
        key.extend(point.x().unwrap());
        key.extend([0x22, 0x58, 0x20]);
        key.extend(point.y().unwrap());
        key
    }

    /// The answer to options for making a passkey.
    pub fn make(&mut self, options: &str, origin: &str) -> String {
        self.make_spoiled(options, origin, &|_, _| {})
    }

    /// The same, spoiled.
    pub fn make_spoiled(&mut self, options: &str, origin: &str, spoil: Spoil<'_>) -> String {
        let key = self.public_key();
        self.make_with_key(options, origin, &key, spoil)
    }

    /// The same, with another public key.
    pub fn make_with_key(&mut self, options: &str, origin: &str, key: &[u8], spoil: Spoil<'_>) -> String {
        let options: Value = serde_json::from_str(options).unwrap();
        let mut client = json!({
            "type": "webauthn.create",
            "challenge": options["challenge"],
            "origin": origin,
            "crossOrigin": false,
        });
        let mut data = self.data(options["rp"]["id"].as_str().unwrap(), self.flags | 0x40);
        data.extend([0; 16]);
        data.extend((self.id.len() as u16).to_be_bytes());
        data.extend(&self.id);
        data.extend(key);
        spoil(&mut client, &mut data);
        let mut object = vec![0xa3];
        object.extend(b"\x63fmt\x64none\x67attStmt\xa0\x68authData");
        object.extend(cbor_bytes(&data));
        json!({
            "id": text(&self.id),
            "rawId": text(&self.id),
            "type": "public-key",
            "response": {
                "clientDataJSON": text(client.to_string().as_bytes()),
                "attestationObject": text(&object),
            },
            "clientExtensionResults": {},
        })
        .to_string()
    }

    /// The answer to options for using a passkey.
    pub fn answer(&mut self, options: &str, origin: &str) -> String {
        self.answer_spoiled(options, origin, &|_, _| {})
    }

    /// The same, spoiled before it is signed.
    pub fn answer_spoiled(&mut self, options: &str, origin: &str, spoil: Spoil<'_>) -> String {
        let key = self.key.clone();
        self.answer_signed(options, origin, spoil, &|message| {
            let signature: p256::ecdsa::DerSignature = key.sign(message);
            signature.as_bytes().to_vec()
        })
    }

    /// The same, signed in another way.
    pub fn answer_signed(
        &mut self,
        options: &str,
        origin: &str,
        spoil: Spoil<'_>,
        sign: &dyn Fn(&[u8]) -> Vec<u8>,
    ) -> String {
        let options: Value = serde_json::from_str(options).unwrap();
        let mut client = json!({
            "type": "webauthn.get",
            "challenge": options["challenge"],
            "origin": origin,
            "crossOrigin": false,
        });
        self.counter += 1;
        let mut data = self.data(options["rpId"].as_str().unwrap(), self.flags);
        spoil(&mut client, &mut data);
        let client = client.to_string();
        let signature = sign(&[&data[..], &hash(client.as_bytes())].concat());
        json!({
            "id": text(&self.id),
            "rawId": text(&self.id),
            "type": "public-key",
            "response": {
                "clientDataJSON": text(client.as_bytes()),
                "authenticatorData": text(&data),
                "signature": text(&signature),
            },
            "clientExtensionResults": {},
        })
        .to_string()
    }

    fn data(&self, host: &str, flags: u8) -> Vec<u8> {
        let mut data = hash(host.as_bytes());
        data.push(flags);
        data.extend(self.counter.to_be_bytes());
        data
    }
}
