//! Reconciliation: what people said, held against what was recorded, by groups only. Whoever holds the keys of both sides
//! opens them for this one act; from each submission only group, stratum and number are taken, and nothing is kept.

use std::collections::BTreeMap;

use protocol::{
    Colour, Condition, Dated, Direction, Formula, Measure, Reconciliation, ReconciliationTest, Source,
};
use store::Fault;
use store::registry::EntryList;
use survey::reconcile::{self as engine, Figure, Row};
use xforms::Values;

use crate::Desk;
use crate::answer::{Answer, Kind, Refusal};
use crate::cases::{ToldFact, moment};
use crate::may::{May, Read, Review};
use crate::record::{self, Done};
use crate::valid_interviews::{Judge, Reading, Worth, answered};

/// Submissions of one side that a reconciliation reads; more are refused rather than left out.
const MOST: usize = 100_000;

/// Entries read at a time.
const PAGE: i64 = 500;

/// The refusal where something stays closed.
const KEYS: &str = "refusal-reconcile-keys";

/// One test with its figures.
pub struct Reconciled {
    /// Its id in the protocol.
    pub test: String,
    /// The figures: all together first, then each group.
    pub figures: Vec<Figure>,
    /// The same without doubtful interviews, where there are enough of these that it tells of no single one.
    pub without: Vec<Figure>,
}

/// What was compared, and how much of it could be read.
pub struct Comparison {
    /// The tests, in the protocol's order.
    pub tests: Vec<Reconciled>,
    /// Interviews that counted.
    pub interviews: usize,
    /// Interviews that counted nowhere: they were not private, or nobody wrote whether they were.
    pub not_private: usize,
    /// Whether some of those that counted are doubtful, at least as many as a published cell.
    pub doubtful: bool,
    /// Record reviews that counted.
    pub records: usize,
    /// Files that these are of.
    pub files: usize,
    /// Whether rates of exchange are on record, where the protocol converts money.
    pub rates: bool,
}

/// What counts of one submission.
struct SideRow {
    group: String,
    stratum: String,
    unit: Option<u32>,
    doubtful: bool,
    numbers: Vec<f64>,
}

/// A side, read.
#[derive(Default)]
struct Side {
    rows: Vec<SideRow>,
    units: BTreeMap<String, u32>,
    not_private: usize,
}

fn engine_formula(formula: Formula) -> engine::Formula {
    match formula {
        Formula::MedianGap => engine::Formula::MedianGap,
        Formula::MeanGap => engine::Formula::MeanGap,
        Formula::ShareGap => engine::Formula::ShareGap,
        Formula::ShareOfInterviews => engine::Formula::ShareOfFirst,
        Formula::ShareOfRecords => engine::Formula::ShareOfSecond,
        Formula::CountOfRecords => engine::Formula::CountOfSecond,
        Formula::RatioToRegister => engine::Formula::RatioToRegister,
    }
}

impl Side {
    fn column(&self, place: usize, undoubted: bool) -> Vec<Row> {
        let row = |row: &SideRow| Row {
            group: row.group.clone(),
            stratum: row.stratum.clone(),
            unit: row.unit,
            value: row.numbers.get(place).copied().unwrap_or(f64::NAN),
        };
        self.rows.iter().filter(|row| !(undoubted && row.doubtful)).map(row).collect()
    }

    /// How many are doubtful, in a group or in all.
    fn doubtful(&self, group: Option<&str>) -> usize {
        let of = |row: &&SideRow| row.doubtful && group.is_none_or(|group| row.group == group);
        self.rows.iter().filter(of).count()
    }
}

impl Desk {
    /// Holds interviews against records, for whoever holds both keys and has unlocked them. That it was done is in the
    /// ledger before the first answer is opened.
    pub async fn reconcile(&self, may: &May<'_, Review>) -> Answer<Comparison> {
        let declared = may.protocol().reconciliation.clone().ok_or_else(Refusal::not_found)?;
        if self.keyring(may.session()).is_none() {
            return Err(Refusal::new(Kind::Locked, "refusal-reconcile-locked").into());
        }
        let (mandate, by, now, salt) = (may.mandate().id, may.session().member().id, self.now(), self.salt());
        self.store
            .write(move |tx| {
                let done = Done::new(now, Some(by), "mandate.reconcile").in_mandate(mandate);
                let done = done.about("mandate", mandate);
                record::audit_with_leaf(tx, ledger::leaf::kind::EXPORT, &salt, done)
            })
            .await?;
        let dated = self.dated(may, &declared).await?;
        // What makes an interview valid is what the release says, for the same form.
        let sample = may.protocol().release.as_ref().map(|plan| &plan.sample);
        let sample = sample.filter(|sample| sample.form == declared.interviews.form_id);
        let judge = self.judge(may, sample.and_then(|sample| sample.validity.as_ref()), KEYS).await?;
        let interviews = self
            .side(may, &declared, &declared.interviews, (&dated, judge), |test| test.interviews.as_ref())
            .await?;
        let records = self
            .side(may, &declared, &declared.records, (&dated, Judge::default()), |test| test.records.as_ref())
            .await?;
        let workforce = self.workforce(may, &declared).await?;
        let policy = &may.protocol().disclosure.policy;
        let (k, strict) = (policy.k as usize, policy.k_strict as usize);
        let mut tests = Vec::new();
        for (place, test) in declared.tests.iter().enumerate() {
            let thresholds: Vec<f64> = test.thresholds.iter().map(|(_, threshold)| *threshold).collect();
            let asked = engine::Test {
                formula: engine_formula(test.formula),
                less_is_worse: test.worse == Direction::Less,
                thresholds: &thresholds,
                k,
            };
            let made = |undoubted: bool| {
                let (said, recorded) = (interviews.column(place, undoubted), records.column(place, false));
                engine::reconcile(&asked, &said, &recorded, workforce.as_ref())
                    .map_err(|error| Fault::internal(format!("reconciliation test {}: {error}", test.id)))
            };
            let mut without = Vec::new();
            if test.interviews.is_some() && interviews.doubtful(None) >= strict {
                without = made(true)?;
                // With fewer, the difference would say what they answered.
                without.retain(|figure| interviews.doubtful(figure.group.as_deref()) >= strict);
            }
            tests.push(Reconciled { test: test.id.clone(), figures: made(false)?, without });
        }
        Ok(Comparison {
            tests,
            interviews: interviews.rows.len(),
            not_private: interviews.not_private,
            doubtful: interviews.doubtful(None) >= k,
            records: records.rows.len(),
            files: records.units.len(),
            rates: declared.rates.is_none() || !dated.rates.is_empty(),
        })
    }

