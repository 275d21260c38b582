//! A segment: chunks and records in one file.

use std::path::Path;

use super::build::{Counts, build};
use super::chunk::{Chunk, ChunkParts, Facts, StrideFacts};
use super::kernels::{BLOCK, STRIDE, WORDS};
use super::records::{Record, Records, write_records};
use crate::data::Weights;
use crate::error::Result;
use crate::files::{Column, Element, Form, Sections, SectionsWriter};

/// Files of segments.
pub const FORM: Form = Form {
    kind: *b"SRCH",
    version: 1,
    name: "search index",
    mend: "build it again with `malmoi index NAME --rebuild`",
};

/// Writes a segment of `records` and their rows, in the same order.
///
/// # Errors
/// If the file cannot be written.
pub fn write_segment(
    path: &Path,
    records: &[Record],
    counts: &Counts,
    weights: &Weights,
    columns: usize,
) -> Result<()> {
    write_built(path, records, build(counts, weights, columns))
}

/// The same with chunks that were built already.
pub(super) fn write_built(
    path: &Path,
    records: &[Record],
    (order, chunks): (Vec<u32>, Vec<ChunkParts>),
) -> Result<()> {
    assert_eq!(records.len(), order.len(), "each record has a row");
    let mut file = SectionsWriter::create(path, FORM)?;
    write_chunks(&mut file, &chunks)?;
    write_records(&mut file, records, &order)?;
    file.commit()
}

/// Numbers of a chunk in the table of chunks.
const FIELDS: usize = 8;

fn write_chunks(file: &mut SectionsWriter, chunks: &[ChunkParts]) -> Result<()> {
    let table: Vec<u64> = chunks.iter().flat_map(fields).collect();
    file.section::<u64>(*b"CHNK")?.write(&table)?;
    put(file, *b"BUCK", chunks, |chunk| &chunk.buckets)?;
    put(file, *b"TERM", chunks, |chunk| &chunk.terms)?;
    put(file, *b"PLAN", chunks, |chunk| &chunk.planes)?;
    put(file, *b"BITS", chunks, |chunk| &chunk.bits)?;
    put(file, *b"LIST", chunks, |chunk| &chunk.lists)?;
    put(file, *b"COSI", chunks, |chunk| &chunk.cosine_scales)?;
    put(file, *b"SCAL", chunks, |chunk| &chunk.scales)?;
    put(file, *b"LENG", chunks, |chunk| &chunk.lengths)?;
    put(file, *b"SUMS", chunks, |chunk| &chunk.sums)?;
    put(file, *b"SIZE", chunks, |chunk| &chunk.sizes)?;
    put(file, *b"ROWE", chunks, |chunk| &chunk.row_starts)?;
    put(file, *b"ROWS", chunks, |chunk| &chunk.rows)?;
    let mut strides = file.section::<f64>(*b"STRI")?;
    for facts in chunks.iter().flat_map(|chunk| &chunk.strides) {
        strides.write(&[facts.cosine_scale, facts.scale, facts.length, facts.sum, facts.size])?;
    }
    Ok(())
}

fn fields(chunk: &ChunkParts) -> [u64; FIELDS] {
    let lengths = [
        chunk.sizes.len(),
        chunk.buckets.len(),
        chunk.terms.len(),
        chunk.planes.len(),
        chunk.bits.len(),
        chunk.lists.len(),
        chunk.rows.len(),
    ];
    let mut fields = [u64::from(chunk.highest); FIELDS];
    fields.iter_mut().zip(lengths).for_each(|(field, length)| *field = length as u64);
    fields
}

fn put<T: Element>(
    file: &mut SectionsWriter,
    tag: [u8; 4],
    chunks: &[ChunkParts],
    of: impl Fn(&ChunkParts) -> &Vec<T>,
) -> Result<()> {
    let mut section = file.section::<T>(tag)?;
    chunks.iter().try_for_each(|chunk| section.write(of(chunk)))
}

/// An open segment.
pub struct OpenSegment {
    /// Its chunks; documents are numbered through them.
    pub chunks: Vec<Chunk>,
    /// What is told of its documents.
    pub records: Records,
}

impl OpenSegment {
    /// Opens the sections of a segment of so many documents.
    ///
    /// # Errors
    /// If they are damaged or contradict each other.
    pub fn open(file: &Sections, documents: u32) -> Result<Self> {
        let chunks = Chunks::open(file)?.all()?;
        let found: usize = chunks.iter().map(Chunk::documents).sum();
        if found != documents as usize {
            return Err(file.contradiction("its chunks do not hold its documents"));
        }
        Ok(OpenSegment { chunks, records: Records::open(file, documents)? })
    }
}

