//! Articles, raw pages and what is still to be fetched, in one SQLite database.
//!
//! In: what sources list and servers send. Out: articles. Promises: each change
//! is one transaction, so that a process that is killed leaves either all of it or
//! nothing; a page is stored together with what was made of it; nothing is deleted
//! but a source that the user removes.

mod articles;
mod frontier;
mod hosts;
mod raw;
mod sources;
mod summary;
mod verify;

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use crate::error::{Error, Result};

pub use articles::{Article, ArticleFilter, Sentiment, Stored, article_id};
pub use frontier::{Counts, Found, PageState, Waiting};
pub use hosts::{HostClock, HostRobots};
pub use raw::{NewPage, RawPage};
pub use sources::{Links, NewsSource, Validators};
pub use summary::Summary;

const SCHEMA: &str = include_str!("schema.sql");
/// A table that the first databases lack.
const CLOCKS: &str = include_str!("clocks.sql");
/// Layout; a newer one is refused.
const VERSION: i32 = 1;
/// `MMNW`: tells our databases from others.
const APPLICATION: i32 = 0x4d4d_4e57;
/// How long another process may hold the database.
const PATIENCE: Duration = Duration::from_secs(30);

/// Bytes of the head that each database has.
const SMALLEST: u64 = 100;

/// A database of news.
#[derive(Debug)]
pub struct NewsStore {
    connection: Connection,
    path: PathBuf,
}

impl NewsStore {
    /// Opens the database at `path`, and makes it if it is missing.
    ///
    /// # Errors
    /// If it cannot be opened, or is something else.
    pub fn open(path: &Path) -> Result<Self> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)
                .map_err(|error| Error::file("cannot make the folder of", path, error))?;
        }
        // A link or a pipe in its place could lead to any file of the user.
        crate::files::open_own(path)?;
        let mut store = NewsStore::connect(path)?;
        let mut prepared = store.prepare();
        if prepared.as_ref().is_err_and(lacks_shared_memory) {
            store = NewsStore::connect(path)?;
            prepared = store.be_alone().and_then(|()| store.prepare());
        }
        prepared.map_err(|error| store.failed(error))??;
        Ok(store)
    }

    /// Opens a database that exists.
    ///
    /// # Errors
    /// If there is none, or it cannot be opened.
    pub fn open_existing(path: &Path) -> Result<Self> {
        if !path.exists() {
            return Err(Error::data(format!("there is no news database `{}`", path.display()))
                .hinted("`malmoi news add URL`, then `malmoi news update`, make it"));
        }
        // Nothing was ever stored in it, or what was is gone.
        let length = std::fs::metadata(path).map_or(0, |found| found.len());
        if path.is_file() && length < SMALLEST {
            let message =
                format!("`{}` is no news database: it has {length} bytes", path.display());
            return Err(Error::data(message).hinted(
                "put a copy of it back, or remove the file to begin with an empty database",
            ));
        }
        NewsStore::open(path)
    }

    fn connect(path: &Path) -> Result<Self> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection =
            Connection::open_with_flags(path, flags).map_err(|error| failed(path, error))?;
        Ok(NewsStore { connection, path: path.to_owned() })
    }

    /// Keeps all other processes out, and needs no file to share with them.
    fn be_alone(&self) -> rusqlite::Result<()> {
        self.connection.busy_timeout(PATIENCE)?;
        self.connection.pragma_update(None, "locking_mode", "exclusive")
    }

    /// Settings of the connection, and tables where there are none.
    fn prepare(&self) -> rusqlite::Result<Result<()>> {
        let one = &self.connection;
        one.busy_timeout(PATIENCE)?;
        let version: i32 = one.pragma_query_value(None, "user_version", |row| row.get(0))?;
        let application: i32 = one.pragma_query_value(None, "application_id", |row| row.get(0))?;
        let tables: i64 =
            one.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
        let is_new = version == 0 && application == 0 && tables == 0;
        if !is_new && application != APPLICATION {
            return Ok(Err(self
                .refused("is a database of something else")
                .hinted("name another file in the pipeline's `source.path`")));
        }
        if version > VERSION {
            return Ok(Err(self.refused("was written by a newer malmoi").hinted("update malmoi")));
        }
        one.pragma_update(None, "journal_mode", "wal")?;
        // The log is flushed with each transaction: what was told to be stored is.
        one.pragma_update(None, "synchronous", "full")?;
        one.pragma_update(None, "foreign_keys", true)?;
        one.pragma_update(None, "trusted_schema", false)?;
        if is_new {
            one.execute_batch(&format!(
                "BEGIN IMMEDIATE; {SCHEMA}
                 PRAGMA application_id = {APPLICATION}; PRAGMA user_version = {VERSION}; COMMIT;"
            ))?;
        }
        one.execute_batch(CLOCKS)?;
        Ok(Ok(()))
    }

    fn refused(&self, why: &str) -> Error {
        Error::data(format!("`{}` {why}", self.path.display()))
    }

    fn failed(&self, error: rusqlite::Error) -> Error {
        failed(&self.path, error)
    }

    /// Runs `work` as one transaction.
    fn transact<T>(&mut self, work: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T> {
        let path = self.path.clone();
        let transaction = self
            .connection
            .transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)
            .map_err(|error| failed(&path, error))?;
        let done = work(&transaction).map_err(|error| failed(&path, error))?;
        transaction.commit().map_err(|error| failed(&path, error))?;
        Ok(done)
    }

    /// Runs `work`, which only reads.
    fn read<T>(&self, work: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T> {
        work(&self.connection).map_err(|error| self.failed(error))
    }
}

