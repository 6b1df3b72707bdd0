//! Visits: from the mandate to the end, a stop rule, and what is refused, by the workplace protocol.

mod house;

use std::collections::BTreeMap;
use std::rc::Rc;

use desk::casework::{ClockState, Refusal as Why};
use desk::protocol::{Counts, Protocol};
use desk::{Amending, CaseDetail, Desk, Error, NewCase, NewFact, Read, ReleaseRequest, Seat};
use house::{Home, begin_mandate, log_in, now, on_both};

/// The shipped protocol; the hash of the frame is sealed here, to have a value that not everybody can open.
fn workplace() -> Protocol {
    let shipped = desk::protocol::shipped().into_iter().find(|(name, _)| *name == "workplace");
    let (_, mut files) = shipped.expect("the workplace protocol is shipped");
    let visit = files.get_mut("workflow/visit.toml").expect("it has visits");
    let text = String::from_utf8(visit.clone()).unwrap();
    let name = "name = \"frame_hash\"";
    let (before, after) = text.split_once(name).expect("it has the hash of the frame");
    let sealed = after.replacen("class = \"open\"", "class = \"sensitive\"", 1);
    *visit = format!("{before}{name}{sealed}").into_bytes();
    Protocol::read(&files).unwrap()
}

/// A mandate with one member in every role that a visit needs.
struct Zone {
    desk: Desk,
    mandate: i64,
}

impl Zone {
    async fn build(home: &Home) -> Zone {
        let desk = home.desk_with(vec![workplace()]).await;
        let people = [
            ("lead", "visit_lead"),
            ("draw", "draw_officer"),
            ("records", "record_reviewer"),
            ("reconciler", "reconciler"),
            ("interviewer", "interviewer"),
        ];
        let mandate = begin_mandate(&desk, "Zone", "workplace", &people).await;
        Zone { desk, mandate }
    }

    async fn seat(&self, name: &str) -> Seat {
        let session = log_in(&self.desk, &format!("{name}@example.org")).await;
        self.desk.seat(&session, self.mandate).await.unwrap()
    }

    async fn begin(&self, lead: &Seat) -> String {
        let new = NewCase { workflow: "visit", title: "Haneul Garment 하늘피복", parent: None };
        self.desk.begin_case(&lead.may::<Read>().unwrap(), new).await.unwrap()
    }

    async fn case(&self, seat: &Seat, code: &str) -> CaseDetail {
        self.desk.case(&seat.may::<Read>().unwrap(), "visit", code).await.unwrap()
    }

    async fn put(&self, seat: &Seat, code: &str, kind: &str, values: &[(&str, &str)]) -> Result<(), Error> {
        self.desk.put_fact(seat, "visit", code, fact(kind, values)).await
    }

    /// Puts facts on record that must be taken.
    async fn all(&self, seat: &Seat, code: &str, facts: &[(&str, &[(&str, &str)])]) {
        for (kind, values) in facts {
            if let Err(error) = self.put(seat, code, kind, values).await {
                panic!("{kind}: {error}");
            }
        }
    }

    /// Publishes what there is: two people sign it.
    async fn publish(&self, first: &Seat, second: &Seat, code: &str) {
        let request = ReleaseRequest { title: "Haneul".to_owned(), ..ReleaseRequest::default() };
        let may = first.may::<Read>().unwrap();
        let computed = self.desk.compute_release(&may, "visit", code, request).await.unwrap();
        let report = ("en".to_owned(), "<!doctype html><title>Haneul</title>".to_owned());
        self.desk.draft_release(first, computed, vec![report]).await.unwrap();
        let draft = self.desk.releases(&may, "visit", code).await.unwrap().remove(0);
        self.desk.prepare_release(first, &draft.name, &draft.package, now()).await.unwrap();
        let may = second.may::<Read>().unwrap();
        self.desk.sign_release(&may, &draft.name, &draft.package, now()).await.unwrap();
    }

