#![doc = include_str!("../README.md")]

mod acts;
mod body;
mod class;
mod derive;
mod encrypted;
mod entities;
mod field;
mod files;
mod form;
mod itext;
mod limits;
mod mend;
mod model;
mod shape;
mod split;
mod submission;
mod version;
mod xml;

pub use acts::{EntityAct, EntityError, EntityFault};
pub use class::{Class, UnknownClass};
pub use encrypted::{
    ContentKey, EncryptionError, Envelope, OpenedSubmission, PrivateKey, SignatureCheck, open,
};
pub use entities::EntityDeclaration;
pub use field::{Choice, Field, Kind, Labels};
pub use files::{FileKind, FormFile};
pub use form::{Form, FormError};
pub use limits::Limits;
pub use split::{BinaryReference, Split, Values, merge};
pub use submission::{Element, Submission, SubmissionError};
pub use version::with_version;
pub use xml::XmlError;
