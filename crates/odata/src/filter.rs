//! `$filter`: read, then decided row by row.

use std::cmp::Ordering;

use crate::token::{Token, Tokens};
use crate::value::{Value, part};

/// The longest text that is read (bytes).
const LONGEST: usize = 10_000;
/// The deepest nesting.
const DEEPEST: usize = 64;

/// Why a filter was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FilterError {
    /// It is no filter.
    #[error("{reason}")]
    Unreadable {
        /// What was met, and where.
        reason: String,
    },
    /// It is one, but asks for what is not supported.
    #[error("{what} at {at} (\"{text}\") is not supported")]
    Unsupported {
        /// The kind of expression, as OData's grammar names it.
        what: &'static str,
        /// The byte at which it begins.
        at: usize,
        /// The expression.
        text: String,
    },
    /// It names a field that is not there.
    #[error("there is no field {text} (at {at})")]
    Field {
        /// The byte at which the name begins.
        at: usize,
        /// The name.
        text: String,
    },
}

/// How two values are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// The same, or both absent.
    Equal,
    /// Not the same.
    Different,
    /// Less than.
    Less,
    /// At most.
    AtMost,
    /// Greater than.
    Greater,
    /// At least.
    AtLeast,
}

impl Comparison {
    fn of(word: &str) -> Option<Comparison> {
        Some(match word {
            "eq" => Comparison::Equal,
            "ne" => Comparison::Different,
            "lt" => Comparison::Less,
            "le" => Comparison::AtMost,
            "gt" => Comparison::Greater,
            "ge" => Comparison::AtLeast,
            _ => return None,
        })
    }

    fn mirrored(self) -> Comparison {
        match self {
            Comparison::Less => Comparison::Greater,
            Comparison::AtMost => Comparison::AtLeast,
            Comparison::Greater => Comparison::Less,
            Comparison::AtLeast => Comparison::AtMost,
            same => same,
        }
    }

    fn holds(self, one: &Value<'_>, other: &Value<'_>) -> Option<bool> {
        let same = || match (one, other) {
            (Value::Null, Value::Null) => true,
            _ => one.compare(other) == Some(Ordering::Equal),
        };
        match self {
            Comparison::Equal => Some(same()),
            Comparison::Different => Some(!same()),
            Comparison::Less => one.compare(other).map(Ordering::is_lt),
            Comparison::AtMost => one.compare(other).map(Ordering::is_le),
            Comparison::Greater => one.compare(other).map(Ordering::is_gt),
            Comparison::AtLeast => one.compare(other).map(Ordering::is_ge),
        }
    }
}

#[derive(Clone, Debug)]
enum Expression<F> {
    Literal(Value<'static>),
    Field(F),
    Part(&'static str, Box<Expression<F>>),
    Compare(Comparison, Box<Expression<F>>, Box<Expression<F>>),
    And(Box<Expression<F>>, Box<Expression<F>>),
    Or(Box<Expression<F>>, Box<Expression<F>>),
    Not(Box<Expression<F>>),
}

/// Something that must hold of every row of the answer: a field compared with a value.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition<'f, F> {
    /// The field.
    pub field: &'f F,
    /// How it is compared.
    pub comparison: Comparison,
    /// With what.
    pub value: &'f Value<'static>,
}

/// A filter that was read; `F` is what the caller knows its fields by.
#[derive(Clone, Debug)]
pub struct Filter<F>(Expression<F>);

impl<F> Filter<F> {
    /// Reads a filter. `now` is the time (ms since 1970) that `now()` stands for; `field` resolves names.
    ///
    /// # Errors
    /// What cannot be read, is not supported or names a field that is not there.
    pub fn read(text: &str, now: i64, field: impl Fn(&str) -> Option<F>) -> Result<Filter<F>, FilterError> {
        if text.len() > LONGEST {
            let reason = format!("it is longer than {LONGEST} bytes");
            return Err(FilterError::Unreadable { reason });
        }
        let mut reader = Reader { tokens: Tokens::new(text), ahead: None, now, field, depth: 0, end: 0 };
        let expression = reader.either()?;
        match reader.peek()? {
            None => Ok(Filter(expression)),
            Some((at, _)) => Err(unexpected(text, at)),
        }
    }

    /// Whether a row is in the answer. `value` gives its value of a field.
    pub fn holds<'r>(&self, value: &impl Fn(&F) -> Value<'r>) -> bool {
        truth(&self.0, value) == Some(true)
    }

    /// What must hold of every row of the answer, and whether that is all that the filter says.
    pub fn conditions(&self) -> (Vec<Condition<'_, F>>, bool) {
        let mut conditions = Vec::new();
        let whole = collect(&self.0, &mut conditions);
        (conditions, whole)
    }

