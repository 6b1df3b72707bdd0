//! From the seed to the people: selection, call list, codes for the phones, attempts, what the auditor is shown.

use std::collections::{BTreeMap, BTreeSet};

use draw::field::{Attempt, CallList, Why};
use draw::roster::Roster;
use draw::select::{Drawn, Work, draw_all, start_ticket};
use draw::transcript::{CALL_LIST, SEALED};
use draw::{Leaves, Selection, Slip, acts, opening};
use protocol::slip_code;
use serde_json::{Value, json};
use store::Fault;
use store::draw::{self as draws, DrawAttempt};
use xforms::Class;
use zeroize::Zeroizing;

use crate::Desk;
use crate::answer::{Answer, Error, Refusal};
use crate::draw_acts::not_said;
use crate::draws::{Addition, DrawDetail, DrawNumber, Units, attempt_place, chosen, engine, secret};
use crate::entries::{Author, EntryChange, LABEL, SealedChange};
use crate::keyring::Keyring;
use crate::may::{May, OpenIdentity, Read};
use crate::records_draw::DrawnFile;
use crate::sites;

/// Properties of the codes for phones: the case and the stratum.
pub(crate) const CODE_CASE: &str = "visit_code";
pub(crate) const CODE_STRATUM: &str = "stratum";

/// Threads for proofs; the server answers others meanwhile.
const WORKERS: usize = 2;

/// Somebody on the call list, for who goes and calls.
pub struct Called {
    /// What the list says about them: property and value.
    pub line: BTreeMap<String, String>,
    /// Why they are called.
    pub why: Why,
    /// Stratum and rank of who was drawn, or is in reserve.
    pub place: Option<(String, u64)>,
}

/// The call list, opened.
pub struct Calls {
    /// Whom to call, in the order of calling.
    pub called: Vec<Called>,
    /// The reserve, by stratum and in order: opened one by one, after the final code of somebody drawn.
    pub reserve: Vec<Called>,
}

/// The roster of a draw with its leaves.
struct Kept {
    roster: Roster,
    leaves: Leaves,
    salt_key: Zeroizing<[u8; 32]>,
}

/// Everything that follows from the seed.
struct Drawing {
    kept: Kept,
    drawn: Vec<Drawn>,
    start: Vec<u8>,
    selection: Selection,
}

/// A code that was made for the phones.
pub(crate) struct Code {
    /// Of its entry.
    uuid: String,
    /// Stratum and rank that it stands for.
    place: (String, u64),
    /// As people write it.
    shown: String,
}

/// The files that were drawn, with the code of each.
fn files(result: &Drawing, codes: &[Code]) -> Vec<DrawnFile> {
    let mut files = Vec::new();
    for stratum in &result.selection.strata {
        let listed = (0_u64..).zip(stratum.order.iter().take((stratum.n + stratum.reserve) as usize));
        for (rank, unit) in listed {
            let units = &result.kept.roster.units;
            let Some(unit) = units.get(usize::try_from(unit.i).unwrap_or(usize::MAX)) else { continue };
            let place = (stratum.name.clone(), rank);
            let code = codes.iter().find(|code| code.place == place);
            files.push(DrawnFile {
                code: code.map(|code| code.shown.clone()).unwrap_or_default(),
                line: line_of(&unit.record),
                place,
            });
        }
    }
    files
}

impl Desk {
    /// The roster as it was committed, with its salts.
    async fn kept(&self, detail: &DrawDetail, keyring: Keyring) -> Answer<(Keyring, Kept)> {
        let (keyring, salt_key) = self.draw_key(keyring, detail.row.id, secret::SALT).await?;
        let case = detail.case.id;
        let frozen = self.store.read(move |tx| store::frame::of_case(tx, case)).await?;
        let frozen = frozen.ok_or_else(|| Refusal::conflict("refusal-frame-not-frozen"))?;
        let (keyring, lines) = self.frozen_lines(keyring, frozen).await?;
        // A long roster is read and hashed off the threads that answer people.
        let (design, draw) = (detail.design()?.clone(), detail.row.draw.clone());
        let work = move || {
            let roster = Roster::freeze(&design, lines.records())?;
            let leaves = roster.commit(&draw, &salt_key);
            Ok(Kept { roster, leaves, salt_key })
        };
        let kept = tokio::task::spawn_blocking(work).await;
        let kept: Kept = kept.map_err(|error| Fault::internal(error.to_string()))?.map_err(engine)?;
        let leaves = &kept.leaves;
        if detail.report.known.roster != Some((leaves.root(), leaves.size())) {
            let what =
                format!("roster and salts of {} do not lead to the root that was frozen", detail.row.draw);
            return Err(Fault::Damaged { what }.into());
        }
        Ok((keyring, kept))
    }

