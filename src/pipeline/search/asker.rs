//! One thread that asks an index again and again: what it needs for that is made once.

use std::ops::Range;

use super::{Answer, Question, SearchEngine};
use crate::error::Result;
use crate::pipeline::encoder::{EncoderWorker, Traced};
use crate::search::{
    Filter, Hit, Match, Measure, Place, Query, Recent, Record, Texts, Worker, snippet,
};

/// Questions and answers of one thread; terms that it has seen are remembered.
pub struct Asker<'a> {
    engine: &'a SearchEngine,
    encoder: EncoderWorker<'a>,
    worker: Worker,
    texts: Texts<'a>,
    recent: Recent,
    traced: Traced,
    scratch: Vec<u32>,
}

impl<'a> Asker<'a> {
    pub(super) fn new(engine: &'a SearchEngine) -> Self {
        Asker {
            engine,
            encoder: engine.encoder.worker(),
            worker: Worker::default(),
            texts: Texts::new(&engine.index),
            recent: Recent::default(),
            traced: Traced::default(),
            scratch: Vec::new(),
        }
    }

    /// The same, but it remembers so many bytes of the documents that it read.
    #[must_use]
    pub fn remembering(self, bytes: usize) -> Self {
        Asker { recent: Recent::new(bytes), ..self }
    }

    /// What is asked.
    pub fn engine(&self) -> &'a SearchEngine {
        self.engine
    }

    /// The row of a text.
    pub fn question(&mut self, text: &str) -> Question {
        let text = self.engine.encoder.cleaner.clean(text);
        let (columns, values) = self.encoder.encode_clean(&text);
        Question { columns: columns.to_vec(), values: values.to_vec() }
    }

    /// The row of a document.
    ///
    /// # Errors
    /// If the index is damaged; so with the other methods.
    pub fn like(&mut self, place: Place) -> Result<Question> {
        let (columns, values) = self.engine.row(place)?;
        Ok(Question { columns, values })
    }

    /// The nearest documents.
    pub fn search(
        &mut self,
        question: &Question,
        measure: Measure,
        top: usize,
        filter: &Filter,
    ) -> Result<Vec<Hit>> {
        let allowed = self.engine.index.allowed(filter)?;
        let query = Query::new(&question.columns, &question.values);
        let weights = &self.engine.encoder.vectorizer.weights;
        self.engine.index.search(&mut self.worker, weights, &query, measure, top, &allowed)
    }

    /// All that is kept of a document.
    pub fn record(&mut self, place: Place) -> Result<Record> {
        self.recent.get(place, || self.texts.record_alone(place))
    }

    /// What a person reads of a hit; the part of its text has at most `length` characters.
    pub fn answer(&mut self, question: &Question, hit: Hit, length: usize) -> Result<Answer> {
        let record = self.record(hit.place)?;
        self.encoder.tokens(&record.text, &mut self.traced);
        let matches = self.matches(&record.text, question);
        let snippet = snippet(&record.text, &matches, length);
        Ok(Answer { hit, record, snippet })
    }

    /// The n-grams of the text that the question has too.
    fn matches(&mut self, text: &str, question: &Question) -> Vec<Match> {
        let mut matches = Vec::new();
        let places = &self.traced.places;
        let vocabulary = &self.engine.encoder.vectorizer.vocabulary;
        let numbers = &self.traced.numbers;
        vocabulary.each(numbers, &mut self.scratch, |first, level, column| {
            let Ok(place) = question.columns.binary_search(&column) else { return };
            let range = trimmed(text, places[first].0..places[first + level].1);
            if !range.is_empty() {
                matches.push(Match { range, term: column, weight: question.values[place].abs() });
            }
        });
        matches.sort_by_key(|one| (one.range.start, one.range.end));
        matches
    }
}

/// Without the blanks that n-grams of characters begin and end with.
fn trimmed(text: &str, range: Range<usize>) -> Range<usize> {
    let part = &text[range.clone()];
    let start = range.start + (part.len() - part.trim_start().len());
    start..start + part.trim().len()
}
