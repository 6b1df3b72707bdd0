//! Lists of submissions, read from the sets that every change keeps, are what a look at each submission would give.
#![allow(clippy::print_stdout)] // What was skipped.

mod databases;

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

use databases::{Home, on_both};
use proptest::prelude::*;
use sha2::{Digest, Sha256};
use store::submission::{self, FieldFilter, FieldTest, Key, List, Order, Submission, SubmissionVersion};
use store::{Fault, Store, Tx, params};

const DAY: i64 = 86_400_000;
const BEGIN: i64 = 20_000 * DAY;
const STATES: [&str; 4] = ["received", "hasIssues", "approved", "rejected"];
const FIELDS: [&str; 4] = ["site", "people/count", "people/note", "never"];

/// A submission as somebody who looks at each one would know it.
#[derive(Clone)]
struct Known {
    id: i64,
    state: String,
    device: Option<i64>,
    created_at: i64,
    open: BTreeMap<String, String>,
    removed: bool,
}

fn cut(text: &str) -> String {
    match text.chars().count() {
        0..=120 => text.to_owned(),
        _ => text.chars().take(120).chain(hex::encode(Sha256::digest(text)).chars().take(32)).collect(),
    }
}

fn number(text: &str) -> f64 {
    let plain = text.chars().all(|c| "0123456789+-.eE".contains(c));
    text.parse()
        .ok()
        .filter(|number: &f64| plain && number.is_finite())
        .map_or(f64::NEG_INFINITY, |n| n + 0.0)
}

impl Known {
    fn value(&self, path: &str) -> &str {
        self.open.get(path).map_or("", String::as_str)
    }

    fn is_on(&self, list: &List) -> bool {
        let holds = |filter: &FieldFilter| {
            let value = self.value(&filter.path);
            !value.is_empty()
                && match &filter.test {
                    FieldTest::Is(wanted) => value == wanted,
                    FieldTest::Contains(part) => {
                        value.to_ascii_lowercase().contains(&part.to_ascii_lowercase())
                    }
                    FieldTest::AtLeast(least) => number(value).is_finite() && number(value) >= *least,
                    FieldTest::AtMost(most) => number(value).is_finite() && number(value) <= *most,
                }
        };
        !self.removed
            && list.review_state.as_ref().is_none_or(|state| *state == self.state)
            && list.device.is_none_or(|device| self.device == Some(device))
            && list.from.is_none_or(|from| self.created_at >= from)
            && list.until.is_none_or(|until| self.created_at < until)
            && list.fields.iter().all(holds)
    }
}

/// The numbers of a list's submissions, all of them in order.
fn expected(all: &[Known], list: &List) -> Vec<i64> {
    let mut on: Vec<(usize, &Known)> =
        all.iter().enumerate().filter(|(_, known)| known.is_on(list)).collect();
    on.sort_by(|(one_place, one), (other_place, other)| {
        let order = match &list.order {
            Order::Received => std::cmp::Ordering::Equal,
            Order::Text(path) => cut(one.value(path)).cmp(&cut(other.value(path))),
            Order::Number(path) => number(&cut(one.value(path)))
                .total_cmp(&number(&cut(other.value(path))))
                .then_with(|| cut(one.value(path)).cmp(&cut(other.value(path)))),
        };
        order.then(one_place.cmp(other_place))
    });
    if !list.ascending {
        on.reverse();
    }
    on.into_iter().map(|(_, known)| known.id).collect()
}

/// The same from the store, page by page.
fn paged(tx: &mut Tx, list: &List) -> Result<Vec<i64>, Fault> {
    let mut list = list.clone();
    let mut all = Vec::new();
    loop {
        let mut page: Vec<(i64, Key)> = Vec::new();
        submission::list(tx, &list, |listed| {
            assert_eq!(listed.version.id, listed.submission.current_version);
            page.push((listed.submission.id, listed.key));
            Ok(())
        })?;
        assert!(page.len() as i64 <= list.limit);
        let Some((_, last)) = page.last() else { return Ok(all) };
        list.after = Some(last.clone());
        all.extend(page.iter().map(|(id, _)| *id));
    }
}

