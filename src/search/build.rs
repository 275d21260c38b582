//! Counted rows → a chunk.

use rayon::prelude::*;

use super::chunk::{BUCKET, CHUNK, ChunkParts, StrideFacts, is_bitmap};
use super::kernels::{BLOCK, STRIDE, WORDS};
use super::levels::planes_of;
use crate::data::{Norm, Weights, scaled};

/// Rows of documents: rising columns, and how often each occurs.
#[derive(Debug, Clone, Default)]
pub struct Counts {
    /// Where each document ends in the other two.
    pub ends: Vec<usize>,
    /// Columns, rising within a document.
    pub columns: Vec<u32>,
    /// Frequencies, at least 1.
    pub frequencies: Vec<u32>,
}

impl Counts {
    /// Number of documents.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is no document.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Adds a document.
    pub fn push(&mut self, columns: &[u32], frequencies: impl IntoIterator<Item = u32>) {
        self.columns.extend_from_slice(columns);
        self.frequencies.extend(frequencies);
        debug_assert_eq!(self.columns.len(), self.frequencies.len());
        self.ends.push(self.columns.len());
    }

    fn row(&self, document: usize) -> (&[u32], &[u32]) {
        let start = if document == 0 { 0 } else { self.ends[document - 1] };
        let range = start..self.ends[document];
        (&self.columns[range.clone()], &self.frequencies[range])
    }
}

/// The order of documents in the chunks, and the chunks.
///
/// The first number says where the first document of the first chunk stands in `counts`.
pub fn build(counts: &Counts, weights: &Weights, columns: usize) -> (Vec<u32>, Vec<ChunkParts>) {
    build_by(counts, weights, columns, chunk_length(counts.len()))
}

/// The same with chunks of `length` documents.
pub(super) fn build_by(
    counts: &Counts,
    weights: &Weights,
    columns: usize,
    length: usize,
) -> (Vec<u32>, Vec<ChunkParts>) {
    let worths: Vec<Worth> =
        (0..counts.len()).into_par_iter().map(|row| Worth::of(counts.row(row), weights)).collect();
    let mut order: Vec<u32> = (0..counts.len() as u32).collect();
    let scale = |document: u32| worths[document as usize].cosine_scale;
    order.par_sort_by(|left, right| scale(*right).total_cmp(&scale(*left)).then(left.cmp(right)));
    let chunks = cut(&order, counts, length)
        .into_par_iter()
        .map(|documents| build_chunk(documents, counts, &worths, columns))
        .collect();
    (order, chunks)
}

/// The chunk of `counts`, whose documents are in its order.
pub(super) fn build_again(counts: &Counts, weights: &Weights, columns: usize) -> ChunkParts {
    let worths: Vec<Worth> =
        (0..counts.len()).into_par_iter().map(|row| Worth::of(counts.row(row), weights)).collect();
    let order: Vec<u32> = (0..counts.len() as u32).collect();
    build_chunk(&order, counts, &worths, columns)
}

/// Documents a chunk: so many, and never more postings than 32 bits can count.
fn cut<'a>(order: &'a [u32], counts: &Counts, length: usize) -> Vec<&'a [u32]> {
    let (mut chunks, mut rest) = (Vec::new(), order);
    while !rest.is_empty() {
        let mut postings = 0;
        let fits = rest.iter().take(length).take_while(|document| {
            postings += counts.row(**document as usize).0.len();
            postings <= MOST_POSTINGS
        });
        // Whole words of a filter, unless the corpus ends there.
        let fits = fits.count();
        let is_cut_by_postings = fits < length && fits < rest.len();
        let fits = if is_cut_by_postings { (fits / 64 * 64).max(64) } else { fits };
        let (chunk, others) = rest.split_at(fits.min(rest.len()));
        chunks.push(chunk);
        rest = others;
    }
    chunks
}

/// Ten bytes each at most in the rows of a chunk.
const MOST_POSTINGS: usize = u32::MAX as usize / 10;

