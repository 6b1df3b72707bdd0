//! Where a sealed value lives. The place is authenticated with the value, so a value that is
//! copied to another record, field or table does not open there.

use std::fmt;

/// The table, record and field that a sealed value belongs to. It is not secret and it is not
/// stored in the value: whoever opens must say where the value was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place<'a> {
    /// Name of the table or folder, for example `submission`.
    pub table: &'a str,
    /// Id of the record inside the table, the one that never changes (an instance id, not a row
    /// number that a restore may give anew).
    pub record: &'a str,
    /// Which of the record's sealed values this is, for example `identity`.
    pub field: &'a str,
}

impl<'a> Place<'a> {
    /// The place `table / record / field`.
    pub const fn new(table: &'a str, record: &'a str, field: &'a str) -> Self {
        Place { table, record, field }
    }

    /// The bytes that a cipher authenticates: the purpose and the three names, each after its
    /// length (u64, little endian), so that no two different places give the same bytes. The
    /// purpose keeps apart what is sealed by different functions at one place.
    pub(crate) fn associated_data(&self, purpose: &str) -> Vec<u8> {
        let parts = [purpose, self.table, self.record, self.field];
        let size = parts.iter().map(|part| part.len() + 8).sum();
        let mut bytes = Vec::with_capacity(size);
        for part in parts {
            bytes.extend_from_slice(&(part.len() as u64).to_le_bytes());
            bytes.extend_from_slice(part.as_bytes());
        }
        bytes
    }
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} / {} / {}", self.table, self.record, self.field)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_moved_across_a_boundary_make_another_place() {
        let one = Place::new("ab", "c", "d").associated_data("p");
        let other = Place::new("a", "bc", "d").associated_data("p");
        assert_ne!(one, other);
        assert_ne!(one, Place::new("ab", "c", "d").associated_data("q"));
    }
}
