//! Any bytes as a submission to a form that uses everything.
#![no_main]

use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;
use xforms::{Class, Form, Limits, Submission, merge};

static FORM: LazyLock<Form> = LazyLock::new(|| {
    let xml = include_str!("../../crates/xforms/tests/forms/household.xml");
    Form::read(xml, &Limits::FORM).expect("the form is right")
});

fuzz_target!(|bytes: &[u8]| {
    let Ok(submission) = Submission::read(bytes, &Limits::SUBMISSION) else { return };
    let split = FORM.split(&submission, Class::Sensitive);
    merge(&[&split.open, &split.sensitive, &split.identity]);
    for act in FORM.entity_acts(&submission, Class::Sensitive).into_iter().flatten() {
        // The receiver asks for the version of an entity that it updates without looking whether there is one.
        assert!(!act.update || act.base_version.is_some(), "an update without a base version: {act:?}");
    }
    // The same bytes are the same submission: phones send twice.
    let again =
        Submission::read(bytes, &Limits::SUBMISSION).map(|again| FORM.split(&again, Class::Sensitive));
    let again = again.expect("it was read before");
    assert!(again.open == split.open && again.identity == split.identity, "read twice, split differently");
});
