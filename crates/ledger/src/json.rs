//! Canonical JSON (JCS, RFC 8785) restricted to objects, lists, strings and whole numbers, so that one value
//! has one text and its hash means one thing.

use std::fmt::Write;

use serde_json::Value;

/// Largest magnitude of a number: 2^53 − 1, beyond which JSON readers disagree.
pub const MAX_NUMBER: u64 = (1 << 53) - 1;
/// Deepest nesting of lists and objects.
pub const MAX_DEPTH: usize = 32;

/// A value that has no canonical text here.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum JsonError {
    /// Fractions, exponents, or too large.
    #[error("the number {0} is not a whole number below 2^53: write it as text")]
    Number(String),
    /// true, false or null.
    #[error("{0} is not allowed here: use text, whole numbers, lists and objects only")]
    Kind(&'static str),
    /// Nested too deeply.
    #[error("nested more than {MAX_DEPTH} deep: flatten it")]
    Depth,
    /// Not JSON.
    #[error("not JSON: {0}")]
    Syntax(String),
    /// JSON, but written in another way than the canonical one.
    #[error("not written canonically: keys sorted, each once, no spaces, no needless escapes")]
    NotCanonical,
}

/// The canonical text of a value.
pub fn canonical(value: &Value) -> Result<String, JsonError> {
    let mut out = String::new();
    write_value(value, 0, &mut out)?;
    Ok(out)
}

/// Reads a text that must be canonical already.
pub fn parse_canonical(text: &[u8]) -> Result<Value, JsonError> {
    let value = serde_json::from_slice(text).map_err(|error| JsonError::Syntax(error.to_string()))?;
    // Duplicate keys, spaces and other spellings all come out differently when written again.
    if canonical(&value)?.as_bytes() == text { Ok(value) } else { Err(JsonError::NotCanonical) }
}

fn write_value(value: &Value, depth: usize, out: &mut String) -> Result<(), JsonError> {
    if depth > MAX_DEPTH {
        return Err(JsonError::Depth);
    }
    match value {
        Value::Null => return Err(JsonError::Kind("null")),
        Value::Bool(_) => return Err(JsonError::Kind("true or false")),
        Value::Number(number) => {
            let whole = number.as_i64().filter(|n| n.unsigned_abs() <= MAX_NUMBER);
            let whole = whole.ok_or_else(|| JsonError::Number(number.to_string()))?;
            let _ = write!(out, "{whole}");
        }
        Value::String(text) => write_text(text, out),
        Value::Array(items) => {
            out.push('[');
            for (n, item) in items.iter().enumerate() {
                if n > 0 {
                    out.push(',');
                }
                write_value(item, depth + 1, out)?;
            }
            out.push(']');
        }
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            // RFC 8785 §3.2.3 sorts by UTF-16 code units, which differs from UTF-8 order beyond U+FFFF.
            members.sort_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
            out.push('{');
            for (n, (key, member)) in members.into_iter().enumerate() {
                if n > 0 {
                    out.push(',');
                }
                write_text(key, out);
                out.push(':');
                write_value(member, depth + 1, out)?;
            }
            out.push('}');
        }
    }
    Ok(())
}

/// RFC 8785 §3.2.2.2: the short escapes where JSON has them, \u00xx for other control characters, all else
/// as it is.
fn write_text(text: &str, out: &mut String) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\u{c}' => out.push_str("\\f"),
            '\r' => out.push_str("\\r"),
            control if control < ' ' => {
                let _ = write!(out, "\\u{:04x}", u32::from(control));
            }
            other => out.push(other),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn one_value_has_one_text() {
        // Key order of RFC 8785 §3.2.3, where the emoji (a surrogate pair) sorts before U+FB33.
        let value =
            json!({"\u{20ac}": 1, "\r": 2, "\u{fb33}": 3, "1": 4, "\u{1f600}": 5, "\u{80}": 6, "\u{f6}": 7});
        let text = canonical(&value).unwrap();
        assert_eq!(
            text,
            "{\"\\r\":2,\"1\":4,\"\u{80}\":6,\"\u{f6}\":7,\"\u{20ac}\":1,\"\u{1f600}\":5,\"\u{fb33}\":3}"
        );
        assert_eq!(parse_canonical(text.as_bytes()).unwrap(), value);
        assert_eq!(
            canonical(&json!("\u{1}\u{8}\t\n\u{c}\r\"\\/등대\u{7f}")).unwrap(),
            "\"\\u0001\\b\\t\\n\\f\\r\\\"\\\\/등대\u{7f}\""
        );
    }

    #[test]
    fn other_spellings_are_refused() {
        let refused = [
            "{\"a\": 1}",
            "{\"b\":1,\"a\":1}",
            "{\"a\":1,\"a\":1}",
            "{\"a\":1}\n",
            "[1.0]",
            "[-0]",
            "[1e3]",
            "[9007199254740992]",
            "[null]",
            "[true]",
            "[\"\\u0061\"]",
            "[\"\\/\"]",
            "[\"\u{1}\"]",
            "{",
            "",
            "[\"\\ud800\"]",
        ];
        for text in refused {
            assert!(parse_canonical(text.as_bytes()).is_err(), "{text}");
        }
        assert!(parse_canonical(b"\"\xff\"").is_err());
        let deep = format!("{}{}", "[".repeat(40), "]".repeat(40));
        assert_eq!(parse_canonical(deep.as_bytes()), Err(JsonError::Depth));
        assert!(parse_canonical(b"[-9007199254740991,0,9007199254740991]").is_ok());
    }
}
