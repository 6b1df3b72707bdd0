//! Quantiles with Woodruff's intervals (1952): an interval for the share below the quantile, read back on the scale of
//! the data. The definitions are those of R's `svyquantile`, after Hyndman and Fan (1996), with weights.

use crate::codes::{Domains, OUTSIDE};
use crate::design::{Design, Variance};
use crate::distribution::t_quantile;
use crate::error::EstimateError;
use crate::estimate::{Degrees, Statistic};
use crate::share::{asin_interval, beta_interval, xlogit_interval};

/// Which definition of a quantile; the names are R's (`qrule`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum QuantileRule {
    /// The smallest value with at least the share p of the weight at or below it. `math` and `hf1`.
    #[default]
    Math,
    /// The same, but the mean of two values where the share is met exactly. `school` and `hf2`.
    School,
    /// Nearest even order statistic.
    Hf3,
    /// Linear in the distribution.
    Hf4,
    /// Linear between the middles of the steps.
    Hf5,
    /// Linear, with weight beyond the largest value.
    Hf6,
    /// Linear between smallest and largest value; the usual one of spreadsheets.
    Hf7,
    /// Median-unbiased.
    Hf8,
    /// Unbiased for normal data.
    Hf9,
}

/// Which interval is made for the share below the quantile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum QuantileInterval {
    /// Share ± t · standard error.
    #[default]
    Mean,
    /// On the scale of the arc sine of the square root.
    Asin,
    /// On the logit scale.
    Xlogit,
    /// Korn and Graubard's as R has it.
    Beta,
    /// Straight from the quantiles of the replicates; only for replicate designs, and not for the jackknife, whose
    /// quantiles do not vary as they should.
    Replicates,
}

/// A quantile.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quantile {
    /// The quantile; NaN where the domain is empty.
    pub value: f64,
    /// Lower limit; NaN where the interval of the share leaves 0 to 1.
    pub lower: f64,
    /// Upper limit; NaN where the interval of the share leaves 0 to 1.
    pub upper: f64,
    /// Length of the interval over twice the quantile of t.
    pub standard_error: f64,
    /// Rows with a weight and an answer.
    pub n: usize,
    /// Rows without an answer.
    pub missing: usize,
    /// Sum of the weights of the rows with an answer.
    pub population: f64,
    /// Primary sampling units that have answers.
    pub units: usize,
    /// Strata that have answers.
    pub strata: usize,
    /// Degrees of freedom among the rows with an answer.
    pub df: f64,
}

/// What is asked of a quantile.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct QuantileRequest {
    /// Which quantile: 0.5 for the median.
    pub share: f64,
    /// The definition.
    pub rule: QuantileRule,
    /// The interval.
    pub interval: QuantileInterval,
    /// Confidence, 0.95 for 95 %.
    pub level: f64,
    /// Degrees of freedom.
    pub degrees: Degrees,
}

impl Default for QuantileRequest {
    fn default() -> Self {
        QuantileRequest {
            share: 0.5,
            rule: QuantileRule::default(),
            interval: QuantileInterval::default(),
            level: 0.95,
            degrees: Degrees::OfDesign,
        }
    }
}

