//! The model file: everything that turns a text into a label.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::encoder::Encoder;
use super::fingerprint::dictionaries;
use super::known_texts::KnownTexts;
use super::prepared::read_trained;
use super::shelf::{Kept, Shelf};
use super::vectorizer_file::{VectorizerHead, read_vectorizer, write_vectorizer};
use super::watch::Watch;
use crate::analyze::AnalyzeParams;
use crate::classify::{Calibration, Classifier, Softmax, best, logistic::Linear};
use crate::clean::CleanParams;
use crate::error::{Error, Result};
use crate::files::{ContainerReader, ContainerWriter, Form};

const FORM: Form = Form {
    kind: *b"MODL",
    version: 2,
    name: "model",
    mend: "delete it and run the pipeline again",
};

/// A trained model: cleans, analyzes, vectorizes and classifies.
///
/// # Examples
/// ```no_run
/// let model = malmoi::pipeline::Model::load("model.bin".as_ref())?;
/// let prediction = model.predict("A waste of two hours.");
/// println!("{} {:.2}", prediction.label, prediction.probability);
/// # Ok::<(), malmoi::Error>(())
/// ```
pub struct Model {
    /// Names of the classes, sorted by bytes.
    pub labels: Vec<String>,
    /// Text → row.
    pub encoder: Encoder,
    /// Row → class.
    pub classifier: Classifier,
    /// The texts that it learned from, where that is known.
    pub trained: Option<KnownTexts>,
    /// Tells it from all other models; 0 until it is kept.
    pub identity: u64,
}

/// The label of one text.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Prediction {
    /// The most probable class.
    pub label: String,
    /// Its probability, 0 to 1.
    pub probability: f64,
    /// Probabilities of all classes, in the order of [`Model::labels`].
    pub probabilities: Vec<f64>,
}

/// What stands before the arrays.
#[derive(Serialize, Deserialize)]
struct Head {
    malmoi: String,
    labels: Vec<String>,
    clean: CleanParams,
    analyze: AnalyzeParams,
    /// Sums of the dictionaries that `analyze` names: their files may change later.
    dictionaries: Vec<String>,
    vectorizer: VectorizerHead,
    calibration: Option<Calibration>,
    classes: usize,
}

impl Model {
    /// The label of `text` and how sure the model is.
    pub fn predict(&self, text: &str) -> Prediction {
        let mut worker = self.encoder.worker();
        let mut probabilities = Vec::new();
        let (columns, values) = worker.encode(text);
        self.classifier.probabilities(columns, values, &mut probabilities);
        let class = best(&probabilities);
        Prediction {
            label: self.labels[class].clone(),
            probability: probabilities[class],
            probabilities,
        }
    }

