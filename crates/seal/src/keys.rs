//! X25519 pairs of members, compartments and devices, and sealing to a public key by HPKE
//! (RFC 9180, base mode, DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20-Poly1305).
//! Layout: format (1 byte) ‖ ephemeral public key (32) ‖ ciphertext ‖ tag (16).

use crate::cipher::{KeyBytes, fresh_key, key_from};
use crate::{OpenError, Opened, Place};
use hpke::aead::ChaCha20Poly1305;
use hpke::kdf::HkdfSha256;
use hpke::kem::X25519HkdfSha256;
use hpke::{Deserializable, Kem, OpModeR, OpModeS, Serializable};
use rand_core::CryptoRng;
use subtle::ConstantTimeEq;
use thiserror::Error;

const FORMAT: u8 = 1;
const ENCAPSULATED: usize = 32;
const INFO: &[u8] = b"deungdae seal_to 1";

/// The public half: whoever has it can seal, and only the holder of the secret half can open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PublicKey([u8; 32]);

/// The bytes are no usable public key.
#[derive(Debug, Error, PartialEq, Eq)]
#[error(
    "these bytes are not a usable X25519 public key. The stored key is damaged or was replaced: \
     restore it from a backup"
)]
pub struct BadPublicKey;

impl PublicKey {
    /// Reads a stored public key. Refuses the few points of small order, with which every sealing
    /// would have the same, known secret (RFC 7748 §6.1).
    pub fn from_bytes(bytes: [u8; 32]) -> Result<Self, BadPublicKey> {
        // Multiplying by a clamped scalar gives zero for those points and for no others.
        let product = x25519_dalek::x25519([0x42; 32], bytes);
        if product == [0; 32] {
            return Err(BadPublicKey);
        }
        Ok(PublicKey(bytes))
    }

    /// Reads a stored public key of unproven length, as a database gives it.
    pub fn from_slice(bytes: &[u8]) -> Result<Self, BadPublicKey> {
        Self::from_bytes(bytes.try_into().map_err(|_| BadPublicKey)?)
    }

    /// The key as it is stored and shown.
    pub fn to_bytes(self) -> [u8; 32] {
        self.0
    }
}

/// The secret half. It is never printed, cloned or serialised, only sealed; its memory is
/// overwritten when it is dropped.
pub struct SecretKey(KeyBytes);

impl SecretKey {
    /// A new random key.
    pub fn fresh(rng: &mut impl CryptoRng) -> Self {
        SecretKey(fresh_key(rng))
    }

    pub(crate) fn from_key(bytes: KeyBytes) -> Self {
        SecretKey(bytes)
    }

    pub(crate) fn bytes(&self) -> &KeyBytes {
        &self.0
    }

    /// The public half.
    pub fn public(&self) -> PublicKey {
        PublicKey(x25519_dalek::x25519(*self.0, x25519_dalek::X25519_BASEPOINT_BYTES))
    }

    /// This key sealed to the holder of another, for example a compartment's key to a member.
    pub fn sealed_to(&self, to: &PublicKey, place: &Place<'_>, rng: &mut impl CryptoRng) -> Vec<u8> {
        seal_to(to, place, self.0.as_slice(), rng)
    }

    /// Opens a key that was sealed with [`SecretKey::sealed_to`] to `with`. Compare
    /// [`SecretKey::public`] with the public key on record before use: whoever can write to the
    /// database can seal a key of their own.
    pub fn open(with: &SecretKey, place: &Place<'_>, sealed: &[u8]) -> Result<Self, OpenError> {
        let opened = open_sealed(with, place, sealed)?;
        key_from(opened.expose()).map(SecretKey).ok_or_else(|| OpenError::does_not_open(place))
    }

    /// Whether two secret keys are the same, in constant time.
    pub fn same_as(&self, other: &SecretKey) -> bool {
        self.0.ct_eq(other.0.as_slice()).into()
    }
}

/// Seals to a public key, bound to a place: 49 bytes longer than the plaintext, whose length it
/// shows. Meant for keys; values go through [`crate::seal_value`], which hides lengths. Anyone
/// with the public key can make one, so it proves no sender.
pub fn seal_to(to: &PublicKey, place: &Place<'_>, plaintext: &[u8], rng: &mut impl CryptoRng) -> Vec<u8> {
    let mut sealed = vec![FORMAT];
    let associated_data = place.associated_data("seal_to");
    hpke_seal(to, INFO, &associated_data, plaintext, rng, &mut sealed);
    sealed
}

