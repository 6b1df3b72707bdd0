use crate::clocks::ClockState;
use crate::standing::{StageState, Standing};
use jiff::Timestamp;

/// How long one case waited for something.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Wait {
    /// Days, parts of a day included.
    pub days: f64,
    /// How it ended.
    pub outcome: Outcome,
}

/// How a wait ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// With what was waited for.
    Done,
    /// Not yet: somebody is still waiting.
    Waiting,
    /// The case left by another door: it ended, or was sent back.
    Left,
}

impl Wait {
    fn between(from: Timestamp, until: Timestamp, outcome: Outcome) -> Option<Wait> {
        let days = until.duration_since(from).as_secs_f64() / 86_400.0;
        (days >= 0.0).then_some(Wait { days, outcome })
    }
}

impl Standing<'_> {
    /// How long a stage took or has taken, from when it first opened; none where it never did or was skipped. Being
    /// sent back is part of the wait.
    pub fn stage_wait(&self, stage: &str) -> Option<Wait> {
        let standing = self.stage(stage)?;
        let opened = standing.first_opened?;
        match &standing.state {
            StageState::Done(fact) => Wait::between(opened, fact.at, Outcome::Done),
            StageState::Open { .. } | StageState::Waiting { .. } => {
                Wait::between(opened, self.now.timestamp(), Outcome::Waiting)
            }
            StageState::Left => Wait::between(opened, self.ended.as_ref()?.fact.at, Outcome::Left),
            StageState::Skipped => None,
        }
    }

    /// How long a clock ran or has run, every run of it.
    pub fn clock_waits(&self, clock: &str) -> Vec<Wait> {
        let runs = self.clocks.iter().filter(|count| count.clock.id == clock);
        let wait = |count: &crate::Count| {
            let (until, outcome) = match count.state {
                ClockState::Kept { at } | ClockState::Missed { at } => (at, Outcome::Done),
                ClockState::Over { at } => (at, Outcome::Left),
                _ => (self.now.timestamp(), Outcome::Waiting),
            };
            Wait::between(count.started.at, until, outcome)
        };
        runs.filter_map(wait).collect()
    }
}

/// Waiting times over many cases: the Kaplan–Meier curve, in which those who still wait count for as long as they
/// have waited. A case that left counts as one that waits no longer to be seen; where many leave because they waited,
/// the curve is too kind, so their number stands beside it.
#[derive(Clone, Debug, PartialEq)]
pub struct Waiting {
    /// How many cases in all.
    pub cases: usize,
    /// How many are still waiting.
    pub waiting: usize,
    /// How many left by another door.
    pub left: usize,
    /// The longest that anybody still waiting has waited, in days.
    pub longest: Option<f64>,
    /// The curve, a step at each length at which somebody's wait ended or was last seen.
    pub curve: Vec<Step>,
}

/// One step of the curve.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// Length of the wait, in days.
    pub days: f64,
    /// How many had waited at least that long.
    pub at_risk: usize,
    /// How many were done at that length.
    pub done: usize,
    /// The share still waiting after it.
    pub share: f64,
    /// Its standard error by Greenwood's formula.
    pub standard_error: f64,
    /// Its 95 % interval on the log-log scale; none where the share is 1 or 0.
    pub interval: Option<(f64, f64)>,
}

/// A length of wait by which a share of the cases was done.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quantile {
    /// In days; none when fewer than that share are done.
    pub days: Option<f64>,
    /// The lower end of its 95 % interval.
    pub lower: Option<f64>,
    /// The upper end; none means that it is open.
    pub upper: Option<f64>,
}

/// The 0.975 quantile of the normal distribution.
const Z: f64 = 1.959_963_984_540_054;

/// Shares closer than this are the same share, written with rounding errors.
const SAME: f64 = 1.490_116_119_384_765_6e-8;

/// The distribution of these waits. Waits that are not numbers are left out.
pub fn waiting(waits: impl IntoIterator<Item = Wait>) -> Waiting {
    let mut waits: Vec<Wait> =
        waits.into_iter().filter(|wait| wait.days.is_finite() && wait.days >= 0.0).collect();
    waits.sort_by(|one, other| one.days.total_cmp(&other.days));
    let count = |outcome| waits.iter().filter(|wait| wait.outcome == outcome).count();
    let still = waits.iter().filter(|wait| wait.outcome == Outcome::Waiting);
    Waiting {
        cases: waits.len(),
        waiting: count(Outcome::Waiting),
        left: count(Outcome::Left),
        longest: still.map(|wait| wait.days).next_back(),
        curve: curve(&waits),
    }
}

fn curve(waits: &[Wait]) -> Vec<Step> {
    let mut curve = Vec::new();
    let (mut share, mut greenwood) = (1.0_f64, 0.0_f64);
    let mut at_risk = waits.len();
    for together in waits.chunk_by(|one, other| one.days == other.days) {
        let done = together.iter().filter(|wait| wait.outcome == Outcome::Done).count();
        let (n, d) = (as_number(at_risk), as_number(done));
        if done > 0 {
            share *= (n - d) / n;
            greenwood += d / (n * (n - d));
        }
        if let Some(first) = together.first() {
            // With nobody left, Greenwood's sum is infinite and the share is 0 without doubt.
            let standard_error = if done == at_risk { 0.0 } else { share * greenwood.sqrt() };
            curve.push(Step {
                days: first.days,
                at_risk,
                done,
                share,
                standard_error,
                interval: interval(share, greenwood),
            });
        }
        at_risk -= together.len();
    }
    curve
}

#[expect(clippy::cast_precision_loss, reason = "no organisation has 2^52 cases")]
fn as_number(count: usize) -> f64 {
    count as f64
}

fn interval(share: f64, greenwood: f64) -> Option<(f64, f64)> {
    if share <= 0.0 || share >= 1.0 {
        return None;
    }
    let log = share.ln();
    let away = Z * greenwood.sqrt() / log;
    let at = |side: f64| (-((-log).ln() + side * away).exp()).exp();
    let (one, other) = (at(-1.0), at(1.0));
    Some((one.min(other), one.max(other)))
}

impl Waiting {
    /// The wait by which half of the cases are done.
    pub fn median(&self) -> Quantile {
        self.quantile(0.5)
    }

    /// The wait by which this share of the cases (above 0, below 1) is done. Where the curve runs flat at exactly
    /// that share, it is the middle of the flat part.
    pub fn quantile(&self, share: f64) -> Quantile {
        let of = |height: fn(&Step) -> Option<f64>| self.crossing(share, height);
        Quantile {
            days: of(|step| Some(step.share)),
            lower: of(|step| step.interval.map(|(lower, _)| lower)),
            upper: of(|step| step.interval.map(|(_, upper)| upper)),
        }
    }

    /// The share still waiting after so many days.
    pub fn share_waiting(&self, days: f64) -> f64 {
        self.curve.iter().rfind(|step| step.days <= days).map_or(1.0, |step| step.share)
    }

    /// Where a curve comes down to what is left when `share` is done.
    fn crossing(&self, share: f64, height: fn(&Step) -> Option<f64>) -> Option<f64> {
        let points = || self.curve.iter().filter_map(|step| Some((step.days, 1.0 - height(step)?)));
        let (reached, _) = points().find(|(_, done)| done + SAME >= share)?;
        if let Some((passed, _)) = points().find(|(_, done)| done - SAME >= share) {
            return Some(f64::midpoint(reached, passed));
        }
        // The curve ends on the very share: as far as anybody was seen.
        Some(f64::midpoint(reached, self.curve.last()?.days))
    }
}
