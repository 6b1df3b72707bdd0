use crate::fact::{Amends, Fact};
use crate::refusal::Refusal;
use crate::span::Deadline;
use crate::standing::{StageState, Standing};
use crate::workflow::FactKind;
use jiff::Timestamp;

impl Standing<'_> {
    /// Whether a fact may be put on record now. A correction or withdrawal may be at any stage, even of a case that
    /// was stopped or has ended: what is on record must be true.
    ///
    /// # Errors
    /// The first rule that forbids it.
    pub fn may(&self, fact: &Fact) -> Result<(), Refusal> {
        self.record.fits(fact)?;
        let withdraws = matches!(fact.amends, Some(Amends::Withdraws(_)));
        if fact.at > self.now.timestamp() && !withdraws {
            return Err(Refusal::Future { kind: fact.kind.clone() });
        }
        if fact.amends.is_some() {
            return Ok(());
        }
        self.may_happen(&fact.kind, fact.at)?;
        for end in self.workflow.ends.iter().filter(|end| end.by.met_by(fact)) {
            let waits_for = self.not_over(&end.after);
            if !waits_for.is_empty() {
                return Err(Refusal::NotYet { kind: fact.kind.clone(), stage: end.id.clone(), waits_for });
            }
        }
        Ok(())
    }

    /// Whether something may be published now. A stop rule outlasts the end of the case.
    ///
    /// # Errors
    /// The first rule that forbids it.
    pub fn may_publish(&self, product: &str) -> Result<(), Refusal> {
        let Some(declared) = self.workflow.product(product) else {
            return Err(Refusal::UnknownProduct { product: product.to_owned() });
        };
        if let Some(in_force) =
            self.stops.iter().find(|in_force| !in_force.stop.publishes.contains(&declared.id))
        {
            let (stop, publishes) = (in_force.stop.id.clone(), in_force.stop.publishes.clone());
            return Err(Refusal::StoppedFromPublishing { stop, publishes });
        }
        match self.not_over(&declared.after) {
            waits_for if waits_for.is_empty() => Ok(()),
            waits_for => Err(Refusal::NotPublishable { product: product.to_owned(), waits_for }),
        }
    }

    /// Whether facts of a kind may be put on record that happened at a moment, whatever their values.
    pub(crate) fn may_happen(&self, kind: &str, at: Timestamp) -> Result<(), Refusal> {
        let Some(declared) = self.workflow.fact(kind) else {
            return Err(Refusal::UnknownKind { kind: kind.to_owned() });
        };
        self.not_ended(declared)?;
        self.not_stopped(declared, at)?;
        self.of_open_stage(declared)?;
        if let Some(stage) = declared.back_to.as_deref().and_then(|stage| self.stage(stage))
            && !matches!(stage.state, StageState::Done(_))
        {
            let (kind, stage) = (kind.to_owned(), stage.stage.id.clone());
            return Err(Refusal::NothingToRedo { kind, stage });
        }
        let Some(clock) = &declared.not_before else { return Ok(()) };
        let due = self.clocks.iter().rev().find(|count| count.clock.id == *clock).map(|count| count.due);
        if due.is_none_or(|due: Deadline| due.holds(at, self.now.time_zone())) {
            return Err(Refusal::TooEarly { kind: kind.to_owned(), clock: clock.clone(), due });
        }
        Ok(())
    }

    fn not_ended(&self, kind: &FactKind) -> Result<(), Refusal> {
        match &self.ended {
            Some(ended) if !ended.end.allows.contains(&kind.id) => {
                Err(Refusal::Ended { end: ended.end.id.clone(), allows: ended.end.allows.clone() })
            }
            _ => Ok(()),
        }
    }

    /// What happened before the stop may still be told; what stops or lifts always may.
    fn not_stopped(&self, kind: &FactKind, at: Timestamp) -> Result<(), Refusal> {
        let forbids =
            self.stops.iter().map(|in_force| (in_force.stop, in_force.fact.at)).find(|(stop, since)| {
                at >= *since
                    && !stop.allows.contains(&kind.id)
                    && !stop.by.names(&kind.id)
                    && !stop.lifted_by.as_ref().is_some_and(|need| need.names(&kind.id))
            });
        match forbids {
            Some((stop, _)) => Err(Refusal::Stopped { stop: stop.id.clone(), allows: stop.allows.clone() }),
            None => Ok(()),
        }
    }

    fn of_open_stage(&self, kind: &FactKind) -> Result<(), Refusal> {
        let Some(standing) = kind.stage.as_deref().and_then(|stage| self.stage(stage)) else { return Ok(()) };
        let (stage, kind_id) = (standing.stage.id.clone(), kind.id.clone());
        match &standing.state {
            StageState::Waiting { waits_for } => {
                let waits_for = waits_for.iter().map(|stage| stage.id.clone()).collect();
                Err(Refusal::NotYet { kind: kind_id, stage, waits_for })
            }
            StageState::Skipped => match &standing.stage.only_when {
                Some(only_when) => {
                    Err(Refusal::Skipped { kind: kind_id, stage, only_when: only_when.clone() })
                }
                None => Ok(()),
            },
            StageState::Done(_) if standing.stage.done_by.iter().any(|need| need.names(&kind.id)) => {
                Err(Refusal::Done { kind: kind_id, stage })
            }
            _ => match self.comes_first(standing.stage, &kind.id) {
                Some(first) => Err(Refusal::Before { kind: kind_id, first: first.clone() }),
                None => Ok(()),
            },
        }
    }
}
