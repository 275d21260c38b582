//! Documents as token numbers → sentences as rows of the words that get a vector.

use std::cmp::Reverse;
use std::ops::Range;

use super::params::EmbedParams;
use crate::data::{BREAK, Interner, Sequences, UNKNOWN};
use crate::error::{Error, Result};

/// What is trained on.
pub(super) struct Sentences {
    /// The words by falling count, then by bytes.
    pub terms: Interner,
    /// How often each stands there.
    pub counts: Vec<u64>,
    /// Of 2^32: how often each is kept.
    pub keep: Vec<u32>,
    /// Rows of words, a [`BREAK`] behind each sentence.
    pub tokens: Vec<u32>,
    /// `tokens` in pieces of whole sentences, the work of one thread at a time.
    pub chunks: Vec<Range<usize>>,
    /// All words, those without a vector too.
    pub raw_words: u64,
    /// Those that have one.
    pub words: u64,
}

/// Words of a chunk; each has one learning rate. gensim's jobs are as large.
const CHUNK: u64 = 10_000;

/// Chunks that a small corpus is cut into, so that its rate falls evenly too.
const FEWEST_CHUNKS: u64 = 50;

impl Sentences {
    /// Numbers the words that occur `min_count` times.
    ///
    /// # Errors
    /// If none does.
    pub fn new(names: &Interner, documents: &Sequences, params: &EmbedParams) -> Result<Self> {
        let mut counts = vec![0; names.len()];
        let words = documents.tokens.iter().filter(|token| **token < UNKNOWN);
        words.for_each(|&token| counts[token as usize] += 1);
        let raw_words = counts.iter().sum();
        let mut kept: Vec<u32> = (0..names.len() as u32)
            .filter(|&name| counts[name as usize] >= params.min_count.max(1))
            .collect();
        if kept.len() < 2 {
            let message = format!("fewer than two words occur {} times", params.min_count);
            return Err(Error::data(message).hinted("lower --min-count, or take more documents"));
        }
        kept.sort_unstable_by_key(|&name| (Reverse(counts[name as usize]), names.resolve(name)));
        let mut terms = Interner::default();
        let mut rows = vec![UNKNOWN; names.len()];
        for &name in &kept {
            rows[name as usize] = terms.intern(names.resolve(name));
        }
        let counts: Vec<u64> = kept.iter().map(|&name| counts[name as usize]).collect();
        let words = counts.iter().sum();
        let tokens = tokens(documents, &rows);
        Ok(Sentences {
            terms,
            keep: keep(&counts, words, params.sample),
            counts,
            chunks: chunks(&tokens, (words / FEWEST_CHUNKS).clamp(1, CHUNK)),
            tokens,
            raw_words,
            words,
        })
    }
}

/// Words that have no vector are left out before windows are cut, as word2vec does.
fn tokens(documents: &Sequences, rows: &[u32]) -> Vec<u32> {
    let mut tokens = Vec::with_capacity(documents.tokens.len() + documents.len());
    for document in 0..documents.len() {
        for sentence in documents.document(document).split(|&token| token == BREAK) {
            let words = sentence.iter().filter(|token| **token < UNKNOWN);
            let start = tokens.len();
            tokens.extend(words.map(|&word| rows[word as usize]).filter(|&row| row != UNKNOWN));
            // A word alone has no context.
            match tokens.len() - start {
                0 => {}
                _ => tokens.push(BREAK),
            }
        }
    }
    tokens
}

/// Of 2^32, how often a word of each count is kept; the formula of word2vec's code, which is
/// not that of its paper.
fn keep(counts: &[u64], words: u64, sample: f64) -> Vec<u32> {
    let keep = |&count: &u64| {
        if sample == 0.0 {
            return u32::MAX;
        }
        let limit = sample * words as f64;
        let share = ((count as f64 / limit).sqrt() + 1.0) * limit / count as f64;
        (share * f64::from(u32::MAX)).min(f64::from(u32::MAX)) as u32
    };
    counts.iter().map(keep).collect()
}

fn chunks(tokens: &[u32], words: u64) -> Vec<Range<usize>> {
    let (mut chunks, mut start) = (Vec::new(), 0);
    for (place, token) in tokens.iter().enumerate() {
        if *token == BREAK && (place - start) as u64 >= words {
            chunks.push(start..place + 1);
            start = place + 1;
        }
    }
    if start < tokens.len() {
        chunks.push(start..tokens.len());
    }
    chunks
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Documents of words; `|` ends a sentence.
    pub fn documents(texts: &[&str]) -> (Interner, Sequences) {
        let (mut names, mut documents) = (Interner::default(), Sequences::default());
        for text in texts {
            let words = text.split(' ');
            let words: Vec<u32> =
                words.map(|word| if word == "|" { BREAK } else { names.intern(word) }).collect();
            documents.push(words);
        }
        (names, documents)
    }

    #[test]
    fn words_are_numbered_by_count_and_breaks_stay() {
        let (names, documents) = documents(&["x b a | a c", "b a", "x"]);
        let params = EmbedParams { min_count: 2, ..EmbedParams::default() };
        let sentences = Sentences::new(&names, &documents, &params).unwrap();
        let terms: Vec<&str> = (0..3).map(|row| sentences.terms.resolve(row)).collect();
        assert_eq!((terms, sentences.counts), (vec!["a", "b", "x"], vec![3, 2, 2]));
        assert_eq!(sentences.tokens, [2, 1, 0, BREAK, 0, BREAK, 1, 0, BREAK, 2, BREAK]);
        assert_eq!((sentences.raw_words, sentences.words), (8, 7));
        let joined: Vec<usize> = sentences.chunks.into_iter().flatten().collect();
        assert_eq!(joined, (0..11).collect::<Vec<_>>());
    }

    #[test]
    fn frequent_words_are_left_out_more_often() {
        let keep = keep(&[1000, 100, 1], 10_000, 1e-3);
        let share = |place: usize| f64::from(keep[place]) / f64::from(u32::MAX);
        // (sqrt(1000 / 10) + 1) × 10 / 1000
        assert!((share(0) - 0.11).abs() < 0.001 && (share(1) - 0.416).abs() < 0.001);
        assert_eq!(keep[2], u32::MAX);
        assert_eq!(super::keep(&[5], 5, 0.0), [u32::MAX]);
    }

    #[test]
    fn too_few_words_are_told() {
        let (names, documents) = documents(&["a b c"]);
        let error = Sentences::new(&names, &documents, &EmbedParams::default()).err().unwrap();
        assert_eq!(error.to_string(), "fewer than two words occur 5 times");
    }
}
