//! `cargo bench -p disclosure`: how long protection and audit of one table take.
#![allow(clippy::print_stdout, reason = "a benchmark prints")]

use std::hint::black_box;
use std::time::Instant;

use disclosure::{
    Dimension, Draft, Policy, PublishedCell, PublishedTable, Sample, Shown, Space, Table, audit, protect,
};

/// Numbers that look random and are the same every time.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

fn main() {
    for (rows, columns, suppressed) in [(12, 10, 43), (30, 12, 144)] {
        let names = |what: &str, many: usize| (0..many).map(|at| format!("{what}{at}")).collect::<Vec<_>>();
        let (row_names, column_names) = (names("r", rows), names("c", columns));
        let space = Space {
            dimensions: vec![
                Dimension::new("row", row_names.iter().map(String::as_str)),
                Dimension::new("column", column_names.iter().map(String::as_str)),
            ],
            impossible: Vec::new(),
        };
        let mut numbers = Numbers(7);
        // About as many small cells as leave so many suppressed.
        let small = suppressed as u64 * 45 / 100;
        let mut counts: Vec<u64> = (0..rows * columns).map(|_| 5 + numbers.below(35)).collect();
        for _ in 0..small {
            let at = numbers.below(counts.len() as u64) as usize;
            counts[at] = 1 + numbers.below(4);
        }
        let mut respondents = Vec::new();
        for (at, count) in counts.iter().enumerate() {
            for _ in 0..*count {
                respondents.push([row_names[at / columns].as_str(), column_names[at % columns].as_str()]);
            }
        }
        let sample = Sample::of(&space, respondents).expect("all are categories");
        let tables = || vec![Table::of("table", ["row", "column"])];
        for (how, exact_cells) in [("greedy", 0), ("fewest", 500)] {
            let policy = Policy { exact_cells, ..Policy::default() };
            let start = Instant::now();
            let draft = Draft {
                space: &space,
                tables: tables(),
                sample: &sample,
                earlier: &[],
                estimates: Vec::new(),
            };
            let released = protect(draft, &policy).expect("it can be protected");
            let gone = released.explained().len();
            let primary = released.explained().iter().filter(|cell| cell.reason.is_some()).count();
            println!(
                "{rows} x {columns}, {how}: {primary} small and {} more suppressed: protected in {:?}",
                gone - primary,
                start.elapsed()
            );
        }

        // The audit of a pattern of the size that the policy speaks of.
        let mut hidden = std::collections::BTreeSet::new();
        while hidden.len() < suppressed {
            hidden.insert(numbers.below((rows * columns) as u64) as usize);
        }
        let sum = |row: usize, column: usize| -> u64 {
            (0..rows * columns)
                .filter(|at| {
                    (row == rows || at / columns == row) && (column == columns || at % columns == column)
                })
                .map(|at| counts[at])
                .sum()
        };
        let mut cells = Vec::new();
        for row in 0..=rows {
            for column in 0..=columns {
                let gone = row < rows && column < columns && hidden.contains(&(row * columns + column));
                let word = |names: &[String], at: usize| names.get(at).cloned().unwrap_or("total".to_owned());
                let shown = if gone { Shown::Suppressed } else { Shown::Count(sum(row, column) as u32) };
                cells.push(PublishedCell {
                    position: vec![word(&row_names, row), word(&column_names, column)],
                    shown,
                });
            }
        }
        let published = [PublishedTable { release: None, table: tables().remove(0), cells }];
        let mut taken: Vec<_> = (0..9)
            .map(|_| {
                let start = Instant::now();
                black_box(audit(&space, &published, &Policy::default())).expect("it agrees with itself");
                start.elapsed()
            })
            .collect();
        taken.sort();
        println!(
            "{rows} x {columns}, {suppressed} suppressed at random: audited in {:?} (median of 9)",
            taken[4]
        );
    }
}
