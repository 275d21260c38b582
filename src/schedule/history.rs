//! What has run, when, and what became of it: tables in the project's SQLite database.
//!
//! In: the beginning and end of each run, and of each delivery. Out: the past of a job to
//! plan by, and the latest runs to show. Promises: each change is one transaction that is
//! on the disk when the call returns; a scheduled time has no two runs of one number.

mod open;
mod record;
mod rows;

use std::path::PathBuf;

use rusqlite::{Connection, Row, params};

use super::job::Job;
use super::plan::{LastRun, Past};
use crate::error::{Error, Result};

pub(super) use record::{Begun, Ended};
pub use rows::{DeliveryState, JobDelivery, JobRun, Outcome};

/// The history of a project.
#[derive(Debug)]
pub struct History {
    connection: Connection,
    path: PathBuf,
}

const COLUMNS: &str =
    "id, job, scheduled, started, ended, outcome, message, attempt, missed, is_manual, files";

impl History {
    /// The latest runs of all jobs, the newest first.
    ///
    /// # Errors
    /// If the database fails.
    pub fn latest(&self, limit: usize) -> Result<Vec<JobRun>> {
        self.runs("ORDER BY id DESC LIMIT ?1", params![limit as i64])
    }

    /// The latest runs of one job, the newest first.
    ///
    /// # Errors
    /// If the database fails.
    pub fn latest_of(&self, job: &str, limit: usize) -> Result<Vec<JobRun>> {
        self.runs("WHERE job = ?1 ORDER BY id DESC LIMIT ?2", params![job, limit as i64])
    }

    /// The run of this number.
    ///
    /// # Errors
    /// If the database fails, or there is none.
    pub fn run(&self, id: i64) -> Result<JobRun> {
        let found = self.runs("WHERE id = ?1", params![id])?.pop();
        found.ok_or_else(|| Error::data(format!("the history has no run {id}")))
    }

    fn runs(&self, which: &str, values: impl rusqlite::Params) -> Result<Vec<JobRun>> {
        let mut runs = self.read(|one| {
            let mut select =
                one.prepare_cached(&format!("SELECT {COLUMNS} FROM schedule_runs {which}"))?;
            select.query_map(values, run_of)?.collect::<rusqlite::Result<Vec<_>>>()
        })?;
        for run in &mut runs {
            run.deliveries = self.deliveries(run.id)?;
        }
        Ok(runs)
    }

    pub(super) fn deliveries(&self, run: i64) -> Result<Vec<JobDelivery>> {
        self.read(|one| {
            let mut select = one.prepare_cached(
                "SELECT number, target, state, tries, next, message FROM schedule_deliveries
                 WHERE run = ?1 ORDER BY number",
            )?;
            select.query_map([run], delivery_of)?.collect()
        })
    }

    /// Runs of `job` with deliveries that are not settled, the oldest first, and when the
    /// first of those is to be tried.
    pub(super) fn open_deliveries(&self, job: &str) -> Result<Vec<(i64, i64)>> {
        self.read(|one| {
            let mut select = one.prepare_cached(
                "SELECT run, min(next) FROM schedule_deliveries
                 JOIN schedule_runs ON schedule_runs.id = run
                 WHERE job = ?1 AND state IN ('waiting', 'sending') GROUP BY run ORDER BY run",
            )?;
            select.query_map([job], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
        })
    }

    /// The entries of a feed, the newest first.
    pub(super) fn entries(&self, target: &str, limit: usize) -> Result<Vec<String>> {
        self.read(|one| {
            let mut select = one.prepare_cached(
                "SELECT entry FROM schedule_deliveries
                 WHERE target = ?1 AND state = 'done' AND entry IS NOT NULL
                 ORDER BY run DESC LIMIT ?2",
            )?;
            select.query_map(params![target, limit as i64], |row| row.get(0))?.collect()
        })
    }

    /// What there is to plan by. A job that is seen for the first time, or at other times
    /// than before, has nothing behind it.
    pub(super) fn past(&mut self, job: &Job, now: i64) -> Result<Past> {
        let settled = self.settled(job, now)?;
        Ok(Past { settled, last: self.last_run(&job.name)? })
    }

    fn last_run(&self, job: &str) -> Result<Option<LastRun>> {
        let last = self.read(|one| {
            let mut select = one.prepare_cached(
                "SELECT scheduled, outcome, coalesce(ended, started), may_repeat
                 FROM schedule_runs WHERE job = ?1 AND is_manual = 0 ORDER BY id DESC LIMIT 1",
            )?;
            let mut rows = select.query_map([job], |row| {
                Ok((
                    row.get(0)?,
                    Outcome::named(row.get_ref(1)?.as_str()?),
                    row.get(2)?,
                    row.get(3)?,
                ))
            })?;
            rows.next().transpose()
        })?;
        let Some((scheduled, outcome, ended, may_repeat)) = last else { return Ok(None) };
        let count = |outcomes: &str| {
            let count = format!(
                "SELECT count(*) FROM schedule_runs
                 WHERE job = ?1 AND scheduled = ?2 AND is_manual = 0 AND outcome IN ({outcomes})"
            );
            self.read(|one| one.query_row(&count, params![job, scheduled], |row| row.get(0)))
        };
        let failures = count("'failed', 'timed-out'")?;
        let interruptions = count("'interrupted'")?;
        Ok(Some(LastRun { scheduled, outcome, ended, failures, interruptions, may_repeat }))
    }

    /// Whether a run of `job` is said to go on, or a delivery to be on its way.
    pub(super) fn is_unfinished(&self, job: &str) -> Result<bool> {
        self.read(|one| {
            one.query_row(
                "SELECT EXISTS (SELECT 1 FROM schedule_runs WHERE job = ?1 AND outcome = 'running')
                 OR EXISTS (SELECT 1 FROM schedule_deliveries JOIN schedule_runs
                            ON schedule_runs.id = run WHERE job = ?1 AND state = 'sending')",
                [job],
                |row| row.get(0),
            )
        })
    }

    fn read<T>(&self, work: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T> {
        work(&self.connection).map_err(|error| self.failed(error))
    }
}

fn run_of(row: &Row<'_>) -> rusqlite::Result<JobRun> {
    let files: String = row.get(10)?;
    Ok(JobRun {
        id: row.get(0)?,
        job: row.get(1)?,
        scheduled: row.get(2)?,
        started: row.get(3)?,
        ended: row.get(4)?,
        outcome: Outcome::named(row.get_ref(5)?.as_str()?),
        message: row.get(6)?,
        attempt: row.get(7)?,
        missed: row.get(8)?,
        is_manual: row.get(9)?,
        files: serde_json::from_str(&files).unwrap_or_default(),
        deliveries: Vec::new(),
    })
}

fn delivery_of(row: &Row<'_>) -> rusqlite::Result<JobDelivery> {
    Ok(JobDelivery {
        number: row.get(0)?,
        target: row.get(1)?,
        state: DeliveryState::named(row.get_ref(2)?.as_str()?),
        tries: row.get(3)?,
        next: row.get(4)?,
        message: row.get(5)?,
    })
}

#[cfg(test)]
mod tests;
