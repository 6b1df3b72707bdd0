//! Seeing cases: where each stands, what is next and who must act. It is derived from the facts every time.

use std::collections::BTreeMap;
use std::sync::Arc;

use casework::{Amends, Fact, Standing, standing};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ZonedDateTime};
use protocol::{Protocol, ProtocolWorkflow, Right};
use store::case::{self, Case, CaseFact};
use store::{Fault, Tx};

use crate::Desk;
use crate::answer::{Answer, Refusal};
use crate::keyring::Keyring;
use crate::may::{May, Seat, SeesCases};
use crate::put_fact::{reason_place, value, values_place};

/// Cases read at a time.
const PAGE: i64 = 100;

/// Stands for a reason that is on record and closed to the reader.
const CLOSED_REASON: &str = "▮▮▮▮";

/// A fact as it was put on record, opened as far as the session can.
pub struct ToldFact {
    /// As stored.
    pub stored: CaseFact,
    /// Its values by the names of their fields, as they were written: the open ones, and the sensitive ones where
    /// they could be opened.
    pub values: BTreeMap<String, String>,
    /// Why, if that was said and could be opened.
    pub reason: Option<String>,
    /// Whether sealed values stayed closed.
    pub values_closed: bool,
    /// Whether the reason stayed closed.
    pub reason_closed: bool,
}

/// A case with its facts.
pub struct CaseDetail {
    /// As stored.
    pub case: Case,
    /// Its facts, in the order in which they were put on record.
    pub facts: Vec<ToldFact>,
    protocol: Arc<Protocol>,
    counted: Vec<Fact>,
    now: ZonedDateTime,
}

/// A moment in the zone whose days count for the mandate.
pub(crate) fn moment(protocol: &Protocol, milliseconds: i64) -> ZonedDateTime {
    let zone: TimeZone = protocol.zone.clone();
    Timestamp::from_millisecond(milliseconds).unwrap_or_default().to_zoned_datetime(zone)
}

/// A fact as `casework` reads it: open values only, so that a case stands at the same place for everybody.
pub(crate) fn fact_of(workflow: &ProtocolWorkflow, stored: &CaseFact) -> Fact {
    let open: BTreeMap<String, String> = serde_json::from_str(&stored.open_values).unwrap_or_default();
    let values =
        open.iter().map(|(name, text)| (name.clone(), value(workflow, &stored.kind, name, text))).collect();
    Fact {
        id: stored.id.to_string(),
        kind: stored.kind.clone(),
        at: Timestamp::from_millisecond(stored.at).unwrap_or_default(),
        recorded: Timestamp::from_millisecond(stored.recorded).unwrap_or_default(),
        by: stored.member.to_string(),
        roles: serde_json::from_str(&stored.roles).unwrap_or_default(),
        values,
        reason: stored.sealed_reason.as_ref().map(|_| CLOSED_REASON.to_owned()),
        amends: stored.amends.map(|earlier| match stored.withdraws {
            true => Amends::Withdraws(earlier.to_string()),
            false => Amends::Corrects(earlier.to_string()),
        }),
    }
}

impl CaseDetail {
    pub(crate) fn of(
        protocol: &Arc<Protocol>,
        case: Case,
        facts: Vec<ToldFact>,
        now: i64,
    ) -> Option<CaseDetail> {
        let workflow = protocol.workflow(&case.workflow)?;
        let counted = facts.iter().map(|fact| fact_of(workflow, &fact.stored)).collect();
        // A fact of this very moment is on record already.
        let now = facts.iter().map(|fact| fact.stored.recorded).fold(now, i64::max);
        let now = moment(protocol, now);
        Some(CaseDetail { case, facts, protocol: protocol.clone(), counted, now })
    }

    /// How cases of its kind go; none if the protocol has given the workflow up.
    pub fn workflow(&self) -> Option<&ProtocolWorkflow> {
        self.protocol.workflow(&self.case.workflow)
    }

    /// Where it stands.
    pub fn standing(&self) -> Option<Standing<'_>> {
        Some(standing(&self.workflow()?.workflow, &self.counted, &self.now))
    }

    /// A fact by its number.
    pub fn fact(&self, id: i64) -> Option<&ToldFact> {
        self.facts.iter().find(|fact| fact.stored.id == id)
    }
}

