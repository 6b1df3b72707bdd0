//! What is fixed before anything is random: who takes part, what is drawn, how, and until when.

use std::collections::BTreeMap;

use ledger::json;
use serde::Deserialize;
use serde_json::Value;

use crate::hash::{from_hex, h};
use crate::{Fraction, Refusal, Suite};

/// What a party of the design is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Draws, keeps the roster and the key; contributes randomness. Exactly one.
    Monitor,
    /// Contributes randomness and cosigns the announcement. At least one.
    Authority,
    /// Hands over the roster and signs for it. At most one.
    Employer,
    /// Is shown everything and signs that it is true. Exactly one.
    Auditor,
}

/// A party, by its role and public key.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Party {
    /// What it is there for.
    pub role: Role,
    /// Its Ed25519 public key, 64 hexadecimal digits.
    pub key: String,
}

/// How units are selected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scheme {
    /// The n lowest tickets.
    Srs,
    /// The n_h lowest tickets of each stratum.
    StratifiedSrs,
    /// With probability proportional to size, systematic in ticket order.
    PpsSystematic,
    /// Every k-th in the order of the numbers, from a drawn start: queues, beds, doors.
    Systematic,
}

/// Whether a stage's result may be known at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ResultIs {
    /// Persons: the start of a systematic draw comes from the monitor's key too.
    #[default]
    Secret,
    /// Establishments, villages: the start comes from the public seed.
    Public,
}

/// How a stratum's number is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Allocation {
    /// In proportion to size, by largest remainder.
    #[default]
    Proportional,
}

/// Whether an attempt ends a unit's turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ends {
    /// The next reserve may be opened.
    Replace,
    /// The unit is done and counts; nobody replaces it.
    Done,
    /// It is tried again.
    Again,
}

/// An earlier draw of the same site and period.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Earlier {
    /// Its place in the sequence.
    pub seq: u64,
    /// `done` or `void`.
    pub state: String,
    /// The hash of the message that ended it ([`crate::Message::hash`]), 64 hexadecimal digits.
    pub message: String,
}

/// The stage that drew the site in which this draw takes place.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FirstStage {
    /// The id of that draw.
    pub draw: String,
    /// Its sealed root, 64 hexadecimal digits.
    pub sealed_root: String,
    /// The probability with which this site was drawn, `24/331`.
    pub probability: String,
}

/// `design.json`. The public id of the draw stands in the message around it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Design {
    /// Who takes part.
    pub parties: BTreeMap<String, Party>,
    /// Where the list comes from, in words.
    pub frame: String,
    /// What is drawn here: `establishment`, `worker`, …
    pub stage: String,
    /// Whether the result of this stage is public.
    #[serde(default)]
    pub result: ResultIs,
    /// How units are selected.
    pub scheme: Scheme,
    /// Which suite turns tickets into numbers.
    pub suite: String,
    /// How many; for `systematic` the interval says it, and n is left out.
    #[serde(default)]
    pub n: u64,
    /// How many in reserve, over all strata.
    #[serde(default)]
    pub reserve: u64,
    /// At least so many from each stratum.
    #[serde(default)]
    pub min_per_stratum: u64,
    /// How strata get their numbers.
    #[serde(default)]
    pub allocation: Allocation,
    /// The column that holds the worker's number, unique in the roster.
    #[serde(default = "usual_number")]
    pub number: String,
    /// The columns whose values make the strata.
    #[serde(default)]
    pub strata: Vec<String>,
    /// The column that holds the size, for `pps-systematic`.
    #[serde(default)]
    pub size: Option<String>,
    /// The interval k, for `systematic`.
    #[serde(default)]
    pub every: u64,
    /// What replaces whom, in words.
    pub replacement: String,
    /// Every code that an attempt may get, and whether it ends the unit's turn.
    pub dispositions: BTreeMap<String, Ends>,
    /// At most so many purposive and referred persons on the call list.
    #[serde(default)]
    pub k_max: u64,
    /// Until when parties reveal, in Unix seconds.
    pub reveal_deadline: u64,
    /// When the key of an `hmac-commit` draw may be published, in Unix seconds; 0 is never.
    #[serde(default)]
    pub embargo: u64,
    /// All earlier draws of this site and period, without a gap.
    #[serde(default)]
    pub earlier: Vec<Earlier>,
    /// The draw that chose this site, for a later stage.
    #[serde(default)]
    pub first_stage: Option<FirstStage>,
    /// Anything else that is to be fixed now, such as the hash of the disclosure policy.
    #[serde(default)]
    pub notes: BTreeMap<String, String>,
}

fn usual_number() -> String {
    "no".into()
}

/// d = H("design", draw_id, jcs(design)), over the text as it was written, known fields or not.
pub fn design_hash(draw: &str, design: &Value) -> Result<[u8; 32], Refusal> {
    let text = json::canonical(design).map_err(|error| Refusal::Design(error.to_string()))?;
    Ok(h("design", &[draw.as_bytes(), text.as_bytes()]))
}

/// site / period / seq: its parts.
pub fn parse_draw_id(draw: &str) -> Result<(&str, u64), Refusal> {
    let refused = || {
        Refusal::Design(format!(
            "“{draw}” is no id of a draw: write site/period/number, such as site-0007/2026-w48/1, in a-z, 0-9, . and -"
        ))
    };
    let plain = |part: &str| {
        !part.is_empty()
            && part.len() <= 64
            && !part.starts_with('.')
            && part.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.'))
    };
    let (series, seq) = draw.rsplit_once('/').ok_or_else(refused)?;
    let parts: Vec<&str> = series.split('/').collect();
    let number: u64 = seq.parse().map_err(|_| refused())?;
    if parts.len() != 2 || !parts.iter().all(|part| plain(part)) || number == 0 || number.to_string() != seq {
        return Err(refused());
    }
    Ok((series, number))
}

