/// The code on a slip that a person draws from a bag: a letter, five random digits and two check digits, `W7495385`.
///
/// The seven digits leave 1 when divided by 97 (ISO/IEC 7064, MOD 97-10), so that a mistyped digit and two digits
/// exchanged are noticed on the phone. `body` is the five digits; above 99,999 there is no code. The code stands for
/// nobody: it is never derived from a name, a date or a sequence.
pub fn slip_code(letter: char, body: u32) -> Option<String> {
    if body > 99_999 {
        return None;
    }
    let shifted = body * 100;
    let check = (98 - shifted % 97) % 97;
    Some(format!("{letter}{:07}", shifted + check))
}

/// Whether a text is such a code.
pub fn is_slip_code(letter: char, code: &str) -> bool {
    let Some(digits) = code.strip_prefix(letter) else { return false };
    let plain = digits.len() == 7 && digits.bytes().all(|byte| byte.is_ascii_digit());
    plain && digits.parse::<u32>().is_ok_and(|number| number % 97 == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_finger_is_noticed() {
        for body in (0..100_000).step_by(331) {
            let code = slip_code('W', body).expect("five digits");
            assert!(is_slip_code('W', &code), "{code}");
            let digits: Vec<char> = code.chars().collect();
            for place in 1..digits.len() {
                for digit in '0'..='9' {
                    let mut typed = digits.clone();
                    typed[place] = digit;
                    let typed: String = typed.into_iter().collect();
                    assert_eq!(is_slip_code('W', &typed), typed == code, "{typed} for {code}");
                }
                let mut exchanged = digits.clone();
                exchanged.swap(place, (place + 1).min(digits.len() - 1));
                let exchanged: String = exchanged.into_iter().collect();
                assert_eq!(is_slip_code('W', &exchanged), exchanged == code, "{exchanged} for {code}");
            }
        }
        assert_eq!(slip_code('W', 100_000), None);
        assert_eq!(slip_code('W', 12_345).as_deref(), Some("W1234520"));
        assert!(!is_slip_code('R', "W1234520") && !is_slip_code('W', "W12345 9") && !is_slip_code('W', "W"));
    }
}
