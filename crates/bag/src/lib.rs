#![doc = include_str!("../README.md")]

mod draws;
mod files;
mod html;
mod info;
mod log;
mod manifest;
mod package;
mod place;
mod report;
mod tables;
mod verify;
mod write;

pub use files::{Files, Found, MOST_BYTES, MOST_FILES};
pub use info::BAGIT;
pub use log::{package_hash, package_leaf, retraction};
pub use manifest::MANIFEST;
pub use package::Description;
pub use place::{Format, Place, most_bytes};
pub use report::{Check, Lie, Outcome, Report, Step, Verdict};
pub use tables::{Estimated, Recompute};
pub use verify::{Means, PROOF, Read, TRUST, verify};
pub use write::{Refused, Release, Unsealed, write};
