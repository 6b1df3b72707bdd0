//! What a browser is asked for, in the JSON forms of the specification (§5.1.8, §5.1.9).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand_core::CryptoRng;
use serde_json::{Value, json};

use crate::public_key::ALGORITHMS;
use crate::site::Site;

/// How long a browser waits for the person (ms); the specification recommends five minutes.
const TIMEOUT: u32 = 300_000;

/// Randomness that an answer must hold, so that an old one cannot be sent again. Use it once.
#[derive(Clone)]
pub struct Challenge([u8; 32]);

impl Challenge {
    /// A new challenge.
    pub fn fresh(dice: &mut impl CryptoRng) -> Challenge {
        let mut bytes = [0; 32];
        dice.fill_bytes(&mut bytes);
        Challenge(bytes)
    }

    /// A challenge of these bytes, which nobody can guess.
    pub fn from_bytes(bytes: [u8; 32]) -> Challenge {
        Challenge(bytes)
    }

    pub(crate) fn text(&self) -> String {
        text(&self.0)
    }
}

/// Whose passkey is made, as the authenticator keeps it.
pub struct Owner<'a> {
    /// Bytes that stand for the person and say nothing about them; at most 64.
    pub handle: &'a [u8],
    /// By what the person knows the account.
    pub name: &'a str,
}

/// Options for `navigator.credentials.create`: a new passkey, on none of the authenticators that have one of these.
pub fn creation(site: &Site, challenge: &Challenge, owner: &Owner<'_>, there: &[Vec<u8>]) -> String {
    let algorithms: Vec<Value> =
        ALGORITHMS.iter().map(|algorithm| json!({ "type": "public-key", "alg": algorithm })).collect();
    json!({
        "rp": { "id": site.host(), "name": "Deungdae" },
        "user": { "id": text(owner.handle), "name": owner.name, "displayName": owner.name },
        "challenge": challenge.text(),
        "pubKeyCredParams": algorithms,
        "timeout": TIMEOUT,
        "excludeCredentials": descriptors(there),
        "authenticatorSelection": {
            // The server names the passkeys it wants, so the authenticator need not list for whoever finds it where
            // its owner has accounts.
            "residentKey": "discouraged",
            "requireResidentKey": false,
            "userVerification": "preferred",
        },
        "attestation": "none",
    })
    .to_string()
}

/// Options for `navigator.credentials.get`: a signature by one of these passkeys.
pub fn request(site: &Site, challenge: &Challenge, allowed: &[Vec<u8>]) -> String {
    json!({
        "challenge": challenge.text(),
        "timeout": TIMEOUT,
        "rpId": site.host(),
        "allowCredentials": descriptors(allowed),
        "userVerification": "preferred",
    })
    .to_string()
}

fn descriptors(ids: &[Vec<u8>]) -> Vec<Value> {
    ids.iter().map(|id| json!({ "type": "public-key", "id": text(id) })).collect()
}

fn text(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
