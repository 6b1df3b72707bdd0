//! A visit's frame and draw: lists come in and are frozen, two authorities and an auditor take part with their own keys on
//! the public files alone, and whoever has the files can verify them.

mod house;
mod parties;

use std::rc::Rc;
use std::sync::atomic::Ordering;

use desk::draw::{self, End, Message, Transcript, Trust, acts};
use desk::frame::{Heads, Kind as Wrong, Outcome};
use desk::protocol::Protocol;
use desk::{
    Brought, Desk, DrawNumber, Error, ListRead, NewCase, NewDraw, NewFact, Randomness, Read, Seat, SentList,
    Units,
};
use house::{Home, STANDS, begin_mandate, log_in, now, on_both};
use parties::Party;

const NAME: &str = "김비밀";

struct Zone {
    desk: Desk,
    mandate: i64,
    code: String,
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
        let mut zone = Zone { desk, mandate, code: String::new() };
        let lead = zone.seat("lead").await;
        let new = NewCase { workflow: "visit", title: "Haneul Garment 하늘피복", parent: None };
        zone.code = zone.desk.begin_case(&lead.may::<Read>().unwrap(), new).await.unwrap();
        for (kind, value) in
            [("access_requested", ""), ("mandate_signed", "first"), ("mandate_signed", "second")]
        {
            let mut fact = NewFact { kind: kind.to_owned(), at: now(), ..NewFact::default() };
            if !value.is_empty() {
                fact.values.insert("authority".to_owned(), value.to_owned());
            }
            zone.desk.put_fact(&lead, "visit", &zone.code, fact).await.unwrap();
        }
        zone
    }

    async fn seat(&self, name: &str) -> Seat {
        let session = log_in(&self.desk, &format!("{name}@example.org")).await;
        self.desk.seat(&session, self.mandate).await.unwrap()
    }

    async fn import(&self, seat: &Seat, kind: &str, bytes: &[u8]) -> Result<ListRead, Error> {
        let sent = SentList { kind, bytes };
        self.desk.import_list(&seat.may().unwrap(), "visit", &self.code, sent).await
    }

    async fn open_stages(&self, seat: &Seat) -> Vec<String> {
        let case = self.desk.case(&seat.may::<Read>().unwrap(), "visit", &self.code).await.unwrap();
        case.standing().unwrap().open().map(|open| open.stage.id.clone()).collect()
    }

    async fn public(&self, seat: &Seat, number: impl Into<DrawNumber>) -> Transcript {
        self.desk.draw(&seat.may().unwrap(), "visit", &self.code, number).await.unwrap().transcript
    }

    async fn send(&self, seat: &Seat, message: &Message) -> Result<String, Error> {
        self.send_to(seat, 1, message).await
    }

    async fn send_to(
        &self,
        seat: &Seat,
        number: impl Into<DrawNumber>,
        message: &Message,
    ) -> Result<String, Error> {
        let text = message.to_text().unwrap();
        let may = seat.may().unwrap();
        self.desk.receive_draw_message(&may, "visit", &self.code, number, text.as_bytes()).await
    }

    /// A frozen frame of so many people.
    async fn frozen(&self, officer: &Seat, people: u32) {
        let read = officer.may::<Read>().unwrap();
        self.import(officer, "roster", roster(people).as_bytes()).await.unwrap();
        let heads = Heads { workshop: "1".to_owned(), roster: 10, counted: 10 };
        self.desk
            .count_heads(&read, "visit", &self.code, &[heads.clone(), heads.clone(), heads])
            .await
            .unwrap();
        self.desk.freeze_frame(&read, "visit", &self.code).await.unwrap();
    }

    /// From the first commitment to the sealed result.
    async fn play(&self, officer: &Seat, number: DrawNumber, parties: &[&Party], dice: &str) {
        let (desk, code) = (&self.desk, self.code.as_str());
        let read = officer.may::<Read>().unwrap();
        let seconds = || u64::try_from(now() / 1000).unwrap();
        for party in parties {
            let known = Party::known(&self.public(officer, number).await);
            let commit = party.says(acts::commit(&known, party.name, &party.random, seconds()));
            self.send_to(officer, number, &commit).await.unwrap();
        }
        desk.announce_draw(&read, "visit", code, number, Randomness::Dice).await.unwrap();
        let files = self.public(officer, number).await;
        for party in parties {
            self.send_to(officer, number, &party.cosigns(&files, "announce.json")).await.unwrap();
        }
        desk.reveal_draw(&read, "visit", code, number).await.unwrap();
        for party in parties {
            let known = Party::known(&self.public(officer, number).await);
            let reveal = party.says(acts::reveal(&known, party.name, &party.random, seconds()));
            self.send_to(officer, number, &reveal).await.unwrap();
        }
        desk.bring_randomness(&read, "visit", code, number, Brought::Dice(dice)).await.unwrap();
        let files = self.public(officer, number).await;
        for party in parties {
            self.send_to(officer, number, &party.cosigns(&files, "beacon.json")).await.unwrap();
        }
        desk.select_draw(&read, "visit", code, number, 0).await.unwrap();
    }
}