impl Design {
    /// A quantile for each domain.
    ///
    /// # Errors
    /// Columns of another length than the design; shares or levels outside 0 to 1; replicate intervals without
    /// replicates.
    pub fn quantile(
        &self,
        values: &[f64],
        domains: &Domains,
        request: QuantileRequest,
    ) -> Result<Vec<Quantile>, EstimateError> {
        self.check_length(values.len())?;
        self.check_length(domains.rows())?;
        let (share, level) = (request.share, request.level);
        if !(0.0..=1.0).contains(&share) {
            return Err(EstimateError::Fraction { what: "the quantile", value: share });
        }
        if !(level > 0.0 && level < 1.0) {
            return Err(EstimateError::Fraction { what: "the confidence level", value: level });
        }
        if request.interval == QuantileInterval::Replicates
            && !matches!(self.variance, Variance::Replicates(_))
        {
            return Err(EstimateError::Counts {
                problem: "intervals from the quantiles of replicates need replicate weights: choose another interval",
            });
        }
        let all = self.domain_sizes(domains);
        let present: Vec<bool> = values.iter().map(|value| !value.is_nan()).collect();
        let domains = domains.clone().within(&present);
        let sorted = self.sorted(values, &domains);
        let found: Vec<f64> = sorted.iter().map(|sorted| sorted.quantile(request.rule, share)).collect();

        // The share at or below each domain's quantile, and its variance.
        let below = domains.of_row().iter().zip(values).map(|(&domain, value)| {
            found.get(domain as usize).map_or(f64::NAN, |found| f64::from(u8::from(value <= found)))
        });
        let below: Vec<f64> = below.collect();
        let shares = self.estimate(&[Statistic::Mean(&below)], &domains)?;
        let mut quantiles = Vec::with_capacity(found.len());
        for (domain, (estimate, sorted)) in shares.estimates.iter().zip(&sorted).enumerate() {
            let value = found[domain];
            let df = request.degrees.of(estimate.df);
            let t = -t_quantile((1.0 - level) / 2.0, df);
            let rows = if self.keeps_all_rows() { self.rows() } else { estimate.n };
            let (p, variance) = (estimate.value, estimate.variance);
            let (low, high) = match request.interval {
                QuantileInterval::Mean => (p - t * variance.sqrt(), p + t * variance.sqrt()),
                QuantileInterval::Asin => asin_interval(p, variance, t),
                QuantileInterval::Xlogit => xlogit_interval(p, variance, t),
                QuantileInterval::Beta => beta_interval(p, variance, rows as f64, estimate.df, level),
                QuantileInterval::Replicates => (f64::NAN, f64::NAN),
            };
            let read =
                |p: f64| if (0.0..=1.0).contains(&p) { sorted.quantile(request.rule, p) } else { f64::NAN };
            let (mut lower, mut upper) = (read(low), read(high));
            if let (QuantileInterval::Replicates, Variance::Replicates(replicates)) =
                (request.interval, &self.variance)
            {
                let inside: Vec<usize> =
                    (0..self.rows()).filter(|&row| domains.of_row()[row] == domain as u32).collect();
                let thetas: Vec<f64> = (0..replicates.replicates)
                    .map(|replicate| {
                        let weight = |&row: &usize| {
                            (values[row], replicates.weight(self.weights[row], row, replicate))
                        };
                        Sorted::new(inside.iter().map(weight).collect()).quantile(request.rule, share)
                    })
                    .collect();
                let error = replicates.covariance((&thetas, value), (&thetas, value)).sqrt();
                (lower, upper) = (value - t * error, value + t * error);
            }
            quantiles.push(Quantile {
                value,
                lower,
                upper,
                standard_error: (upper - lower) / (2.0 * t),
                n: estimate.n,
                missing: all.get(domain).map_or(0, |all| all.rows.saturating_sub(estimate.n)),
                population: estimate.population,
                units: estimate.units,
                strata: estimate.strata,
                df: estimate.df,
            });
        }
        Ok(quantiles)
    }

    fn sorted(&self, values: &[f64], domains: &Domains) -> Vec<Sorted> {
        let mut pairs = vec![Vec::new(); domains.count()];
        for (row, &domain) in domains.of_row().iter().enumerate().filter(|(_, domain)| **domain != OUTSIDE) {
            pairs[domain as usize].push((values[row], self.weights[row]));
        }
        pairs.into_iter().map(Sorted::new).collect()
    }
}

/// Values in order with the weight up to each.
struct Sorted {
    values: Vec<f64>,
    weights: Vec<f64>,
    cumulated: Vec<f64>,
    total: f64,
}

impl Sorted {
    fn new(mut pairs: Vec<(f64, f64)>) -> Self {
        pairs.retain(|(_, weight)| *weight != 0.0);
        pairs.sort_by(|one, other| one.0.total_cmp(&other.0));
        let (values, weights): (Vec<f64>, Vec<f64>) = pairs.into_iter().unzip();
        Self::of_sorted(values, weights)
    }

