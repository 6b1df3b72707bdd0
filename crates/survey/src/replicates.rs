//! Variances from replicate weights: jackknife and bootstrap, made here or given with the data.
//!
//! Each replicate is the sample with other weights; the spread of the estimates over the replicates is their variance:
//! scale · Σ r_k (θ_k − θ̄)² (Wolter 2007; R's `svrVar`). JK1 leaves out one unit at a time, JKn one unit of a stratum at a
//! time, the bootstrap of Rao and Wu (1988) draws n − 1 of the n units of each stratum with replacement.

use crate::codes::{Codes, OUTSIDE};
use crate::design::{Design, LonelyUnit, Variance};
use crate::error::DesignError;
use crate::matrix;

/// Replicate weights.
#[derive(Debug, Clone)]
pub struct Replicates {
    pub(crate) weights: ReplicateWeights,
    pub(crate) replicates: usize,
    /// What all squared distances are multiplied by.
    pub(crate) scale: f64,
    /// What each replicate's squared distance is multiplied by.
    pub(crate) scales: Vec<f64>,
    /// Distances are from the estimate itself and not from the mean of the replicates.
    pub(crate) from_estimate: bool,
    pub(crate) df: Option<f64>,
}

#[derive(Debug, Clone)]
pub(crate) enum ReplicateWeights {
    /// The row's weight times the factor of its unit (units × replicates).
    Factors { unit_of_row: Codes, factors: Vec<f64> },
    /// The weight itself (rows × replicates).
    Whole(Vec<f64>),
}

/// Replicate weights that came with the data.
#[derive(Debug, Clone)]
pub struct GivenReplicates {
    /// One column for each replicate.
    pub columns: Vec<Vec<f64>>,
    /// The columns are whole weights; otherwise they are multiplied by the sampling weight.
    pub combined: bool,
    /// What all squared distances are multiplied by: (R − 1) / R for JK1, 1 / (R − 1) for the bootstrap, 1 for JKn.
    pub scale: f64,
    /// What each replicate's squared distance is multiplied by; all 1 if absent. For JKn (n − 1) / n of its stratum.
    pub scales: Option<Vec<f64>>,
    /// Distances are from the estimate and not from the mean of the replicates (R's `mse`).
    pub from_estimate: bool,
}

impl Design {
    /// A design from replicate weights that came with the data.
    ///
    /// # Errors
    /// Columns of another length than the weights, values that are no weights, fewer than two replicates.
    pub fn with_replicates(weights: Vec<f64>, given: GivenReplicates) -> Result<Self, DesignError> {
        let rows = weights.len();
        if rows == 0 {
            return Err(DesignError::Rows { rows });
        }
        if let Some(row) = weights.iter().position(|weight| !weight.is_finite() || *weight < 0.0) {
            return Err(DesignError::Weight { row, value: weights[row] });
        }
        let replicates = given.columns.len();
        if replicates < 2 {
            return Err(DesignError::TooFewReplicates { given: replicates });
        }
        let mut whole = vec![0.0; rows * replicates];
        for (replicate, column) in given.columns.iter().enumerate() {
            if column.len() != rows {
                return Err(DesignError::Length {
                    what: "replicate weights",
                    stage: 1,
                    length: column.len(),
                    rows,
                });
            }
            for (row, &value) in column.iter().enumerate() {
                if !value.is_finite() {
                    return Err(DesignError::ReplicateWeight { row, replicate: replicate + 1, value });
                }
                whole[row * replicates + replicate] =
                    if given.combined { value } else { value * weights[row] };
            }
        }
        let scales = given.scales.unwrap_or_else(|| vec![1.0; replicates]);
        if scales.len() != replicates {
            return Err(DesignError::Length {
                what: "replicate scales",
                stage: 1,
                length: scales.len(),
                rows: replicates,
            });
        }
        Ok(Self::replicated(
            weights,
            Codes::distinct(rows),
            vec![0; rows],
            1,
            Replicates {
                weights: ReplicateWeights::Whole(whole),
                replicates,
                scale: given.scale,
                scales,
                from_estimate: given.from_estimate,
                df: None,
            },
        ))
    }

    fn replicated(
        weights: Vec<f64>,
        units: Codes,
        stratum_of_unit: Vec<u32>,
        strata: usize,
        replicates: Replicates,
    ) -> Self {
        Design {
            weights,
            units,
            stratum_of_unit,
            strata,
            variance: Variance::Replicates(replicates),
            adjustments: Vec::new(),
            lonely: LonelyUnit::Refuse,
        }
    }

