//! Exact probabilities.

use std::fmt;

use crate::Refusal;

/// A probability as numerator / denominator, in lowest terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fraction {
    numerator: u64,
    denominator: u64,
}

impl Fraction {
    /// Certainty.
    pub const ONE: Self = Self { numerator: 1, denominator: 1 };

    /// A probability: the denominator is not 0 and not less than the numerator.
    pub fn new(numerator: u128, denominator: u128) -> Result<Self, Refusal> {
        let refused = |why: &str| Refusal::Design(format!("{numerator}/{denominator} {why}"));
        if denominator == 0 || numerator > denominator {
            return Err(refused("is no probability: write a fraction from 0/1 to 1/1"));
        }
        let divisor = greatest_common_divisor(numerator, denominator);
        match (u64::try_from(numerator / divisor), u64::try_from(denominator / divisor)) {
            (Ok(numerator), Ok(denominator)) => Ok(Self { numerator, denominator }),
            _ => Err(refused("does not fit 64 bits even in lowest terms: use smaller sizes or fewer stages")),
        }
    }

    /// Both this and that: the product over stages.
    pub fn and(self, other: Self) -> Result<Self, Refusal> {
        Self::new(
            u128::from(self.numerator) * u128::from(other.numerator),
            u128::from(self.denominator) * u128::from(other.denominator),
        )
    }

    /// Upper number.
    pub fn numerator(self) -> u64 {
        self.numerator
    }

    /// Lower number.
    pub fn denominator(self) -> u64 {
        self.denominator
    }

    /// Reads `19/160`, in lowest terms only.
    pub fn parse(text: &str) -> Option<Self> {
        let (numerator, denominator) = text.split_once('/')?;
        let read = Self::new(numerator.parse().ok()?, denominator.parse().ok()?).ok()?;
        (read.to_string() == text).then_some(read)
    }
}

impl fmt::Display for Fraction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.numerator, self.denominator)
    }
}

fn greatest_common_divisor(mut a: u128, mut b: u128) -> u128 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stages_multiply_exactly() {
        let stages = Fraction::new(144, 331).unwrap().and(Fraction::new(5, 30).unwrap()).unwrap();
        assert_eq!(stages.to_string(), "24/331");
        assert_eq!(Fraction::parse("24/331"), Some(stages));
        assert_eq!(Fraction::parse("48/662"), None);
        assert!(Fraction::new(2, 1).is_err() && Fraction::new(0, 0).is_err());
        let tiny = Fraction::new(1, u128::from(u64::MAX)).unwrap();
        assert!(tiny.and(tiny).unwrap_err().to_string().contains("fewer stages"));
    }
}
