//! A draw played in memory by all its parties, with everything that a test may want to bend.

use std::collections::BTreeMap;

use draw::audit::OpenedField;
use draw::ceremony::{Beacon, Source};
use draw::field::{Attempt, CallList, Why};
use draw::opening::{self, Opening};
use draw::select::{Drawn, draw_all, start_ticket};
use draw::{
    CHAINS, Known, Leaves, Message, PartyKey, Record, Refusal, Report, Roster, Selection, Transcript, Trust,
    acts, verify,
};
use serde_json::{Value, json};

pub const DRAW: &str = "site-0007/2026-w48/1";
/// Round 123 of quicknet, the one real round of it in the vectors, was published then.
pub const ROUND_TIME: u64 = 1_692_803_367 + 122 * 3;
pub const DEADLINE: u64 = ROUND_TIME - 3600;
pub const START: u64 = DEADLINE - 86_400;
pub const SIGNATURE: &str =
    "b75c69d0b72a5d906e854e808ba7e2accb1542ac355ae486d591aa9d43765482e26cd02df835d3546d23c4b13e0dfc92";
pub const PARTIES: [(&str, &str); 5] = [
    ("auditor", "auditor"),
    ("authority-a", "authority"),
    ("authority-b", "authority"),
    ("employer", "employer"),
    ("monitor", "monitor"),
];

/// Bytes that stand for fresh randomness, different for each name and story.
pub fn bytes(story: u64, name: &str) -> [u8; 32] {
    draw::h("test", &[&story.to_be_bytes(), name.as_bytes()])
}

pub fn key(story: u64, party: &str) -> PartyKey {
    PartyKey::from_seed(&bytes(story, &format!("signing key of {party}")))
}

/// A design that a test changes as it likes.
pub fn design(story: u64) -> Value {
    let parties: BTreeMap<&str, Value> = PARTIES
        .iter()
        .map(|(name, role)| (*name, json!({"role": role, "key": key(story, name).public()})))
        .collect();
    json!({
        "parties": parties,
        "frame": "employer's roster of 1 November, union of payroll and gate list",
        "stage": "worker",
        "scheme": "stratified-srs",
        "suite": "ecvrf",
        "n": 8, "reserve": 4, "min_per_stratum": 2,
        "number": "no", "strata": ["sex"],
        "replacement": "next in reserve of the same stratum",
        "dispositions": {"interviewed": "done", "refused": "replace", "absent": "again", "left": "replace", "no-such-person": "replace"},
        "k_max": 3,
        "reveal_deadline": DEADLINE,
    })
}

pub fn worker(n: usize) -> Record {
    let value = json!({
        "no": format!("W{n:05}"),
        "sex": if n.is_multiple_of(4) { "M" } else { "F" },
        "unit": if n.is_multiple_of(3) { "sewing" } else { "cutting" },
        "size": 1 + n * 7 % 23,
    });
    match value {
        Value::Object(record) => record,
        _ => unreachable!(),
    }
}

pub fn roster(count: usize) -> Vec<Record> {
    (1..=count).map(worker).collect()
}

/// A played draw: the public folder and what the monitor keeps.
pub struct Played {
    pub story: u64,
    pub draw: String,
    pub files: Transcript,
    pub roster: Roster,
    pub leaves: Leaves,
    pub drawn: Vec<Drawn>,
    pub start: Option<Vec<u8>>,
    pub selection: Option<Selection>,
    pub call_list: Option<CallList>,
    pub attempts: Vec<Attempt>,
    pub dice: bool,
}

