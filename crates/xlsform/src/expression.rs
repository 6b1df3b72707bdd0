//! Just enough of XPath's words to tell a computed default from a literal one, and to find `instance()` in a label.

use crate::names::{name_length, prefixed_name_length};
use crate::python::is_space;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Word {
    Number,
    Math,
    Union,
    CloseParenthesis,
    PathSeparator,
    Literal,
    Space,
    Reference,
    Call,
    PredicateStart,
    PredicateEnd,
    Other,
}

#[derive(Debug, Clone, Copy)]
struct Token<'a> {
    word: Word,
    text: &'a str,
    start: usize,
}

impl Token<'_> {
    fn end(&self) -> usize {
        self.start + self.text.len()
    }
}

/// The words of an expression; what is no word at all comes as single characters.
struct Words<'a> {
    text: &'a str,
    position: usize,
}

impl<'a> Iterator for Words<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        let rest = self.text.get(self.position..)?;
        let first = rest.chars().next()?;
        let (word, length) = word_at(rest, first);
        let token = Token { word, text: &rest[..length], start: self.position };
        self.position += length;
        Some(token)
    }
}

fn words(text: &str) -> Words<'_> {
    Words { text, position: 0 }
}

/// Order matters: it is the order of preference of pyxform's lexer.
fn word_at(rest: &str, first: char) -> (Word, usize) {
    if let Some(length) = date_or_time(rest) {
        return (Word::Other, length);
    }
    if let Some(length) = number(rest) {
        return (Word::Number, length);
    }
    if matches!(first, '*' | '+' | '-') {
        return (Word::Math, 1);
    }
    if rest.starts_with(" mod ") || rest.starts_with(" div ") {
        return (Word::Math, 5);
    }
    if rest.starts_with(" and ") {
        return (Word::Other, 5);
    }
    if rest.starts_with(" or ") {
        return (Word::Other, 4);
    }
    match first {
        '|' => return (Word::Union, 1),
        ')' => return (Word::CloseParenthesis, 1),
        '/' => return (Word::PathSeparator, 1),
        ']' => return (Word::PredicateEnd, 1),
        '=' | '<' | '>' | '(' | '[' | '{' | '}' | '.' | ',' => return (Word::Other, 1),
        '"' | '\'' => {
            if let Some(close) = rest[1..].find(first) {
                return (Word::Literal, close + 2);
            }
        }
        '$' => {
            if let Some(length) = reference_length(rest) {
                return (Word::Reference, length);
            }
        }
        c if is_space(c) => {
            let length = rest.find(|c| !is_space(c)).unwrap_or(rest.len());
            return (Word::Space, length);
        }
        _ => {}
    }
    let length = prefixed_name_length(rest);
    if length == 0 {
        return (Word::Other, first.len_utf8());
    }
    if rest[length..].starts_with('(') {
        return (Word::Call, length + 1);
    }
    if rest[length..].starts_with('[') {
        return (Word::PredicateStart, length + 1);
    }
    let scheme = name_length(rest);
    if rest[scheme..].starts_with("://") { (Word::Other, scheme + 3) } else { (Word::Other, length) }
}

/// `2024-01-31`, `12:30:00+09:00` or both with a `T` between.
fn date_or_time(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let shape = |at: usize, pattern: &[u8]| {
        bytes.get(at..at + pattern.len()).is_some_and(|part| {
            part.iter().zip(pattern).all(|(b, p)| if *p == b'0' { b.is_ascii_digit() } else { b == p })
        })
    };
    let time = |at: usize| {
        shape(at, b"00:00:00").then(|| {
            let end = at + 8;
            if shape(end, b"+00:00") || shape(end, b"-00:00") {
                end + 6
            } else if bytes.get(end) == Some(&b'Z') {
                end + 1
            } else {
                end
            }
        })
    };
    let sign = usize::from(bytes.first() == Some(&b'-'));
    if shape(sign, b"0000-00-00") {
        let end = sign + 10;
        if bytes.get(end) == Some(&b'T')
            && let Some(end) = time(end + 1)
        {
            return Some(end);
        }
        return Some(end);
    }
    time(0)
}

