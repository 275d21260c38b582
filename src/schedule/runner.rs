//! Runs jobs when they are due.
//!
//! In: the jobs of a project, the time. Out: runs and deliveries, written down as they
//! begin and end. Promises: a job runs once at a time, whoever else looks after it, because
//! its lock is taken before its past is read; what is written down happens once. Jobs of
//! one runner take turns: on a small machine two at a time are no sooner done.

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

use super::clock::Clock;
use super::commands::{Task, Work, Worked};
use super::deliver::{Deliver, may_send_twice};
use super::history::{Begun, History, JobRun, Outcome};
use super::job::{Job, Project};
use super::plan::{self, LastRun, Next};
use super::{deliveries, output};
use crate::error::{Error, Kind, Result};
use crate::files::FileLock;

/// Looks at the time again after this long, in case somebody has set it.
const LONGEST_SLEEP: i64 = 30;
/// Looks at the history again after this long, in case another process has changed it.
const LONGEST_WAIT: i64 = 300;
/// A job that another process runs is looked at again after this long.
const BUSY_SLEEP: i64 = 5;
/// Failures of the database in a row before a runner gives up.
const MOST_FAILURES: u32 = 10;

/// Runs the jobs of a project.
pub struct Runner<'a> {
    pub(super) project: &'a Project,
    pub(super) history: History,
    pub(super) clock: &'a dyn Clock,
    work: &'a dyn Work,
    pub(super) deliver: &'a dyn Deliver,
    pub(super) stop: &'a AtomicBool,
    note: &'a dyn Fn(&str),
    /// Since when somebody looks after the jobs.
    awake: i64,
    /// What happened since somebody asked.
    seen: Seen,
}

/// What a look at the jobs has shown.
#[derive(Debug, Default)]
pub struct Seen {
    /// Jobs that somebody else is at.
    pub busy: Vec<String>,
    /// Jobs that failed and are not repeated, and why.
    pub failed: Vec<(String, String)>,
}

/// What a runner works with.
pub struct Hands<'a> {
    /// Tells the time.
    pub clock: &'a dyn Clock,
    /// Does the work.
    pub work: &'a dyn Work,
    /// Delivers what was done.
    pub deliver: &'a dyn Deliver,
    /// Set to end it all.
    pub stop: &'a AtomicBool,
    /// Told what happens, in a line each.
    pub note: &'a dyn Fn(&str),
}

impl<'a> Runner<'a> {
    /// A runner for `project`, awake from now on.
    ///
    /// # Errors
    /// The history cannot be opened.
    pub fn new(project: &'a Project, hands: Hands<'a>) -> Result<Self> {
        let history = History::open(&project.database)?;
        let folder = project.folder();
        fs::create_dir_all(&folder)
            .map_err(|error| Error::file("cannot create the folder", &folder, error))?;
        let Hands { clock, work, deliver, stop, note } = hands;
        let awake = clock.now();
        Ok(Runner {
            project,
            history,
            clock,
            work,
            deliver,
            stop,
            note,
            awake,
            seen: Seen::default(),
        })
    }

    /// Runs what is due, again and again, until it is told to stop.
    ///
    /// # Errors
    /// A run was interrupted, or the history fails for minutes.
    pub fn run(&mut self) -> Result<()> {
        let mut failures = 0;
        while !self.is_stopped() {
            let wake = match self.pass() {
                Ok(wake) => {
                    failures = 0;
                    wake
                }
                Err(error) if error.kind() == Kind::Interrupted => return Err(error),
                Err(error) if failures >= MOST_FAILURES => return Err(error),
                Err(error) => {
                    failures += 1;
                    (self.note)(&format!("{error}; trying again"));
                    self.clock.now() + LONGEST_SLEEP
                }
            };
            self.sleep_until(wake);
        }
        Ok(())
    }

    /// Waits, unless somebody puts the clock back meanwhile.
    fn sleep_until(&self, wake: i64) {
        let began = self.clock.now();
        let mut now = began;
        while now < wake && now >= began && !self.is_stopped() {
            let seconds = (wake - now).min(LONGEST_SLEEP);
            self.clock.wait(Duration::from_secs(seconds.unsigned_abs()), self.stop);
            now = self.clock.now();
        }
    }

