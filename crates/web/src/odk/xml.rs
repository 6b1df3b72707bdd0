//! Writing small XML documents and addresses.

use std::borrow::Cow;

/// Text as XML holds it, in elements and in attributes. Characters that XML 1.0 cannot hold become U+FFFD.
pub(super) fn escaped(text: &str) -> Cow<'_, str> {
    let plain = |c: char| !matches!(c, '&' | '<' | '>' | '"' | '\'') && is_xml(c);
    if text.chars().all(plain) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c if is_xml(c) => escaped.push(c),
            _ => escaped.push('\u{fffd}'),
        }
    }
    Cow::Owned(escaped)
}

/// XML 1.0 §2.2.
fn is_xml(c: char) -> bool {
    !matches!(c, '\0'..='\x08' | '\x0b' | '\x0c' | '\x0e'..='\x1f' | '\u{fffe}' | '\u{ffff}')
}

/// Adds `<name>text</name>` on a line of its own.
pub(super) fn element(document: &mut String, indent: usize, name: &str, text: &str) {
    document.push_str(&format!("{:indent$}<{name}>{}</{name}>\n", "", escaped(text)));
}

/// A segment of a path: everything is percent-encoded but the letters, figures and marks that JavaScript's
/// `encodeURIComponent` leaves, because that is what Central uses.
pub(super) fn segment(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.!~*'()".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_cannot_leave_its_element() {
        assert_eq!(escaped("a]]>&<b c=\"d'\u{1}"), "a]]&gt;&amp;&lt;b c=&quot;d&#39;\u{fffd}");
        assert!(matches!(escaped("현장 점검"), Cow::Borrowed(_)));
    }

    #[test]
    fn any_form_id_fits_into_a_path() {
        assert_eq!(segment("visit 1/ä?(x)"), "visit%201%2F%C3%A4%3F(x)");
    }
}
