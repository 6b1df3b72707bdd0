//! What the store promises to those who write, read, stream and keep files, on both databases.
#![allow(clippy::print_stdout)] // What was skipped.

mod databases;

use std::fs;
use std::io::{Read, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use databases::{Home, on_both, runtime};
use store::{Fault, FileName, FileWriter, Store, params};

fn with_table(home: &Home) -> Store {
    let store = home.open();
    let made = store.write_blocking(|tx| {
        tx.define("CREATE TABLE jotting (id BIGINT PRIMARY KEY, body TEXT, attachment TEXT)")
    });
    made.unwrap();
    store
}

fn count(store: &Store) -> i64 {
    let counted =
        store.read_blocking(|tx| tx.one("SELECT COUNT(*) FROM jotting", params![], |row| row.get::<i64>(0)));
    counted.unwrap()
}

const PUT: &str = "INSERT INTO jotting (id, body) VALUES ($1, $2)";

#[derive(Debug, PartialEq)]
enum Refusal {
    TooLate,
    Ours(Fault),
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        Refusal::Ours(fault)
    }
}

#[test]
fn many_writers_share_commits_and_failures_take_back_only_themselves() {
    on_both(|home| {
        let store = with_table(home);
        let commits = Arc::new(AtomicU32::new(0));
        let counter = commits.clone();
        store.after_batch(move |tx| {
            counter.fetch_add(1, Ordering::Relaxed);
            let id = tx.new_id();
            tx.execute(PUT, params![id, "checkpoint"]).map(drop)
        });
        // While the writer is held up, the queue fills.
        let (open, gate) = std::sync::mpsc::channel::<()>();
        let held = store.write(move |_| {
            let _ = gate.recv();
            Ok::<_, Fault>(())
        });
        let answers: Vec<_> = (0..60)
            .map(|number| {
                store.write(move |tx| {
                    let id = tx.new_id();
                    tx.execute(PUT, params![id, "a"])?;
                    match number % 3 {
                        0 => Ok(id),
                        1 => Err(Refusal::TooLate),
                        _ => {
                            let _ = tx.attempt(|_| -> Result<(), Fault> {
                                std::panic::resume_unwind(Box::new("test"))
                            });
                            Ok(id)
                        }
                    }
                })
            })
            .collect();
        open.send(()).unwrap();
        runtime().block_on(async {
            held.await.unwrap();
            for (number, answer) in answers.into_iter().enumerate() {
                match (number % 3, answer.await) {
                    (0, Ok(_)) | (1, Err(Refusal::TooLate)) => {}
                    (2, Err(Refusal::Ours(Fault::Internal { what }))) => assert!(what.contains("panicked")),
                    other => panic!("{other:?}"),
                }
            }
        });
        let commits = i64::from(commits.load(Ordering::Relaxed));
        assert!(commits <= 3, "61 pieces of work took {commits} commits");
        assert_eq!(count(&store), 20 + commits);
    });
}

#[test]
fn when_the_checkpoint_cannot_be_signed_nothing_of_the_batch_is_stored() {
    on_both(|home| {
        let store = with_table(home);
        store.after_batch(|_| Err(Fault::internal("no key")));
        let mut file = FileWriter::new(&store).unwrap();
        file.write_all(b"sealed").unwrap();
        let file = file.finish().unwrap();
        let name = file.name().clone();
        let write = store.write_with(vec![file], |tx| tx.execute(PUT, params![1, "a"]));
        let fault = runtime().block_on(write).unwrap_err();
        assert!(matches!(fault, Fault::Unavailable { .. }), "{fault}");
        assert!(store.files().open_file(&name).is_err());
        store.after_batch(|_| Ok(()));
        assert_eq!(count(&store), 0);
        store.write_blocking(|tx| tx.execute(PUT, params![1, "a"])).unwrap();
        assert_eq!(count(&store), 1);
    });
}

#[test]
fn a_hook_that_overlooks_its_own_failure_stores_nothing() {
    on_both(|home| {
        let store = with_table(home);
        store.after_batch(|tx| {
            let _ = tx.execute("INSERT INTO nowhere VALUES ($1)", params![1]);
            Ok(())
        });
        assert!(store.write_blocking(|tx| tx.execute(PUT, params![1, "a"])).is_err());
        assert_eq!(count(&store), 0);
    });
}

