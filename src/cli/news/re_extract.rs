//! `malmoi news re-extract`.

use malmoi::Result;
use malmoi::pipeline::re_extract_news;

use super::Context;
use crate::cli::progress::Progress;

/// Make all articles anew from the stored pages.
#[derive(clap::Args)]
pub struct Arguments {}

/// Makes them.
///
/// # Errors
/// If the database fails or the user stops.
pub fn run(_arguments: &Arguments, name: &str, context: &Context) -> Result<()> {
    let pipeline = super::pipeline(name, context)?;
    let progress = Progress::start(context.is_quiet())?;
    let (changed, all, damaged) = re_extract_news(&pipeline, &context.state()?, &progress)?;
    progress.finish();
    context.output().note(&format!("{changed} of {all} articles changed\n"))?;
    crate::cli::streams::report(all, &damaged, "read; restore the database from a copy")
}