    /// Runs what is due now.
    ///
    /// # Errors
    /// A run was interrupted, or the history fails.
    pub fn once(&mut self) -> Result<Seen> {
        self.pass()?;
        Ok(std::mem::take(&mut self.seen))
    }

    /// Runs one job at once, whenever it is due.
    ///
    /// # Errors
    /// It runs already, it was interrupted, or the history fails.
    pub fn now(&mut self, job: &Job) -> Result<JobRun> {
        let lock = self.lock(job)?.map_err(|holder| {
            Error::io(format!("the job `{}` runs already: {holder}", job.name))
                .hinted("wait for its end; `malmoi schedule history` shows it")
        })?;
        self.mend(job)?;
        let started = self.clock.now();
        let begun = Begun {
            job: &job.name,
            scheduled: started,
            attempt: 1,
            missed: 0,
            is_manual: true,
            started,
        };
        let id = self.history.begin(&begun)?.expect("a run that somebody asks for is always new");
        self.execute(job, id, &begun, true, &lock)?;
        self.deliver(job, &lock)?;
        self.tidy(job)?;
        self.history.run(id)
    }

    /// Attends to every job that has something to do, the longest due first; gives the time
    /// at which there is more.
    fn pass(&mut self) -> Result<i64> {
        self.seen = Seen::default();
        loop {
            let now = self.clock.now();
            let mut wake = now + LONGEST_WAIT;
            let mut due: Option<(i64, &Job)> = None;
            for job in &self.project.jobs {
                let at = match self.seen.busy.contains(&job.name) {
                    true => now + BUSY_SLEEP,
                    false => self.due_at(job, now)?,
                };
                if at > now {
                    wake = wake.min(at);
                } else if due.is_none_or(|(first, _)| at < first) {
                    due = Some((at, job));
                }
            }
            let Some((_, job)) = due else { return Ok(wake) };
            self.attend(job)?;
            if self.is_stopped() {
                return Ok(now);
            }
        }
    }

    /// When there is something to do for `job`; a time that is past has come.
    fn due_at(&mut self, job: &Job, now: i64) -> Result<i64> {
        if self.history.is_unfinished(&job.name)? {
            return Ok(now);
        }
        let past = self.history.past(job, now)?;
        let open = self.history.open_deliveries(&job.name)?;
        let deliver_at = open.iter().map(|(_, at)| *at).min().unwrap_or(i64::MAX);
        let run_at = match plan::next(job, &past, self.awake, now) {
            Next::Run { scheduled, .. } | Next::Skip { scheduled, .. } => {
                job.begins(scheduled).min(now)
            }
            Next::Mend => now,
            Next::Wait(at) => at.unwrap_or(i64::MAX),
        };
        Ok(run_at.min(deliver_at))
    }

    /// Does what there is to do for `job`, if nobody else is at it.
    fn attend(&mut self, job: &Job) -> Result<()> {
        let lock = match self.lock(job)? {
            Ok(lock) => lock,
            Err(_) => {
                self.seen.busy.push(job.name.clone());
                return Ok(());
            }
        };
        self.mend(job)?;
        let now = self.clock.now();
        let past = self.history.past(job, now)?;
        let begun = |scheduled, attempt, missed| Begun {
            job: &job.name,
            scheduled,
            attempt,
            missed,
            is_manual: false,
            started: now,
        };
        match plan::next(job, &past, self.awake, now) {
            Next::Run { scheduled, attempt, missed } => {
                let begun = begun(scheduled, attempt, missed);
                if let Some(id) = self.history.begin(&begun)? {
                    let last = past.last.filter(|last| last.scheduled == scheduled);
                    let is_last_try = |outcome| is_last_try(job, last, &begun, outcome);
                    let is_final = is_last_try(Outcome::Failed);
                    self.execute(job, id, &begun, is_final, &lock)?;
                }
            }
            Next::Skip { scheduled, missed } => {
                (self.note)(&format!("{}: {missed} missed runs are left out", job.name));
                self.history.skip(&begun(scheduled, 1, missed))?;
            }
            Next::Mend | Next::Wait(_) => {}
        }
        self.deliver(job, &lock)?;
        self.tidy(job)
    }

