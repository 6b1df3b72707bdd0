use crate::clocks::{self, Count};
use crate::fact::Fact;
use crate::need::Need;
use crate::record::{NotCounted, Record};
use crate::span::moment;
use crate::stops::{self, InForce};
use crate::words::Words;
use crate::workflow::{End, FactKind, Product, Stage, Workflow};
use jiff::{Timestamp, ZonedDateTime};

/// Where a case stands: derived from its facts, never stored.
pub struct Standing<'a> {
    /// The workflow it was derived by.
    pub workflow: &'a Workflow,
    /// The moment that it was derived for, in the zone whose days count.
    pub now: ZonedDateTime,
    /// Every stage, in order.
    pub stages: Vec<StageStanding<'a>>,
    /// What is next and who must act.
    pub next: Vec<Next<'a>>,
    /// Every count of every clock that was started, in the order of the workflow and then of time.
    pub clocks: Vec<Count<'a>>,
    /// The stop rules in force.
    pub stops: Vec<InForce<'a>>,
    /// How the case ended, if it has.
    pub ended: Option<Ended<'a>>,
    /// Facts on record that break a rule and do not count.
    pub not_counted: Vec<NotCounted<'a>>,
    /// The facts that count, in the order in which they happened.
    pub facts: Vec<&'a Fact>,
    pub(crate) record: Record<'a>,
}

/// One stage of a case.
#[derive(Clone, Debug, PartialEq)]
pub struct StageStanding<'a> {
    /// The stage.
    pub stage: &'a Stage,
    /// Where it stands.
    pub state: StageState<'a>,
    /// When it was done before the case was sent back, oldest first.
    pub earlier: Vec<&'a Fact>,
    /// When it opened for the first time.
    pub first_opened: Option<Timestamp>,
}

/// Where a stage stands.
#[derive(Clone, Debug, PartialEq)]
pub enum StageState<'a> {
    /// Done, by this fact, the last of those that it waited for.
    Done(&'a Fact),
    /// Open now; a case without facts has an open first stage without a date.
    Open {
        /// Since when.
        since: Option<Timestamp>,
    },
    /// Not open yet.
    Waiting {
        /// The stages it waits for.
        waits_for: Vec<&'a Stage>,
    },
    /// Left out in this case.
    Skipped,
    /// The case ended before it was done.
    Left,
}

impl StageState<'_> {
    /// Whether what comes after it may open.
    pub fn is_over(&self) -> bool {
        matches!(self, StageState::Done(_) | StageState::Skipped)
    }
}

/// Something to be done now.
#[derive(Clone, Debug, PartialEq)]
pub struct Next<'a> {
    /// The stage that waits for it; none when a stop rule asks for it.
    pub stage: Option<&'a Stage>,
    /// What is to be done, in words.
    pub words: &'a Words,
    /// Ids of the roles that must act.
    pub roles: Vec<&'a str>,
    /// Ids of the kinds of fact that tell that it is done; any one of them.
    pub kinds: Vec<&'a str>,
}

/// The end of a case.
#[derive(Clone, Debug, PartialEq)]
pub struct Ended<'a> {
    /// How.
    pub end: &'a End,
    /// The fact that ended it.
    pub fact: &'a Fact,
}

/// Derives where a case stands at a moment. Facts recorded later than that, or that happened later, are left out, so
/// an earlier moment shows the case as it was known then. The order of `facts` means nothing.
pub fn standing<'a>(workflow: &'a Workflow, facts: &'a [Fact], now: &ZonedDateTime) -> Standing<'a> {
    let (moment, zone) = moment(now);
    let mut record = Record::read(workflow, facts, moment);
    let facts = record.counting(moment);
    let backs = backs(workflow, &facts);
    let ended = ended(workflow, &facts, &backs);
    let (stops, pauses) = stops::read(workflow, &facts);
    let stages = stages(workflow, &facts, &backs, ended.is_some());
    let clocks = clocks::read(workflow, &facts, &backs, &pauses, ended.as_ref(), moment, zone);
    let next = next(workflow, &facts, &backs, &stages, &stops, ended.as_ref());
    let not_counted = std::mem::take(&mut record.not_counted);
    Standing { workflow, now: now.clone(), stages, next, clocks, stops, ended, not_counted, facts, record }
}

