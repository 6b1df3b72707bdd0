//! Reconciliation: what people said, held against what was recorded, by groups only. Whoever holds the keys of both sides
//! opens them for this one act; from each submission only group, stratum and number are taken, and nothing is kept.

use protocol::{Colour, Direction, Formula, Measure, Reconciliation, ReconciliationTest, Source};
use store::registry::EntryList;
use store::submission::{self, List};
use store::{Fault, form};
use survey::reconcile::{self as engine, Figure, Row};

use crate::Desk;
use crate::answer::{Answer, Kind, Refusal};
use crate::may::{May, Read, Review};
use crate::record::{self, Done};
use crate::submissions::{counts, open_version};

/// Submissions of one side that a reconciliation reads; more are refused rather than left out.
const MOST: i64 = 100_000;

/// Submissions read at a time.
const PAGE: i64 = 500;

/// One test with its figures.
pub struct Reconciled {
    /// Its id in the protocol.
    pub test: String,
    /// The figures: all together first, then each group.
    pub figures: Vec<Figure>,
}

/// What was compared, and how much of it could be read.
pub struct Comparison {
    /// The tests, in the protocol's order.
    pub tests: Vec<Reconciled>,
    /// Interviews that counted.
    pub interviews: usize,
    /// Record reviews that counted.
    pub records: usize,
}

/// A side, read: for each submission that counts, its group, its stratum and one number for each test.
#[derive(Default)]
struct Side {
    rows: Vec<(String, String, Vec<f64>)>,
    closed: bool,
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
    fn column(&self, place: usize) -> Vec<Row> {
        let row = |(group, stratum, values): &(String, String, Vec<f64>)| Row {
            group: group.clone(),
            stratum: stratum.clone(),
            value: values.get(place).copied().unwrap_or(f64::NAN),
        };
        self.rows.iter().map(row).collect()
    }
}

impl Desk {
    /// Holds interviews against records, for whoever holds both keys and has unlocked them. That it was done is in the
    /// ledger before the first answer is opened.
    pub async fn reconcile(&self, may: &May<'_, Review>) -> Answer<Comparison> {
        let declared = may.protocol().reconciliation.clone().ok_or_else(Refusal::not_found)?;
        let keyring = self.keyring(may.session());
        if keyring.is_none() {
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
        let interviews =
            self.side(may, &declared, &declared.interviews, |test| test.interviews.as_ref()).await?;
        let records = self.side(may, &declared, &declared.records, |test| test.records.as_ref()).await?;
        if interviews.closed || records.closed {
            return Err(Refusal::new(Kind::NotAllowed, "refusal-reconcile-keys").into());
        }
        let workforce = self.workforce(may, &declared).await?;
        let k = may.protocol().disclosure.policy.k;
        let mut tests = Vec::new();
        for (place, test) in declared.tests.iter().enumerate() {
            let thresholds: Vec<f64> = test.thresholds.iter().map(|(_, threshold)| *threshold).collect();
            let asked = engine::Test {
                formula: engine_formula(test.formula),
                less_is_worse: test.worse == Direction::Less,
                thresholds: &thresholds,
                k: usize::try_from(k).unwrap_or(usize::MAX),
            };
            let (said, recorded) = (interviews.column(place), records.column(place));
            let figures = engine::reconcile(&asked, &said, &recorded, workforce.as_ref())
                .map_err(|error| Fault::internal(format!("reconciliation test {}: {error}", test.id)))?;
            tests.push(Reconciled { test: test.id.clone(), figures });
        }
        Ok(Comparison { tests, interviews: interviews.rows.len(), records: records.rows.len() })
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

    /// Reads one side. What leaves this function has no key of a submission.
    async fn side(
        &self,
        may: &May<'_, Review>,
        declared: &Reconciliation,
        source: &Source,
        measure: impl Fn(&ReconciliationTest) -> Option<&Measure>,
    ) -> Answer<Side> {
        let (mandate, form_id) = (may.mandate().id, source.form_id.clone());
        let found = self.store.read(move |tx| form::by_form_id(tx, mandate, &form_id)).await?;
        let Some(found) = found else { return Ok(Side::default()) };
        let measures: Vec<Option<Measure>> =
            declared.tests.iter().map(|test| measure(test).cloned()).collect();
        let (paths, source) = (declared.paths.clone(), source.clone());
        let keyring = self.keyring(may.session());
        let side = self
            .store
            .read(move |tx| {
                let mut keyring = keyring;
                let mut list = List { form: found.id, limit: PAGE, ..List::default() };
                let mut side = Side::default();
                loop {
                    let mut page = Vec::new();
                    submission::list(tx, &list, |listed| {
                        page.push(listed);
                        Ok(())
                    })?;
                    let Some(last) = page.last() else { return Ok::<_, Fault>(Some(side)) };
                    list.after = Some(last.key.clone());
                    for listed in page.iter().filter(|listed| counts(&listed.submission)) {
                        let opened = open_version(tx, keyring.as_mut(), &listed.version, false)?;
                        side.closed |= opened.sensitive_closed;
                        let answer = |path: &str| {
                            let value = opened.values.get(path).and_then(serde_json::Value::as_str);
                            value.filter(|value| !value.is_empty()).map(str::to_owned)
                        };
                        if !source.only.iter().all(|condition| condition.holds(answer) == Some(true)) {
                            continue;
                        }
                        let numbers = measures.iter().map(|measure| {
                            measure.as_ref().map_or(f64::NAN, |measure| measure.of(&paths, answer))
                        });
                        let stratum = source.stratum.as_deref().and_then(answer).unwrap_or_default();
                        side.rows.push((
                            answer(&source.group).unwrap_or_default(),
                            stratum,
                            numbers.collect(),
                        ));
                    }
                    if i64::try_from(side.rows.len()).unwrap_or(i64::MAX) > MOST {
                        return Ok(None);
                    }
                }
            })
            .await?;
        Ok(side.ok_or_else(|| Refusal::new(Kind::TooLarge, "refusal-reconcile-many").with("most", MOST))?)
    }
}

/// The word of a flag.
pub fn colour(test: &ReconciliationTest, flag: Option<usize>) -> Option<Colour> {
    test.thresholds.get(flag?).map(|(colour, _)| *colour)
}
