//! A worker's proof of being listed.

use ledger::json;

use crate::{Hash, Refusal};

/// A worker's slip: that they are *listed*, and nothing else. It never says whether anybody was drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slip {
    /// The draw.
    pub draw: String,
    /// The place in the roster.
    pub i: u64,
    /// The salt of this line.
    pub salt: [u8; 32],
    /// The path from the line to the root.
    pub path: Vec<Hash>,
    /// The line itself, canonical JSON: what the list says about this person.
    pub record: String,
}

const SLIP: &str = "deungdae-slip/1";

impl Slip {
    /// One line for a QR code: `deungdae-slip/1 <draw> <i> <salt> <path in base64, joined by commas> <record>`.
    pub fn to_text(&self) -> String {
        let path: Vec<String> = self.path.iter().map(Hash::base64).collect();
        format!(
            "{SLIP} {} {} {} {} {}",
            self.draw,
            self.i,
            hex::encode(self.salt),
            path.join(","),
            self.record
        )
    }

    /// Reads [`Slip::to_text`].
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let refused = || {
            Refusal::Slip("this is not the whole text of a slip: scan it again, or ask for a new one".into())
        };
        let mut parts = text.trim_end_matches(['\r', '\n']).splitn(6, ' ');
        let mut part = || parts.next().ok_or_else(refused);
        if part()? != SLIP {
            return Err(refused());
        }
        let (draw, i, salt, path, record) = (part()?, part()?, part()?, part()?, part()?);
        let path = path
            .split(',')
            .filter(|hash| !hash.is_empty())
            .map(|hash| Hash::from_base64(hash).ok_or_else(refused))
            .collect::<Result<Vec<_>, _>>()?;
        json::parse_canonical(record.as_bytes()).map_err(|_| refused())?;
        Ok(Self {
            draw: draw.to_owned(),
            i: i.parse().map_err(|_| refused())?,
            salt: crate::hash::from_hex(salt).ok_or_else(refused)?,
            path,
            record: record.to_owned(),
        })
    }

    /// Whether this line stands in the roster of this root and size.
    pub fn check(&self, draw: &str, root: &Hash, size: u64) -> Result<(), Refusal> {
        if self.draw != draw {
            return Err(Refusal::Slip(format!(
                "it is for the draw {}, and this is {draw}: take the folder of that draw",
                self.draw
            )));
        }
        let leaf = crate::roster::roster_leaf(draw, self.i, &self.salt, &self.record);
        ledger::verify_inclusion(leaf, self.i, size, &self.path, *root).map_err(|_| {
            Refusal::Slip(
                "this line is not in the roster that was frozen: the person was left off or the slip was changed. Keep the slip and tell the auditor".into(),
            )
        })
    }
}
