//! From interviews to tables and estimates that passed the audit.

use std::collections::BTreeMap;

use disclosure::{
    Dimension, Draft, Estimate, Policy, PublishedTable, Quantity, Released, Sample, Space, TOTAL, Table,
    protect, without_tables,
};
use protocol::{Figure, Indicator, ReleasePlan};
use survey::{
    Codes, Degrees, Design, Domains, LonelyUnit, Plan, Selection, ShareInterval, StagePlan, Statistic,
};

use crate::answer::{Answer, Refusal};
use crate::release_sample::{Heard, Respondent};

/// The category of who did not answer.
pub const NO_ANSWER: &str = "no_answer";
/// The dimension that tells doubtful interviews, and its category for the others.
const VALIDITY: &str = "validity";
const UNDOUBTED: &str = "undoubted";
const DOUBTFUL: &str = "doubtful";
/// What the table without doubtful interviews is called, after the indicator.
pub const WITHOUT_DOUBTFUL: &str = "_undoubted";
/// The confidence of every interval.
const LEVEL: f64 = 0.95;

/// What figures are broken down by: the field's path, its name as a dimension, and its answers in order.
pub(crate) struct By {
    pub(crate) path: String,
    pub(crate) name: String,
    pub(crate) categories: Vec<String>,
}

/// What is to be computed.
pub(crate) struct Wanted<'a> {
    pub(crate) plan: &'a ReleasePlan,
    pub(crate) policy: &'a Policy,
    pub(crate) by: Vec<By>,
    /// The places at which people were drawn: one, or those that a first stage drew.
    pub(crate) sites: &'a [Site],
    /// Indicators that are not published.
    pub(crate) left_out: &'a [String],
    /// Tables of earlier releases of the case, retracted ones too: what was read once is known.
    pub(crate) earlier: &'a [PublishedTable],
}

/// A place at which people were drawn.
#[derive(Debug, Clone, Default)]
pub(crate) struct Site {
    /// Persons in its frame, by stratum.
    pub(crate) sizes: BTreeMap<String, u32>,
    /// The chance with which the first stage drew it; none where there was no such stage.
    pub(crate) chance: Option<f64>,
}

fn refuse(what: impl ToString) -> Refusal {
    Refusal::invalid("refusal-release-figures").with("what", what)
}

/// Tables and estimates that may be published. Without enough interviews there is none.
pub(crate) fn figures(heard: &Heard, wanted: &Wanted<'_>) -> Answer<Released> {
    let respondents = &heard.respondents;
    if respondents.len() < wanted.policy.minimum_population as usize {
        return Ok(without_tables(wanted.policy));
    }
    let indicators: Vec<&Indicator> =
        wanted.plan.indicators.iter().filter(|one| !wanted.left_out.contains(&one.id)).collect();
    if indicators.is_empty() {
        return Ok(without_tables(wanted.policy));
    }
    let no_answer = &wanted.plan.sample.no_answer;
    let design = design(respondents, wanted.sites)?;
    let doubtful = respondents.iter().filter(|one| one.doubtful).count();
    // With fewer, the figures without them would say what they answered.
    let with_and_without = doubtful >= wanted.policy.k_strict as usize
        && respondents.len() - doubtful >= wanted.policy.minimum_population as usize;
    // Every dimension, left out or not: an earlier release may have used it.
    let all: Vec<&Indicator> = wanted.plan.indicators.iter().collect();
    let space = space(&all, &wanted.by);
    let rows: Vec<Vec<&str>> = respondents
        .iter()
        .map(|one| {
            let mut row: Vec<&str> = wanted.by.iter().map(|by| by.of(one, no_answer)).collect();
            row.push(if one.doubtful { DOUBTFUL } else { UNDOUBTED });
            for (indicator, dimension) in all.iter().zip(&space.dimensions[row.len()..]) {
                let answer = one.answer(&indicator.answers, no_answer);
                let name = answer.and_then(|at| dimension.categories.get(at));
                row.push(name.map_or(NO_ANSWER, String::as_str));
            }
            row
        })
        .collect();
    let sample = Sample::of(&space, rows).map_err(refuse)?;
    let mut tables = Vec::new();
    let mut estimates = Vec::new();
    for indicator in &indicators {
        let made = Made { indicator, respondents, design: &design, no_answer };
        let mut by: Vec<Option<&By>> = wanted.by.iter().map(Some).collect();
        if by.is_empty() {
            by.push(None);
        }
        for by in by {
            let name = match by {
                Some(by) if wanted.by.len() > 1 => format!("{}_by_{}", indicator.id, by.name),
                _ => indicator.id.clone(),
            };
            let axes = by.map(|by| by.name.as_str()).into_iter().chain([indicator.id.as_str()]);
            tables.push(Table { strict: indicator.strict, ..Table::of(&name, axes) });
            estimates.extend(made.estimates(&name, by, false)?);
        }
        if with_and_without {
            let name = format!("{}{WITHOUT_DOUBTFUL}", indicator.id);
            let table = Table::of(&name, [indicator.id.as_str()]).only(VALIDITY, [UNDOUBTED]);
            tables.push(Table { strict: indicator.strict, ..table });
            estimates.extend(made.estimates(&name, None, true)?);
        }
    }
    let draft = Draft { space: &space, tables, sample: &sample, earlier: wanted.earlier, estimates };
    match protect(draft, wanted.policy) {
        Ok(released) => Ok(released),
        Err(disclosure::Refused::TooFew(_)) => Ok(without_tables(wanted.policy)),
        Err(error) => Err(refuse(error).into()),
    }
}

