//! Rows or token sequences → networks that tell classes or a number.
//!
//! In: numbers. Out: trained networks, what their losses did, and files of them.
//! Promises: the same seed gives the same bytes for any number of threads; what a network
//! says of a text does not depend on what it is batched with; whatever the engine (candle)
//! brings stays in this folder.

mod batch;
mod deal;
mod examples;
mod file;
mod gan;
#[cfg(test)]
mod gradients;
mod graph;
#[cfg(test)]
mod laws;
mod likeness;
mod network;
mod ops;
mod optimizer;
mod params;
mod predict;
#[cfg(test)]
mod sample;
mod slots;
mod sums;
mod train;

pub use examples::{Examples, Inputs, Targets};
pub use file::Stored;
pub use gan::{Gan, GanParams, train_gan};
pub use likeness::Likeness;
pub use network::{Layer, Network};
pub use optimizer::{Optimizer, OptimizerKind, Schedule};
pub use params::{Activation, Body, Cell, Input, NetworkParams, Output, PADDING, Pooling, UNSEEN};
pub use predict::Predictor;
pub use train::{Epoch, Start, TrainParams, Trained, Validation, train};

use crate::error::Error;

/// What the engine says where nothing that a user gives can be the reason.
fn engine(error: candle_core::Error) -> Error {
    Error::data(format!("the engine of the networks failed: {error}")).caused_by(error)
}