    fn of_sorted(values: Vec<f64>, weights: Vec<f64>) -> Self {
        // Where the share is met exactly matters, so the sums carry the digits that rounding would lose.
        let (mut high, mut low) = (0.0_f64, 0.0_f64);
        let cumulated: Vec<f64> = weights
            .iter()
            .map(|weight| {
                let sum = high + weight;
                let part = sum - high;
                low += (high - (sum - part)) + (weight - part);
                high = sum;
                high + low
            })
            .collect();
        let total = cumulated.last().copied().unwrap_or(0.0);
        Sorted { values, weights, cumulated, total }
    }

    /// One step of the distribution for each distinct value.
    fn distinct(&self) -> Self {
        let (mut values, mut weights): (Vec<f64>, Vec<f64>) = (Vec::new(), Vec::new());
        for (&value, &weight) in self.values.iter().zip(&self.weights) {
            match (values.last(), weights.last_mut()) {
                (Some(&last), Some(sum)) if last == value => *sum += weight,
                _ => {
                    values.push(value);
                    weights.push(weight);
                }
            }
        }
        Self::of_sorted(values, weights)
    }

    fn quantile(&self, rule: QuantileRule, p: f64) -> f64 {
        let Some((&largest, &last_weight)) = self.values.last().zip(self.weights.last()) else {
            return f64::NAN;
        };
        let total = self.total;
        let before = |index: usize| if index == 0 { 0.0 } else { self.cumulated[index - 1] };
        match rule {
            QuantileRule::Math => {
                let step = self.step(p);
                if step.low == 0.0 { step.lower } else { step.upper }
            }
            QuantileRule::School => {
                let step = self.step(p);
                if step.low == 0.0 { f64::midpoint(step.lower, step.upper) } else { step.upper }
            }
            QuantileRule::Hf3 => {
                let distinct = self.distinct();
                let step = distinct.step(p);
                if step.low == 0.0 && (step.index + 1).is_multiple_of(2) { step.lower } else { step.upper }
            }
            QuantileRule::Hf4 => {
                let step = self.step(p);
                let share = step.low / (step.high + step.low);
                step.lower * (1.0 - share) + step.upper * share
            }
            QuantileRule::Hf5 => {
                self.between(p, |index| (self.cumulated[index] - self.weights[index] / 2.0) / total)
            }
            QuantileRule::Hf6 => self.between(p, |index| self.cumulated[index] / (total + last_weight)),
            QuantileRule::Hf7 => {
                let count = self.values.len();
                if count == 1 {
                    return largest;
                }
                let all_but_last = before(count - 1);
                self.between(p, |index| before(index) / all_but_last)
            }
            QuantileRule::Hf8 => self.between(p, |index| {
                (before(index) / 3.0 + self.cumulated[index] * 2.0 / 3.0) / (total + last_weight / 3.0)
            }),
            QuantileRule::Hf9 => self.between(p, |index| {
                (before(index) * 3.0 / 8.0 + self.cumulated[index] * 5.0 / 8.0) / (total + last_weight / 4.0)
            }),
        }
    }

    /// The last value with no more than the share p at or below it, and the next.
    fn step(&self, p: f64) -> Step {
        let reached = self.cumulated.partition_point(|&sum| sum <= p * self.total);
        let index = reached.saturating_sub(1);
        let next = (index + 1).min(self.values.len() - 1);
        Step {
            index,
            lower: self.values[index],
            upper: self.values[next],
            low: p - self.cumulated[index] / self.total,
            high: self.cumulated[next] / self.total - p,
        }
    }

    /// Linear between the points (position, value), flat outside.
    fn between(&self, p: f64, position: impl Fn(usize) -> f64) -> f64 {
        let count = self.values.len();
        let (mut low, mut high) = (0, count - 1);
        if p <= position(low) {
            return self.values[low];
        }
        if p >= position(high) {
            return self.values[high];
        }
        while high - low > 1 {
            let middle = usize::midpoint(low, high);
            if p < position(middle) {
                high = middle;
            } else {
                low = middle;
            }
        }
        let (from, to) = (position(low), position(high));
        self.values[low] + (self.values[high] - self.values[low]) * ((p - from) / (to - from))
    }
}

struct Step {
    index: usize,
    lower: f64,
    upper: f64,
    low: f64,
    high: f64,
}
