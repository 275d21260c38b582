//! Search from a pipeline's settings to its answers: the index beside the kept results,
//! and the encoder that made its rows.
//!
//! ```text
//! .malmoi/NAME/search/
//!   encoder-FINGERPRINT.bin   text → row, as the index was built with it
//!   manifest.json, segment-…  the index: see `search/segments.rs`
//! ```

mod answers;
mod asker;
mod batch;
mod build;
mod change;
mod compare;
mod dates;
mod encoder_file;
mod near;
mod neighbors;
mod stage;
mod status;

use std::path::{Path, PathBuf};

pub use answers::{Answer, Question, SearchEngine};
pub use asker::Asker;
pub use batch::BatchParams;
pub use build::{Built, build_index};
pub use change::{IndexChange, add_to_index, check_index, delete_from_index};
pub use compare::{Comparison, compare, encoder_of_pair, kept_encoder};
pub use near::{DuplicateDocument, DuplicateGroup};
pub use neighbors::{Neighbor, Neighbors};
pub use status::{IndexStatus, index_status};

pub(super) use build::built_documents;
pub(super) use stage::stage;

use super::shelf::{Kept, Shelf};
use super::watch::Watch;
use crate::error::Result;
use crate::files::FileLock;
use crate::search::segments::MANIFEST;

/// The name of the stage, and of the folder beside the kept results of a pipeline.
pub(super) const STAGE: &str = "search";

/// Waits until nobody changes the index in the folder of a pipeline.
///
/// # Errors
/// If its lock cannot be taken, or the user stops waiting.
pub(super) fn wait_for_writer(pipeline: &Path, watch: &dyn Watch) -> Result<()> {
    let folder = pipeline.join(STAGE);
    if !folder.is_dir() {
        return Ok(());
    }
    FileLock::take(&folder.join("lock"), "search index", &mut build::waiting(watch)).map(drop)
}

/// The file that is replaced whenever the index of a pipeline changes.
pub fn index_manifest(state: &Path, pipeline: &str) -> PathBuf {
    state.join(pipeline).join(STAGE).join(MANIFEST)
}

/// The folder of the index of a pipeline.
fn folder(shelf: &Shelf) -> PathBuf {
    let rows = shelf.path(Kept::Rows);
    rows.parent().unwrap_or(Path::new(".")).join(STAGE)
}
