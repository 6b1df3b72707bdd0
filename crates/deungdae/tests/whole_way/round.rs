//! One round of visits over the zone: establishments drawn by their workers, people drawn within each, refusals and
//! reserves at both stages, and figures of the whole zone.

use std::collections::BTreeMap;

use draw::select::Inclusion;
use draw::{Design as Drawing, Record, Roster, Selection as Drawn};
use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};
use serde_json::{Value, json};
use survey::{
    Codes, Degrees, Design, Domains, LonelyUnit, Plan, Selection, ShareInterval, StagePlan, Statistic,
};

use crate::example::played;
use crate::visit::QUESTIONS;
use crate::zone::{Worker, Zone, chance};

/// Establishments drawn in a round.
const PLACES: u64 = 12;
/// People drawn in each.
const PEOPLE: u64 = 26;
/// How often an establishment lets nobody in.
const CLOSED: f64 = 0.05;

/// The zone with its lists frozen, as the engine draws from them.
pub struct Frames {
    places: (Drawing, Roster),
    people: Vec<(Drawing, Roster)>,
}

fn design(more: Value) -> Drawing {
    let mut design = played::design(1);
    let (Value::Object(fields), Value::Object(more)) = (&mut design, more) else { panic!("an object") };
    fields.remove("strata");
    fields.extend([("reserve".to_owned(), json!(0)), ("min_per_stratum".to_owned(), json!(0))]);
    fields.extend(more);
    Drawing::read("zone/round/1", &design).expect("a design")
}

fn frozen(design: Drawing, lines: impl Iterator<Item = Value>) -> (Drawing, Roster) {
    let lines = (1..).zip(lines).map(|(row, line)| match line {
        Value::Object(record) => Ok::<(u64, Record), draw::Refusal>((row, record)),
        _ => panic!("a record is an object"),
    });
    let roster = Roster::freeze(&design, lines).expect("a roster");
    (design, roster)
}

impl Frames {
    /// Freezes them all.
    pub fn of(zone: &Zone) -> Frames {
        let places = zone.establishments.iter().enumerate();
        let places = places.map(|(at, one)| json!({"no": format!("{at:03}"), "size": one.workers.len()}));
        let by_size = json!({"scheme": "pps-systematic", "size": "size", "result": "public", "n": PLACES, "reserve": 4});
        let people = zone.establishments.iter().map(|one| {
            let workers = one.workers.iter().enumerate();
            let lines = workers.map(|(at, one)| json!({"no": format!("{at:05}"), "stratum": one.stratum()}));
            let drawing = json!({
                "scheme": "stratified-srs", "strata": ["stratum"], "n": PEOPLE, "min_per_stratum": 2,
                "reserve": PEOPLE.div_ceil(5),
            });
            frozen(design(drawing), lines)
        });
        Frames { people: people.collect(), places: frozen(design(by_size), places) }
    }
}

fn drawn((design, roster): &(Drawing, Roster), dice: &mut ChaCha20Rng) -> Drawn {
    let mut beta = || {
        let mut beta = [0; 64];
        dice.fill_bytes(&mut beta);
        beta
    };
    let betas: Vec<_> = roster.units.iter().map(|_| beta()).collect();
    let start = beta();
    let mut seed = [0; 32];
    dice.fill_bytes(&mut seed);
    draw::select(design, roster, &seed, &betas, Some(&start)).expect("a selection")
}