fn agree(tx: &mut Tx, all: &[Known], list: &List) -> Result<(), Fault> {
    let wanted = expected(all, list);
    assert_eq!(submission::count(tx, list)?, wanted.len() as i64, "count of {list:?}");
    assert_eq!(paged(tx, list)?, wanted, "order of {list:?}");
    Ok(())
}

fn with_form(home: &Home) -> (Store, i64, i64) {
    let store = home.open();
    let made = store.write_blocking(|tx| {
        let [mandate, compartment, form, version] = [(); 4].map(|()| tx.new_id());
        tx.execute(
            "INSERT INTO mandate VALUES ($1, 'Testimony', '', 'general', 0, NULL, NULL, NULL)",
            params![mandate],
        )?;
        tx.execute(
            "INSERT INTO compartment VALUES ($1, $2, 'work', 'sensitive', 1)",
            params![compartment, mandate],
        )?;
        store::form::add(
            tx,
            &store::form::Form {
                id: form,
                mandate,
                form_id: "person".to_owned(),
                state: "open".to_owned(),
                current_version: Some(version),
                draft_version: None,
                draft_token: None,
                updated_at: None,
                submissions: 0,
                created_at: 0,
                created_by: None,
                web_forms: false,
            },
        )?;
        store::form::add_version(
            tx,
            &store::form::FormVersion {
                id: version,
                form,
                version: "1".to_owned(),
                title: "Person".to_owned(),
                xform: String::new(),
                xlsform: None,
                xlsform_name: None,
                md5: String::new(),
                sha256: String::new(),
                warnings: "[]".to_owned(),
                identity_compartment: compartment,
                sensitive_compartment: compartment,
                created_at: 0,
                created_by: None,
                published_at: Some(0),
                published_by: None,
                publish_note: None,
            },
        )?;
        Ok::<_, Fault>((form, version))
    });
    let (form, version) = made.unwrap();
    (store, form, version)
}

fn version(tx: &mut Tx, form: (i64, i64), of: i64, number: i64, known: &Known) -> SubmissionVersion {
    let id = tx.new_id();
    let mut open: serde_json::Map<String, serde_json::Value> =
        known.open.iter().map(|(path, text)| (path.clone(), text.clone().into())).collect();
    // A repeat and a field that came twice are no values of the list.
    open.insert("visits".to_owned(), serde_json::json!([{ "visits/site": "Elsewhere" }]));
    open.insert("site[2]".to_owned(), "Elsewhere".into());
    SubmissionVersion {
        id,
        submission: of,
        form: form.0,
        number,
        instance_id: format!("uuid:{id}"),
        form_version: form.1,
        received_at: known.created_at + number,
        device: known.device,
        member: None,
        open_values: serde_json::to_string(&open).unwrap(),
        sealed_sensitive: None,
        sealed_identity: None,
        sealed_xml: None,
        digest: None,
        encrypted: false,
        leaf: 0,
    }
}

fn add(tx: &mut Tx, form: (i64, i64), known: &mut Known) -> Result<(), Fault> {
    known.id = tx.new_id();
    let version = version(tx, form, known.id, 1, known);
    submission::add(
        tx,
        &Submission {
            id: known.id,
            form: form.0,
            instance_id: version.instance_id.clone(),
            current_version: version.id,
            versions: 1,
            review_state: known.state.clone(),
            device: known.device,
            member: None,
            created_at: known.created_at,
            updated_at: known.created_at,
            removed_at: None,
            erased_at: None,
        },
        &version,
    )
}

#[derive(Clone, Debug)]
enum Act {
    Add { device: Option<i64>, hours: i64, open: BTreeMap<String, String> },
    Edit { which: usize, open: BTreeMap<String, String> },
    Review { which: usize, state: &'static str },
    Erase { which: usize },
    Look(Box<List>),
}

/// Up to so many letters that often meet each other, of both scripts.
fn letters(most: usize) -> impl Strategy<Value = String> {
    let letter = prop::sample::select(vec!['가', '나', '강', 'a', 'A', 'b', 'é', ' ']);
    prop::collection::vec(letter, 1..=most).prop_map(String::from_iter)
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => letters(7),
        4 => prop::sample::select(vec!["남포", "Nampo", "nampo 2", "Sinuiju", "100%", "a_b", "a\\b"])
            .prop_map(str::to_owned),
        3 => prop::sample::select(vec!["0", "-0", "7", "07", "7.0", "-3.5", "1e3", "1e999", "+2", ".", "12"])
            .prop_map(str::to_owned),
        1 => prop::sample::select(vec!["x", "X", "z"]).prop_map(str::to_owned),
    ]
    .prop_flat_map(|text| {
        let long = format!("{}{text}", "길".repeat(130));
        prop_oneof![5 => Just(text), 1 => Just(long)]
    })
}

