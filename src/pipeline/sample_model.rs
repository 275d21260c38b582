//! Small models fitted on a few sentences, for tests.

use super::encoder::Encoder;
use super::model::Model;
use super::terms::TermTable;
use crate::analyze::{AnalyzeParams, Analyzer};
use crate::classify::{Classifier, ClassifyParams};
use crate::clean::CleanParams;
use crate::data::{Interner, Sequences};
use crate::vectorize::{VectorizeParams, Vectorizer};

const POSITIVE: [&str; 3] = ["a great film with a great cast", "great fun", "a lovely great scene"];
const NEGATIVE: [&str; 3] =
    ["a dull film with a dull cast", "dull and slow", "one awful dull scene"];
const NEUTRAL: [&str; 3] = ["a fine film", "fine for an evening", "the cast is fine"];

/// Two labels, words and pairs of words.
pub fn model() -> Model {
    with_analyzer(AnalyzeParams::default())
}

/// Two labels and another analyzer.
pub fn with_analyzer(analyze: AnalyzeParams) -> Model {
    fitted(&[("negative", &NEGATIVE), ("positive", &POSITIVE)], analyze)
}

/// Three labels.
pub fn three_labels() -> Model {
    let corpus: [(&str, &[&str]); 3] =
        [("negative", &NEGATIVE), ("neutral", &NEUTRAL), ("positive", &POSITIVE)];
    fitted(&corpus, AnalyzeParams::default())
}

fn fitted(corpus: &[(&str, &[&str])], analyze: AnalyzeParams) -> Model {
    let analyzer = Analyzer::open(&analyze).unwrap();
    let mut table = TermTable::new(&analyzer, Interner::default());
    let (mut sequences, mut classes) = (Sequences::default(), Vec::new());
    for (class, (_, texts)) in corpus.iter().enumerate() {
        for text in *texts {
            table.encode(text, &mut sequences.tokens);
            sequences.ends.push(sequences.tokens.len());
            classes.push(class as u32);
        }
    }
    let params = VectorizeParams { ngram_range: (1, 2), ..VectorizeParams::default() };
    let joiner = analyzer.joiner();
    let (vectorizer, rows) =
        Vectorizer::fit_transform(&params, &sequences, &table.terms, joiner, &classes).unwrap();
    let labels: Vec<String> = corpus.iter().map(|(label, _)| (*label).to_owned()).collect();
    let learn = ClassifyParams { c: 10.0, ..ClassifyParams::default() };
    let classifier =
        Classifier::fit(&rows, &classes, &labels, &learn, &false.into(), || None).unwrap();
    let encoder = Encoder::new(&CleanParams::default(), &analyze, vectorizer).unwrap();
    Model { labels, encoder, classifier, trained: None, identity: 0 }
}
