//! How many to draw: what audits do in practice beside what statistics need.

use survey::sample_size::{MarginRequest, for_detection, for_margin, square_root_rule};

/// How many to draw from so many people, by several rules. None of them says what is right for a visit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SampleSizes {
    /// Social audits (SMETA best practice): individual interviews, and all who are heard when groups are counted too.
    pub audits: (u64, u64),
    /// The square-root rule.
    pub square_root: u64,
    /// A 95 % interval of ±10 points, everybody answering.
    pub ten_points: u64,
    /// A 95 % interval of ±5 points.
    pub five_points: u64,
    /// To see at least one person affected with 95 % probability, where one in ten is.
    pub one_in_ten: u64,
    /// The same, where one in twenty is.
    pub one_in_twenty: u64,
}

/// SMETA's table: up to so many workers, individual interviews, and all heard with groups.
const AUDITS: [(u64, u64, u64); 4] = [(100, 6, 10), (500, 6, 26), (1000, 12, 42), (u64::MAX, 20, 52)];

/// Rules for a frame of so many people.
pub fn sample_sizes(people: u64) -> SampleSizes {
    let margin = |margin: f64| {
        let request = MarginRequest {
            margin,
            share: 0.5,
            level: 0.95,
            population: Some(people),
            design_effect: 1.0,
            response: 1.0,
        };
        for_margin(&request).unwrap_or(people)
    };
    let detection = |share: f64| for_detection(share, 0.95, Some(people)).unwrap_or(people);
    let audits = AUDITS.iter().find(|(most, ..)| people <= *most);
    SampleSizes {
        audits: audits.map_or((0, 0), |(_, alone, all)| ((*alone).min(people), (*all).min(people))),
        square_root: square_root_rule(people),
        ten_points: margin(0.10),
        five_points: margin(0.05),
        one_in_ten: detection(0.10),
        one_in_twenty: detection(0.05),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rules_are_those_of_the_field() {
        let of = |people| {
            let sizes = sample_sizes(people);
            let SampleSizes { audits, square_root, ten_points, five_points, one_in_ten, one_in_twenty } =
                sizes;
            (audits, square_root, ten_points, five_points, one_in_ten, one_in_twenty)
        };
        assert_eq!(of(200), ((6, 26), 15, 66, 132, 27, 51));
        assert_eq!(of(1000), ((12, 42), 32, 88, 278, 29, 57));
        assert_eq!(of(2000), ((20, 52), 45, 92, 323, 29, 58));
    }
}
