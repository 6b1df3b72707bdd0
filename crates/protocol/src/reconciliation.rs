//! Reads `reconciliation.toml`: which tests hold what workers say against what the employer recorded, by groups only; and
//! refuses forms that could join an interview with the record of the same person.

use crate::compartment::Compartment;
use crate::condition::{self, Condition};
use crate::form::{ProtocolForm, ReadForm};
use crate::frame::{self, Disposition, Frame};
use crate::problem::Problem;
use crate::registry::Registry;
use crate::texts::Texts;
use crate::toml_section::{self, Section};
use crate::words::{Colour, Direction, Formula, Subject};
use crate::workflow::ProtocolWorkflow;
use std::collections::BTreeMap;
use std::str::FromStr;
use xforms::Class;

/// The file of a folder that declares reconciliation.
pub(crate) const RECONCILIATION_TOML: &str = "reconciliation.toml";

/// How answers and records are held against each other.
#[derive(Clone, Debug, PartialEq)]
pub struct Reconciliation {
    /// What people said.
    pub interviews: Source,
    /// What the files say.
    pub records: Source,
    /// The draw of the files: never the one that chose whom to interview.
    pub records_draw: RecordsDraw,
    /// Where it is written how many people work in each group and stratum, if it is.
    pub workforce: Option<WorkforceSource>,
    /// Rates and minima that changed over time, by name.
    pub paths: BTreeMap<String, Vec<Step>>,
    /// Where rates of exchange are put on record, if they are.
    pub rates: Option<Rates>,
    /// The tests, in order.
    pub tests: Vec<ReconciliationTest>,
}

/// One of the two sides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The form.
    pub form_id: String,
    /// Path of the field that names the group: a place, never a person.
    pub group: String,
    /// Path of the field with the stratum.
    pub stratum: Option<String>,
    /// Path of the field that is the same for all submissions of one unit: the file, with one for each pay period.
    pub unit: Option<String>,
    /// What must hold of a submission for it to count at all.
    pub only: Vec<Condition>,
}

/// The draw of the files that are read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordsDraw {
    /// Its id, which no other draw of a visit has.
    pub id: String,
    /// The draw that it takes its number of units from.
    pub as_many_as: String,
    /// Pay periods that are read of each file.
    pub periods: Vec<String>,
    /// The compartment to which the list of files is sealed, for who reads them: lines of the frame, with names.
    pub sealed_to: String,
    /// The registry that takes the codes of the files, for the phones.
    pub codes: String,
    /// The letter before such a code.
    pub letter: char,
    /// What one unit is, for the design of the draw.
    pub stage: String,
    /// What replaces a file, in words, for the design of the draw.
    pub replacement: String,
    /// How many files are drawn in reserve, in percent of those drawn.
    pub reserve_percent: u32,
    /// The fact of the frame's workflow that follows from the draw.
    pub fact: String,
    /// What may become of a file that was asked for.
    pub dispositions: Vec<Disposition>,
}

/// A registry with one entry for everybody who works there; it is counted, and no name is opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkforceSource {
    /// The registry.
    pub registry: String,
    /// Its property with the group.
    pub group: String,
    /// Its property with the stratum.
    pub stratum: String,
}

/// One test.
#[derive(Clone, Debug, PartialEq)]
pub struct ReconciliationTest {
    /// Its id, `r1`.
    pub id: String,
    /// Its name.
    pub title: Texts,
    /// The sentence that says what the figure means; `{value}`, `{low}` and `{high}` stand for figures.
    pub sentence: Texts,
    /// How the figure is made.
    pub formula: Formula,
    /// What counts on the side of the interviews.
    pub interviews: Option<Measure>,
    /// What counts on the side of the records.
    pub records: Option<Measure>,
    /// Whether more or less than a threshold is worse.
    pub worse: Direction,
    /// Thresholds, the mildest first; none where the figure is only reported.
    pub thresholds: Vec<(Colour, f64)>,
}

/// A number from the answers of one submission.
#[derive(Clone, Debug, PartialEq)]
pub struct Measure {
    /// The number.
    pub number: Number,
    /// It is taken only where these hold.
    pub only: Vec<Condition>,
    /// It is divided by this.
    pub divide: f64,
    /// It is an amount of money, and converted to the base.
    pub convert: Option<Convert>,
}

