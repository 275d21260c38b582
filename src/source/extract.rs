//! An archive → a folder.
//!
//! In: an archive. Out: its files and folders below one target folder, which
//! appears only when everything was unpacked. Promises: nothing is written
//! outside it, no entry replaces another, no permission is taken over.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64};

use super::archive::{Limits, walk};
use super::tar_entries::{EntryKind, HOSTILE};
use crate::error::{Error, Result};
use crate::files::TemporaryFolder;

/// Unpacks the archive at `path` into the folder `target`; [`Limits::streamed`]
/// is enough for any corpus.
///
/// # Errors
/// A target that holds something is refused unless `force` is set; then it is
/// replaced as a whole. All errors of [`read_tar_gz`](super::read_tar_gz).
pub fn extract(
    path: &Path,
    target: &Path,
    limits: &Limits,
    force: bool,
    stop: &AtomicBool,
    progress: &AtomicU64,
) -> Result<()> {
    check_target(target, force)?;
    let parent = parent_of(target);
    fs::create_dir_all(parent)
        .map_err(|error| Error::file("cannot create the folder", parent, error))?;
    let fresh = TemporaryFolder::create_in(parent)?;
    let root = fresh.path().join(UNPACKED);
    fs::create_dir(&root).map_err(|error| Error::file("cannot create the folder", &root, error))?;
    walk(path, limits, stop, progress, &mut |kind, name, contents, size| match kind {
        EntryKind::Folder => make_folder(&inside(&root, name)?),
        EntryKind::File => write_file(&inside(&root, name)?, name, contents, size),
    })?;
    put_in_place(&fresh, &root, target)
}

/// Below the private temporary folder, so that it gets ordinary permissions.
const UNPACKED: &str = "unpacked";
const REPLACED: &str = "replaced";

fn check_target(target: &Path, force: bool) -> Result<()> {
    let shown = target.display();
    let found = match fs::symlink_metadata(target) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(Error::file("cannot look at", target, error)),
        Ok(found) => found,
    };
    if !found.is_dir() {
        return Err(Error::usage(format!("`{shown}` exists and is no folder"))
            .hinted("name a folder that does not exist yet"));
    }
    let mut entries =
        fs::read_dir(target).map_err(|error| Error::file("cannot list", target, error))?;
    if entries.next().is_some() && !force {
        return Err(Error::usage(format!("the folder `{shown}` is not empty"))
            .hinted("name another folder, or use `--force` to replace all that it holds"));
    }
    Ok(())
}

fn parent_of(target: &Path) -> &Path {
    target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Names were checked already; what the platform reads differently stops here.
fn inside(root: &Path, name: &str) -> Result<PathBuf> {
    let relative = Path::new(name);
    if relative.components().any(|part| !matches!(part, Component::Normal(_))) {
        let message = format!("entry `{}` would leave the folder", name.escape_debug());
        return Err(Error::data(message).hinted(HOSTILE));
    }
    Ok(root.join(relative))
}

fn make_folder(path: &Path) -> Result<()> {
    fs::create_dir_all(path).map_err(|error| Error::file("cannot create the folder", path, error))
}

fn write_file(path: &Path, name: &str, contents: &mut dyn Read, size: u64) -> Result<()> {
    let mut file = match create_new(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            let message = format!("entry `{}` comes twice", name.escape_debug());
            return Err(Error::data(message).hinted(HOSTILE));
        }
        opened => opened.map_err(|error| Error::file("cannot create", path, error))?,
    };
    let copied = io::copy(contents, &mut file);
    let copied = copied.map_err(|error| Error::file("cannot write", path, error))?;
    match copied == size {
        true => Ok(()),
        false => Err(Error::data(format!("entry `{name}` ends after {copied} bytes"))),
    }
}

/// Makes the folder only when it is missing: most files share one.
fn create_new(path: &Path) -> io::Result<File> {
    match File::create_new(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            fs::create_dir_all(path.parent().unwrap_or(path))?;
            File::create_new(path)
        }
        opened => opened,
    }
}

/// Two renames; what stood there before goes with the temporary folder, and
/// comes back if the second rename fails.
fn put_in_place(fresh: &TemporaryFolder, root: &Path, target: &Path) -> Result<()> {
    let failed = |error| Error::file("cannot replace", target, error);
    let replaced = fresh.path().join(REPLACED);
    let had_one = target.exists();
    if had_one {
        fs::rename(target, &replaced).map_err(failed)?;
    }
    fs::rename(root, target).map_err(|error| {
        if had_one {
            let _ = fs::rename(&replaced, target);
        }
        failed(error)
    })
}

#[cfg(test)]
mod tests {
    use tar::EntryType;

    use super::super::sample_archives::{entry, file_with, gzip, tar_of, tar_with};
    use super::*;

    fn unpack(archive: &Path, target: &Path, force: bool) -> Result<()> {
        let (stop, progress) = (AtomicBool::new(false), AtomicU64::new(0));
        extract(archive, target, &Limits::default(), force, &stop, &progress)
    }

    fn sample() -> (tempfile::TempDir, PathBuf) {
        let mut tar = entry(b"a/empty/", EntryType::Directory, 0, b"");
        tar.extend(tar_of(&[("a/one.txt", b"first"), ("b.txt", b"second")]));
        file_with(&gzip(&tar))
    }

    #[test]
    fn files_and_folders_appear() {
        let (folder, archive) = sample();
        let target = folder.path().join("deep/target");
        unpack(&archive, &target, false).unwrap();
        assert_eq!(fs::read(target.join("a/one.txt")).unwrap(), b"first");
        assert_eq!(fs::read(target.join("b.txt")).unwrap(), b"second");
        assert!(target.join("a/empty").is_dir());
        let beside = fs::read_dir(target.parent().unwrap()).unwrap().count();
        assert_eq!(beside, 1, "nothing temporary stays");
    }

    #[test]
    fn a_full_target_needs_force() {
        let (folder, archive) = sample();
        let target = folder.path().join("target");
        fs::create_dir(&target).unwrap();
        unpack(&archive, &target, false).unwrap();
        fs::write(target.join("mine.txt"), "mine").unwrap();
        let error = unpack(&archive, &target, false).unwrap_err();
        assert_eq!(error.exit_code(), 2);
        assert!(target.join("mine.txt").exists());
        unpack(&archive, &target, true).unwrap();
        assert!(!target.join("mine.txt").exists());
        assert!(target.join("b.txt").exists());
        let error = unpack(&archive, &target.join("b.txt"), true).unwrap_err();
        assert!(error.to_string().contains("is no folder"));
    }

    #[test]
    fn a_bad_archive_leaves_nothing() {
        let outside = [&b"../evil"[..], b"/evil", b"a/../../evil"]
            .map(|name| tar_with(name, EntryType::Regular, 1, b"x"));
        let twice = tar_of(&[("a", b"1"), ("a", b"2")]);
        let link = tar_with(b"link", EntryType::Symlink, 0, b"");
        let mut cut = tar_of(&[("a", b"1")]);
        cut.truncate(1024);
        for tar in outside.into_iter().chain([twice, link, cut]) {
            let (folder, archive) = file_with(&tar);
            let target = folder.path().join("target");
            unpack(&archive, &target, false).unwrap_err();
            assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "the archive alone");
        }
    }
}
