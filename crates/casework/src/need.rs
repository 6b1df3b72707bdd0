use crate::fact::{Fact, Value};
use std::fmt;
use std::str::FromStr;

/// What must have happened, in the words of a protocol:
///
/// - `frame_frozen`: a fact of this kind;
/// - `reply_received or reply_waived`: one or the other;
/// - `access_answered: answer = refused, no_answer`: a fact whose value is one of these;
/// - `frame_tested: difference_percent > 10`: a number above (`>`), from (`>=`), below (`<`) or up to (`<=`);
/// - `notice_given: authority = first and private = yes`: several values at once.
#[derive(Clone, Debug, PartialEq)]
pub struct Need {
    /// One of them is enough.
    pub any: Vec<Pattern>,
}

/// A kind of fact, and what its values must be.
#[derive(Clone, Debug, PartialEq)]
pub struct Pattern {
    /// Id of the kind.
    pub kind: String,
    /// All of them hold.
    pub conditions: Vec<Condition>,
}

/// What one value must be.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    /// Name of the field.
    pub field: String,
    /// What is asked of it.
    pub test: Test,
}

/// A question to one value.
#[derive(Clone, Debug, PartialEq)]
pub enum Test {
    /// The choice or text is one of these.
    OneOf(Vec<String>),
    /// The number compares so.
    Number(Compares, f64),
}

/// How a number compares with a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compares {
    /// `>`
    Above,
    /// `>=`
    From,
    /// `<`
    Below,
    /// `<=`
    UpTo,
}

/// Not a need.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "“{0}” cannot be read: write a kind of fact, such as frame_frozen, or access_answered: answer = refused, or frame_tested: difference_percent > 10; join several with or"
)]
pub struct NotANeed(pub String);

impl Need {
    /// Whether a fact answers it.
    pub fn met_by(&self, fact: &Fact) -> bool {
        self.any.iter().any(|pattern| pattern.met_by(fact))
    }

    /// The kinds of fact that can answer it, in order, each once.
    pub fn kinds(&self) -> Vec<&str> {
        let mut kinds: Vec<&str> = Vec::new();
        for pattern in &self.any {
            if !kinds.contains(&pattern.kind.as_str()) {
                kinds.push(&pattern.kind);
            }
        }
        kinds
    }

    /// Whether a fact of this kind could answer it.
    pub fn names(&self, kind: &str) -> bool {
        self.any.iter().any(|pattern| pattern.kind == kind)
    }
}

impl Pattern {
    /// Whether a fact is of this kind and its values are so.
    pub fn met_by(&self, fact: &Fact) -> bool {
        let holds = |condition: &Condition| {
            fact.values.get(&condition.field).is_some_and(|value| condition.test.holds(value))
        };
        fact.kind == self.kind && self.conditions.iter().all(holds)
    }
}

impl Test {
    /// Whether a value passes.
    pub fn holds(&self, value: &Value) -> bool {
        match (self, value) {
            (Test::OneOf(known), Value::Choice(text) | Value::Text(text)) => known.contains(text),
            (Test::Number(compares, limit), Value::Number(number)) => match compares {
                Compares::Above => number > limit,
                Compares::From => number >= limit,
                Compares::Below => number < limit,
                Compares::UpTo => number <= limit,
            },
            _ => false,
        }
    }
}

/// Whether a text can be an id: a small letter or digit first, then those and `_`.
pub(crate) fn is_id(text: &str) -> bool {
    let inner = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_');
    text.bytes().all(inner) && !text.is_empty() && !text.starts_with('_')
}

impl FromStr for Need {
    type Err = NotANeed;
    fn from_str(text: &str) -> Result<Need, NotANeed> {
        let any = text.split(" or ").map(read_pattern).collect::<Option<Vec<Pattern>>>();
        any.map(|any| Need { any }).ok_or_else(|| NotANeed(text.to_owned()))
    }
}

fn read_pattern(text: &str) -> Option<Pattern> {
    let (kind, conditions) = match text.split_once(':') {
        Some((kind, conditions)) => {
            (kind.trim(), conditions.split(" and ").map(read_condition).collect::<Option<Vec<_>>>()?)
        }
        None => (text.trim(), Vec::new()),
    };
    is_id(kind).then(|| Pattern { kind: kind.to_owned(), conditions })
}

fn read_condition(text: &str) -> Option<Condition> {
    let sign = text.find(['=', '>', '<'])?;
    let (field, rest) = text.split_at_checked(sign)?;
    let number = |compares, limit: &str| {
        let limit: f64 = limit.trim().parse().ok()?;
        limit.is_finite().then_some(Test::Number(compares, limit))
    };
    let test = if let Some(limit) = rest.strip_prefix(">=") {
        number(Compares::From, limit)?
    } else if let Some(limit) = rest.strip_prefix('>') {
        number(Compares::Above, limit)?
    } else if let Some(limit) = rest.strip_prefix("<=") {
        number(Compares::UpTo, limit)?
    } else if let Some(limit) = rest.strip_prefix('<') {
        number(Compares::Below, limit)?
    } else {
        let known = rest.strip_prefix('=')?.split(',').map(|choice| choice.trim().to_owned());
        let known: Vec<String> = known.collect();
        if known.iter().any(|choice| !is_id(choice)) {
            return None;
        }
        Test::OneOf(known)
    };
    let field = field.trim();
    is_id(field).then(|| Condition { field: field.to_owned(), test })
}

impl fmt::Display for Need {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, pattern) in self.any.iter().enumerate() {
            write!(f, "{}{}", if index == 0 { "" } else { " or " }, pattern.kind)?;
            for (index, Condition { field, test }) in pattern.conditions.iter().enumerate() {
                f.write_str(if index == 0 { ": " } else { " and " })?;
                match test {
                    Test::OneOf(known) => write!(f, "{field} = {}", known.join(", "))?,
                    Test::Number(Compares::Above, limit) => write!(f, "{field} > {limit}")?,
                    Test::Number(Compares::From, limit) => write!(f, "{field} >= {limit}")?,
                    Test::Number(Compares::Below, limit) => write!(f, "{field} < {limit}")?,
                    Test::Number(Compares::UpTo, limit) => write!(f, "{field} <= {limit}")?,
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_need_reads_as_it_is_written() {
        for text in [
            "frame_frozen",
            "reply_received or reply_waived",
            "access_answered: answer = refused, no_answer",
            "frame_tested: difference_percent > 10 or punished",
            "tested: a >= 1.5 and b < -2 and c <= 0 and d = yes",
        ] {
            assert_eq!(text.parse::<Need>().expect("a need").to_string(), text);
        }
        for wrong in
            ["", "a or ", "A", "a:", "a: b", "a: b =", "a: b = C", "a: b > x", "a: b > NaN", "a b", "a: = c"]
        {
            assert!(wrong.parse::<Need>().is_err(), "{wrong}");
        }
    }
}
