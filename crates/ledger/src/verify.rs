//! Checks an exported log from its files alone: everything is computed again, nothing is taken on trust but
//! the keys that the reader brings.

use crate::checkpoint::{Checkpoint, CheckpointError};
use crate::hash::{Hash, leaf_hash, node_hash};
use crate::key::VerifierKey;
use crate::leaf::Leaf;
use crate::note::{SignedNote, Verified};
use crate::report::{Check, Outcome, Report, Step};
use crate::tile::{CHECKPOINT_PATH, Content, TILE_HEIGHT, TILE_WIDTH, Tile, read_bundle, read_hashes};
use crate::tree::Tree;

/// What the reader brings along, from a source other than the files.
#[derive(Debug, Clone, Copy, Default)]
pub struct Expected<'a> {
    /// Which log it should be.
    pub origin: &'a str,
    /// Keys of the log (named like the origin) and of witnesses (all others).
    pub trusted: &'a [VerifierKey],
    /// How many trusted witnesses must have cosigned.
    pub witnesses: usize,
    /// A checkpoint of this log that the reader kept from before and believes.
    pub earlier: Option<&'a Checkpoint>,
    /// The paths of all files there are, so that leftovers are checked too. Without it, only the files that
    /// the checkpoint asks for are read.
    pub listing: Option<&'a [String]>,
}

/// Checks an exported log. `files` answers the content of a file by its path (`checkpoint`, `tile/…`), or
/// `None` if there is none. Each file is read once, or twice where the listing has leftovers of it.
///
/// If one file was changed, that one is named. If several were, usually still; where so much was changed
/// that the signed root fits nothing, the report says which files contradict each other.
pub fn verify_exported(files: impl Fn(&str) -> Option<Vec<u8>>, expected: &Expected<'_>) -> Report {
    let mut report = Report::default();
    let Some(checkpoint) = check_checkpoint(&files, expected, &mut report) else {
        let reason = "not looked at, because nothing can be compared without a signed checkpoint";
        for check in [Check::Witnesses, Check::Entries, Check::Tiles, Check::Root, Check::Earlier] {
            report.add(check, Outcome::Unchecked, reason);
        }
        return report;
    };
    let sides = Sides::read(&files, &checkpoint, expected.earlier);
    sides.check(&files, &checkpoint, expected.earlier, &mut report);
    check_other_files(&files, checkpoint.size, expected.listing, &mut report);
    report.checkpoint = Some(checkpoint);
    report
}

fn check_checkpoint(
    files: &impl Fn(&str) -> Option<Vec<u8>>,
    expected: &Expected<'_>,
    report: &mut Report,
) -> Option<Checkpoint> {
    let Some(bytes) = files(CHECKPOINT_PATH) else {
        report.fail(Check::Checkpoint, CHECKPOINT_PATH, "is missing");
        return None;
    };
    let opened = SignedNote::parse(&bytes).map_err(CheckpointError::from).and_then(|note| {
        let (checkpoint, verified) = Checkpoint::open(&note, expected.trusted, expected.origin)?;
        Ok((note, checkpoint, verified))
    });
    match opened {
        Ok((note, checkpoint, verified)) => {
            let Checkpoint { origin, size, .. } = &checkpoint;
            report.add(Check::Checkpoint, Outcome::Ok, format!("{size} entries, signed by {origin}"));
            check_witnesses(&note, &verified, expected, report);
            Some(checkpoint)
        }
        Err(error) => {
            report.fail(Check::Checkpoint, CHECKPOINT_PATH, error.to_string());
            None
        }
    }
}

