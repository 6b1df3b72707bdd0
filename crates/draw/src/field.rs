//! What happens after the draw: who is called, and what became of every attempt.

use std::collections::{BTreeMap, BTreeSet};

use ledger::json;
use serde_json::{Map, Value};

use crate::Refusal;
use crate::design::{Design, Ends};
use crate::hash::h;
use crate::message::object;
use crate::roster::Roster;
use crate::select::Selection;

/// Why somebody is on the call list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// Selected by the draw.
    Drawn,
    /// A cover slot: called so that being called says nothing.
    Cover,
    /// Named by somebody, or asked to be heard.
    Referred,
}

impl Why {
    /// The word in the file.
    pub fn word(self) -> &'static str {
        match self {
            Why::Drawn => "drawn",
            Why::Cover => "cover",
            Why::Referred => "referred",
        }
    }

    /// Reads [`Why::word`].
    pub fn parse(word: &str) -> Option<Self> {
        [Why::Drawn, Why::Cover, Why::Referred].into_iter().find(|why| why.word() == word)
    }
}

/// The call list and the salt that hides it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallList {
    /// 32 fresh random bytes; they also shuffle.
    pub salt: [u8; 32],
    /// Number and reason, in the order of calling.
    pub called: Vec<(String, Why)>,
}

impl CallList {
    /// Puts the selected and the others in an order that tells nothing: by H("call-order", salt, number).
    pub fn new(
        design: &Design,
        roster: &Roster,
        selection: &Selection,
        others: &[(String, Why)],
        salt: [u8; 32],
    ) -> Result<Self, Refusal> {
        let drawn = numbers(roster, selection).into_iter().map(|number| (number, Why::Drawn));
        let mut called: Vec<(String, Why)> = drawn.chain(others.iter().cloned()).collect();
        called.sort_by_key(|(number, _)| h("call-order", &[&salt, number.as_bytes()]));
        let list = Self { salt, called };
        list.check(design, roster, selection)?;
        Ok(list)
    }

    /// H("call-list", draw_id, salt, jcs(list)).
    pub fn commitment(&self, draw: &str) -> Result<[u8; 32], Refusal> {
        let text = json::canonical(&self.list()).map_err(|error| Refusal::Opened(error.to_string()))?;
        Ok(h("call-list", &[draw.as_bytes(), &self.salt, text.as_bytes()]))
    }

    fn list(&self) -> Value {
        let line = |(number, why): &(String, Why)| {
            Value::Object(object([("number", number.as_str().into()), ("why", why.word().into())]))
        };
        self.called.iter().map(line).collect::<Vec<_>>().into()
    }

    /// The file that is opened to the auditor.
    pub fn to_value(&self) -> Value {
        object([("list", self.list()), ("salt", hex::encode(self.salt).into())]).into()
    }

    /// Reads [`CallList::to_value`].
    pub fn from_value(value: &Value) -> Result<Self, Refusal> {
        let refused = || {
            Refusal::Opened(
                "the call list is not of the right form: ask the monitor for the file again".into(),
            )
        };
        let salt =
            value.get("salt").and_then(Value::as_str).and_then(crate::hash::from_hex).ok_or_else(refused)?;
        let mut called = Vec::new();
        for line in value.get("list").and_then(Value::as_array).ok_or_else(refused)? {
            let number = line.get("number").and_then(Value::as_str).ok_or_else(refused)?;
            let why = line.get("why").and_then(Value::as_str).and_then(Why::parse).ok_or_else(refused)?;
            called.push((number.to_owned(), why));
        }
        Ok(Self { salt, called })
    }

