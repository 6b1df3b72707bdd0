//! The words of cases: what the protocol calls stages, facts, roles and rules, in the reader's language.

use desk::casework::{ClockState, Count, Deadline, Next, Severity, StageState, Standing, Workflow};
use desk::protocol::{Protocol, ProtocolWorkflow};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::address::part;
use crate::locale::Locale;
use crate::patterns::{Clock, Markup, Tag, Tone};
use crate::room::cases_address;

/// Address of a case.
pub fn case_address(mandate: i64, workflow: &str, code: &str) -> String {
    format!("{}/{}", cases_address(mandate, workflow), part(code))
}

/// Speaks about the cases of one workflow.
#[derive(Clone, Copy)]
pub struct Words<'a> {
    /// The reader's language.
    pub l: Locale,
    /// The protocol that names the roles.
    pub protocol: &'a Protocol,
    /// The workflow that names everything else.
    pub declared: &'a ProtocolWorkflow,
}

impl<'a> Words<'a> {
    fn workflow(self) -> &'a Workflow {
        &self.declared.workflow
    }

    /// What cases of this workflow are called.
    pub fn title(self) -> &'a str {
        self.workflow().title.get(self.l.code())
    }

    /// What is said when a fact of this kind is on record.
    pub fn fact<'t>(self, id: &'t str) -> &'t str
    where
        'a: 't,
    {
        self.workflow().fact(id).map_or(id, |kind| kind.title.get(self.l.code()))
    }

    fn stage<'t>(self, id: &'t str) -> &'t str
    where
        'a: 't,
    {
        self.workflow().stage(id).map_or(id, |stage| stage.title.get(self.l.code()))
    }

    /// Several stages.
    pub fn stages(self, ids: &[String]) -> String {
        self.list(ids.iter().map(|id| self.stage(id)))
    }

    /// Several kinds of fact.
    pub fn facts(self, ids: &[String]) -> String {
        self.list(ids.iter().map(|id| self.fact(id)))
    }

    fn role<'t>(self, id: &'t str) -> &'t str
    where
        'a: 't,
    {
        self.protocol.role(id).map_or(id, |role| role.title.get(self.l.code()))
    }

    /// One of these roles.
    pub fn roles(self, ids: &[&str]) -> String {
        let titles: Vec<&str> = ids.iter().map(|id| self.role(id)).collect();
        titles.join(&self.l.text("case-or"))
    }

    fn list<'t>(self, titles: impl Iterator<Item = &'t str>) -> String {
        titles.collect::<Vec<_>>().join(&self.l.text("case-and"))
    }

    /// What is next and who does it, each once, with the kinds of fact that tell that it is done.
    pub fn next<'n, 's: 'n>(
        self,
        all: impl IntoIterator<Item = &'n Next<'s>>,
    ) -> Vec<(String, Vec<&'s str>)> {
        let mut said: Vec<(String, Vec<&str>)> = Vec::new();
        for next in all {
            let (what, roles) = (next.words.get(self.l.code()), self.roles(&next.roles));
            let says = self.l.text_with("case-next", &[("what", what.into()), ("roles", roles.into())]);
            match said.iter_mut().find(|(known, _)| *known == says) {
                Some((_, kinds)) => kinds.extend(&next.kinds),
                None => said.push((says, next.kinds.clone())),
            }
        }
        said
    }

    /// Where a case stands, in a few words for its title.
    pub fn state(self, standing: &Standing<'_>) -> String {
        let code = self.l.code();
        if let Some(in_force) = standing.stops.first() {
            return in_force.stop.state.get(code).to_owned();
        }
        if let Some(ended) = &standing.ended {
            return ended.end.title.get(code).to_owned();
        }
        let open = self.list(standing.open().map(|open| open.stage.title.get(code)));
        let done = standing.done().max_by_key(|(_, fact)| (fact.at, fact.recorded));
        let done = done.map(|(stage, _)| stage.title.get(code));
        match (done, open.is_empty()) {
            (Some(done), false) => {
                self.l.text_with("case-state-between", &[("done", done.into()), ("open", open.into())])
            }
            (None, false) => self.l.text_with_one("case-state-begun", "open", open),
            (_, true) => self.l.text("case-state-all-done"),
        }
    }

    /// The same for a list: in the colour of danger where a stop rule is in force.
    pub fn state_shown(self, standing: &Standing<'_>) -> Markup {
        match (standing.stops.is_empty(), &standing.ended) {
            (false, _) => Tag::new(Tone::Risk, self.state(standing)).into(),
            (true, Some(_)) => Tag::new(Tone::Done, self.state(standing)).into(),
            (true, None) => self.state(standing).into(),
        }
    }

    /// A time limit: its name, and which of its points it is.
    pub fn clock_title(self, count: &Count<'_>) -> String {
        let title = count.clock.title.get(self.l.code());
        let Some(point) = count.point else { return title.to_owned() };
        let choices = self.workflow().facts.iter().filter(|kind| count.clock.stops.names(&kind.id));
        let field = match &count.clock.due {
            desk::casework::Due::Points { field, .. } => field.as_str(),
            _ => "",
        };
        let named = choices.filter_map(|kind| kind.field(field)).find_map(|field| self.choice(field, point));
        self.l.text_with(
            "case-clock-point",
            &[("clock", title.into()), ("point", named.unwrap_or(point).into())],
        )
    }

    /// What a choice is called.
    pub fn choice(self, field: &'a desk::casework::Field, name: &str) -> Option<&'a str> {
        let desk::casework::FieldKind::Choice(choices) = &field.kind else { return None };
        choices.iter().find(|(known, _)| known == name).map(|(_, words)| words.get(self.l.code()))
    }

    /// A time limit as it stands: a clock while it runs, words afterwards.
    pub fn clock(self, count: &Count<'_>, standing: &Standing<'_>) -> Markup {
        let said = |tone, id| Tag::new(tone, self.l.text(id)).into();
        match count.state {
            ClockState::Running | ClockState::Late => self.running(count, standing).into(),
            ClockState::Paused { .. } => said(Tone::Plain, "case-clock-paused"),
            ClockState::Kept { .. } => said(Tone::Done, "case-clock-kept"),
            ClockState::Missed { .. } => said(Tone::Warning, "case-clock-missed"),
            ClockState::Over { .. } => said(Tone::Plain, "case-clock-over"),
        }
    }

    /// A clock that runs, with the rule it comes from and where that stands.
    pub fn running(self, count: &Count<'_>, standing: &Standing<'_>) -> Clock {
        let rule = self.l.text_with(
            "case-clock-rule",
            &[
                ("rule", count.clock.rule.get(self.l.code()).into()),
                ("source", count.clock.source.as_str().into()),
            ],
        );
        let now = standing.now.timestamp();
        let clock = match count.due {
            Deadline::Day(due) => Clock::by_day(self.l, due, standing.now.date(), &rule),
            Deadline::Moment(due) => {
                Clock::by_minute(self.l, due, now, standing.now.time_zone().to_datetime(due), &rule)
            }
        };
        if count.clock.severity == Severity::People { clock.for_people() } else { clock }
    }

    /// An answer of the desk with titles in place of ids.
    pub fn titled(self, error: desk::Error, kind: &str) -> desk::Error {
        let desk::Error::Refused(mut refusal) = error else { return error };
        let code = self.l.code();
        let workflow = self.workflow();
        for (name, value) in &mut refusal.arguments {
            let ids: Vec<String> = value.split(", ").map(str::to_owned).collect();
            let titled = match *name {
                "kind" | "other" | "kinds" => Some(self.facts(&ids)),
                "stage" | "stages" => Some(self.stages(&ids)),
                "stop" => workflow.stop(value).map(|stop| stop.state.get(code).to_owned()),
                "end" => workflow.end(value).map(|end| end.title.get(code).to_owned()),
                "clock" => workflow.clock(value).map(|clock| clock.title.get(code).to_owned()),
                "field" => {
                    let field = workflow.fact(kind).and_then(|kind| kind.field(value));
                    field.map(|field| field.title.get(code).to_owned())
                }
                "roles" => Some(self.roles(&ids.iter().map(String::as_str).collect::<Vec<_>>())),
                "due" => value.parse().ok().map(|day| self.l.date(day)),
                _ => None,
            };
            if let Some(titled) = titled {
                *value = titled;
            }
        }
        desk::Error::Refused(refusal)
    }
}

