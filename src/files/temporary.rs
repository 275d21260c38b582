//! Temporary files and folders beside what they will become.
//!
//! Promises: each is locked as long as its process lives, so that whoever writes
//! in the same folder later can tell what a killed process left, and remove it.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use tempfile::{Builder, NamedTempFile, TempDir};

use crate::error::{Error, Result};

const PREFIX: &str = ".malmoi-";
const SUFFIX: &str = ".tmp";

/// Files of this process that have no name of their own yet.
static UNFINISHED: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// Removes the half-written files of this process, for who is about to end it.
pub fn remove_unfinished() {
    for path in unfinished().drain(..) {
        let _ = std::fs::remove_file(path);
    }
}

fn unfinished() -> std::sync::MutexGuard<'static, Vec<PathBuf>> {
    UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Says that a file stands unfinished until this is dropped.
pub(super) struct Unfinished(PathBuf);

impl Unfinished {
    /// Of the file `path`, which may start at the working directory.
    pub(super) fn new(path: &Path) -> Self {
        unfinished().push(path.to_owned());
        Unfinished(path.to_owned())
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        let mut paths = unfinished();
        if let Some(place) = paths.iter().position(|path| *path == self.0) {
            paths.swap_remove(place);
        }
    }
}

/// A folder that is removed with all it holds when it is dropped.
pub struct TemporaryFolder {
    folder: TempDir,
    _lock: Option<File>,
}

impl TemporaryFolder {
    /// Makes one in `parent`, where leftovers are swept.
    ///
    /// # Errors
    /// If nothing can be made there.
    pub fn create_in(parent: &Path) -> Result<Self> {
        sweep(parent);
        let failed = |error| Error::file("cannot write into", parent, error);
        loop {
            let folder = builder().tempdir_in(parent).map_err(failed)?;
            // A system that opens no folders sweeps none either.
            let lock = File::open(folder.path()).ok();
            if lock.as_ref().is_none_or(|lock| is_ours(lock, folder.path())) {
                return Ok(TemporaryFolder { folder, _lock: lock });
            }
        }
    }

    /// Where it stands.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }
}

/// A new file in `folder`, where leftovers are swept.
pub(super) fn temporary_file(folder: &Path) -> std::io::Result<NamedTempFile> {
    sweep(folder);
    let mut builder = builder();
    set_ordinary_permissions(&mut builder);
    loop {
        let file = builder.tempfile_in(folder)?;
        if is_ours(file.as_file(), file.path()) {
            return Ok(file);
        }
    }
}

/// Removes what killed processes left half-written in `folder`.
pub fn sweep(folder: &Path) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with(PREFIX) && name.ends_with(SUFFIX) {
            remove_if_abandoned(&entry.path());
        }
    }
}

/// The lock is held while it is removed: its process, should it be only about to
/// lock it, then makes another one.
fn remove_if_abandoned(path: &Path) {
    let Ok(found) = std::fs::symlink_metadata(path) else { return };
    if !found.is_file() && !found.is_dir() {
        return;
    }
    let Ok(file) = File::open(path) else { return };
    if file.try_lock().is_ok() {
        let _ = match found.is_dir() {
            true => std::fs::remove_dir_all(path),
            false => std::fs::remove_file(path),
        };
    }
}

/// Locks what was just made, unless another process was quicker to sweep it.
/// Where nothing can be locked, nothing is swept.
fn is_ours(file: &File, path: &Path) -> bool {
    match file.try_lock() {
        Ok(()) => path.exists(),
        Err(TryLockError::WouldBlock) => false,
        Err(TryLockError::Error(_)) => true,
    }
}

fn builder() -> Builder<'static, 'static> {
    let mut builder = Builder::new();
    builder.prefix(PREFIX).suffix(SUFFIX);
    builder
}

/// Temporary files are private; results are as readable as any other new file.
/// The system takes away what the user's umask does not grant.
#[cfg(unix)]
fn set_ordinary_permissions(builder: &mut Builder) {
    use std::os::unix::fs::PermissionsExt;
    builder.permissions(std::fs::Permissions::from_mode(0o666));
}

#[cfg(not(unix))]
fn set_ordinary_permissions(_builder: &mut Builder) {}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(folder).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn the_next_one_sweeps_what_was_left() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let leave = || {
            std::fs::write(path(".malmoi-x1.tmp"), "half").unwrap();
            std::fs::create_dir_all(path(".malmoi-x2.tmp/deep")).unwrap();
        };
        std::fs::write(path("mine.tmp"), "").unwrap();
        leave();
        drop(temporary_file(folder.path()).unwrap());
        assert_eq!(names(folder.path()), ["mine.tmp"]);
        leave();
        drop(TemporaryFolder::create_in(folder.path()).unwrap());
        assert_eq!(names(folder.path()), ["mine.tmp"]);
    }

    #[test]
    fn what_is_in_use_stays() {
        let folder = tempfile::tempdir().unwrap();
        let file = temporary_file(folder.path()).unwrap();
        let inner = TemporaryFolder::create_in(folder.path()).unwrap();
        sweep(folder.path());
        assert!(file.path().exists() && inner.path().exists());
        drop((file, inner));
        assert!(names(folder.path()).is_empty());
    }
}
