//! `manifest-sha256.txt`: the hash of every file under `data/` (RFC 8493 §2.1.3), in one spelling.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use crate::place::Place;

/// Its path.
pub const MANIFEST: &str = "manifest-sha256.txt";

/// SHA-256 in lower-case hexadecimal digits.
pub(crate) fn hash_of(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// The manifest of these files: sorted by path, two spaces, a newline at the end of each line.
pub(crate) fn write<'a>(payload: impl Iterator<Item = (&'a str, &'a [u8])>) -> String {
    let hashes: BTreeMap<&str, String> = payload.map(|(path, bytes)| (path, hash_of(bytes))).collect();
    spell(&hashes.into_iter().map(|(path, hash)| (path.to_owned(), hash)).collect())
}

fn spell(hashes: &BTreeMap<String, String>) -> String {
    hashes.iter().map(|(path, hash)| format!("{hash}  {path}\n")).collect()
}

/// Reads a manifest: the hash of each path, or what is wrong with it.
pub(crate) fn read(bytes: &[u8]) -> Result<BTreeMap<String, String>, String> {
    let text = crate::info::text_of(bytes)?;
    let mut hashes = BTreeMap::new();
    for (at, line) in text.lines().enumerate() {
        let number = at + 1;
        let (hash, path) = line
            .split_once("  ")
            .ok_or_else(|| format!("has in line {number} no hash, two spaces and path"))?;
        let is_hash = hash.len() == 64 && hash.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        if !is_hash {
            return Err(format!("has in line {number} no hash of 64 hexadecimal digits in lower case"));
        }
        if let Some(fault) = crate::place::path_fault(path) {
            return Err(format!("names in line {number} a file that {fault}"));
        }
        if !Place::of(path).is_some_and(Place::is_payload) {
            return Err(format!("names in line {number} a file that no release has under data/: {path}"));
        }
        if hashes.insert(path.to_owned(), hash.to_owned()).is_some() {
            return Err(format!("names {path} twice"));
        }
    }
    if hashes.is_empty() {
        return Err("is empty".into());
    }
    if spell(&hashes) != text {
        return Err("is not sorted by path, or its last line does not end".into());
    }
    Ok(hashes)
}
