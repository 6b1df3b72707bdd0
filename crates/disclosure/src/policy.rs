//! The numbers of the policy, as the protocol's file gives them.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// What a release must keep to. Every number is fixed, and its hash published, before the data are known.
///
/// Persons are unweighted respondents throughout: whoever knows the roster knows who was called, so that the sample
/// hides nobody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Policy {
    /// No table for fewer respondents.
    pub minimum_population: u32,
    /// Fewest persons behind a published cell, and the least width of a protected cell's interval.
    pub k: u32,
    /// The same for tables marked strict: rows that are one workplace or detention unit, sexual violence, refugees in
    /// hiding.
    pub k_strict: u32,
    /// No percentage on fewer respondents; such rows are counts in bands.
    pub percent_base: u32,
    /// Percentages on fewer respondents carry a flag.
    pub percent_flag: u32,
    /// No mean from fewer respondents.
    pub mean_base: u32,
    /// No value of which one employer supplies more than this part, in percent.
    pub dominance_percent: u32,
    /// A sensitive share below this, or above 100 less this, speaks about everybody in a small row; in percent.
    pub homogeneity_percent: u32,
    /// Rows of at least this many respondents may be homogeneous.
    pub homogeneity_base: u32,
    /// How many variables one table may cross, sensitive answers not counted.
    pub most_variables: u32,
    /// Significant digits of a weighted total.
    pub total_digits: u32,
    /// Up to this many cells that could be suppressed, the fewest are looked for exactly; above, greedily.
    pub exact_cells: u32,
    /// Branches that may be tried while looking for the fewest. A budget in steps and not in seconds, so that every
    /// machine proposes the same.
    pub exact_nodes: u64,
    /// Branches that may be tried for one end of an interval in whole numbers.
    pub integer_nodes: u64,
    /// Microdata: fewest records that share their keys, counted in the sample.
    pub microdata_k: u32,
    /// Microdata: fewest different sensitive values among records that share their keys.
    pub microdata_l: u32,
    /// Microdata: the global risk must stay below this; in percent.
    pub microdata_risk_percent: u32,
}

impl Default for Policy {
    fn default() -> Self {
        Policy {
            minimum_population: 10,
            k: 5,
            k_strict: 10,
            percent_base: 30,
            percent_flag: 50,
            mean_base: 10,
            dominance_percent: 70,
            homogeneity_percent: 5,
            homogeneity_base: 50,
            most_variables: 3,
            total_digits: 3,
            exact_cells: 500,
            exact_nodes: 4_000,
            integer_nodes: 2_000,
            microdata_k: 5,
            microdata_l: 3,
            microdata_risk_percent: 3,
        }
    }
}

impl Policy {
    /// The policy as one text that can be hashed by whoever wants to check [`Policy::hash`]: a line, and JSON.
    pub fn canonical(&self) -> String {
        let json = serde_json::to_string(self).unwrap_or_default();
        format!("disclosure policy\n{json}")
    }

    /// SHA-256 of [`Policy::canonical`], in hexadecimal: what the design of the draw commits to.
    pub fn hash(&self) -> String {
        hex::encode(Sha256::digest(self.canonical()))
    }

    /// The least persons behind a cell, and the least width of its interval.
    pub fn threshold(&self, strict: bool) -> u32 {
        if strict { self.k_strict } else { self.k }
    }
}
