//! What one submission costs on arrival: read, split, entities. Prints medians; nothing is asserted.
//!
//! `cargo bench -p xforms`

#![allow(clippy::print_stdout)]

use std::fmt::Write;
use std::hint::black_box;
use std::time::{Duration, Instant};
use xforms::{Class, Form, Limits, Submission, merge};

const FIELDS: usize = 40;
const PEOPLE: usize = 4;

fn main() {
    let xml = form();
    let submission = submission();
    let form = Form::read(&xml, &Limits::FORM).expect("the form is right");
    let read = Submission::read(submission.as_bytes(), &Limits::SUBMISSION).expect("the submission is right");
    let split = form.split(&read, Class::Sensitive);
    println!("form {} bytes, {} fields; submission {} bytes", xml.len(), form.fields.len(), submission.len());

    measure("Form::read", || Form::read(&xml, &Limits::FORM));
    measure("Submission::read", || Submission::read(submission.as_bytes(), &Limits::SUBMISSION));
    measure("Form::split", || form.split(&read, Class::Sensitive));
    measure("Form::entity_acts", || form.entity_acts(&read, Class::Sensitive));
    measure("merge", || merge(&[&split.open, &split.sensitive, &split.identity]));
    measure("read and split", || {
        let read =
            Submission::read(submission.as_bytes(), &Limits::SUBMISSION).expect("the submission is right");
        form.split(&read, Class::Sensitive)
    });
}

/// Runs for about half a second in batches and prints the median time of one run.
fn measure<T>(name: &str, mut work: impl FnMut() -> T) {
    let mut batches = Vec::new();
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_millis(500) {
        let batch = Instant::now();
        for _ in 0..100 {
            black_box(work());
        }
        batches.push(batch.elapsed() / 100);
    }
    batches.sort_unstable();
    println!("{name:<20} {:>9.2} µs", batches[batches.len() / 2].as_secs_f64() * 1e6);
}

fn form() -> String {
    let (mut instance, mut binds, mut body) = (String::new(), String::new(), String::new());
    for field in 0..FIELDS {
        let class = Class::ALL[field % 3];
        let _ = write!(instance, "<q{field}/>");
        let _ = write!(binds, r#"<bind nodeset="/data/q{field}" type="string" dg:class="{class}"/>"#);
        let _ = write!(body, r#"<input ref="/data/q{field}"><label>Question {field}</label></input>"#);
    }
    format!(
        r#"<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"
            xmlns:entities="http://www.opendatakit.org/xforms/entities" xmlns:dg="https://deungdae.org/xforms">
          <h:head><h:title>Bench</h:title><model entities:entities-version="2025.1.0">
            <instance><data id="bench" version="1">{instance}<people><name/><age/><sex/><meta><entity dataset="people"
              id="" create="1"><label/></entity></meta></people><meta><instanceID/></meta></data></instance>{binds}
            <bind nodeset="/data/people/name" type="string" dg:class="identity" entities:saveto="full_name"/>
            <bind nodeset="/data/people/age" type="int" dg:class="sensitive" entities:saveto="age"/>
            <bind nodeset="/data/people/sex" type="string" dg:class="open" entities:saveto="sex"/>
          </model></h:head>
          <h:body>{body}<group ref="/data/people"><repeat nodeset="/data/people"/></group></h:body></h:html>"#
    )
}

fn submission() -> String {
    let mut inside = String::new();
    for field in 0..FIELDS {
        let _ = write!(inside, "<q{field}>answer number {field}</q{field}>");
    }
    for person in 0..PEOPLE {
        let _ = write!(
            inside,
            r#"<people><name>김철수</name><age>4{person}</age><sex>f</sex><meta><entity dataset="people" create="1"
            id="6f1c2b1e-7a0f-4a53-9d3e-0c9f3b7a1d0{person}"><label>김철수</label></entity></meta></people>"#
        );
    }
    format!(
        r#"<data id="bench" version="1">{inside}<meta><instanceID>uuid:6f1c2b1e-7a0f-4a53-9d3e-0c9f3b7a1d00</instanceID></meta></data>"#
    )
}
