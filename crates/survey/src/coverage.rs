//! How many people there are when two lists each miss some: Chapman's estimate (1951), variance by Seber (1970).

use crate::distribution::normal_quantile;
use crate::error::EstimateError;

/// An estimate from two lists.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TwoLists {
    /// How many people there are.
    pub population: f64,
    /// The variance of that.
    pub variance: f64,
    /// People on either list.
    pub seen: u64,
    /// Share of them on the first list.
    pub first_coverage: f64,
    /// Share of them on the second list.
    pub second_coverage: f64,
}

/// People on the first list, on the second, and on both. It holds if the lists are independent, nobody came or left
/// between them, and all matches were found.
///
/// # Errors
/// More on both lists than on one of them.
pub fn two_lists(first: u64, second: u64, both: u64) -> Result<TwoLists, EstimateError> {
    if both > first || both > second {
        return Err(EstimateError::Counts {
            problem: "more people are on both lists than on one of them: check the matches",
        });
    }
    let (a, b, m) = (first as f64, second as f64, both as f64);
    let population = (a + 1.0) * (b + 1.0) / (m + 1.0) - 1.0;
    let variance = (a + 1.0) * (b + 1.0) * (a - m) * (b - m) / ((m + 1.0).powi(2) * (m + 2.0));
    Ok(TwoLists {
        population,
        variance,
        seen: first + second - both,
        first_coverage: a / population,
        second_coverage: b / population,
    })
}

impl TwoLists {
    /// The standard error.
    pub fn standard_error(&self) -> f64 {
        self.variance.sqrt()
    }

    /// Population ± z · standard error. The lower limit can fall below the number of people seen.
    pub fn normal_interval(&self, level: f64) -> (f64, f64) {
        let half = -normal_quantile((1.0 - level) / 2.0) * self.standard_error();
        (self.population - half, self.population + half)
    }

    /// The interval that treats the number of people on neither list as log-normal (Chao 1987); it never falls below the
    /// number of people seen.
    pub fn interval(&self, level: f64) -> (f64, f64) {
        let seen = self.seen as f64;
        let unseen = self.population - seen;
        if unseen <= 0.0 || self.variance == 0.0 {
            return (self.population, self.population);
        }
        let z = -normal_quantile((1.0 - level) / 2.0);
        let spread = (z * (1.0 + self.variance / (unseen * unseen)).ln().sqrt()).exp();
        (seen + unseen / spread, seen + unseen * spread)
    }
}
