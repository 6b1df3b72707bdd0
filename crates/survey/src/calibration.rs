//! Weights adjusted to known populations: post-stratification, raking, calibration. Variances count only what the
//! known populations do not explain.
//!
//! Post-stratification: Holt and Smith (1979). Raking: Deming and Stephan (1940), variance by repeated residuals over
//! the margins as R's `rake`. Calibration: Deville and Särndal (1992); residuals of a weighted regression.

use crate::codes::Codes;
use crate::design::{Design, Variance};
use crate::error::DesignError;
use crate::matrix;
use crate::replicates::ReplicateWeights;

/// What was done to the weights, as far as the variance needs it.
#[derive(Debug, Clone)]
pub(crate) enum Adjustment {
    PostStrata { groups: Codes, before: Vec<f64>, after: Vec<f64> },
    Raking(Vec<(Codes, Vec<f64>)>),
    Calibration { basis: Vec<Vec<f64>>, scale: Vec<f64> },
}

/// How raking ends. R's `rake` has 10 rounds and a change of less than 1 in every cell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RakeLimits {
    /// Largest number of rounds.
    pub rounds: usize,
    /// No cell of the crossed margins may change by this in the last round; below 1, as a fraction of the total weight.
    pub change: f64,
}

impl Default for RakeLimits {
    fn default() -> Self {
        RakeLimits { rounds: 10, change: 1.0 }
    }
}

/// How a calibrated weight depends on the calibration columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Distance {
    /// Linear: the regression estimator; weights can become negative.
    #[default]
    Linear,
    /// Exponential: weights stay positive.
    Raking,
}

impl Adjustment {
    /// Takes out of the scores what the known populations explain.
    pub(crate) fn residual(&self, scores: &mut [f64]) {
        match self {
            Adjustment::PostStrata { groups, before, after } => {
                let mut sums = vec![(0.0, 0.0); groups.count()];
                let rows = groups.of_row().iter().zip(before.iter().zip(after));
                for ((&group, (before, after)), score) in rows.clone().zip(scores.iter()) {
                    let (sum, weight) = &mut sums[group as usize];
                    if *after != 0.0 {
                        *sum += score * before / after;
                    }
                    *weight += before;
                }
                for ((&group, (_, after)), score) in rows.zip(scores.iter_mut()) {
                    let (sum, weight) = sums[group as usize];
                    *score -= sum / weight * after;
                }
            }
            Adjustment::Raking(margins) => {
                for _ in 0..10 {
                    for (groups, weights) in margins {
                        let mut sums = vec![(0.0, 0.0); groups.count()];
                        let rows = groups.of_row().iter().zip(weights);
                        for ((&group, weight), score) in rows.clone().zip(scores.iter()) {
                            if *weight != 0.0 {
                                let (sum, count) = &mut sums[group as usize];
                                *sum += score / weight;
                                *count += 1.0;
                            }
                        }
                        for ((&group, weight), score) in rows.zip(scores.iter_mut()) {
                            let (sum, count) = sums[group as usize];
                            if count > 0.0 {
                                *score -= sum / count * weight;
                            }
                        }
                    }
                }
            }
            Adjustment::Calibration { basis, scale } => {
                let divide = |(score, &scale): (&f64, &f64)| if scale == 0.0 { 0.0 } else { score / scale };
                let mut rest: Vec<f64> = scores.iter().zip(scale).map(divide).collect();
                matrix::project_out(&mut rest, basis);
                for ((score, rest), scale) in scores.iter_mut().zip(rest).zip(scale) {
                    *score = rest * scale;
                }
            }
        }
    }
}

impl Design {
    /// Weights such that each group has its known size in the population. Sizes go by the number of the group.
    ///
    /// # Errors
    /// Groups without a size, and sizes without a group in the sample.
    pub fn post_stratified(mut self, groups: &Codes, sizes: &[f64]) -> Result<Self, DesignError> {
        let before = self.weights.clone();
        self.reweight(groups, sizes)?;
        if !matches!(self.variance, Variance::Replicates(_)) {
            let after = self.weights.clone();
            self.adjustments.push(Adjustment::PostStrata { groups: groups.clone(), before, after });
        }
        Ok(self)
    }

