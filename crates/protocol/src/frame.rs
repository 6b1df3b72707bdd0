//! Reads `[frame]`: the lists that people are drawn from, and how they are drawn.

use crate::problem::Problem;
use crate::registry::{Choice, Registry};
use crate::texts::Texts;
use crate::toml_section::Section;
use crate::workflow::ProtocolWorkflow;
use xforms::Class;

/// The lists that people are drawn from, and how they are drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// The workflow whose cases have a frame and a draw.
    pub workflow: String,
    /// The registry whose entries the lines are like.
    pub registry: String,
    /// The compartment to which lines are sealed.
    pub compartment: String,
    /// The property that tells people apart.
    pub number: String,
    /// The property that must agree where a number stands on two lists.
    pub check: String,
    /// The property that makes the strata.
    pub stratum: String,
    /// The registry that takes the codes of the people to be heard, for the phones.
    pub codes: String,
    /// The letter before such a code.
    pub letter: char,
    /// What one unit is, for the design of a draw.
    pub stage: String,
    /// What replaces whom, in words, for the design of a draw.
    pub replacement: String,
    /// Fewest people drawn from a stratum.
    pub minimum_per_stratum: u32,
    /// How many are drawn in reserve, in percent of those drawn.
    pub reserve_percent: u32,
    /// So many times as many people are called as are heard.
    pub call_factor: u32,
    /// A head count that differs by more percent of the roster is a warning.
    pub warn_percent: u32,
    /// A head count that differs by more percent of the roster stops the visit.
    pub fail_percent: u32,
    /// In how many workshops heads are counted.
    pub workshops: u32,
    /// The facts of the workflow that follow from what is done with the frame and the draw.
    pub facts: FrameFacts,
    /// What may become of an attempt to hear somebody.
    pub dispositions: Vec<Disposition>,
    /// The columns of the lists.
    pub columns: Vec<FrameColumn>,
    /// The kinds of list; values come from the first that has them.
    pub sources: Vec<FrameSource>,
}

/// Facts of the workflow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FrameFacts {
    /// The first list came.
    pub received: String,
    /// Heads were counted.
    pub tested: String,
    /// The field of it that takes the difference in percent.
    pub difference: String,
    /// The frame was frozen.
    pub frozen: String,
    /// The field of it that takes the hash.
    pub hash: String,
    /// The field of it that takes the number of people.
    pub count: String,
    /// Everybody committed.
    pub committed: String,
    /// The result is sealed.
    pub drawn: String,
}

/// What may become of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disposition {
    /// Its code in the draw.
    pub code: String,
    /// Its title.
    pub title: Texts,
    /// `done`, `replace` or `again`, as the draw's design says.
    pub ends: String,
}

/// A column of the lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FrameColumn {
    /// The property of the registry.
    pub property: String,
    /// What its heading may be; the property's name and titles always may.
    pub headings: Vec<String>,
    /// Whether every line of every list has a value.
    pub required: bool,
    /// The value of lines that have none.
    pub otherwise: Option<String>,
    /// The property's choices.
    pub choices: Vec<Choice>,
}

/// A kind of list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FrameSource {
    /// Its name, `payroll`.
    pub id: String,
    /// Its title.
    pub title: Texts,
    /// Whether a person may stand on several lines.
    pub repeats: bool,
}

impl Frame {
    /// A kind of list by its name.
    pub fn source(&self, id: &str) -> Option<&FrameSource> {
        self.sources.iter().find(|source| source.id == id)
    }
}

pub(crate) fn read(
    root: &Section,
    registries: &[Registry],
    workflows: &[ProtocolWorkflow],
    problems: &mut Vec<Problem>,
) -> Option<Frame> {
    let section = root.section("frame", problems)?.named("frame".to_owned());
    let told = problems.len();
    let registry_name = section.text("registry", problems).value;
    let registry = registries.iter().find(|known| known.name == registry_name);
    if registry.is_none() {
        problems.push(section.problem("registry", "there is no such registry", "Name one of the registries"));
    }
    let compartment = registry.and_then(|registry| registry.sealing.compartment(Class::Identity));
    if registry.is_some() && compartment.is_none() {
        problems.push(section.problem(
            "registry",
            "no compartment takes the identity values of this registry",
            "Add identity = \"…\" to the registry",
        ));
    }
    let columns = columns(&section, registry, problems);
    let one_of_columns = |key, problems: &mut Vec<Problem>| {
        let name = section.text(key, problems).value;
        if columns.iter().all(|column| column.property != name) {
            problems.push(section.problem(
                key,
                format!("no column of the lists is for “{name}”"),
                "Name a property that has a [[frame.column]]",
            ));
        }
        name
    };
    let (number, check, stratum) = (
        one_of_columns("number", problems),
        one_of_columns("check", problems),
        one_of_columns("stratum", problems),
    );
    let codes = section.text("codes", problems).value;
    if !registries.iter().any(|known| known.name == codes && known.on_device()) {
        problems.push(section.problem(
            "codes",
            format!("no registry “{codes}” goes to phones"),
            "Name a registry whose label is open",
        ));
    }
    let letter = letter(&section, problems);
    let workflow = section.text("workflow", problems).value;
    let facts = facts(&section, workflows.iter().find(|known| known.workflow.id == workflow), problems);
    let frame = Frame {
        compartment: compartment.unwrap_or_default().to_owned(),
        stage: section.text("stage", problems).value,
        replacement: section.text("replacement", problems).value,
        minimum_per_stratum: section.number("minimum_per_stratum", 0, 100, problems),
        reserve_percent: section.number("reserve_percent", 0, 100, problems),
        call_factor: section.number("call_factor", 1, 10, problems),
        warn_percent: section.number("warn_percent", 0, 100, problems),
        fail_percent: section.number("fail_percent", 0, 100, problems),
        workshops: section.number("workshops", 1, 10, problems),
        dispositions: dispositions(&section, problems),
        sources: sources(&section, problems),
        letter,
        registry: registry_name,
        workflow,
        number,
        check,
        stratum,
        codes,
        facts: facts?,
        columns,
    };
    section.finish(problems);
    (problems.len() == told).then_some(frame)
}

