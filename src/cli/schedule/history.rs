//! `malmoi schedule history`.

use malmoi::data::Zone;
use malmoi::schedule::{DeliveryState, History, JobRun, Project};
use malmoi::{Error, Result};

use super::shown_time;
use crate::cli::Context;
use crate::cli::output::harmless;

/// List runs.
#[derive(clap::Args)]
pub struct Arguments {
    /// Of this job alone
    #[arg(long, value_name = "NAME")]
    job: Option<String>,
    /// At most so many
    #[arg(long, value_name = "N", default_value_t = 20)]
    limit: u16,
    /// As JSON; times are seconds since 1970
    #[arg(long)]
    json: bool,
}

/// Lists them, the newest first.
///
/// # Errors
/// There is no schedule, no such job, or the history cannot be read.
pub fn run(arguments: &Arguments, context: &Context) -> Result<()> {
    let project = super::project(context)?;
    let runs = match (project.database.exists(), &arguments.job) {
        (false, _) => Vec::new(),
        (true, None) => History::open(&project.database)?.latest(arguments.limit.into())?,
        (true, Some(job)) => {
            let runs = History::open(&project.database)?.latest_of(job, arguments.limit.into())?;
            // A job that is gone from the settings still has a past.
            if runs.is_empty() {
                project.job(job)?;
            }
            runs
        }
    };
    if arguments.json {
        let value = serde_json::to_value(&runs).expect("runs are plain data");
        return context.output().json(&value);
    }
    if runs.is_empty() {
        context.output().warning(&Error::data("no job has run yet"));
    }
    let text: String = runs.iter().map(|run| lines(run, &project)).collect();
    context.output().result(&harmless(&text))
}

fn lines(run: &JobRun, project: &Project) -> String {
    let job = project.jobs.iter().find(|job| job.name == run.job);
    let zone = job.map_or(Zone::UTC, |job| job.zone);
    let took = run.ended.map(|ended| format!(" after {} s", ended - run.started));
    let mut notes = Vec::new();
    if run.is_manual {
        notes.push("asked for".to_owned());
    }
    if run.attempt > 1 {
        notes.push(format!("try {}", run.attempt));
    }
    if run.missed > 0 {
        notes.push(format!("stands for {} missed", run.missed));
    }
    let notes = if notes.is_empty() { String::new() } else { format!("  ({})", notes.join(", ")) };
    let mut text = format!(
        "{}  {}  {}{}{notes}\n",
        shown_time(zone, run.scheduled),
        run.job,
        run.outcome,
        took.unwrap_or_default()
    );
    if !run.message.is_empty() {
        text += &format!("    {}\n", run.message.replace('\n', " "));
    }
    for delivery in &run.deliveries {
        let why = match delivery.state {
            DeliveryState::Done => String::new(),
            _ => format!(", {} tries: {}", delivery.tries, delivery.message.replace('\n', " ")),
        };
        text += &format!("    {}: {}{why}\n", delivery.target, delivery.state);
    }
    text
}
