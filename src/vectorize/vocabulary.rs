//! The n-grams learned from a corpus, and the column of each.
//!
//! Kept as a trie: level n holds the n-grams that are frequent enough, each as
//! (its first n−1 tokens, its last token), whether they are a column or only
//! lead to one.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::counts::{self, Level, NONE};
use super::table::KeyTable;
use super::{DocumentFrequency, VectorizeParams};
use crate::data::{BREAK, CsrMatrix, Interner, Sequences, UNKNOWN};
use crate::error::{Error, Result};

/// What is stored of a vocabulary: everything else is made from it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VocabularyParts {
    /// Tokens, sorted by bytes; number = place.
    pub tokens: Vec<String>,
    /// Keys of the n-grams of each length above one, sorted.
    pub keys: Vec<Vec<u64>>,
    /// Column of each n-gram of each length from one on, or `u32::MAX`.
    pub columns: Vec<Vec<u32>>,
    /// What stands between the tokens of an n-gram.
    pub joiner: String,
}

/// Terms and their columns.
///
/// Columns are numbered by length, then by bytes of the term.
#[derive(Clone)]
pub struct Vocabulary {
    parts: VocabularyParts,
    tokens: Interner,
    tables: Vec<KeyTable>,
    /// (level, number) of each column.
    places: Vec<(u32, u32)>,
}

/// N-grams that are looked up side by side.
const ASKED_AT_ONCE: usize = 32;

/// A vocabulary and the counts of the corpus it was learned from.
pub struct Learned {
    /// Terms and columns.
    pub vocabulary: Vocabulary,
    /// In how many documents each column is found.
    pub document_frequencies: Vec<u32>,
    /// Counts of each column in each document; 1 if `binary`.
    pub rows: CsrMatrix,
}

impl Vocabulary {
    /// Learns the n-grams of `corpus`, whose token numbers `names` resolves.
    ///
    /// # Errors
    /// If there is no document, or no term is left after `min_df` and `max_df`.
    pub fn learn(
        corpus: &Sequences,
        names: &Interner,
        joiner: &str,
        params: &VectorizeParams,
    ) -> Result<Learned> {
        let documents = corpus.len();
        if documents == 0 {
            return Err(Error::data("no document to learn a vocabulary from"));
        }
        let min_df = threshold(params.min_df, documents).ceil().max(1.0) as u32;
        let max_df = threshold(params.max_df, documents);
        let (tokens, levels) = count_levels(corpus, names, params.ngram_range.1, min_df);
        let mut columns = number_columns(&levels, params, corpus, max_df);
        if let Some(most) = params.max_features {
            super::limit::keep_most_frequent(
                &mut columns,
                &levels,
                corpus,
                most as usize,
                params.binary,
            );
        }
        let count = columns.iter().flatten().filter(|column| **column != NONE).count();
        if count == 0 {
            return Err(Error::data("no term is left after `min_df` and `max_df`")
                .hinted("lower `vectorize.min_df` or raise `vectorize.max_df`"));
        }
        let rows = super::rows::build(corpus, &levels, &columns, count, params);
        let document_frequencies = frequencies(&levels, &columns, count);
        let keys = levels.into_iter().skip(1).map(|level| level.keys).collect();
        let parts = VocabularyParts { tokens, keys, columns, joiner: joiner.to_owned() };
        Ok(Learned { vocabulary: Vocabulary::from_parts(parts)?, document_frequencies, rows })
    }

    /// Makes the look-up tables.
    ///
    /// # Errors
    /// If the parts contradict each other.
    pub fn from_parts(parts: VocabularyParts) -> Result<Self> {
        check(&parts).map_err(Error::data)?;
        let mut tokens = Interner::default();
        parts.tokens.iter().for_each(|token| {
            tokens.intern(token);
        });
        let keys = parts.keys.par_iter().zip(&parts.columns[1..]);
        let tables = keys.map(|(keys, columns)| KeyTable::new(keys, columns)).collect();
        let places = places(&parts.columns);
        Ok(Vocabulary { parts, tokens, tables, places })
    }

    /// What has to be stored.
    pub fn parts(&self) -> &VocabularyParts {
        &self.parts
    }

    /// Number of columns.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether there is no column.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// The number of a token, or [`UNKNOWN`].
    pub fn token(&self, token: &str) -> u32 {
        self.tokens.get(token).unwrap_or(UNKNOWN)
    }

