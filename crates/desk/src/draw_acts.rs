//! What the monitor does in a draw: design, announcement, reveal, beacon, end.

use std::collections::BTreeMap;

use draw::transcript::{KEY_RELEASE, VOID};
use draw::{Beacon, CHAINS, End, Message, PartyKey, Roster, Source, Suite, acts, beacon};
use protocol::{Frame as Declared, Scheme};
use serde_json::{Map, Value, json};
use store::draw::{self as draws, CaseDraw};
use store::{Fault, frame, mandate};
use zeroize::Zeroizing;

use crate::Desk;
use crate::answer::{Answer, Error, Refusal};
use crate::draws::{
    Addition, DrawNumber, OpenDraw, Units, chosen, engine, keep, read_detail, records_draw, secret,
};
use crate::frames::{SIZE, series};
use crate::may::{May, Read};
use crate::put_fact::{Amending, NewFact};
use crate::record;
use crate::release_draft::role_says;

/// The monitor's name in every design.
pub const MONITOR: &str = "monitor";

/// A party that takes part beside the monitor.
#[derive(Debug, Clone, Default)]
pub struct NewParty {
    /// Its name: a-z, 0-9 and -.
    pub name: String,
    /// `authority`, `employer` or `auditor`.
    pub role: &'static str,
    /// Its public key, as `deungdae draw key` printed it.
    pub key: String,
}

/// A draw that is to be begun.
#[derive(Debug, Clone)]
pub struct NewDraw {
    /// Who takes part.
    pub parties: Vec<NewParty>,
    /// How units are selected: one of the ways that the protocol allows.
    pub scheme: Scheme,
    /// The interval, for every k-th.
    pub every: u64,
    /// Whether `hmac-commit` is used and not `ecvrf`.
    pub hash_only: bool,
    /// How many are drawn; every k-th says it by its interval.
    pub n: u64,
    /// How many in reserve; the protocol's share where none is given.
    pub reserve: Option<u64>,
    /// How many others may be called at most.
    pub others: u64,
    /// Until when the parties reveal (ms).
    pub reveal_deadline: i64,
    /// From when the key may be published (ms), where `hmac-commit` is used; it is destroyed at the end where none is given.
    pub embargo: Option<i64>,
}

impl Default for NewDraw {
    fn default() -> Self {
        NewDraw {
            parties: Vec::new(),
            scheme: Scheme::Simple,
            every: 0,
            hash_only: false,
            n: 0,
            reserve: None,
            others: 0,
            reveal_deadline: 0,
            embargo: None,
        }
    }
}

/// Where the public randomness comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Randomness {
    /// Dice, thrown in public after the reveals.
    Dice,
    /// The first round of this chain of drand at least an hour after the deadline.
    Drand(&'static str),
}

