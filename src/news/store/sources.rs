//! Where articles are listed.

use rusqlite::{OptionalExtension, Row, params};

use super::frontier::{Found, add_found};
use super::{NewsStore, json};
use crate::error::{Error, Result};

/// A feed, a sitemap or a page with links.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct NewsSource {
    /// Its number.
    pub id: i64,
    /// What `--source` calls it.
    pub name: String,
    /// Its address.
    pub url: String,
    /// Which of its links are followed, if it is a page.
    pub follow: Links,
    /// When it last answered, in seconds since 1970.
    pub asked: Option<i64>,
    /// Why it did not answer the last time.
    pub failure: Option<String>,
    /// Articles found through it.
    pub articles: i64,
    /// Pages that wait to be fetched.
    pub waiting: i64,
    #[serde(skip)]
    /// What the server told of its last answer.
    pub validators: Validators,
}

/// Which links of a page are followed.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Links {
    /// Patterns of which a link must fit one; empty: any.
    pub include: Vec<String>,
    /// Patterns of which a link must fit none.
    pub exclude: Vec<String>,
    /// How many links away from the source pages may be.
    pub depth: u32,
}

impl Default for Links {
    fn default() -> Self {
        Links { include: Vec::new(), exclude: Vec::new(), depth: 1 }
    }
}

/// What a server is asked with, so that it answers only if something changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Validators {
    /// `ETag` of its last answer.
    pub etag: Option<String>,
    /// `Last-Modified` of its last answer.
    pub last_modified: Option<String>,
}

const COLUMNS: &str = "SELECT id, name, url, asked, failure, etag, last_modified,
    (SELECT count(*) FROM articles WHERE articles.source = sources.id),
    (SELECT count(*) FROM pages WHERE pages.source = sources.id AND state = 'waiting'), follow
    FROM sources";

impl NewsStore {
    /// Adds a source; `false` if it is there already.
    ///
    /// # Errors
    /// If another source has its name, or the database fails.
    pub fn add_source(&mut self, url: &str, name: &str, follow: &Links, now: i64) -> Result<bool> {
        let follow = serde_json::to_string(follow).expect("patterns are plain data");
        let known = self.read(|one| {
            one.query_row(
                "SELECT url = ?1 FROM sources WHERE url = ?1 OR name = ?2 ORDER BY 1 DESC",
                params![url, name],
                |row| row.get::<_, bool>(0),
            )
            .optional()
        })?;
        match known {
            Some(true) => Ok(false),
            Some(false) => Err(Error::usage(format!("another source is called `{name}`"))
                .hinted("give this one another name with `--name`")),
            None => self.transact(|one| {
                one.execute(
                    "INSERT INTO sources (url, name, added, follow) VALUES (?1, ?2, ?3, ?4)",
                    params![url, name, now, follow],
                )
                .map(|_| true)
            }),
        }
    }

    /// All sources, in the order in which they were added.
    ///
    /// # Errors
    /// If the database fails.
    pub fn sources(&self) -> Result<Vec<NewsSource>> {
        self.read(|one| {
            let mut found = one
                .prepare_cached(&format!("{COLUMNS} WHERE url NOT LIKE 'removed:%' ORDER BY id"))?;
            found.query_map([], source)?.collect()
        })
    }

