//! Reads `release.toml`: what is published of a case, whose answers the figures come from, and the indicators.

use std::collections::BTreeMap;

use xforms::{Field, Form};

use crate::compartment::Compartment;
use crate::condition::{self, Condition};
use crate::form::ReadForm;
use crate::problem::Problem;
use crate::texts::Texts;
use crate::toml_section::{self, At, Section};
use crate::workflow::ProtocolWorkflow;

/// The file that declares what is released.
pub(crate) const RELEASE_TOML: &str = "release.toml";

/// What a protocol publishes of its cases.
#[derive(Clone, Debug)]
pub struct ReleasePlan {
    /// The workflow whose cases are released.
    pub workflow: String,
    /// The product of that workflow that must be publishable.
    pub product: String,
    /// The fact of the first signature. Only a release puts this and the next two on record.
    pub prepared: String,
    /// The fact of the second signature, by somebody else.
    pub signed: String,
    /// The fact that a release was taken back.
    pub retracted: String,
    /// The product that is left to publish where the other may not be, and the fact that it was.
    pub only_access: Option<(String, String)>,
    /// The facts of the access record, printed with their open values.
    pub access: Vec<String>,
    /// The workflow of findings, which are printed with their replies.
    pub findings: Option<String>,
    /// How findings are counted: all of a case, printed or not.
    pub counted: Vec<Counted>,
    /// The compartments that a draft is sealed to, one copy each.
    pub sealed_to: Vec<String>,
    /// Whose answers the figures come from.
    pub sample: SamplePlan,
    /// The figures.
    pub indicators: Vec<Indicator>,
    /// The workflow of the drawn cases whose answers are put together, where this is a release of several.
    pub across: Option<String>,
}

/// A count of findings.
#[derive(Clone, Debug)]
pub struct Counted {
    /// Its number in the plan of the work, `I11`.
    pub number: String,
    /// Its title.
    pub title: Texts,
    /// What they are counted by.
    pub by: CountedBy,
}

/// What findings are counted by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CountedBy {
    /// The choice that a fact tells: fact and field.
    Choice(String, String),
    /// Whether a time limit was kept.
    Clock(String),
}

/// Whose answers count, and how they were drawn. Fields are named by their paths.
#[derive(Clone, Debug)]
pub struct SamplePlan {
    /// The form with the answers.
    pub form: String,
    /// The field with the code of the case.
    pub case: String,
    /// What must hold for somebody to have been asked.
    pub asked: Vec<Condition>,
    /// What must hold besides for somebody to have been drawn first, and not to take the place of another.
    pub first: Vec<Condition>,
    /// What must hold besides for the answers to be an interview.
    pub given: Vec<Condition>,
    /// The field with the stratum.
    pub strata: String,
    /// Strata that are not part of the estimates.
    pub apart: Vec<String>,
    /// The dimensions that figures are broken down by.
    pub by: Vec<String>,
    /// Answers that are none.
    pub no_answer: Vec<String>,
    /// The codes that the draw gave out. Where a case has any, only these are heard, once each.
    pub codes: Option<DrawnCodes>,
    /// Where it is written whether an interview is valid.
    pub validity: Option<Validity>,
}

/// The codes that a draw gave out, one for everybody to be heard.
#[derive(Clone, Debug)]
pub struct DrawnCodes {
    /// The registry of codes.
    pub registry: String,
    /// The field of the interview with the code of the person.
    pub field: String,
}

/// Whether an interview is valid.
#[derive(Clone, Debug)]
pub struct Validity {
    /// The form filled before the interview.
    pub form: String,
    /// Its field with the code of the interview.
    pub code: String,
    /// The field of the interview with the same code.
    pub interview_code: String,
    /// What must hold, on that form, for an interview to enter the estimates.
    pub holds: Vec<Condition>,
    /// What, on the interview, makes it doubtful: estimates are given with and without.
    pub doubt: Vec<Condition>,
}

/// A number that is computed from answers: their product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quantity(pub Vec<String>);

/// What a respondent can have answered, as the table of an indicator shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answers {
    /// `yes` where all of these hold, `no` where one does not.
    YesNo(Vec<Condition>),
    /// `to_48`, `over_48_to_60`, `over_60`: a quantity in bands, by the upper ends of all but the last.
    Bands(Quantity, Vec<u32>),
}

