//! `max_features`: only the terms that occur most often.

use super::counts::{Level, NONE};
use crate::data::Sequences;

/// Keeps the `most` columns with the highest count over the corpus and numbers
/// them anew in the same order; ties go to the earlier column.
pub(super) fn keep_most_frequent(
    columns: &mut [Vec<u32>],
    levels: &[Level],
    corpus: &Sequences,
    most: usize,
    binary: bool,
) {
    let mut counts: Vec<(u64, u32)> = Vec::new();
    for (columns, level) in columns.iter().zip(levels) {
        let occurrences = if binary { Vec::new() } else { occurrences(level, corpus) };
        for (node, &column) in columns.iter().enumerate().filter(|(_, column)| **column != NONE) {
            let documents = u64::from(level.document_frequencies[node]);
            counts.push((if binary { documents } else { occurrences[node] }, column));
        }
    }
    if counts.len() <= most {
        return;
    }
    counts.sort_unstable_by_key(|&(count, column)| (std::cmp::Reverse(count), column));
    let mut kept: Vec<u32> = counts[..most].iter().map(|&(_, column)| column).collect();
    kept.sort_unstable();
    for column in columns.iter_mut().flatten().filter(|column| **column != NONE) {
        *column = kept.binary_search(column).map_or(NONE, |place| place as u32);
    }
}

fn occurrences(level: &Level, corpus: &Sequences) -> Vec<u64> {
    let mut counts = vec![0; level.keys.len()];
    let end = corpus.ends.last().copied().unwrap_or(0);
    for &node in level.at[..end].iter().filter(|node| **node != NONE) {
        counts[node as usize] += 1;
    }
    counts
}
