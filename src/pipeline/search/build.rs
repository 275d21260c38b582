//! The last run of a pipeline → an index of all its documents.

use std::path::{Path, PathBuf};
use std::time::Instant;

use super::dates::seconds;
use super::{encoder_file, folder};
use crate::config::Pipeline;
use crate::data::{Document, Html, Skipped};
use crate::error::{Error, Result};
use crate::pipeline::download::fetch;
use crate::pipeline::encoder::{Encoder, EncoderWorker};
use crate::pipeline::fingerprint::{self, Fingerprints};
use crate::pipeline::open_source::open_source;
use crate::pipeline::prepared::Prepared;
use crate::pipeline::shelf::{Kept, Lock, Shelf};
use crate::pipeline::watch::Watch;
use crate::search::segments::{Segment, Segments, Writer};
use crate::search::{Counts, FORM, Record, write_segment};
use crate::source;
use rayon::prelude::*;

/// What was built.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Built {
    /// Documents of the index.
    pub documents: u64,
    /// Documents that could not be read.
    pub skipped: Skipped,
    /// How long it took.
    pub seconds: f64,
}

/// Builds the index of `pipeline` from its last run, in the place of one that is there.
///
/// # Errors
/// If there is no run, what it read or its settings changed, or files cannot be written.
pub fn build_index(pipeline: &Pipeline, state: &Path, watch: &dyn Watch) -> Result<Built> {
    let _lock = Lock::take(state, &format!("malmoi index {}", pipeline.name), watch)?;
    let shelf = Shelf::open(state, &pipeline.name)?;
    let rows = shelf.manifest.kept.get(&Kept::Rows);
    let rows = rows.ok_or_else(|| no_run(pipeline))?;
    let path = match last_source(&shelf) {
        Some(path) => path,
        None => fetch(pipeline, state, false, watch)?,
    };
    let files = source::inputs(&pipeline.source, &path)?;
    let inputs = fingerprint::inputs(&files, &shelf.manifest.inputs, watch.stop())?;
    if Fingerprints::new(pipeline, &inputs)?.rows != rows.fingerprint {
        return Err(not_of_the_run(pipeline, "documents or settings"));
    }
    let fingerprint = rows.fingerprint.clone();
    build_after_run(pipeline, &shelf, &path, &fingerprint, watch)
}

pub(super) fn no_run(pipeline: &Pipeline) -> Error {
    Error::data(format!("pipeline `{}` has no finished run yet", pipeline.name))
        .hinted(format!("`malmoi run {}` makes one", pipeline.name))
}

pub(super) fn not_of_the_run(pipeline: &Pipeline, what: &str) -> Error {
    Error::data(format!("the {what} of `{}` are not those of its last run", pipeline.name))
        .hinted(format!("`malmoi run {}` first, with the same --set", pipeline.name))
}

/// Where the last run read, if that is still there: `--set` may have named it.
fn last_source(shelf: &Shelf) -> Option<PathBuf> {
    let path = match shelf.manifest.inputs.as_slice() {
        [] => return None,
        [only] => only.path.clone(),
        // Files of one folder, which are parts of a table or of an unpacked archive.
        [first, others @ ..] => {
            let holds_all = |folder: &&Path| others.iter().all(|one| one.path.starts_with(folder));
            first.path.ancestors().skip(1).find(holds_all)?.to_owned()
        }
    };
    path.exists().then_some(path)
}

/// How many documents the index of the rows with this fingerprint holds; `None` if there
/// is no such index.
pub(in crate::pipeline) fn built_documents(shelf: &Shelf, fingerprint: &str) -> Option<u64> {
    let folder = folder(shelf);
    let index = Segments::open(&folder, FORM).ok().flatten()?;
    let is_whole = encoder_file::path(&folder, fingerprint).exists();
    let left =
        |segment: &Segment| u64::from(segment.documents().saturating_sub(segment.deleted().len()));
    (is_whole && index.fingerprint() == fingerprint)
        .then(|| index.segments().iter().map(left).sum())
}

