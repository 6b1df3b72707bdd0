//! How long the server takes to start, and how much memory it holds when nobody asks anything. Prints a table.

#![allow(clippy::print_stdout, reason = "a benchmark prints a table")]

use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const RUNS: usize = 7;

fn start(data: &Path) -> (Child, f64) {
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let begun = Instant::now();
    let child = Command::new(env!("CARGO_BIN_EXE_deungdae"))
        .args(["serve", "--data", data.to_str().unwrap(), "--listen", &address.to_string()])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    while TcpStream::connect(address).is_err() {
        std::thread::sleep(Duration::from_micros(500));
    }
    (child, begun.elapsed().as_secs_f64() * 1000.0)
}

/// Proportional set size of a process, MiB.
fn memory(child: &Child) -> f64 {
    let text = std::fs::read_to_string(format!("/proc/{}/smaps_rollup", child.id())).unwrap_or_default();
    let line = text.lines().find(|line| line.starts_with("Pss:")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kib| kib.parse::<f64>().ok()).unwrap_or(f64::NAN) / 1024.0
}

fn init(data: &Path) -> f64 {
    let begun = Instant::now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_deungdae"))
        .args(["init", "--data", data.to_str().unwrap(), "--email", "a@example.org", "--password-stdin"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(b"a long sentence\n").unwrap();
    assert!(child.wait().unwrap().success());
    begun.elapsed().as_secs_f64() * 1000.0
}

fn median(mut values: Vec<f64>) -> (f64, f64, f64) {
    values.sort_by(f64::total_cmp);
    (values[0], values[values.len() / 2], values[values.len() - 1])
}

fn main() {
    let (mut made, mut first, mut later, mut idle) = (vec![], vec![], vec![], vec![]);
    for _ in 0..RUNS {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("house");
        made.push(init(&data));
        let (mut child, time) = start(&data);
        first.push(time);
        child.kill().unwrap();
        child.wait().unwrap();
        let (mut child, time) = start(&data);
        later.push(time);
        std::thread::sleep(Duration::from_secs(1));
        idle.push(memory(&child));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    println!("start of the server, {RUNS} runs, load {}", load.trim());
    println!("| what | min | median | max |\n|---|---|---|---|");
    for (what, values) in [
        ("init (ms)", made),
        ("first start (ms)", first),
        ("later start (ms)", later),
        ("idle memory, PSS (MiB)", idle),
    ] {
        let (least, middle, most) = median(values);
        println!("| {what} | {least:.1} | {middle:.1} | {most:.1} |");
    }
}
