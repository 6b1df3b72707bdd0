//! The reconciliation is held against R's `survey`, files being clusters of lines: `tests/r/reconcile.R` made the rows and
//! asked R, `tests/r/reconcile.csv` is what it answered.

use survey::reconcile::{Formula, Row, Test, Told, Workforce, reconcile};

const ROWS: &str = include_str!("r/reconcile_rows.csv");
const ANSWERS: &str = include_str!("r/reconcile.csv");

/// The rows of one side with the number in this column.
fn side(name: &str, column: usize) -> Vec<Row> {
    let mut rows = Vec::new();
    for line in ROWS.lines().skip(1) {
        let fields: Vec<&str> = line.split(',').collect();
        if fields[0] == name {
            rows.push(Row {
                group: "E-0001".to_owned(),
                stratum: fields[1].to_owned(),
                unit: Some(fields[2].parse().unwrap()),
                value: fields[column].parse().unwrap_or(f64::NAN),
            });
        }
    }
    rows
}

#[test]
fn intervals_are_those_of_r_with_files_as_clusters() {
    let people = |stratum: &str, count| (("E-0001".to_owned(), stratum.to_owned()), count);
    let workforce: Workforce = [people("women", 900.0), people("men", 300.0)].into();
    let mut compared = 0;
    for line in ANSWERS.lines().skip(1) {
        let fields: Vec<&str> = line.split(',').collect();
        let (formula, column) = match fields[0] {
            "share_hand" => (Formula::ShareOfSecond, 6),
            "share_seven" => (Formula::ShareOfSecond, 5),
            "gap_hours" => (Formula::MeanGap, 3),
            other => panic!("{other}"),
        };
        let test = Test { formula, less_is_worse: false, thresholds: &[], k: 5 };
        let (said, read) = (side("interviews", column), side("records", column));
        let figures = reconcile(&test, &said, &read, Some(&workforce)).unwrap();
        let Told::Value { value, interval: Some((low, high)), n: (_, files), .. } = figures[0].told else {
            panic!("{figures:?}")
        };
        assert_eq!(files, 45, "132 lines");
        for (ours, theirs) in [value, low, high].into_iter().zip(&fields[1..]) {
            let theirs: f64 = theirs.parse().unwrap();
            assert!((ours - theirs).abs() <= 1e-8 * theirs.abs(), "{}: {ours} and {theirs}", fields[0]);
            compared += 1;
        }
    }
    assert_eq!(compared, 9);
}
