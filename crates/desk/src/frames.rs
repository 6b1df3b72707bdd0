//! The frame of a case: lists come in, are put together, counted against heads, and frozen. Only who holds the key of the
//! roster's compartment does this, unlocked.

use std::collections::BTreeMap;
use std::io::Cursor;
use std::sync::Arc;

use ::frame::{Column, Fault as ListFault, Heads, List, Outcome, Row, Shape, Union};
use draw::roster::{roster_leaf, salt};
use draw::{Leaves, Record};
use ledger::json::canonical;
use protocol::{Frame as Declared, Protocol};
use seal::Place;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use store::case::{self, Case};
use store::frame::{self, Frame, FrameList, WalkDraw};
use store::{Fault, Tx, mandate};
use zeroize::Zeroizing;

use crate::Desk;
use crate::answer::{Answer, Error, Kind, Refusal};
use crate::desk::hex;
use crate::keyring::Keyring;
use crate::may::{May, OpenIdentity, Read, Seat};
use crate::put_fact::{NewFact, ReadyFact};
use crate::record::{self, Done};

/// A list as it was sent: what kind it is, and the file.
pub struct SentList<'a> {
    /// Its kind in the protocol.
    pub kind: &'a str,
    /// The file's bytes: CSV, or a workbook (`.xlsx`).
    pub bytes: &'a [u8],
}

/// What came of a list.
pub enum ListRead {
    /// It was taken, with so many people on so many lines.
    Taken {
        /// People.
        people: u64,
        /// Lines.
        lines: u64,
    },
    /// Nothing was taken, because of these.
    Faults(Vec<ListFault>),
    /// Nothing was taken: the workbook cannot be read, as its reader says in English.
    Workbook(String),
}

/// Where the frame of a case stands.
pub struct FrameState {
    /// The case.
    pub case: Case,
    /// The lists that count.
    pub lists: Vec<FrameList>,
    /// The frozen frame.
    pub frozen: Option<Frame>,
    /// What was drawn during the tour.
    pub walks: Vec<WalkDraw>,
}

/// The lists opened and put together.
pub struct Together {
    /// The lists in the order of the protocol's kinds.
    pub kinds: Vec<String>,
    /// Who stands on which.
    pub union: Union,
    /// Workshops in which heads are to be counted, drawn at random when the list came, with the number of people on it.
    pub workshops: Vec<(String, u64)>,
}

impl Together {
    /// An estimate of how many people there are from two of the lists (Chapman), with its 95 % interval, and the share of
    /// them on the first list in percent.
    pub fn coverage(&self, one: usize, other: usize) -> Option<Coverage> {
        let (first, second) = (self.union.on(one), self.union.on(other));
        let both = self.union.on_both(one, other);
        let found = survey::coverage::two_lists(first, second, both).ok()?;
        let (low, high) = found.interval(0.95);
        Some(Coverage {
            people: whole(found.population),
            low: whole(low),
            high: whole(high),
            percent: whole(found.first_coverage * 100.0).min(100),
        })
    }
}

/// How many people there are, by two lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Coverage {
    /// The estimate.
    pub people: u64,
    /// Lower end of the 95 % interval.
    pub low: u64,
    /// Upper end.
    pub high: u64,
    /// Share of the estimate on the first list.
    pub percent: u64,
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn whole(value: f64) -> u64 {
    value.round().max(0.0) as u64
}

/// Somebody who stands on one list and not on another, or whose name or number does not agree.
pub struct OddLine {
    /// The number that tells people apart.
    pub number: String,
    /// Their name.
    pub name: String,
    /// On which lists they stand, in the order of [`Together::kinds`].
    pub on: Vec<bool>,
    /// Two lists give this number different names.
    pub differs: bool,
    /// Another number has this name.
    pub same_name: bool,
}

pub(crate) fn list_place(id: &str) -> Place<'_> {
    Place::new("frame_list", id, "lines")
}

pub(crate) fn walk_place(id: &str) -> Place<'_> {
    Place::new("walk_draw", id, "seat")
}

pub(crate) fn frame_place(id: &str) -> Place<'_> {
    Place::new("frame", id, "lines")
}

