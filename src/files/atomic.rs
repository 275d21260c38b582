//! One atomic write: temporary file beside the target, fsync, rename.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::temporary::{Unfinished, temporary_file};
use crate::error::{Error, Result};

/// A file that appears under its name only when it is whole.
///
/// Dropped before [`AtomicFile::commit`], it leaves nothing behind. A process
/// that is killed leaves `.malmoi-*.tmp`, which the next one here removes.
pub struct AtomicFile {
    writer: BufWriter<NamedTempFile>,
    target: PathBuf,
    unfinished: Unfinished,
}

impl AtomicFile {
    /// Starts writing what will become `target`; makes its folder if needed.
    pub fn create(target: &Path) -> Result<Self> {
        check_target(target)?;
        let folder = parent(target);
        std::fs::create_dir_all(folder)
            .map_err(|error| Error::file("cannot create the folder", folder, error))?;
        let file = temporary_file(folder)
            .map_err(|error| Error::file("cannot write beside", target, error))?;
        Ok(AtomicFile {
            unfinished: Unfinished::new(file.path()),
            writer: BufWriter::with_capacity(1 << 18, file),
            target: target.to_owned(),
        })
    }

    /// Makes the written bytes durable and gives them their name.
    pub fn commit(self) -> Result<()> {
        let failed = |error| Error::file("cannot write", &self.target, error);
        let file = self.writer.into_inner().map_err(|error| failed(error.into_error()))?;
        file.as_file().sync_all().map_err(failed)?;
        file.persist(&self.target).map_err(|error| failed(error.error))?;
        drop(self.unfinished);
        sync_folder(parent(&self.target));
        Ok(())
    }

    /// Puts `bytes` in the place of what the file `path` holds: it keeps its
    /// permissions, and a link to it stays a link.
    pub fn replace(path: &Path, bytes: &[u8]) -> Result<()> {
        let failed = |error| Error::file("cannot write", path, error);
        let target = path.canonicalize().map_err(failed)?;
        let permissions = std::fs::metadata(&target).map_err(failed)?.permissions();
        let mut file = AtomicFile::create(&target)?;
        file.write_all(bytes).map_err(failed)?;
        file.writer.get_ref().as_file().set_permissions(permissions).map_err(failed)?;
        file.commit()
    }

    /// Writes all of `bytes` to `target` at once.
    pub fn write(target: &Path, bytes: &[u8]) -> Result<()> {
        let mut file = AtomicFile::create(target)?;
        file.write_all(bytes).map_err(|error| Error::file("cannot write", target, error))?;
        file.commit()
    }
}

impl Write for AtomicFile {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.writer.write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.writer.flush()
    }
}

fn parent(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Renaming over a device such as `/dev/null` would put a file in its place.
fn check_target(target: &Path) -> Result<()> {
    let what = match std::fs::metadata(target) {
        Ok(found) if found.is_dir() => "a folder",
        Ok(found) if !found.is_file() => "a device or a pipe",
        _ => return Ok(()),
    };
    Err(Error::io(format!("cannot write `{}`: it is {what}, not a file", target.display()))
        .hinted("name a file, or leave the name away to write to standard output"))
}

/// The rename itself is durable once the folder is; not every file system can.
#[cfg(unix)]
fn sync_folder(folder: &Path) {
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
}

#[cfg(not(unix))]
fn sync_folder(_folder: &Path) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn appears_only_when_committed() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("deep/result");
        let mut file = AtomicFile::create(&target).unwrap();
        file.write_all(b"half").unwrap();
        assert!(!target.exists());
        drop(file);
        assert_eq!(std::fs::read_dir(target.parent().unwrap()).unwrap().count(), 0);
        AtomicFile::write(&target, b"whole").unwrap();
        assert_eq!(std::fs::read(&target).unwrap(), b"whole");
    }

    #[test]
    fn only_files_are_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let error = AtomicFile::create(folder.path()).err().unwrap();
        assert!(error.to_string().contains("it is a folder"), "{error}");
        #[cfg(unix)]
        {
            let error = AtomicFile::create(Path::new("/dev/null")).err().unwrap();
            assert!(error.to_string().contains("it is a device"), "{error}");
        }
    }

    #[test]
    #[cfg(unix)]
    fn a_result_is_as_readable_as_any_new_file() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let (ours, plain) = (folder.path().join("ours"), folder.path().join("plain"));
        AtomicFile::write(&ours, b"").unwrap();
        std::fs::write(&plain, b"").unwrap();
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode(&ours), mode(&plain));
    }

    #[cfg(unix)]
    #[test]
    fn what_is_replaced_keeps_its_link_and_permissions() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        std::fs::write(&file, "old").unwrap();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
        std::os::unix::fs::symlink("file", &link).unwrap();
        AtomicFile::replace(&link, b"new").unwrap();
        assert!(link.symlink_metadata().unwrap().is_symlink());
        assert_eq!(std::fs::read(&file).unwrap(), b"new");
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    }
}
