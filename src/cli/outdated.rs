//! A warning where what is kept no longer fits pipeline.toml.

use malmoi::Error;
use malmoi::config::{Overrides, Pipeline};
use malmoi::pipeline::{Kept, is_outdated};

use super::Context;

/// Warns where `kept` of the pipeline `name` was made with other settings than
/// it has now.
///
/// What is kept works without settings too; where there are none, or wrong
/// ones, there is nothing to compare it with.
pub fn warn(name: &str, kept: Kept, context: &Context) {
    let pipeline = context.config().and_then(|config| {
        let overrides = Overrides::new(std::env::vars_os(), &[])?;
        config.pipeline(Some(name), &overrides)
    });
    if let Ok(pipeline) = pipeline {
        warn_of(&pipeline, kept, context);
    }
}

/// Warns of each pipeline whose run `reference` names.
pub fn warn_of_reference(reference: &str, context: &Context) {
    let names = malmoi::pipeline::labeler_names(reference).unwrap_or_default();
    for name in names.into_iter().filter(|name| !name.contains('/')) {
        warn(name, Kept::Model, context);
    }
}

/// The same for settings that were read already.
pub fn warn_of(pipeline: &Pipeline, kept: Kept, context: &Context) {
    let is_outdated = context.state().and_then(|state| is_outdated(pipeline, &state, kept));
    if !is_outdated.unwrap_or(false) {
        return;
    }
    let name = &pipeline.name;
    let message = match kept {
        Kept::Rows => format!("the rows of `{name}` were made with other settings than these"),
        _ => format!("the model of `{name}` was trained with other settings than these"),
    };
    let hint = format!(
        "the result is that of its own settings; `malmoi run {name}` makes it anew with these"
    );
    context.output().warning(&Error::usage(message).hinted(hint));
}
