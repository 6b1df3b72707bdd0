use crate::need::Need;
use crate::span::Span;
use crate::words::Words;

/// How one kind of case goes: a visit, a protection case, a tracing request, a recommendation. It is data, declared
/// by a protocol; [`check`](crate::check) tells what is wrong with it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Workflow {
    /// Its id, `visit`.
    pub id: String,
    /// Its name.
    pub title: Words,
    /// Its stages, in order: a stage comes after those it waits for.
    pub stages: Vec<Stage>,
    /// What can be put on record.
    pub facts: Vec<FactKind>,
    /// Its time limits.
    pub clocks: Vec<Clock>,
    /// What stops a case where it stands.
    pub stops: Vec<Stop>,
    /// How a case can end.
    pub ends: Vec<End>,
    /// What may be published of a case, and when.
    pub products: Vec<Product>,
}

/// A part of the way.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stage {
    /// Its id, `frame_frozen`.
    pub id: String,
    /// Its name.
    pub title: Words,
    /// Ids of the stages that must be done or skipped before this one opens. Several stages after the same one run
    /// side by side.
    pub after: Vec<String>,
    /// The stage is skipped unless this happened.
    pub only_when: Option<Need>,
    /// It is done when all of these happened.
    pub done_by: Vec<Need>,
    /// Whether they happen in this order: none before those that stand before it.
    pub in_order: bool,
}

/// A kind of fact.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FactKind {
    /// Its id, `frame_frozen`.
    pub id: String,
    /// What is said of it afterwards: "Frame frozen".
    pub title: Words,
    /// What is asked for beforehand: "Freeze the frame and publish its hash".
    pub next: Option<Words>,
    /// The stage it belongs to: it can be put on record once that stage is open. Without one, at any time.
    pub stage: Option<String>,
    /// Ids of the roles that put it on record.
    pub by: Vec<String>,
    /// What it tells.
    pub fields: Vec<Field>,
    /// Whether it needs a reason.
    pub reason: bool,
    /// Four eyes: whoever put one of these kinds on record may not put this one, nor the other way round.
    pub not_by: Vec<String>,
    /// The clock that must have run out before this can be put on record.
    pub not_before: Option<String>,
    /// The case goes back to this stage: it and all that come after it are to be done again.
    pub back_to: Option<String>,
}

/// A value that a kind of fact has.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Field {
    /// Its name, `difference_percent`.
    pub name: String,
    /// What is asked, with the unit of a number.
    pub title: Words,
    /// What it holds.
    pub kind: FieldKind,
    /// Whether it may be left out.
    pub optional: bool,
}

/// What a field holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum FieldKind {
    /// One of these, by name.
    Choice(Vec<(String, Words)>),
    /// A number.
    Number,
    /// A civil date.
    Date,
    /// A short text or a code.
    #[default]
    Text,
    /// Several sentences.
    Passage,
}

/// A time limit.
#[derive(Clone, Debug, PartialEq)]
pub struct Clock {
    /// Its id, `right_of_reply`.
    pub id: String,
    /// Its name.
    pub title: Words,
    /// The rule it comes from, in words.
    pub rule: Words,
    /// Where the rule stands: a law and its article, an agreement, the protocol's own choice.
    pub source: String,
    /// What it means to be late.
    pub severity: Severity,
    /// What starts it.
    pub starts: Need,
    /// When it is due.
    pub due: Due,
    /// What stops it.
    pub stops: Need,
    /// Between the first and the second it stands still.
    pub pause: Option<(Need, Need)>,
    /// It runs on while the case is stopped and after it ended.
    pub always: bool,
}

/// What it means to be late.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Severity {
    /// The work is late.
    #[default]
    Work,
    /// A person is at risk.
    People,
}

/// When a clock is due.
#[derive(Clone, Debug, PartialEq)]
pub enum Due {
    /// So long after its start.
    After(Span),
    /// So long after its start, by a choice of the fact that starts it. A choice without a length starts no clock.
    ByChoice {
        /// A field of the fact that starts it.
        field: String,
        /// Each choice and its length.
        spans: Vec<(String, Span)>,
    },
    /// Several times after its start, each stopped by the fact that names it: checks after 30, 90 and 180 days, or a
    /// notice to each of two authorities.
    Points {
        /// A field of the fact that stops it.
        field: String,
        /// Each choice and its length.
        spans: Vec<(String, Span)>,
    },
    /// On the date that the fact which starts it gives.
    On {
        /// A date of the fact that starts it.
        field: String,
    },
}

