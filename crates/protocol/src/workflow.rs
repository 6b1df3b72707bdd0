//! Reads the files `workflow/NAME.toml`: how each kind of case goes.

use crate::compartment::{Compartment, Sealing};
use crate::problem::Problem;
use crate::registry::read_choices;
use crate::role::Role;
use crate::toml_section::{self, Section};
use crate::yardstick::Yardsticks;
use casework::{
    Clock, Due, End, FactKind, Field, FieldKind, Need, Part, Product, Severity, Span, Stage, Stop, Workflow,
};
use std::collections::BTreeMap;
use xforms::Class;

/// How one kind of case goes, and where what is said of it is sealed.
#[derive(Clone, Debug)]
pub struct ProtocolWorkflow {
    /// Stages, facts, clocks, stop rules, ends.
    pub workflow: Workflow,
    /// The compartment that takes the reasons of facts and their sensitive values.
    pub sensitive: String,
    /// The workflow whose cases these belong to: each finding is one of a visit.
    pub within: Option<String>,
    classes: BTreeMap<(String, String), Class>,
}

impl ProtocolWorkflow {
    /// The class of a field of a kind of fact: [`Class::Open`] or [`Class::Sensitive`].
    pub fn class(&self, fact: &str, field: &str) -> Option<Class> {
        self.classes.get(&(fact.to_owned(), field.to_owned())).copied()
    }
}

/// The name of the workflow that a file of the folder declares.
pub(crate) fn workflow_name(path: &str) -> Option<&str> {
    path.strip_prefix("workflow/")?.strip_suffix(".toml").filter(|name| !name.contains('/'))
}

pub(crate) fn read(
    files: &BTreeMap<String, Vec<u8>>,
    compartments: &[Compartment],
    roles: &[Role],
    yardsticks: Option<&Yardsticks>,
    problems: &mut Vec<Problem>,
) -> Vec<ProtocolWorkflow> {
    let named = files.iter().filter_map(|(path, bytes)| Some((path, workflow_name(path)?, bytes)));
    let mut workflows = Vec::new();
    for (path, name, bytes) in named {
        let Some((source, table)) = toml_section::parse(path, bytes, problems) else { continue };
        let root = Section::root(path, source, &table, "the workflow");
        let mut reader =
            Reader { parts: Vec::new(), classes: BTreeMap::new(), yardsticks, problems: Vec::new() };
        let sensitive = reader.sensitive(&root, compartments);
        let within = reader.within(name, &root, files);
        let workflow = reader.workflow(name, &root);
        root.finish(&mut reader.problems);
        reader.check(&workflow, &root, roles);
        problems.append(&mut reader.problems);
        workflows.push(ProtocolWorkflow { workflow, sensitive, within, classes: reader.classes });
    }
    workflows
}

struct Reader<'t> {
    /// Where each part stands, for the faults that only the whole shows.
    parts: Vec<(Part, Section<'t>)>,
    classes: BTreeMap<(String, String), Class>,
    yardsticks: Option<&'t Yardsticks>,
    problems: Vec<Problem>,
}

impl<'t> Reader<'t> {
    fn sensitive(&mut self, root: &Section<'t>, compartments: &[Compartment]) -> String {
        let sealing = Sealing::read(root, compartments, &mut self.problems);
        if sealing.identity.is_some() {
            self.problems.push(root.problem(
                "identity",
                "a fact holds no identity",
                "Keep identities in a form, and remove this line",
            ));
        }
        sealing.sensitive.unwrap_or_else(|| {
            self.problems.push(root.problem(
                "sensitive",
                "no compartment takes the reasons of facts",
                "Add sensitive = \"…\" above the first stage",
            ));
            String::new()
        })
    }

    fn within(
        &mut self,
        name: &str,
        root: &Section<'t>,
        files: &BTreeMap<String, Vec<u8>>,
    ) -> Option<String> {
        let within = self.optional_id(root, "within")?;
        if within == name || !files.keys().any(|path| workflow_name(path) == Some(&within)) {
            self.problems.push(root.problem(
                "within",
                format!("“{within}” is no other workflow of this protocol"),
                "Name the workflow whose cases these belong to, or remove this line",
            ));
        }
        Some(within)
    }

