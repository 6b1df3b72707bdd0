//! The log as static files that any follower can fetch and any server can serve (c2sp.org/tlog-tiles).

use std::fmt;
use std::ops::Range;

use crate::checkpoint::decimal;
use crate::hash::Hash;
use crate::tree::Tree;

/// Hashes or entries in a full tile.
pub const TILE_WIDTH: u64 = 256;
/// Tree levels from one tile level to the next.
pub const TILE_HEIGHT: u8 = 8;
/// Longest entry: bundles carry its length in two bytes.
pub const MAX_ENTRY_BYTES: usize = u16::MAX as usize;
/// Name of the file with the signed checkpoint.
pub const CHECKPOINT_PATH: &str = "checkpoint";

/// What a tile holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Content {
    /// The entries themselves (`tile/entries/…`).
    Entries,
    /// Hashes of this tile level: nodes of tree level 8 · level.
    Hashes(u8),
}

/// One file of the exported log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tile {
    /// What it holds.
    pub content: Content,
    /// Position within its level: the first item is number `index · 256`.
    pub index: u64,
    /// Number of items, 1 to 256; below 256 the tile is partial.
    pub width: u64,
}

/// A file that could not be made.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ExportError {
    /// The lookup has no such hashes.
    #[error("{path}: the ledger's table of hashes is incomplete, rebuild it from the entries")]
    MissingHashes {
        /// The file that was to be written.
        path: String,
    },
    /// The lookup has no such entries, or one is too long.
    #[error(
        "{path}: an entry of the ledger is missing or longer than {MAX_ENTRY_BYTES} bytes, restore it from a backup"
    )]
    MissingEntries {
        /// The file that was to be written.
        path: String,
    },
}

impl Tile {
    /// The items it covers within its level.
    pub fn items(&self) -> Range<u64> {
        let start = self.index * TILE_WIDTH;
        start..start + self.width
    }

    /// Where the file stands: `tile/0/x001/x234/067`, or `tile/entries/x001/067.p/8` for a partial one.
    pub fn path(&self) -> String {
        self.to_string()
    }

    /// Reads what [`Tile::path`] writes, and nothing else.
    pub fn parse(path: &str) -> Option<Self> {
        let (content, rest) = path.strip_prefix("tile/")?.split_once('/')?;
        let content = match content {
            "entries" => Content::Entries,
            level => Content::Hashes(decimal(level).filter(|level| *level < 64)?.try_into().ok()?),
        };
        let (number, width) = match rest.split_once(".p/") {
            Some((number, width)) => (number, decimal(width).filter(|w| (1..TILE_WIDTH).contains(w))?),
            None => (rest, TILE_WIDTH),
        };
        let digits: String = number.split('/').map(|part| part.trim_start_matches('x')).collect();
        // The bound keeps `items` far from overflowing.
        let index = digits.parse().ok().filter(|index| *index < 1 << 54)?;
        let tile = Self { content, index, width };
        // Printing it again settles the remaining questions of form: zeros, the x marks, stray signs.
        (tile.path() == path).then_some(tile)
    }

    /// The files of a log that has grown from `from` to `to` entries, which are new or longer than before.
    /// From 0, the whole log.
    pub fn grown(from: u64, to: u64) -> impl Iterator<Item = Self> {
        let level = move |content, shift: u32| {
            let (before, now) = (from.checked_shr(shift).unwrap_or(0), to.checked_shr(shift).unwrap_or(0));
            let first = if before < now { before / TILE_WIDTH } else { now.div_ceil(TILE_WIDTH) };
            (first..now.div_ceil(TILE_WIDTH)).map(move |index| {
                let width = (now - index * TILE_WIDTH).min(TILE_WIDTH);
                Self { content, index, width }
            })
        };
        let hashes = (0..8u8).flat_map(move |l| level(Content::Hashes(l), u32::from(l * TILE_HEIGHT)));
        level(Content::Entries, 0).chain(hashes)
    }
}

impl fmt::Display for Tile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.content {
            Content::Entries => write!(f, "tile/entries")?,
            Content::Hashes(level) => write!(f, "tile/{level}")?,
        }
        let digits = self.index.to_string();
        let digits = format!("{digits:0>width$}", width = digits.len().div_ceil(3) * 3);
        let groups = digits.len() / 3;
        for (n, digit) in digits.chars().enumerate() {
            if n % 3 == 0 {
                write!(f, "/{}", if n / 3 + 1 < groups { "x" } else { "" })?;
            }
            write!(f, "{digit}")?;
        }
        if self.width < TILE_WIDTH { write!(f, ".p/{}", self.width) } else { Ok(()) }
    }
}

/// The files that are new since the log had `from` entries, as (path, content), to be written before the
/// checkpoint of `to` entries. A partial file that a fuller one replaces may be deleted.
///
/// `entries` answers the bytes of a range of entries, `nodes` the hashes of a range of nodes at a tree level
/// (always a multiple of 8); both answer `None` if something is missing.
pub fn export(
    from: u64,
    to: u64,
    mut entries: impl FnMut(Range<u64>) -> Option<Vec<Vec<u8>>>,
    mut nodes: impl FnMut(u8, Range<u64>) -> Option<Vec<Hash>>,
) -> impl Iterator<Item = Result<(String, Vec<u8>), ExportError>> {
    Tile::grown(from, to).map(move |tile| {
        let path = tile.path();
        let whole = |found: usize| found as u64 == tile.width;
        let bytes = match tile.content {
            Content::Entries => {
                let found = entries(tile.items()).filter(|found| whole(found.len()));
                found.and_then(|found| write_bundle(&found))
            }
            Content::Hashes(level) => {
                let found = nodes(level * TILE_HEIGHT, tile.items()).filter(|found| whole(found.len()));
                found.map(|found| found.iter().flat_map(|hash| hash.0).collect())
            }
        };
        match (bytes, tile.content) {
            (Some(bytes), _) => Ok((path, bytes)),
            (None, Content::Entries) => Err(ExportError::MissingEntries { path }),
            (None, Content::Hashes(_)) => Err(ExportError::MissingHashes { path }),
        }
    })
}

