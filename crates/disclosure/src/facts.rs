//! What readers know, as linear facts over base cells, and what follows for a sum of them.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

use crate::program::{Optimum, Program, Row, Toward};

/// Numbers this close to a whole number are it.
pub(crate) const CLOSE: f64 = 1e-6;

/// A sum of base cells lies between two numbers.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Fact {
    /// Ascending.
    pub base: Vec<usize>,
    pub low: f64,
    pub high: f64,
}

impl Fact {
    pub(crate) fn between(base: &[usize], (low, high): (u32, u32)) -> Self {
        Fact { base: base.to_vec(), low: f64::from(low), high: f64::from(high) }
    }
}

/// The facts contradict each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Contradiction;

/// The smallest and largest value of a sum that the facts allow, with points (variables of [`Known`] and their values)
/// that show it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Range {
    pub low: f64,
    /// Infinite if no fact bounds it.
    pub high: f64,
    pub low_point: Vec<(usize, f64)>,
    pub high_point: Vec<(usize, f64)>,
    /// Whether both ends are exact. Otherwise the true interval is at least as wide.
    pub proved: bool,
}

impl Range {
    pub(crate) fn width(&self) -> f64 {
        self.high - self.low
    }
}

#[derive(Clone, Copy, Debug)]
enum Place {
    Fixed(f64),
    Variable(usize),
}

/// The facts, made small: base cells that no fact tells apart are one variable, known ones are taken out, and what has
/// nothing to do with each other is apart.
#[derive(Debug)]
pub(crate) struct Known {
    places: Vec<Place>,
    /// The base cells behind each variable.
    members: Vec<Vec<usize>>,
    rows: Vec<(Vec<usize>, f64, f64)>,
    /// The part of each variable, and for each part its variables, rows, and whether its corners are whole numbers.
    part_of: Vec<usize>,
    parts: Vec<Part>,
}

#[derive(Debug, Default)]
struct Part {
    variables: Vec<usize>,
    rows: Vec<usize>,
    whole_corners: OnceCell<bool>,
}

