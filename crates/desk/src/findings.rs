//! Findings: what each is measured by, what it rests on, and how places are rated from them. A finding is a case like
//! any other; what is special about it is declared by the protocol's yardsticks.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use casework::{Fact, Standing, Value};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use protocol::{Counts, FindingFields, Protocol, ProtocolWorkflow, Rating, Yardsticks};
use store::Tx;
use store::case::{self, Case};
use store::registry::{self, EntryList};

use crate::Desk;
use crate::answer::{Answer, Error, Refusal};
use crate::cases::{CaseDetail, told};
use crate::may::{May, Read};

/// A finding of a visit.
pub struct Finding {
    /// Its case.
    pub detail: CaseDetail,
    /// The visit that it belongs to.
    pub around: Case,
    /// What it says of itself.
    pub says: FindingSays,
}

/// What a finding says of itself, from the facts that count.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FindingSays {
    /// Its grade.
    pub grade: Option<String>,
    /// The id of its yardstick.
    pub yardstick: Option<String>,
    /// The id of its standard of proof.
    pub standard: Option<String>,
    /// The code of the place, where it names one.
    pub place: Option<String>,
    /// Whether the yardstick counted on the day of the visit; none while that day or the yardstick is not known.
    pub counts: Option<Counts>,
    /// The reply of who is found against, word for word.
    pub reply: Option<String>,
}

/// A place and its rating.
pub struct RatedPlace {
    /// Its code.
    pub place: String,
    /// Its rating, with what it means.
    pub rating: Rating,
    /// How many findings of each grade press on it; those that are put right or closed do not.
    pub grades: BTreeMap<String, u32>,
    /// How many findings it has in all.
    pub findings: u32,
}

/// All findings of a mandate.
pub struct Findings {
    /// Each of them, those that press most first.
    pub all: Vec<Finding>,
    /// The places that they name, the worst first.
    pub places: Vec<RatedPlace>,
}

