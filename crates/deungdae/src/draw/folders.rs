//! The two kinds of folders of a draw: the public one, and each party's own.

use std::fs;
use std::io::Write;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use ::draw::message::MAX_MESSAGE;
use ::draw::{Message, PartyKey, Report, Transcript, Trust, verify};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::Trouble;
use crate::data;

/// More files than any draw has messages: two for each contributor and a dozen more.
const MOST_FILES: usize = 500;

pub(crate) fn trouble(path: &Path, error: impl std::fmt::Display) -> Trouble {
    Trouble::new(format!("{}: {error}", path.display()))
}

/// The time to state: what was given, else this computer's clock. Unix seconds.
pub(crate) fn moment(given: Option<&str>) -> Result<u64, Trouble> {
    let Some(text) = given else { return Ok(u64::try_from(data::now() / 1000).unwrap_or_default()) };
    if let Ok(seconds) = text.parse() {
        return Ok(seconds);
    }
    let read: Option<jiff::Timestamp> = text.parse().ok();
    read.and_then(|moment| u64::try_from(moment.as_second()).ok()).ok_or_else(|| {
        Trouble::new(format!("“{text}” is no time: write Unix seconds, or 2026-11-23T12:00:00Z"))
    })
}

/// Reads a public folder, or the one file of a release.
pub(crate) fn read_public(path: &Path) -> Result<Transcript, Trouble> {
    if path.is_file() {
        let bytes = read_small(path)?;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        return Transcript::from_bundle(&name, &bytes).map_err(Trouble::from);
    }
    let mut transcript = Transcript::default();
    let entries = fs::read_dir(path)
        .map_err(|error| trouble(path, format!("{error}; give the public folder of a draw")))?;
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with('.') {
            continue;
        }
        // Links are not followed: a message is a file of its own.
        let bytes = if entry.file_type()?.is_file() { read_small(&entry.path())? } else { Vec::new() };
        transcript.files.insert(name, bytes);
        if transcript.files.len() > MOST_FILES {
            return Err(trouble(
                path,
                format!("more than {MOST_FILES} files: this is not the folder of a draw"),
            ));
        }
    }
    Ok(transcript)
}

fn read_small(path: &Path) -> Result<Vec<u8>, Trouble> {
    let size = path.metadata().map_err(|error| trouble(path, error))?.len();
    if size > MAX_MESSAGE as u64 {
        return Err(trouble(path, format!("larger than {} MiB, which no message is", MAX_MESSAGE >> 20)));
    }
    fs::read(path).map_err(|error| trouble(path, error))
}

/// A public folder with what its messages establish.
pub(crate) struct Public {
    pub(crate) folder: PathBuf,
    pub(crate) files: Transcript,
    pub(crate) report: Report,
}

impl Public {
    /// Reads it; nobody acts upon a lie.
    pub(crate) fn open(folder: &Path, now: u64) -> Result<Self, Trouble> {
        let files = read_public(folder)?;
        let report = verify(&files, Trust { now: Some(now), ..Trust::default() });
        if let Some(lie) = report.first_lie() {
            return Err(Trouble::new(format!(
                "the draw does not hold, nothing was written. {}: {}",
                lie.what, lie.detail
            )));
        }
        if let Some((draw::End::Void(reason), _)) = &report.known.end {
            return Err(Trouble::new(format!(
                "{} is void ({reason}): begin the next draw of the sequence",
                report.known.draw
            )));
        }
        Ok(Self { folder: folder.to_owned(), files, report })
    }

    /// Writes a message that was not there.
    pub(crate) fn add(&self, name: &str, message: &Message) -> Result<(), Trouble> {
        if self.files.files.contains_key(name) {
            return Err(Trouble::new(format!("{name} is there already; what was said is not said again")));
        }
        self.replace(name, message)
    }

    /// Writes a message anew: more signatures, or a longer log.
    pub(crate) fn replace(&self, name: &str, message: &Message) -> Result<(), Trouble> {
        write_public(&self.folder, name, message)
    }

    /// After writing: what is next, as the whole folder says it.
    pub(crate) fn say_next(&self, now: u64) -> Result<(), Trouble> {
        let again = Self::open(&self.folder, now)?;
        if let Some(step) = again.report.steps.last() {
            println!("Now: {}: {}", step.what, step.detail);
        }
        Ok(())
    }
}

pub(crate) fn write_public(folder: &Path, name: &str, message: &Message) -> Result<(), Trouble> {
    let path = folder.join(name);
    let waiting = folder.join(format!(".{name}.part"));
    fs::write(&waiting, message.to_text()?).map_err(|error| trouble(&waiting, error))?;
    fs::rename(&waiting, &path).map_err(|error| trouble(&path, error))?;
    println!("Wrote {}", path.display());
    Ok(())
}

