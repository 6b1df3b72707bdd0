//! Releases: from real interviews to a bag that verifies, by two people; and what is refused.

mod house;
mod parties;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use bag::{Files, Means, Verdict, verify};
use desk::draw::{self, Message, acts};
use desk::frame::Heads;
use desk::protocol::{Protocol, ProtocolForm};
use desk::store::registry::EntryList;
use desk::{
    Brought, CaseDetail, ComputedRelease, Desk, Error, NewCase, NewDraw, NewFact, OpenIdentity, Randomness,
    Read, ReleaseRequest, Review, Seat, Sender, SentList, Tally,
};
use house::{Home, begin_mandate, log_in, now, on_both, uuid};
use ledger::{Growth, Signer};
use parties::Party;

/// A mandate with a visit whose interviews were held and whose findings are ready to be published.
struct Zone {
    desk: Desk,
    mandate: i64,
    protocol: Protocol,
    visit: String,
    finding: RefCell<String>,
    /// Codes that the draw gave out, in a bag for each stratum.
    codes: RefCell<BTreeMap<String, Vec<String>>>,
}

type Told<'a> = (&'a Seat, &'a str, &'a [(&'a str, &'a str)]);

/// A submission of a form of the protocol: values by the names of their fields, each in the groups that it lies in.
fn xml(form: &ProtocolForm, number: u64, values: &[(&str, &str)]) -> Vec<u8> {
    let mut text = format!("<data id=\"{}\" version=\"{}\">", form.id, form.version);
    let mut open: Vec<&str> = Vec::new();
    for field in &form.form.fields {
        let Some((_, value)) = values.iter().find(|(name, _)| *name == field.name) else { continue };
        let groups: Vec<&str> = field.path.split('/').collect();
        let groups = &groups[..groups.len() - 1];
        let common = open.iter().zip(groups).take_while(|(one, other)| one == other).count();
        for group in open.drain(common..).rev() {
            text.push_str(&format!("</{group}>"));
        }
        for group in &groups[common..] {
            text.push_str(&format!("<{group}>"));
            open.push(group);
        }
        text.push_str(&format!("<{0}>{value}</{0}>", field.name));
    }
    for group in open.iter().rev() {
        text.push_str(&format!("</{group}>"));
    }
    text.push_str(&format!("<meta><instanceID>uuid:{}</instanceID></meta></data>", uuid(number)));
    text.into_bytes()
}

impl Zone {
    async fn build(home: &Home) -> Zone {
        let shipped = desk::protocol::shipped_files("workplace").unwrap();
        let protocol = Protocol::read(&shipped).unwrap();
        let desk = home.desk_with(vec![protocol.clone()]).await;
        let people = [
            ("lead", "visit_lead"),
            ("draw", "draw_officer"),
            ("records", "record_reviewer"),
            ("reconciler", "reconciler"),
            ("interviewer", "interviewer"),
        ];
        let mandate = begin_mandate(&desk, "Zone monitors", "workplace", &people).await;
        let mut zone = Zone {
            desk,
            mandate,
            protocol,
            visit: String::new(),
            finding: RefCell::default(),
            codes: RefCell::default(),
        };
        let lead = zone.seat("lead").await;
        let new = NewCase { workflow: "visit", title: "Haneul Garment", parent: None };
        zone.visit = zone.desk.begin_case(&lead.may::<Read>().unwrap(), new).await.unwrap();
        zone
    }

    async fn seat(&self, name: &str) -> Seat {
        let session = log_in(&self.desk, &format!("{name}@example.org")).await;
        self.desk.seat(&session, self.mandate).await.unwrap()
    }

    async fn put(&self, seat: &Seat, kind: &str, values: &[(&str, &str)]) -> Result<(), Error> {
        let values: BTreeMap<String, String> =
            values.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let fact = NewFact { kind: kind.to_owned(), at: now(), values, reason: String::new(), amends: None };
        self.desk.put_fact(seat, "visit", &self.visit, fact).await
    }

