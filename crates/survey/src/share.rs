//! Intervals for shares: R's `svyciprop`, Korn and Graubard's, Wilson's, and the exact ones.

use std::borrow::Cow;

use crate::clusters::Scores;
use crate::codes::{Domains, OUTSIDE};
use crate::design::{Design, Variance};
use crate::distribution::{beta_quantile, hypergeometric_tails, normal_cdf, normal_quantile, t_quantile};
use crate::error::EstimateError;
use crate::estimate::{Degrees, Estimate, Statistic};
use crate::likelihood::{self, ModelRows};
use crate::logistic::{Fit, fit, fit_from};

/// How the interval of a share is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ShareInterval {
    /// Symmetric on the logit scale, from a logistic regression without covariates.
    #[default]
    Logit,
    /// Where the (scaled) likelihood falls off.
    Likelihood,
    /// Symmetric on the scale of the arc sine of the square root.
    Asin,
    /// Share ± t · standard error.
    Mean,
    /// Symmetric on the logit scale, by the first derivative.
    Xlogit,
    /// Beta quantiles with R's effective sample size.
    Beta,
    /// Korn and Graubard (1998): exact limits with the effective sample size; also at 0 and 1, with the number of rows.
    KornGraubard,
    /// Wilson (1927); for people drawn one by one with equal chances.
    Wilson,
    /// Clopper and Pearson (1934), exact; for people drawn one by one with equal chances.
    ClopperPearson,
    /// Exact for people drawn one by one without replacement from a population of this size (Buonaccorsi 1987).
    Hypergeometric(u64),
}

/// Below this many answers only exact and Korn-Graubard intervals are shown.
pub const FEWEST_FOR_APPROXIMATE: usize = 30;

impl ShareInterval {
    /// Whether the limits hold for any number of answers.
    pub fn is_exact(self) -> bool {
        matches!(
            self,
            ShareInterval::KornGraubard | ShareInterval::ClopperPearson | ShareInterval::Hypergeometric(_)
        )
    }

    /// The interval to show for `n` answers: with few of them, Korn and Graubard's instead of an approximate one.
    #[must_use]
    pub fn for_answers(self, n: usize) -> Self {
        if n < FEWEST_FOR_APPROXIMATE && !self.is_exact() { ShareInterval::KornGraubard } else { self }
    }
}

/// A share with its interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Share {
    /// The share.
    pub estimate: Estimate,
    /// How the interval was made.
    pub interval: ShareInterval,
    /// Lower limit; NaN where the method has none, such as on the logit scale at 0.
    pub lower: f64,
    /// Upper limit; NaN where the method has none.
    pub upper: f64,
}

impl Design {
    /// The share of ones for each domain. `values` are 0, 1, or NaN where the answer is missing.
    ///
    /// # Errors
    /// Other values; columns of another length than the design; a confidence level outside 0 to 1; intervals for people
    /// drawn one by one with equal chances where they were not.
    pub fn share(
        &self,
        values: &[f64],
        domains: &Domains,
        interval: ShareInterval,
        level: f64,
        degrees: Degrees,
    ) -> Result<Vec<Share>, EstimateError> {
        self.shares(values, domains, level, degrees, |_| interval)
    }

    /// As [`Design::share`], but with few answers Korn and Graubard's interval instead of an approximate one.
    ///
    /// # Errors
    /// As [`Design::share`].
    pub fn share_to_show(
        &self,
        values: &[f64],
        domains: &Domains,
        interval: ShareInterval,
        level: f64,
        degrees: Degrees,
    ) -> Result<Vec<Share>, EstimateError> {
        self.shares(values, domains, level, degrees, |n| interval.for_answers(n))
    }