/// A roster of so many people in two strata and two workshops, in no order.
fn roster(people: u32) -> String {
    let mut csv = String::from("성명;직종;번호표;직장\n");
    for number in (1..=people).rev() {
        let stratum = if number % 4 == 0 { "남성, 기능공" } else { "women_operator" };
        csv.push_str(&format!("{NAME}{number};{stratum};B{number:03};{}\n", number % 2 + 1));
    }
    csv
}

fn refused<T>(answer: Result<T, Error>) -> desk::Refusal {
    match answer {
        Err(Error::Refused(refusal)) => refusal,
        Err(Error::Fault(fault)) => panic!("a fault: {fault}"),
        Ok(_) => panic!("it was taken"),
    }
}

#[test]
fn a_roster_becomes_a_draw_that_anybody_can_verify() {
    on_both(whole_draw);
}

async fn whole_draw(home: Rc<Home>) {
    let zone = Zone::build(&home).await;
    let (lead, officer) = (zone.seat("lead").await, zone.seat("draw").await);
    let read = officer.may::<Read>().unwrap();
    let (desk, code) = (&zone.desk, zone.code.as_str());

    // Only who holds the key of the roster brings lists, and a bad list changes nothing.
    assert_eq!(refused(zone.import(&lead, "roster", b"x").await).message, "refusal-frame-not-yours");
    let bad = "badge,name,stratum\nB1,Kim,astronaut\nB1,Ri,\n,Pak,\n";
    let ListRead::Faults(faults) = zone.import(&officer, "roster", bad.as_bytes()).await.unwrap() else {
        panic!("it was taken");
    };
    let wrong: Vec<(u64, Wrong)> = faults.into_iter().map(|fault| (fault.row, fault.kind)).collect();
    assert_eq!(wrong, [(2, Wrong::UnknownChoice), (4, Wrong::Empty)], "each by its row");
    assert_eq!(zone.open_stages(&officer).await, ["frame_received"]);

    let taken = zone.import(&officer, "roster", roster(40).as_bytes()).await.unwrap();
    assert!(matches!(taken, ListRead::Taken { people: 40, lines: 40 }));
    let gate = format!("badge,name\nB001,{NAME}1\nB002,{NAME}2\nB002,{NAME}2\nX9,{NAME}99\n");
    zone.import(&officer, "gate", gate.as_bytes()).await.unwrap();
    let together = desk.together(&read, "visit", code).await.unwrap();
    assert_eq!(together.kinds, ["roster", "gate"]);
    assert_eq!((together.union.people.len(), together.union.only(1, 0)), (41, 1));
    assert_eq!(together.workshops.iter().map(|(_, people)| people).sum::<u64>(), 40, "both workshops");
    let coverage = together.coverage(0, 1).unwrap();
    assert!(coverage.low <= coverage.people && coverage.people >= 41, "{coverage:?}");
    let odd = desk.odd_lines(&officer.may().unwrap(), "visit", code, "comparing the lists").await.unwrap();
    assert_eq!(odd.len(), 39, "38 are not on the gate list, one is on it only");

    // What follows from the frame is not said by hand.
    let by_hand = NewFact { kind: "frame_frozen".to_owned(), at: now(), ..NewFact::default() };
    assert_eq!(
        refused(desk.put_fact(&officer, "visit", code, by_hand).await).message,
        "refusal-fact-follows"
    );

    // Heads, then the freeze.
    let heads = |counted| Heads { workshop: "1".to_owned(), roster: 20, counted };
    let few = desk.count_heads(&read, "visit", code, &[heads(20)]).await;
    assert_eq!(refused(few).message, "refusal-heads-few");
    let counts = [heads(20), heads(19), heads(20)];
    let (difference, outcome) = desk.count_heads(&read, "visit", code, &counts).await.unwrap();
    assert_eq!((difference, outcome), (17, Outcome::Passes));
    let early = NewDraw { n: 8, ..NewDraw::default() };
    assert_eq!(
        refused(desk.begin_draw(&read, "visit", code, early).await).message,
        "refusal-frame-not-frozen"
    );
    desk.freeze_frame(&read, "visit", code).await.unwrap();
    assert_eq!(zone.open_stages(&officer).await, ["draw"]);
    let again = zone.import(&officer, "payroll", roster(3).as_bytes()).await;
    assert_eq!(refused(again).message, "refusal-frame-frozen");
    let state = desk.frame_state(&read, "visit", code).await.unwrap();
    let frozen = state.frozen.unwrap();
    assert_eq!(frozen.people, 41);

    // The design; the authorities and the auditor made their keys elsewhere.
    let (a, b, z) = (Party::new("authority-a"), Party::new("authority-b"), Party::new("auditor"));
    let new = NewDraw {
        parties: vec![a.named("authority"), b.named("authority"), z.named("auditor")],
        scheme: desk::protocol::Scheme::Stratified,
        n: 10,
        others: 20,
        reveal_deadline: now() + 3_600_000,
        ..NewDraw::default()
    };
    let too_many = NewDraw { n: 1, ..new.clone() };
    assert_eq!(refused(desk.begin_draw(&read, "visit", code, too_many).await).message, "refusal-draw");
    assert_eq!(desk.begin_draw(&read, "visit", code, new.clone()).await.unwrap(), 1);
    assert_eq!(refused(desk.begin_draw(&read, "visit", code, new).await).message, "refusal-draw-going-on");

    // Commitments; one that was changed on its way, one by a stranger, one for another draw.
    for party in [&a, &b] {
        let known = Party::known(&zone.public(&officer, 1).await);
        let says =
            party.says(acts::commit(&known, party.name, &party.random, u64::try_from(now() / 1000).unwrap()));
        let mut tampered = says.clone();
        tampered.body.insert("commitment".into(), "00".repeat(32).into());
        assert_eq!(refused(zone.send(&officer, &tampered).await).message, "refusal-draw-signature");
        let mut other = says.clone();
        other.draw = "m1/v-2026-009/1".to_owned();
        assert_eq!(refused(zone.send(&officer, &other).await).message, "refusal-draw-other");
        assert_eq!(zone.send(&officer, &says).await.unwrap(), format!("commit-{}.json", party.name));
        assert_eq!(refused(zone.send(&officer, &says).await).message, "refusal-draw-known");
    }
    desk.announce_draw(&read, "visit", code, 1, Randomness::Dice).await.unwrap();
    let early = desk.reveal_draw(&read, "visit", code, 1).await;
    assert_eq!(refused(early).message, "refusal-draw", "nothing is revealed before all have cosigned");
    // Both sign what they were given at the same time; the signatures come together here.
    let files = zone.public(&officer, 1).await;
    for party in [&a, &b] {
        zone.send(&officer, &party.cosigns(&files, "announce.json")).await.unwrap();
    }
    desk.reveal_draw(&read, "visit", code, 1).await.unwrap();
    let seconds = || u64::try_from(now() / 1000).unwrap();
    for party in [&a, &b] {
        let known = Party::known(&zone.public(&officer, 1).await);
        let mut lie = party.says(acts::reveal(&known, party.name, &party.random, seconds()));
        lie.body.insert("random".into(), "11".repeat(32).into());
        lie.signatures.clear();
        lie.sign(party.name, &party.key).unwrap();
        assert_eq!(
            refused(zone.send(&officer, &lie).await).message,
            "refusal-draw",
            "opened with another value"
        );
        zone.send(&officer, &party.says(acts::reveal(&known, party.name, &party.random, seconds())))
            .await
            .unwrap();
    }
    let few = desk.bring_randomness(&read, "visit", code, 1, Brought::Dice("12345")).await;
    assert_eq!(refused(few).message, "refusal-draw");
    let dice = Brought::Dice("7 3 9 0 1 1 4 8 2 6 5 5 0 3 9 7 2 4 8 6");
    desk.bring_randomness(&read, "visit", code, 1, dice).await.unwrap();
    let files = zone.public(&officer, 1).await;
    for party in [&a, &b] {
        zone.send(&officer, &party.cosigns(&files, "beacon.json")).await.unwrap();
    }

    // The selection: sealed before anybody is called.
    let too_many = desk.select_draw(&read, "visit", code, 1, 21).await;
    assert_eq!(refused(too_many).message, "refusal-draw-others");
    desk.select_draw(&read, "visit", code, 1, 20).await.unwrap();
    assert_eq!(zone.open_stages(&officer).await, ["tour"]);
    let calls = desk.calls(&officer.may().unwrap(), "visit", code, 1, "calling people").await.unwrap();
    assert_eq!((calls.called.len(), calls.reserve.len()), (30, 2));
    let drawn: Vec<_> = calls.called.iter().filter_map(|called| called.place.clone()).collect();
    assert_eq!(drawn.len(), 10);
    assert!(calls.called.iter().all(|called| called.line["name"].contains(NAME)));
    let known = Party::known(&zone.public(&officer, 1).await);
    let (_, places) = known.sealed.clone().unwrap();
    assert!(places.values().all(|(n, _)| *n >= 1), "{places:?}");

    // The codes: the interviewers' compartment opens them, the draw officer does not, and phones get them.
    let device = desk.add_device(&lead.may().unwrap(), "Phone 1").await.unwrap();
    let phone = desk::Sender::Phone(desk.phone(&device.token).await.unwrap());
    let csv = String::from_utf8(desk.registry_csv(&phone, "draw_codes").await.unwrap()).unwrap();
    assert_eq!(csv.lines().count(), 13, "{csv}");
    assert!(csv.contains("women_operator") && !csv.contains(NAME) && !csv.contains("B0"), "{csv}");

    // Field: refusals are replaced in order only.
    let stratum = "women_operator";
    let (n, _) = places[stratum];
    let skipped = desk.attempt(&read, "visit", code, 1, (stratum, n, "interviewed")).await;
    assert_eq!(refused(skipped).message, "refusal-draw", "nobody was replaced yet");
    for (rank, ended) in [(0, "refused"), (n, "interviewed"), (1, "interviewed")] {
        desk.attempt(&read, "visit", code, 1, (stratum, rank, ended)).await.unwrap();
    }
    let detail = desk.draw(&read, "visit", code, 1).await.unwrap();
    assert_eq!(detail.attempts[&("interviewed".to_owned(), true)], 1, "one of the reserve");

    // The auditor is shown everything, in a room.
    let opened = desk
        .opened_for_auditor(&officer.may().unwrap(), "visit", code, 1, "the audit, in a room")
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
    let files = zone.public(&officer, 1).await;
    let work = draw::Work::quiet(2);
    let (report, _) = draw::audit(&files, Trust::default(), &opening, &field, work);
    assert_eq!(report.first_lie(), None, "{report}");
    let covers = field.call_list.called.len() as u64;
    let audit = z.says(acts::audit(&report.known, &field.attempts, covers, seconds()));
    zone.send(&officer, &audit).await.unwrap();
    desk.close_draw(&read, "visit", code, 1).await.unwrap();
    let over = desk.void_draw(&read, "visit", code, 1, "I did not like it").await;
    assert_eq!(refused(over).message, "refusal-draw-done");

    // Anybody, with the public files and the keys that they know.
    let files = zone.public(&officer, 1).await;
    let keys = [("authority-a".to_owned(), a.key.public()), ("authority-b".to_owned(), b.key.public())];
    let report = draw::verify(&files, Trust { keys: &keys, ..Trust::default() });
    assert!(report.passed(), "{report}");
    assert_eq!(report.known.end.clone().unwrap().0, End::Done);
    for content in files.files.values() {
        assert!(!String::from_utf8_lossy(content).contains(NAME), "no message names anybody");
    }
    let mut forged = files.clone();
    let sealed = String::from_utf8(forged.files["sealed.json"].clone()).unwrap();
    forged.files.insert("sealed.json".to_owned(), sealed.replacen("\"n\": 2", "\"n\": 3", 1).into_bytes());
    assert!(!draw::verify(&forged, Trust::default()).passed());

    // A worker's slip proves that they are listed.
    let slip = desk.slip(&officer.may().unwrap(), "visit", code, 1, "B007").await.unwrap();
    let (root, size) = report.known.roster.unwrap();
    draw::Slip::parse(&slip).unwrap().check(&report.known.draw, &root, size).unwrap();
    let stranger = desk.slip(&officer.may().unwrap(), "visit", code, 1, "Q1").await;
    assert_eq!(refused(stranger).message, "refusal-slip-unlisted");

    // Nothing on the disk says who stands on a list.
    drop(zone);
    let mut searched = 0;
    let mut folders = vec![home.data()];
    folders.extend(home.cluster());
    while let Some(folder) = folders.pop() {
        // What the database removes meanwhile is not there any more.
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                folders.push(entry.path());
            } else if let Ok(bytes) = std::fs::read(entry.path()) {
                searched += 1;
                let found = bytes.windows(NAME.len()).any(|part| part == NAME.as_bytes());
                assert!(!found, "{} holds a name", entry.path().display());
            }
        }
    }
    assert!(searched > 0);
}

