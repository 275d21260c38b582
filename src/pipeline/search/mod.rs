//! Search from a pipeline's settings to its answers: the index beside the kept results,
//! and the encoder that made its rows.
//!
//! ```text
//! .malmoi/NAME/search/
//!   encoder-FINGERPRINT.bin   text → row, as the index was built with it
//!   manifest.json, segment-…  the index: see `search/segments.rs`
//! ```

mod answers;
mod build;
mod change;
mod compare;
mod dates;
mod encoder_file;
mod near;
mod neighbors;

use std::path::{Path, PathBuf};

pub use answers::{Answer, Question, SearchEngine};
pub use build::{Built, build_index};
pub(super) use build::{build_after_run, is_built};
pub use change::{IndexChange, add_to_index, check_index, delete_from_index};
pub use compare::{Comparison, compare, encoder_of_pair, kept_encoder};
pub use near::{DuplicateDocument, DuplicateGroup};
pub use neighbors::{Neighbor, Neighbors};

use super::shelf::{Kept, Shelf};

/// The folder of the index of a pipeline.
fn folder(shelf: &Shelf) -> PathBuf {
    let rows = shelf.path(Kept::Rows);
    rows.parent().unwrap_or(Path::new(".")).join("search")
}
