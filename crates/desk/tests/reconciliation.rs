//! Interviews and records of one establishment and of a smaller one, compared by whoever holds both keys.

mod house;

use std::collections::BTreeMap;
use std::rc::Rc;

use desk::protocol::Protocol;
use desk::survey::reconcile::Told;
use desk::{Desk, Error, NewCase, NewFact, Read, Seat, Sender};
use house::{Home, begin_mandate, log_in, on_both, uuid};

fn workplace() -> Protocol {
    let shipped = desk::protocol::shipped().into_iter().find(|(name, _)| *name == "workplace");
    Protocol::read(&shipped.unwrap().1).unwrap()
}

/// A submission of a form with these answers, each by the name of its field.
fn xml(protocol: &Protocol, form_id: &str, number: u64, answers: &[(&str, String)]) -> Vec<u8> {
    let form = &protocol.form(form_id).unwrap().form;
    let mut groups: BTreeMap<String, String> = BTreeMap::new();
    let mut top = String::new();
    for (name, value) in answers {
        let field = form.fields.iter().find(|field| field.name == *name).unwrap_or_else(|| panic!("{name}"));
        let answer = format!("<{name}>{value}</{name}>");
        match field.path.rsplit_once('/') {
            Some((group, _)) => *groups.entry(group.to_owned()).or_default() += &answer,
            None => top += &answer,
        }
    }
    // Groups that lie in groups, the innermost first.
    let mut paths: Vec<String> = groups.keys().cloned().collect();
    paths.sort_by_key(|path| std::cmp::Reverse(path.matches('/').count()));
    for path in paths {
        let mut inside = groups.remove(&path).unwrap_or_default();
        let mut outer = path.as_str();
        loop {
            let (rest, name) = outer.rsplit_once('/').unwrap_or(("", outer));
            inside = format!("<{name}>{inside}</{name}>");
            if rest.is_empty() {
                top += &inside;
                break;
            }
            if let Some(known) = groups.get_mut(rest) {
                known.push_str(&inside);
                break;
            }
            groups.insert(rest.to_owned(), inside.clone());
            outer = rest;
            inside = groups.remove(rest).unwrap_or_default();
        }
    }
    let version = form.version.clone().unwrap_or_default();
    // Two parts of one group are one group.
    let joined = top.replace("</interview><interview>", "");
    format!(
        "<data id=\"{form_id}\" version=\"{version}\">{joined}<meta><instanceID>uuid:{}</instanceID></meta></data>",
        uuid(number)
    )
    .into_bytes()
}

async fn seat(desk: &Desk, mandate: i64, name: &str) -> Seat {
    desk.seat(&log_in(desk, &format!("{name}@example.org")).await, mandate).await.unwrap()
}

#[test]
fn answers_and_records_are_compared_by_groups_and_never_by_person() {
    on_both(compared);
}

