//! Reads `[frame]` and `[first_stage]`: what people, or the places to visit, are drawn from, and how.

use crate::compartment::Compartment;
use crate::problem::Problem;
use crate::registry::{Choice, Registry};
use crate::texts::Texts;
use crate::toml_section::Section;
use crate::words::PropertyType;
use crate::workflow::ProtocolWorkflow;
use xforms::Class;

/// What units are drawn from, and how they are drawn: people from lists, or places from a registry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// The workflow whose cases have a frame and a draw.
    pub workflow: String,
    /// The registry whose entries the lines are like; without kinds of list, the entries are the lines.
    pub registry: String,
    /// The compartment to which lines are sealed.
    pub compartment: String,
    /// The property that tells people apart.
    pub number: String,
    /// The property that must agree where a number stands on two lists.
    pub check: String,
    /// The property that makes the strata, if there are any.
    pub stratum: Option<String>,
    /// The properties whose sum is the size of a unit, where units have one.
    pub size: Vec<String>,
    /// The ways to draw that may be chosen, the usual one first.
    pub schemes: Vec<Scheme>,
    /// With at most so many units all are taken.
    pub take_all: u32,
    /// Whether the start of a systematic draw comes from the public seed alone: places, not people.
    pub public: bool,
    /// The registry that takes the codes of the people to be heard, for the phones.
    pub codes: Option<String>,
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
    /// The cases that a drawn unit can be made into, where the draw is the first of two stages.
    pub opens: Option<Opens>,
    /// What may become of an attempt to hear somebody.
    pub dispositions: Vec<Disposition>,
    /// The columns of the lists.
    pub columns: Vec<FrameColumn>,
    /// The kinds of list; values come from the first that has them.
    pub sources: Vec<FrameSource>,
}

/// A way to draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// So many of all.
    Simple,
    /// So many of each stratum.
    Stratified,
    /// With a chance in proportion to size, systematic.
    Proportional,
    /// Every k-th, from a drawn start.
    EveryKth,
}

impl Scheme {
    /// Every way, with the word that `protocol.toml` and the design of a draw have for it.
    pub const ALL: [(Scheme, &str); 4] = [
        (Scheme::Simple, "srs"),
        (Scheme::Stratified, "stratified-srs"),
        (Scheme::Proportional, "pps-systematic"),
        (Scheme::EveryKth, "systematic"),
    ];

    /// Its word.
    pub fn word(self) -> &'static str {
        Scheme::ALL.iter().find(|(scheme, _)| *scheme == self).map_or("srs", |(_, word)| word)
    }

    /// Reads [`Scheme::word`].
    pub fn parse(word: &str) -> Option<Scheme> {
        Scheme::ALL.iter().find(|(_, known)| *known == word).map(|(scheme, _)| *scheme)
    }
}

/// What a drawn unit can be made into: a case of the second stage, whose fact says where it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opens {
    /// The workflow of the case.
    pub workflow: String,
    /// The fact that is put on record as it is begun; only this does that.
    pub fact: String,
    /// The field of it that takes the unit's number.
    pub unit: String,
    /// The field that takes the id of the draw.
    pub draw: String,
    /// The field that takes the unit's place in the order of the draw.
    pub place: String,
    /// The field that takes the probability with which it was drawn, `24/331`.
    pub probability: String,
    /// The field that takes the sealed root of the draw.
    pub sealed_root: String,
}

/// Facts of the workflow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FrameFacts {
    /// The first list came; none where there are no lists.
    pub received: Option<String>,
    /// Heads were counted, and the field of it that takes the difference in percent; none where there are no lists.
    pub tested: Option<(String, String)>,
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

    /// Whether the lines are the entries of the registry, and no lists are brought.
    pub fn from_registry(&self) -> bool {
        self.sources.is_empty()
    }

    /// The column of the strata.
    pub fn stratum_column(&self) -> Option<&FrameColumn> {
        self.columns.iter().find(|column| Some(&column.property) == self.stratum.as_ref())
    }
}

