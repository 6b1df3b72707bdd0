use crate::problem::Problem;
use crate::toml_section::Section;
use crate::words::{Point, Word};
use std::collections::BTreeMap;
use xforms::{Field, Form, Kind};

/// How a form asks a person's consent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consent {
    /// Path of the question that asks it.
    pub question: String,
    /// The answer that gives it.
    pub agreed: String,
    /// Path of the field with the level that was given.
    pub level_field: String,
    /// The levels that can be given: 0 refused, 1 own case, 2 anonymous statistics, 3 shared without identity,
    /// 4 anonymous quotation, 5 identity to a named body, 6 identity published.
    pub levels: Vec<u32>,
    /// Path of the note that tells each point of the consent text.
    pub points: BTreeMap<Point, String>,
}

/// Reads a form's consent section; names are replaced by paths, and what is missing is reported.
pub(crate) fn read(section: &Section, file: &str, form: &Form, problems: &mut Vec<Problem>) -> Consent {
    let question = path_of(section, "question", form, problems);
    let agreed = section.text("agreed", problems);
    if let Some(asked) = form.field(&question) {
        check_question(section, asked, &agreed.value, problems);
    }
    let levels = section.numbers_list("levels", problems);
    if !levels.contains(&0) || levels.iter().any(|level| *level > 6) {
        problems.push(section.problem(
            "levels",
            "the levels run from 0 (refused) to 6, and refusing must be possible",
            "List the levels that this form can give, 0 among them",
        ));
    }
    let consent = Consent {
        question,
        agreed: agreed.value,
        level_field: path_of(section, "level_field", form, problems),
        levels,
        points: read_points(section, file, form, problems),
    };
    section.finish(problems);
    consent
}

fn find<'f>(form: &'f Form, name: &str) -> Option<&'f Field> {
    form.fields.iter().find(|field| field.name == name || field.path == name)
}

fn path_of(section: &Section, key: &'static str, form: &Form, problems: &mut Vec<Problem>) -> String {
    let name = section.text(key, problems).value;
    if name.is_empty() {
        return name;
    }
    match find(form, &name) {
        Some(field) => field.path.clone(),
        None => {
            problems.push(section.problem(
                key,
                format!("the form has no field “{name}”"),
                "Name a field of the form",
            ));
            String::new()
        }
    }
}

fn check_question(section: &Section, asked: &Field, agreed: &str, problems: &mut Vec<Problem>) {
    if !asked.choices.iter().any(|choice| choice.value == agreed) {
        problems.push(section.problem(
            "agreed",
            format!("“{agreed}” is not an answer to “{}”", asked.name),
            "Write the answer that means yes",
        ));
    }
    if !asked.required {
        problems.push(section.problem(
            "question",
            format!("“{}” can be left unanswered", asked.name),
            "Write yes in its column required",
        ));
    }
}

fn read_points(
    section: &Section,
    file: &str,
    form: &Form,
    problems: &mut Vec<Problem>,
) -> BTreeMap<Point, String> {
    let mut points = BTreeMap::new();
    let Some(listed) = section.section("points", problems) else {
        problems.push(section.problem(
            "points",
            "nothing says where the consent text tells its points",
            format!("Add points = {{ … }} with a note for each of: {}", Point::words()),
        ));
        return points;
    };
    for point in Point::ALL {
        let Some(name) = listed.optional_text(point.as_str(), problems).map(|name| name.value) else {
            problems.push(listed.problem(
                point.as_str(),
                format!("the consent text does not tell the point “{}”", point.as_str()),
                "Write a note that tells it and name the note here",
            ));
            continue;
        };
        match find(form, &name) {
            Some(note)
                if note.kind == Kind::Note && note.label.values().any(|text| !text.trim().is_empty()) =>
            {
                points.insert(*point, note.path.clone());
            }
            Some(_) => problems.push(listed.problem(
                point.as_str(),
                format!("“{name}” is not a note with text"),
                format!("Name a row of type note in {file}"),
            )),
            None => problems.push(listed.problem(
                point.as_str(),
                format!("the form has no note “{name}”"),
                format!("Write it in {file}, or correct the name"),
            )),
        }
    }
    listed.finish(problems);
    points
}
