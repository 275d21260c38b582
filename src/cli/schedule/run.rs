//! `malmoi schedule run`.

use malmoi::pipeline::Watch;
use malmoi::schedule::{Commands, Courier, Hands, JobRun, Outcome, Runner, SystemClock};
use malmoi::{Error, Result};

use crate::cli::Context;
use crate::cli::output::harmless;
use crate::cli::progress::Progress;

/// Run jobs when they are due.
///
/// Without a flag it stays, and ends with Ctrl-C or SIGTERM: a run in the middle is told to
/// end, waited for, and caught up at the next start.
#[derive(clap::Args)]
pub struct Arguments {
    /// Run what is due now, and end; for cron and timers
    #[arg(long, conflicts_with_all = ["job", "now"])]
    once: bool,
    /// The job to run now
    #[arg(long, value_name = "NAME", requires = "now")]
    job: Option<String>,
    /// Run the job at once, whenever it is due
    #[arg(long, requires = "job")]
    now: bool,
    /// With --now: tell the outcome as JSON
    #[arg(long, requires = "now")]
    json: bool,
}

/// Runs them.
///
/// # Errors
/// The job failed, the history fails, or a run was interrupted.
pub fn run(arguments: &Arguments, context: &Context) -> Result<()> {
    let project = super::project(context)?;
    let job = arguments.job.as_deref().map(|name| project.job(name)).transpose()?;
    let progress = Progress::start(context.is_quiet())?;
    let commands = Commands::new(&project)?;
    let note = |text: &str| progress.note(&harmless(text));
    let hands = Hands {
        clock: &SystemClock,
        work: &commands,
        deliver: &Courier,
        stop: progress.stop(),
        note: &note,
    };
    let mut runner = Runner::new(&project, hands)?;
    if let Some(job) = job {
        let run = runner.now(job)?;
        return told(&run, arguments.json, context);
    }
    if arguments.once {
        let seen = runner.once()?;
        for name in &seen.busy {
            note(&format!("{name}: another process is at it"));
        }
        progress.check()?;
        let failed = |(name, why): &(String, String)| {
            Error::io(format!("the job `{name}` failed: {why}"))
                .hinted("`malmoi schedule history` keeps this")
        };
        return Error::all(seen.failed.iter().map(failed).collect()).map_or(Ok(()), Err);
    }
    note(&format!("{} jobs wait for their time; Ctrl-C ends", project.jobs.len()));
    // Who is told to stop while nothing runs has done its work.
    runner.run()
}

/// Says how the run went.
fn told(run: &JobRun, json: bool, context: &Context) -> Result<()> {
    if json {
        let value = serde_json::to_value(run).expect("a run is plain data");
        context.output().json(&value)?;
    } else {
        let mut text = format!("{}: {}\n", run.job, run.outcome);
        for delivery in &run.deliveries {
            text += &format!("  {}: {}\n", delivery.target, delivery.state);
        }
        context.output().note(&harmless(&text))?;
    }
    match run.outcome {
        Outcome::Done => Ok(()),
        outcome => {
            Err(Error::io(format!("the job `{}` ended as {outcome}: {}", run.job, run.message))
                .hinted("`malmoi schedule history` keeps this"))
        }
    }
}
