use crate::need::{Need, Test, is_id};
use crate::workflow::{Due, Field, FieldKind, Workflow};
use std::collections::BTreeSet;
use std::fmt;

/// One fault of a workflow: where it is, what is wrong, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The part of the workflow.
    pub part: Part,
    /// What of it, by the name of the key in a protocol.
    pub key: &'static str,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub what_to_do: String,
}

/// A part of a workflow, with its id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// The whole.
    Workflow,
    /// A stage.
    Stage(String),
    /// A kind of fact.
    Fact(String),
    /// A clock.
    Clock(String),
    /// A stop rule.
    Stop(String),
    /// An end.
    End(String),
    /// A product.
    Product(String),
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Part::Workflow => f.write_str("the workflow"),
            Part::Stage(id) => write!(f, "stage {id}"),
            Part::Fact(id) => write!(f, "fact {id}"),
            Part::Clock(id) => write!(f, "clock {id}"),
            Part::Stop(id) => write!(f, "stop {id}"),
            Part::End(id) => write!(f, "end {id}"),
            Part::Product(id) => write!(f, "product {id}"),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {}: {}. {}.", self.part, self.key, self.message, self.what_to_do)
    }
}

/// Everything that is wrong with a workflow, in its order. `roles` are those that can act in it.
pub fn check(workflow: &Workflow, roles: &[&str]) -> Vec<Fault> {
    let mut check = Check { workflow, roles, faults: Vec::new() };
    check.ids();
    check.facts();
    check.stages();
    check.clocks();
    check.stops();
    check.ends();
    check.products();
    check.reach();
    check.faults
}

struct Check<'w> {
    workflow: &'w Workflow,
    roles: &'w [&'w str],
    faults: Vec<Fault>,
}

impl<'w> Check<'w> {
    fn fault(
        &mut self,
        part: &Part,
        key: &'static str,
        message: impl Into<String>,
        what_to_do: impl Into<String>,
    ) {
        let (message, what_to_do) = (message.into(), what_to_do.into());
        self.faults.push(Fault { part: part.clone(), key, message, what_to_do });
    }

    fn ids(&mut self) {
        let workflow = self.workflow;
        let mut parts: Vec<(Part, &str)> = Vec::new();
        parts.push((Part::Workflow, &workflow.id));
        parts.extend(workflow.stages.iter().map(|part| (Part::Stage(part.id.clone()), part.id.as_str())));
        parts.extend(workflow.facts.iter().map(|part| (Part::Fact(part.id.clone()), part.id.as_str())));
        parts.extend(workflow.clocks.iter().map(|part| (Part::Clock(part.id.clone()), part.id.as_str())));
        parts.extend(workflow.stops.iter().map(|part| (Part::Stop(part.id.clone()), part.id.as_str())));
        parts.extend(workflow.ends.iter().map(|part| (Part::End(part.id.clone()), part.id.as_str())));
        parts.extend(workflow.products.iter().map(|part| (Part::Product(part.id.clone()), part.id.as_str())));
        let mut seen: BTreeSet<Part> = BTreeSet::new();
        for (part, id) in parts {
            if !is_id(id) {
                let what_to_do = "Use small letters, digits and _, a letter or digit first";
                self.fault(&part, "id", format!("“{id}” cannot be an id"), what_to_do);
            } else if !seen.insert(part.clone()) {
                self.fault(&part, "id", "two of them have this id", "Give one another id");
            }
        }
        if workflow.stages.is_empty() {
            self.fault(&Part::Workflow, "stage", "it has no stage", "Add a [[stage]]");
        }
        if workflow.ends.is_empty() {
            self.fault(&Part::Workflow, "end", "no case could ever end", "Add an [[end]]");
        }
    }

