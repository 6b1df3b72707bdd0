//! Lists as employers send them: good ones, and every way in which they are wrong.

use std::io::Cursor;

use frame::{Column, Fault, Heads, Kind, List, Outcome, Shape, difference, read, rows, union};

fn shape() -> Shape {
    let column = |property: &str, headings: &[&str], required| Column {
        property: property.into(),
        headings: headings.iter().map(|heading| (*heading).into()).collect(),
        required,
        ..Column::default()
    };
    let mut stratum = column("stratum", &["Job group", "층"], false);
    stratum.choices =
        vec![("women operators".into(), "women_operator".into()), ("기능공".into(), "women_operator".into())];
    stratum.otherwise = Some("unlisted".into());
    Shape {
        columns: vec![
            column("badge", &["badge no.", "번호표"], true),
            column("name", &["name", "성명"], true),
            stratum,
        ],
        number: "badge".into(),
        repeats: false,
    }
}

fn list(text: &[u8]) -> Result<List, Vec<Fault>> {
    read(&shape(), rows(Cursor::new(text)))
}

fn kinds(text: &[u8]) -> Vec<(u64, Kind)> {
    list(text).unwrap_err().into_iter().map(|fault| (fault.row, fault.kind)).collect()
}

#[test]
fn columns_are_found_by_their_headings_in_any_order() {
    let found =
        list("\u{feff}층;성명;번호표;급여\r\n기능공;김영희;B-7;10\r\n;리철수;B-2;11\r\n".as_bytes()).unwrap();
    let numbers: Vec<&String> = found.lines.keys().collect();
    assert_eq!(numbers, ["B-2", "B-7"], "sorted by number");
    assert_eq!(found.lines["B-7"]["stratum"], "women_operator");
    assert_eq!(found.lines["B-2"]["stratum"], "unlisted", "who has no job group");
    assert!(!found.lines["B-2"].contains_key("급여"), "other columns stay where they are");
    let other =
        list("Badge No,Name,Job group\nB-2,리철수,\nB-7,김영희,Women operators\n".as_bytes()).unwrap();
    assert_eq!(found, other, "the order of lines and columns says nothing");
}

#[test]
fn every_fault_is_told_with_its_row() {
    let text =
        "badge no,name,job group\nB-1,Kim,women operators\n,Ri,\nB-1,Pak,\nB-4,,astronauts\nB-5,Han,,x\n";
    assert_eq!(
        kinds(text.as_bytes()),
        [
            (3, Kind::Empty),
            (4, Kind::Twice(2)),
            (5, Kind::Empty),
            (5, Kind::UnknownChoice),
            (6, Kind::MoreCells),
        ]
    );
    assert_eq!(kinds(b"nr,name\n1,Kim\n"), [(1, Kind::ColumnMissing("badge".into()))]);
    assert_eq!(kinds(b"badge no,name\n"), [(1, Kind::NoLines)]);
    assert_eq!(kinds(b"badge no,name\nB-1,\"Kim\n"), [(2, Kind::QuoteOpen)]);
}

#[test]
fn other_encodings_are_refused_and_not_guessed() {
    let utf16: Vec<u8> = "badge no,name\nB-1,김\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(kinds(&utf16), [(1, Kind::Utf16)]);
    // 김 in CP949.
    assert_eq!(kinds(b"badge no,name\nB-1,\xb1\xe8\n"), [(2, Kind::NotUtf8)]);
}

/// Ten million lines, made while they are read.
struct Endless(u64, Vec<u8>);

impl std::io::Read for Endless {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        if self.1.is_empty() {
            self.1 = if self.0 == 0 {
                b"badge no,name\n".to_vec()
            } else {
                format!("B{},Kim\n", self.0).into_bytes()
            };
            self.0 += 1;
            if self.0 > 10_000_000 {
                return Ok(0);
            }
        }
        let size = into.len().min(self.1.len());
        into[..size].copy_from_slice(&self.1[..size]);
        self.1.drain(..size);
        Ok(size)
    }
}

#[test]
fn ten_million_lines_are_refused_at_the_limit() {
    let mut endless = std::io::BufReader::new(Endless(0, Vec::new()));
    let faults = read(&shape(), rows(&mut endless)).unwrap_err();
    assert_eq!(faults.len(), 1);
    assert_eq!(faults[0].kind, Kind::TooManyLines);
    assert!(endless.get_ref().0 < 110_000, "it is not read to its end: {}", endless.get_ref().0);
}

#[test]
fn lists_are_put_together_by_number_and_the_name_is_a_check() {
    let roster =
        list(b"badge no,name,job group\n1,Kim A,women operators\n2,Ri B,women operators\n3,Pak C,\n")
            .unwrap();
    let payroll = Shape { repeats: true, ..shape() };
    let gate =
        read(&payroll, rows(Cursor::new(b"name,badge no\nKim a,1\nRi X,2\nHan D,4\nPak C,5\nHan D,4\n")))
            .unwrap();
    let both = union(&[&roster, &gate], Some("name"));
    assert_eq!(both.people.len(), 5);
    assert_eq!((both.on(0), both.on(1), both.on_both(0, 1)), (3, 4, 2));
    assert_eq!((both.only(0, 1), both.only(1, 0)), (1, 2));
    assert!(both.people["2"].differs && !both.people["1"].differs, "case and spaces are no difference");
    let same: Vec<&String> = both.same_name.iter().collect();
    assert_eq!(same, ["3", "5"], "one name, two numbers");
}

#[test]
fn heads_are_counted_against_the_roster() {
    let heads = |roster, counted| Heads { workshop: String::new(), roster, counted };
    assert_eq!(difference(&[heads(100, 97), heads(100, 102)], 5, 10), (25, Outcome::Passes));
    assert_eq!(difference(&[heads(100, 95), heads(100, 105)], 5, 10), (50, Outcome::Passes), "exactly 5 %");
    assert_eq!(difference(&[heads(100, 94), heads(100, 105)], 5, 10).1, Outcome::Warns);
    assert_eq!(difference(&[heads(1000, 899)], 5, 10).1, Outcome::Fails, "just over 10 %");
    assert_eq!(difference(&[heads(0, 3)], 5, 10).1, Outcome::Fails);
}
