//! Forms that others wrote, if they are at hand: beside the repository or where `DEUNGDAE_SHARED` says.

use std::path::PathBuf;

use xlsform::{Workbook, convert};

fn shared() -> PathBuf {
    std::env::var_os("DEUNGDAE_SHARED")
        .map_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared")), PathBuf::from)
}

#[test]
#[allow(clippy::print_stdout)]
fn forms_in_use_convert() {
    let folder = shared().join("real");
    let Ok(entries) = std::fs::read_dir(&folder) else {
        println!("skipped: {} not found", folder.display());
        return;
    };
    let mut converted = 0;
    for path in entries.flatten().map(|entry| entry.path()) {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        // The data that were collected with a form are no form.
        if !name.ends_with(".xlsx") || name.contains("raw_data") {
            continue;
        }
        let workbook =
            Workbook::read(&name, &std::fs::read(&path).unwrap()).unwrap_or_else(|e| panic!("{name}: {e}"));
        let form = convert(&workbook, "data").or_else(|failure| {
            // Two of the forms repeat choices, which pyxform refuses, too, unless a setting allows it.
            assert!(failure.to_string().contains("allow_choice_duplicates"), "{name}: {failure}");
            convert(&workbook.with_setting("allow_choice_duplicates", "yes"), "data")
        });
        let form = form.unwrap_or_else(|e| panic!("{name}: {e}"));
        let document = roxmltree::Document::parse(&form.xform).unwrap_or_else(|e| panic!("{name}: {e}"));
        let binds = document
            .descendants()
            .filter(|n| n.has_tag_name(("http://www.w3.org/2002/xforms", "bind")))
            .count();
        assert!(binds > 1, "{name} has {binds} bindings");
        converted += 1;
    }
    assert!(converted > 0, "{} has no forms", folder.display());
}

#[test]
#[allow(clippy::print_stdout)]
fn the_form_of_the_load_test_is_what_pyxform_makes_of_it() {
    let folder = shared().join("tools");
    let (Ok(form), Ok(xform)) =
        (std::fs::read_to_string(folder.join("bench.md")), std::fs::read_to_string(folder.join("bench.xml")))
    else {
        println!("skipped: {} not found", folder.join("bench.md").display());
        return;
    };
    assert_eq!(convert(&Workbook::from_markdown(&form).unwrap(), "data").unwrap().xform.trim(), xform.trim());
}
