//! Who would hold which key when a mandate begins: worked out from people's roles before anything is made.

use protocol::{Protocol, Right};

use crate::answer::Refusal;
use crate::mandates::DEVICES;

/// A compartment of a mandate to be begun, and who would hold its key.
pub struct Holding {
    /// Its name, in the words of the protocol's files.
    pub name: String,
    /// What is sealed there: `identity`, `sensitive`, or `devices`.
    pub kind: String,
    /// Members who would hold it.
    pub members: Vec<i64>,
}

/// Who would hold which key when a mandate begins: worked out before anything is made.
pub struct Holdings {
    /// The compartments in the protocol's order, the phones' last.
    pub compartments: Vec<Holding>,
}

impl Holdings {
    /// What follows from the people's roles.
    pub fn of(protocol: &Protocol, people: &[(i64, String)]) -> Result<Holdings, Refusal> {
        let kinds = protocol.compartments.iter().map(|row| (row.id.as_str(), row.kind.as_str()));
        let mut compartments: Vec<Holding> = kinds
            .chain([(DEVICES, DEVICES)])
            .map(|(name, kind)| Holding { name: name.to_owned(), kind: kind.to_owned(), members: Vec::new() })
            .collect();
        for (person, role) in people {
            let role = protocol.role(role).ok_or_else(|| {
                Refusal::invalid("refusal-role-unknown").with("role", role).problem("role", role)
            })?;
            for holding in &mut compartments {
                let phones = holding.name == DEVICES && role.rights.contains(&Right::Devices);
                let held = role.compartments.contains(&holding.name) || phones;
                if held && !holding.members.contains(person) {
                    holding.members.push(*person);
                }
            }
        }
        Ok(Holdings { compartments })
    }

    /// Compartments that nobody would hold: what is sealed there could never be opened.
    pub fn unheld(&self) -> impl Iterator<Item = &str> {
        self.compartments.iter().filter(|row| row.members.is_empty()).map(|row| row.name.as_str())
    }

    /// Two compartments in one hand that the protocol keeps apart, if there are such.
    pub fn apart(&self, protocol: &Protocol) -> Option<(&str, &str)> {
        let pairs = self.compartments.iter().flat_map(|one| {
            self.compartments
                .iter()
                .map(move |other| (one, other))
                .filter(|(one, other)| one.name < other.name)
        });
        pairs
            .filter(|(one, other)| one.members.iter().any(|member| other.members.contains(member)))
            .map(|(one, other)| (one.name.as_str(), other.name.as_str()))
            .find(|(one, other)| protocol.compartments_apart(one, other))
    }
}
