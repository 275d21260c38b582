//! Document frequencies of n-grams, one length at a time.
//!
//! An n-gram is a pair (number of its first n−1 tokens, its last token), so keys
//! are exact at every length. Each thread owns the keys of one shard and walks
//! the whole corpus: no lock, no merge, and counts that do not depend on how
//! many threads there are.

use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use rayon::prelude::*;

use crate::data::Sequences;

/// No n-gram stands here.
pub(super) const NONE: u32 = u32::MAX;

/// The n-grams of one length that enough documents hold.
pub(super) struct Level {
    /// Sorted keys; an n-gram's number is its place.
    pub keys: Vec<u64>,
    /// In how many documents each is found.
    pub document_frequencies: Vec<u32>,
    /// At each position of the corpus the number of the n-gram that starts there, or [`NONE`].
    pub at: Vec<u32>,
}

/// The key of an n-gram.
pub(super) fn key(prefix: u32, token: u32) -> u64 {
    (u64::from(prefix) << 32) | u64::from(token)
}

/// Mixes a key; the upper bits are the best.
pub(super) fn mix(key: u64) -> u64 {
    let product = u128::from(key ^ 0x9e37_79b9_7f4a_7c15) * 0xd6e8_feb8_6659_fd93;
    (product >> 64) as u64 ^ product as u64
}

/// Counts the n-grams one token longer than those of `prefixes`.
///
/// An n-gram is counted only where both its first and its last n−1 tokens are
/// frequent enough themselves: it cannot be more frequent than they are.
pub(super) fn extend(
    corpus: &Sequences,
    tokens: &[u32],
    prefixes: &[u32],
    length: usize,
    min_df: u32,
) -> Level {
    let shards = rayon::current_num_threads().clamp(1, 64);
    let at: Vec<AtomicU32> = prefixes.par_iter().map(|_| AtomicU32::new(NONE)).collect();
    let counted: Vec<Shard> = (0..shards)
        .into_par_iter()
        .map(|shard| count_shard(corpus, tokens, prefixes, length, (shard, shards), &at))
        .collect();
    let (keys, document_frequencies, numbers) = survivors(&counted, min_df);
    drop(counted);
    let at = at
        .into_par_iter()
        .map(|place| match place.into_inner() {
            NONE => NONE,
            place => numbers[place as usize % shards][place as usize / shards],
        })
        .collect();
    Level { keys, document_frequencies, at }
}

#[derive(Clone, Copy)]
struct Slot {
    key: u64,
    entry: u32,
    last_document: u32,
}

const EMPTY: Slot = Slot { key: 0, entry: NONE, last_document: NONE };

/// Keys of one shard: an open-addressing table over dense entries.
struct Shard {
    slots: Vec<Slot>,
    keys: Vec<u64>,
    document_frequencies: Vec<u32>,
}

/// Candidates of one document, so that their slots are fetched together.
struct Candidate {
    key: u64,
    hash: u64,
    position: usize,
}

fn count_shard(
    corpus: &Sequences,
    tokens: &[u32],
    prefixes: &[u32],
    length: usize,
    (shard, shards): (usize, usize),
    at: &[AtomicU32],
) -> Shard {
    let mut table = Shard::new(1 << 16);
    let mut candidates = Vec::new();
    for document in 0..corpus.len() {
        let range = corpus.range(document);
        candidates.clear();
        for position in range.start..range.end.saturating_sub(length - 1) {
            if prefixes[position] == NONE || prefixes[position + 1] == NONE {
                continue;
            }
            let key = key(prefixes[position], tokens[position + length - 1]);
            let hash = mix(key);
            if ((hash & 0xffff_ffff) * shards as u64) >> 32 == shard as u64 {
                candidates.push(Candidate { key, hash, position });
            }
        }
        table.reserve(candidates.len());
        table.touch(&candidates);
        for candidate in &candidates {
            let entry = table.count(candidate.key, candidate.hash, document as u32);
            at[candidate.position].store(entry * shards as u32 + shard as u32, Relaxed);
        }
    }
    table
}

impl Shard {
    fn new(slots: usize) -> Self {
        Shard { slots: vec![EMPTY; slots], keys: Vec::new(), document_frequencies: Vec::new() }
    }

    fn home(&self, hash: u64) -> usize {
        (hash >> (64 - self.slots.len().trailing_zeros())) as usize
    }

    /// Reads the home slots ahead: independent loads overlap, the counting
    /// loop's dependent ones would not.
    fn touch(&self, candidates: &[Candidate]) {
        let sum = candidates.iter().fold(0u32, |sum, candidate| {
            sum.wrapping_add(self.slots[self.home(candidate.hash)].entry)
        });
        std::hint::black_box(sum);
    }

    fn count(&mut self, key: u64, hash: u64, document: u32) -> u32 {
        let mask = self.slots.len() - 1;
        let mut place = self.home(hash);
        loop {
            let slot = &mut self.slots[place];
            if slot.entry == NONE {
                let entry = self.keys.len() as u32;
                *slot = Slot { key, entry, last_document: document };
                self.keys.push(key);
                self.document_frequencies.push(1);
                return entry;
            }
            if slot.key == key {
                if slot.last_document != document {
                    slot.last_document = document;
                    self.document_frequencies[slot.entry as usize] += 1;
                }
                return slot.entry;
            }
            place = (place + 1) & mask;
        }
    }

    /// Keeps the table at most five eighths full.
    fn reserve(&mut self, more: usize) {
        if (self.keys.len() + more) * 8 <= self.slots.len() * 5 {
            return;
        }
        let old = std::mem::take(&mut self.slots);
        self.slots =
            vec![EMPTY; (old.len() * 2).max(((more + self.keys.len()) * 2).next_power_of_two())];
        let mask = self.slots.len() - 1;
        for slot in old.into_iter().filter(|slot| slot.entry != NONE) {
            let mut place = self.home(mix(slot.key));
            while self.slots[place].entry != NONE {
                place = (place + 1) & mask;
            }
            self.slots[place] = slot;
        }
    }
}

/// Keys and frequencies of what is frequent enough, sorted by key, and for each
/// shard's entry its place among them.
fn survivors(shards: &[Shard], min_df: u32) -> (Vec<u64>, Vec<u32>, Vec<Vec<u32>>) {
    let mut kept: Vec<(u64, u32, u32)> = Vec::new();
    for (number, shard) in shards.iter().enumerate() {
        let entries = shard.keys.iter().zip(&shard.document_frequencies).enumerate();
        let frequent = entries.filter(|(_, (_, frequency))| **frequency >= min_df);
        kept.extend(frequent.map(|(entry, (key, _))| (*key, number as u32, entry as u32)));
    }
    kept.par_sort_unstable_by_key(|(key, _, _)| *key);
    let mut numbers: Vec<Vec<u32>> =
        shards.iter().map(|shard| vec![NONE; shard.keys.len()]).collect();
    let mut frequencies = Vec::with_capacity(kept.len());
    for (number, &(_, shard, entry)) in kept.iter().enumerate() {
        numbers[shard as usize][entry as usize] = number as u32;
        frequencies.push(shards[shard as usize].document_frequencies[entry as usize]);
    }
    (kept.into_iter().map(|(key, _, _)| key).collect(), frequencies, numbers)
}
