//! Commitments, the announcement, the seed: what makes the randomness nobody's.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::Refusal;
use crate::beacon::{self, Chain};
use crate::design::Design;
use crate::hash::{from_hex, h};
use crate::message::{Message, object};
use crate::select::Selection;
use crate::suite::Suite;

/// c_P = H("commit", draw_id, P, r_P). The name inside stops one party from copying another's commitment.
pub fn commitment(draw: &str, party: &str, random: &[u8; 32]) -> [u8; 32] {
    h("commit", &[draw.as_bytes(), party.as_bytes(), random])
}

/// Where the public randomness will come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// A round of a pinned chain that lies in the future.
    Round(&'static Chain, u64),
    /// Dice, thrown in public after the reveals.
    Dice,
}

/// What is frozen at step 5.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Announcement {
    /// d.
    pub design: [u8; 32],
    /// R.
    pub root: [u8; 32],
    /// N.
    pub size: u64,
    /// Which suite.
    pub suite: Suite,
    /// pk_M or kc.
    pub key: [u8; 32],
    /// c_P by party.
    pub commitments: BTreeMap<String, [u8; 32]>,
    /// Chain and round, or dice.
    pub source: Source,
}

impl Announcement {
    /// an = H("announce", draw_id, d, R, u64 N, suite, pk_M | kc, (P, c_P) sorted.., chain_hash, u64 round); with dice,
    /// the chain's hash is empty and the round 0.
    pub fn hash(&self, draw: &str) -> Result<[u8; 32], Refusal> {
        let (chain, round) = match self.source {
            Source::Round(chain, round) => {
                let hash = from_hex::<32>(chain.hash);
                (hash.ok_or_else(|| Refusal::Beacon("the chain has no hash".into()))?.to_vec(), round)
            }
            Source::Dice => (Vec::new(), 0),
        };
        let (size, round) = (self.size.to_be_bytes(), round.to_be_bytes());
        let mut parts: Vec<&[u8]> =
            vec![draw.as_bytes(), &self.design, &self.root, &size, self.suite.name().as_bytes(), &self.key];
        for (party, commitment) in &self.commitments {
            parts.extend([party.as_bytes(), commitment]);
        }
        parts.extend([&*chain, &round]);
        Ok(h("announce", &parts))
    }

    /// The body of `announce.json`.
    pub fn body(&self, draw: &str) -> Result<Map<String, Value>, Refusal> {
        let (chain, round) = match self.source {
            Source::Round(chain, round) => (chain.hash, round),
            Source::Dice => ("", 0),
        };
        let commitments: Map<String, Value> =
            self.commitments.iter().map(|(party, c)| (party.clone(), hex::encode(c).into())).collect();
        Ok(object([
            ("announce", hex::encode(self.hash(draw)?).into()),
            ("chain_hash", chain.into()),
            ("commitments", commitments.into()),
            ("design", hex::encode(self.design).into()),
            ("key", hex::encode(self.key).into()),
            ("roster_root", hex::encode(self.root).into()),
            ("roster_size", self.size.into()),
            ("round", round.into()),
            ("suite", self.suite.name().into()),
        ]))
    }

    /// Reads `announce.json` without believing it.
    pub fn read(file: &str, message: &Message) -> Result<Self, Refusal> {
        let mut commitments = BTreeMap::new();
        for (party, value) in message.object(file, "commitments")? {
            let commitment = value.as_str().and_then(from_hex).ok_or_else(|| {
                Refusal::message(file, format!("the commitment of {party} is not 64 hexadecimal digits"))
            })?;
            commitments.insert(party.clone(), commitment);
        }
        let (chain, round) = (message.text(file, "chain_hash")?, message.number(file, "round")?);
        let source = match (chain, round) {
            ("", 0) => Source::Dice,
            (chain, round) => Source::Round(Chain::by_hash(chain)?, round),
        };
        let suite = message.text(file, "suite")?;
        let suite = Suite::parse(suite).ok_or_else(|| {
            Refusal::message(file, format!("suite “{suite}” is unknown: update the program"))
        })?;
        Ok(Self {
            design: message.bytes(file, "design")?,
            root: message.bytes(file, "roster_root")?,
            size: message.number(file, "roster_size")?,
            suite,
            key: message.bytes(file, "key")?,
            commitments,
            source,
        })
    }

