#![doc = include_str!("../README.md")]

mod check;
mod clocks;
mod fact;
mod may;
mod need;
mod record;
mod refusal;
mod span;
mod standing;
mod stops;
mod waiting;
mod words;
mod workflow;

pub use check::{Fault, Part, check};
pub use clocks::{ClockState, Count};
pub use fact::{Amends, Fact, Value};
pub use need::{Compares, Condition, Need, NotANeed, Pattern, Test};
pub use record::NotCounted;
pub use refusal::Refusal;
pub use span::{Deadline, NotASpan, Span};
pub use standing::{Ended, Next, StageStanding, StageState, Standing, standing};
pub use stops::InForce;
pub use waiting::{Outcome, Quantile, Step, Wait, Waiting, waiting};
pub use words::Words;
pub use workflow::{Clock, Due, End, FactKind, Field, FieldKind, Product, Severity, Stage, Stop, Workflow};
