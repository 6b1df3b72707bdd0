//! Files of a record, sealed in chunks as they arrive: the STREAM construction (Hoang,
//! Reyhanitabar, Rogaway, Vizár 2015) over XChaCha20-Poly1305, by `aead-stream`.
//!
//! Layout: format (1 byte) ‖ salt (32) ‖ chunks. The key of a file is HKDF-SHA256(record key, salt,
//! purpose and place), so no two files share a key and a file moved elsewhere does not open. Every
//! chunk is sealed with its number and with whether it is the last. A chunk's plaintext is the
//! count of true bytes in it (u32, little endian), the bytes, and zeros; all chunks but the last
//! are 64 KiB, and the file is padded as values are.

use crate::cipher::{self, KeyBytes};
use crate::{Place, RecordKey, padded_size};
use aead_stream::{DecryptorBE32, EncryptorBE32};
use chacha20poly1305::{Key, XChaCha20Poly1305};
use rand_core::CryptoRng;
use std::io::{self, Read, Write};
use thiserror::Error;
use zeroize::Zeroizing;

const FORMAT: u8 = 1;
const SALT: usize = 32;
const HEADER: usize = 1 + SALT;
const CHUNK: usize = 64 * 1024;
const COUNT: usize = 4;
const TAG: usize = 16;
const PURPOSE: &str = "stream";

/// The key is fresh for each file, so the part of the nonce that is not the counter may be zero.
const NONCE: [u8; 19] = [0; 19];

/// Why a sealed file did not open. What was given out before the error must be thrown away.
#[derive(Debug, Error)]
pub enum StreamError {
    /// Changed, cut off, reordered, moved to another place, or another key.
    #[error(
        "the sealed file at {place} does not open after {good} good bytes: it was changed or cut \
         off, or it belongs to another place or key. Restore it from a backup"
    )]
    DoesNotOpen {
        /// Where it was read.
        place: String,
        /// Plaintext bytes that were in order before the fault.
        good: u64,
    },
    /// The first byte names a format that this version does not know.
    #[error(
        "the sealed file at {place} has format {version}, which this version of the program does not \
         know. It was damaged, or a newer version wrote it: use that version"
    )]
    UnknownFormat {
        /// Where it was read.
        place: String,
        /// The format number found.
        version: u8,
    },
    /// Reading or writing failed.
    #[error("reading or writing a sealed file failed: {0}")]
    Io(#[from] io::Error),
}

/// Seals a file that arrives in pieces. Dropping it before [`SealingStream::finish`] leaves an
/// output that does not open.
pub struct SealingStream {
    encryptor: EncryptorBE32<XChaCha20Poly1305>,
    /// The header, until it has been written.
    header: Option<[u8; HEADER]>,
    /// The current chunk: its count, then the bytes so far.
    chunk: Zeroizing<Vec<u8>>,
    /// Plaintext of the chunks before, counts included.
    before: usize,
}

impl SealingStream {
    /// Starts a file.
    pub fn new(key: &RecordKey, place: &Place<'_>, rng: &mut impl CryptoRng) -> Self {
        let mut header = [0; HEADER];
        rng.fill_bytes(&mut header);
        let [format, salt @ ..] = &mut header;
        *format = FORMAT;
        let purpose = place.associated_data(PURPOSE);
        let key = cipher::derive_key(key.bytes().as_slice(), salt, &purpose);
        SealingStream {
            encryptor: EncryptorBE32::new(&Key::from(*key), &NONCE.into()),
            header: Some(header),
            chunk: empty_chunk(),
            before: 0,
        }
    }

    /// Takes the next piece, of any size, and appends to `sealed` what is ready to be stored.
    pub fn update(&mut self, mut piece: &[u8], sealed: &mut Vec<u8>) {
        while !piece.is_empty() {
            if self.chunk.len() == CHUNK {
                // More follows, so this chunk is not the last.
                self.write_chunk(sealed);
            }
            let room = (CHUNK - self.chunk.len()).min(piece.len());
            let (now, later) = piece.split_at(room);
            self.chunk.extend_from_slice(now);
            piece = later;
        }
    }

