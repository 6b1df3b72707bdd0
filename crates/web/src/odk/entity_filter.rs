//! `$filter` over entities: comparisons of the fields that the server itself keeps, joined by `and`, `or` and `not`.

use std::cmp::Ordering;

use desk::store::registry_life::Head;
use serde_json::json;

use super::trouble::{Answer, Code, Problem};

/// A field that entities can be filtered and ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    Id,
    CreatedAt,
    UpdatedAt,
    DeletedAt,
    CreatorId,
    Conflict,
}

impl Field {
    pub(super) fn named(name: &str) -> Option<Field> {
        Some(match name {
            "__id" => Field::Id,
            "__system/createdAt" => Field::CreatedAt,
            "__system/updatedAt" => Field::UpdatedAt,
            "__system/deletedAt" => Field::DeletedAt,
            "__system/creatorId" => Field::CreatorId,
            "__system/conflict" => Field::Conflict,
            _ => return None,
        })
    }

    /// The value of an entity's field.
    pub(super) fn of(self, head: &Head) -> Operand {
        let number = |number: Option<i64>| number.map_or(Operand::Null, Operand::Number);
        match self {
            Field::Id => Operand::Text(head.uuid.clone()),
            Field::CreatedAt => number(Some(head.created_at)),
            Field::UpdatedAt => number(head.updated_at),
            Field::DeletedAt => number(head.removed_at),
            Field::CreatorId => number(head.creator),
            Field::Conflict => head.conflict.clone().map_or(Operand::Null, Operand::Text),
        }
    }

    fn is_time(self) -> bool {
        matches!(self, Field::CreatedAt | Field::UpdatedAt | Field::DeletedAt)
    }
}

/// A value that is compared; times are milliseconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Operand {
    Null,
    Number(i64),
    Text(String),
}

impl Operand {
    /// Null comes before everything, so that lists have it first.
    pub(super) fn compare(&self, other: &Operand) -> Ordering {
        match (self, other) {
            (Operand::Number(a), Operand::Number(b)) => a.cmp(b),
            (Operand::Text(a), Operand::Text(b)) => a.cmp(b),
            (Operand::Null, Operand::Null) => Ordering::Equal,
            (Operand::Null, _) => Ordering::Less,
            (_, Operand::Null) => Ordering::Greater,
            (Operand::Number(a), Operand::Text(b)) => a.to_string().cmp(b),
            (Operand::Text(a), Operand::Number(b)) => a.cmp(&b.to_string()),
        }
    }
}

/// What a filter says.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Expression {
    And(Box<Expression>, Box<Expression>),
    Or(Box<Expression>, Box<Expression>),
    Not(Box<Expression>),
    Compared(Side, Comparison, Side),
}

/// A side of a comparison.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Side {
    Field(Field),
    Part(Part, Field),
    Literal(String, Operand),
    Now,
}

/// A part of a time, in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Year,
    Month,
    Day,
    Hour,
    Minute,
    Second,
}

/// How two sides are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    Unequal,
    Less,
    AtMost,
    Greater,
    AtLeast,
}

/// Nesting that is still read.
const DEEPEST: usize = 64;

impl Expression {
    /// Reads a filter.
    pub(super) fn read(text: &str) -> Answer<Expression> {
        let mut reader = Reader { tokens: tokens(text)?, place: 0, end: text.len() };
        let read = reader.either(0)?;
        match reader.peek() {
            None => Ok(read),
            Some(token) => Err(unparseable(token.at)),
        }
    }

    /// Whether a field is named anywhere.
    pub(super) fn mentions(&self, field: Field) -> bool {
        match self {
            Expression::And(a, b) | Expression::Or(a, b) => a.mentions(field) || b.mentions(field),
            Expression::Not(a) => a.mentions(field),
            Expression::Compared(a, _, b) => [a, b].into_iter().any(|side| match side {
                Side::Field(known) | Side::Part(_, known) => *known == field,
                Side::Literal(..) | Side::Now => false,
            }),
        }
    }

