//! Visits and findings as the workplace protocol declares them: one to its end, one stopped, one refused.

use casework::{ClockState, Deadline, Fact, FieldKind, Refusal, Standing, Value, Workflow, standing};
use jiff::civil::date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ZonedDateTime};
use protocol::Protocol;
use std::collections::{BTreeMap, BTreeSet};

/// A case with a calendar that only goes forward. Everybody's name tells their role.
struct Case {
    workflow: Workflow,
    facts: Vec<Fact>,
    now: Timestamp,
}

impl Case {
    fn new(name: &str) -> Case {
        let files = protocol::shipped_files("workplace").expect("it is shipped");
        let protocol = Protocol::read(&files).unwrap_or_else(|problems| panic!("{problems:?}"));
        let workflow = protocol.workflow(name).expect("it is declared").workflow.clone();
        Case { workflow, facts: Vec::new(), now: "2026-03-02T00:00:00Z".parse().expect("a moment") }
    }

    fn wall(&self) -> ZonedDateTime {
        self.now.to_zoned_datetime(TimeZone::posix("KST-9").expect("a zone"))
    }

    fn standing(&self) -> Standing<'_> {
        standing(&self.workflow, &self.facts, &self.wall())
    }

    fn after_days(&mut self, days: i64) -> &mut Case {
        self.now += SignedDuration::from_hours(24 * days);
        self
    }

    /// `name/role` says `kind field=value …`; a word after `because` is the reason.
    fn fact(&self, who: &str, what: &str) -> Fact {
        let (what, reason) =
            what.split_once(" because ").map_or((what, None), |(what, why)| (what, Some(why)));
        let mut words = what.split(' ');
        let kind = words.next().expect("a kind").to_owned();
        let (by, role) = who.split_once('/').expect("who/role");
        let value = |word: &str| {
            let (field, text) = word.split_once('=').expect("field=value");
            let number = text.parse().map(Value::Number);
            let value = match field {
                "difference_percent" => number.expect("a number"),
                "frame_hash" => Value::Text(text.to_owned()),
                _ => Value::Choice(text.to_owned()),
            };
            (field.to_owned(), value)
        };
        Fact {
            id: format!("f{}", self.facts.len()),
            kind,
            at: self.now,
            recorded: self.now,
            by: by.to_owned(),
            roles: vec![role.to_owned()],
            values: words.map(value).collect::<BTreeMap<_, _>>(),
            reason: reason.map(str::to_owned),
            amends: None,
        }
    }

    fn says(&mut self, who: &str, what: &str) -> &mut Case {
        let fact = self.fact(who, what);
        if let Err(refusal) = self.standing().may(&fact) {
            panic!("{who} may not say {what}: {refusal}");
        }
        self.facts.push(fact);
        self
    }

    fn refused(&self, who: &str, what: &str) -> Refusal {
        self.standing().may(&self.fact(who, what)).expect_err("it should be refused")
    }

    fn open(&self) -> Vec<String> {
        self.standing().open().map(|stage| stage.stage.id.clone()).collect()
    }

    fn next(&self) -> Vec<(String, Vec<String>)> {
        let next = |next: &casework::Next<'_>| {
            (next.words.get("en").to_owned(), next.roles.iter().map(ToString::to_string).collect())
        };
        self.standing().next.iter().map(next).collect()
    }

    fn clock(&self, id: &str, point: Option<&str>) -> (Deadline, ClockState) {
        let standing = self.standing();
        let count = standing.clock(id, point).expect("the clock was started");
        (count.due, count.state)
    }

    fn until_the_interviews(&mut self) -> &mut Case {
        self.says("Han/visit_lead", "access_requested")
            .after_days(3)
            .says("Han/visit_lead", "access_answered authority=first answer=granted")
            .says("Office/authority_liaison", "mandate_signed authority=first")
            .says("Han/visit_lead", "mandate_signed authority=second")
            .says("Seo/draw_officer", "frame_received")
            .says("Seo/draw_officer", "frame_tested difference_percent=3.5")
            .says("Seo/draw_officer", "frame_frozen frame_hash=9f86d0")
            .after_days(1)
            .says("Seo/draw_officer", "draw_committed")
            .says("Seo/draw_officer", "draw_revealed")
            .says("Han/visit_lead", "tour_done")
    }
}

