//! Worked examples, small enough to check by hand.

use disclosure::{
    Audit, Change, Dimension, Draft, Estimate, Group, Measure, Policy, PublishedTable, Quantity, Reason,
    Refused, Sample, Shown, Space, Table, audit, infer, microdata, protect, read_table, write_table,
};

fn space(dimensions: Vec<Dimension>) -> Space {
    Space { dimensions, impossible: Vec::new() }
}

/// Respondents from counts over two dimensions, row by row.
fn sample(space: &Space, counts: &[&[usize]]) -> Sample {
    let [rows, columns] = &space.dimensions[..] else { panic!("two dimensions") };
    let mut respondents = Vec::new();
    for (row, counts) in rows.categories.iter().zip(counts) {
        for (column, count) in columns.categories.iter().zip(*counts) {
            respondents.extend(std::iter::repeat_n([row.as_str(), column.as_str()], *count));
        }
    }
    Sample::of(space, respondents).unwrap()
}

fn draft<'a>(space: &'a Space, sample: &'a Sample, tables: Vec<Table>) -> Draft<'a> {
    Draft { space, tables, sample, earlier: &[], estimates: Vec::new() }
}

fn show(table: &PublishedTable, position: &[&str]) -> Shown {
    table.cells.iter().find(|cell| cell.position == position).unwrap().shown.clone()
}

fn units_and_answers() -> Space {
    space(vec![
        Dimension::new("unit", ["sewing", "cutting", "packing", "store"]),
        Dimension::new("answer", ["yes", "no", "silent"]),
    ])
}

#[test]
fn a_small_cell_goes_and_takes_three_others_with_it() {
    let space = units_and_answers();
    let sample = sample(&space, &[&[12, 20, 9], &[3, 18, 11], &[16, 25, 8], &[7, 9, 14]]);
    let released =
        protect(draft(&space, &sample, vec![Table::of("answers", ["unit", "answer"])]), &Policy::default())
            .unwrap();
    let table = &released.tables()[0];
    assert_eq!(show(table, &["cutting", "yes"]), Shown::Suppressed);
    assert_eq!(show(table, &["total", "total"]), Shown::Count(152));
    assert_eq!(released.explained().len(), 4, "{:?}", released.explained());
    let small: Vec<_> =
        released.explained().iter().filter(|cell| cell.reason == Some(Reason::Small)).collect();
    assert_eq!(small.len(), 1);
    assert!(released.audit().passed_strictly(), "{:?}", released.audit());

    // What a reader recomputes from the file is what the release says.
    let file = write_table(table, &[], 50);
    assert!(!String::from_utf8(file.clone()).unwrap().contains(",3\n"));
    let (read_space, read) = infer(vec![read_table("answers", &file).unwrap()]);
    let again = audit(&read_space, &read, &Policy::default()).unwrap();
    let widths = |audit: &Audit| audit.intervals.iter().map(|cell| cell.width()).collect::<Vec<_>>();
    assert_eq!(widths(&again), released.file().suppressed.iter().map(|cell| cell.width).collect::<Vec<_>>());
    let json = serde_json::to_string(released.file()).unwrap();
    assert_eq!(serde_json::from_str::<disclosure::DisclosureFile>(&json).unwrap(), *released.file());
    assert_eq!(released.file().policy_hash, Policy::default().hash());
}

/// 13 cells of a 6 x 5 table, at least two in every line that hides any: one can be told exactly all the same, by
/// adding up rows and taking off columns. Another pattern of 13, with two lines that hide one cell, leaks two.
#[test]
fn a_pattern_that_looks_safe_and_leaks_is_caught() {
    let counts = [
        [7, 9, 11, 6, 8],
        [5, 14, 6, 9, 7],
        [3, 8, 12, 10, 6],
        [9, 6, 7, 2, 13],
        [6, 10, 5, 8, 9],
        [11, 7, 9, 6, 4],
    ];
    let two_in_every_line = [
        (0, 0),
        (0, 1),
        (1, 0),
        (1, 1),
        (2, 0),
        (2, 1),
        (3, 0),
        (3, 3),
        (3, 4),
        (4, 3),
        (4, 4),
        (5, 3),
        (5, 4),
    ];
    let two_alone = [
        (0, 0),
        (0, 1),
        (1, 0),
        (1, 1),
        (2, 0),
        (2, 1),
        (2, 2),
        (3, 1),
        (3, 3),
        (4, 0),
        (4, 3),
        (5, 3),
        (5, 4),
    ];
    for (hidden, leak) in [(two_in_every_line, &["r3 c0"][..]), (two_alone, &["r2 c2", "r5 c4"])] {
        let mut text = "row,column,count\n".to_owned();
        let (mut columns, mut all) = ([0; 5], 0);
        for (row, counts) in counts.iter().enumerate() {
            for (column, count) in counts.iter().enumerate() {
                let shown = if hidden.contains(&(row, column)) { "x".to_owned() } else { count.to_string() };
                text.push_str(&format!("r{row},c{column},{shown}\n"));
                columns[column] += count;
            }
            text.push_str(&format!("r{row},total,{}\n", counts.iter().sum::<u32>()));
            all += counts.iter().sum::<u32>();
        }
        for (column, sum) in columns.iter().enumerate() {
            text.push_str(&format!("total,c{column},{sum}\n"));
        }
        text.push_str(&format!("total,total,{all}\n"));
        let (space, tables) = infer(vec![read_table("pattern", text.as_bytes()).unwrap()]);
        let found = audit(&space, &tables, &Policy::default()).unwrap();
        assert_eq!(found.intervals.len(), 13);
        let told: Vec<_> = found
            .intervals
            .iter()
            .filter(|cell| cell.recovered())
            .map(|cell| cell.position.join(" "))
            .collect();
        for cell in leak {
            assert!(told.contains(&(*cell).to_owned()), "{told:?}");
        }
        assert!(!found.passed());
    }
}

