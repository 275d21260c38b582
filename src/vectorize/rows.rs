//! Columns of documents, sorted and counted.

use rayon::prelude::*;

use super::VectorizeParams;
use super::counts::{Level, NONE};
use super::vocabulary::Vocabulary;
use crate::data::{CsrMatrix, Sequences};

/// Documents a task; the rows do not depend on it.
const CHUNK: usize = 512;

/// Rows of the corpus that was counted.
pub(super) fn build(
    corpus: &Sequences,
    levels: &[Level],
    columns: &[Vec<u32>],
    count: usize,
    params: &VectorizeParams,
) -> CsrMatrix {
    collect(corpus.len(), count, params.binary, |document, out, _| {
        out.clear();
        let range = corpus.range(document);
        for (level, columns) in levels.iter().zip(columns) {
            let nodes = level.at[range.clone()].iter().filter(|node| **node != NONE);
            out.extend(nodes.map(|&node| columns[node as usize]).filter(|&column| column != NONE));
        }
    })
}

/// Rows of other documents, by a vocabulary.
pub(super) fn encode(corpus: &Sequences, vocabulary: &Vocabulary, binary: bool) -> CsrMatrix {
    collect(corpus.len(), vocabulary.len(), binary, |document, out, scratch| {
        vocabulary.columns_of(corpus.document(document), scratch, out);
    })
}

/// Sorts `columns` and merges equal ones; `values` gets how often each occurred, or 1.
pub(super) fn count(columns: &mut Vec<u32>, values: &mut Vec<f32>, binary: bool) {
    columns.sort_unstable();
    values.clear();
    let mut kept = 0;
    for place in 0..columns.len() {
        if kept > 0 && columns[kept - 1] == columns[place] {
            values[kept - 1] += 1.0;
        } else {
            columns[kept] = columns[place];
            values.push(1.0);
            kept += 1;
        }
    }
    columns.truncate(kept);
    if binary {
        values.fill(1.0);
    }
}

fn collect(
    documents: usize,
    columns: usize,
    binary: bool,
    fill: impl Fn(usize, &mut Vec<u32>, &mut Vec<u32>) + Sync,
) -> CsrMatrix {
    let chunks: Vec<Chunk> = (0..documents.div_ceil(CHUNK))
        .into_par_iter()
        .map(|chunk| {
            let mut rows = Chunk::default();
            let (mut row, mut values, mut scratch) = (Vec::new(), Vec::new(), Vec::new());
            for document in chunk * CHUNK..documents.min((chunk + 1) * CHUNK) {
                fill(document, &mut row, &mut scratch);
                count(&mut row, &mut values, binary);
                rows.push(&row, if binary { &[] } else { &values });
            }
            rows
        })
        .collect();
    join(chunks, columns, binary)
}

#[derive(Default)]
struct Chunk {
    lengths: Vec<usize>,
    columns: Vec<u32>,
    values: Vec<f32>,
}

impl Chunk {
    fn push(&mut self, columns: &[u32], values: &[f32]) {
        self.lengths.push(columns.len());
        self.columns.extend_from_slice(columns);
        self.values.extend_from_slice(values);
    }
}

fn join(chunks: Vec<Chunk>, columns: usize, binary: bool) -> CsrMatrix {
    let nnz = chunks.iter().map(|chunk| chunk.columns.len()).sum();
    let mut row_ends = vec![0];
    for length in chunks.iter().flat_map(|chunk| &chunk.lengths) {
        row_ends.push(row_ends.last().expect("it starts with 0") + length);
    }
    let values = || match binary {
        true => vec![1.0; nnz],
        false => chunks.iter().flat_map(|chunk| chunk.values.iter().copied()).collect(),
    };
    let indices = || {
        let mut indices = Vec::with_capacity(nnz);
        chunks.iter().for_each(|chunk| indices.extend_from_slice(&chunk.columns));
        indices
    };
    let (indices, values) = rayon::join(indices, values);
    CsrMatrix::new(columns, row_ends, indices, values)
}
