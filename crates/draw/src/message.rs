//! A message of the draw: one JSON file, readable, signed by who sent it.
//!
//! ```json
//! {
//!   "at": 1795392000,
//!   "body": { "commitment": "5b46…" },
//!   "draw": "site-0007/2026-w48/1",
//!   "kind": "commit",
//!   "party": "authority-a",
//!   "signatures": { "authority-a": "…" }
//! }
//! ```
//! A file has one spelling: keys sorted, two spaces, a newline at the end. Signed is
//! H("message", jcs(the object without its signatures)).

use ed25519_dalek::{Signer as _, SigningKey, VerifyingKey};
use ledger::json;
use serde_json::{Map, Value};

use crate::Refusal;
use crate::hash::{from_hex, h};

/// Largest file of the public folder that is read, in bytes.
pub const MAX_MESSAGE: usize = 64 << 20;

/// A message as read. Nothing in it may be believed before its signatures were checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// `design`, `roster`, `key`, `commit`, …
    pub kind: String,
    /// The draw it belongs to.
    pub draw: String,
    /// Who sent it.
    pub party: String,
    /// When, as the sender says: Unix seconds.
    pub at: u64,
    /// What it says.
    pub body: Map<String, Value>,
    /// Signatures by name of the party, 128 hexadecimal digits each.
    pub signatures: Map<String, Value>,
}

/// A party's secret signing key. Wiped when dropped, never printed.
pub struct PartyKey(SigningKey);

impl PartyKey {
    /// From 32 fresh random bytes.
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(SigningKey::from_bytes(seed))
    }

    /// The public key, as it stands in the design: 64 hexadecimal digits.
    pub fn public(&self) -> String {
        hex::encode(self.0.verifying_key().as_bytes())
    }
}

impl Message {
    /// A message without signatures.
    pub fn new(kind: &str, draw: &str, party: &str, at: u64, body: Map<String, Value>) -> Self {
        let (kind, draw, party) = (kind.to_owned(), draw.to_owned(), party.to_owned());
        Self { kind, draw, party, at, body, signatures: Map::new() }
    }

    fn unsigned(&self) -> Map<String, Value> {
        let mut all = Map::new();
        all.insert("at".into(), self.at.into());
        all.insert("body".into(), self.body.clone().into());
        all.insert("draw".into(), self.draw.as_str().into());
        all.insert("kind".into(), self.kind.as_str().into());
        all.insert("party".into(), self.party.as_str().into());
        all
    }

    /// What is signed, and by which later messages refer to this one.
    pub fn hash(&self) -> Result<[u8; 32], Refusal> {
        let text = json::canonical(&self.unsigned().into())
            .map_err(|error| Refusal::message(&self.kind, error.to_string()))?;
        Ok(h("message", &[text.as_bytes()]))
    }

    /// Adds the signature of a party.
    pub fn sign(&mut self, party: &str, key: &PartyKey) -> Result<(), Refusal> {
        let signature = key.0.sign(&self.hash()?);
        self.signatures.insert(party.to_owned(), hex::encode(signature.to_bytes()).into());
        Ok(())
    }

    /// Whether `party` signed this with the key that the design gives it.
    pub fn signed_by(&self, party: &str, key: &[u8; 32]) -> bool {
        let (Some(Value::String(text)), Ok(hash)) = (self.signatures.get(party), self.hash()) else {
            return false;
        };
        let (Some(signature), Ok(key)) = (from_hex::<64>(text), VerifyingKey::from_bytes(key)) else {
            return false;
        };
        key.verify_strict(&hash, &ed25519_dalek::Signature::from_bytes(&signature)).is_ok()
    }

    /// The file's text.
    pub fn to_text(&self) -> Result<String, Refusal> {
        let mut all = self.unsigned();
        all.insert("signatures".into(), self.signatures.clone().into());
        pretty(&all.into()).map_err(|error| Refusal::message(&self.kind, error))
    }

    /// Reads a file.
    pub fn parse(file: &str, bytes: &[u8]) -> Result<Self, Refusal> {
        let Value::Object(all) = parse_pretty(file, bytes)? else {
            return Err(Refusal::message(file, "it is not a message of a draw"));
        };
        Self::from_value(file, all)
    }

