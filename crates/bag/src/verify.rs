//! The nine checks.

use std::collections::BTreeMap;

use ledger::{Checkpoint, Leaf, Policy, TlogProof, VerifierKey, leaf_hash, verify_inclusion};

use crate::draws::{self, Draws};
use crate::files::{Files, Found, MOST_BYTES, MOST_FILES};
use crate::html;
use crate::info::{BAGIT, bag_info, text_of};
use crate::log::{Standing, package_hash, retracted};
use crate::manifest::{self, MANIFEST, hash_of};
use crate::package::{self, Description, PACKAGE};
use crate::place::{Place, REQUIRED, path_fault};
use crate::report::{Check, Lie, Report};
use crate::tables::{self, Estimated, MICRODATA, Recompute};

/// The proof that the release is in the ledger.
pub const PROOF: &str = "package.tlog-proof";
/// Keys as the publisher states them, for reading.
pub const TRUST: &str = "trust/policy.txt";

/// Answers the content of a file by its path.
pub type Read<'a> = &'a dyn Fn(&str) -> Option<Vec<u8>>;

/// What a reader brings along.
#[derive(Clone, Copy, Default)]
pub struct Means<'a> {
    /// Whom they trust, from a source other than the bag.
    pub trust: Option<&'a Policy>,
    /// Parties of draws with their public keys, from a source other than the bag: every design that names such a party
    /// must name this key.
    pub parties: &'a [(String, String)],
    /// The files of a newer copy of the ledger, by path.
    pub newer: Option<Read<'a>>,
    /// An engine that recomputes estimates.
    pub recompute: Option<Recompute<'a>>,
}

impl std::fmt::Debug for Means<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Means").field("trust", &self.trust).finish_non_exhaustive()
    }
}

fn lie(file: &str, what: impl Into<String>, next: &str) -> Lie {
    let affected = Place::of(file).map_or("whoever opens or copies this bag", Place::affected);
    Lie { file: file.to_owned(), what: what.into(), affected: affected.into(), next: next.to_owned() }
}

const AGAIN: &str =
    "do not rely on this copy; fetch the release again from where it was published, and compare";
const NOT_LOOKED: &str = "not looked at, because the files are not those of the manifest";

/// Checks a bag. Nothing is believed but what the reader brings.
pub fn verify(files: &Files, means: Means<'_>) -> Report {
    let mut report = Report { trusted: means.trust.is_some(), ..Report::default() };
    let proof = files.bytes(PROOF).map(read_proof);
    let manifest = files.bytes(MANIFEST);
    // The entry of the ledger says which of two files that contradict each other is the true one.
    let committed = |leaf: &Leaf| manifest.is_some_and(|bytes| leaf.commitment == package_hash(bytes).0);
    let logged = proof.as_ref().and_then(|proof| proof.as_ref().ok()).map(|(_, leaf, _)| committed(leaf));
    let whole = match check_files(files, logged == Some(false)) {
        Ok((description, detail)) => {
            report.describe(&description.name, &description.title);
            report.pass(Check::Files, detail);
            true
        }
        Err(lie) => {
            report.fail(Check::Files, lie);
            false
        }
    };
    let standing = match (proof, manifest) {
        (None, _) | (_, None) => {
            let missing = if manifest.is_none() { MANIFEST } else { PROOF };
            for check in [Check::Leaf, Check::Checkpoint, Check::Witnesses, Check::Inclusion] {
                report.leave(check, format!("not looked at, because {missing} cannot be read"));
            }
            None
        }
        (Some(Err(wrong)), _) => {
            report.fail(Check::Leaf, lie(PROOF, wrong, AGAIN));
            for check in [Check::Checkpoint, Check::Witnesses, Check::Inclusion] {
                report.leave(check, "not looked at, because the proof cannot be read");
            }
            None
        }
        (Some(Ok((proof, leaf, entry))), Some(manifest)) => {
            check_leaf(&leaf, manifest, whole, &mut report);
            check_log(files, &proof, &entry, package_hash(manifest), means, &mut report)
        }
    };
    let draws = check_draws(files, whole, means.parties, &mut report);
    check_estimates(files, whole, means, &mut report);
    if whole {
        match tables::check(files, draws.as_ref()) {
            Ok(detail) => report.pass(Check::Disclosure, detail),
            Err(lie) => report.fail(Check::Disclosure, lie),
        }
    } else {
        report.leave(Check::Disclosure, NOT_LOOKED);
    }
    match (means.newer, standing) {
        (Some(newer), Some((standing, keys))) => {
            let in_log = retracted(newer, &standing, &keys, &mut report);
            if let Some(lie) = draws.as_ref().and_then(|draws| draws::hidden(draws, &in_log)) {
                report.steps.retain(|step| step.check != Check::Draws);
                report.fail(Check::Draws, lie);
                report.steps.sort_by_key(|step| step.check);
            }
        }
        (Some(_), None) => report
            .leave(Check::Retraction, "not looked at, because the release is not proved to be in the ledger"),
        (None, _) => report.leave(
            Check::Retraction,
            "no newer copy of the ledger was given, so a retraction would not be seen (--ledger FOLDER)",
        ),
    }
    report
}

