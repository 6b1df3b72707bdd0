//! `witness init|cosign|show`: remembers the largest head it has seen of a ledger, and signs only what continues it.
//!
//! A witness is a folder: `key` (secret), `public-key`, `log` (the ledger's key), `checkpoint` (the last head it signed),
//! and `evidence/` if the ledger was ever caught showing two histories.

use std::fs;
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use ledger::tile::nodes_from_tiles;
use ledger::witness::{accept, cosigned};
use ledger::{
    Check, Checkpoint, Expected, Growth, SignedNote, Signer, VerifierKey, WitnessRefusal, consistency_proof,
    verify_exported,
};
use serde_json::json;

use crate::command::WitnessCommand;
use crate::draw::folders::{trouble, write_secret};
use crate::{Outcome, Trouble, data};

/// The largest file of a log that is read; a bundle has at most 256 entries.
const LARGEST: u64 = 64 << 20;

pub(crate) fn witness(command: WitnessCommand) -> Outcome {
    match command {
        WitnessCommand::Init { folder, name, log } => init(&folder, &name, &log),
        WitnessCommand::Cosign { folder, shown, output, json } => {
            cosign(&folder, &shown, output.as_deref(), json)
        }
        WitnessCommand::Show { folder, json } => show(&folder, json),
    }
}

fn init(folder: &Path, name: &str, log: &str) -> Outcome {
    let log = VerifierKey::parse(log).map_err(|error| Trouble::new(format!("--log {log}: {error}")))?;
    let seed = zeroize::Zeroizing::new(data::seed());
    let signer = Signer::from_seed(name, &seed).map_err(|error| Trouble::new(format!("--name: {error}")))?;
    if name == log.name() {
        return Err(Trouble::new(
            "--name is the ledger's own: a witness is somebody else, give it a name of its own",
        ));
    }
    if folder.exists() && fs::read_dir(folder).map_err(|error| trouble(folder, error))?.next().is_some() {
        return Err(trouble(
            folder,
            "it is not empty: a witness keeps its memory for ever, give a new folder",
        ));
    }
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .map_err(|error| trouble(folder, error))?;
    let secret = zeroize::Zeroizing::new(format!("{}\n", hex::encode(*seed)));
    write_secret(&folder.join("key"), secret.as_bytes())?;
    fs::write(folder.join("public-key"), format!("{}\n", signer.cosigner_key()))?;
    fs::write(folder.join("log"), format!("{log}\n"))?;
    println!("{}", signer.cosigner_key());
    eprintln!(
        "Give this line to those who rely on the witness; it stands in their policy after “witness {name}”. Keep {} and its memory: a witness that forgot is made anew, under another name.",
        folder.display()
    );
    Ok(ExitCode::SUCCESS)
}

/// A witness as it lies in its folder.
struct Kept {
    folder: PathBuf,
    log: VerifierKey,
    public: VerifierKey,
    /// The last head it signed, with its signatures.
    seen: Option<(Checkpoint, SignedNote)>,
}

impl Kept {
    fn read(folder: &Path) -> Result<Self, Trouble> {
        let key = |name: &str| {
            let path = folder.join(name);
            let text = fs::read_to_string(&path).map_err(|error| {
                trouble(
                    &path,
                    format!("{error}: this is not a witness's folder, make one with `deungdae witness init`"),
                )
            })?;
            VerifierKey::parse(text.trim()).map_err(|error| trouble(&path, error))
        };
        let (log, public) = (key("log")?, key("public-key")?);
        let path = folder.join("checkpoint");
        let seen = match fs::read(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
            Err(error) => return Err(trouble(&path, error)),
            Ok(bytes) => {
                let damaged = |why: String| {
                    trouble(
                        &path,
                        format!(
                            "the witness's memory is damaged ({why}): restore it from a copy, and do not sign without it"
                        ),
                    )
                };
                let note = SignedNote::parse(&bytes).map_err(|error| damaged(error.to_string()))?;
                let keys = [log.clone(), public.clone()];
                let (checkpoint, verified) =
                    Checkpoint::open(&note, &keys, log.name()).map_err(|error| damaged(error.to_string()))?;
                if verified.len() != 2 {
                    return Err(damaged("it does not carry the witness's own signature".into()));
                }
                Some((checkpoint, note))
            }
        };
        Ok(Self { folder: folder.to_owned(), log, public, seen })
    }

