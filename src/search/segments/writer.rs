//! Changes an index, from one generation to the next.

use std::collections::BTreeSet;
use std::ops::Range;
use std::path::{Path, PathBuf};

use super::manifest::{MANIFEST, Manifest, PREVIOUS, VERSION, deleted_name, is_ours, segment_name};
use super::{Deleted, Segment, Segments, to_merge};
use crate::error::{Error, Result};
use crate::files::{AtomicFile, FileLock, Form, Sections, sweep};

/// The one who may change an index. Dropped without a commit, it has changed nothing.
pub struct Writer {
    folder: PathBuf,
    form: Form,
    generation: u64,
    fingerprint: Option<String>,
    segments: Vec<Segment>,
    /// Names given out of which nothing was heard yet.
    begun: BTreeSet<String>,
    next: u64,
    _lock: FileLock,
}

impl Writer {
    /// Takes the folder, which is made if it is missing, with the newest generation, and
    /// removes what killed processes left.
    ///
    /// As long as another has it, `waiting` is asked again and again and told who; its
    /// error ends the wait.
    ///
    /// # Errors
    /// The folder cannot be written, the index is damaged, or `waiting` gives up.
    pub fn take(
        folder: &Path,
        form: Form,
        waiting: &mut dyn FnMut(&str) -> Result<()>,
    ) -> Result<Self> {
        let lock = lock(folder, waiting)?;
        let opened = Segments::open(folder, form)?;
        Ok(Self::of(opened, folder, form, lock))
    }

    /// The same with nothing in it, whatever is there: to build an index again that is
    /// damaged or of another version. It stands until the first commit.
    ///
    /// # Errors
    /// The folder cannot be written, or `waiting` gives up.
    pub fn take_empty(
        folder: &Path,
        form: Form,
        waiting: &mut dyn FnMut(&str) -> Result<()>,
    ) -> Result<Self> {
        let lock = lock(folder, waiting)?;
        Ok(Self::of(None, folder, form, lock))
    }

    /// The fingerprint of the generation that was found.
    pub fn fingerprint(&self) -> Option<&str> {
        self.fingerprint.as_deref()
    }

    /// The segments as they are to be committed.
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// The next segments to merge; see [`to_merge`](super::to_merge).
    pub fn to_merge(&self) -> Option<Range<usize>> {
        to_merge(&self.segments.iter().map(Segment::size).collect::<Vec<_>>())
    }

    /// Where to write a segment, with [`SectionsWriter`](crate::files::SectionsWriter).
    pub fn new_segment_path(&mut self) -> PathBuf {
        let name = segment_name(self.generation + 1, self.next);
        self.next += 1;
        self.begun.insert(name.clone());
        self.folder.join(name)
    }

    /// Adds the segment of so many documents that was written to a new path.
    ///
    /// # Errors
    /// It is not there or damaged.
    pub fn add(&mut self, path: &Path, documents: u32) -> Result<()> {
        let end = self.segments.len();
        self.replace(end..end, Some((path, documents)))
    }

    /// Deletes documents of a segment; those that are deleted already stay so.
    ///
    /// # Errors
    /// There is no such segment or document; then none is deleted.
    pub fn delete(&mut self, segment: usize, documents: &[u32]) -> Result<()> {
        let Some(segment) = self.segments.get_mut(segment) else {
            return Err(Error::data(format!("the index has no segment {segment}")));
        };
        if let Some(document) = documents.iter().find(|&&one| one >= segment.documents) {
            return Err(segment.sections.contradiction(&format!("it has no document {document}")));
        }
        for &document in documents {
            if segment.deleted.insert(document, segment.documents) {
                segment.deleted_entry = None;
            }
        }
        Ok(())
    }

    /// Puts a segment of so many documents in the place of others, or nothing. What was
    /// deleted of them since they were merged has to be deleted again.
    ///
    /// # Errors
    /// The new one is not there or damaged, or there are no such others.
    pub fn replace(&mut self, old: Range<usize>, new: Option<(&Path, u32)>) -> Result<()> {
        if old.start > old.end || old.end > self.segments.len() {
            return Err(Error::data(format!("the index has no segments {old:?}")));
        }
        let new = new.map(|(path, documents)| self.written(path, documents)).transpose()?;
        self.segments.splice(old, new);
        Ok(())
    }

