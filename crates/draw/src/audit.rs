//! What the auditor checks, in a room, with everything opened.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::design::{ResultIs, Scheme};
use crate::field::{Attempt, CallList, check_attempts};
use crate::message::object;
use crate::opening::Opening;
use crate::report::{Known, Outcome, Report};
use crate::roster::Roster;
use crate::select::{Selection, Work, check_all, select, start_ticket};
use crate::verify::{Trust, verify};
use crate::{Refusal, Transcript};

/// What is opened besides the roster and its proofs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenedField {
    /// The call list.
    pub call_list: CallList,
    /// Every attempt, in order.
    pub attempts: Vec<Attempt>,
}

/// Checks the public messages, then everything opened: leaves, root, tickets, proofs, order, sealed root, call list,
/// order of replacement. Stops at the first lie.
pub fn audit(
    transcript: &Transcript,
    trust: Trust<'_>,
    opening: &Opening,
    field: &OpenedField,
    work: Work<'_>,
) -> (Report, Option<Selection>) {
    let mut report = verify(transcript, trust);
    if !report.passed() {
        return (report, None);
    }
    let mut selection = None;
    let known = report.known.clone();
    let mut steps = Steps { known: &known, opening, field, work, roster: None, selection: None };
    for (what, file, step) in Steps::all() {
        match step(&mut steps) {
            Ok(detail) => report.add(what, file, Outcome::Ok, detail),
            Err(refusal) => {
                report.add(what, file, Outcome::Failed, refusal.to_string());
                break;
            }
        }
    }
    if report.passed() {
        selection = steps.selection;
    }
    (report, selection)
}

/// The body of `audit.json`, for the auditor to sign after [`audit`] has passed.
pub fn audit_body(known: &Known, attempts: &[Attempt], covers: u64) -> Result<Map<String, Value>, Refusal> {
    let (Some(design), Some((_, an)), Some((root, places)), Some((_, head))) =
        (&known.design, &known.announcement, &known.sealed, &known.field)
    else {
        return Err(Refusal::missing("field.json", "the monitor ends fieldwork first (deungdae draw field)"));
    };
    let counts = check_attempts(design, places, covers, attempts)?;
    let responses: Map<String, Value> =
        counts.into_iter().map(|(code, count)| (code, count.into())).collect();
    Ok(object([
        ("announce", hex::encode(an).into()),
        ("field_head", hex::encode(head).into()),
        ("responses", responses.into()),
        ("sealed_root", hex::encode(root).into()),
        ("verdict", "verified".into()),
    ]))
}

/// A step with its name and the file that it is about.
type Named<'a> = (&'static str, &'static str, fn(&mut Steps<'a>) -> Result<String, Refusal>);

struct Steps<'a> {
    known: &'a Known,
    opening: &'a Opening,
    field: &'a OpenedField,
    work: Work<'a>,
    roster: Option<Roster>,
    selection: Option<Selection>,
}

impl<'a> Steps<'a> {
    fn all() -> [Named<'a>; 4] {
        [
            ("opened roster", "roster-commitment.json", Self::roster),
            ("opened proofs and order", "sealed.json", Self::order),
            ("opened call list", "call-list.json", Self::calls),
            ("opened field log", "field.json", Self::attempts),
        ]
    }

    fn roster(&mut self) -> Result<String, Refusal> {
        let (Some(design), Some((root, size))) = (&self.known.design, self.known.roster) else {
            return Err(Refusal::missing("roster-commitment.json", "the monitor freezes the roster first"));
        };
        if self.opening.draw != self.known.draw {
            return Err(Refusal::Opened(format!(
                "it is of the draw {}, not {}",
                self.opening.draw, self.known.draw
            )));
        }
        let leaves = self.opening.leaves()?;
        if (leaves.root(), leaves.size()) != (root, size) {
            return Err(Refusal::Opened(format!(
                "the roster that was opened ({} lines) is not the roster that was frozen ({size} lines): a line was changed, added or left out; do not accept the draw",
                leaves.size()
            )));
        }
        let lines = (1..).zip(&self.opening.units).map(|(row, unit)| Ok((row, unit.record.clone())));
        let roster = Roster::freeze(design, lines)?;
        let number = |record: &crate::Record| match record.get(&design.number) {
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
            None => String::new(),
        };
        if !self
            .opening
            .units
            .iter()
            .zip(&roster.units)
            .all(|(open, unit)| number(&open.record) == unit.number)
        {
            return Err(Refusal::Opened(
                "the roster was not frozen in the order of its numbers: the monitor chose the order".into(),
            ));
        }
        self.roster = Some(roster);
        Ok(format!("{size} lines lead to R, in order, each number once"))
    }

