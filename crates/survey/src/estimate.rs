//! Totals, means and ratios, for the whole sample and for domains, with their covariances.
//!
//! Each estimate is linearised: a row's score says how the estimate moves with the row (Särndal, Swensson, Wretman 1992,
//! 5.5), and the variance is that of the total of the scores. A row outside the domain, or without an answer, stays in
//! the design with a score of zero.

use std::borrow::Cow;

use crate::clusters::{self, Scores};
use crate::codes::{Domains, OUTSIDE};
use crate::design::{Design, Variance};
use crate::distribution::t_quantile;
use crate::error::EstimateError;
use crate::matrix::Covariance;
use crate::replicates::Replicates;

/// What to estimate from columns of the data, NaN where an answer is missing.
#[derive(Debug, Clone, Copy)]
pub enum Statistic<'a> {
    /// The sum over the population.
    Total(&'a [f64]),
    /// The mean over the population; of 0 and 1, the share.
    Mean(&'a [f64]),
    /// The total of the first over the total of the second.
    Ratio(&'a [f64], &'a [f64]),
}

/// One estimate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// The estimate; NaN where the domain is empty.
    pub value: f64,
    /// Its variance.
    pub variance: f64,
    /// Rows with a weight and an answer.
    pub n: usize,
    /// Rows of the domain without an answer.
    pub missing: usize,
    /// Sum of the weights of the rows with an answer.
    pub population: f64,
    /// Primary sampling units with rows in the domain.
    pub units: usize,
    /// Strata with rows in the domain.
    pub strata: usize,
    /// Degrees of freedom: units less strata; from replicates, the rank of their weights less one.
    pub df: f64,
    /// Variance over that of a simple random sample without replacement of the same size.
    pub design_effect: f64,
    /// Variance over that of a simple random sample with replacement of the same size.
    pub design_effect_with_replacement: f64,
}

/// Estimates for each statistic and, within it, each domain.
#[derive(Debug, Clone, PartialEq)]
pub struct Estimates {
    /// The estimates; number `statistic * domains + domain`.
    pub estimates: Vec<Estimate>,
    /// Their covariances.
    pub covariance: Covariance,
}

/// Which quantile an interval is built from.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Degrees {
    /// Student's t with the design's degrees of freedom.
    #[default]
    OfDesign,
    /// Student's t with these.
    Fixed(f64),
    /// The normal distribution, R's default in `confint`.
    Normal,
}

impl Degrees {
    /// Degrees of freedom for an estimate that has `own`; infinite for the normal distribution.
    pub fn of(self, own: f64) -> f64 {
        match self {
            Degrees::OfDesign => own,
            Degrees::Fixed(df) => df,
            Degrees::Normal => f64::INFINITY,
        }
    }
}

impl Estimate {
    /// The standard error.
    pub fn standard_error(&self) -> f64 {
        self.variance.sqrt()
    }

    /// The interval value ± t · standard error. `level` is 0.95 for 95 %.
    pub fn interval(&self, level: f64, degrees: Degrees) -> (f64, f64) {
        let half = -t_quantile((1.0 - level) / 2.0, degrees.of(self.df)) * self.standard_error();
        (self.value - half, self.value + half)
    }
}

/// A weighted sum of estimates, such as a difference.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Contrast {
    /// The sum.
    pub value: f64,
    /// Its variance.
    pub variance: f64,
    /// Degrees of freedom.
    pub df: f64,
}

impl Contrast {
    /// The standard error.
    pub fn standard_error(&self) -> f64 {
        self.variance.sqrt()
    }

    /// The interval value ± t · standard error.
    pub fn interval(&self, level: f64, degrees: Degrees) -> (f64, f64) {
        let half = -t_quantile((1.0 - level) / 2.0, degrees.of(self.df)) * self.standard_error();
        (self.value - half, self.value + half)
    }

    /// The difference of two estimates from samples drawn independently, such as interviews and records. Degrees of
    /// freedom by Welch and Satterthwaite.
    pub fn of_independent(one: &Estimate, other: &Estimate) -> Self {
        let variance = one.variance + other.variance;
        let df = variance * variance / (one.variance.powi(2) / one.df + other.variance.powi(2) / other.df);
        Contrast { value: one.value - other.value, variance, df }
    }

