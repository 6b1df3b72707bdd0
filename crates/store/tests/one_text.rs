//! The same statements mean the same on both databases.
#![allow(clippy::print_stdout)] // What was skipped.

mod databases;

use databases::{Home, on_both};
use proptest::prelude::*;
use store::{Fault, Store, Value, params};

fn with_table(home: &Home) -> Store {
    let store = home.open();
    store
        .write_blocking(|tx| {
            tx.define(
                "CREATE TABLE guest (id BIGINT PRIMARY KEY, email TEXT NOT NULL UNIQUE, era BIGINT, half DOUBLE PRECISION,
                 photo BLOB, open JSON, UNIQUE (era, half));
                 -- only sqlite
                 CREATE TABLE kept_by_sqlite (id BIGINT PRIMARY KEY);
                 -- end only
                 -- only postgres
                 CREATE TABLE kept_by_postgres (id BIGINT PRIMARY KEY);
                 -- end only",
            )
        })
        .unwrap();
    store
}

#[test]
fn values_come_back_as_they_went() {
    on_both(|home| {
        let store = with_table(home);
        let open = r#"{"b":  1, "a": "나", "count": 12, "sure": "yes"}"#;
        let (back, field, count, named): (String, String, f64, i64) = store
            .write_blocking(move |tx| {
                tx.execute(
                    "INSERT INTO guest VALUES ($1, $2, $3, $4, $5, $6)",
                    params![9, "a@b", None::<i64>, 2.5, [0u8, 255, 7], open],
                )?;
                tx.one(
                    "SELECT open, open ->> $1, CAST(open ->> $2 AS DOUBLE PRECISION), EXISTS (SELECT 1 FROM guest),
                            era, half, photo FROM guest WHERE email = $3 AND $4 = 1",
                    params!["a", "count", "a@b", true],
                    |row| {
                        assert_eq!(row.get::<Option<i64>>(4)?, None);
                        assert_eq!(row.get::<f64>(5)?, 2.5);
                        assert_eq!(row.get::<[u8; 3]>(6)?, [0, 255, 7]);
                        assert!(row.get::<bool>(3)?);
                        Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
                    },
                )
            })
            .unwrap();
        assert_eq!((back.as_str(), field.as_str(), count, named), (open, "나", 12.0, 1));
    });
}

#[test]
fn order_likeness_and_numbering_are_the_same() {
    on_both(|home| {
        let store = with_table(home);
        store
            .write_blocking(|tx| {
                for (id, email) in ["b", "가", "B", "a", "é", "Z", "힣"].iter().enumerate() {
                    tx.execute("INSERT INTO guest (id, email) VALUES ($1, $2)", params![id as i64, *email])?;
                }
                let sorted =
                    tx.rows("SELECT email FROM guest ORDER BY email", &[], |row| row.get::<String>(0))?;
                assert_eq!(sorted, ["B", "Z", "a", "b", "é", "가", "힣"]);
                let like = "SELECT COUNT(*) FROM guest WHERE email LIKE $1";
                assert_eq!(tx.one(like, params!["b%"], |row| row.get::<i64>(0))?, 1);
                // The second value is used first.
                let text = "SELECT email FROM guest WHERE email <> $2 AND id = $1";
                assert_eq!(tx.one(text, params![3, "b"], |row| row.get::<String>(0))?, "a");
                Ok::<_, Fault>(())
            })
            .unwrap();
    });
}

