//! How long to wait before the next try.

use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::error::{Error, Result};

/// Exponential back-off with full jitter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retry {
    /// Longest wait before the second try; doubled before each further one.
    pub base: Duration,
    /// No wait that we choose is longer.
    pub cap: Duration,
    /// Tries in all.
    pub tries: u32,
}

impl Default for Retry {
    fn default() -> Self {
        Retry { base: Duration::from_millis(500), cap: Duration::from_secs(20), tries: 6 }
    }
}

/// No `Retry-After` keeps us waiting longer.
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(60);
/// How soon an interrupt is noticed.
const STEP: Duration = Duration::from_millis(50);

impl Retry {
    /// Starts counting.
    pub fn attempts(&self) -> Attempts {
        Attempts { retry: *self, failed: 0 }
    }

    /// The longest wait after so many failures.
    fn ceiling(&self, failed: u32) -> Duration {
        let doublings = failed.saturating_sub(1).min(20);
        self.base.saturating_mul(1 << doublings).min(self.cap)
    }
}

/// The tries of one request.
#[derive(Debug, Clone)]
pub struct Attempts {
    retry: Retry,
    failed: u32,
}

impl Attempts {
    /// Counts a failure and waits; `false` when no try is left.
    ///
    /// # Errors
    /// `stop` was set while waiting.
    pub fn wait(&mut self, retry_after: Option<Duration>, stop: &AtomicBool) -> Result<bool> {
        self.failed += 1;
        if self.failed >= self.retry.tries {
            return Ok(false);
        }
        let delay = match retry_after {
            Some(wanted) => wanted.min(LONGEST_RETRY_AFTER),
            None => self.retry.ceiling(self.failed).mul_f64(random_fraction()),
        };
        sleep(delay, stop).map(|()| true)
    }

    /// Whether the try that failed just now was the last.
    pub fn are_over(&self) -> bool {
        self.failed + 1 >= self.retry.tries
    }

    /// Something was gained: the next failure counts as the first.
    pub fn reset(&mut self) {
        self.failed = 0;
    }
}

/// From 0 to 1; each `RandomState` has new keys, which is random enough here.
fn random_fraction() -> f64 {
    RandomState::new().hash_one(0) as f64 / u64::MAX as f64
}

fn sleep(delay: Duration, stop: &AtomicBool) -> Result<()> {
    let end = Instant::now() + delay;
    loop {
        if stop.load(Ordering::Relaxed) {
            return Err(Error::interrupted());
        }
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(());
        }
        std::thread::sleep(left.min(STEP));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_cap() {
        let retry = Retry::default();
        let ceilings: Vec<_> = (1..9).map(|failed| retry.ceiling(failed).as_millis()).collect();
        assert_eq!(ceilings, [500, 1000, 2000, 4000, 8000, 16000, 20000, 20000]);
        assert_eq!(retry.ceiling(u32::MAX), retry.cap);
        assert!((0..100).all(|_| (0.0..=1.0).contains(&random_fraction())));
    }

    #[test]
    fn tries_end_and_can_start_again() {
        let mut attempts = Retry { base: Duration::ZERO, ..Retry::default() }.attempts();
        let stop = AtomicBool::new(false);
        let count = |attempts: &mut Attempts| {
            (0..).take_while(|_| attempts.wait(None, &stop).unwrap()).count()
        };
        assert_eq!(count(&mut attempts), 5);
        attempts.reset();
        assert_eq!(count(&mut attempts), 5);
    }

    #[test]
    fn an_interrupt_ends_the_wait() {
        let stop = AtomicBool::new(true);
        let waited = Retry::default().attempts().wait(Some(Duration::from_secs(60)), &stop);
        assert_eq!(waited.unwrap_err().kind(), crate::Kind::Interrupted);
    }
}
