//! Results kept by fingerprint, one folder a pipeline, written atomically.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use super::watch::Watch;
use crate::error::{Error, Result};
use crate::files::{AtomicFile, FileLock, sweep, trailer};

/// Layout of the manifest; a newer one is refused, an older one is made anew.
const VERSION: u32 = 3;

/// Says which results stand.
pub(super) const MANIFEST: &str = "manifest.json";

/// What is kept of a pipeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kept {
    /// Sparse rows of all documents, and the vectorizer.
    Rows,
    /// The trained model.
    Model,
    /// What it is worth.
    Metrics,
}

impl Kept {
    /// Everything that can be kept.
    pub const ALL: [Kept; 3] = [Kept::Rows, Kept::Model, Kept::Metrics];

    /// As it is called in the manifest.
    pub fn name(self) -> &'static str {
        match self {
            Kept::Rows => "rows",
            Kept::Model => "model",
            Kept::Metrics => "metrics",
        }
    }

    pub(super) fn file(self) -> &'static str {
        match self {
            Kept::Rows => "rows.bin",
            Kept::Model => "model.bin",
            Kept::Metrics => "metrics.json",
        }
    }
}

/// One kept result.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Of everything it was made from.
    pub fingerprint: String,
    /// Its size, to notice a file that was changed behind our back.
    pub bytes: u64,
    /// Tells this result from any other of its size, such as one that got its
    /// name in a process that was killed before it could say so here.
    pub xxh3: String,
    /// What the stages reported when it was made.
    pub stages: Vec<super::outcome::StageReport>,
}

/// A file that a source read: size and time tell whether it changed, contents
/// decide when those differ.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InputFile {
    /// Where it stands.
    pub path: PathBuf,
    /// Its size.
    pub bytes: u64,
    /// Its time of change, in nanoseconds since 1970.
    pub modified: u128,
    /// xxh3 of its contents.
    pub xxh3: String,
}

/// `manifest.json`: which results stand and what they were made from.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// Layout version.
    pub version: u32,
    /// Version of the program that wrote it.
    pub malmoi: String,
    /// The results.
    pub kept: BTreeMap<Kept, Entry>,
    /// The files that were read.
    pub inputs: Vec<InputFile>,
    /// xxh3 of the manifest without it.
    pub xxh3: String,
}

impl Manifest {
    fn text(&self) -> Vec<u8> {
        serde_json::to_vec_pretty(self).expect("a manifest is plain data")
    }

    fn sum(&self) -> String {
        let bare = Manifest { xxh3: String::new(), ..self.clone() };
        sum(&bare.text())
    }
}

fn sum(bytes: &[u8]) -> String {
    format!("{:016x}", xxh3_64(bytes))
}

/// Where a result of a pipeline stands, if it is there.
pub fn kept_file(state: &Path, pipeline: &str, kept: Kept) -> PathBuf {
    state.join(pipeline).join(kept.file())
}

/// The state folder of one pipeline.
pub struct Shelf {
    folder: PathBuf,
    /// What stands on it.
    pub manifest: Manifest,
}

impl Shelf {
    /// Opens the folder of a pipeline to read from it.
    ///
    /// # Errors
    /// If the name is no plain name, or the manifest is damaged or newer.
    pub fn open(state: &Path, pipeline: &str) -> Result<Self> {
        let is_plain = |character: char| character.is_alphanumeric() || "-_.".contains(character);
        if pipeline.is_empty() || pipeline.starts_with('.') || !pipeline.chars().all(is_plain) {
            return Err(Error::usage(format!("`{pipeline}` cannot be the name of a pipeline"))
                .hinted("use letters, digits, `-` and `_`; it names a folder too"));
        }
        let folder = state.join(pipeline);
        let manifest = read_manifest(&folder.join(MANIFEST))?;
        Ok(Shelf { folder, manifest })
    }

    /// Where everything of the pipeline stands; it need not exist.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where a result stands.
    pub fn path(&self, kept: Kept) -> PathBuf {
        self.folder.join(kept.file())
    }

    /// The entry of a result that is whole and was made from the same things.
    pub fn find(&self, kept: Kept, fingerprint: &str) -> Option<&Entry> {
        let entry =
            self.manifest.kept.get(&kept).filter(|entry| entry.fingerprint == fingerprint)?;
        let size = std::fs::metadata(self.path(kept)).ok()?.len();
        (size == entry.bytes && self.identity(kept).ok()? == entry.xxh3).then_some(entry)
    }