/// What presses more stands first: what is late and puts people at risk, what else is late, then by when it is due.
pub fn urgency(count: &Count<'_>, zone: &TimeZone) -> (bool, bool, DateTime) {
    let late = count.state == ClockState::Late;
    (!late, late && count.clock.severity != Severity::People, due_at(count.due, zone))
}

/// The most urgent of the clocks that run.
pub fn most_urgent<'s, 'a>(standing: &'s Standing<'a>) -> Option<&'s Count<'a>> {
    let running = standing.clocks.iter().filter(|count| is_ticking(count.state));
    running.min_by_key(|count| urgency(count, standing.now.time_zone()))
}

/// Whether a clock runs and does not stand still.
pub fn is_ticking(state: ClockState) -> bool {
    matches!(state, ClockState::Running | ClockState::Late)
}

/// The last moment of a limit by the calendar of the mandate, for ordering.
pub fn due_at(due: Deadline, zone: &TimeZone) -> DateTime {
    match due {
        Deadline::Moment(moment) => zone.to_datetime(moment),
        Deadline::Day(day) => day.at(23, 59, 59, 0),
    }
}

/// In which of the three states of the list's filter a case is.
pub fn sort_of(standing: &Standing<'_>) -> &'static str {
    match (standing.stops.is_empty(), &standing.ended) {
        (_, Some(_)) => "ended",
        (false, None) => "stopped",
        (true, None) => "open",
    }
}

/// What is said of a stage that is neither done nor open.
pub fn stage_note(l: Locale, state: &StageState<'_>) -> Option<String> {
    match state {
        StageState::Skipped => Some(l.text("case-stage-skipped")),
        StageState::Left => Some(l.text("case-stage-left")),
        _ => None,
    }
}

/// A member's name, as the list of names knows it.
pub fn member_of(names: &desk::Names, member: i64) -> String {
    names.member(member).unwrap_or("–").to_owned()
}
