use disclosure::Policy;

use crate::problem::Problem;
use crate::toml_section::Section;
use crate::words::{FinestDate, FinestPlace};

/// What every published table must keep to. A protocol may be stricter than the house ([`Policy::default`]), never laxer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disclosure {
    /// The numbers, as the release keeps to them. Its hash stands in the design of a draw before the data are known.
    pub policy: Policy,
    /// The finest date of an event in print.
    pub dates: FinestDate,
    /// The finest place in print.
    pub place: FinestPlace,
    /// Questions held to the policy's `k_strict`.
    pub strict: Vec<FieldOfForm>,
    /// Answers that together could single a person out.
    pub quasi_identifiers: Vec<FieldOfForm>,
}

/// A field of a form, written `form_id/field_name` in the protocol.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FieldOfForm {
    /// The form's id.
    pub form_id: String,
    /// The field's path in the form, `interview/person/sex`.
    pub path: String,
}

/// A field named in `protocol.toml` that is looked up once the forms have been read.
pub(crate) struct NamedField {
    pub text: String,
    pub key: &'static str,
    pub row: Option<u32>,
}

pub(crate) fn read(root: &Section, problems: &mut Vec<Problem>) -> (Option<Disclosure>, Vec<NamedField>) {
    let Some(section) = root.section("disclosure", problems) else {
        problems.push(root.problem(
            "disclosure",
            "nothing says what a published table must keep to",
            "Add a section [disclosure]",
        ));
        return (None, Vec::new());
    };
    let section = section.named("disclosure".to_owned());
    let mut named = Vec::new();
    for key in ["strict", "quasi_identifiers"] {
        let listed = section.texts_list(key, problems);
        named.extend(listed.into_iter().map(|text| NamedField { text: text.value, key, row: text.row }));
    }
    let disclosure = Disclosure {
        policy: policy(&section, problems),
        dates: section.word("dates", problems).unwrap_or(FinestDate::Year),
        place: section.word("place", problems).unwrap_or(FinestPlace::Country),
        strict: Vec::new(),
        quasi_identifiers: Vec::new(),
    };
    section.finish(problems);
    (Some(disclosure), named)
}

/// The numbers of the policy: each at least as strict as the house has it. What a protocol may leave out is then as the
/// house has it.
fn policy(section: &Section, problems: &mut Vec<Problem>) -> Policy {
    let house = Policy::default();
    let mut may_stand = |key: &'static str, least: u32, most: u32, house: u32| {
        if section.has(key) { section.number(key, least, most, problems) } else { house }
    };
    let minimum_population =
        may_stand("minimum_population", house.minimum_population, 10_000, house.minimum_population);
    let homogeneity_percent =
        may_stand("homogeneity_percent", house.homogeneity_percent, 49, house.homogeneity_percent);
    let homogeneity_base =
        may_stand("homogeneity_base", house.homogeneity_base, 10_000, house.homogeneity_base);
    let total_digits = may_stand("total_digits", 1, house.total_digits, house.total_digits);
    Policy {
        minimum_population,
        homogeneity_percent,
        homogeneity_base,
        total_digits,
        k: section.number("k", house.k, 1000, problems),
        k_strict: section.number("k_strict", house.k_strict, 1000, problems),
        percent_base: section.number("percent_base", house.percent_base, 10_000, problems),
        percent_flag: section.number("percent_flag", house.percent_flag, 10_000, problems),
        mean_base: section.number("mean_base", house.mean_base, 10_000, problems),
        dominance_percent: section.number("dominance_percent", 1, house.dominance_percent, problems),
        most_variables: section.number("most_variables", 1, house.most_variables, problems),
        ..house
    }
}