    fn shares(
        &self,
        values: &[f64],
        domains: &Domains,
        level: f64,
        degrees: Degrees,
        choose: impl Fn(usize) -> ShareInterval,
    ) -> Result<Vec<Share>, EstimateError> {
        if let Some(row) = values.iter().position(|&value| !value.is_nan() && value != 0.0 && value != 1.0) {
            return Err(EstimateError::NotBinary { row, value: values[row] });
        }
        if !(level > 0.0 && level < 1.0) {
            return Err(EstimateError::Fraction { what: "the confidence level", value: level });
        }
        let estimates = self.estimate(&[Statistic::Mean(values)], domains)?.estimates;
        let mut shares = Vec::with_capacity(estimates.len());
        for (domain, estimate) in (0_u32..).zip(estimates) {
            let interval = choose(estimate.n);
            let (lower, upper) = self.limits(values, domains, domain, &estimate, interval, level, degrees)?;
            shares.push(Share { estimate, interval, lower, upper });
        }
        Ok(shares)
    }

    #[allow(clippy::too_many_arguments, reason = "one interval is all of this")]
    fn limits(
        &self,
        values: &[f64],
        domains: &Domains,
        domain: u32,
        estimate: &Estimate,
        interval: ShareInterval,
        level: f64,
        degrees: Degrees,
    ) -> Result<(f64, f64), EstimateError> {
        let (p, variance) = (estimate.value, estimate.variance);
        let df = degrees.of(estimate.df);
        let t = -t_quantile((1.0 - level) / 2.0, df);
        let inside = |row: usize| domains.of_row()[row] == domain;
        let counts = || {
            self.one_by_one(&inside, values)?;
            let ones =
                (0..self.rows()).filter(|&row| inside(row) && self.weights[row] != 0.0 && values[row] == 1.0);
            Ok((ones.count() as u64, estimate.n as u64))
        };
        Ok(match interval {
            _ if p.is_nan() => (f64::NAN, f64::NAN),
            ShareInterval::Mean => (p - t * variance.sqrt(), p + t * variance.sqrt()),
            ShareInterval::Asin => asin_interval(p, variance, t),
            ShareInterval::Xlogit => xlogit_interval(p, variance, t),
            ShareInterval::Beta => {
                let rows = (0..self.rows()).filter(|&row| self.keeps_all_rows() || inside(row)).count();
                beta_interval(p, variance, rows as f64, estimate.df, level)
            }
            ShareInterval::KornGraubard => korn_graubard(p, variance, estimate.n, df, level),
            ShareInterval::Logit | ShareInterval::Likelihood => {
                if all_the_same(p) {
                    return Ok((f64::NAN, f64::NAN));
                }
                let (fit, variance, rows) = self.logistic(values, &inside, p);
                if interval == ShareInterval::Logit {
                    let half = t * variance.sqrt();
                    (expit(fit.logit - half), expit(fit.logit + half))
                } else {
                    likelihood::interval(&fit, variance, rows, estimate.n, level, df)
                }
            }
            ShareInterval::Wilson => {
                let (ones, n) = counts()?;
                wilson(ones, n, level)?
            }
            ShareInterval::ClopperPearson => {
                let (ones, n) = counts()?;
                clopper_pearson(ones, n, level)?
            }
            ShareInterval::Hypergeometric(population) => {
                let (ones, n) = counts()?;
                hypergeometric(ones, n, population, level)?
            }
        })
    }

    /// Refuses where people were not drawn one by one with equal chances.
    fn one_by_one(&self, inside: &impl Fn(usize) -> bool, values: &[f64]) -> Result<(), EstimateError> {
        let single = self.units.count() == self.rows() && self.strata == 1 && self.adjustments.is_empty();
        let single = single
            && matches!(&self.variance, Variance::Stages(stages) if stages.iter().all(|stage| !stage.unequal));
        let rows = (0..self.rows()).filter(|&row| inside(row) && !values[row].is_nan());
        let mut weights = rows.map(|row| self.weights[row]);
        let first = weights.next();
        if single && weights.all(|weight| first.is_some_and(|first| (weight - first).abs() <= first * 1e-9)) {
            return Ok(());
        }
        Err(EstimateError::Counts {
            problem: "this interval is for people drawn one by one with equal chances, without strata or clusters: choose korn-graubard",
        })
    }