impl Played {
    /// Step 1 to 4: design, roster, key, commitments.
    pub fn begin(story: u64, draw: &str, design: Value, records: Vec<Record>) -> Result<Self, Refusal> {
        let Value::Object(body) = design else { panic!("a design is an object") };
        let mut files = Transcript::default();
        let (name, mut message) = acts::design(draw, body, START)?;
        let monitor = message.party.clone();
        message.sign(&monitor, &key(story, &monitor))?;
        files.put(&name, &message)?;
        let known = verify(&files, Trust::default()).known;
        let design = known.design.clone().expect("the design was just written");
        let lines = (2..).zip(records).map(|(row, record)| Ok((row, record)));
        let roster = Roster::freeze(&design, lines)?;
        let leaves = roster.commit(draw, &bytes(story, "salt key"));
        let mut played = Self {
            story,
            draw: draw.to_owned(),
            files,
            roster,
            leaves,
            drawn: Vec::new(),
            start: None,
            selection: None,
            call_list: None,
            attempts: Vec::new(),
            dice: false,
        };
        let (root, size) = (played.leaves.root(), played.leaves.size());
        played.act(
            acts::roster(&played.known(), &root, size, &[1; 32], START + 10),
            &["monitor", "employer"],
        )?;
        played.act(acts::key(&played.known(), &bytes(story, "drawing key"), START + 20), &["monitor"])?;
        for party in ["authority-a", "authority-b", "monitor"] {
            played.act(acts::commit(&played.known(), party, &bytes(story, party), START + 30), &[party])?;
        }
        Ok(played)
    }

    pub fn report(&self) -> Report {
        verify(&self.files, Trust::default())
    }

    pub fn known(&self) -> Known {
        self.report().known
    }

    /// Signs a message by all who are named and puts it into the folder.
    pub fn act(&mut self, act: acts::Act, signers: &[&str]) -> Result<(), Refusal> {
        let (name, mut message) = act?;
        for signer in signers {
            message.sign(signer, &key(self.story, signer))?;
        }
        self.files.put(&name, &message)
    }

    /// A message as it lies there.
    pub fn message(&self, file: &str) -> Message {
        self.files.message(file).expect("it can be read").unwrap_or_else(|| panic!("{file} is there"))
    }

    /// Changes a message and has it signed again by those who had signed it.
    pub fn rewrite(&mut self, file: &str, change: impl FnOnce(&mut Message)) {
        let mut message = self.message(file);
        let signers: Vec<String> = message.signatures.keys().cloned().collect();
        change(&mut message);
        for signer in signers {
            message.sign(&signer, &key(self.story, &signer)).expect("it can be signed");
        }
        self.files.put(file, &message).expect("it can be written");
    }

    /// Step 5.
    pub fn announce(&mut self) -> Result<(), Refusal> {
        let source = if self.dice { Source::Dice } else { Source::Round(&CHAINS[0], 123) };
        self.act(
            acts::announce(&self.known(), source, START + 40),
            &["authority-a", "authority-b", "monitor"],
        )
    }

    /// Step 6, by these parties.
    pub fn reveal(&mut self, parties: &[&str]) -> Result<(), Refusal> {
        for party in parties {
            let random = bytes(self.story, party);
            self.act(acts::reveal(&self.known(), party, &random, DEADLINE - 100), &[party])?;
        }
        Ok(())
    }

    /// Step 7.
    pub fn beacon(&mut self) -> Result<(), Refusal> {
        let beacon = if self.dice {
            Beacon { dice: "93046158220417735996".into(), ..Beacon::default() }
        } else {
            Beacon { signature: hex::decode(SIGNATURE).unwrap(), ..Beacon::default() }
        };
        let signers: &[&str] =
            if self.dice { &["authority-a", "authority-b", "monitor"] } else { &["monitor"] };
        self.act(acts::beacon(&self.known(), &beacon, ROUND_TIME + 60), signers)
    }

    /// Step 8 and 9, with the monitor's real key.
    pub fn select(&mut self) -> Result<(), Refusal> {
        let known = self.known();
        let (design, seed) = (known.design.clone().unwrap(), known.seed.expect("there is a seed"));
        let drawer = design.suite().secret(&self.draw, &bytes(self.story, "drawing key"))?;
        self.drawn = draw_all(&self.roster, &self.leaves, &seed, &*drawer, draw::Work::quiet(2))?;
        let betas: Vec<_> = self.drawn.iter().map(|drawn| drawn.beta).collect();
        let (start, proof) = drawer.draw(&start_ticket(&seed, &design.stage))?;
        self.start = Some(proof);
        self.selection = Some(draw::select(&design, &self.roster, &seed, &betas, Some(&start))?);
        Ok(())
    }

