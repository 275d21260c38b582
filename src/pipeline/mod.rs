//! The hallway: rooms in order, results kept.

mod terms;

pub use terms::{TermTable, Terms};
