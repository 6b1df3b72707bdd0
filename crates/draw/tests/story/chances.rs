//! Ten thousand draws: every unit, and every stratum and size, has the chance that it should have. The seeds are fixed, so
//! the figures are the same on every run.

use draw::design::Design;
use draw::select::{Pps, ticket};
use draw::{Hash, Roster, Selection, Suite};
use serde_json::json;

use crate::played::{DRAW, bytes, worker};
use crate::whole_draws::with;

const DRAWS: u64 = 10_000;

/// Draws with hmac-commit, whose outputs cost microseconds; the path through the rest is the same.
fn draws(
    scheme: &str,
    count: usize,
    change: impl Fn(&mut serde_json::Value),
) -> impl Iterator<Item = (Roster, Selection)> {
    draws_of(DRAW, (3, 4), scheme, count, change)
}

/// Draws under another id, with keys of their own for salts and tickets.
fn draws_of(
    draw: &'static str,
    (salt, key): (u8, u8),
    scheme: &str,
    count: usize,
    change: impl Fn(&mut serde_json::Value),
) -> impl Iterator<Item = (Roster, Selection)> {
    let mut plan = with(1, scheme, "hmac-commit");
    plan["result"] = "public".into();
    change(&mut plan);
    let design = Design::read(draw, &plan).unwrap();
    let roster = Roster::freeze(&design, (1..=count).map(|n| Ok((n as u64, worker(n))))).unwrap();
    let leaves: Vec<Hash> = roster.commit(draw, &[salt; 32]).leaves().to_vec();
    let drawer = Suite::HmacCommit.secret(draw, &[key; 32]).unwrap();
    (0..DRAWS).map(move |story| {
        let seed = bytes(story, "seed");
        let betas: Vec<_> = (0..)
            .zip(&roster.units)
            .zip(&leaves)
            .map(|((i, unit), leaf)| drawer.draw(&ticket(&seed, roster.stratum(unit), i, leaf)).unwrap().0)
            .collect();
        (roster.clone(), draw::select(&design, &roster, &seed, &betas, None).unwrap())
    })
}

/// Chi-square over units of how often each was taken, against its expectation; the variance of a draw without
/// replacement is n·p·(1−p), so each term is divided by that and the sum by (N−1)/N more.
fn chi_square(taken: &[u64], chance: &[f64]) -> f64 {
    let draws = DRAWS as f64;
    taken
        .iter()
        .zip(chance)
        .map(|(&times, p)| (times as f64 - draws * p).powi(2) / (draws * p * (1.0 - p)))
        .sum()
}

/// Largest distance between the two distribution functions.
fn kolmogorov_smirnov(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let n = values.len() as f64;
    values
        .iter()
        .enumerate()
        .map(|(at, value)| (value - at as f64 / n).abs().max(((at + 1) as f64 / n - value).abs()))
        .fold(0.0, f64::max)
}

#[test]
fn simple_draws_take_everybody_equally_often() {
    let mut taken = vec![0; 40];
    let mut reserve = vec![0; 40];
    let mut firsts = Vec::new();
    for (_, selection) in draws("srs", 40, |_| {}) {
        let stratum = &selection.strata[0];
        for unit in stratum.selected() {
            taken[unit.i as usize] += 1;
        }
        for unit in stratum.reserves() {
            reserve[unit.i as usize] += 1;
        }
        let [a, b, c, d, ..] = stratum.order[0].beta;
        // The lowest of 40 uniform numbers: 1 − (1 − x)^40 is uniform again.
        let lowest = f64::from(u32::from_be_bytes([a, b, c, d])) / f64::from(u32::MAX);
        firsts.push(1.0 - (1.0 - lowest).powi(40));
    }
    // Chi-square with 39 degrees of freedom: 72.1 is passed once in a thousand times.
    assert!(chi_square(&taken, &[0.2; 40]) * 39.0 / 40.0 < 72.1, "{taken:?}");
    assert!(chi_square(&reserve, &[0.1; 40]) * 39.0 / 40.0 < 72.1, "{reserve:?}");
    // Kolmogorov–Smirnov at one in a thousand: 1.95 / √10000.
    assert!(kolmogorov_smirnov(firsts) < 0.0195);
}