    /// Step 10.
    pub fn seal(&mut self) -> Result<(), Refusal> {
        let selection = self.selection.clone().expect("it was selected");
        self.act(acts::seal(&self.known(), &selection, ROUND_TIME + 120), &["monitor"])?;
        let others = [("V-101".to_owned(), Why::Cover), ("V-102".to_owned(), Why::Referred)];
        let design = self.known().design.unwrap();
        let others = if design.k_max >= 2 { &others[..] } else { &[] };
        let list = CallList::new(&design, &self.roster, &selection, others, bytes(self.story, "call list"))?;
        self.act(acts::call_list(&self.known(), &list, ROUND_TIME + 130), &["monitor"])?;
        self.call_list = Some(list);
        Ok(())
    }

    /// One attempt of step 11.
    pub fn attempt(&mut self, stratum: &str, rank: u64, code: &str) {
        let seq = self.attempts.len() as u64;
        self.attempts.push(Attempt {
            at: ROUND_TIME + 1000 + seq,
            stratum: stratum.into(),
            rank,
            code: code.into(),
            salt: bytes(self.story, &format!("attempt {seq}")),
        });
    }

    /// Step 11: everybody selected is interviewed, unless the test has said otherwise.
    pub fn field(&mut self) -> Result<(), Refusal> {
        if self.attempts.is_empty() {
            let strata = self.selection.clone().expect("it was selected").strata;
            for stratum in &strata {
                for rank in 0..stratum.n {
                    self.attempt(&stratum.name, rank, "interviewed");
                }
            }
        }
        self.act(acts::field(&self.known(), &self.attempts, ROUND_TIME + 90_000), &["monitor"])
    }

    pub fn opened_field(&self) -> OpenedField {
        OpenedField {
            call_list: self.call_list.clone().expect("there is one"),
            attempts: self.attempts.clone(),
        }
    }

    /// What is opened to the auditor, through the text of its file.
    pub fn opening(&self) -> Opening {
        Opening::read(self.opening_text().lines().map(str::as_bytes)).expect("it can be read")
    }

    pub fn opening_text(&self) -> String {
        let design = self.known().design.expect("there is a design");
        let drawing_key = bytes(self.story, "drawing key");
        let key = (design.suite == "hmac-commit").then_some(&drawing_key);
        let mut text =
            opening::heading(&self.draw, key, self.start.as_deref(), self.roster.len()).expect("a heading");
        let salt_key = bytes(self.story, "salt key");
        for line in opening::lines(&self.draw, &salt_key, &self.roster, &self.drawn) {
            text.push_str(&line.expect("a line"));
        }
        text
    }

    pub fn audit_report(&self) -> Report {
        draw::audit(
            &self.files,
            Trust::default(),
            &self.opening(),
            &self.opened_field(),
            draw::Work::quiet(2),
        )
        .0
    }

    /// Step 12 and 13.
    pub fn finish(&mut self) -> Result<(), Refusal> {
        let report = self.audit_report();
        assert!(report.passed(), "{report}");
        let covers = self.call_list.as_ref().map_or(0, |list| list.called.len() as u64);
        self.act(acts::audit(&self.known(), &self.attempts, covers, ROUND_TIME + 100_000), &["auditor"])?;
        self.act(acts::close(&self.known(), ROUND_TIME + 110_000), &["monitor"])
    }

    /// All of it, honestly.
    pub fn whole(story: u64, draw: &str, design: Value, records: Vec<Record>) -> Self {
        let mut played = Self::begin(story, draw, design, records).unwrap();
        played.after_commitments();
        played
    }

    pub fn after_commitments(&mut self) {
        self.until_seed();
        self.select().unwrap();
        self.seal().unwrap();
        self.field().unwrap();
        self.finish().unwrap();
    }

    pub fn until_seed(&mut self) {
        self.announce().unwrap();
        self.reveal(&["monitor", "authority-a", "authority-b"]).unwrap();
        self.beacon().unwrap();
    }
}

/// The first lie of a report: its file and its sentence.
pub fn lie(report: &Report) -> (String, String) {
    let step = report.first_lie().unwrap_or_else(|| panic!("no lie was found:\n{report}"));
    (step.file.clone(), step.detail.clone())
}
