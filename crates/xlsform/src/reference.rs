//! `${name}` and `${last-saved#name}` as people write them, and whether they can mean anything.

use crate::names;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reference<'a> {
    pub(crate) name: &'a str,
    pub(crate) last_saved: bool,
}

/// There is a `${` that does not become a reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Malformed;

/// Why a list of references could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ListFault {
    Malformed,
    TooMany,
}

/// Cheap test before the careful reading.
pub(crate) fn is_candidate(text: &str) -> bool {
    text.contains("${") && text.chars().nth(2).is_some()
}

/// Every reference of the text in order.
pub(crate) fn references(text: &str) -> impl Iterator<Item = Result<Reference<'_>, Malformed>> {
    let mut rest = if is_candidate(text) { text } else { "" };
    std::iter::from_fn(move || {
        loop {
            let start = rest.find("${")?;
            let inner = &rest[start + 2..];
            match inner.find('}') {
                // `${}` is nothing, neither a reference nor a mistake.
                Some(0) => rest = inner,
                Some(end) => {
                    rest = &inner[end + 1..];
                    return Some(parsed(&inner[..end]));
                }
                None => {
                    rest = "";
                    return Some(Err(Malformed));
                }
            }
        }
    })
}

fn parsed(inner: &str) -> Result<Reference<'_>, Malformed> {
    match inner.strip_prefix("last-saved#") {
        Some(name) if names::is_name(name) => Ok(Reference { name, last_saved: true }),
        _ if names::is_name(inner) => Ok(Reference { name: inner, last_saved: false }),
        _ => Err(Malformed),
    }
}

/// The reference that is the whole text.
pub(crate) fn whole(text: &str) -> Option<Reference<'_>> {
    if !is_candidate(text) {
        return None;
    }
    let inner = text.strip_prefix("${")?.strip_suffix('}')?;
    if inner.contains('}') { None } else { parsed(inner).ok() }
}

/// Whether the text has a reference; a malformed one before it hides it.
pub(crate) fn has_reference(text: &str) -> bool {
    matches!(references(text).next(), Some(Ok(_)))
}

/// Whether the text refers to the last saved record.
pub(crate) fn has_last_saved(text: &str) -> bool {
    for reference in references(text) {
        match reference {
            Ok(r) if r.last_saved => return true,
            Ok(_) => {}
            Err(Malformed) => return false,
        }
    }
    false
}

/// The names in a comma-separated list of references, as in the `trigger` column.
pub(crate) fn listed(text: &str) -> Result<Vec<&str>, ListFault> {
    let mut names = Vec::new();
    for part in text.split(',') {
        for (i, reference) in references(part).enumerate() {
            let reference = reference.map_err(|Malformed| ListFault::Malformed)?;
            if i > 0 {
                return Err(ListFault::TooMany);
            }
            names.push(reference.name);
        }
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_in_text() {
        let found: Vec<_> = references("Hi ${a}, ${last-saved#b}!").map(|r| r.unwrap().name).collect();
        assert_eq!(found, ["a", "b"]);
        for bad in ["${a", "${ a }", "${a b}", "${a ${b}"] {
            assert!(references(bad).any(|r| r.is_err()), "{bad}");
        }
        assert!(references("${} $a {b}").next().is_none());
        assert_eq!(whole("${a}").map(|r| r.name), Some("a"));
        assert_eq!(whole("${a} "), None);
        assert_eq!(listed("${a}, ${b}"), Ok(vec!["a", "b"]));
        assert_eq!(listed("${a} ${b}"), Err(ListFault::TooMany));
    }
}
