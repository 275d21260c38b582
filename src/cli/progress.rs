//! Progress on standard error, and Ctrl-C.

use std::io::Write;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use malmoi::pipeline::Watch;
use malmoi::{Error, Result};

/// Set by Ctrl-C and by a request to end; a second one ends at once.
static STOP: AtomicBool = AtomicBool::new(false);

/// Set where the first one ends at once too.
static AT_ONCE: AtomicBool = AtomicBool::new(false);

/// A bar that is drawn on a terminal only.
pub struct Progress {
    bar: ProgressBar,
    quiet: bool,
    stage_began: Mutex<Instant>,
}

impl Progress {
    /// Catches Ctrl-C from here on.
    ///
    /// # Errors
    /// If the signal cannot be caught.
    pub fn start(quiet: bool) -> Result<Self> {
        ctrlc::set_handler(|| {
            if STOP.swap(true, Relaxed) || AT_ONCE.load(Relaxed) {
                // Nobody else will say it. Standard error may be gone; that is no reason to stay.
                let _ = writeln!(std::io::stderr(), "error: {}", Error::interrupted());
                malmoi::files::remove_unfinished();
                std::process::exit(130);
            }
        })
        .map_err(|error| Error::io(format!("cannot catch Ctrl-C: {error}")).caused_by(error))?;
        // indicatif draws nothing where standard error is no terminal.
        let target = if quiet {
            ProgressDrawTarget::hidden()
        } else {
            ProgressDrawTarget::stderr_with_hz(8)
        };
        let bar = ProgressBar::with_draw_target(None, target);
        bar.set_style(style("{spinner} {prefix:<10} {msg}"));
        Ok(Progress { bar, quiet, stage_began: Mutex::new(Instant::now()) })
    }

    /// Shows how much of `total` bytes is `done` while `work` goes on.
    pub fn follow<T>(&self, done: &AtomicU64, total: u64, work: impl FnOnce() -> T) -> T {
        let ended = AtomicBool::new(false);
        self.bar.set_length(total);
        self.bar.set_style(style("{prefix:<10} [{bar:30}] {bytes}/{total_bytes}, {eta} left"));
        std::thread::scope(|scope| {
            let showing = scope.spawn(|| {
                while !ended.load(Relaxed) {
                    self.bar.set_position(done.load(Relaxed));
                    std::thread::park_timeout(Duration::from_millis(120));
                }
            });
            let result = work();
            ended.store(true, Relaxed);
            showing.thread().unpark();
            result
        })
    }

    /// For a command that waits for input which may never come, and that leaves
    /// nothing half-written.
    pub fn end_at_once(&self) {
        AT_ONCE.store(true, Relaxed);
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

impl Watch for Progress {
    fn stage(&self, name: &'static str) {
        tracing::info!(stage = name, "stage begins");
        *self.stage_began.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
        self.bar.set_style(style("{spinner} {prefix:<10} {msg}"));
        self.bar.set_prefix(name);
        self.bar.set_message("");
        self.bar.enable_steady_tick(Duration::from_millis(120));
    }

    fn advance(&self, documents: u64, bytes: Option<(u64, u64)>) {
        let began = *self.stage_began.lock().unwrap_or_else(PoisonError::into_inner);
        let rate = documents as f64 / began.elapsed().as_secs_f64().max(1e-3);
        let shown = match documents {
            0 => String::new(),
            _ => format!("{documents} documents, {rate:.0}/s,"),
        };
        self.bar.set_message(shown);
        if let Some((done, total)) = bytes {
            if self.bar.length() != Some(total) {
                self.bar.set_length(total);
                self.bar.set_style(style(
                    "{prefix:<10} [{bar:30}] {bytes}/{total_bytes}, {bytes_per_sec}, {msg} {eta} left",
                ));
            }
            self.bar.set_position(done);
        }
    }

    fn note(&self, message: &str) {
        if self.quiet {
            return;
        }
        let show = || anstream::eprintln!("note: {message}");
        self.bar.suspend(show);
    }

    fn stop(&self) -> &AtomicBool {
        &STOP
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.finish();
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).expect("templates are written here")
}
