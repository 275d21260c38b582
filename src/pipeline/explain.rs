//! A prediction → what spoke for it and against it.
//!
//! In: a model and a text. Out: the part of the score that each term makes, and
//! each word's share of it. Exact where the model is linear: the parts and the
//! intercept add up to the score. Of all others, words are left out in turn.

use std::collections::HashMap;

use serde::Serialize;

use super::encoder::Traced;
use super::labeler::Labeler;
use super::model::Model;
use super::occlusion::explain_by_occlusion;
use crate::analyze::AnalyzerKind;
use crate::classify::best;
use crate::error::Result;

/// Why a text got its label.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Explanation {
    /// The most probable class.
    pub label: String,
    /// Its probability, 0 to 1.
    pub probability: f64,
    /// Probabilities of all classes, in the order of [`Model::labels`].
    pub probabilities: Vec<f64>,
    /// How it was found.
    pub method: Method,
    /// The label's score: the intercept and all contributions; the log-odds of the label
    /// where words were left out.
    pub score: f64,
    /// What every text starts from; 0 where words were left out.
    pub intercept: f64,
    /// The text after `clean`, which the offsets refer to.
    pub text: String,
    /// The parts of the score, largest first, each term once.
    pub contributions: Vec<Contribution>,
    /// Words in the order of the text; their scores add up to the contributions.
    pub tokens: Vec<Highlight>,
}

/// How an explanation is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Method {
    /// The parts that terms make of the score of a linear model; they add up to it.
    Linear,
    /// What the score loses where a word is left out; does not add up.
    Occlusion,
}

/// The part of the score that one term makes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Contribution {
    /// The term.
    pub term: String,
    /// Byte offset in the cleaned text where it first stands.
    pub start: usize,
    /// Byte offset where that ends.
    pub end: usize,
    /// Above 0 it speaks for the predicted label, below 0 against it.
    pub contribution: f64,
    /// How often the term stands in the text.
    pub count: u32,
}

/// A word's share of the terms that it is in.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Highlight {
    /// Byte offset in the cleaned text.
    pub start: usize,
    /// Its end, exclusive.
    pub end: usize,
    /// Above 0 it speaks for the predicted label, below 0 against it.
    pub score: f64,
}

/// Predicts the label of `text` and says why, whatever the model is.
///
/// # Errors
/// If the answer of a network is no number.
pub fn explain(labeler: &Labeler, text: &str) -> Result<Explanation> {
    match labeler.run() {
        Some(model) => Ok(explain_linear(model, text)),
        None => explain_by_occlusion(labeler, text),
    }
}

/// The same for a linear model, exactly.
///
/// With `analyzer = "char"` or `"char_wb"`, the characters of a word make one
/// [`Highlight`].
pub fn explain_linear(model: &Model, text: &str) -> Explanation {
    let text = model.encoder.cleaner.clean(text);
    let mut worker = model.encoder.worker();
    let mut traced = Traced::default();
    let (columns, values) = worker.trace(&text, &mut traced);
    let mut probabilities = Vec::new();
    model.classifier.probabilities(columns, values, &mut probabilities);
    let class = best(&probabilities);
    let found = occurrences(model, &traced);
    let parts: HashMap<u32, f64> = columns
        .iter()
        .zip(values)
        .map(|(&column, &value)| {
            (column, f64::from(value) * model.classifier.weight(class, column))
        })
        .collect();
    let tokens = highlights(&traced, &found, &parts);
    let contributions = contributions(model, &traced, found, &parts);
    let intercept = model.classifier.intercept(class);
    let score = intercept + contributions.iter().map(|one| one.contribution).sum::<f64>();
    let is_word = model.encoder.analyze.analyzer == AnalyzerKind::Word;
    Explanation {
        label: model.labels[class].clone(),
        probability: probabilities[class],
        probabilities,
        method: Method::Linear,
        score,
        intercept,
        tokens: if is_word { tokens } else { words(&text, &tokens) },
        text: text.into_owned(),
        contributions,
    }
}

/// Where a column's n-gram stands: its first token and its last.
type Place = (usize, usize);

/// The places of each known n-gram.
fn occurrences(model: &Model, traced: &Traced) -> HashMap<u32, Vec<Place>> {
    let mut found: HashMap<u32, Vec<Place>> = HashMap::new();
    let vocabulary = &model.encoder.vectorizer.vocabulary;
    vocabulary.each(&traced.numbers, &mut Vec::new(), |position, level, column| {
        found.entry(column).or_default().push((position, position + level));
    });
    found
}

