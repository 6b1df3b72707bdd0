//! What a release prints of a finding's facts.

use std::collections::BTreeMap;

use casework::FieldKind;
use protocol::Protocol;
use store::case::CaseFact;

/// The open values of a finding's facts that are printed, in the order in which their kinds declare them: kind of fact,
/// field, value. Sentences are not: the release prints those that were written for it. Nor is an estimate that rests on
/// fewer answers than the policy asks of a percentage.
pub(crate) fn printable<'f>(
    protocol: &Protocol,
    workflow: &str,
    facts: impl Iterator<Item = &'f CaseFact>,
) -> Vec<(String, String, String)> {
    let mut printed = Vec::new();
    let declared = protocol.workflow(workflow);
    for fact in facts {
        let values: BTreeMap<String, String> = serde_json::from_str(&fact.open_values).unwrap_or_default();
        let Some(kind) = declared.and_then(|declared| declared.workflow.fact(&fact.kind)) else { continue };
        if rests_on_too_few(protocol, &fact.kind, &values) {
            continue;
        }
        for field in kind.fields.iter().filter(|field| field.kind != FieldKind::Passage) {
            if let Some(value) = values.get(&field.name) {
                printed.push((fact.kind.clone(), field.name.clone(), value.clone()));
            }
        }
    }
    printed
}

fn rests_on_too_few(protocol: &Protocol, kind: &str, values: &BTreeMap<String, String>) -> bool {
    let Some(yardsticks) = &protocol.yardsticks else { return false };
    let prevalence = &yardsticks.finding.prevalence;
    let answers = || values.get(&prevalence.n).and_then(|n| n.parse::<u32>().ok()).unwrap_or(0);
    prevalence.fact == kind && answers() < protocol.disclosure.policy.percent_base
}
