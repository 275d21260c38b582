//! `malmoi news remove`.

use malmoi::{Error, Result};

use super::Context;

/// Remove a source.
#[derive(clap::Args)]
pub struct Arguments {
    /// Its name or address
    source: String,
}

/// Removes it.
///
/// # Errors
/// If there is none of that name, or the database fails.
pub fn run(arguments: &Arguments, name: &str, context: &Context) -> Result<()> {
    let source = &arguments.source;
    match super::store(name, context)?.remove_source(source)? {
        true => context.output().note(&format!("removed {source}; its articles stay\n")),
        false => Err(Error::usage(format!("there is no source `{source}`"))
            .hinted("`malmoi news sources` lists them")),
    }
}
