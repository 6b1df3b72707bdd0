//! XML that ODK Central reads though it is not well-formed: end tags that are missing, and well-known prefixes that
//! nothing declares. Only what the strict reader has refused comes here, and it goes through the strict reader again.

/// Prefixes that forms and submissions use by custom.
const PREFIXES: [(&str, &str); 6] = [
    ("orx", "http://openrosa.org/xforms"),
    ("jr", "http://openrosa.org/javarosa"),
    ("h", "http://www.w3.org/1999/xhtml"),
    ("odk", "http://www.opendatakit.org/xforms"),
    ("entities", "http://www.opendatakit.org/xforms/entities"),
    ("xsd", "http://www.w3.org/2001/XMLSchema"),
];

/// The text with every end tag in its place and the prefixes declared; none where that changes nothing.
pub(crate) fn mended(text: &str) -> Option<String> {
    let closed = closed(text);
    let declared = with_prefixes(closed.as_deref().unwrap_or(text));
    declared.or(closed)
}

/// The text with the well-known prefixes declared at its root that it uses and never declares.
pub(crate) fn with_prefixes(text: &str) -> Option<String> {
    let root = tags(text).find(|tag| tag.kind != TagKind::Other)?;
    let mut declarations = String::new();
    for (prefix, namespace) in PREFIXES {
        let used = [format!("<{prefix}:"), format!(" {prefix}:")].iter().any(|usage| text.contains(usage));
        if used && !text.contains(&format!("xmlns:{prefix}")) {
            declarations.push_str(&format!(" xmlns:{prefix}=\"{namespace}\""));
        }
    }
    if declarations.is_empty() {
        return None;
    }
    let at = root.start + 1 + root.name.len();
    Some(format!("{}{declarations}{}", text.get(..at)?, text.get(at..)?))
}

/// The text with missing end tags put where an outer element ends.
fn closed(text: &str) -> Option<String> {
    let mut open: Vec<&str> = Vec::new();
    let mut mended = String::with_capacity(text.len() + 64);
    let mut copied = 0;
    let mut changed = false;
    for tag in tags(text) {
        match tag.kind {
            TagKind::Start => open.push(tag.name),
            TagKind::End if open.last() == Some(&tag.name) => {
                open.pop();
            }
            TagKind::End => {
                changed = true;
                mended.push_str(text.get(copied..tag.start)?);
                copied = tag.start;
                match open.iter().rposition(|name| *name == tag.name) {
                    Some(place) => {
                        for name in open.drain(place + 1..).rev() {
                            mended.push_str(&format!("</{name}>"));
                        }
                        open.pop();
                    }
                    // It ends nothing that is open.
                    None => copied = tag.end,
                }
            }
            TagKind::Other => {}
        }
    }
    mended.push_str(text.get(copied..)?);
    for name in open.iter().rev() {
        changed = true;
        mended.push_str(&format!("</{name}>"));
    }
    changed.then_some(mended)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum TagKind {
    Start,
    End,
    /// Empty elements, comments, instructions.
    Other,
}

struct Tag<'a> {
    kind: TagKind,
    name: &'a str,
    start: usize,
    end: usize,
}

/// The tags of a text, in order. What never ends is left out.
fn tags(text: &str) -> impl Iterator<Item = Tag<'_>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + text.get(at..)?.find('<')?;
        let rest = text.get(start..)?;
        let skip = [("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?", "?>")];
        if let Some((_, last)) = skip.iter().find(|(first, _)| rest.starts_with(first)) {
            let end = start + rest.find(last)? + last.len();
            at = end;
            return Some(Tag { kind: TagKind::Other, name: "", start, end });
        }
        let end = start + length(rest)?;
        at = end;
        let inner = text.get(start + 1..end - 1)?;
        let (kind, inner) = match inner.strip_prefix('/') {
            Some(name) => (TagKind::End, name),
            None if inner.ends_with('/') => (TagKind::Other, inner),
            None => (TagKind::Start, inner),
        };
        let name = inner.split(|c: char| c.is_whitespace() || c == '/').next().unwrap_or_default();
        Some(Tag { kind, name, start, end })
    })
}

/// The length of a tag with its `>`, which may stand within quotes before it ends.
pub(crate) fn length(tag: &str) -> Option<usize> {
    let mut quote = None;
    for (at, byte) in tag.bytes().enumerate() {
        match (quote, byte) {
            (None, b'>') => return Some(at + 1),
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), byte) if open == byte => quote = None,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_end_tag_is_put_where_the_element_around_it_ends() {
        let text = "<a><b x=\"1>2\"><c>one/c></b><!-- </b> --><d/></a>";
        assert_eq!(mended(text).unwrap(), "<a><b x=\"1>2\"><c>one/c></c></b><!-- </b> --><d/></a>");
        assert_eq!(mended("<a><b></a>").unwrap(), "<a><b></b></a>");
        assert_eq!(mended("<a></b></a>").unwrap(), "<a></a>");
        assert_eq!(mended("<a><b>").unwrap(), "<a><b></b></a>");
        assert!(mended("<a><b/></a>").is_none());
    }

    #[test]
    fn a_well_known_prefix_needs_no_declaration() {
        let text = "<?xml version=\"1.0\"?><data id=\"a\"><orx:meta/></data>";
        let declared = "<?xml version=\"1.0\"?><data xmlns:orx=\"http://openrosa.org/xforms\" id=\"a\"><orx:meta/></data>";
        assert_eq!(with_prefixes(text).unwrap(), declared);
        assert!(with_prefixes("<data><other:meta/></data>").is_none());
    }
}
