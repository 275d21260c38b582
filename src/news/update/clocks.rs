//! The clocks of hosts over several updates.
//!
//! Promises: what a host was promised is kept by the next update, be this one killed;
//! a clock of this computer that was wrong blocks no host for long.

use std::time::{Duration, Instant};

use super::queue::Queue;
use crate::error::Result;
use crate::news::store::{HostClock, NewsStore};

/// Takes over what earlier updates kept.
pub(super) fn restore(queue: &mut Queue, store: &NewsStore, now: i64) -> Result<()> {
    for clock in store.clocks()? {
        let (host, failures) = (clock.host.clone(), clock.failures);
        let wait = remaining(&clock, now, queue.politeness.pause(&host));
        queue.politeness.restore(&host, Instant::now(), wait, failures);
    }
    Ok(())
}

/// Keeps when a host may be asked again. While it is asked, that is a pause from now on:
/// the request may be the last thing that this process does.
pub(super) fn keep(queue: &Queue, store: &mut NewsStore, host: &str, now: i64) -> Result<()> {
    let politeness = &queue.politeness;
    let wait = politeness.remaining(host, Instant::now());
    let failures = politeness.failures(host);
    let wait_ms = i64::try_from(wait.as_millis()).unwrap_or(i64::MAX);
    store.set_clock(&HostClock { host: host.to_owned(), asked: now, wait_ms, failures })
}

/// How long the host is still to be left alone. Times are whole seconds, so that up to
/// one less may have passed than they say.
fn remaining(clock: &HostClock, now: i64, pause: Duration) -> Duration {
    let wait = Duration::from_millis(clock.wait_ms.unsigned_abs());
    match u64::try_from(now.saturating_sub(clock.asked)) {
        Ok(passed) => wait.saturating_sub(Duration::from_secs(passed.saturating_sub(1))),
        // It was set in the future, so this computer's clock was wrong.
        Err(_) => wait.min(pause),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_of_a_wait_is_waited_for() {
        let left = |wait_ms: i64, asked: i64, now: i64| {
            let clock = HostClock { host: String::new(), asked, wait_ms, failures: 0 };
            remaining(&clock, now, Duration::from_secs(2)).as_millis()
        };
        assert_eq!(left(5000, 100, 100), 5000);
        assert_eq!(left(5000, 100, 101), 5000);
        assert_eq!(left(5000, 100, 104), 2000);
        assert_eq!(left(5000, 100, 200), 0);
        assert_eq!(left(5000, 100, 99), 2000, "the clock went back");
        assert_eq!(left(i64::MAX, i64::MAX, i64::MIN), 2000);
        assert_eq!(left(0, i64::MIN, i64::MAX), 0);
    }
}
