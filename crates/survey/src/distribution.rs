//! Normal, t, beta, binomial and hypergeometric distributions, accurate to about 14 digits.
//!
//! Sources: normal quantile by Wichura, AS 241 (1988); binomial probabilities in saddle-point form by Loader, "Fast
//! and accurate computation of binomial probabilities" (2000); incomplete beta by its continued fraction (DLMF 8.17.22)
//! with Lentz's method; beta quantile by Newton steps on the logarithm of the distribution in the logit of the
//! variable, where it is concave, so that the steps converge from everywhere.

use std::f64::consts::{PI, SQRT_2};

/// Probability that a standard normal variable is at most `x`.
pub fn normal_cdf(x: f64) -> f64 {
    0.5 * libm::erfc(-x / SQRT_2)
}

/// The `p`-quantile of the standard normal distribution; infinite at 0 and 1, NaN outside.
pub fn normal_quantile(p: f64) -> f64 {
    if !(0.0..=1.0).contains(&p) {
        return f64::NAN;
    }
    let q = p - 0.5;
    if q.abs() <= 0.425 {
        let r = 0.180625 - q * q;
        return q * polynomial(r, &AS241_CENTRE.0) / polynomial(r, &AS241_CENTRE.1);
    }
    let tail = if q < 0.0 { p } else { 1.0 - p };
    if tail == 0.0 {
        return q.signum() * f64::INFINITY;
    }
    let r = (-tail.ln()).sqrt();
    let (r, coefficients) = if r <= 5.0 { (r - 1.6, &AS241_TAIL) } else { (r - 5.0, &AS241_FAR) };
    q.signum() * polynomial(r, &coefficients.0) / polynomial(r, &coefficients.1)
}

/// Coefficients of a rational function, constants first: numerator and denominator.
type Rational = ([f64; 8], [f64; 8]);

const AS241_CENTRE: Rational = (
    [
        3.387_132_872_796_366_5,
        133.141_667_891_784_38,
        1_971.590_950_306_551_3,
        13_731.693_765_509_46,
        45_921.953_931_549_87,
        67_265.770_927_008_7,
        33_430.575_583_588_13,
        2_509.080_928_730_122_7,
    ],
    [
        1.0,
        42.313_330_701_600_91,
        687.187_007_492_057_9,
        5_394.196_021_424_751,
        21_213.794_301_586_597,
        39_307.895_800_092_71,
        28_729.085_735_721_943,
        5_226.495_278_852_545,
    ],
);
const AS241_TAIL: Rational = (
    [
        1.423_437_110_749_683_5,
        4.630_337_846_156_546,
        5.769_497_221_460_691,
        3.647_848_324_763_204_5,
        1.270_458_252_452_368_4,
        0.241_780_725_177_450_6,
        0.022_723_844_989_269_184,
        7.745_450_142_783_414e-4,
    ],
    [
        1.0,
        2.053_191_626_637_759,
        1.676_384_830_183_803_8,
        0.689_767_334_985_1,
        0.148_103_976_427_480_08,
        0.015_198_666_563_616_457,
        5.475_938_084_995_345e-4,
        1.050_750_071_644_416_9e-9,
    ],
);
const AS241_FAR: Rational = (
    [
        6.657_904_643_501_103,
        5.463_784_911_164_114,
        1.784_826_539_917_291_3,
        0.296_560_571_828_504_87,
        0.026_532_189_526_576_124,
        0.001_242_660_947_388_078_4,
        2.711_555_568_743_487_6e-5,
        2.010_334_399_292_288_1e-7,
    ],
    [
        1.0,
        0.599_832_206_555_888,
        0.136_929_880_922_735_8,
        0.014_875_361_290_850_615,
        7.868_691_311_456_133e-4,
        1.846_318_317_510_054_8e-5,
        1.421_511_758_316_446e-7,
        2.044_263_103_389_939_8e-15,
    ],
);

fn polynomial(x: f64, coefficients: &[f64]) -> f64 {
    coefficients.iter().rev().fold(0.0, |sum, coefficient| sum * x + coefficient)
}

/// The error of Stirling's formula: ln Γ(n+1) − (n+½) ln n + n − ½ ln 2π.
fn stirling_error(n: f64) -> f64 {
    if n < 15.0 {
        return libm::lgamma(n + 1.0) - (n + 0.5) * n.ln() + n - 0.5 * (2.0 * PI).ln();
    }
    let n2 = n * n;
    let series = [1.0 / 12.0, -1.0 / 360.0, 1.0 / 1260.0, -1.0 / 1680.0, 1.0 / 1188.0, -691.0 / 360_360.0];
    polynomial(1.0 / n2, &series) / n
}

