//! Documents one by one: which of those before are near-duplicates?

use hashbrown::HashMap;
use hashbrown::hash_map::Entry;
use rustc_hash::FxBuildHasher;

use super::minhash::{MinHashLsh, NONE, Search};
use super::overlap::Bits;
use super::sets::Sets;
use super::signature::Signer;

/// Remembers what it has seen; for documents that arrive one by one.
///
/// Finds exactly what [`MinHashLsh::pairs`] finds in the same documents. A document of
/// 140 shingles takes about two kilobytes.
///
/// # Examples
/// ```
/// use malmoi::search::duplicates::{Shingles, Stream};
///
/// let tokens = Shingles::new(1);
/// let mut stream = Stream::new(0.7);
/// let mut insert = |id, text: &str| stream.insert(id, &tokens.of_terms(text.split(' ')));
/// assert_eq!(insert(17, "rain falls on the old town"), []);
/// assert_eq!(insert(18, "snow is late"), []);
/// assert_eq!(insert(19, "rain falls on the town"), [(17, 5.0 / 6.0)]);
/// ```
pub struct Stream {
    lsh: MinHashLsh,
    threshold: f64,
    signer: Signer,
    ids: Vec<u64>,
    sets: Sets,
    bits: Vec<Bits>,
    /// For each band the newest document with a key.
    newest: Vec<HashMap<u32, u32, FxBuildHasher>>,
    chains: Vec<Vec<u32>>,
    seen: Vec<u32>,
}

impl Stream {
    /// Finds what is at least so similar; see [`MinHashLsh::for_threshold`].
    pub fn new(threshold: f64) -> Self {
        let lsh = MinHashLsh::for_threshold(threshold);
        Stream {
            lsh,
            threshold,
            signer: lsh.signer(),
            ids: Vec::new(),
            sets: Sets::default(),
            bits: Vec::new(),
            newest: vec![HashMap::default(); lsh.bands()],
            chains: vec![Vec::new(); lsh.bands()],
            seen: Vec::new(),
        }
    }

    /// Takes in a document; the ids of its near-duplicates among those before, in the
    /// order in which they came, with their similarities.
    ///
    /// An empty set is like no other. An id that comes twice is two documents.
    pub fn insert(&mut self, id: u64, set: &[u64]) -> Vec<(u64, f64)> {
        let document = self.ids.len();
        self.ids.push(id);
        self.sets.push(set);
        self.bits.push(Bits::of(self.sets.get(document).iter().copied()));
        self.seen.push(NONE);
        self.chain(document);
        let Stream { sets, bits, chains, threshold, .. } = self;
        let search = Search { sets, bits, chains, threshold: *threshold };
        let similar = search.similar(document, &mut self.seen).into_iter();
        similar.map(|(other, similarity)| (self.ids[other as usize], similarity)).collect()
    }

    /// How many documents it has seen.
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether it has seen none.
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// Ties a document to the newest with the same key, in each band.
    fn chain(&mut self, document: usize) {
        let set = self.sets.get(document);
        if set.is_empty() {
            self.chains.iter_mut().for_each(|chain| chain.push(NONE));
            return;
        }
        let mut keys = vec![0; self.lsh.bands()];
        self.lsh.keys(&mut self.signer, set, &mut keys);
        for ((key, newest), chain) in keys.into_iter().zip(&mut self.newest).zip(&mut self.chains) {
            chain.push(match newest.entry(key) {
                Entry::Occupied(mut before) => before.insert(document as u32),
                Entry::Vacant(free) => {
                    free.insert(document as u32);
                    NONE
                }
            });
        }
    }
}
