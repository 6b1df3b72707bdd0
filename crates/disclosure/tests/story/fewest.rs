//! How many complementary cells are needed, beside what tau-Argus's optimal method needs for the same tables.
//! `vectors/tau_argus.py` writes the cases and what tau-Argus (PyPI `pytauargus`) answered.

use disclosure::{Dimension, Draft, Policy, Sample, Space, Table, protect};

#[derive(serde::Deserialize)]
struct Case {
    rows: usize,
    columns: usize,
    counts: Vec<usize>,
    primary: usize,
    complementary: usize,
}

fn vectors() -> Vec<Case> {
    serde_json::from_str(include_str!("../vectors/tau_argus.json")).unwrap()
}

#[test]
fn no_more_than_a_tenth_more_than_tau_argus_on_fifty_tables() {
    let (mut ours, mut theirs, mut cases) = (0, 0, 0);
    for case in vectors() {
        let names = |what: &str, many| (0..many).map(|at| format!("{what}{at}")).collect::<Vec<_>>();
        let (rows, columns) = (names("r", case.rows), names("c", case.columns));
        let space = Space {
            dimensions: vec![
                Dimension::new("row", rows.iter().map(String::as_str)),
                Dimension::new("column", columns.iter().map(String::as_str)),
            ],
            impossible: Vec::new(),
        };
        let mut respondents = Vec::new();
        for (at, count) in case.counts.iter().enumerate() {
            let kind = [rows[at / case.columns].as_str(), columns[at % case.columns].as_str()];
            respondents.extend(std::iter::repeat_n(kind, *count));
        }
        let sample = Sample::of(&space, respondents).unwrap();
        let tables = vec![Table::of("table", ["row", "column"])];
        let draft = Draft { space: &space, tables, sample: &sample, earlier: &[], estimates: Vec::new() };
        let released = protect(draft, &Policy::default()).unwrap();
        let primary = released.explained().iter().filter(|cell| cell.reason.is_some()).count();
        assert_eq!(primary, case.primary, "the same cells are small");
        let complementary = released.explained().len() - primary;
        ours += complementary;
        theirs += case.complementary;
        cases += 1;
    }
    eprintln!("complementary cells on {cases} tables: {ours}, tau-Argus {theirs}");
    assert_eq!(cases, 50);
    assert!(ours * 10 <= theirs * 11, "{ours} complementary cells, tau-Argus {theirs}");
}
