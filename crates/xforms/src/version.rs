//! Giving a form another version without touching anything else of its text.

/// The form's text with this version at the root of its primary instance, in place of the one that is there. The text has
/// been read as a form before.
pub fn with_version(xform: &str, version: &str) -> String {
    let Some(tag) = primary_tag(xform) else { return xform.to_owned() };
    let escaped = version.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
    let text = xform.get(tag.clone()).unwrap_or_default();
    let (from, to, written) = match version_value(text) {
        Some(value) => (tag.start + value.start, tag.start + value.end, escaped),
        None => (tag.end, tag.end, format!(" version=\"{escaped}\"")),
    };
    let (before, after) = (xform.get(..from).unwrap_or_default(), xform.get(to..).unwrap_or_default());
    format!("{before}{written}{after}")
}

/// Where the first tag inside the first `instance` stands, from its `<` to the end of its last attribute.
fn primary_tag(xform: &str) -> Option<std::ops::Range<usize>> {
    let mut inside = false;
    let mut at = 0;
    while let Some(found) = xform.get(at..)?.find('<') {
        let start = at + found;
        let rest = xform.get(start..)?;
        if rest.starts_with("<!--") {
            at = start + rest.find("-->")? + 3;
            continue;
        }
        let end = start + crate::mend::length(rest)?;
        let is_element = !rest.starts_with("<?") && !rest.starts_with("<!") && !rest.starts_with("</");
        let name = rest.get(1..)?.split(|c: char| c.is_whitespace() || c == '>' || c == '/').next()?;
        if is_element && inside {
            let tag = xform.get(start..end - 1)?.trim_end_matches('/').trim_end();
            return Some(start..start + tag.len());
        }
        inside |= is_element && name.rsplit(':').next() == Some("instance");
        at = end;
    }
    None
}

/// Where the value of an attribute `version`, of whatever namespace, stands within a tag.
fn version_value(tag: &str) -> Option<std::ops::Range<usize>> {
    let mut at = 0;
    while let Some(equals) = tag.get(at..)?.find('=') {
        let equals = at + equals;
        let before = tag.get(at..equals)?.trim_end();
        let name = before.rsplit(char::is_whitespace).next()?;
        let opening = equals + 1 + tag.get(equals + 1..)?.find(['"', '\''])?;
        let quote = tag.get(opening..=opening)?;
        let end = opening + 1 + tag.get(opening + 1..)?.find(quote)?;
        if name.rsplit(':').next() == Some("version") && !name.starts_with("xmlns") {
            return Some(opening + 1..end);
        }
        at = end + 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_set_where_there_was_none_and_changed_where_there_was_one() {
        let form = |tag: &str| {
            format!("<h:html><!-- <instance> --><model><instance>\n <{tag}>\n <a b=\"1\"/></data></instance>")
        };
        assert_eq!(with_version(&form("data id=\"x\""), "2"), form("data id=\"x\" version=\"2\""));
        assert_eq!(
            with_version(&form("data version='1 > 0' id=\"x\""), "a&\"b"),
            form("data version='a&amp;&quot;b' id=\"x\"")
        );
        assert_eq!(
            with_version(&form("data id=\"x\" orx:version=\"1\""), "2"),
            form("data id=\"x\" orx:version=\"2\"")
        );
        assert_eq!(with_version("<data/>", "2"), "<data/>");
    }
}
