use jiff::{Timestamp, civil::Date};
use std::collections::BTreeMap;

/// Something that happened in a case, as somebody put it on record. Facts are only ever added: who was wrong adds
/// another fact that corrects or withdraws the first.
#[derive(Clone, Debug, PartialEq)]
pub struct Fact {
    /// Its id, unique in the case.
    pub id: String,
    /// Its kind, the id of a [`FactKind`](crate::FactKind).
    pub kind: String,
    /// When it happened.
    pub at: Timestamp,
    /// When it was put on record.
    pub recorded: Timestamp,
    /// The member who put it on record.
    pub by: String,
    /// The roles that the member had then.
    pub roles: Vec<String>,
    /// Its values, by the name of their field.
    pub values: BTreeMap<String, Value>,
    /// Why, where the kind asks for it; always for a correction or withdrawal.
    pub reason: Option<String>,
    /// The earlier fact that this one replaces or takes back.
    pub amends: Option<Amends>,
}

/// What a fact does to an earlier fact of the same kind, named by its id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Amends {
    /// This fact stands in its place.
    Corrects(String),
    /// It did not happen; nothing stands in its place.
    Withdraws(String),
}

impl Amends {
    /// The id of the earlier fact.
    pub fn earlier(&self) -> &str {
        match self {
            Amends::Corrects(id) | Amends::Withdraws(id) => id,
        }
    }
}

/// One value of a fact.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// One of the choices of the field.
    Choice(String),
    /// A number in the unit that the field's title names.
    Number(f64),
    /// A civil date.
    Date(Date),
    /// A short text or a code.
    Text(String),
}
