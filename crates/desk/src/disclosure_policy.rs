//! The disclosure policy of a protocol as the engine knows it: its hash goes into the design of every draw, so that it is
//! fixed before there are data.

use disclosure::Policy;
use protocol::Disclosure;

/// The numbers of a protocol; those that it does not give are the engine's.
pub fn disclosure_policy(declared: &Disclosure) -> Policy {
    Policy {
        k: declared.k,
        k_strict: declared.k_strict,
        percent_base: declared.percent_base,
        percent_flag: declared.percent_flag,
        mean_base: declared.mean_base,
        dominance_percent: declared.dominance_percent,
        most_variables: declared.most_variables,
        ..Policy::default()
    }
}