    /// The ratio of two estimates from samples drawn independently, by its first derivatives.
    pub fn ratio_of_independent(one: &Estimate, other: &Estimate) -> Self {
        let value = one.value / other.value;
        let parts =
            (one.variance / other.value.powi(2), value * value * other.variance / other.value.powi(2));
        let variance = parts.0 + parts.1;
        let df = variance * variance / (parts.0.powi(2) / one.df + parts.1.powi(2) / other.df);
        Contrast { value, variance, df }
    }
}

impl Estimates {
    /// The weighted sum of the estimates, with the covariances counted. Degrees of freedom are the fewest of those that
    /// enter.
    pub fn contrast(&self, weights: &[f64]) -> Contrast {
        let used = || self.estimates.iter().zip(weights).filter(|(_, weight)| **weight != 0.0);
        Contrast {
            value: used().map(|(estimate, weight)| estimate.value * weight).sum(),
            variance: self.covariance.of_sum(weights),
            df: used().map(|(estimate, _)| estimate.df).fold(f64::INFINITY, f64::min),
        }
    }

    /// One estimate less another, by their numbers.
    pub fn difference(&self, one: usize, other: usize) -> Contrast {
        let mut weights = vec![0.0; self.estimates.len()];
        if let Some(weight) = weights.get_mut(one) {
            *weight += 1.0;
        }
        if let Some(weight) = weights.get_mut(other) {
            *weight -= 1.0;
        }
        self.contrast(&weights)
    }
}

/// Weighted sums over the rows of one domain that have an answer.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    rows: usize,
    weight: f64,
    first: f64,
    second: f64,
    squares: f64,
}

/// What a domain has whatever is asked of it.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct DomainSize {
    pub rows: usize,
    pub units: usize,
    pub strata: usize,
    pub df: f64,
}

impl Design {
    /// Estimates each statistic for each domain, with all covariances.
    ///
    /// # Errors
    /// Columns or domains of another length than the design.
    pub fn estimate(&self, statistics: &[Statistic], domains: &Domains) -> Result<Estimates, EstimateError> {
        self.check_length(domains.rows())?;
        let sizes = self.domain_sizes(domains);
        let mut scores = Vec::new();
        let mut estimates = Vec::new();
        for statistic in statistics {
            let (own, scored) = self.linearise(statistic, domains, &sizes)?;
            estimates.extend(own);
            scores.push(scored);
        }
        let covariance = match &self.variance {
            Variance::Replicates(replicates) => {
                self.replicate_covariance(replicates, statistics, &scores, &estimates)
            }
            _ => self.covariance(&scores),
        };
        for (number, estimate) in estimates.iter_mut().enumerate() {
            estimate.variance = if estimate.value.is_nan() { f64::NAN } else { covariance.variance(number) };
            // Until here they held the variances under simple random sampling. Where all answers are the same, both are
            // traces of rounding.
            let none = estimate.design_effect_with_replacement <= 1e-24 * estimate.value * estimate.value;
            let over = |simple: f64| if none { f64::NAN } else { estimate.variance / simple };
            estimate.design_effect = over(estimate.design_effect);
            estimate.design_effect_with_replacement = over(estimate.design_effect_with_replacement);
        }
        Ok(Estimates { estimates, covariance })
    }

    pub(crate) fn check_length(&self, length: usize) -> Result<(), EstimateError> {
        if length == self.rows() { Ok(()) } else { Err(EstimateError::Length { length, rows: self.rows() }) }
    }

