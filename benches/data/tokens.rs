//! The reviews as token numbers, with the settings of the pipeline `imdb`.

use malmoi::analyze::{AnalyzeParams, Analyzer, TokenizerKind};
use malmoi::clean::{CleanParams, Cleaner};
use malmoi::data::{Interner, Sequences};
use malmoi::pipeline::TermTable;
use malmoi::vectorize::{DocumentFrequency, VectorizeParams, Weighting};

use crate::data::reviews;

/// Token numbers, the terms behind them, and the documents' classes.
pub fn tokens() -> (Sequences, Interner, Vec<u32>) {
    let cleaner = Cleaner::open(&CleanParams::default()).expect("the settings are right");
    let analyzer = Analyzer::open(&AnalyzeParams {
        tokenizer: TokenizerKind::Words,
        punctuation: true,
        negation: 4,
        ..AnalyzeParams::default()
    })
    .expect("the settings are right");
    let mut table = TermTable::new(&analyzer, Interner::default());
    let (mut corpus, mut classes) = (Sequences::default(), Vec::new());
    for review in reviews() {
        table.encode(&cleaner.clean(&review.body.0), &mut corpus.tokens);
        corpus.ends.push(corpus.tokens.len());
        classes.push(u32::from(review.label.as_deref() == Some("positive")));
    }
    (corpus, table.terms, classes)
}

/// Naive-Bayes ratios of n-grams up to `longest` words.
pub fn settings(longest: u32) -> VectorizeParams {
    VectorizeParams {
        ngram_range: (1, longest),
        min_df: DocumentFrequency::Count(2),
        binary: true,
        weighting: Weighting::NaiveBayesRatio,
        ..VectorizeParams::default()
    }
}
