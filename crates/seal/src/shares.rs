//! Recovery shares: a secret key split so that any `threshold` of `count` people restore it
//! together and fewer learn nothing (Shamir 1979, over GF(2⁸), by the audited crate `vsss-rs`).

use crate::cipher::key_from;
use crate::code::{self, CodeError};
use crate::{PublicKey, SecretKey};
use rand_core::CryptoRng;
use std::fmt;
use std::str::FromStr;
use thiserror::Error;
use vsss_rs::Gf256;
use zeroize::Zeroizing;

const KIND: &str = "deungdae recovery share 1";
const SET: usize = 3;
const KEY: usize = 32;
const SIZE: usize = SET + 2 + KEY;

/// One person's share. `Display` prints its code, to be written down once; `Debug` shows only which
/// share it is.
pub struct Share {
    set: [u8; SET],
    threshold: u8,
    number: u8,
    part: Zeroizing<[u8; KEY]>,
}

impl Share {
    /// The id of the split that this share belongs to, six hexadecimal digits. Not secret.
    pub fn set(&self) -> String {
        self.set.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Which share of the set this is, from 1.
    pub fn number(&self) -> u8 {
        self.number
    }

    /// How many shares of the set restore the key.
    pub fn threshold(&self) -> u8 {
        self.threshold
    }
}

impl fmt::Debug for Share {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Share({} of set {}, …)", self.number, self.set())
    }
}

impl fmt::Display for Share {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = Zeroizing::new(Vec::with_capacity(SIZE));
        bytes.extend_from_slice(&self.set);
        bytes.extend_from_slice(&[self.threshold, self.number]);
        bytes.extend_from_slice(self.part.as_slice());
        out.write_str(&code::write(KIND, &bytes))
    }
}

impl FromStr for Share {
    type Err = CodeError;

    fn from_str(typed: &str) -> Result<Self, CodeError> {
        let bytes = code::read(KIND, typed, SIZE)?;
        let (set, rest) = bytes.split_first_chunk().ok_or(CodeError::Mistyped)?;
        let (&[threshold, number], part) = rest.split_first_chunk().ok_or(CodeError::Mistyped)?;
        if threshold < 2 || number == 0 {
            return Err(CodeError::Mistyped);
        }
        Ok(Share { set: *set, threshold, number, part: key_from(part).ok_or(CodeError::Mistyped)? })
    }
}

/// Why shares could not be made or did not restore a key.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum ShareError {
    /// The numbers asked for make no sense.
    #[error(
        "cannot split a key into {count} shares of which {threshold} restore it: at least 2 must be \
         needed, and no more than there are"
    )]
    BadNumbers {
        /// Shares needed to restore.
        threshold: u8,
        /// Shares in all.
        count: u8,
    },
    /// More shares are needed.
    #[error("{found} different shares are here and {needed} are needed. Ask another holder")]
    TooFew {
        /// Different shares given.
        found: usize,
        /// Shares needed.
        needed: usize,
    },
    /// Shares of different splits cannot be combined.
    #[error(
        "these shares come from different sets ({0} and {1}). Use shares of one set only, usually \
         the newest"
    )]
    MixedSets(String, String),
    /// Two shares claim the same number but differ.
    #[error("two different shares both claim to be number {0} of the set: one of them is false")]
    Conflict(u8),
    /// Combined they give another key than the one expected.
    #[error(
        "the shares fit together but do not give the expected key: at least one is false, or the key \
         was replaced since they were made"
    )]
    WrongKey,
}

/// Splits a key into `count` shares (at most 255), any `threshold` (at least 2) of which restore
/// it. Each call makes a new set; shares of different sets do not combine.
pub fn split(
    key: &SecretKey,
    threshold: u8,
    count: u8,
    rng: &mut impl CryptoRng,
) -> Result<Vec<Share>, ShareError> {
    let bad_numbers = ShareError::BadNumbers { threshold, count };
    if threshold < 2 || threshold > count {
        return Err(bad_numbers);
    }
    let mut set = [0; SET];
    rng.fill_bytes(&mut set);
    let parts = Gf256::split_bytes(threshold.into(), count.into(), key.bytes().as_slice(), rng)
        .map(Zeroizing::new)
        .map_err(|_| ShareError::BadNumbers { threshold, count })?;
    parts
        .iter()
        .map(|part| {
            let (number, part) = part.split_first()?;
            Some(Share { set, threshold, number: *number, part: key_from(part)? })
        })
        .collect::<Option<_>>()
        .ok_or(bad_numbers)
}

