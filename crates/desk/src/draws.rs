//! The draws of a case: what their public messages establish, and the messages that arrive from the other parties.

use std::collections::BTreeMap;
use std::fmt;
use std::num::ParseIntError;
use std::str::FromStr;

use draw::transcript::{self, ANNOUNCE, AUDIT, BEACON, ROSTER, commit_file, reveal_file};
use draw::{Design, End, Message, PartyKey, Report, Transcript, Trust, verify};
use protocol::{Disposition, Frame as Declared, Protocol, RecordsDraw};
use seal::Place;
use serde_json::Map;
use sha2::{Digest, Sha256};
use store::case::Case;
use store::draw::{self as draws, CaseDraw, DrawAttempt, DrawMessage};
use store::mandate::DataKey;
use store::{Fault, Tx, mandate, registry};
use zeroize::Zeroizing;

use crate::Desk;
use crate::answer::{Answer, Error, Refusal};
use crate::entries::{self, Applied, SealedChange};
use crate::frames::{find_case, put_unless_there};
use crate::intake::FreshKey;
use crate::keyring::Keyring;
use crate::may::{May, Read, Seat};
use crate::put_fact::ReadyFact;
use crate::record::{self, Done};
use crate::release_draft::role_says;

/// What a draw chooses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Units {
    /// Whom to hear.
    People,
    /// Which files to read: drawn by itself, so that it tells nothing of who is heard.
    Files,
}

impl Units {
    /// As stored.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Units::People => "people",
            Units::Files => "files",
        }
    }
}

/// Which draw of a case: what it chooses, and its place in that sequence, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(try_from = "String")]
pub struct DrawNumber {
    /// What it chooses.
    pub units: Units,
    /// Its place in the sequence.
    pub seq: i64,
}

impl From<i64> for DrawNumber {
    fn from(seq: i64) -> Self {
        DrawNumber { units: Units::People, seq }
    }
}

/// As it stands in an address: `2`, `files-2`.
impl fmt::Display for DrawNumber {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.units {
            Units::People => write!(to, "{}", self.seq),
            Units::Files => write!(to, "files-{}", self.seq),
        }
    }
}

impl TryFrom<String> for DrawNumber {
    type Error = ParseIntError;

    fn try_from(text: String) -> Result<Self, ParseIntError> {
        text.parse()
    }
}

impl FromStr for DrawNumber {
    type Err = ParseIntError;

    fn from_str(text: &str) -> Result<Self, ParseIntError> {
        match text.strip_prefix("files-") {
            Some(seq) => Ok(DrawNumber { units: Units::Files, seq: seq.parse()? }),
            None => Ok(DrawNumber::from(text.parse::<i64>()?)),
        }
    }
}

/// A draw as its messages tell it.
pub struct DrawDetail {
    /// The case.
    pub case: Case,
    /// As stored.
    pub row: CaseDraw,
    /// The public files as they are now.
    pub transcript: Transcript,
    /// What they establish.
    pub report: Report,
    /// Every message in the order in which it came; those that were cosigned later are there several times.
    pub messages: Vec<DrawMessage>,
    /// How attempts to hear the people drawn ended: code, of somebody in reserve, how often.
    pub attempts: BTreeMap<(String, bool), u64>,
}

impl DrawDetail {
    /// Which draw of its case it is.
    pub fn number(&self) -> DrawNumber {
        let units = if self.row.units == Units::Files.as_str() { Units::Files } else { Units::People };
        DrawNumber { units, seq: self.row.seq }
    }

    /// The design; every draw has one from its beginning.
    pub fn design(&self) -> Result<&Design, Error> {
        let missing = || Fault::Damaged { what: format!("{} has no design", self.row.draw) };
        Ok(self.report.known.design.as_ref().ok_or_else(missing)?)
    }

    /// Whether it has ended.
    pub fn ended(&self) -> bool {
        self.report.known.end.is_some()
    }

    /// Whether it was broken off.
    pub fn is_void(&self) -> bool {
        matches!(self.report.known.end, Some((End::Void(_), _)))
    }