impl Seat {
    /// The frame that the protocol declares for the cases of a workflow.
    pub fn frame(&self, workflow: &str) -> Result<&Declared, Refusal> {
        self.protocol().frame_of(workflow).ok_or_else(Refusal::not_found)
    }
}

pub(crate) fn find_case(tx: &mut Tx, mandate: i64, workflow: &str, code: &str) -> Result<Case, Error> {
    Ok(case::by_code(tx, mandate, workflow, code)?.ok_or_else(Refusal::not_found)?)
}

/// The lines of a frozen frame, as they were frozen: the salt key, then one canonical JSON object to a line.
pub(crate) struct FrozenLines {
    pub(crate) text: Zeroizing<Vec<u8>>,
}

impl FrozenLines {
    pub(crate) fn records(&self) -> impl Iterator<Item = Result<(u64, Record), draw::Refusal>> + '_ {
        let lines = self.text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        (1..).zip(lines).map(|(row, line)| match serde_json::from_slice(line) {
            Ok(Value::Object(record)) => Ok((row, record)),
            _ => Err(draw::Refusal::Roster { row, problem: "the frozen line is damaged".to_owned() }),
        })
    }
}

impl Desk {
    /// The keys of whoever holds the roster's compartment; a refusal for everybody else.
    pub(crate) async fn roster_keys(&self, seat: &Seat, declared: &Declared) -> Answer<Keyring> {
        self.keys_of(seat, &declared.compartment, "refusal-frame-not-yours").await
    }

    /// The keys of whoever holds a compartment; this refusal for everybody else.
    pub(crate) async fn keys_of(
        &self,
        seat: &Seat,
        compartment: &str,
        refusal: &'static str,
    ) -> Answer<Keyring> {
        let Some(mut keyring) = self.keyring(seat.session()) else {
            return Err(Refusal::new(Kind::Locked, "refusal-locked").into());
        };
        let (mandate, name) = (seat.mandate().id, compartment.to_owned());
        let found = self
            .store
            .read(move |tx| {
                let all = mandate::compartments(tx, mandate)?;
                let epoch = all.into_iter().find(|known| known.name == name).map(|known| known.current_epoch);
                let held = match epoch {
                    Some(epoch) => keyring.epoch(tx, epoch)?.is_some(),
                    None => false,
                };
                Ok::<_, Fault>(held.then_some(keyring))
            })
            .await?;
        Ok(found.ok_or_else(|| Refusal::new(Kind::NotAllowed, refusal))?)
    }

    /// Where the frame of a case stands. What is on the lists stays closed.
    pub async fn frame_state(&self, may: &May<'_, Read>, workflow: &str, code: &str) -> Answer<FrameState> {
        may.frame(workflow)?;
        let (mandate, workflow, code) = (may.mandate().id, workflow.to_owned(), code.to_owned());
        self.store
            .read(move |tx| {
                let case = find_case(tx, mandate, &workflow, &code)?;
                Ok::<_, Error>(FrameState {
                    lists: frame::lists(tx, case.id)?,
                    frozen: frame::of_case(tx, case.id)?,
                    walks: frame::walks(tx, case.id)?,
                    case,
                })
            })
            .await
    }

