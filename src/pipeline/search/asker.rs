//! One thread that asks an index again and again: what it needs for that is made once.

use super::{Answer, Question, SearchEngine};
use crate::data::{BREAK, UNKNOWN};
use crate::error::Result;
use crate::pipeline::encoder::{EncoderWorker, Traced};
use crate::search::{Filter, Hit, Match, Measure, Place, Query, Record, Texts, Worker, snippet};

/// Questions and answers of one thread; terms that it has seen are remembered.
pub struct Asker<'a> {
    engine: &'a SearchEngine,
    encoder: EncoderWorker<'a>,
    worker: Worker,
    texts: Texts<'a>,
    traced: Traced,
}

impl<'a> Asker<'a> {
    pub(super) fn new(engine: &'a SearchEngine) -> Self {
        Asker {
            engine,
            encoder: engine.encoder.worker(),
            worker: Worker::default(),
            texts: Texts::new(&engine.index),
            traced: Traced::default(),
        }
    }

    /// What is asked.
    pub fn engine(&self) -> &'a SearchEngine {
        self.engine
    }

    /// The row of a text.
    pub fn question(&mut self, text: &str) -> Question {
        let text = self.engine.encoder.cleaner.clean(text);
        let (columns, values) = self.encoder.trace(&text, &mut self.traced);
        let (columns, values) = (columns.to_vec(), values.to_vec());
        Question { columns, values, tokens: tokens(&self.traced) }
    }

    /// The row of a document.
    ///
    /// # Errors
    /// If the index is damaged; so with the other methods.
    pub fn like(&mut self, place: Place) -> Result<Question> {
        let (columns, values) = self.engine.row(place)?;
        let text = self.texts.text(place)?;
        self.encoder.tokens(text, &mut self.traced);
        Ok(Question { columns, values, tokens: tokens(&self.traced) })
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
        self.texts.record(place)
    }

    /// What a person reads of a hit; the part of its text has at most `length` characters.
    pub fn answer(&mut self, question: &Question, hit: Hit, length: usize) -> Result<Answer> {
        let record = self.texts.record(hit.place)?;
        self.encoder.tokens(&record.text, &mut self.traced);
        let matches = self.matches(question);
        let snippet = snippet(&record.text, &matches, length);
        Ok(Answer { hit, record, snippet })
    }

    fn matches(&self, question: &Question) -> Vec<Match> {
        let places = self.traced.numbers.iter().zip(&self.traced.places);
        let of_question =
            places.filter(|(number, _)| question.tokens.binary_search(number).is_ok());
        let mut matches: Vec<Match> = of_question
            .map(|(number, (start, end))| Match {
                range: *start..*end,
                term: *number,
                weight: self.weight(question, *number),
            })
            .collect();
        matches.sort_by_key(|one| (one.range.start, one.range.end));
        matches
    }

    /// What the term alone weighs in the question; little if only n-grams have columns.
    fn weight(&self, question: &Question, token: u32) -> f32 {
        let mut columns = Vec::new();
        let vocabulary = &self.engine.encoder.vectorizer.vocabulary;
        vocabulary.columns_of(&[token], &mut Vec::new(), &mut columns);
        let place = columns.first().and_then(|column| question.columns.binary_search(column).ok());
        place.map_or(0.01, |place| question.values[place].abs())
    }
}

/// Numbers of the known tokens, sorted, each once.
fn tokens(traced: &Traced) -> Vec<u32> {
    let known = traced.numbers.iter().copied().filter(|number| !matches!(*number, BREAK | UNKNOWN));
    let mut tokens: Vec<u32> = known.collect();
    tokens.sort_unstable();
    tokens.dedup();
    tokens
}
