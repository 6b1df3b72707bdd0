//! A zone with visits at several stages, for stories about cases.
#![allow(dead_code, reason = "each test file uses its own part")]

use std::collections::BTreeMap;

use desk::protocol::{Protocol, ProtocolForm};
use desk::{NewCase, NewFact, Read, ReleaseRequest, Seat, Sender};

use crate::house::{House, now};

const DAY: i64 = 24 * 3_600_000;

/// Why the third visit was stopped; sealed.
pub const WHY: &str = "반장이 면담실에 앉아 있었다 (a chief sat in the room)";

pub struct Zone {
    pub house: House,
    pub mandate: i64,
    /// Codes: waiting for the draw, access refused, stopped, published with findings and late.
    pub visits: [String; 4],
    pub finding: String,
}

impl Zone {
    /// Address of a page of a visit by its place.
    pub fn visit(&self, place: usize, rest: &str) -> String {
        format!("/m/{}/cases/visit/{}{rest}", self.mandate, self.visits[place])
    }

    /// Address of the list, or of what follows it.
    pub fn list(&self, rest: &str) -> String {
        format!("/m/{}/cases/visit{rest}", self.mandate)
    }
}

const ZERO: [(&str, &str); 4] = [
    ("grade", "zero_tolerance"),
    ("yardstick", "ilo_c29"),
    ("standard", "credible"),
    ("establishment", "E-0001"),
];

/// What the finding rests on.
const FOUND: [(&str, &[(&str, &str)]); 5] = [
    (
        "evidence_added",
        &[
            ("source", "interviews"),
            ("group", "Workshop 2, women, operators"),
            ("count", "23"),
            ("first_hand", "yes"),
            ("reliability", "b"),
            ("credibility", "1"),
        ],
    ),
    (
        "evidence_added",
        &[
            ("source", "observation"),
            ("group", "Facility checklist, workshop 2"),
            ("first_hand", "yes"),
            ("reliability", "a"),
            ("credibility", "1"),
        ],
    ),
    (
        "prevalence_told",
        &[("percent", "61.5"), ("low", "48.2"), ("high", "73.3"), ("n", "58"), ("basis", "estimate")],
    ),
    ("cause_found", &[("cause", "One key, held by the night guard.")]),
    ("recommended", &[("addressee", "employer"), ("recommendation", "Fit panic bars to every exit.")]),
];

type Told<'a> = (i64, &'a Seat, &'a str, &'a [(&'a str, &'a str)]);

async fn put(house: &House, workflow: &str, code: &str, (days, seat, kind, values): Told<'_>) {
    let values: BTreeMap<String, String> =
        values.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let reason = values.get("reason").cloned().unwrap_or_default();
    let values = values.into_iter().filter(|(name, _)| name != "reason").collect();
    let fact = NewFact { kind: kind.to_owned(), at: now() - days * DAY, values, reason, amends: None };
    if let Err(error) = house.desk.put_fact(seat, workflow, code, fact).await {
        panic!("{code} {kind}: {error}");
    }
}