impl By {
    fn of<'r>(&self, one: &'r Respondent, no_answer: &[String]) -> &'r str {
        one.category(&self.path, no_answer).unwrap_or(NO_ANSWER)
    }
}

/// Whoever answered stands for their stratum: its persons in the frame, over those heard. Where places were drawn first, they
/// stand for one over the chance of their place as well, and the places' spread counts by Brewer's approximation, with the
/// spread of people within them added stage by stage. Places that were certain to be drawn are a stratum of their own.
fn design(respondents: &[Respondent], sites: &[Site]) -> Answer<Design> {
    let mut heard: BTreeMap<(usize, &str), usize> = BTreeMap::new();
    for one in respondents {
        *heard.entry((one.site, one.stratum.as_str())).or_default() += 1;
    }
    let mut sizes = Vec::with_capacity(respondents.len());
    for one in respondents {
        let site = sites.get(one.site);
        let size = site.and_then(|site| site.sizes.get(&one.stratum)).copied().unwrap_or(0);
        let heard = heard.get(&(one.site, one.stratum.as_str())).copied().unwrap_or(0);
        if (size as usize) < heard {
            let refusal = Refusal::invalid("refusal-release-stratum").with("stratum", &one.stratum);
            return Err(refusal.with("heard", heard).problem("sizes", "").into());
        }
        sizes.push((f64::from(size), heard as f64));
    }
    let strata: Vec<&str> = respondents.iter().map(|one| one.stratum.as_str()).collect();
    let within = |population| StagePlan {
        units: None,
        strata: Some(Codes::of_texts(&strata)),
        population: Some(population),
    };
    let rows = respondents.len();
    let chances: Option<Vec<f64>> =
        respondents.iter().map(|one| sites.get(one.site).and_then(|site| site.chance)).collect();
    let plan = match chances {
        None => {
            let stage = within(sizes.into_iter().map(|(size, _)| size).collect());
            Plan { rows, stages: vec![stage], lonely: LonelyUnit::Adjust, ..Plan::default() }
        }
        Some(chances) => {
            let places: Vec<String> = respondents.iter().map(|one| one.site.to_string()).collect();
            let certain: Vec<&str> =
                chances.iter().map(|chance| if *chance < 1.0 { "drawn" } else { "certain" }).collect();
            let weights = chances.iter().zip(&sizes).map(|(chance, (size, heard))| size / heard / chance);
            let weights = weights.collect();
            let fractions = sizes.iter().map(|(size, heard)| heard / size).collect();
            let first = StagePlan {
                units: Some(Codes::of_texts(&places)),
                strata: Some(Codes::of_texts(&certain)),
                population: Some(chances),
            };
            Plan {
                rows,
                stages: vec![first, within(fractions)],
                weights: Some(weights),
                selection: Selection::Brewer,
                lonely: LonelyUnit::Adjust,
                ..Plan::default()
            }
        }
    };
    Ok(Design::new(plan).map_err(refuse)?)
}

fn space(indicators: &[&Indicator], by: &[By]) -> Space {
    let mut dimensions: Vec<Dimension> = Vec::new();
    for by in by {
        let categories = by.categories.iter().map(String::as_str).chain([NO_ANSWER]);
        dimensions.push(Dimension::new(&by.name, categories));
    }
    dimensions.push(Dimension::new(VALIDITY, [UNDOUBTED, DOUBTFUL]));
    for indicator in indicators {
        let names = indicator.answers.names();
        let categories = names.iter().map(String::as_str).chain([NO_ANSWER]);
        let sensitive = indicator.sensitive.iter().map(String::as_str);
        dimensions.push(Dimension::new(&indicator.id, categories).sensitive(sensitive));
    }
    Space { dimensions, impossible: Vec::new() }
}

