//! A pipeline's documents and their ratings → a rating for any text.
//!
//! In: a pipeline whose source names ratings. Out: a linear model over its TF-IDF rows, and
//! what it is worth on the test part. Promises: the test part is measured on once; the
//! penalty is chosen on the training part alone, vocabulary and weights learned anew in
//! every fold.

use std::path::Path;

use serde::Serialize;

use super::material::{Material, TfidfRows};
use crate::config::Pipeline;
use crate::data::CsrMatrix;
use crate::error::{Error, Result};
use crate::learn::{
    Curve, DescentParams, Measures, RidgeParams, RidgeRows, SparseLinear, descend_ridge,
};
use crate::pipeline::encoder::Encoder;
use crate::pipeline::folds::{folds, mean_and_error};
use crate::pipeline::label_terms::{WeightedTerm, heaviest_both_ways};
use crate::pipeline::split::split_rated;
use crate::pipeline::watch::Watch;

/// Penalties that are tried, the strongest first: each begins where the one before ended.
const ALPHAS: [f64; 9] = [30.0, 10.0, 3.0, 1.0, 0.5, 0.3, 0.1, 0.05, 0.02];

/// A slope of this share of the first moves no prediction by a thousandth.
const TOLERANCE: f64 = 1e-6;
const MOST_STEPS: u32 = 2_000;
/// Between two penalties the third decimal of an error says enough.
const ROUGH: f64 = 1e-4;

/// How strong the penalty is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Alpha {
    /// So strong.
    Fixed(f64),
    /// The best in so many folds of the training part.
    Chosen {
        /// Number of folds, at least 2.
        folds: usize,
    },
}

/// How ratings are learned.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RatingOptions {
    /// Strength of the penalty.
    pub alpha: Alpha,
    /// Steps of a descent; conjugate gradients to the optimum if there are none.
    pub descent: Option<DescentParams>,
    /// Whether predictions are kept within the ratings that were seen.
    pub clip: bool,
    /// Number of strongest terms on either side.
    pub top: usize,
}

/// One penalty that was tried.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct TriedAlpha {
    /// The penalty.
    pub alpha: f64,
    /// Root of the mean squared error, the mean over the folds.
    pub rmse: f64,
    /// Standard error of that mean.
    pub standard_error: f64,
}

/// What was learned, and what it is worth.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Rated {
    /// Documents that were learned from.
    pub train_documents: usize,
    /// Documents that were measured on.
    pub test_documents: usize,
    /// Documents without a rating, or in neither part.
    pub left_out: usize,
    /// `official` or `hash`.
    pub split: &'static str,
    /// How documents were kept together in the folds: `group` or `text`.
    pub grouped_by: Option<&'static str>,
    /// Number of columns.
    pub features: usize,
    /// Least and most rating of the training part.
    pub range: (f64, f64),
    /// Strength of the penalty.
    pub alpha: f64,
    /// What was tried to choose it.
    pub tried: Vec<TriedAlpha>,
    /// Whether the solver came to the optimum; it is not asked of a descent.
    pub converged: Option<bool>,
    /// What the loss did, or the slope that was left.
    pub curve: Curve,
    /// On the test part, the predictions as they are.
    pub test: Option<Measures>,
    /// On the test part, the predictions kept within the range.
    pub clipped: Option<Measures>,
    /// On the test part, the mean rating of the training part as every prediction.
    pub baseline: Option<Measures>,
    /// The terms that lift a rating most.
    pub high: Vec<WeightedTerm>,
    /// The terms that lower it most.
    pub low: Vec<WeightedTerm>,
}

/// What rates texts.
pub struct Rater {
    encoder: Encoder,
    model: SparseLinear,
    range: Option<(f64, f64)>,
}

