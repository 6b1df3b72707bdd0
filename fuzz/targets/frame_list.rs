//! A list of people as CSV. What is read has every required value and no more people than rows, and is the same however the
//! rows are ordered; faults name a row that is there.
#![no_main]

use std::io::Cursor;

use frame::{Column, Shape, read, rows};
use libfuzzer_sys::fuzz_target;

fn shape(repeats: bool) -> Shape {
    let column = |property: &str, required| Column {
        property: property.to_owned(),
        headings: vec![property.to_owned()],
        required,
        ..Column::default()
    };
    Shape {
        columns: vec![column("badge", true), column("name", true), column("stratum", false)],
        number: "badge".to_owned(),
        repeats,
    }
}

fuzz_target!(|bytes: &[u8]| {
    let rows: Vec<_> = rows(Cursor::new(bytes)).collect();
    for repeats in [false, true] {
        let shape = shape(repeats);
        match read(&shape, rows.clone()) {
            Err(faults) => assert!(!faults.is_empty() && faults.iter().all(|fault| fault.row > 0)),
            Ok(list) => {
                assert!(list.lines.len() as u64 <= list.rows && !list.lines.is_empty());
                for (number, line) in &list.lines {
                    assert_eq!(line.get("badge"), Some(number));
                    assert!(line.get("name").is_some_and(|name| !name.is_empty()));
                }
                let all: Vec<_> = rows.iter().cloned().collect::<Result<_, _>>().expect("it was read");
                let (head, lines) = all.split_at(
                    1 + all.iter().take_while(|row| row.cells.iter().all(String::is_empty)).count(),
                );
                let backwards = head.iter().chain(lines.iter().rev()).cloned().map(Ok);
                assert_eq!(read(&shape, backwards).expect("order does not matter").lines, list.lines);
            }
        }
    }
});
