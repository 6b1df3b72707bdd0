//! Keys of logs and witnesses: names, key ids, and the printed form of a verifier key (c2sp.org/signed-note).

use std::fmt;

use base64::{Engine, engine::general_purpose::STANDARD};
use ed25519_dalek::{Signer as _, SigningKey, VerifyingKey};
use sha2::{Digest, Sha256};

use crate::note::{Signature, is_plain_text};

/// How a key signs. The numbers are the signature types of c2sp.org/signed-note; ML-DSA-44 cosignatures (6)
/// would be one more line here and one more arm where signatures are checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
#[repr(u8)]
pub enum Algorithm {
    /// Ed25519 over the text of the note: what a log signs its checkpoints with.
    Ed25519 = 1,
    /// Ed25519 over time and text (c2sp.org/tlog-cosignature): what a witness adds.
    Cosignature = 4,
}

/// A public key under its name. Two keys are the same only if name, algorithm and key bytes are.
#[derive(Clone, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    id: u32,
    algorithm: Algorithm,
    key: VerifyingKey,
}

/// A name or key that cannot be used.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum KeyError {
    /// Empty, or with a space, plus sign or control character.
    #[error(
        "“{0}” cannot name a key: use something like “ledger.example.org/name”, without spaces or plus signs"
    )]
    Name(String),
    /// Not `name+id+key`.
    #[error("this is not a verifier key: it should read name+8 hexadecimal digits+base64, on one line")]
    Form,
    /// A signature type that this program does not know.
    #[error(
        "the key of {name} is of type {kind}, which this version cannot check: update the program or leave the key out"
    )]
    UnknownAlgorithm {
        /// The key's name.
        name: String,
        /// The signature type byte.
        kind: u8,
    },
    /// The id printed with the key belongs to another name or key.
    #[error(
        "the key of {name} carries the id {printed:08x} but works out to {computed:08x}: it was copied wrongly, ask for it again"
    )]
    Id {
        /// The key's name.
        name: String,
        /// The id as printed.
        printed: u32,
        /// The id as computed from name, type and key.
        computed: u32,
    },
    /// Not a point of the curve, or a weak one.
    #[error("the key of {0} is not a usable Ed25519 key: it was copied wrongly, ask for it again")]
    Point(String),
}

impl VerifierKey {
    fn new(name: &str, algorithm: Algorithm, key: VerifyingKey) -> Result<Self, KeyError> {
        if !is_key_name(name) {
            return Err(KeyError::Name(name.to_owned()));
        }
        if key.is_weak() {
            return Err(KeyError::Point(name.to_owned()));
        }
        let id = key_id(name, algorithm, key.as_bytes());
        Ok(Self { name: name.to_owned(), id, algorithm, key })
    }

    /// Reads `name+id+base64(type ‖ key)`.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        // Base64 may hold plus signs itself, so only the first two divide.
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(KeyError::Form);
        };
        let is_id = id.len() == 8 && id.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        let printed = u32::from_str_radix(id, 16).ok().filter(|_| is_id).ok_or(KeyError::Form)?;
        let bytes = STANDARD.decode(key).map_err(|_| KeyError::Form)?;
        let (&kind, bytes) = bytes.split_first().ok_or(KeyError::Form)?;
        let algorithm = match kind {
            1 => Algorithm::Ed25519,
            4 => Algorithm::Cosignature,
            _ => return Err(KeyError::UnknownAlgorithm { name: name.to_owned(), kind }),
        };
        let bytes: &[u8; 32] = bytes.try_into().map_err(|_| KeyError::Form)?;
        let point = VerifyingKey::from_bytes(bytes).map_err(|_| KeyError::Point(name.to_owned()))?;
        let key = Self::new(name, algorithm, point)?;
        if key.id != printed {
            return Err(KeyError::Id { name: key.name, printed, computed: key.id });
        }
        Ok(key)
    }

    /// The key's name; for a log the same as the origin of its checkpoints.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The first four bytes of SHA-256(name ‖ "\n" ‖ type ‖ key).
    pub fn id(&self) -> u32 {
        self.id
    }

    /// How it signs.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Whether the signature holds over the text; for a cosignature also the time that it states, in Unix
    /// seconds.
    pub(crate) fn check(&self, text: &str, signature: &[u8]) -> Option<Option<u64>> {
        let holds = |message: &[u8], signature: &[u8]| {
            let signature = ed25519_dalek::Signature::from_slice(signature).ok()?;
            self.key.verify_strict(message, &signature).ok()
        };
        match self.algorithm {
            Algorithm::Ed25519 => holds(text.as_bytes(), signature).map(|()| None),
            Algorithm::Cosignature => {
                let (time, signature) = signature.split_first_chunk::<8>()?;
                let at = u64::from_be_bytes(*time);
                if at > MAX_TIME {
                    return None;
                }
                holds(cosigned_message(text, at).as_bytes(), signature).map(|()| Some(at))
            }
        }
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = vec![self.algorithm as u8];
        bytes.extend_from_slice(self.key.as_bytes());
        write!(f, "{}+{:08x}+{}", self.name, self.id, STANDARD.encode(bytes))
    }
}

