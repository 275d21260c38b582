//! A file that one holds at a time, between processes and within one.

use std::fs::{File, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use super::open_own;
use crate::error::{Error, Result};

/// Held until it is dropped, or its process ends in whatever way.
#[derive(Debug)]
pub struct FileLock {
    file: File,
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
        FileLock::signed(file, path, purpose)
    }

    /// The same without waiting: who holds the lock, if another does.
    ///
    /// # Errors
    /// The file cannot be locked or written.
    pub fn try_take(path: &Path, purpose: &str) -> Result<std::result::Result<Self, String>> {
        let mut file = open_own(path)?;
        match file.try_lock() {
            Ok(()) => FileLock::signed(file, path, purpose).map(Ok),
            Err(TryLockError::WouldBlock) => Ok(Err(holder(&mut file))),
            Err(TryLockError::Error(error)) => Err(Error::file("cannot lock", path, error)),
        }
    }

    /// An empty input for a child process, which then holds the lock too: even if we are
    /// killed, nobody else gets it before the child has ended.
    ///
    /// # Errors
    /// The system has no room for another open file.
    pub fn shared(&self) -> std::io::Result<Stdio> {
        // It stands behind what we wrote, so a child that reads finds the end.
        self.file.try_clone().map(Stdio::from)
    }

    fn signed(mut file: File, path: &Path, purpose: &str) -> Result<Self> {
        let holder = format!("process {} ({purpose})\n", std::process::id());
        let written = file
            .set_len(0)
            .and_then(|()| file.rewind())
            .and_then(|()| file.write_all(holder.as_bytes()));
        written.map_err(|error| Error::file("cannot lock", path, error))?;
        Ok(FileLock { file })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_does_not_wait_is_told_who_holds_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let first = FileLock::try_take(&path, "first").unwrap().unwrap();
        let holder = FileLock::try_take(&path, "second").unwrap().unwrap_err();
        assert!(holder.ends_with("(first)"), "{holder}");
        drop(first);
        FileLock::try_take(&path, "second").unwrap().unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn a_child_holds_it_too_and_reads_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let lock = FileLock::try_take(&path, "parent").unwrap().unwrap();
        // Tells by a file that its input is empty, then lives until that is removed.
        let script = "test -z \"$(cat)\" && touch empty; while test -e empty; do sleep 0.05; done";
        let mut command = std::process::Command::new("sh");
        command.args(["-c", script]).current_dir(folder.path()).stdin(lock.shared().unwrap());
        let mut child = command.spawn().unwrap();
        // The command holds a descriptor of its own.
        drop((command, lock));
        let empty = folder.path().join("empty");
        while !empty.exists() {
            assert!(child.try_wait().unwrap().is_none(), "its input was not empty");
            std::thread::sleep(Duration::from_millis(10));
        }
        assert!(FileLock::try_take(&path, "other").unwrap().is_err());
        std::fs::remove_file(empty).unwrap();
        child.wait().unwrap();
        FileLock::try_take(&path, "other").unwrap().unwrap();
    }
}