    async fn to_frozen_frame(&self, lead: &Seat, draw: &Seat, code: &str) {
        let signed: [&[(&str, &str)]; 2] = [&[("authority", "first")], &[("authority", "second")]];
        self.all(lead, code, &[("access_requested", &[])]).await;
        self.all(lead, code, &[("mandate_signed", signed[0]), ("mandate_signed", signed[1])]).await;
        self.all(draw, code, &[("frame_received", &[]), ("frame_tested", &[("difference_percent", "4.5")])])
            .await;
    }
}

fn fact(kind: &str, values: &[(&str, &str)]) -> NewFact {
    let values: BTreeMap<String, String> =
        values.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let reason = values.get("reason").cloned().unwrap_or_default();
    let values = values.into_iter().filter(|(name, _)| name != "reason").collect();
    NewFact { kind: kind.to_owned(), at: now(), values, reason, amends: None }
}

fn refused(answer: Result<(), Error>) -> &'static str {
    match answer {
        Err(Error::Refused(refusal)) => refusal.message,
        Err(Error::Fault(fault)) => panic!("a fault: {fault}"),
        Ok(()) => panic!("it was taken"),
    }
}

fn stands(detail: &CaseDetail) -> (Vec<String>, Vec<String>) {
    let standing = detail.standing().unwrap();
    let open = standing.open().map(|open| open.stage.id.clone()).collect();
    let next = standing.next.iter().flat_map(|next| &next.roles).map(|role| (*role).to_owned()).collect();
    (open, next)
}

#[test]
fn a_visit_goes_from_its_mandate_to_its_end() {
    on_both(whole_visit);
}

async fn whole_visit(home: Rc<Home>) {
    let zone = Zone::build(&home).await;
    let (lead, draw) = (zone.seat("lead").await, zone.seat("draw").await);
    let (records, reconciler) = (zone.seat("records").await, zone.seat("reconciler").await);
    let new = NewCase { workflow: "visit", title: "Haneul", parent: None };
    let answer = zone.desk.begin_case(&draw.may::<Read>().unwrap(), new).await;
    assert_eq!(refused(answer.map(drop)), "refusal-case-role", "who draws does not begin a visit");
    let code = zone.begin(&lead).await;
    assert!(code.starts_with("V-") && code.ends_with("-001"), "{code}");
    assert!(zone.begin(&lead).await.ends_with("-002"));
    let at = |detail: &CaseDetail| stands(detail).0;
    assert_eq!(at(&zone.case(&draw, &code).await), ["mandate"]);

    let answer = zone.put(&draw, &code, "access_requested", &[]).await;
    assert_eq!(refused(answer), "refusal-fact-role");
    let answer = zone.put(&draw, &code, "frame_frozen", &[]).await;
    assert_eq!(refused(answer), "refusal-fact-not-yet");
    zone.to_frozen_frame(&lead, &draw, &code).await;
    zone.all(&draw, &code, &[("frame_frozen", &[("frame_hash", "9f2c ohne Namen")])]).await;
    let frozen = zone.case(&draw, &code).await;
    assert_eq!(stands(&frozen), (vec!["draw".to_owned()], vec!["draw_officer".to_owned(); 2]));
    zone.all(&draw, &code, &[("draw_committed", &[]), ("draw_revealed", &[])]).await;
    zone.all(&lead, &code, &[("tour_done", &[]), ("interviews_finished", &[])]).await;
    assert_eq!(at(&zone.case(&lead, &code).await), ["record_review"]);
    zone.all(&records, &code, &[("records_reviewed", &[])]).await;
    zone.all(&reconciler, &code, &[("reconciled", &[])]).await;

    let answer = zone.put(&reconciler, &code, "findings_graded", &[]).await;
    assert_eq!(refused(answer), "refusal-fact-field-missing");
    let answer = zone.put(&reconciler, &code, "findings_graded", &[("actions_needed", "perhaps")]).await;
    assert_eq!(refused(answer), "refusal-fact-field-wrong");
    zone.all(&reconciler, &code, &[("findings_graded", &[("actions_needed", "yes")])]).await;
    let answer = zone.put(&reconciler, &code, "findings_verified", &[]).await;
    assert_eq!(refused(answer), "refusal-fact-four-eyes");
    zone.all(&lead, &code, &[("findings_verified", &[]), ("findings_sent", &[])]).await;
    assert_eq!(refused(zone.put(&lead, &code, "no_reply", &[]).await), "refusal-fact-too-early");
    let detail = zone.case(&lead, &code).await;
    assert!(matches!(
        detail.standing().unwrap().may_publish("report"),
        Err(Why::NotPublishable { waits_for, .. }) if waits_for == ["disclosure_review"]
    ));
    zone.all(&lead, &code, &[("reply_waived", &[]), ("disclosure_reviewed", &[])]).await;
    zone.publish(&reconciler, &lead, &code).await;
    zone.all(&lead, &code, &[("action_plan_agreed", &[])]).await;
    assert_eq!(refused(zone.put(&lead, &code, "visit_closed", &[]).await), "refusal-fact-not-yet");
    let standing = zone.case(&lead, &code).await;
    let standing = standing.standing().unwrap();
    assert_eq!(standing.publishable().len(), 3);
    assert!(matches!(standing.clock("right_of_reply", None).unwrap().state, ClockState::Kept { .. }));
    drop(standing);
    zone.all(&lead, &code, &[("verification_made", &[])]).await;
    for day in ["30", "90", "180"] {
        zone.all(&lead, &code, &[("reprisal_checked", &[("day", day)])]).await;
    }
    zone.all(&lead, &code, &[("visit_closed", &[])]).await;
    let closed = zone.case(&lead, &code).await;
    assert_eq!(closed.standing().unwrap().ended.unwrap().end.id, "closed");
    assert_eq!(refused(zone.put(&lead, &code, "tour_done", &[]).await), "refusal-fact-ended");

    // Every fact has its own leaf, and the record says who did what.
    let mut leaves: Vec<i64> = closed.facts.iter().map(|fact| fact.stored.leaf).collect();
    leaves.dedup();
    assert_eq!(leaves.len(), closed.facts.len());
    let record = zone.desk.audit(&lead.may().unwrap(), Some("case.fact"), None).await.unwrap();
    assert_eq!(record.lines.len(), closed.facts.len());
    assert!(record.lines.iter().all(|line| line.entry.leaf.is_some()));
    findings(&zone, &lead, &reconciler, &code).await;
}

