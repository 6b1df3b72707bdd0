//! Forms kept outside the repository, read where they are there.

#![allow(clippy::print_stdout)]

use std::path::PathBuf;
use xforms::{Class, Form, Kind, Limits, Submission};

fn shared(file: &str) -> Option<String> {
    let shared = std::env::var_os("DEUNGDAE_SHARED").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared")),
        PathBuf::from,
    );
    let found = std::fs::read_to_string(shared.join(file)).ok();
    if found.is_none() {
        println!("skipped: {} not found", shared.join(file).display());
    }
    found
}

#[test]
fn the_benchmark_form_is_read_as_foreign() {
    let Some(xml) = shared("tools/bench.xml") else { return };
    let form = Form::read(&xml, &Limits::FORM).expect("the form is right");
    assert_eq!(
        (&*form.form_id, form.version.as_deref(), &*form.title),
        ("bench_visit", Some("2026112301"), "Food aid visit")
    );
    assert_eq!(form.unclassed().len(), 15);
    assert_eq!(form.field("location").map(|field| field.kind), Some(Kind::Geopoint));
    assert_eq!(form.field("foods").map(|field| field.choices.len()), Some(4));
    let submission = Submission::read(
        br#"<data id="bench_visit" version="2026112301"><site>S</site><people><n_children>2</n_children></people>
            <photo>1.jpg</photo><meta><instanceID>uuid:1</instanceID></meta></data>"#,
        &Limits::SUBMISSION,
    );
    let split = form.split(&submission.expect("it is right"), Class::Sensitive);
    assert_eq!(split.open.keys().collect::<Vec<_>>(), ["meta/instanceID"]);
    assert_eq!(split.sensitive.keys().collect::<Vec<_>>(), ["site", "people/n_children", "photo"]);
    assert!(split.identity.is_empty());
}
