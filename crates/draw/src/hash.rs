//! The tagged hash of the protocol and a number without bias.

use ledger::hash::tagged_hash;

use crate::Refusal;

/// The name of the protocol; it stands at the beginning of everything that is hashed.
pub const PROTOCOL: &str = "deungdae-draw/v1";

/// H(tag, p1..pk) = SHA-256("deungdae-draw/v1" ‖ 0 ‖ tag ‖ 0 ‖ for each p: u64be(length) ‖ p).
pub fn h(tag: &str, parts: &[&[u8]]) -> [u8; 32] {
    tagged_hash(PROTOCOL, tag, parts)
}

/// A whole number from 0 to `below` − 1, each equally likely.
///
/// Candidates are the first eight bytes of H("uniform", seed, u32 counter), counter 0, 1, 2 …; a candidate at or
/// above the largest multiple of `below` that fits 64 bits is thrown away, so that no remainder is favoured.
pub fn uniform(seed: &[u8], below: u64) -> Result<u64, Refusal> {
    if below == 0 {
        return Err(Refusal::Design(
            "a number is to be drawn from an empty range: give the units sizes above 0 and an interval of at least 1"
                .into(),
        ));
    }
    // 2^64 mod below: the top values that would favour the small remainders.
    let excess = (u64::MAX % below + 1) % below;
    let mut counter = 0_u32;
    loop {
        let [a, b, c, d, e, f, g, i, ..] = h("uniform", &[seed, &counter.to_be_bytes()]);
        let candidate = u64::from_be_bytes([a, b, c, d, e, f, g, i]);
        if candidate <= u64::MAX - excess {
            return Ok(candidate % below);
        }
        counter = counter.wrapping_add(1);
    }
}

/// 64 lower-case hexadecimal digits, or however many bytes are asked for.
pub(crate) fn from_hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    hex::decode_to_slice(text, &mut bytes).ok()?;
    (!text.bytes().any(|byte| byte.is_ascii_uppercase())).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_drawn_without_favour_and_never_beyond_its_range() {
        let mut seen = [0_u32; 7];
        for n in 0..7_000_u32 {
            let number = uniform(&n.to_be_bytes(), 7).unwrap();
            seen[usize::try_from(number).unwrap()] += 1;
        }
        // Chi-square with 6 degrees of freedom; 22.46 is passed by chance once in a thousand times.
        let chi: f64 = seen.iter().map(|&n| (f64::from(n) - 1000.0).powi(2) / 1000.0).sum();
        assert!(chi < 22.46, "{seen:?}");
        assert_eq!(uniform(b"x", 1), Ok(0));
        assert!(uniform(b"x", u64::MAX).is_ok());
        // Just above half: every second candidate is thrown away.
        for n in 0..200_u32 {
            assert!(uniform(&n.to_be_bytes(), (1 << 63) + 1).unwrap() <= 1 << 63);
        }
        assert!(uniform(b"x", 0).is_err());
    }
}
