//! Values, and how they compare.

use std::cmp::Ordering;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::Offset;

/// What a field or a literal stands for.
#[derive(Clone, Debug, PartialEq)]
pub enum Value<'v> {
    /// Nothing.
    Null,
    /// True or false.
    Truth(bool),
    /// A number.
    Number(f64),
    /// A time (ms since 1970).
    Time(i64),
    /// A text.
    Text(std::borrow::Cow<'v, str>),
}

impl<'v> Value<'v> {
    /// A text.
    pub fn text(text: &'v str) -> Value<'v> {
        Value::Text(text.into())
    }

    /// The order of two values, if they have one. A text is read as what it is compared with.
    pub fn compare(&self, other: &Value<'_>) -> Option<Ordering> {
        match (self, other) {
            (Value::Truth(one), Value::Truth(other)) => Some(one.cmp(other)),
            (Value::Number(one), Value::Number(other)) => one.partial_cmp(other),
            (Value::Time(one), Value::Time(other)) => Some(one.cmp(other)),
            (Value::Text(one), Value::Text(other)) => Some(one.cmp(other)),
            (Value::Number(one), Value::Text(other)) => one.partial_cmp(&other.trim().parse().ok()?),
            (Value::Time(one), Value::Text(other)) => Some(one.cmp(&time(other.trim())?)),
            (Value::Text(_), Value::Number(_) | Value::Time(_)) => other.compare(self).map(Ordering::reverse),
            _ => None,
        }
    }

    pub(crate) fn owned(&self) -> Value<'static> {
        match self {
            Value::Null => Value::Null,
            Value::Truth(truth) => Value::Truth(*truth),
            Value::Number(number) => Value::Number(*number),
            Value::Time(time) => Value::Time(*time),
            Value::Text(text) => Value::Text(text.clone().into_owned().into()),
        }
    }
}

/// A date, or a date and time with or without an offset, as milliseconds since 1970; without an offset it is UTC.
pub(crate) fn time(text: &str) -> Option<i64> {
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(at.as_millisecond());
    }
    let at = text.parse::<DateTime>().or_else(|_| text.parse::<Date>().map(Date::into)).ok()?;
    Offset::UTC.to_timestamp(at).ok().map(|at| at.as_millisecond())
}

/// A time taken apart, in UTC.
pub(crate) fn part(name: &str, at: i64) -> Option<f64> {
    let at = Offset::UTC.to_datetime(Timestamp::from_millisecond(at).ok()?);
    Some(match name {
        "year" => f64::from(at.year()),
        "month" => f64::from(at.month()),
        "day" => f64::from(at.day()),
        "hour" => f64::from(at.hour()),
        "minute" => f64::from(at.minute()),
        "second" => f64::from(at.second()) + f64::from(at.subsec_nanosecond()) / 1e9,
        _ => return None,
    })
}