async fn findings(zone: &Zone, lead: &Seat, reconciler: &Seat, visit: &str) {
    let new = NewCase { workflow: "finding", title: "Emergency exit locked", parent: Some(visit) };
    let finding = zone.desk.begin_case(&reconciler.may::<Read>().unwrap(), new).await.unwrap();
    let graded = fact(
        "finding_graded",
        &[("grade", "zero_tolerance"), ("yardstick", "ilo_c29"), ("standard", "credible")],
    );
    zone.desk.put_fact(reconciler, "finding", &finding, graded).await.unwrap();
    let visit = zone.case(lead, visit).await;
    let within = zone.desk.cases_within(&lead.may::<Read>().unwrap(), &visit).await.unwrap();
    let [found] = within.as_slice() else { panic!("one finding") };
    assert_eq!(found.case.code, finding);
    let standing = found.standing().unwrap();
    assert!(standing.clock("notice", Some("first")).is_some(), "the 24 hours have begun");
    let stray = NewCase { workflow: "finding", title: "Of no visit", parent: None };
    let answer = zone.desk.begin_case(&reconciler.may::<Read>().unwrap(), stray).await;
    assert_eq!(refused(answer.map(drop)), "refusal-not-found");
}

#[test]
fn who_lacks_the_key_sees_where_a_visit_stands_and_not_why() {
    on_both(stopped_visit);
}

