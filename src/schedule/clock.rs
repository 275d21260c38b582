//! What time it is, and waiting until it is later.

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering::Relaxed};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Tells the time, in seconds since 1970, and waits.
pub trait Clock {
    /// Now.
    fn now(&self) -> i64;

    /// Returns after `duration`, or when `stop` is set.
    fn wait(&self, duration: Duration, stop: &AtomicBool);
}

/// The clock of this computer.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

/// How soon a request to stop is noticed.
const STEP: Duration = Duration::from_millis(50);

impl Clock for SystemClock {
    fn now(&self) -> i64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
    }

    fn wait(&self, duration: Duration, stop: &AtomicBool) {
        let end = Instant::now() + duration;
        while !stop.load(Relaxed) {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            std::thread::sleep(left.min(STEP));
        }
    }
}

/// A clock that stands still until somebody waits or sets it, for simulations.
#[derive(Debug, Default)]
pub struct PausedClock {
    milliseconds: AtomicI64,
    end: AtomicI64,
}

impl PausedClock {
    /// Stands at `now`; who waits beyond `end` is stopped there.
    pub fn new(now: i64, end: i64) -> Self {
        PausedClock { milliseconds: AtomicI64::new(now * 1000), end: AtomicI64::new(end) }
    }

    /// Sets it to `now`, and where the next wait ends to `end`.
    pub fn set(&self, now: i64, end: i64) {
        self.milliseconds.store(now * 1000, Relaxed);
        self.end.store(end, Relaxed);
    }
}

impl Clock for PausedClock {
    fn now(&self) -> i64 {
        self.milliseconds.load(Relaxed).div_euclid(1000)
    }

    fn wait(&self, duration: Duration, stop: &AtomicBool) {
        let passed = i64::try_from(duration.as_millis()).unwrap_or(i64::MAX / 2);
        let end = self.end.load(Relaxed).saturating_mul(1000);
        let now = self.milliseconds.load(Relaxed).saturating_add(passed);
        self.milliseconds.store(now.min(end), Relaxed);
        if now >= end {
            stop.store(true, Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_paused_clock_moves_by_waiting_alone() {
        let (clock, stop) = (PausedClock::new(100, 200), AtomicBool::new(false));
        clock.wait(Duration::from_millis(1500), &stop);
        assert_eq!((clock.now(), stop.load(Relaxed)), (101, false));
        clock.wait(Duration::from_secs(1000), &stop);
        assert_eq!((clock.now(), stop.load(Relaxed)), (200, true));
    }

    #[test]
    fn a_stop_ends_the_wait() {
        SystemClock.wait(Duration::from_secs(600), &AtomicBool::new(true));
        assert!(SystemClock.now() > 1_700_000_000);
    }
}
