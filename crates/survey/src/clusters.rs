//! Variances of totals from units drawn in stages, each stage with its finite population correction.
//!
//! For one stage the estimate is Σ over strata of (1 − f) n / (n − 1) Σ (t − t̄)², with t a unit's sum of scores (Särndal,
//! Swensson, Wretman 1992, 3.7 and 4.3). Of a further stage the same is added within each unit, times the fraction drawn
//! at the stages before (Bellhouse 1985), as R's `svyrecvar` does. Units of which nothing is in the domain count with a
//! sum of zero. With unequal chances each unit has a correction of its own (Brewer 2002, Berger 2004).

use crate::codes::{Codes, OUTSIDE};
use crate::design::{LonelyUnit, StagePlan};
use crate::error::DesignError;
use crate::matrix::Covariance;

/// One stage, checked.
#[derive(Debug, Clone)]
pub(crate) struct Stage {
    /// Units, each within its unit of the stage before.
    pub units: Codes,
    pub stratum_of_unit: Vec<u32>,
    pub strata: usize,
    /// Units in each stratum.
    pub units_in_stratum: Vec<u32>,
    /// Whether population sizes are known.
    pub corrected: bool,
    /// Whether units of one stratum have corrections of their own.
    pub unequal: bool,
    /// Fraction drawn; 0 where it is not known.
    pub fraction_of_unit: Vec<f64>,
    /// How many units of the population one unit stands for; 1 where it is not known.
    pub raise_of_unit: Vec<f64>,
    /// For each stratum the unit of the stage before that it lies in, 0 at the first stage.
    pub parent_of_stratum: Vec<u32>,
    pub parents: usize,
    /// For each stratum the product of the fractions drawn at the stages before.
    pub factor_of_stratum: Vec<f64>,
}

/// Scores to be summed: values by row, and the estimate that each row's value belongs to.
pub(crate) struct Scores<'a> {
    pub values: std::borrow::Cow<'a, [f64]>,
    /// `None`: all rows belong to the one estimate.
    pub estimate_of_row: Option<std::borrow::Cow<'a, [u32]>>,
    pub estimates: usize,
}

impl Scores<'_> {
    pub(crate) fn estimate(&self, row: usize) -> u32 {
        self.estimate_of_row.as_ref().map_or(0, |estimates| estimates[row])
    }
}

/// Builds the stages of a plan.
pub(crate) fn stages(
    rows: usize,
    plans: &[StagePlan],
    nested: bool,
    pps: bool,
) -> Result<Vec<Stage>, DesignError> {
    let mut fractions = None;
    let all = plans.iter().filter_map(|plan| plan.population.as_ref()).flatten();
    if all.clone().next().is_some() {
        fractions = Some(!all.clone().any(|&size| size > 1.0));
    }
    let mut stages: Vec<Stage> = Vec::new();
    for (number, plan) in plans.iter().enumerate() {
        let own = match &plan.units {
            Some(units) => units.clone(),
            None => Codes::distinct(rows),
        };
        let strata = plan.strata.clone().unwrap_or_else(|| Codes::same(rows));
        let own = if nested { own.crossed(&strata) } else { own };
        let (units, strata) = match stages.last() {
            Some(before) => {
                let units = if plan.units.is_some() { before.units.crossed(&own) } else { own };
                (units, before.units.crossed(&strata))
            }
            None => (own, strata),
        };
        let stratum_of_unit: Vec<u32> =
            units.first_row().iter().map(|&row| strata.of_row()[row as usize]).collect();
        let torn =
            (0..rows).find(|&row| stratum_of_unit[units.of_row()[row] as usize] != strata.of_row()[row]);
        if let Some(row) = torn {
            let first_row = units.first_row()[units.of_row()[row] as usize] as usize;
            return Err(DesignError::UnitInSeveralStrata { stage: number + 1, row, first_row });
        }
        let mut units_in_stratum = vec![0_u32; strata.count()];
        for &stratum in &stratum_of_unit {
            units_in_stratum[stratum as usize] += 1;
        }
        let (fraction_of_unit, raise_of_unit) =
            fraction_of_units(number, plan, fractions, &units, &stratum_of_unit, &units_in_stratum, pps)?;
        let before = stages.last();
        let parent_of_stratum: Vec<u32> = match before {
            Some(before) => {
                strata.first_row().iter().map(|&row| before.units.of_row()[row as usize]).collect()
            }
            None => vec![0; strata.count()],
        };
        let factor_of_stratum = parent_of_stratum
            .iter()
            .map(|&parent| {
                before.map_or(1.0, |before| {
                    let of_parent = before.stratum_of_unit[parent as usize] as usize;
                    before.factor_of_stratum[of_parent] * before.fraction_of_unit[parent as usize]
                })
            })
            .collect();
        stages.push(Stage {
            stratum_of_unit,
            strata: strata.count(),
            units_in_stratum,
            corrected: plan.population.is_some(),
            unequal: pps,
            fraction_of_unit,
            raise_of_unit,
            parents: before.map_or(1, |before| before.units.count()),
            parent_of_stratum,
            factor_of_stratum,
            units,
        });
    }
    Ok(stages)
}

