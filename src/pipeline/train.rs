//! Texts in memory → a model: the shortest way through the rooms.

use std::collections::BTreeSet;
use std::sync::atomic::AtomicBool;

use super::encoder::Encoder;
use super::fit::fit;
use super::known_texts::{KnownTexts, content};
use super::model::Model;
use super::terms::TermTable;
use crate::analyze::{AnalyzeParams, Analyzer};
use crate::classify::ClassifyParams;
use crate::clean::{CleanParams, Cleaner};
use crate::config::check_rooms;
use crate::data::{Interner, Sequences};
use crate::error::Result;
use crate::vectorize::{VectorizeParams, Vectorizer};

/// Settings of the rooms between a text and its label.
#[derive(Debug, Clone, Default)]
pub struct TrainSettings {
    /// What becomes of markup and odd characters.
    pub clean: CleanParams,
    /// What a token is.
    pub analyze: AnalyzeParams,
    /// How tokens become rows of numbers.
    pub vectorize: VectorizeParams,
    /// How rows become labels.
    pub classify: ClassifyParams,
}

/// Trains on `texts`, pairs of a text and its label.
///
/// One thread reads the texts, so this is for a corpus that fits in memory
/// anyway; [`run`](super::run) streams larger ones and keeps its results.
///
/// # Errors
/// All wrong settings at once; or if there are fewer than two labels, or no term
/// is left to learn from.
///
/// # Examples
/// ```
/// use malmoi::pipeline::{TrainSettings, train};
///
/// let texts = [("a fine, warm film", "good"), ("a dull waste of time", "bad")];
/// let model = train(&texts, &TrainSettings::default())?;
/// assert_eq!(model.predict("warm and fine").label, "good");
/// # Ok::<(), malmoi::Error>(())
/// ```
pub fn train(texts: &[(&str, &str)], settings: &TrainSettings) -> Result<Model> {
    let TrainSettings { clean, analyze, vectorize, classify } = settings;
    check_rooms(clean, analyze, vectorize, classify)?;
    let analyzer = Analyzer::open(analyze)?;
    let (names, corpus) = encode(texts, &Cleaner::open(clean)?, &analyzer);
    let (labels, classes) = number_labels(texts);
    let (vectorizer, rows) =
        Vectorizer::fit_transform(vectorize, &corpus, &names, analyzer.joiner(), &classes)?;
    let classifier = fit(&rows, &classes, &labels, vectorize, classify, &AtomicBool::new(false))?;
    let encoder = Encoder::new(clean, analyze, vectorizer)?;
    let trained = texts.iter().map(|(text, _)| content(text)).collect();
    let trained = Some(KnownTexts::new(trained));
    Ok(Model { labels, encoder, classifier, trained, identity: 0 })
}

fn encode(texts: &[(&str, &str)], cleaner: &Cleaner, analyzer: &Analyzer) -> (Interner, Sequences) {
    let mut table = TermTable::new(analyzer, Interner::default());
    let mut corpus = Sequences::default();
    for (text, _) in texts {
        table.encode(&cleaner.clean(text), &mut corpus.tokens);
        corpus.ends.push(corpus.tokens.len());
    }
    (table.terms, corpus)
}

/// The labels sorted by bytes, and each text's place among them.
fn number_labels(texts: &[(&str, &str)]) -> (Vec<String>, Vec<u32>) {
    let labels: BTreeSet<&str> = texts.iter().map(|(_, label)| *label).collect();
    let labels: Vec<&str> = labels.into_iter().collect();
    let class = |label: &str| labels.partition_point(|known| *known < label) as u32;
    let classes = texts.iter().map(|(_, label)| class(label)).collect();
    (labels.into_iter().map(str::to_owned).collect(), classes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXTS: [(&str, &str); 4] = [
        ("warm and clever", "good"),
        ("warm and moving", "good"),
        ("dull and long", "bad"),
        ("long and loud", "bad"),
    ];

    #[test]
    fn labels_are_sorted_and_learned() {
        let model = train(&TEXTS, &TrainSettings::default()).unwrap();
        assert_eq!(model.labels, ["bad", "good"]);
        for (text, label) in TEXTS {
            assert_eq!(model.predict(text).label, label, "{text}");
        }
    }

    #[test]
    fn three_labels_are_told_apart_by_ratios() {
        let mut texts = TEXTS.to_vec();
        texts.extend([("so so", "mixed"), ("so so again", "mixed")]);
        let mut settings = TrainSettings::default();
        settings.vectorize.weighting = crate::vectorize::Weighting::NaiveBayesRatio;
        let model = train(&texts, &settings).unwrap();
        assert_eq!(model.predict("so").label, "mixed");
        assert_eq!(model.predict("warm").label, "good");
    }

    #[test]
    fn all_wrong_settings_are_told() {
        let mut settings = TrainSettings::default();
        settings.vectorize.ngram_range = (0, 0);
        settings.vectorize.alpha = f64::NAN;
        settings.classify.c = -1.0;
        let error = train(&TEXTS, &settings).err().unwrap();
        assert_eq!((error.exit_code(), error.also().len()), (2, 2));
    }

    #[test]
    fn what_teaches_nothing_is_refused() {
        let settings = TrainSettings::default();
        for texts in [&[][..], &TEXTS[..1], &[("", "a"), ("", "b")]] {
            assert_eq!(train(texts, &settings).err().unwrap().exit_code(), 1, "{texts:?}");
        }
    }
}
