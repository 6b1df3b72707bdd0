//! What of a release stands in the ledger: its entry, and later perhaps its retraction.

use ledger::checkpoint::Checkpoint;
use ledger::hash::tagged_hash;
use ledger::leaf::kind;
use ledger::tile::{Content, Tile, read_bundle};
use ledger::{Expected, Hash, Leaf, VerifierKey, verify_exported};
use serde_json::{Map, Value};

use crate::report::{Check, Lie, Report};
use crate::verify::Read;

/// H("package", manifest-sha256.txt). It has no salt: the manifest is public.
pub fn package_hash(manifest: &[u8]) -> Hash {
    Hash(tagged_hash("deungdae-ledger/v1", "package", &[manifest]))
}

/// The ledger's entry for a release: its commitment is the package hash. At so many Unix seconds.
pub fn package_leaf(manifest: &[u8], at: u64) -> Leaf {
    Leaf::new(kind::RELEASE, at, package_hash(manifest).0)
}

/// The entry that takes a release back, with the reason in words for everybody.
pub fn retraction(package: Hash, reason: &str, at: u64) -> Leaf {
    let mut message = Map::new();
    message.insert("reason".into(), reason.into());
    message.insert("retracts".into(), package.hex().into());
    let of = tagged_hash("deungdae-ledger/v1", "retraction", &[&package.0, reason.as_bytes()]);
    Leaf { message: Some(message), ..Leaf::new(kind::RELEASE, at, of) }
}

/// Where a bag stands in the log.
pub(crate) struct Standing {
    pub index: u64,
    pub checkpoint: Checkpoint,
    pub package: Hash,
}

/// Ninth check: looks for a retraction in a newer copy of the log, given as its exported files. Answers the ids of
/// draws that the log names before the release, to be held against the bag.
pub(crate) fn retracted(
    newer: Read<'_>,
    standing: &Standing,
    keys: &[VerifierKey],
    report: &mut Report,
) -> Vec<String> {
    let expected = Expected {
        origin: &standing.checkpoint.origin,
        trusted: keys,
        earlier: Some(&standing.checkpoint),
        ..Expected::default()
    };
    let found = verify_exported(newer, &expected);
    let signed = found.checkpoint.as_ref().map(|checkpoint| checkpoint.size);
    if let Some(size) = signed.filter(|size| *size < standing.checkpoint.size) {
        report.leave(
            Check::Retraction,
            format!(
                "the copy of the ledger has {size} entries and is older than the release, which is proved at {}: get a newer one",
                standing.checkpoint.size
            ),
        );
        return Vec::new();
    }
    if let Some(step) = found.steps.iter().find(|step| step.outcome == ledger::Outcome::Failed) {
        let file = step.file.as_deref().unwrap_or("checkpoint");
        report.fail(
            Check::Retraction,
            Lie {
                file: format!("ledger/{file}"),
                what: format!("is no true copy of a ledger that continues the one of this release: {}", step.detail),
                affected: "whoever relies on this ledger for any release".into(),
                next: "fetch the copy again from where the ledger is published; if it stays so, the ledger was rewritten: keep both and tell its witnesses".into(),
            },
        );
        return Vec::new();
    }
    let Some(size) = signed else {
        report.leave(Check::Retraction, "the copy of the ledger has no signed checkpoint: get another one");
        return Vec::new();
    };
    let mut draws = Vec::new();
    for (index, leaf) in entries(newer, size) {
        let says =
            |name: &str| leaf.message.as_ref().and_then(|message| message.get(name)).and_then(Value::as_str);
        if leaf.kind == kind::DRAW && index < standing.index {
            draws.extend(says("draw").map(str::to_owned));
        }
        if leaf.kind == kind::RELEASE && says("retracts") == Some(&standing.package.hex()) {
            report.fail(
                Check::Retraction,
                Lie {
                    file: "manifest-sha256.txt".into(),
                    what: format!(
                        "belongs to a release that its publisher retracted (entry {index} of the ledger): {}",
                        says("reason").unwrap_or("no reason is given")
                    ),
                    affected: "everybody who relies on this release".into(),
                    next: "do not use it; look for the release that replaces it where this one was published"
                        .into(),
                },
            );
            return draws;
        }
    }
    report.pass(Check::Retraction, format!("not retracted in a copy of the ledger with {size} entries"));
    draws
}

/// The entries of a log whose files were verified before.
fn entries(files: Read<'_>, size: u64) -> impl Iterator<Item = (u64, Leaf)> + '_ {
    let bundles = Tile::grown(0, size).filter(|tile| tile.content == Content::Entries);
    bundles.flat_map(|tile| {
        let bytes = files(&tile.path()).unwrap_or_default();
        let leaves: Vec<_> = read_bundle(&bytes, tile.width)
            .unwrap_or_default()
            .into_iter()
            .zip(tile.items())
            .filter_map(|(entry, index)| Some((index, Leaf::parse(entry).ok()?)))
            .collect();
        leaves
    })
}