    /// Draws a number for everybody and selects; off the threads that answer people.
    async fn results(&self, detail: &DrawDetail, keyring: Keyring) -> Answer<(Keyring, Drawing)> {
        let known = &detail.report.known;
        let seed = known.seed.ok_or_else(|| Refusal::conflict("refusal-draw-no-seed"))?;
        let (keyring, kept) = self.kept(detail, keyring).await?;
        let (keyring, drawing) = self.draw_key(keyring, detail.row.id, secret::DRAWING).await?;
        let (design, draw) = (detail.design()?.clone(), detail.row.draw.clone());
        let work = move || -> Result<Drawing, draw::Refusal> {
            let drawer = design.suite().secret(&draw, &drawing)?;
            let drawn = draw_all(&kept.roster, &kept.leaves, &seed, &*drawer, Work::quiet(WORKERS))?;
            let betas: Vec<_> = drawn.iter().map(|drawn| drawn.beta).collect();
            let (beta, start) = drawer.draw(&start_ticket(&seed, &design.stage))?;
            let selection = draw::select(&design, &kept.roster, &seed, &betas, Some(&beta))?;
            Ok(Drawing { kept, drawn, start, selection })
        };
        let found = tokio::task::spawn_blocking(work).await;
        let found = found.map_err(|error| Fault::internal(error.to_string()))?.map_err(engine)?;
        Ok((keyring, found))
    }

    /// Selects, seals the result, commits to the call list, and makes the codes for the phones. `others` people who were
    /// not drawn are called too, so that being called says nothing.
    pub async fn select_draw(
        &self,
        may: &May<'_, Read>,
        workflow: &str,
        code: &str,
        number: impl Into<DrawNumber>,
        others: u64,
    ) -> Answer<()> {
        let mut open = self.open_draw(may, workflow, code, number).await?;
        not_said(&open.detail.transcript, SEALED)?;
        let design = open.detail.design()?.clone();
        if others > design.k_max {
            return Err(Refusal::invalid("refusal-draw-others")
                .with("most", design.k_max)
                .problem("others", "")
                .into());
        }
        let (keyring, result) = self.results(&open.detail, open.keyring).await?;
        open.keyring = keyring;
        let known = &open.detail.report.known;
        let now = self.seconds();
        let covers = self.covers(&result, others);
        let list = CallList::new(&design, &result.kept.roster, &result.selection, &covers, self.salt());
        let list = list.map_err(engine)?;
        let (sealed_file, sealed) = acts::seal(known, &result.selection, now).map_err(engine)?;
        // The call list follows from the sealed result, which is not kept yet.
        let mut after = known.clone();
        after.sealed = Some((result.selection.seal().root().0, places(&result.selection)));
        let (calls_file, calls) = acts::call_list(&after, &list, now).map_err(engine)?;
        let text = Zeroizing::new(list.to_value().to_string());
        let declared = open.declared;
        let kept =
            self.seal_secret(may, &declared.compartment, open.detail.row.id, secret::CALLS, text.as_bytes());
        let kept = kept.await?;
        let units = open.detail.number().units;
        let chosen = chosen(may.protocol(), declared, units)?;
        let fact = self.frame_fact(may, declared, chosen.drawn, BTreeMap::new(), "").await?;
        let case_code = open.detail.case.code.clone();
        let draw = open.detail.row.id;
        let (mut secrets, mut entries) = (vec![kept], Vec::new());
        if let Some(registry) = chosen.codes {
            let (codes, made) =
                self.make_codes(may, registry, chosen.letter, &case_code, &result.selection).await?;
            let uuids: Vec<&str> = codes.iter().map(|code| code.uuid.as_str()).collect();
            let uuids = json!(uuids).to_string();
            let made_here =
                self.seal_secret(may, &declared.compartment, draw, secret::CODES, uuids.as_bytes());
            secrets.push(made_here.await?);
            if units == Units::Files {
                let files = files(&result, &codes);
                secrets.push(self.seal_files(may, draw, &files).await?);
            }
            entries = made;
        }
        if declared.opens.is_some() {
            let units = Zeroizing::new(sites::units(&design, &result.kept.roster, &result.selection)?);
            let sealed = self.seal_secret(may, &declared.compartment, draw, secret::UNITS, units.as_bytes());
            secrets.push(sealed.await?);
        }
        let addition = Addition {
            messages: vec![(sealed_file, sealed), (calls_file, calls)],
            secrets,
            fact: Some(fact),
            entries,
            ..Addition::default()
        };
        self.sign_and_add(may, open, addition).await.map(drop)
    }