    /// The term of a column.
    pub fn term(&self, column: u32) -> String {
        let (level, number) = self.places[column as usize];
        self.spell(level as usize, number)
    }

    /// Puts the columns of a document's n-grams into `out`, in any order, one for each occurrence.
    pub fn columns_of(&self, tokens: &[u32], scratch: &mut Vec<u32>, out: &mut Vec<u32>) {
        out.clear();
        self.each(tokens, scratch, |_, _, column| out.push(column));
    }

    /// Calls `found(position of the first token, length − 1, column)` for every n-gram known.
    pub fn each(
        &self,
        tokens: &[u32],
        scratch: &mut Vec<u32>,
        mut found: impl FnMut(usize, usize, u32),
    ) {
        let count = self.parts.tokens.len() as u32;
        scratch.clear();
        scratch.extend(tokens.iter().map(|&token| if token < count { token } else { NONE }));
        let columns = &self.parts.columns[0];
        for (position, &node) in scratch.iter().enumerate() {
            if node != NONE && columns[node as usize] != NONE {
                found(position, 0, columns[node as usize]);
            }
        }
        for (table, level) in self.tables.iter().zip(1..) {
            step(table, &tokens[level.min(tokens.len())..], scratch, |position, column| {
                found(position, level, column);
            });
        }
    }

    fn spell(&self, level: usize, number: u32) -> String {
        if level == 0 {
            return self.parts.tokens[number as usize].clone();
        }
        let key = self.parts.keys[level - 1][number as usize];
        let mut term = self.spell(level - 1, (key >> 32) as u32);
        term.push_str(&self.parts.joiner);
        term.push_str(&self.parts.tokens[key as u32 as usize]);
        term
    }
}

/// From the n-grams at each position to those one token longer, whose last
/// tokens are `tokens`.
fn step(table: &KeyTable, tokens: &[u32], nodes: &mut [u32], mut found: impl FnMut(usize, u32)) {
    let mut asked = [(0, 0); ASKED_AT_ONCE];
    let mut start = 0;
    while start < nodes.len() {
        let end = nodes.len().min(start + ASKED_AT_ONCE);
        let mut count = 0;
        for position in start..end {
            let next = nodes.get(position + 1).copied().unwrap_or(NONE);
            if nodes[position] != NONE && next != NONE {
                asked[count] = (counts::key(nodes[position], tokens[position]), position);
                count += 1;
            }
            nodes[position] = NONE;
        }
        table.get_all(&asked[..count], |position, one| {
            nodes[position] = one.node;
            if one.column != NONE {
                found(position, one.column);
            }
        });
        start = end;
    }
}

/// Whether every n-gram is made of ones that exist and columns are numbered without a gap.
fn check(parts: &VocabularyParts) -> std::result::Result<(), &'static str> {
    if parts.columns.len() != parts.keys.len() + 1 || parts.columns[0].len() != parts.tokens.len() {
        return Err("its n-grams have different numbers of lengths");
    }
    let mut prefixes = parts.tokens.len() as u64;
    for (keys, columns) in parts.keys.iter().zip(&parts.columns[1..]) {
        let tokens = parts.tokens.len() as u64;
        let known = keys.iter().all(|key| key >> 32 < prefixes && (key & 0xffff_ffff) < tokens);
        if !known || keys.len() != columns.len() || !keys.is_sorted_by(|left, right| left < right) {
            return Err("an n-gram continues one that does not exist");
        }
        prefixes = keys.len() as u64;
    }
    let numbered = parts.columns.iter().flatten().filter(|column| **column != NONE);
    match numbered.enumerate().all(|(place, &column)| place as u32 == column) {
        true => Ok(()),
        false => Err("its columns are not numbered in order"),
    }
}

/// A bound on document frequencies as a number of documents.
fn threshold(bound: DocumentFrequency, documents: usize) -> f64 {
    match bound {
        DocumentFrequency::Count(count) => count as f64,
        DocumentFrequency::Share(share) => share * documents as f64,
    }
}

/// Tokens and n-grams that at least `min_df` documents hold.
fn count_levels(
    corpus: &Sequences,
    names: &Interner,
    longest: u32,
    min_df: u32,
) -> (Vec<String>, Vec<Level>) {
    let (tokens, first) = count_tokens(corpus, names, min_df);
    let mut levels = vec![first];
    for length in 2..=longest as usize {
        let previous = levels.last().expect("there is a first level");
        let level = counts::extend(corpus, &levels[0].at, &previous.at, length, min_df);
        levels.push(level);
    }
    (tokens, levels)
}