async fn stopped_visit(home: Rc<Home>) {
    let zone = Zone::build(&home).await;
    let (lead, draw) = (zone.seat("lead").await, zone.seat("draw").await);
    let interviewer = zone.seat("interviewer").await;
    let code = zone.begin(&lead).await;
    zone.to_frozen_frame(&lead, &draw, &code).await;
    zone.all(&draw, &code, &[("frame_frozen", &[("frame_hash", "geheimnisvoll-9f2c")])]).await;
    let why = "감독자가 문가에 서서 나가지 않았다 (the supervisor stayed at the door)";
    let answer = zone.put(&interviewer, &code, "supervisor_stayed", &[]).await;
    assert_eq!(refused(answer), "refusal-fact-reason");
    zone.all(&interviewer, &code, &[("supervisor_stayed", &[("reason", why)])]).await;
    assert_eq!(refused(zone.put(&draw, &code, "draw_committed", &[]).await), "refusal-fact-stopped");

    let reason = |detail: &CaseDetail| detail.facts.last().unwrap().reason.clone();
    let hash = |detail: &CaseDetail| {
        let frozen = detail.facts.iter().find(|fact| fact.stored.kind == "frame_frozen").unwrap();
        frozen.values.get("frame_hash").cloned()
    };
    let seen_by_lead = zone.case(&lead, &code).await;
    assert_eq!(reason(&seen_by_lead).as_deref(), Some(why));
    assert_eq!(hash(&seen_by_lead).as_deref(), Some("geheimnisvoll-9f2c"));
    let seen_by_draw = zone.case(&draw, &code).await;
    assert_eq!((reason(&seen_by_draw), hash(&seen_by_draw)), (None, None));
    assert!(seen_by_draw.facts.last().unwrap().reason_closed);
    zone.desk.lock(lead.session());
    assert_eq!(reason(&zone.case(&lead, &code).await), None, "nothing is open while the keys are locked");
    for detail in [&seen_by_lead, &seen_by_draw] {
        let standing = detail.standing().unwrap();
        assert_eq!(standing.stops.len(), 1);
        assert!(standing.may_publish("access_record").is_ok() && standing.may_publish("report").is_err());
    }
    let folder = home.data();
    for file in std::fs::read_dir(&folder).unwrap().flatten().filter(|file| file.path().is_file()) {
        let bytes = std::fs::read(file.path()).unwrap();
        let holds = |text: &str| bytes.windows(text.len()).any(|part| part == text.as_bytes());
        assert!(!holds("stayed at the door") && !holds("geheimnisvoll"), "{:?} holds a secret", file.path());
    }

    // Who reported it cannot be pressed to take it back; another person can, with a reason.
    let reported = seen_by_lead.facts.last().unwrap().stored.id;
    let takes_back = |reason: &str| NewFact {
        amends: Some(Amending::Withdraws(reported)),
        ..fact("supervisor_stayed", &[("reason", reason)])
    };
    let answer = zone.desk.put_fact(&interviewer, "visit", &code, takes_back("I was mistaken")).await;
    assert_eq!(refused(answer), "refusal-fact-four-eyes");
    let answer = zone.desk.put_fact(&lead, "visit", &code, takes_back(" ")).await;
    assert_eq!(refused(answer), "refusal-fact-reason");
    zone.desk.put_fact(&lead, "visit", &code, takes_back("It was the interpreter")).await.unwrap();
    let lifted = zone.case(&lead, &code).await;
    assert!(lifted.standing().unwrap().stops.is_empty());
    assert_eq!(lifted.facts.len(), seen_by_lead.facts.len() + 1, "nothing was overwritten");
}

#[test]
fn a_wrong_count_is_corrected_with_a_reason() {
    on_both(async |home| {
        let zone = Zone::build(&home).await;
        let (lead, draw) = (zone.seat("lead").await, zone.seat("draw").await);
        let code = zone.begin(&lead).await;
        zone.to_frozen_frame(&lead, &draw, &code).await;
        let tested = zone.case(&draw, &code).await.facts.last().unwrap().stored.id;
        let corrects = |value: &str, reason: &str| NewFact {
            amends: Some(Amending::Corrects(tested)),
            ..fact("frame_tested", &[("difference_percent", value), ("reason", reason)])
        };
        let answer = zone.desk.put_fact(&draw, "visit", &code, corrects("14", "")).await;
        assert_eq!(refused(answer), "refusal-fact-reason");
        zone.desk.put_fact(&draw, "visit", &code, corrects("14", "miscounted")).await.unwrap();
        let stopped = zone.case(&lead, &code).await;
        assert_eq!(stopped.standing().unwrap().stops.len(), 1, "14 % stops the visit");
        let future = NewFact { at: now() + 60_000, ..fact("visit_abandoned", &[("reason", "stopped")]) };
        let answer = zone.desk.put_fact(&lead, "visit", &code, future).await;
        assert_eq!(refused(answer), "refusal-fact-future");
    });
}

