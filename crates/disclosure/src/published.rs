//! What was published, and what follows from it: the audit that anybody can repeat.

use serde::{Deserialize, Serialize};

use crate::facts::{Contradiction, Fact, Known, Range};
use crate::policy::Policy;
use crate::space::{PlanError, Space};
use crate::table::{CellOf, Plan, Shown, Table};

/// A cell of a published table: its words, axis by axis (`total` for a margin), and what it shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublishedCell {
    /// One word for each axis.
    pub position: Vec<String>,
    /// What is printed there.
    pub shown: Shown,
}

/// A table as it was published.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublishedTable {
    /// The release that brought it; none for the release at hand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release: Option<String>,
    /// What it crosses.
    pub table: Table,
    /// Its cells. One that is not here was not published.
    pub cells: Vec<PublishedCell>,
}

impl PublishedTable {
    /// Its name, after that of the release where it is an earlier one.
    pub fn name(&self) -> String {
        match &self.release {
            None => self.table.name.clone(),
            Some(release) => format!("{release}/{}", self.table.name),
        }
    }
}

/// What readers can find out about a suppressed cell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CellInterval {
    /// The table's name, after that of its release.
    pub table: String,
    /// The cell.
    pub position: Vec<String>,
    /// The fewest respondents it can hold.
    pub low: u32,
    /// The most; none if nothing bounds it.
    pub high: Option<u32>,
    /// The least width that the policy asks of a small cell in this table.
    pub threshold: u32,
    /// Whether both ends are exact. If not, the true interval is at least this wide.
    pub proved: bool,
}

impl CellInterval {
    /// How many values less one are possible; none if there is no end.
    pub fn width(&self) -> Option<u32> {
        self.high.map(|high| high - self.low)
    }

    /// Whether readers know the very number.
    pub fn recovered(&self) -> bool {
        self.width() == Some(0)
    }

    /// Whether readers know that only few are in it.
    pub fn known_small(&self) -> bool {
        self.low >= 1 && self.high.is_some_and(|high| high < self.threshold)
    }

    /// Whether it is narrower than a small cell's must be, and a small count is possible. Only the publisher knows
    /// whether it is a small cell that leaks, or one that was suppressed to protect others.
    pub fn narrow(&self) -> bool {
        self.width().is_some_and(|width| width < self.threshold) && self.low < self.threshold
    }
}

/// Two published cells, one inside the other, that differ by few respondents.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Exposed {
    /// The larger cell.
    pub outer: String,
    /// The cell inside it.
    pub inner: String,
    /// How many more are in the larger.
    pub difference: u32,
}

/// What an audit of published tables found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Audit {
    /// Every suppressed cell, in the order of tables.
    pub intervals: Vec<CellInterval>,
    /// Small groups that are plain to see by subtraction, or shown.
    pub exposed: Vec<Exposed>,
}

impl Audit {
    /// Whether no cell was found out, and no small group shows. Cells that are [`CellInterval::narrow`] do not fail it:
    /// who suppressed them must say what they are.
    pub fn passed(&self) -> bool {
        self.exposed.is_empty()
            && !self
                .intervals
                .iter()
                .any(|cell| cell.recovered() || cell.known_small() || !cell.proved && cell.width() == Some(0))
    }

    /// Whether besides every suppressed cell would be wide enough for a small one.
    pub fn passed_strictly(&self) -> bool {
        self.passed() && !self.intervals.iter().any(CellInterval::narrow)
    }
}

/// Why published tables cannot be audited.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AuditError {
    /// The plan is wrong.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// No counts agree with all tables.
    #[error(
        "the tables contradict each other: no counts of respondents agree with all of them. Correct the figure that is \
         wrong, or say which tables cover other respondents"
    )]
    Contradiction,
    /// A cell that the plan of its table does not have.
    #[error(
        "table {table:?} has no cell {position:?}, or has it twice: compare the table with its description"
    )]
    Cell {
        /// The table.
        table: String,
        /// The cell.
        position: String,
    },
}

impl From<Contradiction> for AuditError {
    fn from(_: Contradiction) -> Self {
        AuditError::Contradiction
    }
}

