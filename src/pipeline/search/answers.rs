//! Questions → answers: the index with its encoder.

use std::path::Path;

use super::change::no_index;
use super::{encoder_file, folder};
use crate::config::Pipeline;
use crate::data::{BREAK, UNKNOWN};
use crate::error::{Error, Result};
use crate::pipeline::encoder::{Encoder, Traced};
use crate::pipeline::nearest::Nearest;
use crate::pipeline::shelf::{Kept, Shelf};
use crate::pipeline::watch::Watch;
use crate::search::{
    Filter, Hit, Index, Match, Measure, Place, Query, Record, Snippet, Worker, snippet,
};

/// An open index and the encoder that its rows were made with.
pub struct SearchEngine {
    /// The index.
    pub index: Index,
    /// Text → row.
    pub encoder: Encoder,
}

/// A hit with what a person reads of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// The hit.
    pub hit: Hit,
    /// All that is kept of the document.
    pub record: Record,
    /// The part of its text that matches.
    pub snippet: Snippet,
}

/// A row to look for, and the terms to highlight.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Question {
    /// Rising columns.
    pub columns: Vec<u32>,
    /// Their weights.
    pub values: Vec<f32>,
    /// Numbers of the tokens, sorted.
    pub tokens: Vec<u32>,
}

impl SearchEngine {
    /// Opens the index of `pipeline`; the Korean dictionary is installed if it needs it.
    ///
    /// # Errors
    /// If there is no index, or it is damaged.
    pub fn open(pipeline: &Pipeline, state: &Path, watch: &dyn Watch) -> Result<Self> {
        let folder = folder(&Shelf::open(state, &pipeline.name)?);
        let index = match folder.exists() {
            true => Index::open(&folder)?,
            false => None,
        };
        let index = index.ok_or_else(|| no_index(pipeline))?;
        let path = encoder_file::path(&folder, index.segments().fingerprint());
        let encoder = encoder_file::load(&path, watch)?;
        index.check_columns(encoder.vectorizer.vocabulary.len())?;
        Ok(SearchEngine { index, encoder })
    }

    /// Whether `pipeline` has an index.
    ///
    /// # Errors
    /// If it is damaged.
    pub fn exists(pipeline: &Pipeline, state: &Path) -> Result<bool> {
        let folder = folder(&Shelf::open(state, &pipeline.name)?);
        Ok(folder.exists() && Index::open(&folder)?.is_some())
    }

    /// Whether the last run of `pipeline` made the rows that the index holds.
    ///
    /// # Errors
    /// If what is kept of the pipeline is damaged.
    pub fn is_of_last_run(&self, pipeline: &Pipeline, state: &Path) -> Result<bool> {
        let shelf = Shelf::open(state, &pipeline.name)?;
        let rows = shelf.manifest.kept.get(&Kept::Rows);
        Ok(rows.is_none_or(|rows| rows.fingerprint == self.index.segments().fingerprint()))
    }

    /// The row of a text.
    pub fn question(&self, text: &str) -> Question {
        let mut worker = self.encoder.worker();
        let text = self.encoder.cleaner.clean(text);
        let mut traced = Traced::default();
        let (columns, values) = worker.trace(&text, &mut traced);
        let (columns, values) = (columns.to_vec(), values.to_vec());
        Question { columns, values, tokens: tokens(&traced) }
    }

    /// The row of a document of the index.
    ///
    /// # Errors
    /// If there is no such document; the hint names similar ids.
    pub fn like(&self, id: &str) -> Result<(Place, Question)> {
        let place = self.index.find(id)?;
        let place = place.map_or_else(|| Err(self.no_document(id)), Ok)?;
        let (columns, values) = self.row(place)?;
        let record = self.index.record(place)?;
        let mut traced = Traced::default();
        self.encoder.worker().trace(&record.text, &mut traced);
        Ok((place, Question { columns, values, tokens: tokens(&traced) }))
    }

    /// The weighted row of a document.
    ///
    /// # Errors
    /// If the index is damaged.
    pub fn row(&self, place: Place) -> Result<(Vec<u32>, Vec<f32>)> {
        let (columns, frequencies) = self.index.row(place)?;
        let mut values: Vec<f32> = frequencies.iter().map(|count| *count as f32).collect();
        self.encoder.vectorizer.weights.weigh(&columns, &mut values);
        Ok((columns, values))
    }

    /// The nearest documents.
    ///
    /// # Errors
    /// If the index is damaged.
    pub fn search(
        &self,
        worker: &mut Worker,
        question: &Question,
        measure: Measure,
        top: usize,
        filter: &Filter,
    ) -> Result<Vec<Hit>> {
        let allowed = self.index.allowed(filter)?;
        let query = Query::new(&question.columns, &question.values);
        let weights = &self.encoder.vectorizer.weights;
        self.index.search(worker, weights, &query, measure, top, &allowed)
    }

    /// What a person reads of hits.
    ///
    /// # Errors
    /// If the index is damaged.
    pub fn answers(
        &self,
        question: &Question,
        hits: Vec<Hit>,
        length: usize,
    ) -> Result<Vec<Answer>> {
        let mut worker = self.encoder.worker();
        let mut traced = Traced::default();
        let answer = |hit: Hit| {
            let record = self.index.record(hit.place)?;
            worker.trace(&record.text, &mut traced);
            let matches = self.matches(question, &traced);
            let snippet = snippet(&record.text, &matches, length);
            Ok(Answer { hit, record, snippet })
        };
        hits.into_iter().map(answer).collect()
    }

    fn matches(&self, question: &Question, traced: &Traced) -> Vec<Match> {
        let places = traced.numbers.iter().zip(&traced.places);
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
        self.encoder.vectorizer.vocabulary.columns_of(&[token], &mut Vec::new(), &mut columns);
        let place = columns.first().and_then(|column| question.columns.binary_search(column).ok());
        place.map_or(0.01, |place| question.values[place].abs())
    }

    fn no_document(&self, id: &str) -> Error {
        let mut nearest = Nearest::to(id);
        self.index
            .places()
            .take(MOST_NAMES)
            .filter_map(|place| self.index.id(place).ok())
            .for_each(|name| nearest.offer(name));
        let hint = nearest
            .listed()
            .map_or("the index is empty".to_owned(), |listed| format!("ids like it are {listed}"));
        Error::data(format!("the index has no document `{id}`")).hinted(hint)
    }
}

/// Ids that are looked through for similar ones.
const MOST_NAMES: usize = 1_000_000;

/// Numbers of the known tokens, sorted, each once.
fn tokens(traced: &Traced) -> Vec<u32> {
    let known = traced.numbers.iter().copied().filter(|number| !matches!(*number, BREAK | UNKNOWN));
    let mut tokens: Vec<u32> = known.collect();
    tokens.sort_unstable();
    tokens.dedup();
    tokens
}
