//! The learning room's part of the hallway: a pipeline's documents → what is learned of them.

mod material;
mod place;
mod rating;

pub use place::{embedding_file, learned_file};
pub use rating::{Alpha, Rated, Rater, RatingOptions, TriedAlpha, learn_ratings};
