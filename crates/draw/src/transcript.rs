//! The public folder of a draw: one file for each message.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::Refusal;
use crate::hash::PROTOCOL;
use crate::message::{Message, object, parse_pretty, pretty};

/// The design, by the monitor.
pub const DESIGN: &str = "design.json";
/// Root and size of the roster, by the monitor, countersigned by the employer.
pub const ROSTER: &str = "roster-commitment.json";
/// The monitor's public key or commitment to its key.
pub const KEY: &str = "key.json";
/// Everything frozen, by the monitor, cosigned by all who contribute randomness.
pub const ANNOUNCE: &str = "announce.json";
/// The public randomness and the seed.
pub const BEACON: &str = "beacon.json";
/// The sealed result, before fieldwork.
pub const SEALED: &str = "sealed.json";
/// The commitment to the call list.
pub const CALL_LIST: &str = "call-list.json";
/// Commitments to every attempt.
pub const FIELD: &str = "field.json";
/// What the auditor found.
pub const AUDIT: &str = "audit.json";
/// The end of a draw that was carried out.
pub const CLOSE: &str = "close.json";
/// The end of a draw that was not.
pub const VOID: &str = "void.json";
/// The key of an `hmac-commit` draw, after its embargo.
pub const KEY_RELEASE: &str = "key-release.json";

/// A party's commitment.
pub fn commit_file(party: &str) -> String {
    format!("commit-{party}.json")
}

/// A party's reveal.
pub fn reveal_file(party: &str) -> String {
    format!("reveal-{party}.json")
}

/// The files of a draw, as they lie in its folder.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Transcript {
    /// Content by file name.
    pub files: BTreeMap<String, Vec<u8>>,
}

impl Transcript {
    /// A message, if it is there.
    pub fn message(&self, file: &str) -> Result<Option<Message>, Refusal> {
        self.files.get(file).map(|bytes| Message::parse(file, bytes)).transpose()
    }

    /// Puts a message into its file.
    pub fn put(&mut self, file: &str, message: &Message) -> Result<(), Refusal> {
        self.files.insert(file.to_owned(), message.to_text()?.into_bytes());
        Ok(())
    }

    /// All messages in one file, as a release carries them.
    pub fn bundle(&self) -> Result<String, Refusal> {
        let mut messages = Map::new();
        for (file, bytes) in &self.files {
            Message::parse(file, bytes)?;
            messages.insert(file.clone(), parse_pretty(file, bytes)?);
        }
        pretty(&object([("messages", messages.into()), ("protocol", PROTOCOL.into())]).into())
            .map_err(|error| Refusal::message("draw", error))
    }

    /// Reads [`Transcript::bundle`].
    pub fn from_bundle(file: &str, bytes: &[u8]) -> Result<Self, Refusal> {
        let refused = || {
            Refusal::message(
                file,
                "it is not the record of a draw: give the folder of a draw, or its file from a release",
            )
        };
        let Value::Object(mut all) = parse_pretty(file, bytes)? else { return Err(refused()) };
        let protocol = all.remove("protocol");
        let Some(Value::Object(messages)) = all.remove("messages") else { return Err(refused()) };
        if protocol.as_ref().and_then(Value::as_str) != Some(PROTOCOL) || !all.is_empty() {
            return Err(refused());
        }
        let mut files = BTreeMap::new();
        for (name, message) in messages {
            let text = pretty(&message).map_err(|error| Refusal::message(&name, error))?;
            files.insert(name, text.into_bytes());
        }
        Ok(Self { files })
    }
}
