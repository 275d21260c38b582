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
use crate::error::{Error, Result};

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
    /// The program and what stands before `schedule`.
    program: PathBuf,
    arguments: Vec<String>,
    started: Mutex<BTreeMap<String, Child>>,
}

impl Jobs {
    /// Jobs are run by `program`, with `arguments` before the command.
    pub fn new(program: PathBuf, arguments: Vec<String>) -> Self {
        Jobs { program, arguments, started: Mutex::default() }
    }

    /// All jobs, by name.
    ///
    /// # Errors
    /// If their history cannot be read.
    pub fn list(&self) -> Result<Vec<Job>> {
        // The schedule's settings and history belong here: `schedule::History::latest`.
        Ok(Vec::new())
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
        let known = self.list().map_err(|error| Problem::inside(&error))?;
        if !known.iter().any(|job| job.name == name) {
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

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_job_is_started_once() {
        let jobs = Jobs::new("/bin/sh".into(), vec!["-c".to_owned(), "sleep 60".to_owned()]);
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
        let jobs = Jobs::new("/nowhere".into(), Vec::new());
        assert_eq!(jobs.start("morning").unwrap_err().status.as_u16(), 404);
        assert_eq!(jobs.spawn("morning").unwrap_err().status.as_u16(), 500);
    }
}
