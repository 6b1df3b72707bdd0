use crate::problem::Problem;
use crate::toml_section::Section;
use crate::words::{FinestDate, FinestPlace};

/// What every published table must keep to. A protocol may be stricter than the bounds checked here, never laxer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disclosure {
    /// Fewest persons behind a published cell; at least 5.
    pub k: u32,
    /// The same for the questions in [`Disclosure::strict`]; at least 10.
    pub k_strict: u32,
    /// No percentage on a base smaller than this many persons; at least 20.
    pub percent_base: u32,
    /// Percentages on a base below this are flagged; at least 50.
    pub percent_flag: u32,
    /// No mean from fewer persons; at least 10.
    pub mean_base: u32,
    /// No cell of which one employer supplies more than this part, in percent; at most 70.
    pub dominance_percent: u32,
    /// How many quasi-identifiers one table may combine; at most 3.
    pub most_variables: u32,
    /// The finest date of an event in print.
    pub dates: FinestDate,
    /// The finest place in print.
    pub place: FinestPlace,
    /// Questions held to [`Disclosure::k_strict`].
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
        k: section.number("k", 5, 1000, problems),
        k_strict: section.number("k_strict", 10, 1000, problems),
        percent_base: section.number("percent_base", 20, 10_000, problems),
        percent_flag: section.number("percent_flag", 50, 10_000, problems),
        mean_base: section.number("mean_base", 10, 10_000, problems),
        dominance_percent: section.number("dominance_percent", 1, 70, problems),
        most_variables: section.number("most_variables", 1, 3, problems),
        dates: section.word("dates", problems).unwrap_or(FinestDate::Year),
        place: section.word("place", problems).unwrap_or(FinestPlace::Country),
        strict: Vec::new(),
        quasi_identifiers: Vec::new(),
    };
    section.finish(problems);
    (Some(disclosure), named)
}
