//! From the seed to the order, from the order to the selection.

use ledger::{Hash, leaf_hash};

use crate::allocate::{allocate, largest_remainder};
use crate::design::{Design, ResultIs, Scheme};
use crate::hash::{h, uniform};
use crate::roster::{Leaves, Roster};
use crate::suite::{Beta, Checker, Drawer};
use crate::{Fraction, Refusal};

/// alpha_i = H("ticket", S, stratum, u64 i, leaf_i).
pub fn ticket(seed: &[u8; 32], stratum: &str, i: u64, leaf: &Hash) -> [u8; 32] {
    h("ticket", &[seed, stratum.as_bytes(), &i.to_be_bytes(), &leaf.0])
}

/// alpha of the start of a systematic draw: H("start", S, stage).
pub fn start_ticket(seed: &[u8; 32], stage: &str) -> [u8; 32] {
    h("start", &[seed, stage.as_bytes()])
}

/// What the monitor's key gave for one unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drawn {
    /// The output, by which units are ordered.
    pub beta: Beta,
    /// Its proof; empty in the suite `hmac-commit`.
    pub proof: Vec<u8>,
}

/// How the long work is done: on how many threads, and who hears of each unit.
#[derive(Clone, Copy)]
pub struct Work<'a> {
    /// Threads; each takes one stretch of the roster. The result does not depend on it.
    pub workers: usize,
    /// Called once for each unit, from any of the threads.
    pub tick: &'a (dyn Fn() + Sync),
}

impl Work<'_> {
    /// Without word of progress.
    pub fn quiet(workers: usize) -> Work<'static> {
        Work { workers, tick: &|| {} }
    }
}

/// Draws a number for every unit.
pub fn draw_all(
    roster: &Roster,
    leaves: &Leaves,
    seed: &[u8; 32],
    drawer: &dyn Drawer,
    work: Work<'_>,
) -> Result<Vec<Drawn>, Refusal> {
    in_parts(roster, leaves, work, |i, stratum, leaf, _| {
        drawer.draw(&ticket(seed, stratum, i, leaf)).map(|(beta, proof)| Drawn { beta, proof })
    })
}

/// Checks the proof of every unit and answers the outputs; the first proof that lies is named by its number.
pub fn check_all(
    roster: &Roster,
    leaves: &Leaves,
    seed: &[u8; 32],
    checker: &dyn Checker,
    proofs: &[Vec<u8>],
    work: Work<'_>,
) -> Result<Vec<Beta>, Refusal> {
    if proofs.len() != roster.units.len() {
        return Err(Refusal::Opened(format!(
            "{} proofs for {} units: the monitor must open every unit",
            proofs.len(),
            roster.units.len()
        )));
    }
    in_parts(roster, leaves, work, |i, stratum, leaf, number| {
        let proof = usize::try_from(i).ok().and_then(|i| proofs.get(i)).map_or(&[][..], |proof| proof);
        checker.check(&ticket(seed, stratum, i, leaf), proof).ok_or_else(|| {
            Refusal::Opened(format!(
                "the proof of unit {i} (number {number}) does not hold: the monitor did not draw it with the announced key; do not accept the draw"
            ))
        })
    })
}

/// Calls `each(i, stratum, leaf, number)` for every unit, in contiguous parts on their own threads.
fn in_parts<T: Send>(
    roster: &Roster,
    leaves: &Leaves,
    work: Work<'_>,
    each: impl Fn(u64, &str, &Hash, &str) -> Result<T, Refusal> + Sync,
) -> Result<Vec<T>, Refusal> {
    let units: Vec<(u64, &crate::roster::Unit, &Hash)> =
        (0..).zip(&roster.units).zip(leaves.leaves()).map(|((i, unit), leaf)| (i, unit, leaf)).collect();
    let part = units.len().div_ceil(work.workers.max(1)).max(1);
    let each = &each;
    std::thread::scope(|scope| {
        let running: Vec<_> = units
            .chunks(part)
            .map(|part| {
                scope.spawn(move || {
                    part.iter()
                        .map(|(i, unit, leaf)| {
                            (work.tick)();
                            each(*i, roster.stratum(unit), leaf, &unit.number)
                        })
                        .collect::<Result<Vec<T>, Refusal>>()
                })
            })
            .collect();
        let mut all = Vec::with_capacity(units.len());
        for part in running {
            // A thread that panicked passes its panic on.
            all.extend(part.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?);
        }
        Ok(all)
    })
}

/// One unit in the order of selection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ranked {
    /// Its place in the roster.
    pub i: u64,
    /// Its output.
    pub beta: Beta,
}

/// One stratum, drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stratum {
    /// Its name; `all` where there are no strata.
    pub name: String,
    /// All its units: first the selected, then the reserve in order, then everybody else.
    pub order: Vec<Ranked>,
    /// How many of them are selected.
    pub n: u64,
    /// How many follow as the reserve.
    pub reserve: u64,
    /// The first-order inclusion probability at this stage of each unit of `order`; one for all where they are equal.
    pub inclusion: Inclusion,
}

