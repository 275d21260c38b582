//! `malmoi news extract`.

use malmoi::Result;

use super::Context;

/// Extract articles.
#[derive(clap::Args)]
pub struct Arguments {
    /// Files (.html, .html.gz) or addresses
    #[arg(required = true, value_name = "PAGE")]
    pages: Vec<String>,
}

/// Extracts.
pub fn run(_arguments: &Arguments, _context: &Context) -> Result<()> {
    Ok(())
}