/// Chunks of nearly one length: the last is not a small rest.
fn chunk_length(documents: usize) -> usize {
    let chunks = documents.div_ceil(CHUNK).max(1);
    documents.div_ceil(chunks).next_multiple_of(BLOCK).min(CHUNK)
}

/// What a row is worth in each measure.
struct Worth {
    cosine_scale: f32,
    scale: f64,
    length: f64,
    sum: f64,
}

impl Worth {
    fn of((columns, frequencies): (&[u32], &[u32]), weights: &Weights) -> Self {
        let mut values: Vec<f32> = frequencies.iter().map(|count| *count as f32).collect();
        weights.weigh_unscaled(columns, &mut values);
        let scale = weights.scale(&values);
        let unscaled = values.iter().map(|value| f64::from(*value).powi(2)).sum::<f64>().sqrt();
        if weights.norm != Norm::None {
            values.iter_mut().for_each(|value| *value = scaled(*value, scale));
        }
        let square: f64 = values.iter().map(|value| f64::from(*value).powi(2)).sum();
        let sum = values.iter().map(|value| f64::from(value.abs())).sum();
        if unscaled == 0.0 {
            return Worth { cosine_scale: 0.0, scale: 0.0, length: 0.0, sum: 0.0 };
        }
        let cosine_scale = (unscaled.recip() as f32).next_up();
        Worth { cosine_scale, scale, length: square.sqrt(), sum }
    }
}

fn build_chunk(documents: &[u32], counts: &Counts, worths: &[Worth], columns: usize) -> ChunkParts {
    let postings = Postings::new(documents, counts, columns);
    let mut planes = Planes::new(documents.len());
    // The planes of frequent terms, which most queries meet, stand together.
    let mut places = vec![0..0; columns];
    for column in postings.frequent_first() {
        let (holders, frequencies) = postings.of(column as usize);
        places[column as usize] = planes.add(holders, frequencies);
    }
    let mut buckets = vec![0];
    let (mut terms, mut in_order) = (Vec::new(), Vec::with_capacity(planes.places.len()));
    for (column, places) in places.into_iter().enumerate() {
        if !places.is_empty() {
            terms.push([column as u32, in_order.len() as u32]);
            in_order.extend_from_slice(&planes.places[places]);
        }
        if (column + 1) % BUCKET as usize == 0 || column + 1 == columns {
            buckets.push(terms.len() as u32);
        }
    }
    terms.push([columns as u32, in_order.len() as u32]);
    let (row_starts, rows) = encode_rows(documents, counts);
    let worth = |document: &u32| &worths[*document as usize];
    let size = |document: &u32| counts.row(*document as usize).0.len() as u32;
    let strides = documents.chunks(STRIDE).map(|block| StrideFacts {
        cosine_scale: highest(block, |one| f64::from(worth(one).cosine_scale)),
        scale: highest(block, |one| worth(one).scale),
        length: -highest(block, |one| -worth(one).length),
        sum: -highest(block, |one| -worth(one).sum),
        size: -highest(block, |one| -f64::from(size(one))),
    });
    ChunkParts {
        strides: strides.collect(),
        buckets,
        terms,
        planes: in_order,
        bits: planes.bits,
        lists: planes.lists,
        cosine_scales: documents.iter().map(|one| worth(one).cosine_scale).collect(),
        scales: documents.iter().map(|one| worth(one).scale).collect(),
        lengths: documents.iter().map(|one| worth(one).length).collect(),
        sums: documents.iter().map(|one| worth(one).sum).collect(),
        sizes: documents.iter().map(size).collect(),
        row_starts,
        rows,
        highest: postings.frequencies.iter().copied().max().unwrap_or(1),
    }
}

fn highest(documents: &[u32], of: impl Fn(&u32) -> f64) -> f64 {
    documents.iter().map(of).fold(f64::NEG_INFINITY, f64::max)
}

/// The rows of a chunk, turned: documents by column.
struct Postings {
    starts: Vec<u32>,
    holders: Vec<u16>,
    frequencies: Vec<u32>,
}

