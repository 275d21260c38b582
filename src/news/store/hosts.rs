//! What sites allow.

use rusqlite::{OptionalExtension, params};

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

impl NewsStore {
    /// What is known of `host`, which is written with its scheme and port.
    ///
    /// # Errors
    /// If the database fails.
    pub fn robots(&self, host: &str) -> Result<Option<HostRobots>> {
        self.read(|one| {
            one.prepare_cached(
                "SELECT robots, robots_status, robots_fetched FROM hosts WHERE host = ?1",
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