pub async fn zone() -> Zone {
    let house = House::new().await;
    house.member("Ada", true).await;
    let mut people = Vec::new();
    for (name, role) in [
        ("Lena", "visit_lead"),
        ("Dora", "draw_officer"),
        ("Rita", "reconciler"),
        ("Marta", "record_reviewer"),
        ("Ines", "interviewer"),
    ] {
        people.push((house.member(name, false).await, role));
    }
    let mandate = house.mandate("Ada", "workplace", &people).await;
    let sits = async |name| house.desk.seat(&house.session(name, false).await, mandate).await.unwrap();
    let (lead, draw, count, records) =
        (sits("Lena").await, sits("Dora").await, sits("Rita").await, sits("Marta").await);
    let begin = async |workflow, title, parent, seat: &Seat| {
        let new = NewCase { workflow, title, parent };
        house.desk.begin_case(&seat.may::<Read>().unwrap(), new).await.unwrap()
    };
    let titles = ["Haneul Garment 하늘피복", "Seongsan Shoes 성산신발", "Mirae 미래전자", "Donghae 동해금속"];
    let mut visits = Vec::new();
    for title in titles {
        visits.push(begin("visit", title, None, &lead).await);
    }
    let visits: [String; 4] = visits.try_into().unwrap();
    let first = [("authority", "first")];
    let second = [("authority", "second")];
    let to_frame: [Told<'_>; 6] = [
        (100, &lead, "access_requested", &[]),
        (95, &lead, "mandate_signed", &first),
        (94, &lead, "mandate_signed", &second),
        (92, &draw, "frame_received", &[]),
        (91, &draw, "frame_tested", &[("difference_percent", "3.2")]),
        (90, &draw, "frame_frozen", &[("frame_hash", "5d2c41f09ab7")]),
    ];
    for code in [&visits[0], &visits[2], &visits[3]] {
        for told in to_frame {
            put(&house, "visit", code, told).await;
        }
    }
    put(&house, "visit", &visits[1], (9, &lead, "access_requested", &[])).await;
    let refused = [("authority", "first"), ("answer", "refused")];
    put(&house, "visit", &visits[1], (2, &lead, "access_answered", &refused)).await;
    put(&house, "visit", &visits[2], (80, &lead, "supervisor_stayed", &[("reason", WHY)])).await;
    let on: [Told<'_>; 11] = [
        (89, &draw, "draw_committed", &[]),
        (88, &draw, "draw_revealed", &[]),
        (87, &lead, "tour_done", &[]),
        (86, &records, "records_reviewed", &[]),
        (85, &lead, "interviews_finished", &[]),
        (84, &count, "reconciled", &[]),
        (83, &count, "findings_graded", &[("actions_needed", "yes")]),
        (82, &lead, "findings_verified", &[]),
        (81, &lead, "findings_sent", &[]),
        (70, &lead, "reply_received", &[]),
        (69, &lead, "disclosure_reviewed", &[]),
    ];
    for told in on {
        put(&house, "visit", &visits[3], told).await;
    }
    let session = house.session("Lena", true).await;
    let unlocked = house.desk.seat(&session, mandate).await.unwrap();
    publish(&house, (&count, 68), (&unlocked, 67), &visits[3]).await;
    let after: [Told<'_>; 2] =
        [(60, &lead, "action_plan_agreed", &[]), (50, &lead, "verification_made", &[])];
    for told in after {
        put(&house, "visit", &visits[3], told).await;
    }
    let parent = Some(visits[3].as_str());
    let finding = begin("finding", "Emergency exit locked", parent, &count).await;
    let graded = [
        ("grade", "critical"),
        ("yardstick", "ilo_c155"),
        ("standard", "reasonable_grounds"),
        ("establishment", "E-0001"),
        ("statement", "In workshop 2 the emergency exit was locked on both days of the visit."),
    ];
    put(&house, "finding", &finding, (83, &count, "finding_graded", &graded)).await;
    for told in FOUND {
        put(&house, "finding", &finding, (83, &count, told.0, told.1)).await;
    }
    put(&house, "finding", &finding, (82, &lead, "finding_verified", &[])).await;
    let reply =
        [("reply", "The exit was locked by mistake; the key hangs beside it since then. 열쇠를 걸어두었다.")];
    put(&house, "finding", &finding, (70, &lead, "reply_recorded", &reply)).await;
    let finding_two = begin("finding", "Passports kept by the agency", parent, &count).await;
    put(&house, "finding", &finding_two, (83, &count, "finding_graded", &ZERO)).await;
    Zone { house, mandate, visits, finding }
}

/// Publishes what there is: two people sign it, so many days ago.
async fn publish(house: &House, (first, drafted): (&Seat, i64), (second, signed): (&Seat, i64), code: &str) {
    let request =
        ReleaseRequest { title: "Donghae Metal: who could be heard".to_owned(), ..ReleaseRequest::default() };
    let may = first.may::<Read>().unwrap();
    let computed = house.desk.compute_release(&may, "visit", code, request).await.unwrap();
    let form = house.desk.sample_form(first, "visit").await.unwrap();
    let reports = web::release_report::reports(&computed.content, first.protocol(), &form.form);
    house.desk.draft_release(first, computed, reports).await.unwrap();
    let draft = house.desk.releases(&may, "visit", code).await.unwrap().remove(0);
    house.desk.prepare_release(first, &draft.name, &draft.package, now() - drafted * DAY).await.unwrap();
    let may = second.may::<Read>().unwrap();
    house.desk.sign_release(&may, &draft.name, &draft.package, now() - signed * DAY).await.unwrap();
}

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
    let instance = format!("uuid:{number:08x}-0000-4000-8000-{number:012x}");
    text.push_str(&format!("<meta><instanceID>{instance}</instanceID></meta></data>"));
    text.into_bytes()
}

