//! Complementary suppression: which further cells must go so that what has to stay unknown stays unknown. It proposes;
//! the audit decides.

use crate::exact;
use crate::facts::{CLOSE, Contradiction, Fact, Known, Range};
use crate::need::Need;
use crate::policy::Policy;
use crate::program::{Optimum, Program, Row, Toward};

/// A cell as it would be shown.
#[derive(Clone, Debug)]
pub(crate) struct Candidate {
    pub fact: Fact,
    /// Whether it may be suppressed.
    pub free: bool,
    /// Whether it is, from the start and for good.
    pub primary: bool,
}

/// Something to keep unknown, from somebody who knows one thing more (scenario 0: nothing more).
#[derive(Clone, Debug)]
pub(crate) struct Claim {
    pub base: Vec<usize>,
    pub need: Need,
    pub scenario: usize,
}

/// The whole question.
#[derive(Debug, Default)]
pub(crate) struct Board {
    /// The true counts of base cells.
    pub truth: Vec<f64>,
    /// What is known whatever is suppressed.
    pub hard: Vec<Fact>,
    pub candidates: Vec<Candidate>,
    pub scenarios: Vec<Vec<Fact>>,
    pub claims: Vec<Claim>,
}

/// Values of base cells that differ from the truth: a world that readers cannot rule out.
type World = Vec<(usize, f64)>;

/// For a claim, one world at each end of an interval that is wide enough.
type Proof = [World; 2];

impl Board {
    /// Base cells that no cell, fact or claim tells apart become one, so that every program stays small.
    pub(crate) fn merged(mut self) -> Self {
        let mut signatures: Vec<Vec<u32>> = vec![Vec::new(); self.truth.len()];
        let mut number = 0u32;
        self.each_sum(|sum| {
            for cell in sum.iter() {
                signatures[*cell].push(number);
            }
            number += 1;
        });
        let mut classes = std::collections::BTreeMap::new();
        let mut truth: Vec<f64> = Vec::new();
        let mut class_of = Vec::with_capacity(signatures.len());
        for (signature, count) in signatures.iter().zip(&self.truth) {
            let class = *classes.entry(signature).or_insert_with(|| {
                truth.push(0.0);
                truth.len() - 1
            });
            truth[class] += count;
            class_of.push(class);
        }
        self.truth = truth;
        self.each_sum(|sum| {
            for cell in sum.iter_mut() {
                *cell = class_of[*cell];
            }
            sum.sort_unstable();
            sum.dedup();
        });
        self
    }

    fn each_sum(&mut self, mut see: impl FnMut(&mut Vec<usize>)) {
        self.hard.iter_mut().for_each(|fact| see(&mut fact.base));
        self.candidates.iter_mut().for_each(|candidate| see(&mut candidate.fact.base));
        self.scenarios.iter_mut().flatten().for_each(|fact| see(&mut fact.base));
        self.claims.iter_mut().for_each(|claim| see(&mut claim.base));
    }

    /// Everything that somebody in a scenario knows.
    pub(crate) fn facts(&self, suppressed: &[bool], scenario: usize) -> Vec<Fact> {
        let shown = self.candidates.iter().zip(suppressed).filter(|(_, suppressed)| !**suppressed);
        let shown = shown.map(|(candidate, _)| &candidate.fact);
        self.hard.iter().chain(shown).chain(&self.scenarios[scenario]).cloned().collect()
    }

    pub(crate) fn known(&self, suppressed: &[bool], scenario: usize) -> Result<Known, Contradiction> {
        let of = self.claims.iter().filter(|claim| claim.scenario == scenario);
        Known::new(
            self.truth.len(),
            &self.facts(suppressed, scenario),
            of.map(|claim| claim.base.as_slice()),
        )
    }

    /// The claims in the order of scenarios, so that the facts of each are made ready once.
    fn by_scenario(&self) -> impl Iterator<Item = (usize, Vec<usize>)> {
        (0..self.scenarios.len()).map(|scenario| {
            let of = (0..self.claims.len()).filter(|claim| self.claims[*claim].scenario == scenario);
            (scenario, of.collect())
        })
    }