    /// Takes a list, all of it or nothing. A newer list of a kind counts in place of an earlier one.
    pub async fn import_list(
        &self,
        may: &May<'_, Read>,
        workflow: &str,
        code: &str,
        sent: SentList<'_>,
    ) -> Answer<ListRead> {
        let declared = may.frame(workflow)?;
        self.roster_keys(may, declared).await?;
        let source = declared.source(sent.kind).ok_or_else(Refusal::not_found)?;
        let shape = shape(declared, source.repeats);
        // A long list is read off the threads that answer people.
        let bytes = Zeroizing::new(sent.bytes.to_vec());
        let read = tokio::task::spawn_blocking(move || read_list(&shape, &bytes)).await;
        let list = match read.map_err(|error| Fault::internal(error.to_string()))? {
            Ok(list) => list,
            Err(refused) => return Ok(refused),
        };
        let state = self.frame_state(may, workflow, code).await?;
        let id = self.store.new_id();
        let place = id.to_string();
        let compartment = self.compartment_of(may, &declared.compartment).await?;
        let text = Zeroizing::new(json!(list.lines).to_string());
        let (key, sealed) = self.seal_part(compartment, &list_place(&place), &text).await?;
        let (Some(key), Some(sealed)) = (key, sealed) else {
            return Err(Fault::internal("an empty list was taken").into());
        };
        let received = declared.facts.received.as_ref().ok_or_else(Refusal::not_found)?;
        let fact = self.frame_fact(may, declared, received, BTreeMap::new(), "").await?;
        let people = list.lines.len();
        let row = FrameList {
            id,
            case: state.case.id,
            kind: source.id.clone(),
            file_hash: hex(&Sha256::digest(sent.bytes)),
            people: i64::try_from(people).unwrap_or(i64::MAX),
            sealed,
            member: may.session().member().id,
            at: self.now(),
            leaf: 0,
        };
        let (mandate, salt, protocol) = (may.mandate().id, self.salt(), may.protocol().clone());
        self.store
            .write(move |tx| {
                case::take(tx, row.case)?;
                if frame::of_case(tx, row.case)?.is_some() {
                    return Err(Refusal::conflict("refusal-frame-frozen").into());
                }
                put_unless_there(tx, &protocol, row.case, fact)?;
                mandate::add_data_key(tx, &key)?;
                let done = Done::new(row.at, Some(row.member), "frame.list").in_mandate(mandate);
                let done = done.about("case", row.case).with("kind", row.kind.as_str());
                let done = done.with("file", row.file_hash.as_str()).with("people", row.people);
                let leaf = record::audit_with_leaf(tx, ledger::leaf::kind::CASE, &salt, done)?;
                frame::add_list(tx, &FrameList { leaf, ..row })?;
                Ok::<_, Error>(())
            })
            .await?;
        Ok(ListRead::Taken { people: people as u64, lines: list.rows })
    }

    /// A fact of the workflow that follows from what is done here, ready to be put on record.
    pub(crate) async fn frame_fact(
        &self,
        seat: &Seat,
        declared: &Declared,
        kind: &str,
        values: BTreeMap<String, String>,
        reason: &str,
    ) -> Answer<ReadyFact> {
        let new = NewFact {
            kind: kind.to_owned(),
            at: self.now(),
            values,
            reason: reason.to_owned(),
            amends: None,
        };
        self.ready_fact(seat, &declared.workflow, new).await
    }

    /// Opens the lists of a case and puts them together.
    pub async fn together(&self, may: &May<'_, Read>, workflow: &str, code: &str) -> Answer<Together> {
        let declared = may.frame(workflow)?;
        let keyring = self.roster_keys(may, declared).await?;
        let state = self.frame_state(may, workflow, code).await?;
        let lists = state.lists;
        let known = declared.clone();
        Ok(self
            .store
            .read(move |tx| {
                let mut keyring = keyring;
                let mut opened = Vec::new();
                for list in lists {
                    let place = list.id.to_string();
                    let text = keyring.open(tx, &list.sealed, &list_place(&place))?;
                    let text = text.ok_or_else(|| Fault::internal("a list was not sealed to the roster"))?;
                    let lines = serde_json::from_slice(text.expose())
                        .map_err(|error| Fault::Damaged { what: error.to_string() })?;
                    // Sealed afresh each time, so nobody who sent the list could choose this.
                    let by_chance: [u8; 32] = Sha256::digest(&list.sealed).into();
                    opened.push((list.kind, List { lines, rows: 0 }, by_chance));
                }
                opened.sort_by_key(|(kind, ..)| known.sources.iter().position(|source| source.id == *kind));
                let by_chance = opened.first().map(|(.., chance)| *chance).unwrap_or_default();
                let lists: Vec<&List> = opened.iter().map(|(_, list, _)| list).collect();
                let workshops = lists.first().map(|list| workshops(list, by_chance, &known));
                Ok::<_, Fault>(Together {
                    union: ::frame::union(&lists, Some(&known.check)),
                    workshops: workshops.unwrap_or_default(),
                    kinds: opened.into_iter().map(|(kind, ..)| kind).collect(),
                })
            })
            .await?)
    }