    /// Makes all changes at once the newest generation.
    ///
    /// # Errors
    /// A file cannot be written; the generation before then stands, and this may be
    /// tried again.
    pub fn commit(&mut self, fingerprint: &str) -> Result<()> {
        let generation = self.generation + 1;
        self.write_deleted(generation)?;
        self.keep_previous()?;
        let manifest = Manifest {
            version: VERSION,
            malmoi: env!("CARGO_PKG_VERSION").to_owned(),
            generation,
            fingerprint: fingerprint.to_owned(),
            segments: self.segments.iter().map(Segment::entry).collect(),
            xxh3: String::new(),
        };
        step()?;
        AtomicFile::write(&self.folder.join(MANIFEST), &manifest.summed())?;
        self.generation = generation;
        self.fingerprint = Some(fingerprint.to_owned());
        self.sweep();
        Ok(())
    }

    fn of(opened: Option<Segments>, folder: &Path, form: Form, lock: FileLock) -> Self {
        // No number is used twice, even if the newest manifest was taken away.
        let generations = [MANIFEST, PREVIOUS].map(|name| generation(&folder.join(name)));
        let (fingerprint, segments) =
            opened.map(|found| (found.fingerprint, found.segments)).unzip();
        let writer = Writer {
            folder: folder.to_owned(),
            form,
            generation: generations.into_iter().max().unwrap_or(0),
            fingerprint,
            segments: segments.unwrap_or_default(),
            begun: BTreeSet::new(),
            next: 0,
            _lock: lock,
        };
        writer.sweep();
        writer
    }

    /// A segment that was written where it had to be.
    fn written(&mut self, path: &Path, documents: u32) -> Result<Segment> {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if path.parent() != Some(&self.folder) || !self.begun.contains(name) {
            let message = format!("`{}` is no new segment of this index", path.display());
            return Err(Error::data(message));
        }
        let sections = Sections::open(path, self.form)?;
        self.begun.remove(name);
        let (file, deleted) = (name.to_owned(), Deleted::default());
        Ok(Segment { file, documents, sections, deleted, deleted_entry: None })
    }

    fn write_deleted(&mut self, generation: u64) -> Result<()> {
        for segment in &mut self.segments {
            if segment.deleted_entry.is_none() && !segment.deleted.is_empty() {
                step()?;
                let name = deleted_name(&segment.file, generation);
                segment.deleted_entry = Some(segment.deleted.write(&self.folder, name)?);
            }
        }
        Ok(())
    }

    /// A manifest that is damaged is not worth to be kept.
    fn keep_previous(&self) -> Result<()> {
        let Ok(Some(manifest)) = Manifest::read(&self.folder.join(MANIFEST)) else {
            return Ok(());
        };
        step()?;
        AtomicFile::write(&self.folder.join(PREVIOUS), &manifest.summed())
    }

    /// Removes what neither manifest names. Nothing is removed as long as one of them
    /// cannot be read, and what cannot be removed is left to the next one.
    fn sweep(&self) {
        sweep(&self.folder);
        let manifests = [MANIFEST, PREVIOUS].map(|name| Manifest::read(&self.folder.join(name)));
        let [Ok(newest), Ok(previous)] = manifests else { return };
        let manifests = [newest, previous];
        let named: BTreeSet<&str> = manifests.iter().flatten().flat_map(Manifest::files).collect();
        let Ok(entries) = std::fs::read_dir(&self.folder) else { return };
        for entry in entries.flatten() {
            let name = entry.file_name();
            let Some(name) = name.to_str().filter(|name| is_ours(name)) else { continue };
            if !named.contains(name) && !self.begun.contains(name) && step().is_ok() {
                let _ = std::fs::remove_file(entry.path());
            }
        }
    }
}

fn lock(folder: &Path, waiting: &mut dyn FnMut(&str) -> Result<()>) -> Result<FileLock> {
    std::fs::create_dir_all(folder)
        .map_err(|error| Error::file("cannot create the folder", folder, error))?;
    FileLock::take(&folder.join("lock"), "search index", waiting)
}

fn generation(path: &Path) -> u64 {
    Manifest::read(path).ok().flatten().map_or(0, |manifest| manifest.generation)
}

/// Comes before each change of the folder: tests stop here.
fn step() -> Result<()> {
    #[cfg(test)]
    super::tests::step()?;
    Ok(())
}