/// A stop rule: what happened makes the case stand still, whatever its stage.
#[derive(Clone, Debug, PartialEq)]
pub struct Stop {
    /// Its id, `compromised`.
    pub id: String,
    /// The state of the case then: "suspended – compromised".
    pub state: Words,
    /// What stops the case.
    pub by: Need,
    /// How many times since it was last lifted.
    pub times: u32,
    /// What lifts it again; without one, nothing does.
    pub lifted_by: Option<Need>,
    /// What is to be done then.
    pub next: Words,
    /// Ids of the roles that do it.
    pub acts: Vec<String>,
    /// Ids of the kinds of fact that may still be put on record, beside those that stop or lift.
    pub allows: Vec<String>,
    /// Ids of the products that may still be published.
    pub publishes: Vec<String>,
}

/// How a case can end.
#[derive(Clone, Debug, PartialEq)]
pub struct End {
    /// Its id, `access_refused`.
    pub id: String,
    /// The state of the case then.
    pub title: Words,
    /// What ends it.
    pub by: Need,
    /// Ids of the stages that must be done or skipped before it may end so.
    pub after: Vec<String>,
    /// Ids of the kinds of fact that may still be put on record; one that sends the case back opens it again.
    pub allows: Vec<String>,
}

/// Something that may be published of a case.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Product {
    /// Its id, `access_record`.
    pub id: String,
    /// Its name.
    pub title: Words,
    /// Ids of the stages that must be done or skipped before.
    pub after: Vec<String>,
}

impl Workflow {
    /// The stage with this id.
    pub fn stage(&self, id: &str) -> Option<&Stage> {
        self.stages.iter().find(|stage| stage.id == id)
    }

    /// The kind of fact with this id.
    pub fn fact(&self, id: &str) -> Option<&FactKind> {
        self.facts.iter().find(|kind| kind.id == id)
    }

    /// The clock with this id.
    pub fn clock(&self, id: &str) -> Option<&Clock> {
        self.clocks.iter().find(|clock| clock.id == id)
    }

    /// The stop rule with this id.
    pub fn stop(&self, id: &str) -> Option<&Stop> {
        self.stops.iter().find(|stop| stop.id == id)
    }

    /// The end with this id.
    pub fn end(&self, id: &str) -> Option<&End> {
        self.ends.iter().find(|end| end.id == id)
    }

    /// The product with this id.
    pub fn product(&self, id: &str) -> Option<&Product> {
        self.products.iter().find(|product| product.id == id)
    }

    /// Whether two kinds of fact must come from different people. Saying it on one side is enough.
    pub fn four_eyes(&self, one: &str, other: &str) -> bool {
        let says = |id: &str, about: &str| {
            self.fact(id).is_some_and(|kind| kind.not_by.iter().any(|by| by == about))
        };
        says(one, other) || says(other, one)
    }

    /// Whether a stage lies on the way after another, or is that stage.
    pub(crate) fn follows(&self, stage: &str, earlier: &str) -> bool {
        let mut reached: Vec<&str> = vec![earlier];
        // A stage stands below those it waits for, so one look from top to bottom finds all.
        for later in &self.stages {
            if later.after.iter().any(|before| reached.contains(&before.as_str())) {
                reached.push(&later.id);
            }
        }
        reached.contains(&stage)
    }
}

impl FactKind {
    /// The field with this name.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }
}

impl FieldKind {
    /// Whether this is one of its choices.
    pub fn has_choice(&self, name: &str) -> bool {
        matches!(self, FieldKind::Choice(choices) if choices.iter().any(|(known, _)| known == name))
    }
}

impl Clock {
    /// Its parts: one, or one for each point, with the name of the point.
    pub(crate) fn points(&self) -> Vec<Option<(&str, Span)>> {
        match &self.due {
            Due::Points { spans, .. } => {
                spans.iter().map(|(name, span)| Some((name.as_str(), *span))).collect()
            }
            _ => vec![None],
        }
    }
}
