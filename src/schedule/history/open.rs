//! Opening the history.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use super::History;
use crate::error::{Error, Result};
use crate::news::store::NewsStore;

const SCHEMA: &str = include_str!("schema.sql");
/// Layout of our tables; a newer one is refused.
const VERSION: i64 = 1;
/// How long another process may hold the database.
const PATIENCE: Duration = Duration::from_secs(30);

impl History {
    /// Opens the history in the database `path`, and makes both if they are missing.
    ///
    /// # Errors
    /// If it cannot be opened, is something else, or was written by a newer malmoi.
    pub fn open(path: &Path) -> Result<Self> {
        // It stays, or becomes, a database of news: the one database of a project.
        drop(NewsStore::open(path)?);
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection =
            Connection::open_with_flags(path, flags).map_err(|error| failed(path, error))?;
        let history = History { connection, path: path.to_owned() };
        history.prepare().map_err(|error| failed(path, error))??;
        Ok(history)
    }

    fn prepare(&self) -> rusqlite::Result<Result<()>> {
        let one = &self.connection;
        one.busy_timeout(PATIENCE)?;
        // A run that was told to have begun must not begin again after a loss of power.
        one.pragma_update(None, "synchronous", "full")?;
        one.pragma_update(None, "foreign_keys", true)?;
        one.pragma_update(None, "trusted_schema", false)?;
        let is_there: bool = one.query_row(
            "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = 'schedule_layout')",
            [],
            |row| row.get(0),
        )?;
        if !is_there {
            one.execute_batch(&format!("BEGIN IMMEDIATE; {SCHEMA} COMMIT;"))?;
        }
        let version: i64 =
            one.query_row("SELECT max(version) FROM schedule_layout", [], |row| row.get(0))?;
        if version > VERSION {
            let message = format!("`{}` has the schedule of a newer malmoi", self.path.display());
            return Ok(Err(Error::data(message).hinted("update malmoi")));
        }
        Ok(Ok(()))
    }

    pub(super) fn failed(&self, error: rusqlite::Error) -> Error {
        failed(&self.path, error)
    }
}

fn failed(path: &Path, error: rusqlite::Error) -> Error {
    use rusqlite::ErrorCode::{DatabaseBusy, DatabaseCorrupt, DiskFull, NotADatabase, ReadOnly};
    let hint = match error.sqlite_error_code() {
        Some(DiskFull) => "free some space; the schedule goes on where it was",
        Some(DatabaseBusy) => "another process writes to it; wait for its end",
        Some(NotADatabase) => "name another file in `schedule.database`",
        Some(DatabaseCorrupt) => {
            "`malmoi news verify` says what is damaged; restore it from a copy"
        }
        Some(ReadOnly) => "give yourself the right to write to it and its folder",
        _ => "check the file and its folder",
    };
    Error::io(format!("the history in `{}`: {error}", path.display())).hinted(hint).caused_by(error)
}
