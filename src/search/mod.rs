//! Rows → the most similar documents.
//!
//! In: counted rows and the weights of their columns. Out: the nearest documents
//! by four measures, exactly.

mod build;
mod chunk;
mod column;
mod kernels;
mod levels;
mod measure;
mod query;
mod scan;
mod searcher;
mod top;

pub use build::{Counts, build};
pub use chunk::Chunk;
pub use measure::Measure;
pub use query::Query;
pub use searcher::{Found, Request, Worker};

#[cfg(test)]
mod tests;
