#![doc = include_str!("../README.md")]

mod calibration;
mod clusters;
pub mod codes;
pub mod coverage;
pub mod design;
pub mod distribution;
pub mod error;
pub mod estimate;
pub mod hidden;
mod likelihood;
mod logistic;
mod matrix;
mod pairs;
pub mod quantile;
pub mod reconcile;
mod replicates;
pub mod response;
pub mod sample_size;
pub mod share;

pub use calibration::{Distance, RakeLimits};
pub use codes::{Codes, Domains};
pub use design::{Design, LonelyUnit, Plan, Selection, StagePlan};
pub use error::{DesignError, EstimateError};
pub use estimate::{Contrast, Degrees, Estimate, Estimates, Statistic};
pub use matrix::Covariance;
pub use pairs::{Formula, Joint};
pub use quantile::{Quantile, QuantileInterval, QuantileRequest, QuantileRule};
pub use replicates::GivenReplicates;
pub use share::{Share, ShareInterval};
