//! `malmoi embed remove NAME`

use malmoi::Result;
use malmoi::pipeline;

use super::super::Context;

/// What to remove.
#[derive(clap::Args)]
pub struct Arguments {
    /// The embeddings
    #[arg(value_name = "NAME", required = true)]
    names: Vec<String>,
}

/// Removes embeddings.
///
/// # Errors
/// There is no such embedding, or it cannot be removed.
pub fn run(arguments: &Arguments, context: &Context) -> Result<()> {
    let state = context.state()?;
    for name in &arguments.names {
        let file = pipeline::remove_embedding(&state, name)?;
        context.output().note(&format!("removed {}\n", file.display()))?;
    }
    Ok(())
}
