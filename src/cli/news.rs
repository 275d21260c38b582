//! `malmoi news`: sites → articles.

mod add;
mod export;
mod extract;
mod list;
mod pages;
mod re_extract;
mod remove;
mod show;
mod sources;
mod update;
mod verify;

use clap::Subcommand;
use malmoi::Result;
use malmoi::config::{Overrides, Pipeline};
use malmoi::news::store::NewsStore;
use malmoi::pipeline::news_database;

use super::Context;

pub use update::{shown, train_models};

/// What to do.
#[derive(clap::Args)]
pub struct Arguments {
    /// The news pipeline to work with
    #[arg(long, global = true, value_name = "NAME", default_value = "news")]
    pipeline: String,
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Extract articles from files or addresses, and print them
    Extract(extract::Arguments),
    /// Add a feed, a sitemap or a page with links
    Add(add::Arguments),
    /// List the sources
    Sources(sources::Arguments),
    /// Ask a source no more; its articles stay
    Remove(remove::Arguments),
    /// Fetch what is new from every source, extract it, label it, store it
    Update(update::Arguments),
    /// List articles, the newest first
    List(list::Arguments),
    /// List pages that were found, and why they are no articles
    Pages(pages::Arguments),
    /// Show one article
    Show(show::Arguments),
    /// Write articles to a file
    Export(export::Arguments),
    /// Make all articles anew from the stored pages
    ReExtract(re_extract::Arguments),
    /// Check that the database is whole
    Verify(verify::Arguments),
}

/// Runs the action.
///
/// # Errors
/// The action's.
pub fn run(arguments: &Arguments, context: &Context) -> Result<()> {
    let name = &arguments.pipeline;
    match &arguments.action {
        Action::Extract(arguments) => extract::run(arguments, context),
        Action::Add(arguments) => add::run(arguments, name, context),
        Action::Sources(arguments) => sources::run(arguments, name, context),
        Action::Remove(arguments) => remove::run(arguments, name, context),
        Action::Update(arguments) => update::run(arguments, name, context),
        Action::List(arguments) => list::run(arguments, name, context),
        Action::Pages(arguments) => pages::run(arguments, name, context),
        Action::Show(arguments) => show::run(arguments, name, context),
        Action::Export(arguments) => export::run(arguments, name, context),
        Action::ReExtract(arguments) => re_extract::run(arguments, name, context),
        Action::Verify(arguments) => verify::run(arguments, name, context),
    }
}

/// The settings of the news pipeline.
fn pipeline(name: &str, context: &Context) -> Result<Pipeline> {
    let overrides = Overrides::new(std::env::vars_os(), &[])?;
    context.config()?.pipeline(Some(name), &overrides)
}

/// What a page says, without what would steer a terminal or turn its lines around.
fn plain(text: &str) -> String {
    let turns = |one: char| matches!(one, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.chars().filter(|&one| one == '\n' || !(one.is_control() || turns(one))).collect()
}

/// Its database, which exists.
fn store(name: &str, context: &Context) -> Result<NewsStore> {
    NewsStore::open_existing(&news_database(&pipeline(name, context)?)?)
}
