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
    /// Which sum of base cells.
    pub target: usize,
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
    /// The sums that have to stay unknown.
    pub targets: Vec<Vec<usize>>,
    pub claims: Vec<Claim>,
}

/// Values that readers cannot rule out, and what they would contradict if more were shown.
#[derive(Debug)]
struct World {
    /// The candidates that show otherwise.
    denied_by: Vec<usize>,
    /// For each scenario, whether somebody there knows otherwise.
    known_wrong: Vec<bool>,
    /// The sum of each target.
    sums: Vec<f64>,
}

/// Worlds found so far. Two of them often prove that a claim is met, without solving anything.
#[derive(Debug, Default)]
pub(crate) struct Worlds(Vec<World>);

/// More are not kept.
const MOST_WORLDS: usize = 600;

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
        self.targets.iter_mut().for_each(see);
    }

    /// Everything that somebody in a scenario knows.
    pub(crate) fn facts(&self, suppressed: &[bool], scenario: usize) -> Vec<Fact> {
        let shown = self.candidates.iter().zip(suppressed).filter(|(_, suppressed)| !**suppressed);
        let shown = shown.map(|(candidate, _)| &candidate.fact);
        self.hard.iter().chain(shown).chain(&self.scenarios[scenario]).cloned().collect()
    }

    fn known(&self, suppressed: &[bool], scenario: usize) -> Result<Known, Contradiction> {
        let facts = self.facts(suppressed, scenario);
        Known::new(self.truth.len(), &facts, self.targets.iter().map(Vec::as_slice))
    }

    /// The claims in the order of scenarios, so that the facts of each are made ready once.
    fn by_scenario(&self) -> impl Iterator<Item = (usize, Vec<usize>)> {
        (0..self.scenarios.len()).map(|scenario| {
            let of = (0..self.claims.len()).filter(|claim| self.claims[*claim].scenario == scenario);
            (scenario, of.collect())
        })
    }

    /// The claims that are not met, with their intervals; at most so many.
    pub(crate) fn unmet(
        &self,
        suppressed: &[bool],
        worlds: &mut Worlds,
        most: usize,
    ) -> Result<Vec<(usize, Range)>, Contradiction> {
        let mut unmet = Vec::new();
        for (scenario, claims) in self.by_scenario() {
            let mut known = None;
            for claim in claims {
                if worlds.prove(self, suppressed, claim) {
                    continue;
                }
                let known = match &mut known {
                    Some(known) => known,
                    none => none.insert(self.known(suppressed, scenario)?),
                };
                let range = self.look(known, claim, worlds)?;
                if !self.claims[claim].need.met_by(&range) {
                    unmet.push((claim, range));
                    if unmet.len() == most {
                        return Ok(unmet);
                    }
                }
            }
        }
        Ok(unmet)
    }

    /// The interval of a claim; the worlds at its ends are kept.
    fn look(&self, known: &Known, claim: usize, worlds: &mut Worlds) -> Result<Range, Contradiction> {
        let range = known.range(&self.targets[self.claims[claim].target])?;
        for point in [&range.low_point, &range.high_point] {
            worlds.keep(self, known, point);
        }
        Ok(range)
    }
}

impl Worlds {
    /// Keeps a point of known facts, as close to the truth as it can be.
    fn keep(&mut self, board: &Board, known: &Known, point: &[(usize, f64)]) {
        if self.0.len() >= MOST_WORLDS {
            return;
        }
        let mut change = vec![0.0; board.truth.len()];
        for (cell, by) in known.spread(point, |cell| board.truth[cell]) {
            change[cell] = by;
        }
        let sum =
            |base: &[usize]| -> f64 { base.iter().map(|cell| board.truth[*cell] + change[*cell]).sum() };
        let denies = |fact: &Fact| {
            let sum = sum(&fact.base);
            sum < fact.low - CLOSE || sum > fact.high + CLOSE
        };
        self.0.push(World {
            denied_by: (0..board.candidates.len()).filter(|at| denies(&board.candidates[*at].fact)).collect(),
            known_wrong: board.scenarios.iter().map(|facts| facts.iter().any(denies)).collect(),
            sums: board.targets.iter().map(|target| sum(target)).collect(),
        });
    }

    /// Whether two worlds show that a claim is met.
    fn prove(&self, board: &Board, suppressed: &[bool], claim: usize) -> bool {
        let Claim { target, need, scenario } = &board.claims[claim];
        let open = self.0.iter().filter(|world| {
            !world.known_wrong[*scenario] && world.denied_by.iter().all(|candidate| suppressed[*candidate])
        });
        let (low, high) = open.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), world| {
            (low.min(world.sums[*target]), high.max(world.sums[*target]))
        });
        low < high && need.met_by(&Range { low, high, ..Range::default() })
    }
}

