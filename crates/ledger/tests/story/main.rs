//! A log is kept, published, watched, proved from and tampered with.

mod exported;
mod kept_log;
mod other_implementations;
mod proofs;
mod published_vectors;
mod witnessed;
