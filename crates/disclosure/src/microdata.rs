//! Rule 9: records, where they are published at all.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::policy::Policy;

/// What would be published about one respondent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The values that others may know: sex, age band, place, job.
    pub keys: Vec<String>,
    /// The sensitive answers.
    pub sensitive: Vec<String>,
}

/// A combination of keys that too few share, or whose holders all answered alike.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WeakGroup {
    /// The keys.
    pub keys: Vec<String>,
    /// How many records have them.
    pub records: usize,
    /// The fewest different values of a sensitive answer among them; none without sensitive answers.
    pub fewest_values: Option<usize>,
}

/// What was found in records.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MicrodataCheck {
    /// Combinations of keys below k or l.
    pub weak: Vec<WeakGroup>,
    /// Combinations of at most `most_variables` keys that one record alone has: key columns and values.
    pub rare: Vec<Vec<(usize, String)>>,
    /// The part of records that are alone with their keys in the sample.
    pub sample_unique_rate: f64,
    /// The mean over records of one over how many share their keys: the chance that a link by the keys is right, for
    /// whoever knows who is in the sample.
    pub global_risk: f64,
    passed: bool,
}

impl MicrodataCheck {
    /// Whether the records keep to the policy. Publishing them needs a signed agreement besides.
    pub fn passed(&self) -> bool {
        self.passed
    }
}

/// Checks records as if the sample were the population.
pub fn check(records: &[Record], policy: &Policy) -> MicrodataCheck {
    let mut groups: BTreeMap<&[String], Vec<&Record>> = BTreeMap::new();
    for record in records {
        groups.entry(&record.keys).or_default().push(record);
    }
    let fewest = |group: &[&Record]| {
        let questions = group.iter().map(|record| record.sensitive.len()).min().unwrap_or(0);
        let values = |question: usize| {
            group.iter().map(|record| &record.sensitive[question]).collect::<BTreeSet<_>>().len()
        };
        (0..questions).map(values).min()
    };
    let weak: Vec<WeakGroup> = groups
        .iter()
        .map(|(keys, group)| WeakGroup {
            keys: keys.to_vec(),
            records: group.len(),
            fewest_values: fewest(group),
        })
        .filter(|group| {
            group.records < policy.microdata_k as usize
                || group.fewest_values.is_some_and(|values| values < policy.microdata_l as usize)
        })
        .collect();
    let rare = rare(records, policy.most_variables as usize);
    let all = records.len().max(1) as f64;
    let unique = groups.values().filter(|group| group.len() == 1).count() as f64;
    let global_risk = groups.len() as f64 / all;
    let passed =
        weak.is_empty() && rare.is_empty() && global_risk * 100.0 < f64::from(policy.microdata_risk_percent);
    MicrodataCheck { weak, rare, sample_unique_rate: unique / all, global_risk, passed }
}

fn rare(records: &[Record], most: usize) -> Vec<Vec<(usize, String)>> {
    let keys = records.iter().map(|record| record.keys.len()).min().unwrap_or(0);
    let mut chosen: Vec<Vec<usize>> = vec![Vec::new()];
    for key in 0..keys {
        let longer: Vec<Vec<usize>> = chosen
            .iter()
            .filter(|few| few.len() < most)
            .map(|few| [few.as_slice(), &[key]].concat())
            .collect();
        chosen.extend(longer);
    }
    let mut found = Vec::new();
    for few in chosen.iter().filter(|few| !few.is_empty()) {
        let mut counts: BTreeMap<Vec<&String>, usize> = BTreeMap::new();
        for record in records {
            *counts.entry(few.iter().map(|key| &record.keys[*key]).collect()).or_default() += 1;
        }
        let alone = counts.into_iter().filter(|(_, count)| *count == 1);
        found.extend(alone.map(|(values, _)| few.iter().copied().zip(values.into_iter().cloned()).collect()));
    }
    found
}
