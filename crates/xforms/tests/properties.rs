//! What holds for every input.

use proptest::prelude::*;
use serde_json::Value;
use xforms::{Class, Element, Form, Limits, Submission, Values, merge};

const FORM: &str = include_str!("forms/household.xml");
const NAMES: [&str; 14] = [
    "site",
    "note",
    "town",
    "foods",
    "photo",
    "people",
    "name",
    "sex",
    "plots",
    "size",
    "meta",
    "instanceID",
    "entity",
    "stranger",
];

fn element() -> impl Strategy<Value = String> {
    let text = prop_oneof![Just(String::new()), "[a-z가-힣 ]{1,6}"];
    let leaf = (prop::sample::select(&NAMES), text.clone())
        .prop_map(|(name, text)| format!("<{name}>{text}</{name}>"));
    leaf.prop_recursive(4, 40, 6, move |inner| {
        (prop::sample::select(&NAMES), prop::collection::vec(inner, 0..6), text.clone())
            .prop_map(|(name, inside, text)| format!("<{name}>{}{text}</{name}>", inside.concat()))
    })
}

/// Every text of the submission but white space, which also stands between elements for the reader's eye.
fn texts(element: &Element, found: &mut Vec<String>) {
    found.extend(Some(element.text.clone()).filter(|text| !text.trim().is_empty()));
    element.children.iter().for_each(|child| texts(child, found));
}

fn values(values: &Values, found: &mut Vec<String>) {
    for value in values.values() {
        match value {
            Value::String(text) => found.extend(Some(text.clone()).filter(|text| !text.trim().is_empty())),
            Value::Array(repetitions) => {
                repetitions.iter().filter_map(Value::as_object).for_each(|inner| self::values(inner, found));
            }
            other => panic!("{other:?} is no value"),
        }
    }
}

proptest! {
    /// Every text of a submission, known to the form or not, is in exactly one class, and joining the classes
    /// brings all of them together again.
    #[test]
    fn split_and_merge_lose_nothing(inside in prop::collection::vec(element(), 0..8), default in 0..3_usize) {
        let form = Form::read(FORM, &Limits::FORM).expect("the form is right");
        let xml = format!("<data id='household'>{}</data>", inside.concat());
        let submission = Submission::read(xml.as_bytes(), &Limits::SUBMISSION).expect("it is well-formed");
        let split = form.split(&submission, Class::ALL[default]);

        let mut sent = Vec::new();
        submission.root.children.iter().for_each(|child| texts(child, &mut sent));
        let (mut kept, mut joined) = (Vec::new(), Vec::new());
        for class in Class::ALL {
            values(split.of(class), &mut kept);
        }
        values(&merge(&[&split.identity, &split.open, &split.sensitive]), &mut joined);
        sent.sort_unstable();
        kept.sort_unstable();
        joined.sort_unstable();
        prop_assert_eq!(&sent, &kept);
        prop_assert_eq!(&kept, &joined);
    }

    /// No class learns of a value of a higher one.
    #[test]
    fn names_stay_in_the_identity_class(name in "[A-Z]{8}", repetitions in 1..5_usize) {
        let form = Form::read(FORM, &Limits::FORM).expect("the form is right");
        let people = format!("<people><name>{name}<more>{name}</more></name><sex>f</sex></people>").repeat(repetitions);
        let xml = format!("<data id='household'>{people}<meta><instanceName>{name}</instanceName></meta></data>");
        let submission = Submission::read(xml.as_bytes(), &Limits::SUBMISSION).expect("it is well-formed");
        let split = form.split(&submission, Class::Open);
        prop_assert!(!serde_json::to_string(&split.open).expect("JSON").contains(&name));
        prop_assert!(!serde_json::to_string(&split.sensitive).expect("JSON").contains(&name));
        prop_assert_eq!(split.identity["people"].as_array().map(Vec::len), Some(repetitions));
        prop_assert_eq!(split.sensitive["people"].as_array().map(Vec::len), Some(repetitions));
    }

    /// Anything at all is read or refused.
    #[test]
    fn bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = Submission::read(&bytes, &Limits::SUBMISSION);
        let _ = Form::read(&String::from_utf8_lossy(&bytes), &Limits::FORM);
    }

    /// Markup soup is read or refused.
    #[test]
    fn markup_never_panics(text in "(<|</|/>|>|<!--|-->|<!\\[CDATA\\[|\\]\\]>|<\\?xml|\\?>|<!DOCTYPE|data|id|meta|=|'|\"|&|;|xmlns|:|x| |\n){0,40}") {
        let _ = Submission::read(text.as_bytes(), &Limits::SUBMISSION);
        let _ = Form::read(&text, &Limits::FORM);
    }

    /// A form with a piece cut out, put in twice or overwritten is read or refused, and what is read can be used.
    #[test]
    fn damaged_forms_never_panic(from in 0..6000_usize, length in 0..200_usize, put in "[<>/\"'= a-z(){}$.-]{0,20}") {
        let mut bytes = FORM.as_bytes().to_vec();
        let from = from.min(bytes.len());
        let to = (from + length).min(bytes.len());
        bytes.splice(from..to, put.bytes());
        if let Ok(form) = Form::read(&String::from_utf8_lossy(&bytes), &Limits::FORM) {
            let xml = b"<data id='household'><site>x</site><people><name>y</name></people></data>";
            let submission = Submission::read(xml, &Limits::SUBMISSION).expect("it is well-formed");
            let _ = (form.split(&submission, Class::Sensitive), form.entity_acts(&submission, Class::Sensitive), form.unclassed().len());
        }
    }
}
