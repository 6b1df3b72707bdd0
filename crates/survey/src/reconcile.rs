//! What people said, held against what was recorded of others: two samples drawn independently, compared by group.
//!
//! A row has a group, a stratum and a number, and no place for a person: an interview cannot be joined with the record of
//! the same person, because nothing here could say that it is the same. Several lines of one file are not independent of
//! each other: a unit, numbered within its side, says which lines are of one file, and variances are those between files
//! (ultimate clusters). Whatever asks how many there are counts files and not lines. Intervals are those of the weighted samples: Welch
//! for means, the delta method for ratios of medians, and for differences of shares Newcombe's from Korn and Graubard's
//! limits of each (Newcombe 1998, method 10; Zou and Donner 2008), which holds at shares of 0 and 1 too.

use std::collections::{BTreeMap, BTreeSet};

use crate::codes::{Codes, Domains};
use crate::design::{Design, LonelyUnit, Plan, StagePlan};
use crate::error::{DesignError, EstimateError};
use crate::estimate::{Contrast, Degrees, Estimate, Statistic};
use crate::quantile::QuantileRequest;
use crate::share::{Share, ShareInterval};

/// One answer or one line of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The group that both sides have: a place.
    pub group: String,
    /// The stratum within it.
    pub stratum: String,
    /// Which rows are of one unit, a file with a line for each pay period: the same number within a side. A row without
    /// one is a unit by itself.
    pub unit: Option<u32>,
    /// The number; NaN where it is missing.
    pub value: f64,
}

/// How many units there are among rows.
fn units(rows: &[&Row]) -> usize {
    let alone = rows.iter().filter(|row| row.unit.is_none()).count();
    alone + rows.iter().filter_map(|row| row.unit).collect::<BTreeSet<u32>>().len()
}

/// How many people work in each group and stratum. Without it every row weighs the same.
pub type Workforce = BTreeMap<(String, String), f64>;

/// How the figure is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Formula {
    /// 1 less the median of the first side over that of the second, in percent.
    MedianGap,
    /// Mean of the first less mean of the second.
    MeanGap,
    /// Share of the first less share of the second, in percentage points.
    ShareGap,
    /// Share of the first, in percent.
    ShareOfFirst,
    /// Share of the second, in percent.
    ShareOfSecond,
    /// Sum over the second, as found: no estimate.
    CountOfSecond,
    /// Share of the first, carried to the whole workforce, over the largest number of the second.
    RatioToRegister,
}

/// A test.
#[derive(Debug, Clone, Copy)]
pub struct Test<'a> {
    /// How the figure is made.
    pub formula: Formula,
    /// Whether a figure below a threshold is worse than one above.
    pub less_is_worse: bool,
    /// Thresholds, the mildest first, in the unit of the figure.
    pub thresholds: &'a [f64],
    /// Groups with fewer rows on a side that is needed are not told.
    pub k: usize,
}

/// Fewer answers or files than this (on either side) make a figure indicative.
pub const INDICATIVE_BELOW: usize = 20;

/// A figure of a group, or of all groups together.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// The group; none for all together.
    pub group: Option<String>,
    /// What is told of it.
    pub told: Told,
}

/// What is told of a group.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Told {
    /// Fewer than k on a side: nothing, not even how many.
    TooFew,
    /// Nobody knows how many people work there.
    NoWorkforce,
    /// The figure.
    Value {
        /// The figure; infinite where a register is empty and people tell of cases.
        value: f64,
        /// Its 95 % interval; none for counts, and where it cannot be made.
        interval: Option<(f64, f64)>,
        /// Units, interviews and files, on the first and second side; 0 for a side that is not needed.
        n: (usize, usize),
        /// The highest threshold that it is beyond, by its place, if its interval excludes "no difference".
        flag: Option<usize>,
        /// Whether it rests on few answers, so that it says where to look and no more.
        indicative: bool,
    },
}

