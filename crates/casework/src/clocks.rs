use crate::fact::{Fact, Value};
use crate::span::{Deadline, Pause, Span};
use crate::standing::{Back, Ended, roles};
use crate::workflow::{Clock, Due, FactKind, Workflow};
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// One run of a clock, from the fact that started it.
#[derive(Clone, Debug, PartialEq)]
pub struct Count<'a> {
    /// The clock.
    pub clock: &'a Clock,
    /// Which of its points, where it has several.
    pub point: Option<&'a str>,
    /// The fact that started it.
    pub started: &'a Fact,
    /// When it is due, what it stood still included.
    pub due: Deadline,
    /// Where it stands.
    pub state: ClockState,
    /// Ids of the roles that can stop it.
    pub roles: Vec<&'a str>,
}

/// Where a run of a clock stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClockState {
    /// Runs, and is in time.
    Running,
    /// Runs, and its time is over.
    Late,
    /// Stands still; its due date moves on with every day.
    Paused {
        /// Since when.
        since: Timestamp,
    },
    /// Stopped in time.
    Kept {
        /// When.
        at: Timestamp,
    },
    /// Stopped too late, or never before the case ended.
    Missed {
        /// When.
        at: Timestamp,
    },
    /// The case ended or was sent back before it was due: nobody waits any longer.
    Over {
        /// When.
        at: Timestamp,
    },
}

impl ClockState {
    /// Whether it still runs, late or paused as it may be.
    pub fn is_running(self) -> bool {
        matches!(self, ClockState::Running | ClockState::Late | ClockState::Paused { .. })
    }
}

pub(crate) fn read<'a>(
    workflow: &'a Workflow,
    facts: &[&'a Fact],
    backs: &[Back<'a>],
    stopped: &[Pause],
    ended: Option<&Ended>,
    now: Timestamp,
    zone: &TimeZone,
) -> Vec<Count<'a>> {
    let mut counts = Vec::new();
    for clock in &workflow.clocks {
        let still = pauses(clock, facts, stopped);
        let stopping: Vec<&FactKind> =
            clock.stops.kinds().into_iter().filter_map(|kind| workflow.fact(kind)).collect();
        let roles = roles(&stopping);
        let ended = ended.filter(|_| !clock.always).map(|ended| ended.fact.at);
        let run = Run { workflow, clock, facts, backs, still: &still, ended, now, zone };
        for point in clock.points() {
            run.counts(point, &roles, &mut counts);
        }
    }
    counts
}

/// The times at which a clock stands still, in order and without overlap.
fn pauses(clock: &Clock, facts: &[&Fact], stopped: &[Pause]) -> Vec<Pause> {
    let mut all: Vec<Pause> = if clock.always { Vec::new() } else { stopped.to_vec() };
    if let Some((begins, ends)) = &clock.pause {
        let mut begun: Option<Timestamp> = None;
        for fact in facts {
            if ends.met_by(fact) {
                all.extend(begun.take().map(|from| Pause { from, until: fact.at }));
            } else if begins.met_by(fact) {
                begun = begun.or(Some(fact.at));
            }
        }
        all.extend(begun.map(|from| Pause { from, until: Timestamp::MAX }));
    }
    all.sort_by_key(|pause| (pause.from, pause.until));
    let mut merged: Vec<Pause> = Vec::new();
    for pause in all {
        match merged.last_mut() {
            Some(last) if pause.from <= last.until => last.until = last.until.max(pause.until),
            _ => merged.push(pause),
        }
    }
    merged
}

/// How a run came to its end.
enum Halt {
    Stopped(Timestamp),
    Over(Timestamp),
}

struct Run<'r, 'a> {
    workflow: &'a Workflow,
    clock: &'a Clock,
    facts: &'r [&'a Fact],
    backs: &'r [Back<'a>],
    still: &'r [Pause],
    /// When the case ended, unless the clock runs on.
    ended: Option<Timestamp>,
    now: Timestamp,
    zone: &'r TimeZone,
}

