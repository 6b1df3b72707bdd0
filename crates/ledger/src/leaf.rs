//! The entries of a Deungdae ledger: that something happened, when, and a salted commitment to what it was.
//!
//! No entry holds personal data. Whoever keeps the record and its salt can show what the entry was about;
//! once both are destroyed, nobody can, and the ledger is still whole.

use serde_json::{Map, Value};

use crate::hash::{Hash, leaf_hash, tagged_hash};
use crate::json::{self, JsonError, MAX_NUMBER};
use crate::tile::MAX_ENTRY_BYTES;

/// What an entry is about. The set is open: readers accept kinds they have not heard of.
pub mod kind {
    /// A submission was accepted.
    pub const SUBMISSION: &str = "submission";
    /// A submission was changed; the earlier version is kept.
    pub const EDIT: &str = "edit";
    /// A registry entry was made or changed.
    pub const ENTRY: &str = "entry";
    /// A person's identity was opened.
    pub const OPENING: &str = "opening";
    /// A key was made, replaced, shared or destroyed.
    pub const KEY: &str = "key";
    /// A member joined, left or changed rights.
    pub const MEMBER: &str = "member";
    /// A phone was admitted or revoked.
    pub const DEVICE: &str = "device";
    /// A form or its new version was published.
    pub const FORM: &str = "form";
    /// A protocol was installed or changed.
    pub const PROTOCOL: &str = "protocol";
    /// A record's key and content were destroyed.
    pub const ERASURE: &str = "erasure";
    /// Data left the server in a file.
    pub const EXPORT: &str = "export";
    /// A message of a draw.
    pub const DRAW: &str = "draw";
    /// A case was begun, or a fact put on record in it.
    pub const CASE: &str = "case";
    /// A finding was made.
    pub const FINDING: &str = "finding";
    /// Something was published or retracted.
    pub const RELEASE: &str = "release";
}

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaf {
    /// What it is about: see [`kind`]. A lower-case letter, then up to 31 of `a-z 0-9 _ -`.
    pub kind: String,
    /// When it was written, in Unix seconds.
    pub at: u64,
    /// Salted commitment to the record: see [`commitment`].
    pub commitment: [u8; 32],
    /// What is public from the beginning, such as a message of a draw. Text, whole numbers, lists and
    /// objects only; never personal data, for it can never be taken back.
    pub message: Option<Map<String, Value>>,
}

/// Something that cannot be an entry.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum LeafError {
    /// The kind has other characters or is too long.
    #[error("“{0}” cannot be the kind of a ledger entry: use up to 32 of a-z, 0-9, _ and -, a letter first")]
    Kind(String),
    /// The time is beyond 2^53 seconds.
    #[error("the time {0} cannot be written in the ledger: check the clock")]
    Time(u64),
    /// The message has a value that has no canonical form.
    #[error("ledger entry: {0}")]
    Json(#[from] JsonError),
    /// Longer than an entry bundle can carry.
    #[error(
        "the ledger entry has {0} bytes, and at most {MAX_ENTRY_BYTES} fit: put the message in a file and commit to that"
    )]
    TooLong(usize),
    /// Read, and not of the shape of an entry.
    #[error("the ledger entry lacks “{0}”, or it is not of the right form")]
    Field(&'static str),
    /// Read, and there is something more.
    #[error("the ledger entry has a field that this version does not know: update the program")]
    UnknownField,
}

/// SHA-256("deungdae-ledger/v1" ‖ 0 ‖ "commitment" ‖ 0 ‖ then the salt and each part as u64be(length) ‖ bytes).
///
/// The salt is fresh randomness, kept (sealed) with the record and destroyed with it: without it nobody can
/// confirm a guess about the record.
pub fn commitment(salt: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    let all: Vec<&[u8]> = std::iter::once(salt.as_slice()).chain(parts.iter().copied()).collect();
    tagged_hash("deungdae-ledger/v1", "commitment", &all)
}

impl Leaf {
    /// An entry without public message.
    pub fn new(kind: &str, at: u64, commitment: [u8; 32]) -> Self {
        Self { kind: kind.to_owned(), at, commitment, message: None }
    }

