//! `malmoi dictionary`: the words that Korean is analyzed with.

use clap::Subcommand;
use malmoi::Result;

use super::{Context, dictionary_check};

/// What to do with dictionaries.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Report every problem of user dictionaries at once
    Check(dictionary_check::Arguments),
}

/// Runs what was asked for.
pub fn run(arguments: &Arguments, context: &Context) -> Result<()> {
    match &arguments.action {
        Action::Check(arguments) => dictionary_check::check(arguments, context),
    }
}
