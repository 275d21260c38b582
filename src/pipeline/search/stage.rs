//! The index as the last stage of a run.

use std::path::Path;

use super::STAGE;
use super::build::{build_after_run, built_documents};
use crate::config::Pipeline;
use crate::error::Result;
use crate::pipeline::download::or_anew;
use crate::pipeline::outcome::{StageReport, Status};
use crate::pipeline::shelf::Shelf;
use crate::pipeline::watch::Watch;

/// Builds the index of the run whose rows have this fingerprint, for who holds the lock,
/// unless it is there; with `force`, in any case. `None` if the pipeline wants none.
///
/// # Errors
/// If the source cannot be read or the index cannot be written.
pub(in crate::pipeline) fn stage(
    pipeline: &Pipeline,
    shelf: &Shelf,
    path: &Path,
    fingerprint: &str,
    force: bool,
    watch: &dyn Watch,
) -> Result<Option<StageReport>> {
    if pipeline.search.is_none() {
        return Ok(None);
    }
    if let Some(documents) = built_documents(shelf, fingerprint).filter(|_| !force) {
        let (stage, status) = (STAGE.to_owned(), Status::Cached);
        return Ok(Some(StageReport { stage, status, seconds: 0.0, documents }));
    }
    // What could not be read was told by the stages before.
    let built = build_after_run(pipeline, shelf, path, fingerprint, watch)
        .map_err(|error| or_anew(error, pipeline))?;
    Ok(Some(StageReport::ran(STAGE, built.seconds, built.documents)))
}
