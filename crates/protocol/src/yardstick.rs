//! Reads `yardsticks.toml`: what findings are measured by, from when to when each counts, how strong the evidence must
//! be, and how a place is rated from its findings.

use crate::problem::Problem;
use crate::registry::Registry;
use crate::texts::Texts;
use crate::toml_section::{self, Section};
use crate::words::{Certainty, Outside, YardstickKind};
use crate::workflow::ProtocolWorkflow;
use casework::{FieldKind, Words};
use jiff::civil::Date;
use std::collections::BTreeMap;
use xforms::Class;

/// The file of a folder that declares yardsticks.
pub(crate) const YARDSTICKS_TOML: &str = "yardsticks.toml";

/// What findings are measured by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Yardsticks {
    /// Where a finding says what.
    pub finding: FindingFields,
    /// The rights that yardsticks belong to.
    pub rights: Vec<RightCategory>,
    /// The yardsticks.
    pub all: Vec<Yardstick>,
    /// Standards of proof, the weakest first.
    pub standards: Vec<Standard>,
    /// How a place is rated, the worst first: the first that fits is its rating.
    pub ratings: Vec<Rating>,
}

/// The facts and fields in which findings say what they say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FindingFields {
    /// The workflow whose cases are findings.
    pub workflow: String,
    /// The fact that names grade, yardstick, standard and place.
    pub fact: String,
    /// Its field with the grade.
    pub grade: String,
    /// Its field with the yardstick.
    pub yardstick: String,
    /// Its field with the standard of proof.
    pub standard: String,
    /// Its field with the place's code.
    pub place: String,
    /// The registry, and its open property, with the codes that a place may have, if there is one.
    pub places: Option<(String, String)>,
    /// The fact and field in which the case around names its place, if it does: so a place that nobody may enter is
    /// rated too.
    pub place_around: Option<(String, String)>,
    /// The fact that somebody else verified it; the standard of proof must be reached before.
    pub verified: String,
    /// Facts of the case around a finding whose day the yardsticks are held against: the first on record counts.
    pub day: Vec<String>,
    /// The fact and field with the reply of who is found against.
    pub reply: (String, String),
    /// How evidence is put on record.
    pub evidence: EvidenceRule,
    /// How an estimate is put on record.
    pub prevalence: IntervalFields,
}

/// How evidence is put on record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EvidenceRule {
    /// The fact, one for each piece.
    pub fact: String,
    /// Its field with the kind of source.
    pub source: String,
    /// Its field with how many people or files stand behind it.
    pub count: String,
    /// Its field that says whether the source is first-hand.
    pub first_hand: String,
    /// The kinds of source that are people or files about people: never fewer than k of them.
    pub of_people: Vec<String>,
}

/// Fields of a number with its interval.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IntervalFields {
    /// The fact.
    pub fact: String,
    /// Its field with the estimate, in percent.
    pub value: String,
    /// Its field with the lower end of the interval, in percent.
    pub low: String,
    /// Its field with the upper end, in percent.
    pub high: String,
    /// Its field with the number of answers behind it.
    pub n: String,
}

/// A right that yardsticks belong to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RightCategory {
    /// Its id, `forced_labour`.
    pub id: String,
    /// Its name.
    pub title: Texts,
}

/// One yardstick: an instrument, or a rule of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Yardstick {
    /// Its id, `ilo_c155`.
    pub id: String,
    /// The instrument as it is cited: `ILO C155`.
    pub instrument: String,
    /// The article or rule, if it is one of several.
    pub article: Option<String>,
    /// The id of its right.
    pub right: String,
    /// What it is to the work.
    pub kind: YardstickKind,
    /// Its name.
    pub title: Texts,
    /// The first day on which it counts; none when it always did.
    pub in_force_from: Option<Date>,
    /// The last day on which it counts; none when it still does.
    pub until: Option<Date>,
    /// What holds on other days.
    pub outside: Outside,
    /// How sure it is that it says so; none where the text is public.
    pub certainty: Option<Certainty>,
    /// What to know when using it.
    pub note: Option<Texts>,
}

/// How a yardstick counts on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counts {
    /// In full.
    InForce,
    /// As additional.
    Additional,
    /// Not at all.
    Not,
}

/// A standard of proof and what must be on record for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standard {
    /// Its id, `reasonable_grounds`.
    pub id: String,
    /// Its name.
    pub title: Texts,
    /// Fewest pieces of evidence.
    pub sources: u32,
    /// Fewest of them that are first-hand.
    pub first_hand: u32,
}

