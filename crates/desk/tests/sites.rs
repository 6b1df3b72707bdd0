//! The first of two stages: establishments are drawn from the registry by their workers, each becomes a visit, and what is
//! drawn there says from which draw its place came.

mod house;
mod parties;

use std::rc::Rc;

use desk::draw::{self, Transcript, Trust, acts};
use desk::protocol::{Protocol, Scheme};
use desk::xforms::Class;
use desk::{
    Brought, Desk, EntryChange, Error, ListRead, NewCase, NewDraw, NewFact, Randomness, Read, Review, Seat,
    SentList,
};
use house::{Home, begin_mandate, log_in, now, on_both};
use parties::Party;

const ROUND: &str = "round";

struct Zone {
    desk: Desk,
    mandate: i64,
    parties: [Party; 3],
}

impl Zone {
    async fn build(home: &Home) -> Zone {
        let shipped = desk::protocol::shipped().into_iter().find(|(name, _)| *name == "workplace");
        let protocol = Protocol::read(&shipped.unwrap().1).unwrap();
        let desk = home.desk_with(vec![protocol]).await;
        let people = [
            ("lead", "visit_lead"),
            ("draw", "draw_officer"),
            ("records", "record_reviewer"),
            ("reconciler", "reconciler"),
        ];
        let mandate = begin_mandate(&desk, "Zone", "workplace", &people).await;
        let parties = [Party::new("authority-a"), Party::new("authority-b"), Party::new("auditor")];
        Zone { desk, mandate, parties }
    }

    async fn seat(&self, name: &str) -> Seat {
        let session = log_in(&self.desk, &format!("{name}@example.org")).await;
        self.desk.seat(&session, self.mandate).await.unwrap()
    }

    async fn register(&self, lead: &Seat, code: &str, men: &str, women: &str) {
        let value = |name: &str, value: &str| (name.to_owned(), value.to_owned(), Class::Open);
        let change = EntryChange {
            uuid: format!("{:08x}-0000-4000-8000-000000000000", fastrand(code)),
            create: true,
            update: false,
            base: None,
            trunk: None,
            branch: None,
            values: vec![
                value("label", code),
                value("est_code", code),
                value("est_name", &format!("Works {code}")),
                value("est_workers_m", men),
                value("est_workers_f", women),
            ],
        };
        let may = lead.may::<Review>().unwrap();
        self.desk.change_entry(&may, "establishments", change).await.unwrap();
    }

    /// A round that is planned.
    async fn round(&self, lead: &Seat) -> String {
        let new = NewCase { workflow: ROUND, title: "Autumn", parent: None };
        let code = self.desk.begin_case(&lead.may::<Read>().unwrap(), new).await.unwrap();
        let fact = NewFact { kind: "round_planned".to_owned(), at: now(), ..NewFact::default() };
        self.desk.put_fact(lead, ROUND, &code, fact).await.unwrap();
        code
    }

    fn design(&self, n: u64, scheme: Scheme) -> NewDraw {
        let [a, b, z] = &self.parties;
        NewDraw {
            parties: vec![a.named("authority"), b.named("authority"), z.named("auditor")],
            scheme,
            n,
            reveal_deadline: now() + 3_600_000,
            ..NewDraw::default()
        }
    }

    async fn public(&self, seat: &Seat, workflow: &str, code: &str) -> Transcript {
        self.desk.draw(&seat.may().unwrap(), workflow, code, 1).await.unwrap().transcript
    }

    async fn send(&self, seat: &Seat, workflow: &str, code: &str, message: &draw::Message) {
        let text = message.to_text().unwrap();
        let may = seat.may().unwrap();
        self.desk.receive_draw_message(&may, workflow, code, 1, text.as_bytes()).await.unwrap();
    }