/// How much of cases a member sees.
struct Sight {
    /// All of it, or only where cases stand by themselves.
    reads: bool,
    role: Option<String>,
}

impl Sight {
    fn of(seat: &Seat) -> Sight {
        Sight { reads: seat.has(Right::Read), role: seat.role().map(str::to_owned) }
    }

    /// What is left of a case for who does not read: cases that belong to none, and of their facts those that the own
    /// role tells and those that stop a case. Where it stands is derived from all of them all the same.
    fn limit(&self, mut detail: CaseDetail) -> Option<CaseDetail> {
        if self.reads {
            return Some(detail);
        }
        let workflow = detail.workflow().filter(|workflow| workflow.within.is_none())?.workflow.clone();
        let stops = |kind: &str| workflow.stops.iter().any(|stop| stop.by.names(kind));
        let own = |kind: &str| {
            let by = workflow.fact(kind).map(|kind| kind.by.as_slice()).unwrap_or_default();
            self.role.as_ref().is_some_and(|role| by.contains(role))
        };
        detail.facts.retain(|fact| stops(&fact.stored.kind) || own(&fact.stored.kind));
        Some(detail)
    }
}

/// A fact with its open values only.
pub(crate) fn told(stored: CaseFact) -> ToldFact {
    ToldFact {
        values: serde_json::from_str(&stored.open_values).unwrap_or_default(),
        reason: None,
        values_closed: stored.sealed_values.is_some(),
        reason_closed: stored.sealed_reason.is_some(),
        stored,
    }
}

/// A fact opened as far as the keyring can.
fn opened(tx: &mut Tx, keyring: Option<&mut Keyring>, stored: CaseFact) -> Result<ToldFact, Fault> {
    let mut fact = told(stored);
    let Some(keyring) = keyring else { return Ok(fact) };
    let place = fact.stored.id.to_string();
    if let Some(sealed) = &fact.stored.sealed_values
        && let Some(opened) = keyring.open(tx, sealed, &values_place(&place))?
    {
        let values: BTreeMap<String, String> = serde_json::from_slice(opened.expose())
            .map_err(|error| Fault::Damaged { what: error.to_string() })?;
        fact.values.extend(values);
        fact.values_closed = false;
    }
    if let Some(sealed) = &fact.stored.sealed_reason
        && let Some(opened) = keyring.open(tx, sealed, &reason_place(&place))?
    {
        fact.reason = opened.expose_text().map(str::to_owned);
        fact.reason_closed = false;
    }
    Ok(fact)
}

impl Desk {
    /// The cases of a mandate, newest first; those of one workflow, or all. Sealed values stay closed.
    pub async fn cases<R: SeesCases>(
        &self,
        may: &May<'_, R>,
        workflow: Option<&str>,
    ) -> Answer<Vec<CaseDetail>> {
        let (mandate, workflow) = (may.mandate().id, workflow.map(str::to_owned));
        let (protocol, now, sight) = (may.protocol().clone(), self.now(), Sight::of(may));
        Ok(self
            .store
            .read(move |tx| {
                let cases = case::all(tx, mandate, workflow.as_deref())?;
                let mut facts: BTreeMap<i64, Vec<ToldFact>> = BTreeMap::new();
                if !cases.is_empty() {
                    for fact in case::facts_of_mandate(tx, mandate)? {
                        facts.entry(fact.case).or_default().push(told(fact));
                    }
                }
                let with_facts = cases.into_iter().map(|case| {
                    let facts = facts.remove(&case.id).unwrap_or_default();
                    CaseDetail::of(&protocol, case, facts, now)
                });
                Ok::<_, Fault>(with_facts.flatten().filter_map(|detail| sight.limit(detail)).collect())
            })
            .await?)
    }

