//! Documents → sets of shingles.
//!
//! A shingle is a run of `size` neighbouring tokens, as a number of 64 bits; of size 1
//! it is a token, and the set is the document's vocabulary. Numbers of tokens are taken
//! as they are; everything longer is hashed by XXH3: among ten million different
//! shingles two share a number once in 370,000 corpora.

use rayon::prelude::*;
use xxhash_rust::xxh3::xxh3_64;

use crate::data::{BREAK, Sequences, UNKNOWN};

/// Sets of many documents, one after another: the numbers of each rise, none stands twice.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sets {
    pub(super) shingles: Vec<u64>,
    ends: Vec<usize>,
}

impl Sets {
    /// How many documents there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is no document.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The set of one document.
    pub fn get(&self, document: usize) -> &[u64] {
        let start = if document == 0 { 0 } else { self.ends[document - 1] };
        &self.shingles[start..self.ends[document]]
    }

    /// Adds a document; its numbers may come in any order and more than once.
    pub fn push(&mut self, set: &[u64]) {
        match rises(set) {
            true => self.shingles.extend_from_slice(set),
            false => self.shingles.extend(sorted(set.to_vec())),
        }
        self.ends.push(self.shingles.len());
    }

    /// The documents named, in that order.
    pub(super) fn select(&self, documents: &[u32]) -> Sets {
        let mut selected = Sets::default();
        documents.iter().for_each(|&document| selected.push(self.get(document as usize)));
        selected
    }

    fn append(&mut self, other: &Sets) {
        let before = self.shingles.len();
        self.shingles.extend_from_slice(&other.shingles);
        self.ends.extend(other.ends.iter().map(|end| before + end));
    }
}

/// Whether `set` is sorted and holds nothing twice.
pub(super) fn rises(set: &[u64]) -> bool {
    set.is_sorted_by(|left, right| left < right)
}

/// The same numbers, sorted, each once.
pub(super) fn sorted(mut set: Vec<u64>) -> Vec<u64> {
    set.sort_unstable();
    set.dedup();
    set
}

/// Makes sets of documents.
///
/// A document of fewer tokens than a shingle has is one shingle of all its tokens; one
/// without tokens has an empty set. Sets of numbers and sets of terms do not compare.
///
/// # Examples
/// ```
/// use malmoi::search::duplicates::Shingles;
///
/// let pairs = Shingles::new(2);
/// let set = pairs.of_terms(["so", "so", "so", "good"]);
/// assert_eq!(set.len(), 2);
/// assert_eq!(pairs.of_terms(["good"]).len(), 1);
/// assert_eq!(Shingles::new(1).of_numbers(&[7, 3, 7]), [3, 7]);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shingles {
    size: usize,
}

impl Shingles {
    /// Shingles of so many tokens; 0 is taken for 1.
    pub fn new(size: u32) -> Self {
        Shingles { size: size.max(1) as usize }
    }

    /// The set of a document whose tokens are numbered.
    ///
    /// [`BREAK`] and [`UNKNOWN`] are no tokens. Shingles cross a break: copies often
    /// differ in where a line or a sentence ends.
    pub fn of_numbers(&self, tokens: &[u32]) -> Vec<u64> {
        let tokens = tokens.iter().copied().filter(|token| !matches!(*token, BREAK | UNKNOWN));
        if self.size == 1 {
            return sorted(tokens.map(u64::from).collect());
        }
        let bytes: Vec<u8> = tokens.flat_map(u32::to_le_bytes).collect();
        self.of_bytes(&bytes, size_of::<u32>())
    }

