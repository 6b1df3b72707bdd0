//! Tables are protected, published, attacked, and audited again by a reader.

mod attack;
mod examples;
mod fewest;
mod properties;
mod randomness;
