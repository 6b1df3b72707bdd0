//! From a sample and a plan of tables to what may be published.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::facts::{CLOSE, Fact, Known};
use crate::need::{Reason, Target, differences, dominated, primary, rare_combinations};
use crate::policy::Policy;
use crate::published::{Audit, AuditError, PublishedCell, PublishedTable, audit, facts_of, whole};
use crate::redesign::{Change, redesign};
use crate::space::{PlanError, Sample, Space};
use crate::suppress::{Board, Candidate, Claim, suppress};
use crate::table::{CellOf, Layout, Measure, Plan, Shown, Table};

/// How often suppression is asked again with wider intervals, where whole numbers leak more than real ones.
const MOST_ROUNDS: usize = 6;

/// What the release does not protect against; printed in every release.
pub const NOT_COVERED: [&str; 3] = [
    "what readers know from elsewhere about more than one respondent",
    "what can be inferred from text",
    "what can be inferred from the way in which cells are chosen for suppression",
];

/// What is to be published: tables about a sample, beside what was published about the same respondents before.
#[derive(Clone, Debug)]
pub struct Draft<'a> {
    /// The dimensions of all releases.
    pub space: &'a Space,
    /// The tables planned.
    pub tables: Vec<Table>,
    /// The respondents, of this and of all earlier releases.
    pub sample: &'a Sample,
    /// Tables of earlier releases with some of the same respondents, as they were published.
    pub earlier: &'a [PublishedTable],
    /// Weighted estimates beside the counts.
    pub estimates: Vec<Estimate>,
}

/// What an estimate is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Quantity {
    /// How many in the population: published in three digits.
    Total,
    /// A share in percent: published as a whole number.
    Percent,
    /// A mean: published as it is, from enough respondents.
    Mean,
}

/// A weighted estimate for a cell of a table, with its interval.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Estimate {
    /// The table.
    pub table: String,
    /// The cell.
    pub position: Vec<String>,
    /// What of.
    pub quantity: Quantity,
    /// The estimate.
    pub value: f64,
    /// The lower end of its interval.
    pub low: f64,
    /// The upper end.
    pub high: f64,
    /// The respondents behind it: of a percentage, all of the row.
    pub n: u32,
}

/// A suppressed cell in `disclosure.json`: where it is and how wide its interval, never what it holds or why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SuppressedCell {
    /// The table, after the name of its release if that is an earlier one.
    pub table: String,
    /// The cell.
    pub position: Vec<String>,
    /// The width of its interval; none if there is no end.
    pub width: Option<u32>,
}

/// `data/disclosure.json` of a released bag: all that is needed, beside the tables, to repeat the audit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DisclosureFile {
    /// The numbers that hold.
    pub policy: Policy,
    /// Their hash, as the design of the draw committed to it.
    pub policy_hash: String,
    /// The dimensions and structural zeros.
    pub space: Space,
    /// The tables of this release: `tables/NAME.csv` each.
    pub tables: Vec<Table>,
    /// The tables of earlier releases about the same respondents, with what they show.
    #[serde(default)]
    pub earlier: Vec<PublishedTable>,
    /// Every suppressed cell.
    pub suppressed: Vec<SuppressedCell>,
    /// What was changed before suppression.
    #[serde(default)]
    pub changed: Vec<Change>,
    /// What is not protected against.
    #[serde(default)]
    pub not_covered: Vec<String>,
}

/// Why a cell is suppressed: for the people who decide about the release, never to be published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explained {
    /// The table.
    pub table: String,
    /// The cell.
    pub position: Vec<String>,
    /// None: to protect another.
    pub reason: Option<Reason>,
}

/// Tables that passed the audit. Only [`protect`] makes one, and only this may enter a released bag.
#[derive(Clone, Debug)]
pub struct Released {
    tables: Vec<PublishedTable>,
    estimates: Vec<Estimate>,
    file: DisclosureFile,
    audit: Audit,
    explained: Vec<Explained>,
}

impl Released {
    /// The tables, as they may be published.
    pub fn tables(&self) -> &[PublishedTable] {
        &self.tables
    }