    /// A page of the cases of a workflow, newest first, after the case with a code: at most `limit` of those that `keep`
    /// leaves, and whether more come after them. Sealed values stay closed.
    pub async fn cases_after<R: SeesCases>(
        &self,
        may: &May<'_, R>,
        workflow: &str,
        after: Option<&str>,
        limit: usize,
        keep: impl Fn(&CaseDetail) -> bool + Send + 'static,
    ) -> Answer<(Vec<CaseDetail>, bool)> {
        let (mandate, workflow, after) = (may.mandate().id, workflow.to_owned(), after.map(str::to_owned));
        let (protocol, now, sight) = (may.protocol().clone(), self.now(), Sight::of(may));
        Ok(self
            .store
            .read(move |tx| {
                let mut before = match after {
                    Some(code) => case::by_code(tx, mandate, &workflow, &code)?.map(|case| case.id),
                    None => None,
                };
                let mut kept = Vec::new();
                loop {
                    let page = case::page(tx, mandate, &workflow, before, PAGE)?;
                    let Some(last) = page.last() else { return Ok::<_, Fault>((kept, false)) };
                    before = Some(last.id);
                    for case in page {
                        let facts = case::facts(tx, case.id)?.into_iter().map(told).collect();
                        let detail = CaseDetail::of(&protocol, case, facts, now);
                        let Some(detail) = detail.and_then(|detail| sight.limit(detail)) else { continue };
                        if !keep(&detail) {
                            continue;
                        }
                        if kept.len() == limit {
                            return Ok((kept, true));
                        }
                        kept.push(detail);
                    }
                }
            })
            .await?)
    }

    /// How many cases of a workflow there are.
    pub async fn count_cases<R: SeesCases>(&self, may: &May<'_, R>, workflow: &str) -> Answer<i64> {
        let (mandate, workflow) = (may.mandate().id, workflow.to_owned());
        Ok(self.store.read(move |tx| case::count(tx, mandate, &workflow)).await?)
    }

    /// One case, opened as far as the session can.
    pub async fn case<R: SeesCases>(
        &self,
        may: &May<'_, R>,
        workflow: &str,
        code: &str,
    ) -> Answer<CaseDetail> {
        may.workflow(workflow)?;
        let (mandate, workflow, code) = (may.mandate().id, workflow.to_owned(), code.to_owned());
        let (protocol, now, keyring) = (may.protocol().clone(), self.now(), self.keyring(may.session()));
        let sight = Sight::of(may);
        let found = self
            .store
            .read(move |tx| {
                let mut keyring = keyring;
                let Some(found) = case::by_code(tx, mandate, &workflow, &code)? else { return Ok(None) };
                let mut facts = Vec::new();
                for stored in case::facts(tx, found.id)? {
                    facts.push(opened(tx, keyring.as_mut(), stored)?);
                }
                let detail = CaseDetail::of(&protocol, found, facts, now);
                Ok::<_, Fault>(detail.and_then(|detail| sight.limit(detail)))
            })
            .await?;
        Ok(found.ok_or_else(Refusal::not_found)?)
    }

    /// The cases that belong to a case, oldest first: the findings of a visit. Sealed values stay closed.
    pub async fn cases_within<R: SeesCases>(
        &self,
        may: &May<'_, R>,
        parent: &CaseDetail,
    ) -> Answer<Vec<CaseDetail>> {
        if parent.case.mandate != may.mandate().id {
            return Err(Refusal::not_found().into());
        }
        let (id, protocol, now) = (parent.case.id, may.protocol().clone(), self.now());
        let sight = Sight::of(may);
        Ok(self
            .store
            .read(move |tx| {
                let mut found = Vec::new();
                for case in case::within(tx, id)? {
                    let facts = case::facts(tx, case.id)?.into_iter().map(told).collect();
                    let detail = CaseDetail::of(&protocol, case, facts, now);
                    found.extend(detail.and_then(|detail| sight.limit(detail)));
                }
                Ok::<_, Fault>(found)
            })
            .await?)
    }

    /// The case that a case belongs to: the visit of a finding.
    pub async fn case_around<R: SeesCases>(
        &self,
        may: &May<'_, R>,
        detail: &CaseDetail,
    ) -> Answer<Option<Case>> {
        let (mandate, parent) = (may.mandate().id, detail.case.parent);
        let Some(parent) = parent else { return Ok(None) };
        let found = self.store.read(move |tx| case::by_id(tx, parent)).await?;
        Ok(found.filter(|found| found.mandate == mandate))
    }
}