fn columns(section: &Section, registry: Option<&Registry>, problems: &mut Vec<Problem>) -> Vec<FrameColumn> {
    let mut columns = Vec::new();
    for column in section.sections("column", problems) {
        let name = column.text("property", problems).value;
        let column = column.named(format!("column {name}"));
        let property = registry.and_then(|registry| registry.property(&name));
        if registry.is_some() && property.is_none() {
            problems.push(column.problem(
                "property",
                format!("the registry has no property “{name}”"),
                "Name one of its properties, or add it",
            ));
        }
        let choices = property.map(|property| property.choices.clone()).unwrap_or_default();
        let otherwise = column.optional_text("otherwise", problems).map(|text| text.value);
        if let Some(otherwise) = otherwise.as_ref().filter(|_| !choices.is_empty())
            && choices.iter().all(|choice| choice.name != **otherwise)
        {
            problems.push(column.problem(
                "otherwise",
                format!("“{otherwise}” is none of the property's choices"),
                "Name one of them",
            ));
        }
        let mut headings = vec![name.clone()];
        if let Some(property) = property {
            let titles = &property.title;
            headings.extend([&titles.en, &titles.ko, &titles.ja].map(Clone::clone));
        }
        headings.extend(column.texts_list("headings", problems).into_iter().map(|text| text.value));
        columns.push(FrameColumn {
            required: column.optional_flag("required", problems).unwrap_or(false),
            property: name,
            headings,
            otherwise,
            choices,
        });
        column.finish(problems);
    }
    columns
}

fn sources(section: &Section, problems: &mut Vec<Problem>) -> Vec<FrameSource> {
    let mut sources: Vec<FrameSource> = Vec::new();
    for source in section.sections("source", problems) {
        let id = source.text("id", problems).value;
        let source = source.named(format!("source {id}"));
        if sources.iter().any(|known| known.id == id) {
            problems.push(source.problem("id", "two kinds of list have this name", "Give one another"));
        }
        sources.push(FrameSource {
            title: source.translated("title", problems),
            repeats: source.optional_flag("repeats", problems).unwrap_or(false),
            id,
        });
        source.finish(problems);
    }
    if sources.is_empty() {
        problems.push(section.problem("source", "there is no kind of list", "Add a [[frame.source]]"));
    }
    sources
}

/// The letter before a code.
pub(crate) fn letter(section: &Section, problems: &mut Vec<Problem>) -> char {
    let letter = section.text("letter", problems).value;
    let letter = letter.chars().next().filter(|first| first.is_ascii_uppercase() && letter.len() == 1);
    if letter.is_none() {
        problems.push(section.problem("letter", "`letter` is not one letter", "Write one letter, A to Z"));
    }
    letter.unwrap_or('A')
}

pub(crate) fn dispositions(section: &Section, problems: &mut Vec<Problem>) -> Vec<Disposition> {
    let mut dispositions = Vec::new();
    for row in section.sections("disposition", problems) {
        let code = row.text("code", problems).value;
        let row = row.named(format!("disposition {code}"));
        let ends = row.text("ends", problems).value;
        if !matches!(&*ends, "done" | "replace" | "again") {
            problems.push(row.problem(
                "ends",
                format!("“{ends}” is not known here"),
                "Write done, replace or again",
            ));
        }
        dispositions.push(Disposition { title: row.translated("title", problems), code, ends });
        row.finish(problems);
    }
    if dispositions.iter().all(|row| row.ends != "done") {
        problems.push(section.problem(
            "disposition",
            "no disposition means that somebody was heard, or a file read",
            "Add a [[disposition]] with ends = \"done\"",
        ));
    }
    dispositions
}

fn facts(
    section: &Section,
    workflow: Option<&ProtocolWorkflow>,
    problems: &mut Vec<Problem>,
) -> Option<FrameFacts> {
    let Some(workflow) = workflow else {
        problems.push(section.problem("workflow", "there is no such workflow", "Name a file of workflow/"));
        return None;
    };
    let Some(facts) = section.section("facts", problems) else {
        problems.push(section.problem("facts", "`facts` is missing", "Add a table [frame.facts]"));
        return None;
    };
    let facts = facts.named("frame.facts".to_owned());
    let fact = |key, problems: &mut Vec<Problem>| {
        let name = facts.text(key, problems).value;
        if workflow.workflow.fact(&name).is_none() {
            problems.push(facts.problem(
                key,
                format!("the workflow has no fact “{name}”"),
                "Name one of its facts",
            ));
        }
        name
    };
    let read = (
        fact("received", problems),
        fact("tested", problems),
        fact("frozen", problems),
        fact("committed", problems),
        fact("drawn", problems),
    );
    let (received, tested, frozen, committed, drawn) = read;
    let field = |key, of: &str, problems: &mut Vec<Problem>| {
        let name = facts.text(key, problems).value;
        if workflow.class(of, &name).is_none() {
            problems.push(facts.problem(
                key,
                format!("the fact “{of}” has no field “{name}”"),
                "Name one of its fields",
            ));
        }
        name
    };
    let difference = field("difference", &tested, problems);
    let (hash, count) = (field("hash", &frozen, problems), field("count", &frozen, problems));
    facts.finish(problems);
    Some(FrameFacts { received, tested, difference, frozen, hash, count, committed, drawn })
}