    /// Stops asking a source; its articles stay. `false` if there is none of that name or address.
    ///
    /// # Errors
    /// If the database fails.
    pub fn remove_source(&mut self, name: &str) -> Result<bool> {
        self.transact(|one| {
            let id = one
                .query_row("SELECT id FROM sources WHERE name = ?1 OR url = ?1", [name], |row| {
                    row.get::<_, i64>(0)
                })
                .optional()?;
            let Some(id) = id else { return Ok(false) };
            let kept = "(SELECT page FROM articles UNION SELECT page FROM raw)";
            one.execute("DELETE FROM fetches WHERE source = ?1", [id])?;
            one.execute(
                &format!(
                    "DELETE FROM fetches WHERE page IN
                     (SELECT id FROM pages WHERE source = ?1 AND id NOT IN {kept})"
                ),
                [id],
            )?;
            one.execute(
                &format!("DELETE FROM pages WHERE source = ?1 AND id NOT IN {kept}"),
                [id],
            )?;
            one.execute(
                "UPDATE pages SET state = 'stored' WHERE source = ?1 AND state = 'waiting'",
                [id],
            )?;
            let used: bool = one.query_row(
                "SELECT EXISTS (SELECT 1 FROM pages WHERE source = ?1)",
                [id],
                |row| row.get(0),
            )?;
            match used {
                // Its articles name it; it is only asked no more.
                true => {
                    one.execute("UPDATE sources SET url = 'removed:' || url WHERE id = ?1", [id])?
                }
                false => one.execute("DELETE FROM sources WHERE id = ?1", [id])?,
            };
            Ok(true)
        })
    }

    /// Keeps a part of what a source lists, as [`NewsStore::source_answered`] does with the
    /// rest of it.
    ///
    /// # Errors
    /// If the database fails.
    pub fn source_lists(
        &mut self,
        source: i64,
        depth: u32,
        found: &[Found],
        now: i64,
    ) -> Result<u64> {
        self.transact(|one| add_found(one, source, depth, found, now))
    }

    /// Keeps what a source listed: pages not seen before wait to be fetched, and so
    /// do those that it says were changed. They are `depth` links away from it. Gives
    /// how many are new.
    ///
    /// # Errors
    /// If the database fails.
    pub fn source_answered(
        &mut self,
        source: i64,
        depth: u32,
        found: &[Found],
        validators: &Validators,
        now: i64,
    ) -> Result<u64> {
        self.transact(|one| {
            let new = add_found(one, source, depth, found, now)?;
            one.execute(
                "UPDATE sources SET asked = ?2, etag = ?3, last_modified = ?4, failure = NULL
                 WHERE id = ?1",
                params![source, now, validators.etag, validators.last_modified],
            )?;
            log(one, source, now, "listed")?;
            Ok(new)
        })
    }

    /// Keeps that a source has nothing new.
    ///
    /// # Errors
    /// If the database fails.
    pub fn source_unchanged(&mut self, source: i64, now: i64) -> Result<()> {
        self.transact(|one| {
            one.execute(
                "UPDATE sources SET asked = ?2, failure = NULL WHERE id = ?1",
                params![source, now],
            )?;
            log(one, source, now, "not-modified")
        })
    }

    /// Keeps why a source did not answer.
    ///
    /// # Errors
    /// If the database fails.
    pub fn source_failed(
        &mut self,
        source: i64,
        reason: &str,
        message: &str,
        now: i64,
    ) -> Result<()> {
        self.transact(|one| {
            one.execute("UPDATE sources SET failure = ?2 WHERE id = ?1", params![source, message])?;
            log(one, source, now, reason)
        })
    }
}

fn log(one: &rusqlite::Connection, source: i64, now: i64, outcome: &str) -> rusqlite::Result<()> {
    one.execute(
        "INSERT INTO fetches (source, time, outcome) VALUES (?1, ?2, ?3)",
        params![source, now, outcome],
    )
    .map(drop)
}

fn source(row: &Row<'_>) -> rusqlite::Result<NewsSource> {
    let follow: Option<String> = row.get(9)?;
    Ok(NewsSource {
        id: row.get(0)?,
        name: row.get(1)?,
        url: row.get(2)?,
        asked: row.get(3)?,
        failure: row.get(4)?,
        validators: Validators { etag: row.get(5)?, last_modified: row.get(6)? },
        articles: row.get(7)?,
        waiting: row.get(8)?,
        follow: follow.as_deref().map(json).transpose()?.unwrap_or_default(),
    })
}