#[test]
fn strata_take_their_shares_equally_often() {
    let mut taken = vec![0; 40];
    let mut chance = vec![0.0; 40];
    for (_, selection) in draws("stratified-srs", 40, |_| {}) {
        for stratum in &selection.strata {
            for unit in &stratum.order {
                chance[unit.i as usize] = stratum.n as f64 / stratum.order.len() as f64;
            }
            for unit in stratum.selected() {
                taken[unit.i as usize] += 1;
            }
        }
    }
    assert!(chi_square(&taken, &chance) < 73.4, "{taken:?}");
}

#[test]
fn pps_takes_units_as_often_as_their_size_says() {
    let mut taken = vec![0; 30];
    let mut chance = vec![0.0; 30];
    let mut starts = Vec::new();
    for (story, (roster, selection)) in draws("pps-systematic", 30, |_| {}).enumerate() {
        let stratum = &selection.strata[0];
        for (rank, unit) in stratum.order.iter().enumerate() {
            let p = stratum.probability(rank).unwrap();
            chance[unit.i as usize] = p.numerator() as f64 / p.denominator() as f64;
        }
        for unit in stratum.selected() {
            taken[unit.i as usize] += 1;
        }
        let sizes: Vec<u64> = roster.units.iter().map(|unit| unit.size).collect();
        let pps = Pps::plan(&sizes, 8).unwrap();
        let start = pps.start(&bytes(story as u64, "seed")).unwrap();
        starts.push((start as f64 + 0.5) / pps.total as f64);
    }
    // 30 terms: 59.7 is passed once in a thousand times.
    assert!(chi_square(&taken, &chance) < 59.7, "{taken:?} {chance:?}");
    assert!(kolmogorov_smirnov(starts) < 0.0195);
}

#[test]
fn every_fifth_begins_everywhere_equally_often() {
    let mut starts = [0_u64; 5];
    for (_, selection) in draws("systematic", 23, |plan| plan["every"] = json!(5)) {
        let places: Vec<u64> = selection.strata[0].selected().map(|unit| unit.i).collect();
        assert!(places.windows(2).all(|two| two[1] - two[0] == 5), "{places:?}");
        starts[places[0] as usize] += 1;
    }
    // Chi-square with 4 degrees of freedom: 18.5.
    let chi: f64 = starts.iter().map(|&n| (n as f64 - 2_000.0).powi(2) / 2_000.0).sum();
    assert!(chi < 18.5, "{starts:?}");
}

/// Files are drawn from the frame of the interviews once more. Whoever sees whose files are asked for learns nothing of who
/// was heard: the overlap of both is that of two samples that know nothing of each other, even where the same dice fell.
#[test]
fn the_files_drawn_tell_nothing_of_the_people_drawn() {
    let people = draws("srs", 40, |_| {});
    let files = draws_of("m1/v-2026-001.records/1", (5, 6), "srs", 40, |_| {});
    let (mut overlaps, mut both) = ([0_u64; 9], vec![0; 40]);
    for ((_, people), (_, files)) in people.zip(files) {
        let heard: Vec<u64> = people.strata[0].selected().map(|unit| unit.i).collect();
        let read = files.strata[0].selected().map(|unit| unit.i);
        let shared: Vec<u64> = read.filter(|i| heard.contains(i)).collect();
        overlaps[shared.len()] += 1;
        for i in shared {
            both[i as usize] += 1;
        }
    }
    let choose = |n: u64, k: u64| (0..k).map(|i| (n - i) as f64 / (i + 1) as f64).product::<f64>();
    let chance = |k: u64| choose(8, k) * choose(32, 8 - k) / choose(40, 8);
    let mut chi = 0.0;
    for k in 0..=5 {
        // Five and more are one class.
        let (seen, p) = match k {
            5 => (overlaps[5..].iter().sum(), (5..=8).map(chance).sum::<f64>()),
            k => (overlaps[k as usize], chance(k)),
        };
        let expected = p * DRAWS as f64;
        chi += (seen as f64 - expected).powi(2) / expected;
    }
    // Chi-square with 5 degrees of freedom: 20.5 is passed once in a thousand times.
    assert!(chi < 20.5, "{chi} {overlaps:?}");
    // Nobody is read and heard more often than chance has it: 0.2 times 0.2, each by itself.
    assert!(chi_square(&both, &[0.04; 40]) < 73.4, "{both:?}");
}