    /// The canonical JSON that is hashed and published:
    /// `{"at":1795392000,"commitment":"…","kind":"submission","v":1}`.
    pub fn to_bytes(&self) -> Result<Vec<u8>, LeafError> {
        if !is_kind(&self.kind) {
            return Err(LeafError::Kind(self.kind.clone()));
        }
        if self.at > MAX_NUMBER {
            return Err(LeafError::Time(self.at));
        }
        let mut members = Map::new();
        members.insert("at".into(), self.at.into());
        members.insert("commitment".into(), hex::encode(self.commitment).into());
        members.insert("kind".into(), self.kind.as_str().into());
        members.insert("v".into(), 1.into());
        if let Some(message) = &self.message {
            members.insert("message".into(), message.clone().into());
        }
        let bytes = json::canonical(&Value::Object(members))?.into_bytes();
        if bytes.len() > MAX_ENTRY_BYTES {
            return Err(LeafError::TooLong(bytes.len()));
        }
        Ok(bytes)
    }

    /// Reads an entry, strictly: what it accepts, [`Leaf::to_bytes`] writes again byte for byte.
    pub fn parse(bytes: &[u8]) -> Result<Self, LeafError> {
        if bytes.len() > MAX_ENTRY_BYTES {
            return Err(LeafError::TooLong(bytes.len()));
        }
        let Value::Object(mut members) = json::parse_canonical(bytes)? else {
            return Err(LeafError::Field("v"));
        };
        if members.remove("v").and_then(|v| v.as_u64()) != Some(1) {
            return Err(LeafError::Field("v"));
        }
        let at = members.remove("at").and_then(|at| at.as_u64()).ok_or(LeafError::Field("at"))?;
        let kind = members.get("kind").and_then(Value::as_str).filter(|kind| is_kind(kind));
        let kind = kind.ok_or(LeafError::Field("kind"))?.to_owned();
        let committed = members.get("commitment").and_then(Value::as_str).and_then(Hash::from_hex);
        let Hash(commitment) = committed.ok_or(LeafError::Field("commitment"))?;
        let message = match members.remove("message") {
            None => None,
            Some(Value::Object(message)) => Some(message),
            Some(_) => return Err(LeafError::Field("message")),
        };
        // "kind" and "commitment" remain, and nothing else may.
        if members.len() != 2 {
            return Err(LeafError::UnknownField);
        }
        Ok(Self { kind, at, commitment, message })
    }

    /// The hash under which the entry stands in the tree.
    pub fn hash(&self) -> Result<Hash, LeafError> {
        Ok(leaf_hash(&self.to_bytes()?))
    }
}

fn is_kind(kind: &str) -> bool {
    let inner = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-');
    kind.len() <= 32 && kind.bytes().all(inner) && kind.starts_with(|c: char| c.is_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn draw_message() -> Leaf {
        let Value::Object(message) = json!({"draw": "site-7/2026-11/1", "n": 40}) else { unreachable!() };
        Leaf { message: Some(message), ..Leaf::new(kind::DRAW, 1_795_392_000, [7; 32]) }
    }

    #[test]
    fn an_entry_reads_as_it_was_written() {
        let plain = Leaf::new(kind::SUBMISSION, 1_795_392_000, commitment(&[1; 32], &[b"sealed record"]));
        let text = String::from_utf8(plain.to_bytes().unwrap()).unwrap();
        assert_eq!(
            text,
            "{\"at\":1795392000,\"commitment\":\"f99aa0d14fc6747ef202787475809d114aa1cb7708d23a5e985bf019b1560676\",\"kind\":\"submission\",\"v\":1}"
        );
        for leaf in [plain, draw_message()] {
            assert_eq!(Leaf::parse(&leaf.to_bytes().unwrap()).unwrap(), leaf);
        }
    }

    #[test]
    fn what_is_no_entry_is_refused() {
        let good = String::from_utf8(draw_message().to_bytes().unwrap()).unwrap();
        let refused = [
            good.replace("\"v\":1", "\"v\":2"),
            good.replace("\"v\":1", "\"v\":1,\"w\":1"),
            good.replace("\"draw\",", "\"Draw\","),
            good.replace("0707", "07"),
            good.replace("07\"", "0G\""),
            good.replace("1795392000", "-1"),
            good.replace("{\"draw\":\"site-7/2026-11/1\",\"n\":40}", "\"x\""),
            good.replace("40", "40.5"),
            format!(" {good}"),
            "[]".to_owned(),
            "{}".to_owned(),
        ];
        for text in refused {
            assert_ne!(text, good);
            assert!(Leaf::parse(text.as_bytes()).is_err(), "{text}");
        }
        assert!(Leaf::new("", 0, [0; 32]).to_bytes().is_err());
        assert!(Leaf::new("submission", u64::MAX, [0; 32]).to_bytes().is_err());
        let mut long = draw_message();
        long.message.as_mut().unwrap().insert("text".into(), "x".repeat(MAX_ENTRY_BYTES).into());
        assert!(matches!(long.to_bytes(), Err(LeafError::TooLong(_))));
    }
}
