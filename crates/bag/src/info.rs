//! `bagit.txt` and `bag-info.txt`: nothing in them that does not follow from the payload, so that nobody can change
//! them unnoticed.

use crate::package::Description;

/// The whole content of `bagit.txt` (RFC 8493 §2.1.1).
pub const BAGIT: &str = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";

/// `bag-info.txt` (RFC 8493 §2.2.2) for a payload of so many bytes in so many files.
pub(crate) fn bag_info(description: &Description, bytes: u64, files: usize) -> String {
    let Description { name, title, publisher, created, .. } = description;
    let date = created.get(..10).unwrap_or(created);
    format!(
        "Source-Organization: {publisher}\nExternal-Identifier: {name}\nExternal-Description: {title}\nBagging-Date: {date}\nPayload-Oxum: {bytes}.{files}\n"
    )
}

/// The text of a file, or what is wrong with its encoding.
pub(crate) fn text_of(bytes: &[u8]) -> Result<&str, String> {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err("is written in UTF-16, not in UTF-8: it was saved by an editor".into());
    }
    if bytes.starts_with(b"\xef\xbb\xbf") {
        return Err("begins with a byte order mark: it was saved by an editor".into());
    }
    let text =
        str::from_utf8(bytes).map_err(|error| format!("is not UTF-8 from byte {}", error.valid_up_to()))?;
    if text.contains('\r') {
        return Err("has line ends of Windows: it was changed on its way by a program".into());
    }
    Ok(text)
}
