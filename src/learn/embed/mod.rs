//! Terms in their contexts → vectors, near each other where contexts are alike.
//!
//! In: documents as token numbers, or a file of vectors. Out: an [`Embedding`]. Promises:
//! one thread and one seed give the same bytes; several threads write into each other's
//! rows (Recht et al. 2011) and give another result each time, of the same worth.

mod batch;
mod embedding;
mod examples;
mod export;
mod import;
mod kernels;
mod names;
mod negatives;
mod neighbors;
mod params;
mod rows;
mod sentences;
mod sigmoid;
mod storage;
mod subwords;
mod train;

pub use embedding::{About, Embedding};
pub use export::{VectorForm, export};
pub use import::{Imported, import};
pub use names::Found;
pub use neighbors::Neighbor;
pub use params::{EmbedParams, Method, SubwordKind};
pub use storage::Summary;
pub use subwords::Subwords;
pub use train::{Step, Trained, train};
