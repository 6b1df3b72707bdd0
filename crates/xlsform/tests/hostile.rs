//! Whatever comes in, the answer is a form or a failure, soon and in little memory.

use std::fmt::Write as _;
use std::io::{Cursor, Write};

use proptest::prelude::*;
use xlsform::{Failure, Workbook, convert, jsonl};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// A workbook with one sheet "survey" of this XML, and these shared strings.
fn xlsx(rows: &str, strings: &str) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let relation = |id: &str, what: &str, target: &str| {
        format!(r#"<Relationship Id="{id}" Type="{kind}/{what}" Target="{target}"/>"#)
    };
    for (name, content) in [
        (
            "_rels/.rels",
            format!("<Relationships>{}</Relationships>", relation("r1", "officeDocument", "xl/workbook.xml")),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            format!(
                "<Relationships>{}{}</Relationships>",
                relation("r1", "worksheet", "worksheets/sheet1.xml"),
                relation("r2", "sharedStrings", "sharedStrings.xml")
            ),
        ),
        (
            "xl/workbook.xml",
            format!(
                r#"<workbook xmlns:r="{kind}"><sheets><sheet name="survey" r:id="r1"/></sheets></workbook>"#
            ),
        ),
        ("xl/sharedStrings.xml", format!("<sst>{strings}</sst>")),
        ("xl/worksheets/sheet1.xml", format!("<worksheet><sheetData>{rows}</sheetData></worksheet>")),
    ] {
        zip.start_file(name, SimpleFileOptions::default()).unwrap();
        zip.write_all(content.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn text_cell(place: &str, text: &str) -> String {
    format!(r#"<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>"#)
}

fn small_form() -> Vec<u8> {
    let row = |n: u32, cells: [&str; 3]| {
        let cells: String =
            ["A", "B", "C"].iter().zip(cells).map(|(c, t)| text_cell(&format!("{c}{n}"), t)).collect();
        format!(r#"<row r="{n}">{cells}</row>"#)
    };
    xlsx(&(row(1, ["type", "name", "label"]) + &row(2, ["text", "a", "A &amp; B"])), "")
}

fn refusal(bytes: &[u8]) -> Failure {
    Workbook::from_xlsx(bytes)
        .and_then(|workbook| convert(&workbook, "data"))
        .expect_err("this must be refused")
}

#[test]
fn the_small_form_is_one() {
    let form = convert(&Workbook::read("small.xlsx", &small_form()).unwrap(), "data").unwrap();
    assert!(form.xform.contains("<label>A &amp; B</label>"));
    assert_eq!(form.form_id, "small");
}

#[test]
fn a_zip_bomb_is_refused() {
    let bomb = xlsx(&" ".repeat(80 << 20), "");
    assert!(bomb.len() < 1 << 20);
    assert!(refusal(&bomb).to_string().starts_with("The workbook is too large"));
}

#[test]
fn a_text_shared_by_too_many_cells_is_refused() {
    let mut rows = String::from("<row>");
    for _ in 0..10_000 {
        rows.push_str(r#"<c t="s"><v>0</v></c>"#);
    }
    let shared = format!("<si><t>{}</t></si>", "x".repeat(32_000));
    assert!(refusal(&xlsx(&(rows + "</row>"), &shared)).to_string().starts_with("The workbook is too large"));
}

#[test]
fn a_sheet_of_the_largest_size_is_not_filled_in() {
    let header = ["type", "name", "label"].iter().zip(["A1", "B1", "C1"]).map(|(t, p)| text_cell(p, t));
    let rows = format!(
        r#"<row r="1">{}</row><row r="2">{}{}{}</row><row r="1048576">{}</row>"#,
        header.collect::<String>(),
        text_cell("A2", "text"),
        text_cell("B2", "a"),
        text_cell("C2", "A"),
        text_cell("XFD1048576", "far away")
    );
    assert!(convert(&Workbook::from_xlsx(&xlsx(&rows, "")).unwrap(), "data").is_ok());
}

#[test]
fn what_is_no_workbook_is_refused() {
    let truncated = &small_form()[..300];
    for bytes in
        [&b"PK\x03\x04"[..], truncated, b"", b"\xff\xfe\x00", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"hello"]
    {
        assert!(Workbook::read("form", bytes).is_err());
    }
    let entities = xlsx("<row><c t=\"inlineStr\"><is><t>&undeclared;</t></is></c></row>", "");
    assert!(Workbook::from_xlsx(&entities).is_err());
}

#[test]
fn groups_do_not_nest_without_end() {
    let mut form = String::from("| survey | | | |\n| | type | name | label |\n");
    for i in 0..10_000 {
        let _ = writeln!(form, "| | begin_group | g{i} | G |");
    }
    let failure = convert(&Workbook::from_markdown(&form).unwrap(), "data").unwrap_err();
    assert!(failure.to_string().contains("can be nested 100 deep at most"), "{failure}");
    assert_eq!(failure.problems[0].row, Some(102));
}

#[test]
fn groups_as_deep_as_allowed_convert_on_a_small_stack() {
    let convert_deep = || {
        let mut form = String::from("| survey | | | |\n| | type | name | label |\n");
        for i in 0..100 {
            let kind = if i % 2 == 0 { "group" } else { "repeat" };
            let _ = writeln!(form, "| | begin_{kind} | g{i} | G |");
        }
        form.push_str("| | text | a | A ${b} |\n| | text | b | B ${a} |\n");
        for i in (0..100).rev() {
            let kind = if i % 2 == 0 { "group" } else { "repeat" };
            let _ = writeln!(form, "| | end_{kind} | | |");
        }
        convert(&Workbook::from_markdown(&form).unwrap(), "data").unwrap().xform.len()
    };
    let size = std::thread::Builder::new().stack_size(1 << 20).spawn(convert_deep).unwrap().join().unwrap();
    assert!(size < 16 << 20, "{size}");
}

#[test]
fn references_in_circles_are_only_text() {
    let form = "| survey | | | | |\n| | type | name | label | calculation |\n| | text | a | A ${b} | ${a} + ${b} |\n\
                | | text | b | B ${a} | ${a} |\n";
    assert!(convert(&Workbook::from_markdown(form).unwrap(), "data").is_ok());
}

#[test]
fn long_names_do_not_multiply() {
    let name = "n".repeat(30_000);
    let mut form = String::from("| survey | | | |\n| | type | name | label |\n");
    for i in 0..50 {
        let _ = writeln!(form, "| | begin_group | {name}{i} | G |");
    }
    for i in 0..1000 {
        let _ = writeln!(form, "| | text | q{i} | Q {} |", "${q0} ".repeat(100));
    }
    form.push_str(&"| | end_group | | |\n".repeat(50));
    let failure = convert(&Workbook::from_markdown(&form).unwrap(), "data").unwrap_err();
    assert!(failure.to_string().starts_with("The form becomes too large"), "{failure}");
}

#[test]
fn loops_in_loops_end() {
    let mut form = String::from("| survey | | | |\n| | type | name | label |\n");
    for i in 0..6 {
        let _ = writeln!(form, "| | begin loop over l | p{i} | P |");
    }
    form.push_str("| | text | a | A |\n");
    form.push_str(&"| | end loop | | |\n".repeat(6));
    form.push_str("| choices | | | |\n| | list_name | name | label |\n");
    for i in 0..100 {
        let _ = writeln!(form, "| | l | c{i} | C |");
    }
    let failure = convert(&Workbook::from_markdown(&form).unwrap(), "data").unwrap_err();
    assert!(failure.to_string().contains("elements"), "{failure}");
}

#[test]
fn headers_of_many_parts_are_refused() {
    let header = "a::".repeat(20_000);
    let form = format!("| survey | | | |\n| | type | name | {header} |\n| | text | a | x |\n");
    assert!(convert(&Workbook::from_markdown(&form).unwrap(), "data").is_err());
}

#[test]
fn control_characters_do_not_reach_the_form() {
    let sheets = [(
        "survey".to_owned(),
        vec![
            vec!["type".to_owned(), "name".to_owned(), "label".to_owned()],
            vec!["text".to_owned(), "a".to_owned(), "bell \u{7}".to_owned()],
        ],
    )];
    let failure = convert(&Workbook::from_sheets(sheets).unwrap(), "data").unwrap_err();
    assert!(failure.to_string().contains("U+0007"), "{failure}");
}

/// Words that forms are made of, some of them in the wrong place.
fn cell() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => proptest::sample::select(vec![
            "", "", "text", "integer", "calculate", "select_one l", "select_multiple l or_other", "begin_group", "end_group",
            "begin_repeat", "end_repeat", "begin loop over l", "end loop", "note", "range", "audit", "geopoint", "a", "b", "c",
            "${a}", "${b} + 1", "${last-saved#a}", "indexed-repeat(${a}, ${b}, 1)", "instance('l')/root/item[name = ${a}]/label",
            "yes", "x", "1", "start=1 end=3", "randomize=true", "table-list", "search('f')", "pulldata('f', 'a', 'b', ${c})",
            "p", "l", "%(label)s", "now()", "select_one ${a}", "csv-external", "osm l", "${", "background-geopoint",
        ]).prop_map(str::to_owned),
        1 => "\\PC{0,12}",
    ]
}

fn header() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => proptest::sample::select(vec![
            "type", "name", "label", "label::fr", "hint", "hint::fr", "relevant", "calculation", "constraint_message::fr",
            "trigger", "default", "parameters", "appearance", "choice_filter", "repeat_count", "save_to", "image", "flat",
            "media::audio::fr", "bind::x", "body::y", "instance::z", "guidance_hint", "list_name", "list name", "entity_id",
            "create_if", "update_if", "form_id", "default_language", "namespaces", "required", "disabled", "actions",
        ]).prop_map(str::to_owned),
        1 => "\\PC{0,8}",
    ]
}

fn sheet() -> impl Strategy<Value = Vec<Vec<String>>> {
    (proptest::collection::vec(header(), 1..7), 0..12_usize).prop_flat_map(|(mut header, rows)| {
        let wanted = ["type", "name", "label"];
        for (i, name) in wanted.iter().enumerate().take(header.len()) {
            (*name).clone_into(&mut header[i]);
        }
        let width = header.len();
        proptest::collection::vec(proptest::collection::vec(cell(), width), rows).prop_map(move |mut rows| {
            rows.insert(0, header.clone());
            rows
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_bytes_are_answered(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = Workbook::read("x", &bytes);
        let mut zip = b"PK\x03\x04".to_vec();
        zip.extend(bytes);
        let _ = Workbook::read("x", &zip);
    }

    #[test]
    fn a_damaged_workbook_is_answered(place in 0..2000_usize, byte in any::<u8>()) {
        let mut bytes = small_form();
        let place = place % bytes.len();
        bytes[place] = byte;
        if let Ok(workbook) = Workbook::read("x.xlsx", &bytes) {
            let _ = convert(&workbook, "data");
        }
    }

    #[test]
    fn any_text_is_answered(text in "(\\| ?[a-z#${}\\\\ ]{0,9} ?){0,12}\\|?(\n[|, \\PC]{0,40}){0,6}") {
        for workbook in [Workbook::from_markdown(&text), Workbook::read("x", text.as_bytes())].into_iter().flatten() {
            let _ = convert(&workbook, "data");
        }
        let _ = jsonl::convert_line(&text);
    }

    #[test]
    fn any_sheets_are_answered_and_forms_are_xml(
        survey in sheet(), choices in sheet(), settings in sheet(), entities in sheet(), osm in sheet(),
    ) {
        let sheets = [("survey", survey), ("choices", choices), ("settings", settings), ("entities", entities), ("osm", osm)];
        for used in 1..=sheets.len() {
            let some = sheets.iter().take(used).map(|(name, rows)| ((*name).to_owned(), rows.clone()));
            let Ok(workbook) = Workbook::from_sheets(some) else { continue };
            if let Ok(form) = convert(&workbook, "data") {
                // A prefix of the sheet's own may lack its namespace; all else is well-formed.
                if let Err(e) = roxmltree::Document::parse(&form.xform) {
                    prop_assert!(matches!(e, roxmltree::Error::UnknownNamespace(..)), "{e}\n{}", form.xform);
                }
            }
        }
    }
}