    /// Whether it holds for an entity.
    pub(super) fn holds(&self, head: &Head, now: i64) -> bool {
        self.value(head, now) == Some(true)
    }

    /// SQL's three values: a comparison with nothing is neither true nor false.
    fn value(&self, head: &Head, now: i64) -> Option<bool> {
        match self {
            Expression::And(a, b) => match (a.value(head, now), b.value(head, now)) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (Some(true), Some(true)) => Some(true),
                _ => None,
            },
            Expression::Or(a, b) => match (a.value(head, now), b.value(head, now)) {
                (Some(true), _) | (_, Some(true)) => Some(true),
                (Some(false), Some(false)) => Some(false),
                _ => None,
            },
            Expression::Not(a) => a.value(head, now).map(|value| !value),
            Expression::Compared(a, comparison, b) => {
                let (left, right) = (a.value(head, now, b), b.value(head, now, a));
                let found = left.compare(&right);
                let null = left == Operand::Null || right == Operand::Null;
                Some(match comparison {
                    Comparison::Equal => found == Ordering::Equal,
                    Comparison::Unequal => found != Ordering::Equal,
                    _ if null => return None,
                    Comparison::Less => found == Ordering::Less,
                    Comparison::AtMost => found != Ordering::Greater,
                    Comparison::Greater => found == Ordering::Greater,
                    Comparison::AtLeast => found != Ordering::Less,
                })
            }
        }
    }
}

impl Side {
    fn value(&self, head: &Head, now: i64, other: &Side) -> Operand {
        match self {
            Side::Field(field) => field.of(head),
            Side::Now => Operand::Number(now),
            Side::Part(part, field) => match field.of(head) {
                Operand::Number(at) => part.of(at).map_or(Operand::Null, Operand::Number),
                _ => Operand::Null,
            },
            Side::Literal(text, value) => match other {
                Side::Field(field) if field.is_time() => {
                    instant(text).map_or_else(|| value.clone(), Operand::Number)
                }
                _ => value.clone(),
            },
        }
    }
}

impl Part {
    fn named(name: &str) -> Option<Part> {
        Some(match name {
            "year" => Part::Year,
            "month" => Part::Month,
            "day" => Part::Day,
            "hour" => Part::Hour,
            "minute" => Part::Minute,
            "second" => Part::Second,
            _ => return None,
        })
    }

    fn of(self, at: i64) -> Option<i64> {
        // As our times are written: 2026-11-26T01:02:03.456Z.
        let text = desk::time(at);
        let range = match self {
            Part::Year => 0..4,
            Part::Month => 5..7,
            Part::Day => 8..10,
            Part::Hour => 11..13,
            Part::Minute => 14..16,
            Part::Second => 17..19,
        };
        text.get(range)?.parse().ok()
    }
}

/// Milliseconds since 1970 of a date or of a date with time.
fn instant(text: &str) -> Option<i64> {
    let text = text.trim();
    let at = text.parse::<jiff::Timestamp>().ok();
    let civil = || {
        let time = text.parse::<jiff::civil::DateTime>().ok();
        let date = || text.parse::<jiff::civil::Date>().ok().map(|date| date.at(0, 0, 0, 0));
        jiff::tz::TimeZone::UTC.to_timestamp(time.or_else(date)?).ok()
    };
    at.or_else(civil).map(jiff::Timestamp::as_millisecond)
}

struct Token {
    at: usize,
    kind: Kind,
}

#[derive(Debug, Clone, PartialEq)]
enum Kind {
    Word(String),
    Text(String),
    Open,
    Close,
    Comma,
}

fn unparseable(at: usize) -> Problem {
    let reason = format!("Fail at {at}");
    let message = format!("The OData filter expression you provided could not be parsed: {reason}");
    Problem::new(Code::ODATA_UNPARSEABLE, message).with(json!({ "reason": reason }))
}

