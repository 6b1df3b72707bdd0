//! Beginning a case: a visit, or a finding of one.

use casework::FactKind;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use protocol::ProtocolWorkflow;
use store::case::{self, Case};
use store::{Tx, mandate, setting};

use crate::Desk;
use crate::answer::{Answer, Error, Kind, Refusal};
use crate::may::{May, Read, Seat};
use crate::record::{self, Done};

/// The longest title, in characters.
const LONGEST_TITLE: usize = 120;

/// A case that is to be begun.
pub struct NewCase<'a> {
    /// How it goes: a workflow of the mandate's protocol.
    pub workflow: &'a str,
    /// A place or a thing in a few words; everybody in the mandate reads it, so never a person.
    pub title: &'a str,
    /// Code of the case that it belongs to, where its workflow says that it belongs to one.
    pub parent: Option<&'a str>,
}

impl Seat {
    /// A workflow of the mandate's protocol.
    pub fn workflow(&self, name: &str) -> Result<&ProtocolWorkflow, Refusal> {
        self.protocol().workflow(name).ok_or_else(Refusal::not_found)
    }

    /// Whether the member's role begins cases of a workflow: it puts on record what its first stage waits for.
    pub fn begins(&self, workflow: &ProtocolWorkflow) -> bool {
        self.role().is_some_and(|role| beginning_roles(workflow).any(|known| known == role))
    }
}

/// The roles that put on record what the first stage of a workflow waits for.
fn beginning_roles(workflow: &ProtocolWorkflow) -> impl Iterator<Item = &str> {
    let workflow = &workflow.workflow;
    let needs = workflow.stages.first().into_iter().flat_map(|stage| &stage.done_by);
    let kinds = needs.flat_map(casework::Need::kinds).filter_map(|kind| workflow.fact(kind));
    kinds.flat_map(|kind: &FactKind| &kind.by).map(String::as_str)
}

/// A case that is ready to be begun within a change.
pub(crate) struct Beginning {
    mandate: i64,
    workflow: String,
    title: String,
    parent: Option<(String, String)>,
    by: i64,
    now: i64,
    salt: [u8; 32],
}

impl Beginning {
    /// Begins it. Answers its number and its code.
    pub(crate) fn begin(self, tx: &mut Tx) -> Result<(i64, String), Error> {
        let Beginning { mandate, workflow, title, parent, by, now, salt } = self;
        // The role may have been taken away since the page was opened.
        if mandate::place(tx, mandate, by)?.is_none() {
            return Err(Error::from(Refusal::not_found()));
        }
        let parent = match &parent {
            None => None,
            Some((within, code)) => {
                let found = case::by_code(tx, mandate, within, code)?;
                Some(found.ok_or_else(Refusal::not_found)?.id)
            }
        };
        let year = TimeZone::UTC.to_datetime(Timestamp::from_millisecond(now).unwrap_or_default()).year();
        let number = setting::next_number(tx, &format!("case {mandate} {workflow} {year}"))?;
        let letter: String = workflow.chars().take(1).map(|letter| letter.to_ascii_uppercase()).collect();
        let code = format!("{letter}-{year}-{number:03}");
        let id = tx.new_id();
        let done = Done::new(now, Some(by), "case.begin").in_mandate(mandate).about("case", id);
        let done = done.with("name", code.as_str());
        record::audit_with_leaf(tx, ledger::leaf::kind::CASE, &salt, done)?;
        let new =
            Case { id, mandate, workflow, code: code.clone(), title, parent, begun_by: by, begun_at: now };
        case::add(tx, &new)?;
        Ok((id, code))
    }
}

impl Desk {
    /// Begins a case. Answers its code.
    pub async fn begin_case(&self, may: &May<'_, Read>, new: NewCase<'_>) -> Answer<String> {
        let beginning = self.beginning(may, new)?;
        self.store.write(move |tx| beginning.begin(tx).map(|(_, code)| code)).await
    }

    /// Checks who begins a case and what it is called, so that it can be begun within another change.
    pub(crate) fn beginning(&self, seat: &Seat, new: NewCase<'_>) -> Result<Beginning, Refusal> {
        let workflow = seat.workflow(new.workflow)?;
        if seat.mandate().archived_at.is_some() {
            return Err(Refusal::conflict("refusal-case-archived").problem("title", ""));
        }
        let title = new.title.trim().to_owned();
        if title.is_empty() || title.chars().count() > LONGEST_TITLE {
            return Err(Refusal::invalid("refusal-case-title").problem("title", ""));
        }
        if !seat.begins(workflow) {
            let mut roles: Vec<&str> = Vec::new();
            for role in beginning_roles(workflow) {
                if !roles.contains(&role) {
                    roles.push(role);
                }
            }
            return Err(Refusal::new(Kind::NotAllowed, "refusal-case-role").with("roles", roles.join(", ")));
        }
        let parent = match (&workflow.within, new.parent) {
            (Some(within), Some(code)) => Some((within.clone(), code.to_owned())),
            (None, None) => None,
            _ => return Err(Refusal::not_found()),
        };
        Ok(Beginning {
            mandate: seat.mandate().id,
            workflow: workflow.workflow.id.clone(),
            title,
            parent,
            by: seat.session().member().id,
            now: self.now(),
            salt: self.salt(),
        })
    }
}