    /// The same sample with jackknife replicates: JK1 without strata, JKn with them. Corrections after the first stage
    /// are left out, as in R's `as.svrepdesign`.
    ///
    /// # Errors
    /// Designs with joint chances or replicates already, adjusted designs (adjust afterwards), and strata of one unit.
    pub fn jackknife(&self) -> Result<Self, DesignError> {
        let (open, units_in_stratum) = self.first_stage()?;
        let units = self.units.count();
        let mut factors = Vec::with_capacity(units * units);
        let mut scales = Vec::with_capacity(units);
        for &stratum in &self.stratum_of_unit {
            let drawn = f64::from(units_in_stratum[stratum as usize]);
            scales.push(open[stratum as usize] * (drawn - 1.0) / drawn);
        }
        for (unit, &mine) in self.stratum_of_unit.iter().enumerate() {
            for (left_out, &theirs) in self.stratum_of_unit.iter().enumerate() {
                let drawn = f64::from(units_in_stratum[mine as usize]);
                factors.push(if unit == left_out {
                    0.0
                } else if mine == theirs {
                    drawn / (drawn - 1.0)
                } else {
                    1.0
                });
            }
        }
        let replicates = Replicates {
            weights: ReplicateWeights::Factors { unit_of_row: self.units.clone(), factors },
            replicates: units,
            scale: 1.0,
            scales,
            from_estimate: false,
            df: Some((units - self.strata) as f64),
        };
        Ok(Self::replicated(
            self.weights.clone(),
            self.units.clone(),
            self.stratum_of_unit.clone(),
            self.strata,
            replicates,
        ))
    }

    /// The same sample with bootstrap replicates (Rao and Wu, n − 1 of n units of each stratum). `below(n)` draws a
    /// whole number from 0 to n − 1. Population corrections are left out.
    ///
    /// # Errors
    /// As [`Design::jackknife`]; fewer than two replicates.
    pub fn bootstrap(
        &self,
        replicates: usize,
        mut below: impl FnMut(usize) -> usize,
    ) -> Result<Self, DesignError> {
        if replicates < 2 {
            return Err(DesignError::TooFewReplicates { given: replicates });
        }
        self.first_stage()?;
        let units = self.units.count();
        let mut of_stratum = vec![Vec::new(); self.strata];
        for (unit, &stratum) in self.stratum_of_unit.iter().enumerate() {
            of_stratum[stratum as usize].push(unit);
        }
        let mut factors = vec![0.0; units * replicates];
        for members in &of_stratum {
            let each = members.len() as f64 / (members.len() as f64 - 1.0);
            for replicate in 0..replicates {
                for _ in 1..members.len() {
                    let drawn = below(members.len()).min(members.len() - 1);
                    factors[members[drawn] * replicates + replicate] += each;
                }
            }
        }
        let replicates = Replicates {
            weights: ReplicateWeights::Factors { unit_of_row: self.units.clone(), factors },
            replicates,
            scale: 1.0 / (replicates as f64 - 1.0),
            scales: vec![1.0; replicates],
            from_estimate: false,
            df: None,
        };
        Ok(Self::replicated(
            self.weights.clone(),
            self.units.clone(),
            self.stratum_of_unit.clone(),
            self.strata,
            replicates,
        ))
    }

    /// The share of each first-stage stratum that was not drawn, and its number of units.
    fn first_stage(&self) -> Result<(Vec<f64>, Vec<u32>), DesignError> {
        let Variance::Stages(stages) = &self.variance else { return Err(DesignError::CannotReplicate) };
        let Some(first) = stages.first().filter(|first| !first.unequal && self.adjustments.is_empty()) else {
            return Err(DesignError::CannotReplicate);
        };
        let mut open = vec![1.0; first.strata];
        for (unit, &stratum) in first.stratum_of_unit.iter().enumerate() {
            open[stratum as usize] = 1.0 - first.fraction_of_unit[unit];
            if first.units_in_stratum[stratum as usize] == 1 {
                let row = first.units.first_row()[unit] as usize;
                return Err(DesignError::LonelyUnit { stage: 1, row });
            }
        }
        Ok((open, first.units_in_stratum.clone()))
    }
}

impl Replicates {
    /// The weight of a row in a replicate, given its weight in the full sample.
    pub(crate) fn weight(&self, full: f64, row: usize, replicate: usize) -> f64 {
        match &self.weights {
            ReplicateWeights::Factors { unit_of_row, factors } => {
                full * factors[unit_of_row.of_row()[row] as usize * self.replicates + replicate]
            }
            ReplicateWeights::Whole(whole) => whole[row * self.replicates + replicate],
        }
    }