    /// Who has yet to sign a message that is there.
    pub fn unsigned<'d>(&'d self, file: &str, parties: impl Iterator<Item = &'d str>) -> Vec<&'d str> {
        let message = self.transcript.message(file).ok().flatten();
        let signed =
            |party: &&str| message.as_ref().is_some_and(|message| message.signatures.contains_key(*party));
        parties.filter(|party| !signed(party)).collect()
    }
}

/// What the protocol says of what a draw chooses.
pub(crate) struct Chosen<'p> {
    pub(crate) stage: &'p str,
    pub(crate) replacement: &'p str,
    pub(crate) reserve_percent: u32,
    pub(crate) dispositions: &'p [Disposition],
    pub(crate) codes: Option<&'p str>,
    pub(crate) letter: char,
    /// The fact that everybody committed.
    pub(crate) committed: Option<&'p str>,
    /// The fact that the result is sealed.
    pub(crate) drawn: &'p str,
}

pub(crate) fn chosen<'p>(
    protocol: &'p Protocol,
    declared: &'p Declared,
    units: Units,
) -> Result<Chosen<'p>, Refusal> {
    Ok(match units {
        Units::People => Chosen {
            stage: &declared.stage,
            replacement: &declared.replacement,
            reserve_percent: declared.reserve_percent,
            dispositions: &declared.dispositions,
            codes: declared.codes.as_deref(),
            letter: declared.letter,
            committed: Some(&declared.facts.committed),
            drawn: &declared.facts.drawn,
        },
        // Places have no files to be read: these are drawn where people are.
        Units::Files if declared.from_registry() => return Err(Refusal::not_found()),
        Units::Files => {
            let draw = records_draw(protocol).ok_or_else(Refusal::not_found)?;
            Chosen {
                stage: &draw.stage,
                replacement: &draw.replacement,
                reserve_percent: draw.reserve_percent,
                dispositions: &draw.dispositions,
                codes: Some(&draw.codes),
                letter: draw.letter,
                committed: None,
                drawn: &draw.fact,
            }
        }
    })
}

impl Seat {
    /// What may become of an attempt to hear somebody, or of a file that was asked for.
    pub fn dispositions(&self, workflow: &str, units: Units) -> Result<&[Disposition], Refusal> {
        Ok(chosen(self.protocol(), self.frame(workflow)?, units)?.dispositions)
    }

    /// The registry with the codes that phones get from a draw, if they get any.
    pub fn draw_codes(&self, workflow: &str, units: Units) -> Result<Option<&str>, Refusal> {
        Ok(chosen(self.protocol(), self.frame(workflow)?, units)?.codes)
    }
}

/// How the files of a visit are drawn, where its protocol says so.
pub(crate) fn records_draw(protocol: &Protocol) -> Option<&RecordsDraw> {
    protocol.reconciliation.as_ref().map(|reconciliation| &reconciliation.records_draw)
}

/// The names of a draw's secrets.
pub(crate) mod secret {
    /// Seed of the monitor's signing key.
    pub(crate) const SIGNING: &str = "signing key";
    /// Key from which the salts of the roster's lines are made.
    pub(crate) const SALT: &str = "salt key";
    /// The drawing key.
    pub(crate) const DRAWING: &str = "drawing key";
    /// The monitor's randomness.
    pub(crate) const RANDOM: &str = "randomness";
    /// The entries of the codes that were made for the phones.
    pub(crate) const CODES: &str = "codes";
    /// Places to visit in the order of the draw, where it is the first of two stages.
    pub(crate) const UNITS: &str = "units";
    /// Whom to call, and the salt of the list.
    pub(crate) const CALLS: &str = "call list";
    /// Whose files to read, for who reads them; sealed to them and not to the roster's compartment.
    pub(crate) const FILES: &str = "files";
}

pub(crate) fn secret_place<'a>(draw: &'a str, name: &'a str) -> Place<'a> {
    Place::new("draw_secret", draw, name)
}

pub(crate) fn attempt_place(attempt: &str) -> Place<'_> {
    Place::new("draw_attempt", attempt, "whom")
}

/// A draw before whoever holds the roster's key.
pub(crate) struct OpenDraw<'s> {
    pub(crate) detail: DrawDetail,
    pub(crate) declared: &'s Declared,
    pub(crate) keyring: Keyring,
}

