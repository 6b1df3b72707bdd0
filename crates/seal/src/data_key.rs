//! The short-lived symmetric key under which a compartment's intake wraps record keys, so that
//! one X25519 operation serves many records.

use crate::cipher::{self, KeyBytes};
use crate::{OpenError, Place, PublicKey, SecretKey, open_sealed, seal_to};
use rand_core::CryptoRng;

/// A compartment's intake key for one epoch.
///
/// It is symmetric: while a server holds it in memory, whoever reads that memory can open what was
/// wrapped with it. [`DataKey::advance`] closes that: after each record the key is replaced by one
/// from which the old one cannot be found, so the memory only ever holds the key of records that
/// are still to come.
pub struct DataKey(KeyBytes);

impl DataKey {
    /// A new random key: the start of an epoch.
    pub fn fresh(rng: &mut impl CryptoRng) -> Self {
        DataKey(cipher::fresh_key(rng))
    }

    pub(crate) fn bytes(&self) -> &KeyBytes {
        &self.0
    }

    /// This key sealed to the compartment's public key; store it when the epoch starts.
    pub fn sealed_to(&self, to: &PublicKey, place: &Place<'_>, rng: &mut impl CryptoRng) -> Vec<u8> {
        seal_to(to, place, self.0.as_slice(), rng)
    }

    /// Opens a key made by [`DataKey::sealed_to`] with the compartment's secret key.
    pub fn open(with: &SecretKey, place: &Place<'_>, sealed: &[u8]) -> Result<Self, OpenError> {
        let opened = open_sealed(with, place, sealed)?;
        cipher::key_from(opened.expose()).map(DataKey).ok_or_else(|| OpenError::does_not_open(place))
    }

    /// The next key of the epoch. One way: next = HKDF-SHA256(key, "deungdae next data key 1"). A reader opens the
    /// epoch's first key and goes on from it as many times as the record's number within the epoch says.
    pub fn next(&self) -> Self {
        DataKey(cipher::derive_key(self.0.as_slice(), &[], b"deungdae next data key 1"))
    }

    /// Replaces the key by the next of the epoch and overwrites the old one, so that what is in memory opens
    /// nothing that was wrapped before.
    pub fn advance(&mut self) {
        *self = self.next();
    }
}
