//! Codes that people print, read aloud and type: Crockford base32 in groups of four, ending in
//! check characters. Capital or small, spaces and hyphens anywhere, O for 0, I or L for 1, and
//! full-width letters are all read alike.

use sha2::{Digest, Sha256};
use thiserror::Error;
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

/// Crockford's alphabet: no I, L, O, U.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Check bytes at the end. A mistyped code passes with probability 2⁻²⁴.
const CHECK: usize = 3;
const GROUP: usize = 4;

/// Why a typed code was not understood.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum CodeError {
    /// Characters are missing or too many.
    #[error(
        "the code has {found} letters and digits instead of {expected}. Compare it with the \
         printed one, group by group"
    )]
    WrongLength {
        /// Letters and digits found.
        found: usize,
        /// Letters and digits that a code of this kind has.
        expected: usize,
    },
    /// A sign that no code contains.
    #[error("the code contains a sign that is never used in a code, at position {position}")]
    BadCharacter {
        /// Which letter or digit of the code, the first being 1. The sign itself is not repeated:
        /// it is part of a secret.
        position: usize,
    },
    /// The check characters do not match the rest.
    #[error(
        "the code is mistyped, or it is a code of another kind. Compare it with the printed one, \
         group by group"
    )]
    Mistyped,
}

/// Letters and digits of a code over `size` bytes.
const fn symbols(size: usize) -> usize {
    ((size + CHECK) * 8).div_ceil(5)
}

fn check(kind: &str, payload: &[u8]) -> [u8; CHECK] {
    let digest = Sha256::new()
        .chain_update((kind.len() as u64).to_le_bytes())
        .chain_update(kind)
        .chain_update(payload)
        .finalize();
    let mut check = [0; CHECK];
    for (to, from) in check.iter_mut().zip(digest) {
        *to = from;
    }
    check
}

/// The code for a payload. `kind` enters the check characters, so that a code of one kind is not
/// accepted as another.
pub(crate) fn write(kind: &str, payload: &[u8]) -> Zeroizing<String> {
    let check = check(kind, payload);
    let mut text = Zeroizing::new(String::with_capacity(symbols(payload.len()) * 5 / GROUP + 2));
    let mut written = 0;
    let (mut bits, mut count) = (0_u32, 0);
    let mut put = |value: u32| {
        if written > 0 && written % GROUP == 0 {
            text.push('-');
        }
        written += 1;
        let symbol = ALPHABET.get((value & 31) as usize).copied();
        text.push(char::from(symbol.unwrap_or_default()));
    };
    for byte in payload.iter().chain(&check) {
        bits = (bits << 8) | u32::from(*byte);
        count += 8;
        while count >= 5 {
            count -= 5;
            put(bits >> count);
        }
        bits &= 31;
    }
    if count > 0 {
        put(bits << (5 - count));
    }
    text
}

/// Reads a typed code with a payload of `size` bytes.
pub(crate) fn read(kind: &str, typed: &str, size: usize) -> Result<Zeroizing<Vec<u8>>, CodeError> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(size + CHECK + 1));
    let (mut bits, mut count, mut found) = (0_u32, 0, 0);
    // A code is short: whatever is longer than a page is not read to its end.
    for character in typed.nfkc().take(4096).filter(|c| !is_separator(*c)) {
        found += 1;
        let value = value_of(character).ok_or(CodeError::BadCharacter { position: found })?;
        bits = ((bits << 5) | value) & 0xfff;
        count += 5;
        if count >= 8 {
            count -= 8;
            if bytes.len() < size + CHECK {
                bytes.push((bits >> count) as u8);
            }
        }
    }
    let expected = symbols(size);
    if found != expected {
        return Err(CodeError::WrongLength { found, expected });
    }
    let leftover = bits & ((1 << count) - 1);
    let (payload, found_check) = bytes.split_last_chunk().ok_or(CodeError::Mistyped)?;
    if leftover != 0 || check(kind, payload) != *found_check {
        return Err(CodeError::Mistyped);
    }
    bytes.truncate(size);
    Ok(bytes)
}

fn is_separator(character: char) -> bool {
    character.is_whitespace() || "-_.,‐‑‒–—―−ー".contains(character)
}

fn value_of(character: char) -> Option<u32> {
    let symbol = match character.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    };
    let symbol = u8::try_from(symbol).ok()?;
    let value = ALPHABET.iter().position(|letter| *letter == symbol)?;
    u32::try_from(value).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_read_as_people_type_them() {
        let payload = b"a lighthouse, seen";
        let code = write("test", payload);
        let small = code.to_lowercase().replace('-', " ").replace('0', "o");
        let wide: String = code
            .chars()
            .map(|c| match c {
                '!'..='~' => char::from_u32(c as u32 + 0xfee0).unwrap(),
                other => other,
            })
            .collect();
        for typed in [code.as_str(), &small, &wide, &code.replace('1', "l")] {
            assert_eq!(read("test", typed, payload.len()).unwrap().as_slice(), payload);
        }
    }

    #[test]
    fn every_single_mistyped_letter_is_noticed() {
        let payload: Vec<u8> = (0..17).collect();
        let code = write("test", &payload);
        for (position, _) in code.char_indices().filter(|(_, c)| *c != '-') {
            for letter in ALPHABET {
                let mut typed = code.as_bytes().to_vec();
                if typed[position] == *letter {
                    continue;
                }
                typed[position] = *letter;
                let typed = String::from_utf8(typed).unwrap();
                assert_eq!(read("test", &typed, 17), Err(CodeError::Mistyped));
            }
        }
        assert_eq!(read("other", &code, 17), Err(CodeError::Mistyped));
        assert_eq!(read("test", &code[1..], 17), Err(CodeError::WrongLength { found: 31, expected: 32 }));
        assert_eq!(read("test", "12U", 17), Err(CodeError::BadCharacter { position: 3 }));
    }
}