    /// Whether any field of the filter is one of these.
    pub fn names(&self, wanted: impl Fn(&F) -> bool) -> bool {
        named(&self.0, &wanted)
    }
}

fn named<F>(expression: &Expression<F>, wanted: &impl Fn(&F) -> bool) -> bool {
    match expression {
        Expression::Literal(_) => false,
        Expression::Field(field) => wanted(field),
        Expression::Part(_, inner) | Expression::Not(inner) => named(inner, wanted),
        Expression::Compare(_, one, other) | Expression::And(one, other) | Expression::Or(one, other) => {
            named(one, wanted) || named(other, wanted)
        }
    }
}

fn collect<'f, F>(expression: &'f Expression<F>, conditions: &mut Vec<Condition<'f, F>>) -> bool {
    match expression {
        Expression::And(one, other) => {
            let first = collect(one, conditions);
            collect(other, conditions) && first
        }
        Expression::Compare(comparison, one, other) => match (&**one, &**other) {
            (Expression::Field(field), Expression::Literal(value)) => {
                conditions.push(Condition { field, comparison: *comparison, value });
                true
            }
            (Expression::Literal(value), Expression::Field(field)) => {
                conditions.push(Condition { field, comparison: comparison.mirrored(), value });
                true
            }
            _ => false,
        },
        _ => false,
    }
}

/// True, false or unknown, by the rules of SQL.
fn truth<'r, F>(expression: &Expression<F>, value: &impl Fn(&F) -> Value<'r>) -> Option<bool> {
    match expression {
        Expression::Compare(comparison, one, other) => {
            let (mut one, mut other) = (evaluated(one, value), evaluated(other, value));
            // A condition that is compared with true or false.
            if let (Value::Truth(_), Value::Text(text)) | (Value::Text(text), Value::Truth(_)) =
                (&one, &other)
            {
                let read = text.parse().map_or(Value::Null, Value::Truth);
                if matches!(one, Value::Truth(_)) { other = read } else { one = read }
            }
            comparison.holds(&one, &other)
        }
        Expression::And(one, other) => match (truth(one, value), truth(other, value)) {
            (Some(false), _) | (_, Some(false)) => Some(false),
            (Some(true), Some(true)) => Some(true),
            _ => None,
        },
        Expression::Or(one, other) => match (truth(one, value), truth(other, value)) {
            (Some(true), _) | (_, Some(true)) => Some(true),
            (Some(false), Some(false)) => Some(false),
            _ => None,
        },
        Expression::Not(inner) => truth(inner, value).map(|truth| !truth),
        Expression::Literal(_) | Expression::Field(_) | Expression::Part(..) => {
            match evaluated(expression, value) {
                Value::Truth(truth) => Some(truth),
                _ => None,
            }
        }
    }
}

fn evaluated<'r, F>(expression: &Expression<F>, value: &impl Fn(&F) -> Value<'r>) -> Value<'r> {
    match expression {
        Expression::Literal(literal) => literal.owned(),
        Expression::Field(field) => value(field),
        Expression::Part(name, inner) => match evaluated(inner, value) {
            Value::Time(at) => part(name, at).map_or(Value::Null, Value::Number),
            Value::Text(text) => {
                let at = crate::value::time(&text);
                at.and_then(|at| part(name, at)).map_or(Value::Null, Value::Number)
            }
            _ => Value::Null,
        },
        _ => truth(expression, value).map_or(Value::Null, Value::Truth),
    }
}

fn unexpected(text: &str, at: usize) -> FilterError {
    let reason = match text.get(at..).and_then(|rest| rest.chars().next()) {
        Some(found) => format!("Unexpected character at {at} (“{found}”)"),
        None => format!("Fail at {at}"),
    };
    FilterError::Unreadable { reason }
}

struct Reader<'t, R> {
    tokens: Tokens<'t>,
    ahead: Option<Option<(usize, Token<'t>)>>,
    now: i64,
    field: R,
    depth: usize,
    /// Where the last token that was taken ends, at least.
    end: usize,
}

/// Words that stand between two expressions and are arithmetic, which nothing here is about.
const ARITHMETIC: [(&str, &str); 6] = [
    ("add", "AddExpression"),
    ("sub", "SubExpression"),
    ("mul", "MulExpression"),
    ("div", "DivExpression"),
    ("mod", "ModExpression"),
    ("has", "HasExpression"),
];

impl<'t, R> Reader<'t, R> {
    fn peek(&mut self) -> Result<Option<(usize, Token<'t>)>, FilterError> {
        if self.ahead.is_none() {
            let next = self.tokens.next().map_err(|at| unexpected(self.tokens.text(0, usize::MAX), at))?;
            self.ahead = Some(next);
        }
        Ok(self.ahead.clone().flatten())
    }

