//! Any bytes as a file that somebody uploads.
#![no_main]

use libfuzzer_sys::fuzz_target;
use xlsform::{Workbook, convert};

fuzz_target!(|bytes: &[u8]| {
    if let Ok(workbook) = Workbook::read("form.xlsx", bytes) {
        let _ = convert(&workbook, "form");
    }
});
