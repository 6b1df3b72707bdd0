//! Which facts count: corrections and withdrawals followed, what breaks a rule left out and named.

use crate::fact::{Amends, Fact, Value};
use crate::refusal::Refusal;
use crate::workflow::{FactKind, Field, FieldKind, Workflow};
use jiff::Timestamp;
use std::collections::BTreeSet;

/// A fact that is on record and does not count.
#[derive(Clone, Debug, PartialEq)]
pub struct NotCounted<'a> {
    /// The fact.
    pub fact: &'a Fact,
    /// The rule that it breaks.
    pub why: Refusal,
}

/// One fact with all that corrected or withdrew it, oldest first.
struct Line<'a> {
    facts: Vec<&'a Fact>,
}

impl<'a> Line<'a> {
    /// What counts of it.
    fn counts(&self) -> Option<&'a Fact> {
        self.facts.last().copied().filter(|fact| !matches!(fact.amends, Some(Amends::Withdraws(_))))
    }
}

/// The facts of a case as they count.
pub(crate) struct Record<'a> {
    workflow: &'a Workflow,
    lines: Vec<Line<'a>>,
    ids: BTreeSet<&'a str>,
    pub not_counted: Vec<NotCounted<'a>>,
}

impl<'a> Record<'a> {
    /// Reads what was on record at a moment. Facts are taken in the order in which they were recorded, so that a
    /// later one can never make an earlier one break a rule.
    pub fn read(workflow: &'a Workflow, facts: &'a [Fact], now: Timestamp) -> Record<'a> {
        let mut sorted: Vec<&Fact> = facts.iter().filter(|fact| fact.recorded <= now).collect();
        sorted.sort_by(|one, other| {
            let key = |fact: &'a Fact| (fact.recorded, &fact.id, fact.at, &fact.kind, &fact.by);
            key(one).cmp(&key(other))
        });
        let mut record =
            Record { workflow, lines: Vec::new(), ids: BTreeSet::new(), not_counted: Vec::new() };
        for fact in sorted {
            let fits = record.fits(fact);
            if fits.is_ok() {
                record.ids.insert(&fact.id);
            }
            match fits {
                Err(why) => record.not_counted.push(NotCounted { fact, why }),
                Ok(None) => record.lines.push(Line { facts: vec![fact] }),
                Ok(Some(line)) => {
                    if let Some(line) = record.lines.get_mut(line) {
                        line.facts.push(fact);
                    }
                }
            }
        }
        record
    }

    /// The facts that count and have happened, in the order in which they happened.
    pub fn counting(&self, now: Timestamp) -> Vec<&'a Fact> {
        let mut facts: Vec<&Fact> =
            self.lines.iter().filter_map(Line::counts).filter(|fact| fact.at <= now).collect();
        facts.sort_by(|one, other| {
            (one.at, one.recorded, &one.id).cmp(&(other.at, other.recorded, &other.id))
        });
        facts
    }

    /// Whether a fact keeps to the rules that need no stage: its kind, roles, values, reason and four eyes. The
    /// answer is the line that it amends, if it amends one.
    pub fn fits(&self, fact: &Fact) -> Result<Option<usize>, Refusal> {
        let kind = &fact.kind;
        let Some(declared) = self.workflow.fact(kind) else {
            return Err(Refusal::UnknownKind { kind: kind.clone() });
        };
        if self.ids.contains(fact.id.as_str()) {
            return Err(Refusal::IdTaken { id: fact.id.clone() });
        }
        if !declared.by.iter().any(|role| fact.roles.contains(role)) {
            return Err(Refusal::NotYourRole { kind: kind.clone(), roles: declared.by.clone() });
        }
        let amended = fact.amends.as_ref().map(|amends| self.amended(fact, amends)).transpose()?;
        let no_reason = fact.reason.as_ref().is_none_or(|reason| reason.trim().is_empty());
        if no_reason && (declared.reason || fact.amends.is_some()) {
            return Err(Refusal::ReasonMissing { kind: kind.clone() });
        }
        if !matches!(fact.amends, Some(Amends::Withdraws(_))) {
            check_values(declared, fact)?;
            self.check_four_eyes(fact, amended)?;
        }
        Ok(amended)
    }

    fn amended(&self, fact: &Fact, amends: &Amends) -> Result<usize, Refusal> {
        let earlier = amends.earlier();
        let found = self.lines.iter().position(|line| line.facts.iter().any(|known| known.id == earlier));
        let line = found.and_then(|found| self.lines.get(found));
        let (Some(found), Some(line)) =
            (found, line.filter(|line| line.facts.iter().all(|of| of.kind == fact.kind)))
        else {
            return Err(Refusal::NothingToAmend { kind: fact.kind.clone(), earlier: earlier.to_owned() });
        };
        // Whoever reported that a person was punished must not be the one who can be pressed to take it back.
        let stops = |fact: &Fact| self.workflow.stops.iter().any(|stop| stop.by.met_by(fact));
        if line.counts().is_some_and(stops) && line.facts.iter().any(|of| of.by == fact.by) {
            let (kind, by) = (fact.kind.clone(), fact.by.clone());
            return Err(Refusal::SamePerson { other: kind.clone(), kind, by });
        }
        Ok(found)
    }

    fn check_four_eyes(&self, fact: &Fact, amended: Option<usize>) -> Result<(), Refusal> {
        let apart: Vec<&str> = self
            .workflow
            .facts
            .iter()
            .map(|kind| kind.id.as_str())
            .filter(|other| self.workflow.four_eyes(&fact.kind, other))
            .collect();
        if apart.is_empty() {
            return Ok(());
        }
        let lines = self.lines.iter().enumerate();
        let standing = lines.filter(|(index, line)| line.counts().is_some() && Some(*index) != amended);
        let mut others = standing.flat_map(|(_, line)| &line.facts);
        match others.find(|other| other.by == fact.by && apart.contains(&other.kind.as_str())) {
            Some(other) => Err(Refusal::SamePerson {
                kind: fact.kind.clone(),
                other: other.kind.clone(),
                by: fact.by.clone(),
            }),
            None => Ok(()),
        }
    }
}