    /// Exactly the selected, and at most `k_max` others; each once, in the order that the salt gives.
    pub fn check(&self, design: &Design, roster: &Roster, selection: &Selection) -> Result<(), Refusal> {
        let refuse = |text: String| Err(Refusal::Opened(format!("call list: {text}")));
        let selected: BTreeSet<String> = numbers(roster, selection).into_iter().collect();
        let mut seen = BTreeSet::new();
        let mut others = 0;
        for (number, why) in &self.called {
            if !seen.insert(number.as_str()) {
                return refuse(format!("{number} stands on it twice: call each person once"));
            }
            match why {
                Why::Drawn if !selected.contains(number) => {
                    return refuse(format!(
                        "{number} is called as drawn, but the draw did not select them: the monitor added them; do not accept the list"
                    ));
                }
                Why::Drawn => {}
                Why::Cover | Why::Referred => others += 1,
            }
            if *why != Why::Drawn && selected.contains(number) {
                return refuse(format!(
                    "{number} was drawn, but is called as {}: call them as drawn",
                    why.word()
                ));
            }
        }
        if let Some(missing) = selected.iter().find(|number| !seen.contains(number.as_str())) {
            return refuse(format!(
                "{missing} was drawn and is not on it: the monitor left them out; do not accept the list"
            ));
        }
        if others > design.k_max {
            return refuse(format!(
                "{others} cover and referred persons, and the design allows {}: take some off",
                design.k_max
            ));
        }
        let place = |number: &str| h("call-order", &[&self.salt, number.as_bytes()]);
        if !self.called.is_sorted_by_key(|(number, _)| place(number)) {
            return refuse("its order is not the one that its salt gives, so the order may tell who was drawn: make it again".into());
        }
        Ok(())
    }
}

fn numbers(roster: &Roster, selection: &Selection) -> Vec<String> {
    let selected = selection.strata.iter().flat_map(|stratum| stratum.selected());
    selected
        .filter_map(|unit| roster.units.get(usize::try_from(unit.i).ok()?))
        .map(|unit| unit.number.clone())
        .collect()
}

/// One attempt to reach somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// When, in Unix seconds.
    pub at: u64,
    /// The stratum; empty for a person who is called for cover or was referred.
    pub stratum: String,
    /// The rank in the stratum's order; for a cover person the place on the call list.
    pub rank: u64,
    /// A code of the design.
    pub code: String,
    /// 32 fresh random bytes, so that the commitment tells nothing.
    pub salt: [u8; 32],
}

impl Attempt {
    /// H("field", draw_id, u64 seq, salt, jcs(entry)).
    pub fn commitment(&self, draw: &str, seq: u64) -> Result<[u8; 32], Refusal> {
        let mut entry = self.facts();
        entry.insert("seq".into(), seq.into());
        let text = json::canonical(&entry.into()).map_err(|error| Refusal::Field(error.to_string()))?;
        Ok(h("field", &[draw.as_bytes(), &seq.to_be_bytes(), &self.salt, text.as_bytes()]))
    }

    fn facts(&self) -> Map<String, Value> {
        object([
            ("at", self.at.into()),
            ("code", self.code.as_str().into()),
            ("rank", self.rank.into()),
            ("stratum", self.stratum.as_str().into()),
        ])
    }

    /// The line that is opened to the auditor.
    pub fn to_value(&self) -> Value {
        let mut line = self.facts();
        line.insert("salt".into(), hex::encode(self.salt).into());
        line.into()
    }

    /// Reads [`Attempt::to_value`].
    pub fn from_value(value: &Value) -> Result<Self, Refusal> {
        let refused = || {
            Refusal::Field("an attempt is not of the right form: ask the monitor for the file again".into())
        };
        let text = |name: &str| value.get(name).and_then(Value::as_str).ok_or_else(refused);
        let number = |name: &str| value.get(name).and_then(Value::as_u64).ok_or_else(refused);
        Ok(Self {
            at: number("at")?,
            stratum: text("stratum")?.to_owned(),
            rank: number("rank")?,
            code: text("code")?.to_owned(),
            salt: crate::hash::from_hex(text("salt")?).ok_or_else(refused)?,
        })
    }
}

