//! Submissions encrypted on the phone, as the ODK XForms encryption specification has it.

use crate::{Element, Limits, Submission, SubmissionError};
use aes::cipher::KeyIvInit;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest, Md5};
use rand_core::CryptoRng;
use rsa::pkcs1::DecodeRsaPrivateKey;
use rsa::pkcs8::DecodePrivateKey;
use sha2::Sha256;
use zeroize::Zeroizing;

/// What lies open in an encrypted submission: everything but the key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    /// The form it answers.
    pub form_id: String,
    /// The version of the form.
    pub version: Option<String>,
    /// The instance id; the initialisation vectors depend on it.
    pub instance_id: String,
    /// The AES key, encrypted with RSA, in base64.
    pub encrypted_key_base64: String,
    /// The file that holds the submission: `submission.xml.enc`.
    pub encrypted_xml_file: String,
    /// The other files, in the order in which they were encrypted.
    pub media: Vec<String>,
    /// The signature over names and digests, in base64.
    pub signature_base64: Option<String>,
}

impl Envelope {
    pub(crate) fn read(
        root: &Element,
        form_id: &str,
        version: Option<&str>,
        instance_id: Option<&str>,
    ) -> Result<Envelope, SubmissionError> {
        let text = |name: &'static str| {
            let text = root.child(name).map(|found| found.text.trim()).filter(|text| !text.is_empty());
            text.ok_or(SubmissionError::Envelope { missing: name })
        };
        let media = root.children.iter().filter(|child| child.name == "media");
        let files = media.flat_map(|media| media.children.iter().filter(|child| child.name == "file"));
        let named = files.map(|file| file.text.trim().to_owned()).filter(|name| !name.is_empty());
        Ok(Envelope {
            form_id: form_id.to_owned(),
            version: version.map(str::to_owned),
            instance_id: instance_id.ok_or(SubmissionError::Envelope { missing: "instanceID" })?.to_owned(),
            encrypted_key_base64: text("base64EncryptedKey")?.to_owned(),
            encrypted_xml_file: text("encryptedXmlFile")?.to_owned(),
            media: named.collect(),
            signature_base64: text("base64EncryptedElementSignature").ok().map(str::to_owned),
        })
    }

    /// Every file in the order of encryption: media first, the submission last.
    pub fn files(&self) -> impl Iterator<Item = &str> {
        self.media.iter().chain([&self.encrypted_xml_file]).map(String::as_str)
    }
}

/// The private half of the key a form names. Wiped from memory when dropped.
pub struct PrivateKey(rsa::PrivateKey);

impl PrivateKey {
    /// Reads a key in PEM: PKCS#8 (`BEGIN PRIVATE KEY`) or PKCS#1 (`BEGIN RSA PRIVATE KEY`), without a password.
    pub fn from_pem(pem: &str) -> Result<PrivateKey, EncryptionError> {
        let pem = pem.trim();
        if pem.contains("ENCRYPTED") {
            return Err(EncryptionError::KeyHasPassword);
        }
        let key = if pem.starts_with("-----BEGIN RSA PRIVATE KEY-----") {
            rsa::PrivateKey::from_pkcs1_pem(pem).ok()
        } else {
            rsa::PrivateKey::from_pkcs8_pem(pem).ok()
        };
        key.map(PrivateKey).ok_or(EncryptionError::KeyUnreadable)
    }

    fn decrypt(&self, base64: &str, dice: &mut impl CryptoRng) -> Option<Zeroizing<Vec<u8>>> {
        let packed: String = base64.chars().filter(|character| !character.is_ascii_whitespace()).collect();
        let sealed = STANDARD.decode(packed).ok()?;
        self.0.oaep_decrypt_with_rng::<Sha256, _>(dice, &sealed).ok().map(Zeroizing::new)
    }
}