fn open() -> impl Strategy<Value = BTreeMap<String, String>> {
    let field = prop::sample::select(FIELDS[..3].to_vec()).prop_map(str::to_owned);
    prop::collection::btree_map(field, text(), 0..4)
}

fn list() -> impl Strategy<Value = List> {
    let path = || prop::sample::select(FIELDS.to_vec()).prop_map(str::to_owned);
    let number = || prop::sample::select(vec![-1e9, -3.5, 0.0, 2.0, 7.0, 1000.0, f64::INFINITY]);
    let test = prop_oneof![
        text().prop_map(FieldTest::Is),
        prop::sample::select(vec!["", "A", "m", "%", "_", "\\", "포", "길n"])
            .prop_map(|part| FieldTest::Contains(part.to_owned())),
        letters(3).prop_map(FieldTest::Contains),
        number().prop_map(FieldTest::AtLeast),
        number().prop_map(FieldTest::AtMost),
    ];
    let filter = (path(), test).prop_map(|(path, test)| FieldFilter { path, test });
    let time = || prop::option::weighted(0.3, (0..6 * 24_i64).prop_map(|hours| BEGIN + hours * 3_600_000));
    let order =
        prop_oneof![Just(Order::Received), path().prop_map(Order::Text), path().prop_map(Order::Number)];
    let state = prop::sample::select([&STATES[..], &["edited"]].concat()).prop_map(str::to_owned);
    (
        prop::option::weighted(0.3, state),
        prop::option::weighted(0.3, 1..4_i64),
        time(),
        time(),
        prop::collection::vec(filter, 0..3),
        order,
        any::<bool>(),
        1..8_i64,
    )
        .prop_map(|(review_state, device, from, until, fields, order, ascending, limit)| List {
            review_state,
            device,
            from,
            until,
            fields,
            order,
            ascending,
            limit,
            ..List::default()
        })
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        6 => (prop::option::of(1..4_i64), 0..6 * 24_i64, open())
            .prop_map(|(device, hours, open)| Act::Add { device, hours, open }),
        2 => (any::<usize>(), open()).prop_map(|(which, open)| Act::Edit { which, open }),
        2 => (any::<usize>(), prop::sample::select(STATES.to_vec()))
            .prop_map(|(which, state)| Act::Review { which, state }),
        1 => any::<usize>().prop_map(|which| Act::Erase { which }),
        6 => list().prop_map(|list| Act::Look(Box::new(list))),
    ]
}

fn carry_out(tx: &mut Tx, form: (i64, i64), all: &mut Vec<Known>, act: Act) -> Result<(), Fault> {
    let now = BEGIN + 9 * DAY;
    let in_sight: Vec<usize> = (0..all.len()).filter(|place| !all[*place].removed).collect();
    let chosen = |which: usize| in_sight.get(which % in_sight.len().max(1)).copied();
    match act {
        Act::Add { device, hours, open } => {
            let created_at = BEGIN + hours * 3_600_000;
            let mut known =
                Known { id: 0, state: "received".to_owned(), device, created_at, open, removed: false };
            add(tx, form, &mut known)?;
            all.push(known);
        }
        Act::Edit { which, open } => {
            let Some(place) = chosen(which) else { return Ok(()) };
            let known = &mut all[place];
            (known.open, known.state) = (open, "edited".to_owned());
            let number = submission::by_id(tx, known.id)?.unwrap().versions + 1;
            let version = version(tx, form, known.id, number, known);
            submission::add_version(tx, &version)?;
        }
        Act::Review { which, state } => {
            let Some(place) = chosen(which) else { return Ok(()) };
            all[place].state = state.to_owned();
            submission::review(tx, all[place].id, state, now)?;
        }
        Act::Erase { which } => {
            let Some(place) = chosen(which) else { return Ok(()) };
            erase(tx, &mut all[place])?;
        }
        Act::Look(list) => agree(tx, all, &List { form: form.0, ..*list })?,
    }
    Ok(())
}