    fn take(&mut self) -> Result<Option<(usize, Token<'t>)>, FilterError> {
        let next = self.peek()?;
        self.ahead = None;
        if let Some((at, _)) = &next {
            self.end = at + 1;
        }
        Ok(next)
    }

    fn word(&mut self) -> Result<Option<(usize, &'t str)>, FilterError> {
        Ok(match self.peek()? {
            Some((at, Token::Word(word))) => Some((at, word)),
            _ => None,
        })
    }

    fn here(&self) -> FilterError {
        FilterError::Unreadable { reason: format!("Fail at {}", self.end) }
    }

    fn deeper<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, FilterError>,
    ) -> Result<T, FilterError> {
        self.depth += 1;
        if self.depth > DEEPEST {
            let reason = format!("it is nested more than {DEEPEST} deep");
            return Err(FilterError::Unreadable { reason });
        }
        let read = read(self);
        self.depth -= 1;
        read
    }
}

impl<R> Reader<'_, R> {
    fn either<F>(&mut self) -> Result<Expression<F>, FilterError>
    where
        R: Fn(&str) -> Option<F>,
    {
        let mut one = self.both()?;
        while let Some((_, "or")) = self.word()? {
            self.take()?;
            one = Expression::Or(Box::new(one), Box::new(self.both()?));
        }
        Ok(one)
    }

    fn both<F>(&mut self) -> Result<Expression<F>, FilterError>
    where
        R: Fn(&str) -> Option<F>,
    {
        let mut one = self.compared()?;
        while let Some((_, "and")) = self.word()? {
            self.take()?;
            one = Expression::And(Box::new(one), Box::new(self.compared()?));
        }
        Ok(one)
    }

    fn compared<F>(&mut self) -> Result<Expression<F>, FilterError>
    where
        R: Fn(&str) -> Option<F>,
    {
        if let Some((_, "not")) = self.word()? {
            self.take()?;
            // `not a eq b` denies the comparison, as clients of Central write it.
            let inner = self.deeper(Self::compared)?;
            return Ok(Expression::Not(Box::new(inner)));
        }
        let begin = self.peek()?.map_or(self.end, |(at, _)| at);
        let one = self.single()?;
        let Some((_, word)) = self.word()? else { return Ok(one) };
        if let Some(comparison) = Comparison::of(word) {
            self.take()?;
            let other = self.single()?;
            return Ok(Expression::Compare(comparison, Box::new(one), Box::new(other)));
        }
        if let Some((_, what)) = ARITHMETIC.into_iter().find(|(name, _)| *name == word) {
            let text = self.tokens.text(begin, usize::MAX).to_owned();
            return Err(FilterError::Unsupported { what, at: begin, text });
        }
        Ok(one)
    }

    fn single<F>(&mut self) -> Result<Expression<F>, FilterError>
    where
        R: Fn(&str) -> Option<F>,
    {
        match self.take()? {
            Some((_, Token::Open)) => {
                let inner = self.deeper(Self::either)?;
                match self.take()? {
                    Some((_, Token::Close)) => Ok(inner),
                    _ => Err(self.here()),
                }
            }
            Some((_, Token::Literal(value))) => Ok(Expression::Literal(value)),
            Some((at, Token::Word(word))) => match self.peek()? {
                Some((_, Token::Open)) => self.call(at, word),
                _ if is_operator(word) => Err(self.here()),
                _ => {
                    let found = (self.field)(word);
                    let unknown = || FilterError::Field { at, text: word.to_owned() };
                    found.map(Expression::Field).ok_or_else(unknown)
                }
            },
            _ => Err(self.here()),
        }
    }

    fn call<F>(&mut self, at: usize, name: &str) -> Result<Expression<F>, FilterError>
    where
        R: Fn(&str) -> Option<F>,
    {
        self.take()?;
        if name == "now" {
            return match self.take()? {
                Some((_, Token::Close)) => Ok(Expression::Literal(Value::Time(self.now))),
                _ => Err(self.here()),
            };
        }
        let parts = ["year", "month", "day", "hour", "minute", "second"];
        let Some(part) = parts.into_iter().find(|part| part.eq_ignore_ascii_case(name)) else {
            let text = self.tokens.text(at, usize::MAX).to_owned();
            return Err(FilterError::Unsupported { what: "MethodCallExpression", at, text });
        };
        let inner = self.deeper(Self::either)?;
        match self.take()? {
            Some((_, Token::Close)) => Ok(Expression::Part(part, Box::new(inner))),
            _ => Err(self.here()),
        }
    }
}