/// How an amount of money is converted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Convert {
    /// Path of the field with the currency.
    pub currency: String,
    /// Kind of rate.
    pub rate: String,
    /// Path of the field with the day whose rate it is; the newest rate where there is none.
    pub day: Option<String>,
}

/// Rates of exchange, put on record as facts of a case: each says what one unit of the base bought from its day on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rates {
    /// The workflow of the cases.
    pub workflow: String,
    /// The fact.
    pub fact: String,
    /// Its field with the currency.
    pub currency: String,
    /// Its fields with a rate, each a kind: official, market.
    pub kinds: Vec<String>,
    /// The currency that amounts are converted to.
    pub base: String,
}

/// How a number is made from fields, by their paths.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Number {
    /// Their product; one field is itself.
    Product(Vec<String>),
    /// Their sum.
    Sum(Vec<String>),
    /// 1 where all of these hold, 0 where one does not.
    Holds(Vec<Condition>),
    /// 1 where the field is below the path's value of a day, 0 where it is not.
    Below {
        /// The field.
        field: String,
        /// The path's name.
        path: String,
        /// The field with the day.
        day: String,
    },
}

/// Values that changed over time: the paths of a protocol, and rates of exchange as they were put on record.
#[derive(Clone, Debug, Default)]
pub struct Dated {
    /// Rates and minima, by name.
    pub paths: BTreeMap<String, Vec<Step>>,
    /// How much of a currency one unit of the base bought, by kind of rate and currency.
    pub rates: BTreeMap<(String, String), Vec<Step>>,
    /// The base, whose rate is 1.
    pub base: String,
}

/// From a day on, a value.
pub type Step = (jiff::civil::Date, f64);

impl Dated {
    /// The rate of a day; the newest where no day is known. None before the first.
    fn rate(&self, kind: &str, currency: &str, day: Option<jiff::civil::Date>) -> Option<f64> {
        if currency == self.base {
            return Some(1.0);
        }
        let steps = self.rates.get(&(kind.to_owned(), currency.to_owned()))?;
        let step = match day {
            Some(day) => steps.iter().rfind(|(from, _)| *from <= day),
            None => steps.last(),
        };
        step.map(|(_, rate)| *rate)
    }
}

impl Measure {
    /// The number of one submission, whose answers are asked by path; NaN where it has none.
    pub fn of(&self, dated: &Dated, answer: impl Fn(&str) -> Option<String> + Copy) -> f64 {
        if Condition::all_hold(&self.only, answer, &[]) != Some(true) {
            return f64::NAN;
        }
        let number = |path: &String| answer(path).and_then(|text| text.parse::<f64>().ok());
        let day = |path: &String| -> Option<jiff::civil::Date> { answer(path)?.get(..10)?.parse().ok() };
        let made = match &self.number {
            Number::Product(fields) => condition::product(fields, answer),
            Number::Sum(fields) => fields.iter().map(number).sum::<Option<f64>>(),
            Number::Holds(conditions) => {
                Condition::all_hold(conditions, answer, &[]).map(|yes| f64::from(u8::from(yes)))
            }
            Number::Below { field, path, day: on } => {
                let steps = dated.paths.get(path).map(Vec::as_slice).unwrap_or_default();
                let least = day(on).and_then(|day| steps.iter().rfind(|(from, _)| *from <= day));
                number(field).zip(least).map(|(value, (_, least))| if value < *least { 1.0 } else { 0.0 })
            }
        };
        let made = match &self.convert {
            None => made,
            Some(convert) => made.and_then(|made| {
                let currency = answer(&convert.currency)?;
                Some(made / dated.rate(&convert.rate, &currency, convert.day.as_ref().and_then(day))?)
            }),
        };
        made.map_or(f64::NAN, |made| made / self.divide)
    }
}

struct Reader<'a> {
    forms: &'a [ReadForm],
    registries: &'a [Registry],
}

