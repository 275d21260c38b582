//! Which model says what of a document, and which of its words decided.

use std::collections::BTreeMap;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Serialize;

use crate::analyze::language::{Language, detect};
use crate::pipeline::{Explanation, Labeler, Predictor, explain};
use crate::search::Record;

/// Terms that are named for a label, and against it.
const MOST_TERMS: usize = 8;
/// A word is marked from this share of the strongest word's score on.
const MARKED: f64 = 0.1;

/// The models that label documents of a pipeline: its own, else one a language.
#[derive(Clone, Default)]
pub struct Judge {
    /// Of all documents.
    pub own: Option<(String, Arc<Labeler>)>,
    /// Of documents in a language.
    pub by_language: BTreeMap<String, (String, Arc<Labeler>)>,
}

/// What a model says of a document.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
pub struct Sentiment {
    /// The likeliest label.
    pub label: String,
    /// Its probability.
    pub probability: f64,
}

/// What a model says of a text, and why.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Verdict {
    /// The pipeline that trained the model.
    pub pipeline: String,
    /// The likeliest label.
    pub label: String,
    /// Its probability.
    pub probability: f64,
    /// All labels, in the order of their names, with their probabilities.
    pub probabilities: BTreeMap<String, f64>,
    /// Whether the model knows a term of the text.
    pub is_known: bool,
    /// The text as the model read it; offsets are bytes of it.
    pub text: String,
    /// Words that decided, in the order of the text.
    pub words: Vec<Word>,
    /// Terms that spoke most for the label, and against it, the strongest first.
    pub terms: Vec<Term>,
}

/// A word of a text that decided.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
pub struct Word {
    /// Where it starts, in bytes.
    pub start: usize,
    /// Where it ends, exclusive.
    pub end: usize,
    /// Above 0 it speaks for the label, below 0 against it; the strongest word has 1 or -1.
    pub weight: f64,
}

/// A term and its part of the score.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Term {
    /// The term.
    pub term: String,
    /// Its part of the score: above 0 for the label, below 0 against it.
    pub part: f64,
}

impl Judge {
    /// All labels that a document may get.
    pub fn labels(&self) -> Vec<String> {
        let models = self.own.iter().chain(self.by_language.values());
        let labels = models.flat_map(|(_, model)| model.labels().iter().cloned());
        let mut labels: Vec<String> = labels.collect();
        labels.sort();
        labels.dedup();
        labels
    }

    /// The label of a document, if a model labels documents of its language.
    pub fn label(&self, record: &Record) -> Option<Sentiment> {
        let (_, model) = self.model(record)?;
        let mut predictor = Predictor::new(model);
        let (label, probability) = predictor.predict(&model.as_markup(&record.text)).ok()?;
        Some(Sentiment { label: label.to_owned(), probability })
    }

    /// The same with the words that decided.
    pub fn verdict(&self, record: &Record) -> Option<Verdict> {
        let (name, model) = self.model(record)?;
        verdict(name, model, &model.as_markup(&record.text))
    }

    fn model(&self, record: &Record) -> Option<&(String, Arc<Labeler>)> {
        self.own.as_ref().or_else(|| {
            let [_, _, told] = &record.fields;
            let code = if told.is_empty() { code(detect(&record.text)) } else { told };
            self.by_language.get(code)
        })
    }
}

/// What `model` says of `text`; `None` if that is no number.
pub fn verdict(name: &str, model: &Labeler, text: &str) -> Option<Verdict> {
    let explanation = explain(model, text).ok()?;
    let words = words(&explanation);
    let Explanation { label, probability, probabilities, contributions, text, .. } = explanation;
    let part = |sign: f64| {
        let terms = contributions.iter().filter(move |one| one.contribution * sign > 0.0);
        let terms = terms.take(MOST_TERMS);
        terms.map(|one| Term { term: one.term.clone(), part: one.contribution })
    };
    let terms = part(1.0).chain(part(-1.0)).collect();
    Some(Verdict {
        pipeline: name.to_owned(),
        probabilities: model.labels().iter().cloned().zip(probabilities).collect(),
        is_known: !contributions.is_empty(),
        label,
        probability,
        text,
        words,
        terms,
    })
}

/// Those that are strong enough to be marked; none overlaps another.
fn words(explanation: &Explanation) -> Vec<Word> {
    let tokens = &explanation.tokens;
    let strongest = tokens.iter().map(|token| token.score.abs()).fold(0.0, f64::max);
    let mut words: Vec<Word> = Vec::new();
    let is_marked = |score: f64| score != 0.0 && score.abs() >= strongest * MARKED;
    for token in tokens.iter().filter(|token| is_marked(token.score)) {
        let done = words.last().map_or(0, |word| word.end);
        // The padding of `char_wb` has no length.
        if token.start >= done && token.start < token.end {
            let weight = token.score / strongest;
            words.push(Word { start: token.start, end: token.end, weight });
        }
    }
    words
}

fn code(language: Language) -> &'static str {
    match language {
        Language::Korean => "ko",
        Language::English => "en",
        Language::Unknown => "",
    }
}
