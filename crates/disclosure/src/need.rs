//! What has to stay unknown, and how much of it.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::facts::{CLOSE, Range};
use crate::policy::Policy;
use crate::space::{Sample, Space};
use crate::table::{Layout, Plan, Table};

/// Why a count has to stay unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// Fewer respondents than the threshold.
    Small,
    /// Nobody gave a sensitive answer, in a row whose number is known.
    SensitiveZero,
    /// Nearly all of a small row gave a sensitive answer.
    Homogeneous,
    /// One employer supplies most of the value.
    Dominated,
    /// Two published cells, one inside the other, differ by few respondents.
    Difference,
    /// One respondent alone has this combination of published variables.
    RareCombination,
}

/// How an interval must lie.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Need {
    pub low_at_most: f64,
    pub high_at_least: f64,
    pub width: f64,
}

impl Need {
    pub(crate) fn met_by(&self, range: &Range) -> bool {
        range.low <= self.low_at_most + CLOSE
            && range.high >= self.high_at_least - CLOSE
            && range.width() >= self.width - CLOSE
    }

    fn usual(count: u32, threshold: u32) -> Self {
        let (count, threshold) = (f64::from(count), f64::from(threshold));
        Need {
            low_at_most: (count - 1.0).max(0.0),
            high_at_least: (count + 1.0).max(threshold),
            width: threshold,
        }
    }
}

/// A sum of base cells that has to stay unknown.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub reason: Reason,
    /// The table and cell, where it is one.
    pub cell: Option<(usize, usize)>,
    /// In words, for whoever decides.
    pub position: Vec<String>,
    pub base: Vec<usize>,
    pub count: u32,
    /// What the policy asks.
    pub asked: Need,
    /// What suppression aims for: at least that.
    pub need: Need,
}

/// The cells of one table that may not be shown as they are.
pub(crate) fn primary(
    policy: &Policy,
    number: usize,
    table: &Table,
    layout: &Layout,
    counts: &[u32],
    dominated: &BTreeSet<usize>,
) -> Vec<Target> {
    let threshold = policy.threshold(table.strict);
    let of = |cell: usize| -> u32 { layout.cells[cell].base.iter().map(|base| counts[*base]).sum() };
    let mut found: BTreeMap<usize, (Reason, Need)> = BTreeMap::new();
    for at in 0..layout.cells.len() {
        let count = of(at);
        if (1..threshold).contains(&count) {
            found.insert(at, (Reason::Small, Need::usual(count, threshold)));
        } else if dominated.contains(&at) {
            found.insert(at, (Reason::Dominated, Need::usual(count, threshold)));
        }
    }
    for (axis, flags) in &layout.sensitive {
        for (at, cell) in layout.cells.iter().enumerate() {
            if !flags.get(cell.place[*axis]).copied().unwrap_or(false) || found.contains_key(&at) {
                continue;
            }
            let (_, total) = layout.line(&cell.place, *axis);
            let (count, n) = (of(at), total.map_or(0, of));
            if count == 0 && n > 0 {
                found.insert(at, (Reason::SensitiveZero, Need::usual(0, threshold)));
            }
            let most = 100u64.saturating_sub(u64::from(policy.homogeneity_percent));
            if n < policy.homogeneity_base && u64::from(count) * 100 > most * u64::from(n) {
                // Nobody can be more than everybody: the upper end may be the count itself.
                let need = Need { high_at_least: f64::from(count), ..Need::usual(count, threshold) };
                found.insert(at, (Reason::Homogeneous, need));
            }
        }
    }
    found
        .into_iter()
        .map(|(at, (reason, mut need))| {
            let cell = &layout.cells[at];
            // A small row without its total known can be larger; one with its total known can hold no more than that.
            // Where even everybody in the table is fewer than asked for, everybody is enough.
            let all: u32 = layout
                .cells
                .iter()
                .map(|cell| cell.base.iter().map(|base| counts[*base]).sum())
                .max()
                .unwrap_or(0);
            need.high_at_least = need.high_at_least.min(f64::from(all));
            Target {
                reason,
                cell: Some((number, at)),
                position: layout.position(&cell.place),
                base: cell.base.clone(),
                count: of(at),
                asked: need,
                need,
            }
        })
        .collect()
}

/// The cells of a table of which one employer supplies more than the policy allows.
pub(crate) fn dominated(policy: &Policy, plan: &Plan, layout: &Layout, sample: &Sample) -> BTreeSet<usize> {
    let mut by_base: BTreeMap<usize, Vec<(&str, f64)>> = BTreeMap::new();
    for (categories, employer, value) in &sample.contributions {
        by_base.entry(plan.grid.cell(categories)).or_default().push((employer, value.abs()));
    }
    let is_dominated = |base: &[usize]| {
        let mut of: BTreeMap<&str, f64> = BTreeMap::new();
        for (employer, value) in base.iter().filter_map(|cell| by_base.get(cell)).flatten() {
            *of.entry(employer).or_default() += value;
        }
        let all: f64 = of.values().sum();
        let most = of.values().copied().fold(0.0, f64::max);
        most * 100.0 > all * f64::from(policy.dominance_percent)
    };
    (0..layout.cells.len()).filter(|at| is_dominated(&layout.cells[*at].base)).collect()
}