/// The same for who holds the lock and has run the pipeline on `path` just now.
pub(in crate::pipeline) fn build_after_run(
    pipeline: &Pipeline,
    shelf: &Shelf,
    path: &Path,
    fingerprint: &str,
    watch: &dyn Watch,
) -> Result<Built> {
    let start = Instant::now();
    watch.stage("search");
    let folder = folder(shelf);
    let vectorizer = Prepared::load_vectorizer(&shelf.path(Kept::Rows))?;
    let encoder = Encoder::new(&pipeline.clean, &pipeline.analyze, vectorizer)?;
    let mut writer = Writer::take_empty(&folder, FORM, &mut waiting(watch))?;
    let encoder_path = encoder_file::path(&folder, fingerprint);
    encoder_file::save(&encoder_path, &encoder)?;
    let mut source = open_source(&pipeline.source, path)?;
    let mut rows = Rows::new(&encoder);
    let mut built = Built::default();
    let mut batch = Vec::new();
    let mut more = true;
    while more {
        watch.check()?;
        more = source.next_batch(&mut batch)?;
        rows.waiting.append(&mut batch);
        if rows.waiting.len() >= AT_ONCE || !more {
            rows.encode(&mut built.skipped);
        }
        if rows.is_full() || (!more && !rows.records.is_empty()) {
            built.documents += rows.write(&mut writer)?;
        }
        watch.advance(built.documents + rows.records.len() as u64, source.progress());
    }
    built.skipped.join(source.skipped());
    writer.commit(fingerprint)?;
    encoder_file::remove_others(&folder, &encoder_path);
    built.seconds = start.elapsed().as_secs_f64();
    Ok(built)
}

/// Tells who is waited for, and stops waiting when the user wants to.
pub(super) fn waiting(watch: &dyn Watch) -> impl FnMut(&str) -> Result<()> {
    let mut is_told = false;
    move |holder| {
        if !is_told {
            watch.note(&format!("waiting for {holder}, which changes the same index"));
            is_told = true;
        }
        watch.check()
    }
}

/// Documents that are encoded side by side.
const AT_ONCE: usize = 4096;

/// Documents and bytes of text a segment: what is held in memory.
const SEGMENT_DOCUMENTS: usize = 1 << 18;
const SEGMENT_BYTES: usize = 1 << 30;

/// Rows and records of the next segment.
pub(super) struct Rows<'a> {
    encoder: &'a Encoder,
    workers: Vec<EncoderWorker<'a>>,
    /// Documents that are not encoded yet.
    pub waiting: Vec<Document<Html>>,
    counts: Counts,
    /// The records of the rows.
    pub records: Vec<Record>,
    bytes: usize,
}

/// A record and its row, or why there is none.
type Encoded = std::result::Result<(Record, Vec<u32>, Vec<u32>), (String, String)>;

impl<'a> Rows<'a> {
    pub fn new(encoder: &'a Encoder) -> Self {
        let threads = rayon::current_num_threads().max(1);
        Rows {
            encoder,
            workers: (0..threads).map(|_| encoder.worker()).collect(),
            waiting: Vec::new(),
            counts: Counts::default(),
            records: Vec::new(),
            bytes: 0,
        }
    }

    /// Encodes what waits, in its order.
    pub fn encode(&mut self, skipped: &mut Skipped) {
        let documents = std::mem::take(&mut self.waiting);
        let stripe = documents.len().div_ceil(self.workers.len()).max(1);
        let encoded: Vec<Vec<Encoded>> = self
            .workers
            .par_iter_mut()
            .zip(documents.par_chunks(stripe))
            .map(|(worker, stripe)| stripe.iter().map(|one| encode(worker, one)).collect())
            .collect();
        for one in encoded.into_iter().flatten() {
            match one {
                Ok((record, columns, frequencies)) => {
                    self.bytes += record.text.len();
                    self.counts.push(&columns, frequencies);
                    self.records.push(record);
                }
                Err((id, reason)) => skipped.add(&format!("document `{id}`"), &reason),
            }
        }
    }

    /// Whether the next segment has to be written.
    pub fn is_full(&self) -> bool {
        self.records.len() >= SEGMENT_DOCUMENTS || self.bytes >= SEGMENT_BYTES
    }

    /// Writes the segment; gives the number of its documents.
    pub fn write(&mut self, writer: &mut Writer) -> Result<u64> {
        let records = std::mem::take(&mut self.records);
        let counts = std::mem::take(&mut self.counts);
        self.bytes = 0;
        let path = writer.new_segment_path();
        let vectorizer = &self.encoder.vectorizer;
        let columns = vectorizer.vocabulary.len();
        write_segment(&path, &records, &counts, &vectorizer.weights, columns)?;
        writer.add(&path, records.len() as u32)?;
        Ok(records.len() as u64)
    }
}

fn encode(worker: &mut EncoderWorker, document: &Document<Html>) -> Encoded {
    let failed = |reason| (document.id.clone(), reason);
    let counted = worker.try_count(&document.body.0).map_err(failed)?;
    let (text, columns, frequencies) = counted;
    let language = document.extra.get("language").and_then(|value| value.as_str());
    let owned = |value: Option<&str>| value.unwrap_or_default().to_owned();
    let record = Record {
        id: document.id.clone(),
        text,
        title: owned(document.title.as_deref()),
        date: document.date.as_deref().and_then(seconds),
        date_text: owned(document.date.as_deref()),
        fields: [
            owned(document.source.as_deref()),
            owned(document.label.as_deref()),
            owned(language),
        ],
    };
    Ok((record, columns, frequencies))
}