    /// The estimates that may be published, rounded.
    pub fn estimates(&self) -> &[Estimate] {
        &self.estimates
    }

    /// What goes into the bag as `data/disclosure.json`.
    pub fn file(&self) -> &DisclosureFile {
        &self.file
    }

    /// What readers can find out, recomputed from the published tables alone.
    pub fn audit(&self) -> &Audit {
        &self.audit
    }

    /// Which cells are suppressed and why, for the preview. Not for publication: it says which cells are small.
    pub fn explained(&self) -> &[Explained] {
        &self.explained
    }
}

/// A release without a table: where too few were heard, or nobody could be.
pub fn without_tables(policy: &Policy) -> Released {
    let file = DisclosureFile {
        policy: policy.clone(),
        policy_hash: policy.hash(),
        space: Space::default(),
        tables: Vec::new(),
        earlier: Vec::new(),
        suppressed: Vec::new(),
        changed: Vec::new(),
        not_covered: NOT_COVERED.map(str::to_owned).to_vec(),
    };
    Released {
        tables: Vec::new(),
        estimates: Vec::new(),
        file,
        audit: Audit::default(),
        explained: Vec::new(),
    }
}

/// Why nothing may be published.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The plan is wrong.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// Earlier tables cannot be read together, or contradict the sample.
    #[error("what was published before: {0}")]
    Earlier(AuditError),
    /// No suppression protects these.
    #[error(
        "no suppression keeps this unknown, beside what was already published: {}. Show coarser categories, or leave out \
         the table",
        .0.join("; ")
    )]
    GivenAway(Vec<String>),
    /// The audit found more than could be repaired in a few rounds.
    #[error(
        "the audit still finds out: {}. Show coarser categories, or leave out a table",
        .0.join("; ")
    )]
    Leaks(Vec<String>),
    /// Every table covers too few respondents.
    #[error("every table covers fewer than {0} respondents: publish that there were too few")]
    TooFew(u32),
}

/// Applies the policy: redesign, suppression, rounding; and answers only what passes the audit.
pub fn protect(draft: Draft<'_>, policy: &Policy) -> Result<Released, Refused> {
    let Draft { space, tables, sample, earlier, estimates } = draft;
    crate::space::unique("table", tables.iter().map(|table| table.name.as_str()))?;
    for table in &tables {
        few_variables(policy, space, table)?;
    }
    let (tables, mut changed) = redesign(policy, space, sample, tables)?;
    let (tables, too_few) = large_enough(policy, space, sample, tables)?;
    changed.extend(too_few.into_iter().map(|table| Change::TooFew { table }));
    if tables.is_empty() {
        return Err(Refused::TooFew(policy.minimum_population));
    }

    let mut work = Work::new(policy, space, tables, sample, earlier)?;
    for _ in 0..MOST_ROUNDS {
        let suppressed =
            suppress(&work.board(), policy).map_err(|claims| Refused::GivenAway(work.names(&claims)))?;
        let leaks = work.leaks(&suppressed)?;
        if leaks.is_empty() {
            return work.released(&suppressed, changed, &estimates);
        }
        // In whole numbers less is possible than in real ones: ask for more.
        for target in &leaks {
            work.widen(*target);
        }
        work.last_leaks = leaks;
    }
    Err(Refused::Leaks(work.last_leaks.iter().map(|target| work.name(*target)).collect()))
}

fn few_variables(policy: &Policy, space: &Space, table: &Table) -> Result<(), PlanError> {
    let place = format!("table {:?}", table.name);
    let mut names: BTreeSet<&str> = BTreeSet::new();
    for name in table.axes.iter().map(|axis| &axis.dimension).chain(table.population.keys()) {
        if space.dimensions[space.dimension(&place, name)?].sensitive.is_empty() {
            names.insert(name);
        }
    }
    if names.len() > usize::try_from(policy.most_variables).unwrap_or(usize::MAX) {
        let table = table.name.clone();
        return Err(PlanError::Variables { table, variables: names.len(), most: policy.most_variables });
    }
    Ok(())
}

