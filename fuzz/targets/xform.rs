//! Any text as a form: read or refused, and what was read can be asked everything.
#![no_main]

use libfuzzer_sys::fuzz_target;
use xforms::{Form, Limits};

fuzz_target!(|text: &str| {
    let Ok(form) = Form::read(text, &Limits::FORM) else { return };
    form.unclassed();
    for field in &form.fields {
        form.text(&field.label, "ko");
        for choice in field.choices.iter() {
            form.text(&choice.label, "en");
        }
        // A form may name two elements alike, so the field found need not be this one, but one is found.
        assert!(form.field(&field.path).is_some(), "{} is listed and not found", field.path);
    }
});