    /// Ends the file: pads it and appends the last of it to `sealed`.
    pub fn finish(mut self, sealed: &mut Vec<u8>) {
        let total = padded_size(self.before + self.chunk.len());
        set_count(&mut self.chunk);
        while total - self.before > CHUNK {
            self.chunk.resize(CHUNK, 0);
            self.write_counted_chunk(sealed);
        }
        // Padded sizes above 64 KiB are multiples of 2 KiB, so the last chunk has room for its
        // count.
        self.chunk.resize(total - self.before, 0);
        self.write_header(sealed);
        self.encryptor
            .encrypt_last_in_place(&[], &mut *self.chunk)
            .expect("a chunk is far below the cipher's limit");
        sealed.extend_from_slice(&self.chunk);
    }

    fn write_chunk(&mut self, sealed: &mut Vec<u8>) {
        set_count(&mut self.chunk);
        self.write_counted_chunk(sealed);
    }

    fn write_counted_chunk(&mut self, sealed: &mut Vec<u8>) {
        self.write_header(sealed);
        self.before += self.chunk.len();
        self.encryptor
            .encrypt_next_in_place(&[], &mut *self.chunk)
            .expect("the counter is enough for 256 TiB");
        sealed.extend_from_slice(&self.chunk);
        self.chunk.clear();
        self.chunk.extend_from_slice(&[0; COUNT]);
    }

    fn write_header(&mut self, sealed: &mut Vec<u8>) {
        if let Some(header) = self.header.take() {
            sealed.extend_from_slice(&header);
        }
    }
}

/// Room for one chunk and its tag, so that it never moves and leaves a copy behind.
fn empty_chunk() -> Zeroizing<Vec<u8>> {
    let mut chunk = Zeroizing::new(Vec::with_capacity(CHUNK + TAG));
    chunk.extend_from_slice(&[0; COUNT]);
    chunk
}

/// Writes the number of true bytes at the start of a chunk.
fn set_count(chunk: &mut [u8]) {
    let count = (chunk.len().saturating_sub(COUNT) as u32).to_le_bytes();
    if let Some(start) = chunk.first_chunk_mut() {
        *start = count;
    }
}

/// Opens a file that arrives in pieces. What [`OpeningStream::update`] gives is authentic, in
/// order, and of this place; that it is whole is known only when [`OpeningStream::finish`] succeeds.
pub struct OpeningStream {
    record_key: KeyBytes,
    purpose: Vec<u8>,
    place: String,
    state: State,
    /// The header or chunk being collected; after opening, its plaintext.
    collected: Zeroizing<Vec<u8>>,
    good: u64,
}

enum State {
    Header,
    Chunks(Box<DecryptorBE32<XChaCha20Poly1305>>),
    Failed,
}

impl OpeningStream {
    /// Starts a file that was stored at this place.
    pub fn new(key: &RecordKey, place: &Place<'_>) -> Self {
        OpeningStream {
            record_key: key.bytes().clone(),
            purpose: place.associated_data(PURPOSE),
            place: place.to_string(),
            state: State::Header,
            collected: Zeroizing::new(Vec::with_capacity(CHUNK + TAG)),
            good: 0,
        }
    }

    /// Takes the next piece, of any size, and appends the plaintext that is ready to `plaintext`.
    /// After an error nothing more opens.
    pub fn update(&mut self, mut piece: &[u8], plaintext: &mut Vec<u8>) -> Result<(), StreamError> {
        while !piece.is_empty() {
            let full = match self.state {
                State::Header => HEADER,
                State::Chunks(_) => CHUNK + TAG,
                State::Failed => return Err(self.fail()),
            };
            if self.collected.len() == full {
                // More follows, so a full chunk is not the last.
                self.open_collected(plaintext)?;
                continue;
            }
            let room = (full - self.collected.len()).min(piece.len());
            let (now, later) = piece.split_at(room);
            self.collected.extend_from_slice(now);
            piece = later;
        }
        Ok(())
    }

    /// Ends the file: opens its last chunk into `plaintext`, or says that the end is missing.
    pub fn finish(mut self, plaintext: &mut Vec<u8>) -> Result<(), StreamError> {
        let state = std::mem::replace(&mut self.state, State::Failed);
        let State::Chunks(decryptor) = state else {
            return Err(self.fail());
        };
        if decryptor.decrypt_last_in_place(&[], &mut *self.collected).is_err() {
            return Err(self.fail());
        }
        self.give_out(plaintext)
    }

