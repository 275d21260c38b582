//! Documents that are added to an index or taken out of it, and whether it is whole.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::Path;

use super::build::{Rows, waiting};
use super::{encoder_file, folder};
use crate::config::Pipeline;
use crate::data::{Document, Html, Skipped, Weights};
use crate::error::{Error, Result};
use crate::files::Format;
use crate::pipeline::encoder::Encoder;
use crate::pipeline::shelf::Shelf;
use crate::pipeline::watch::Watch;
use crate::search::segments::Writer;
use crate::search::{Counts, FORM, Index, Texts, write_segment};
use crate::source;

/// What a change did.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct IndexChange {
    /// Documents that were added.
    pub added: u64,
    /// Documents that were taken out; those of the same id as an added one are.
    pub deleted: u64,
    /// Documents that could not be read.
    pub skipped: Skipped,
    /// Ids that no document has.
    pub unknown: Vec<String>,
}

/// Adds the documents of a file to the index of `pipeline`; one of the same id is replaced.
///
/// The file is read with the columns and labels that the pipeline's `source` names.
/// Words that the vocabulary does not know are not found: the next run learns them.
///
/// # Errors
/// If there is no index, or a file cannot be read or written; the index is then as before.
pub fn add_to_index(
    pipeline: &Pipeline,
    state: &Path,
    file: &Path,
    watch: &dyn Watch,
) -> Result<IndexChange> {
    let mut change = Change::take(pipeline, state, watch)?;
    let mut params = pipeline.source.clone();
    params.kind = kind_of(file)?;
    params.path = Some(file.to_owned());
    let mut source = source::open(&params, file)?;
    let encoder = encoder_file::load(&change.encoder_path(), watch)?;
    let mut rows = Rows::new(&encoder);
    let mut done = IndexChange::default();
    let (mut batch, mut more) = (Vec::new(), true);
    let mut seen = HashSet::new();
    while more {
        watch.check()?;
        more = source.next_batch(&mut batch)?;
        batch.retain(|document| is_first(document, &mut seen, &mut done.skipped));
        rows.waiting.append(&mut batch);
        rows.encode(&mut done.skipped);
        if rows.is_full() || (!more && !rows.records.is_empty()) {
            let ids: Vec<&str> = rows.records.iter().map(|record| record.id.as_str()).collect();
            done.deleted += change.delete(&ids)?.0;
            done.added += rows.write(&mut change.writer)?;
        }
    }
    done.skipped.join(source.skipped());
    change.commit()?;
    change.merge(&encoder.vectorizer.weights, encoder.vectorizer.vocabulary.len())?;
    Ok(done)
}

/// Whether no document before it in the file had its id: which of two is meant, none can say.
fn is_first(document: &Document<Html>, seen: &mut HashSet<String>, skipped: &mut Skipped) -> bool {
    let is_first = seen.insert(document.id.clone());
    if !is_first {
        let name = format!("document `{}`", document.id);
        skipped.add(&name, "another one before it in the file has the same id");
    }
    is_first
}

/// Takes the documents with these ids out of the index of `pipeline`.
///
/// # Errors
/// If there is no index, or a file cannot be written.
pub fn delete_from_index(
    pipeline: &Pipeline,
    state: &Path,
    ids: &[String],
    watch: &dyn Watch,
) -> Result<IndexChange> {
    let mut change = Change::take(pipeline, state, watch)?;
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let (deleted, unknown) = change.delete(&ids)?;
    if deleted > 0 {
        change.commit()?;
        if change.writer.to_merge().is_some() {
            let encoder: Encoder = encoder_file::load(&change.encoder_path(), watch)?;
            change.merge(&encoder.vectorizer.weights, encoder.vectorizer.vocabulary.len())?;
        }
    }
    Ok(IndexChange { deleted, unknown, ..IndexChange::default() })
}