/// A rating of a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rating {
    /// Its id, `D`.
    pub id: String,
    /// What it says.
    pub title: Texts,
    /// It fits when one of these grades has so many findings.
    pub at_least: Vec<(String, u32)>,
    /// It fits when a case around the findings ended in one of these ways.
    pub ended: Vec<String>,
}

impl Yardstick {
    /// How it is cited: `ILO C95, art. 5`.
    pub fn cited(&self) -> String {
        match &self.article {
            Some(article) => format!("{}, {article}", self.instrument),
            None => self.instrument.clone(),
        }
    }

    /// How it counts on a day.
    pub fn counts_on(&self, day: Date) -> Counts {
        let begun = self.in_force_from.is_none_or(|from| from <= day);
        let lasts = self.until.is_none_or(|until| day <= until);
        match (begun && lasts, self.outside) {
            (true, _) => Counts::InForce,
            (false, Outside::Additional) => Counts::Additional,
            (false, Outside::Refused) => Counts::Not,
        }
    }
}

impl Yardsticks {
    /// The yardstick with this id.
    pub fn yardstick(&self, id: &str) -> Option<&Yardstick> {
        self.all.iter().find(|known| known.id == id)
    }

    /// The right with this id.
    pub fn right(&self, id: &str) -> Option<&RightCategory> {
        self.rights.iter().find(|known| known.id == id)
    }

    /// The standard of proof with this id.
    pub fn standard(&self, id: &str) -> Option<&Standard> {
        self.standards.iter().find(|known| known.id == id)
    }

    /// The rating of a place, from how many findings it has of each grade and how the cases around them ended.
    pub fn rating(&self, grades: &BTreeMap<String, u32>, ended: &[String]) -> Option<&Rating> {
        self.ratings.iter().find(|rating| {
            let none_asked = rating.at_least.is_empty() && rating.ended.is_empty();
            let enough = |(grade, least): &(String, u32)| grades.get(grade).is_some_and(|has| has >= least);
            none_asked
                || rating.at_least.iter().any(enough)
                || ended.iter().any(|end| rating.ended.contains(end))
        })
    }

    /// The yardsticks as choices of a field.
    pub(crate) fn choices(&self) -> Vec<(String, Words)> {
        let words = |yardstick: &Yardstick| {
            let title = |language| format!("{} – {}", yardstick.cited(), yardstick.title.get(language));
            Texts { en: title("en"), ko: title("ko"), ja: title("ja") }.to_words()
        };
        self.all.iter().map(|yardstick| (yardstick.id.clone(), words(yardstick))).collect()
    }

    /// The standards of proof as choices of a field.
    pub(crate) fn standard_choices(&self) -> Vec<(String, Words)> {
        self.standards.iter().map(|known| (known.id.clone(), known.title.to_words())).collect()
    }
}

pub(crate) fn read(files: &BTreeMap<String, Vec<u8>>, problems: &mut Vec<Problem>) -> Option<Yardsticks> {
    let (source, table) = toml_section::parse(YARDSTICKS_TOML, files.get(YARDSTICKS_TOML)?, problems)?;
    let root = Section::root(YARDSTICKS_TOML, source, &table, "the yardsticks");
    let finding = read_finding(&root, problems);
    let mut rights = Vec::new();
    for section in root.sections("right", problems) {
        let id = section.text("id", problems).value;
        let section = section.named(format!("right {id}"));
        rights.push(RightCategory { title: section.translated("title", problems), id });
        section.finish(problems);
    }
    let mut all: Vec<Yardstick> = Vec::new();
    for section in root.sections("yardstick", problems) {
        let yardstick = read_one(section, &rights, &all, problems);
        all.push(yardstick);
    }
    let mut standards = Vec::new();
    for section in root.sections("standard", problems) {
        let id = section.text("id", problems).value;
        let section = section.named(format!("standard {id}"));
        standards.push(Standard {
            title: section.translated("title", problems),
            sources: section.number("sources", 0, 100, problems),
            first_hand: section.number("first_hand", 0, 100, problems),
            id,
        });
        section.finish(problems);
    }
    let mut ratings = Vec::new();
    for section in root.sections("rating", problems) {
        let id = section.text("id", problems).value;
        let section = section.named(format!("rating {id}"));
        ratings.push(Rating {
            title: section.translated("title", problems),
            at_least: section.named_numbers("at_least", problems),
            ended: section.texts_list("ended", problems).into_iter().map(|end| end.value).collect(),
            id,
        });
        section.finish(problems);
    }
    root.finish(problems);
    Some(Yardsticks { finding: finding?, rights, all, standards, ratings })
}

