use crate::problem::Problem;
use crate::texts::Texts;
use crate::toml_section::{At, Section};
use crate::words::{KeepThen, KeepUntil};
use xforms::Class;

/// A group of members who hold one key, and what is sealed to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compartment {
    /// Its id, `roster`.
    pub id: String,
    /// The class sealed here: [`Class::Identity`] or [`Class::Sensitive`].
    pub kind: Class,
    /// Its name.
    pub title: Texts,
    /// What it holds, in one sentence.
    pub holds: Texts,
    /// Ids of compartments that nobody may hold together with this one.
    pub apart_from: Vec<String>,
    /// How long what is sealed here is kept.
    pub keep: Keep,
}

/// How long sealed values are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keep {
    /// The longest time, in days from arrival.
    pub days: u32,
    /// An event that ends it sooner.
    pub until: Option<KeepUntil>,
    /// What happens then.
    pub then: KeepThen,
}

/// Which compartments take the values of a form or registry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sealing {
    /// Takes identity values.
    pub identity: Option<String>,
    /// Takes sensitive values.
    pub sensitive: Option<String>,
}

impl Sealing {
    /// The compartment for a class; open values have none.
    pub fn compartment(&self, class: Class) -> Option<&str> {
        match class {
            Class::Open => None,
            Class::Sensitive => self.sensitive.as_deref(),
            Class::Identity => self.identity.as_deref(),
        }
    }

    /// Reads `identity` and `sensitive` of a section and checks that they name compartments of that kind.
    pub(crate) fn read(section: &Section, known: &[Compartment], problems: &mut Vec<Problem>) -> Sealing {
        Sealing {
            identity: one(section, "identity", Class::Identity, known, problems),
            sensitive: one(section, "sensitive", Class::Sensitive, known, problems),
        }
    }
}

fn one(
    section: &Section,
    key: &'static str,
    kind: Class,
    known: &[Compartment],
    problems: &mut Vec<Problem>,
) -> Option<String> {
    let id = section.optional_text(key, problems)?.value;
    match known.iter().find(|compartment| compartment.id == id) {
        None => problems.push(section.problem(
            key,
            format!("there is no compartment “{id}”"),
            format!("Name one of the compartments: {}", ids(known)),
        )),
        Some(found) if found.kind != kind => problems.push(section.problem(
            key,
            format!("compartment “{id}” holds {} values, not {kind} ones", found.kind),
            format!("Name a compartment of kind {kind}"),
        )),
        Some(_) => {}
    }
    Some(id)
}

pub(crate) fn ids(compartments: &[Compartment]) -> String {
    compartments.iter().map(|compartment| compartment.id.as_str()).collect::<Vec<_>>().join(", ")
}

/// Whether two compartments must not be held by one person. Saying it on one side is enough.
pub(crate) fn are_apart(compartments: &[Compartment], one: &str, other: &str) -> bool {
    let says = |id: &str, about: &str| {
        let found = compartments.iter().find(|compartment| compartment.id == id);
        found.is_some_and(|compartment| compartment.apart_from.iter().any(|apart| apart == about))
    };
    says(one, other) || says(other, one)
}

pub(crate) fn read(root: &Section, problems: &mut Vec<Problem>) -> Vec<Compartment> {
    let mut compartments: Vec<Compartment> = Vec::new();
    let mut apart: Vec<(Section, Vec<At<String>>)> = Vec::new();
    for section in root.sections("compartment", problems) {
        let id = section.text("id", problems).value;
        let section = section.named(format!("compartment {id}"));
        if compartments.iter().any(|known| known.id == id) {
            problems.push(section.problem("id", "two compartments have this id", "Give one another id"));
        }
        let kind = section.word("kind", problems).unwrap_or(Class::Identity);
        if kind == Class::Open {
            problems.push(section.problem(
                "kind",
                "open values are not sealed",
                "Write identity or sensitive, or remove the compartment",
            ));
        }
        let keep = read_keep(&section, kind, problems);
        let apart_from = section.texts_list("apart_from", problems);
        compartments.push(Compartment {
            kind,
            title: section.translated("title", problems),
            holds: section.translated("holds", problems),
            apart_from: apart_from.iter().map(|id| id.value.clone()).collect(),
            keep,
            id,
        });
        section.finish(problems);
        apart.push((section, apart_from));
    }
    for (section, ids_apart) in apart {
        for id in ids_apart.iter().filter(|id| compartments.iter().all(|known| known.id != id.value)) {
            problems.push(
                section
                    .problem(
                        "apart_from",
                        format!("there is no compartment “{}”", id.value),
                        format!("Name one of the compartments: {}", ids(&compartments)),
                    )
                    .row(id.row),
            );
        }
    }
    compartments
}

/// A hundred years; testimony has no limit but the review, and that is a mandate's recorded decision.
const LONGEST: u32 = 36_525;

fn read_keep(section: &Section, kind: Class, problems: &mut Vec<Problem>) -> Keep {
    let Some(keep) = section.section("keep", problems) else {
        problems.push(section.problem(
            "keep",
            "nothing says how long this is kept",
            "Add keep = { days = …, then = \"destroy_key\" }",
        ));
        return Keep { days: 1, until: None, then: KeepThen::DestroyKey };
    };
    let then = keep.word("then", problems).unwrap_or(KeepThen::DestroyKey);
    if kind == Class::Identity && then == KeepThen::ArchiveAggregate {
        problems.push(keep.problem(
            "then",
            "identities have no aggregate to archive",
            "Write destroy_key, or review where families search over generations",
        ));
    }
    let read = Keep {
        days: keep.number("days", 1, LONGEST, problems),
        until: keep.optional_word("until", problems),
        then,
    };
    keep.finish(problems);
    read
}
