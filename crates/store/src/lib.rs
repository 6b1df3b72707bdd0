#![doc = include_str!("../README.md")]

pub mod audit;
mod backup;
pub mod case;
mod database;
mod fault;
mod files;
pub mod form;
mod found;
mod ids;
pub mod ledger;
mod link;
pub mod mandate;
pub mod member;
mod migrate;
mod ordinals;
mod postgres;
mod reader;
pub mod registry;
pub mod release;
mod row;
mod sets;
pub mod setting;
mod sqlite;
mod store;
pub mod submission;
mod texts;
mod value;
mod writer;

pub use backup::Backup;
pub use database::{Engine, Tx};
pub use fault::Fault;
pub use files::{FileName, FileWriter, Files, PendingFile};
pub use reader::{Chunks, Outlet};
pub use row::{Column, Row};
pub use store::{Store, StoreOptions};
pub use value::{Value, ValueRef};
