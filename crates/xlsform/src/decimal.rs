//! Exact decimal numbers, for the steps and ticks of a range: 0.3 is a multiple of 0.1 here.

use std::cmp::Ordering;

use crate::python;

/// `digits` times ten to the power of minus `scale`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Decimal {
    digits: i128,
    scale: u32,
}

/// Largest number of places after the point; more would not fit the arithmetic.
const MAX_SCALE: i64 = 18;
/// Largest number of digits.
const MAX_DIGITS: usize = 19;

impl Decimal {
    /// Reads `12`, `-0.5`, `1e3`. Not numbers, infinities and numbers of more than 19 digits are `None`.
    pub(crate) fn parse(text: &str) -> Option<Decimal> {
        let text = python::strip(text).replace('_', "");
        let (mantissa, exponent) = match text.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i64>().ok()?),
            None => (text.as_str(), 0),
        };
        let (negative, mantissa) = match mantissa.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, mantissa.strip_prefix('+').unwrap_or(mantissa)),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all = format!("{whole}{fraction}");
        if all.is_empty() || !all.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let all = all.trim_start_matches('0');
        if all.is_empty() {
            return Some(Decimal { digits: 0, scale: 0 });
        }
        if all.len() > MAX_DIGITS {
            return None;
        }
        let mut digits: i128 = all.parse().ok()?;
        let mut scale = i64::try_from(fraction.len()).ok()?.checked_sub(exponent)?;
        while scale > 0 && digits % 10 == 0 {
            digits /= 10;
            scale -= 1;
        }
        while scale < 0 {
            digits = digits.checked_mul(10).filter(|d| *d < 10_i128.pow(MAX_DIGITS as u32))?;
            scale += 1;
        }
        if scale > MAX_SCALE {
            return None;
        }
        Some(Decimal { digits: if negative { -digits } else { digits }, scale: u32::try_from(scale).ok()? })
    }

    /// Both numbers with the same number of places; at most 38 digits, which fit.
    fn aligned(self, other: Decimal) -> (i128, i128, u32) {
        let scale = self.scale.max(other.scale);
        let raise = |d: Decimal| d.digits.saturating_mul(10_i128.pow(scale - d.scale));
        (raise(self), raise(other), scale)
    }

    pub(crate) fn minus(self, other: Decimal) -> Decimal {
        let (a, b, scale) = self.aligned(other);
        Decimal { digits: a.saturating_sub(b), scale }
    }

    pub(crate) fn abs(self) -> Decimal {
        Decimal { digits: self.digits.saturating_abs(), ..self }
    }

    pub(crate) fn is_zero(self) -> bool {
        self.digits == 0
    }

    pub(crate) fn is_whole(self) -> bool {
        self.digits % 10_i128.pow(self.scale) == 0
    }

    /// Whether this is a whole number of steps; false for steps of zero.
    pub(crate) fn is_multiple_of(self, step: Decimal) -> bool {
        let (a, b, _) = self.aligned(step);
        a.checked_rem(b) == Some(0)
    }
}

impl PartialEq for Decimal {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Decimal {}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        let (a, b, _) = self.aligned(*other);
        a.cmp(&b)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tenths_are_exact() {
        let d = |t| Decimal::parse(t).unwrap();
        assert!(d("0.3").is_multiple_of(d("0.1")));
        assert!(!d("0.35").is_multiple_of(d("0.1")));
        assert!(d("1e1") == d("10.0") && d("10.0").is_whole() && !d("0.5").is_whole());
        assert!(d("-1").minus(d("1")).abs() == d("2"));
        for bad in ["", "x", "NaN", "inf", "1.2.3", "1e99", "123456789012345678901"] {
            assert!(Decimal::parse(bad).is_none(), "{bad}");
        }
    }
}