impl Rater {
    /// The ratings of some texts.
    pub fn rate<'a>(&self, texts: impl Iterator<Item = &'a str>) -> Vec<f64> {
        let mut worker = self.encoder.worker();
        let rate = |text| {
            let (columns, values) = worker.encode(text);
            self.within(self.model.predict(columns, values))
        };
        texts.map(rate).collect()
    }

    /// Terms and weights, in the order of the columns.
    pub fn weights(&self) -> impl Iterator<Item = (String, f64)> {
        let vocabulary = &self.encoder.vectorizer.vocabulary;
        let weights = self.model.weights.iter().enumerate();
        weights.map(|(column, weight)| (vocabulary.term(column as u32), *weight))
    }

    /// What is added to every rating.
    pub fn intercept(&self) -> f64 {
        self.model.intercept
    }

    fn within(&self, rating: f64) -> f64 {
        self.range.map_or(rating, |(low, high)| rating.clamp(low, high))
    }
}

/// Learns the ratings of `pipeline`.
///
/// # Errors
/// If the source cannot be read, no document has a rating, the training diverges, or an
/// interrupt.
pub fn learn_ratings(
    pipeline: &Pipeline,
    state: &Path,
    options: &RatingOptions,
    watch: &dyn Watch,
) -> Result<(Rated, Rater)> {
    let mut material = Material::read(pipeline, &pipeline.analyze, state, watch)?;
    let documents = &material.corpus.documents;
    material.parts = split_rated(documents, pipeline.evaluate.test_size);
    check_ratings(&material, pipeline)?;
    let truth = |places: &[usize]| -> Vec<f64> {
        places.iter().map(|place| rating(&material, *place)).collect()
    };
    let (train, test) = (truth(&material.parts.train), truth(&material.parts.test));
    let ends = |value: fn(f64, f64) -> f64| train.iter().copied().reduce(value).unwrap_or(0.0);
    let range = (ends(f64::min), ends(f64::max));
    let learning = Learning { material: &material, pipeline, truth: &train, range, options, watch };
    watch.stage("tune");
    let tried = learning.tried()?;
    let alpha = match options.alpha {
        Alpha::Fixed(alpha) => alpha,
        Alpha::Chosen { .. } => best(&tried),
    };
    watch.stage("vectorize");
    let rows = material.tfidf(&pipeline.vectorize)?;
    watch.stage("learn");
    let (model, curve, converged) = learning.fit(&rows.train, alpha)?;
    let predicted = model.predict_all(&rows.test);
    let clipped: Vec<f64> = predicted.iter().map(|one| one.clamp(range.0, range.1)).collect();
    let mean = train.iter().sum::<f64>() / train.len() as f64;
    let (high, low) = heaviest_both_ways(model.weights.iter().copied(), options.top, |column| {
        rows.vectorizer.vocabulary.term(column)
    });
    let rated = Rated {
        train_documents: train.len(),
        test_documents: test.len(),
        left_out: documents.len() - train.len() - test.len(),
        split: if material.parts.official { "official" } else { "hash" },
        grouped_by: (!tried.is_empty()).then(|| learning.grouped_by()),
        features: rows.train.columns(),
        range,
        alpha,
        tried,
        converged,
        curve,
        test: Measures::of(&test, &predicted),
        clipped: Measures::of(&test, &clipped),
        baseline: Measures::of(&test, &vec![mean; test.len()]),
        high,
        low,
    };
    let encoder = Encoder::new(&pipeline.clean, &pipeline.analyze, rows.vectorizer)?;
    Ok((rated, Rater { encoder, model, range: options.clip.then_some(range) }))
}

fn rating(material: &Material, place: usize) -> f64 {
    let rating = material.corpus.documents[place].rating;
    f64::from(rating.expect("documents without a rating are left out"))
}

fn check_ratings(material: &Material, pipeline: &Pipeline) -> Result<()> {
    let parts = &material.parts;
    let count = material.corpus.documents.len();
    let message = match (parts.train.is_empty(), parts.test.is_empty()) {
        (false, _) => return Ok(()),
        (true, true) => {
            format!("none of the {count} documents of `{}` has a rating", pipeline.name)
        }
        (true, false) => "no document of the training part has a rating".to_owned(),
    };
    Err(Error::data(message).hinted(
        "name the column of numbers: --set source.columns.rating=NAME; IMDB has ratings in the names of its files",
    ))
}

