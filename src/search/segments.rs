//! The folder of an index: segments that never change, and a manifest that names them.
//!
//! ```text
//! lock                      held by the one who writes
//! manifest.json             generation, fingerprint, segments that count; its own sum
//! manifest.previous.json    the generation before, whose files are kept too
//! segment-7-0.bin           the first segment that was begun after generation 6
//! segment-7-0.deleted-9.bin which of its documents are deleted since generation 9
//! ```
//!
//! In: files of sections. Out: the segments of one generation. Promises: files get their
//! names when they are whole and are never changed; the manifest gets its name last, so
//! that a commit is one step, and who is killed before it has changed nothing; who reads
//! holds no lock.

mod deleted;
mod manifest;
mod merge;
#[cfg(test)]
mod tests;
mod writer;

use std::path::Path;

pub use deleted::Deleted;
pub use manifest::MANIFEST;
pub use merge::{Size, to_merge};
pub use writer::Writer;

use crate::error::{Error, Result};
use crate::files::{Form, Sections};
use manifest::{DeletedEntry, Entry, MEND, Manifest, PREVIOUS};

/// One generation of an index.
#[derive(Debug)]
pub struct Segments {
    generation: u64,
    fingerprint: String,
    segments: Vec<Segment>,
}

/// Documents that were indexed together.
#[derive(Debug)]
pub struct Segment {
    file: String,
    documents: u32,
    sections: Sections,
    deleted: Deleted,
    /// The file that says so, unless documents were deleted since.
    deleted_entry: Option<DeletedEntry>,
}

impl Segments {
    /// Opens the newest generation; `None` if there is none yet.
    ///
    /// # Errors
    /// A file is damaged, missing, or of another version than `form`.
    pub fn open(folder: &Path, form: Form) -> Result<Option<Self>> {
        let mut tried = None;
        loop {
            let Some(manifest) = Manifest::read(&folder.join(MANIFEST))? else {
                return no_manifest(folder).map(|()| None);
            };
            let generation = manifest.generation;
            match Self::of(manifest, folder, form) {
                // Two commits have passed since the manifest was read: there is a newer one.
                Err(error) if is_missing(&error) && tried != Some(generation) => {
                    tried = Some(generation);
                }
                opened => {
                    let opened = opened.map_err(|error| error.hinted_if_none(form.mend));
                    return opened.map(Some);
                }
            }
        }
    }

    /// Counts commits, from 1.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// Of all that the index was made from, as it was given with the commit.
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// The segments in the order in which documents were added.
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    fn of(manifest: Manifest, folder: &Path, form: Form) -> Result<Self> {
        let entries = manifest.segments.into_iter();
        let segments = entries.map(|entry| Segment::open(entry, folder, form));
        Ok(Segments {
            generation: manifest.generation,
            fingerprint: manifest.fingerprint,
            segments: segments.collect::<Result<_>>()?,
        })
    }
}

impl Segment {
    /// Name of its file in the folder.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// How many documents it holds, deleted ones included: they are numbered from 0.
    /// Whoever wrote the segment said so; its sections have to agree.
    pub fn documents(&self) -> u32 {
        self.documents
    }

    /// Its contents.
    pub fn sections(&self) -> &Sections {
        &self.sections
    }

    /// Its deleted documents.
    pub fn deleted(&self) -> &Deleted {
        &self.deleted
    }

    /// What decides whether it is merged.
    pub fn size(&self) -> Size {
        Size { documents: self.documents, deleted: self.deleted.len() }
    }

    fn open(entry: Entry, folder: &Path, form: Form) -> Result<Self> {
        let sections = Sections::open(&folder.join(&entry.file), form)?;
        if sections.bytes() != entry.bytes || hex(sections.checksum()) != entry.xxh3 {
            return Err(sections.contradiction("it is not the one that the manifest names"));
        }
        let deleted = match &entry.deleted {
            Some(deleted) => Deleted::read(folder, deleted, entry.documents)?,
            None => Deleted::default(),
        };
        let Entry { file, documents, deleted: deleted_entry, .. } = entry;
        Ok(Segment { file, documents, sections, deleted, deleted_entry })
    }

    fn entry(&self) -> Entry {
        Entry {
            file: self.file.clone(),
            documents: self.documents,
            bytes: self.sections.bytes(),
            xxh3: hex(self.sections.checksum()),
            deleted: self.deleted_entry.clone(),
        }
    }
}

/// Where there was a generation before, the manifest was taken away: an index built anew
/// would lack what was added since.
fn no_manifest(folder: &Path) -> Result<()> {
    if !folder.join(PREVIOUS).exists() {
        return Ok(());
    }
    let path = folder.join(MANIFEST).display().to_string();
    Err(Error::data("the manifest of the search index is missing").at(path).hinted(MEND))
}

/// Checksums in the manifest: JSON has no whole numbers of 64 bits.
fn hex(sum: u64) -> String {
    format!("{sum:016x}")
}

fn is_missing(error: &Error) -> bool {
    let cause = std::error::Error::source(error);
    cause
        .and_then(|cause| cause.downcast_ref::<std::io::Error>())
        .is_some_and(|cause| cause.kind() == std::io::ErrorKind::NotFound)
}
