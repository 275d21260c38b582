//! Jobs of the schedule: what they did, and one started by a button.
//!
//! A job runs in a process of its own, as `malmoi schedule run --job NAME --now`, so that
//! what it does to memory or to a lock is not done to the web page.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, PoisonError};

use schemars::JsonSchema;
use serde::Serialize;

use super::problem::Problem;
use crate::data::Zone;
use crate::error::{Error, Result};
use crate::schedule::{self, History, Project};

/// Runs of a job that are shown.
const MOST_RUNS: usize = 20;

/// A job and its runs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Job {
    /// Its name.
    pub name: String,
    /// When it runs, as the settings say.
    pub when: String,
    /// Its last runs, the newest first.
    pub runs: Vec<JobRun>,
}

/// A run of a job.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct JobRun {
    /// When it began.
    pub started: String,
    /// When it ended; empty while it goes on.
    pub ended: String,
    /// How it ended.
    pub outcome: String,
    /// What is to be said of it.
    pub message: String,
}

/// The jobs of the project, and those that were started here.
pub struct Jobs {
    /// What the settings say of them; absent without a schedule.
    project: Option<Project>,
    /// The program and what stands before `schedule`.
    program: PathBuf,
    arguments: Vec<String>,
    started: Mutex<BTreeMap<String, Child>>,
}

impl Jobs {
    /// Jobs are run by `program`, with `arguments` before the command.
    pub fn new(project: Option<Project>, program: PathBuf, arguments: Vec<String>) -> Self {
        Jobs { project, program, arguments, started: Mutex::default() }
    }

    /// All jobs, by name.
    ///
    /// # Errors
    /// If their history cannot be read.
    pub fn list(&self) -> Result<Vec<Job>> {
        let Some(project) = &self.project else { return Ok(Vec::new()) };
        // Looking makes no database.
        let history = match project.database.exists() {
            true => Some(History::open(&project.database)?),
            false => None,
        };
        project.jobs.iter().map(|job| listed(job, history.as_ref())).collect()
    }

    /// The names of jobs that were started here and are not done.
    pub fn running(&self) -> Vec<String> {
        let mut started = self.started.lock().unwrap_or_else(PoisonError::into_inner);
        started.retain(|_, child| child.try_wait().is_ok_and(|status| status.is_none()));
        started.keys().cloned().collect()
    }

    /// Starts a job, which does not wait for its end.
    ///
    /// # Errors
    /// If there is no such job, it runs already, or it cannot be started.
    pub fn start(&self, name: &str) -> Result<(), Problem> {
        let mut known = self.project.iter().flat_map(|project| &project.jobs);
        if !known.any(|job| job.name == name) {
            return Err(Problem::missing("there is no such job")
                .hinted("jobs are written down in `[schedule]` of pipeline.toml"));
        }
        self.spawn(name)
    }

    fn spawn(&self, name: &str) -> Result<(), Problem> {
        if self.running().iter().any(|one| one == name) {
            let status = axum::http::StatusCode::CONFLICT;
            return Err(
                Problem::with_status(status, "the job runs already").hinted("wait for its end")
            );
        }
        let child = Command::new(&self.program)
            .args(&self.arguments)
            .args(["schedule", "run", "--now", "--job", name])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn();
        let child = child
            .map_err(|error| Problem::inside(&Error::file("cannot start", &self.program, error)))?;
        let mut started = self.started.lock().unwrap_or_else(PoisonError::into_inner);
        started.insert(name.to_owned(), child);
        Ok(())
    }
}

fn listed(job: &schedule::Job, history: Option<&History>) -> Result<Job> {
    let runs = history.map_or(Ok(Vec::new()), |history| history.latest_of(&job.name, MOST_RUNS))?;
    Ok(Job {
        name: job.name.clone(),
        when: format!("{} ({})", job.cron.as_str(), job.zone.name()),
        runs: runs.into_iter().map(|run| run_of(run, job.zone)).collect(),
    })
}

fn run_of(run: schedule::JobRun, zone: Zone) -> JobRun {
    let time = |seconds| zone.at(seconds).map_or(String::new(), |time| time.to_rfc3339());
    JobRun {
        started: time(run.started),
        ended: run.ended.map_or(String::new(), time),
        outcome: run.outcome.name().to_owned(),
        message: run.message,
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_job_is_started_once() {
        let jobs = Jobs::new(None, "/bin/sh".into(), vec!["-c".to_owned(), "sleep 60".to_owned()]);
        assert!(jobs.running().is_empty());
        jobs.spawn("morning").unwrap();
        assert_eq!(jobs.running(), ["morning"]);
        assert_eq!(jobs.spawn("morning").unwrap_err().status.as_u16(), 409);
        let mut started = jobs.started.lock().unwrap();
        let child = started.get_mut("morning").unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        drop(started);
        assert!(jobs.running().is_empty());
    }

    #[test]
    fn jobs_that_are_none_are_not_started() {
        let jobs = Jobs::new(None, "/nowhere".into(), Vec::new());
        assert_eq!(jobs.start("morning").unwrap_err().status.as_u16(), 404);
        assert_eq!(jobs.spawn("morning").unwrap_err().status.as_u16(), 500);
    }
}
