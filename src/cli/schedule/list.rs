//! `malmoi schedule list`.

use malmoi::Result;
use malmoi::schedule::{Clock, History, Job, JobRun, SystemClock};
use serde_json::json;

use super::{rfc3339, shown_time};
use crate::cli::Context;
use crate::cli::output::harmless;

/// List the jobs.
#[derive(clap::Args)]
pub struct Arguments {
    /// How many of its next times to show
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=1000))]
    next: u16,
    /// As JSON
    #[arg(long)]
    json: bool,
}

/// Lists them by name.
///
/// # Errors
/// There is no schedule, or the history cannot be read.
pub fn run(arguments: &Arguments, context: &Context) -> Result<()> {
    let project = super::project(context)?;
    // Who looks does not make a database.
    let history = match project.database.exists() {
        true => Some(History::open(&project.database)?),
        false => None,
    };
    let now = SystemClock.now();
    let mut values = Vec::new();
    let mut text = String::new();
    for job in &project.jobs {
        let last = match &history {
            Some(history) => history.latest_of(&job.name, 1)?.pop(),
            None => None,
        };
        let first = job.next_after(now).map(|time| job.begins(time).max(time));
        let times = std::iter::successors(job.next_after(now), |&time| job.next_after(time));
        let times: Vec<i64> = times.take(arguments.next.into()).collect();
        match arguments.json {
            true => values.push(json(job, &times, first, last.as_ref())),
            false => text += &lines(job, &times, last.as_ref()),
        }
    }
    if arguments.json {
        return context.output().json(&json!(values));
    }
    if project.jobs.is_empty() {
        text = "there are no jobs; docs/schedule.md has an example\n".to_owned();
    }
    context.output().result(&harmless(&text))
}

fn json(job: &Job, times: &[i64], begins: Option<i64>, last: Option<&JobRun>) -> serde_json::Value {
    let times: Vec<String> = times.iter().map(|time| rfc3339(job.zone, *time)).collect();
    json!({
        "job": job.name,
        "cron": job.cron.as_str(),
        "zone": job.zone.name(),
        "next": times,
        "begins": begins.map(|time| rfc3339(job.zone, time)),
        "run": job.commands,
        "deliver": job.deliver.iter().map(malmoi::schedule::target).collect::<Vec<_>>(),
        "last": last,
    })
}

fn lines(job: &Job, times: &[i64], last: Option<&JobRun>) -> String {
    let mut lines = format!("{}\n", job.name);
    let jitter = match job.jitter {
        0 => String::new(),
        seconds => format!(", up to {seconds} s later"),
    };
    for time in times {
        lines += &format!("  next   {}{jitter}\n", shown_time(job.zone, *time));
    }
    if times.is_empty() {
        lines += "  next   never\n";
    }
    let last = last.map(|run| format!("{}  {}", shown_time(job.zone, run.started), run.outcome));
    lines += &format!("  last   {}\n", last.unwrap_or_else(|| "never".to_owned()));
    for words in &job.commands {
        lines += &format!("  run    malmoi {}\n", words.join(" "));
    }
    for delivery in &job.deliver {
        lines += &format!("  to     {}\n", malmoi::schedule::target(delivery));
    }
    lines
}