    /// From the design to the sealed result.
    async fn drawn(&self, officer: &Seat, workflow: &str, code: &str) {
        let (desk, may) = (&self.desk, officer.may::<Read>().unwrap());
        let [a, b, _] = &self.parties;
        let seconds = || u64::try_from(now() / 1000).unwrap();
        for party in [a, b] {
            let known = Party::known(&self.public(officer, workflow, code).await);
            let says = party.says(acts::commit(&known, party.name, &party.random, seconds()));
            self.send(officer, workflow, code, &says).await;
        }
        desk.announce_draw(&may, workflow, code, 1, Randomness::Dice).await.unwrap();
        for party in [a, b] {
            let files = self.public(officer, workflow, code).await;
            self.send(officer, workflow, code, &party.cosigns(&files, "announce.json")).await;
        }
        desk.reveal_draw(&may, workflow, code, 1).await.unwrap();
        for party in [a, b] {
            let known = Party::known(&self.public(officer, workflow, code).await);
            let says = party.says(acts::reveal(&known, party.name, &party.random, seconds()));
            self.send(officer, workflow, code, &says).await;
        }
        let dice = Brought::Dice("7 3 9 0 1 1 4 8 2 6 5 5 0 3 9 7 2 4 8 6");
        desk.bring_randomness(&may, workflow, code, 1, dice).await.unwrap();
        for party in [a, b] {
            let files = self.public(officer, workflow, code).await;
            self.send(officer, workflow, code, &party.cosigns(&files, "beacon.json")).await;
        }
        desk.select_draw(&may, workflow, code, 1, 0).await.unwrap();
    }

    /// The audit in a room, and the end.
    async fn closed(&self, officer: &Seat, workflow: &str, code: &str) -> draw::Report {
        let opened = self
            .desk
            .opened_for_auditor(&officer.may().unwrap(), workflow, code, 1, "the audit, in a room")
            .await
            .unwrap();
        let file = |name: &str| opened.iter().find(|(known, _)| *known == name).unwrap().1.to_vec();
        let lines = file("opening.jsonl");
        let lines = lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        let opening = draw::Opening::read(lines).unwrap();
        let json = |name: &str| serde_json::from_slice::<serde_json::Value>(&file(name)).unwrap();
        let attempts = json("attempts.json")["attempts"].as_array().unwrap().clone();
        let field = draw::audit::OpenedField {
            call_list: draw::CallList::from_value(&json("call-list.json")).unwrap(),
            attempts: attempts.iter().map(|attempt| draw::Attempt::from_value(attempt).unwrap()).collect(),
        };
        let files = self.public(officer, workflow, code).await;
        let (report, _) = draw::audit(&files, Trust::default(), &opening, &field, draw::Work::quiet(2));
        assert_eq!(report.first_lie(), None, "{report}");
        let covers = field.call_list.called.len() as u64;
        let at = u64::try_from(now() / 1000).unwrap();
        let [.., auditor] = &self.parties;
        let audit = auditor.says(acts::audit(&report.known, &field.attempts, covers, at));
        self.send(officer, workflow, code, &audit).await;
        self.desk.close_draw(&officer.may().unwrap(), workflow, code, 1).await.unwrap();
        report
    }
}

fn fastrand(text: &str) -> u32 {
    text.bytes().fold(7, |sum: u32, byte| sum.wrapping_mul(31).wrapping_add(u32::from(byte)))
}

fn refused<T>(answer: Result<T, Error>) -> desk::Refusal {
    match answer {
        Err(Error::Refused(refusal)) => refusal,
        Err(Error::Fault(fault)) => panic!("a fault: {fault}"),
        Ok(_) => panic!("it was taken"),
    }
}

/// The whole chance of a place.
fn chance(fraction: &str) -> f64 {
    let (part, of) = fraction.split_once('/').unwrap_or((fraction, "1"));
    part.parse::<f64>().unwrap() / of.parse::<f64>().unwrap()
}

#[test]
fn establishments_are_drawn_by_their_workers_and_each_becomes_a_visit() {
    on_both(two_stages);
}