#[test]
fn a_visit_from_its_mandate_to_its_end() {
    let mut visit = Case::new("visit");
    assert_eq!(visit.open(), ["mandate"]);
    visit.until_the_interviews();

    // Interviews and records run side by side, and people of different roles are asked to act.
    assert_eq!(visit.open(), ["interviews", "record_review"]);
    let roles: Vec<_> = visit.next().into_iter().flat_map(|(_, roles)| roles).collect();
    assert_eq!(roles, ["visit_lead", "record_reviewer"]);
    assert_eq!(
        visit.refused("Noh/reconciler", "reconciled").to_string(),
        "“reconciled” belongs to the stage “reconciliation”, which waits for interviews, record_review: finish that first"
    );
    visit
        .says("Han/visit_lead", "interviews_finished")
        .says("Bae/record_reviewer", "records_reviewed")
        .says("Noh/reconciler", "reconciled")
        .says("Noh/reconciler", "findings_graded actions_needed=yes");

    // Four eyes.
    let refusal = visit.refused("Noh/reconciler", "findings_verified");
    assert!(matches!(refusal, Refusal::SamePerson { .. }), "{refusal}");
    visit.says("Han/visit_lead", "findings_verified").says("Han/visit_lead", "findings_sent");

    // Nobody can say that the employer is silent before the fourteenth day is over.
    let (due, state) = visit.after_days(14).clock("right_of_reply", None);
    assert_eq!((due, state), (Deadline::Day(date(2026, 3, 20)), ClockState::Running));
    assert!(matches!(visit.refused("Han/visit_lead", "no_reply"), Refusal::TooEarly { .. }));
    assert_eq!(visit.after_days(1).clock("right_of_reply", None).1, ClockState::Late);
    visit.says("Han/visit_lead", "no_reply");

    // The review finds a cell that tells too much: back to the findings, and the reply is asked for again.
    assert!(matches!(visit.refused("Han/visit_lead", "findings_returned"), Refusal::ReasonMissing { .. }));
    visit.says("Han/visit_lead", "findings_returned because one quotation shows the post").after_days(1);
    assert_eq!(visit.open(), ["findings"]);
    let before = visit.standing();
    assert_eq!(
        before.stage("findings").expect("it is there").earlier.len(),
        1,
        "the first time is not forgotten"
    );
    visit
        .says("Noh/reconciler", "findings_graded actions_needed=yes")
        .says("Han/visit_lead", "findings_verified")
        .says("Han/visit_lead", "findings_sent")
        .after_days(2)
        .says("Han/visit_lead", "reply_received");
    assert!(matches!(visit.clock("right_of_reply", None).1, ClockState::Kept { .. }));
    assert!(matches!(
        visit.standing().may_publish("report"),
        Err(Refusal::NotPublishable { waits_for, .. }) if waits_for == ["disclosure_review"]
    ));
    visit.says("Han/visit_lead", "disclosure_reviewed").says("Noh/reconciler", "release_prepared");
    assert_eq!(visit.standing().may_publish("report"), Ok(()));
    visit.says("Han/visit_lead", "release_signed").says("Han/visit_lead", "action_plan_agreed");
    assert_eq!(visit.open(), ["verification"]);
    assert_eq!(visit.clock("verification_visit", None).0, Deadline::Day(date(2026, 9, 24)));

    // Checks after 30, 90 and 180 days; the second comes too late, and stays so.
    let interviewed = date(2026, 3, 6);
    let due = |point| visit.clock("reprisal_checks", Some(point)).0;
    assert_eq!(due("30"), Deadline::Day(date(2026, 4, 5)));
    assert_eq!(due("180"), Deadline::Day(date(2026, 9, 2)));
    assert_eq!(visit.standing().stage("interviews").expect("it is there").stage.title.get("ko"), "면담");
    assert!(visit.wall().date() > interviewed);
    visit.after_days(10).says("Seo/draw_officer", "reprisal_checked day=30");
    visit.after_days(70).says("Seo/draw_officer", "reprisal_checked day=90");
    visit.after_days(75).says("Han/visit_lead", "verification_made");
    visit.says("Seo/draw_officer", "reprisal_checked day=180");
    assert!(matches!(visit.clock("reprisal_checks", Some("30")).1, ClockState::Kept { .. }));
    assert!(matches!(visit.clock("reprisal_checks", Some("90")).1, ClockState::Missed { .. }));
    assert!(matches!(visit.clock("verification_visit", None).1, ClockState::Kept { .. }));
    assert!(visit.next().is_empty());

    visit.says("Han/visit_lead", "visit_closed");
    let closed = visit.standing();
    assert_eq!(closed.ended.as_ref().map(|ended| ended.end.id.as_str()), Some("closed"));
    assert_eq!(closed.done().count(), 14, "every stage of the visit");
    assert!(closed.not_counted.is_empty());
    assert!(matches!(visit.refused("Han/visit_lead", "tour_done"), Refusal::Ended { .. }));

    // Somebody is punished after all was closed.
    visit.after_days(30).says("Min/interviewer", "interviewee_punished because moved to the furnace");
    assert_eq!(visit.next().len(), 1, "the closed visit asks the lead to act");
}