fn large_enough(
    policy: &Policy,
    space: &Space,
    sample: &Sample,
    tables: Vec<Table>,
) -> Result<(Vec<Table>, Vec<String>), PlanError> {
    let plan = Plan::new(space, tables.iter())?;
    let counts = plan.counts(sample)?;
    let mut kept = Vec::new();
    let mut too_few = Vec::new();
    for (table, layout) in tables.into_iter().zip(&plan.layouts) {
        let everybody = layout.cells.iter().map(|cell| sum(&counts, &cell.base)).max().unwrap_or(0);
        if everybody < policy.minimum_population {
            too_few.push(table.name);
        } else {
            kept.push(table);
        }
    }
    Ok((kept, too_few))
}

fn sum(counts: &[u32], base: &[usize]) -> u32 {
    base.iter().map(|cell| counts[*cell]).sum()
}

/// What a cell of a table shows unless it is suppressed.
fn shown(policy: &Policy, table: &Table, layout: &Layout, counts: &[u32], cell: usize) -> Shown {
    let count = sum(counts, &layout.cells[cell].base);
    let last = layout.labels.len() - 1;
    if table.measure == Measure::Counts || layout.cells[cell].place[last] == layout.labels[last].len() {
        return Shown::Count(count);
    }
    let n = layout
        .line(&layout.cells[cell].place, last)
        .1
        .map_or(0, |total| sum(counts, &layout.cells[total].base));
    if n >= policy.percent_base {
        Shown::percent_of(count, n)
    } else {
        Shown::band_of(count, policy.threshold(table.strict))
    }
}

/// Cells of several tables that hold the same base cells, and what they show together.
type Shared = (Vec<CellOf>, Candidate);

/// A release while it is being protected.
struct Work<'a> {
    policy: &'a Policy,
    space: &'a Space,
    tables: Vec<Table>,
    earlier: &'a [PublishedTable],
    plan: Plan,
    counts: Vec<u32>,
    /// What earlier tables state.
    hard: Vec<Fact>,
    /// Cells of new tables that hold the same base cells are one: their places, and what they show together.
    cells: Vec<Shared>,
    targets: Vec<Target>,
    last_leaks: Vec<usize>,
}

impl<'a> Work<'a> {
    fn new(
        policy: &'a Policy,
        space: &'a Space,
        tables: Vec<Table>,
        sample: &Sample,
        earlier: &'a [PublishedTable],
    ) -> Result<Self, Refused> {
        let all: Vec<&Table> =
            tables.iter().chain(earlier.iter().map(|published| &published.table)).collect();
        let plan = Plan::new(space, all.iter().copied())?;
        let counts = plan.counts(sample)?;
        let (hard, hidden) = earlier_facts(&plan, &tables, earlier).map_err(Refused::Earlier)?;
        for fact in &hard {
            let count = f64::from(sum(&counts, &fact.base));
            if count < fact.low || count > fact.high {
                return Err(Refused::Earlier(AuditError::Contradiction));
            }
        }
        let mut targets = Vec::new();
        for (number, table) in all.iter().enumerate() {
            let layout = &plan.layouts[number];
            let large = dominated(policy, &plan, layout, sample);
            let found = primary(policy, number, table, layout, &counts, &large);
            // Of earlier tables, what they suppressed has to stay unknown; what they show is known.
            targets.extend(found.into_iter().filter(|target| {
                number < tables.len() || target.cell.is_some_and(|cell| hidden.contains(&cell))
            }));
        }
        targets.extend(differences(policy, &all, &plan, &counts));
        targets.extend(rare_combinations(policy, space, &all, &plan, &counts));
        let mut work = Work {
            policy,
            space,
            tables,
            earlier,
            plan,
            counts,
            hard,
            cells: Vec::new(),
            targets,
            last_leaks: Vec::new(),
        };
        work.cells = work.candidates();
        Ok(work)
    }

