//! The public check of a draw, step by step, from its messages alone. It tells everything except who was drawn.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::ceremony::{self, Announcement, Beacon, Source};
use crate::design::{Design, Role, design_hash, parse_draw_id};
use crate::message::Message;
use crate::report::{End, Known, Outcome, Report};
use crate::suite::Suite;
use crate::transcript::{self as file, Transcript, commit_file, reveal_file};
use crate::{Hash, Refusal};

/// What a reader brings along.
#[derive(Debug, Clone, Copy, Default)]
pub struct Trust<'a> {
    /// Keys of parties, known from elsewhere: the design must name the same.
    pub keys: &'a [(String, String)],
    /// Other draws: earlier ones of the sequence, the first stage.
    pub others: &'a [Transcript],
    /// The present, in Unix seconds, to say who is late.
    pub now: Option<u64>,
}

/// What a step found; an empty text says nothing worth a line.
pub(crate) enum Found {
    Holds(String),
    NotYet(String),
}

/// Checks the public messages of a draw.
pub fn verify(transcript: &Transcript, trust: Trust<'_>) -> Report {
    let mut check = Check { files: transcript, trust, report: Report::default(), at: BTreeMap::new() };
    check.run();
    check.report
}

pub(crate) struct Check<'a> {
    pub(crate) files: &'a Transcript,
    trust: Trust<'a>,
    pub(crate) report: Report,
    /// When each message was written, as it says.
    at: BTreeMap<String, u64>,
}

pub(crate) type Verdict = Result<Found, Refusal>;

/// A step with its name and the file that it is about.
type Named<'a, T> = (&'static str, &'a str, fn(&mut T) -> Verdict);

