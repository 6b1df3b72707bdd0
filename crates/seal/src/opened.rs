//! Plaintext that came out of a seal, and why a seal may not open.

use crate::Place;
use std::fmt;
use thiserror::Error;
use zeroize::Zeroize;

/// Plaintext of a sealed value. It cannot be printed, serialised or cloned by accident, and its
/// memory is overwritten when it is dropped. Reading it takes a visible [`Opened::expose`].
pub struct Opened<T: Zeroize>(T);

impl<T: Zeroize> Opened<T> {
    /// Marks a plaintext as one that must be treated like an opened value.
    pub fn new(plaintext: T) -> Self {
        Opened(plaintext)
    }

    /// The plaintext. Copies made from it are the caller's to look after.
    pub fn expose(&self) -> &T {
        &self.0
    }

    /// Reads the plaintext into another form that stays under the same guard.
    pub fn map<U: Zeroize>(self, read: impl FnOnce(&T) -> U) -> Opened<U> {
        Opened(read(&self.0))
    }
}

impl Opened<Vec<u8>> {
    /// The plaintext as text, or `None` if it is not UTF-8.
    pub fn expose_text(&self) -> Option<&str> {
        std::str::from_utf8(&self.0).ok()
    }
}

impl<T: Zeroize> Drop for Opened<T> {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl<T: Zeroize> fmt::Debug for Opened<T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Opened(…)")
    }
}

/// Why something sealed did not open. The place is named; what was sealed never is.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum OpenError {
    /// The authentication failed. The cipher cannot say which of the three reasons it was.
    #[error(
        "the sealed value at {place} does not open: it was changed, or it belongs to another \
         place, or it was sealed with another key. Check that the right compartment is unlocked; \
         if it is, restore the record from a backup and report the change"
    )]
    DoesNotOpen {
        /// Where it was read.
        place: String,
    },
    /// Too few bytes to be a sealed value at all.
    #[error("the sealed value at {place} is cut short ({size} bytes). Restore the record from a backup")]
    CutShort {
        /// Where it was read.
        place: String,
        /// How many bytes there were.
        size: usize,
    },
    /// The first byte names a format that this version does not know.
    #[error(
        "the sealed value at {place} has format {version}, which this version of the program does \
         not know. It was damaged, or a newer version wrote it: use that version"
    )]
    UnknownFormat {
        /// Where it was read.
        place: String,
        /// The format number found.
        version: u8,
    },
}

impl OpenError {
    pub(crate) fn does_not_open(place: &Place<'_>) -> Self {
        OpenError::DoesNotOpen { place: place.to_string() }
    }

    pub(crate) fn cut_short(place: &Place<'_>, size: usize) -> Self {
        OpenError::CutShort { place: place.to_string(), size }
    }

    pub(crate) fn unknown_format(place: &Place<'_>, version: u8) -> Self {
        OpenError::UnknownFormat { place: place.to_string(), version }
    }
}
