//! A filter's text as words, brackets and literals, each with the byte at which it begins.

use crate::value::{Value, time};

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Token<'t> {
    Open,
    Close,
    Comma,
    Literal(Value<'static>),
    /// A name: of a field, a function, an operator.
    Word(&'t str),
}

pub(crate) struct Tokens<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Tokens<'t> {
    pub(crate) fn new(text: &'t str) -> Self {
        Tokens { text, at: 0 }
    }

    pub(crate) fn text(&self, from: usize, until: usize) -> &'t str {
        self.text.get(from..until).unwrap_or_default().trim()
    }

    /// The next one with the place where it begins; none at the end, an error with the place where reading stopped.
    pub(crate) fn next(&mut self) -> Result<Option<(usize, Token<'t>)>, usize> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let trimmed = rest.trim_start();
        let begin = self.at + (rest.len() - trimmed.len());
        let Some(first) = trimmed.chars().next() else {
            self.at = self.text.len();
            return Ok(None);
        };
        let (token, length) = match first {
            '(' => (Token::Open, 1),
            ')' => (Token::Close, 1),
            ',' => (Token::Comma, 1),
            '\'' => quoted(trimmed).ok_or(begin)?,
            first if first.is_ascii_digit() || first == '-' || first == '+' => {
                number(trimmed).ok_or(begin)?
            }
            first if first.is_alphabetic() || first == '_' || first == '$' || first == '@' => {
                let word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$' | '/' | '.' | '@' | '-');
                let length = trimmed.find(|c| !word(c)).unwrap_or(trimmed.len());
                let name = trimmed.get(..length).unwrap_or_default();
                let token = match name {
                    "null" => Token::Literal(Value::Null),
                    "true" => Token::Literal(Value::Truth(true)),
                    "false" => Token::Literal(Value::Truth(false)),
                    _ => Token::Word(name),
                };
                (token, length)
            }
            _ => return Err(begin),
        };
        self.at = begin + length;
        Ok(Some((begin, token)))
    }
}

/// A text in single quotes, in which a quote is doubled.
fn quoted(text: &str) -> Option<(Token<'static>, usize)> {
    let mut value = String::new();
    let mut inside = text.char_indices().skip(1).peekable();
    while let Some((at, c)) = inside.next() {
        if c != '\'' {
            value.push(c);
        } else if inside.peek().is_some_and(|(_, next)| *next == '\'') {
            value.push('\'');
            inside.next();
        } else {
            return Some((Token::Literal(Value::Text(value.into())), at + 1));
        }
    }
    None
}

/// A number, a date or a date and time.
fn number(text: &str) -> Option<(Token<'static>, usize)> {
    let part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '+' | '.' | ':');
    let length = text.find(|c| !part(c)).unwrap_or(text.len());
    let found = text.get(..length)?;
    let value = match found.parse::<f64>().ok().filter(|number| number.is_finite()) {
        Some(number) => Value::Number(number),
        None => Value::Time(time(found)?),
    };
    Some((Token::Literal(value), length))
}
