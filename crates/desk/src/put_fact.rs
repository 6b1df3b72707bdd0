//! Putting a fact on record: that something happened in a case, that an earlier fact was wrong, or that it did not
//! happen. Nothing is overwritten, and whoever may say what is the workflow's to decide.

use std::collections::BTreeMap;
use std::sync::Arc;

use casework::{Amends, Fact, FieldKind, Value, standing};
use jiff::Timestamp;
use protocol::{Frame, Protocol, ProtocolWorkflow, ReleasePlan};
use seal::Place;
use serde_json::{Map, json};
use store::Tx;
use store::case::{self, CaseFact};
use store::mandate::{self, DataKey};
use xforms::Class;

use crate::Desk;
use crate::answer::{Answer, Error, Refusal};
use crate::cases::{fact_of, moment};
use crate::draws::records_draw;
use crate::fact_refusals::refusal;
use crate::findings;
use crate::may::Seat;
use crate::record::{self, Done};

/// A reason longer than this (characters) belongs into a form.
const LONGEST_REASON: usize = 2000;

/// What a fact does to an earlier one, by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Amending {
    /// It stands in its place.
    Corrects(i64),
    /// The earlier one did not happen.
    Withdraws(i64),
}

/// A fact that is to be put on record.
#[derive(Debug, Clone, Default)]
pub struct NewFact {
    /// Its kind in the workflow.
    pub kind: String,
    /// When it happened (ms).
    pub at: i64,
    /// Values by the names of their fields, as they were written; empty ones are left out.
    pub values: BTreeMap<String, String>,
    /// Why.
    pub reason: String,
    /// The earlier fact that it corrects or withdraws.
    pub amends: Option<Amending>,
}

/// Where the sensitive values of a fact are sealed.
pub(crate) fn values_place(fact: &str) -> Place<'_> {
    Place::new("case_fact", fact, "values")
}

/// Where the reason of a fact is sealed.
pub(crate) fn reason_place(fact: &str) -> Place<'_> {
    Place::new("case_fact", fact, "reason")
}

/// A value as the workflow's field reads it. What cannot be read stays text, which the field then refuses.
pub(crate) fn value(workflow: &ProtocolWorkflow, kind: &str, name: &str, text: &str) -> Value {
    let field = workflow.workflow.fact(kind).and_then(|kind| kind.field(name));
    let as_text = || Value::Text(text.to_owned());
    match field.map(|field| &field.kind) {
        Some(FieldKind::Choice(_)) => Value::Choice(text.to_owned()),
        Some(FieldKind::Number) => text.parse().map_or_else(|_| as_text(), Value::Number),
        Some(FieldKind::Date) => text.parse().map_or_else(|_| as_text(), Value::Date),
        Some(FieldKind::Text | FieldKind::Passage) | None => as_text(),
    }
}

impl Desk {
    /// Puts a fact on record in a case.
    pub async fn put_fact(&self, seat: &Seat, workflow: &str, code: &str, new: NewFact) -> Answer<()> {
        let by_release =
            |plan: &ReleasePlan| [&plan.prepared, &plan.signed, &plan.retracted].contains(&&new.kind);
        if seat.protocol().release_of(workflow).is_some_and(by_release) {
            return Err(Refusal::invalid("refusal-fact-by-release").with("kind", &new.kind).into());
        }
        // That a case comes from a draw is said by making it from what was drawn; it may be taken back.
        if seat.protocol().opens(workflow).is_some_and(|opens| opens.fact == new.kind)
            && !matches!(new.amends, Some(Amending::Withdraws(_)))
        {
            return Err(Refusal::conflict("refusal-fact-follows").with("kind", &new.kind).into());
        }
        let facts = seat.frame(workflow).ok().map(|frame| &frame.facts);
        let follows = new.amends.is_none()
            && facts.is_some_and(|facts| {
                let files = records_draw(seat.protocol()).map(|draw| &draw.fact);
                let acts = [&facts.frozen, &facts.committed, &facts.drawn];
                acts.contains(&&new.kind) || files == Some(&new.kind)
            });
        let from_registry = seat.frame(workflow).is_ok_and(Frame::from_registry);
        let kind = new.kind.clone();
        let ready = self.ready_fact(seat, workflow, new).await?;
        let (mandate, name, code) = (seat.mandate().id, workflow.to_owned(), code.to_owned());
        self.store
            .write(move |tx| {
                let found = case::by_code(tx, mandate, &name, &code)?.ok_or_else(Refusal::not_found)?;
                // Where lists and draw are kept here, what follows from them is not said by hand.
                if follows && (from_registry || store::frame::has_lists(tx, found.id)?) {
                    return Err(Refusal::conflict("refusal-fact-follows").with("kind", kind).into());
                }
                ready.put(tx, found.id)
            })
            .await
    }

