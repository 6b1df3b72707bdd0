//! Public randomness: rounds of drand, whose signatures nobody can choose and everybody can check; or dice.

use drand_verify::{G1Pubkey, G2PubkeyRfc, Pubkey};
use sha2::{Digest, Sha256};

use crate::Refusal;

/// Between the last moment to reveal and the beacon's round there is at least this, in seconds.
pub const AFTER_REVEALS: u64 = 3600;
/// Fewest digits of a dice beacon: rolls of a ten-sided die.
pub const MIN_DICE: usize = 20;

/// A chain of the League of Entropy, pinned here; a beacon of any other chain is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chain {
    /// Its short name.
    pub name: &'static str,
    /// Its hash, hexadecimal.
    pub hash: &'static str,
    /// When round 1 was, in Unix seconds.
    pub genesis: u64,
    /// Seconds from round to round.
    pub period: u64,
    key: &'static str,
    chained: bool,
}

/// The chains that may be used. Keys, genesis and period from the chains' own `info` (League of Entropy).
pub const CHAINS: [Chain; 2] = [
    Chain {
        name: "quicknet",
        hash: "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971",
        genesis: 1_692_803_367,
        period: 3,
        key: "83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c8c4b450b6a0a6c3ac6a5776a2d1064510d1fec758c921cc22b0e17e63aaf4bcb5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a",
        chained: false,
    },
    Chain {
        name: "default",
        hash: "8990e7a9aaed2ffed73dbd7092123d6f289930540d7651336225dc172e51b2ce",
        genesis: 1_595_431_050,
        period: 30,
        key: "868f005eb8e6e4ca0a47c8a77ceaa5309a47978a7c71bc5cce96366b5d7a569937c529eeda66c7293784a9402801af31",
        chained: true,
    },
];

impl Chain {
    /// The chain of this hash.
    pub fn by_hash(hash: &str) -> Result<&'static Self, Refusal> {
        CHAINS.iter().find(|chain| chain.hash == hash).ok_or_else(|| {
            Refusal::Beacon(format!(
                "the chain {hash} is not one of those this program knows ({}): name one of them, or use dice",
                CHAINS.map(|chain| chain.name).join(", ")
            ))
        })
    }

    /// When a round is published, in Unix seconds.
    pub fn time(&self, round: u64) -> Option<u64> {
        round.checked_sub(1)?.checked_mul(self.period)?.checked_add(self.genesis)
    }

    /// The first round at or after a moment.
    pub fn round_from(&self, at: u64) -> u64 {
        at.saturating_sub(self.genesis).div_ceil(self.period) + 1
    }

    /// Refuses a round that could be known before everybody had revealed.
    pub fn check_round(&self, round: u64, reveal_deadline: u64) -> Result<(), Refusal> {
        let earliest = reveal_deadline.saturating_add(AFTER_REVEALS);
        match self.time(round) {
            Some(time) if time >= earliest => Ok(()),
            _ => Err(Refusal::Beacon(format!(
                "round {round} comes before one hour after the reveal deadline, so it could be known to who reveals last: announce round {} or later",
                self.round_from(earliest)
            ))),
        }
    }

    /// Whether `signature` is this chain's signature of `round`; `previous` is the signature of the round before, for
    /// the chained chain.
    pub fn check(&self, round: u64, previous: &[u8], signature: &[u8]) -> Result<(), Refusal> {
        let wrong = || {
            Refusal::Beacon(format!(
                "the signature is not that of round {round} of the chain {}: fetch the round again and copy it whole; if it stays so, somebody forged it",
                self.name
            ))
        };
        if self.chained == previous.is_empty() {
            return Err(Refusal::Beacon(if self.chained {
                format!(
                    "the chain {} needs the signature of the round before as well: give the whole answer of drand",
                    self.name
                )
            } else {
                format!("the chain {} has no previous signature: leave it out", self.name)
            }));
        }
        let key = hex::decode(self.key).map_err(|_| wrong())?;
        let holds = if self.chained {
            G1Pubkey::from_variable(&key).map_err(|_| wrong())?.verify(round, previous, signature)
        } else {
            G2PubkeyRfc::from_variable(&key).map_err(|_| wrong())?.verify(round, previous, signature)
        };
        if holds.unwrap_or(false) { Ok(()) } else { Err(wrong()) }
    }
}

/// Refuses dice that are not digits or too few.
pub fn check_dice(dice: &str) -> Result<(), Refusal> {
    if dice.len() >= MIN_DICE && dice.len() <= 1000 && dice.bytes().all(|digit| digit.is_ascii_digit()) {
        return Ok(());
    }
    Err(Refusal::Beacon(format!(
        "“{dice}” is not a row of at least {MIN_DICE} digits: throw a ten-sided die in public and write every digit, 0 to 9, in order"
    )))
}

/// SHA-256 of the beacon's signature, as drand publishes it; of nothing, where dice are used.
pub fn randomness(signature: &[u8]) -> [u8; 32] {
    Sha256::digest(signature).into()
}
