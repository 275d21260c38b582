//! One document of a corpus, and what each room makes of it.

use std::path::Path;

use serde::Serialize;

use super::model::Model;
use super::nearest::Nearest;
use super::shelf::Lock;
use super::watch::Watch;
use crate::analyze::Analyzer;
use crate::classify::best;
use crate::clean::Cleaner;
use crate::config::Pipeline;
use crate::data::{Document, Html};
use crate::error::{Error, Result};

/// The document `id` of the pipeline's source, which is read up to it.
///
/// # Errors
/// If there is no such document (the hint names the nearest ids), the source
/// cannot be read, or the user stops.
pub fn find_document(
    pipeline: &Pipeline,
    state: &Path,
    id: &str,
    watch: &dyn Watch,
) -> Result<Document<Html>> {
    // Only a download writes into the state folder.
    let downloads = pipeline.source.path.is_none();
    let lock = || Lock::take(state, &format!("malmoi show {}", pipeline.name), watch);
    let _lock = downloads.then(lock).transpose()?;
    let path = super::download::fetch(pipeline, state, false, watch)?;
    watch.stage("source");
    let mut source = super::open_source::open_source(&pipeline.source, &path)?;
    let mut nearest = Nearest::to(id);
    let mut count = 0;
    let mut batch = Vec::new();
    loop {
        watch.check()?;
        let more = source.next_batch(&mut batch)?;
        count += batch.len() as u64;
        watch.advance(count, source.progress());
        if let Some(place) = batch.iter().position(|document| document.id == id) {
            return Ok(batch.swap_remove(place));
        }
        batch.iter().for_each(|document| nearest.offer(&document.id));
        if !more {
            return Err(missing(id, count, &path, &nearest));
        }
    }
}

fn missing(id: &str, count: u64, path: &Path, nearest: &Nearest) -> Error {
    let error = Error::data(format!("none of the {count} documents has the id `{id}`"))
        .at(path.display().to_string());
    match nearest.listed() {
        Some(names) => error.hinted(format!("the nearest ids are {names}")),
        None => error,
    }
}

/// A document in each room.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Stages {
    /// As the source gave it.
    pub raw: String,
    /// After each step of `clean`.
    pub clean: Vec<CleanStage>,
    /// After `analyze`.
    pub tokens: Vec<StagedToken>,
    /// After `vectorize`; absent without a model.
    pub features: Option<Features>,
}

/// The text after one step of `clean`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CleanStage {
    /// The step.
    pub step: String,
    /// What it left.
    pub text: String,
}

/// A term and where it stands in the cleaned text, in bytes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StagedToken {
    /// After all filters.
    pub term: String,
    /// Where its surface starts.
    pub start: u32,
    /// Where it ends, exclusive.
    pub end: u32,
}

/// The row of a document, and the label it leads to.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Features {
    /// The predicted label.
    pub label: String,
    /// Its probability.
    pub probability: f64,
    /// The columns that are not 0, in their order.
    pub row: Vec<Feature>,
}

/// One column of a row.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Feature {
    /// The n-gram.
    pub term: String,
    /// Its value in the row.
    pub value: f32,
    /// What the classifier multiplies it by, for the predicted label.
    pub weight: f64,
}

/// Follows a text through the rooms of `pipeline`; the features are those that
/// `model` sees.
///
/// # Errors
/// If a setting or a dictionary cannot be used.
pub fn stages(pipeline: &Pipeline, model: Option<&Model>, raw: &str) -> Result<Stages> {
    let cleaner = Cleaner::open(&pipeline.clean)?;
    let analyzer = Analyzer::open(&pipeline.analyze)?;
    let steps = cleaner.stages(raw).into_iter();
    let terms = analyzer.analyze(&cleaner.clean(raw)).into_iter();
    Ok(Stages {
        raw: raw.to_owned(),
        clean: steps.map(|(step, text)| CleanStage { step, text }).collect(),
        tokens: terms
            .map(|(term, token)| StagedToken { term, start: token.start, end: token.end })
            .collect(),
        features: model.map(|model| features(model, raw)),
    })
}

fn features(model: &Model, raw: &str) -> Features {
    let mut worker = model.encoder.worker();
    let (columns, values) = worker.encode(raw);
    let mut probabilities = Vec::new();
    model.classifier.probabilities(columns, values, &mut probabilities);
    let class = best(&probabilities);
    let feature = |(&column, &value): (&u32, &f32)| Feature {
        term: model.encoder.vectorizer.vocabulary.term(column),
        value,
        weight: model.classifier.weight(class, column),
    };
    Features {
        label: model.labels[class].clone(),
        probability: probabilities[class],
        row: columns.iter().zip(values).map(feature).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Config, Overrides};
    use crate::pipeline::Silent;
    use crate::pipeline::sample_model::model;

    const SETTINGS: &str = r#"version = 1
default = "mine"
[pipeline.mine.source]
kind = "tsv"
path = "reviews.tsv"
[pipeline.mine.source.columns]
id = "id"
text = "text"
"#;

    fn pipeline(folder: &Path) -> Pipeline {
        std::fs::write(folder.join("pipeline.toml"), SETTINGS).unwrap();
        let rows = "id\ttext\nr-1\tone\nr-2\tA <b>great</b> film\n";
        std::fs::write(folder.join("reviews.tsv"), rows).unwrap();
        let config = Config::read(&folder.join("pipeline.toml")).unwrap();
        config.pipeline(None, &Overrides::none()).unwrap()
    }

    #[test]
    fn finds_a_document_or_names_the_nearest() {
        let folder = tempfile::tempdir().unwrap();
        let pipeline = pipeline(folder.path());
        let find = |id: &str| find_document(&pipeline, folder.path(), id, &Silent::default());
        assert_eq!(find("r-2").unwrap().body.0, "A <b>great</b> film");
        let error = find("r-3").unwrap_err();
        assert_eq!(error.to_string(), "none of the 2 documents has the id `r-3`");
        assert_eq!(error.hint().unwrap(), "the nearest ids are `r-1`, `r-2`");
    }

    #[test]
    fn shows_what_each_room_makes() {
        let folder = tempfile::tempdir().unwrap();
        let pipeline = pipeline(folder.path());
        let stages = stages(&pipeline, Some(&model()), "A <b>great</b> film").unwrap();
        assert_eq!(stages.clean[0].text, "A great film");
        let terms: Vec<&str> = stages.tokens.iter().map(|token| token.term.as_str()).collect();
        assert_eq!(terms, ["great", "film"]);
        let features = stages.features.unwrap();
        assert_eq!(features.label, "positive");
        let great = features.row.iter().find(|feature| feature.term == "great").unwrap();
        assert!(great.value > 0.0 && great.weight > 0.0);
    }
}