#[test]
fn two_servers_at_once_put_one_of_two_facts_on_record() {
    on_both(async |home| {
        let zone = Zone::build(&home).await;
        let (lead, draw) = (zone.seat("lead").await, zone.seat("draw").await);
        let other = home.desk_with(vec![workplace()]).await;
        let session = log_in(&other, "draw@example.org").await;
        let there = other.seat(&session, zone.mandate).await.unwrap();
        for _ in 0..5 {
            let code = zone.begin(&lead).await;
            zone.to_frozen_frame(&lead, &draw, &code).await;
            let (here, there) = tokio::join!(
                zone.put(&draw, &code, "frame_frozen", &[]),
                other.put_fact(&there, "visit", &code, fact("frame_frozen", &[])),
            );
            let refusal = match (here, there) {
                (Ok(()), Err(error)) | (Err(error), Ok(())) => error,
                (here, there) => panic!("one of the two: {here:?} {there:?}"),
            };
            assert_eq!(refused(Err(refusal)), "refusal-fact-stage-done");
            let frozen = zone.case(&draw, &code).await;
            let facts = frozen.facts.iter().filter(|fact| fact.stored.kind == "frame_frozen");
            assert_eq!(facts.count(), 1);
        }
    });
}

#[test]
fn a_finding_is_measured_rests_on_groups_and_rates_its_place() {
    on_both(measured_finding);
}

const DAY: i64 = 24 * 3_600_000;

