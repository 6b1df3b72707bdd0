//! What a list of submissions shows, as its address says: filters, order, columns, and where the page begins.

use desk::FormModel;
use desk::store::submission::{FieldFilter, FieldTest, Key, List, Order};
use desk::xforms::{Class, Field, Kind};
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::address::Address;

/// Rows on a page.
pub const ROWS: i64 = 50;
/// Columns that a list begins with.
const FIRST_COLUMNS: usize = 6;
/// The review states that people give, in the order of the work, with the word for each.
pub const REVIEW_STATES: [(&str, &str); 5] = [
    ("received", "review-received"),
    ("edited", "review-edited"),
    ("hasIssues", "review-has-issues"),
    ("approved", "review-approved"),
    ("rejected", "review-rejected"),
];
/// The ways of comparing an open field.
pub const TESTS: [(&str, &str); 4] =
    [("is", "test-is"), ("contains", "test-contains"), ("min", "test-at-least"), ("max", "test-at-most")];

/// A filter on an open field, as the address writes it: `path~test~value`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// The field.
    pub path: String,
    /// One of [`TESTS`].
    pub test: &'static str,
    /// What it is compared with.
    pub value: String,
}

impl Condition {
    /// Reads a condition; a field that is not open is none.
    pub fn read(model: &FormModel, text: &str) -> Option<Condition> {
        let mut parts = text.splitn(3, '~');
        let (path, test, value) = (parts.next()?, parts.next()?, parts.next()?);
        Condition::new(model, path, test, value).ok()
    }

    /// A condition, or the reason why it cannot be one.
    pub fn new(model: &FormModel, path: &str, test: &str, value: &str) -> Result<Condition, ConditionFault> {
        let field = filterable(model).find(|field| field.path == path).ok_or(ConditionFault::Field)?;
        let (test, _) = TESTS.into_iter().find(|(word, _)| *word == test).ok_or(ConditionFault::Field)?;
        let compares = matches!(test, "min" | "max");
        if compares && value.trim().parse::<f64>().is_err() {
            return Err(ConditionFault::Number);
        }
        Ok(Condition { path: field.path.clone(), test, value: value.trim().to_owned() })
    }

    /// As the address writes it.
    pub fn word(&self) -> String {
        format!("{}~{}~{}", self.path, self.test, self.value)
    }

    fn filter(&self) -> FieldFilter {
        let number = || self.value.parse().unwrap_or_default();
        let test = match self.test {
            "is" => FieldTest::Is(self.value.clone()),
            "contains" => FieldTest::Contains(self.value.clone()),
            "min" => FieldTest::AtLeast(number()),
            _ => FieldTest::AtMost(number()),
        };
        FieldFilter { path: self.path.clone(), test }
    }
}

/// Why a condition is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConditionFault {
    /// There is no such open field.
    Field,
    /// At least and at most need a number.
    Number,
}

/// The fields that can be filtered and sorted by: open, and once in each submission.
pub fn filterable(model: &FormModel) -> impl Iterator<Item = &Field> {
    let fields = model.form.fields.iter();
    fields.filter(|field| {
        field.kind.has_value()
            && field.repeat.is_none()
            && field.class_or(Class::Sensitive) == Class::Open
            && !is_machinery(field)
    })
}

/// The fields that a table can show: everything but identity, and once in each submission.
pub fn showable(model: &FormModel) -> impl Iterator<Item = &Field> {
    let fields = model.form.fields.iter();
    fields.filter(|field| {
        field.kind.has_value()
            && field.repeat.is_none()
            && field.class_or(Class::Sensitive) != Class::Identity
            && !is_machinery(field)
    })
}

/// What the phone fills in for itself; nobody reads it in a table.
pub fn is_machinery(field: &Field) -> bool {
    field.path == "meta" || field.path.starts_with("meta/") || field.preload.is_some()
}

/// What the list shows.
pub struct Wanted<'m> {
    /// For the desk.
    pub list: List,
    /// The fields shown.
    pub columns: Vec<&'m Field>,
    /// Filters on open fields.
    pub conditions: Vec<Condition>,
    /// Whether rows are wanted before a key: they are read the other way round.
    pub backwards: bool,
}

impl<'m> Wanted<'m> {
    /// Reads it from an address. What makes no sense is left out.
    pub fn read(here: &Address, model: &'m FormModel) -> Wanted<'m> {
        let conditions: Vec<Condition> =
            here.all("where").filter_map(|text| Condition::read(model, text)).collect();
        let sort = here.get("sort").unwrap_or("-received");
        let (key, ascending) = sort.strip_prefix('-').map_or((sort, true), |key| (key, false));
        let order = match filterable(model).find(|field| key.strip_prefix("field.") == Some(&field.path)) {
            Some(field) if matches!(field.kind, Kind::Integer | Kind::Decimal) => {
                Order::Number(field.path.clone())
            }
            Some(field) => Order::Text(field.path.clone()),
            None => Order::Received,
        };
        let day = |name: &str| here.get(name).and_then(|text| text.parse::<Date>().ok());
        let begins =
            |date: Date| TimeZone::UTC.to_timestamp(date.at(0, 0, 0, 0)).ok().map(|at| at.as_millisecond());
        let backwards = here.get("before").is_some();
        let after = here.get("before").or(here.get("after")).and_then(read_key);
        let known_state = |state: &&str| REVIEW_STATES.iter().any(|(known, _)| known == state);
        Wanted {
            list: List {
                review_state: here.get("state").filter(known_state).map(str::to_owned),
                device: here.get("device").and_then(|text| text.parse().ok()),
                from: day("from").and_then(begins),
                until: day("until").and_then(|date| date.tomorrow().ok()).and_then(begins),
                fields: conditions.iter().map(Condition::filter).collect(),
                order,
                // Rows before a key are the next ones when the order is turned round.
                ascending: ascending != backwards,
                after,
                limit: ROWS + 1,
                ..List::default()
            },
            columns: columns(here, model),
            conditions,
            backwards,
        }
    }
}

/// The columns that the address names; without any, open fields first, then sensitive ones.
fn columns<'m>(here: &Address, model: &'m FormModel) -> Vec<&'m Field> {
    let named: Vec<&str> = here.all("col").collect();
    if !named.is_empty() {
        return showable(model).filter(|field| named.contains(&field.path.as_str())).collect();
    }
    let asked = || showable(model).filter(|field| field.calculate.is_none());
    let is_open = |field: &&Field| field.class_or(Class::Sensitive) == Class::Open;
    let mut columns: Vec<&Field> =
        asked().filter(is_open).chain(asked().filter(|field| !is_open(field))).collect();
    columns.truncate(FIRST_COLUMNS);
    columns
}

/// The key of a row as the address writes it: its number and the open value that it is sorted by.
pub fn write_key(key: &Key) -> String {
    if key.value.is_empty() { key.id.to_string() } else { format!("{}~{}", key.id, key.value) }
}

fn read_key(text: &str) -> Option<Key> {
    let (id, value) = text.split_once('~').unwrap_or((text, ""));
    Some(Key { value: value.to_owned(), id: id.parse().ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_comes_back_as_it_went() {
        for key in [Key { value: String::new(), id: 7 }, Key { value: "남포~1".into(), id: 12 }] {
            assert_eq!(read_key(&write_key(&key)), Some(key));
        }
        assert_eq!(read_key("x"), None);
    }
}
