//! Any text as a form in Markdown. What converts is an XForm that we read ourselves, unless the form's own columns
//! have a namespace prefix that it nowhere declares: like pyxform, the converter hands those on.
#![no_main]

use libfuzzer_sys::fuzz_target;
use xforms::{Form, FormError, Limits, XmlError};
use xlsform::{Workbook, convert};

fuzz_target!(|text: &str| {
    let Ok(workbook) = Workbook::from_markdown(text) else { return };
    let Ok(converted) = convert(&workbook, "form") else { return };
    match Form::read(&converted.xform, &Limits::FORM) {
        Ok(form) => assert_eq!(form.form_id, converted.form_id, "converted and read under another id"),
        Err(FormError::Xml(XmlError::Malformed { reason, .. })) => {
            let prefix = reason.contains("prefix") || reason.contains("namespace");
            assert!(prefix, "converted to what is no XML: {reason}\n{}", converted.xform);
        }
        Err(_) => {}
    }
});
