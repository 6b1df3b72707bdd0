//! Random salts for commitments.

use rand_core::CryptoRng;
use std::fmt;
use zeroize::Zeroize;

/// Thirty-two random bytes that keep a commitment from being guessed. Stored beside the record and
/// destroyed with it: then what the commitment stood for can no longer be tested, not even by
/// someone who guesses the content.
#[derive(Clone)]
pub struct Salt([u8; 32]);

impl Salt {
    /// A new random salt.
    pub fn fresh(rng: &mut impl CryptoRng) -> Self {
        let mut bytes = [0; 32];
        rng.fill_bytes(&mut bytes);
        Salt(bytes)
    }

    /// A salt read back from its record.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Salt(bytes)
    }

    /// The salt, for the commitment and for storage beside the record.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl Drop for Salt {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for Salt {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Salt(…)")
    }
}