impl Postings {
    fn new(documents: &[u32], counts: &Counts, columns: usize) -> Self {
        let mut starts = vec![0u32; columns + 2];
        let rows = || documents.iter().map(|document| counts.row(*document as usize));
        rows()
            .flat_map(|(columns, _)| columns)
            .for_each(|column| starts[*column as usize + 2] += 1);
        for column in 2..starts.len() {
            starts[column] += starts[column - 1];
        }
        let total = *starts.last().expect("it has two numbers at least") as usize;
        let (mut holders, mut frequencies) = (vec![0; total], vec![0; total]);
        for (holder, (columns, counted)) in rows().enumerate() {
            for (column, frequency) in columns.iter().zip(counted) {
                let place = &mut starts[*column as usize + 1];
                holders[*place as usize] = holder as u16;
                frequencies[*place as usize] = *frequency;
                *place += 1;
            }
        }
        Postings { starts, holders, frequencies }
    }

    /// The columns that occur, those in most documents first.
    fn frequent_first(&self) -> Vec<u32> {
        let size = |column: u32| self.starts[column as usize + 1] - self.starts[column as usize];
        let columns = self.starts.len() as u32 - 2;
        let mut columns: Vec<u32> = (0..columns).filter(|column| size(*column) > 0).collect();
        columns.sort_by_key(|column| std::cmp::Reverse(size(*column)));
        columns
    }

    fn of(&self, column: usize) -> (&[u16], &[u32]) {
        let range = self.starts[column] as usize..self.starts[column + 1] as usize;
        (&self.holders[range.clone()], &self.frequencies[range])
    }
}

/// Planes as they are written.
struct Planes {
    documents: usize,
    places: Vec<[u32; 2]>,
    bits: Vec<u64>,
    lists: Vec<u16>,
    by_level: Vec<Vec<u16>>,
}

impl Planes {
    fn new(documents: usize) -> Self {
        Planes {
            documents,
            places: Vec::new(),
            bits: Vec::new(),
            lists: Vec::new(),
            by_level: vec![Vec::new(); super::levels::LEVELS.len()],
        }
    }

    /// Adds the planes of one term; gives their places.
    fn add(&mut self, holders: &[u16], frequencies: &[u32]) -> std::ops::Range<usize> {
        let start = self.places.len();
        self.add_plane(holders);
        let mut by_level = std::mem::take(&mut self.by_level);
        by_level.iter_mut().for_each(Vec::clear);
        for (holder, frequency) in holders.iter().zip(frequencies).filter(|(_, count)| **count > 1)
        {
            let planes = planes_of(*frequency);
            by_level[1..planes].iter_mut().for_each(|level| level.push(*holder));
        }
        let filled = by_level[1..].iter().take_while(|level| !level.is_empty());
        filled.for_each(|level| self.add_plane(level));
        self.by_level = by_level;
        start..self.places.len()
    }

    fn add_plane(&mut self, holders: &[u16]) {
        let size = holders.len() as u32;
        if !is_bitmap(holders.len(), self.documents) {
            self.places.push([self.lists.len() as u32, size]);
            self.lists.extend_from_slice(holders);
            return;
        }
        let words = self.documents.div_ceil(BLOCK) * WORDS;
        let start = self.bits.len();
        self.places.push([(start / WORDS) as u32, size]);
        self.bits.resize(start + words, 0);
        let bits = &mut self.bits[start..];
        holders.iter().for_each(|holder| bits[usize::from(*holder) / 64] |= 1 << (holder % 64));
    }
}

fn encode_rows(documents: &[u32], counts: &Counts) -> (Vec<u32>, Vec<u8>) {
    let (mut starts, mut rows) = (vec![0], Vec::new());
    for document in documents {
        let (columns, frequencies) = counts.row(*document as usize);
        let mut before = 0;
        for (column, frequency) in columns.iter().zip(frequencies) {
            push_number(&mut rows, column - before);
            push_number(&mut rows, *frequency);
            before = *column;
        }
        starts.push(rows.len() as u32);
    }
    (starts, rows)
}

fn push_number(bytes: &mut Vec<u8>, mut value: u32) {
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}