impl Design {
    /// Reads and checks a design.
    pub fn read(draw: &str, design: &Value) -> Result<Self, Refusal> {
        design_hash(draw, design)?;
        let read: Self = serde_json::from_value(design.clone()).map_err(|error| {
            Refusal::Design(format!("{error}; `deungdae draw design --help` shows a whole design"))
        })?;
        read.check(draw)?;
        Ok(read)
    }

    fn check(&self, draw: &str) -> Result<(), Refusal> {
        let refuse = |text: String| Err(Refusal::Design(text));
        let (_, seq) = parse_draw_id(draw)?;
        let count = |role| self.parties.values().filter(|party| party.role == role).count();
        if count(Role::Monitor) != 1 || count(Role::Auditor) != 1 || count(Role::Authority) < 1 {
            return refuse(
                "name exactly one monitor, exactly one auditor and at least one authority under parties"
                    .into(),
            );
        }
        if count(Role::Employer) > 1 {
            return refuse(
                "more than one employer: a roster has one who signs for it; make a draw for each".into(),
            );
        }
        for (name, party) in &self.parties {
            if !is_party_name(name) {
                return refuse(format!("“{name}” is no name of a party: use a-z, 0-9 and -, a letter first"));
            }
            if from_hex::<32>(&party.key).is_none() {
                return refuse(format!(
                    "the key of {name} is not 64 hexadecimal digits: copy what `deungdae draw key` printed"
                ));
            }
        }
        let mut keys: Vec<&str> = self.parties.values().map(|party| &*party.key).collect();
        keys.sort_unstable();
        if keys.windows(2).any(|two| two.first() == two.last()) {
            return refuse(
                "two parties have the same key: each makes its own with `deungdae draw key`".into(),
            );
        }
        if Suite::parse(&self.suite).is_none() {
            return refuse(format!("suite “{}” is unknown: write ecvrf or hmac-commit", self.suite));
        }
        match self.scheme {
            Scheme::Srs | Scheme::PpsSystematic | Scheme::Systematic if !self.strata.is_empty() => {
                return refuse(
                    "strata are only for the scheme stratified-srs: take them out or change the scheme"
                        .into(),
                );
            }
            Scheme::StratifiedSrs if self.strata.is_empty() => {
                return refuse("stratified-srs needs strata: name the columns".into());
            }
            Scheme::PpsSystematic if self.size.is_none() => {
                return refuse(
                    "pps-systematic needs size: name the column with the whole number of, say, workers"
                        .into(),
                );
            }
            Scheme::Systematic if self.every == 0 => {
                return refuse("systematic needs every: the interval, such as 5 for every fifth".into());
            }
            _ => {}
        }
        if self.scheme != Scheme::Systematic && self.n == 0 {
            return refuse("n is 0: say how many are to be drawn".into());
        }
        if self.scheme == Scheme::Systematic && self.n != 0 {
            return refuse(
                "systematic draws every k-th, so n cannot be set: leave it out, or draw with srs".into(),
            );
        }
        if !self.dispositions.values().any(|ends| *ends == Ends::Done) {
            return refuse("no disposition code means done: give at least one, such as interviewed".into());
        }
        if !self.earlier.iter().map(|earlier| earlier.seq).eq(1..seq) {
            return refuse(format!(
                "draw {seq} of its sequence must list draws 1 to {} under earlier, each once and in order: a draw that was begun is ended with `deungdae draw close` or `deungdae draw void`, never dropped",
                seq - 1
            ));
        }
        for earlier in &self.earlier {
            if !matches!(&*earlier.state, "done" | "void") || from_hex::<32>(&earlier.message).is_none() {
                return refuse(format!(
                    "earlier draw {} must be done or void, with the hash of the message that ended it",
                    earlier.seq
                ));
            }
        }
        if let Some(first) = &self.first_stage {
            if Fraction::parse(&first.probability).is_none() || from_hex::<32>(&first.sealed_root).is_none() {
                return refuse("first_stage needs the sealed root of that draw and a probability in lowest terms, such as 24/331".into());
            }
            parse_draw_id(&first.draw)?;
        }
        Ok(())
    }

    /// The suite; `check` has seen that it is known.
    pub fn suite(&self) -> Suite {
        Suite::parse(&self.suite).unwrap_or(Suite::Ecvrf)
    }

    /// The party of a role, by name.
    pub fn who(&self, role: Role) -> Option<&str> {
        self.parties.iter().find(|(_, party)| party.role == role).map(|(name, _)| &**name)
    }

    /// The monitor's name.
    pub fn monitor(&self) -> &str {
        self.who(Role::Monitor).unwrap_or_default()
    }

    /// Who contributes randomness and cosigns the announcement: authorities and monitor, sorted by name.
    pub fn contributors(&self) -> impl Iterator<Item = &str> {
        let contributes = |party: &Party| matches!(party.role, Role::Authority | Role::Monitor);
        self.parties.iter().filter(move |(_, party)| contributes(party)).map(|(name, _)| &**name)
    }

    /// The public key of a party.
    pub fn key_of(&self, party: &str) -> Option<[u8; 32]> {
        from_hex(&self.parties.get(party)?.key)
    }
}

fn is_party_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.len() <= 40
        && name.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-'))
}