impl Zone {
    /// One more visit, as far as it is before its release, with so many interviews. Answers its code.
    pub async fn reviewed(&self, interviews: u64) -> String {
        let house = &self.house;
        let sits =
            async |name| house.desk.seat(&house.session(name, false).await, self.mandate).await.unwrap();
        let (lead, draw, count, records, interviewer) = (
            sits("Lena").await,
            sits("Dora").await,
            sits("Rita").await,
            sits("Marta").await,
            sits("Ines").await,
        );
        let new = NewCase { workflow: "visit", title: "Hanbit Toys 한빛완구", parent: None };
        let code = house.desk.begin_case(&lead.may::<Read>().unwrap(), new).await.unwrap();
        let facts: [Told<'_>; 18] = [
            (100, &lead, "access_requested", &[]),
            (97, &lead, "access_answered", &[("authority", "first"), ("answer", "granted_with_conditions")]),
            (95, &lead, "mandate_signed", &[("authority", "first")]),
            (94, &lead, "mandate_signed", &[("authority", "second")]),
            (92, &draw, "frame_received", &[]),
            (91, &draw, "frame_tested", &[("difference_percent", "3.2")]),
            (90, &draw, "frame_frozen", &[("frame_hash", "5d2c41f09ab7")]),
            (89, &draw, "draw_committed", &[]),
            (88, &draw, "draw_revealed", &[]),
            (87, &lead, "tour_done", &[]),
            (86, &records, "records_reviewed", &[]),
            (85, &lead, "interviews_finished", &[]),
            (84, &count, "reconciled", &[]),
            (83, &count, "findings_graded", &[("actions_needed", "yes")]),
            (82, &lead, "findings_verified", &[]),
            (81, &lead, "findings_sent", &[]),
            (70, &lead, "reply_received", &[]),
            (69, &lead, "disclosure_reviewed", &[]),
        ];
        for told in facts {
            put(house, "visit", &code, told).await;
        }
        let parent = Some(code.as_str());
        let new = NewCase { workflow: "finding", title: "Pay sheets signed unread", parent };
        let finding = house.desk.begin_case(&count.may::<Read>().unwrap(), new).await.unwrap();
        let graded = [("grade", "major"), ("yardstick", "ilo_c95_12"), ("standard", "allegation")];
        put(house, "finding", &finding, (83, &count, "finding_graded", &graded)).await;
        let protocol = Protocol::read(&desk::protocol::shipped_files("workplace").unwrap()).unwrap();
        let sender = Sender::member(&interviewer.may().unwrap());
        let send = async |form: &str, number: u64, values: &[(&str, &str)]| {
            let sent = xml(protocol.form(form).unwrap(), number, values);
            house.desk.receive(&sender, sent, Vec::new()).await.unwrap();
        };
        for number in 0..interviews {
            let slip = format!("W{:07}", 97 * (number + 1) + 1);
            let woman = number % 5 < 3;
            let conditions =
                [("visit_code", code.as_str()), ("interview_code", &slip), ("validity", "private")];
            send("interview_conditions", 10_000 + number, &conditions).await;
            let one_in = |n: u64, yes: &'static str, no: &'static str| if number % n == 0 { yes } else { no };
            send(
                "worker_interview",
                number,
                &[
                    ("visit_code", &code),
                    ("interview_code", &slip),
                    ("stratum", if woman { "women_operator" } else { "men_operator" }),
                    ("how_chosen", one_in(9, "reserve", "drawn")),
                    ("consent", one_in(29, "no", "yes")),
                    ("sex", if woman { "female" } else { "male" }),
                    ("could_refuse", one_in(2, "no", "yes")),
                    ("pay_who", one_in(3, "employer", "agency")),
                    ("pay_form", "local_cash"),
                    ("pay_signed", "read"),
                    ("hours_day", one_in(4, "11", "8")),
                    ("days_week", "6"),
                    ("rest_day", one_in(3, "4", "2")),
                    ("injury_self", one_in(6, "lost_days", "none")),
                    ("harass", one_in(4, "seen", "never")),
                    ("rights_count", one_in(5, "6", "2")),
                    ("low_validity", "no"),
                ],
            )
            .await;
        }
        code
    }
}