    /// The bytes of the metrics, if they are those that were kept.
    pub fn read(&self, kept: Kept) -> Option<Vec<u8>> {
        let bytes = std::fs::read(self.path(kept)).ok()?;
        let wanted = &self.manifest.kept.get(&kept)?.xxh3;
        (sum(&bytes) == *wanted).then_some(bytes)
    }

    /// Registers a result that was just written under its path.
    ///
    /// # Errors
    /// If the manifest cannot be written.
    pub fn keep(
        &mut self,
        kept: Kept,
        fingerprint: &str,
        stages: Vec<super::outcome::StageReport>,
    ) -> Result<()> {
        let path = self.path(kept);
        let failed = |error| Error::file("cannot read", &path, error);
        let bytes = std::fs::metadata(&path).map_err(failed)?.len();
        let xxh3 = self.identity(kept).map_err(failed)?;
        let fingerprint = fingerprint.to_owned();
        self.manifest.kept.insert(kept, Entry { fingerprint, bytes, xxh3, stages });
        self.write_manifest()
    }

    /// Metrics are summed; containers carry the sum of what they hold.
    fn identity(&self, kept: Kept) -> std::io::Result<String> {
        let path = self.path(kept);
        Ok(match kept {
            Kept::Metrics => sum(&std::fs::read(path)?),
            Kept::Rows | Kept::Model => sum(&trailer(&path)?),
        })
    }

    /// Removes a result that the pipeline no longer has.
    ///
    /// # Errors
    /// If the file cannot be removed, or the manifest cannot be written.
    pub fn forget(&mut self, kept: Kept) -> Result<()> {
        match std::fs::remove_file(self.path(kept)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(Error::file("cannot remove", &self.path(kept), error));
            }
            _ => {}
        }
        match self.manifest.kept.remove(&kept) {
            Some(_) => self.write_manifest(),
            None => Ok(()),
        }
    }

    fn write_manifest(&mut self) -> Result<()> {
        self.manifest.version = VERSION;
        self.manifest.malmoi = env!("CARGO_PKG_VERSION").to_owned();
        self.manifest.xxh3 = self.manifest.sum();
        AtomicFile::write(&self.folder.join(MANIFEST), &self.manifest.text())
    }
}

fn read_manifest(path: &Path) -> Result<Manifest> {
    let bytes = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Ok(Manifest::default());
        }
        Err(error) => return Err(Error::file("cannot read", path, error)),
    };
    let damaged = |what: String| {
        Error::data(format!("the manifest is damaged: {what}"))
            .at(path.display().to_string())
            .hinted("delete the file; the next run makes everything anew")
    };
    // The version comes first: other layouts have other fields.
    let Version { version } =
        serde_json::from_slice(&bytes).map_err(|error| damaged(error.to_string()))?;
    if version > VERSION {
        return Err(Error::data("the manifest was written by a newer version of malmoi")
            .at(path.display().to_string())
            .hinted("update malmoi, or give another folder with --state"));
    }
    if version < VERSION {
        return Ok(Manifest::default());
    }
    let manifest: Manifest =
        serde_json::from_slice(&bytes).map_err(|error| damaged(error.to_string()))?;
    match manifest.xxh3 == manifest.sum() {
        true => Ok(manifest),
        false => Err(damaged("its checksum does not match".to_owned())),
    }
}

#[derive(Deserialize)]
struct Version {
    version: u32,
}

/// Holds a state folder for one process; released when dropped or killed.
pub struct Lock {
    _lock: FileLock,
}

impl Lock {
    /// Takes the folder; waits if another process has it, and says which.
    ///
    /// What killed processes left half-written is removed.
    ///
    /// # Errors
    /// If the folder cannot be written, or the user stops waiting.
    pub fn take(state: &Path, purpose: &str, watch: &dyn Watch) -> Result<Self> {
        std::fs::create_dir_all(state).map_err(|error| {
            Error::file("cannot create the folder", state, error)
                .hinted("give another one with --state DIR")
        })?;
        let path = state.join("lock");
        let mut told = false;
        let waiting = &mut |holder: &str| {
            if !told {
                watch.note(&format!("waiting for {holder}, which uses the same folder"));
                told = true;
            }
            watch.check()
        };
        let lock = FileLock::take(&path, purpose, waiting)
            .map_err(|error| error.hinted_if_none("give another folder with --state DIR"))?;
        sweep_all(state);
        Ok(Lock { _lock: lock })
    }
}