fn check_values(kind: &FactKind, fact: &Fact) -> Result<(), Refusal> {
    if let Some(field) = fact.values.keys().find(|name| kind.field(name).is_none()) {
        return Err(Refusal::FieldUnknown { kind: kind.id.clone(), field: field.clone() });
    }
    for field in &kind.fields {
        match fact.values.get(&field.name) {
            None if field.optional => {}
            None => return Err(Refusal::FieldMissing { kind: kind.id.clone(), field: field.name.clone() }),
            Some(value) => check_value(field, value).map_err(|wanted| Refusal::FieldWrong {
                kind: kind.id.clone(),
                field: field.name.clone(),
                wanted,
            })?,
        }
    }
    Ok(())
}

/// A text longer than this (characters) belongs into a form or a file.
const LONGEST_TEXT: usize = 200;

/// A passage longer than this (characters) belongs into a file.
const LONGEST_PASSAGE: usize = 4_000;

fn check_value(field: &Field, value: &Value) -> Result<(), String> {
    let right = match (&field.kind, value) {
        (FieldKind::Choice(_), Value::Choice(name)) => field.kind.has_choice(name),
        (FieldKind::Number, Value::Number(number)) => number.is_finite(),
        (FieldKind::Date, Value::Date(_)) => true,
        (FieldKind::Text, Value::Text(text)) => {
            !text.trim().is_empty() && text.chars().count() <= LONGEST_TEXT
        }
        (FieldKind::Passage, Value::Text(text)) => {
            !text.trim().is_empty() && text.chars().count() <= LONGEST_PASSAGE
        }
        _ => false,
    };
    if right {
        return Ok(());
    }
    Err(match &field.kind {
        FieldKind::Choice(choices) => {
            let names: Vec<&str> = choices.iter().map(|(name, _)| name.as_str()).collect();
            format!("choose one of {}", names.join(", "))
        }
        FieldKind::Number => "write a number".to_owned(),
        FieldKind::Date => "write a date".to_owned(),
        FieldKind::Text => format!("write a text of up to {LONGEST_TEXT} characters"),
        FieldKind::Passage => format!("write a text of up to {LONGEST_PASSAGE} characters"),
    })
}
