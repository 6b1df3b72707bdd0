//! One visit: draw, field, estimates, release.

use std::collections::BTreeMap;

use disclosure::{
    Dimension, Draft, Measure, Policy, Quantity, Refused, Released, Sample, Space, Table, protect,
};
use draw::{Record, Transcript};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use serde_json::{Value, json};
use survey::response::weighting_classes;
use survey::sample_size::{MarginRequest, for_margin};
use survey::{Codes, Degrees, Design, Domains, Plan, ShareInterval, StagePlan, Statistic};

use crate::example::{self, played, played::Played};
use crate::zone::{Establishment, Worker, chance};

/// What became of a visit.
#[derive(Debug, Default)]
pub struct Outcome {
    /// For each published interval what it is of, and whether it covers the truth.
    pub published: Vec<(&'static str, bool)>,
    /// Drawn at first.
    pub drawn: u64,
    /// Heard.
    pub interviews: u64,
    /// Reserves that were called.
    pub reserves: u64,
    /// Cells that the release hides.
    pub suppressed: u64,
    /// Tables that were left out, because they would have given somebody away.
    pub left_out: u64,
    /// Estimates that it holds back.
    pub held_back: u64,
}

/// A question that is answered with yes or no.
pub struct Question {
    /// Its name.
    pub name: &'static str,
    strict: bool,
    /// The truth about somebody.
    pub answer: fn(&Worker) -> bool,
}

/// What is asked.
pub const QUESTIONS: [Question; 4] = [
    Question { name: "paid_directly", strict: false, answer: |worker| worker.paid_directly },
    Question { name: "rest_day", strict: false, answer: |worker| worker.rest_day },
    Question { name: "chose_freely", strict: false, answer: |worker| worker.chose_freely },
    Question { name: "harassed", strict: true, answer: |worker| worker.harassed },
];

/// Goes there.
pub fn visit(number: u64, establishment: &Establishment) -> Outcome {
    let mut dice = ChaCha20Rng::seed_from_u64(number);
    let mut outcome = Outcome::default();
    let played = draw_and_call(number, establishment, &mut dice, &mut outcome);
    let heard = Heard::of(&played, establishment);
    outcome.interviews = heard.workers.len() as u64;
    let released = heard.release(establishment, &mut outcome);
    publish(number, &released, &[played.files], &mut outcome);
    outcome
}

/// A draw of all parties, to its end: who is drawn is called in order, who does not speak is replaced from the reserve.
fn draw_and_call(
    number: u64,
    establishment: &Establishment,
    dice: &mut ChaCha20Rng,
    outcome: &mut Outcome,
) -> Played {
    let people = establishment.workers.len() as u64;
    let wanted = MarginRequest { margin: 0.1, population: Some(people), ..MarginRequest::default() };
    let n = for_margin(&wanted).expect("a sample size");
    let mut design = played::design(number);
    let Value::Object(fields) = &mut design else { panic!("a design is an object") };
    fields.extend([
        ("suite".to_owned(), json!(if number.is_multiple_of(50) { "ecvrf" } else { "hmac-commit" })),
        ("n".to_owned(), json!(n)),
        ("reserve".to_owned(), json!(n.div_ceil(5))),
        ("strata".to_owned(), json!(["stratum"])),
        ("k_max".to_owned(), json!(0)),
        ("notes".to_owned(), json!({"disclosure_policy": Policy::default().hash()})),
    ]);
    let roster = (1..).zip(&establishment.workers).map(|(no, worker): (usize, &Worker)| {
        let record = json!({"no": format!("W{no:05}"), "stratum": worker.stratum()});
        let Value::Object(record) = record else { panic!("a record is an object") };
        record
    });
    let id = format!("{}/visit-{number}/1", establishment.code.to_lowercase());
    let mut played = Played::begin(number, &id, design, roster.collect::<Vec<Record>>()).expect("a draw");
    played.dice = number.is_multiple_of(3);
    played.until_seed();
    played.select().expect("a selection");
    played.seal().expect("it is sealed before anybody is called");
    for stratum in played.selection.clone().expect("there is one").strata {
        outcome.drawn += stratum.n;
        let mut open = stratum.n;
        let mut rank = 0;
        while rank < open {
            let worker = &establishment.workers[stratum.order[rank as usize].i as usize];
            if chance(dice) < 0.1 {
                played.attempt(&stratum.name, rank, "absent");
            }
            if chance(dice) < worker.speaks {
                played.attempt(&stratum.name, rank, "interviewed");
            } else {
                played.attempt(&stratum.name, rank, "refused");
                open = (open + 1).min(stratum.n + stratum.reserve);
            }
            rank += 1;
        }
        outcome.reserves += open - stratum.n;
    }
    played.field().expect("the attempts are in order");
    played.finish().expect("the auditor signs");
    played
}

/// Those who were heard, with what the frame knows about their stratum.
struct Heard<'a> {
    workers: Vec<&'a Worker>,
    strata: Codes,
    /// Of each one's stratum: how many the frame has.
    population: Vec<f64>,
    weights: Vec<f64>,
}