    fn order(&mut self) -> Result<String, Refusal> {
        let known = self.known;
        let (Some(design), Some((suite, key)), Some(seed), Some((root, places)), Some(roster)) =
            (&known.design, known.key, known.seed, &known.sealed, &self.roster)
        else {
            return Err(Refusal::missing(
                "sealed.json",
                "the monitor selects and seals first (deungdae draw select)",
            ));
        };
        let checker = suite.checker(&known.draw, &key, self.opening.key.as_ref())?;
        let leaves = self.opening.leaves()?;
        let proofs: Vec<Vec<u8>> = self.opening.units.iter().map(|unit| unit.proof.clone()).collect();
        let betas = check_all(roster, &leaves, &seed, &*checker, &proofs, self.work)?;
        let systematic = matches!(design.scheme, Scheme::PpsSystematic | Scheme::Systematic);
        let start = if systematic && design.result == ResultIs::Secret {
            let proof = self.opening.start.as_deref().unwrap_or_default();
            let start = checker.check(&start_ticket(&seed, &design.stage), proof);
            Some(start.ok_or_else(|| Refusal::Opened("the proof of the start does not hold: the monitor chose the start; do not accept the draw".into()))?)
        } else {
            None
        };
        let selection = select(design, roster, &seed, &betas, start.as_ref())?;
        if selection.seal().root().0 != *root {
            return Err(Refusal::Opened(
                "the order that follows from the proofs is not the order that was sealed: the monitor sealed others than were drawn; do not accept the draw".into(),
            ));
        }
        let drawn: BTreeMap<String, (u64, u64)> = selection
            .strata
            .iter()
            .map(|stratum| (stratum.name.clone(), (stratum.n, stratum.reserve)))
            .collect();
        if drawn != *places {
            return Err(Refusal::Opened(
                "the strata that were published are not those of the roster: do not accept the draw".into(),
            ));
        }
        self.selection = Some(selection);
        Ok(format!("{} proofs hold and lead to the sealed root", proofs.len()))
    }

    fn calls(&mut self) -> Result<String, Refusal> {
        let (Some(design), Some(committed), Some(roster), Some(selection)) =
            (&self.known.design, self.known.call_list, &self.roster, &self.selection)
        else {
            return Err(Refusal::missing("call-list.json", "the monitor commits to the call list first"));
        };
        let list = &self.field.call_list;
        if list.commitment(&self.known.draw)? != committed {
            return Err(Refusal::Opened("the call list that was opened is not the one that was committed: somebody was added, dropped or moved".into()));
        }
        list.check(design, roster, selection)?;
        Ok(format!(
            "{} called, {} of them drawn",
            list.called.len(),
            selection.strata.iter().map(|stratum| stratum.n).sum::<u64>()
        ))
    }

    fn attempts(&mut self) -> Result<String, Refusal> {
        let (Some(design), Some((_, places)), Some((commitments, _))) =
            (&self.known.design, &self.known.sealed, &self.known.field)
        else {
            return Err(Refusal::missing(
                "field.json",
                "the monitor logs the attempts first (deungdae draw field)",
            ));
        };
        let attempts = &self.field.attempts;
        if attempts.len() != commitments.len() {
            return Err(Refusal::Field(format!(
                "{} attempts were opened and {} committed: the monitor must open all",
                attempts.len(),
                commitments.len()
            )));
        }
        for ((seq, attempt), commitment) in (1..).zip(attempts).zip(commitments) {
            if attempt.commitment(&self.known.draw, seq)? != *commitment {
                return Err(Refusal::Field(format!(
                    "entry {seq} is not what was committed: its code or person was changed afterwards; do not accept the log"
                )));
            }
        }
        let covers = self.field.call_list.called.len() as u64;
        let counts = check_attempts(design, places, covers, attempts)?;
        let counts: Vec<String> = counts.iter().map(|(code, count)| format!("{code} {count}")).collect();
        Ok(format!(
            "{} attempts, reserves in order{}{}",
            attempts.len(),
            if counts.is_empty() { "" } else { ": " },
            counts.join(", ")
        ))
    }
}
