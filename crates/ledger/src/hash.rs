//! The hashes of an RFC 6962 tree, and the tagged hash that commitments are made of.

use std::fmt;

use base64::{Engine, engine::general_purpose::STANDARD};
use sha2::{Digest, Sha256};

/// A SHA-256 hash. Displayed as 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash(pub [u8; 32]);

impl Hash {
    /// Length in bytes.
    pub const LEN: usize = 32;

    /// 64 lower-case hexadecimal digits, as in our leaves and pages.
    pub fn hex(&self) -> String {
        hex::encode(self.0)
    }

    /// Reads what [`Hash::hex`] writes; upper case is not accepted, so each hash has one spelling.
    pub fn from_hex(text: &str) -> Option<Self> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes).ok()?;
        (!text.bytes().any(|b| b.is_ascii_uppercase())).then_some(Self(bytes))
    }

    /// Standard base64 with padding (RFC 4648 §4), as in checkpoints and proofs.
    pub fn base64(&self) -> String {
        STANDARD.encode(self.0)
    }

    /// Reads what [`Hash::base64`] writes, and nothing else.
    pub fn from_base64(text: &str) -> Option<Self> {
        Self::from_bytes(&STANDARD.decode(text).ok()?)
    }

    /// Exactly 32 bytes.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.hex())
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.hex())
    }
}

/// The hash of an entry: SHA-256(0x00 ‖ entry), RFC 6962 §2.1.
pub fn leaf_hash(entry: &[u8]) -> Hash {
    Hash(Sha256::new().chain_update([0x00]).chain_update(entry).finalize().into())
}

/// The hash of an inner node: SHA-256(0x01 ‖ left ‖ right), RFC 6962 §2.1.
pub fn node_hash(left: Hash, right: Hash) -> Hash {
    Hash(Sha256::new().chain_update([0x01]).chain_update(left.0).chain_update(right.0).finalize().into())
}

/// The root of a tree without entries: SHA-256 of the empty string, RFC 6962 §2.1.
pub fn empty_root() -> Hash {
    Hash(Sha256::digest([]).into())
}

/// SHA-256(domain ‖ 0x00 ‖ tag ‖ 0x00 ‖ for each part: u64be(length) ‖ part).
///
/// Domain and tag are texts of the program, without a zero byte in them. The lengths keep ("ab", "c") apart
/// from ("a", "bc").
pub fn tagged_hash(domain: &str, tag: &str, parts: &[&[u8]]) -> [u8; 32] {
    let mut hash = Sha256::new().chain_update(domain).chain_update([0]).chain_update(tag).chain_update([0]);
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_has_one_spelling() {
        let hash = leaf_hash(b"");
        assert_eq!(hash.to_string(), "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
        assert_eq!(Hash::from_hex(&hash.hex()), Some(hash));
        assert_eq!(Hash::from_hex(&hash.hex().to_uppercase()), None);
        assert_eq!(Hash::from_base64(&hash.base64()), Some(hash));
        // The last character before the padding carries two unused bits; only zeros are accepted.
        let bent = hash.base64().replace("B0=", "B1=");
        assert_ne!(bent, hash.base64());
        assert_eq!(Hash::from_base64(&bent), None);
    }

    #[test]
    fn parts_cannot_slide_into_each_other() {
        let of = |parts: &[&[u8]]| tagged_hash("test/v1", "x", parts);
        assert_ne!(of(&[b"ab", b"c"]), of(&[b"a", b"bc"]));
        assert_ne!(of(&[b"ab"]), of(&[b"ab", b""]));
    }
}
