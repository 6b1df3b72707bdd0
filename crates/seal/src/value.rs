//! Values of a record, sealed under its key, with their sizes blurred.

use crate::cipher;
use crate::{OpenError, Opened, Place, RecordKey};
use rand_core::CryptoRng;

const PURPOSE: &str = "value";
/// The true length, written at the end of the padded plaintext (u64, little endian).
const LENGTH: usize = 8;
const SMALLEST: usize = 256;

/// The size to which a plaintext of `size` bytes is padded: Padmé (Nikitin et al., "Reducing
/// Metadata Leakage from Encrypted Files and Communication with PURBs", PETS 2019, §4), never
/// below 256 bytes. It keeps the leading bits of the size and rounds the rest up: at most 12 %
/// longer, and only about log log of the size remains to be seen.
pub fn padded_size(size: usize) -> usize {
    let size = size.max(SMALLEST);
    let exponent = size.ilog2();
    let kept_bits = exponent.ilog2() + 1;
    let mask = (1_usize << (exponent - kept_bits)) - 1;
    // A size within one step of the largest usize cannot exist in memory; saturating keeps the
    // function total.
    size.saturating_add(mask) & !mask
}

/// Seals one value of a record: XChaCha20-Poly1305, a fresh nonce, the place authenticated, the
/// size padded. The result has 41 bytes more than [`padded_size`] of the plaintext and 8.
pub fn seal_value(key: &RecordKey, place: &Place<'_>, plaintext: &[u8], rng: &mut impl CryptoRng) -> Vec<u8> {
    let associated_data = place.associated_data(PURPOSE);
    let size = padded_size(plaintext.len() + LENGTH) - LENGTH;
    let length = (plaintext.len() as u64).to_le_bytes();
    cipher::seal_padded(key.bytes(), &associated_data, plaintext, size, &length, rng)
}

/// Opens a value made by [`seal_value`] for this place with this key.
pub fn open_value(key: &RecordKey, place: &Place<'_>, sealed: &[u8]) -> Result<Opened<Vec<u8>>, OpenError> {
    let associated_data = place.associated_data(PURPOSE);
    let mut padded = cipher::open(key.bytes(), &associated_data, sealed)
        .map_err(|closed| closed.at(place, sealed.len()))?;
    let (room, length) =
        padded.split_last_chunk::<LENGTH>().ok_or_else(|| OpenError::does_not_open(place))?;
    let length = usize::try_from(u64::from_le_bytes(*length))
        .ok()
        .filter(|length| *length <= room.len())
        .ok_or_else(|| OpenError::does_not_open(place))?;
    padded.truncate(length);
    Ok(Opened::new(std::mem::take(&mut *padded)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Worked by hand from the paper's algorithm: L=300 has E=8, S=4, so the last 4 bits are
    /// rounded up; L=1,000,000 has E=19, S=5, so the last 14 are.
    #[test]
    fn pads_as_the_paper_says() {
        assert_eq!(padded_size(0), 256);
        assert_eq!(padded_size(256), 256);
        assert_eq!(padded_size(257), 272);
        assert_eq!(padded_size(300), 304);
        assert_eq!(padded_size(1_000_000), 1_015_808);
        assert_eq!(padded_size(1 << 30), 1 << 30);
    }
}
