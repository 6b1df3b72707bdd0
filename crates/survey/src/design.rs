//! How the sample was drawn: what an analyst declares, checked, in the form the variances need.

use crate::calibration::Adjustment;
use crate::clusters::{self, Stage};
use crate::codes::Codes;
use crate::error::DesignError;
use crate::pairs::{Formula, Joint, Pairs};
use crate::replicates::Replicates;

/// What the analyst declares about the draw. Stage 1 comes first; without stages each row was drawn by itself.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// Number of rows.
    pub rows: usize,
    /// The stages of the draw, from the first.
    pub stages: Vec<StagePlan>,
    /// One sampling weight for each row; without them they follow from the population sizes.
    pub weights: Option<Vec<f64>>,
    /// How units came to have their chances.
    pub selection: Selection,
    /// What to do with a stratum of one unit.
    pub lonely: LonelyUnit,
    /// Names of units are unique only within their stratum.
    pub nested: bool,
}

/// One stage of the draw.
#[derive(Debug, Clone, Default)]
pub struct StagePlan {
    /// The unit of each row; without it each row is a unit. A name counts within the unit of the stage before.
    pub units: Option<Codes>,
    /// The stratum of each row within which units of this stage were drawn.
    pub strata: Option<Codes>,
    /// For the finite population correction, one of the two for all stages of a plan: how many units the row's stratum
    /// has in the population (all at least 1, some above), or which fraction was drawn (0 to 1; for unequal chances, the
    /// row's own chance of being drawn).
    pub population: Option<Vec<f64>>,
}

/// How units came to have their chances.
#[derive(Debug, Clone, Default)]
pub enum Selection {
    /// Equal chances within a stratum.
    #[default]
    Equal,
    /// Unequal chances, given as fractions; Brewer's approximation, which goes through the stages like equal chances
    /// with a correction of each unit's own.
    Brewer,
    /// Unequal chances in one stage, joint chances by Overton's approximation.
    Overton(Formula),
    /// Unequal chances in one stage, joint chances by Hartley and Rao's approximation. The sum over the population of
    /// squared chances divided by the number drawn, one for each stratum in the order of first appearance; without it,
    /// the sample's mean of the chances estimates it.
    HartleyRao(Formula, Option<Vec<f64>>),
    /// Unequal chances in one stage, with the joint chance of each pair of rows.
    Joint(Formula, Joint),
}

/// What to do with a stratum that has one unit, where nothing is known about the spread: R's `survey.lonely.psu`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LonelyUnit {
    /// Refuse.
    #[default]
    Refuse,
    /// It adds nothing to the variance.
    Remove,
    /// It was certain to be drawn, and adds nothing.
    Certainty,
    /// Its distance from the mean of all strata counts.
    Adjust,
    /// It counts like the average of the other strata.
    Average,
}

/// A checked design. Estimates are methods of it.
#[derive(Debug, Clone)]
pub struct Design {
    pub(crate) weights: Vec<f64>,
    pub(crate) units: Codes,
    pub(crate) stratum_of_unit: Vec<u32>,
    pub(crate) strata: usize,
    pub(crate) variance: Variance,
    pub(crate) adjustments: Vec<Adjustment>,
    pub(crate) lonely: LonelyUnit,
}

/// The way to a variance.
#[derive(Debug, Clone)]
pub(crate) enum Variance {
    Stages(Vec<Stage>),
    Pairs(Pairs),
    Replicates(Replicates),
}

