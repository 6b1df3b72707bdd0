//! A secret key locked with a printed recovery code.
//! Layout: format (1 byte) ‖ salt (16) ‖ box (73) ‖ checksum (8).

use crate::SecretKey;
use crate::cipher;
use crate::code::{self, CodeError};
use crate::password::{add_checksum, checked};
use rand_core::CryptoRng;
use std::fmt;
use std::str::FromStr;
use thiserror::Error;
use zeroize::Zeroizing;

const FORMAT: u8 = 1;
const SALT: usize = 16;
const BODY: usize = 17;
const KIND: &str = "deungdae recovery code 1";
const PURPOSE: &[u8] = b"deungdae recovery 1";

/// A code of 136 random bits that a member prints and keeps away from the computer. It is shown
/// once, when it is made: `Display` prints eight groups of four. No `Debug`.
pub struct RecoveryCode(Zeroizing<[u8; BODY]>);

impl RecoveryCode {
    /// A new random code.
    pub fn fresh(rng: &mut impl CryptoRng) -> Self {
        let mut bytes = Zeroizing::new([0; BODY]);
        rng.fill_bytes(bytes.as_mut_slice());
        RecoveryCode(bytes)
    }
}

impl fmt::Display for RecoveryCode {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&code::write(KIND, self.0.as_slice()))
    }
}

impl FromStr for RecoveryCode {
    type Err = CodeError;

    fn from_str(typed: &str) -> Result<Self, CodeError> {
        let read = code::read(KIND, typed, BODY)?;
        let mut bytes = Zeroizing::new([0; BODY]);
        bytes.copy_from_slice(&read);
        Ok(RecoveryCode(bytes))
    }
}

/// Why a recovery code did not unlock.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum RecoveryError {
    /// The code is well typed but it is not the one for this key.
    #[error("this recovery code belongs to another key or was replaced by a newer one")]
    WrongCode,
    /// The stored bytes are not what was written.
    #[error("the locked key is damaged, no code can open it. Restore it from a backup")]
    Damaged,
    /// Written by a newer version.
    #[error("the locked key has format {0}, which this version does not know. Use a newer version")]
    UnknownFormat(u8),
}

/// Locks a secret key with a recovery code (98 bytes). The code is random enough that no slow
/// hash is needed: HKDF-SHA256 with a fresh salt gives the key.
pub fn lock_with_code(key: &SecretKey, code: &RecoveryCode, rng: &mut impl CryptoRng) -> Vec<u8> {
    let mut salt = [0; SALT];
    rng.fill_bytes(&mut salt);
    let with = cipher::derive_key(code.0.as_slice(), &salt, PURPOSE);
    let mut locked = vec![FORMAT];
    locked.extend_from_slice(&salt);
    locked.extend_from_slice(&cipher::seal(&with, PURPOSE, key.bytes().as_slice(), rng));
    add_checksum(&mut locked);
    locked
}

/// Unlocks a key locked with [`lock_with_code`].
pub fn unlock_with_code(locked: &[u8], code: &RecoveryCode) -> Result<SecretKey, RecoveryError> {
    let body = checked(locked).ok_or(RecoveryError::Damaged)?;
    let (format, rest) = body.split_first().ok_or(RecoveryError::Damaged)?;
    if *format != FORMAT {
        return Err(RecoveryError::UnknownFormat(*format));
    }
    let (salt, sealed) = rest.split_first_chunk::<SALT>().ok_or(RecoveryError::Damaged)?;
    let with = cipher::derive_key(code.0.as_slice(), salt, PURPOSE);
    cipher::open_key(&with, PURPOSE, sealed).map(SecretKey::from_key).map_err(|_| RecoveryError::WrongCode)
}
