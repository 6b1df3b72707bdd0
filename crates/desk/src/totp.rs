//! Time-based one-time passwords (RFC 6238: HMAC-SHA-1, six digits, thirty seconds), as authenticator apps make them.

use hmac::{Hmac, KeyInit, Mac};
use seal::{Opened, Place, SecretKey};
use sha1::Sha1;

use crate::answer::{Answer, Error};

const STEP: i64 = 30_000;

/// The six digits at a time (ms). RFC 4226 §5.3 with the counter of RFC 6238 §4.2.
pub fn code(shared: &[u8], at: i64) -> Option<u32> {
    let counter = u64::try_from(at / STEP).ok()?;
    let mut mac = Hmac::<Sha1>::new_from_slice(shared).ok()?;
    mac.update(&counter.to_be_bytes());
    let digest = mac.finalize().into_bytes();
    let offset = usize::from(digest.last()? & 0x0f);
    let four: [u8; 4] = digest.get(offset..offset + 4)?.try_into().ok()?;
    Some((u32::from_be_bytes(four) & 0x7fff_ffff) % 1_000_000)
}

/// Whether a code is right now, or was one step ago, or will be one step ahead (clocks differ).
pub fn accepts(shared: &[u8], typed: &str, now: i64) -> bool {
    let digits: String = typed.chars().filter(char::is_ascii_digit).collect();
    let Ok(typed) = digits.parse::<u32>() else { return false };
    digits.len() == 6 && [now - STEP, now, now + STEP].into_iter().any(|at| code(shared, at) == Some(typed))
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
    format!("otpauth://totp/Deungdae:{label}?secret={}&issuer=Deungdae", base32(shared))
}

/// RFC 4648 base32 without padding, as authenticator apps want the secret.
pub fn base32(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut text = String::new();
    for chunk in bytes.chunks(5) {
        let mut five = [0u8; 8];
        for (to, from) in five.iter_mut().skip(3).zip(chunk) {
            *to = *from;
        }
        let number = u64::from_be_bytes(five);
        let letters = (chunk.len() * 8).div_ceil(5);
        for position in 0..letters {
            let index = (number >> (35 - 5 * position)) & 31;
            text.extend(LETTERS.get(index as usize).map(|letter| char::from(*letter)));
        }
    }
    text
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

    /// RFC 6238, appendix B (SHA-1), the last six of its eight digits.
    #[test]
    fn makes_the_published_codes() {
        let shared = b"12345678901234567890";
        for (seconds, expected) in [
            (59, 287_082),
            (1_111_111_109, 81_804),
            (1_111_111_111, 50_471),
            (1_234_567_890, 5_924),
            (2_000_000_000, 279_037),
            (20_000_000_000, 353_130),
        ] {
            assert_eq!(code(shared, seconds * 1000), Some(expected), "at {seconds}");
        }
    }

    #[test]
    fn accepts_a_code_one_step_off_and_no_other() {
        let shared = b"12345678901234567890";
        assert!(accepts(shared, "287 082", 59_000));
        assert!(accepts(shared, "287082", 59_000 + STEP));
        assert!(!accepts(shared, "287082", 59_000 + 3 * STEP));
        assert!(!accepts(shared, "28708", 59_000));
        assert!(!accepts(shared, "", 59_000));
    }

    /// RFC 4648 §10.
    #[test]
    fn writes_base32() {
        for (plain, encoded) in [
            ("", ""),
            ("f", "MY"),
            ("fo", "MZXQ"),
            ("foo", "MZXW6"),
            ("foob", "MZXW6YQ"),
            ("fooba", "MZXW6YTB"),
            ("foobar", "MZXW6YTBOI"),
        ] {
            assert_eq!(base32(plain.as_bytes()), encoded);
        }
    }
}