    /// The mandate, by both authorities.
    async fn agreed(&self) {
        let lead = self.seat("lead").await;
        let facts: [Told<'_>; 3] = [
            (&lead, "access_requested", &[]),
            (&lead, "mandate_signed", &[("authority", "first")]),
            (&lead, "mandate_signed", &[("authority", "second")]),
        ];
        self.put_all(&facts).await;
    }

    async fn put_all(&self, facts: &[Told<'_>]) {
        for (seat, kind, values) in facts {
            self.put(seat, kind, values).await.unwrap_or_else(|error| panic!("{kind}: {error}"));
        }
    }

    /// The visit up to the review that nobody can be found in what is published; its draw was made on paper.
    async fn reviewed(&self) {
        self.agreed().await;
        let draw = self.seat("draw").await;
        let facts: [Told<'_>; 5] = [
            (&draw, "frame_received", &[]),
            (&draw, "frame_tested", &[("difference_percent", "3.2")]),
            (&draw, "frame_frozen", &[("frame_hash", "5d2c41f09ab7")]),
            (&draw, "draw_committed", &[]),
            (&draw, "draw_revealed", &[]),
        ];
        self.put_all(&facts).await;
        self.reviewed_after_draw().await;
    }

    async fn reviewed_after_draw(&self) {
        let lead = self.seat("lead").await;
        let (records, reconciler) = (self.seat("records").await, self.seat("reconciler").await);
        let facts: [Told<'_>; 8] = [
            (&lead, "tour_done", &[]),
            (&lead, "interviews_finished", &[]),
            (&records, "records_reviewed", &[]),
            (&reconciler, "reconciled", &[]),
            (&reconciler, "findings_graded", &[("actions_needed", "no")]),
            (&lead, "findings_verified", &[]),
            (&lead, "findings_sent", &[]),
            (&lead, "reply_waived", &[]),
        ];
        self.put_all(&facts).await;
        self.put(&lead, "disclosure_reviewed", &[]).await.unwrap();
        let new = NewCase { workflow: "finding", title: "Pay sheets unread", parent: Some(&self.visit) };
        let finding = self.desk.begin_case(&reconciler.may::<Read>().unwrap(), new).await.unwrap();
        let graded = NewFact {
            kind: "finding_graded".to_owned(),
            at: now(),
            values: [("grade", "major"), ("yardstick", "ilo_c95_12"), ("standard", "allegation")]
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into(),
            ..NewFact::default()
        };
        self.desk.put_fact(&reconciler, "finding", &finding, graded).await.unwrap();
        self.finding.replace(finding);
    }

    async fn receive(&self, seat: &Seat, form: &str, number: u64, values: &[(&str, &str)]) {
        let sent = xml(self.protocol.form(form).unwrap(), number, values);
        self.desk.receive(&Sender::member(&seat.may().unwrap()), sent, Vec::new()).await.unwrap();
    }

    /// So many interviews: women and men operators, of whom every third is paid directly and every fourth works long.
    async fn interviews(&self, count: u64) {
        self.interviews_of(count, |_| "no").await;
    }

    async fn interviews_of(&self, count: u64, doubtful: impl Fn(u64) -> &'static str) {
        self.interviews_from(0, count, doubtful).await;
    }

    async fn interviews_from(&self, first: u64, count: u64, doubtful: impl Fn(u64) -> &'static str) {
        let seat = self.seat("interviewer").await;
        for number in first..first + count {
            let woman = number % 5 < 3;
            let stratum = if woman { "women_operator" } else { "men_operator" };
            let from_bag = self.codes.borrow_mut().get_mut(stratum).and_then(Vec::pop);
            let code = from_bag.unwrap_or_else(|| format!("W{:07}", 97 * (number + 1) + 1));
            let direct = number % 3 == 0;
            let private = if number == 7 { "not_private" } else { "private" };
            self.receive(
                &seat,
                "interview_conditions",
                1000 + number,
                &[("visit_code", &self.visit), ("interview_code", &code), ("validity", private)],
            )
            .await;
            let hours = if number % 4 == 0 { "11" } else { "8" };
            self.receive(
                &seat,
                "worker_interview",
                number,
                &[
                    ("visit_code", &self.visit),
                    ("interview_code", &code),
                    ("stratum", stratum),
                    ("how_chosen", if number % 9 == 0 { "reserve" } else { "drawn" }),
                    ("consent", if number == 11 { "no" } else { "yes" }),
                    ("sex", if woman { "female" } else { "male" }),
                    ("could_refuse", if number % 2 == 0 { "no" } else { "yes" }),
                    ("pay_who", if direct { "employer" } else { "agency" }),
                    ("pay_form", "local_cash"),
                    ("pay_signed", "read"),
                    ("hours_day", hours),
                    ("days_week", "6"),
                    ("rest_day", if number % 3 == 1 { "4" } else { "2" }),
                    ("injury_self", if number % 6 == 0 { "lost_days" } else { "none" }),
                    ("harass", if number % 4 == 1 { "seen" } else { "never" }),
                    ("rights_count", if number % 5 == 0 { "6" } else { "2" }),
                    ("low_validity", doubtful(number)),
                ],
            )
            .await;
        }
    }

    fn request(&self) -> ReleaseRequest {
        ReleaseRequest {
            title: "Working conditions in one garment workplace".to_owned(),
            place: "Kaesong".to_owned(),
            sizes: BTreeMap::from([("women_operator".to_owned(), 400), ("men_operator".to_owned(), 210)]),
            limits: "Team leaders were not asked.".to_owned(),
            findings: BTreeMap::from([(
                self.finding.borrow().clone(),
                ("Most pay sheets are signed unread.".to_owned(), "We shall explain them.".to_owned()),
            )]),
            ..ReleaseRequest::default()
        }
    }

    /// Fills a bag for each stratum with the codes that the draw gave out.
    async fn take_codes(&self, seat: &Seat) {
        let list = EntryList { limit: 1_000, ..EntryList::default() };
        for row in self.desk.entries(&seat.may::<Read>().unwrap(), "draw_codes", list).await.unwrap() {
            let value = |name: &str| row.values[name].as_str().unwrap().to_owned();
            self.codes.borrow_mut().entry(value("stratum")).or_default().push(value("label"));
        }
    }

    async fn compute(&self, seat: &Seat) -> Result<ComputedRelease, Error> {
        self.desk.compute_release(&seat.may::<Read>().unwrap(), "visit", &self.visit, self.request()).await
    }

    async fn draft(&self, seat: &Seat) -> (String, String) {
        let computed = self.compute(seat).await.unwrap();
        let report = format!("<!doctype html><title>{}</title>", computed.content.title);
        self.desk.draft_release(seat, computed, vec![("en".to_owned(), report)]).await.unwrap();
        let may = seat.may::<Read>().unwrap();
        let release = self.desk.releases(&may, "visit", &self.visit).await.unwrap().remove(0);
        (release.name, release.package)
    }

    async fn stands(&self, seat: &Seat) -> CaseDetail {
        self.desk.case(&seat.may::<Read>().unwrap(), "visit", &self.visit).await.unwrap()
    }

    async fn bag(&self, name: &str) -> Files {
        let mut files = Files::default();
        for (path, content) in self.desk.public_bag(name).await.unwrap() {
            files.put(path, content);
        }
        files
    }
}

fn refused<T>(answer: Result<T, Error>) -> &'static str {
    match answer {
        Err(Error::Refused(refusal)) => refusal.message,
        Err(Error::Fault(fault)) => panic!("a fault: {fault}"),
        Ok(_) => panic!("it was taken"),
    }
}