    fn facts(&mut self) {
        for kind in &self.workflow.facts {
            let part = Part::Fact(kind.id.clone());
            self.roles_known(&part, "by", &kind.by);
            self.stages_known(&part, "back_to", kind.back_to.as_slice());
            self.kinds_known(&part, "not_by", &kind.not_by);
            if let Some(clock) =
                kind.not_before.as_deref().filter(|clock| self.workflow.clock(clock).is_none())
            {
                let what_to_do = known("clocks", self.workflow.clocks.iter().map(|clock| &clock.id));
                self.fault(&part, "not_before", format!("there is no clock “{clock}”"), what_to_do);
            }
            let mut names = BTreeSet::new();
            for field in &kind.fields {
                let named = |message: &str| format!("field “{}” {message}", field.name);
                if !is_id(&field.name) {
                    let what_to_do = "Use small letters, digits and _, a letter or digit first";
                    self.fault(&part, "field", named("cannot be named so"), what_to_do);
                } else if !names.insert(&field.name) {
                    self.fault(&part, "field", named("is there twice"), "Give one another name");
                }
                if let FieldKind::Choice(choices) = &field.kind {
                    let distinct: BTreeSet<&String> = choices.iter().map(|(name, _)| name).collect();
                    if choices.len() < 2 || distinct.len() < choices.len() {
                        let message = named("needs at least two choices, each once");
                        self.fault(&part, "field", message, "Correct its choices");
                    }
                    for (name, _) in choices.iter().filter(|(name, _)| !is_id(name)) {
                        let what_to_do = "Use small letters, digits and _, a letter or digit first";
                        self.fault(&part, "field", named(&format!("has a choice “{name}”")), what_to_do);
                    }
                }
            }
        }
    }

    fn stages(&mut self) {
        for (index, stage) in self.workflow.stages.iter().enumerate() {
            let part = Part::Stage(stage.id.clone());
            self.stages_known(&part, "after", &stage.after);
            let above = self.workflow.stages.get(..index).unwrap_or_default();
            for id in &stage.after {
                if self.workflow.stage(id).is_some() && above.iter().all(|earlier| earlier.id != *id) {
                    let message = format!("it waits for “{id}”, which stands below it or is itself");
                    self.fault(&part, "after", message, "Put a stage below those that it waits for");
                }
            }
            if let Some(need) = &stage.only_when {
                self.need(&part, "only_when", need);
            }
            if stage.done_by.is_empty() {
                let what_to_do = "Write done_by with the facts that it waits for";
                self.fault(&part, "done_by", "nothing tells that it is done", what_to_do);
            }
            for need in &stage.done_by {
                self.need(&part, "done_by", need);
                let first = need.kinds().first().and_then(|kind| self.workflow.fact(kind));
                if let Some(kind) = first.filter(|kind| kind.next.is_none()) {
                    let message =
                        format!("the stage “{}” waits for it, and nothing says what to do", stage.id);
                    self.fault(&Part::Fact(kind.id.clone()), "next", message, "Write next = { … }");
                }
            }
        }
    }

    fn clocks(&mut self) {
        for clock in &self.workflow.clocks {
            let part = Part::Clock(clock.id.clone());
            self.need(&part, "starts", &clock.starts);
            self.need(&part, "stops", &clock.stops);
            if let Some((begins, ends)) = &clock.pause {
                self.need(&part, "paused_from", begins);
                self.need(&part, "paused_until", ends);
            }
            if clock.source.trim().is_empty() {
                let what_to_do = "Name the law and article, the agreement, or the protocol itself";
                self.fault(&part, "source", "nobody can look up where the rule stands", what_to_do);
            }
            match &clock.due {
                Due::After(_) => {}
                Due::ByChoice { field, spans } => {
                    let found = self.field_of_all(&part, "due_by", &clock.starts, field);
                    self.choices_known(&part, "due", found, spans.iter().map(|(name, _)| name));
                }
                Due::Points { field, spans } => {
                    let found = clock
                        .stops
                        .kinds()
                        .into_iter()
                        .find_map(|kind| self.workflow.fact(kind).and_then(|kind| kind.field(field)));
                    if found.is_none() {
                        let message = format!("no fact that stops the clock has a field “{field}”");
                        self.fault(
                            &part,
                            "checkpoints_by",
                            message,
                            "Name the field that tells the points apart",
                        );
                    }
                    self.choices_known(&part, "checkpoints", found, spans.iter().map(|(name, _)| name));
                }
                Due::On { field } => {
                    let found = self.field_of_all(&part, "due_on", &clock.starts, field);
                    if found.is_some_and(|field| field.kind != FieldKind::Date) {
                        self.fault(&part, "due_on", format!("“{field}” is not a date"), "Name a date");
                    }
                }
            }
        }
    }

