//! `export-release`: a public release as a folder.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::data;
use crate::member::existing;
use crate::{Outcome, Trouble};

/// Writes the files of a public release. A folder that holds something is refused, so that nothing is mixed.
pub(crate) fn export(name: &str, data: PathBuf, database: Option<String>, to: &Path) -> Outcome {
    let configuration = existing(&data)?;
    let database = database.or(configuration.database.clone());
    let options = configuration.options();
    if to.exists() && std::fs::read_dir(to)?.next().is_some() {
        return Err(Trouble::new(format!("{} is not empty; give a new folder with --to", to.display())));
    }
    let (name, to) = (name.to_owned(), to.to_owned());
    data::runtime()?.block_on(async move {
        let desk = data::open_desk(&data, database, options).await?;
        let files = match desk.public_bag(&name).await {
            Ok(files) => files,
            Err(desk::Error::Refused(_)) => {
                let known = desk.public_releases().await?;
                let known: Vec<String> = known.into_iter().map(|(release, _)| release.name).collect();
                let known = if known.is_empty() { "none is public yet".to_owned() } else { known.join(", ") };
                return Err(Trouble::new(format!("there is no public release “{name}”; there are: {known}")));
            }
            Err(fault) => return Err(fault.into()),
        };
        for (path, content) in &files {
            let path = to.join(path);
            if let Some(parent) = path.parent() {
                std::fs::create_dir_all(parent)?;
            }
            std::fs::write(path, content)?;
        }
        println!("{} files were written to {}.", files.len(), to.display());
        println!("Anyone can check them: deungdae-verify {} --trust policy.txt", to.display());
        Ok(ExitCode::SUCCESS)
    })
}
