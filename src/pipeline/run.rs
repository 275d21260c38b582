//! The whole run: rooms in order, each result kept when it is finished.

use std::path::Path;
use std::time::Instant;

use super::download::{fetch, or_anew};
use super::encoder::Encoder;
use super::evaluate::{TestPart, evaluate};
use super::fingerprint::{self, Fingerprints};
use super::fit::fit;
use super::ingest::{Corpus, ingest};
use super::known_texts::KnownTexts;
use super::model::Model;
use super::outcome::{Evaluation, Learned, Outcome, StageReport, peak_rss_bytes};
use super::prepared::{Facts, Part, Prepared, RowsWriter};
use super::search;
use super::shelf::{InputFile, Kept, Lock, Shelf};
use super::split::{Parts, leaked, split};
use super::watch::Watch;
use crate::analyze::Analyzer;
use crate::classify::Classifier;
use crate::clean::Cleaner;
use crate::config::Pipeline;
use crate::data::{BREAK, Interner, Sequences, UNKNOWN};
use crate::error::{Error, Result};
use crate::files::AtomicFile;
use crate::source::{self, SourceKind};
use crate::traits::Source;
use crate::vectorize::{Vectorizer, Vocabulary};

/// Runs `pipeline`, using what is kept in `state` where nothing changed.
///
/// With `force`, everything is made anew. What is there stays until its
/// replacement is whole, so that others can go on reading it.
///
/// # Errors
/// A wrong setting, unreadable input, or an interrupt; what was finished before
/// stays, and the next run goes on from there.
pub fn run(pipeline: &Pipeline, state: &Path, force: bool, watch: &dyn Watch) -> Result<Outcome> {
    let start = Instant::now();
    let _lock = Lock::take(state, &format!("malmoi run {}", pipeline.name), watch)?;
    super::dictionary::ensure_for(&pipeline.analyze, watch)?;
    let news = match pipeline.source.kind {
        SourceKind::News => Some(super::news::update(pipeline, state, &[], watch)?),
        _ => None,
    };
    let path = fetch(pipeline, state, force, watch)?;
    let mut shelf = Shelf::open(state, &pipeline.name)?;
    let files = source::inputs(&pipeline.source, &path)?;
    let inputs = fingerprint::inputs(&files, &shelf.manifest.inputs, watch.stop())?;
    let wanted = Fingerprints::new(pipeline, &inputs)?;
    let mut run = Run { pipeline, watch, wanted, force, stages: Vec::new() };
    let evaluation = match run.cached(&shelf)? {
        Some(evaluation) => evaluation,
        None => run.make(&mut shelf, &path, inputs)?,
    };
    run.stages.extend(search::stage(pipeline, &shelf, &path, &run.wanted.rows, force, watch)?);
    Ok(Outcome {
        pipeline: pipeline.name.clone(),
        news,
        stages: run.stages,
        skipped: evaluation.skipped,
        learned: evaluation.learned,
        metrics: evaluation.metrics,
        seconds: start.elapsed().as_secs_f64(),
        peak_rss_bytes: peak_rss_bytes(),
    })
}

/// What is written to `metrics.json`.
#[derive(serde::Serialize, serde::Deserialize)]
pub(super) struct Kepts {
    pub learned: Learned,
    pub metrics: Option<Evaluation>,
    pub skipped: u64,
    /// Not kept by version 0.1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test_part: Option<TestPart>,
}

struct Run<'a> {
    pipeline: &'a Pipeline,
    watch: &'a dyn Watch,
    wanted: Fingerprints,
    force: bool,
    stages: Vec<StageReport>,
}

