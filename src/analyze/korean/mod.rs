//! Korean text → morphemes.

mod best_ways;
pub mod lattice;
