//! What must hold of the answers of a submission: one language for every file of a protocol, `field = choice, choice`,
//! `field >= number`, `hours_day * days_week > 48`.

use std::str::FromStr;

use xforms::{Field, Form};

use crate::problem::Problem;
use crate::toml_section::{At, Section};

/// Something that holds of a submission or not, or is not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// Paths of the fields; their product, where there are several.
    fields: Vec<String>,
    test: Test,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Test {
    OneOf(Vec<String>),
    Compares(std::cmp::Ordering, bool, String),
}

impl FromStr for Condition {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Condition, &'static str> {
        use std::cmp::Ordering::{Greater, Less};
        let names = |text: &str| text.split('*').map(|name| name.trim().to_owned()).collect::<Vec<_>>();
        let compares = [(">=", Greater, true), ("<=", Less, true), (">", Greater, false), ("<", Less, false)];
        for (sign, ordering, or_equal) in compares {
            if let Some((left, number)) = text.split_once(sign) {
                let number = number.trim();
                let finite = number.parse::<f64>().is_ok_and(f64::is_finite);
                let test = Test::Compares(ordering, or_equal, number.to_owned());
                return finite
                    .then(|| Condition { fields: names(left), test })
                    .ok_or("what follows the sign is not a number");
            }
        }
        let (left, values) = text.split_once('=').ok_or("it has no sign")?;
        let values: Vec<String> = values.split(',').map(|value| value.trim().to_owned()).collect();
        let fields = names(left);
        if fields.len() != 1 || values.iter().any(String::is_empty) {
            return Err("it names no answer of one field");
        }
        Ok(Condition { fields, test: Test::OneOf(values) })
    }
}

/// The product of the numbers that fields were answered with; none if one was not.
pub fn product(fields: &[String], answer: impl Fn(&str) -> Option<String>) -> Option<f64> {
    let number =
        |field: &String| answer(field)?.trim().parse::<f64>().ok().filter(|number| number.is_finite());
    fields.iter().map(number).product()
}

impl Condition {
    /// The fields that it asks for.
    pub fn fields(&self) -> &[String] {
        &self.fields
    }

    /// Whether it holds; none where a field is not answered, or with one of `no_answer`. A question with several answers
    /// holds them with spaces between, and one of them is enough.
    pub fn holds(&self, answer: impl Fn(&str) -> Option<String>, no_answer: &[String]) -> Option<bool> {
        match &self.test {
            Test::OneOf(values) => {
                let answer = answer(self.fields.first()?)?;
                let said = answer.trim();
                if said.is_empty() || no_answer.iter().any(|none| none == said) {
                    return None;
                }
                Some(said.split(' ').any(|one| values.iter().any(|value| value == one)))
            }
            Test::Compares(ordering, or_equal, number) => {
                let compared = product(&self.fields, answer)?.partial_cmp(&number.parse::<f64>().ok()?)?;
                Some(compared == *ordering || (*or_equal && compared.is_eq()))
            }
        }
    }

    /// Whether all of these hold: one that does not decides, whatever the others say.
    pub fn all_hold(
        conditions: &[Condition],
        answer: impl Fn(&str) -> Option<String> + Copy,
        no_answer: &[String],
    ) -> Option<bool> {
        let each: Vec<Option<bool>> =
            conditions.iter().map(|condition| condition.holds(answer, no_answer)).collect();
        if each.contains(&Some(false)) {
            return Some(false);
        }
        each.into_iter().collect::<Option<Vec<bool>>>().map(|_| true)
    }
}

/// A field with a value outside repeats, by its name or path.
pub(crate) fn field<'f>(form: &'f Form, name: &str) -> Option<&'f Field> {
    let mut fields = form.fields.iter().filter(|field| field.kind.has_value() && field.repeat.is_none());
    fields.find(|field| field.name == name || field.path == name)
}

/// Reads a list of conditions about a form; each fault is told by itself.
pub(crate) fn read(
    section: &Section,
    key: &'static str,
    form_id: &str,
    form: &Form,
    problems: &mut Vec<Problem>,
) -> Vec<Condition> {
    let mut read = Vec::new();
    for text in section.texts_list(key, problems) {
        match one(&text, form_id, form) {
            Ok(condition) => read.push(condition),
            Err((message, what_to_do)) => {
                problems.push(section.problem(key, message, what_to_do).row(text.row));
            }
        }
    }
    read
}

fn one(text: &At<String>, form_id: &str, form: &Form) -> Result<Condition, (String, &'static str)> {
    let mut condition: Condition = text.value.parse().map_err(|why| {
        let message = format!("“{}” is no condition: {why}", text.value);
        (message, "Write field = choice, choice, or field >= number, or field * field < number")
    })?;
    for name in &mut condition.fields {
        let unknown =
            || (format!("{form_id} has no field “{name}” outside repeats"), "Name a field of that form");
        let found = field(form, name).ok_or_else(unknown)?;
        if let Test::OneOf(values) = &condition.test {
            let known = |value: &&String| found.choices.iter().any(|choice| choice.value == **value);
            if !found.choices.is_empty()
                && let Some(value) = values.iter().find(|value| !known(value))
            {
                let message = format!("“{value}” is no answer of “{name}”");
                return Err((message, "Name an answer as the form has it"));
            }
        }
        name.clone_from(&found.path);
    }
    Ok(condition)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(text: &str) -> Option<bool> {
        let answers = [
            ("who", "employer"),
            ("days", "7"),
            ("hours", "9.5"),
            ("told", "fine leave"),
            ("refused", "skip"),
        ];
        let answer = |name: &str| {
            answers.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        };
        text.parse::<Condition>().unwrap().holds(answer, &["skip".to_owned()])
    }

    #[test]
    fn a_condition_holds_or_not_or_was_not_answered() {
        for (text, expected) in [
            ("who = agency, employer", Some(true)),
            ("days >= 7", Some(true)),
            ("days > 7", Some(false)),
            ("days * hours > 60", Some(true)),
            ("days*hours <= 66", Some(false)),
            ("told = leave", Some(true)),
            ("told = pay", Some(false)),
            ("refused = yes", None),
            ("not_asked = yes", None),
            ("days * not_asked < 5", None),
        ] {
            assert_eq!(holds(text), expected, "{text}");
        }
        for text in ["who", "who =", "days >= many", "days * hours = 7", "days >= inf"] {
            assert!(text.parse::<Condition>().is_err(), "{text}");
        }
    }
}
