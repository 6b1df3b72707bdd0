//! `verify` and `export-ledger`: a release or the log as files, and whether they tell the truth.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use ledger::{Expected, SignedNote, VerifierKey, verify_exported};
use serde_json::json;

use crate::command::Verify;
use crate::data;
use crate::member::existing;
use crate::{Outcome, Trouble};

/// The largest file of a log that is read; a bundle has at most 256 entries.
const LARGEST: u64 = 64 << 20;

/// Recomputes everything from the files of a log and says, step by step, what was found.
pub(crate) fn verify(verify: &Verify) -> Outcome {
    if let Some(bag) = &verify.bag {
        return verify_bag(bag, verify);
    }
    let Some(folder) = &verify.ledger else {
        return Err(Trouble::new("give the folder of a release, or of a ledger with --ledger"));
    };
    if !folder.join("checkpoint").is_file() {
        return Err(Trouble::new(format!(
            "{} has no file `checkpoint`: give the folder that `deungdae export-ledger` wrote",
            folder.display()
        )));
    }
    let mut trusted = Vec::new();
    for key in &verify.key {
        trusted.push(VerifierKey::parse(key).map_err(|error| Trouble::new(format!("--key {key}: {error}")))?);
    }
    if trusted.is_empty() {
        trusted = stated_keys(folder)?;
        if trusted.is_empty() {
            return Err(Trouble::new(
                "give the log's verifier key with --key; it stands on the server's ledger page",
            ));
        }
        eprintln!(
            "note: no --key was given, so the key in {}/key is believed; compare it with a copy you trust",
            folder.display()
        );
    }
    let origin = trusted.first().map(|key| key.name().to_owned()).unwrap_or_default();
    let earlier = match &verify.earlier {
        None => None,
        Some(path) => {
            let bytes =
                std::fs::read(path).map_err(|error| Trouble::new(format!("{}: {error}", path.display())))?;
            let note = SignedNote::parse(&bytes)
                .map_err(|error| Trouble::new(format!("{}: {error}", path.display())))?;
            Some(
                ledger::Checkpoint::open(&note, &trusted, &origin)
                    .map(|(checkpoint, _)| checkpoint)
                    .map_err(|error| Trouble::new(format!("{}: {error}", path.display())))?,
            )
        }
    };
    let mut listing = Vec::new();
    list(folder, "", &mut listing)?;
    listing.retain(|name| name != "key");
    let file = |name: &str| -> Option<Vec<u8>> {
        let path = folder.join(name);
        let small = path.metadata().is_ok_and(|data| data.is_file() && data.len() <= LARGEST);
        if small { std::fs::read(path).ok() } else { None }
    };
    let expected = Expected {
        origin: &origin,
        trusted: &trusted,
        witnesses: 0,
        earlier: earlier.as_ref(),
        listing: Some(&listing),
    };
    let report = verify_exported(file, &expected);
    if verify.json {
        let steps: Vec<_> = report
            .steps
            .iter()
            .map(|step| {
                json!({
                    "check": format!("{:?}", step.check).to_lowercase(),
                    "outcome": format!("{:?}", step.outcome).to_lowercase(),
                    "file": step.file,
                    "detail": step.detail,
                })
            })
            .collect();
        println!("{}", json!({ "passed": report.passed(), "steps": steps, "culprit": report.culprit() }));
    } else {
        println!("{report}");
    }
    Ok(if report.passed() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The nine checks of a release, as `deungdae-verify` makes them.
fn verify_bag(bag: &Path, verify: &Verify) -> Outcome {
    let arguments = deungdae_verify::Arguments {
        bag: bag.to_owned(),
        trust: verify.trust.clone(),
        ledger: verify.ledger.clone(),
        parties: verify.party.clone(),
        json: verify.json,
    };
    let (told, code) = deungdae_verify::run(&arguments).map_err(Trouble::new)?;
    print!("{told}");
    Ok(ExitCode::from(code))
}

fn stated_keys(folder: &Path) -> Result<Vec<VerifierKey>, Trouble> {
    let Ok(text) = std::fs::read_to_string(folder.join("key")) else { return Ok(Vec::new()) };
    let mut keys = Vec::new();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        keys.push(VerifierKey::parse(line.trim()).map_err(|error| Trouble::new(format!("key: {error}")))?);
    }
    Ok(keys)
}

/// Every file under a folder, by path with `/`.
fn list(folder: &Path, prefix: &str, found: &mut Vec<String>) -> Result<(), Trouble> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            list(&entry.path(), &format!("{name}/"), found)?;
        } else {
            found.push(name);
        }
    }
    Ok(())
}

/// Writes the log as static files, with its key beside them.
pub(crate) fn export(data: PathBuf, database: Option<String>, to: &Path) -> Outcome {
    let configuration = existing(&data)?;
    let database = database.or(configuration.database.clone());
    let options = configuration.options();
    std::fs::create_dir_all(to)?;
    let folder = to.to_owned();
    data::runtime()?.block_on(async move {
        let desk = data::open_desk(&data, database, options).await?;
        let target = folder.clone();
        let size = desk
            .export_ledger(move |path, bytes| {
                let path = target.join(path);
                if let Some(parent) = path.parent() {
                    std::fs::create_dir_all(parent)?;
                }
                std::fs::write(path, bytes)
            })
            .await?;
        std::fs::write(folder.join("key"), format!("{}\n", desk.ledger_key()))?;
        println!("{size} leaves were written to {}.", folder.display());
        println!("Anyone can check them: deungdae verify --ledger {}", folder.display());
        Ok(ExitCode::SUCCESS)
    })
}
