//! Answers of browsers, in the JSON forms of the specification (`RegistrationResponseJSON`,
//! `AuthenticationResponseJSON`), and whether they are right (§7.1, §7.2).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use minicbor::Decoder;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::authenticator::{AuthenticatorData, Flags};
use crate::options::Challenge;
use crate::public_key::{KeyError, PublicKey};
use crate::site::Site;

/// Longer answers are not read (bytes). Real ones have one or two thousand.
const LONGEST_ANSWER: usize = 64 << 10;

/// Why an answer is not right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum AnswerError {
    /// Not what the specification says.
    #[error("the browser's answer cannot be read ({0}); try again, or use another browser")]
    Unreadable(&'static str),
    /// Another kind of answer, another challenge, another origin, or from within another site's page.
    #[error("the answer belongs to another question ({0}); load the page again and repeat it")]
    OtherQuestion(&'static str),
    /// A passkey of another host.
    #[error("the passkey belongs to another host; use the one that was made at this address")]
    OtherHost,
    /// Nobody touched the authenticator.
    #[error("nobody confirmed at the authenticator; repeat it and confirm")]
    NotPresent,
    /// No PIN, fingerprint or face, where the passkey has always asked for one.
    #[error("the passkey did not ask for a PIN, fingerprint or face as it did when it was added; repeat it")]
    NotVerified,
    /// The passkey's nature is another than when it was added.
    #[error("the passkey is not of the kind that was added; remove it and add it again")]
    OtherKind,
    /// Not a public key we know.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// Signed by another key, or for another message.
    #[error("the signature is not the passkey's; use the passkey that was added to this account")]
    Signature,
    /// The counter did not grow.
    #[error("the passkey has counted fewer signatures than before, so there may be a copy of it; remove it")]
    CounterWentBack,
}

/// A passkey that was just made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Added {
    /// By what the authenticator knows it.
    pub id: Vec<u8>,
    /// COSE_Key, as [`PublicKey::read`] takes it.
    pub public_key: Vec<u8>,
    /// Signatures made so far; 0 where the authenticator does not count.
    pub counter: u32,
    /// The flags of the authenticator data (§6.1): 4 verified the person, 8 may be copied to other devices.
    pub flags: u8,
}

/// A passkey as it was kept.
pub struct Known<'a> {
    /// By what the authenticator knows it.
    pub id: &'a [u8],
    /// COSE_Key.
    pub public_key: &'a [u8],
    /// Signatures made when it was last used.
    pub counter: u32,
    /// The flags when it was added.
    pub flags: u8,
}

/// A passkey that was just used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Used {
    /// Signatures made so far, to be kept; 0 where the authenticator does not count.
    pub counter: u32,
}

#[derive(Deserialize)]
struct Sent {
    #[serde(rename = "rawId")]
    raw_id: String,
    #[serde(rename = "type")]
    kind: String,
    response: Response,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Response {
    #[serde(rename = "clientDataJSON")]
    client_data: String,
    attestation_object: Option<String>,
    authenticator_data: Option<String>,
    signature: Option<String>,
    user_handle: Option<String>,
}

/// What the browser says about the question it answered (§5.8.1).
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ClientData {
    #[serde(rename = "type")]
    kind: String,
    challenge: String,
    origin: String,
    #[serde(default)]
    cross_origin: bool,
}

fn bytes(text: &str, what: &'static str) -> Result<Vec<u8>, AnswerError> {
    URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).map_err(|_| AnswerError::Unreadable(what))
}

fn some(text: Option<&String>, what: &'static str) -> Result<Vec<u8>, AnswerError> {
    bytes(text.ok_or(AnswerError::Unreadable(what))?, what)
}

fn read(answer: &str) -> Result<Sent, AnswerError> {
    if answer.len() > LONGEST_ANSWER {
        return Err(AnswerError::Unreadable("its length"));
    }
    let sent: Sent = serde_json::from_str(answer).map_err(|_| AnswerError::Unreadable("its JSON"))?;
    if sent.kind != "public-key" {
        return Err(AnswerError::Unreadable("its type"));
    }
    Ok(sent)
}

