//! The learning room's part of the hallway: a pipeline's documents → what is learned of them.

mod material;
mod place;

pub use place::{embedding_file, learned_file};

use crate::error::Error;

/// What to say where a network is asked for but left out.
pub(super) fn no_networks() -> Error {
    Error::usage("neural networks are not in this build").hinted("build with --features neural")
}