#[test]
fn who_withdraws_between_two_releases_does_not_show() {
    // One person withdrew after the first release; the totals must not differ by one.
    let space = space(vec![
        Dimension::new("unit", ["sewing", "cutting"]),
        Dimension::new("edition", ["stayed", "withdrew"]),
    ]);
    let sample = sample(&space, &[&[20, 1], &[30, 0]]);
    let first =
        protect(draft(&space, &sample, vec![Table::of("units", ["unit"])]), &Policy::default()).unwrap();
    let mut earlier = first.tables().to_vec();
    earlier[0].release = Some("2026-10".to_owned());
    let again = vec![Table::of("units", ["unit"]).only("edition", ["stayed"])];
    let second =
        Draft { space: &space, tables: again, sample: &sample, earlier: &earlier, estimates: Vec::new() };
    let refused = protect(second, &Policy::default()).unwrap_err();
    assert!(matches!(&refused, Refused::GivenAway(what) if what.join(" ").contains("between")), "{refused}");

    // A reader of both files sees it too.
    let both = [
        earlier[0].clone(),
        PublishedTable {
            release: None,
            table: Table::of("units", ["unit"]).only("edition", ["stayed"]),
            cells: [("sewing", 20), ("cutting", 30), ("total", 50)]
                .map(|(unit, count)| disclosure::PublishedCell {
                    position: vec![unit.to_owned()],
                    shown: Shown::Count(count),
                })
                .to_vec(),
        },
    ];
    let found = audit(&space, &both, &Policy::default()).unwrap();
    assert!(!found.passed());
    assert!(found.exposed.iter().any(|pair| pair.difference == 1), "{:?}", found.exposed);
}

#[test]
fn nobody_and_everybody_are_answers_too() {
    let space = space(vec![
        Dimension::new("unit", ["sewing", "cutting", "packing", "store"]),
        Dimension::new("harassed", ["yes", "no"]).sensitive(["yes"]),
    ]);
    let sample = sample(&space, &[&[0, 30], &[20, 0], &[15, 20], &[18, 22]]);
    let released = protect(
        draft(&space, &sample, vec![Table::of("harassment", ["unit", "harassed"])]),
        &Policy::default(),
    )
    .unwrap();
    let reason = |unit: &str| {
        let cell = released.explained().iter().find(|cell| cell.position == [unit, "yes"]);
        cell.and_then(|cell| cell.reason)
    };
    assert_eq!(reason("sewing"), Some(Reason::SensitiveZero));
    assert_eq!(reason("cutting"), Some(Reason::Homogeneous));
    assert_eq!(show(&released.tables()[0], &["cutting", "no"]), Shown::Suppressed, "it would tell the same");
}

#[test]
fn coarser_groups_come_before_suppressed_cells() {
    let mut space = units_and_answers();
    let group = |label: &str, of: &[&str]| Group {
        label: label.to_owned(),
        of: of.iter().map(|name| (*name).to_owned()).collect(),
    };
    space.dimensions[0].coarser =
        vec![vec![group("production", &["sewing", "cutting"]), group("other", &["packing", "store"])]];
    let sample = sample(&space, &[&[12, 20, 9], &[3, 18, 11], &[16, 25, 8], &[7, 9, 14]]);
    let released =
        protect(draft(&space, &sample, vec![Table::of("answers", ["unit", "answer"])]), &Policy::default())
            .unwrap();
    assert!(released.explained().is_empty());
    assert_eq!(show(&released.tables()[0], &["production", "yes"]), Shown::Count(15));
    assert!(
        matches!(&released.file().changed[..], [Change::Collapsed { groups, .. }] if *groups == ["production", "other"])
    );
}