    fn stops(&mut self) {
        for stop in &self.workflow.stops {
            let part = Part::Stop(stop.id.clone());
            self.need(&part, "by", &stop.by);
            if let Some(need) = &stop.lifted_by {
                self.need(&part, "lifted_by", need);
            }
            if stop.times == 0 {
                self.fault(&part, "times", "it would be in force from the beginning", "Write 1 or more");
            }
            self.roles_known(&part, "acts", &stop.acts);
            self.kinds_known(&part, "allows", &stop.allows);
            self.products_known(&part, "publishes", &stop.publishes);
        }
    }

    fn ends(&mut self) {
        for end in &self.workflow.ends {
            let part = Part::End(end.id.clone());
            self.need(&part, "by", &end.by);
            self.stages_known(&part, "after", &end.after);
            self.kinds_known(&part, "allows", &end.allows);
        }
        // A stopped case must be able to end.
        for stop in self.workflow.stops.iter().filter(|stop| stop.lifted_by.is_none()) {
            let leaves =
                |kind: &&str| stop.allows.iter().any(|allowed| allowed == kind) || stop.by.names(kind);
            let open = |end: &&crate::End| end.after.is_empty() && end.by.kinds().iter().any(leaves);
            if !self.workflow.ends.iter().any(|end| open(&end)) {
                let part = Part::Stop(stop.id.clone());
                let message = "nothing lifts it, and no fact that it allows ends the case";
                self.fault(&part, "allows", message, "Allow a fact that ends the case, or write lifted_by");
            }
        }
    }

    fn products(&mut self) {
        for product in &self.workflow.products {
            self.stages_known(&Part::Product(product.id.clone()), "after", &product.after);
        }
    }

    /// What can be recorded at some time in some case: grows until nothing more comes within reach.
    fn reach(&mut self) {
        let workflow = self.workflow;
        let mut over: BTreeSet<&str> = BTreeSet::new();
        let reached = |over: &BTreeSet<&str>, stages: &[String]| {
            stages.iter().all(|id| over.contains(id.as_str()) || workflow.stage(id).is_none())
        };
        loop {
            let happens = |kind: &str| {
                let kind = workflow.fact(kind)?;
                let stage = kind.stage.as_deref().and_then(|id| workflow.stage(id));
                Some(stage.is_none_or(|stage| reached(&over, &stage.after)))
            };
            // A need without facts and a fact that is not declared are faults of their own.
            let possible = |need: &Need| {
                need.any.is_empty() || need.kinds().iter().any(|kind| happens(kind) != Some(false))
            };
            let newly: Vec<&str> = workflow
                .stages
                .iter()
                .filter(|stage| !over.contains(stage.id.as_str()) && reached(&over, &stage.after))
                .filter(|stage| stage.done_by.iter().all(possible))
                .map(|stage| stage.id.as_str())
                .collect();
            if newly.is_empty() {
                break;
            }
            over.extend(newly);
        }
        // Those behind a stage that cannot be done follow from it, and are not told.
        let stuck = workflow.stages.iter().filter(|stage| !over.contains(stage.id.as_str()));
        for stage in stuck.filter(|stage| reached(&over, &stage.after)) {
            let message =
                "it waits for a fact of a stage that opens only after it, so no case gets beyond it";
            let what_to_do = "Move that fact into this stage, or out of all stages";
            self.fault(&Part::Stage(stage.id.clone()), "done_by", message, what_to_do);
        }
    }

