//! Proves, selects, seals and audits 100,000 units. `cargo bench -p draw`
#![allow(clippy::print_stdout)]

use std::time::Instant;

use draw::design::Design;
use draw::select::{check_all, draw_all};
use draw::{Roster, Suite, select};
use serde_json::json;

const UNITS: u64 = 100_000;

fn main() {
    // `cargo test --benches` runs this too, and wants to know only that it still compiles.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    println!("draw, {workers} cores, load {}", load.trim());
    let party = |role: &str, byte: u8| json!({"role": role, "key": hex::encode([byte; 32])});
    let design = json!({
        "parties": {"monitor": party("monitor", 1), "a": party("authority", 2), "z": party("auditor", 3)},
        "frame": "made up", "stage": "worker", "scheme": "stratified-srs", "suite": "ecvrf", "n": 400, "reserve": 80,
        "min_per_stratum": 2, "strata": ["unit"], "replacement": "next", "dispositions": {"interviewed": "done"},
        "reveal_deadline": 1,
    });
    let id = "zone/2026-w48/1";
    let design = Design::read(id, &design).expect("a good design");
    let started = Instant::now();
    let lines = (0..UNITS).map(|n| {
        let record = json!({"no": format!("W{n:06}"), "sex": "F", "unit": format!("line {:02}", n % 40)});
        Ok((n + 2, record.as_object().cloned().unwrap_or_default()))
    });
    let roster = Roster::freeze(&design, lines).expect("a good roster");
    let leaves = roster.commit(id, &[1; 32]);
    println!("{UNITS} lines frozen: {:?}", started.elapsed());

    for suite in [Suite::Ecvrf, Suite::HmacCommit] {
        let name = suite.name();
        let drawer = suite.secret(id, &[2; 32]).expect("a key");
        let started = Instant::now();
        let drawn =
            draw_all(&roster, &leaves, &[3; 32], &*drawer, draw::Work::quiet(workers)).expect("proofs");
        let betas: Vec<_> = drawn.iter().map(|drawn| drawn.beta).collect();
        let root = select(&design, &roster, &[3; 32], &betas, None).expect("a selection").seal().root();
        println!("{name}: {UNITS} units proved, selected, sealed: {:?} (at most 12 s)", started.elapsed());

        let proofs: Vec<_> = drawn.into_iter().map(|drawn| drawn.proof).collect();
        let started = Instant::now();
        let checker = suite.checker(id, &drawer.public(), Some(&[2; 32])).expect("a key");
        let leaves = roster.commit(id, &[1; 32]);
        let betas = check_all(&roster, &leaves, &[3; 32], &*checker, &proofs, draw::Work::quiet(workers))
            .expect("they hold");
        assert_eq!(
            select(&design, &roster, &[3; 32], &betas, None).expect("a selection").seal().root(),
            root
        );
        println!("{name}: {UNITS} units audited: {:?} (at most 15 s)", started.elapsed());
    }
}
