//! Writing down what happens.

use rusqlite::{Connection, TransactionBehavior, params};

use super::{DeliveryState, History, Outcome};
use crate::error::Result;
use crate::schedule::job::Job;

/// Runs of a job that are kept; older ones are forgotten.
const KEPT_RUNS: u32 = 1000;
/// A clock that is put back further than this was wrong before.
const WRONG_CLOCK: i64 = 3600;

/// A run that begins.
#[derive(Debug, Clone, Copy)]
pub(in crate::schedule) struct Begun<'a> {
    /// The job.
    pub job: &'a str,
    /// The time that it is for.
    pub scheduled: i64,
    /// Number of the try.
    pub attempt: u32,
    /// Earlier times for which it stands.
    pub missed: u32,
    /// Whether somebody asked for it.
    pub is_manual: bool,
    /// When it begins.
    pub started: i64,
}

/// How a run ended.
#[derive(Debug, Clone, Default)]
pub(in crate::schedule) struct Ended {
    pub ended: i64,
    pub outcome: Option<Outcome>,
    pub message: String,
    pub may_repeat: bool,
    pub files: Vec<String>,
    /// Where the files go, with their numbers.
    pub targets: Vec<(u32, String)>,
}

impl History {
    /// Up to when a job is settled.
    pub(super) fn settled(&mut self, job: &Job, now: i64) -> Result<i64> {
        let timetable = job.timetable();
        let known = self.read(|one| {
            let mut select =
                one.prepare_cached("SELECT timetable, settled FROM schedule_jobs WHERE name = ?1")?;
            let row =
                |row: &rusqlite::Row<'_>| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?));
            select.query_map([&job.name], row)?.next().transpose()
        })?;
        let settled = match known {
            Some((known, settled)) if known == timetable && settled <= now + WRONG_CLOCK => {
                return Ok(settled);
            }
            // At its new times, nothing of what is behind us was ever due.
            Some((_, settled)) if settled <= now + WRONG_CLOCK => settled.max(now),
            _ => now,
        };
        self.transact(|one| {
            one.execute(
                "INSERT INTO schedule_jobs (name, timetable, settled) VALUES (?1, ?2, ?3)
                 ON CONFLICT (name) DO UPDATE SET timetable = ?2, settled = ?3",
                params![job.name, timetable, settled],
            )
        })?;
        Ok(settled)
    }