/// What a bag says, before it has its proof.
pub(crate) fn check_content(files: &Files) -> Result<(), Lie> {
    let mut files = files.clone();
    files.put(PROOF, "to come");
    check_files(&files, false)?;
    let draws = draws::check(&files, &[])?;
    tables::check(&files, Some(&draws)).map(drop)
}

/// First check. Answers what the release says about itself.
fn check_files(files: &Files, manifest_is_another: bool) -> Result<(Description, String), Lie> {
    check_shape(files)?;
    let (payload, tags): (Vec<_>, Vec<_>) =
        files.readable().partition(|(path, _)| Place::of(path).is_some_and(Place::is_payload));
    let listed = manifest::read(files.bytes(MANIFEST).unwrap_or_default())
        .map_err(|what| lie(MANIFEST, what, AGAIN))?;
    check_hashes(files, &payload, &listed).map_err(|found| {
        if !manifest_is_another {
            return found;
        }
        let Lie { file, .. } = found;
        let what = format!("is not the manifest that was entered in the ledger, nor does it fit the files: the first that differs is {file}");
        lie(MANIFEST, what, AGAIN)
    })?;
    for (path, bytes) in &payload {
        let Some(place) = Place::of(path).filter(|place| place.is_text()) else { continue };
        let text =
            text_of(bytes).map_err(|what| lie(path, what, "ask the publisher for a release in UTF-8"))?;
        let active = html::active(text).filter(|_| matches!(place, Place::Report(..)));
        if let Some(active) = active {
            let what = format!("loads or runs something (“{active}”): whoever opens it may be seen doing so");
            return Err(lie(
                path,
                what,
                "do not open it in a browser; ask the publisher for a report that stands alone",
            ));
        }
    }
    let description = check_description(files, &payload)?;
    let bytes: u64 = payload.iter().map(|(_, bytes)| bytes.len() as u64).sum();
    let count = payload.len() + tags.len();
    Ok((
        description,
        format!(
            "{count} files, {bytes} bytes of content, no more and no less than the manifest lists, unchanged"
        ),
    ))
}

/// Whether there is anything that a bag cannot have, before a hash is looked at.
fn check_shape(files: &Files) -> Result<(), Lie> {
    let strange =
        "do not copy this bag over other files; fetch the release again from where it was published";
    if files.0.len() > MOST_FILES {
        return Err(lie("data", format!("has more than {MOST_FILES} files"), strange));
    }
    let mut folded: BTreeMap<String, &str> = BTreeMap::new();
    for (path, found) in &files.0 {
        if *found == Found::OddName {
            return Err(lie(path, "has a name that is not UTF-8", strange));
        }
        if let Some(fault) = path_fault(path) {
            return Err(lie(path, fault, strange));
        }
        if let Some(other) = folded.insert(path.to_ascii_lowercase(), path) {
            let what = format!(
                "differs from {other} only in capital letters: on many computers one would overwrite the other"
            );
            return Err(lie(path, what, strange));
        }
    }
    let mut total = 0u64;
    for (path, found) in &files.0 {
        let size = match found {
            Found::File(bytes) => bytes.len() as u64,
            Found::Link => {
                return Err(lie(path, "is a link: it could show any file of your computer", strange));
            }
            Found::Special => return Err(lie(path, "is neither a file nor a folder", strange)),
            Found::OddName => continue,
            Found::Unreadable(why) => {
                return Err(lie(
                    path,
                    format!("cannot be read ({why})"),
                    "give yourself the right to read it, then verify again",
                ));
            }
            Found::TooLarge(size) => *size,
        };
        let Some(_) = Place::of(path) else {
            return Err(lie(path, "is an extra file: no release has one of this name", AGAIN));
        };
        let most = crate::most_bytes(path);
        if size > most {
            return Err(lie(path, format!("has {size} bytes, and at most {most} are read"), AGAIN));
        }
        total = total.saturating_add(size);
    }
    if total > MOST_BYTES {
        return Err(lie("data", format!("has {total} bytes, and at most {MOST_BYTES} are read"), AGAIN));
    }
    match REQUIRED.into_iter().find(|path| !files.0.contains_key(*path)) {
        Some(path) if path == "bagit.txt" => Err(lie(
            path,
            "is missing: this is not the folder of a bag",
            "give the folder that holds bagit.txt",
        )),
        Some(path) => Err(lie(path, "is missing", AGAIN)),
        None => Ok(()),
    }
}

