//! The whole way of a visit, five hundred times, in a zone of which everything is known: a draw by five parties,
//! refusals and reserves, estimates, a release. Its published intervals must cover the truth as often as they say.
//!
//! `VISITS=5000 cargo test -p deungdae --test whole_way -- --nocapture` goes further and tells what it counted.

#[path = "../../../bag/tests/story/example.rs"]
mod example;
mod round;
mod visit;
mod zone;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;

use visit::Outcome;
use zone::Zone;

/// How often intervals of 95 % may cover, counted over 500 visits.
const COVERAGE: std::ops::RangeInclusive<f64> = 92.0..=98.0;

fn visits() -> usize {
    std::env::var("VISITS").ok().and_then(|text| text.parse().ok()).unwrap_or(500)
}

/// `ROUNDS=5000 cargo test …` goes further.
#[test]
fn rounds_of_two_stages_give_intervals_that_cover_the_truth_of_the_whole_zone() {
    let rounds = std::env::var("ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(400);
    let zone = Zone::make(&mut ChaCha20Rng::seed_from_u64(117));
    let counted = round::counted(rounds, &zone);
    let percent = |covers: usize| 100.0 * covers as f64 / rounds as f64;
    for (name, (covers, width)) in &counted {
        eprintln!("{name}: {covers} of {rounds} cover, {:.1} %, {width:.3} wide", percent(*covers));
    }
    let together = counted.values().map(|(covers, _)| percent(*covers)).sum::<f64>() / counted.len() as f64;
    eprintln!("together {together:.2} %");
    assert_eq!(counted.len(), visit::QUESTIONS.len() + 1);
    assert!(COVERAGE.contains(&together), "{counted:?}");
    for (name, (covers, _)) in &counted {
        assert!(COVERAGE.contains(&percent(*covers)), "{name}: {counted:?}");
    }
}

#[test]
fn five_hundred_visits_publish_intervals_that_cover_the_truth_and_no_release_fails_its_audit() {
    let zone = Zone::make(&mut ChaCha20Rng::seed_from_u64(117));
    assert_eq!((zone.establishments.len(), zone.workers().count()), (117, 40_000));
    let (count, next) = (visits(), AtomicUsize::new(0));
    let workers = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    let outcomes: Vec<Outcome> = std::thread::scope(|scope| {
        let go = || {
            let mut done = Vec::new();
            loop {
                let visit = next.fetch_add(1, Ordering::Relaxed);
                if visit >= count {
                    return done;
                }
                // Each establishment is visited again and again; the dice and the keys are new each time.
                let establishment = &zone.establishments[visit % zone.establishments.len()];
                done.push(visit::visit(visit as u64, establishment));
            }
        };
        let running: Vec<_> = (0..workers).map(|_| scope.spawn(go)).collect();
        running.into_iter().flat_map(|thread| thread.join().expect("no visit panics")).collect()
    });
    assert_eq!(outcomes.len(), count);

    let mut counted: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for (name, covered) in outcomes.iter().flat_map(|outcome| &outcome.published) {
        let (covers, all) = counted.entry(name).or_default();
        *covers += usize::from(*covered);
        *all += 1;
    }
    let percent = |(covers, all): (usize, usize)| 100.0 * covers as f64 / all as f64;
    for (name, counts) in &counted {
        eprintln!(
            "{name}: {} of {} intervals cover the truth, {:.1} %",
            counts.0,
            counts.1,
            percent(*counts)
        );
    }
    let sum = |of: fn(&Outcome) -> u64| outcomes.iter().map(of).sum::<u64>();
    eprintln!(
        "{count} visits, {} drawn, {} interviews, {} reserves opened, {} cells suppressed, {} tables left out, {} estimates held back",
        sum(|one| one.drawn),
        sum(|one| one.interviews),
        sum(|one| one.reserves),
        sum(|one| one.suppressed),
        sum(|one| one.left_out),
        sum(|one| one.held_back),
    );
    let all = counted.values().fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
    eprintln!("together {:.2} % of {}", percent(all), all.1);
    assert!(COVERAGE.contains(&percent(all)), "{counted:?}");
    for (name, counts) in &counted {
        assert!(counts.1 > count / 4, "{name} is published too rarely to say anything: {counts:?}");
        assert!(COVERAGE.contains(&percent(*counts)), "{name}: {counts:?}");
    }
}