/// Why an encrypted submission could not be opened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EncryptionError {
    /// No RSA key in it.
    #[error(
        "the private key cannot be read; give the PEM file (PKCS#8 or PKCS#1) that was made with the form's public key"
    )]
    KeyUnreadable,
    /// An encrypted PEM.
    #[error(
        "the private key has a password; remove it first, for example with: openssl pkey -in key.pem -out plain.pem"
    )]
    KeyHasPassword,
    /// The AES key inside the envelope does not open.
    #[error("this private key does not open the submission; it was encrypted for another key, or is damaged")]
    WrongKey,
    /// The submission's own file did not arrive.
    #[error("the file {name} has not arrived; ask for the submission to be sent again from the phone")]
    Missing {
        /// Its name.
        name: String,
    },
    /// A file does not end as it should.
    #[error("the file {name} is damaged or was encrypted with another key")]
    Damaged {
        /// Its name.
        name: String,
    },
    /// The opened file is no submission.
    #[error("the opened submission cannot be read: {0}")]
    Submission(#[from] SubmissionError),
    /// The opened file is another submission than the envelope says.
    #[error(
        "the opened submission has another form or instanceID than its envelope; it may have been exchanged"
    )]
    OtherSubmission,
}

/// The key of one submission. Wiped from memory when dropped.
pub struct ContentKey {
    key: Zeroizing<[u8; 32]>,
    seed: Zeroizing<[u8; 16]>,
}

impl ContentKey {
    /// Opens the key in the envelope. `dice` blinds the RSA operation.
    pub fn open(
        envelope: &Envelope,
        private_key: &PrivateKey,
        dice: &mut impl CryptoRng,
    ) -> Result<ContentKey, EncryptionError> {
        let key =
            private_key.decrypt(&envelope.encrypted_key_base64, dice).ok_or(EncryptionError::WrongKey)?;
        let key: Zeroizing<[u8; 32]> =
            Zeroizing::new(key.as_slice().try_into().map_err(|_| EncryptionError::WrongKey)?);
        let seed = Md5::new().chain_update(&envelope.instance_id).chain_update(key.as_slice()).finalize();
        Ok(ContentKey { key, seed: Zeroizing::new(seed.into()) })
    }

    /// The initialisation vector of the file at `index` in [`Envelope::files`]: the seed, in which one byte after
    /// the other was raised by one for this file and every file before it.
    fn vector(&self, index: usize) -> Zeroizing<[u8; 16]> {
        let mut vector = self.seed.clone();
        for (place, byte) in vector.iter_mut().enumerate() {
            let raised = (index + 16 - place) / 16;
            *byte = byte.wrapping_add((raised % 256) as u8);
        }
        vector
    }

    /// Opens the file at `index` in [`Envelope::files`] in place: AES-256 in CFB, PKCS#7. `None` if the padding is
    /// wrong, after which the bytes are worthless.
    pub fn open_file(&self, index: usize, mut bytes: Vec<u8>) -> Option<Zeroizing<Vec<u8>>> {
        let cipher =
            cfb_mode::Decryptor::<aes::Aes256>::new((&*self.key).into(), (&*self.vector(index)).into());
        cipher.decrypt(&mut bytes);
        let mut bytes = Zeroizing::new(bytes);
        let padding = usize::from(*bytes.last()?);
        let length = bytes.len().checked_sub(padding).filter(|_| bytes.len().is_multiple_of(16))?;
        let right = (1..=16).contains(&padding)
            && bytes.get(length..)?.iter().all(|byte| usize::from(*byte) == padding);
        right.then(|| bytes.truncate(length))?;
        Some(bytes)
    }
}

/// What the signature in an envelope says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignatureCheck {
    /// Names and contents are those that the phone signed.
    Matches,
    /// They are not, or the signature is damaged: say so wherever the submission is shown.
    Differs,
    /// The phone signed nothing.
    Absent,
    /// It cannot be told while files are missing.
    FilesMissing,
}

