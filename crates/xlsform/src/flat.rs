//! The old setting `flat`: groups leave no trace in the data, and their relevance passes to what is in them.

use crate::draft::Draft;
use crate::problem::Problem;
use crate::value::Value;

/// Marks groups as flat and hands their relevance down.
pub(crate) fn flatten(children: &mut [Draft], outer: &str) -> Result<(), Problem> {
    for child in children {
        let own = match child.part("bind", "relevant") {
            Some(Value::Map(_)) => return Err(Problem::wrong_shape(child.row, "relevant")),
            Some(Value::Text(own)) => own.as_str(),
            None => "",
        };
        let relevant = match (outer, own) {
            ("", own) => own.to_owned(),
            (outer, "") => outer.to_owned(),
            (outer, own) => format!("{outer} and ({own})"),
        };
        if !child.children.is_empty() {
            child.fields.insert("flat".to_owned(), "yes".into());
            flatten(&mut child.children, &relevant)?;
        } else if !relevant.is_empty() {
            child.set("bind", "relevant", relevant);
        }
    }
    Ok(())
}