#[test]
fn the_draw_of_a_visit_is_published_with_it() {
    on_both(drawn);
}

async fn drawn(home: Rc<Home>) {
    let zone = Zone::build(&home).await;
    zone.agreed().await;
    let (lead, reconciler, officer) =
        (zone.seat("lead").await, zone.seat("reconciler").await, zone.seat("draw").await);
    let read = officer.may::<Read>().unwrap();
    let visit = zone.visit.clone();
    let mut roster = String::from("badge,name,stratum\n");
    for number in 0..610 {
        let stratum = if number < 400 { "women_operator" } else { "men_operator" };
        roster.push_str(&format!("B{number:04},김{number},{stratum}\n"));
    }
    let sent = SentList { kind: "roster", bytes: roster.as_bytes() };
    zone.desk.import_list(&read, "visit", &visit, sent).await.unwrap();
    let heads = Heads { workshop: "1".to_owned(), roster: 200, counted: 199 };
    let heads = [heads.clone(), heads.clone(), heads];
    zone.desk.count_heads(&read, "visit", &visit, &heads).await.unwrap();
    zone.desk.freeze_frame(&read, "visit", &visit).await.unwrap();

    // One draw comes to nothing, the next one is carried out.
    let (a, z) = (Party::new("authority-a"), Party::new("auditor"));
    let new = NewDraw {
        parties: vec![a.named("authority"), z.named("auditor")],
        scheme: desk::protocol::Scheme::Stratified,
        hash_only: true,
        n: 62,
        reveal_deadline: now() + 3_600_000,
        ..NewDraw::default()
    };
    zone.desk.begin_draw(&read, "visit", &visit, new.clone()).await.unwrap();
    zone.desk.void_draw(&read, "visit", &visit, 1, "the gate stayed closed").await.unwrap();
    assert_eq!(zone.desk.begin_draw(&read, "visit", &visit, new).await.unwrap(), 2);
    let public = async || zone.desk.draw(&read, "visit", &visit, 2).await.unwrap().transcript;
    let send = async |message: Message| {
        let text = message.to_text().unwrap();
        zone.desk.receive_draw_message(&read, "visit", &visit, 2, text.as_bytes()).await.unwrap();
    };
    let seconds = || u64::try_from(now() / 1000).unwrap();
    send(a.says(acts::commit(&Party::known(&public().await), a.name, &a.random, seconds()))).await;
    zone.desk.announce_draw(&read, "visit", &visit, 2, Randomness::Dice).await.unwrap();
    send(a.cosigns(&public().await, "announce.json")).await;
    zone.desk.reveal_draw(&read, "visit", &visit, 2).await.unwrap();
    send(a.says(acts::reveal(&Party::known(&public().await), a.name, &a.random, seconds()))).await;
    let dice = Brought::Dice("73901148265503972486");
    zone.desk.bring_randomness(&read, "visit", &visit, 2, dice).await.unwrap();
    send(a.cosigns(&public().await, "beacon.json")).await;
    zone.desk.select_draw(&read, "visit", &visit, 2, 0).await.unwrap();
    let opening = officer.may::<OpenIdentity>().unwrap();
    let calls = zone.desk.calls(&opening, "visit", &visit, 2, "calling people").await.unwrap();
    for (stratum, rank) in calls.called.into_iter().filter_map(|called| called.place) {
        let attempt = (stratum.as_str(), rank, "interviewed");
        zone.desk.attempt(&read, "visit", &visit, 2, attempt).await.unwrap();
    }
    zone.reviewed_after_draw().await;
    zone.take_codes(&reconciler).await;
    let used = zone.codes.borrow()["women_operator"].last().unwrap().clone();
    zone.interviews(62).await;
    // One more with a code that no draw gave out, one with a code that was used, one that is rejected: none counts.
    let interviewer = zone.seat("interviewer").await;
    for (number, code) in [(900, "W1000071"), (901, used.as_str()), (902, "W0000098")] {
        let values = [
            ("visit_code", visit.as_str()),
            ("interview_code", code),
            ("stratum", "men_operator"),
            ("how_chosen", "drawn"),
            ("consent", "yes"),
        ];
        zone.receive(&interviewer, "worker_interview", number, &values).await;
    }
    let review = reconciler.may::<Review>().unwrap();
    let form = zone.desk.form(zone.mandate, "worker_interview").await.unwrap();
    let rejected = format!("uuid:{}", uuid(902));
    zone.desk.review(&review, &form, &rejected, Some("rejected"), "sent twice by mistake").await.unwrap();
    let going_on = zone.compute(&reconciler).await.map(drop);
    assert_eq!(refused(going_on), "refusal-release-draw", "nothing is published beside an open draw");

    let opened =
        zone.desk.opened_for_auditor(&opening, "visit", &visit, 2, "the audit, in a room").await.unwrap();
    let file = |name: &str| opened.iter().find(|(known, _)| *known == name).unwrap().1.to_vec();
    let text = file("opening.jsonl");
    let lines = text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    let told = draw::Opening::read(lines).unwrap();
    let json = |name: &str| serde_json::from_slice::<serde_json::Value>(&file(name)).unwrap();
    let attempts = json("attempts.json")["attempts"].as_array().unwrap().clone();
    let field = draw::audit::OpenedField {
        call_list: draw::CallList::from_value(&json("call-list.json")).unwrap(),
        attempts: attempts.iter().map(|attempt| draw::Attempt::from_value(attempt).unwrap()).collect(),
    };
    let work = draw::Work::quiet(2);
    let (report, _) = draw::audit(&public().await, draw::Trust::default(), &told, &field, work);
    let covers = field.call_list.called.len() as u64;
    send(z.says(acts::audit(&report.known, &field.attempts, covers, seconds()))).await;
    zone.desk.close_draw(&read, "visit", &visit, 2).await.unwrap();

    // The strata are those of the frame, whatever somebody wrote.
    let computed = zone.compute(&reconciler).await.unwrap();
    let frame = [("men_operator".to_owned(), 210), ("women_operator".to_owned(), 400)];
    assert_eq!(computed.content.sizes, BTreeMap::from(frame));
    assert_eq!(computed.content.draws.len(), 2, "the void one too");
    let tally = Tally {
        counted: 60,
        refused: 1,
        not_private: 1,
        not_drawn: 1,
        twice: 1,
        rejected: 1,
        ..Tally::default()
    };
    assert_eq!(computed.tally, tally);
    let (name, package) = zone.draft(&reconciler).await;
    zone.desk.prepare_release(&reconciler, &name, &package, now()).await.unwrap();
    zone.desk.sign_release(&lead.may().unwrap(), &name, &package, now()).await.unwrap();
    let bag = zone.bag(&name).await;
    let policy = ledger::Policy::parse(zone.desk.release_policy().await.unwrap().as_bytes()).unwrap();
    let keys = [(a.name.to_owned(), a.key.public())];
    let means = Means { trust: Some(&policy), parties: &keys, ..Means::default() };
    let report = verify(&bag, means);
    assert_eq!(report.verdict(), Verdict::Holds, "{report}");
    let told = report.to_string();
    assert!(told.contains("1 carried out and 1 void"), "{told}");
    assert!(told.contains("fixed by the design of the draw before the data"), "{told}");
}

