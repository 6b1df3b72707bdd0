//! `form convert`: XLSForm to XForm.

use std::io::{BufRead, Read, Write};
use std::process::ExitCode;

use serde_json::json;

use crate::command::Convert;
use crate::{Outcome, Trouble};

/// Converts one file, or lines of JSON from standard input.
pub(crate) fn convert(convert: &Convert) -> Outcome {
    if convert.jsonl {
        return lines();
    }
    let Some(path) = &convert.file else { return Err(Trouble::new("which form? give a file")) };
    let bytes = if path.as_os_str() == "-" {
        let mut bytes = Vec::new();
        std::io::stdin().lock().read_to_end(&mut bytes)?;
        bytes
    } else {
        std::fs::read(path).map_err(|error| Trouble::new(format!("{}: {error}", path.display())))?
    };
    let file_name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let stem = path.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let converted =
        xlsform::Workbook::read(&file_name, &bytes).and_then(|workbook| xlsform::convert(&workbook, &stem));
    match converted {
        Ok(converted) if convert.json => {
            println!("{}", json!({ "xform": converted.xform, "warnings": converted.warnings, "errors": [] }));
            Ok(ExitCode::SUCCESS)
        }
        Ok(converted) => {
            for warning in &converted.warnings {
                eprintln!("warning: {warning}");
            }
            match &convert.output {
                Some(output) => std::fs::write(output, &converted.xform)
                    .map_err(|error| Trouble::new(format!("{}: {error}", output.display())))?,
                None => println!("{}", converted.xform),
            }
            Ok(ExitCode::SUCCESS)
        }
        Err(failure) if convert.json => {
            let errors: Vec<_> = failure
                .problems
                .iter()
                .map(|problem| {
                    json!({ "message": problem.message, "sheet": problem.sheet, "row": problem.row, "column": problem.column })
                })
                .collect();
            println!("{}", json!({ "xform": null, "warnings": [], "errors": errors }));
            Ok(ExitCode::FAILURE)
        }
        Err(failure) => {
            for problem in &failure.problems {
                eprintln!("{}: {problem}", path.display());
            }
            Ok(ExitCode::FAILURE)
        }
    }
}

fn lines() -> Outcome {
    let mut out = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        if line.trim().is_empty() {
            continue;
        }
        writeln!(out, "{}", xlsform::jsonl::convert_line(&line))?;
        out.flush()?;
    }
    Ok(ExitCode::SUCCESS)
}
