//! The jobs of a project, read from its settings.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::config::{Config, DeliveryParams, JobParams, command_words};
use crate::data::{Cron, Zone};
use crate::error::{Error, Result};

/// Folder of the schedule within the state folder.
const FOLDER: &str = "schedule";
/// No repetition waits longer, unless the first one does.
const LONGEST_BACKOFF: i64 = 3600;

/// A project whose jobs are run.
#[derive(Debug, Clone)]
pub struct Project {
    /// Its `pipeline.toml`.
    pub config: PathBuf,
    /// Its folder, where commands run and relative paths begin.
    pub root: PathBuf,
    /// Its state folder.
    pub state: PathBuf,
    /// The database with the history.
    pub database: PathBuf,
    /// Its jobs, by name.
    pub jobs: Vec<Job>,
}

/// A job, ready to be planned and run.
#[derive(Debug, Clone)]
pub struct Job {
    /// Its name.
    pub name: String,
    /// When it is due.
    pub cron: Cron,
    /// Where `cron` is the time.
    pub zone: Zone,
    /// The words of each command.
    pub commands: Vec<Vec<String>>,
    /// How long they may take together.
    pub timeout: Duration,
    /// How often a run that failed is repeated.
    pub retries: u32,
    /// Seconds before the first repetition.
    pub backoff: u32,
    /// Most seconds by which a run begins later.
    pub jitter: u32,
    /// Whether missed runs are caught up.
    pub catch_up: bool,
    /// Where its files go.
    pub deliver: Vec<DeliveryParams>,
}

impl Project {
    /// Takes the schedule of `config`.
    ///
    /// # Errors
    /// There is none.
    pub fn new(config: &Config, state: &Path) -> Result<Self> {
        let schedule = config.schedule.as_ref().ok_or_else(|| {
            Error::usage("there is no schedule")
                .at(config.path.display().to_string())
                .hinted("write a table `[schedule.job.NAME]`; docs/schedule.md has an example")
        })?;
        let root = config.path.parent().unwrap_or(Path::new("/")).to_owned();
        let job = |(name, params): (&String, &JobParams)| Job::new(name, params, &schedule.zone);
        Ok(Project {
            config: config.path.clone(),
            state: std::path::absolute(state).unwrap_or_else(|_| state.to_owned()),
            database: root.join(&schedule.database),
            jobs: schedule.job.iter().map(job).collect::<Result<_>>()?,
            root,
        })
    }

    /// The job of this name.
    ///
    /// # Errors
    /// There is none; the hint names those that there are.
    pub fn job(&self, name: &str) -> Result<&Job> {
        self.jobs.iter().find(|job| job.name == name).ok_or_else(|| {
            let names: Vec<String> =
                self.jobs.iter().map(|job| format!("`{}`", job.name)).collect();
            Error::usage(format!("there is no job `{name}`"))
                .at(self.config.display().to_string())
                .hinted(format!("the jobs here are {}", names.join(", ")))
        })
    }

    /// Where files of the schedule itself stand.
    pub(super) fn folder(&self) -> PathBuf {
        self.state.join(FOLDER)
    }
}

impl Job {
    /// Reads a job's settings, which were checked.
    ///
    /// # Errors
    /// Those of the check, if there was none.
    pub fn new(name: &str, params: &JobParams, zone: &str) -> Result<Self> {
        Ok(Job {
            name: name.to_owned(),
            cron: Cron::parse(&params.cron)?,
            zone: Zone::named(params.zone.as_deref().unwrap_or(zone))?,
            commands: params.run.iter().map(|line| command_words(line)).collect::<Result<_>>()?,
            timeout: Duration::from_secs(params.timeout.into()),
            retries: params.retries,
            backoff: params.backoff,
            jitter: params.jitter,
            catch_up: params.catch_up,
            deliver: params.deliver.clone(),
        })
    }

    /// The first time after `now` that it is scheduled for.
    pub fn next_after(&self, now: i64) -> Option<i64> {
        self.cron.next_after(self.zone, now)
    }

    /// When a run begins that is scheduled for `time`: later by a jitter that is always the
    /// same for one job and time.
    pub fn begins(&self, time: i64) -> i64 {
        let seed = format!("{}\n{time}", self.name);
        let hash = xxhash_rust::xxh3::xxh3_64(seed.as_bytes());
        time + i64::try_from(hash % (u64::from(self.jitter) + 1)).unwrap_or(0)
    }

    /// Seconds from the end of the failure number `failures` to the next try.
    pub(super) fn pause_after(&self, failures: u32) -> i64 {
        let first = i64::from(self.backoff);
        let doubled = first << failures.saturating_sub(1).min(20);
        doubled.min(LONGEST_BACKOFF.max(first))
    }

    /// What makes other times than these another timetable.
    pub(super) fn timetable(&self) -> String {
        format!("{} {}", self.cron.as_str(), self.zone.name())
    }

    /// A time as clocks of the job's zone show it, as a part of file names: minutes, and
    /// what tells apart the hour that comes twice.
    pub(super) fn stamp(&self, time: i64) -> String {
        let Some(local) = self.zone.at(time) else { return time.to_string() };
        let form = if time % 60 == 0 { "%Y-%m-%dT%H%M" } else { "%Y-%m-%dT%H%M%S" };
        let is_first = self.zone.instant(local.naive_local()) == time;
        let offset = if is_first { String::new() } else { local.format("%z").to_string() };
        format!("{}{offset}", local.format(form))
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A job of these settings, as `pipeline.toml` has them.
    pub fn job(name: &str, settings: &str) -> Job {
        let params: JobParams = toml::from_str(&format!("run = [\"run\"]\n{settings}")).unwrap();
        Job::new(name, &params, "Europe/Berlin").unwrap()
    }

    #[test]
    fn jitter_is_bounded_and_always_the_same() {
        let job = job("a", "cron = \"@hourly\"\njitter = 300");
        let offsets: Vec<i64> =
            (0..200).map(|hour| job.begins(hour * 3600) - hour * 3600).collect();
        assert!(offsets.iter().all(|offset| (0..=300).contains(offset)));
        assert!(offsets.iter().max() > offsets.iter().min());
        assert_eq!(job.begins(7200), job.clone().begins(7200));
    }

    #[test]
    fn pauses_double_up_to_an_hour() {
        let quick = job("a", "cron = \"@daily\"\nbackoff = 60");
        let pauses: Vec<i64> = (1..9).map(|failures| quick.pause_after(failures)).collect();
        assert_eq!(pauses, [60, 120, 240, 480, 960, 1920, 3600, 3600]);
        assert_eq!(job("a", "cron = \"@daily\"\nbackoff = 7200").pause_after(5), 7200);
    }

    #[test]
    fn the_hour_that_comes_twice_has_two_names() {
        let job = job("a", "cron = \"@hourly\"");
        let first = 1_792_886_400; // 2026-10-25 02:00 +0200
        assert_eq!(job.stamp(first), "2026-10-25T0200");
        assert_eq!(job.stamp(first + 3600), "2026-10-25T0200+0100");
        assert_eq!(job.stamp(first + 7200), "2026-10-25T0300");
        assert_eq!(job.stamp(first + 7), "2026-10-25T020007");
    }
}
