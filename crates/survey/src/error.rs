//! What can be wrong with a plan or a request, with the row (counted from 0) where it is.

/// Why a design cannot be used.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum DesignError {
    /// No rows, or more than can be counted.
    #[error("the data have {rows} rows: give at least one, and fewer than 4 billion")]
    Rows {
        /// Rows given.
        rows: usize,
    },
    /// A column of another length.
    #[error("{what} of stage {stage} have {length} values for {rows} rows: give one for each row")]
    Length {
        /// What the column is.
        what: &'static str,
        /// Stage, from 1.
        stage: usize,
        /// Values given.
        length: usize,
        /// Values needed.
        rows: usize,
    },
    /// A weight that is none.
    #[error("the weight {value} is no weight: give zero or more for each row")]
    Weight {
        /// Row, from 0.
        row: usize,
        /// The value.
        value: f64,
    },
    /// A replicate weight that is none.
    #[error("the weight {value} of replicate {replicate} is no weight: give a number for each row")]
    ReplicateWeight {
        /// Row, from 0.
        row: usize,
        /// Replicate, from 1.
        replicate: usize,
        /// The value.
        value: f64,
    },
    /// Replicates are needed.
    #[error("{given} replicates show no spread: give at least two")]
    TooFewReplicates {
        /// Replicates given.
        given: usize,
    },
    /// Only one primary unit.
    #[error(
        "the whole sample is one primary unit, which shows no spread: name the right column of units, or none"
    )]
    OneUnit,
    /// A unit in two strata.
    #[error(
        "this unit of stage {stage} lies in another stratum than in row {}: if names of units count only within their stratum, say that they are nested", first_row + 1
    )]
    UnitInSeveralStrata {
        /// Stage, from 1.
        stage: usize,
        /// Row, from 0.
        row: usize,
        /// The first row of the unit, from 0.
        first_row: usize,
    },
    /// A population size that is none.
    #[error(
        "the population size {value} of stage {stage} is wrong: give either counts of 1 or more at every stage, or fractions above 0 up to 1 at every stage"
    )]
    Population {
        /// Stage, from 1.
        stage: usize,
        /// Row, from 0.
        row: usize,
        /// The value.
        value: f64,
    },
    /// Rows of one stratum disagree.
    #[error(
        "the population size {value} of stage {stage} differs from {other} in an earlier row of the same stratum (with unequal chances, of the same unit): correct one of them"
    )]
    PopulationVaries {
        /// Stage, from 1.
        stage: usize,
        /// Row, from 0.
        row: usize,
        /// The value.
        value: f64,
        /// The earlier value.
        other: f64,
    },
    /// More drawn than there are.
    #[error("{drawn} units of stage {stage} were drawn from a stratum said to have {size}: correct the size")]
    MoreThanAll {
        /// Stage, from 1.
        stage: usize,
        /// Row, from 0.
        row: usize,
        /// Units drawn.
        drawn: f64,
        /// Size given.
        size: f64,
    },
    /// Chances must be fractions.
    #[error(
        "with unequal chances stage {stage} needs each row's own chance, a fraction up to 1, and not a count"
    )]
    ChancesAsCounts {
        /// Stage, from 1.
        stage: usize,
    },
    /// Chances are missing.
    #[error("with unequal chances give each row's chance of being drawn")]
    ChancesMissing,
    /// One unit in a stratum.
    #[error(
        "the stratum of this row has only one unit at stage {stage}, which shows no spread: join it with another stratum, or choose \"remove\", \"certainty\", \"adjust\" or \"average\" for lonely units"
    )]
    LonelyUnit {
        /// Stage, from 1.
        stage: usize,
        /// A row of the stratum, from 0.
        row: usize,
    },
    /// Joint chances go with one stage.
    #[error("joint chances are known for one stage only: give one stage, or use Brewer's approximation")]
    StagesWithPairs,
    /// Hartley-Rao sums by stratum.
    #[error("{given} sums of squared chances for {strata} strata: give one for each")]
    HartleyRaoSums {
        /// Sums given.
        given: usize,
        /// Strata.
        strata: usize,
    },
    /// A joint matrix of another size.
    #[error("{given} joint chances for {rows} rows: give rows times rows")]
    JointSize {
        /// Values given.
        given: usize,
        /// Rows.
        rows: usize,
    },
    /// A joint chance that is none.
    #[error("the joint chance {value} of this row with row {} is none: give values above 0 up to 1", other + 1)]
    JointChance {
        /// Row, from 0.
        row: usize,
        /// The other row, from 0.
        other: usize,
        /// The value.
        value: f64,
    },
    /// No jackknife or bootstrap from this.
    #[error("replicates are made from strata and clusters of equal chances, before weights are adjusted")]
    CannotReplicate,
    /// A group of the sample without population, or the reverse.
    #[error(
        "group {group} has {sample} weighted in the sample and {population} in the population: join it with another group"
    )]
    EmptyGroup {
        /// Number of the group.
        group: usize,
        /// Weighted sample count.
        sample: f64,
        /// Population count.
        population: f64,
    },
    /// A population total by group is missing.
    #[error("{given} population sizes for {groups} groups: give one for each")]
    GroupSizes {
        /// Sizes given.
        given: usize,
        /// Groups in the sample.
        groups: usize,
    },
    /// Raking or calibration did not converge.
    #[error(
        "weights did not settle after {steps} rounds (still {off} off): check that all margins have the same total, and join small groups"
    )]
    NotConverged {
        /// Rounds made.
        steps: usize,
        /// How far the last round was from the goal.
        off: f64,
    },
    /// Calibration columns depend on each other.
    #[error("the calibration columns say the same thing twice: leave one out")]
    Dependent,
}

/// Why an estimate cannot be made.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum EstimateError {
    /// A column of another length.
    #[error("{length} values for {rows} rows of the design: give one for each row, NaN where it is missing")]
    Length {
        /// Values given.
        length: usize,
        /// Rows of the design.
        rows: usize,
    },
    /// A share needs 0 and 1.
    #[error("a share counts 0 and 1, and this row says {value}")]
    NotBinary {
        /// Row, from 0.
        row: usize,
        /// The value.
        value: f64,
    },
    /// A probability or confidence that is none.
    #[error("{what} {value} is out of range: give a number between 0 and 1")]
    Fraction {
        /// What it is.
        what: &'static str,
        /// The value.
        value: f64,
    },
    /// Counts that cannot be.
    #[error("{problem}")]
    Counts {
        /// What is wrong and what to give.
        problem: &'static str,
    },
}

impl DesignError {
    /// The row where the problem is, counted from 0, if it is at one row.
    pub fn row(&self) -> Option<usize> {
        match self {
            DesignError::Weight { row, .. }
            | DesignError::ReplicateWeight { row, .. }
            | DesignError::UnitInSeveralStrata { row, .. }
            | DesignError::Population { row, .. }
            | DesignError::PopulationVaries { row, .. }
            | DesignError::MoreThanAll { row, .. }
            | DesignError::LonelyUnit { row, .. }
            | DesignError::JointChance { row, .. } => Some(*row),
            _ => None,
        }
    }
}