/// A full disk has no room for the 32 KiB by which processes share a database. Reading it
/// needs none, as long as nobody else does.
fn lacks_shared_memory(error: &rusqlite::Error) -> bool {
    use rusqlite::ffi::{SQLITE_IOERR_SHMMAP, SQLITE_IOERR_SHMOPEN, SQLITE_IOERR_SHMSIZE};
    let code = error.sqlite_error().map(|error| error.extended_code);
    code.is_some_and(|code| {
        [SQLITE_IOERR_SHMMAP, SQLITE_IOERR_SHMOPEN, SQLITE_IOERR_SHMSIZE].contains(&code)
    })
}

fn failed(path: &Path, error: rusqlite::Error) -> Error {
    use rusqlite::ErrorCode::{
        DatabaseBusy, DatabaseCorrupt, DiskFull, NotADatabase, ReadOnly, SystemIoFailure,
    };
    let hint = match error.sqlite_error_code() {
        None if matches!(error, rusqlite::Error::FromSqlConversionFailure(..)) => {
            "a row is damaged: `malmoi news verify` names it; restore it from a copy"
        }
        Some(DiskFull) => "free some space and run the same command again",
        Some(SystemIoFailure) => {
            "is the disk full? free some space and run the same command again; if it has \
             space, it may be broken: copy the database to another one"
        }
        Some(DatabaseBusy) => "another process writes to it; wait for its end",
        Some(NotADatabase) => "name another file in the pipeline's `source.path`",
        Some(DatabaseCorrupt) => {
            "restore it from a copy, or save what can be read with `sqlite3 FILE .recover`"
        }
        Some(ReadOnly) => "give yourself the right to write to it and its folder",
        _ => "check the file and its folder",
    };
    Error::io(format!("the news database `{}`: {error}", path.display()))
        .hinted(hint)
        .caused_by(error)
}

/// A column that holds JSON; what is none is damage, not a default.
fn json<T: serde::de::DeserializeOwned>(text: &str) -> rusqlite::Result<T> {
    serde_json::from_str(text).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, error.into())
    })
}

/// 128 bits that tell texts apart, as 32 hexadecimal digits.
fn hash(bytes: &[u8]) -> String {
    format!("{:032x}", xxhash_rust::xxh3::xxh3_128(bytes))
}

#[cfg(test)]
mod tests;
