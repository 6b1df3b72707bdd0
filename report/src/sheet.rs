//! Sets the content with typst: its own fonts, no file, no network, no clock.

use std::collections::BTreeSet;

use serde_json::Value;
use typst::diag::{FileError, FileResult, SourceDiagnostic};
use typst::foundations::{Bytes, Datetime, Duration, Smart};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards};

use crate::Trouble;

const FONTS: [&[u8]; 3] = [
    include_bytes!("../fonts/sans-regular.otf"),
    include_bytes!("../fonts/sans-semibold.otf"),
    include_bytes!("../fonts/mono.ttf"),
];
const PAGES: [(&str, &str); 2] =
    [("report.typ", include_str!("../typst/report.typ")), ("words.typ", include_str!("../typst/words.typ"))];
const CONTENT: &str = "content.json";

/// A report that is set.
#[derive(Debug, Clone)]
pub struct Printed {
    /// The PDF.
    pub pdf: Vec<u8>,
    /// Its pages.
    pub pages: usize,
    /// Letters that no font has; the report spells them by their numbers.
    pub unknown: BTreeSet<char>,
}

struct Desk {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    fonts: Vec<Font>,
    sources: Vec<Source>,
    content: (FileId, Bytes),
}

fn file_id(name: &str) -> Result<FileId, Trouble> {
    let path = VirtualPath::new(name).map_err(|error| Trouble::Typesetting(error.to_string()))?;
    Ok(RootedPath::new(VirtualRoot::Project, path).intern())
}

impl World for Desk {
    fn library(&self) -> &LazyHash<Library> {
        &self.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.book
    }

    fn main(&self) -> FileId {
        self.sources[0].id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        let found = self.sources.iter().find(|source| source.id() == id);
        found.cloned().ok_or_else(|| FileError::NotFound(id.vpath().get_without_slash().into()))
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        match &self.content {
            (known, bytes) if *known == id => Ok(bytes.clone()),
            _ => self.source(id).map(|source| Bytes::from_string(source.text().to_owned())),
        }
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.fonts.get(index).cloned()
    }

    // The only date of a report is that of its release.
    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}

/// Sets what [`crate::content`] found. Further fonts, each with its name, serve for letters that those of the program
/// lack.
pub fn set(content: &Value, more_fonts: Vec<(String, Vec<u8>)>) -> Result<Printed, Trouble> {
    let mut fonts: Vec<Font> = FONTS.into_iter().flat_map(|bytes| Font::iter(Bytes::new(bytes))).collect();
    for (name, bytes) in more_fonts {
        let before = fonts.len();
        fonts.extend(Font::iter(Bytes::new(bytes)));
        if fonts.len() == before {
            return Err(Trouble::Font(name));
        }
    }
    let mut unknown = BTreeSet::new();
    let content = spelled(content, &fonts, &mut unknown);
    let sources = PAGES.into_iter().map(|(name, text)| Ok(Source::new(file_id(name)?, text.into())));
    let desk = Desk {
        library: LazyHash::new(Library::builder().build()),
        book: LazyHash::new(FontBook::from_fonts(&fonts)),
        fonts,
        sources: sources.collect::<Result<_, Trouble>>()?,
        content: (file_id(CONTENT)?, Bytes::new(content.to_string().into_bytes())),
    };
    let document: PagedDocument = typst::compile(&desk).output.map_err(|faults| told(&faults))?;
    let standards = PdfStandards::new(&[PdfStandard::Ua_1, PdfStandard::A_2a])
        .map_err(|error| Trouble::Typesetting(error.message().to_string()))?;
    let options = PdfOptions {
        ident: Smart::Custom(content["proof"]["package"].to_string() + &content["language"].to_string()),
        creator: Smart::Custom(Some("Deungdae".into())),
        standards,
        ..PdfOptions::default()
    };
    let pdf = typst_pdf::pdf(&document, &options).map_err(|faults| told(&faults))?;
    Ok(Printed { pdf, pages: document.pages().len(), unknown })
}

fn told(faults: &[SourceDiagnostic]) -> Trouble {
    let told: Vec<String> = faults
        .iter()
        .map(|fault| {
            let hints = fault.hints.iter().map(|hint| format!(" ({})", hint.v));
            format!("{}{}", fault.message, hints.collect::<String>())
        })
        .collect();
    Trouble::Typesetting(told.join("; "))
}

/// The content with each letter that no font has spelled by its number: a reader sees that something stands there.
fn spelled(value: &Value, fonts: &[Font], unknown: &mut BTreeSet<char>) -> Value {
    match value {
        Value::String(text) => {
            let mut spelled = String::with_capacity(text.len());
            for letter in text.chars() {
                let is_known =
                    letter == '\n' || fonts.iter().any(|font| font.info().coverage.contains(letter.into()));
                if is_known {
                    spelled.push(letter);
                } else {
                    unknown.insert(letter);
                    spelled.push_str(&format!("[U+{:04X}]", u32::from(letter)));
                }
            }
            spelled.into()
        }
        Value::Array(all) => all.iter().map(|one| spelled(one, fonts, unknown)).collect(),
        Value::Object(all) => all
            .iter()
            .map(|(name, one)| (name.clone(), spelled(one, fonts, unknown)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
        other => other.clone(),
    }
}