pub(crate) fn read(
    files: &BTreeMap<String, Vec<u8>>,
    forms: &[ReadForm],
    drawn: Drawn,
    problems: &mut Vec<Problem>,
) -> Option<Reconciliation> {
    let (source, table) =
        toml_section::parse(RECONCILIATION_TOML, files.get(RECONCILIATION_TOML)?, problems)?;
    let root = Section::root(RECONCILIATION_TOML, source, &table, "the reconciliation");
    let reader = Reader { forms, registries: drawn.registries };
    let mut side = |key: &'static str, subject: Subject| {
        let found =
            root.section(key, problems).and_then(|section| reader.source(&section, subject, problems));
        if found.is_none() && !root.has(key) {
            problems.push(root.problem(key, format!("`{key}` is missing"), format!("Add [{key}]")));
        }
        found
    };
    let (interviews, records) = (side("interviews", Subject::Person), side("records", Subject::Records));
    let mut paths = BTreeMap::new();
    for section in root.sections("path", problems) {
        let name = section.text("name", problems).value;
        let mut steps: Vec<(jiff::civil::Date, f64)> = Vec::new();
        for (day, value) in section.named_texts("values", problems) {
            match (day.parse(), value.value.parse()) {
                (Ok(day), Ok(value)) => steps.push((day, value)),
                _ => problems.push(
                    section
                        .problem("values", "this is no day and number", "Write \"2004-01-01\" = \"50.00\"")
                        .row(value.row),
                ),
            }
        }
        steps.sort_by_key(|(day, _)| *day);
        section.finish(problems);
        paths.insert(name, steps);
    }
    let rates = root.section("rates", problems).and_then(|section| read_rates(&section, drawn, problems));
    let records_draw = read_draw(&root, drawn, problems);
    let workforce = root.section("workforce", problems).map(|section| reader.workforce(&section, problems));
    let kinds = rates.as_ref().map(|rates| rates.kinds.clone()).unwrap_or_default();
    let dated = Names { paths: &paths, kinds: &kinds };
    let mut tests = Vec::new();
    if let (Some(interviews), Some(records)) = (&interviews, &records) {
        for section in root.sections("test", problems) {
            tests.push(reader.test(section, interviews, records, &dated, problems));
        }
    }
    root.finish(problems);
    Some(Reconciliation {
        interviews: interviews?,
        records: records?,
        records_draw: records_draw?,
        workforce,
        paths,
        rates,
        tests,
    })
}

/// What a measure names beside fields.
struct Names<'a> {
    paths: &'a BTreeMap<String, Vec<Step>>,
    kinds: &'a [String],
}

fn read_rates(section: &Section, known: Drawn, problems: &mut Vec<Problem>) -> Option<Rates> {
    let rates = Rates {
        workflow: section.text("workflow", problems).value,
        fact: section.text("fact", problems).value,
        currency: section.text("currency", problems).value,
        kinds: section.texts_list("kinds", problems).into_iter().map(|kind| kind.value).collect(),
        base: section.text("base", problems).value,
    };
    section.finish(problems);
    let workflow = known.workflows.iter().find(|known| known.workflow.id == rates.workflow);
    for name in std::iter::once(&rates.currency).chain(&rates.kinds) {
        let class = workflow.and_then(|workflow| workflow.class(&rates.fact, name));
        if class != Some(Class::Open) {
            problems.push(section.problem(
                "fact",
                format!("“{}” of “{}” has no open field “{name}”", rates.fact, rates.workflow),
                "Name a fact of a workflow, and open fields of it",
            ));
            return None;
        }
    }
    Some(rates)
}

/// What the draw of the files names beside the forms.
#[derive(Clone, Copy)]
pub(crate) struct Drawn<'a> {
    pub(crate) registries: &'a [Registry],
    pub(crate) compartments: &'a [Compartment],
    pub(crate) workflows: &'a [ProtocolWorkflow],
    pub(crate) frame: Option<&'a Frame>,
}

