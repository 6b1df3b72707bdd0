#![doc = include_str!("../README.md")]

mod exact;
mod facts;
pub mod microdata;
mod need;
pub mod policy;
mod program;
pub mod published;
pub mod read;
pub mod redesign;
pub mod release;
pub mod space;
mod suppress;
pub mod table;

pub use need::Reason;
pub use policy::Policy;
pub use published::{Audit, AuditError, CellInterval, Exposed, PublishedCell, PublishedTable, audit};
pub use read::{ReadError, infer, read_table, write_table};
pub use redesign::Change;
pub use release::{
    DisclosureFile, Draft, Estimate, Explained, NOT_COVERED, Quantity, Refused, Released, SuppressedCell,
    protect, without_tables,
};
pub use space::{Dimension, Group, PlanError, Sample, Space, TOTAL};
pub use table::{Axis, Measure, NotShown, SUPPRESSED, Shown, Table};
