//! The learning room's part of the hallway: a pipeline's documents → what is learned of them.

mod material;
mod place;

pub use place::{embedding_file, learned_file};