fn check_hashes(
    files: &Files,
    payload: &[(&str, &[u8])],
    listed: &BTreeMap<String, String>,
) -> Result<(), Lie> {
    for (path, hash) in listed {
        let Some(bytes) = files.bytes(path) else {
            return Err(lie(path, "is missing, and the manifest lists it", AGAIN));
        };
        if hash_of(bytes) == *hash {
            continue;
        }
        let what = match how_changed(bytes, hash) {
            Some(how) => format!("was changed after the manifest was written: {how}"),
            None => "was changed after the manifest was written: its hash is another".into(),
        };
        return Err(lie(path, what, AGAIN));
    }
    match payload.iter().find(|(path, _)| !listed.contains_key(*path)) {
        None => Ok(()),
        Some((path, _)) => Err(lie(path, "is an extra file: the manifest does not list it", AGAIN)),
    }
}

/// What programs do to files on their way, where it explains the difference.
fn how_changed(bytes: &[u8], hash: &str) -> Option<&'static str> {
    if bytes.is_empty() {
        return Some("it is empty");
    }
    let plain: Vec<u8> = bytes.iter().copied().filter(|byte| *byte != b'\r').collect();
    if hash_of(&plain) == hash {
        return Some("its line ends were changed to those of Windows");
    }
    if bytes.strip_prefix(b"\xef\xbb\xbf").is_some_and(|rest| hash_of(rest) == hash) {
        return Some("a byte order mark was put before it");
    }
    None
}

/// Files whose whole content follows from others.
fn check_description(files: &Files, payload: &[(&str, &[u8])]) -> Result<Description, Lie> {
    let bytes = |path: &str| files.bytes(path).unwrap_or_default();
    let description = package::read(bytes(PACKAGE)).map_err(|what| lie(PACKAGE, what, AGAIN))?;
    let follows = |path: &str, expected: &str, from: &str| {
        if bytes(path) == expected.as_bytes() {
            return Ok(());
        }
        let what = match text_of(bytes(path)) {
            Err(encoding) => encoding,
            Ok(_) => format!("does not say what follows from {from}"),
        };
        Err(lie(path, what, AGAIN))
    };
    follows("bagit.txt", BAGIT, "BagIt 1.0")?;
    let sum = payload.iter().map(|(_, bytes)| bytes.len() as u64).sum();
    follows("bag-info.txt", &bag_info(&description, sum, payload.len()), PACKAGE)?;
    let expected = package::write(&description, bytes(TRUST), payload.iter().copied());
    if bytes(PACKAGE) != expected.as_bytes() {
        // The package description is in the manifest, so that the policy is the one that can have been changed.
        let same_but_policy = |text: &[u8]| {
            let text = String::from_utf8_lossy(text);
            text.lines().filter(|line| !line.contains("\"trust_policy\"")).collect::<Vec<_>>().join("\n")
        };
        if same_but_policy(bytes(PACKAGE)) == same_but_policy(expected.as_bytes()) {
            return Err(lie(TRUST, format!("is not the one whose hash {PACKAGE} states"), AGAIN));
        }
        return Err(lie(
            PACKAGE,
            "does not say what follows from the tables and other files",
            "ask the publisher for a correct description",
        ));
    }
    Ok(description)
}

/// The proof, the ledger's entry that it carries, and the entry's bytes; or what is wrong.
fn read_proof(bytes: &[u8]) -> Result<(TlogProof, Leaf, Vec<u8>), String> {
    let proof = TlogProof::parse(bytes).map_err(|error| format!("cannot be used: {error}"))?;
    if proof.to_string().as_bytes() != bytes {
        return Err("is not spelled as it was written".into());
    }
    let entry = proof.extra.clone().ok_or("does not carry the ledger's entry (its line “extra”)")?;
    let leaf = Leaf::parse(&entry).map_err(|error| format!("carries no entry of a ledger: {error}"))?;
    if leaf.kind != ledger::leaf::kind::RELEASE {
        return Err(format!("proves an entry of the kind “{}”, not a release", leaf.kind));
    }
    Ok((proof, leaf, entry))
}

