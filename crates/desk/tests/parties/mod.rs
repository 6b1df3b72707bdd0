//! Those who take part in a draw from elsewhere.

use desk::NewParty;
use desk::draw::{self, Message, PartyKey, Transcript, Trust};

use crate::house::{now, seed};

/// A party with its own key, which sees nothing but the public files.
pub struct Party {
    pub name: &'static str,
    pub key: PartyKey,
    pub random: [u8; 32],
}

impl Party {
    pub fn new(name: &'static str) -> Party {
        Party { name, key: PartyKey::from_seed(&seed()), random: seed() }
    }

    /// As the design names it.
    pub fn named(&self, role: &'static str) -> NewParty {
        NewParty { name: self.name.to_owned(), role, key: self.key.public() }
    }

    /// What the public files establish.
    pub fn known(files: &Transcript) -> draw::Known {
        let now = u64::try_from(now() / 1000).unwrap();
        let report = draw::verify(files, Trust { now: Some(now), ..Trust::default() });
        assert_eq!(report.first_lie(), None, "{report}");
        report.known
    }

    /// Signs what it says.
    pub fn says(&self, act: draw::acts::Act) -> Message {
        let (_, mut message) = act.unwrap();
        message.sign(self.name, &self.key).unwrap();
        message
    }

    /// Signs what lies there.
    pub fn cosigns(&self, files: &Transcript, file: &str) -> Message {
        Party::known(files);
        let mut message = files.message(file).unwrap().unwrap();
        message.sign(self.name, &self.key).unwrap();
        message
    }
}
