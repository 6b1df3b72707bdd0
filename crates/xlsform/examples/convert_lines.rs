//! Answers lines of JSON on standard input with converted forms, one line each.
//!
//! A line is `{"id", "name", "sheets"}` as for `xlsform::jsonl`, or `{"id", "name", "file"}` with the path of a form.

use std::io::{self, BufRead, Write};

use serde_json::{Value, json};
use xlsform::{Workbook, convert, jsonl};

fn main() -> io::Result<()> {
    let mut out = io::stdout().lock();
    for line in io::stdin().lock().lines() {
        let line = line?;
        let request: Value = serde_json::from_str(&line).unwrap_or(Value::Null);
        let answer = match request.get("file").and_then(Value::as_str) {
            Some(path) => convert_file(&request, path)?,
            None => jsonl::convert_line(&line),
        };
        writeln!(out, "{answer}")?;
        out.flush()?;
    }
    Ok(())
}

fn convert_file(request: &Value, path: &str) -> io::Result<String> {
    let name = request.get("name").and_then(Value::as_str).unwrap_or_default();
    let result = Workbook::read(path, &std::fs::read(path)?).and_then(|workbook| convert(&workbook, name));
    let answer = match result {
        Ok(form) => {
            json!({"id": request["id"], "xform": form.xform, "warnings": form.warnings, "error": null})
        }
        Err(failure) => {
            json!({"id": request["id"], "xform": null, "warnings": [], "error": failure.first_message()})
        }
    };
    Ok(answer.to_string())
}