#[test]
fn everything_up_to_the_frozen_frame_happens_within_one_millisecond() {
    on_both(one_millisecond);
}

async fn one_millisecond(home: Rc<Home>) {
    // Facts of one moment are put on record a millisecond apart, so that the newest lie ahead of the clock.
    STANDS.store(now(), Ordering::Relaxed);
    let zone = Zone::build(&home).await;
    let officer = zone.seat("draw").await;
    let read = officer.may::<Read>().unwrap();
    zone.import(&officer, "roster", roster(20).as_bytes()).await.unwrap();
    zone.import(&officer, "gate", b"badge,name\nB001,Kim\n").await.unwrap();
    let heads = Heads { workshop: "1".to_owned(), roster: 10, counted: 10 };
    let counts = [heads.clone(), heads.clone(), heads];
    zone.desk.count_heads(&read, "visit", &zone.code, &counts).await.unwrap();
    zone.desk.freeze_frame(&read, "visit", &zone.code).await.unwrap();
    STANDS.store(0, Ordering::Relaxed);
    assert_eq!(zone.open_stages(&officer).await, ["draw"]);
}

#[test]
fn a_void_draw_keeps_its_number_and_takes_its_codes_back() {
    on_both(void_draw);
}

async fn void_draw(home: Rc<Home>) {
    let zone = Zone::build(&home).await;
    let officer = zone.seat("draw").await;
    let read = officer.may::<Read>().unwrap();
    let (desk, code) = (&zone.desk, zone.code.as_str());
    zone.import(&officer, "roster", roster(20).as_bytes()).await.unwrap();
    let heads = Heads { workshop: "1".to_owned(), roster: 10, counted: 10 };
    desk.count_heads(&read, "visit", code, &[heads.clone(), heads.clone(), heads]).await.unwrap();
    desk.freeze_frame(&read, "visit", code).await.unwrap();
    let (a, z) = (Party::new("authority-a"), Party::new("auditor"));
    let new = NewDraw {
        parties: vec![a.named("authority"), z.named("auditor")],
        hash_only: true,
        n: 4,
        reveal_deadline: now() + 3_600_000,
        ..NewDraw::default()
    };
    desk.begin_draw(&read, "visit", code, new.clone()).await.unwrap();
    let known = Party::known(&zone.public(&officer, 1).await);
    let seconds = || u64::try_from(now() / 1000).unwrap();
    zone.send(&officer, &a.says(acts::commit(&known, a.name, &a.random, seconds()))).await.unwrap();
    desk.announce_draw(&read, "visit", code, 1, Randomness::Dice).await.unwrap();
    zone.send(&officer, &a.cosigns(&zone.public(&officer, 1).await, "announce.json")).await.unwrap();
    desk.reveal_draw(&read, "visit", code, 1).await.unwrap();
    let known = Party::known(&zone.public(&officer, 1).await);
    zone.send(&officer, &a.says(acts::reveal(&known, a.name, &a.random, seconds()))).await.unwrap();
    desk.bring_randomness(&read, "visit", code, 1, Brought::Dice("01234567890123456789")).await.unwrap();
    zone.send(&officer, &a.cosigns(&zone.public(&officer, 1).await, "beacon.json")).await.unwrap();
    desk.select_draw(&read, "visit", code, 1, 0).await.unwrap();
    let lead = zone.seat("lead").await;
    let device = desk.add_device(&lead.may().unwrap(), "Phone 1").await.unwrap();
    let phone = desk::Sender::Phone(desk.phone(&device.token).await.unwrap());
    let on_phone = async || {
        let csv = desk.registry_csv(&phone, "draw_codes").await.unwrap();
        String::from_utf8(csv).unwrap().lines().count() - 1
    };
    assert_eq!(on_phone().await, 5, "four drawn and one in reserve");
    assert_eq!(refused(desk.void_draw(&read, "visit", code, 1, " ").await).message, "refusal-draw-why");
    desk.void_draw(&read, "visit", code, 1, "a supervisor saw the call list").await.unwrap();
    assert_eq!(on_phone().await, 0, "nobody is heard by a void draw");
    assert_eq!(zone.open_stages(&officer).await, ["draw"], "the visit is at its draw again");
    assert_eq!(refused(desk.reveal_draw(&read, "visit", code, 1).await).message, "refusal-draw-void");

    // The next one names it.
    assert_eq!(desk.begin_draw(&read, "visit", code, new).await.unwrap(), 2);
    let draws = desk.draws(&read, "visit", code).await.unwrap();
    let design = draws[1].design().unwrap();
    let ended = hex::encode(draws[0].report.known.end.as_ref().unwrap().1);
    assert_eq!((design.earlier[0].state.as_str(), &design.earlier[0].message), ("void", &ended));
    assert_eq!(draws[1].report.first_lie(), None, "{}", draws[1].report);
}