#[test]
fn two_servers_write_into_one_database() {
    on_both(|home| {
        let stores = [with_table(home), home.open()];
        stores[0].write_blocking(|tx| tx.execute(PUT, params![0, "0"])).unwrap();
        std::thread::scope(|scope| {
            for store in &stores {
                scope.spawn(move || {
                    for _ in 0..50 {
                        let added = store.write_blocking(|tx| {
                            let text = format!("SELECT body FROM jotting WHERE id = $1{}", tx.for_update());
                            let total = tx.one(&text, params![0], |row| row.get::<String>(0))?;
                            let total = total.parse::<i64>().map_err(|_| Fault::internal("test"))? + 1;
                            tx.execute(
                                "UPDATE jotting SET body = $1 WHERE id = $2",
                                params![total.to_string(), 0],
                            )?;
                            let id = tx.new_id();
                            tx.execute(PUT, params![id, "a"])
                        });
                        added.unwrap();
                    }
                });
            }
        });
        let total = stores[1].read_blocking(|tx| {
            tx.one("SELECT body FROM jotting WHERE id = $1", params![0], |row| row.get::<String>(0))
        });
        assert_eq!((total.unwrap().as_str(), count(&stores[0])), ("100", 101));
    });
}

#[test]
fn a_reader_sees_one_state_and_changes_nothing() {
    on_both(|home| {
        let store = with_table(home);
        let writing = store.clone();
        let (before, after) = store
            .read_blocking(move |tx| {
                let count = "SELECT COUNT(*) FROM jotting";
                let before = tx.one(count, &[], |row| row.get::<i64>(0))?;
                writing.write_blocking(|tx| tx.execute(PUT, params![1, "a"]))?;
                Ok::<_, Fault>((before, tx.one(count, &[], |row| row.get::<i64>(0))?))
            })
            .unwrap();
        assert_eq!((before, after, count(&store)), (0, 0, 1));
        assert!(store.read_blocking(|tx| tx.execute(PUT, params![2, "b"])).is_err());
        assert_eq!(count(&store), 1);
    });
}

#[test]
fn a_long_answer_waits_for_a_slow_client_without_holding_up_others() {
    on_both(|home| {
        let store = with_table(home);
        let numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000) SELECT i FROM n";
        let export = move |tx: &mut store::Tx<'_>, out: &mut store::Outlet| {
            tx.each(numbers, &[], |row| Ok(writeln!(out, "{}", row.get::<i64>(0)?)?))
        };
        let mut chunks = store.stream(export).unwrap();
        // Not yet taken: others read and write meanwhile.
        for id in 0..10 {
            store.write_blocking(move |tx| tx.execute(PUT, params![id, "b"])).unwrap();
            assert_eq!(count(&store), id + 1);
        }
        let mut text = Vec::new();
        while let Some(chunk) = chunks.blocking_recv() {
            text.extend(chunk.unwrap());
        }
        assert_eq!(text.split(|byte| *byte == b'\n').count(), 100_001);

        // A fault in the middle is the last that comes.
        let mut broken = store
            .stream(|tx, out| {
                out.write_all(b"begun")?;
                tx.execute("SELECT nothing FROM nowhere", &[]).map(drop)
            })
            .unwrap();
        assert!(matches!(broken.blocking_recv(), Some(Err(Fault::Internal { .. }))));
        assert!(broken.blocking_recv().is_none());

        // Those who hang up make room.
        for _ in 0..20 {
            let start = Instant::now();
            while let Err(fault) = store.stream(export).map(drop) {
                assert!(start.elapsed() < Duration::from_secs(20), "{fault}");
                std::thread::sleep(Duration::from_millis(10));
            }
        }
    });
}