/// An entry bundle: for each entry u16be(length) ‖ bytes. `None` if one is too long.
pub fn write_bundle(entries: &[impl AsRef<[u8]>]) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    for entry in entries {
        let entry = entry.as_ref();
        bytes.extend_from_slice(&u16::try_from(entry.len()).ok()?.to_be_bytes());
        bytes.extend_from_slice(entry);
    }
    Some(bytes)
}

/// The entries of a bundle; `None` if it ends within one, or has another number of them than `width`.
pub fn read_bundle(mut bytes: &[u8], width: u64) -> Option<Vec<&[u8]>> {
    let mut entries = Vec::new();
    while let Some((length, rest)) = bytes.split_first_chunk::<2>() {
        let (entry, rest) = rest.split_at_checked(u16::from_be_bytes(*length).into())?;
        entries.push(entry);
        bytes = rest;
    }
    (bytes.is_empty() && entries.len() as u64 == width).then_some(entries)
}

/// The hashes of a tile; `None` if it has another number of them than `width`.
pub fn read_hashes(bytes: &[u8], width: u64) -> Option<Vec<Hash>> {
    let (hashes, odd) = bytes.as_chunks::<32>();
    (odd.is_empty() && hashes.len() as u64 == width).then(|| hashes.iter().copied().map(Hash).collect())
}

/// A lookup for proofs that needs only the exported files of a log of `size` entries, not its database.
pub fn nodes_from_tiles(
    size: u64,
    files: impl Fn(&str) -> Option<Vec<u8>>,
) -> impl FnMut(u8, u64) -> Option<Hash> {
    move |level, index| {
        let (tile_level, within) = (level / TILE_HEIGHT, level % TILE_HEIGHT);
        let first = index.checked_mul(1 << within)?;
        let count = size.checked_shr(u32::from(tile_level * TILE_HEIGHT))?;
        let tile_index = first / TILE_WIDTH;
        let width = count.checked_sub(tile_index * TILE_WIDTH)?.min(TILE_WIDTH);
        let tile = Tile { content: Content::Hashes(tile_level), index: tile_index, width };
        let hashes = read_hashes(&files(&tile.path())?, width)?;
        let start = (first % TILE_WIDTH) as usize;
        Some(subtree(hashes.get(start..start + (1 << within))?))
    }
}

/// The hash over a run of brothers.
fn subtree(hashes: &[Hash]) -> Hash {
    let mut tree = Tree::new();
    for hash in hashes {
        tree.append(*hash);
    }
    tree.root()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_those_of_the_specification() {
        let tile = |index, width| Tile { content: Content::Hashes(0), index, width };
        assert_eq!(tile(1_234_067, 256).path(), "tile/0/x001/x234/067");
        assert_eq!(tile(1067, 8).path(), "tile/0/x001/067.p/8");
        assert_eq!(Tile { content: Content::Entries, index: 0, width: 1 }.path(), "tile/entries/000.p/1");
        for path in ["tile/0/x001/x234/067", "tile/63/000", "tile/entries/x001/067.p/255", "tile/0/x000/001"]
        {
            assert_eq!(Tile::parse(path).is_some(), !path.contains("x000"), "{path}");
        }
        let refused = [
            "",
            "tile",
            "tile/0",
            "tile/0/",
            "tile/0/1",
            "tile/0/0001",
            "tile/0/x001",
            "tile/0/001/002",
            "tile/00/001",
            "tile/64/001",
            "tile/0/001.p/0",
            "tile/0/001.p/256",
            "tile/0/001.p/01",
            "tile/0/+01",
            "tile/-1/001",
            "tile/0/001.p/",
            "tile/0/xx001/067",
            "tile/entries/001/",
            "/tile/0/001",
            "tile/data/001",
            "tile/0/x999/x999/x999/x999/x999/x999/999",
        ];
        for path in refused {
            assert_eq!(Tile::parse(path), None, "{path}");
        }
    }

    #[test]
    fn a_log_of_70000_has_the_tiles_the_specification_counts() {
        let tiles: Vec<Tile> = Tile::grown(0, 70_000).collect();
        let count = |level, full| {
            let here = tiles.iter().filter(|t| t.content == Content::Hashes(level));
            here.filter(|t| (t.width == 256) == full).count()
        };
        assert_eq!((count(0, true), count(0, false)), (273, 1));
        assert_eq!((count(1, true), count(1, false)), (1, 1));
        assert_eq!((count(2, true), count(2, false)), (0, 1));
        let widths: Vec<u64> = tiles.iter().filter(|t| t.width < 256).map(|t| t.width).collect();
        assert_eq!(widths, [112, 112, 17, 1]); // entries, then levels 0, 1 and 2
        let at_256: Vec<String> = Tile::grown(0, 256).map(|tile| tile.path()).collect();
        assert_eq!(at_256, ["tile/entries/000", "tile/0/000", "tile/1/000.p/1"]);
        assert_eq!(Tile::grown(256, 256).count(), 0);
        assert_eq!(
            Tile::grown(256, 257).map(|t| t.path()).collect::<Vec<_>>(),
            ["tile/entries/001.p/1", "tile/0/001.p/1"]
        );
    }
}