    /// Runs it, and writes down how it ended.
    fn execute(
        &mut self,
        job: &Job,
        id: i64,
        begun: &Begun<'_>,
        is_last_try: bool,
        lock: &FileLock,
    ) -> Result<()> {
        let (output, log) = (self.output(job, id), self.folder(job).join("log"));
        let shown = job.stamp(begun.scheduled);
        (self.note)(&format!("{}: begins ({shown})", job.name));
        let task = Task { job, scheduled: begun.scheduled, output: &output, log: &log, lock };
        let worked = output::fresh(&output).and_then(|()| self.work.work(&task, self.stop));
        let (worked, interrupted) = match worked {
            Ok(worked) => (worked, None),
            Err(error) => {
                let is_stop = error.kind() == Kind::Interrupted;
                let outcome = if is_stop { Outcome::Interrupted } else { Outcome::Failed };
                let message = if is_stop { "it was stopped".to_owned() } else { error.to_string() };
                let may_repeat = error.kind() != Kind::Usage;
                (Worked { outcome, message, may_repeat }, is_stop.then_some(error))
            }
        };
        let seconds = self.clock.now() - begun.started;
        let why =
            if worked.message.is_empty() { String::new() } else { format!(": {}", worked.message) };
        (self.note)(&format!("{}: {} after {seconds} s{why}", job.name, worked.outcome));
        let is_last_try = is_last_try || !worked.may_repeat;
        if is_last_try && matches!(worked.outcome, Outcome::Failed | Outcome::TimedOut) {
            self.seen.failed.push((job.name.clone(), worked.message.clone()));
        }
        let end = deliveries::ended(job, &output, worked, is_last_try, self.clock.now());
        self.history.end(id, &end)?;
        interrupted.map_or(Ok(()), Err)
    }

    /// What a process left that did not come to its end.
    fn mend(&mut self, job: &Job) -> Result<()> {
        let now = self.clock.now();
        self.history.mend(&job.name, now, &may_send_twice)
    }

    /// Removes the folders of runs that are delivered, but not that of the last one.
    fn tidy(&mut self, job: &Job) -> Result<()> {
        self.history.prune(&job.name)?;
        let open = self.history.open_deliveries(&job.name)?;
        let last = self.history.latest_of(&job.name, 1)?.first().map(|run| run.id);
        let Ok(entries) = fs::read_dir(self.folder(job)) else { return Ok(()) };
        for entry in entries.flatten() {
            let Some(id) = entry.file_name().to_str().and_then(|name| name.parse::<i64>().ok())
            else {
                continue;
            };
            if last != Some(id) && open.iter().all(|(run, _)| *run != id) {
                // What cannot be removed now is removed the next time.
                let _ = fs::remove_dir_all(entry.path());
            }
        }
        Ok(())
    }

    fn lock(&self, job: &Job) -> Result<std::result::Result<FileLock, String>> {
        let folder = self.folder(job);
        fs::create_dir_all(&folder)
            .map_err(|error| Error::file("cannot create the folder", &folder, error))?;
        FileLock::try_take(&folder.join("lock"), &format!("malmoi schedule, job {}", job.name))
    }

    fn folder(&self, job: &Job) -> PathBuf {
        self.project.folder().join(&job.name)
    }

    /// Where the run of this number writes.
    pub(super) fn output(&self, job: &Job, id: i64) -> PathBuf {
        self.folder(job).join(id.to_string())
    }

    pub(super) fn is_stopped(&self) -> bool {
        self.stop.load(Relaxed)
    }

    pub(super) fn tell(&self, text: &str) {
        (self.note)(text);
    }
}

/// Whether nobody would repeat this try if it failed.
fn is_last_try(job: &Job, last: Option<LastRun>, begun: &Begun<'_>, outcome: Outcome) -> bool {
    let failed = LastRun {
        scheduled: begun.scheduled,
        outcome,
        ended: begun.started,
        failures: last.map_or(0, |last| last.failures) + 1,
        interruptions: last.map_or(0, |last| last.interruptions),
        may_repeat: true,
    };
    plan::repeats_at(job, &failed).is_none()
}