/// A secret that is sealed and waits for the change that keeps it.
pub(crate) struct SealedSecret {
    pub(crate) name: &'static str,
    pub(crate) key: FreshKey,
    pub(crate) sealed: Vec<u8>,
}

/// What a change adds to a draw.
#[derive(Default)]
pub(crate) struct Addition {
    pub(crate) messages: Vec<(String, Message)>,
    pub(crate) secrets: Vec<SealedSecret>,
    pub(crate) fact: Option<ReadyFact>,
    pub(crate) entries: Vec<SealedChange>,
    pub(crate) attempt: Option<(DataKey, DrawAttempt)>,
    pub(crate) destroyed: Option<&'static str>,
    /// Facts that are withdrawn, as far as the workflow lets them.
    pub(crate) withdrawn: Vec<ReadyFact>,
    /// Registry and entries that are taken away.
    pub(crate) removed: Option<(String, Vec<String>)>,
}

/// The engine's refusal, in its own words.
pub(crate) fn engine(refusal: draw::Refusal) -> Error {
    Refusal::conflict("refusal-draw").with("says", refusal).into()
}

pub(crate) fn read_detail(tx: &mut Tx, case: Case, row: CaseDraw, now: u64) -> Result<DrawDetail, Fault> {
    let messages = draws::messages(tx, row.id)?;
    let mut transcript = Transcript::default();
    for message in &messages {
        transcript.files.insert(message.file.clone(), message.content.clone().into_bytes());
    }
    let mut attempts = BTreeMap::new();
    for attempt in draws::attempts(tx, row.id)? {
        *attempts.entry((attempt.code, attempt.reserve)).or_default() += 1;
    }
    // Earlier draws of the sequence, so that it can be followed.
    let mut others = Vec::new();
    let before = |other: &CaseDraw| other.units == row.units && other.seq < row.seq;
    for earlier in draws::of_case(tx, row.case)?.into_iter().filter(before) {
        let mut files = Transcript::default();
        for message in draws::messages(tx, earlier.id)? {
            files.files.insert(message.file, message.content.into_bytes());
        }
        others.push(files);
    }
    let report = verify(&transcript, Trust { now: Some(now), others: &others, ..Trust::default() });
    Ok(DrawDetail { case, row, transcript, report, messages, attempts })
}

impl Desk {
    /// Now, in the whole seconds of a draw.
    pub(crate) fn seconds(&self) -> u64 {
        record::seconds(self.now())
    }

    /// The draws of a case, of people and then of files, each in sequence, as their messages tell them.
    pub async fn draws(&self, may: &May<'_, Read>, workflow: &str, code: &str) -> Answer<Vec<DrawDetail>> {
        may.frame(workflow)?;
        let (mandate, workflow, code) = (may.mandate().id, workflow.to_owned(), code.to_owned());
        let now = self.seconds();
        self.store
            .read(move |tx| {
                let case = find_case(tx, mandate, &workflow, &code)?;
                let rows = draws::of_case(tx, case.id)?;
                let details = rows.into_iter().map(|row| read_detail(tx, case.clone(), row, now));
                Ok::<_, Error>(details.collect::<Result<_, _>>()?)
            })
            .await
    }

    /// One draw.
    pub async fn draw(
        &self,
        may: &May<'_, Read>,
        workflow: &str,
        code: &str,
        number: impl Into<DrawNumber>,
    ) -> Answer<DrawDetail> {
        may.frame(workflow)?;
        let (mandate, workflow, code) = (may.mandate().id, workflow.to_owned(), code.to_owned());
        let (number, now) = (number.into(), self.seconds());
        self.store
            .read(move |tx| {
                let case = find_case(tx, mandate, &workflow, &code)?;
                let row = draws::by_seq(tx, case.id, number.units.as_str(), number.seq)?
                    .ok_or_else(Refusal::not_found)?;
                Ok::<_, Error>(read_detail(tx, case, row, now)?)
            })
            .await
    }