/// Why a test cannot be made.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ReconcileError {
    /// The weights do not fit.
    #[error(transparent)]
    Design(#[from] DesignError),
    /// The numbers do not fit.
    #[error(transparent)]
    Estimate(#[from] EstimateError),
}

impl Formula {
    fn needs(self) -> (bool, bool) {
        match self {
            Formula::MedianGap | Formula::MeanGap | Formula::ShareGap | Formula::RatioToRegister => {
                (true, true)
            }
            Formula::ShareOfFirst => (true, false),
            Formula::ShareOfSecond | Formula::CountOfSecond => (false, true),
        }
    }
}

/// Makes a test for all groups together and for each group that either side has, in their order.
///
/// # Errors
/// A share from numbers other than 0 and 1; weights that do not fit.
pub fn reconcile(
    test: &Test,
    first: &[Row],
    second: &[Row],
    workforce: Option<&Workforce>,
) -> Result<Vec<Figure>, ReconcileError> {
    let has_value = |row: &&Row| !row.value.is_nan();
    let (first, second): (Vec<&Row>, Vec<&Row>) =
        (first.iter().filter(has_value).collect(), second.iter().filter(has_value).collect());
    let groups: BTreeSet<&str> =
        first.iter().chain(&second).map(|row| row.group.as_str()).filter(|group| !group.is_empty()).collect();
    let mut figures = vec![Figure { group: None, told: told(test, &first, &second, workforce)? }];
    for group in groups {
        let of = |rows: &[&'_ Row]| -> Vec<Row> {
            rows.iter().filter(|row| row.group == group).map(|row| (*row).clone()).collect()
        };
        let (one, other) = (of(&first), of(&second));
        let (one, other): (Vec<&Row>, Vec<&Row>) = (one.iter().collect(), other.iter().collect());
        figures.push(Figure { group: Some(group.to_owned()), told: told(test, &one, &other, workforce)? });
    }
    Ok(figures)
}

/// A sample of the two, with its weights.
struct Sample {
    design: Design,
    values: Vec<f64>,
    whole: Domains,
}

impl Sample {
    fn of(rows: &[&Row], workforce: Option<&Workforce>) -> Result<Sample, DesignError> {
        let place = |row: &Row| (row.group.clone(), row.stratum.clone());
        let mut drawn: BTreeMap<(String, String), f64> = BTreeMap::new();
        for row in rows {
            *drawn.entry(place(row)).or_insert(0.0) += 1.0;
        }
        // A workforce that does not know one of the strata would weigh some and not others: then all weigh the same.
        let weights: Option<Vec<f64>> = workforce.and_then(|known| {
            rows.iter().map(|row| Some(known.get(&place(row))? / drawn.get(&place(row))?)).collect()
        });
        let strata: Vec<String> =
            rows.iter().map(|row| format!("{}\u{0}{}", row.group, row.stratum)).collect();
        let unit = |(place, (row, stratum)): (usize, (&&Row, &String))| match row.unit {
            Some(unit) => format!("{stratum}\u{0}of {unit}"),
            None => format!("{stratum}\u{0}row {place}"),
        };
        let units: Vec<String> = rows.iter().zip(&strata).enumerate().map(unit).collect();
        let stage = StagePlan {
            units: Some(Codes::of_texts(&units)),
            strata: Some(Codes::of_texts(&strata)),
            ..StagePlan::default()
        };
        let design = Design::new(Plan {
            rows: rows.len(),
            stages: vec![stage],
            weights: Some(weights.unwrap_or_else(|| vec![1.0; rows.len()])),
            lonely: LonelyUnit::Adjust,
            ..Plan::default()
        })?;
        let values = rows.iter().map(|row| row.value).collect();
        Ok(Sample { design, values, whole: Domains::whole(rows.len()) })
    }

    fn mean(&self) -> Result<Estimate, EstimateError> {
        let made = self.design.estimate(&[Statistic::Mean(&self.values)], &self.whole)?;
        made.estimates.first().copied().ok_or(EstimateError::Length { length: 0, rows: self.values.len() })
    }

    fn median(&self) -> Result<Estimate, EstimateError> {
        let made = self.design.quantile(&self.values, &self.whole, QuantileRequest::default())?;
        let mut estimate = self.mean()?;
        if let Some(median) = made.first() {
            estimate.value = median.value;
            estimate.variance = median.standard_error.powi(2);
            estimate.df = median.df;
        }
        Ok(estimate)
    }

    fn share(&self) -> Result<Share, EstimateError> {
        let made = self.design.share(
            &self.values,
            &self.whole,
            ShareInterval::KornGraubard,
            LEVEL,
            Degrees::OfDesign,
        )?;
        made.first().copied().ok_or(EstimateError::Length { length: 0, rows: self.values.len() })
    }
}

const LEVEL: f64 = 0.95;

fn told(
    test: &Test,
    first: &[&Row],
    second: &[&Row],
    workforce: Option<&Workforce>,
) -> Result<Told, ReconcileError> {
    let (needs_first, needs_second) = test.formula.needs();
    let count = (units(first), units(second));
    let few = |needs: bool, count: usize| needs && count < test.k.max(1);
    if few(needs_first, count.0) || few(needs_second, count.1) {
        return Ok(Told::TooFew);
    }
    let n = (if needs_first { count.0 } else { 0 }, if needs_second { count.1 } else { 0 });
    let first_sample = || Sample::of(first, workforce);
    let second_sample = || Sample::of(second, workforce);
    let percent = |share: &Share| (share.estimate.value * 100.0, share.lower * 100.0, share.upper * 100.0);
    let of_contrast = |contrast: Contrast| {
        let (low, high) = contrast.interval(LEVEL, Degrees::OfDesign);
        (contrast.value, low, high)
    };
    // The value, its interval, and the value that stands for "no difference", if that is not each threshold itself.
    let (value, low, high, null) = match test.formula {
        Formula::MedianGap => {
            let (one, other) = (first_sample()?.median()?, second_sample()?.median()?);
            let (ratio, low, high) = of_contrast(Contrast::ratio_of_independent(&one, &other));
            (100.0 * (1.0 - ratio), 100.0 * (1.0 - high), 100.0 * (1.0 - low), Some(0.0))
        }
        Formula::MeanGap => {
            let (one, other) = (first_sample()?.mean()?, second_sample()?.mean()?);
            let (value, low, high) = of_contrast(Contrast::of_independent(&one, &other));
            (value, low, high, Some(0.0))
        }
        Formula::ShareGap => {
            let (one, other) = (first_sample()?.share()?, second_sample()?.share()?);
            let ((p, p_low, p_high), (q, q_low, q_high)) = (percent(&one), percent(&other));
            let value = p - q;
            (value, value - (p - p_low).hypot(q_high - q), value + (p_high - p).hypot(q - q_low), Some(0.0))
        }
        Formula::ShareOfFirst => {
            let (value, low, high) = percent(&first_sample()?.share()?);
            (value, low, high, None)
        }
        Formula::ShareOfSecond => {
            let (value, low, high) = percent(&second_sample()?.share()?);
            (value, low, high, None)
        }
        Formula::CountOfSecond => {
            let count: f64 = second.iter().map(|row| row.value).sum();
            let flag = test.thresholds.iter().rposition(|threshold| count >= *threshold);
            return Ok(Told::Value { value: count, interval: None, n, flag, indicative: false });
        }
        Formula::RatioToRegister => {
            let places: BTreeSet<&str> = first.iter().map(|row| row.group.as_str()).collect();
            let known = workforce.into_iter().flatten();
            let people: f64 = known
                .filter(|((group, _), _)| places.contains(group.as_str()))
                .map(|(_, people)| people)
                .sum();
            if people <= 0.0 {
                return Ok(Told::NoWorkforce);
            }
            let mut largest: BTreeMap<&str, f64> = BTreeMap::new();
            for row in second.iter().filter(|row| places.contains(row.group.as_str())) {
                let known = largest.entry(&row.group).or_insert(0.0);
                *known = known.max(row.value);
            }
            let register: f64 = largest.values().sum();
            let (share, low, high) = percent(&first_sample()?.share()?);
            let ratio = |share: f64| if share == 0.0 { 0.0 } else { share / 100.0 * people / register };
            (ratio(share), ratio(low), ratio(high), Some(1.0))
        }
    };
    let interval = (!low.is_nan() && !high.is_nan()).then_some((low, high));
    let beyond = |threshold: &f64| {
        let Some((low, high)) = interval else { return false };
        let null = null.unwrap_or(*threshold);
        if test.less_is_worse { value < *threshold && high < null } else { value > *threshold && low > null }
    };
    let flag = test.thresholds.iter().rposition(beyond);
    let indicative = (needs_first && n.0 < INDICATIVE_BELOW) || (needs_second && n.1 < INDICATIVE_BELOW);
    Ok(Told::Value { value, interval, n, flag, indicative })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(group: &str, values: &[f64]) -> Vec<Row> {
        let row = |value: &f64| Row {
            group: group.to_owned(),
            stratum: "women".to_owned(),
            unit: None,
            value: *value,
        };
        values.iter().map(row).collect()
    }

    fn spread(from: f64, n: usize) -> Vec<f64> {
        (0..n).map(|place| from + (place % 5) as f64).collect()
    }

    const GAP: Test<'_> =
        Test { formula: Formula::MeanGap, less_is_worse: false, thresholds: &[3.0, 8.0], k: 5 };

    fn of(figures: &[Figure], group: Option<&str>) -> Told {
        figures.iter().find(|figure| figure.group.as_deref() == group).expect("the group is told").told
    }

    #[test]
    fn a_gap_is_flagged_where_its_interval_excludes_zero() {
        let mut said = rows("E-0001", &spread(58.0, 30));
        said.extend(rows("E-0002", &spread(47.0, 30)));
        said.extend(rows("E-0003", &spread(60.0, 12)));
        said.extend(rows("E-0004", &spread(60.0, 4)));
        let mut recorded = rows("E-0001", &spread(48.0, 30));
        for group in ["E-0002", "E-0003", "E-0004"] {
            recorded.extend(rows(group, &spread(47.0, 25)));
        }
        let figures = reconcile(&GAP, &said, &recorded, None).unwrap();
        let Told::Value { value, interval: Some((low, high)), n, flag, indicative } =
            of(&figures, Some("E-0001"))
        else {
            panic!("{figures:?}")
        };
        // 30 answers 58 to 62, variance 60/29: standard error sqrt(2 * 2.0690 / 30) = 0.3714, t(58) = 2.0017.
        assert!((value - 10.0).abs() < 1e-9 && (high - 10.0 - 0.7434).abs() < 1e-3 && low > 9.2);
        assert_eq!((n, flag, indicative), ((30, 30), Some(1), false));
        assert!(matches!(of(&figures, Some("E-0002")), Told::Value { flag: None, .. }));
        assert!(matches!(of(&figures, Some("E-0003")), Told::Value { indicative: true, .. }));
        assert_eq!(of(&figures, Some("E-0004")), Told::TooFew, "four people are not told of");
    }

    #[test]
    fn a_share_is_below_its_threshold_only_beyond_chance() {
        let test = Test { formula: Formula::ShareOfFirst, less_is_worse: true, thresholds: &[95.0], k: 5 };
        let yes = |ones: usize, n: usize| -> Vec<f64> {
            (0..n).map(|place| f64::from(u8::from(place < ones))).collect()
        };
        let figures = reconcile(&test, &rows("E-0001", &yes(40, 60)), &[], None).unwrap();
        assert!(matches!(of(&figures, None), Told::Value { flag: Some(0), n: (60, 0), .. }), "{figures:?}");
        let figures = reconcile(&test, &rows("E-0001", &yes(28, 30)), &[], None).unwrap();
        assert!(
            matches!(of(&figures, None), Told::Value { flag: None, .. }),
            "28 of 30 may be 95 %: {figures:?}"
        );
        // All of one side and none of the other: the interval is there, and short of 100 points.
        let test = Test { formula: Formula::ShareGap, less_is_worse: false, thresholds: &[5.0], k: 5 };
        let figures = reconcile(&test, &rows("E", &yes(30, 30)), &rows("E", &yes(0, 30)), None).unwrap();
        let Told::Value { value, interval: Some((low, _)), flag: Some(0), .. } = of(&figures, None) else {
            panic!("{figures:?}")
        };
        assert!(value == 100.0 && low > 80.0 && low < 90.0, "{low}");
    }

    #[test]
    fn three_lines_of_a_file_are_one_file() {
        let test = Test { formula: Formula::ShareOfSecond, less_is_worse: false, thresholds: &[2.0], k: 5 };
        let lines = |files: u32| -> Vec<Row> {
            let line = |place: u32| Row {
                unit: Some(place / 3),
                ..rows("E", &[f64::from(u8::from((place / 3).is_multiple_of(4)))]).remove(0)
            };
            (0..3 * files).map(line).collect()
        };
        let told = |rows: &[Row]| of(&reconcile(&test, &[], rows, None).unwrap(), Some("E"));
        let Told::Value { value, interval: Some((low, high)), n, indicative, .. } = told(&lines(24)) else {
            panic!("{:?}", told(&lines(24)))
        };
        assert_eq!((value, n, indicative), (25.0, (0, 24), false));
        // Whoever has all lines of a file alike knows no more than from one line of it.
        let one: Vec<Row> = lines(24).into_iter().step_by(3).map(|row| Row { unit: None, ..row }).collect();
        let Told::Value { interval: Some((one_low, one_high)), .. } = told(&one) else { panic!() };
        assert!(
            (low - one_low).abs() < 1.0 && (high - one_high).abs() < 1.0,
            "{low} {one_low} {high} {one_high}"
        );
        let alone: Vec<Row> = lines(24).into_iter().map(|row| Row { unit: None, ..row }).collect();
        let Told::Value { interval: Some((narrow, _)), .. } = told(&alone) else { panic!() };
        assert!(narrow > low + 3.0, "lines for files would make {narrow} of {low}");
        assert!(matches!(told(&lines(7)), Told::Value { indicative: true, .. }), "seven files, 21 lines");
        assert_eq!(told(&lines(4)), Told::TooFew, "twelve lines are four people");
    }

    #[test]
    fn strata_weigh_by_the_people_who_work_there() {
        let row = |stratum: &str, value| Row {
            group: "E".to_owned(),
            stratum: stratum.to_owned(),
            unit: None,
            value,
        };
        let mut said = Vec::new();
        for place in 0..20 {
            said.push(row("women", f64::from(u8::from(place < 10))));
            said.push(row("men", 0.0));
        }
        let test = Test { formula: Formula::ShareOfFirst, less_is_worse: false, thresholds: &[], k: 5 };
        let share =
            |workforce: Option<&Workforce>| match of(&reconcile(&test, &said, &[], workforce).unwrap(), None)
            {
                Told::Value { value, .. } => value,
                other => panic!("{other:?}"),
            };
        assert!((share(None) - 25.0).abs() < 1e-9);
        let workforce: Workforce =
            [(("E".to_owned(), "women".to_owned()), 900.0), (("E".to_owned(), "men".to_owned()), 100.0)]
                .into();
        assert!((share(Some(&workforce)) - 45.0).abs() < 1e-9);
        // Injuries: 45 % of 1000 people, against a register of 100 and one of none.
        let test = Test { formula: Formula::RatioToRegister, thresholds: &[2.0], ..test };
        let register = |count: f64| rows("E", &[count; 5]);
        let told =
            |count: f64| of(&reconcile(&test, &said, &register(count), Some(&workforce)).unwrap(), None);
        let Told::Value { value, flag: Some(0), .. } = told(100.0) else { panic!("{:?}", told(100.0)) };
        assert!((value - 4.5).abs() < 1e-9);
        assert!(matches!(told(0.0), Told::Value { value, flag: Some(0), .. } if value.is_infinite()));
        assert_eq!(of(&reconcile(&test, &said, &register(1.0), None).unwrap(), None), Told::NoWorkforce);
    }
}
