//! The fewest complementary cells: a master program over yes and no for each cell, to which every way of finding out
//! what must stay unknown adds a rule that forbids it (Fischetti and Salazar, 2000).

use crate::facts::{CLOSE, Fact};
use crate::program::{Optimum, Program, Row, Toward};
use crate::suppress::{Board, Worlds, clean_up, complementary};

/// How often the master program is asked.
const MOST_ROUNDS: usize = 150;

/// How many rules are added between.
const MOST_RULES: usize = 12;

/// A price that keeps the ways of finding out short; far below what a respondent is worth.
const PRICE: f64 = 1e-4;

/// Looks for a proposal with fewer complementary cells than a given one. Nothing if there is none, or the budget ended
/// first.
pub(crate) fn fewest(board: &Board, found: &[bool], worlds: &mut Worlds, nodes: u64) -> Option<Vec<bool>> {
    let best = complementary(board, found);
    let free: Vec<usize> = (0..board.candidates.len())
        .filter(|at| board.candidates[*at].free && !board.candidates[*at].primary)
        .collect();
    let mut master = Program { variables: vec![(1.0, 1.0); free.len()], whole: free.len(), rows: Vec::new() };
    let mut left = nodes;
    for _ in 0..MOST_ROUNDS {
        let mut suppressed: Vec<bool> = board.candidates.iter().map(|candidate| candidate.primary).collect();
        if !master.rows.is_empty() {
            let share = left.min(nodes / 8 + 1);
            let (cells, point) = match master.solve(Toward::Least, share) {
                Optimum::Proved(cells, point) => (cells, point),
                _ => return None,
            };
            left = left.saturating_sub(1);
            if cells > best as f64 - 1.0 + CLOSE {
                return None;
            }
            for (at, value) in free.iter().zip(&point) {
                suppressed[*at] = *value > 0.5;
            }
        }
        let unmet = board.unmet(&suppressed, worlds, MOST_RULES).ok()?;
        if unmet.is_empty() {
            clean_up(board, &mut suppressed, worlds).ok()?;
            return Some(suppressed);
        }
        let before = master.rows.len();
        for (claim, range) in unmet {
            let claim = &board.claims[claim];
            let base = &board.targets[claim.target];
            let facts = board.facts(&suppressed, claim.scenario);
            let needs_low = range.low > claim.need.low_at_most + CLOSE;
            let needs_high = range.high < claim.need.high_at_least - CLOSE;
            let low = needs_low.then(|| way(board, &facts, base, Toward::Least)).flatten();
            let high = needs_high.then(|| way(board, &facts, base, Toward::Most)).flatten();
            if let Some(way) = &low {
                let gap = range.low - claim.need.low_at_most;
                master.rows.extend(rule(board, &suppressed, &free, &[way], gap));
            }
            if let Some(way) = &high {
                let gap = claim.need.high_at_least - range.high;
                master.rows.extend(rule(board, &suppressed, &free, &[way], gap));
            }
            let gap = claim.need.width - range.width();
            if gap > CLOSE && !needs_low && !needs_high {
                let low = way(board, &facts, base, Toward::Least);
                let high = way(board, &facts, base, Toward::Most);
                if let (Some(low), Some(high)) = (low, high) {
                    master.rows.extend(rule(board, &suppressed, &free, &[&low, &high], gap));
                }
            }
        }
        if master.rows.len() == before {
            return None;
        }
    }
    None
}

/// How a reader finds out the end of an interval: for each fact, how often it is used as an upper and as a lower bound.
fn way(board: &Board, facts: &[Fact], base: &[usize], toward: Toward) -> Option<Vec<(f64, f64)>> {
    let sign = if toward == Toward::Most { 1.0 } else { -1.0 };
    let mut program = Program::default();
    let mut terms: Vec<Vec<(usize, f64)>> = vec![Vec::new(); board.truth.len()];
    for (at, fact) in facts.iter().enumerate() {
        program.variables.push((fact.high + PRICE, f64::INFINITY));
        program.variables.push((PRICE - fact.low, f64::INFINITY));
        for cell in &fact.base {
            terms[*cell].extend([(2 * at, 1.0), (2 * at + 1, -1.0)]);
        }
    }
    for (cell, terms) in terms.into_iter().enumerate() {
        let low = if base.binary_search(&cell).is_ok() { sign } else { 0.0 };
        if !terms.is_empty() {
            program.rows.push(Row { terms, low, high: f64::INFINITY });
        }
    }
    match program.solve(Toward::Least, 0) {
        Optimum::Proved(_, point) => Some(point.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect()),
        _ => None,
    }
}

/// What must be suppressed in addition so that ways no longer lead within the gap: a cell used as an upper bound opens
/// the whole gap, one used as a lower bound at most what it holds.
fn rule(
    board: &Board,
    suppressed: &[bool],
    free: &[usize],
    ways: &[&Vec<(f64, f64)>],
    gap: f64,
) -> Option<Row> {
    // The facts were put together as: hard ones, shown candidates, the scenario's.
    let shown: Vec<usize> = (0..suppressed.len()).filter(|at| !suppressed[*at]).collect();
    let mut terms = Vec::new();
    for (position, at) in shown.iter().enumerate() {
        let Ok(variable) = free.binary_search(at) else { continue };
        let mut opened = 0.0;
        for way in ways {
            let (upper, lower) = way[board.hard.len() + position];
            opened += if upper > CLOSE { gap } else { lower * board.candidates[*at].fact.low };
        }
        let opened = (opened / gap).min(1.0);
        if opened > CLOSE {
            terms.push((variable, opened));
        }
    }
    (!terms.is_empty()).then_some(Row { terms, low: 1.0, high: f64::INFINITY })
}