    fn candidates(&self) -> Vec<Shared> {
        let mut gone: BTreeSet<(usize, usize)> =
            self.targets.iter().filter_map(|target| target.cell).collect();
        let mut cells: BTreeMap<&[usize], Shared> = BTreeMap::new();
        for (number, table) in self.tables.iter().enumerate() {
            let layout = &self.plan.layouts[number];
            let last = layout.labels.len() - 1;
            let is_base = |cell: usize| {
                table.measure == Measure::Percentages
                    && layout.cells[cell].place[last] == layout.labels[last].len()
            };
            // Percentages tell the number that they are of.
            for at in (0..layout.cells.len()).filter(|at| is_base(*at)) {
                if gone.contains(&(number, at)) {
                    gone.extend(
                        layout.line(&layout.cells[at].place, last).0.into_iter().map(|at| (number, at)),
                    );
                }
            }
            for (at, cell) in layout.cells.iter().enumerate() {
                let says = shown(self.policy, table, layout, &self.counts, at).range().unwrap_or((0, 0));
                let fact = Fact::between(&cell.base, says);
                let free = cell.totals < layout.labels.len() && !is_base(at);
                let primary = gone.contains(&(number, at));
                let (places, candidate) = cells.entry(&cell.base).or_insert_with(|| {
                    (Vec::new(), Candidate { fact: fact.clone(), free: true, primary: false })
                });
                places.push((number, at));
                candidate.fact.low = candidate.fact.low.max(fact.low);
                candidate.fact.high = candidate.fact.high.min(fact.high);
                candidate.free &= free;
                candidate.primary |= primary;
            }
        }
        cells.into_values().collect()
    }

    fn board(&self) -> Board {
        let (scenarios, claims) = self.claims();
        Board {
            truth: self.counts.iter().map(|count| f64::from(*count)).collect(),
            hard: self.hard.clone(),
            candidates: self.cells.iter().map(|(_, candidate)| candidate.clone()).collect(),
            scenarios,
            claims: claims
                .into_iter()
                .map(|(scenario, target)| Claim { target, need: self.targets[target].need, scenario })
                .collect(),
            targets: self.targets.iter().map(|target| target.base.clone()).collect(),
        }
        .merged()
    }

    /// Who attacks: somebody who knows what was published; and everybody who is alone in a cell, and knows it.
    fn claims(&self) -> (Vec<Vec<Fact>>, Vec<(usize, usize)>) {
        let mut scenarios = vec![Vec::new()];
        let mut claims: Vec<(usize, usize)> = (0..self.targets.len()).map(|target| (0, target)).collect();
        let mut insiders: BTreeMap<usize, Vec<Fact>> = BTreeMap::new();
        for target in self.targets.iter().filter(|target| target.count == 1 && target.cell.is_some()) {
            let own = target.base.iter().copied().find(|cell| self.counts[*cell] == 1);
            if let Some(own) = own {
                let known = insiders.entry(own).or_insert_with(|| vec![Fact::between(&[own], (1, 1))]);
                known.push(Fact::between(&target.base, (1, 1)));
            }
        }
        for (own, known) in insiders {
            let scenario = scenarios.len();
            scenarios.push(known);
            // What holds nobody but the insider is no secret to keep from the insider.
            let others =
                |target: &Target| target.cell.is_some() && !(target.base.contains(&own) && target.count == 1);
            claims.extend(
                (0..self.targets.len()).filter(|at| others(&self.targets[*at])).map(|at| (scenario, at)),
            );
        }
        (scenarios, claims)
    }