    /// Seals what is to be sealed of a fact, so that it can be put on record within another change.
    pub(crate) async fn ready_fact(&self, seat: &Seat, workflow: &str, new: NewFact) -> Answer<ReadyFact> {
        let declared = seat.workflow(workflow)?;
        if seat.mandate().archived_at.is_some() {
            return Err(Refusal::conflict("refusal-case-archived").problem("at", "").into());
        }
        let reason = new.reason.trim().to_owned();
        if reason.chars().count() > LONGEST_REASON {
            return Err(Refusal::invalid("refusal-fact-reason-long").problem("reason", "").into());
        }
        let id = self.store.new_id();
        let place = id.to_string();
        let written = new.values.iter().map(|(name, value)| (name, value.trim()));
        let (mut open, mut sealed, mut values) = (Map::new(), Map::new(), BTreeMap::new());
        for (name, text) in written.filter(|(_, text)| !text.is_empty()) {
            let open_to_all = declared.class(&new.kind, name) == Some(Class::Open);
            let part = if open_to_all { &mut open } else { &mut sealed };
            part.insert(name.clone(), text.into());
            values.insert(name.clone(), value(declared, &new.kind, name, text));
        }
        let compartment = self.compartment_of(seat, &declared.sensitive).await?;
        let told = if sealed.is_empty() { String::new() } else { json!(sealed).to_string() };
        let (values_key, sealed_values) = self.seal_part(compartment, &values_place(&place), &told).await?;
        let (reason_key, sealed_reason) = self.seal_part(compartment, &reason_place(&place), &reason).await?;
        let at = Timestamp::from_millisecond(new.at)
            .map_err(|_| Refusal::invalid("refusal-fact-future").problem("at", ""))?;
        let said = Said {
            id,
            kind: new.kind,
            at,
            by: seat.session().member().id,
            values,
            open,
            sealed_values,
            reason: Some(reason).filter(|reason| !reason.is_empty()),
            sealed_reason,
            amends: new.amends,
            keys: [values_key, reason_key].into_iter().flatten().collect(),
            salt: self.salt(),
        };
        let (protocol, mandate) = (seat.protocol().clone(), seat.mandate().id);
        Ok(ReadyFact { protocol, workflow: workflow.to_owned(), mandate, said })
    }

    /// The number of a compartment of the mandate by its name in the protocol.
    pub(crate) async fn compartment_of(&self, seat: &Seat, name: &str) -> Answer<i64> {
        let mandate = seat.mandate().id;
        let all = self.store.read(move |tx| mandate::compartments(tx, mandate)).await?;
        let found = all.into_iter().find(|compartment| compartment.name == name);
        let missing = || store::Fault::internal(format!("mandate {mandate} has no compartment {name}"));
        Ok(found.ok_or_else(missing)?.id)
    }

    /// Seals a part of a fact; the data key is to be kept with it.
    pub(crate) async fn seal_part(
        &self,
        compartment: i64,
        place: &Place<'_>,
        text: &str,
    ) -> Answer<(Option<DataKey>, Option<Vec<u8>>)> {
        if text.is_empty() {
            return Ok((None, None));
        }
        let fresh = self.fresh_key(compartment, place).await?;
        let sealed = fresh.seal(place, text.as_bytes(), &mut self.dice());
        Ok((Some(fresh.data_key), Some(sealed)))
    }
}

/// A fact as somebody says it, sealed as it is to be kept.
pub(crate) struct Said {
    pub(crate) id: i64,
    pub(crate) kind: String,
    pub(crate) at: Timestamp,
    pub(crate) by: i64,
    pub(crate) values: BTreeMap<String, Value>,
    pub(crate) open: Map<String, serde_json::Value>,
    pub(crate) sealed_values: Option<Vec<u8>>,
    pub(crate) reason: Option<String>,
    pub(crate) sealed_reason: Option<Vec<u8>>,
    pub(crate) amends: Option<Amending>,
    pub(crate) keys: Vec<DataKey>,
    pub(crate) salt: [u8; 32],
}

/// A fact that is ready to be put on record within a change.
pub(crate) struct ReadyFact {
    protocol: Arc<Protocol>,
    workflow: String,
    mandate: i64,
    said: Said,
}