/// Checks that the browser answers this question, asked by this site; gives the hash that is signed.
fn client_data_hash(
    sent: &Sent,
    kind: &str,
    site: &Site,
    challenge: &Challenge,
) -> Result<[u8; 32], AnswerError> {
    let json = bytes(&sent.response.client_data, "clientDataJSON")?;
    let data: ClientData =
        serde_json::from_slice(&json).map_err(|_| AnswerError::Unreadable("clientDataJSON"))?;
    if data.kind != kind {
        return Err(AnswerError::OtherQuestion("its type"));
    }
    // A challenge is sent to the browser in the open and works once, so it need not be compared in constant time.
    if data.challenge.trim_end_matches('=') != challenge.text() {
        return Err(AnswerError::OtherQuestion("its challenge"));
    }
    if data.origin != site.origin() {
        return Err(AnswerError::OtherQuestion("its origin"));
    }
    if data.cross_origin {
        return Err(AnswerError::OtherQuestion("a frame of another site"));
    }
    Ok(Sha256::digest(&json).into())
}

fn check_authenticator(data: &AuthenticatorData<'_>, site: &Site) -> Result<(), AnswerError> {
    if *data.host_hash != site.host_hash() {
        return Err(AnswerError::OtherHost);
    }
    if !data.flags.present() {
        return Err(AnswerError::NotPresent);
    }
    if !data.flags.sound() {
        return Err(AnswerError::Unreadable("backup flags"));
    }
    Ok(())
}

/// The authenticator data in an attestation object (§6.5.4). What the authenticator says about its maker is passed over.
fn authenticator_data(object: &[u8]) -> Option<&[u8]> {
    let mut decoder = Decoder::new(object);
    let mut found = None;
    for _ in 0..decoder.map().ok()?? {
        match decoder.str().ok()? {
            "authData" if found.is_none() => found = Some(decoder.bytes().ok()?),
            "authData" => return None,
            _ => decoder.skip().ok()?,
        }
    }
    found.filter(|_| decoder.position() == object.len())
}

/// Checks the answer to [`creation`](crate::creation) and gives the passkey to keep. Refuse an id that any account has.
pub fn add(site: &Site, challenge: &Challenge, answer: &str) -> Result<Added, AnswerError> {
    let sent = read(answer)?;
    client_data_hash(&sent, "webauthn.create", site, challenge)?;
    let object = some(sent.response.attestation_object.as_ref(), "attestationObject")?;
    let data = authenticator_data(&object).ok_or(AnswerError::Unreadable("attestationObject"))?;
    let data = AuthenticatorData::read(data)?;
    check_authenticator(&data, site)?;
    let credential = data.credential.ok_or(AnswerError::Unreadable("credential"))?;
    if bytes(&sent.raw_id, "rawId")? != credential.id {
        return Err(AnswerError::Unreadable("rawId"));
    }
    Ok(Added {
        id: credential.id.to_vec(),
        public_key: credential.public_key.to_vec(),
        counter: data.counter,
        flags: data.flags.0,
    })
}

/// Which passkey an answer says it comes from; nothing is checked yet.
pub fn id_of(answer: &str) -> Result<Vec<u8>, AnswerError> {
    bytes(&read(answer)?.raw_id, "rawId")
}

/// Checks the answer to [`request`](crate::request) against the passkey that it names.
pub fn used(
    site: &Site,
    challenge: &Challenge,
    known: &Known<'_>,
    handle: &[u8],
    answer: &str,
) -> Result<Used, AnswerError> {
    let sent = read(answer)?;
    if bytes(&sent.raw_id, "rawId")? != known.id {
        return Err(AnswerError::OtherQuestion("its passkey"));
    }
    if let Some(owner) = sent.response.user_handle.as_ref().filter(|owner| !owner.is_empty())
        && bytes(owner, "userHandle")? != handle
    {
        return Err(AnswerError::OtherQuestion("its owner"));
    }
    let hash = client_data_hash(&sent, "webauthn.get", site, challenge)?;
    let data_bytes = some(sent.response.authenticator_data.as_ref(), "authenticatorData")?;
    let data = AuthenticatorData::read(&data_bytes)?;
    check_authenticator(&data, site)?;
    let before = Flags(known.flags);
    // Who holds a security key without its PIN could ask it not to verify; where it did at first, it must each time.
    if before.verified() && !data.flags.verified() {
        return Err(AnswerError::NotVerified);
    }
    if before.may_be_copied() != data.flags.may_be_copied() {
        return Err(AnswerError::OtherKind);
    }
    let signature = some(sent.response.signature.as_ref(), "signature")?;
    if !PublicKey::read(known.public_key)?.signed(&[&data_bytes[..], &hash].concat(), &signature) {
        return Err(AnswerError::Signature);
    }
    if (data.counter > 0 || known.counter > 0) && data.counter <= known.counter {
        return Err(AnswerError::CounterWentBack);
    }
    Ok(Used { counter: data.counter })
}
