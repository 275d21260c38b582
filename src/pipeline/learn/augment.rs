//! Whether made rows help where few documents have a label.

use std::path::Path;

use serde::Serialize;

use super::material::Material;
use crate::config::Pipeline;
use crate::data::Random;
use crate::error::{Error, Result};
use crate::learn::Curve;
use crate::learn::neural::{
    Activation, Body, Examples, GanParams, Input, Inputs, NetworkParams, Output, Predictor, Start,
    Targets, TrainParams, train, train_gan,
};
use crate::learn::reduce::{SvdParams, TruncatedSvd};
use crate::pipeline::folds::{folds, mean_and_error};
use crate::pipeline::watch::Watch;

/// Documents of the other labels that a fold learns from, and that it is measured on.
const MOST_OTHERS: usize = 5_000;
const MOST_HELD: usize = 5_000;

/// What is asked.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AugmentSettings {
    /// The label that is made scarce.
    pub label: String,
    /// How many of its documents are left to learn from.
    pub scarce: usize,
    /// Numbers of a document's reduced row.
    pub dimensions: usize,
    /// How often it is tried, each time with other documents held out.
    pub folds: usize,
    /// How the generator is trained.
    pub gan: GanParams,
}

/// What came of it.
#[derive(Debug, Clone, Serialize)]
pub struct Augmented {
    /// The pipeline.
    pub pipeline: String,
    /// What was asked.
    pub settings: AugmentSettings,
    /// Documents of the label and of others that a fold learned from; and made rows.
    pub documents: [usize; 3],
    /// `as it is`, `oversampled` and `with made rows`.
    pub tried: Vec<Tried>,
    /// F1 with made rows minus that of the first and of the second way: mean, and its
    /// standard error over the folds.
    pub gains: [(f64, f64); 2],
    /// The losses of the generator of the first fold.
    pub curve: Curve,
}

/// One way to learn from scarce documents.
#[derive(Debug, Clone, Serialize)]
pub struct Tried {
    /// Its name.
    pub way: &'static str,
    /// Of the label, on held-out documents, by fold.
    pub f1: Vec<f64>,
    /// On all held-out documents, by fold.
    pub accuracy: Vec<f64>,
}

impl Augmented {
    /// Whether made rows were better than both other ways, by more than twice the error.
    pub fn helps(&self) -> bool {
        self.gains.iter().all(|(gain, error)| *gain > 2.0 * error)
    }
}

/// Cuts a label down to few documents of the training part, and learns to tell it from the
/// others as it is, with its documents repeated, and with rows that a generator made of
/// them. The test part is not looked at.
///
/// # Errors
/// If the source cannot be read, there is no such label or it has too few documents, a
/// training diverges, or an interrupt.
pub fn augment(
    pipeline: &Pipeline,
    settings: &AugmentSettings,
    state: &Path,
    watch: &dyn Watch,
) -> Result<Augmented> {
    let material = Material::read(pipeline, &pipeline.analyze, state, watch)?;
    let label = number_of(&settings.label, &material.labels)?;
    watch.stage("reduce");
    let rows = material.tfidf(&pipeline.vectorize)?.train;
    let svd = SvdParams { seed: settings.gan.seed, ..SvdParams::default() };
    let svd = TruncatedSvd::fit(&rows, settings.dimensions, svd, watch.stop())?;
    let reduced = svd.transform(&rows);
    let train = &material.parts.train;
    let trial = Trial {
        settings,
        values: reduced.into_raw_vec_and_offset().0,
        columns: svd.dimensions,
        is_label: material.classes(train).iter().map(|class| u32::from(*class == label)).collect(),
        folds: folds(&material.corpus.documents, train, settings.folds),
    };
    let mut tried: Vec<Tried> = ["as it is", "oversampled", "with made rows"]
        .map(|way| Tried { way, f1: Vec::new(), accuracy: Vec::new() })
        .into();
    let mut curve = None;
    let mut documents = [0; 3];
    watch.stage("train");
    for fold in 0..settings.folds {
        let outcome = trial.fold(fold, watch)?;
        for (tried, (f1, accuracy)) in tried.iter_mut().zip(outcome.scores) {
            tried.f1.push(f1);
            tried.accuracy.push(accuracy);
        }
        curve.get_or_insert(outcome.curve);
        documents = outcome.documents;
        watch.advance(fold as u64 + 1, None);
    }
    let gain = |other: usize| {
        let pairs = tried[2].f1.iter().zip(&tried[other].f1);
        mean_and_error(&pairs.map(|(made, other)| made - other).collect::<Vec<_>>())
    };
    Ok(Augmented {
        pipeline: pipeline.name.clone(),
        settings: settings.clone(),
        documents,
        gains: [gain(0), gain(1)],
        tried,
        curve: curve.expect("there is a fold"),
    })
}

fn number_of(label: &str, labels: &[String]) -> Result<u32> {
    if labels.len() < 2 {
        return Err(Error::data("there are fewer than two labels to tell apart")
            .hinted("check `source.columns.label`"));
    }
    let known: Vec<String> = labels.iter().map(|known| format!("`{known}`")).collect();
    labels.iter().position(|known| known == label).map(|place| place as u32).ok_or_else(|| {
        Error::usage(format!("there is no label `{label}`"))
            .hinted(format!("the labels are {}", known.join(", ")))
    })
}