    /// Who stands on one list and not on another, or does not agree: names, so a reason is on record before they are
    /// shown.
    pub async fn odd_lines(
        &self,
        may: &May<'_, OpenIdentity>,
        workflow: &str,
        code: &str,
        reason: &str,
    ) -> Answer<Vec<OddLine>> {
        let read = may.may::<Read>()?;
        let declared = may.frame(workflow)?;
        let together = self.together(&read, workflow, code).await?;
        let state = self.frame_state(&read, workflow, code).await?;
        self.log_opening(may.session(), may.mandate().id, "case", state.case.id, reason).await?;
        let union = together.union;
        let odd = union.people.into_iter().filter_map(|(number, person)| {
            let same_name = union.same_name.contains(&number);
            let odd = same_name || person.differs || person.on.iter().any(|on| !on);
            odd.then(|| OddLine {
                name: person.line.get(&declared.check).cloned().unwrap_or_default(),
                on: person.on,
                differs: person.differs,
                same_name,
                number,
            })
        });
        Ok(odd.collect())
    }

    /// Puts a count of heads against the roster on record. Answers the difference in tenths of a percent.
    pub async fn count_heads(
        &self,
        may: &May<'_, Read>,
        workflow: &str,
        code: &str,
        workshops: &[Heads],
    ) -> Answer<(u64, Outcome)> {
        let declared = may.frame(workflow)?;
        if workshops.len() < declared.workshops as usize {
            return Err(Refusal::invalid("refusal-heads-few")
                .with("count", declared.workshops)
                .problem("counted.1", "")
                .into());
        }
        if workshops.iter().all(|heads| heads.roster == 0) {
            return Err(Refusal::invalid("refusal-heads-nobody").problem("roster.1", "").into());
        }
        let (warn, fail) = (declared.warn_percent.into(), declared.fail_percent.into());
        let (difference, outcome) = ::frame::difference(workshops, warn, fail);
        let percent = format!("{}.{}", difference / 10, difference % 10);
        let (tested, field) = declared.facts.tested.as_ref().ok_or_else(Refusal::not_found)?;
        let values = BTreeMap::from([(field.clone(), percent)]);
        let told: Vec<String> = workshops
            .iter()
            .map(|heads| format!("{}: {} / {}", heads.workshop, heads.counted, heads.roster))
            .collect();
        let fact = self.frame_fact(may, declared, tested, values, &told.join("; ")).await?;
        let state = self.frame_state(may, workflow, code).await?;
        self.store.write(move |tx| fact.put(tx, state.case.id)).await?;
        Ok((difference, outcome))
    }

    /// Freezes the lists together: from now on nobody comes in or goes out.
    pub async fn freeze_frame(&self, may: &May<'_, Read>, workflow: &str, code: &str) -> Answer<()> {
        let declared = may.frame(workflow)?;
        let lines = if declared.from_registry() {
            self.roster_keys(may, declared).await?;
            self.entry_lines(may, declared).await?
        } else {
            let together = self.together(may, workflow, code).await?;
            together.union.people.into_iter().map(|(number, person)| (number, person.line)).collect()
        };
        if lines.is_empty() {
            return Err(Refusal::conflict("refusal-frame-empty").into());
        }
        let state = self.frame_state(may, workflow, code).await?;
        let (mut text, mut strata) = (Zeroizing::new(Vec::new()), BTreeMap::<String, u64>::new());
        let (salt_key, mut leaves) = (Zeroizing::new(self.salt()), Vec::new());
        let series = series(&state.case);
        for (i, (number, line)) in (0_u64..).zip(&lines) {
            let stratum = declared.stratum.as_ref().and_then(|stratum| line.get(stratum));
            *strata.entry(stratum.cloned().unwrap_or_default()).or_default() += 1;
            let record: Record =
                line.iter().map(|(property, value)| (property.clone(), value.as_str().into())).collect();
            let line =
                canonical(&Value::Object(record)).map_err(|error| Fault::internal(error.to_string()))?;
            leaves.push(roster_leaf(&series, i, &salt(&salt_key, &series, number), &line));
            text.extend_from_slice(line.as_bytes());
            text.push(b'\n');
        }
        let (hash, root) = (hex(&Sha256::digest(&*text)), Leaves::of(leaves.into_iter()).root().hex());
        let id = self.store.new_id();
        let place = id.to_string();
        let compartment = self.compartment_of(may, &declared.compartment).await?;
        let fresh = self.fresh_key(compartment, &frame_place(&place)).await?;
        let kept = Zeroizing::new([salt_key.as_slice(), text.as_slice()].concat());
        let sealed = fresh.seal(&frame_place(&place), &kept, &mut self.dice());
        let people = lines.len();
        let values = BTreeMap::from([
            (declared.facts.hash.clone(), hash.clone()),
            (declared.facts.count.clone(), people.to_string()),
        ]);
        let fact = self.frame_fact(may, declared, &declared.facts.frozen, values, "").await?;
        let row = Frame {
            id,
            case: state.case.id,
            hash,
            root,
            people: i64::try_from(people).unwrap_or(i64::MAX),
            strata: json!(strata).to_string(),
            sealed,
            member: may.session().member().id,
            at: self.now(),
            leaf: 0,
        };
        let (mandate, salt) = (may.mandate().id, self.salt());
        self.store
            .write(move |tx| {
                fact.put(tx, row.case)?;
                mandate::add_data_key(tx, &fresh.data_key)?;
                let done = Done::new(row.at, Some(row.member), "frame.freeze").in_mandate(mandate);
                let done = done.about("case", row.case).with("hash", row.hash.as_str());
                let done = done.with("root", row.root.as_str()).with("people", row.people);
                let leaf = record::audit_with_leaf(tx, ledger::leaf::kind::CASE, &salt, done)?;
                if !frame::add(tx, &Frame { leaf, ..row })? {
                    return Err(Refusal::conflict("refusal-frame-frozen").into());
                }
                Ok::<_, Error>(())
            })
            .await
    }