/// Probabilities of a stratum's units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Inclusion {
    /// The same for all.
    Equal(Fraction),
    /// One for each, in the order of the stratum.
    Each(Vec<Fraction>),
}

impl Stratum {
    /// The selected, in order.
    pub fn selected(&self) -> impl Iterator<Item = &Ranked> {
        self.order.iter().take(usize::try_from(self.n).unwrap_or(usize::MAX))
    }

    /// The reserve, in the order in which it may be opened.
    pub fn reserves(&self) -> impl Iterator<Item = &Ranked> {
        let (n, reserve) =
            (usize::try_from(self.n).unwrap_or(usize::MAX), usize::try_from(self.reserve).unwrap_or(0));
        self.order.iter().skip(n).take(reserve)
    }

    /// The probability of the unit at a rank.
    pub fn probability(&self, rank: usize) -> Option<Fraction> {
        match &self.inclusion {
            Inclusion::Equal(fraction) => Some(*fraction),
            Inclusion::Each(each) => each.get(rank).copied(),
        }
    }
}

/// The whole selection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection {
    /// Strata, sorted by name.
    pub strata: Vec<Stratum>,
}

/// Selects, given everyone's output and the output for the start (systematic schemes).
pub fn select(
    design: &Design,
    roster: &Roster,
    seed: &[u8; 32],
    betas: &[Beta],
    start: Option<&Beta>,
) -> Result<Selection, Refusal> {
    let mut orders: Vec<Vec<Ranked>> = vec![Vec::new(); roster.strata.len()];
    for ((i, unit), beta) in (0..).zip(&roster.units).zip(betas) {
        if let Some(order) = orders.get_mut(unit.stratum as usize) {
            order.push(Ranked { i, beta: *beta });
        }
    }
    for order in &mut orders {
        order.sort_by(|a, b| (&a.beta, a.i).cmp(&(&b.beta, b.i)));
    }
    let start_from = || match (design.result, start) {
        (ResultIs::Public, _) => Ok(seed.to_vec()),
        (ResultIs::Secret, Some(beta)) => Ok(beta.to_vec()),
        (ResultIs::Secret, None) => Err(Refusal::Opened(
            "the output for the start is missing: the monitor must open it with its proof".into(),
        )),
    };
    let sizes: Vec<u64> = orders.iter().map(|order| order.len() as u64).collect();
    let reserves = |shares: &[u64]| {
        let wanted = largest_remainder(design.reserve.min(roster.len()), &sizes);
        let left = sizes.iter().zip(shares).map(|(size, n)| size - n);
        wanted.into_iter().zip(left).map(|(wanted, left)| wanted.min(left)).collect::<Vec<u64>>()
    };
    let mut strata = Vec::new();
    match design.scheme {
        Scheme::Srs | Scheme::StratifiedSrs => {
            let shares = allocate(design.n, &sizes, design.min_per_stratum)?;
            let reserves = reserves(&shares);
            for (((name, order), n), reserve) in roster.strata.iter().zip(orders).zip(shares).zip(reserves) {
                let inclusion =
                    Inclusion::Equal(Fraction::new(u128::from(n), u128::from((order.len() as u64).max(1)))?);
                strata.push(Stratum { name: name.clone(), order, n, reserve, inclusion });
            }
        }
        Scheme::PpsSystematic => {
            for (name, order) in roster.strata.iter().zip(orders) {
                let size = |unit: &Ranked| unit_size(roster, unit.i);
                let sizes: Vec<u64> = order.iter().map(size).collect();
                let pps = Pps::plan(&sizes, design.n)?;
                let taken = pps.take(&sizes, pps.start(&start_from()?)?);
                let inclusion = sizes
                    .iter()
                    .enumerate()
                    .map(|(at, &size)| pps.probability(at, size))
                    .collect::<Result<Vec<_>, _>>()?;
                strata.push(rearranged(name, order, &taken, Some(&inclusion), None, design.reserve));
            }
        }
        Scheme::Systematic => {
            for (name, order) in roster.strata.iter().zip(orders) {
                let start = uniform(&start_from()?, design.every)?;
                let taken: Vec<usize> = {
                    let mut taken: Vec<(u64, usize)> = order
                        .iter()
                        .enumerate()
                        .filter(|(_, unit)| unit.i % design.every == start)
                        .map(|(at, unit)| (unit.i, at))
                        .collect();
                    taken.sort_unstable();
                    taken.into_iter().map(|(_, at)| at).collect()
                };
                let equal = Fraction::new(1, u128::from(design.every))?;
                strata.push(rearranged(name, order, &taken, None, Some(equal), design.reserve));
            }
        }
    }
    Ok(Selection { strata })
}

fn unit_size(roster: &Roster, i: u64) -> u64 {
    usize::try_from(i).ok().and_then(|i| roster.units.get(i)).map_or(1, |unit| unit.size)
}