    pub(crate) fn from_value(file: &str, mut all: Map<String, Value>) -> Result<Self, Refusal> {
        let lacks = |what: &str| {
            Refusal::message(
                file,
                format!(
                    "it lacks “{what}”, or that is not of the right form: ask its sender for the file again"
                ),
            )
        };
        let mut text = |name: &str| match all.remove(name) {
            Some(Value::String(text)) => Ok(text),
            _ => Err(lacks(name)),
        };
        let (kind, draw, party) = (text("kind")?, text("draw")?, text("party")?);
        let mut object = |name: &str| match all.remove(name) {
            Some(Value::Object(object)) => Ok(object),
            _ => Err(lacks(name)),
        };
        let (body, signatures) = (object("body")?, object("signatures")?);
        let at = all.remove("at").and_then(|at| at.as_u64()).ok_or_else(|| lacks("at"))?;
        if let Some(name) = all.keys().next() {
            return Err(Refusal::message(
                file,
                format!("it has “{name}”, which no message has: update the program, or ask its sender"),
            ));
        }
        Ok(Self { kind, draw, party, at, body, signatures })
    }

    /// A text of the body.
    pub fn text(&self, file: &str, name: &str) -> Result<&str, Refusal> {
        self.body.get(name).and_then(Value::as_str).ok_or_else(|| {
            Refusal::message(
                file,
                format!("its body lacks the text “{name}”: ask {} to send it again", self.party),
            )
        })
    }

    /// A whole number of the body.
    pub fn number(&self, file: &str, name: &str) -> Result<u64, Refusal> {
        self.body.get(name).and_then(Value::as_u64).ok_or_else(|| {
            Refusal::message(
                file,
                format!("its body lacks the whole number “{name}”: ask {} to send it again", self.party),
            )
        })
    }

    /// Bytes of the body, written as hexadecimal digits.
    pub fn bytes<const N: usize>(&self, file: &str, name: &str) -> Result<[u8; N], Refusal> {
        from_hex(self.text(file, name)?).ok_or_else(|| {
            Refusal::message(
                file,
                format!(
                    "“{name}” is not {} hexadecimal digits in lower case: ask {} to send it again",
                    2 * N,
                    self.party
                ),
            )
        })
    }

    /// An object of the body.
    pub fn object(&self, file: &str, name: &str) -> Result<&Map<String, Value>, Refusal> {
        self.body.get(name).and_then(Value::as_object).ok_or_else(|| {
            Refusal::message(
                file,
                format!("its body lacks the object “{name}”: ask {} to send it again", self.party),
            )
        })
    }
}

/// The one spelling of a file: canonical, then spread over lines for people.
pub fn pretty(value: &Value) -> Result<String, String> {
    let canonical = json::canonical(value).map_err(|error| error.to_string())?;
    let sorted: Value = serde_json::from_str(&canonical).map_err(|error| error.to_string())?;
    Ok(serde_json::to_string_pretty(&sorted).map_err(|error| error.to_string())? + "\n")
}

/// Reads what [`pretty`] writes, and nothing else.
pub fn parse_pretty(file: &str, bytes: &[u8]) -> Result<Value, Refusal> {
    if bytes.len() > MAX_MESSAGE {
        return Err(Refusal::message(
            file,
            format!("larger than {} MiB, which no message is", MAX_MESSAGE >> 20),
        ));
    }
    let text = str::from_utf8(bytes).map_err(|_| {
        Refusal::message(
            file,
            "it is not UTF-8: send the file as it is, not through an editor or as mail text",
        )
    })?;
    let value: Value = serde_json::from_str(text).map_err(|error| {
        Refusal::message(
            file,
            format!("not JSON ({error}): it was cut or changed on its way, ask for it again"),
        )
    })?;
    if pretty(&value).map_err(|error| Refusal::message(file, error))? != text {
        return Err(Refusal::message(
            file,
            "not spelled as it was written (keys sorted and each once, two spaces, one newline at the end): it was changed on its way, ask for it again",
        ));
    }
    Ok(value)
}

/// An object from pairs.
pub(crate) fn object<const N: usize>(pairs: [(&str, Value); N]) -> Map<String, Value> {
    pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}