async fn two_stages(home: Rc<Home>) {
    let zone = Zone::build(&home).await;
    let (desk, lead, officer) = (&zone.desk, zone.seat("lead").await, zone.seat("draw").await);
    let may = officer.may::<Read>().unwrap();
    for number in 1..=14 {
        let men = if number == 14 { 4000 } else { 10 * number };
        zone.register(&lead, &format!("E-{number:04}"), &men.to_string(), "5").await;
    }
    let code = zone.round(&lead).await;
    let code = code.as_str();
    assert_eq!(code.chars().next(), Some('R'));

    // An establishment without workers cannot be drawn by their number; it is named, and nothing is frozen.
    zone.register(&lead, "E-0099", "", "").await;
    let empty = refused(desk.freeze_frame(&may, ROUND, code).await);
    assert_eq!(empty.message, "refusal-sites-no-size");
    let uuid = format!("{:08x}-0000-4000-8000-000000000000", fastrand("E-0099"));
    desk.remove_entry(&lead.may().unwrap(), "establishments", &uuid).await.unwrap();
    assert_eq!(desk.units_to_draw(&may, ROUND).await.unwrap(), (14, 4000 + 910 + 14 * 5));
    // The lead holds the key of the plans too, but the draw is the draw officer's.
    let by_lead = desk.freeze_frame(&lead.may().unwrap(), ROUND, code).await;
    assert_eq!(refused(by_lead).message, "refusal-fact-role");
    desk.freeze_frame(&may, ROUND, code).await.unwrap();

    let simple = desk.begin_draw(&may, ROUND, code, zone.design(4, Scheme::Simple)).await;
    assert_eq!(refused(simple).message, "refusal-draw-scheme", "the protocol says by size");
    let by_lead =
        desk.begin_draw(&lead.may().unwrap(), ROUND, code, zone.design(4, Scheme::Proportional)).await;
    assert_eq!(refused(by_lead).message, "refusal-fact-role");
    let begun = desk.begin_draw(&may, ROUND, code, zone.design(4, Scheme::Proportional)).await;
    assert_eq!(begun.unwrap(), 1);
    assert_eq!(refused(desk.sites(&may, ROUND, code, 1).await).message, "refusal-draw-no-calls");
    zone.drawn(&officer, ROUND, code).await;

    // The lead sees them in the order of the draw; the largest is certain, the others have a chance by their workers.
    let read = lead.may::<Read>().unwrap();
    let sites = desk.sites(&read, ROUND, code, 1).await.unwrap();
    assert_eq!((sites.len(), sites.iter().filter(|site| site.reserve).count()), (5, 1));
    assert_eq!(
        (sites[0].unit.as_str(), sites[0].probability.as_str(), sites[0].size),
        ("E-0014", "1/1", 4005)
    );
    let rest: u64 = 910 + 13 * 5;
    for site in &sites[1..] {
        assert!((chance(&site.probability) - 3.0 * site.size as f64 / rest as f64).abs() < 1e-12, "{site:?}");
    }
    assert_eq!(sites.iter().map(|site| site.place).collect::<Vec<_>>(), [1, 2, 3, 4, 5]);
    let others = zone.seat("reconciler").await;
    let closed = desk.sites(&others.may().unwrap(), ROUND, code, 1).await;
    assert_eq!(refused(closed).message, "refusal-frame-not-yours");

    // One press makes a visit; a reserve waits for the final answer of one that was drawn.
    let by_officer = desk.visit_site(&may, ROUND, code, 1, "E-0014").await;
    assert_eq!(refused(by_officer).message, "refusal-case-role", "the visit lead begins visits");
    let visit = desk.visit_site(&read, ROUND, code, 1, "E-0014").await.unwrap();
    let again = desk.visit_site(&read, ROUND, code, 1, "E-0014").await;
    assert_eq!(refused(again).message, "refusal-site-begun");
    let reserve = sites[4].unit.clone();
    let early = desk.visit_site(&read, ROUND, code, 1, &reserve).await;
    assert_eq!(refused(early).message, "refusal-site-not-yet");
    desk.attempt(&may, ROUND, code, 1, ("all", 1, "refused")).await.unwrap();
    let second = desk.visit_site(&read, ROUND, code, 1, &reserve).await.unwrap();
    assert_ne!(visit, second);
    let sites = desk.sites(&read, ROUND, code, 1).await.unwrap();
    assert_eq!(sites[0].case.as_deref(), Some(visit.as_str()));
    assert_eq!(sites[1].ended.as_deref(), Some("refused"));

    // The visit says where it comes from, and nobody says that by hand.
    let detail = desk.case(&read, "visit", &visit).await.unwrap();
    let told = detail.facts.iter().find(|fact| fact.stored.kind == "site_drawn").unwrap();
    assert_eq!(told.values["establishment"], "E-0014");
    assert_eq!(told.values["draw"], format!("m{}/{}/1", zone.mandate, code.to_lowercase()));
    assert_eq!(told.values["place"], "1");
    let by_hand =
        NewFact { kind: "site_drawn".into(), at: now(), values: told.values.clone(), ..NewFact::default() };
    assert_eq!(
        refused(desk.put_fact(&lead, "visit", &second, by_hand).await).message,
        "refusal-fact-follows"
    );

    // What is drawn within the visit names the draw that chose its place.
    for (kind, value) in [("access_requested", ""), ("mandate_signed", "first"), ("mandate_signed", "second")]
    {
        let mut fact = NewFact { kind: kind.to_owned(), at: now(), ..NewFact::default() };
        if !value.is_empty() {
            fact.values.insert("authority".to_owned(), value.to_owned());
        }
        desk.put_fact(&lead, "visit", &second, fact).await.unwrap();
    }
    let mut roster = String::from("badge,name,stratum,workshop\n");
    for number in 1..=30 {
        roster.push_str(&format!("B{number:03},Kim {number},women_operator,{}\n", number % 3));
    }
    let sent = SentList { kind: "roster", bytes: roster.as_bytes() };
    assert!(matches!(desk.import_list(&may, "visit", &second, sent).await.unwrap(), ListRead::Taken { .. }));
    let heads =
        |workshop: &str| desk::frame::Heads { workshop: workshop.to_owned(), roster: 10, counted: 10 };
    desk.count_heads(&may, "visit", &second, &[heads("0"), heads("1"), heads("2")]).await.unwrap();
    desk.freeze_frame(&may, "visit", &second).await.unwrap();
    let too_far = NewDraw { every: 31, ..zone.design(0, Scheme::EveryKth) };
    assert_eq!(refused(desk.begin_draw(&may, "visit", &second, too_far).await).message, "refusal-draw-every");
    let kth = NewDraw { every: 4, ..zone.design(0, Scheme::EveryKth) };
    desk.begin_draw(&may, "visit", &second, kth).await.unwrap();
    zone.drawn(&officer, "visit", &second).await;
    let calls = desk.calls(&officer.may().unwrap(), "visit", &second, 1, "calling people").await.unwrap();
    let mut numbers: Vec<u32> =
        calls.called.iter().map(|called| called.line["badge"][1..].parse().unwrap()).collect();
    numbers.sort_unstable();
    assert!(numbers.len() >= 7 && numbers.windows(2).all(|two| two[1] - two[0] == 4), "{numbers:?}");

    // Both draws are carried out, and whoever has the files sees that they fit together.
    zone.closed(&officer, ROUND, code).await;
    let first = zone.public(&officer, ROUND, code).await;
    let then = zone.public(&officer, "visit", &second).await;
    assert!(draw::verify(&first, Trust::default()).passed());
    let others = std::slice::from_ref(&first);
    let report = draw::verify(&then, Trust { others, ..Trust::default() });
    assert_eq!(report.first_lie(), None, "{report}");
    assert!(report.to_string().contains("first stage fits"), "{report}");
    let stage = report.known.design.unwrap().first_stage.unwrap();
    assert_eq!(stage.probability, sites[4].probability);
}

