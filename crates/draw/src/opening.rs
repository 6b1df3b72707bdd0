//! What the monitor opens to the auditor, in a room: the whole roster and every proof. Never published.
//!
//! JSON lines: a heading, then one line for each unit in the roster's order.

use ledger::{Hash, json};
use serde_json::{Map, Value};

use crate::Refusal;
use crate::hash::from_hex;
use crate::message::object;
use crate::roster::{Leaves, MAX_RECORD, MAX_UNITS, Record, Roster, roster_leaf, salt};
use crate::select::Drawn;

/// One unit, opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenUnit {
    /// Its line of the roster.
    pub record: Record,
    /// Its salt.
    pub salt: [u8; 32],
    /// Its proof; empty in the suite `hmac-commit`.
    pub proof: Vec<u8>,
}

/// Everything, opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening {
    /// The draw.
    pub draw: String,
    /// The key of `hmac-commit`; none for `ecvrf`.
    pub key: Option<[u8; 32]>,
    /// The proof of the start, for a systematic scheme with a secret result.
    pub start: Option<Vec<u8>>,
    /// The units in the roster's order.
    pub units: Vec<OpenUnit>,
}

/// The heading: draw, key (hmac-commit), proof of the start.
pub fn heading(
    draw: &str,
    key: Option<&[u8; 32]>,
    start: Option<&[u8]>,
    units: u64,
) -> Result<String, Refusal> {
    let mut heading = object([("draw", draw.into()), ("kind", "opening".into()), ("units", units.into())]);
    if let Some(key) = key {
        heading.insert("key".into(), hex::encode(key).into());
    }
    if let Some(start) = start {
        heading.insert("start".into(), hex::encode(start).into());
    }
    line(heading)
}

/// The lines of a roster, one for each unit, without holding all of them.
pub fn lines<'a>(
    draw: &'a str,
    salt_key: &'a [u8; 32],
    roster: &'a Roster,
    drawn: &'a [Drawn],
) -> impl Iterator<Item = Result<String, Refusal>> + 'a {
    roster.units.iter().zip(drawn).map(move |(unit, drawn)| {
        let record: Value = serde_json::from_str(&unit.record)
            .map_err(|error| Refusal::Opened(format!("number {}: {error}", unit.number)))?;
        line(object([
            ("proof", hex::encode(&drawn.proof).into()),
            ("record", record),
            ("salt", hex::encode(salt(salt_key, draw, &unit.number)).into()),
        ]))
    })
}

fn line(object: Map<String, Value>) -> Result<String, Refusal> {
    let text = json::canonical(&object.into()).map_err(|error| Refusal::Opened(error.to_string()))?;
    Ok(text + "\n")
}

impl Opening {
    /// Reads the lines of the file; each error names its line.
    pub fn read<'a>(lines: impl IntoIterator<Item = &'a [u8]>) -> Result<Self, Refusal> {
        let mut lines = lines.into_iter();
        let refused = |at: usize| {
            Refusal::Opened(format!("line {at} is not of the right form: ask the monitor for the file again"))
        };
        let head = lines.next().ok_or_else(|| refused(1))?;
        let head = json::parse_canonical(head).map_err(|_| refused(1))?;
        let text = |name: &str| head.get(name).and_then(Value::as_str);
        let count = head.get("units").and_then(Value::as_u64).ok_or_else(|| refused(1))?;
        let draw = text("draw").ok_or_else(|| refused(1))?.to_owned();
        let key = text("key").map(|key| from_hex(key).ok_or_else(|| refused(1))).transpose()?;
        let start = text("start").map(|start| hex::decode(start).map_err(|_| refused(1))).transpose()?;
        let mut units = Vec::new();
        for (at, bytes) in (2..).zip(lines) {
            if units.len() == MAX_UNITS || bytes.len() > MAX_RECORD + 1000 {
                return Err(refused(at));
            }
            let Ok(Value::Object(mut unit)) = json::parse_canonical(bytes) else { return Err(refused(at)) };
            let Some(Value::Object(record)) = unit.remove("record") else { return Err(refused(at)) };
            let text = |name: &str| unit.get(name).and_then(Value::as_str).ok_or_else(|| refused(at));
            let salt = from_hex(text("salt")?).ok_or_else(|| refused(at))?;
            let proof = hex::decode(text("proof")?).map_err(|_| refused(at))?;
            units.push(OpenUnit { record, salt, proof });
        }
        if units.len() as u64 != count {
            return Err(Refusal::Opened(format!(
                "it speaks of {count} units and holds {}: it was cut, ask the monitor for the file again",
                units.len()
            )));
        }
        Ok(Self { draw, key, start, units })
    }

    /// The leaves of the roster as opened, with the salts that were opened.
    pub fn leaves(&self) -> Result<Leaves, Refusal> {
        let mut leaves: Vec<Hash> = Vec::with_capacity(self.units.len());
        for (i, unit) in (0..).zip(&self.units) {
            let record = json::canonical(&unit.record.clone().into())
                .map_err(|error| Refusal::Opened(format!("unit {i}: {error}")))?;
            leaves.push(roster_leaf(&self.draw, i, &unit.salt, &record));
        }
        Ok(Leaves::of(leaves.into_iter()))
    }
}