    fn need(&mut self, part: &Part, key: &'static str, need: &Need) {
        if need.any.is_empty() {
            self.fault(part, key, "no fact does it", format!("Write {key} with a fact"));
        }
        for pattern in &need.any {
            let Some(kind) = self.workflow.fact(&pattern.kind) else {
                let message = format!("there is no fact “{}”", pattern.kind);
                let what_to_do = known("facts", self.workflow.facts.iter().map(|kind| &kind.id));
                self.fault(part, key, message, what_to_do);
                continue;
            };
            for condition in &pattern.conditions {
                let Some(field) = kind.field(&condition.field) else {
                    let message = format!("fact “{}” has no field “{}”", kind.id, condition.field);
                    let what_to_do = known("fields", kind.fields.iter().map(|field| &field.name));
                    self.fault(part, key, message, what_to_do);
                    continue;
                };
                match (&condition.test, &field.kind) {
                    (Test::OneOf(names), FieldKind::Choice(_)) => {
                        self.choices_known(part, key, Some(field), names.iter());
                    }
                    (Test::Number(..), FieldKind::Number) | (Test::OneOf(_), FieldKind::Text) => {}
                    _ => {
                        let message = format!("“{}” cannot be compared so", field.name);
                        let what_to_do = "Use = with choices and texts, and >, >=, < or <= with numbers";
                        self.fault(part, key, message, what_to_do);
                    }
                }
            }
        }
    }

    /// A field that every fact of the need has.
    fn field_of_all(&mut self, part: &Part, key: &'static str, need: &Need, name: &str) -> Option<&'w Field> {
        let mut found = None;
        for kind in need.kinds().into_iter().filter_map(|kind| self.workflow.fact(kind)) {
            match kind.field(name) {
                Some(field) => found = Some(field),
                None => {
                    let message = format!("fact “{}” has no field “{name}”", kind.id);
                    let what_to_do = known("fields", kind.fields.iter().map(|field| &field.name));
                    self.fault(part, key, message, what_to_do);
                }
            }
        }
        found
    }

    fn choices_known<'c>(
        &mut self,
        part: &Part,
        key: &'static str,
        field: Option<&Field>,
        names: impl Iterator<Item = &'c String>,
    ) {
        let Some(Field { name: field, kind: FieldKind::Choice(choices), .. }) = field else {
            if let Some(field) = field {
                let message = format!("“{}” has no choices", field.name);
                self.fault(part, key, message, "Name a field with choices");
            }
            return;
        };
        for name in names.filter(|name| choices.iter().all(|(known, _)| known != *name)) {
            let what_to_do = known("choices", choices.iter().map(|(name, _)| name));
            self.fault(part, key, format!("“{field}” has no choice “{name}”"), what_to_do);
        }
    }

    fn roles_known(&mut self, part: &Part, key: &'static str, ids: &[String]) {
        if ids.is_empty() {
            self.fault(part, key, "nobody may act", format!("Name roles in {key}"));
        }
        let roles: Vec<String> = self.roles.iter().map(ToString::to_string).collect();
        self.listed(part, key, "role", ids, &roles);
    }

    fn stages_known(&mut self, part: &Part, key: &'static str, ids: &[String]) {
        let stages: Vec<String> = self.workflow.stages.iter().map(|stage| stage.id.clone()).collect();
        self.listed(part, key, "stage", ids, &stages);
    }

    fn kinds_known(&mut self, part: &Part, key: &'static str, ids: &[String]) {
        let kinds: Vec<String> = self.workflow.facts.iter().map(|kind| kind.id.clone()).collect();
        self.listed(part, key, "fact", ids, &kinds);
    }

    fn products_known(&mut self, part: &Part, key: &'static str, ids: &[String]) {
        let products: Vec<String> = self.workflow.products.iter().map(|product| product.id.clone()).collect();
        self.listed(part, key, "product", ids, &products);
    }

    fn listed(&mut self, part: &Part, key: &'static str, what: &str, ids: &[String], all: &[String]) {
        for id in ids.iter().filter(|id| !all.contains(id)) {
            self.fault(
                part,
                key,
                format!("there is no {what} “{id}”"),
                known(&format!("{what}s"), all.iter()),
            );
        }
    }
}

fn known<'n>(what: &str, names: impl Iterator<Item = &'n String>) -> String {
    let names: Vec<&str> = names.map(String::as_str).collect();
    if names.is_empty() {
        format!("There are no {what} yet")
    } else {
        format!("The {what} are {}", names.join(", "))
    }
}