/// The reduced rows of the training part.
struct Trial<'a> {
    settings: &'a AugmentSettings,
    values: Vec<f32>,
    columns: usize,
    is_label: Vec<u32>,
    folds: Vec<usize>,
}

/// What one fold says.
struct Outcome {
    /// F1 and accuracy of each way.
    scores: [(f64, f64); 3],
    documents: [usize; 3],
    curve: Curve,
}

impl Trial<'_> {
    fn fold(&self, fold: usize, watch: &dyn Watch) -> Result<Outcome> {
        let mut random = Random::new(self.settings.gan.seed ^ (fold as u64) << 32);
        let mut chosen = |held: bool, class: u32, most: usize| {
            let places = 0..self.folds.len();
            let mut places: Vec<usize> = places
                .filter(|&place| (self.folds[place] == fold) == held)
                .filter(|&place| self.is_label[place] == class)
                .collect();
            random.shuffle(&mut places);
            places.truncate(most);
            places
        };
        let scarce = chosen(false, 1, self.settings.scarce);
        let others = chosen(false, 0, MOST_OTHERS);
        let held = [chosen(true, 1, MOST_HELD / 2), chosen(true, 0, MOST_HELD / 2)].concat();
        if scarce.len() < 2 || others.is_empty() || held.is_empty() {
            return Err(Error::data("too few documents have the label")
                .hinted("take a label of more documents, or fewer folds"));
        }
        let real = self.rows(&scarce);
        let missing = others.len().saturating_sub(scarce.len());
        let given = (real.as_slice(), self.columns);
        let (gan, curve) = train_gan(&self.settings.gan, given, &mut |_| (), watch.stop())?;
        let made = gan.sample(missing, self.settings.gan.seed ^ 5)?;
        let repeated: Vec<usize> = scarce.iter().copied().cycle().take(missing).collect();
        let ways = [Vec::new(), self.rows(&repeated), made];
        let mut scores = [(0.0, 0.0); 3];
        for (score, more) in scores.iter_mut().zip(ways) {
            let rows = [self.rows(&others), real.clone(), more].concat();
            *score = self.score(&rows, others.len(), &held, watch)?;
        }
        Ok(Outcome { scores, documents: [scarce.len(), others.len(), missing], curve })
    }

    fn rows(&self, places: &[usize]) -> Vec<f32> {
        let row = |place: &usize| &self.values[place * self.columns..(place + 1) * self.columns];
        places.iter().flat_map(row).copied().collect()
    }

    /// F1 of the label and accuracy on `held` of a logistic regression that learned from
    /// `rows`, of which the first `others` do not have the label.
    fn score(
        &self,
        rows: &[f32],
        others: usize,
        held: &[usize],
        watch: &dyn Watch,
    ) -> Result<(f64, f64)> {
        let count = rows.len() / self.columns;
        let classes: Vec<u32> = (0..count).map(|row| u32::from(row >= others)).collect();
        let examples = Examples {
            inputs: Inputs::Rows { values: rows, columns: self.columns },
            targets: Targets::Classes(&classes),
        };
        let params = NetworkParams {
            input: Input::Rows { columns: self.columns },
            body: Body::Plain,
            hidden: Vec::new(),
            activation: Activation::Tanh,
            dropout: 0.0,
            output: Output::Classes(2),
        };
        let training = TrainParams {
            epochs: 20,
            learning_rate: 0.02,
            weight_decay: 1e-3,
            ..TrainParams::default()
        };
        let all: Vec<usize> = (0..count).collect();
        let given = (&examples, all.as_slice(), &[][..]);
        let start = Start::Seed;
        let trained = train(&params, &training, &start, given, &mut |_| (), watch.stop())?;
        let inputs = Inputs::Rows { values: &self.values, columns: self.columns };
        let said = Predictor::new(&trained.network)?.predict(&inputs, held)?;
        let pairs = said.chunks(2).zip(held);
        let pairs = pairs.map(|(row, place)| (row[1] > row[0], self.is_label[*place] == 1));
        Ok(f1_and_accuracy(pairs))
    }
}

/// From pairs of what was said and what is true.
fn f1_and_accuracy(pairs: impl Iterator<Item = (bool, bool)>) -> (f64, f64) {
    let (mut hits, mut said, mut have, mut right, mut all) = (0, 0, 0, 0, 0);
    for (one, truth) in pairs {
        hits += u32::from(one && truth);
        said += u32::from(one);
        have += u32::from(truth);
        right += u32::from(one == truth);
        all += 1;
    }
    let f1 = 2.0 * f64::from(hits) / f64::from((said + have).max(1));
    (f1, f64::from(right) / f64::from(all.max(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hits_and_misses_are_counted() {
        let pairs = [(true, true), (true, false), (false, true), (false, false), (true, true)];
        let (f1, accuracy) = f1_and_accuracy(pairs.into_iter());
        assert!((f1 - 4.0 / 6.0).abs() < 1e-12 && (accuracy - 0.6).abs() < 1e-12);
        assert_eq!(f1_and_accuracy([].into_iter()), (0.0, 0.0));
    }
}