    /// A draw that goes on, before whoever holds the roster's key. Nobody acts upon a lie.
    pub(crate) async fn open_draw<'s>(
        &self,
        may: &'s May<'_, Read>,
        workflow: &str,
        code: &str,
        number: impl Into<DrawNumber>,
    ) -> Answer<OpenDraw<'s>> {
        let declared = may.frame(workflow)?;
        let keyring = self.roster_keys(may, declared).await?;
        let detail = self.draw(may, workflow, code, number).await?;
        going_on(&detail)?;
        Ok(OpenDraw { detail, declared, keyring })
    }

    /// A secret of a draw, opened.
    pub(crate) async fn draw_secret(
        &self,
        mut keyring: Keyring,
        draw: i64,
        name: &'static str,
    ) -> Answer<(Keyring, Zeroizing<Vec<u8>>)> {
        self.store
            .read(move |tx| {
                let sealed = draws::secret(tx, draw, name)?
                    .ok_or_else(|| Refusal::conflict("refusal-draw-secret-gone"))?;
                let place = draw.to_string();
                let opened = keyring.open(tx, &sealed, &secret_place(&place, name))?;
                let opened =
                    opened.ok_or_else(|| Fault::internal("a secret was not sealed to the roster"))?;
                let bytes = Zeroizing::new(opened.expose().to_vec());
                Ok::<_, Error>((keyring, bytes))
            })
            .await
    }

    /// A secret of 32 bytes.
    pub(crate) async fn draw_key(
        &self,
        keyring: Keyring,
        draw: i64,
        name: &'static str,
    ) -> Answer<(Keyring, Zeroizing<[u8; 32]>)> {
        let (keyring, bytes) = self.draw_secret(keyring, draw, name).await?;
        let key = <[u8; 32]>::try_from(bytes.as_slice())
            .map_err(|_| Fault::Damaged { what: format!("the {name} of draw {draw}") })?;
        Ok((keyring, Zeroizing::new(key)))
    }

    /// Seals a secret of a draw to a compartment.
    pub(crate) async fn seal_secret(
        &self,
        seat: &Seat,
        compartment: &str,
        draw: i64,
        name: &'static str,
        bytes: &[u8],
    ) -> Answer<SealedSecret> {
        let place = draw.to_string();
        let place = secret_place(&place, name);
        let compartment = self.compartment_of(seat, compartment).await?;
        let key = self.fresh_key(compartment, &place).await?;
        let sealed = key.seal(&place, bytes, &mut self.dice());
        Ok(SealedSecret { name, key, sealed })
    }

    /// Signs messages with the monitor's key and adds them, if the draw is still as it was.
    pub(crate) async fn sign_and_add(
        &self,
        may: &May<'_, Read>,
        open: OpenDraw<'_>,
        mut addition: Addition,
    ) -> Answer<Keyring> {
        let (keyring, seed) = self.draw_key(open.keyring, open.detail.row.id, secret::SIGNING).await?;
        let key = PartyKey::from_seed(&seed);
        for (_, message) in &mut addition.messages {
            let party = message.party.clone();
            message.sign(&party, &key).map_err(engine)?;
        }
        self.add_to_draw(may, &open.detail, addition).await?;
        Ok(keyring)
    }

    /// Adds messages to a draw, with a leaf each, and what follows from them.
    pub(crate) async fn add_to_draw(
        &self,
        may: &May<'_, Read>,
        detail: &DrawDetail,
        addition: Addition,
    ) -> Answer<()> {
        let declared = may.frame(&detail.case.workflow)?;
        role_says(may.protocol(), &declared.workflow, &declared.facts.committed, may.role())?;
        let (row, case) = (detail.row.clone(), detail.case.clone());
        let known = detail.messages.len();
        let (mandate, member, now) = (may.mandate().id, may.session().member().id, self.now());
        let protocol = may.protocol().clone();
        self.store
            .write(move |tx| {
                store::case::take(tx, row.case)?;
                if draws::messages(tx, row.id)?.len() != known {
                    return Err(Refusal::conflict("refusal-draw-moved").into());
                }
                for (file, message) in &addition.messages {
                    keep(tx, &row, file, message, mandate, member, now)?;
                }
                for SealedSecret { name, key, sealed } in &addition.secrets {
                    mandate::add_data_key(tx, &key.data_key)?;
                    if !draws::add_secret(tx, row.id, name, sealed)? {
                        return Err(Refusal::conflict("refusal-draw-moved").into());
                    }
                }
                if let Some((key, attempt)) = &addition.attempt {
                    mandate::add_data_key(tx, key)?;
                    draws::add_attempt(tx, attempt)?;
                }
                if let Some(name) = addition.destroyed {
                    draws::destroy_secret(tx, row.id, name)?;
                }
                for change in addition.entries {
                    if let Applied::Refused(problem) = entries::apply(tx, change)? {
                        return Err(Fault::internal(problem.to_string()).into());
                    }
                }
                for fact in addition.withdrawn {
                    match fact.put(tx, row.case) {
                        // What was built upon it since stays; the record of the draw says that it is void.
                        Ok(()) | Err(Error::Refused(_)) => {}
                        Err(fault) => return Err(fault),
                    }
                }
                if let Some((name, entries)) = &addition.removed {
                    remove(tx, mandate, name, entries, member, now)?;
                }
                if let Some(fact) = addition.fact {
                    put_unless_there(tx, &protocol, row.case, fact)?;
                }
                // Whatever was added, the whole must hold: nothing is kept that a reader would refuse.
                let after = read_detail(tx, case, row, record::seconds(now))?;
                match after.report.first_lie() {
                    Some(lie) => Err(lies(lie).into()),
                    None => Ok::<_, Error>(()),
                }
            })
            .await
    }

    /// Takes a message of another party, as its program wrote it; one that adds a signature to a message that is there is
    /// joined to it. Answers its file.
    pub async fn receive_draw_message(
        &self,
        may: &May<'_, Read>,
        workflow: &str,
        code: &str,
        number: impl Into<DrawNumber>,
        bytes: &[u8],
    ) -> Answer<String> {
        let declared = may.frame(workflow)?;
        self.roster_keys(may, declared).await?;
        let detail = self.draw(may, workflow, code, number).await?;
        going_on(&detail)?;
        let sent = Message::parse("message", bytes).map_err(engine)?;
        if sent.draw != detail.row.draw {
            let refusal = Refusal::conflict("refusal-draw-other");
            return Err(refusal.with("sent", &sent.draw).with("draw", &detail.row.draw).into());
        }
        let (file, message) = self.joined(&detail, sent)?;
        let addition = Addition { messages: vec![(file.clone(), message)], ..Addition::default() };
        self.add_to_draw(may, &detail, addition).await?;
        Ok(file)
    }

    /// The message as it is to be kept, and its file; only what another party may say now.
    fn joined(&self, detail: &DrawDetail, mut sent: Message) -> Result<(String, Message), Error> {
        let design = detail.design()?;
        let monitor = design.monitor();
        let file = match &*sent.kind {
            "commit" => commit_file(&sent.party),
            "reveal" => reveal_file(&sent.party),
            "roster" => ROSTER.to_owned(),
            "announce" => ANNOUNCE.to_owned(),
            "beacon" => BEACON.to_owned(),
            "audit" => AUDIT.to_owned(),
            _ => return Err(Refusal::conflict("refusal-draw-kind").with("kind", &sent.kind).into()),
        };
        for party in sent.signatures.keys() {
            let key = design
                .key_of(party)
                .ok_or_else(|| Refusal::conflict("refusal-draw-stranger").with("party", party))?;
            if !sent.signed_by(party, &key) {
                return Err(Refusal::conflict("refusal-draw-signature").with("party", party).into());
            }
        }
        if let Some(mut known) = detail.transcript.message(&file).map_err(engine)? {
            if known.hash().map_err(engine)? != sent.hash().map_err(engine)? {
                return Err(Refusal::conflict("refusal-draw-differs").with("file", &file).into());
            }
            let before = known.signatures.len();
            known.signatures.append(&mut sent.signatures);
            if known.signatures.len() == before {
                return Err(Refusal::conflict("refusal-draw-known").with("file", &file).into());
            }
            return Ok((file, known));
        }
        if sent.party == monitor {
            return Err(Refusal::conflict("refusal-draw-monitor").into());
        }
        if !sent.signatures.contains_key(&sent.party) {
            return Err(Refusal::conflict("refusal-draw-signature").with("party", &sent.party).into());
        }
        if sent.kind == "commit" && detail.transcript.files.contains_key(ANNOUNCE) {
            return Err(Refusal::conflict("refusal-draw-late").into());
        }
        // What came after the deadline does not count, whatever it says about itself.
        if sent.kind == "reveal" && self.seconds() > design.reveal_deadline {
            return Err(Refusal::conflict("refusal-draw-late").into());
        }
        Ok((file, sent))
    }

    /// The one file in which a release carries a draw.
    pub async fn draw_bundle(
        &self,
        may: &May<'_, Read>,
        workflow: &str,
        code: &str,
        number: impl Into<DrawNumber>,
    ) -> Answer<String> {
        let detail = self.draw(may, workflow, code, number).await?;
        detail.transcript.bundle().map_err(engine)
    }
}