struct Learning<'a> {
    material: &'a Material,
    pipeline: &'a Pipeline,
    /// Ratings of the training part.
    truth: &'a [f64],
    range: (f64, f64),
    options: &'a RatingOptions,
    watch: &'a dyn Watch,
}

impl Learning<'_> {
    fn fit(&self, rows: &CsrMatrix, alpha: f64) -> Result<(SparseLinear, Curve, Option<bool>)> {
        let stop = self.watch.stop();
        if let Some(params) = &self.options.descent {
            let (model, curve) = descend_ridge(rows, self.truth, alpha, params, stop)?;
            return Ok((model, curve, None));
        }
        let params = RidgeParams { alpha, tol: TOLERANCE, max_iter: MOST_STEPS };
        let ridge = RidgeRows::new(rows).solve(self.truth, &params, None, stop)?;
        Ok((ridge.model, ridge.curve, Some(ridge.converged)))
    }

    /// The errors of each penalty; nothing if there is nothing to choose.
    fn tried(&self) -> Result<Vec<TriedAlpha>> {
        let Alpha::Chosen { folds: count } = self.options.alpha else { return Ok(Vec::new()) };
        let folds = folds(&self.material.corpus.documents, &self.material.parts.train, count);
        let mut errors: Vec<Vec<f64>> = vec![Vec::new(); ALPHAS.len()];
        for fold in 0..count {
            self.watch.note(&format!("choosing alpha: fold {} of {count}", fold + 1));
            let found = self.try_fold(&folds, fold)?;
            errors.iter_mut().zip(found).for_each(|(errors, found)| errors.extend(found));
        }
        let tried = ALPHAS.iter().zip(errors).map(|(alpha, errors)| {
            let (rmse, standard_error) = mean_and_error(&errors);
            TriedAlpha { alpha: *alpha, rmse, standard_error }
        });
        Ok(tried.collect())
    }

    /// The error of each penalty in one fold; none if the fold is empty.
    fn try_fold(&self, folds: &[usize], fold: usize) -> Result<Vec<Option<f64>>> {
        let part = |inside: bool| -> (Vec<usize>, Vec<f64>) {
            let places = (0..folds.len()).filter(|place| (folds[*place] == fold) == inside);
            places.map(|place| (self.material.parts.train[place], self.truth[place])).unzip()
        };
        let ((train, truth), (held, held_truth)) = (part(false), part(true));
        if train.is_empty() || held.is_empty() {
            return Ok(vec![None; ALPHAS.len()]);
        }
        let TfidfRows { train: rows, test: held, .. } =
            self.material.tfidf_of(&train, &held, &self.pipeline.vectorize)?;
        let rows = RidgeRows::new(&rows);
        let mut last: Option<SparseLinear> = None;
        let mut error = |alpha: &f64| -> Result<Option<f64>> {
            let params = RidgeParams { alpha: *alpha, tol: ROUGH, max_iter: MOST_STEPS };
            let start = last.as_ref().map(|model| model.weights.as_slice());
            let model = rows.solve(&truth, &params, start, self.watch.stop())?.model;
            let mut predicted = model.predict_all(&held);
            if self.options.clip {
                predicted.iter_mut().for_each(|one| *one = one.clamp(self.range.0, self.range.1));
            }
            last = Some(model);
            Ok(Measures::of(&held_truth, &predicted).map(|measures| measures.rmse))
        };
        ALPHAS.iter().map(&mut error).collect()
    }

    fn grouped_by(&self) -> &'static str {
        let documents = &self.material.corpus.documents;
        let is_grouped =
            self.material.parts.train.iter().any(|place| documents[*place].group.is_some());
        if is_grouped { "group" } else { "text" }
    }
}

/// The penalty with the least error, the strongest of equals.
fn best(tried: &[TriedAlpha]) -> f64 {
    let least = tried.iter().min_by(|left, right| left.rmse.total_cmp(&right.rmse));
    least.map_or(1.0, |one| one.alpha)
}
