//! Tables, rows and token sequences → fitted curves, networks, embeddings, maps.
//!
//! In: numbers. Out: models that were learned by watching a loss fall, and what the loss
//! did meanwhile. Promises: the same seed gives the same model, but for embeddings that several
//! threads train; a loss that is no number any more stops the training with a hint, and
//! nothing is kept of it.

mod closed_form;
mod collinear;
mod curve;
mod descent;
pub mod embed;
#[cfg(test)]
mod golden_regression;
mod losses;
mod measures;
#[cfg(feature = "neural")]
pub mod neural;
pub mod reduce;
mod regression;
mod ridge;
mod scaling;
mod table;

pub use closed_form::closed_form;
pub use collinear::{Collinearity, Relation};
pub use curve::{Curve, Series};
pub use descent::{Descent, DescentParams, LOSS, Objective, Optimizer, descend};
pub use losses::{DenseObjective, Loss, sigmoid};
pub use measures::Measures;
pub use regression::{Fitted, LinearModel, RegressionParams, classified, fit};
pub use ridge::{Ridge, RidgeParams, RidgeRows, SparseLinear, SparseSquared, descend_ridge};
pub use scaling::Scaling;
pub use table::{DenseTable, Target, TargetKind, read_columns, read_names, read_row, read_table};

use crate::error::Error;

/// Training ended because the loss is no finite number.
pub fn diverged(what: &str, step: u64) -> Error {
    Error::data(format!("the training diverged: {what} is no finite number after step {step}"))
        .hinted("lower --learning-rate, or scale the columns of a table (--standardize)")
}

/// What to say where a network is asked for but left out.
#[cfg(not(feature = "neural"))]
pub fn no_networks() -> Error {
    Error::usage("this build has no neural networks").hinted("build with --features neural")
}
