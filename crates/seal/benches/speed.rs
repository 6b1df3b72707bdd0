//! Prints what sealing costs on this machine: the median of many runs, in nanoseconds.
#![allow(clippy::print_stdout)]

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use seal::*;
use std::hint::black_box;
use std::time::{Duration, Instant};

fn median(runs: usize, mut work: impl FnMut()) -> Duration {
    let mut times: Vec<Duration> = (0..runs)
        .map(|_| {
            let start = Instant::now();
            work();
            start.elapsed()
        })
        .collect();
    times.sort_unstable();
    times.get(runs / 2).copied().unwrap_or_default()
}

fn line(what: &str, runs: usize, work: impl FnMut()) {
    let nanoseconds = median(runs, work).as_nanos();
    println!("{what:<44} {nanoseconds:>14} ns   (median of {runs})");
}

fn main() {
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    println!("seal: {cores} cores, load {}", load.trim());

    let rng = &mut ChaCha20Rng::from_seed([1; 32]);
    let place = Place::new("submission", "uuid:0d3a", "identity");
    let member = SecretKey::fresh(rng);
    let public = member.public();
    let record = RecordKey::fresh(rng);
    let mut data_key = DataKey::fresh(rng);
    let kilobyte = [b'x'; 1024];

    line("seal_value, 1 kB", 2001, || {
        black_box(seal_value(&record, &place, &kilobyte, rng));
    });
    let sealed = seal_value(&record, &place, &kilobyte, rng);
    line("open_value, 1 kB", 2001, || {
        black_box(open_value(&record, &place, &sealed)).ok();
    });
    let small = seal_value(&record, &place, b"a name and a phone number", rng);
    let wrapped = record.wrap(&data_key, &place, rng);
    line("RecordKey::wrap", 2001, || {
        black_box(record.wrap(&data_key, &place, rng));
    });
    line("RecordKey::unwrap + open_value, small", 2001, || {
        let key = RecordKey::unwrap(&data_key, &place, &wrapped);
        black_box(key.map(|key| open_value(&key, &place, &small))).ok();
    });
    line("DataKey::advance", 2001, || data_key.advance());
    line("PublicKey::from_bytes", 501, || {
        black_box(PublicKey::from_bytes(public.to_bytes())).ok();
    });
    line("seal_to, 32 bytes", 501, || {
        black_box(seal_to(&public, &place, &[7; 32], rng));
    });
    let to_member = seal_to(&public, &place, &[7; 32], rng);
    line("open_sealed, 32 bytes", 501, || {
        black_box(open_sealed(&member, &place, &to_member)).ok();
    });
    let token = Token::fresh(rng);
    let keys = (0..10).map(|id| (id, SecretKey::fresh(rng))).collect();
    let session = SessionBox::lock(&token, keys, rng);
    line("SessionBox::open_one of 10", 2001, || {
        black_box(session.open_one(&token, 9)).ok();
    });
    let shares = split(&member, 3, 5, rng).unwrap_or_default();
    line("combine, 3 of 5", 501, || {
        black_box(combine(&shares, &public)).ok();
    });
    for (what, cost) in [
        ("46 MiB x 1", Cost::new(46 * 1024, 1, 1)),
        ("19 MiB x 2", Cost::new(19 * 1024, 2, 1)),
        ("64 MiB x 3 (default)", Ok(Cost::DEFAULT)),
    ] {
        let locked = cost.map(|cost| lock_with_password(&member, "a long password", cost, rng));
        if let Ok(Ok(locked)) = locked {
            line(&format!("unlock_with_password, {what}"), 9, || {
                black_box(unlock_with_password(&locked, "a long password")).ok();
            });
        }
    }

    let file = vec![42; 32 << 20];
    let mut sealed = Vec::with_capacity(40 << 20);
    let time = median(5, || {
        sealed.clear();
        seal_stream(&record, &place, file.as_slice(), &mut sealed, rng).ok();
    });
    println!("seal_stream {:>10.0} MB/s", speed(file.len(), time));
    let mut opened = Vec::with_capacity(40 << 20);
    let time = median(5, || {
        opened.clear();
        open_stream(&record, &place, sealed.as_slice(), &mut opened).ok();
    });
    println!("open_stream {:>10.0} MB/s", speed(file.len(), time));
}

fn speed(bytes: usize, time: Duration) -> f64 {
    bytes as f64 / 1e6 / time.as_secs_f64()
}
