#![doc = include_str!("../README.md")]

mod csv;
mod heads;
mod list;
mod union;

pub use csv::{Rows, rows};
pub use heads::{Heads, Outcome, difference};
pub use list::{Column, Fault, Kind, Line, List, MOST_FAULTS, MOST_LINES, Row, Shape, read};
pub use union::{Person, Union, union};
