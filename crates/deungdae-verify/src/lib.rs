#![doc = include_str!("../README.md")]

mod estimates;

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use bag::{Files, Found, MOST_BYTES, MOST_FILES, Means, most_bytes, verify};
use ledger::Policy;

/// Deepest folder of a bag that is looked into; no bag goes beyond five.
const DEEPEST: usize = 8;
/// The largest file of an exported ledger: a bundle has at most 256 entries.
const LARGEST_LEDGER_FILE: u64 = 64 << 20;

/// What is to be verified, and with what.
#[derive(Debug, Clone, Default)]
pub struct Arguments {
    /// The folder of the bag.
    pub bag: PathBuf,
    /// Whom the reader trusts.
    pub trust: Option<PathBuf>,
    /// A newer copy of the ledger, as `deungdae export-ledger` writes it.
    pub ledger: Option<PathBuf>,
    /// Keys of parties of a draw: `NAME=KEY`.
    pub parties: Vec<String>,
    /// Answer as JSON.
    pub json: bool,
}

/// What is printed, and the exit code: 0 holds, 1 fails, 2 undecided. An error is one line: the command could not be
/// carried out.
pub fn run(arguments: &Arguments) -> Result<(String, u8), String> {
    let Arguments { bag, trust, ledger, parties, json } = arguments;
    if !bag.is_dir() {
        return Err(format!(
            "{} is not a folder: give the folder of a release, the one that holds bagit.txt",
            bag.display()
        ));
    }
    let trust = trust.as_deref().map(read_policy).transpose()?;
    let parties = parties.iter().map(|text| party(text)).collect::<Result<Vec<_>, _>>()?;
    let newer = |path: &str| read_at_most(&ledger.as_ref()?.join(path), LARGEST_LEDGER_FILE).ok()?.ok();
    if let Some(folder) = ledger
        && !folder.join("checkpoint").is_file()
    {
        return Err(format!(
            "{} has no file `checkpoint`: give the folder that `deungdae export-ledger` wrote",
            folder.display()
        ));
    }
    let files = read_folder(bag).map_err(|error| format!("{}: {error}", bag.display()))?;
    let means = Means {
        trust: trust.as_ref(),
        parties: &parties,
        newer: ledger.as_ref().map(|_| &newer as bag::Read<'_>),
        recompute: Some(&estimates::recompute),
    };
    let report = verify(&files, means);
    let told = if *json { format!("{}\n", report.json()) } else { report.to_string() };
    Ok((told, report.verdict().exit_code()))
}

fn read_policy(path: &Path) -> Result<Policy, String> {
    let refused = |why: &str| format!("{}: {why}", path.display());
    let bytes = read_at_most(path, ledger::policy::MAX_POLICY_BYTES as u64 + 1);
    let bytes = bytes.map_err(|error| refused(&error.to_string()))?.unwrap_or_default();
    Policy::parse(&bytes).map_err(|error| refused(&error.to_string()))
}

fn party(text: &str) -> Result<(String, String), String> {
    let pair = text.split_once('=').map(|(name, key)| (name.to_owned(), key.to_owned()));
    pair.filter(|(name, key)| !name.is_empty() && key.len() == 64).ok_or_else(|| {
        format!("--party {text}: write the name of a party, =, and its key of 64 hexadecimal digits")
    })
}

/// Everything in a folder, without following a link.
pub fn read_folder(folder: &Path) -> std::io::Result<Files> {
    let mut reading = Reading { files: Files::default(), left: MOST_BYTES };
    reading.folder(folder, "", 0)?;
    Ok(reading.files)
}

struct Reading {
    files: Files,
    /// How many bytes may still be read.
    left: u64,
}

impl Reading {
    fn folder(&mut self, folder: &Path, prefix: &str, depth: usize) -> std::io::Result<()> {
        for entry in fs::read_dir(folder)? {
            // One too many is enough to refuse the bag.
            if self.files.0.len() > MOST_FILES {
                return Ok(());
            }
            let entry = entry?;
            let name = entry.file_name();
            let path = format!("{prefix}{}", name.to_string_lossy());
            let kind = entry.file_type()?;
            let found = if name.to_str().is_none() {
                Found::OddName
            } else if kind.is_symlink() {
                Found::Link
            } else if kind.is_dir() && depth == DEEPEST {
                Found::Unreadable("too many folders in each other".into())
            } else if kind.is_dir() {
                match self.folder(&entry.path(), &format!("{path}/"), depth + 1) {
                    Ok(()) => continue,
                    Err(error) => Found::Unreadable(error.to_string()),
                }
            } else if kind.is_file() {
                self.file(&entry.path(), &path)
            } else {
                Found::Special
            };
            self.files.0.insert(path, found);
        }
        Ok(())
    }

    fn file(&mut self, at: &Path, path: &str) -> Found {
        match read_at_most(at, most_bytes(path).min(self.left)) {
            Ok(Ok(bytes)) => {
                self.left -= bytes.len() as u64;
                Found::File(bytes)
            }
            Ok(Err(size)) => Found::TooLarge(size),
            Err(error) => Found::Unreadable(error.to_string()),
        }
    }
}

/// The content of a file; its size if that is more than `most`.
fn read_at_most(path: &Path, most: u64) -> std::io::Result<Result<Vec<u8>, u64>> {
    let file = fs::File::open(path)?;
    let size = file.metadata()?.len();
    let mut bytes = Vec::new();
    // The file may grow while it is read, so that its stated size alone is no bound.
    file.take(most + 1).read_to_end(&mut bytes)?;
    let read = bytes.len() as u64;
    Ok(if read > most { Err(size.max(read)) } else { Ok(bytes) })
}
