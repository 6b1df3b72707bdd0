//! Why a fact was not put on record, as a refusal of the desk. Arguments are ids of the workflow, several with a comma
//! between; a page says them by their titles.

use casework::Refusal as Why;
use protocol::ProtocolWorkflow;

use crate::answer::{Kind, Refusal};

/// Turns casework's answer into the desk's.
pub(crate) fn refusal(workflow: &ProtocolWorkflow, why: Why) -> Refusal {
    let conflict = Refusal::conflict;
    match why {
        Why::UnknownKind { .. } => Refusal::not_found(),
        Why::IdTaken { .. } => conflict("refusal-fact-again"),
        Why::NotYourRole { kind, roles } => Refusal::new(Kind::NotAllowed, "refusal-fact-role")
            .with("kind", kind)
            .with("roles", roles.join(", ")),
        Why::SamePerson { kind, other, .. } => {
            conflict("refusal-fact-four-eyes").with("kind", kind).with("other", other)
        }
        Why::ReasonMissing { .. } => Refusal::invalid("refusal-fact-reason").problem("reason", ""),
        Why::FieldMissing { field, .. } => Refusal::invalid("refusal-fact-field-missing")
            .with("field", &field)
            .problem(field_name(&field), ""),
        Why::FieldWrong { field, .. } | Why::FieldUnknown { field, .. } => {
            Refusal::invalid("refusal-fact-field-wrong").with("field", &field).problem(field_name(&field), "")
        }
        Why::Future { .. } => Refusal::invalid("refusal-fact-future").problem("at", ""),
        Why::NothingToAmend { .. } => conflict("refusal-fact-nothing-to-amend"),
        Why::NotYet { kind, waits_for, .. } => {
            conflict("refusal-fact-not-yet").with("kind", kind).with("stages", waits_for.join(", "))
        }
        Why::Skipped { kind, stage, .. } => {
            conflict("refusal-fact-skipped").with("kind", kind).with("stage", stage)
        }
        Why::Before { kind, first } => {
            conflict("refusal-fact-before").with("kind", kind).with("kinds", first.kinds().join(", "))
        }
        Why::Done { stage, .. } => conflict("refusal-fact-stage-done").with("stage", stage),
        Why::NothingToRedo { kind, stage } => {
            conflict("refusal-fact-nothing-to-redo").with("kind", kind).with("stage", stage)
        }
        Why::TooEarly { kind, clock, due: Some(due) } => {
            conflict("refusal-fact-too-early").with("kind", kind).with("clock", clock).with(
                "due",
                match due {
                    casework::Deadline::Moment(moment) => moment.to_string(),
                    casework::Deadline::Day(day) => day.to_string(),
                },
            )
        }
        Why::TooEarly { kind, clock, due: None } => {
            conflict("refusal-fact-clock-not-begun").with("kind", kind).with("clock", clock)
        }
        Why::Stopped { stop, allows } => {
            let lifts = workflow.workflow.stop(&stop).and_then(|stop| stop.lifted_by.as_ref());
            let lifts = lifts.map(|need| need.kinds().into_iter().map(str::to_owned).collect());
            let allows = [allows, lifts.unwrap_or_default()].concat();
            let message =
                if allows.is_empty() { "refusal-fact-stopped-for-good" } else { "refusal-fact-stopped" };
            let refusal = conflict(message).with("stop", stop);
            if allows.is_empty() { refusal } else { refusal.with("kinds", allows.join(", ")) }
        }
        Why::Ended { end, allows } => {
            let message =
                if allows.is_empty() { "refusal-fact-ended-for-good" } else { "refusal-fact-ended" };
            let refusal = conflict(message).with("end", end);
            if allows.is_empty() { refusal } else { refusal.with("kinds", allows.join(", ")) }
        }
        // Nothing is published by putting a fact on record.
        Why::UnknownProduct { .. } | Why::NotPublishable { .. } | Why::StoppedFromPublishing { .. } => {
            Refusal::not_found()
        }
    }
}

/// What the form of a fact calls a field: fields may have any name, so they are told apart by a mark.
fn field_name(field: &str) -> String {
    format!("v.{field}")
}
