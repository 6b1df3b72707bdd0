//! A published table as CSV, or a `disclosure.json`. What is read as a table is written and read again alike, and an
//! audit of a small one answers intervals whose ends are in order.
#![no_main]

use disclosure::{DisclosureFile, Policy, audit, infer, read_table, write_table};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(file) = serde_json::from_slice::<DisclosureFile>(bytes) {
        let _ = audit(&file.space, &file.earlier, &Policy::default());
    }
    let Ok(read) = read_table("table", bytes) else { return };
    let (space, tables) = infer(vec![read]);
    let [table] = &tables[..] else { panic!("one table was read") };
    let again = read_table("table", &write_table(table, &[], 50)).expect("it was written here");
    assert_eq!(again.cells, table.cells);
    if table.cells.len() > 60 {
        return;
    }
    let policy = Policy { integer_nodes: 20, ..Policy::default() };
    if let Ok(found) = audit(&space, &tables, &policy) {
        assert!(found.intervals.iter().all(|cell| cell.high.is_none_or(|high| cell.low <= high)));
    }
});