#[test]
fn where_there_are_few_establishments_all_are_visited() {
    on_both(few);
}

async fn few(home: Rc<Home>) {
    let zone = Zone::build(&home).await;
    let (desk, lead, officer) = (&zone.desk, zone.seat("lead").await, zone.seat("draw").await);
    let may = officer.may::<Read>().unwrap();
    for number in 1..=10 {
        zone.register(&lead, &format!("E-{number:04}"), &(20 * number).to_string(), "0").await;
    }
    let code = zone.round(&lead).await;
    desk.freeze_frame(&may, ROUND, &code).await.unwrap();
    let design = NewDraw {
        hash_only: true,
        embargo: Some(now() + 2 * 24 * 3_600_000),
        ..zone.design(3, Scheme::Proportional)
    };
    desk.begin_draw(&may, ROUND, &code, design).await.unwrap();
    zone.drawn(&officer, ROUND, &code).await;
    let sites = desk.sites(&may, ROUND, &code, 1).await.unwrap();
    assert_eq!(sites.len(), 10, "all of them, whatever was asked for");
    assert!(sites.iter().all(|site| site.probability == "1/1" && !site.reserve));

    // The key is kept until the embargo of the design ends, and then published once.
    let early = desk.release_draw_key(&may, ROUND, &code, 1).await;
    assert_eq!(refused(early).message, "refusal-draw-key-early", "before the end");
    for rank in 0..3 {
        desk.attempt(&may, ROUND, &code, 1, ("all", rank, "visited")).await.unwrap();
    }
    zone.closed(&officer, ROUND, &code).await;
    let early = desk.release_draw_key(&may, ROUND, &code, 1).await;
    assert_eq!(refused(early).message, "refusal-draw", "before the embargo");
    house::wait_minutes(2 * 24 * 60 + 1);
    let officer = zone.seat("draw").await;
    let may = officer.may::<Read>().unwrap();
    desk.release_draw_key(&may, ROUND, &code, 1).await.unwrap();
    let report = draw::verify(&zone.public(&officer, ROUND, &code).await, Trust::default());
    assert!(report.passed(), "{report}");
    assert!(report.to_string().contains("the key was published after its embargo"), "{report}");
    let again = desk.release_draw_key(&may, ROUND, &code, 1).await;
    assert_eq!(refused(again).message, "refusal-draw-said");
}