impl Run<'_> {
    /// The metrics, if nothing at all changed.
    fn cached(&mut self, shelf: &Shelf) -> Result<Option<Kepts>> {
        if self.force {
            return Ok(None);
        }
        let wanted = &self.wanted;
        let rows = shelf.find(Kept::Rows, &wanted.rows);
        let metrics = shelf.find(Kept::Metrics, &wanted.metrics);
        let (Some(rows), Some(metrics)) = (rows, metrics) else { return Ok(None) };
        let bytes = shelf.read(Kept::Metrics).unwrap_or_default();
        let Ok(kept) = serde_json::from_slice::<Kepts>(&bytes) else { return Ok(None) };
        let model = shelf.find(Kept::Model, &wanted.model);
        if kept.metrics.is_some() && model.is_none() {
            return Ok(None);
        }
        let model = model.map(|entry| entry.stages.as_slice()).unwrap_or_default();
        let stages = [rows.stages.as_slice(), model, metrics.stages.as_slice()].concat();
        self.stages.extend(stages.into_iter().map(StageReport::cached));
        Ok(Some(kept))
    }

    /// Makes what is missing, from the last finished result on.
    fn make(&mut self, shelf: &mut Shelf, path: &Path, inputs: Vec<InputFile>) -> Result<Kepts> {
        let rows = shelf.find(Kept::Rows, &self.wanted.rows).filter(|_| !self.force);
        match rows.cloned() {
            Some(entry) => {
                let prepared = Prepared::load(&shelf.path(Kept::Rows))?;
                self.stages.extend(entry.stages.into_iter().map(StageReport::cached));
                self.learn(shelf, prepared)
            }
            None => {
                let source = super::open_source::open_source(&self.pipeline.source, path)
                    .map_err(|error| or_anew(error, self.pipeline))?;
                shelf.manifest.inputs = inputs;
                self.learn_from(shelf, source, path)
            }
        }
    }

    /// From the source: rows are written while the classifier is fitted.
    fn learn_from(
        &mut self,
        shelf: &mut Shelf,
        mut source: Box<dyn Source>,
        path: &Path,
    ) -> Result<Kepts> {
        let fresh = self.vectorize(source.as_mut(), path)?;
        drop(source);
        let start = Instant::now();
        self.watch.stage("classify");
        let (fitted, kept) = std::thread::scope(|scope| {
            // Kept at once: whoever ends a long fit does not lose the rows.
            let keeping = scope.spawn(|| {
                let test = fresh.finish(&shelf.path(Kept::Rows))?;
                shelf.keep(Kept::Rows, &self.wanted.rows, self.stages.clone()).map(|()| test)
            });
            let fitted = self.fit(&fresh.train, &fresh.labels);
            (fitted, keeping.join().expect("writing rows never panics"))
        });
        let seconds = start.elapsed().as_secs_f64();
        let test = kept?;
        let Fresh { vectorizer, labels, train, facts, trained, .. } = fresh;
        let trained = Some(trained);
        let prepared = Prepared { vectorizer, labels, train, test, facts, trained };
        self.conclude(shelf, prepared, fitted?, seconds)
    }

    /// From kept rows.
    fn learn(&mut self, shelf: &mut Shelf, prepared: Prepared) -> Result<Kepts> {
        let start = Instant::now();
        self.watch.stage("classify");
        let fitted = self.fit(&prepared.train, &prepared.labels)?;
        self.conclude(shelf, prepared, fitted, start.elapsed().as_secs_f64())
    }

    fn vectorize(&mut self, source: &mut dyn Source, path: &Path) -> Result<Fresh> {
        let pipeline = self.pipeline;
        let cleaner = Cleaner::open(&pipeline.clean)?;
        let analyzer = Analyzer::open(&pipeline.analyze)?;
        self.watch.stage("source");
        let mut corpus = ingest(source, &cleaner, &analyzer, self.watch)
            .map_err(|error| or_anew(error, pipeline))?;
        let mut skipped = source.skipped();
        skipped.join(std::mem::take(&mut corpus.skipped));
        skipped
            .examples
            .iter()
            .for_each(|example| self.watch.note(&format!("row left out: {example}")));
        if corpus.documents.is_empty() {
            return Err(Error::data("the source has no document")
                .at(path.display().to_string())
                .hinted("check `source.path`"));
        }
        let documents = corpus.documents.len() as u64;
        let spent = corpus.spent;
        self.report("source", spent.source.as_secs_f64(), documents);
        self.report("clean", spent.clean.as_secs_f64(), documents);
        self.report("analyze", spent.analyze.as_secs_f64(), documents);
        if !pipeline.classify.enabled {
            corpus.set_labels_aside();
        }
        self.watch.stage("vectorize");
        let start = Instant::now();
        let fresh = Fresh::new(pipeline, corpus, analyzer.joiner(), skipped.count)?;
        self.watch.check()?;
        self.report("vectorize", start.elapsed().as_secs_f64(), documents);
        Ok(fresh)
    }

    fn fit(&self, train: &Part, labels: &[String]) -> Result<Option<Classifier>> {
        if labels.is_empty() {
            return Ok(None);
        }
        let Pipeline { vectorize, classify, .. } = self.pipeline;
        let stop = self.watch.stop();
        fit(&train.rows, &train.classes, labels, vectorize, classify, stop).map(Some)
    }

    /// Keeps the model and measures it.
    fn conclude(
        &mut self,
        shelf: &mut Shelf,
        prepared: Prepared,
        classifier: Option<Classifier>,
        seconds: f64,
    ) -> Result<Kepts> {
        let rows_stages = self.stages.len();
        let (test, train, facts) = (prepared.test, prepared.train, prepared.facts);
        let skipped = facts.skipped;
        let learned = Learned {
            documents: train.classes.len() as u64,
            labels: prepared.labels.len() as u64,
            official: facts.official,
        };
        let Some(classifier) = classifier else {
            let kept = Kepts { learned, metrics: None, skipped, test_part: None };
            let kept = self.keep_metrics(shelf, kept, rows_stages)?;
            return shelf.forget(Kept::Model).map(|()| kept);
        };
        self.watch.check()?;
        self.report("classify", seconds, train.ids.len() as u64);
        let features = prepared.vectorizer.vocabulary.len() as u64;
        let encoder =
            Encoder::new(&self.pipeline.clean, &self.pipeline.analyze, prepared.vectorizer)?;
        let (labels, trained) = (prepared.labels, prepared.trained);
        let model = Model { labels, encoder, classifier, trained, identity: 0 };
        let model_path = shelf.path(Kept::Model);
        self.watch.stage("evaluate");
        let start = Instant::now();
        let (metrics, saved) = std::thread::scope(|scope| {
            let saving = scope.spawn(|| model.save(&model_path));
            let metrics = evaluate(&model, &test, &facts);
            (metrics, saving.join().expect("saving a model never panics"))
        });
        saved?;
        shelf.keep(Kept::Model, &self.wanted.model, self.stages[rows_stages..].to_vec())?;
        let (metrics, test_part) = metrics?.map_or((None, None), |evaluated| {
            let evaluation = Evaluation {
                metrics: evaluated.metrics,
                unseen: evaluated.unseen,
                split: if facts.official { "official" } else { "hash" }.to_owned(),
                train_documents: train.ids.len() as u64,
                features,
            };
            (Some(evaluation), Some(evaluated.test_part))
        });
        let model_stages = self.stages.len();
        self.report("evaluate", start.elapsed().as_secs_f64(), test.ids.len() as u64);
        self.keep_metrics(shelf, Kepts { learned, metrics, skipped, test_part }, model_stages)
    }

    fn keep_metrics(&self, shelf: &mut Shelf, kept: Kepts, from_stage: usize) -> Result<Kepts> {
        let text = serde_json::to_vec_pretty(&kept).expect("metrics are plain data");
        AtomicFile::write(&shelf.path(Kept::Metrics), &text)?;
        shelf.keep(Kept::Metrics, &self.wanted.metrics, self.stages[from_stage..].to_vec())?;
        Ok(kept)
    }

    fn report(&mut self, stage: &str, seconds: f64, documents: u64) {
        self.stages.push(StageReport::ran(stage, seconds, documents));
    }
}