    /// How many people work in each group and stratum, as far as a registry says so: counted from properties that are no
    /// identity. None where there are no such entries, or where one stayed closed.
    async fn workforce(
        &self,
        may: &May<'_, Review>,
        declared: &Reconciliation,
    ) -> Answer<Option<engine::Workforce>> {
        let (Some(source), Ok(read)) = (&declared.workforce, may.may::<Read>()) else { return Ok(None) };
        let mut workforce = engine::Workforce::new();
        let mut list = EntryList { limit: PAGE, ..EntryList::default() };
        loop {
            let page = self.entries(&read, &source.registry, list).await?;
            let Some(last) = page.last() else { break };
            list.after = Some(last.entry.id);
            for row in &page {
                let value = |name: &str| row.values.get(name).and_then(serde_json::Value::as_str);
                let (Some(group), Some(stratum)) = (value(&source.group), value(&source.stratum)) else {
                    return Ok(None);
                };
                *workforce.entry((group.to_owned(), stratum.to_owned())).or_insert(0.0) += 1.0;
            }
        }
        Ok((!workforce.is_empty()).then_some(workforce))
    }

    /// Reads one side. What leaves this function has no key of a submission, and files have numbers for their codes.
    async fn side(
        &self,
        may: &May<'_, Review>,
        declared: &Reconciliation,
        source: &Source,
        (dated, judge): (&Dated, Judge),
        measure: impl Fn(&ReconciliationTest) -> Option<&Measure>,
    ) -> Answer<Side> {
        let measures: Vec<Option<Measure>> =
            declared.tests.iter().map(|test| measure(test).cloned()).collect();
        let most = Some((MOST, "refusal-reconcile-many"));
        let reading = Reading { form: &source.form_id, case: None, most, closed: KEYS };
        let (dated, source) = (dated.clone(), source.clone());
        let take = move |side: &mut Side, values: Values| {
            if Condition::all_hold(&source.only, |path| answered(&values, path), &[]) != Some(true) {
                return;
            }
            let worth = judge.worth(&values);
            if matches!(worth, Worth::NotPrivate | Worth::NotWritten) {
                side.not_private += 1;
                return;
            }
            let answer = |path: &str| answered(&values, path);
            let number =
                |measure: &Option<Measure>| measure.as_ref().map_or(f64::NAN, |one| one.of(&dated, answer));
            let unit = source.unit.as_deref().and_then(answer).map(|code| {
                let next = u32::try_from(side.units.len()).unwrap_or(u32::MAX);
                *side.units.entry(code).or_insert(next)
            });
            side.rows.push(SideRow {
                group: answer(&source.group).unwrap_or_default(),
                stratum: source.stratum.as_deref().and_then(answer).unwrap_or_default(),
                unit,
                doubtful: worth == Worth::Doubtful,
                numbers: measures.iter().map(number).collect(),
            });
        };
        Ok(self.read_answers(may, reading, take).await?.0)
    }

    /// Paths of the protocol, and the rates of exchange that stand in the cases of the mandate.
    async fn dated(&self, may: &May<'_, Review>, declared: &Reconciliation) -> Answer<Dated> {
        let mut dated = Dated { paths: declared.paths.clone(), ..Dated::default() };
        let Some(rates) = &declared.rates else { return Ok(dated) };
        dated.base.clone_from(&rates.base);
        let Ok(read) = may.may::<Read>() else { return Ok(dated) };
        for case in self.cases(&read, Some(&rates.workflow)).await? {
            let Some(standing) = case.standing() else { continue };
            let counts = |fact: &&ToldFact| {
                let id = fact.stored.id.to_string();
                fact.stored.kind == rates.fact && standing.facts.iter().any(|known| known.id == id)
            };
            for fact in case.facts.iter().filter(counts) {
                let Some(currency) = fact.values.get(&rates.currency) else { continue };
                let day = moment(may.protocol(), fact.stored.at).date();
                for kind in &rates.kinds {
                    let rate = fact.values.get(kind).and_then(|text| text.parse::<f64>().ok());
                    if let Some(rate) = rate.filter(|rate| rate.is_finite() && *rate > 0.0) {
                        let of = (kind.clone(), currency.clone());
                        dated.rates.entry(of).or_default().push((day, rate));
                    }
                }
            }
        }
        for steps in dated.rates.values_mut() {
            steps.sort_by_key(|(day, _)| *day);
        }
        Ok(dated)
    }
}

/// The word of a flag.
pub fn colour(test: &ReconciliationTest, flag: Option<usize>) -> Option<Colour> {
    test.thresholds.get(flag?).map(|(colour, _)| *colour)
}