    /// One round of post-stratification of the weights and of each replicate's weights.
    fn reweight(&mut self, groups: &Codes, sizes: &[f64]) -> Result<(), DesignError> {
        let rows = self.weights.len();
        if groups.rows() != rows {
            return Err(DesignError::Length { what: "groups", stage: 1, length: groups.rows(), rows });
        }
        if sizes.len() != groups.count() {
            return Err(DesignError::GroupSizes { given: sizes.len(), groups: groups.count() });
        }
        let mut sums = vec![0.0; sizes.len()];
        for (&group, weight) in groups.of_row().iter().zip(&self.weights) {
            sums[group as usize] += weight;
        }
        for (group, (&sample, &population)) in sums.iter().zip(sizes).enumerate() {
            if !(sample > 0.0 && population > 0.0 && population.is_finite()) {
                return Err(DesignError::EmptyGroup { group, sample, population });
            }
        }
        if let Variance::Replicates(replicates) = &mut self.variance {
            let mut whole = replicates.whole(&self.weights);
            let mut sums = vec![0.0; sizes.len() * replicates.replicates];
            for (&group, weights) in groups.of_row().iter().zip(whole.chunks_exact(replicates.replicates)) {
                let sums = &mut sums[group as usize * replicates.replicates..];
                sums.iter_mut().zip(weights).for_each(|(sum, weight)| *sum += weight);
            }
            for (&group, weights) in groups.of_row().iter().zip(whole.chunks_exact_mut(replicates.replicates))
            {
                let sums = &sums[group as usize * replicates.replicates..];
                let size = sizes[group as usize];
                weights.iter_mut().zip(sums).for_each(|(weight, sum)| *weight *= size / sum);
            }
            replicates.weights = ReplicateWeights::Whole(whole);
        }
        for (&group, weight) in groups.of_row().iter().zip(&mut self.weights) {
            *weight = 1.0 / ((1.0 / *weight) / (sizes[group as usize] / sums[group as usize]));
        }
        Ok(())
    }

    /// Weights such that the groups of each margin have their known sizes.
    ///
    /// # Errors
    /// As [`Design::post_stratified`]; and when the rounds do not settle.
    pub fn raked(mut self, margins: &[(Codes, Vec<f64>)], limits: RakeLimits) -> Result<Self, DesignError> {
        let rows = self.weights.len();
        let mut cells = Codes::same(rows);
        for (groups, _) in margins {
            if groups.rows() != rows {
                return Err(DesignError::Length { what: "margins", stage: 1, length: groups.rows(), rows });
            }
            cells = cells.crossed(groups);
        }
        let total: f64 = self.weights.iter().sum();
        let change = if limits.change < 1.0 { limits.change * total } else { limits.change };
        let table = |weights: &[f64]| {
            let mut table = vec![0.0; cells.count()];
            for (&cell, weight) in cells.of_row().iter().zip(weights) {
                table[cell as usize] += weight;
            }
            table
        };
        let mut before = table(&self.weights);
        let mut off = f64::INFINITY;
        for _ in 0..limits.rounds {
            let mut last = Vec::new();
            for (groups, sizes) in margins {
                self.reweight(groups, sizes)?;
                last.push((groups.clone(), self.weights.clone()));
            }
            let after = table(&self.weights);
            off = before.iter().zip(&after).map(|(before, after)| (before - after).abs()).fold(0.0, f64::max);
            if off < change {
                if !matches!(self.variance, Variance::Replicates(_)) {
                    self.adjustments.push(Adjustment::Raking(last));
                }
                return Ok(self);
            }
            before = after;
        }
        Err(DesignError::NotConverged { steps: limits.rounds, off })
    }

