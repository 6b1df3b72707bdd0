//! Any text as a line of `deungdae form convert --jsonl`: the answer is one line of JSON.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|line: &str| {
    let answer = xlsform::jsonl::convert_line(line);
    assert!(!answer.contains('\n'), "the answer takes more than a line");
    let answer: serde_json::Value = serde_json::from_str(&answer).expect("the answer is JSON");
    assert!(answer["xform"].is_null() != answer["error"].is_null(), "an answer and an error, or neither");
});
