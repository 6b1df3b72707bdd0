//! A visit to a place of detention: the same Rust, another folder.

mod house;

use std::collections::BTreeMap;
use std::rc::Rc;

use desk::protocol::{Counts, Protocol};
use desk::{Desk, Error, NewCase, NewFact, Read, Seat};
use house::{Home, begin_mandate, log_in, now, on_both};

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

async fn all(desk: &Desk, seat: &Seat, workflow: &str, code: &str, facts: &[(&str, &[(&str, &str)])]) {
    for (kind, values) in facts {
        if let Err(error) = desk.put_fact(seat, workflow, code, fact(kind, values)).await {
            panic!("{kind}: {error}");
        }
    }
}

#[test]
fn a_place_of_detention_is_visited_and_what_was_recommended_is_followed() {
    on_both(visited);
}

async fn visited(home: Rc<Home>) {
    let shipped = desk::protocol::shipped().into_iter().find(|(name, _)| *name == "detention");
    let protocol = Protocol::read(&shipped.expect("it is shipped").1).unwrap();
    let desk = home.desk_with(vec![protocol]).await;
    let people = [
        ("head", "head"),
        ("analyst", "analyst"),
        ("registers", "register_reviewer"),
        ("tracing", "tracing_officer"),
    ];
    let mandate = begin_mandate(&desk, "Visits", "detention", &people).await;
    let sits = async |name: &str| {
        desk.seat(&log_in(&desk, &format!("{name}@example.org")).await, mandate).await.unwrap()
    };
    let (head, analyst, registers) = (sits("head").await, sits("analyst").await, sits("registers").await);
    let begin = async |seat: &Seat, workflow, title, parent| {
        desk.begin_case(&seat.may::<Read>().unwrap(), NewCase { workflow, title, parent }).await.unwrap()
    };
    let visit = begin(&head, "visit", "Facility D-0001", None).await;
    let conditions = "두 방은 볼수 없다 (two rooms closed)";
    let answer: [(&str, &str); 2] = [("answer", "granted_with_conditions"), ("conditions", conditions)];
    all(&desk, &head, "visit", &visit, &[("access_requested", &[]), ("access_answered", &answer)]).await;
    all(&desk, &head, "visit", &visit, &[("walked", &[]), ("interviews_finished", &[])]).await;
    all(&desk, &registers, "visit", &visit, &[("registers_reviewed", &[])]).await;

    let finding = begin(&analyst, "finding", "Beds for a third of the people", Some(visit.as_str())).await;
    let graded = [
        ("grade", "major"),
        ("yardstick", "mandela_accommodation"),
        ("standard", "reasonable_grounds"),
        ("facility", "D-0001"),
    ];
    // Once the registry has a place, a finding names one of these.
    let value = |name: &str, value: &str| (name.to_owned(), value.to_owned(), desk::xforms::Class::Open);
    let entry = desk::EntryChange {
        uuid: house::uuid(77),
        create: true,
        update: false,
        base: None,
        trunk: None,
        branch: None,
        values: vec![value("label", "D-0001 South"), value("facility_code", "D-0001")],
    };
    desk.change_entry(&head.may().unwrap(), "facilities", entry).await.unwrap();
    let mut elsewhere = graded;
    elsewhere[3].1 = "D-0002";
    let nowhere = desk.put_fact(&analyst, "finding", &finding, fact("finding_graded", &elsewhere)).await;
    assert_eq!(refused(nowhere), "refusal-finding-place");
    all(&desk, &analyst, "finding", &finding, &[("finding_graded", &graded)]).await;
    let piece = |count| {
        [
            ("source", "interviews"),
            ("group", "ordinary cells"),
            ("count", count),
            ("first_hand", "yes"),
            ("reliability", "b"),
        ]
    };
    let nine = desk.put_fact(&analyst, "finding", &finding, fact("evidence_added", &piece("9"))).await;
    assert_eq!(refused(nine), "refusal-finding-evidence", "ten people here, not five");
    let seen =
        [("source", "observation"), ("group", "checklist"), ("first_hand", "yes"), ("reliability", "a")];
    let both: [(&str, &[(&str, &str)]); 2] = [("evidence_added", &piece("31")), ("evidence_added", &seen)];
    all(&desk, &analyst, "finding", &finding, &both).await;
    all(&desk, &head, "finding", &finding, &[("finding_verified", &[]), ("raised", &[])]).await;
    let found = desk.findings(&analyst.may::<Read>().unwrap()).await.unwrap();
    assert_eq!(found.all[0].says.counts, Some(Counts::InForce));
    assert_eq!(found.places[0].rating.id, "A", "raised, it presses no longer");

    let recommendation = begin(&analyst, "recommendation", "Beds", Some(visit.as_str())).await;
    let issued = [("term", "short"), ("recommendation", "A bed for each person by spring.")];
    all(&desk, &analyst, "recommendation", &recommendation, &[("issued", &issued)]).await;
    all(&desk, &head, "recommendation", &recommendation, &[("answered", &[("answer", "accepted")])]).await;
    all(&desk, &head, "recommendation", &recommendation, &[("reported_done", &[])]).await;
    let own = fact("checked_on_site", &[("result", "implemented")]);
    let answer = desk.put_fact(&head, "recommendation", &recommendation, own).await;
    assert_eq!(refused(answer), "refusal-fact-four-eyes");
    let checked: [(&str, &[(&str, &str)]); 1] = [("checked_on_site", &[("result", "partly")])];
    all(&desk, &analyst, "recommendation", &recommendation, &checked).await;

    // Reprisal stops everything, and only the access record may be published.
    let why = [("reason", "Two people were moved to the punishment cells")];
    all(&desk, &head, "visit", &visit, &[("reprisal", &why)]).await;
    let stopped = desk.put_fact(&head, "visit", &visit, fact("debriefed", &[])).await;
    assert_eq!(refused(stopped), "refusal-fact-stopped");
    let case = desk.case(&head.may::<Read>().unwrap(), "visit", &visit).await.unwrap();
    let standing = case.standing().unwrap();
    assert!(standing.may_publish("access_record").is_ok() && standing.may_publish("report").is_err());
    let answered = case.facts.iter().find(|fact| fact.stored.kind == "access_answered").unwrap();
    assert_eq!(answered.values.get("conditions").map(String::as_str), Some(conditions));
    let closed = desk.case(&analyst.may::<Read>().unwrap(), "visit", &visit).await.unwrap();
    let answered = closed.facts.iter().find(|fact| fact.stored.kind == "access_answered").unwrap();
    assert!(answered.values_closed && !answered.values.contains_key("conditions"), "sealed to the liaison");
}
