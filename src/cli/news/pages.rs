//! `malmoi news pages`.

use clap::ValueEnum;
use malmoi::Result;
use malmoi::news::store::PageState;

use super::Context;
use crate::cli::dates::shown_time;

/// List pages and what became of them.
#[derive(clap::Args)]
pub struct Arguments {
    /// Those in this state alone
    #[arg(long, value_name = "STATE")]
    only: Option<State>,
    /// One JSON object a line
    #[arg(long)]
    json: bool,
}

/// What became of a page.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum State {
    /// Still to be fetched.
    Waiting,
    /// Fetched, an article.
    Stored,
    /// Fetched, no article.
    Refused,
    /// Not fetched, and not tried again.
    Failed,
}

/// Lists them, in the order in which they were found.
///
/// # Errors
/// If the database fails.
pub fn run(arguments: &Arguments, name: &str, context: &Context) -> Result<()> {
    let state = arguments.only.and_then(|state| state.to_possible_value());
    let state = state.as_ref().map(|state| state.get_name());
    super::store(name, context)?.each_page(state, |page| {
        let line = match arguments.json {
            true => serde_json::to_string(&page).expect("pages are plain data"),
            false => line(&page),
        };
        context.output().result(&(line + "\n"))
    })
}

fn line(page: &PageState) -> String {
    let reason = page.reason.as_deref().unwrap_or_default();
    let again = match page.state == "waiting" && page.next_try > 0 {
        true => format!("  again after {}", shown_time(page.next_try)),
        false => String::new(),
    };
    format!("{:8} {reason:18} {}{again}", page.state, super::plain(&page.url))
}