    fn signer(&self) -> Result<Signer, Trouble> {
        let path = self.folder.join("key");
        let data = path.metadata().map_err(|error| trouble(&path, error))?;
        if data.permissions().mode() & 0o077 != 0 {
            return Err(trouble(
                &path,
                "others on this computer can read it: if nobody did, chmod 600 it; else make a new witness",
            ));
        }
        let text = zeroize::Zeroizing::new(fs::read_to_string(&path).map_err(|error| trouble(&path, error))?);
        let mut seed = zeroize::Zeroizing::new([0; 32]);
        hex::decode_to_slice(text.trim(), &mut *seed)
            .map_err(|_| trouble(&path, "it is not 64 hexadecimal digits: restore it from a copy"))?;
        let signer = Signer::from_seed(self.public.name(), &seed).map_err(|error| trouble(&path, error))?;
        if signer.cosigner_key() != &self.public {
            return Err(trouble(&path, "it does not belong to public-key: restore both from one copy"));
        }
        Ok(signer)
    }

    /// What is shown: an exported ledger, a request with its proof, or a bare checkpoint.
    fn growth(&self, shown: &Path) -> Result<Result<Growth, WitnessRefusal>, Trouble> {
        if shown.is_dir() {
            return self.growth_of_folder(shown);
        }
        let bytes = read_small(shown).ok_or_else(|| {
            trouble(
                shown,
                "it cannot be read: give an exported ledger's folder, or a checkpoint with its proof",
            )
        })?;
        if bytes.starts_with(b"old ") {
            return Ok(Growth::parse(&bytes));
        }
        let note = SignedNote::parse(&bytes).map_err(|error| trouble(shown, error))?;
        Ok(Ok(Growth { old: 0, proof: Vec::new(), checkpoint: note }))
    }

    fn growth_of_folder(&self, shown: &Path) -> Result<Result<Growth, WitnessRefusal>, Trouble> {
        let files = |path: &str| read_small(&shown.join(path));
        let bytes = files("checkpoint").ok_or_else(|| {
            trouble(shown, "it has no file `checkpoint`: give the folder that `deungdae export-ledger` wrote")
        })?;
        let checkpoint =
            SignedNote::parse(&bytes).map_err(|error| trouble(&shown.join("checkpoint"), error))?;
        let mut growth = Growth { old: 0, proof: Vec::new(), checkpoint };
        let seen = self.seen.as_ref().map(|(seen, _)| seen);
        // Whose it is, and whether it is older, is settled by the checkpoint alone.
        match accept(&growth, &self.log, seen) {
            Ok(_) | Err(WitnessRefusal::ProofFrom { .. }) => {}
            Err(refusal) => return Ok(refused_but_kept(growth, refusal)),
        }
        let trusted = [self.log.clone()];
        let expected =
            Expected { origin: self.log.name(), trusted: &trusted, earlier: seen, ..Expected::default() };
        let report = verify_exported(files, &expected);
        if let Some(step) = report.steps.iter().find(|step| step.outcome == ledger::Outcome::Failed) {
            let now = report.checkpoint.as_ref().map_or(0, |checkpoint| checkpoint.size);
            if step.check == Check::Earlier {
                let seen = seen.map_or(0, |seen| seen.size);
                return Ok(Err(WitnessRefusal::Fork { certainty: "the ledger was forked", seen, size: now }));
            }
            let file = step.file.as_deref().unwrap_or("checkpoint");
            return Err(trouble(&shown.join(file), format!("{}: fetch the ledger again", step.detail)));
        }
        if let (Some(seen), Some(checkpoint)) = (seen, &report.checkpoint) {
            growth.old = seen.size;
            growth.proof =
                consistency_proof(seen.size, checkpoint.size, nodes_from_tiles(checkpoint.size, files))
                    .map_err(|error| trouble(shown, error))?;
        }
        Ok(Ok(growth))
    }

    /// Keeps both heads, so that others can be shown that the ledger told two histories.
    fn keep_evidence(&self, shown: &SignedNote) -> Result<PathBuf, Trouble> {
        let hash = ledger::leaf_hash(shown.to_string().as_bytes()).hex();
        let place = self.folder.join("evidence").join(hash.get(..16).unwrap_or(&hash));
        fs::create_dir_all(&place)?;
        if let Some((_, seen)) = &self.seen {
            fs::write(place.join("signed-before"), seen.to_string())?;
        }
        fs::write(place.join("shown-now"), shown.to_string())?;
        Ok(place)
    }
}

/// A fork is settled with the checkpoint as it is, so that it stays with the refusal.
fn refused_but_kept(growth: Growth, refusal: WitnessRefusal) -> Result<Growth, WitnessRefusal> {
    match refusal {
        WitnessRefusal::Fork { .. } => Ok(growth),
        other => Err(other),
    }
}

