use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// SHA-256 of a folder in canonical form, so that two organisations can say that they work by the same protocol.
///
/// The hash runs over a tag, then for every file in the order of its path (compared as bytes): the length of
/// the path as eight bytes, big end first, the path with `/` between its parts, the length of the content
/// likewise, and the content.
pub fn fingerprint(files: &BTreeMap<String, Vec<u8>>) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(b"deungdae protocol folder v1\n");
    for (path, content) in files {
        for part in [path.as_bytes(), content] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
    }
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(files: &[(&str, &str)]) -> BTreeMap<String, Vec<u8>> {
        files.iter().map(|(path, content)| ((*path).to_owned(), content.as_bytes().to_vec())).collect()
    }

    #[test]
    fn a_byte_moved_between_files_changes_it() {
        let one = fingerprint(&folder(&[("a", "xy"), ("b", "z")]));
        assert_eq!(one, fingerprint(&folder(&[("b", "z"), ("a", "xy")])));
        assert_ne!(one, fingerprint(&folder(&[("a", "x"), ("b", "yz")])));
        assert_ne!(one, fingerprint(&folder(&[("ax", "y"), ("b", "z")])));
        assert_ne!(one, fingerprint(&folder(&[("a", "xy")])));
    }
}
