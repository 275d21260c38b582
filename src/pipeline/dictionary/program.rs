//! Another program, run for a limited time.

use std::fs::File;
use std::io::{ErrorKind, Read, Seek, SeekFrom};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use crate::error::{Error, Result};
use crate::pipeline::Watch;

/// No package manager may take longer.
pub(super) const LONGEST: Duration = Duration::from_secs(600);
const STEP: Duration = Duration::from_millis(50);
/// What is read of a log's end.
const TAIL_BYTES: u64 = 4096;
const TAIL_LINES: usize = 5;

/// How a program ended.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Ended {
    /// Well.
    Done,
    /// It never began: there is none of that name.
    Missing,
    /// Badly, with the last lines that it wrote about it.
    Failed(String),
}

/// Runs `command`; its standard error goes to the file `log`.
///
/// # Errors
/// The user stops waiting, or the program cannot be started.
pub(super) fn run(
    command: &mut Command,
    log: &Path,
    limit: Duration,
    watch: &dyn Watch,
) -> Result<Ended> {
    let name = command.get_program().to_string_lossy().into_owned();
    // A file instead of a pipe: nobody has to read along, and a grandchild that
    // keeps it open holds up nobody.
    let errors = File::create(log).map_err(|error| Error::file("cannot write", log, error))?;
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(errors);
    lead_a_group(command);
    let child = match command.spawn() {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Ended::Missing),
        child => child.map_err(|error| cannot_run(&name, error))?,
    };
    let mut child = Running(child);
    match child.wait(limit, watch).map_err(|error| cannot_run(&name, error))? {
        _ if watch.check().is_err() => Err(Error::interrupted()),
        Some(status) if status.success() => Ok(Ended::Done),
        Some(status) => Ok(Ended::Failed(format!("{name} failed ({status}){}", tail(log)))),
        None => {
            let seconds = limit.as_secs();
            Ok(Ended::Failed(format!("{name} was ended after {seconds} s{}", tail(log))))
        }
    }
}

fn cannot_run(name: &str, error: std::io::Error) -> Error {
    Error::io(format!("cannot run `{name}`: {error}")).caused_by(error)
}

/// A child that does not outlive its owner.
struct Running(Child);

impl Running {
    /// `None` after the limit or when the user stops.
    fn wait(&mut self, limit: Duration, watch: &dyn Watch) -> std::io::Result<Option<ExitStatus>> {
        let end = Instant::now() + limit;
        while Instant::now() < end && watch.check().is_ok() {
            if let Some(status) = self.0.try_wait()? {
                return Ok(Some(status));
            }
            std::thread::sleep(STEP);
        }
        Ok(None)
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

/// A script's own children are ended with it.
#[cfg(unix)]
fn lead_a_group(command: &mut Command) {
    use std::os::unix::process::CommandExt;
    command.process_group(0);
}

#[cfg(unix)]
fn end_group(child: &Child) {
    let group = i32::try_from(child.id()).ok().and_then(rustix::process::Pid::from_raw);
    if let Some(group) = group {
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
    }
}

#[cfg(not(unix))]
fn lead_a_group(_command: &mut Command) {}

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
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    match read.is_err() || lines.is_empty() {
        true => String::new(),
        false => format!(": {}", lines[lines.len().saturating_sub(TAIL_LINES)..].join("; ")),
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::sync::atomic::AtomicBool;

    use super::*;
    use crate::pipeline::Silent;

    fn shell(script: &str, limit: Duration, watch: &dyn Watch) -> Result<Ended> {
        let folder = tempfile::tempdir().unwrap();
        let mut command = Command::new("sh");
        run(command.args(["-c", script]), &folder.path().join("log"), limit, watch)
    }

    #[test]
    fn the_last_lines_are_the_reason() {
        let watch = Silent::default();
        assert_eq!(shell("true", LONGEST, &watch).unwrap(), Ended::Done);
        let script = "seq 9 >&2; echo; exit 3";
        let Ended::Failed(reason) = shell(script, LONGEST, &watch).unwrap() else { panic!() };
        assert_eq!(reason, "sh failed (exit status: 3): 5; 6; 7; 8; 9");
        let folder = tempfile::tempdir().unwrap();
        let mut none = Command::new("there-is-no-such-program");
        let ended = run(&mut none, &folder.path().join("log"), LONGEST, &watch).unwrap();
        assert_eq!(ended, Ended::Missing);
    }

    #[test]
    fn a_program_that_hangs_is_ended() {
        let begin = Instant::now();
        let limit = Duration::from_millis(300);
        let script = "echo waiting >&2; sleep 60; true";
        let Ended::Failed(reason) = shell(script, limit, &Silent::default()).unwrap() else {
            panic!()
        };
        assert_eq!(reason, "sh was ended after 0 s: waiting");
        assert!(begin.elapsed() < Duration::from_secs(30));
    }

    #[test]
    fn waiting_can_be_stopped() {
        struct Stopped(AtomicBool);
        impl Watch for Stopped {
            fn stop(&self) -> &AtomicBool {
                &self.0
            }
        }
        let error = shell("sleep 60", LONGEST, &Stopped(true.into())).unwrap_err();
        assert_eq!(error.exit_code(), 130);
    }
}