#[test]
fn two_people_publish_what_was_heard_and_everybody_can_verify_it() {
    on_both(published);
}

async fn published(home: Rc<Home>) {
    let zone = Zone::build(&home).await;
    let (lead, reconciler) = (zone.seat("lead").await, zone.seat("reconciler").await);
    assert_eq!(refused(zone.compute(&reconciler).await.map(drop)), "refusal-release-not-yet");
    zone.reviewed().await;
    zone.interviews(62).await;
    assert_eq!(refused(zone.compute(&lead).await.map(drop)), "refusal-fact-role");
    assert_eq!(refused(zone.put(&reconciler, "release_prepared", &[]).await), "refusal-fact-by-release");

    let computed = zone.compute(&reconciler).await.unwrap();
    let content = &computed.content;
    assert_eq!(
        content.response.interviews,
        Some(60),
        "without the one that was not private and the one that refused"
    );
    let rest =
        content.estimates.iter().find(|one| one.table == "rest_day" && one.position == ["total", "yes"]);
    let rest = rest.expect("the share of those with a rest day");
    assert!(
        (25.0..45.0).contains(&rest.value) && rest.low < rest.value && rest.value < rest.high,
        "{rest:?}"
    );
    let told: Vec<&str> = content.findings[0].values.iter().map(|(_, _, value)| value.as_str()).collect();
    assert_eq!(told, ["major", "ilo_c95_12", "allegation"]);
    assert_eq!(content.counted, [vec![("major".to_owned(), 1)], vec![("running".to_owned(), 1)]]);

    let (name, package) = zone.draft(&reconciler).await;
    assert_eq!(name, format!("{}-1", zone.visit.to_lowercase()));
    assert!(zone.desk.public_releases().await.unwrap().is_empty());
    let answer = zone.desk.sign_release(&lead.may().unwrap(), &name, &package, now()).await;
    assert_eq!(refused(answer), "refusal-release-not-prepared");
    let answer = zone.desk.prepare_release(&reconciler, &name, "another", now()).await;
    assert_eq!(refused(answer), "refusal-release-another");
    zone.desk.prepare_release(&reconciler, &name, &package, now()).await.unwrap();
    let answer = zone.desk.sign_release(&reconciler.may().unwrap(), &name, &package, now()).await;
    assert_eq!(refused(answer), "refusal-release-four-eyes");
    let draw = zone.seat("draw").await;
    let answer = zone.desk.sign_release(&draw.may().unwrap(), &name, &package, now()).await;
    assert_eq!(refused(answer), "refusal-release-closed", "who holds no key to the draft has not seen it");

    let seen = zone.desk.releases(&lead.may().unwrap(), "visit", &zone.visit).await.unwrap().remove(0);
    let draft =
        zone.desk.open_draft(&lead.may().unwrap(), &seen).await.unwrap().expect("the lead holds a copy");
    assert!(!draft.not_published.hidden.is_empty(), "something had to be kept back");
    zone.desk.sign_release(&lead.may().unwrap(), &name, &package, now()).await.unwrap();

    let published = zone.desk.public_release(&name).await.unwrap();
    assert_eq!(published.release.title, "Working conditions in one garment workplace");
    let bag = zone.bag(&name).await;
    let policy = ledger::Policy::parse(zone.desk.release_policy().await.unwrap().as_bytes()).unwrap();
    let trusted = Means { trust: Some(&policy), ..Means::default() };
    let report = verify(&bag, trusted);
    assert_eq!(report.verdict(), Verdict::Holds, "{report}");
    assert!(
        !zone.stands(&lead).await.standing().unwrap().facts.iter().all(|fact| fact.kind != "release_signed")
    );

    // One bit anywhere, and the file is named.
    for (path, content) in bag.readable() {
        for at in [0, content.len() / 2, content.len() - 1] {
            let mut flipped = content.to_vec();
            flipped[at] ^= 1;
            let mut other = bag.clone();
            other.put(path, flipped);
            let report = verify(&other, trusted);
            assert_eq!(report.verdict(), Verdict::Fails, "{path} byte {at}");
            assert_eq!(report.first_lie().unwrap().file, path, "byte {at}: {report}");
        }
    }

    // Taken back by two people, for everybody to read.
    let why = "One figure was computed from the wrong stratum sizes.";
    let answer = zone.desk.retract_release(&lead, &name, now()).await;
    assert_eq!(refused(answer), "refusal-retraction-not-asked");
    assert_eq!(refused(zone.desk.ask_retraction(&lead, &name, " ").await), "refusal-retraction-reason");
    zone.desk.ask_retraction(&lead, &name, why).await.unwrap();
    assert_eq!(refused(zone.desk.retract_release(&lead, &name, now()).await), "refusal-release-four-eyes");
    zone.desk.retract_release(&reconciler, &name, now()).await.unwrap();
    let published = zone.desk.public_release(&name).await.unwrap();
    assert!(published.release.retracted.is_some());
    let copy = std::sync::Arc::new(std::sync::Mutex::new(BTreeMap::new()));
    let kept = copy.clone();
    let write = move |path: &str, bytes: &[u8]| {
        kept.lock().unwrap().insert(path.to_owned(), bytes.to_vec());
        Ok(())
    };
    zone.desk.export_ledger(write).await.unwrap();
    let newer = |path: &str| copy.lock().unwrap().get(path).cloned();
    let report = verify(&bag, Means { newer: Some(&newer), ..trusted });
    assert!(report.first_lie().is_some_and(|lie| lie.what.contains(why)), "{report}");
    let stands = zone.stands(&lead).await;
    let open: Vec<_> = stands.standing().unwrap().open().map(|open| open.stage.id.clone()).collect();
    assert!(open.contains(&"published".to_owned()), "a corrected release can follow: {open:?}");

    // What was read once is known: the corrected release is audited together with the one that was taken back.
    let (corrected, package) = zone.draft(&reconciler).await;
    assert_eq!(corrected, format!("{}-2", zone.visit.to_lowercase()));
    zone.desk.prepare_release(&reconciler, &corrected, &package, now()).await.unwrap();
    zone.desk.sign_release(&lead.may().unwrap(), &corrected, &package, now()).await.unwrap();
    let bag = zone.bag(&corrected).await;
    let report = verify(&bag, trusted);
    assert_eq!(report.verdict(), Verdict::Holds, "{report}");
    let stated = bag.bytes("data/disclosure.json").unwrap();
    let stated: serde_json::Value = serde_json::from_slice(stated).unwrap();
    assert_eq!(stated["earlier"][0]["release"], name.as_str());
}

