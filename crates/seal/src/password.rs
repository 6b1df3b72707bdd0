//! A secret key locked with a password: Argon2id (RFC 9106), then the symmetric box.
//! Layout: format (1 byte) ‖ memory KiB, passes, lanes (u32 little endian each) ‖ salt (16) ‖ box
//! (73) ‖ checksum (8). The checksum is plain SHA-256, so that a damaged row is told from a
//! wrong password; it protects against nobody.

use crate::SecretKey;
use crate::cipher::{self, KeyBytes};
use argon2::{Algorithm, Argon2, Params, Version};
use rand_core::CryptoRng;
use sha2::{Digest, Sha256};
use thiserror::Error;
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

const FORMAT: u8 = 1;
const SALT: usize = 16;
const HEADER: usize = 1 + 3 * 4 + SALT;
const CHECKSUM: usize = 8;
const BOX: usize = cipher::OVERHEAD + 32;
const PURPOSE: &[u8] = b"deungdae password 1";

/// How much work one guess of a password is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
}

/// The cost asked for is outside what is allowed.
#[derive(Debug, Error, PartialEq, Eq)]
#[error(
    "password cost out of range: memory must be 8 KiB for each lane to 1 GiB, passes 1 to 64, \
     lanes 1 to 16"
)]
pub struct BadCost;

impl Cost {
    /// 64 MiB, three passes, one lane: the memory and passes of RFC 9106's second recommended
    /// option, above OWASP's minimum (46 MiB, one pass). Log-in is rare here and the thief is a
    /// state, so more is spent than a busy shop could.
    pub const DEFAULT: Cost = Cost { memory_kib: 64 * 1024, passes: 3, lanes: 1 };

    /// 8 MiB, one pass: for clients that send their password with every request, under a salt that is secret and soon
    /// forgotten. A twenty-fourth of [`Cost::DEFAULT`], quick enough for each request.
    pub const EACH_TIME: Cost = Cost { memory_kib: 8 * 1024, passes: 1, lanes: 1 };

    /// The least that Argon2 computes. For tests: it protects nothing.
    pub const WEAK_FOR_TESTS: Cost = Cost { memory_kib: 8, passes: 1, lanes: 1 };

    /// A cost within the limits that [`unlock_with_password`] accepts (an altered database must
    /// not be able to ask a server for all its memory).
    pub fn new(memory_kib: u32, passes: u32, lanes: u32) -> Result<Self, BadCost> {
        let fits = (1..=16).contains(&lanes)
            && (1..=64).contains(&passes)
            && (8 * lanes..=1024 * 1024).contains(&memory_kib);
        fits.then_some(Cost { memory_kib, passes, lanes }).ok_or(BadCost)
    }
}

impl Default for Cost {
    fn default() -> Self {
        Cost::DEFAULT
    }
}

/// Why a key could not be locked or unlocked with a password.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum PasswordError {
    /// The bytes are whole, the password does not open them.
    #[error("the password is not right. Try again, or use the recovery code")]
    WrongPassword,
    /// The stored bytes are not what was written.
    #[error(
        "the locked key is damaged, no password can open it. Restore it from a backup, or use the \
         recovery code"
    )]
    Damaged,
    /// Written by a newer version.
    #[error("the locked key has format {0}, which this version does not know. Use a newer version")]
    UnknownFormat(u8),
    /// The machine could not give Argon2 its memory.
    #[error("not enough free memory to check a password. Try again in a moment")]
    NoMemory,
}

/// Locks a secret key with a password (110 bytes). The password is brought to Unicode NFKC first,
/// so that it may be typed composed or decomposed, full-width or half-width, on any keyboard;
/// nothing else is changed, spaces count.
pub fn lock_with_password(
    key: &SecretKey,
    password: &str,
    cost: Cost,
    rng: &mut impl CryptoRng,
) -> Result<Vec<u8>, PasswordError> {
    let mut salt = [0; SALT];
    rng.fill_bytes(&mut salt);
    let mut locked = Vec::with_capacity(HEADER + BOX + CHECKSUM);
    locked.push(FORMAT);
    for number in [cost.memory_kib, cost.passes, cost.lanes] {
        locked.extend_from_slice(&number.to_le_bytes());
    }
    locked.extend_from_slice(&salt);
    let with = password_key(password, &salt, cost)?;
    let associated_data = [PURPOSE, &locked].concat();
    let sealed = cipher::seal(&with, &associated_data, key.bytes().as_slice(), rng);
    locked.extend_from_slice(&sealed);
    add_checksum(&mut locked);
    Ok(locked)
}

