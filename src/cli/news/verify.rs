//! `malmoi news verify`.

use malmoi::{Error, Result};

use super::Context;

/// Check that the database is whole.
#[derive(clap::Args)]
pub struct Arguments {
    /// As JSON
    #[arg(long)]
    json: bool,
}

/// Reads all of it.
///
/// # Errors
/// What is wrong.
pub fn run(arguments: &Arguments, name: &str, context: &Context) -> Result<()> {
    let store = super::store(name, context)?;
    let problems = store.verify()?;
    let counts = store.counts()?;
    if arguments.json {
        let report = serde_json::json!({ "problems": problems, "pages": counts });
        context.output().json(&report)?;
    } else if problems.is_empty() {
        let pages = format!(
            "{} articles, {} pages refused, {} failed, {} waiting",
            counts.stored, counts.refused, counts.failed, counts.waiting
        );
        context.output().note(&format!("the database is whole: {pages}\n"))?;
    }
    let problems = problems.into_iter().map(|problem| {
        Error::data(problem).hinted("restore the database from a copy, or fetch the page again")
    });
    Error::all(problems.collect()).map_or(Ok(()), Err)
}
