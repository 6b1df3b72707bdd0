//! `import`: moving in from another server.

mod central;
mod remote;

pub(crate) use central::central;
