//! A full disk is told, loses nothing, and is forgotten when there is room again.
#![allow(clippy::print_stdout)] // What was skipped.

mod databases;

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Command;

use databases::{Home, runtime};
use store::{Fault, FileWriter, Store, params};

fn put(store: &Store, id: i64) -> Result<u64, Fault> {
    store.write_blocking(move |tx| {
        tx.execute("INSERT INTO jotting VALUES ($1, $2)", params![id, vec![7; 20_000]])
    })
}

fn with_table(home: &Home) -> Store {
    let store = home.open();
    store.write_blocking(|tx| tx.define("CREATE TABLE jotting (id BIGINT PRIMARY KEY, body BLOB)")).unwrap();
    store
}

/// Writes until the store refuses; returns the ids it acknowledged.
fn fill(store: &Store, from: i64) -> Vec<i64> {
    let mut stored = Vec::new();
    for id in from..from + 10_000 {
        match put(store, id) {
            Ok(_) => stored.push(id),
            Err(fault) => {
                assert!(matches!(&fault, Fault::Unavailable { what } if what.contains("full")), "{fault}");
                return stored;
            }
        }
    }
    panic!("the disk never became full");
}

fn ids(store: &Store) -> Vec<i64> {
    store
        .read_blocking(|tx| tx.rows("SELECT id FROM jotting ORDER BY id", &[], |row| row.get::<i64>(0)))
        .unwrap()
}

#[test]
fn a_database_that_may_not_grow_answers_that_and_works_again() {
    let home = Home::sqlite();
    let store = with_table(&home);
    let limit = |pages: u32| {
        let text = format!("PRAGMA max_page_count = {pages}");
        store.write_blocking(move |tx| tx.one(&text, &[], |row| row.get::<i64>(0))).unwrap();
    };
    limit(200);
    let mut stored = fill(&store, 0);
    assert_eq!(ids(&store), stored);

    // In one batch with work that needs no room: all of it is told to come again.
    let (go, wait) = std::sync::mpsc::channel::<()>();
    let held = store.write(move |_| wait.recv().map_err(|_| Fault::internal("test")));
    let small = store.write(|_| Ok::<_, Fault>(()));
    let large =
        store.write(|tx| tx.execute("INSERT INTO jotting VALUES ($1, $2)", params![-1, vec![7; 900_000]]));
    go.send(()).unwrap();
    let answers = runtime().block_on(async { (held.await, small.await, large.await) });
    assert!(matches!(answers.2, Err(Fault::Unavailable { .. })), "{answers:?}");

    limit(100_000);
    put(&store, 50_000).unwrap();
    stored.push(50_000);
    assert_eq!(ids(&store), stored);
}

/// A small file system of its own, where the machine lets us make one.
struct SmallDisk<'p>(&'p Path);

impl<'p> SmallDisk<'p> {
    fn mount(path: &'p Path) -> Option<Self> {
        let mount = Command::new("mount").args(["-t", "tmpfs", "-o", "size=40m", "none"]).arg(path).output();
        if mount.is_ok_and(|mount| mount.status.success()) {
            return Some(SmallDisk(path));
        }
        println!("skipped: a full file system, because mounting one was not permitted");
        None
    }
}

impl Drop for SmallDisk<'_> {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(self.0).status();
    }
}

#[test]
fn a_full_file_system_answers_that_and_works_again() {
    let home = Home::sqlite();
    let data = home.options().data;
    fs::create_dir(&data).unwrap();
    let Some(_disk) = SmallDisk::mount(&data) else { return };
    let store = with_table(&home);
    let mut stored = Vec::new();
    for round in 1..4 {
        // Something else takes what room there is.
        let ballast = data.join("ballast");
        let mut filler = fs::File::create(&ballast).unwrap();
        while filler.write_all(&[0; 4096]).is_ok() {}
        drop(filler);
        stored.extend(fill(&store, round * 100_000));

        // Files are refused as well, and leave nothing.
        let mut file = FileWriter::new(&store).unwrap();
        let written = file.write_all(&vec![7; 2_000_000]).map_err(Fault::from);
        let refused = written.and_then(|()| file.finish()).map(|file| file.length());
        assert!(matches!(refused, Err(Fault::Unavailable { .. })), "{refused:?}");
        assert_eq!(fs::read_dir(data.join("files/incoming")).unwrap().count(), 0);

        assert_eq!(ids(&store), stored);
        fs::remove_file(&ballast).unwrap();
        for id in 0..20 {
            put(&store, round * 100_000 + 50_000 + id).unwrap();
            stored.push(round * 100_000 + 50_000 + id);
        }
        assert_eq!(ids(&store), stored);
    }
}
