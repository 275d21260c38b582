//! The documents of a pipeline, with what models say of them.
//!
//! In: a pipeline with a `score` table. Out: its documents in the order of the source,
//! each with the score of its language's model. Texts that were scored before are not
//! scored again; what comes out is the same either way. Memory does not grow with the
//! source but for the scores.

mod kept;
mod models;

use std::path::{Path, PathBuf};

use xxhash_rust::xxh3::xxh3_128;

pub(super) use self::kept::FILE;
use self::kept::{KeptScores, Key};
use super::ordered::ordered;
use super::score::Predictor;
use super::shelf::{Lock, Shelf};
use super::watch::Watch;
use crate::config::Pipeline;
use crate::data::{Document, Html, Skipped};
use crate::error::Result;
use crate::source::SourceKind;
use crate::traits::Source;

pub use self::kept::Score;
pub use self::models::{Scorer, Scorers};

/// A document that was looked at.
pub struct Scored<T> {
    /// The document.
    pub document: Document<Html>,
    /// What `look` made of it.
    pub looked: T,
    /// What its model says, if `look` wanted a score.
    pub outcome: Outcome,
}

/// What became of a document.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// No score was wanted.
    Unwanted,
    /// It has a score.
    Scored {
        /// Whose, by its place in [`Scorers::scorers`].
        scorer: usize,
        /// What it says.
        score: Score,
        /// Whether the model was trained on the text.
        is_trained_on: bool,
    },
    /// There is no model for its language.
    NoModel,
    /// The text cannot be scored.
    Unusable(String),
}

/// Gives every document of `pipeline` to `each`, in the order of the source, with what
/// `look` makes of it and, where `look` says so, its score. Gives what of the source could
/// not be read.
///
/// # Errors
/// If the source cannot be read, scores cannot be kept, `each` fails, or the user stops.
pub fn score_documents<T: Send>(
    pipeline: &Pipeline,
    state: &Path,
    scorers: &Scorers,
    watch: &dyn Watch,
    look: impl Fn(&Document<Html>) -> (T, bool) + Sync,
    mut each: impl FnMut(Scored<T>) -> Result<()>,
) -> Result<Skipped> {
    let path = source(pipeline, state, watch)?;
    let identities: Vec<(u64, usize)> =
        scorers.models().iter().map(|model| (model.identity(), model.labels().len())).collect();
    let shelf = Shelf::open(state, &pipeline.name)?;
    let (kept, problem) = KeptScores::read(shelf.folder(), &identities);
    if let Some(problem) = problem {
        watch.note(&format!("all documents are scored anew: {problem}"));
    }
    watch.stage("score");
    let mut source = open(pipeline, &path)?;
    let (mut new, mut count) = (Vec::new(), 0);
    ordered(
        || {
            watch.check()?;
            let mut batch = Vec::new();
            source.next_batch(&mut batch)?;
            Ok((!batch.is_empty()).then(|| (batch, source.progress())))
        },
        || Worker::new(scorers, &kept),
        |worker, (batch, progress)| {
            let look = |document| worker.look(document, &look);
            (batch.into_iter().map(look).collect::<Vec<_>>(), progress)
        },
        |(batch, progress)| {
            watch.check()?;
            count += batch.len() as u64;
            watch.advance(count, progress);
            batch.into_iter().try_for_each(|(scored, fresh)| {
                new.extend(fresh);
                each(scored)
            })
        },
    )?;
    kept.write(&identities, new)?;
    Ok(source.skipped())
}

/// Where the documents stand; only a download needs the state folder for itself.
fn source(pipeline: &Pipeline, state: &Path, watch: &dyn Watch) -> Result<PathBuf> {
    let downloads = pipeline.source.path.is_none();
    let lock = || Lock::take(state, &format!("malmoi report {}", pipeline.name), watch);
    let _lock = downloads.then(lock).transpose()?;
    super::download::fetch(pipeline, state, false, watch)
}

/// Articles come with copies, languages and addresses; everything else as ever.
fn open(pipeline: &Pipeline, path: &Path) -> Result<Box<dyn Source>> {
    match pipeline.source.kind {
        SourceKind::News => Ok(Box::new(crate::news::documents::Articles::open_all(path)?)),
        _ => super::open_source::open_source(&pipeline.source, path),
    }
}

/// The language that a document says it is in.
fn language(document: &Document<Html>) -> &str {
    document.extra.get("language").and_then(|value| value.as_str()).unwrap_or_default()
}

struct Worker<'a> {
    scorers: &'a Scorers,
    kept: &'a KeptScores,
    predictors: Vec<Predictor<'a>>,
}

/// A score that was not kept yet.
type Fresh = Option<(u64, Key, Score)>;

impl<'a> Worker<'a> {
    fn new(scorers: &'a Scorers, kept: &'a KeptScores) -> Self {
        Worker { scorers, kept, predictors: scorers.models().iter().map(Predictor::new).collect() }
    }

    fn look<T>(
        &mut self,
        document: Document<Html>,
        look: impl Fn(&Document<Html>) -> (T, bool),
    ) -> (Scored<T>, Fresh) {
        let (looked, is_wanted) = look(&document);
        let (outcome, fresh) = match is_wanted {
            true => self.score(&document),
            false => (Outcome::Unwanted, None),
        };
        (Scored { document, looked, outcome }, fresh)
    }

    fn score(&mut self, document: &Document<Html>) -> (Outcome, Fresh) {
        let Some(scorer) = self.scorers.of(language(document)) else {
            return (Outcome::NoModel, None);
        };
        let place = self.scorers.scorers[scorer].model;
        let model = &self.scorers.models()[place];
        let text = &document.body.0;
        let key = xxh3_128(text.as_bytes());
        let is_trained_on = model.is_trained_on(text);
        if let Some(score) = self.kept.find(model.identity(), key) {
            return (Outcome::Scored { scorer, score, is_trained_on }, None);
        }
        match self.predictors[place].score(text) {
            Ok(score) => {
                let fresh = Some((model.identity(), key, score));
                (Outcome::Scored { scorer, score, is_trained_on }, fresh)
            }
            Err(reason) => (Outcome::Unusable(reason), None),
        }
    }
}
