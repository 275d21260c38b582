//! Whatever gives texts labels, under one name.
//!
//! In: a reference: `imdb` is the model that `run` trained, `imdb/gru` what was learned of
//! the pipeline under that name, `imdb+imdb/gru` the mean of their probabilities (soft
//! voting). Out: probabilities for texts.

use std::borrow::Cow;
use std::path::Path;

use serde::Deserialize;

use super::EncoderWorker;
use super::evaluate::TestPart;
use super::learn::learned_file;
#[cfg(feature = "neural")]
use super::learn::{TextNetwork, TextNetworkWorker};
use super::model::{Model, find_model, load_model};
use super::outcome::{Evaluation, Learned};
use super::run::Kepts;
use super::shelf::{Kept, Shelf};
use super::watch::Watch;
use crate::clean::HtmlMode;
use crate::error::{Error, Result};

/// A model that labels texts.
pub enum Labeler {
    /// What a run trained.
    Run(Box<Model>),
    /// What was learned beside it.
    #[cfg(feature = "neural")]
    Network(Box<TextNetwork>),
    /// The mean of several.
    Mean(Vec<Labeler>),
}

impl From<Model> for Labeler {
    fn from(model: Model) -> Self {
        Labeler::Run(Box::new(model))
    }
}

impl Labeler {
    /// Names of the classes, sorted by bytes.
    pub fn labels(&self) -> &[String] {
        match self {
            Labeler::Run(model) => &model.labels,
            #[cfg(feature = "neural")]
            Labeler::Network(network) => &network.labels,
            Labeler::Mean(parts) => parts[0].labels(),
        }
    }

    /// Tells it from all other models.
    pub fn identity(&self) -> u64 {
        match self {
            Labeler::Run(model) => model.identity,
            #[cfg(feature = "neural")]
            Labeler::Network(network) => network.identity,
            Labeler::Mean(parts) => {
                parts.iter().fold(1, |sum: u64, part| sum.rotate_left(7) ^ part.identity())
            }
        }
    }

    /// The model of a run, if it is one.
    pub fn run(&self) -> Option<&Model> {
        match self {
            Labeler::Run(model) => Some(model),
            _ => None,
        }
    }

    /// Whether it was trained on this very text, as far as that is known.
    pub fn is_trained_on(&self, text: &str) -> bool {
        match self {
            Labeler::Run(model) => model.trained.as_ref().is_some_and(|known| known.holds(text)),
            #[cfg(feature = "neural")]
            Labeler::Network(network) => network.trained.holds(text),
            Labeler::Mean(parts) => parts.iter().any(|part| part.is_trained_on(text)),
        }
    }

    /// Whether the texts that it was trained on are known.
    pub fn knows_its_texts(&self) -> bool {
        match self {
            Labeler::Run(model) => model.trained.is_some(),
            #[cfg(feature = "neural")]
            Labeler::Network(_) => true,
            Labeler::Mean(parts) => parts.iter().all(Labeler::knows_its_texts),
        }
    }

    /// `text` as it is cleaned before it is read; of several, the first one's way.
    pub(super) fn clean(&self, text: &str) -> String {
        match self {
            Labeler::Run(model) => model.encoder.cleaner.clean(text).into_owned(),
            #[cfg(feature = "neural")]
            Labeler::Network(network) => network.cleaner.clean(text).into_owned(),
            Labeler::Mean(parts) => parts[0].clean(text),
        }
    }

    /// A clean text as one that cleaning turns into it: its `<` and `&` are none any more.
    pub fn as_markup<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let mode = match self {
            Labeler::Run(model) => model.encoder.clean.html,
            #[cfg(feature = "neural")]
            Labeler::Network(network) => network.clean.html,
            Labeler::Mean(parts) => return parts[0].as_markup(text),
        };
        match mode {
            HtmlMode::None => text.into(),
            _ => text.replace('&', "&amp;").replace('<', "&lt;").into(),
        }
    }

    /// A worker with its own memory.
    pub(super) fn worker(&self) -> LabelerWorker<'_> {
        match self {
            Labeler::Run(model) => LabelerWorker::Run(model, Box::new(model.encoder.worker())),
            #[cfg(feature = "neural")]
            Labeler::Network(network) => LabelerWorker::Network(Box::new(network.worker())),
            Labeler::Mean(parts) => {
                LabelerWorker::Mean(parts.iter().map(Labeler::worker).collect(), Vec::new())
            }
        }
    }
}