    fn workflow(&mut self, name: &str, root: &Section<'t>) -> Workflow {
        let mut workflow = Workflow {
            id: name.to_owned(),
            title: root.translated("title", &mut self.problems).to_words(),
            ..Workflow::default()
        };
        for section in root.sections("stage", &mut self.problems) {
            let id = section.text("id", &mut self.problems).value;
            let section = section.named(format!("stage {id}"));
            for fact in section.sections("fact", &mut self.problems) {
                let kind = self.fact(fact, Some(&id));
                workflow.facts.push(kind);
            }
            let stage = self.stage(&section, id, workflow.stages.last());
            section.finish(&mut self.problems);
            self.parts.push((Part::Stage(stage.id.clone()), section));
            workflow.stages.push(stage);
        }
        for section in root.sections("fact", &mut self.problems) {
            let kind = self.fact(section, None);
            workflow.facts.push(kind);
        }
        workflow.clocks = self.each(root, "clock", Part::Clock, Reader::clock);
        workflow.stops = self.each(root, "stop", Part::Stop, Reader::stop);
        workflow.ends = self.each(root, "end", Part::End, Reader::end);
        workflow.products = self.each(root, "product", Part::Product, Reader::product);
        workflow
    }

    /// The tables of one kind, each remembered with its place.
    fn each<T>(
        &mut self,
        root: &Section<'t>,
        key: &'static str,
        part: fn(String) -> Part,
        read: fn(&mut Self, &Section<'t>, String) -> T,
    ) -> Vec<T> {
        let mut all = Vec::new();
        for section in root.sections(key, &mut self.problems) {
            let id = section.text("id", &mut self.problems).value;
            let part = part(id.clone());
            let section = section.named(part.to_string());
            all.push(read(self, &section, id));
            section.finish(&mut self.problems);
            self.parts.push((part, section));
        }
        all
    }

    fn stage(&mut self, section: &Section<'t>, id: String, above: Option<&Stage>) -> Stage {
        let after = if section.has("after") {
            self.ids(section, "after")
        } else {
            above.map(|stage| stage.id.clone()).into_iter().collect()
        };
        let done_by = section.texts_list("done_by", &mut self.problems);
        Stage {
            id,
            title: section.translated("title", &mut self.problems).to_words(),
            after,
            only_when: self.optional_need(section, "only_when"),
            done_by: done_by
                .into_iter()
                .filter_map(|text| self.parsed::<Need>(section, "done_by", &text))
                .collect(),
            in_order: section.optional_flag("in_order", &mut self.problems).unwrap_or(false),
        }
    }

    fn fact(&mut self, section: Section<'t>, stage: Option<&str>) -> FactKind {
        let id = section.text("id", &mut self.problems).value;
        let section = section.named(format!("fact {id}"));
        let mut fields = Vec::new();
        for field in section.sections("field", &mut self.problems) {
            fields.push(self.field(field, &id));
        }
        let next = section.optional_translated("next", &mut self.problems);
        let kind = FactKind {
            title: section.translated("title", &mut self.problems).to_words(),
            next: next.map(|next| next.to_words()),
            stage: stage.map(str::to_owned),
            by: self.ids(&section, "by"),
            fields,
            reason: section.optional_flag("reason", &mut self.problems).unwrap_or(false),
            not_by: self.ids(&section, "not_by"),
            not_before: self.optional_id(&section, "not_before"),
            back_to: self.optional_id(&section, "back_to"),
            id,
        };
        section.finish(&mut self.problems);
        self.parts.push((Part::Fact(kind.id.clone()), section));
        kind
    }

    fn field(&mut self, section: Section<'t>, fact: &str) -> Field {
        let name = section.text("name", &mut self.problems).value;
        let section = section.named(format!("{fact}/{name}"));
        let class = section.word("class", &mut self.problems).unwrap_or(Class::Sensitive);
        if class == Class::Identity {
            self.problems.push(section.problem(
                "class",
                "a fact holds no identity",
                "Keep it in a form; a fact may name a code",
            ));
        }
        let mut kind: FieldKind = section.word("type", &mut self.problems).unwrap_or_default();
        let mut choices: Vec<(String, casework::Words)> = read_choices(&section, &mut self.problems)
            .into_iter()
            .map(|choice| (choice.name, choice.title.to_words()))
            .collect();
        if let Some(from) = section.optional_text("choices_from", &mut self.problems) {
            match (from.value.as_str(), self.yardsticks, choices.is_empty()) {
                ("yardsticks", Some(known), true) => choices = known.choices(),
                ("standards", Some(known), true) => choices = known.standard_choices(),
                _ => self.problems.push(section.problem(
                    "choices_from",
                    "these choices come from nowhere",
                    "Write yardsticks or standards, have a file yardsticks.toml, and write no choices beside it",
                )),
            }
        }
        if choices.is_empty() == matches!(kind, FieldKind::Choice(_)) {
            self.problems.push(section.problem(
                "choices",
                "choices and the type “select” belong together",
                "Write choices where the type is “select”, and only there",
            ));
        }
        if let FieldKind::Choice(known) = &mut kind {
            known.extend(choices);
        }
        let field = Field {
            title: section.translated("title", &mut self.problems).to_words(),
            kind,
            // Where a case stands is the same for everybody, so nothing of it waits for a value that only some can open.
            optional: section.optional_flag("optional", &mut self.problems).unwrap_or(false)
                || class == Class::Sensitive,
            name,
        };
        section.finish(&mut self.problems);
        self.classes.insert((fact.to_owned(), field.name.clone()), class);
        field
    }

    fn clock(&mut self, section: &Section<'t>, id: String) -> Clock {
        let pause = (self.optional_need(section, "paused_from"), self.optional_need(section, "paused_until"));
        if pause.0.is_some() != pause.1.is_some() {
            self.problems.push(section.problem(
                "paused_from",
                "`paused_from` and `paused_until` belong together",
                "Write both or neither",
            ));
        }
        Clock {
            id,
            title: section.translated("title", &mut self.problems).to_words(),
            rule: section.translated("rule", &mut self.problems).to_words(),
            source: section.text("source", &mut self.problems).value,
            severity: section.word::<Severity>("severity", &mut self.problems).unwrap_or_default(),
            starts: self.need(section, "starts"),
            due: self.due(section),
            stops: self.need(section, "stops"),
            pause: pause.0.zip(pause.1),
            always: section.optional_flag("always", &mut self.problems).unwrap_or(false),
        }
    }

    fn due(&mut self, section: &Section<'t>) -> Due {
        let ways = ["due_by", "checkpoints_by", "due_on"].into_iter().filter(|key| section.has(key)).count();
        if ways > 1
            || (ways == 1 && section.has("due") != section.has("due_by"))
            || (ways == 0 && !section.has("due"))
        {
            self.problems.push(section.problem(
                "due",
                "a clock is due in one way",
                "Write due = \"14 days\", or due_by with due = { choice = \"14 days\" }, or checkpoints_by with \
                 checkpoints = { choice = \"30 days\" }, or due_on = \"a date of the fact that starts it\"",
            ));
        }
        if let Some(field) = self.optional_id(section, "due_by") {
            Due::ByChoice { field, spans: self.spans(section, "due") }
        } else if let Some(field) = self.optional_id(section, "checkpoints_by") {
            Due::Points { field, spans: self.spans(section, "checkpoints") }
        } else if let Some(field) = self.optional_id(section, "due_on") {
            Due::On { field }
        } else {
            let text = section.optional_text("due", &mut self.problems);
            let span = text.and_then(|text| self.parsed(section, "due", &text));
            Due::After(span.unwrap_or(Span::Days(1)))
        }
    }

    fn spans(&mut self, section: &Section<'t>, key: &'static str) -> Vec<(String, Span)> {
        let named = section.named_texts(key, &mut self.problems);
        named
            .into_iter()
            .filter_map(|(name, text)| Some((name, self.parsed::<Span>(section, key, &text)?)))
            .collect()
    }

    fn stop(&mut self, section: &Section<'t>, id: String) -> Stop {
        let times = section.has("times").then(|| section.number("times", 1, 100, &mut self.problems));
        Stop {
            id,
            state: section.translated("state", &mut self.problems).to_words(),
            by: self.need(section, "by"),
            times: times.unwrap_or(1),
            lifted_by: self.optional_need(section, "lifted_by"),
            next: section.translated("next", &mut self.problems).to_words(),
            acts: self.ids(section, "acts"),
            allows: self.ids(section, "allows"),
            publishes: self.ids(section, "publishes"),
        }
    }

    fn end(&mut self, section: &Section<'t>, id: String) -> End {
        End {
            id,
            title: section.translated("title", &mut self.problems).to_words(),
            by: self.need(section, "by"),
            after: self.ids(section, "after"),
            allows: self.ids(section, "allows"),
        }
    }

    fn product(&mut self, section: &Section<'t>, id: String) -> Product {
        Product {
            id,
            title: section.translated("title", &mut self.problems).to_words(),
            after: self.ids(section, "after"),
        }
    }

    fn ids(&mut self, section: &Section<'t>, key: &'static str) -> Vec<String> {
        section.texts_list(key, &mut self.problems).into_iter().map(|text| text.value).collect()
    }

    fn optional_id(&mut self, section: &Section<'t>, key: &'static str) -> Option<String> {
        section.optional_text(key, &mut self.problems).map(|text| text.value)
    }

    fn need(&mut self, section: &Section<'t>, key: &'static str) -> Need {
        let text = section.text(key, &mut self.problems);
        let need = if text.value.is_empty() { None } else { self.parsed(section, key, &text) };
        need.unwrap_or(Need { any: Vec::new() })
    }

    fn optional_need(&mut self, section: &Section<'t>, key: &'static str) -> Option<Need> {
        let text = section.optional_text(key, &mut self.problems)?;
        self.parsed(section, key, &text)
    }

    fn parsed<T: std::str::FromStr<Err: std::error::Error>>(
        &mut self,
        section: &Section<'t>,
        key: &'static str,
        text: &toml_section::At<String>,
    ) -> Option<T> {
        match text.value.parse() {
            Ok(value) => Some(value),
            Err(error) => {
                // The sentence says what is wrong, then after its colon what to write.
                let told = error.to_string();
                let (message, what_to_do) =
                    told.split_once(": write ").unwrap_or((&told, "a word that fits"));
                let problem = section.problem(key, message, format!("Write {what_to_do}"));
                self.problems.push(problem.row(text.row));
                None
            }
        }
    }

    /// What is wrong with the whole. A key that could not be read was told already.
    fn check(&mut self, workflow: &Workflow, root: &Section<'t>, roles: &[Role]) {
        let roles: Vec<&str> = roles.iter().map(|role| role.id.as_str()).collect();
        for fault in casework::check(workflow, &roles) {
            let section =
                self.parts.iter().find(|(part, _)| *part == fault.part).map_or(root, |(_, section)| section);
            let problem = section.problem(fault.key, fault.message, fault.what_to_do);
            let told = |known: &Problem| known.column == problem.column && known.field == problem.field;
            if !self.problems.iter().any(told) {
                self.problems.push(problem);
            }
        }
        self.check_sealed(workflow);
    }

    /// A sealed value decides nothing: who cannot open it must see the case stand where everybody sees it.
    fn check_sealed(&mut self, workflow: &Workflow) {
        let sealed = |kind: &str, field: &str| {
            self.classes.get(&(kind.to_owned(), field.to_owned())) == Some(&Class::Sensitive)
        };
        let asks = |need: &Need| {
            need.any.iter().any(|pattern| {
                pattern.conditions.iter().any(|condition| sealed(&pattern.kind, &condition.field))
            })
        };
        let tells = |need: &Need, field: &str| need.kinds().iter().any(|kind| sealed(kind, field));
        let mut found = Vec::new();
        for stage in &workflow.stages {
            if stage.done_by.iter().chain(&stage.only_when).any(asks) {
                found.push(Part::Stage(stage.id.clone()));
            }
        }
        for clock in &workflow.clocks {
            let pause = clock.pause.iter().flat_map(|(from, until)| [from, until]);
            let by_field = match &clock.due {
                Due::After(_) => false,
                Due::ByChoice { field, .. } | Due::On { field } => tells(&clock.starts, field),
                Due::Points { field, .. } => tells(&clock.stops, field),
            };
            if by_field || [&clock.starts, &clock.stops].into_iter().chain(pause).any(asks) {
                found.push(Part::Clock(clock.id.clone()));
            }
        }
        for stop in &workflow.stops {
            if std::iter::once(&stop.by).chain(&stop.lifted_by).any(asks) {
                found.push(Part::Stop(stop.id.clone()));
            }
        }
        found.extend(workflow.ends.iter().filter(|end| asks(&end.by)).map(|end| Part::End(end.id.clone())));
        for part in found {
            let Some((_, section)) = self.parts.iter().find(|(known, _)| *known == part) else { continue };
            self.problems.push(section.problem(
                "id",
                "it depends on a sealed value, which not everybody can open",
                "Let it depend on a field of the class open",
            ));
        }
    }
}