    /// The covariances of totals of scores, after what known populations explain is taken out.
    pub(crate) fn covariance(&self, scores: &[Scores]) -> Covariance {
        if self.adjustments.is_empty() {
            return self.unadjusted_covariance(scores);
        }
        // What is explained reaches beyond the domain, so each estimate has a column of its own.
        let mut adjusted = Vec::new();
        for scores in scores {
            for estimate in 0..scores.estimates {
                let own = |(row, value): (usize, &f64)| {
                    if scores.estimate(row) == estimate as u32 { *value } else { 0.0 }
                };
                let mut values: Vec<f64> = scores.values.iter().enumerate().map(own).collect();
                for adjustment in self.adjustments.iter() {
                    adjustment.residual(&mut values);
                }
                adjusted.push(Scores { values: Cow::Owned(values), estimate_of_row: None, estimates: 1 });
            }
        }
        self.unadjusted_covariance(&adjusted)
    }

    fn unadjusted_covariance(&self, scores: &[Scores]) -> Covariance {
        match &self.variance {
            Variance::Stages(stages) => {
                clusters::covariance(stages, scores, self.lonely, self.keeps_all_rows())
            }
            Variance::Pairs(pairs) => pairs.covariance(scores),
            Variance::Replicates(_) => Covariance::zero(scores.iter().map(|scores| scores.estimates).sum()),
        }
    }

