#![doc = include_str!("../README.md")]

mod answer;
mod authenticator;
mod options;
mod public_key;
mod site;

pub use answer::{Added, AnswerError, Known, Used, add, id_of, used};
pub use options::{Challenge, Owner, creation, request};
pub use public_key::{KeyError, PublicKey};
pub use site::{Site, SiteError};
