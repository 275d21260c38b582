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
            let lines: Vec<String> =
                check.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
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
        problems.extend(self.damaged_pages()?);
        problems.extend(self.damaged_articles()?);
        Ok(problems)
    }

    fn damaged_pages(&self) -> Result<Vec<String>> {
        self.read(|one| {
            let mut all = one.prepare("SELECT url, body, hash FROM raw ORDER BY id")?;
            let mut rows = all.query([])?;
            let mut problems = Vec::new();
            while let Some(row) = rows.next()? {
                let (url, packed, expected): (String, Vec<u8>, String) =
                    (row.get(0)?, row.get(1)?, row.get(2)?);
                if unpack(&packed).is_none_or(|body| hash(&body) != expected) {
                    problems.push(format!("the stored page of `{url}` is damaged"));
                }
            }
            Ok(problems)
        })
    }

    fn damaged_articles(&self) -> Result<Vec<String>> {
        self.read(|one| {
            let mut all = one.prepare("SELECT id, title, text, hash FROM articles ORDER BY id")?;
            let mut rows = all.query([])?;
            let mut problems = Vec::new();
            while let Some(row) = rows.next()? {
                let (id, title, text, expected): (String, String, String, String) =
                    (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?);
                if hash(format!("{title}\n{text}").as_bytes()) != expected {
                    problems.push(format!("article {id} is not what was stored"));
                }
            }
            Ok(problems)
        })
    }
}
