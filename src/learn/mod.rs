//! Tables, rows and token sequences → fitted curves, networks, embeddings, maps.
//!
//! In: numbers. Out: models that were learned by watching a loss fall, and what the loss
//! did meanwhile. Promises: the same seed gives the same model; a loss that is no number
//! any more stops the training with a hint and is never kept.

mod curve;
pub mod embed;

pub use curve::{Curve, Series};

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use crate::error::{Error, Result};

/// Training ended because the loss is no finite number.
pub fn diverged(what: &str, step: u64) -> Error {
    Error::data(format!("the training diverged: {what} is no finite number after step {step}"))
        .hinted("lower --learning-rate, scale the columns (--standardize), or clip gradients")
}

/// Trainings run for minutes; they ask this between their steps.
pub(crate) fn check(stop: &AtomicBool) -> Result<()> {
    if stop.load(Relaxed) { Err(Error::interrupted()) } else { Ok(()) }
}