impl Design {
    /// Checks a plan.
    ///
    /// # Errors
    /// Columns of another length, missing or impossible values, units that lie in several strata, populations smaller
    /// than the sample, and strata of one unit unless the plan says what to do with them.
    pub fn new(plan: Plan) -> Result<Self, DesignError> {
        let rows = plan.rows;
        if rows == 0 || rows >= u32::MAX as usize {
            return Err(DesignError::Rows { rows });
        }
        let mut plans = plan.stages;
        if plans.is_empty() {
            plans.push(StagePlan::default());
        }
        for (stage, plan) in plans.iter().enumerate() {
            check_length(rows, plan.units.as_ref().map(Codes::rows), stage, "units")?;
            check_length(rows, plan.strata.as_ref().map(Codes::rows), stage, "strata")?;
            check_length(rows, plan.population.as_ref().map(Vec::len), stage, "population")?;
        }
        let pps = !matches!(plan.selection, Selection::Equal);
        let mut stages = clusters::stages(rows, &plans, plan.nested, pps)?;
        let weights = match plan.weights {
            // R keeps chances and answers one over them; where a quantile is met exactly, the last digit counts.
            Some(weights) => weights.into_iter().map(|weight| 1.0 / (1.0 / weight)).collect(),
            None => weights_from_populations(rows, &stages),
        };
        check_length(rows, Some(weights.len()), 0, "weights")?;
        if let Some(row) = weights.iter().position(|weight| !weight.is_finite() || *weight < 0.0) {
            return Err(DesignError::Weight { row, value: weights[row] });
        }
        let Some(first) = stages.first() else { return Err(DesignError::Rows { rows }) };
        let (units, stratum_of_unit, strata) =
            (first.units.clone(), first.stratum_of_unit.clone(), first.strata);
        if units.count() == 1 {
            return Err(DesignError::OneUnit);
        }
        let variance = match plan.selection {
            Selection::Equal | Selection::Brewer => {
                clusters::drop_uncorrected(&mut stages);
                if plan.lonely == LonelyUnit::Refuse {
                    clusters::refuse_lonely(&stages)?;
                }
                Variance::Stages(stages)
            }
            _ if stages.len() > 1 => return Err(DesignError::StagesWithPairs),
            Selection::Overton(formula) => Variance::Pairs(Pairs::overton(formula, first)?),
            Selection::HartleyRao(formula, sums) => {
                Variance::Pairs(Pairs::hartley_rao(formula, first, sums)?)
            }
            Selection::Joint(formula, joint) => Variance::Pairs(Pairs::joint(formula, joint, rows)?),
        };
        Ok(Design {
            weights,
            units,
            stratum_of_unit,
            strata,
            variance,
            adjustments: Vec::new(),
            lonely: plan.lonely,
        })
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.weights.len()
    }

    /// The weight of each row, after all adjustments.
    pub fn weights(&self) -> &[f64] {
        &self.weights
    }

    /// Number of primary sampling units.
    pub fn units(&self) -> usize {
        self.units.count()
    }

    /// Number of strata of the first stage.
    pub fn strata(&self) -> usize {
        self.strata
    }

    /// Whether rows outside a domain stay in R's design object, which decides what R counts there.
    pub(crate) fn keeps_all_rows(&self) -> bool {
        match &self.variance {
            Variance::Replicates(_) => false,
            Variance::Pairs(_) => true,
            Variance::Stages(stages) => {
                !self.adjustments.is_empty() || stages.iter().any(|stage| stage.unequal)
            }
        }
    }
}

fn check_length(
    rows: usize,
    length: Option<usize>,
    stage: usize,
    what: &'static str,
) -> Result<(), DesignError> {
    match length {
        Some(length) if length != rows => Err(DesignError::Length { what, stage: stage + 1, length, rows }),
        _ => Ok(()),
    }
}

/// One over the product of the fractions drawn; equal weights where no population size is known.
fn weights_from_populations(rows: usize, stages: &[Stage]) -> Vec<f64> {
    let mut chances = vec![1.0; rows];
    for stage in stages.iter().filter(|stage| stage.corrected) {
        for (chance, &unit) in chances.iter_mut().zip(stage.units.of_row()) {
            *chance *= 1.0 / stage.raise_of_unit[unit as usize];
        }
    }
    chances.into_iter().map(|chance| 1.0 / chance).collect()
}
