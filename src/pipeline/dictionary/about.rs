//! `about.json`: what is known of an installed dictionary.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::files::AtomicFile;

/// Where a dictionary comes from, and what may be done with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// Version of mecab-ko-dic, if it is a known one.
    pub version: Option<String>,
    /// Number of words.
    pub entries: u64,
    /// The way, and the package or path.
    pub from: String,
    /// Of the archive that was fetched; none of a folder.
    pub sha256: Option<String>,
    /// Name of the licence, if it is known; its text stands in `COPYING`.
    pub licence: Option<String>,
    /// Size of the dictionary in our form, to notice one that was cut.
    pub size_bytes: u64,
}

impl About {
    /// Reads what stands at `path`.
    ///
    /// # Errors
    /// The file cannot be read, or is none of ours.
    pub(super) fn read(path: &Path) -> Result<Self> {
        let bytes = std::fs::read(path).map_err(|error| Error::file("cannot read", path, error))?;
        serde_json::from_slice(&bytes).map_err(|error| {
            Error::data(format!("`{}` is damaged: {error}", path.display())).caused_by(error)
        })
    }

    /// Writes it to `path`.
    ///
    /// # Errors
    /// The file cannot be written.
    pub(super) fn write(&self, path: &Path) -> Result<()> {
        let text = serde_json::to_vec_pretty(self).expect("it is plain data");
        AtomicFile::write(path, &text)
    }
}
