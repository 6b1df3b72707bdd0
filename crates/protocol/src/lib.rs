//! Reads a protocol folder into one typed value and checks it.