    /// Weights of all rows in all replicates, rows × replicates.
    pub(crate) fn whole(&self, full: &[f64]) -> Vec<f64> {
        let mut whole = Vec::with_capacity(full.len() * self.replicates);
        for (row, &full) in full.iter().enumerate() {
            whole.extend((0..self.replicates).map(|replicate| self.weight(full, row, replicate)));
        }
        whole
    }

    /// For each replicate the weighted sums of `values(row)`, an array of `width`, by estimate: replicates × estimates ×
    /// width.
    pub(crate) fn sums(
        &self,
        full: &[f64],
        estimate: impl Fn(usize) -> u32,
        estimates: usize,
        width: usize,
        values: impl Fn(usize, &mut [f64]),
    ) -> Vec<f64> {
        let each = estimates * width;
        let mut sums = vec![0.0; self.replicates * each];
        let mut own = vec![0.0; width];
        match &self.weights {
            ReplicateWeights::Factors { unit_of_row, factors } => {
                // Sum within units first: rows of one unit share their factors.
                let mut units = vec![0.0; unit_of_row.count() * each];
                for (row, &unit) in unit_of_row.of_row().iter().enumerate() {
                    let estimate = estimate(row);
                    if estimate != OUTSIDE {
                        values(row, &mut own);
                        let from = unit as usize * each + estimate as usize * width;
                        for (sum, value) in units[from..].iter_mut().zip(&own) {
                            *sum += full[row] * value;
                        }
                    }
                }
                for (unit, factors) in units.chunks_exact(each).zip(factors.chunks_exact(self.replicates)) {
                    for (sums, factor) in sums.chunks_exact_mut(each).zip(factors) {
                        sums.iter_mut().zip(unit).for_each(|(sum, value)| *sum += factor * value);
                    }
                }
            }
            ReplicateWeights::Whole(whole) => {
                for (row, weights) in whole.chunks_exact(self.replicates).enumerate() {
                    let estimate = estimate(row);
                    if estimate != OUTSIDE {
                        values(row, &mut own);
                        let from = estimate as usize * width;
                        for (sums, weight) in sums.chunks_exact_mut(each).zip(weights) {
                            sums[from..].iter_mut().zip(&own).for_each(|(sum, value)| *sum += weight * value);
                        }
                    }
                }
            }
        }
        sums
    }

    /// The covariance of two estimates from their values in each replicate. A replicate in which either has no value is
    /// left out.
    pub(crate) fn covariance(&self, one: (&[f64], f64), other: (&[f64], f64)) -> f64 {
        let valid: Vec<usize> =
            (0..self.replicates).filter(|&k| !one.0[k].is_nan() && !other.0[k].is_nan()).collect();
        let centre = |(values, estimate): (&[f64], f64)| {
            if self.from_estimate {
                return estimate;
            }
            let used = || valid.iter().filter(|&&k| self.scales[k] > 0.0);
            used().map(|&k| values[k]).sum::<f64>() / used().count() as f64
        };
        let centres = (centre(one), centre(other));
        valid.iter().map(|&k| self.scales[k] * (one.0[k] - centres.0) * (other.0[k] - centres.1)).sum::<f64>()
            * self.scale
    }

    /// Degrees of freedom: the rank of the replicate weights of the rows inside, less one.
    pub(crate) fn degrees(&self, full: &[f64], inside: impl Fn(usize) -> bool) -> f64 {
        let rows: Vec<usize> = (0..full.len()).filter(|&row| inside(row)).collect();
        if let Some(df) = self.df.filter(|_| rows.len() == full.len()) {
            return df;
        }
        let rank = match &self.weights {
            ReplicateWeights::Factors { unit_of_row, factors } => {
                // Rows of one unit are multiples of one another.
                let mut squares = vec![0.0; unit_of_row.count()];
                for &row in &rows {
                    squares[unit_of_row.of_row()[row] as usize] += full[row] * full[row];
                }
                let units: Vec<usize> = (0..squares.len()).filter(|&unit| squares[unit] > 0.0).collect();
                let value = |at: usize, k: usize| {
                    squares[units[at]].sqrt() * factors[units[at] * self.replicates + k]
                };
                matrix::rank(units.len(), self.replicates, value, RANK_TOLERANCE)
            }
            ReplicateWeights::Whole(whole) => {
                let value = |at: usize, k: usize| whole[rows[at] * self.replicates + k];
                matrix::rank(rows.len(), self.replicates, value, RANK_TOLERANCE)
            }
        };
        rank as f64 - 1.0
    }
}

/// R's `degf` for replicate designs.
const RANK_TOLERANCE: f64 = 1e-5;
