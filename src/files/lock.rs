//! A file that one holds at a time, between processes and within one.

use std::fs::{File, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::Path;
use std::time::Duration;

use super::open_own;
use crate::error::{Error, Result};

/// Held until it is dropped, or its process ends in whatever way.
#[derive(Debug)]
pub struct FileLock {
    _file: File,
}

impl FileLock {
    /// Takes the lock `path`, which then says who holds it and for what `purpose`.
    ///
    /// As long as another has it, `waiting` is asked again and again and told who; its
    /// error ends the wait.
    ///
    /// # Errors
    /// The file cannot be locked or written, or `waiting` gives up.
    pub fn take(
        path: &Path,
        purpose: &str,
        waiting: &mut dyn FnMut(&str) -> Result<()>,
    ) -> Result<Self> {
        let mut file = open_own(path)?;
        wait(&mut file, path, waiting)?;
        let holder = format!("process {} ({purpose})\n", std::process::id());
        let written = file
            .set_len(0)
            .and_then(|()| file.rewind())
            .and_then(|()| file.write_all(holder.as_bytes()));
        written.map_err(|error| Error::file("cannot lock", path, error))?;
        Ok(FileLock { _file: file })
    }
}

fn wait(file: &mut File, path: &Path, waiting: &mut dyn FnMut(&str) -> Result<()>) -> Result<()> {
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(()),
            Err(TryLockError::WouldBlock) => waiting(&holder(file))?,
            Err(TryLockError::Error(error)) => return Err(Error::file("cannot lock", path, error)),
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn holder(file: &mut File) -> String {
    let mut holder = String::new();
    let _ = file.rewind().and_then(|()| Read::by_ref(file).take(200).read_to_string(&mut holder));
    holder.trim().to_owned()
}