/// Moves the taken to the front, in the order in which they were taken; the others stay in ticket order.
fn rearranged(
    name: &str,
    order: Vec<Ranked>,
    taken: &[usize],
    each: Option<&[Fraction]>,
    equal: Option<Fraction>,
    reserve: u64,
) -> Stratum {
    let mut is_taken = vec![false; order.len()];
    for &at in taken {
        if let Some(mark) = is_taken.get_mut(at) {
            *mark = true;
        }
    }
    let rest = (0..order.len()).filter(|&at| !is_taken.get(at).copied().unwrap_or(false));
    let places: Vec<usize> = taken.iter().copied().chain(rest).collect();
    let inclusion = match (each, equal) {
        (Some(each), _) => Inclusion::Each(places.iter().filter_map(|&at| each.get(at).copied()).collect()),
        (None, equal) => Inclusion::Equal(equal.unwrap_or(Fraction::ONE)),
    };
    let order: Vec<Ranked> = places.iter().filter_map(|&at| order.get(at).cloned()).collect();
    let n = taken.len() as u64;
    Stratum { name: name.to_owned(), reserve: reserve.min(order.len() as u64 - n), order, n, inclusion }
}

/// Systematic selection with probability proportional to size, in whole numbers (randomised by the order in which the
/// units come).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pps {
    /// Units so large that they are taken with certainty, by position, in the order in which they were found.
    pub certain: Vec<usize>,
    /// How many are drawn from the rest.
    pub m: u64,
    /// T, the sum of the sizes of the rest.
    pub total: u64,
    is_certain: Vec<bool>,
}

impl Pps {
    /// Finds the certainty units, again and again until no rest is too large: m·s ≥ T.
    pub fn plan(sizes: &[u64], n: u64) -> Result<Self, Refusal> {
        let n = n.min(sizes.len() as u64);
        let sum: u128 = sizes.iter().map(|&size| u128::from(size)).sum();
        if sizes.contains(&0) || sum > u128::from(u64::MAX) {
            return Err(Refusal::Design(
                "sizes must be at least 1 and fit 64 bits together: correct the size column".into(),
            ));
        }
        let mut total = u64::try_from(sum).unwrap_or(u64::MAX);
        let (mut m, mut certain, mut is_certain) = (n, Vec::new(), vec![false; sizes.len()]);
        loop {
            let found: Vec<usize> = sizes
                .iter()
                .enumerate()
                .filter(|(at, size)| {
                    m > 0
                        && !is_certain.get(*at).copied().unwrap_or(true)
                        && u128::from(m) * u128::from(**size) >= u128::from(total)
                })
                .map(|(at, _)| at)
                .collect();
            if found.is_empty() {
                return Ok(Self { certain, m, total, is_certain });
            }
            for at in found {
                if let (Some(mark), Some(size)) = (is_certain.get_mut(at), sizes.get(at)) {
                    (*mark, m, total) = (true, m - 1, total - size);
                    certain.push(at);
                }
            }
        }
    }

    fn surely(&self, at: usize) -> bool {
        self.is_certain.get(at).copied().unwrap_or(false)
    }

    /// r, from 0 to T − 1.
    pub fn start(&self, seed: &[u8]) -> Result<u64, Refusal> {
        if self.m == 0 { Ok(0) } else { uniform(seed, self.total) }
    }

    /// The positions taken: certainty units, then those where m·C_{i−1} ≤ r + kT < m·C_i, in the order given.
    pub fn take(&self, sizes: &[u64], start: u64) -> Vec<usize> {
        let mut taken = self.certain.clone();
        let (m, total) = (u128::from(self.m), u128::from(self.total));
        let (mut cumulated, mut next, mut left) = (0_u128, u128::from(start), self.m);
        for (at, &size) in sizes.iter().enumerate().filter(|(at, _)| !self.surely(*at)) {
            cumulated += u128::from(size);
            // m·s < T for every unit of the rest, so none is taken twice.
            if left > 0 && next < m * cumulated {
                taken.push(at);
                (next, left) = (next + total, left - 1);
            }
        }
        taken
    }

    /// The exact first-order inclusion probability of the unit at a position.
    pub fn probability(&self, at: usize, size: u64) -> Result<Fraction, Refusal> {
        if self.surely(at) {
            return Ok(Fraction::ONE);
        }
        Fraction::new(u128::from(self.m) * u128::from(size), u128::from(self.total.max(1)))
    }
}

impl Selection {
    /// The tree of sealed leaves H("sealed", stratum, u64 rank, u64 i, beta_i): all N, stratum after stratum.
    pub fn seal(&self) -> Leaves {
        Leaves::of(self.strata.iter().flat_map(|stratum| {
            (0_u64..)
                .zip(&stratum.order)
                .map(|(rank, unit)| sealed_leaf(&stratum.name, rank, unit.i, &unit.beta))
        }))
    }
}

/// One sealed leaf.
pub fn sealed_leaf(stratum: &str, rank: u64, i: u64, beta: &Beta) -> Hash {
    leaf_hash(&h("sealed", &[stratum.as_bytes(), &rank.to_be_bytes(), &i.to_be_bytes(), beta]))
}