/// Restores the key whose public half is `expected`. Shares given twice count once.
pub fn combine(shares: &[Share], expected: &PublicKey) -> Result<SecretKey, ShareError> {
    let first = shares.first().ok_or(ShareError::TooFew { found: 0, needed: 2 })?;
    let mut distinct: Vec<&Share> = Vec::new();
    for share in shares {
        if (share.set, share.threshold) != (first.set, first.threshold) {
            return Err(ShareError::MixedSets(first.set(), share.set()));
        }
        match distinct.iter().find(|other| other.number == share.number) {
            None => distinct.push(share),
            Some(same) if same.part == share.part => {}
            Some(_) => return Err(ShareError::Conflict(share.number)),
        }
    }
    let needed = usize::from(first.threshold);
    if distinct.len() < needed {
        return Err(ShareError::TooFew { found: distinct.len(), needed });
    }
    let parts: Zeroizing<Vec<Vec<u8>>> = Zeroizing::new(
        distinct.iter().take(needed).map(|share| [&[share.number], share.part.as_slice()].concat()).collect(),
    );
    let secret =
        Gf256::combine_bytes(parts.as_slice()).map(Zeroizing::new).map_err(|_| ShareError::WrongKey)?;
    key_from(&secret)
        .map(SecretKey::from_key)
        .filter(|key| key.public() == *expected)
        .ok_or(ShareError::WrongKey)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_chacha::ChaCha20Rng;
    use rand_chacha::rand_core::SeedableRng;

    /// Too few shares are not only refused by their label: with the label forged they give
    /// another key.
    #[test]
    fn a_forged_threshold_gives_another_key() {
        let rng = &mut ChaCha20Rng::from_seed([3; 32]);
        let key = SecretKey::fresh(rng);
        let mut shares = split(&key, 3, 4, rng).unwrap();
        for share in &mut shares {
            share.threshold = 2;
        }
        let combined = combine(&shares[..2], &key.public());
        assert_eq!(combined.err(), Some(ShareError::WrongKey));
    }

    #[test]
    fn a_false_share_is_noticed() {
        let rng = &mut ChaCha20Rng::from_seed([4; 32]);
        let key = SecretKey::fresh(rng);
        let shares = split(&key, 2, 3, rng).unwrap();
        let mut forged: Share = shares[1].to_string().parse().unwrap();
        forged.part[5] ^= 1;
        let with_forged = [shares[0].to_string().parse().unwrap(), forged];
        assert_eq!(combine(&with_forged, &key.public()).err(), Some(ShareError::WrongKey));
        let [first, forged] = with_forged;
        let both = [first, forged, shares[1].to_string().parse().unwrap()];
        assert_eq!(combine(&both, &key.public()).err(), Some(ShareError::Conflict(2)));
    }

    /// Perfect secrecy, counted: over all the dealer's choices for one byte and threshold 2, the
    /// first share of a byte takes every value about equally often, whatever the secret.
    #[test]
    fn one_share_tells_nothing() {
        let rng = &mut ChaCha20Rng::from_seed([5; 32]);
        for secret in [0, 1, 0x80, 0xff] {
            let key = SecretKey::from_key(Zeroizing::new([secret; KEY]));
            let mut seen = [0_u32; 256];
            for _ in 0..800 {
                let shares = split(&key, 2, 2, rng).unwrap();
                for byte in shares[0].part.iter() {
                    seen[usize::from(*byte)] += 1;
                }
            }
            // 25,600 draws over 256 values: 100 each, standard deviation 10.
            assert!(seen.iter().all(|count| (40..160).contains(count)));
        }
    }
}
