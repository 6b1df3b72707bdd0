//! Who answered: response rates, weights for those who did not, and how far they could move a share.

use crate::codes::Codes;
use crate::error::{DesignError, EstimateError};

/// What became of the people who were drawn, in the words of AAPOR's Standard Definitions (2023).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Dispositions {
    /// Complete interviews.
    pub complete: u64,
    /// Broken off, but usable.
    pub partial: u64,
    /// Refused or broken off.
    pub refused: u64,
    /// Eligible, not reached.
    pub not_reached: u64,
    /// Eligible, no interview for another reason.
    pub other: u64,
    /// Not known whether eligible.
    pub unknown: u64,
}

impl Dispositions {
    /// All who were or might have been eligible.
    pub fn all(&self) -> u64 {
        self.complete + self.partial + self.refused + self.not_reached + self.other + self.unknown
    }

    /// AAPOR response rate 1: complete interviews over all who were or might have been eligible. NaN if nobody was.
    pub fn rate_1(&self) -> f64 {
        self.complete as f64 / self.all() as f64
    }
}

/// Response of those first drawn, and after reserves were called in.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ResponseRates {
    /// RR1 of those first drawn: the figure to judge a survey by.
    pub originally_drawn: f64,
    /// RR1 of all who were approached, reserves included.
    pub all_approached: f64,
    /// Complete interviews, reserves included, over the number first drawn. It hides non-response: reserves fill the
    /// number, not the gap.
    pub reserve_filled: f64,
}

/// Said wherever reserves were used.
pub const RESERVES_DO_NOT_REPAIR: &str = "Replacements fill the number of interviews; they do not repair \
     non-response: those who could not or would not speak may differ from those who did.";

/// Response rates from the dispositions of those first drawn and of the reserves.
pub fn response_rates(originals: &Dispositions, reserves: &Dispositions) -> ResponseRates {
    let complete = (originals.complete + reserves.complete) as f64;
    ResponseRates {
        originally_drawn: originals.rate_1(),
        all_approached: complete / (originals.all() + reserves.all()) as f64,
        reserve_filled: complete / originals.all() as f64,
    }
}

/// Weights of those who answered, raised within each class to the class's size in the frame; zero for the others.
///
/// # Errors
/// Columns of different lengths; classes without a size; classes in which nobody answered.
pub fn weighting_classes(
    weights: &[f64],
    classes: &Codes,
    answered: &[bool],
    frame_sizes: &[f64],
) -> Result<Vec<f64>, DesignError> {
    let rows = weights.len();
    for (what, length) in [("classes", classes.rows()), ("answers", answered.len())] {
        if length != rows {
            return Err(DesignError::Length { what, stage: 1, length, rows });
        }
    }
    if frame_sizes.len() != classes.count() {
        return Err(DesignError::GroupSizes { given: frame_sizes.len(), groups: classes.count() });
    }
    let mut sums = vec![0.0; frame_sizes.len()];
    let those = || weights.iter().zip(classes.of_row()).zip(answered);
    for ((weight, &class), _) in those().filter(|(_, answered)| **answered) {
        sums[class as usize] += weight;
    }
    for (group, (&sample, &population)) in sums.iter().zip(frame_sizes).enumerate() {
        if !(sample > 0.0 && population > 0.0) {
            return Err(DesignError::EmptyGroup { group, sample, population });
        }
    }
    let adjusted =
        those().map(
            |((weight, &class), &answered)| {
                if answered { weight * frame_sizes[class as usize] / sums[class as usize] } else { 0.0 }
            },
        );
    Ok(adjusted.collect())
}

/// What a share would be if none of those who refused were affected, and if all of them were. Weighted sums: of the
/// affected among those who answered, of all who answered, and of those who refused.
///
/// # Errors
/// Sums that are negative, or more affected than answered.
pub fn bounds_over_refusals(affected: f64, answered: f64, refused: f64) -> Result<(f64, f64), EstimateError> {
    if !(affected >= 0.0 && affected <= answered && refused >= 0.0 && answered + refused > 0.0) {
        return Err(EstimateError::Counts {
            problem: "give weighted sums of zero or more, and no more affected than answered",
        });
    }
    let all = answered + refused;
    Ok((affected / all, (affected + refused) / all))
}
