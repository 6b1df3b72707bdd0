//! Writes a bag. Tables come from `disclosure` alone: nothing that did not pass its audit can enter.

use disclosure::{Released, write_table};
use draw::Transcript;
use ledger::{Hash, Leaf, Policy, TlogProof};

use crate::draws;
use crate::files::Files;
use crate::info::{BAGIT, bag_info};
use crate::log::{package_hash, package_leaf};
use crate::manifest::{self, MANIFEST};
use crate::package::{self, Description, PACKAGE};
use crate::place::{Format, Place, is_language, is_name};
use crate::report::{Lie, Report};
use crate::tables::DISCLOSURE;
use crate::verify::{Means, PROOF, TRUST, check_content, verify};

/// What is to be released.
#[derive(Debug, Clone)]
pub struct Release<'a> {
    /// What it says about itself.
    pub description: Description,
    /// Tables and estimates that passed the audit.
    pub tables: &'a Released,
    /// The report: language, format, content.
    pub reports: Vec<(String, Format, Vec<u8>)>,
    /// How it was done, in Markdown.
    pub method: String,
    /// What was asked, as an XLSForm: a workbook, or the table in Markdown.
    pub questionnaire: Option<Vec<u8>>,
    /// Every draw of the sites and periods in it, void ones included.
    pub draws: &'a [Transcript],
    /// `trust/policy.txt`: log, witnesses, quorum.
    pub policy: String,
}

/// Why a bag is not written.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// The release's name, title or another line.
    #[error("the release cannot be described: {0}. Correct it and release again")]
    Description(String),
    /// A table whose name cannot be that of a file.
    #[error("table “{0}”: its file needs a name of a-z, 0-9, “_” and “-”; rename the table in the plan")]
    Table(String),
    /// A report in an unknown language, or twice.
    #[error("the report in “{0}” is there twice, or “{0}” is no language such as en or ko; give each once")]
    Report(String),
    /// The keys.
    #[error("trust/policy.txt: {0}")]
    Policy(#[from] ledger::PolicyError),
    /// A draw.
    #[error("{0}")]
    Draw(#[from] draw::Refusal),
    /// Its own reader refuses it.
    #[error(
        "readers would refuse this release: {file} {what}. Correct it and release again; nothing was published"
    )]
    Unverified {
        /// The file.
        file: String,
        /// What is wrong with it.
        what: String,
    },
    /// The entry of the ledger.
    #[error(transparent)]
    Leaf(#[from] ledger::LeafError),
}

/// A bag that waits for its entry in the ledger.
#[derive(Debug, Clone)]
pub struct Unsealed {
    files: Files,
    manifest: String,
}

/// Writes everything but the proof. What follows is one entry in the ledger ([`Unsealed::leaf`]), the cosignatures of
/// witnesses, and [`Unsealed::seal`].
pub fn write(release: Release<'_>) -> Result<Unsealed, Refused> {
    let Release { description, tables, reports, method, questionnaire, draws, policy } = release;
    if let Some(fault) = description.fault() {
        return Err(Refused::Description(fault));
    }
    Policy::parse(policy.as_bytes())?;
    let mut files = Files::default();
    for table in tables.tables() {
        let name = &table.table.name;
        if !is_name(name) {
            return Err(Refused::Table(name.clone()));
        }
        let bytes = write_table(table, tables.estimates(), tables.file().policy.percent_flag);
        files.put(format!("data/tables/{name}.csv"), bytes);
    }
    let stated = serde_json::to_string_pretty(tables.file()).unwrap_or_default() + "\n";
    files.put(DISCLOSURE, stated);
    for (language, format, bytes) in reports {
        let ending = match format {
            Format::Html => "html",
            Format::Pdf => "pdf",
        };
        let path = format!("data/report.{language}.{ending}");
        if !is_language(&language) || files.0.contains_key(&path) {
            return Err(Refused::Report(language));
        }
        files.put(path, bytes);
    }
    files.put("data/method.md", method);
    if let Some(bytes) = questionnaire {
        let ending = if bytes.starts_with(b"PK") { "xlsx" } else { "md" };
        files.put(format!("data/questionnaire.{ending}"), bytes);
    }
    for transcript in draws {
        let id = draw::verify(transcript, draw::Trust::default()).known.draw;
        files.put(draws::path_of(&id), transcript.bundle()?);
    }
    files.put(TRUST, policy.as_str());
    let unsealed = finish(files, &description, policy.as_bytes());
    // Before anything is entered in the ledger, where it would stand for ever.
    match check_content(&unsealed.files) {
        Ok(()) => Ok(unsealed),
        Err(lie) => Err(unverified(&lie)),
    }
}

fn unverified(lie: &Lie) -> Refused {
    Refused::Unverified { file: lie.file.clone(), what: lie.what.clone() }
}

/// Package description, tag files and manifest, which follow from the rest.
fn finish(mut files: Files, description: &Description, policy: &[u8]) -> Unsealed {
    let payload = |files: &Files| -> Vec<(String, Vec<u8>)> {
        let inside = files.readable().filter(|(path, _)| Place::of(path).is_some_and(Place::is_payload));
        inside.map(|(path, bytes)| (path.to_owned(), bytes.to_vec())).collect()
    };
    let described = payload(&files);
    files.put(
        PACKAGE,
        package::write(description, policy, described.iter().map(|(path, bytes)| (&**path, &**bytes))),
    );
    let all = payload(&files);
    let bytes = all.iter().map(|(_, bytes)| bytes.len() as u64).sum();
    files.put("bagit.txt", BAGIT);
    files.put("bag-info.txt", bag_info(description, bytes, all.len()));
    let manifest = manifest::write(all.iter().map(|(path, bytes)| (&**path, &**bytes)));
    files.put(MANIFEST, manifest.as_str());
    Unsealed { files, manifest }
}

impl Unsealed {
    /// A bag that was written before and kept: checked again, as it was when it was written.
    pub fn of(files: Files) -> Result<Self, Refused> {
        check_content(&files).map_err(|lie| unverified(&lie))?;
        let manifest = files.bytes(MANIFEST).unwrap_or_default();
        let manifest = String::from_utf8_lossy(manifest).into_owned();
        Ok(Unsealed { files, manifest })
    }

    /// The files so far, for a preview.
    pub fn files(&self) -> &Files {
        &self.files
    }

    /// H("package", manifest-sha256.txt), by which the release is retracted if it has to be.
    pub fn package(&self) -> Hash {
        package_hash(self.manifest.as_bytes())
    }

    /// The entry for the ledger, at so many Unix seconds.
    pub fn leaf(&self, at: u64) -> Leaf {
        package_leaf(self.manifest.as_bytes(), at)
    }

    /// Puts the proof in, with the entry in its line “extra”, and verifies the whole as its readers will. Answers the
    /// bag, and what its readers will see.
    pub fn seal(mut self, leaf: &Leaf, mut proof: TlogProof) -> Result<(Files, Report), Refused> {
        proof.extra = Some(leaf.to_bytes()?);
        self.files.put(PROOF, proof.to_string());
        let policy = Policy::parse(self.files.bytes(TRUST).unwrap_or_default())?;
        let report = verify(&self.files, Means { trust: Some(&policy), ..Means::default() });
        match report.first_lie() {
            None => Ok((self.files, report)),
            Some(lie) => Err(unverified(lie)),
        }
    }
}