#[test]
fn files_stay_when_their_record_does() {
    on_both(|home| {
        let store = with_table(home);
        let incoming = home.folder.path().join("data/files/incoming");
        let pending = |bytes: &[u8]| {
            let mut file = FileWriter::new(&store).unwrap();
            file.write_all(bytes).unwrap();
            file.finish().unwrap()
        };
        let put = |bytes: &[u8], good: bool| -> (FileName, Result<u64, Refusal>) {
            let file = pending(bytes);
            let name = file.name().clone();
            let named = name.to_string();
            let answer = store.write_with(vec![file], move |tx| {
                let id = tx.new_id();
                let changed =
                    tx.execute("INSERT INTO jotting (id, attachment) VALUES ($1, $2)", params![id, named])?;
                if good { Ok(changed) } else { Err(Refusal::TooLate) }
            });
            (name, runtime().block_on(answer))
        };
        let (kept, answer) = put(b"sealed bytes", true);
        answer.unwrap();
        let mut back = Vec::new();
        store.files().open_file(&kept).unwrap().read_to_end(&mut back).unwrap();
        assert_eq!(back, b"sealed bytes");

        // The same bytes again, for work that fails: the first record keeps its file.
        assert_eq!(put(b"sealed bytes", false).1, Err(Refusal::TooLate));
        assert!(store.files().open_file(&kept).is_ok());

        let (refused, answer) = put(b"other bytes", false);
        assert_eq!(answer, Err(Refusal::TooLate));
        assert!(matches!(store.files().open_file(&refused), Err(Fault::Damaged { .. })));
        drop(FileWriter::new(&store).unwrap());
        drop(pending(b"never named"));
        assert_eq!(fs::read_dir(&incoming).unwrap().count(), 0);

        // What a crash left is removed by the next start; what another process is receiving is not.
        fs::write(incoming.join("12345"), "half").unwrap();
        let living = FileWriter::new(&store).unwrap();
        drop(home.open());
        assert_eq!(fs::read_dir(&incoming).unwrap().count(), 1);
        drop(living);

        // A file that no record names goes with the sweep, once it is old.
        let orphan = pending(b"orphan");
        let name = orphan.name().clone();
        runtime().block_on(store.write_with(vec![orphan], |_| Ok::<_, Fault>(()))).unwrap();
        let path = home.folder.path().join("data/files").join(&name.as_str()[..2]).join(&name.as_str()[2..]);
        let named = |name: &FileName| {
            let name = name.to_string();
            store.read_blocking(move |tx| {
                let found =
                    tx.maybe("SELECT 1 FROM jotting WHERE attachment = $1", params![name], |_| Ok(()));
                found.map(|found| found.is_some())
            })
        };
        assert_eq!(store.files().sweep(named).unwrap(), 0);
        let old = std::time::SystemTime::now() - Duration::from_secs(7200);
        fs::File::options().write(true).open(&path).unwrap().set_modified(old).unwrap();
        assert_eq!(store.files().sweep(named).unwrap(), 1);

        // A backup serves as it is.
        let folder = home.folder.path().join("backup");
        let backup = store.backup_to(&folder).unwrap();
        assert_eq!(backup.files, 1);
        assert!(store.backup_to(&folder).unwrap_err().to_string().contains("not empty"));
        if home.database.is_none() {
            let copy = Store::open(store::StoreOptions { data: folder, ..home.options() }).unwrap();
            assert_eq!(count(&copy), count(&store));
            assert!(copy.files().open_file(&kept).is_ok());
        }
        store.files().remove(&kept).unwrap();
        store.files().remove(&kept).unwrap();
        assert!(store.files().open_file(&kept).is_err());
    });
}

#[test]
fn a_store_that_cannot_be_opened_says_why() {
    let why = |options| Store::open(options).map(drop).unwrap_err();
    let home = Home::sqlite();
    drop(with_table(&home));
    fs::write(
        home.folder.path().join("data/deungdae.db"),
        "not a database at all, whatever its name".repeat(99),
    )
    .unwrap();
    assert!(matches!(why(home.options()), Fault::Damaged { .. }));
    let with = |url: &str| store::StoreOptions { database: Some(url.to_owned()), ..home.options() };
    for url in
        ["postgres://u:hunter2@:x/y", "mysql://u:hunter2@h/y", "postgres://u:hunter2@h/y?sslmode=require"]
    {
        let fault = why(with(url));
        assert!(matches!(fault, Fault::Unusable { .. }) && !fault.to_string().contains("hunter2"), "{fault}");
    }
    let fault = why(with("postgres://u:hunter2@127.0.0.1:1/y"));
    assert!(matches!(fault, Fault::Unavailable { .. }) && !fault.to_string().contains("hunter2"), "{fault}");
}