/// The deviance term x ln(x/m) + m − x, without cancellation where x is near m.
fn deviance_term(x: f64, m: f64) -> f64 {
    if (x - m).abs() < 0.1 * (x + m) {
        let v = (x - m) / (x + m);
        let mut sum = (x - m) * v;
        let mut term = 2.0 * x * v;
        for step in 1..1000 {
            term *= v * v;
            let next = sum + term / f64::from(2 * step + 1);
            if next == sum {
                break;
            }
            sum = next;
        }
        return sum;
    }
    x * (x / m).ln() + m - x
}

/// Probability of `x` successes of probability `p` and `rest` failures of probability `q` = 1 − p, for real numbers.
fn binomial_density(x: f64, rest: f64, p: f64, q: f64) -> f64 {
    let n = x + rest;
    if p == 0.0 {
        return if x == 0.0 { 1.0 } else { 0.0 };
    }
    if q == 0.0 {
        return if rest == 0.0 { 1.0 } else { 0.0 };
    }
    if x < 0.0 || rest < 0.0 {
        return 0.0;
    }
    if x == 0.0 {
        return if n == 0.0 { 1.0 } else { (n * if p < q { libm::log1p(-p) } else { q.ln() }).exp() };
    }
    if rest == 0.0 {
        return (n * if q < p { libm::log1p(-q) } else { p.ln() }).exp();
    }
    let exponent = stirling_error(n)
        - stirling_error(x)
        - stirling_error(rest)
        - deviance_term(x, n * p)
        - deviance_term(rest, n * q);
    let spread = (2.0 * PI).ln() + x.ln() + (rest / n).ln();
    (exponent - 0.5 * spread).exp()
}

/// Probability of exactly `successes` in `trials`, each of probability `p`.
pub fn binomial_probability(successes: u64, trials: u64, p: f64) -> f64 {
    if successes > trials {
        return 0.0;
    }
    binomial_density(successes as f64, (trials - successes) as f64, p, 1.0 - p)
}

/// Probability of at most `successes` in `trials`, each of probability `p`.
pub fn binomial_cdf(successes: u64, trials: u64, p: f64) -> f64 {
    if successes >= trials {
        return 1.0;
    }
    let (x, n) = (successes as f64, trials as f64);
    beta_tails(p, 1.0 - p, x + 1.0, n - x).1
}

/// x^a (1−x)^b / B(a, b), for `y` = 1 − x.
fn beta_kernel(x: f64, y: f64, a: f64, b: f64) -> f64 {
    binomial_density(a, b, x, y) * (a * b / (a + b))
}

/// Lower and upper tail of the beta distribution at `x`, whose complement `y` = 1 − x is given too, so that both ends
/// keep their digits. The smaller of the two tails is computed, the other follows.
fn beta_tails(x: f64, y: f64, a: f64, b: f64) -> (f64, f64) {
    if x <= 0.0 {
        return (0.0, 1.0);
    }
    if y <= 0.0 {
        return (1.0, 0.0);
    }
    let kernel = beta_kernel(x, y, a, b);
    if x < (a + 1.0) / (a + b + 2.0) {
        let lower = kernel * beta_fraction(x, a, b) / a;
        (lower, 1.0 - lower)
    } else {
        let upper = kernel * beta_fraction(y, b, a) / b;
        (1.0 - upper, upper)
    }
}

/// The continued fraction of the incomplete beta function.
fn beta_fraction(x: f64, a: f64, b: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let keep = |value: f64| if value.abs() < TINY { TINY } else { value };
    let mut c = 1.0;
    let mut d = 1.0 / keep(1.0 - (a + b) * x / (a + 1.0));
    let mut fraction = d;
    for step in 1..200_000 {
        let m = f64::from(step);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / keep(1.0 + even * d);
        c = keep(1.0 + even / c);
        fraction *= d * c;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / keep(1.0 + odd * d);
        c = keep(1.0 + odd / c);
        let change = d * c;
        fraction *= change;
        if (change - 1.0).abs() < 2e-16 {
            break;
        }
    }
    fraction
}

/// Probability that a beta variable with parameters `a`, `b` > 0 is at most `x`.
pub fn beta_cdf(x: f64, a: f64, b: f64) -> f64 {
    beta_tails(x, 1.0 - x, a, b).0
}

/// The `p`-quantile of the beta distribution. A parameter of zero puts all weight on that end. NaN outside.
pub fn beta_quantile(p: f64, a: f64, b: f64) -> f64 {
    if !((0.0..=1.0).contains(&p) && a >= 0.0 && b >= 0.0) {
        return f64::NAN;
    }
    match (a == 0.0, b == 0.0) {
        (true, true) => return if p < 0.5 { 0.0 } else { 1.0 },
        (true, false) => return 0.0,
        (false, true) => return 1.0,
        (false, false) => {}
    }
    if p == 0.0 || p == 1.0 {
        return p;
    }
    1.0 / (1.0 + (-beta_quantile_logit(p, a, b)).exp())
}

