//! The two ways in which the monitor's key turns a ticket into a number that nobody can foresee.
//!
//! `ecvrf` opens single units by a proof. `hmac-commit` opens everything at once by its key, and needs nothing but
//! SHA-2 to be checked. One trait, one path through the rest of the protocol.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha512;
use vrf_rfc9381::ec::edwards25519::EdVrfProof;
use vrf_rfc9381::ec::edwards25519::tai::{EdVrfEdwards25519TaiPublicKey, EdVrfEdwards25519TaiSecretKey};
use vrf_rfc9381::{Ciphersuite, Proof as _, Prover as _, Verifier as _};
use zeroize::Zeroizing;

use crate::Refusal;
use crate::hash::h;

/// The output for one ticket. Lowest is drawn first.
pub type Beta = [u8; 64];
/// Length of an ECVRF proof in bytes.
pub const PROOF_LEN: usize = 80;

/// Which suite a draw uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Suite {
    /// ECVRF-EDWARDS25519-SHA512-TAI, RFC 9381 suite 3.
    Ecvrf,
    /// HMAC-SHA-512 under a committed key.
    HmacCommit,
}

impl Suite {
    /// The name in `announce`.
    pub fn name(self) -> &'static str {
        match self {
            Suite::Ecvrf => "ecvrf",
            Suite::HmacCommit => "hmac-commit",
        }
    }

    /// Reads [`Suite::name`].
    pub fn parse(name: &str) -> Option<Self> {
        [Suite::Ecvrf, Suite::HmacCommit].into_iter().find(|suite| suite.name() == name)
    }

    /// The monitor's side, from 32 fresh random bytes.
    pub fn secret(self, draw: &str, key: &[u8; 32]) -> Result<Box<dyn Drawer>, Refusal> {
        Ok(match self {
            Suite::Ecvrf => Box::new(Ecvrf::new(key)?),
            Suite::HmacCommit => Box::new(HmacKey::new(draw, key)),
        })
    }

    /// The checker's side: the public key in `announce` and, for `hmac-commit`, the key that was opened.
    pub fn checker(
        self,
        draw: &str,
        public: &[u8; 32],
        opened: Option<&[u8; 32]>,
    ) -> Result<Box<dyn Checker>, Refusal> {
        match (self, opened) {
            (Suite::Ecvrf, _) => Ok(Box::new(EcvrfPublic::new(public)?)),
            (Suite::HmacCommit, None) => Err(Refusal::Key(
                "this draw uses hmac-commit, which can be checked only with its key: the monitor opens the key to the auditor"
                    .into(),
            )),
            (Suite::HmacCommit, Some(key)) => {
                let key = HmacKey::new(draw, key);
                if &key.public() != public {
                    return Err(Refusal::Key(
                        "the key that was opened is not the key that was announced: the monitor opened another key; do not accept the draw"
                            .into(),
                    ));
                }
                Ok(Box::new(key))
            }
        }
    }
}

/// Who holds the secret key: the monitor.
pub trait Drawer: Send + Sync {
    /// What is announced: the public key, or the commitment to the key.
    fn public(&self) -> [u8; 32];
    /// The output for `alpha`, with its proof where the suite has proofs (else empty).
    fn draw(&self, alpha: &[u8; 32]) -> Result<(Beta, Vec<u8>), Refusal>;
}

/// Who checks: the auditor, or whoever is shown a unit.
pub trait Checker: Send + Sync {
    /// The output that `proof` proves for `alpha`; `None` if it proves nothing.
    fn check(&self, alpha: &[u8; 32], proof: &[u8]) -> Option<Beta>;
}

struct Ecvrf {
    secret: EdVrfEdwards25519TaiSecretKey,
    public: [u8; 32],
}

impl Ecvrf {
    fn new(key: &[u8; 32]) -> Result<Self, Refusal> {
        let secret = EdVrfEdwards25519TaiSecretKey::from_slice(key).map_err(|_| {
            Refusal::Key("the drawing key is damaged: begin the draw again with a fresh one".into())
        })?;
        // RFC 9381 §5.5 makes the key pair as Ed25519 does.
        let public = ed25519_dalek::SigningKey::from_bytes(key).verifying_key().to_bytes();
        Ok(Self { secret, public })
    }
}

impl Drawer for Ecvrf {
    fn public(&self) -> [u8; 32] {
        self.public
    }

    fn draw(&self, alpha: &[u8; 32]) -> Result<(Beta, Vec<u8>), Refusal> {
        let failed = |_| {
            Refusal::Key(
                "no proof can be made with the drawing key: begin the draw again with a fresh one".into(),
            )
        };
        let proof = self.secret.prove(alpha).map_err(failed)?;
        let beta = proof.proof_to_hash(Ciphersuite::ECVRF_EDWARDS25519_SHA512_TAI).map_err(failed)?;
        Ok((beta.into(), proof.encode_to_pi()))
    }
}

struct EcvrfPublic(EdVrfEdwards25519TaiPublicKey);

impl EcvrfPublic {
    /// validate_key of RFC 9381 §5.4.5, and only the one spelling of the point.
    fn new(public: &[u8; 32]) -> Result<Self, Refusal> {
        let refused = || {
            Refusal::Key(
                "the announced public key is not a usable point of the curve: the monitor must begin again with a fresh key".into(),
            )
        };
        let point = ed25519_dalek::VerifyingKey::from_bytes(public).map_err(|_| refused())?;
        if point.is_weak() || point.to_edwards().compress().to_bytes() != *public {
            return Err(refused());
        }
        EdVrfEdwards25519TaiPublicKey::from_slice(public).map(Self).map_err(|_| refused())
    }
}

impl Checker for EcvrfPublic {
    fn check(&self, alpha: &[u8; 32], proof: &[u8]) -> Option<Beta> {
        let read = EdVrfProof::decode_pi(proof).ok()?;
        // The library reduces s and takes other spellings of Gamma; RFC 9381 §5.4.4 refuses them.
        if read.encode_to_pi() != proof {
            return None;
        }
        self.0.verify(alpha, read).ok().map(Into::into)
    }
}

struct HmacKey {
    key: Zeroizing<[u8; 32]>,
    commitment: [u8; 32],
}

impl HmacKey {
    fn new(draw: &str, key: &[u8; 32]) -> Self {
        Self { key: Zeroizing::new(*key), commitment: h("key-commit", &[draw.as_bytes(), key]) }
    }

    fn output(&self, alpha: &[u8; 32]) -> Beta {
        let mut mac = Hmac::<Sha512>::new_from_slice(&*self.key).expect("HMAC takes keys of any length");
        mac.update(alpha);
        mac.finalize().into_bytes().into()
    }
}

impl Drawer for HmacKey {
    fn public(&self) -> [u8; 32] {
        self.commitment
    }

    fn draw(&self, alpha: &[u8; 32]) -> Result<(Beta, Vec<u8>), Refusal> {
        Ok((self.output(alpha), Vec::new()))
    }
}

impl Checker for HmacKey {
    fn check(&self, alpha: &[u8; 32], proof: &[u8]) -> Option<Beta> {
        proof.is_empty().then(|| self.output(alpha))
    }
}
