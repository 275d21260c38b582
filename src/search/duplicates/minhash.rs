//! Pairs that are probably all of those that are similar enough, and no others.
//!
//! MinHash with bands: documents whose signatures agree in all rows of any band are
//! candidates; each candidate is then compared exactly. So similarities are exact, and
//! all that can go wrong is that a pair is missed.

use rayon::prelude::*;

use super::Pair;
use super::overlap::{Bits, jaccard, mixed, similarity};
use super::sets::Sets;
use super::signature::Signer;

/// How signatures are cut into bands.
///
/// # Examples
/// ```
/// use malmoi::search::duplicates::{MinHashLsh, Shingles, Sets};
///
/// let lsh = MinHashLsh::for_threshold(0.7);
/// assert!(lsh.miss(0.7) <= 0.001 && lsh.miss(0.8) < 1e-6);
///
/// let tokens = Shingles::new(1);
/// let mut sets = Sets::default();
/// for text in ["rain falls on the old town", "snow is late", "rain falls on the town"] {
///     sets.push(&tokens.of_terms(text.split(' ')));
/// }
/// let pairs = lsh.pairs(&sets, 0.7);
/// assert_eq!((pairs[0].first, pairs[0].second, pairs.len()), (0, 2, 1));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MinHashLsh {
    bands: usize,
    rows: usize,
}

/// Share of the pairs right at the threshold that may be missed.
const MISS: f64 = 0.001;

/// Places of a signature; a row more makes fewer false candidates and needs more bands.
const LONGEST: usize = 256;

/// More rows than this tell nothing apart that fewer do not.
const MOST_ROWS: usize = 16;

impl MinHashLsh {
    /// So many bands, 1 to 1024, of so many rows, 1 to 64; what is outside is brought
    /// inside.
    pub fn new(bands: u32, rows: u32) -> Self {
        MinHashLsh { bands: bands.clamp(1, 1024) as usize, rows: rows.clamp(1, 64) as usize }
    }

    /// The most rows for which a signature is not too long, and as many bands as miss at
    /// most one in a thousand of the pairs right at the threshold.
    ///
    /// Candidates are verified, so other than in the usual choice a false one costs
    /// little, and nothing is weighed against a missed one.
    pub fn for_threshold(threshold: f64) -> Self {
        let bands = |rows: usize| {
            let caught = threshold.clamp(0.0, 1.0).powi(rows as i32);
            (MISS.ln() / (-caught).ln_1p()).ceil().max(1.0) as usize
        };
        let rows = (1..=MOST_ROWS).rev();
        let fits =
            rows.map(|rows| (bands(rows), rows)).find(|(b, r)| b.saturating_mul(*r) <= LONGEST);
        let (bands, rows) = fits.unwrap_or((LONGEST, 1));
        MinHashLsh { bands, rows }
    }

    /// Bands of a signature.
    pub fn bands(&self) -> usize {
        self.bands
    }

    /// Rows of a band.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The share of the pairs of this similarity that is missed.
    pub fn miss(&self, similarity: f64) -> f64 {
        (1.0 - similarity.powi(self.rows as i32)).powi(self.bands as i32)
    }

    /// Pairs whose similarity is at least `threshold`, sorted; some may be missing.
    ///
    /// Empty sets are like no other. The result does not depend on the number of threads.
    pub fn pairs(&self, sets: &Sets, threshold: f64) -> Vec<Pair> {
        let mut keys = vec![0; sets.len() * self.bands];
        let rows = keys.par_chunks_mut(self.bands).enumerate();
        rows.for_each_init(
            || self.signer(),
            |signer, (document, keys)| self.keys(signer, sets.get(document), keys),
        );
        let chains = self.chains(sets, &keys);
        let documents = (0..sets.len()).into_par_iter().with_min_len(64);
        let bits: Vec<Bits> =
            documents.clone().map(|one| Bits::of(sets.get(one).iter().copied())).collect();
        let search = Search { sets, bits: &bits, chains: &chains, threshold };
        let mut pairs: Vec<Pair> = documents
            .map_init(|| vec![NONE; sets.len()], |seen, one| search.pairs_of(one, seen))
            .flatten_iter()
            .collect();
        pairs.par_sort_unstable_by_key(|pair| (pair.first, pair.second));
        pairs
    }

    /// What makes the signatures whose bands [`MinHashLsh::keys`] takes.
    pub(super) fn signer(&self) -> Signer {
        Signer::new(self.bands * self.rows)
    }

    /// One number for each band of a set that is not empty.
    pub(super) fn keys(&self, signer: &mut Signer, set: &[u64], keys: &mut [u32]) {
        let Some(signature) = signer.sign(set) else { return };
        for (key, band) in keys.iter_mut().zip(signature.chunks_exact(self.rows)) {
            *key = (band.iter().fold(0, |sum, &number| mixed(sum ^ number)) >> 32) as u32;
        }
    }

    /// For each band and each document the one before it with the same key.
    fn chains(&self, sets: &Sets, keys: &[u32]) -> Vec<Vec<u32>> {
        let chain = |band: usize| {
            let filled = (0..sets.len()).filter(|&document| !sets.get(document).is_empty());
            let key = |document: usize| u64::from(keys[document * self.bands + band]) << 32;
            let mut table: Vec<u64> = filled.map(|one| key(one) | one as u64).collect();
            table.sort_unstable();
            let mut chain = vec![NONE; sets.len()];
            let neighbours = table.windows(2).filter(|two| two[0] >> 32 == two[1] >> 32);
            neighbours.for_each(|two| chain[two[1] as u32 as usize] = two[0] as u32);
            chain
        };
        (0..self.bands).into_par_iter().map(chain).collect()
    }
}

/// Ends a chain.
pub(super) const NONE: u32 = u32::MAX;

/// Looks through the documents before one.
pub(super) struct Search<'a> {
    pub sets: &'a Sets,
    pub bits: &'a [Bits],
    /// For each band and each document the one before it with the same key.
    pub chains: &'a [Vec<u32>],
    pub threshold: f64,
}

impl Search<'_> {
    fn pairs_of(&self, document: usize, seen: &mut [u32]) -> Vec<Pair> {
        let similar = self.similar(document, seen).into_iter();
        similar.map(|(other, similarity)| Pair::of(other, document as u32, similarity)).collect()
    }

    /// The documents before `document` that are similar enough, rising, with their
    /// similarities; `seen` holds for each document the last one that met it.
    pub fn similar(&self, document: usize, seen: &mut [u32]) -> Vec<(u32, f64)> {
        let number = document as u32;
        let mut found = Vec::new();
        for chain in self.chains {
            let mut other = chain[document];
            while other != NONE {
                let met = std::mem::replace(&mut seen[other as usize], number) == number;
                if !met && let Some(similarity) = self.similarity(document, other as usize) {
                    found.push((other, similarity));
                }
                other = chain[other as usize];
            }
        }
        found.sort_unstable_by_key(|&(other, _)| other);
        found
    }

    fn similarity(&self, document: usize, other: usize) -> Option<f64> {
        let (left, right) = (self.sets.get(document), self.sets.get(other));
        let sizes = (left.len(), right.len());
        let may_reach = |overlap: usize| jaccard(overlap, sizes) >= self.threshold;
        let by_size = sizes.0.min(sizes.1);
        if !may_reach(by_size) || !may_reach(self.bits[document].bound(&self.bits[other], sizes)) {
            return None;
        }
        similarity(left, right, self.threshold)
    }
}
