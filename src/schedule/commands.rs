//! The commands of a run, as child processes of this program.
//!
//! In: a job and the folder for what it writes. Out: how it went. Promises: no shell; the
//! children hold the job's lock as well, so that a run whose runner was killed is not
//! begun again while they live; they end within the job's time, and when we are told to.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::{Duration, Instant};

use super::history::Outcome;
use super::job::{Job, Project};
use super::secret::{Secrets, variables};
use crate::config::{Placeholder, fill};
use crate::error::{Error, Result};
use crate::files::FileLock;

/// What a run is for.
pub struct Task<'a> {
    /// The job.
    pub job: &'a Job,
    /// The time that it is for.
    pub scheduled: i64,
    /// An empty folder for what it writes.
    pub output: &'a Path,
    /// A file for what its commands say.
    pub log: &'a Path,
    /// The job's lock.
    pub lock: &'a FileLock,
}

/// How a run went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Worked {
    /// Its outcome.
    pub outcome: Outcome,
    /// Why, if it did not end well.
    pub message: String,
    /// Whether it may go better the next time.
    pub may_repeat: bool,
}

/// Does what a job is there for.
pub trait Work {
    /// Runs the commands of `task`.
    ///
    /// # Errors
    /// [`Error::interrupted`] if `stop` is set meanwhile.
    fn work(&self, task: &Task<'_>, stop: &AtomicBool) -> Result<Worked>;
}

/// Runs them as this program does.
#[derive(Debug)]
pub struct Commands<'a> {
    project: &'a Project,
    program: PathBuf,
}

const STEP: Duration = Duration::from_millis(50);
/// How long a child may take to end by itself.
const GRACE: Duration = Duration::from_secs(30);
/// What is read of a log's end.
const TAIL_BYTES: u64 = 4096;
const TAIL_LINES: usize = 6;
/// The exit code of a wrong call or setting, which no repetition mends.
const CALLED_WRONGLY: i32 = 2;

impl<'a> Commands<'a> {
    /// Commands of `project`, run by this program.
    ///
    /// # Errors
    /// The system does not tell where this program stands.
    pub fn new(project: &'a Project) -> Result<Self> {
        let program = std::env::current_exe()
            .map_err(|error| Error::io(format!("cannot tell where this program is: {error}")))?;
        Ok(Commands { project, program })
    }

    fn command(&self, words: &[String], task: &Task<'_>, log: &File) -> Result<Command> {
        let local = task.job.zone.at(task.scheduled);
        let day = local.map(|time| time.format("%Y-%m-%d").to_string()).unwrap_or_default();
        let value = |one| match one {
            Placeholder::Output => task.output.display().to_string(),
            Placeholder::Date => day.clone(),
        };
        let words: Vec<String> =
            words.iter().map(|word| fill(word, value)).collect::<Result<_>>()?;
        let failed = |error| Error::file("cannot write", task.log, error);
        let mut command = Command::new(&self.program);
        command.arg("--config").arg(&self.project.config);
        command.arg("--state").arg(&self.project.state).args(words);
        command.current_dir(&self.project.root).env("MALMOI_OUTPUT", task.output);
        command.env("NO_COLOR", "1");
        for name in variables(&task.job.deliver) {
            command.env_remove(name);
        }
        command.stdin(task.lock.shared().map_err(failed)?);
        command.stdout(log.try_clone().map_err(failed)?);
        command.stderr(log.try_clone().map_err(failed)?);
        lead_a_group(&mut command);
        Ok(command)
    }
}