    /// The targets that the cells shown give away, in whole numbers.
    fn leaks(&self, suppressed: &[bool]) -> Result<Vec<usize>, Refused> {
        let shown = self.cells.iter().zip(suppressed).filter(|(_, gone)| !**gone);
        let facts: Vec<Fact> = self
            .hard
            .iter()
            .cloned()
            .chain(shown.map(|((_, candidate), _)| candidate.fact.clone()))
            .collect();
        let (scenarios, claims) = self.claims();
        let contradiction = |_| Refused::Earlier(AuditError::Contradiction);
        let mut leaks = BTreeSet::new();
        // For each target, what an outsider cannot rule out at either end.
        let mut ends: Vec<Vec<Vec<(usize, f64)>>> = vec![Vec::new(); self.targets.len()];
        for (scenario, more) in scenarios.iter().enumerate() {
            // If it agrees with what an insider knows besides, the insider cannot rule it out either.
            let proved = |target: usize| scenario > 0 && ends[target].iter().all(|end| self.agree(end, more));
            let of = claims.iter().filter(|(of, target)| *of == scenario && !proved(*target));
            let of: Vec<usize> = of.map(|(_, target)| *target).collect();
            if of.is_empty() {
                continue;
            }
            let facts: Vec<Fact> = facts.iter().chain(more).cloned().collect();
            let apart = self.targets.iter().map(|target| target.base.as_slice());
            let known = Known::new(self.counts.len(), &facts, apart).map_err(contradiction)?;
            for target in of {
                let asked = self.targets[target].asked;
                let range = whole(&known, &self.targets[target].base, asked.width as u32, self.policy);
                let range = range.map_err(contradiction)?;
                if !asked.met_by(&range) {
                    leaks.insert(target);
                }
                if scenario == 0 {
                    let truth = |cell: usize| f64::from(self.counts[cell]);
                    ends[target] =
                        vec![known.spread(&range.low_point, truth), known.spread(&range.high_point, truth)];
                }
            }
        }
        Ok(leaks.into_iter().collect())
    }

    /// Whether changes of the true counts agree with facts that the truth agrees with.
    fn agree(&self, changes: &[(usize, f64)], facts: &[Fact]) -> bool {
        facts.iter().all(|fact| {
            let inside = changes.iter().filter(|(cell, _)| fact.base.binary_search(cell).is_ok());
            let sum =
                f64::from(sum(&self.counts, &fact.base)) + inside.map(|(_, change)| change).sum::<f64>();
            sum > fact.low - CLOSE && sum < fact.high + CLOSE
        })
    }

    fn widen(&mut self, target: usize) {
        let need = &mut self.targets[target].need;
        need.width += 1.0;
        need.high_at_least += 1.0;
        need.low_at_most = (need.low_at_most - 1.0).max(0.0);
    }

    fn name(&self, target: usize) -> String {
        let target = &self.targets[target];
        let table = target.cell.and_then(|(table, _)| {
            let earlier = || self.earlier.get(table - self.tables.len()).map(PublishedTable::name);
            self.tables.get(table).map(|table| table.name.clone()).or_else(earlier)
        });
        match table {
            Some(table) => format!("{table}: {}", target.position.join(", ")),
            None if target.reason == Reason::Difference => {
                format!("what is between {}", target.position.join(" and "))
            }
            None => target.position.join(", "),
        }
    }

    fn names(&self, claims: &[usize]) -> Vec<String> {
        let (_, all) = self.claims();
        let targets: BTreeSet<usize> =
            claims.iter().filter_map(|claim| all.get(*claim)).map(|(_, target)| *target).collect();
        targets.into_iter().map(|target| self.name(target)).collect()
    }

