#![doc = include_str!("../README.md")]

mod backup;
mod database;
mod fault;
mod files;
mod ids;
mod link;
mod migrate;
mod postgres;
mod reader;
mod row;
mod sqlite;
mod store;
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
