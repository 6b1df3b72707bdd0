//! What a check of an exported log found, line by line.

use std::fmt;

use crate::checkpoint::Checkpoint;

/// One thing checked. They are reported in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Check {
    /// The checkpoint is readable, of this log, and signed by it.
    Checkpoint,
    /// Trusted witnesses cosigned it.
    Witnesses,
    /// Every entry is there, well-formed, and the one that was signed.
    Entries,
    /// Every tile holds the hashes that follow from the entries.
    Tiles,
    /// Entries and tiles lead to the signed root.
    Root,
    /// The log continues the checkpoint that the reader kept.
    Earlier,
    /// Files that the checkpoint does not ask for.
    OtherFiles,
}

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// It holds.
    Ok,
    /// It does not.
    Failed,
    /// It could not be checked here; the detail says why.
    Unchecked,
}

/// One line of the report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// What was checked.
    pub check: Check,
    /// How it ended.
    pub outcome: Outcome,
    /// The first file that lies, where the check failed.
    pub file: Option<String>,
    /// What was found, in words.
    pub detail: String,
}

/// All checks, in order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// One or more lines for each check.
    pub steps: Vec<Step>,
    /// The checkpoint, if it is signed as it should be.
    pub checkpoint: Option<Checkpoint>,
}

impl Report {
    /// A signed checkpoint was found and nothing failed. Some things may be unchecked.
    pub fn passed(&self) -> bool {
        self.checkpoint.is_some() && self.steps.iter().all(|step| step.outcome != Outcome::Failed)
    }

    /// The first file that lies.
    pub fn culprit(&self) -> Option<&str> {
        self.steps.iter().find(|step| step.outcome == Outcome::Failed)?.file.as_deref()
    }

    pub(crate) fn add(&mut self, check: Check, outcome: Outcome, detail: impl Into<String>) {
        self.steps.push(Step { check, outcome, file: None, detail: detail.into() });
    }

    pub(crate) fn fail(&mut self, check: Check, file: impl Into<String>, detail: impl Into<String>) {
        let (file, detail) = (Some(file.into()), detail.into());
        self.steps.push(Step { check, outcome: Outcome::Failed, file, detail });
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Step { check, outcome, file, detail } in &self.steps {
            let outcome = match outcome {
                Outcome::Ok => "ok",
                Outcome::Failed => "FAILED",
                Outcome::Unchecked => "unchecked",
            };
            let check = match check {
                Check::Checkpoint => "checkpoint",
                Check::Witnesses => "witnesses",
                Check::Entries => "entries",
                Check::Tiles => "tiles",
                Check::Root => "root",
                Check::Earlier => "earlier checkpoint",
                Check::OtherFiles => "other files",
            };
            write!(f, "{outcome:<9}  {check}: ")?;
            match file {
                Some(file) if file != check => writeln!(f, "{file}: {detail}")?,
                _ => writeln!(f, "{detail}")?,
            }
        }
        Ok(())
    }
}
