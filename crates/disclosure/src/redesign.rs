//! Coarser tables before suppressed ones.

use serde::{Deserialize, Serialize};

use crate::need::{Target, dominated, primary};
use crate::policy::Policy;
use crate::space::{Group, PlanError, Sample, Space};
use crate::table::{Plan, Table};

/// What was changed in a table before it was published, and why. It names no cell and no count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "what", deny_unknown_fields)]
pub enum Change {
    /// A dimension is shown in fewer, larger groups, because fewer cells are then too small to show.
    Collapsed {
        /// The table.
        table: String,
        /// The dimension.
        dimension: String,
        /// The groups now.
        groups: Vec<String>,
    },
    /// A place is shown on the level that another table of the release uses.
    OneGeography {
        /// The table.
        table: String,
        /// The dimension.
        dimension: String,
    },
    /// The table is not published, because it covers too few respondents.
    TooFew {
        /// The table.
        table: String,
    },
}

/// Collapses categories, as far as the dimensions offer it, while that leaves fewer cells too small to show. Tables
/// about one geography use one level of it.
pub(crate) fn redesign(
    policy: &Policy,
    space: &Space,
    sample: &Sample,
    mut tables: Vec<Table>,
) -> Result<(Vec<Table>, Vec<Change>), PlanError> {
    let mut changes = Vec::new();
    for dimension in space.dimensions.iter().filter(|dimension| dimension.geographic) {
        for level in dimension.coarser.iter().rev() {
            let uses = |table: &Table| {
                let at = table.axes.iter().position(|axis| axis.dimension == dimension.name);
                at.is_some_and(|at| table.labels(space, at).len() <= level.len())
            };
            if tables.iter().any(uses) {
                collapse_everywhere(space, &mut tables, &dimension.name, level, &mut changes);
                break;
            }
        }
    }
    for number in 0..tables.len() {
        loop {
            let now = primaries(policy, space, sample, &tables[number])?.len();
            let mut best: Option<(usize, usize, &[Group])> = None;
            for (at, axis) in tables[number].axes.iter().enumerate() {
                let dimension = &space.dimensions[space.dimension("a table", &axis.dimension)?];
                for level in &dimension.coarser {
                    let Some(coarser) = collapsed(space, &tables[number], at, level) else { continue };
                    let then = primaries(policy, space, sample, &coarser)?.len();
                    if then < best.map_or(now, |(then, ..)| then) {
                        best = Some((then, at, level));
                    }
                }
            }
            let Some((_, at, level)) = best else { break };
            let name = tables[number].axes[at].dimension.clone();
            let Some(coarser) = collapsed(space, &tables[number], at, level) else { break };
            changes.push(Change::Collapsed {
                table: coarser.name.clone(),
                dimension: name.clone(),
                groups: coarser.labels(space, at),
            });
            tables[number] = coarser;
            if space.dimensions[space.dimension("a table", &name)?].geographic {
                collapse_everywhere(space, &mut tables, &name, level, &mut changes);
            }
        }
    }
    Ok((tables, changes))
}

fn collapse_everywhere(
    space: &Space,
    tables: &mut [Table],
    dimension: &str,
    level: &[Group],
    changes: &mut Vec<Change>,
) {
    for table in tables {
        let Some(at) = table.axes.iter().position(|axis| axis.dimension == dimension) else { continue };
        if let Some(coarser) = collapsed(space, table, at, level) {
            *table = coarser;
            changes.push(Change::OneGeography { table: table.name.clone(), dimension: dimension.to_owned() });
        }
    }
}

/// A table with an axis in the groups of a level, if those are fewer than now.
fn collapsed(space: &Space, table: &Table, axis: usize, level: &[Group]) -> Option<Table> {
    let covered = table.population.get(&table.axes[axis].dimension);
    let groups: Vec<Group> = level
        .iter()
        .map(|group| Group {
            label: group.label.clone(),
            of: group
                .of
                .iter()
                .filter(|name| covered.is_none_or(|covered| covered.contains(name)))
                .cloned()
                .collect(),
        })
        .filter(|group| !group.of.is_empty())
        .collect();
    if groups.len() >= table.labels(space, axis).len() {
        return None;
    }
    let mut table = table.clone();
    table.axes[axis].groups = groups;
    Some(table)
}

fn primaries(
    policy: &Policy,
    space: &Space,
    sample: &Sample,
    table: &Table,
) -> Result<Vec<Target>, PlanError> {
    let plan = Plan::new(space, std::iter::once(table))?;
    let counts = plan.counts(sample)?;
    let large = dominated(policy, &plan, &plan.layouts[0], sample);
    Ok(primary(policy, 0, table, &plan.layouts[0], &counts, &large))
}