impl<'a> Standing<'a> {
    /// The stages that are open now.
    pub fn open(&self) -> impl Iterator<Item = &StageStanding<'a>> {
        self.stages.iter().filter(|stage| matches!(stage.state, StageState::Open { .. }))
    }

    /// The stages that are done.
    pub fn done(&self) -> impl Iterator<Item = (&'a Stage, &'a Fact)> {
        self.stages.iter().filter_map(|standing| match standing.state {
            StageState::Done(fact) => Some((standing.stage, fact)),
            _ => None,
        })
    }

    /// One stage.
    pub fn stage(&self, id: &str) -> Option<&StageStanding<'a>> {
        self.stages.iter().find(|standing| standing.stage.id == id)
    }

    /// The latest count of a clock; of one of its points, where it has points.
    pub fn clock(&self, id: &str, point: Option<&str>) -> Option<&Count<'a>> {
        self.clocks.iter().rev().find(|count| count.clock.id == id && count.point == point)
    }

    /// The kinds of fact that may be put on record now, by the roles that each names.
    pub fn permitted(&self) -> Vec<&'a FactKind> {
        self.workflow
            .facts
            .iter()
            .filter(|kind| self.may_happen(&kind.id, self.now.timestamp()).is_ok())
            .collect()
    }

    /// What may be published now.
    pub fn publishable(&self) -> Vec<&'a Product> {
        self.workflow.products.iter().filter(|product| self.may_publish(&product.id).is_ok()).collect()
    }

    /// What a stage waits for before a kind of fact, where its facts come in order: the first that has not happened since
    /// the stage was to be done.
    pub(crate) fn comes_first(&self, stage: &'a Stage, kind: &str) -> Option<&'a Need> {
        if !stage.in_order {
            return None;
        }
        let backs = backs(self.workflow, &self.facts);
        let rounds = rounds(self.workflow, &self.facts, &backs, &stage.id);
        let present = rounds.last().copied().unwrap_or_default();
        let before = stage.done_by.iter().take_while(|need| !need.names(kind));
        let mut missing = before.filter(|need| !present.iter().any(|fact| need.met_by(fact)));
        let is_one_of_them = stage.done_by.iter().any(|need| need.names(kind));
        missing.next().filter(|_| is_one_of_them)
    }

    /// The stages among these that are neither done nor skipped.
    pub(crate) fn not_over(&self, ids: &[String]) -> Vec<String> {
        let over = |id: &String| self.stage(id).is_some_and(|standing| standing.state.is_over());
        ids.iter().filter(|id| !over(id)).cloned().collect()
    }
}

/// A fact that sends the case back: its place among the facts, and the stage that it goes back to.
pub(crate) struct Back<'a> {
    pub index: usize,
    pub to: &'a str,
}

fn backs<'a>(workflow: &'a Workflow, facts: &[&Fact]) -> Vec<Back<'a>> {
    let back = |(index, fact): (usize, &&Fact)| {
        workflow.fact(&fact.kind)?.back_to.as_deref().map(|to| Back { index, to })
    };
    facts.iter().enumerate().filter_map(back).collect()
}

fn ended<'a>(workflow: &'a Workflow, facts: &[&'a Fact], backs: &[Back]) -> Option<Ended<'a>> {
    let begin = backs.last().map_or(0, |back| back.index + 1);
    facts.iter().skip(begin).find_map(|fact| {
        let end = workflow.ends.iter().find(|end| end.by.met_by(fact))?;
        Some(Ended { end, fact })
    })
}

/// The facts of each time that a stage was to be done: the last one is the present.
pub(crate) fn rounds<'f, 'a>(
    workflow: &Workflow,
    facts: &'f [&'a Fact],
    backs: &[Back],
    stage: &str,
) -> Vec<&'f [&'a Fact]> {
    let mut rounds = Vec::new();
    let mut begin = 0;
    for back in backs.iter().filter(|back| workflow.follows(stage, back.to)) {
        rounds.extend(facts.get(begin..back.index));
        begin = back.index + 1;
    }
    rounds.extend(facts.get(begin..));
    rounds
}

/// The fact that completed a stage: the last one that it waited for, each taken when it first happened.
fn completed_by<'a>(stage: &Stage, facts: &[&'a Fact]) -> Option<&'a Fact> {
    let mut last: Option<(usize, &Fact)> = None;
    for need in &stage.done_by {
        let first = facts.iter().enumerate().find(|(_, fact)| need.met_by(fact));
        let (index, fact) = first.map(|(index, fact)| (index, *fact))?;
        last = last.filter(|(known, _)| *known > index).or(Some((index, fact)));
    }
    last.map(|(_, fact)| fact)
}

/// What later stages ask of an earlier one.
struct Reached<'a> {
    id: &'a str,
    over: Option<Timestamp>,
    first_over: Option<Timestamp>,
}