pub(crate) fn lies(lie: &draw::Step) -> Refusal {
    Refusal::conflict("refusal-draw").with("says", format!("{}: {}", lie.what, lie.detail))
}

fn going_on(detail: &DrawDetail) -> Result<(), Refusal> {
    if let Some(lie) = detail.report.first_lie() {
        return Err(lies(lie));
    }
    match &detail.report.known.end {
        None => Ok(()),
        Some((End::Done, _)) => Err(Refusal::conflict("refusal-draw-done")),
        Some((End::Void(_), _)) => Err(Refusal::conflict("refusal-draw-void")),
    }
}

/// Keeps a message with its leaf. The leaf says which draw and file, and its commitment is the file's SHA-256, without a
/// salt: a message of a draw is public, and whoever has it can find it in the ledger.
pub(crate) fn keep(
    tx: &mut Tx,
    row: &CaseDraw,
    file: &str,
    message: &Message,
    mandate: i64,
    member: i64,
    now: i64,
) -> Result<(), Error> {
    let content = message.to_text().map_err(engine)?;
    let mut public = Map::new();
    public.insert("draw".into(), row.draw.as_str().into());
    public.insert("file".into(), file.into());
    let leaf = ledger::Leaf {
        message: Some(public),
        ..ledger::Leaf::new(
            ledger::leaf::kind::DRAW,
            record::seconds(now),
            Sha256::digest(content.as_bytes()).into(),
        )
    };
    let leaf = record::append(tx, &leaf)?;
    let done = Done::new(now, Some(member), "draw.message").in_mandate(mandate).about("case", row.case);
    let done = done.with("draw", row.draw.as_str()).with("file", file);
    record::audit(tx, Done { leaf: Some(leaf), ..done })?;
    let id = tx.new_id();
    let file = file.to_owned();
    draws::add_message(tx, &DrawMessage { id, draw: row.id, file, content, member, at: now, leaf })?;
    Ok(())
}

