//! `protocol check` and `protocol install`.

use std::path::Path;
use std::process::ExitCode;

use protocol::Protocol;
use serde_json::json;

use crate::data;
use crate::{Outcome, Trouble};

/// Says everything that is wrong with a protocol folder.
pub(crate) fn check(folder: &Path, json: bool) -> Outcome {
    match Protocol::read_folder(folder) {
        Ok(protocol) => {
            if json {
                println!("{}", json!({ "name": protocol.name, "version": protocol.version, "problems": [] }));
            } else {
                println!(
                    "{} {}: {} forms, {} registries, {} compartments, {} workflows, nothing wrong.",
                    protocol.name,
                    protocol.version,
                    protocol.forms.len(),
                    protocol.registries.len(),
                    protocol.compartments.len(),
                    protocol.workflows.len()
                );
            }
            Ok(ExitCode::SUCCESS)
        }
        Err(problems) => {
            if json {
                let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
                println!("{}", json!({ "problems": problems }));
            } else {
                for problem in &problems {
                    eprintln!("{problem}");
                }
                eprintln!("{} problems in {}", problems.len(), folder.display());
            }
            Ok(ExitCode::FAILURE)
        }
    }
}

/// Copies a protocol folder that has no problems into a data directory.
pub(crate) fn install(folder: &Path, data: &Path) -> Outcome {
    crate::member::existing(data)?;
    let (Ok(protocol), Ok(files)) = (Protocol::read_folder(folder), protocol::folder_files(folder)) else {
        check(folder, false)?;
        return Err(Trouble::new("nothing was installed; put the problems right first"));
    };
    let target = data::protocols_folder(data).join(&protocol.name);
    if target.exists() {
        std::fs::remove_dir_all(&target)?;
    }
    for (path, content) in files {
        let path = target.join(path);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent)?;
        }
        std::fs::write(path, content)?;
    }
    println!("{} is installed; restart the server, then begin a mandate with it.", protocol.name);
    Ok(ExitCode::SUCCESS)
}
