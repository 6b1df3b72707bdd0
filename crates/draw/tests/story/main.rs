//! The draw, told as stories: whole draws, published vectors, every row of the table of cheats, statistics.

mod chances;
mod cheats;
mod other_verifier;
mod played;
mod properties;
mod refusals;
mod vectors;
mod whole_draws;