/// Takes entries out of sight; their history stays.
fn remove(
    tx: &mut Tx,
    mandate: i64,
    name: &str,
    entries: &[String],
    member: i64,
    now: i64,
) -> Result<(), Fault> {
    let Some(registry) = registry::by_name(tx, mandate, name)? else { return Ok(()) };
    for uuid in entries {
        let Some(entry) = registry::entry(tx, registry.id, uuid)? else { continue };
        registry::remove_entry(tx, registry.id, entry.id, now)?;
        let done = Done::new(now, Some(member), "entity.delete").in_mandate(mandate);
        record::audit(tx, done.about("entry", entry.id))?;
    }
    Ok(())
}

/// The order in which the files of a draw are told.
pub fn draw_files(design: &Design) -> Vec<String> {
    let contributors: Vec<&str> = design.contributors().collect();
    let mut files = vec![transcript::DESIGN.to_owned(), ROSTER.to_owned(), transcript::KEY.to_owned()];
    files.extend(contributors.iter().map(|party| commit_file(party)));
    files.push(ANNOUNCE.to_owned());
    files.extend(contributors.iter().map(|party| reveal_file(party)));
    let rest =
        [BEACON, transcript::SEALED, transcript::CALL_LIST, transcript::FIELD, AUDIT, transcript::CLOSE];
    files.extend(rest.map(str::to_owned));
    files.extend([transcript::KEY_RELEASE, transcript::VOID].map(str::to_owned));
    files
}