/// Sections that chunks are parts of.
struct Chunks<'a> {
    file: &'a Sections,
    table: Column<u64>,
    buckets: Cursor<u32>,
    terms: Cursor<[u32; 2]>,
    planes: Cursor<[u32; 2]>,
    bits: Cursor<u64>,
    lists: Cursor<u16>,
    cosine_scales: Cursor<f32>,
    scales: Cursor<f64>,
    lengths: Cursor<f64>,
    sums: Cursor<f64>,
    sizes: Cursor<u32>,
    row_starts: Cursor<u32>,
    rows: Cursor<u8>,
    strides: Cursor<f64>,
}

impl<'a> Chunks<'a> {
    fn open(file: &'a Sections) -> Result<Self> {
        Ok(Chunks {
            file,
            table: file.column(*b"CHNK")?,
            buckets: Cursor::open(file, *b"BUCK")?,
            terms: Cursor::open(file, *b"TERM")?,
            planes: Cursor::open(file, *b"PLAN")?,
            bits: Cursor::open(file, *b"BITS")?,
            lists: Cursor::open(file, *b"LIST")?,
            cosine_scales: Cursor::open(file, *b"COSI")?,
            scales: Cursor::open(file, *b"SCAL")?,
            lengths: Cursor::open(file, *b"LENG")?,
            sums: Cursor::open(file, *b"SUMS")?,
            sizes: Cursor::open(file, *b"SIZE")?,
            row_starts: Cursor::open(file, *b"ROWE")?,
            rows: Cursor::open(file, *b"ROWS")?,
            strides: Cursor::open(file, *b"STRI")?,
        })
    }

    fn all(mut self) -> Result<Vec<Chunk>> {
        let table = self.table.clone();
        let (entries, rest) = table.all()?.as_chunks::<FIELDS>();
        if !rest.is_empty() {
            return Err(self.file.contradiction("its table of chunks ends in the middle"));
        }
        entries.iter().map(|entry| self.next(entry)).collect()
    }

    fn next(&mut self, entry: &[u64; FIELDS]) -> Result<Chunk> {
        let too_large = || self.file.contradiction("a chunk is too large");
        let mut sizes = [0usize; FIELDS];
        for (size, field) in sizes.iter_mut().zip(entry) {
            *size = usize::try_from(*field).map_err(|_| too_large())?;
        }
        let [documents, buckets, terms, planes, bits, lists, rows, highest] = sizes;
        if documents > super::chunk::CHUNK || highest == 0 {
            return Err(too_large());
        }
        let highest = u32::try_from(highest).map_err(|_| too_large())?;
        let strides = self.strides.next(documents.div_ceil(STRIDE) * STRIDE_FIELDS)?;
        let chunk = Chunk {
            buckets: self.buckets.next(buckets)?,
            terms: self.terms.next(terms)?,
            planes: self.planes.next(planes)?,
            bits: self.bits.next(bits)?,
            lists: self.lists.next(lists)?,
            facts: Facts {
                cosine_scales: self.cosine_scales.next(documents)?,
                scales: self.scales.next(documents)?,
                lengths: self.lengths.next(documents)?,
                sums: self.sums.next(documents)?,
                sizes: self.sizes.next(documents)?,
            },
            row_starts: self.row_starts.next(documents + 1)?,
            rows: self.rows.next(rows)?,
            highest,
            strides: strides_of(&strides)?,
        };
        match bits.is_multiple_of((chunk.block_count() * WORDS).max(1)) {
            true => Ok(chunk),
            false => Err(self.file.contradiction("its bitmaps are not whole")),
        }
    }
}

const STRIDE_FIELDS: usize = 5;

fn strides_of(numbers: &Column<f64>) -> Result<Vec<StrideFacts>> {
    let (strides, _) = numbers.all()?.as_chunks::<STRIDE_FIELDS>();
    let facts = |&[cosine_scale, scale, length, sum, size]: &[f64; STRIDE_FIELDS]| StrideFacts {
        cosine_scale,
        scale,
        length,
        sum,
        size,
    };
    Ok(strides.iter().map(facts).collect())
}

/// Takes one part of a section after the other.
struct Cursor<T> {
    column: Column<T>,
    place: usize,
}

impl<T: Element> Cursor<T> {
    fn open(file: &Sections, tag: [u8; 4]) -> Result<Self> {
        Ok(Cursor { column: file.column(tag)?, place: 0 })
    }

    fn next(&mut self, length: usize) -> Result<Column<T>> {
        let start = self.place;
        self.place = start.saturating_add(length);
        self.column.part(start..self.place)
    }
}

/// A bitmap is a number of whole blocks.
const _: () = assert!(BLOCK == WORDS * 64);