    /// The logistic regression of the share without covariates: the fit, the variance of its logit, and the rows R counts.
    fn logistic(&self, values: &[f64], inside: &impl Fn(usize) -> bool, p: f64) -> (Fit, f64, ModelRows) {
        let keeps = self.keeps_all_rows();
        let in_model = |row: usize| keeps || inside(row);
        let weight = |row: usize| if inside(row) { self.weights[row] } else { 0.0 };
        let (mut rows, mut total, mut answered) = (0, 0.0, 0);
        for row in (0..self.rows()).filter(|&row| in_model(row)) {
            rows += 1;
            total += weight(row);
            answered += usize::from(!values[row].is_nan());
        }
        let mean = total / rows as f64;
        let used = (0..self.rows()).filter(|&row| inside(row) && weight(row) > 0.0 && !values[row].is_nan());
        let fit = fit(used.clone().map(|row| (values[row], weight(row) / mean)), p);
        let variance = match &self.variance {
            Variance::Replicates(replicates) => {
                let estimate = |row: usize| if inside(row) && !values[row].is_nan() { 0 } else { OUTSIDE };
                let sums = replicates.sums(&self.weights, estimate, 1, 2, |row, sums| {
                    sums.copy_from_slice(&[1.0, values[row]]);
                });
                let theta = |sums: &[f64]| fit_from(fit.logit, sums[1] / sums[0]);
                let logits: Vec<f64> = sums.chunks_exact(2).map(theta).collect();
                replicates.covariance((&logits, fit.logit), (&logits, fit.logit))
            }
            _ => {
                let sum: f64 = used.clone().map(weight).sum();
                let slope = fit.share * (1.0 - fit.share) * sum;
                let mut scores = vec![0.0; self.rows()];
                for row in used {
                    scores[row] = weight(row) * (values[row] - fit.share) / slope;
                }
                let member = |row: usize| if inside(row) && !values[row].is_nan() { 0 } else { OUTSIDE };
                let members: Vec<u32> = (0..self.rows()).map(member).collect();
                let scores = Scores {
                    values: Cow::Owned(scores),
                    estimate_of_row: Some(Cow::Owned(members)),
                    estimates: 1,
                };
                self.covariance(&[scores]).variance(0)
            }
        };
        (fit, variance, ModelRows { answered, in_design: if keeps { rows } else { answered } })
    }
}

/// Whether a share of weights is 0 or 1 but for rounding.
fn all_the_same(p: f64) -> bool {
    !(1e-12..=1.0 - 1e-12).contains(&p)
}

