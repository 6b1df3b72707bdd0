//! Releases as their publishers, readers and enemies see them.

mod changed;
mod example;
mod lying;
mod published;
