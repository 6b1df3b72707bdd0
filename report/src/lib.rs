#![doc = include_str!("../README.md")]

mod bag_file;
mod content;
mod html;
mod method;
mod sheet;

pub use bag_file::read;
pub use content::{content, languages};
pub use sheet::{Printed, set};

use bag::{Files, Means, verify};

/// Why there is no PDF: what is wrong, where, what to do next.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// The bag cannot be read at all.
    #[error("{0}")]
    Unreadable(String),
    /// The bag is not what was published.
    #[error(
        "this bag does not hold, so no report is made of it: {file} {what}. Get the release again from its publisher; `deungdae-verify` tells more"
    )]
    Altered {
        /// The file that was changed, is missing or is one too many.
        file: String,
        /// What is wrong with it.
        what: String,
    },
    /// A file of a bag that holds cannot be set.
    #[error("{file} {what}; ask the publisher how it was written, or update this program")]
    File {
        /// The file.
        file: String,
        /// What is wrong with it.
        what: String,
    },
    /// No report in this language.
    #[error("the bag has no report in “{wanted}”; there are: {there}. Give one of them with --language")]
    Language {
        /// What was asked for.
        wanted: String,
        /// What there is.
        there: String,
    },
    /// A font that was given is none.
    #[error("{0} is no font in OpenType or TrueType; give another file with --font")]
    Font(String),
    /// The page description and the typesetter do not agree.
    #[error("the PDF could not be made: {0}. Please report this, with the release")]
    Typesetting(String),
}

/// Refuses a bag in which anything is other than it was published, as far as the bag alone can show it.
pub fn refuse_altered(bag: &Files) -> Result<(), Trouble> {
    match verify(bag, Means::default()).first_lie() {
        None => Ok(()),
        Some(lie) => Err(Trouble::Altered { file: lie.file.clone(), what: lie.what.clone() }),
    }
}

/// The report of a bag in a language, as a PDF. The same bag and language give the same bytes.
pub fn report(bag: &Files, language: &str, more_fonts: Vec<(String, Vec<u8>)>) -> Result<Printed, Trouble> {
    refuse_altered(bag)?;
    set(&content(bag, language)?, more_fonts)
}
