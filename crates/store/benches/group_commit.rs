//! Durable writes per second, and how long one waits, on the disk of the current folder.
//!
//! `cargo bench -p store`; with DEUNGDAE_TEST_POSTGRES (a cluster started with FSYNC=on) also on PostgreSQL.
#![allow(clippy::print_stdout)] // The figures are what it is for.

#[path = "../tests/databases/mod.rs"]
mod databases;

use std::io::Write;
use std::time::{Duration, Instant};

use databases::{Home, runtime};
use store::{Fault, FileWriter, Store, params};

const TIME: Duration = Duration::from_secs(3);
/// Bytes of a sealed submission and of a sealed photo.
const RECORD: usize = 4_096;
const PHOTO: usize = 200_000;

fn main() {
    println!(
        "{} cores; records of {RECORD} bytes, photos of {PHOTO}",
        std::thread::available_parallelism().map_or(0, usize::from)
    );
    println!(
        "the disk makes {RECORD} bytes durable in {:.2} ms",
        disk().unwrap_or_default().as_secs_f64() * 1e3
    );
    start();
    println!("database    writers  photo  writes/s   p50 ms   p99 ms");
    measure("SQLite", &Home::sqlite_in("."));
    if let Some(home) = Home::postgres() {
        measure("PostgreSQL", &home);
    }
}

/// How long a start takes, and what an idle store on SQLite adds to the process.
fn start() {
    let home = Home::sqlite_in(".");
    let before = resident();
    for start in ["first", "later"] {
        let begin = Instant::now();
        let store = home.open();
        let took = begin.elapsed().as_secs_f64() * 1e3;
        println!("{start} start {took:.1} ms, idle {} KiB", resident().saturating_sub(before));
        drop(store);
    }
}

/// What the disk itself takes for one small durable write, to read the other figures by.
fn disk() -> std::io::Result<Duration> {
    let mut file = tempfile::tempfile_in(".")?;
    let mut times = Vec::new();
    for _ in 0..50 {
        let start = Instant::now();
        file.write_all(&[1; RECORD])?;
        file.sync_data()?;
        times.push(start.elapsed());
    }
    times.sort_unstable();
    Ok(times.get(times.len() / 2).copied().unwrap_or_default())
}

/// Resident memory in KiB.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|rest| rest.split_whitespace().next()?.parse().ok()).unwrap_or_default()
}

fn measure(name: &str, home: &Home) {
    let store = home.open();
    let table = "CREATE TABLE record (id BIGINT PRIMARY KEY, form BIGINT, sealed BLOB, photo TEXT);
                 CREATE INDEX record_form ON record (form, id)";
    store.write_blocking(move |tx| tx.define(table)).expect("table");
    for photo in [false, true] {
        for writers in [1, 16] {
            let mut times = runtime().block_on(load(&store, writers, photo));
            times.sort_unstable();
            let at =
                |share: f64| times.get((times.len() as f64 * share) as usize).copied().unwrap_or_default();
            let (per_second, photo) =
                (times.len() as f64 / TIME.as_secs_f64(), if photo { "yes" } else { "no" });
            let (half, worst) = (at(0.5).as_secs_f64() * 1e3, at(0.99).as_secs_f64() * 1e3);
            println!("{name:<10} {writers:>8} {photo:>6} {per_second:>9.0} {half:>8.2} {worst:>8.2}");
        }
    }
}

/// Each writer writes, waits for the acknowledgement, and writes again.
async fn load(store: &Store, writers: usize, photo: bool) -> Vec<Duration> {
    let end = Instant::now() + TIME;
    let mut tasks = tokio::task::JoinSet::new();
    for writer in 0..writers {
        let store = store.clone();
        tasks.spawn(async move {
            let mut times = Vec::new();
            while Instant::now() < end {
                let start = Instant::now();
                let files =
                    if photo { vec![receive(&store, writer).await.expect("photo")] } else { Vec::new() };
                let name = files.first().map(|file| file.name().to_string());
                let written = store.write_with(files, move |tx| {
                    let values = params![tx.new_id(), 1, vec![writer as u8; RECORD], name];
                    tx.execute("INSERT INTO record VALUES ($1, $2, $3, $4)", values)
                });
                written.await.expect("stored");
                times.push(start.elapsed());
            }
            times
        });
    }
    tasks.join_all().await.concat()
}

async fn receive(store: &Store, writer: usize) -> Result<store::PendingFile, Fault> {
    let store = store.clone();
    let work = move || {
        let mut file = FileWriter::new(&store)?;
        let stamp = store.new_id().to_le_bytes();
        file.write_all(&stamp)?;
        file.write_all(&vec![writer as u8; PHOTO])?;
        file.finish()
    };
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|_| Err(Fault::internal("photo")))
}
