//! The one symmetric box of this crate: XChaCha20-Poly1305 with a fresh random 192-bit nonce.
//! Layout: format (1 byte) ‖ nonce (24) ‖ ciphertext ‖ tag (16).

use crate::{OpenError, Place};
use chacha20poly1305::aead::{AeadInOut, KeyInit};
use chacha20poly1305::{Key, Tag, XChaCha20Poly1305, XNonce};
use hkdf::Hkdf;
use rand_core::CryptoRng;
use sha2::Sha256;
use zeroize::Zeroizing;

/// Thirty-two secret bytes, overwritten when dropped.
pub(crate) type KeyBytes = Zeroizing<[u8; 32]>;

const FORMAT: u8 = 1;
const NONCE: usize = 24;
const TAG: usize = 16;
/// Bytes that a box adds to its plaintext.
pub(crate) const OVERHEAD: usize = 1 + NONCE + TAG;

/// Why a box did not open; callers add where.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Closed {
    CutShort,
    UnknownFormat(u8),
    DoesNotOpen,
}

impl Closed {
    pub(crate) fn at(self, place: &Place<'_>, size: usize) -> OpenError {
        match self {
            Closed::CutShort => OpenError::cut_short(place, size),
            Closed::UnknownFormat(version) => OpenError::unknown_format(place, version),
            Closed::DoesNotOpen => OpenError::does_not_open(place),
        }
    }
}

/// Thirty-two fresh random bytes.
pub(crate) fn fresh_key(rng: &mut impl CryptoRng) -> KeyBytes {
    let mut key = Zeroizing::new([0; 32]);
    rng.fill_bytes(key.as_mut_slice());
    key
}

/// HKDF-SHA256 (RFC 5869): a key for one purpose out of a secret that is already uniform.
pub(crate) fn derive_key(secret: &[u8], salt: &[u8], purpose: &[u8]) -> KeyBytes {
    let mut key = Zeroizing::new([0; 32]);
    Hkdf::<Sha256>::new(Some(salt), secret)
        .expand(purpose, key.as_mut_slice())
        .expect("HKDF-SHA256 gives up to 8160 bytes and 32 are asked");
    key
}

/// Seals the plaintext made of `parts`, then zeros up to `size` bytes, then `end`.
pub(crate) fn seal_padded(
    key: &KeyBytes,
    associated_data: &[u8],
    plaintext: &[u8],
    size: usize,
    end: &[u8],
    rng: &mut impl CryptoRng,
) -> Vec<u8> {
    let size = size.max(plaintext.len());
    let mut nonce = [0; NONCE];
    rng.fill_bytes(&mut nonce);
    // One allocation, encrypted where it lies: no second copy of the plaintext stays behind.
    let mut sealed = Vec::with_capacity(OVERHEAD + size + end.len());
    sealed.push(FORMAT);
    sealed.extend_from_slice(&nonce);
    sealed.extend_from_slice(plaintext);
    sealed.resize(1 + NONCE + size, 0);
    sealed.extend_from_slice(end);
    let (_, body) = sealed.split_at_mut(1 + NONCE);
    let tag = XChaCha20Poly1305::new(&Key::from(**key))
        .encrypt_inout_detached(&XNonce::from(nonce), associated_data, body.into())
        .expect("a value in memory is far below the cipher's limit of 256 GiB");
    sealed.extend_from_slice(&tag);
    sealed
}

/// Seals a plaintext as it is.
pub(crate) fn seal(
    key: &KeyBytes,
    associated_data: &[u8],
    plaintext: &[u8],
    rng: &mut impl CryptoRng,
) -> Vec<u8> {
    seal_padded(key, associated_data, plaintext, 0, &[], rng)
}

/// Opens a box made by [`seal`] or [`seal_padded`].
pub(crate) fn open(
    key: &KeyBytes,
    associated_data: &[u8],
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, Closed> {
    let (format, rest) = sealed.split_first().ok_or(Closed::CutShort)?;
    if *format != FORMAT {
        return Err(Closed::UnknownFormat(*format));
    }
    let (nonce, rest) = rest.split_first_chunk::<NONCE>().ok_or(Closed::CutShort)?;
    let (body, tag) = rest.split_last_chunk::<TAG>().ok_or(Closed::CutShort)?;
    let mut plaintext = Zeroizing::new(body.to_vec());
    XChaCha20Poly1305::new(&Key::from(**key))
        .decrypt_inout_detached(
            &XNonce::from(*nonce),
            associated_data,
            plaintext.as_mut_slice().into(),
            &Tag::from(*tag),
        )
        .map_err(|_| Closed::DoesNotOpen)?;
    Ok(plaintext)
}

/// Opens a box that holds a key.
pub(crate) fn open_key(key: &KeyBytes, associated_data: &[u8], sealed: &[u8]) -> Result<KeyBytes, Closed> {
    let plaintext = open(key, associated_data, sealed)?;
    key_from(&plaintext).ok_or(Closed::DoesNotOpen)
}

/// Thirty-two bytes as a key; any other length is none.
pub(crate) fn key_from(bytes: &[u8]) -> Option<KeyBytes> {
    let mut key = Zeroizing::new([0; 32]);
    if bytes.len() != key.len() {
        return None;
    }
    key.copy_from_slice(bytes);
    Some(key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chacha20poly1305::aead::{Aead, Payload};

    /// draft-irtf-cfrg-xchacha-03, appendix A.3.1, opened through our own box.
    #[test]
    fn opens_the_published_vector() {
        let key = Zeroizing::new(core::array::from_fn(|n| 0x80 + n as u8));
        let nonce: [u8; 24] = core::array::from_fn(|n| 0x40 + n as u8);
        let associated_data = hex::decode("50515253c0c1c2c3c4c5c6c7").unwrap();
        let plaintext = b"Ladies and Gentlemen of the class of '99: \
            If I could offer you only one tip for the future, sunscreen would be it.";
        let ciphertext = hex::decode(
            "bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb\
             731c7f1b0b4aa6440bf3a82f4eda7e39ae64c6708c54c216cb96b72e1213b452\
             2f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff9\
             21f9664c97637da9768812f615c68b13b52ec0875924c1c7987947deafd8780acf49",
        )
        .unwrap();
        let payload = Payload { msg: plaintext, aad: &associated_data };
        let made = XChaCha20Poly1305::new(&Key::from(*key)).encrypt(&XNonce::from(nonce), payload).unwrap();
        assert_eq!(made, ciphertext);

        let sealed = [&[FORMAT][..], &nonce, &ciphertext].concat();
        assert_eq!(open(&key, &associated_data, &sealed).unwrap().as_slice(), plaintext);
    }

    /// RFC 5869, test case 1, first 32 of its 42 bytes (HKDF's output is a prefix).
    #[test]
    fn derives_the_published_key() {
        let salt: [u8; 13] = core::array::from_fn(|n| n as u8);
        let info: [u8; 10] = core::array::from_fn(|n| 0xf0 + n as u8);
        let key = derive_key(&[0x0b; 22], &salt, &info);
        assert_eq!(hex::encode(*key), "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf");
    }
}
