//! Sets in the order of their sizes, their elements in the order of how rare they are.

use hashbrown::HashMap;
use rayon::prelude::*;
use rustc_hash::FxBuildHasher;

use super::sets::Sets;

/// The sets that are not empty, from small to large.
///
/// Elements that only one set has are left out; they still count in its size.
pub(super) struct Ranks {
    documents: Vec<u32>,
    sizes: Vec<u32>,
    shared: Vec<u32>,
    ends: Vec<usize>,
    distinct: usize,
}

impl Ranks {
    pub fn of(sets: &Sets) -> Ranks {
        let numbers = numbers(&sets.shingles);
        let mut documents: Vec<u32> = (0..sets.len() as u32).collect();
        documents.retain(|&document| !sets.get(document as usize).is_empty());
        documents.sort_by_key(|&document| sets.get(document as usize).len());
        let chunks: Vec<(Vec<u32>, Vec<usize>)> =
            documents.par_chunks(CHUNK).map(|chunk| ranked(sets, chunk, &numbers)).collect();
        let mut ranks = Ranks {
            sizes: documents.iter().map(|&one| sets.get(one as usize).len() as u32).collect(),
            ends: Vec::with_capacity(documents.len()),
            shared: Vec::with_capacity(chunks.iter().map(|(shared, _)| shared.len()).sum()),
            distinct: numbers.len(),
            documents,
        };
        for (shared, ends) in chunks {
            ranks.ends.extend(ends.iter().map(|end| ranks.shared.len() + end));
            ranks.shared.extend(shared);
        }
        ranks
    }

    /// How many sets there are.
    pub fn len(&self) -> usize {
        self.documents.len()
    }

    /// How many elements are shared.
    pub fn distinct(&self) -> usize {
        self.distinct
    }

    /// The document whose set it is.
    pub fn document(&self, set: usize) -> u32 {
        self.documents[set]
    }

    /// How many elements a set has.
    pub fn size(&self, set: usize) -> usize {
        self.sizes[set] as usize
    }

    /// The ranks of the elements it shares with any other, rising.
    pub fn shared(&self, set: usize) -> &[u32] {
        let start = if set == 0 { 0 } else { self.ends[set - 1] };
        &self.shared[start..self.ends[set]]
    }

    /// The first set of at least this size.
    pub fn first_of_size(&self, size: usize) -> usize {
        self.sizes.partition_point(|&other| (other as usize) < size)
    }
}

/// Documents ranked by one thread at a time.
const CHUNK: usize = 512;

type Numbers = HashMap<u64, u32, FxBuildHasher>;

/// The rank of each element that two sets have; ties go to the smaller element.
fn numbers(shingles: &[u64]) -> Numbers {
    let mut all = shingles.to_vec();
    all.par_sort_unstable();
    let alike = all.chunk_by(|left, right| left == right).filter(|alike| alike.len() > 1);
    let mut shared: Vec<(u32, u64)> = alike.map(|alike| (alike.len() as u32, alike[0])).collect();
    shared.par_sort_unstable();
    shared.iter().enumerate().map(|(rank, &(_, element))| (element, rank as u32)).collect()
}

/// The ranks of these documents' elements, and where each document ends.
fn ranked(sets: &Sets, documents: &[u32], numbers: &Numbers) -> (Vec<u32>, Vec<usize>) {
    let (mut shared, mut ends) = (Vec::new(), Vec::with_capacity(documents.len()));
    for &document in documents {
        let start = shared.len();
        let elements = sets.get(document as usize).iter();
        shared.extend(elements.filter_map(|element| numbers.get(element).copied()));
        shared[start..].sort_unstable();
        ends.push(shared.len());
    }
    (shared, ends)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(sets: &[&[u64]], expected: &[(u32, usize, &[u32])]) {
        let mut all = Sets::default();
        sets.iter().for_each(|set| all.push(set));
        let ranks = Ranks::of(&all);
        let found = (0..ranks.len())
            .map(|set| (ranks.document(set), ranks.size(set), ranks.shared(set)))
            .collect::<Vec<_>>();
        assert_eq!(found, expected);
    }

    #[test]
    fn rare_elements_come_first() {
        check(&[&[1, 2, 9], &[], &[1, 2], &[1]], &[(3, 1, &[1]), (2, 2, &[0, 1]), (0, 3, &[0, 1])]);
        check(&[&[], &[]], &[]);
        check(&[], &[]);
        check(&[&[5]], &[(0, 1, &[])]);
    }
}