/// Suppresses what is needed, and as little as the budget finds. Answers which candidates are suppressed, or the
/// claims that no suppression of free cells meets.
pub(crate) fn suppress(board: &Board, policy: &Policy) -> Result<Vec<bool>, Vec<usize>> {
    let mut worlds = Worlds::default();
    let greedy = greedy(board, &mut worlds)?;
    let free = board.candidates.iter().filter(|candidate| candidate.free && !candidate.primary).count();
    if free > usize::try_from(policy.exact_cells).unwrap_or(usize::MAX) || complementary(board, &greedy) == 0
    {
        return Ok(greedy);
    }
    Ok(exact::fewest(board, &greedy, &mut worlds, policy.exact_nodes).unwrap_or(greedy))
}

/// How many cells are suppressed beside the primary ones.
pub(crate) fn complementary(board: &Board, suppressed: &[bool]) -> usize {
    board.candidates.iter().zip(suppressed).filter(|(candidate, gone)| **gone && !candidate.primary).count()
}

/// One claim after the other, the cheapest change that meets it; then what turned out not to be needed comes back.
fn greedy(board: &Board, worlds: &mut Worlds) -> Result<Vec<bool>, Vec<usize>> {
    let everything = (0..board.claims.len()).collect::<Vec<_>>();
    let mut suppressed: Vec<bool> = board.candidates.iter().map(|candidate| candidate.primary).collect();
    let mut impossible = Vec::new();
    for (scenario, claims) in board.by_scenario() {
        let mut known: Option<Known> = None;
        for claim in claims {
            // Suppressing more only widens, so a claim that was met stays met.
            for _ in 0..4 {
                if worlds.prove(board, &suppressed, claim) {
                    break;
                }
                let ready = match &mut known {
                    Some(known) => known,
                    none => none.insert(board.known(&suppressed, scenario).map_err(|_| everything.clone())?),
                };
                let range = board.look(ready, claim, worlds).map_err(|_| everything.clone())?;
                if board.claims[claim].need.met_by(&range) {
                    break;
                }
                let Some(change) = widening(board, &suppressed, &board.claims[claim], &range) else {
                    impossible.push(claim);
                    break;
                };
                change.into_iter().for_each(|candidate| suppressed[candidate] = true);
                known = None;
            }
        }
    }
    if !impossible.is_empty() {
        return Err(impossible);
    }
    clean_up(board, &mut suppressed, worlds).map_err(|_| everything)?;
    Ok(suppressed)
}

/// What to suppress so that an interval becomes wider towards what is needed.
fn widening(board: &Board, suppressed: &[bool], claim: &Claim, range: &Range) -> Option<Vec<usize>> {
    let need = &claim.need;
    let reach =
        |toward, goal| cheapest(board, suppressed, claim, toward, goal).filter(|change| !change.is_empty());
    if range.low > need.low_at_most + CLOSE {
        return reach(Toward::Least, need.low_at_most);
    }
    if range.high < need.high_at_least - CLOSE {
        return reach(Toward::Most, need.high_at_least);
    }
    // Where the upper end cannot give the width, the lower may.
    let down = range.high - need.width;
    reach(Toward::Most, range.low + need.width)
        .or_else(|| if down >= 0.0 { reach(Toward::Least, down) } else { None })
}

/// The candidates to suppress so that a claim's sum can reach a goal, at the least total change.
fn cheapest(
    board: &Board,
    suppressed: &[bool],
    claim: &Claim,
    toward: Toward,
    goal: f64,
) -> Option<Vec<usize>> {
    let mut program =
        Program { variables: vec![(0.0, f64::INFINITY); board.truth.len()], ..Program::default() };
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
    program.rows.push(Row { terms: terms(&board.targets[claim.target]), low, high });
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

/// Shows again what need not be suppressed, the largest cells first.
pub(crate) fn clean_up(
    board: &Board,
    suppressed: &mut [bool],
    worlds: &mut Worlds,
) -> Result<(), Contradiction> {
    let mut order: Vec<usize> =
        (0..suppressed.len()).filter(|at| suppressed[*at] && !board.candidates[*at].primary).collect();
    let size = |at: &usize| (board.candidates[*at].fact.high, board.candidates[*at].fact.base.len());
    order.sort_by(|one, other| {
        size(other).partial_cmp(&size(one)).unwrap_or(std::cmp::Ordering::Equal).then(one.cmp(other))
    });
    for at in order {
        suppressed[at] = false;
        suppressed[at] = !board.unmet(suppressed, worlds, 1)?.is_empty();
    }
    Ok(())
}