/// Labels one text after another.
pub(super) enum LabelerWorker<'a> {
    /// For the model of a run.
    Run(&'a Model, Box<EncoderWorker<'a>>),
    /// For a network.
    #[cfg(feature = "neural")]
    Network(Box<TextNetworkWorker<'a>>),
    /// For the mean of several, with room for the probabilities of one.
    Mean(Vec<LabelerWorker<'a>>, Vec<f64>),
}

impl LabelerWorker<'_> {
    /// Probabilities of all classes for `text`, into `out`.
    ///
    /// # Errors
    /// Why the text must be left out.
    pub fn probabilities(
        &mut self,
        text: &str,
        out: &mut Vec<f64>,
    ) -> std::result::Result<(), String> {
        match self {
            LabelerWorker::Run(model, worker) => {
                let (columns, values) = worker.try_encode(text)?;
                model.classifier.probabilities(columns, values, out);
            }
            #[cfg(feature = "neural")]
            LabelerWorker::Network(worker) => worker.probabilities(text, out)?,
            LabelerWorker::Mean(parts, one) => {
                mean_of(parts, one, out, |part, one| part.probabilities(text, one))?;
            }
        }
        Ok(())
    }

    /// The same for a text that is clean already: of several, all take it as it is.
    ///
    /// # Errors
    /// If the answer of a network is no number.
    pub fn probabilities_of_clean(
        &mut self,
        text: &str,
        out: &mut Vec<f64>,
    ) -> std::result::Result<(), String> {
        match self {
            LabelerWorker::Run(model, worker) => {
                let (columns, values) = worker.encode_clean(text);
                model.classifier.probabilities(columns, values, out);
            }
            #[cfg(feature = "neural")]
            LabelerWorker::Network(worker) => worker.probabilities_of_clean(text, out)?,
            LabelerWorker::Mean(parts, one) => {
                mean_of(parts, one, out, |part, one| part.probabilities_of_clean(text, one))?;
            }
        }
        Ok(())
    }

    /// How many terms the last text has, and how many of those the model does not know.
    pub fn terms(&self) -> (u32, u32) {
        match self {
            LabelerWorker::Run(_, worker) => worker.terms(),
            #[cfg(feature = "neural")]
            LabelerWorker::Network(worker) => worker.terms(),
            LabelerWorker::Mean(parts, _) => parts[0].terms(),
        }
    }
}