fn is_operator(word: &str) -> bool {
    matches!(word, "and" | "or" | "not") || Comparison::of(word).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn field(name: &str) -> Option<String> {
        ["score", "name", "at", "gone", "a/b"].contains(&name).then(|| name.to_owned())
    }

    #[expect(clippy::ptr_arg, reason = "what the fields are known by")]
    fn value(field: &String) -> Value<'static> {
        match field.as_str() {
            "score" => Value::Number(4.0),
            "name" => Value::text("O'Neil"),
            // 2026-11-26T01:02:03.5Z
            "at" => Value::Time(1_795_654_923_500),
            "a/b" => Value::text("7"),
            _ => Value::Null,
        }
    }

    fn holds(text: &str) -> bool {
        Filter::read(text, 1_795_654_923_501, field).unwrap().holds(&value)
    }

    #[test]
    fn rows_are_decided_as_sql_decides_them() {
        for yes in [
            "score eq 4",
            "score ge 4.0 and score le 4",
            "4 eq score",
            "name eq 'O''Neil'",
            "gone eq null",
            "not gone ne null",
            "not gone eq 'x'",
            "not (gone eq 'x')",
            "score eq 1 or score eq 4 and name ne null",
            "year(at) eq 2026 and month(at) eq 11 and day(at) eq 26",
            "hour(at) eq 1 and minute(at) eq 2 and second(at) gt 3",
            "at lt now()",
            "at gt 2026-11-26",
            "at ge 2026-11-26T01:02:03.500Z",
            "at lt 2026-11-26T10:02:03.501+09:00",
            "at gt '2026-11-25'",
            "a/b eq 7",
            "(score eq 4) eq true",
            "true",
        ] {
            assert!(holds(yes), "{yes}");
        }
        for no in [
            "score ne 4",
            "gone lt 1",
            "not (gone lt 1)",
            "gone lt 1 or false",
            "name gt null",
            "year(gone) eq 2026",
            "score eq 'x'",
            "score",
        ] {
            assert!(!holds(no), "{no}");
        }
    }

    #[test]
    fn what_cannot_be_done_is_told_with_its_place() {
        let refused = |text: &str| Filter::read(text, 0, field).unwrap_err();
        let at_field = FilterError::Field { at: 4, text: "nothing".to_owned() };
        assert_eq!(refused("not nothing eq 1"), at_field);
        assert!(matches!(
            refused("score add 1 eq 2"),
            FilterError::Unsupported { what: "AddExpression", at: 0, .. }
        ));
        assert!(matches!(
            refused("name eq 'x' and length(name) eq 2"),
            FilterError::Unsupported { what: "MethodCallExpression", at: 16, .. }
        ));
        for text in
            ["", "score eq", "(score eq 1", "score eq 1)", "'x", "score eq 1 2", "eq", "§", "1-2-3 eq 1"]
        {
            assert!(matches!(refused(text), FilterError::Unreadable { .. }), "{text}");
        }
        assert!(matches!(refused(&"(".repeat(5000)), FilterError::Unreadable { .. }));
        assert!(matches!(refused(&"not ".repeat(2000)), FilterError::Unreadable { .. }));
        assert!(matches!(refused(&" ".repeat(20_000)), FilterError::Unreadable { .. }));
    }

    #[test]
    fn a_database_is_told_what_must_hold() {
        let filter = Filter::read("score gt 3 and 'x' eq name and not gone eq 1", 0, field).unwrap();
        let (conditions, whole) = filter.conditions();
        assert!(!whole);
        assert_eq!(conditions.len(), 2);
        assert_eq!((conditions[0].field.as_str(), conditions[0].comparison), ("score", Comparison::Greater));
        assert_eq!(conditions[1].value, &Value::text("x"));
        assert!(Filter::read("score gt 3", 0, field).unwrap().conditions().1);
        assert!(filter.names(|name| name == "gone"));
        assert!(!filter.names(|name| name == "at"));
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "[ a-z()'/$,0-9:.TZ-]{0,80}|.{0,40}") {
            if let Ok(filter) = Filter::read(&text, 0, |name| Some(name.to_owned())) {
                filter.holds(&value);
                filter.conditions();
            }
        }

        #[test]
        fn conditions_hold_of_every_row_of_the_answer(
            words in proptest::collection::vec(
                prop_oneof![
                    Just("score gt 3"), Just("score lt 3"), Just("gone eq null"), Just("name ne 'x'"),
                    Just("and"), Just("or"), Just("not"), Just("("), Just(")"),
                ],
                1..9,
            )
        ) {
            let text = words.join(" ");
            if let Ok(filter) = Filter::read(&text, 0, field) {
                let (conditions, whole) = filter.conditions();
                let all = conditions.iter().all(|condition| {
                    condition.comparison.holds(&value(condition.field), condition.value) == Some(true)
                });
                prop_assert!(!filter.holds(&value) || all, "{}", text);
                prop_assert!(!whole || filter.holds(&value) == all, "{}", text);
            }
        }
    }
}
