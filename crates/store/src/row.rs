//! A row of an answer, without a copy, whichever database it came from.

use crate::{Fault, ValueRef};

/// One row. It lives as long as the callback it was handed to.
pub struct Row<'r> {
    pub(crate) inner: Inner<'r>,
}

pub(crate) enum Inner<'r> {
    Sqlite(&'r rusqlite::Row<'r>),
    Postgres(&'r ::postgres::Row),
}

impl Row<'_> {
    /// The value of column `index` (from 0) as `T`.
    ///
    /// # Errors
    /// [`Fault::Internal`] when there is no such column or it holds another kind of value.
    pub fn get<'a, T: Column<'a>>(&'a self, index: usize) -> Result<T, Fault> {
        let value = self.value(index)?;
        T::from_value(value).ok_or_else(|| {
            let wanted = std::any::type_name::<T>();
            Fault::internal(format!("column {index} holds {}, {wanted} was expected", value.kind()))
        })
    }

    /// The value of column `index` (from 0) as it is.
    ///
    /// # Errors
    /// [`Fault::Internal`] when there is no such column, or it has a type that the store does not use.
    pub fn value(&self, index: usize) -> Result<ValueRef<'_>, Fault> {
        match self.inner {
            Inner::Sqlite(row) => crate::sqlite::value(row, index),
            Inner::Postgres(row) => crate::postgres::value(row, index),
        }
    }
}

/// A type that a column can be read as.
pub trait Column<'a>: Sized {
    /// The value, or nothing when it is of another kind.
    fn from_value(value: ValueRef<'a>) -> Option<Self>;
}

macro_rules! column {
    ($($type:ty: $($pattern:pat => $made:expr),+;)*) => {
        $(impl<'a> Column<'a> for $type {
            fn from_value(value: ValueRef<'a>) -> Option<Self> {
                match value {
                    $($pattern => $made,)+
                    _ => None,
                }
            }
        })*
    };
}

column! {
    i64: ValueRef::Int(number) => Some(number);
    i32: ValueRef::Int(number) => number.try_into().ok();
    u64: ValueRef::Int(number) => number.try_into().ok();
    u32: ValueRef::Int(number) => number.try_into().ok();
    u16: ValueRef::Int(number) => number.try_into().ok();
    usize: ValueRef::Int(number) => number.try_into().ok();
    bool: ValueRef::Int(0) => Some(false), ValueRef::Int(1) => Some(true);
    f64: ValueRef::Real(number) => Some(number), ValueRef::Int(number) => Some(number as f64);
    &'a str: ValueRef::Text(text) => Some(text);
    String: ValueRef::Text(text) => Some(text.to_owned());
    &'a [u8]: ValueRef::Blob(bytes) => Some(bytes);
    Vec<u8>: ValueRef::Blob(bytes) => Some(bytes.to_vec());
}

impl<'a, const N: usize> Column<'a> for [u8; N] {
    fn from_value(value: ValueRef<'a>) -> Option<Self> {
        match value {
            ValueRef::Blob(bytes) => bytes.try_into().ok(),
            _ => None,
        }
    }
}

impl<'a, T: Column<'a>> Column<'a> for Option<T> {
    fn from_value(value: ValueRef<'a>) -> Option<Self> {
        match value {
            ValueRef::Null => Some(None),
            other => T::from_value(other).map(Some),
        }
    }
}
