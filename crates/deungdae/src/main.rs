//! The roof: command line, configuration, wiring.
fn main() {}