#[test]
fn a_visit_with_nothing_to_put_right_needs_no_plan() {
    let mut visit = Case::new("visit");
    visit
        .until_the_interviews()
        .says("Han/visit_lead", "interviews_finished")
        .says("Bae/record_reviewer", "records_reviewed")
        .says("Noh/reconciler", "reconciled")
        .says("Noh/reconciler", "findings_graded actions_needed=no")
        .says("Han/visit_lead", "findings_verified")
        .says("Han/visit_lead", "findings_sent")
        .says("Han/visit_lead", "reply_waived")
        .says("Han/visit_lead", "disclosure_reviewed")
        .says("Noh/reconciler", "release_prepared")
        .says("Han/visit_lead", "release_signed");
    assert_eq!(visit.open(), ["verification"]);
    assert!(matches!(visit.refused("Han/visit_lead", "action_plan_agreed"), Refusal::Skipped { .. }));
    assert!(matches!(visit.refused("Han/visit_lead", "visit_closed"), Refusal::NotYet { .. }));
}

#[test]
fn a_supervisor_who_will_not_leave_stops_the_visit() {
    let mut visit = Case::new("visit");
    visit.until_the_interviews().after_days(1);
    let late = visit.fact("Han/visit_lead", "interviews_finished");
    visit.after_days(1).says("Min/interviewer", "supervisor_stayed because stood at the door until we left");

    let stopped = visit.standing();
    assert_eq!(stopped.stops[0].stop.state.get("en"), "suspended – compromised");
    assert_eq!(stopped.stops[0].stop.state.get("ko"), "훼손으로 중지");
    let may: Vec<&str> = stopped.publishable().iter().map(|product| product.id.as_str()).collect();
    assert_eq!(may, ["access_record"], "the access record and nothing else");
    assert_eq!(
        stopped.may_publish("draw_record").expect_err("stopped").to_string(),
        "the case is stopped by the rule “compromised”: only access_record may still be published"
    );
    assert_eq!(visit.next().len(), 1, "one thing is next, whatever was open");
    assert!(matches!(visit.refused("Bae/record_reviewer", "records_reviewed"), Refusal::Stopped { .. }));

    // What happened before the stop can still be told: the phone was offline.
    let told = Fact { id: "late".into(), recorded: visit.now, ..late };
    assert_eq!(visit.standing().may(&told), Ok(()));
    visit.facts.push(told);

    // Whoever reported it cannot be pressed to take it back; nor can the visit go on by another way.
    let earlier =
        visit.facts.iter().find(|fact| fact.kind == "supervisor_stayed").expect("it is there").id.clone();
    let taken_back = Fact {
        amends: Some(casework::Amends::Withdraws(earlier)),
        ..visit.fact("Min/interviewer", "supervisor_stayed because I was wrong")
    };
    assert!(matches!(visit.standing().may(&taken_back), Err(Refusal::SamePerson { .. })));

    // The people heard are looked after all the same, and the end does not lift the stop.
    assert!(visit.clock("reprisal_checks", Some("30")).1.is_running());
    visit
        .says("Han/visit_lead", "access_published")
        .says("Han/visit_lead", "visit_abandoned because compromised");
    assert!(visit.clock("reprisal_checks", Some("30")).1.is_running());
    visit.after_days(29).says("Seo/draw_officer", "reprisal_checked day=30");
    assert!(matches!(visit.clock("reprisal_checks", Some("30")).1, ClockState::Kept { .. }));
    assert!(visit.standing().may_publish("report").is_err());
    assert!(visit.standing().may_publish("access_record").is_ok());
}