impl fmt::Debug for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VerifierKey({self})")
    }
}

impl std::str::FromStr for VerifierKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        Self::parse(text)
    }
}

/// A secret Ed25519 key under its name. It is wiped when dropped, and never printed.
pub struct Signer {
    secret: SigningKey,
    log_key: VerifierKey,
    witness_key: VerifierKey,
}

impl Signer {
    /// From 32 bytes of good randomness, which the caller keeps sealed. One seed is for one name only, and
    /// either for a log or for a witness: a cosignature does not state the name it was made under.
    pub fn from_seed(name: &str, seed: &[u8; 32]) -> Result<Self, KeyError> {
        let secret = SigningKey::from_bytes(seed);
        let log_key = VerifierKey::new(name, Algorithm::Ed25519, secret.verifying_key())?;
        let witness_key = VerifierKey::new(name, Algorithm::Cosignature, secret.verifying_key())?;
        Ok(Self { secret, log_key, witness_key })
    }

    /// The name it signs under.
    pub fn name(&self) -> &str {
        self.log_key.name()
    }

    /// The key id of its plain signatures.
    pub fn id(&self) -> u32 {
        self.log_key.id()
    }

    /// The public key to give to those who check this log.
    pub fn verifier_key(&self) -> &VerifierKey {
        &self.log_key
    }

    /// The public key to give to those who rely on this witness.
    pub fn cosigner_key(&self) -> &VerifierKey {
        &self.witness_key
    }

    pub(crate) fn sign(&self, text: &str) -> Signature {
        let bytes = self.secret.sign(text.as_bytes()).to_bytes().to_vec();
        Signature { name: self.name().to_owned(), id: self.log_key.id, bytes }
    }

    /// `at` is at most [`MAX_TIME`].
    pub(crate) fn cosign(&self, text: &str, at: u64) -> Signature {
        let mut bytes = at.to_be_bytes().to_vec();
        bytes.extend(self.secret.sign(cosigned_message(text, at).as_bytes()).to_bytes());
        Signature { name: self.name().to_owned(), id: self.witness_key.id, bytes }
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signer({}+{:08x})", self.name(), self.id())
    }
}

/// Latest time a cosignature may state (c2sp.org/tlog-cosignature).
pub(crate) const MAX_TIME: u64 = i64::MAX as u64;

/// First line of what a witness signs.
pub(crate) const COSIGNATURE_HEADER: &str = "cosignature/v1\n";

fn cosigned_message(text: &str, at: u64) -> String {
    format!("{COSIGNATURE_HEADER}time {at}\n{text}")
}

fn key_id(name: &str, algorithm: Algorithm, key: &[u8]) -> u32 {
    let hash: [u8; 32] = Sha256::new()
        .chain_update(name)
        .chain_update([b'\n', algorithm as u8])
        .chain_update(key)
        .finalize()
        .into();
    let [a, b, c, d, ..] = hash;
    u32::from_be_bytes([a, b, c, d])
}

/// Names are not empty and hold no space of any kind, plus sign or control character.
pub(crate) fn is_key_name(name: &str) -> bool {
    !name.is_empty() && is_plain_text(name) && !name.contains(|c: char| c.is_whitespace() || c == '+')
}
