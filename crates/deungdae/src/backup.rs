//! `backup` and `restore`: a copy is a folder that serves as it is.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::data;
use crate::member::existing;
use crate::{Outcome, Trouble};

/// Copies an installation while it runs.
pub(crate) fn backup(data: PathBuf, database: Option<String>, to: &Path) -> Outcome {
    let configuration = existing(&data)?;
    let database = database.or(configuration.database);
    let on_postgres = database.is_some();
    let store = data::open_store(&data, database)?;
    store.backup_to(to)?;
    for name in ["server.toml", "protocols"] {
        copy(&data.join(name), &to.join(name))?;
    }
    println!("{} was copied to {}.", data.display(), to.display());
    if on_postgres {
        println!(
            "The database is not in it: copy it with pg_dump, before this command, and keep both together."
        );
    }
    println!(
        "What was erased before this copy is not in it; what is erased later stays in it until you destroy it."
    );
    Ok(ExitCode::SUCCESS)
}

/// Makes a data directory from a backup. The copy is opened once, so that a broken one is noticed now.
pub(crate) fn restore(from: &Path, data: &Path) -> Outcome {
    if !from.is_dir() {
        return Err(Trouble::new(format!("there is no backup {}", from.display())));
    }
    if data.is_dir() && std::fs::read_dir(data)?.next().is_some() {
        return Err(Trouble::new(format!(
            "{} is not empty; restore into a new folder and then serve that one",
            data.display()
        )));
    }
    copy(from, data)?;
    drop(data::open_store(data, None)?);
    println!("{} is ready: deungdae serve --data {}", data.display(), data.display());
    Ok(ExitCode::SUCCESS)
}

fn copy(from: &Path, to: &Path) -> Result<(), Trouble> {
    let failed = |error: std::io::Error| Trouble::new(format!("{}: {error}", from.display()));
    if from.is_dir() {
        std::fs::create_dir_all(to).map_err(failed)?;
        for entry in std::fs::read_dir(from).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            copy(&entry.path(), &to.join(entry.file_name()))?;
        }
    } else if from.is_file() {
        std::fs::copy(from, to).map_err(failed)?;
    }
    Ok(())
}
