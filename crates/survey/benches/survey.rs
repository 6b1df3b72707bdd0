//! A million rows in 50 strata × 100 units: design, mean, mean by ten domains; beside Python's `svy` and R's `survey` on
//! the same file, where they are installed. `cargo bench -p survey`
//!
//! SURVEY_PYTHON names a Python that has `svy` (python -m venv v && v/bin/pip install svy==0.35); R is found as Rscript.
#![allow(clippy::print_stdout)]

use std::fmt::Write;
use std::hint::black_box;
use std::process::Command;
use std::time::{Duration, Instant};

use survey::{Codes, Design, Domains, Plan, StagePlan, Statistic};

const ROWS: usize = 1_000_000;
const STRATA: usize = 50;
const UNITS: usize = 100;
const DOMAINS: usize = 10;

fn main() {
    // `cargo test --benches` runs this too, and wants to know only that it still compiles.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let load = || std::fs::read_to_string("/proc/loadavg").unwrap_or_default().trim().to_owned();
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    println!("survey, {cores} cores, load {}", load());
    println!("{ROWS} rows, {STRATA} strata x {UNITS} units, {DOMAINS} domains; median of five, ms");

    let mut state = 7_u64;
    let mut dice = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 53) as f64
    };
    let mut columns: [Vec<f64>; 5] = std::array::from_fn(|_| Vec::with_capacity(ROWS));
    for row in 0..ROWS {
        let stratum = row % STRATA;
        let unit = stratum * UNITS + row / STRATA % UNITS;
        let domain = (dice() * DOMAINS as f64).floor();
        let y = (unit % 17) as f64 + domain + 10.0 * dice();
        let own = [stratum as f64, unit as f64, 1.0 + (9.0 * dice()).floor(), domain, y];
        for (column, value) in columns.iter_mut().zip(own) {
            column.push(value);
        }
    }
    let [strata, units, weights, domains, y] = &columns;

    let make = || {
        let stage = StagePlan {
            units: Some(Codes::of_numbers(units)),
            strata: Some(Codes::of_numbers(strata)),
            population: None,
        };
        let plan =
            Plan { rows: ROWS, stages: vec![stage], weights: Some(weights.clone()), ..Plan::default() };
        Design::new(plan).expect("a sound plan")
    };
    let design_time = median(|| {
        black_box(make());
    });
    let design = make();
    let whole = Domains::whole(ROWS);
    let mean_time = median(|| {
        black_box(design.estimate(&[Statistic::Mean(y)], &whole).expect("a column of the data"));
    });
    let by_time = median(|| {
        let by = Domains::by(&Codes::of_numbers(domains));
        black_box(design.estimate(&[Statistic::Mean(y)], &by).expect("a column of the data"));
    });
    let mean = design.estimate(&[Statistic::Mean(y)], &whole).expect("a column of the data").estimates[0];
    let by = Domains::by(&Codes::of_numbers(domains));
    let first = design.estimate(&[Statistic::Mean(y)], &by).expect("a column of the data").estimates;
    let number = domains.iter().position(|domain| *domain == 0.0).map_or(0, |row| by.of_row()[row] as usize);
    line("survey (this crate)", &[design_time, mean_time, by_time].map(milliseconds));
    println!(
        "    mean {:.10} ({:.10}), domain 0 {:.10} ({:.10})",
        mean.value,
        mean.standard_error(),
        first[number].value,
        first[number].standard_error()
    );

    let folder = std::env::temp_dir().join(format!("survey-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder for the data");
    let file = folder.join("data.csv");
    let mut text = String::from("stratum,psu,w,domain,y\n");
    for row in 0..ROWS {
        let _ = writeln!(text, "{},{},{},{},{}", strata[row], units[row], weights[row], domains[row], y[row]);
    }
    std::fs::write(&file, text).expect("room for the data");
    let here = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/");
    match std::env::var("SURVEY_PYTHON") {
        Ok(python) => {
            beside("svy (Python)", Command::new(python).arg(format!("{here}beside_svy.py")).arg(&file))
        }
        Err(_) => println!("svy (Python): skipped, SURVEY_PYTHON names no Python that has it"),
    }
    beside("survey (R)", Command::new("Rscript").arg(format!("{here}beside_r.R")).arg(&file));
    let _ = std::fs::remove_dir_all(&folder);
    println!("load at the end {}", load());
}

/// Runs another program that prints three times in milliseconds, then its figures.
fn beside(name: &str, command: &mut Command) {
    let output = match command.output() {
        Ok(output) if output.status.success() => output,
        Ok(output) => {
            let why = String::from_utf8_lossy(&output.stderr);
            println!("{name}: skipped, it answers: {}", why.trim().lines().last().unwrap_or("nothing"));
            return;
        }
        Err(error) => {
            println!("{name}: skipped, {error}");
            return;
        }
    };
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let mut lines = said.lines();
    let times: Vec<f64> =
        lines.next().unwrap_or_default().split_whitespace().filter_map(|word| word.parse().ok()).collect();
    line(name, &times);
    lines.for_each(|line| println!("    {line}"));
}

fn line(name: &str, times: &[f64]) {
    let times: Vec<String> = times.iter().map(|time| format!("{time:>9.1}")).collect();
    println!("{name:<20} design, mean, mean by domain {}", times.join(""));
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

fn median(mut work: impl FnMut()) -> Duration {
    work();
    let mut times: Vec<Duration> = (0..5)
        .map(|_| {
            let start = Instant::now();
            work();
            start.elapsed()
        })
        .collect();
    times.sort();
    times[2]
}