#[test]
fn percentages_need_thirty_and_say_their_number() {
    let space =
        space(vec![Dimension::new("unit", ["sewing", "cutting"]), Dimension::new("answer", ["yes", "no"])]);
    let sample = sample(&space, &[&[14, 21], &[12, 9]]);
    let table = Table { measure: Measure::Percentages, ..Table::of("shares", ["unit", "answer"]) };
    let estimate = |position: [&str; 2], n| Estimate {
        table: "shares".to_owned(),
        position: position.map(str::to_owned).to_vec(),
        quantity: Quantity::Percent,
        value: 40.4,
        low: 27.2,
        high: 55.1,
        n,
    };
    let estimates = vec![estimate(["sewing", "yes"], 35), estimate(["cutting", "yes"], 21)];
    let draft = Draft { estimates, ..draft(&space, &sample, vec![table]) };
    let released = protect(draft, &Policy::default()).unwrap();
    let table = &released.tables()[0];
    assert_eq!(show(table, &["sewing", "yes"]), Shown::Percent(40, 35));
    assert_eq!(show(table, &["cutting", "yes"]), Shown::Band(10, 14));
    assert_eq!(show(table, &["cutting", "total"]), Shown::Count(21));
    assert_eq!(released.estimates().len(), 1, "none on fewer than 30");
    assert!((released.estimates()[0].value - 40.0).abs() < 1e-9);
    let file = String::from_utf8(write_table(table, released.estimates(), 50)).unwrap();
    assert!(file.contains("sewing,yes,,40,35,fewer than 50 respondents,percent,40,27,55"), "{file}");
    let read = read_table("shares", file.as_bytes()).unwrap();
    assert_eq!(read.cells, table.cells);
}

#[test]
fn a_table_of_nine_people_is_not_made() {
    let space = units_and_answers();
    let sample = sample(&space, &[&[9, 0, 0], &[0, 0, 0], &[0, 0, 0], &[0, 0, 0]]);
    let refused = protect(draft(&space, &sample, vec![Table::of("answers", ["unit"])]), &Policy::default());
    assert!(matches!(refused, Err(Refused::TooFew(10))));
}

#[test]
fn one_employer_behind_a_value_hides_its_cell() {
    let space = units_and_answers();
    let mut sample = sample(&space, &[&[12, 20, 9], &[13, 18, 11], &[16, 25, 8], &[7, 9, 14]]);
    sample.contribute(&space, ["store", "no"], "Samdok", 900.0).unwrap();
    sample.contribute(&space, ["store", "no"], "Cheil", 100.0).unwrap();
    sample.contribute(&space, ["sewing", "no"], "Cheil", 1000.0).unwrap();
    sample.contribute(&space, ["sewing", "no"], "Samdok", 1000.0).unwrap();
    let released =
        protect(draft(&space, &sample, vec![Table::of("wages", ["unit", "answer"])]), &Policy::default())
            .unwrap();
    let dominated: Vec<_> = released
        .explained()
        .iter()
        .filter(|cell| cell.reason == Some(Reason::Dominated))
        .map(|cell| cell.position.join(" "))
        .collect();
    assert!(dominated.contains(&"store no".to_owned()), "{dominated:?}");
    assert!(!dominated.contains(&"sewing no".to_owned()), "{dominated:?}");
}

#[test]
fn tables_that_contradict_each_other_are_refused() {
    let files = [
        ("one", "unit,count\nsewing,20\ncutting,30\ntotal,51\n"),
        ("two", "unit,count\nsewing,20\ncutting,-3\n"),
    ];
    let (space, tables) = infer(vec![read_table(files[0].0, files[0].1.as_bytes()).unwrap()]);
    let error = audit(&space, &tables, &Policy::default()).unwrap_err();
    assert!(error.to_string().contains("contradict"));
    let error = read_table(files[1].0, files[1].1.as_bytes()).unwrap_err();
    assert_eq!(error.line, Some(3));
    assert!(error.to_string().contains("-3"), "{error}");
}

#[test]
fn records_are_counted_in_the_sample() {
    let record = |place: &str, sex: &str, answer: &str| microdata::Record {
        keys: vec![place.to_owned(), sex.to_owned()],
        sensitive: vec![answer.to_owned()],
    };
    let mut records: Vec<_> =
        (0..90).map(|at| record(["north", "south"][at % 2], "f", ["yes", "no", "silent"][at % 3])).collect();
    let sound = microdata::check(&records, &Policy::default());
    assert!(sound.passed(), "{sound:?}");
    records.push(record("north", "m", "yes"));
    let weak = microdata::check(&records, &Policy::default());
    assert!(!weak.passed());
    assert_eq!(weak.weak[0].keys, ["north", "m"]);
    assert!(weak.rare.contains(&vec![(1, "m".to_owned())]));
    assert!(weak.sample_unique_rate > 0.0);
}

#[test]
fn percentages_and_bands_say_exactly_what_they_say() {
    for n in 1..=60u32 {
        for percent in 0..=100u32 {
            let agrees = |count: u32| (200 * count + n) / (2 * n) == percent;
            let possible: Vec<u32> = (0..=n).filter(|count| agrees(*count)).collect();
            let text = format!("{percent}% of {n}");
            assert_eq!(text.parse::<Shown>().unwrap().to_string(), text);
            if let (Some(first), Some(last)) = (possible.first(), possible.last()) {
                assert_eq!(Shown::Percent(percent, n).range(), Some((*first, *last)), "{text}");
            }
        }
    }
}
