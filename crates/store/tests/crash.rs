//! A server killed in the middle of its work has kept everything it acknowledged, and nothing by halves.
#![allow(clippy::print_stdout)] // What was skipped.

mod databases;

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Command, Stdio};
use std::time::Duration;

use databases::{Home, now, on_both, runtime};
use store::{Fault, FileName, FileWriter, Store, StoreOptions, params};

const ROUNDS: usize = 20;

#[test]
fn what_was_acknowledged_survives_kill_9() {
    on_both(|home| {
        let text = "CREATE TABLE record (id BIGINT PRIMARY KEY, attachment TEXT);
                    CREATE TABLE part (record BIGINT NOT NULL REFERENCES record, number BIGINT NOT NULL)";
        home.open().write_blocking(move |tx| tx.define(text)).unwrap();
        let mut acknowledged = Vec::new();
        for round in 0..ROUNDS {
            let before = acknowledged.len();
            acknowledged.extend(run_and_kill(home, Duration::from_millis(20 + 17 * round as u64)));
            println!("round {round}: {} acknowledged", acknowledged.len() - before);
            check(&home.open(), &acknowledged);
        }
        assert!(acknowledged.len() > ROUNDS);
    });
}

/// Starts this test program again as the server, kills it some time after its first acknowledgement, and returns what
/// it had acknowledged.
fn run_and_kill(home: &Home, time: Duration) -> Vec<i64> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "server_to_be_killed", "--nocapture"])
        .env("STORE_CRASH_DATA", home.options().data)
        .env("STORE_CRASH_DATABASE", home.database.clone().unwrap_or_default())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let id = |line: String| line.strip_prefix("stored ").and_then(|id| id.parse().ok());
    let mut ids = vec![lines.by_ref().map_while(Result::ok).find_map(id).expect("the server starts")];
    std::thread::sleep(time);
    child.kill().unwrap();
    child.wait().unwrap();
    ids.extend(lines.map_while(Result::ok).filter_map(id));
    ids
}

fn check(store: &Store, acknowledged: &[i64]) {
    let records: Vec<(i64, String, i64)> = store
        .read_blocking(|tx| {
            let text =
                "SELECT id, attachment, (SELECT COUNT(*) FROM part WHERE record = record.id) FROM record";
            tx.rows(text, &[], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        })
        .unwrap();
    let there: std::collections::HashSet<i64> = records.iter().map(|(id, _, _)| *id).collect();
    let lost = acknowledged.iter().filter(|id| !there.contains(id)).count();
    assert_eq!(lost, 0, "of {} acknowledged", acknowledged.len());
    for (id, attachment, parts) in records {
        assert_eq!(parts, 3, "record {id} is half there");
        let name: FileName = attachment.parse().unwrap();
        let mut bytes = Vec::new();
        store.files().open_file(&name).unwrap().read_to_end(&mut bytes).unwrap();
        assert_eq!(bytes, body(id), "the attachment of {id}");
    }
}

fn body(id: i64) -> Vec<u8> {
    id.to_string().repeat(400).into_bytes()
}

/// Not a test of its own: the server, when the test above starts it.
#[test]
fn server_to_be_killed() {
    let Ok(data) = std::env::var("STORE_CRASH_DATA") else { return };
    let database = std::env::var("STORE_CRASH_DATABASE").ok().filter(|url| !url.is_empty());
    let server = std::process::id() as u16;
    let store = Store::open(StoreOptions { data: data.into(), database, now, server }).unwrap();
    runtime().block_on(async {
        let mut clients = tokio::task::JoinSet::new();
        for _ in 0..8 {
            let store = store.clone();
            clients.spawn(async move {
                loop {
                    let id = store.new_id();
                    let mut file = FileWriter::new(&store).unwrap();
                    file.write_all(&body(id)).unwrap();
                    let file = file.finish().unwrap();
                    let name = file.name().to_string();
                    let written = store.write_with(vec![file], move |tx| {
                        tx.execute("INSERT INTO record VALUES ($1, $2)", params![id, name])?;
                        for number in 0..3 {
                            tx.execute("INSERT INTO part VALUES ($1, $2)", params![id, number])?;
                        }
                        Ok::<_, Fault>(())
                    });
                    written.await.unwrap();
                    // One write for one line, so that a kill cannot cut it.
                    std::io::stdout().write_all(format!("\nstored {id}\n").as_bytes()).unwrap();
                }
            });
        }
        clients.join_all().await
    });
}