fn read_small(path: &Path) -> Option<Vec<u8>> {
    let small = path.metadata().is_ok_and(|data| data.is_file() && data.len() <= LARGEST);
    if small { fs::read(path).ok() } else { None }
}

fn cosign(folder: &Path, shown: &Path, output: Option<&Path>, json: bool) -> Outcome {
    if !folder.join("log").is_file() {
        return Err(trouble(folder, "this is not a witness's folder: make one with `deungdae witness init`"));
    }
    // Two runs at once could sign two heads that exclude each other.
    let lock = fs::OpenOptions::new().write(true).create(true).truncate(false).open(folder.join("lock"))?;
    lock.try_lock().map_err(|_| trouble(folder, "another cosign is running here: wait until it is done"))?;
    let kept = Kept::read(folder)?;
    let signer = kept.signer()?;
    let seen = kept.seen.as_ref().map(|(seen, _)| seen);
    let growth = kept.growth(shown)?;
    let accepted = growth.and_then(|growth| Ok((accept(&growth, &kept.log, seen)?, growth)));
    let (checkpoint, growth) = match accepted {
        Ok(accepted) => accepted,
        Err(refusal) => return refuse(&kept, shown, &refusal, json),
    };
    let at = u64::try_from(data::now() / 1000).unwrap_or_default();
    let (line, note) = cosigned(&growth, &signer, at).map_err(|error| Trouble::new(error.to_string()))?;
    remember(folder, &note)?;
    if let Some(output) = output {
        fs::write(output, note.to_string()).map_err(|error| trouble(output, error))?;
    }
    if json {
        println!(
            "{}",
            json!({ "signed": true, "size": checkpoint.size, "root": checkpoint.root.base64(), "cosignature": line })
        );
    } else {
        println!("{line}");
        eprintln!("{} entries, signed. Send this line to whoever keeps the ledger.", checkpoint.size);
    }
    Ok(ExitCode::SUCCESS)
}

fn refuse(kept: &Kept, shown: &Path, refusal: &WitnessRefusal, json: bool) -> Outcome {
    let evidence = match refusal {
        WitnessRefusal::Fork { .. } => {
            let file = if shown.is_dir() { shown.join("checkpoint") } else { shown.to_owned() };
            let bytes = read_small(&file).unwrap_or_default();
            let note = Growth::parse(&bytes).map(|growth| growth.checkpoint).ok();
            let note = note.or_else(|| SignedNote::parse(&bytes).ok());
            note.map(|note| kept.keep_evidence(&note)).transpose()?
        }
        _ => None,
    };
    let place = evidence.as_ref().map(|path| path.display().to_string());
    if json {
        println!("{}", json!({ "signed": false, "why": refusal.to_string(), "evidence": place }));
    } else {
        println!("not signed: {refusal}");
        if let Some(place) = place {
            println!("Both heads are kept in {place}.");
        }
    }
    Ok(ExitCode::FAILURE)
}

/// Stores the head before anybody gets the signature: what was forgotten could be signed against.
fn remember(folder: &Path, note: &SignedNote) -> Result<(), Trouble> {
    let (waiting, path) = (folder.join("checkpoint.part"), folder.join("checkpoint"));
    let mut file = fs::File::create(&waiting)?;
    file.write_all(note.to_string().as_bytes())?;
    file.sync_all()?;
    fs::rename(&waiting, &path).map_err(|error| trouble(&path, error))?;
    Ok(fs::File::open(folder)?.sync_all()?)
}

fn show(folder: &Path, json: bool) -> Outcome {
    let kept = Kept::read(folder)?;
    let evidence: Vec<String> = match fs::read_dir(folder.join("evidence")) {
        Ok(entries) => entries.filter_map(|entry| Some(entry.ok()?.path().display().to_string())).collect(),
        Err(_) => Vec::new(),
    };
    let seen = kept.seen.as_ref().map(|(seen, _)| seen);
    if json {
        println!(
            "{}",
            json!({
                "key": kept.public.to_string(),
                "log": kept.log.to_string(),
                "size": seen.map(|seen| seen.size),
                "root": seen.map(|seen| seen.root.base64()),
                "evidence": evidence,
            })
        );
        return Ok(ExitCode::SUCCESS);
    }
    println!("witness     {}", kept.public);
    println!("of ledger   {}", kept.log);
    match seen {
        Some(seen) => println!("last head   {} entries, root {}", seen.size, seen.root.base64()),
        None => println!("last head   none signed yet"),
    }
    for place in evidence {
        println!("FORK        {place}");
    }
    Ok(ExitCode::SUCCESS)
}
