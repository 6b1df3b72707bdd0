//! How many submissions a second the desk takes in, by the number of open fields in the form: read, split, sealed, kept
//! with leaf, record and the sets that lists are read from, and on the disk of the current folder before the answer.
//!
//! `cargo bench -p desk --bench intake`; SECONDS changes how long each form is filled, DEUNGDAE_TEST_POSTGRES (a cluster
//! started with FSYNC=on) adds PostgreSQL.
#![allow(clippy::print_stdout, missing_docs)] // The figures are what it is for.

#[path = "../tests/house/mod.rs"]
mod house;

use std::fmt::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use desk::{Desk, Sender};
use house::{Home, House, publish, uuid};

/// Phones that send at the same time.
const PHONES: u64 = 16;

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.expect("a runtime");
    let seconds = std::env::var("SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(5);
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    println!("{cores} cores, load {}; {PHONES} phones", load.split(' ').next().unwrap_or_default());
    println!("database    open fields  submissions/s  processor ms each");
    runtime.block_on(measure("SQLite", &Home::sqlite_in("."), seconds));
    if let Some(home) = Home::postgres() {
        runtime.block_on(measure("PostgreSQL", &home, seconds));
    }
}

async fn measure(name: &str, home: &Home, seconds: u64) {
    let house = House::build(home).await;
    let seat = house.seat("lead@example.org").await;
    let sender = house.sender();
    let desk = Arc::new(house.desk);
    for open in [0, 5, 20, 100] {
        publish(&desk, &seat, &form(open)).await;
        let (before, sent) = (processor(), Arc::new(AtomicU64::new(0)));
        let begun = Instant::now();
        let end = begun + Duration::from_secs(seconds);
        let mut tasks = tokio::task::JoinSet::new();
        for phone in 0..PHONES {
            tasks.spawn(send(desk.clone(), sender.clone(), open, phone, end, sent.clone()));
        }
        while let Some(done) = tasks.join_next().await {
            done.expect("a phone");
        }
        let (count, taken) = (sent.load(Ordering::Relaxed) as f64, begun.elapsed().as_secs_f64());
        println!(
            "{name:<10} {open:>12} {:>14.0} {:>18.2}",
            count / taken,
            (processor() - before) / count.max(1.0)
        );
    }
}

async fn send(desk: Arc<Desk>, sender: Sender, open: u64, phone: u64, end: Instant, sent: Arc<AtomicU64>) {
    let mut number = 0;
    while Instant::now() < end {
        let xml = answers(open, phone * 10_000_000 + number);
        desk.receive(&sender, xml.into_bytes(), Vec::new()).await.expect("received");
        sent.fetch_add(1, Ordering::Relaxed);
        number += 1;
    }
}

/// Processor time of this process so far (ms), in all its threads.
fn processor() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default();
    fields.split_whitespace().skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>()
        * 10.0
}

/// A form with so many open fields, one that is sealed to each compartment.
fn form(open: u64) -> String {
    let (mut instance, mut binds, mut body) = (String::new(), String::new(), String::new());
    let classes = (0..open).map(|number| (format!("open_{number}"), "open"));
    let sealed = [("name".to_owned(), "identity"), ("story".to_owned(), "sensitive")];
    for (field, class) in classes.chain(sealed) {
        let _ = write!(instance, "<{field}/>");
        let _ = write!(binds, "<bind nodeset=\"/data/{field}\" type=\"string\" dg:class=\"{class}\"/>");
        let _ = write!(body, "<input ref=\"/data/{field}\"><label>{field}</label></input>");
    }
    format!(
        "<?xml version=\"1.0\"?>\
         <h:html xmlns=\"http://www.w3.org/2002/xforms\" xmlns:h=\"http://www.w3.org/1999/xhtml\" \
         xmlns:jr=\"http://openrosa.org/javarosa\" xmlns:dg=\"https://deungdae.org/xforms\"><h:head>\
         <h:title>Intake {open}</h:title><model><instance><data id=\"intake_{open}\" version=\"1\">{instance}\
         <meta><instanceID/></meta></data></instance>{binds}\
         <bind nodeset=\"/data/meta/instanceID\" type=\"string\" readonly=\"true()\" jr:preload=\"uid\"/>\
         </model></h:head><h:body>{body}</h:body></h:html>"
    )
}

/// Answers as people give them: one field in five is nearly unique, one has a thousand values, the others five.
fn answers(open: u64, number: u64) -> String {
    let mixed =
        |field: u64| (number + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(7 * field as u32) >> 20;
    let mut fields = String::new();
    for field in 0..open {
        let value = match field % 5 {
            0 => mixed(field),
            1 => mixed(field) % 1000,
            _ => mixed(field) % 5,
        };
        let _ = write!(fields, "<open_{field}>{value}</open_{field}>");
    }
    format!(
        "<data id=\"intake_{open}\" version=\"1\">{fields}<name>김철수</name><story>진술 {number}</story>\
         <meta><instanceID>uuid:{}</instanceID></meta></data>",
        uuid(number + open * 1_000_000_000)
    )
}
