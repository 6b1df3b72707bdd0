//! What decides a field's value or presence, read from the XForm, and which fields and lists it looks at.

use roxmltree::{Document, Node};

/// An expression about the field at `path`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Expression {
    /// Path of the field it stands at; for `relevant` that may be a group.
    pub path: String,
    pub role: Role,
    pub text: String,
}

/// What an expression does to its field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// Gives its value.
    Calculates,
    /// Decides whether it is there.
    Shows,
    /// Chooses the answers offered.
    Filters,
}

impl Role {
    /// The column of the survey sheet that it is written in.
    pub fn column(self) -> &'static str {
        match self {
            Role::Calculates => "calculation",
            Role::Shows => "relevant",
            Role::Filters => "choice_filter",
        }
    }
}

/// The expressions of a form whose root element is named `root`. Text that is no XForm has none.
pub(crate) fn read(xform: &str, root: &str) -> Vec<Expression> {
    let Ok(document) = Document::parse(xform) else { return Vec::new() };
    document.descendants().filter(Node::is_element).flat_map(|node| of_node(node, root)).collect()
}

fn of_node(node: Node, root: &str) -> Vec<Expression> {
    let attribute = |name: &str| node.attribute(name).filter(|text| !text.trim().is_empty());
    let expression = |at: Option<&str>, role: Role, text: Option<&str>| {
        Some(Expression { path: inside(at?, root)?, role, text: text?.to_owned() })
    };
    let found = match node.tag_name().name() {
        "bind" => vec![
            expression(attribute("nodeset"), Role::Calculates, attribute("calculate")),
            expression(attribute("nodeset"), Role::Shows, attribute("relevant")),
        ],
        "setvalue" => vec![expression(attribute("ref"), Role::Calculates, attribute("value"))],
        "itemset" => {
            let question = node.parent().and_then(|control| control.attribute("ref"));
            vec![expression(question, Role::Filters, attribute("nodeset"))]
        }
        _ => Vec::new(),
    };
    found.into_iter().flatten().filter(|found| !found.path.contains("meta/entity")).collect()
}

/// `/data/person/sex` → `person/sex`.
fn inside(path: &str, root: &str) -> Option<String> {
    let rest = path.trim().strip_prefix('/')?.strip_prefix(root)?.strip_prefix('/')?;
    Some(rest.split('/').map(|part| part.rsplit(':').next().unwrap_or(part)).collect::<Vec<_>>().join("/"))
}

/// The paths of the form that an expression at `from` reads. A path that is no field of the form may be among
/// them; a field that is read is never left out, but for paths with wildcards or computed steps.
pub(crate) fn reads(expression: &str, from: &str, root: &str) -> Vec<String> {
    let mut paths = Vec::new();
    let mut rest = expression;
    let mut brackets = 0usize;
    let mut from_current = false;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '"' | '\'' => rest.get(1..).and_then(|text| text.find(first)).map_or(rest.len(), |end| end + 2),
            _ if is_path_character(first) => rest.find(|c| !is_path_character(c)).unwrap_or(rest.len()),
            _ => first.len_utf8(),
        };
        let Some((token, after)) = rest.split_at_checked(length) else { break };
        rest = after;
        match first {
            '[' => brackets += 1,
            ']' => brackets = brackets.saturating_sub(1),
            _ => {}
        }
        if !is_path_character(first) {
            continue;
        }
        if let Some(relative) = after.strip_prefix("()/").filter(|_| token == "current") {
            rest = relative;
            from_current = true;
            continue;
        }
        let relative_allowed = brackets == 0 || from_current || token.starts_with("..");
        from_current = false;
        let operator = matches!(token, "and" | "or" | "div" | "mod" | "-" | "/");
        if operator || token.parse::<f64>().is_ok() || after.trim_start().starts_with('(') {
            continue;
        }
        let path = match token.starts_with('/') {
            true => inside(token, root),
            false if relative_allowed => resolve(token, from),
            false => None,
        };
        paths.extend(path);
    }
    paths
}

fn is_path_character(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '/' | '.' | '_' | '-' | ':')
}

/// `../sex` seen from `person/age` → `person/sex`.
fn resolve(token: &str, from: &str) -> Option<String> {
    let mut parts: Vec<&str> = from.split('/').collect();
    for step in token.split('/') {
        match step {
            "" => return None,
            "." => {}
            ".." => {
                parts.pop()?;
            }
            name => parts.push(name),
        }
    }
    let path = parts.join("/");
    (path != from).then_some(path)
}

/// The properties of other lists that an expression reads: `instance('visits')/root/item[…]/visit_code`.
pub(crate) fn list_reads(expression: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for after in expression.split("instance(").skip(1) {
        let after = after.trim_start();
        let Some(quote) = after.chars().next().filter(|quote| matches!(quote, '\'' | '"')) else { continue };
        let Some((list, rest)) = after.get(1..).and_then(|text| text.split_once(quote)) else { continue };
        let Some(rest) = rest.trim_start_matches([')', ' ']).strip_prefix("/root/item") else { continue };
        let Some(rest) = past_predicate(rest).and_then(|rest| rest.strip_prefix('/')) else { continue };
        let end =
            rest.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-' | '.'))).unwrap_or(rest.len());
        found.extend(
            rest.get(..end).filter(|name| !name.is_empty()).map(|name| (list.to_owned(), name.to_owned())),
        );
    }
    found
}

/// What follows `[…]`, quotes and inner brackets included.
fn past_predicate(text: &str) -> Option<&str> {
    if !text.starts_with('[') {
        return Some(text);
    }
    let mut depth = 0usize;
    let mut quote = None;
    for (index, character) in text.char_indices() {
        match (quote, character) {
            (Some(open), _) if open == character => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(character),
            (None, '[') => depth += 1,
            (None, ']') if depth == 1 => return text.get(index + 1..),
            (None, ']') => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expression_tells_what_it_reads() {
        let read = |text| reads(text, "person/age", "data");
        assert_eq!(read("if( /data/a/b  = 'x', ../sex, 0)"), ["a/b", "person/sex"]);
        assert_eq!(
            read("instance('visits')/root/item[name =  /data/visit ]/visit_code"),
            ["visit"],
            "names inside the predicate belong to the list"
        );
        assert_eq!(read("instance('l')/root/item[x = current()/../sex]/y"), ["person/sex"]);
        assert_eq!(read("'/data/a' != \"/data/b\""), Vec::<String>::new());
    }

    #[test]
    fn lists_that_are_read_are_named() {
        let found = list_reads("if(1, instance('visits')/root/item[name = '[' or x[1]]/visit_code, 2)");
        assert_eq!(found, [("visits".to_owned(), "visit_code".to_owned())]);
        assert_eq!(list_reads("instance('visits')/root/item"), []);
    }
}
