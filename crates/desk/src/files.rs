//! Files that arrive with a submission: sealed while they stream in, before anything is known about them.

use std::io::Write;

use md5::Md5;
use seal::{Place, RecordKey, SealingStream};
use sha2::{Digest, Sha256};
use store::{Fault, FileWriter, PendingFile};

use crate::Desk;
use crate::answer::{Answer, Kind, Refusal};

/// A file on its way in. Dropped, it leaves nothing behind.
pub struct IncomingFile {
    id: i64,
    name: String,
    key: RecordKey,
    stream: SealingStream,
    writer: FileWriter,
    sealed: Vec<u8>,
    size: u64,
    most: u64,
    md5: Md5,
    media_type: Option<String>,
}

/// A file that is complete, sealed and on the disk, but not named by any record yet.
pub(crate) struct SealedFile {
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) key: RecordKey,
    pub(crate) size: u64,
    pub(crate) pending: PendingFile,
    /// What clients are told of its content. It is sealed with the key of the file.
    pub(crate) details: serde_json::Value,
}

/// Where an attachment's content and key are sealed.
pub(crate) fn content_place(attachment: &str) -> Place<'_> {
    Place::new("attachment", attachment, "content")
}

/// Where an attachment's name is sealed.
pub(crate) fn name_place(attachment: &str) -> Place<'_> {
    Place::new("attachment", attachment, "name")
}

/// An attachment's name as the database knows it: a hash salted with the submission version, because names given by
/// people may tell who they are.
pub(crate) fn name_hash(submission_version: i64, name: &str) -> Vec<u8> {
    let mut hash = Sha256::new();
    hash.update(b"deungdae attachment name 1");
    hash.update(submission_version.to_be_bytes());
    hash.update(name.as_bytes());
    hash.finalize().to_vec()
}

impl Desk {
    /// Begins to take in a file. The caller pushes its bytes as they come and then finishes it.
    pub fn incoming_file(&self, name: &str) -> Answer<IncomingFile> {
        let id = self.store.new_id();
        let mut dice = self.dice();
        let key = RecordKey::fresh(&mut dice);
        let place = id.to_string();
        let stream = SealingStream::new(&key, &content_place(&place), &mut dice);
        Ok(IncomingFile {
            id,
            name: name.to_owned(),
            stream,
            key,
            writer: FileWriter::new(&self.store)?,
            sealed: Vec::new(),
            size: 0,
            most: self.options.largest_file,
            md5: Md5::new(),
            media_type: None,
        })
    }
}

impl Desk {
    /// Removes sealed files that no record names, left behind where a server was killed. Returns how many.
    pub async fn sweep_files(&self) -> Answer<u64> {
        let files = self.store.clone();
        Ok(self
            .store
            .read(move |tx| files.files().sweep(|name| store::submission::names_file(tx, name.as_str())))
            .await?)
    }
}

impl IncomingFile {
    /// The name under which it was sent.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Says what kind of content it is; without that, its name tells.
    pub fn set_media_type(&mut self, media_type: &str) {
        let kept = media_type.len() <= 200 && media_type.bytes().all(|byte| (0x20..0x7f).contains(&byte));
        self.media_type = Some(media_type.trim().to_owned()).filter(|text| kept && !text.is_empty());
    }

    /// Takes the next piece. Writing to the disk may block for a moment.
    pub fn push(&mut self, piece: &[u8]) -> Answer<()> {
        self.size += piece.len() as u64;
        if self.size > self.most {
            let megabytes = self.most >> 20;
            return Err(Refusal::new(Kind::TooLarge, "refusal-file-too-large")
                .with("megabytes", megabytes)
                .into());
        }
        self.md5.update(piece);
        self.stream.update(piece, &mut self.sealed);
        self.flush()
    }

    fn flush(&mut self) -> Answer<()> {
        let written = self.writer.write_all(&self.sealed);
        self.sealed.clear();
        Ok(written.map_err(|error| Fault::Unavailable { what: format!("writing an attachment: {error}") })?)
    }

    /// Ends the file and waits until it is on the disk; blocks.
    pub(crate) fn finish(self) -> Answer<SealedFile> {
        let IncomingFile { id, name, key, stream, mut writer, mut sealed, size, md5, media_type, .. } = self;
        let media_type = media_type.unwrap_or_else(|| crate::form_files::media_type(&name).to_owned());
        let details = serde_json::json!({ "md5": crate::desk::hex(&md5.finalize()), "type": media_type });
        stream.finish(&mut sealed);
        writer
            .write_all(&sealed)
            .map_err(|error| Fault::Unavailable { what: format!("writing an attachment: {error}") })?;
        Ok(SealedFile { id, name, key, size, details, pending: writer.finish()? })
    }
}