fn read_draw(root: &Section, known: Drawn, problems: &mut Vec<Problem>) -> Option<RecordsDraw> {
    let Some(section) = root.section("records_draw", problems) else {
        problems.push(root.problem(
            "records_draw",
            "nothing says how the files are drawn",
            "Add [records_draw] with id, as_many_as and periods",
        ));
        return None;
    };
    let draw = RecordsDraw {
        id: section.text("id", problems).value,
        as_many_as: section.text("as_many_as", problems).value,
        periods: section.texts_list("periods", problems).into_iter().map(|period| period.value).collect(),
        sealed_to: section.text("sealed_to", problems).value,
        codes: section.text("codes", problems).value,
        letter: frame::letter(&section, problems),
        stage: section.text("stage", problems).value,
        replacement: section.text("replacement", problems).value,
        reserve_percent: section.number("reserve_percent", 0, 100, problems),
        fact: section.text("fact", problems).value,
        dispositions: frame::dispositions(&section, problems),
    };
    section.finish(problems);
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if draw.id.is_empty() || !draw.id.bytes().all(plain) {
        problems.push(section.problem("id", "it is part of the id of a draw", "Write a-z, 0-9 and - only"));
    }
    let named = |compartment: &&Compartment| compartment.id == draw.sealed_to;
    if known.compartments.iter().find(named).is_none_or(|one| one.kind != Class::Identity) {
        problems.push(section.problem(
            "sealed_to",
            format!("no compartment “{}” holds identity, which the list of files is", draw.sealed_to),
            "Name a compartment of kind identity that who reads the files holds",
        ));
    }
    if !known.registries.iter().any(|one| one.name == draw.codes && one.on_device()) {
        problems.push(section.problem(
            "codes",
            format!("no registry “{}” goes to phones", draw.codes),
            "Name a registry whose label is open",
        ));
    }
    let workflow = known
        .frame
        .and_then(|frame| known.workflows.iter().find(|workflow| workflow.workflow.id == frame.workflow));
    if workflow.is_none_or(|workflow| workflow.workflow.fact(&draw.fact).is_none()) {
        problems.push(section.problem(
            "fact",
            format!("the workflow of the frame has no fact “{}”", draw.fact),
            "Name one of its facts",
        ));
    }
    if draw.id == draw.as_many_as {
        problems.push(section.problem(
            "id",
            "the files would be those of the people who were interviewed, which tells who spoke",
            "Give the record draw an id of its own",
        ));
    }
    Some(draw)
}