/// The mean, into `out`, of what `each` puts into `one` for every part.
fn mean_of<'a>(
    parts: &mut [LabelerWorker<'a>],
    one: &mut Vec<f64>,
    out: &mut Vec<f64>,
    mut each: impl FnMut(&mut LabelerWorker<'a>, &mut Vec<f64>) -> std::result::Result<(), String>,
) -> std::result::Result<(), String> {
    let share = 1.0 / parts.len() as f64;
    out.clear();
    for part in parts {
        each(part, one)?;
        out.resize(one.len(), 0.0);
        out.iter_mut().zip(&*one).for_each(|(sum, one)| *sum += share * one);
    }
    Ok(())
}

/// Loads what `reference` names.
///
/// # Errors
/// If something it names is not there or damaged, or the labels of its parts differ.
pub fn load_labeler(state: &Path, reference: &str, watch: &dyn Watch) -> Result<Labeler> {
    let load = |name| load_one(state, name, watch).map(|part| (name, part));
    mean(labeler_names(reference)?.into_iter().map(load).collect::<Result<_>>()?)
}

/// The same, or `None` if one of them is not trained yet.
///
/// # Errors
/// If one is damaged, or the labels of the parts differ.
pub fn find_labeler(state: &Path, reference: &str, watch: &dyn Watch) -> Result<Option<Labeler>> {
    let find = |name| Ok(find_one(state, name, watch)?.map(|part| (name, part)));
    let parts: Vec<Option<(&str, Labeler)>> =
        labeler_names(reference)?.into_iter().map(find).collect::<Result<_>>()?;
    parts.into_iter().collect::<Option<Vec<_>>>().map(mean).transpose()
}

fn load_one(state: &Path, name: &str, watch: &dyn Watch) -> Result<Labeler> {
    let Some((pipeline, learned)) = name.split_once('/') else {
        return load_model(state, name, watch).map(Labeler::from);
    };
    let path = learned_file(state, pipeline, learned)?;
    find_one(state, name, watch)?.ok_or_else(|| {
        Error::data(format!("nothing was learned of `{pipeline}` under the name `{learned}`"))
            .at(path.display().to_string())
            .hinted(format!(
                "`malmoi learn rnn {pipeline} --name {learned}` trains it; so do `cnn` and `mlp`"
            ))
    })
}

fn find_one(state: &Path, name: &str, watch: &dyn Watch) -> Result<Option<Labeler>> {
    let Some((pipeline, learned)) = name.split_once('/') else {
        return Ok(find_model(state, name, watch)?.map(Labeler::from));
    };
    let path = learned_file(state, pipeline, learned)?;
    if !path.exists() {
        return Ok(None);
    }
    network(&path, watch).map(Some)
}

#[cfg(feature = "neural")]
fn network(path: &Path, watch: &dyn Watch) -> Result<Labeler> {
    TextNetwork::load(path, watch).map(|network| Labeler::Network(Box::new(network)))
}

#[cfg(not(feature = "neural"))]
fn network(path: &Path, _: &dyn Watch) -> Result<Labeler> {
    Err(crate::learn::no_networks().at(path.display().to_string()))
}

/// What stands beside a learned model, as far as it is needed here.
#[derive(Deserialize)]
struct Facts {
    identity: u64,
    evaluation: Option<Evaluation>,
    test_part: Option<TestPart>,
}

/// What is known of the worth of a model, as far as it can be read: a report says more
/// with it, and much without it.
///
/// What stands beside a network counts for the one of this `identity` alone.
pub(super) fn evidence_of(state: &Path, reference: &str, identity: u64) -> Option<Kepts> {
    // What the mean of several is worth was not measured.
    if reference.contains('+') {
        return None;
    }
    match reference.split_once('/') {
        None => {
            let bytes = Shelf::open(state, reference).ok()?.read(Kept::Metrics)?;
            serde_json::from_slice(&bytes).ok()
        }
        Some((pipeline, learned)) => {
            let path = learned_file(state, pipeline, learned).ok()?.with_extension("json");
            let facts: Facts = serde_json::from_slice(&std::fs::read(path).ok()?).ok()?;
            if facts.identity != identity {
                return None;
            }
            let metrics = facts.evaluation?;
            let learned = Learned {
                documents: metrics.train_documents,
                labels: metrics.metrics.labels.len() as u64,
                official: metrics.split == "official",
            };
            let (metrics, test_part) = (Some(metrics), facts.test_part);
            Some(Kepts { learned, metrics, skipped: 0, test_part })
        }
    }
}

/// The parts of a reference.
///
/// # Errors
/// If one is empty.
pub fn labeler_names(reference: &str) -> Result<Vec<&str>> {
    let names: Vec<&str> = reference.split('+').map(str::trim).collect();
    match names.iter().any(|name| name.is_empty()) {
        false => Ok(names),
        true => Err(Error::usage(format!("`{reference}` names no model"))
            .hinted("write `NAME`, `NAME/LEARNED`, or several of them joined by `+`")),
    }
}

fn mean(mut parts: Vec<(&str, Labeler)>) -> Result<Labeler> {
    if parts.len() == 1 {
        return Ok(parts.remove(0).1);
    }
    let (first, labels) = (parts[0].0, parts[0].1.labels());
    if let Some((other, part)) = parts.iter().find(|(_, part)| part.labels() != labels) {
        let message = format!("`{first}` and `{other}` have different labels");
        let (one, two) = (labels.join(", "), part.labels().join(", "));
        return Err(Error::usage(message)
            .hinted(format!("`{one}` and `{two}`; the mean needs models of the same labels")));
    }
    Ok(Labeler::Mean(parts.into_iter().map(|(_, part)| part).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipeline::sample_model::{model, three_labels};

    #[test]
    fn references_name_one_model_or_several() {
        assert_eq!(labeler_names("imdb").unwrap(), ["imdb"]);
        assert_eq!(labeler_names("imdb + imdb/gru").unwrap(), ["imdb", "imdb/gru"]);
        for wrong in ["", "+", "a++b", " "] {
            assert!(labeler_names(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_mean_lies_between_its_parts() {
        let text = "a great film with a dull scene";
        let of = |labeler: &Labeler| {
            let mut out = Vec::new();
            labeler.worker().probabilities(text, &mut out).unwrap();
            out
        };
        let one = of(&model().into());
        let mean = mean(vec![("a", model().into()), ("b", model().into())]).unwrap();
        assert_eq!(of(&mean), one);
        assert!(mean.run().is_none() && !mean.knows_its_texts());
    }

    #[test]
    fn labels_must_be_the_same() {
        let parts = vec![("a", model().into()), ("b", three_labels().into())];
        let error = mean(parts).err().unwrap();
        assert_eq!(error.exit_code(), 2);
        assert!(error.to_string().contains("`a` and `b`"), "{error}");
    }
}