/// The fraction drawn for each unit and what it stands for, from population sizes or fractions by row.
fn fraction_of_units(
    number: usize,
    plan: &StagePlan,
    fractions: Option<bool>,
    units: &Codes,
    stratum_of_unit: &[u32],
    units_in_stratum: &[u32],
    pps: bool,
) -> Result<(Vec<f64>, Vec<f64>), DesignError> {
    let (Some(population), Some(fractions)) = (&plan.population, fractions) else {
        return Ok((vec![0.0; units.count()], vec![1.0; units.count()]));
    };
    let stage = number + 1;
    if pps && !fractions {
        return Err(DesignError::ChancesAsCounts { stage });
    }
    let wrong =
        |size: f64| size.is_nan() || size <= 0.0 || (!fractions && size < 1.0) || (fractions && size > 1.0);
    if let Some(row) = population.iter().position(|&size| wrong(size)) {
        return Err(DesignError::Population { stage, row, value: population[row] });
    }
    // Within a stratum all rows must say the same; with unequal chances, within a unit.
    let mut said = vec![f64::NAN; if pps { units.count() } else { units_in_stratum.len() }];
    for (row, (&unit, &size)) in units.of_row().iter().zip(population).enumerate() {
        let group = if pps { unit } else { stratum_of_unit[unit as usize] } as usize;
        if said[group].is_nan() {
            said[group] = size;
        } else if said[group] != size {
            return Err(DesignError::PopulationVaries { stage, row, value: size, other: said[group] });
        }
    }
    let (mut of_unit, mut raises) = (Vec::with_capacity(units.count()), Vec::with_capacity(units.count()));
    for (unit, &row) in units.first_row().iter().enumerate() {
        let size = population[row as usize];
        let drawn = f64::from(units_in_stratum[stratum_of_unit[unit] as usize]);
        let fraction = if fractions { size } else { drawn / size };
        if fraction > 1.0 {
            return Err(DesignError::MoreThanAll { stage, row: row as usize, drawn, size });
        }
        of_unit.push(fraction);
        raises.push(if fractions { drawn / size / drawn } else { size / drawn });
    }
    Ok((of_unit, raises))
}

/// Later stages count only where the stages before have a correction: without one, the first stage's spread tells all.
pub(crate) fn drop_uncorrected(stages: &mut Vec<Stage>) {
    let known = stages.iter().take_while(|stage| stage.corrected).count();
    stages.truncate(known.max(1));
}

/// Names the first stratum of one unit that was not certain to be drawn.
pub(crate) fn refuse_lonely(stages: &[Stage]) -> Result<(), DesignError> {
    for (number, stage) in stages.iter().enumerate() {
        let strata = stage.stratum_of_unit.iter().enumerate();
        for (unit, &stratum) in strata {
            if stage.units_in_stratum[stratum as usize] == 1 && 1.0 - stage.fraction_of_unit[unit] >= CERTAIN
            {
                let row = stage.units.first_row()[unit] as usize;
                return Err(DesignError::LonelyUnit { stage: number + 1, row });
            }
        }
    }
    Ok(())
}

/// A correction below this is none: everything was drawn.
const CERTAIN: f64 = 1e-7;

/// The covariances of the sums of scores.
pub(crate) fn covariance(
    stages: &[Stage],
    scores: &[Scores],
    lonely: LonelyUnit,
    all_rows: bool,
) -> Covariance {
    let width: usize = scores.iter().map(|scores| scores.estimates).sum();
    let mut total = Covariance::zero(width);
    for stage in stages {
        add_stage(stage, scores, width, lonely, all_rows, &mut total);
    }
    total.mirror();
    total
}