fn unsupported(kind: &str, at: usize, text: &str) -> Problem {
    let message = format!(
        "The given OData filter expression uses features not supported by this server: {kind} at {at} (\"{text}\")"
    );
    Problem::new(Code::ODATA_UNSUPPORTED, message).with(json!({ "at": at, "type": kind, "text": text }))
}

fn tokens(text: &str) -> Answer<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut rest = text.char_indices().peekable();
    while let Some((at, c)) = rest.next() {
        let kind = match c {
            c if c.is_whitespace() => continue,
            '(' => Kind::Open,
            ')' => Kind::Close,
            ',' => Kind::Comma,
            '\'' => {
                let mut value = String::new();
                loop {
                    match rest.next() {
                        Some((_, '\'')) => {
                            // Two quotes stand for one.
                            if rest.next_if(|(_, next)| *next == '\'').is_none() {
                                break;
                            }
                            value.push('\'');
                        }
                        Some((_, c)) => value.push(c),
                        None => return Err(unparseable(at)),
                    }
                }
                Kind::Text(value)
            }
            c => {
                let mut word = String::from(c);
                while let Some((_, c)) =
                    rest.next_if(|(_, c)| !c.is_whitespace() && !matches!(c, '(' | ')' | ',' | '\''))
                {
                    word.push(c);
                }
                Kind::Word(word)
            }
        };
        tokens.push(Token { at, kind });
    }
    Ok(tokens)
}

struct Reader {
    tokens: Vec<Token>,
    place: usize,
    end: usize,
}