fn erase(tx: &mut Tx, known: &mut Known) -> Result<(), Fault> {
    submission::erase(tx, known.id, BEGIN + 9 * DAY)?;
    known.removed = true;
    Ok(())
}

/// What every list rests on: the sets and the texts hold the values of the submissions in sight, and no other.
fn nothing_else_is_kept(tx: &mut Tx, all: &[Known]) -> Result<(), Fault> {
    let values = all.iter().filter(|known| !known.removed).flat_map(|known| known.open.values().cloned());
    let values: BTreeSet<String> = values.chain([String::new()]).collect();
    let sets = "SELECT DISTINCT text FROM submission_set JOIN open_field ON open_field.id = field";
    let sets: BTreeSet<String> = tx.rows(sets, &[], |row| row.get(0))?.into_iter().collect();
    let cut: BTreeSet<String> = values.iter().map(|text| cut(text)).collect();
    assert!(sets.is_subset(&cut), "{:?}", sets.difference(&cut).collect::<Vec<_>>());
    let texts = tx.rows("SELECT texts FROM submission_text", &[], |row| {
        Ok(String::from_utf8(row.get::<Vec<u8>>(0)?).unwrap())
    })?;
    let texts: BTreeSet<String> =
        texts.iter().flat_map(|texts| texts.split('\0')).map(str::to_owned).collect();
    assert!(texts.is_subset(&values), "{:?}", texts.difference(&values).collect::<Vec<_>>());
    for empty in ["submission_set WHERE length(ordinals) = 0", "submission_text WHERE length(texts) = 0"] {
        assert_eq!(tx.one(&format!("SELECT count(*) FROM {empty}"), &[], |row| row.get::<i64>(0))?, 0);
    }
    Ok(())
}

fn everything_erased(tx: &mut Tx, all: &mut [Known]) -> Result<(), Fault> {
    for known in all.iter_mut().filter(|known| !known.removed) {
        erase(tx, known)?;
    }
    for table in
        ["submission_set", "submission_text", "submission_version WHERE CAST(open_values AS TEXT) <> '{}'"]
    {
        let left = tx.one(&format!("SELECT count(*) FROM {table}"), &[], |row| row.get::<i64>(0))?;
        assert_eq!(left, 0, "{table}");
    }
    Ok(())
}

#[test]
fn whatever_is_added_edited_reviewed_and_erased_lists_show_it() {
    on_both(|home| {
        let (store, form, version) = with_form(home);
        let form = Cell::new((form, version));
        let config = ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() };
        // Sets are gathered for some hundred submissions at a time, so there are some before the acts begin.
        proptest!(config, |(before in 0..200_u64, acts in prop::collection::vec(act(), 1..80))| {
            let form = form.get();
            store.write_blocking(move |tx| {
                let mut all = Vec::new();
                for place in 0..before {
                    let site = ("site".to_owned(), (mixed(place) % 9).to_string());
                    let note = "가나".repeat((mixed(place) % 60) as usize) + "다";
                    let open = BTreeMap::from([site, ("people/note".to_owned(), note)]);
                    let (device, hours) = (Some(place as i64 % 4), place as i64 % 100);
                    carry_out(tx, form, &mut all, Act::Add { device, hours, open })?;
                }
                for act in acts {
                    carry_out(tx, form, &mut all, act)?;
                }
                let counts: BTreeMap<String, i64> = submission::count_by_state(tx, form.0)?.into_iter().collect();
                let mut wanted = BTreeMap::new();
                for known in all.iter().filter(|known| !known.removed) {
                    *wanted.entry(known.state.clone()).or_insert(0) += 1;
                }
                assert_eq!(counts, wanted);
                nothing_else_is_kept(tx, &all)?;
                everything_erased(tx, &mut all)
            }).unwrap();
        });
    });
}

/// Numbers that look like chance and are the same each time.
fn mixed(number: u64) -> u64 {
    number.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 24
}