fn read_one(
    section: Section,
    rights: &[RightCategory],
    before: &[Yardstick],
    problems: &mut Vec<Problem>,
) -> Yardstick {
    let id = section.text("id", problems).value;
    let section = section.named(format!("yardstick {id}"));
    if before.iter().any(|known| known.id == id) {
        problems.push(section.problem("id", "two yardsticks have this id", "Give one another id"));
    }
    let right = section.text("right", problems).value;
    if rights.iter().all(|known| known.id != right) {
        let known = rights.iter().map(|right| right.id.as_str()).collect::<Vec<_>>().join(", ");
        let message = format!("there is no right “{right}”");
        problems.push(section.problem("right", message, format!("Name one of the rights: {known}")));
    }
    let yardstick = Yardstick {
        instrument: section.text("instrument", problems).value,
        article: section.optional_text("article", problems).map(|article| article.value),
        right,
        kind: section.word("kind", problems).unwrap_or(YardstickKind::Supporting),
        title: section.translated("title", problems),
        in_force_from: section.optional_day("in_force_from", problems),
        until: section.optional_day("until", problems),
        outside: section.optional_word("outside", problems).unwrap_or(Outside::Refused),
        certainty: section.optional_word("certainty", problems),
        note: section.optional_translated("note", problems),
        id,
    };
    if let (Some(from), Some(until)) = (yardstick.in_force_from, yardstick.until)
        && until < from
    {
        problems.push(section.problem(
            "until",
            "it ends before it begins, so it never counts",
            "Correct one of the two days",
        ));
    }
    section.finish(problems);
    yardstick
}

fn read_finding(root: &Section, problems: &mut Vec<Problem>) -> Option<FindingFields> {
    let Some(section) = root.section("finding", problems) else {
        problems.push(root.problem(
            "finding",
            "nothing says where a finding names its yardstick",
            "Add a section [finding]",
        ));
        return None;
    };
    let section = section.named("finding".to_owned());
    let named = |section: &Section, key, problems: &mut Vec<Problem>| section.text(key, problems).value;
    let part = |key: &'static str, problems: &mut Vec<Problem>| {
        let found = section.section(key, problems);
        if found.is_none() {
            let what_to_do = format!("Add [finding.{key}]");
            problems.push(section.problem(key, format!("`{key}` is missing"), what_to_do));
        }
        found
    };
    let (reply, evidence, prevalence) =
        (part("reply", problems)?, part("evidence", problems)?, part("prevalence", problems)?);
    let around = section.section("around", problems);
    let fields = FindingFields {
        place_around: around
            .as_ref()
            .map(|around| (named(around, "fact", problems), named(around, "place", problems))),
        workflow: named(&section, "workflow", problems),
        fact: named(&section, "fact", problems),
        grade: named(&section, "grade", problems),
        yardstick: named(&section, "yardstick", problems),
        standard: named(&section, "standard", problems),
        place: named(&section, "place", problems),
        places: section.section("places", problems).map(|part| {
            let part = part.named("finding.places".to_owned());
            let found = (named(&part, "registry", problems), named(&part, "property", problems));
            part.finish(problems);
            found
        }),
        verified: named(&section, "verified", problems),
        day: section.texts_list("day", problems).into_iter().map(|fact| fact.value).collect(),
        reply: (named(&reply, "fact", problems), named(&reply, "text", problems)),
        evidence: EvidenceRule {
            fact: named(&evidence, "fact", problems),
            source: named(&evidence, "source", problems),
            count: named(&evidence, "count", problems),
            first_hand: named(&evidence, "first_hand", problems),
            of_people: evidence.texts_list("of_people", problems).into_iter().map(|one| one.value).collect(),
        },
        prevalence: IntervalFields {
            fact: named(&prevalence, "fact", problems),
            value: named(&prevalence, "value", problems),
            low: named(&prevalence, "low", problems),
            high: named(&prevalence, "high", problems),
            n: named(&prevalence, "n", problems),
        },
    };
    for section in [section, reply, evidence, prevalence].into_iter().chain(around) {
        section.finish(problems);
    }
    Some(fields)
}

/// The codes of places are an open property of a registry.
pub(crate) fn check_places(yardsticks: &Yardsticks, registries: &[Registry], problems: &mut Vec<Problem>) {
    let Some((registry, property)) = &yardsticks.finding.places else { return };
    let known = registries.iter().find(|known| known.name == *registry);
    let class = known.and_then(|known| known.property(property)).map(|property| property.class);
    if class != Some(Class::Open) {
        problems.push(Problem::new(
            YARDSTICKS_TOML,
            format!("“{property}” is no open property of a registry “{registry}”"),
            "Name in [finding.places] a registry and an open property of it",
        ));
    }
}

