//! Where dictionaries stand on this machine.

use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::{About, Installed};
use crate::analyze::dictionary::data_folder;
use crate::error::{Error, Result};

/// The dictionary in our form.
pub(super) const DICTIONARY: &str = "ko.dic";
/// The text of its licence.
pub(super) const LICENCE: &str = "COPYING";
/// What is known of it.
pub(super) const ABOUT: &str = "about.json";
const NAME: &str = "mecab-ko-dic";
const PREFIX: &str = ".malmoi-";
const SUFFIX: &str = ".tmp";

/// The folder of dictionaries.
pub(super) struct Place {
    pub(super) folder: PathBuf,
}

impl Place {
    /// Of this user.
    pub(super) fn find() -> Result<Self> {
        Ok(Place { folder: data_folder()?.join("dictionaries") })
    }

    /// The dictionary that stands there, if one does.
    pub(super) fn installed(&self) -> Result<Option<Installed>> {
        let folder = self.folder.join(NAME);
        if !folder.exists() {
            return Ok(None);
        }
        let hint = "`malmoi dictionary install` makes it anew";
        let about = About::read(&folder.join(ABOUT)).map_err(|error| error.hinted(hint))?;
        let dictionary = folder.join(DICTIONARY);
        match std::fs::metadata(&dictionary).is_ok_and(|found| found.len() == about.size_bytes) {
            true => Ok(Some(Installed { dictionary, about, was_there: true })),
            false => {
                let message = format!("`{}` is missing or was changed", dictionary.display());
                Err(Error::data(message).hinted(hint))
            }
        }
    }

    /// A folder to work in, on the same disk; it goes when it is dropped.
    pub(super) fn work_folder(&self) -> Result<TempDir> {
        tempfile::Builder::new()
            .prefix(PREFIX)
            .suffix(SUFFIX)
            .tempdir_in(&self.folder)
            .map_err(|error| Error::file("cannot write into", &self.folder, error))
    }

    /// Removes work folders of killed processes; only for who holds the lock.
    pub(super) fn sweep(&self) {
        let Ok(entries) = std::fs::read_dir(&self.folder) else { return };
        for entry in entries.flatten() {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            if name.starts_with(PREFIX) && name.ends_with(SUFFIX) {
                let _ = std::fs::remove_dir_all(entry.path());
            }
        }
    }

    /// Gives the finished folder its name. What stood there goes with the work
    /// folder, and comes back if the second rename fails.
    pub(super) fn put(&self, fresh: &Path, work: &Path) -> Result<()> {
        let target = self.folder.join(NAME);
        let failed = |error| Error::file("cannot replace", &target, error);
        let replaced = work.join("replaced");
        let had_one = target.exists();
        if had_one {
            std::fs::rename(&target, &replaced).map_err(failed)?;
        }
        std::fs::rename(fresh, &target).map_err(|error| {
            if had_one {
                let _ = std::fs::rename(&replaced, &target);
            }
            failed(error)
        })
    }
}

/// A new folder in `folder`.
pub(super) fn subfolder(folder: &Path, name: &str) -> Result<PathBuf> {
    let path = folder.join(name);
    std::fs::create_dir(&path)
        .map_err(|error| Error::file("cannot create the folder", &path, error))?;
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_work_folders_are_swept() {
        let folder = tempfile::tempdir().unwrap();
        let place = Place { folder: folder.path().to_owned() };
        std::fs::create_dir_all(folder.path().join(".malmoi-x.tmp/fetched")).unwrap();
        std::fs::create_dir_all(folder.path().join(NAME)).unwrap();
        place.sweep();
        assert!(!folder.path().join(".malmoi-x.tmp").exists());
        assert!(place.installed().unwrap_err().hint().unwrap().contains("anew"));
    }
}