#[test]
fn a_stop_reported_in_error_is_taken_back_by_another_person() {
    let mut visit = Case::new("visit");
    visit
        .until_the_interviews()
        .says("Min/interviewer", "answers_demanded because so I was told")
        .after_days(1);
    let reported = visit.facts.last().expect("it is there").id.clone();
    let mut taken_back =
        visit.fact("Bae/record_reviewer", "answers_demanded because it was the menu they asked for");
    taken_back.amends = Some(casework::Amends::Withdraws(reported));
    assert_eq!(visit.standing().may(&taken_back), Ok(()));
    visit.facts.push(taken_back);
    assert!(visit.standing().stops.is_empty());
    assert_eq!(visit.open(), ["interviews", "record_review"]);
    assert_eq!(visit.facts.len(), 12, "both stay on record");
}

#[test]
fn a_frame_shown_false_stops_the_visit_by_itself() {
    for (difference, stops) in [("5.1", false), ("10", false), ("10.1", true)] {
        let mut visit = Case::new("visit");
        visit.until_the_interviews();
        visit.says("Han/visit_lead", &format!("frame_tested difference_percent={difference}"));
        assert_eq!(!visit.standing().stops.is_empty(), stops, "{difference} %");
    }
}

#[test]
fn access_refused_is_a_result() {
    let mut visit = Case::new("visit");
    visit.says("Han/visit_lead", "access_requested").after_days(20);
    visit.says("Han/visit_lead", "access_answered authority=first answer=granted");
    visit.says("Han/visit_lead", "access_answered authority=second answer=postponed");
    assert!(visit.standing().ended.is_none());
    visit.after_days(40).says("Han/visit_lead", "access_answered authority=second answer=refused");
    let refused = visit.standing();
    assert_eq!(refused.ended.as_ref().map(|ended| ended.end.title.get("ja")), Some("立入拒否"));
    assert!(refused.next.is_empty() && refused.clocks.is_empty());
    assert_eq!(refused.may_publish("access_record"), Ok(()));
    assert!(refused.may_publish("report").is_err());
    let permitted: Vec<&str> = refused.permitted().iter().map(|kind| kind.id.as_str()).collect();
    assert_eq!(permitted, ["access_published"]);
    visit.says("Han/visit_lead", "access_published");
}

#[test]
fn a_zero_tolerance_finding_is_told_to_both_within_a_day() {
    let mut finding = Case::new("finding");
    finding
        .says("Noh/reconciler", "finding_graded grade=zero_tolerance yardstick=ilo_c29 standard=allegation");
    assert_eq!(finding.open(), ["graded", "notice"], "24 hours do not wait for the second person");
    finding.now += SignedDuration::from_hours(23);
    finding.says("Han/visit_lead", "notice_given authority=first");
    finding.now += SignedDuration::from_hours(2);
    assert!(matches!(finding.clock("notice", Some("first")).1, ClockState::Kept { .. }));
    assert_eq!(finding.clock("notice", Some("second")).1, ClockState::Late);
    assert!(matches!(finding.refused("Han/visit_lead", "notice_withheld"), Refusal::ReasonMissing { .. }));
    finding.says("Han/visit_lead", "notice_withheld because only one person works at that machine");
    assert!(matches!(finding.clock("notice", Some("second")).1, ClockState::Missed { .. }));
    assert_eq!(finding.open(), ["graded"]);
}