/// What the yardsticks name must be declared by the workflows.
pub(crate) fn check(yardsticks: &Yardsticks, workflows: &[ProtocolWorkflow], problems: &mut Vec<Problem>) {
    let finding = &yardsticks.finding;
    let mut fault = |message: String, what_to_do: &str| {
        problems.push(Problem::new(YARDSTICKS_TOML, message, what_to_do).field("finding"));
    };
    let Some(declared) = workflows.iter().find(|known| known.workflow.id == finding.workflow) else {
        return fault(
            format!("there is no workflow “{}”", finding.workflow),
            "Name a workflow of this protocol, whose cases are findings",
        );
    };
    let (evidence, prevalence) = (&finding.evidence, &finding.prevalence);
    let fields = [
        (&finding.fact, &finding.grade),
        (&finding.fact, &finding.yardstick),
        (&finding.fact, &finding.standard),
        (&finding.fact, &finding.place),
        (&finding.reply.0, &finding.reply.1),
        (&evidence.fact, &evidence.source),
        (&evidence.fact, &evidence.count),
        (&evidence.fact, &evidence.first_hand),
        (&prevalence.fact, &prevalence.value),
        (&prevalence.fact, &prevalence.low),
        (&prevalence.fact, &prevalence.high),
        (&prevalence.fact, &prevalence.n),
    ];
    for (fact, field) in fields {
        match declared.class(fact, field) {
            Some(xforms::Class::Open) => {}
            Some(_) => fault(
                format!("“{fact}/{field}” is sealed, and a finding is judged by it"),
                "Give the field the class open",
            ),
            None => fault(
                format!("no fact “{fact}” of “{}” has a field “{field}”", finding.workflow),
                "Declare it there, or correct the name here",
            ),
        }
    }
    if declared.workflow.fact(&finding.verified).is_none() {
        fault(format!("there is no fact “{}”", finding.verified), "Declare it, or correct the name here");
    }
    let around = declared.within.as_deref();
    let around = workflows.iter().find(|known| Some(known.workflow.id.as_str()) == around);
    // A workflow that findings are not really within is told where it is named.
    if let (Some((fact, field)), Some(around)) = (&finding.place_around, around)
        && around.class(fact, field) != Some(xforms::Class::Open)
    {
        fault(
            format!("the case around a finding has no open field “{fact}/{field}”"),
            "Declare it there, or remove [finding.around]",
        );
    }
    for fact in &finding.day {
        if around.is_some_and(|around| around.workflow.fact(fact).is_none()) {
            fault(
                format!("the case around a finding has no fact “{fact}”"),
                "Name facts of the workflow that findings are within",
            );
        }
    }
    let graded = declared.workflow.fact(&finding.fact).and_then(|kind| kind.field(&finding.grade));
    for rating in &yardsticks.ratings {
        for (grade, _) in &rating.at_least {
            if !graded.is_some_and(|field| field.kind.has_choice(grade)) {
                fault(format!("rating {}: there is no grade “{grade}”", rating.id), "Correct the grade");
            }
        }
        for end in &rating.ended {
            if around.is_some_and(|around| around.workflow.end(end).is_none()) {
                fault(format!("rating {}: there is no end “{end}”", rating.id), "Correct the end");
            }
        }
    }
    let sources = declared.workflow.fact(&evidence.fact).and_then(|kind| kind.field(&evidence.source));
    if let Some(FieldKind::Choice(known)) = sources.map(|field| &field.kind) {
        for source in evidence.of_people.iter().filter(|one| known.iter().all(|(name, _)| name != *one)) {
            fault(format!("there is no source “{source}”"), "Name choices of the field with the source");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_yardstick_counts_from_its_first_day_to_its_last() {
        let mut yardstick = Yardstick {
            id: "c155".to_owned(),
            instrument: "ILO C155".to_owned(),
            article: None,
            right: "safety".to_owned(),
            kind: YardstickKind::Fundamental,
            title: Texts::default(),
            in_force_from: Some(date(2022, 6, 1)),
            until: Some(date(2030, 1, 31)),
            outside: Outside::Additional,
            certainty: None,
            note: None,
        };
        assert_eq!(yardstick.counts_on(date(2022, 5, 31)), Counts::Additional);
        assert_eq!(yardstick.counts_on(date(2022, 6, 1)), Counts::InForce);
        assert_eq!(yardstick.counts_on(date(2030, 1, 31)), Counts::InForce);
        yardstick.outside = Outside::Refused;
        assert_eq!(yardstick.counts_on(date(2030, 2, 1)), Counts::Not);
    }
}
