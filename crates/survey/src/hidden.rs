//! Questions that nobody can trace to an answer: randomised response and the list experiment.

use crate::error::EstimateError;
use crate::estimate::{Contrast, Estimate};

/// A device that decides which question is answered (Boruch 1971): with these chances the answer is forced.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RandomisedResponse {
    /// Chance that the device says "say yes".
    pub forced_yes: f64,
    /// Chance that the device says "say no".
    pub forced_no: f64,
}

impl RandomisedResponse {
    /// A die: 1 says yes, 6 says no, 2 to 5 ask for the truth.
    pub const DIE: Self = RandomisedResponse { forced_yes: 1.0 / 6.0, forced_no: 1.0 / 6.0 };

    /// The share behind an observed share of yes, with its variance carried over. The value can fall below 0 or above 1
    /// by chance; it is not cut off, because an average of cut-off values is biased.
    ///
    /// # Errors
    /// Chances that leave no room for the truth.
    pub fn share(&self, yes: &Estimate) -> Result<Contrast, EstimateError> {
        let truth = self.truth()?;
        Ok(Contrast {
            value: (yes.value - self.forced_yes) / truth,
            variance: yes.variance / (truth * truth),
            df: yes.df,
        })
    }

    /// The same from plain counts: the variance is λ(1 − λ) / (n · truth²), with the normal distribution.
    ///
    /// # Errors
    /// Chances that leave no room for the truth; no answers, or more yes than answers.
    pub fn share_of_counts(&self, yes: u64, answers: u64) -> Result<Contrast, EstimateError> {
        if answers == 0 || yes > answers {
            return Err(EstimateError::Counts {
                problem: "give at least one answer, and no more yes than answers",
            });
        }
        let truth = self.truth()?;
        let (n, observed) = (answers as f64, yes as f64 / answers as f64);
        Ok(Contrast {
            value: (observed - self.forced_yes) / truth,
            variance: observed * (1.0 - observed) / (n * truth * truth),
            df: f64::INFINITY,
        })
    }

    fn truth(&self) -> Result<f64, EstimateError> {
        let truth = 1.0 - self.forced_yes - self.forced_no;
        if self.forced_yes >= 0.0 && self.forced_no >= 0.0 && truth > 0.0 {
            Ok(truth)
        } else {
            Err(EstimateError::Fraction { what: "the chance of the true question", value: truth })
        }
    }
}

/// The list experiment: how many statements of a list hold, with the sensitive one on the list of half the people. The
/// share of the sensitive statement is the difference of the means; for a design, take
/// [`crate::Estimates::difference`] of the two groups as domains.
///
/// # Errors
/// Fewer than two counts in a group.
pub fn list_experiment(with: &[f64], without: &[f64]) -> Result<Contrast, EstimateError> {
    let part = |counts: &[f64]| {
        let n = counts.len() as f64;
        let mean = counts.iter().sum::<f64>() / n;
        let squares: f64 = counts.iter().map(|count| (count - mean).powi(2)).sum();
        (mean, squares / (n - 1.0) / n, n - 1.0)
    };
    if with.len() < 2 || without.len() < 2 {
        return Err(EstimateError::Counts {
            problem: "a list experiment needs at least two people in each group",
        });
    }
    let ((a, va, dfa), (b, vb, dfb)) = (part(with), part(without));
    let variance = va + vb;
    Ok(Contrast { value: a - b, variance, df: variance * variance / (va * va / dfa + vb * vb / dfb) })
}