/// The chain over the log's entries: H("field-head", head before, commitment), beginning at the call list's commitment.
pub fn next_head(head: &[u8; 32], commitment: &[u8; 32]) -> [u8; 32] {
    h("field-head", &[head, commitment])
}

/// The body of `field.json`.
pub fn field_body(call_list: &[u8; 32], commitments: &[[u8; 32]]) -> Map<String, Value> {
    let head = commitments.iter().fold(*call_list, |head, commitment| next_head(&head, commitment));
    object([
        ("call_list", hex::encode(call_list).into()),
        ("entries", commitments.iter().map(|c| Value::from(hex::encode(c))).collect::<Vec<_>>().into()),
        ("head", hex::encode(head).into()),
    ])
}

/// How many of each stratum may be tried, as public in `sealed.json`: by stratum, n and reserve.
pub type Places = BTreeMap<String, (u64, u64)>;

/// Reads every attempt in order against the rules of replacement, and counts the codes that ended a unit's turn.
///
/// The j-th reserve of a stratum may be tried only when more than j of those before it ended with a code that allows
/// replacement; a code that ended a turn stays, refusals above all.
pub fn check_attempts(
    design: &Design,
    places: &Places,
    covers: u64,
    attempts: &[Attempt],
) -> Result<BTreeMap<String, u64>, Refusal> {
    let mut ended: BTreeMap<(&str, u64), &str> = BTreeMap::new();
    let mut vacated: BTreeMap<&str, u64> = BTreeMap::new();
    let mut opened: BTreeMap<&str, u64> = BTreeMap::new();
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    for (seq, attempt) in attempts.iter().enumerate() {
        let refuse = |text: String| Err(Refusal::Field(format!("entry {}: {text}", seq + 1)));
        let Some(ends) = design.dispositions.get(&attempt.code) else {
            return refuse(format!(
                "code “{}” is not in the design: use one of {}",
                attempt.code,
                codes(design)
            ));
        };
        let unit = (&*attempt.stratum, attempt.rank);
        if let Some(code) = ended.get(&unit) {
            return refuse(format!(
                "rank {} of stratum “{}” ended as “{code}” already; a final code is never changed: leave it as it is",
                attempt.rank, attempt.stratum
            ));
        }
        let drawn = !attempt.stratum.is_empty();
        if drawn {
            let Some((n, reserve)) = places.get(&attempt.stratum) else {
                return refuse(format!("there is no stratum “{}”: see sealed.json", attempt.stratum));
            };
            if attempt.rank >= n + reserve {
                return refuse(format!(
                    "rank {} of stratum “{}” is neither selected nor in reserve (n {n}, reserve {reserve}): nobody beyond the reserve may replace anybody",
                    attempt.rank, attempt.stratum
                ));
            }
            if attempt.rank >= *n {
                let place = attempt.rank - n;
                let (free, used) =
                    (vacated.get(unit.0).copied().unwrap_or(0), opened.get(unit.0).copied().unwrap_or(0));
                if place > used || (place == used && free <= place) {
                    return refuse(format!(
                        "reserve {} of stratum “{}” was opened while only {free} before it had ended with a code that allows replacement and {used} reserves were in use: open reserves in order, each after the final code of whom it replaces",
                        place + 1,
                        attempt.stratum
                    ));
                }
                opened.insert(unit.0, used.max(place + 1));
            }
        } else if attempt.rank >= covers {
            return refuse(format!("place {} is not on the call list", attempt.rank));
        }
        if *ends != Ends::Again {
            ended.insert(unit, &attempt.code);
            if drawn {
                *counts.entry(attempt.code.clone()).or_default() += 1;
            }
        }
        if *ends == Ends::Replace && drawn {
            *vacated.entry(unit.0).or_default() += 1;
        }
    }
    Ok(counts)
}

fn codes(design: &Design) -> String {
    design.dispositions.keys().map(String::as_str).collect::<Vec<_>>().join(", ")
}