/// A submission opened with its key. Wiped from memory when dropped; deliberately without [`Debug`].
pub struct OpenedSubmission {
    /// The XML.
    pub xml: Zeroizing<Vec<u8>>,
    /// The other files by their names before encryption.
    pub media: Vec<(String, Zeroizing<Vec<u8>>)>,
    /// Files (by their encrypted names) that have not arrived.
    pub missing: Vec<String>,
    /// What the signature says.
    pub signature: SignatureCheck,
    form_id: String,
    instance_id: String,
}

impl OpenedSubmission {
    /// Reads the XML and checks that it is the submission that the envelope speaks of.
    pub fn submission(&self, limits: &Limits) -> Result<Submission, EncryptionError> {
        let submission = Submission::read(&self.xml, limits)?;
        if submission.form_id != self.form_id || submission.instance_id.as_deref() != Some(&*self.instance_id)
        {
            return Err(EncryptionError::OtherSubmission);
        }
        Ok(submission)
    }
}

/// Opens a submission. `files` gives the encrypted bytes of a file by the name in the envelope, or `None` if it
/// has not arrived; only the submission's own file has to be there. `dice` blinds the RSA operation.
pub fn open(
    envelope: &Envelope,
    private_key: &PrivateKey,
    mut files: impl FnMut(&str) -> Option<Vec<u8>>,
    dice: &mut impl CryptoRng,
) -> Result<OpenedSubmission, EncryptionError> {
    let key = ContentKey::open(envelope, private_key, dice)?;
    let (mut media, mut missing) = (Vec::new(), Vec::new());
    for (index, name) in envelope.media.iter().enumerate() {
        match files(name) {
            None => missing.push(name.clone()),
            Some(bytes) => {
                let opened = key
                    .open_file(index, bytes)
                    .ok_or_else(|| EncryptionError::Damaged { name: name.clone() })?;
                media.push((plain_name(name).to_owned(), opened));
            }
        }
    }
    let name = || envelope.encrypted_xml_file.clone();
    let bytes =
        files(&envelope.encrypted_xml_file).ok_or_else(|| EncryptionError::Missing { name: name() })?;
    let xml = key
        .open_file(envelope.media.len(), bytes)
        .ok_or_else(|| EncryptionError::Damaged { name: name() })?;

    let signature = match &envelope.signature_base64 {
        None => SignatureCheck::Absent,
        Some(_) if !missing.is_empty() => SignatureCheck::FilesMissing,
        Some(signature) => {
            let signed = private_key.decrypt(signature, dice);
            let expected = signed_digest(envelope, &media, &xml);
            if signed.is_some_and(|signed| signed.as_slice() == expected) {
                SignatureCheck::Matches
            } else {
                SignatureCheck::Differs
            }
        }
    };
    let (form_id, instance_id) = (envelope.form_id.clone(), envelope.instance_id.clone());
    Ok(OpenedSubmission { xml, media, missing, signature, form_id, instance_id })
}

/// The MD5 that the phone encrypts as its signature, over form, version, key, instance and every file's name and
/// MD5, each on a line.
fn signed_digest(envelope: &Envelope, media: &[(String, Zeroizing<Vec<u8>>)], xml: &[u8]) -> [u8; 16] {
    let mut digest = Md5::new();
    let mut line = |text: &str| {
        digest.update(text);
        digest.update("\n");
    };
    line(&envelope.form_id);
    if let Some(version) = &envelope.version {
        line(version);
    }
    line(&envelope.encrypted_key_base64);
    line(&envelope.instance_id);
    let xml_name = plain_name(&envelope.encrypted_xml_file);
    let files = media.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).chain([(xml_name, xml)]);
    for (name, bytes) in files {
        line(&format!("{name}::{}", hexadecimal(&Md5::digest(bytes))));
    }
    digest.finalize().into()
}

fn plain_name(name: &str) -> &str {
    name.strip_suffix(".enc").unwrap_or(name)
}

fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write;
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        let _ = write!(text, "{byte:02x}");
    }
    text
}
