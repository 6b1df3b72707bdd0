//! What a check found, step by step, and what it established on the way.

use std::collections::BTreeMap;
use std::fmt;

use crate::Hash;
use crate::ceremony::Announcement;
use crate::design::Design;
use crate::field::Places;
use crate::suite::Suite;

/// How a step ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It holds.
    Ok,
    /// It is a lie or damaged.
    Failed,
    /// It cannot be checked here, or has not happened yet; the detail says why.
    Unchecked,
}

/// One thing checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// What was checked.
    pub what: &'static str,
    /// How it ended.
    pub outcome: Outcome,
    /// The file that it is about.
    pub file: String,
    /// What was found, in words.
    pub detail: String,
}

/// All steps in order, up to the first lie or the first thing that has not happened yet.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// The steps.
    pub steps: Vec<Step>,
    /// What was established on the way.
    pub known: Known,
}

impl Report {
    /// No step failed.
    pub fn passed(&self) -> bool {
        !self.steps.is_empty() && self.first_lie().is_none()
    }

    /// The first step that failed.
    pub fn first_lie(&self) -> Option<&Step> {
        self.steps.iter().find(|step| step.outcome == Outcome::Failed)
    }

    pub(crate) fn add(
        &mut self,
        what: &'static str,
        file: &str,
        outcome: Outcome,
        detail: impl Into<String>,
    ) {
        self.steps.push(Step { what, outcome, file: file.to_owned(), detail: detail.into() });
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Step { what, outcome, detail, .. } in &self.steps {
            let outcome = match outcome {
                Outcome::Ok => "ok",
                Outcome::Failed => "FAILED",
                Outcome::Unchecked => "unchecked",
            };
            writeln!(f, "{outcome:<9}  {what}: {detail}")?;
        }
        Ok(())
    }
}

/// How a draw ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// It was carried out.
    Done,
    /// It was broken off, with the reason.
    Void(String),
}

/// What the messages establish, as far as they go. The next act takes its facts from here.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Known {
    /// The id of the draw.
    pub draw: String,
    /// The design.
    pub design: Option<Design>,
    /// d.
    pub design_hash: [u8; 32],
    /// R and N, signed.
    pub roster: Option<(Hash, u64)>,
    /// Suite and pk_M or kc.
    pub key: Option<(Suite, [u8; 32])>,
    /// c_P.
    pub commitments: BTreeMap<String, [u8; 32]>,
    /// Everything frozen and its hash; all have cosigned.
    pub announcement: Option<(Announcement, [u8; 32])>,
    /// Who has revealed in time.
    pub reveals: BTreeMap<String, [u8; 32]>,
    /// The hash of the monitor's reveal, to which the others refer.
    pub monitor_reveal: Option<[u8; 32]>,
    /// S.
    pub seed: Option<[u8; 32]>,
    /// Sealed root, and n and reserve by stratum.
    pub sealed: Option<([u8; 32], Places)>,
    /// The commitment to the call list.
    pub call_list: Option<[u8; 32]>,
    /// Commitments to attempts, and the head of their chain.
    pub field: Option<(Vec<[u8; 32]>, [u8; 32])>,
    /// Counts by code, as the auditor signed them.
    pub audited: Option<BTreeMap<String, u64>>,
    /// How it ended, and the hash of the message that says so.
    pub end: Option<(End, [u8; 32])>,
}
