//! Conversion by lines of JSON, for programs in other languages.

use serde_json::{Value as Json, json};

use crate::convert::convert;
use crate::problem::{Failure, Problem};
use crate::workbook::Workbook;

/// Converts one line `{"id", "name", "sheets": {"survey": [[cells], …], …}}` and answers with a line
/// `{"id", "xform", "warnings", "error"}`.
///
/// The first row of a sheet is its header. Cells are texts, numbers, booleans or null. `error` is null when the form
/// was converted, else the message and `xform` is null. A line that is not such an object is answered with an error,
/// too.
pub fn convert_line(line: &str) -> String {
    let request: Result<Json, _> = serde_json::from_str(line);
    let (id, result) = match request {
        Ok(request) => (request.get("id").cloned().unwrap_or(Json::Null), answer(&request)),
        Err(e) => (Json::Null, Err(Problem::new(format!("The line is not JSON: {e}.")).into())),
    };
    let answer = match result {
        Ok((xform, warnings)) => json!({"id": id, "xform": xform, "warnings": warnings, "error": null}),
        Err(failure) => {
            json!({"id": id, "xform": null, "warnings": [], "error": failure.first_message()})
        }
    };
    answer.to_string()
}

fn answer(request: &Json) -> Result<(String, Vec<String>), Failure> {
    let name = match request.get("name") {
        None | Some(Json::Null) => "",
        Some(Json::String(name)) => name,
        Some(_) => return Err(Problem::new("The 'name' of the form must be a text.").into()),
    };
    let Some(sheets) = request.get("sheets").and_then(Json::as_object) else {
        return Err(Problem::new("The line has no 'sheets': {\"survey\": [[\"type\", \"name\"], …]}.").into());
    };
    let mut tables = Vec::with_capacity(sheets.len());
    for (sheet, rows) in sheets {
        let rows = rows.as_array().and_then(|rows| rows.iter().map(cells).collect::<Option<Vec<_>>>());
        let Some(rows) = rows else {
            return Err(Problem::new(format!(
                "The sheet '{sheet}' must be a list of rows, and each row a list of cells."
            ))
            .sheet(sheet)
            .into());
        };
        tables.push((sheet.clone(), rows));
    }
    let converted = convert(&Workbook::from_sheets(tables)?, name)?;
    Ok((converted.xform, converted.warnings))
}

fn cells(row: &Json) -> Option<Vec<String>> {
    row.as_array()?
        .iter()
        .map(|cell| match cell {
            Json::Null => Some(String::new()),
            Json::String(text) => Some(text.clone()),
            Json::Bool(yes) => Some(if *yes { "TRUE" } else { "FALSE" }.to_owned()),
            Json::Number(number) => Some(number_text(number)),
            Json::Array(_) | Json::Object(_) => None,
        })
        .collect()
}

/// A number as a spreadsheet cell prints it: `1.0` as `1`.
fn number_text(number: &serde_json::Number) -> String {
    match number.as_f64() {
        Some(value) if !number.is_i64() && !number.is_u64() && value.fract() == 0.0 => format!("{value:.0}"),
        _ => number.to_string(),
    }
}