fn count_tokens(corpus: &Sequences, names: &Interner, min_df: u32) -> (Vec<String>, Level) {
    let half = corpus.len() / 2;
    let (mut frequencies, others) = rayon::join(
        || token_frequencies(corpus, 0..half, names.len()),
        || token_frequencies(corpus, half..corpus.len(), names.len()),
    );
    frequencies.iter_mut().zip(others).for_each(|(frequency, other)| *frequency += other);
    let mut kept: Vec<u32> =
        (0..names.len() as u32).filter(|&token| frequencies[token as usize] >= min_df).collect();
    kept.sort_unstable_by_key(|&token| names.resolve(token));
    let mut numbers = vec![NONE; names.len()];
    for (number, &token) in kept.iter().enumerate() {
        numbers[token as usize] = number as u32;
    }
    let number = |&token: &u32| if token < UNKNOWN { numbers[token as usize] } else { NONE };
    let level = Level {
        keys: (0..kept.len() as u64).collect(),
        document_frequencies: kept.iter().map(|&token| frequencies[token as usize]).collect(),
        at: corpus.tokens.par_iter().map(number).collect(),
    };
    (kept.iter().map(|&token| names.resolve(token).to_owned()).collect(), level)
}

/// In how many of some documents each token is found.
fn token_frequencies(
    corpus: &Sequences,
    documents: std::ops::Range<usize>,
    tokens: usize,
) -> Vec<u32> {
    let mut frequencies = vec![0u32; tokens];
    let mut last = vec![NONE; tokens];
    for document in documents {
        for &token in corpus.document(document) {
            if token < UNKNOWN && last[token as usize] != document as u32 {
                last[token as usize] = document as u32;
                frequencies[token as usize] += 1;
            }
        }
    }
    frequencies
}

/// Numbers what is long enough and not too frequent.
fn number_columns(
    levels: &[Level],
    params: &VectorizeParams,
    corpus: &Sequences,
    max_df: f64,
) -> Vec<Vec<u32>> {
    let shortest = params.ngram_range.0 as usize;
    let mut next = 0;
    let mut number = |wanted: bool| {
        if !wanted {
            return NONE;
        }
        next += 1;
        next - 1
    };
    let whole = short_segments(levels, corpus, shortest);
    let levels = levels.iter().zip(whole).enumerate();
    levels
        .map(|(level, (counted, whole))| {
            let frequencies = counted.document_frequencies.iter().enumerate();
            frequencies
                .map(|(node, &frequency)| {
                    let wanted = level + 1 >= shortest || whole.contains(&(node as u32));
                    number(wanted && f64::from(frequency) <= max_df)
                })
                .collect()
        })
        .collect()
}

/// scikit-learn's `char_wb` counts a padded word that is shorter than the
/// shortest n-gram once, as a whole.
fn short_segments(
    levels: &[Level],
    corpus: &Sequences,
    shortest: usize,
) -> Vec<std::collections::HashSet<u32>> {
    let mut whole = vec![std::collections::HashSet::new(); levels.len()];
    if shortest == 1 || !corpus.tokens.contains(&BREAK) {
        return whole;
    }
    for document in 0..corpus.len() {
        let mut start = corpus.range(document).start;
        for segment in corpus.document(document).split_inclusive(|&token| token == BREAK) {
            let length = segment.len() - usize::from(segment.last() == Some(&BREAK));
            if (1..shortest).contains(&length) && levels[length - 1].at[start] != NONE {
                whole[length - 1].insert(levels[length - 1].at[start]);
            }
            start += segment.len();
        }
    }
    whole
}

fn frequencies(levels: &[Level], columns: &[Vec<u32>], count: usize) -> Vec<u32> {
    let mut frequencies = vec![0; count];
    for (level, columns) in levels.iter().zip(columns) {
        for (&frequency, &column) in level.document_frequencies.iter().zip(columns) {
            if column != NONE {
                frequencies[column as usize] = frequency;
            }
        }
    }
    frequencies
}

fn places(columns: &[Vec<u32>]) -> Vec<(u32, u32)> {
    let count = columns.iter().flatten().filter(|column| **column != NONE).count();
    let mut places = vec![(0, 0); count];
    for (level, columns) in columns.iter().enumerate() {
        for (number, &column) in columns.iter().enumerate() {
            if column != NONE {
                places[column as usize] = (level as u32, number as u32);
            }
        }
    }
    places
}
