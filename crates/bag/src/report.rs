//! What the verification found, in words and for machines.

use std::fmt;

use serde_json::{Value, json};

/// The nine things that are checked, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Check {
    /// The manifest is complete and the hashes are right.
    Files = 1,
    /// The ledger's entry is about this manifest.
    Leaf,
    /// The checkpoint is signed by a trusted log.
    Checkpoint,
    /// Enough trusted witnesses cosigned it.
    Witnesses,
    /// The entry is in the ledger.
    Inclusion,
    /// Draws follow from their messages, and none is missing.
    Draws,
    /// Estimates follow from the microdata.
    Estimates,
    /// The tables give away no more than is stated.
    Disclosure,
    /// The release was not retracted.
    Retraction,
}

impl Check {
    /// One word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Files => "files",
            Self::Leaf => "entry",
            Self::Checkpoint => "checkpoint",
            Self::Witnesses => "witnesses",
            Self::Inclusion => "inclusion",
            Self::Draws => "draws",
            Self::Estimates => "estimates",
            Self::Disclosure => "disclosure",
            Self::Retraction => "retraction",
        }
    }
}

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It holds.
    Passed,
    /// It does not.
    Failed,
    /// It could not be checked here; the sentence says why.
    Unchecked,
}

impl Outcome {
    /// `passed`, `failed`, `unchecked`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Unchecked => "unchecked",
        }
    }
}

/// What is wrong, for the person who has to act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lie {
    /// The file.
    pub file: String,
    /// What is wrong with it.
    pub what: String,
    /// Who is misled or harmed.
    pub affected: String,
    /// What to do.
    pub next: String,
}

/// A check and how it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// What was checked.
    pub check: Check,
    /// How it ended.
    pub outcome: Outcome,
    /// What was found, in a sentence.
    pub detail: String,
    /// The first thing that is wrong, where it failed.
    pub lie: Option<Lie>,
}

/// What it all comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing failed, with keys that the reader trusts.
    Holds,
    /// Something failed.
    Fails,
    /// Nothing failed, but the reader brought no keys: anybody could have made this bag.
    Undecided,
}

impl Verdict {
    /// `holds`, `fails`, `undecided`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Holds => "holds",
            Self::Fails => "fails",
            Self::Undecided => "undecided",
        }
    }

    /// 0 holds, 1 fails, 2 undecided.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Holds => 0,
            Self::Fails => 1,
            Self::Undecided => 2,
        }
    }
}

/// The nine checks.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// The name of the release, as the bag states it.
    pub release: Option<String>,
    /// Its title.
    pub title: Option<String>,
    /// Whether the reader brought keys.
    pub trusted: bool,
    /// One for each check.
    pub steps: Vec<Step>,
}

impl Report {
    /// What it all comes to.
    pub fn verdict(&self) -> Verdict {
        if self.first_lie().is_some() || self.steps.is_empty() {
            Verdict::Fails
        } else if self.trusted {
            Verdict::Holds
        } else {
            Verdict::Undecided
        }
    }

    /// The first thing that is wrong.
    pub fn first_lie(&self) -> Option<&Lie> {
        self.steps.iter().find_map(|step| step.lie.as_ref())
    }

    /// How a check ended.
    pub fn outcome(&self, check: Check) -> Option<Outcome> {
        self.steps.iter().find(|step| step.check == check).map(|step| step.outcome)
    }

    pub(crate) fn describe(&mut self, release: &str, title: &str) {
        (self.release, self.title) = (Some(plain(release)), Some(plain(title)));
    }

    pub(crate) fn pass(&mut self, check: Check, detail: impl AsRef<str>) {
        self.add(check, Outcome::Passed, detail.as_ref(), None);
    }

    pub(crate) fn leave(&mut self, check: Check, detail: impl AsRef<str>) {
        self.add(check, Outcome::Unchecked, detail.as_ref(), None);
    }

    pub(crate) fn fail(&mut self, check: Check, lie: Lie) {
        let Lie { file, what, affected, next } = lie;
        let lie =
            Lie { file: plain(&file), what: plain(&what), affected: plain(&affected), next: plain(&next) };
        self.add(check, Outcome::Failed, &format!("{} {}", lie.file, lie.what), Some(lie));
    }

    fn add(&mut self, check: Check, outcome: Outcome, detail: &str, lie: Option<Lie>) {
        self.steps.push(Step { check, outcome, detail: plain(detail), lie });
    }

    /// For machines.
    pub fn json(&self) -> Value {
        let lie = |lie: &Lie| json!({ "file": lie.file, "what": lie.what, "affected": lie.affected, "next": lie.next });
        let steps: Vec<Value> = self
            .steps
            .iter()
            .map(|step| {
                json!({
                    "number": step.check as u8,
                    "check": step.check.name(),
                    "outcome": step.outcome.name(),
                    "detail": step.detail,
                })
            })
            .collect();
        json!({
            "verdict": self.verdict().name(),
            "release": self.release,
            "title": self.title,
            "trusted_keys": self.trusted,
            "checks": steps,
            "first_lie": self.first_lie().map(lie),
        })
    }
}

/// Words of a stranger's file, so that they cannot move the cursor, begin a line of their own, or turn the text around.
fn plain(text: &str) -> String {
    let acts = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
    };
    let spell = |c: char| if acts(c) { c.escape_unicode().to_string() } else { c.to_string() };
    text.chars().map(spell).collect()
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let (Some(release), Some(title)) = (&self.release, &self.title) {
            writeln!(f, "{release}: {title}\n")?;
        }
        for step in &self.steps {
            let outcome = if step.outcome == Outcome::Failed { "FAILED" } else { step.outcome.name() };
            writeln!(f, "{outcome:<9}  {} {}: {}", step.check as u8, step.check.name(), step.detail)?;
        }
        let unchecked: Vec<String> = self
            .steps
            .iter()
            .filter(|step| step.outcome == Outcome::Unchecked)
            .map(|step| (step.check as u8).to_string())
            .collect();
        let rest = if unchecked.is_empty() {
            String::new()
        } else {
            format!(" Not checked: {}.", unchecked.join(", "))
        };
        match self.verdict() {
            Verdict::Holds => writeln!(f, "\nThis release holds.{rest}"),
            Verdict::Undecided => writeln!(
                f,
                "\nUndecided: the bag agrees with itself, but nothing here says who made it. Give the policy file that you got from somebody you trust (--trust policy.txt).{rest}"
            ),
            Verdict::Fails => {
                writeln!(f, "\nThis release does not hold.{rest}")?;
                let Some(lie) = self.first_lie() else { return Ok(()) };
                writeln!(f, "  File      {}", lie.file)?;
                writeln!(f, "  Wrong     It {}.", lie.what)?;
                writeln!(f, "  Affected  {}", lie.affected)?;
                writeln!(f, "  Next      {}", lie.next)
            }
        }
    }
}
