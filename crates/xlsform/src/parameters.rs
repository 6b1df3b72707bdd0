//! The `parameters` column: `key=value` pairs.

use indexmap::IndexMap;

use crate::problem::Problem;
use crate::python::is_space;

pub(crate) type Parameters = IndexMap<String, String>;

/// Reads `key1=value1 key2=value2`; commas and semicolons separate as well as spaces.
pub(crate) fn parse(raw: &str, row: u32) -> Result<Parameters, Problem> {
    let fault = || {
        Problem::in_row(
            row,
            "On the 'survey' sheet, the 'parameters' value is invalid. \
             Parameters must be in the form of 'key1=value1 key2=value2.",
        )
        .column("parameters")
    };
    let mut parameters = Parameters::new();
    let mut tokens = tokens(raw);
    while let Some(key) = tokens.next() {
        let (Some("="), Some(value)) = (tokens.next(), tokens.next()) else { return Err(fault()) };
        if key == "=" || value == "=" {
            return Err(fault());
        }
        let key = key.to_lowercase();
        let value =
            if matches!(key.as_str(), "label" | "value") { value.to_owned() } else { value.to_lowercase() };
        parameters.insert(key, value);
    }
    Ok(parameters)
}

fn tokens(raw: &str) -> impl Iterator<Item = &str> {
    let separates = |c: char| is_space(c) || matches!(c, ',' | ';');
    let mut rest = raw;
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches(separates);
        let first = rest.chars().next()?;
        let end =
            if first == '=' { 1 } else { rest.find(|c| separates(c) || c == '=').unwrap_or(rest.len()) };
        let (token, after) = rest.split_at(end);
        rest = after;
        Some(token)
    })
}

/// Refuses keys that the question type does not know.
pub(crate) fn check(parameters: &Parameters, accepted: &[&str], row: u32) -> Result<(), Problem> {
    let mut rejected: Vec<&str> =
        parameters.keys().map(String::as_str).filter(|key| !accepted.contains(key)).collect();
    if rejected.is_empty() {
        return Ok(());
    }
    rejected.sort_unstable();
    let mut accepted = accepted.to_vec();
    accepted.sort_unstable();
    Err(Problem::in_row(
        row,
        &format!(
            "On the 'survey' sheet, the 'parameters' value is invalid. \
             The accepted parameter keys for this question type are '{}'. \
             The following are invalid parameter key(s): '{}'.",
            accepted.join(", "),
            rejected.join(", ")
        ),
    )
    .column("parameters"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs() {
        let parsed = parse("Randomize = TRUE, seed=${A}; value=Val", 2).unwrap();
        let pairs: Vec<_> = parsed.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        assert_eq!(pairs, [("randomize", "true"), ("seed", "${a}"), ("value", "Val")]);
        for bad in ["a", "a=", "=b", "a=b=c", "a b=c"] {
            assert!(parse(bad, 2).is_err(), "{bad}");
        }
    }
}
