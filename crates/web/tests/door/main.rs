//! The phone's door, over a real socket: what phones and scripts do, and what they should not.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, clippy::expect_used)]

mod accounts;
mod bad_input;
mod drafts;
mod entities;
mod feeds;
mod forms;
mod openrosa;
mod phones_and_links;
mod rest;
mod submissions;
mod wire;
