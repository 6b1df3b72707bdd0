//! How many to draw, and what a small sample can decide (lot quality assurance). Everything is computed: from the
//! hypergeometric distribution where the frame is small, else from the binomial.

use crate::distribution::{binomial_cdf, binomial_probability, hypergeometric_tails, normal_quantile};
use crate::error::EstimateError;

/// What a sample for an estimate is to achieve.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MarginRequest {
    /// Half the length of the interval, 0.1 for ±10 points.
    pub margin: f64,
    /// The share expected; 0.5 needs the most.
    pub share: f64,
    /// Confidence, 0.95 for 95 %.
    pub level: f64,
    /// People in the frame; `None` for very many.
    pub population: Option<u64>,
    /// Design effect.
    pub design_effect: f64,
    /// Share of those drawn who will answer.
    pub response: f64,
}

impl Default for MarginRequest {
    fn default() -> Self {
        MarginRequest {
            margin: 0.1,
            share: 0.5,
            level: 0.95,
            population: None,
            design_effect: 1.0,
            response: 1.0,
        }
    }
}

/// 1 + (m − 1) ρ: how much a design with m interviews in each establishment loses when people of one establishment are
/// alike to the degree ρ.
pub fn cluster_design_effect(interviews_in_each: f64, alike: f64) -> f64 {
    1.0 + (interviews_in_each - 1.0) * alike
}

/// How many to draw for an interval of the given margin: n₀ = z² p (1 − p) / e² times the design effect, corrected for the
/// population, divided by the response.
///
/// # Errors
/// Shares, margins or levels outside 0 to 1, a design effect that is not positive, an empty population.
pub fn for_margin(request: &MarginRequest) -> Result<u64, EstimateError> {
    for (what, value) in [
        ("the margin", request.margin),
        ("the share", request.share),
        ("the confidence level", request.level),
    ] {
        if !(value > 0.0 && value < 1.0) {
            return Err(EstimateError::Fraction { what, value });
        }
    }
    if !(request.response > 0.0 && request.response <= 1.0) {
        return Err(EstimateError::Fraction { what: "the response", value: request.response });
    }
    if !(request.design_effect > 0.0 && request.design_effect.is_finite()) || request.population == Some(0) {
        return Err(EstimateError::Counts {
            problem: "give a design effect above 0 and a population of at least 1",
        });
    }
    let z = normal_quantile((1.0 - request.level) / 2.0);
    let first = z * z * request.share * (1.0 - request.share) / (request.margin * request.margin);
    let first = first * request.design_effect;
    let needed = match request.population {
        Some(population) => first / (1.0 + (first - 1.0) / population as f64),
        None => first,
    };
    let drawn = whole(needed / request.response);
    Ok(request.population.map_or(drawn, |population| drawn.min(population)))
}

/// Rounds up, but not for a trace of rounding above a whole number.
fn whole(number: f64) -> u64 {
    let near = number.round();
    if (number - near).abs() < 1e-9 * near.max(1.0) { near as u64 } else { number.ceil() as u64 }
}

/// The smallest sample that holds at least one affected person with the given probability, if this share of the frame is
/// affected (of a small frame, so many whole persons).
///
/// # Errors
/// Shares or probabilities outside 0 to 1; a population in which nobody would be affected.
pub fn for_detection(share: f64, probability: f64, population: Option<u64>) -> Result<u64, EstimateError> {
    for (what, value) in [("the share", share), ("the probability", probability)] {
        if !(value > 0.0 && value < 1.0) {
            return Err(EstimateError::Fraction { what, value });
        }
    }
    let Some(population) = population else {
        return Ok(whole((1.0 - probability).ln() / (1.0 - share).ln()));
    };
    let affected = (population as f64 * share + 1e-9).floor() as u64;
    if affected == 0 {
        return Err(EstimateError::Counts {
            problem: "of so few people nobody would be affected: give a larger share, or see all of them",
        });
    }
    // The chance of missing everybody falls with each person drawn.
    let mut missed = 1.0;
    let unaffected = population - affected;
    for drawn in 0..=unaffected {
        if 1.0 - missed >= probability {
            return Ok(drawn);
        }
        missed *= (unaffected - drawn) as f64 / (population - drawn) as f64;
    }
    Ok(unaffected + 1)
}

