//! The logistic regression of a share without covariates, in the steps of R's `glm`: what is reported as its logit is
//! where those steps stop, which differs from the logit of the share in the ninth digit.

/// Where the steps stopped.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fit {
    /// The intercept.
    pub logit: f64,
    /// The share that belongs to it.
    pub share: f64,
    /// The share of the sample.
    pub observed: f64,
    /// Sum of the weights.
    pub weight: f64,
    /// One over the sum of the working weights of the last step.
    pub naive_variance: f64,
}

impl Fit {
    /// Twice the log likelihood below that of the data, at a logit.
    pub(crate) fn deviance(&self, logit: f64) -> f64 {
        self.weight * deviance(self.observed, expit(logit).0)
    }
}

const ENOUGH: f64 = 1e-8;
const ROUNDS: usize = 25;

/// The share and the slope of the share at a logit, as R has them far out, where a replicate holds only ones.
fn expit(logit: f64) -> (f64, f64) {
    const FAR: f64 = 30.0;
    if logit.abs() > FAR {
        let odds = if logit > 0.0 { 1.0 / f64::EPSILON } else { f64::EPSILON };
        return (odds / (1.0 + odds), f64::EPSILON);
    }
    let odds = logit.exp();
    (odds / (1.0 + odds), odds / ((1.0 + odds) * (1.0 + odds)))
}

/// The deviance of a unit of weight of which the share `observed` are ones.
fn deviance(observed: f64, share: f64) -> f64 {
    let part = |part: f64, share: f64| if part == 0.0 { 0.0 } else { part * share.ln() };
    -2.0 * (part(observed, share) + part(1.0 - observed, 1.0 - share))
}

/// Fits from R's starting values, rows of (0 or 1, weight); `observed` is the weighted share, between 0 and 1.
pub(crate) fn fit(rows: impl Iterator<Item = (f64, f64)>, observed: f64) -> Fit {
    let (mut weight, mut slope, mut sum, mut before) = (0.0, 0.0, 0.0, 0.0);
    for (value, own) in rows {
        let start = (own * value + 0.5) / (own + 1.0);
        let spread = start * (1.0 - start);
        weight += own;
        slope += own * spread;
        sum += own * spread * ((start / (1.0 - start)).ln() + (value - start) / spread);
        before += own * deviance(value, start);
    }
    let mut fit = Fit { logit: sum / slope, share: 0.0, observed, weight, naive_variance: 1.0 / slope };
    for _ in 1..ROUNDS {
        let slope;
        (fit.share, slope) = expit(fit.logit);
        let now = fit.deviance(fit.logit);
        if (now - before).abs() / (now.abs() + 0.1) < ENOUGH {
            break;
        }
        before = now;
        fit.naive_variance = 1.0 / (weight * slope);
        fit.logit += (observed - fit.share) / slope;
    }
    fit.share = expit(fit.logit).0;
    fit
}

/// The logit of a replicate of total weight 1, from the full sample's logit.
pub(crate) fn fit_from(start: f64, observed: f64) -> f64 {
    let mut logit = start;
    let mut before = deviance(observed, expit(logit).0);
    for _ in 0..ROUNDS {
        let (share, slope) = expit(logit);
        logit += (observed - share) / slope;
        let now = deviance(observed, expit(logit).0);
        if (now - before).abs() / (now.abs() + 0.1) < ENOUGH {
            break;
        }
        before = now;
    }
    logit
}