impl Known {
    /// Takes facts over `cells` base cells; `apart` are sums that must stay distinguishable.
    pub(crate) fn new<'a>(
        cells: usize,
        facts: &'a [Fact],
        apart: impl Iterator<Item = &'a [usize]>,
    ) -> Result<Self, Contradiction> {
        if facts.iter().any(|fact| fact.low > fact.high + CLOSE) {
            return Err(Contradiction);
        }
        let mut zero = vec![false; cells];
        for fact in facts.iter().filter(|fact| fact.high <= 0.0) {
            fact.base.iter().for_each(|cell| zero[*cell] = true);
        }
        // Base cells in exactly the same sums behave as one.
        let mut signatures: Vec<Vec<u32>> = vec![Vec::new(); cells];
        let sums = facts.iter().map(|fact| fact.base.as_slice()).chain(apart);
        for (number, sum) in (0u32..).zip(sums) {
            for cell in sum {
                signatures[*cell].push(number);
            }
        }
        let mut variable_of: BTreeMap<&[u32], usize> = BTreeMap::new();
        let mut members: Vec<Vec<usize>> = Vec::new();
        let mut places = vec![Place::Fixed(0.0); cells];
        for cell in (0..cells).filter(|cell| !zero[*cell] && !signatures[*cell].is_empty()) {
            let variable = *variable_of.entry(&signatures[cell]).or_insert_with(|| {
                members.push(Vec::new());
                members.len() - 1
            });
            members[variable].push(cell);
            places[cell] = Place::Variable(variable);
        }
        let mut rows: Vec<(Vec<usize>, f64, f64)> = facts
            .iter()
            .map(|fact| {
                let variables: BTreeSet<usize> = fact
                    .base
                    .iter()
                    .filter_map(|cell| match places[*cell] {
                        Place::Variable(variable) => Some(variable),
                        Place::Fixed(_) => None,
                    })
                    .collect();
                (variables.into_iter().collect(), fact.low, fact.high)
            })
            .collect();
        let mut fixed: Vec<Option<f64>> = vec![None; members.len()];
        // What is known alone is taken out of every other sum, until nothing more follows.
        loop {
            let mut news = false;
            for (variables, low, high) in &mut rows {
                variables.retain(|variable| match fixed[*variable] {
                    None => true,
                    Some(value) => {
                        *low -= value;
                        *high -= value;
                        false
                    }
                });
                if variables.is_empty() {
                    if *low > CLOSE || *high < -CLOSE {
                        return Err(Contradiction);
                    }
                } else if *high <= CLOSE {
                    if *high < -CLOSE {
                        return Err(Contradiction);
                    }
                    for variable in variables.drain(..) {
                        fixed[variable] = Some(0.0);
                    }
                    news = true;
                } else if let [only] = variables[..]
                    && *high - *low < CLOSE
                {
                    fixed[only] = Some(*low);
                    variables.clear();
                    (*low, *high) = (0.0, 0.0);
                    news = true;
                }
            }
            if !news {
                break;
            }
        }
        let mut merged: BTreeMap<Vec<usize>, (f64, f64)> = BTreeMap::new();
        for (variables, low, high) in rows.into_iter().filter(|(variables, ..)| !variables.is_empty()) {
            let bounds = merged.entry(variables).or_insert((f64::NEG_INFINITY, f64::INFINITY));
            *bounds = (bounds.0.max(low), bounds.1.min(high));
            if bounds.0 > bounds.1 + CLOSE {
                return Err(Contradiction);
            }
        }
        let rows: Vec<_> =
            merged.into_iter().map(|(variables, (low, high))| (variables, low, high)).collect();
        for place in &mut places {
            if let Place::Variable(variable) = *place
                && let Some(value) = fixed[variable]
            {
                // All of a variable that several base cells share is put down once.
                *place = Place::Fixed(value);
            }
        }
        let mut known = Known { places, members, rows, part_of: Vec::new(), parts: Vec::new() };
        known.share_out(&fixed);
        known.take_apart();
        Ok(known)
    }

    /// A fixed variable's value stands at its first base cell, the others hold nothing.
    fn share_out(&mut self, fixed: &[Option<f64>]) {
        for (variable, members) in self.members.iter().enumerate() {
            if fixed[variable].is_some() {
                for cell in members.iter().skip(1) {
                    self.places[*cell] = Place::Fixed(0.0);
                }
            }
        }
    }

    fn take_apart(&mut self) {
        let mut parent: Vec<usize> = (0..self.members.len()).collect();
        fn root(parent: &mut [usize], mut at: usize) -> usize {
            while parent[at] != at {
                parent[at] = parent[parent[at]];
                at = parent[at];
            }
            at
        }
        for (variables, ..) in &self.rows {
            for pair in variables.windows(2) {
                let (one, other) = (root(&mut parent, pair[0]), root(&mut parent, pair[1]));
                parent[one] = other;
            }
        }
        let mut number: BTreeMap<usize, usize> = BTreeMap::new();
        for variable in 0..self.members.len() {
            let next = number.len();
            let part = *number.entry(root(&mut parent, variable)).or_insert(next);
            if part == self.parts.len() {
                self.parts.push(Part::default());
            }
            self.parts[part].variables.push(variable);
            self.part_of.push(part);
        }
        for (at, (variables, ..)) in self.rows.iter().enumerate() {
            if let Some(first) = variables.first() {
                self.parts[self.part_of[*first]].rows.push(at);
            }
        }
    }

    /// Whether the rows fall into two families, in each of which any two are apart or one inside the other. The corners
    /// are then whole numbers (the matrix is a network's), and so the interval of the linear program is exact.
    fn two_way(&self, rows: &[usize]) -> bool {
        if rows.len() > 400 {
            return false;
        }
        let sets: Vec<BTreeSet<usize>> =
            rows.iter().map(|row| self.rows[*row].0.iter().copied().collect()).collect();
        let cross = |one: &BTreeSet<usize>, other: &BTreeSet<usize>| {
            let common = one.intersection(other).count();
            common > 0 && common < one.len() && common < other.len()
        };
        let mut family = vec![None; sets.len()];
        for start in 0..sets.len() {
            if family[start].is_some() {
                continue;
            }
            family[start] = Some(false);
            let mut open = vec![start];
            while let Some(at) = open.pop() {
                for other in 0..sets.len() {
                    if other != at && cross(&sets[at], &sets[other]) {
                        if family[other].is_none() {
                            family[other] = family[at].map(|side| !side);
                            open.push(other);
                        } else if family[other] == family[at] {
                            return false;
                        }
                    }
                }
            }
        }
        true
    }

    /// The interval of a sum of base cells, in real numbers where corners need not be whole.
    pub(crate) fn range(&self, base: &[usize]) -> Result<Range, Contradiction> {
        self.range_with(base, None)
    }

    /// The same, in whole numbers, with a budget of branches for each end.
    pub(crate) fn whole_range(&self, base: &[usize], nodes: u64) -> Result<Range, Contradiction> {
        self.range_with(base, Some(nodes))
    }

    /// Whether [`Known::range`] is exact for this sum.
    pub(crate) fn exact(&self, base: &[usize]) -> bool {
        self.parts_of(base).keys().all(|part| self.has_whole_corners(&self.parts[*part]))
    }

    fn has_whole_corners(&self, part: &Part) -> bool {
        *part.whole_corners.get_or_init(|| self.two_way(&part.rows))
    }

    /// A point as changes of the true values, as few as it allows.
    pub(crate) fn spread(&self, point: &[(usize, f64)], truth: impl Fn(usize) -> f64) -> Vec<(usize, f64)> {
        let mut changes = Vec::new();
        for (variable, value) in point {
            let members = &self.members[*variable];
            let mut more = value - members.iter().map(|cell| truth(*cell)).sum::<f64>();
            for cell in members {
                let change = more.max(-truth(*cell));
                if change.abs() > CLOSE {
                    changes.push((*cell, change));
                }
                more -= change;
            }
        }
        changes
    }

    fn parts_of(&self, base: &[usize]) -> BTreeMap<usize, BTreeSet<usize>> {
        let mut parts: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
        for cell in base {
            if let Place::Variable(variable) = self.places[*cell] {
                parts.entry(self.part_of[variable]).or_default().insert(variable);
            }
        }
        parts
    }

    fn range_with(&self, base: &[usize], nodes: Option<u64>) -> Result<Range, Contradiction> {
        let known: f64 = base
            .iter()
            .map(|cell| match self.places[*cell] {
                Place::Fixed(value) => value,
                Place::Variable(_) => 0.0,
            })
            .sum();
        let mut range = Range { low: known, high: known, proved: true, ..Range::default() };
        for (part, sum) in self.parts_of(base) {
            let part = &self.parts[part];
            let local = |variable: usize| part.variables.binary_search(&variable).unwrap_or_default();
            let mut program = Program {
                variables: part
                    .variables
                    .iter()
                    .map(|variable| (f64::from(u8::from(sum.contains(variable))), f64::INFINITY))
                    .collect(),
                whole: 0,
                rows: part
                    .rows
                    .iter()
                    .map(|row| {
                        let (variables, low, high) = &self.rows[*row];
                        let terms = variables.iter().map(|variable| (local(*variable), 1.0)).collect();
                        Row { terms, low: *low, high: *high }
                    })
                    .collect(),
            };
            if nodes.is_some() && !self.has_whole_corners(part) {
                program.whole = program.variables.len();
            }
            for toward in [Toward::Least, Toward::Most] {
                let (value, point) = match program.solve(toward, nodes.unwrap_or_default()) {
                    Optimum::Proved(value, point) => (value, point),
                    Optimum::Found(value, point) => {
                        range.proved = false;
                        (value, point)
                    }
                    Optimum::Infeasible => return Err(Contradiction),
                    Optimum::Unbounded => (f64::INFINITY, Vec::new()),
                    Optimum::Unsolved => {
                        // Nothing is known to be possible: an interval without width, which never passes.
                        range.proved = false;
                        (f64::NAN, Vec::new())
                    }
                };
                let point = part.variables.iter().copied().zip(point);
                match toward {
                    Toward::Least => {
                        range.low += value;
                        range.low_point.extend(point);
                    }
                    Toward::Most => {
                        range.high += value;
                        range.high_point.extend(point);
                    }
                }
            }
        }
        if range.low.is_nan() || range.high.is_nan() {
            (range.low, range.high) = (known, known);
            return Ok(range);
        }
        if nodes.is_some() {
            range.low = (range.low - CLOSE).ceil();
            range.high = (range.high + CLOSE).floor();
        }
        Ok(range)
    }
}
