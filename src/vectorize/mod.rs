//! Tokens → rows.
//!
//! In: token ids of a corpus. Out: a vocabulary learned from the training part
//! alone, and sparse rows weighted by it.

mod counts;
mod export;
mod limit;
mod rows;
mod table;
mod vocabulary;
mod weights;

pub use export::{ExportPaths, export, write_npz};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::data::{CsrMatrix, Interner, Sequences};
pub use crate::data::{Norm, Weights};
use crate::error::Result;
pub use vocabulary::{Vocabulary, VocabularyParts};
pub use weights::class_ratios;

/// A document frequency, as scikit-learn has it: an integer counts documents,
/// a float is a share of them.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum DocumentFrequency {
    /// So many documents.
    Count(u64),
    /// This share of all documents, 0.0 to 1.0.
    Share(f64),
}

/// How a term's count becomes its weight.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Weighting {
    /// Term frequency times inverse document frequency, as in scikit-learn.
    #[default]
    Tfidf,
    /// Log-count ratio of naive Bayes (Wang & Manning 2012); needs labels.
    NaiveBayesRatio,
}

/// `[pipeline.NAME.vectorize]`: scikit-learn's `TfidfVectorizer` parameters.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct VectorizeParams {
    /// Shortest and longest n-gram.
    pub ngram_range: (u32, u32),
    /// Drop terms found in fewer documents.
    pub min_df: DocumentFrequency,
    /// Drop terms found in more documents.
    pub max_df: DocumentFrequency,
    /// Keep only so many terms, the most frequent ones.
    pub max_features: Option<u32>,
    /// Count a term once a document.
    pub binary: bool,
    /// Weight by inverse document frequency.
    pub use_idf: bool,
    /// Add one to document frequencies, as if one more document held every term.
    pub smooth_idf: bool,
    /// Replace the term frequency tf by 1 + ln(tf).
    pub sublinear_tf: bool,
    /// Length of the rows.
    pub norm: Norm,
    /// TF-IDF or naive-Bayes ratio.
    pub weighting: Weighting,
    /// Smoothing of the counts behind the naive-Bayes ratio.
    pub alpha: f64,
}

impl Default for VectorizeParams {
    fn default() -> Self {
        VectorizeParams {
            ngram_range: (1, 1),
            min_df: DocumentFrequency::Count(1),
            max_df: DocumentFrequency::Share(1.0),
            max_features: None,
            binary: false,
            use_idf: true,
            smooth_idf: true,
            sublinear_tf: false,
            norm: Norm::L2,
            weighting: Weighting::Tfidf,
            alpha: 1.0,
        }
    }
}

/// A fitted vectorizer: what turns token sequences into weighted rows.
#[derive(Clone)]
pub struct Vectorizer {
    /// Terms and their columns.
    pub vocabulary: Vocabulary,
    /// Weights of the columns.
    pub weights: Weights,
    /// Whether a term counts once a document.
    pub binary: bool,
}

impl Vectorizer {
    /// Learns vocabulary and weights from `corpus`; gives its weighted rows as well.
    ///
    /// `names` resolves the corpus's token numbers; `classes` are the documents'
    /// labels, numbered from 0; empty if there are none.
    ///
    /// # Errors
    /// If no document or no term is left, or ratios are asked for without labels.
    pub fn fit_transform(
        params: &VectorizeParams,
        corpus: &Sequences,
        names: &Interner,
        joiner: &str,
        classes: &[u32],
    ) -> Result<(Vectorizer, CsrMatrix)> {
        let learned = Vocabulary::learn(corpus, names, joiner, params)?;
        let mut rows = learned.rows;
        let weights = weights::learn(params, &rows, &learned.document_frequencies, classes)?;
        weights.apply(&mut rows);
        Ok((Vectorizer { vocabulary: learned.vocabulary, weights, binary: params.binary }, rows))
    }

    /// Weighted rows of documents whose tokens are numbered by the vocabulary.
    pub fn transform(&self, corpus: &Sequences) -> CsrMatrix {
        let mut rows = rows::encode(corpus, &self.vocabulary, self.binary);
        self.weights.apply(&mut rows);
        rows
    }

    /// The weighted row of one document, its columns rising.
    pub fn transform_one(&self, tokens: &[u32], row: &mut Row) {
        self.count_one(tokens, row);
        self.weights.weigh(&row.columns, &mut row.values);
    }
}

impl Vectorizer {
    /// The columns of one document, rising, and how often each occurs.
    pub fn count_one(&self, tokens: &[u32], row: &mut Row) {
        self.vocabulary.columns_of(tokens, &mut row.scratch, &mut row.columns);
        rows::count(&mut row.columns, &mut row.values, self.binary);
    }
}

/// One document's row, reused from document to document.
#[derive(Debug, Default)]
pub struct Row {
    /// Rising columns.
    pub columns: Vec<u32>,
    /// Their weights.
    pub values: Vec<f32>,
    scratch: Vec<u32>,
}