#[test]
fn doubtful_interviews_are_told_apart_where_enough_were_doubtful() {
    on_both(doubtful);
}

async fn doubtful(home: Rc<Home>) {
    let zone = Zone::build(&home).await;
    let reconciler = zone.seat("reconciler").await;
    zone.reviewed().await;
    zone.interviews_of(60, |number| if number < 4 { "yes" } else { "no" }).await;
    let computed = zone.compute(&reconciler).await.unwrap();
    assert!(!computed.content.response.with_and_without, "four would be found out");
    assert!(!computed.content.response.doubtful, "and it is not told that it was so few");
    zone.interviews_from(60, 60, |number| if number % 4 == 0 { "yes" } else { "no" }).await;
    let mut request = zone.request();
    request.left_out =
        vec!["weekly_hours".into(), "rights_known".into(), "injuries".into(), "harassment".into()];
    let may = reconciler.may::<Read>().unwrap();
    let computed = zone.desk.compute_release(&may, "visit", &zone.visit, request).await.unwrap();
    assert!(computed.content.response.with_and_without);
    let names: Vec<&str> = computed.content.tables.iter().map(|table| table.table.name.as_str()).collect();
    assert!(names.contains(&"rest_day") && names.contains(&"rest_day_undoubted"), "{names:?}");
    assert!(!names.contains(&"weekly_hours"), "{names:?}");
}