    fn open_collected(&mut self, plaintext: &mut Vec<u8>) -> Result<(), StreamError> {
        match &mut self.state {
            State::Header => self.read_header(),
            State::Chunks(decryptor) => {
                if decryptor.decrypt_next_in_place(&[], &mut *self.collected).is_err() {
                    return Err(self.fail());
                }
                self.give_out(plaintext)
            }
            State::Failed => Err(self.fail()),
        }
    }

    fn read_header(&mut self) -> Result<(), StreamError> {
        let (format, salt) = match self.collected.split_first() {
            Some((format, salt)) => (*format, salt),
            None => return Err(self.fail()),
        };
        if format != FORMAT {
            self.state = State::Failed;
            return Err(StreamError::UnknownFormat { place: self.place.clone(), version: format });
        }
        let key = cipher::derive_key(self.record_key.as_slice(), salt, &self.purpose);
        let decryptor = DecryptorBE32::new(&Key::from(*key), &NONCE.into());
        self.state = State::Chunks(Box::new(decryptor));
        self.collected.clear();
        Ok(())
    }

    /// Gives out the true bytes of the opened chunk and makes room for the next.
    fn give_out(&mut self, plaintext: &mut Vec<u8>) -> Result<(), StreamError> {
        let Some(bytes) = true_bytes(&self.collected) else {
            return Err(self.fail());
        };
        plaintext.extend_from_slice(bytes);
        self.good += bytes.len() as u64;
        self.collected.clear();
        Ok(())
    }

    fn fail(&mut self) -> StreamError {
        self.state = State::Failed;
        self.collected.clear();
        StreamError::DoesNotOpen { place: self.place.clone(), good: self.good }
    }
}

fn true_bytes(chunk: &[u8]) -> Option<&[u8]> {
    let (count, bytes) = chunk.split_first_chunk::<COUNT>()?;
    bytes.get(..u32::from_le_bytes(*count) as usize)
}

/// Seals everything that `from` gives into `to`; returns how many bytes were written.
pub fn seal_stream(
    key: &RecordKey,
    place: &Place<'_>,
    from: impl Read,
    mut to: impl Write,
    rng: &mut impl CryptoRng,
) -> io::Result<u64> {
    let mut stream = SealingStream::new(key, place, rng);
    let mut sealed = Vec::with_capacity(HEADER + CHUNK + TAG);
    let mut written = 0;
    each_piece(from, |piece| {
        stream.update(piece, &mut sealed);
        to.write_all(&sealed)?;
        written += sealed.len() as u64;
        sealed.clear();
        Ok::<_, io::Error>(())
    })?;
    stream.finish(&mut sealed);
    to.write_all(&sealed)?;
    Ok(written + sealed.len() as u64)
}

/// Opens everything that `from` gives into `to`; returns how many plaintext bytes there were. On an
/// error, throw away what `to` has received.
pub fn open_stream(
    key: &RecordKey,
    place: &Place<'_>,
    from: impl Read,
    mut to: impl Write,
) -> Result<u64, StreamError> {
    let mut stream = OpeningStream::new(key, place);
    let mut plaintext = Zeroizing::new(Vec::with_capacity(2 * CHUNK));
    let mut written = 0;
    each_piece(from, |piece| {
        stream.update(piece, &mut plaintext)?;
        to.write_all(&plaintext)?;
        written += plaintext.len() as u64;
        plaintext.clear();
        Ok::<_, StreamError>(())
    })?;
    stream.finish(&mut plaintext)?;
    to.write_all(&plaintext)?;
    Ok(written + plaintext.len() as u64)
}

/// Hands over what a reader gives, in pieces of at most a chunk.
fn each_piece<E: From<io::Error>>(
    mut from: impl Read,
    mut take: impl FnMut(&[u8]) -> Result<(), E>,
) -> Result<(), E> {
    let mut buffer = Zeroizing::new(vec![0; CHUNK]);
    loop {
        match from.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(size) => take(buffer.get(..size).unwrap_or_default())?,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error.into()),
        }
    }
}
