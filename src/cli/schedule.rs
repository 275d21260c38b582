//! `malmoi schedule`: what runs by itself, and what became of it.

mod history;
mod install;
mod list;
mod run;

use clap::Subcommand;
use malmoi::Result;
use malmoi::schedule::Project;

use super::Context;

/// What to do.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// List the jobs: when each runs next, and how it went the last time
    List(list::Arguments),
    /// Run jobs when they are due, until Ctrl-C
    Run(run::Arguments),
    /// List runs, the newest first
    History(history::Arguments),
    /// Let systemd or cron keep the schedule
    Install(install::Arguments),
}

/// Runs the action.
///
/// # Errors
/// The action's.
pub fn run(arguments: &Arguments, context: &Context) -> Result<()> {
    match &arguments.action {
        Action::List(arguments) => list::run(arguments, context),
        Action::Run(arguments) => run::run(arguments, context),
        Action::History(arguments) => history::run(arguments, context),
        Action::Install(arguments) => install::run(arguments, context),
    }
}

/// The project's schedule.
fn project(context: &Context) -> Result<Project> {
    let config = context.config()?;
    for warning in config.warnings().iter().filter(|one| one.to_string().contains("schedule.")) {
        context.output().warning(warning);
    }
    Project::new(config, &context.state()?)
}

/// `2026-11-24 07:00 Asia/Seoul`
fn shown_time(zone: malmoi::data::Zone, time: i64) -> String {
    let local = zone.at(time).map(|time| time.format("%Y-%m-%d %H:%M").to_string());
    format!("{} {}", local.unwrap_or_default(), zone.name())
}

/// As RFC 3339 in its zone.
fn rfc3339(zone: malmoi::data::Zone, time: i64) -> String {
    zone.at(time).map(|time| time.to_rfc3339()).unwrap_or_default()
}