fn stages<'a>(
    workflow: &'a Workflow,
    facts: &[&'a Fact],
    backs: &[Back],
    ended: bool,
) -> Vec<StageStanding<'a>> {
    let mut reached: Vec<Reached> = Vec::new();
    let mut stages = Vec::new();
    let begun = facts.first().map(|fact| fact.at);
    for stage in &workflow.stages {
        let rounds = rounds(workflow, facts, backs, &stage.id);
        let mut done: Vec<Option<&Fact>> = rounds.iter().map(|facts| completed_by(stage, facts)).collect();
        let now_done = done.pop().flatten();
        let earlier: Vec<&Fact> = done.into_iter().flatten().collect();
        let sent_back = backs
            .iter()
            .rfind(|back| workflow.follows(&stage.id, back.to))
            .and_then(|back| facts.get(back.index))
            .map(|fact| fact.at);
        let before = |id: &String| reached.iter().find(|earlier| earlier.id == id);
        let waits_for: Vec<&Stage> = stage
            .after
            .iter()
            .filter(|id| before(id).is_none_or(|earlier| earlier.over.is_none()))
            .filter_map(|id| workflow.stage(id))
            .collect();
        let opened = opened(stage, begun, waits_for.is_empty(), |id| before(id)?.over).max(sent_back);
        let all_began = stage.after.iter().all(|id| before(id).is_some_and(|one| one.first_over.is_some()));
        let first_opened = self::opened(stage, begun, all_began, |id| before(id)?.first_over);
        let wanted = stage.only_when.as_ref().is_none_or(|need| facts.iter().any(|fact| need.met_by(fact)));
        let state = match now_done {
            Some(fact) => StageState::Done(fact),
            None if waits_for.is_empty() && !wanted => StageState::Skipped,
            None if ended => StageState::Left,
            None if !waits_for.is_empty() => StageState::Waiting { waits_for },
            None => StageState::Open { since: opened },
        };
        let over = match &state {
            StageState::Done(fact) => Some(fact.at),
            StageState::Skipped => opened,
            _ => None,
        };
        let first_over = earlier.first().map(|fact| fact.at).or(over);
        reached.push(Reached { id: &stage.id, over, first_over });
        stages.push(StageStanding { stage, state, earlier, first_opened });
    }
    stages
}

/// When a stage opened: when the last of those before it was over.
fn opened(
    stage: &Stage,
    begun: Option<Timestamp>,
    open: bool,
    over: impl Fn(&String) -> Option<Timestamp>,
) -> Option<Timestamp> {
    if !open {
        return None;
    }
    if stage.after.is_empty() { begun } else { stage.after.iter().filter_map(over).max() }
}

fn next<'a>(
    workflow: &'a Workflow,
    facts: &[&'a Fact],
    backs: &[Back],
    stages: &[StageStanding<'a>],
    stops: &[InForce<'a>],
    ended: Option<&Ended>,
) -> Vec<Next<'a>> {
    if ended.is_some() || !stops.is_empty() {
        let ask = |in_force: &InForce<'a>| {
            let stop = in_force.stop;
            let lifts = stop.lifted_by.iter().flat_map(|need| need.kinds());
            Next {
                stage: None,
                words: &stop.next,
                roles: stop.acts.iter().map(String::as_str).collect(),
                kinds: lifts.chain(stop.allows.iter().map(String::as_str)).collect(),
            }
        };
        // A person punished after the end is not left alone because the case is closed.
        let after_end = |in_force: &&InForce<'a>| ended.is_none_or(|ended| in_force.fact.at > ended.fact.at);
        return stops.iter().filter(after_end).map(ask).collect();
    }
    let mut next = Vec::new();
    for standing in stages.iter().filter(|standing| matches!(standing.state, StageState::Open { .. })) {
        let stage = standing.stage;
        let rounds = rounds(workflow, facts, backs, &stage.id);
        let present = rounds.last().copied().unwrap_or_default();
        let unmet = stage.done_by.iter().filter(|need| !present.iter().any(|fact| need.met_by(fact)));
        for need in unmet.take(if stage.in_order { 1 } else { usize::MAX }) {
            let kinds = need.kinds();
            let declared: Vec<&FactKind> = kinds.iter().filter_map(|kind| workflow.fact(kind)).collect();
            let Some(first) = declared.first() else { continue };
            next.push(Next {
                stage: Some(stage),
                words: first.next.as_ref().unwrap_or(&first.title),
                roles: roles(&declared),
                kinds,
            });
        }
    }
    next
}

/// The roles that put any of these on record, each once.
pub(crate) fn roles<'a>(kinds: &[&'a FactKind]) -> Vec<&'a str> {
    let mut roles: Vec<&str> = Vec::new();
    for role in kinds.iter().flat_map(|kind| &kind.by) {
        if !roles.contains(&role.as_str()) {
            roles.push(role);
        }
    }
    roles
}
