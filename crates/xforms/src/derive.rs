//! The class of a text computed from other fields, such as an entity's label.

use crate::{Class, Field};

/// The highest class among the fields that `expression` reads. `None` where that cannot be told with
/// certainty: it looks into another list, uses a predicate or a wildcard, or reads something without a class.
///
/// `path` is the place of the computed field, from which relative paths start.
pub(crate) fn class_of(expression: &str, path: &str, fields: &[Field]) -> Option<Class> {
    let mut highest = Class::Open;
    let mut rest = expression;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '"' | '\'' => rest.get(1..)?.find(first)? + 2,
            _ if is_path_character(first) => {
                rest.find(|character| !is_path_character(character)).unwrap_or(rest.len())
            }
            '(' | ')' | ',' | '=' | '<' | '>' | '!' | '+' => 1,
            _ if first.is_whitespace() => first.len_utf8(),
            _ => return None,
        };
        let (token, after) = rest.split_at_checked(length)?;
        rest = after;
        if !token.starts_with(is_path_character) || token.parse::<f64>().is_ok() {
            continue;
        }
        if after.trim_start().starts_with('(') {
            // These reach beyond the values named in the expression.
            let reaches_out = matches!(
                token,
                "instance"
                    | "pulldata"
                    | "current"
                    | "indexed-repeat"
                    | "position"
                    | "jr:itext"
                    | "jr:choice-name"
            );
            if reaches_out {
                return None;
            }
        } else if !matches!(token, "and" | "or" | "div" | "mod" | "-" | "/") {
            let read = resolve(token, path)?;
            let field = fields.iter().find(|field| field.path == read && field.kind.has_value())?;
            highest = highest.max(field.class?);
        }
    }
    Some(highest)
}

fn is_path_character(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '/' | '.' | '_' | '-' | ':')
}

/// `/data/people/p` or `../../../p` seen from `people/meta/entity/label` → `people/p`.
fn resolve(token: &str, from: &str) -> Option<String> {
    let (mut parts, steps) = match token.strip_prefix('/') {
        Some(absolute) => (Vec::new(), absolute.split_once('/').filter(|(root, _)| !root.is_empty())?.1),
        None => (from.split('/').collect(), token),
    };
    for step in steps.split('/') {
        match step {
            "" => return None,
            "." => {}
            ".." => {
                parts.pop()?;
            }
            name => parts.push(name.rsplit(':').next().unwrap_or(name)),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolved(token: &str) -> Option<String> {
        resolve(token, "people/meta/entity/label")
    }

    #[test]
    fn paths_are_followed_from_where_the_label_stands() {
        assert_eq!(resolved("../../../p").as_deref(), Some("people/p"));
        assert_eq!(resolved("/data/people/g/t").as_deref(), Some("people/g/t"));
        assert_eq!(resolved("../../../../../../x"), None);
        assert_eq!(resolved("//p"), None);
    }
}