/// Second check.
fn check_leaf(leaf: &Leaf, manifest: &[u8], whole: bool, report: &mut Report) {
    if leaf.commitment == package_hash(manifest).0 {
        return report.pass(
            Check::Leaf,
            format!("the ledger's entry is about this manifest, written at {}", utc(leaf.at)),
        );
    }
    let file = if whole { PROOF } else { MANIFEST };
    let what = if whole {
        "proves the entry of another release: it was exchanged, or manifest and files were replaced together after they were entered in the ledger"
    } else {
        "is not the manifest that was entered in the ledger"
    };
    report.fail(Check::Leaf, lie(file, what, AGAIN));
}

/// Third, fourth and fifth check. Answers where the bag stands in the log, and the keys to check it by.
fn check_log(
    files: &Files,
    proof: &TlogProof,
    entry: &[u8],
    package: ledger::Hash,
    means: Means<'_>,
    report: &mut Report,
) -> Option<(Standing, Vec<VerifierKey>)> {
    let inside = match files.bytes(TRUST).map(Policy::parse) {
        Some(Ok(policy)) => policy,
        other => {
            let why = other.map_or_else(
                || "is missing".into(),
                |error| error.map_or_else(|e| e.to_string(), |_| String::new()),
            );
            report.fail(Check::Checkpoint, lie(TRUST, format!("cannot be used: {why}"), AGAIN));
            for check in [Check::Witnesses, Check::Inclusion] {
                report.leave(check, "not looked at, because the checkpoint cannot be checked");
            }
            return None;
        }
    };
    let policy = means.trust.unwrap_or(&inside);
    let mut keys = policy.keys();
    keys.extend(inside.keys().into_iter().filter(|key| !policy.keys().contains(key)));
    let opened = open(proof, policy, &keys);
    let (checkpoint, verified) = match opened {
        Ok(opened) => opened,
        Err(what) => {
            let next = if means.trust.is_some() {
                "check that your policy file names this log; if it does, do not rely on this bag"
            } else {
                AGAIN
            };
            report.fail(Check::Checkpoint, lie(PROOF, what, next));
            for check in [Check::Witnesses, Check::Inclusion] {
                report.leave(check, "not looked at, because the checkpoint is not signed as it should be");
            }
            return None;
        }
    };
    let (origin, size) = (&checkpoint.origin, checkpoint.size);
    if means.trust.is_some() {
        report.pass(Check::Checkpoint, format!("{size} entries, signed by the trusted log {origin}"));
    } else {
        report.leave(
            Check::Checkpoint,
            format!("{size} entries, signed by {origin} with the key that the bag itself states, which whoever made the bag wrote"),
        );
    }
    let cosigned = policy.cosigned(&verified).join(", ");
    let by = if cosigned.is_empty() { "nobody" } else { &cosigned };
    let quorum = policy.quorum_in_words();
    if !policy.is_satisfied(&verified) {
        let what = format!(
            "is cosigned by {by}, and the policy asks for {quorum}: the ledger may show others another history"
        );
        report.fail(
            Check::Witnesses,
            lie(
                PROOF,
                what,
                "ask the publisher for a proof that the witnesses cosigned, or ask the witnesses themselves",
            ),
        );
    } else if !policy.asks_for_witnesses() {
        report.leave(
            Check::Witnesses,
            "the policy asks for no witness, so the ledger may show others another history",
        );
    } else if means.trust.is_some() {
        let first = verified.iter().filter_map(|one| one.at).min().unwrap_or_default();
        report.pass(
            Check::Witnesses,
            format!("cosigned by {cosigned}, the first at {}; the policy asks for {quorum}", utc(first)),
        );
    } else {
        report.leave(
            Check::Witnesses,
            format!("cosigned by {cosigned}, with the keys that the bag itself states"),
        );
    }
    match verify_inclusion(leaf_hash(entry), proof.index, size, &proof.path, checkpoint.root) {
        Ok(()) => {
            report.pass(Check::Inclusion, format!("entry {} of {size}", proof.index));
            Some((Standing { index: proof.index, checkpoint, package }, policy.keys()))
        }
        Err(error) => {
            report.fail(
                Check::Inclusion,
                lie(PROOF, format!("does not prove that the release is in the ledger: {error}"), AGAIN),
            );
            None
        }
    }
}

