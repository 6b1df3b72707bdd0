//! Pages in a real browser. Each room has a file here; all share the harness, and say `skipped:` without Chromium.
#![cfg(debug_assertions)]

mod account;
mod draws;
mod fill;
mod forms;
mod gallery;
mod harness;
#[path = "../house/mod.rs"]
mod house;
mod passkeys;
#[path = "../persons/mod.rs"]
mod persons;
mod registries;
mod releases;
mod visits;
#[path = "../zone/mod.rs"]
mod zone;
