//! The index that a command searches: opened, or built first.

use malmoi::Result;
use malmoi::config::{Overrides, Pipeline};
use malmoi::pipeline::{Kept, SearchEngine, build_index};

use super::Context;
use super::outdated;
use super::progress::Progress;

/// The pipeline `name`, or the default one, with its index; without one, it is built
/// from the last run.
///
/// # Errors
/// If there is no such pipeline or no run, or the index is damaged.
pub fn engine(
    name: Option<&str>,
    context: &Context,
    progress: &Progress,
) -> Result<(Pipeline, SearchEngine)> {
    let overrides = Overrides::new(std::env::vars_os(), &[])?;
    let pipeline = context.config()?.pipeline(name, &overrides)?;
    let state = context.state()?;
    if !SearchEngine::exists(&pipeline, &state)? {
        build_index(&pipeline, &state, progress)?;
    } else {
        outdated::warn_of(&pipeline, Kept::Rows, context);
    }
    let engine = SearchEngine::open(&pipeline, &state, progress)?;
    Ok((pipeline, engine))
}