/// Reads the section `name`; one `from_registry` has no lists.
pub(crate) fn read(
    root: &Section,
    name: &'static str,
    from_registry: bool,
    known: (&[Registry], &[ProtocolWorkflow], &[Compartment]),
    problems: &mut Vec<Problem>,
) -> Option<Frame> {
    let (registries, workflows, compartments) = known;
    let section = root.section(name, problems)?.named(name.to_owned());
    let told = problems.len();
    let registry_name = section.text("registry", problems).value;
    let registry = registries.iter().find(|known| known.name == registry_name);
    if registry.is_none() {
        problems.push(section.problem("registry", "there is no such registry", "Name one of the registries"));
    }
    let own = section.optional_text("compartment", problems).map(|text| text.value);
    let compartment = match &own {
        Some(own) => compartments.iter().any(|known| known.id == *own).then_some(own.as_str()),
        None => registry.and_then(|registry| registry.sealing.compartment(Class::Identity)),
    };
    if registry.is_some() && compartment.is_none() {
        problems.push(section.problem(
            "compartment",
            "no compartment takes the lines",
            "Add identity = \"…\" to the registry, or name a compartment here",
        ));
    }
    let columns = columns(&section, registry, problems);
    if from_registry {
        let closed = |name: &String| {
            registry.and_then(|one| one.property(name)).is_some_and(|one| one.class != Class::Open)
        };
        for column in columns.iter().filter(|column| closed(&column.property)) {
            problems.push(section.problem(
                "column",
                format!(
                    "“{}” is not open, and a draw of entries reads open properties only",
                    column.property
                ),
                "Take the column out, or give the property the class open",
            ));
        }
    }
    let size = sizes(&section, registry, problems);
    let schemes = schemes(&section, problems);
    let one_of_columns = |key, name: String, problems: &mut Vec<Problem>| {
        if columns.iter().all(|column| column.property != name) {
            problems.push(section.problem(
                key,
                format!("no column of the lists is for “{name}”"),
                "Name a property that has a [[frame.column]]",
            ));
        }
        name
    };
    let number = section.text("number", problems).value;
    let number = one_of_columns("number", number, problems);
    let check = section.text("check", problems).value;
    let check = one_of_columns("check", check, problems);
    let stratum = section.optional_text("stratum", problems).map(|text| text.value);
    let stratum = stratum.map(|name| one_of_columns("stratum", name, problems));
    let wants = |scheme, there: bool| schemes.contains(&scheme) && !there;
    if wants(Scheme::Stratified, stratum.is_some()) {
        problems.push(section.problem(
            "stratum",
            "stratified-srs needs strata",
            "Name the column: stratum = …",
        ));
    }
    if wants(Scheme::Proportional, !size.is_empty()) {
        problems.push(section.problem(
            "size",
            "pps-systematic needs sizes",
            "Name properties: size = [\"…\"]",
        ));
    }
    let codes = section.optional_text("codes", problems).map(|text| text.value);
    if let Some(codes) = &codes
        && !registries.iter().any(|known| known.name == *codes && known.on_device())
    {
        problems.push(section.problem(
            "codes",
            format!("no registry “{codes}” goes to phones"),
            "Name a registry whose label is open",
        ));
    }
    let letter = if codes.is_some() { letter(&section, problems) } else { 'X' };
    let workflow = section.text("workflow", problems).value;
    let of_workflow = workflows.iter().find(|known| known.workflow.id == workflow);
    let facts = facts(&section, from_registry, of_workflow, problems);
    let of_lists = |key, least, most, problems: &mut Vec<Problem>| match from_registry {
        true => 0,
        false => section.number(key, least, most, problems),
    };
    let frame = Frame {
        compartment: compartment.unwrap_or_default().to_owned(),
        stage: section.text("stage", problems).value,
        replacement: section.text("replacement", problems).value,
        minimum_per_stratum: section.number("minimum_per_stratum", 0, 100, problems),
        reserve_percent: section.number("reserve_percent", 0, 100, problems),
        take_all: match section.has("take_all") {
            true => section.number("take_all", 0, 10_000, problems),
            false => 0,
        },
        public: section.optional_flag("public", problems).unwrap_or(false),
        call_factor: of_lists("call_factor", 1, 10, problems),
        warn_percent: of_lists("warn_percent", 0, 100, problems),
        fail_percent: of_lists("fail_percent", 0, 100, problems),
        workshops: of_lists("workshops", 1, 10, problems),
        opens: opens(&section, workflows, problems),
        dispositions: dispositions(&section, problems),
        sources: if from_registry { Vec::new() } else { sources(&section, problems) },
        size,
        schemes,
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

fn sizes(section: &Section, registry: Option<&Registry>, problems: &mut Vec<Problem>) -> Vec<String> {
    let names = section.texts_list("size", problems);
    for name in &names {
        let property = registry.and_then(|registry| registry.property(&name.value));
        if registry.is_some()
            && !property.is_some_and(|one| one.kind == PropertyType::Integer && one.class == Class::Open)
        {
            problems.push(section.problem(
                "size",
                format!("“{}” is no open whole number of the registry", name.value),
                "Name properties of the type integer and the class open",
            ));
        }
    }
    names.into_iter().map(|name| name.value).collect()
}

fn schemes(section: &Section, problems: &mut Vec<Problem>) -> Vec<Scheme> {
    let mut schemes = Vec::new();
    for word in section.texts_list("schemes", problems) {
        match Scheme::parse(&word.value) {
            Some(scheme) => schemes.push(scheme),
            None => problems.push(section.problem(
                "schemes",
                format!("“{}” is no way to draw", word.value),
                format!("Write one of: {}", Scheme::ALL.map(|(_, word)| word).join(", ")),
            )),
        }
    }
    if schemes.is_empty() {
        problems.push(section.problem("schemes", "no way to draw is allowed", "Write schemes = [\"srs\"]"));
    }
    schemes
}

fn opens(section: &Section, workflows: &[ProtocolWorkflow], problems: &mut Vec<Problem>) -> Option<Opens> {
    let opens = section.section("opens", problems)?;
    let opens = opens.named("first_stage.opens".to_owned());
    let workflow = opens.text("workflow", problems).value;
    let known = workflows.iter().find(|known| known.workflow.id == workflow);
    if known.is_none() {
        problems.push(opens.problem("workflow", "there is no such workflow", "Name a file of workflow/"));
    }
    let fact = opens.text("fact", problems).value;
    let mut field = |key| {
        let name = opens.text(key, problems).value;
        if known.is_some_and(|known| known.class(&fact, &name) != Some(Class::Open)) {
            problems.push(opens.problem(
                key,
                format!("the fact “{fact}” has no open field “{name}”"),
                "Name one of its open fields",
            ));
        }
        name
    };
    let read = Opens {
        unit: field("unit"),
        draw: field("draw"),
        place: field("place"),
        probability: field("probability"),
        sealed_root: field("sealed_root"),
        workflow,
        fact: fact.clone(),
    };
    opens.finish(problems);
    Some(read)
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
    from_registry: bool,
    workflow: Option<&ProtocolWorkflow>,
    problems: &mut Vec<Problem>,
) -> Option<FrameFacts> {
    let Some(workflow) = workflow else {
        problems.push(section.problem("workflow", "there is no such workflow", "Name a file of workflow/"));
        return None;
    };
    let Some(facts) = section.section("facts", problems) else {
        problems.push(section.problem("facts", "`facts` is missing", "Add the table `facts`"));
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
    let received = (!from_registry).then(|| fact("received", problems));
    let tested = (!from_registry).then(|| fact("tested", problems));
    let (frozen, committed, drawn) =
        (fact("frozen", problems), fact("committed", problems), fact("drawn", problems));
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
    let tested = tested.map(|tested| {
        let difference = field("difference", &tested, problems);
        (tested, difference)
    });
    let (hash, count) = (field("hash", &frozen, problems), field("count", &frozen, problems));
    facts.finish(problems);
    Some(FrameFacts { received, tested, frozen, hash, count, committed, drawn })
}
