//! What holds for every case, whatever its facts: tried on a workflow that has everything a workflow can have.

use casework::{
    Amends, Clock, ClockState, Due, End, Fact, FactKind, Field, FieldKind, Need, Outcome, Product, Severity,
    Span, Stage, StageState, Standing, Stop, Value, Workflow, check, standing,
};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use std::collections::BTreeSet;

const ROLES: [&str; 2] = ["lead", "officer"];
const PEOPLE: [&str; 3] = ["Han", "Seo", "Min"];

fn need(text: &str) -> Need {
    text.parse().expect("a need")
}

fn ids(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

/// Screening of a person: accelerated or regular, an interview and a record side by side, a decision by two people, an
/// appeal for some, a case that may come back, three missed meetings in a row that stop it.
fn screening() -> Workflow {
    let stage = |id: &str, after: &str, only_when: Option<&str>, done_by: &str| Stage {
        id: id.into(),
        title: id.into(),
        after: ids(after),
        only_when: only_when.map(need),
        done_by: done_by.split(';').map(need).collect(),
        in_order: false,
    };
    let kind = |id: &str, stage: &str, by: &str| FactKind {
        id: id.into(),
        title: id.into(),
        next: Some(id.into()),
        stage: Some(stage.to_owned()).filter(|stage| !stage.is_empty()),
        by: ids(by),
        ..FactKind::default()
    };
    let mode = Field {
        name: "mode".into(),
        kind: FieldKind::Choice(vec![("regular".into(), "Regular".into()), ("fast".into(), "Fast".into())]),
        ..Field::default()
    };
    let clock = |id: &str, starts: &str, due: Due, stops: &str| Clock {
        id: id.into(),
        title: id.into(),
        rule: id.into(),
        source: "a rule".into(),
        severity: Severity::Work,
        starts: need(starts),
        due,
        stops: need(stops),
        pause: Some((need("postponed"), need("resumed"))),
        always: false,
    };
    Workflow {
        id: "screening".into(),
        title: "Screening".into(),
        stages: vec![
            stage("registration", "", None, "registered"),
            stage("interview", "registration", None, "interviewed"),
            stage("research", "registration", Some("registered: mode = regular"), "researched"),
            stage("decision", "interview research", None, "assessed;decided"),
            stage("appeal", "decision", Some("appealed"), "appeal_decided"),
            stage("solution", "appeal", None, "solution_chosen or withdrawn"),
        ],
        facts: vec![
            FactKind { fields: vec![mode], ..kind("registered", "registration", "lead officer") },
            kind("interviewed", "interview", "officer"),
            kind("researched", "research", "officer lead"),
            kind("assessed", "decision", "officer lead"),
            FactKind { not_by: ids("assessed"), ..kind("decided", "decision", "lead officer") },
            kind("appealed", "", "lead officer"),
            FactKind { not_by: ids("decided"), ..kind("appeal_decided", "appeal", "lead officer") },
            FactKind { reason: true, ..kind("solution_chosen", "solution", "lead") },
            kind("withdrawn", "", "lead officer"),
            FactKind { back_to: Some("interview".into()), ..kind("returned", "decision", "lead") },
            kind("postponed", "", "officer"),
            kind("resumed", "", "officer"),
            kind("missed", "", "officer"),
            kind("met", "", "officer"),
        ],
        clocks: vec![
            clock("interview", "registered", Due::After(Span::Months(1)), "interviewed"),
            clock("notice", "decided", Due::After(Span::Hours(30)), "solution_chosen or appealed"),
        ],
        stops: vec![Stop {
            id: "lost".into(),
            state: "lost contact".into(),
            by: need("missed"),
            times: 3,
            lifted_by: Some(need("met")),
            next: "Find the person".into(),
            acts: ids("officer"),
            allows: ids("withdrawn"),
            publishes: Vec::new(),
        }],
        ends: vec![End {
            id: "closed".into(),
            title: "closed".into(),
            by: need("solution_chosen or withdrawn"),
            after: Vec::new(),
            allows: ids("met"),
        }],
        products: vec![Product { id: "numbers".into(), title: "Numbers".into(), after: ids("solution") }],
    }
}

fn second(at: i64) -> Timestamp {
    Timestamp::from_second(1_780_000_000 + at * 7_000).expect("a moment")
}

/// Any fact, whether it keeps to the rules or not.
fn any_fact() -> impl Strategy<Value = Fact> {
    let kinds: Vec<String> = screening().facts.into_iter().map(|kind| kind.id).collect();
    (
        prop::sample::select(kinds),
        0i64..400,
        0i64..50,
        prop::sample::select(PEOPLE.to_vec()),
        prop::sample::subsequence(ROLES.to_vec(), 1..=2),
        prop::sample::select(vec!["regular", "fast", "slow"]),
        prop::option::weighted(0.8, Just("because")),
        prop::option::weighted(0.15, (any::<bool>(), 0usize..12)),
    )
        .prop_map(|(kind, at, late, by, roles, mode, reason, amends)| Fact {
            id: String::new(),
            values: if kind == "registered" {
                [("mode".to_owned(), Value::Choice(mode.into()))].into()
            } else {
                [].into()
            },
            kind,
            at: second(at),
            recorded: second(at + late),
            by: by.into(),
            roles: ids(&roles.join(" ")),
            reason: reason.map(str::to_owned),
            amends: amends.map(|(withdraws, earlier)| {
                let earlier = format!("f{earlier:02}");
                if withdraws { Amends::Withdraws(earlier) } else { Amends::Corrects(earlier) }
            }),
        })
}

fn any_case() -> impl Strategy<Value = Vec<Fact>> {
    prop::collection::vec(any_fact(), 0..24).prop_map(|mut facts| {
        for index in 0..facts.len() {
            let (earlier, rest) = facts.split_at_mut(index);
            let fact = &mut rest[0];
            fact.id = format!("f{index:02}");
            // Most corrections are of the right kind.
            let amended = fact.amends.as_ref().map(Amends::earlier);
            if let Some(amended) = earlier.iter().find(|earlier| Some(earlier.id.as_str()) == amended) {
                fact.kind.clone_from(&amended.kind);
                fact.values.clone_from(&amended.values);
            }
        }
        facts
    })
}

fn at_day<'a>(workflow: &'a Workflow, facts: &'a [Fact], now: i64) -> Standing<'a> {
    standing(workflow, facts, &second(now).to_zoned_datetime(TimeZone::posix("KST-9").expect("a zone")))
}

/// All that a page could show of a case.
fn shown(case: &Standing<'_>) -> String {
    let permitted: Vec<&str> = case.permitted().iter().map(|kind| kind.id.as_str()).collect();
    format!(
        "{:?} {:?} {:?} {:?} {:?} {:?} {permitted:?}",
        case.stages, case.next, case.clocks, case.stops, case.ended, case.not_counted
    )
}

fn done(case: &Standing<'_>) -> BTreeSet<(String, String)> {
    case.done().map(|(stage, fact)| (stage.id.clone(), fact.id.clone())).collect()
}

#[test]
fn the_workflow_of_these_tests_has_no_fault() {
    let faults = check(&screening(), &ROLES);
    assert!(faults.is_empty(), "{}", faults.iter().map(|fault| format!("{fault}\n")).collect::<String>());
}

proptest! {
    #[test]
    fn the_order_of_arrival_means_nothing((facts, mixed) in any_case().prop_flat_map(|facts| {
        (Just(facts.clone()), Just(facts).prop_shuffle())
    }), now in 0i64..500) {
        let workflow = screening();
        prop_assert_eq!(shown(&at_day(&workflow, &facts, now)), shown(&at_day(&workflow, &mixed, now)));
    }

    /// The new fact may have happened long before the others; it is recorded last, as every new fact is.
    #[test]
    fn a_new_fact_never_undoes_a_stage(mut facts in any_case(), mut new in any_fact()) {
        let workflow = screening();
        let now = 500;
        let before: BTreeSet<String> = done(&at_day(&workflow, &facts, now)).into_iter().map(|done| done.0).collect();
        new.id = "new".into();
        new.recorded = second(now);
        let back = workflow.fact(&new.kind).is_some_and(|kind| kind.back_to.is_some());
        prop_assume!(new.amends.is_none() && !back);
        facts.push(new);
        let after: BTreeSet<String> = done(&at_day(&workflow, &facts, now)).into_iter().map(|done| done.0).collect();
        prop_assert!(before.is_subset(&after), "{before:?} became {after:?}");
    }

    /// A day that is past looks the same, whatever is recorded later.
    #[test]
    fn the_past_stays_as_it_was_known(mut facts in any_case(), mut new in any_fact(), now in 0i64..400) {
        let workflow = screening();
        let before = shown(&at_day(&workflow, &facts, now));
        new.id = "new".into();
        new.recorded = second(now + 1);
        facts.push(new);
        prop_assert_eq!(before, shown(&at_day(&workflow, &facts, now)));
    }

    /// What `may` allows, counts.
    #[test]
    fn a_permitted_fact_counts(mut facts in any_case(), mut new in any_fact()) {
        let workflow = screening();
        new.id = "new".into();
        new.recorded = second(500);
        let allowed = at_day(&workflow, &facts, 500).may(&new);
        facts.push(new);
        let case = at_day(&workflow, &facts, 500);
        let counts = case.not_counted.iter().all(|fact| fact.fact.id != "new");
        prop_assert!(counts || allowed.is_err(), "{:?}", case.not_counted);
    }

    #[test]
    fn a_withdrawn_fact_leaves_no_trace_but_the_history(facts in any_case(), index: prop::sample::Index) {
        let workflow = screening();
        let now = 600;
        // Facts that nothing amends, so that one can be left out.
        let facts: Vec<Fact> = facts.into_iter().filter(|fact| fact.amends.is_none()).collect();
        prop_assume!(!facts.is_empty());
        let chosen = index.get(&facts).clone();
        let mut withdrawn = facts.clone();
        withdrawn.push(Fact {
            id: "w".into(),
            by: "Kim".into(),
            roles: ids("lead officer"),
            recorded: second(now),
            reason: Some("a mistake".into()),
            amends: Some(Amends::Withdraws(chosen.id.clone())),
            ..chosen.clone()
        });
        // Whom the withdrawn fact kept from saying something stays refused: they were refused then.
        let case = at_day(&workflow, &withdrawn, now);
        let counted: Vec<&Fact> = case.facts.clone();
        prop_assert!(counted.iter().all(|fact| fact.id != chosen.id));
        let left: Vec<Fact> = counted.into_iter().cloned().collect();
        prop_assert_eq!(done(&case), done(&at_day(&workflow, &left, now)));
    }

    #[test]
    fn clocks_run_as_their_facts_say(facts in any_case(), now in 0i64..500) {
        let workflow = screening();
        let case = at_day(&workflow, &facts, now);
        for count in &case.clocks {
            match count.state {
                ClockState::Kept { at } => prop_assert!(count.due.holds(at, case.now.time_zone())),
                ClockState::Missed { at } => prop_assert!(!count.due.holds(at, case.now.time_zone())),
                ClockState::Over { at } => prop_assert!(at >= count.started.at && at <= second(now)),
                ClockState::Paused { since } => prop_assert!(since >= count.started.at && since <= second(now)),
                ClockState::Running | ClockState::Late => prop_assert!(case.ended.is_none()),
            }
        }
        // One run at a time.
        for clock in &workflow.clocks {
            let running = case.clocks.iter().filter(|count| count.clock.id == clock.id && count.state.is_running());
            prop_assert!(running.count() <= 1);
        }
    }

    #[test]
    fn something_is_next_until_the_case_has_ended_and_after_a_later_stop(facts in any_case(), now in 0i64..500) {
        let workflow = screening();
        let case = at_day(&workflow, &facts, now);
        let all_over = case.stages.iter().all(|stage| stage.state.is_over());
        let nothing = match &case.ended {
            Some(ended) => case.stops.iter().all(|stop| stop.fact.at <= ended.fact.at),
            None => all_over && case.stops.is_empty(),
        };
        prop_assert_eq!(case.next.is_empty(), nothing);
        prop_assert!(case.next.iter().all(|next| !next.roles.is_empty()));
    }
}

fn fact(id: &str, kind: &str, at: i64, by: &str) -> Fact {
    let registered = [("mode".to_owned(), Value::Choice("fast".into()))];
    Fact {
        id: id.into(),
        kind: kind.into(),
        at: second(at),
        recorded: second(at),
        by: by.into(),
        roles: ids("lead officer"),
        values: if kind == "registered" { registered.into() } else { [].into() },
        reason: Some("because".into()),
        amends: None,
    }
}

#[test]
fn an_appeal_opens_again_what_was_left_out() {
    let workflow = screening();
    let mut facts = vec![
        fact("a", "registered", 1, "Han"),
        fact("b", "interviewed", 2, "Han"),
        fact("c", "assessed", 3, "Han"),
        fact("d", "decided", 4, "Seo"),
    ];
    let open = |facts: &[Fact]| -> Vec<String> {
        at_day(&workflow, facts, 10).open().map(|stage| stage.stage.id.clone()).collect()
    };
    assert_eq!(open(&facts), ["solution"], "research is for regular cases, an appeal for those who appeal");
    facts.push(fact("e", "appealed", 5, "Min"));
    assert_eq!(open(&facts), ["appeal"]);
    facts.push(fact("f", "appeal_decided", 6, "Seo"));
    assert_eq!(open(&facts), ["appeal"], "who decided first may not decide the appeal");
    let case = at_day(&workflow, &facts, 10);
    assert_eq!(case.not_counted.len(), 1);
}

#[test]
fn three_times_in_a_row_stop_a_case_until_it_is_lifted() {
    let workflow = screening();
    let mut facts = vec![fact("a", "registered", 1, "Han")];
    let stopped = |facts: &[Fact]| !at_day(&workflow, facts, 100).stops.is_empty();
    for (day, kind, stops) in [
        (2, "missed", false),
        (3, "missed", false),
        (4, "met", false),
        (5, "missed", false),
        (6, "missed", false),
        (7, "missed", true),
        (40, "met", false),
    ] {
        facts.push(fact(&format!("d{day}"), kind, day, "Han"));
        assert_eq!(stopped(&facts), stops, "day {day}");
    }
    // The clock stood still from the third missed meeting until the person was met.
    let case = at_day(&workflow, &facts, 100);
    let stood = second(40).duration_since(second(7));
    let count = case.clock("interview", None).expect("it runs");
    let without = second(1) + SignedDuration::from_hours(24 * 31) + stood;
    let zone = case.now.time_zone();
    assert!(count.due.holds(without - SignedDuration::from_hours(48), zone));
    assert!(!count.due.holds(without + SignedDuration::from_hours(48), zone));
    assert!(matches!(case.stage("interview").expect("it is there").state, StageState::Open { .. }));
}

/// A recommendation of which nothing was heard for twelve months is stale; each piece of evidence begins anew.
#[test]
fn a_clock_can_be_wound_up_again_by_what_stops_it() {
    let workflow = Workflow {
        clocks: vec![Clock {
            id: "stale".into(),
            title: "Stale".into(),
            rule: "Evidence every twelve months".into(),
            source: "a rule".into(),
            severity: Severity::Work,
            starts: need("met"),
            due: Due::After(Span::Days(20)),
            stops: need("met"),
            pause: None,
            always: false,
        }],
        ..screening()
    };
    // A day of these tests is a little less than two hours.
    let facts = [fact("a", "met", 0, "Han"), fact("b", "met", 100, "Han"), fact("c", "met", 400, "Han")];
    let case = at_day(&workflow, &facts, 450);
    let states: Vec<bool> =
        case.clocks.iter().map(|count| matches!(count.state, ClockState::Kept { .. })).collect();
    assert_eq!(states, [true, false, false]);
    assert!(matches!(case.clocks[1].state, ClockState::Missed { .. }));
    assert_eq!(case.clocks[2].state, ClockState::Running);
    assert_eq!(case.clock_waits("stale").len(), 3);
}

#[test]
fn waits_of_a_stage_run_from_its_first_opening_to_its_end() {
    let workflow = screening();
    let facts = [
        fact("a", "registered", 0, "Han"),
        fact("b", "interviewed", 100, "Han"),
        fact("c", "assessed", 150, "Han"),
        fact("d", "returned", 160, "Han"),
        fact("e", "interviewed", 300, "Han"),
    ];
    let wait = |facts: &[Fact], stage: &str, now: i64| at_day(&workflow, facts, now).stage_wait(stage);
    let days = |seconds: f64| seconds * 7_000.0 / 86_400.0;
    let first = wait(&facts, "interview", 120).expect("it was done");
    assert_eq!((first.days, first.outcome), (days(100.0), Outcome::Done));
    let again = wait(&facts, "interview", 200).expect("it is open again");
    assert_eq!((again.days, again.outcome), (days(200.0), Outcome::Waiting));
    let decision = wait(&facts, "decision", 350).expect("it is open");
    assert_eq!((decision.days, decision.outcome), (days(250.0), Outcome::Waiting));
    assert_eq!(wait(&facts, "research", 350), None, "left out");
    let mut left = facts.to_vec();
    left.push(fact("f", "withdrawn", 320, "Han"));
    let decision = wait(&left, "decision", 350).expect("it was open");
    assert_eq!((decision.days, decision.outcome), (days(220.0), Outcome::Left));
}

#[test]
fn what_comes_in_order_is_asked_for_and_taken_in_that_order() {
    let fact = |id: &str| FactKind {
        id: id.into(),
        title: id.into(),
        stage: Some("findings".into()),
        by: vec!["lead".into()],
        ..FactKind::default()
    };
    let mut workflow = Workflow {
        stages: vec![Stage {
            id: "findings".into(),
            title: "findings".into(),
            after: Vec::new(),
            only_when: None,
            done_by: vec![need("graded"), need("verified")],
            in_order: true,
        }],
        facts: vec![fact("graded"), fact("verified")],
        ..Workflow::default()
    };
    let now = Timestamp::from_second(1_795_000_000).unwrap().to_zoned_datetime(TimeZone::UTC);
    let standing = casework::standing(&workflow, &[], &now);
    assert_eq!(standing.next.iter().flat_map(|next| next.kinds.clone()).collect::<Vec<_>>(), ["graded"]);
    assert_eq!(standing.permitted().iter().map(|kind| kind.id.as_str()).collect::<Vec<_>>(), ["graded"]);
    workflow.stages[0].in_order = false;
    let standing = casework::standing(&workflow, &[], &now);
    assert_eq!(standing.permitted().len(), 2, "side by side, unless the protocol says otherwise");
}