/// The public randomness, as it came.
#[derive(Debug, Clone)]
pub enum Brought<'a> {
    /// The digits that were thrown; spaces do not matter.
    Dice(&'a str),
    /// The answer of drand.
    Drand(&'a str),
}

impl Desk {
    /// Begins the next draw of a case: design, roster, key and the monitor's commitment. Answers its number.
    pub async fn begin_draw(
        &self,
        may: &May<'_, Read>,
        workflow: &str,
        code: &str,
        new: NewDraw,
    ) -> Answer<i64> {
        self.begin(may, (workflow, code), Units::People, new, Map::new()).await
    }

    /// Begins the next draw of people or of files, with notes for its design.
    pub(crate) async fn begin(
        &self,
        may: &May<'_, Read>,
        (workflow, code): (&str, &str),
        units: Units,
        new: NewDraw,
        mut notes: Map<String, Value>,
    ) -> Answer<i64> {
        let declared = may.frame(workflow)?;
        role_says(may.protocol(), workflow, &declared.facts.committed, may.role())?;
        let chosen = chosen(may.protocol(), declared, units)?;
        let keyring = self.roster_keys(may, declared).await?;
        let state = self.frame_state(may, workflow, code).await?;
        let frozen = state.frozen.ok_or_else(|| Refusal::conflict("refusal-frame-not-frozen"))?;
        self.draw_may_begin(may, workflow, code, chosen.committed.unwrap_or(chosen.drawn)).await?;
        let mut before = self.draws(may, workflow, code).await?;
        before.retain(|draw| draw.number().units == units);
        if before.iter().any(|draw| !draw.ended()) {
            return Err(Refusal::conflict("refusal-draw-going-on").into());
        }
        let ends = before.iter().filter_map(|draw| {
            let (end, hash) = draw.report.known.end.as_ref()?;
            let state = if *end == End::Done { "done" } else { "void" };
            Some(json!({"seq": draw.row.seq, "state": state, "message": hex::encode(hash)}))
        });
        let earlier: Vec<Value> = ends.collect();
        let seq = i64::try_from(before.len()).unwrap_or(i64::MAX) + 1;
        let draw_id = match units {
            Units::People => format!("{}/{seq}", series(&state.case)),
            // No code of a case has a full stop: no visit's own series is this one.
            Units::Files => {
                let id = records_draw(may.protocol()).map(|draw| draw.id.as_str()).unwrap_or_default();
                format!("{}.{id}/{seq}", series(&state.case))
            }
        };
        let signing = Zeroizing::new(self.salt());
        let key = PartyKey::from_seed(&signing);
        let mut parties = Map::new();
        parties.insert(MONITOR.into(), json!({"role": "monitor", "key": key.public()}));
        for party in &new.parties {
            let (name, public) = (party.name.trim().to_owned(), party.key.trim().to_lowercase());
            if parties.insert(name.clone(), json!({"role": party.role, "key": public})).is_some() {
                return Err(Refusal::invalid("refusal-draw-party-twice").with("party", name).into());
            }
        }
        let among = u64::try_from(frozen.people).unwrap_or_default();
        check_scheme(declared, &new, among)?;
        let stratified = new.scheme == Scheme::Stratified;
        let every_kth = new.scheme == Scheme::EveryKth;
        let all = among <= u64::from(declared.take_all);
        let n = if every_kth {
            0
        } else if all {
            among
        } else {
            new.n
        };
        let about = if every_kth { among.div_ceil(new.every.max(1)) } else { n };
        let usual = if all { 0 } else { (about * u64::from(chosen.reserve_percent)).div_ceil(100) };
        let reserve = enough_people(&new, n, usual, among)?;
        let first = self.first_stage(may, workflow, code).await?;
        let dispositions: Map<String, Value> =
            chosen.dispositions.iter().map(|row| (row.code.clone(), row.ends.as_str().into())).collect();
        let policy = &may.protocol().disclosure.policy;
        let mut design = json!({
            "parties": parties,
            "frame": format!("{among} units ({}) of {}, frozen with SHA-256 {}", declared.stage, state.case.code, frozen.hash),
            "stage": chosen.stage,
            "result": if declared.public { "public" } else { "secret" },
            "scheme": new.scheme.word(),
            "suite": if new.hash_only { Suite::HmacCommit.name() } else { Suite::Ecvrf.name() },
            "n": n,
            "reserve": reserve,
            "min_per_stratum": if stratified { declared.minimum_per_stratum } else { 0 },
            "number": declared.number,
            "replacement": chosen.replacement,
            "dispositions": dispositions,
            "k_max": new.others,
            "reveal_deadline": record::seconds(new.reveal_deadline),
            "earlier": earlier,
        });
        notes.insert("disclosure_policy".into(), policy.hash().into());
        notes.insert("frame_root".into(), frozen.root.as_str().into());
        notes.insert("frame_sha256".into(), frozen.hash.as_str().into());
        notes.insert("protocol".into(), format!("{} {}", may.protocol().name, may.protocol().version).into());
        design["notes"] = Value::Object(notes);
        if let Some(stratum) = declared.stratum.as_ref().filter(|_| stratified) {
            design["strata"] = json!([stratum]);
        }
        if every_kth {
            design["every"] = new.every.into();
        }
        if new.scheme == Scheme::Proportional {
            design["size"] = SIZE.into();
        }
        if let Some(first) = first {
            design["first_stage"] = first;
        }
        if let Some(embargo) = new.embargo.filter(|_| new.hash_only) {
            design["embargo"] = record::seconds(embargo).into();
        }
        let Value::Object(design) = design else {
            return Err(Fault::internal("a design is an object").into());
        };
        let now = self.seconds();
        let (design_file, design) = acts::design(&draw_id, design, now).map_err(engine)?;

        // From the design on, each message is made from what those before it establish.
        let mut files = draw::Transcript::default();
        let mut messages = Vec::new();
        let mut signed = |name: String, mut message: Message| -> Result<draw::Known, Error> {
            message.sign(MONITOR, &key).map_err(engine)?;
            files.put(&name, &message).map_err(engine)?;
            messages.push((name, message));
            let others: Vec<_> = before.iter().map(|draw| draw.transcript.clone()).collect();
            let trust = draw::Trust { now: Some(now), others: &others, ..draw::Trust::default() };
            let report = draw::verify(&files, trust);
            match report.first_lie() {
                Some(lie) => Err(crate::draws::lies(lie).into()),
                None => Ok(report.known),
            }
        };
        let known = signed(design_file, design)?;
        let (_, lines) = self.frozen_lines(keyring, frozen.clone()).await?;
        let read = known.design.as_ref().ok_or_else(|| Fault::internal("a design was not read"))?;
        let (salt_key, drawing, random) =
            (Zeroizing::new(self.salt()), Zeroizing::new(self.salt()), Zeroizing::new(self.salt()));
        // A long roster is frozen off the threads that answer people.
        let freezing = (read.clone(), draw_id.clone(), salt_key.clone());
        let freezing = tokio::task::spawn_blocking(move || {
            let (design, draw_id, salt_key) = freezing;
            let roster = Roster::freeze(&design, lines.records())?;
            let mut sizes = vec![0_u64; roster.strata.len()];
            for unit in &roster.units {
                if let Some(size) = sizes.get_mut(unit.stratum as usize) {
                    *size += 1;
                }
            }
            if !every_kth {
                draw::allocate(n, &sizes, design.min_per_stratum)?;
            }
            Ok((roster.commit(&draw_id, &salt_key).root(), roster.len()))
        });
        let frozen_roster = freezing.await.map_err(|error| Fault::internal(error.to_string()))?;
        let (root, people) = frozen_roster.map_err(engine)?;
        let mut file_hash = [0; 32];
        hex::decode_to_slice(&frozen.hash, &mut file_hash)
            .map_err(|error| Fault::Damaged { what: error.to_string() })?;
        let (name, message) = acts::roster(&known, &root, people, &file_hash, now).map_err(engine)?;
        let known = signed(name, message)?;
        let (name, message) = acts::key(&known, &drawing, now).map_err(engine)?;
        let known = signed(name, message)?;
        let (name, message) = acts::commit(&known, MONITOR, &random, now).map_err(engine)?;
        signed(name, message)?;

        let id = self.store.new_id();
        let mut secrets = Vec::new();
        for (name, bytes) in [
            (secret::SIGNING, &signing),
            (secret::SALT, &salt_key),
            (secret::DRAWING, &drawing),
            (secret::RANDOM, &random),
        ] {
            secrets.push(self.seal_secret(may, &declared.compartment, id, name, &**bytes).await?);
        }
        let (mandate, member, at) = (may.mandate().id, may.session().member().id, self.now());
        let (case, row) = (
            state.case.clone(),
            CaseDraw {
                id,
                case: state.case.id,
                units: units.as_str().to_owned(),
                draw: draw_id,
                seq,
                member,
                at,
            },
        );
        self.store
            .write(move |tx| {
                store::case::take(tx, row.case)?;
                let others = draws::of_case(tx, row.case)?;
                let others = others.iter().filter(|other| other.units == row.units).count();
                if i64::try_from(others).unwrap_or(i64::MAX) + 1 != seq
                    || frame::of_case(tx, row.case)?.is_none()
                {
                    return Err(Refusal::conflict("refusal-draw-moved").into());
                }
                draws::add(tx, &row)?;
                for (file, message) in &messages {
                    keep(tx, &row, file, message, mandate, member, at)?;
                }
                for one in &secrets {
                    mandate::add_data_key(tx, &one.key.data_key)?;
                    draws::add_secret(tx, row.id, one.name, &one.sealed)?;
                }
                let after = read_detail(tx, case, row, record::seconds(at))?;
                match after.report.first_lie() {
                    Some(lie) => Err(crate::draws::lies(lie).into()),
                    None => Ok::<_, Error>(()),
                }
            })
            .await?;
        Ok(seq)
    }

    /// Refuses where the workflow would not take what follows from a draw.
    async fn draw_may_begin(
        &self,
        may: &May<'_, Read>,
        workflow: &str,
        code: &str,
        kind: &str,
    ) -> Answer<()> {
        let case = self.case(may, workflow, code).await?;
        let standing = case.standing().ok_or_else(Refusal::not_found)?;
        let there = standing.facts.iter().any(|fact| fact.kind == kind);
        if there || standing.permitted().iter().any(|known| known.id == kind) {
            return Ok(());
        }
        Err(Refusal::conflict("refusal-draw-not-yet").into())
    }

    /// Freezes everything and says where the randomness will come from.
    pub async fn announce_draw(
        &self,
        may: &May<'_, Read>,
        workflow: &str,
        code: &str,
        number: impl Into<DrawNumber>,
        from: Randomness,
    ) -> Answer<()> {
        let open = self.open_draw(may, workflow, code, number).await?;
        not_said(&open.detail.transcript, draw::transcript::ANNOUNCE)?;
        let known = &open.detail.report.known;
        let source = match from {
            Randomness::Dice => Source::Dice,
            Randomness::Drand(name) => {
                let chain = CHAINS.iter().find(|chain| chain.name == name).ok_or_else(Refusal::not_found)?;
                let earliest = open.detail.design()?.reveal_deadline.saturating_add(beacon::AFTER_REVEALS);
                Source::Round(chain, chain.round_from(earliest))
            }
        };
        let act = acts::announce(known, source, self.seconds()).map_err(engine)?;
        let declared = open.declared;
        let chosen = chosen(may.protocol(), declared, open.detail.number().units)?;
        let fact = match chosen.committed {
            Some(kind) => Some(self.frame_fact(may, declared, kind, BTreeMap::new(), "").await?),
            None => None,
        };
        let addition = Addition { messages: vec![act], fact, ..Addition::default() };
        self.sign_and_add(may, open, addition).await.map(drop)
    }

    /// Opens what the monitor committed to: the first to reveal.
    pub async fn reveal_draw(
        &self,
        may: &May<'_, Read>,
        workflow: &str,
        code: &str,
        number: impl Into<DrawNumber>,
    ) -> Answer<()> {
        let mut open = self.open_draw(may, workflow, code, number).await?;
        not_said(&open.detail.transcript, &draw::transcript::reveal_file(MONITOR))?;
        let (keyring, random) = self.draw_key(open.keyring, open.detail.row.id, secret::RANDOM).await?;
        open.keyring = keyring;
        let act =
            acts::reveal(&open.detail.report.known, MONITOR, &random, self.seconds()).map_err(engine)?;
        let addition = Addition { messages: vec![act], ..Addition::default() };
        self.sign_and_add(may, open, addition).await.map(drop)
    }

    /// Brings the public randomness; the seed follows.
    pub async fn bring_randomness(
        &self,
        may: &May<'_, Read>,
        workflow: &str,
        code: &str,
        number: impl Into<DrawNumber>,
        brought: Brought<'_>,
    ) -> Answer<()> {
        let open = self.open_draw(may, workflow, code, number).await?;
        not_said(&open.detail.transcript, draw::transcript::BEACON)?;
        let known = &open.detail.report.known;
        let beacon = match brought {
            Brought::Dice(digits) => Beacon {
                dice: digits.chars().filter(|digit| !digit.is_whitespace()).collect(),
                ..Beacon::default()
            },
            Brought::Drand(text) => {
                let unread = || Refusal::invalid("refusal-draw-drand").problem("drand", "");
                let answer: Value = serde_json::from_str(text).map_err(|_| unread())?;
                let round = answer["round"].as_u64().ok_or_else(unread)?;
                let announced = known.announcement.as_ref().map(|(announced, _)| announced.source);
                if let Some(Source::Round(_, wanted)) = announced
                    && wanted != round
                {
                    let refusal = Refusal::invalid("refusal-draw-round").problem("drand", "");
                    return Err(refusal.with("round", round).with("wanted", wanted).into());
                }
                let bytes =
                    |name: &str| hex::decode(answer[name].as_str().unwrap_or_default()).map_err(|_| unread());
                Beacon {
                    signature: bytes("signature")?,
                    previous: bytes("previous_signature")?,
                    dice: String::new(),
                }
            }
        };
        let act = acts::beacon(known, &beacon, self.seconds()).map_err(engine)?;
        let addition = Addition { messages: vec![act], ..Addition::default() };
        self.sign_and_add(may, open, addition).await.map(drop)
    }

    /// Ends a draw that was carried out, and destroys the drawing key.
    pub async fn close_draw(
        &self,
        may: &May<'_, Read>,
        workflow: &str,
        code: &str,
        number: impl Into<DrawNumber>,
    ) -> Answer<()> {
        let open = self.open_draw(may, workflow, code, number).await?;
        let act = acts::close(&open.detail.report.known, self.seconds()).map_err(engine)?;
        let design = open.detail.design()?;
        let kept = design.suite() == Suite::HmacCommit && design.embargo > 0;
        let destroyed = (!kept).then_some(secret::DRAWING);
        let addition = Addition { messages: vec![act], destroyed, ..Addition::default() };
        self.sign_and_add(may, open, addition).await.map(drop)
    }

    /// Publishes the drawing key of a draw that was carried out, after the embargo that its design states, and destroys what
    /// is kept of it here.
    pub async fn release_draw_key(
        &self,
        may: &May<'_, Read>,
        workflow: &str,
        code: &str,
        number: impl Into<DrawNumber>,
    ) -> Answer<()> {
        let declared = may.frame(workflow)?;
        let keyring = self.roster_keys(may, declared).await?;
        let detail = self.draw(may, workflow, code, number).await?;
        if !matches!(detail.report.known.end, Some((End::Done, _))) {
            return Err(Refusal::conflict("refusal-draw-key-early").into());
        }
        not_said(&detail.transcript, KEY_RELEASE)?;
        let (keyring, key) = self.draw_key(keyring, detail.row.id, secret::DRAWING).await?;
        let act = acts::key_release(&detail.report.known, &key, self.seconds()).map_err(engine)?;
        let destroyed = Some(secret::DRAWING);
        let addition = Addition { messages: vec![act], destroyed, ..Addition::default() };
        let open = OpenDraw { detail, declared, keyring };
        self.sign_and_add(may, open, addition).await.map(drop)
    }

    /// Breaks a draw off: public, counted, and its place in the sequence stays taken.
    pub async fn void_draw(
        &self,
        may: &May<'_, Read>,
        workflow: &str,
        code: &str,
        number: impl Into<DrawNumber>,
        reason: &str,
    ) -> Answer<()> {
        let mut open = self.open_draw(may, workflow, code, number).await?;
        if reason.trim().is_empty() {
            return Err(Refusal::invalid("refusal-draw-why").problem("reason", "").into());
        }
        let act = acts::void(&open.detail.report.known, reason.trim(), self.seconds()).map_err(engine)?;
        debug_assert_eq!(act.0, VOID);
        let mut addition = Addition { messages: vec![act], ..Addition::default() };
        // What followed from it does not hold any more: the latest fact first.
        let chosen = chosen(may.protocol(), open.declared, open.detail.number().units)?;
        let case = self.case(may, workflow, code).await?;
        let standing = case.standing().ok_or_else(Refusal::not_found)?;
        for kind in [Some(chosen.drawn), chosen.committed].into_iter().flatten() {
            let counted = standing.facts.iter().find(|fact| fact.kind == kind);
            let Some(earlier) = counted.and_then(|fact| fact.id.parse().ok()) else { continue };
            let new = NewFact {
                kind: kind.to_owned(),
                at: self.now(),
                reason: reason.trim().to_owned(),
                amends: Some(Amending::Withdraws(earlier)),
                ..NewFact::default()
            };
            addition.withdrawn.push(self.ready_fact(may, workflow, new).await?);
        }
        if open.detail.report.known.sealed.is_some() {
            let (keyring, text) = self.draw_secret(open.keyring, open.detail.row.id, secret::CODES).await?;
            open.keyring = keyring;
            let uuids =
                serde_json::from_slice(&text).map_err(|error| Fault::Damaged { what: error.to_string() })?;
            addition.removed = chosen.codes.map(|codes| (codes.to_owned(), uuids));
        }
        self.sign_and_add(may, open, addition).await.map(drop)
    }
}

/// Refuses a way to draw that the protocol does not allow, or that lacks its number.
fn check_scheme(declared: &Declared, new: &NewDraw, units: u64) -> Result<(), Refusal> {
    if !declared.schemes.contains(&new.scheme) {
        return Err(Refusal::invalid("refusal-draw-scheme").problem("scheme", ""));
    }
    if new.scheme == Scheme::EveryKth && !(1..=units).contains(&new.every) {
        return Err(Refusal::invalid("refusal-draw-every").with("most", units).problem("every", ""));
    }
    let takes_all = units <= u64::from(declared.take_all);
    if new.scheme != Scheme::EveryKth && !takes_all && new.n > units {
        return Err(Refusal::invalid("refusal-draw-more").with("most", units).problem("n", ""));
    }
    if new.embargo.is_some_and(|embargo| embargo <= new.reveal_deadline) {
        return Err(Refusal::invalid("refusal-draw-embargo").problem("embargo", ""));
    }
    Ok(())
}

/// What was said is not said again.
pub(crate) fn not_said(transcript: &draw::Transcript, file: &str) -> Result<(), Refusal> {
    if transcript.files.contains_key(file) {
        return Err(Refusal::conflict("refusal-draw-said").with("file", file));
    }
    Ok(())
}

/// The reserve of a draw of `n` among so many, or why there are too few for what is asked: a design cannot be changed once
/// it is public.
fn enough_people(new: &NewDraw, n: u64, usual: u64, among: u64) -> Result<u64, Refusal> {
    let too_few = |field: &'static str, asked: u64| {
        let refusal = Refusal::invalid("refusal-draw-too-few-people").problem(field, "");
        Err(refusal.with("people", among).with("asked", asked))
    };
    let left = among.saturating_sub(n);
    if n > among {
        return too_few("n", n);
    }
    if new.others > left {
        return too_few("others", n.saturating_add(new.others));
    }
    match new.reserve {
        Some(asked) if asked > left => too_few("reserve", n.saturating_add(asked)),
        Some(asked) => Ok(asked),
        None => Ok(usual.min(left)),
    }
}