/// The last value that was said, among the facts that count.
fn last(facts: &[&Fact], kind: &str, field: &str) -> Option<String> {
    let fact = facts.iter().rev().find(|fact| fact.kind == kind)?;
    match fact.values.get(field)? {
        Value::Choice(text) | Value::Text(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Date(date) => Some(date.to_string()),
    }
}

/// The day of the case around a finding: that of the first of these facts that is on record.
pub(crate) fn day_of(fields: &FindingFields, around: &Standing<'_>) -> Option<Date> {
    let facts = fields.day.iter().filter_map(|kind| around.facts.iter().find(|fact| fact.kind == *kind));
    let zone: &TimeZone = around.now.time_zone();
    facts.map(|fact| zone.to_datetime(fact.at).date()).next()
}

impl FindingSays {
    /// Reads what a finding says; `day` is that of its visit.
    pub fn of(yardsticks: &Yardsticks, standing: &Standing<'_>, day: Option<Date>) -> FindingSays {
        let fields = &yardsticks.finding;
        let said = |field: &str| last(&standing.facts, &fields.fact, field);
        let yardstick = said(&fields.yardstick);
        let known = yardstick.as_deref().and_then(|id| yardsticks.yardstick(id));
        FindingSays {
            grade: said(&fields.grade),
            standard: said(&fields.standard),
            place: said(&fields.place),
            counts: known.zip(day).map(|(yardstick, day)| yardstick.counts_on(day)),
            reply: last(&standing.facts, &fields.reply.0, &fields.reply.1),
            yardstick,
        }
    }
}

/// What the yardsticks ask of a fact that is to be put on record.
pub(crate) fn check(
    tx: &mut Tx,
    protocol: &Arc<Protocol>,
    declared: &ProtocolWorkflow,
    case: &Case,
    standing: &Standing<'_>,
    fact: &Fact,
) -> Result<(), Error> {
    let Some(yardsticks) = protocol.yardsticks.as_ref() else { return Ok(()) };
    let fields = &yardsticks.finding;
    if declared.workflow.id != fields.workflow {
        return Ok(());
    }
    if fact.kind == fields.fact {
        check_place(tx, fields, case.mandate, fact)?;
        check_yardstick(tx, protocol, yardsticks, case, fact)?;
    } else if fact.kind == fields.evidence.fact {
        check_evidence(fields, protocol.disclosure.policy.k, fact)?;
    } else if fact.kind == fields.prevalence.fact {
        check_interval(fields, fact)?;
    } else if fact.kind == fields.verified {
        check_standard(yardsticks, standing)?;
    }
    for text in fact.values.values() {
        if let Value::Text(text) = text
            && names_a_submission(text)
        {
            return Err(Refusal::invalid("refusal-finding-submission").into());
        }
    }
    Ok(())
}

/// Whether a text holds the id of one submission: `uuid:` and what follows, or a UUID.
fn names_a_submission(text: &str) -> bool {
    let is_uuid = |word: &str| {
        let parts: Vec<&str> = word.split('-').collect();
        parts.iter().map(|part| part.len()).eq([8, 4, 4, 4, 12])
            && parts.iter().all(|part| part.bytes().all(|byte| byte.is_ascii_hexdigit()))
    };
    let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-'));
    text.contains("uuid:") || words.into_iter().any(is_uuid)
}

/// The place that a finding names is one of the registry, as soon as that has any.
fn check_place(tx: &mut Tx, fields: &FindingFields, mandate: i64, fact: &Fact) -> Result<(), Error> {
    let Some(Value::Text(place)) = fact.values.get(&fields.place) else { return Ok(()) };
    let Some((name, property)) = &fields.places else { return Ok(()) };
    let Some(registry) = registry::by_name(tx, mandate, name)? else { return Ok(()) };
    let list = EntryList { limit: i64::MAX, ..EntryList::default() };
    let numbers = registry::list_numbers(tx, registry.id, &list)?;
    for number in &numbers {
        let Some(entry) = registry::entry_by_id(tx, *number)? else { continue };
        let open: serde_json::Map<String, serde_json::Value> =
            serde_json::from_str(&entry.open_values).unwrap_or_default();
        if open.get(property).and_then(serde_json::Value::as_str) == Some(place.trim()) {
            return Ok(());
        }
    }
    if numbers.is_empty() {
        return Ok(());
    }
    let refusal = Refusal::invalid("refusal-finding-place").with("place", place).with("registry", name);
    Err(refusal.problem(format!("v.{}", fields.place), "").into())
}

fn check_yardstick(
    tx: &mut Tx,
    protocol: &Arc<Protocol>,
    yardsticks: &Yardsticks,
    case: &Case,
    fact: &Fact,
) -> Result<(), Error> {
    let Some(Value::Choice(id)) = fact.values.get(&yardsticks.finding.yardstick) else { return Ok(()) };
    let (Some(yardstick), Some(parent)) = (yardsticks.yardstick(id), case.parent) else { return Ok(()) };
    let Some(around) = case::by_id(tx, parent)? else { return Ok(()) };
    let facts = case::facts(tx, parent)?.into_iter().map(told).collect();
    let Some(detail) = CaseDetail::of(protocol, around, facts, tx.now()) else { return Ok(()) };
    let Some(standing) = detail.standing() else { return Ok(()) };
    let today = standing.now.date();
    let day = day_of(&yardsticks.finding, &standing).unwrap_or(today);
    if yardstick.counts_on(day) != Counts::Not {
        return Ok(());
    }
    let shown = |day: Option<Date>| day.map_or_else(|| "…".to_owned(), |day| day.to_string());
    let refusal = Refusal::invalid("refusal-finding-yardstick")
        .with("yardstick", yardstick.cited())
        .with("from", shown(yardstick.in_force_from))
        .with("until", shown(yardstick.until))
        .with("day", day);
    Err(refusal.problem(format!("v.{}", yardsticks.finding.yardstick), "").into())
}

fn number(fact: &Fact, field: &str) -> Option<f64> {
    match fact.values.get(field) {
        Some(Value::Number(number)) => Some(*number),
        _ => None,
    }
}

fn check_evidence(fields: &FindingFields, k: u32, fact: &Fact) -> Result<(), Error> {
    let rule = &fields.evidence;
    let Some(Value::Choice(source)) = fact.values.get(&rule.source) else { return Ok(()) };
    let behind = number(fact, &rule.count);
    if rule.of_people.contains(source) && behind.is_none_or(|count| count < f64::from(k)) {
        let refusal = Refusal::invalid("refusal-finding-evidence").with("k", k);
        return Err(refusal.problem(format!("v.{}", rule.count), "").into());
    }
    Ok(())
}

fn check_interval(fields: &FindingFields, fact: &Fact) -> Result<(), Error> {
    let rule = &fields.prevalence;
    let of = |field: &str| number(fact, field).unwrap_or(f64::NAN);
    let (low, value, high, n) = (of(&rule.low), of(&rule.value), of(&rule.high), of(&rule.n));
    let ordered = 0.0 <= low && low <= value && value <= high && high <= 100.0;
    if ordered && n >= 1.0 && n.fract() == 0.0 {
        return Ok(());
    }
    Err(Refusal::invalid("refusal-finding-interval").problem(format!("v.{}", rule.value), "").into())
}

fn check_standard(yardsticks: &Yardsticks, standing: &Standing<'_>) -> Result<(), Error> {
    let fields = &yardsticks.finding;
    let named = last(&standing.facts, &fields.fact, &fields.standard);
    let Some(standard) = named.as_deref().and_then(|id| yardsticks.standard(id)) else { return Ok(()) };
    let evidence = standing.facts.iter().filter(|fact| fact.kind == fields.evidence.fact);
    let (mut sources, mut first_hand) = (0, 0);
    for fact in evidence {
        sources += 1;
        let yes = fact.values.get(&fields.evidence.first_hand) == Some(&Value::Choice("yes".to_owned()));
        first_hand += u32::from(yes);
    }
    if sources >= standard.sources && first_hand >= standard.first_hand {
        return Ok(());
    }
    let refusal = Refusal::invalid("refusal-finding-standard")
        .with("standard", &standard.id)
        .with("sources", standard.sources)
        .with("first", standard.first_hand)
        .with("has", sources)
        .with("hasfirst", first_hand);
    Err(refusal.problem("at", "").into())
}

impl Desk {
    /// What a case says of itself if it is a finding; nothing of other cases.
    pub async fn finding_says(
        &self,
        may: &May<'_, Read>,
        detail: &CaseDetail,
    ) -> Answer<Option<FindingSays>> {
        let Some(yardsticks) = may.protocol().yardsticks.as_ref() else { return Ok(None) };
        if detail.case.workflow != yardsticks.finding.workflow {
            return Ok(None);
        }
        let Some(standing) = detail.standing() else { return Ok(None) };
        let around = self.case_around(may, detail).await?;
        let day = match around {
            None => None,
            Some(around) => {
                let around = self.case(may, &around.workflow, &around.code).await?;
                around.standing().and_then(|around| day_of(&yardsticks.finding, &around))
            }
        };
        Ok(Some(FindingSays::of(yardsticks, &standing, day)))
    }

    /// The findings of a mandate across its visits, with the places that they name. Sealed values stay closed.
    pub async fn findings(&self, may: &May<'_, Read>) -> Answer<Findings> {
        let yardsticks = may.protocol().yardsticks.as_ref().ok_or_else(Refusal::not_found)?;
        let details = self.cases(may, None).await?;
        let (findings, others): (Vec<_>, Vec<_>) =
            details.into_iter().partition(|detail| detail.case.workflow == yardsticks.finding.workflow);
        let around: BTreeMap<i64, &CaseDetail> =
            others.iter().map(|detail| (detail.case.id, detail)).collect();
        let mut all = Vec::new();
        for detail in findings {
            let Some(visit) = detail.case.parent.and_then(|id| around.get(&id)) else { continue };
            let day = visit.standing().and_then(|standing| day_of(&yardsticks.finding, &standing));
            let says = match detail.standing() {
                Some(standing) => FindingSays::of(yardsticks, &standing, day),
                None => continue,
            };
            all.push(Finding { around: visit.case.clone(), says, detail });
        }
        let places = rated(yardsticks, &all, &around);
        Ok(Findings { all, places })
    }
}

fn rated(yardsticks: &Yardsticks, all: &[Finding], around: &BTreeMap<i64, &CaseDetail>) -> Vec<RatedPlace> {
    // How visits ended that name their place themselves.
    let mut visited: BTreeMap<String, Vec<String>> = BTreeMap::new();
    if let Some((fact, field)) = &yardsticks.finding.place_around {
        for standing in around.values().filter_map(|visit| visit.standing()) {
            if let Some(place) = last(&standing.facts, fact, field) {
                let ended = standing.ended.as_ref().map(|ended| ended.end.id.clone());
                visited.entry(place).or_default().extend(ended);
            }
        }
    }
    let named = all.iter().filter_map(|finding| finding.says.place.as_deref());
    let named: BTreeSet<&str> = named.chain(visited.keys().map(String::as_str)).collect();
    let mut places = Vec::new();
    for place in named {
        let of_place = all.iter().filter(|finding| finding.says.place.as_deref() == Some(place));
        let (mut grades, mut findings) = (BTreeMap::new(), 0);
        let mut ended = visited.get(place).cloned().unwrap_or_default();
        for finding in of_place {
            findings += 1;
            let presses = finding.detail.standing().is_some_and(|standing| standing.ended.is_none());
            if let Some(grade) = finding.says.grade.as_ref().filter(|_| presses) {
                *grades.entry(grade.clone()).or_insert(0) += 1;
            }
            let visit = around.get(&finding.around.id).and_then(|visit| visit.standing());
            ended.extend(visit.and_then(|visit| Some(visit.ended.as_ref()?.end.id.clone())));
        }
        if let Some(rating) = yardsticks.rating(&grades, &ended) {
            places.push(RatedPlace { place: place.to_owned(), rating: rating.clone(), grades, findings });
        }
    }
    let worst = |rating: &Rating| yardsticks.ratings.iter().position(|known| known.id == rating.id);
    places.sort_by_key(|rated| worst(&rated.rating));
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_of_one_submission_is_noticed() {
        assert!(names_a_submission("see uuid:whatever"));
        assert!(names_a_submission("(0f8fad5b-d9cb-469f-a165-70867728950e)"));
        assert!(!names_a_submission("Workshop 2, E-0001, C95-art-5, 2026-11-25"));
    }
}