fn sweep_all(state: &Path) {
    sweep(state);
    let Ok(entries) = std::fs::read_dir(state) else { return };
    entries.flatten().filter(|entry| entry.path().is_dir()).for_each(|entry| sweep(&entry.path()));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipeline::watch::Silent;

    #[test]
    fn a_kept_result_is_found_until_something_changes() {
        let state = tempfile::tempdir().unwrap();
        let mut shelf = Shelf::open(state.path(), "p").unwrap();
        AtomicFile::write(&shelf.path(Kept::Model), b"model").unwrap();
        shelf.keep(Kept::Model, "abc", Vec::new()).unwrap();
        let shelf = Shelf::open(state.path(), "p").unwrap();
        assert!(shelf.find(Kept::Model, "abc").is_some());
        assert!(shelf.find(Kept::Model, "other").is_none());
        assert!(shelf.find(Kept::Rows, "abc").is_none());
        std::fs::write(shelf.path(Kept::Model), b"longer model").unwrap();
        assert!(shelf.find(Kept::Model, "abc").is_none());
    }

    #[test]
    fn a_result_that_was_replaced_is_not_the_old_one() {
        let state = tempfile::tempdir().unwrap();
        let mut shelf = Shelf::open(state.path(), "p").unwrap();
        AtomicFile::write(&shelf.path(Kept::Rows), b"old rows").unwrap();
        shelf.keep(Kept::Rows, "old", Vec::new()).unwrap();
        assert!(shelf.find(Kept::Rows, "old").is_some());
        // Killed after the new file got its name and before it was registered.
        AtomicFile::write(&shelf.path(Kept::Rows), b"new rows").unwrap();
        let mut shelf = Shelf::open(state.path(), "p").unwrap();
        assert!(shelf.find(Kept::Rows, "old").is_none());
        shelf.forget(Kept::Rows).unwrap();
        assert!(!shelf.path(Kept::Rows).exists());
    }

    #[test]
    fn no_changed_bit_of_manifest_or_metrics_passes() {
        let state = tempfile::tempdir().unwrap();
        let mut shelf = Shelf::open(state.path(), "p").unwrap();
        AtomicFile::write(&shelf.path(Kept::Metrics), b"{\"accuracy\": 0.9}").unwrap();
        shelf.keep(Kept::Metrics, "abc", Vec::new()).unwrap();
        for name in ["metrics.json", "manifest.json"] {
            let path = state.path().join("p").join(name);
            let whole = std::fs::read(&path).unwrap();
            for bit in 0..whole.len() * 8 {
                let mut bad = whole.clone();
                bad[bit / 8] ^= 1 << (bit % 8);
                std::fs::write(&path, &bad).unwrap();
                let Ok(shelf) = Shelf::open(state.path(), "p") else { continue };
                let read = shelf.find(Kept::Metrics, "abc").and_then(|_| shelf.read(Kept::Metrics));
                let is_same = serde_json::from_slice::<serde_json::Value>(&bad).ok()
                    == serde_json::from_slice::<serde_json::Value>(&whole).ok();
                assert!(read.is_none() || is_same, "bit {bit} of {name}");
            }
            std::fs::write(&path, whole).unwrap();
        }
    }

    #[test]
    fn a_damaged_manifest_is_refused_with_its_place() {
        let state = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(state.path().join("p")).unwrap();
        std::fs::write(state.path().join("p/manifest.json"), "{").unwrap();
        let error = Shelf::open(state.path(), "p").err().unwrap();
        assert!(error.place().unwrap().contains("manifest.json"));
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_no_lock() {
        let state = tempfile::tempdir().unwrap();
        let mine = state.path().join("mine");
        std::fs::write(&mine, "precious").unwrap();
        std::os::unix::fs::symlink(&mine, state.path().join("lock")).unwrap();
        assert!(Lock::take(state.path(), "run", &Silent::default()).is_err());
        assert_eq!(std::fs::read(&mine).unwrap(), b"precious");
    }

    #[test]
    fn a_waiting_process_can_be_stopped() {
        struct Stopped(std::sync::atomic::AtomicBool);
        impl Watch for Stopped {
            fn stop(&self) -> &std::sync::atomic::AtomicBool {
                &self.0
            }
        }
        let state = tempfile::tempdir().unwrap();
        let _held = Lock::take(state.path(), "first", &Silent::default()).unwrap();
        let error = Lock::take(state.path(), "second", &Stopped(true.into())).err().unwrap();
        assert_eq!(error.exit_code(), 130);
    }
}
