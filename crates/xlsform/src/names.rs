//! Which names an XForm can use, and the lexical shape of `${references}`.
//!
//! The ranges are pyxform's (taken there from the XML names of the W3C, with its gaps).

/// A character that may start a name.
pub(crate) fn starts_name(c: char) -> bool {
    matches!(c,
        'A'..='Z' | 'a'..='z' | '_' | '\u{d8}'..='\u{f6}' | '\u{f8}'..='\u{2ff}' | '\u{370}'..='\u{37d}'
        | '\u{37f}'..='\u{1fff}' | '\u{200c}'..='\u{200d}' | '\u{2070}'..='\u{218f}' | '\u{2c00}'..='\u{2fef}'
        | '\u{3001}'..='\u{d7ff}' | '\u{f900}'..='\u{fdcf}' | '\u{fdf0}'..='\u{fffd}' | '\u{10000}'..='\u{effff}')
}

/// A character that may follow in a name.
pub(crate) fn continues_name(c: char) -> bool {
    starts_name(c)
        || matches!(c, '-' | '.' | '0'..='9' | '\u{b7}' | '\u{300}'..='\u{36f}' | '\u{203f}'..='\u{2040}')
}

/// Length in bytes of the name without a colon at the start of `text`; 0 when there is none.
pub(crate) fn name_length(text: &str) -> usize {
    let mut chars = text.char_indices();
    match chars.next() {
        Some((_, c)) if starts_name(c) => {}
        _ => return 0,
    }
    chars.find(|(_, c)| !continues_name(*c)).map_or(text.len(), |(i, _)| i)
}

/// Length in bytes of the name at the start of `text`, with at most one prefix; 0 when there is none.
pub(crate) fn prefixed_name_length(text: &str) -> usize {
    let first = name_length(text);
    if first == 0 {
        return 0;
    }
    match text[first..].strip_prefix(':').map(name_length) {
        Some(second) if second > 0 => first + 1 + second,
        _ => first,
    }
}

/// Whether the whole text is the name of an XML element, with or without a prefix.
pub(crate) fn is_xml_tag(text: &str) -> bool {
    !text.is_empty() && prefixed_name_length(text) == text.len()
}

/// Whether the whole text is a name without a prefix.
pub(crate) fn is_name(text: &str) -> bool {
    !text.is_empty() && name_length(text) == text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for good in ["a", "_a", "a-b.c1", "jr:a", "나이", "é"] {
            assert!(is_xml_tag(good), "{good}");
        }
        for bad in ["", "1a", "a b", "a:b:c", ":a", "a:", "-a", "a/b"] {
            assert!(!is_xml_tag(bad), "{bad}");
        }
    }
}
