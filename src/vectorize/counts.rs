//! Document frequencies of n-grams, one length at a time.
//!
//! An n-gram is a pair (number of its first n−1 tokens, its last token), so keys
//! are exact at every length. Occurrences are first sorted into partitions by a
//! hash of their keys, so that the table of a partition stays in the cache of
//! its core; one table for all would wait for memory at every n-gram. Chunks and
//! partitions are cut by the corpus and the keys, never by the number of threads.

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

/// Documents a chunk.
const CHUNK: usize = 1024;

/// Partitions; two million n-grams are eight thousand a table, 256 kB.
const PARTITIONS: usize = 256;

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
    let chunks: Vec<usize> = (0..corpus.len().div_ceil(CHUNK)).collect();
    let mut found: Vec<Vec<Vec<Occurrence>>> = chunks
        .par_iter()
        .map(|&chunk| partition(corpus, tokens, prefixes, length, chunk))
        .collect();
    let tables: Vec<Table> = turn(&mut found)
        .into_par_iter()
        .map(|mut partition| {
            let mut table = Table::default();
            partition
                .iter_mut()
                .flat_map(|chunk| chunk.iter_mut())
                .for_each(|one| table.count(one));
            table
        })
        .collect();
    let (keys, document_frequencies, numbers) = survivors(&tables, min_df);
    drop(tables);
    let at = place(corpus, &found, &numbers, prefixes.len());
    Level { keys, document_frequencies, at }
}

/// An n-gram where it stands.
struct Occurrence {
    key: u64,
    position: u32,
    /// Its document, and once it is counted its entry in the partition's table.
    document_or_entry: u32,
}

fn partition(
    corpus: &Sequences,
    tokens: &[u32],
    prefixes: &[u32],
    length: usize,
    chunk: usize,
) -> Vec<Vec<Occurrence>> {
    let documents = chunk * CHUNK..corpus.len().min((chunk + 1) * CHUNK);
    let expected = (chunk_range(corpus, chunk).len() / PARTITIONS) * 5 / 4;
    let mut partitions: Vec<Vec<Occurrence>> =
        (0..PARTITIONS).map(|_| Vec::with_capacity(expected)).collect();
    let start = chunk_range(corpus, chunk).start;
    for document in documents {
        let range = corpus.range(document);
        for position in range.start..range.end.saturating_sub(length - 1) {
            if prefixes[position] == NONE || prefixes[position + 1] == NONE {
                continue;
            }
            let key = key(prefixes[position], tokens[position + length - 1]);
            partitions[(mix(key) >> 56) as usize].push(Occurrence {
                key,
                position: (position - start) as u32,
                document_or_entry: document as u32,
            });
        }
    }
    partitions
}

/// Positions of a chunk's tokens.
fn chunk_range(corpus: &Sequences, chunk: usize) -> std::ops::Range<usize> {
    let last = corpus.len().min((chunk + 1) * CHUNK) - 1;
    corpus.range(chunk * CHUNK).start..corpus.range(last).end
}

/// From partitions by chunk to chunks by partition, in the order of the corpus.
fn turn(found: &mut [Vec<Vec<Occurrence>>]) -> Vec<Vec<&mut Vec<Occurrence>>> {
    let mut turned: Vec<Vec<&mut Vec<Occurrence>>> = (0..PARTITIONS).map(|_| Vec::new()).collect();
    for chunk in found {
        for (partition, occurrences) in turned.iter_mut().zip(chunk) {
            partition.push(occurrences);
        }
    }
    turned
}

#[derive(Clone, Copy)]
struct Slot {
    key: u64,
    entry: u32,
    last_document: u32,
}

const EMPTY: Slot = Slot { key: 0, entry: NONE, last_document: NONE };

/// Keys of one partition: an open-addressing table over dense entries.
#[derive(Default)]
struct Table {
    slots: Vec<Slot>,
    keys: Vec<u64>,
    document_frequencies: Vec<u32>,
}

impl Table {
    /// Counts an occurrence once a document and leaves its entry in it.
    fn count(&mut self, one: &mut Occurrence) {
        self.make_room();
        let mask = self.slots.len() - 1;
        let mut place = mix(one.key) as usize & mask;
        let document = std::mem::replace(&mut one.document_or_entry, NONE);
        loop {
            let slot = &mut self.slots[place];
            if slot.entry == NONE {
                let entry = self.keys.len() as u32;
                *slot = Slot { key: one.key, entry, last_document: document };
                self.keys.push(one.key);
                self.document_frequencies.push(1);
                one.document_or_entry = entry;
                return;
            }
            if slot.key == one.key {
                if slot.last_document != document {
                    slot.last_document = document;
                    self.document_frequencies[slot.entry as usize] += 1;
                }
                one.document_or_entry = slot.entry;
                return;
            }
            place = (place + 1) & mask;
        }
    }

    /// Keeps the table at most half full.
    fn make_room(&mut self) {
        if self.keys.len() * 2 < self.slots.len() {
            return;
        }
        let larger = vec![EMPTY; (self.slots.len() * 2).max(1 << 10)];
        let old = std::mem::replace(&mut self.slots, larger);
        let mask = self.slots.len() - 1;
        for slot in old.into_iter().filter(|slot| slot.entry != NONE) {
            let mut place = mix(slot.key) as usize & mask;
            while self.slots[place].entry != NONE {
                place = (place + 1) & mask;
            }
            self.slots[place] = slot;
        }
    }
}

/// Keys and frequencies of what is frequent enough, sorted by key, and for each
/// table's entry its place among them.
fn survivors(tables: &[Table], min_df: u32) -> (Vec<u64>, Vec<u32>, Vec<Vec<u32>>) {
    let mut kept: Vec<(u64, u32, u32)> = tables
        .par_iter()
        .enumerate()
        .flat_map_iter(|(partition, table)| {
            let entries = table.keys.iter().zip(&table.document_frequencies).enumerate();
            let frequent = entries.filter(|(_, (_, frequency))| **frequency >= min_df);
            frequent.map(move |(entry, (key, _))| (*key, partition as u32, entry as u32))
        })
        .collect();
    kept.par_sort_unstable_by_key(|(key, _, _)| *key);
    let mut numbers: Vec<Vec<u32>> =
        tables.par_iter().map(|table| vec![NONE; table.keys.len()]).collect();
    let mut keys = Vec::with_capacity(kept.len());
    let mut frequencies = Vec::with_capacity(kept.len());
    for (number, (key, partition, entry)) in kept.into_iter().enumerate() {
        let (partition, entry) = (partition as usize, entry as usize);
        numbers[partition][entry] = number as u32;
        keys.push(key);
        frequencies.push(tables[partition].document_frequencies[entry]);
    }
    (keys, frequencies, numbers)
}

/// The number of the n-gram at each position of the corpus.
fn place(
    corpus: &Sequences,
    found: &[Vec<Vec<Occurrence>>],
    numbers: &[Vec<u32>],
    positions: usize,
) -> Vec<u32> {
    let mut at = vec![NONE; positions];
    let mut rest = at.as_mut_slice();
    let mut jobs = Vec::with_capacity(found.len());
    for (chunk, partitions) in found.iter().enumerate() {
        let (places, others) = rest.split_at_mut(chunk_range(corpus, chunk).len());
        jobs.push((partitions, places));
        rest = others;
    }
    jobs.into_par_iter().for_each(|(partitions, places)| {
        for (occurrences, numbers) in partitions.iter().zip(numbers) {
            for one in occurrences {
                places[one.position as usize] = numbers[one.document_or_entry as usize];
            }
        }
    });
    at
}
