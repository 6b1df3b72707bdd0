//! `begin loop over list`: the questions of the loop once for each choice of the list.

use crate::build::{Builder, MAX_ELEMENTS};
use crate::draft::Draft;
use crate::problem::{Failure, Problem};
use crate::survey::{Id, Kind};
use crate::value::{Map, Value, printed};

/// Adds a group for each choice, with the questions of the loop inside.
pub(crate) fn roll_out(
    builder: &mut Builder,
    list: Option<&str>,
    children: &[Draft],
    parent: Id,
) -> Result<(), Failure> {
    let Some(list) = list else { return Ok(()) };
    let count = builder.survey.lists.get(list).map_or(0, |list| list.choices.len());
    if count > MAX_ELEMENTS {
        return Err(Problem::new(format!("A loop can run over {MAX_ELEMENTS} choices at most.")).into());
    }
    for i in 0..count {
        let Some(choice) = builder.survey.lists.get(list).and_then(|list| list.choices.get(i)).cloned()
        else {
            break;
        };
        let name = choice.get("name").and_then(Value::text).unwrap_or_default().to_owned();
        if name == "none" {
            continue;
        }
        let mut group = Draft::new("group", &name);
        for field in ["label", "media"] {
            if let Some(value) = choice.get(field) {
                group.fields.insert(field.to_owned(), value.clone());
            }
        }
        let column = builder.element(group, Kind::Group, Some(parent))?;
        for child in children {
            let child = filled(child, &choice).map_err(|reason| {
                let problem = Problem::new(format!(
                    "[row : {}] On the 'survey' sheet, a text in the loop cannot be filled in for the choice '{name}': \
                     {reason}. Write %(name)s or %(label)s for the choice, and %% for a percent sign.",
                    child.row
                ));
                problem.sheet("survey").row(child.row)
            })?;
            builder.add(child, column)?;
        }
    }
    Ok(())
}

/// The question with its placeholders filled in; only texts of its own and their languages have any.
fn filled(question: &Draft, choice: &Map) -> Result<Draft, String> {
    let Some(label) = choice.get("label") else { return Err("the choice has no label".to_owned()) };
    let by_language = label.map();
    let mut filled = question.clone();
    filled.name = fill(&filled.name, choice)?;
    filled.kind = fill(&filled.kind, choice)?;
    for text in [&mut filled.itemset, &mut filled.choices].into_iter().flatten() {
        *text = fill(text, choice)?;
    }
    for value in filled.parameters.iter_mut().flat_map(|p| p.values_mut()) {
        *value = fill(value, choice)?;
    }
    for value in filled.fields.values_mut() {
        match value {
            Value::Text(text) => *text = fill(text, choice)?,
            Value::Map(parts) => {
                for (part, value) in parts.iter_mut() {
                    let Value::Text(text) = value else {
                        return Err(format!("the part '{part}' is translated"));
                    };
                    // In a text of one language the label of that language is filled in.
                    let translated = by_language.and_then(|labels| labels.get(part.as_str())).map(|label| {
                        let name = choice.get("name").cloned().unwrap_or_else(|| "".into());
                        Map::from_iter([("name".to_owned(), name), ("label".to_owned(), label.clone())])
                    });
                    *text = fill(text, translated.as_ref().unwrap_or(choice))?;
                }
            }
        }
    }
    Ok(filled)
}

/// Fills in `%(name)s` the way Python's `%` does with a dictionary.
fn fill(template: &str, values: &Map) -> Result<String, String> {
    let mut out = String::with_capacity(template.len());
    let mut rest = template;
    while let Some(at) = rest.find('%') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix('%') {
            out.push('%');
            rest = after;
        } else if let Some(after) = rest.strip_prefix('s') {
            out.push_str(&printed(values));
            rest = after;
        } else if let Some(after) = rest.strip_prefix('(') {
            let Some((name, after)) = after.split_once(')') else {
                return Err("a bracket is not closed".to_owned());
            };
            let Some(after) = after.strip_prefix('s') else {
                return Err(format!("an 's' is missing after %({name})"));
            };
            let Some(value) = values.get(name) else { return Err(format!("the choice has no '{name}'")) };
            out.push_str(&value.to_text());
            rest = after;
        } else {
            return Err("a percent sign stands alone".to_owned());
        }
    }
    out.push_str(rest);
    Ok(out)
}