/// The training part as rows; the test part still as tokens.
struct Fresh {
    vectorizer: Vectorizer,
    labels: Vec<String>,
    train: Part,
    test_tokens: Sequences,
    test_classes: Vec<u32>,
    test_ids: Vec<String>,
    facts: Facts,
    trained: KnownTexts,
}

impl Fresh {
    fn new(pipeline: &Pipeline, corpus: Corpus, joiner: &str, skipped: u64) -> Result<Self> {
        let parts = split(&corpus.documents, pipeline.evaluate.test_size);
        check_parts(&parts)?;
        let labels = labels(&corpus, &parts);
        let trained = parts.train.iter().map(|&place| corpus.documents[place].content).collect();
        let trained = KnownTexts::new(trained);
        let leaked = leaked(&corpus.documents, &parts);
        let mut facts = Facts { official: parts.official, leaked, skipped, unknown_terms: None };
        let train_classes = classes(&corpus, &parts.train, &labels);
        let test_classes = classes(&corpus, &parts.test, &labels);
        let (train_ids, test_ids) = (ids(&corpus, &parts.train), ids(&corpus, &parts.test));
        let train_tokens = corpus.sequences.select(&parts.train);
        let mut test_tokens = corpus.sequences.select(&parts.test);
        let names = corpus.names;
        let (vectorizer, rows) = Vectorizer::fit_transform(
            &pipeline.vectorize,
            &train_tokens,
            &names,
            joiner,
            &train_classes,
        )?;
        renumber(&mut test_tokens, &names, &vectorizer.vocabulary);
        facts.unknown_terms = unknown_share(&test_tokens);
        let train = Part { rows, classes: train_classes, ids: train_ids };
        Ok(Fresh { vectorizer, labels, train, test_tokens, test_classes, test_ids, facts, trained })
    }