    /// The claims that are not met, with their intervals.
    pub(crate) fn unmet(&self, suppressed: &[bool]) -> Result<Vec<(usize, Range)>, Contradiction> {
        let mut unmet = Vec::new();
        for (scenario, claims) in self.by_scenario().filter(|(_, claims)| !claims.is_empty()) {
            let known = self.known(suppressed, scenario)?;
            for claim in claims {
                let range = known.range(&self.claims[claim].base)?;
                if !self.claims[claim].need.met_by(&range) {
                    unmet.push((claim, range));
                }
            }
        }
        Ok(unmet)
    }

    /// The variables of a range's point as values of base cells, as close to the truth as they can be.
    fn world(&self, known: &Known, point: &[(usize, f64)]) -> World {
        let mut world = Vec::new();
        for (variable, value) in point {
            let members = known.members(*variable);
            let mut more = value - members.iter().map(|cell| self.truth[*cell]).sum::<f64>();
            for cell in members {
                if more.abs() < CLOSE {
                    break;
                }
                let step = more.max(-self.truth[*cell]);
                if step.abs() > CLOSE {
                    world.push((*cell, self.truth[*cell] + step));
                }
                more -= step;
            }
        }
        world
    }

    /// Whether a world agrees with a fact.
    fn agrees(&self, world: &World, fact: &Fact) -> bool {
        let change: f64 = world
            .iter()
            .filter(|(cell, _)| fact.base.binary_search(cell).is_ok())
            .map(|(cell, value)| value - self.truth[*cell])
            .sum();
        if change.abs() < CLOSE {
            return true;
        }
        let sum = fact.base.iter().map(|cell| self.truth[*cell]).sum::<f64>() + change;
        sum >= fact.low - CLOSE && sum <= fact.high + CLOSE
    }
}

/// Suppresses what is needed, and as little as the budget finds. Answers which candidates are suppressed, or the
/// claims that no suppression of free cells meets.
pub(crate) fn suppress(board: &Board, policy: &Policy) -> Result<Vec<bool>, Vec<usize>> {
    let greedy = greedy(board)?;
    let free = board.candidates.iter().filter(|candidate| candidate.free && !candidate.primary).count();
    if free > usize::try_from(policy.exact_cells).unwrap_or(usize::MAX) {
        return Ok(greedy);
    }
    Ok(exact::fewest(board, &greedy, policy.exact_nodes).unwrap_or(greedy))
}

/// How many cells are suppressed beside the primary ones.
pub(crate) fn complementary(board: &Board, suppressed: &[bool]) -> usize {
    board.candidates.iter().zip(suppressed).filter(|(candidate, gone)| **gone && !candidate.primary).count()
}

/// One claim after the other, the cheapest change that meets it; then what turned out not to be needed comes back.
fn greedy(board: &Board) -> Result<Vec<bool>, Vec<usize>> {
    let everything = (0..board.claims.len()).collect::<Vec<_>>();
    let mut suppressed: Vec<bool> = board.candidates.iter().map(|candidate| candidate.primary).collect();
    let mut impossible = Vec::new();
    let gone = |suppressed: &[bool]| suppressed.iter().filter(|gone| **gone).count();
    for (scenario, claims) in board.by_scenario() {
        let mut ready: Option<(usize, Known)> = None;
        for claim in claims {
            // Suppressing more only widens, so a claim that was met stays met.
            for _ in 0..4 {
                let known = match &mut ready {
                    Some((count, known)) if *count == gone(&suppressed) => known,
                    ready => {
                        let known = board.known(&suppressed, scenario).map_err(|_| everything.clone())?;
                        &mut ready.insert((gone(&suppressed), known)).1
                    }
                };
                let range = known.range(&board.claims[claim].base).map_err(|_| everything.clone())?;
                let need = board.claims[claim].need;
                if need.met_by(&range) {
                    break;
                }
                let (toward, goal) = if range.low > need.low_at_most + CLOSE {
                    (Toward::Least, need.low_at_most)
                } else if range.high < need.high_at_least - CLOSE {
                    (Toward::Most, need.high_at_least)
                } else {
                    (Toward::Most, range.low + need.width)
                };
                let change = cheapest(board, &suppressed, &board.claims[claim], toward, goal);
                // Where the upper end cannot give the width, the lower may.
                let change = match change {
                    None if range.high >= need.high_at_least - CLOSE && range.high - need.width >= 0.0 => {
                        cheapest(board, &suppressed, &board.claims[claim], Toward::Least, range.high - need.width)
                    }
                    change => change,
                };
                let Some(change) = change else {
                    impossible.push(claim);
                    break;
                };
                if change.is_empty() {
                    break;
                }
                change.into_iter().for_each(|candidate| suppressed[candidate] = true);
            }
        }
    }
    if impossible.is_empty() { clean_up(board, &mut suppressed).map_err(|_| everything)? }
    if !impossible.is_empty() {
        return Err(impossible);
    }
    Ok(suppressed)
}

