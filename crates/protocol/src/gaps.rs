//! Reads `gaps.toml`: what a law says beside what the yardsticks ask.

use crate::problem::Problem;
use crate::texts::Texts;
use crate::toml_section::{self, Section};
use crate::words::Certainty;
use crate::yardstick::Yardsticks;
use std::collections::BTreeMap;

/// The file of a folder that declares the gap table.
pub(crate) const GAPS_TOML: &str = "gaps.toml";

/// A law beside the yardsticks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GapTable {
    /// The law.
    pub title: Texts,
    /// What to know when reading it: from when the law is, who read it.
    pub note: Texts,
    /// The rows, in the order in which they are printed.
    pub rows: Vec<Gap>,
}

/// What a law says to one or several yardsticks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// Ids of the yardsticks.
    pub yardsticks: Vec<String>,
    /// What they ask.
    pub asks: Texts,
    /// What the law says.
    pub says: Texts,
    /// What is missing between the two.
    pub gap: Texts,
    /// How sure it is that the law says so.
    pub certainty: Certainty,
}

pub(crate) fn read(
    files: &BTreeMap<String, Vec<u8>>,
    yardsticks: Option<&Yardsticks>,
    problems: &mut Vec<Problem>,
) -> Option<GapTable> {
    let (source, table) = toml_section::parse(GAPS_TOML, files.get(GAPS_TOML)?, problems)?;
    let root = Section::root(GAPS_TOML, source, &table, "the gap table");
    let mut rows = Vec::new();
    for section in root.sections("gap", problems) {
        let named = section.texts_list("yardsticks", problems);
        if named.is_empty() {
            problems.push(section.problem("yardsticks", "the row has no yardstick", "Name at least one"));
        }
        for one in &named {
            if yardsticks.is_none_or(|known| known.yardstick(&one.value).is_none()) {
                problems.push(
                    section
                        .problem(
                            "yardsticks",
                            format!("there is no yardstick “{}”", one.value),
                            "Name yardsticks of yardsticks.toml",
                        )
                        .row(one.row),
                );
            }
        }
        rows.push(Gap {
            yardsticks: named.into_iter().map(|one| one.value).collect(),
            asks: section.translated("asks", problems),
            says: section.translated("says", problems),
            gap: section.translated("gap", problems),
            certainty: section.word("certainty", problems).unwrap_or(Certainty::Low),
        });
        section.finish(problems);
    }
    let read =
        GapTable { title: root.translated("title", problems), note: root.translated("note", problems), rows };
    root.finish(problems);
    Some(read)
}
