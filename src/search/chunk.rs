//! Up to 65,536 documents, by the terms they hold.
//!
//! Documents stand in the order of their cosine scale: the shortest first, which
//! a term weighs most in. A term has a plane for each step of its frequency
//! ([`super::levels`]): a bitmap if many documents stand in it, else a list.

use super::column::Column;
use super::kernels::{BLOCK, WORDS};
use crate::error::{Error, Result};

/// Documents are numbered by 16 bits within a chunk.
pub const CHUNK: usize = 1 << 16;

/// Columns a bucket of the directory of terms.
pub const BUCKET: u32 = 64;

/// One chunk of an index. Places and lengths are checked where they are used.
pub struct Chunk {
    /// Where the terms of each [`BUCKET`] columns start in `terms`.
    pub buckets: Column<u32>,
    /// The columns that occur, rising.
    pub terms: Column<u32>,
    /// The first plane of each term, and the end.
    pub term_planes: Column<u32>,
    /// Where a plane starts: in blocks of `bits`, or in `lists`.
    pub plane_starts: Column<u32>,
    /// Documents in a plane, less one.
    pub plane_sizes: Column<u16>,
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
    /// The best that a document of each block can have.
    pub blocks: Vec<BlockFacts>,
}

/// Bounds of the facts of a block's documents.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BlockFacts {
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
        let terms = self.terms.get(start as usize..end as usize)?;
        match terms.binary_search(&column) {
            Ok(place) => {
                let [first, last] = pair(&self.term_planes, start as usize + place)?;
                Ok(first as usize..last as usize)
            }
            Err(_) => Ok(0..0),
        }
    }

    /// How many documents stand in a plane.
    pub fn plane_size(&self, plane: usize) -> Result<usize> {
        Ok(usize::from(self.plane_sizes.get(plane..plane + 1)?[0]) + 1)
    }

    /// The documents of a plane.
    pub fn plane(&self, plane: usize) -> Result<Documents<'_>> {
        let start = self.plane_starts.get(plane..plane + 1)?[0] as usize;
        let size = self.plane_size(plane)?;
        if is_bitmap(size, self.documents()) {
            let words = self.block_count() * WORDS;
            let start = start * WORDS;
            return self.bits.get(start..start + words).map(Documents::Bits);
        }
        self.lists.get(start..start + size).map(Documents::List)
    }

    /// Calls `each` with every column and frequency of a document.
    pub fn row(&self, document: usize, mut each: impl FnMut(u32, u32)) -> Result<()> {
        let [start, end] = pair(&self.row_starts, document)?;
        let mut bytes = self.rows.get(start as usize..end as usize)?.iter();
        let mut column = 0u32;
        while !bytes.as_slice().is_empty() {
            let (Some(step), Some(frequency)) = (number(&mut bytes), number(&mut bytes)) else {
                return Err(Error::data("a row of the index ends in the middle"));
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
        false => Err(Error::data("a table of the index runs backwards")),
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
