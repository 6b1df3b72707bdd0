//! The key of one record in one compartment. Everything of the record that belongs to the
//! compartment is sealed with it, and erasing the record means destroying its wrapped key.

use crate::cipher::{self, KeyBytes};
use crate::{DataKey, OpenError, Place, PublicKey, SecretKey, open_sealed, seal_to};
use rand_core::CryptoRng;

const PURPOSE: &str = "record key";

/// A key for the values and files of one record in one compartment.
pub struct RecordKey(KeyBytes);

impl RecordKey {
    /// A new random key.
    pub fn fresh(rng: &mut impl CryptoRng) -> Self {
        RecordKey(cipher::fresh_key(rng))
    }

    pub(crate) fn bytes(&self) -> &KeyBytes {
        &self.0
    }

    /// This key sealed under the compartment's current data key (73 bytes).
    pub fn wrap(&self, with: &DataKey, place: &Place<'_>, rng: &mut impl CryptoRng) -> Vec<u8> {
        let associated_data = place.associated_data(PURPOSE);
        cipher::seal(with.bytes(), &associated_data, self.0.as_slice(), rng)
    }

    /// Opens a wrapped key.
    pub fn unwrap(with: &DataKey, place: &Place<'_>, wrapped: &[u8]) -> Result<Self, OpenError> {
        let associated_data = place.associated_data(PURPOSE);
        cipher::open_key(with.bytes(), &associated_data, wrapped)
            .map(RecordKey)
            .map_err(|closed| closed.at(place, wrapped.len()))
    }

    /// This key sealed straight to a compartment's public key: slower than [`RecordKey::wrap`],
    /// and nothing that stays in memory afterwards can open it.
    pub fn sealed_to(&self, to: &PublicKey, place: &Place<'_>, rng: &mut impl CryptoRng) -> Vec<u8> {
        seal_to(to, place, self.0.as_slice(), rng)
    }

    /// Opens a key made by [`RecordKey::sealed_to`].
    pub fn open(with: &SecretKey, place: &Place<'_>, sealed: &[u8]) -> Result<Self, OpenError> {
        let opened = open_sealed(with, place, sealed)?;
        cipher::key_from(opened.expose()).map(RecordKey).ok_or_else(|| OpenError::does_not_open(place))
    }
}