    /// People who were not drawn, chosen by chance.
    fn covers(&self, result: &Drawing, others: u64) -> Vec<(String, Why)> {
        let listed = result.selection.strata.iter();
        let taken =
            listed.flat_map(|stratum| stratum.order.iter().take((stratum.n + stratum.reserve) as usize));
        let taken: BTreeSet<u64> = taken.map(|unit| unit.i).collect();
        let seed = self.salt();
        let free = (0_u64..).zip(&result.kept.roster.units).filter(|(i, _)| !taken.contains(i));
        let mut free: Vec<_> = free
            .map(|(_, unit)| (draw::h("cover", &[&seed, unit.number.as_bytes()]), unit.number.clone()))
            .collect();
        free.sort();
        free.truncate(usize::try_from(others).unwrap_or(usize::MAX));
        free.into_iter().map(|(_, number)| (number, Why::Cover)).collect()
    }

    /// One code for everybody to be heard, drawn or in reserve: it stands for a place in a stratum, and for nobody.
    async fn make_codes(
        &self,
        may: &May<'_, Read>,
        registry: &str,
        letter: char,
        visit: &str,
        selection: &Selection,
    ) -> Answer<(Vec<Code>, Vec<SealedChange>)> {
        let model = self.registry_model(may.mandate().id, registry).await?;
        let author = Author { member: Some(may.session().member().id), at: self.now(), ..Author::default() };
        let seed = self.salt();
        let mut bodies = BTreeSet::new();
        let (mut codes, mut changes) = (Vec::new(), Vec::new());
        for stratum in &selection.strata {
            for order in 1..=stratum.n + stratum.reserve {
                let mut attempt = 0_u64;
                let code = loop {
                    let text = format!("{}/{order}/{attempt}", stratum.name);
                    let body = draw::uniform(&draw::h("code", &[&seed, text.as_bytes()]), 100_000)
                        .map_err(engine)?;
                    attempt += 1;
                    if bodies.insert(body) {
                        break slip_code(letter, u32::try_from(body).unwrap_or_default());
                    }
                };
                let code = code.ok_or_else(|| Fault::internal("a code has more than five digits"))?;
                let shown = code.clone();
                let reserve = if order > stratum.n { "yes" } else { "no" };
                let value = |name: &str, value: String| (name.to_owned(), value, Class::Sensitive);
                let change = EntryChange {
                    uuid: self.fresh_uuid(),
                    create: true,
                    update: false,
                    base: None,
                    trunk: None,
                    branch: None,
                    values: vec![
                        (LABEL.to_owned(), code, Class::Open),
                        (CODE_CASE.to_owned(), visit.to_owned(), Class::Open),
                        value(CODE_STRATUM, stratum.name.clone()),
                        value("draw_order", order.to_string()),
                        value("reserve", reserve.to_owned()),
                    ],
                };
                codes.push(Code {
                    uuid: change.uuid.clone(),
                    place: (stratum.name.clone(), order - 1),
                    shown,
                });
                changes.push(self.seal_change(&model, change, author.clone()).await?);
            }
        }
        // The order in which they were made must not tell the order of the draw.
        let mut changes: Vec<_> = changes.into_iter().map(|change| (self.salt(), change)).collect();
        changes.sort_by_key(|(by, _)| *by);
        Ok((codes, changes.into_iter().map(|(_, change)| change).collect()))
    }