/// The checkpoint, signed by a log of the policy; every signature on it is by a key that somebody named.
fn open<'a>(
    proof: &TlogProof,
    policy: &Policy,
    keys: &'a [VerifierKey],
) -> Result<(Checkpoint, Vec<ledger::note::Verified<'a>>), String> {
    let stated =
        Checkpoint::parse(proof.checkpoint.text()).map_err(|error| format!("cannot be used: {error}"))?;
    let Some(log) = policy.logs().iter().find(|log| log.name() == stated.origin) else {
        let known: Vec<&str> = policy.logs().iter().map(VerifierKey::name).collect();
        return Err(format!(
            "is of the log “{}”, and the trusted ones are: {}",
            stated.origin,
            known.join(", ")
        ));
    };
    let (checkpoint, verified) = Checkpoint::open(&proof.checkpoint, keys, log.name())
        .map_err(|error| format!("is not signed as it should be: {error}"))?;
    if !verified.iter().any(|one| policy.logs().contains(one.key)) {
        return Err(format!("is not signed by the trusted key of {}", log.name()));
    }
    let stranger = proof
        .checkpoint
        .signatures()
        .iter()
        .find(|line| !keys.iter().any(|key| key.name() == line.name && key.id() == line.id));
    match stranger {
        Some(line) => Err(format!(
            "carries a signature of “{}” by a key that neither {TRUST} nor your policy names",
            line.name
        )),
        None => Ok((checkpoint, verified)),
    }
}

/// A moment in UTC, to the minute: `2026-11-25 09:46 UTC`.
fn utc(seconds: u64) -> String {
    let (minutes, days) = (seconds / 60 % 1_440, seconds / 86_400);
    let leap = |year: u64| year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let (mut year, mut day) = (1970, days);
    // A log that states a year beyond this one is not worth counting out.
    while year < 9_999 && day >= 365 + u64::from(leap(year)) {
        day -= 365 + u64::from(leap(year));
        year += 1;
    }
    let lengths = [31, 28 + u64::from(leap(year)), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let mut month = 1;
    for length in lengths {
        if day < length {
            break;
        }
        day -= length;
        month += 1;
    }
    format!("{year:04}-{month:02}-{:02} {:02}:{:02} UTC", day + 1, minutes / 60, minutes % 60)
}

/// Sixth check.
fn check_draws(
    files: &Files,
    whole: bool,
    parties: &[(String, String)],
    report: &mut Report,
) -> Option<Draws> {
    if !whole {
        report.leave(Check::Draws, NOT_LOOKED);
        return None;
    }
    match draws::check(files, parties) {
        Ok(draws) => {
            match &draws.unseen {
                Some(unseen) => report.leave(Check::Draws, format!("{}; but {unseen}", draws.detail)),
                None if draws.any => report.pass(Check::Draws, draws.detail.clone()),
                None => report.leave(Check::Draws, draws.detail.clone()),
            }
            Some(draws)
        }
        Err(lie) => {
            report.fail(Check::Draws, lie);
            None
        }
    }
}

/// Seventh check.
fn check_estimates(files: &Files, whole: bool, means: Means<'_>, report: &mut Report) {
    let Some(microdata) = files.bytes(MICRODATA) else {
        return report.leave(
            Check::Estimates,
            "not recomputable: the release has no microdata, only what was computed from them",
        );
    };
    let Some(recompute) = means.recompute.filter(|_| whole) else {
        let why = if whole {
            "microdata are inside, but this program has no engine for estimates"
        } else {
            NOT_LOOKED
        };
        return report.leave(Check::Estimates, why);
    };
    let method = files.bytes("data/method.md").unwrap_or_default();
    match recompute(&Estimated { microdata, tables: tables::tables(files), method }) {
        Ok(detail) => report.pass(Check::Estimates, detail),
        Err(lie) => report.fail(Check::Estimates, lie),
    }
}

#[cfg(test)]
mod tests {
    use super::utc;

    #[test]
    fn moments_are_told_in_utc() {
        assert_eq!(utc(0), "1970-01-01 00:00 UTC");
        assert_eq!(utc(951_782_400), "2000-02-29 00:00 UTC");
        assert_eq!(utc(1_795_600_000), "2026-11-25 09:46 UTC");
        assert_eq!(utc(1_798_761_599), "2026-12-31 23:59 UTC");
        assert!(utc(u64::MAX).starts_with("9999-"));
    }
}