    /// The set of a document whose tokens are strings.
    pub fn of_terms<'a>(&self, terms: impl IntoIterator<Item = &'a str>) -> Vec<u64> {
        let hashes = terms.into_iter().map(|term| xxh3_64(term.as_bytes()));
        if self.size == 1 {
            return sorted(hashes.collect());
        }
        let bytes: Vec<u8> = hashes.flat_map(u64::to_le_bytes).collect();
        self.of_bytes(&bytes, size_of::<u64>())
    }

    /// The sets of all documents of a corpus.
    pub fn of_corpus(&self, corpus: &Sequences) -> Sets {
        let chunks: Vec<usize> = (0..corpus.len()).step_by(CHUNK).collect();
        let sets_of = |&first: &usize| {
            let mut sets = Sets::default();
            let documents = first..corpus.len().min(first + CHUNK);
            documents.for_each(|document| sets.push(&self.of_numbers(corpus.document(document))));
            sets
        };
        let chunks: Vec<Sets> = chunks.par_iter().map(sets_of).collect();
        let mut all = Sets::default();
        all.shingles.reserve_exact(chunks.iter().map(|chunk| chunk.shingles.len()).sum());
        chunks.iter().for_each(|chunk| all.append(chunk));
        all
    }

    /// Shingles of tokens of `width` bytes each.
    fn of_bytes(&self, bytes: &[u8], width: usize) -> Vec<u64> {
        let tokens = bytes.len() / width;
        let size = self.size.min(tokens);
        if size == 0 {
            return Vec::new();
        }
        let starts = 0..=tokens - size;
        sorted(starts.map(|at| xxh3_64(&bytes[at * width..(at + size) * width])).collect())
    }
}

/// Documents made by one thread at a time.
const CHUNK: usize = 512;

#[cfg(test)]
mod tests {
    use super::*;

    /// How many of the shingles of `left` and of `right` there are, and both have.
    fn check(size: u32, left: &str, right: &str, expected: (usize, usize, usize)) {
        let set =
            |text: &str| Shingles::new(size).of_terms(text.split(' ').filter(|t| !t.is_empty()));
        let (left, right) = (set(left), set(right));
        let both = left.iter().filter(|shingle| right.contains(shingle)).count();
        assert!(rises(&left) && rises(&right));
        assert_eq!((left.len(), right.len(), both), expected);
    }

    #[test]
    fn a_shingle_is_a_run_of_tokens() {
        check(1, "a b b c", "c b", (3, 2, 2));
        check(2, "a b b c", "b c a b", (3, 3, 2));
        check(0, "a b", "b a", (2, 2, 2));
    }

    #[test]
    fn a_short_document_is_one_shingle() {
        check(3, "a b", "b a", (1, 1, 0));
        check(3, "a b", "a b", (1, 1, 1));
        check(3, "a b", "a b c", (1, 1, 0));
        check(3, "", "a", (0, 1, 0));
        check(1, "", "", (0, 0, 0));
    }

    #[test]
    fn breaks_are_no_tokens() {
        let pairs = Shingles::new(2);
        assert_eq!(pairs.of_numbers(&[1, BREAK, 2, UNKNOWN, 3]), pairs.of_numbers(&[1, 2, 3]));
        assert!(pairs.of_numbers(&[BREAK]).is_empty());
        assert_eq!(Shingles::new(1).of_numbers(&[BREAK, 4, UNKNOWN]), [4]);
    }

    #[test]
    fn a_corpus_is_its_documents() {
        let mut corpus = Sequences::default();
        (0..2 * CHUNK as u32 + 3).for_each(|n| corpus.push((0..n % 7).map(|m| m * n % 5)));
        for size in 1..4 {
            let sets = Shingles::new(size).of_corpus(&corpus);
            assert_eq!(sets.len(), corpus.len());
            for document in 0..corpus.len() {
                let expected = Shingles::new(size).of_numbers(corpus.document(document));
                assert_eq!(sets.get(document), expected);
            }
        }
    }

    #[test]
    fn sets_are_put_in_order() {
        let mut sets = Sets::default();
        sets.push(&[3, 1, 3]);
        sets.push(&[]);
        assert_eq!((sets.get(0), sets.get(1), sets.len()), ([1, 3].as_slice(), [].as_slice(), 2));
        assert_eq!(sets.select(&[1, 0]).get(1), [1, 3]);
    }
}
