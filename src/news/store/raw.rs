//! Pages as servers sent them, and what was made of them.

use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use rusqlite::{Connection, OptionalExtension, params};

use super::articles::{Article, put_article};
use super::frontier::{Found, add_found, log};
use super::sources::Validators;
use super::{NewsStore, Waiting, hash};
use crate::error::{Error, Result};

/// Largest page that is unpacked.
const MAX_BODY: u64 = 64 << 20;

/// What a server sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewPage<'a> {
    /// Its address after redirects.
    pub url: &'a str,
    /// As the server names it.
    pub content_type: Option<&'a str>,
    /// Its bytes.
    pub body: &'a [u8],
    /// What to ask with the next time.
    pub validators: Validators,
}

/// A stored page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawPage {
    /// Its number.
    pub id: i64,
    /// The page that it is of.
    pub page: i64,
    /// The source of that page.
    pub source: i64,
    /// Its address after redirects.
    pub url: String,
    /// As the server named it.
    pub content_type: Option<String>,
    /// Its bytes, unpacked.
    pub body: Vec<u8>,
    /// When it was fetched, in seconds since 1970.
    pub fetched: i64,
    /// Date that the source gave.
    pub listed_date: Option<String>,
}

impl NewsStore {
    /// Keeps a page, the article that was made of it or why there is none, and the
    /// pages that it links to. Gives the article's id and whether it is new or changed.
    ///
    /// # Errors
    /// If the database fails; nothing is kept then.
    pub fn page_stored(
        &mut self,
        page: &Waiting,
        sent: &NewPage<'_>,
        made: std::result::Result<&Article, &str>,
        links: &[Found],
        now: i64,
    ) -> Result<Option<(String, bool)>> {
        let packed = pack(sent.body);
        self.transact(|one| {
            let raw = put_raw(one, page.id, sent, &packed, now)?;
            let (state, reason) = match made {
                Ok(_) => ("stored", None),
                Err(reason) => ("refused", Some(reason)),
            };
            one.prepare_cached(
                "UPDATE pages SET state = ?2, reason = ?3, tries = 0, etag = ?4, last_modified = ?5
                 WHERE id = ?1",
            )?
            .execute(params![
                page.id,
                state,
                reason,
                sent.validators.etag,
                sent.validators.last_modified
            ])?;
            add_found(one, page.source, page.depth + 1, links, now)?;
            log(one, page.id, now, reason.unwrap_or("stored"))?;
            match made {
                Ok(article) => put_article(one, article, raw, page.id, page.source, now).map(Some),
                Err(_) => Ok(None),
            }
        })
    }

    /// Keeps what is made of a stored page now. Gives whether the article changed.
    ///
    /// # Errors
    /// If the database fails.
    pub fn re_extracted(
        &mut self,
        raw: &RawPage,
        made: std::result::Result<&Article, &str>,
    ) -> Result<bool> {
        self.transact(|one| match made {
            Ok(article) => {
                one.execute(
                    "UPDATE pages SET state = 'stored', reason = NULL WHERE id = ?1",
                    [raw.page],
                )?;
                put_article(one, article, raw.id, raw.page, raw.source, raw.fetched)
                    .map(|(_, changed)| changed)
            }
            Err(reason) => {
                // An article that was made once is not lost by a stricter extraction.
                one.execute(
                    "UPDATE pages SET state = 'refused', reason = ?2
                     WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM articles WHERE page = ?1)",
                    params![raw.page, reason],
                )?;
                Ok(false)
            }
        })
    }

    /// Numbers of the last stored bytes of every page.
    ///
    /// # Errors
    /// If the database fails.
    pub fn raw_pages(&self) -> Result<Vec<i64>> {
        self.read(|one| {
            let mut found =
                one.prepare_cached("SELECT max(id) FROM raw GROUP BY page ORDER BY page")?;
            found.query_map([], |row| row.get(0))?.collect()
        })
    }

    /// The page that an article was made of, as it was sent last.
    ///
    /// # Errors
    /// If there is none, or it is damaged.
    pub fn page_of(&self, article: &str) -> Result<RawPage> {
        let query = "SELECT raw FROM articles WHERE id = ?1";
        let id =
            self.read(|one| one.prepare_cached(query)?.query_row([article], |row| row.get(0)))?;
        self.raw_page(id)
    }

    /// When the last page was fetched, in seconds since 1970; 0 if none was.
    ///
    /// # Errors
    /// If the database fails.
    pub fn last_fetched(&self) -> Result<i64> {
        self.read(|one| {
            one.query_row("SELECT coalesce(max(fetched), 0) FROM raw", [], |row| row.get(0))
        })
    }

    /// The stored page numbered `id`.
    ///
    /// # Errors
    /// If there is none, or it is damaged.
    pub fn raw_page(&self, id: i64) -> Result<RawPage> {
        let found = self.read(|one| {
            one.prepare_cached(
                "SELECT raw.id, page, pages.source, raw.url, content_type, body, fetched, hash, date
                 FROM raw JOIN pages ON pages.id = raw.page WHERE raw.id = ?1",
            )?
            .query_row([id], |row| {
                let packed: Vec<u8> = row.get(5)?;
                let hash: String = row.get(7)?;
                let raw = RawPage {
                    id: row.get(0)?,
                    page: row.get(1)?,
                    source: row.get(2)?,
                    url: row.get(3)?,
                    content_type: row.get(4)?,
                    body: Vec::new(),
                    fetched: row.get(6)?,
                    listed_date: row.get(8)?,
                };
                Ok((raw, packed, hash))
            })
            .optional()
        })?;
        let missing = || self.refused(&format!("has no page numbered {id}"));
        let (mut raw, packed, expected) = found.ok_or_else(missing)?;
        raw.body = unpack(&packed)
            .filter(|body| hash(body) == expected)
            .ok_or_else(|| damaged(&raw.url).at(self.path.display().to_string()))?;
        Ok(raw)
    }
}

fn damaged(url: &str) -> Error {
    Error::data(format!("the stored page of `{url}` is damaged"))
        .hinted("restore the database from a copy")
}

fn put_raw(
    one: &Connection,
    page: i64,
    sent: &NewPage<'_>,
    packed: &[u8],
    now: i64,
) -> rusqlite::Result<i64> {
    let hash = hash(sent.body);
    let known = one
        .prepare_cached("SELECT id FROM raw WHERE page = ?1 AND hash = ?2 ORDER BY id DESC")?
        .query_row(params![page, hash], |row| row.get(0))
        .optional()?;
    if let Some(known) = known {
        return Ok(known);
    }
    one.prepare_cached(
        "INSERT INTO raw (page, fetched, url, content_type, body, hash)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?
    .insert(params![page, now, sent.url, sent.content_type, packed, hash])
}

fn pack(body: &[u8]) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    packed.write_all(body).and_then(|()| packed.finish()).expect("writing to memory never fails")
}

pub(super) fn unpack(packed: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    GzDecoder::new(packed).take(MAX_BODY + 1).read_to_end(&mut body).ok()?;
    (body.len() as u64 <= MAX_BODY).then_some(body)
}