/// Compares every byte of the index with its checksum and every posting with the rows.
/// Gives the number of documents.
///
/// # Errors
/// The first damage.
pub fn check_index(pipeline: &Pipeline, state: &Path, watch: &dyn Watch) -> Result<u64> {
    let shelf = Shelf::open(state, &pipeline.name)?;
    let folder = folder(&shelf);
    let index = Index::open(&folder)?.ok_or_else(|| no_index(pipeline))?;
    let fingerprint = index.segments().fingerprint();
    let encoder = encoder_file::load(&encoder_file::path(&folder, fingerprint), watch)?;
    let vectorizer = &encoder.vectorizer;
    index.check(&vectorizer.weights, vectorizer.vocabulary.len())?;
    Ok(index.documents())
}

pub(super) fn no_index(pipeline: &Pipeline) -> Error {
    Error::data(format!("pipeline `{}` has no search index yet", pipeline.name))
        .hinted(format!("`malmoi index {}` builds one from its last run", pipeline.name))
}

/// An index that is being changed.
struct Change {
    folder: std::path::PathBuf,
    writer: Writer,
    fingerprint: String,
}

impl Change {
    fn take(pipeline: &Pipeline, state: &Path, watch: &dyn Watch) -> Result<Self> {
        let folder = folder(&Shelf::open(state, &pipeline.name)?);
        if !folder.exists() {
            return Err(no_index(pipeline));
        }
        let writer = Writer::take(&folder, FORM, &mut waiting(watch))?;
        let fingerprint = writer.fingerprint().ok_or_else(|| no_index(pipeline))?.to_owned();
        Ok(Change { folder, writer, fingerprint })
    }

    fn encoder_path(&self) -> std::path::PathBuf {
        encoder_file::path(&self.folder, &self.fingerprint)
    }

    /// Marks documents as deleted; gives how many, and the ids that none has.
    fn delete(&mut self, ids: &[&str]) -> Result<(u64, Vec<String>)> {
        let Some(index) = Index::open(&self.folder)? else { return Ok((0, Vec::new())) };
        let mut unknown = Vec::new();
        let mut by_segment: BTreeMap<u32, BTreeSet<u32>> = Default::default();
        for id in ids {
            let places = index.find_all(id)?;
            if places.is_empty() {
                unknown.push((*id).to_owned());
            }
            for place in places {
                by_segment.entry(place.segment).or_default().insert(place.document);
            }
        }
        let mut deleted = 0;
        for (segment, documents) in by_segment {
            let documents: Vec<u32> = documents.into_iter().collect();
            self.writer.delete(segment as usize, &documents)?;
            deleted += documents.len() as u64;
        }
        Ok((deleted, unknown))
    }

    fn commit(&mut self) -> Result<()> {
        self.writer.commit(&self.fingerprint)
    }

    /// Merges small segments and those with many deleted documents.
    fn merge(&mut self, weights: &Weights, columns: usize) -> Result<()> {
        while let Some(range) = self.writer.to_merge() {
            let Some(index) = Index::open(&self.folder)? else { return Ok(()) };
            index.check_columns(columns)?;
            let (mut counts, mut records) = (Counts::default(), Vec::new());
            let mut texts = Texts::new(&index);
            let is_merged = |segment: u32| range.contains(&(segment as usize));
            for place in index.places().filter(|place| is_merged(place.segment)) {
                let (columns, frequencies) = index.row(place)?;
                counts.push(&columns, frequencies);
                records.push(texts.record(place)?);
            }
            let path = self.writer.new_segment_path();
            match records.is_empty() {
                true => self.writer.replace(range, None)?,
                false => {
                    write_segment(&path, &records, &counts, weights, columns)?;
                    self.writer.replace(range, Some((&path, records.len() as u32)))?;
                }
            }
            self.commit()?;
        }
        Ok(())
    }
}

fn kind_of(file: &Path) -> Result<source::SourceKind> {
    Ok(match Format::of(file)? {
        Format::Csv => source::SourceKind::Csv,
        Format::Tsv => source::SourceKind::Tsv,
        Format::Jsonl => source::SourceKind::Jsonl,
        Format::Parquet => source::SourceKind::Parquet,
    })
}