/// The logit of the `p`-quantile of the beta distribution, 0 < p < 1.
fn beta_quantile_logit(p: f64, a: f64, b: f64) -> f64 {
    if p > 0.5 {
        return -beta_quantile_logit(1.0 - p, b, a);
    }
    let mut u = (a / b).ln();
    // Something known to lie right of the quantile.
    let mut right = f64::NAN;
    for _ in 0..500 {
        let (x, y) = (1.0 / (1.0 + (-u).exp()), 1.0 / (1.0 + u.exp()));
        let lower = beta_tails(x, y, a, b).0;
        if lower == 0.0 {
            // Too far left to be told from nothing: go half way back.
            u = if right.is_nan() { u + 1.0 } else { f64::midpoint(u, right) };
            continue;
        }
        if lower > p {
            right = u;
        }
        let step = (p / lower).ln() * lower / beta_kernel(x, y, a, b);
        // Right of the median the tangent is flat; stay within reach.
        let step = step.clamp(-50.0, 50.0 * (1.0 + u.abs()));
        u += step;
        if step.abs() < 4e-16 * (1.0 + u.abs()) {
            break;
        }
    }
    u
}

/// The `p`-quantile of Student's t with `df` > 0 degrees of freedom; an infinite `df` gives the normal one.
pub fn t_quantile(p: f64, df: f64) -> f64 {
    if !(0.0..=1.0).contains(&p) || df.is_nan() || df <= 0.0 {
        return f64::NAN;
    }
    if df > 1e18 {
        return normal_quantile(p);
    }
    let tail = p.min(1.0 - p);
    if p == 0.5 {
        return 0.0;
    }
    let side = if p < 0.5 { -1.0 } else { 1.0 };
    if tail == 0.0 {
        return side * f64::INFINITY;
    }
    // df / (df + t²) is a beta variable with parameters df/2 and 1/2.
    side * (df * (-beta_quantile_logit(2.0 * tail, df / 2.0, 0.5)).exp()).sqrt()
}

/// Probability that Student's t with `df` > 0 degrees of freedom is at most `x`.
pub fn t_cdf(x: f64, df: f64) -> f64 {
    if df > 1e18 {
        return normal_cdf(x);
    }
    let (share, rest) = (df / (df + x * x), x * x / (df + x * x));
    let tail = 0.5 * beta_tails(share, rest, df / 2.0, 0.5).0;
    if x < 0.0 { tail } else { 1.0 - tail }
}

/// Probability that a draw of `drawn` out of `population`, `affected` of whom are affected, holds exactly `found` of
/// them.
pub fn hypergeometric_probability(found: u64, population: u64, affected: u64, drawn: u64) -> f64 {
    if affected > population || drawn > population || found > affected || found > drawn {
        return 0.0;
    }
    let unaffected = population - affected;
    if drawn - found > unaffected {
        return 0.0;
    }
    if drawn == 0 || drawn == population {
        return 1.0;
    }
    let p = drawn as f64 / population as f64;
    let q = (population - drawn) as f64 / population as f64;
    let density = |x: u64, n: u64| binomial_density(x as f64, (n - x) as f64, p, q);
    density(found, affected) * density(drawn - found, unaffected) / density(drawn, population)
}

/// Probability that such a draw holds at most `found` of them, and that it holds more.
pub fn hypergeometric_tails(found: u64, population: u64, affected: u64, drawn: u64) -> (f64, f64) {
    let least = drawn.saturating_sub(population.saturating_sub(affected));
    let most = drawn.min(affected);
    if found >= most {
        return (1.0, 0.0);
    }
    if found < least {
        return (0.0, 1.0);
    }
    // Sum the side whose terms fall away from the middle, largest first, until they no longer count.
    let sum = |values: &mut dyn Iterator<Item = u64>| {
        let mut sum = 0.0;
        for value in values {
            let term = hypergeometric_probability(value, population, affected, drawn);
            sum += term;
            if term <= sum * 1e-18 {
                break;
            }
        }
        sum
    };
    let middle = drawn as f64 * affected as f64 / population as f64;
    if (found as f64) < middle {
        let lower = sum(&mut (least..=found).rev());
        (lower, 1.0 - lower)
    } else {
        let upper = sum(&mut (found + 1..=most));
        (1.0 - upper, upper)
    }
}

#[cfg(test)]
mod test {
    use super::*;

    #[test]
    fn tails_of_a_small_draw_by_hand() {
        // 2 of 5 affected, 2 drawn: none with probability 3/10, both with 1/10.
        assert!((hypergeometric_probability(0, 5, 2, 2) - 0.3).abs() < 1e-15);
        assert!((hypergeometric_tails(1, 5, 2, 2).1 - 0.1).abs() < 1e-15);
        assert!((normal_cdf(0.0) - 0.5).abs() < 1e-16);
    }
}