#[test]
fn servers_that_start_together_do_not_disturb_each_other() {
    on_both(|home| {
        std::thread::scope(|scope| {
            for _ in 0..6 {
                scope.spawn(|| home.open().write_blocking(|_| Ok::<_, Fault>(())).unwrap());
            }
        });
    });
}

#[test]
fn closing_waits_for_what_was_queued() {
    on_both(|home| {
        let store = with_table(home);
        for id in 0..50 {
            drop(store.write(move |tx| tx.execute(PUT, params![id, "a"])));
        }
        drop(store);
        assert_eq!(count(&home.open()), 50);
    });
}

#[test]
fn erased_bytes_are_gone_from_the_files_of_sqlite() {
    let home = Home::sqlite();
    let store = with_table(&home);
    let word = "THE-WRAPPED-KEY-OF-A-RECORD";
    store.write_blocking(move |tx| tx.execute(PUT, params![1, word])).unwrap();
    let found = || {
        ["deungdae.db", "deungdae.db-wal"].iter().any(|name| {
            let bytes = fs::read(home.folder.path().join("data").join(name)).unwrap();
            bytes.windows(word.len()).any(|window| window == word.as_bytes())
        })
    };
    assert!(found());
    // A reader keeps the old log alive for a while; the erasure is completed when it has gone.
    let (go, wait) = std::sync::mpsc::channel::<()>();
    let reading = store.read(move |tx| {
        let seen = tx.one("SELECT COUNT(*) FROM jotting", &[], |row| row.get::<i64>(0));
        let _ = wait.recv();
        seen
    });
    store
        .write_blocking(|tx| {
            tx.erased();
            tx.execute("DELETE FROM jotting WHERE id = $1", params![1])
        })
        .unwrap();
    go.send(()).unwrap();
    runtime().block_on(reading).unwrap();
    let start = Instant::now();
    while found() {
        assert!(start.elapsed() < Duration::from_secs(60), "the erased word is still on the disk");
        std::thread::sleep(Duration::from_millis(100));
    }
}

#[test]
fn a_lost_database_answers_that_and_comes_back_by_itself() {
    let Some(home) = Home::postgres() else { return };
    let store = with_table(&home);
    store.write_blocking(|tx| tx.execute(PUT, params![1, "a"])).unwrap();
    let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'NAME'";

    // Cut while idle: nobody notices.
    home.superuser(cut);
    store.write_blocking(|tx| tx.execute(PUT, params![2, "a"])).unwrap();
    assert_eq!(count(&store), 2);
    home.superuser(cut);
    assert_eq!(count(&store), 2);

    // Cut in the middle of a batch: its work is not stored, and said so.
    let (go, wait) = std::sync::mpsc::channel::<()>();
    let (begun, written) = std::sync::mpsc::channel::<()>();
    let first = store.write(move |tx| {
        tx.execute(PUT, params![3, "a"])?;
        let _ = begun.send(());
        let _ = wait.recv();
        Ok::<_, Fault>(())
    });
    written.recv().unwrap();
    home.superuser(cut);
    go.send(()).unwrap();
    assert!(matches!(runtime().block_on(first), Err(Fault::Unavailable { .. })));
    assert_eq!(count(&store), 2);

    // Away for longer: each request is told so, without waiting for the network; then it works again.
    home.superuser("ALTER DATABASE NAME WITH ALLOW_CONNECTIONS false");
    home.superuser(cut);
    for id in 10..30 {
        let answer = store.write_blocking(move |tx| tx.execute(PUT, params![id, "a"]));
        assert!(matches!(answer, Err(Fault::Unavailable { .. })));
    }
    let read = store.read_blocking(|tx| tx.one("SELECT COUNT(*) FROM jotting", &[], |row| row.get::<i64>(0)));
    assert!(matches!(read, Err(Fault::Unavailable { .. })));
    home.superuser("ALTER DATABASE NAME WITH ALLOW_CONNECTIONS true");
    let start = Instant::now();
    while store.write_blocking(|tx| tx.execute(PUT, params![40, "a"])).is_err() {
        assert!(start.elapsed() < Duration::from_secs(60), "it did not come back");
        std::thread::sleep(Duration::from_millis(50));
    }
    assert!(
        store
            .read_blocking(|tx| tx.one("SELECT COUNT(*) FROM jotting", &[], |row| row.get::<i64>(0)))
            .is_ok_and(|n| n == 3)
    );
}