#[test]
fn corrective_actions_are_due_by_grade_and_wait_for_our_own_eyes() {
    let due = |grade: &str| {
        let mut finding = Case::new("finding");
        finding.says(
            "Noh/reconciler",
            &format!("finding_graded grade={grade} yardstick=ilo_c29 standard=allegation"),
        );
        let standing = finding.standing();
        standing.clock("corrective_action", None).map(|count| count.due)
    };
    assert_eq!(
        due("zero_tolerance"),
        Some(Deadline::Moment("2026-03-03T00:00:00Z".parse().expect("a moment")))
    );
    assert_eq!(due("critical"), Some(Deadline::Day(date(2026, 4, 1))));
    assert_eq!(due("major"), Some(Deadline::Day(date(2026, 5, 1))));
    assert_eq!(due("minor"), Some(Deadline::Day(date(2026, 5, 31))));
    assert_eq!(due("observation"), Some(Deadline::Day(date(2026, 8, 29))));
    assert_eq!(due("good_practice"), None);

    let mut finding = Case::new("finding");
    finding
        .says("Noh/reconciler", "finding_graded grade=critical yardstick=ilo_c29 standard=allegation")
        .says("Han/visit_lead", "finding_verified")
        .after_days(20)
        .says("Han/visit_lead", "action_reported")
        .after_days(100);
    assert!(matches!(finding.clock("corrective_action", None).1, ClockState::Paused { .. }));
    assert!(matches!(finding.refused("Han/visit_lead", "action_verified"), Refusal::SamePerson { .. }));
    finding.says("Bae/record_reviewer", "action_not_done because the exit is locked again");
    assert_eq!(finding.open(), ["put_right"]);
    assert_eq!(
        finding.clock("corrective_action", None),
        (Deadline::Day(date(2026, 7, 10)), ClockState::Running)
    );
    finding.after_days(10).says("Han/visit_lead", "action_reported").after_days(5);
    finding.says("Bae/record_reviewer", "action_verified");
    assert!(matches!(finding.clock("corrective_action", None).1, ClockState::Kept { .. }));
    assert!(finding.standing().ended.is_some());

    // Undone again, a year later: the case goes on.
    finding.after_days(365).says("Bae/record_reviewer", "action_reversed because seen on the next visit");
    assert!(finding.standing().ended.is_none());
    assert_eq!(finding.open(), ["put_right"]);
}

/// People who do what is next, and now and then whatever they may: between them they come everywhere.
#[test]
fn every_declared_stage_end_and_stop_is_reached() {
    for name in ["visit", "finding"] {
        let mut reached = BTreeSet::new();
        let mut dice: u64 = 20_261_123;
        let mut roll = |sides: usize| {
            dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(dice >> 33).expect("31 bits") % sides.max(1)
        };
        let mut case = Case::new(name);
        for walk in 0..60 {
            (case.facts, case.now) = (Vec::new(), case.now + SignedDuration::from_hours(24 * walk));
            for _ in 0..60 {
                let now = case.standing();
                let asked = now.next.iter().flat_map(|next| &next.kinds).map(ToString::to_string);
                let mut kinds: Vec<String> = asked.collect();
                if kinds.is_empty() || roll(5) == 0 {
                    kinds = now.permitted().iter().map(|kind| kind.id.clone()).collect();
                }
                let Some(kind) = kinds.get(roll(kinds.len())) else { break };
                let declared = case.workflow.fact(kind).expect("it is declared");
                let mut fact =
                    case.fact(&format!("P{}/{}", roll(4), declared.by[roll(declared.by.len())]), kind);
                for field in &declared.fields {
                    let value = match &field.kind {
                        FieldKind::Choice(choices) => Value::Choice(choices[roll(choices.len())].0.clone()),
                        FieldKind::Date => Value::Date(date(2026, 3, 2)),
                        FieldKind::Number => Value::Number(if roll(15) == 0 { 12.0 } else { 2.0 }),
                        _ => Value::Text("9f86d0".to_owned()),
                    };
                    fact.values.insert(field.name.clone(), value);
                }
                fact.reason = Some("because".to_owned());
                let rare = ["visit_abandoned", "supervisor_stayed", "answers_demanded"];
                if (rare.contains(&kind.as_str()) && roll(10) > 0) || case.standing().may(&fact).is_err() {
                    continue;
                }
                case.facts.push(fact);
                case.after_days(i64::try_from(roll(12)).expect("a few"));
                let standing = case.standing();
                assert!(standing.not_counted.is_empty(), "what may be said counts");
                reached.extend(standing.done().map(|(stage, _)| format!("stage {}", stage.id)));
                reached.extend(standing.ended.iter().map(|ended| format!("end {}", ended.end.id)));
                reached.extend(standing.stops.iter().map(|stop| format!("stop {}", stop.stop.id)));
                reached.extend(standing.clocks.iter().map(|count| format!("clock {}", count.clock.id)));
            }
        }
        let workflow = &case.workflow;
        let declared = (workflow.stages.iter().map(|stage| format!("stage {}", stage.id)))
            .chain(workflow.ends.iter().map(|end| format!("end {}", end.id)))
            .chain(workflow.stops.iter().map(|stop| format!("stop {}", stop.id)))
            .chain(workflow.clocks.iter().map(|clock| format!("clock {}", clock.id)));
        let never: Vec<String> = declared.filter(|part| !reached.contains(part)).collect();
        assert!(never.is_empty(), "{name}: never reached: {never:?}");
    }
}