impl Reader<'_> {
    fn form(&self, id: &str) -> Option<&ProtocolForm> {
        self.forms.iter().map(|read| &read.form).find(|form| form.id == id)
    }

    fn source(&self, section: &Section, subject: Subject, problems: &mut Vec<Problem>) -> Option<Source> {
        let form_id = section.text("form", problems).value;
        let form = self.form(&form_id).filter(|form| form.subject == subject);
        let Some(form) = form else {
            problems.push(section.problem(
                "form",
                format!("there is no form “{form_id}” whose subject is {}", subject.as_str()),
                "Name a form of this protocol with that subject",
            ));
            return None;
        };
        let group = path(section, "group", form, problems)?;
        if !self.is_of_a_place(&group) {
            problems.push(section.problem(
                "group",
                "the group is not a place: it could be one person",
                "Name a field that is an open property of a registry with open labels, such as the code of an \
                 establishment",
            ));
        }
        let stratum = section.has("stratum").then(|| path(section, "stratum", form, problems)).flatten();
        let unit = section.has("unit").then(|| path(section, "unit", form, problems)).flatten();
        let only = conditions(section, "only", form, problems);
        section.finish(problems);
        Some(Source { form_id, group, stratum, unit, only })
    }

    fn workforce(&self, section: &Section, problems: &mut Vec<Problem>) -> WorkforceSource {
        let workforce = WorkforceSource {
            registry: section.text("registry", problems).value,
            group: section.text("group", problems).value,
            stratum: section.text("stratum", problems).value,
        };
        let registry = self.registries.iter().find(|known| known.name == workforce.registry);
        for (key, property) in [("group", &workforce.group), ("stratum", &workforce.stratum)] {
            let class = registry.and_then(|registry| registry.property(property)).map(|known| known.class);
            if class.is_none_or(|class| class == Class::Identity) {
                problems.push(section.problem(
                    key,
                    format!(
                        "“{property}” of “{}” is nothing that people can be counted by",
                        workforce.registry
                    ),
                    "Name a registry and two of its properties that are no identity",
                ));
            }
        }
        section.finish(problems);
        workforce
    }

    /// Whether a field holds an open property of a registry whose labels are open.
    fn is_of_a_place(&self, path: &str) -> bool {
        let name = path.rsplit('/').next().unwrap_or(path);
        let of =
            |registry: &&Registry| registry.property(name).is_some_and(|known| known.class == Class::Open);
        self.registries.iter().filter(of).any(|registry| registry.label_class == Class::Open)
    }

    fn test(
        &self,
        section: Section,
        interviews: &Source,
        records: &Source,
        dated: &Names,
        problems: &mut Vec<Problem>,
    ) -> ReconciliationTest {
        let id = section.text("id", problems).value;
        let section = section.named(format!("test {id}"));
        let mut measure = |key: &'static str, form_id: &str| {
            let form = self.form(form_id)?;
            let part = section.section(key, problems)?;
            Some(read_measure(&part, form, dated, problems))
        };
        let (said, recorded) =
            (measure("interviews", &interviews.form_id), measure("records", &records.form_id));
        let formula: Formula = section.word("formula", problems).unwrap_or(Formula::MeanGap);
        let (needs_said, needs_recorded) = formula.needs();
        for (key, needs, has) in
            [("interviews", needs_said, said.is_some()), ("records", needs_recorded, recorded.is_some())]
        {
            if needs != has {
                problems.push(section.problem(
                    key,
                    format!(
                        "the formula {} {} `{key}`",
                        formula.as_str(),
                        if needs { "needs" } else { "has no" }
                    ),
                    "Add it or remove it, or choose another formula",
                ));
            }
        }
        let mut thresholds = Vec::new();
        for (name, value) in section.named_texts("thresholds", problems) {
            match (Colour::from_str(&name), value.value.parse()) {
                (Ok(colour), Ok(number)) => thresholds.push((colour, number)),
                _ => problems.push(
                    section
                        .problem("thresholds", "this is no threshold", "Write amber = \"10\", red = \"30\"")
                        .row(value.row),
                ),
            }
        }
        let test = ReconciliationTest {
            title: section.translated("title", problems),
            sentence: section.translated("sentence", problems),
            worse: section.optional_word("worse", problems).unwrap_or(Direction::More),
            formula,
            interviews: said,
            records: recorded,
            thresholds,
            id,
        };
        section.finish(problems);
        test
    }
}

fn path(
    section: &Section,
    key: &'static str,
    form: &ProtocolForm,
    problems: &mut Vec<Problem>,
) -> Option<String> {
    let name = section.text(key, problems).value;
    let found = resolve(form, &name);
    if found.is_none() {
        let message = format!("{} has no field “{name}” outside repeats", form.id);
        problems.push(section.problem(key, message, "Name a field of that form"));
    }
    found
}

fn resolve(form: &ProtocolForm, name: &str) -> Option<String> {
    condition::field(&form.form, name).map(|field| field.path.clone())
}

fn conditions(
    section: &Section,
    key: &'static str,
    form: &ProtocolForm,
    problems: &mut Vec<Problem>,
) -> Vec<Condition> {
    condition::read(section, key, &form.id, &form.form, problems)
}

