//! Rows → hits.
//!
//! In: counted rows of a corpus and the weights of their columns; a row to look for.
//! Out: the nearest documents by four measures, exactly. Promises: the same index gives
//! the same hits in the same order on any number of threads; who reads sees one
//! generation of the index, whole; a process that is killed leaves the old generation
//! or the new one.

mod build;
mod check;
mod chunk;
pub mod duplicates;
mod filter;
mod index;
mod kernels;
mod levels;
mod measure;
mod pair;
mod query;
mod recent;
mod records;
mod scan;
mod searcher;
mod segment;
pub mod segments;
mod snippet;
mod texts;
mod top;
mod weigh;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use build::Counts;
pub use filter::Filter;
pub use index::{Allowed, Hit, Index, Place, Sizes};
pub use measure::Measure;
pub use pair::scores;
pub use query::Query;
pub use recent::Recent;
pub use records::{FIELDS, Record};
pub use searcher::{Found, Worker};
pub use segment::{FORM, write_segment};
pub use snippet::{Match, Snippet, snippet};
pub use texts::Texts;

/// `[pipeline.NAME.search]`: with this table, `malmoi run NAME` builds the index.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SearchParams {
    /// How rows are compared, unless the command says.
    pub measure: Measure,
    /// How many documents are found, unless the command says.
    pub top: u32,
}

impl Default for SearchParams {
    fn default() -> Self {
        SearchParams { measure: Measure::Cosine, top: 10 }
    }
}

#[cfg(test)]
mod tests;