    /// Draws a row and a seat during the tour, because who is on no list can never be drawn from one.
    pub async fn walk_draw(
        &self,
        may: &May<'_, Read>,
        workflow: &str,
        code: &str,
        workshop: &str,
        (of_rows, of_seats): (i64, i64),
    ) -> Answer<()> {
        let declared = may.frame(workflow)?;
        let workshop = workshop.trim().to_owned();
        if workshop.is_empty() || workshop.chars().count() > 100 {
            return Err(Refusal::invalid("refusal-walk-workshop").problem("workshop", "").into());
        }
        for (name, number) in [("rows", of_rows), ("seats", of_seats)] {
            if !(1..=1000).contains(&number) {
                return Err(Refusal::invalid("refusal-walk-number").problem(name, "").into());
            }
        }
        self.roster_keys(may, declared).await?;
        let seed = self.salt();
        let among = |what: &str, number: i64| {
            let below = u64::try_from(number).unwrap_or(1);
            let drawn = draw::uniform(&draw::h("walk", &[what.as_bytes(), &seed]), below).unwrap_or(0);
            drawn + 1
        };
        let drawn = json!([among("row", of_rows), among("seat", of_seats)]).to_string();
        let (id, mandate, salt) = (self.store.new_id(), may.mandate().id, self.salt());
        let place = id.to_string();
        let compartment = self.compartment_of(may, &declared.compartment).await?;
        let fresh = self.fresh_key(compartment, &walk_place(&place)).await?;
        let sealed = fresh.seal(&walk_place(&place), drawn.as_bytes(), &mut self.dice());
        let state = self.frame_state(may, &declared.workflow, code).await?;
        let (member, at, case) = (may.session().member().id, self.now(), state.case.id);
        self.store
            .write(move |tx| {
                mandate::add_data_key(tx, &fresh.data_key)?;
                let done = Done::new(at, Some(member), "walk.draw").in_mandate(mandate).about("case", case);
                let done =
                    done.with("workshop", workshop.as_str()).with("rows", of_rows).with("seats", of_seats);
                let leaf = record::audit_with_leaf(tx, ledger::leaf::kind::CASE, &salt, done)?;
                let walk = WalkDraw { id, case, workshop, of_rows, of_seats, sealed, member, at, leaf };
                frame::add_walk(tx, &walk)?;
                Ok::<_, Error>(())
            })
            .await
    }