/// A number beside the shares of an indicator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Figure {
    /// The mean of a quantity.
    Mean(Quantity),
    /// How many answer yes in so many units of a quantity: injuries in 200,000 hours. The quantity is multiplied first,
    /// to cover the time that the answer is about.
    Rate {
        /// In so many units.
        per: u32,
        /// Of this.
        of: Quantity,
        /// So many times.
        times: u32,
    },
}

/// A figure that is published.
#[derive(Clone, Debug)]
pub struct Indicator {
    /// Its name, that of its table and dimension.
    pub id: String,
    /// Its number in the plan of the work, `I3`.
    pub number: String,
    /// Its title.
    pub title: Texts,
    /// The answers.
    pub answers: Answers,
    /// Which of them nobody may be found to have given.
    pub sensitive: Vec<String>,
    /// Whether the stricter threshold holds: it asks a question that the disclosure rules name so.
    pub strict: bool,
    /// A number beside.
    pub figure: Option<Figure>,
    /// What the number is in, after the figure.
    pub unit: Option<Texts>,
}

impl Answers {
    /// The names of the answers, without the one for no answer.
    pub fn names(&self) -> Vec<String> {
        match self {
            Answers::YesNo(_) => vec!["yes".to_owned(), "no".to_owned()],
            Answers::Bands(_, ends) => {
                let mut names: Vec<String> = Vec::new();
                for (at, end) in ends.iter().enumerate() {
                    names.push(match at.checked_sub(1).and_then(|before| ends.get(before)) {
                        None => format!("to_{end}"),
                        Some(before) => format!("over_{before}_to_{end}"),
                    });
                }
                names.extend(ends.last().map(|last| format!("over_{last}")));
                names
            }
        }
    }
}

/// The parts of a folder that a plan names.
pub(crate) struct Named<'a> {
    pub workflows: &'a [ProtocolWorkflow],
    pub forms: &'a [ReadForm],
    pub compartments: &'a [Compartment],
    /// Names of the registries.
    pub registries: Vec<&'a str>,
    /// Questions with the stricter threshold: form id and path.
    pub strict: Vec<(&'a str, &'a str)>,
}

pub(crate) fn read(
    files: &BTreeMap<String, Vec<u8>>,
    named: &Named<'_>,
    problems: &mut Vec<Problem>,
) -> Option<(ReleasePlan, Option<ReleasePlan>)> {
    let bytes = files.get(RELEASE_TOML)?;
    let (source, table) = toml_section::parse(RELEASE_TOML, bytes, problems)?;
    let root = Section::root(RELEASE_TOML, source, &table, "the release");
    let mut reader = Reader { named, problems };
    let plan = reader.plan(&root).map(|plan| {
        let round = reader.round(&root, &plan);
        (plan, round)
    });
    root.finish(problems);
    plan
}

struct Reader<'r, 'a> {
    named: &'r Named<'a>,
    problems: &'r mut Vec<Problem>,
}

