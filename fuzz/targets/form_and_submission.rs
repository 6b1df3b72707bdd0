//! Any form with any submission to it; a zero byte stands between them.
#![no_main]

use libfuzzer_sys::fuzz_target;
use xforms::{Class, Form, Limits, Submission, merge};

fuzz_target!(|text: &str| {
    let Some((form, submission)) = text.split_once('\0') else { return };
    let Ok(form) = Form::read(form, &Limits::FORM) else { return };
    let Ok(submission) = Submission::read(submission.as_bytes(), &Limits::SUBMISSION) else { return };
    for default in [Class::Sensitive, Class::Identity] {
        let split = form.split(&submission, default);
        merge(&[&split.open, &split.sensitive, &split.identity]);
        let _ = form.entity_acts(&submission, default);
    }
});
