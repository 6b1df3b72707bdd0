//! What holds for every table.

use disclosure::{
    Dimension, Draft, Measure, Policy, PublishedTable, Sample, Shown, Space, Table, audit, protect,
    read_table, write_table,
};
use proptest::prelude::*;

fn space(rows: usize, columns: usize) -> Space {
    let names = |what: &str, many: usize| (0..many).map(|at| format!("{what}{at}")).collect::<Vec<_>>();
    let (rows, columns) = (names("r", rows), names("c", columns));
    Space {
        dimensions: vec![
            Dimension::new("row", rows.iter().map(String::as_str)),
            Dimension::new("column", columns.iter().map(String::as_str)).sensitive(["c0"]),
        ],
        impossible: Vec::new(),
    }
}

fn sample(space: &Space, counts: &[u8]) -> Sample {
    let (rows, columns) = (&space.dimensions[0].categories, &space.dimensions[1].categories);
    let respondents = counts.iter().enumerate().flat_map(|(at, count)| {
        let kind = [rows[at / columns.len()].as_str(), columns[at % columns.len()].as_str()];
        std::iter::repeat_n(kind, usize::from(*count))
    });
    Sample::of(space, respondents).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_release_passes_its_audit_and_says_the_truth(
        (rows, columns, counts) in (2..6usize, 2..5usize).prop_flat_map(|(rows, columns)| {
            (Just(rows), Just(columns), prop::collection::vec(0..30u8, rows * columns))
        }),
        percentages: bool,
        strict: bool,
    ) {
        let space = space(rows, columns);
        let sample = sample(&space, &counts);
        let measure = if percentages { Measure::Percentages } else { Measure::Counts };
        let tables = vec![Table { measure, strict, ..Table::of("table", ["row", "column"]) }];
        let policy = Policy::default();
        let draft = Draft { space: &space, tables: tables.clone(), sample: &sample, earlier: &[], estimates: Vec::new() };
        let Ok(released) = protect(draft, &policy) else { return Ok(()) };
        let table = &released.tables()[0];
        let threshold = policy.threshold(strict);
        for cell in &table.cells {
            let at = |name: &str, word: &String| space.dimensions.iter().find(|of| of.name == name).unwrap().categories.iter().position(|of| of == word);
            let (row, column) = (at("row", &cell.position[0]), at("column", &cell.position[1]));
            let inside = |at: usize| row.is_none_or(|row| at / columns == row) && column.is_none_or(|column| at % columns == column);
            let truth: u32 = counts.iter().enumerate().filter(|(at, _)| inside(*at)).map(|(_, count)| u32::from(*count)).sum();
            if let Some((low, high)) = cell.shown.range() {
                prop_assert!(low <= truth && truth <= high, "{cell:?} of {truth}");
                prop_assert!(truth == 0 || truth >= threshold, "{cell:?} of {truth}");
            }
        }
        // What a reader computes from the file is what the release states.
        let read = read_table("table", &write_table(table, &[], 50)).unwrap();
        let read = PublishedTable { release: None, table: table.table.clone(), cells: read.cells };
        let found = audit(&space, &[read], &policy).unwrap();
        prop_assert!(found.passed(), "{found:?}");
        prop_assert_eq!(&found, released.audit());
        let cells = table.cells.iter().filter(|cell| cell.shown == Shown::Suppressed).count();
        prop_assert_eq!(cells, released.file().suppressed.len());

        // The same tables may be published again: nothing new follows from them.
        let mut earlier = released.tables().to_vec();
        earlier[0].release = Some("before".to_owned());
        let draft = Draft { space: &space, tables, sample: &sample, earlier: &earlier, estimates: Vec::new() };
        let again = protect(draft, &policy);
        if !percentages {
            prop_assert!(again.is_ok(), "{:?}", again.err());
        }
    }
}
