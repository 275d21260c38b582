//! Two texts → how alike they are.

use std::path::Path;

use serde::Serialize;

use super::SearchEngine;
use super::build::{no_run, not_of_the_run};
use crate::analyze::{AnalyzeParams, Analyzer};
use crate::clean::{CleanParams, Cleaner};
use crate::config::Pipeline;
use crate::data::{Interner, Sequences};
use crate::error::{Error, Result};
use crate::pipeline::dictionary::ensure_for;
use crate::pipeline::encoder::Encoder;
use crate::pipeline::is_outdated;
use crate::pipeline::prepared::Prepared;
use crate::pipeline::shelf::{Kept, Shelf};
use crate::pipeline::terms::TermTable;
use crate::pipeline::watch::Watch;
use crate::search::{Query, scores};
use crate::vectorize::{VectorizeParams, Vectorizer};

/// Two texts by every measure; [`crate::search::Measure`] says what each means.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Comparison {
    /// Cosine of the angle between the rows.
    pub cosine: f64,
    /// Straight distance of the rows.
    pub euclidean: f64,
    /// Sum of the absolute differences of the rows.
    pub manhattan: f64,
    /// Terms in common by terms in either.
    pub jaccard: f64,
}

/// Compares two texts as `encoder` sees them.
///
/// # Examples
/// ```
/// use malmoi::analyze::AnalyzeParams;
/// use malmoi::clean::CleanParams;
/// use malmoi::pipeline::{compare, encoder_of_pair};
///
/// let (left, right) = ("the plot is thin", "the cast is great");
/// let encoder =
///     encoder_of_pair([left, right], &CleanParams::default(), &AnalyzeParams::default())?;
/// assert_eq!(compare(&encoder, left, right).jaccard, 2.0 / 6.0);
/// assert_eq!(compare(&encoder, left, "something else").cosine, 0.0);
/// # Ok::<(), malmoi::Error>(())
/// ```
pub fn compare(encoder: &Encoder, left: &str, right: &str) -> Comparison {
    let mut worker = encoder.worker();
    let [left, right] = [left, right].map(|text| {
        let (columns, values) = worker.encode(text);
        (columns.to_vec(), values.to_vec())
    });
    let [left, right] = [&left, &right].map(|(columns, values)| Query::new(columns, values));
    let [cosine, euclidean, manhattan, jaccard] = scores(&left, &right);
    Comparison { cosine, euclidean, manhattan, jaccard }
}

/// An encoder whose weights are learned from two texts alone, as scikit-learn's
/// `TfidfVectorizer().fit([left, right])` learns them.
///
/// # Errors
/// If a setting or a dictionary cannot be used, or neither text has a term.
pub fn encoder_of_pair(
    texts: [&str; 2],
    clean: &CleanParams,
    analyze: &AnalyzeParams,
) -> Result<Encoder> {
    let (cleaner, analyzer) = (Cleaner::open(clean)?, Analyzer::open(analyze)?);
    let mut table = TermTable::new(&analyzer, Interner::default());
    let mut corpus = Sequences::default();
    for text in texts {
        table.encode(&cleaner.clean(text), &mut corpus.tokens);
        corpus.ends.push(corpus.tokens.len());
    }
    if table.terms.is_empty() {
        return Err(Error::data("neither text has a term to compare")
            .hinted("terms are words of two letters and more, or Korean words of meaning"));
    }
    let params = VectorizeParams::default();
    let names = table.terms;
    let (vectorizer, _) =
        Vectorizer::fit_transform(&params, &corpus, &names, analyzer.joiner(), &[])?;
    let (clean, analyze) = (clean.clone(), analyze.clone());
    Ok(Encoder { clean, analyze, cleaner, analyzer, vectorizer })
}

/// The encoder of a pipeline: that of its index, or else of its last run. The Korean
/// dictionary is installed if it needs it.
///
/// # Errors
/// If there is neither, the settings are others now, or a file is damaged.
pub fn kept_encoder(pipeline: &Pipeline, state: &Path, watch: &dyn Watch) -> Result<Encoder> {
    if SearchEngine::exists(pipeline, state)? {
        return SearchEngine::open(pipeline, state, watch).map(|engine| engine.encoder);
    }
    let shelf = Shelf::open(state, &pipeline.name)?;
    if !shelf.manifest.kept.contains_key(&Kept::Rows) {
        return Err(no_run(pipeline));
    }
    ensure_for(&pipeline.analyze, watch)?;
    // Rows do not say how their texts were cut; the settings have to be the same.
    if is_outdated(pipeline, state, Kept::Rows)? {
        return Err(not_of_the_run(pipeline, "settings"));
    }
    let vectorizer = Prepared::load_vectorizer(&shelf.path(Kept::Rows))?;
    Encoder::new(&pipeline.clean, &pipeline.analyze, vectorizer)
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    /// As scripts/compare_tfidf.py has it.
    const TOLERANCE: f64 = 1e-6;

    #[derive(Deserialize)]
    struct Golden {
        pairs: Vec<Pair>,
    }

    #[derive(Deserialize)]
    struct Pair {
        texts: [String; 2],
        cosine: f64,
        euclidean: f64,
        manhattan: f64,
        jaccard: f64,
    }

    fn compared(left: &str, right: &str) -> Result<Comparison> {
        let analyze = AnalyzeParams::default();
        let encoder = encoder_of_pair([left, right], &CleanParams::default(), &analyze)?;
        Ok(compare(&encoder, left, right))
    }

    #[test]
    fn measures_are_those_of_scikit_learn() {
        let golden = include_str!("../../../tests/golden/search/compare.json");
        let golden: Golden = serde_json::from_str(golden).unwrap();
        assert!(golden.pairs.len() > 5);
        for pair in golden.pairs {
            let [left, right] = &pair.texts;
            let found = compared(left, right).unwrap();
            let check = |name: &str, found: f64, wanted: f64| {
                assert!(
                    (found - wanted).abs() < TOLERANCE,
                    "{name} of {left:?}, {right:?}: {found}"
                );
            };
            check("cosine", found.cosine, pair.cosine);
            check("euclidean", found.euclidean, pair.euclidean);
            check("manhattan", found.manhattan, pair.manhattan);
            check("jaccard", found.jaccard, pair.jaccard);
        }
    }

    #[test]
    fn texts_without_a_common_term_are_far_apart() {
        let apart = compared("one two", "three four").unwrap();
        assert_eq!((apart.cosine, apart.jaccard), (0.0, 0.0));
        assert!((apart.euclidean - 2.0_f64.sqrt()).abs() < TOLERANCE);
        let half = compared("one two", "!").unwrap();
        assert_eq!((half.cosine, half.jaccard), (0.0, 0.0));
    }

    #[test]
    fn texts_without_terms_cannot_be_compared() {
        for (left, right) in [("", ""), ("a", "!?")] {
            let error = compared(left, right).unwrap_err();
            assert!(error.to_string().contains("neither text has a term"), "{error}");
        }
    }
}
