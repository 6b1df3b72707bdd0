//! Authenticator data (§6.1): what an authenticator signs besides the browser's words.

use minicbor::Decoder;

use crate::answer::AnswerError;
use crate::public_key::PublicKey;

/// The flags of authenticator data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Flags(pub(crate) u8);

impl Flags {
    pub(crate) fn present(self) -> bool {
        self.0 & 0x01 != 0
    }

    pub(crate) fn verified(self) -> bool {
        self.0 & 0x04 != 0
    }

    /// May be copied to other devices of its owner.
    pub(crate) fn may_be_copied(self) -> bool {
        self.0 & 0x08 != 0
    }

    fn is_copied(self) -> bool {
        self.0 & 0x10 != 0
    }

    fn has_credential(self) -> bool {
        self.0 & 0x40 != 0
    }

    fn has_extensions(self) -> bool {
        self.0 & 0x80 != 0
    }

    /// What is copied must be such that it may be (§6.1.3).
    pub(crate) fn sound(self) -> bool {
        self.may_be_copied() || !self.is_copied()
    }
}

/// A credential as an authenticator tells of it when it makes one.
pub(crate) struct NewCredential<'a> {
    pub(crate) id: &'a [u8],
    /// COSE_Key.
    pub(crate) public_key: &'a [u8],
}

/// Authenticator data, read.
pub(crate) struct AuthenticatorData<'a> {
    pub(crate) host_hash: &'a [u8; 32],
    pub(crate) flags: Flags,
    /// Signatures that the authenticator says it has made; 0 where it does not count.
    pub(crate) counter: u32,
    pub(crate) credential: Option<NewCredential<'a>>,
}

/// The longest id of a credential that the specification allows (§4).
const LONGEST_ID: usize = 1023;

impl<'a> AuthenticatorData<'a> {
    /// Reads all of these bytes, or refuses.
    pub(crate) fn read(bytes: &'a [u8]) -> Result<AuthenticatorData<'a>, AnswerError> {
        let unreadable = AnswerError::Unreadable("authenticator data");
        let (host_hash, rest) = bytes.split_first_chunk::<32>().ok_or(unreadable)?;
        let ([flags], rest) = rest.split_first_chunk::<1>().ok_or(unreadable)?;
        let (counter, mut rest) = rest.split_first_chunk::<4>().ok_or(unreadable)?;
        let flags = Flags(*flags);
        let mut credential = None;
        if flags.has_credential() {
            // The AAGUID, which names the make, is not read.
            let (_, after) = rest.split_first_chunk::<16>().ok_or(unreadable)?;
            let (length, after) = after.split_first_chunk::<2>().ok_or(unreadable)?;
            let length = usize::from(u16::from_be_bytes(*length));
            let (id, after) = after.split_at_checked(length).ok_or(unreadable)?;
            if id.is_empty() || id.len() > LONGEST_ID {
                return Err(unreadable);
            }
            let (_, length) = PublicKey::read_first(after)?;
            let (public_key, after) = after.split_at_checked(length).ok_or(unreadable)?;
            credential = Some(NewCredential { id, public_key });
            rest = after;
        }
        if flags.has_extensions() {
            let mut decoder = Decoder::new(rest);
            decoder.map().ok().flatten().ok_or(unreadable)?;
            let mut decoder = Decoder::new(rest);
            decoder.skip().map_err(|_| unreadable)?;
            rest = rest.get(decoder.position()..).unwrap_or_default();
        }
        if !rest.is_empty() {
            return Err(unreadable);
        }
        let counter = u32::from_be_bytes(*counter);
        Ok(AuthenticatorData { host_hash, flags, counter, credential })
    }
}