#[test]
fn files_are_drawn_by_a_draw_of_their_own() {
    on_both(records_draw);
}

async fn records_draw(home: Rc<Home>) {
    let zone = Zone::build(&home).await;
    let (officer, reviewer) = (zone.seat("draw").await, zone.seat("records").await);
    let read = officer.may::<Read>().unwrap();
    let (desk, code) = (&zone.desk, zone.code.as_str());
    zone.frozen(&officer, 24).await;
    let (a, z) = (Party::new("authority-a"), Party::new("auditor"));
    let new = NewDraw {
        parties: vec![a.named("authority"), z.named("auditor")],
        scheme: desk::protocol::Scheme::Stratified,
        hash_only: true,
        n: 8,
        reveal_deadline: now() + 3_600_000,
        ..NewDraw::default()
    };
    let early = desk.begin_records_draw(&read, "visit", code, new.clone()).await;
    assert_eq!(refused(early).message, "refusal-records-no-draw", "as many as people, and nobody is drawn");
    desk.begin_draw(&read, "visit", code, new.clone()).await.unwrap();
    let people = DrawNumber::from(1);
    zone.play(&officer, people, &[&a], "73901148265503972486").await;

    // As many as people, whatever the form says; a sequence of its own, beside one that goes on.
    let more = NewDraw { n: 20, others: 9, ..new };
    let files = desk.begin_records_draw(&read, "visit", code, more).await.unwrap();
    assert_eq!((files, files.to_string().as_str()), (DrawNumber { units: Units::Files, seq: 1 }, "files-1"));
    let again = Party { random: Party::new("authority-a").random, ..a };
    // The same digits of the dice: even so nothing of one draw follows from the other.
    zone.play(&officer, files, &[&again], "73901148265503972486").await;
    let details = desk.draws(&read, "visit", code).await.unwrap();
    let (of_people, of_files) = (&details[0], &details[1]);
    assert_eq!(of_files.row.draw, format!("{}.records/1", of_people.row.draw.strip_suffix("/1").unwrap()));
    let (one, other) = (&of_people.report.known, &of_files.report.known);
    assert_eq!((of_files.design().unwrap().n, of_files.design().unwrap().k_max), (8, 0));
    assert_ne!(one.seed, other.seed);
    assert_ne!(one.roster.as_ref().unwrap().0, other.roster.as_ref().unwrap().0, "salts of its own");
    let announced = |known: &draw::Known| known.announcement.clone().unwrap().0;
    let (first, second) = (announced(one), announced(other));
    assert_ne!(first.key, second.key, "a drawing key of its own");
    assert!(
        second.commitments.iter().all(|(_, value)| first.commitments.iter().all(|(_, known)| known != value))
    );
    let design = String::from_utf8(of_files.transcript.files["design.json"].clone()).unwrap();
    assert!(design.contains("peak, low, latest") && design.contains(&of_people.row.draw), "{design}");

    // The list opens for who reads the files, with a reason, and for nobody else.
    assert_eq!(
        refused(desk.drawn_files(&officer.may().unwrap(), "visit", code, files, "x").await).message,
        "refusal-records-not-yours"
    );
    let no_reason = desk.drawn_files(&reviewer.may().unwrap(), "visit", code, files, " ").await;
    assert_eq!(refused(no_reason).message, "refusal-reason");
    let of_people = desk.drawn_files(&reviewer.may().unwrap(), "visit", code, people, "curious").await;
    assert_eq!(
        refused(of_people).message,
        "refusal-records-no-list",
        "whom the interviews chose stays closed"
    );
    let calls = desk.calls(&reviewer.may().unwrap(), "visit", code, people, "curious").await;
    assert_eq!(refused(calls).message, "refusal-frame-not-yours");
    let drawn =
        desk.drawn_files(&reviewer.may().unwrap(), "visit", code, files, "asking for files").await.unwrap();
    assert_eq!(drawn.len(), 8);
    assert!(drawn.iter().all(|file| file.line["name"].starts_with(NAME) && file.code.starts_with('R')));
    assert!(
        drawn.windows(2).all(|pair| pair[0].line["badge"] < pair[1].line["badge"]),
        "as they lie in cupboards"
    );

    // Phones get codes without names, of each draw in a registry of its own.
    let lead = zone.seat("lead").await;
    let device = desk.add_device(&lead.may().unwrap(), "Phone 1").await.unwrap();
    let phone = desk::Sender::Phone(desk.phone(&device.token).await.unwrap());
    let csv = String::from_utf8(desk.registry_csv(&phone, "file_codes").await.unwrap()).unwrap();
    assert_eq!(csv.lines().count(), 9);
    assert!(drawn.iter().all(|file| csv.contains(&file.code)) && !csv.contains(NAME));

    // What was presented and what was refused; nothing takes the place of a file.
    let (stratum, rank) = drawn[0].place.clone();
    desk.attempt(&read, "visit", code, files, (&stratum, rank, "refused")).await.unwrap();
    let none =
        desk.attempt(&read, "visit", code, files, (&drawn[1].place.0, drawn[1].place.1, "interviewed")).await;
    assert_eq!(refused(none).message, "refusal-attempt-code", "that is said of people");
    desk.attempt(&read, "visit", code, files, (&drawn[1].place.0, drawn[1].place.1, "presented"))
        .await
        .unwrap();
    let detail = desk.draw(&read, "visit", code, files).await.unwrap();
    assert_eq!(detail.attempts.values().sum::<u64>(), 2);
    assert_eq!(detail.report.first_lie(), None, "{}", detail.report);
    let by_hand = NewFact { kind: "records_drawn".to_owned(), at: now(), ..NewFact::default() };
    assert_eq!(
        refused(desk.put_fact(&officer, "visit", code, by_hand).await).message,
        "refusal-fact-follows"
    );

    // Void: its codes go, and the next one names it.
    desk.void_draw(&read, "visit", code, files, "the cupboard was sealed by the employer").await.unwrap();
    let csv = String::from_utf8(desk.registry_csv(&phone, "file_codes").await.unwrap()).unwrap();
    assert_eq!(csv.lines().count(), 1);
    let gone = desk.drawn_files(&reviewer.may().unwrap(), "visit", code, files, "asking again").await;
    assert_eq!(refused(gone).message, "refusal-records-no-list");
    let new = NewDraw {
        parties: vec![again.named("authority"), z.named("auditor")],
        reveal_deadline: now() + 3_600_000,
        ..NewDraw::default()
    };
    let next = desk.begin_records_draw(&read, "visit", code, new).await.unwrap();
    assert_eq!(next.seq, 2);
    assert!(
        desk.draw(&read, "visit", code, people).await.unwrap().report.known.end.is_none(),
        "that of people goes on"
    );
}

