//! What is carried from room to room.

mod cron;
mod dates;
mod document;
mod interner;
pub(crate) mod lbfgs;
mod matrix;
mod probabilities;
mod random;
mod sequences;
mod skipped;
mod tokens;
mod weights;
mod zone;

pub use cron::Cron;
pub use dates::WrittenDate;
pub use document::{Document, Html, Split, Text};
pub use interner::Interner;
pub use matrix::CsrMatrix;
pub use probabilities::{best, softmax};
pub use random::Random;
pub use sequences::{BREAK, Sequences, UNKNOWN};
pub use skipped::Skipped;
pub use tokens::{Token, Tokens};
pub use weights::{Norm, Weights, scaled};
pub use zone::Zone;
