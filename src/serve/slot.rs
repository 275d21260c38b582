//! A thing that is open, and the newer one that takes its place.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::SystemTime;

use crate::error::{Error, Result};

/// How often a file that cannot be opened is tried again as it is: what belongs to it may
/// get its name a moment later.
const TRIES: u32 = 3;

/// What is open now. Who asks gets it and keeps it as long as needed; a newer one is opened
/// beside it and takes its place at once, a damaged one does not.
pub struct Slot<T> {
    /// The file that is replaced whenever the thing is.
    file: PathBuf,
    current: RwLock<Option<Arc<T>>>,
    seen: Mutex<Seen>,
    opened: AtomicU64,
    failed: AtomicU64,
}

#[derive(Default)]
struct Seen {
    stamp: Option<Stamp>,
    tries: u32,
    is_bad: bool,
}

/// Tells a file from the one that had its name before.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Stamp {
    bytes: u64,
    modified: Option<SystemTime>,
    number: u64,
}

impl<T> Slot<T> {
    /// Nothing is opened yet.
    pub fn new(file: PathBuf) -> Self {
        Slot {
            file,
            current: RwLock::new(None),
            seen: Mutex::default(),
            opened: AtomicU64::new(0),
            failed: AtomicU64::new(0),
        }
    }

    /// What is open.
    pub fn get(&self) -> Option<Arc<T>> {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether there is something to open.
    pub fn is_there(&self) -> bool {
        self.file.is_file()
    }

    /// Whether the newest one could not be opened, and the one before stands in for it.
    pub fn is_bad(&self) -> bool {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).is_bad
    }

    /// How often one was opened, and how often that failed.
    pub fn counts(&self) -> (u64, u64) {
        (self.opened.load(Relaxed), self.failed.load(Relaxed))
    }

    /// Opens what is there if it is another one than before; whether it did.
    ///
    /// # Errors
    /// Those of `open`; what was open before stays.
    pub fn renew(&self, open: impl FnOnce() -> Result<T>) -> Result<bool> {
        // Two do not open the same thing at once.
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        // Before it is opened: what is replaced meanwhile is opened again.
        let stamp = stamp(&self.file);
        let is_same = seen.stamp == stamp;
        if is_same && (!seen.is_bad || seen.tries >= TRIES) {
            return Ok(false);
        }
        let has_one = self.get().is_some();
        if stamp.is_none() && !has_one {
            seen.stamp = stamp;
            return Ok(false);
        }
        seen.tries = if is_same { seen.tries + 1 } else { 1 };
        seen.stamp = stamp;
        let opened = match seen.stamp {
            Some(_) => open(),
            None => Err(Error::data("it was removed")),
        };
        seen.is_bad = opened.is_err();
        match opened {
            Ok(new) => {
                self.opened.fetch_add(1, Relaxed);
                let new = Some(Arc::new(new));
                let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
                let old = std::mem::replace(&mut *current, new);
                drop(current);
                // To close it may take a while; nobody waits for that.
                drop(old);
                Ok(true)
            }
            Err(error) => {
                self.failed.fetch_add(1, Relaxed);
                Err(error)
            }
        }
    }
}

fn stamp(file: &Path) -> Option<Stamp> {
    let found = std::fs::metadata(file).ok()?;
    #[cfg(unix)]
    let number = std::os::unix::fs::MetadataExt::ino(&found);
    #[cfg(not(unix))]
    let number = 0;
    Some(Stamp { bytes: found.len(), modified: found.modified().ok(), number })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_newer_one_takes_the_place_and_a_damaged_one_does_not() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        let slot: Slot<String> = Slot::new(file.clone());
        let open = || match std::fs::read_to_string(&file) {
            Ok(text) if text != "bad" => Ok(text),
            _ => Err(Error::data("it is damaged")),
        };
        assert!(!slot.is_there() && !slot.renew(open).unwrap() && slot.get().is_none());
        std::fs::write(&file, "one").unwrap();
        assert!(slot.renew(open).unwrap() && !slot.renew(open).unwrap());
        let old = slot.get().unwrap();
        std::fs::write(&file, "second").unwrap();
        assert!(slot.renew(open).unwrap());
        assert_eq!((old.as_str(), slot.get().unwrap().as_str()), ("one", "second"));
        std::fs::write(&file, "bad").unwrap();
        for _ in 0..TRIES {
            assert!(slot.renew(open).is_err() && slot.is_bad());
        }
        assert!(!slot.renew(open).unwrap() && slot.is_bad());
        assert_eq!(slot.get().unwrap().as_str(), "second");
        std::fs::write(&file, "fourth").unwrap();
        assert!(slot.renew(open).unwrap() && !slot.is_bad());
        assert_eq!(slot.counts(), (3, 3));
        std::fs::remove_file(&file).unwrap();
        assert!(slot.renew(open).is_err() && slot.is_bad() && slot.get().is_some());
    }
}