    /// Writes that a run begins; gives its number, or nothing if that run is there already.
    pub(in crate::schedule) fn begin(&mut self, run: &Begun<'_>) -> Result<Option<i64>> {
        self.transact(|one| {
            let added = one.execute(
                "INSERT INTO schedule_runs
                 (job, scheduled, attempt, is_manual, missed, started, outcome)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'running') ON CONFLICT DO NOTHING",
                params![
                    run.job,
                    run.scheduled,
                    run.attempt,
                    run.is_manual,
                    run.missed,
                    run.started
                ],
            )?;
            let id = (added > 0).then(|| one.last_insert_rowid());
            if !run.is_manual {
                settle(one, run.job, run.scheduled)?;
            }
            Ok(id)
        })
    }

    /// Writes that times were left out.
    pub(in crate::schedule) fn skip(&mut self, run: &Begun<'_>) -> Result<()> {
        let message = format!("{} runs were missed, and are not caught up", run.missed);
        self.transact(|one| {
            one.execute(
                "INSERT INTO schedule_runs
                 (job, scheduled, attempt, is_manual, missed, started, ended, outcome, message)
                 VALUES (?1, ?2, ?3, 0, ?4, ?5, ?5, 'missed', ?6) ON CONFLICT DO NOTHING",
                params![run.job, run.scheduled, run.attempt, run.missed, run.started, message],
            )?;
            settle(one, run.job, run.scheduled)
        })
    }

    /// Writes how a run ended, and where its files shall go.
    pub(in crate::schedule) fn end(&mut self, id: i64, end: &Ended) -> Result<()> {
        let outcome = end.outcome.unwrap_or(Outcome::Failed).name();
        let files = serde_json::to_string(&end.files).expect("names are text");
        self.transact(|one| {
            one.execute(
                "UPDATE schedule_runs SET ended = ?2, outcome = ?3, message = ?4, may_repeat = ?5,
                 files = ?6 WHERE id = ?1",
                params![id, end.ended, outcome, end.message, end.may_repeat, files],
            )?;
            for (number, target) in &end.targets {
                one.execute(
                    "INSERT INTO schedule_deliveries (run, number, target, state, next)
                     VALUES (?1, ?2, ?3, 'waiting', ?4)",
                    params![id, number, target, end.ended],
                )?;
            }
            Ok(())
        })
    }

    /// What a process left that did not come to its end: whoever holds the job's lock
    /// knows that none is at work.
    pub(in crate::schedule) fn mend(
        &mut self,
        job: &str,
        now: i64,
        may_send_twice: &dyn Fn(&str) -> bool,
    ) -> Result<()> {
        let sending: Vec<(i64, u32, String)> = self.read(|one| {
            let mut select = one.prepare_cached(
                "SELECT run, number, target FROM schedule_deliveries
                 JOIN schedule_runs ON schedule_runs.id = run
                 WHERE job = ?1 AND state = 'sending'",
            )?;
            select.query_map([job], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?.collect()
        })?;
        self.transact(|one| {
            one.execute(
                "UPDATE schedule_runs SET outcome = 'interrupted', ended = ?2,
                 message = 'the program ended in the middle of it'
                 WHERE job = ?1 AND outcome = 'running'",
                params![job, now],
            )?;
            for (run, number, target) in &sending {
                let (state, message) = match may_send_twice(target) {
                    true => (DeliveryState::Waiting, ""),
                    false => (
                        DeliveryState::Unsure,
                        "the program ended while it was on its way; it may have arrived",
                    ),
                };
                one.execute(
                    "UPDATE schedule_deliveries SET state = ?3, message = ?4
                     WHERE run = ?1 AND number = ?2",
                    params![run, number, state.name(), message],
                )?;
            }
            Ok(())
        })
    }

    /// Writes that a delivery is on its way.
    pub(in crate::schedule) fn sending(&mut self, run: i64, number: u32) -> Result<()> {
        self.transact(|one| {
            one.execute(
                "UPDATE schedule_deliveries SET state = 'sending', tries = tries + 1
                 WHERE run = ?1 AND number = ?2",
                params![run, number],
            )
        })
        .map(drop)
    }

    /// Writes what became of it; `next` is when it is tried again.
    pub(in crate::schedule) fn sent(
        &mut self,
        (run, number): (i64, u32),
        state: DeliveryState,
        next: i64,
        message: &str,
        entry: Option<&str>,
    ) -> Result<()> {
        self.transact(|one| {
            one.execute(
                "UPDATE schedule_deliveries
                 SET state = ?3, next = ?4, message = ?5, entry = coalesce(?6, entry)
                 WHERE run = ?1 AND number = ?2",
                params![run, number, state.name(), next, message, entry],
            )
        })
        .map(drop)
    }

    /// Forgets the oldest runs of a job, but none with a delivery to come.
    pub(in crate::schedule) fn prune(&mut self, job: &str) -> Result<()> {
        self.transact(|one| {
            one.execute(
                "DELETE FROM schedule_runs WHERE job = ?1 AND id <= (
                     SELECT id FROM schedule_runs WHERE job = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)
                 AND NOT EXISTS (SELECT 1 FROM schedule_deliveries
                     WHERE run = schedule_runs.id AND state IN ('waiting', 'sending'))",
                params![job, KEPT_RUNS],
            )
        })
        .map(drop)
    }

    fn transact<T>(&mut self, work: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T> {
        let done = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .and_then(|transaction| {
                let done = work(&transaction)?;
                transaction.commit()?;
                Ok(done)
            });
        done.map_err(|error| self.failed(error))
    }
}

fn settle(one: &Connection, job: &str, scheduled: i64) -> rusqlite::Result<()> {
    one.execute(
        "UPDATE schedule_jobs SET settled = max(settled, ?2) WHERE name = ?1",
        params![job, scheduled],
    )
    .map(drop)
}
