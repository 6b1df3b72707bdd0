//! How long people wait: unlocking and searching 100,000 sealed persons by part of a Korean name, and the first and second
//! page of lists over 1,000,000 rows, each with the exact count of its rows.
//!
//! `cargo bench -p desk --bench lists`; PERSONS and ROWS change the amounts, DEUNGDAE_TEST_POSTGRES adds PostgreSQL,
//! ONLY (`SQLite` or `PostgreSQL`) leaves the other one out.
#![allow(clippy::print_stdout, missing_docs)] // The figures are what it is for.

#[path = "../tests/house/mod.rs"]
mod house;

use std::sync::Arc;
use std::time::Instant;

use desk::store::registry::EntryList;
use desk::store::submission::{FieldFilter, FieldTest, List, Order, Submission, SubmissionVersion};
use desk::store::{Fault, Store, registry, submission};
use desk::xforms::Class;
use desk::{Desk, EntryChange, OpenIdentity, Search, Seat};
use house::{Home, House, PASSWORD, Sent, log_in, now, uuid};

const FAMILIES: [&str; 12] = ["김", "리", "박", "최", "정", "강", "조", "윤", "장", "림", "한", "오"];
const SYLLABLES: [&str; 24] = [
    "철", "수", "영", "희", "민", "지", "성", "호", "은", "주", "광", "일", "혜", "경", "명", "숙", "진",
    "옥", "순", "국", "남", "향", "춘", "실",
];

fn amount(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

fn pick<'a>(from: &[&'a str], number: u64) -> &'a str {
    from.get(usize::try_from(number % from.len() as u64).unwrap_or(0)).copied().unwrap_or_default()
}

fn name(number: u64) -> String {
    let mixed = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    format!(
        "{}{}{}",
        pick(&FAMILIES, mixed >> 7),
        pick(&SYLLABLES, mixed >> 17),
        pick(&SYLLABLES, mixed >> 37)
    )
}

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.expect("a runtime");
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    println!("{cores} cores, load {}", load.split(' ').next().unwrap_or_default());
    let only = std::env::var("ONLY").unwrap_or_default();
    if only != "PostgreSQL" {
        println!("SQLite");
        runtime.block_on(measure(&Home::sqlite()));
    }
    if only != "SQLite"
        && let Some(home) = Home::postgres()
    {
        println!("PostgreSQL");
        runtime.block_on(measure(&home));
    }
}

async fn measure(home: &Home) {
    let house = House::build(home).await;
    let (mandate, sender) = (house.mandate, house.sender());
    let desk = Arc::new(house.desk);
    searching(&desk, mandate).await;
    let store = home.store();
    lists(&desk, &store, mandate, &sender).await;
}

/// The median of several runs (ms).
async fn median<T>(times: usize, mut act: impl AsyncFnMut() -> T) -> f64 {
    let mut taken = Vec::new();
    for _ in 0..times {
        let start = Instant::now();
        act().await;
        taken.push(start.elapsed().as_secs_f64() * 1e3);
    }
    taken.sort_by(f64::total_cmp);
    taken.get(times / 2).copied().unwrap_or_default()
}

/// Processor time of this process so far (ms), in all its threads: what a wait would be on a machine that is idle, times
/// the threads that share the work. In steps of ten.
fn processor() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default();
    fields.split_whitespace().skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>()
        * 10.0
}

fn say(what: &str, milliseconds: f64) {
    println!("  {what:<62} {milliseconds:>8.1} ms");
}