fn expit(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// Limits symmetric on the scale of the arc sine of the square root.
pub(crate) fn asin_interval(p: f64, variance: f64, t: f64) -> (f64, f64) {
    let slope = 0.5 / (p * (1.0 - p)).sqrt();
    let (centre, half) = (p.sqrt().asin(), t * variance.sqrt() * slope);
    ((centre - half).sin().powi(2), (centre + half).sin().powi(2))
}

/// Limits symmetric on the logit scale, by the first derivative.
pub(crate) fn xlogit_interval(p: f64, variance: f64, t: f64) -> (f64, f64) {
    let (centre, half) = ((p / (1.0 - p)).ln(), t * variance.sqrt() / (p * (1.0 - p)));
    (expit(centre - half), expit(centre + half))
}

/// R's `beta`: as [`korn_graubard`] between 0 and 1, with all rows of the design and its own degrees of freedom.
pub(crate) fn beta_interval(p: f64, variance: f64, rows: f64, df: f64, level: f64) -> (f64, f64) {
    let tail = (1.0 - level) / 2.0;
    let effective = p * (1.0 - p) / variance * (t_quantile(tail, rows - 1.0) / t_quantile(tail, df)).powi(2);
    (
        beta_quantile(tail, effective * p, effective * (1.0 - p) + 1.0),
        beta_quantile(1.0 - tail, effective * p + 1.0, effective * (1.0 - p)),
    )
}

/// Korn and Graubard's interval for a share `p` of `n` rows with the given variance and degrees of freedom. Where the
/// sample shows no spread (0 or 1), the effective sample size is the number of rows.
pub fn korn_graubard(p: f64, variance: f64, n: usize, df: f64, level: f64) -> (f64, f64) {
    let tail = (1.0 - level) / 2.0;
    let rows = n as f64;
    let effective = if all_the_same(p) {
        rows
    } else {
        p * (1.0 - p) / variance * (t_quantile(tail, rows - 1.0) / t_quantile(tail, df)).powi(2)
    };
    (
        beta_quantile(tail, effective * p, effective * (1.0 - p) + 1.0),
        beta_quantile(1.0 - tail, effective * p + 1.0, effective * (1.0 - p)),
    )
}

fn check(ones: u64, n: u64, level: f64) -> Result<(), EstimateError> {
    if n == 0 || ones > n {
        return Err(EstimateError::Counts {
            problem: "give at least one answer, and no more ones than answers",
        });
    }
    if !(level > 0.0 && level < 1.0) {
        return Err(EstimateError::Fraction { what: "the confidence level", value: level });
    }
    Ok(())
}

/// Wilson's score interval, R's `prop.test(correct = FALSE)`.
///
/// # Errors
/// No answers, more ones than answers, a confidence level outside 0 to 1.
pub fn wilson(ones: u64, n: u64, level: f64) -> Result<(f64, f64), EstimateError> {
    check(ones, n, level)?;
    let z = -normal_quantile((1.0 - level) / 2.0);
    let (n, p) = (n as f64, ones as f64 / n as f64);
    let z2 = z * z / n;
    let (centre, half) = (p + z2 / 2.0, z * ((p * (1.0 - p) + z2 / 4.0) / n).sqrt());
    Ok((((centre - half) / (1.0 + z2)).max(0.0), ((centre + half) / (1.0 + z2)).min(1.0)))
}

/// Clopper and Pearson's exact interval, R's `binom.test`.
///
/// # Errors
/// As [`wilson`].
pub fn clopper_pearson(ones: u64, n: u64, level: f64) -> Result<(f64, f64), EstimateError> {
    check(ones, n, level)?;
    let tail = (1.0 - level) / 2.0;
    let (x, rest) = (ones as f64, (n - ones) as f64);
    Ok((beta_quantile(tail, x, rest + 1.0), beta_quantile(1.0 - tail, x + 1.0, rest)))
}

/// The exact interval for a draw without replacement: all shares D / N of the population for which neither so few nor so
/// many ones would have had a probability of (1 − level) / 2 or less.
///
/// # Errors
/// As [`wilson`]; and a population smaller than the sample.
pub fn hypergeometric(ones: u64, n: u64, population: u64, level: f64) -> Result<(f64, f64), EstimateError> {
    check(ones, n, level)?;
    if population < n {
        return Err(EstimateError::Counts {
            problem: "the population is smaller than the sample: correct its size",
        });
    }
    let tail = (1.0 - level) / 2.0;
    let at_least = |affected: u64| {
        if ones == 0 { 1.0 } else { hypergeometric_tails(ones - 1, population, affected, n).1 }
    };
    let at_most = |affected: u64| hypergeometric_tails(ones, population, affected, n).0;
    // Both probabilities are monotone in the number affected.
    let (least, most) = (ones, population - (n - ones));
    let lower = first(least, most, |affected| at_least(affected) > tail);
    let upper = first(least, most, |affected| at_most(affected) <= tail);
    let upper = if at_most(upper) <= tail { upper.saturating_sub(1) } else { upper };
    Ok((lower as f64 / population as f64, upper as f64 / population as f64))
}

/// The first number from `low` to `high` for which `holds`, which once true stays true; `high` if none.
fn first(mut low: u64, mut high: u64, holds: impl Fn(u64) -> bool) -> u64 {
    while low < high {
        let middle = u64::midpoint(low, high);
        if holds(middle) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    low
}

/// One-sided probability of the normal distribution above the t quantile, shared with the likelihood interval.
pub(crate) fn scaled_tail(level: f64, df: f64, scale: f64) -> f64 {
    normal_cdf(t_quantile((1.0 - level) / 2.0, df) * scale.sqrt()) / 2.0
}
