//! Tokens of sessions and devices. The client holds the token; the server stores only its hash.

use crate::SecretKey;
use crate::cipher::{KeyBytes, derive_key};
use crate::password::{Cost, PasswordError, password_bytes};
use base64::Engine;
use base64::alphabet::Alphabet;
use base64::engine::GeneralPurpose;
use base64::engine::general_purpose::NO_PAD;
use rand_core::CryptoRng;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use thiserror::Error;
use zeroize::Zeroizing;

/// Base64 with ODK Central's two marks: clients of Central know tokens of these characters, which a path, a query and a
/// cookie can hold as they are.
const LETTER: GeneralPurpose = GeneralPurpose::new(&LETTERS_OF_CENTRAL, NO_PAD);
const LETTERS_OF_CENTRAL: Alphabet =
    match Alphabet::new("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789$!") {
        Ok(alphabet) => alphabet,
        Err(_) => panic!("64 different characters"),
    };

const SIZE: usize = 48;
const LETTERS: usize = 64;

/// A bearer token: 384 random bits, written as 64 characters as ODK Central writes its own.
/// No `Debug`, no `Display`.
pub struct Token {
    bytes: Zeroizing<[u8; SIZE]>,
    text: Zeroizing<String>,
}

/// The text is no token.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("this is not a valid token: a token has 64 letters, digits, dollar signs or exclamation marks")]
pub struct BadToken;

impl Token {
    /// A new random token.
    pub fn fresh(rng: &mut impl CryptoRng) -> Self {
        let mut bytes = Zeroizing::new([0; SIZE]);
        rng.fill_bytes(bytes.as_mut_slice());
        let mut text = Zeroizing::new(String::with_capacity(LETTERS));
        LETTER.encode_string(bytes.as_slice(), &mut text);
        Token { bytes, text }
    }

    /// The token that a password leads to under this salt, each time the same: for clients that can only send their
    /// password. Who has the salt can test guesses at this cost, so keep it secret and forget it soon.
    pub fn of_password(password: &str, salt: &[u8; 32], cost: Cost) -> Result<Self, PasswordError> {
        let bytes = password_bytes::<SIZE>(password, salt, cost)?;
        let mut text = Zeroizing::new(String::with_capacity(LETTERS));
        LETTER.encode_string(bytes.as_slice(), &mut text);
        Ok(Token { bytes, text })
    }

    /// Reads a token from a cookie or a path.
    pub fn parse(text: &str) -> Result<Self, BadToken> {
        let mut bytes = Zeroizing::new([0; SIZE]);
        if text.len() != LETTERS {
            return Err(BadToken);
        }
        LETTER.decode_slice(text, bytes.as_mut_slice()).map_err(|_| BadToken)?;
        Ok(Token { bytes, text: Zeroizing::new(text.to_owned()) })
    }

    /// The token as the client keeps it: for a cookie or a QR code, never for a log.
    pub fn expose(&self) -> &str {
        &self.text
    }

    /// What the server stores to recognise the token: SHA-256 under a label of its own. Tokens are
    /// random, so a slow hash would add nothing.
    pub fn hash(&self) -> [u8; 32] {
        Sha256::new()
            .chain_update(b"deungdae token hash 1")
            .chain_update(self.bytes.as_slice())
            .finalize()
            .into()
    }

    /// Whether this token has the stored hash, compared in constant time.
    pub fn has_hash(&self, stored: &[u8]) -> bool {
        self.hash().as_slice().ct_eq(stored).into()
    }

    /// The secret key of the device that holds this token. The server keeps only the public half,
    /// so what is sealed to a device cannot be opened until the device calls.
    pub fn secret_key(&self) -> SecretKey {
        SecretKey::from_key(self.derive(b"deungdae device key 1"))
    }

    /// The key under which a session's unlocked keys wait in memory.
    pub(crate) fn session_key(&self) -> KeyBytes {
        self.derive(b"deungdae session 1")
    }

    fn derive(&self, purpose: &[u8]) -> KeyBytes {
        derive_key(self.bytes.as_slice(), &[], purpose)
    }
}