    /// Estimates without their variances, and the scores that lead there.
    fn linearise<'a>(
        &self,
        statistic: &Statistic<'a>,
        domains: &'a Domains,
        sizes: &[DomainSize],
    ) -> Result<(Vec<Estimate>, Scores<'a>), EstimateError> {
        let (first, second) = match *statistic {
            Statistic::Total(values) | Statistic::Mean(values) => (values, None),
            Statistic::Ratio(numerator, denominator) => (numerator, Some(denominator)),
        };
        self.check_length(first.len())?;
        if let Some(second) = second {
            self.check_length(second.len())?;
        }
        let at = |row: usize| (first[row], second.map_or(1.0, |second| second[row]));
        let estimate_of_row = answered(domains, first, second);
        let estimate = |row: usize| estimate_of_row.as_ref().map_or(0, |estimates| estimates[row]);

        let mut sums = vec![Sums::default(); domains.count()];
        for (row, &weight) in self.weights.iter().enumerate() {
            let Some(sums) = sums.get_mut(estimate(row) as usize) else { continue };
            let (first, second) = at(row);
            sums.rows += usize::from(weight != 0.0);
            sums.weight += weight;
            sums.first += weight * first;
            sums.second += weight * second;
        }
        let values: Vec<f64> = sums.iter().map(|sums| sums.value(statistic)).collect();
        let centres: Vec<f64> = sums.iter().map(|sums| sums.first / sums.second).collect();
        let (shift, divide) = match statistic {
            Statistic::Total(_) => (false, false),
            _ => (true, true),
        };
        let mut scores = vec![0.0; self.rows()];
        for ((row, &weight), score) in self.weights.iter().enumerate().zip(&mut scores) {
            let domain = estimate(row) as usize;
            let Some(sums) = sums.get_mut(domain) else { continue };
            let (first, second) = at(row);
            let apart = first - centres[domain] * second;
            sums.squares += weight * apart * apart;
            *score = weight * if shift { apart } else { first };
            if divide {
                *score /= sums.second;
            }
        }
        let estimates = sums.iter().zip(&values).zip(sizes).map(|((sums, &value), size)| {
            let (n, population) = (sums.rows as f64, sums.weight);
            let spread = sums.squares / population * n / (n - 1.0);
            let with_replacement = match statistic {
                Statistic::Total(_) => spread * population * population / n,
                Statistic::Mean(_) => spread / n,
                Statistic::Ratio(..) => spread * (population / sums.second).powi(2) / n,
            };
            let left = if population < n && matches!(statistic, Statistic::Mean(_)) {
                f64::NAN
            } else {
                (population - n) / population
            };
            Estimate {
                value,
                variance: f64::NAN,
                n: sums.rows,
                missing: size.rows.saturating_sub(sums.rows),
                population,
                units: size.units,
                strata: size.strata,
                df: size.df,
                design_effect: with_replacement * left,
                design_effect_with_replacement: with_replacement,
            }
        });
        let estimates = estimates.collect();
        let scores = Scores { values: Cow::Owned(scores), estimate_of_row, estimates: domains.count() };
        Ok((estimates, scores))
    }

    /// Covariances over replicates.
    fn replicate_covariance(
        &self,
        replicates: &Replicates,
        statistics: &[Statistic],
        scores: &[Scores],
        estimates: &[Estimate],
    ) -> Covariance {
        let mut thetas: Vec<Vec<f64>> = Vec::with_capacity(estimates.len());
        for (statistic, scores) in statistics.iter().zip(scores) {
            let count = scores.estimates;
            let sums = replicates.sums(
                &self.weights,
                |row| scores.estimate(row),
                count,
                3,
                |row, values| {
                    let (first, second) = match *statistic {
                        Statistic::Total(column) | Statistic::Mean(column) => (column[row], 1.0),
                        Statistic::Ratio(numerator, denominator) => (numerator[row], denominator[row]),
                    };
                    values.copy_from_slice(&[1.0, first, second]);
                },
            );
            for estimate in 0..count {
                let theta = |sums: &[f64]| {
                    let own = &sums[estimate * 3..];
                    Sums { weight: own[0], first: own[1], second: own[2], ..Sums::default() }.value(statistic)
                };
                thetas.push(sums.chunks_exact(count * 3).map(theta).collect());
            }
        }
        let mut covariance = Covariance::zero(estimates.len());
        for (one, own) in thetas.iter().enumerate() {
            for (other, theirs) in thetas.iter().enumerate().skip(one) {
                let value =
                    replicates.covariance((own, estimates[one].value), (theirs, estimates[other].value));
                covariance.set(one, other, value);
            }
        }
        covariance
    }

    /// Rows, units, strata and degrees of freedom of each domain, counting rows with a weight.
    pub(crate) fn domain_sizes(&self, domains: &Domains) -> Vec<DomainSize> {
        let count = domains.count();
        let mut sizes = vec![DomainSize::default(); count];
        let mut units = vec![false; self.units.count() * count];
        for (row, (&domain, &unit)) in domains.of_row().iter().zip(self.units.of_row()).enumerate() {
            if domain != OUTSIDE && self.weights[row] != 0.0 {
                sizes[domain as usize].rows += 1;
                units[unit as usize * count + domain as usize] = true;
            }
        }
        let mut strata = vec![false; self.strata * count];
        for (&stratum, seen) in self.stratum_of_unit.iter().zip(units.chunks_exact(count)) {
            for (domain, _) in seen.iter().enumerate().filter(|(_, seen)| **seen) {
                sizes[domain].units += 1;
                strata[stratum as usize * count + domain] = true;
            }
        }
        for seen in strata.chunks_exact(count) {
            for (size, _) in sizes.iter_mut().zip(seen).filter(|(_, seen)| **seen) {
                size.strata += 1;
            }
        }
        for (domain, size) in (0_u32..).zip(&mut sizes) {
            size.df = match &self.variance {
                Variance::Replicates(replicates) => {
                    replicates.degrees(&self.weights, |row| domains.of_row()[row] == domain)
                }
                _ => size.units as f64 - size.strata as f64,
            };
        }
        sizes
    }
}

impl Sums {
    fn value(&self, statistic: &Statistic) -> f64 {
        match statistic {
            Statistic::Total(_) => self.first,
            Statistic::Mean(_) => self.first / self.weight,
            Statistic::Ratio(..) => self.first / self.second,
        }
    }
}

/// The domain of each row that has an answer; `None` where all rows are in the one domain.
fn answered<'a>(domains: &'a Domains, first: &[f64], second: Option<&[f64]>) -> Option<Cow<'a, [u32]>> {
    let missing = first.iter().any(|value| value.is_nan())
        || second.is_some_and(|second| second.iter().any(|value| value.is_nan()));
    if missing {
        let rows = domains.of_row().iter().enumerate();
        let own = rows.map(|(row, &domain)| {
            let missing = first[row].is_nan() || second.is_some_and(|second| second[row].is_nan());
            if missing { OUTSIDE } else { domain }
        });
        return Some(Cow::Owned(own.collect()));
    }
    if domains.count() == 1 && domains.of_row().iter().all(|&domain| domain == 0) {
        return None;
    }
    Some(Cow::Borrowed(domains.of_row()))
}