/// Opens what was sealed with [`seal_to`] for this place.
pub fn open_sealed(with: &SecretKey, place: &Place<'_>, sealed: &[u8]) -> Result<Opened<Vec<u8>>, OpenError> {
    let cut_short = || OpenError::cut_short(place, sealed.len());
    let (format, rest) = sealed.split_first().ok_or_else(cut_short)?;
    if *format != FORMAT {
        return Err(OpenError::unknown_format(place, *format));
    }
    if rest.len() < ENCAPSULATED + 16 {
        return Err(cut_short());
    }
    let associated_data = place.associated_data("seal_to");
    hpke_open(with, INFO, &associated_data, rest)
        .map(Opened::new)
        .ok_or_else(|| OpenError::does_not_open(place))
}

fn hpke_seal(
    to: &PublicKey,
    info: &[u8],
    associated_data: &[u8],
    plaintext: &[u8],
    rng: &mut impl CryptoRng,
    out: &mut Vec<u8>,
) {
    let to =
        <X25519HkdfSha256 as Kem>::PublicKey::from_bytes(&to.0).expect("32 bytes are an X25519 public key");
    let (encapsulated, ciphertext) = hpke::single_shot_seal_with_rng::<
        ChaCha20Poly1305,
        HkdfSha256,
        X25519HkdfSha256,
    >(&OpModeS::Base, &to, info, plaintext, associated_data, rng)
    .expect("points of small order were refused when the key was read");
    out.extend_from_slice(&encapsulated.to_bytes());
    out.extend_from_slice(&ciphertext);
}

fn hpke_open(with: &SecretKey, info: &[u8], associated_data: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
    let (encapsulated, ciphertext) = sealed.split_at_checked(ENCAPSULATED)?;
    let secret = <X25519HkdfSha256 as Kem>::PrivateKey::from_bytes(with.0.as_slice()).ok()?;
    let encapsulated = <X25519HkdfSha256 as Kem>::EncappedKey::from_bytes(encapsulated).ok()?;
    hpke::single_shot_open::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
        &OpModeR::Base,
        &secret,
        &encapsulated,
        info,
        ciphertext,
        associated_data,
    )
    .ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::convert::Infallible;
    use rand_core::{TryCryptoRng, TryRng};
    use zeroize::Zeroizing;

    /// Gives the vector's ephemeral key material instead of randomness.
    struct Scripted(Vec<u8>);

    impl TryRng for Scripted {
        type Error = Infallible;
        fn try_next_u32(&mut self) -> Result<u32, Infallible> {
            unreachable!("key material is asked in bytes")
        }
        fn try_next_u64(&mut self) -> Result<u64, Infallible> {
            unreachable!("key material is asked in bytes")
        }
        fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Infallible> {
            out.copy_from_slice(&self.0);
            Ok(())
        }
    }

    impl TryCryptoRng for Scripted {}

    /// RFC 9180, appendix A.2.1, sequence number 0, made and opened by our own functions.
    #[test]
    fn makes_and_opens_the_published_vector() {
        let bytes = |text: &str| hex::decode(text).unwrap();
        let secret = SecretKey(Zeroizing::new(
            bytes("8057991eef8f1f1af18f4a9491d16a1ce333f695d4db8e38da75975c4478e0fb").try_into().unwrap(),
        ));
        let public = secret.public();
        assert_eq!(
            hex::encode(public.to_bytes()),
            "4310ee97d88cc1f088a5576c77ab0cf5c3ac797f3d95139c6c84b5429c59662a"
        );
        let info = bytes("4f6465206f6e2061204772656369616e2055726e");
        let associated_data = b"Count-0";
        let plaintext = b"Beauty is truth, truth beauty";
        let mut ephemeral =
            Scripted(bytes("909a9b35d3dc4713a5e72a4da274b55d3d3821a37e5d099e74a647db583a904b"));

        let mut sealed = Vec::new();
        hpke_seal(&public, &info, associated_data, plaintext, &mut ephemeral, &mut sealed);

        assert_eq!(
            hex::encode(&sealed),
            "1afa08d3dec047a643885163f1180476fa7ddb54c6a8029ea33f95796bf2ac4a\
             1c5250d8034ec2b784ba2cfd69dbdb8af406cfe3ff938e131f0def8c8b60b4db\
             21993c62ce81883d2dd1b51a28"
        );
        assert_eq!(
            hpke_open(&secret, &info, associated_data, &sealed).as_deref(),
            Some(plaintext.as_slice())
        );
    }

    #[test]
    fn refuses_points_of_small_order() {
        let mut one = [0; 32];
        one[0] = 1;
        // RFC 7748's field prime minus one, and a point of order eight.
        let mut minus_one = [0xff; 32];
        minus_one[0] = 0xec;
        minus_one[31] = 0x7f;
        let order_eight: [u8; 32] =
            hex::decode("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800")
                .unwrap()
                .try_into()
                .unwrap();
        for bytes in [[0; 32], one, minus_one, order_eight] {
            assert_eq!(PublicKey::from_bytes(bytes), Err(BadPublicKey));
        }
        assert_eq!(PublicKey::from_slice(&[7; 31]), Err(BadPublicKey));
    }
}
