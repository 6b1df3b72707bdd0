#![doc = include_str!("../README.md")]

mod filter;
mod order;
mod token;
mod value;

pub use filter::{Comparison, Condition, Filter, FilterError};
pub use order::Order;
pub use value::Value;
