//! The learning room's part of the hallway: a pipeline's documents → what is learned of them.

mod material;
mod place;
mod reduce;

pub use place::{embedding_file, learned_file};
pub use reduce::{ReduceOptions, Reduced, ReducedAxis, ReducedDocument, Reduction, reduce};
