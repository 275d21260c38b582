//! `malmoi news sources`.

use malmoi::Result;
use malmoi::news::store::NewsSource;

use super::Context;
use crate::cli::dates::shown_time;

/// List the sources.
#[derive(clap::Args)]
pub struct Arguments {
    /// One JSON object a line
    #[arg(long)]
    json: bool,
}

/// Lists them.
///
/// # Errors
/// If the database fails.
pub fn run(arguments: &Arguments, name: &str, context: &Context) -> Result<()> {
    let sources = super::store(name, context)?.sources()?;
    let lines: Vec<String> = match arguments.json {
        true => sources
            .iter()
            .map(|source| serde_json::to_string(source).expect("sources are plain data"))
            .collect(),
        false => table(&sources),
    };
    context.output().result(&lines.into_iter().map(|line| line + "\n").collect::<String>())
}

fn table(sources: &[NewsSource]) -> Vec<String> {
    let width = sources.iter().map(|source| source.name.chars().count()).max().unwrap_or(0);
    let line = |source: &NewsSource| {
        let asked = source.asked.map_or("never".to_owned(), shown_time);
        let failure = source.failure.as_ref().map_or(String::new(), |why| format!("  ! {why}"));
        format!(
            "{:width$}  {:>6} articles  {:>5} waiting  asked {asked}  {}{failure}",
            source.name, source.articles, source.waiting, source.url
        )
    };
    sources.iter().map(line).collect()
}
