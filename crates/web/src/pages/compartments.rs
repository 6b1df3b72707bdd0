//! Compartments in the reader's words: the protocol's own titles, and ours for the phones' compartment.

use desk::DEVICES;
use desk::protocol::Protocol;

use crate::locale::Locale;

/// A compartment's title.
pub fn title(protocol: &Protocol, l: Locale, name: &str) -> String {
    match protocol.compartment(name) {
        Some(compartment) => compartment.title.get(l.code()).to_owned(),
        None if name == DEVICES => l.text("compartment-devices"),
        None => name.to_owned(),
    }
}

/// What is sealed in a compartment.
pub fn holds(protocol: &Protocol, l: Locale, name: &str) -> String {
    match protocol.compartment(name) {
        Some(compartment) => compartment.holds.get(l.code()).to_owned(),
        None if name == DEVICES => l.text("compartment-devices-holds"),
        None => String::new(),
    }
}

/// A refusal that names compartments by their titles.
pub fn in_words(mut error: desk::Error, protocol: &Protocol, l: Locale) -> desk::Error {
    if let desk::Error::Refused(refusal) = &mut error {
        for (name, value) in &mut refusal.arguments {
            if ["one", "two", "compartment"].contains(name) {
                *value = title(protocol, l, value);
            }
        }
    }
    error
}
