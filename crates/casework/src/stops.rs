use crate::fact::Fact;
use crate::span::Pause;
use crate::workflow::{Stop, Workflow};
use jiff::Timestamp;

/// A stop rule in force.
#[derive(Clone, Debug, PartialEq)]
pub struct InForce<'a> {
    /// The rule.
    pub stop: &'a Stop,
    /// The fact that brought it into force.
    pub fact: &'a Fact,
}

/// The rules in force, and the times that any rule was in force. The last of them may have no end.
pub(crate) fn read<'a>(workflow: &'a Workflow, facts: &[&'a Fact]) -> (Vec<InForce<'a>>, Vec<Pause>) {
    let (mut in_force, mut pauses) = (Vec::new(), Vec::new());
    for stop in &workflow.stops {
        let mut times = 0;
        let mut stopped: Option<&Fact> = None;
        for fact in facts {
            if stop.lifted_by.as_ref().is_some_and(|need| need.met_by(fact)) {
                times = 0;
                if let Some(begun) = stopped.take() {
                    pauses.push(Pause { from: begun.at, until: fact.at });
                }
            } else if stop.by.met_by(fact) {
                times += 1;
                if times >= stop.times {
                    stopped = stopped.or(Some(fact));
                }
            }
        }
        if let Some(fact) = stopped {
            pauses.push(Pause { from: fact.at, until: Timestamp::MAX });
            in_force.push(InForce { stop, fact });
        }
    }
    (in_force, pauses)
}
