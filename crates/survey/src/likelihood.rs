//! Limits where the likelihood of a share falls off, scaled for the design (Rao and Scott 1984), in the steps of R's
//! `svyciprop(method = "likelihood")`: the signed root of the deviance at some logits around the estimate, a cubic spline
//! through them, and the spline read backwards.

use crate::distribution::{normal_quantile, t_quantile};
use crate::logistic::Fit;
use crate::share::scaled_tail;

/// Rows as R counts them, where those outside a domain may stay with a weight of zero.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ModelRows {
    /// Rows with an answer.
    pub answered: usize,
    /// Rows of the design that the fit keeps.
    pub in_design: usize,
}

/// The limits, from the fit, the variance of its logit, the rows of the model and those of them with a weight.
pub(crate) fn interval(
    fit: &Fit,
    variance: f64,
    rows: ModelRows,
    weighted: usize,
    level: f64,
    df: f64,
) -> (f64, f64) {
    let alpha = scaled_tail(level, df, variance / fit.naive_variance);
    let (n, error) = (weighted as f64, variance.sqrt());
    let reach = -t_quantile(alpha / 2.0, rows.answered as f64 - 1.0);
    let step = reach / 5.0 * error;
    // The dispersion of 0 and 1 about the fitted share; R scales the weights by their mean before rows without an
    // answer leave, and the residuals by their mean after.
    let spread = fit.observed * (1.0 - fit.observed);
    let dispersion =
        spread / (fit.share * (1.0 - fit.share)) * n / (n - 1.0) * (fit.weight / rows.in_design as f64);
    let at = |logit: f64| {
        let drop = (fit.deviance(logit) - fit.deviance(fit.logit)) / dispersion;
        drop.max(0.0).sqrt()
    };
    let mut points = vec![(0.0, fit.logit)];
    for side in [-1.0, 1.0] {
        let mut root = 0.0_f64;
        let mut steps = 1.0;
        while steps < 10.0 && root < reach {
            let logit = fit.logit + side * steps * step;
            root = at(logit);
            points.push((side * root, logit));
            steps += 1.0;
        }
    }
    points.sort_by(|one, other| one.0.total_cmp(&other.0));
    let (roots, logits): (Vec<f64>, Vec<f64>) = points.into_iter().unzip();
    let (xs, ys) = spline(&logits, &roots, 3 * logits.len());
    let cutoff = normal_quantile(2.0 * alpha);
    let expit = |x: f64| 1.0 / (1.0 + (-x).exp());
    (expit(read_back(&ys, &xs, cutoff)), expit(read_back(&ys, &xs, -cutoff)))
}

/// Linear between points whose first coordinates increase; NaN outside.
fn read_back(from: &[f64], to: &[f64], at: f64) -> f64 {
    let pairs = from.windows(2).zip(to.windows(2));
    for (from, to) in pairs {
        if let ([low, high], [first, second]) = (from, to)
            && (*low..=*high).contains(&at)
        {
            return first + (second - first) * ((at - low) / (high - low));
        }
    }
    f64::NAN
}

/// The cubic spline of Forsythe, Malcolm and Moler (1977) at evenly spaced places: its end conditions come from cubics
/// through the four outermost points.
fn spline(x: &[f64], y: &[f64], places: usize) -> (Vec<f64>, Vec<f64>) {
    let n = x.len();
    let (mut b, mut c, mut d) = (vec![0.0; n], vec![0.0; n], vec![0.0; n]);
    if n >= 3 {
        let last = n - 1;
        d[0] = x[1] - x[0];
        c[1] = (y[1] - y[0]) / d[0];
        for i in 1..last {
            d[i] = x[i + 1] - x[i];
            b[i] = 2.0 * (d[i - 1] + d[i]);
            c[i + 1] = (y[i + 1] - y[i]) / d[i];
            c[i] = c[i + 1] - c[i];
        }
        b[0] = -d[0];
        b[last] = -d[last - 1];
        c[0] = 0.0;
        c[last] = 0.0;
        if n > 3 {
            c[0] = c[2] / (x[3] - x[1]) - c[1] / (x[2] - x[0]);
            c[last] = c[last - 1] / (x[last] - x[last - 2]) - c[last - 2] / (x[last - 1] - x[last - 3]);
            c[0] = c[0] * d[0] * d[0] / (x[3] - x[0]);
            c[last] = -c[last] * d[last - 1] * d[last - 1] / (x[last] - x[last - 3]);
        }
        for i in 1..=last {
            let t = d[i - 1] / b[i - 1];
            b[i] -= t * d[i - 1];
            c[i] -= t * c[i - 1];
        }
        c[last] /= b[last];
        for i in (0..last).rev() {
            c[i] = (c[i] - d[i] * c[i + 1]) / b[i];
        }
        b[last] = (y[last] - y[last - 1]) / d[last - 1] + d[last - 1] * (c[last - 1] + 2.0 * c[last]);
        for i in 0..last {
            b[i] = (y[i + 1] - y[i]) / d[i] - d[i] * (c[i + 1] + 2.0 * c[i]);
            d[i] = (c[i + 1] - c[i]) / d[i];
            c[i] *= 3.0;
        }
        c[last] *= 3.0;
        d[last] = d[last - 1];
    } else if n == 2 {
        let slope = (y[1] - y[0]) / (x[1] - x[0]);
        b = vec![slope; 2];
    }
    let (Some(&first), Some(&end)) = (x.first(), x.last()) else { return (Vec::new(), Vec::new()) };
    let mut xs = Vec::with_capacity(places);
    let mut ys = Vec::with_capacity(places);
    for place in 0..places {
        let at = first + (end - first) * place as f64 / (places - 1) as f64;
        let i = x.partition_point(|&knot| knot <= at).saturating_sub(1);
        let h = at - x[i];
        let cubic = if at < first { 0.0 } else { d[i] };
        xs.push(at);
        ys.push(y[i] + h * (b[i] + h * (c[i] + h * cubic)));
    }
    (xs, ys)
}
