//! Cases and their facts, on both databases.
#![allow(clippy::print_stdout)] // What was skipped.

mod databases;

use databases::on_both;
use store::case::{self, Case, CaseFact};
use store::mandate::{self, Mandate};
use store::{Fault, Store};

fn visit(id: i64, code: &str, parent: Option<i64>) -> Case {
    Case {
        id,
        mandate: 1,
        workflow: if parent.is_some() { "finding" } else { "visit" }.to_owned(),
        code: code.to_owned(),
        title: "하늘피복".to_owned(),
        parent,
        begun_by: 7,
        begun_at: 5,
    }
}

fn fact(id: i64, case: i64, amends: Option<i64>) -> CaseFact {
    CaseFact {
        id,
        case,
        kind: "access_requested".to_owned(),
        at: 100 - id,
        recorded: id,
        member: 7,
        roles: r#"["visit_lead"]"#.to_owned(),
        open_values: r#"{"authority":"first"}"#.to_owned(),
        sealed_values: None,
        sealed_reason: amends.map(|_| vec![1, 0, 255]),
        amends,
        withdraws: amends.is_some(),
        leaf: id,
    }
}

fn begun(store: &Store) {
    let zone = Mandate {
        id: 1,
        name: "Zone".to_owned(),
        description: String::new(),
        protocol: "workplace".to_owned(),
        created_at: 1,
        updated_at: None,
        archived_at: None,
    };
    store
        .write_blocking(move |tx| {
            mandate::add(tx, &zone)?;
            case::add(tx, &visit(10, "V-2026-001", None))?;
            case::add(tx, &visit(11, "V-2026-002", None))?;
            case::add(tx, &visit(12, "F-2026-001", Some(10)))?;
            case::add_fact(tx, &fact(20, 10, None))?;
            case::add_fact(tx, &fact(21, 11, None))?;
            case::add_fact(tx, &fact(22, 10, Some(20)))
        })
        .unwrap();
}

#[test]
fn a_visit_keeps_every_fact_in_the_order_of_recording() {
    on_both(|home| {
        let store = home.open();
        begun(&store);
        let facts = store.read_blocking(|tx| case::facts(tx, 10)).unwrap();
        let [first, second] = facts.as_slice() else { panic!("two facts of the first visit") };
        assert_eq!((first.id, first.at, first.withdraws, first.amends), (20, 80, false, None));
        assert_eq!((second.id, second.withdraws, second.amends), (22, true, Some(20)));
        assert_eq!(second.sealed_reason.as_deref(), Some([1, 0, 255].as_slice()));
        assert_eq!(second.roles, r#"["visit_lead"]"#);
        let all = store.read_blocking(|tx| case::facts_of_mandate(tx, 1)).unwrap();
        assert_eq!(all.iter().map(|fact| fact.id).collect::<Vec<_>>(), [20, 21, 22]);
        assert!(store.read_blocking(|tx| case::facts_of_mandate(tx, 2)).unwrap().is_empty());
    });
}

#[test]
fn cases_are_found_by_code_workflow_and_parent() {
    on_both(|home| {
        let store = home.open();
        begun(&store);
        let codes = |cases: Vec<Case>| cases.into_iter().map(|case| case.code).collect::<Vec<_>>();
        let visits = store.read_blocking(|tx| case::all(tx, 1, Some("visit"))).unwrap();
        assert_eq!(codes(visits), ["V-2026-002", "V-2026-001"]);
        let all = store.read_blocking(|tx| case::all(tx, 1, None)).unwrap();
        assert_eq!(all.len(), 3);
        let findings = store.read_blocking(|tx| case::within(tx, 10)).unwrap();
        assert_eq!(codes(findings), ["F-2026-001"]);
        let found = store.read_blocking(|tx| case::by_code(tx, 1, "visit", "V-2026-001")).unwrap();
        assert_eq!(found.map(|case| (case.id, case.title)), Some((10, "하늘피복".to_owned())));
        let other = store.read_blocking(|tx| case::by_code(tx, 1, "finding", "V-2026-001")).unwrap();
        assert!(other.is_none(), "a code belongs to its workflow");
        let taken = store.write_blocking(|tx| case::add(tx, &visit(13, "V-2026-001", None)));
        assert!(matches!(taken, Err(Fault::Conflict { .. })), "{taken:?}");
    });
}
