//! What sites allow, and when they may be asked.

use rusqlite::{OptionalExtension, Row, params};

use super::NewsStore;
use crate::error::Result;

/// The `robots.txt` of a host as it was last fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostRobots {
    /// Its text.
    pub body: Vec<u8>,
    /// The status of the answer; 0 if there was none.
    pub status: u16,
    /// When, in seconds since 1970.
    pub fetched: i64,
}

/// When a host may be asked again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostClock {
    /// Its name, and its port if that is not the usual one.
    pub host: String,
    /// When it was last asked, in seconds since 1970.
    pub asked: i64,
    /// How many milliseconds it was then to be left alone.
    pub wait_ms: i64,
    /// How often it failed in a row.
    pub failures: u32,
}

impl NewsStore {
    /// The clocks of all hosts that may have to wait. A damaged one is worth no more than
    /// none: the host gets its pause from the next request on.
    ///
    /// # Errors
    /// If the database fails.
    pub fn clocks(&self) -> Result<Vec<HostClock>> {
        self.read(|one| {
            let mut all = one.prepare(
                "SELECT host, asked, wait_ms, failures FROM clocks
                 WHERE typeof(host) = 'text' AND typeof(asked) = 'integer'
                 AND typeof(wait_ms) = 'integer' AND wait_ms >= 0
                 AND typeof(failures) = 'integer' AND failures BETWEEN 0 AND 4294967295",
            )?;
            let clock = |row: &Row<'_>| {
                let (host, asked, wait_ms, failures) =
                    (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?);
                Ok(HostClock { host, asked, wait_ms, failures })
            };
            all.query_map([], clock)?.collect()
        })
    }

    /// Keeps the clock of a host; one that has nothing to wait for needs no row.
    ///
    /// # Errors
    /// If the database fails.
    pub fn set_clock(&mut self, clock: &HostClock) -> Result<()> {
        // The log survives a kill without being flushed; a power cut takes long enough.
        self.read(|one| one.pragma_update(None, "synchronous", "normal"))?;
        let kept = self.transact(|one| match clock.wait_ms == 0 && clock.failures == 0 {
            true => one
                .prepare_cached("DELETE FROM clocks WHERE host = ?1")?
                .execute([&clock.host])
                .map(drop),
            false => one
                .prepare_cached(
                    "INSERT OR REPLACE INTO clocks (host, asked, wait_ms, failures)
                     VALUES (?1, ?2, ?3, ?4)",
                )?
                .execute(params![clock.host, clock.asked, clock.wait_ms, clock.failures])
                .map(drop),
        });
        self.read(|one| one.pragma_update(None, "synchronous", "full"))?;
        kept
    }

    /// What is known of `host`, which is written with its scheme and port. A damaged row is
    /// worth no more than none: the file is asked for again.
    ///
    /// # Errors
    /// If the database fails.
    pub fn robots(&self, host: &str) -> Result<Option<HostRobots>> {
        self.read(|one| {
            one.prepare_cached(
                "SELECT robots, robots_status, robots_fetched FROM hosts WHERE host = ?1
                 AND typeof(robots) IN ('blob', 'null')
                 AND typeof(robots_status) = 'integer' AND robots_status BETWEEN 0 AND 65535
                 AND typeof(robots_fetched) = 'integer'",
            )?
            .query_row([host], |row| {
                let body: Option<Vec<u8>> = row.get(0)?;
                let (status, fetched) = (row.get(1)?, row.get(2)?);
                Ok(HostRobots { body: body.unwrap_or_default(), status, fetched })
            })
            .optional()
        })
    }

    /// Keeps the `robots.txt` of `host`.
    ///
    /// # Errors
    /// If the database fails.
    pub fn set_robots(&mut self, host: &str, robots: &HostRobots) -> Result<()> {
        self.transact(|one| {
            one.execute(
                "INSERT OR REPLACE INTO hosts (host, robots, robots_status, robots_fetched)
                 VALUES (?1, ?2, ?3, ?4)",
                params![host, robots.body, robots.status, robots.fetched],
            )
            .map(drop)
        })
    }
}
