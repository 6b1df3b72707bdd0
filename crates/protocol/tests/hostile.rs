//! Whatever lies in a folder, reading it ends in a protocol or in problems, never in a panic.

use proptest::prelude::*;
use protocol::Protocol;
use std::collections::BTreeMap;

const FORM: &str = "\
| survey | | | | | | |
| | type | name | label::English (en) | label::한국어 (ko) | label::日本語 (ja) | bind::dg:class |
| | begin_group | g | G | 지 | ジ | |
| | text | a | A | 가 | ア | open |
| | end_group | | | | | |
| | calculate | b | | | | sensitive |
| settings | | | |
| | form_title | form_id | version |
| | T | t | 1 |
";

fn folder() -> BTreeMap<String, Vec<u8>> {
    let mut folder = protocol::shipped_files("general").expect("it is shipped");
    let toml = folder.get_mut("protocol.toml").expect("it has one");
    toml.extend_from_slice(
        b"\n[[form]]\nfile = \"t.md\"\nsubject = \"place\"\nsensitive = \"working\"\n\
          title = { en = \"T\", ko = \"T\", ja = \"T\" }\nwhen = { en = \"T\", ko = \"T\", ja = \"T\" }\n",
    );
    folder.insert("t.md".to_owned(), FORM.as_bytes().to_vec());
    folder
}

/// Cuts a part out of a file and puts something else there.
fn damaged(file: &str, at: prop::sample::Index, length: usize, instead: &str) -> BTreeMap<String, Vec<u8>> {
    let mut folder = folder();
    let bytes = folder.get_mut(file).expect("the file is there");
    let start = at.index(bytes.len());
    let end = (start + length).min(bytes.len());
    bytes.splice(start..end, instead.bytes());
    folder
}

proptest! {
    #[test]
    fn a_damaged_protocol_toml(at: prop::sample::Index, length in 0usize..40, instead in "[\\[\\]{}=\"',.a-z0-9가\n ]{0,12}") {
        let _ = Protocol::read(&damaged("protocol.toml", at, length, &instead));
    }

    #[test]
    fn a_damaged_form(at: prop::sample::Index, length in 0usize..40, instead in "[|$\\{\\}():'<>&/.a-z가\n ]{0,12}") {
        let _ = Protocol::read(&damaged("t.md", at, length, &instead));
    }

    #[test]
    fn a_damaged_workflow(at: prop::sample::Index, length in 0usize..40, instead in "[\\[\\]{}=\"',.:<>a-z0-9가\n ]{0,12}") {
        let mut folder = protocol::shipped_files("workplace").expect("it is shipped");
        // The forms are read in a test of their own; without them reading is quick.
        folder.retain(|path, _| !path.starts_with("forms/"));
        let bytes = folder.get_mut("workflow/finding.toml").expect("the file is there");
        let start = at.index(bytes.len());
        let end = (start + length).min(bytes.len());
        bytes.splice(start..end, instead.bytes());
        let _ = Protocol::read(&folder);
    }

    #[test]
    fn any_bytes(file in prop::sample::select(vec!["protocol.toml", "t.md"]), bytes: Vec<u8>) {
        let mut folder = folder();
        folder.insert(file.to_owned(), bytes);
        let _ = Protocol::read(&folder);
    }
}