    /// The call list, with names: a reason is on record before it is shown.
    pub async fn calls(
        &self,
        may: &May<'_, OpenIdentity>,
        workflow: &str,
        code: &str,
        number: impl Into<DrawNumber>,
        reason: &str,
    ) -> Answer<Calls> {
        let read = may.may::<Read>()?;
        let open = self.open_draw(&read, workflow, code, number).await?;
        let detail = open.detail;
        if !detail.transcript.files.contains_key(CALL_LIST) {
            return Err(Refusal::conflict("refusal-draw-no-calls").into());
        }
        self.log_opening(may.session(), may.mandate().id, "draw", detail.row.id, reason).await?;
        let (keyring, text) = self.draw_secret(open.keyring, detail.row.id, secret::CALLS).await?;
        let list = read_calls(&text)?;
        let (_, result) = self.results(&detail, keyring).await?;
        let mut of_number: BTreeMap<&str, (String, u64, bool)> = BTreeMap::new();
        let units = &result.kept.roster.units;
        let mut reserve = Vec::new();
        for stratum in &result.selection.strata {
            let listed = (0_u64..).zip(stratum.order.iter().take((stratum.n + stratum.reserve) as usize));
            for (rank, unit) in listed {
                let Some(unit) = units.get(usize::try_from(unit.i).unwrap_or(usize::MAX)) else { continue };
                let place = Some((stratum.name.clone(), rank));
                if rank >= stratum.n {
                    reserve.push(Called { line: line_of(&unit.record), why: Why::Drawn, place });
                } else {
                    of_number.insert(&unit.number, (stratum.name.clone(), rank, false));
                }
            }
        }
        let lines: BTreeMap<&str, &str> =
            units.iter().map(|unit| (unit.number.as_str(), unit.record.as_str())).collect();
        let called = list.called.iter().map(|(number, why)| Called {
            line: lines.get(number.as_str()).map(|record| line_of(record)).unwrap_or_default(),
            why: *why,
            place: of_number.get(number.as_str()).map(|(stratum, rank, _)| (stratum.clone(), *rank)),
        });
        Ok(Calls { called: called.collect(), reserve })
    }

    /// Puts an attempt to hear somebody into the log.
    pub async fn attempt(
        &self,
        may: &May<'_, Read>,
        workflow: &str,
        code: &str,
        number: impl Into<DrawNumber>,
        (stratum, rank, ended): (&str, u64, &str),
    ) -> Answer<()> {
        let mut open = self.open_draw(may, workflow, code, number).await?;
        let design = open.detail.design()?;
        if !design.dispositions.contains_key(ended) {
            return Err(Refusal::invalid("refusal-attempt-code").problem("code", "").into());
        }
        let places = open.detail.report.known.sealed.as_ref().map(|(_, places)| places.clone());
        let places = places.ok_or_else(|| Refusal::conflict("refusal-draw-no-calls"))?;
        let Some((n, reserves)) = places.get(stratum).filter(|(n, reserve)| rank < n + reserve).copied()
        else {
            return Err(Refusal::invalid("refusal-attempt-place").problem("place", "").into());
        };
        let _ = reserves;
        let (keyring, mut log) = self.attempts(open.keyring, open.detail.row.id).await?;
        open.keyring = keyring;
        let attempt = Attempt {
            at: self.seconds(),
            stratum: stratum.to_owned(),
            rank,
            code: ended.to_owned(),
            salt: self.salt(),
        };
        log.push(attempt.clone());
        draw::field::check_attempts(design, &places, 0, &log).map_err(engine)?;
        let act = acts::field(&open.detail.report.known, &log, self.seconds()).map_err(engine)?;
        let id = self.store.new_id();
        let place = id.to_string();
        let compartment = self.compartment_of(may, &open.declared.compartment).await?;
        let fresh = self.fresh_key(compartment, &attempt_place(&place)).await?;
        let text = Zeroizing::new(attempt.to_value().to_string());
        let sealed = fresh.seal(&attempt_place(&place), text.as_bytes(), &mut self.dice());
        let row = DrawAttempt {
            id,
            draw: open.detail.row.id,
            seq: i64::try_from(log.len()).unwrap_or(i64::MAX),
            code: ended.to_owned(),
            reserve: rank >= n,
            sealed,
        };
        let attempt = Some((fresh.data_key, row));
        let addition = Addition { messages: vec![act], attempt, ..Addition::default() };
        self.sign_and_add(may, open, addition).await.map(drop)
    }

