//! The index that a command searches: opened, or built first.

use malmoi::config::{Overrides, Pipeline};
use malmoi::pipeline::{Kept, SearchEngine, build_index};
use malmoi::{Error, Result};

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
    if !engine.is_of_last_run(&pipeline, &state)? {
        let (name, message) = (&pipeline.name, "the index is older than the last run");
        let hint = format!("`malmoi index {name} --rebuild` takes over what the run found");
        context.output().warning(&Error::data(message).hinted(hint));
    }
    Ok((pipeline, engine))
}