    /// The rows and seats that were drawn during the tour, opened: by the number of each draw.
    pub async fn walks_opened(
        &self,
        may: &May<'_, Read>,
        workflow: &str,
        code: &str,
    ) -> Answer<BTreeMap<i64, (u64, u64)>> {
        let declared = may.frame(workflow)?;
        let keyring = self.roster_keys(may, declared).await?;
        let state = self.frame_state(may, workflow, code).await?;
        Ok(self
            .store
            .read(move |tx| {
                let mut keyring = keyring;
                let mut opened = BTreeMap::new();
                for walk in state.walks {
                    let place = walk.id.to_string();
                    let text = keyring.open(tx, &walk.sealed, &walk_place(&place))?;
                    let drawn = text.and_then(|text| serde_json::from_slice(text.expose()).ok());
                    opened.extend(drawn.map(|drawn| (walk.id, drawn)));
                }
                Ok::<_, Fault>(opened)
            })
            .await?)
    }

    /// The frozen lines, opened.
    pub(crate) async fn frozen_lines(
        &self,
        mut keyring: Keyring,
        frame: Frame,
    ) -> Answer<(Keyring, FrozenLines)> {
        Ok(self
            .store
            .read(move |tx| {
                let place = frame.id.to_string();
                let text = keyring.open(tx, &frame.sealed, &frame_place(&place))?;
                let text = text.ok_or_else(|| Fault::internal("the frame was not sealed to the roster"))?;
                let lines = text.expose().get(32..).unwrap_or_default().to_vec();
                let lines = Zeroizing::new(lines);
                if hex(&Sha256::digest(&*lines)) != frame.hash {
                    return Err(Fault::Damaged {
                        what: "the frozen frame is not what was frozen".to_owned(),
                    });
                }
                Ok((keyring, FrozenLines { text: lines }))
            })
            .await?)
    }
}

/// A list from the bytes of a file, or why it is not taken.
fn read_list(shape: &Shape, bytes: &[u8]) -> Result<List, ListRead> {
    let read = if bytes.starts_with(b"PK") {
        let tables = xlsform::tables(bytes).map_err(|failure| ListRead::Workbook(failure.to_string()))?;
        let rows = tables.into_iter().flat_map(|(sheet, rows)| {
            let row = move |(number, cells)| Ok(Row { sheet: Some(sheet.clone()), number, cells });
            rows.into_iter().map(row)
        });
        ::frame::read(shape, rows)
    } else {
        ::frame::read(shape, ::frame::rows(Cursor::new(bytes)))
    };
    read.map_err(ListRead::Faults)
}

/// Puts a fact on record unless one of its kind counts already.
pub(crate) fn put_unless_there(
    tx: &mut Tx,
    protocol: &Arc<Protocol>,
    case: i64,
    fact: ReadyFact,
) -> Result<(), Error> {
    if fact.is_there(tx, protocol, case)? { Ok(()) } else { fact.put(tx, case) }
}

/// The series of the draws of a case: it follows from the case, so that no second series can be begun beside it.
pub(crate) fn series(case: &Case) -> String {
    format!("m{}/{}", case.mandate, case.code.to_lowercase())
}

fn shape(declared: &Declared, repeats: bool) -> Shape {
    let columns = declared.columns.iter().map(|column| Column {
        property: column.property.clone(),
        headings: column.headings.clone(),
        required: column.required,
        otherwise: column.otherwise.clone(),
        choices: column
            .choices
            .iter()
            .flat_map(|choice| {
                let written = [&choice.name, &choice.title.en, &choice.title.ko, &choice.title.ja];
                written.map(|text| (text.clone(), choice.name.clone()))
            })
            .collect(),
    });
    Shape { columns: columns.collect(), number: declared.number.clone(), repeats }
}

/// What the size of a unit is called on its line.
pub(crate) const SIZE: &str = "size";

/// The property that says where somebody works.
const WORKSHOP: &str = "workshop";

/// So many workshops as the protocol says, in an order that nobody chose.
fn workshops(list: &List, by_chance: [u8; 32], declared: &Declared) -> Vec<(String, u64)> {
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for workshop in list.lines.values().filter_map(|line| line.get(WORKSHOP)) {
        *counts.entry(workshop).or_default() += 1;
    }
    let mut all: Vec<(&str, u64)> = counts.into_iter().collect();
    all.sort_by_key(|(workshop, _)| draw::h("workshop", &[&by_chance, workshop.as_bytes()]));
    all.truncate(declared.workshops as usize);
    all.into_iter().map(|(workshop, people)| (workshop.to_owned(), people)).collect()
}
