//! A member's unlocked keys between two requests: in memory only, sealed under a key that comes
//! from the token in the member's cookie.

use crate::cipher::{self, KeyBytes};
use crate::{SecretKey, Token};
use rand_core::CryptoRng;
use thiserror::Error;

const PURPOSE: &[u8] = b"deungdae session key 1";

/// The unlocked keys of one session, each under the id its owner gave it. Without the token it is
/// ciphertext: a copy of the server's memory between requests opens nothing. During a request the
/// token and the keys in use are in memory.
pub struct SessionBox(Vec<(i64, Vec<u8>)>);

/// Why a session's keys could not be used.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum SessionError {
    /// The token is not the one that locked the box.
    #[error("this session's keys belong to another log-in. Log in again")]
    WrongToken,
    /// The session holds no key with this id.
    #[error("this session holds no key {0}: you are not in that compartment. Ask one of its members")]
    NoSuchKey(i64),
}

impl SessionBox {
    /// Seals the keys under the session's token.
    pub fn lock(token: &Token, keys: Vec<(i64, SecretKey)>, rng: &mut impl CryptoRng) -> Self {
        let mut sealed = SessionBox(Vec::with_capacity(keys.len()));
        for (id, key) in keys {
            sealed.add(token, id, &key, rng);
        }
        sealed
    }

    /// Adds a key, or replaces the one with the same id: for a compartment joined, or a new epoch
    /// begun, while the session lasts. Use the session's own token.
    pub fn add(&mut self, token: &Token, id: i64, key: &SecretKey, rng: &mut impl CryptoRng) {
        let with = token.session_key();
        let sealed = cipher::seal(&with, &associated_data(id), key.bytes().as_slice(), rng);
        self.0.retain(|(other, _)| *other != id);
        self.0.push((id, sealed));
    }

    /// The ids of the keys held, in the order they were added.
    pub fn ids(&self) -> impl Iterator<Item = i64> {
        self.0.iter().map(|(id, _)| *id)
    }

    /// Opens all keys.
    pub fn open(&self, token: &Token) -> Result<Vec<(i64, SecretKey)>, SessionError> {
        let with = token.session_key();
        self.0.iter().map(|(id, sealed)| Ok((*id, open_key(&with, *id, sealed)?))).collect()
    }

    /// Opens one key.
    pub fn open_one(&self, token: &Token, id: i64) -> Result<SecretKey, SessionError> {
        let (_, sealed) = self.0.iter().find(|(other, _)| *other == id).ok_or(SessionError::NoSuchKey(id))?;
        open_key(&token.session_key(), id, sealed)
    }
}

fn associated_data(id: i64) -> Vec<u8> {
    [PURPOSE, &id.to_le_bytes()].concat()
}

fn open_key(with: &KeyBytes, id: i64, sealed: &[u8]) -> Result<SecretKey, SessionError> {
    cipher::open_key(with, &associated_data(id), sealed)
        .map(SecretKey::from_key)
        .map_err(|_| SessionError::WrongToken)
}
