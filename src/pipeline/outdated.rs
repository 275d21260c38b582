//! Whether what is kept of a pipeline still fits its settings.

use std::path::Path;

use super::fingerprint::Fingerprints;
use super::shelf::{InputFile, Kept, Shelf};
use crate::config::Pipeline;
use crate::error::Result;

/// Whether `kept` was made with other settings than those of `pipeline`, or
/// from a file of another name.
///
/// The files themselves are not looked into, so that a model costs nothing to
/// ask about and outlives its corpus; whether their contents changed, the next
/// run sees.
///
/// # Errors
/// If the manifest is damaged or a dictionary cannot be read.
pub fn is_outdated(pipeline: &Pipeline, state: &Path, kept: Kept) -> Result<bool> {
    let shelf = Shelf::open(state, &pipeline.name)?;
    let Some(entry) = shelf.manifest.kept.get(&kept) else { return Ok(false) };
    let inputs = &shelf.manifest.inputs;
    let wanted = Fingerprints::new(pipeline, inputs)?;
    let wanted = match kept {
        Kept::Rows => wanted.rows,
        Kept::Model => wanted.model,
        Kept::Metrics => wanted.metrics,
    };
    Ok(entry.fingerprint != wanted || reads_other_files(pipeline, inputs))
}

/// By name alone: a project may be moved with all that is kept of it.
fn reads_other_files(pipeline: &Pipeline, inputs: &[InputFile]) -> bool {
    let path = pipeline.source.path.as_deref().filter(|path| path.exists());
    let Some(name) = path.and_then(Path::file_name) else { return false };
    !inputs.iter().any(|input| input.path.iter().any(|part| part == name))
}
