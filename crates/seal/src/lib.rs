#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod cipher;
mod code;
mod data_key;
mod keys;
mod opened;
mod password;
mod place;
mod record_key;
mod recovery;
mod salt;
mod session;
mod shares;
mod stream;
mod token;
mod value;

pub use code::CodeError;
pub use data_key::DataKey;
pub use keys::{BadPublicKey, PublicKey, SecretKey, open_sealed, seal_to};
pub use opened::{OpenError, Opened};
pub use password::{BadCost, Cost, PasswordError, lock_with_password, unlock_with_password};
pub use place::Place;
pub use record_key::RecordKey;
pub use recovery::{RecoveryCode, RecoveryError, lock_with_code, unlock_with_code};
pub use salt::Salt;
pub use session::{SessionBox, SessionError};
pub use shares::{Share, ShareError, combine, split};
pub use stream::{OpeningStream, SealingStream, StreamError, open_stream, seal_stream};
pub use token::{BadToken, Token};
pub use value::{open_value, padded_size, seal_value};