impl<'a> Run<'_, 'a> {
    /// Every run of one point of the clock: a fact that starts it while it runs changes nothing.
    fn counts(&self, point: Option<(&'a str, Span)>, roles: &[&'a str], counts: &mut Vec<Count<'a>>) {
        let mut free_from = 0;
        for (index, started) in self.facts.iter().enumerate() {
            if index < free_from || !self.clock.starts.met_by(started) {
                continue;
            }
            let stop = self.facts.iter().enumerate().find(|(other, fact)| {
                *other != index
                    && fact.at >= started.at
                    && self.is_stopped_by(fact, point.map(|(name, _)| name))
            });
            let cut = self.backs.iter().find(|back| {
                let stage = self.workflow.fact(&started.kind).and_then(|kind| kind.stage.as_deref());
                back.index > index && stage.is_some_and(|stage| self.workflow.follows(stage, back.to))
            });
            let cut = cut.filter(|cut| stop.is_none_or(|(stop, _)| cut.index < stop));
            let (halt, halted) = match (cut, stop) {
                (Some(cut), _) => (self.facts.get(cut.index).map(|fact| Halt::Over(fact.at)), cut.index),
                (None, Some((stop, fact))) => (Some(Halt::Stopped(fact.at)), stop),
                (None, None) => (None, usize::MAX),
            };
            if let Some((due, state)) = self.face(started, point, halt.as_ref()) {
                free_from = halted.max(index);
                let point = point.map(|(name, _)| name);
                counts.push(Count { clock: self.clock, point, started, due, state, roles: roles.to_vec() });
            }
        }
    }

    fn is_stopped_by(&self, fact: &Fact, point: Option<&str>) -> bool {
        let of_point = match (&self.clock.due, point) {
            (Due::Points { field, .. }, Some(point)) => match fact.values.get(field) {
                Some(Value::Choice(name)) => name == point,
                // A fact that names no point stops them all.
                _ => true,
            },
            _ => true,
        };
        of_point && self.clock.stops.met_by(fact)
    }

    fn face(
        &self,
        started: &Fact,
        point: Option<(&str, Span)>,
        halt: Option<&Halt>,
    ) -> Option<(Deadline, ClockState)> {
        let ended = self.ended.map(|at| at.max(started.at));
        let until = match halt {
            Some(Halt::Stopped(at) | Halt::Over(at)) => *at,
            None => ended.unwrap_or(self.now),
        };
        let due = self.due(started, point, until)?;
        let in_time = due.holds(until, self.zone);
        let paused = self.still.iter().find(|pause| pause.until > until && pause.from <= until);
        let state = match (halt, in_time) {
            (Some(Halt::Stopped(at)), true) => ClockState::Kept { at: *at },
            (Some(Halt::Stopped(at) | Halt::Over(at)), false) => ClockState::Missed { at: *at },
            (Some(Halt::Over(at)), true) => ClockState::Over { at: *at },
            (None, false) if ended.is_some() => ClockState::Missed { at: until },
            (None, true) if ended.is_some() => ClockState::Over { at: until },
            (None, false) => ClockState::Late,
            (None, true) => match paused {
                Some(pause) => ClockState::Paused { since: pause.from.max(started.at) },
                None => ClockState::Running,
            },
        };
        Some((due, state))
    }

    fn due(&self, started: &Fact, point: Option<(&str, Span)>, until: Timestamp) -> Option<Deadline> {
        let stood: Vec<Pause> = self
            .still
            .iter()
            .map(|pause| Pause { from: pause.from.max(started.at), until: pause.until.min(until) })
            .filter(|pause| pause.from < pause.until)
            .collect();
        let span = match (&self.clock.due, point) {
            (_, Some((_, span))) => span,
            (Due::After(span), None) => *span,
            (Due::ByChoice { field, spans }, None) => {
                let Some(Value::Choice(choice)) = started.values.get(field) else { return None };
                spans.iter().find(|(name, _)| name == choice).map(|(_, span)| *span)?
            }
            (Due::On { field }, None) => {
                let Some(Value::Date(date)) = started.values.get(field) else { return None };
                return Some(Deadline::Day(*date));
            }
            (Due::Points { .. }, None) => return None,
        };
        span.deadline(started.at, &stood, self.zone)
    }
}