/// What became of a round: for each figure its name and whether its interval covers the truth, and the width of it.
pub fn round(number: u64, zone: &Zone, frames: &Frames) -> Vec<(&'static str, bool, f64)> {
    let mut dice = ChaCha20Rng::seed_from_u64(1_000_000 + number);
    // First stage: who lets nobody in is replaced from the reserve.
    let places = drawn(&frames.places, &mut dice);
    let stratum = &places.strata[0];
    let Inclusion::Each(chances) = &stratum.inclusion else { panic!("each has its own chance") };
    let (mut open, mut rank, mut visited) = (stratum.n, 0, Vec::new());
    while rank < open {
        let place = &stratum.order[rank as usize];
        if chance(&mut dice) < CLOSED {
            open = (open + 1).min(stratum.n + stratum.reserve);
        } else {
            let chance = &chances[rank as usize];
            visited.push((place.i as usize, chance.numerator() as f64 / chance.denominator() as f64));
        }
        rank += 1;
    }
    // Second stage, in each.
    let mut heard: Vec<(&Worker, usize, String, f64, f64)> = Vec::new();
    for (at, first) in &visited {
        let workers = &zone.establishments[*at].workers;
        for stratum in &drawn(&frames.people[*at], &mut dice).strata {
            let (mut open, mut rank, mut spoke) = (stratum.n, 0, Vec::new());
            while rank < open {
                let worker = &workers[stratum.order[rank as usize].i as usize];
                if chance(&mut dice) < worker.speaks {
                    spoke.push(worker);
                } else {
                    open = (open + 1).min(stratum.n + stratum.reserve);
                }
                rank += 1;
            }
            let fraction = spoke.len() as f64 / stratum.order.len() as f64;
            heard.extend(spoke.into_iter().map(|one| (one, *at, stratum.name.clone(), *first, fraction)));
        }
    }
    figures(zone, &heard)
}

/// As `desk` computes them: the two-stage weights, Brewer's approximation for establishments and the spread within added.
fn figures(zone: &Zone, heard: &[(&Worker, usize, String, f64, f64)]) -> Vec<(&'static str, bool, f64)> {
    let texts = |of: fn(&(&Worker, usize, String, f64, f64)) -> String| -> Codes {
        let texts: Vec<String> = heard.iter().map(of).collect();
        Codes::of_texts(&texts)
    };
    let first = StagePlan {
        units: Some(texts(|one| one.1.to_string())),
        strata: Some(texts(|one| (one.3 < 1.0).to_string())),
        population: Some(heard.iter().map(|one| one.3).collect()),
    };
    let second = StagePlan {
        units: None,
        strata: Some(texts(|one| one.2.clone())),
        population: Some(heard.iter().map(|one| one.4).collect()),
    };
    let design = Design::new(Plan {
        rows: heard.len(),
        stages: vec![first, second],
        weights: Some(heard.iter().map(|one| 1.0 / (one.3 * one.4)).collect()),
        selection: Selection::Brewer,
        lonely: LonelyUnit::Adjust,
        ..Plan::default()
    })
    .expect("a design");
    let whole = Domains::whole(heard.len());
    let everybody: Vec<&Worker> = zone.workers().collect();
    let mut found = Vec::new();
    for question in &QUESTIONS {
        let answers: Vec<f64> =
            heard.iter().map(|one| f64::from(u8::from((question.answer)(one.0)))).collect();
        let share = design.share(&answers, &whole, ShareInterval::KornGraubard, 0.95, Degrees::OfDesign);
        let share = share.expect("a share")[0];
        let yes = everybody.iter().filter(|one| (question.answer)(one)).count();
        let truth = yes as f64 / everybody.len() as f64;
        found.push((question.name, share.lower <= truth && truth <= share.upper, share.upper - share.lower));
    }
    let hours: Vec<f64> = heard.iter().map(|one| one.0.hours).collect();
    let mean = &design.estimate(&[Statistic::Mean(&hours)], &whole).expect("a mean").estimates[0];
    let (low, high) = mean.interval(0.95, Degrees::OfDesign);
    let truth = everybody.iter().map(|one| one.hours).sum::<f64>() / everybody.len() as f64;
    found.push(("hours", low <= truth && truth <= high, high - low));
    found
}

/// Counts, over so many rounds, how often the interval of each figure covers the truth, and how wide they are.
pub fn counted(rounds: usize, zone: &Zone) -> BTreeMap<&'static str, (usize, f64)> {
    let frames = Frames::of(zone);
    let half = rounds.div_ceil(2);
    let (zone, frames) = (zone, &frames);
    let all = std::thread::scope(|scope| {
        let go = |from: usize, to: usize| {
            scope.spawn(move || (from..to).flat_map(|at| round(at as u64, zone, frames)).collect::<Vec<_>>())
        };
        let running = [go(0, half), go(half, rounds)];
        running.into_iter().flat_map(|one| one.join().expect("no round panics")).collect::<Vec<_>>()
    });
    let mut counted: BTreeMap<&str, (usize, f64)> = BTreeMap::new();
    for (name, covers, width) in all {
        let (covered, widths) = counted.entry(name).or_default();
        *covered += usize::from(covers);
        *widths += width / rounds as f64;
    }
    counted
}