/// Unlocks a key locked with [`lock_with_password`]. Takes as long as the cost written in the
/// bytes. [`PasswordError::WrongPassword`] also stands for bytes altered by someone who mended the
/// checksum.
pub fn unlock_with_password(locked: &[u8], password: &str) -> Result<SecretKey, PasswordError> {
    let body = checked(locked).ok_or(PasswordError::Damaged)?;
    let damaged = PasswordError::Damaged;
    let (header, sealed) = body.split_at_checked(HEADER).ok_or(PasswordError::Damaged)?;
    let (format, numbers) = header.split_first().ok_or(PasswordError::Damaged)?;
    if *format != FORMAT {
        return Err(PasswordError::UnknownFormat(*format));
    }
    let (numbers, salt) = numbers.split_last_chunk::<SALT>().ok_or(damaged)?;
    let (numbers, _) = numbers.as_chunks::<4>();
    let [memory_kib, passes, lanes] = numbers else {
        return Err(PasswordError::Damaged);
    };
    let cost =
        Cost::new(u32::from_le_bytes(*memory_kib), u32::from_le_bytes(*passes), u32::from_le_bytes(*lanes))
            .map_err(|_| PasswordError::Damaged)?;
    if sealed.len() != BOX {
        return Err(PasswordError::Damaged);
    }
    let with = password_key(password, salt, cost)?;
    let associated_data = [PURPOSE, header].concat();
    cipher::open_key(&with, &associated_data, sealed)
        .map(SecretKey::from_key)
        .map_err(|_| PasswordError::WrongPassword)
}

fn password_key(password: &str, salt: &[u8], cost: Cost) -> Result<KeyBytes, PasswordError> {
    password_bytes(password, salt, cost)
}

/// As many bytes as are wanted, out of the password in NFKC.
pub(crate) fn password_bytes<const SIZE: usize>(
    password: &str,
    salt: &[u8],
    cost: Cost,
) -> Result<Zeroizing<[u8; SIZE]>, PasswordError> {
    let mut normal = Zeroizing::new(String::with_capacity(password.len() * 4));
    normal.extend(password.nfkc());
    argon2id(normal.as_bytes(), salt, cost)
}

fn argon2id<const SIZE: usize>(
    password: &[u8],
    salt: &[u8],
    cost: Cost,
) -> Result<Zeroizing<[u8; SIZE]>, PasswordError> {
    let mut key = Zeroizing::new([0; SIZE]);
    let params = Params::new(cost.memory_kib, cost.passes, cost.lanes, Some(SIZE))
        .map_err(|_| PasswordError::Damaged)?;
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(password, salt, key.as_mut_slice())
        .map_err(|_| PasswordError::NoMemory)?;
    Ok(key)
}

/// Appends eight bytes of SHA-256 over what is there.
pub(crate) fn add_checksum(bytes: &mut Vec<u8>) {
    let digest = Sha256::digest(&bytes);
    bytes.extend(digest.iter().take(CHECKSUM));
}

/// What comes before a right checksum.
pub(crate) fn checked(bytes: &[u8]) -> Option<&[u8]> {
    let (body, checksum) = bytes.split_last_chunk::<CHECKSUM>()?;
    Sha256::digest(body).starts_with(checksum).then_some(body)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From the reference implementation's own tests (phc-winner-argon2, test.c, version 0x13).
    #[test]
    fn computes_the_reference_vectors() {
        let small = Cost::new(256, 2, 1).unwrap();
        assert_eq!(
            hex::encode(*argon2id::<32>(b"password", b"somesalt", small).unwrap()),
            "9dfeb910e80bad0311fee20f9c0e2b12c17987b4cac90c2ef54d5b3021c68bfe"
        );
        let large = Cost::new(64 * 1024, 2, 1).unwrap();
        assert_eq!(
            hex::encode(*argon2id::<32>(b"password", b"somesalt", large).unwrap()),
            "09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7"
        );
    }

    /// RFC 9106 §5.3. It uses a secret and associated data, which we do not, so it is asked of the
    /// library that we build on.
    #[test]
    fn the_library_computes_the_rfc_vector() {
        let params = argon2::ParamsBuilder::new()
            .m_cost(32)
            .t_cost(3)
            .p_cost(4)
            .data(argon2::AssociatedData::new(&[4; 12]).unwrap())
            .build()
            .unwrap();
        let mut tag = [0; 32];
        Argon2::new_with_secret(&[3; 8], Algorithm::Argon2id, Version::V0x13, params)
            .unwrap()
            .hash_password_into(&[1; 32], &[2; 16], &mut tag)
            .unwrap();
        assert_eq!(hex::encode(tag), "0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659");
    }
}
