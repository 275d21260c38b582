//! Up to 65,536 documents, by the terms they hold.
//!
//! Documents stand in the order of their cosine scale: the shortest first, which
//! a term weighs most in. A term has a plane for each step of its frequency
//! ([`super::levels`]): a bitmap if many documents stand in it, else a list.

use super::kernels::{BLOCK, WORDS};
use super::records::damaged;
use crate::error::Result;
use crate::files::Column;

/// Documents are numbered by 16 bits within a chunk.
pub const CHUNK: usize = 1 << 16;

/// Columns a bucket of the directory of terms.
pub const BUCKET: u32 = 16;

/// One chunk of an index. Places and lengths are checked where they are used.
pub struct Chunk {
    /// Where the terms of each [`BUCKET`] columns start in `terms`.
    pub buckets: Column<u32>,
    /// The columns that occur, rising, each with its first plane; at last the end of all.
    pub terms: Column<[u32; 2]>,
    /// Where a plane starts (in blocks of `bits`, or in `lists`), and how many documents it has.
    pub planes: Column<[u32; 2]>,
    /// Bitmaps: a bit a document, whole blocks.
    pub bits: Column<u64>,
    /// Lists of rising document numbers.
    pub lists: Column<u16>,
    /// What each document is worth.
    pub facts: Facts,
    /// Where each document's row starts in `rows`, and the end.
    pub row_starts: Column<u32>,
    /// Rows: differences of columns, and frequencies, as LEB128.
    pub rows: Column<u8>,
    /// The highest frequency of all.
    pub highest: u32,
    /// The best that a document of each [`super::kernels::STRIDE`] can have.
    pub strides: Vec<StrideFacts>,
}

/// A chunk as it is built, with the fields of [`Chunk`].
#[derive(Default)]
pub struct ChunkParts {
    pub buckets: Vec<u32>,
    pub terms: Vec<[u32; 2]>,
    pub planes: Vec<[u32; 2]>,
    pub bits: Vec<u64>,
    pub lists: Vec<u16>,
    pub cosine_scales: Vec<f32>,
    pub scales: Vec<f64>,
    pub lengths: Vec<f64>,
    pub sums: Vec<f64>,
    pub sizes: Vec<u32>,
    pub row_starts: Vec<u32>,
    pub rows: Vec<u8>,
    pub highest: u32,
    pub strides: Vec<StrideFacts>,
}

/// Bounds of the facts of some documents that stand together.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StrideFacts {
    /// Highest cosine scale.
    pub cosine_scale: f64,
    /// Highest scale.
    pub scale: f64,
    /// Smallest length.
    pub length: f64,
    /// Smallest sum.
    pub sum: f64,
    /// Fewest terms.
    pub size: f64,
}

/// One number a document, in the order of the chunk.
pub struct Facts {
    /// 1 / length of the unscaled row, rounded up; falling. 0 for an empty row.
    pub cosine_scales: Column<f32>,
    /// What unscaled weights are multiplied by to give the row.
    pub scales: Column<f64>,
    /// Euclidean length of the row.
    pub lengths: Column<f64>,
    /// Sum of the row's absolute values.
    pub sums: Column<f64>,
    /// Distinct terms.
    pub sizes: Column<u32>,
}

/// The documents of one step of a term.
#[derive(Clone, Copy)]
pub enum Documents<'a> {
    /// A bit a document.
    Bits(&'a [u64]),
    /// Rising numbers.
    List(&'a [u16]),
}

impl Chunk {
    /// Number of documents.
    pub fn documents(&self) -> usize {
        self.facts.sizes.len()
    }

    /// Number of blocks of documents.
    pub fn block_count(&self) -> usize {
        self.documents().div_ceil(BLOCK)
    }

    /// How many columns the rows have that the chunk was built of.
    ///
    /// # Errors
    /// If the part of the file that says so is damaged; so with the other methods.
    pub fn columns(&self) -> Result<usize> {
        let [columns, _] = self.terms.at(self.terms.len().saturating_sub(1))?;
        Ok(columns as usize)
    }

    /// Numbers of the planes of a column; empty if no document holds it.
    ///
    /// # Errors
    /// If the part of the file that says so is damaged; so with the other methods.
    pub fn planes(&self, column: u32) -> Result<std::ops::Range<usize>> {
        let bucket = (column / BUCKET) as usize;
        if bucket + 1 >= self.buckets.len() {
            return Ok(0..0);
        }
        let [start, end] = pair(&self.buckets, bucket)?;
        // One more: where its planes end is where those of the next start.
        let terms = self.terms.get(start as usize..end as usize + 1)?;
        let place = terms[..terms.len() - 1].partition_point(|term| term[0] < column);
        match terms[place..] {
            [[found, first], [_, last], ..] if found == column && first <= last => {
                Ok(first as usize..last as usize)
            }
            _ => Ok(0..0),
        }
    }

    /// The documents of some planes.
    pub fn documents_of(
        &self,
        planes: std::ops::Range<usize>,
    ) -> Result<impl Iterator<Item = Result<Documents<'_>>>> {
        let whole = self.block_count() * WORDS;
        Ok(self.planes.get(planes)?.iter().map(move |&[start, size]| {
            let (start, size) = (start as usize, size as usize);
            if is_bitmap(size, self.documents()) {
                let start = start * WORDS;
                return self.bits.get(start..start + whole).map(Documents::Bits);
            }
            self.lists.get(start..start + size).map(Documents::List)
        }))
    }

    /// Calls `each` with every column and frequency of a document.
    pub fn row(&self, document: usize, mut each: impl FnMut(u32, u32)) -> Result<()> {
        let [start, end] = pair(&self.row_starts, document)?;
        let mut bytes = self.rows.get(start as usize..end as usize)?.iter();
        let mut column = 0u32;
        while !bytes.as_slice().is_empty() {
            let (Some(step), Some(frequency)) = (number(&mut bytes), number(&mut bytes)) else {
                return Err(damaged("a row ends in the middle"));
            };
            column = column.wrapping_add(step);
            each(column, frequency);
        }
        Ok(())
    }
}

/// Bitmaps cost a block the same, however few documents stand in them.
pub fn is_bitmap(size: usize, documents: usize) -> bool {
    size >= BITMAP_FROM && size * SPARSEST >= documents
}

/// One of so many documents at least.
const SPARSEST: usize = 32;

/// Whole blocks of zeros would be more than a list.
const BITMAP_FROM: usize = 64;

fn pair(column: &Column<u32>, place: usize) -> Result<[u32; 2]> {
    let values = column.get(place..place + 2)?;
    let [start, end] = [values[0], values[1]];
    match start <= end {
        true => Ok([start, end]),
        false => Err(damaged("a table runs backwards")),
    }
}

/// One LEB128 number.
fn number(bytes: &mut std::slice::Iter<u8>) -> Option<u32> {
    let first = *bytes.next()?;
    if first < 0x80 {
        return Some(u32::from(first));
    }
    let mut value = u32::from(first & 0x7f);
    for shift in [7, 14, 21, 28] {
        let byte = *bytes.next()?;
        value |= u32::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(value);
        }
    }
    None
}
