//! All pairs of sets that are similar enough, exactly.
//!
//! PPJoin (Xiao, Wang, Lin and Yu 2008): elements are ordered from rare to frequent;
//! two sets that share enough share one of their first elements, so only those are
//! indexed and looked up. Candidates are dropped by their sizes, by where the first
//! common element stands and by their bits; the rest are merged.

use std::ops::Range;

use rayon::prelude::*;

use super::Pair;
use super::overlap::{Bits, jaccard, needed, overlap};
use super::ranks::Ranks;
use super::sets::Sets;

/// All pairs whose similarity is at least `threshold`, which is greater than 0; sorted.
///
/// Empty sets are like no other. The result does not depend on the number of threads.
///
/// # Examples
/// ```
/// use malmoi::search::duplicates::{Pair, Sets, exact_pairs};
///
/// let mut sets = Sets::default();
/// [[1, 2, 3], [7, 8, 9], [1, 2, 4]].iter().for_each(|set| sets.push(set));
/// assert_eq!(exact_pairs(&sets, 0.5), [Pair { first: 0, second: 2, similarity: 0.5 }]);
/// ```
pub fn exact_pairs(sets: &Sets, threshold: f64) -> Vec<Pair> {
    let ranks = Ranks::of(sets);
    let join = Join { index: Index::of(&ranks, threshold), ranks: &ranks, threshold };
    let mut pairs: Vec<Pair> = (0..ranks.len())
        .into_par_iter()
        .with_min_len(64)
        .map_init(|| vec![u32::MAX; ranks.len()], |seen, set| join.pairs_of(set, seen))
        .flatten_iter()
        .collect();
    pairs.par_sort_unstable_by_key(|pair| (pair.first, pair.second));
    pairs
}

struct Join<'a> {
    ranks: &'a Ranks,
    index: Index,
    threshold: f64,
}

impl Join<'_> {
    /// The pairs of `set` with those before it in the order of sizes; `seen` holds for
    /// each set the last one that met it.
    fn pairs_of(&self, set: usize, seen: &mut [u32]) -> Vec<Pair> {
        let mut pairs = Vec::new();
        let size = self.ranks.size(set);
        let smallest = smallest_partner(size, self.threshold);
        let first = self.ranks.first_of_size(smallest);
        let prefix = prefix(self.ranks, set, smallest);
        for (place, &rank) in self.ranks.shared(set)[..prefix].iter().enumerate() {
            for posting in self.index.between(rank, first..set) {
                if std::mem::replace(&mut seen[posting.set as usize], set as u32) != set as u32 {
                    pairs.extend(self.pair(set, place, posting));
                }
            }
        }
        pairs
    }

    /// The pair of two sets whose first common element stands at these places.
    fn pair(&self, set: usize, place: usize, other: &Posting) -> Option<Pair> {
        let (other, other_place) = (other.set as usize, other.place as usize);
        let sizes = (self.ranks.size(set), self.ranks.size(other));
        let (left, right) = (self.ranks.shared(set), self.ranks.shared(other));
        let (rest, other_rest) = (&left[place + 1..], &right[other_place + 1..]);
        let by_place = 1 + rest.len().min(other_rest.len());
        if jaccard(by_place, sizes) < self.threshold {
            return None;
        }
        let by_bits = self.bits(set).bound(self.bits(other), (left.len(), right.len()));
        if jaccard(by_bits, sizes) < self.threshold {
            return None;
        }
        let needed = needed(sizes, self.threshold).saturating_sub(1);
        let similarity = jaccard(1 + overlap(rest, other_rest, needed)?, sizes);
        Some(Pair::of(self.ranks.document(set), self.ranks.document(other), similarity))
    }

    fn bits(&self, set: usize) -> &Bits {
        &self.index.bits[set]
    }
}

/// The size of the smallest set that can be similar enough to one of `size`.
fn smallest_partner(size: usize, threshold: f64) -> usize {
    let mut smallest = (threshold * size as f64) as usize;
    while smallest > 1 && (smallest - 1) as f64 / size as f64 >= threshold {
        smallest -= 1;
    }
    while smallest < size && (smallest as f64 / size as f64) < threshold {
        smallest += 1;
    }
    smallest.max(1)
}

/// How many of the shared elements of `set` have to be looked at, where an overlap of
/// at least `needed` is asked for.
///
/// Elements that no other set has come first of all and need no look.
fn prefix(ranks: &Ranks, set: usize, needed: usize) -> usize {
    let shared = ranks.shared(set).len();
    (shared + 1).saturating_sub(needed.max(1)).min(shared)
}

/// The first elements of all sets.
struct Index {
    postings: Vec<Posting>,
    ends: Vec<usize>,
    bits: Vec<Bits>,
}

/// A set that has an element, and at which place.
#[derive(Clone, Copy, Default)]
struct Posting {
    set: u32,
    place: u32,
}

impl Index {
    fn of(ranks: &Ranks, threshold: f64) -> Index {
        let indexed = |set: usize| {
            let size = ranks.size(set);
            &ranks.shared(set)[..prefix(ranks, set, needed((size, size), threshold))]
        };
        let mut starts = vec![0usize; ranks.distinct() + 1];
        for set in 0..ranks.len() {
            indexed(set).iter().for_each(|&rank| starts[rank as usize + 1] += 1);
        }
        (1..starts.len()).for_each(|at| starts[at] += starts[at - 1]);
        let mut postings = vec![Posting::default(); starts[ranks.distinct()]];
        for set in 0..ranks.len() {
            for (place, &rank) in indexed(set).iter().enumerate() {
                let next = &mut starts[rank as usize];
                postings[*next] = Posting { set: set as u32, place: place as u32 };
                *next += 1;
            }
        }
        let bits = (0..ranks.len()).into_par_iter();
        let bits = bits.map(|set| Bits::of(ranks.shared(set).iter().map(|&rank| rank.into())));
        Index { postings, ends: starts, bits: bits.collect() }
    }

    /// The sets in this range that have the element early.
    fn between(&self, rank: u32, sets: Range<usize>) -> impl Iterator<Item = &Posting> {
        let rank = rank as usize;
        // Filling has moved each start to where the list ends.
        let start = if rank == 0 { 0 } else { self.ends[rank - 1] };
        let postings = &self.postings[start..self.ends[rank]];
        let first = postings.partition_point(|posting| (posting.set as usize) < sets.start);
        postings[first..].iter().take_while(move |posting| (posting.set as usize) < sets.end)
    }
}
