//! The five kinds of values that both databases understand.

use std::borrow::Cow;
use std::fmt;

/// A value bound to `$1…$n` of a statement.
#[derive(Clone, PartialEq)]
pub enum Value<'a> {
    /// No value.
    Null,
    /// BIGINT; also used for truth values (0, 1) and for instants (milliseconds since 1970).
    Int(i64),
    /// DOUBLE PRECISION. NaN is refused: SQLite would keep it as null.
    Real(f64),
    /// TEXT and JSON. Text with the character NUL is refused: PostgreSQL cannot store it.
    Text(Cow<'a, str>),
    /// BLOB.
    Blob(Cow<'a, [u8]>),
}

/// A value found in a row, borrowed from it.
#[derive(Clone, Copy, PartialEq)]
pub enum ValueRef<'a> {
    /// No value.
    Null,
    /// A whole number or a truth value.
    Int(i64),
    /// A floating-point number.
    Real(f64),
    /// Text or JSON.
    Text(&'a str),
    /// Bytes.
    Blob(&'a [u8]),
}

impl ValueRef<'_> {
    /// The kind, for messages.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            ValueRef::Null => "null",
            ValueRef::Int(_) => "an integer",
            ValueRef::Real(_) => "a floating-point number",
            ValueRef::Text(_) => "text",
            ValueRef::Blob(_) => "bytes",
        }
    }
}

// Values may be names of people: Debug tells the kind only.
impl fmt::Debug for Value<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Null => out.write_str("Null"),
            Value::Int(_) => out.write_str("Int(…)"),
            Value::Real(_) => out.write_str("Real(…)"),
            Value::Text(text) => write!(out, "Text({} bytes)", text.len()),
            Value::Blob(bytes) => write!(out, "Blob({} bytes)", bytes.len()),
        }
    }
}

impl fmt::Debug for ValueRef<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.kind())
    }
}

macro_rules! from {
    ($($type:ty: |$value:ident| $made:expr;)*) => {
        $(impl<'a> From<$type> for Value<'a> {
            fn from($value: $type) -> Self {
                $made
            }
        })*
    };
}

from! {
    i64: |value| Value::Int(value);
    i32: |value| Value::Int(value.into());
    u32: |value| Value::Int(value.into());
    u16: |value| Value::Int(value.into());
    bool: |value| Value::Int(value.into());
    f64: |value| Value::Real(value);
    &'a str: |value| Value::Text(value.into());
    &'a String: |value| Value::Text(value.as_str().into());
    String: |value| Value::Text(value.into());
    Cow<'a, str>: |value| Value::Text(value);
    &'a [u8]: |value| Value::Blob(value.into());
    &'a Vec<u8>: |value| Value::Blob(value.as_slice().into());
    Vec<u8>: |value| Value::Blob(value.into());
}

impl<'a, const N: usize> From<&'a [u8; N]> for Value<'a> {
    fn from(value: &'a [u8; N]) -> Self {
        Value::Blob(value.as_slice().into())
    }
}

impl<'a, const N: usize> From<[u8; N]> for Value<'a> {
    fn from(value: [u8; N]) -> Self {
        Value::Blob(value.to_vec().into())
    }
}

impl<'a, T: Into<Value<'a>>> From<Option<T>> for Value<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Value::Null, Into::into)
    }
}

/// The values of a statement in the order of `$1…$n`: `params![id, name, None::<i64>]`.
#[macro_export]
macro_rules! params {
    ($($value:expr),* $(,)?) => {
        &[$($crate::Value::from($value)),*][..]
    };
}
