//! Sixth check: every draw is recomputed from its public messages, and the sequence has no gap.

use std::collections::{BTreeMap, BTreeSet};

use draw::design::parse_draw_id;
use draw::{End, Outcome, Transcript, Trust};

use crate::files::Files;
use crate::place::Place;
use crate::report::Lie;

/// The note of a design that fixes the disclosure policy before the data: its hash ([`disclosure::Policy::hash`]).
pub(crate) const POLICY_NOTE: &str = "disclosure_policy";
/// Most draws that are looked at.
const MOST_DRAWS: usize = 1_000;

/// What was established about the draws of a bag.
#[derive(Debug, Default)]
pub(crate) struct Draws {
    /// What was found, in a sentence.
    pub detail: String,
    /// What could not be looked at.
    pub unseen: Option<String>,
    /// Whether there is any.
    pub any: bool,
    /// The ids.
    pub ids: BTreeSet<String>,
    /// The disclosure policy that each design fixed: file and hash.
    pub policies: Vec<(String, Option<String>)>,
}

pub(crate) fn path_of(id: &str) -> String {
    format!("data/draw/{id}.json")
}

fn lie(file: &str, what: impl Into<String>, next: &str) -> Lie {
    Lie {
        file: file.to_owned(),
        what: what.into(),
        affected: "whoever relies on how people were chosen: both authorities, employer, workers, readers"
            .into(),
        next: next.to_owned(),
    }
}

/// Sixth check; `keys` are those of parties that the reader knows.
pub(crate) fn check(files: &Files, keys: &[(String, String)]) -> Result<Draws, Lie> {
    let mut transcripts = BTreeMap::new();
    for (path, bytes) in files.readable() {
        let Some(Place::Draw(id)) = Place::of(path) else { continue };
        let ask = "ask the publisher for the record of the draw as its parties signed it";
        let transcript = Transcript::from_bundle(path, bytes)
            .map_err(|error| lie(path, in_words(path, &error.to_string()), ask))?;
        transcripts.insert(id.to_owned(), transcript);
    }
    let mut found = Draws::default();
    if transcripts.is_empty() {
        found.detail = "no draw is inside: nothing shows how the people asked were chosen".into();
        return Ok(found);
    }
    if transcripts.len() > MOST_DRAWS {
        return Err(lie(
            "data/draw",
            format!("has more than {MOST_DRAWS} draws"),
            "publish them in several releases",
        ));
    }
    gaps(transcripts.keys().map(String::as_str))?;
    let all: Vec<Transcript> = transcripts.values().cloned().collect();
    let (mut done, mut void) = (0, 0);
    for (id, transcript) in &transcripts {
        match recomputed(id, transcript, Trust { keys, others: &all, now: None }, &mut found)? {
            End::Done => done += 1,
            End::Void(_) => void += 1,
        }
        found.ids.insert(id.clone());
    }
    found.any = true;
    let whose = if keys.is_empty() {
        "with the keys that the designs state (compare them: --party NAME=KEY)".to_owned()
    } else {
        let names: Vec<&str> = keys.iter().map(|(name, _)| &**name).collect();
        format!("where you vouch for the keys of {}", names.join(", "))
    };
    found.detail = format!(
        "{done} carried out and {void} void, recomputed from the messages that their parties signed, {whose}; no gap in the sequence. Who was drawn is not public: the auditor's signature stands for it"
    );
    Ok(found)
}

fn recomputed(id: &str, transcript: &Transcript, trust: Trust<'_>, found: &mut Draws) -> Result<End, Lie> {
    let path = path_of(id);
    let distrust =
        "do not rely on who was chosen; ask both authorities what they signed, and show them this file";
    let report = draw::verify(transcript, trust);
    if let Some(step) = report.first_lie() {
        return Err(lie(
            &path,
            format!("does not hold at its step “{}”: {}", step.what, step.detail),
            distrust,
        ));
    }
    if report.known.draw != id {
        let what = format!("holds the draw {}, not the one that its name says", report.known.draw);
        return Err(lie(&path, what, "ask the publisher for the right record"));
    }
    let unchecked =
        |what: &str| report.steps.iter().find(|step| step.outcome == Outcome::Unchecked && step.what == what);
    if let Some(step) = unchecked("other files") {
        let what = format!("holds what no draw has: {}", step.detail);
        return Err(lie(&path, what, "ask the publisher for the record as its parties signed it"));
    }
    let Some((end, _)) = report.known.end.clone() else {
        let last = report.steps.iter().rfind(|step| step.outcome == Outcome::Unchecked);
        let what = format!(
            "holds a draw that did not end, {}",
            last.map_or_else(|| "without a reason".to_owned(), |step| step.detail.clone())
        );
        return Err(lie(
            &path,
            what,
            "a draw ends done or void before anything is published from it: ask for the rest",
        ));
    };
    if let Some(step) = unchecked("sequence") {
        found.unseen = Some(format!("{path}: {}", step.detail));
    }
    if end == End::Done
        && let Some(design) = &report.known.design
    {
        found.policies.push((path, design.notes.get(POLICY_NOTE).cloned()));
    }
    Ok(end)
}

/// Each site and period has its draws from 1 on.
fn gaps<'a>(ids: impl Iterator<Item = &'a str>) -> Result<(), Lie> {
    let mut series: BTreeMap<&str, BTreeSet<u64>> = BTreeMap::new();
    for (of, seq) in ids.filter_map(|id| parse_draw_id(id).ok()) {
        series.entry(of).or_default().insert(seq);
    }
    for (of, seqs) in series {
        let missing = (1..).zip(&seqs).find(|(expected, seq)| expected != *seq);
        if let Some((expected, _)) = missing {
            return Err(lie(
                &path_of(&format!("{of}/{expected}")),
                format!(
                    "is missing: {of} was drawn at least {} times, and this draw is not shown",
                    seqs.len() + 1
                ),
                "ask the publisher for it: a void draw is published with its reason, or it was drawn until somebody liked the result",
            ));
        }
    }
    Ok(())
}

/// Draws that the ledger names before the release, and the bag does not show.
pub(crate) fn hidden(found: &Draws, in_log: &[String]) -> Option<Lie> {
    let series = |id: &str| parse_draw_id(id).ok().map(|(series, _)| series.to_owned());
    let shown: BTreeSet<String> = found.ids.iter().filter_map(|id| series(id)).collect();
    let id = in_log
        .iter()
        .find(|id| !found.ids.contains(*id) && series(id).is_some_and(|series| shown.contains(&series)))?;
    Some(lie(
        &path_of(id),
        "is missing: the ledger has messages of this draw from before the release",
        "ask the publisher for it: a void draw is published with its reason, or it was drawn until somebody liked the result",
    ))
}

/// A sentence of an engine without the path that stands before it anyway.
pub(crate) fn in_words(path: &str, sentence: &str) -> String {
    let rest = sentence.strip_prefix(path).map_or(sentence, |rest| rest.trim_start_matches([':', ' ']));
    format!("cannot be used: {rest}")
}