    /// Writes the rows of the training part, makes those of the test part and writes them.
    fn finish(&self, path: &Path) -> Result<Part> {
        let (writer, rows) = std::thread::scope(|scope| {
            let writing = scope.spawn(|| {
                let mut writer =
                    RowsWriter::create(path, &self.vectorizer, &self.labels, &self.facts)?;
                writer.part(&self.train).map(|()| writer)
            });
            let rows = self.vectorizer.transform(&self.test_tokens);
            (writing.join().expect("writing rows never panics"), rows)
        });
        let mut writer = writer?;
        let test = Part { rows, classes: self.test_classes.clone(), ids: self.test_ids.clone() };
        writer.part(&test)?;
        writer.trained(&self.trained)?;
        writer.commit()?;
        Ok(test)
    }
}

fn check_parts(parts: &Parts) -> Result<()> {
    if !parts.train.is_empty() {
        return Ok(());
    }
    let hint = match parts.official {
        true => "a table's `split` column, or its file's name, says `train` or `test`",
        false => {
            "equal texts stay on one side, so there must be several different ones; \
             is `source.columns.text` the right column?"
        }
    };
    Err(Error::data("no document is in the training part").hinted(hint))
}

pub(super) fn labels(corpus: &Corpus, parts: &Parts) -> Vec<String> {
    let places = parts.train.iter().chain(&parts.test);
    let labels: std::collections::BTreeSet<&str> =
        places.filter_map(|&place| corpus.documents[place].label.as_deref()).collect();
    labels.into_iter().map(str::to_owned).collect()
}

pub(super) fn classes(corpus: &Corpus, places: &[usize], labels: &[String]) -> Vec<u32> {
    let class = |&place: &usize| {
        let label = corpus.documents[place].label.as_deref()?;
        labels.binary_search_by(|known| known.as_str().cmp(label)).ok().map(|class| class as u32)
    };
    places.iter().filter_map(class).collect()
}

fn ids(corpus: &Corpus, places: &[usize]) -> Vec<String> {
    places.iter().map(|&place| corpus.documents[place].id.clone()).collect()
}

/// From the corpus's token numbers to the vocabulary's.
pub(super) fn renumber(sequences: &mut Sequences, names: &Interner, vocabulary: &Vocabulary) {
    let numbers: Vec<u32> =
        (0..names.len() as u32).map(|token| vocabulary.token(names.resolve(token))).collect();
    for token in sequences.tokens.iter_mut().filter(|token| **token < UNKNOWN) {
        *token = numbers[*token as usize];
    }
}

/// The share of the tokens that the vocabulary does not know; `None` if there is none.
fn unknown_share(sequences: &Sequences) -> Option<f64> {
    let tokens = sequences.tokens.iter().filter(|token| **token != BREAK).count();
    let unknown = sequences.tokens.iter().filter(|token| **token == UNKNOWN).count();
    (tokens > 0).then(|| unknown as f64 / tokens as f64)
}
