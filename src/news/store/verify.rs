//! Whether a database is whole.

use super::raw::unpack;
use super::{NewsStore, hash};
use crate::error::Result;

impl NewsStore {
    /// Reads everything and gives what is wrong, a line each; empty if nothing is.
    ///
    /// # Errors
    /// If the database cannot be read at all.
    pub fn verify(&self) -> Result<Vec<String>> {
        let mut problems = self.read(|one| {
            let mut check = one.prepare("PRAGMA integrity_check")?;
            // Messages quote what is damaged, so they may be no text themselves.
            let line = |row: &rusqlite::Row<'_>| {
                row.get_ref(0).map(|value| {
                    String::from_utf8_lossy(value.as_bytes().unwrap_or(b"?")).into_owned()
                })
            };
            let lines: Vec<String> = check.query_map([], line)?.collect::<rusqlite::Result<_>>()?;
            Ok(lines.into_iter().filter(|line| line != "ok").collect::<Vec<_>>())
        })?;
        problems.extend(self.read(|one| {
            let mut check = one.prepare("PRAGMA foreign_key_check")?;
            check
                .query_map([], |row| {
                    let (table, parent): (String, String) = (row.get(0)?, row.get(2)?);
                    Ok(format!("a row of `{table}` names a row of `{parent}` that is missing"))
                })?
                .collect::<rusqlite::Result<Vec<_>>>()
        })?);
        problems.extend(self.missing_tables()?);
        if !problems.is_empty() {
            // What follows reads tables that may not be what they were.
            return Ok(problems);
        }
        problems.extend(self.odd_rows()?);
        problems.extend(self.damaged_pages()?);
        problems.extend(self.damaged_articles()?);
        Ok(problems)
    }

    fn missing_tables(&self) -> Result<Vec<String>> {
        const TABLES: [&str; 8] =
            ["sources", "pages", "raw", "articles", "versions", "hosts", "clocks", "fetches"];
        self.read(|one| {
            let mut known = one.prepare("SELECT count(*) FROM sqlite_schema WHERE name = ?1")?;
            let mut problems = Vec::new();
            for table in TABLES {
                if known.query_row([table], |row| row.get::<_, i64>(0))? == 0 {
                    problems.push(format!("the table `{table}` is missing"));
                }
            }
            Ok(problems)
        })
    }

    /// Rows whose columns hold what malmoi never writes.
    fn odd_rows(&self) -> Result<Vec<String>> {
        const CHECKS: [(&str, &str); 6] = [
            (
                "article",
                "SELECT CAST(id AS BLOB) FROM articles WHERE typeof(title) <> 'text'
                 OR typeof(text) <> 'text' OR typeof(url) <> 'text' OR typeof(time) <> 'integer'
                 OR typeof(version) <> 'integer' OR version < 1 OR NOT json_valid(authors)
                 OR (date IS NOT NULL AND strftime('%s', date) IS NULL)",
            ),
            (
                "copy",
                "SELECT CAST(id AS BLOB) FROM articles WHERE duplicate_of IS NOT NULL
                 AND duplicate_of NOT IN (SELECT id FROM articles)",
            ),
            (
                "clock",
                "SELECT CAST(host AS BLOB) FROM clocks WHERE typeof(host) <> 'text' OR typeof(asked) <> 'integer'
                 OR typeof(wait_ms) <> 'integer' OR typeof(failures) <> 'integer'
                 OR wait_ms < 0 OR failures NOT BETWEEN 0 AND 4294967295",
            ),
            (
                "robots.txt",
                "SELECT CAST(host AS BLOB) FROM hosts WHERE typeof(host) <> 'text'
                 OR typeof(robots) NOT IN ('blob', 'null') OR typeof(robots_status) <> 'integer'
                 OR robots_status NOT BETWEEN 0 AND 65535 OR typeof(robots_fetched) <> 'integer'",
            ),
            (
                "page",
                "SELECT CAST(url AS BLOB) FROM pages WHERE typeof(url) <> 'text'
                 OR typeof(depth) <> 'integer' OR depth NOT BETWEEN 0 AND 4294967295
                 OR typeof(tries) <> 'integer' OR tries NOT BETWEEN 0 AND 4294967295
                 OR typeof(next_try) <> 'integer' OR typeof(found) <> 'integer'
                 OR typeof(title) NOT IN ('text', 'null') OR typeof(date) NOT IN ('text', 'null')
                 OR typeof(reason) NOT IN ('text', 'null')
                 OR typeof(etag) NOT IN ('text', 'null')
                 OR typeof(last_modified) NOT IN ('text', 'null')",
            ),
            (
                "source",
                "SELECT CAST(name AS BLOB) FROM sources WHERE typeof(url) <> 'text'
                 OR typeof(name) <> 'text' OR typeof(added) <> 'integer'
                 OR typeof(asked) NOT IN ('integer', 'null')
                 OR typeof(etag) NOT IN ('text', 'null')
                 OR typeof(last_modified) NOT IN ('text', 'null')
                 OR typeof(failure) NOT IN ('text', 'null')
                 OR (follow IS NOT NULL AND NOT json_valid(follow))",
            ),
        ];
        self.read(|one| {
            let mut problems = Vec::new();
            for (what, query) in CHECKS {
                let mut odd = one.prepare(query)?;
                let mut rows = odd.query([])?;
                while let Some(row) = rows.next()? {
                    let name: Vec<u8> = row.get(0)?;
                    let name = String::from_utf8_lossy(&name).into_owned();
                    problems.push(format!("the row of {what} {name} is damaged"));
                }
            }
            Ok(problems)
        })
    }

    fn damaged_pages(&self) -> Result<Vec<String>> {
        self.read(|one| {
            let mut all = one.prepare("SELECT CAST(url AS BLOB), CAST(body AS BLOB), CAST(hash AS BLOB) FROM raw ORDER BY id")?;
            let mut rows = all.query([])?;
            let mut problems = Vec::new();
            while let Some(row) = rows.next()? {
                let (url, packed, expected): (Vec<u8>, Vec<u8>, Vec<u8>) =
                    (row.get(0)?, row.get(1)?, row.get(2)?);
                if unpack(&packed).is_none_or(|body| hash(&body).into_bytes() != expected) {
                    let url = String::from_utf8_lossy(&url).into_owned();
                    problems.push(format!("the stored page of `{url}` is damaged"));
                }
            }
            Ok(problems)
        })
    }

    fn damaged_articles(&self) -> Result<Vec<String>> {
        self.read(|one| {
            let mut all = one.prepare("SELECT CAST(id AS BLOB), CAST(title AS BLOB), CAST(text AS BLOB), CAST(hash AS BLOB)
                 FROM articles ORDER BY id")?;
            let mut rows = all.query([])?;
            let mut problems = Vec::new();
            while let Some(row) = rows.next()? {
                let (id, title, text, expected): (Vec<u8>, Vec<u8>, Vec<u8>, Vec<u8>) =
                    (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?);
                if hash(&[title, text].join(&b'\n')).into_bytes() != expected {
                    let id = String::from_utf8_lossy(&id).into_owned();
                    problems.push(format!("article {id} is not what was stored"));
                }
            }
            Ok(problems)
        })
    }
}