/// Recomputes, from published tables alone, what readers can find out about every suppressed cell.
pub fn audit(space: &Space, tables: &[PublishedTable], policy: &Policy) -> Result<Audit, AuditError> {
    let plan = Plan::new(space, tables.iter().map(|published| &published.table))?;
    let (facts, suppressed) = facts_of(&plan, tables)?;
    let sums = suppressed.iter().map(|(table, cell)| plan.layouts[*table].cells[*cell].base.as_slice());
    let known = Known::new(plan.grid.possible.len(), &facts, sums)?;
    let mut found = Audit::default();
    for (number, at) in suppressed {
        let published = &tables[number];
        let cell = &plan.layouts[number].cells[at];
        let threshold = policy.threshold(published.table.strict);
        let range = whole(&known, &cell.base, threshold, policy)?;
        found.intervals.push(CellInterval {
            table: published.name(),
            position: plan.layouts[number].position(&cell.place),
            low: count(range.low),
            high: range.high.is_finite().then(|| count(range.high)),
            threshold,
            proved: range.proved,
        });
    }
    found.exposed = exposed(&plan, tables, policy);
    Ok(found)
}

/// An interval in whole numbers. The linear program's is exact for two-way tables, and wide enough for others where it
/// has twice the threshold.
pub(crate) fn whole(
    known: &Known,
    base: &[usize],
    threshold: u32,
    policy: &Policy,
) -> Result<Range, Contradiction> {
    let mut range = known.range(base)?;
    if !known.exact(base) && range.width() < 2.0 * f64::from(threshold) {
        return known.whole_range(base, policy.integer_nodes);
    }
    range.low = (range.low - crate::facts::CLOSE).ceil();
    range.high = (range.high + crate::facts::CLOSE).floor();
    Ok(range)
}

fn count(value: f64) -> u32 {
    value.round().clamp(0.0, f64::from(u32::MAX)) as u32
}

/// The facts that tables state, and the cells (table, cell) that they suppress.
pub(crate) fn facts_of(
    plan: &Plan,
    tables: &[PublishedTable],
) -> Result<(Vec<Fact>, Vec<CellOf>), AuditError> {
    let mut facts = Vec::new();
    let mut suppressed = Vec::new();
    for (number, published) in tables.iter().enumerate() {
        let layout = &plan.layouts[number];
        let mut seen = vec![false; layout.cells.len()];
        for cell in &published.cells {
            let wrong = || AuditError::Cell { table: published.name(), position: cell.position.join(", ") };
            let place = layout.place(&cell.position).ok_or_else(wrong)?;
            let Some(at) = layout.at(&place) else {
                // A structural zero may be printed as one.
                if cell.shown == Shown::Count(0) {
                    continue;
                }
                return Err(wrong());
            };
            if std::mem::replace(&mut seen[at], true) {
                return Err(wrong());
            }
            match cell.shown.range() {
                Some(fact) => facts.push(Fact::between(&layout.cells[at].base, fact)),
                None => suppressed.push((number, at)),
            }
        }
    }
    Ok((facts, suppressed))
}

/// Small counts that are printed, and pairs of printed cells that differ by one.
fn exposed(plan: &Plan, tables: &[PublishedTable], policy: &Policy) -> Vec<Exposed> {
    let mut sums: std::collections::BTreeMap<&[usize], (u32, u32, String)> =
        std::collections::BTreeMap::new();
    let mut found = Vec::new();
    for (published, layout) in tables.iter().zip(&plan.layouts) {
        let threshold = policy.threshold(published.table.strict);
        for cell in &published.cells {
            let Some(at) = layout.place(&cell.position).and_then(|place| layout.at(&place)) else { continue };
            let name = || format!("{}: {}", published.name(), cell.position.join(", "));
            let Shown::Count(count) = cell.shown else { continue };
            if (1..threshold).contains(&count) {
                found.push(Exposed { outer: name(), inner: String::new(), difference: count });
            }
            sums.entry(&layout.cells[at].base).or_insert_with(|| (count, threshold, name()));
        }
    }
    let mut all: Vec<_> = sums.iter().collect();
    all.sort_by_key(|(_, (count, ..))| *count);
    for (at, (outer, (outer_count, outer_threshold, outer_name))) in all.iter().enumerate() {
        for (inner, (inner_count, inner_threshold, inner_name)) in all[..at].iter().rev() {
            let difference = outer_count - inner_count;
            if difference >= policy.k.max(policy.k_strict) {
                break;
            }
            if (1..*outer_threshold.max(inner_threshold)).contains(&difference)
                && inner.len() < outer.len()
                && inner.iter().all(|cell| outer.binary_search(cell).is_ok())
            {
                found.push(Exposed { outer: outer_name.clone(), inner: inner_name.clone(), difference });
            }
        }
    }
    found
}