#[test]
fn a_workbook_is_read_and_a_bad_one_says_sheet_and_row() {
    on_both(workbook);
}

async fn workbook(home: Rc<Home>) {
    let zone = Zone::build(&home).await;
    let officer = zone.seat("draw").await;
    let sheet = |rows: &[[&str; 2]]| {
        let cell = |text: &&str| format!("<c t=\"inlineStr\"><is><t>{text}</t></is></c>");
        let row = |cells: &[&str; 2]| format!("<row>{}</row>", cells.iter().map(cell).collect::<String>());
        let rows: String = rows.iter().map(row).collect();
        xlsx(&format!("<worksheet><sheetData>{rows}</sheetData></worksheet>"))
    };
    let good = sheet(&[["성명", "번호표"], ["김", "B1"], ["리", "B2"]]);
    let taken = zone.import(&officer, "roster", &good).await.unwrap();
    assert!(matches!(taken, ListRead::Taken { people: 2, .. }));
    let bad = sheet(&[["성명", "번호표"], ["김", "B1"], ["리", "B1"]]);
    let ListRead::Faults(faults) = zone.import(&officer, "roster", &bad).await.unwrap() else { panic!() };
    assert_eq!((faults[0].sheet.as_deref(), faults[0].row), (Some("명부"), 3));
    assert_eq!(faults[0].kind, Wrong::Twice(2));
    let broken = zone.import(&officer, "roster", b"PK\x03\x04 is no workbook").await.unwrap();
    assert!(matches!(broken, ListRead::Workbook(_)));
    let state = zone.desk.frame_state(&officer.may().unwrap(), "visit", &zone.code).await.unwrap();
    assert_eq!((state.lists.len(), state.lists[0].people), (1, 2), "what was bad changed nothing");
}