/// Small groups that no table shows, but two published cells give by subtraction.
pub(crate) fn differences(policy: &Policy, tables: &[&Table], plan: &Plan, counts: &[u32]) -> Vec<Target> {
    let mut known: BTreeSet<&[usize]> = BTreeSet::new();
    let mut sums: BTreeMap<&[usize], (u32, usize, usize)> = BTreeMap::new();
    for (number, layout) in plan.layouts.iter().enumerate() {
        for (at, cell) in layout.cells.iter().enumerate() {
            known.insert(&cell.base);
            let count = cell.base.iter().map(|base| counts[*base]).sum();
            sums.entry(&cell.base).or_insert((count, number, at));
        }
    }
    let all: Vec<_> = sums.iter().collect();
    let mut found: BTreeMap<Vec<usize>, Target> = BTreeMap::new();
    for (outer, (outer_count, outer_table, outer_cell)) in &all {
        for (inner, (inner_count, inner_table, inner_cell)) in &all {
            let strict = tables[*outer_table].strict || tables[*inner_table].strict;
            let threshold = policy.threshold(strict);
            let difference = outer_count.saturating_sub(*inner_count);
            if outer_table == inner_table
                || !(1..threshold).contains(&difference)
                || inner.len() >= outer.len()
                || !inner.iter().all(|cell| outer.binary_search(cell).is_ok())
            {
                continue;
            }
            let base: Vec<usize> =
                outer.iter().filter(|cell| inner.binary_search(cell).is_err()).copied().collect();
            if known.contains(base.as_slice()) {
                continue;
            }
            let name = |table: usize, cell: usize| {
                let place = &plan.layouts[table].cells[cell].place;
                format!("{}: {}", tables[table].name, plan.layouts[table].position(place).join(", "))
            };
            let position = vec![name(*outer_table, *outer_cell), name(*inner_table, *inner_cell)];
            let need = Need::usual(difference, threshold);
            let target = Target {
                reason: Reason::Difference,
                cell: None,
                position,
                base: base.clone(),
                count: difference,
                asked: need,
                need,
            };
            found.entry(base).or_insert(target);
        }
    }
    found.into_values().collect()
}

/// Respondents alone with their combination of at most `most_variables` published variables, where no table shows that
/// combination as a cell of its own.
pub(crate) fn rare_combinations(
    policy: &Policy,
    space: &Space,
    tables: &[&Table],
    plan: &Plan,
    counts: &[u32],
) -> Vec<Target> {
    let sides = |table: &&Table| -> BTreeSet<usize> {
        let of = |axis: &crate::table::Axis| {
            space.dimensions.iter().position(|dimension| dimension.name == axis.dimension)
        };
        table.axes.iter().filter_map(of).collect()
    };
    let crossed: Vec<BTreeSet<usize>> = tables.iter().map(sides).collect();
    let published: BTreeSet<usize> = crossed.iter().flatten().copied().collect();
    let published: Vec<usize> = plan
        .grid
        .used
        .iter()
        .enumerate()
        .filter(|(_, at)| published.contains(at))
        .map(|(at, _)| at)
        .collect();
    let most = usize::try_from(policy.most_variables).unwrap_or(usize::MAX);
    let mut chosen: Vec<Vec<usize>> = vec![Vec::new()];
    for at in published {
        let longer: Vec<Vec<usize>> = chosen
            .iter()
            .filter(|few| few.len() < most)
            .map(|few| [few.as_slice(), &[at]].concat())
            .collect();
        chosen.extend(longer);
    }
    let shown: BTreeSet<&[usize]> =
        plan.layouts.iter().flat_map(|layout| layout.cells.iter().map(|cell| cell.base.as_slice())).collect();
    let mut found: BTreeMap<Vec<usize>, Target> = BTreeMap::new();
    for few in chosen.iter().filter(|few| few.len() > 1) {
        let named: BTreeSet<usize> = few.iter().map(|at| plan.grid.used[*at]).collect();
        if crossed.iter().any(|table| named.is_subset(table)) {
            continue;
        }
        let mut groups: BTreeMap<Vec<usize>, (u32, Vec<usize>)> = BTreeMap::new();
        for cell in (0..counts.len()).filter(|cell| plan.grid.possible[*cell]) {
            let place = plan.grid.place(cell);
            let group = groups.entry(few.iter().map(|at| place[*at]).collect()).or_default();
            group.0 += counts[cell];
            group.1.push(cell);
        }
        for (place, (count, base)) in groups {
            if count != 1 || shown.contains(base.as_slice()) {
                continue;
            }
            let word = |(at, category): (&usize, &usize)| {
                space.dimensions[plan.grid.used[*at]].categories[*category].clone()
            };
            let alone = Need { low_at_most: 0.0, high_at_least: 2.0, width: 2.0 };
            let target = Target {
                reason: Reason::RareCombination,
                cell: None,
                position: few.iter().zip(&place).map(word).collect(),
                base: base.clone(),
                count,
                asked: alone,
                need: alone,
            };
            found.entry(base).or_insert(target);
        }
    }
    found.into_values().collect()
}
