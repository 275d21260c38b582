//! Files of a run → a folder of its own, and a copy of the latest.
//!
//! Promises: the run's folder appears whole or not at all; a file of the latest copy is
//! the old or the new one at any time; doing it again changes nothing.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::Path;

use super::shown;
use crate::error::{Error, Result};
use crate::files::{AtomicFile, TemporaryFolder};
use crate::schedule::output::{self, OutputFile};
use crate::schedule::parcel::Parcel;

/// Puts the files of `parcel` into `folder`.
pub(super) fn put(folder: &Path, parcel: &Parcel) -> Result<()> {
    let failed = |error| Error::file("cannot create the folder", folder, error);
    fs::create_dir_all(folder).map_err(failed)?;
    let own = folder.join(&parcel.name);
    if !is_there(&own, &parcel.files) {
        put_whole(folder, &own, &parcel.files)?;
    }
    renew(&folder.join(format!("{}-latest", parcel.run.job)), &parcel.files)
}

/// Whether the run was delivered before.
fn is_there(own: &Path, files: &[OutputFile]) -> bool {
    let found = output::files(own).unwrap_or_default();
    let names = |files: &[OutputFile]| -> BTreeSet<(String, u64)> {
        files.iter().map(|file| (file.name.clone(), file.bytes)).collect()
    };
    own.is_dir() && names(&found) == names(files)
}

fn put_whole(folder: &Path, own: &Path, files: &[OutputFile]) -> Result<()> {
    let whole = TemporaryFolder::create_in(folder)?;
    // What is renamed is a folder within, because the temporary one is removed at the end.
    let inner = whole.path().join("files");
    fs::create_dir(&inner).map_err(|error| Error::file("cannot write into", folder, error))?;
    for file in files {
        copy(file, &inner)?;
    }
    let failed = |error| Error::file("cannot write", own, error);
    if own.symlink_metadata().is_ok() {
        // A copy that is not this one, such as one that somebody has edited.
        fs::rename(own, whole.path().join("old")).map_err(failed)?;
    }
    fs::rename(&inner, own).map_err(failed)
}

/// Makes `latest` hold `files` and nothing else, file by file.
fn renew(latest: &Path, files: &[OutputFile]) -> Result<()> {
    if latest.symlink_metadata().is_ok_and(|found| !found.is_dir()) {
        return Err(Error::io(format!("`{}` is no folder", shown(latest)))
            .hinted("remove it; a folder of that name is to hold the latest files"));
    }
    for file in files {
        copy(file, latest)?;
    }
    for old in output::files(latest).unwrap_or_default() {
        if files.iter().all(|file| file.name != old.name) {
            fs::remove_file(&old.path)
                .map_err(|error| Error::file("cannot remove", &old.path, error))?;
        }
    }
    Ok(())
}

fn copy(file: &OutputFile, folder: &Path) -> Result<()> {
    let target = folder.join(&file.name);
    let failed = |error| Error::file("cannot write", &target, error);
    let mut written = AtomicFile::create(&target)?;
    written.write_all(&file.read()?).map_err(failed)?;
    written.commit()
}