#[test]
fn a_form_of_thousands_is_listed_to_its_end() {
    on_both(|home| {
        let (store, form, version) = with_form(home);
        let all = store.write_blocking(move |tx| {
            let mut all = Vec::new();
            for place in 0..4000_u64 {
                let mut open = BTreeMap::new();
                if place % 11 != 0 {
                    open.insert("site".to_owned(), format!("site {}", mixed(place) % 5));
                }
                if place > 1500 {
                    open.insert("people/count".to_owned(), (mixed(place) % 1500).to_string());
                    open.insert("people/note".to_owned(), format!("note {}", mixed(place)));
                }
                let mut known = Known {
                    id: 0,
                    state: STATES[(mixed(place) % 4) as usize].to_owned(),
                    device: (place % 3 != 0).then_some(place as i64 % 3),
                    // Two servers whose clocks differ by a day.
                    created_at: BEGIN + place as i64 * 600_000 + (place as i64 % 2) * DAY,
                    open,
                    removed: false,
                };
                add(tx, (form, version), &mut known)?;
                all.push(known);
            }
            Ok::<_, Fault>(all)
        });
        let mut all = all.unwrap();
        store
            .write_blocking(move |tx| {
                let is = |path: &str, test| FieldFilter { path: path.to_owned(), test };
                let site = is("site", FieldTest::Is("site 3".to_owned()));
                let many = is("people/count", FieldTest::AtLeast(200.0));
                let few = is("people/note", FieldTest::Contains("77".to_owned()));
                let orders = [
                    Order::Received,
                    Order::Text("site".to_owned()),
                    Order::Text("people/note".to_owned()),
                    Order::Number("people/count".to_owned()),
                ];
                let filters = [
                    vec![],
                    vec![site.clone()],
                    vec![many.clone()],
                    vec![few.clone()],
                    vec![site, many],
                    vec![few.clone(), few],
                ];
                for (order, ascending) in orders.iter().flat_map(|order| [(order, true), (order, false)]) {
                    for fields in &filters {
                        let list = List {
                            form,
                            fields: fields.clone(),
                            order: order.clone(),
                            ascending,
                            limit: 433,
                            ..List::default()
                        };
                        agree(tx, &all, &list)?;
                        let from = Some(BEGIN + 3 * DAY + 1_000_000);
                        let until = Some(BEGIN + 17 * DAY);
                        agree(tx, &all, &List { from, until, ..list.clone() })?;
                        let (review_state, device) = (Some("approved".to_owned()), Some(2));
                        agree(tx, &all, &List { review_state, device, ..list })?;
                    }
                }
                nothing_else_is_kept(tx, &all)?;
                everything_erased(tx, &mut all)
            })
            .unwrap();
    });
}

#[test]
fn an_erased_text_is_gone_from_the_disk() {
    // PostgreSQL keeps old rows until its vacuum, and its log for as long as it is told to.
    let home = Home::sqlite();
    let (store, form, version) = with_form(&home);
    let all = store.write_blocking(move |tx| {
        let mut all = Vec::new();
        for place in 0..600 {
            let open =
                BTreeMap::from([("people/note".to_owned(), format!("who saw it: witness {place:04}"))]);
            let state = "received".to_owned();
            let mut known =
                Known { id: 0, state, device: None, created_at: BEGIN + place, open, removed: false };
            add(tx, (form, version), &mut known)?;
            all.push(known);
        }
        Ok::<_, Fault>(all)
    });
    let mut all = all.unwrap();
    let on_disk = |text: &str| {
        let data = home.folder.path().join("data");
        let files =
            ["deungdae.db", "deungdae.db-wal"].map(|name| std::fs::read(data.join(name)).unwrap_or_default());
        files.iter().any(|bytes| bytes.windows(text.len()).any(|bytes| bytes == text.as_bytes()))
    };
    assert!(on_disk("witness 0100") && on_disk("witness 0101"));
    let erased = store.write_blocking(move |tx| {
        tx.erased();
        erase(tx, &mut all[100])?;
        let saw = FieldFilter { path: "people/note".to_owned(), test: FieldTest::Contains("SAW".to_owned()) };
        agree(tx, &all, &List { form, fields: vec![saw], limit: 1000, ..List::default() })
    });
    erased.unwrap();
    assert!(!on_disk("witness 0100"), "it is gone");
    assert!(on_disk("witness 0099") && on_disk("witness 0101"), "those beside it are not");
}