impl<'a> Reader<'_, 'a> {
    fn plan(&mut self, root: &Section<'_>) -> Option<ReleasePlan> {
        let workflow = root.text("workflow", self.problems).value;
        let known = self.named.workflows.iter().find(|known| known.workflow.id == workflow);
        if known.is_none() {
            self.say(
                root,
                "workflow",
                format!("there is no workflow “{workflow}”"),
                "Name a file of workflow/",
            );
        }
        let product = root.text("product", self.problems).value;
        let only_access = self.only_access(root, known);
        if known.is_some_and(|known| known.workflow.products.iter().all(|other| other.id != product)) {
            self.say(root, "product", format!("there is no product “{product}”"), "Name one of the workflow");
        }
        let mut fact = |key: &'static str| {
            let id = root.text(key, self.problems).value;
            self.fact(root, key, known, &id);
            id
        };
        let (prepared, signed, retracted) = (fact("prepared"), fact("signed"), fact("retracted"));
        let access: Vec<String> =
            root.texts_list("access", self.problems).into_iter().map(|id| id.value).collect();
        for id in &access {
            self.fact(root, "access", known, id);
        }
        let findings = root.optional_text("findings", self.problems).map(|name| name.value);
        if let Some(name) = &findings
            && !self.named.workflows.iter().any(|known| known.workflow.id == *name)
        {
            self.say(root, "findings", format!("there is no workflow “{name}”"), "Name a file of workflow/");
        }
        let counted = self.counted(root, findings.as_deref());
        let sealed_to: Vec<String> =
            root.texts_list("sealed_to", self.problems).into_iter().map(|id| id.value).collect();
        for id in &sealed_to {
            if !self.named.compartments.iter().any(|known| known.id == *id) {
                self.say(
                    root,
                    "sealed_to",
                    format!("there is no compartment “{id}”"),
                    "Name one of protocol.toml",
                );
            }
        }
        if sealed_to.is_empty() {
            self.say(
                root,
                "sealed_to",
                "a draft is sealed to nobody",
                "Name the compartments of both who sign",
            );
        }
        let Some(section) = root.section("sample", self.problems) else {
            self.say(root, "sample", "nothing says whose answers count", "Add a section [sample]");
            return None;
        };
        let (sample, form) = self.sample(&section.named("sample".to_owned()))?;
        let mut indicators: Vec<Indicator> = Vec::new();
        for section in root.sections("indicator", self.problems) {
            let indicator = self.indicator(section, &sample.form, form);
            let twice = indicators.iter().any(|known| known.id == indicator.id)
                || sample.by.iter().any(|path| last(path) == indicator.id);
            if twice {
                self.say(
                    root,
                    "indicator",
                    format!("“{}” is there twice", indicator.id),
                    "Give it another id",
                );
            }
            indicators.push(indicator);
        }
        Some(ReleasePlan {
            workflow,
            product,
            prepared,
            signed,
            retracted,
            only_access,
            access,
            findings,
            counted,
            sealed_to,
            sample,
            indicators,
            across: None,
        })
    }

    /// `[round]`: the same answers and indicators, of all the cases that were drawn in one round.
    fn round(&mut self, root: &Section<'_>, plan: &ReleasePlan) -> Option<ReleasePlan> {
        let section = root.section("round", self.problems)?.named("round".to_owned());
        let workflow = section.text("workflow", self.problems).value;
        let known = self.named.workflows.iter().find(|known| known.workflow.id == workflow);
        if known.is_none() {
            let message = format!("there is no workflow “{workflow}”");
            self.say(&section, "workflow", message, "Name a file of workflow/");
        }
        let product = section.text("product", self.problems).value;
        if known.is_some_and(|known| known.workflow.products.iter().all(|other| other.id != product)) {
            let message = format!("there is no product “{product}”");
            self.say(&section, "product", message, "Name one of the workflow");
        }
        let mut fact = |key: &'static str| {
            let id = section.text(key, self.problems).value;
            self.fact(&section, key, known, &id);
            id
        };
        let (prepared, signed, retracted) = (fact("prepared"), fact("signed"), fact("retracted"));
        section.finish(self.problems);
        Some(ReleasePlan {
            across: Some(plan.workflow.clone()),
            workflow,
            product,
            prepared,
            signed,
            retracted,
            only_access: None,
            access: Vec::new(),
            findings: None,
            counted: Vec::new(),
            ..plan.clone()
        })
    }

    fn say(
        &mut self,
        at: &Section<'_>,
        key: &str,
        message: impl Into<String>,
        what_to_do: impl Into<String>,
    ) {
        self.problems.push(at.problem(key, message, what_to_do));
    }

    fn fact(&mut self, at: &Section<'_>, key: &str, workflow: Option<&ProtocolWorkflow>, id: &str) {
        if workflow.is_some_and(|known| known.workflow.fact(id).is_none()) {
            self.say(at, key, format!("there is no fact “{id}”"), "Name a fact of the workflow");
        }
    }

    fn counted(&mut self, root: &Section<'_>, findings: Option<&str>) -> Vec<Counted> {
        let known = self.named.workflows.iter().find(|known| Some(known.workflow.id.as_str()) == findings);
        let mut all = Vec::new();
        for section in root.sections("findings_by", self.problems) {
            let section = section.named("findings_by".to_owned());
            let by = if section.has("clock") {
                let clock = section.text("clock", self.problems).value;
                if known.is_some_and(|known| known.workflow.clock(&clock).is_none()) {
                    let message = format!("there is no clock “{clock}”");
                    self.say(&section, "clock", message, "Name a clock of the findings' workflow");
                }
                CountedBy::Clock(clock)
            } else {
                let fact = section.text("fact", self.problems).value;
                let field = section.text("field", self.problems).value;
                self.fact(&section, "fact", known, &fact);
                let kind = known.and_then(|known| known.workflow.fact(&fact));
                let is_choice =
                    |field: &casework::Field| matches!(field.kind, casework::FieldKind::Choice(_));
                if kind.is_some_and(|kind| !kind.field(&field).is_some_and(is_choice)) {
                    let message = format!("“{field}” is no choice of “{fact}”");
                    self.say(&section, "field", message, "Name a field of the fact that is a select");
                }
                CountedBy::Choice(fact, field)
            };
            all.push(Counted {
                number: section.text("number", self.problems).value,
                title: section.translated("title", self.problems),
                by,
            });
            section.finish(self.problems);
        }
        all
    }

    fn only_access(
        &mut self,
        root: &Section<'_>,
        workflow: Option<&ProtocolWorkflow>,
    ) -> Option<(String, String)> {
        let section = root.section("only_access", self.problems)?.named("only_access".to_owned());
        let product = section.text("product", self.problems).value;
        let published = section.text("published", self.problems).value;
        self.fact(&section, "published", workflow, &published);
        if workflow.is_some_and(|known| known.workflow.products.iter().all(|other| other.id != product)) {
            self.say(
                &section,
                "product",
                format!("there is no product “{product}”"),
                "Name one of the workflow",
            );
        }
        section.finish(self.problems);
        Some((product, published))
    }

    fn form(&mut self, at: &Section<'_>) -> Option<(String, &'a Form)> {
        let id = at.text("form", self.problems).value;
        let found = self.named.forms.iter().find(|read| read.form.id == id);
        if found.is_none() {
            self.say(at, "form", format!("there is no form “{id}”"), "Name a form of protocol.toml");
        }
        found.map(|read| (id, &read.form.form))
    }

    /// A field of a form by its name or path.
    fn field(&mut self, at: &Section<'_>, key: &str, form: &'a Form, name: &str) -> Option<&'a Field> {
        let found = form.fields.iter().find(|field| field.path == name || field.name == name);
        if found.is_none() {
            self.say(at, key, format!("there is no field “{name}”"), "Name a field of the form");
        }
        found
    }

    fn path(&mut self, at: &Section<'_>, key: &'static str, form: &'a Form) -> String {
        let name = at.text(key, self.problems).value;
        self.field(at, key, form, &name).map(|field| field.path.clone()).unwrap_or_default()
    }

    fn sample(&mut self, at: &Section<'_>) -> Option<(SamplePlan, &'a Form)> {
        let (id, form) = self.form(at)?;
        let texts = |list: Vec<At<String>>| list.into_iter().map(|text| text.value).collect::<Vec<_>>();
        let given = self.conditions(at, "given", form);
        let by = texts(at.texts_list("by", self.problems));
        let by =
            by.iter().filter_map(|name| self.field(at, "by", form, name)).map(|field| field.path.clone());
        let by: Vec<String> = by.collect();
        let sample = SamplePlan {
            case: self.path(at, "case", form),
            asked: self.conditions(at, "asked", form),
            first: self.conditions(at, "first", form),
            given,
            strata: self.path(at, "strata", form),
            apart: texts(at.texts_list("apart", self.problems)),
            by,
            no_answer: texts(at.texts_list("no_answer", self.problems)),
            codes: self.codes(at, form),
            validity: at
                .section("validity", self.problems)
                .and_then(|section| self.validity(&section.named("validity".to_owned()), form)),
            form: id,
        };
        at.finish(self.problems);
        Some((sample, form))
    }

    fn codes(&mut self, at: &Section<'_>, form: &'a Form) -> Option<DrawnCodes> {
        let section = at.section("codes", self.problems)?.named("codes".to_owned());
        let registry = section.text("registry", self.problems).value;
        if !self.named.registries.contains(&registry.as_str()) {
            let message = format!("there is no registry “{registry}”");
            self.say(&section, "registry", message, "Name the registry that [frame] gives its codes to");
        }
        let field = self.path(&section, "field", form);
        section.finish(self.problems);
        Some(DrawnCodes { registry, field })
    }

    fn validity(&mut self, at: &Section<'_>, interview: &'a Form) -> Option<Validity> {
        let (id, form) = self.form(at)?;
        let validity = Validity {
            code: self.path(at, "code", form),
            interview_code: self.path(at, "interview_code", interview),
            holds: self.conditions(at, "holds", form),
            doubt: self.conditions(at, "doubt", interview),
            form: id,
        };
        at.finish(self.problems);
        Some(validity)
    }

    fn conditions(&mut self, at: &Section<'_>, key: &'static str, form: &'a Form) -> Vec<Condition> {
        let id = self.named.forms.iter().find(|read| std::ptr::eq(&raw const read.form.form, form));
        let id = id.map_or("the form", |read| read.form.id.as_str());
        condition::read(at, key, id, form, self.problems)
    }

    /// The product of the fields that a section names in `of`.
    fn quantity(&mut self, at: &Section<'_>, form: &'a Form) -> Quantity {
        let names = at.texts_list("of", self.problems);
        if names.is_empty() {
            self.say(at, "of", "nothing says what is counted", "Write of = [\"field\"]");
        }
        let fields = names.iter().filter_map(|name| self.field(at, "of", form, &name.value));
        Quantity(fields.map(|field| field.path.clone()).collect())
    }

    fn indicator(&mut self, at: Section<'_>, form_id: &str, form: &'a Form) -> Indicator {
        let id = at.text("id", self.problems).value;
        let at = at.named(format!("indicator {id}"));
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
        if !id.bytes().all(plain) {
            self.say(&at, "id", format!("“{id}” names a file"), "Write a-z, 0-9 and _ only");
        }
        let bands = at.numbers_list("bands", self.problems);
        let answers = if bands.is_empty() {
            Answers::YesNo(self.conditions(&at, "yes", form))
        } else {
            if !bands.is_sorted() {
                self.say(&at, "bands", "the bands are not in order", "Write the smallest first");
            }
            Answers::Bands(self.quantity(&at, form), bands)
        };
        if answers == Answers::YesNo(Vec::new()) {
            self.say(&at, "yes", "nothing is asked", "Write yes = [\"field = answer\"], or bands = […]");
        }
        let figure = if at.has("per") {
            let per = at.number("per", 1, 1_000_000_000, self.problems);
            let times = at.number("times", 1, 1000, self.problems);
            Some(Figure::Rate { per, of: self.quantity(&at, form), times })
        } else {
            at.optional_flag("mean", self.problems)
                .filter(|mean| *mean)
                .map(|_| Figure::Mean(self.quantity(&at, form)))
        };
        let asked: Vec<String> = match &answers {
            Answers::YesNo(all) => all.iter().flat_map(|one| one.fields().to_vec()).collect(),
            Answers::Bands(quantity, _) => quantity.0.clone(),
        };
        let is_strict = |path: &String| self.named.strict.contains(&(form_id, path.as_str()));
        let strict = asked.iter().any(is_strict);
        let sensitive = at.texts_list("sensitive", self.problems);
        for answer in &sensitive {
            if !answers.names().contains(&answer.value) {
                let names = answers.names().join(", ");
                self.say(
                    &at,
                    "sensitive",
                    format!("“{}” is no answer", answer.value),
                    format!("Name one of: {names}"),
                );
            }
        }
        let indicator = Indicator {
            number: at.text("number", self.problems).value,
            title: at.translated("title", self.problems),
            unit: at.optional_translated("unit", self.problems),
            sensitive: sensitive.into_iter().map(|answer| answer.value).collect(),
            answers,
            strict,
            figure,
            id,
        };
        at.finish(self.problems);
        indicator
    }
}

/// The name of a field by its path.
fn last(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}