async fn searching(desk: &Arc<Desk>, mandate: i64) {
    let persons = amount("PERSONS", 100_000);
    let start = Instant::now();
    let mut tasks = tokio::task::JoinSet::new();
    for worker in 0..64 {
        let desk = desk.clone();
        tasks.spawn(async move {
            let session = log_in(&desk, "lead@example.org").await;
            let seat = desk.seat(&session, mandate).await.expect("a seat");
            let may = seat.may().expect("review");
            for number in (worker..persons).step_by(64) {
                let name = name(number);
                let values = vec![
                    ("label".to_owned(), name.clone(), Class::Identity),
                    ("full_name".to_owned(), name, Class::Identity),
                    ("story".to_owned(), format!("{number}호 작업장에서 일한다"), Class::Sensitive),
                    ("site".to_owned(), format!("site {}", number % 40), Class::Open),
                ];
                let change = EntryChange {
                    uuid: uuid(number + 1),
                    create: true,
                    update: false,
                    base: None,
                    trunk: None,
                    branch: None,
                    values,
                };
                desk.change_entry(&may, "persons", change).await.expect("an entry");
            }
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.expect("a worker");
    }
    let seconds = start.elapsed().as_secs_f64();
    println!("  {persons} persons sealed in {seconds:.0} s");

    let session = log_in(desk, "lead@example.org").await;
    desk.lock(&session);
    let (start, before) = (Instant::now(), processor());
    desk.unlock(&session, PASSWORD, "192.0.2.1").await.expect("unlocked");
    let seat = desk.seat(&session, mandate).await.expect("a seat");
    let found = find(desk, &seat, "철수").await;
    say(&format!("unlock and first search, {found} found"), start.elapsed().as_secs_f64() * 1e3);
    say("  of which processor time, shared by two threads", processor() - before);
    for text in ["철수", "김영", "광일", "ㅊ", "99999호"] {
        let taken = median(9, async || find(desk, &seat, text).await).await;
        say(&format!("search “{text}”, {} found", find(desk, &seat, text).await), taken);
    }
    let may = seat.may().expect("review");
    let change = EntryChange {
        uuid: uuid(7),
        create: false,
        update: true,
        base: None,
        trunk: None,
        branch: None,
        values: vec![("story".to_owned(), "새 소식".to_owned(), Class::Sensitive)],
    };
    desk.change_entry(&may, "persons", change).await.expect("a change");
    let taken = median(1, async || find(desk, &seat, "새 소식").await).await;
    say("first search after one entry has changed", taken);
}

async fn find(desk: &Desk, seat: &Seat, text: &str) -> usize {
    let right = seat.may::<OpenIdentity>().expect("the right");
    let identity = Some((&right, "a family asks for a relative"));
    let search = Search { text, identity, after: 0, limit: 50 };
    desk.search_entries(&seat.may().expect("read"), "persons", search).await.expect("found").count
}

/// Rows in one commit.
const BATCH: u64 = 500;
/// Milliseconds in a day.
const DAY: i64 = 86_400_000;

/// Numbers that look like chance and are the same each time.
fn mixed(number: u64, salt: u32) -> u64 {
    number
        .wrapping_add(1)
        .wrapping_mul(0x9e37_79b9_7f4a_7c15)
        .rotate_left(salt)
        .wrapping_mul(0xbf58_476d_1ce4_e5b9)
        >> 20
}

/// Five choices, a whole number of a thousand, the day of a visit, a thousand places, and a text and a number that hardly
/// come twice; one in fifty left out the number of a thousand.
fn answers(number: u64, rows: u64) -> String {
    let count = match mixed(number, 11) {
        left_out if left_out % 50 == 0 => String::new(),
        other => format!(r#""count":"{}","#, other / 50 % 1000),
    };
    let visited =
        jiff::Timestamp::from_millisecond(arrival(number, rows) - DAY * (mixed(number, 23) % 9) as i64);
    let visited = visited.map(|at| at.strftime("%F").to_string()).unwrap_or_default();
    let site = mixed(number, 17);
    format!(
        r#"{{"result":"{}",{count}"visited":"{visited}","site":"site {}","note":"{} {}","serial":"{}"}}"#,
        pick(&["seen", "refused", "absent", "moved", "unknown"], mixed(number, 5) % 7),
        // Some places are often visited, most seldom.
        (site % 1000).min(site / 1000 % 1000),
        pick(&["near the station", "by the river", "north of the market", "behind the school"], site),
        mixed(number, 31) % 10_000_000,
        mixed(number, 3) % 100_000_000,
    )
}

/// Spread over the last 365 days, in order.
fn arrival(number: u64, rows: u64) -> i64 {
    let year = 365 * DAY as u64;
    now() - i64::try_from(year - year * number / rows.max(1)).unwrap_or(0)
}

async fn fill(store: &Store, form: i64, version: i64, persons: i64, rows: u64) {
    let mut first = 0;
    while first < rows {
        let last = (first + BATCH).min(rows);
        let filled: Result<(), Fault> = store
            .write(move |tx| {
                for number in first..last {
                    let open = answers(number, rows);
                    let (id, row) = (tx.new_id(), tx.new_id());
                    let at = arrival(number, rows);
                    let state = match mixed(number, 41) % 100 {
                        0..5 => "rejected",
                        5..15 => "hasIssues",
                        15..70 => "approved",
                        70..75 => "edited",
                        _ => "received",
                    };
                    let device = Some(mixed(number, 47) as i64 % 20 + 1);
                    let submission = Submission {
                        id,
                        form,
                        instance_id: format!("uuid:{}", uuid(1_000_000 + number)),
                        current_version: row,
                        versions: 1,
                        review_state: state.to_owned(),
                        device,
                        member: None,
                        created_at: at,
                        updated_at: at,
                        removed_at: None,
                        erased_at: None,
                    };
                    let version = SubmissionVersion {
                        id: row,
                        submission: id,
                        form,
                        number: 1,
                        instance_id: submission.instance_id.clone(),
                        form_version: version,
                        received_at: at,
                        device,
                        member: None,
                        open_values: open.clone(),
                        sealed_sensitive: None,
                        sealed_identity: None,
                        sealed_xml: None,
                        digest: None,
                        encrypted: false,
                        leaf: 0,
                    };
                    submission::add(tx, &submission, &version)?;
                    let (id, row) = (tx.new_id(), tx.new_id());
                    let entry = registry::Entry {
                        id,
                        registry: persons,
                        uuid: uuid(2_000_000 + number),
                        version: 1,
                        conflict: None,
                        open_values: open.clone(),
                        created_at: at,
                        updated_at: at,
                        removed_at: None,
                        erased_at: None,
                        resolved: 0,
                    };
                    let version = registry::EntryVersion {
                        id: row,
                        entry: id,
                        number: 1,
                        base_number: None,
                        trunk_version: None,
                        branch_id: None,
                        branch_base: None,
                        conflict: None,
                        changed: r#"["site"]"#.to_owned(),
                        open_values: open,
                        sealed_sensitive: None,
                        sealed_identity: None,
                        sealed_device: None,
                        submission_version: None,
                        source: None,
                        user_agent: None,
                        device: None,
                        member: Some(1),
                        received_at: at,
                        leaf: 0,
                    };
                    registry::add_entry(tx, &entry, &version)?;
                }
                Ok(())
            })
            .await;
        filled.expect("filled");
        first = last;
    }
}

/// Times that each list is asked for.
const RUNS: usize = 9;

/// Lists of every kind: by what is known of each submission, by one field, by two things, ordered.
fn wanted(form: i64) -> Vec<(&'static str, List)> {
    let all = List { form, limit: 51, ..List::default() };
    let field = |path: &str, test: FieldTest| FieldFilter { path: path.to_owned(), test };
    let is = |path: &str, value: &str| field(path, FieldTest::Is(value.to_owned()));
    let contains = |path: &str, value: &str| field(path, FieldTest::Contains(value.to_owned()));
    let at_least = |path: &str, value: f64| field(path, FieldTest::AtLeast(value));
    let with = |fields: &[FieldFilter]| List { fields: fields.to_vec(), ..all.clone() };
    let state = |list: List, state: &str| List { review_state: Some(state.to_owned()), ..list };
    let device = |list: List| List { device: Some(7), ..list };
    let midnight = now() / DAY * DAY;
    let days = |list: List, from: i64, days: i64| {
        let from = midnight - from * DAY;
        List { from: Some(from), until: Some(from + days * DAY), ..list }
    };
    let by = |list: List, order: Order| List { order, ..list };
    let text = |path: &str| Order::Text(path.to_owned());
    let number = |path: &str| Order::Number(path.to_owned());
    let up = |list: List| List { ascending: true, ..list };
    vec![
        ("newest first", all.clone()),
        ("oldest first", up(all.clone())),
        ("with issues", state(all.clone(), "hasIssues")),
        ("not reviewed", state(all.clone(), "received")),
        ("of one phone", device(all.clone())),
        ("of the last 24 hours", List { from: Some(now() - DAY), ..all.clone() }),
        ("of a month in autumn", days(all.clone(), 200, 30)),
        ("of half a year, to the minute", List { from: Some(now() - 180 * DAY), ..all.clone() }),
        ("of one phone, with issues", device(state(all.clone(), "hasIssues"))),
        ("of a month, not reviewed", days(state(all.clone(), "received"), 200, 30)),
        ("of a month, of one phone, approved", days(device(state(all.clone(), "approved")), 200, 30)),
        ("a choice is", with(&[is("result", "refused")])),
        ("a number is at least, most are", with(&[at_least("count", 100.0)])),
        ("a number is at least, few are", with(&[at_least("count", 998.0)])),
        ("a day is", with(&[contains("visited", "-03-")])),
        ("one of a thousand places is", with(&[is("site", "site 7")])),
        ("a seldom place is", with(&[is("site", "site 990")])),
        ("one of a thousand places contains, many do", with(&[contains("site", "1")])),
        ("a text that hardly comes twice is", with(&[is("note", "by the river 123")])),
        ("a text that hardly comes twice contains, few do", with(&[contains("note", "99999")])),
        ("a text that hardly comes twice contains, a quarter does", with(&[contains("note", "river")])),
        ("a text that hardly comes twice contains, half does", with(&[contains("note", "1")])),
        ("a text that hardly comes twice contains, all do", with(&[contains("note", "E")])),
        ("a text that hardly comes twice contains, none does", with(&[contains("note", "ferry")])),
        ("and one of a thousand places contains", with(&[contains("note", "river"), contains("site", "1")])),
        ("and with issues", state(with(&[contains("note", "river")]), "hasIssues")),
        ("and by that text", by(with(&[contains("note", "777")]), text("note"))),
        ("and by a number that hardly comes twice", by(with(&[contains("note", "river")]), number("serial"))),
        ("a number that hardly comes twice is at least, all are", with(&[at_least("serial", 0.0)])),
        ("a number that hardly comes twice is at least, few are", with(&[at_least("serial", 98e6)])),
        ("a choice is, and not reviewed", state(with(&[is("result", "seen")]), "received")),
        ("a choice is, of half a year", days(with(&[is("result", "seen")]), 300, 180)),
        ("a choice is, of one phone", device(with(&[is("result", "seen")]))),
        ("a choice is, and a number at least", with(&[is("result", "seen"), at_least("count", 100.0)])),
        ("a choice is, and a place contains", with(&[is("result", "seen"), contains("site", "1")])),
        ("a number at least, and a place contains", with(&[at_least("count", 100.0), contains("site", "1")])),
        ("a seldom place, and a choice", with(&[is("site", "site 990"), is("result", "seen")])),
        ("by a choice", by(up(all.clone()), text("result"))),
        ("by a choice, backwards", by(all.clone(), text("result"))),
        ("by a number", by(up(all.clone()), number("count"))),
        ("by a number, backwards", by(all.clone(), number("count"))),
        ("by a day, backwards", by(all.clone(), text("visited"))),
        ("by a thousand places", by(up(all.clone()), text("site"))),
        ("by a text that hardly comes twice", by(up(all.clone()), text("note"))),
        ("by a text that hardly comes twice, with issues", by(state(all.clone(), "hasIssues"), text("note"))),
        ("by a text that hardly comes twice, in one place", by(with(&[is("site", "site 7")]), text("note"))),
        (
            "by a text that hardly comes twice, a rarer place",
            by(with(&[is("site", "site 500")]), text("note")),
        ),
        (
            "by a text that hardly comes twice, a seldom place",
            by(with(&[is("site", "site 990")]), text("note")),
        ),
        ("by a place, of a month", by(days(up(all.clone()), 200, 30), text("site"))),
        ("by a number, a choice is", by(with(&[is("result", "seen")]), number("count"))),
    ]
}

async fn lists(desk: &Desk, store: &Store, mandate: i64, sender: &desk::Sender) {
    let rows = amount("ROWS", 1_000_000);
    let session = log_in(desk, "lead@example.org").await;
    let seat = desk.seat(&session, mandate).await.expect("a seat");
    let may = seat.may().expect("read");
    let form = desk.form(mandate, "person").await.expect("the form");
    let persons = desk.registry(mandate, "persons").await.expect("the registry").0.id;
    let start = Instant::now();
    fill(store, form.id, form.current_version.expect("published"), persons, rows).await;
    for number in 0..100 {
        let sent = Sent {
            instance: format!("uuid:{}", uuid(9_000_000 + number)),
            site: Some("Nampo".to_owned()),
            name: Some(name(number)),
            story: Some("진술".to_owned()),
            entity: format!("create=\"1\" id=\"{}\"", uuid(9_500_000 + number)),
            ..Sent::default()
        };
        desk.receive(sender, sent.xml().into_bytes(), Vec::new()).await.expect("received");
    }
    let seconds = start.elapsed().as_secs_f64();
    println!("  {rows} submissions and as many entries in {seconds:.0} s");

    println!("  {:<62} {:>9} {:>9} {:>9} {:>9}", "submissions", "rows", "page 1 ms", "page 2 ms", "cpu 1 ms");
    for (what, list) in wanted(form.id) {
        let page = async |list: &List| desk.submissions(&may, &form, list.clone()).await.expect("a list");
        let (first, count) = page(&list).await;
        let before = processor();
        let one = median(RUNS, async || page(&list).await.1).await;
        let cpu = (processor() - before) / RUNS as f64;
        let next = List { after: first.last().map(|row| row.listed.key.clone()), ..list };
        let two = median(RUNS, async || page(&next).await.1).await;
        println!("  {what:<62} {count:>9} {one:>9.1} {two:>9.1} {cpu:>9.1}");
    }
    let page = EntryList { limit: 51, ..EntryList::default() };
    let newest = EntryList { before: Some(i64::MAX), ..page };
    let conflicts = EntryList { conflicts: true, ..page };
    for (what, list) in [
        ("entries, first page", page),
        ("entries, last page, sealed", newest),
        ("entries in conflict", conflicts),
    ] {
        say(
            what,
            median(5, async || desk.entries(&may, "persons", list).await.expect("entries").len()).await,
        );
    }
    say("registries", median(5, async || desk.registries(&may).await.expect("registries").len()).await);
    say("today", median(5, async || desk.today(&seat).await.expect("today").submissions).await);
    let ledger = seat.may().expect("ledger");
    say(
        "record",
        median(5, async || desk.audit(&ledger, None, None).await.expect("record").lines.len()).await,
    );
    let opened = Some("identity.open");
    say(
        "record of openings",
        median(5, async || desk.audit(&ledger, opened, None).await.expect("record").lines.len()).await,
    );
    say("ledger", median(5, async || desk.ledger(None).await.expect("ledger").size).await);
}
