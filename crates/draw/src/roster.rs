//! The frame: the list that is drawn from, frozen under one root.

use std::collections::BTreeMap;

use hmac::{Hmac, KeyInit, Mac};
use ledger::{Hash, Tree, json, leaf_hash};
use serde_json::{Map, Value};
use sha2::Sha256;

use crate::Refusal;
use crate::design::{Design, Scheme};
use crate::hash::{PROTOCOL, h};

/// Most units of one roster. A site has thousands, a whole zone tens of thousands; a million lines of ordinary length
/// take about 400 MiB to freeze.
pub const MAX_UNITS: usize = 1_000_000;
/// Most bytes of one record's canonical text.
pub const MAX_RECORD: usize = 4096;
/// Most bytes of all records together.
pub const MAX_ROSTER: usize = 256 << 20;
/// The stratum of a draw without strata.
pub const ALL: &str = "all";

/// One line of the roster: column and value, texts and whole numbers.
pub type Record = Map<String, Value>;

/// A unit as it was frozen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    /// The worker's (site's, bed's) number.
    pub number: String,
    /// The record's canonical JSON.
    pub record: String,
    /// The name of its stratum.
    pub stratum: u32,
    /// Its size; 1 where the design has none.
    pub size: u64,
}

/// A frozen list: sorted by number, each once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Roster {
    /// The units in order; the position is the unit's `i`.
    pub units: Vec<Unit>,
    /// The strata's names, sorted.
    pub strata: Vec<String>,
}

impl Roster {
    /// Sorts and checks the lines of a roster; each comes with its row as a person counts.
    ///
    /// Stops at the first bad line and says which; stops at the limit without reading on.
    pub fn freeze(
        design: &Design,
        records: impl IntoIterator<Item = Result<(u64, Record), Refusal>>,
    ) -> Result<Self, Refusal> {
        let mut bytes = 0;
        let mut rows: Vec<(Unit, u64)> = Vec::new();
        let mut names: BTreeMap<String, u32> = BTreeMap::new();
        for line in records {
            let (row, record) = line?;
            if rows.len() == MAX_UNITS {
                return Err(Refusal::Frame(format!(
                    "more than {MAX_UNITS} lines: draw establishments or villages first and make a draw for each, or split the list"
                )));
            }
            let (mut unit, stratum) = read_unit(design, row, &record)?;
            let next = u32::try_from(names.len()).unwrap_or(u32::MAX);
            unit.stratum = *names.entry(stratum).or_insert(next);
            bytes += unit.record.len();
            if bytes > MAX_ROSTER {
                return Err(Refusal::Frame(format!(
                    "more than {} MiB: leave only the columns that the draw and the identity check need",
                    MAX_ROSTER >> 20
                )));
            }
            rows.push((unit, row));
        }
        if rows.is_empty() {
            return Err(Refusal::Frame(
                "it has no lines: ask the employer for the list of everyone who works there".into(),
            ));
        }
        rows.sort_by(|(a, _), (b, _)| a.number.cmp(&b.number));
        for pair in rows.windows(2) {
            if let [(a, first), (b, second)] = pair
                && a.number == b.number
            {
                let (first, second) = (first.min(second), first.max(second));
                return Err(Refusal::Roster {
                    row: *second,
                    problem: format!(
                        "number “{}” stands in row {first} already: find out whether that is one person or two, and correct the list",
                        a.number
                    ),
                });
            }
        }
        // Strata were numbered as they came; now by name.
        let strata: Vec<String> = names.keys().cloned().collect();
        let mut renumbered = vec![0_u32; strata.len()];
        for (new, old) in names.values().enumerate() {
            if let Some(place) = renumbered.get_mut(*old as usize) {
                *place = u32::try_from(new).unwrap_or(u32::MAX);
            }
        }
        let units = rows
            .into_iter()
            .map(|(unit, _)| {
                let stratum = renumbered.get(unit.stratum as usize).copied().unwrap_or_default();
                Unit { stratum, ..unit }
            })
            .collect();
        Ok(Self { units, strata })
    }

    /// N.
    pub fn len(&self) -> u64 {
        self.units.len() as u64
    }

    /// Never; a frozen roster has units.
    pub fn is_empty(&self) -> bool {
        self.units.is_empty()
    }

    /// The name of a unit's stratum.
    pub fn stratum(&self, unit: &Unit) -> &str {
        self.strata.get(unit.stratum as usize).map_or(ALL, |name| name)
    }

    /// The leaves and their tree, under the monitor's salt key.
    pub fn commit(&self, draw: &str, salt_key: &[u8; 32]) -> Leaves {
        let leaf = |(i, unit): (usize, &Unit)| {
            roster_leaf(draw, i as u64, &salt(salt_key, draw, &unit.number), &unit.record)
        };
        Leaves::of(self.units.iter().enumerate().map(leaf))
    }
}