impl ReadyFact {
    /// Whether a fact of its kind counts already.
    pub(crate) fn is_there(&self, tx: &mut Tx, protocol: &Protocol, case: i64) -> Result<bool, Error> {
        let declared = protocol.workflow(&self.workflow).ok_or_else(Refusal::not_found)?;
        let known = case::facts(tx, case)?;
        let facts: Vec<Fact> = known.iter().map(|fact| fact_of(declared, fact)).collect();
        let standing = standing(&declared.workflow, &facts, &moment(protocol, next_moment(tx.now(), &known)));
        Ok(standing.facts.iter().any(|fact| fact.kind == self.said.kind))
    }

    /// Puts it on record, if the workflow takes it now.
    pub(crate) fn put(self, tx: &mut Tx, case: i64) -> Result<(), Error> {
        put(tx, &self.protocol, self.mandate, &self.workflow, case, self.said)
    }
}

/// When the next fact is put on record (ms): two facts of one moment keep their order, and a clock that was set back
/// changes none.
fn next_moment(now: i64, known: &[CaseFact]) -> i64 {
    known.iter().map(|fact| fact.recorded + 1).max().unwrap_or(0).max(now)
}

/// Puts a fact on record in a case if the workflow lets its member say it now.
pub(crate) fn put(
    tx: &mut Tx,
    protocol: &Arc<Protocol>,
    mandate: i64,
    workflow: &str,
    case: i64,
    said: Said,
) -> Result<(), Error> {
    let declared = protocol.workflow(workflow).ok_or_else(Refusal::not_found)?;
    let role = mandate::place(tx, mandate, said.by)?.map(|place| place.role);
    // Whoever else puts a fact on record in this case waits here, and is then judged with this one.
    let found = case::take(tx, case)?.ok_or_else(Refusal::not_found)?;
    let known = case::facts(tx, found.id)?;
    let recorded = next_moment(tx.now(), &known);
    let facts: Vec<Fact> = known.iter().map(|fact| fact_of(declared, fact)).collect();
    let now = moment(protocol, recorded);
    let standing = standing(&declared.workflow, &facts, &now);
    let (amends, withdraws) = match said.amends {
        None => (None, false),
        Some(Amending::Corrects(earlier)) => (Some(earlier), false),
        Some(Amending::Withdraws(earlier)) => (Some(earlier), true),
    };
    let fact = Fact {
        id: said.id.to_string(),
        kind: said.kind.clone(),
        at: said.at,
        recorded: now.timestamp(),
        by: said.by.to_string(),
        roles: role.into_iter().collect(),
        values: said.values,
        reason: said.reason,
        amends: said.amends.map(|amending| match amending {
            Amending::Corrects(earlier) => Amends::Corrects(earlier.to_string()),
            Amending::Withdraws(earlier) => Amends::Withdraws(earlier.to_string()),
        }),
    };
    standing.may(&fact).map_err(|why| refusal(declared, why))?;
    if !withdraws {
        findings::check(tx, protocol, declared, &found, &standing, &fact)?;
    }
    for key in &said.keys {
        mandate::add_data_key(tx, key)?;
    }
    let roles = json!(fact.roles).to_string();
    let open_values = json!(said.open).to_string();
    let at = said.at.as_millisecond();
    // The leaf commits to all of the fact, sealed as it is kept.
    let content = json!([said.id, found.id, said.kind, at, recorded, said.by, amends, withdraws]);
    let commitment = ledger::commitment(
        &said.salt,
        &[
            content.to_string().as_bytes(),
            roles.as_bytes(),
            open_values.as_bytes(),
            said.sealed_values.as_deref().unwrap_or_default(),
            said.sealed_reason.as_deref().unwrap_or_default(),
        ],
    );
    let leaf = ledger::Leaf::new(ledger::leaf::kind::CASE, record::seconds(recorded), commitment);
    let leaf = record::append(tx, &leaf)?;
    let action = match (amends, withdraws) {
        (None, _) => "case.fact",
        (Some(_), false) => "case.fact.correct",
        (Some(_), true) => "case.fact.withdraw",
    };
    let done = Done::new(recorded, Some(said.by), action).in_mandate(mandate).about("case", found.id);
    let done = done.with("kind", said.kind.as_str()).with("fact", said.id);
    let done = done.with("salt", crate::desk::hex(&said.salt));
    record::audit(tx, Done { leaf: Some(leaf), ..done })?;
    case::add_fact(
        tx,
        &CaseFact {
            id: said.id,
            case: found.id,
            kind: said.kind,
            at,
            recorded,
            member: said.by,
            roles,
            open_values,
            sealed_values: said.sealed_values,
            sealed_reason: said.sealed_reason,
            amends,
            withdraws,
            leaf,
        },
    )?;
    Ok(())
}