#[test]
fn a_release_waits_until_enough_witnesses_have_cosigned() {
    on_both(witnessed);
}

async fn witnessed(home: Rc<Home>) {
    let zone = Zone::build(&home).await;
    let (lead, reconciler) = (zone.seat("lead").await, zone.seat("reconciler").await);
    zone.reviewed().await;
    let witness = |name: &str, seed: u8| Signer::from_seed(name, &[seed; 32]).unwrap();
    let (first, second) = (witness("authority-a.example.org", 1), witness("ngo.example.org", 2));
    let line = |name: &str, signer: &Signer| format!("witness {name} {}\n", signer.cosigner_key());
    let lines = format!("{}{}group both all a ngo\nquorum both\n", line("a", &first), line("ngo", &second));
    let admin = log_in(&zone.desk, "admin@example.org").await;
    let admin = zone.desk.administrator(&admin).unwrap();
    assert_eq!(refused(zone.desk.set_witnesses(&admin, "quorum nobody").await), "refusal-witnesses");
    zone.desk.set_witnesses(&admin, &lines).await.unwrap();
    let (name, package) = zone.draft(&reconciler).await;
    zone.desk.prepare_release(&reconciler, &name, &package, now()).await.unwrap();
    zone.desk.sign_release(&lead.may().unwrap(), &name, &package, now()).await.unwrap();
    assert_eq!(refused(zone.desk.public_release(&name).await), "refusal-not-found", "it waits");

    let log = zone.desk.ledger_key();
    let seen = zone.desk.release_growth(&lead, &name, 0).await.unwrap();
    let growth = Growth::parse(seen.as_bytes()).unwrap();
    let head = ledger::witness::accept(&growth, &log, None).unwrap();
    let (line, _) = ledger::witness::cosigned(&growth, &first, 1_795_000_000).unwrap();
    let may = lead.may::<Read>().unwrap();
    let (stranger, _) = ledger::witness::cosigned(&growth, &witness("else.example.org", 3), 1).unwrap();
    assert_eq!(
        refused(zone.desk.cosign_release(&may, &name, &stranger).await),
        "refusal-release-cosignature"
    );
    assert!(!zone.desk.cosign_release(&may, &name, &line).await.unwrap(), "one is not enough");

    // The second has signed a newer head meanwhile, and signs nothing older.
    zone.put(&lead, "interviewee_punished", &[]).await.unwrap_err();
    zone.desk.begin_case(&may, NewCase { workflow: "visit", title: "Another", parent: None }).await.unwrap();
    zone.desk.renew_release_proof(&may, &name).await.unwrap();
    let seen = zone.desk.release_growth(&lead, &name, head.size).await.unwrap();
    let growth = Growth::parse(seen.as_bytes()).unwrap();
    ledger::witness::accept(&growth, &log, Some(&head)).unwrap();
    let (line, _) = ledger::witness::cosigned(&growth, &first, 1_795_000_100).unwrap();
    let (other, _) = ledger::witness::cosigned(&growth, &second, 1_795_000_200).unwrap();
    assert!(zone.desk.cosign_release(&may, &name, &format!("{line}\n{other}\n")).await.unwrap());
    let policy = ledger::Policy::parse(zone.desk.release_policy().await.unwrap().as_bytes()).unwrap();
    let report = verify(&zone.bag(&name).await, Means { trust: Some(&policy), ..Means::default() });
    assert_eq!(report.verdict(), Verdict::Holds, "{report}");
    assert_eq!(refused(zone.desk.renew_release_proof(&may, &name).await), "refusal-release-another");
}

