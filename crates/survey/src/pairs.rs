//! Variances of totals from the joint chances of pairs of units: Horvitz-Thompson (1952) and Yates-Grundy (1953).
//!
//! With Δ_ij = (π_ij − π_i π_j) / π_ij and z a unit's weighted score, Horvitz-Thompson is Σ_i Σ_j Δ_ij z_i z_j, and
//! Yates-Grundy −½ Σ_i Σ_j Δ_ij (z_i − z_j)². Overton (1985) and Hartley-Rao (1962) approximate Δ from the single chances.

use crate::clusters::{Scores, Stage};
use crate::codes::{Codes, OUTSIDE};
use crate::error::DesignError;
use crate::matrix::Covariance;

/// Which of the two formulas.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Formula {
    /// Horvitz-Thompson.
    #[default]
    HorvitzThompson,
    /// Yates-Grundy (Sen), for a sample of fixed size.
    YatesGrundy,
}

/// The chance of each pair of rows of being drawn together.
#[derive(Debug, Clone)]
pub struct Joint {
    /// Rows × rows, row by row; on the diagonal the row's own chance.
    pub chances: Vec<f64>,
    /// Δ below this counts as zero. R's `ppsmat` has 0.0001, which drops pairs drawn almost independently.
    pub tolerance: f64,
}

#[derive(Debug, Clone)]
pub(crate) struct Pairs {
    formula: Formula,
    units: Codes,
    delta: Delta,
}

#[derive(Debug, Clone)]
enum Delta {
    Approximate { strata: Vec<Vec<u32>>, chance: Vec<f64>, kind: Approximation },
    Given { size: usize, values: Vec<f64> },
}

#[derive(Debug, Clone)]
enum Approximation {
    Overton,
    /// For each stratum, the sum of squared chances over the number drawn.
    HartleyRao(Vec<f64>),
}

impl Pairs {
    pub(crate) fn overton(formula: Formula, stage: &Stage) -> Result<Self, DesignError> {
        Self::approximate(formula, stage, |_, _| Ok(Approximation::Overton))
    }

    pub(crate) fn hartley_rao(
        formula: Formula,
        stage: &Stage,
        sums: Option<Vec<f64>>,
    ) -> Result<Self, DesignError> {
        Self::approximate(formula, stage, |strata, chance| match sums {
            Some(sums) if sums.len() == strata.len() => Ok(Approximation::HartleyRao(sums)),
            Some(sums) => Err(DesignError::HartleyRaoSums { given: sums.len(), strata: strata.len() }),
            None => {
                let mean = |units: &Vec<u32>| {
                    units.iter().map(|&unit| chance[unit as usize]).sum::<f64>() / units.len() as f64
                };
                Ok(Approximation::HartleyRao(strata.iter().map(mean).collect()))
            }
        })
    }

    fn approximate(
        formula: Formula,
        stage: &Stage,
        kind: impl FnOnce(&[Vec<u32>], &[f64]) -> Result<Approximation, DesignError>,
    ) -> Result<Self, DesignError> {
        if !stage.corrected {
            return Err(DesignError::ChancesMissing);
        }
        let chance = stage.fraction_of_unit.clone();
        let mut strata = vec![Vec::new(); stage.strata];
        for (&stratum, unit) in stage.stratum_of_unit.iter().zip(0_u32..) {
            strata[stratum as usize].push(unit);
        }
        if let Some(lonely) =
            strata.iter().find(|units| matches!(units.as_slice(), [unit] if chance[*unit as usize] < 1.0))
        {
            let row = lonely.first().map_or(0, |&unit| stage.units.first_row()[unit as usize] as usize);
            return Err(DesignError::LonelyUnit { stage: 1, row });
        }
        let kind = kind(&strata, &chance)?;
        Ok(Pairs { formula, units: stage.units.clone(), delta: Delta::Approximate { strata, chance, kind } })
    }

    pub(crate) fn joint(formula: Formula, joint: Joint, rows: usize) -> Result<Self, DesignError> {
        let mut values = joint.chances;
        if values.len() != rows * rows {
            return Err(DesignError::JointSize { given: values.len(), rows });
        }
        let own: Vec<f64> = (0..rows).map(|row| values[row * rows + row]).collect();
        for (row, line) in values.chunks_exact_mut(rows).enumerate() {
            for (other, value) in line.iter_mut().enumerate() {
                if !(*value > 0.0 && *value <= 1.0) {
                    return Err(DesignError::JointChance { row, other, value: *value });
                }
                *value = (*value - own[row] * own[other]) / *value;
                if row == other {
                    *value = 1.0 - own[row];
                }
                if value.abs() < joint.tolerance {
                    *value = 0.0;
                }
            }
        }
        Ok(Pairs { formula, units: Codes::distinct(rows), delta: Delta::Given { size: rows, values } })
    }

    /// The covariances of the sums of scores.
    pub(crate) fn covariance(&self, scores: &[Scores]) -> Covariance {
        let width: usize = scores.iter().map(|scores| scores.estimates).sum();
        let mut sums = vec![0.0; self.units.count() * width];
        let mut from = 0;
        for scores in scores {
            for (row, &unit) in self.units.of_row().iter().enumerate() {
                let estimate = scores.estimate(row);
                if estimate != OUTSIDE {
                    sums[unit as usize * width + from + estimate as usize] += scores.values[row];
                }
            }
            from += scores.estimates;
        }
        let mut total = Covariance::zero(width);
        let mut add = |one: u32, other: u32, delta: f64| {
            if delta == 0.0 {
                return;
            }
            let (one, other) = (one as usize, other as usize);
            for i in 0..width {
                for j in i..width {
                    let (zi, zj) = (sums[one * width + i], sums[other * width + j]);
                    let mut term = zi * zj;
                    if self.formula == Formula::YatesGrundy {
                        term -= sums[other * width + i] * zj;
                    }
                    let value = total.between(i, j) + delta * term;
                    total.set(i, j, value);
                }
            }
        };
        match &self.delta {
            Delta::Given { size, values } => {
                for (one, line) in values.chunks_exact(*size).enumerate() {
                    for (&delta, other) in line.iter().zip(0_u32..) {
                        add(one as u32, other, delta);
                    }
                }
            }
            Delta::Approximate { strata, chance, kind } => {
                for (stratum, units) in strata.iter().enumerate() {
                    for &one in units {
                        for &other in units {
                            let pair = (chance[one as usize], chance[other as usize]);
                            let delta = if one == other {
                                1.0 - pair.0
                            } else {
                                kind.delta(stratum, units.len() as f64, pair)
                            };
                            add(one, other, delta);
                        }
                    }
                }
            }
        }
        total
    }
}

impl Approximation {
    fn delta(&self, stratum: usize, drawn: f64, (one, other): (f64, f64)) -> f64 {
        // A unit that was certain to be drawn is independent of the others.
        if one >= 1.0 || other >= 1.0 {
            return 0.0;
        }
        match self {
            Approximation::Overton => 1.0 - (drawn - (one + other) / 2.0) / (drawn - 1.0),
            Approximation::HartleyRao(sums) => 1.0 - (drawn - (one + other) + sums[stratum]) / (drawn - 1.0),
        }
    }
}