fn number(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let sign = usize::from(bytes.first() == Some(&b'-'));
    let digits = |from: usize| bytes[from..].iter().take_while(|b| b.is_ascii_digit()).count();
    let whole = digits(sign);
    let after = sign + whole;
    if bytes.get(after) == Some(&b'.') {
        let fraction = digits(after + 1);
        return (whole > 0 || fraction > 0).then_some(after + 1 + fraction);
    }
    (whole > 0).then_some(after)
}

/// Length of a well-formed `${name}` or `${last-saved#name}` at the start of the text.
pub(crate) fn reference_length(text: &str) -> Option<usize> {
    let inner = text.strip_prefix("${")?;
    let saved = inner.strip_prefix("last-saved#").unwrap_or(inner);
    for start in [saved, inner] {
        let length = name_length(start);
        if length > 0 && start[length..].starts_with('}') {
            return Some(text.len() - start.len() + length + 1);
        }
    }
    None
}

/// Whether a default has to be computed on the phone rather than written into the form.
pub(crate) fn default_is_dynamic(default: &str, question_type: &str) -> bool {
    let hyphen_is_data = matches!(question_type, "date" | "dateTime" | "geopoint" | "geotrace" | "geoshape");
    for token in words(default) {
        if hyphen_is_data && token.word == Word::Math && token.text == "-" {
            return false;
        }
        if matches!(token.word, Word::Math | Word::Union | Word::Reference | Word::Call) {
            return true;
        }
    }
    false
}

/// Where the `instance()` expressions of a text start and end.
///
/// The path of an expression ends at a space outside of a predicate.
pub(crate) fn instance_expressions(text: &str) -> Vec<(usize, usize)> {
    let (mut inside, mut in_path, mut in_predicate) = (false, false, false);
    let mut last: Option<Token<'_>> = None;
    let mut boundaries = Vec::new();
    for token in words(text) {
        let mut part = false;
        if !inside {
            if token.word == Word::Call && token.text == "instance(" {
                inside = true;
                part = true;
                boundaries.push(token.start);
            }
        } else if let Some(before) = last {
            let after_call = before.word == Word::Call && before.text == "instance(";
            if (token.word == Word::Literal && after_call)
                || (before.word == Word::Literal && token.word == Word::CloseParenthesis)
            {
                part = true;
            } else if token.word == Word::PathSeparator
                && matches!(before.word, Word::CloseParenthesis | Word::PredicateEnd)
            {
                part = true;
                in_path = true;
            } else if in_path {
                match token.word {
                    Word::Space => in_path = false,
                    Word::PredicateStart => {
                        part = true;
                        in_path = false;
                        in_predicate = true;
                    }
                    _ => part = true,
                }
            } else if in_predicate {
                part = true;
                in_predicate = token.word != Word::PredicateEnd;
            }
        }
        if part {
            last = Some(token);
        } else if inside {
            inside = false;
            if let Some(before) = last {
                boundaries.push(before.end());
            }
        }
    }
    if let Some(before) = last {
        boundaries.push(before.end());
    }
    boundaries.chunks_exact(2).map(|pair| (pair[0], pair[1])).filter(|(start, end)| start <= end).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literal_and_computed_defaults() {
        for (default, question_type) in [
            ("foo", "text"),
            ("2024-01-31", "date"),
            ("2024-01-31T10:00:00.000-07:00", "dateTime"),
            ("https://my-site.com", "text"),
            ("my default text", "text"),
            ("-5.5", "decimal"),
            ("41.0 -3.2 0 0", "geopoint"),
            ("foo[bar]", "text"),
        ] {
            assert!(!default_is_dynamic(default, question_type), "{default}");
        }
        for (default, question_type) in [
            ("now()", "text"),
            ("1 + 1", "integer"),
            ("${a}", "text"),
            ("7 div 2", "integer"),
            ("a | b", "text"),
        ] {
            assert!(default_is_dynamic(default, question_type), "{default}");
        }
    }

    #[test]
    fn instances_are_found_with_their_paths() {
        let text = "See instance('c')/root/item[name = ${a}]/label for more";
        assert_eq!(instance_expressions(text), [(4, 46)]);
        assert_eq!(instance_expressions("no instance here"), []);
    }
}
