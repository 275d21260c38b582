//! What a job does next.
//!
//! In: the job, what is known of its past, the time. Out: to run, to leave out what was
//! missed, or to wait. Promises: pure, so that a week of it can be looked at in a moment;
//! each scheduled time is run once, or stands for itself among those that one run caught up.

use super::history::Outcome;
use super::job::Job;

/// A run that begins later than this after its time was missed, if nobody was awake.
const GRACE: i64 = 600;
/// More missed runs are not counted.
const MOST_COUNTED: u32 = 1000;
/// Back to here one looks for the latest time, before looking further.
const WINDOWS: [i64; 4] = [3600, 86_400, 32 * 86_400, 400 * 86_400];

/// What is known of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Past {
    /// Up to this time everything has happened, or was left out.
    pub settled: i64,
    /// Its last run by schedule.
    pub last: Option<LastRun>,
}

/// The last run of a job, with all its tries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LastRun {
    /// The time it is for.
    pub scheduled: i64,
    /// How the last try ended.
    pub outcome: Outcome,
    /// When that was.
    pub ended: i64,
    /// Tries that failed.
    pub failures: u32,
    /// Tries that nobody saw the end of.
    pub interruptions: u32,
    /// Whether a failure like this may pass.
    pub may_repeat: bool,
}

/// What to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Run it.
    Run {
        /// The time that the run is for.
        scheduled: i64,
        /// Number of the try, from 1.
        attempt: u32,
        /// Earlier times for which it stands.
        missed: u32,
    },
    /// Leave out so many times up to this one: nobody was awake, and none is caught up.
    Skip {
        /// The last of them.
        scheduled: i64,
        /// How many.
        missed: u32,
    },
    /// Find out what became of a run whose end nobody wrote down.
    Mend,
    /// Nothing before this time; none: nothing at all.
    Wait(Option<i64>),
}

/// What `job` does next, at the time `now`, where somebody looks after it since `awake`.
pub fn next(job: &Job, past: &Past, awake: i64, now: i64) -> Next {
    let last = past.last.as_ref();
    if last.is_some_and(|last| last.outcome == Outcome::Running) {
        return Next::Mend;
    }
    if let Some((scheduled, missed)) = latest_due(job, past.settled, now) {
        let is_late = job.begins(scheduled) < awake - GRACE;
        if is_late && !job.catch_up {
            return Next::Skip { scheduled, missed: missed + 1 };
        }
        // A run that was cut off and is due again is caught up by this one.
        let is_cut_off = |last: &LastRun| {
            last.outcome == Outcome::Interrupted && repeats_at(job, last).is_some()
        };
        let cut_off = u32::from(last.is_some_and(is_cut_off));
        return Next::Run { scheduled, attempt: 1, missed: missed + cut_off };
    }
    let next = job.next_after(past.settled).map(|time| job.begins(time));
    match last.and_then(|last| Some((last, repeats_at(job, last)?))) {
        Some((last, at)) if at <= now => {
            let attempt = last.failures + last.interruptions + 1;
            Next::Run { scheduled: last.scheduled, attempt, missed: 0 }
        }
        Some((_, at)) => Next::Wait(Some(next.map_or(at, |next| next.min(at)))),
        None => Next::Wait(next),
    }
}

/// When a run is tried again, if it is.
pub fn repeats_at(job: &Job, last: &LastRun) -> Option<i64> {
    match last.outcome {
        Outcome::Failed | Outcome::TimedOut => {
            let is_left = last.may_repeat && last.failures <= job.retries;
            is_left.then(|| last.ended + job.pause_after(last.failures))
        }
        // A run that ends its runner is not tried for ever.
        Outcome::Interrupted => (job.catch_up && last.interruptions == 1).then_some(last.ended),
        Outcome::Running | Outcome::Done | Outcome::Missed => None,
    }
}

/// The latest time after `settled` whose run should have begun by `now`, and how many
/// stand before it.
fn latest_due(job: &Job, settled: i64, now: i64) -> Option<(i64, u32)> {
    let is_due = |time: &i64| job.begins(*time) <= now;
    let after = |from: i64| {
        let times = std::iter::successors(job.next_after(from), |&time| job.next_after(time));
        // Jitter is shorter than the time between two runs, so the order stays.
        times.take_while(is_due)
    };
    after(settled).next()?;
    let froms = WINDOWS.iter().map(|window| now - window).filter(|from| *from > settled);
    let latest = froms.chain([settled]).find_map(|from| after(from).last())?;
    let before = after(settled).take_while(|time| *time < latest).take(MOST_COUNTED as usize);
    Some((latest, u32::try_from(before.count()).unwrap_or(MOST_COUNTED)))
}

#[cfg(test)]
mod tests {
    use super::super::job::tests::job;
    use super::*;

    /// 2026-11-23 00:00 in Berlin, a Monday.
    const MONDAY: i64 = 1_795_388_400;
    const HOUR: i64 = 3600;
    const DAY: i64 = 24 * HOUR;

    fn after(settled: i64) -> Past {
        Past { settled, last: None }
    }

