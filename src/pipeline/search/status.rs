//! What an index holds, in numbers.

use std::path::Path;

use super::change::no_index;
use super::{encoder_file, folder};
use crate::config::Pipeline;
use crate::error::Result;
use crate::pipeline::shelf::Shelf;
use crate::search::Index;

/// Sizes of an index.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IndexStatus {
    /// Documents that can be found.
    pub documents: u64,
    /// Documents that were deleted and are still in the files.
    pub deleted: u64,
    /// Segments.
    pub segments: u64,
    /// Terms that some document of a segment holds, counted in each segment's chunks.
    pub terms: u64,
    /// Pairs of a document and a term.
    pub postings: u64,
    /// All files, with the encoder.
    pub bytes: u64,
    /// Terms, bitmaps and lists.
    pub posting_bytes: u64,
    /// Rows, and what they are worth.
    pub row_bytes: u64,
    /// Ids, dates, titles and texts.
    pub record_bytes: u64,
}

/// Sizes of the index of `pipeline`.
///
/// # Errors
/// If there is none, or it is damaged.
pub fn index_status(pipeline: &Pipeline, state: &Path) -> Result<IndexStatus> {
    let folder = folder(&Shelf::open(state, &pipeline.name)?);
    let index = match folder.exists() {
        true => Index::open(&folder)?,
        false => None,
    };
    let index = index.ok_or_else(|| no_index(pipeline))?;
    let encoder = encoder_file::path(&folder, index.segments().fingerprint());
    let encoder = std::fs::metadata(&encoder).map_or(0, |file| file.len());
    let segments = index.segments().segments();
    let sizes = index.sizes()?;
    let bytes: u64 = segments.iter().map(|segment| segment.sections().bytes()).sum();
    Ok(IndexStatus {
        documents: index.documents(),
        deleted: segments.iter().map(|segment| u64::from(segment.deleted().len())).sum(),
        segments: segments.len() as u64,
        terms: sizes.terms,
        postings: sizes.postings,
        bytes: bytes + encoder,
        posting_bytes: sizes.posting_bytes,
        row_bytes: sizes.row_bytes,
        record_bytes: bytes.saturating_sub(sizes.posting_bytes + sizes.row_bytes),
    })
}
