#![doc = include_str!("../README.md")]

mod calendar;
mod measure;
mod names;
mod parquet;
mod spss;
mod stata;
mod table;
mod workbook;

use std::io::Write;

pub use table::{Choice, Column, Format, Kind, Table, Words};

/// Why a table cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum FormatError {
    /// The file's reader went away, or the disk is full.
    #[error("the file could not be written further: {0}")]
    Io(#[from] std::io::Error),
    /// A table is wider than the format's files can be.
    #[error("{format} takes {most} columns and this table has {columns}: choose fewer fields, or Parquet")]
    TooManyColumns {
        /// The format's name.
        format: &'static str,
        /// How many columns it takes.
        most: usize,
        /// How many there are, several choices and places counted in their parts.
        columns: usize,
    },
    /// One value is longer than the format's files can hold.
    #[error(
        "a value of “{column}” is {bytes} bytes long and {format} takes {most}: leave the field out, or take Parquet"
    )]
    TooLong {
        /// The format's name.
        format: &'static str,
        /// The column.
        column: String,
        /// Length of its longest value in bytes.
        bytes: usize,
        /// How many bytes the format takes.
        most: usize,
    },
    /// The rows were others when they were gone through again.
    #[error("the table changed while it was written: nothing was lost; write it again")]
    Changed,
}

/// Takes one row: a text for each column of the table, empty where there is no answer.
pub type Take<'t, E> = dyn FnMut(&[&str]) -> Result<(), E> + 't;

/// Writes a table. `rows` goes through all rows from the first, in the same order each time it is called.
///
/// # Errors
///
/// What `rows` fails with; [`FormatError`] where the format has no room, or the output fails.
pub fn write<E: From<FormatError>>(
    format: Format,
    table: &Table,
    rows: &mut dyn FnMut(&mut Take<'_, E>) -> Result<(), E>,
    out: &mut (dyn Write + Send),
) -> Result<(), E> {
    match format {
        Format::Parquet => parquet::write(table, rows, out),
        Format::Stata => stata::write(table, rows, out),
        Format::Spss => spss::write(table, rows, out),
        Format::Workbook => workbook::write(table, rows, out),
    }
}
