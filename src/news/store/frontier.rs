//! Which pages are still to be fetched.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::NewsStore;
use super::sources::Validators;
use crate::error::Result;

/// A page that a source or another page names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// Its address in canonical form.
    pub url: String,
    /// Its title, as the source has it.
    pub title: Option<String>,
    /// Its date, as the source has it; a later one than that known asks for it again.
    pub date: Option<String>,
}

/// A page to be fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// Its number.
    pub id: i64,
    /// Its address.
    pub url: String,
    /// The source it belongs to.
    pub source: i64,
    /// How many links it is away from what the source lists.
    pub depth: u32,
    /// How often it failed so far.
    pub tries: u32,
    /// Title and date as the source has them.
    pub title: Option<String>,
    /// See `title`.
    pub date: Option<String>,
    /// Of its last answer.
    pub validators: Validators,
}

/// How many pages are in each state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Counts {
    /// To be fetched.
    pub waiting: i64,
    /// Fetched, an article.
    pub stored: i64,
    /// Fetched, no article.
    pub refused: i64,
    /// Not fetched, and not tried again.
    pub failed: i64,
}

/// What became of a page.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct PageState {
    /// Its address.
    pub url: String,
    /// `waiting`, `stored`, `refused` or `failed`.
    pub state: String,
    /// Why it is no article, or could not be fetched.
    pub reason: Option<String>,
    /// How often it failed.
    pub tries: u32,
    /// When it is tried again, in seconds since 1970; 0: at once.
    pub next_try: i64,
}

/// No page waits so many seconds for its next try.
const LONGEST_WAIT: i64 = 2 * 60 * 60;

impl NewsStore {
    /// Calls `take` with all pages in a state, or with those of every state.
    ///
    /// # Errors
    /// If the database fails, or `take` does.
    pub fn each_page(
        &self,
        state: Option<&str>,
        mut take: impl FnMut(PageState) -> Result<()>,
    ) -> Result<()> {
        let failed = |error| self.failed(error);
        let query = "SELECT url, state, reason, tries, next_try FROM pages
                     WHERE ?1 IS NULL OR state = ?1 ORDER BY id";
        let mut found = self.connection.prepare_cached(query).map_err(failed)?;
        let mut rows = found.query([state]).map_err(failed)?;
        while let Some(row) = rows.next().map_err(failed)? {
            take(page_state(row).map_err(failed)?)?;
        }
        Ok(())
    }

    /// Pages that may be fetched at `now`, the longest waiting first.
    ///
    /// # Errors
    /// If the database fails.
    pub fn waiting(&self, now: i64, limit: usize) -> Result<Vec<Waiting>> {
        self.read(|one| {
            let mut found = one.prepare_cached(
                "SELECT id, url, source, depth, tries, title, date, etag, last_modified FROM pages
                 WHERE state = 'waiting' AND (next_try <= ?1 OR next_try > ?3)
                 ORDER BY next_try, id LIMIT ?2",
            )?;
            // What waits longer than anything has to was told so by a clock that was wrong.
            let wrong = now.saturating_add(LONGEST_WAIT);
            found.query_map(params![now, limit as i64, wrong], waiting)?.collect()
        })
    }

    /// When the next page that waits may be tried, if one waits at all.
    ///
    /// # Errors
    /// If the database fails.
    pub fn next_try(&self) -> Result<Option<i64>> {
        self.read(|one| {
            one.query_row("SELECT min(next_try) FROM pages WHERE state = 'waiting'", [], |row| {
                row.get(0)
            })
        })
    }

    /// How many pages are in each state.
    ///
    /// # Errors
    /// If the database fails.
    pub fn counts(&self) -> Result<Counts> {
        self.read(|one| {
            let mut counts = Counts::default();
            let mut found =
                one.prepare_cached("SELECT state, count(*) FROM pages GROUP BY state")?;
            let mut rows = found.query([])?;
            while let Some(row) = rows.next()? {
                let count = row.get(1)?;
                match row.get::<_, String>(0)?.as_str() {
                    "waiting" => counts.waiting = count,
                    "stored" => counts.stored = count,
                    "refused" => counts.refused = count,
                    _ => counts.failed = count,
                }
            }
            Ok(counts)
        })
    }

