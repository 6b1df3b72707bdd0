//! The files of a bag, as whoever reads the disk hands them in.

use std::collections::BTreeMap;

/// Most files that a bag may have.
pub const MOST_FILES: usize = 5_000;
/// Most bytes that a bag may have in all.
pub const MOST_BYTES: u64 = 1 << 30;

/// What lies at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// A file with its content.
    File(Vec<u8>),
    /// A symbolic link, or a name that leads elsewhere.
    Link,
    /// Neither file nor folder: a device, a pipe.
    Special,
    /// A file of this many bytes, more than the reader was told to read ([`crate::most_bytes`]).
    TooLarge(u64),
    /// A file that could not be read, and why.
    Unreadable(String),
    /// A name that is not UTF-8; the path shows it as well as it can be shown.
    OddName,
}

/// Everything in a bag's folder, by path with `/`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Files(pub BTreeMap<String, Found>);

impl Files {
    /// The content of a file.
    pub fn bytes(&self, path: &str) -> Option<&[u8]> {
        match self.0.get(path)? {
            Found::File(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// The files that can be read, with their contents, in the order of paths.
    pub fn readable(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.0.iter().filter_map(|(path, found)| match found {
            Found::File(bytes) => Some((path.as_str(), bytes.as_slice())),
            _ => None,
        })
    }

    /// Puts a file in its place.
    pub fn put(&mut self, path: impl Into<String>, bytes: impl Into<Vec<u8>>) {
        self.0.insert(path.into(), Found::File(bytes.into()));
    }
}
