//! A table is written in every format and read with the programs that analysts use: ReadStat (which is what R's haven
//! and pyreadstat read with), openpyxl, pyarrow.

use std::process::Command;

use formats::{Choice, Column, Format, FormatError, Kind, Table, Words, write};
use serde_json::{Value, json};

fn column(path: &str, label: &str, kind: Kind, choices: &[(&str, &str)]) -> Column {
    let choice =
        |(code, label): &(&str, &str)| Choice { code: (*code).to_owned(), label: (*label).to_owned() };
    Column {
        path: path.to_owned(),
        label: label.to_owned(),
        kind,
        choices: choices.iter().map(choice).collect(),
    }
}

fn table(columns: Vec<Column>) -> Table {
    Table {
        title: "식량 지원 방문 Food aid".to_owned(),
        columns,
        written_at: 1_795_651_200_000,
        words: Words {
            rows: "Answers".to_owned(),
            codebook: "Codebook".to_owned(),
            heads: ["Field", "Label", "Code", "Choice", "Cut"].map(str::to_owned),
        },
    }
}

/// What the programs see of a table, by format; nothing where they are not installed.
fn read(table: &Table, rows: &[Vec<&str>]) -> Option<Value> {
    let python = std::env::var("DEUNGDAE_PYTHON").ok()?;
    let modules = Command::new(&python).args(["-c", "import pyreadstat, openpyxl, pyarrow"]).output();
    if !modules.is_ok_and(|output| output.status.success()) {
        assert!(
            std::env::var_os("CI").is_none(),
            "pyreadstat, openpyxl and pyarrow are installed where we check all"
        );
        return None;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let paths = Format::ALL.map(|format| folder.path().join(format!("table.{}", format.extension())));
    for (format, path) in Format::ALL.into_iter().zip(&paths) {
        std::fs::write(path, bytes(format, table, rows).expect("it is written")).expect("it is kept");
    }
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/read.py");
    let output = Command::new(&python).arg(script).args(&paths).output().expect("python runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(serde_json::from_slice(&output.stdout).expect("JSON"))
}

fn bytes(format: Format, table: &Table, rows: &[Vec<&str>]) -> Result<Vec<u8>, FormatError> {
    let mut out = Vec::new();
    let mut each = |take: &mut formats::Take<'_, FormatError>| rows.iter().try_for_each(|row| take(row));
    write(format, table, &mut each, &mut out)?;
    Ok(out)
}

macro_rules! read_or_skip {
    ($table:expr, $rows:expr) => {
        match read($table, $rows) {
            Some(seen) => seen,
            None => {
                eprintln!("skipped: pyreadstat, openpyxl or pyarrow is not there");
                return;
            }
        }
    };
}

#[test]
fn every_kind_of_answer_arrives_in_every_program() {
    let table = table(vec![
        column("site/name", "이름 Name", Kind::Text, &[]),
        column("people/children", "Children under five", Kind::Integer, &[]),
        column("kg", "Food received (kg)", Kind::Decimal, &[]),
        column("day", "Day of the visit", Kind::Date, &[]),
        column("start", "Begun", Kind::Moment, &[]),
        column("site_kind", "Kind of place", Kind::Choice, &[("nursery", "보육원"), ("school", "School")]),
        column("level", "Level", Kind::Choice, &[("1", "low"), ("3", "high")]),
        column("foods", "Foods", Kind::Choices, &[("rice", "Rice"), ("oil", "Oil")]),
        column("gps", "Place", Kind::Place, &[]),
    ]);
    let rows = [
        vec![
            "평양 <1>",
            "12",
            "3.5",
            "2026-11-01",
            "2026-11-01T09:30:00.000+09:00",
            "nursery",
            "3",
            "rice oil",
            "39 125.75 30 5",
        ],
        vec!["=1+1", "-70000", "-0.25", "1950-06-25", "2026-11-01T00:00:00Z", "tent", "1", "oil", "38.5 126"],
        vec!["", "", "", "", "", "", "", "", ""],
    ];
    let seen = read_or_skip!(&table, &rows);

    let dta = &seen["dta"];
    assert_eq!(dta["title"], "식량 지원 방문 Food aid");
    assert_eq!(dta["rows"], 3);
    assert_eq!(dta["labels"]["children"], "Children under five");
    assert_eq!(dta["values"]["name"], json!(["평양 <1>", "=1+1", ""]));
    assert_eq!(dta["values"]["children"], json!([12, -70_000, null]));
    assert_eq!(dta["values"]["kg"], json!([3.5, -0.25, null]));
    assert_eq!(dta["values"]["day"], json!(["2026-11-01", "1950-06-25", null]));
    assert_eq!(dta["values"]["start"], json!(["2026-11-01T00:30:00", "2026-11-01T00:00:00", null]));
    assert_eq!(dta["values"]["site_kind"], json!([1, 3, null]));
    assert_eq!(dta["choices"]["site_kind"], json!({ "1": "보육원", "2": "School", "3": "tent" }));
    assert_eq!(dta["values"]["level"], json!([3, 1, null]), "codes that are numbers stay");
    assert_eq!(dta["choices"]["level"], json!({ "1": "low", "3": "high" }));
    assert_eq!(dta["values"]["foods"], json!(["rice oil", "oil", ""]));
    assert_eq!(dta["values"]["rice"], json!([1, 0, null]));
    assert_eq!(dta["labels"]["rice"], "Foods: Rice");
    assert_eq!(dta["values"]["longitude"], json!([125.75, 126.0, null]));
    assert_eq!(dta["values"]["accuracy"], json!([5.0, null, null]));

    let sav = &seen["sav"];
    for name in dta["values"].as_object().expect("columns").keys() {
        let of = |program: &Value| -> Vec<Value> {
            let number = |value: &Value| value.as_f64().map_or_else(|| value.clone(), |number| json!(number));
            program["values"][name].as_array().expect("a column").iter().map(number).collect()
        };
        assert_eq!(of(sav), of(dta), "{name}");
        assert_eq!(sav["labels"][name], dta["labels"][name], "{name}");
    }
    assert_eq!(sav["title"], dta["title"]);
    assert_eq!(sav["choices"]["site_kind"], json!({ "1.0": "보육원", "2.0": "School", "3.0": "tent" }));

    let parquet = &seen["parquet"];
    assert_eq!(parquet["types"]["people/children"], "int64");
    assert_eq!(parquet["types"]["day"], "date32[day]");
    assert_eq!(parquet["types"]["start"], "timestamp[ms, tz=UTC]");
    assert_eq!(parquet["values"]["site_kind"], json!(["nursery", "tent", null]));
    assert_eq!(parquet["values"]["foods/rice"], json!([true, false, null]));
    assert_eq!(parquet["values"]["start"][0], "2026-11-01T00:30:00+00:00");
    assert_eq!(parquet["values"]["gps/latitude"], json!([39.0, 38.5, null]));
    assert_eq!(parquet["labels"]["columns"]["site_kind"]["choices"]["nursery"], "보육원");

    let sheet = &seen["xlsx"]["Answers"];
    assert_eq!(sheet[0][0], "이름 Name");
    assert_eq!(
        sheet[1],
        json!([
            "평양 <1>",
            12,
            3.5,
            "2026-11-01T00:00:00",
            "2026-11-01T00:30:00",
            "보육원",
            "high",
            "Rice; Oil",
            1,
            1,
            39,
            125.75,
            30,
            5
        ])
    );
    assert_eq!(sheet[2][0], "=1+1", "a text is no formula");
    assert_eq!(sheet[3][0], Value::Null);
    let codebook = seen["xlsx"]["Codebook"].as_array().expect("rows");
    assert!(
        codebook.contains(&json!(["site_kind", "Kind of place", "nursery", "보육원", null])),
        "{codebook:?}"
    );
}

#[test]
fn one_wrong_value_makes_a_column_of_text_and_nothing_is_lost() {
    let table = table(vec![
        column("number", "Number", Kind::Integer, &[]),
        column("phone", "Phone", Kind::Integer, &[]),
        column("day", "Day", Kind::Date, &[]),
        column("gps", "Place", Kind::Place, &[]),
        column("big", "Big", Kind::Integer, &[]),
    ]);
    let rows = [
        vec!["1", "0102345", "2026-02-30", "here 1", "9007199254740993"],
        vec!["twelve", "1", "2026-02-28", "39 125", "1"],
    ];
    let seen = read_or_skip!(&table, &rows);
    for program in ["dta", "sav"] {
        let values = &seen[program]["values"];
        assert_eq!(values["number"], json!(["1", "twelve"]), "{program}");
        assert_eq!(values["phone"], json!(["0102345", "1"]), "{program}");
        assert_eq!(values["day"], json!(["2026-02-30", "2026-02-28"]), "{program}");
        assert_eq!(values["gps"], json!(["here 1", "39 125"]), "{program}");
        assert_eq!(values["big"], json!(["9007199254740993", "1"]), "{program}");
    }
    assert_eq!(seen["parquet"]["values"]["big"], json!([9_007_199_254_740_993_i64, 1]));
    assert_eq!(seen["xlsx"]["Answers"][1][4], "9007199254740993", "Excel would show it rounded");
}

#[test]
fn long_texts_and_foreign_characters_arrive_whole() {
    let lengths = [1, 7, 8, 9, 254, 255, 256, 257, 503, 504, 505, 760, 2_045, 2_046, 10_000, 32_766];
    let texts: Vec<String> = lengths
        .iter()
        .map(|length| ('a'..='z').cycle().take(*length).collect())
        .chain(["탈북".repeat(2_000), "줄\n바꿈 _x0041_ \u{1}".to_owned()])
        .collect();
    let columns =
        texts.iter().enumerate().map(|(number, _)| column(&format!("text{number}"), "Text", Kind::Text, &[]));
    let table = table(columns.collect());
    let rows = [texts.iter().map(String::as_str).collect::<Vec<_>>(), vec![""; texts.len()]];
    let seen = read_or_skip!(&table, &rows);
    for (number, text) in texts.iter().enumerate() {
        let name = format!("text{number}");
        for program in ["dta", "sav", "parquet"] {
            let value = &seen[program]["values"][&name][0];
            assert!(value == text, "{program}: {} bytes arrive as {value}", text.len());
        }
        assert!(seen["xlsx"]["Answers"][1][number] == *text, "xlsx: {}", seen["xlsx"]["Answers"][1][number]);
    }
}

#[test]
fn an_empty_table_is_a_file_too() {
    let table = table(vec![
        column("name", "Name", Kind::Text, &[]),
        column("number", "Number", Kind::Integer, &[]),
        column("kind", "Kind", Kind::Choice, &[("a", "A")]),
    ]);
    let seen = read_or_skip!(&table, &[]);
    assert_eq!(seen["dta"]["values"], json!({ "name": [], "number": [], "kind": [] }));
    assert_eq!(seen["sav"]["rows"], 0);
    assert_eq!(seen["xlsx"]["Answers"], json!([["Name", "Number", "Kind"]]));
}

#[test]
fn what_a_format_cannot_hold_is_said() {
    let table = table(vec![column("story", "Story", Kind::Text, &[])]);
    let text = "x".repeat(40_000);
    let rows = [vec![text.as_str()]];
    let error = bytes(Format::Spss, &table, &rows).expect_err("SPSS takes 32,767 bytes");
    assert_eq!(
        error.to_string(),
        "a value of “story” is 40000 bytes long and SPSS takes 32767: leave the field out, or take Parquet"
    );
    assert!(bytes(Format::Stata, &table, &rows).is_ok());
}

#[test]
fn rows_that_change_between_two_looks_are_noticed() {
    let table = table(vec![column("name", "Name", Kind::Text, &[])]);
    for format in Format::ALL {
        let mut looks = 0;
        let mut rows = |take: &mut formats::Take<'_, FormatError>| {
            looks += 1;
            (0..looks).try_for_each(|_| take(&["Ann"]))
        };
        let error = write(format, &table, &mut rows, &mut Vec::new()).expect_err("one more row");
        assert!(matches!(error, FormatError::Changed), "{format:?}: {error}");
    }
}
