//! Time-based one-time passwords (RFC 6238: HMAC-SHA-1, six digits, thirty seconds), as authenticator apps make them.

use std::collections::HashMap;
use std::sync::Mutex;

use seal::{Opened, Place, SecretKey};
use totp_rs::{Algorithm, Builder, Secret, Totp};

use crate::answer::{Answer, Error};

/// How long a code is shown (seconds).
const STEP: u64 = 30;

fn totp(shared: &[u8]) -> Option<Totp> {
    // One step to each side: clocks differ.
    let builder = Builder::new().with_algorithm(Algorithm::SHA1).with_digits(6).with_skew(1);
    builder.with_step_duration(STEP).with_secret(shared.to_vec()).build().ok()
}

/// The number of the step in which a code is right, counted from 1970: now, one step ago, or one step ahead.
pub(crate) fn step_of(shared: &[u8], typed: &str, now: i64) -> Option<u64> {
    let digits: String = typed.chars().filter(char::is_ascii_digit).collect();
    totp(shared)?.check(&digits, u64::try_from(now / 1000).ok()?)
}

/// The code at a time (ms), as the app shows it.
pub fn code(shared: &[u8], at: i64) -> Option<String> {
    Some(totp(shared)?.generate(u64::try_from(at / 1000).ok()?).to_string())
}

/// The `otpauth:` address that an authenticator app scans.
pub fn address(shared: &[u8], email: &str) -> String {
    let label: String = email
        .bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'@' => {
                char::from(byte).to_string()
            }
            other => format!("%{other:02X}"),
        })
        .collect();
    format!("otpauth://totp/Deungdae:{label}?secret={}&issuer=Deungdae", text(shared))
}

/// The secret as authenticator apps take it when it is typed: RFC 4648 base32 without padding.
pub fn text(shared: &[u8]) -> String {
    Secret::from(shared.to_vec()).to_base32()
}

/// Reads a secret written by [`text`].
pub fn from_text(text: &str) -> Option<Vec<u8>> {
    let secret = Secret::try_from_base32(text).ok()?;
    Some(secret.as_bytes().to_vec())
}

/// The last step in which each member's code was used: a code works once (RFC 6238 §5.2).
#[derive(Default)]
pub(crate) struct UsedCodes {
    steps: Mutex<HashMap<i64, u64>>,
}

impl UsedCodes {
    /// Uses a step up; false if it or a later one was used before.
    pub(crate) fn use_up(&self, member: i64, step: u64) -> bool {
        let mut steps = self.steps.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let last = steps.entry(member).or_insert(0);
        let fresh = step > *last;
        *last = step.max(*last);
        fresh
    }
}

fn place(member: &str) -> Place<'_> {
    Place::new("member", member, "totp")
}

/// Opens a member's shared secret with their own key.
pub(crate) fn open(own: &SecretKey, member: i64, sealed: &[u8]) -> Answer<Opened<Vec<u8>>> {
    seal::open_sealed(own, &place(&member.to_string()), sealed)
        .map_err(|error| Error::Fault(store::Fault::internal(error.to_string())))
}

/// Seals a member's shared secret to their own key.
pub(crate) fn sealed(
    own: &seal::PublicKey,
    member: i64,
    shared: &[u8],
    dice: &mut impl rand_core::CryptoRng,
) -> Vec<u8> {
    seal::seal_to(own, &place(&member.to_string()), shared, dice)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHARED: &[u8] = b"12345678901234567890";

    /// RFC 6238, appendix B (SHA-1), the last six of its eight digits.
    #[test]
    fn makes_the_published_codes() {
        for (seconds, expected) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(code(SHARED, seconds * 1000).as_deref(), Some(expected), "at {seconds}");
        }
    }

    #[test]
    fn accepts_a_code_one_step_off_and_no_other() {
        assert_eq!(step_of(SHARED, "287 082", 59_000), Some(1));
        assert_eq!(step_of(SHARED, "287082", 89_000), Some(1));
        assert_eq!(step_of(SHARED, "287082", 29_000), Some(1));
        assert_eq!(step_of(SHARED, "287082", 149_000), None);
        assert_eq!(step_of(SHARED, "28708", 59_000), None);
        assert_eq!(step_of(SHARED, "", 59_000), None);
    }

    #[test]
    fn a_code_works_once() {
        let used = UsedCodes::default();
        assert!(used.use_up(1, 40));
        assert!(!used.use_up(1, 40));
        assert!(!used.use_up(1, 39), "nor one from before");
        assert!(used.use_up(2, 40), "of somebody else");
        assert!(used.use_up(1, 41));
    }

    #[test]
    fn the_secret_is_typed_as_base32() {
        assert_eq!(text(SHARED), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        assert_eq!(from_text(&text(SHARED)).as_deref(), Some(SHARED));
        assert_eq!(from_text("1!"), None);
    }
}