    /// Weights such that the weighted total of each column is its known total. A column of ones stands for the size of
    /// the population; a group enters as a column of 0 and 1, and one group of each margin after the first is left out.
    ///
    /// # Errors
    /// Columns of another length or that depend on each other, and totals that no weights reach.
    pub fn calibrated(
        mut self,
        columns: &[Vec<f64>],
        totals: &[f64],
        distance: Distance,
    ) -> Result<Self, DesignError> {
        let rows = self.weights.len();
        for column in columns {
            if column.len() != rows {
                return Err(DesignError::Length {
                    what: "calibration columns",
                    stage: 1,
                    length: column.len(),
                    rows,
                });
            }
            if let Some(row) = column.iter().position(|value| !value.is_finite()) {
                return Err(DesignError::Weight { row, value: column[row] });
            }
        }
        if totals.len() != columns.len() {
            return Err(DesignError::GroupSizes { given: totals.len(), groups: columns.len() });
        }
        let factors = calibration_factors(columns, &self.weights, totals, distance)?;
        if let Variance::Replicates(replicates) = &mut self.variance {
            let mut whole = replicates.whole(&self.weights);
            for replicate in 0..replicates.replicates {
                let own: Vec<f64> =
                    whole.iter().skip(replicate).step_by(replicates.replicates).copied().collect();
                let factors = calibration_factors(columns, &own, totals, distance)?;
                for (row, factor) in factors.iter().enumerate() {
                    whole[row * replicates.replicates + replicate] *= factor;
                }
            }
            replicates.weights = ReplicateWeights::Whole(whole);
        } else {
            let roots: Vec<f64> = self.weights.iter().map(|weight| weight.sqrt()).collect();
            let scaled: Vec<Vec<f64>> = columns
                .iter()
                .map(|column| column.iter().zip(&roots).map(|(value, root)| value * root).collect())
                .collect();
            let scale = roots.iter().zip(&factors).map(|(root, factor)| root * factor).collect();
            self.adjustments.push(Adjustment::Calibration { basis: matrix::orthonormal(&scaled), scale });
        }
        self.weights.iter_mut().zip(factors).for_each(|(weight, factor)| *weight *= factor);
        Ok(self)
    }
}

/// What each weight is multiplied by.
fn calibration_factors(
    columns: &[Vec<f64>],
    weights: &[f64],
    totals: &[f64],
    distance: Distance,
) -> Result<Vec<f64>, DesignError> {
    const ROUNDS: usize = 50;
    const CLOSE: f64 = 1e-7;
    let k = columns.len();
    let mut eta = vec![0.0; k];
    let factor = |eta: &[f64], row: usize| {
        let sum: f64 = columns.iter().zip(eta).map(|(column, eta)| column[row] * eta).sum();
        match distance {
            Distance::Linear => (1.0 + sum, 1.0),
            Distance::Raking => (sum.exp(), sum.exp()),
        }
    };
    let mut off = f64::INFINITY;
    for round in 0..=ROUNDS {
        let mut reached = vec![0.0; k];
        let mut slopes = vec![0.0; k * k];
        for (row, weight) in weights.iter().enumerate() {
            let (value, slope) = factor(&eta, row);
            for i in 0..k {
                reached[i] += weight * value * columns[i][row];
                for j in 0..k {
                    slopes[i * k + j] += weight * slope * columns[i][row] * columns[j][row];
                }
            }
        }
        let misfit: Vec<f64> = totals.iter().zip(&reached).map(|(total, reached)| total - reached).collect();
        off = misfit
            .iter()
            .zip(totals)
            .map(|(misfit, total)| misfit.abs() / (1.0 + total.abs()))
            .fold(0.0, f64::max);
        if round > 0 && off < CLOSE {
            return Ok((0..weights.len()).map(|row| factor(&eta, row).0).collect());
        }
        let step = matrix::solve(slopes, misfit).ok_or(DesignError::Dependent)?;
        eta.iter_mut().zip(step).for_each(|(eta, step)| *eta += step);
    }
    Err(DesignError::NotConverged { steps: ROUNDS, off })
}