/// The square-root rule of social audits, rounded up.
pub fn square_root_rule(population: u64) -> u64 {
    let root = population.isqrt();
    if root * root == population { root } else { root + 1 }
}

/// A rule of lot quality assurance: an area with at least `least` yes among `n` meets the target.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LotRule {
    /// How many are asked.
    pub n: u64,
    /// The least number of yes.
    pub least: u64,
    /// Chance that an area at the target fails.
    pub false_alarm: f64,
    /// Chance that an area at the lower level passes.
    pub false_pass: f64,
}

/// The error rates of a rule, for an area whose true share is `target`, and one where it is `low`.
///
/// # Errors
/// Shares outside 0 to 1 or in the wrong order, no answers, a population smaller than the sample.
pub fn lot_errors(
    n: u64,
    least: u64,
    target: f64,
    low: f64,
    population: Option<u64>,
) -> Result<LotRule, EstimateError> {
    check_lot(n, target, low, population)?;
    // Fewer than `least` yes.
    let fails = |share: f64| match (least, population) {
        (0, _) => 0.0,
        (least, Some(population)) => {
            let with = (population as f64 * share).round() as u64;
            hypergeometric_tails(least - 1, population, with, n).0
        }
        (least, None) => binomial_cdf(least - 1, n, share),
    };
    let passes = |share: f64| match population {
        None if least == n => binomial_probability(n, n, share),
        _ => 1.0 - fails(share),
    };
    Ok(LotRule { n, least, false_alarm: fails(target), false_pass: passes(low) })
}

/// The rule whose larger error is smallest; of two alike, the stricter. Where the lower level is zero every rule of one
/// yes or more rejects it, and the strictest with a false alarm of at most `most` is taken.
///
/// # Errors
/// As [`lot_errors`].
pub fn lot_rule(
    n: u64,
    target: f64,
    low: f64,
    most: f64,
    population: Option<u64>,
) -> Result<LotRule, EstimateError> {
    check_lot(n, target, low, population)?;
    let mut best: Option<LotRule> = None;
    for least in 1..=n {
        let rule = lot_errors(n, least, target, low, population)?;
        let better = match best {
            None => true,
            Some(_) if low <= 0.0 => rule.false_alarm <= most,
            Some(best) => {
                rule.false_alarm.max(rule.false_pass) <= best.false_alarm.max(best.false_pass) + 1e-12
            }
        };
        if better {
            best = Some(rule);
        }
    }
    best.ok_or(EstimateError::Counts { problem: "give at least one answer" })
}

/// The smallest sample with a rule whose errors are both at most `most`, up to 10 000 or the whole population.
///
/// # Errors
/// As [`lot_errors`]; and where no sample is large enough.
pub fn lot_sample(
    target: f64,
    low: f64,
    most: f64,
    population: Option<u64>,
) -> Result<LotRule, EstimateError> {
    for n in 1..=population.unwrap_or(10_000).min(10_000) {
        // The strictest rule that an area at the target passes often enough; only that one can reject the others.
        let (mut low_end, mut high_end) = (0, n);
        while low_end < high_end {
            let middle = u64::midpoint(low_end, high_end) + (low_end + high_end) % 2;
            if lot_errors(n, middle, target, low, population)?.false_alarm <= most {
                low_end = middle;
            } else {
                high_end = middle - 1;
            }
        }
        let rule = lot_errors(n, low_end, target, low, population)?;
        if rule.false_alarm <= most && rule.false_pass <= most {
            return Ok(rule);
        }
    }
    Err(EstimateError::Counts {
        problem: "no sample of up to 10 000 tells these two levels apart: move them further apart, or allow larger errors",
    })
}

fn check_lot(n: u64, target: f64, low: f64, population: Option<u64>) -> Result<(), EstimateError> {
    if !(target > 0.0 && target <= 1.0) {
        return Err(EstimateError::Fraction { what: "the target", value: target });
    }
    if !(low >= 0.0 && low < target) {
        return Err(EstimateError::Fraction {
            what: "the lower level (it must be below the target)",
            value: low,
        });
    }
    if n == 0 || population.is_some_and(|population| population < n) {
        return Err(EstimateError::Counts {
            problem: "give at least one answer, and no more than there are people",
        });
    }
    Ok(())
}