impl<'a> Heard<'a> {
    /// Only from what the monitor has: roster, selection, attempts.
    fn of(played: &Played, establishment: &'a Establishment) -> Heard<'a> {
        let selection = played.selection.as_ref().expect("there is one");
        let mut heard: BTreeMap<&str, Vec<&Worker>> = BTreeMap::new();
        for attempt in played.attempts.iter().filter(|attempt| attempt.code == "interviewed") {
            let stratum = selection.strata.iter().find(|one| one.name == attempt.stratum).expect("a stratum");
            let worker = &establishment.workers[stratum.order[attempt.rank as usize].i as usize];
            heard.entry(&stratum.name).or_default().push(worker);
        }
        // A stratum in which fewer than two spoke is joined with the one beside it: nothing is known about its spread.
        let mut joined: Vec<(Vec<&Worker>, usize)> = Vec::new();
        for stratum in &selection.strata {
            let workers = heard.remove(&*stratum.name).unwrap_or_default();
            match joined.last_mut() {
                Some((before, size)) if workers.len() < 2 || before.len() < 2 => {
                    before.extend(workers);
                    *size += stratum.order.len();
                }
                _ => joined.push((workers, stratum.order.len())),
            }
        }
        let names: Vec<String> = (0..)
            .zip(&joined)
            .flat_map(|(at, (workers, _)): (usize, _)| vec![at.to_string(); workers.len()])
            .collect();
        let strata = Codes::of_texts(&names);
        let sizes: Vec<f64> =
            joined.iter().filter(|(workers, _)| !workers.is_empty()).map(|(_, size)| *size as f64).collect();
        let workers: Vec<&Worker> = joined.into_iter().flat_map(|(workers, _)| workers).collect();
        let population = strata.of_row().iter().map(|&stratum| sizes[stratum as usize]).collect();
        let (equal, all) = (vec![1.0; workers.len()], vec![true; workers.len()]);
        let weights = weighting_classes(&equal, &strata, &all, &sizes).expect("weights");
        Heard { workers, strata, population, weights }
    }

    fn design(&self) -> Design {
        Design::new(Plan {
            rows: self.workers.len(),
            stages: vec![StagePlan {
                units: None,
                strata: Some(self.strata.clone()),
                population: Some(self.population.clone()),
            }],
            weights: Some(self.weights.clone()),
            ..Plan::default()
        })
        .expect("a design")
    }

    /// Estimates and tables, as far as they may be published; and whether each interval that is covers the truth.
    fn release(&self, establishment: &Establishment, outcome: &mut Outcome) -> Released {
        let design = self.design();
        let whole = Domains::whole(self.workers.len());
        let of = |table: &str, position: &str, quantity, value, low, high| disclosure::Estimate {
            table: table.to_owned(),
            position: vec![position.to_owned()],
            quantity,
            value,
            low,
            high,
            n: self.workers.len() as u32,
        };
        let mut estimates = Vec::new();
        for question in &QUESTIONS {
            let answers: Vec<f64> =
                self.workers.iter().map(|worker| f64::from(u8::from((question.answer)(worker)))).collect();
            let share = design
                .share_to_show(&answers, &whole, ShareInterval::default(), 0.95, Degrees::OfDesign)
                .expect("a share")[0];
            let (value, low, high) = (share.estimate.value * 100.0, share.lower * 100.0, share.upper * 100.0);
            if low.is_finite() && high.is_finite() {
                estimates.push(of(question.name, "yes", Quantity::Percent, value, low, high));
            }
        }
        let hours: Vec<f64> = self.workers.iter().map(|worker| worker.hours).collect();
        let mean = &design.estimate(&[Statistic::Mean(&hours)], &whole).expect("a mean").estimates[0];
        let (low, high) = mean.interval(0.95, Degrees::OfDesign);
        estimates.push(of("sex", "total", Quantity::Mean, mean.value, low, high));
        let asked = estimates.len();

        let mut dimensions = vec![Dimension::new("sex", ["f", "m"])];
        dimensions.extend(QUESTIONS.iter().map(|question| Dimension::new(question.name, ["yes", "no"])));
        let space = Space { dimensions, impossible: Vec::new() };
        let people = self.workers.iter().map(|worker| {
            let answers =
                QUESTIONS.iter().map(|question| if (question.answer)(worker) { "yes" } else { "no" });
            std::iter::once(worker.sex).chain(answers).collect::<Vec<_>>()
        });
        let sample = Sample::of(&space, people).expect("a sample");
        let mut tables = vec![Table::of("sex", ["sex"])];
        for question in &QUESTIONS {
            let strict = question.strict;
            tables.push(Table { strict, ..Table::of(question.name, [question.name]) });
            let name = format!("{}_by_sex", question.name);
            let crossed = Table::of(&name, ["sex", question.name]);
            tables.push(Table { strict, measure: Measure::Percentages, ..crossed });
        }
        let released = loop {
            let draft = Draft {
                space: &space,
                tables: tables.clone(),
                sample: &sample,
                earlier: &[],
                estimates: estimates.clone(),
            };
            match protect(draft, &Policy::default()) {
                Ok(released) => break released,
                // What the sentence asks for: leave out the tables that give away who cannot be protected.
                Err(Refused::GivenAway(cells) | Refused::Leaks(cells)) => {
                    let before = tables.len();
                    tables.retain(|table| {
                        !(table.axes.len() > 1
                            && cells.iter().any(|cell| cell.starts_with(&format!("{}:", table.name))))
                    });
                    assert!(tables.len() < before, "nothing is left to leave out: {cells:?}");
                    outcome.left_out += (before - tables.len()) as u64;
                }
                Err(refused) => panic!("{refused}"),
            }
        };
        assert!(released.audit().passed(), "{:?}", released.audit());
        outcome.held_back += (asked - released.estimates().len()) as u64;

        let everybody = &establishment.workers;
        let share_of = |answer: fn(&Worker) -> bool| {
            100.0 * everybody.iter().filter(|worker| answer(worker)).count() as f64 / everybody.len() as f64
        };
        for estimate in released.estimates() {
            let (name, truth) = match QUESTIONS.iter().find(|question| question.name == estimate.table) {
                Some(question) => (question.name, share_of(question.answer)),
                None => (
                    "hours",
                    everybody.iter().map(|worker| worker.hours).sum::<f64>() / everybody.len() as f64,
                ),
            };
            outcome.published.push((name, estimate.low <= truth && truth <= estimate.high));
        }
        released
    }
}

/// The bag, entered in a ledger with two witnesses, as its readers verify it.
fn publish(number: u64, released: &Released, draws: &[Transcript], outcome: &mut Outcome) {
    let mut log = example::Log::of(number % 7);
    for transcript in draws {
        log.add(&example::draw_leaf(&draw::verify(transcript, draw::Trust::default()).known.draw));
    }
    let unsealed = bag::write(example::release(released, draws)).expect("readers would accept it");
    let published = example::publish(unsealed, log, &["authority-a", "ngo"]).expect("it is sealed");
    assert_eq!(published.report.verdict(), bag::Verdict::Holds, "{}", published.report);
    outcome.suppressed = released.file().suppressed.len() as u64;
}