    /// Refuses a source that is known before everybody has revealed.
    pub fn check_source(&self, design: &Design) -> Result<(), Refusal> {
        match self.source {
            Source::Round(chain, round) => chain.check_round(round, design.reveal_deadline),
            Source::Dice => Ok(()),
        }
    }
}

/// The public randomness as it came.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Beacon {
    /// drand's signature of the round; empty with dice.
    pub signature: Vec<u8>,
    /// The signature of the round before, for a chained chain; else empty.
    pub previous: Vec<u8>,
    /// The digits thrown; empty with drand.
    pub dice: String,
}

impl Beacon {
    /// Refuses what is not the announced source's.
    pub fn check(&self, source: Source) -> Result<(), Refusal> {
        match source {
            Source::Round(_, round) if !self.dice.is_empty() => Err(Refusal::Beacon(format!(
                "dice were thrown, but round {round} of drand was announced: wait for the round, or void the draw and begin another"
            ))),
            Source::Round(chain, round) => chain.check(round, &self.previous, &self.signature),
            Source::Dice if !self.signature.is_empty() => {
                Err(Refusal::Beacon("dice were announced, not drand: throw the dice in public".into()))
            }
            Source::Dice => beacon::check_dice(&self.dice),
        }
    }
}

/// S = H("seed", an, (P, r_P | "") sorted.., SHA256(signature), dice). A party that did not reveal contributes the empty
/// string; that biases nothing, because the beacon came later.
pub fn seed(an: &[u8; 32], reveals: &BTreeMap<String, Option<[u8; 32]>>, beacon: &Beacon) -> [u8; 32] {
    let mut parts: Vec<&[u8]> = vec![an];
    for (party, random) in reveals {
        parts.extend([party.as_bytes(), random.as_ref().map_or(&[][..], |random| random)]);
    }
    let randomness = beacon::randomness(&beacon.signature);
    parts.extend([&randomness, beacon.dice.as_bytes()]);
    h("seed", &parts)
}

/// The body of `beacon.json`: everything that the seed follows from.
pub fn beacon_body(
    an: &[u8; 32],
    reveals: &BTreeMap<String, Option<[u8; 32]>>,
    beacon: &Beacon,
) -> Map<String, Value> {
    let texts: Map<String, Value> = reveals
        .iter()
        .map(|(party, random)| (party.clone(), random.map(hex::encode).unwrap_or_default().into()))
        .collect();
    let defaults: Vec<Value> = reveals
        .iter()
        .filter(|(_, random)| random.is_none())
        .map(|(party, _)| party.as_str().into())
        .collect();
    object([
        ("announce", hex::encode(an).into()),
        ("defaults", defaults.into()),
        ("dice", beacon.dice.as_str().into()),
        ("previous_signature", hex::encode(&beacon.previous).into()),
        ("reveals", texts.into()),
        ("seed", hex::encode(seed(an, reveals, beacon)).into()),
        ("signature", hex::encode(&beacon.signature).into()),
    ])
}

/// The body of `sealed.json`: public from now on, and it says nothing about who.
pub fn sealed_body(
    an: &[u8; 32],
    seed: &[u8; 32],
    design: &Design,
    selection: &Selection,
) -> Result<Map<String, Value>, Refusal> {
    let mut strata = Map::new();
    for stratum in &selection.strata {
        let mut facts = object([
            ("n", stratum.n.into()),
            ("reserve", stratum.reserve.into()),
            ("size", (stratum.order.len() as u64).into()),
        ]);
        if let crate::select::Inclusion::Equal(fraction) = &stratum.inclusion {
            facts.insert("inclusion".into(), whole_inclusion(design, *fraction)?.to_string().into());
        }
        strata.insert(stratum.name.clone(), facts.into());
    }
    let sealed = selection.seal();
    Ok(object([
        ("announce", hex::encode(an).into()),
        ("sealed_root", sealed.root().hex().into()),
        ("seed", hex::encode(seed).into()),
        ("size", sealed.size().into()),
        ("strata", strata.into()),
    ]))
}

/// The probability over all stages: that of the first stage, if there was one, times this.
pub fn whole_inclusion(design: &Design, here: crate::Fraction) -> Result<crate::Fraction, Refusal> {
    match design.first_stage.as_ref().and_then(|first| crate::Fraction::parse(&first.probability)) {
        Some(first) => first.and(here),
        None => Ok(here),
    }
}
