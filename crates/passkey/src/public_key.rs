//! Public keys of passkeys (COSE_Key, RFC 9052 §7 and RFC 9053), and their signatures.

use minicbor::Decoder;
use p256::ecdsa::signature::Verifier;
use rsa::BoxedUint;
use sha2::Sha256;
use thiserror::Error;

/// ES256, EdDSA with Ed25519, RS256: what we ask for, the preferred first (COSE numbers).
pub(crate) const ALGORITHMS: [i64; 3] = [-7, -8, -257];

/// Bits that an RSA key must have at least (NIST SP 800-57 part 1), and may have at most, so that a check stays quick.
const RSA_BITS: (u32, u32) = (2048, 4096);

/// Why bytes are not the public key of a passkey.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum KeyError {
    /// Not a COSE_Key.
    #[error("the passkey's public key cannot be read; make the passkey again, or use another authenticator")]
    Unreadable,
    /// A kind of key that was not asked for.
    #[error("the passkey has a kind of key that was not asked for; use another authenticator")]
    Unknown,
    /// A point that is not on its curve, a short or a weak key.
    #[error("the passkey's public key is not sound; use another authenticator")]
    Unsound,
}

/// The public half of a passkey.
pub enum PublicKey {
    /// ECDSA on P-256 with SHA-256.
    Es256(Box<p256::ecdsa::VerifyingKey>),
    /// Ed25519.
    Ed25519(Box<ed25519_dalek::VerifyingKey>),
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rs256(Box<rsa::pkcs1v15::VerifyingKey<Sha256>>),
}

/// The parameters of a COSE_Key that are read here. What -1 and -2 mean depends on the kind of key.
#[derive(Default)]
struct Parameters<'a> {
    kind: Option<i64>,
    algorithm: Option<i64>,
    curve: Option<i64>,
    minus_one: Option<&'a [u8]>,
    minus_two: Option<&'a [u8]>,
    minus_three: Option<&'a [u8]>,
}

impl PublicKey {
    /// Reads a COSE_Key that takes all of these bytes.
    pub fn read(bytes: &[u8]) -> Result<PublicKey, KeyError> {
        let (key, length) = PublicKey::read_first(bytes)?;
        if length == bytes.len() { Ok(key) } else { Err(KeyError::Unreadable) }
    }

    /// Reads a COSE_Key at the beginning of these bytes, and how long it is.
    pub(crate) fn read_first(bytes: &[u8]) -> Result<(PublicKey, usize), KeyError> {
        let mut decoder = Decoder::new(bytes);
        let parameters = Parameters::read(&mut decoder).ok_or(KeyError::Unreadable)?;
        Ok((parameters.key()?, decoder.position()))
    }

    /// Whether this is the key's signature of the message.
    pub fn signed(&self, message: &[u8], signature: &[u8]) -> bool {
        match self {
            PublicKey::Es256(key) => p256::ecdsa::Signature::from_der(signature)
                .is_ok_and(|signature| key.verify(message, &signature).is_ok()),
            PublicKey::Ed25519(key) => ed25519_dalek::Signature::from_slice(signature)
                .is_ok_and(|signature| key.verify_strict(message, &signature).is_ok()),
            PublicKey::Rs256(key) => rsa::pkcs1v15::Signature::try_from(signature)
                .is_ok_and(|signature| key.verify(message, &signature).is_ok()),
        }
    }
}

impl<'a> Parameters<'a> {
    fn read(decoder: &mut Decoder<'a>) -> Option<Parameters<'a>> {
        let mut parameters = Parameters::default();
        for _ in 0..decoder.map().ok()?? {
            match decoder.i64().ok()? {
                1 => put(&mut parameters.kind, decoder.i64().ok()?)?,
                3 => put(&mut parameters.algorithm, decoder.i64().ok()?)?,
                -1 if parameters.kind == Some(3) => {
                    put(&mut parameters.minus_one, decoder.bytes().ok()?)?;
                }
                -1 => put(&mut parameters.curve, decoder.i64().ok()?)?,
                -2 => put(&mut parameters.minus_two, decoder.bytes().ok()?)?,
                -3 => put(&mut parameters.minus_three, decoder.bytes().ok()?)?,
                _ => decoder.skip().ok()?,
            }
        }
        Some(parameters)
    }

    fn key(&self) -> Result<PublicKey, KeyError> {
        let unreadable = KeyError::Unreadable;
        match (self.kind, self.algorithm, self.curve) {
            (Some(2), Some(-7), Some(1)) => {
                let (x, y) = (self.minus_two.ok_or(unreadable)?, self.minus_three.ok_or(unreadable)?);
                if x.len() != 32 || y.len() != 32 {
                    return Err(KeyError::Unsound);
                }
                // Uncompressed point (SEC 1 §2.3.3); reading it checks that it is on the curve.
                let point = [&[4], x, y].concat();
                let key =
                    p256::ecdsa::VerifyingKey::from_sec1_bytes(&point).map_err(|_| KeyError::Unsound)?;
                Ok(PublicKey::Es256(Box::new(key)))
            }
            (Some(1), Some(-8), Some(6)) => {
                let x = self.minus_two.ok_or(unreadable)?.try_into().map_err(|_| KeyError::Unsound)?;
                let key = ed25519_dalek::VerifyingKey::from_bytes(x).map_err(|_| KeyError::Unsound)?;
                if key.is_weak() {
                    return Err(KeyError::Unsound);
                }
                Ok(PublicKey::Ed25519(Box::new(key)))
            }
            (Some(3), Some(-257), None) => {
                let (n, e) = (self.minus_one.ok_or(unreadable)?, self.minus_two.ok_or(unreadable)?);
                let (n, e) = (BoxedUint::from_be_slice_vartime(n), BoxedUint::from_be_slice_vartime(e));
                if !(RSA_BITS.0..=RSA_BITS.1).contains(&n.bit_width()) {
                    return Err(KeyError::Unsound);
                }
                let key = rsa::PublicKey::new(n, e).map_err(|_| KeyError::Unsound)?;
                Ok(PublicKey::Rs256(Box::new(rsa::pkcs1v15::VerifyingKey::new(key))))
            }
            _ => Err(KeyError::Unknown),
        }
    }
}

/// A parameter may stand there once.
fn put<T>(slot: &mut Option<T>, value: T) -> Option<()> {
    if slot.is_some() {
        return None;
    }
    *slot = Some(value);
    Some(())
}