/// The candidates to suppress so that a claim's sum can reach a goal, at the least total change.
fn cheapest(
    board: &Board,
    suppressed: &[bool],
    claim: &Claim,
    toward: Toward,
    goal: f64,
) -> Option<Vec<usize>> {
    let mut program = Program { variables: vec![(0.0, f64::INFINITY); board.truth.len()], ..Program::default() };
    let terms = |base: &[usize]| base.iter().map(|cell| (*cell, 1.0)).collect::<Vec<_>>();
    for fact in board.hard.iter().chain(&board.scenarios[claim.scenario]) {
        program.rows.push(Row { terms: terms(&fact.base), low: fact.low, high: fact.high });
    }
    let mut stretched = Vec::new();
    for (at, candidate) in board.candidates.iter().enumerate().filter(|(at, _)| !suppressed[*at]) {
        let Fact { base, low, high } = &candidate.fact;
        let mut terms = terms(base);
        if candidate.free {
            // What this cell may fall below and rise above what it would show.
            let (below, above) = (program.variables.len(), program.variables.len() + 1);
            program.variables.extend([(1.0, *low), (1.0, f64::INFINITY)]);
            terms.extend([(below, 1.0), (above, -1.0)]);
            stretched.push((at, below, above));
        }
        program.rows.push(Row { terms, low: *low, high: *high });
    }
    let (low, high) = match toward {
        Toward::Least => (f64::NEG_INFINITY, goal),
        Toward::Most => (goal, f64::INFINITY),
    };
    program.rows.push(Row { terms: terms(&claim.base), low, high });
    match program.solve(Toward::Least, 0) {
        Optimum::Proved(_, point) => Some(
            stretched
                .into_iter()
                .filter(|(_, below, above)| point[*below] + point[*above] > CLOSE)
                .map(|(at, ..)| at)
                .collect(),
        ),
        _ => None,
    }
}

/// Shows again what need not be suppressed, the largest cells first. Each claim keeps two worlds that prove it; only
/// claims whose worlds a cell would contradict are solved again.
pub(crate) fn clean_up(board: &Board, suppressed: &mut [bool]) -> Result<(), Contradiction> {
    let mut proofs: Vec<Proof> = vec![Proof::default(); board.claims.len()];
    for (scenario, claims) in board.by_scenario().filter(|(_, claims)| !claims.is_empty()) {
        let known = board.known(suppressed, scenario)?;
        for claim in claims {
            let range = known.range(&board.claims[claim].base)?;
            proofs[claim] = [board.world(&known, &range.low_point), board.world(&known, &range.high_point)];
        }
    }
    let mut order: Vec<usize> =
        (0..suppressed.len()).filter(|at| suppressed[*at] && !board.candidates[*at].primary).collect();
    let size = |at: &usize| (board.candidates[*at].fact.high, board.candidates[*at].fact.base.len());
    order.sort_by(|one, other| {
        size(other).partial_cmp(&size(one)).unwrap_or(std::cmp::Ordering::Equal).then(one.cmp(other))
    });
    'candidates: for at in order {
        let fact = &board.candidates[at].fact;
        suppressed[at] = false;
        let mut news: Vec<(usize, Proof)> = Vec::new();
        for (scenario, claims) in board.by_scenario() {
            let shaken: Vec<usize> = claims
                .into_iter()
                .filter(|claim| proofs[*claim].iter().any(|world| !board.agrees(world, fact)))
                .collect();
            if shaken.is_empty() {
                continue;
            }
            let known = board.known(suppressed, scenario)?;
            for claim in shaken {
                let range = known.range(&board.claims[claim].base)?;
                if !board.claims[claim].need.met_by(&range) {
                    suppressed[at] = true;
                    continue 'candidates;
                }
                let proof = [board.world(&known, &range.low_point), board.world(&known, &range.high_point)];
                news.push((claim, proof));
            }
        }
        for (claim, proof) in news {
            proofs[claim] = proof;
        }
    }
    Ok(())
}