/// A party's own folder.
pub(crate) struct Secrets {
    folder: PathBuf,
    /// Its name in the design.
    pub(crate) party: String,
    /// Its signing key.
    pub(crate) key: PartyKey,
}

impl Secrets {
    /// Makes the folder and a signing key in it.
    pub(crate) fn make(folder: &Path, party: &str) -> Result<Self, Trouble> {
        data::make_folder(folder)?;
        let seed = Zeroizing::new(data::seed());
        let text = json!({"party": party, "seed": hex::encode(*seed)}).to_string();
        write_secret(&folder.join("signing-key.json"), text.as_bytes())?;
        Self::open(folder)
    }

    /// Opens the folder by its signing key.
    pub(crate) fn open(folder: &Path) -> Result<Self, Trouble> {
        let path = folder.join("signing-key.json");
        let value = read_json(&path, "make a key with `deungdae draw key` first")?;
        let party = value["party"].as_str().ok_or_else(|| trouble(&path, "it names no party"))?;
        let seed = Zeroizing::new(hex_of::<32>(&path, &value, "seed")?);
        Ok(Self { folder: folder.to_owned(), party: party.to_owned(), key: PartyKey::from_seed(&seed) })
    }

    /// Opens the folder for a draw: not inside the public folder, and the design names this key.
    pub(crate) fn for_draw(folder: &Path, public: &Public) -> Result<Self, Trouble> {
        apart(folder, &public.folder)?;
        let secrets = Self::open(folder)?;
        let design = public.report.known.design.as_ref();
        let named = design.and_then(|design| design.parties.get(&secrets.party));
        if named.is_none_or(|named| named.key != secrets.key.public()) {
            return Err(Trouble::new(format!(
                "the design does not name the key of {} in {}: compare the key in design.json with yours ({}) and tell the others",
                secrets.party,
                folder.display(),
                secrets.key.public()
            )));
        }
        Ok(secrets)
    }

    /// Refuses who is not this party.
    pub(crate) fn must_be(&self, party: &str) -> Result<(), Trouble> {
        if self.party == party {
            return Ok(());
        }
        Err(Trouble::new(format!(
            "this is for {party} to do, and {} holds the key of {}",
            self.folder.display(),
            self.party
        )))
    }

    /// Where this party keeps what belongs to one draw.
    pub(crate) fn of_draw(&self, draw: &str) -> Result<PathBuf, Trouble> {
        let folder = self.folder.join(draw.replace('/', "_"));
        data::make_folder(&folder)?;
        Ok(folder)
    }
}

/// Refuses a party's own folder inside the public one, or the other way round.
pub(crate) fn apart(secrets: &Path, public: &Path) -> Result<(), Trouble> {
    let (Ok(own), Ok(shared)) = (secrets.canonicalize(), public.canonicalize()) else { return Ok(()) };
    if own.starts_with(&shared) || shared.starts_with(&own) {
        return Err(Trouble::new(format!(
            "{} and {} lie in each other: keep secrets outside the folder that everybody gets",
            secrets.display(),
            public.display()
        )));
    }
    Ok(())
}

/// Writes a file that only its owner can read, and that is not there yet.
pub(crate) fn write_secret(path: &Path, bytes: &[u8]) -> Result<(), Trouble> {
    let taken = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => trouble(
            path,
            "it is there already and is never written over: go on with it, or take another folder",
        ),
        _ => trouble(path, error),
    };
    let mut file =
        fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(taken)?;
    file.write_all(bytes)?;
    Ok(file.sync_all()?)
}

/// Writes a secret file anew, by way of a second file.
pub(crate) fn replace_secret(path: &Path, bytes: &[u8]) -> Result<(), Trouble> {
    let waiting = path.with_extension("part");
    let _ = fs::remove_file(&waiting);
    write_secret(&waiting, bytes)?;
    fs::rename(&waiting, path).map_err(|error| trouble(path, error))
}

/// Reads a small JSON file; `next` says what to do where it is missing.
pub(crate) fn read_json(path: &Path, next: &str) -> Result<Value, Trouble> {
    let bytes = fs::read(path).map_err(|error| trouble(path, format!("{error}; {next}")))?;
    let open = path.metadata().is_ok_and(|data| data.permissions().mode() & 0o077 != 0);
    if open && path.ends_with("signing-key.json") {
        eprintln!("note: others on this computer can read {}; chmod 600 it", path.display());
    }
    serde_json::from_slice(&bytes).map_err(|error| trouble(path, error))
}

/// Bytes in a JSON file of ours.
pub(crate) fn hex_of<const N: usize>(path: &Path, value: &Value, name: &str) -> Result<[u8; N], Trouble> {
    let text = value[name].as_str().unwrap_or_default();
    let mut bytes = [0; N];
    hex::decode_to_slice(text, &mut bytes)
        .map_err(|_| trouble(path, format!("“{name}” is damaged: restore the file from a copy")))?;
    Ok(bytes)
}
