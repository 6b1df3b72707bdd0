//! Several lists put together: who stands on which.

use std::collections::{BTreeMap, BTreeSet};

use crate::list::{Line, List, folded};

/// Somebody on at least one list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Their values: of the first list that has them.
    pub line: Line,
    /// On which of the lists they stand, in the order of the lists.
    pub on: Vec<bool>,
    /// Whether two lists give different names to this number.
    pub differs: bool,
}

/// All lists together.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Union {
    /// People by number.
    pub people: BTreeMap<String, Person>,
    /// Numbers that have the same name as another number: perhaps one person twice.
    pub same_name: BTreeSet<String>,
    /// How many lists there are.
    pub lists: usize,
}

/// Puts lists together by number; `check` is the property that must then agree, such as the name.
pub fn union(lists: &[&List], check: Option<&str>) -> Union {
    let mut people: BTreeMap<String, Person> = BTreeMap::new();
    for (at, list) in lists.iter().enumerate() {
        for (number, line) in &list.lines {
            let person = people.entry(number.clone()).or_insert_with(|| Person {
                line: Line::new(),
                on: vec![false; lists.len()],
                differs: false,
            });
            if let Some(on) = person.on.get_mut(at) {
                *on = true;
            }
            for (property, value) in line {
                match person.line.get(property) {
                    None => {
                        person.line.insert(property.clone(), value.clone());
                    }
                    Some(known) if Some(property.as_str()) == check && folded(known) != folded(value) => {
                        person.differs = true;
                    }
                    Some(_) => {}
                }
            }
        }
    }
    let mut names: BTreeMap<String, Vec<&String>> = BTreeMap::new();
    for (number, person) in &people {
        if let Some(name) = check.and_then(|check| person.line.get(check)) {
            names.entry(folded(name)).or_default().push(number);
        }
    }
    let twice = names.into_values().filter(|numbers| numbers.len() > 1);
    let same_name = twice.flatten().cloned().collect();
    Union { people, same_name, lists: lists.len() }
}

impl Union {
    /// How many stand on a list.
    pub fn on(&self, list: usize) -> u64 {
        self.count(|person| person.on.get(list) == Some(&true))
    }

    /// How many stand on both of two lists.
    pub fn on_both(&self, one: usize, other: usize) -> u64 {
        self.count(|person| person.on.get(one) == Some(&true) && person.on.get(other) == Some(&true))
    }

    /// How many stand on the first list and not on the second.
    pub fn only(&self, one: usize, other: usize) -> u64 {
        self.count(|person| person.on.get(one) == Some(&true) && person.on.get(other) == Some(&false))
    }

    /// How many people satisfy something.
    pub fn count(&self, that: impl Fn(&Person) -> bool) -> u64 {
        self.people.values().filter(|person| that(person)).count() as u64
    }
}
