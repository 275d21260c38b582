//! Examples → batches → parts of a batch.

use super::examples::Examples;
use crate::data::Random;

/// A batch is cut into so many parts, each computed by one thread and summed in order: the
/// same sums for any number of threads.
pub(super) const SHARDS: usize = 4;
/// Smaller parts cost more than they save.
const LEAST_OF_SHARD: usize = 8;
/// Batches whose examples are sorted by length together.
const SORTED_BATCHES: usize = 50;

/// Batches in random order; examples of one are about equally long.
pub(super) fn batches(
    examples: &Examples,
    learned: &[usize],
    size: usize,
    random: &mut Random,
) -> Vec<Vec<usize>> {
    let mut order = learned.to_vec();
    random.shuffle(&mut order);
    let mut batches = Vec::new();
    for chunk in order.chunks_mut(size.saturating_mul(SORTED_BATCHES)) {
        chunk.sort_by_key(|place| std::cmp::Reverse(examples.inputs.length(*place)));
        let mut cut: Vec<Vec<usize>> = chunk.chunks(size).map(<[usize]>::to_vec).collect();
        random.shuffle(&mut cut);
        batches.extend(cut);
    }
    batches
}

/// A batch dealt out like cards, so that parts cost about the same.
pub(super) fn shards(batch: &[usize]) -> Vec<Vec<usize>> {
    let count = (batch.len() / LEAST_OF_SHARD).clamp(1, SHARDS);
    (0..count).map(|shard| batch.iter().copied().skip(shard).step_by(count).collect()).collect()
}