fn read_measure(
    section: &Section,
    form: &ProtocolForm,
    dated: &Names,
    problems: &mut Vec<Problem>,
) -> Measure {
    let mut fields = |key: &'static str| {
        let mut found = Vec::new();
        for name in section.texts_list(key, problems) {
            match resolve(form, &name.value) {
                Some(path) => found.push(path),
                None => problems.push(
                    section
                        .problem(
                            key,
                            format!("{} has no field “{}”", form.id, name.value),
                            "Correct the name",
                        )
                        .row(name.row),
                ),
            }
        }
        found
    };
    let (product, sum) = (fields("product"), fields("sum"));
    let holds = conditions(section, "holds", form, problems);
    let below = section.section("below", problems).and_then(|below| {
        let field = self::path(&below, "field", form, problems);
        let day = self::path(&below, "day", form, problems);
        let path = below.text("path", problems).value;
        if !dated.paths.contains_key(&path) {
            problems.push(below.problem(
                "path",
                format!("there is no path “{path}”"),
                "Declare it with [[path]]",
            ));
        }
        below.finish(problems);
        Some(Number::Below { field: field?, path, day: day? })
    });
    let number = if !product.is_empty() {
        Number::Product(product)
    } else if !sum.is_empty() {
        Number::Sum(sum)
    } else if !holds.is_empty() {
        Number::Holds(holds)
    } else if let Some(below) = below {
        below
    } else {
        problems.push(section.problem(
            "product",
            "nothing says which number is taken",
            "Write one of product, sum, holds, below",
        ));
        Number::Sum(Vec::new())
    };
    let divide = section.optional_text("divide", problems).map_or(Some(1.0), |text| text.value.parse().ok());
    let divide = divide.filter(|divide: &f64| divide.is_finite() && *divide > 0.0);
    if divide.is_none() {
        problems.push(section.problem("divide", "this divides by no number above 0", "Write \"4.345\""));
    }
    let only = conditions(section, "only", form, problems);
    let convert = section.section("convert", problems).and_then(|part| {
        let part = part.named("convert".to_owned());
        let currency = path(&part, "currency", form, problems);
        let day = part.has("day").then(|| path(&part, "day", form, problems)).flatten();
        let rate = part.text("rate", problems).value;
        if !dated.kinds.contains(&rate) {
            problems.push(part.problem(
                "rate",
                format!("there is no rate “{rate}”"),
                "Name one of rates.kinds",
            ));
        }
        part.finish(problems);
        Some(Convert { currency: currency?, rate, day })
    });
    section.finish(problems);
    Measure { number, only, divide: divide.unwrap_or(1.0), convert }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(name: &str) -> Option<String> {
        let answers =
            [("who", "employer"), ("days", "7"), ("hours", "9.5"), ("day", "2007-09-01"), ("base", "50")];
        answers.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
    }

    fn measure(number: Number) -> f64 {
        converted(number, None)
    }

    fn converted(number: Number, convert: Option<Convert>) -> f64 {
        let path = vec![("2004-01-01".parse().unwrap(), 50.0), ("2007-08-01".parse().unwrap(), 52.5)];
        let rate = vec![("2004-01-01".parse().unwrap(), 10.0), ("2008-01-01".parse().unwrap(), 20.0)];
        let dated = Dated {
            paths: BTreeMap::from([("minimum".to_owned(), path)]),
            rates: BTreeMap::from([(("market".to_owned(), "employer".to_owned()), rate)]),
            base: "usd".to_owned(),
        };
        Measure { number, only: Vec::new(), divide: 1.0, convert }.of(&dated, answer)
    }

    fn holds(texts: &[&str]) -> f64 {
        measure(Number::Holds(texts.iter().map(|text| text.parse().unwrap()).collect()))
    }

    #[test]
    fn a_number_is_made_from_answers_or_is_missing() {
        let both = vec!["days".to_owned(), "hours".to_owned()];
        assert_eq!(measure(Number::Product(both.clone())), 66.5);
        assert_eq!(measure(Number::Sum(both)), 16.5);
        assert!(measure(Number::Sum(vec!["days".to_owned(), "not_asked".to_owned()])).is_nan());
        assert_eq!(holds(&["who = agency, employer", "days >= 7"]), 1.0);
        assert_eq!(holds(&["days < 7", "not_asked = yes"]), 0.0, "one no is enough");
        assert!(holds(&["days = 7", "not_asked = yes"]).is_nan(), "no answer is neither yes nor no");
        let below = |field: &str| Number::Below {
            field: field.to_owned(),
            path: "minimum".to_owned(),
            day: "day".to_owned(),
        };
        assert_eq!(measure(below("base")), 1.0, "50 dollars were too little from August 2007 on");
        let base = || Number::Sum(vec!["base".to_owned()]);
        let by = |rate: &str, day: Option<&str>| {
            let (currency, day) = ("who".to_owned(), day.map(str::to_owned));
            Some(Convert { currency, rate: rate.to_owned(), day })
        };
        assert_eq!(converted(base(), by("market", Some("day"))), 5.0, "the rate of that day");
        assert_eq!(converted(base(), by("market", None)), 2.5, "the newest");
        assert!(converted(base(), by("official", None)).is_nan(), "nobody put such a rate on record");
    }
}
