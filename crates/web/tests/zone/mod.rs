//! A zone with visits at several stages, for stories about cases.
#![allow(dead_code, reason = "each test file uses its own part")]

use std::collections::BTreeMap;

use desk::{NewCase, NewFact, Read, Seat};

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
    let on: [Told<'_>; 15] = [
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
        (68, &count, "release_prepared", &[]),
        (67, &lead, "release_signed", &[]),
        (60, &lead, "action_plan_agreed", &[]),
        (50, &lead, "verification_made", &[]),
    ];
    for told in on {
        put(&house, "visit", &visits[3], told).await;
    }
    let parent = Some(visits[3].as_str());
    let finding = begin("finding", "Emergency exit locked", parent, &count).await;
    put(&house, "finding", &finding, (83, &count, "finding_graded", &[("grade", "critical")])).await;
    put(&house, "finding", &finding, (82, &lead, "finding_verified", &[])).await;
    let finding_two = begin("finding", "Passports kept by the agency", parent, &count).await;
    put(&house, "finding", &finding_two, (83, &count, "finding_graded", &[("grade", "zero_tolerance")]))
        .await;
    Zone { house, mandate, visits, finding }
}
