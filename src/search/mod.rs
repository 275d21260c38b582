//! Rows → the most similar documents.
//!
//! In: counted rows and the weights of their columns. Out: the nearest documents
//! by four measures, exactly.

mod build;
mod chunk;
mod kernels;
mod levels;
mod measure;
mod query;
mod records;
mod scan;
mod searcher;
mod segment;
mod top;

pub use build::Counts;
pub use chunk::Chunk;
pub use measure::Measure;
pub use query::Query;
pub use records::{FIELDS, Record, Records};
pub use searcher::{Found, Request, Worker};
pub use segment::{FORM, OpenSegment, write_segment};

#[cfg(test)]
mod tests;