impl Work for Commands<'_> {
    fn work(&self, task: &Task<'_>, stop: &AtomicBool) -> Result<Worked> {
        let end = Instant::now() + task.job.timeout;
        for words in &task.job.commands {
            // A file instead of a pipe: nobody has to read along.
            let log = File::create(task.log)
                .map_err(|error| Error::file("cannot write", task.log, error))?;
            let name = words.join(" ");
            let child = self.command(&with_output(words), task, &log)?.spawn();
            let child = child.map_err(|error| {
                Error::io(format!("cannot run `malmoi {name}`: {error}")).caused_by(error)
            })?;
            let mut child = Running(child);
            let failed = |error| Error::io(format!("cannot wait for `malmoi {name}`: {error}"));
            let status = child.wait(end, stop).map_err(failed)?;
            if stop.load(Relaxed) {
                return Err(Error::interrupted());
            }
            let said = || {
                let secrets = Secrets::of(&task.job.deliver, &self.project.root);
                secrets.without(&tail(task.log))
            };
            match status {
                Some(status) if status.success() => {}
                Some(status) => {
                    return Ok(Worked {
                        outcome: Outcome::Failed,
                        message: format!("`malmoi {name}` failed ({status}){}", said()),
                        may_repeat: status.code() != Some(CALLED_WRONGLY),
                    });
                }
                None => {
                    let seconds = task.job.timeout.as_secs();
                    let message =
                        format!("`malmoi {name}` was ended after {seconds} s in all{}", said());
                    return Ok(Worked { outcome: Outcome::TimedOut, message, may_repeat: true });
                }
            }
        }
        Ok(Worked { outcome: Outcome::Done, message: String::new(), may_repeat: true })
    }
}

/// A report that does not say where it goes, goes into the folder of the run.
fn with_output(words: &[String]) -> Vec<String> {
    let says = words.iter().any(|word| word == "--output" || word.starts_with("--output="));
    let mut words = words.to_vec();
    if words[0] == "report" && !says {
        words.extend(["--output".to_owned(), "{output}".to_owned()]);
    }
    words
}

/// A child that does not outlive its owner, unless that is killed.
struct Running(Child);

impl Running {
    /// `None` if it had to be ended: it took too long, or we are told to stop.
    fn wait(
        &mut self,
        end: Instant,
        stop: &AtomicBool,
    ) -> std::io::Result<Option<std::process::ExitStatus>> {
        while Instant::now() < end && !stop.load(Relaxed) {
            if let Some(status) = self.0.try_wait()? {
                return Ok(Some(status));
            }
            std::thread::sleep(STEP);
        }
        self.end()?;
        Ok(None)
    }

    /// Asks it to end, and ends it.
    fn end(&mut self) -> std::io::Result<()> {
        ask_group_to_end(&self.0);
        let end = Instant::now() + GRACE;
        while Instant::now() < end {
            if self.0.try_wait()?.is_some() {
                return Ok(());
            }
            std::thread::sleep(STEP);
        }
        end_group(&self.0);
        let _ = self.0.kill();
        self.0.wait().map(drop)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Ok(None) = self.0.try_wait() {
            end_group(&self.0);
            let _ = self.0.kill();
            let _ = self.0.wait();
        }
    }
}

/// Ctrl-C at a terminal is for us alone; we pass it on and wait.
#[cfg(unix)]
fn lead_a_group(command: &mut Command) {
    use std::os::unix::process::CommandExt;
    command.process_group(0);
}

#[cfg(unix)]
fn signal_group(child: &Child, signal: rustix::process::Signal) {
    let group = i32::try_from(child.id()).ok().and_then(rustix::process::Pid::from_raw);
    if let Some(group) = group {
        let _ = rustix::process::kill_process_group(group, signal);
    }
}

#[cfg(unix)]
fn ask_group_to_end(child: &Child) {
    signal_group(child, rustix::process::Signal::TERM);
}

#[cfg(unix)]
fn end_group(child: &Child) {
    signal_group(child, rustix::process::Signal::KILL);
}

#[cfg(not(unix))]
fn lead_a_group(_command: &mut Command) {}

#[cfg(not(unix))]
fn ask_group_to_end(_child: &Child) {}

#[cfg(not(unix))]
fn end_group(_child: &Child) {}

/// `: ` and the last lines of the log, if it has any.
fn tail(log: &Path) -> String {
    let mut bytes = Vec::new();
    let read = File::open(log).and_then(|mut file| {
        let size = file.metadata()?.len();
        file.seek(SeekFrom::Start(size.saturating_sub(TAIL_BYTES)))?;
        file.take(TAIL_BYTES).read_to_end(&mut bytes)
    });
    let text = String::from_utf8_lossy(&bytes);
    let tame = |line: &str| line.trim().replace(char::is_control, " ");
    let lines: Vec<String> = text.lines().map(tame).filter(|line| !line.is_empty()).collect();
    match read.is_err() || lines.is_empty() {
        true => String::new(),
        false => format!(": {}", lines[lines.len().saturating_sub(TAIL_LINES)..].join("; ")),
    }
}