impl Check<'_> {
    fn run(&mut self) {
        let steps: [Named<'_, Self>; 13] = [
            ("design", file::DESIGN, Self::design),
            ("sequence", file::DESIGN, Self::sequence),
            ("void", file::VOID, Self::void),
            ("roster", file::ROSTER, Self::roster),
            ("key", file::KEY, Self::key),
            ("commitments", "commit-*.json", Self::commitments),
            ("announcement", file::ANNOUNCE, Self::announcement),
            ("reveals", "reveal-*.json", Self::reveals),
            ("beacon and seed", file::BEACON, Self::beacon),
            ("sealed result", file::SEALED, Self::sealed),
            ("call list", file::CALL_LIST, Self::call_list),
            ("field log", file::FIELD, Self::field),
            ("audit", file::AUDIT, Self::audit),
        ];
        for (what, about, step) in steps {
            match step(self) {
                Ok(Found::Holds(detail)) if detail.is_empty() => {}
                Ok(Found::Holds(detail)) => self.report.add(what, about, Outcome::Ok, detail),
                // A sequence that cannot be looked up here does not stop the check.
                Ok(Found::NotYet(detail)) if what == "sequence" => {
                    self.report.add(what, about, Outcome::Unchecked, detail);
                }
                Ok(Found::NotYet(detail)) => {
                    match self.later_than(what) {
                        Some(later) => {
                            let detail = format!(
                                "{detail}; yet {later} is there, which comes after it: somebody went on without it, or took it away"
                            );
                            self.report.add(what, about, Outcome::Failed, detail);
                        }
                        None => self.report.add(what, about, Outcome::Unchecked, detail),
                    }
                    break;
                }
                Err(refusal) => {
                    let about = match &refusal {
                        Refusal::Message { file, .. } | Refusal::Missing { file, .. } => file.clone(),
                        _ => about.to_owned(),
                    };
                    self.report.add(what, &about, Outcome::Failed, refusal.to_string());
                    break;
                }
            }
            if matches!(self.report.known.end, Some((End::Void(_), _))) {
                break;
            }
        }
        if self.report.passed() && self.report.known.audited.is_some() {
            self.last();
        }
        if self.report.passed() {
            self.other_files();
        }
    }

    fn last(&mut self) {
        for (what, about, step) in [
            ("end", file::CLOSE, Self::close as fn(&mut Self) -> Verdict),
            ("key release", file::KEY_RELEASE, Self::key_release),
        ] {
            match step(self) {
                Ok(Found::Holds(detail)) if detail.is_empty() => {}
                Ok(Found::Holds(detail)) => self.report.add(what, about, Outcome::Ok, detail),
                Ok(Found::NotYet(detail)) => self.report.add(what, about, Outcome::Unchecked, detail),
                Err(refusal) => {
                    self.report.add(what, about, Outcome::Failed, refusal.to_string());
                    return;
                }
            }
        }
    }

    /// A message that is there although it comes after this step.
    fn later_than(&self, what: &str) -> Option<String> {
        let order: [(&str, &str); 10] = [
            ("roster", file::ROSTER),
            ("key", file::KEY),
            ("announcement", file::ANNOUNCE),
            ("reveals", "reveal-"),
            ("beacon and seed", file::BEACON),
            ("sealed result", file::SEALED),
            ("call list", file::CALL_LIST),
            ("field log", file::FIELD),
            ("audit", file::AUDIT),
            ("end", file::CLOSE),
        ];
        // Roster and key come in one act of the monitor; commitments stand between key and announcement.
        let step = if matches!(what, "roster" | "commitments") { "key" } else { what };
        let after = order.iter().position(|(name, _)| *name == step)? + 1;
        let later = order.get(after..)?;
        let is_later = |name: &&String| later.iter().any(|(_, start)| name.starts_with(start));
        self.files.files.keys().find(is_later).cloned()
    }

    pub(crate) fn known(&mut self) -> &mut Known {
        &mut self.report.known
    }

    pub(crate) fn the_design(&self) -> Result<Design, Refusal> {
        self.report
            .known
            .design
            .clone()
            .ok_or_else(|| Refusal::missing(file::DESIGN, "the monitor writes it first"))
    }

    /// Reads a message of this draw, of the kind and from the party that its file says, signed by that party.
    pub(crate) fn signed(&mut self, name: &str, kind: &str, party: &str) -> Result<Option<Message>, Refusal> {
        let Some(message) = self.files.message(name)? else { return Ok(None) };
        let draw = &self.report.known.draw;
        if message.kind != kind || &message.draw != draw || message.party != party {
            return Err(Refusal::message(
                name,
                format!(
                    "it is a {} of {} by {}, not a {kind} of {draw} by {party}: it lies in the wrong file or folder",
                    message.kind, message.draw, message.party
                ),
            ));
        }
        self.must_sign(name, &message, party)?;
        self.at.insert(name.to_owned(), message.at);
        Ok(Some(message))
    }

    pub(crate) fn must_sign(&self, name: &str, message: &Message, party: &str) -> Result<(), Refusal> {
        let key = self.the_design()?.key_of(party);
        let key =
            key.ok_or_else(|| Refusal::message(name, format!("{party} is not a party of the design")))?;
        if message.signed_by(party, &key) {
            return Ok(());
        }
        let problem = if message.signatures.contains_key(party) {
            format!(
                "the signature of {party} does not fit: it was changed after it was signed, or another key signed; ask {party} for the file again"
            )
        } else {
            format!("{party} has not signed it")
        };
        Err(Refusal::message(name, problem))
    }

    fn design(&mut self) -> Verdict {
        let Some(message) = self.files.message(file::DESIGN)? else {
            return Err(Refusal::missing(
                file::DESIGN,
                "this is not the folder of a draw, or the monitor has not begun it",
            ));
        };
        parse_draw_id(&message.draw)?;
        let body = Value::Object(message.body.clone());
        let design = Design::read(&message.draw, &body)?;
        let hash = design_hash(&message.draw, &body)?;
        for (party, key) in self.trust.keys {
            match design.parties.get(party) {
                Some(named) if &named.key == key => {}
                Some(_) => {
                    return Err(Refusal::party(
                        party,
                        "the design names another key for this party than the one you trust: somebody stands in its place; do not go on",
                    ));
                }
                None => return Err(Refusal::party(party, "the design does not name this party")),
            }
        }
        let monitor = design.monitor().to_owned();
        let parties = design.parties.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
        let known = self.known();
        (known.draw, known.design_hash, known.design) = (message.draw.clone(), hash, Some(design));
        if self.signed(file::DESIGN, "design", &monitor)?.is_none() {
            return Err(Refusal::missing(file::DESIGN, "the monitor writes it first"));
        }
        Ok(Found::Holds(format!("{} between {parties}; d = {}", message.draw, hex::encode(hash))))
    }

    fn sequence(&mut self) -> Verdict {
        let design = self.the_design()?;
        let (series, seq) = parse_draw_id(&self.report.known.draw)?;
        let series = series.to_owned();
        let mut unseen = Vec::new();
        for earlier in &design.earlier {
            let id = format!("{series}/{}", earlier.seq);
            let Some(end) = self.end_of(&id) else {
                unseen.push(earlier.seq.to_string());
                continue;
            };
            let state = match end {
                Some((End::Done, hash)) => Some(("done", hash)),
                Some((End::Void(_), hash)) => Some(("void", hash)),
                None => None,
            };
            let Some((state, hash)) = state else {
                return Err(Refusal::message(
                    file::DESIGN,
                    format!(
                        "draw {id} is said to be {}, but its folder has not ended or does not hold",
                        earlier.state
                    ),
                ));
            };
            if state != earlier.state || hex::encode(hash) != earlier.message {
                return Err(Refusal::message(
                    file::DESIGN,
                    format!("draw {id} ended {state} by another message than the design says"),
                ));
            }
        }
        let voids = design.earlier.iter().filter(|earlier| earlier.state == "void").count();
        let mut detail =
            format!("draw {seq} of {series}; {} before it, {voids} of them void", design.earlier.len());
        if let Some(first) = &design.first_stage {
            match self.other_report(&first.draw).and_then(|report| report.known.sealed) {
                Some((root, _)) if hex::encode(root) == first.sealed_root => {
                    detail.push_str(", first stage fits")
                }
                Some(_) => {
                    return Err(Refusal::message(
                        file::DESIGN,
                        format!("the draw {} sealed another result than first_stage says", first.draw),
                    ));
                }
                None => unseen.push(first.draw.clone()),
            }
        }
        if unseen.is_empty() {
            Ok(Found::Holds(detail))
        } else {
            Ok(Found::NotYet(format!(
                "{detail}; not given here, so not looked at: {} (--earlier FOLDER)",
                unseen.join(", ")
            )))
        }
    }

    fn other_report(&self, id: &str) -> Option<Report> {
        let named = |other: &&Transcript| matches!(other.message(file::DESIGN), Ok(Some(design)) if design.draw == id);
        self.trust.others.iter().find(named).map(|other| verify(other, Trust { others: &[], ..self.trust }))
    }

    /// How another draw ended, if it was given here and holds.
    fn end_of(&self, id: &str) -> Option<Option<(End, [u8; 32])>> {
        self.other_report(id).map(|report| report.known.end.clone().filter(|_| report.passed()))
    }

    fn void(&mut self) -> Verdict {
        let monitor = self.the_design()?.monitor().to_owned();
        let Some(message) = self.signed(file::VOID, "void", &monitor)? else {
            return Ok(Found::Holds(String::new()));
        };
        let reason = message.text(file::VOID, "reason")?.to_owned();
        if self.files.files.contains_key(file::CLOSE) {
            return Err(Refusal::message(
                file::VOID,
                "the draw is void and closed as done at once: it can only be one",
            ));
        }
        self.known().end = Some((End::Void(reason.clone()), message.hash()?));
        Ok(Found::Holds(format!("the draw is void: {reason}. It keeps its place in the sequence")))
    }

    fn roster(&mut self) -> Verdict {
        let design = self.the_design()?;
        let Some(message) = self.signed(file::ROSTER, "roster", design.monitor())? else {
            return Ok(Found::NotYet(
                "waiting for the monitor to freeze the roster (deungdae draw roster)".into(),
            ));
        };
        let root = Hash(message.bytes(file::ROSTER, "root")?);
        let size = message.number(file::ROSTER, "size")?;
        message.bytes::<32>(file::ROSTER, "file_sha256")?;
        if size == 0 {
            return Err(Refusal::message(file::ROSTER, "the roster is empty"));
        }
        let employer = design.who(Role::Employer);
        if let Some(employer) = employer {
            if !message.signatures.contains_key(employer) {
                return Ok(Found::NotYet(format!(
                    "waiting for {employer} to countersign R and N (deungdae draw roster --countersign)"
                )));
            }
            self.must_sign(file::ROSTER, &message, employer)?;
        }
        self.known().roster = Some((root, size));
        let by = employer.map_or(
            "no employer signs it, so only slips and other lists show who is missing".to_owned(),
            |name| format!("signed by {name}"),
        );
        Ok(Found::Holds(format!("N = {size}, R = {root}, {by}")))
    }

    fn key(&mut self) -> Verdict {
        let design = self.the_design()?;
        let Some(message) = self.signed(file::KEY, "key", design.monitor())? else {
            return Ok(Found::NotYet(
                "waiting for the monitor's drawing key (deungdae draw roster makes it)".into(),
            ));
        };
        if message.text(file::KEY, "suite")? != design.suite {
            return Err(Refusal::message(file::KEY, "its suite is not the design's"));
        }
        let key = message.bytes(file::KEY, "key")?;
        if design.suite() == Suite::Ecvrf {
            design.suite().checker(&self.report.known.draw, &key, None)?;
        }
        self.known().key = Some((design.suite(), key));
        Ok(Found::Holds(format!("{} {}", design.suite, hex::encode(key))))
    }

    fn commitments(&mut self) -> Verdict {
        let design = self.the_design()?;
        let mut waiting = Vec::new();
        for party in design.contributors() {
            let name = commit_file(party);
            let Some(message) = self.signed(&name, "commit", party)? else {
                waiting.push(party.to_owned());
                continue;
            };
            let commitment = message.bytes(&name, "commitment")?;
            let known = self.known();
            if let Some((other, _)) = known.commitments.iter().find(|(_, c)| **c == commitment) {
                return Err(Refusal::message(
                    &name,
                    format!("it is the commitment of {other}, copied: {party} must make its own"),
                ));
            }
            known.commitments.insert(party.to_owned(), commitment);
        }
        if waiting.is_empty() {
            return Ok(Found::Holds(format!(
                "{} parties, each its own",
                self.report.known.commitments.len()
            )));
        }
        Ok(Found::NotYet(format!("waiting for {} (deungdae draw commit)", waiting.join(", "))))
    }

    fn announcement(&mut self) -> Verdict {
        let design = self.the_design()?;
        let name = file::ANNOUNCE;
        let Some(message) = self.signed(name, "announce", design.monitor())? else {
            return Ok(Found::NotYet("waiting for the monitor to announce (deungdae draw announce)".into()));
        };
        let announced = Announcement::read(name, &message)?;
        let known = &self.report.known;
        let differs = |what: &str, whose: &str| {
            Refusal::message(
                name,
                format!(
                    "its {what} is not the one in {whose}: it was changed after the parties saw it; do not sign, do not go on"
                ),
            )
        };
        if announced.design != known.design_hash {
            return Err(differs("design", file::DESIGN));
        }
        if known.roster != Some((Hash(announced.root), announced.size)) {
            return Err(differs("roster", file::ROSTER));
        }
        if known.key != Some((announced.suite, announced.key)) {
            return Err(differs("key", file::KEY));
        }
        if announced.commitments != known.commitments {
            return Err(differs("set of commitments", "commit-*.json"));
        }
        announced.check_source(&design)?;
        if message.at >= design.reveal_deadline {
            return Err(Refusal::message(
                name,
                "it was announced after its own reveal deadline: void the draw and begin another with a later deadline",
            ));
        }
        let an = announced.hash(&known.draw)?;
        if message.bytes::<32>(name, "announce")? != an {
            return Err(Refusal::message(
                name,
                "the hash it states does not follow from what it states: it was changed; do not sign, do not go on",
            ));
        }
        let mut waiting = Vec::new();
        for party in design.contributors() {
            if message.signatures.contains_key(party) {
                self.must_sign(name, &message, party)?;
            } else {
                waiting.push(party);
            }
        }
        if !waiting.is_empty() {
            return Ok(Found::NotYet(format!(
                "waiting for {} to cosign (deungdae draw announce --cosign); until then nothing is frozen",
                waiting.join(", ")
            )));
        }
        let source = match announced.source {
            Source::Round(chain, round) => format!("round {round} of {}", chain.name),
            Source::Dice => "dice after the reveals".into(),
        };
        self.known().announcement = Some((announced, an));
        Ok(Found::Holds(format!("cosigned by all; randomness from {source}; an = {}", hex::encode(an))))
    }

    fn reveals(&mut self) -> Verdict {
        let design = self.the_design()?;
        let (monitor, deadline) = (design.monitor(), design.reveal_deadline);
        let Some((announced, an)) = self.report.known.announcement.clone() else {
            return Ok(Found::Holds(String::new()));
        };
        let announced_at = self.at.get(file::ANNOUNCE).copied().unwrap_or_default();
        let monitors = self
            .signed(&reveal_file(monitor), "reveal", monitor)?
            .map(|message| message.hash())
            .transpose()?;
        self.known().monitor_reveal = monitors;
        let (mut late, mut missing) = (Vec::new(), Vec::new());
        for party in design.contributors() {
            let name = reveal_file(party);
            let Some(message) = self.signed(&name, "reveal", party)? else {
                missing.push(party);
                continue;
            };
            let random = message.bytes(&name, "random")?;
            if message.bytes::<32>(&name, "announce")? != an {
                return Err(Refusal::message(&name, "it belongs to another announcement"));
            }
            if announced.commitments.get(party)
                != Some(&ceremony::commitment(&self.report.known.draw, party, &random))
            {
                return Err(Refusal::message(
                    &name,
                    format!(
                        "{party} committed to another value than it opens: it counts as not revealed if it stays so; ask {party} for the value it committed to"
                    ),
                ));
            }
            if message.at < announced_at {
                return Err(Refusal::message(
                    &name,
                    format!(
                        "{party} revealed before the announcement, when nothing was frozen: void the draw"
                    ),
                ));
            }
            if party != monitor && monitors.map(hex::encode).as_deref() != Some(message.text(&name, "after")?)
            {
                return Err(Refusal::message(
                    &name,
                    format!(
                        "the monitor reveals first, and {party} does not refer to its reveal: the monitor may have waited to see; void the draw"
                    ),
                ));
            }
            if message.at > deadline {
                late.push(party);
            } else {
                self.known().reveals.insert(party.to_owned(), random);
            }
        }
        if missing.is_empty() && late.is_empty() {
            return Ok(Found::Holds("all opened what they had committed to, the monitor first".into()));
        }
        let named: Vec<&str> = missing.iter().chain(&late).copied().collect();
        let named = named.join(", ");
        let open = !self.files.files.contains_key(file::BEACON);
        if open && self.trust.now.is_some_and(|now| now <= deadline) {
            return Ok(Found::NotYet(format!(
                "waiting for {named} until the deadline (deungdae draw reveal)"
            )));
        }
        Ok(Found::Holds(format!(
            "{named} did not reveal in time and counts as the empty string (default rule, named here and in beacon.json); the others opened what they had committed to"
        )))
    }

    fn beacon(&mut self) -> Verdict {
        let design = self.the_design()?;
        let name = file::BEACON;
        let Some((announced, an)) = self.report.known.announcement.clone() else {
            return Ok(Found::Holds(String::new()));
        };
        let Some(message) = self.signed(name, "beacon", design.monitor())? else {
            return Ok(Found::NotYet("waiting for the public randomness (deungdae draw beacon)".into()));
        };
        if message.bytes::<32>(name, "announce")? != an {
            return Err(Refusal::message(name, "it belongs to another announcement"));
        }
        let bytes = |what: &str| {
            hex::decode(message.text(name, what)?)
                .map_err(|_| Refusal::message(name, format!("{what} is not hexadecimal")))
        };
        let beacon = Beacon {
            signature: bytes("signature")?,
            previous: bytes("previous_signature")?,
            dice: message.text(name, "dice")?.to_owned(),
        };
        beacon.check(announced.source)?;
        let reveals: BTreeMap<String, Option<[u8; 32]>> = design
            .contributors()
            .map(|party| (party.to_owned(), self.report.known.reveals.get(party).copied()))
            .collect();
        let expected = ceremony::beacon_body(&an, &reveals, &beacon);
        if message.body.get("reveals") != expected.get("reveals")
            || message.body.get("defaults") != expected.get("defaults")
        {
            return Err(Refusal::message(
                name,
                "it counts other reveals, or names other defaults, than the parties' own files show: the monitor dropped or added a value; do not accept the draw",
            ));
        }
        let seed = ceremony::seed(&an, &reveals, &beacon);
        if message.body != expected {
            return Err(Refusal::message(
                name,
                "the seed it states does not follow from announcement, reveals and beacon: do not accept the draw",
            ));
        }
        if announced.source == Source::Dice {
            let mut waiting = Vec::new();
            let revealed = |party: &&str| reveals.get(*party).is_some_and(Option::is_some);
            for party in design.contributors().filter(revealed) {
                if message.signatures.contains_key(party) {
                    self.must_sign(name, &message, party)?;
                } else {
                    waiting.push(party);
                }
            }
            if message.at <= design.reveal_deadline && self.report.known.reveals.len() < reveals.len() {
                return Err(Refusal::message(
                    name,
                    "the dice were thrown while somebody could still reveal: void the draw",
                ));
            }
            if !waiting.is_empty() {
                return Ok(Found::NotYet(format!(
                    "waiting for {} to sign the dice (deungdae draw beacon --cosign)",
                    waiting.join(", ")
                )));
            }
        }
        if let Source::Round(chain, round) = announced.source
            && chain.time(round).is_some_and(|time| message.at < time)
        {
            return Err(Refusal::message(
                name,
                "it is dated before its round was published: check the monitor's clock, then sign it again",
            ));
        }
        self.known().seed = Some(seed);
        Ok(Found::Holds(format!("S = {}", hex::encode(seed))))
    }

    fn other_files(&mut self) {
        let design = self.report.known.design.clone();
        let mut expected: Vec<String> = [
            file::DESIGN,
            file::ROSTER,
            file::KEY,
            file::ANNOUNCE,
            file::BEACON,
            file::SEALED,
            file::CALL_LIST,
            file::FIELD,
            file::AUDIT,
            file::CLOSE,
            file::VOID,
            file::KEY_RELEASE,
        ]
        .map(str::to_owned)
        .to_vec();
        for party in
            design.iter().flat_map(|design| design.contributors().map(str::to_owned).collect::<Vec<_>>())
        {
            expected.extend([commit_file(&party), reveal_file(&party)]);
        }
        let strange: Vec<&str> =
            self.files.files.keys().filter(|name| !expected.contains(name)).map(String::as_str).collect();
        if let Some(first) = strange.first() {
            self.report.add(
                "other files",
                first,
                Outcome::Unchecked,
                format!("{} are not messages of this draw and were not looked at", strange.join(", ")),
            );
        }
    }
}