    fn ended(outcome: Outcome, failures: u32, interruptions: u32) -> Past {
        let scheduled = MONDAY + 7 * HOUR;
        let ended = scheduled + 100;
        let last = LastRun { scheduled, outcome, ended, failures, interruptions, may_repeat: true };
        Past { settled: scheduled, last: Some(last) }
    }

    fn run(scheduled: i64, attempt: u32, missed: u32) -> Next {
        Next::Run { scheduled, attempt, missed }
    }

    #[test]
    fn it_waits_for_its_time_and_runs() {
        let daily = job("a", "cron = \"0 7 * * *\"");
        let seven = MONDAY + 7 * HOUR;
        assert_eq!(next(&daily, &after(MONDAY), MONDAY, MONDAY), Next::Wait(Some(seven)));
        assert_eq!(next(&daily, &after(MONDAY), MONDAY, seven), run(seven, 1, 0));
        assert_eq!(next(&daily, &after(seven), MONDAY, seven), Next::Wait(Some(seven + DAY)));
        let later = job("a", "cron = \"0 7 * * *\"\njitter = 600");
        let begins = later.begins(seven);
        assert!(begins > seven);
        assert_eq!(next(&later, &after(MONDAY), MONDAY, begins - 1), Next::Wait(Some(begins)));
        assert_eq!(next(&later, &after(MONDAY), MONDAY, begins), run(seven, 1, 0));
    }

    #[test]
    fn what_was_missed_is_caught_up_once_or_left_out() {
        let seven = MONDAY + 7 * HOUR;
        let now = seven + 2 * DAY + 3 * HOUR;
        let daily = job("a", "cron = \"0 7 * * *\"");
        assert_eq!(next(&daily, &after(MONDAY), now, now), run(seven + 2 * DAY, 1, 2));
        let fresh = job("a", "cron = \"0 7 * * *\"\ncatch_up = false");
        let skip = Next::Skip { scheduled: seven + 2 * DAY, missed: 3 };
        assert_eq!(next(&fresh, &after(MONDAY), now, now), skip);
        // Who was awake and busy runs it all the same, and so does who comes a little late.
        assert_eq!(next(&fresh, &after(MONDAY), seven, now), run(seven + 2 * DAY, 1, 2));
        assert_eq!(next(&fresh, &after(MONDAY), seven + 60, seven + 60), run(seven, 1, 0));
    }

    #[test]
    fn years_of_minutes_are_looked_at_quickly() {
        let often = job("a", "cron = \"* * * * *\"");
        let now = MONDAY + 3 * 365 * DAY + 30;
        assert_eq!(next(&often, &after(MONDAY), now, now), run(now - 30, 1, MOST_COUNTED));
        let rare = job("a", "cron = \"0 7 1 1 *\"");
        let found = next(&rare, &after(MONDAY - 5 * 365 * DAY), now, now);
        assert!(matches!(found, Next::Run { missed: 7, .. }), "{found:?}");
    }

    #[test]
    fn failures_are_repeated_after_a_pause() {
        let daily = job("a", "cron = \"0 7 * * *\"\nretries = 2\nbackoff = 60");
        let seven = MONDAY + 7 * HOUR;
        let failed = |failures| ended(Outcome::Failed, failures, 0);
        let at = seven + 100;
        assert_eq!(next(&daily, &failed(1), MONDAY, at), Next::Wait(Some(at + 60)));
        assert_eq!(next(&daily, &failed(1), MONDAY, at + 60), run(seven, 2, 0));
        assert_eq!(next(&daily, &failed(2), MONDAY, at + 60), Next::Wait(Some(at + 120)));
        assert_eq!(next(&daily, &failed(2), MONDAY, at + 120), run(seven, 3, 0));
        assert_eq!(next(&daily, &failed(3), MONDAY, at + DAY / 2), Next::Wait(Some(seven + DAY)));
        // What no repetition can mend, and what the next time overtakes.
        let mut wrong = failed(1);
        wrong.last.as_mut().unwrap().may_repeat = false;
        assert_eq!(next(&daily, &wrong, MONDAY, at + 60), Next::Wait(Some(seven + DAY)));
        assert_eq!(next(&daily, &failed(1), MONDAY, seven + DAY), run(seven + DAY, 1, 0));
    }

    #[test]
    fn what_was_cut_off_is_run_once_more() {
        let daily = job("a", "cron = \"0 7 * * *\"");
        let seven = MONDAY + 7 * HOUR;
        let now = seven + HOUR;
        assert_eq!(next(&daily, &ended(Outcome::Running, 0, 0), MONDAY, now), Next::Mend);
        let cut = |count| ended(Outcome::Interrupted, 0, count);
        assert_eq!(next(&daily, &cut(1), MONDAY, now), run(seven, 2, 0));
        assert_eq!(next(&daily, &cut(2), MONDAY, now), Next::Wait(Some(seven + DAY)));
        assert_eq!(next(&daily, &cut(1), MONDAY, seven + DAY), run(seven + DAY, 1, 1));
        let fresh = job("a", "cron = \"0 7 * * *\"\ncatch_up = false");
        assert_eq!(next(&fresh, &cut(1), MONDAY, now), Next::Wait(Some(seven + DAY)));
    }
}