impl Reader {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.place)
    }

    fn next(&mut self) -> Answer<(usize, Kind)> {
        let token = self.tokens.get(self.place).ok_or_else(|| unparseable(self.end))?;
        self.place += 1;
        Ok((token.at, token.kind.clone()))
    }

    fn word(&mut self, wanted: &str) -> bool {
        let there = matches!(self.peek(), Some(Token { kind: Kind::Word(word), .. }) if word == wanted);
        self.place += usize::from(there);
        there
    }

    fn takes(&mut self, wanted: &Kind) -> bool {
        let there = self.peek().is_some_and(|token| token.kind == *wanted);
        self.place += usize::from(there);
        there
    }

    fn either(&mut self, depth: usize) -> Answer<Expression> {
        let mut read = self.both(depth)?;
        while self.word("or") {
            read = Expression::Or(Box::new(read), Box::new(self.both(depth)?));
        }
        Ok(read)
    }

    fn both(&mut self, depth: usize) -> Answer<Expression> {
        let mut read = self.one(depth)?;
        while self.word("and") {
            read = Expression::And(Box::new(read), Box::new(self.one(depth)?));
        }
        Ok(read)
    }

    fn one(&mut self, depth: usize) -> Answer<Expression> {
        if depth > DEEPEST {
            return Err(unparseable(self.peek().map_or(self.end, |token| token.at)));
        }
        if self.word("not") {
            return Ok(Expression::Not(Box::new(self.one(depth + 1)?)));
        }
        if self.takes(&Kind::Open) {
            let read = self.either(depth + 1)?;
            let (at, kind) = self.next()?;
            return if kind == Kind::Close { Ok(read) } else { Err(unparseable(at)) };
        }
        let left = self.side()?;
        let (at, kind) = self.next()?;
        let comparison = match kind {
            Kind::Word(word) => match word.as_str() {
                "eq" => Comparison::Equal,
                "ne" => Comparison::Unequal,
                "lt" => Comparison::Less,
                "le" => Comparison::AtMost,
                "gt" => Comparison::Greater,
                "ge" => Comparison::AtLeast,
                "add" | "sub" | "mul" | "div" | "mod" | "has" | "in" => {
                    return Err(unsupported(&format!("{word}Expression"), at, &word));
                }
                _ => return Err(unparseable(at)),
            },
            _ => return Err(unparseable(at)),
        };
        Ok(Expression::Compared(left, comparison, self.side()?))
    }

    fn side(&mut self) -> Answer<Side> {
        let (at, kind) = self.next()?;
        let word = match kind {
            Kind::Text(text) => return Ok(Side::Literal(text.clone(), Operand::Text(text))),
            Kind::Word(word) => word,
            Kind::Open | Kind::Close | Kind::Comma => return Err(unparseable(at)),
        };
        if self.takes(&Kind::Open) {
            return self.call(at, &word);
        }
        if let Some(field) = Field::named(&word) {
            return Ok(Side::Field(field));
        }
        if word == "null" {
            return Ok(Side::Literal(word, Operand::Null));
        }
        if let Ok(number) = word.parse() {
            return Ok(Side::Literal(word, Operand::Number(number)));
        }
        let literal = word == "true"
            || word == "false"
            || word.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+'));
        if literal {
            return Ok(Side::Literal(word.clone(), Operand::Text(word)));
        }
        let message = format!(
            "The given OData filter expression references fields not supported by this server: {word} at {at}"
        );
        Err(Problem::new(Code::ODATA_FIELD, message).with(json!({ "at": at, "text": word })))
    }

    fn call(&mut self, at: usize, name: &str) -> Answer<Side> {
        if name == "now" {
            let (close, kind) = self.next()?;
            return if kind == Kind::Close { Ok(Side::Now) } else { Err(unparseable(close)) };
        }
        let Some(part) = Part::named(name) else {
            return Err(unsupported("MethodCallExpression", at, &format!("{name}(")));
        };
        let Side::Field(field) = self.side()? else { return Err(unparseable(at)) };
        let (close, kind) = self.next()?;
        if kind == Kind::Close { Ok(Side::Part(part, field)) } else { Err(unparseable(close)) }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn holds(text: &str) -> bool {
        let head = Head {
            id: 1,
            uuid: "u-1".to_owned(),
            conflict: Some("hard".to_owned()),
            created_at: 1_609_459_200_000, // 2021-01-01
            updated_at: None,
            removed_at: None,
            creator: Some(5),
        };
        Expression::read(text)
            .unwrap_or_else(|problem| panic!("{text}: {problem:?}"))
            .holds(&head, 2_000_000_000_000)
    }

    #[test]
    fn what_the_server_keeps_can_be_compared() {
        for right in [
            "__id eq 'u-1'",
            "__system/createdAt gt 2020-01-01",
            "__system/createdAt eq 2021-01-01T00:00:00.000Z",
            "2022-01-01 gt __system/createdAt",
            "year(__system/createdAt) eq 2021 and month(__system/createdAt) eq 1",
            "__system/createdAt lt now()",
            "__system/creatorId eq 5",
            "__system/updatedAt eq null and null ne __system/conflict",
            "not (__system/conflict eq 'soft')",
            "__system/creatorId eq 6 or (__system/creatorId ge 5)",
        ] {
            assert!(holds(right), "{right}");
        }
        for wrong in
            ["__system/updatedAt gt 2020-01-01", "not (__system/updatedAt gt 2020-01-01)", "__id eq 'it''s'"]
        {
            assert!(!holds(wrong), "{wrong}");
        }
    }

    #[test]
    fn what_cannot_be_read_says_where() {
        let code = |text: &str| Expression::read(text).unwrap_err().code();
        assert_eq!(code("__id eq"), Code::ODATA_UNPARSEABLE);
        assert_eq!(code("__id eq 'x"), Code::ODATA_UNPARSEABLE);
        assert_eq!(code("__id eq 'x' 'y'"), Code::ODATA_UNPARSEABLE);
        assert_eq!(code(&"(".repeat(10_000)), Code::ODATA_UNPARSEABLE);
        assert_eq!(code(&"not ".repeat(10_000)), Code::ODATA_UNPARSEABLE);
        assert_eq!(code("first_name eq Alice"), Code::ODATA_FIELD);
        assert_eq!(code("length(__id) eq 3"), Code::ODATA_UNSUPPORTED);
    }
}