/// Each place of a term gets the same share, each token of it the same again.
fn highlights(
    traced: &Traced,
    found: &HashMap<u32, Vec<Place>>,
    parts: &HashMap<u32, f64>,
) -> Vec<Highlight> {
    let mut columns: Vec<&u32> = found.keys().collect();
    // Sums of floating-point numbers depend on their order.
    columns.sort_unstable();
    let mut scores = vec![0.0; traced.numbers.len()];
    for column in columns {
        let places = &found[column];
        let share = parts[column] / places.len() as f64;
        for &(first, last) in places {
            let each = share / (last - first + 1) as f64;
            scores[first..=last].iter_mut().for_each(|score| *score += each);
        }
    }
    let is_token = |number: &u32| *number != crate::data::BREAK;
    let all = traced.numbers.iter().zip(&traced.places).zip(scores);
    all.filter(|((number, _), _)| is_token(number))
        .map(|((_, &(start, end)), score)| Highlight { start, end, score })
        .collect()
}

fn contributions(
    model: &Model,
    traced: &Traced,
    found: HashMap<u32, Vec<Place>>,
    parts: &HashMap<u32, f64>,
) -> Vec<Contribution> {
    let vocabulary = &model.encoder.vectorizer.vocabulary;
    let contribution = |(column, places): (u32, Vec<Place>)| Contribution {
        term: vocabulary.term(column),
        start: traced.places[places[0].0].0,
        end: traced.places[places[0].1].1,
        contribution: parts[&column],
        count: places.len() as u32,
    };
    let mut all: Vec<Contribution> = found.into_iter().map(contribution).collect();
    let size = |one: &Contribution| one.contribution.abs();
    all.sort_by(|a, b| size(b).total_cmp(&size(a)).then_with(|| a.term.cmp(&b.term)));
    all
}

/// Characters that touch and are no blank, joined; a blank's score goes to the
/// word before it, or after it at the start of the text.
fn words(text: &str, characters: &[Highlight]) -> Vec<Highlight> {
    let mut words: Vec<Highlight> = Vec::new();
    let mut waiting = 0.0;
    for character in characters {
        if text[character.start..character.end].trim().is_empty() {
            match words.last_mut().filter(|word| word.end == character.start) {
                Some(word) => word.score += character.score,
                None => waiting += character.score,
            }
            continue;
        }
        match words.last_mut().filter(|word| word.end == character.start) {
            Some(word) => {
                word.end = character.end;
                word.score += character.score;
            }
            None => {
                let score = character.score + std::mem::take(&mut waiting);
                words.push(Highlight { start: character.start, end: character.end, score });
            }
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyze::AnalyzeParams;
    use crate::classify::Classifier;
    use crate::pipeline::sample_model::{model, three_labels, with_analyzer};

    /// The parts add up to the classifier's own score, the words to the parts.
    fn check(model: &Model, text: &str) -> Explanation {
        let explanation = explain_linear(model, text);
        let prediction = model.predict(text);
        assert_eq!(explanation.label, prediction.label);
        assert_eq!(explanation.probabilities, prediction.probabilities);
        let mut worker = model.encoder.worker();
        let (columns, values) = worker.encode(text);
        let class = model.labels.iter().position(|label| *label == prediction.label).unwrap();
        let score = match &model.classifier {
            Classifier::Logistic { linear, .. } => {
                linear.score(columns, values) * if class == 1 { 1.0 } else { -1.0 }
            }
            Classifier::Softmax(softmax) => {
                let mut scores = Vec::new();
                softmax.scores(columns, values, &mut scores);
                scores[class]
            }
        };
        assert!((explanation.score - score).abs() < 1e-5, "{} {score}", explanation.score);
        let parts: f64 = explanation.contributions.iter().map(|one| one.contribution).sum();
        assert!((explanation.intercept + parts - score).abs() < 1e-5);
        let tokens: f64 = explanation.tokens.iter().map(|one| one.score).sum();
        assert!((tokens - parts).abs() < 1e-9, "{tokens} {parts}");
        explanation
    }

    #[test]
    fn parts_add_up_to_the_score() {
        let model = model();
        let explanation = check(&model, "A <b>great</b> film, a GREAT cast and one dull scene");
        assert_eq!(explanation.label, "positive");
        let great = &explanation.contributions[0];
        assert_eq!((great.term.as_str(), great.count), ("great", 2));
        assert!(great.contribution > 0.0);
        assert_eq!(&explanation.text[great.start..great.end], "great");
        let dull = explanation.contributions.iter().find(|one| one.term == "dull").unwrap();
        assert!(dull.contribution < 0.0);
    }

    #[test]
    fn texts_without_known_words_have_no_parts() {
        let explanation = check(&model(), "zzz 😀");
        assert!(explanation.contributions.is_empty());
        check(&model(), "");
    }

    #[test]
    fn softmax_adds_up_too() {
        check(&three_labels(), "great but fine and dull, dull");
    }

    #[test]
    fn characters_are_joined_to_words() {
        for analyzer in [AnalyzerKind::Char, AnalyzerKind::CharWb] {
            let params = AnalyzeParams { analyzer, ..AnalyzeParams::default() };
            let explanation = check(&with_analyzer(params), "great  film");
            let words: Vec<&str> = explanation
                .tokens
                .iter()
                .map(|one| &explanation.text[one.start..one.end])
                .collect();
            assert_eq!(words, ["great", "film"]);
        }
    }
}
