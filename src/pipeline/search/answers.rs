//! Questions → answers: the index with its encoder.

use std::path::Path;

use super::asker::Asker;
use super::change::no_index;
use super::{encoder_file, folder};
use crate::config::Pipeline;
use crate::error::{Error, Result};
use crate::pipeline::encoder::Encoder;
use crate::pipeline::nearest::Nearest;
use crate::pipeline::shelf::{Kept, Shelf};
use crate::pipeline::watch::Watch;
use crate::search::{Filter, Hit, Index, Measure, Place, Query, Record, Snippet, Worker};

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

/// A row to look for; its terms are highlighted.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Question {
    /// Rising columns.
    pub columns: Vec<u32>,
    /// Their weights.
    pub values: Vec<f32>,
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

    /// For who asks more than once.
    pub fn asker(&self) -> Asker<'_> {
        Asker::new(self)
    }

    /// The row of a text.
    pub fn question(&self, text: &str) -> Question {
        self.asker().question(text)
    }

    /// The row of a document of the index.
    ///
    /// # Errors
    /// If there is no such document; the hint names similar ids.
    pub fn like(&self, id: &str) -> Result<(Place, Question)> {
        let place = self.index.find(id)?;
        let place = place.map_or_else(|| Err(self.no_document(id)), Ok)?;
        Ok((place, self.asker().like(place)?))
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
        let mut asker = self.asker();
        hits.into_iter().map(|hit| asker.answer(question, hit, length)).collect()
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