fn check_witnesses(
    note: &SignedNote,
    verified: &[Verified<'_>],
    expected: &Expected<'_>,
    report: &mut Report,
) {
    let is_witness = |key: &&VerifierKey| key.name() != expected.origin;
    // One witness counts once, however many keys it has.
    let mut seen: Vec<&str> =
        verified.iter().map(|v| v.key).filter(is_witness).map(VerifierKey::name).collect();
    seen.sort_unstable();
    seen.dedup();
    let needed = expected.witnesses;
    if seen.len() < needed {
        let detail = format!("{} of the {needed} needed cosigned it [{}]", seen.len(), seen.join(", "));
        report.fail(Check::Witnesses, CHECKPOINT_PATH, detail);
    } else if !seen.is_empty() {
        report.add(Check::Witnesses, Outcome::Ok, format!("cosigned by {}", seen.join(", ")));
    }
    let mut absent: Vec<&str> = expected.trusted.iter().filter(is_witness).map(VerifierKey::name).collect();
    absent.retain(|name| !seen.contains(name));
    absent.dedup();
    if !absent.is_empty() {
        report.add(Check::Witnesses, Outcome::Unchecked, format!("not cosigned by {}", absent.join(", ")));
    }
    let known = |name: &str, id: u32| expected.trusted.iter().any(|key| key.name() == name && key.id() == id);
    let strangers = note.signatures().iter().filter(|line| !known(&line.name, line.id));
    let strangers: Vec<&str> = strangers.map(|line| line.name.as_str()).collect();
    if !strangers.is_empty() {
        let detail =
            format!("signatures by keys that are not among the trusted ones: {}", strangers.join(", "));
        report.add(Check::Witnesses, Outcome::Unchecked, detail);
    }
    if expected.trusted.iter().all(|key| !is_witness(&key)) && strangers.is_empty() {
        report.add(Check::Witnesses, Outcome::Unchecked, "no trusted witness is named");
    }
}

/// The tree as one kind of file tells it.
#[derive(Default)]
struct Side {
    tree: Tree,
    /// Hashes of tile levels 1 and up, in order.
    upper: Vec<Vec<Hash>>,
    /// Root at the size of the earlier checkpoint.
    earlier_root: Option<Hash>,
}

impl Side {
    fn append(&mut self, leaf: Hash, earlier: Option<u64>) {
        for node in self.tree.append(leaf) {
            if node.level > 0 && node.level.is_multiple_of(TILE_HEIGHT) {
                let level = usize::from(node.level / TILE_HEIGHT) - 1;
                if self.upper.len() == level {
                    self.upper.push(Vec::new());
                }
                self.upper.get_mut(level).into_iter().for_each(|hashes| hashes.push(node.hash));
            }
        }
        if earlier == Some(self.tree.size()) {
            self.earlier_root = Some(self.tree.root());
        }
    }
}

/// What one pass over the files found. Entries and lowest tiles tell the same tree twice, so that the signed
/// root can say which of them lies; where one is unreadable, the other stands in for it.
#[derive(Default)]
struct Sides {
    from_entries: Side,
    from_tiles: Side,
    /// The first bundle and tile that tell different hashes.
    differ: Option<(String, String)>,
    /// Files that cannot be read as what they are, and what is wrong with them.
    broken_entries: Option<(String, String)>,
    broken_tile: Option<(String, String)>,
}

impl Sides {
    fn read(
        files: &impl Fn(&str) -> Option<Vec<u8>>,
        checkpoint: &Checkpoint,
        earlier: Option<&Checkpoint>,
    ) -> Self {
        let mut sides = Self::default();
        let earlier = earlier.map(|earlier| earlier.size);
        if earlier == Some(0) {
            sides.from_entries.earlier_root = Some(Tree::new().root());
            sides.from_tiles.earlier_root = Some(Tree::new().root());
        }
        for index in 0..checkpoint.size.div_ceil(TILE_WIDTH) {
            let width = (checkpoint.size - index * TILE_WIDTH).min(TILE_WIDTH);
            let bundle = Tile { content: Content::Entries, index, width };
            let tile = Tile { content: Content::Hashes(0), index, width };
            let entries = sides.read_entries(files, bundle);
            let hashes = sides.read_tile(files, tile);
            // With both gone there is nothing to go on with, and the size alone must not keep us busy.
            let (entries, hashes) = match (entries, hashes) {
                (Some(entries), Some(hashes)) => (entries, hashes),
                (Some(entries), None) => (entries.clone(), entries),
                (None, Some(hashes)) => (hashes.clone(), hashes),
                (None, None) => break,
            };
            if entries != hashes && sides.differ.is_none() {
                sides.differ = Some((bundle.path(), tile.path()));
            }
            entries.into_iter().for_each(|hash| sides.from_entries.append(hash, earlier));
            hashes.into_iter().for_each(|hash| sides.from_tiles.append(hash, earlier));
        }
        sides
    }

    fn read_entries(&mut self, files: &impl Fn(&str) -> Option<Vec<u8>>, bundle: Tile) -> Option<Vec<Hash>> {
        let path = bundle.path();
        let Some(bytes) = files(&path) else {
            self.broken_entries.get_or_insert((path, "is missing".to_owned()));
            return None;
        };
        let Some(entries) = read_bundle(&bytes, bundle.width) else {
            let detail = format!("does not hold {} whole entries", bundle.width);
            self.broken_entries.get_or_insert((path, detail));
            return None;
        };
        for (entry, number) in entries.iter().zip(bundle.items()) {
            if let Err(error) = Leaf::parse(entry) {
                self.broken_entries.get_or_insert_with(|| (path.clone(), format!("entry {number}: {error}")));
            }
        }
        Some(entries.into_iter().map(leaf_hash).collect())
    }

    fn read_tile(&mut self, files: &impl Fn(&str) -> Option<Vec<u8>>, tile: Tile) -> Option<Vec<Hash>> {
        let hashes = read_tile(files, tile);
        hashes.map_err(|detail| self.broken_tile.get_or_insert((tile.path(), detail))).ok()
    }

    /// Says which side the signed root speaks for, and from there which files lie.
    fn check(
        mut self,
        files: &impl Fn(&str) -> Option<Vec<u8>>,
        checkpoint: &Checkpoint,
        earlier: Option<&Checkpoint>,
        report: &mut Report,
    ) {
        let Checkpoint { size, root, .. } = checkpoint;
        let leads_to_root = |side: &Side| side.tree.size() == *size && side.tree.root() == *root;
        let by_entries = leads_to_root(&self.from_entries);
        let by_tiles = leads_to_root(&self.from_tiles);
        let differ = self.differ.take();
        match differ {
            Some((bundle, _)) if by_tiles => {
                let detail = "holds other entries than were signed".to_owned();
                self.broken_entries.get_or_insert((bundle, detail));
            }
            Some((_, tile)) if by_entries => {
                let detail = "holds other hashes than were signed".to_owned();
                self.broken_tile.get_or_insert((tile, detail));
            }
            differ if !by_entries && !by_tiles => self.blame_by_upper_tiles(files, checkpoint, differ),
            _ => {}
        }
        let mut tiles = size.div_ceil(TILE_WIDTH);
        // Upper tiles can be held against the entries only if these are the signed ones.
        let truth = if by_tiles && !by_entries { &self.from_tiles } else { &self.from_entries };
        if by_entries || by_tiles {
            for (hashes, level) in truth.upper.iter().zip(1u8..) {
                for (chunk, index) in hashes.chunks(TILE_WIDTH as usize).zip(0u64..) {
                    tiles += 1;
                    let tile = Tile { content: Content::Hashes(level), index, width: chunk.len() as u64 };
                    let found = match read_tile(files, tile) {
                        Ok(found) if found == chunk => continue,
                        Ok(_) => "does not hold the hashes of the tiles below it".to_owned(),
                        Err(detail) => detail,
                    };
                    self.broken_tile.get_or_insert((tile.path(), found));
                }
            }
        }
        match self.broken_entries {
            Some((file, detail)) => report.fail(Check::Entries, file, detail),
            None if by_entries => {
                report.add(Check::Entries, Outcome::Ok, format!("{size} read, all well-formed"))
            }
            None => report.add(
                Check::Entries,
                Outcome::Unchecked,
                "well-formed, but they are not what was signed",
            ),
        }
        match self.broken_tile {
            Some((file, detail)) => report.fail(Check::Tiles, file, detail),
            None if by_entries || by_tiles => {
                report.add(Check::Tiles, Outcome::Ok, format!("{tiles} hold the right hashes"));
            }
            None => {
                report.add(Check::Tiles, Outcome::Unchecked, "they cannot be held against the signed root")
            }
        }
        if by_entries || by_tiles {
            report.add(Check::Root, Outcome::Ok, format!("computed again: {root}"));
        } else if truth.tree.size() < *size {
            let detail = format!("only {} of {size} entries can be read", truth.tree.size());
            report.add(Check::Root, Outcome::Unchecked, detail);
        } else {
            let found = truth.tree.root();
            let detail =
                format!("{root} was signed, but the entries lead to {found}: several files were changed");
            report.steps.push(Step { check: Check::Root, outcome: Outcome::Failed, file: None, detail });
        }
        check_earlier(checkpoint, earlier, truth.earlier_root, report);
    }

    /// Neither all entries nor all lowest tiles lead to the signed root. The tiles above may still do, and
    /// then they tell which of the files below lie.
    fn blame_by_upper_tiles(
        &mut self,
        files: &impl Fn(&str) -> Option<Vec<u8>>,
        checkpoint: &Checkpoint,
        differ: Option<(String, String)>,
    ) {
        let Checkpoint { size, root, .. } = checkpoint;
        if self.from_entries.tree.size() < *size {
            return;
        }
        let mut above = Tree::new();
        let mut stated = Vec::new();
        for index in 0..(size / TILE_WIDTH).div_ceil(TILE_WIDTH) {
            let width = (size / TILE_WIDTH - index * TILE_WIDTH).min(TILE_WIDTH);
            let Ok(hashes) = read_tile(files, Tile { content: Content::Hashes(1), index, width }) else {
                break;
            };
            stated.extend(hashes);
        }
        stated.iter().for_each(|hash| drop(above.append(*hash)));
        // The peaks of a tree are those of its full tiles, then those of the partial one.
        let partial = (size % TILE_WIDTH).count_ones() as usize;
        let root_with = |side: &Side| {
            let peaks = side.tree.peaks();
            let last = peaks.get(peaks.len().saturating_sub(partial)..).unwrap_or_default();
            let all = above.peaks().iter().chain(last);
            all.copied().rev().reduce(|right, left| node_hash(left, right))
        };
        let with_entries = root_with(&self.from_entries) == Some(*root);
        let with_tiles = root_with(&self.from_tiles) == Some(*root);
        if above.size() < size / TILE_WIDTH || !(with_entries || with_tiles) {
            if let Some((bundle, tile)) = differ {
                let detail = format!("does not fit {tile}, and neither leads to the signed root");
                self.broken_entries.get_or_insert((bundle, detail));
            }
            return;
        }
        let path = |content, index: usize| {
            let index = index as u64;
            Tile { content, index, width: (size - index * TILE_WIDTH).min(TILE_WIDTH) }.path()
        };
        let first_lie = |side: &Side, partial_holds: bool| {
            let full = side.upper.first().map(Vec::as_slice).unwrap_or_default();
            let lie = full.iter().zip(&stated).position(|(found, signed)| found != signed);
            lie.or_else(|| (!partial_holds).then_some(stated.len()))
        };
        if let Some(index) = first_lie(&self.from_entries, with_entries) {
            let detail = "holds other entries than were signed".to_owned();
            self.broken_entries.get_or_insert((path(Content::Entries, index), detail));
        }
        if let Some(index) = first_lie(&self.from_tiles, with_tiles) {
            let detail = "holds other hashes than were signed".to_owned();
            self.broken_tile.get_or_insert((path(Content::Hashes(0), index), detail));
        }
    }
}

fn read_tile(files: &impl Fn(&str) -> Option<Vec<u8>>, tile: Tile) -> Result<Vec<Hash>, String> {
    let bytes = files(&tile.path()).ok_or_else(|| "is missing".to_owned())?;
    read_hashes(&bytes, tile.width).ok_or_else(|| format!("does not hold {} whole hashes", tile.width))
}

fn check_earlier(
    checkpoint: &Checkpoint,
    earlier: Option<&Checkpoint>,
    earlier_root: Option<Hash>,
    report: &mut Report,
) {
    let Some(earlier) = earlier else {
        return report.add(Check::Earlier, Outcome::Unchecked, "none was given to compare with");
    };
    let Checkpoint { origin, size, root, .. } = earlier;
    if *origin != checkpoint.origin {
        report.fail(
            Check::Earlier,
            CHECKPOINT_PATH,
            format!("continues {}, not {origin}", checkpoint.origin),
        );
    } else if *size > checkpoint.size {
        let detail = format!("has {} entries, but {size} were signed before", checkpoint.size);
        report.fail(Check::Earlier, CHECKPOINT_PATH, detail);
    } else {
        match earlier_root {
            Some(found) if found == *root => {
                report.add(Check::Earlier, Outcome::Ok, format!("its first {size} entries are as they were"));
            }
            Some(_) => {
                let detail = format!("its first {size} entries are not those that were signed before");
                report.fail(Check::Earlier, CHECKPOINT_PATH, detail);
            }
            None => report.add(Check::Earlier, Outcome::Unchecked, "too few entries can be read"),
        }
    }
}

/// Partial files of earlier checkpoints must be beginnings of the files that replaced them.
fn check_other_files(
    files: &impl Fn(&str) -> Option<Vec<u8>>,
    size: u64,
    listing: Option<&[String]>,
    report: &mut Report,
) {
    let Some(listing) = listing else {
        return report.add(Check::OtherFiles, Outcome::Unchecked, "the files were not listed");
    };
    if report.steps.iter().any(|step| step.outcome == Outcome::Failed) {
        let detail = "cannot be held against files that failed themselves";
        return report.add(Check::OtherFiles, Outcome::Unchecked, detail);
    }
    let (mut leftovers, mut strange) = (0, Vec::new());
    for path in listing.iter().filter(|path| *path != CHECKPOINT_PATH) {
        let Some((tile, current)) = Tile::parse(path).and_then(|tile| Some((tile, current_of(tile, size)?)))
        else {
            strange.push(path.as_str());
            continue;
        };
        if tile == current {
            continue;
        }
        leftovers += 1;
        if !begins_with(files, current, tile) {
            let detail = format!("is not the beginning of {current}");
            return report.fail(Check::OtherFiles, path, detail);
        }
    }
    if let Some(first) = strange.first() {
        let detail = format!("{} that the checkpoint does not speak of, the first is {first}", strange.len());
        report.add(Check::OtherFiles, Outcome::Unchecked, detail);
    } else {
        let detail = format!("{leftovers} left by earlier checkpoints, as they should be");
        report.add(Check::OtherFiles, Outcome::Ok, detail);
    }
}

/// The file that covers this tile in a log of `size` entries.
fn current_of(tile: Tile, size: u64) -> Option<Tile> {
    let level = match tile.content {
        Content::Entries => 0,
        Content::Hashes(level) => level,
    };
    let count = size.checked_shr(u32::from(level) * u32::from(TILE_HEIGHT))?;
    let width = count.checked_sub(tile.index * TILE_WIDTH)?.min(TILE_WIDTH);
    (tile.width <= width).then_some(Tile { width, ..tile })
}

fn begins_with(files: &impl Fn(&str) -> Option<Vec<u8>>, whole: Tile, beginning: Tile) -> bool {
    let (Some(long), Some(short)) = (files(&whole.path()), files(&beginning.path())) else { return false };
    let complete = match beginning.content {
        Content::Entries => read_bundle(&short, beginning.width).is_some(),
        Content::Hashes(_) => read_hashes(&short, beginning.width).is_some(),
    };
    complete && long.starts_with(&short)
}
