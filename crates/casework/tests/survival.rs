//! Waiting times are those of R's `survival`; `survival.R` says how `survival.txt` was made.

use casework::{Outcome, Quantile, Wait, Waiting, waiting};

const FROM_R: &str = include_str!("survival.txt");

/// Numbers of R as it prints them; `NA` is none.
fn number(text: &str) -> Option<f64> {
    (text != "NA").then(|| text.parse().expect("a number"))
}

fn assert_same(what: &str, ours: Option<f64>, theirs: Option<f64>) {
    let same = match (ours, theirs) {
        (Some(ours), Some(theirs)) => (ours - theirs).abs() <= 1e-10 * theirs.abs().max(1e-3),
        (None, None) => true,
        _ => false,
    };
    assert!(same, "{what}: {ours:?}, and R says {theirs:?}");
}

#[test]
fn curves_and_quantiles_are_those_of_r() {
    let (mut checked, mut data) = (0, 0);
    for block in FROM_R.split("data ").skip(1) {
        let (name, lines) = block.split_once('\n').expect("a name");
        let rows = |key: &str| -> Vec<Vec<&str>> {
            let rows = lines.lines().filter_map(|line| line.strip_prefix(key));
            rows.map(|row| row.split_whitespace().collect()).collect()
        };
        let wait = |row: &Vec<&str>| Wait {
            days: number(row[0]).expect("days"),
            outcome: if row[1] == "1" { Outcome::Done } else { Outcome::Waiting },
        };
        let ours: Waiting = waiting(rows("wait ").iter().map(wait));
        let steps = rows("step ");
        assert_eq!(ours.curve.len(), steps.len(), "{name}");
        for (step, row) in ours.curve.iter().zip(&steps) {
            let at = format!("{name}, day {}", step.days);
            assert_eq!(step.at_risk.to_string(), row[1], "{at}");
            assert_eq!(step.done.to_string(), row[2], "{at}");
            assert_same(&at, Some(step.days), number(row[0]));
            assert_same(&at, Some(step.share), number(row[3]));
            assert_same(&at, Some(step.standard_error), number(row[4]));
            assert_same(&at, step.interval.map(|interval| interval.0), number(row[5]));
            assert_same(&at, step.interval.map(|interval| interval.1), number(row[6]));
        }
        for row in rows("quantile ") {
            let Quantile { days, lower, upper } = ours.quantile(number(row[0]).expect("a share"));
            let at = format!("{name}, {} done", row[0]);
            assert_same(&at, days, number(row[1]));
            assert_same(&at, lower, number(row[2]));
            assert_same(&at, upper, number(row[3]));
            checked += 1;
        }
        data += 1;
    }
    assert_eq!((data, checked), (14, 70));
}

#[test]
fn those_who_wait_and_those_who_left_are_counted_apart() {
    let wait = |days, outcome| Wait { days, outcome };
    let times = waiting([
        wait(10.0, Outcome::Done),
        wait(400.0, Outcome::Waiting),
        wait(90.0, Outcome::Left),
        wait(30.0, Outcome::Done),
        wait(f64::NAN, Outcome::Done),
    ]);
    assert_eq!((times.cases, times.waiting, times.left, times.longest), (4, 1, 1, Some(400.0)));
    assert_eq!(times.share_waiting(9.0), 1.0);
    assert_eq!(times.share_waiting(30.0), 0.5);
    // With the open cases left out, half would seem to be done after 10 days.
    assert_eq!(times.median().days, Some(215.0));
    assert_eq!(waiting([]).median(), Quantile { days: None, lower: None, upper: None });
}
