//! The few pieces of Python's text behaviour that XLSForm files have come to rely on.

use std::fmt::Write;

/// Whitespace as Python's `str.isspace` sees it.
pub(crate) fn is_space(c: char) -> bool {
    c.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&c)
}

/// `str.strip()`.
pub(crate) fn strip(text: &str) -> &str {
    text.trim_matches(is_space)
}

/// `str.split()`.
pub(crate) fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(is_space).filter(|w| !w.is_empty())
}

/// `os.path.splitext`: the text before the last dot of the file name, and the rest with its dot.
pub(crate) fn split_extension(path: &str) -> (&str, &str) {
    let name_start = path.rfind('/').map_or(0, |i| i + 1);
    let name = &path[name_start..];
    let leading_dots = name.len() - name.trim_start_matches('.').len();
    match name.rfind('.') {
        Some(dot) if dot >= leading_dots && dot > 0 => path.split_at(name_start + dot),
        _ => (path, ""),
    }
}

/// `repr(text)`.
pub(crate) fn quoted(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    let mut out = String::with_capacity(text.len() + 2);
    out.push(quote);
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c == quote => {
                out.push('\\');
                out.push(c);
            }
            c if is_printable(c) => out.push(c),
            c => {
                let code = u32::from(c);
                // Writing to a String cannot fail.
                let _ = match code {
                    0..=0xff => write!(out, "\\x{code:02x}"),
                    0x100..=0xffff => write!(out, "\\u{code:04x}"),
                    _ => write!(out, "\\U{code:08x}"),
                };
            }
        }
    }
    out.push(quote);
    out
}

fn is_printable(c: char) -> bool {
    !(c.is_control()
        || (c != ' ' && c.is_whitespace())
        || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{e000}'..='\u{f8ff}'))
}

/// Whether `int(text)` would succeed; the value is cut to the range of `i128`.
pub(crate) fn integer(text: &str) -> Option<i128> {
    let text = strip(text);
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let digits = without_underscores(digits)?;
    if digits.is_empty() || !digits.chars().all(|c| c.is_ascii_digit()) {
        return None;
    }
    let value = digits.parse::<i128>().unwrap_or(i128::MAX);
    Some(if negative { -value } else { value })
}

/// Whether `float(text)` would succeed.
pub(crate) fn is_float(text: &str) -> bool {
    without_underscores(strip(text)).is_some_and(|t| {
        !t.is_empty() && t.parse::<f64>().is_ok() && !t.starts_with("0x") && !t.starts_with("0X")
    })
}

/// Python allows single underscores between digits.
fn without_underscores(text: &str) -> Option<String> {
    let chars: Vec<char> = text.chars().collect();
    let digit = |i: Option<usize>| i.and_then(|i| chars.get(i)).is_some_and(char::is_ascii_digit);
    for (i, c) in chars.iter().enumerate() {
        if *c == '_' && !(digit(i.checked_sub(1)) && digit(Some(i + 1))) {
            return None;
        }
    }
    Some(chars.into_iter().filter(|c| *c != '_').collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_behaves_as_in_python() {
        assert_eq!(split_extension("cities.csv"), ("cities", ".csv"));
        assert_eq!(split_extension(".csv"), (".csv", ""));
        assert_eq!(split_extension("a.b/c"), ("a.b/c", ""));
        assert_eq!(quoted("it's"), "\"it's\"");
        assert_eq!(quoted("a\u{a0}b\n"), "'a\\xa0b\\n'");
        assert_eq!(integer(" +1_000 "), Some(1000));
        assert_eq!(integer("1.0"), None);
        assert!(is_float("1e5") && is_float("inf") && is_float("NaN") && !is_float("1.2.3") && !is_float(""));
    }
}
