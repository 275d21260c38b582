//! The deliveries of runs: which there are, when each is tried, what is written down.
//!
//! Promises: a delivery that was accepted is not sent again; one that was not is tried
//! again, at once a few times, then less and less often, until it is given up. Where the
//! program ends in the middle of one, what replaces itself (files) is sent again; what does
//! not (letters, webhooks) is called unsure and left alone.

use std::path::Path;
use std::time::Duration;

use super::commands::Worked;
use super::deliver::{FEED_ENTRIES, target, tells_failures};
use super::history::{DeliveryState, Ended, JobDelivery, Outcome};
use super::job::Job;
use super::output;
use super::parcel::Parcel;
use super::runner::Runner;
use crate::config::DeliveryParams;
use crate::error::{Error, Result};
use crate::files::FileLock;

/// Tries in a row, with seconds between them.
const TRIES_IN_A_ROW: u32 = 3;
const FIRST_PAUSE: Duration = Duration::from_millis(500);
/// Tries in all before one gives up: about half a day.
const MOST_TRIES: u32 = 45;
/// Seconds to the second row of tries; twice as many before each further one.
const FIRST_WAIT: i64 = 60;
const LONGEST_WAIT: i64 = 3600;

/// How a run ended, with its files and where they go.
pub(super) fn ended(
    job: &Job,
    folder: &Path,
    worked: Worked,
    is_last_try: bool,
    now: i64,
) -> Ended {
    let Worked { mut outcome, mut message, may_repeat } = worked;
    let files = match outcome {
        Outcome::Done => output::files(folder).unwrap_or_else(|error| {
            (outcome, message) = (Outcome::Failed, error.to_string());
            Vec::new()
        }),
        _ => Vec::new(),
    };
    let is_told = |delivery: &DeliveryParams| match outcome {
        Outcome::Done => true,
        Outcome::Failed | Outcome::TimedOut => is_last_try && tells_failures(delivery),
        _ => false,
    };
    let numbered = job.deliver.iter().enumerate().filter(|(_, delivery)| is_told(delivery));
    Ended {
        ended: now,
        outcome: Some(outcome),
        message,
        may_repeat,
        files: files.into_iter().map(|file| file.name).collect(),
        targets: numbered
            .map(|(number, delivery)| (u32::try_from(number).unwrap_or(u32::MAX), target(delivery)))
            .collect(),
    }
}

impl Runner<'_> {
    /// Tries every delivery of `job` whose time has come. Whoever calls holds its lock.
    pub(super) fn deliver(&mut self, job: &Job, _lock: &FileLock) -> Result<()> {
        for (run, _) in self.history.open_deliveries(&job.name)? {
            let now = self.clock.now();
            let due = self.history.deliveries(run)?;
            let is_due = |one: &JobDelivery| one.state == DeliveryState::Waiting && one.next <= now;
            for delivery in due.into_iter().filter(is_due) {
                if self.is_stopped() {
                    return Ok(());
                }
                self.deliver_one(job, run, delivery)?;
            }
        }
        Ok(())
    }

    fn deliver_one(&mut self, job: &Job, run: i64, delivery: JobDelivery) -> Result<()> {
        let place = (run, delivery.number);
        let give_up = |runner: &mut Self, why: &str| {
            runner.tell(&format!("{}: not delivered to {}: {why}", job.name, delivery.target));
            runner.history.sent(place, DeliveryState::Failed, 0, why, None)
        };
        // Of two with one target, such as a webhook in two forms, the number tells which.
        let is_it = |one: &&DeliveryParams| target(one) == delivery.target;
        let same = job.deliver.get(delivery.number as usize).filter(is_it);
        let Some(settings) = same.or_else(|| job.deliver.iter().find(is_it)) else {
            return give_up(self, "it is not in the settings any more");
        };
        let parcel = match self.pack(job, run, settings, &delivery.target) {
            Ok(parcel) => parcel,
            Err(error) => return give_up(self, &error.to_string()),
        };
        let mut tries = delivery.tries;
        let mut pause = FIRST_PAUSE;
        for number in 1..=TRIES_IN_A_ROW {
            self.history.sending(run, delivery.number)?;
            tries += 1;
            let error = match self.deliver.send(settings, &parcel) {
                Ok(entry) => {
                    self.tell(&format!("{}: delivered to {}", job.name, delivery.target));
                    let entry = entry.as_deref();
                    return self.history.sent(place, DeliveryState::Done, 0, "", entry);
                }
                Err(error) => error,
            };
            if tries >= MOST_TRIES {
                return give_up(self, &told(&error));
            }
            let next = self.clock.now() + wait_after(tries);
            self.history.sent(place, DeliveryState::Waiting, next, &told(&error), None)?;
            if number == TRIES_IN_A_ROW {
                let why = told(&error);
                self.tell(&format!(
                    "{}: not yet delivered to {}: {why}",
                    job.name, delivery.target
                ));
                break;
            }
            self.clock.wait(pause, self.stop);
            if self.is_stopped() {
                break;
            }
            pause *= 2;
        }
        Ok(())
    }

    fn pack(
        &mut self,
        job: &Job,
        run: i64,
        settings: &DeliveryParams,
        target: &str,
    ) -> Result<Parcel> {
        let found = self.history.run(run)?;
        let folder = self.output(job, run);
        let mut parcel = Parcel::pack(job, found, &folder, &self.project.root)?;
        if settings.feed.is_some() {
            parcel.entries = self.history.entries(target, FEED_ENTRIES)?;
        }
        Ok(parcel)
    }
}

/// The error with its hint, in a line.
fn told(error: &Error) -> String {
    match error.hint() {
        Some(hint) => format!("{error} ({hint})"),
        None => error.to_string(),
    }
}

/// Seconds to the next row of tries.
fn wait_after(tries: u32) -> i64 {
    let rows = (tries.saturating_sub(1) / TRIES_IN_A_ROW).min(20);
    (FIRST_WAIT << rows).min(LONGEST_WAIT)
}
