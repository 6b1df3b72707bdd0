//! Heads on the floor against the roster.

/// One workshop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heads {
    /// What it is called.
    pub workshop: String,
    /// People of the roster who should be there.
    pub roster: u64,
    /// People counted there.
    pub counted: u64,
}

/// How a count came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The roster is complete enough.
    Passes,
    /// Go on, and say it in the report.
    Warns,
    /// The roster is not what it says.
    Fails,
}

impl Heads {
    /// |counted − roster| in tenths of a percent of the roster; all of it, where nobody was expected and somebody is there.
    pub fn difference(&self) -> u64 {
        per_mille(self.counted.abs_diff(self.roster), self.roster)
    }
}

fn per_mille(difference: u64, of: u64) -> u64 {
    match (difference, of) {
        (0, _) => 0,
        (_, 0) => 1000,
        // Rounded up: a difference just over a limit is over it.
        (difference, of) => (difference.saturating_mul(1000)).div_ceil(of),
    }
}

/// The difference over all workshops, in tenths of a percent: missing and surplus people do not cancel out. And how it
/// came out by the two limits in whole percent.
pub fn difference(workshops: &[Heads], warn_above: u64, fail_above: u64) -> (u64, Outcome) {
    let apart: u64 = workshops.iter().map(|heads| heads.counted.abs_diff(heads.roster)).sum();
    let roster: u64 = workshops.iter().map(|heads| heads.roster).sum();
    let difference = per_mille(apart, roster);
    let outcome = match difference {
        over if over > fail_above.saturating_mul(10) => Outcome::Fails,
        over if over > warn_above.saturating_mul(10) => Outcome::Warns,
        _ => Outcome::Passes,
    };
    (difference, outcome)
}