    /// Keeps that a page could not be fetched: it waits until `next_try`, or is given up.
    ///
    /// # Errors
    /// If the database fails.
    pub fn page_failed(
        &mut self,
        page: i64,
        reason: &str,
        next_try: Option<i64>,
        now: i64,
    ) -> Result<()> {
        self.transact(|one| {
            one.execute(
                "UPDATE pages SET state = ?2, reason = ?3, tries = tries + 1, next_try = ?4
                 WHERE id = ?1",
                params![
                    page,
                    if next_try.is_some() { "waiting" } else { "failed" },
                    reason,
                    next_try.unwrap_or(0)
                ],
            )?;
            log(one, page, now, reason)
        })
    }

    /// Keeps that a page is as it was when it was stored.
    ///
    /// # Errors
    /// If the database fails.
    pub fn page_unchanged(&mut self, page: i64, now: i64) -> Result<()> {
        self.transact(|one| {
            one.execute(
                "UPDATE pages SET state = CASE WHEN EXISTS (SELECT 1 FROM articles WHERE page = ?1)
                 THEN 'stored' ELSE 'refused' END, tries = 0 WHERE id = ?1",
                [page],
            )?;
            log(one, page, now, "not-modified")
        })
    }
}

pub(super) fn log(one: &Connection, page: i64, now: i64, outcome: &str) -> rusqlite::Result<()> {
    one.prepare_cached("INSERT INTO fetches (page, time, outcome) VALUES (?1, ?2, ?3)")?
        .execute(params![page, now, outcome])
        .map(drop)
}

/// Adds pages that were not known; gives how many now wait that did not.
pub(super) fn add_found(
    one: &Connection,
    source: i64,
    depth: u32,
    found: &[Found],
    now: i64,
) -> rusqlite::Result<u64> {
    let mut known = one.prepare_cached("SELECT id, date, state FROM pages WHERE url = ?1")?;
    let mut add = one.prepare_cached(
        "INSERT INTO pages (url, source, depth, title, date, found, state)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'waiting')",
    )?;
    let mut again = one.prepare_cached(
        "UPDATE pages SET state = 'waiting', tries = 0, next_try = 0, date = ?2 WHERE id = ?1",
    )?;
    let mut new = 0;
    for page in found {
        let before = known
            .query_row([&page.url], |row| {
                Ok((
                    row.get::<_, i64>(0)?,
                    row.get::<_, Option<String>>(1)?,
                    row.get::<_, String>(2)?,
                ))
            })
            .optional()?;
        match before {
            None => {
                add.execute(params![page.url, source, depth, page.title, page.date, now])?;
                new += 1;
            }
            Some((id, date, state)) if is_later(page.date.as_deref(), date.as_deref()) => {
                again.execute(params![id, page.date])?;
                new += u64::from(state != "waiting");
            }
            Some(_) => {}
        }
    }
    Ok(new)
}

/// Whether a source says that it changed a page after the date it gave before.
fn is_later(date: Option<&str>, known: Option<&str>) -> bool {
    let instant = |date: &str| chrono::DateTime::parse_from_rfc3339(date).ok();
    match (date.and_then(instant), known.and_then(instant)) {
        (Some(date), Some(known)) => date > known,
        _ => false,
    }
}

fn page_state(row: &Row<'_>) -> rusqlite::Result<PageState> {
    Ok(PageState {
        url: row.get(0)?,
        state: row.get(1)?,
        reason: row.get(2)?,
        tries: row.get(3)?,
        next_try: row.get(4)?,
    })
}

fn waiting(row: &Row<'_>) -> rusqlite::Result<Waiting> {
    Ok(Waiting {
        id: row.get(0)?,
        url: row.get(1)?,
        source: row.get(2)?,
        depth: row.get(3)?,
        tries: row.get(4)?,
        title: row.get(5)?,
        date: row.get(6)?,
        validators: Validators { etag: row.get(7)?, last_modified: row.get(8)? },
    })
}