    /// Writes the model, atomically.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn save(&self, path: &Path) -> Result<()> {
        let (calibration, weights, intercepts): (_, &[f32], Vec<f32>) = match &self.classifier {
            Classifier::Logistic { linear, calibration } => {
                (Some(*calibration), &linear.weights, vec![linear.intercept])
            }
            Classifier::Softmax(softmax) => (None, &softmax.weights, softmax.intercepts.clone()),
        };
        let head = Head {
            malmoi: env!("CARGO_PKG_VERSION").to_owned(),
            labels: self.labels.clone(),
            clean: self.encoder.clean.clone(),
            analyze: self.encoder.analyze.clone(),
            dictionaries: dictionaries(&self.encoder.analyze)?,
            vectorizer: VectorizerHead::of(&self.encoder.vectorizer),
            calibration,
            classes: self.labels.len(),
        };
        let mut file = ContainerWriter::create(path, FORM)?;
        file.bytes(&serde_json::to_vec(&head).expect("a head is plain data"))?;
        write_vectorizer(&mut file, &self.encoder.vectorizer)?;
        file.f32s(weights)?;
        file.f32s(&intercepts)?;
        if let Some(texts) = &self.trained {
            file.u64s(texts.numbers())?;
        }
        file.commit()
    }

    /// Reads a model.
    ///
    /// # Errors
    /// If the file is missing, damaged, contradicts itself, or is of a newer version.
    pub fn load(path: &Path) -> Result<Self> {
        Model::load_after(path, |_| Ok(()))
    }

    /// The same; `prepare` sees to it that what the analyzer needs is there.
    fn load_after(path: &Path, prepare: impl FnOnce(&AnalyzeParams) -> Result<()>) -> Result<Self> {
        let mut file = ContainerReader::open(path, FORM)?;
        let head = serde_json::from_slice(file.bytes()?);
        let head: Head = head.map_err(|error| file.contradiction(&error.to_string()))?;
        let vectorizer = read_vectorizer(&mut file, &head.vectorizer)?;
        let (weights, intercepts) = (file.f32s()?, file.f32s()?);
        let classifier = classifier(&head, vectorizer.vocabulary.len(), weights, intercepts)
            .map_err(|what| file.contradiction(what))?;
        let trained = read_trained(&mut file)?;
        let identity = file.sum();
        drop(file);
        prepare(&head.analyze)?;
        if dictionaries(&head.analyze)? != head.dictionaries {
            return Err(dictionaries_changed(&head.analyze, path));
        }
        let encoder = Encoder::new(&head.clean, &head.analyze, vectorizer)?;
        Ok(Model { labels: head.labels, encoder, classifier, trained, identity })
    }
}

pub(super) fn dictionaries_changed(params: &AnalyzeParams, path: &Path) -> Error {
    let mut files: Vec<String> = params.files().map(|file| format!("`{}`", file.path)).collect();
    if params.needs_korean() {
        files.push("the Korean dictionary".to_owned());
    }
    Error::data(format!("{} changed since the model was trained", files.join(" or ")))
        .at(path.display().to_string())
        .hinted("run the pipeline again, or put the old file back")
}

fn classifier(
    head: &Head,
    columns: usize,
    weights: Vec<f32>,
    intercepts: Vec<f32>,
) -> std::result::Result<Classifier, &'static str> {
    match head.calibration {
        Some(calibration)
            if head.labels.len() == 2 && weights.len() == columns && intercepts.len() == 1 =>
        {
            Ok(Classifier::Logistic {
                linear: Linear { weights, intercept: intercepts[0] },
                calibration,
            })
        }
        None if head.labels.len() > 2
            && intercepts.len() == head.labels.len()
            && weights.len() == columns * intercepts.len() =>
        {
            Ok(Classifier::Softmax(Softmax { weights, intercepts, iterations: 0, converged: true }))
        }
        _ => Err("labels, columns and weights do not fit together"),
    }
}

/// The last finished model of a pipeline. The Korean dictionary is installed if the
/// model needs it and it is not there.
///
/// # Errors
/// If there is none yet, it is damaged, or the dictionary cannot be installed.
pub fn load_model(state: &Path, pipeline: &str, watch: &dyn Watch) -> Result<Model> {
    let shelf = Shelf::open(state, pipeline)?;
    find_model(state, pipeline, watch)?.ok_or_else(|| {
        let hint = match shelf.manifest.kept.contains_key(&Kept::Metrics) {
            true => {
                "its documents have no labels to learn; name their column in `source.columns.label`"
                    .to_owned()
            }
            false => format!("train it with `malmoi run {pipeline}`"),
        };
        Error::data(format!("pipeline `{pipeline}` has no trained model yet"))
            .at(shelf.path(Kept::Model).display().to_string())
            .hinted(hint)
    })
}

/// The same, or `None` if there is none yet.
///
/// # Errors
/// If it is damaged, or the dictionary cannot be installed.
pub fn find_model(state: &Path, pipeline: &str, watch: &dyn Watch) -> Result<Option<Model>> {
    let path = Shelf::open(state, pipeline)?.path(Kept::Model);
    let install = |analyze: &AnalyzeParams| super::dictionary::ensure_for(analyze, watch);
    path.exists().then(|| Model::load_after(&path, install)).transpose()
}