#[test]
fn of_a_visit_that_was_refused_the_access_record_is_published_and_nothing_else() {
    on_both(access_refused);
}

async fn access_refused(home: Rc<Home>) {
    let zone = Zone::build(&home).await;
    let (lead, reconciler) = (zone.seat("lead").await, zone.seat("reconciler").await);
    zone.put(&lead, "access_requested", &[]).await.unwrap();
    assert_eq!(refused(zone.compute(&reconciler).await.map(drop)), "refusal-release-not-yet");
    zone.put(&lead, "access_answered", &[("authority", "first"), ("answer", "refused")]).await.unwrap();
    assert_eq!(refused(zone.compute(&lead).await.map(drop)), "refusal-fact-role");
    let computed = zone.compute(&reconciler).await.unwrap();
    assert!(computed.content.only_access && computed.content.sizes.is_empty());
    let (name, package) = zone.draft(&reconciler).await;
    let answer = zone.desk.prepare_release(&lead, &name, &package, now()).await;
    assert_eq!(refused(answer), "refusal-fact-role");
    zone.desk.prepare_release(&reconciler, &name, &package, now()).await.unwrap();
    zone.desk.sign_release(&lead.may().unwrap(), &name, &package, now()).await.unwrap();
    let policy = ledger::Policy::parse(zone.desk.release_policy().await.unwrap().as_bytes()).unwrap();
    let report = verify(&zone.bag(&name).await, Means { trust: Some(&policy), ..Means::default() });
    assert_eq!(report.verdict(), Verdict::Holds, "{report}");
    let stands = zone.stands(&lead).await;
    let kinds: Vec<&str> = stands.facts.iter().map(|fact| fact.stored.kind.as_str()).collect();
    assert_eq!(kinds, ["access_requested", "access_answered", "access_published"]);
    zone.desk.ask_retraction(&lead, &name, "The answer came from another office.").await.unwrap();
    zone.desk.retract_release(&reconciler, &name, now()).await.unwrap();
}