fn read_unit(design: &Design, row: u64, record: &Record) -> Result<(Unit, String), Refusal> {
    let refuse = |problem: String| Refusal::Roster { row, problem };
    let text = |column: &str| -> Result<String, Refusal> {
        match record.get(column) {
            Some(Value::String(text)) if text.trim() == text && !text.is_empty() => Ok(text.clone()),
            Some(Value::Number(number)) if number.is_u64() => Ok(number.to_string()),
            Some(Value::String(_)) => {
                Err(refuse(format!("“{column}” is empty or has spaces around it: fill it in")))
            }
            Some(_) => {
                Err(refuse(format!("“{column}” is neither text nor a whole number: write it as text")))
            }
            None => Err(refuse(format!("there is no “{column}”, which the design needs: add the column"))),
        }
    };
    let number = text(&design.number)?;
    if number.len() > 100 || number.chars().any(char::is_control) {
        return Err(refuse(
            "the number is longer than 100 bytes or holds control characters: correct it".into(),
        ));
    }
    let record_text =
        json::canonical(&Value::Object(record.clone())).map_err(|error| refuse(error.to_string()))?;
    if record_text.len() > MAX_RECORD {
        return Err(refuse(format!(
            "{} bytes are more than {MAX_RECORD}: leave only the columns that are needed",
            record_text.len()
        )));
    }
    let mut stratum = Vec::new();
    for column in &design.strata {
        let value = text(column)?;
        if value.contains('/') || value.chars().any(char::is_control) {
            return Err(refuse(format!(
                "“{column}” holds “/” or a control character, which no stratum may: write it otherwise"
            )));
        }
        stratum.push(value);
    }
    let stratum = if stratum.is_empty() { ALL.to_owned() } else { stratum.join("/") };
    let size = match &design.size {
        Some(column) if design.scheme == Scheme::PpsSystematic => {
            text(column)?.parse().ok().filter(|size| (1..=json::MAX_NUMBER).contains(size)).ok_or_else(
                || refuse(format!("“{column}” must be a whole number of at least 1: ask for the count")),
            )?
        }
        _ => 1,
    };
    Ok((Unit { number, record: record_text, stratum: 0, size }, stratum))
}

/// salt = HMAC-SHA-256(K_salt, "deungdae-draw/v1" ‖ 0 ‖ "roster-salt" ‖ 0 ‖ draw_id ‖ 0 ‖ number). Neither a draw's id
/// nor a number holds a zero byte, so the parts cannot slide.
pub fn salt(salt_key: &[u8; 32], draw: &str, number: &str) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(salt_key).expect("HMAC takes keys of any length");
    for part in [PROTOCOL, "\0roster-salt\0", draw, "\0", number] {
        mac.update(part.as_bytes());
    }
    mac.finalize().into_bytes().into()
}

/// leaf_i: the RFC 6962 leaf of H("roster-leaf", draw_id, u64 i, salt_i, jcs(record_i)).
pub fn roster_leaf(draw: &str, i: u64, salt: &[u8; 32], record: &str) -> Hash {
    leaf_hash(&h("roster-leaf", &[draw.as_bytes(), &i.to_be_bytes(), salt, record.as_bytes()]))
}

/// A whole tree, kept so that paths can be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaves {
    tree: Tree,
    levels: Vec<Vec<Hash>>,
}

impl Leaves {
    /// Builds the tree over leaf hashes.
    pub fn of(leaves: impl Iterator<Item = Hash>) -> Self {
        let (mut tree, mut levels) = (Tree::new(), Vec::<Vec<Hash>>::new());
        for leaf in leaves {
            for node in tree.append(leaf) {
                if levels.len() == usize::from(node.level) {
                    levels.push(Vec::new());
                }
                if let Some(level) = levels.get_mut(usize::from(node.level)) {
                    level.push(node.hash);
                }
            }
        }
        Self { tree, levels }
    }

    /// The root R.
    pub fn root(&self) -> Hash {
        self.tree.root()
    }

    /// The size N.
    pub fn size(&self) -> u64 {
        self.tree.size()
    }

    /// The leaf hashes in order.
    pub fn leaves(&self) -> &[Hash] {
        self.levels.first().map_or(&[], |level| level)
    }

    /// The path from leaf `i` to the root.
    pub fn path(&self, i: u64) -> Result<Vec<Hash>, ledger::ProofError> {
        ledger::inclusion_proof(i, self.size(), |level, index| {
            self.levels.get(usize::from(level))?.get(usize::try_from(index).ok()?).copied()
        })
    }
}
