//! What a release says, before it is put into words.

use std::collections::BTreeMap;

use crate::release_sample::Tally;
use disclosure::{Change, Estimate, Policy, PublishedTable, Reason};
use serde::{Deserialize, Serialize};

/// A finding as it is printed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrintedFinding {
    /// Its code.
    pub code: String,
    /// Open values that tell its grade: kind of fact, field, value.
    pub values: Vec<(String, String, String)>,
    /// What was found.
    pub statement: String,
    /// What the employer replied.
    pub reply: String,
}

/// A line of the access record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessLine {
    /// When, no finer than the protocol allows in print: `2026-11` or `2026`.
    pub when: String,
    /// The kind of fact.
    pub kind: String,
    /// Its open values: field and value.
    pub values: Vec<(String, String)>,
}

/// Who was asked and who answered. Numbers below the threshold of the policy are not told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Response {
    /// Interviews that the figures rest on; none if there were too few.
    pub interviews: Option<u64>,
    /// AAPOR response rate 1 of those first drawn, in whole percent.
    pub first_percent: Option<u32>,
    /// The same with everybody who took the place of another.
    pub all_percent: Option<u32>,
    /// Interviews over the number first drawn, which reserves fill.
    pub filled_percent: Option<u32>,
    /// Share of interviews that were held in private.
    pub private_percent: Option<u32>,
    /// Whether some interviews are doubtful: somebody had told people what to say, or they were afraid.
    pub doubtful: bool,
    /// Whether figures are given without these as well.
    pub with_and_without: bool,
}

/// Everything that a release says, before it is put into words.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ReleaseContent {
    /// Its name, in addresses.
    pub name: String,
    /// Its title.
    pub title: String,
    /// Who publishes it.
    pub publisher: String,
    /// The day on which it was drafted, `2026-11-25`.
    pub day: String,
    /// The case that it is about.
    pub case: String,
    /// Where.
    pub place: String,
    /// Whether it is the access record and nothing else: more may not be published of the case.
    pub only_access: bool,
    /// How access was asked for and answered.
    pub access: Vec<AccessLine>,
    /// Who was asked and who answered.
    pub response: Response,
    /// Persons in the frame, by stratum.
    pub sizes: BTreeMap<String, u32>,
    /// Indicators that are not published.
    pub left_out: Vec<String>,
    /// The tables.
    pub tables: Vec<PublishedTable>,
    /// The estimates.
    pub estimates: Vec<Estimate>,
    /// What was made coarser.
    pub changed: Vec<Change>,
    /// The policy that all of it keeps to.
    pub policy: Policy,
    /// Ids of the draws inside.
    pub draws: Vec<String>,
    /// Counts of findings, as the plan has them: what is counted (a choice's name, or how a time limit stands) and how many.
    pub counted: Vec<Vec<(String, u32)>>,
    /// Findings with replies.
    pub findings: Vec<PrintedFinding>,
    /// What it cannot tell, and what was withheld.
    pub limits: String,
}

/// Why a cell is not shown: for those who sign, never to be published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hidden {
    /// The table.
    pub table: String,
    /// The cell.
    pub position: Vec<String>,
    /// None: to protect another.
    pub reason: Option<Reason>,
}

/// What a draft holds beside its bag.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NotPublished {
    /// What it says.
    pub content: ReleaseContent,
    /// Why cells are not shown.
    pub hidden: Vec<Hidden>,
    /// What became of the interviews that came in.
    #[serde(default)]
    pub tally: Tally,
}
