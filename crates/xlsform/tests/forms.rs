//! What becomes of each form in `tests/forms`: the XForm, one element a line, and the warnings.
//!
//! `tests/differential.py` shows that pyxform makes the same of them.

use std::fmt::Write as _;
use std::path::Path;

use xlsform::{Workbook, convert, jsonl};

fn form(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/forms").join(name);
    std::fs::read_to_string(path).expect("the form is there")
}

#[test]
fn every_form_becomes_what_it_was() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/forms");
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .expect("the folder is there")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .filter(|name| name.ends_with(".md"))
        .collect();
    names.sort();
    assert!(names.len() >= 25);
    for name in names {
        let workbook = Workbook::read(&name, form(&name).as_bytes()).expect("the form can be read");
        let converted = convert(&workbook, "data").unwrap_or_else(|failure| panic!("{name}: {failure}"));
        roxmltree::Document::parse(&converted.xform).unwrap_or_else(|e| panic!("{name}: {e}"));
        let mut text = format!(
            "id: {}\ntitle: {}\nversion: {}\nfiles: {}\n",
            converted.form_id,
            converted.title,
            converted.version,
            converted.files.join(", ")
        );
        for warning in &converted.warnings {
            let _ = writeln!(text, "warning: {warning}");
        }
        text.push_str(&converted.xform.replace("><", ">\n<"));
        insta::assert_snapshot!(name.trim_end_matches(".md"), text);
    }
}

#[test]
fn rows_of_json_and_tables_of_markdown_are_the_same_form() {
    let line = r#"{"id": 7, "name": "data", "sheets": {
        "survey": [["type", "name", "label", "required"], ["integer", "n", "How many?", true], [null, null, null]],
        "settings": [["form_id", "version"], ["numbers", 3.0]]
    }}"#;
    let answer: serde_json::Value = serde_json::from_str(&jsonl::convert_line(line)).unwrap();
    let table = "| survey | | | | |\n| | type | name | label | required |\n| | integer | n | How many? | TRUE |\n\
                 | settings | | |\n| | form_id | version |\n| | numbers | 3 |";
    let same = convert(&Workbook::from_markdown(table).unwrap(), "data").unwrap();
    assert_eq!(answer["id"], 7);
    assert_eq!(answer["error"], serde_json::Value::Null);
    assert_eq!(answer["xform"], same.xform);
    assert!(same.xform.contains(r#"required="true()""#));
}

#[test]
fn a_line_that_is_no_form_is_answered() {
    for (line, error) in [
        ("{", "The line is not JSON"),
        ("[]", "The line has no 'sheets'"),
        (r#"{"id": 1, "sheets": {"survey": 3}}"#, "The sheet 'survey' must be a list of rows"),
        (r#"{"id": 1, "sheets": {}}"#, "You must have a sheet named 'survey'."),
        (r#"{"id": 1, "sheets": {"survey": [[]]}}"#, "You must have a sheet named 'survey'."),
        (
            r#"{"id": 1, "name": "1 x", "sheets": {"survey": [["type"]]}}"#,
            "The 'form_name' value is invalid.",
        ),
    ] {
        let answer: serde_json::Value = serde_json::from_str(&jsonl::convert_line(line)).unwrap();
        let text = answer["error"].as_str().unwrap_or_default();
        assert!(text.starts_with(error), "{line}: {text}");
        assert_eq!(answer["xform"], serde_json::Value::Null);
    }
}

#[test]
fn the_file_name_gives_the_id_and_external_choices_become_a_file() {
    let workbook = Workbook::read("forms/kinds.md", form("kinds.md").as_bytes()).unwrap();
    let converted = convert(&workbook, "").unwrap();
    assert_eq!(converted.form_id, "kinds");
    let csv = "\"list_name\",\"name\",\"label\",\"state\"\r\n\"towns\",\"t1\",\"Town\",\"x\"\r\n";
    assert_eq!(converted.itemsets.as_deref(), Some(csv));
    assert_eq!(converted.files, ["a.mp3", "a.png", "map.geojson", "places.xml", "prices.csv", "sample.png"]);
}

#[test]
fn csv_is_read_as_well() {
    let text = "\"survey\",,,\n,\"type\",\"name\",\"label\"\n,\"text\",\"a\",\"Said \"\"yes\"\", or\nno\"\n";
    let converted = convert(&Workbook::read("said.csv", text.as_bytes()).unwrap(), "data").unwrap();
    assert!(converted.xform.contains("<label>Said \"yes\", or\nno</label>"));
}

#[test]
fn our_own_prefix_needs_no_setting_but_may_have_one() {
    let own =
        "| survey | | | | |\n| | type | name | label | bind::dg:class |\n| | text | a | A | identity |\n";
    let xform = convert(&Workbook::from_markdown(own).unwrap(), "data").unwrap().xform;
    assert_eq!(xform.matches("xmlns:dg=\"https://deungdae.org/xforms\"").count(), 1);
    assert!(xform.contains(r#"dg:class="identity""#));
    let set = format!("{own}| settings | |\n| | namespaces |\n| | dg=\"https://example.org/other\" |\n");
    let xform = convert(&Workbook::from_markdown(&set).unwrap(), "data").unwrap().xform;
    assert!(xform.contains("xmlns:dg=\"https://example.org/other\""));
    assert!(!xform.contains("deungdae.org"));
    let none = own.replace("bind::dg:class", "bind::orx:class");
    assert!(!convert(&Workbook::from_markdown(&none).unwrap(), "data").unwrap().xform.contains("xmlns:dg"));
}