/// The smallest workbook with one sheet.
fn xlsx(sheet: &str) -> Vec<u8> {
    use std::io::Write;
    let files = [
        (
            "_rels/.rels",
            "<Relationships><Relationship Id=\"a\" Type=\"x/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>",
        ),
        (
            "xl/workbook.xml",
            "<workbook xmlns:r=\"r\"><sheets><sheet name=\"명부\" r:id=\"s\"/><sheet name=\"메모\" r:id=\"t\"/></sheets></workbook>",
        ),
        (
            "xl/_rels/workbook.xml.rels",
            "<Relationships><Relationship Id=\"s\" Type=\"x/worksheet\" Target=\"sheet.xml\"/><Relationship Id=\"t\" Type=\"x/worksheet\" Target=\"none.xml\"/></Relationships>",
        ),
        ("xl/sheet.xml", sheet),
        ("xl/none.xml", "<worksheet><sheetData/></worksheet>"),
    ];
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, text) in files {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// Round 123 of quicknet was published then, with this signature.
const ROUND_TIME: i64 = 1_692_803_367 + 122 * 3;
const SIGNATURE: &str =
    "b75c69d0b72a5d906e854e808ba7e2accb1542ac355ae486d591aa9d43765482e26cd02df835d3546d23c4b13e0dfc92";

#[test]
fn a_party_that_never_answers_is_named_and_the_draw_goes_on() {
    // Some days before the round; each test has a process of its own, and so a clock.
    house::wait_minutes((ROUND_TIME * 1000 - now()) / 60_000 - 3 * 24 * 60);
    on_both(silent_party);
}

async fn silent_party(home: Rc<Home>) {
    let zone = Zone::build(&home).await;
    let officer = zone.seat("draw").await;
    let read = officer.may::<Read>().unwrap();
    let (desk, code) = (&zone.desk, zone.code.as_str());
    zone.import(&officer, "roster", roster(20).as_bytes()).await.unwrap();
    let heads = Heads { workshop: "1".to_owned(), roster: 10, counted: 10 };
    desk.count_heads(&read, "visit", code, &[heads.clone(), heads.clone(), heads]).await.unwrap();
    desk.freeze_frame(&read, "visit", code).await.unwrap();
    let (a, b, z) = (Party::new("authority-a"), Party::new("authority-b"), Party::new("auditor"));
    let new = NewDraw {
        parties: vec![a.named("authority"), b.named("authority"), z.named("auditor")],
        n: 5,
        reveal_deadline: (ROUND_TIME - 3600) * 1000,
        ..NewDraw::default()
    };
    desk.begin_draw(&read, "visit", code, new).await.unwrap();
    let seconds = || u64::try_from(now() / 1000).unwrap();
    for party in [&a, &b] {
        let known = Party::known(&zone.public(&officer, 1).await);
        let commit = party.says(acts::commit(&known, party.name, &party.random, seconds()));
        zone.send(&officer, &commit).await.unwrap();
    }
    desk.announce_draw(&read, "visit", code, 1, Randomness::Drand("quicknet")).await.unwrap();
    let announced = zone.public(&officer, 1).await;
    for party in [&a, &b] {
        zone.send(&officer, &party.cosigns(&announced, "announce.json")).await.unwrap();
    }
    desk.reveal_draw(&read, "visit", code, 1).await.unwrap();
    let known = Party::known(&zone.public(&officer, 1).await);
    zone.send(&officer, &a.says(acts::reveal(&known, a.name, &a.random, seconds()))).await.unwrap();
    let late = b.says(acts::reveal(&known, b.name, &b.random, seconds()));
    let answer =
        |round: u64, signature: &str| format!("{{\"round\": {round}, \"signature\": \"{signature}\"}}");
    let good = answer(123, SIGNATURE);
    let early = desk.bring_randomness(&read, "visit", code, 1, Brought::Drand(&good)).await;
    assert_eq!(refused(early).message, "refusal-draw", "authority B has until the deadline");

    // The deadline passes. What authority B sends now was written in time, it says, and does not count.
    house::wait_minutes(4 * 24 * 60);
    let officer = zone.seat("draw").await;
    let read = officer.may::<Read>().unwrap();
    assert_eq!(refused(zone.send(&officer, &late).await).message, "refusal-draw-late");
    let forged = SIGNATURE.replacen("b75c", "b75d", 1);
    for (text, message) in [
        ("not JSON".to_owned(), "refusal-draw-drand"),
        (answer(122, SIGNATURE), "refusal-draw-round"),
        (answer(123, &forged), "refusal-draw"),
    ] {
        let brought = desk.bring_randomness(&read, "visit", code, 1, Brought::Drand(&text)).await;
        assert_eq!(refused(brought).message, message, "{text}");
    }
    desk.bring_randomness(&read, "visit", code, 1, Brought::Drand(&good)).await.unwrap();
    desk.select_draw(&read, "visit", code, 1, 0).await.unwrap();
    let files = zone.public(&officer, 1).await;
    let beacon = String::from_utf8(files.files["beacon.json"].clone()).unwrap();
    assert!(
        beacon.contains("\"defaults\": [\n      \"authority-b\"\n    ]"),
        "the record names it: {beacon}"
    );
    assert_eq!(draw::verify(&files, Trust::default()).first_lie(), None);
    // The clock goes back, for the same story on the other database.
    house::wait_minutes(-4 * 24 * 60);
}