    pub(crate) async fn attempts(&self, mut keyring: Keyring, draw: i64) -> Answer<(Keyring, Vec<Attempt>)> {
        self.store
            .read(move |tx| {
                let mut log = Vec::new();
                for row in draws::attempts(tx, draw)? {
                    let place = row.id.to_string();
                    let opened = keyring.open(tx, &row.sealed, &attempt_place(&place))?;
                    let opened =
                        opened.ok_or_else(|| Fault::internal("an attempt was not sealed to the roster"))?;
                    let value: Value = serde_json::from_slice(opened.expose())
                        .map_err(|error| Fault::Damaged { what: error.to_string() })?;
                    log.push(Attempt::from_value(&value).map_err(engine)?);
                }
                Ok::<_, Error>((keyring, log))
            })
            .await
    }

    /// The files that the auditor is shown, in a room: everybody's line, every proof, the call list, every attempt. A
    /// reason is on record before they leave the server.
    pub async fn opened_for_auditor(
        &self,
        may: &May<'_, OpenIdentity>,
        workflow: &str,
        code: &str,
        number: impl Into<DrawNumber>,
        reason: &str,
    ) -> Answer<Vec<(&'static str, Zeroizing<Vec<u8>>)>> {
        let read = may.may::<Read>()?;
        let open = self.open_draw(&read, workflow, code, number).await?;
        self.log_opening(may.session(), may.mandate().id, "draw", open.detail.row.id, reason).await?;
        let (keyring, attempts) = self.attempts(open.keyring, open.detail.row.id).await?;
        let (keyring, calls) = self.draw_secret(keyring, open.detail.row.id, secret::CALLS).await?;
        let (keyring, drawing) = self.draw_key(keyring, open.detail.row.id, secret::DRAWING).await?;
        let (_, result) = self.results(&open.detail, keyring).await?;
        let draw = &open.detail.row.draw;
        let hash_only = open.detail.design()?.suite() == draw::Suite::HmacCommit;
        let key = hash_only.then_some(&*drawing);
        let kept = &result.kept;
        let heading = opening::heading(draw, key, Some(&result.start), kept.roster.len()).map_err(engine)?;
        let mut lines = Zeroizing::new(heading.into_bytes());
        for line in opening::lines(draw, &kept.salt_key, &kept.roster, &result.drawn) {
            lines.extend_from_slice(line.map_err(engine)?.as_bytes());
        }
        let attempts: Vec<Value> = attempts.iter().map(Attempt::to_value).collect();
        Ok(vec![
            ("opening.jsonl", lines),
            ("call-list.json", calls),
            ("attempts.json", Zeroizing::new(json!({ "attempts": attempts }).to_string().into_bytes())),
        ])
    }

    /// The slip of somebody: proof that they are listed, and nothing else. They ask for it by their number.
    pub async fn slip(
        &self,
        may: &May<'_, OpenIdentity>,
        workflow: &str,
        code: &str,
        draw: impl Into<DrawNumber>,
        number: &str,
    ) -> Answer<String> {
        let read = may.may::<Read>()?;
        let declared = read.frame(workflow)?;
        let keyring = self.roster_keys(&read, declared).await?;
        let detail = self.draw(&read, workflow, code, draw).await?;
        let (_, kept) = self.kept(&detail, keyring).await?;
        let number = number.trim();
        let found = kept.roster.units.iter().position(|unit| unit.number == number);
        let unlisted = || Refusal::invalid("refusal-slip-unlisted").problem("number", "");
        let at = found.ok_or_else(unlisted)?;
        let (unit, i) = (kept.roster.units.get(at).ok_or_else(unlisted)?, at as u64);
        self.log_opening(
            may.session(),
            may.mandate().id,
            "draw",
            detail.row.id,
            "a slip for the person who is listed",
        )
        .await?;
        let slip = Slip {
            draw: detail.row.draw.clone(),
            i,
            salt: draw::roster::salt(&kept.salt_key, &detail.row.draw, &unit.number),
            path: kept.leaves.path(i).map_err(|error| Fault::internal(error.to_string()))?,
            record: unit.record.clone(),
        };
        Ok(slip.to_text())
    }
}

fn line_of(record: &str) -> BTreeMap<String, String> {
    serde_json::from_str(record).unwrap_or_default()
}

fn read_calls(text: &[u8]) -> Answer<CallList> {
    let value: Value =
        serde_json::from_slice(text).map_err(|error| Fault::Damaged { what: error.to_string() })?;
    CallList::from_value(&value).map_err(engine)
}

fn places(selection: &Selection) -> draw::field::Places {
    selection.strata.iter().map(|stratum| (stratum.name.clone(), (stratum.n, stratum.reserve))).collect()
}