#[test]
fn conflicts_have_one_name_and_a_failed_statement_stops_the_work() {
    on_both(|home| {
        let store = with_table(home);
        let put = "INSERT INTO guest (id, email, era, half) VALUES ($1, $2, $3, $4)";
        store.write_blocking(move |tx| tx.execute(put, params![1, "min@example.org", 4, 0.5])).unwrap();
        for (values, constraint) in [
            ((1, "other", 5), "guest_pkey"),
            ((2, "min@example.org", 5), "guest_email_key"),
            ((2, "other", 4), "guest_era_half_key"),
        ] {
            let (id, email, era) = values;
            let fault =
                store.write_blocking(move |tx| tx.execute(put, params![id, email, era, 0.5])).unwrap_err();
            assert!(fault.is_conflict(constraint), "{fault}");
        }
        // Caught, and gone on as if nothing had happened: refused, because PostgreSQL would.
        let fault = store
            .write_blocking(move |tx| {
                let _ = tx.execute(put, params![1, "x", 5, 0.5]);
                Ok::<_, Fault>(())
            })
            .unwrap_err();
        assert!(fault.is_conflict("guest_pkey"), "{fault}");
        // Caught around an attempt: only the attempt is undone.
        let count = store
            .write_blocking(move |tx| {
                tx.execute(put, params![5, "five", 50, 0.5])?;
                let tried = tx.attempt(|tx| {
                    tx.execute(put, params![6, "six", 60, 0.5])?;
                    tx.execute(put, params![1, "one", 10, 0.5])
                });
                assert!(tried.unwrap_err().is_conflict("guest_pkey"));
                tx.one("SELECT COUNT(*) FROM guest", &[], |row| row.get::<i64>(0))
            })
            .unwrap();
        assert_eq!(count, 2);
        let again = store.write_blocking(move |tx| {
            let text =
                "INSERT INTO guest (id, email) VALUES ($1, $2) ON CONFLICT (email) DO NOTHING RETURNING id";
            tx.maybe(text, params![8, "five"], |row| row.get::<i64>(0))
        });
        assert_eq!(again.unwrap(), None);
    });
}

#[test]
fn messages_tell_the_place_and_never_the_value() {
    on_both(|home| {
        let store = with_table(home);
        let secret = "Kim Secret";
        let faults = [
            store.write_blocking(move |tx| {
                tx.execute("INSERT INTO guest (id, email) VALUES ($1, $2)", params![secret, 1])
            }),
            store.write_blocking(move |tx| {
                tx.execute("SELECT 1 FROM guest WHERE nowhere = $1", params![secret])
            }),
            store.write_blocking(move |tx| {
                tx.execute("UPDATE guest SET era = CAST($1 AS BIGINT) WHERE id = $2", params![secret])
            }),
            store.write_blocking(move |tx| {
                tx.execute("DELETE FROM guest WHERE email = $1", params!["Kim Secret\0"])
            }),
            store.write_blocking(move |tx| {
                tx.execute("INSERT INTO guest (id, email) VALUES ($1, $2)", params![1, secret])?;
                tx.one("SELECT email FROM guest", &[], |row| row.get::<u64>(0))
            }),
            store.write_blocking(move |tx| {
                tx.execute("INSERT INTO guest (id, era) VALUES ($1, $2)", params![3, 4])
            }),
        ];
        for fault in faults.into_iter().filter_map(Result::err) {
            assert!(!format!("{fault} {fault:?}").contains("Secret"), "{fault}");
        }
        assert_eq!(format!("{:?}", params![secret, 7]), "[Text(10 bytes), Int(…)]");
    });
}

#[test]
fn any_value_survives() {
    on_both(|home| {
        let store = home.open();
        let table =
            "CREATE TABLE thing (id BIGINT PRIMARY KEY, i BIGINT, r DOUBLE PRECISION, t TEXT, b BLOB)";
        store.write_blocking(move |tx| tx.define(table)).unwrap();
        let real = any::<Option<f64>>().prop_map(|real| real.filter(|number| !number.is_nan()));
        let row = (any::<i64>(), real, "[^\u{0}]{0,40}", proptest::collection::vec(any::<u8>(), 0..200));
        let config = ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() };
        proptest!(config, |(rows in proptest::collection::vec(row, 1..20))| {
            let given = rows.clone();
            let back = store.write_blocking(move |tx| {
                tx.execute("DELETE FROM thing", &[])?;
                for (id, (int, real, text, blob)) in given.iter().enumerate() {
                    let values = params![id as i64, *int, *real, text, blob];
                    tx.execute("INSERT INTO thing VALUES ($1, $2, $3, $4, $5)", values)?;
                }
                tx.rows("SELECT i, r, t, b FROM thing ORDER BY id", &[], |row| {
                    Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
                })
            });
            let back: Vec<(i64, Option<f64>, String, Vec<u8>)> = back.unwrap();
            prop_assert_eq!(back, rows);
        });
    });
}

#[test]
fn values_are_made_from_what_one_has() {
    assert_eq!(Value::from(Some(&String::from("a"))), Value::from("a"));
    assert_eq!(Value::from(None::<&str>), Value::Null);
    assert_eq!(Value::from(true), Value::Int(1));
}
