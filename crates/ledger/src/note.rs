//! Signed notes: a text and the signatures below it (c2sp.org/signed-note).

use base64::{Engine, engine::general_purpose::STANDARD};

use crate::key::{COSIGNATURE_HEADER, Signer, VerifierKey, is_key_name};

/// Most signatures that a note may carry here (the specification asks for at least 16).
pub const MAX_SIGNATURES: usize = 100;
/// Most bytes of a note.
pub const MAX_BYTES: usize = 1_000_000;

/// One signature line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// Name of the key that signed.
    pub name: String,
    /// Its id; name and id together say which key and algorithm it was.
    pub id: u32,
    /// The signature itself; its form depends on the algorithm.
    pub bytes: Vec<u8>,
}

impl Signature {
    /// Reads a line of a note, such as a witness sends: `— name base64`.
    pub fn parse(line: &str) -> Option<Self> {
        parse_line(line)
    }
}

/// A text with signatures, as read: nothing in it may be believed before [`SignedNote::verify`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedNote {
    text: String,
    signatures: Vec<Signature>,
}

/// A signature that holds, by a key that the reader trusts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verified<'a> {
    /// The key.
    pub key: &'a VerifierKey,
    /// For a cosignature, when the witness made it: Unix seconds.
    pub at: Option<u64>,
}

/// A note that cannot be read or believed.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum NoteError {
    /// Not in the form of a note.
    #[error("this is not a signed note ({0}): fetch it again from where it was published")]
    Form(&'static str),
    /// A known key's signature is wrong.
    #[error("the signature of {0} does not fit the text: the note was changed after it was signed")]
    WrongSignature(String),
    /// No signature by any key that the reader trusts.
    #[error("no trusted key signed this note, only: {}. Check that the trusted keys are the right ones", names(.0))]
    NoTrustedSignature(Vec<String>),
}

fn names(list: &[String]) -> String {
    list.join(", ")
}

impl SignedNote {
    /// A text to be signed. It ends with a newline and has no other control characters.
    pub fn new(text: &str) -> Result<Self, NoteError> {
        if text.starts_with(COSIGNATURE_HEADER) {
            return Err(NoteError::Form("its first line is kept for witnesses"));
        }
        check_text(text)?;
        Ok(Self { text: text.to_owned(), signatures: Vec::new() })
    }

    /// Reads a note. Every note has one spelling: printing it again gives the same bytes.
    pub fn parse(bytes: &[u8]) -> Result<Self, NoteError> {
        if bytes.len() > MAX_BYTES {
            return Err(NoteError::Form("longer than a megabyte"));
        }
        let note = str::from_utf8(bytes).map_err(|_| NoteError::Form("not UTF-8"))?;
        let blank = note.rfind("\n\n").ok_or(NoteError::Form("no blank line before the signatures"))?;
        let (text, rest) = note.split_at(blank + 1);
        check_text(text)?;
        let lines = rest.get(1..).and_then(|lines| lines.strip_suffix('\n'));
        let lines = lines.ok_or(NoteError::Form("no signature, or its line does not end"))?;
        let signatures = lines.split('\n').map(parse_line).collect::<Option<Vec<_>>>();
        let signatures = signatures.ok_or(NoteError::Form("a signature line is malformed"))?;
        if signatures.len() > MAX_SIGNATURES {
            return Err(NoteError::Form("more than a hundred signatures"));
        }
        Ok(Self { text: text.to_owned(), signatures })
    }

    /// The text, with its final newline. Do not believe it before [`SignedNote::verify`].
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The signature lines in order.
    pub fn signatures(&self) -> &[Signature] {
        &self.signatures
    }

    /// Adds a plain signature, in place of an earlier one by the same key.
    pub fn sign(&mut self, signer: &Signer) {
        self.add(signer.sign(&self.text));
    }

    /// Adds a signature made elsewhere, for example by a witness, in place of an earlier one by the same key.
    pub fn add(&mut self, signature: Signature) {
        self.signatures.retain(|old| (&old.name, old.id) != (&signature.name, signature.id));
        self.signatures.push(signature);
    }

    /// The signatures by trusted keys. An error if there is none, or if one of them is wrong; signatures by
    /// other keys are passed over, as the specification demands.
    pub fn verify<'a>(&self, trusted: &'a [VerifierKey]) -> Result<Vec<Verified<'a>>, NoteError> {
        let mut verified: Vec<Verified<'a>> = Vec::new();
        for signature in &self.signatures {
            let same = |key: &&VerifierKey| key.name() == signature.name && key.id() == signature.id;
            for key in trusted.iter().filter(same) {
                let at = key.check(&self.text, &signature.bytes);
                let at = at.ok_or_else(|| NoteError::WrongSignature(signature.name.clone()))?;
                if verified.iter().all(|earlier| earlier.key != key) {
                    verified.push(Verified { key, at });
                }
            }
        }
        if verified.is_empty() {
            let signers = self.signatures.iter().map(|signature| signature.name.clone()).collect();
            return Err(NoteError::NoTrustedSignature(signers));
        }
        Ok(verified)
    }
}

impl std::fmt::Display for SignedNote {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "{}", self.text)?;
        for signature in &self.signatures {
            let mut bytes = signature.id.to_be_bytes().to_vec();
            bytes.extend_from_slice(&signature.bytes);
            writeln!(f, "— {} {}", signature.name, STANDARD.encode(bytes))?;
        }
        Ok(())
    }
}

fn parse_line(line: &str) -> Option<Signature> {
    let (name, encoded) = line.strip_prefix("— ")?.split_once(' ')?;
    let bytes = STANDARD.decode(encoded).ok()?;
    let (id, bytes) = bytes.split_first_chunk::<4>()?;
    if !is_key_name(name) || bytes.is_empty() {
        return None;
    }
    Some(Signature { name: name.to_owned(), id: u32::from_be_bytes(*id), bytes: bytes.to_vec() })
}

fn check_text(text: &str) -> Result<(), NoteError> {
    let inner = text.strip_suffix('\n').ok_or(NoteError::Form("the text does not end with a newline"))?;
    if inner.split('\n').all(is_plain_text) { Ok(()) } else { Err(NoteError::Form("control characters")) }
}

/// Without ASCII control characters, newline included.
pub(crate) fn is_plain_text(text: &str) -> bool {
    !text.bytes().any(|byte| byte < 0x20)
}