/// One indicator, as it is computed.
struct Made<'a> {
    indicator: &'a Indicator,
    respondents: &'a [Respondent],
    design: &'a Design,
    no_answer: &'a [String],
}

impl Made<'_> {
    /// Estimates for a table: for each group and for all, each answer's share of those who answered, and the figure
    /// beside.
    fn estimates(&self, table: &str, by: Option<&By>, undoubted: bool) -> Answer<Vec<Estimate>> {
        let rows = self.respondents.len();
        let inside: Vec<bool> = self.respondents.iter().map(|one| !(undoubted && one.doubtful)).collect();
        let mut domains: Vec<(Option<&str>, Domains)> = vec![(by.map(|_| TOTAL), Domains::subset(&inside))];
        let names = by.map(|by| (by, by.categories.iter().map(String::as_str).chain([NO_ANSWER])));
        for (by, name) in names.into_iter().flat_map(|(by, names)| names.map(move |name| (by, name))) {
            let member: Vec<bool> = self
                .respondents
                .iter()
                .zip(&inside)
                .map(|(one, inside)| *inside && by.of(one, self.no_answer) == name)
                .collect();
            if member.contains(&true) {
                domains.push((Some(name), Domains::subset(&member)));
            }
        }
        let answers: Vec<Option<usize>> =
            self.respondents.iter().map(|one| one.answer(&self.indicator.answers, self.no_answer)).collect();
        let mut found = Vec::new();
        for (group, domain) in &domains {
            let position = |answer: &str| -> Vec<String> {
                group.iter().copied().chain([answer]).map(str::to_owned).collect()
            };
            for (at, name) in self.indicator.answers.names().iter().enumerate() {
                let of =
                    |answer: &Option<usize>| answer.map_or(f64::NAN, |said| f64::from(u8::from(said == at)));
                let values: Vec<f64> = answers.iter().map(of).collect();
                let share = self
                    .design
                    .share(&values, domain, ShareInterval::KornGraubard, LEVEL, Degrees::OfDesign)
                    .map_err(refuse)?;
                let Some(share) = share.first() else { continue };
                found.push(Estimate {
                    table: table.to_owned(),
                    position: position(name),
                    quantity: Quantity::Percent,
                    value: 100.0 * share.estimate.value,
                    low: 100.0 * share.lower,
                    high: 100.0 * share.upper,
                    n: u32::try_from(share.estimate.n).unwrap_or(u32::MAX),
                });
            }
            if let Some((estimate, low, high)) = self.figure(rows, &answers, domain)? {
                found.push(Estimate {
                    table: table.to_owned(),
                    position: position(TOTAL),
                    quantity: Quantity::Mean,
                    value: tenth(estimate.value),
                    low: tenth(low.max(0.0)),
                    high: tenth(high),
                    n: u32::try_from(estimate.n).unwrap_or(u32::MAX),
                });
            }
        }
        found.retain(|one| one.value.is_finite() && one.low.is_finite() && one.high.is_finite());
        Ok(found)
    }

    fn figure(
        &self,
        rows: usize,
        answers: &[Option<usize>],
        domain: &Domains,
    ) -> Answer<Option<(survey::Estimate, f64, f64)>> {
        let number = |one: &Respondent, of| one.quantity(of).unwrap_or(f64::NAN);
        let (first, second, per) = match &self.indicator.figure {
            None => return Ok(None),
            Some(Figure::Mean(of)) => {
                (self.respondents.iter().map(|one| number(one, of)).collect::<Vec<_>>(), None, 1.0)
            }
            Some(Figure::Rate { per, of, times }) => {
                let cases =
                    answers.iter().map(|said| said.map_or(f64::NAN, |at| f64::from(u8::from(at == 0))));
                let units = self.respondents.iter().map(|one| number(one, of) * f64::from(*times));
                (cases.collect(), Some(units.collect::<Vec<_>>()), f64::from(*per))
            }
        };
        debug_assert_eq!(first.len(), rows);
        let statistic = match &second {
            None => Statistic::Mean(&first),
            Some(second) => Statistic::Ratio(&first, second),
        };
        let found = self.design.estimate(&[statistic], domain).map_err(refuse)?;
        Ok(found.estimates.first().map(|estimate| {
            let (low, high) = estimate.interval(LEVEL, Degrees::OfDesign);
            (survey::Estimate { value: per * estimate.value, ..*estimate }, per * low, per * high)
        }))
    }
}

fn tenth(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}
