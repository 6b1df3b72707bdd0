//! The parts of a workbook, divided by the byte 0x1c and put into a zip here, so that the fuzzer writes XML and
//! not deflate.
#![no_main]

use libfuzzer_sys::fuzz_target;
use std::io::{Cursor, Write};
use xlsform::{Workbook, convert};
use zip::write::{SimpleFileOptions, ZipWriter};

const PARTS: [&str; 8] = [
    "xl/workbook.xml",
    "xl/_rels/workbook.xml.rels",
    "xl/sharedStrings.xml",
    "xl/styles.xml",
    "xl/worksheets/sheet1.xml",
    "xl/worksheets/sheet2.xml",
    "xl/worksheets/sheet3.xml",
    "_rels/.rels",
];

fuzz_target!(|bytes: &[u8]| {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (name, content) in PARTS.iter().zip(bytes.split(|byte| *byte == 0x1c)) {
        zip.start_file(*name, stored).expect("a zip in memory takes a file");
        zip.write_all(content).expect("a zip in memory takes bytes");
    }
    let file = zip.finish().expect("a zip in memory ends").into_inner();
    if let Ok(workbook) = Workbook::from_xlsx(&file) {
        let _ = convert(&workbook, "form");
    }
});