async fn compared(home: Rc<Home>) {
    let protocol = workplace();
    let desk = home.desk_with(vec![workplace()]).await;
    let people = [
        ("lead", "visit_lead"),
        ("draw", "draw_officer"),
        ("rita", "reconciler"),
        ("marta", "record_reviewer"),
    ];
    let mandate = begin_mandate(&desk, "Zone", "workplace", &people).await;
    let lead = seat(&desk, mandate, "lead").await;
    let new = NewCase { workflow: "visit", title: "Haneul Garment", parent: None };
    let visit = desk.begin_case(&lead.may::<Read>().unwrap(), new).await.unwrap();
    let asked = NewFact {
        kind: "access_requested".to_owned(),
        at: house::now() - 500 * 24 * 3_600_000,
        ..NewFact::default()
    };
    desk.put_fact(&lead, "visit", &visit, asked).await.unwrap();
    let sender = Sender::member(&lead.may().unwrap());
    let mut number = 0;
    let mut send = async |form: &str, answers: Vec<(&str, String)>| {
        number += 1;
        desk.receive(&sender, xml(&protocol, form, number, &answers), Vec::new()).await.unwrap();
    };
    // What a dollar bought: nobody put it on record for euros.
    for (day, official, market) in [(400, "100", "2000"), (40, "150", "3000")] {
        let values = [("currency", "kpw"), ("official", official), ("market", market)];
        let values = values.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        let at = house::now() - day * 24 * 3_600_000;
        let rate = NewFact { kind: "rate_recorded".to_owned(), at, values, ..NewFact::default() };
        desk.put_fact(&lead, "visit", &visit, rate).await.unwrap();
    }
    // 24 people at E-0001 say 60 hours and 54 dollars in hand; the books say 48 and 70. Three at E-0002. Twelve were told
    // what to say; two more sat with their chief, and what they say counts nowhere.
    for place in 0..29_u32 {
        let slip = format!("W{place:07}");
        let validity = if place < 27 { "private" } else { "not_private" };
        send(
            "interview_conditions",
            vec![("interview_code", slip.clone()), ("validity", validity.to_owned())],
        )
        .await;
        let code = if place < 24 { "E-0001" } else { "E-0002" };
        let said = vec![
            ("est_code", code.to_owned()),
            ("interview_code", slip),
            ("low_validity", if place < 12 { "yes" } else { "no" }.to_owned()),
            ("outcome", "complete".to_owned()),
            ("consent", "yes".to_owned()),
            // Half of them in won: the same sum at the official rate of the day.
            ("pay_last", format!("{}", (52 + place % 5) * if place % 2 == 0 { 1 } else { 150 })),
            ("pay_currency", if place % 2 == 0 { "usd" } else { "kpw" }.to_owned()),
            ("hours_day", format!("{}", 9.5 + f64::from(place % 3) * 0.5)),
            ("days_week", "6".to_owned()),
        ];
        send("worker_interview", said).await;
        if place >= 27 {
            continue;
        }
        for (period, month) in [("peak", "2009-08-01"), ("low", "2010-02-01"), ("latest", "2010-05-01")] {
            let recorded = vec![
                ("est_code", code.to_owned()),
                ("file_code", format!("R{place:07}")),
                ("period_month", month.to_owned()),
                ("period", period.to_owned()),
                ("currency", "usd".to_owned()),
                ("gross_recorded", format!("{}", 68 + place % 5)),
                ("recorded_regular_h", "208.56".to_owned()),
                ("recorded_ot_h", format!("{}", place % 3)),
                ("signature_type", if place % 4 == 0 { "one_hand" } else { "worker" }.to_owned()),
                ("output_days_without_hours", u32::from(place == 3 && period == "peak").to_string()),
            ];
            send("record_review", recorded).await;
        }
    }

    let refused = async |seat: &Seat| match desk.reconcile(&seat.may().unwrap()).await {
        Err(Error::Refused(refusal)) => refusal.message,
        Err(Error::Fault(fault)) => panic!("{fault}"),
        Ok(_) => panic!("it was done"),
    };
    assert_eq!(refused(&lead).await, "refusal-reconcile-keys", "the lead holds neither key");
    assert!(
        seat(&desk, mandate, "marta").await.may::<desk::Review>().is_err(),
        "who reads records does not compare"
    );
    let rita = seat(&desk, mandate, "rita").await;
    let compared = desk.reconcile(&rita.may().unwrap()).await.unwrap();
    assert_eq!((compared.interviews, compared.not_private), (27, 2), "who was not alone is not counted");
    assert_eq!((compared.records, compared.files), (81, 27), "three periods of each file");
    assert!(compared.doubtful && compared.rates);
    let figure = |test: &str, group: Option<&str>| {
        let test = compared.tests.iter().find(|known| known.test == test).unwrap();
        test.figures.iter().find(|figure| figure.group.as_deref() == group).unwrap().told
    };
    // Median 54 of 70: 22.9 % less, amber at 10, not red at 30.
    let Told::Value { value, flag: Some(0), n: (24, 24), indicative: false, .. } =
        figure("r1_official", Some("E-0001"))
    else {
        panic!("{:?}", figure("r1_official", Some("E-0001")))
    };
    assert!((value - 100.0 * (1.0 - 54.0 / 70.0)).abs() < 1.0, "{value}");
    // At the market rate half of them were handed a twentieth of it: a gap beside the other, not in its place.
    let Told::Value { value: market, .. } = figure("r1_market", Some("E-0001")) else { panic!() };
    assert!(market > 50.0, "{market}");
    // A file is one file, with however many lines.
    let Told::Value { value, n: (0, 24), interval: Some((low, high)), .. } = figure("r4", Some("E-0001"))
    else {
        panic!("{:?}", figure("r4", Some("E-0001")))
    };
    assert!((value - 25.0).abs() < 1e-6 && high - low > 30.0, "{value} {low} {high}: 24 files are few");
    // With and without those who were told what to say; where there are too few of them, not.
    let r2 = compared.tests.iter().find(|test| test.test == "r2").unwrap();
    let groups: Vec<_> = r2.without.iter().map(|figure| figure.group.as_deref()).collect();
    assert_eq!(groups, [None, Some("E-0001")]);
    assert!(matches!(r2.without[1].told, Told::Value { n: (12, 24), .. }), "{:?}", r2.without[1]);
    assert!(
        compared.tests.iter().all(|test| test.test != "r4" || test.without.is_empty()),
        "records are never doubtful"
    );
    let Told::Value { value, flag: Some(1), .. } = figure("r2", Some("E-0001")) else { panic!() };
    assert!((11.0..13.0).contains(&value), "{value}");
    assert_eq!(figure("r2", Some("E-0002")), Told::TooFew, "three people are not told of");
    assert!(matches!(figure("r6", None), Told::Value { value, flag: Some(0), .. } if value == 1.0));
    assert_eq!(figure("r3", None), Told::TooFew, "nobody was asked");

    // It stands in the record, and locked keys compare nothing.
    let record = desk.audit(&rita.may().unwrap(), Some("mandate.reconcile"), None).await.unwrap();
    assert_eq!(record.lines.len(), 2);
    desk.lock(rita.session());
    assert_eq!(refused(&rita).await, "refusal-reconcile-locked");
}
