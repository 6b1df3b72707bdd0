//! An invented zone of which everything is known: 117 establishments, 40,000 workers, and what each would answer. Who
//! knows the truth can count how often an interval covers it.

use rand_core::Rng;

/// Establishments of the zone.
pub const ESTABLISHMENTS: usize = 117;
/// Workers of the zone.
pub const WORKERS: usize = 40_000;
/// Sectors with the part of women in them, in percent.
const SECTORS: [(&str, u64); 7] = [
    ("garment", 86),
    ("footwear", 78),
    ("electronics", 70),
    ("plastics", 55),
    ("food", 62),
    ("metal", 34),
    ("construction", 12),
];
/// Kinds of work with their part among workers, in percent.
const JOBS: [(&str, u64); 4] = [("operator", 78), ("auxiliary", 10), ("leader", 6), ("office", 6)];

/// One worker and the truth about her or him.
#[derive(Debug, Clone, PartialEq)]
pub struct Worker {
    /// `f` or `m`.
    pub sex: &'static str,
    /// `operator`, `auxiliary`, `leader` or `office`.
    pub job: &'static str,
    /// Hours worked last week.
    pub hours: f64,
    /// Pay comes in cash from the employer, for a sheet that was read and signed.
    pub paid_directly: bool,
    /// At least one rest day in seven.
    pub rest_day: bool,
    /// Sexual harassment seen or suffered.
    pub harassed: bool,
    /// Could have declined the post.
    pub chose_freely: bool,
    /// The chance that this person speaks when called.
    pub speaks: f64,
}

impl Worker {
    /// The layer in which workers are drawn: leaders stand apart, everybody else by sex and kind of work.
    pub fn stratum(&self) -> String {
        match (self.job, self.sex) {
            ("leader", _) => "leader".to_owned(),
            (job, "f") => format!("women_{job}"),
            (job, _) => format!("men_{job}"),
        }
    }
}

/// One establishment.
#[derive(Debug, Clone, PartialEq)]
pub struct Establishment {
    /// `E-0001` …
    pub code: String,
    /// The sector.
    pub sector: &'static str,
    /// Everybody who works there; the position is the worker's number.
    pub workers: Vec<Worker>,
}

/// The zone.
#[derive(Debug, Clone, PartialEq)]
pub struct Zone {
    /// Its establishments, by code.
    pub establishments: Vec<Establishment>,
}

impl Zone {
    /// Makes one. The same dice make the same zone.
    pub fn make(dice: &mut impl Rng) -> Zone {
        let sizes = sizes(dice);
        let establishments = (1..)
            .zip(sizes)
            .map(|(number, size): (usize, usize)| {
                let (sector, women) = SECTORS[below(dice, SECTORS.len() as u64) as usize];
                let house = House { women, direct: chance(dice), rest: chance(dice), harsh: chance(dice) };
                Establishment {
                    code: format!("E-{number:04}"),
                    sector,
                    workers: (0..size).map(|_| worker(dice, &house)).collect(),
                }
            })
            .collect();
        Zone { establishments }
    }

    /// Everybody.
    pub fn workers(&self) -> impl Iterator<Item = &Worker> {
        self.establishments.iter().flat_map(|establishment| &establishment.workers)
    }
}

/// What workers of one establishment have in common.
struct House {
    women: u64,
    direct: f64,
    rest: f64,
    harsh: f64,
}

/// Many small establishments and few large ones, together all workers.
fn sizes(dice: &mut impl Rng) -> Vec<usize> {
    // A triangle on the logarithm: from 40 to about 2,500, most between 150 and 500.
    let wanted: Vec<f64> =
        (0..ESTABLISHMENTS).map(|_| (3.7 + 4.1 * (chance(dice) + chance(dice)) / 2.0).exp()).collect();
    let sum: f64 = wanted.iter().sum();
    let mut sizes: Vec<usize> =
        wanted.iter().map(|size| ((size * WORKERS as f64 / sum) as usize).max(30)).collect();
    let largest = (0..sizes.len()).max_by_key(|&at| sizes[at]).unwrap_or_default();
    let others: usize = sizes.iter().sum::<usize>() - sizes[largest];
    sizes[largest] = WORKERS - others;
    sizes
}

fn worker(dice: &mut impl Rng, house: &House) -> Worker {
    let woman = below(dice, 100) < house.women;
    let mut left = below(dice, 100);
    let mut job = JOBS[0].0;
    for (name, part) in JOBS {
        if left < part {
            job = name;
            break;
        }
        left -= part;
    }
    // What decides whether somebody speaks is sex and kind of work; what they would say does not, within a stratum.
    let speaks = match (job, woman) {
        ("leader", _) => 0.62,
        ("office", _) => 0.74,
        (_, true) => 0.88,
        (_, false) => 0.80,
    };
    let of = |base: f64, more: f64| (base + more).clamp(0.02, 0.98);
    let office = if job == "office" { 0.25 } else { 0.0 };
    let sexed = if woman { 0.10 } else { 0.0 };
    Worker {
        sex: if woman { "f" } else { "m" },
        job,
        hours: (46.0 + 9.0 * house.harsh + 3.0 * (chance(dice) + chance(dice) + chance(dice) - 1.5) * 2.0)
            .round(),
        paid_directly: chance(dice) < of(0.10 + 0.5 * house.direct, office),
        rest_day: chance(dice) < of(0.45 + 0.45 * house.rest, 0.0),
        harassed: chance(dice) < of(0.04 + 0.10 * house.harsh, sexed),
        chose_freely: chance(dice) < of(0.35, office),
        speaks,
    }
}

/// A number from 0 up to, but never, 1.
pub fn chance(dice: &mut impl Rng) -> f64 {
    (dice.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
}

/// A whole number below `end`.
pub fn below(dice: &mut impl Rng, end: u64) -> u64 {
    (chance(dice) * end as f64) as u64
}