async fn measured_finding(home: Rc<Home>) {
    let zone = Zone::build(&home).await;
    let (lead, draw, reconciler) =
        (zone.seat("lead").await, zone.seat("draw").await, zone.seat("reconciler").await);
    // Toured in May 2022, a few days before safety became a fundamental category.
    let toured = "2022-05-31T06:00:00Z".parse::<jiff::Timestamp>().unwrap().as_millisecond();
    let code = zone.begin(&lead).await;
    let signed: [&[(&str, &str)]; 2] = [&[("authority", "first")], &[("authority", "second")]];
    type Earlier<'a> = (i64, &'a Seat, &'a str, &'a [(&'a str, &'a str)]);
    let earlier: [Earlier<'_>; 9] = [
        (20, &lead, "access_requested", &[]),
        (15, &lead, "mandate_signed", signed[0]),
        (15, &lead, "mandate_signed", signed[1]),
        (10, &draw, "frame_received", &[]),
        (9, &draw, "frame_tested", &[("difference_percent", "2")]),
        (8, &draw, "frame_frozen", &[("frame_hash", "9f2c")]),
        (7, &draw, "draw_committed", &[]),
        (6, &draw, "draw_revealed", &[]),
        (0, &lead, "tour_done", &[]),
    ];
    for (days, seat, kind, values) in earlier {
        let told = NewFact { at: toured - days * DAY, ..fact(kind, values) };
        zone.desk.put_fact(seat, "visit", &code, told).await.unwrap();
    }
    let may = reconciler.may::<Read>().unwrap();
    let begin = async |title| {
        let new = NewCase { workflow: "finding", title, parent: Some(&code) };
        zone.desk.begin_case(&may, new).await.unwrap()
    };
    let finding = begin("Emergency exit locked").await;
    let put = async |seat: &Seat, finding: &str, kind: &str, values: &[(&str, &str)]| {
        zone.desk.put_fact(seat, "finding", finding, fact(kind, values)).await
    };
    let graded = |yardstick: &'static str| {
        [
            ("grade", "critical"),
            ("yardstick", yardstick),
            ("standard", "reasonable_grounds"),
            ("establishment", "E-0001"),
        ]
    };
    assert_eq!(
        refused(put(&reconciler, &finding, "finding_graded", &graded("ilo_c999")).await),
        "refusal-fact-field-wrong"
    );
    put(&reconciler, &finding, "finding_graded", &graded("ilo_c155")).await.unwrap();
    let found = zone.desk.findings(&may).await.unwrap();
    assert_eq!(found.all[0].says.counts, Some(Counts::Additional), "in May 2022 it is additional");

    // Evidence goes to groups of at least k, never to one person.
    let piece = |source: &'static str, count: &'static str, group: &'static str| {
        [
            ("source", source),
            ("count", count),
            ("group", group),
            ("first_hand", "yes"),
            ("reliability", "b"),
            ("credibility", "2"),
        ]
    };
    let answer = put(&reconciler, &finding, "evidence_added", &piece("interviews", "4", "workshop 2")).await;
    assert_eq!(refused(answer), "refusal-finding-evidence");
    let one = piece("interviews", "23", "uuid:0f8fad5b-d9cb-469f-a165-70867728950e");
    assert_eq!(
        refused(put(&reconciler, &finding, "evidence_added", &one).await),
        "refusal-finding-submission"
    );
    put(&reconciler, &finding, "evidence_added", &piece("interviews", "23", "workshop 2")).await.unwrap();
    let answer = put(&lead, &finding, "finding_verified", &[]).await;
    assert_eq!(refused(answer), "refusal-finding-standard", "one source is not reasonable grounds");
    put(&reconciler, &finding, "evidence_added", &piece("observation", "", "checklist")).await.unwrap();
    put(&lead, &finding, "finding_verified", &[]).await.unwrap();

    let told = |low: &'static str| {
        [("percent", "61.5"), ("low", low), ("high", "73"), ("n", "58"), ("basis", "estimate")]
    };
    assert_eq!(
        refused(put(&reconciler, &finding, "prevalence_told", &told("70")).await),
        "refusal-finding-interval"
    );
    put(&reconciler, &finding, "prevalence_told", &told("48.2")).await.unwrap();
    let reply = "열쇠를 걸어두었다. The key hangs beside it.";
    put(&lead, &finding, "reply_recorded", &[("reply", reply)]).await.unwrap();
    let second = begin("Late pay").await;
    put(
        &reconciler,
        &second,
        "finding_graded",
        &[
            ("grade", "major"),
            ("yardstick", "ilo_c95_12"),
            ("standard", "allegation"),
            ("establishment", "E-0002"),
        ],
    )
    .await
    .unwrap();

    let found = zone.desk.findings(&may).await.unwrap();
    let places: Vec<(&str, &str)> =
        found.places.iter().map(|rated| (rated.place.as_str(), rated.rating.id.as_str())).collect();
    assert_eq!(places, [("E-0001", "D"), ("E-0002", "B")], "the worst first");
    let detail = found.all.iter().find(|known| known.detail.case.code == finding).unwrap();
    assert_eq!(detail.says.reply.as_deref(), Some(reply));
    // A place that nobody may enter is rated by that alone.
    let refused_visit = zone.begin(&lead).await;
    zone.all(&lead, &refused_visit, &[("access_requested", &[("establishment", "E-0009")])]).await;
    let no = [("authority", "first"), ("answer", "refused")];
    zone.all(&lead, &refused_visit, &[("access_answered", &no)]).await;
    let found = zone.desk.findings(&may).await.unwrap();
    let worst =
        found.places.first().map(|rated| (rated.place.as_str(), rated.rating.id.as_str(), rated.findings));
    assert_eq!(worst, Some(("E-0009", "E", 0)));
    // Put right and verified by other eyes, it presses on its place no longer.
    put(&lead, &finding, "action_reported", &[]).await.unwrap();
    put(&reconciler, &finding, "action_verified", &[]).await.unwrap();
    let found = zone.desk.findings(&may).await.unwrap();
    assert_eq!(
        found.places.last().map(|rated| (rated.place.as_str(), rated.rating.id.as_str())),
        Some(("E-0001", "A"))
    );
}
