//! The phone's door, over a real socket: what phones and scripts do, and what they should not.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, clippy::expect_used)]

mod bad_input;
mod entities;
mod forms;
mod openrosa;
mod rest;
mod wire;
