//! Which files a bag may have, and where.

/// What a file of a bag is, by its path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place<'a> {
    /// `bagit.txt`
    Bagit,
    /// `bag-info.txt`
    BagInfo,
    /// `manifest-sha256.txt`
    Manifest,
    /// `package.tlog-proof`
    Proof,
    /// `trust/policy.txt`
    Trust,
    /// `data/datapackage.json`
    Package,
    /// `data/disclosure.json`
    Disclosure,
    /// `data/method.md`
    Method,
    /// `data/questionnaire.xlsx`
    Questionnaire,
    /// `data/questionnaire.md`
    QuestionnaireText,
    /// `data/microdata.csv`
    Microdata,
    /// `data/tables/NAME.csv`
    Table(&'a str),
    /// `data/report.LANGUAGE.html` or `.pdf`
    Report(&'a str, Format),
    /// `data/draw/SITE/PERIOD/SEQ.json`, by the id of the draw.
    Draw(&'a str),
}

/// How a report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    /// For every browser, without a server.
    Html,
    /// For print.
    Pdf,
}

/// Files without which a bag is none, in the order in which their absence is told.
pub(crate) const REQUIRED: [&str; 8] = [
    "bagit.txt",
    "manifest-sha256.txt",
    "package.tlog-proof",
    "bag-info.txt",
    "trust/policy.txt",
    "data/datapackage.json",
    "data/disclosure.json",
    "data/method.md",
];

impl<'a> Place<'a> {
    /// The place of a path; none if no bag has such a file.
    pub fn of(path: &'a str) -> Option<Self> {
        if path_fault(path).is_some() {
            return None;
        }
        Some(match path {
            "bagit.txt" => Self::Bagit,
            "bag-info.txt" => Self::BagInfo,
            "manifest-sha256.txt" => Self::Manifest,
            "package.tlog-proof" => Self::Proof,
            "trust/policy.txt" => Self::Trust,
            "data/datapackage.json" => Self::Package,
            "data/disclosure.json" => Self::Disclosure,
            "data/method.md" => Self::Method,
            "data/questionnaire.xlsx" => Self::Questionnaire,
            "data/questionnaire.md" => Self::QuestionnaireText,
            "data/microdata.csv" => Self::Microdata,
            _ => return Self::of_many(path.strip_prefix("data/")?),
        })
    }

    /// Files of which a bag may have several.
    fn of_many(path: &'a str) -> Option<Self> {
        if let Some(id) = path.strip_prefix("draw/") {
            let id = id.strip_suffix(".json")?;
            return draw::design::parse_draw_id(id).is_ok().then_some(Self::Draw(id));
        }
        if let Some(name) = path.strip_prefix("tables/") {
            let name = name.strip_suffix(".csv")?;
            return is_name(name).then_some(Self::Table(name));
        }
        let report = path.strip_prefix("report.")?;
        let (language, format) = match report.strip_suffix(".html") {
            Some(language) => (language, Format::Html),
            None => (report.strip_suffix(".pdf")?, Format::Pdf),
        };
        is_language(language).then_some(Self::Report(language, format))
    }

    /// Whether it lies in `data/` and so in the manifest.
    pub fn is_payload(self) -> bool {
        !matches!(self, Self::Bagit | Self::BagInfo | Self::Manifest | Self::Proof | Self::Trust)
    }

    /// Whether it is text in UTF-8.
    pub(crate) fn is_text(self) -> bool {
        !matches!(self, Self::Questionnaire | Self::Report(_, Format::Pdf))
    }

    fn most_bytes(self) -> u64 {
        match self {
            Self::Bagit => 1 << 10,
            Self::BagInfo | Self::Trust => 64 << 10,
            Self::Proof => 2 << 20,
            Self::Manifest | Self::Package | Self::Method | Self::QuestionnaireText => 4 << 20,
            Self::Questionnaire | Self::Disclosure | Self::Table(_) => 16 << 20,
            Self::Report(..) | Self::Draw(_) => 64 << 20,
            Self::Microdata => 256 << 20,
        }
    }

    /// Who is misled if this file lies.
    pub(crate) fn affected(self) -> &'static str {
        match self {
            Self::Table(_) => "whoever quotes a figure of this table",
            Self::Report(..) => "whoever reads the report",
            Self::Draw(_) => {
                "whoever relies on how people were chosen: both authorities, employer, workers, readers"
            }
            Self::Disclosure => "the people who were interviewed, and whoever relies on what was kept back",
            Self::Method | Self::Questionnaire | Self::QuestionnaireText => {
                "whoever judges the figures by how they were made"
            }
            Self::Microdata => "the people who were interviewed, and whoever computes with their answers",
            Self::Package => "whoever reads the tables with a program",
            Self::Trust => "whoever takes the keys from the bag instead of a copy of their own",
            Self::Bagit | Self::BagInfo => "whoever archives the bag",
            Self::Manifest | Self::Proof => "everybody who relies on this release",
        }
    }
}

/// The most bytes that a file of this path may have; as little as possible for one that no bag has.
pub fn most_bytes(path: &str) -> u64 {
    Place::of(path).map_or(0, Place::most_bytes)
}

/// Why a path is dangerous or can mean different things on different computers.
pub(crate) fn path_fault(path: &str) -> Option<&'static str> {
    let drive = path.as_bytes().get(1) == Some(&b':');
    if path.starts_with('/') || path.starts_with('\\') || drive {
        return Some("is an absolute path, which could overwrite a file outside the bag");
    }
    if path.split(['/', '\\']).any(|part| part == "..") {
        return Some("has “..” in its path, which could overwrite a file outside the bag");
    }
    if path.contains('\\') {
        return Some("has a backslash in its path, which means different things on different computers");
    }
    if path.split('/').any(|part| part.is_empty() || part == ".") {
        return Some("has an empty part or “.” in its path, so that one file has two names");
    }
    if path.split('/').any(|part| part.ends_with('.') || is_device(part)) {
        return Some(
            "has a name that some computers keep for devices, or that ends with “.”, so that they cannot write it",
        );
    }
    if path.len() > 200 {
        return Some("has a path of more than 200 bytes, which many computers cannot write");
    }
    if !path.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-' | b'/')) {
        return Some(
            "has letters in its path other than a-z, A-Z, 0-9, “.”, “_” and “-”, which may be shown as something else",
        );
    }
    None
}

/// Names that Windows keeps, whatever their ending.
fn is_device(part: &str) -> bool {
    let name = part.split('.').next().unwrap_or_default().to_ascii_lowercase();
    let numbered = |kind: &str| {
        name.strip_prefix(kind).is_some_and(|n| n.len() == 1 && n.bytes().all(|b| b.is_ascii_digit()))
    };
    matches!(&*name, "con" | "prn" | "aux" | "nul") || numbered("com") || numbered("lpt")
}

/// A name of a table: what every file system and both cases agree on.
pub(crate) fn is_name(name: &str) -> bool {
    !name.is_empty()
        && !is_device(name)
        && name.len() <= 80
        && name.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-'))
}

/// `en`, `ko`, `zh-hant`.
pub(crate) fn is_language(language: &str) -> bool {
    let mut parts = language.split('-');
    let first = parts.next().is_some_and(|part| matches!(part.len(), 2 | 3) && is_lower(part));
    first
        && parts.all(|part| {
            (2..=8).contains(&part.len()) && part.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9'))
        })
}

fn is_lower(part: &str) -> bool {
    part.bytes().all(|b| b.is_ascii_lowercase())
}