    fn released(
        &self,
        suppressed: &[bool],
        changed: Vec<Change>,
        estimates: &[Estimate],
    ) -> Result<Released, Refused> {
        let gone: BTreeSet<(usize, usize)> = self
            .cells
            .iter()
            .zip(suppressed)
            .filter(|(_, gone)| **gone)
            .flat_map(|((places, _), _)| places.clone())
            .collect();
        let reasons: BTreeMap<(usize, usize), Reason> =
            self.targets.iter().filter_map(|target| Some((target.cell?, target.reason))).collect();
        let mut tables = Vec::new();
        let mut explained = Vec::new();
        for (number, table) in self.tables.iter().enumerate() {
            let layout = &self.plan.layouts[number];
            let mut cells = Vec::new();
            for (at, cell) in layout.cells.iter().enumerate() {
                let position = layout.position(&cell.place);
                let shown = if gone.contains(&(number, at)) {
                    let reason = reasons.get(&(number, at)).copied();
                    explained.push(Explained {
                        table: table.name.clone(),
                        position: position.clone(),
                        reason,
                    });
                    Shown::Suppressed
                } else {
                    shown(self.policy, table, layout, &self.counts, at)
                };
                cells.push(PublishedCell { position, shown });
            }
            tables.push(PublishedTable { release: None, table: table.clone(), cells });
        }
        let all: Vec<PublishedTable> = tables.iter().chain(self.earlier).cloned().collect();
        let audit = audit(self.space, &all, self.policy).map_err(Refused::Earlier)?;
        if !audit.passed() {
            let cells = audit.intervals.iter().filter(|cell| cell.recovered() || cell.known_small());
            let mut leaks: Vec<String> =
                cells.map(|cell| format!("{}: {}", cell.table, cell.position.join(", "))).collect();
            leaks.extend(audit.exposed.iter().map(|pair| format!("{} less {}", pair.outer, pair.inner)));
            return Err(Refused::Leaks(leaks));
        }
        let suppressed = audit
            .intervals
            .iter()
            .map(|cell| SuppressedCell {
                table: cell.table.clone(),
                position: cell.position.clone(),
                width: cell.width(),
            })
            .collect();
        let file = DisclosureFile {
            policy: self.policy.clone(),
            policy_hash: self.policy.hash(),
            space: self.space.clone(),
            tables: self.tables.clone(),
            earlier: self.earlier.to_vec(),
            suppressed,
            changed,
            not_covered: NOT_COVERED.map(str::to_owned).to_vec(),
        };
        let estimates = estimates.iter().filter_map(|estimate| self.publishable(estimate, &gone)).collect();
        Ok(Released { tables, estimates, file, audit, explained })
    }

    /// An estimate as it may be published: from enough respondents, rounded, and only where no cell in any line through
    /// it is suppressed. Weights differ between respondents, so that estimates are facts of their own; this way none of
    /// them can be subtracted from another to find a suppressed one.
    fn publishable(&self, estimate: &Estimate, gone: &BTreeSet<(usize, usize)>) -> Option<Estimate> {
        let number = self.tables.iter().position(|table| table.name == estimate.table)?;
        let layout = &self.plan.layouts[number];
        let place = layout.place(&estimate.position)?;
        layout.at(&place)?;
        let enough = match estimate.quantity {
            Quantity::Total => self.policy.threshold(self.tables[number].strict),
            Quantity::Percent => self.policy.percent_base,
            Quantity::Mean => self.policy.mean_base,
        };
        let hidden = |axis: usize| {
            let (cells, total) = layout.line(&place, axis);
            cells.into_iter().chain(total).any(|at| gone.contains(&(number, at)))
        };
        if estimate.n < enough || (0..layout.labels.len()).any(hidden) {
            return None;
        }
        let round = |value: f64| match estimate.quantity {
            Quantity::Total => to_digits(value, self.policy.total_digits),
            Quantity::Percent => value.round(),
            Quantity::Mean => value,
        };
        let (value, low, high) = (round(estimate.value), round(estimate.low), round(estimate.high));
        Some(Estimate { value, low, high, ..estimate.clone() })
    }
}

fn earlier_facts(
    plan: &Plan,
    tables: &[Table],
    earlier: &[PublishedTable],
) -> Result<(Vec<Fact>, BTreeSet<CellOf>), AuditError> {
    let nothing =
        tables.iter().map(|table| PublishedTable { release: None, table: table.clone(), cells: Vec::new() });
    let all: Vec<PublishedTable> = nothing.chain(earlier.iter().cloned()).collect();
    let (facts, hidden) = facts_of(plan, &all)?;
    Ok((facts, hidden.into_iter().collect()))
}

/// Rounds to significant digits.
fn to_digits(value: f64, digits: u32) -> f64 {
    if value == 0.0 || !value.is_finite() {
        return value;
    }
    let magnitude = value.abs().log10().floor() as i32;
    let step = 10f64.powi(magnitude + 1 - i32::try_from(digits).unwrap_or(15));
    (value / step).round() * step
}