fn add_stage(
    stage: &Stage,
    scores: &[Scores],
    width: usize,
    lonely: LonelyUnit,
    all_rows: bool,
    total: &mut Covariance,
) {
    if stage.fraction_of_unit.iter().all(|fraction| 1.0 - fraction < CERTAIN) {
        return;
    }
    let units = stage.units.count();
    let mut sums = vec![0.0; units * width];
    let mut from = 0;
    for scores in scores {
        add_up(stage, scores, width, from, &mut sums);
        from += scores.estimates;
    }
    let mut means = vec![0.0; stage.strata * width];
    for (unit, sum) in sums.chunks_exact(width).enumerate() {
        let stratum = stage.stratum_of_unit[unit] as usize;
        for (mean, value) in means[stratum * width..].iter_mut().zip(sum) {
            *mean += value;
        }
    }
    for (mean, &units) in means.chunks_exact_mut(width).zip(&stage.units_in_stratum) {
        mean.iter_mut().for_each(|mean| *mean /= f64::from(units));
    }
    if lonely == LonelyUnit::Average {
        let factors = average_factors(stage, scores, width, all_rows);
        add_units(stage, &sums, &means, width, lonely, Some(&factors), total);
    } else {
        add_units(stage, &sums, &means, width, lonely, None, total);
    }
}

/// Sums the scores of each unit.
fn add_up(stage: &Stage, scores: &Scores, width: usize, from: usize, sums: &mut [f64]) {
    let rows = stage.units.of_row().iter().zip(scores.values.iter());
    match &scores.estimate_of_row {
        None if width == 1 => rows.for_each(|(&unit, value)| sums[unit as usize] += value),
        None => rows.for_each(|(&unit, value)| sums[unit as usize * width + from] += value),
        Some(estimates) => {
            for ((&unit, value), &estimate) in rows.zip(estimates.iter()) {
                if estimate != OUTSIDE {
                    sums[unit as usize * width + from + estimate as usize] += value;
                }
            }
        }
    }
}

fn add_units(
    stage: &Stage,
    sums: &[f64],
    means: &[f64],
    width: usize,
    lonely: LonelyUnit,
    factors: Option<&[Vec<f64>]>,
    total: &mut Covariance,
) {
    let mut apart = vec![0.0; width];
    for (unit, sum) in sums.chunks_exact(width).enumerate() {
        let stratum = stage.stratum_of_unit[unit] as usize;
        let open = 1.0 - stage.fraction_of_unit[unit];
        let units = f64::from(stage.units_in_stratum[stratum]);
        let alone = stage.units_in_stratum[stratum] == 1;
        if open < CERTAIN && !stage.unequal || alone && lonely != LonelyUnit::Adjust {
            continue;
        }
        let mut scale = open * stage.factor_of_stratum[stratum];
        if alone {
            apart.copy_from_slice(sum);
        } else {
            scale *= units / (units - 1.0);
            let mean = &means[stratum * width..];
            for ((apart, value), mean) in apart.iter_mut().zip(sum).zip(mean) {
                *apart = value - mean;
            }
        }
        if let Some(factors) = factors {
            let parent = stage.parent_of_stratum[stratum] as usize;
            for (apart, factors) in apart.iter_mut().zip(factors) {
                *apart *= factors[parent].sqrt();
            }
        }
        total.add_product(&apart, scale);
    }
}

/// With lonely units averaged: for each estimate and each unit of the stage before, strata in the domain over those of
/// them whose spread is known.
fn average_factors(stage: &Stage, scores: &[Scores], width: usize, all_rows: bool) -> Vec<Vec<f64>> {
    let mut present = vec![all_rows; stage.strata * width];
    let mut from = 0;
    for scores in scores {
        for (row, &unit) in stage.units.of_row().iter().enumerate() {
            let estimate = scores.estimate(row);
            if estimate != OUTSIDE {
                let stratum = stage.stratum_of_unit[unit as usize] as usize;
                present[stratum * width + from + estimate as usize] = true;
            }
        }
        from += scores.estimates;
    }
    let mut certain = vec![false; stage.strata];
    for (unit, &stratum) in stage.stratum_of_unit.iter().enumerate() {
        certain[stratum as usize] |= 1.0 - stage.fraction_of_unit[unit] < CERTAIN;
    }
    let of_estimate = |estimate: usize| {
        let mut counts = vec![(0.0, 0.0); stage.parents];
        for stratum in (0..stage.strata).filter(|stratum| present[stratum * width + estimate]) {
            let (all, known) = &mut counts[stage.parent_of_stratum[stratum] as usize];
            *all += 1.0;
            if stage.units_in_stratum[stratum] > 1 || certain[stratum] {
                *known += 1.0;
            }
        }
        counts.iter().map(|(all, known)| if *known > 0.0 { all / known } else { f64::NAN }).collect()
    };
    (0..width).map(of_estimate).collect()
}
